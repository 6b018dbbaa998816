"""Ratings (mechanism 8): what appraisers make of the part of performance that cannot be counted."""

from __future__ import annotations

import math

from sim.jit import rule


@rule
def counted_share(quantifiability, quantified, electronic):
    """Share of a result that is counted: the task's own, what the indicator adds, half of the rest with full electronic means.

    Source: S County remedy 1 and bureau speeches 3; the half is assumed.
    """
    rest = (1.0 - quantifiability) * (1.0 - quantified) * (1.0 - 0.5 * electronic)
    return 1.0 - rest


@rule
def bias_left(supervision, supervision_effect, training, training_effect):
    """Share of leniency, favours and halo left under supervised and trained appraisers."""
    return (1.0 - supervision * supervision_effect) * (1.0 - training * training_effect)


@rule
def noise_left(training, training_effect, in_process):
    """Share of a rater's noise left: training, and appraisal during the year (twice the occasions, 1/sqrt(2))."""
    return (1.0 - training * training_effect) / math.sqrt(1.0 + in_process)


@rule
def mean_noise_factor(superior, peers, grass_roots, taxpayers, self_rating, professional, raters):
    """Noise of the mean of several raters relative to one superior: sqrt(sum of (share * relative noise)^2 / raters).

    Relative noise assumed: superior, self 1; peers, grass roots 1.2; taxpayers 1.5 (they see little); professional .7.
    The superior is one person however many raters there are of other kinds only if `raters` is 1: reliability
    follows Spearman & Brown, k R/(1 + (k-1) R).
    """
    variance = (
        superior**2
        + (1.2 * peers) ** 2
        + (1.2 * grass_roots) ** 2
        + (1.5 * taxpayers) ** 2
        + self_rating**2
        + (0.7 * professional) ** 2
    )
    return math.sqrt(variance / raters)


@rule
def bias_factor(superior, peers, grass_roots, taxpayers, professional, external):
    """How much of the head's leniency, favours and halo reaches the mean rating.

    Superior 1, peers .5, grass roots .5, taxpayers and professionals 0 (assumed); people from outside dilute it further.
    """
    own = superior + 0.5 * peers + 0.5 * grass_roots + 0.0 * taxpayers + 0.0 * professional
    return own * (1.0 - external)


@rule
def head_view(reported, mean_reported, halo, central_tendency):
    """What the rater sees of one result: pulled to the overall impression (halo), then to the middle."""
    seen = reported + halo * (mean_reported - reported)
    return seen + central_tendency * (1.0 - seen)


@rule
def own_opinion(self_view, attained):
    """What people see in their own result beyond what is there; `self_view`: their ability as they believe it over what it is."""
    return (self_view - 1.0) * attained


@rule
def rating_shift(
    leniency, leniency_at_stake, stake, bias, self_share, self_leniency, referee_bias, is_office, external, supervision
):
    """Constant part of a rating: leniency (more when something hangs on it), self-leniency, the referee's own side.

    Source: Jawahar & Williams (1997); athlete and referee: bureau speeches, part 2.
    """
    shift = bias * (leniency + leniency_at_stake * stake) + self_share * self_leniency
    if is_office:
        shift += referee_bias * (1.0 - external) * (1.0 - supervision)
    return shift


@rule
def judged(chance, view, view_of_duty, in_process):
    """A single judgement in standard deviations of rating noise: the rater's own view of the duty, and what chance adds.

    The view has the share `view_of_duty` of the variance of this noise; all indicators on the duty share it, and the same
    rater would say it again. So more occasions during the year average out chance, but leave the view (their root undone).
    Source: Jackson et al. (2022), Scullen, Mount & Goff (2000).
    """
    return math.sqrt(1.0 - view_of_duty) * chance + math.sqrt(view_of_duty * (1.0 + in_process)) * view


@rule
def lasting_spread(lasting, in_process):
    """Spread of an error of which a share of the variance lasts, relative to one that more occasions average out wholly.

    Source: Sturman, Cheramie & Cashen (2005): not all that one rater says is repeated. The form follows from `noise_left`.
    """
    return math.sqrt(1.0 + lasting * in_process)


@rule
def observed_attainment(reported, rated, counted):
    """Attainment as scored: the counted part as reported, the rest as rated."""
    return counted * reported + (1.0 - counted) * rated


@rule
def pulled_to_middle(counted, central_tendency):
    """Share of a result's distance from the standard that its rating levels: of the judged part, what the rater pulls in."""
    return (1.0 - counted) * central_tendency


@rule
def lifted(counted, shift, pulled):
    """What the judged part of a result is lifted by: the usual leniency, and the standard it is pulled to."""
    return (1.0 - counted) * shift + pulled


@rule
def doubt_of_rating(counted, duty, person):
    """Variance of a result as scored that is the raters': of their view of the duty and of the person (standard deviations)."""
    judged = 1.0 - counted
    return judged * judged * (duty * duty + person * person)


@rule
def rated_part(level, personal, noise):
    """A part of the result that is only rated (ability, attitude, evaluation by others): within 0 and 1.5 of its points."""
    return min(max(level + personal + noise, 0.0), 1.5)
