"""Perceived justice (mechanism 14): four facets, each an exponential memory of signals between 0 and 1."""

from __future__ import annotations

from sim.jit import rule
from sim.rules.incentives import openness
from sim.rules.numbers import bounded, squashed


@rule
def worth_of_result(pay, score, publish_scores, esteem, is_honoured, applied, recognition, honour):
    """All that a result brought, in monthly wages: pay, esteem for the score (half of it where none is published), an honour.

    pay + esteem openness score + applied recognition honour, each as it is worth when work is planned (`worth_as_gain`);
    growth, posts and the rungs of the ladder are not in it (assumed: they lie ahead). How one is judged is itself what people
    ask to be just (Greenberg 1986).
    """
    return pay + esteem * openness(publish_scores) * score + applied * recognition * honour * is_honoured


@rule
def standing_among(value, mean, spread):
    """Standard deviations above the mean of peers; 0 where all are equal (a spread of rounding errors is none).

    Standings, since rank in pay moves satisfaction more than its level (Card et al. 2012).
    """
    return (value - mean) / spread if spread > 1e-12 else 0.0


@rule
def distributive_signal(reward_standing, contribution_standing, self_serving, sensitivity, fairness_sensitivity):
    """Reward against contribution, both as standings among peers (SD), with self-serving comparison.

    2 * logistic(-s f |under-reward|), over-reward counts a quarter (Adams 1965); 1 = just.
    """
    shortfall = contribution_standing + self_serving - reward_standing
    felt = shortfall if shortfall > 0.0 else -0.25 * shortfall
    return squashed(-sensitivity * fairness_sensitivity * felt, 2.0)


@rule
def procedural_signal(accuracy, bias_suppression, voice, correction):
    """Procedures: mean of accuracy, bias suppression, voice and correction by appeal (Leventhal 1980), each 0..1."""
    return 0.25 * (accuracy + bias_suppression + voice + correction)


@rule
def accuracy_of_appraisal(counted, electronic, training, in_process, burden):
    """How accurate appraisal looks: counted results, means, trained appraisers, several occasions; burden detracts.

    Weights assumed: .25 for being appraised at all, .35 counted, .15 electronic means and training each, .1 in process.
    """
    return bounded(0.25 + 0.35 * counted + 0.15 * electronic + 0.15 * training + 0.1 * in_process - burden, 0.0, 1.0)


@rule
def bias_suppression(rater_bias, bias_left):
    """How far bias is kept out of ratings, as people see it: .3 with an unsupervised superior alone, 1 without bias (assumed)."""
    return 1.0 - 0.7 * rater_bias * bias_left


@rule
def liability_unfairness(joint_share, pass_through, is_office):
    """What joint liability for others' results takes from procedural justice, 0..1 (bureau speeches, part 2)."""
    return min(0.5, (0.5 if is_office else 0.25) * (joint_share + pass_through))


@rule
def interpersonal_signal(interviewed, coaching, care, sanctioned):
    """Respect felt: interviews, coaching, care; a sanction hurts (Bies & Moag 1986). Without any of them .4 (assumed)."""
    return bounded(0.4 + 0.25 * interviewed + 0.2 * coaching + 0.15 * care - 0.3 * sanctioned, 0.0, 1.0)


@rule
def informational_signal(explanation, interviewed, publish_scores, study, interim_results):
    """Honest and timely reasons (Colquitt 2001). Without any of them .2 (assumed)."""
    told = 0.25 * explanation + 0.25 * interviewed + 0.15 * publish_scores + 0.1 * study + 0.05 * interim_results
    return bounded(0.2 + told, 0.0, 1.0)
