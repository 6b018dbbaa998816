"""Around the five links: who has left by the first of the month; what it does to people, capability stocks and taxpayers."""

from __future__ import annotations

import math

import numpy as np

from sim.jit import allocating, inlined, rule
from sim.loop.apply import leave_service
from sim.loop.communicate import talk_to
from sim.population.columns import PAY_MOMENTS, PERSPECTIVES
from sim.population.draws import Purpose, uniforms
from sim.population.entry import LEFT
from sim.rules.burnout import (
    BURNOUT_FROM,
    burnout_index,
    effort_reward_imbalance,
    felt_demand,
    next_cynicism,
    next_efficacy,
    next_exhaustion,
    resources_at_work,
    strain,
)  # fmt: skip
from sim.rules.flow import exit_chance
from sim.rules.incentives import next_rung_loss
from sim.rules.motivation import felt_control, motivation_aimed_at
from sim.rules.numbers import remembered
from sim.rules.pay import explicit_reward, log_of_pay, pay_level, pay_slope
from sim.rules.ranking import ORDINARY
from sim.rules.responsibility import CADRE_LEVEL, role_conflict
from sim.rules.scoring import points_share
from sim.rules.strategy import next_capability, next_stock
from sim.rules.taxpayers import compliance_aimed_at, satisfaction_aimed_at

CHANCES = int(Purpose.CHANCES)


@rule
def replace_leavers(world, step, first, last):
    """The first of the month: in the departments [first, last), whoever has had enough or is of age is gone, the place filled.

    People decide on what past months have made of them and are gone before the new one is planned. So whoever is appraised
    has worked through the period's last month, and nobody is dismissed who has left already (Scullen et al. 2005: leavers
    go and are replaced, then the year is rated).
    """
    for d in range(first, last):
        department = world.departments[d]
        department.sum_exits = 0.0
        if is_pay_weighed(world):
            look_at_pay(world, d)
        for i in range(department.first, department.first + department.size):
            if wants_to_leave(world, step, i):
                leave_service(world, step, i, LEFT)


@rule
def is_pay_weighed(world):
    """Whether anybody stays or comes for what is earned."""
    b = world.behaviour[0]
    return b.exit_of_pay > 0.0 or b.entry_of_pay > 0.0


@rule
def look_at_pay(world, d):
    """Everybody sees what he earns here, and what the able earn more is there for applicants to hear."""
    department = world.departments[d]
    scheme = world.schemes[department.arm]
    promised = scheme.at_risk + scheme.bonus_per_point + scheme.unit_bonus_per_point + scheme.top_prize + scheme.second_prize
    pays = scheme.applied > 0.0 and promised + scheme.bottom_cut > 0.0
    people, potential, squares, pay, products = 0.0, 0.0, 0.0, 0.0, 0.0
    for i in range(department.first, department.first + department.size):
        c = world.cadres[i]
        c.log_pay = 0.0
        if not pays:
            continue
        is_new = math.isnan(c.score)
        if is_new:
            c.log_pay = log_of_pay(scheme.applied * scheme.at_risk, foreseen_reward(world, d, i))
        else:
            c.log_pay = log_of_pay(c.replaced, c.pay)
        if not is_new or c.period_steps > 0.0:
            people += 1.0
            potential += c.potential
            squares += c.potential * c.potential
            pay += c.log_pay
            products += c.potential * c.log_pay
    m = department.pay_moments
    m[0], m[1], m[2], m[3], m[4] = people, potential, squares, pay, products


@rule
def foreseen_reward(world, d, i):
    """What somebody who has not yet been appraised counts on: the points of his results so far, and no prize.

    Whoever has no results yet counts on what is usual in his department, and before the first month on the standard.
    """
    department, c = world.departments[d], world.cadres[i]
    scheme = world.schemes[department.arm]
    performance = 0.0 if department.n_offers > 0 else 1.0
    for row in range(department.n_offers):
        indicator = world.indicators[department.offer_row[row]]
        j = department.offer_task[row]
        attained = 1.0
        if indicator.unit == CADRE_LEVEL and c.period_steps > 0.0:
            attained = c.period_reported[j] / (c.period_steps * department.share[j] * c.target[j])
        elif department.pace[j] > 0.0 and c.target[j] > 0.0:
            attained = department.pace[j] / c.target[j]
        performance += department.offer_weight[row] * points_share(
            attained, indicator.below, indicator.above, indicator.floor, indicator.cap, indicator.notch, indicator.steps
        )
    points = scheme.points * (1.0 + scheme.performance * (performance - 1.0))
    unit = points if math.isnan(department.score) else department.score
    return explicit_reward(
        points, unit, ORDINARY, scheme.applied, scheme.bonus_per_point, scheme.unit_bonus_per_point,
        scheme.top_prize, scheme.second_prize, scheme.bottom_cut,
    )  # fmt: skip


@allocating
def spread_word_of_pay(world):
    """Before the month: what is paid under each scheme in force and how it rises with potential, as it was seen a month ago."""
    if world.behaviour[0].entry_of_pay <= 0.0:
        return
    moments = np.zeros((world.schemes.shape[0], PAY_MOMENTS))
    for department in world.departments:
        for k in range(PAY_MOMENTS):
            moments[department.arm, k] += department.pay_moments[k]
    for department in world.departments:
        m = moments[department.arm]
        department.pay_slope = pay_slope(m[0], m[1], m[2], m[3], m[4])
        department.pay_level = pay_level(m[0], m[1], m[3], department.pay_slope)


@rule
def communicate_and_update(world, step, first, last):
    """Communication and the update of people, one pass over the cadres of the departments [first, last)."""
    for d in range(first, last):
        live_department(world, step, d)


@rule
def live_department(world, step, d):
    """One department's month beside work: what people are told, what the month has done to them."""
    department = world.departments[d]
    clear_sums(department)
    for i in range(department.first, department.first + department.size):
        talk_to(world, step, i)
        update_cadre(world, step, d, i)
        add_up(world, d, i)


@rule
def clear_sums(department):
    """Empty sums for the month."""
    department.sum_exhaustion = 0.0
    department.sum_cynicism = 0.0
    department.sum_efficacy = 0.0
    department.sum_burnout = 0.0
    department.sum_distributive = 0.0
    department.sum_procedural = 0.0
    department.sum_interpersonal = 0.0
    department.sum_informational = 0.0
    department.sum_motivation = 0.0
    department.sum_understanding = 0.0
    department.sum_target = 0.0
    department.sum_pay = 0.0


@inlined
def update_cadre(world, step, d, i):
    """Burnout, own drive and capability after the month."""
    department, c = world.departments[d], world.cadres[i]
    scheme, b = world.schemes[department.arm], world.behaviour[0]
    branch = world.branches[department.branch]
    conflict = role_conflict(scheme.joint_responsibility, scheme.pass_through, department.is_office, scheme.clear_posts)
    resources = resources_at_work(scheme.care, scheme.coaching, scheme.feedback, scheme.autonomy, branch.resources)
    reward = c.pay - c.replaced + 0.1 * scheme.recognition
    imbalance = effort_reward_imbalance(c.load, reward, c.motivation)
    strained = strain(
        c.load, b.capacity, felt_demand(department.workload), department.overhead, scheme.watched, c.threat, conflict,
        imbalance, resources, b.load_strain, b.demand_strain, b.overhead_strain, b.monitoring_strain, b.threat_strain,
        b.role_conflict_strain, b.imbalance_strain, b.resource_relief,
    )  # fmt: skip
    c.exhaustion = next_exhaustion(c.exhaustion, b.exhaustion_base, strained, c.resilience, b.burnout_rate)
    injustice = 1.0 - 0.25 * (c.justice_distributive + c.justice_procedural + c.justice_interpersonal + c.justice_informational)
    c.cynicism = next_cynicism(
        c.cynicism, b.cynicism_base, b.cynicism_of_exhaustion, c.exhaustion, b.cynicism_of_injustice, injustice,
        b.cynicism_of_resilience * c.resilience - c.detachment + b.cynicism_of_resources * resources, b.cynicism_rate,
    )  # fmt: skip
    attained = 0.0
    for j in range(department.n_tasks):
        attained += c.output[j] / c.target[j]
    attained *= c.self_view / c.present  # nobody takes days of illness for a lack of success
    sure = b.efficacy_of_resilience * c.resilience + c.confidence
    c.efficacy = next_efficacy(
        c.efficacy,
        b.efficacy_base,
        b.efficacy_of_feedback,
        scheme.told_success,
        b.efficacy_of_success,
        attained,
        sure,
        b.burnout_rate,
    )
    rung = next_rung_loss(c.rung, scheme.rectification, scheme.interview, scheme.honours, scheme.transfer, scheme.adjustment)
    at_stake = 0.1 * scheme.points * c.paid + c.sanction_chance * scheme.applied * rung + c.job_at_risk
    control = felt_control(b.control_of_pay, at_stake, b.control_of_tracking, scheme.tracked, scheme.deadlines)
    say = 0.5 * (scheme.participation + scheme.autonomy)
    told = 0.5 * (scheme.feedback + scheme.recognition)
    aim = motivation_aimed_at(
        c.crowding, control, b.autonomy_effect, say, b.feedback_effect, told, b.meaning_effect, scheme.meaning
    )
    c.motivation = remembered(c.motivation, aim, b.motivation_rate)
    for p in range(PERSPECTIVES):
        c.capability[p] = next_capability(
            c.capability[p], scheme.coaching, scheme.growth, scheme.strategy_map, b.learning_rate, b.learning_fade
        )
    years = world.organisation[0].months_a_step / 12.0
    c.age += years
    c.tenure += 12.0 * years
    c.months_in_post += 12.0 * years


@inlined
def wants_to_leave(world, step, i):
    """Whether the cadre has left by this month, by choice or by age."""
    b, turnover = world.behaviour[0], world.organisation[0].turnover
    c = world.cadres[i]
    if c.age >= b.retirement_age:
        return True
    index = burnout_index(c.exhaustion, c.cynicism, c.efficacy)
    injustice = 1.0 - 0.5 * (c.justice_distributive + c.justice_procedural)
    chance = exit_chance(
        turnover * b.exit_rate, b.exit_of_burnout, index, b.exit_of_injustice, injustice, b.exit_of_ability, c.potential,
        b.exit_of_pay, c.log_pay,
    )  # fmt: skip
    if chance <= 0.0:
        return False
    lot, _, _, _ = uniforms(world.luck, c.key, c.position, 0, step + 1, CHANCES, 0)
    return lot < chance


@inlined
def add_up(world, d, i):
    """The department's sums over its people."""
    department, c = world.departments[d], world.cadres[i]
    department.sum_exhaustion += c.exhaustion
    department.sum_cynicism += c.cynicism
    department.sum_efficacy += c.efficacy
    department.sum_burnout += 1.0 if burnout_index(c.exhaustion, c.cynicism, c.efficacy) >= BURNOUT_FROM else 0.0
    department.sum_distributive += c.justice_distributive
    department.sum_procedural += c.justice_procedural
    department.sum_interpersonal += c.justice_interpersonal
    department.sum_informational += c.justice_informational
    department.sum_motivation += c.motivation
    department.sum_understanding += c.understanding
    department.sum_pay += c.pay
    relative = 0.0
    for j in range(department.n_tasks):
        relative += department.share[j] * c.target[j] / department.first_target[j]
    department.sum_target += relative


@rule
def update_bureaus(world):
    """Capability stocks follow the effort spent on their perspective (mechanism 16)."""
    b = world.behaviour[0]
    if b.stock_rate <= 0.0:
        return
    for bureau in world.bureaus:
        for p in range(PERSPECTIVES):
            spent, normal = 0.0, 0.0
            for branch_index in range(bureau.first_branch, bureau.first_branch + bureau.n_branches):
                branch = world.branches[branch_index]
                for d in range(branch.first_department, branch.first_department + branch.n_departments):
                    department = world.departments[d]
                    for j in range(department.n_tasks):
                        if world.tasks[department.task[j]].perspective == p:
                            normal += department.size * department.share[j]
                            spent += department.sum_task_effort[j]
            if normal > 0.0:
                bureau.stocks[p] = next_stock(bureau.stocks[p], spent / normal, b.stock_rate)


@rule
def update_taxpayers(world):
    """Taxpayers answer to service and enforcement of their branch with a lag."""
    b, organisation = world.behaviour[0], world.organisation[0]
    if b.taxpayer_rate <= 0.0:
        return
    for branch in world.branches:
        service, contact, enforced, enforcing = 0.0, 0.0, 0.0, 0.0
        for k in range(organisation.n_tasks):
            task = world.tasks[k]
            if branch.normal[k] > 0.0:
                attained = branch.sum_true[k] / branch.normal[k]
                service += task.contact * branch.normal[k] * attained
                contact += task.contact * branch.normal[k]
                enforced += task.enforcement * branch.normal[k] * attained
                enforcing += task.enforcement * branch.normal[k]
        served = service / contact if contact > 0.0 else 1.0
        pressed = enforced / enforcing if enforcing > 0.0 else 1.0
        satisfied = satisfaction_aimed_at(served, b.satisfaction_of_service, pressed, b.satisfaction_of_enforcement)
        branch.satisfaction = remembered(branch.satisfaction, satisfied, b.taxpayer_rate)
        complying = compliance_aimed_at(branch.satisfaction, b.compliance_of_satisfaction, pressed, b.compliance_of_enforcement)
        branch.compliance = remembered(branch.compliance, complying, b.taxpayer_rate)
