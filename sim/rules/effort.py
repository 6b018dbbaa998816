"""Effort (mechanism 1): the cost of work and the best response of a cadre who sees what effort pays.

Cost of efforts e_k with normal shares phi_k, total load T = sum e_k + overhead::

    C = kappa [ (1 - rho) sum_k phi_k/(1 + eta_k) (e_k/phi_k)^(1 + eta_k) + rho/(1 + eta) T^(1 + eta) ]

kappa is the cost level, eta the curvature (a property of the task: *simple* or *discretionary*), rho the substitution
between tasks (Holmstrom & Milgrom 1991). With eta = 1, no overhead and phi = 1 this is (c/2)(e1^2 + e2^2) + k e1 e2 with
kappa = c and rho = k/c.

The problem couples tasks only through T. Given the shadow price of load mu = kappa rho T^eta every task is a problem
in one variable; `best_efforts` finds the load at which efforts and overhead add up to it. What indicators offer on a task
comes as *offers* (one row each, dtype `OFFER`). Luck makes them smooth and Newton's method follows the peak; where there can
be several peaks (notches, milestones, rising slopes) all are compared; without luck the knots themselves are candidates.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from sim.jit import allocating, inlined, rule
from sim.rules.numbers import bounded
from sim.rules.scoring import (
    STANDARD,
    expected_points_share,
    risk_slope_and_bend,
    shortfall_and_miss,
    slope_and_bend,
    standing,
)

#: What one indicator offers a cadre on one of his tasks. `reached` is the attainment already certain, `reach` the
#: attainment per unit of effort, both as they are seen after rating; `luck` the standard deviation of what is still to come
#: (attainment units), `doubt` the variance in it that is the raters';
#: `below`, `above`, `notch` the perceived worth of points on each side of the standard (loss aversion included) and
#: of reaching it; `paid_below`, `paid_above` the part that is risky pay; `worth` counts both `reached` and time left.
OFFER = np.dtype(
    [
        ("task", "i4"),
        ("steps", "i4"),
        ("reached", "f8"),
        ("reach", "f8"),
        ("luck", "f8"),
        ("doubt", "f8"),
        ("below", "f8"),
        ("above", "f8"),
        ("notch", "f8"),
        ("floor", "f8"),
        ("cap", "f8"),
        ("paid_below", "f8"),
        ("paid_above", "f8"),
    ],
    align=True,
)
MAX_OFFERS = 32
TOLERANCE = 1e-10
LAST_STEP = 1e-2
MOST_STEPS = 15
CLIMBING_STEPS = 20
BRACKET_STEPS = 40
LARGEST_GAP = 3.0  # of log price: work that is worth next to nothing has a price far below
CORNER = 1e-5
LOG_CORNER = math.log(CORNER)
LONGEST_STEP = 1.5
NARROW = 1.004
EDGE_STEPS = 14
EDGE_GAP = 1e-2  # of log load; the step after it leaves an error of the order of its square
EDGE_WIDTH = 1e-4  # of log price
EDGE_WEIGHT = 100.0
BEST, NEAR = 1.0, 0.0  # in `Desk.steps`: whether a task without offers is on its best effort at the price already
WITHOUT_OFFERS = -1e-300  # marks a task without offers even where the price of load is 0


class Desk(NamedTuple):
    """What lies on a cadre's desk while he plans: scratch space, one entry an own task (or an offer)."""

    offers: np.ndarray  # OFFER (MAX_OFFERS,)
    drives: np.ndarray  # own drive, duty and flat guesses per unit of effort
    shares: np.ndarray  # normal share of time
    curvatures: np.ndarray  # eta of the task
    made: np.ndarray  # output per unit of effort
    efforts: np.ndarray  # the plan
    logs: np.ndarray  # log of effort over share, while a plan is sought
    steps: np.ndarray  # next step in log effort at an unchanged price of load; in effort where worth is below the price
    pulls: (
        np.ndarray
    )  # how much a higher log price takes from it; infinite where worth is below the price, negative without offers
    low: np.ndarray  # effort known to be too little at about this price
    high: np.ndarray  # effort known to be too much


@allocating
def empty_desk(n_tasks):
    """A desk for at most `n_tasks` own tasks."""
    return Desk(
        np.zeros(MAX_OFFERS, OFFER), np.zeros(n_tasks), np.zeros(n_tasks), np.zeros(n_tasks), np.zeros(n_tasks),
        np.zeros(n_tasks), np.zeros(n_tasks), np.zeros(n_tasks), np.zeros(n_tasks), np.zeros(n_tasks), np.zeros(n_tasks),
    )  # fmt: skip


@rule
def cost_level(kappa, exhaustion_cost, exhaustion):
    """Cost level of a cadre: kappa (1 + exhaustion_cost * exhaustion/6); exhausted people find the same work dearer.

    Source: conservation of resources (Hobfoll 1989); the linear form is assumed. 0 = exhaustion costs nothing.
    """
    return kappa * (1.0 + exhaustion_cost * exhaustion / 6.0)


@rule
def single_task_level(kappa, substitution):
    """The part of the cost level that falls on single tasks: kappa (1 - rho); substitution moves the rest to the load."""
    return kappa * max(1.0 - substitution, 1e-9)


@rule
def marginal_cost(effort, share, kappa, substitution, curvature):
    """Cost of one more unit of effort on a task, the shadow price of load apart."""
    if effort <= 0.0:
        return 0.0
    x = effort / share
    return single_task_level(kappa, substitution) * (x if curvature == 1.0 else x**curvature)


@rule
def task_cost(effort, share, kappa, substitution, curvature):
    """The task's own part of the cost of effort."""
    if effort <= 0.0:
        return 0.0
    x = effort / share
    return single_task_level(kappa, substitution) * share * x ** (1.0 + curvature) / (1.0 + curvature)


@rule
def load_cost(load, kappa, substitution, curvature):
    """The part of the cost that depends on the total load."""
    return kappa * substitution * load ** (1.0 + curvature) / (1.0 + curvature)


@rule
def load_price(load, kappa, substitution, curvature):
    """Shadow price of load: what one more unit of any work costs all the others."""
    if substitution == 0.0:
        return 0.0
    return kappa * substitution * (load if curvature == 1.0 else load**curvature)


@rule
def risk_left(of_work, doubt, left):
    """Factor on what a month's luck in pay weighs where a part `doubt` (variance) of all that is to come is the raters'.

    Luck of work comes month by month, a rating once for the period, of which the part `left` is to come:
    sqrt((work^2 + doubt left)/(work^2 + doubt)).
    """
    if doubt <= 0.0:
        return 1.0
    of_work *= of_work
    return math.sqrt((of_work + doubt * left) / (of_work + doubt))


@inlined
def offered(offer, effort, risk):
    """(worth of one more unit of effort from an offer, how fast that worth changes), less the risk it adds."""
    a = offer.reached + offer.reach * effort
    met, at_standard = standing(a, offer.luck)
    slope, bend = slope_and_bend(
        a, offer.luck, met, at_standard, offer.below, offer.above, offer.floor, offer.cap, offer.notch, offer.steps
    )
    if risk > 0.0:
        more, turn = risk_slope_and_bend(a, offer.luck, met, at_standard, offer.paid_below, offer.paid_above)
        slope -= 0.5 * risk * more
        bend -= 0.5 * risk * turn
    return offer.reach * slope, offer.reach * offer.reach * bend


@inlined
def all_offered(offers, first, last, effort, risk):
    """The same for the offers [first, last) together."""
    slope, bend = 0.0, 0.0
    for j in range(first, last):
        more, turn = offered(offers[j], effort, risk)
        slope += more
        bend += turn
    return slope, bend


@inlined
def offered_and_missed(offer, effort):
    """(worth of one more unit of effort from an offer, expected shortfall from the standard, chance to miss it), all at once.

    What a month of work is seen to be worth when it is done; the risk it adds was weighed when it was planned.
    """
    a = offer.reached + offer.reach * effort
    met, at_standard = standing(a, offer.luck)
    slope, _ = slope_and_bend(
        a, offer.luck, met, at_standard, offer.below, offer.above, offer.floor, offer.cap, offer.notch, offer.steps
    )
    shortfall, missed = shortfall_and_miss(a, offer.luck, met, at_standard)
    return offer.reach * slope, shortfall, missed


@rule
def offered_worth(offers, first, last, effort):
    """Worth of the points that effort is expected to earn (up to a constant)."""
    worth = 0.0
    for j in range(first, last):
        offer = offers[j]
        a = offer.reached + offer.reach * effort
        worth += expected_points_share(a, offer.luck, offer.below, offer.above, offer.floor, offer.cap, offer.notch, offer.steps)
    return worth


@rule
def is_certain_kink(offer):
    """Whether an offer has kinks or notches and no luck that smooths them: following slopes would jump to and fro."""
    return offer.luck <= 0.0 and (offer.below != offer.above or offer.notch > 0.0 or offer.steps > 1)


@rule
def has_several_peaks(offer):
    """Whether a smooth offer may have more than one best effort: notches, milestones, slopes that rise."""
    return offer.luck > 0.0 and (offer.notch > 0.0 or offer.steps > 1 or offer.above > offer.below)


@rule
def log_steepness(worth, bend, effort, curvature):
    """Slope of log(marginal cost) - log(marginal worth) in log(effort): eta - e W'/W, never below half of eta."""
    return max(curvature - bend * effort / worth, 0.5 * curvature)


@rule
def log_effort(effort, share):
    """Log of effort over the normal share of time, never below the corner."""
    return math.log(effort / share) if effort > CORNER * share else LOG_CORNER


@rule
def climbed_effort(offers, first, last, drive, price, share, kappa, substitution, curvature, risk, start):
    """The peak of one task's net worth that is uphill from `start`; 0 at the corner."""
    e = max(start, 1e-3 * share)
    low, high = 0.0, np.inf
    for _ in range(CLIMBING_STEPS):
        slope, bend = all_offered(offers, first, last, e, risk)
        worth = drive + slope - price
        cost = marginal_cost(e, share, kappa, substitution, curvature)
        if worth > cost:
            low = e
        else:
            high = e
        if worth <= 0.0:
            target = max(e + (worth - cost) / (curvature * cost / e - min(bend, 0.0)), 0.2 * e)
            if target <= CORNER * share:
                return 0.0
        else:
            step = math.log(worth / cost) / log_steepness(worth, bend, e, curvature)
            target = e * math.exp(bounded(step, -LONGEST_STEP, LONGEST_STEP))
        if low > 0.0 and not low <= target <= high:
            target = math.sqrt(low * high)  # a sharp kink: never beyond what was too little or too much
        if abs(target - e) <= 0.3 * LAST_STEP * share:
            return target
        e = target
    return e


@rule
def inside(target, low, high, start):
    """A step of Newton's method kept inside its bracket: halved where it leaves it, doubled while there is no upper end."""
    if high == np.inf:
        return target if low < target < 2.0 * start + 1e-3 else 2.0 * start + 1e-3
    return target if low < target < high else 0.5 * (low + high)


@rule
def unconstrained_effort(marginal_worth, share, kappa, substitution, curvature):
    """Effort at which a constant marginal worth equals the marginal cost."""
    if marginal_worth <= 0.0:
        return 0.0
    x = marginal_worth / single_task_level(kappa, substitution)
    return share * (x if curvature == 1.0 else x ** (1.0 / curvature))


@rule
def net_worth(offers, first, last, effort, drive, price, share, kappa, substitution, curvature):
    """What the task is worth to the cadre at an effort: offers and drive less its cost and the price of load."""
    return (
        offered_worth(offers, first, last, effort)
        + (drive - price) * effort
        - task_cost(effort, share, kappa, substitution, curvature)
    )


@rule
def best_at_knots(offers, first, last, drive, price, share, kappa, substitution, curvature):
    """Best effort on a task without luck: the global maximum over zero, every knot, and the optimum of every slope beside one."""
    best, best_worth = 0.0, net_worth(offers, first, last, 0.0, drive, price, share, kappa, substitution, curvature)
    for j in range(first, last):
        offer = offers[j]
        if offer.reach <= 0.0:
            continue
        for knot in range(offer.steps + 2):
            at_knot = (knot_of(offer, knot) - offer.reached) / offer.reach
            for side in range(3):
                e = at_knot
                if side > 0:
                    slope, _ = all_offered(offers, first, last, at_knot + (1e-9 if side == 1 else -1e-9), 0.0)
                    e = unconstrained_effort(drive - price + slope, share, kappa, substitution, curvature)
                if e < 0.0:
                    continue
                worth = net_worth(offers, first, last, e, drive, price, share, kappa, substitution, curvature)
                if worth > best_worth:
                    best, best_worth = e, worth
    return best


@rule
def knot_of(offer, knot):
    """Attainment of a knot: 0 the floor, 1 the cap, from 2 the milestones up to the standard."""
    if knot == 0:
        return offer.floor
    if knot == 1:
        return offer.cap
    return offer.floor + (STANDARD - offer.floor) * (knot - 1) / offer.steps


@rule
def best_peak(offers, first, last, drive, price, share, kappa, substitution, curvature, risk, start):
    """Best effort on a task with luck and several peaks: climb from the plan and from both sides of every knot."""
    best = climbed_effort(offers, first, last, drive, price, share, kappa, substitution, curvature, risk, start)
    best_worth = net_worth(offers, first, last, best, drive, price, share, kappa, substitution, curvature)
    for j in range(first, last):
        offer = offers[j]
        if offer.reach <= 0.0 or not has_several_peaks(offer):
            continue
        for knot in range(2, offer.steps + 2):
            for side in (-2.0, 1.0):
                foot = (knot_of(offer, knot) + side * offer.luck - offer.reached) / offer.reach
                if foot <= 0.0:
                    continue
                e = climbed_effort(offers, first, last, drive, price, share, kappa, substitution, curvature, risk, foot)
                worth = net_worth(offers, first, last, e, drive, price, share, kappa, substitution, curvature)
                if worth > best_worth:
                    best, best_worth = e, worth
    return best


@inlined
def joint_step(desk, n_tasks, n_offers, kappa, substitution, load_curvature, risk, overhead, price, before, damping):
    """One step of Newton's method in the logs of all efforts and of the price of load.

    Returns (largest step relative to normal shares of time, new price, the undamped step of the price, damping).
    With W_k the marginal worth net of the price mu, C_k the marginal cost, d_k the log steepness and T the load::

        u_k = (log(W_k/C_k) - mu/W_k m)/d_k
        m (1/eta + sum e_k/T mu/(W_k d_k)) = log T - log(mu/(kappa rho))/eta + sum e_k/T log(W_k/C_k)/d_k

    One step is exact where worth is constant; a task without offers is always on its best effort at the price. A task that would
    jump to and fro over a sharp kink goes at most halfway to what was too little or too much before (`keep_bracket`). A price
    that bounces is damped.
    """
    moved, give, load, most, edge = 0.0, 0.0, overhead, 0.0, np.inf
    drift = 1.0 + 2.0 * abs(damping * before)
    back = 1.0 / drift
    log_scale = math.log(single_task_level(kappa, substitution))
    last = 0
    for k in range(n_tasks):
        share, eta, drive = desk.shares[k], desk.curvatures[k], desk.drives[k]
        first = last
        while last < n_offers and desk.offers[last].task == k:
            last += 1
        if first == last:
            worth = drive - price
            e = desk.efforts[k] if desk.steps[k] == BEST else unconstrained_effort(worth, share, kappa, substitution, eta)
            desk.efforts[k] = e
            desk.pulls[k] = WITHOUT_OFFERS
            load += e
            most = max(most, drive)
            edge = min(edge, abs(worth))
            if worth > 0.0:
                desk.pulls[k] = min(-price / (worth * eta), WITHOUT_OFFERS)
                give -= e * desk.pulls[k]
            continue
        e = max(desk.efforts[k], CORNER * share)
        desk.efforts[k] = e
        load += e
        slope, bend = all_offered(desk.offers, first, last, e, risk)
        most = max(most, drive + slope)
        worth = drive + slope - price
        if worth <= 0.0:  # not worth it at this price: towards the corner, or back over the kink
            cost = marginal_cost(e, share, kappa, substitution, eta)
            desk.steps[k] = (worth - cost) / (eta * cost / e - min(bend, 0.0))
            desk.pulls[k] = np.inf
        else:
            per_worth = 1.0 / worth
            gap = math.log(worth) - log_scale - eta * desk.logs[k]
            per_bend = 1.0 / max(eta - bend * e * per_worth, 0.5 * eta)
            desk.steps[k], desk.pulls[k] = gap * per_bend, price * per_worth * per_bend
            moved += e * desk.steps[k]
            give += e * desk.pulls[k]
        keep_bracket(desk, k, e, desk.steps[k], drift, back)
    change, full, is_edge = 0.0, 0.0, False
    if substitution > 0.0:
        short = math.log(load) - math.log(price / (kappa * substitution)) / load_curvature
        full = (short + moved / load) / (1.0 / load_curvature + give / load)
        ceiling = min(0.5, math.log(0.5 * (1.0 + max(most / price, 1.0))))
        full = bounded(full, -0.5, ceiling)
        is_edge = price * abs(full) > 0.3 * edge
        if is_edge:
            full = step_over_edges(desk, n_tasks, kappa, substitution, load_curvature, price, ceiling, load + moved, give)
        bounces = full * before < 0.0 and abs(full) > max(0.7 * abs(before), 0.5 * LAST_STEP)
        damping = 0.5 * damping if bounces else min(1.0, 2.0 * damping)
        change = damping * full
    new_price = price * math.exp(change)
    largest = abs(full)
    for k in range(n_tasks):
        e, share, step, pull = desk.efforts[k], desk.shares[k], desk.steps[k], desk.pulls[k]
        if pull < 0.0:
            if is_edge:
                target = unconstrained_effort(desk.drives[k] - new_price, share, kappa, substitution, desk.curvatures[k])
                desk.steps[k] = BEST
            else:
                target = e * math.exp(pull * change)
                desk.steps[k] = NEAR
            # it moves with the price alone: at its edge a hair of a price is a finger of effort, and looking closer is idle
            largest = max(largest, min(abs(target - e) / share, EDGE_WEIGHT * abs(change)))
        else:
            if pull == np.inf:
                target = max(e + step, 0.2 * e) if e > 5.0 * CORNER * share else 0.0
                log_target = log_effort(target, share)
            else:
                rise = bounded(step - pull * change, -LONGEST_STEP, LONGEST_STEP)
                target, log_target = e * math.exp(rise), desk.logs[k] + rise
                if target <= CORNER * share:
                    target, log_target = 0.0, LOG_CORNER
            wanted = abs(target - e) / share
            largest = max(largest, wanted)
            middle = desk.low[k] * desk.high[k]  # squared; 0 or infinite while one end is open
            if wanted >= LAST_STEP and 0.0 < middle < np.inf:
                is_beyond = target * target > middle if step > 0.0 else target * target < middle
                if is_beyond:
                    target = math.sqrt(middle)
                    log_target = log_effort(target, share)
            desk.logs[k] = log_target
        desk.efforts[k] = target
    return largest, new_price, full, damping


@rule
def step_over_edges(desk, n_tasks, kappa, substitution, load_curvature, price, ceiling, load, give):
    """The step m of the log price at which load and price agree where a task without offers is at the edge of being worth it.

    Solves eta log T(m) = log(mu/(kappa rho)) + m: the left side falls with m and the right side rises. Tasks without offers bend
    sharply there and are taken exactly, the others as linear. Newton's method in a bracket, halved where it leaves it.
    """
    now = math.log(price / (kappa * substitution))
    low, high, m = -0.5, ceiling, 0.0
    total, fall = load, give
    for k in range(n_tasks):  # from here on `load` and `give` are those of the others
        if desk.pulls[k] < 0.0:
            load -= desk.efforts[k]
            give += desk.efforts[k] * desk.pulls[k]
    for _ in range(EDGE_STEPS):
        gap = load_curvature * math.log(total) - now - m if total > 0.0 else -np.inf
        if gap > 0.0:
            low = m
        else:
            high = m
        before = m
        m = before + gap / (1.0 + load_curvature * fall / total) if total > 0.0 else 0.5 * (low + high)
        is_inside = low < m < high
        if (is_inside and abs(gap) < EDGE_GAP) or high - low < EDGE_WIDTH:
            return m if is_inside else 0.5 * (low + high)
        if not is_inside or abs(m - before) < EDGE_WIDTH:  # a task whose own cost is next to nothing: as good as a jump
            m = 0.5 * (low + high)
        there = price * math.exp(m)
        total, fall = load - give * m, give
        for k in range(n_tasks):
            worth = desk.drives[k] - there
            if desk.pulls[k] < 0.0 and worth > 0.0:
                e = unconstrained_effort(worth, desk.shares[k], kappa, substitution, desk.curvatures[k])
                total += e
                fall += e * there / (worth * desk.curvatures[k])
    return m


@inlined
def keep_bracket(desk, k, effort, step, drift, back):
    """Remember that an effort was too little (`step` above 0) or too much.

    The other end gives way by `drift` (`back` = 1/`drift`), because the price of load has moved since, and opens where both meet.
    """
    if step > 0.0:
        desk.low[k] = effort
        too_much = desk.high[k] * drift
        desk.high[k] = too_much if too_much >= NARROW * effort else np.inf
    else:
        desk.high[k] = effort
        too_little = desk.low[k] * back
        desk.low[k] = too_little if too_little * NARROW <= effort else 0.0


@inlined
def best_efforts(desk, n_tasks, n_offers, kappa, substitution, load_curvature, risk, overhead, price, is_fresh):
    """The best response: fills `desk.efforts` (in: where to start) and returns the price of load mu at it.

    The desk holds the offers, ordered by task, own drives per unit of effort, normal shares of time and curvatures; `price` is
    where the search for the price of load starts (0 or less: at a normal load). Newton steps on all tasks at once follow the peak
    (the last step is below a hundredth, so the error is of the order of its square, and the next month starts from there).
    Where an offer has several peaks, a fresh period (`is_fresh`) first compares them all: the global maximum.
    Kinks without luck are solved at their knots.
    """
    certain, peaks = False, False
    for j in range(n_offers):
        certain = certain or is_certain_kink(desk.offers[j])
        peaks = peaks or has_several_peaks(desk.offers[j])
    if certain:
        load = efforts_at_knots(desk, n_tasks, n_offers, kappa, substitution, load_curvature, risk, overhead)
        return load_price(load, kappa, substitution, load_curvature)
    if price <= 0.0:
        price = kappa * substitution
    for k in range(n_tasks):
        desk.low[k], desk.high[k] = 0.0, np.inf
    if peaks and is_fresh:
        choose_peaks(desk, n_tasks, n_offers, kappa, substitution, risk, price)
    for k in range(n_tasks):
        desk.logs[k] = log_effort(desk.efforts[k], desk.shares[k])
        desk.steps[k] = NEAR
    before, damping = 0.0, 1.0
    for _ in range(MOST_STEPS):
        largest, price, before, damping = joint_step(
            desk, n_tasks, n_offers, kappa, substitution, load_curvature, risk, overhead, price, before, damping
        )
        if largest < LAST_STEP:
            return price
    return bracketed_price(desk, n_tasks, n_offers, kappa, substitution, load_curvature, risk, overhead, price)


@rule
def choose_peaks(desk, n_tasks, n_offers, kappa, substitution, risk, price):
    """Put every task with several peaks on its best one at a price of load."""
    last = 0
    for k in range(n_tasks):
        first = last
        while last < n_offers and desk.offers[last].task == k:
            last += 1
        drive, share, eta = desk.drives[k], desk.shares[k], desk.curvatures[k]
        if may_have_several_peaks(desk.offers, first, last, drive - price, eta, risk):
            desk.efforts[k] = best_peak(
                desk.offers, first, last, drive, price, share, kappa, substitution, eta, risk, desk.efforts[k]
            )


@rule
def may_have_several_peaks(offers, first, last, besides, curvature, risk):
    """Whether one task may have more than one best effort; `besides` is its worth per unit of effort apart from offers.

    Log marginal cost rises with log effort as fast as its curvature eta. Where log marginal worth never rises faster, they meet
    once. A rising slope is steepest at the standard; its worth just below the standard (two standard deviations of luck) and
    its effort a standard deviation above it bound how fast that is from above. Notches and milestones are always searched.
    """
    for j in range(first, last):
        offer = offers[j]
        if not has_several_peaks(offer) or offer.reach <= 0.0:
            continue
        if offer.notch > 0.0 or offer.steps > 1:
            return True
        at_standard = (STANDARD - offer.reached) / offer.reach
        _, bend = all_offered(offers, first, last, at_standard, risk)
        low, _ = all_offered(offers, first, last, at_standard - 2.0 * offer.luck / offer.reach, risk)
        if bend * (at_standard + offer.luck / offer.reach) >= 0.9 * curvature * (besides + low):
            return True
    return False


@rule
def efforts_at_price(desk, n_tasks, n_offers, kappa, substitution, risk, price):
    """Best efforts task by task at a price of load, each on the peak uphill from where it is; returns their sum."""
    total = 0.0
    last = 0
    for k in range(n_tasks):
        first = last
        while last < n_offers and desk.offers[last].task == k:
            last += 1
        drive, share, eta = desk.drives[k], desk.shares[k], desk.curvatures[k]
        if first == last:
            e = unconstrained_effort(drive - price, share, kappa, substitution, eta)
        else:
            e = climbed_effort(desk.offers, first, last, drive, price, share, kappa, substitution, eta, risk, desk.efforts[k])
        desk.efforts[k] = e
        total += e
    return total


@rule
def bracketed_price(desk, n_tasks, n_offers, kappa, substitution, load_curvature, risk, overhead, price):
    """The price of load where Newton's method bounces: the load that people choose falls with its price, so bracket it.

    Fills `desk.efforts`; the search starts at `price`. In logs the price that a chosen load asks for, less the price it was
    chosen at, falls at least one for one: half of that gap is a good step, and secants do the rest, halved where they are slow.
    At one price the chosen load may jump: a task whose own cost is next to nothing takes up any load, or a peak gives way to
    another. The bracket closes around the jump; the best of its ends and of what lies between them is taken.
    """
    if substitution == 0.0:  # load has no price
        efforts_at_price(desk, n_tasks, n_offers, kappa, substitution, risk, 0.0)
        return 0.0
    scale = math.log(kappa * substitution)
    low, high, gap_low, gap_high = -np.inf, np.inf, 0.0, 0.0
    less, more = -1.0, -1.0  # efforts at the ends of the bracket, together; -1 = not tried yet
    x = math.log(price)
    for tried in range(BRACKET_STEPS):
        price = math.exp(x)
        total = efforts_at_price(desk, n_tasks, n_offers, kappa, substitution, risk, price)
        load = overhead + total
        gap = max(scale + load_curvature * math.log(load) - x, -LARGEST_GAP) if load > 0.0 else -LARGEST_GAP
        if abs(gap) <= LAST_STEP:
            return price
        if gap > 0.0:
            low, gap_low, more = x, gap, total
            for k in range(n_tasks):
                desk.high[k] = desk.efforts[k]
        else:
            high, gap_high, less = x, gap, total
            for k in range(n_tasks):
                desk.low[k] = desk.efforts[k]
        if less < 0.0 or more < 0.0:
            x += gap if tried > 0 else 0.5 * gap
            continue
        if high - low <= EDGE_WIDTH:
            break
        secant = low + (high - low) * gap_low / (gap_low - gap_high)
        x = 0.5 * (low + high) if tried % 3 == 2 else bounded(secant, 0.9 * low + 0.1 * high, 0.1 * low + 0.9 * high)
    if more > less >= 0.0:
        load = (price / (kappa * substitution)) ** (1.0 / load_curvature)
        between = bounded((load - overhead - less) / (more - less), 0.0, 1.0)
        take_best_mixture(desk, n_tasks, n_offers, kappa, substitution, load_curvature, overhead, between)
    return price


@rule
def take_best_mixture(desk, n_tasks, n_offers, kappa, substitution, load_curvature, overhead, between):
    """Fill `desk.efforts` with the best of `desk.low`, `desk.high` and what lies a share `between` of the way."""
    best, best_worth = 0.0, -np.inf
    for mixture in (between, 0.0, 1.0):
        for k in range(n_tasks):
            desk.efforts[k] = desk.low[k] + mixture * (desk.high[k] - desk.low[k])
        worth = total_worth(desk, n_tasks, n_offers, kappa, substitution, load_curvature, overhead)
        if worth > best_worth:
            best, best_worth = mixture, worth
    for k in range(n_tasks):
        desk.efforts[k] = desk.low[k] + best * (desk.high[k] - desk.low[k])


@rule
def total_worth(desk, n_tasks, n_offers, kappa, substitution, load_curvature, overhead):
    """What the efforts on a desk are worth to the cadre: offers and drives less the cost of every task and of the load."""
    worth, load = 0.0, overhead
    last = 0
    for k in range(n_tasks):
        first = last
        while last < n_offers and desk.offers[last].task == k:
            last += 1
        e = desk.efforts[k]
        load += e
        worth += net_worth(
            desk.offers, first, last, e, desk.drives[k], 0.0, desk.shares[k], kappa, substitution, desk.curvatures[k]
        )
    return worth - load_cost(load, kappa, substitution, load_curvature)


@rule
def efforts_at_knots(desk, n_tasks, n_offers, kappa, substitution, load_curvature, risk, overhead):
    """The best response without luck: every task at a price of load, then the load that fits."""
    load = overhead
    for k in range(n_tasks):
        load += desk.efforts[k]
    low, high = overhead, np.inf
    for _ in range(100):
        price = load_price(load, kappa, substitution, load_curvature)
        price_slope = load_curvature * price / load if load > 0.0 else 0.0
        total, slope = overhead, 0.0
        last = 0
        for k in range(n_tasks):
            first = last
            certain = False
            while last < n_offers and desk.offers[last].task == k:
                certain = certain or is_certain_kink(desk.offers[last])
                last += 1
            share, eta, drive = desk.shares[k], desk.curvatures[k], desk.drives[k]
            if first == last:
                e = unconstrained_effort(drive - price, share, kappa, substitution, eta)
            elif certain:
                e = best_at_knots(desk.offers, first, last, drive, price, share, kappa, substitution, eta)
            else:
                e = climbed_effort(desk.offers, first, last, drive, price, share, kappa, substitution, eta, risk, desk.efforts[k])
            if e > 0.0:
                slope -= price_slope * e / max(eta * marginal_cost(e, share, kappa, substitution, eta), 1e-12)
            desk.efforts[k] = e
            total += e
        gap = total - load
        if substitution == 0.0 or abs(gap) <= TOLERANCE:
            return total
        if gap > 0.0:
            low = load
        else:
            high = load
        if high - low <= TOLERANCE:
            return total
        load = inside(load - gap / (slope - 1.0), low, high, load)
    return load


@rule
def reconsiders(step, position, planning_interval):
    """Whether a cadre reconsiders his plan in this step: every `planning_interval` steps, colleagues in turn.

    Source: sticky plans of inattentive people (Reis 2006). 1 = every step.
    """
    return (step + position) % int(planning_interval) == 0


@rule
def next_effort(effort, best, adjustment):
    """Effort after a step: a share `adjustment` of the way to the best response (1 = fully rational, 0 = stuck).

    Source: bounded rationality, partial adjustment (Cyert & March 1963); the geometric form is assumed.
    """
    return effort + adjustment * (best - effort)


@rule
def effort_cost(efforts, shares, curvatures, n_tasks, kappa, substitution, load_curvature, load):
    """Total cost of a cadre's efforts at a load, in monthly wages."""
    cost = load_cost(load, kappa, substitution, load_curvature)
    for k in range(n_tasks):
        cost += task_cost(efforts[k], shares[k], kappa, substitution, curvatures[k])
    return cost


@rule
def urgency(steps_left, interval, procrastination, tracking):
    """Weight of the appraisal in today's choice: 1 in its month, less the further off it is.

    1 - procrastination (1 - tracking) (steps_left - 1)/interval. Tracking and backward deadlines bring it near.
    Source: present bias (O'Donoghue & Rabin 1999); the linear form is assumed. 0 = no procrastination.
    """
    return 1.0 - procrastination * (1.0 - tracking) * (steps_left - 1.0) / interval
