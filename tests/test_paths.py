"""Values at paths of documents: what is found, what is refused, and that a changed document is what a file would give."""

from __future__ import annotations

import math

import numpy as np
import pytest

from experiments.design.paths import Range, by_document, element_of, full_path, value_at, with_values
from sim.errors import UserError
from sim.schemes.behaviour import Behaviour
from sim.schemes.load import load_behaviour, load_organisation, load_scheme
from sim.schemes.paths import SHARES
from sim.schemes.scheme import Scheme
from sim.schemes.words import element_paths

#: A path that leads nowhere, and what the message must hold.
NOWHERE = [
    ("crowdin", "did you mean crowding?"),
    ("behaviour.crowdin", "did you mean behaviour.crowding?"),
    ("behaviour", "there is no such element"),
    ("behaviour.", "there is no such element"),
    ("", "there is no such element"),
    (".", "there is no such element"),
    ("a..b", "there is no such element"),
    ("scheme", "there is no such element"),
    ("bonus_per_point", "did you mean scheme.application.explicit.bonus_per_point?"),
    ("application.explicit.bonus", "did you mean application.explicit.bonus_per_point?"),
    ("aplication.explicit.bonus_per_point", "did you mean application.explicit.bonus_per_point?"),
    ("scheme.aplication.explicit.bonus_per_point", "did you mean scheme.application.explicit.bonus_per_point?"),
    ("application.explicit.bonus_per_point.more", "nothing below it"),
    ("behaviour.crowding.0", "nothing below it"),
    ("application", "a section cannot be varied as a whole"),
    ("organisation.branches", "cannot vary this"),
    ("organisation.branches.0", "a section cannot be varied as a whole"),
    ("organisation.branches.resources", "did you mean organisation.branches.*.resources?"),
    ("organisation.branches.0.resorces", "did you mean organisation.branches.0.resources?"),
    ("organisation.branches.-1.resources", "an index from 0, or *"),
    ("organisation.*.resources", "there is no such element"),
    ("behaviour.*", "there is no such element"),
    ("scheme.name", "cannot vary this"),
    ("scheme.title", "cannot vary this"),
    ("organisation.sequences", "cannot vary this"),
    ("organization.branches.0.resources", "there is no such element"),
    ("plan.indicators.revenue", "a section cannot be varied as a whole"),
    ("plan.indicators.revenue.wieght", "did you mean plan.indicators.revenue.weight?"),
    ("superior.rank_demand", "did you mean superior.rank_demanded?"),
    ("Behaviour.crowding", "there is no such element"),
]


@pytest.mark.parametrize(("path", "told"), NOWHERE)
def test_a_path_that_leads_nowhere_is_told_with_the_nearest(path: str, told: str) -> None:
    with pytest.raises(UserError) as caught:
        element_of(path)
    assert told in str(caught.value)


#: A value that its element cannot take.
REFUSED = [
    ("behaviour.crowding", 9, "too large"),
    ("behaviour.crowding", -2.0001, "too small"),
    ("behaviour.crowding", True, "wrong type"),
    ("behaviour.crowding", "0.5", "wrong type"),
    ("behaviour.crowding", None, "wrong type"),
    ("behaviour.crowding", [0.5], "wrong type"),
    ("behaviour.crowding", math.nan, "not a finite number"),
    ("behaviour.crowding", math.inf, "not a finite number"),
    ("behaviour.cost", 0.0, "too small"),
    ("application.applied", 1.01, "too large"),
    ("appraisal.interval", 1.5, "not a whole number"),
    ("appraisal.interval", 0, "too small"),
    ("appraisal.interval", 121, "too large"),
    ("appraisal.grades.peer_group", "buro", "did you mean bureau?"),
    ("appraisal.grades.peer_group", 1, "unknown choice"),
    ("appraisal.grades.peer_group", True, "unknown choice"),
    ("plan.indicators.key_work.weight", 0.0, "too small"),
    ("plan.indicators.key_work.weight", 1.1, "too large"),
    ("plan.indicators.nobody.weight", 0.5, "no such entry"),
    ("appraisal.appraisers.superior", 1.2, "too large"),
    ("plan.result.performance", -0.1, "too small"),
    ("organisation.branches.99.resources", 0.5, "0 to 4, or *"),
    ("organisation.branches.county_seat.resources", 0.5, "an index from 0"),
    ("organisation.offices.0.tasks.nobody", 0.5, "no such entry"),
    ("organisation.service.cadres", 100, "no such"),
]


@pytest.mark.parametrize(("path", "value", "told"), REFUSED)
def test_a_value_that_an_element_cannot_take_is_refused(path: str, value: object, told: str) -> None:
    with pytest.raises(UserError) as caught:
        document = {
            "scheme": load_scheme("municipal_closed_loop"),
            "behaviour": Behaviour(),
            "organisation": load_organisation("county_bureau"),
        }[element_of(path).document]
        with_values(document, {path: value})
    assert told in str(caught.value)


def test_values_that_do_not_fit_together_are_refused() -> None:
    scheme = load_scheme("forced_ranking")
    with pytest.raises(UserError, match="more than everybody"):
        with_values(scheme, {"appraisal.grades.top_share": 0.7, "appraisal.grades.bottom_share": 0.4})
    with pytest.raises(UserError, match="must rise"):
        with_values(scheme, {"appraisal.grades.bottom_threshold": 1.2})
    with pytest.raises(UserError, match="make more than 1"):
        with_values(scheme, {"appraisal.appraisers.superior": 0.7, "appraisal.appraisers.peers": 0.7})
    with pytest.raises(UserError, match="nothing is there to fill the rest"):
        with_values(load_scheme("base"), {"appraisal.appraisers.superior": 0.7})


def test_a_path_of_one_document_is_no_path_of_another() -> None:
    with pytest.raises(UserError, match="this is an element of the behaviour"):
        with_values(load_scheme("base"), {"crowding": 0.1})


def _shared(path: tuple[str, ...]) -> bool:
    return any(len(path) == len(p) and all(b in (None, "*", a) for a, b in zip(path, p, strict=True)) for p in SHARES["scheme"])


PLAIN = [".".join(path) for path in element_paths(Scheme) if path[0] not in ("name", "title", "summary") and not _shared(path)]


@pytest.mark.parametrize("path", [path for path in PLAIN if path != "plan.indicators"])
def test_every_element_of_a_scheme_changes_as_a_file_would_change_it(path: str) -> None:
    element = element_of(path)
    scheme = load_scheme("municipal_closed_loop")
    if element.kind == "choice":
        values = [choice for choice in element.choices if not (path == "appraisal.joint_scope" and choice == "cadre")]
    else:
        low = max(element.low, 0.0)
        values = [int(low), int(low) + 1] if element.kind == "whole" else [low, value_at(scheme, path)]
    for value in values:
        try:
            expected = load_scheme("municipal_closed_loop", changes={path: value})
        except UserError:
            with pytest.raises(UserError):
                with_values(scheme, {path: value})
            continue
        assert with_values(scheme, {path: value}) == expected


@pytest.mark.parametrize("name", list(Behaviour.model_fields))
def test_every_parameter_of_behaviour_can_be_set_to_its_ends(name: str) -> None:
    behaviour, element = load_behaviour(), element_of(f"behaviour.{name}")
    assert element_of(name) is not element and full_path(name) == f"behaviour.{name}"
    for end in (element.low, element.high):
        if math.isfinite(end):
            assert value_at(with_values(behaviour, {name: end}), name) == end
            beyond = end - 1 if end == element.low else end + 1
            with pytest.raises(UserError):
                with_values(behaviour, {name: beyond})


def test_what_is_not_touched_is_shared_and_the_old_document_stays() -> None:
    scheme = load_scheme("forced_ranking")
    changed = with_values(scheme, {"application.explicit.top_prize": 0.123})
    assert changed.application.explicit.top_prize == 0.123 != scheme.application.explicit.top_prize
    assert changed.plan is scheme.plan and changed.appraisal is scheme.appraisal
    assert with_values(scheme, {}) is scheme


def test_shares_keep_their_proportions() -> None:
    scheme = load_scheme("municipal_closed_loop")
    before = {name: indicator.weight for name, indicator in scheme.plan.indicators.items()}
    first, *others = before
    after = with_values(scheme, {f"plan.indicators.{first}.weight": 0.5}).plan.indicators
    assert after[first].weight == 0.5
    assert sum(indicator.weight for indicator in after.values()) == pytest.approx(1.0)
    for name in others:
        assert after[name].weight / before[name] == pytest.approx(0.5 / (1 - before[first]))


def test_a_star_means_every_entry() -> None:
    bureau = load_organisation("county_bureau")
    after = with_values(bureau, {"branches.*.resources": 0.25, "branches.*.departments.*.cadres": 4})
    assert {branch.resources for branch in after.branches} == {0.25}
    assert {unit.cadres for branch in after.branches for unit in branch.departments} == {4}
    assert [office.cadres for office in after.offices] == [office.cadres for office in bureau.offices]


def test_numpy_numbers_are_numbers() -> None:
    assert value_at(with_values(Behaviour(), {"crowding": np.float64(0.5)}), "crowding") == 0.5
    assert value_at(with_values(load_scheme("base"), {"appraisal.interval": np.int64(6)}), "appraisal.interval") == 6


def test_paths_are_sorted_by_document() -> None:
    found = by_document(["crowding", "appraisal.interval", "branches.0.resources"])
    assert found == {"scheme": ["appraisal.interval"], "organisation": ["branches.0.resources"], "behaviour": ["crowding"]}


# --- ranges


def test_a_range_runs_from_end_to_end() -> None:
    span = Range.of("crowding", -1, 1)
    assert [span.value(u) for u in (0.0, 0.5, 1.0)] == [-1.0, 0.0, 1.0]
    assert span.levels(5) == [-1.0, -0.5, 0.0, 0.5, 1.0]


def test_a_log_range_spreads_over_orders_of_magnitude() -> None:
    span = Range.of("cost", 0.01, 1, scale="log")
    assert span.value(0.5) == pytest.approx(0.1)
    assert (span.value(0.0), span.value(1.0)) == (0.01, 1.0)


def test_whole_numbers_and_choices_get_equal_chances() -> None:
    shares = (np.arange(1200) + 0.5) / 1200
    whole = Range.of("process.tracking_interval", 1, 4)
    assert np.bincount([whole.value(u) for u in shares]).tolist() == [0, 300, 300, 300, 300]
    assert whole.value(1.0) == 4 and isinstance(whole.value(0.3), int)
    choice = Range.of("appraisal.grades.peer_group", choices=["bureau", "branch"])
    assert [choice.value(u) for u in (0.0, 0.49, 0.51, 1.0)] == ["bureau", "bureau", "branch", "branch"]
    assert Range.of("appraisal.grades.peer_group").choices == ("department", "branch", "sequence", "bureau")


@pytest.mark.parametrize(
    ("path", "given"),
    [
        ("crowding", {"low": 1, "high": 0}),
        ("crowding", {"low": 0.5, "high": 0.5}),
        ("crowding", {"low": 0.5}),
        ("crowding", {}),
        ("crowding", {"low": -3, "high": 1}),
        ("crowding", {"low": 0, "high": 1, "scale": "log"}),
        ("crowding", {"choices": [0.5]}),
        ("crowding", {"choices": [0.5, 0.5]}),
        ("crowding", {"choices": [0.5, "x"]}),
        ("appraisal.grades.peer_group", {"low": 0, "high": 1}),
        ("appraisal.grades.peer_group", {"choices": ["bureau", "nobody"]}),
        ("appraisal.interval", {"low": 1.5, "high": 3}),
        ("plan.indicators.x.tasks", {}),
    ],
)
def test_a_range_that_is_none_is_refused(path: str, given: dict) -> None:
    with pytest.raises(UserError):
        Range.of(path, **given)
