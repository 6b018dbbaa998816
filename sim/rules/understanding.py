"""Understanding of the scheme (mechanism 6)."""

from __future__ import annotations

import math

from sim.jit import rule

ROUNDING = 1e-9  # of an interview: the length of a round of a sitting is no whole number


@rule
def interviews_held(step, interviews_per_year, months):
    """Interviews in a step of so many months: n a year are held when floor(n t/12) rises with the months t since the start.

    So they are spread as evenly over a year as months allow, and n are held in every year: 4 at the end of each quarter.
    """
    return math.floor((step + 1) * months * interviews_per_year / 12.0 + ROUNDING) - math.floor(
        step * months * interviews_per_year / 12.0 + ROUNDING
    )


@rule
def next_understanding(understanding, study, study_rate, culture, counselling, interview_rate, forgetting_rate):
    """Understanding after a month: study and interviews clear up a share of what is not understood, some fades.

    u + (1 - u)(study_rate (study + culture)/2 + interview_rate * counselling) - forgetting u; counselling = interviews and
    coaching in this month. Source: deviation of cognition, S County study; the form is assumed.
    """
    learned = study_rate * 0.5 * (study + culture) + interview_rate * counselling
    u = understanding + (1.0 - understanding) * min(1.0, learned) - forgetting_rate * understanding
    return min(max(u, 0.0), 1.0)


@rule
def understanding_after_change(understanding, novelty, novelty_loss):
    """Understanding on the first day of a changed scheme; `novelty` is the share of its elements that changed."""
    return understanding * (1.0 - novelty_loss * novelty)
