"""PRIM: planted boxes come back, noise gives none, and the numbers of a box are what they say."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from experiments.statistics.prim import Box, Restriction, balance, find_boxes, pasted, trajectory


def planted(seed: int, n: int = 400, d: int = 15, inside: float = 0.9, outside: float = 0.1) -> tuple[np.ndarray, np.ndarray]:
    """Worlds with a dense box: column 3 below .5, column 7 above .5."""
    rng = np.random.default_rng(seed)
    worlds = rng.random((n, d))
    held = (worlds[:, 3] < 0.5) & (worlds[:, 7] > 0.5)
    return worlds, rng.random(n) < np.where(held, inside, outside)


@pytest.mark.parametrize("seed", range(4))
def test_a_planted_box_comes_back(seed: int) -> None:
    worlds, y = planted(seed)
    box = find_boxes(worlds, y, most=1)[0]
    bounds = {one.column: (one.low, one.high) for one in box.restrictions}
    assert {3, 7} <= set(bounds) and len(bounds) <= 3
    assert bounds[3][1] == pytest.approx(0.5, abs=0.12)
    assert bounds[7][0] == pytest.approx(0.5, abs=0.12)
    assert all(one.p <= 0.05 for one in box.restrictions)


def test_the_numbers_of_a_box_are_counted() -> None:
    worlds, y = planted(1)
    box = find_boxes(worlds, y, most=1)[0]
    inside = np.all([(worlds[:, r.column] >= r.low) & (worlds[:, r.column] <= r.high) for r in box.restrictions], axis=0)
    assert box.n == inside.sum()
    assert box.density == pytest.approx(y[inside].mean())
    assert box.coverage == pytest.approx(y[inside].sum() / y.sum())


def test_no_box_in_noise() -> None:
    found = 0
    for seed in range(40):
        rng = np.random.default_rng(1000 + seed)
        found += bool(find_boxes(rng.random((150, 10)), rng.random(150) < (0.1, 0.3, 0.5, 0.8)[seed % 4], most=1))
    assert found <= 5  # 5 % of 40 is 2; more than 5 has a chance of 1 %


def test_a_box_in_categories_and_whole_numbers() -> None:
    rng = np.random.default_rng(3)
    worlds = np.column_stack([rng.integers(0, 4, 400), rng.integers(1, 7, 400), rng.random((400, 4))]).astype(float)
    y = np.isin(worlds[:, 0], (1, 3)) & (worlds[:, 1] >= 4)
    box = find_boxes(worlds, y, categorical=[0], most=1)[0]
    by_column = {one.column: one for one in box.restrictions}
    assert by_column[0].levels == (1.0, 3.0)
    assert 3 < by_column[1].low < 4
    assert box.coverage == box.density == 1.0


def test_a_second_box_is_sought_outside_the_first() -> None:
    rng = np.random.default_rng(4)
    worlds = rng.random((800, 6))
    y = ((worlds[:, 0] < 0.3) & (worlds[:, 1] < 0.5)) | ((worlds[:, 2] > 0.8) & (worlds[:, 0] > 0.5))
    boxes = find_boxes(worlds, y, most=3)
    assert len(boxes) >= 2
    assert {one.column for box in boxes[:2] for one in box.restrictions} >= {0, 2}
    assert sum(box.coverage for box in boxes) <= 1.0 + 1e-12


@pytest.mark.parametrize("y", [np.zeros(100, bool), np.ones(100, bool), np.eye(1, 100, 5, dtype=bool)[0]])
def test_nothing_to_explain_gives_no_box(y: np.ndarray) -> None:
    assert find_boxes(np.random.default_rng(0).random((100, 3)), y) == []


def test_constant_columns_and_tiny_samples_do_no_harm() -> None:
    assert find_boxes(np.ones((50, 2)), np.arange(50) < 20) == []
    assert find_boxes(np.random.default_rng(0).random((3, 2)), np.array([True, False, True])) == []
    assert find_boxes(np.empty((60, 0)), np.arange(60) < 20) == []


def test_the_same_seed_gives_the_same_boxes() -> None:
    worlds, y = planted(2)
    assert find_boxes(worlds, y, seed=5) == find_boxes(worlds, y, seed=5)


def test_the_trajectory_trades_coverage_for_density() -> None:
    worlds, y = planted(0)
    path = trajectory(worlds, y, n_least=20)
    assert path[0].coverage == 1.0 and path[0].density == pytest.approx(y.mean())
    assert all(later.n < earlier.n and later.coverage <= earlier.coverage for earlier, later in pairwise(path))
    assert path[-1].n >= 20
    assert max(one.density for one in path) > 0.85


def test_pasting_takes_back_what_was_cut_too_much() -> None:
    worlds = np.linspace(0, 1, 101)[:, None]
    y = worlds[:, 0] > 0.4
    small = Box((Restriction(0, 0.7),), int((worlds[:, 0] >= 0.7).sum()), 0.5, 1.0)
    grown = pasted(small, worlds, y)
    assert grown.density == 1.0
    assert grown.restrictions[0].low == pytest.approx(0.405, abs=0.03)


def test_balance_is_the_harmonic_mean() -> None:
    assert balance(Box((), 1, 0.5, 1.0)) == pytest.approx(2 / 3)
    assert balance(Box((), 0, 0.0, 0.0)) == 0.0
