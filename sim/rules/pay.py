"""What a result pays."""

from __future__ import annotations

from sim.jit import rule
from sim.rules.ranking import BOTTOM, SECOND, TOP


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
