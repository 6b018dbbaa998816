"""Scoring: how attainment becomes points (mechanism 4), and what a cadre can expect of it under luck.

One piecewise-linear function with a notch serves every scoring rule. At attainment a (1 = the standard)::

    f(a) = (1 - notch) + below*(clip(a, floor, 1) - 1) + above*(clip(a, 1, cap) - 1) + notch*[a >= 1]

With s > 1 milestones the part below the standard climbs in s equal steps instead of a slope.
Source: deduction and scoring plans of the T County study and the bureau speeches; reference dependence as in
Kahneman & Tversky (1979); the expectation under normal luck is exact (truncated normal moments).
"""

from __future__ import annotations

import math

from sim.jit import rule
from sim.rules.numbers import bounded, chance_above, density_at, expected_excess

STANDARD = 1.0


@rule
def step_reached(attainment, floor, steps):
    """Attainment rounded down to the last milestone between the floor and the standard."""
    width = (STANDARD - floor) / steps
    reached = math.floor((bounded(attainment, floor, STANDARD) - floor) / width + 1e-12)
    return floor + width * reached


@rule
def points_share(attainment, below, above, floor, cap, notch, steps):
    """Points as a share of the indicator's weight at a known attainment (no luck left)."""
    low = step_reached(attainment, floor, steps) if steps > 1 else bounded(attainment, floor, STANDARD)
    high = bounded(attainment, STANDARD, cap)
    points = 1.0 - notch + below * (low - STANDARD) + above * (high - STANDARD)
    if attainment >= STANDARD:
        points += notch
    return points


@rule
def expected_points_share(attainment, sd, below, above, floor, cap, notch, steps):
    """E[f(a + luck)] for normal luck of standard deviation `sd` (attainment units); exact."""
    if steps > 1:
        width = (STANDARD - floor) / steps
        low = floor
        for step in range(1, steps + 1):
            low += width * chance_above(attainment - floor - width * step, sd)
    else:
        low = floor + expected_excess(attainment - floor, sd) - expected_excess(attainment - STANDARD, sd)
    high = STANDARD + expected_excess(attainment - STANDARD, sd) - expected_excess(attainment - cap, sd)
    met = chance_above(attainment - STANDARD, sd)
    return 1.0 - notch + below * (low - STANDARD) + above * (high - STANDARD) + notch * met


@rule
def expected_points_slope(attainment, sd, below, above, floor, cap, notch, steps):
    """d E[f]/d a: what one more unit of attainment is expected to earn, per unit of weight."""
    at_standard = chance_above(attainment - STANDARD, sd)
    slope = above * (at_standard - chance_above(attainment - cap, sd))
    if steps > 1:
        width = (STANDARD - floor) / steps
        for step in range(1, steps + 1):
            slope += below * width * density_at(attainment - floor - width * step, sd)
    else:
        slope += below * (chance_above(attainment - floor, sd) - at_standard)
    if notch > 0.0:
        slope += notch * density_at(attainment - STANDARD, sd)
    return slope


@rule
def expected_points_curvature(attainment, sd, below, above, floor, cap):
    """d2 E[f]/d a2 of the sloped part (a notch or milestones are searched, not followed); 0 without luck."""
    kink = density_at(attainment - STANDARD, sd)
    return (
        below * (density_at(attainment - floor, sd) - kink)
        + above * (kink - density_at(attainment - cap, sd))
    )


@rule
def pay_variance_slope(attainment, sd, below, above):
    """d Var[pay]/d a for pay with slope `below` up to the standard and `above` beyond it, under normal luck.

    With d = a - 1, G = E[max(0, d + luck)], P = P[d + luck >= 0]::

        d Var/d a = 2 [below^2 (d - G) + above^2 G] - 2 E[f] [below + (above - below) P],  E[f] = below (d - G) + above G

    0 where pay is linear or certain. Source: moments of the truncated normal.
    """
    if sd <= 0.0 or below == above:
        return 0.0
    d = attainment - STANDARD
    g = expected_excess(d, sd)
    mean = below * (d - g) + above * g
    slope = below + (above - below) * chance_above(d, sd)
    return 2.0 * (below * below * (d - g) + above * above * g) - 2.0 * mean * slope


@rule
def pay_variance(attainment, sd, below, above):
    """Var[pay] of the same pay: E[f^2] - E[f]^2, exact for one kink at the standard."""
    if sd <= 0.0:
        return 0.0
    d = attainment - STANDARD
    g = expected_excess(d, sd)
    q = (d * d + sd * sd) * chance_above(d, sd) + d * sd * sd * density_at(d, sd)
    mean = below * (d - g) + above * g
    return below * below * (d * d + sd * sd - q) + above * above * q - mean * mean
