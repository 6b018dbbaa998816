"""What hangs on a result, and on whom: posts, sanctions, colleagues."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from trials import columns_that_differ, founded, walked

from sim.population.settings import scheme_record
from sim.rules.incentives import loss_of_job
from sim.rules.peers import felt_aversion
from sim.schemes.load import load_behaviour, load_organisation, load_scheme

POSTS = {"application.explicit.promotion": 1.0, "application.explicit.post_value": 2.0}


def worth_of_points(rule: str, **changes: Any) -> np.ndarray:
    scheme = load_scheme("deduction_heavy", changes=POSTS | {"application.explicit.promotion_rule": rule} | changes)
    return walked(founded(scheme, "toy_bureau"), 1)[0].cadres["gain"].copy()


@pytest.mark.parametrize("rule", ["seniority", "random", "worst"])
def test_a_better_result_is_worth_no_post_where_posts_do_not_go_by_it(rule: str) -> None:
    without = worth_of_points(rule, **{"application.explicit.post_value": 0.0})
    np.testing.assert_array_equal(worth_of_points(rule), without)
    assert (worth_of_points("result") > without).all()


def stake(**changes: Any) -> float:
    named = {f"application.{path.replace('__', '.')}": value for path, value in changes.items()}
    plain = {f"application.explicit.{name}": 0.0 for name in ("promotion", "bonus_per_point", "unit_bonus_per_point")}
    plain |= {"application.applied": 1.0}
    return float(scheme_record(load_scheme("base", changes=plain | named), load_behaviour())["stake"][0])


@pytest.mark.parametrize("rung", ["rectification", "interview", "honours", "transfer", "adjustment"])
def test_every_rung_of_the_ladder_is_at_stake_in_a_rating(rung: str) -> None:
    assert stake(**{f"sanctions__{rung}": 0.03}) == pytest.approx(stake() + 0.3)


def test_a_post_hangs_on_a_rating_where_the_worst_are_dismissed() -> None:
    assert stake() < stake(sanctions__dismissal_share=0.1) == 1.0


@pytest.mark.parametrize("bonus", ["bonus_per_point", "unit_bonus_per_point"])
def test_a_bonus_is_at_stake_in_a_rating_also_where_it_is_shared(bonus: str) -> None:
    points = load_scheme("base").plan.points
    assert stake(**{f"explicit__{bonus}": 0.001}) == pytest.approx(stake() + 0.001 * points)


def test_who_works_alone_helps_nobody() -> None:
    sizes = (1, 2)
    departments = [
        {"name": f"desk_{n}", "cadres": n, "sequence": "offices", "tasks": {"service": 0.5, "mentoring": 0.5}} for n in sizes
    ]
    organisation = load_organisation("toy_bureau", changes={"offices": departments, "branches": []})
    world, _ = walked(founded("base", organisation), 3)
    np.testing.assert_array_equal(world.cadres["help_given"] > 0.0, [False, True, True])
    np.testing.assert_array_equal(world.cadres["window_help"] > 0.0, [False, True, True])


def test_a_floor_spares_the_ladder_and_not_the_pay_cut() -> None:
    """Whoever is worst above the floor meets no sanction, but his pay is cut: both threaten, each with its own chance."""
    cut = {
        "appraisal.grades.ranking": "forced",
        "appraisal.grades.bottom_share": 0.2,
        "application.explicit.bottom_cut": 0.5,
        "application.applied": 1.0,
        "application.sanctions.rectification": 0.0,
    }
    threat = {}
    for floor in (0.0, 0.6):
        scheme = load_scheme("base", changes=cut | {"appraisal.grades.floor": floor})
        cadres = walked(founded(scheme, "toy_bureau"), 2)[0].cadres
        cadres = cadres[cadres["bottom_chance"] > 0.0]  # small groups have no place to lose
        assert len(cadres) > 0
        threat[floor] = cadres["threat"].copy()
        spared = cadres["sanction_chance"] < 0.5 * cadres["bottom_chance"]
        assert spared.all() if floor else not spared.any()
    assert (threat[0.0] > 0.0).all()
    np.testing.assert_allclose(threat[0.6], threat[0.0])


# --- dismissal -----------------------------------------------------------------------------------------------------------

DISMISSAL = {"application.sanctions.dismissal_share": 0.5, "application.applied": 1.0}


def pair(scheme: Any, **behaviour: float) -> tuple[np.ndarray, np.ndarray]:
    """Two people who are appraised together, in their first month under a scheme, and the luck in their scores."""
    department = {"name": "pair", "cadres": 2, "sequence": "offices", "tasks": {"service": 0.5, "mentoring": 0.5}}
    organisation = load_organisation("toy_bureau", changes={"offices": [department], "branches": []})
    world, _ = walked(founded(scheme, organisation, load_behaviour(changes=behaviour)), 1)
    assert world.groups["size"].max() == 2
    luck = world.departments["score_luck"][world.cadres["department"]]
    cadres = world.cadres[world.groups["size"][world.cadres["group"]] == 2]
    return cadres, luck[world.groups["size"][world.cadres["group"]] == 2]


def test_a_point_keeps_the_job_by_the_chance_to_beat_the_rival() -> None:
    """Of two the last must go: dW g(0) = job worth / 12 / (2 sigma sqrt(pi)) a month and point (Lazear & Rosen 1981)."""
    scheme = load_scheme("base", changes=DISMISSAL | {"application.unit_weight": 0.0})
    cadres, luck = pair(scheme, job_worth=24.0)
    without, _ = pair(scheme, job_worth=0.0)
    hand = 24.0 / 12.0 / (2.0 * luck * np.sqrt(np.pi))
    np.testing.assert_allclose(cadres["loss"] - without["loss"], hand, rtol=1e-4)
    np.testing.assert_allclose(cadres["contest"] - without["contest"], hand, rtol=1e-4)
    np.testing.assert_allclose(cadres["job_at_risk"], 0.5 * 24.0 / 12.0, rtol=1e-9)


def test_nobody_fears_for_his_job_where_nobody_is_dismissed() -> None:
    worlds = [
        walked(founded("forced_ranking", "toy_bureau", load_behaviour(changes={"job_worth": w})), 14)[0] for w in (0.0, 34.0)
    ]
    assert columns_that_differ(*worlds) == []
    assert worlds[1].cadres["job_at_risk"].max() == 0.0


def test_who_retires_soon_has_little_job_to_lose() -> None:
    assert loss_of_job(24.0, 40.0, 60.0, 12.0, 0.1) == 2.0
    assert loss_of_job(24.0, 58.5, 60.0, 12.0, 0.1) == 0.5  # half a year is left after the appraisal
    assert loss_of_job(24.0, 59.5, 60.0, 12.0, 0.1) == loss_of_job(24.0, 61.0, 60.0, 12.0, 0.1) == 0.0


def test_a_job_that_nobody_keeps_for_long_is_little_to_lose() -> None:
    """Where half must go every month a job lasts two: nobody fears more than a month's wage a month, however short the period."""
    assert loss_of_job(17.0, 40.0, 60.0, 1.0, 0.5) == 2.0
    for months in (0.003, 1.0, 12.0):
        for share in (0.05, 0.3, 1.0):
            assert share * loss_of_job(17.0, 40.0, 60.0, months, share) <= 1.0 + 1e-12


def test_nobody_fears_for_a_career_in_a_sitting() -> None:
    organisation = load_organisation("toy_bureau", changes={"round_hours": 0.5})
    world, _ = walked(founded("forced_ranking_dismissal", organisation), 2)
    assert world.behaviour["job_worth"][0] == 0.0 == world.cadres["job_at_risk"].max()


def test_the_dismissed_are_not_taken_for_the_worst_graded() -> None:
    """The chance of the worst grade is that of its own seats, however many must go."""
    changes = {"appraisal.grades.bottom_share": 0.05, "application.applied": 1.0}
    chances = []
    for share in (0.0, 0.3):
        scheme = load_scheme("forced_ranking", changes=changes | {"application.sanctions.dismissal_share": share})
        chances.append(walked(founded(scheme, "county_bureau"), 1)[0].cadres["bottom_chance"])
    np.testing.assert_array_equal(*chances)


def test_what_deductions_threaten_is_not_told_twice() -> None:
    """The loss of the job threatens as a whole; the points deducted on the way there do not bring it once more."""
    scheme = load_scheme("deduction_only", changes={"application.sanctions.dismissal_share": 0.1, "application.applied": 1.0})
    world, _ = walked(founded(scheme, "county_bureau"), 3)
    bare, _ = walked(founded(scheme, "county_bureau", load_behaviour(changes={"job_worth": 0.0})), 3)
    more = world.cadres["threat"] - world.cadres["loss_aversion"] * world.cadres["job_at_risk"]
    assert more.mean() < 1.2 * bare.cadres["threat"].mean()


def test_all_fear_together_as_many_dismissals_as_there_are() -> None:
    """Before anybody has been graded everybody is level: the chance is the share that must go."""
    scheme = load_scheme("forced_ranking_dismissal", changes={"application.sanctions.dismissal_share": 0.1})
    world, _ = walked(founded(scheme, "county_bureau", load_behaviour(changes={"job_worth": 12.0, "retirement_age": 1000.0})), 1)
    sizes, seats = world.groups["size"], world.groups["n_dismissed"]
    expected = (seats / sizes)[world.cadres["group"]]
    np.testing.assert_allclose(world.cadres["job_at_risk"], expected, atol=1e-6)


@pytest.mark.parametrize("scheme", ["forced_ranking_dismissal", "base"])
def test_whoever_may_be_dismissed_works_more_and_fears_more(scheme: str) -> None:
    """With and without grades: who goes is decided by the score."""
    must_go = load_scheme(scheme, changes={"application.sanctions.dismissal_share": 0.1, "application.applied": 1.0})

    def walked_with(worth: float) -> np.ndarray:
        return walked(founded(must_go, "county_bureau", load_behaviour(changes={"job_worth": worth})), 8)[0].cadres

    careless, careful = walked_with(0.0), walked_with(17.0)
    assert careful["planned"].sum() > 1.01 * careless["planned"].sum()
    assert careful["threat"].mean() > careless["threat"].mean() + 0.02
    assert careful["help_given"].mean() < careless["help_given"].mean()


# --- harm ----------------------------------------------------------------------------------------------------------------


def test_whoever_makes_things_up_minds_harm_less() -> None:
    assert felt_aversion(0.01, 0.5, 0.5, 0.62) == pytest.approx(0.01)
    assert felt_aversion(0.01, 0.0, 0.5, 0.62) == pytest.approx(0.0038)
    assert felt_aversion(0.01, 1.0, 0.5, 0.62) == pytest.approx(0.0162)
    assert felt_aversion(0.01, 0.0, 0.5, 0.0) == felt_aversion(0.01, 0.3, 0.0, 0.62) == 0.01


def test_few_harm_their_rivals_and_they_are_the_less_honest() -> None:
    world, _ = walked(founded("combined_incentives", "county_bureau"), 40)
    harms = world.cadres["sabotage_done"] > 0.0
    assert 0.0 < harms.mean() < 0.5
    assert world.cadres["honesty"][harms].mean() < 0.5 * world.cadres["honesty"][~harms].mean()
