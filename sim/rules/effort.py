"""Effort (mechanism 1): the cost of work and the best response of a cadre who sees what effort pays.

Cost of efforts e_k with normal shares phi_k, total load T = sum e_k + overhead::

    C = kappa [ (1 - rho) sum_k phi_k/(1 + eta_k) (e_k/phi_k)^(1 + eta_k) + rho/(1 + eta) T^(1 + eta) ]

kappa is the cost level, eta the curvature (a property of the task: *simple* or *discretionary*), rho the substitution
between tasks (Holmstrom & Milgrom 1991). With eta = 1, no overhead and phi = 1 this is (c/2)(e1^2 + e2^2) + k e1 e2 with
kappa = c and rho = k/c.

The problem couples tasks only through T. Given the shadow price of load mu = kappa rho T^eta every task is a problem
in one variable; `best_efforts` finds the load at which efforts and overhead add up to it. What indicators offer on a task
comes as *offers* (one row each, dtype `OFFER`): smooth concave offers are solved by Newton's method, offers with
kinks, notches or milestones by comparing every candidate for the global maximum.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.jit import allocating, rule
from sim.rules.numbers import chance_and_density
from sim.rules.scoring import (
    STANDARD,
    expected_points_curvature,
    expected_points_share,
    expected_points_slope,
    pay_variance_slope,
)

#: What one indicator offers a cadre on one of his tasks. `reached` is the attainment already certain, `reach` the
#: attainment per unit of effort, `luck` the standard deviation of what is still to come (attainment units);
#: `below`, `above`, `notch` the perceived worth of points on each side of the standard (loss aversion included) and
#: of reaching it; `paid_below`, `paid_above` the part that is risky pay; `worth` counts both `reached` and time left.
OFFER = np.dtype(
    [
        ("task", "i4"),
        ("steps", "i4"),
        ("reached", "f8"),
        ("reach", "f8"),
        ("luck", "f8"),
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
GRID = 33


class Desk(NamedTuple):
    """What lies on a cadre's desk while he plans: scratch space, one entry an own task (or an offer)."""

    offers: np.ndarray  # OFFER (MAX_OFFERS,)
    drives: np.ndarray  # own drive, duty and flat guesses per unit of effort
    shares: np.ndarray  # normal share of time
    curvatures: np.ndarray  # eta of the task
    made: np.ndarray  # output per unit of effort
    efforts: np.ndarray  # the plan
    gaps: np.ndarray  # net marginal worth
    bends: np.ndarray  # how fast it falls


@allocating
def empty_desk(n_tasks):
    """A desk for at most `n_tasks` own tasks."""
    return Desk(
        np.zeros(MAX_OFFERS, OFFER), np.zeros(n_tasks), np.zeros(n_tasks), np.zeros(n_tasks), np.zeros(n_tasks),
        np.zeros(n_tasks), np.zeros(n_tasks), np.zeros(n_tasks),
    )  # fmt: skip


@rule
def cost_level(kappa, exhaustion_cost, exhaustion):
    """Cost level of a cadre: kappa (1 + exhaustion_cost * exhaustion/6); exhausted people find the same work dearer.

    Source: conservation of resources (Hobfoll 1989); the linear form is assumed. 0 = exhaustion costs nothing.
    """
    return kappa * (1.0 + exhaustion_cost * exhaustion / 6.0)


@rule
def marginal_cost(effort, share, kappa, substitution, curvature):
    """Cost of one more unit of effort on a task, the shadow price of load apart."""
    if effort <= 0.0:
        return 0.0
    x = effort / share
    return kappa * (1.0 - substitution) * (x if curvature == 1.0 else x**curvature)


@rule
def task_cost(effort, share, kappa, substitution, curvature):
    """The task's own part of the cost of effort."""
    if effort <= 0.0:
        return 0.0
    x = effort / share
    return kappa * (1.0 - substitution) * share * x ** (1.0 + curvature) / (1.0 + curvature)


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
def offered_slope(offers, first, last, effort, risk):
    """Worth of one more unit of effort from the offers [first, last), less the risk it adds."""
    slope = 0.0
    for j in range(first, last):
        offer = offers[j]
        a = offer.reached + offer.reach * effort
        if offer.notch > 0.0 or offer.steps > 1:
            slope += offer.reach * expected_points_slope(
                a, offer.luck, offer.below, offer.above, offer.floor, offer.cap, offer.notch, offer.steps
            )
            if risk > 0.0:
                slope -= 0.5 * risk * offer.reach * pay_variance_slope(a, offer.luck, offer.paid_below, offer.paid_above)
        else:
            more, _ = worth_and_bend(offer, a, risk)
            slope += offer.reach * more
    return slope


@rule
def offered_curvature(offers, first, last, effort):
    """How fast that worth falls with effort (risk left out: it only guides the step)."""
    curvature = 0.0
    for j in range(first, last):
        offer = offers[j]
        a = offer.reached + offer.reach * effort
        curvature += offer.reach**2 * expected_points_curvature(
            a, offer.luck, offer.below, offer.above, offer.floor, offer.cap
        )
    return curvature


@rule
def offered_worth(offers, first, last, effort):
    """Worth of the points that effort is expected to earn (up to a constant)."""
    worth = 0.0
    for j in range(first, last):
        offer = offers[j]
        a = offer.reached + offer.reach * effort
        worth += expected_points_share(
            a, offer.luck, offer.below, offer.above, offer.floor, offer.cap, offer.notch, offer.steps
        )
    return worth


@rule
def needs_search(offer):
    """Whether an offer has kinks, notches or rising slopes, so that following the slope could miss the best."""
    if offer.luck <= 0.0:
        return offer.below != offer.above or offer.notch > 0.0 or offer.steps > 1
    return offer.notch > 0.0 or offer.steps > 1 or offer.above > offer.below


@rule
def inside(target, low, high, start):
    """A step of Newton's method kept inside its bracket: halved where it leaves it, doubled while there is no upper end."""
    if high == np.inf:
        return target if low < target < 2.0 * start + 1e-3 else 2.0 * start + 1e-3
    return target if low < target < high else 0.5 * (low + high)


@rule
def followed_effort(offers, first, last, drive, price, share, kappa, substitution, curvature, risk, start):
    """Best effort on a task whose offers are smooth and concave: Newton's method inside a bracket, never below 0."""
    if drive + offered_slope(offers, first, last, 0.0, risk) - price <= 0.0:
        return 0.0
    low, high = 0.0, np.inf
    e = max(start, 1e-3 * share)
    for _ in range(60):
        rest = drive + offered_slope(offers, first, last, e, risk) - price
        cost = marginal_cost(e, share, kappa, substitution, curvature)
        gap = rest - cost
        if gap > 0.0:
            low = e
        else:
            high = e
        step = gap / (curvature * cost / e - offered_curvature(offers, first, last, e))
        if abs(step) <= TOLERANCE * share:
            return e + step
        e = inside(e + step, low, high, e)
    return e


@rule
def unconstrained_effort(marginal_worth, share, kappa, substitution, curvature):
    """Effort at which a constant marginal worth equals the marginal cost."""
    if marginal_worth <= 0.0:
        return 0.0
    x = marginal_worth / (kappa * max(1.0 - substitution, 1e-9))
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
def searched_effort(offers, first, last, drive, price, share, kappa, substitution, curvature, risk):
    """Best effort on a task with kinks, notches or milestones: the global maximum over every candidate.

    Without luck the candidates are zero, every knot and the optimum of every slope on either side of a knot; with luck a
    grid up to the last worthwhile effort, then Newton's bisection around the best point.
    """
    best, best_worth = 0.0, net_worth(offers, first, last, 0.0, drive, price, share, kappa, substitution, curvature)
    reach_end = unconstrained_effort(drive - price, share, kappa, substitution, curvature)
    certain = True
    for j in range(first, last):
        offer = offers[j]
        certain = certain and offer.luck <= 0.0
        if offer.reach <= 0.0:
            continue
        slope = drive - price + offer.reach * max(offer.below, offer.above)
        end = (max(STANDARD, offer.floor) + 6.0 * offer.luck - offer.reached) / offer.reach
        reach_end = max(reach_end, max(end, unconstrained_effort(slope, share, kappa, substitution, curvature)))
    if certain:
        for j in range(first, last):
            offer = offers[j]
            if offer.reach <= 0.0:
                continue
            for knot in range(offer.steps + 3):
                if knot == 0:
                    a = offer.floor
                elif knot == 1:
                    a = offer.cap
                elif knot == 2:
                    a = STANDARD
                else:
                    a = offer.floor + (STANDARD - offer.floor) * (knot - 2) / offer.steps
                at_knot = (a - offer.reached) / offer.reach
                for side in range(3):
                    if side == 0:
                        e = at_knot
                    else:
                        beside = at_knot + (1e-9 if side == 1 else -1e-9)
                        slope = drive - price + offered_slope(offers, first, last, beside, 0.0)
                        e = unconstrained_effort(slope, share, kappa, substitution, curvature)
                    if e < 0.0:
                        continue
                    worth = net_worth(offers, first, last, e, drive, price, share, kappa, substitution, curvature)
                    if worth > best_worth:
                        best, best_worth = e, worth
        return best
    width = reach_end / (GRID - 1)
    for i in range(1, GRID):
        e = i * width
        worth = net_worth(offers, first, last, e, drive, price, share, kappa, substitution, curvature)
        if worth > best_worth:
            best, best_worth = e, worth
    low, high = max(0.0, best - width), best + width
    for _ in range(60):
        middle = 0.5 * (low + high)
        gap = (
            drive
            - price
            + offered_slope(offers, first, last, middle, risk)
            - marginal_cost(middle, share, kappa, substitution, curvature)
        )
        if gap > 0.0:
            low = middle
        else:
            high = middle
        if high - low <= TOLERANCE * share:
            break
    return 0.5 * (low + high) if high > 2.0 * TOLERANCE * share else 0.0


@rule
def joint_step(desk, n_tasks, n_offers, kappa, substitution, load_curvature, risk, load):
    """One step of Newton's method for all tasks at once; returns (largest relative step, new load).

    With F_k the net marginal worth of task k, d_k > 0 its slope and P(T) the price of load, the step is
    delta_k = (F_k - P' dT)/d_k with dT = sum(F_k/d_k)/(1 + P' sum(1/d_k)): tasks meet only in the load.
    """
    price = load_price(load, kappa, substitution, load_curvature)
    price_slope = load_curvature * price / load if load > 0.0 else 0.0
    moved, give = 0.0, 0.0
    first = 0
    for k in range(n_tasks):
        share, eta = desk.shares[k], desk.curvatures[k]
        e = max(desk.efforts[k], 1e-6 * share)
        desk.efforts[k] = e
        slope, bend = 0.0, 0.0
        while first < n_offers and desk.offers[first].task == k:
            offer = desk.offers[first]
            more, turn = worth_and_bend(offer, offer.reached + offer.reach * e, risk)
            slope += offer.reach * more
            bend += offer.reach * offer.reach * turn
            first += 1
        cost = marginal_cost(e, share, kappa, substitution, eta)
        desk.gaps[k] = desk.drives[k] + slope - cost - price
        desk.bends[k] = max(eta * cost / e - bend, 1e-9)
        moved += desk.gaps[k] / desk.bends[k]
        give += 1.0 / desk.bends[k]
    change = price_slope * moved / (1.0 + price_slope * give)
    largest = 0.0
    for k in range(n_tasks):
        e = desk.efforts[k]
        step = (desk.gaps[k] - change) / desk.bends[k]
        target = min(max(e + step, 0.2 * e), 5.0 * e + desk.shares[k])
        at_corner = target <= 1e-5 * desk.shares[k] and step <= 0.0
        desk.efforts[k] = 0.0 if at_corner else target
        load += desk.efforts[k] - e
        if not at_corner:
            largest = max(largest, abs(step) / desk.shares[k])
    return largest, load


@rule
def worth_and_bend(offer, attainment, risk):
    """(worth of one more unit of attainment less the risk it adds, how fast that worth changes); smooth offers only."""
    d = attainment - STANDARD
    p1, f1 = chance_and_density(d, offer.luck)
    p0, f0 = chance_and_density(attainment - offer.floor, offer.luck)
    worth = offer.below * (p0 - p1)
    bend = offer.below * (f0 - f1)
    if offer.above > 0.0:
        p2, f2 = chance_and_density(attainment - offer.cap, offer.luck)
        worth += offer.above * (p1 - p2)
        bend += offer.above * (f1 - f2)
    if risk > 0.0 and offer.luck > 0.0 and offer.paid_below != offer.paid_above:
        low, high = offer.paid_below, offer.paid_above
        excess = d * p1 + offer.luck * offer.luck * f1
        mean = low * (d - excess) + high * excess
        slope = low + (high - low) * p1
        worth -= risk * (low * low * (d - excess) + high * high * excess - mean * slope)
        bend -= risk * (low * low * (1.0 - p1) + high * high * p1 - slope * slope - mean * (high - low) * f1)
    return worth, bend


@rule
def any_search(offers, n_offers):
    """Whether any offer has kinks without luck, notches, milestones or rising slopes."""
    for j in range(n_offers):
        if needs_search(offers[j]):
            return True
    return False


@rule
def best_efforts(desk, n_tasks, n_offers, kappa, substitution, load_curvature, risk, overhead):
    """The best response: fills `desk.efforts` (in: where to start) and returns the total load T.

    The desk holds the offers, ordered by task, own drives per unit of effort, normal shares of time and curvatures.
    Smooth concave problems take Newton steps on all tasks at once (the last step is below a hundredth of a share, so the
    error is of the order of its square, and the next month starts from there); everything else is solved task by task around the load.
    """
    if not any_search(desk.offers, n_offers):
        load = overhead
        for k in range(n_tasks):
            load += desk.efforts[k]
        for _ in range(40):
            largest, load = joint_step(desk, n_tasks, n_offers, kappa, substitution, load_curvature, risk, load)
            if largest < LAST_STEP:
                return load
    return searched_efforts(desk, n_tasks, n_offers, kappa, substitution, load_curvature, risk, overhead)


@rule
def searched_efforts(desk, n_tasks, n_offers, kappa, substitution, load_curvature, risk, overhead):
    """The best response where some task must be searched: every task at a price of load, then the load that fits."""
    load = overhead
    for k in range(n_tasks):
        load += desk.efforts[k]
    low, high = overhead, np.inf
    for _ in range(60):
        price = load_price(load, kappa, substitution, load_curvature)
        price_slope = load_curvature * price / load if load > 0.0 else 0.0
        total, slope = overhead, 0.0
        first = 0
        for k in range(n_tasks):
            last = first
            search = False
            while last < n_offers and desk.offers[last].task == k:
                search = search or needs_search(desk.offers[last])
                last += 1
            share, eta, drive = desk.shares[k], desk.curvatures[k], desk.drives[k]
            if first == last:
                e = unconstrained_effort(drive - price, share, kappa, substitution, eta)
            elif search:
                e = searched_effort(desk.offers, first, last, drive, price, share, kappa, substitution, eta, risk)
            else:
                e = followed_effort(
                    desk.offers, first, last, drive, price, share, kappa, substitution, eta, risk, desk.efforts[k]
                )
            if e > 0.0:
                steep = eta * marginal_cost(e, share, kappa, substitution, eta) / e
                slope -= price_slope / max(steep - offered_curvature(desk.offers, first, last, e), 1e-12)
            desk.efforts[k] = e
            total += e
            first = last
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
