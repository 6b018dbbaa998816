"""Contests among peers: exact chances under normal luck, tabulated once per group size and number of seats.

A cadre at standing d (standard deviations from the mean of n - 1 alike peers) beats the cut-off for m seats when he is above
the m-th best of the others, whose rank in the unit interval is U ~ Beta(n - m, m). With c(U) the normal quantile::

    chance(d) = E[Phi(d - c(U))],  density(d) = E[phi(c(U) - d)]

At d = 0 the density is the integral of f times the density of the order statistic. Source: Lazear & Rosen (1981);
a normal approximation misses by 1 to 2 %, the asymptotic spread by more, so the integral is taken exactly.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.special import betaincinv, ndtr, ndtri

from sim.population.columns import CONTEST_POINTS
from sim.rules.incentives import STANDING_RANGE, STANDING_STEP

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(256)
_STANDINGS = np.arange(CONTEST_POINTS) * STANDING_STEP - STANDING_RANGE


@lru_cache(maxsize=4096)
def contest_tables(members: int, seats: int) -> tuple[np.ndarray, np.ndarray]:
    """(chance, density) of beating the cut-off for `seats` of `members` places at every tabulated standing.

    No contest (no seats, everybody seated, nobody to beat): density 0 and a certain outcome.
    """
    if seats <= 0:
        return np.zeros(CONTEST_POINTS), np.zeros(CONTEST_POINTS)
    if seats >= members:
        return np.ones(CONTEST_POINTS), np.zeros(CONTEST_POINTS)
    # sin^2 substitution: the nodes crowd at both ends, where quantiles of small groups are steep
    angle = 0.25 * np.pi * (_NODES + 1.0)
    weight = _WEIGHTS * 0.25 * np.pi * np.sin(2.0 * angle)
    rank = np.clip(betaincinv(members - seats, seats, np.sin(angle) ** 2), 1e-300, 1.0 - 1e-16)
    cut = ndtri(rank)
    gap = _STANDINGS[:, None] - cut[None, :]
    chance = ndtr(gap) @ weight
    density = (np.exp(-0.5 * gap * gap) / np.sqrt(2.0 * np.pi)) @ weight
    return chance, density


def contest_tables_by_lot(members: int, seats: float) -> tuple[np.ndarray, np.ndarray]:
    """The same for seats with a fraction: whoever competes does not know yet whether it becomes a seat."""
    whole = int(np.floor(seats + 1e-9))
    fraction = seats - whole
    if fraction <= 1e-9:
        return contest_tables(members, whole)
    (chance, density), (chance_more, density_more) = contest_tables(members, whole), contest_tables(members, whole + 1)
    return (1.0 - fraction) * chance + fraction * chance_more, (1.0 - fraction) * density + fraction * density_more


def contest_density_even(members: int, seats: int) -> float:
    """Marginal chance of winning one of `seats` for a cadre level with his peers."""
    return float(contest_tables(members, seats)[1][CONTEST_POINTS // 2])
