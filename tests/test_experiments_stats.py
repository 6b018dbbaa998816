"""Paired differences: against scipy, with missing values, and their coverage."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats as scipy_stats

from experiments.statistics.intervals import (
    error_of,
    half_width,
    is_settled,
    mean_present,
    mean_with_interval,
    normal_quantile,
    paired_difference,
    pooled_shares,
    probability_of_being_best,
    simultaneous_multiplier,
    student_quantile,
)


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


def test_one_mean_has_the_t_interval_of_scipy_over_the_values_present() -> None:
    values = np.random.default_rng(4).normal(2.0, 3.0, 17)
    known = scipy_stats.ttest_1samp(values, 0.0).confidence_interval(0.9)
    for given in (values, np.append(values, np.nan)):
        assert mean_with_interval(given, 0.9) == pytest.approx((values.mean(), known.low, known.high))
    assert np.isnan(mean_with_interval(np.array([1.0]))[1:]).all() and np.isnan(mean_with_interval(np.array([np.nan]))).all()


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


def test_pooled_shares_are_the_ratio_of_sums() -> None:
    rng = np.random.default_rng(3)
    wholes = rng.uniform(1, 9, (2, 200))
    shares = rng.uniform(0, 1, (2, 200))
    shares[0, 5] = np.nan
    values = pooled_shares(shares, wholes)
    known = ~np.isnan(shares[0])
    assert np.isnan(values[0, 5])
    assert mean_present(values[0][:, None])[0] == pytest.approx((shares[0] * wholes[0])[known].sum() / wholes[0][known].sum())
    resampled = [
        (shares[1][chosen] * wholes[1][chosen]).sum() / wholes[1][chosen].sum() for chosen in rng.integers(0, 200, (4000, 200))
    ]
    assert half_width(values[1][:, None])[0] == pytest.approx(1.97 * np.std(resampled), rel=0.05), "the bootstrap's interval"
    wholes[1, 3] = np.nan
    np.testing.assert_allclose(pooled_shares(shares, wholes)[1], shares[1], err_msg="unknown wholes: the mean over runs")


# --- many schemes at once ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("schemes", "known"), [(1, 1.960), (2, 2.212), (5, 2.511), (10, 2.716)])
def test_simultaneous_multiplier_is_dunnetts(schemes: int, known: float) -> None:
    """Differences to a baseline of equal noise are correlated by a half: Dunnett (1964), two-sided, 5 %, many degrees."""
    rng = np.random.default_rng(2)
    noise = rng.normal(size=(200_000, schemes + 1))
    assert simultaneous_multiplier(noise[:, 1:] - noise[:, :1]) == pytest.approx(known, abs=0.02)


def test_simultaneous_intervals_cover_all_at_once() -> None:
    rng = np.random.default_rng(12)
    truth = np.linspace(-1, 1, 6)
    held = []
    for _ in range(600):
        differences = truth + rng.normal(size=(40, 6)) * np.geomspace(0.2, 5, 6) + rng.normal(size=(40, 1))
        half = half_width(differences, 1 - error_of(simultaneous_multiplier(differences)))
        held.append((np.abs(differences.mean(axis=0) - truth) <= half).all())
    assert 0.925 < np.mean(held) < 0.975


@pytest.mark.parametrize(("replicates", "schemes"), [(3, 11), (5, 25)])
def test_simultaneous_intervals_cover_with_few_replicates(replicates: int, schemes: int) -> None:
    """The correlation of a few replicates has few directions: taken at its word it makes eleven schemes look like two."""
    rng, held = np.random.default_rng(3), []
    for _ in range(300):
        differences = rng.normal(size=(replicates, schemes)) - rng.normal(size=(replicates, 1))
        half = half_width(differences, 1 - error_of(simultaneous_multiplier(differences)))
        held.append((np.abs(differences.mean(axis=0)) <= half).all())
    assert np.mean(held) > 0.92


def test_simultaneous_multiplier_of_odd_families() -> None:
    rng = np.random.default_rng(1)
    one = rng.normal(size=(30, 1))
    assert simultaneous_multiplier(np.hstack([one, one, -one])) == pytest.approx(1.96, abs=0.03), "one and the same difference"
    assert simultaneous_multiplier(np.hstack([one, np.zeros((30, 4))])) == pytest.approx(1.96, abs=1e-3), "four are certain"
    assert simultaneous_multiplier(np.zeros((30, 4))) == pytest.approx(1.96, abs=1e-3)
    assert simultaneous_multiplier(np.empty((0, 0))) == pytest.approx(1.96, abs=1e-3)
    sidak = normal_quantile(1 - 0.95 ** (1 / 4))
    assert simultaneous_multiplier(rng.normal(size=(2, 4))) == pytest.approx(sidak)
    holes = rng.normal(size=(30, 2))
    holes[:15, 0], holes[15:, 1] = np.nan, np.nan
    assert simultaneous_multiplier(holes) == pytest.approx(normal_quantile(1 - 0.95**0.5))


def test_error_and_quantile_are_inverse() -> None:
    assert error_of(normal_quantile(0.03)) == pytest.approx(0.03)


def test_probability_of_being_best_by_hand() -> None:
    """Two schemes whose difference has mean m and spread s: the chance is that of a normal beyond -m/s."""
    rng = np.random.default_rng(4)
    luck = rng.normal(size=(400, 1))
    first, second = luck + rng.normal(0, 1, (400, 1)) + 0.05, luck + rng.normal(0, 1, (400, 1))
    difference = (first - second)[:, 0]
    expected = scipy_stats.norm.cdf(difference.mean() / (difference.std() / 20))
    share = probability_of_being_best(np.stack([first, second]), np.array([1]))
    assert share[0, 0] == pytest.approx(expected, abs=0.03)
    assert share.sum() == pytest.approx(1.0)
    assert probability_of_being_best(np.stack([first, second]), np.array([-1]))[1, 0] == pytest.approx(share[0, 0])


@pytest.mark.parametrize("n", [2, 3, 4, 8, 30])
def test_the_chance_of_being_best_says_no_more_than_the_interval(n: int) -> None:
    """Of two schemes: the t law of their paired difference, however few the replicates; at the end of the interval 97.5 %."""
    rng = np.random.default_rng(n)
    baseline = rng.normal(size=(n, 1))
    difference = rng.normal(size=(n, 1))
    half = half_width(difference)
    at_the_end = difference - difference.mean() + half
    share = probability_of_being_best(np.stack([baseline + at_the_end, baseline]), np.array([1]), draws=40_000)
    assert share[0, 0] == pytest.approx(0.975, abs=0.004)
    halfway = scipy_stats.t.cdf(scipy_stats.t.ppf(0.975, n - 1) / 2, n - 1)
    share = probability_of_being_best(np.stack([baseline + at_the_end - half / 2, baseline]), np.array([1]), draws=40_000)
    assert share[0, 0] == pytest.approx(halfway, abs=0.01)


def test_of_two_schemes_alike_each_is_best_with_even_chances() -> None:
    """Called surely best as often as an interval of 95 % misses, one in twenty, also after four replicates."""
    rng = np.random.default_rng(11)
    chances = np.array([probability_of_being_best(rng.normal(size=(2, 4, 1)), np.ones(1), draws=500)[0, 0] for _ in range(600)])
    assert ((chances > 0.975) | (chances < 0.025)).mean() == pytest.approx(0.05, abs=0.025)


def test_one_replicate_does_not_say_who_is_best() -> None:
    values = np.array([[[1.0]], [[2.0]]])
    assert np.isnan(probability_of_being_best(values, np.ones(1))).all()
    mixed = np.array([[[1.0], [1.1]], [[9.0], [np.nan]]])
    assert probability_of_being_best(mixed, np.ones(1))[0, 0] == 1.0
    assert np.isnan(probability_of_being_best(mixed, np.ones(1))[1, 0])


def test_probability_of_being_best_with_ties_missing_values_and_no_direction() -> None:
    rng = np.random.default_rng(5)
    values = rng.normal(size=(4, 20, 3))
    values[1] = values[0] = values[0] + 50.0
    values[3, :, 0] = np.nan
    values[2, 10:, 0] = np.nan
    values[:, :, 2] = np.nan
    share = probability_of_being_best(values, np.array([1, 0, 1]))
    assert share[:3, 0].tolist() == [0.5, 0.5, 0.0]
    assert np.isnan(share[3, 0])
    assert np.isnan(share[:, 1:]).all()
    again = probability_of_being_best(values, np.array([1, 0, 1]))
    np.testing.assert_array_equal(share, again)
