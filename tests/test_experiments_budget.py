"""Equal budgets: the cost is reached, and what is left alone is said."""

from __future__ import annotations

import numpy as np
import pytest
from experiments_fake import design, fake_core, scheme

from experiments.runs.budget import TOLERANCE, equalise, pilot_costs
from sim.errors import UserError
from sim.outcomes import OUTCOME_NAMES


def test_costs_become_equal_to_the_baselines() -> None:
    asked = design(
        [scheme("paid", bonus_per_point=0.3), scheme("dear", top_prize=2.5), scheme("cheap", second_prize=0.01), scheme("free")]
    )
    equal, budget = equalise(asked, core=fake_core)
    costs = pilot_costs(equal, range(4), None, fake_core)
    for name in ("dear", "cheap"):
        assert costs[name] == pytest.approx(costs["paid"], rel=2 * TOLERANCE)
    assert costs["free"] == 0
    assert equal.schemes[0] == asked.schemes[0], "the baseline is never changed"
    assert equal.schemes[3] == asked.schemes[3]
    assert budget.target == pytest.approx(costs["paid"])
    said = " ".join(budget.sentences())
    assert "the cost of paid" in said
    assert "free: has no explicit rewards, unchanged" in said
    assert "paid: the baseline, unchanged" in said


def test_a_baseline_that_pays_nothing_sets_the_mean_of_those_that_pay() -> None:
    asked = design([scheme("free"), scheme("one", bonus_per_point=0.1), scheme("two", top_prize=0.3)])
    before = pilot_costs(asked, range(4), None, fake_core)
    equal, budget = equalise(asked, core=fake_core)
    after = pilot_costs(equal, range(4), None, fake_core)
    assert budget.target == pytest.approx(np.mean([before["one"], before["two"]]))
    assert after["one"] == pytest.approx(after["two"], rel=2 * TOLERANCE)
    assert "free pays nothing" in budget.origin


def test_nobody_pays() -> None:
    with pytest.raises(UserError, match="no scheme pays"):
        equalise(design([scheme("one"), scheme("two")]), core=fake_core)


def test_cuts_alone_cannot_reach_a_budget() -> None:
    equal, budget = equalise(design([scheme("paid", top_prize=0.5), scheme("cuts", bottom_cut=0.4)]), core=fake_core)
    assert "cost nothing on balance" in budget.scalings[1].note
    assert equal.schemes[1].application.explicit.bottom_cut == 0.4


def test_bounds_stop_the_search() -> None:
    asked = design([scheme("rich", top_prize=900.0), scheme("bound", bonus_per_point=90.0)])
    equal, budget = equalise(asked, core=fake_core)
    assert "leaves their bounds" in budget.scalings[1].note
    assert equal.schemes[1].application.explicit.bonus_per_point <= 100


def test_a_cost_that_does_not_answer_is_admitted() -> None:
    def stubborn(one):  # type: ignore[no-untyped-def]
        def simulate(replicate: int):  # type: ignore[no-untyped-def]
            records = fake_core(one)(replicate)
            for record in records:
                record.outcomes[OUTCOME_NAMES.index("bonus_cost")] = 1.0 if record.scheme == "paid" else 0.2
            return records

        return simulate

    _, budget = equalise(design([scheme("paid", top_prize=0.5), scheme("stuck", second_prize=1e-6)]), core=stubborn)
    assert "not reached" in budget.scalings[1].note


def test_factors_are_the_same_whatever_the_workers() -> None:
    asked = design([scheme("paid", bonus_per_point=0.3), scheme("dear", top_prize=2.5)])
    assert equalise(asked, core=fake_core, workers=1)[1] == equalise(asked, core=fake_core, workers=4)[1]
