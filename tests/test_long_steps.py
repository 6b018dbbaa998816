"""Steps of several months, and what is counted by the calendar: the same a year, however long a step is."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from trials import founded, walked

from experiments.projects.advising import appraisal_hours
from sim.loop.calendar import month_of_year
from sim.population.settings import behaviour_record, organisation_record, scheme_record
from sim.rules.incentives import appraisals_ahead
from sim.rules.output import season, workload_this_month
from sim.rules.understanding import interviews_held
from sim.schemes.load import load_behaviour, load_organisation, load_scheme

LENGTHS = [1, 2, 3, 4, 6, 12]


def toy(**changes: Any) -> Any:
    return load_organisation("toy_bureau", changes=changes)


@pytest.mark.parametrize("months", LENGTHS)
def test_a_yearly_appraisal_takes_the_same_hours(months: int) -> None:
    changes = {"appraisal.interval": 12 // months, "appraisal.raters": 5}
    yearly = load_scheme("base", changes=changes)
    in_months = appraisal_hours(load_scheme("base", changes=changes | {"appraisal.interval": 12}))
    assert appraisal_hours(yearly, step_months=months) == pytest.approx(in_months, rel=1e-12)
    assert founded(yearly, toy(step_months=months)).schemes["hours"][0] == pytest.approx(in_months, rel=1e-12)


def test_rating_in_a_round_of_a_sitting_takes_its_share_of_the_round() -> None:
    scheme = load_scheme("base", changes={"appraisal.interval": 1, "appraisal.raters": 5})
    assert founded(scheme, toy(round_hours=0.5)).schemes["hours"][0] == scheme_record(scheme, load_behaviour())["hours"][0]


@pytest.mark.parametrize("peak", [1, 5, 12])
@pytest.mark.parametrize("months", LENGTHS)
def test_the_season_of_a_step_is_the_mean_of_its_months(months: int, peak: int) -> None:
    by_month = [workload_this_month(2.0, 0.5, season(month_of_year(step, 1.0), 1, peak)) for step in range(24)]
    assert by_month[peak - 1] == max(by_month) == 3.0
    for step in range(24 // months):
        found = workload_this_month(2.0, 0.5, season(month_of_year(step, float(months)), months, peak))
        assert found == pytest.approx(np.mean(by_month[step * months : (step + 1) * months]), abs=1e-12)


def test_a_year_as_a_step_has_no_season() -> None:
    organisation = load_organisation("workshop_bureau", changes={"step_months": 12})
    assert any(branch.seasonality for branch in organisation.branches)
    world, _ = walked(founded(load_scheme("base", changes={"appraisal.interval": 1}), organisation), 2)
    usual = world.branches["workload"][world.departments["branch"]]
    np.testing.assert_allclose(world.departments["workload"], usual, rtol=1e-12)


@pytest.mark.parametrize(("months", "hours"), [*((months, 0.0) for months in LENGTHS), (1, 0.5)])  # a step is not both
def test_cynicism_has_half_the_monthly_speed_of_burnout(months: int, hours: float) -> None:
    behaviour = load_behaviour(changes={"burnout_rate": 0.16})
    organisation = toy(step_months=months, round_hours=hours)
    left = 1.0 - behaviour_record(behaviour, organisation)["cynicism_rate"][0]
    assert left == pytest.approx(0.92**organisation.months_a_step, rel=1e-12)
    if months == 1 and not hours:
        assert behaviour_record(behaviour, organisation)["cynicism_rate"][0] == 0.5 * 0.16  # to the bit


@pytest.mark.parametrize("months", LENGTHS)
def test_what_persists_does_so_by_the_month(months: int) -> None:
    behaviour = load_behaviour(changes={"luck_persistence": 0.7})
    organisation = toy(**{"step_months": months, "peers.persistence": 0.9})
    assert behaviour_record(behaviour, organisation)["luck_persistence"][0] == pytest.approx(0.7**months, rel=1e-12)
    assert organisation_record(organisation)["peer_persistence"][0] == pytest.approx(0.9**months, rel=1e-12)


def test_in_a_sitting_luck_persists_from_round_to_round() -> None:
    organisation = toy(**{"round_hours": 0.5, "peers.persistence": 0.9})
    assert behaviour_record(load_behaviour(changes={"luck_persistence": 0.7}), organisation)["luck_persistence"][0] == 0.7
    assert organisation_record(organisation)["peer_persistence"][0] == 0.9


@pytest.mark.parametrize("period_years", [1 / 12, 0.25, 1.0, 2.0])
def test_retirement_ends_the_horizon_in_years(period_years: float) -> None:
    assert appraisals_ahead(1e6, 55.0, 60.0, period_years) * period_years == pytest.approx(5.0)
    assert appraisals_ahead(3.0, 20.0, 60.0, period_years) == 3.0
    assert appraisals_ahead(3.0, 61.0, 60.0, period_years) == 0.0


@pytest.mark.parametrize("months", LENGTHS)
@pytest.mark.parametrize("n", range(13))
def test_interviews_a_year(n: int, months: int) -> None:
    """n of them in every year, as evenly spread as months allow, whatever the length of a step."""
    held = [interviews_held(step, float(n), float(months)) for step in range(36 // months)]
    a_year = 12 // months
    assert [sum(held[first : first + a_year]) for first in range(0, len(held), a_year)] == [n] * 3
    assert max(held) - min(held) <= 1


def test_interviews_stand_where_they_stood() -> None:
    """As often as divides the year: at the end of every so many months."""
    for n in (1, 2, 3, 4, 6, 12):
        assert [step + 1 for step in range(24) if interviews_held(step, float(n), 1.0)] == list(range(12 // n, 25, 12 // n))


def test_rare_interviews() -> None:
    assert [step + 1 for step in range(60) if interviews_held(step, 0.5, 1.0)] == [24, 48]


def test_more_interviews_are_understood_more() -> None:
    """Five a year are fewer than six: each makes a difference."""
    understood = [
        walked(founded(load_scheme("base", changes={"communication.interviews_per_year": n}), "toy_bureau"), 24)[0]
        .cadres["understanding"]
        .mean()
        for n in range(4, 9)
    ]
    assert all(more > fewer for fewer, more in pairwise(understood))


@pytest.mark.parametrize("months", [3, 12])
def test_luck_that_decides_several_months_of_pay_weighs_so_much_more(months: int) -> None:
    """Var(pay) counts all months of pay that a step decides: r on steps of n months is n r on steps of one.

    Before, only the cost of risk that `surplus` takes off counted them, not the risk weighed in effort.
    """
    scheme = load_scheme("base", changes={"appraisal.interval": 1, "application.explicit.bonus_per_point": 0.02})
    weighing, fearless = {"loss_aversion": 1.0, "risk_aversion": 2.0}, {"loss_aversion": 1.0, "risk_aversion": 0.0}
    calm = {"demand_pull": 0.0, "procrastination": 0.0}

    def effort(months: int, changes: dict[str, float]) -> np.ndarray:
        behaviour = load_behaviour("neutral", changes=calm | changes | {"cost": 1.0, "duty": 0.8})
        first, _ = walked(founded(scheme, toy(step_months=months), behaviour), 1)
        return first.cadres["planned"][first.departments["is_office"][first.cadres["department"]] == 1]  # they have no season

    assert not np.allclose(effort(1, weighing), effort(1, fearless), rtol=1e-3)
    np.testing.assert_allclose(effort(months, weighing), effort(1, weighing | {"risk_aversion": 2.0 * months}), rtol=1e-9)
