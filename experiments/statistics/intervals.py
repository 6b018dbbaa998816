"""Statistics of comparisons: paired differences under common random numbers.

Scheme and baseline meet the same luck in a replicate, so the difference inside a replicate is far less noisy than the
two values: intervals are put around the mean of these differences, never around the difference of two means.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Paired:
    """Paired differences of one scheme to the baseline, one entry per outcome (arrays of the same length).

    ``mean`` is the scheme's own mean over the runs that have the outcome; ``n`` counts the replicates where scheme and
    baseline both have it; ``missing`` counts the scheme's runs without it. What cannot be computed is NaN.
    """

    mean: np.ndarray
    difference: np.ndarray
    low: np.ndarray
    high: np.ndarray
    n: np.ndarray
    missing: np.ndarray


def student_quantile(n: np.ndarray, confidence: float | np.ndarray = CONFIDENCE) -> np.ndarray:
    """Two-sided quantile of Student's t with n - 1 degrees of freedom; NaN below two observations."""
    from scipy.special import stdtrit

    degrees = np.asarray(n, dtype=float) - 1.0
    return np.where(degrees >= 1, stdtrit(np.maximum(degrees, 1.0), 0.5 + confidence / 2), np.nan)


def normal_quantile(error: float) -> float:
    """Half width, in standard errors of a normal mean, of an interval that misses with this chance (.05: 1.96)."""
    from scipy.special import ndtri

    return float(-ndtri(error / 2))


def mean_present(values: np.ndarray) -> np.ndarray:
    """Mean of every column over the rows that have a value; NaN where none has."""
    present = ~np.isnan(values)
    n = present.sum(axis=0)
    total = np.where(present, values, 0.0).sum(axis=0)
    return np.where(n > 0, total / np.maximum(n, 1), np.nan)


def half_width(values: np.ndarray, confidence: float = CONFIDENCE) -> np.ndarray:
    """Half the width of the t interval around the mean of every column; NaN below two values.

    Formula: t(n-1) * s / sqrt(n), with s the sample standard deviation of the values present.
    """
    present = ~np.isnan(values)
    n = present.sum(axis=0)
    deviation = np.where(present, values - mean_present(values), 0.0)
    variance = (deviation**2).sum(axis=0) / np.maximum(n - 1, 1)
    return student_quantile(n, confidence) * np.sqrt(variance / np.maximum(n, 1))


def mean_with_interval(values: np.ndarray, confidence: float = CONFIDENCE) -> tuple[float, float, float]:
    """Mean of the values present, (n,), with the low and high end of its t interval; NaN where there are too few."""
    mean, half = float(mean_present(values[:, None])[0]), float(half_width(values[:, None], confidence)[0])
    return mean, mean - half, mean + half


def share_with_interval(share: float | np.ndarray, n: int, confidence: float = CONFIDENCE) -> np.ndarray:
    """(..., 3): a share of n, and its interval after Wilson (1927), which is none too narrow at 0 and 1; NaN of none."""
    z = normal_quantile(1 - confidence)
    share = np.asarray(share, dtype=float)
    if n == 0:
        return np.full((*share.shape, 3), np.nan)
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    low, high = np.where(share == 0, 0.0, centre - half), np.where(share == 1, 1.0, centre + half)
    return np.stack([share, np.maximum(0.0, low), np.minimum(1.0, high)], axis=-1)


def paired_difference(values: np.ndarray, baseline: np.ndarray, confidence: float = CONFIDENCE) -> Paired:
    """Mean paired difference with its t interval; rows are replicates in the same order, columns are outcomes."""
    if values.shape != baseline.shape:
        raise ValueError(f"shapes differ: {values.shape} and {baseline.shape}")
    differences = values - baseline
    centre = mean_present(differences)
    half = half_width(differences, confidence)
    return Paired(
        mean=mean_present(values),
        difference=centre,
        low=centre - half,
        high=centre + half,
        n=(~np.isnan(differences)).sum(axis=0),
        missing=np.isnan(values).sum(axis=0),
    )


def is_settled(low: float, high: float) -> bool:
    """Whether an interval says which way a difference goes: it excludes 0."""
    return bool(low > 0 or high < 0)


def direction(low: float, high: float) -> int:
    """Which way a difference goes: +1, -1, or 0 where its interval does not say."""
    return 1 if low > 0 else -1 if high < 0 else 0


def is_identical(low: float, high: float) -> bool:
    """Whether scheme and baseline gave the very same value in every replicate."""
    return bool(low == 0 and high == 0)


def pooled_shares(shares: np.ndarray, wholes: np.ndarray) -> np.ndarray:
    """Values by replicate whose mean is the share pooled over replicates, sum of parts / sum of wholes, in every row.

    Formula: R + (share - R) whole / mean whole, with R the pooled share: the ratio, linearised, so that intervals of means are
    intervals of the pooled share (Cochran 1977, section 6.3). Rows whose wholes are not all known keep their shares.
    """
    known = ~np.isnan(shares)
    whole = np.where(known, wholes, 0.0)
    usable = (~np.isnan(whole)).all(axis=-1) & (np.nan_to_num(whole).sum(axis=-1) > 0)
    safe = np.where(usable[..., None], np.nan_to_num(whole), known)
    total = np.maximum(safe.sum(axis=-1, keepdims=True), 1e-300)
    ratio = np.where(known, shares * safe, 0.0).sum(axis=-1, keepdims=True) / total
    mean = total / np.maximum(known.sum(axis=-1, keepdims=True), 1)
    return np.where(known, ratio + (shares - ratio) * safe / mean, np.nan)


# --- many schemes at once ------------------------------------------------------------------------------------------------

#: Draws of the largest of several correlated normals: its 95 % quantile is then good to .15 % of level.
DRAWS = 20_000
#: Replicates below which the correlation they show is not asked: it would look closer than it is, the more the more schemes.
FEWEST_CORRELATED = 10
DRAWS_OF_MEANS = 4000
CHUNK = 250  # draws that are held at once

#: Seed of the draws that statistics need: the same runs always give the same intervals.
STATISTICS_SEED = 20010523


def error_of(multiplier: float) -> float:
    """Chance that an interval of this half width (in standard errors of a normal mean) misses: 1.96 gives .05."""
    from scipy.special import ndtr

    return float(2 * ndtr(-multiplier))


def simultaneous_multiplier(differences: np.ndarray, confidence: float = CONFIDENCE) -> float:
    """Half width, in standard errors, at which the intervals of **all** columns hold at once with this confidence.

    ``differences`` are (replicates, schemes): paired differences to one baseline. The largest of the standardised means is taken
    from its joint normal law with the correlation that the replicates show (max-t: Dunnett 1955; Hothorn, Bretz & Westfall
    2008), by simulation with a fixed seed. Columns that never vary are certain and count for nothing; with fewer
    than 10 complete replicates the correlation is not asked and independence, the widest case, is taken (Sidak 1967).
    """
    wanted = differences[:, np.nan_to_num(_spread(differences)) > 0] if differences.size else differences
    k = wanted.shape[1]
    if k <= 1:
        return normal_quantile(1 - confidence)
    complete = wanted[~np.isnan(wanted).any(axis=1)]
    if len(complete) < FEWEST_CORRELATED or (_spread(complete) == 0).any():
        return normal_quantile(1 - confidence ** (1 / k))
    values, vectors = np.linalg.eigh(np.corrcoef(complete, rowvar=False))
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    return float(np.quantile(np.abs(_normals(k) @ root.T).max(axis=1), confidence))


@lru_cache(maxsize=8)
def _normals(k: int) -> np.ndarray:
    """The same independent normals each time (DRAWS, k)."""
    return np.random.default_rng(STATISTICS_SEED).standard_normal((DRAWS, k))


def _spread(values: np.ndarray) -> np.ndarray:
    """Sample standard deviation of every column over what is present; 0 where it is no more than rounding, NaN below two."""
    present = ~np.isnan(values)
    n = present.sum(axis=0)
    centre = mean_present(values)
    squares = (np.where(present, values - centre, 0.0) ** 2).sum(axis=0)
    spread = np.where(n > 1, np.sqrt(squares / np.maximum(n - 1, 1)), np.nan)
    return np.where(spread <= 1e-12 * np.abs(np.nan_to_num(centre)), 0.0, spread)


def probability_of_being_best(values: np.ndarray, better: np.ndarray, draws: int = DRAWS_OF_MEANS) -> np.ndarray:
    """(schemes, outcomes): how likely each scheme's true mean is the best, given its replicates; ties are shared.

    ``values`` are (schemes, replicates, outcomes), NaN = missing; ``better`` is +1, -1 or 0 (neither: NaN) by outcome. True means
    are drawn from what the replicates leave open: m + sum of g_i (x_i - m) / sqrt(n (n - 1)) / sqrt(chi2 / (n - 1)), with the
    same normals g and the same chi2 for all schemes, so common luck stays common. Each difference then follows Student's t, as
    its interval does (multivariate t, Chick & Inoue 2001): of two schemes one has 97.5 % where the interval of 95 % begins at 0,
    however few the replicates. (Drawing whole replicates again, a bootstrap, is sure of itself after four.) A scheme with
    fewer replicates (dropped on the way) is judged on those it has; one with fewer than two gets NaN.
    """
    schemes, n, outcomes = values.shape
    share = np.full((schemes, outcomes), np.nan)
    known = (~np.isnan(values)).sum(axis=1) > 1
    judged = np.flatnonzero((np.asarray(better) != 0) & known.any(axis=0))
    if not len(judged):
        return share
    signed = (values[:, :, judged] * np.asarray(better, float)[judged]).transpose(1, 0, 2).reshape(n, -1)
    present = ~np.isnan(signed)
    counted = present.sum(axis=0)
    centre = mean_present(signed)
    deviations = np.where(present, signed - centre, 0.0) / np.sqrt(np.maximum(counted * (counted - 1), 1))
    degrees = present & (present.cumsum(axis=0) > 1)  # every value but the first
    centre = np.where(counted > 1, centre, -np.inf)
    scale = np.abs(np.where(present, signed, 0.0)).max(axis=0).reshape(schemes, -1).max(axis=0)
    rng = np.random.default_rng(STATISTICS_SEED)
    wins = np.zeros((schemes, len(judged)))
    for first in range(0, draws, CHUNK):
        size = min(CHUNK, draws - first)
        normals, others = rng.standard_normal((2, size, n))
        heavy = np.sqrt(np.maximum(counted - 1, 0) / np.maximum(others**2 @ degrees, np.finfo(float).tiny))
        means = (centre + heavy * (normals @ deviations)).reshape(size, schemes, -1)
        rounding = 1e-12 * scale * (1 + heavy.max(axis=1))[:, None, None]
        best = means >= means.max(axis=1, keepdims=True) - rounding
        wins += (best / best.sum(axis=1, keepdims=True)).sum(axis=0)
    share[:, judged] = np.where(known[:, judged], wins / draws, np.nan)
    return share


# --- a whole comparison ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Summary:
    """What is known of every scheme and outcome; all arrays are (schemes, outcomes), NaN = cannot be computed.

    ``low`` and ``high`` hold **one** difference with 95 % confidence (per interval), ``simultaneous_low`` and ``_high`` the
    differences of **all** schemes on that outcome at once (in 95 % of studies none of them misses). ``mean``, ``n`` (pairs
    with a value) and ``missing`` (runs without) as in `Paired`.
    """

    mean: np.ndarray
    difference: np.ndarray
    low: np.ndarray
    high: np.ndarray
    simultaneous_low: np.ndarray
    simultaneous_high: np.ndarray
    probability_best: np.ndarray
    n: np.ndarray
    missing: np.ndarray


def summarise(
    values: np.ndarray,
    baseline: int,
    better: np.ndarray,
    *,
    runs: np.ndarray | None = None,
    multiplier: Callable[[float], float] = normal_quantile,
) -> Summary:
    """Summary of (schemes, replicates, outcomes), each scheme against the baseline (its place among them).

    ``runs`` are the replicates that each scheme was run in, where some were dropped on the way. ``multiplier`` turns a chance to
    miss into a half width in standard errors: the normal quantile where the number of replicates was fixed beforehand, a
    wider one where the end was chosen (`Settling.multiplier`). Simultaneous intervals ask it for the chance to miss
    of a single one that max-t leaves to each, so they pay for the end as well.
    """
    schemes, n, outcomes = values.shape
    runs = np.full(schemes, n) if runs is None else runs
    differences = values - values[baseline]
    others = [index for index in range(schemes) if index != baseline]
    each = 1 - error_of(multiplier(1 - CONFIDENCE))
    pairs = [half_width(differences[index], each) for index in range(schemes)]
    together = np.full((schemes, outcomes), np.nan)
    for outcome in range(outcomes):
        family = differences[others, :, outcome].T
        all_at_once = 1 - error_of(multiplier(error_of(simultaneous_multiplier(family))))
        together[others, outcome] = half_width(family, all_at_once)
    together[baseline] = pairs[baseline]
    centre = np.array([mean_present(difference) for difference in differences])
    half = np.array(pairs)
    return Summary(
        mean=np.array([mean_present(own) for own in values]),
        difference=centre,
        low=centre - half,
        high=centre + half,
        simultaneous_low=centre - together,
        simultaneous_high=centre + together,
        probability_best=probability_of_being_best(values, better),
        n=(~np.isnan(differences)).sum(axis=1),
        missing=runs[:, None] - (~np.isnan(values)).sum(axis=1),
    )
