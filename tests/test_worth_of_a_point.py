"""What a point is worth: places as they will be, held against scores drawn anew and against hand formulas."""

from __future__ import annotations

import math

import numpy as np
import pytest
from trials import founded, walked

from sim.rules.incentives import known_standing, lasting_part, next_score
from sim.schemes.load import load_scheme

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
