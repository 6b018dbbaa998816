"""What a run is judged by: the outcomes, their names, units and directions, and how each is computed.

The table `OUTCOMES` is the contract with everything above: stores, tables and figures read names, units and
directions from here. All are measured over the last twelve months of a run, per cadre or unit first, then
aggregated. What cannot be computed is NaN in a run ("missing") and never enters a mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from sim.desks import DESK_COLUMNS, burnout_of
from sim.population.founding import Names
from sim.population.world import World
from sim.rules.burnout import BURNOUT_FROM
from sim.rules.pay import LEAST_PAY
from sim.tally import above_median, grouped_tau_b, grouped_tau_b_of_grades, misjudged


@dataclass(frozen=True)
class Outcome:
    """One column of a run: `better` is +1 where more is better, -1 where less is, 0 where neither can be said."""

    name: str
    group: str
    better: int
    unit: str
    title: str
    meaning: str
    headline: bool = False


OUTCOMES: tuple[Outcome, ...] = (
    Outcome("exhaustion_mean", "burnout", -1, "MBI 0-6", "Exhaustion", "Mean exhaustion"),
    Outcome("cynicism_mean", "burnout", -1, "MBI 0-6", "Cynicism", "Mean cynicism"),
    Outcome("efficacy_mean", "burnout", 1, "MBI 0-6", "Professional efficacy", "Mean professional efficacy"),
    Outcome(
        "burnout_share",
        "burnout",
        -1,
        "share",
        "Burnout",
        "Share of cadres with composite index .4 exhaustion + .3 cynicism + .3 (6 - efficacy) from 3.5",
        True,
    ),
    Outcome("overload_share", "burnout", -1, "share", "Overload", "Share of cadre-months with a load above 1.2"),
    Outcome(
        "rank_agreement",
        "fairness",
        1,
        "tau-b",
        "Rank agreement",
        "Kendall tau-b between final score and contribution inside the peer group; all tied = 0",
        True,
    ),
    Outcome(
        "grade_agreement",
        "fairness",
        1,
        "share of most possible",
        "Grade agreement",
        "The same for grades, divided by the most such ties allow",
    ),
    Outcome("bottom_share", "fairness", 0, "share", "Bottom grades", "Share graded bottom"),
    Outcome("top_share", "fairness", 0, "share", "Top grades", "Share graded top"),
    Outcome(
        "false_bottom_share",
        "fairness",
        -1,
        "share",
        "Falsely bottom",
        "Of those awarded bottom (the lowest tenth where nobody is), the share not in the true bottom of the same size",
    ),
    Outcome("missed_bottom_share", "fairness", -1, "share", "Missed bottom", "Of the true bottom, the share not awarded bottom"),
    Outcome(
        "false_top_share",
        "fairness",
        -1,
        "share",
        "Falsely top",
        "Of those awarded top (the highest tenth where nobody is), the share not in the true top of the same size",
    ),
    Outcome("missed_top_share", "fairness", -1, "share", "Missed top", "Of the true top, the share not awarded top"),
    Outcome(
        "wrongly_bottom_share",
        "fairness",
        -1,
        "share",
        "Wrongly bottom",
        "Of those graded bottom, the share who truly stand above the median",
    ),
    Outcome(
        "wrongly_sanctioned_share",
        "fairness",
        -1,
        "share",
        "Wrongly sanctioned",
        "Of those sanctioned, the share who truly stand above the median",
    ),
    Outcome(
        "luck_share",
        "fairness",
        -1,
        "share",
        "Luck",
        "1 - R2 of a monotone regression of the final score on contribution inside the sequence",
    ),
    Outcome(
        "reward_gini", "fairness", 0, "Gini", "Inequality of pay", "Gini coefficient of total pay: what stays fixed, and rewards"
    ),
    Outcome(
        "adverse_impact",
        "fairness",
        0,
        "ratio",
        "Adverse impact",
        "Ratio of the shares of favourable grades, branches to offices",
    ),
    Outcome(
        "adverse_impact_null", "fairness", 0, "ratio", "Adverse impact by chance", "The mean of that ratio under random labels"
    ),
    Outcome(
        "justice_distributive",
        "fairness",
        1,
        "share",
        "Distributive justice",
        "Perceived fairness of what results bring: pay, esteem, honours",
    ),
    Outcome("justice_procedural", "fairness", 1, "share", "Procedural justice", "Perceived fairness of procedures", True),
    Outcome("justice_interpersonal", "fairness", 1, "share", "Interpersonal justice", "Perceived respect"),
    Outcome("justice_informational", "fairness", 1, "share", "Informational justice", "Perceived honesty of explanations"),
    Outcome(
        "inflation",
        "distortion",
        -1,
        "share of goal",
        "Inflation",
        "(Reported - true) / strategic goal, weighted by strategic value, at the top",
        True,
    ),
    Outcome("inflation_cadre", "distortion", -1, "share of goal", "Inflation by cadres", "The same in cadres' reports"),
    Outcome(
        "inflation_department", "distortion", -1, "share of goal", "Inflation at departments", "The same in departments' reports"
    ),
    Outcome("inflation_branch", "distortion", -1, "share of goal", "Inflation at branches", "The same in branches' reports"),
    Outcome("inflation_bureau", "distortion", -1, "share of goal", "Inflation at the bureau", "The same in the bureau's report"),
    Outcome(
        "report_fidelity",
        "distortion",
        1,
        "concordance",
        "Report fidelity",
        "Lin's concordance between reported and true attainment across units; missing below 8 units",
    ),
    Outcome(
        "rank_distortion",
        "distortion",
        -1,
        "1 - tau",
        "Rank distortion",
        "1 - Kendall tau between reported and true attainment across units",
    ),
    Outcome("falsified_share", "distortion", -1, "share", "Falsified", "Share of reported achievement that is falsified"),
    Outcome("detected_share", "distortion", 1, "share", "Detected", "Share of what is falsified that is detected"),
    Outcome(
        "goal_attainment",
        "goal",
        1,
        "share of goal",
        "Goal attainment",
        "True output / strategic goal, weighted by strategic value, capped at 1.5 per task",
        True,
    ),
    Outcome("goal_financial", "goal", 1, "share of goal", "Financial goals", "The same for tasks of the financial perspective"),
    Outcome("goal_customer", "goal", 1, "share of goal", "Customer goals", "The same for the customer perspective"),
    Outcome(
        "goal_process", "goal", 1, "share of goal", "Internal-process goals", "The same for the internal-process perspective"
    ),
    Outcome("goal_learning", "goal", 1, "share of goal", "Learning goals", "The same for the learning-and-growth perspective"),
    Outcome(
        "goal_external", "goal", 1, "share of goal", "External-resource goals", "The same for the external-resources perspective"
    ),
    Outcome("reported_attainment", "goal", 0, "share of goal", "Reported attainment", "What the superior believes"),
    Outcome("two_skins_gap", "goal", -1, "share of goal", "Two-skins gap", "Reported less true attainment"),
    Outcome("neglect", "goal", -1, "share of goal", "Neglect", "Shortfall on tasks without an indicator"),
    Outcome(
        "surplus",
        "welfare",
        1,
        "monthly wages",
        "Surplus",
        "Value of true output less cost of effort, falsification and risk, per cadre and month",
    ),
    Outcome("bonus_cost", "welfare", 0, "monthly wages", "Cost of rewards", "Explicit rewards paid per cadre and month"),
    Outcome("effort_mean", "also", 0, "normal months", "Effort", "Mean effort, 1 = a normal full month"),
    Outcome("help_mean", "also", 1, "normal months", "Help", "Mean help given"),
    Outcome("sabotage_mean", "also", -1, "normal months", "Sabotage", "Mean sabotage done"),
    Outcome(
        "autonomous_motivation_mean", "also", 1, "x normal", "Autonomous motivation", "Mean autonomous motivation, 1 = normal"
    ),
    Outcome("understanding_mean", "also", 1, "share", "Understanding", "Mean understanding of the scheme"),
    Outcome("absence_share", "also", -1, "share", "Absence", "Share of working time lost to illness"),
    Outcome("exit_share", "also", -1, "share a year", "Exits", "Share of cadres who leave in a year (shorter runs scaled up)"),
    Outcome("target_drift", "also", 0, "x start", "Target drift", "Mean target relative to the scheme's first targets"),
    Outcome("taxpayer_satisfaction", "also", 1, "share", "Taxpayer satisfaction", "Mean satisfaction of taxpayers"),
    Outcome("compliance", "also", 1, "share", "Compliance", "Mean compliance of taxpayers"),
    Outcome(
        "appraisal_hours_share",
        "also",
        -1,
        "share of time",
        "Appraisal hours",
        "Share of working time that appraisal itself takes",
    ),
    Outcome("threat_mean", "also", -1, "monthly wages", "Threat of loss", "Expected loss from sanctions and deductions"),
)

OUTCOME_NAMES: tuple[str, ...] = tuple(outcome.name for outcome in OUTCOMES)
HEADLINES: tuple[str, ...] = tuple(outcome.name for outcome in OUTCOMES if outcome.headline)

#: Monthly series of a run, in the order of `History` columns.
SERIES: tuple[str, ...] = (
    "exhaustion_mean", "cynicism_mean", "efficacy_mean", "burnout_share", "overload_share",
    "justice_distributive", "justice_procedural", "justice_interpersonal", "justice_informational",
    "inflation", "falsified_share", "goal_attainment", "reported_attainment", "two_skins_gap",
    "bonus_cost", "effort_mean", "help_mean", "sabotage_mean", "autonomous_motivation_mean", "understanding_mean",
    "exit_share", "target_drift", "taxpayer_satisfaction", "compliance", "threat_mean",
)  # fmt: skip

#: Outcomes that are also computed for every group (department, branch, sequence, ability quartile, tenure band).
OWN_GROUP_OUTCOMES: tuple[str, ...] = (
    "n_cadres", "exhaustion_mean", "cynicism_mean", "efficacy_mean", "burnout_share", "overload_share",
    "justice_distributive", "justice_procedural", "justice_interpersonal", "justice_informational",
    "bottom_share", "top_share", "falsified_share", "contribution_mean", "score_mean", "pay_mean", "effort_mean",
    "help_mean", "sabotage_mean", "autonomous_motivation_mean", "understanding_mean", "score_squares",
)  # fmt: skip

#: Columns of a run's table of groups: its own outcomes, then the same desks in the baseline's world (NaN where not asked for).
GROUP_OUTCOMES: tuple[str, ...] = (*OWN_GROUP_OUTCOMES, *DESK_COLUMNS)

# --- how they are computed -------------------------------------------------------------------------------------------

FAVOURABLE = 2  # second or top grade
BOTTOM, TOP = 0, 3
SMALLEST_GROUP = 5
FEWEST_UNITS = 8
SHARE_WITHOUT_AWARDS = 0.1
LARGEST_PAIRED = 4000  # above it pairs are counted by scipy in n log n


def measure(world: World, history: np.ndarray, window: int) -> np.ndarray:
    """All outcomes of a run, in the order of `OUTCOMES`; NaN = missing. `window` is the number of steps measured."""
    values: dict[str, float] = {}
    values |= _over_the_window(history, window)
    values |= _fairness(world)
    values |= _distortion(world, window)
    values |= _goals(world, window)
    values |= _per_cadre(world, window)
    return np.array([values[name] for name in OUTCOME_NAMES])


def _over_the_window(history: np.ndarray, window: int) -> dict[str, float]:
    """Means of monthly series over the window."""
    last = history[-window:]
    names = (
        "exhaustion_mean", "cynicism_mean", "efficacy_mean", "burnout_share", "overload_share",
        "justice_distributive", "justice_procedural", "justice_interpersonal", "justice_informational",
        "autonomous_motivation_mean", "understanding_mean", "taxpayer_satisfaction", "compliance", "threat_mean",
    )  # fmt: skip
    return {name: float(last[name].mean()) for name in names} | {"target_drift": float(history["target_drift"][-1])}


def _fairness(world: World) -> dict[str, float]:
    """Scores and grades against contributions, inside peer groups and sequences."""
    cadres = world.cadres
    known = ~np.isnan(cadres["score"]) & ~np.isnan(cadres["contribution"])
    ranked = world.schemes["ranking"][world.departments["arm"]] > 0
    graded = known & (cadres["grade"] >= 0) & ranked[cadres["department"]]
    sequence = _sequence_of(world)
    values = {
        "rank_agreement": _agreement(cadres["score"], cadres["contribution"], cadres["group"], known),
        "grade_agreement": _grade_agreement(cadres["grade"], cadres["contribution"], cadres["group"], graded),
        "bottom_share": _share(cadres["grade"][graded] == BOTTOM),
        "top_share": _share(cadres["grade"][graded] == TOP),
        "luck_share": _luck_share(cadres["score"][known], cadres["contribution"][known], sequence[known]),
    }
    rows, first, size = _sorted_groups(sequence, known)
    for end, grade in (("bottom", BOTTOM), ("top", TOP)):
        values |= _misjudged(cadres, rows, first, size, graded, end, grade)
    above = np.zeros(len(cadres), bool)
    above[rows] = above_median(cadres["contribution"][rows], first, size)
    values["wrongly_bottom_share"] = _share(above[graded & (cadres["grade"] == BOTTOM)])
    values["wrongly_sanctioned_share"] = _share(above[known & (cadres["sanctioned"] == 1)])
    values |= _impact(world, graded)
    return values


def _total_pay(world: World, window: int) -> np.ndarray:
    """What every cadre earns a month in the window, in wages: what is left of the fixed wage, and the reward (`log_of_pay`)."""
    fixed = 1.0 - world.schemes["applied"] * world.schemes["at_risk"]
    reward = np.nan_to_num(world.cadres["window_pay"]) / window
    return np.maximum(LEAST_PAY, fixed[world.departments["arm"]][world.cadres["department"]] + reward)


def _sequence_of(world: World) -> np.ndarray:
    """A number for every cadre's sequence inside his bureau."""
    units = world.departments
    return (units["bureau"].astype(np.int64) * 64 + units["sequence"])[world.cadres["department"]]


def _steps_in_window(world: World) -> int:
    return max(1, 12 // int(world.organisation["step_months"][0]))


def _share(flags: np.ndarray) -> float:
    return float(flags.mean()) if len(flags) else np.nan


def _sorted_groups(group: np.ndarray, known: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(rows ordered by group, first row and size of every group) of the known rows."""
    rows = np.flatnonzero(known)
    rows = rows[np.argsort(group[rows], kind="stable")]
    own = group[rows]
    first = np.flatnonzero(np.concatenate((np.ones(min(1, len(own)), bool), own[1:] != own[:-1])))
    return rows, first, np.diff(first, append=len(rows))


def _agreement(x: np.ndarray, y: np.ndarray, group: np.ndarray, known: np.ndarray) -> float:
    """Kendall tau-b inside groups, weighted by their size; all tied = 0; missing where no group has two people."""
    rows, first, size = _sorted_groups(group, known)
    if not len(rows):
        return np.nan
    if size.max() > LARGEST_PAIRED:
        from scipy.stats import kendalltau  # slow to import: not at start

        taus = [
            (n, kendalltau(x[rows[f : f + n]], y[rows[f : f + n]]).statistic) for f, n in zip(first, size, strict=True) if n > 1
        ]
        return float(sum(n * np.nan_to_num(tau) for n, tau in taus) / sum(n for n, _ in taus)) if taus else np.nan
    ordered_x, ordered_y = x[rows].astype(float), y[rows].astype(float)
    return float(grouped_tau_b(ordered_x, ordered_y, first, size, np.zeros(len(size))))


def _grade_agreement(grade: np.ndarray, contribution: np.ndarray, group: np.ndarray, graded: np.ndarray) -> float:
    """Tau-b of grades divided by the most that their ties allow, sqrt(1 - tied pairs/pairs); missing if all are tied."""
    rows, first, size = _sorted_groups(group, graded)
    if len(rows) and size.max() > LARGEST_PAIRED:
        total, people = 0.0, 0
        for start, n in zip(first, size, strict=True):
            own = rows[start : start + n]
            ties = np.bincount(grade[own].astype(np.int64))
            most = np.sqrt(1.0 - (ties * (ties - 1)).sum() / max(n * (n - 1), 1))
            if n > 1 and most > 0:
                tau = _agreement(grade[own], contribution[own], np.zeros(n, np.int64), np.ones(n, bool))
                total, people = total + n * tau / most, people + n
        return total / people if people else np.nan
    return float(grouped_tau_b_of_grades(grade[rows].astype(float), contribution[rows].astype(float), first, size))


def _misjudged(
    cadres: np.ndarray, rows: np.ndarray, first: np.ndarray, size: np.ndarray, graded: np.ndarray, end: str, grade: int
) -> dict[str, float]:
    """False and missed shares at one end, against the true end of the same size in every sequence of 5 or more."""
    wrong, given = misjudged(
        cadres["score"][rows], cadres["contribution"][rows], cadres["grade"][rows], first, size,
        grade, 1.0 if end == "bottom" else -1.0, bool((cadres["grade"][graded] == grade).any()), SHARE_WITHOUT_AWARDS, SMALLEST_GROUP,
    )  # fmt: skip
    share = wrong / given if given else np.nan  # as many right ones are left out as wrong ones are in
    return {f"false_{end}_share": share, f"missed_{end}_share": share}


def _luck_share(score: np.ndarray, contribution: np.ndarray, sequence: np.ndarray) -> float:
    """1 - R2 of a monotone regression inside sequences, pooled; missing where scores do not differ."""
    from scipy.optimize import isotonic_regression  # slow to import: not at start

    left, total = 0.0, 0.0
    rows, first, size = _sorted_groups(sequence, np.ones(len(score), bool))
    for start, n in zip(first, size, strict=True):
        if n < SMALLEST_GROUP:
            continue
        own = rows[start : start + n]
        ordered = score[own][np.argsort(contribution[own], kind="stable")]
        left += float(((ordered - isotonic_regression(ordered).x) ** 2).sum())
        total += float(((ordered - ordered.mean()) ** 2).sum())
    return left / total if total > 1e-12 else np.nan


def _score_squares(world: World) -> np.ndarray:
    """Squared distance of every final score from the mean of its sequence: what `luck_share` is a share of; 0 = not counted.

    Summed over places it is the weight of a run when luck is pooled over replicates.
    """
    cadres, sequence = world.cadres, _sequence_of(world)
    known = ~np.isnan(cadres["score"]) & ~np.isnan(cadres["contribution"])
    squares = np.zeros(len(cadres))
    rows, first, size = _sorted_groups(sequence, known)
    for start, n in zip(first, size, strict=True):
        if n >= SMALLEST_GROUP:
            own = rows[start : start + n]
            squares[own] = (cadres["score"][own] - cadres["score"][own].mean()) ** 2
    return squares


def _gini(pay: np.ndarray) -> float:
    """Gini coefficient of positive pay: sum_i (2i - n - 1) x_i / (n sum x)."""
    ordered = np.sort(pay)
    n, total = len(ordered), ordered.sum()
    return max(0.0, float((2 * np.arange(1, n + 1) - n - 1) @ ordered / (n * total))) if total > 0 else np.nan


def _impact(world: World, graded: np.ndarray) -> dict[str, float]:
    """Favourable grades of branches relative to offices, and what that ratio is on average under random labels."""
    missing = {"adverse_impact": np.nan, "adverse_impact_null": np.nan}
    office = world.departments["is_office"][world.cadres["department"]][graded] == 1
    favourable = world.cadres["grade"][graded] >= FAVOURABLE
    offices, branches, good = int(office.sum()), int((~office).sum()), int(favourable.sum())
    if not offices or not branches or not good:
        return missing
    in_offices = favourable[office].mean()
    return {
        "adverse_impact": float(favourable[~office].mean() / in_offices) if in_offices > 0 else np.nan,
        "adverse_impact_null": _impact_by_chance(offices, branches, good),
    }


@lru_cache(maxsize=4096)
def _impact_by_chance(offices: int, branches: int, good: int) -> float:
    """Mean ratio of favourable shares, branches to offices, if `good` grades fell on people at random."""
    from scipy.stats import hypergeom  # slow to import: not at start

    counts = np.arange(max(1, good - branches), min(good, offices) + 1)
    chance = hypergeom.pmf(counts, offices + branches, good, offices)
    ratio = ((good - counts) / branches) / (counts / offices)
    return float((chance * ratio).sum() / chance.sum()) if chance.sum() > 0 else np.nan


def _weighted(world: World, amount: str, normal: str) -> tuple[float, float]:
    """(value of an amount summed over bureaus and tasks, value of the goal of a month)."""
    tasks, bureaus = world.tasks, world.bureaus
    goal = float((tasks["value"] * tasks["goal"] * bureaus[normal]).sum())
    return float((tasks["value"] * bureaus[amount]).sum()), goal


def _distortion(world: World, window: int) -> dict[str, float]:
    """Inflation at every level, fidelity across departments, falsification by cadres."""
    values: dict[str, float] = {}
    true, goal = _weighted(world, "window_true", "normal")
    for name, amount in (
        ("inflation_cadre", "window_cadre"),
        ("inflation_department", "window_department"),
        ("inflation_bureau", "window_reported"),
        ("inflation", "window_superior"),
    ):
        values[name] = (_weighted(world, amount, "normal")[0] - true) / (goal * window) if goal > 0 else np.nan
    front_true, front_goal = _weighted(world, "window_front_true", "front_normal")
    front, _ = _weighted(world, "window_front_reported", "front_normal")
    values["inflation_branch"] = (front - front_true) / (front_goal * window) if front_goal > 0 else np.nan
    units = world.departments
    enough = len(units) >= FEWEST_UNITS
    values["report_fidelity"] = _concordance(units["window_reported"], units["window_true"]) if enough else np.nan
    values["rank_distortion"] = (
        1.0 - _agreement(units["window_reported"], units["window_true"], units["bureau"] * 0, np.ones(len(units), bool))
        if enough
        else np.nan
    )
    cadres = world.cadres
    falsified, reported = float(cadres["window_falsified"].sum()), float(cadres["window_reported"].sum())
    values["falsified_share"] = falsified / reported if reported > 0 else np.nan
    values["detected_share"] = float(cadres["window_detected"].sum()) / falsified if falsified > 0 else np.nan
    return values


def _concordance(x: np.ndarray, y: np.ndarray) -> float:
    """Lin's concordance: 2 cov/(var x + var y + (mean x - mean y)^2); missing where nothing varies."""
    spread = x.var() + y.var() + (x.mean() - y.mean()) ** 2
    return float(2.0 * ((x - x.mean()) * (y - y.mean())).mean() / spread) if spread > 1e-18 else np.nan


def _goals(world: World, window: int) -> dict[str, float]:
    """Attainment of the fixed strategic goals, weighted by value and capped at 1.5 per task of a bureau."""
    tasks, bureaus = world.tasks, world.bureaus
    goal = tasks["goal"] * bureaus["normal"]
    weight = tasks["value"] * goal
    with np.errstate(divide="ignore", invalid="ignore"):
        true = np.minimum(np.where(goal > 0, bureaus["window_true"] / (goal * window), 0.0), 1.5)
        seen = np.minimum(np.where(goal > 0, bureaus["window_superior"] / (goal * window), 0.0), 1.5)

    def mean(values: np.ndarray, of: np.ndarray) -> float:
        total = weight[:, of].sum()
        return float((weight * values)[:, of].sum() / total) if total > 0 else np.nan

    everything = np.ones(len(tasks), bool)
    used = bureaus["normal"].sum(axis=0) > 0
    values = {"goal_attainment": mean(true, everything), "reported_attainment": mean(seen, everything)}
    values["two_skins_gap"] = values["reported_attainment"] - values["goal_attainment"]
    for p, name in enumerate(("financial", "customer", "process", "learning", "external")):
        values[f"goal_{name}"] = mean(true, used & (tasks["perspective"] == p))
    values["neglect"] = mean(np.maximum(0.0, 1.0 - true), used & (tasks["is_counted"] == 0))
    return values


def _per_cadre(world: World, window: int) -> dict[str, float]:
    """Means over cadres of what the window summed up."""
    cadres = world.cadres
    values = {
        name: float(cadres[column].mean()) / window
        for name, column in (
            ("surplus", "window_surplus"), ("bonus_cost", "window_pay"), ("effort_mean", "window_effort"),
            ("help_mean", "window_help"), ("sabotage_mean", "window_sabotage"), ("absence_share", "window_absence"),
            ("appraisal_hours_share", "window_overhead"),
        )
    }  # fmt: skip
    values["reward_gini"] = _gini(_total_pay(world, window))
    values["exit_share"] = float(cadres["window_exits"].mean()) * _steps_in_window(world) / window
    return values


# --- by group --------------------------------------------------------------------------------------------------------

TENURE_BANDS = ((60.0, "under 5 years"), (180.0, "5 to 15 years"), (np.inf, "15 years and more"))


def measure_groups(world: World, names: Names, window: int) -> tuple[np.ndarray, list[tuple[str, str]]]:
    """(n groups, OWN_GROUP_OUTCOMES) and the (dimension, name) of every row."""
    tables, labels = [], []
    for dimension, group, group_names in dimensions(world, names):
        tables.append(_group_table(world, group, len(group_names), window))
        labels += [(dimension, name) for name in group_names]
    return np.vstack(tables), labels


def dimensions(world: World, names: Names) -> list[tuple[str, np.ndarray, list[str]]]:
    """Ways to group the places of a world: name, group of every place, names of the groups."""
    own = world.cadres["department"]
    quartile = np.searchsorted(np.quantile(world.cadres["potential"], (0.25, 0.5, 0.75)), world.cadres["potential"])
    band = np.searchsorted([limit for limit, _ in TENURE_BANDS], world.cadres["tenure"], side="right")
    dimensions = [
        ("sequence", world.departments["sequence"][own], list(names.sequences)),
        ("ability quartile", quartile, ["lowest", "second", "third", "highest"]),
        ("tenure band", np.minimum(band, len(TENURE_BANDS) - 1), [name for _, name in TENURE_BANDS]),
    ]
    if len(names.departments) <= 2000:  # a whole service is told by sequence, ability and tenure only
        dimensions.insert(0, ("department", own, list(names.departments)))
        dimensions.insert(1, ("branch", world.departments["branch"][own], list(names.branches)))
    return dimensions


def _group_table(world: World, group: np.ndarray, n: int, window: int) -> np.ndarray:
    """Outcomes of every group, by counting."""
    cadres = world.cadres
    people = np.bincount(group, minlength=n).astype(float)

    def mean(values: np.ndarray) -> np.ndarray:
        ok = ~np.isnan(values)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.bincount(group[ok], weights=values[ok], minlength=n) / np.bincount(group[ok], minlength=n)

    grade = np.where(cadres["grade"] >= 0, cadres["grade"].astype(float), np.nan)
    columns = {
        "n_cadres": people,
        "burnout_share": mean((burnout_of(cadres) >= BURNOUT_FROM).astype(float)),
        "overload_share": mean(cadres["window_overload"] / window),
        "bottom_share": mean(np.where(np.isnan(grade), np.nan, grade == BOTTOM)),
        "top_share": mean(np.where(np.isnan(grade), np.nan, grade == TOP)),
        "falsified_share": mean(cadres["window_falsified"])
        / np.where(mean(cadres["window_reported"]) > 0, mean(cadres["window_reported"]), np.nan),
        "contribution_mean": mean(cadres["contribution"]),
        "score_mean": mean(cadres["score"]),
        "pay_mean": mean(cadres["window_pay"] / window),
        "effort_mean": mean(cadres["window_effort"] / window),
        "help_mean": mean(cadres["window_help"] / window),
        "sabotage_mean": mean(cadres["window_sabotage"] / window),
        "autonomous_motivation_mean": mean(cadres["motivation"]),
        "understanding_mean": mean(cadres["understanding"]),
        "score_squares": np.bincount(group, weights=_score_squares(world), minlength=n),
    }
    for name in ("exhaustion", "cynicism", "efficacy"):
        columns[f"{name}_mean"] = mean(cadres[name])
    for name in ("distributive", "procedural", "interpersonal", "informational"):
        columns[f"justice_{name}"] = mean(cadres[f"justice_{name}"])
    return np.column_stack([columns[name] for name in OWN_GROUP_OUTCOMES])
