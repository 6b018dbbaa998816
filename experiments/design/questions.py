"""From what a user names (a study, schemes, an organisation) to a design that is read, checked and complete."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from experiments.design.study import Design
from experiments.design.targets import FIRST_LOOK, Wanted, read_wanted
from experiments.design.targets import Asked as Targets
from sim.errors import Finding, UserError
from sim.outcomes import HEADLINES, OUTCOME_NAMES
from sim.schemes.behaviour import Behaviour
from sim.schemes.check import kind_of
from sim.schemes.fit import scheme_misfits
from sim.schemes.load import Loaded, load_behaviour, read_organisation, read_scheme
from sim.schemes.organisation import Organisation
from sim.schemes.plans.compare import ComparePlan
from sim.schemes.plans.plan import Plan
from sim.schemes.scheme import Scheme
from sim.schemes.study import OpenStudy, Study, open_study

DEFAULT_STUDY = "municipal_comparison"
DEFAULT_ORGANISATION = "municipal_bureau"

#: What a scheme is compared with where it is named alone.
DEFAULT_BASELINE = "deduction_heavy"

SchemeLike = Scheme | str | Path
Asked = Study | SchemeLike | Sequence[SchemeLike]
Result = TypeVar("Result")


def read_question(
    asked: Asked = DEFAULT_STUDY,
    *,
    organisation: Organisation | str | Path | None = None,
    behaviour: Behaviour | str | Path | None = None,
    baseline: str | None = None,
    months: int | None = None,
    warmup_months: int | None = None,
    replicates: int | None = None,
    seed: int | None = None,
    verb: str = "compare",
    until: Targets = None,
    best: str | None = None,
    most: int | None = None,
    winners: bool | None = None,
) -> Design:
    """The design for a study or for schemes; what is given here takes the place of what the study says.

    With ``until`` or ``best`` the study begins with ``replicates`` (20) and grows to ``most`` (1,000).
    A baseline that is not among the schemes is read and added. A single scheme is compared with the status quo. A study
    must be one for this verb.

    Raises:
        UserError: with every finding in the study and the documents it names.
    """
    entries: list[Any] = list(asked) if isinstance(asked, Sequence) and not isinstance(asked, str) else [asked]
    if not entries:
        raise UserError.of("no scheme to run", hint="name one or more schemes; `cadresim schemes` lists them")
    if len(entries) == 1 and _is_study(entries[0]):
        opened = open_study(entries[0], OUTCOME_NAMES)
        check_verb(opened, verb)
    else:
        opened = None
        _refuse_studies(entries)
    schemes, bureau, ways = _documents(opened, entries, organisation, behaviour)
    schemes, called = _with_baseline(schemes, baseline or (opened.baseline if opened else None))
    _check_fit(schemes, bureau)
    study = opened.study if opened else Study(name="comparison", schemes=["base"])
    numbers = {"months": months, "warmup_months": warmup_months, "replicates": replicates, "seed": seed}
    given = {name: value for name, value in numbers.items() if value is not None}
    wanted, desks = _plan(opened, until, best, most)
    if wanted and replicates is None:
        given["replicates"] = min(FIRST_LOOK, wanted.most)
    elif wanted and replicates is not None and replicates > wanted.most:
        raise UserError.of("replicates: more to begin with than there may be at most", found=f"{replicates}, most {wanted.most}")
    return Design(
        name=study.name,
        title=study.title,
        question=study.question,
        organisation=bureau.document if isinstance(bureau, Loaded) else bureau,
        behaviour=ways,
        schemes=tuple(scheme.document if isinstance(scheme, Loaded) else scheme for scheme in schemes),
        baseline=called,
        headline=tuple(study.headline) or HEADLINES,
        equal_budget=study.equal_budget,
        wanted=wanted,
        winners=desks if winners is None else winners,
        **{name: getattr(study, name) for name in numbers if name not in given},
        **given,
    )


@dataclass(frozen=True)
class Planned:
    """A study with settings of its verb: the design of its runs, the settings, and all it names."""

    design: Design
    plan: Plan
    opened: OpenStudy


def read_planned(
    asked: Study | str | Path,
    verb: str,
    *,
    months: int | None = None,
    warmup_months: int | None = None,
    replicates: int | None = None,
    seed: int | None = None,
) -> Planned:
    """A study for one verb, read and checked; numbers given here take the place of what the study says.

    Raises:
        UserError: with every finding, or a study for another verb.
    """
    opened = open_study(asked, OUTCOME_NAMES)
    check_verb(opened, verb)
    design = read_question(asked, months=months, warmup_months=warmup_months, replicates=replicates, seed=seed, verb=verb)
    assert opened.study.plan is not None  # the verb has settings, and the study is for it
    return Planned(design, opened.study.plan, opened)


def check_verb(opened: OpenStudy, verb: str) -> None:
    """Refuse a study that asks for something else.

    Raises:
        UserError: the study's verb is another.
    """
    if opened.study.verb != verb:
        raise UserError.of(
            f"this study is not for {verb}", path="verb", found=f"verb: {opened.study.verb.value}", expected=f"verb: {verb}",
            hint=f"cadresim {opened.study.verb.value}",
        )  # fmt: skip


def _plan(opened: OpenStudy | None, until: Targets, best: str | None, most: int | None) -> tuple[Wanted | None, bool]:
    """What the comparison must reach, and whether desks are compared; what is given takes the place of the study's."""
    plan = opened.study.plan if opened else None
    if not isinstance(plan, ComparePlan):
        return read_wanted(until, best, most), True
    asked_most = most if most is not None or not (plan.until or plan.best or until or best) else plan.most
    return read_wanted(until or plan.until, best or plan.best, asked_most), plan.winners


def _is_study(entry: object) -> bool:
    if isinstance(entry, Study):
        return True
    if not isinstance(entry, str | Path):
        return False
    try:
        return kind_of(entry) == "studies"
    except UserError:
        return False  # read as a scheme it gets the message that lists the schemes


def _refuse_studies(entries: Iterable[object]) -> None:
    studies = [entry for entry in entries if _is_study(entry)]
    if studies:
        raise UserError.of("a study stands alone", found=str(studies[0]), hint="name one study, or schemes only")


def _documents(
    opened: OpenStudy | None,
    entries: Sequence[SchemeLike],
    organisation: Organisation | str | Path | None,
    behaviour: Behaviour | str | Path | None,
) -> tuple[list[Scheme | Loaded[Scheme]], Organisation | Loaded[Organisation], Behaviour]:
    """Schemes, organisation and behaviour, with the findings in all of them told together."""
    findings: list[Finding] = []

    def read(reader: Callable[[], Result]) -> Result | None:
        try:
            return reader()
        except UserError as error:
            findings.extend(error.findings)
            return None

    schemes = list(opened.schemes) if opened else [read(lambda entry=entry: _scheme(entry)) for entry in entries]  # type: ignore[misc]
    bureau = opened.organisation if opened and organisation is None else read(lambda: _organisation(organisation))
    ways = opened.behaviour.document if opened and behaviour is None else read(lambda: _behaviour(behaviour))
    if findings or bureau is None or ways is None:
        raise UserError(sorted(set(findings)))
    return [scheme for scheme in schemes if scheme is not None], bureau, ways


def _scheme(entry: SchemeLike) -> Scheme | Loaded[Scheme]:
    return entry if isinstance(entry, Scheme) else read_scheme(entry)


def _organisation(given: Organisation | str | Path | None) -> Organisation | Loaded[Organisation]:
    return given if isinstance(given, Organisation) else read_organisation(given or DEFAULT_ORGANISATION)


def _behaviour(given: Behaviour | str | Path | None) -> Behaviour:
    return given if isinstance(given, Behaviour) else load_behaviour(given or "default")


def _with_baseline(schemes: list[Scheme | Loaded[Scheme]], asked: str | None) -> tuple[list[Scheme | Loaded[Scheme]], str]:
    """The schemes with the baseline among them, and its name."""
    names = [_name(scheme) for scheme in schemes]
    if asked is None and len(names) == 1:
        asked = DEFAULT_BASELINE
    if asked is None or asked in names:
        return schemes, asked or names[0]
    extra = read_scheme(asked)
    if extra.document.name in names:
        return schemes, extra.document.name
    return [extra, *schemes], extra.document.name


def _name(scheme: Scheme | Loaded[Scheme]) -> str:
    return scheme.document.name if isinstance(scheme, Loaded) else scheme.name


def _check_fit(schemes: Iterable[Scheme | Loaded[Scheme]], bureau: Organisation | Loaded[Organisation]) -> None:
    findings = [finding for scheme in schemes for finding in scheme_misfits(scheme, bureau)]
    if findings:
        raise UserError(sorted(set(findings)))
