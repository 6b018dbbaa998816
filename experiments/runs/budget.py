"""Equal budgets: explicit rewards scaled until schemes cost the same.

A scheme that simply pays more will buy more; at equal cost the comparison is about the design. What a scheme costs
depends on what people do under it, so the factor is found by simulation: secant steps on a few pilot replicates,
which meet the same luck at every step.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from experiments.design.study import Design, has_rewards, with_rewards_scaled
from experiments.runs.runner import Core, compiled_core, run_replicates
from experiments.statistics.intervals import mean_present
from sim.errors import UserError
from sim.lang import counted
from sim.outcomes import OUTCOME_NAMES

PILOT_REPLICATES = 4
MOST_ROUNDS = 6
TOLERANCE = 0.005  # of the target
WIDEST_STEP = 8.0  # largest change of a factor in one step

_COST = OUTCOME_NAMES.index("bonus_cost")


@dataclass(frozen=True)
class Scaling:
    """What became of one scheme: the factor on its explicit rewards, and its cost in the pilot before and after."""

    scheme: str
    factor: float
    cost_before: float
    cost: float
    note: str = ""


@dataclass(frozen=True)
class Budget:
    """The common cost (monthly wages per cadre and month), where it comes from, and what became of every scheme."""

    target: float
    origin: str
    pilot_replicates: int
    scalings: tuple[Scaling, ...]

    def plain(self) -> dict[str, Any]:
        """As plain data, for the manifest."""
        return asdict(self)

    def sentences(self) -> list[str]:
        """What was done, one sentence a scheme."""
        lines = [f"Equal budget: {self.target:.4g} monthly wages per cadre and month ({self.origin})."]
        for scaling in self.scalings:
            if scaling.note:
                lines.append(f"{scaling.scheme}: {scaling.note}")
            else:
                lines.append(
                    f"{scaling.scheme}: rewards times {scaling.factor:.3g}, cost {scaling.cost_before:.4g} -> {scaling.cost:.4g}"
                )
        return lines


class _Search:
    """Secant search for one scheme's factor: remembers the last two points of (factor, cost)."""

    def __init__(self, cost: float) -> None:
        self.points: list[tuple[float, float]] = [(1.0, cost)]
        self.note = ""

    @property
    def factor(self) -> float:
        return self.points[-1][0]

    @property
    def cost(self) -> float:
        return self.points[-1][1]

    def is_done(self, target: float) -> bool:
        """Whether the cost is near enough, or cannot come nearer."""
        return bool(self.note) or abs(self.cost - target) <= TOLERANCE * target

    def next_factor(self, target: float) -> float:
        """The next factor: proportional at first, then along the secant, never more than a bounded step away."""
        factor, cost = self.points[-1]
        wanted = factor * target / cost if cost > 0 else factor * WIDEST_STEP
        if len(self.points) > 1:
            before, cost_before = self.points[-2]
            slope = (cost - cost_before) / (factor - before) if factor != before else 0.0
            if slope > 0:
                wanted = factor + (target - cost) / slope
        return float(np.clip(wanted, factor / WIDEST_STEP, factor * WIDEST_STEP))


def equalise(
    design: Design,
    *,
    workers: int | None = None,
    core: Core = compiled_core,
    pilot_replicates: int = PILOT_REPLICATES,
    say: Callable[[str], None] = lambda _: None,
) -> tuple[Design, Budget]:
    """The design with explicit rewards scaled so that every scheme that pays any costs the same, and what was done.

    The common cost is the baseline's; where the baseline pays nothing, the mean of those that do. The baseline itself
    is never changed, nor is a scheme without explicit rewards.

    Raises:
        UserError: no scheme pays explicit rewards that cost anything.
    """
    replicates = range(min(pilot_replicates, design.replicates))
    say(f"Equal budget: a pilot of {len(replicates)} replicates ...")
    costs = pilot_costs(design, replicates, workers, core)
    target, origin = common_cost(design, costs)
    searches = {
        scheme.name: _Search(costs[scheme.name])
        for scheme in design.schemes
        if has_rewards(scheme) and scheme.name != design.baseline and costs[scheme.name] > 0
    }
    trial = design
    for number in range(1, MOST_ROUNDS + 1):
        trial = _with_next_factors(design, trial, searches, target)
        open_names = [name for name, search in searches.items() if not search.is_done(target)]
        if not open_names:
            break
        say(f"Equal budget: step {number}, {counted(len(open_names), 'scheme')} to go ...")
        costs_now = pilot_costs(_only(trial, open_names), replicates, workers, core)
        for name in open_names:
            factor = searches[name].points.pop()[0]
            searches[name].points.append((factor, costs_now[name]))
    scalings = tuple(_scaling(scheme.name, design, costs, searches, target) for scheme in design.schemes)
    return trial, Budget(target, origin, len(replicates), scalings)


def pilot_costs(design: Design, replicates: Sequence[int], workers: int | None, core: Core) -> dict[str, float]:
    """Mean cost of every scheme over the replicates (monthly wages per cadre and month)."""
    rows: dict[str, list[float]] = {name: [] for name in design.scheme_names}
    for _, records in run_replicates(design, replicates, workers=workers, core=core):
        for record in records:
            rows[record.scheme].append(float(record.outcomes[_COST]))
    return {name: float(mean_present(np.array(values)[:, None])[0]) for name, values in rows.items()}


def common_cost(design: Design, costs: dict[str, float]) -> tuple[float, str]:
    """What every scheme is to cost, and where that comes from."""
    if has_rewards(design.baseline_scheme) and costs[design.baseline] > 0:
        return costs[design.baseline], f"the cost of {design.baseline}"
    paying = [costs[scheme.name] for scheme in design.schemes if has_rewards(scheme) and costs[scheme.name] > 0]
    if not paying:
        raise UserError.of(
            "no scheme pays explicit rewards, so there is no budget to make equal", hint="leave out --equal-budget"
        )
    return float(np.mean(paying)), f"the mean of the schemes that pay; {design.baseline} pays nothing"


def _only(design: Design, names: Sequence[str]) -> Design:
    """The design with these schemes and the baseline, which the warm-up needs."""
    return design.with_schemes([scheme for scheme in design.schemes if scheme.name in names or scheme.name == design.baseline])


def _with_next_factors(design: Design, trial: Design, searches: dict[str, _Search], target: float) -> Design:
    """The trial with the next factor for every scheme still searched; its point is completed after the pilot."""
    schemes = {scheme.name: scheme for scheme in trial.schemes}
    for original in design.schemes:
        search = searches.get(original.name)
        if search is None or search.is_done(target):
            continue
        factor = search.next_factor(target)
        try:
            schemes[original.name] = with_rewards_scaled(original, factor)
        except UserError:
            search.note = f"stays at {search.factor:.3g} times its rewards: a larger factor leaves their bounds"
            continue
        search.points = [search.points[-1], (factor, search.cost)]
    return design.with_schemes([schemes[name] for name in design.scheme_names])


def _scaling(name: str, design: Design, costs: dict[str, float], searches: dict[str, _Search], target: float) -> Scaling:
    """What became of one scheme, in words where it was not brought to the target."""
    search = searches.get(name)
    if search is not None:
        note = search.note
        if not search.is_done(target):
            note = f"rewards times {search.factor:.3g} cost {search.cost:.4g}: the budget was not reached in {MOST_ROUNDS} steps"
        return Scaling(name, search.factor, costs[name], search.cost, note)
    scheme = next(scheme for scheme in design.schemes if scheme.name == name)
    if name == design.baseline:
        note = "the baseline, unchanged"
    elif not has_rewards(scheme):
        note = "has no explicit rewards, unchanged"
    else:
        note = "its rewards cost nothing on balance (cuts weigh as much as prizes), unchanged"
    return Scaling(name, 1.0, costs[name], costs[name], note)
