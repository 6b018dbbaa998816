"""Nothing counts twice, and what nothing hangs on does nothing: contributions, idle sanctions, pay at risk, `applied`."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from trials import founded, walked

from sim.rules.output import contributed
from sim.schemes.load import load_behaviour, load_organisation, load_scheme

# --- contributions ---------------------------------------------------------------------------------------------------


def test_help_counts_once_as_what_it_makes() -> None:
    own, given = 0.9, 0.1
    made_by_two = 2 * (own + given)  # each makes his own, and what the other's help makes at his desk
    assert 2 * contributed(1.0, own, 1.0, given) == pytest.approx(made_by_two)
    assert contributed(0.0, own, 1.0, given) == 0.0, "help with what is of no value is of no value"
    assert contributed(2.0, own, 0.5, -given) == pytest.approx(2.0 * (own - 0.05)), "sabotage is what it destroys"


def test_contributions_add_up_to_the_value_made() -> None:
    """In a bureau that helps a lot and has no luck, what people contribute is what is made, to the month that help takes."""
    tasks = {f"tasks.{name}.noise": 0.0 for name in load_organisation("workshop_bureau").tasks}
    shared = {"application.unit_weight": 0.5, "application.explicit.bonus_per_point": 0.01}
    organisation = load_organisation("workshop_bureau", changes=tasks)
    world, _ = walked(founded(load_scheme("base", changes=shared), organisation, load_behaviour(changes={"cohesion": 0.3})), 18)
    cadres, units = world.cadres, world.departments[world.cadres["department"]]
    assert cadres["help_given"].mean() > 0.05
    busy = np.arange(units["task"].shape[1]) < units["n_tasks"][:, None]
    value = np.where(busy, world.tasks["value"][units["task"]], 0.0)
    made = (np.where(busy, cadres["period_output"], 0.0) * value).sum()
    assert cadres["period_contribution"].sum() == pytest.approx(made, rel=0.01)  # help of a month arrives in the next


# --- sanctions that cost nothing -------------------------------------------------------------------------------------


def lives(**changes: Any) -> np.ndarray:
    """Own drive and respect felt after two years, by cadre: (2, cadres)."""
    grades = {"appraisal.grades.top_share": 0.0, "appraisal.grades.second_share": 0.0}
    scheme = load_scheme("base", changes=grades | {name.replace("__", "."): value for name, value in changes.items()})
    cadres = walked(founded(scheme, "workshop_bureau"), 24)[0].cadres
    return np.array([cadres["motivation"], cadres["justice_interpersonal"]])


FORCED = {"appraisal__grades__ranking": "forced", "appraisal__grades__bottom_share": 0.1}
CUT = {"application__sanctions__rectification": 0.05}


def test_a_bottom_grade_on_which_nothing_hangs_takes_neither_drive_nor_respect() -> None:
    np.testing.assert_array_equal(lives(**FORCED), lives(**FORCED | {"appraisal__grades__bottom_share": 0.0}))
    unapplied = {"application__applied": 0.0}
    np.testing.assert_array_equal(lives(**FORCED, **CUT, **unapplied)[1], lives(**FORCED, **unapplied)[1])


def test_a_sanction_that_costs_something_takes_both() -> None:
    free, bound = lives(**FORCED), lives(**FORCED, **CUT)
    assert (bound.mean(axis=1) < free.mean(axis=1) - 1e-4).all()


# --- pay at risk -----------------------------------------------------------------------------------------------------


def exhausted(at_risk: float, bonus: float) -> np.ndarray:
    pay = {"application.applied": 1.0, "application.explicit.at_risk": at_risk, "application.explicit.bonus_per_point": bonus}
    sensitive = load_behaviour(changes={"imbalance_strain": 3.0, "exit_rate": 0.0})
    return walked(founded(load_scheme("base", changes=pay), "workshop_bureau", sensitive), 30)[0].cadres


def test_a_reward_in_the_place_of_the_wage_is_no_reward_beside_it() -> None:
    beside, instead = exhausted(0.0, 0.01), exhausted(1.0, 0.01)
    assert (instead["replaced"][~np.isnan(instead["score"])] == 1.0).all()
    assert (beside["replaced"] == 0.0).all()
    assert instead["exhaustion"].mean() > beside["exhaustion"].mean() + 0.05, "effort is returned by a wage less"


# --- applied ---------------------------------------------------------------------------------------------------------


def test_who_is_to_be_dismissed_is_dismissed_as_far_as_results_are_applied() -> None:
    left = []
    for applied in (0.0, 0.5, 1.0):
        changes = {"application.sanctions.dismissal_share": 0.2, "application.applied": applied}
        world, _ = walked(founded(load_scheme("forced_ranking", changes=changes), "county_bureau"), 12)
        left.append(int(world.groups["n_dismissed"].sum()))
    assert left[0] == 0 < left[1] < left[2]
