"""The plan of a month, read from the source of the links: who calls which rules, and reads and writes which columns.

Nothing is typed twice: the plan is made from the code that runs, so it cannot be out of date.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import NamedTuple

from sim.population.columns import TABLES

LOOP = Path(__file__).resolve().parent
ENTRY = LOOP.parent / "population" / "entry.py"
#: What the links call a row of each table.
ROWS = {
    "c": "cadres", "department": "departments", "d": "departments", "branch": "branches", "bureau": "bureaus",
    "group": "groups", "task": "tasks", "indicator": "indicators", "other": "bureaus",
}  # fmt: skip
#: The calls of `sim.loop.month.walk_month`, in order, and the link of the closed loop each belongs to.
LINKS = (
    ("process", "open_month"), ("people", "spread_word_of_pay"), ("people", "replace_leavers"), ("plan", "plan"),
    ("process", "work"), ("process", "report"), ("process", "rank_bureaus"),
    ("appraisal", "appraise"), ("appraisal", "award_medals"), ("appraisal", "put_together"), ("appraisal", "rank_groups"),
    ("application", "apply"), ("appraisal", "judge_procedures"), ("communication, people", "communicate_and_update"),
    ("application", "move_people"), ("people", "update_bureaus"), ("people", "update_taxpayers"),
)  # fmt: skip


class PlanRow(NamedTuple):
    """One function of a link: what it is called and the rules it calls, the columns it reads and writes (`table.column`)."""

    link: str
    rule: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]


@dataclass
class _Source:
    """What the source of one function says."""

    calls: list[str] = field(default_factory=list)
    rules: list[str] = field(default_factory=list)
    reads: set[str] = field(default_factory=set)
    writes: set[str] = field(default_factory=set)


def month_plan() -> list[PlanRow]:
    """Every function that a month calls, in the order of the closed loop; each function once."""
    sources = _sources()
    rows: list[PlanRow] = []
    seen: set[str] = set()
    for link, entry in LINKS:
        for name in _called(entry, sources):
            if name in seen:
                continue
            seen.add(name)
            source = sources[name]
            if source.rules or source.reads or source.writes:
                rules = ", ".join(dict.fromkeys(source.rules))
                told = f"{name}: {rules}" if rules else name
                rows.append(PlanRow(link, told, tuple(sorted(source.reads)), tuple(sorted(source.writes))))
    return rows


def _called(entry: str, sources: dict[str, _Source]) -> list[str]:
    """The functions a link calls, itself first, in the order of its text."""
    order: list[str] = []
    waiting = [entry]
    while waiting:
        name = waiting.pop(0)
        if name in order or name not in sources:
            continue
        order.append(name)
        waiting = sources[name].calls + waiting
    return order


@cache
def _sources() -> dict[str, _Source]:
    """Every function of the links, by name."""
    found: dict[str, _Source] = {}
    for path in [*sorted(LOOP.glob("*.py")), ENTRY]:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        rules = {
            alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sim.rules")
            for alias in node.names
        }
        for node in tree.body:
            if isinstance(node, ast.FunctionDef):
                found[node.name] = _read(node, rules)
    return found


def _read(function: ast.FunctionDef, rules: set[str]) -> _Source:
    """Calls, rules and columns of one function."""
    source = _Source()
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            (source.rules if node.func.id in rules else source.calls).append(node.func.id)
        elif isinstance(node, ast.Attribute) and (column := _column(node)):
            (source.writes if isinstance(node.ctx, ast.Store) else source.reads).add(column)
        elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store) and isinstance(node.value, ast.Attribute):
            if column := _column(node.value):
                source.writes.add(column)
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Attribute) and (column := _column(node.target)):
            source.reads.add(column)
    return source


def _column(node: ast.Attribute) -> str:
    """`table.column` of an access to a declared column, else nothing."""
    if not isinstance(node.value, ast.Name) or node.value.id not in ROWS:
        return ""
    table = ROWS[node.value.id]
    return f"{table}.{node.attr}" if any(column.name == node.attr for column in TABLES[table]) else ""
