"""Who falls ill, who is watched, and how many come for the pay: rules that tie people's state to what happens to them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from sim.population.entry import abler_by_choice
from sim.rules.burnout import watched_by_system
from sim.rules.flow import crowd_of_pay
from sim.rules.output import EXHAUSTION_NORM, chance_of_illness, time_at_work
from sim.rules.pay import pay_level, pay_slope
from sim.run import simulate
from sim.schemes.load import load_behaviour, load_scheme


def county(preset: str, months: int = 36, **behaviour: float):  # type: ignore[no-untyped-def]
    """A county bureau under a ready scheme; a year is measured."""
    return simulate(load_scheme(preset), "county_bureau", behaviour=load_behaviour(changes=behaviour), months=months, seed=5)


# --- illness ----------------------------------------------------------------------------------------------------------------


def test_the_chance_holds_at_the_norm_and_rises_by_the_hazard() -> None:
    assert chance_of_illness(0.143, 0.13, EXHAUSTION_NORM) == 0.143
    assert chance_of_illness(0.143, 0.13, EXHAUSTION_NORM + 1.0) == pytest.approx(0.143 * np.exp(0.13))
    assert chance_of_illness(0.143, 0.0, 6.0) == 0.143  # all alike
    assert chance_of_illness(0.9, 2.0, 6.0) == 1.0
    assert chance_of_illness(0.0, 2.0, 6.0) == 0.0


def test_absence_is_the_share_of_time_that_illness_takes() -> None:
    run = county("base", illness_of_exhaustion=0.0)
    assert run.outcomes["absence_share"] == pytest.approx(0.143 * 0.286, rel=0.1)
    assert run.outcomes["absence_share"] == pytest.approx(run.cadres["window_absence"].mean() / 12.0)
    assert time_at_work(0.1, 0.143, 0.286) == 1.0 - 0.286
    assert county("base", illness_chance=0.0).outcomes["absence_share"] == 0.0


def test_the_exhausted_are_away_more_often() -> None:
    tired = {k: county("base", illness_of_exhaustion=k).cadres for k in (0.0, 0.3)}
    ties = {k: np.corrcoef(c["exhaustion"], c["window_absence"])[0, 1] for k, c in tired.items()}
    assert ties[0.3] > 0.2 > abs(ties[0.0])


def test_schemes_that_wear_people_out_cost_days() -> None:
    """More strain for everybody, more days away: through exhaustion alone, so not where illness does not follow it."""
    for k, more in ((0.13, True), (0.0, False)):
        calm, strained = (county("base", illness_of_exhaustion=k, exhaustion_base=base).outcomes for base in (-0.168, 1.5))
        assert strained["exhaustion_mean"] > calm["exhaustion_mean"] + 1.0
        assert (strained["absence_share"] > calm["absence_share"]) is more


# --- being watched ----------------------------------------------------------------------------------------------------------


def test_either_recording_or_warning_is_being_watched() -> None:
    assert watched_by_system(0.0, 0.0) == 0.0
    assert watched_by_system(1.0, 0.0) == watched_by_system(0.0, 1.0) == 1.0
    assert watched_by_system(0.6, 0.7) == pytest.approx(0.88)


def test_a_cockpit_strains_by_what_it_watches() -> None:
    """On paper the same parameter does nothing; with the cockpit exhaustion rises, and by less than its whole weight can."""

    def exhaustion(preset: str, strain: float) -> float:
        return float(county(preset, monitoring_strain=strain).outcomes["exhaustion_mean"])

    paper = [exhaustion("municipal_closed_loop_no_cockpit", strain) for strain in (0.0, 0.23)]
    cockpit = [exhaustion("municipal_closed_loop", strain) for strain in (0.0, 0.23)]
    assert paper[0] == paper[1]
    assert 0.1 < cockpit[1] - cockpit[0] < 0.25 * 6.0 * 0.23  # a logistic curve's slope is at most a quarter of its height


# --- how many come ----------------------------------------------------------------------------------------------------------


def test_as_many_more_come_as_the_elasticity_says() -> None:
    assert crowd_of_pay(3.0, 0.0, 0.0) == 1.0
    assert crowd_of_pay(0.0, 0.5, 0.3) == 1.0
    assert crowd_of_pay(3.0, np.log(1.1), 0.0) == pytest.approx(1.1**3)
    z = np.random.default_rng(0).normal(size=400_000)
    assert crowd_of_pay(3.0, 0.1, 0.2) == pytest.approx(np.exp(3.0 * (0.1 + 0.2 * z)).mean(), rel=0.01)


@pytest.mark.parametrize(("applicants", "times"), [(5, 2.0), (10, 1.5), (3, 4.0), (5, 0.6)])
def test_the_best_of_more_is_better(applicants: int, times: float) -> None:
    """Against the exact mean of the highest of n standard normals, by numerical integration."""
    grid = np.linspace(-9.0, 9.0, 20_001)

    def best_of(n: float) -> float:
        return float(np.trapezoid(grid * n * norm.pdf(grid) * norm.cdf(grid) ** (n - 1.0), grid))

    exact = 0.4 * (best_of(applicants * times) - best_of(applicants))
    assert abler_by_choice(float(applicants), times, 0.4) == pytest.approx(exact, abs=0.02)
    assert abler_by_choice(float(applicants), 1.0, 0.4) == 0.0
    assert abler_by_choice(1.0, times, 0.4) == 0.0  # whoever asks first has the place


def test_the_level_is_the_line_at_average_potential() -> None:
    rng = np.random.default_rng(3)
    z = rng.normal(0.4, 1.0, size=60)
    y = 0.1 + 0.2 * z + 0.1 * rng.normal(size=60)
    slope = pay_slope(60.0, z.sum(), z @ z, y.sum(), z @ y)
    assert pay_level(60.0, z.sum(), y.sum(), slope) == pytest.approx(np.polyfit(z, y, 1)[1])
    assert pay_level(4.0, 1.0, 9.0, 0.0) == 0.0


def test_higher_pay_for_all_draws_abler_people() -> None:
    """A prize-free raise through points everybody earns: who enters is abler, which pay that merely keeps people is not."""
    changes = {"application.explicit.bonus_per_point": 0.004, "application.applied": 1.0}
    leaving = {"exit_rate": 0.02, "exit_of_pay": 0.0}

    def newcomers(entry_of_pay: float) -> float:
        behaviour = load_behaviour(changes=leaving | {"entry_of_pay": entry_of_pay})
        run = simulate(load_scheme("base", changes=changes), "county_bureau", behaviour=behaviour, months=60, seed=2)
        return float(run.cadres["potential"][run.cadres["persons"] > 0].mean())

    assert newcomers(3.0) > newcomers(0.0) + 0.05
