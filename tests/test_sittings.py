"""Steps that are rounds of a sitting: what needs weeks has the hours of a round only, what settles within a sitting does not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from experiments.evidence.arms import StagedArm
from experiments.evidence.rows import load_row
from experiments.verbs.pilot import PilotPlan
from experiments.verbs.pilot import _check as check_pilot
from sim.errors import UserError
from sim.loop.calendar import month_of_year
from sim.population.settings import MONTHLY_SHARES, OF_EXPERIENCE, OF_THE_CALENDAR, behaviour_record
from sim.rules.understanding import interviews_held
from sim.run import Run, simulate
from sim.schemes.load import load_behaviour, load_organisation

SITTINGS = ("B4", "B4b", "B15", "B21", "B42", "B50", "B50b", "B61", "B68", "B69", "B69b")
BAD_ROUNDS = [
    -1, -1e-9, 1e-9, 0.0009, 168.1, 1e9, float("nan"), float("inf"), -float("inf"),
    "a", "", "1 hour", True, False, None, [], [1], {},
]  # fmt: skip


def a_run(**changes: Any) -> Run:
    return simulate(
        "deduction_heavy", load_organisation("toy_bureau", changes=changes), months=24, warmup_months=0, seed=3, baseline="base"
    )


@pytest.mark.parametrize("hours", BAD_ROUNDS, ids=repr)
def test_bad_rounds_are_told(hours: Any) -> None:
    with pytest.raises(UserError, match="round_hours"):
        load_organisation("toy_bureau", changes={"round_hours": hours})


def test_a_step_is_not_both() -> None:
    with pytest.raises(UserError, match="months and a round of hours at once"):
        load_organisation("toy_bureau", changes={"round_hours": 1.0, "step_months": 12})


@pytest.mark.parametrize("hours", [0.001, 0.25, 8, 168])
def test_what_the_calendar_brings_has_its_share_of_a_month(hours: float) -> None:
    behaviour = load_behaviour("default")
    found = behaviour_record(behaviour, load_organisation("toy_bureau", changes={"round_hours": hours}))
    for name, value in behaviour:
        if name in OF_THE_CALENDAR:
            left_after_a_month = (1.0 - found[name][0]) ** (168.0 / hours)
            assert left_after_a_month == pytest.approx(1.0 - value, abs=1e-9), name
        elif name == "job_worth":
            assert found[name][0] == 0.0, "nobody has a career in a sitting"
        else:
            assert found[name][0] == value, name


def test_every_monthly_speed_is_of_the_calendar_or_of_experience() -> None:
    assert set(OF_THE_CALENDAR) | set(OF_EXPERIENCE) == {*MONTHLY_SHARES, "illness_chance"}
    assert not set(OF_THE_CALENDAR) & set(OF_EXPERIENCE)


def test_without_rounds_nothing_moves() -> None:
    plain, zero = a_run(), a_run(round_hours=0)
    for column in plain.world.cadres.dtype.names or ():
        np.testing.assert_array_equal(plain.world.cadres[column], zero.world.cadres[column])


def test_a_round_of_168_hours_is_a_month() -> None:
    """Only the rounding of shares may differ."""
    month, long_round = a_run(), a_run(round_hours=168)
    for column in ("age", "tenure", "exhaustion", "understanding", "motivation", "effort", "justice_procedural"):
        np.testing.assert_allclose(long_round.world.cadres[column], month.world.cadres[column], rtol=1e-9, err_msg=column)


def test_nobody_burns_out_ages_or_leaves_in_a_sitting() -> None:
    months, rounds = a_run(), a_run(round_hours=0.25)
    start = simulate("base", "toy_bureau", months=1, warmup_months=0, seed=3, baseline="base", behaviour=still())

    def moved(run: Run, column: str) -> float:
        return float(np.abs(run.world.cadres[column] - start.world.cadres[column]).max())

    assert moved(months, "exhaustion") > 0.3
    assert moved(rounds, "exhaustion") < 0.03
    assert moved(rounds, "age") < 0.1 < moved(months, "age")
    assert rounds.world.cadres["persons"].max() == start.world.cadres["persons"].max()
    assert np.abs(rounds.world.cadres["motivation"] - 1.0).max() > 0.004, "own drive moves within a sitting"
    worked = [run.world.cadres["effort"].sum(axis=1) for run in (months, rounds)]
    np.testing.assert_allclose(worked[1], worked[0], rtol=0.3)  # plans have settled as they do in months


def still() -> Any:
    """The default behaviour without burnout, departures and age: how people start."""
    return load_behaviour("default").model_copy(update={"burnout_rate": 0.0, "exit_rate": 0.0, "retirement_age": 1000.0})


def test_the_calendar_of_a_sitting() -> None:
    assert [month_of_year(step, 1.0) for step in (0, 4, 11, 12)] == [1, 5, 12, 1]
    assert [month_of_year(step, 12.0) for step in (0, 1)] == [12, 12]
    assert [month_of_year(step, 0.25) for step in (0, 3, 4, 47, 48)] == [1, 1, 2, 12, 1]
    assert [step for step in range(48) if interviews_held(step, 4.0, 0.25)] == [11, 23, 35, 47]
    assert not any(interviews_held(step, 0.0, 0.25) for step in range(48))


def test_a_trial_cannot_be_a_sitting() -> None:
    class Sitting:
        organisation = load_organisation("toy_bureau", changes={"round_hours": 1.0})

    with pytest.raises(UserError, match="steps of one month"):
        check_pilot(Sitting(), PilotPlan(outcome="exhaustion_mean"))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", SITTINGS)
def test_rows_that_are_sittings_say_how_long_a_round_is(name: str) -> None:
    row = load_row(name)
    for arm in row.arms.values():
        assert arm.organisation.is_sitting
        hours = arm.organisation.round_hours * arm.phases[-1].months
        assert hours <= 8.0, "a sitting is a working day at most"


def test_forced_distribution_exhausts_nobody_in_a_sitting() -> None:
    row = load_row("B21")
    seen = StagedArm(row.arms["forced"], load_behaviour("default"), row.file.seed).seen(0)
    assert np.ptp(seen.course["exhaustion_mean"]) < 0.01
