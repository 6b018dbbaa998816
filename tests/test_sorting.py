"""Who comes and who goes by pay (mechanism 17): the able stay and come where they earn more; at one wage nothing changes."""

from __future__ import annotations

import math

import numpy as np
import pytest
from trials import changed, founded, walked

from sim.population.entry import LEFT, abler_by_choice, enter
from sim.rules.flow import crowd_of_pay, exit_chance, pull_of_pay, weight_of_own
from sim.rules.pay import LEAST_PAY, log_of_pay, pay_slope
from sim.schemes.behaviour import Behaviour
from sim.schemes.load import load_behaviour, load_organisation

PIECE = {
    "plan.points": 1,
    "plan.indicators": {"all": {"tasks": "all", "weight": 1.0, "below": 1, "above": 1, "floor": -10, "cap": 100}},
    "application.applied": 1.0,
    "application.explicit.bonus_per_point": 1.0,
    "application.explicit.at_risk": 1.0,
}
TEAM = PIECE | {"application.explicit.bonus_per_point": 0.0, "application.explicit.unit_bonus_per_point": 1.0}
WAGE = PIECE | {"application.explicit.bonus_per_point": 0.0, "application.explicit.at_risk": 0.0}
SETTLED = {"retirement_age": 1000.0, "exit_of_ability": 0.0}
BLIND = {"exit_of_pay": 0.0, "entry_of_pay": 0.0}
MONTHS = 36


def shop(
    scheme: dict, behaviour: dict, months: int = MONTHS, bureau: str = "workshop_bureau", replicate: int = 0, **traits: float
):
    """The people of a mobile trade after some months under a scheme."""
    organisation = load_organisation(bureau, changes={"turnover": 16.0, **traits})
    minds = load_behaviour(changes=SETTLED | behaviour)
    return walked(founded(changed("base", "paying", scheme), organisation, minds, replicate=replicate), months)[0]


def potential(scheme: dict, behaviour: dict, bureaus: int = 8) -> float:
    """Mean potential of everybody in some bureaus, which meet the same luck whatever the scheme and the behaviour."""
    staffs = [shop(scheme, behaviour, bureau="county_bureau", replicate=replicate).cadres for replicate in range(bureaus)]
    return float(np.concatenate([cadres["potential"] for cadres in staffs]).mean())


# --- theorems --------------------------------------------------------------------------------------------------------------


def test_a_piece_rate_brings_and_keeps_the_able() -> None:
    """Beside the same people who look at no pay: leaving and coming each raise the mean potential, both together most."""
    blind, leaving, coming, both = (
        potential(PIECE, BLIND | eyes)
        for eyes in ({}, {"exit_of_pay": 3.0}, {"entry_of_pay": 3.0}, {"exit_of_pay": 3.0, "entry_of_pay": 3.0})
    )
    assert leaving > blind + 0.1
    assert coming > blind + 0.01
    assert both > max(leaving, coming)


def test_a_wage_sorts_nobody() -> None:
    """Fixed pay of one wage: whoever looks at pay sees nothing, to the bit."""
    blind, seeing = (shop(WAGE, behaviour).cadres for behaviour in (BLIND, {"exit_of_pay": 4.0, "entry_of_pay": 4.0}))
    assert all(np.array_equal(blind[name], seeing[name], equal_nan=True) for name in blind.dtype.names)


def test_a_promise_that_is_not_kept_sorts_nobody() -> None:
    hollow = PIECE | {"application.applied": 0.0}
    assert np.array_equal(shop(hollow, BLIND).cadres["potential"], shop(hollow, {}).cadres["potential"])


def test_the_department_s_pay_hardly_tells_the_able_apart() -> None:
    """A team bonus returns the wage to departments, so less of the same money reaches those who made the result."""
    eyes = {"exit_of_pay": 3.0, "entry_of_pay": 3.0}
    nobody_chooses = {"selection_validity": 0.0}  # else more who come are more to choose from, whoever they are
    gain = {
        name: potential(scheme, eyes | nobody_chooses, 16) - potential(scheme, BLIND | nobody_chooses, 16)
        for name, scheme in (("own", PIECE), ("team", TEAM))
    }
    assert gain["team"] < 0.6 * gain["own"]  # .52 +- .04 in 48 bureaus


def test_equal_pay_keeps_people_but_not_the_able_ones() -> None:
    """What everybody gets alike on top of the wage keeps people here, whoever they are: nobody hears that the able earn more."""
    generous = TEAM | {"application.explicit.at_risk": 0.0}
    world = shop(generous, {"entry_of_pay": 4.0})
    assert world.cadres["persons"].sum() < shop(generous, BLIND).cadres["persons"].sum()
    seen = [world.cadres["log_pay"][world.cadres["department"] == d] for d in range(len(world.departments))]
    assert all(one.min() > 0.0 and np.ptp(one) == 0.0 for one in seen)


def test_a_wage_at_risk_that_results_do_not_return_drives_people_out() -> None:
    poor = PIECE | {"application.explicit.bonus_per_point": 0.5}
    assert shop(poor, {"exit_of_pay": 2.0}).cadres["persons"].sum() > shop(poor, BLIND).cadres["persons"].sum()


def test_known_selves_sort_more() -> None:
    """Who applies acts on what he believes: the less people know themselves, the less of the sorting is true."""
    eyes = {"entry_of_pay": 3.0, "exit_of_pay": 0.0, "selection_validity": 0.0}  # who comes, not who is chosen
    blind = BLIND | {"selection_validity": 0.0}
    gain = {r: potential(PIECE, eyes | {"self_insight": r}) - potential(PIECE, blind | {"self_insight": r}) for r in (0.29, 1.0)}
    assert 0.0 < gain[0.29] < 0.5 * gain[1.0]


def test_pay_is_known_before_the_first_appraisal() -> None:
    """A yearly appraisal does not hide what the piece rate pays: the slope is there after two months, and without any NaN."""
    world = shop(PIECE, {}, months=3)
    assert np.isnan(world.cadres["score"]).all()
    assert np.isfinite(world.cadres["log_pay"]).all()
    assert (world.departments["pay_slope"] > 0.02).all()
    assert len(set(world.departments["pay_slope"])) == 1  # one scheme, one word of it


# --- closed forms ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pay", [0.5, 1.0, 1.25, 2.0])
@pytest.mark.parametrize("elasticity", [0.0, 1.0, 2.5])
def test_the_chance_to_leave_has_the_elasticity_asked_for(pay: float, elasticity: float) -> None:
    at_one = exit_chance(0.01, 0.5, 2.5, 1.0, 0.4, 0.1, 0.3, elasticity, 0.0)
    chance = exit_chance(0.01, 0.5, 2.5, 1.0, 0.4, 0.1, 0.3, elasticity, log_of_pay(1.0, pay))
    assert chance == pytest.approx(at_one * pay**-elasticity)


def test_one_wage_is_one_wage_however_it_is_paid() -> None:
    assert log_of_pay(0.0, 0.0) == log_of_pay(1.0, 1.0) == log_of_pay(0.4, 0.4) == 0.0
    assert log_of_pay(1.0, -5.0) == math.log(LEAST_PAY)


def test_the_slope_is_that_of_least_squares() -> None:
    rng = np.random.default_rng(3)
    z = rng.normal(size=40)
    y = 0.2 * z + 0.1 * rng.normal(size=40)
    assert pay_slope(40.0, z.sum(), z @ z, y.sum(), z @ y) == pytest.approx(np.polyfit(z, y, 1)[0])


@pytest.mark.parametrize(("people", "alike"), [(0, False), (1, False), (4, False), (30, True)])
def test_few_people_or_equal_ones_tell_nothing(people: int, alike: bool) -> None:
    z = np.full(people, 0.3) if alike else np.arange(people) * 1.0
    assert pay_slope(float(people), z.sum(), float(z @ z), z.sum(), float(z @ z)) == 0.0


def test_applicants_shift_by_elasticity_times_slope() -> None:
    """All of the shift where people know themselves; a share of it in the truth and the rest in the belief where not."""
    for insight in (1.0, 0.29):
        behaviour = load_behaviour(changes={"entry_of_pay": 2.0, "self_insight": insight})
        world = founded("base", "workshop_bureau", behaviour)
        enter(world, 0, 7, LEFT)
        before = world.cadres["potential"][0]
        world.departments["pay_slope"] = 0.3
        enter(world, 0, 7, LEFT)
        shift = world.cadres["potential"][0] - before
        chosen = abler_by_choice(behaviour.applicants, crowd_of_pay(2.0, 0.0, 0.3), behaviour.selection_validity)
        assert chosen > 0.0  # the shift brings more people, of whom the best is better
        assert shift == pytest.approx(pull_of_pay(2.0, 0.3) * weight_of_own(insight) + chosen)


# --- traits of the organisation --------------------------------------------------------------------------------------------


def test_turnover_multiplies_the_chance_to_leave() -> None:
    leavers = {t: shop(WAGE, {"exit_rate": 0.002}, months=60, turnover=t).cadres["persons"].sum() for t in (0.0, 2.0, 8.0)}
    assert leavers[0.0] == 0
    assert leavers[8.0] / leavers[2.0] == pytest.approx(4.0, rel=0.35)


def test_talent_spreads_ability_and_nothing_else() -> None:
    wide = Behaviour(ability_sd=0.1, ability_mean=1.0)
    plain, apart = (
        founded("base", load_organisation("workshop_bureau", changes={"talent": talent}), wide).cadres for talent in (1.0, 2.0)
    )
    assert apart["ability"] - 1.0 == pytest.approx(2.0 * (plain["ability"] - 1.0))
    assert np.array_equal(plain["potential"], apart["potential"])
