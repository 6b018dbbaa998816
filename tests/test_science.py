"""Sanity of the science: one element changed, everything else and all luck equal; sign and 95 % interval of what follows.

Run with -s to see the numbers. Differences are paired over replicates that share founding, warm-up and luck.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from trials import changed, difference, paired

from sim.history import HISTORY
from sim.population.world import World, copy_of
from sim.run import Setting, Stage, walk
from sim.schemes.load import load_behaviour, load_organisation, load_scheme
from sim.schemes.scheme import Scheme

pytestmark = pytest.mark.slow

KEY = {"tasks": "key", "weight": 0.7, "below": 1.0}
GENERAL = {"tasks": "category:general_work", "weight": 0.3, "below": 1.0}
EARNED = {
    "key_work": KEY | {"scoring": "scoring", "above": 1.0, "cap": 1.5},
    "general_work": GENERAL | {"scoring": "scoring"},
}
LOST = {  # the same slope up to the standard, coded as a loss, and nothing beyond it
    "key_work": KEY | {"scoring": "deduction", "above": 0.0, "cap": 1.0},
    "general_work": GENERAL | {"scoring": "deduction"},
}


def earned_and_lost(base: str) -> tuple[Scheme, Scheme]:
    """A scheme whose points are earned, also beyond the standard, and the same with points that are only lost."""
    return changed(base, "earned", {"plan.indicators": EARNED}), changed(base, "lost", {"plan.indicators": LOST})


# --- deduction against scoring -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("base", ["base", "explicit_incentives"])
def test_deduction_threatens_and_exhausts(base: str) -> None:
    ask = paired(*earned_and_lost(base), replicates=60)
    assert ask("threat_mean").rises
    assert ask("exhaustion_mean").rises


def effort_beyond_the_standard(world: World) -> float:
    """Mean effort on counted tasks beyond what their standard takes at one's own productivity, in normal months."""
    cadres, tasks = world.cadres, world.tasks
    department = world.departments[cadres["department"]]
    perspective = tasks["perspective"][department["task"]]
    strategic = np.take_along_axis(world.bureaus["productivity"][department["bureau"]], perspective, 1)
    compliance = world.branches["compliance"][department["branch"]]
    financial = ((compliance / 0.8) ** world.behaviour["compliance_effect"][0])[:, None]
    made = np.take_along_axis(cadres["capability"], perspective, 1) * np.where(perspective == 0, strategic * financial, strategic)
    made *= (cadres["ability"] * (1.0 - cadres["fatigue"]) / department["workload"])[:, None]
    is_own = np.arange(made.shape[1]) < department["n_tasks"][:, None]
    counted = is_own & (tasks["is_counted"][department["task"]] == 1)
    beyond = np.maximum(0.0, cadres["effort"] - department["share"] * cadres["target"] / made)
    return float(np.where(counted, beyond, 0.0).sum(axis=1).mean())


def beyond_over_the_last_year(stage: Stage, warm: World, scheme: Scheme) -> float:
    """The same over the last twelve months of a run."""
    world = stage.under(copy_of(warm), scheme)
    months = []
    for step in range(stage.setting.warmup_steps, stage.setting.warmup_steps + stage.setting.steps):
        walk(world, step, np.zeros(1, HISTORY))
        months.append(effort_beyond_the_standard(world))
    return float(np.mean(months[-stage.setting.window :]))


@pytest.mark.parametrize(("base", "replicates"), [("base", 30), ("explicit_incentives", 10)])
def test_deduction_takes_effort_above_the_standard(base: str, replicates: int) -> None:
    stage = Stage(Setting(load_organisation("county_bureau"), load_behaviour(), load_scheme("base")))
    before, after = [], []
    for replicate in range(replicates):
        warm = stage.warmed_up(replicate)
        for column, scheme in zip((before, after), earned_and_lost(base), strict=True):
            column.append(beyond_over_the_last_year(stage, warm, scheme))
    found = difference("effort beyond the standard", before, after)
    print(f"  {found}")
    assert found.falls


# --- goals ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scoring", ["scoring", "deduction"])
def test_a_hard_standard_calls_forth_effort_whatever_the_points_do(scoring: str) -> None:
    """Counted tasks only: nothing hangs on the result, so all of it is the goal, and there is none in plain proportion."""
    changes = {"application.applied": 0.0, "plan.indicators": EARNED if scoring == "scoring" else LOST}
    hard = changes | {"plan.targets.difficulty": 1.15}
    ask = paired(changed("base", "ordinary", changes), changed("base", "hard", hard), replicates=6)
    assert ask("effort_mean").rises
    endless = {"above": 1.0, "cap": 100.0, "floor": -10.0, "scoring": "scoring"}
    pieces = {"application.applied": 0.0, "plan.indicators": {name: it | endless for name, it in EARNED.items()}}
    hard = pieces | {"plan.targets.difficulty": 1.15}
    ask = paired(changed("base", "pieces", pieces), changed("base", "hard_pieces", hard), replicates=6)
    assert abs(ask("effort_mean").mean) < 0.002


# --- forced ranking ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ranking", ["none", "free"])
def test_forced_shares_without_a_floor_raise_sabotage(ranking: str) -> None:
    other = changed("forced_ranking", ranking, {"appraisal.grades.ranking": ranking})
    ask = paired(other, load_scheme("forced_ranking"))
    assert ask("sabotage_mean").rises


def test_thresholds_are_nobodys_loss() -> None:
    """Under free grades a colleague who fails does not help anybody, however near the thresholds are."""
    grades = {"ranking": "free", "top_threshold": 1.02, "second_threshold": 1.0, "bottom_threshold": 0.98}
    free = changed("forced_ranking", "free", {"appraisal.grades": grades, "application.sanctions.rectification": 0.2})
    ask = paired(free, load_scheme("forced_ranking"), replicates=3)
    assert ask("sabotage_mean").start == 0.0


def test_without_the_floor_more_of_the_sanctioned_do_not_deserve_it() -> None:
    """Rare: one or two in a hundred of those sanctioned stand above the median; under the floor often nobody is sanctioned."""
    with_floor = changed("forced_ranking", "with_floor", {"appraisal.grades.floor": 0.7})
    ask = paired(with_floor, load_scheme("forced_ranking"), replicates=1920)
    assert ask("wrongly_sanctioned_share").rises


# --- process, communication, responsibility, what is not counted -----------------------------------------------------------


@pytest.mark.parametrize("base", ["base", "explicit_incentives", "forced_ranking"])
def test_captured_data_lowers_inflation(base: str) -> None:
    ask = paired(load_scheme(base), changed(base, "captured", {"process.captured": 0.6}))
    assert ask("inflation").falls
    assert ask("falsified_share").falls


@pytest.mark.parametrize("base", ["base", "forced_ranking"])
def test_interviews_raise_understanding_and_informational_justice(base: str) -> None:
    ask = paired(load_scheme(base), changed(base, "interviews", {"communication.interviews_per_year": 2}))
    assert ask("understanding_mean").rises
    assert ask("justice_informational").rises


def test_joint_responsibility_raises_the_share_of_luck() -> None:
    """Liability inside the department, the scheme's own scope: the score moves towards what others did."""
    ask = paired(load_scheme("base"), changed("base", "joint", {"appraisal.joint_responsibility": 0.4}), replicates=80)
    assert ask("luck_share").rises


def test_joint_responsibility_takes_the_edge_off_a_contest() -> None:
    """A point of one's own counts less, so less is made up for it."""
    joint = changed("forced_ranking", "joint", {"appraisal.joint_responsibility": 0.4})
    assert paired(load_scheme("forced_ranking"), joint, replicates=20)("falsified_share").falls


def test_joint_responsibility_makes_people_help_where_results_pay() -> None:
    """A colleague's point is one's own in part; where points bring next to nothing the unfairness of being liable weighs more."""
    joint = changed("explicit_incentives", "joint", {"appraisal.joint_responsibility": 0.4})
    assert paired(load_scheme("explicit_incentives"), joint)("help_mean").rises


def test_joint_responsibility_spares_colleagues() -> None:
    """A place that depends on all who are liable is less one's own to win, so fewer colleagues are harmed for it."""
    prize = {"application.explicit.top_prize": 0.5}  # for the prizes of the ready scheme hardly anybody harms anybody
    joint = changed("forced_ranking", "joint", prize | {"appraisal.joint_responsibility": 0.4})
    assert paired(changed("forced_ranking", "alone", prize), joint, replicates=20)("sabotage_mean").falls


def test_the_stronger_the_pay_the_more_what_nobody_counts_is_neglected() -> None:
    pay = "application.explicit.bonus_per_point"
    steps = [changed("explicit_incentives", f"pay_{n}", {pay: bonus}) for n, bonus in enumerate((0.001, 0.004, 0.016))]
    for weaker, stronger in pairwise(steps):
        ask = paired(weaker, stronger, replicates=10)
        assert ask("neglect").rises
