"""Regret, shares and ranks over worlds: by hand, and with luck alone."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.statistics.intervals import share_with_interval
from experiments.statistics.regret import share_beyond, verdict


def spread(values: list[list[float]], replicates: int = 2) -> np.ndarray:
    """(worlds, schemes) as replicates without luck."""
    return np.repeat(np.array(values, float)[:, :, None], replicates, axis=2)


def test_regret_by_hand() -> None:
    found = verdict(spread([[1.0, 3.0], [2.0, 1.0], [5.0, 5.0], [0.0, 4.0]]), 1)
    assert found.mean[:, 0].tolist() == [2.0, 3.25]
    assert found.regret_mean[:, 0].tolist() == [(2 + 0 + 0 + 4) / 4, (0 + 1 + 0 + 0) / 4]
    assert found.regret_worst[:, 0].tolist() == [4.0, 1.0]
    assert found.worst[:, 0].tolist() == [0.0, 1.0]
    assert found.best[:, 0].tolist() == [(0 + 1 + 0.5 + 0) / 4, (1 + 0 + 0.5 + 1) / 4]
    assert found.rank[:, 0].tolist() == [2, 1]
    assert found.luck.tolist() == [0.0, 0.0]


def test_less_can_be_better() -> None:
    values = spread([[0.1, 0.3], [0.2, 0.1], [0.4, 0.6]])
    found = verdict(values, -1)
    assert found.mean[:, 0] == pytest.approx(values.mean(axis=(0, 2)))
    assert found.worst[:, 0].tolist() == [0.4, 0.6]
    assert found.regret_mean[:, 0] == pytest.approx([0.1 / 3, 0.4 / 3])
    for name in ("mean", "bad_end", "worst", "regret_mean", "regret_high", "regret_worst", "best"):
        value, low, high = getattr(found, name).T
        assert (low <= value + 1e-12).all() and (value <= high + 1e-12).all(), name


def test_bad_end_is_a_quantile() -> None:
    values = spread([[float(k)] for k in range(101)])
    assert verdict(values, 1).bad_end[0, 0] == pytest.approx(10.0)
    assert verdict(values, -1).bad_end[0, 0] == pytest.approx(90.0)


def test_intervals_hold_the_truth_nineteen_times_in_twenty() -> None:
    held = {"mean": 0, "regret_mean": 0, "best": 0}
    truth_regret = 0.5 * np.sqrt(2 / np.pi) * np.hypot(1, 0.1)  # E max(0, d) of d normal around 0
    for seed in range(100):
        rng = np.random.default_rng(seed)
        world = rng.standard_normal(150)
        values = np.stack([world, np.zeros(150)], axis=1)[:, :, None] + 0.1 * rng.standard_normal((150, 2, 2))
        found = verdict(values, 1, seed=seed)
        held["mean"] += found.mean[0, 1] <= 0 <= found.mean[0, 2]
        held["regret_mean"] += found.regret_mean[0, 1] <= truth_regret <= found.regret_mean[0, 2]
        held["best"] += found.best[0, 1] <= 0.5 <= found.best[0, 2]
    assert all(count >= 88 for count in held.values()), held


def test_luck_is_told_apart_from_regret() -> None:
    rng = np.random.default_rng(0)
    values = rng.standard_normal((500, 3, 2))  # equal schemes
    found = verdict(values, 1)
    assert (found.regret_mean[:, 0] > 0.4).all()
    assert found.luck == pytest.approx(found.regret_mean[:, 0], abs=0.12)


def test_ranks_have_intervals() -> None:
    rng = np.random.default_rng(0)
    values = rng.standard_normal((60, 3, 2)) * 0.5
    values[:, 1] = values[::-1, 0]  # the same mean
    values[:, 2] += 3.0
    found = verdict(values, 1)
    assert found.rank[2].tolist() == [1, 1, 1]
    assert found.rank[:2, 1].tolist() == [2, 2] and found.rank[:2, 2].tolist() == [3, 3]


def test_shares_have_sound_ends() -> None:
    none, half, all_of_them = share_with_interval(np.array([0.0, 0.5, 1.0]), 100)
    assert none[1] == 0.0 and 0.03 < none[2] < 0.05
    assert half[1] == pytest.approx(0.404, abs=0.002) and half[2] == pytest.approx(0.596, abs=0.002)
    assert all_of_them[2] == 1.0
    assert np.isnan(share_with_interval(0.0, 0)).all()


def test_the_worst_of_many() -> None:
    assert share_beyond(59) == pytest.approx(0.05, abs=0.001)
    assert share_beyond(1) == pytest.approx(0.95)


def test_the_worst_regret_of_the_usual_leader_has_all_its_luck() -> None:
    """A scheme that leads nearly everywhere has no luck in its regret there; that must not make its worst regret look sure."""
    worlds, replicates, held = 100, 4, 0
    for seed in range(100):
        true = np.zeros((worlds, 2))
        true[:, 0] = 5.0
        true[0] = 0.0, 8.0
        true[1] = 0.0, 3.0
        values = true[:, :, None] + np.random.default_rng(seed).standard_normal((worlds, 2, replicates))
        low, high = verdict(values, 1).regret_worst[0, 1:]
        held += low <= 8.0 <= high
    assert held >= 88
