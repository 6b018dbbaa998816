"""pilot: how large a trial of a scheme must be. The trial itself is simulated, many times over, in one world with both schemes.

In every replicate all trials meet the same people and the same luck as two whole worlds, one that stays and one that changes
everywhere: their difference is the true effect, and what a trial finds besides is bias. Designs:

- **parallel** (cluster-randomised): half of the branches, drawn by lot, come under the scheme; the estimate is the
  difference between the arms in the gain over the same months of the year before.
- **stepped_wedge**: all branches of the trial cross over, wave by wave, in an order drawn by lot; least squares of the same
  gains on branch, period and time under the scheme.
- **before_after**: everybody changes; the estimate is the gain over the months right before, as if nothing else had changed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.design.cases import Case, Course, about_study, case_of_courses, model_code
from experiments.design.study import Design
from experiments.design.targets import BETTER
from experiments.runs.courses import Walked, run_courses, told_failures, walk_courses
from experiments.runs.folder import MANIFEST, told_where, write_json
from experiments.runs.runner import Core, Ran, check_workers
from experiments.runs.store import StudyStore, versions
from experiments.statistics.intervals import mean_with_interval, share_with_interval
from experiments.statistics.trials import (
    TrialEstimate,
    before_after,
    best_order,
    drawn_order,
    intra_cluster,
    period_of,
    stepped_wedge,
    two_arms,
    wave_of,
)  # fmt: skip
from sim.desks import burnout_of
from sim.errors import UserError
from sim.outcomes import SERIES
from sim.rules.burnout import BURNOUT_FROM, OVERLOAD_FROM
from sim.schemes.plans.pilot import PilotPlan

if TYPE_CHECKING:
    import pandas as pd

    from sim.run import Change, Stage

PARALLEL, STEPPED, BEFORE_AFTER = "parallel", "stepped_wedge", "before_after"
YEAR = 12

#: Names of the whole worlds in the store.
STAY, WHOLE = "stay", "whole"

#: Random labels put on worlds that stay, for each replicate, to see how often a trial finds what is not there.
NULL_DRAWS = 5

#: Worlds in which the intra-cluster correlation is measured.
ICC_WORLDS = 20

#: Outcomes that are means over cadres, and the column (or function of columns) of a cadre they are the mean of.
OF_CADRE: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "exhaustion_mean": lambda c: c["exhaustion"],
    "cynicism_mean": lambda c: c["cynicism"],
    "efficacy_mean": lambda c: c["efficacy"],
    "burnout_share": lambda c: burnout_of(c) >= BURNOUT_FROM,
    "overload_share": lambda c: c["load"] > OVERLOAD_FROM,
    "justice_distributive": lambda c: c["justice_distributive"],
    "justice_procedural": lambda c: c["justice_procedural"],
    "justice_interpersonal": lambda c: c["justice_interpersonal"],
    "justice_informational": lambda c: c["justice_informational"],
    "effort_mean": lambda c: c["effort"].sum(axis=1),
    "help_mean": lambda c: c["help_given"],
    "sabotage_mean": lambda c: c["sabotage_done"],
    "threat_mean": lambda c: c["threat"],
    "autonomous_motivation_mean": lambda c: c["motivation"],
    "understanding_mean": lambda c: c["understanding"],
    "bonus_cost": lambda c: c["pay"],
}

#: Told at the start and after every replicate: how many are done.
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Trial:
    """One trial that is tried: its design, number of branches, and months (0 = all lengths can be read from one walk)."""

    design: str
    clusters: int
    length: int = 0

    @property
    def name(self) -> str:
        """What its runs are called in the store."""
        return f"{self.design}_{self.clusters}" + (f"_{self.length}_months" if self.length else "")


@dataclass(frozen=True)
class TrialWorlds:
    """One replicate: monthly outcome, in its unit, of the eligible branches in whole worlds and every trial; who was drawn."""

    stay: np.ndarray  # (months, branches)
    whole: np.ndarray
    orders: list[np.ndarray]  # of every trial, branches in drawn order
    mixed: list[np.ndarray]  # of every trial, (months, branches)


@dataclass
class Pilot:
    """Simulated trials and what they say."""

    design: Design
    plan: PilotPlan
    scheme: str
    trials: tuple[Trial, ...]
    worlds: list[TrialWorlds] = field(repr=False)
    branches: tuple[str, ...]
    traits: np.ndarray
    icc: np.ndarray  # one value a world
    icc_of: str
    wall_time: float = 0.0
    command: str = ""
    workers: int = 1
    notes: list[str] = field(default_factory=list)
    failed: list[dict[str, Any]] = field(default_factory=list)  # runs that failed; their replicates are left out
    ran: Ran = field(default_factory=lambda: Ran(0, 0, 0))

    # --- where the months are ----------------------------------------------------------------------------------------

    @property
    def begin(self) -> int:
        """First month of a trial, counted from 0."""
        return self.plan.before_months

    def after(self, length: int) -> slice:
        """The months a trial is judged by: its last twelve, or all of a shorter one."""
        return slice(self.begin + length - min(YEAR, length), self.begin + length)

    def before(self, length: int) -> slice:
        """The months that before and after compares with: as many, right before the trial."""
        return slice(self.begin - min(YEAR, length, self.plan.before_months), self.begin)

    # --- the trials --------------------------------------------------------------------------------------------------

    @cached_property
    def designs(self) -> pd.DataFrame:
        """One row a design, number of branches and length: how often the effect is found, and how wrong the estimate is.

        ``power`` (found with the right sign) with a 95 % interval; ``false_positive``: found where nothing changes;
        ``estimate`` and its standard deviation over trials; ``true_effect`` in whole worlds; ``bias`` = estimate less true
        effect, with its interval; ``coverage``: share of trials whose interval holds the true effect.
        """
        import pandas as pd

        return pd.DataFrame([self._row(*asked) for asked in self._asked()])

    def _asked(self) -> Iterator[tuple[str, int, int]]:
        for design in self.plan.designs:
            for clusters in sorted(set(self.plan.clusters)):
                for length in sorted(set(self.plan.lengths)):
                    yield design, clusters, length

    def _row(self, design: str, clusters: int, length: int) -> dict[str, Any]:
        level, n = self.plan.level, len(self.worlds)
        estimates = [self.estimate(world, design, clusters, length) for world in self.worlds]
        true = np.array([self.true_effect(world, design, clusters, length) for world in self.worlds])
        effects = np.array([estimate.effect for estimate in estimates])
        bias, bias_low, bias_high = mean_with_interval(effects - true)
        # an effect of the wrong sign is not found but mistaken
        hits = sum(estimate.finds(level) and estimate.effect * true.mean() >= 0 for estimate in estimates)
        power, low, high = share_with_interval(hits / n, n).tolist()
        false = self._false_positives(design, clusters, length)
        _, false_low, false_high = share_with_interval(false, n).tolist()
        covered = np.mean(
            [abs(estimate.effect - true.mean()) <= max(estimate.half_width(level), 1e-12) for estimate in estimates]
        )
        return {
            "design": design, "clusters": clusters, "length": length, "trials": n,
            "power": power, "power_low": low, "power_high": high,
            "false_positive": false, "false_positive_low": false_low, "false_positive_high": false_high,
            "true_effect": true.mean(), "estimate": effects.mean(), "estimate_sd": effects.std(ddof=1),
            "bias": bias, "bias_low": bias_low, "bias_high": bias_high, "coverage": covered,
        }  # fmt: skip

    def estimate(self, world: TrialWorlds, design: str, clusters: int, length: int) -> TrialEstimate:
        """What the trial of a replicate says."""
        order, mixed = self._walked(world, design, clusters, length)
        return self._estimate(mixed, order, design, length)

    def _walked(self, world: TrialWorlds, design: str, clusters: int, length: int) -> tuple[np.ndarray, np.ndarray]:
        """Who was drawn and what came of it; before and after is read from the world that changed as a whole."""
        for k, trial in enumerate(self.trials):
            if trial.design == design and trial.clusters == clusters and trial.length in (0, length):
                return world.orders[k], world.whole if design == BEFORE_AFTER else world.mixed[k]
        raise KeyError((design, clusters, length))

    def _estimate(self, values: np.ndarray, order: np.ndarray, design: str, length: int) -> TrialEstimate:
        own = values[:, order]
        n = len(order)
        if design == BEFORE_AFTER:
            return before_after(own[self.after(length)].mean(axis=0) - own[self.before(length)].mean(axis=0))
        gained = own - self.usual(own)
        if design == PARALLEL:
            return two_arms(gained[self.after(length)].mean(axis=0), np.arange(n) < n // 2)
        period = period_of(length, self.waves(n) + 1)
        months = gained[self.begin : self.begin + length]
        means = np.stack([months[period == p].mean(axis=0) for p in range(period[-1] + 1)])
        return stepped_wedge(means, np.maximum(0, np.arange(len(means))[:, None] - wave_of(n, self.plan.waves)))

    def usual(self, values: np.ndarray) -> np.ndarray:
        """What a branch is compared with in each month: its own same month of the year before the trial, since branches have
        seasons of their own; the mean of all months before where they are less than a year.
        """
        if self.begin < YEAR:
            return values[: self.begin].mean(axis=0, keepdims=True)
        year = values[self.begin - YEAR : self.begin]
        return year[(np.arange(len(values)) - self.begin) % YEAR]

    def waves(self, clusters: int) -> int:
        """Waves of a stepped wedge of so many branches."""
        return min(self.plan.waves, clusters)

    def true_effect(self, world: TrialWorlds, design: str, clusters: int, length: int) -> float:
        """Effect in whole worlds on the eligible branches: over the months a trial is judged by, or, in a stepped wedge, after
        as many months under the scheme as its branches have behind them, on average over branches and periods.
        """
        gap = (world.whole - world.stay).mean(axis=1)
        if design != STEPPED:
            return float(gap[self.after(length)].mean())
        period = period_of(length, self.waves(clusters) + 1)
        cells = []
        for wave in wave_of(clusters, self.plan.waves):
            first = int(np.argmax(period == wave + 1))
            cells += [gap[self.begin - first + np.flatnonzero(period == p)].mean() for p in range(wave + 1, period[-1] + 1)]
        return float(np.mean(cells))

    def _false_positives(self, design: str, clusters: int, length: int) -> float:
        """Share of trials that find an effect in worlds where nothing changes, under labels drawn by the same lot."""
        found = 0
        for number, world in enumerate(self.worlds):
            rng = np.random.default_rng([self.design.seed, number, clusters, length])
            for _ in range(NULL_DRAWS):
                order = drawn_order(len(self.branches), clusters, rng)
                found += self._estimate(world.stay, order, design, length).finds(self.plan.level)
        return found / (NULL_DRAWS * len(self.worlds))

    # --- what it says ------------------------------------------------------------------------------------------------

    @cached_property
    def proposal(self) -> dict[str, Any]:
        """The smallest trial that has the power asked for: fewest branches, then shortest; with the branches to take.

        Empty where none has. Before and after is never proposed: what it finds is not the scheme's doing alone.
        """
        table = self.designs
        fit = table[(table["design"] != BEFORE_AFTER) & (table["power"] >= self.plan.power)]
        if fit.empty:
            return {}
        row = fit.sort_values(["clusters", "length", "power"], ascending=[True, True, False], kind="stable").iloc[0]
        order = best_order(self.traits, int(row["clusters"]), np.random.default_rng([self.design.seed, int(row["clusters"])]))
        names = [self.branches[branch] for branch in order]
        n = len(names)
        if row["design"] == PARALLEL:
            arms = {"treated": names[: n // 2], "control": names[n // 2 :]}
        else:
            wave = wave_of(n, self.plan.waves)
            month = [int(np.argmax(period_of(int(row["length"]), self.waves(n) + 1) == w + 1)) + 1 for w in range(wave[-1] + 1)]
            arms = {f"from month {month[w]}": [names[b] for b in range(n) if wave[b] == w] for w in range(wave[-1] + 1)}
        return {"design": row["design"], "clusters": n, "length": int(row["length"]), "power": float(row["power"]),
                "is_settled": bool(row["power_low"] >= self.plan.power), "arms": arms}  # fmt: skip

    @cached_property
    def biases(self) -> pd.DataFrame:
        """One row a length and source: what a comparison of before and after takes for the scheme's effect, with intervals.

        effect + trend + seasonality = what it finds on average. trend: change of the worlds that stay, year on year;
        seasonality: the rest of their change between the months compared. regression_to_mean: how much more the worse half of
        the branches changes by itself (what is added if only those are tried). novelty: effect in the months judged by less
        the effect in the last twelve of the run.
        """
        import pandas as pd

        rows = []
        for length in sorted(set(self.plan.lengths)):
            found = [self._parts(world, length) for world in self.worlds]
            for source in found[0]:
                value, low, high = mean_with_interval(np.array([parts[source] for parts in found]))
                rows.append({"length": length, "source": source, "value": value, "low": low, "high": high})
        return pd.DataFrame(rows)

    def _parts(self, world: TrialWorlds, length: int) -> dict[str, float]:
        after, before = self.after(length), self.before(length)
        gap = (world.whole - world.stay).mean(axis=1)
        change = world.stay[after].mean(axis=0) - world.stay[before].mean(axis=0)
        back = YEAR * (-(-length // YEAR))
        trend = np.nan
        if after.start - back >= 0:
            trend = float((world.stay[after] - world.stay[after.start - back : after.stop - back]).mean())
        better = BETTER[self.plan.outcome] or 1
        worse = np.argsort(better * world.stay[before].mean(axis=0), kind="stable")[: max(1, len(change) // 2)]
        effect = float(gap[after].mean())
        return {
            "effect": effect,
            "trend": trend,
            "seasonality": float(change.mean()) - trend,
            "regression_to_mean": float(change[worse].mean() - change.mean()),
            "novelty": effect - float(gap[-YEAR:].mean()),
            "before_after": effect + float(change.mean()),
        }

    @cached_property
    def spillover(self) -> pd.DataFrame:
        """One row a number of branches (parallel trials, longest length): how branches fare in the mixed world.

        ``treated``: branches under the scheme, against a world that changed as a whole; ``untreated``: the others, against a
        world that stays; ``difference``: effect in the mixed world less effect in whole worlds; with 95 % intervals.
        """
        import pandas as pd

        after, rows = self.after(max(self.plan.lengths)), []
        for k, trial in enumerate(self.trials):
            if trial.design != PARALLEL:
                continue
            values: dict[str, list[float]] = {"treated": [], "untreated": []}
            for world in self.worlds:
                own = np.zeros(len(self.branches), bool)
                own[world.orders[k][: trial.clusters // 2]] = True
                values["treated"].append(float((world.mixed[k][after] - world.whole[after])[:, own].mean()))
                values["untreated"].append(float((world.mixed[k][after] - world.stay[after])[:, ~own].mean()))
            values["difference"] = list(np.array(values["treated"]) - np.array(values["untreated"]))
            row: dict[str, Any] = {"clusters": trial.clusters}
            for name, each in values.items():
                row |= dict(zip((name, f"{name}_low", f"{name}_high"), mean_with_interval(np.array(each)), strict=True))
            rows.append(row)
        return pd.DataFrame(rows)

    def manifest(self) -> dict[str, Any]:
        """What made these tables, and the proposal."""
        return {
            "format": 1, "verb": "pilot", "command": self.command, "versions": versions(), "model_code": model_code(),
            "study": self.design.resolved(), "pilot": self.plan.model_dump(mode="json"), "proposal": self.proposal,
            "intra_cluster_correlation": _mean_or_none(self.icc), "intra_cluster_correlation_of": self.icc_of,
            "n_runs": (2 + sum(trial.design != BEFORE_AFTER for trial in self.trials)) * len(self.worlds),
            "workers": self.workers, "wall_time_seconds": round(self.wall_time, 3),
        }  # fmt: skip

    def write_tables(self, folder: Path, stored: Mapping[str, Any] | None = None) -> None:
        """Put the tables and the manifest into a folder (one that has been staged), with what the store says."""
        with told_where(folder):
            for name in ("designs", "biases", "spillover"):
                getattr(self, name).to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")
        write_json(folder / MANIFEST, {**self.manifest(), **(stored or {})})


def _mean_or_none(values: np.ndarray) -> float | None:
    return float(np.nanmean(values)) if np.isfinite(values).any() else None


# --- running it ------------------------------------------------------------------------------------------------------


def about(design: Design, plan: PilotPlan, command: str = "") -> dict[str, Any]:
    """What the store is told of the study: what must stay the same while it grows, and what is asked for now."""
    return about_study(
        design,
        "pilot",
        command,
        setting={"trial": plan.model_dump(mode="json", include={"outcome", "scheme", "before_months", "waves", "branches"})},
        asked={
            "replicates": design.replicates,
            "designs": sorted(plan.designs),
            "clusters": sorted(plan.clusters),
            "lengths": sorted(plan.lengths),
        },
        n_runs=(2 + sum(trial.design != BEFORE_AFTER for trial in _trials(plan))) * design.replicates,
    )


def run_pilot(
    design: Design,
    plan: PilotPlan,
    store: StudyStore,
    *,
    workers: int | None = None,
    executor: Executor | None = None,
    core: Core = walk_courses,
    progress: Progress = lambda done, total: None,
    command: str = "",
) -> Pilot:
    """Simulate every trial in every replicate, as far as the store does not have it.

    Raises:
        UserError: an outcome that is not known every month, too few months or branches, steps longer than a month, a folder that
            cannot be written; in every replicate a run has failed.
    """
    from sim.run import Setting, Stage

    _check(design, plan)
    scheme = next(
        scheme for scheme in design.schemes if (scheme.name == plan.scheme if plan.scheme else scheme.name != design.baseline)
    )
    stage = Stage(
        Setting(design.organisation, design.behaviour, design.baseline_scheme, design.months, design.warmup_months, design.seed)
    )
    stage.tailored(scheme)
    eligible = _eligible(stage, plan)
    names = stage.blueprint.names.branches
    traits = _traits(stage, eligible)
    trials = tuple(_trials(plan))
    bench = Bench(design, scheme, plan, trials, eligible, names)
    began = time.perf_counter()
    found = run_courses(
        store, bench, lambda point: (point,), bench.worlds, workers=workers, executor=executor, core=core, progress=progress
    )
    worlds: list[TrialWorlds] = [world for _, world in found.good]
    icc, icc_of = _intra_cluster(stage, plan.outcome, eligible, min(ICC_WORLDS, design.replicates))
    return Pilot(
        design=design, plan=plan, scheme=scheme.name, trials=trials, worlds=worlds,
        branches=tuple(names[branch] for branch in eligible), traits=traits, icc=icc, icc_of=icc_of,
        wall_time=time.perf_counter() - began, command=command, workers=check_workers(workers),
        notes=told_failures(found.failed, design.replicates, len(worlds)), failed=found.failed, ran=found.ran,
    )  # fmt: skip


def _check(design: Design, plan: PilotPlan) -> None:
    if plan.outcome not in SERIES:
        raise UserError.of(
            "a trial needs an outcome that is known every month",
            path="pilot.outcome", found=plan.outcome, expected="one of " + ", ".join(SERIES),
        )  # fmt: skip
    if design.organisation.months_a_step != 1.0:
        told = f"{design.organisation.months_a_step:g} months a step"
        raise UserError.of("a trial needs steps of one month", path="step_months", found=told, expected="1, without round_hours")
    least = plan.before_months + max(plan.lengths)
    if design.months < least:
        raise UserError.of(
            "the run is shorter than the longest trial with the months before it",
            path="months", found=str(design.months), expected=f"at least {least}",
        )  # fmt: skip


def _eligible(stage: Stage, plan: PilotPlan) -> np.ndarray:
    """Branches that may take part: those named, or all in contact with taxpayers."""
    from sim.run import branch_numbers

    fronts = np.flatnonzero(stage.blueprint.world.branches["is_front"] == 1)
    chosen = np.array(branch_numbers(stage.blueprint.names, plan.branches)) if plan.branches else fronts
    if len(chosen) < max(plan.clusters):
        raise UserError.of(
            "there are fewer branches than a trial needs",
            path="pilot.clusters", found=f"{max(plan.clusters)} of {len(chosen)}", expected=f"at most {len(chosen)}",
            hint="name fewer clusters, more branches, or a larger organisation",
        )  # fmt: skip
    return chosen


def _traits(stage: Stage, eligible: np.ndarray) -> np.ndarray:
    """Size and workload of the branches: what the proposed arms are balanced on."""
    world = stage.blueprint.world
    people = np.bincount(world.departments["branch"], weights=world.departments["size"], minlength=len(world.branches))
    return np.column_stack([people, world.branches["workload"]])[eligible]


def _trials(plan: PilotPlan) -> Iterator[Trial]:
    """Every trial that needs a world of its own, and before and after, which is read from the whole one."""
    for clusters in sorted(set(plan.clusters)):
        for design in plan.designs:
            if design == STEPPED:
                yield from (Trial(design, clusters, length) for length in sorted(set(plan.lengths)))
            else:
                yield Trial(design, clusters)


@dataclass(frozen=True)
class Bench:
    """The replicates of all trials as cases: each is a point of its own, because the lot is cast anew in it."""

    design: Design
    scheme: Any
    plan: PilotPlan
    trials: tuple[Trial, ...]
    eligible: np.ndarray
    names: tuple[str, ...]

    def __iter__(self) -> Iterator[Case]:
        for replicate in range(self.design.replicates):
            yield case_of_courses(self.design, self.courses(replicate), replicate)

    def n_runs(self, _: Any) -> int:
        """Runs of all replicates: two whole worlds, and one for every trial that needs its own."""
        return (2 + len(self.walked)) * self.design.replicates

    @property
    def walked(self) -> list[int]:
        """Numbers of the trials that need a world of their own."""
        return [k for k, trial in enumerate(self.trials) if trial.design != BEFORE_AFTER]

    @property
    def length(self) -> int:
        """Months until the longest trial ends."""
        return self.plan.before_months + max(self.plan.lengths)

    def orders(self, replicate: int) -> list[np.ndarray]:
        """The lot that is cast for every trial of a replicate: branches in drawn order."""
        rng = np.random.default_rng([self.design.seed, replicate])
        return [drawn_order(len(self.eligible), trial.clusters, rng) for trial in self.trials]

    def courses(self, replicate: int) -> list[Course]:
        """The worlds of a replicate. Whole ones are walked to the end of the run, for the effect in the long run; trials to
        the end of the longest.
        """
        from sim.run import Change

        orders = self.orders(replicate)
        whole = (Change(self.plan.before_months + 1, self.scheme),)
        kept = tuple(self.eligible.tolist()), (self.plan.outcome,)
        courses = [Course(STAY, (), self.design.months, *kept), Course(WHOLE, whole, self.design.months, *kept)]
        for k in self.walked:
            trial = self.trials[k]
            courses.append(Course(trial.name, self.schedule(trial, orders[k]), self.length, *kept))
        return courses

    def worlds(self, replicate: int, walked: Mapping[str, Walked]) -> TrialWorlds:
        """What came of the worlds of a replicate."""
        # months of a branch side by side: the order in which means are summed up, and so their last digit, depends on it
        series = {name: np.asfortranarray(own.branches[:, :, 0]) for name, own in walked.items()}
        mixed = [series[t.name] if t.design != BEFORE_AFTER else series[WHOLE][: self.length] for t in self.trials]
        return TrialWorlds(series[STAY], series[WHOLE], self.orders(replicate), mixed)

    def schedule(self, trial: Trial, order: np.ndarray) -> tuple[Change, ...]:
        """When which branch comes under the scheme in a trial."""
        from sim.run import Change

        first = self.plan.before_months + 1
        names = [self.names[self.eligible[branch]] for branch in order]
        if trial.design == PARALLEL:
            return (Change(first, self.scheme, tuple(names[: trial.clusters // 2])),)
        waves = min(self.plan.waves, trial.clusters)
        period, wave = period_of(trial.length, waves + 1), wave_of(trial.clusters, self.plan.waves)
        return tuple(
            Change(first + int(np.argmax(period == w + 1)), self.scheme, tuple(np.array(names)[wave == w].tolist()))
            for w in range(waves)
        )


def _intra_cluster(stage: Stage, outcome: str, eligible: np.ndarray, worlds: int) -> tuple[np.ndarray, str]:
    """Intra-cluster correlation in so many worlds at the end of the warm-up, and of what."""
    if outcome not in OF_CADRE:
        return np.array([np.nan]), "not defined: this outcome is one of branches, not of cadres"
    found = []
    for replicate in range(worlds):
        world = stage.warmed_up(replicate)
        branch = world.departments["branch"][world.cadres["department"]]
        own = np.isin(branch, eligible)
        found.append(intra_cluster(OF_CADRE[outcome](world.cadres)[own].astype(float), branch[own]))
    return np.array(found), "cadres in a branch, at the end of the warm-up"
