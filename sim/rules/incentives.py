"""The value of a point (mechanism 3): what the application link ties to the score."""

from __future__ import annotations

import math

from sim.jit import rule
from sim.rules.numbers import bounded, interpolated

STANDING_STEP = 0.25
STANDING_RANGE = 8.0


@rule
def standing_position(standing):
    """Where a standing (in standard deviations from the mean of the peers) lies in a contest table."""
    return (bounded(standing, -STANDING_RANGE, STANDING_RANGE) + STANDING_RANGE) / STANDING_STEP


@rule
def contest_chance(table, standing):
    """Chance of beating the cut-off at a standing, from the table of exact order statistics."""
    return interpolated(table, standing_position(standing))


@rule
def contest_density(table, standing):
    """Marginal chance of beating the cut-off per standard deviation: E[phi(cut-off - standing)], exact for normal luck.

    Two players, one prize, no lead: 1/(2 sqrt(pi)) = .2821 (Lazear & Rosen 1981).
    """
    return interpolated(table, standing_position(standing))


@rule
def own_part(unit_weight, members, joint_share, liable):
    """How much of one's own point reaches one's result: the rest is the department's mean, and that of all who are liable.

    (1 - J)(1 - w + w/n) + J/N for a share w of the department's n and joint responsibility J among N; J = 1 within the
    department is w = 1.
    """
    return (1.0 - joint_share) * (1.0 - unit_weight + unit_weight / members) + joint_share / liable


@rule
def colleagues_part(unit_weight, members, joint_share, liable):
    """How much of a point of all colleagues in the department reaches one's result: (n - 1)((1 - J) w/n + J/N)."""
    return (members - 1.0) * ((1.0 - joint_share) * unit_weight / members + joint_share / liable)


@rule
def unit_part(unit_weight, members, joint_share, liable):
    """How much of a point of everybody's in the department reaches one's result: one's own and the colleagues'."""
    parts = own_part(unit_weight, members, joint_share, liable)
    return parts + colleagues_part(unit_weight, members, joint_share, liable)


@rule
def place_part(reach, rivals_reach, rivals_here):
    """How much of a point one gains on one's rivals: its `reach` to oneself, less its reach to those who are colleagues here.

    Among colleagues alone (1 - J)(1 - w) of one's own point, and nothing of a point that all of them get.
    """
    return reach - rivals_here * rivals_reach


@rule
def rivals_at_hand(members, rivals_and_self):
    """Share of one's rivals who are of one's own department: peer groups hold whole departments."""
    return (members - 1.0) / (rivals_and_self - 1.0) if rivals_and_self > 1 else 0.0


@rule
def openness(publish_scores):
    """How far a score is known that esteem is felt for, 0..1: half where none is published (assumed).

    The superior knows it all the same.
    """
    return 0.5 + 0.5 * publish_scores


@rule
def worth_as_gain(applied, reach, result, place, contest, undiluted, esteem):
    """Worth of a point: what hangs on one's result as far as it gets there, places as far as rivals stay behind, the rest.

    applied (reach * result + place * contest + undiluted) + reach * esteem.
    """
    return applied * (reach * result + place * contest + undiluted) + reach * esteem


@rule
def luck_of_result(own, shared, unit_weight, members, joint_share, liable):
    """Variance of one's result by luck: own as far as one's own points reach it, colleagues' averaged out, shared luck whole.

    a^2 V_own + c^2 V_own/(n - 1) + (a + c)^2 V_shared with a = `own_part`, c = `colleagues_part` among n; of those liable beyond
    the department too little is left to count.
    """
    reach = own_part(unit_weight, members, joint_share, liable)
    of_others = colleagues_part(unit_weight, members, joint_share, liable)
    averaged = of_others * of_others / (members - 1.0) if members > 1.0 else 0.0
    return own * (reach * reach + averaged) + shared * (reach + of_others) * (reach + of_others)


@rule
def luck_of_pay(per_result, per_mean, reach, result_luck, mean_luck):
    """Standard deviation of pay that goes by one's result, `result_luck`, and by the department's mean, `mean_luck`.

    sqrt(p^2 s_R^2 + 2 p u k s_M^2 + u^2 s_M^2): a result goes with the mean as far as a point of everybody's reaches it,
    k = `unit_part`. Both kinds of luck are of what is paid for, so nothing is shared out once more.
    """
    of_mean = mean_luck * mean_luck
    of_result = per_result * per_result * result_luck * result_luck
    return math.sqrt(of_result + 2.0 * per_result * per_mean * reach * of_mean + per_mean * per_mean * of_mean)


@rule
def cost_of_risk(risk_aversion, months, luck):
    """Certainty equivalent of pay at risk, in wages a month: r/2 Var, of `months` of pay that are decided at once, a month.

    Holmstrom & Milgrom (1991).
    """
    return 0.5 * risk_aversion * months * luck * luck


@rule
def spread_of_rivals(luck, spread_of_scores, rivals_differ):
    """Spread of the scores one competes with, in points: luck, and as far as that was more, how far scores lay apart last time.

    sqrt(luck^2 + k max(0, spread^2 - luck^2)). k 0: all are level but for luck, as in contests among equals; k 1: people differ,
    and whoever does not know where he stands is one of them (contests among unequals, Lazear & Rosen 1981).
    """
    return math.sqrt(luck * luck + rivals_differ * max(0.0, spread_of_scores * spread_of_scores - luck * luck))


@rule
def lasting_part(luck, spread_of_scores):
    """Share of how far scores lay apart that was no luck: R = max(0, 1 - luck^2/spread^2), the reliability of one score."""
    if spread_of_scores <= luck:
        return 0.0
    return 1.0 - luck * luck / (spread_of_scores * spread_of_scores)


@rule
def next_score(last, usual, full, luck, spread_of_scores):
    """(expected next score, its standard deviation): the best linear prediction from one's last score and what is usual here.

    usual + R (last - usual) with R = `lasting_part`, and luck sqrt(1 + R): the luck to come, and what one's last luck hides of
    oneself. Who has no last score is one of them all; before anybody is scored here, a last score or all points are all there is.
    """
    if math.isnan(usual):
        return (full if math.isnan(last) else last), luck
    if math.isnan(last):
        return usual, spread_of_rivals(luck, spread_of_scores, 1.0)
    lasting = lasting_part(luck, spread_of_scores)
    return usual + lasting * (last - usual), luck * math.sqrt(1.0 + lasting)


@rule
def known_standing(last, usual, members, luck, spread_of_scores, spread, aware):
    """How far above the mean of his rivals he expects to end, in `spread`s, as far as he is `aware` of places.

    R n/(n - 1) (last - usual)/spread: his rivals are the others (`usual` is the mean of all n), and luck does not last.
    """
    if spread <= 0.0 or members < 2 or math.isnan(last):
        return 0.0
    ahead = (last - usual) * members / (members - 1.0)
    return aware * lasting_part(luck, spread_of_scores) * ahead / spread


@rule
def ratchet_discount(ratchet, discount_rate, horizon):
    """What is left of a slope when today's result raises the next targets (0 horizon: myopic, 1).

    1 - lambda d (1 - q^H)/(1 - q), q = (1 - lambda) d, d = 1/(1 + rho); infinite horizon: rho/(rho + lambda).
    Source: Weitzman (1980).
    """
    if ratchet <= 0.0 or horizon <= 0.0:
        return 1.0
    d = 1.0 / (1.0 + discount_rate)
    q = (1.0 - ratchet) * d
    return 1.0 - ratchet * d * (1.0 - q**horizon) / (1.0 - q)


@rule
def career_value(post_value, signal_precision, belief_precision, discount_rate, horizon):
    """Value of one more unit of signal to the superior's belief, over the periods ahead.

    post_value * h_e/(h + h_e) * sum_{s=1..H} d^s, d = 1/(1 + rho). Two periods: delta h_e/(h_1 + h_e)
    (Holmstrom 1999); 0 for the myopic.
    """
    if horizon <= 0.0 or post_value <= 0.0:
        return 0.0
    d = 1.0 / (1.0 + discount_rate)
    periods = d * (1.0 - d**horizon) / (1.0 - d)
    return post_value * signal_precision / (belief_precision + signal_precision) * periods


@rule
def appraisals_ahead(planning_horizon, age, retirement_age, period_years):
    """Appraisals a cadre looks ahead: the planning horizon, cut at retirement; from one to the next it is `period_years`."""
    return max(0.0, min(planning_horizon, (retirement_age - age) / period_years))


@rule
def next_belief(belief, precision, signal, signal_precision):
    """Posterior mean of ability after a signal (normal learning, Holmstrom 1999)."""
    return (precision * belief + signal_precision * signal) / (precision + signal_precision)


@rule
def next_rung_loss(rung, rectification, interview, honours, transfer, adjustment):
    """Loss on the next rung of the ladder of bottom sanctions (bureau speeches, part 2); the last rung repeats."""
    if rung <= 0:
        return rectification
    if rung == 1:
        return interview
    if rung == 2:
        return honours
    if rung == 3:
        return transfer
    return adjustment


@rule
def loss_of_job(job_worth, age, retirement_age, months, share):
    """What being dismissed at the next appraisal costs, in wages for each of the `months` that it decides on.

    Nobody loses more than the wages until he retires, or than those of the time people last where a `share` must go each
    time, months/share. Source: present value of earnings lost (Davis & von Wachter 2011).
    """
    to_earn = max(0.0, 12.0 * (retirement_age - age) - months)
    return min(job_worth, to_earn, months / share) / months


@rule
def pressure_of_rank(rank, rank_demanded):
    """Places short of the rank demanded, relative to it; 0 where none is demanded or it is met."""
    if rank_demanded <= 0 or rank <= rank_demanded:
        return 0.0
    return (rank - rank_demanded) / rank_demanded


@rule
def worth_below(gain, loss, loss_aversion, is_loss):
    """Worth of a point below the standard: lambda (gain + loss) where points are deducted, gain + lambda loss otherwise.

    Deduction codes the cap as reference, scoring the earned points (Kahneman & Tversky 1979); what is a loss anyway (a
    sanction) counts lambda times in both, never lambda squared.
    """
    return loss_aversion * (gain + loss) if is_loss else gain + loss_aversion * loss


@rule
def felt_threat(bottom_chance, cut, sanction_chance, sanction_loss, applied, job_at_risk, deductions, loss_aversion):
    """Expected loss that is felt as a threat, in wages a month.

    lambda ((P(bottom) * pay cut + P(sanction) * its loss) applied + P(dismissal) * loss of the job + what deductions are worth)
    """
    graded = bottom_chance * cut + sanction_chance * sanction_loss
    return loss_aversion * (graded * applied + job_at_risk + deductions)
