"""Advice about a document that is correct but may not do what its author means.

Nothing here is refused: an element without effect, a task that nobody works on, a value without a source.
`cadresim check` shows these as advice. What a scheme may do to people is in `sim.schemes.traps` (`cadresim lint`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sim.schemes.advice import Advice, advice
from sim.schemes.load import Loaded
from sim.schemes.nodes import Path, walk
from sim.schemes.organisation import Organisation
from sim.schemes.scheme import Ranking, Scheme
from sim.schemes.words import listed, number

LABELS = ("name", "title", "summary")


def scheme_advice(loaded: Loaded[Scheme]) -> list[Advice]:
    """Elements of a scheme that are written but can have no effect beside the others."""
    told = _without_effect(loaded.document)
    return [advice(loaded, "without-effect", path, problem, found=found, hint=hint) for path, problem, found, hint in told]


def organisation_advice(loaded: Loaded[Organisation]) -> list[Advice]:
    """Tasks that no department works on, and sequences without departments."""
    bureau = loaded.document
    units = [*bureau.offices, *(unit for branch in bureau.branches for unit in branch.departments)]
    worked = {task for unit in units for task in unit.tasks}
    if bureau.service is not None:
        worked |= {*bureau.service.office_tasks, *bureau.service.section_tasks}
    idle = [task for task in bureau.tasks if task not in worked]
    problem = "no department spends time on this task: its goal is never met"
    findings = [advice(loaded, "idle-task", ("tasks", task), problem) for task in idle]
    if bureau.service is None:
        held = {unit.sequence for unit in units}
        empty = [(index, name) for index, name in enumerate(bureau.sequences) if name not in held]
        findings += [
            advice(loaded, "empty-sequence", ("sequences", index), "this sequence has no departments", found=name)
            for index, name in empty
        ]
    return sorted(findings)


def provenance_advice(loaded: Loaded[Any]) -> list[Advice]:
    """Values that are written without saying where they come from (a source, or status: assumed with a note)."""
    findings = []
    for path, node in walk(loaded.node):
        inside_list = any(isinstance(step, int) for step in path)  # a list is annotated as a whole
        if not path or path[0] in LABELS or isinstance(node.value, dict) or inside_list:
            continue
        beside = node.annotation
        if beside is None or not (beside.source or (beside.status == "assumed" and beside.note)):
            expected = "{value, source, status, note}"
            findings.append(advice(loaded, "value-without-source", path, "a value without a source", expected=expected))
    return sorted(findings)


def incomplete_parameters(loaded: Loaded[Any]) -> list[Advice]:
    """Parameters of behaviour that are missing, or lack their unit, low, high, source or status."""
    findings = []
    for name in type(loaded.document).model_fields:
        annotation = loaded.annotations.get(name)
        if annotation is None:
            problem = "the parameter is not written with its range and source"
            findings.append(advice(loaded, "parameter-not-written", (name,), problem))
            continue
        missing = [key for key in ("unit", "source", "status") if not getattr(annotation, key)]
        missing += [key for key in ("low", "high") if getattr(annotation, key) is None]
        if missing:
            found, expected = listed(missing), "value, unit, low, high, source, status"
            findings.append(
                advice(loaded, "parameter-lacks-part", (name,), "the parameter lacks a part", found=found, expected=expected)
            )
    return sorted(findings)


def _without_effect(scheme: Scheme) -> Iterator[tuple[Path, str, str, str]]:
    """(path, problem, found, hint) for elements whose companions are switched off."""
    grades, explicit, appraisal = scheme.appraisal.grades, scheme.application.explicit, scheme.appraisal
    at = ("appraisal", "grades")
    if grades.ranking is Ranking.NONE:
        for key in ("top_prize", "second_prize", "bottom_cut"):
            if getattr(explicit, key) > 0:
                yield (
                    ("application", "explicit", key),
                    "without grades nobody gets this",
                    number(getattr(explicit, key)),
                    "set a ranking",
                )
    if grades.ranking is not Ranking.FORCED:
        for key in ("top_share", "second_share", "bottom_share"):
            if getattr(grades, key) > 0:
                yield (*at, key), "shares belong to ranking: forced", f"ranking: {grades.ranking.value}", "set ranking: forced"
    if grades.ranking is Ranking.FORCED and grades.top_share + grades.second_share + grades.bottom_share == 0:
        yield (
            (*at, "ranking"),
            "forced grades without any shares: everybody has the same grade",
            "",
            "set top_share or bottom_share",
        )
    if appraisal.audit_penalty > 0 and appraisal.audit_rate == 0:
        yield ("appraisal", "audit_penalty"), "without audits nobody pays this", number(appraisal.audit_penalty), "set audit_rate"
    if explicit.post_value > 0 and explicit.promotion == 0:
        yield (
            ("application", "explicit", "post_value"),
            "promotion does not follow results",
            number(explicit.post_value),
            "set promotion",
        )
    yield from _indicators_without_effect(scheme)


def _indicators_without_effect(scheme: Scheme) -> Iterator[tuple[Path, str, str, str]]:
    for name, indicator in scheme.plan.indicators.items():
        at = ("plan", "indicators", name)
        if indicator.above > 0 and indicator.cap == 1:
            yield (*at, "above"), "nothing can be earned beyond a cap at the standard", "cap: 1", "raise the cap"
