"""What a result pays."""

from __future__ import annotations

import math

from sim.jit import rule
from sim.rules.ranking import BOTTOM, SECOND, TOP

LEAST_PAY = 0.1  # monthly wages: nobody lives on less, whatever the scheme takes


@rule
def pays_by_result(applied, ranking, bonus_per_point, unit_bonus_per_point, top_prize, second_prize, bottom_cut):
    """Whether money hangs on results, however little, and is really paid.

    Prizes and cuts go by grade: they count where there are grades (ranking above 0). Posts, honours and sanctions are no price.
    """
    of_grades = top_prize + second_prize + bottom_cut if ranking > 0 else 0.0
    return applied * (bonus_per_point + unit_bonus_per_point + of_grades) > 0.0


@rule
def explicit_reward(
    score, unit_score, grade, applied, bonus_per_point, unit_bonus_per_point, top_prize, second_prize, bottom_cut
):
    """Explicit reward per month, in monthly wages: applied x (bonus on own and unit score + prizes by grade).

    The top grade earns the second prize and the top prize on top of it; the bottom grade loses the cut.
    """
    reward = bonus_per_point * score + unit_bonus_per_point * unit_score
    if grade >= SECOND:
        reward += second_prize
    if grade == TOP:
        reward += top_prize
    if grade == BOTTOM:
        reward -= bottom_cut
    return applied * reward


@rule
def log_of_pay(at_risk, reward):
    """Logarithm of a month's pay here over a wage elsewhere: what is left of the fixed wage (1 - at_risk) and the reward.

    0 at exactly one wage.
    """
    return math.log(max(LEAST_PAY, 1.0 - at_risk + reward))


@rule
def pay_slope(people, potential, squares, pay, products):
    """Least-squares slope of log pay on potential from sums over people; 0 for fewer than 5, or where all are alike."""
    spread = people * squares - potential * potential
    if people < 5.0 or spread <= 1e-9 * people * people:
        return 0.0
    return (people * products - potential * pay) / spread


@rule
def pay_level(people, potential, pay, slope):
    """Log pay at average potential (0) on the line of `pay_slope`, from sums over people; 0 for fewer than 5."""
    return (pay - slope * potential) / people if people >= 5.0 else 0.0
