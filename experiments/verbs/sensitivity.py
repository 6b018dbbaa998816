"""sensitivity: which parameters an outcome, or the difference between two schemes, hinges on.

All points share their luck (replicate 0), so that an index is about parameters; some points are run with further replicates,
which tells luck's share of a single run. What a parameter gets that does nothing but stir the cards is the floor: the
dummy's index (`experiments.statistics.samples.WITH_DUMMY`, `experiments.statistics.indices.dummy_of`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from experiments.design.cases import about_study, case_of
from experiments.design.paths import Range
from experiments.design.points import Cases, can_clash, outcomes_array, points_of
from experiments.design.study import Design
from experiments.runs.folder import told_where
from experiments.runs.runner import Core, Ran, compiled_core, run_cases
from experiments.runs.store import StudyStore
from experiments.statistics.indices import MAIN, Estimates, dummy_of, indices_of, is_constant, luck_intervals, luck_of_points
from experiments.statistics.samples import DUMMY, SAMPLERS, Sample, sample_for
from sim.errors import UserError
from sim.outcomes import OUTCOME_NAMES
from sim.schemes.plans.sensitivity import FEWEST, SensitivityPlan

if TYPE_CHECKING:
    import pandas as pd

Progress = Callable[[int, int], None]
Floats = NDArray[np.float64]

#: Samples at which convergence is looked at, as parts of the whole.
PARTS = (4, 2, 1)

#: What can be said of an outcome.
VARIES, CONSTANT, MISSING, INCOMPLETE = "varies", "constant", "missing", "missing at some points"


@dataclass
class Sensitivity:
    """Finished runs of a sensitivity study and what they say."""

    design: Design
    plan: SensitivityPlan
    ranges: dict[str, Range]
    samples: dict[str, Sample]
    points: pd.DataFrame
    runs: pd.DataFrame
    ran: Ran
    folder: Path | None = None
    command: str = ""
    wall_time: float = 0.0

    @cached_property
    def targets(self) -> dict[str, tuple[str, str | None]]:
        """What is looked at, by label: a scheme, or a scheme and the one that is taken from it."""
        base = self.design.baseline
        if self.plan.difference:
            others = [name for name in self.design.scheme_names if name != base]
            return {f"{name} - {base}": (name, base) for name in others}
        return {name: (name, None) for name in self.design.scheme_names}

    @cached_property
    def _values(self) -> Floats:
        return outcomes_array(self.runs, self.design.scheme_names, len(self.points), self.plan.luck_replicates)

    def outputs(self, target: str, sampler: str) -> Floats:
        """Outcomes of a target at the points of a sampler, (rows, outcomes), under the luck that all points share."""
        return self._of(target, self._values[self._rows(sampler), 0])

    def _of(self, target: str, values: Floats) -> Floats:
        """Outcomes of a target out of (..., schemes, outcomes)."""
        scheme, minus = self.targets[target]
        names = self.design.scheme_names
        own = values[..., names.index(scheme), :]
        return own if minus is None else own - values[..., names.index(minus), :]

    def _rows(self, sampler: str) -> NDArray[np.int64]:
        return np.flatnonzero(self.points["sampler"].to_numpy() == sampler)

    @cached_property
    def _luck_rows(self) -> NDArray[np.int64]:
        return luck_points(self.samples, self.plan.luck_points)

    @cached_property
    def outcomes(self) -> pd.DataFrame:
        """One row a target and outcome: whether it varies, mean and spread over the points, luck's share and its interval.

        `luck` is the share of the variance of a single run that luck makes; `luck_own` the part of the variance between points
        that other luck would deal differently.
        """
        import pandas as pd

        main = SAMPLERS[self.plan.methods[0]]
        tables = []
        for target in self.targets:
            values = self.outputs(target, main)
            table = pd.DataFrame({"target": target, "outcome": OUTCOME_NAMES, "state": _states(values)})
            table["missing_at"] = [_some_points(column, self._rows(main)) for column in values.T]
            with np.errstate(invalid="ignore"):
                table["mean"], table["sd"] = values.mean(axis=0), values.std(axis=0)
            table[["luck", "luck_low", "luck_high", "luck_own"]] = self._luck(target)
            tables.append(table)
        return pd.concat(tables, ignore_index=True)

    def _luck(self, target: str) -> Floats:
        """Luck's share of every outcome, its interval, and the part that differs from point to point."""
        found = np.full((len(OUTCOME_NAMES), 4), np.nan)
        if len(self._luck_rows) < 3:
            return found
        values = self._of(target, self._values[self._luck_rows])
        whole = np.isfinite(values).all(axis=(0, 1))
        if not whole.any():
            return found
        luck = luck_of_points(values[:, :, whole])
        between = luck.points + luck.own
        found[whole, 0] = luck.share
        found[whole, 1:3] = luck_intervals(
            values[:, :, whole], resamples=self.plan.resamples, confidence=self.plan.confidence, seed=self.design.seed
        ).T
        found[whole, 3] = np.divide(luck.own, between, out=np.full_like(between, np.nan), where=between > 0)
        return found

    @cached_property
    def looked_at(self) -> dict[str, list[str]]:
        """Outcomes with indices, by target: those asked for (or all) that vary.

        Raises:
            UserError: an outcome that was asked for by name is missing at some points.
        """
        asked = list(self.plan.outcomes)
        states = self.outcomes.set_index(["target", "outcome"])
        found: dict[str, list[str]] = {}
        for target in self.targets:
            here = states.loc[target]
            refused = [name for name in asked if here.loc[name, "state"] in (MISSING, INCOMPLETE)]
            if refused:
                told = "; ".join(f"{name}: points {here.loc[name, 'missing_at']}" for name in refused)
                raise UserError.of(
                    f"no index can be computed for {', '.join(refused)} of {target}: values are missing", found=told,
                    hint="leave these outcomes out, or narrow the ranges",
                )  # fmt: skip
            found[target] = [name for name in (asked or OUTCOME_NAMES) if here.loc[name, "state"] == VARIES]
        return found

    @cached_property
    def indices(self) -> pd.DataFrame:
        """One row a method, target, outcome and index: `kind`, `parameter`, `other` (of a pair), `value`, `low`, `high`.

        The dummy stands among the parameters. `low` and `high` are missing where a method has no interval to be trusted.
        """
        return self._table(self._estimates)

    @cached_property
    def convergence(self) -> pd.DataFrame:
        """The main index of every method at a quarter, half and all of the sample: `samples` beside the columns of `indices`."""
        import pandas as pd

        tables = []
        for method in self.plan.methods:
            for size, sample in _growing(method, self.samples[SAMPLERS[method]]):
                table = self._table(partial(self._first_estimates, method=method, sample=sample))
                table.insert(0, "samples", size)
                tables.append(table)
        return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()

    def _first_estimates(self, target: str, method: str, sample: Sample) -> dict[str, list[Estimates]]:
        outputs = self._varying(target, method)[: len(sample.points)]
        usable = ~is_constant(outputs) if len(outputs) else np.zeros(0, bool)
        names = [name for name, fine in zip(self.looked_at[target], usable, strict=True) if fine]
        if not names:
            return {}
        few = min(self.plan.resamples, 20)
        found = indices_of(
            method, sample, outputs[:, usable], resamples=few, confidence=self.plan.confidence, seed=self.design.seed
        )
        return {method: [_spread_out(found[0], usable)]}

    def _estimates(self, target: str) -> dict[str, list[Estimates]]:
        """Everything each method says of a target."""
        plan, seed = self.plan, self.design.seed
        z = float(norm.ppf(0.5 + plan.confidence / 2))
        found: dict[str, list[Estimates]] = {}
        if not self.looked_at[target]:
            return found
        for method in plan.methods:
            outputs = self._varying(target, method)
            sample = self.samples[SAMPLERS[method]]
            found[method] = indices_of(method, sample, outputs, resamples=plan.resamples, confidence=plan.confidence, seed=seed)
            if plan.dummy and len(self._luck_rows):
                places = [OUTCOME_NAMES.index(name) for name in self.looked_at[target]]
                luck = self._of(target, self._values[self._luck_rows])[:, :, places]
                floor = dummy_of(method, luck, resamples=plan.resamples, z=z, seed=seed)
                found[method] += [floor] if floor is not None else []
        return found

    def _varying(self, target: str, method: str) -> Floats:
        places = [OUTCOME_NAMES.index(name) for name in self.looked_at[target]]
        return self.outputs(target, SAMPLERS[method])[:, places]

    def _table(self, estimates: Callable[[str], Mapping[str, list[Estimates]]]) -> pd.DataFrame:
        import pandas as pd

        tables = []
        for target, outcomes in self.looked_at.items():
            for method, kinds in estimates(target).items():
                for kind in kinds:
                    index = pd.MultiIndex.from_product([range(len(kind.factors)), outcomes], names=["f", "outcome"])
                    table = index.to_frame(index=False)
                    table.insert(0, "method", method)
                    table.insert(1, "target", target)
                    table["kind"] = kind.kind
                    table["parameter"] = [kind.factors[f][0] for f in table["f"]]
                    table["other"] = [kind.factors[f][1] for f in table["f"]]
                    value, half = kind.values.reshape(-1), kind.half.reshape(-1)
                    table["value"], table["low"], table["high"] = value, value - half, value + half
                    tables.append(table.drop(columns="f"))
        columns = ["method", "target", "outcome", "kind", "parameter", "other", "value", "low", "high"]
        return pd.concat(tables, ignore_index=True)[columns] if tables else pd.DataFrame(columns=columns)

    def ranking(self, outcome: str, target: str | None = None, method: str | None = None) -> pd.DataFrame:
        """The main index of every parameter for one outcome, the largest first, the dummy left out."""
        rows = self._main(outcome, target, method)
        return rows[rows["parameter"] != DUMMY].sort_values("value", ascending=False, kind="stable").reset_index(drop=True)

    def floor(self, outcome: str, target: str | None = None, method: str | None = None) -> float:
        """The dummy's main index, upper end of its interval; NaN without a dummy."""
        rows = self._main(outcome, target, method)
        rows = rows[rows["parameter"] == DUMMY]
        if rows.empty:
            return float("nan")
        ends = rows[["value", "high"]].to_numpy(float)
        return float(np.nanmax(ends)) if np.isfinite(ends).any() else float("nan")

    def _main(self, outcome: str, target: str | None, method: str | None) -> pd.DataFrame:
        """Rows of `indices` with the main index for one outcome; by default of the first target and method."""
        method = method or self.plan.methods[0]
        target = target or next(iter(self.targets))
        table = self.indices
        return table[
            (table["method"] == method) & (table["target"] == target) & (table["outcome"] == outcome)
            & (table["kind"] == MAIN[method])
        ]  # fmt: skip

    def to_salib(self, outcome: str, target: str | None = None, method: str | None = None) -> Any:
        """SALib's own problem with samples and results set, for whatever else SALib can do with them."""
        from SALib import ProblemSpec

        sampler = SAMPLERS[method or self.plan.methods[0]]
        target = target or next(iter(self.targets))
        sample = self.samples[sampler]
        problem = ProblemSpec({**sample.problem, "outputs": [outcome]})
        problem.set_samples(sample.points)
        problem.set_results(self.outputs(target, sampler)[:, OUTCOME_NAMES.index(outcome)])
        return problem

    def write_tables(self, folder: Path) -> None:
        """Put the tables into the study's folder, as Parquet and CSV."""
        with told_where(folder):
            for name in ("indices", "convergence", "outcomes"):
                table = getattr(self, name)
                table.to_parquet(folder / f"{name}.parquet", index=False)
                table.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")


def _spread_out(estimates: Estimates, usable: NDArray[np.bool_]) -> Estimates:
    """Estimates with a missing column for every output that could not be used."""
    shape = (len(estimates.factors), len(usable))
    values, half = np.full(shape, np.nan), np.full(shape, np.nan)
    values[:, usable], half[:, usable] = estimates.values, estimates.half
    return Estimates(estimates.kind, estimates.factors, values, half)


def _states(values: Floats) -> list[str]:
    missing = np.isnan(values)
    constant = is_constant(np.where(missing, 0.0, values))
    states = []
    for column, same in enumerate(constant):
        if missing[:, column].any():
            states.append(MISSING if missing[:, column].all() else INCOMPLETE)
        else:
            states.append(CONSTANT if same else VARIES)
    return states


def _some_points(column: Floats, rows: NDArray[np.int64]) -> str:
    """'3, 17, 20 (12 of 512)': the first points at which a value is missing."""
    at = rows[np.isnan(column)]
    if not len(at):
        return ""
    return f"{', '.join(str(point) for point in at[:5])} ({len(at)} of {len(column)})"


def _growing(method: str, sample: Sample) -> Iterator[tuple[int, Sample]]:
    """The sample at a quarter, half and all of its size, where the method can do with so few; a search curve cannot be cut."""
    if sample.sampler == "curves":
        return
    for part in PARTS:
        size = sample.size // part
        if size >= FEWEST[method] and (method != "sobol" or size * part == sample.size):
            yield size, sample.first(size)


def luck_points(samples: Mapping[str, Sample], number: int) -> NDArray[np.int64]:
    """Points that get several replicates: spread evenly over the base points of the first sampler."""
    rows = next(iter(samples.values())).base_rows
    take = min(number, len(rows))
    return rows[np.unique(np.linspace(0, len(rows) - 1, take).astype(int))] if take else rows[:0]


def samples_of(plan: SensitivityPlan, parameters: list[str], *, seed: int) -> dict[str, Sample]:
    """The samples of a plan by sampler, methods of one sampler sharing theirs."""
    group_of = {member: name for name, members in plan.groups.items() for member in members}
    groups = [group_of.get(name, name) for name in parameters] if plan.groups else []
    found: dict[str, Sample] = {}
    for method in plan.methods:
        sampler = SAMPLERS[method]
        if sampler not in found:
            found[sampler] = sample_for(
                method, parameters, plan.samples, seed=seed, groups=groups, second_order=plan.second_order, dummy=plan.dummy
            )
    return found


def table_of_points(samples: Mapping[str, Sample], ranges: Mapping[str, Range]) -> pd.DataFrame:
    """All points of all samplers, one below the other: `sampler`, then a column a parameter."""
    import pandas as pd

    tables = []
    for sampler, sample in samples.items():
        table = points_of(ranges, sample.points[:, : len(ranges)])  # a dummy's column stands behind and is read by nothing
        table.insert(0, "sampler", sampler)
        tables.append(table)
    joined = pd.concat(tables, ignore_index=True)
    joined.index.name = "point"
    return joined


def about(design: Design, plan: SensitivityPlan, *, command: str = "") -> dict[str, Any]:
    """What the store is told of a sensitivity study: what must stay the same while it grows, and what is asked for now."""
    settings = plan.model_dump(mode="json")
    return about_study(
        design,
        "sensitivity",
        command,
        asked={
            "schemes": sorted(design.scheme_names),
            "methods": list(plan.methods),
            "samples": plan.samples,
            "luck_points": plan.luck_points,
            "luck_replicates": plan.luck_replicates,
            "parameters": sorted(plan.parameters),
        },
        sensitivity=settings,
        study=design.resolved(),
    )


def posterior_ranges(share: float = 0.95) -> dict[str, tuple[float, float]]:
    """Where the fitted posterior lies: the middle of every parameter's values, by name.

    Raises:
        UserError: there is no posterior.
    """
    from sim.schemes.posterior import load_posterior

    ends = ((1 - share) / 2, (1 + share) / 2)
    spread = {name: np.quantile(values, ends) for name, values in load_posterior().columns()}
    return {name: (float(low), float(high)) for name, (low, high) in spread.items() if low < high}


def run_sensitivity(
    store: StudyStore,
    design: Design,
    plan: SensitivityPlan,
    ranges: Mapping[str, Range],
    *,
    workers: int | None = None,
    executor: Executor | None = None,
    core: Core = compiled_core,
    progress: Progress = lambda done, total: None,
) -> Sensitivity:
    """Run every point of the samples; what the store holds already is not run again.

    Args:
        store: of the study, opened with `about`.
        design: schemes, organisation, behaviour, months and seed.
        plan: methods, size of the samples, luck.
        ranges: of every parameter, by its name in the study.
        workers, executor, core: as in `experiments.runs.runner.run_cases`.
        progress: told after every block of runs.

    Raises:
        UserError: sizes a method cannot do with, values that do not fit together, a folder that cannot be written, failed runs.
    """
    samples = samples_of(plan, list(ranges), seed=design.seed)
    points = table_of_points(samples, ranges)
    many = frozenset(luck_points(samples, plan.luck_points).tolist())
    once, several = range(1), range(plan.luck_replicates)
    cases = Cases(case_of(design), ranges, points)
    if can_clash(list(ranges.values())):
        cases.check()
    store.write_points(points)
    ran = run_cases(
        store,
        cases,
        lambda point: several if point in many else once,
        workers=workers,
        executor=executor,
        core=core,
        progress=progress,
    )
    runs = store.runs()
    failed = runs[runs["failed"].notna()]
    if len(failed):
        first = failed.iloc[0]
        raise UserError.of(
            f"{len(failed)} of {len(runs)} runs failed: no index can be computed without them",
            found=f"point {first['point']}, {first['scheme']}: {first['failed']}",
            hint="the others are kept; narrow the ranges and run again",
        )
    return Sensitivity(design, plan, dict(ranges), samples, points, runs, ran)
