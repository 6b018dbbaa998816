"""The study document: a question put to several schemes in one organisation.

`verb` says what is done with them (`cadresim compare`, `cadresim sweep` ...); the block of the same name holds its
settings. `compare` is the default and needs none.

A study lists its schemes by name or path (relative to the study's own file), or makes them on the spot::

    schemes:
      - deduction_heavy
      - {name: with_floor, extends: forced_ranking, changes: {appraisal.grades.floor: 0.6}}
      - {name: two_remedies, extends: base, parts: [s_county_remedy_1_indicators, s_county_remedy_3_appraisers]}
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

from pydantic import Field, model_validator

from sim.bounds import LARGEST_SEED, MOST_MONTHS, MOST_REPLICATES
from sim.errors import Finding, UserError
from sim.schemes.checking import checked
from sim.schemes.fit import scheme_misfits
from sim.schemes.load import Loaded, read_behaviour, read_document, read_organisation, read_scheme
from sim.schemes.locate import Reference
from sim.schemes.misfit import Misfit, refuse
from sim.schemes.nodes import Node, Path, Place, descend, node_of
from sim.schemes.organisation import Organisation
from sim.schemes.plans.adversary import AdversaryPlan
from sim.schemes.plans.compare import ComparePlan
from sim.schemes.plans.optimise import OptimisePlan
from sim.schemes.plans.pilot import PilotPlan
from sim.schemes.plans.plan import Documents, Plan
from sim.schemes.plans.robustness import RobustnessPlan
from sim.schemes.plans.sensitivity import SensitivityPlan
from sim.schemes.plans.sweep import SweepPlan
from sim.schemes.plans.transition import TransitionPlan
from sim.schemes.scheme import Document, Scheme, count
from sim.schemes.words import NAME_PATTERN, did_you_mean, listed, quoted

if TYPE_CHECKING:
    from sim.schemes.behaviour import Behaviour


class Verb(StrEnum):
    """What a study does with its schemes."""

    COMPARE = "compare"
    SWEEP = "sweep"
    SENSITIVITY = "sensitivity"
    ROBUSTNESS = "robustness"
    OPTIMISE = "optimise"
    ADVERSARY = "adversary"
    TRANSITION = "transition"
    PILOT = "pilot"


class StudyScheme(Document):
    """A scheme made inside a study: a base, the differences of other files, and single changes."""

    name: str = Field(pattern=NAME_PATTERN, description="Name used in tables and figures.")
    title: str = Field("", description="Name for people.")
    extends: str = Field("base", description="Preset or file that it differs from.")
    parts: list[str] = Field(default_factory=list, description="Presets or files whose differences are laid over it.")
    changes: dict[str, Any] = Field(default_factory=dict, description="Single values by dotted path.")


class Study(Document):
    """A question and the runs that answer it."""

    name: str = Field(pattern=NAME_PATTERN, description="Name used in files and tables.")
    title: str = Field("", description="Name for people.")
    question: str = Field("", description="What the study asks, as one sentence.")
    organisation: str = Field("municipal_bureau", description="Preset or file of the organisation.")
    schemes: list[str | StudyScheme] = Field(min_length=1, max_length=1000, description="Schemes by name or path, or made here.")
    baseline: str = Field("", description="Name of the scheme that the others are compared with; by default the first.")
    behaviour: str = Field("default", description="Preset or file of the behaviour.")
    months: int = count(36, "Recorded months.", low=1, high=MOST_MONTHS)
    warmup_months: int = count(24, "Months before them under the baseline, not recorded.", low=0, high=MOST_MONTHS)
    replicates: int = count(100, "How many times each scheme is run.", low=2, high=MOST_REPLICATES, unit="runs")
    seed: int = count(1, "Seed of all luck; 0 is a seed like any other.", low=0, high=LARGEST_SEED, unit="-")
    headline: list[str] = Field(default_factory=list, description="Outcomes to show first; by default the usual ones.")
    equal_budget: bool = Field(False, description="Scale explicit rewards so that schemes cost the same.")
    verb: Verb = Field(Verb.COMPARE, description="What is done with the schemes; the block of the same name says how.")
    # The block of a verb: a class in sim/schemes/plans; what it cannot do without makes the block obligatory.
    compare: ComparePlan | None = Field(None, description="verb: compare. When there are enough replicates, and what is told.")
    sweep: SweepPlan | None = Field(None, description="verb: sweep. Values to give to paths, and the design of the points.")
    sensitivity: SensitivityPlan | None = Field(None, description="verb: sensitivity. Parameters, method and size of the sample.")
    robustness: RobustnessPlan | None = Field(None, description="verb: robustness. Worlds, and what counts in them.")
    optimise: OptimisePlan | None = Field(None, description="verb: optimise. Levers, objectives, limits, length of the search.")
    adversary: AdversaryPlan | None = Field(None, description="verb: adversary. What is harmed, and by which behaviour.")
    transition: TransitionPlan | None = Field(None, description="verb: transition. When which branches come under which scheme.")
    pilot: PilotPlan | None = Field(None, description="verb: pilot. The outcome, designs and sizes of a trial.")

    @property
    def plan(self) -> Plan | None:
        """The settings of this study's verb, their defaults where the file leaves them out; None for a verb without any."""
        if self.verb not in BLOCKS:
            return None
        return getattr(self, self.verb) or BLOCKS[self.verb]()

    @model_validator(mode="after")
    def _block_belongs_to_verb(self) -> Study:
        given = [name for name in BLOCKS if getattr(self, name) is not None]
        misfits = [
            Misfit((name,), "this block belongs to another verb", f"verb: {self.verb.value}", f"verb: {name}")
            for name in given
            if name != self.verb
        ]
        block = BLOCKS.get(self.verb)
        obligatory = [key for key, field in block.model_fields.items() if field.is_required()] if block else []
        if obligatory and self.verb not in given:
            expected = f"a block {self.verb.value}: with {listed(obligatory)}"
            misfits.append(Misfit(("verb",), "the settings of this verb are missing", f"verb: {self.verb.value}", expected))
        refuse(misfits)
        return self


#: The settings of every verb that has any, by the name of its block.
BLOCKS: dict[str, type[Plan]] = {
    "adversary": AdversaryPlan,
    "compare": ComparePlan,
    "optimise": OptimisePlan,
    "robustness": RobustnessPlan,
    "sensitivity": SensitivityPlan,
    "sweep": SweepPlan,
    "transition": TransitionPlan,
    "pilot": PilotPlan,
}


@dataclass(frozen=True)
class OpenStudy:
    """A study with everything it names read and checked to fit together; the baseline has its name."""

    study: Study
    schemes: tuple[Loaded[Scheme], ...]
    organisation: Loaded[Organisation]
    behaviour: Loaded[Behaviour]
    baseline: str

    @property
    def files(self) -> tuple[FilePath, ...]:
        """Every file that was read for the study's documents, each once."""
        loaded: list[Loaded[Any]] = [*self.schemes, self.organisation, self.behaviour]
        read = [file for one in loaded for file in one.files]
        return tuple(dict.fromkeys(read))


def load_study(reference: Reference, outcome_names: Collection[str] = ()) -> Study:
    """A study by name or path, with all it names checked; `outcome_names` are what `headline` may hold.

    Raises `UserError` with every finding.
    """
    return open_study(reference, outcome_names).study


def open_study(study: Reference | Study, outcome_names: Collection[str] = ()) -> OpenStudy:
    """A study with its schemes, organisation and behaviour. A `Study` object counts paths from the working folder.

    Raises `UserError` with every finding, in the study and in the files that it names.
    """
    if isinstance(study, Study):
        node = node_of(study.model_dump(mode="json"), Place(f"study {study.name}"))
        return _Opener(Loaded(study, node, ()), None, outcome_names).open()
    loaded = read_document(Study, study, "studies")
    return _Opener(loaded, loaded.files[0].parent, outcome_names).open()


class _Opener:
    """Reads what a study names and collects every finding on the way."""

    def __init__(self, loaded: Loaded[Study], folder: FilePath | None, outcome_names: Collection[str]) -> None:
        self.loaded = loaded
        self.study = loaded.document
        self.folder = folder
        self.outcome_names = outcome_names
        self.findings: list[Finding] = []
        self._check_headline(outcome_names)

    def open(self) -> OpenStudy:
        schemes = [self._read(("schemes", i), self._scheme(entry, i)) for i, entry in enumerate(self.study.schemes)]
        organisation = self._read(("organisation",), lambda: read_organisation(self.study.organisation, beside=self.folder))
        behaviour = self._read(("behaviour",), lambda: read_behaviour(self.study.behaviour, beside=self.folder))
        present = [scheme for scheme in schemes if scheme is not None]
        self._check_names(schemes)
        baseline = self._baseline(schemes)
        if organisation is not None:
            self.findings += [finding for scheme in present for finding in scheme_misfits(scheme, organisation)]
        if not self.findings and organisation is not None and behaviour is not None:
            self._check_plan(Documents(present, baseline, organisation, behaviour, self.outcome_names))
        if self.findings or organisation is None or behaviour is None:
            raise UserError(sorted(set(self.findings)))
        return OpenStudy(self.study, tuple(present), organisation, behaviour, baseline)

    def _scheme(self, entry: str | StudyScheme, index: int) -> Any:
        if isinstance(entry, str):
            return lambda: read_scheme(entry, beside=self.folder)
        # The nodes of the changes, not their values: so a mistake is told with its line in the study.
        changes = descend(self.loaded.node, ("schemes", index, "changes"))
        labels = {"name": entry.name, "title": entry.title}
        return lambda: read_scheme(entry.extends, parts=entry.parts, changes=_items(changes), labels=labels, beside=self.folder)

    def _read(self, path: Path, reader: Any) -> Any:
        """What a reader gives, or None and its findings; a name that leads nowhere is the study's own mistake."""
        try:
            return reader()
        except UserError as error:
            self.findings += [finding if finding.line else self._said_here(finding, path) for finding in error.findings]
            return None

    def _said_here(self, finding: Finding, path: Path) -> Finding:
        """A finding about what the study names, at the study's own line; the file that was looked for is told beside it."""
        here = self.loaded.place(*path)
        at = finding.path or self.loaded.finding(path, "").path
        found = finding.found or (quoted(finding.file) if finding.file != here.file else "")
        return replace(finding, file=here.file, line=here.line, path=at, found=found)

    def _check_headline(self, outcome_names: Collection[str]) -> None:
        for index, name in enumerate(self.study.headline):
            if outcome_names and name not in outcome_names:
                hint = did_you_mean(name, outcome_names)
                self._find(("headline", index), "there is no such outcome", quoted(name), "the name of an outcome", hint)
            if name in self.study.headline[:index]:
                self._find(("headline", index), "this outcome stands here twice", quoted(name), "each outcome once")

    def _check_plan(self, documents: Documents) -> None:
        """The settings of the verb, tried on everything the study names."""
        for misfit in self.study.plan.misfits(documents) if self.study.plan else ():
            self._find((self.study.verb, *misfit.at), misfit.problem, misfit.found, misfit.expected, misfit.hint)

    def _check_names(self, schemes: list[Loaded[Scheme] | None]) -> None:
        first: dict[str, int] = {}
        for index, scheme in enumerate(schemes):
            if scheme is None:
                continue
            name = scheme.document.name
            if name in first:
                line = self.loaded.place("schemes", first[name]).line
                hint = f"first on line {line}" if line else ""
                self._find(("schemes", index), "two schemes have the same name", quoted(name), "unique names", hint)
            first.setdefault(name, index)

    def _baseline(self, schemes: list[Loaded[Scheme] | None]) -> str:
        """The name of the baseline; it may be written as the schemes are listed, or as they are called."""
        called = {
            entry: scheme.document.name
            for entry, scheme in zip(self.study.schemes, schemes, strict=True)
            if scheme and isinstance(entry, str)
        }
        names = [scheme.document.name for scheme in schemes if scheme is not None]
        asked = self.study.baseline or (names[0] if names else "")
        found = asked if asked in names else called.get(asked, "")
        # A baseline that could not be read has been told already.
        if not found and asked not in self.study.schemes:
            expected, hint = f"one of {listed(dict.fromkeys(names))}", did_you_mean(asked, names)
            self._find(("baseline",), "the baseline is not among the schemes", quoted(asked), expected, hint)
        return found

    def _find(self, path: Path, problem: str, found: str = "", expected: str = "", hint: str = "") -> None:
        self.findings.append(self.loaded.finding(path, problem, found, expected, hint))


def _items(changes: Node | None) -> dict[str, Node]:
    return dict(changes.value) if changes is not None else {}


def made_study(content: Mapping[str, Any]) -> Study:
    """A study made in Python from what a file would hold; whatever is wrong is told like in a file.

    Raises `UserError` with every finding.
    """
    return checked(Study, node_of(dict(content), Place(f"study {content.get('name', '')}".strip())))
