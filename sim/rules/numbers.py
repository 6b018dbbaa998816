"""Small numbers every rule needs: the normal distribution, bounds, memories."""

from __future__ import annotations

import math

import numpy as np

from sim.jit import inlined, rule

SQRT_HALF = math.sqrt(0.5)
INV_SQRT_2PI = 1.0 / math.sqrt(2.0 * math.pi)

#: Beyond this many standard deviations luck is taken as certain (chance 1e-9).
FAR = 6.0
_STEPS = 64
_GRID = np.arange(-FAR * _STEPS, FAR * _STEPS + 1) / _STEPS
_CHANCE = np.array([0.5 * math.erfc(-z * SQRT_HALF) for z in _GRID])
_DENSITY = INV_SQRT_2PI * np.exp(-0.5 * _GRID * _GRID)


@rule
def normal_density(z):
    """Density of the standard normal at z."""
    return INV_SQRT_2PI * math.exp(-0.5 * z * z)


@rule
def normal_chance(z):
    """Chance that a standard normal lies below z."""
    return 0.5 * math.erfc(-z * SQRT_HALF)


@rule
def bounded(value, low, high):
    """`value` kept within [low, high]."""
    return min(max(value, low), high)


@rule
def expected_excess(mean, sd):
    """E[max(0, X)] for X ~ N(mean, sd^2); max(0, mean) without noise."""
    if sd <= 0.0:
        return max(0.0, mean)
    chance, density = chance_and_density(mean, sd)
    return mean * chance + sd * sd * density


@rule
def expected_square(mean, sd):
    """E[max(0, X)^2] for X ~ N(mean, sd^2); max(0, mean)^2 without noise."""
    if sd <= 0.0:
        return max(0.0, mean) ** 2
    chance, density = chance_and_density(mean, sd)
    return (mean * mean + sd * sd) * chance + mean * sd * sd * density


@rule
def chance_above(mean, sd):
    """P[X >= 0] for X ~ N(mean, sd^2); a step (1 at 0) without noise."""
    chance, _ = chance_and_density(mean, sd)
    return chance


@inlined
def chance_and_density(mean, sd):
    """(P[X >= 0], density at 0) for X ~ N(mean, sd^2), computed together; a step and 0 without noise.

    By Taylor series around tabulated points (error below 1e-9): the innermost computation of every plan, five
    times as fast as erfc and exp.
    """
    if sd <= 0.0:
        return (1.0 if mean >= 0.0 else 0.0), 0.0
    sharp = 1.0 / sd
    z = mean * sharp
    if z >= FAR:
        return 1.0, 0.0
    if z <= -FAR:
        return 0.0, 0.0
    i = int((z + FAR) * _STEPS + 0.5)
    near = i * (1.0 / _STEPS) - FAR
    d = z - near
    density = _DENSITY[i]
    chance = _CHANCE[i] + density * d * (1.0 - d * (0.5 * near - d * (near * near - 1.0) * (1.0 / 6.0)))
    t = d * (near + 0.5 * d)
    return chance, density * (1.0 - t * (1.0 - t * (0.5 - t * (1.0 / 6.0 - t * (1.0 / 24.0))))) * sharp


@rule
def remembered(memory, signal, rate):
    """Exponential memory: the old value moved a share `rate` of the way to the signal."""
    return memory + rate * (signal - memory)


@rule
def squashed(x, top):
    """A smooth scale from 0 to `top` with the value top/2 at x = 0 (logistic)."""
    return top / (1.0 + math.exp(-x))


@rule
def interpolated(table, position):
    """Linear interpolation in a table at a (fractional) position, flat beyond its ends."""
    last = table.shape[0] - 1
    if position <= 0.0:
        return table[0]
    if position >= last:
        return table[last]
    i = int(position)
    share = position - i
    return table[i] + share * (table[i + 1] - table[i])
