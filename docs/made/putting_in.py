"""Made tables inside hand-written pages.

{made}`schedule`, {made}`columns TABLE`, and {made}`rules and parameters`: those that the section names.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from docs.made.declared import columns, links, parameters, rules, sources
from docs.made.markdown import anchor, code, plain, table
from docs.made.mentions import mentions
from docs.made.pages.model import citations, column_rows, link_words

_MADE = re.compile(r"^\{made\}`([^`]+)`$", re.MULTILINE)


def put_in(text: str) -> str:
    """A page with every made table put in.

    Raises:
        ValueError: a table that nobody makes.
    """
    parts = re.split(r"(?m)^(?=## )", text)
    return "".join(_MADE.sub(lambda match, section=part: _table(match[1], section), part) for part in parts)  # type: ignore[misc]


def _table(name: str, section: str) -> str:
    if name == "schedule":
        rows = [
            (str(number), f"[`{link}`](../reference/month.md#{anchor('link', link)})", loop, plain(link_words().get(link, "")))
            for number, (link, loop) in enumerate(links().items(), start=1)
        ]
        return table(("", "Step", "Link of the loop", "What it does"), rows)
    if name.startswith("columns "):
        held = name.removeprefix("columns ")
        if rows_of := column_rows([one for one in columns() if one.startswith(f"{held}.")], link=True):
            return table(("Column", "Unit", "Bounds", "Written by", "Meaning"), rows_of)
    if name == "rules and parameters":
        return _rules(section) + "\n" + _parameters(section)
    raise ValueError(f"there is no made table {name}")


def _named(section: str, kind: str) -> list[str]:
    return list(dict.fromkeys(one.name for one in mentions(section) if one.kind == kind))


def _rules(section: str) -> str:
    rows = []
    for name in _named(section, "rule"):
        if name in rules():
            cited = ", ".join(_source(key) for key in citations(rules()[name].doc))
            rows.append(
                (f"[`{name}`](../reference/rules.md#{anchor('rule', name)})", plain(rules()[name].doc.split("\n")[0]), cited)
            )
    return table(("Rule", "What it returns", "Source"), rows) if rows else ""


def _parameters(section: str) -> str:
    held = _behaviour()
    rows = []
    for name in _named(section, "parameter"):
        if name not in held or name not in parameters():
            continue
        beside = held[name].annotation
        ranged = f"{beside.low:g} to {beside.high:g}" if beside and beside.low is not None and beside.high is not None else ""
        cited = ", ".join(_source(key) for key in (beside.source if beside else ()))
        rows.append(
            (
                f"[`{name}`](../reference/behaviour.md#{anchor('parameter', name)})",
                code(f"{held[name].value:g}"),
                ranged,
                beside.status if beside else "",
                cited,
            )
        )
    return table(("Parameter", "Value", "Range", "Status", "Source"), rows) if rows else ""


def _source(key: str) -> str:
    title = str(sources()[key]["title"]).split("),")[0]
    title += ")" if "(" in title and not title.endswith(")") else ""
    return f"[{plain(title)}](../reference/sources.md#{anchor('source', key)})"


@cache
def _behaviour() -> dict[str, Any]:
    from sim.schemes.load import read_behaviour

    found: dict[str, Any] = read_behaviour("default").node.value
    return found
