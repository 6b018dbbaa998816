"""sweep: schemes over a grid or a sample of values at paths of scheme, organisation or behaviour.

Every point meets the same replicates, so what differs between points is no luck that they share. On a full grid every value of a
path meets the same values of all others: a response is the path's doing, its intervals are over replicates. In a sample (Latin
hypercube, Sobol) the points at one value differ in the other paths too: how far that alone may have moved a response is in its
interval. Runs lie in the study's store: an interrupted sweep goes on where it stopped, a longer one reuses what is there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from experiments.design.cases import about_study, case_of
from experiments.design.paths import Range
from experiments.design.points import (
    Cases,
    can_clash,
    full_factorial,
    latin_hypercube,
    outcomes_array,
    sobol_sequence,
)
from experiments.design.study import Design
from experiments.runs.folder import told_where
from experiments.runs.runner import Core, Ran, compiled_core, run_cases
from experiments.runs.store import StudyStore
from experiments.statistics.intervals import CONFIDENCE, half_width, mean_present, mean_with_interval, student_quantile
from sim.errors import UserError
from sim.outcomes import OUTCOME_NAMES
from sim.schemes.plans.sweep import SweepPlan

if TYPE_CHECKING:
    import pandas as pd

Progress = Callable[[int, int], None]

#: Classes into which a continuous range is cut when its response is shown.
CLASSES = 8


@dataclass
class Sweep:
    """Finished runs of a sweep and what they say."""

    design: Design
    plan: SweepPlan
    ranges: dict[str, Range]
    points: pd.DataFrame
    runs: pd.DataFrame
    ran: Ran
    folder: Path | None = None
    command: str = ""
    wall_time: float = 0.0

    @cached_property
    def values(self) -> NDArray[np.float64]:
        """Outcomes as (points, replicates, schemes, outcomes)."""
        return outcomes_array(self.runs, self.design.scheme_names, len(self.points), self.design.replicates)

    @property
    def is_grid(self) -> bool:
        """Whether every value of a path meets the same values of all others (there may be none)."""
        return self.plan.design == "full" or len(self.ranges) == 1

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row a point, scheme and outcome: `mean` over replicates and its 95 % interval; difference to the baseline paired.

        The difference and its interval are missing for the baseline itself and where there is no other scheme.
        """
        import pandas as pd

        names = self.design.scheme_names
        base = names.index(self.design.baseline)
        n_points = len(self.points)
        flat = np.moveaxis(self.values, 1, 0)
        mean, half = _mean_half(flat)
        apart, apart_half = _mean_half(flat - flat[:, :, base : base + 1])
        apart[:, base] = apart_half[:, base] = np.nan
        index = pd.MultiIndex.from_product(
            [range(n_points), names, OUTCOME_NAMES], names=["point", "scheme", "outcome"]
        ).to_frame(index=False)
        for name, value, width in (("mean", mean, half), ("difference", apart, apart_half)):
            prefix = "" if name == "mean" else "difference_"
            index[name] = value.reshape(-1)
            index[f"{prefix}low"], index[f"{prefix}high"] = (value - width).reshape(-1), (value + width).reshape(-1)
        return index

    def classes(self, path: str) -> tuple[NDArray[np.int64], list[Any]]:
        """The class of every point on a path and what to call the classes: values, or middles of equal parts of a range."""
        span, column = self.ranges[path], self.points[path]
        present = list(dict.fromkeys(column.tolist()))
        if span.kind == "choice" or len(present) <= CLASSES:
            levels = present if span.kind == "choice" else sorted(present)
            return np.array([levels.index(value) for value in column.tolist()]), levels
        numbers = column.to_numpy(float)
        edges = np.array([float(span.value(share)) for share in np.linspace(0, 1, CLASSES + 1)])
        if span.kind == "whole":
            edges = np.linspace(span.low - 0.5, span.high + 0.5, CLASSES + 1)
        place = np.clip(np.searchsorted(edges, numbers, side="right") - 1, 0, CLASSES - 1)
        held = np.unique(place)
        return np.searchsorted(held, place), [float(numbers[place == one].mean()) for one in held]

    @cached_property
    def responses(self) -> pd.DataFrame:
        """One row a path, class of its values, scheme and outcome: mean over its points, 95 % interval over replicates.

        `level` is the value as text, `value` as a number (missing for a choice). `apart` is the half width of the interval of the
        class's distance from the scheme's mean over all points: luck that shifts all points of a replicate alike drops out of it.
        Of a sample it is over points (`Scatter`): those of a class differ in the other paths as well.
        """
        import pandas as pd

        tables = []
        for path in self.ranges:
            place, levels = self.classes(path)
            with np.errstate(invalid="ignore"):
                by_class = np.stack([_mean_over_first(self.values[place == one]) for one in range(len(levels))], axis=1)
            apart = (
                _mean_half(by_class - _mean_over_first(self.values)[:, None])[1]
                if self.is_grid
                else Scatter.of(self.values, place, len(levels)).from_the_mean()
            )
            mean, half = _mean_half(by_class)  # (replicates, classes, schemes, outcomes) -> (classes, schemes, outcomes)
            index = pd.MultiIndex.from_product(
                [range(len(levels)), self.design.scheme_names, OUTCOME_NAMES], names=["class", "scheme", "outcome"]
            ).to_frame(index=False)
            index.insert(0, "path", path)
            numeric = all(isinstance(one, int | float) and not isinstance(one, bool) for one in levels)
            index.insert(2, "level", [str(levels[one]) for one in index["class"]])
            index.insert(3, "value", [float(levels[one]) if numeric else np.nan for one in index["class"]])
            index["mean"], index["low"], index["high"] = (part.reshape(-1) for part in (mean, mean - half, mean + half))
            index["apart"] = apart.reshape(-1)
            tables.append(index)
        return pd.concat(tables, ignore_index=True)

    @cached_property
    def ranges_of_response(self) -> pd.DataFrame:
        """One row a path, scheme and outcome: how far the response moves along the path, with its interval.

        `move` is the mean at the class where the response is highest minus the mean where it is lowest; `at_low`, `at_high`
        name these classes. Of a grid the interval is over replicates: classes are chosen by their means, so a move is a little
        too large where luck is. Of a sample it is over points, wide enough for every pair of classes at once (`Scatter`).
        """
        import pandas as pd

        rows = []
        for path in self.ranges:
            place, levels = self.classes(path)
            by_class = np.stack([_mean_over_first(self.values[place == one]) for one in range(len(levels))], axis=1)
            mean = _mean_half(by_class)[0]
            low, high = np.nanargmin(_filled(mean, np.inf), axis=0), np.nanargmax(_filled(mean, -np.inf), axis=0)
            scatter = None if self.is_grid else Scatter.of(self.values, place, len(levels))
            for s, scheme in enumerate(self.design.scheme_names):
                for o, outcome in enumerate(OUTCOME_NAMES):
                    apart = by_class[:, high[s, o], s, o] - by_class[:, low[s, o], s, o]
                    move = mean_with_interval(apart)
                    if scatter is not None:
                        half = float(scatter.between(low, high)[s, o])
                        move = move[0], move[0] - half, move[0] + half
                    rows.append((path, scheme, outcome, levels[low[s, o]], levels[high[s, o]], *move))
        columns = ["path", "scheme", "outcome", "at_low", "at_high", "move", "low", "high"]
        return pd.DataFrame(rows, columns=columns)

    @cached_property
    def failed(self) -> list[dict[str, Any]]:
        """Runs that failed: point, scheme, replicate, reason; they are missing in every mean."""
        rows = self.runs[self.runs["failed"].notna()].rename(columns={"failed": "reason"})
        return rows[["point", "scheme", "replicate", "reason"]].to_dict("records")

    def write_tables(self, folder: Path) -> None:
        """Put the tables into the study's folder: points, responses and their moves, every point's means."""
        with told_where(folder):
            self.table.to_parquet(folder / "points_outcomes.parquet", index=False)
            self.responses.to_csv(folder / "responses.csv", index=False, lineterminator="\n")
            self.ranges_of_response.to_csv(folder / "moves.csv", index=False, lineterminator="\n")


@dataclass(frozen=True)
class Scatter:
    """How far points of one class lie apart, by scheme and outcome: what the other paths make of them, and luck of their own.

    `counts` (classes, schemes, outcomes) are points with a value, `variance` (schemes, outcomes) is that inside classes and
    `degrees` its degrees of freedom.
    """

    counts: NDArray[np.float64]
    variance: NDArray[np.float64]
    degrees: NDArray[np.float64]

    @classmethod
    def of(cls, values: NDArray[np.float64], place: NDArray[np.int64], classes: int) -> Scatter:
        """Of outcomes (points, replicates, schemes, outcomes) and the class of every point."""
        points = _mean_over_first(np.moveaxis(values, 1, 0))
        counts = np.stack([np.isfinite(points[place == one]).sum(axis=0) for one in range(classes)]).astype(float)
        squares = np.zeros(points.shape[1:])
        for one in range(classes):
            own = points[place == one]
            squares += np.nansum((own - _mean_over_first(own)) ** 2, axis=0)
        degrees = counts.sum(axis=0) - (counts > 0).sum(axis=0)
        return cls(counts, squares / np.maximum(degrees, 1.0), degrees)

    def between(self, low: NDArray[np.int64], high: NDArray[np.int64]) -> NDArray[np.float64]:
        """(schemes, outcomes): half width of the interval of the difference of two classes that were chosen among all pairs.

        Formula: t s sqrt(1/n + 1/n'), t at the confidence that Bonferroni leaves each of all pairs. NaN where no class has two.
        """
        classes = (self.counts > 0).sum(axis=0)
        pairs = np.maximum(classes * (classes - 1) / 2, 1)
        ends = [np.take_along_axis(self.counts, chosen[None], axis=0)[0] for chosen in (low, high)]
        return self._quantile(pairs) * np.sqrt(self.variance * sum(1 / np.maximum(end, 1) for end in ends))

    def from_the_mean(self) -> NDArray[np.float64]:
        """(classes, schemes, outcomes): half width of the interval of a class's distance from the mean over all points."""
        counts = np.maximum(self.counts, 1)
        return self._quantile(np.ones_like(self.degrees)) * np.sqrt(
            self.variance * np.maximum(1 / counts - 1 / counts.sum(axis=0), 0)
        )

    def _quantile(self, family: NDArray[np.float64]) -> NDArray[np.float64]:
        """Student's t for each of a family of intervals that hold together; NaN without a degree of freedom."""
        return student_quantile(self.degrees + 1, 1 - (1 - CONFIDENCE) / family)


def _mean_half(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and half width of the interval over the first axis."""
    flat = values.reshape(len(values), -1)
    shape = values.shape[1:]
    return mean_present(flat).reshape(shape), half_width(flat).reshape(shape)


def _mean_over_first(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean over the first axis (of points: by replicate); missing values are left out."""
    return mean_present(values.reshape(len(values), -1)).reshape(values.shape[1:])


def _filled(values: NDArray[np.float64], by: float) -> NDArray[np.float64]:
    return np.where(np.isnan(values), by, values)


def points_of_plan(plan: SweepPlan, ranges: Mapping[str, Range], *, seed: int) -> pd.DataFrame:
    """The table of points that a plan asks for."""
    if plan.design == "full":
        return full_factorial(ranges, {path: plan.levels_of(path) for path in ranges})
    spread = latin_hypercube if plan.design == "latin_hypercube" else sobol_sequence
    return spread(ranges, plan.points, seed=seed)


def about(design: Design, plan: SweepPlan, *, command: str = "") -> dict[str, Any]:
    """What the store is told of a sweep: what must stay the same while it grows, and what is asked for now."""
    settings = plan.model_dump(mode="json")
    return about_study(
        design,
        "sweep",
        command,
        asked={"schemes": sorted(design.scheme_names), "replicates": design.replicates, "paths": sorted(plan.paths)},
        sweep=settings,
        study=design.resolved(),
    )


def run_sweep(
    store: StudyStore,
    design: Design,
    plan: SweepPlan,
    *,
    workers: int | None = None,
    executor: Executor | None = None,
    core: Core = compiled_core,
    progress: Progress = lambda done, total: None,
) -> Sweep:
    """Run every scheme at every point in every replicate; what the store holds already is not run again.

    Args:
        store: of the study, opened with `about`.
        design: schemes, organisation, behaviour, months, replicates and seed.
        plan: paths, values and the design of the points.
        workers, executor, core: as in `experiments.runs.runner.run_cases`.
        progress: told after every block of runs.

    Raises:
        UserError: values that do not fit together, or a folder that cannot be written; every run failed.
    """
    ranges = plan.ranges()
    points = points_of_plan(plan, ranges, seed=design.seed)
    cases = Cases(case_of(design), ranges, points)
    if can_clash(list(ranges.values())):
        cases.check()
    store.write_points(points)
    ran = run_cases(
        store,
        cases,
        range(design.replicates),
        workers=workers,
        executor=executor,
        core=core,
        progress=progress,
    )
    runs = store.runs()
    if len(runs) and runs["failed"].notna().all():
        raise UserError.of("every run has failed", found=str(runs["failed"].iloc[0]))
    return Sweep(design, plan, ranges, points, runs, ran)
