"""Courses of events in a store: how they are walked, how their months are kept, how they are read again.

A run of a course keeps one table of months, that of any other run (`experiments.runs.parts.MONTHLY`): first the months of
the bureau, then those of each branch of the course, one branch under the other, in which series that were not asked for
are missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from experiments.design.cases import Case, Course
from experiments.runs.parts import MONTHLY, RUNS
from experiments.runs.runner import Ran, Replicate, run_cases
from sim.errors import UserError
from sim.lang import are
from sim.outcomes import GROUP_OUTCOMES, OUTCOME_NAMES, SERIES

if TYPE_CHECKING:
    from experiments.runs.store import StudyStore

KEPT_OF_COURSES = (RUNS, MONTHLY)


@dataclass(frozen=True)
class Walked:
    """Months of one run: of the bureau (months, SERIES), and of branches (months, branches, outcomes) as its course has them."""

    bureau: np.ndarray
    branches: np.ndarray


@dataclass(frozen=True)
class CourseRecord:
    """One run of a course, as the runner takes it (`experiments.runs.runner.RunRecord`)."""

    scheme: str
    replicate: int
    seed: int
    monthly: np.ndarray
    #: What is measured at the end of a run is not: a course is looked at month by month.
    outcomes: np.ndarray = field(default_factory=lambda: np.full(len(OUTCOME_NAMES), np.nan))
    groups: np.ndarray = field(default_factory=lambda: np.empty((0, len(GROUP_OUTCOMES))))
    group_labels: list[tuple[str, str]] = field(default_factory=list)


def walk_courses(case: Case) -> Replicate:
    """The core for cases of courses (`experiments.design.cases.case_of_courses`): those of one length share their warm-up."""
    from sim.run import Setting, simulate_courses

    setting = Setting(case.organisation, case.behaviour, case.baseline, case.months, case.warmup_months, case.seed)
    courses = cast("tuple[Course, ...]", case.schemes)

    def simulate(replicate: int) -> list[CourseRecord]:
        records: dict[str, CourseRecord] = {}
        for months in sorted({course.months for course in courses}):
            own = [course for course in courses if course.months == months]
            paths = simulate_courses(replace(setting, months=months), [course.changes for course in own], replicate)
            for course, (bureau, branches) in zip(own, paths, strict=True):
                records[course.name] = CourseRecord(
                    course.name, replicate, case.seed, _under_each_other(course, bureau, branches)
                )
        return [records[course.name] for course in courses]

    return simulate


def _under_each_other(course: Course, bureau: np.ndarray, branches: np.ndarray) -> np.ndarray:
    """The months of the bureau, then of the branches, as one table; `branches` is (months, branches, SERIES)."""
    table = np.full((1 + len(course.branches), course.months, len(SERIES)), np.nan)
    table[0] = bureau
    for column in (SERIES.index(name) for name in course.outcomes):
        table[1:, :, column] = branches[:, list(course.branches), column].T
    return table.reshape(-1, len(SERIES))


def _walked(course: Course, table: np.ndarray) -> Walked:
    """The same table taken apart again."""
    cube = table.reshape(1 + len(course.branches), course.months, len(SERIES))
    columns = [SERIES.index(name) for name in course.outcomes]
    return Walked(cube[0].copy(), np.ascontiguousarray(cube[1:, :, columns].transpose(1, 0, 2)))


@dataclass
class WalkedReplicates:
    """What came of the replicates of courses: the good ones as `look` made them, what failed, what was run now."""

    good: list[tuple[int, Any]]
    failed: list[dict[str, Any]]
    ran: Ran


def run_courses(
    store: StudyStore,
    cases: Iterable[Case],
    replicates: Iterable[int] | Callable[[int], Iterable[int]],
    look: Callable[[int, Mapping[str, Walked]], Any],
    **how: Any,
) -> WalkedReplicates:
    """Run what the store lacks, then look at every replicate of which no course failed, one at a time.

    Args:
        store: where runs are looked up and kept.
        cases: of courses; courses of one name keep the same in all cases.
        replicates: as in `run_cases`.
        look: what is taken from a replicate: its number, and what was walked by the name of the course.
        how: workers, executor, core (by default `walk_courses`) and progress, as in `run_cases`.

    Raises:
        UserError: in no replicate have all courses come to their end.
    """
    known: dict[str, Course] = {}
    ran = run_cases(store, _Noted(cases, known), replicates, keep=KEPT_OF_COURSES, **{"core": walk_courses, **how})
    good, failed = [], []
    for replicate, walked, reasons in _read(store, known):
        failed += [{"scheme": name, "replicate": replicate, "reason": reason} for name, reason in reasons.items()]
        if not reasons:
            good.append((replicate, look(replicate, walked)))
    if not good:
        raise UserError.of("in every replicate a run has failed", found=failed[0]["reason"] if failed else "no run")
    return WalkedReplicates(good, failed, ran)


class _Noted:
    """Cases handed on, while the shape of their courses is noted; still tells how many runs they are where the cases do."""

    def __init__(self, cases: Iterable[Case], known: dict[str, Course]) -> None:
        self._cases = cases
        self._known = known

    def __iter__(self) -> Iterator[Case]:
        for case in self._cases:
            for course in cast("tuple[Course, ...]", case.schemes):
                self._known.setdefault(course.name, course)
            yield case

    def n_runs(self, replicates: Any) -> int:
        told = getattr(self._cases, "n_runs", None)
        if told is not None:
            return int(told(replicates))
        return sum(len(case.schemes) for case in self._cases) * len(replicates)


def _read(store: StudyStore, known: Mapping[str, Course]) -> Iterator[tuple[int, dict[str, Walked], dict[str, str]]]:
    """Every replicate in order: what was walked, and why what failed did."""
    number = -1
    walked: dict[str, Walked] = {}
    reasons: dict[str, str] = {}
    for batch in store.batches(KEPT_OF_COURSES):
        ends = np.cumsum(batch.n_steps)
        for row, name in enumerate(batch.scheme):
            if batch.replicate[row] != number:
                if number >= 0:
                    yield number, walked, reasons
                number, walked, reasons = int(batch.replicate[row]), {}, {}
            if batch.failed[row] is not None:
                reasons[name] = str(batch.failed[row])
            else:
                walked[name] = _walked(known[name], batch.monthly[ends[row] - batch.n_steps[row] : ends[row]])
    if number >= 0:
        yield number, walked, reasons


def told_failures(failed: list[dict[str, Any]], asked: int, good: int) -> list[str]:
    """A note where replicates are left out because a run of theirs failed."""
    if not failed:
        return []
    left_out = asked - good
    whose = "a run of it" if left_out == 1 else "a run of theirs"
    return [f"{left_out} of {asked} replicates {are(left_out)} left out: {whose} failed ({failed[0]['reason']})."]
