"""Taxpayers: satisfaction and compliance, answering with a lag to service, process quality and enforcement."""

from __future__ import annotations

from sim.jit import rule
from sim.rules.numbers import bounded


@rule
def satisfaction_aimed_at(service, of_service, enforcement, of_enforcement):
    """Where satisfaction settles: .7 + service (attainment - 1) - enforcement beyond normal, within 0..1."""
    return bounded(0.7 + of_service * (service - 1.0) - of_enforcement * max(0.0, enforcement - 1.0), 0.0, 1.0)


@rule
def compliance_aimed_at(satisfaction, of_satisfaction, enforcement, of_enforcement):
    """Where compliance settles: .8 + satisfaction beyond .7 (slippery slope: trust) + enforcement (power), within 0..1.

    Source: Kirchler, Hoelzl & Wahl (2008).
    """
    return bounded(0.8 + of_satisfaction * (satisfaction - 0.7) + of_enforcement * (enforcement - 1.0), 0.0, 1.0)


@rule
def compliance_productivity(compliance, effect):
    """What compliance does to financial output: (compliance/.8)^effect; 1 at normal compliance."""
    return max(compliance / 0.8, 0.05) ** effect
