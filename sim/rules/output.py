"""True output (mechanism 2): what effort becomes, and the luck that comes with it."""

from __future__ import annotations

import math

from sim.jit import rule


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
def workload_this_month(workload, seasonality, month_of_year, peak_month):
    """Workload with a yearly swing: w (1 + s cos(2 pi (m - peak)/12)); 1 = normal."""
    return workload * (1.0 + seasonality * math.cos(math.pi * (month_of_year - peak_month) / 6.0))


@rule
def felt_duty(duty, demand_pull, workload):
    """Worth of one's normal work: duty (1 + pull (workload - 1)); demand at the counter cannot be sent home."""
    return duty * max(0.0, 1.0 + demand_pull * (workload - 1.0))


@rule
def capped_attainment(attainment):
    """Attainment of a goal counts at most 1.5 times: nobody makes up for a neglected task without limit."""
    return min(attainment, 1.5)
