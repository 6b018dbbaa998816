"""Rows of the evidence: one file a row in `configs/evidence/rows`, the setting of a published result and what it claims.

A row may set the setting (organisation, tasks, scheme, how long, how many) but never the behaviour: there is no place for it in
a file, and a parameter of behaviour found anywhere in one is refused. An arm is the row's setting with some of it changed.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import Field, model_validator

from experiments.evidence.measures import arms_named
from experiments.evidence.surveys import MEASURES
from sim.errors import Finding, UserError
from sim.run import Setting
from sim.schemes.behaviour import Behaviour
from sim.schemes.checking import checked, finding_at
from sim.schemes.load import known_sources, read_organisation, read_scheme, with_changes
from sim.schemes.locate import configuration_folder
from sim.schemes.misfit import Misfit, refuse
from sim.schemes.nodes import Node, descend, merged, walk
from sim.schemes.organisation import Organisation
from sim.schemes.reading import read_yaml
from sim.schemes.scheme import Document, Scheme

LABORATORY = "laboratory"
BEHAVIOUR_WORDS = frozenset({"behaviour", "behaviours", "behavior", "posterior"})
#: How several arms are written, by the annotation of a measure's parameter as far as `ArmName`.
SHAPES: dict[str, tuple[type, str]] = {"list[": (list, "list of arms"), "dict[": (dict, "number by arm")}


class Kind(StrEnum):
    """What a claim asks for."""

    POINT = "P"  # a point or band
    RATIO = "R"  # a ratio, or the order of arms
    SIGN = "S"  # a sign


class Confidence(StrEnum):
    """Where a published number was seen."""

    PRIMARY = "p"
    SECONDARY = "s"
    RECOMPUTED = "r"
    MEMORY = "m"


CONFIDENCE_WORDS = {"p": "primary text", "s": "secondary text", "r": "re-computed", "m": "from memory"}


class Claim(Document):
    """What was published about one measure: a band, a sign or both."""

    kind: Kind = Field(description="P a point or band, R a ratio or order, S a sign.")
    measure: str = Field(description="Which measure of the row it is about.")
    published: str = Field("", description="The published number in words.")
    target: bool = Field(False, description="The behaviour is fitted on this number; its row is marked fit.")
    low: float | None = Field(None, description="Lower end of the band; left out = open.")
    high: float | None = Field(None, description="Upper end of the band; left out = open.")
    sign: str | None = Field(None, pattern=r"^[+-]$", description="The published direction, seen from `neutral`.")
    neutral: float = Field(0.0, description="The value that means no effect: 0 for differences, 1 for ratios of levels.")
    ours: bool = Field(False, description="Ours: more than the evidence table asks of the row.")

    @property
    def has_band(self) -> bool:
        """Whether a band is asked for, not only a sign."""
        return self.low is not None or self.high is not None

    @property
    def direction(self) -> int:
        """+1, -1 or 0: the published sign, read off the band where it is not given."""
        if self.sign is not None:
            return 1 if self.sign == "+" else -1
        if self.low is not None and self.low >= self.neutral:
            return 1
        return -1 if self.high is not None and self.high <= self.neutral else 0

    @model_validator(mode="after")
    def _asks_for_something(self) -> Claim:
        misfits = []
        if not self.has_band and self.sign is None:
            misfits.append(Misfit((), "a claim needs a band or a sign", "", "low, high or sign"))
        if self.low is not None and self.high is not None and self.low > self.high:
            misfits.append(Misfit(("low",), "the band is empty", f"{self.low:g} to {self.high:g}", "low below high"))
        if self.kind is Kind.SIGN and self.has_band:
            misfits.append(Misfit(("kind",), "a claim about a sign has no band", "", "kind P or R, or sign alone"))
        refuse(misfits)
        return self


class Phase(Document):
    """What a bureau went through before the arm's own scheme: a scheme and for how long."""

    months: int = Field(ge=1, le=1200, description="How long.")
    scheme: dict[str, Any] = Field(default_factory=dict, description="Difference from the row's scheme.")
    changes: dict[str, Any] = Field(default_factory=dict, description="Single values by path, scheme.… or organisation.…")


class Arm(Document):
    """The row's setting with some of it changed."""

    note: str = Field("", description="What this arm is.")
    organisation: dict[str, Any] = Field(default_factory=dict, description="Difference from the row's organisation.")
    scheme: dict[str, Any] = Field(default_factory=dict, description="Difference from the row's scheme.")
    changes: dict[str, Any] = Field(default_factory=dict, description="Single values by path, scheme.… or organisation.…")
    months: int | None = Field(None, ge=1, le=1200, description="Months under its own scheme, where it differs from the row's.")
    warmup_months: int | None = Field(None, ge=0, le=1200, description="Months before, where they differ from the row's.")
    before: list[Phase] = Field(default_factory=list, description="Schemes it went through before its own, in order.")


class RowFile(Document):
    """One row of the evidence as it is written down."""

    id: str = Field(pattern=r"^[BC][0-9]{1,2}[a-z]?$", description="Row of the evidence table.")
    title: str = Field(min_length=3, description="The finding in a few words.")
    source: str | list[str] = Field(description="Key of configs/sources.yaml, or several.")
    published: str = Field(min_length=3, description="What was published.")
    confidence: Confidence = Field(description="p primary, s secondary, r re-computed, m from memory.")
    fit: bool = Field(False, description="Whether the behaviour is fitted on this row (it then counts towards nothing).")
    ours: bool = Field(False, description="Ours: the evidence table has no such row.")
    leans: list[str] = Field(default_factory=list, description="Parameters whose assumed size was guided by this row.")
    looked_at: bool = Field(
        False, description="Whether a rule was kept or chosen after a look at this row: no prediction any more."
    )
    setting: str = Field(min_length=40, description="The setting in words: why these people differ from cadres by setting only.")
    organisation: dict[str, Any] = Field(default_factory=dict, description="`extends` (laboratory or a preset) and a difference.")
    scheme: dict[str, Any] = Field(default_factory=dict, description="`extends` (laboratory or a preset) and a difference.")
    months: int = Field(12, ge=1, le=1200, description="Months (or rounds, where a step is one) under the arm's own scheme.")
    warmup_months: int = Field(0, ge=0, le=1200, description="Months before under the first scheme of the arm, not recorded.")
    replicates: int = Field(8, ge=2, le=1000, description="Runs of every arm, the same luck in all arms.")
    seed: int = Field(2026, ge=0, description="Seed of all luck.")
    arms: dict[str, Arm] = Field(min_length=1, description="Arms by name.")
    measures: dict[str, dict[str, Any]] = Field(
        min_length=1, description="What is read off: `what` and its parameters; printed beside the claims where none asks for it."
    )
    claims: list[Claim] = Field(min_length=1, description="What was published about the measures.")
    missed: str = Field("", description="Why the model misses it, as far as that is understood; written after looking.")

    @property
    def is_rest(self) -> bool:
        """Whether it is the rest of a row marked fit (B1b of B1): what nothing was fitted on there; the table has one row."""
        return self.id[-1].isalpha()

    @property
    def sources(self) -> list[str]:
        """The sources as a list."""
        return [self.source] if isinstance(self.source, str) else self.source

    @model_validator(mode="after")
    def _parts_fit(self) -> RowFile:
        misfits = [
            Misfit(
                ("claims", number, "measure"), "the row has no such measure", claim.measure, f"one of {', '.join(self.measures)}"
            )
            for number, claim in enumerate(self.claims)
            if claim.measure not in self.measures
        ]
        for number, claim in enumerate(self.claims):
            if claim.target and not (self.fit and claim.low is not None and claim.high is not None):
                told = "a number to be fitted needs a row marked fit and a closed band"
                misfits.append(Misfit(("claims", number, "target"), told, "true", "fit: true, low and high"))
        for name in self.leans:
            if name not in Behaviour.model_fields:
                misfits.append(Misfit(("leans",), "behaviour has no such parameter", name))
        for name, call in self.measures.items():
            misfits += [Misfit(("measures", name), *told) for told in _unfit_call(call, self.arms)]
        if all(claim.ours for claim in self.claims):
            misfits.append(Misfit(("claims",), "every claim is ours", "ours: true", "ours: true beside id, for a row of our own"))
        refuse(misfits)
        seen = set().union(*map(arms_named, self.measures.values()))
        refuse([Misfit(("arms", name), "no measure looks at this arm", name) for name in self.arms if name not in seen])
        return self


def _unfit_call(call: dict[str, Any], arms: dict[str, Arm]) -> Iterator[tuple[str, str, str]]:
    """(problem, found, expected) of a call of a measure that cannot be made."""
    what = call.get("what")
    if what not in MEASURES:
        yield "there is no such measure", repr(what), f"one of {', '.join(sorted(MEASURES))}"
        return
    parameters = list(inspect.signature(MEASURES[what]).parameters.values())[1:]
    given = {key for key in call if key != "what"}
    names = {parameter.name for parameter in parameters}
    needed = {parameter.name for parameter in parameters if parameter.default is inspect.Parameter.empty}
    if given - names:
        yield f"{what} takes no {', '.join(sorted(given - names))}", "", f"one of {', '.join(sorted(names))}"
    if needed - given:
        yield f"{what} needs {', '.join(sorted(needed - given))}", "", ""
    for parameter in parameters:
        shape = SHAPES.get(str(parameter.annotation).split("ArmName")[0])
        if shape and not isinstance(call.get(parameter.name, shape[0]()), shape[0]):
            yield f"{parameter.name} is no {shape[1]}", repr(call[parameter.name]), shape[1]
    strangers = sorted(arms_named(call) - set(arms))
    if strangers:
        yield "the row has no such arm", ", ".join(map(repr, strangers)), f"one of {', '.join(arms)}"


@dataclass(frozen=True)
class PlannedPhase:
    """A scheme and the months under it."""

    scheme: Scheme
    months: int


@dataclass(frozen=True)
class PlannedArm:
    """An arm ready to run under any behaviour: its organisation, and the schemes it goes through, its own one last."""

    name: str
    organisation: Organisation
    phases: tuple[PlannedPhase, ...]

    def setting(self, behaviour: Behaviour, seed: int) -> Setting:
        """The arm's setting under a behaviour."""
        before = sum(phase.months for phase in self.phases[:-1])
        return Setting(self.organisation, behaviour, self.phases[0].scheme, self.phases[-1].months, before, seed)


@dataclass(frozen=True)
class Row:
    """A row that has been read and checked: its file's words, and its arms as documents."""

    file: RowFile
    node: Node = field(repr=False)
    path: Path = field(repr=False)

    @property
    def id(self) -> str:
        """Its name in the evidence table."""
        return self.file.id

    @cached_property
    def arms(self) -> dict[str, PlannedArm]:
        """Every arm as documents; `UserError` where one does not make a valid organisation or scheme."""
        return {name: _planned(self, name, arm) for name, arm in self.file.arms.items()}


# --- reading ---------------------------------------------------------------------------------------------------------


def folder() -> Path:
    """The folder of rows."""
    return configuration_folder() / "evidence" / "rows"


def row_ids() -> list[str]:
    """All rows that have a file, in the order of the table."""
    return sorted((path.stem for path in folder().glob("*.yaml")), key=in_order)


def in_order(name: str) -> tuple[str, int, str]:
    """B4 before B10."""
    digits = "".join(character for character in name if character.isdigit())
    return name[:1], int(digits or 0), name


def load_row(name: str) -> Row:
    """A row by its name. Raises `UserError` with every finding."""
    path = folder() / f"{name}.yaml"
    if not path.is_file():
        raise UserError.of("there is no such row", found=repr(name), expected=f"one of {', '.join(row_ids())}")
    return read_row(path)


def read_row(path: Path) -> Row:
    """A row's file, checked: no behaviour in it, sources known, arms valid, measures that can be taken."""
    node = read_yaml(path)
    _refuse_behaviour(node)
    file = checked(RowFile, node)
    findings = []
    sources = known_sources() or frozenset()
    for source in file.sources:
        if source not in sources:
            findings.append(finding_at(node, ("source",), "unknown source", repr(source), "a key of configs/sources.yaml"))
    if file.id != path.stem:
        findings.append(finding_at(node, ("id",), "the row's name is not that of its file", file.id, path.stem))
    if findings:
        raise UserError(sorted(findings))
    row = Row(file, node, path)
    _ = row.arms  # bad organisations and schemes are told at once
    return row


def _refuse_behaviour(node: Node) -> None:
    """A row sets the setting, never the behaviour: neither a section nor a single parameter."""
    findings: list[Finding] = []
    for path, here in walk(node):
        if not isinstance(here.value, dict):
            continue
        for key in here.value:
            parts = str(key).split(".")
            if _is_behaviour(parts, path):
                findings.append(
                    finding_at(
                        node, (*path, key), "a row sets the setting, never the behaviour", str(key),
                        "organisation, scheme, months, warmup_months, before, replicates, seed",
                        "one behaviour serves every row; where it does not fit, the row is missed",
                    )
                )  # fmt: skip
    if findings:
        raise UserError(sorted(findings))


def _is_behaviour(parts: list[str], path: tuple[str | int, ...]) -> bool:
    if any(part.lower() in BEHAVIOUR_WORDS for part in parts):
        return True
    names_something = path[-1:] in (("arms",), ("measures",))  # keys are names of the row's own there
    return not names_something and "measures" not in path[:1] and any(part in Behaviour.model_fields for part in parts)


def _planned(row: Row, name: str, arm: Arm) -> PlannedArm:
    at = ("arms", name)
    organisation_node = _base(row, "organisation")
    organisation_node = _laid_over(organisation_node, descend(row.node, (*at, "organisation")))
    own = _laid_over(_base(row, "scheme"), descend(row.node, (*at, "scheme")))
    changes = _changes(row.node, (*at, "changes"))
    organisation_node = with_changes(organisation_node, changes["organisation"])
    phases = []
    for number, phase in enumerate(arm.before):
        where = (*at, "before", number)
        node = _laid_over(_base(row, "scheme"), descend(row.node, (*where, "scheme")))
        node = with_changes(node, _changes(row.node, (*where, "changes"), only="scheme")["scheme"])
        phases.append(PlannedPhase(checked(Scheme, node), phase.months))
    own_scheme = checked(Scheme, with_changes(own, changes["scheme"]))
    months = row.file.months if arm.months is None else arm.months
    phases.append(PlannedPhase(own_scheme, months))
    warmup = row.file.warmup_months if arm.warmup_months is None else arm.warmup_months
    if warmup:
        phases.insert(0, PlannedPhase(phases[0].scheme, warmup))
    organisation = checked(Organisation, organisation_node)
    step = organisation.step_months
    for planned in phases:
        if planned.months % step:
            raise UserError([finding_at(row.node, at, f"{planned.months} months are no whole steps of {step}")])
    return PlannedArm(name, organisation, tuple(phases))


def _base(row: Row, part: str) -> Node:
    """The row's own organisation or scheme: a preset or the laboratory with the row's difference laid over it."""
    written = descend(row.node, (part,)) or Node({}, row.node.place)
    extends = descend(written, ("extends",))
    name = LABORATORY if extends is None else str(extends.value)
    if name == LABORATORY:
        laboratory = read_yaml(configuration_folder() / "evidence" / "laboratory.yaml")
        base = laboratory.value[part]
    else:
        base = (read_organisation(name) if part == "organisation" else read_scheme(name)).node
    return _laid_over(base, Node({key: item for key, item in written.value.items() if key != "extends"}, written.place))


def _laid_over(base: Node, difference: Node | None) -> Node:
    """Merged; a difference replaces all tasks (single values of them can be set by `changes`)."""
    if difference is None:
        return base
    if "tasks" in difference.value:
        base = Node({key: item for key, item in base.value.items() if key != "tasks"}, base.place)
    if "service" in difference.value:
        base = Node({key: item for key, item in base.value.items() if key not in ("offices", "branches")}, base.place)
    return merged(base, difference)


def _changes(node: Node, path: tuple[str | int, ...], only: str = "") -> dict[str, dict[str, Node]]:
    """Changes by path, sorted into those of the organisation and those of the scheme."""
    sorted_: dict[str, dict[str, Node]] = {"organisation": {}, "scheme": {}}
    written = descend(node, path)
    for key, value in (written.value if written is not None else {}).items():
        part, _, rest = key.partition(".")
        if part not in sorted_ or not rest or (only and part != only):
            expected = only or "organisation.… or scheme.…"
            raise UserError([finding_at(node, (*path, key), "a change is a path into the setting", key, expected)])
        sorted_[part][rest] = value
    return sorted_
