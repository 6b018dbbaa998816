"""Who enters a post: the best applicant, with traits drawn at the address of the place and the month."""

from __future__ import annotations

import math

import numpy as np

from sim.jit import rule
from sim.population.draws import Purpose, normal_quantile, normals, uniforms
from sim.rules.burnout import told_of_success
from sim.rules.flow import ability_of, application_score, believed_potential, crowd_of_pay, pull_of_pay, weight_of_own
from sim.rules.numbers import bounded, squashed
from sim.rules.responsibility import CADRE_LEVEL, DEPARTMENT_LEVEL
from sim.rules.understanding import understanding_after_change

TRAITS = int(Purpose.TRAITS)
APPLICANT = int(Purpose.APPLICANT)
DISPOSITIONS = 6  # from this block of traits on: what people bring along to cynicism and efficacy
SELF_VIEW = 6  # from this block of applicants on: whom people take themselves for
REDRAWN = int(Purpose.ABILITY_REDRAWN)
HEAD = int(Purpose.HEAD)
PEER = int(Purpose.PEER)
PROMOTION = int(Purpose.PROMOTION)
#: How a place fell vacant. Both may happen in one month, and the two who come are not the same person: the dismissed are
#: followed by people drawn in blocks of their own.
FOUNDED, LEFT, DISMISSED = 0, 1, 2
BY_THE_GROUP = 1  # a ratchet that goes by the department's result


@rule
def best_applicant(luck, key, position, month, applicants, validity, block):
    """Potential of the applicant with the best application score among `applicants`."""
    best, best_score = 0.0, -np.inf
    for applicant in range(int(applicants)):
        potential, error, _, _ = normals(luck, key, position, applicant, month, APPLICANT, block)
        score = application_score(validity, potential, error)
        if score > best_score:
            best, best_score = potential, score
    return best


@rule
def abler_by_choice(applicants, times, validity):
    """How much higher in potential the best applicant stands where `times` as many apply, in standard deviations.

    v (m(n times) - m(n)), with m(n) the normal quantile of (n - 3/8)/(n + 1/4), the best of n to within a fiftieth (Blom
    1958). The same applicants are drawn whatever a scheme pays, so that worlds differ by what schemes do and not by luck. With
    one applicant a place there is no choice, however many ask (0).
    """
    if applicants <= 1.0:
        return 0.0
    crowd = max(1.0, applicants * times)
    better = normal_quantile((crowd - 0.375) / (crowd + 0.25)) - normal_quantile((applicants - 0.375) / (applicants + 0.25))
    return validity * better


@rule
def enter(world, i, month, vacancy):
    """Fill place i with a new person at an address of draws: the month (0 is the founding) and how the place fell vacant.

    Traits are normal or lognormal around the behaviour's means; state of mind starts where a calm bureau leaves it.
    """
    b = world.behaviour[0]
    c = world.cadres[i]
    d = world.departments[c.department]
    key, position = c.key, c.position
    is_founding = vacancy == FOUNDED
    block = 3 if vacancy == DISMISSED else 0
    c.potential = best_applicant(world.luck, key, position, month, b.applicants, b.selection_validity, block)
    # whoever believes to earn more here comes more often: the shift lies on both parts of what is believed; and where more come
    # there are more to choose from
    drawn, chosen = 0.0, 0.0
    if b.entry_of_pay > 0.0 and (d.pay_slope != 0.0 or d.pay_level != 0.0):
        drawn = pull_of_pay(b.entry_of_pay, d.pay_slope)
        chosen = abler_by_choice(b.applicants, crowd_of_pay(b.entry_of_pay, d.pay_level, d.pay_slope), b.selection_validity)
        c.potential += drawn * weight_of_own(b.self_insight) + chosen
    c.ability = ability_here(world, c.potential)
    z0, z1, z2, z3 = normals(world.luck, key, position, 0, month, TRAITS, block)
    z4, z5, z6, z7 = normals(world.luck, key, position, 0, month, TRAITS, block + 1)
    u0, u1, _, _ = uniforms(world.luck, key, position, 0, month, TRAITS, block + 2)
    c.psm = math.exp(b.psm_sd * z0 - 0.5 * b.psm_sd**2)
    c.loss_aversion = max(0.0, b.loss_aversion + b.loss_aversion_sd * z1)
    c.risk_aversion = max(0.0, b.risk_aversion * (1.0 + b.risk_aversion_sd * z2))
    c.honesty = max(0.0, b.honesty * (1.0 + b.honesty_sd * z3))
    c.fairness_sensitivity = math.exp(b.fairness_sd * z4 - 0.5 * b.fairness_sd**2)
    c.resilience = b.resilience_sd * z5
    c.crowding = b.crowding + b.crowding_sd * z6
    c.detachment, c.confidence = 0.0, 0.0
    if b.detachment_sd > 0.0 or b.confidence_sd > 0.0:
        z8, z9, _, _ = normals(world.luck, key, position, 0, month, TRAITS, block + DISPOSITIONS)
        c.detachment = b.detachment_sd * z8
        c.confidence = b.confidence_sd * z9
    c.self_view = 1.0
    if b.self_insight < 1.0:
        other = best_applicant(world.luck, key, position, month, b.applicants, b.selection_validity, block + SELF_VIEW)
        see_oneself(world, i, other + drawn * (1.0 - weight_of_own(b.self_insight)) + chosen)
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
    c.exhaustion = squashed(b.exhaustion_base - c.resilience, 6.0)
    c.cynicism = squashed(
        b.cynicism_base
        + b.cynicism_of_exhaustion * c.exhaustion / 6.0
        + b.cynicism_of_injustice * (1.0 - b.justice_start)
        - (b.cynicism_of_resilience * c.resilience - c.detachment),
        6.0,
    )
    sure = b.efficacy_of_resilience * c.resilience + c.confidence
    untold = told_of_success(0.0, 0.0, 0.0, 0.0)
    c.efficacy = squashed(b.efficacy_base + b.efficacy_of_feedback * untold + sure, 6.0)
    c.motivation = 1.0
    c.understanding = b.understanding_start
    c.justice_distributive = b.justice_start
    c.justice_procedural = b.justice_start
    c.justice_interpersonal = b.justice_start
    c.justice_informational = b.justice_start
    c.detection_perceived = world.schemes[d.arm].detection
    c.belief = 0.0
    c.belief_precision = b.prior_precision
    c.score = np.nan
    c.points = np.nan
    c.performance = np.nan
    c.contribution = np.nan
    c.pay = 0.0
    c.replaced = 0.0
    c.log_pay = 0.0
    c.period_steps = 0.0
    c.period_contribution = 0.0
    c.guess = 0.0
    c.load_price = -1.0
    c.threat = 0.0
    c.help_given = 0.0
    c.sabotage_done = 0.0
    c.fatigue = 0.0
    c.present = 1.0
    for p in range(c.capability.shape[0]):
        c.capability[p] = 1.0
    for j in range(d.n_tasks):
        c.effort[j] = d.share[j]
        c.planned[j] = d.share[j]
        c.falsified[j] = 0.0
        c.output[j] = 0.0
        c.period_output[j] = 0.0
        c.period_reported[j] = 0.0
        if is_founding or unit_of_target(world, c.department, j) == CADRE_LEVEL:
            c.target[j] = d.first_target[j]  # a unit's target stays with the place


@rule
def unit_of_target(world, d, j):
    """Whose result the target of a department's task j is held against, and moves with.

    The unit that the first indicator on the task looks at; the department where the scheme's ratchet goes by the group.
    """
    department = world.departments[d]
    for row in range(department.n_offers):
        if department.offer_task[row] == j:
            unit = world.indicators[department.offer_row[row]].unit
            if unit != CADRE_LEVEL:
                return unit
            break
    return DEPARTMENT_LEVEL if world.schemes[department.arm].ratchet_on == BY_THE_GROUP else CADRE_LEVEL


@rule
def found_cadres(world, first, last):
    """Fill the places [first, last) with the first workforce."""
    for i in range(first, last):
        enter(world, i, 0, FOUNDED)


@rule
def ability_here(world, potential):
    """Ability that a potential comes to in this trade, where talent tells more or less."""
    b = world.behaviour[0]
    return ability_of(potential, b.ability_mean, world.organisation[0].talent * b.ability_sd, b.ability_low, b.ability_high)


@rule
def see_oneself(world, i, other):
    """Ability as one believes it over what it is: of the truth as much as people have insight, of `other` the rest."""
    c = world.cadres[i]
    believed = believed_potential(c.potential, other, world.behaviour[0].self_insight)
    c.self_view = ability_here(world, believed) / c.ability


@rule
def redraw_ability(world, step, i):
    """A new ability after a promotion, independent of the old one and of what the superior believed of that."""
    b = world.behaviour[0]
    c = world.cadres[i]
    z, other, _, _ = normals(world.luck, c.key, c.position, 0, step + 1, REDRAWN, 0)
    c.potential = z
    c.ability = ability_here(world, z)
    c.belief, c.belief_precision = 0.0, b.prior_precision
    if b.self_insight < 1.0:
        see_oneself(world, i, other)


@rule
def found_units(world):
    """Rating styles of heads, the gloss of every level and the peer bureaus, each drawn at the unit's own address."""
    b, organisation = world.behaviour[0], world.organisation[0]
    for d in world.departments:
        z0, z1, z2, z3 = normals(world.luck, d.key, 0, 0, 0, HEAD, 0)
        z4, _, _, _ = normals(world.luck, d.key, 0, 0, 0, HEAD, 1)
        d.leniency = b.leniency * (1.0 + b.head_sd * z0)
        d.halo = bounded(b.halo * (1.0 + b.head_sd * z1), 0.0, 1.0)
        d.favouritism = b.favouritism * max(0.0, 1.0 + b.head_sd * z2)
        d.central_tendency = bounded(b.central_tendency * (1.0 + b.head_sd * z3), 0.0, 1.0)
        d.gloss = b.gloss + b.gloss_sd * z4
    for branch in world.branches:
        z0, _, _, _ = normals(world.luck, branch.key, 0, 0, 0, HEAD, 2)
        branch.gloss = b.gloss + b.gloss_sd * z0
    for bureau in world.bureaus:
        z0, _, _, _ = normals(world.luck, bureau.key, 0, 0, 0, HEAD, 2)
        bureau.gloss = b.gloss + b.gloss_sd * z0
        for peer in range(organisation.n_peers):
            z, _, _, _ = normals(world.luck, bureau.key, 0, peer, 0, PEER, 0)
            bureau.peers[peer] = organisation.peer_mean + organisation.peer_spread * z


@rule
def draw_lots(world, lots):
    """One lot for every place, to fill the first posts."""
    for i in range(world.cadres.shape[0]):
        c = world.cadres[i]
        lots[i], _, _, _ = uniforms(world.luck, c.key, c.position, 0, 0, PROMOTION, 0)


@rule
def change_scheme(world, step, novelty):
    """The first day under another scheme, for every unit whose scheme starts with this step; the others notice nothing.

    Understanding falls with the novelty of the new scheme (`novelty`: share, one per department); results and periods
    start anew.
    """
    for d in range(world.departments.shape[0]):
        department = world.departments[d]
        if world.schemes[department.arm].start == step:
            department.score = np.nan
            department.passed_down = 0.0
            for j in range(department.n_tasks):
                department.period_attainment[j] = 0.0
            for i in range(department.first, department.first + department.size):
                start_anew(world, i, novelty[d])
    for branch in world.branches:
        if world.schemes[branch.arm].start == step:
            for k in range(branch.period_attainment.shape[0]):
                branch.period_attainment[k] = 0.0
    for bureau in world.bureaus:
        if world.schemes[bureau.arm].start == step:
            for k in range(bureau.period_attainment.shape[0]):
                bureau.period_attainment[k] = 0.0


@rule
def start_anew(world, i, novelty):
    """A cadre's first day under another scheme: less understood, and nothing achieved under it yet."""
    c = world.cadres[i]
    c.understanding = understanding_after_change(c.understanding, novelty, world.behaviour[0].novelty_loss)
    c.score = np.nan
    c.points = np.nan
    c.performance = np.nan
    c.contribution = np.nan
    c.grade = -1
    c.rung = 0
    c.sanctioned = 0
    c.dismissed = 0
    c.period_steps = 0.0
    c.period_contribution = 0.0
    for j in range(c.period_output.shape[0]):
        c.period_output[j] = 0.0
        c.period_reported[j] = 0.0
