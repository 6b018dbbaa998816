"""transition: a scheme comes in given months, at once or branch by branch; the months before and after, and what the way costs.

Three courses meet the same people and the same luck in every replicate: **stay** (nothing changes), **planned** (the waves of
the study) and **at_once** (what the waves lead to, everywhere from the month of the first one).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.design.cases import Course, about_study, case_of_courses, model_code
from experiments.design.study import Design
from experiments.design.targets import BETTER
from experiments.runs.courses import run_courses, told_failures, walk_courses
from experiments.runs.folder import MANIFEST, told_where, write_json
from experiments.runs.runner import Core, Ran, check_workers
from experiments.runs.store import StudyStore, versions
from experiments.statistics.intervals import half_width, mean_with_interval
from sim.errors import UserError
from sim.lang import counted
from sim.outcomes import HEADLINES, SERIES
from sim.schemes.plans.transition import TransitionPlan

if TYPE_CHECKING:
    import pandas as pd

    from sim.run import Change, Setting

STAY, PLANNED, AT_ONCE = "stay", "planned", "at_once"

#: A path has recovered when its mean over so many months is good enough: seasons and appraisal years come and go.
LASTING = 12
#: Months at the end of the run that stand for the steady state.
STEADY = 12
RESAMPLES = 1000
BAND = 0.9

#: Told at the start and after every replicate: how many are done.
Progress = Callable[[int, int], None]


@dataclass
class Transition:
    """Paths of the courses and what they say; months are counted from 1, arrays from 0."""

    design: Design
    plan: TransitionPlan
    outcomes: tuple[str, ...]
    paths: dict[str, np.ndarray]  # course -> (replicates, months, SERIES)
    by_branch: dict[str, np.ndarray]  # course (but at_once) -> (replicates, months, branches, outcomes)
    branches: tuple[str, ...]
    starts: np.ndarray  # (branches,) month of each branch's last change; 0 = none
    wall_time: float = 0.0
    command: str = ""
    workers: int = 1
    notes: list[str] = field(default_factory=list)
    failed: list[dict[str, Any]] = field(default_factory=list)  # runs that failed; their replicates are left out
    ran: Ran = field(default_factory=lambda: Ran(0, 0, 0))

    @property
    def courses(self) -> tuple[str, ...]:
        """Names of the courses that were walked."""
        return tuple(self.paths)

    @property
    def first_month(self) -> int:
        """Month of the first change."""
        return min(change.month for change in self.plan.changes)

    @property
    def waves(self) -> list[int]:
        """Months of change, each once, in order."""
        return sorted({change.month for change in self.plan.changes})

    @property
    def is_steady_known(self) -> bool:
        """Whether enough months follow the last change to speak of a steady state after it."""
        return can_be_steady(months_after(self.design.months, self.waves))

    @cached_property
    def monthly(self) -> pd.DataFrame:
        """One row a course, outcome and month: mean and the band that holds 90 % of the replicates; paired difference to
        staying with its 95 % interval (`difference`, `low`, `high`).
        """
        import pandas as pd

        tables = []
        for outcome in self.outcomes:
            stay = self.series(STAY, outcome)
            for course in self.courses:
                path = self.series(course, outcome)
                gap = path - stay
                half = half_width(gap)
                tails = np.quantile(path, [(1 - BAND) / 2, (1 + BAND) / 2], axis=0)
                tables.append(
                    pd.DataFrame(
                        {
                            "course": course, "outcome": outcome, "month": np.arange(1, path.shape[1] + 1),
                            "mean": path.mean(axis=0), "band_low": tails[0], "band_high": tails[1],
                            "difference": gap.mean(axis=0), "low": gap.mean(axis=0) - half, "high": gap.mean(axis=0) + half,
                        }
                    )
                )  # fmt: skip
        return pd.concat(tables, ignore_index=True)

    @cached_property
    def branch_paths(self) -> pd.DataFrame:
        """One row a branch, outcome and month: paired difference of the planned course to staying with its 95 % interval."""
        import pandas as pd

        gap = self.by_branch[PLANNED] - self.by_branch[STAY]
        mean = gap.mean(axis=0)
        half = half_width(gap.reshape(len(gap), -1)).reshape(mean.shape)
        months = mean.shape[0]
        tables = [
            pd.DataFrame(
                {
                    "branch": name, "starts": int(self.starts[b]), "outcome": outcome, "month": np.arange(1, months + 1),
                    "difference": mean[:, b, k], "low": (mean - half)[:, b, k], "high": (mean + half)[:, b, k],
                }
            )
            for b, name in enumerate(self.branches)
            for k, outcome in enumerate(self.outcomes)
        ]  # fmt: skip
        return pd.concat(tables, ignore_index=True)

    @cached_property
    def costs(self) -> pd.DataFrame:
        """One row an outcome and course that changes: what the change brings in the end and what the way there costs.

        ``gain`` is the steady state after less that of staying (last twelve months of at_once), positive = better. ``loss`` is
        summed over the months from the first change on: better of the two steady states less the course, in units of the
        outcome times months. ``worst`` is the deepest monthly difference to staying and ``worst_month`` its month.
        ``recovered`` is the first month from which the course is, on the mean of twelve months, as good as the better state (less
        the tolerance); infinite = not within the run. All but ``worst`` with 95 % intervals; there is nothing where no direction
        is better.
        """
        import pandas as pd

        rows = [self._cost(outcome, course) for outcome in self.outcomes for course in self.courses if course != STAY]
        return pd.DataFrame(rows)

    def _cost(self, outcome: str, course: str) -> dict[str, Any]:
        better = BETTER[outcome]
        row: dict[str, Any] = {"outcome": outcome, "course": course, "better": better}
        if not better:
            return row
        first = self.first_month - 1
        gain, ahead = self._gain(outcome), self._ahead(outcome, course)
        row |= _with_interval("gain", gain) | _with_interval("loss", self._lost(outcome, course))
        mean = ahead.mean(axis=0)
        row |= {"worst": float(mean.min()), "worst_month": first + int(mean.argmin()) + 1}
        rng = np.random.default_rng([self.design.seed, SERIES.index(outcome)])
        drawn = rng.integers(len(gain), size=(RESAMPLES, len(gain)))
        months = [recovered(ahead[rows].mean(axis=0), gain[rows].mean(), self.plan.tolerance) for rows in drawn]
        found = recovered(mean, gain.mean(), self.plan.tolerance)
        low, high = np.quantile(months, [0.025, 0.975], method="nearest")
        return row | {
            "recovered": first + found + 1, "recovered_low": first + low + 1, "recovered_high": first + high + 1,
        }  # fmt: skip

    def _gain(self, outcome: str) -> np.ndarray:
        """(replicates,): how much better the steady state after is than that of staying."""
        return self._ahead(outcome, AT_ONCE if AT_ONCE in self.paths else PLANNED)[:, -STEADY:].mean(axis=1)

    def _ahead(self, outcome: str, course: str) -> np.ndarray:
        """(replicates, months from the first change on): how much better a course is than staying."""
        return BETTER[outcome] * (self.series(course, outcome) - self.series(STAY, outcome))[:, self.first_month - 1 :]

    def _lost(self, outcome: str, course: str) -> np.ndarray:
        """(replicates,): what a course lacks to the better of the two steady states, summed over its months."""
        gain = self._gain(outcome)
        return (max(0.0, np.sign(gain.mean())) * gain[:, None] - self._ahead(outcome, course)).sum(axis=1)

    def dearer_in_waves(self, outcome: str) -> tuple[float, float, float]:
        """How much more is lost on the way as planned than at once (outcome times months), paired, with its 95 % interval."""
        return mean_with_interval(self._lost(outcome, PLANNED) - self._lost(outcome, AT_ONCE))

    def series(self, course: str, outcome: str) -> np.ndarray:
        """The bureau's path (replicates, months) of one outcome."""
        return self.paths[course][:, :, SERIES.index(outcome)]

    def manifest(self) -> dict[str, Any]:
        """What made these tables."""
        return {
            "format": 1, "verb": "transition", "command": self.command, "versions": versions(), "model_code": model_code(),
            "study": self.design.resolved(), "transition": self.plan.model_dump(mode="json"),
            "n_runs": len(self.courses) * self.design.replicates, "workers": self.workers,
            "wall_time_seconds": round(self.wall_time, 3), "notes": self.notes,
        }  # fmt: skip

    def write_tables(self, folder: Path, stored: Mapping[str, Any] | None = None) -> None:
        """Put the tables and the manifest into a folder (one that has been staged), with what the store says."""
        with told_where(folder):
            for name in ("monthly", "costs", "branch_paths"):
                getattr(self, name).to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")
        write_json(folder / MANIFEST, {**self.manifest(), **(stored or {})})


def _with_interval(name: str, values: np.ndarray) -> dict[str, float]:
    return dict(zip((name, f"{name}_low", f"{name}_high"), mean_with_interval(values), strict=True))


def recovered(ahead: np.ndarray, gain: float, tolerance: float) -> float:
    """Months until a path (better by `ahead` than staying) is, on the mean of twelve months, as good as the better steady state.

    The better state is `gain` where that is positive, else staying (0); a share `tolerance` of |gain| is let pass. Infinite
    where the path never gets there.
    """
    means = np.lib.stride_tricks.sliding_window_view(ahead, min(LASTING, len(ahead))).mean(axis=1)
    good = means >= max(0.0, gain) - tolerance * abs(gain)
    return float(good.argmax()) if good.any() else np.inf


def months_after(months: int, changes: Iterable[int]) -> int:
    """Months of a run that follow its last change, that of the change among them."""
    return months - max(changes) + 1


def can_be_steady(months_left: int) -> bool:
    """Whether the end of a run may be taken for steady: a year to settle in, and a year to be measured."""
    return months_left >= 2 * STEADY


def about(design: Design, plan: TransitionPlan, command: str = "") -> dict[str, Any]:
    """What the store is told of the study: what must stay the same while it grows, and what is asked for now."""
    return about_study(
        design,
        "transition",
        command,
        setting={"changes": plan.model_dump(mode="json")["changes"]},
        asked={"replicates": design.replicates},
        n_runs=(3 if len({change.month for change in plan.changes}) > 1 else 2) * design.replicates,
    )


def run_transition(
    design: Design,
    plan: TransitionPlan,
    store: StudyStore,
    *,
    workers: int | None = None,
    executor: Executor | None = None,
    core: Core = walk_courses,
    progress: Progress = lambda done, total: None,
    command: str = "",
) -> Transition:
    """Walk every course in every replicate, as far as the store does not have it.

    Raises:
        UserError: a month, branch or outcome that there is not, a bad number of workers, a folder that cannot be written; in
            every replicate a run has failed.
    """
    from sim.run import Stage

    outcomes = chosen_series(plan.outcomes or list(design.headline) or list(HEADLINES), given=bool(plan.outcomes))
    if design.organisation.months_a_step != 1.0:
        told = f"{design.organisation.months_a_step:g} months a step"
        raise UserError.of(
            "a transition needs steps of one month", path="step_months", found=told, expected="1, without round_hours"
        )
    setting = setting_of(design)
    planned = changes_of(design, plan)
    schedules = {STAY: (), PLANNED: planned}
    stage = Stage(setting)
    last, starts = _ends_in(stage, planned)
    names = stage.blueprint.names.branches
    at_once = _at_once(min(change.month for change in planned), last, names)
    if len({change.month for change in planned}) > 1:
        schedules[AT_ONCE] = at_once
    check_schedule(setting, planned)
    everyone = tuple(range(len(names)))
    courses = [
        # of a change at once no branch is looked at
        Course(name, schedule, design.months, *(((), ()) if name == AT_ONCE else (everyone, outcomes)))
        for name, schedule in schedules.items()
    ]
    began = time.perf_counter()
    found = run_courses(
        store, [case_of_courses(design, courses)], range(design.replicates), lambda _, walked: dict(walked),
        workers=workers, executor=executor, core=core, progress=progress,
    )  # fmt: skip
    runs = [walked for _, walked in found.good]
    result = Transition(
        design=design,
        plan=plan,
        outcomes=outcomes,
        paths={name: np.stack([walked[name].bureau for walked in runs]) for name in schedules},
        by_branch={name: np.stack([walked[name].branches for walked in runs]) for name in (STAY, PLANNED)},
        branches=names,
        starts=starts,
        wall_time=time.perf_counter() - began,
        command=command,
        workers=check_workers(workers),
        notes=told_failures(found.failed, design.replicates, len(runs)),
        failed=found.failed,
        ran=found.ran,
    )
    left = months_after(design.months, result.waves)
    if not can_be_steady(left):
        result.notes.append(
            f"Only {counted(left, 'month')} follow{'s' * (left == 1)} the last change: the state of the last {STEADY} may not be "
            "steady yet; lengthen `months`."
        )
    return result


def setting_of(design: Design) -> Setting:
    """The setting of a design's runs: the baseline from the first month on."""
    from sim.run import Setting

    return Setting(
        design.organisation, design.behaviour, design.baseline_scheme, design.months, design.warmup_months, design.seed
    )


def changes_of(design: Design, plan: TransitionPlan) -> tuple[Change, ...]:
    """The waves of a plan with their schemes; one without a scheme brings the one that is not the baseline."""
    from sim.run import Change

    schemes = {scheme.name: scheme for scheme in design.schemes}
    others = [name for name in schemes if name != design.baseline]
    return tuple(Change(change.month, schemes[change.scheme or others[0]], tuple(change.branches)) for change in plan.changes)


def check_schedule(setting: Setting, changes: tuple[Change, ...]) -> None:
    """Refuse a schedule that cannot be walked, before anything is run.

    Raises:
        UserError: naming the month or branch.
    """
    from sim.run import Stage

    Stage(replace(setting, schedule=changes)).course(setting.baseline)


def _ends_in(stage: Any, changes: tuple[Change, ...]) -> tuple[dict[int, Any], np.ndarray]:
    """The last scheme of every branch that changes at all, and the month in which it comes (0 = never)."""
    from sim.run import branch_numbers

    names = stage.blueprint.names
    last: dict[int, Any] = {}
    starts = np.zeros(len(names.branches), int)
    for change in sorted(changes, key=lambda change: change.month):
        for branch in branch_numbers(names, change.branches):
            last[branch], starts[branch] = change.scheme, change.month
    return last, starts


def _at_once(month: int, last: dict[int, Any], names: tuple[str, ...]) -> tuple[Change, ...]:
    from sim.run import Change

    return tuple(Change(month, scheme, (names[branch],)) for branch, scheme in last.items())


def chosen_series(names: list[str], *, given: bool) -> tuple[str, ...]:
    """Outcomes that exist every month. Those that were asked for by name must; of the usual ones those are taken that do.

    Raises:
        UserError: an outcome that is only known at the end of a run.
    """
    missing = [name for name in names if name not in SERIES]
    if given and missing:
        raise UserError.of(
            "this outcome is only known at the end of a run, not every month",
            path="transition.outcomes", found=", ".join(missing), expected="some of " + ", ".join(SERIES),
        )  # fmt: skip
    return tuple(name for name in names if name in SERIES)
