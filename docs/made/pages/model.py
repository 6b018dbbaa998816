"""The model's declarations: the plan of a month, the rules with their citations, the columns."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from docs.made.declared import columns, links, rule_files, rules, sources
from docs.made.markdown import anchor, code, docstring, fence, plain, span, table, target

#: Documents that rules cite by name, not by year.
BY_NAME = {
    "S County study": "s_county", "S County remedy": "s_county", "T County study": "t_county", "B District study": "b_district",
    "bureau speeches, part 1": "speeches_1", "bureau speeches, part 2": "speeches_2", "bureau speeches 3": "speeches_3",
}  # fmt: skip


def month_page() -> str:
    """What happens in a month, from the source of the links."""
    from sim.loop.month import month_plan, walk_month

    lines = [
        "# A month, step by step",
        "",
        "Read from the code that runs: who is called in which order, which rules it calls, which columns it reads and writes. "
        "`cadresim month` prints the same. What each call is for stands in the [description of the model](../model/odd.md).",
        "",
        plain((walk_month.__doc__ or "").strip()),
        "",
        "## The calls of a month",
        "",
    ]
    about = link_words()
    lines += [
        table(
            ("Call", "Link of the closed loop", "What it does"),
            [(span("link", name, code(name)), link, plain(about.get(name, ""))) for name, link in links().items()],
        )
    ]
    lines += ["## Who reads and writes what", ""]
    rows = [(link, code(rule), _by_table(reads), _by_table(writes)) for link, rule, reads, writes in month_plan()]
    lines += [table(("Link", "Function: rules", "Reads", "Writes"), rows)]
    return "\n".join(lines)


@cache
def link_words() -> dict[str, str]:
    """The first line of what each function of the loop says of itself."""
    import ast

    from docs.made.declared import ROOT

    found = {}
    for path in [*sorted((ROOT / "sim" / "loop").glob("*.py")), ROOT / "sim" / "population" / "entry.py"]:
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef):
                found[node.name] = (ast.get_docstring(node) or "").split("\n")[0].replace(" [first, last)", "")
    return found


def _by_table(named: Iterable[str]) -> str:
    tables: dict[str, list[str]] = {}
    for column in named:
        held, _, name = column.rpartition(".")
        tables.setdefault(held, []).append(name)
    return "; ".join(f"{held}: {', '.join(names)}" for held, names in tables.items()).replace("_", r"\_")


def rules_page() -> str:
    """Every rule: arguments, formula, source."""
    lines = [
        "# Rules",
        "",
        "One mechanism, one small function of plain numbers. Made from the docstrings of `sim/rules`; the words below each heading are",
        "the rule's own. Where a rule names a paper, the reference follows.",
        "",
    ]
    for module, about in rule_files().items():
        lines += [f"({anchor('rules', module)})=", f"## {module}", "", docstring(about), ""]
        for name, one in rules().items():
            if one.module != module:
                continue
            lines += [target("rule", name) + f"### {name}", "", fence(f"{name}({one.arguments})", "python"), docstring(one.doc)]
            cited = citations(one.doc)
            if cited:
                told = "; ".join(f"[{plain(str(sources()[key]['title']))}](sources.md#{anchor('source', key)})" for key in cited)
                lines += ["", f"Reference: {told}."]
            lines += [""]
    return "\n".join(lines)


def citations(text: str) -> list[str]:
    """Keys of the sources a docstring names: (surname, year) as in the register's titles, or a document's name."""
    flat = " ".join(text.split())
    by_author = {(surname, year): key for key, (surname, year) in _authors().items()}
    found = [by_author[pair] for pair in named_papers(text) if pair in by_author]
    found += [key for words, key in BY_NAME.items() if words.lower() in flat.lower()]
    return list(dict.fromkeys(found))


def named_papers(text: str) -> list[tuple[str, str]]:
    """(surname of the first author, year) of every paper a text names."""
    flat = " ".join(text.split())
    found = []
    for match in re.finditer(r"((?:19|20)\d\d)", flat):
        before = re.split(r"[;:(]|\. ", flat[: match.start()].rstrip(" ("))[-1]
        surnames = re.findall(r"[A-Z][A-Za-z'’-]+", before)
        if surnames:
            found.append((surnames[0], match.group(1)))
    return found


@cache
def _authors() -> dict[str, tuple[str, str]]:
    found = {}
    for key, entry in sources().items():
        title = str(entry["title"])
        year = re.search(r"(?:19|20)\d\d", title)
        name = re.match(r"[A-Z][\w'’-]+", title)
        if year and name:
            found[key] = (name.group(), year.group())
    return found


def columns_page() -> str:
    """Every column of every table of state."""
    lines = [
        "# Columns: the state of the model",
        "",
        "One row of a table is one entity. Made from `sim/population/columns.py`, where each column is declared before use. *Written by* is",
        "the link that owns the column; *founding* means before the first month.",
        "",
    ]
    tables: dict[str, list[str]] = {}
    for name in columns():
        tables.setdefault(name.split(".")[0], []).append(name)
    for held, named in tables.items():
        lines += [f"## {held}", "", table(("Column", "Unit", "Bounds", "Written by", "Meaning"), column_rows(named))]
    return "\n".join(lines)


def column_rows(named: Iterable[str], *, link: bool = False) -> list[tuple[str, ...]]:
    """One row a column; `link` points at the reference instead of being it."""
    rows = []
    for name in named:
        column = columns()[name]
        first = (
            f"[`{column.name}`](../reference/columns.md#{anchor('column', name)})"
            if link
            else span("column", name, code(column.name))
        )
        size = f" {'×'.join(str(length) for length in column.shape)} slots." if column.shape else ""
        rows.append((first, plain(column.unit), _bounds(column.low, column.high), column.owner, plain(column.meaning) + size))
    return rows


def _bounds(low: float, high: float) -> str:
    if low == float("-inf") and high == float("inf"):
        return ""
    if high == float("inf"):
        return f"from {low:g}"
    return f"{low:g} to {high:g}" if low != float("-inf") else f"up to {high:g}"
