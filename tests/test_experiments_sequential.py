"""Looking again and again: constants against published ones, coverage at the end, and what plain t intervals would do."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy.special import ndtr, stdtrit
from scipy.stats import norm

from experiments.design.targets import FIRST_LOOK
from experiments.statistics.sequential import always_valid, limits_for, looks_up_to


@pytest.mark.parametrize(("looks", "known"), [(1, 1.960), (2, 2.178), (3, 2.289), (5, 2.413), (10, 2.555)])
def test_always_valid_is_pococks_constant(looks: int, known: float) -> None:
    """Jennison & Turnbull 2000, table 2.1: equal looks, 5 %."""
    assert always_valid(tuple(range(1, looks + 1)), 0.05) == pytest.approx(known, abs=6e-4)
    one = always_valid((20,), 0.05)
    assert one == pytest.approx(norm.ppf(0.975), abs=1e-4)


@pytest.mark.parametrize("most", [2, 5, 19, 20, 21, 25, 30, 99, 100, 1000, 123_456])
def test_looks_grow_to_the_last(most: int) -> None:
    looks = looks_up_to(most)
    assert looks[0] == min(FIRST_LOOK, most)
    assert looks[-1] == most
    assert all(1.15 * before < after <= 1.85 * before or len(looks) == 2 for before, after in pairwise(looks))


def test_looks_must_grow() -> None:
    with pytest.raises(ValueError, match="grow"):
        limits_for((20, 20))


@pytest.mark.parametrize("most", [20, 60, 300, 1000])
def test_limits_are_in_order(most: int) -> None:
    limits = limits_for(looks_up_to(most))
    assert norm.ppf(0.975) - 1e-3 <= limits.at_the_end() <= 2.155, "at most a tenth wider than a plain interval"
    assert limits.at_the_end() <= limits.at_any_end() + 1e-9
    assert limits.clear >= limits.at_the_end()
    assert limits.at_the_end(0.01) < limits.at_the_end(0.002)


def test_the_least_favourable_error_is_the_error_of_a_walk() -> None:
    """The recursion against a walk of normals: the chance to miss at the end, for one true difference and one last look."""
    looks = (20, 30, 45, 68)
    limits = limits_for(looks)
    rng = np.random.default_rng(2)
    worst = 0.0
    for drift in np.linspace(0.0, 2.0, 15):
        errors = _walk_errors(rng, drift, looks, limits.clear, limits.at_the_end(), 40_000)
        worst = max(worst, errors)
    assert worst == pytest.approx(0.05, abs=0.005)


def _walk_errors(rng: np.random.Generator, drift: float, looks: tuple[int, ...], clear: float, half: float, n: int) -> float:
    times = np.asarray(looks) / looks[0]
    steps = np.diff(times, prepend=0.0)
    sums = np.cumsum(rng.normal(drift * steps, np.sqrt(steps), (n, len(looks))), axis=1)
    scores = sums / np.sqrt(times)
    is_end = np.abs(scores) > clear
    is_end[:, -1] = True
    end = is_end.argmax(axis=1)
    at = np.arange(n)
    return float((np.abs(scores[at, end] - drift * np.sqrt(times[end])) > half).mean())


@pytest.mark.parametrize("truth", [0.0, 0.15, 0.3, 1.0])
def test_intervals_at_the_end_cover(truth: float) -> None:
    """Normal differences of unknown variance, ended when clear or narrow (plus or minus .12)."""
    covered = coverage_at_the_end(np.random.default_rng(5), truth, width=0.12, repetitions=3000)
    assert 0.935 < covered < 0.98


def test_plain_intervals_looked_at_again_and_again_do_not() -> None:
    rng = np.random.default_rng(6)
    assert coverage_at_the_end(rng, 0.0, width=0.12, repetitions=2000, plain=True) < 0.88
    assert coverage_at_the_end(rng, 0.1, width=0.05, repetitions=2000, plain=True) < 0.93


def coverage_at_the_end(
    rng: np.random.Generator, truth: float, *, width: float, repetitions: int, plain: bool = False, most: int = 1000
) -> float:
    """Share of studies whose interval at the end holds the truth; plain: t intervals at 95 %, ended when they exclude 0."""
    looks = looks_up_to(most)
    limits = limits_for(looks)
    half, clear = (norm.ppf(0.975), norm.ppf(0.975)) if plain else (limits.at_the_end(), limits.clear)
    values = rng.normal(truth, 1.0, (repetitions, most))
    sums, squares = np.cumsum(values, axis=1), np.cumsum(values**2, axis=1)
    ended, covered = np.zeros(repetitions, bool), np.zeros(repetitions, bool)
    for n in looks:
        mean = sums[:, n - 1] / n
        error = np.sqrt((squares[:, n - 1] - n * mean**2) / (n - 1) / n)
        reach, far = (stdtrit(n - 1, ndtr(z)) * error for z in (half, clear))
        now = ~ended & ((reach <= width) | (np.abs(mean) > far) | (n == most))
        covered[now] = (np.abs(mean - truth) <= reach)[now]
        ended |= now
    return float(covered.mean())


@pytest.mark.parametrize("asked", [2, 3])
def test_no_study_ends_early_on_two_or_three_replicates(asked: int) -> None:
    """Where it ends as soon as the interval is narrow or the difference clear; on two replicates 91 % held the truth."""
    looks, width = looks_up_to(200, asked), 0.6
    limits = limits_for(looks)
    differences = np.random.default_rng(1).normal(size=(8000, looks[-1]))
    held, ended = np.zeros(len(differences), bool), np.zeros(len(differences), bool)
    for n in looks:
        mean, error = differences[:, :n].mean(axis=1), differences[:, :n].std(axis=1, ddof=1) / np.sqrt(n)
        half, far = (stdtrit(n - 1, ndtr(z)) * error for z in (limits.at_the_end(), limits.clear))
        ends = ~ended & ((half <= width) | (np.abs(mean) > far) | (n == looks[-1]))
        held[ends] = np.abs(mean[ends]) <= half[ends]
        ended |= ends
    assert held.mean() > 0.94
    assert looks_up_to(asked, asked) == (asked,), "a study that may not grow has no end to choose"
