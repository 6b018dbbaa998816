"""Closed forms of theory: the ordinary model, everything else off, against formulas (model.md, section 6).

Every form at its examples and at ten points drawn from its ranges; within 1 %, or the formula within the 99 % interval where luck
is needed. The formulas are also held against the numbers printed with them, so that a slip in
`experiments.evidence.theory` shows too.
"""

from __future__ import annotations

import math

import pytest

from experiments.evidence.limits import Check, Trial, check_limit, limit_names, load_limit, mean, measured, value_of
from experiments.evidence.theory import FORMS

NAMES = limit_names()


def told(checks: list[Check]) -> str:
    return "\n".join(
        f"{c.limit} {c.measure} at {c.label}: simulated {c.simulated:.5f}, formula {c.formula:.5f} ({c.error:.2%})"
        for c in checks
    )


def test_every_closed_form_has_its_limit() -> None:
    assert set(NAMES) == set(FORMS) and len(NAMES) == 17


@pytest.mark.parametrize("name", NAMES)
def test_the_model_reaches_the_limit(name: str) -> None:
    checks = check_limit(name)
    labels = {check.label for check in checks}
    assert sum(label.startswith("point") for label in labels) == 10 and "example" in labels
    missed = [check for check in checks if not check.is_met]
    assert not missed, told(missed)


@pytest.mark.parametrize("name", NAMES)
def test_the_formula_gives_the_printed_numbers(name: str) -> None:
    limit = load_limit(name)
    for label, point, printed in limit.printed_points():
        expects = limit.expects(point)
        for measure, number in printed.items():
            places = len(f"{number:g}".partition(".")[2])
            assert math.isclose(expects[measure], number, abs_tol=0.51 * 10.0**-places), (label, measure, expects[measure])


def test_points_are_drawn_once_and_for_all() -> None:
    limit = load_limit("tournament_of_many")
    assert limit.random_points() == limit.random_points()
    assert all(isinstance(point["n"], int) for point in limit.random_points())


def test_expressions() -> None:
    assert value_of("2*sqrt(x) - y/4", {"x": 9.0, "y": 2.0}) == 5.5
    assert value_of("abs(x - y) > 1", {"x": 1.0, "y": 3.0})
    for nonsense in ("__import__('os')", "x.real", "[x]", "x if x else 1"):
        with pytest.raises((ValueError, KeyError)):
            value_of(nonsense, {"x": 1.0})


def test_looking_ahead_is_what_makes_the_ratchet() -> None:
    """The neutral planning horizon is myopic: without it the slope stays whole."""
    limit = load_limit("ratchet")
    blind = Trial(limit, limit.example, 1).changed({"behaviour.planning_horizon": 0.0})
    assert mean(blind, "effort") == pytest.approx(limit.example["slope"] / limit.example["c"])


def test_prizes_set_against_rivals_cost_output_only_where_sabotage_is_cheap() -> None:
    limit = load_limit("sabotage")
    cheap = measured(limit, limit.example | {"c": 2.0, "kappa": 1.0})["net_output"].value
    dear = measured(limit, limit.example | {"c": 1.0, "kappa": 2.0})["net_output"].value
    assert cheap < 0.0 < dear
