"""Results that people share: units under appraisal, joint responsibility, and who comes in between."""

from __future__ import annotations

import numpy as np
import pytest

from sim.run import Run, simulate
from sim.schemes.load import load_organisation, load_scheme
from sim.schemes.organisation import Organisation
from sim.schemes.scheme import Scheme, UnitLevel


def changed(name: str, **sections: dict[str, object]) -> Scheme:
    """A ready scheme with some elements of a section changed."""
    scheme = load_scheme(name)
    return scheme.model_copy(
        update={section: getattr(scheme, section).model_copy(update=values) for section, values in sections.items()}
    )


def walked(scheme: Scheme | str, months: int = 25, organisation: str | Organisation = "workshop_bureau") -> Run:
    """A run whose last month begins the third year."""
    return simulate(scheme, organisation, months=months, warmup_months=0, seed=5)


def test_a_unit_under_appraisal_has_one_target() -> None:
    """Its result is one, and so is the target that moves with it, for newcomers too: whoever does more is asked no more."""
    cadres = walked("superior_ranking").cadres
    for d in np.unique(cadres["department"]):
        here = cadres.loc[cadres["department"] == d, ["target_1", "target_2"]]
        assert np.ptp(here.to_numpy(), axis=0) == pytest.approx(0.0, abs=1e-12)


def test_people_under_appraisal_keep_targets_of_their_own() -> None:
    cadres = walked("superior_ranking_individuals").cadres
    here = cadres.loc[cadres["department"] == cadres["department"].iloc[0], "target_1"]
    assert np.ptp(here.to_numpy()) > 0.01


def test_full_joint_responsibility_within_the_department_is_the_departments_result() -> None:
    """The same final score, so a point is worth the same, one's own and a colleague's (rules `own_part`, `colleagues_part`)."""
    of_all = {"joint_responsibility": 1.0, "joint_scope": UnitLevel.DEPARTMENT}
    ways = {"liable": (of_all, 0.0), "united": ({}, 1.0), "alone": ({}, 0.0)}
    no_post = load_scheme("base").application.explicit.model_copy(update={"post_value": 0.0})  # careers hang on one's own points
    seats = {
        name: walked(changed("base", appraisal=joint, application={"unit_weight": weight, "explicit": no_post}), 1).cadres.query(
            "department > 2"
        )
        for name, (joint, weight) in ways.items()
    }  # the first three departments are offices, which answer for the whole bureau
    for column in ("gain", "shared"):
        np.testing.assert_allclose(seats["liable"][column], seats["united"][column], rtol=1e-12)
    assert (seats["liable"]["gain"] < 0.5 * seats["alone"]["gain"]).all()
    assert (seats["alone"]["shared"] == 0.0).all()


def test_the_wider_the_responsibility_the_less_a_point_of_ones_own_counts() -> None:
    scopes = (UnitLevel.DEPARTMENT, UnitLevel.BRANCH, UnitLevel.BUREAU)
    gains = [
        walked(changed("base", appraisal={"joint_responsibility": 1.0, "joint_scope": scope}), 1).cadres["gain"].mean()
        for scope in scopes
    ]
    assert gains[0] > gains[1] > gains[2] > 0.0


def test_a_units_result_calls_for_help_and_not_for_harm() -> None:
    """Places are won between people only with what is counted a person; help comes back as far as it lifts the unit's mean."""
    united = load_scheme("superior_ranking")
    dear = united.application.explicit.model_copy(update={"bonus_per_point": 0.02})
    paid = changed("superior_ranking", application={"explicit": dear})
    few, many = walked(united, 3).cadres, walked(paid, 3).cadres
    assert few["sabotage_done"].max() == 0.0 == many["sabotage_done"].max()
    assert many["help_given"].mean() > 1.1 * few["help_given"].mean()


def test_whoever_comes_in_between_weighs_a_point_for_himself() -> None:
    """Who has just entered has no years behind him and no rung: a point is not worth to him what it was to his predecessor."""
    scheme = load_scheme("explicit_incentives")
    restless = load_organisation("workshop_bureau").model_copy(update={"turnover": 10.0})
    before, after = (walked(scheme, months, restless).cadres for months in (14, 23))
    came = (after["persons"] > before["persons"]).to_numpy()
    assert came.any()
    assert (after["gain"].to_numpy()[came] != before["gain"].to_numpy()[came]).all()
    assert (after["gain"].to_numpy()[~came] == before["gain"].to_numpy()[~came]).all()
