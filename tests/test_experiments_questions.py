"""From names to designs: studies, schemes, baselines, and everything wrong told at once."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest
from experiments_fake import fake_core, organisation, scheme

import experiments
from experiments.design.questions import read_question
from sim.errors import UserError
from sim.outcomes import HEADLINES
from sim.schemes.study import Study

TWELVE = 12


def test_the_default_is_the_main_job() -> None:
    design = read_question()
    assert design.name == "municipal_comparison"
    assert len(design.schemes) == TWELVE
    assert design.baseline == "deduction_heavy"
    assert (design.months, design.warmup_months, design.replicates, design.seed) == (36, 24, 100, 1)
    assert design.organisation.name == "municipal_bureau"
    assert design.headline == HEADLINES


def test_what_is_given_takes_the_place_of_the_study() -> None:
    design = read_question(
        "municipal_comparison",
        organisation="county_bureau",
        months=5,
        warmup_months=0,
        replicates=3,
        seed=0,
        baseline="scoring_reform",
    )
    assert design.organisation.name == "county_bureau"
    assert (design.months, design.warmup_months, design.replicates, design.seed) == (5, 0, 3, 0)
    assert design.baseline == "scoring_reform"


def test_schemes_by_name_take_the_first_as_baseline() -> None:
    design = read_question(["forced_ranking", "forced_ranking_floor"])
    assert design.scheme_names == ("forced_ranking", "forced_ranking_floor")
    assert design.baseline == "forced_ranking"


def test_one_scheme_is_compared_with_the_status_quo() -> None:
    design = read_question("forced_ranking")
    assert design.scheme_names == ("deduction_heavy", "forced_ranking")
    assert design.baseline == "deduction_heavy"


def test_a_baseline_that_is_not_listed_is_added() -> None:
    assert read_question(["forced_ranking"], baseline="base").scheme_names == ("base", "forced_ranking")


def test_a_baseline_may_be_a_file(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("extends: base\nprocess:\n  coaching: 0.5\n")
    design = read_question([str(file), "forced_ranking"], baseline=str(file))
    assert design.baseline == "mine"
    assert len(design.schemes) == 2


def test_objects_will_do_too() -> None:
    design = read_question([scheme("one"), scheme("two")], organisation=organisation())
    assert design.scheme_names == ("one", "two")
    study = Study(
        name="mine", schemes=["base", "forced_ranking"], organisation="county_bureau", replicates=4, headline=["neglect"]
    )
    asked = read_question(study)
    assert (asked.name, asked.replicates, asked.headline) == ("mine", 4, ("neglect",))


@pytest.mark.parametrize(
    ("asked", "settings", "said"),
    [
        ("forced_rankin", {}, "did you mean forced_ranking"),
        (["base", "nothing_like_it"], {}, "no scheme of this name"),
        (["base", "municipal_comparison"], {}, "a study stands alone"),
        (["base"], {"organisation": "county"}, "county_bureau"),
        (["base"], {"behaviour": "defaults"}, "default"),
        (["base", "forced_ranking"], {"baseline": "bas"}, "did you mean base"),
        ("no/such/file.yaml", {}, "no such file"),
        ([], {}, "no scheme to run"),
        (["base", "base"], {}, "two schemes are called base"),
    ],
)
def test_mistakes_are_told(asked: Any, settings: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError, match=said):
        read_question(asked, **settings)


def test_every_mistake_is_told_at_once() -> None:
    with pytest.raises(UserError) as caught:
        read_question(["nothing_like_it", "forced_ranking"], organisation="nowhere", behaviour="nobody")
    assert len(caught.value.findings) == 3


def test_a_scheme_must_fit_the_organisation(tmp_path: Path) -> None:
    file = tmp_path / "misfit.yaml"
    file.write_text("extends: base\nplan:\n  indicators:\n    other: {tasks: no_such_task, weight: 1.0}\n")
    with pytest.raises(UserError, match="no_such_task"):
        read_question([str(file)])


def test_the_public_name_is_the_function() -> None:
    """Importing the module of the verb must not hide the function of the same name."""
    importlib.import_module("experiments.verbs.compare")
    assert callable(experiments.compare)
    result = experiments.compare(
        [scheme("one"), scheme("two")], organisation=organisation(), replicates=2, months=3, core=fake_core
    )
    assert len(result.runs) == 4
    with pytest.raises(AttributeError, match="no attribute"):
        experiments.nothing  # noqa: B018
