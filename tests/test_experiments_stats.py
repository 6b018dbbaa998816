"""Paired differences: against scipy, with missing values, and their coverage."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats as scipy_stats

from experiments.stats import half_width, is_settled, mean_present, paired_difference, student_quantile


def test_interval_is_the_t_interval_of_scipy() -> None:
    rng = np.random.default_rng(3)
    values, baseline = rng.normal(1, 1, (12, 4)), rng.normal(0, 1, (12, 4))
    paired = paired_difference(values, baseline)
    for column in range(4):
        known = scipy_stats.ttest_rel(values[:, column], baseline[:, column]).confidence_interval(0.95)
        assert paired.low[column] == pytest.approx(known.low)
        assert paired.high[column] == pytest.approx(known.high)
    assert np.allclose(paired.difference, (values - baseline).mean(axis=0))
    assert (paired.n == 12).all()
    assert (paired.missing == 0).all()


def test_missing_values_never_enter_a_mean() -> None:
    values = np.array([[1.0, np.nan], [3.0, np.nan], [np.nan, np.nan]])
    baseline = np.array([[0.0, 1.0], [np.nan, 1.0], [2.0, 1.0]])
    paired = paired_difference(values, baseline)
    assert paired.mean[0] == 2.0
    assert paired.difference[0] == 1.0
    assert paired.n.tolist() == [1, 0]
    assert paired.missing.tolist() == [1, 3]
    assert np.isnan([paired.mean[1], paired.difference[1], paired.low[0], paired.high[0], paired.low[1]]).all()


def test_equal_schemes_differ_by_exactly_zero() -> None:
    values = np.random.default_rng(1).normal(size=(9, 3))
    paired = paired_difference(values, values.copy())
    assert (paired.difference == 0).all()
    assert (paired.low == 0).all()
    assert (paired.high == 0).all()


def test_shapes_must_agree() -> None:
    with pytest.raises(ValueError, match="shapes differ"):
        paired_difference(np.zeros((2, 3)), np.zeros((3, 3)))


def test_intervals_cover_what_they_promise() -> None:
    rng = np.random.default_rng(11)
    differences = 0.3 + rng.normal(0, 2.0, (8, 4000))
    centre, half = mean_present(differences), half_width(differences)
    assert 0.935 < (np.abs(centre - 0.3) <= half).mean() < 0.965


@pytest.mark.parametrize(
    ("low", "high", "settled"), [(0.1, 0.2, True), (-2, -1, True), (-1, 1, False), (0, 1, False), (np.nan, np.nan, False)]
)
def test_settled_means_that_the_interval_excludes_zero(low: float, high: float, settled: bool) -> None:
    assert is_settled(low, high) is settled


def test_quantile_needs_two_values() -> None:
    assert np.isnan(student_quantile(np.array([0, 1]))).all()
    assert student_quantile(np.array([5]))[0] == pytest.approx(scipy_stats.t.ppf(0.975, 4))
