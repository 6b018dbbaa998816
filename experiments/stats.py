"""Statistics of comparisons: paired differences under common random numbers.

Scheme and baseline meet the same luck in a replicate, so the difference inside a replicate is far less noisy than the
two values: intervals are put around the mean of these differences, never around the difference of two means.
"""

from __future__ import annotations

from dataclasses import dataclass

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


def student_quantile(n: np.ndarray, confidence: float = CONFIDENCE) -> np.ndarray:
    """Two-sided quantile of Student's t with n - 1 degrees of freedom; NaN below two observations."""
    from scipy.special import stdtrit

    degrees = np.asarray(n, dtype=float) - 1.0
    return np.where(degrees >= 1, stdtrit(np.maximum(degrees, 1.0), 0.5 + confidence / 2), np.nan)


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


def is_identical(low: float, high: float) -> bool:
    """Whether scheme and baseline gave the very same value in every replicate."""
    return bool(low == 0 and high == 0)
