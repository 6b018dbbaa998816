"""The flow of people (mechanism 17): exit, entry, promotion."""

from __future__ import annotations

import math

from sim.jit import rule
from sim.rules.numbers import bounded


@rule
def exit_chance(rate, of_burnout, burnout_index, of_injustice, injustice, of_ability, potential):
    """Monthly chance to leave: rate exp(b (index - 2) + j (injustice - .5) + a potential), at most 1.

    Source: Swider & Zimmerman (2010), Colquitt et al. (2001); the proportional hazard is assumed. rate 0 = nobody leaves.
    """
    if rate <= 0.0:
        return 0.0
    push = of_burnout * (burnout_index - 2.0) + of_injustice * (injustice - 0.5) + of_ability * potential
    return min(1.0, rate * math.exp(push))


@rule
def application_score(validity, potential, error):
    """What selection sees of an applicant: v P + sqrt(1 - v^2) e (Scullen, Bergey & Aiman-Smith 2005)."""
    return validity * potential + math.sqrt(1.0 - validity * validity) * error


@rule
def ability_of(potential, mean, sd, low, high):
    """Ability from potential: mean + sd * potential within its bounds."""
    return bounded(mean + sd * potential, low, high)


@rule
def promotion_merit(merit_share, belief, seniority, chance):
    """Standing for promotion: merit_share * believed ability + (1 - merit_share) * seniority; `chance` only breaks ties."""
    return merit_share * belief + (1.0 - merit_share) * seniority + 1e-6 * chance
