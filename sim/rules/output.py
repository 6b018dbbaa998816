"""True output (mechanism 2): what effort becomes, and the luck that comes with it."""

from __future__ import annotations

import math

from sim.jit import rule

EXHAUSTION_NORM = 2.26  # mean of ordinary staff on the MBI's scale (Maslach, Jackson & Leiter 1996; evidence C1)


@rule
def fatigue(fatigue_at_full, exhaustion):
    """Share of productivity lost: fatigue_at_full * exhaustion/6. Source: Taris (2006), evidence C4; linear form assumed."""
    return fatigue_at_full * exhaustion / 6.0


@rule
def productivity(ability, capability, strategic_productivity, fatigue, workload):
    """Attainment per unit of effort: ability x capability x strategy map x (1 - fatigue) / workload.

    Demand that doubles halves what one officer attains per taxpayer (Basri et al. 2021, evidence B37).
    """
    return ability * capability * strategic_productivity * (1.0 - fatigue) / workload


@rule
def luck_weights(controllability):
    """(weight of a cadre's own luck, weight of the department's and of the taxpayers' side each); squares make 1.

    sqrt(c) and sqrt((1 - c)/2), c being the cadre's own share of the variance.
    """
    return math.sqrt(controllability), math.sqrt(0.5 * (1.0 - controllability))


@rule
def luck_on_task(noise, share, own_weight, shared_weight, own, department, taxpayers):
    """A month's luck on a task, in units of output: share * noise * (w_own z_own + w_shared (z_department + z_taxpayers))."""
    return share * noise * (own_weight * own + shared_weight * (department + taxpayers))


@rule
def contributed(value, own, share, given):
    """What a month on one task adds to a contribution: value x (own output without luck + this task's share of help given).

    Help given counts as what it makes at colleagues' desks, sabotage (negative) as what it destroys there. What a colleague's
    help made at one's own desk is his: it counts once.
    """
    return value * (own + share * given)


@rule
def persistent_luck(before, persistence, innovation):
    """AR(1) with unit variance: rho x + sqrt(1 - rho^2) z."""
    return persistence * before + math.sqrt(1.0 - persistence * persistence) * innovation


@rule
def luck_of_mean(noise, controllability, members, months):
    """Standard deviation of the mean attainment of `members` cadres over `months` months.

    noise * sqrt((c/members + (1 - c))/months); attainment units. One member and one month: the noise itself.
    """
    return noise * math.sqrt((controllability / members + (1.0 - controllability)) / max(months, 1.0))


@rule
def hanging_together(persistence, months):
    """How many times larger luck makes the variance of a mean over months when it lasts: 1 where each month is drawn anew.

    1 + 2 sum over k < n of (1 - k/n) rho^k = 1 + 2 rho/(1 - rho) (1 - (1 - rho^n)/(n (1 - rho))), exact for an AR(1).
    """
    if persistence <= 0.0:
        return 1.0
    fading = 1.0 - persistence
    return 1.0 + 2.0 * persistence / fading * (1.0 - (1.0 - persistence**months) / (months * fading))


@rule
def luck_of_period(noise, controllability, members, months, persistence):
    """Variances of a result's mean over a period: (people's own luck, the department's, the taxpayers' side), attainment squared.

    Own luck averages out over members and months, the department's over months, the taxpayers' side lasts (`persistent_luck`).
    """
    of_month = noise * noise / months
    shared = 0.5 * (1.0 - controllability) * of_month
    return controllability * of_month / members, shared, shared * hanging_together(persistence, months)


@rule
def luck_of_month(noise, controllability, members, hanging):
    """Standard deviation of a month's luck in the mean of so many, as it counts where months hang together (`hanging_together`).

    noise * sqrt(c/members + (1 - c) (1 + hanging)/2): half of what people do not control is the taxpayers' side, which lasts.
    """
    return noise * math.sqrt(controllability / members + 0.5 * (1.0 - controllability) * (1.0 + hanging))


@rule
def season(last_month, months, peak_month):
    """Mean of cos(2 pi (m - peak)/12) over the calendar months m of a step, which ends in `last_month`: 0 over a whole year."""
    total = 0.0
    for before in range(months):
        total += math.cos(math.pi * (last_month - before - peak_month) / 6.0)
    return total / months


@rule
def workload_this_month(workload, seasonality, season):
    """Workload with a yearly swing: w (1 + s * season), where `season` goes from -1 to 1; 1 = normal."""
    return workload * (1.0 + seasonality * season)


@rule
def felt_duty(duty, demand_pull, workload):
    """Worth of one's normal work: duty (1 + pull (workload - 1)); demand at the counter cannot be sent home."""
    return duty * max(0.0, 1.0 + demand_pull * (workload - 1.0))


@rule
def duty_under(duty, fair_dealing, justice, expected):
    """Duty as people return what they are given: duty (1 + w (justice - expected)), never below 0.

    justice: mean of perceived distributive and procedural justice; `expected` what newcomers expect. w 0 = however treated.
    Source: Adams (1965), Akerlof (1982); workers paid less than equal colleagues do less (Breza, Kaur & Shamdasani 2018).
    """
    return duty * max(0.0, 1.0 + fair_dealing * (justice - expected))


@rule
def duty_on(duty, value, useless_duty):
    """Duty on one task: all of it where the work is of use to anybody, a share of it where it is of none (value 0).

    Source: work without meaning is done for less (Ariely, Kamenica & Prelec 2008); key pressers (DellaVigna & Pope 2018, evidence
    B4). 1 = people feel bound to any work alike.
    """
    return duty if value > 0.0 else duty * useless_duty


@rule
def as_exchange(before, is_paid, returns):
    """How far voluntary work has become an exchange: 1 while money hangs on it, afterwards less by a share `returns` a month.

    Source: lateness at day-care centres stayed when the fine was taken away (Gneezy & Rustichini 2000, Journal of Legal Studies,
    evidence B18). 0 = for good.
    """
    return 1.0 if is_paid else before * (1.0 - returns)


@rule
def duty_priced(duty, priced_duty, voluntary, exchange):
    """Duty that is left where money has entered a favour or civic obligation: duty (1 - lost x voluntary x exchange).

    However little it is: what counts is that there is a price. Source: social and monetary markets (Heyman & Ariely 2004); pay
    enough or don't pay at all (Gneezy & Rustichini 2000, Quarterly Journal of Economics). A job (voluntary 0) keeps all of it;
    lost 0 = money takes nothing.
    """
    return duty * (1.0 - priced_duty * voluntary * exchange)


@rule
def taught(teaching, usual_help, helped):
    """What colleagues' help teaches: productivity times 1 + t (h/(h + h0) - 1/2), h months of help a month; 1 at the usual h0.

    Only on tasks that are counted: help beyond the usual is called forth by shared points and is about what earns them.
    Source: sales staff who were made to talk shop sold 24 % more (Sandvik, Saouma, Seegert & Stanton 2020); the form is assumed.
    """
    return 1.0 + teaching * (helped / (helped + usual_help) - 0.5)


@rule
def shown(showing, feedback, interim_results):
    """What is told of one's results shows of how to work: productivity times 1 + s (1 - (1 - feedback)(1 - interim results)).

    People who watch how they are doing see what to do otherwise (control theory; Harkin et al. 2016), as long as they are told
    (knowledge of results helps while it is given: Salmoni, Schmidt & Walter 1984). 0 = what is told shows nothing.
    """
    return 1.0 + showing * (1.0 - (1.0 - feedback) * (1.0 - interim_results))


@rule
def chance_of_illness(chance, of_exhaustion, exhaustion):
    """Monthly chance of a spell of illness: chance exp(k (exhaustion - 2.26)), at most 1; the exhausted fall ill more often.

    k: log hazard per point of exhaustion (Borritz et al. 2006: days of illness x 1.21 a standard deviation of burnout, asked
    before); 2.26: the norm of ordinary staff, for whom the chance holds. The proportional hazard is assumed. k 0 = all alike.
    """
    return min(1.0, chance * math.exp(of_exhaustion * (exhaustion - EXHAUSTION_NORM)))


@rule
def time_at_work(lot, illness_chance, illness_share):
    """Share of the month's work that illness leaves: 1 - share where the lot (0..1) falls below the chance of a spell.

    Source: spells and days lost among civil servants (sickness_2007). Chance 0 = nobody is ever ill.
    """
    return 1.0 - illness_share if lot < illness_chance else 1.0


@rule
def capped_attainment(attainment):
    """Attainment of a goal counts at most 1.5 times: nobody makes up for a neglected task without limit."""
    return min(attainment, 1.5)
