"""What people hold to be just: rewards among peers against contributions among peers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from trials import founded, walked

from sim.loop.apply import judge_rewards
from sim.population.world import copy_of
from sim.rules.justice import distributive_signal, standing_among, worth_of_result
from sim.rules.ranking import TOP
from sim.schemes.load import load_behaviour, load_scheme

#: Nothing but the score itself hangs on a result.
NO_MONEY = {
    f"application.explicit.{name}": 0.0
    for name in ("bonus_per_point", "unit_bonus_per_point", "promotion", "top_prize", "second_prize", "bottom_cut")
} | {"application.applied": 1.0}


def distributive(behaviour: dict[str, Any] | None = None, **changes: Any) -> np.ndarray:
    """Distributive justice of everybody in the county bureau after a year under the base scheme and the appraisal."""
    named = NO_MONEY | {f"application.{path.replace('__', '.')}": value for path, value in changes.items()}
    world, _ = walked(founded(load_scheme("base", changes=named), "county_bureau", load_behaviour(changes=behaviour or {})), 12)
    return np.array(world.cadres["justice_distributive"])


def test_a_result_brings_pay_esteem_and_an_honour() -> None:
    assert worth_of_result(0.2, 90.0, 1.0, 0.001, 1, 0.5, 0.6, 0.2) == pytest.approx(0.2 + 0.09 + 0.5 * 0.6 * 0.2)
    assert worth_of_result(0.2, 90.0, 0.0, 0.001, 0, 0.5, 0.6, 0.2) == pytest.approx(0.2 + 0.045)  # nothing published, no honour
    assert worth_of_result(0.2, 90.0, 1.0, 0.0, 1, 1.0, 1.0, 0.0) == 0.2  # neutral: pay alone


def test_standings_are_in_spreads_and_rounding_is_no_spread() -> None:
    assert standing_among(3.0, 1.0, 2.0) == 1.0
    assert standing_among(1.0 + 1e-15, 1.0, 1e-15) == 0.0


def test_the_reward_that_follows_the_contribution_is_the_just_one() -> None:
    falling = [distributive_signal(1.0 - short, 1.0, 0.0, 1.0, 1.0) for short in (0.0, 0.5, 1.0, 2.0)]
    assert falling[0] == 1.0 and all(np.diff(falling) < 0.0)
    too_much = distributive_signal(2.0, 1.0, 0.0, 1.0, 1.0)
    assert too_much == distributive_signal(0.75, 1.0, 0.0, 1.0, 1.0)  # felt as well, a quarter as much


def test_a_billionth_of_a_wage_buys_no_justice() -> None:
    nothing, next_to_nothing = distributive(), distributive(explicit__bonus_per_point=1e-11)
    np.testing.assert_allclose(next_to_nothing, nothing, atol=1e-6)
    blind = distributive(behaviour={"esteem": 0.0})  # whom no score pleases is rewarded with nothing
    assert np.abs(blind - nothing).max() > 0.01


def test_who_is_honoured_and_who_is_not_is_felt() -> None:
    """The same year, judged by people to whom an honour is worth nothing, and by people to whom it is worth something."""
    changes = NO_MONEY | {"application.implicit.recognition": 1.0}
    world, _ = walked(founded(load_scheme("forced_ranking", changes=changes), "county_bureau"), 12)
    world.cadres["justice_distributive"] = world.behaviour["justice_start"][0]
    felt = {}
    for honour in (0.0, 0.3):
        judged = copy_of(world)
        judged.behaviour["honour"], judged.behaviour["esteem"] = honour, 0.0
        for g in range(len(judged.groups)):
            judge_rewards(judged, g)
        felt[honour] = np.array(judged.cadres["justice_distributive"])
    honoured = world.cadres["grade"] == TOP
    made = world.cadres["contribution"]
    gained = felt[0.3] - felt[0.0]  # nobody was rewarded at all before
    assert made[honoured].mean() > made[~honoured].mean(), "the right ones, by and large"
    assert gained[honoured].mean() > 0.01 > -0.01 > gained[~honoured].mean()
