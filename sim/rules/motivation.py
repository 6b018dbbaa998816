"""Own drive and its crowding (mechanism 5)."""

from __future__ import annotations

from sim.jit import rule
from sim.rules.numbers import chance_above


@rule
def own_drive(drive, psm, motivation, value, mission_clarity):
    """Worth of a unit of output for its own sake: drive x PSM x autonomous motivation x the task's true value.

    A strategy map and an explicit mission make the true value visible on every task: up to half as much again (assumed).
    Source: Perry & Wise (1990); Francois (2000).
    """
    return drive * psm * motivation * value * (1.0 + 0.5 * mission_clarity)


@rule
def goal_pull(commitment, loss_aversion, worth, short_of_goal, short_of_ordinary):
    """What a goal adds to a unit of work: g (lambda - 1) x worth of the work x (P(below the goal) - P(below the ordinary)).

    What is missing from one's reference point is felt as a loss, of the work and not of pay. Without a goal that point is what a
    normal month brings (do your best); a standard beyond it moves the point there (Kahneman & Tversky 1979; Heath, Larrick & Wu
    1999; Corgnet, Gomez-Minambres & Hernan-Gonzalez 2015), one at or below it adds nothing. commitment 0 = nobody makes a goal
    his own.
    """
    return commitment * max(0.0, loss_aversion - 1.0) * worth * max(0.0, short_of_goal - short_of_ordinary)


@rule
def chance_short(result, standard, noise):
    """Chance that a month with an expected result and its luck (units of a normal month) ends below a standard."""
    return 1.0 - chance_above(result / standard - 1.0, noise / standard)


@rule
def felt_control(control_of_pay, pay_at_stake, control_of_tracking, tracking, deadlines):
    """Felt control, 0..1: wages that hang on the score; being tracked and deadlines, half each (Deci, Koestner & Ryan 1999)."""
    return min(1.0, control_of_pay * pay_at_stake + control_of_tracking * 0.5 * (tracking + deadlines))


@rule
def motivation_aimed_at(crowding, control, autonomy_effect, autonomy, feedback_effect, feedback, meaning_effect, meaning):
    """Where autonomous motivation settles: 1 - crowding * control + autonomy + feedback + meaning, never below 0.

    `crowding` differs between people and may be negative (crowding in; Frey & Jegen 2001).
    """
    aim = 1.0 - crowding * control + autonomy_effect * autonomy + feedback_effect * feedback + meaning_effect * meaning
    return max(0.0, aim)
