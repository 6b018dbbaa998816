"""A report as PDF: tagged for screen readers, fonts inside, the same bytes each time. Needs the extra `[pdf]` (Typst).

Typst sets a fixed template from a JSON file, so nothing that users wrote is ever read as markup. It uses fonts that come
with it, with matplotlib, and the reduced Chinese ones, never those of the machine.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from experiments.report.dossier.parts import Code, Figure, Folded, Part, Points, Report, Sub, Table, Terms, Text
from experiments.report.fonts import han_family, has_han
from experiments.runs.folder import PassingFolder
from sim.errors import UserError

#: Columns of a table that a page can take; wider ones are told in pieces.
MOST_COLUMNS = 8


def check_typst() -> None:
    """Refuse before anything is made where the extra is not installed.

    Raises:
        UserError: with what to install.
    """
    if find_spec("typst") is None:
        raise UserError.of("a PDF needs Typst, which is not installed", hint="pip install 'cadresim[pdf]'")


def as_pdf(report: Report) -> bytes:
    """The report as PDF (PDF/UA-1: tagged, with a title, a language and words for every figure).

    Raises:
        UserError: the extra is not installed.
    """
    check_typst()
    import matplotlib
    import typst

    with PassingFolder() as place:
        folder = Path(place)
        content = _plain(report, folder)
        text = json.dumps(content, ensure_ascii=False)
        fonts, family = [str(Path(matplotlib.get_data_path()) / "fonts" / "ttf")], "DejaVu Sans"
        if has_han(text):
            made_of = han_family([text])
            family = made_of.name
            fonts.append(str(made_of.folder))
        (folder / "report.json").write_text(json.dumps({**content, "han": family}, ensure_ascii=False), encoding="utf-8")
        template = (files("experiments.report.dossier") / "templates" / "report.typ").read_text(encoding="utf-8")
        (folder / "report.typ").write_text(template, encoding="utf-8")
        made = typst.compile(
            str(folder / "report.typ"), root=str(folder), font_paths=fonts, ignore_system_fonts=True, pdf_standards=["ua-1"],
            timestamp=0,
        )  # fmt: skip
    assert isinstance(made, bytes)
    return made


def _plain(report: Report, folder: Path) -> dict[str, Any]:
    """The report as plain data; figures become files in a folder, what opens on demand becomes an appendix."""
    sections = [{"title": section.title, "parts": _all_told(section.parts, folder, 2)} for section in report.sections]
    appendix: list[dict[str, Any]] = []
    for section in report.sections:
        for title, part in _folded(section.parts):
            appendix.append({"kind": "Sub", "title": f"{section.title}: {title}", "level": 2})
            appendix += _all_told(part.parts, folder, 3)
    if appendix:
        sections.append({"title": report.words["appendix"], "parts": appendix})
    return {
        "language": report.language,
        "title": report.title,
        "kicker": report.kicker,
        "lead": report.lead,
        "facts": [list(pair) for pair in report.facts],
        "footer": report.footer,
        "words": report.words,
        "sections": sections,
    }


def _folded(parts: Sequence[Part]) -> list[tuple[str, Folded]]:
    """What opens on demand, under the smaller heading that it stands below."""
    found, above = [], ""
    for part in parts:
        if isinstance(part, Sub):
            above = f"{part.title}: "
        elif isinstance(part, Folded):
            found.append((above + part.title, part))
    return found


def _all_told(parts: Sequence[Part], folder: Path, level: int) -> list[dict[str, Any]]:
    """Parts one after the other, without what opens on demand."""
    return [told for part in parts if not isinstance(part, Folded) for told in _told(part, folder, level)]


def _told(part: Part, folder: Path, level: int) -> list[dict[str, Any]]:
    kind = type(part).__name__
    if isinstance(part, Text):
        return [{"kind": kind, "text": part.text.replace("`", ""), "style": part.kind}]
    if isinstance(part, Points):
        subs = part.subs or ((),) * len(part.items)
        return [{"kind": kind, "items": list(part.items), "tones": list(part.tones), "subs": [list(below) for below in subs]}]
    if isinstance(part, Terms):
        return [{"kind": kind, "items": [list(pair) for pair in part.items]}]
    if isinstance(part, Sub):
        return [{"kind": kind, "title": part.title, "level": level}]
    if isinstance(part, Code):
        return [{"kind": kind, "text": part.text}]
    if isinstance(part, Table):
        return _tables(part)
    assert isinstance(part, Figure)
    return [_figure(part, folder)]


def _figure(part: Figure, folder: Path) -> dict[str, Any]:
    (folder / f"{part.name}.svg").write_text(part.wide, encoding="utf-8")
    tables = _tables(part.table) if part.table else []
    return {"kind": "Figure", "file": f"{part.name}.svg", "alt": part.alt, "caption": part.caption, "tables": tables}


def _tables(part: Table) -> list[dict[str, Any]]:
    """A table as it fits the page: in pieces that repeat the first column where it is too wide."""
    width = len(part.columns)
    step = MOST_COLUMNS - 1
    starts = range(1, width, step) if width > MOST_COLUMNS else [1]
    pieces = []
    for start in starts:
        chosen = [0, *range(start, min(start + step, width) if width > MOST_COLUMNS else width)]
        pieces.append(_piece(part, chosen))
    return pieces


def _piece(part: Table, chosen: Sequence[int]) -> dict[str, Any]:
    cells = [[{"lines": list(row[k].lines) or [""], "tone": row[k].tone} for k in chosen] for row in part.rows]
    return {
        "kind": "Table", "caption": part.caption, "columns": [part.columns[k] for k in chosen], "rows": cells, "note": part.note,
    }  # fmt: skip
