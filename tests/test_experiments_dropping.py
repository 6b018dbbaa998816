"""What dropping schemes costs intervals: the exact chance to miss against plain simulation, and what follows from it."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.statistics.dropping import MULTIPLIERS, TRUTHS, ZONES, _errors, errors_at_the_end, where_dropped
from experiments.statistics.intervals import normal_quantile
from experiments.statistics.selection import caution
from experiments.statistics.sequential import always_valid, looks_up_to

LOOKS = looks_up_to(300)


def simulated(margin: float, zone: float, truth: float, multiplier: float, studies: int = 40_000) -> float:
    """Chance to miss of one difference with luck of 1, followed draw by draw until it is beyond the margin."""
    rng = np.random.default_rng(5)
    total, before = np.zeros(studies), 0
    going, missed = np.ones(studies, bool), np.zeros(studies, bool)
    for n in LOOKS:
        total += rng.normal(truth * (n - before), np.sqrt(n - before), studies)
        ends = going & ((np.abs(total) > max(0.0, margin - n * zone / 2)) | (n == LOOKS[-1]))
        missed |= ends & (np.abs(total - truth * n) > multiplier * np.sqrt(n))
        going, before = going & ~ends, n
    assert not going.any()
    return float(missed.mean())


@pytest.mark.parametrize(("zone", "truth"), [(0.1, 0), (0.1, 5), (0.2, 8), (0.4, 3)])
def test_the_recursion_is_what_simulation_finds(zone: float, truth: int) -> None:
    margin = caution(20, 4) / (2 * zone)
    column = int(np.argmin(abs(MULTIPLIERS - 2.0)))
    exact = _errors(LOOKS, margin, zone)[truth, column]
    assert simulated(margin, zone, TRUTHS[truth] * zone, MULTIPLIERS[column]) == pytest.approx(exact, abs=0.0035)


def test_dropping_costs_something_but_less_than_looking_at_any_time() -> None:
    for schemes in (2, 6, 20):
        half = where_dropped(LOOKS, schemes, (0.05, 0.5))
        assert normal_quantile(0.05) + 0.1 < half < always_valid(LOOKS, 0.05) - 0.3


def test_ends_that_were_fixed_beforehand_cost_nothing() -> None:
    """One look only, or a zone so wide that the first look ends it."""
    plain = normal_quantile(0.05)
    assert where_dropped((20,), 5, (0.1, 0.1)) == pytest.approx(plain, abs=0.005)
    assert where_dropped(LOOKS, 5, (4.0, 9.0)) == pytest.approx(plain, abs=0.005)


def test_the_widest_zone_in_between_counts() -> None:
    narrow, wide = where_dropped(LOOKS, 2, (0.02, 0.02)), where_dropped(LOOKS, 2, (0.02, 2.0))
    assert narrow < wide
    assert wide == max(where_dropped(LOOKS, 2, (float(zone), float(zone))) for zone in ZONES)


def test_smaller_chances_to_miss_take_wider_intervals() -> None:
    halves = [where_dropped(LOOKS, 3, (0.1, 0.1), error) for error in (0.1, 0.05, 0.01, 0.001)]
    assert halves == sorted(halves)
    assert halves[-1] > normal_quantile(0.001)
    assert (np.diff(errors_at_the_end(LOOKS, 3, float(ZONES[8]))) <= 1e-9).all()
