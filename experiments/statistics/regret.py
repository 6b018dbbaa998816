"""How schemes do over many worlds: regret, the bad end, the worst, who is best, how often it is good enough.

All worlds and replicates are met by all schemes alike. Worlds differ in luck from one another, so drawing worlds again
(bootstrap) carries both what is not known and what is luck into every interval.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from experiments.statistics.intervals import CONFIDENCE, share_with_interval, student_quantile

DRAWS = 1000
MOST_DRAWN = 20_000_000  # numbers drawn at once
BAD_END = 0.1  # share of worlds that are worse than the bad end


@dataclass(frozen=True)
class Verdict:
    """What can be said about every scheme on one outcome; arrays of (schemes, 3): value, low, high of its interval.

    ``mean`` and ``bad_end`` (nine of ten worlds are better) and ``worst`` are levels of the outcome; ``regret_*`` what a scheme
    lacks to the best scheme of the same world, never below 0 but for luck: mean, nine of ten worlds have less, most. ``best``
    is the share of worlds where the scheme is best. ``luck`` (schemes,): how much of the mean regret may be luck, since the
    best of several noisy values is too good. ``rank`` (schemes, 3): rank by the mean, lowest and highest that its interval holds.
    """

    mean: np.ndarray
    bad_end: np.ndarray
    worst: np.ndarray
    regret_mean: np.ndarray
    regret_high: np.ndarray
    regret_worst: np.ndarray
    best: np.ndarray
    rank: np.ndarray
    luck: np.ndarray


def verdict(values: np.ndarray, better: int, *, seed: int = 0) -> Verdict:
    """Judge schemes on one outcome.

    Args:
        values: (worlds, schemes, replicates), no value missing; two replicates at least.
        better: +1 where more is better, -1 where less is.
    """
    good = better * values
    means = good.mean(axis=2)
    regret = means.max(axis=1, keepdims=True) - means
    drawn = _draws(len(values), seed)
    ends = [_ends(column, drawn) for column in means.T]
    regrets = [_ends(-column, drawn) for column in regret.T]
    return Verdict(
        mean=_turned(np.array([mean for mean, _ in ends]), better),
        bad_end=_turned(np.array([end for _, end in ends]), better),
        worst=_turned(_worst(good), better),
        regret_mean=_turned(np.array([mean for mean, _ in regrets]), -1),
        regret_high=_turned(np.array([end for _, end in regrets]), -1),
        regret_worst=_turned(_worst(-_regret_by_replicate(good)), -1),
        best=share_best(means),
        rank=_ranks(means, drawn),
        luck=regret.mean(axis=0) - _regret_without_luck(good),
    )


def share_best(means: np.ndarray) -> np.ndarray:
    """(schemes, 3): share of worlds where each is best, ties shared out, with its interval; `means` is (worlds, schemes)."""
    is_best = means == means.max(axis=1, keepdims=True)
    return share_with_interval((is_best / is_best.sum(axis=1, keepdims=True)).mean(axis=0), len(means))


def share_beyond(n: int, confidence: float = CONFIDENCE) -> float:
    """At most this share of all possible worlds is worse than the worst of n sampled ones (Wilks 1941)."""
    return float(1 - (1 - confidence) ** (1 / n))


def _draws(worlds: int, seed: int) -> np.ndarray:
    """(draws, worlds): numbers of worlds drawn again with replacement."""
    draws = min(DRAWS, max(200, MOST_DRAWN // worlds))
    return np.random.default_rng(seed).integers(0, worlds, (draws, worlds))


def _ends(values: np.ndarray, drawn: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and bad end (more is better) of one scheme over the worlds, each as value, low, high."""
    tails = ((1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2)
    again = values[drawn]
    means, ends = again.mean(axis=1), np.quantile(again, BAD_END, axis=1)
    return (
        np.array([values.mean(), *np.quantile(means, tails)]),
        np.array([np.quantile(values, BAD_END), *np.quantile(ends, tails)]),
    )


def _turned(found: np.ndarray, sign: int) -> np.ndarray:
    """Value, low, high with their sign; low stays below high."""
    return found if sign > 0 else -found[:, [0, 2, 1]] + 0.0


def _worst(good: np.ndarray) -> np.ndarray:
    """(schemes, 3): the value in the worst world met, its luck included, and how far luck may have moved it.

    Luck is taken from all worlds in which there is any: a scheme has no regret, and no luck in it, where it is itself the best.
    """
    replicates = good.shape[2]
    value = good.mean(axis=2).min(axis=0)
    scatter = good.var(axis=2, ddof=1)
    lucky = (scatter > 0).sum(axis=0)
    luck = np.sqrt(scatter.sum(axis=0) / np.maximum(lucky, 1) / replicates)
    half = np.where(lucky > 0, student_quantile(np.maximum(lucky, 1) * (replicates - 1) + 1) * luck, 0.0)
    return np.stack([value, value - half, value + half], axis=-1)


def _regret_by_replicate(good: np.ndarray) -> np.ndarray:
    """(worlds, schemes, replicates): distance to the scheme that is best in this world by its mean."""
    leader = good.mean(axis=2).argmax(axis=1)
    return good[np.arange(len(good)), leader][:, None, :] - good


def _regret_without_luck(good: np.ndarray) -> np.ndarray:
    """Mean regret (schemes,) to the scheme that other replicates call best: too small rather than too large."""
    worlds, _, replicates = good.shape
    total = np.zeros(good.shape[1])
    for held_out in range(replicates):
        leader = np.delete(good, held_out, axis=2).mean(axis=2).argmax(axis=1)
        total += (good[np.arange(worlds), leader, held_out][:, None] - good[:, :, held_out]).mean(axis=0) / replicates
    return total


def _ranks(means: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    """(schemes, 3): rank by the mean over worlds, 1 = best, and what it may be."""
    again = np.stack([column[drawn].mean(axis=1) for column in means.T], axis=1)
    ranks = 1 + (again[:, None, :] > again[:, :, None]).sum(axis=2)
    own = means.mean(axis=0)
    rank = 1 + (own[None, :] > own[:, None]).sum(axis=1)
    low, high = np.quantile(ranks, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2], axis=0, method="inverted_cdf")
    return np.stack([rank, low, high], axis=-1)
