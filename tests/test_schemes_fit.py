"""Indicators point at tasks: selectors, and what a scheme and an organisation must agree on."""

from __future__ import annotations

import pytest

from sim.errors import UserError
from sim.schemes.fit import check_scheme_fits, scheme_misfits, select_tasks, unappraised_tasks
from sim.schemes.load import load_organisation, load_scheme, read_scheme
from sim.schemes.locate import preset_names
from sim.schemes.organisation import Organisation
from sim.schemes.scheme import Scheme


def task(perspective: str, kind: str = "key", category: str = "") -> dict[str, str]:
    return {"perspective": perspective, "kind": kind, "category": category}


BUREAU = Organisation.model_validate(
    {
        "name": "bureau",
        "sequences": ["offices"],
        "tasks": {
            "revenue": task("financial", category="taxes"),
            "inspection": task("process", category="risk"),
            "service": task("customer", "general", "taxes"),
            "study": task("learning", "general"),
        },
        "offices": [{"name": "one", "sequence": "offices", "cadres": 3, "tasks": {"revenue": 1.0}}],
    }
)


@pytest.mark.parametrize(
    ("selector", "tasks"),
    [
        ("all", ["revenue", "inspection", "service", "study"]),
        ("key", ["revenue", "inspection"]),
        ("general", ["service", "study"]),
        ("perspective:process", ["inspection"]),
        ("category:taxes", ["revenue", "service"]),
        ("study", ["study"]),
        (["study", "revenue"], ["revenue", "study"]),
        (["category:taxes", "perspective:learning"], ["revenue", "service", "study"]),
    ],
)
def test_selectors(selector: str | list[str], tasks: list[str]) -> None:
    assert select_tasks(selector, BUREAU) == tasks


@pytest.mark.parametrize(
    ("selector", "says"),
    [
        ("revenu", "did you mean revenue?"),
        ("al", "did you mean all?"),
        ("perspective:external", "no task of the organisation has this perspective"),
        ("perspective:proces", "did you mean process?"),
        ("category:", "unknown category"),
        ("category:risks", "did you mean risk?"),
        ("Perspective:process", "no such task"),
        ([], "points at no task"),
        (["all", "revenue"], "counts twice"),
        (["category:taxes", "general"], "'general' and 'category:taxes' both hold service"),
    ],
)
def test_selectors_that_select_nothing_or_twice(selector: str | list[str], says: str) -> None:
    with pytest.raises(UserError) as caught:
        select_tasks(selector, BUREAU)
    assert says in str(caught.value)


def scheme(*selectors: str | list[str]) -> Scheme:
    indicators = {f"i{i}": {"tasks": selector, "weight": 1 / len(selectors)} for i, selector in enumerate(selectors)}
    return Scheme.model_validate({"name": "x", "plan": {"indicators": indicators}})


def test_two_indicators_may_look_at_the_same_task() -> None:
    check_scheme_fits(scheme("revenue", "all"), BUREAU)


def test_every_misfit_is_told_at_once() -> None:
    assert [finding.path for finding in scheme_misfits(scheme("x", "all", ["y", "study", "study"]), BUREAU)] == [
        "plan.indicators.i0.tasks",
        "plan.indicators.i2.tasks[0]",
        "plan.indicators.i2.tasks[2]",
    ]


def test_unappraised_tasks() -> None:
    assert unappraised_tasks(scheme("key", "study"), BUREAU) == ["service"]


@pytest.mark.parametrize("organisation", ["county_bureau", "municipal_bureau", "district_party_department", "national_service"])
def test_every_preset_fits_every_organisation(organisation: str) -> None:
    bureau = load_organisation(organisation)
    for name in preset_names("schemes"):
        check_scheme_fits(read_scheme(name), bureau)


def test_a_generated_preset_name_is_its_file_name() -> None:
    assert [load_scheme(name).name for name in preset_names("schemes")] == preset_names("schemes")
    assert [load_organisation(name).name for name in preset_names("organisations")] == preset_names("organisations")
