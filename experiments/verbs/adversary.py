"""adversary: the most damaging response of cadres within the declared bounds of their behaviour, and the loss at it.

For every scheme the behaviour that harms one outcome most is looked for: first each parameter alone at both ends of its
range, then differential evolution (Storn & Price 1997) from there. All behaviours meet the same luck. The worst of many is
judged again with fresh luck beside the behaviour as it is, and each parameter is then put back alone, to tell which
of them do the harm.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from inspect import signature
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.design.cases import about_study, case_of
from experiments.design.paths import Range, value_at, with_values
from experiments.design.study import Design
from experiments.design.targets import BETTER
from experiments.design.worlds import latin_hypercube
from experiments.runs.runner import Core, Ran, compiled_core, run_cases
from experiments.runs.store import StudyStore
from experiments.statistics.intervals import mean_with_interval
from sim.errors import UserError
from sim.schemes.plans.adversary import AdversaryPlan

if TYPE_CHECKING:
    import pandas as pd

    from sim.schemes.behaviour import Behaviour
    from sim.schemes.load import Loaded
    from sim.schemes.scheme import Scheme

Progress = Callable[[int, int], None]
Say = Callable[[str], None]

#: Replicates from here on judge the worst again: luck that the search has not met.
FRESH = 1_000_000
MOST_TOGETHER = 5  # of the strongest parameters, tried together

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Attack:
    """The worst behaviour found against one scheme, judged on fresh luck; arrays are (replicates,) of the outcome.

    `put_back[path]`: the worst behaviour with this parameter as it is. `together[k]`: only the k + 1 strongest parameters at
    their worst, all others as they are. `seen` is the outcome that the search saw at the worst.
    """

    scheme: str
    worst: Values
    as_it_is: np.ndarray
    at_worst: np.ndarray
    put_back: Mapping[str, np.ndarray]
    together: Sequence[tuple[tuple[str, ...], np.ndarray]]
    seen: float


@dataclass
class Adversary:
    """Finished attacks on every scheme."""

    design: Design
    plan: AdversaryPlan
    ranges: Mapping[str, Range]
    nominal: Values
    attacks: tuple[Attack, ...]
    ran: Ran

    @property
    def better(self) -> int:
        """+1 where more of the outcome is better."""
        return harmed(self.plan.outcome)

    @cached_property
    def losses(self) -> pd.DataFrame:
        """One row a scheme: the outcome as it is and at the worst, the paired `loss` (positive = harm), each with interval."""
        import pandas as pd

        rows = []
        for attack in self.attacks:
            row: dict[str, Any] = {"scheme": attack.scheme}
            loss = self.better * (attack.as_it_is - attack.at_worst)
            for name, values in (("as_it_is", attack.as_it_is), ("at_worst", attack.at_worst), ("loss", loss)):
                row |= dict(zip((name, f"{name}_low", f"{name}_high"), mean_with_interval(values), strict=True))
            rows.append(row | {"seen_by_search": attack.seen})
        return pd.DataFrame(rows)

    @cached_property
    def drivers(self) -> pd.DataFrame:
        """One row a scheme and parameter: its worst value, its own, and what putting it back alone makes good, with interval."""
        import pandas as pd

        rows = []
        for attack in self.attacks:
            for path, values in attack.put_back.items():
                gain = mean_with_interval(self.better * (values - attack.at_worst))
                rows.append((attack.scheme, path, self.nominal[path], attack.worst[path], *gain))
        table = pd.DataFrame(rows, columns=["scheme", "parameter", "as_it_is", "at_worst", "made_good", "low", "high"])
        order = {attack.scheme: place for place, attack in enumerate(self.attacks)}
        return table.sort_values(
            ["scheme", "made_good"],
            ascending=[True, False],
            kind="stable",
            key=lambda c: c.map(order) if c.name == "scheme" else c,
        ).reset_index(drop=True)

    @cached_property
    def together(self) -> pd.DataFrame:
        """One row a scheme and number of strongest parameters: the loss when only they are at their worst, with interval."""
        import pandas as pd

        rows = []
        for attack in self.attacks:
            for paths, values in attack.together:
                loss = mean_with_interval(self.better * (attack.as_it_is - values))
                rows.append((attack.scheme, len(paths), ", ".join(paths), *loss))
        return pd.DataFrame(rows, columns=["scheme", "n_parameters", "parameters", "loss", "low", "high"])

    def behaviour_text(self, scheme: str) -> str:
        """The worst behaviour against a scheme as a behaviour file."""
        attack = next(one for one in self.attacks if one.scheme == scheme)
        lines = [f"{path.removeprefix('behaviour.')}: {value!r}" for path, value in attack.worst.items()]
        return "\n".join([f"# The worst found for {self.plan.outcome} under {scheme}.", "extends: default", *lines]) + "\n"

    def write_tables(self, folder: Any) -> None:
        """Put the tables and the worst behaviours into a folder."""
        for name in ("losses", "drivers", "together"):
            getattr(self, name).to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")


def harmed(outcome: str) -> int:
    """+1 where more of the outcome is better, -1 where less is.

    Raises:
        UserError: neither is.
    """
    if not BETTER[outcome]:
        raise UserError.of(
            "neither more nor less of this outcome is harm by itself", path="adversary.outcome", found=outcome,
            expected="an outcome with a better direction",
        )  # fmt: skip
    return BETTER[outcome]


def about(design: Design, plan: AdversaryPlan, command: str = "") -> dict[str, Any]:
    """What the store is told of the study."""
    return about_study(
        design,
        "adversary",
        command,
        asked={"schemes": sorted(design.scheme_names)},
        adversary=plan.model_dump(mode="json"),
        study=design.resolved(),
    )


def run_adversary(
    design: Design,
    plan: AdversaryPlan,
    behaviour: Loaded[Behaviour],
    store: StudyStore,
    *,
    workers: int | None = None,
    core: Core = compiled_core,
    progress: Progress = lambda done, total: None,
    say: Say = lambda text: None,
    **how: Any,
) -> Adversary:
    """Attack every scheme; what the store holds is not run again.

    Args:
        design: schemes, organisation, behaviour as it is, months, seed.
        plan: what is harmed, by which parameters, and how long the worst is looked for.
        behaviour: as read, with its declared ranges.
        store: of the study, open to write.
        workers, core, how: as in `experiments.runs.runner.run_cases`.
        progress: told after every block of runs: how many of about how many are done.
        say: told what is going on.

    Raises:
        UserError: an outcome without a better direction; the outcome is missing as things are.
    """
    ranges = plan.ranges(behaviour)
    nominal = {path: value_at(design.behaviour, path) for path in ranges}
    bench = _Bench(design, plan, nominal, store, progress, {"workers": workers, "core": core, **how})
    ends = bench.ends(list(ranges.values()))
    attacks = []
    for scheme in design.schemes:
        say(f"Looking for the worst under {scheme.title or scheme.name} ...")
        worst, seen = _worst_behaviour(bench, scheme, list(ranges.values()), ends[scheme.name])
        attacks.append(bench.attack(scheme, worst, seen))
    return Adversary(design, plan, ranges, nominal, tuple(attacks), bench.ran)


def _worst_behaviour(bench: _Bench, scheme: Scheme, ranges: Sequence[Range], worse_ends: np.ndarray) -> tuple[Values, float]:
    """The worst behaviour that differential evolution finds, and the outcome seen there."""
    from scipy.optimize import differential_evolution

    plan, seed = bench.plan, bench.design.seed
    as_it_is = np.array([_share(one, bench.nominal[one.path]) for one in ranges])
    first = latin_hypercube(plan.population, len(ranges), np.random.default_rng([seed, plan.population]))
    first[0], first[1] = as_it_is, np.where(np.isnan(worse_ends), as_it_is, worse_ends)

    def goodness(shares: np.ndarray) -> np.ndarray:
        """(candidates,) of (parameters, candidates): what evolution makes small."""
        return bench.goodness([scheme], [_values(ranges, column) for column in shares.T])[:, 0]

    if plan.generations == 1:
        good = goodness(first.T)
        best = int(good.argmin())
        return _values(ranges, first[best]), bench.better * float(good[best])
    found = differential_evolution(
        goodness, [(0.0, 1.0)] * len(ranges), init=first, maxiter=plan.generations - 1, vectorized=True, updating="deferred",
        polish=False, tol=0.0, atol=0.0, **{_rng_name(differential_evolution): np.random.default_rng(seed)},
    )  # fmt: skip
    return _values(ranges, found.x), bench.better * float(found.fun)


def _rng_name(function: Callable[..., Any]) -> str:
    """What scipy calls its generator: `seed` until 1.14, `rng` since."""
    return "rng" if "rng" in signature(function).parameters else "seed"


class _Bench:
    """Runs schemes under behaviours and tells the outcome."""

    def __init__(
        self,
        design: Design,
        plan: AdversaryPlan,
        nominal: Values,
        store: StudyStore,
        progress: Progress,
        how: dict[str, Any],
    ) -> None:
        self.design, self.plan, self.nominal, self.store, self.progress, self.how = design, plan, nominal, store, progress, how
        self.better = harmed(plan.outcome)
        self.ran = Ran(0, 0, 0)
        self.points: dict[tuple[Any, ...], int] = {}
        self.n_done = 0

    def ends(self, ranges: Sequence[Range]) -> dict[str, np.ndarray]:
        """For every scheme (parameters,): the end of each range that harms most alone, 0 or 1; NaN where neither does."""
        schemes = list(self.design.schemes)
        trials = [{**self.nominal, one.path: one.value(end)} for one in ranges for end in (0.0, 1.0)]
        goodness = self.goodness(schemes, [dict(self.nominal), *trials])
        if not np.isfinite(goodness[0]).all():
            raise UserError.of("the outcome is missing as things are", found=self.plan.outcome, hint="choose another outcome")
        found = {}
        for place, scheme in enumerate(schemes):
            pairs = goodness[1:, place].reshape(-1, 2)
            harm = pairs.min(axis=1) < goodness[0, place]
            found[scheme.name] = np.where(harm, pairs.argmin(axis=1).astype(float), np.nan)
        return found

    def goodness(self, schemes: Sequence[Scheme], behaviours: Sequence[Values]) -> np.ndarray:
        """(behaviours, schemes): the outcome, more is better, on the luck of the search; what fails is harmless."""
        values = self.better * self.outcome(schemes, behaviours, range(self.plan.replicates)).mean(axis=2)
        return np.where(np.isfinite(values), values, np.inf)

    def attack(self, scheme: Scheme, worst: Values, seen: float) -> Attack:
        """The worst judged again, with every parameter put back alone, and the strongest alone at their worst."""
        fresh = range(FRESH, FRESH + self.plan.fresh_replicates)
        moved = [path for path in worst if worst[path] != self.nominal[path]]
        trials = [dict(self.nominal), dict(worst), *({**worst, path: self.nominal[path]} for path in moved)]
        as_it_is, at_worst, *back = self.outcome([scheme], trials, fresh)[:, 0]
        gains = [self.better * float(np.nanmean(values - at_worst)) for values in back]
        order = [moved[place] for place in np.argsort([-gain for gain in gains], kind="stable")]
        sets = [tuple(order[: k + 1]) for k in range(min(MOST_TOGETHER, len(order)))]
        alone = self.outcome([scheme], [{**self.nominal, **{path: worst[path] for path in one}} for one in sets], fresh)
        return Attack(
            scheme.name, dict(worst), as_it_is, at_worst, dict(zip(moved, back, strict=True)),
            list(zip(sets, alone[:, 0], strict=True)) if sets else [], seen,
        )  # fmt: skip

    def outcome(self, schemes: Sequence[Scheme], behaviours: Sequence[Values], replicates: range) -> np.ndarray:
        """(behaviours, schemes, replicates) of the outcome; NaN where a run failed."""
        found = np.full((len(behaviours), len(schemes), len(replicates)), np.nan)
        if not behaviours:
            return found
        base = replace(case_of(self.design), schemes=tuple(schemes))
        points = [self.points.setdefault(tuple(values.items()), len(self.points)) for values in behaviours]
        cases = [
            replace(base, behaviour=with_values(self.design.behaviour, values), point=point)
            for point, values in dict(zip(points, behaviours, strict=True)).items()
        ]
        before = self.n_done

        def progress(done: int, total: int) -> None:
            self.n_done = before + done
            self.progress(self.n_done, max(self.n_done, self._expected))

        self.ran = self.ran + run_cases(self.store, cases, replicates, progress=progress, **self.how)
        table = self.store.runs([self.plan.outcome])
        names = {scheme.name: place for place, scheme in enumerate(schemes)}
        table = table[table["scheme"].isin(names) & table["replicate"].between(replicates.start, replicates.stop - 1)]
        rows = {point: row for row, point in enumerate(points)}
        table = table[table["point"].isin(rows)]
        at = table["point"].map(rows).to_numpy(int)
        turn = table["replicate"].to_numpy(int) - replicates.start
        found[at, table["scheme"].map(names).to_numpy(int), turn] = table[self.plan.outcome].to_numpy(float)
        return found[[rows[point] for point in points]]

    @property
    def _expected(self) -> int:
        """About how many runs there are in all."""
        plan, parameters, schemes = self.plan, len(self.nominal), len(self.design.schemes)
        searched = (2 * parameters + 1 + plan.population * plan.generations) * plan.replicates
        return schemes * (searched + (parameters + 2 + MOST_TOGETHER) * plan.fresh_replicates)


def _values(ranges: Sequence[Range], shares: np.ndarray) -> dict[str, Any]:
    """Values at shares of the ranges, rounded as far as anybody could tell them apart."""
    return {one.path: _rounded(one, float(share)) for one, share in zip(ranges, shares, strict=True)}


def _rounded(one: Range, share: float) -> float:
    rounded = float(f"{float(one.value(share)):.4g}")
    return min(max(rounded, one.low), one.high)


def _share(one: Range, value: float) -> float:
    return min(max((float(value) - one.low) / (one.high - one.low), 0.0), 1.0)
