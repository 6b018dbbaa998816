"""Lessons by name or file, with everything that is wrong with one told at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from experiments.design.lesson import Lesson, TheoryCard, is_expression, names_in
from experiments.evidence.limits import limit_names, load_limit, value_of
from experiments.lessons.quantities import quantity_names
from sim.errors import Finding, UserError
from sim.schemes.behaviour import Behaviour
from sim.schemes.checking import checked, finding_at
from sim.schemes.fit import scheme_misfits
from sim.schemes.load import known_sources, load_behaviour, load_organisation, read_scheme
from sim.schemes.locate import SUFFIXES, Reference, configuration_folder, looks_like_path
from sim.schemes.nodes import Node
from sim.schemes.nodes import Path as Steps
from sim.schemes.organisation import Organisation
from sim.schemes.paths import with_values
from sim.schemes.reading import read_yaml
from sim.schemes.scheme import Scheme
from sim.schemes.words import did_you_mean, listed, quoted


@dataclass(frozen=True)
class OpenLesson:
    """A lesson with all the documents it names."""

    lesson: Lesson
    organisation: Organisation
    behaviour: Behaviour
    schemes: tuple[Scheme, ...]
    file: Path

    def scheme(self, name: str) -> Scheme:
        """A scheme of the lesson."""
        return next(scheme for scheme in self.schemes if scheme.name == name)

    @property
    def baseline(self) -> Scheme:
        """The scheme that the others are compared with."""
        return self.scheme(self.lesson.baseline)

    def with_seed(self, seed: int) -> OpenLesson:
        """The same lesson with other luck."""
        return replace(self, lesson=self.lesson.model_copy(update={"seed": seed}))

    def with_replicates(self, replicates: int) -> OpenLesson:
        """The same lesson with another number of runs."""
        return replace(self, lesson=self.lesson.model_copy(update={"replicates": replicates}))


def cadres_of(organisation: Organisation) -> int:
    """People in a bureau."""
    units = [*organisation.offices, *(unit for branch in organisation.branches for unit in branch.departments)]
    return sum(unit.cadres for unit in units)


def folder() -> Path:
    """The folder of lessons."""
    return configuration_folder() / "lessons"


def lesson_names() -> list[str]:
    """Names of all lessons, in the order of the course."""
    found = [(open_lesson(path.stem).lesson.order, path.stem) for path in folder().glob("*.yaml")]
    return [name for _, name in sorted(found)]


def open_lesson(reference: Reference) -> OpenLesson:
    """A lesson by name or file, checked against everything it names.

    Raises:
        UserError: with every finding.
    """
    path = _found(reference)
    node = read_yaml(path)
    lesson = checked(Lesson, node)
    findings: list[Finding] = []
    organisation = _read(node, ("organisation",), lambda: load_organisation(lesson.organisation), findings)
    behaviour = _read(node, ("behaviour",), lambda: load_behaviour(lesson.behaviour), findings)
    schemes = [
        _read(
            node, ("schemes", index),
            lambda one=one: read_scheme(
                one.extends, parts=one.parts, changes=one.changes, labels={"name": one.name, "title": one.title.en},
                beside=path.parent,
            ),
            findings,
        )
        for index, one in enumerate(lesson.schemes)
    ]  # fmt: skip
    known = known_sources(path.parent) or frozenset()
    findings += [
        finding_at(
            node, ("sources", index), "there is no such source", quoted(key), "a key of sources.yaml", did_you_mean(key, known)
        )
        for index, key in enumerate(lesson.sources)
        if key not in known
    ]
    for index, card in enumerate(lesson.theory):
        findings += _about_theory(card, node, ("theory", index))
    if findings or organisation is None or behaviour is None:
        raise UserError(sorted(set(findings)))
    found = [scheme for scheme in schemes if scheme is not None]
    misfits = [misfit for scheme in found for misfit in scheme_misfits(scheme, organisation)]
    if misfits:
        raise UserError(sorted(set(misfits)))
    documents = tuple(scheme.document for scheme in found)
    levers = _lever_findings(lesson, documents, node)
    if levers:
        raise UserError(levers)
    return OpenLesson(lesson, organisation, behaviour, documents, path)


def _found(reference: Reference) -> Path:
    """The file of a lesson; a name is looked up among the presets only."""
    if looks_like_path(reference):
        path = Path(reference)
        if not path.is_file():
            raise UserError.of("no such file", file=str(reference), expected="the file of a lesson")
        return path
    names = sorted(path.stem for path in folder().glob(f"*{SUFFIXES[0]}"))
    if reference not in names:
        hint = did_you_mean(str(reference), names)
        raise UserError.of(
            "there is no lesson of this name", found=quoted(str(reference)), expected=f"one of {listed(names)}", hint=hint
        )
    return folder() / f"{reference}{SUFFIXES[0]}"


def _read(node: Node, at: Steps, reader, findings: list[Finding]):  # type: ignore[no-untyped-def]
    """What a reader gives, or None with what is wrong told at the place in the lesson."""
    try:
        return reader()
    except UserError as error:
        for finding in error.findings:
            where = ": ".join(part for part in (finding.path, finding.problem) if part)
            findings.append(finding_at(node, at, where, finding.found, finding.expected, finding.hint))
        return None


def _about_theory(card: TheoryCard, node: Node, at: Steps) -> Iterator[Finding]:
    """What is wrong with a theory card: limit, parameters, measures, expressions."""
    names = limit_names()
    if card.limit not in names:
        hint = did_you_mean(card.limit, names)
        yield finding_at(node, (*at, "limit"), "there is no such limit", quoted(card.limit), f"one of {listed(names)}", hint)
        return
    limit = load_limit(card.limit)
    for name, value in card.at.items():
        if name not in limit.example:
            hint = did_you_mean(name, limit.example)
            yield finding_at(
                node, (*at, "at", name), "the limit has no such parameter", quoted(name), f"one of {listed(limit.example)}", hint
            )
        yield from _about_expression(value, quantity_names(), node, (*at, "at", name))
    measures = list(limit.expects(limit.example))
    for index, measure in enumerate(card.measures):
        if measure not in measures:
            hint = did_you_mean(measure, measures)
            yield finding_at(
                node,
                (*at, "measures", index),
                "the limit gives no such measure",
                quoted(measure),
                f"one of {listed(measures)}",
                hint,
            )
    if card.rival is not None:
        allowed = {*quantity_names(), *measures, *limit.example}
        for path, value in card.rival.changes.items():
            yield from _about_expression(value, allowed, node, (*at, "rival", "changes", path))


def _about_expression(value: object, allowed: set[str], node: Node, at: Steps) -> Iterator[Finding]:
    if not isinstance(value, str) or not is_expression(value):
        return
    try:
        asked = names_in(value)
        value_of(value[1:], dict.fromkeys(asked, 1.0))
    except (UserError, ValueError, KeyError, ArithmeticError):
        yield finding_at(node, at, "this is no expression", quoted(value), "= with names, numbers, + - * / **, sqrt, abs")
        return
    for name in sorted(asked - allowed):
        hint = did_you_mean(name, allowed)
        yield finding_at(node, at, "the expression asks for something unknown", quoted(name), "a quantity of the bureau", hint)


def _lever_findings(lesson: Lesson, schemes: tuple[Scheme, ...], node: Node) -> list[Finding]:
    """Levers that cannot be set in the scheme they start from."""
    design = lesson.play.design
    start = next(scheme for scheme in schemes if scheme.name == design.scheme)
    findings = []
    for index, lever in enumerate(design.levers):
        for value in (lever.low, lever.high, *lever.choices):
            if value is None:
                continue
            try:
                with_values(start, {lever.path: value})
            except UserError as error:
                findings += [
                    finding_at(node, ("play", "design", "levers", index), f.problem, f.found or f"{value}", f.expected, f.hint)
                    for f in error.findings
                ]
    return sorted(set(findings))
