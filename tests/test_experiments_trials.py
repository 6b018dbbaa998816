"""Trials with known answers: estimators on planted effects and on none, lots that balance, correlations inside clusters."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from experiments.statistics.trials import (
    TrialEstimate,
    before_after,
    best_order,
    drawn_order,
    imbalance,
    intra_cluster,
    period_of,
    stepped_wedge,
    two_arms,
    wave_of,
)  # fmt: skip

TRIALS = 1500


def test_two_arms_is_the_t_test() -> None:
    gains = np.random.default_rng(1).normal(size=10)
    treated = np.arange(10) < 5
    estimate = two_arms(gains, treated)
    expected = stats.ttest_ind(gains[treated], gains[~treated])
    assert estimate.effect / estimate.error == pytest.approx(expected.statistic)
    interval = expected.confidence_interval(0.95)
    assert estimate.half_width(0.05) == pytest.approx((interval.high - interval.low) / 2)
    assert estimate.finds(0.05) == (expected.pvalue < 0.05)


def test_before_after_is_the_paired_t_test() -> None:
    gains = np.random.default_rng(2).normal(size=7)
    estimate = before_after(gains)
    assert estimate.effect / estimate.error == pytest.approx(stats.ttest_1samp(gains, 0.0).statistic)


def test_a_stepped_wedge_is_least_squares_with_dummies() -> None:
    rng = np.random.default_rng(3)
    values = rng.normal(size=(5, 8))
    treated = (np.arange(5)[:, None] > wave_of(8, 4)).astype(float)
    rows, columns = np.meshgrid(np.arange(5), np.arange(8), indexing="ij")
    dummies = np.column_stack([rows.ravel()[:, None] == np.arange(5), columns.ravel()[:, None] == np.arange(1, 8)])
    coefficients = np.linalg.lstsq(np.column_stack([treated.ravel(), dummies]), values.ravel(), rcond=None)[0]
    assert stepped_wedge(values, treated).effect == pytest.approx(coefficients[0])


def test_a_stepped_wedge_without_luck_finds_the_effect_to_the_digit() -> None:
    treated = (np.arange(5)[:, None] > wave_of(8, 4)).astype(float)
    values = np.arange(5.0)[:, None] ** 2 + np.arange(8.0) + 0.25 * treated
    estimate = stepped_wedge(values, treated)
    assert estimate.effect == pytest.approx(0.25)
    assert estimate.error == pytest.approx(0.0, abs=1e-9)


def test_a_stepped_wedge_finds_an_effect_that_grows_to_the_digit() -> None:
    """One effect for all exposures would give a third of it; effects may even come out with the wrong sign."""
    exposure = np.maximum(0, np.arange(5)[:, None] - wave_of(8, 4))
    effects = np.array([0.0, 0.1, 0.4, 0.9, 1.6])
    estimate = stepped_wedge(np.arange(5.0)[:, None] ** 2 + np.arange(8.0) + effects[exposure], exposure)
    assert estimate.effect == pytest.approx(effects[exposure][exposure > 0].mean())
    alike = stepped_wedge(np.arange(5.0)[:, None] ** 2 + np.arange(8.0) + effects[exposure], (exposure > 0).astype(int))
    assert alike.effect < 0.5 * estimate.effect


def test_a_wedge_of_one_branch_a_wave_knows_how_little_it_knows() -> None:
    exposure = np.maximum(0, np.arange(5)[:, None] - wave_of(4, 4))
    estimate = stepped_wedge(np.random.default_rng(4).normal(size=(5, 4)), exposure)
    assert np.isfinite(estimate.effect) and estimate.error > 0.3


def drawn_wedge(rng: np.random.Generator, clusters: int, effect: float) -> TrialEstimate:
    """A wedge whose branches have levels of their own and luck that lasts, as branches do."""
    periods = 5
    luck = rng.normal(size=(periods, clusters))
    for p in range(1, periods):
        luck[p] = 0.6 * luck[p - 1] + 0.8 * luck[p]
    exposure = np.maximum(0, np.arange(periods)[:, None] - wave_of(clusters, 4))
    levels = 3.0 * rng.normal(size=clusters) + np.arange(periods)[:, None]
    return stepped_wedge(levels + luck + effect * (exposure > 0), exposure)


@pytest.mark.parametrize("clusters", [6, 8, 12])
def test_a_wedge_finds_nothing_where_there_is_nothing(clusters: int) -> None:
    rng = np.random.default_rng(clusters)
    found = sum(drawn_wedge(rng, clusters, 0.0).finds(0.05) for _ in range(TRIALS))
    assert 0.02 < found / TRIALS < 0.07


@pytest.mark.parametrize("effect", [0.0, 1.5])
def test_intervals_hold_the_planted_effect(effect: float) -> None:
    rng = np.random.default_rng(5)
    wedges = [drawn_wedge(rng, 8, effect) for _ in range(TRIALS)]
    arms = [two_arms(rng.normal(size=8) + effect * (np.arange(8) < 4), np.arange(8) < 4) for _ in range(TRIALS)]
    for trials, low, high in ((wedges, 0.93, 0.985), (arms, 0.935, 0.965)):
        covered = np.mean([abs(trial.effect - effect) <= trial.half_width(0.05) for trial in trials])
        assert low < covered < high
        assert np.mean([trial.effect for trial in trials]) == pytest.approx(effect, abs=0.07)


def test_an_effect_without_luck_is_found_and_none_is_not() -> None:
    assert TrialEstimate(0.1, 0.0, 4).finds(0.05)
    assert not TrialEstimate(0.0, 0.0, 4).finds(0.05)
    assert not TrialEstimate(1e-15, 0.0, 4).finds(0.05), "rounding is no evidence"


# --- lots ------------------------------------------------------------------------------------------------------------


def test_every_branch_is_as_likely_as_any_other() -> None:
    rng = np.random.default_rng(6)
    drawn = np.array([drawn_order(12, 8, rng) for _ in range(3000)])
    assert all(len(set(order)) == 8 for order in drawn)
    treated = np.bincount(drawn[:, :4].ravel(), minlength=12) / len(drawn)
    np.testing.assert_allclose(treated, 1 / 3, atol=0.04)


def test_the_proposed_branches_are_balanced_and_stand_for_all() -> None:
    traits = np.column_stack([np.repeat([1.0, 2.0, 3.0, 4.0], 3), np.tile([0.0, 1.0, 2.0], 4)])
    order = best_order(traits, 8, np.random.default_rng(7))
    assert imbalance(traits, order[None])[0] < 0.1
    np.testing.assert_allclose(traits[order].mean(axis=0), traits.mean(axis=0), atol=0.3)


def test_traits_that_do_not_differ_count_nothing() -> None:
    assert imbalance(np.ones((4, 2)), np.array([[0, 1, 2, 3]]))[0] == 0.0


@pytest.mark.parametrize(("n", "waves"), [(8, 4), (6, 4), (4, 4), (5, 8), (12, 5)])
def test_waves_are_even_and_periods_cover_all_months(n: int, waves: int) -> None:
    wave = wave_of(n, waves)
    counts = np.bincount(wave)
    assert counts.max() - counts.min() <= 1 and len(counts) == min(n, waves)
    period = period_of(13, len(counts) + 1)
    assert len(period) == 13 and set(period) == set(range(len(counts) + 1)) and (np.diff(period) >= 0).all()


# --- correlation and shares ------------------------------------------------------------------------------------------


def test_the_intra_cluster_correlation_that_was_planted() -> None:
    rng = np.random.default_rng(8)
    sizes = rng.integers(5, 40, size=400)
    cluster = np.repeat(np.arange(400), sizes)
    values = np.sqrt(0.1) * rng.normal(size=400)[cluster] + np.sqrt(0.9) * rng.normal(size=len(cluster))
    assert intra_cluster(values, cluster) == pytest.approx(0.1, abs=0.02)
    assert abs(intra_cluster(rng.normal(size=len(cluster)), cluster)) < 0.01
    assert intra_cluster(cluster.astype(float), cluster) == pytest.approx(1.0)
    assert np.isnan(intra_cluster(np.ones(len(cluster)), cluster))
