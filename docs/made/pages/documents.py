"""The documents: every element of scheme, organisation, behaviour and study with unit, bounds, default and meaning."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from docs.made.declared import ROOT, parameters, sources
from docs.made.leaves import Leaf, leaves
from docs.made.markdown import anchor, code, plain, span, table


def scheme_page() -> str:
    """The scheme document."""
    from sim.schemes.scheme import Scheme

    return _page(
        Scheme,
        "The scheme document",
        "The whole design of an appraisal system, in the order of the closed loop. The default of every element is its *neutral* "
        "value: it switches the element off exactly. A preset says only how it differs from another (`extends`), `parts` are laid over "
        "it, `changes` set single values by path. `*` in a path stands for a name of your own (here: an indicator's).",
        "scheme",
    )


def organisation_page() -> str:
    """The organisation document."""
    from sim.schemes.organisation import Organisation

    return _page(
        Organisation,
        "The organisation document",
        "Tasks, units and people of a bureau, or the plan of a whole service. `*` in a path stands for a name of your own or for every "
        "entry of a list. The same can be kept in an Excel workbook or in tables: see [](../howto/workbook.md).",
        "organisation",
    )


def study_page() -> str:
    """The study document with the block of every verb."""
    from sim.schemes.study import Study

    return _page(
        Study,
        "The study document",
        "A question put to several schemes in one organisation. `verb` says what is done; the block of the same name says how. Without a "
        "verb a study compares.",
        "study",
    )


def _page(model: Any, title: str, about: str, kind: str) -> str:
    lines = [
        f"# {title}",
        "",
        about,
        "",
        f"Made from the model that checks your files. Any plain value may also be written as `{{value: ..., source: ..., status: ..., note: ...}}`, "
        f"so that it carries its provenance. `cadresim schema {kind}` prints the same as JSON Schema for editors.",
        "",
    ]
    sections: dict[str, list[Leaf]] = {}
    for leaf in leaves(model):
        sections.setdefault(leaf.section, []).append(leaf)
    for section, found in sections.items():
        lines += [f"## {section or 'At the top'}", "", _table(found, kind), ""]
    return "\n".join(lines)


def _table(found: Sequence[Leaf], kind: str) -> str:
    """The elements of one section; columns that would be empty are left out."""
    of = "element" if kind != "study" else "setting"
    header = ("Element", "Takes", "Unit", "Bounds", "Default", "Meaning")
    rows = [
        (span(of, leaf.path, code(leaf.path.rpartition(".")[2])), plain(leaf.type), plain(leaf.unit), leaf.bounds, plain(leaf.default), plain(leaf.meaning))
        for leaf in found
    ]  # fmt: skip
    kept = [index for index in range(len(header)) if any(row[index] for row in rows)]
    return table([header[index] for index in kept], [[row[index] for index in kept] for row in rows])


def behaviour_page() -> str:
    """Every parameter of behaviour: what it means, its neutral value, the value in use, its range, source and status."""
    from sim.schemes.load import read_behaviour

    loaded = read_behaviour("default")
    held = loaded.node.value
    lines = [
        "# The behaviour document",
        "",
        "How cadres, heads, branches, superiors and taxpayers respond: one set of values for every study. *Neutral* switches a mechanism",
        "off exactly. The range is what sensitivity and robustness explore. Status: *cited*, taken from the source; *fitted*, estimated on",
        "evidence rows marked *fit* ([](../calibration.md)); *assumed*, ours, where sources give at most form or direction.",
        "",
        _counted(held),
        "",
    ]
    last = ""
    for name, field in parameters().items():
        if name not in held:
            continue
        if (group := parameter_groups()[name]) != last:
            lines += [f"## {group}", ""]
            last = group
        beside = held[name].annotation
        unit = (field.json_schema_extra or {}).get("unit", "-")
        ranged = (
            f"{beside.low:g} to {beside.high:g}" if beside and beside.low is not None and beside.high is not None else "no range"
        )
        cited = ", ".join(
            f"[{plain(str(sources()[key]['title']))}](sources.md#{anchor('source', key)})"
            for key in (beside.source if beside else ())
        )
        value = held[name].value
        lines += [
            f"({anchor('parameter', name)})=",
            f"### {name}",
            "",
            plain(field.description or ""),
            "",
            table(
                ("Value", "Neutral", "Range", "Unit", "Status"),
                [(_number(value), _number(field.default), ranged, plain(unit), beside.status if beside else "")],
            ),
            f"Source: {cited or 'none'}.{_note(beside.note) if beside else ''}",
            "",
        ]
    return "\n".join(lines)


@cache
def parameter_groups() -> dict[str, str]:
    """The mechanism each parameter belongs to, from the comments between them."""
    found, group = {}, "Parameters"
    for line in (ROOT / "sim" / "schemes" / "behaviour.py").read_text("utf-8").split("\n"):
        if comment := re.match(r"    # (?:\d+ )?(.+)", line):
            group = comment.group(1).capitalize()
        elif field := re.match(r"    (\w+): float = parameter", line):
            found[field.group(1)] = group
    return found


def _note(note: str) -> str:
    """A note as a sentence of its own."""
    return f" {plain(note[:1].upper() + note[1:])}." if note else ""


def _number(value: Any) -> str:
    return f"{value:g}" if isinstance(value, int | float) else plain(str(value))


def _counted(held: Any) -> str:
    statuses = [held[name].annotation.status for name in parameters() if name in held and held[name].annotation]
    told = ", ".join(f"{statuses.count(status)} {status}" for status in ("fitted", "cited", "assumed"))
    return f"Of {len(statuses)} parameters: {told}."
