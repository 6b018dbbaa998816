"""Who enters a post: the best applicant, with traits drawn at the address of the place and the month."""

from __future__ import annotations

import math

import numpy as np

from sim.jit import rule
from sim.population.draws import Purpose, normals, uniforms
from sim.rules.flow import ability_of, application_score

TRAITS = int(Purpose.TRAITS)
APPLICANT = int(Purpose.APPLICANT)
REDRAWN = int(Purpose.ABILITY_REDRAWN)


@rule
def best_applicant(luck, key, position, month, applicants, validity):
    """Potential of the applicant with the best application score among `applicants`."""
    best, best_score = 0.0, -np.inf
    for applicant in range(int(applicants)):
        potential, error, _, _ = normals(luck, key, position, applicant, month, APPLICANT, 0)
        score = application_score(validity, potential, error)
        if score > best_score:
            best, best_score = potential, score
    return best


@rule
def enter(world, i, month, is_founding):
    """Fill place i with a new person at an address of draws (`month` 0 is the founding).

    Traits are normal or lognormal around the behaviour's means; state of mind starts where a calm bureau leaves it.
    """
    b = world.behaviour[0]
    c = world.cadres[i]
    d = world.departments[c.department]
    key, position = c.key, c.position
    c.potential = best_applicant(world.luck, key, position, month, b.applicants, b.selection_validity)
    c.ability = ability_of(c.potential, b.ability_mean, b.ability_sd, b.ability_low, b.ability_high)
    z0, z1, z2, z3 = normals(world.luck, key, position, 0, month, TRAITS, 0)
    z4, z5, z6, z7 = normals(world.luck, key, position, 0, month, TRAITS, 1)
    u0, u1, _, _ = uniforms(world.luck, key, position, 0, month, TRAITS, 2)
    c.psm = math.exp(b.psm_sd * z0 - 0.5 * b.psm_sd**2)
    c.loss_aversion = max(0.0, b.loss_aversion + b.loss_aversion_sd * z1)
    c.risk_aversion = max(0.0, b.risk_aversion * (1.0 + b.risk_aversion_sd * z2))
    c.honesty = max(0.0, b.honesty * (1.0 + b.honesty_sd * z3))
    c.fairness_sensitivity = math.exp(0.3 * z4 - 0.045)
    c.resilience = b.resilience_sd * z5
    c.crowding = b.crowding + b.crowding_sd * z6
    if is_founding:
        c.age = min(max(b.age_mean + b.age_sd * z7, min(18.0, b.age_mean)), min(b.retirement_age, b.age_mean + 2.5 * b.age_sd))
        c.tenure = 12.0 * max(0.0, c.age - b.entry_age) * (0.5 + 0.5 * u0)
        c.months_in_post = c.tenure * 0.5 * u1
    else:
        c.age = b.entry_age
        c.tenure = 0.0
        c.months_in_post = 0.0
        c.persons += 1
    c.level = 0 if not is_founding else c.level
    c.grade = -1
    c.rung = 0
    c.sanctioned = 0
    c.dismissed = 0
    calm = 1.0 / (1.0 + math.exp(-(b.exhaustion_base - c.resilience)))
    c.exhaustion = 6.0 * calm
    c.cynicism = 6.0 / (1.0 + math.exp(-(b.cynicism_base - 0.5 * c.resilience)))
    c.efficacy = 6.0 / (1.0 + math.exp(-(b.efficacy_base + 0.5 * c.resilience)))
    c.motivation = 1.0
    c.understanding = b.understanding_start
    c.justice_distributive = b.justice_start
    c.justice_procedural = b.justice_start
    c.justice_interpersonal = b.justice_start
    c.justice_informational = b.justice_start
    c.detection_perceived = world.scheme[0].detection
    c.belief = 0.0
    c.belief_precision = b.prior_precision
    c.score = np.nan
    c.points = np.nan
    c.contribution = np.nan
    c.pay = 0.0
    c.period_steps = 0.0
    c.period_contribution = 0.0
    c.guess = 0.0
    c.threat = 0.0
    c.help_given = 0.0
    c.sabotage_done = 0.0
    c.fatigue = 0.0
    for p in range(c.capability.shape[0]):
        c.capability[p] = 1.0
    for j in range(d.n_tasks):
        c.effort[j] = d.share[j]
        c.falsified[j] = 0.0
        c.output[j] = 0.0
        c.period_output[j] = 0.0
        c.period_reported[j] = 0.0
        c.target[j] = d.first_target[j]


@rule
def found_cadres(world, first, last):
    """Fill the places [first, last) with the first workforce."""
    for i in range(first, last):
        enter(world, i, 0, True)


@rule
def redraw_ability(world, step, i):
    """A new ability after a promotion, independent of the old one."""
    b = world.behaviour[0]
    c = world.cadres[i]
    z, _, _, _ = normals(world.luck, c.key, c.position, 0, step + 1, REDRAWN, 0)
    c.potential = z
    c.ability = ability_of(z, b.ability_mean, b.ability_sd, b.ability_low, b.ability_high)
