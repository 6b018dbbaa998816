"""Kim & Nelson's procedure: the best is kept as often as promised, whatever is common to the schemes."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.statistics.selection import Selection, reaches


def select(rng: np.random.Generator, means: np.ndarray, common: float, zone: float, better: int = 1) -> tuple[str, int]:
    """The scheme that is kept, and runs spent; looks as in a study."""
    names = tuple(f"scheme_{index}" for index in range(len(means)))
    selection = Selection(names, zone, better)
    values, runs, wanted = np.empty((0, len(means))), 0, 20
    while not selection.is_done:
        new = wanted - len(values)
        luck = np.sqrt(common) * rng.normal(size=(new, 1)) + np.sqrt(1 - common) * rng.normal(size=(new, len(means)))
        values = np.vstack([values, better * (means + luck)])
        runs += new * len(selection.alive)
        selection.judge(values)
        wanted = int(np.ceil(1.5 * wanted))
    return selection.alive[0], runs


@pytest.mark.parametrize(("schemes", "common", "better"), [(2, 0.0, 1), (5, 0.0, -1), (5, 0.8, 1), (10, 0.3, 1)])
def test_the_best_is_kept_as_often_as_promised(schemes: int, common: float, better: int) -> None:
    """The hardest case: all others tie exactly one zone behind (slippage configuration)."""
    rng = np.random.default_rng(7)
    means = np.zeros(schemes)
    means[-1] = 0.5
    right = [select(rng, means, common, 0.5, better)[0] == f"scheme_{schemes - 1}" for _ in range(400)]
    assert np.mean(right) >= 0.95 - 2 * np.sqrt(0.05 * 0.95 / 400)


def test_what_is_kept_is_within_the_zone_of_the_best() -> None:
    rng = np.random.default_rng(8)
    means = np.array([0.0, 0.3, 0.4, 0.45, 0.5])
    kept = [int(select(rng, means, 0.2, 0.25)[0][-1]) for _ in range(200)]
    assert np.mean([means[index] > 0.25 for index in kept]) >= 0.95


def test_common_luck_and_clear_differences_save_runs() -> None:
    rng = np.random.default_rng(9)
    alike, apart = np.array([0.0, 0.0, 0.0, 0.3]), np.array([0.0, 0.0, 0.0, 3.0])
    own = np.mean([select(rng, alike, 0.0, 0.3)[1] for _ in range(40)])
    shared = np.mean([select(rng, alike, 0.9, 0.3)[1] for _ in range(40)])
    clear = np.mean([select(rng, apart, 0.0, 0.3)[1] for _ in range(40)])
    assert shared < 0.5 * own
    assert clear < 0.5 * own


def test_margin_is_the_published_one() -> None:
    """h^2 = 2 eta (n0 - 1) with eta = ((2 alpha/(k-1))^(-2/(n0-1)) - 1)/2, on sums h^2 S^2 / (2 zone)."""
    first = np.random.default_rng(1).normal(size=(24, 4))
    eta = 0.5 * ((2 * 0.05 / 3) ** (-2 / 23) - 1)
    spread = np.var(first[:, 1] - first[:, 3], ddof=1)
    assert reaches(first, 0.2)[1, 3] == pytest.approx(2 * eta * 23 * spread / 0.4)
    assert (np.diag(reaches(first, 0.2)) == 0).all()


def test_who_was_dropped_and_because_of_whom() -> None:
    values = np.random.default_rng(3).normal(size=(40, 3)) + np.array([0.0, 5.0, 1.0])
    selection = Selection(("a", "b", "c"), 0.5, 1)
    assert selection.judge(values) == ["a", "c"]
    assert selection.alive == ["b"]
    assert selection.dropped == {"a": (40, "b"), "c": (40, "b")}
    assert selection.judge(values) == []


def test_equal_schemes_are_never_told_apart() -> None:
    one = np.random.default_rng(4).normal(size=(50, 1))
    selection = Selection(("a", "b"), 0.1, 1)
    assert selection.judge(np.hstack([one, one])) == []
    assert selection.alive == ["a", "b"]


def test_missing_values_are_left_out() -> None:
    values = np.random.default_rng(5).normal(size=(40, 2)) + np.array([0.0, 3.0])
    values[::2, 0] = np.nan
    selection = Selection(("a", "b"), 0.5, 1)
    assert selection.judge(values) == ["a"]
    assert selection.dropped["a"] == (20, "b")
    nothing = Selection(("a", "b"), 0.5, 1)
    assert nothing.judge(np.full((10, 2), np.nan)) == []


@pytest.mark.parametrize(("zone", "better"), [(0.0, 1), (-1.0, 1), (0.1, 0)])
def test_zone_and_direction_are_needed(zone: float, better: int) -> None:
    with pytest.raises(ValueError, match="zone"):
        Selection(("a", "b"), zone, better)
