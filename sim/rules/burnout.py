"""Burnout (mechanism 15): job demands and resources with effort-reward imbalance, on the MBI's scales from 0 to 6."""

from __future__ import annotations

import math

from sim.jit import rule
from sim.rules.numbers import squashed

BURNOUT_FROM = 3.5
OVERLOAD_FROM = 1.2


@rule
def strain(
    load, capacity, demand, overhead, watched, threat, role_conflict, imbalance, resources,
    load_strain, demand_strain, overhead_strain, monitoring_strain, threat_strain, role_conflict_strain, imbalance_strain,
    resource_relief,
):  # fmt: skip
    """Strain of a month on the logit scale: demands weigh up, resources weigh down (Demerouti et al. 2001; Siegrist 1996).

    Load counts from the capacity upwards and, at a third, below it (evidence C6: from a full week on). Hours
    are one thing, work that waits (`demand`) another: what is felt as too much work goes with exhaustion far more than hours
    do (Lee & Ashforth 1996; hours alone: Lin et al. 2021). Being `watched` by a system strains whatever comes of it (Siegel,
    Koenig & Lazar 2022; Ravid et al. 2023).
    """
    above = load - capacity
    pressed = above if above > 0.0 else above / 3.0
    return (
        load_strain * pressed
        + demand_strain * demand
        + overhead_strain * overhead
        + monitoring_strain * watched
        + threat_strain * threat
        + role_conflict_strain * role_conflict
        + imbalance_strain * imbalance
        - resource_relief * resources
    )


@rule
def watched_by_system(captured, early_warning):
    """How far a system watches somebody's work, 0..1: what it records by itself, and what it looks at in order to warn.

    1 - (1 - captured)(1 - early warning): either is enough to be watched (assumed form).
    """
    return 1.0 - (1.0 - captured) * (1.0 - early_warning)


@rule
def felt_demand(workload):
    """How demanding the post is felt to be this month: ln(workload); a normal month is 0, less work relieves (assumed form)."""
    return math.log(workload)


@rule
def effort_reward_imbalance(load, reward, motivation):
    """Effort beyond what reward, recognition and meaning return: max(0, load - .5 motivation - .5 - reward) (Siegrist 1996)."""
    return max(0.0, load - 0.5 * motivation - 0.5 - reward)


@rule
def next_exhaustion(exhaustion, base, strain, resilience, rate):
    """Exhaustion a month on: moved a share `rate` towards 6/(1 + exp(-(base + strain - resilience))). rate 0 = constant."""
    return exhaustion + rate * (squashed(base + strain - resilience, 6.0) - exhaustion)


@rule
def next_cynicism(cynicism, base, of_exhaustion, exhaustion, of_injustice, injustice, held_off, rate):
    """Cynicism follows lasting exhaustion and injustice (Leiter & Maslach 1988), moved a share `rate` towards them.

    `rate`: half of what exhaustion moves in a month, compounded in longer steps.

    `held_off`: by resilience, by resources, which keep people engaged (Demerouti et al. 2001), less a disposition of
    one's own: the three scales go together by half or less (Lee & Ashforth 1996).
    """
    aim = squashed(base + of_exhaustion * exhaustion / 6.0 + of_injustice * injustice - held_off, 6.0)
    return cynicism + rate * (aim - cynicism)


@rule
def next_efficacy(efficacy, base, of_feedback, told, of_success, attained, sure, rate):
    """Professional efficacy, a month on: it grows from success and from being told of it (mastery and persuasion, Bandura 1977).

    `attained`: results over target in one's own eyes and in the time at work, counted from 0 to 1.5; 1 adds nothing. `told`:
    `told_of_success`. `sure`: of oneself, by resilience and by disposition. Being told more is not having done more: each has a
    size of its own.
    """
    beyond = min(max(attained, 0.0), 1.5) - 1.0
    return efficacy + rate * (squashed(base + of_feedback * told + of_success * beyond + sure, 6.0) - efficacy)


@rule
def told_of_success(feedback, publish_scores, interim_results, recognition):
    """How much a cadre is told of what he achieves, 0..1: .4 without any feedback."""
    return min(1.0, 0.4 + 0.3 * feedback + 0.1 * publish_scores + 0.1 * interim_results + 0.1 * recognition)


@rule
def burnout_index(exhaustion, cynicism, efficacy):
    """.4 exhaustion + .3 cynicism + .3 (6 - efficacy); from 3.5 burnout (evidence C2)."""
    return 0.4 * exhaustion + 0.3 * cynicism + 0.3 * (6.0 - efficacy)


@rule
def resources_at_work(care, coaching, feedback, autonomy, branch_resources):
    """Job resources, 0..1: mean of care, coaching, feedback, autonomy and what the branch has."""
    return 0.2 * (care + coaching + feedback + autonomy + branch_resources)
