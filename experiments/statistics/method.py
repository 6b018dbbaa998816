"""How long to warm up, how many replicates, how far ahead: rules applied to runs, no simulation in here.

- `settled_from`: MSER-5 (White 1997): cut off the start so that the standard error of what is left, in batches of five, is least.
- `replicates_by_variation`: the number from which the coefficient of variation stays put (Lorscheid, Heine & Meyer 2012).
- `replicates_by_half_width`: the number from which the interval's half width stays below a share of the mean (Hoad, Robinson &
  Davies 2010), looking ahead as many replicates as they advise.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.stats import t

BATCH = 5
STEPS = (5, 10, 20, 30, 40, 50, 75, 100, 150, 200, 300, 500, 750, 1000)
VARIATION_SETTLED = 0.01  # change of the coefficient of variation from one step to the next that counts as none
LOOK_AHEAD = 5  # replicates for which the half width must stay below its limit, times n/100 beyond a hundred
PRECISION = 0.05  # half width as a share of the mean


def settled_from(series: np.ndarray) -> int:
    """First step of what MSER-5 keeps of a series; never beyond half of it (then it has not settled)."""
    n = len(series) // BATCH
    if n < 4:
        return 0
    batches = series[: n * BATCH].reshape(n, BATCH).mean(axis=1)
    costs = []
    for cut in range(n // 2 + 1):
        kept = batches[cut:]
        costs.append(float(((kept - kept.mean()) ** 2).sum()) / len(kept) ** 2)
    return int(np.argmin(costs)) * BATCH


def drift(series: np.ndarray, steps_a_year: float = 12.0) -> float:
    """Change a year along the straight line through a series, in its own units."""
    x = np.arange(len(series)) / steps_a_year
    return float(np.polyfit(x, series, 1)[0])


def variation(values: np.ndarray) -> float:
    """Coefficient of variation; NaN where the mean is 0."""
    mean = float(values.mean())
    return float(values.std(ddof=1)) / abs(mean) if mean != 0.0 else math.nan


def replicates_by_variation(values: np.ndarray, settled: float = VARIATION_SETTLED) -> int | None:
    """The first step after which the coefficient of variation changes by less than `settled` every time; None if never."""
    steps = [step for step in STEPS if step <= len(values)]
    found = [variation(values[:step]) for step in steps]
    for number, step in enumerate(steps[:-1]):
        if all(abs(later - earlier) < settled for earlier, later in zip(found[number:-1], found[number + 1 :], strict=True)):
            return step
    return None


def half_width_share(values: np.ndarray) -> float:
    """Half width of the 95 % interval of a mean, as a share of the mean."""
    n, mean = len(values), float(values.mean())
    if n < 3 or mean == 0.0:
        return math.inf
    return float(t.ppf(0.975, n - 1)) * float(values.std(ddof=1)) / math.sqrt(n) / abs(mean)


def replicates_by_half_width(values: np.ndarray, precision: float = PRECISION) -> int | None:
    """The first n from 3 whose half width is below `precision` of the mean and stays so for the look ahead; None if never."""
    shares = [half_width_share(values[:n]) for n in range(3, len(values) + 1)]
    for number, share in enumerate(shares):
        n = number + 3
        ahead = LOOK_AHEAD if n <= 100 else math.ceil(LOOK_AHEAD * n / 100)
        following = shares[number : number + ahead + 1]
        if share <= precision and len(following) == ahead + 1 and all(later <= precision for later in following):
            return n
    return None
