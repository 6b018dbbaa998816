"""Targets (mechanism 12): cascade with top-up, bargained slack, ratchet."""

from __future__ import annotations

from sim.jit import rule


@rule
def cascaded_target(difficulty, top_up, levels, slack, job_coefficients, workload):
    """First target of a task: difficulty (1 + top_up)^levels (1 - slack), eased where workloads are evened out.

    Targets are topped up at every level downwards (Li, Liu, Weng & Zhou 2019, evidence B45; `added_per_level`). Job
    coefficients divide by the cadre's mean workload.
    """
    eased = 1.0 + job_coefficients * (workload - 1.0)
    return difficulty * (1.0 + top_up) ** levels * (1.0 - slack) / eased


@rule
def added_per_level(top_up, top_up_pressed, growth, rank_demanded):
    """What every level adds to the target it hands on: the scheme's own top-up, and more where the superior demands a rank.

    A buffer that makes sure of what is demanded, and a spur for those below: whoever stands well adds as well, so how far the
    bureau falls short of its rank does not matter, only that one is demanded (Chang, Wang & Xiong 2025). What is topped up is
    the growth that a target asks for (`growth`: its share of the target), not what was done last year. 0 = nobody adds.
    """
    return top_up + top_up_pressed * growth if rank_demanded > 0 else top_up


@rule
def ordinary_target(job_coefficients, workload):
    """The target that asks for a normal month and no more: difficulty 1, nothing topped up or bargained down."""
    return cascaded_target(1.0, 0.0, 0, 0.0, job_coefficients, workload)


@rule
def next_target(target, attained, ratchet_up, ratchet_down):
    """Ratchet: T' = T + lambda (y - T), with its own rate for excess and shortfall (Weitzman 1980); never below .1."""
    rate = ratchet_up if attained > target else ratchet_down
    return max(0.1, target + rate * (attained - target))


@rule
def bargained_slack(bargaining, slack_bargained, detail_known):
    """Slack a reporting unit wins: less where the bureau can see for itself (0..1)."""
    return bargaining * slack_bargained * (1.0 - detail_known)
