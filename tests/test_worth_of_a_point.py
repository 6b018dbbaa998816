"""What a point is worth: places as they will be, held against scores drawn anew and against hand formulas."""

from __future__ import annotations

import math

import numpy as np
import pytest
from trials import founded, walked

from sim.population.world import World
from sim.rules.incentives import (
    colleagues_part,
    known_standing,
    lasting_part,
    luck_of_pay,
    luck_of_result,
    next_score,
    own_part,
    place_part,
    rivals_at_hand,
    unit_part,
)
from sim.schemes.load import load_behaviour, load_organisation, load_scheme

# --- places ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("differ", "luck"), [(0.0, 3.0), (4.0, 3.0), (2.0, 6.0)])
def test_the_next_score_is_foretold_from_the_last(differ: float, luck: float) -> None:
    """No other line through last scores misses the next by less, and it misses by what people reckon with."""
    draws = np.random.default_rng(5)
    lasting = 80.0 + differ * draws.normal(size=400_000)
    last, following = (lasting + luck * draws.normal(size=lasting.size) for _ in range(2))
    slope, level = np.polyfit(last - 80.0, following, 1)
    apart = math.hypot(differ, luck)
    assert lasting_part(luck, apart) == pytest.approx(slope, abs=0.01)
    for score in (70.0, 80.0, 95.0):
        expected, spread = next_score(score, 80.0, 100.0, luck, apart)
        assert expected == pytest.approx(level + slope * (score - 80.0), abs=0.1)
        assert spread == pytest.approx((following - level - slope * (last - 80.0)).std(), rel=0.01)
    unknown, spread = next_score(math.nan, 80.0, 100.0, luck, apart)
    assert unknown == 80.0
    assert spread == pytest.approx(following.std(), rel=0.01)


def test_before_anybody_is_graded_there_is_nothing_to_learn_from() -> None:
    assert next_score(math.nan, math.nan, 100.0, 3.0, 0.0) == (100.0, 3.0)
    assert next_score(90.0, math.nan, 100.0, 3.0, 0.0) == (90.0, 3.0)


def test_rivals_are_the_others() -> None:
    """Of three, the one at 9 leads the mean of the others, 1.5, by 7.5; half of it lasts where half of the variance is luck."""
    scores = np.array([0.0, 3.0, 9.0])
    spread = scores.std(ddof=1)
    luck = spread * math.sqrt(0.5)
    found = known_standing(9.0, scores.mean(), 3, luck, spread, spread, 1.0)
    assert found == pytest.approx(0.5 * 7.5 / spread)
    assert known_standing(9.0, scores.mean(), 3, luck, spread, spread, 0.0) == 0.0
    assert known_standing(9.0, 9.0, 1, luck, spread, spread, 1.0) == 0.0


def test_how_far_rivals_lie_apart_is_that_of_a_sample() -> None:
    world, _ = walked(founded(load_scheme("forced_ranking", changes={"appraisal.interval": 2}), "toy_bureau"), 2)
    for group in world.groups:
        scores = world.cadres["score"][world.members[group["first"] : group["first"] + group["size"]]]
        apart = scores.std(ddof=1) if len(scores) > 1 else 0.0
        assert group["spread"] == pytest.approx(apart, rel=1e-12)


@pytest.mark.parametrize("ranking", ["free", "forced"])
def test_chances_of_the_worst_grade_lie_closer_than_last_scores(ranking: str) -> None:
    """Whoever was graded worst reckons with a chance below that of somebody whose luck lasted."""
    changes = {"appraisal.grades.ranking": ranking, "communication.publish_ranks": 1.0}
    before, _ = walked(founded(load_scheme("forced_ranking", changes=changes), "workshop_bureau"), 12)
    after, _ = walked(founded(load_scheme("forced_ranking", changes=changes), "workshop_bureau"), 13)
    c, groups = after.cadres, before.groups[before.cadres["group"]]
    luck = after.departments["score_luck"][c["department"]]
    lasting = np.array([lasting_part(*pair) for pair in zip(luck, groups["spread"], strict=True)])
    assert 0.0 < lasting.mean() < 1.0
    if ranking == "free":
        threshold = after.schemes["bottom_threshold"][0] * after.schemes["points"][0]
        expected = groups["mean"] + lasting * (before.cadres["score"] - groups["mean"])
        at = (threshold - expected) / (luck * np.sqrt(1.0 + lasting))
        chance = [0.5 * math.erfc(-z / math.sqrt(2.0)) for z in at]
        stayed = c["persons"] == before.cadres["persons"]
        np.testing.assert_allclose(c["bottom_chance"][stayed], np.array(chance)[stayed], atol=1e-9)
    else:
        seats = (after.groups["n_bottom"] / after.groups["size"])[c["group"]]
        assert c["bottom_chance"].mean() == pytest.approx(seats.mean(), abs=0.03)


# --- whom a point reaches --------------------------------------------------------------------------------------------


def results(points: np.ndarray, unit_weight: float, joint: float, liable: int) -> np.ndarray:
    """Results of a department of which all are liable with others whose points are level, as `put_together` makes them."""
    mean_liable = (points.sum() + 80.0 * (liable - len(points))) / liable
    shared = points + unit_weight * (points.mean() - points)
    return shared + joint * (mean_liable - shared)


@pytest.mark.parametrize(("unit_weight", "joint", "liable"), [(0.0, 0.0, 9), (0.3, 0.4, 240), (1.0, 0.0, 9), (0.5, 0.3, 9)])
def test_how_far_points_reach_results_and_places(unit_weight: float, joint: float, liable: int) -> None:
    points = np.linspace(70.0, 90.0, 9)
    parts = (unit_weight, 9.0, joint, float(liable))
    before = results(points, unit_weight, joint, liable)
    mine = results(points + (np.arange(9) == 0), unit_weight, joint, liable) - before
    everybodys = results(points + 1.0, unit_weight, joint, liable) - before
    assert own_part(*parts) == pytest.approx(mine[0])
    assert unit_part(*parts) == pytest.approx(everybodys[0])
    lead = place_part(own_part(*parts), colleagues_part(*parts) / 8.0, rivals_at_hand(9, 9))
    assert lead == pytest.approx(mine[0] - mine[1:].mean()) == pytest.approx((1.0 - joint) * (1.0 - unit_weight))
    together = unit_part(*parts)
    assert place_part(together, together, rivals_at_hand(9, 9)) == pytest.approx(everybodys[0] - everybodys[1:].mean())
    assert place_part(together, together, rivals_at_hand(9, 17)) == pytest.approx(0.5 * together)
    assert rivals_at_hand(1, 1) == 0.0


PAID = {
    "application.applied": 1.0,
    "application.explicit.bonus_per_point": 0.002,
    "application.explicit.unit_bonus_per_point": 0.003,
    "application.explicit.promotion": 0.0,
    "appraisal.grades.ranking": "none",
}


def planned(name: str = "base", **changes: object) -> np.ndarray:
    named = {path.replace("__", "."): value for path, value in changes.items()}
    behaviour = load_behaviour(changes={"esteem": 0.0, "growth_worth": 0.0, "honour": 0.0})
    world, _ = walked(founded(load_scheme(name, changes=PAID | named), "workshop_bureau", behaviour), 1)
    return world.cadres[world.departments["size"][world.cadres["department"]] > 2].copy()


@pytest.mark.parametrize("unit_weight", [0.0, 0.5, 1.0])
def test_a_point_that_all_get_is_worth_all_of_it(unit_weight: float) -> None:
    """Own bonus and department's bonus whole, however large the department and however results are shared in it."""
    found = planned(application__unit_weight=unit_weight)
    np.testing.assert_allclose(found["gain_of_unit"], 0.005, rtol=1e-12)
    np.testing.assert_allclose(found["paid_of_unit"], 0.005, rtol=1e-12)
    assert (found["gain"] < 0.005).all()


def test_among_colleagues_a_point_that_all_get_wins_no_place() -> None:
    contests = {"appraisal__grades__ranking": "forced", "appraisal__grades__peer_group": "department",
                "appraisal__grades__top_share": 0.3, "appraisal__grades__bottom_share": 0.2,
                "application__explicit__top_prize": 0.2, "application__sanctions__rectification": 0.1}  # fmt: skip
    found = planned(**contests)
    assert (found["contest"] > 0.0).all()
    np.testing.assert_allclose(found["gain_of_unit"], 0.005, rtol=1e-9)
    np.testing.assert_allclose(found["loss_of_unit"], 0.0, atol=1e-12)
    wide = planned(**contests | {"appraisal__grades__peer_group": "bureau"})
    assert (wide["gain_of_unit"] > 0.0051).all()


def test_a_career_hangs_on_points_before_they_are_shared() -> None:
    """The superior learns from one's own points: no unit's weight dilutes what they tell, and colleagues' points tell nothing."""
    worth = {}
    for post in (0.0, 2.0):
        for weight in (0.0, 1.0):
            worth[post, weight] = planned(
                application__explicit__promotion=1.0, application__explicit__promotion_rule="result",
                application__explicit__post_value=post, application__unit_weight=weight,
            )  # fmt: skip
    alone, united = (worth[2.0, weight]["gain"] - worth[0.0, weight]["gain"] for weight in (0.0, 1.0))
    assert (alone > 0.0).all()
    np.testing.assert_allclose(united, alone, rtol=1e-9)
    np.testing.assert_allclose(worth[2.0, 1.0]["shared"], worth[0.0, 1.0]["shared"], rtol=1e-12)
    of_unit = worth[2.0, 1.0]["gain_of_unit"] - worth[0.0, 1.0]["gain_of_unit"]
    np.testing.assert_allclose(of_unit, alone, rtol=1e-9)


# --- what risk costs -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("bonus", "unit_bonus"), [(0.002, 0.0), (0.0, 0.003), (0.002, 0.003)])
@pytest.mark.parametrize(("unit_weight", "joint"), [(0.0, 0.0), (0.5, 0.0), (0.3, 0.4), (1.0, 0.0)])
def test_pay_varies_as_results_drawn_anew_do(bonus: float, unit_bonus: float, unit_weight: float, joint: float) -> None:
    """One's own bonus, the department's, and both: what is paid for is shared once, in the result."""
    luck = np.random.default_rng(3)
    points = luck.normal(0.0, 6.0, (200_000, 6)) + luck.normal(0.0, 2.0, (200_000, 1))
    mean = points.mean(axis=1)
    shared = points[:, 0] + unit_weight * (mean - points[:, 0])
    pay = bonus * (shared + joint * (mean - shared)) + unit_bonus * mean
    result_luck = math.sqrt(luck_of_result(36.0, 4.0, unit_weight, 6.0, joint, 6.0))
    mean_luck = math.sqrt(luck_of_result(36.0, 4.0, 1.0, 6.0, 0.0, 6.0))
    reach = unit_part(unit_weight, 6.0, joint, 6.0)
    assert luck_of_pay(bonus, unit_bonus, reach, result_luck, mean_luck) == pytest.approx(pay.std(), rel=0.01)


def at_risk(months: int = 1, **changes: object) -> tuple[np.ndarray, World]:
    """(standard deviation of a month's pay that everybody's cost of risk is that of, the bureau), under pay for points alone."""
    named = {path.replace("__", "."): value for path, value in changes.items()} | {"appraisal.interval": 12 // months}
    organisation = load_organisation("toy_bureau", changes={"step_months": months})
    behaviour = load_behaviour(changes={"risk_aversion_sd": 0.0})
    world, _ = walked(founded(load_scheme("base", changes=PAID | named), organisation, behaviour), 1)
    return np.sqrt(world.cadres["risk_cost"] / (6.0 * world.cadres["risk_aversion"])), world


def test_the_cost_of_risk_is_that_of_what_is_paid_for() -> None:
    for weight in (0.0, 0.5, 1.0):
        found, world = at_risk(application__unit_weight=weight, application__explicit__unit_bonus_per_point=0.0)
        here = world.departments[world.cadres["department"]]
        np.testing.assert_allclose(found, 0.002 * here["score_luck"], rtol=1e-9)
    found, world = at_risk(application__explicit__bonus_per_point=0.0)
    here = world.departments[world.cadres["department"]]
    np.testing.assert_allclose(found, 0.003 * here["mean_luck"], rtol=1e-9)
    assert (here["mean_luck"] <= here["score_luck"] * (1.0 + 1e-12)).all()


@pytest.mark.parametrize("months", [3, 12])
def test_a_years_pay_at_risk_is_a_years_however_long_a_step(months: int) -> None:
    """Twelve months of pay are decided at once, in one step or in twelve."""
    found, world = at_risk(months)
    here = world.departments[world.cadres["department"]]
    reckoned = [
        luck_of_pay(0.002, 0.003, 1.0, result, mean) for result, mean in zip(here["score_luck"], here["mean_luck"], strict=True)
    ]
    np.testing.assert_allclose(found, reckoned, rtol=1e-9)


# --- felt control ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("process", "control"),
    [
        ({"deadlines": 1.0}, 0.2),
        ({"tracking_interval": 1}, 0.2),
        ({"tracking_interval": 1, "deadlines": 1.0}, 0.4),
        ({"early_warning": 1.0}, 0.0),
    ],
)
def test_tracking_and_deadlines_are_felt_once_each(process: dict[str, float], control: float) -> None:
    """Half of full control each; deadlines had counted as bringing the appraisal near, and once more by themselves."""
    scheme = load_scheme("base", changes={f"process.{name}": value for name, value in process.items()})
    changes = {"control_of_tracking": 0.4, "crowding": 1.0, "motivation_rate": 1.0}
    world, _ = walked(founded(scheme, "toy_bureau", load_behaviour("neutral", changes=changes)), 1)
    np.testing.assert_allclose(world.cadres["motivation"], 1.0 - control, rtol=1e-12)
