"""Link 5, the application: pay, honours, sanctions, dismissal and promotion follow the result."""

from __future__ import annotations

import math

import numpy as np

from sim.jit import allocating, rule
from sim.loop.calendar import is_due
from sim.population.draws import Purpose, uniforms
from sim.population.entry import DISMISSED, enter, redraw_ability
from sim.rules.flow import promotion_merit
from sim.rules.justice import distributive_signal, standing_among, worth_of_result
from sim.rules.numbers import remembered
from sim.rules.pay import explicit_reward
from sim.rules.ranking import BOTTOM, TOP, next_rung

PROMOTION = int(Purpose.PROMOTION)
BY_RESULT, BY_SENIORITY, AT_RANDOM, WORST_FIRST = 0, 1, 2, 3
REDRAWN = 1


@allocating
def apply(world, step, first, last):
    """Rewards and sanctions of the peer groups [first, last), where an appraisal is due."""
    for g in range(first, last):
        if is_due(step, world.schemes[world.groups[g].arm].interval):
            pay_group(world, g)
            judge_rewards(world, g)


@rule
def pay_group(world, g):
    """Explicit rewards and the ladder of sanctions in one peer group."""
    group = world.groups[g]
    scheme = world.schemes[group.arm]
    for m in range(group.first, group.first + group.size):
        c = world.cadres[world.members[m]]
        c.pay = explicit_reward(
            c.score, world.departments[c.department].score, c.grade, scheme.applied, scheme.bonus_per_point,
            scheme.unit_bonus_per_point, scheme.top_prize, scheme.second_prize, scheme.bottom_cut,
        )  # fmt: skip
        c.replaced = scheme.applied * scheme.at_risk
        c.rung = next_rung(c.rung, c.sanctioned == 1, c.grade == BOTTOM and c.sanctioned == 0)


@allocating
def judge_rewards(world, g):
    """Distributive justice: what one's result brought, among peers, against one's contribution, among peers."""
    group = world.groups[g]
    scheme, b = world.schemes[group.arm], world.behaviour[0]
    speed = 1.0 - (1.0 - b.justice_memory) ** scheme.interval
    brought, contributed = np.empty(group.size), np.empty(group.size)
    for m in range(group.size):
        c = world.cadres[world.members[group.first + m]]
        contributed[m] = c.contribution
        brought[m] = worth_of_result(
            c.pay, c.score, scheme.publish_scores, b.esteem, c.grade == TOP, scheme.applied, scheme.recognition, b.honour
        )
    mean_brought, spread_brought = mean_and_spread(brought)
    mean_contributed, spread_contributed = mean_and_spread(contributed)
    for m in range(group.size):
        c = world.cadres[world.members[group.first + m]]
        got = standing_among(brought[m], mean_brought, spread_brought)
        made = standing_among(contributed[m], mean_contributed, spread_contributed)
        signal = distributive_signal(got, made, b.self_serving, b.reward_sensitivity, c.fairness_sensitivity)
        c.justice_distributive = remembered(c.justice_distributive, signal, speed)


@rule
def mean_and_spread(values):
    """Mean and standard deviation of a whole group."""
    total, squares = 0.0, 0.0
    for value in values:
        total += value
    mean = total / len(values)
    for value in values:
        squares += (value - mean) ** 2
    return mean, math.sqrt(squares / len(values))


@allocating
def move_people(world, step):
    """Dismissal of the bottom share, then promotion into every vacancy from the top down (mechanism 17).

    Posts are the bureau's: they are filled when its own scheme falls due, by the rule of that scheme.
    """
    for d in range(world.departments.shape[0]):
        department = world.departments[d]
        if is_due(step, world.schemes[department.arm].interval):
            for i in range(department.first, department.first + department.size):
                c = world.cadres[i]
                if c.dismissed == 1 or c.ability < world.behaviour[0].ability_floor:
                    leave_service(world, step, i, DISMISSED)
    if world.organisation[0].n_posts > 1:
        for b in range(world.bureaus.shape[0]):
            if is_due(step, world.schemes[world.bureaus[b].arm].interval):
                fill_posts(world, step, b)


@rule
def leave_service(world, step, i, vacancy):
    """Cadre i leaves (`vacancy`: by himself or dismissed); the best applicant of the month takes the place."""
    c = world.cadres[i]
    world.departments[c.department].sum_exits += 1.0
    if step >= world.organisation[0].window_start:
        c.window_exits += 1.0
    enter(world, i, step + 1, vacancy)


@allocating
def fill_posts(world, step, bureau_index):
    """Promotions in one bureau: vacancies against the establishment, best merit of the level below first."""
    organisation = world.organisation[0]
    bureau = world.bureaus[bureau_index]
    first_branch = world.branches[bureau.first_branch]
    start = world.departments[first_branch.first_department].first
    stop = start + bureau.n_cadres
    held = np.zeros(organisation.n_posts, np.int64)
    merit = np.zeros(bureau.n_cadres)
    for i in range(start, stop):
        held[world.cadres[i].level] += 1
        merit[i - start] = merit_of(world, step, i, world.schemes[bureau.arm])
    for level in range(organisation.n_posts - 1, 0, -1):
        wanted = int(round(organisation.post_share[level] * bureau.n_cadres))
        while held[level] < wanted and held[level - 1] > 0:
            best, best_merit = -1, -np.inf
            for i in range(start, stop):
                if merit[i - start] > best_merit and world.cadres[i].level == level - 1:
                    best, best_merit = i, merit[i - start]
            promote(world, step, best, world.schemes[bureau.arm])
            held[level] += 1
            held[level - 1] -= 1


@rule
def merit_of(world, step, i, scheme):
    """Standing of a cadre for promotion: results as the superior believes them, against seniority."""
    c = world.cadres[i]
    chance, _, _, _ = uniforms(world.luck, c.key, c.position, 0, step + 1, PROMOTION, 0)
    weight, seniority = scheme.applied * scheme.promotion, c.tenure / 120.0
    if scheme.promotion_rule == AT_RANDOM:
        return promotion_merit(weight, chance, seniority, chance)
    if scheme.promotion_rule == BY_SENIORITY:
        return promotion_merit(0.0, 0.0, seniority, chance)
    belief = -c.belief if scheme.promotion_rule == WORST_FIRST else c.belief
    return promotion_merit(weight, belief, seniority, chance)


@rule
def promote(world, step, i, scheme):
    """One level up; ability is kept, or drawn anew, and then the superior knows nothing of it yet (Pluchino et al. 2010)."""
    b = world.behaviour[0]
    c = world.cadres[i]
    c.level += 1
    c.months_in_post = 0.0
    if scheme.ability_on_promotion == REDRAWN:
        redraw_ability(world, step, i)
    else:
        c.belief_precision = max(b.prior_precision, 0.5 * c.belief_precision)
