"""Measures of surveys and facts: who has more of one thing has more of another; what ready documents say.

They stand beside the general ones of `measures` and those of the field in `field`; rows know them all.
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from experiments.evidence.field import MEASURES
from experiments.evidence.measures import (
    DERIVED,
    ArmName,
    correlation_over,
    each,
    mean,
    monthly_chance_to_leave,
    own_task,
    per_step,
    pooled_over,
)
from sim.population.founding import plan_units
from sim.rules.burnout import effort_reward_imbalance
from sim.rules.ranking import TOP
from sim.run import simulate
from sim.schemes.behaviour import Behaviour
from sim.schemes.load import load_organisation, load_scheme
from sim.schemes.locate import preset_names
from sim.schemes.organisation import Organisation
from sim.schemes.scheme import Ranking

if TYPE_CHECKING:
    from experiments.evidence.arms import Arms, Seen


# --- quantities ------------------------------------------------------------------------------------------------------


def _task_output(seen: Seen) -> np.ndarray:
    """What one makes on one's own tasks, luck excluded, over what a normal month of the same work makes where so much is asked.

    Studies of performance compare people who do the same job: contribution, over the value of the department's normal month at
    the branch's workload, without help given and harm done. What colleagues' help makes at one's desk is theirs (`contributed`).
    """
    contribution, given, done = (per_step(f"window_{what}")(seen) for what in ("contribution", "help", "sabotage"))
    departments = seen.world.departments
    workload = seen.world.branches["workload"][departments["branch"]]
    own = np.arange(departments["share"].shape[1]) < departments["n_tasks"][:, None]
    normal = np.where(own, departments["share"] * seen.world.tasks["value"][departments["task"]], 0.0).sum(axis=1)
    own_department = seen.world.cadres["department"]
    return (contribution / normal[own_department] - given + done) * workload[own_department]


def _hours(seen: Seen) -> np.ndarray:
    """Hours of a usual week of the last twelve months, 40 for a normal full month: tasks, help, harm and appraisal itself.

    Weeks of illness are no usual weeks: what illness took from one's tasks is put back.
    """
    besides = np.sum([per_step(column)(seen) for column in ("window_help", "window_sabotage", "window_overhead")], axis=0)
    return 40.0 * (per_step("window_effort")(seen) / (1.0 - per_step("window_absence")(seen)) + besides)


def _imbalance(seen: Seen) -> np.ndarray:
    """Effort beyond what reward, recognition and meaning return, in normal full loads, on the day that is looked at."""
    c, recognition = seen.world.cadres, float(seen.world.schemes["recognition"][0])
    reward = c["pay"] - c["replaced"] + 0.1 * recognition
    return np.array([effort_reward_imbalance(*one) for one in zip(c["load"], reward, c["motivation"], strict=True)])


def _wish_to_leave(seen: Seen) -> np.ndarray:
    """Logarithm of the monthly chance to leave of oneself; all alike (0) where nobody ever leaves."""
    if not seen.setting.behaviour.exit_rate > 0.0:
        return np.zeros(len(seen.world.cadres))
    return np.log(monthly_chance_to_leave(seen))


# --- measures of surveys: who has more of one thing has more of another ---------------------------------------------------


def difference_of_correlations_over(arms: Arms, arms_of: list[ArmName], x: str, other: str, y: str) -> float:
    """Correlation of `x` with `y` less that of `other` with `y`, between the cadres of several arms."""
    return correlation_over(arms, arms_of, x, y) - correlation_over(arms, arms_of, other, y)


def odds_of_upper_third(
    arms: Arms,
    arms_of: list[ArmName],
    of: str,
    by: str,
    low: float,
    than_high: float,
    high: float = math.inf,
    than_low: float = -math.inf,
) -> float:
    """Odds ratio of the upper against the lower third of `of`: of cadres with low < `by` <= high to those up to `than_high`.

    Thirds are those of all cadres of the arms together, the middle one does not count. Odds are how many of a group lie in the
    upper third for each in the lower; they are divided by those of the group with than_low < `by` <= than_high. 1 = no relation;
    NaN where a group has nobody in one of the thirds. Nothing is adjusted for.
    """
    scores, grouped_by = pooled_over(arms, arms_of, of), pooled_over(arms, arms_of, by)
    upper = scores > np.quantile(scores, 2.0 / 3.0)
    lower = scores <= np.quantile(scores, 1.0 / 3.0)
    group = (grouped_by > low) & (grouped_by <= high)
    other = (grouped_by > than_low) & (grouped_by <= than_high)
    counts = [float((third & people).sum()) for people in (group, other) for third in (upper, lower)]
    if min(counts) == 0.0:
        return math.nan
    high_group, low_group, high_other, low_other = counts
    return (high_group / low_group) / (high_other / low_other)


def excess_risk(arms: Arms, arm: ArmName, of: str, case: float, exposed_by: str, more_than: float, years: int = 1) -> float:
    """Risk of becoming a case (`of` from `case` upwards) within some years, of those exposed less that of the others.

    Exposure is asked so many years before the end (`exposed_by` above `more_than`); whoever is a case then or leaves does not
    count.
    """
    exposed, becomes = [], []
    for seen in arms[arm]:
        before = _years_ago(seen, years)
        stays = (seen.world.cadres["persons"] == before.world.cadres["persons"]) & (each(before, of) < case)
        exposed.append((each(before, exposed_by) > more_than)[stays])
        becomes.append((each(seen, of) >= case)[stays])
    at_risk, cases = np.concatenate(exposed), np.concatenate(becomes)
    return float(cases[at_risk].mean() - cases[~at_risk].mean()) if 0 < at_risk.sum() < len(at_risk) else math.nan


def _years_ago(seen: Seen, years: int) -> Seen:
    """The same run, stopped some years before its end."""
    steps = len(seen.course) - years * 12 // seen.setting.organisation.step_months
    return seen.keep(
        ("years ago", years), lambda: replace(seen, world=seen.walked_to(steps), course=seen.course[:steps], kept={})
    )


def weight_really_given(arms: Arms, arm: ArmName, task: str) -> float:
    """Share of a task in what tells scores apart: its standardised weight in a regression of score on true output by task."""
    scores, outputs = [], []
    for seen in arms[arm]:
        books = seen.appraised_by(0).cadres  # the books of the period, as the last appraisal looks at them
        scores.append(books["score"])
        outputs.append(np.column_stack([own_task(seen, books["period_output"], name) for name in seen.names.tasks]))
    x, y = np.concatenate(outputs), np.concatenate(scores)
    x = x - x.mean(axis=0)
    weights = np.abs(np.linalg.lstsq(x, y - y.mean(), rcond=None)[0]) * x.std(axis=0)
    return float(weights[arms[arm][0].names.tasks.index(task)] / weights.sum())


def difference_of_weights(arms: Arms, arm: ArmName, against: ArmName, task: str) -> float:
    """That share in an arm less that in another."""
    return weight_really_given(arms, arm, task) - weight_really_given(arms, against, task)


def gap_of_report(arms: Arms, arm: ArmName, task: str | None = None, target: float = 1.0) -> float:
    """What the superior reads less what is true, as a share of a target in normal outputs: .20 is 20 points of a hundred."""
    return (mean(arms, arm, "reported", task) - mean(arms, arm, "attainment", task)) / target


# --- facts of the model and of ready documents ----------------------------------------------------------------------------


def unlike_index(arms: Arms, arm: ArmName, of: str, exhaustion: float, cynicism: float, efficacy: float, least: float) -> float:
    """An outcome less the share of cadres whose weighted scales reach `least`, efficacy counted from 6 downwards.

    Largest gap over the runs; the arm's window must be its last step.
    """
    gaps = []
    for seen in arms[arm]:
        c = seen.world.cadres
        index = exhaustion * c["exhaustion"] + cynicism * c["cynicism"] + efficacy * (6.0 - c["efficacy"])
        gaps.append(abs(float(seen.outcomes[of]) - float((index >= least).mean())))
    return max(gaps)


def of_ready_schemes(arms: Arms, arm: ArmName, of: str) -> float:
    """A fact of all presets that give grades, each walked two years in the arm's organisation under its behaviour.

    `written`: the highest share of the best grade that any writes; `least_written`: the lowest; `awarded`: the highest share
    that anybody awards; `grades`: how many grades people hold, all presets together.
    """
    setting = arms[arm][0].setting
    documents = (setting.organisation.model_dump_json(), setting.behaviour.model_dump_json())
    return _ready_schemes(*documents, setting.seed)[of]


@cache
def _ready_schemes(organisation: str, behaviour: str, seed: int) -> dict[str, float]:
    """Those facts of the presets of `configs/schemes`."""
    written, awarded, held = [], [], set()
    for name in graded_presets():
        scheme = load_scheme(name)
        run = simulate(
            scheme, Organisation.model_validate_json(organisation), behaviour=Behaviour.model_validate_json(behaviour),
            baseline=scheme, months=24, warmup_months=0, seed=seed,
        )  # fmt: skip
        written.append(scheme.appraisal.grades.top_share)
        grade = run.world.cadres["grade"]
        awarded.append(float((grade == TOP).mean()))  # of all places: whoever was dismissed since was graded, too
        held |= set(grade.tolist()) - {-1}
    return {"written": max(written), "least_written": min(written), "awarded": max(awarded), "grades": float(len(held))}


def graded_presets() -> list[str]:
    """Ready schemes that give grades."""
    return [name for name in preset_names("schemes") if load_scheme(name).appraisal.grades.ranking is not Ranking.NONE]


def size(arms: Arms, arm: ArmName, of: str, organisation: str = "") -> float:
    """A size of an arm's organisation, or of a ready one by name.

    `staff`, `institutions`, `levels`, and people `an_institution`, `a_branch`, `for_each_county`, `in_a_county`. An institution
    is a bureau or a branch; levels are those of bureaus, and one for branches; a county is a bureau of the lowest level.
    """
    return _sizes(organisation or arms[arm][0].setting.organisation)[of]


def _sizes(organisation: Organisation | str) -> dict[str, float]:
    if isinstance(organisation, str):
        return _ready_sizes(organisation)
    units = list(plan_units(organisation))
    institutions = {(unit.bureau, unit.branch) for unit in units} | {(unit.bureau, "") for unit in units}
    depth = max(len(unit.bureau) for unit in units)
    staff = sum(unit.department.cadres for unit in units)
    counties = {unit.bureau for unit in units if len(unit.bureau) == depth}
    branches = sum(bool(branch) for _, branch in institutions)
    at_the_front = sum(unit.department.cadres for unit in units if unit.branch)
    return {
        "staff": staff,
        "institutions": len(institutions),
        "levels": depth + (branches > 0),
        "an_institution": staff / len(institutions),
        "a_branch": at_the_front / branches if branches else math.nan,
        "for_each_county": staff / len(counties),
        "in_a_county": sum(unit.department.cadres for unit in units if unit.bureau in counties) / len(counties),
    }


@cache
def _ready_sizes(name: str) -> dict[str, float]:
    return _sizes(load_organisation(name))


DERIVED.update(
    {
        "task_output": _task_output,
        "hours": _hours,
        "absence": per_step("window_absence"),  # share of working time
        # value made up (wages a month) and harm done (normal months of work a month), one for one
        "misbehaviour": lambda seen: per_step("window_falsified")(seen) + per_step("window_sabotage")(seen),
        "imbalance": _imbalance,
        "wish_to_leave": _wish_to_leave,
    }
)
MEASURES.update(
    (measure.__name__, measure)
    for measure in (
        difference_of_correlations_over, odds_of_upper_third, excess_risk,
        difference_of_weights, gap_of_report, unlike_index, of_ready_schemes, size,
    )
)  # fmt: skip
