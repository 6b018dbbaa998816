"""Link 2, the process: a month of work. Effort is chosen, luck strikes, results are reported upwards."""

from __future__ import annotations

import math

from sim.jit import allocating, inlined, rule
from sim.loop.calendar import is_due, is_period_start, month_of_year, period_length, steps_left
from sim.population.columns import MAX_PEERS, OWN_TASKS
from sim.population.draws import Purpose, normals, uniforms
from sim.rules.burnout import OVERLOAD_FROM
from sim.rules.effort import (
    best_efforts,
    cost_level,
    effort_cost,
    empty_desk,
    next_effort,
    offered_and_missed,
    reconsiders,
    risk_left,
    urgency,
)  # fmt: skip
from sim.rules.gaming import (
    bright_line_gap,
    falsification,
    falsification_cost,
    felt_honesty,
    gloss_under_pressure,
    glossed,
    lost_detail,
    perceived_slope,
)  # fmt: skip
from sim.rules.incentives import felt_threat, next_rung_loss, pressure_of_rank, spread_of_rivals, worth_below
from sim.rules.motivation import chance_short, goal_pull, own_drive
from sim.rules.numbers import remembered
from sim.rules.output import (
    as_exchange,
    capped_attainment,
    chance_of_illness,
    contributed,
    duty_on,
    duty_priced,
    duty_under,
    fatigue,
    felt_duty,
    luck_of_month,
    luck_on_task,
    persistent_luck,
    productivity,
    season,
    shown,
    taught,
    time_at_work,
    workload_this_month,
)  # fmt: skip
from sim.rules.pay import pays_by_result
from sim.rules.peers import felt_aversion, help_chosen, received, rivals_share, sabotage_chosen
from sim.rules.responsibility import BRANCH_LEVEL, CADRE_LEVEL, DEPARTMENT_LEVEL, passed_down_points
from sim.rules.scoring import holds_to_standard, next_bright_line
from sim.rules.strategy import supported
from sim.rules.targets import ordinary_target
from sim.rules.taxpayers import compliance_productivity

WORK, DEPARTMENT_LUCK, TAXPAYER_LUCK = int(Purpose.WORK), int(Purpose.DEPARTMENT_LUCK), int(Purpose.TAXPAYER_LUCK)
CHANCES, REPORT_NOISE, PEER = int(Purpose.CHANCES), int(Purpose.REPORT_NOISE), int(Purpose.PEER)


@rule
def open_month(world, step):
    """What the month brings everybody: taxpayers' side of luck, the strategy map's productivity."""
    organisation, b = world.organisation[0], world.behaviour[0]
    for branch in world.branches:
        for block in range((organisation.n_tasks + 3) // 4):
            z = normals(world.luck, branch.key, 0, 0, step + 1, TAXPAYER_LUCK, block)
            for lane in range(4):
                k = 4 * block + lane
                if k < organisation.n_tasks:
                    branch.luck[k] = persistent_luck(branch.luck[k], b.luck_persistence, z[lane])
    for bureau in world.bureaus:
        for p in range(bureau.productivity.shape[0]):
            bureau.productivity[p] = 1.0
            for q in range(bureau.stocks.shape[0]):
                if organisation.support[p, q] > 0.0:
                    bureau.productivity[p] *= supported(bureau.stocks[q], organisation.support[p, q])


@allocating
def work(world, step, first, last):
    """A month's work of the departments [first, last)."""
    desk = empty_desk(OWN_TASKS)
    for d in range(first, last):
        work_department(world, step, d, desk)


@rule
def work_department(world, step, d, desk):
    """A month's work of one department; help and sabotage reach colleagues in the following month (assumed)."""
    open_department(world, step, d)
    department = world.departments[d]
    total_help, total_sabotage = 0.0, 0.0
    for i in range(department.first, department.first + department.size):
        c = world.cadres[i]
        help_before, sabotage_before = c.help_given, c.sabotage_done
        weigh_offers(world, step, d, i, desk)
        choose_work(world, step, d, i, desk)
        produce(world, step, d, i, desk, help_before, sabotage_before)
        total_help += c.help_given
        total_sabotage += c.sabotage_done
    department.sum_help = total_help
    department.sum_sabotage = total_sabotage


@rule
def open_department(world, step, d):
    """The department's workload and luck this month, and empty sums."""
    organisation = world.organisation[0]
    department = world.departments[d]
    branch = world.branches[department.branch]
    last_month = month_of_year(step, organisation.months_a_step)
    swing = season(last_month, organisation.step_months, branch.peak_month)
    department.workload = workload_this_month(branch.workload, branch.seasonality, swing)
    for block in range((department.n_tasks + 3) // 4):
        z = normals(world.luck, department.key, 0, 0, step + 1, DEPARTMENT_LUCK, block)
        for lane in range(4):
            j = 4 * block + lane
            if j < department.n_tasks:
                department.luck[j] = z[lane]
                department.sum_true[j] = 0.0
                department.sum_cadre[j] = 0.0
                department.sum_task_effort[j] = 0.0
    price_obligations(world, d)
    department.sum_effort = 0.0
    department.sum_load = 0.0
    department.sum_falsified = 0.0
    department.sum_reported_value = 0.0
    department.sum_threat = 0.0
    department.sum_overload = 0.0


@rule
def price_obligations(world, d):
    """Voluntary work of a department becomes an exchange while money hangs on it; whoever comes later finds it so (assumed)."""
    department = world.departments[d]
    scheme, b = world.schemes[department.arm], world.behaviour[0]
    pays = scheme.performance > 0.0 and pays_by_result(
        scheme.applied, scheme.ranking, scheme.bonus_per_point, scheme.unit_bonus_per_point, scheme.top_prize,
        scheme.second_prize, scheme.bottom_cut,
    )  # fmt: skip
    row = 0
    for j in range(department.n_tasks):
        weight = 0.0
        while row < department.n_offers and department.offer_task[row] == j:
            weight += department.offer_weight[row]
            row += 1
        if world.tasks[department.task[j]].voluntary > 0.0:
            department.exchange[j] = as_exchange(department.exchange[j], pays and weight > 0.0, b.obligation_returns)


@inlined
def own_productivity(world, d, i, j, eased):
    """Output per unit of effort of cadre i on his own task j this month; `eased` by compliance on financial tasks."""
    department, c = world.departments[d], world.cadres[i]
    task = world.tasks[department.task[j]]
    strategic = world.bureaus[department.bureau].productivity[task.perspective]
    if task.perspective == 0:
        strategic *= eased
    return productivity(c.ability, c.capability[task.perspective], strategic, c.fatigue, department.workload)


@inlined
def unit_pace(world, d, j, unit):
    """(expected attainment of the unit for the whole period, its number of members on the task)."""
    department = world.departments[d]
    k = department.task[j]
    if unit == DEPARTMENT_LEVEL:
        return department.pace[j], float(department.size)
    share = department.share[j]
    if unit == BRANCH_LEVEL:
        branch = world.branches[department.branch]
        return branch.pace[k], branch.normal[k] / share
    bureau = world.bureaus[department.bureau]
    return bureau.pace[k], bureau.normal[k] / share


@inlined
def weigh_offers(world, step, d, i, desk):
    """What every indicator offers this cadre for the rest of the period, and what drives him besides.

    Fills the desk: one offer per indicator row of the department, own drive per unit of effort, productivity.
    """
    department, c = world.departments[d], world.cadres[i]
    scheme, b = world.schemes[department.arm], world.behaviour[0]
    c.fatigue = fatigue(b.fatigue, c.exhaustion)
    left = float(steps_left(step, scheme.interval))
    period = c.period_steps + left
    hurry = urgency(left, float(scheme.interval), b.procrastination, scheme.tracking_strength) * period / left
    pressed = scheme.pressure * world.bureaus[department.bureau].pressure
    clarity = max(scheme.mission, scheme.strategy_map)
    is_planning = thinks_anew(world, step, d, i)  # what drives him matters to a new plan only
    duty = felt_duty(b.duty, b.demand_pull, department.workload)
    duty = duty_under(duty, b.fair_dealing, 0.5 * (c.justice_distributive + c.justice_procedural), b.justice_start)
    told = shown(b.feedback_shows, scheme.feedback, scheme.interim_results)
    learned = 1.0
    if b.help_teaches > 0.0 and department.size > 1:
        learned = taught(b.help_teaches, b.usual_help, received(department.sum_help, c.help_given, department.size))
    eased = compliance_productivity(world.branches[department.branch].compliance, b.compliance_effect)
    next_row = 0
    for j in range(department.n_tasks):
        task = world.tasks[department.task[j]]
        while next_row < department.n_offers and department.offer_task[next_row] < j:
            next_row += 1  # rows are ordered by task
        is_counted = next_row < department.n_offers and department.offer_task[next_row] == j
        made = told * (learned if is_counted else 1.0) * own_productivity(world, d, i, j, eased)
        desk.made[j] = made
        if is_planning:
            work = worth_of_work(b, c, task, duty, department.exchange[j], clarity, made)
            desk.drives[j] = work + (1.0 - c.understanding) * c.guess
        desk.shares[j] = department.share[j]
        desk.curvatures[j] = task.curvature
        desk.efforts[j] = c.planned[j]
    up, down = department.ratchet_up_left, department.ratchet_down_left
    root = math.sqrt(left)
    months = math.sqrt(world.organisation[0].months_a_step)  # of pay that a step's luck decides at once
    still_to_come = root / period  # luck of the rest of the period, as a share of a month's
    for row in range(department.n_offers):
        indicator = world.indicators[department.offer_row[row]]
        j = department.offer_task[row]
        task = world.tasks[indicator.task]
        offer = desk.offers[row]
        points = scheme.points * scheme.performance * department.offer_weight[row]
        worth = c.understanding * hurry * points
        members = 1.0
        made = desk.made[j]
        scale = period * department.share[j] * c.target[j]
        offer.task = j
        offer.reach = made * left / scale
        if indicator.unit == CADRE_LEVEL:
            offer.reached = c.period_reported[j] / scale
        else:
            pace, members = unit_pace(world, d, j, indicator.unit)
            offer.reach /= members
            offer.reached = pace / c.target[j] - offer.reach * c.effort[j]
        kept, doubt = 1.0 - department.offer_pull[row], department.offer_doubt[row]
        offer.reach *= kept
        offer.reached = kept * offer.reached + department.offer_lift[row]
        of_month = luck_of_month(task.noise, task.controllability, members, department.hanging)
        of_work = kept * of_month * still_to_come / c.target[j]
        offer.luck, offer.doubt = math.sqrt(of_work * of_work + doubt), doubt
        gain, loss, paid = c.gain, c.loss + pressed, c.paid
        if indicator.unit != CADRE_LEVEL:
            gain, loss, paid = c.gain_of_unit, c.loss_of_unit + pressed, c.paid_of_unit
        below = worth_below(gain, loss, c.loss_aversion, indicator.is_loss)
        worth_of_gain = worth_below(gain, loss, c.loss_aversion, 0)
        risky = paid * months * period / root * risk_left(of_work, doubt, left / period)
        offer.below = worth * indicator.below * down * below
        offer.above = worth * indicator.above * up * worth_of_gain
        offer.notch = worth * indicator.notch * below
        offer.floor, offer.cap, offer.steps = indicator.floor, indicator.cap, indicator.steps
        offer.paid_below, offer.paid_above = risky * points * indicator.below, risky * points * indicator.above
        if indicator.medal_points > 0.0:
            r = department.offer_row[row] - scheme.first_indicator
            win, apart = world.groups[c.group].medal_density[r], world.groups[c.group].medal_spread[r]
            rivals = spread_of_rivals(task.noise / (math.sqrt(period) * c.target[j]), apart, b.rivals_differ)
            desk.drives[j] += worth * indicator.medal_points * c.gain * win / rivals * offer.reach if rivals > 0.0 else 0.0
        if is_planning and b.goal_commitment > 0.0 and is_goal(indicator):
            work = worth_of_work(b, c, task, duty, department.exchange[j], clarity, made)
            desk.drives[j] += pull_of_goal(world, d, i, row, made, work)


@inlined
def thinks_anew(world, step, d, i):
    """Whether a cadre makes a new plan of work this month: a new period or scheme, a new person, or his turn."""
    scheme, c = world.schemes[world.departments[d].arm], world.cadres[i]
    is_fresh = is_period_start(step, scheme.interval) or step == scheme.start or c.load_price < 0.0
    return is_fresh or reconsiders(step, c.position, world.behaviour[0].planning_interval)


@rule
def worth_of_work(b, c, task, duty, exchange, clarity, made):
    """What a unit of effort on a task is worth for the work's own sake: duty, as far as it has no price, and own drive."""
    duty = duty_priced(duty, b.priced_duty, task.voluntary, exchange)
    return duty_on(duty, task.value, b.useless_duty) + own_drive(b.drive, c.psm, c.motivation, task.value, clarity) * made


@rule
def is_goal(indicator):
    """Whether an indicator holds people to a standard."""
    return holds_to_standard(
        indicator.below, indicator.above, indicator.cap, indicator.notch, indicator.steps, indicator.is_loss
    )  # fmt: skip


@inlined
def pull_of_goal(world, d, i, row, made, work):
    """What the standard of one indicator adds to the drive on its task, where it asks for more than a normal month brings.

    `work`: what a unit of effort is worth without any points. Where several indicators point at a task each counts with its part
    of the points there.
    """
    department, c = world.departments[d], world.cadres[i]
    j = department.offer_task[row]
    ordinary = ordinary_target(world.schemes[department.arm].job_coefficients, world.branches[department.branch].workload)
    if c.target[j] <= ordinary:
        return 0.0
    first = row  # rows are ordered by task
    while first > 0 and department.offer_task[first - 1] == j:
        first -= 1
    on_task, other = 0.0, first
    while other < department.n_offers and department.offer_task[other] == j:
        on_task += department.offer_weight[other]
        other += 1
    if on_task <= 0.0:
        return 0.0
    result, noise = made * c.effort[j] / department.share[j], world.tasks[department.task[j]].noise
    part = department.offer_weight[row] / on_task
    return part * goal_pull(
        world.behaviour[0].goal_commitment, c.loss_aversion, work, chance_short(result, c.target[j], noise),
        chance_short(result, ordinary, noise),
    )  # fmt: skip


@inlined
def choose_work(world, step, d, i, desk):
    """Help, sabotage and effort: the cadre's answer to what is offered."""
    department, c = world.departments[d], world.cadres[i]
    scheme, b = world.schemes[department.arm], world.behaviour[0]
    own, unit = department.points_of_own, department.points_of_unit
    justice = 0.5 * (c.justice_distributive + c.justice_procedural)
    kappa = cost_level(b.cost, b.exhaustion_cost, c.exhaustion)
    dear_help = cost_level(b.help_cost, b.exhaustion_cost, c.exhaustion)  # help is work: exhaustion makes it dearer
    left = float(steps_left(step + 1, scheme.interval))  # help and harm arrive a month later
    near = c.understanding * urgency(left, float(scheme.interval), b.procrastination, scheme.tracking_strength)
    shared, contest = near * (c.shared * own + (c.gain_of_unit + c.loss_of_unit) * unit), near * c.contest * own
    c.help_given = help_chosen(
        b.cohesion, c.motivation, justice, scheme.project_teams, shared, contest, b.help_tax, dear_help
    ) if department.size > 1 else 0.0  # fmt: skip
    rivals = rivals_share(world.groups[c.group].size, department.size - 1, b.rivalry_salience)
    minds = felt_aversion(b.sabotage_aversion, c.honesty, b.honesty, b.harm_and_honesty)
    c.sabotage_done = sabotage_chosen(contest, rivals, minds, c.motivation, b.sabotage_cost)
    besides = department.overhead + c.help_given + c.sabotage_done
    is_fresh = is_period_start(step, scheme.interval) or step == scheme.start or c.load_price < 0.0
    if is_fresh or reconsiders(step, c.position, b.planning_interval):
        c.load_price = best_efforts(
            desk, department.n_tasks, department.n_offers, kappa, b.substitution, department.curvature, c.risk_aversion,
            besides, c.load_price, is_fresh,
        )  # fmt: skip
    c.load = besides
    for j in range(department.n_tasks):
        c.planned[j] = desk.efforts[j]
        c.effort[j] = next_effort(c.effort[j], desk.efforts[j], b.adjustment)
        c.load += c.effort[j]
    c.cost = 0.0
    if step < world.organisation[0].window_start:
        return  # costs are only asked for in the last twelve months
    c.cost = effort_cost(
        c.effort, department.share, desk.curvatures, department.n_tasks, kappa, b.substitution, department.curvature, c.load
    )
    c.cost += 0.5 * dear_help * c.help_given**2 + 0.5 * b.sabotage_cost * c.sabotage_done**2


@inlined
def produce(world, step, d, i, desk, help_before, sabotage_before):
    """Luck strikes, output comes about, some of the report is made up, some of that is found."""
    department, c = world.departments[d], world.cadres[i]
    scheme, b, organisation = world.schemes[department.arm], world.behaviour[0], world.organisation[0]
    branch = world.branches[department.branch]
    helped = received(department.sum_help, help_before, department.size)
    harmed = received(department.sum_sabotage, sabotage_before, department.size)
    _, audit, _, ill = uniforms(world.luck, c.key, c.position, 0, step + 1, CHANCES, 0)
    falls_ill = chance_of_illness(b.illness_chance, b.illness_of_exhaustion, c.exhaustion)
    c.present = time_at_work(ill, falls_ill, b.illness_share)
    found = audit < scheme.detection
    believed = c.detection_perceived if b.detection_learning > 0.0 else scheme.detection
    honesty = felt_honesty(c.honesty, b.norm_influence, department.norm)
    weight = organisation.responsibility[c.level]
    effort, contribution, value_true, value_reported, value_falsified = 0.0, 0.0, 0.0, 0.0, 0.0
    guess, exposed, cost = 0.0, 0.0, c.cost
    left = float(steps_left(step, scheme.interval))
    calmer = math.sqrt((left - 1.0) / left)
    c.period_steps += 1.0
    is_judged = is_due(step, scheme.interval) and b.falsification_cost > 0.0
    row = 0
    z = normals(world.luck, c.key, c.position, 0, step + 1, WORK, 0)
    for j in range(department.n_tasks):
        task = world.tasks[department.task[j]]
        share = department.share[j]
        if j > 0 and j % 4 == 0:
            z = normals(world.luck, c.key, c.position, 0, step + 1, WORK, j // 4)
        luck = luck_on_task(
            task.noise, share, task.own_luck, task.shared_luck,
            lane_of(z, j % 4), department.luck[j], branch.luck[department.task[j]],
        )  # fmt: skip
        made = desk.made[j]
        worked = c.present * c.effort[j]  # the rest waits: it is no lighter a month
        y = made * worked + share * (helped - harmed) + luck
        surprise = y / made - c.effort[j] if made > 0.0 else 0.0
        start, slope = row, 0.0
        while row < department.n_offers and desk.offers[row].task == j:
            settle_offer(desk.offers[row], surprise, left, calmer)
            more, shortfall, missed = offered_and_missed(desk.offers[row], c.effort[j])
            slope += more
            exposed += deductible_worth(world, i, row, shortfall, missed)
            row += 1
        slope = slope / made if made > 0.0 else 0.0
        guess += slope * made * share
        if row > start:
            slope = perceived_slope(slope, c.understanding, c.guess, made)
        g = falsification(slope, scheme.captured, believed, scheme.audit_penalty, honesty, b.falsification_cost, share)
        if g > 0.0:
            cost += falsification_cost(g, b.falsification_cost, share)
        if is_judged and row > start:
            added, price = made_up_at_lines(world, step, i, start, row, c.period_reported[j] + y + g, believed, honesty)
            g += added
            cost += price
        c.falsified[j] = g
        reported = y if found else y + g
        c.output[j] = y
        c.period_output[j] += y
        c.period_reported[j] += reported
        department.sum_true[j] += weight * y
        department.sum_cadre[j] += weight * reported
        department.sum_task_effort[j] += worked
        effort += worked
        contribution += contributed(task.value, made * worked, share, c.help_given - c.sabotage_done)
        value_true += task.value * y
        value_reported += task.value * reported
        value_falsified += task.value * g
    if found:
        cost += scheme.audit_penalty * value_falsified
    c.cost = cost
    c.detection_perceived = remembered(believed, 1.0 if found else 0.0, b.detection_learning)
    c.guess = guess / max(c.understanding, 0.05)
    c.period_contribution += contribution
    c.threat = felt_threat(
        c.bottom_chance,
        scheme.bottom_cut,
        c.sanction_chance,
        next_rung_loss(c.rung, scheme.rectification, scheme.interview, scheme.honours, scheme.transfer, scheme.adjustment),
        scheme.applied, c.job_at_risk, exposed, c.loss_aversion,
    )  # fmt: skip
    department.sum_effort += effort
    department.sum_load += c.load
    department.sum_falsified += value_falsified if not found else 0.0
    department.sum_reported_value += value_reported
    department.sum_threat += c.threat
    department.sum_overload += 1.0 if c.load > OVERLOAD_FROM else 0.0
    if step >= organisation.window_start:
        c.window_pay += c.pay
        c.window_surplus += value_true - c.cost - c.risk_cost
        c.window_contribution += contribution
        c.window_falsified += value_falsified
        c.window_detected += value_falsified if found else 0.0
        c.window_reported += value_reported + (value_falsified if found else 0.0)
        c.window_overload += 1.0 if c.load > OVERLOAD_FROM else 0.0
        c.window_absence += 1.0 - c.present
        c.window_effort += effort
        c.window_help += c.help_given
        c.window_sabotage += c.sabotage_done
        c.window_overhead += department.overhead


@rule
def made_up_at_lines(world, step, i, first, last, reported, believed, honesty):
    """(units, cost) of what he adds to the period's report on one task to reach bright lines, row by row (mechanism 7).

    The indicator rows [first, last) point at the task, of which he means to report `reported` units for the period. He adds the
    same every month of it in his mind, which is what he weighs; the report of the last month is where it stands.
    """
    c = world.cadres[i]
    department, cost = world.departments[c.department], world.behaviour[0].falsification_cost
    added, price = 0.0, 0.0
    for row in range(first, last):
        indicator = world.indicators[department.offer_row[row]]
        if indicator.unit == CADRE_LEVEL and (indicator.notch > 0.0 or indicator.steps > 1):
            a_month = raised_to_line(world, i, row, reported + added, believed, honesty)
            if a_month > 0.0 and not is_marked_by_another(world, step, i, row):
                added += a_month * c.period_steps
                price += falsification_cost(a_month, cost, department.share[department.offer_task[row]]) * c.period_steps
    return added, price


@rule
def raised_to_line(world, i, row, reported, believed, honesty):
    """Units a month by which it pays to raise `reported`, the period's units, to the next bright line of a row; 0 = none."""
    c = world.cadres[i]
    department = world.departments[c.department]
    scheme, indicator = world.schemes[department.arm], world.indicators[department.offer_row[row]]
    j = department.offer_task[row]
    share = department.share[j]
    attained = reported / (c.period_steps * share * c.target[j])
    line, prize = next_bright_line(attained, indicator.floor, indicator.steps, indicator.below, indicator.notch)
    if prize <= 0.0:
        return 0.0
    points = scheme.points * scheme.performance * department.offer_weight[row] * prize
    pressed = scheme.pressure * world.bureaus[department.bureau].pressure
    benefit = points * worth_below(c.gain, c.loss + pressed, c.loss_aversion, indicator.is_loss)
    gap = (line - attained) * share * c.target[j]
    cost, penalty = world.behaviour[0].falsification_cost, scheme.audit_penalty
    usual = falsification(0.0, scheme.captured, believed, penalty, honesty, cost, share)
    return bright_line_gap(gap, benefit, usual, scheme.captured, believed, penalty, honesty, cost, share)


@rule
def is_marked_by_another(world, step, i, row):
    """Whether somebody independent looks at this result near the line, so that nobody gets to make it up (Dee et al. 2019)."""
    c = world.cadres[i]
    looked_at = world.schemes[world.departments[c.department].arm].re_marking * world.behaviour[0].re_marking_effect
    if looked_at <= 0.0:
        return False
    lot, _, _, _ = uniforms(world.luck, c.key, c.position, row + 1, step + 1, CHANCES, 1)
    return lot < looked_at


@rule
def lane_of(z, lane):
    """One of four numbers drawn together."""
    if lane == 0:
        return z[0]
    if lane == 1:
        return z[1]
    return z[2] if lane == 2 else z[3]


@rule
def settle_offer(offer, surprise, left, calmer):
    """Replace this month's expected output by what came out, and drop this month's luck from what is still to come.

    `surprise` is output less plan in units of effort; `calmer` the share of luck left when one of `left` months is over. The
    rating is still to come, whole.
    """
    offer.reached += offer.reach * surprise / left
    of_work = offer.luck * offer.luck - offer.doubt
    offer.luck = math.sqrt(max(0.0, of_work) * calmer * calmer + offer.doubt)


@inlined
def deductible_worth(world, i, row, shortfall, missed):
    """Worth of what he expects to lose by deduction on one indicator: of the shortfall, and the chance to miss the standard."""
    c = world.cadres[i]
    department = world.departments[c.department]
    indicator = world.indicators[department.offer_row[row]]
    if indicator.is_loss == 0:
        return 0.0
    scheme = world.schemes[department.arm]
    points = scheme.points * scheme.performance * department.offer_weight[row]
    worth = c.gain if indicator.unit == CADRE_LEVEL else c.gain_of_unit  # what else is lost threatens as a whole already
    return points * (indicator.below * shortfall + indicator.notch * missed) * worth


@rule
def report(world, step, first, last):
    """Mechanism 13: reports of the bureaus [first, last) go up; every level adds gloss and loses detail."""
    organisation = world.organisation[0]
    for bureau_index in range(first, last):
        bureau = world.bureaus[bureau_index]
        for k in range(organisation.n_tasks):
            bureau.sum_true[k] = bureau.sum_cadre[k] = bureau.sum_department[k] = bureau.sum_branch[k] = 0.0
            bureau.front_true[k] = bureau.front_reported[k] = 0.0
        total, squares, units = 0.0, 0.0, 0.0
        front_total, front_squares, fronts = 0.0, 0.0, 0.0
        for b in range(bureau.first_branch, bureau.first_branch + bureau.n_branches):
            report_branch(world, step, b)
            branch = world.branches[b]
            if branch.is_front:
                front_total += branch.true_attainment
                front_squares += branch.true_attainment * branch.true_attainment
                fronts += 1.0
            for d in range(branch.first_department, branch.first_department + branch.n_departments):
                attained = world.departments[d].true_attainment
                total += attained
                squares += attained * attained
                units += 1.0
            for k in range(organisation.n_tasks):
                bureau.sum_true[k] += branch.sum_true[k]
                bureau.sum_cadre[k] += branch.sum_cadre[k]
                bureau.sum_department[k] += branch.sum_department[k]
                bureau.sum_branch[k] += branch.sum_reported[k]
                if branch.is_front:
                    bureau.front_true[k] += branch.sum_true[k]
                    bureau.front_reported[k] += branch.sum_reported[k]
        report_bureau(world, step, bureau_index)
        bureau.spread = spread_of(total, squares, units)
        bureau.branch_spread = spread_of(front_total, front_squares, fronts)


@rule
def spread_of(total, squares, units):
    """Standard deviation across units from their sum and sum of squares; 0 without units."""
    if units <= 0.0:
        return 0.0
    mean = total / units
    return math.sqrt(max(0.0, squares / units - mean * mean))


@rule
def report_branch(world, step, b):
    """Departments report to their branch, the branch to the bureau (offices report to the bureau directly)."""
    branch = world.branches[b]
    bureau = world.bureaus[branch.bureau]
    scheme, behaviour, organisation = world.schemes[branch.arm], world.behaviour[0], world.organisation[0]
    noise = lost_detail(bureau.spread, behaviour.fidelity, 1.0)
    for k in range(organisation.n_tasks):
        branch.sum_true[k] = branch.sum_cadre[k] = branch.sum_department[k] = 0.0
    for d in range(branch.first_department, branch.first_department + branch.n_departments):
        report_department(world, step, d, noise, bureau.pressure)
        department = world.departments[d]
        for j in range(department.n_tasks):
            k = department.task[j]
            branch.sum_true[k] += department.sum_true[j]
            branch.sum_cadre[k] += department.sum_cadre[j]
            branch.sum_department[k] += department.sum_reported[j]
    gloss = gloss_under_pressure(branch.gloss, behaviour.gloss_pressure, bureau.pressure) if branch.is_front else 0.0
    z = detail_lost(world, branch.key, step, 0) if branch.is_front else 0.0
    noise = lost_detail(bureau.branch_spread, behaviour.fidelity, 2.0)
    true, reported, normal = 0.0, 0.0, 0.0
    for k in range(organisation.n_tasks):
        task = world.tasks[k]
        branch.sum_reported[k] = glossed(branch.sum_department[k], gloss, scheme.captured) + noise * z * branch.normal[k]
        if branch.normal[k] > 0.0:
            attained = branch.sum_reported[k] / branch.normal[k]
            branch.period_attainment[k], branch.pace[k] = paced(scheme, branch.period_attainment[k], attained, step)
        true += task.value * branch.sum_true[k]
        reported += task.value * branch.sum_reported[k]
        normal += task.value * task.goal * branch.normal[k]
    branch.true_attainment = true / normal if normal > 0.0 else 1.0
    branch.reported_attainment = reported / normal if normal > 0.0 else 1.0


@rule
def report_department(world, step, d, noise, pressure):
    """The head adds his gloss to what the cadres report; a department's norm follows what is falsified."""
    department = world.departments[d]
    scheme, behaviour = world.schemes[department.arm], world.behaviour[0]
    gloss = gloss_under_pressure(department.gloss, behaviour.gloss_pressure, pressure)
    z = detail_lost(world, department.key, step, 1)
    true, reported, normal = 0.0, 0.0, 0.0
    for j in range(department.n_tasks):
        task = world.tasks[department.task[j]]
        usual = department.size * department.share[j]
        department.sum_reported[j] = glossed(department.sum_cadre[j], gloss, scheme.captured) + noise * z * usual
        attained = department.sum_reported[j] / usual
        department.period_attainment[j], department.pace[j] = paced(scheme, department.period_attainment[j], attained, step)
        true += task.value * department.sum_true[j]
        reported += task.value * department.sum_reported[j]
        normal += task.value * task.goal * usual
    department.true_attainment = true / normal if normal > 0.0 else 1.0
    department.reported_attainment = reported / normal if normal > 0.0 else 1.0
    made_up = department.sum_falsified / department.sum_reported_value if department.sum_reported_value > 0.0 else 0.0
    department.norm = remembered(department.norm, min(1.0, made_up), behaviour.norm_memory)
    if step >= world.organisation[0].window_start:
        department.window_true += department.true_attainment
        department.window_reported += department.reported_attainment


@rule
def paced(scheme, so_far, attained, step):
    """(attainment summed over this period, attainment expected for all of it at this month's pace)."""
    left = steps_left(step, scheme.interval)
    total = attained if left == scheme.interval else so_far + attained
    return total, (total + (left - 1) * attained) / period_length(step, scheme.interval, scheme.start)


@rule
def detail_lost(world, key, step, level):
    """Standard normal noise of one unit's report this month; nothing is drawn where no detail is lost."""
    if world.behaviour[0].fidelity >= 1.0:
        return 0.0
    z, _, _, _ = normals(world.luck, key, 0, level, step + 1, REPORT_NOISE, 0)
    return z


@rule
def report_bureau(world, step, bureau_index):
    """The bureau reports to its superior, and that one further up, each with its gloss and its loss of detail.

    The variance that survives a level is that between the units which report there: departments, branches, peer bureaus.
    """
    bureau = world.bureaus[bureau_index]
    scheme, behaviour, organisation = world.schemes[bureau.arm], world.behaviour[0], world.organisation[0]
    noise = lost_detail(organisation.peer_spread, behaviour.fidelity, 1.0)
    gloss = gloss_under_pressure(bureau.gloss, behaviour.gloss_pressure, bureau.pressure)
    z = detail_lost(world, bureau.key, step, 0)
    in_window = step >= organisation.window_start
    true, seen, told, normal = 0.0, 0.0, 0.0, 0.0
    for k in range(organisation.n_tasks):
        task = world.tasks[k]
        bureau.sum_reported[k] = glossed(bureau.sum_branch[k], gloss, scheme.captured) + noise * z * bureau.normal[k]
        bureau.sum_superior[k] = bureau.sum_reported[k]
        for level in range(1, bureau.levels_above):
            further = detail_lost(world, bureau.key, step, 1 + level)
            further *= lost_detail(organisation.peer_spread, behaviour.fidelity, 1.0 + level)
            bureau.sum_superior[k] = glossed(bureau.sum_superior[k], gloss, scheme.captured) + further * bureau.normal[k]
        if bureau.normal[k] <= 0.0:
            continue
        attained = bureau.sum_reported[k] / bureau.normal[k]
        bureau.period_attainment[k], bureau.pace[k] = paced(scheme, bureau.period_attainment[k], attained, step)
        goal = task.goal * bureau.normal[k]
        weight = task.value * goal
        true += weight * capped_attainment(bureau.sum_true[k] / goal)
        told += weight * capped_attainment(bureau.sum_reported[k] / goal)
        seen += weight * capped_attainment(bureau.sum_superior[k] / goal)
        normal += weight
        if in_window:
            bureau.window_true[k] += bureau.sum_true[k]
            bureau.window_cadre[k] += bureau.sum_cadre[k]
            bureau.window_department[k] += bureau.sum_department[k]
            bureau.window_front_true[k] += bureau.front_true[k]
            bureau.window_front_reported[k] += bureau.front_reported[k]
            bureau.window_reported[k] += bureau.sum_reported[k]
            bureau.window_superior[k] += bureau.sum_superior[k]
    bureau.true_attainment = true / normal if normal > 0.0 else 1.0
    bureau.bureau_attainment = told / normal if normal > 0.0 else 1.0
    bureau.superior_attainment = seen / normal if normal > 0.0 else 1.0


@rule
def rank_bureaus(world, step):
    """The superior ranks the bureau among its peers: simulated ones where there are several, an AR(1) otherwise.

    The rank demanded is that of the scheme most of the bureau is under; what is passed down, and when it is settled, is
    the matter of each department's own scheme.
    """
    organisation = world.organisation[0]
    for bureau in world.bureaus:
        better = 0.0
        if bureau.n_siblings > 1:
            for s in range(bureau.first_sibling, bureau.first_sibling + bureau.n_siblings):
                other = world.bureaus[s]
                if other.superior_attainment > bureau.superior_attainment and other.parent == bureau.parent:
                    better += 1.0
        else:
            for peer in range(min(organisation.n_peers, MAX_PEERS)):
                z, _, _, _ = normals(world.luck, bureau.key, 0, peer, step + 1, PEER, 0)
                deviation = bureau.peers[peer] - organisation.peer_mean
                bureau.peers[peer] = organisation.peer_mean + organisation.peer_spread * persistent_luck(
                    deviation / organisation.peer_spread if organisation.peer_spread > 0.0 else 0.0,
                    organisation.peer_persistence,
                    z,
                )
                if bureau.peers[peer] > bureau.superior_attainment:
                    better += 1.0
        bureau.rank = 1.0 + better
        bureau.pressure = pressure_of_rank(bureau.rank, world.schemes[bureau.arm].rank_demanded)
        if step >= organisation.window_start:
            bureau.window_pressure += bureau.pressure
    for department in world.departments:
        scheme = world.schemes[department.arm]
        pressure = world.bureaus[department.bureau].pressure
        department.passed_down += passed_down_points(pressure, scheme.pass_through, scheme.points) / scheme.interval
