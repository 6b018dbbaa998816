"""Advice: a named finding about a correct document, with the reason why it matters and the source of that reason.

English stands where advice is given; other languages translate it by its English text (`sim/lang/zh/traps.toml`). What was
found holds numbers and names: it is put together by `said`, which keeps the sentence that is translated beside them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sim.errors import Finding
from sim.lang import Words
from sim.lang import words as words_of
from sim.schemes.load import Loaded
from sim.schemes.locate import sources_file
from sim.schemes.nodes import Path
from sim.schemes.reading import read_yaml

#: What stands around advice, by the keys that other languages translate.
ENGLISH = {
    "advice.found": "found:   ",
    "advice.expected": "expected:",
    "advice.why": "why:     ",
    "advice.hint": "hint:    ",
    "advice.nothing": "nothing found",
    "advice.one": "1 finding (advice, nothing is refused)",
    "advice.many": "{n} findings (advice, nothing is refused)",
}


class Said(str):
    """An English sentence that remembers what was filled in where, so that it can be told in another language."""

    template: str
    parts: Mapping[str, object]


def said(template: str, **parts: object) -> Said:
    """A sentence with its places filled."""
    one = Said(template.format_map(parts))
    one.template, one.parts = template, parts
    return one


@dataclass(frozen=True, order=True)
class Advice(Finding):
    """A finding that nobody must heed: `name` never changes, `source` is a key of configs/sources.yaml."""

    name: str = ""
    why: str = ""
    source: str = ""

    def __str__(self) -> str:
        return self.in_words()

    def in_words(self, language: str = "en") -> str:
        """As text: the place and what the matter is, then a line each for what was found, what was expected, why, and what to do.

        Names of elements, as they stand in files, and titles of sources stay as they are.

        Raises:
            UserError: there is no such language.
        """
        words = words_of(language)
        place = f"{self.file}:{self.line}" if self.line else self.file
        head = ": ".join(part for part in (place, self.path, f"{words.document(self.problem)} [{self.name}]") if part)
        why = words.document(self.why)
        told = {
            "found": _found_in(words, self.found),
            "expected": self.expected,
            "why": f"{why} ({source_title(self.source)})" if why and self.source else why,
            "hint": words.document(self.hint),
        }
        lines = [f"    {words.of(f'advice.{key}', ENGLISH[f'advice.{key}'])} {text}" for key, text in told.items() if text]
        return "\n".join([head, *lines])

    def as_dict(self) -> dict[str, Any]:
        """For machines: every part by name."""
        parts = ("name", "file", "line", "path", "problem", "found", "expected", "hint", "why", "source")
        return {part: getattr(self, part) for part in parts}


def _found_in(words: Words, found: str) -> str:
    return words.document(found.template).format_map(found.parts) if isinstance(found, Said) else found


def counted(n: int, language: str = "en") -> str:
    """How much advice there is."""
    key = "advice.nothing" if n == 0 else "advice.one" if n == 1 else "advice.many"
    return words_of(language).of(key, ENGLISH[key], n=n)


def advice(
    loaded: Loaded[Any],
    name: str,
    path: Path,
    problem: str,
    *,
    found: str = "",
    expected: str = "",
    hint: str = "",
    why: str = "",
    source: str = "",
) -> Advice:
    """Advice at a path of a document."""
    at = loaded.finding(path, problem, found, expected, hint)
    return Advice(at.file, at.line, at.path, at.problem, at.found, at.expected, at.hint, name, why, source)


def source_title(key: str) -> str:
    """The title of a source, or its key where the register does not hold it."""
    entry = read_yaml(sources_file()).value.get(key) if sources_file().is_file() else None
    return str(entry.value["title"].value) if entry is not None else key
