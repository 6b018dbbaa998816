"""The flow of people (mechanism 17): exit, entry, promotion."""

from __future__ import annotations

import math

from sim.jit import rule
from sim.rules.numbers import bounded


@rule
def exit_chance(rate, of_burnout, burnout_index, of_injustice, injustice, of_ability, potential, of_pay, log_pay):
    """Monthly chance to leave: rate exp(b (index - 2) + j (injustice - .5) + a potential) pay^-p, at most 1.

    pay is what is earned here over what is earned elsewhere, one wage (`log_of_pay`). Source: Swider & Zimmerman (2010), Colquitt
    et al. (2001), for pay Manning (2003), Naidu & Carr (2022); the proportional hazard is assumed. rate 0 = nobody leaves.
    """
    if rate <= 0.0:
        return 0.0
    push = of_burnout * (burnout_index - 2.0) + of_injustice * (injustice - 0.5) + of_ability * potential - of_pay * log_pay
    return min(1.0, rate * math.exp(push))


@rule
def pull_of_pay(of_pay, slope):
    """Shift of what applicants believe of themselves, in standard deviations: those who would earn more here come more often.

    Log pay rises by `slope` s with potential P, and the number who come by the elasticity p with pay (Manning 2003: the same as
    for leaving; Dal Bo, Finan & Rossi 2013). So a potential is met exp(p s P) times as often, and N(0, 1) becomes N(p s, 1).
    """
    return of_pay * slope


@rule
def crowd_of_pay(of_pay, level, slope):
    """How many times as many people apply as at one wage: exp(p a + (p s)^2/2), the mean of exp(p (a + s P)) over P ~ N(0, 1).

    `level` a is log pay at average potential, `slope` s how it rises with potential; p as in `pull_of_pay`, which says who
    they are. Source: recruitment answers to pay (Dal Bo, Finan & Rossi 2013; Emanuel & Harrington 2020). 1 at one wage.
    """
    return math.exp(of_pay * level + 0.5 * (of_pay * slope) ** 2)


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


@rule
def weight_of_own(insight):
    """Weight w = r/(r + sqrt(1 - r^2)) of one's own potential in what one believes of it (`believed_potential`)."""
    return insight / (insight + math.sqrt(1.0 - insight * insight))


@rule
def believed_potential(potential, other, insight):
    """The potential that somebody believes to have: w x his own + (1 - w) x that of somebody else selected like him.

    w = r/(r + sqrt(1 - r^2)), so that belief and truth go together by r (`insight`) and nobody is better or worse on average.
    Self-evaluations of ability go with measured performance by .29 (Mabe & West 1982; Zell & Krizan 2014), with ability itself by
    more, since performance is also luck and other people. 1 = as it is.
    """
    own = weight_of_own(insight)
    return own * potential + (1.0 - own) * other
