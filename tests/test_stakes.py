"""What hangs on a result, and on whom: posts, sanctions, colleagues."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from trials import founded, walked

from sim.population.settings import scheme_record
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
