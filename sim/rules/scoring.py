"""Scoring: how attainment becomes points (mechanism 4), and what a cadre can expect of it under luck.

One piecewise-linear function with a notch serves every scoring rule. At attainment a (1 = the standard)::

    f(a) = (1 - notch) + below*(clip(a, floor, 1) - 1) + above*(clip(a, 1, cap) - 1) + notch*[a >= 1]

With s > 1 milestones the part below the standard climbs in s equal steps instead of a slope.
Source: deduction and scoring plans of the T County study and the bureau speeches; reference dependence as in
Kahneman & Tversky (1979); the expectation under normal luck is exact (truncated normal moments).
"""

from __future__ import annotations

import math

from sim.jit import inlined, rule
from sim.rules.numbers import bounded, chance_above, chance_and_density, expected_excess, expected_square

STANDARD = 1.0
ENDLESS = 10.0  # attainment that nobody gets near: a cap there or beyond it is none
HAIR = 1e-12  # whoever is no further short of a line has reached it: a report raised to a line is that exact but for rounding


@rule
def holds_to_standard(below, above, cap, notch, steps, is_loss):
    """Whether points hold results against a standard, so that one can fail it: a goal, whatever hangs on it.

    Missing it has to show, and the standard has to be more than a unit of measure. Plain proportion without an end (a piece rate,
    do your best) knows none, nor does a guarantee that nobody can fall below. Source: goals as reference points (Heath et al.
    1999).
    """
    is_missed = below > 0.0 or notch > 0.0
    is_proportion = below == above and notch == 0.0 and steps <= 1 and is_loss == 0 and cap >= ENDLESS
    return is_missed and not is_proportion


@rule
def step_reached(attainment, floor, steps):
    """Attainment rounded down to the last milestone between the floor and the standard."""
    width = (STANDARD - floor) / steps
    reached = math.floor((bounded(attainment, floor, STANDARD) - floor) / width + HAIR)
    return floor + width * reached


@rule
def next_bright_line(attainment, floor, steps, below, notch):
    """(attainment, prize) of the next milestone, or of the standard, above an attainment; prize 0 where there is none.

    The prize is what reaching it adds to the points, as a share of the indicator's weight. A bright line is where points jump:
    an indicator without milestones and without a notch has none.
    """
    if attainment >= STANDARD - HAIR:
        return STANDARD, 0.0
    if steps <= 1:
        return STANDARD, notch
    width = (STANDARD - floor) / steps
    line = step_reached(attainment, floor, steps) + width
    return line, below * width + (notch if line >= STANDARD - HAIR else 0.0)


@rule
def points_share(attainment, below, above, floor, cap, notch, steps):
    """Points as a share of the indicator's weight at a known attainment (no luck left)."""
    low = step_reached(attainment, floor, steps) if steps > 1 else bounded(attainment, floor, STANDARD)
    high = bounded(attainment, STANDARD, cap)
    points = 1.0 - notch + below * (low - STANDARD) + above * (high - STANDARD)
    if attainment >= STANDARD - HAIR:
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
def points_variance(attainment, sd, below, above, floor, cap, notch, steps):
    """Var[f(a + luck)] for normal luck of standard deviation `sd` (attainment units); exact, 0 without luck.

    Below the standard u = min(x, 1) - floor counts, above it v = min(x, cap) - 1, and the notch m; u is whole where v or m is not
    0, so that products of the three follow from their means. Second moments of truncated normals: `expected_square`.
    """
    if sd <= 0.0:
        return 0.0
    width = STANDARD - floor
    over = expected_excess(attainment - STANDARD, sd)
    square_over = expected_square(attainment - STANDARD, sd)
    met = chance_above(attainment - STANDARD, sd)
    u, square_u = 0.0, 0.0
    if steps > 1:
        step_width = width / steps
        for step in range(1, steps + 1):
            reached = chance_above(attainment - floor - step_width * step, sd)
            u += step_width * reached
            square_u += step_width * step_width * (2.0 * step - 1.0) * reached
    else:
        u = expected_excess(attainment - floor, sd) - over
        square_u = expected_square(attainment - floor, sd) - square_over - 2.0 * width * over
    room = cap - STANDARD
    past = expected_excess(attainment - cap, sd)
    v = over - past
    square_v = square_over - expected_square(attainment - cap, sd) - 2.0 * room * past
    mean = below * (u - width) + above * v + notch * met
    square_short = square_u - 2.0 * width * u + width * width
    square = below * below * square_short + above * above * square_v + notch * notch * met + 2.0 * above * notch * v
    return max(0.0, square - mean * mean)


@inlined
def standing(attainment, sd):
    """(chance that the standard is met, density there) at an attainment whose luck has standard deviation `sd`."""
    return chance_and_density(attainment - STANDARD, sd)


@inlined
def slope_and_bend(attainment, sd, met, at_standard, below, above, floor, cap, notch, steps):
    """(d E[f]/d a, d2 E[f]/d a2): what one more unit of attainment is expected to earn, and how fast that changes.

    `met`, `at_standard`: the `standing` at that attainment. Without luck the slope is that of the side the attainment is on, and
    the bend is 0.
    """
    d = attainment - STANDARD
    slope, bend = 0.0, 0.0
    if steps > 1:
        width = (STANDARD - floor) / steps
        for step in range(1, steps + 1):
            gap = attainment - floor - width * step
            _, density = chance_and_density(gap, sd)
            slope += below * width * density
            bend -= below * width * density * gap / (sd * sd) if sd > 0.0 else 0.0
    else:
        reached, at_floor = chance_and_density(attainment - floor, sd)
        slope += below * (reached - met)
        bend += below * (at_floor - at_standard)
    if above > 0.0:
        over, at_cap = chance_and_density(attainment - cap, sd)
        slope += above * (met - over)
        bend += above * (at_standard - at_cap)
    if notch > 0.0 and sd > 0.0:
        slope += notch * at_standard
        bend -= notch * at_standard * d / (sd * sd)
    return slope, bend


@inlined
def shortfall_and_miss(attainment, sd, met, at_standard):
    """(expected attainment short of the standard, chance to miss it) under normal luck of standard deviation `sd`."""
    d = attainment - STANDARD
    missed = 1.0 - met
    return (sd * sd * at_standard - d * missed if sd > 0.0 else max(0.0, -d)), missed


@rule
def expected_points_slope(attainment, sd, below, above, floor, cap, notch, steps):
    """d E[f]/d a: what one more unit of attainment is expected to earn, per unit of weight."""
    met, at_standard = standing(attainment, sd)
    slope, _ = slope_and_bend(attainment, sd, met, at_standard, below, above, floor, cap, notch, steps)
    return slope


@inlined
def risk_slope_and_bend(attainment, sd, met, at_standard, below, above):
    """(d Var[pay]/d a, d2 Var[pay]/d a2) for pay with slope `below` up to the standard and `above` beyond it.

    With d = a - 1, G = E[max(0, d + luck)], P = P[d + luck >= 0], E[f] = below (d - G) + above G::

        d Var/d a = 2 [below^2 (d - G) + above^2 G] - 2 E[f] [below + (above - below) P]

    0 where pay is linear or certain. Source: moments of the truncated normal; Var enters as CARA risk cost r/2 Var.
    """
    if sd <= 0.0 or below == above:
        return 0.0, 0.0
    d = attainment - STANDARD
    g = d * met + sd * sd * at_standard
    mean = below * (d - g) + above * g
    slope = below + (above - below) * met
    first = 2.0 * (below * below * (d - g) + above * above * g - mean * slope)
    second = 2.0 * (below * below * (1.0 - met) + above * above * met - slope * slope - mean * (above - below) * at_standard)
    return first, second
