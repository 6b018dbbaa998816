"""How wide intervals must be where schemes were dropped on the way because they could not be the best.

A scheme is dropped (`experiments.statistics.selection`) just when luck has carried it far behind, so a plain t interval at that
end covers too seldom, down to 91 %. What the elimination may err is its own affair and stays as it is; here the *interval at the
end* is put so wide that it still holds the truth in at least 95 % of studies: the exact chance to miss is found by recursion
over the looks (as in `experiments.statistics.sequential`), for the margins that Kim & Nelson's procedure has at each of them,
and the least favourable true difference is sought.

Least favourable is also the pair: the difference that is reported is taken to be the very one by which a scheme is dropped.
Where another scheme leads than the baseline, where an outcome is not the one that is selected on, or where a scheme is never
dropped, the end has less to do with the interval, which then covers more, up to 98 %.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from experiments.statistics.intervals import CONFIDENCE
from experiments.statistics.selection import caution
from experiments.statistics.sequential import missing, multiplier_at, normal_density

#: Half widths, in standard errors, whose chances to miss are found.
MULTIPLIERS = np.linspace(1.5, 4.75, 53)

#: Zones that are tried, in standard deviations of a paired difference; beyond the smallest and the largest ends hardly distort.
ZONES = np.geomspace(0.01, 1.5, 16)

#: True differences tried for the least favourable one, in zones.
TRUTHS = np.concatenate(([0.0], np.geomspace(0.06, 6.0, 14)))

SPREADS = 5  # quantiles of the variance of the first look
NODES = 41  # of the quadrature across the region in which a scheme is not yet dropped
REACH = 7.0  # standard deviations of a sum beyond which nothing lies


def where_dropped(looks: tuple[int, ...], schemes: int, zones: tuple[float, float], error: float = 1 - CONFIDENCE) -> float:
    """Half width of the interval of one difference at the end of a selection, in standard errors, for a chance to miss.

    ``zones`` are the smallest and the largest zone of indifference in standard deviations of a paired difference, over all pairs
    of schemes (`Selection.zones`): the least favourable in between counts.
    """
    first, last = np.searchsorted(ZONES, zones)
    chosen = ZONES[max(first - 1, 0) : min(last, len(ZONES) - 1) + 1]
    return max(multiplier_at(error, MULTIPLIERS, errors_at_the_end(looks, schemes, float(zone))) for zone in chosen)


@lru_cache(maxsize=256)
def errors_at_the_end(looks: tuple[int, ...], schemes: int, zone: float) -> np.ndarray:
    """For each of `MULTIPLIERS` the largest chance to miss over true differences.

    ``zone`` is in standard deviations of a difference. The margin hangs on the variance that the first look shows, which is
    averaged over its own law (chi-squared).
    """
    from scipy.special import chdtri

    degrees = looks[0] - 1
    tails = (np.arange(SPREADS) + 0.5) / SPREADS
    margins = caution(looks[0], schemes) * chdtri(degrees, tails) / degrees / (2 * zone)
    errors: np.ndarray = np.mean([_errors(looks, float(margin), zone) for margin in margins], axis=0).max(axis=0)
    return errors


def _errors(looks: tuple[int, ...], margin: float, zone: float) -> np.ndarray:
    """(truths, multipliers): chance to miss where a scheme is dropped once the sum of differences is beyond margin - n zone / 2.

    The sum is followed from look to look on nodes that move with the true difference.
    """
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    drifts = TRUTHS[:, None] * zone
    missed = np.zeros((len(TRUTHS), len(MULTIPLIERS)))
    at, mass, before = np.zeros((len(TRUTHS), 1)), np.ones((len(TRUTHS), 1)), 0
    for n in looks:
        step = float(np.sqrt(n - before))
        means = at + drifts * (n - before)
        edge = 0.0 if n == looks[-1] else max(0.0, margin - n * zone / 2)
        missed += missing(mass, means, step, drifts * n, MULTIPLIERS * np.sqrt(n), edge)
        if edge == 0.0:
            break
        low = np.clip(drifts * n - REACH * np.sqrt(n), -edge, edge)
        high = np.clip(drifts * n + REACH * np.sqrt(n), -edge, edge)
        middle, half = (low + high) / 2, (high - low) / 2
        at = middle + half * nodes
        density = np.einsum("tm,tnm->tn", mass, normal_density((at[:, :, None] - means[:, None, :]) / step)) / step
        mass, before = half * weights * density, n
    return missed
