"""Advice: nothing is refused, but what has no effect or no source is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.schemes.lint import incomplete_parameters, organisation_advice, provenance_advice, scheme_advice
from sim.schemes.load import read_behaviour, read_organisation, read_scheme
from sim.schemes.locate import preset_names

GOOD = Path(__file__).parent / "broken" / "good"


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"application.explicit.top_prize": 0.1}, "application.explicit.top_prize"),
        ({"appraisal.grades.bottom_share": 0.1}, "appraisal.grades.bottom_share"),
        ({"appraisal.grades.ranking": "forced"}, "appraisal.grades.ranking"),
        ({"appraisal.audit_penalty": 1}, "appraisal.audit_penalty"),
        ({"application.explicit.post_value": 1}, "application.explicit.post_value"),
        ({"plan.indicators.key_work.above": 1, "plan.indicators.key_work.cap": 1}, "plan.indicators.key_work.above"),
    ],
)
def test_elements_without_effect(changes: dict[str, object], path: str) -> None:
    assert scheme_advice(read_scheme(GOOD / "scheme.yaml")) == []
    assert [finding.path for finding in scheme_advice(read_scheme(GOOD / "scheme.yaml", changes=changes))] == [path]


def test_idle_tasks_and_empty_sequences() -> None:
    told = organisation_advice(read_organisation(GOOD / "organisation.yaml", changes={"tasks.more": {"perspective": "process"}}))
    assert [finding.path for finding in told] == ["tasks.more", "sequences[1]"]


def test_values_without_a_source() -> None:
    assert [finding.line for finding in provenance_advice(read_scheme(GOOD / "scheme.yaml"))] == [4, 4, 5, 5, 7]


def test_parameters_without_range_and_source() -> None:
    told = {finding.path: finding for finding in incomplete_parameters(read_behaviour(GOOD / "behaviour.yaml"))}
    assert told["adjustment"].found == "unit, source"
    assert "not written" in told["loss_aversion"].problem


@pytest.mark.parametrize("name", preset_names("schemes"))
def test_presets_need_no_advice_and_name_their_sources(name: str) -> None:
    loaded = read_scheme(name)
    assert scheme_advice(loaded) == []
    assert provenance_advice(loaded) == []


@pytest.mark.parametrize("name", preset_names("organisations"))
def test_organisations_have_no_idle_tasks(name: str) -> None:
    assert organisation_advice(read_organisation(name)) == []
