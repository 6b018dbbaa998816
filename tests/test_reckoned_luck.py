"""The luck that people reckon with in a score: exact moments, and held against scores drawn anew."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy import integrate, stats
from trials import founded, walked

from sim.history import HISTORY
from sim.rules.incentives import luck_of_result, spread_of_rivals
from sim.rules.output import hanging_together, luck_of_period
from sim.rules.scoring import expected_points_share, points_share, points_variance
from sim.run import copy_of, walk
from sim.schemes.load import load_behaviour, load_scheme

#: below, above, floor, cap, notch, steps: plain proportion, deduction, a cap, a threshold, milestones, all at once.
SCORING = [
    (1.0, 1.0, -10.0, 100.0, 0.0, 0),
    (1.5, 0.0, 0.4, 1.0, 0.0, 0),
    (1.0, 1.0, 0.0, 1.2, 0.0, 0),
    (0.0, 0.0, -10.0, 100.0, 1.0, 0),
    (1.0, 0.5, 0.2, 1.3, 0.0, 4),
    (0.8, 0.6, 0.1, 1.4, 0.25, 0),
]


@pytest.mark.parametrize("rule", SCORING)
@pytest.mark.parametrize("attained", [0.7, 1.0, 1.15])
@pytest.mark.parametrize("sd", [0.05, 0.3])
def test_the_variance_of_points_is_that_of_the_scoring_rule_under_normal_luck(
    rule: tuple[float, ...], attained: float, sd: float
) -> None:
    def moment(power: int) -> float:
        def weighed(x: float) -> float:
            return float(points_share(x, *rule)) ** power * float(stats.norm.pdf(x, attained, sd))

        _, _, floor, cap, _, steps = rule
        knots = [floor + (1.0 - floor) * k / max(steps, 1) for k in range(int(steps) + 1)] + [1.0, cap]
        ends = [attained - 9.0 * sd, attained + 9.0 * sd]
        cuts = sorted({*ends, *(knot for knot in knots if ends[0] < knot < ends[1])})
        return sum(integrate.quad(weighed, low, high, epsabs=1e-12)[0] for low, high in pairwise(cuts))

    assert moment(1) == pytest.approx(float(expected_points_share(attained, sd, *rule)), abs=1e-6)
    assert moment(2) - moment(1) ** 2 == pytest.approx(float(points_variance(attained, sd, *rule)), abs=1e-6)


def test_points_without_luck_do_not_vary() -> None:
    assert points_variance(1.0, 0.0, *SCORING[3]) == 0.0


@pytest.mark.parametrize("persistence", [0.0, 0.3, 0.7, 0.95])
@pytest.mark.parametrize("months", [1, 2, 12])
def test_luck_that_lasts_averages_out_less(persistence: float, months: int) -> None:
    apart = np.abs(np.subtract.outer(np.arange(months), np.arange(months)))
    of_mean = np.mean(persistence**apart)  # variance of the mean of an AR(1) with unit variance
    assert hanging_together(persistence, float(months)) / months == pytest.approx(of_mean, rel=1e-12)


def test_a_months_luck_is_the_noise_of_the_task() -> None:
    assert sum(luck_of_period(0.2, 0.6, 1.0, 1.0, 0.7)) == pytest.approx(0.04)


def test_a_result_shared_with_colleagues_averages_their_luck() -> None:
    luck = np.random.default_rng(3)
    members, weight, joint, liable = 6, 0.3, 0.2, 6.0
    own, shared = luck.normal(0.0, 2.0, (200_000, members)), luck.normal(0.0, 1.0, (200_000, 1))
    points = own + shared
    united = points + weight * (points.mean(axis=1, keepdims=True) - points)
    result = united + joint * (points.mean(axis=1, keepdims=True) - united)
    reckoned = luck_of_result(4.0, 1.0, weight, float(members), joint, liable)
    assert reckoned == pytest.approx(result[:, 0].var(), rel=0.02)


@pytest.mark.parametrize(
    "scheme", ["base", "explicit_incentives", "deduction_heavy", "scoring_reform", "forced_ranking", "superior_ranking"]
)
def test_people_reckon_with_about_the_luck_there_is(scheme: str) -> None:
    """The third year walked twenty times with other luck: caps, leniency, raters and lasting luck are in the spread of scores.

    A quarter either way: the reckoning is that of a typical cadre at the usual pace. Before it knew of caps and raters it was
    3.5 times the truth under bright lines, 1.6 times under explicit incentives and .64 of it under scoring.
    """
    before, _ = walked(founded(scheme, "county_bureau", seed=7), 24)
    scores = []
    for lot in range(20):
        world = copy_of(before)
        world.luck[0] ^= np.uint64(0x9E3779B9 * (lot + 1) & 0xFFFFFFFF)
        walk(world, 24, np.zeros(12, HISTORY))
        scores.append(np.where(world.cadres["tenure"] > 24.0, world.cadres["score"], np.nan))
    seen = np.array(scores)
    stayed = np.isfinite(seen).sum(axis=0) >= 10
    truly = float(np.sqrt(np.nanvar(seen[:, stayed], axis=0, ddof=1).mean()))
    departments = before.departments
    reckoned = float(np.average(departments["score_luck"], weights=departments["size"]))
    assert 0.75 < reckoned / truly < 1.25


# --- contests among unequals -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("differ", "spread"), [(0.0, 3.0), (1.0, 5.0), (0.5, np.sqrt(17.0))])
def test_rivals_lie_as_far_apart_as_scores_did(differ: float, spread: float) -> None:
    assert spread_of_rivals(3.0, 5.0, differ) == pytest.approx(spread)
    assert spread_of_rivals(3.0, 2.0, differ) == 3.0  # a small group may happen to lie closer than luck


def test_among_unequals_a_point_decides_less() -> None:
    """One point more wins a place with the density of all scores at the cut-off, not with that of luck alone."""
    worth = {}
    for differ in (0.0, 1.0):
        behaviour = load_behaviour(changes={"rivals_differ": differ})
        world, _ = walked(founded("forced_ranking", "workshop_bureau", behaviour), 13)
        competing = world.cadres["contest"] > 0.0
        worth[differ] = float(world.cadres["contest"][competing].mean())
        together = world.groups["spread"][world.cadres["group"]] > world.departments["score_luck"][world.cadres["department"]]
        assert together[competing].mean() > 0.9
    assert worth[1.0] < 0.9 * worth[0.0]


def test_a_threshold_is_won_against_nobody() -> None:
    """Free grades: how far colleagues lie apart, and who knows it, is nothing to a threshold."""
    gains = []
    for differ, aware in ((0.0, 0.0), (1.0, 1.0)):
        behaviour = load_behaviour(changes={"rivals_differ": differ, "standing_awareness": aware})
        scheme = load_scheme(
            "base", changes={"appraisal.grades.ranking": "free", "application.explicit.top_prize": 0.2,
                             "communication.publish_ranks": 1.0}
        )  # fmt: skip
        gains.append(walked(founded(scheme, "workshop_bureau", behaviour), 13)[0].cadres["gain"].copy())
    np.testing.assert_array_equal(*gains)
