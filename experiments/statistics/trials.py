"""Trials in branches: who is drawn into which arm, what is estimated, and how sure that is. Known answers are in the tests.

Everything here works on monthly paths of branches, (months, branches) or (trials, months, branches), and knows nothing of where
they come from. A branch is a cluster: its people share a head, taxpayers and luck, so the branch and not the cadre is what is
counted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

#: Random orders among which the one to propose is chosen.
DRAWN = 2000

#: An estimate with no more spread than this is exact: rounding is not evidence.
EXACT = 1e-12


@dataclass(frozen=True)
class TrialEstimate:
    """What one trial says: the effect, its standard error, the degrees of freedom of its t."""

    effect: float
    error: float
    degrees: int

    def half_width(self, level: float) -> float:
        """Half the width of the interval that leaves out `level`."""
        from scipy.special import stdtrit

        return float(stdtrit(self.degrees, 1.0 - level / 2.0)) * self.error

    def finds(self, level: float) -> bool:
        """Whether the trial finds an effect: its interval leaves out 0."""
        return abs(self.effect) > max(self.half_width(level), EXACT)


# --- who is drawn ----------------------------------------------------------------------------------------------------


def imbalance(traits: np.ndarray, orders: np.ndarray) -> np.ndarray:
    """Distance between the first and the second half of every order (orders, branches): sum over traits of squared
    differences of means, in standard deviations of the trait over all branches (a trait that does not differ counts nothing).
    """
    own = standardised(traits)[orders]
    half = orders.shape[1] // 2
    return ((own[:, :half].mean(axis=1) - own[:, half:].mean(axis=1)) ** 2).sum(axis=1)


def standardised(traits: np.ndarray) -> np.ndarray:
    """Traits (branches, traits) with mean 0 and standard deviation 1; 0 where a trait does not differ."""
    spread = traits.std(axis=0)
    return (traits - traits.mean(axis=0)) / np.where(spread > 0, spread, 1.0)


def drawn_order(branches: int, n: int, rng: np.random.Generator) -> np.ndarray:
    """`n` of the branches in the order of a plain lot, the first half to be treated (or the first wave to go first).

    A plain lot is what the t of a trial reckons with; arms that are balanced besides can only make it more careful. For the
    branches to propose see `best_order`.
    """
    return rng.permutation(branches)[:n]


def best_order(traits: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    """The order to propose: of many random ones that with the best balanced halves that also stand for all branches."""
    orders = rng.permuted(np.tile(np.arange(len(traits)), (DRAWN, 1)), axis=1)[:, :n]
    apart = (standardised(traits)[orders].mean(axis=1) ** 2).sum(axis=1)
    return orders[np.argmin(imbalance(traits, orders) + apart)]


def wave_of(n: int, waves: int) -> np.ndarray:
    """Wave (0, 1, ...) of each of `n` branches in drawn order, as even as can be."""
    return np.arange(n) * min(waves, n) // n


def period_of(months: int, periods: int) -> np.ndarray:
    """Period (0, 1, ...) of every month of a stepped wedge; months left over belong to the last."""
    return np.minimum(np.arange(months) // (months // periods), periods - 1)


# --- what is estimated -----------------------------------------------------------------------------------------------


def two_arms(gains: np.ndarray, treated: np.ndarray) -> TrialEstimate:
    """Cluster-randomised: mean gain of treated branches less that of the others, pooled t with n - 2 degrees of freedom."""
    own, others = gains[treated], gains[~treated]
    degrees = len(gains) - 2
    pooled = (((own - own.mean()) ** 2).sum() + ((others - others.mean()) ** 2).sum()) / degrees
    return TrialEstimate(float(own.mean() - others.mean()), float(np.sqrt(pooled * (1 / len(own) + 1 / len(others)))), degrees)


def before_after(gains: np.ndarray) -> TrialEstimate:
    """Before and after: the mean gain of all branches, as if nothing else had changed; t with n - 1 degrees of freedom."""
    n = len(gains)
    return TrialEstimate(float(gains.mean()), float(gains.std(ddof=1) / np.sqrt(n)), n - 1)


def stepped_wedge(values: np.ndarray, exposure: np.ndarray) -> TrialEstimate:
    """Stepped wedge: the mean effect over all treated cells, by least squares on branch, period and exposure.

    `values` are (periods, branches); `exposure` says for how many periods a branch has been treated, 0 = not yet. Every
    exposure has an effect of its own: one effect for all would be badly wrong where effects grow or fade (Kenny et al. 2022).
    The standard error is the jackknife over branches (CR3; MacKinnon, Nielsen & Webb 2023), with t of n - 1 degrees of freedom:
    honest with few clusters and whatever the correlation inside a branch. Where leaving a branch out leaves nothing to
    compare, the jackknife goes without it.
    """
    n = values.shape[1]
    levels, counts = np.unique(exposure[exposure > 0], return_counts=True)
    effect = _mean_effect(values, exposure, levels, counts)
    rest = [np.arange(n) != branch for branch in range(n)]
    left_out = np.array([_mean_effect(values[:, keep], exposure[:, keep], levels, counts) for keep in rest])
    left_out = left_out[np.isfinite(left_out)]
    if len(left_out) < 2:
        return TrialEstimate(effect, np.inf, n - 1)
    error = np.sqrt((len(left_out) - 1) / len(left_out) * ((left_out - left_out.mean()) ** 2).sum())
    return TrialEstimate(effect, float(error), n - 1)


def _mean_effect(values: np.ndarray, exposure: np.ndarray, levels: np.ndarray, counts: np.ndarray) -> float:
    """Effects of the exposures beside fixed effects of rows and columns, averaged by counts; NaN where they cannot be told."""
    present = np.array([(exposure == level).any() for level in levels])
    x = (exposure[None] == levels[present, None, None]).astype(float)
    x = x - x.mean(axis=1, keepdims=True) - x.mean(axis=2, keepdims=True) + x.mean(axis=(1, 2), keepdims=True)
    effects, _, rank, _ = np.linalg.lstsq(x.reshape(len(x), -1).T, values.ravel(), rcond=1e-9)
    return float(effects @ counts[present] / counts[present].sum()) if rank == present.sum() > 0 else np.nan


def intra_cluster(values: np.ndarray, cluster: np.ndarray) -> float:
    """Intra-cluster correlation from the one-way analysis of variance: (B - W) / (B + (m - 1) W), m the mean cluster size
    corrected for unequal sizes (Donner & Koval 1980). May be slightly negative; NaN where nothing varies.
    """
    _, own, sizes = np.unique(cluster, return_inverse=True, return_counts=True)
    k, n = len(sizes), len(values)
    means = np.bincount(own, weights=values) / sizes
    between = (sizes * (means - values.mean()) ** 2).sum() / (k - 1)
    within = ((values - means[own]) ** 2).sum() / (n - k)
    m = (n - (sizes**2).sum() / n) / (k - 1)
    total = between + (m - 1) * within
    return float((between - within) / total) if total > 0 else np.nan
