"""Falsification, reports and their detection (mechanisms 7 and 13)."""

from __future__ import annotations

import math

from sim.jit import rule


@rule
def detection_chance(audit_rate, audit_detection, on_site, on_site_detection):
    """Chance that this month's falsification is found: audits or on-site inspection, independent of each other.

    1 - (1 - audit_rate audit_detection)(1 - on_site on_site_detection): an audit sees through what was made up with the chance
    `audit_detection`, so it works as rarer audits that see all do. Source: examiners of tax returns miss about half of what
    is evaded (Feinstein 1991). 1 = an audit sees all.
    """
    return 1.0 - (1.0 - audit_rate * audit_detection) * (1.0 - on_site * on_site_detection)


@rule
def felt_honesty(honesty, norm_influence, norm):
    """Moral cost after the department's norm has worn it down: honesty (1 - influence * norm), norm in 0..1.

    Source: social norms of cheating (Gino, Ayal & Ariely 2009); the linear form is assumed.
    """
    return honesty * (1.0 - norm_influence * norm)


@rule
def perceived_slope(slope, understanding, guess, made):
    """Worth of a reported unit as it is perceived: u times the true slope, which `slope` is, plus 1-u times the flat guess.

    guess: what a unit of effort seems to pay, `made` output per unit of effort. u = 1: the true slope (mechanism 6).
    """
    return slope + (1.0 - understanding) * guess / made if made > 0.0 else slope


@rule
def falsification(slope, captured, detection, penalty, honesty, cost, share):
    """Units falsified on a task: max(0, (slope (1 - captured)(1 - p) - p F - honesty)/k_g) * share.

    slope: worth of a reported unit; captured: share the information system measures itself; `share` scales the
    cost to the size of the task (phi = 1: the reference form). cost 0 = nobody falsifies. Source: Allingham & Sandmo (1972).
    """
    if cost <= 0.0:
        return 0.0
    worth = slope * (1.0 - captured) * (1.0 - detection) - detection * penalty - honesty
    return share * (worth / cost) if worth > 0.0 else 0.0


@rule
def falsification_cost(falsified, cost, share):
    """Cost of falsifying: k_g/2 g^2/share."""
    return 0.5 * cost * falsified * falsified / share


@rule
def bright_line_gap(gap, benefit, extra, captured, detection, penalty, honesty, cost, share):
    """Further falsification per month that reaches a bright line, or 0 where that does not pay.

    Whoever is `gap` units a month below a line worth `benefit` reports the line if the benefit, net of the chance to be found,
    beats the added cost over the interior choice `extra`. Neutral rest: everyone within sqrt(2 B/k_g) (share 1).
    """
    if cost <= 0.0 or gap <= extra:
        return 0.0
    gain = benefit * (1.0 - captured) * (1.0 - detection)
    added = falsification_cost(gap, cost, share) - falsification_cost(extra, cost, share)
    moral = (honesty + detection * penalty) * (gap - extra)
    return gap if gain >= added + moral else 0.0


@rule
def glossed(reported, gloss, captured):
    """A level's report: what it received plus its gloss on the part the system does not measure itself."""
    return reported * (1.0 + gloss * (1.0 - captured))


@rule
def lost_detail(spread, fidelity, handing):
    """Standard deviation of the noise a report gathers the n-th time it is handed on: spread sqrt((1 - alpha)/alpha^n).

    What arrives the n-th time has the variance spread^2/alpha^(n-1), noise gathered before included, so alpha of it survives
    every time and alpha^n of what is true (Williamson 1967). `spread` is that of what is true across the units that report.
    """
    return spread * math.sqrt((1.0 - fidelity) / fidelity**handing)


@rule
def gloss_under_pressure(gloss, gloss_pressure, pressure):
    """Gloss of a level that the superior presses (Bevan & Hood 2006); linear form assumed."""
    return gloss + gloss_pressure * pressure
