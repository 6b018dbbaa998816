"""A report as one self-contained HTML file: nothing is fetched, nothing runs, the same bytes each time."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from experiments.report.dossier import parts
from experiments.report.dossier.drawing import coloured_by_page
from experiments.report.dossier.parts import Report

#: Nothing may be loaded from anywhere and nothing may run: the page is text, tables and drawings.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"


def as_html(report: Report) -> str:
    """The page; everything that users wrote is escaped."""
    page = (
        _environment()
        .get_template("report.html")
        .render(
            report=report,
            policy=POLICY,
            style=Markup(_template("report.css")),
            kind=lambda part: type(part).__name__,
            parts=parts,
        )
    )
    return re.sub(r"\n\s*\n+", "\n", page).strip() + "\n"


@lru_cache(maxsize=1)
def _environment() -> Environment:
    made = Environment(
        loader=FunctionLoader(_template), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    made.filters["drawing"] = lambda svg: Markup(coloured_by_page(svg))
    made.filters["inline"] = _inline
    made.filters["lines"] = _lines
    return made


def _template(name: str) -> str:
    return (files("experiments.report.dossier") / "templates" / name).read_text(encoding="utf-8")


def _inline(text: Any) -> Markup:
    """A text whose `commands` stand in backticks."""
    parts = str(text).split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if place % 2 else Markup.escape(part) for place, part in enumerate(parts)
    )


def _lines(text: Any) -> Markup:
    """Lines of a heading, the first as it is, the rest smaller."""
    first, *rest = str(text).split("\n")
    return Markup("").join([Markup.escape(first), *(Markup("<small>{}</small>").format(line) for line in rest)])
