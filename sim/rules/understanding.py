"""Understanding of the scheme (mechanism 6)."""

from __future__ import annotations

from sim.jit import rule


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
