"""Measures: what is read off the runs of a row's arms. A row names them with their parameters.

A measure takes the runs of all arms and returns one number. `estimate` takes it with its standard error: the measure is taken
again with one replicate left out at a time (jackknife), all arms losing the same replicate, so the luck the arms share cancels.
Parameters annotated with `ArmName` (alone, in a list, as keys) are names of arms: `arms_named` finds them. Quantities (`of`, `x`,
`y`) are outcomes of `sim.outcomes`, columns of the table of cadres, or one of `DERIVED`; `task` picks one task where a quantity
has one value a task.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sim.desks import burnout_of
from sim.outcomes import OUTCOME_NAMES
from sim.rules.flow import exit_chance

if TYPE_CHECKING:
    from experiments.evidence.arms import Arms, Seen
    from sim.population.world import World

ArmName = str


class Measured(NamedTuple):
    """A measure, in units of its own, over so many replicates; `replicates` - 1 are the degrees of freedom of its error."""

    value: float
    standard_error: float
    replicates: int


def estimate(arms: Arms, what: str, **parameters: Any) -> Measured:
    """A measure by name with its jackknife standard error, sqrt((n-1)/n sum (left out - mean)^2); NaN if it cannot be told."""
    take = MEASURES[what]
    value = float(take(arms, **parameters))
    n = min(len(runs) for runs in arms.values())
    if n < 2:
        return Measured(value, math.nan, n)
    without = [take({name: runs[:r] + runs[r + 1 :] for name, runs in arms.items()}, **parameters) for r in range(n)]
    left_out = np.array(without, float)
    spread = math.sqrt((n - 1) / n * float(((left_out - left_out.mean()) ** 2).sum()))
    return Measured(value, spread, n)


# --- quantities ------------------------------------------------------------------------------------------------------


def per_step(column: str) -> Callable[[Seen], np.ndarray]:
    """Mean over the steps of the last twelve months of a column that sums them up, in the column's own unit."""
    return lambda seen: seen.world.cadres[column] / seen.setting.window


#: Quantities of a cadre that are no column of his; what is done is a mean over the steps of the last twelve months.
DERIVED: dict[str, Callable[[Seen], np.ndarray]] = {
    "output_value": per_step("window_contribution"),  # wages a month: value-weighted, help included, luck excluded
    "effort_total": per_step("window_effort"),  # normal months of work
    "help": per_step("window_help"),  # normal months of work
    "falsified_value": per_step("window_falsified"),  # wages a month
    "burnout": lambda seen: burnout_of(seen.world.cadres),  # MBI scale, 0..6
    "own_drive": lambda seen: seen.world.cadres["psm"] * seen.world.cadres["motivation"],  # x normal
    # the opposite of exhaustion and cynicism, on their scale
    "engagement": lambda seen: 6.0 - 0.5 * (seen.world.cadres["exhaustion"] + seen.world.cadres["cynicism"]),
    "workload": lambda seen: _of_branch(seen, "workload"),  # what the branch is asked for, x normal
    "resources": lambda seen: _resources(seen),
}


def _of_branch(seen: Seen, column: str) -> np.ndarray:
    world = seen.world
    return world.branches[column][world.departments["branch"][world.cadres["department"]]]


def _resources(seen: Seen) -> np.ndarray:
    """Job resources, 0..1, as `sim.rules.burnout.resources_at_work` adds them up."""
    scheme = _schemes(seen.world)
    of_branch = _of_branch(seen, "resources")
    return 0.2 * (scheme["care"] + scheme["coaching"] + scheme["feedback"] + scheme["autonomy"] + of_branch)


def _schemes(world: World) -> np.ndarray:
    """The scheme every cadre is under, as a record."""
    return world.schemes[world.departments["arm"][world.cadres["department"]]]


def each(seen: Seen, of: str, task: str | None = None) -> np.ndarray:
    """A quantity of every cadre on the last day (or over the last twelve months), NaN where he has no such task."""
    if of in DERIVED:
        return DERIVED[of](seen)
    columns = seen.world.cadres.dtype
    if of not in (columns.names or ()):
        raise KeyError(f"neither a column of cadres nor derived: {of}")
    values = seen.world.cadres[of]
    if values.ndim == 1:
        return values.astype(float)
    if task is None:
        return values.sum(axis=1)
    return own_task(seen, values, task)


def own_task(seen: Seen, values: np.ndarray, task: str) -> np.ndarray:
    """Of values by own task, (cadres, tasks of his department), those of one task by name; NaN where a cadre does not do it."""
    k = seen.names.tasks.index(task)
    departments = seen.world.departments
    is_own = np.arange(departments["task"].shape[1]) < departments["n_tasks"][:, None]
    is_it = (departments["task"] == k) & is_own
    slot = np.where(is_it.any(axis=1), is_it.argmax(axis=1), -1)[seen.world.cadres["department"]]
    picked = values[np.arange(len(values)), np.maximum(slot, 0)].astype(float)
    picked[slot < 0] = np.nan
    return picked


def mean_of(seen: Seen, of: str, task: str | None = None) -> float:
    """A quantity of one run: an outcome, what a task attained (`attainment`, uncapped, luck included), or a mean over cadres."""
    if of == "attainment":
        return _attainment(seen, task, "window_true")
    if of == "reported":
        return _attainment(seen, task, "window_superior")
    if of in OUTCOME_NAMES and task is None:
        return float(seen.outcomes[of])
    return float(np.nanmean(each(seen, of, task)))


def _attainment(seen: Seen, task: str | None, column: str) -> float:
    """Output relative to normal, value-weighted over all tasks or of one, over the last twelve months."""
    bureaus, tasks = seen.world.bureaus, seen.world.tasks
    weight = tasks["value"].copy()
    if task is not None:
        weight = np.zeros(len(weight))
        weight[seen.names.tasks.index(task)] = 1.0
    return float((weight * bureaus[column]).sum() / (weight * bureaus["normal"]).sum() / seen.setting.window)


def pooled(arms: Arms, arm: str, of: str, task: str | None = None) -> np.ndarray:
    """A quantity of all cadres of all replicates of an arm."""
    return np.concatenate([seen.keep(("each", of, task), lambda s=seen: each(s, of, task)) for seen in arms[arm]])  # type: ignore[misc]


def pooled_over(arms: Arms, arms_of: list[ArmName], of: str, task: str | None = None) -> np.ndarray:
    """A quantity of all cadres of all replicates of several arms together."""
    return np.concatenate([pooled(arms, arm, of, task) for arm in arms_of])


def mean(arms: Arms, arm: str, of: str, task: str | None = None) -> float:
    """Mean of a quantity over the replicates of an arm; runs in which it is missing do not count."""
    values = [seen.keep(("mean", of, task), lambda s=seen: mean_of(s, of, task)) for seen in arms[arm]]  # type: ignore[misc]
    return float(np.nanmean(values)) if not np.isnan(values).all() else math.nan


# --- measures --------------------------------------------------------------------------------------------------------


def level(arms: Arms, arm: ArmName, of: str, task: str | None = None) -> float:
    """Mean of a quantity in an arm."""
    return mean(arms, arm, of, task)


def change(arms: Arms, arm: ArmName, against: ArmName, of: str, task: str | None = None) -> float:
    """Mean in an arm less the mean in another."""
    return mean(arms, arm, of, task) - mean(arms, against, of, task)


def relative_change(arms: Arms, arm: ArmName, against: ArmName, of: str, task: str | None = None) -> float:
    """Mean in an arm over the mean in another, less 1: +.10 is 10 % more."""
    return mean(arms, arm, of, task) / mean(arms, against, of, task) - 1.0


def log_change(arms: Arms, arm: ArmName, against: ArmName, of: str, task: str | None = None) -> float:
    """Difference in log points."""
    return math.log(mean(arms, arm, of, task) / mean(arms, against, of, task))


def standardised_change(arms: Arms, arm: ArmName, against: ArmName, of: str, task: str | None = None) -> float:
    """Cohen's d: difference of means over the standard deviation of cadres in the arm it is held against."""
    spread = float(np.nanstd(pooled(arms, against, of, task)))
    return change(arms, arm, against, of, task) / spread if spread > 0.0 else math.nan


def ratio_of_changes(
    arms: Arms,
    arm: ArmName,
    against: ArmName,
    other: ArmName,
    of: str,
    task: str | None = None,
    other_against: ArmName | None = None,
) -> float:
    """(arm - against)/(other - other_against): the effect of one change relative to that of another."""
    return _ratio(change, arms, (arm, against), (other, other_against or against), of, task)


def ratio_of_relative_changes(
    arms: Arms,
    arm: ArmName,
    against: ArmName,
    other: ArmName,
    of: str,
    task: str | None = None,
    other_against: ArmName | None = None,
) -> float:
    """The same of relative changes."""
    return _ratio(relative_change, arms, (arm, against), (other, other_against or against), of, task)


def _ratio(
    measure: Callable[..., float], arms: Arms, above: tuple[str, str], below: tuple[str, str], of: str, task: str | None
) -> float:
    """A measure of one pair of arms over that of another; NaN where that is 0."""
    divisor = measure(arms, *below, of, task)
    return measure(arms, *above, of, task) / divisor if divisor != 0.0 else math.nan


def difference_of_changes(
    arms: Arms,
    arm: ArmName,
    against: ArmName,
    other: ArmName,
    of: str,
    task: str | None = None,
    other_against: ArmName | None = None,
) -> float:
    """(arm - against) - (other - other_against): how much more one change does than another."""
    return change(arms, arm, against, of, task) - change(arms, other, other_against or against, of, task)


def spread(arms: Arms, arm: ArmName, of: str, task: str | None = None) -> float:
    """Standard deviation of a quantity between cadres."""
    return float(np.nanstd(pooled(arms, arm, of, task)))


def spread_change(arms: Arms, arm: ArmName, against: ArmName, of: str, task: str | None = None) -> float:
    """Standard deviation between cadres in an arm over that in another, less 1."""
    return spread(arms, arm, of, task) / spread(arms, against, of, task) - 1.0


def correlation(arms: Arms, arm: ArmName, x: str, y: str, x_task: str | None = None, y_task: str | None = None) -> float:
    """Correlation of two quantities between cadres, all replicates together."""
    return _correlated(pooled(arms, arm, x, x_task), pooled(arms, arm, y, y_task))


def correlation_over(arms: Arms, arms_of: list[ArmName], x: str, y: str) -> float:
    """Correlation of two quantities between the cadres of several arms together, all replicates together."""
    return _correlated(pooled_over(arms, arms_of, x), pooled_over(arms, arms_of, y))


def _correlated(x: np.ndarray, y: np.ndarray) -> float:
    known = ~(np.isnan(x) | np.isnan(y))
    if x[known].std() == 0.0 or y[known].std() == 0.0:
        return math.nan
    return float(np.corrcoef(x[known], y[known])[0, 1])


def share_above(arms: Arms, arms_of: list[ArmName], of: str, above: float, task: str | None = None) -> float:
    """Share of cadres of several arms together with a quantity above a value, of those who have it."""
    values = pooled_over(arms, arms_of, of, task)
    return float((values > above)[~np.isnan(values)].mean())


def elasticity(arms: Arms, arm: ArmName, against: ArmName, of: str, times: float, task: str | None = None) -> float:
    """Relative change in logs per log of a price that is `times` as high in the arm."""
    return log_change(arms, arm, against, of, task) / math.log(times)


def multiple_correlation(arms: Arms, arm: ArmName, of: list[str], with_: str) -> float:
    """Multiple R of several quantities on another, between cadres of all replicates; NaN where they do not differ in it."""
    x = np.column_stack([pooled(arms, arm, one) for one in of])
    y = pooled(arms, arm, with_)
    known = ~(np.isnan(x).any(axis=1) | np.isnan(y))
    x, y = x[known] - x[known].mean(axis=0), y[known] - y[known].mean()
    if not y.any():
        return math.nan
    fitted = x @ np.linalg.lstsq(x, y, rcond=None)[0]
    return float(np.sqrt((fitted**2).sum() / (y**2).sum()))


def distance_of_leavers(arms: Arms, arm: ArmName, of: list[str]) -> float:
    """Multiple R of several quantities on leaving of one's own will, read at an even split: D/sqrt(D^2 + 4).

    D is the Mahalanobis distance of leavers from stayers. Everybody counts among the leavers with his chance to leave in a year,
    as the model has it, and among the stayers with the rest: what the lots would give on average, without their noise.
    """
    x, chance = [], []
    for seen in arms[arm]:
        x.append(np.column_stack([each(seen, one) for one in of]))
        chance.append(seen.keep("chance to leave", lambda s=seen: _chance_to_leave(s)))  # type: ignore[misc]
    values, leaves = np.concatenate(x), np.concatenate(chance)
    if not 0.0 < leaves.sum() < len(leaves):
        return math.nan
    means = [np.average(values, axis=0, weights=weights) for weights in (leaves, 1.0 - leaves)]
    spreads = [np.cov(values.T, aweights=weights, ddof=0) * weights.sum() for weights in (leaves, 1.0 - leaves)]
    gap = means[0] - means[1]
    squared = float(gap @ np.linalg.solve(sum(spreads) / len(values), gap))
    return math.sqrt(squared / (squared + 4.0))


def _chance_to_leave(seen: Seen) -> np.ndarray:
    """Everybody's chance to leave of his own will within a year, were he to stay as he is."""
    return 1.0 - (1.0 - monthly_chance_to_leave(seen)) ** 12


def monthly_chance_to_leave(seen: Seen) -> np.ndarray:
    """Everybody's chance to leave of his own will within a month."""
    b, c = seen.setting.behaviour, seen.world.cadres
    injustice = 1.0 - 0.5 * (c["justice_distributive"] + c["justice_procedural"])
    rate = float(seen.world.organisation["turnover"][0]) * b.exit_rate
    chances = [
        exit_chance(
            rate, b.exit_of_burnout, burnout, b.exit_of_injustice, unjust, b.exit_of_ability, potential, b.exit_of_pay, log_pay
        )
        for burnout, unjust, potential, log_pay in zip(burnout_of(c), injustice, c["potential"], c["log_pay"], strict=True)
    ]
    return np.array(chances)


def agreement_of_superiors(arms: Arms, arm: ArmName) -> float:
    """Correlation of the scores that two superiors give the same work, over all people rated (their leniency included)."""
    first = np.concatenate([seen.appraised_by(0).cadres["score"] for seen in arms[arm]])
    second = np.concatenate([seen.appraised_by(1).cadres["score"] for seen in arms[arm]])
    return float(np.corrcoef(first, second)[0, 1])


def mean_agreement_of_superiors(arms: Arms, arms_of: list[ArmName]) -> float:
    """Mean over several arms of the agreement of two superiors."""
    return float(np.mean([agreement_of_superiors(arms, arm) for arm in arms_of]))


def difference_of_agreements(arms: Arms, arm: ArmName, against: ArmName) -> float:
    """Agreement of two superiors in an arm less that in another."""
    return agreement_of_superiors(arms, arm) - agreement_of_superiors(arms, against)


def leniency_of_same_work(arms: Arms, arm: ArmName, against: ArmName) -> float:
    """What a rating adds to the same work in an arm beyond what it adds in another, in standard deviations of scores there.

    Scores less the points that true attainment would give, so that work which differs between the arms does not enter.
    """
    shifts = []
    for name in (arm, against):
        gaps = []
        for seen in arms[name]:
            world = seen.appraised_by(0)
            gaps.append(world.cadres["score"] - _deserved(world))
        shifts.append(np.concatenate(gaps).mean())
    return float((shifts[0] - shifts[1]) / _rated(arms, against).std())


def _deserved(world: World) -> np.ndarray:
    """Points for attainment as reported over the period, one point in a hundred each: for schemes linear in attainment."""
    c = world.cadres
    department = world.departments[c["department"]]
    attained = (c["period_reported"] / np.maximum(c["target"], 1e-9)).sum(axis=1) / np.maximum(c["period_steps"], 1.0)
    return _schemes(world)["points"] * attained * (department["n_offers"] > 0)


def _rated(arms: Arms, arm: str) -> np.ndarray:
    return np.concatenate([seen.appraised_by(0).cadres["score"] for seen in arms[arm]])


def leniency_of_superiors(arms: Arms, arm: ArmName, against: ArmName) -> float:
    """Mean score in an arm less that in another, in standard deviations of scores in the latter."""
    lenient, usual = _rated(arms, arm), _rated(arms, against)
    return float((lenient.mean() - usual.mean()) / usual.std())


def _stayers(arms: Arms, arm: str, against: str, of: str, task: str | None) -> float:
    """Mean in an arm over the mean in another, less 1, of those who are the same person in both and were so all along."""
    same, other = [], []
    for one, two in zip(arms[arm], arms[against], strict=True):
        stayed = (one.world.cadres["persons"] == 0) & (two.world.cadres["persons"] == 0)
        same.append(each(one, of, task)[stayed])
        other.append(each(two, of, task)[stayed])
    return float(np.nanmean(np.concatenate(same)) / np.nanmean(np.concatenate(other)) - 1.0)


def relative_change_of_stayers(arms: Arms, arm: ArmName, against: ArmName, of: str, task: str | None = None) -> float:
    """Relative change among those who were there from the first day to the last in both arms: no selection in it."""
    return _stayers(arms, arm, against, of, task)


def share_of_stayers(arms: Arms, arm: ArmName, against: ArmName, of: str, task: str | None = None) -> float:
    """Relative change among those who stayed over that among all: the part that is not selection."""
    return _stayers(arms, arm, against, of, task) / relative_change(arms, arm, against, of, task)


def _under_line(arms: Arms, arm: str, line: float, within: float) -> tuple[np.ndarray, np.ndarray]:
    """(truly within so much under a line, moved to it) for everybody, in a setting whose period is one step and one task."""
    true = np.concatenate([seen.world.cadres["output"][:, 0] for seen in arms[arm]])
    moved = np.concatenate([seen.world.cadres["falsified"][:, 0] for seen in arms[arm]])
    near = (true < line) & (true >= line - within)
    return near, near & (true + moved >= line - 1e-9)


def inflated_under_line(arms: Arms, arm: ArmName, line: float, within: float) -> float:
    """Share of results truly just under a line that are reported at it."""
    near, moved = _under_line(arms, arm, line, within)
    return float(moved.sum() / near.sum())


def ratio_of_inflated(arms: Arms, arm: ArmName, against: ArmName, line: float, within: float) -> float:
    """That share relative to what it is in another arm."""
    usual = inflated_under_line(arms, against, line, within)
    return inflated_under_line(arms, arm, line, within) / usual if usual > 0.0 else math.nan


def arms_named(call: Mapping[str, Any]) -> set[str]:
    """Names of arms in a call of a measure (`what` and its parameters), as the annotations of the measure tell."""
    found: set[str] = set()
    for name, parameter in inspect.signature(MEASURES[call["what"]]).parameters.items():
        given = call.get(name)
        if "ArmName" in str(parameter.annotation) and given is not None:
            found |= set(map(str, given)) if isinstance(given, (list, dict)) else {str(given)}
    return found


MEASURES: dict[str, Callable[..., float]] = {
    measure.__name__: measure
    for measure in (
        level, change, relative_change, log_change, standardised_change, ratio_of_changes, ratio_of_relative_changes,
        difference_of_changes, spread, spread_change, correlation, correlation_over, share_above,
        elasticity, multiple_correlation, distance_of_leavers, leniency_of_same_work,
        agreement_of_superiors, mean_agreement_of_superiors, difference_of_agreements, leniency_of_superiors,
        relative_change_of_stayers, share_of_stayers, inflated_under_line, ratio_of_inflated,
    )
}  # fmt: skip
