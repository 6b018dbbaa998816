"""Joint responsibility (mechanism 10): a share of the unit's added and deducted points for everyone liable."""

from __future__ import annotations

from sim.jit import rule

#: Units by their place in the organisation (`UnitLevel`): whose result counts, who answers together.
CADRE_LEVEL, DEPARTMENT_LEVEL, BRANCH_LEVEL, BUREAU_LEVEL = 0, 1, 2, 3


@rule
def liability_level(joint_share, joint_scope, is_office):
    """The unit whose people answer together: the scheme's, at least the department; nobody else without joint responsibility.

    Offices answer for what the grass roots decide: for the whole bureau (bureau speeches, part 2).
    """
    if joint_share <= 0.0:
        return DEPARTMENT_LEVEL
    return BUREAU_LEVEL if is_office else max(joint_scope, DEPARTMENT_LEVEL)


@rule
def joint_points(own_points, unit_points, joint_share):
    """Points after joint responsibility: own plus share * (unit's mean - own). 0 = everyone for himself."""
    return own_points + joint_share * (unit_points - own_points)


@rule
def passed_down_points(pressure, pass_through, points):
    """Points the superior deducts for a bad rank and the bureau passes on to everybody.

    5 % of all points per place short of the demanded rank (assumed), times the share passed on.
    """
    return 0.05 * points * pressure * pass_through


@rule
def role_conflict(joint_share, pass_through, is_office, clear_posts):
    """Being liable for what others decide, 0..1: offices under joint responsibility feel it most (bureau speeches, part 2)."""
    liable = min(1.0, joint_share + pass_through)
    return liable * (1.0 if is_office else 0.5) * (1.0 - 0.5 * clear_posts)
