"""Whether a scheme fits an organisation: every indicator points at tasks that exist.

An indicator names its tasks by a *selector*: a task's name, `all`, `key`, `general`, `perspective:NAME`,
`category:NAME`, or a list of these.
"""

from __future__ import annotations

from typing import TypeVar

from pydantic import BaseModel

from sim.errors import Finding, UserError
from sim.schemes.load import Loaded
from sim.schemes.nodes import Path
from sim.schemes.organisation import Organisation, Perspective, TaskKind
from sim.schemes.scheme import Scheme
from sim.schemes.words import did_you_mean, dotted, listed, quoted

Document = TypeVar("Document", bound=BaseModel)

ALL = "all"
PERSPECTIVE = "perspective:"
CATEGORY = "category:"


def select_tasks(selector: str | list[str], organisation: Organisation) -> list[str]:
    """Names of the tasks a selector means, in the order of the organisation, each once.

    Raises `UserError` where an entry names nothing, matches nothing, or counts a task a second time.
    """
    names, misfits = _selected(selector, organisation)
    if misfits:
        raise UserError([Finding(path="tasks", problem=m[1], found=m[2], expected=m[3], hint=m[4]) for m in misfits])
    return names


def check_scheme_fits(scheme: Scheme | Loaded[Scheme], organisation: Organisation | Loaded[Organisation]) -> None:
    """Raise `UserError` with every indicator that does not fit; a `Loaded` scheme gives files and lines."""
    findings = scheme_misfits(scheme, organisation)
    if findings:
        raise UserError(sorted(findings))


def scheme_misfits(scheme: Scheme | Loaded[Scheme], organisation: Organisation | Loaded[Organisation]) -> list[Finding]:
    """Everything in which a scheme does not fit an organisation."""
    design, bureau = _document(scheme), _document(organisation)
    findings = []
    for name, indicator in design.plan.indicators.items():
        for below, *words in _selected(indicator.tasks, bureau)[1]:
            findings.append(_finding(scheme, ("plan", "indicators", name, "tasks", *below), *words))
    return findings


def unappraised_tasks(scheme: Scheme, organisation: Organisation) -> list[str]:
    """Tasks that no indicator points at: real work that nobody counts."""
    counted = {task for indicator in scheme.plan.indicators.values() for task in _selected(indicator.tasks, organisation)[0]}
    return [task for task in organisation.tasks if task not in counted]


def tasks_of(selector: str | list[str], organisation: Organisation) -> list[str]:
    """Like `select_tasks`, without refusing what does not fit."""
    return _selected(selector, organisation)[0]


def _selected(selector: str | list[str], organisation: Organisation) -> tuple[list[str], list[tuple[Path, str, str, str, str]]]:
    """The tasks, and misfits as (path below the selector, problem, found, expected, hint)."""
    misfits: list[tuple[Path, str, str, str, str]] = []
    counted: dict[str, str] = {}
    entries = [selector] if isinstance(selector, str) else selector
    if not entries:
        misfits.append(((), "an indicator points at no task", "an empty list", "a task or a selector", ""))
    for index, entry in enumerate(entries):
        below: Path = () if isinstance(selector, str) else (index,)
        tasks = _matching(entry, organisation)
        if not tasks:
            misfits.append((below, *_nothing_matches(entry, organisation)))
        twice = [task for task in tasks if task in counted]
        if twice:
            found = f"{quoted(entry)} and {quoted(counted[twice[0]])} both hold {listed(twice)}"
            misfits.append((below, "a task counts twice in one indicator", found, "each task once", "take one of them out"))
        counted.update(dict.fromkeys(tasks, entry))
    return [task for task in organisation.tasks if task in counted], misfits


def _matching(entry: str, organisation: Organisation) -> list[str]:
    tasks = organisation.tasks
    if entry in tasks:
        return [entry]
    if entry == ALL:
        return list(tasks)
    if entry in tuple(TaskKind):
        return [name for name, task in tasks.items() if task.kind == entry]
    if entry.startswith(PERSPECTIVE):
        return [name for name, task in tasks.items() if task.perspective == entry.removeprefix(PERSPECTIVE)]
    if entry.startswith(CATEGORY):
        return [name for name, task in tasks.items() if task.category and task.category == entry.removeprefix(CATEGORY)]
    return []


def _nothing_matches(entry: str, organisation: Organisation) -> tuple[str, str, str, str]:
    """(problem, found, expected, hint) for an entry that selects no task."""
    categories = sorted({task.category for task in organisation.tasks.values() if task.category})
    if entry.startswith(PERSPECTIVE):
        present = sorted({task.perspective.value for task in organisation.tasks.values()})
        asked = entry.removeprefix(PERSPECTIVE)
        known = asked in tuple(Perspective)
        problem = "no task of the organisation has this perspective" if known else "unknown perspective"
        return problem, quoted(entry), f"one of {listed(present)}", did_you_mean(asked, present)
    if entry.startswith(CATEGORY):
        asked = entry.removeprefix(CATEGORY)
        expected = f"one of {listed(categories)}" if categories else "the organisation gives its tasks no categories"
        return "unknown category", quoted(entry), expected, did_you_mean(asked, categories)
    if entry in tuple(TaskKind):
        return f"the organisation has no {entry} tasks", quoted(entry), f"one of {listed(organisation.tasks)}", ""
    selectors = [
        ALL,
        *(kind.value for kind in TaskKind),
        *(PERSPECTIVE + p.value for p in Perspective),
        *(CATEGORY + c for c in categories),
    ]
    hint = did_you_mean(entry, [*organisation.tasks, *selectors])
    expected = f"one of {listed(organisation.tasks)}; or {ALL}, key, general, perspective:NAME, category:NAME"
    return f"the organisation {quoted(organisation.name)} has no such task", quoted(entry), expected, hint


def _document(given: Document | Loaded[Document]) -> Document:
    return given.document if isinstance(given, Loaded) else given


def _finding(scheme: Scheme | Loaded[Scheme], path: Path, problem: str, found: str, expected: str, hint: str) -> Finding:
    if isinstance(scheme, Loaded):
        return scheme.finding(path, problem, found, expected, hint)
    return Finding(file=scheme.name, path=dotted(path), problem=problem, found=found, expected=expected, hint=hint)
