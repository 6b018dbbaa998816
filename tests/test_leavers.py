"""Who goes when, and who follows: leavers on the first of the month, the dismissed after the appraisal (mechanism 17)."""

from __future__ import annotations

import numpy as np
import pytest
from trials import changed, founded, walked

from sim.population.contests import contest_tables, contest_tables_by_lot
from sim.population.entry import DISMISSED, LEFT, enter, redraw_ability
from sim.rules.ranking import seats, seats_by_lot
from sim.schemes.load import load_behaviour, load_scheme

STAYING = {"exit_rate": 0.0, "retirement_age": 1000.0}
FIRING = {"application.sanctions.dismissal_share": 0.2, "appraisal.interval": 1}


def test_all_who_want_to_leave_are_gone_before_the_first_month() -> None:
    leaving = load_behaviour(changes={"exit_rate": 1.0, "exit_of_burnout": 0.0, "exit_of_injustice": 0.0, "exit_of_ability": 0.0})
    world, history = walked(founded("base", "toy_bureau", leaving), 1)
    assert (world.cadres["persons"] == 1).all()
    assert history["exit_share"][0] == 1.0
    assert (world.cadres["tenure"] == 1.0).all()  # those who came have worked through the month


def test_whoever_is_marked_for_dismissal_is_dismissed() -> None:
    """People leave every month, and still every appraisal dismisses all its seats."""
    leaving = load_behaviour(changes={"exit_rate": 0.3, "retirement_age": 1000.0})
    world = founded(changed("base", "firing", FIRING), "workshop_bureau", leaving)
    due = sum(int(group["n_dismissed"]) for group in world.groups)
    world, _ = walked(world, 6)
    assert due > 0
    assert (world.cadres["tenure"] == 0).sum() == due


def test_a_place_vacant_twice_in_a_month_is_filled_by_two_people() -> None:
    world = founded("base", "toy_bureau")
    enter(world, 0, 7, LEFT)
    first = world.cadres[0].copy()
    enter(world, 0, 7, DISMISSED)
    for trait in ("potential", "psm", "loss_aversion", "resilience"):
        assert world.cadres[trait][0] != first[trait]
    enter(world, 0, 7, LEFT)
    assert world.cadres["potential"][0] == first["potential"]


def test_nobody_knows_a_redrawn_ability() -> None:
    world = founded("base", "toy_bureau")
    prior = world.behaviour["prior_precision"][0]
    world.cadres["belief"], world.cadres["belief_precision"] = 2.0, prior + 5.0
    before = world.cadres["ability"][1]
    redraw_ability(world, 3, 1)
    assert world.cadres["ability"][1] != before
    assert (world.cadres["belief"][1], world.cadres["belief_precision"][1]) == (0.0, prior)
    assert (world.cadres["belief"][0], world.cadres["belief_precision"][0]) == (2.0, prior + 5.0)


# --- lots over fractions of a seat ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("share", "members"), [(0.05, 10), (0.1, 4), (0.2, 7), (0.15, 20), (0.0, 9), (1.0, 9)])
def test_lots_give_everybody_his_share_on_the_mean(share: float, members: int) -> None:
    lots = (np.arange(10_000) + 0.5) / 10_000
    drawn = np.array([seats_by_lot(share, members, lot) for lot in lots])
    assert drawn.mean() == pytest.approx(share * members, abs=2e-4)
    assert set(drawn) <= {seats(share, members), seats(share, members) + 1}


def test_whoever_competes_reckons_with_the_lot() -> None:
    chance, density = contest_tables_by_lot(10, 1.5)
    one, two = contest_tables(10, 1), contest_tables(10, 2)
    assert chance == pytest.approx(0.5 * (one[0] + two[0]))
    assert density == pytest.approx(0.5 * (one[1] + two[1]))
    assert np.array_equal(contest_tables_by_lot(10, 2.0)[0], two[0])


def test_four_people_at_a_tenth_lose_nobody_unless_the_scheme_draws_lots() -> None:
    """Toy departments of three or four: without lots nobody is dismissed, with them a tenth on the mean."""
    scheme = {
        "application.sanctions.dismissal_share": 0.1, "application.applied": 1.0, "appraisal.interval": 1,
        "appraisal.grades.peer_group": "department",
    }  # fmt: skip
    staying = load_behaviour(changes=STAYING)
    dismissed = {}
    for fractions in ("down", "lot"):
        rule = load_scheme("base", changes=scheme | {"appraisal.grades.fractions": fractions})
        world, _ = walked(founded(rule, "toy_bureau", staying), 200)
        assert world.departments["size"].max() < 10
        dismissed[fractions] = world.cadres["persons"].sum() / (200 * len(world.cadres))
    assert dismissed["down"] == 0.0
    assert dismissed["lot"] == pytest.approx(0.1, abs=0.02)
