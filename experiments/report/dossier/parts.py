"""What a report is made of, before it is put on paper: sections with paragraphs, tables, figures and lists.

Both faces of the report, the page and the PDF, are written from these and from nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Cell:
    """A cell of a table: its lines, and whether what it says is better, worse, open or neither."""

    lines: tuple[str, ...]
    tone: str = ""

    @classmethod
    def of(cls, *lines: str, tone: str = "") -> Cell:
        """A cell of some lines."""
        return cls(tuple(line for line in lines if line), tone)


@dataclass(frozen=True)
class Table:
    """A table: a caption, names of columns, rows whose first cell names them. ``folded`` tables open on demand."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    folded: str = ""
    note: str = ""


@dataclass(frozen=True)
class Figure:
    """A figure drawn twice (wide, narrow), what it shows in words, and its numbers as a table."""

    name: str
    caption: str
    alt: str
    wide: str
    narrow: str
    table: Table | None = None


@dataclass(frozen=True)
class Text:
    """A paragraph; `kind` is '', 'lead' or 'note'."""

    text: str
    kind: str = ""


@dataclass(frozen=True)
class Points:
    """A list of sentences, each with smaller ones below it; with `tones` each carries a mark."""

    items: tuple[str, ...]
    tones: tuple[str, ...] = ()
    subs: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Terms:
    """Names with what they mean."""

    items: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Code:
    """A command to type."""

    text: str


@dataclass(frozen=True)
class Folded:
    """Something that opens on demand."""

    title: str
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Sub:
    """A smaller heading inside a section."""

    title: str


Part = Text | Points | Terms | Table | Figure | Code | Folded | Sub


@dataclass(frozen=True)
class Section:
    """A numbered section with a heading that links can name."""

    name: str
    title: str
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Report:
    """The whole report in one language."""

    language: str
    title: str
    kicker: str
    lead: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    footer: str
    words: dict[str, str] = field(default_factory=dict)

    def figures(self) -> list[Figure]:
        """Every figure, folded ones too."""
        return [
            part for part in _unfolded([part for section in self.sections for part in section.parts]) if isinstance(part, Figure)
        ]


def _unfolded(parts: Sequence[Part]) -> list[Part]:
    found: list[Part] = []
    for part in parts:
        found += _unfolded(part.parts) if isinstance(part, Folded) else [part]
    return found
