"""What audits miss, and what money does to an obligation: exact where nothing is at work, and with the sign that follows."""

from __future__ import annotations

import numpy as np
import pytest
from agreeing import a_world, first_disagreement
from mechanisms import behaviour_for, organisation_for
from trials import columns_that_differ, founded, outcomes_of, outcomes_that_differ, walked

from sim.history import HISTORY
from sim.loop.month import walk_months
from sim.population.entry import change_scheme
from sim.population.founding import found, lay_out, tailor, wear
from sim.population.world import World, copy_of
from sim.rules.gaming import detection_chance
from sim.rules.output import as_exchange, duty_priced
from sim.rules.pay import pays_by_result
from sim.schemes.behaviour import Behaviour
from sim.schemes.load import load_behaviour, load_scheme
from sim.schemes.organisation import Organisation
from sim.schemes.scheme import Scheme

DEFAULT = load_behaviour()

# --- audits ----------------------------------------------------------------------------------------------------------


def audited(rate: float, seen: float, months: int = 15) -> World:
    """A bureau whose reports pay, audited; `seen` is the chance that an audit sees through what was made up."""
    changes = {"appraisal.audit_rate": rate, "appraisal.audit_penalty": 0.5}
    scheme = load_scheme("explicit_incentives", changes=changes)
    return walked(founded(scheme, "workshop_bureau", behaviour_for(load_behaviour(), {"audit_detection": seen})), months)[0]


@pytest.mark.parametrize(("rate", "seen"), [(0.4, 0.5), (1.0, 0.25)])
def test_audits_that_see_a_part_are_rarer_audits_that_see_all(rate: float, seen: float) -> None:
    """What is believed, made up, found and paid for: everything follows the one chance (0.4 x 0.5 is 0.2 to the bit)."""
    apart = columns_that_differ(audited(rate, seen), audited(rate * seen, 1.0))
    assert apart == []


def test_certain_audits_leave_something_where_they_miss_something() -> None:
    half, all_of_it = audited(1.0, 0.5), audited(1.0, 1.0)
    assert half.cadres["falsified"].sum() > all_of_it.cadres["falsified"].sum()
    assert half.cadres["window_detected"].sum() < half.cadres["window_falsified"].sum()


def test_the_chance_joins_audits_and_inspection() -> None:
    assert detection_chance(0.3, 1.0, 0.0, 0.05) == 0.30000000000000004 == 1.0 - (1.0 - 0.3)
    assert detection_chance(0.4, 0.5, 1.0, 0.1) == pytest.approx(1 - 0.8 * 0.9)
    assert detection_chance(1.0, 0.0, 0.5, 0.1) == pytest.approx(0.05)  # inspection on site has a chance of its own


# --- prices on obligations ---------------------------------------------------------------------------------------------

PLACE = {"tasks.*.effort": "discretionary"}
FAVOUR, JOB = organisation_for("toy_bureau", PLACE | {"tasks.*.voluntary": 1.0}), organisation_for("toy_bureau", PLACE)
CARRIED = {"departments.exchange"}  # only tells how far it has come


BY_THE_PIECE = {"all": {"tasks": "all", "weight": 1.0, "below": 1.0, "above": 1.0, "floor": -10.0, "cap": 100.0}}


def paying(bonus: float) -> Scheme:
    """A hundred points for a normal result, so many wages a point and nothing else in money; results applied in full."""
    changes = {"application.explicit.bonus_per_point": bonus, "application.applied": 1.0, "plan.indicators": BY_THE_PIECE}
    return load_scheme("base", changes=changes)


def effort(bonus: float, organisation: Organisation = FAVOUR, behaviour: Behaviour = DEFAULT) -> float:
    return outcomes_of(*walked(founded(paying(bonus), organisation, behaviour), 18))["effort_mean"]


@pytest.mark.parametrize("preset", ["explicit_incentives", "forced_ranking"])
def test_where_money_takes_nothing_a_favour_is_a_job_to_the_bit(preset: str) -> None:
    mind = behaviour_for(DEFAULT, {"priced_duty": 0.0, "obligation_returns": 0.1})
    favour, job = (walked(founded(load_scheme(preset), place, mind), 15)[0] for place in (FAVOUR, JOB))
    assert set(columns_that_differ(favour, job)) == CARRIED


def test_without_money_a_favour_is_a_job_to_the_bit() -> None:
    favour, job = (walked(founded(paying(0.0), place, DEFAULT), 15)[0] for place in (FAVOUR, JOB))
    assert columns_that_differ(favour, job) == []


def test_pay_enough_or_do_not_pay_at_all() -> None:
    """Little pay brings less than none and much pay more; on a job more pay brings more all the way."""
    none, little, more, much = (effort(bonus) for bonus in (0.0, 0.0003, 0.003, 0.03))
    assert little < none - 0.1
    assert little < more < much
    assert much > none + 0.1
    of_job = [effort(bonus, JOB) for bonus in (0.0, 0.0003, 0.003, 0.03)]
    assert sorted(of_job) == of_job and of_job[0] == none


def test_half_a_favour_loses_half_as_much() -> None:
    half = organisation_for("toy_bureau", PLACE | {"tasks.*.voluntary": 0.5})
    assert effort(0.0003) < effort(0.0003, half) < effort(0.0003, JOB)
    as_much = behaviour_for(DEFAULT, {"priced_duty": 0.5 * DEFAULT.priced_duty})
    assert effort(0.0003, half) == effort(0.0003, FAVOUR, as_much)


def paid_for_a_while(behaviour: Behaviour, bonus: float = 0.001) -> World:
    """Nothing for a year, a little for a year, nothing again for a year."""
    blueprint = lay_out(FAVOUR, behaviour)
    nothing, little = tailor(blueprint, paying(0.0)), tailor(blueprint, paying(bonus))
    world = found(blueprint, nothing, seed=1)
    for start, dress in ((12, little), (24, nothing)):
        walk_months(world, start - 12, 12, np.zeros(12, HISTORY))
        world = wear(copy_of(world), dress, start)
        change_scheme(world, start, np.zeros(len(world.departments)))
    walk_months(world, 24, 12, np.zeros(12, HISTORY))
    return world


def test_what_was_paid_stays_an_exchange_when_the_money_goes() -> None:
    never, paid = paid_for_a_while(DEFAULT, bonus=0.0), paid_for_a_while(DEFAULT)
    n = int(paid.departments["n_tasks"][0])
    assert (paid.departments["exchange"][:, :n] == 1.0).all() and (never.departments["exchange"] == 0.0).all()
    assert paid.cadres["effort"].sum() < 0.9 * never.cadres["effort"].sum()


def test_it_returns_as_fast_as_is_assumed() -> None:
    world = paid_for_a_while(behaviour_for(DEFAULT, {"obligation_returns": 0.2}))
    n = int(world.departments["n_tasks"][0])
    np.testing.assert_allclose(world.departments["exchange"][:, :n], 0.8**12, rtol=1e-12)
    assert world.cadres["effort"].sum() > paid_for_a_while(DEFAULT).cadres["effort"].sum() * 1.05


@pytest.mark.parametrize(("name", "value"), [("priced_duty", 0.2), ("obligation_returns", 0.2)])
def test_each_parameter_moves_what_people_do(name: str, value: float) -> None:
    moved = paid_for_a_while(behaviour_for(DEFAULT, {name: value}))
    assert "cadres.effort" in columns_that_differ(moved, paid_for_a_while(DEFAULT))


def test_what_nobody_counts_keeps_its_obligation() -> None:
    """Money on one task prices that one only."""
    names = list(FAVOUR.tasks)
    only = {"one": BY_THE_PIECE["all"] | {"tasks": names[0]}}
    changes = {"application.explicit.bonus_per_point": 0.001, "application.applied": 1.0, "plan.indicators": only}
    world = walked(founded(load_scheme("base", changes=changes), FAVOUR, DEFAULT), 3)[0]
    priced = {(names[d["task"][j]], float(d["exchange"][j])) for d in world.departments for j in range(d["n_tasks"])}
    assert priced == {(name, 1.0 if name == names[0] else 0.0) for name in names}


def test_jobs_never_become_an_exchange() -> None:
    world = walked(founded(load_scheme("explicit_incentives"), JOB, DEFAULT), 3)[0]
    assert not world.departments["exchange"].any()


@pytest.mark.parametrize("preset", ["explicit_incentives", "forced_ranking", "balanced_scorecard_five", "deduction_heavy"])
def test_both_walks_agree_on_voluntary_work(preset: str) -> None:
    place = organisation_for("workshop_bureau", {"tasks.*.voluntary": 0.7})
    assert first_disagreement(a_world(preset, place, priced_duty=0.6, obligation_returns=0.1), 14) == ""


def test_both_walks_agree_when_the_money_goes() -> None:
    blueprint = lay_out(FAVOUR, behaviour_for(DEFAULT, {"obligation_returns": 0.1}))
    world = found(blueprint, tailor(blueprint, paying(0.001)), seed=4)
    assert first_disagreement(world, 7) == ""
    world = wear(copy_of(world), tailor(blueprint, paying(0.0)), 7)
    change_scheme(world, 7, np.zeros(len(world.departments)))
    assert first_disagreement(world, 8, first_step=7) == ""


def test_steps_of_a_year_return_as_fast() -> None:
    mind = behaviour_for(DEFAULT, {"obligation_returns": 0.05})
    yearly = founded("base", organisation_for("toy_bureau", {"step_months": 12}), mind)
    assert yearly.behaviour["obligation_returns"][0] == pytest.approx(1 - 0.95**12)


def test_money_is_money_and_nothing_else_is() -> None:
    assert pays_by_result(1.0, 0, 0.001, 0.0, 0.0, 0.0, 0.0)
    assert not pays_by_result(0.0, 0, 0.001, 0.0, 0.0, 0.0, 0.0)  # promised and not applied
    assert not pays_by_result(1.0, 0, 0.0, 0.0, 0.5, 0.1, 0.2)  # prizes for grades that nobody gets
    assert pays_by_result(1.0, 1, 0.0, 0.0, 0.0, 0.0, 0.2)  # a cut is a price, too
    honoured = {"application.explicit.bonus_per_point": 0.0, "application.implicit.recognition": 1.0,
                "application.sanctions.interview": 0.1, "application.applied": 1.0}  # fmt: skip
    world = walked(founded(load_scheme("base", changes=honoured), FAVOUR, DEFAULT), 3)[0]
    assert not world.departments["exchange"].any()


def test_rules() -> None:
    assert as_exchange(0.0, True, 0.5) == 1.0 and as_exchange(1.0, False, 0.0) == 1.0
    assert as_exchange(0.8, False, 0.25) == pytest.approx(0.6)
    assert duty_priced(0.85, 0.0, 1.0, 1.0) == 0.85 == duty_priced(0.85, 0.5, 0.0, 1.0) == duty_priced(0.85, 0.5, 1.0, 0.0)
    assert duty_priced(0.8, 0.5, 0.5, 1.0) == pytest.approx(0.6)


def test_outcomes_of_ready_bureaus_do_not_hang_on_it() -> None:
    """No ready work is voluntary, so nobody who does not name it meets it."""
    values = [
        outcomes_of(*walked(founded("combined_incentives", "toy_bureau", behaviour_for(DEFAULT, {"priced_duty": lost})), 14))
        for lost in (0.0, 0.9)
    ]
    assert not outcomes_that_differ(*values)
