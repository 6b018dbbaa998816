"""Ranking (mechanism 9): seats, grades, floor."""

from __future__ import annotations

import math

from sim.jit import rule

BOTTOM, ORDINARY, SECOND, TOP = 0, 1, 2, 3


@rule
def seats(share, members):
    """Seats of a grade in a group: the share rounded down, so small groups get fewer than their share (evidence A3)."""
    return int(math.floor(share * members + 1e-9))


@rule
def seats_by_lot(share, members, lot):
    """Seats where a lot in (0, 1) decides over the fraction: its chance to become one seat more is its size.

    Source: Scullen, Bergey & Aiman-Smith (2005), who dismiss 5 % in groups of ten as one in every second group.
    """
    return int(math.floor(share * members + 1e-9 + (1.0 - lot)))


@rule
def forced_grade(place, members, n_top, n_second, n_bottom):
    """Grade of a place (0 = best) under forced shares; the bottom goes first where shares collide."""
    if place >= members - n_bottom:
        return BOTTOM
    if place < n_top:
        return TOP
    if place < n_top + n_second:
        return SECOND
    return ORDINARY


@rule
def free_grade(score_share, top_threshold, second_threshold, bottom_threshold):
    """Grade of a score, as a share of all points, under free grading."""
    if score_share >= top_threshold:
        return TOP
    if score_share >= second_threshold:
        return SECOND
    if score_share < bottom_threshold:
        return BOTTOM
    return ORDINARY


@rule
def is_sanctioned(grade, score_share, floor):
    """Whether bottom sanctions strike: bottom grade, and below the floor where there is one (bureau speeches, part 2)."""
    return grade == BOTTOM and (floor <= 0.0 or score_share < floor)


@rule
def next_rung(rung, sanctioned, spared):
    """Standing on the ladder: one rung up per sanction, one down per clean result; unchanged if only spared by the floor."""
    if sanctioned:
        return min(rung + 1, 5)
    return rung if spared else max(rung - 1, 0)
