"""Link 1, the plan: targets for the new period, and what a point of the coming score is worth to everybody."""

from __future__ import annotations

import math

from sim.jit import rule
from sim.loop.apply import BY_RESULT
from sim.loop.appraise import spread_of_impressions, usual_shift
from sim.loop.calendar import is_period_start, steps_left
from sim.loop.process import unit_pace
from sim.population.columns import BOTTOM_CUT, DISMISSED_CUT, SECOND_CUT, TOP_CUT
from sim.rules.incentives import (
    appraisals_ahead,
    career_value,
    colleagues_part,
    contest_chance,
    contest_density,
    cost_of_risk,
    known_standing,
    loss_of_job,
    luck_of_pay,
    luck_of_result,
    next_rung_loss,
    next_score,
    openness,
    own_part,
    place_part,
    ratchet_discount,
    rivals_at_hand,
    spread_of_rivals,
    unit_part,
    worth_as_gain,
)
from sim.rules.numbers import normal_chance, normal_density
from sim.rules.output import hanging_together, luck_of_mean, luck_of_period
from sim.rules.rating import doubt_of_rating, lasting_spread, lifted, pulled_to_middle
from sim.rules.responsibility import BRANCH_LEVEL, CADRE_LEVEL, DEPARTMENT_LEVEL, liability_level
from sim.rules.scoring import expected_points_share, expected_points_slope, points_variance
from sim.rules.targets import added_per_level, bargained_slack, cascaded_target

FORCED, FREE = 2, 1
OWN_RESULT = 0


@rule
def plan(world, step, first, last):
    """Plan the new period for the departments [first, last), where one starts."""
    for d in range(first, last):
        department = world.departments[d]
        scheme = world.schemes[department.arm]
        is_new = is_period_start(step, scheme.interval) or step == scheme.start
        department.hanging = hanging_together(world.behaviour[0].luck_persistence, float(steps_left(step, scheme.interval)))
        if is_new:
            plan_department(world, step, d)
        for i in range(department.first, department.first + department.size):
            if is_new or world.cadres[i].load_price < 0.0:  # who has just come weighs a point for himself
                value_of_a_point(world, d, i)


@rule
def plan_department(world, step, d):
    """Targets come down, hours are set aside, and what a typical score hangs on is worked out."""
    department = world.departments[d]
    scheme, b = world.schemes[department.arm], world.behaviour[0]
    branch = world.branches[department.branch]
    levels = 2 if department.is_office == 0 else 1
    department.overhead = scheme.hours
    department.liable = liable_with(world, d)
    department.slack = bargained_slack(scheme.bargaining, b.slack_bargained, scheme.captured)
    if step == scheme.start:
        for j in range(department.n_tasks):
            growth = world.tasks[department.task[j]].growth
            added = added_per_level(scheme.top_up, b.top_up_pressed, growth, scheme.rank_demanded)
            department.first_target[j] = cascaded_target(
                scheme.difficulty, added, levels, department.slack, scheme.job_coefficients, branch.workload
            )
            department.pace[j] = 1.0
            for i in range(department.first, department.first + department.size):
                world.cadres[i].target[j] = department.first_target[j]
    department.ratchet_up_left, department.ratchet_down_left = discounts(
        scheme.ratchet_on, scheme.ratchet_up, scheme.ratchet_down, b, department.size
    )
    reckon_with_ratings(world, d)
    reckon_with_luck(world, d)
    reckon_points(world, d)


@rule
def reckon_with_ratings(world, d):
    """What ratings make of a result on each indicator: how far they level it, what they add, how sure they are.

    Halo moves weight from one result to another and takes none away, so it is left out; favours are nobody's to reckon with.
    """
    department = world.departments[d]
    scheme, b = world.schemes[department.arm], world.behaviour[0]
    duty = b.rating_noise * scheme.rater_noise * lasting_spread(b.view_of_duty, scheme.in_process)
    person, shift = spread_of_impressions(world, d), usual_shift(world, d)
    central_tendency = department.central_tendency * (scheme.rater_bias * scheme.bias_left)
    for row in range(department.n_offers):
        counted = world.indicators[department.offer_row[row]].counted
        pulled = pulled_to_middle(counted, central_tendency)
        department.offer_pull[row] = pulled
        department.offer_lift[row] = lifted(counted, shift, pulled)
        department.offer_doubt[row] = doubt_of_rating(counted, duty, person)


@rule
def reckon_with_luck(world, d):
    """How much of a typical cadre's score is luck: of work, of ratings and of what raters think of him, as far as points follow.

    Everybody knows what is usual here, how people are rated and where points end: the luck is that of results at the usual pace,
    rated as leniently as usual, through each scoring rule (`points_variance`). What raters think of a person goes through all
    his ratings; what the department and the taxpayers do, through everybody's results.
    """
    department = world.departments[d]
    scheme, b = world.schemes[department.arm], world.behaviour[0]
    noise = b.rating_noise * scheme.rater_noise
    person = spread_of_impressions(world, d)
    own = scheme.points * noise * scheme.points * noise * (scheme.ability * scheme.ability + scheme.attitude * scheme.attitude)
    shared, of_person, alone = 0.0, scheme.points * (1.0 - scheme.performance) * person, 0.0
    for row in range(department.n_offers):
        indicator = world.indicators[department.offer_row[row]]
        task, j = world.tasks[indicator.task], department.offer_task[row]
        pace, members = department.pace[j], 1.0
        if indicator.unit != CADRE_LEVEL:
            pace, members = unit_pace(world, d, j, indicator.unit)
        target = usual_target(world, d, j)
        mine, ours, theirs = luck_of_period(
            task.noise, task.controllability, members, float(scheme.interval), b.luck_persistence
        )  # fmt: skip
        kept, judged = 1.0 - department.offer_pull[row], 1.0 - indicator.counted
        scale = kept * kept / (target * target)
        variance = (mine + ours + theirs) * scale + department.offer_doubt[row]
        if variance <= 0.0:
            continue
        seen, sd = kept * pace / target + department.offer_lift[row], math.sqrt(variance)
        weight = scheme.points * scheme.performance * department.offer_weight[row]
        of_points = points_variance(
            seen, sd, indicator.below, indicator.above, indicator.floor, indicator.cap, indicator.notch, indicator.steps
        )
        varies = weight * weight * of_points
        common = ours + theirs if indicator.unit == CADRE_LEVEL else mine + ours + theirs
        of_all = varies * common * scale / variance
        shared += of_all
        own += varies - of_all
        slope = expected_points_slope(
            seen, sd, indicator.below, indicator.above, indicator.floor, indicator.cap, indicator.notch, indicator.steps
        )
        through = judged * person * weight * slope
        of_person += through
        alone += through * through
    own += of_person * of_person - alone
    department.score_luck = math.sqrt(
        luck_of_result(
            own, shared, scheme.unit_weight, float(department.size), scheme.joint_responsibility, department.liable
        )
    )  # fmt: skip
    department.mean_luck = math.sqrt(luck_of_result(own, shared, 1.0, float(department.size), 0.0, department.liable))


@rule
def usual_target(world, d, j):
    """Mean of the targets that people of a department have on own task j."""
    department = world.departments[d]
    total = 0.0
    for i in range(department.first, department.first + department.size):
        total += world.cadres[i].target[j]
    return total / department.size


@rule
def reckon_points(world, d):
    """How many points more output brings a typical cadre: at his usual pace as it is seen, and by the superior's rule of thumb.

    What colleagues' help or a contest is worth goes by the slope where people stand (`points_of_own`, `points_of_unit`). A
    superior who reads ability from points takes the standard for the place where everybody stands (`points_per_output`).
    """
    department = world.departments[d]
    scheme, b = world.schemes[department.arm], world.behaviour[0]
    points, own, shared = 0.0, 0.0, 0.0
    for row in range(department.n_offers):
        indicator = world.indicators[department.offer_row[row]]
        task, j = world.tasks[indicator.task], department.offer_task[row]
        pace, members = department.pace[j], 1.0
        if indicator.unit != CADRE_LEVEL:
            pace, members = unit_pace(world, d, j, indicator.unit)
        luck = luck_of_mean(task.noise, task.controllability, members, float(scheme.interval)) / department.first_target[j]
        weight = scheme.points * scheme.performance * department.offer_weight[row]
        points += weight * slope_around(indicator, 1.0, luck) / department.first_target[j]
        target, kept = usual_target(world, d, j), 1.0 - department.offer_pull[row]
        mine, ours, theirs = luck_of_period(
            task.noise, task.controllability, members, float(scheme.interval), b.luck_persistence
        )  # fmt: skip
        sd = math.sqrt((mine + ours + theirs) * kept * kept / (target * target) + department.offer_doubt[row])
        seen = kept * pace / target + department.offer_lift[row]
        more = weight * slope_around(indicator, seen, sd) * kept / target
        if indicator.unit == CADRE_LEVEL:
            own += more
        else:
            shared += more / members
    department.points_per_output = points
    department.points_of_own, department.points_of_unit = own, shared


@rule
def liable_with(world, d):
    """How many people answer together with this department's (mechanism 10): the unit whose mean `put_together` takes."""
    department = world.departments[d]
    scheme = world.schemes[department.arm]
    level = liability_level(scheme.joint_responsibility, scheme.joint_scope, department.is_office)
    if level == DEPARTMENT_LEVEL:
        return float(department.size)
    bureau = world.bureaus[department.bureau]
    first, last = bureau.first_branch, bureau.first_branch + bureau.n_branches
    if level == BRANCH_LEVEL:
        first, last = department.branch, department.branch + 1
    liable = 0.0
    for k in range(first, last):
        branch = world.branches[k]
        for other in range(branch.first_department, branch.first_department + branch.n_departments):
            if world.schemes[world.departments[other].arm].number == scheme.number:
                liable += world.departments[other].size
    return liable


@rule
def slope_around(indicator, place, luck):
    """Points per unit of attainment from .2 below to .2 above a place: a notch counts once, not as a cliff."""
    above = expected_points_share(
        place + 0.2, luck, indicator.below, indicator.above, indicator.floor, indicator.cap, indicator.notch, indicator.steps
    )
    below = expected_points_share(
        place - 0.2, luck, indicator.below, indicator.above, indicator.floor, indicator.cap, indicator.notch, indicator.steps
    )
    return (above - below) / 0.4


@rule
def value_of_a_point(world, d, i):
    """Mechanism 3: everything the application ties to the score, as the worth of one more point of it.

    Contests enter with the exact marginal chance of crossing the cut-off; a floor multiplies the chance to be below it. Rivals
    differ, and everybody has seen how far scores lay apart; where among them he stands he knows as far as ranks are known. At a
    threshold he reckons from his own last score, of which luck does not come again.
    """
    department, c = world.departments[d], world.cadres[i]
    scheme, b = world.schemes[department.arm], world.behaviour[0]
    group = world.groups[c.group]
    own = own_part(scheme.unit_weight, float(department.size), scheme.joint_responsibility, department.liable)
    colleagues = colleagues_part(scheme.unit_weight, float(department.size), scheme.joint_responsibility, department.liable)
    unit = unit_part(scheme.unit_weight, float(department.size), scheme.joint_responsibility, department.liable)
    rivals, standing = among_rivals(scheme, b, department, group, c)
    spread = rivals
    expected, luck = next_score(c.score, group.mean, scheme.points, department.score_luck, group.spread)
    if scheme.ranking == FREE:
        spread = luck
    elif luck <= 0.0:
        luck = spread
    gain, contest, paid, loss = worth_of_grades(scheme, b, group, c, spread, standing, expected, luck)
    months = scheme.interval * world.organisation[0].months_a_step
    kept = worth_of_keeping_the_job(scheme, b, group, c, rivals, standing, months)
    told = worth_of_career(world, d, c)  # the superior learns from one's own points, before they are shared
    bonus = scheme.bonus_per_point
    share = scheme.unit_bonus_per_point / department.size
    esteem = b.esteem * openness(scheme.publish_scores)
    growth = b.growth_worth * scheme.growth
    applied = scheme.applied
    here = rivals_at_hand(department.size, group.size)
    won, won_of_unit = place_part(own, colleagues / max(department.size - 1.0, 1.0), here), place_part(unit, unit, here)
    # thresholds are reached, places are won: only under forced shares does harm to a colleague help, and where the last must go
    place, place_of_unit = own, unit
    if scheme.ranking == FORCED:
        place, place_of_unit = won, won_of_unit
    c.contest = (applied * place * (contest + loss) if scheme.ranking == FORCED else 0.0) + won * kept
    result = bonus + gain + growth  # what hangs on one's result, wherever others stand
    c.gain = worth_as_gain(applied, own, result, place, contest, share + told, esteem)
    # a point of a unit's indicator is everybody's here
    c.gain_of_unit = worth_as_gain(applied, unit, result, place_of_unit, contest, scheme.unit_bonus_per_point + told, esteem)
    # a colleague's point lifts one's own result, but not one's place: he is a rival for it (Drago & Garvey 1998)
    averted = loss if scheme.ranking == FREE else 0.0
    c.shared = applied * share * (department.size - 1.0) + colleagues * (applied * (result + averted) + esteem)
    c.loss, c.loss_of_unit = applied * place * loss + won * kept, applied * place_of_unit * loss + won_of_unit * kept
    c.paid = applied * (own * bonus + place * paid + share)
    c.paid_of_unit = applied * (unit * bonus + place_of_unit * paid + scheme.unit_bonus_per_point)
    # what is at risk is the result that is paid for, which is shared already
    at_risk = luck_of_pay(
        applied * (bonus + paid), applied * scheme.unit_bonus_per_point, unit, department.score_luck, department.mean_luck
    )  # fmt: skip
    c.risk_cost = cost_of_risk(c.risk_aversion, months, at_risk)


@rule
def among_rivals(scheme, b, department, group, c):
    """(spread of the scores one competes with, one's place among them).

    Rivals differ, as far as scores lay apart; before anybody has been graded all are level but for luck.
    """
    luck = department.score_luck
    if math.isnan(group.mean):
        return luck, 0.0
    spread = spread_of_rivals(luck, group.spread, b.rivals_differ)
    aware = b.standing_awareness * scheme.publish_ranks
    return spread, known_standing(c.score, group.mean, group.size, luck, group.spread, spread, aware)


@rule
def worth_of_keeping_the_job(scheme, b, group, c, rivals, standing, months):
    """Marginal worth of a point where the last of the group are dismissed, in wages; sets what one fears to lose by it.

    Whoever goes is decided among rivals whatever the grades are, and is no matter of pay: `applied` is in `must_go` already.
    """
    c.job_at_risk = 0.0
    if rivals <= 0.0 or scheme.must_go <= 0.0:
        return 0.0
    costs = loss_of_job(b.job_worth, c.age, b.retirement_age, months, scheme.must_go)
    c.job_at_risk = costs * (1.0 - contest_chance(group.chance[DISMISSED_CUT], standing))
    return costs * (contest_density(group.density[DISMISSED_CUT], standing) / rivals)


@rule
def worth_of_grades(scheme, b, group, c, spread, standing, expected, luck):
    """Marginal worth of a point in grades, in wages: (a gain, a gain against peers, pay, a loss averted).

    `spread`, `standing`: of the scores one competes with, and one's place among them; `expected`, `luck`: of one's own next
    score. Sets the perceived chances of the worst grade and of sanctions.
    """
    c.bottom_chance, c.sanction_chance = 0.0, 0.0
    if spread <= 0.0 or (scheme.ranking != FORCED and scheme.ranking != FREE):
        return 0.0, 0.0, 0.0, 0.0
    if scheme.ranking == FORCED:
        win_top = contest_density(group.density[TOP_CUT], standing) / spread
        win_second = contest_density(group.density[SECOND_CUT], standing) / spread
        avoid = contest_density(group.density[BOTTOM_CUT], standing) / spread
        c.bottom_chance = 1.0 - contest_chance(group.chance[BOTTOM_CUT], standing)
    else:
        win_top = normal_density((scheme.top_threshold * scheme.points - expected) / spread) / spread
        win_second = normal_density((scheme.second_threshold * scheme.points - expected) / spread) / spread
        gap = (scheme.bottom_threshold * scheme.points - expected) / spread
        avoid = normal_density(gap) / spread
        c.bottom_chance = normal_chance(gap)
    won = (scheme.top_prize + scheme.recognition * b.honour) * win_top + scheme.second_prize * win_second
    paid = scheme.top_prize * win_top + scheme.second_prize * win_second + scheme.bottom_cut * avoid
    rung = next_rung_loss(c.rung, scheme.rectification, scheme.interview, scheme.honours, scheme.transfer, scheme.adjustment)
    loss = scheme.bottom_cut * avoid + sanction_slope(scheme, c, avoid, expected, luck, rung)
    return (0.0, won, paid, loss) if scheme.ranking == FORCED else (won, 0.0, paid, loss)


@rule
def worth_of_career(world, d, c):
    """What one more point does for the superior's belief, and so for posts to come, where they go by results."""
    department, b = world.departments[d], world.behaviour[0]
    scheme = world.schemes[department.arm]
    if scheme.promotion_rule != BY_RESULT or department.points_per_output <= 0.0:
        return 0.0  # nobody plans to be the worst (assumed)
    period_years = scheme.interval * world.organisation[0].months_a_step / 12.0
    ahead = appraisals_ahead(b.planning_horizon, c.age, b.retirement_age, period_years)
    career = scheme.promotion * career_value(scheme.post_value, b.signal_precision, c.belief_precision, b.discount_rate, ahead)
    return career * (1.0 / department.points_per_output)


@rule
def sanction_slope(scheme, c, avoid, expected, luck, rung):
    """Marginal worth of a point that keeps the bottom sanctions away; sets the perceived chance of them.

    With a floor they strike only below both: chance = P(bottom) P(below floor), its slope by the product rule; whether one falls
    below the floor is a matter of one's own luck, wherever others stand. The worst grade's pay cut falls all the same.
    """
    c.sanction_chance = c.bottom_chance
    if scheme.floor <= 0.0:
        return rung * avoid
    gap = (scheme.floor * scheme.points - expected) / luck
    below = normal_chance(gap)
    c.sanction_chance = c.bottom_chance * below
    return rung * (avoid * below + c.bottom_chance * normal_density(gap) / luck)


@rule
def discounts(ratchet_on, ratchet_up, ratchet_down, b, members):
    """What looking ahead leaves of a slope above and below the target when results move the next one."""
    dilution = 1.0 if ratchet_on == OWN_RESULT else 1.0 / members
    return (
        ratchet_discount(ratchet_up * dilution, b.discount_rate, b.planning_horizon),
        ratchet_discount(ratchet_down * dilution, b.discount_rate, b.planning_horizon),
    )
