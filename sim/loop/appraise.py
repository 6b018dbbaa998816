"""Link 3, the appraisal: what is measured and rated becomes points, scores, ranks and grades."""

from __future__ import annotations

import math

import numpy as np

from sim.jit import allocating, rule
from sim.loop.calendar import any_due, is_due, steps_so_far
from sim.loop.process import lane_of
from sim.population.draws import Purpose, normals, uniforms
from sim.population.entry import unit_of_target
from sim.rules.incentives import next_belief
from sim.rules.justice import accuracy_of_appraisal, bias_suppression, liability_unfairness, procedural_signal
from sim.rules.numbers import remembered
from sim.rules.ranking import ORDINARY, forced_grade, free_grade, is_sanctioned, seats, seats_by_lot
from sim.rules.rating import head_view, judged, lasting_spread, observed_attainment, own_opinion, rated_part, rating_shift
from sim.rules.responsibility import BRANCH_LEVEL, CADRE_LEVEL, DEPARTMENT_LEVEL, joint_points, liability_level
from sim.rules.scoring import points_share
from sim.rules.targets import next_target

RATING, VIEW, LOT, CHANCES = int(Purpose.RATING), int(Purpose.VIEW), int(Purpose.LOT), int(Purpose.CHANCES)
FORCED, FREE = 2, 1
SENIORITY = 1
BY_LOT = 1
OF_THE_GROUP = 1  # where a draw names an appraiser: the lot of a whole peer group, drawn at its first place


@rule
def appraise(world, step, first, last):
    """Score everybody in the departments [first, last), where an appraisal is due; ranking follows in `rank_groups`."""
    for d in range(first, last):
        department = world.departments[d]
        if not is_due(step, world.schemes[department.arm].interval):
            continue
        total = 0.0
        for i in range(department.first, department.first + department.size):
            score_cadre(world, step, d, i)
            total += world.cadres[i].points
        department.score = total / department.size


@rule
def unit_attainment(world, step, d, j, unit):
    """Mean attainment of the unit on task j so far in the unit's own period."""
    department = world.departments[d]
    if unit == DEPARTMENT_LEVEL:
        scheme = world.schemes[department.arm]
        return department.period_attainment[j] / steps_so_far(step, scheme.interval, scheme.start)
    k = department.task[j]
    if unit == BRANCH_LEVEL:
        branch = world.branches[department.branch]
        scheme = world.schemes[branch.arm]
        return branch.period_attainment[k] / steps_so_far(step, scheme.interval, scheme.start)
    bureau = world.bureaus[department.bureau]
    scheme = world.schemes[bureau.arm]
    return bureau.period_attainment[k] / steps_so_far(step, scheme.interval, scheme.start)


@rule
def usual_shift(world, d):
    """What is added to every rating in a department: leniency, self-leniency, the referee's own side."""
    department = world.departments[d]
    scheme, b = world.schemes[department.arm], world.behaviour[0]
    return rating_shift(
        department.leniency, b.leniency_at_stake, scheme.stake, scheme.rater_bias * scheme.bias_left, scheme.self_rating,
        b.self_leniency, b.referee_bias, department.is_office, scheme.external, scheme.supervision,
    )  # fmt: skip


@rule
def spread_of_impressions(world, d):
    """Standard deviation of what raters think of a person, in attainment."""
    scheme, b = world.schemes[world.departments[d].arm], world.behaviour[0]
    return b.impression * lasting_spread(b.view_of_person, scheme.in_process) * scheme.rater_noise


@rule
def score_cadre(world, step, d, i):
    """Points of a cadre: counted results as reported, the rest as appraisers see it, each through its scoring rule."""
    department, c = world.departments[d], world.cadres[i]
    scheme, b = world.schemes[department.arm], world.behaviour[0]
    steps = max(c.period_steps, 1.0)
    overall = 0.0
    for j in range(department.n_tasks):
        overall += c.period_reported[j] / (steps * c.target[j])
    impression, favour, z_ability, z_attitude = normals(world.luck, c.key, c.position, 0, step + 1, RATING, 0)
    bias = scheme.rater_bias * scheme.bias_left
    halo = department.halo * bias
    personal = usual_shift(world, d) + bias * department.favouritism * favour + spread_of_impressions(world, d) * impression
    performance = 0.0
    z = (0.0, 0.0, 0.0, 0.0)
    views, block = z, -1
    for row in range(department.n_offers):
        if row % 4 == 0:
            z = normals(world.luck, c.key, c.position, 0, step + 1, RATING, 1 + row // 4)
        indicator = world.indicators[department.offer_row[row]]
        j = department.offer_task[row]
        if indicator.unit == CADRE_LEVEL:
            attained = c.period_reported[j] / (steps * department.share[j] * c.target[j])
        else:
            attained = unit_attainment(world, step, d, j, indicator.unit) / c.target[j]
        seen = head_view(attained, overall, halo, department.central_tendency * bias)
        if scheme.self_rating > 0.0:
            seen += scheme.self_rating * own_opinion(c.self_view, attained)
        judgement = lane_of(z, row % 4)
        if b.view_of_duty > 0.0:
            if j // 4 != block:
                block = j // 4
                views = normals(world.luck, c.key, c.position, 0, step + 1, VIEW, block)
            judgement = judged(judgement, lane_of(views, j % 4), b.view_of_duty, scheme.in_process)
        rated = seen + personal + b.rating_noise * scheme.rater_noise * judgement
        observed = observed_attainment(attained, rated, indicator.counted)
        performance += department.offer_weight[row] * points_share(
            observed, indicator.below, indicator.above, indicator.floor, indicator.cap, indicator.notch, indicator.steps
        )
    if department.n_offers == 0:
        performance = 1.0
    c.performance = performance
    ability = rated_part(c.ability, personal, b.rating_noise * scheme.rater_noise * z_ability)
    attitude = rated_part(0.5 * (c.load + c.motivation), personal, b.rating_noise * scheme.rater_noise * z_attitude)
    taxpayers = world.branches[department.branch].satisfaction / 0.7
    others = rated_part(0.5 * (taxpayers + 1.0) + c.help_given - c.sabotage_done, personal, 0.0)
    c.points = scheme.points * (
        scheme.performance * performance + scheme.ability * ability + scheme.attitude * attitude + scheme.others * others
    )
    c.contribution = c.period_contribution / steps


@allocating
def award_medals(world, step, first, last):
    """Medals: extra points for the best of each peer group on an indicator, before results are put together."""
    for g in range(first, last):
        scheme = world.schemes[world.groups[g].arm]
        if not is_due(step, scheme.interval):
            continue
        for r in range(scheme.first_indicator, scheme.first_indicator + scheme.n_indicators):
            if world.indicators[r].medal_points > 0.0:
                award_medal(world, step, g, r)


@allocating
def award_medal(world, step, g, r):
    """The medal of one indicator in one peer group."""
    group = world.groups[g]
    scheme = world.schemes[group.arm]
    indicator = world.indicators[r]
    places = seats(indicator.medal_share, group.size)
    if places == 0:
        return
    result = np.full(group.size, -np.inf)
    lots = np.zeros(group.size)
    for m in range(group.size):
        i = world.members[group.first + m]
        c = world.cadres[i]
        department = world.departments[c.department]
        for row in range(department.n_offers):
            if department.offer_row[row] == r:
                j = department.offer_task[row]
                steps = max(c.period_steps, 1.0)
                result[m] = c.period_reported[j] / (steps * department.share[j] * c.target[j])
        lots[m] = uniforms(world.luck, c.key, c.position, 0, step + 1, LOT, 0)[1]
    group.medal_spread[r - scheme.first_indicator] = spread_of_entries(result)
    order = ranked(result, lots)
    for place in range(places):
        m = order[place]
        if result[m] > -np.inf:
            c = world.cadres[world.members[group.first + m]]
            department = world.departments[c.department]
            for row in range(department.n_offers):
                if department.offer_row[row] == r:
                    c.points += scheme.points * scheme.performance * department.offer_weight[row] * indicator.medal_points


@rule
def spread_of_entries(results):
    """Standard deviation of what those who took part attained (-inf: took no part); 0 for fewer than two."""
    n, total, squares = 0.0, 0.0, 0.0
    for result in results:
        if result > -np.inf:
            n += 1.0
            total += result
    if n < 2.0:
        return 0.0
    mean = total / n
    for result in results:
        if result > -np.inf:
            squares += (result - mean) * (result - mean)
    return math.sqrt(squares / (n - 1.0))


@allocating
def ranked(scores, ties):
    """Order of places: highest score first, equal scores by the lower tie-breaker."""
    by_tie = np.argsort(ties, kind="mergesort")
    by_score = np.argsort(-scores[by_tie], kind="mergesort")
    return by_tie[by_score]


@allocating
def put_together(world, step):
    """Unit results and joint responsibility: everybody's final score (mechanism 10).

    Those who are liable together are appraised together: colleagues under another scheme are not among them.
    """
    if not any_due(world.schemes, step):
        return
    n_schemes = world.schemes.shape[0]
    branch_mean = np.zeros((world.branches.shape[0], n_schemes))
    branch_size = np.zeros((world.branches.shape[0], n_schemes))
    bureau_mean = np.zeros((world.bureaus.shape[0], n_schemes))
    bureau_size = np.zeros((world.bureaus.shape[0], n_schemes))
    for department in world.departments:
        scheme = world.schemes[department.arm]
        if not is_due(step, scheme.interval):
            continue
        total = 0.0
        for i in range(department.first, department.first + department.size):
            total += world.cadres[i].points
        department.score = total / department.size
        branch_mean[department.branch, scheme.number] += total
        branch_size[department.branch, scheme.number] += department.size
        bureau_mean[department.bureau, scheme.number] += total
        bureau_size[department.bureau, scheme.number] += department.size
    for department in world.departments:
        scheme = world.schemes[department.arm]
        if not is_due(step, scheme.interval):
            continue
        unit = department.score
        level = liability_level(scheme.joint_responsibility, scheme.joint_scope, department.is_office)
        if level == BRANCH_LEVEL:
            unit = branch_mean[department.branch, scheme.number] / branch_size[department.branch, scheme.number]
        elif level > BRANCH_LEVEL:
            unit = bureau_mean[department.bureau, scheme.number] / bureau_size[department.bureau, scheme.number]
        for i in range(department.first, department.first + department.size):
            c = world.cadres[i]
            own = c.points + scheme.unit_weight * (department.score - c.points)
            c.score = joint_points(own, unit, scheme.joint_responsibility) - department.passed_down
        department.passed_down = 0.0


@allocating
def rank_groups(world, step, first, last):
    """Mechanism 9: grades inside the peer groups [first, last), sanctions with or without the floor."""
    for g in range(first, last):
        group = world.groups[g]
        scheme = world.schemes[group.arm]
        if not is_due(step, scheme.interval):
            continue
        scores = np.zeros(group.size)
        ties = np.zeros(group.size)
        total = 0.0
        for m in range(group.size):
            c = world.cadres[world.members[group.first + m]]
            correct_by_appeal(world, step, c, scheme)
            scores[m] = c.score
            if scheme.ties == SENIORITY:
                ties[m] = -c.tenure
            else:
                ties[m] = uniforms(world.luck, c.key, c.position, 0, step + 1, LOT, 0)[0]
            total += c.score
        group.mean = total / group.size
        group.spread = spread_of_entries(scores)  # rivals are a sample: n - 1
        order = ranked(scores, ties)
        n_top, n_second, n_bottom, n_dismissed = seats_of(world, step, group)
        for place in range(group.size):
            c = world.cadres[world.members[group.first + order[place]]]
            share = c.score / scheme.points
            if scheme.ranking == FORCED:
                c.grade = forced_grade(place, group.size, n_top, n_second, n_bottom)
            elif scheme.ranking == FREE:
                c.grade = free_grade(share, scheme.top_threshold, scheme.second_threshold, scheme.bottom_threshold)
            else:
                c.grade = ORDINARY
            struck = is_sanctioned(c.grade, share, scheme.floor)
            c.sanctioned = 1 if struck else 0
            c.dismissed = 1 if place >= group.size - n_dismissed else 0


@rule
def seats_of(world, step, group):
    """(top, second, bottom, dismissed) of a peer group this time: one lot a group decides over all its fractions."""
    scheme = world.schemes[group.arm]
    if scheme.fractions != BY_LOT:
        return group.n_top, group.n_second, group.n_bottom, group.n_dismissed
    first = world.cadres[world.members[group.first]]
    lot, _, _, _ = uniforms(world.luck, first.key, first.position, OF_THE_GROUP, step + 1, LOT, 0)
    top = seats_by_lot(scheme.top_share, group.size, lot)
    favoured = seats_by_lot(scheme.top_share + scheme.second_share, group.size, lot)
    bottom = seats_by_lot(scheme.bottom_share, group.size, lot)
    return top, favoured - top, bottom, seats_by_lot(scheme.must_go, group.size, lot)


@rule
def correct_by_appeal(world, step, c, scheme):
    """An appeal gives back what ratings took from performance: with its chance, half of the gap (assumed)."""
    if scheme.appeal <= 0.0:
        return
    _, _, chance, _ = uniforms(world.luck, c.key, c.position, 0, step + 1, CHANCES, 0)
    if c.score < scheme.points and chance < scheme.appeal:
        department = world.departments[c.department]
        counted = 0.0
        for row in range(department.n_offers):
            indicator = world.indicators[department.offer_row[row]]
            j = department.offer_task[row]
            attained = c.period_reported[j] / (max(c.period_steps, 1.0) * department.share[j] * c.target[j])
            if indicator.unit != CADRE_LEVEL:
                attained = unit_attainment(world, step, c.department, j, indicator.unit) / c.target[j]
            counted += department.offer_weight[row] * points_share(
                attained, indicator.below, indicator.above, indicator.floor, indicator.cap, indicator.notch, indicator.steps
            )
        c.score += 0.5 * scheme.performance * max(0.0, scheme.points * (counted - c.performance))


@rule
def judge_procedures(world, step, first, last):
    """After the appraisal: what everybody makes of the procedures, what the superior believes, the next targets."""
    b = world.behaviour[0]
    for d in range(first, last):
        department = world.departments[d]
        scheme = world.schemes[department.arm]
        if not is_due(step, scheme.interval):
            continue
        speed = 1.0 - (1.0 - b.justice_memory) ** scheme.interval
        counted = 0.0
        for row in range(department.n_offers):
            counted += department.offer_weight[row] * world.indicators[department.offer_row[row]].counted
        accuracy = accuracy_of_appraisal(counted, scheme.electronic, scheme.training, scheme.in_process, department.overhead)
        suppression = bias_suppression(scheme.rater_bias, scheme.bias_left)
        signal = procedural_signal(accuracy, suppression, scheme.participation, scheme.appeal)
        signal -= liability_unfairness(scheme.joint_responsibility, scheme.pass_through, department.is_office) * 0.5
        for i in range(department.first, department.first + department.size):
            c = world.cadres[i]
            c.justice_procedural = remembered(c.justice_procedural, max(0.0, signal), speed)
            if department.points_per_output > 0.0:
                ability_seen = (c.points - scheme.points) / department.points_per_output / max(b.ability_sd, 0.05)
                c.belief = next_belief(c.belief, c.belief_precision, ability_seen, b.signal_precision)
                c.belief_precision += b.signal_precision
            ratchet_targets(world, step, d, i)


@rule
def ratchet_targets(world, step, d, i):
    """New targets from last year's results (mechanism 12), and an empty period.

    A target moves with the result it was set for: where an indicator looks at a unit, that is the unit's.
    """
    department, c = world.departments[d], world.cadres[i]
    scheme = world.schemes[department.arm]
    steps = max(c.period_steps, 1.0)
    for j in range(department.n_tasks):
        if scheme.ratchet_up > 0.0 or scheme.ratchet_down > 0.0:
            unit = unit_of_target(world, d, j)
            if unit == CADRE_LEVEL:
                attained = c.period_reported[j] / (steps * department.share[j])
            else:
                attained = unit_attainment(world, step, d, j, unit)
            c.target[j] = next_target(c.target[j], attained, scheme.ratchet_up, scheme.ratchet_down)
        c.period_output[j] = 0.0
        c.period_reported[j] = 0.0
    c.period_steps = 0.0
    c.period_contribution = 0.0
