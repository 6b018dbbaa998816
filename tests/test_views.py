"""A rater's own view of a duty (mechanism 8): part of what would else be chance, repeated by him and by nobody else."""

import numpy as np
import pytest

from experiments.evidence.arms import run_row
from experiments.evidence.rows import load_row
from sim.rules.rating import judged, lasting_spread
from sim.schemes.load import load_behaviour

CHANCE_ONLY = {
    "impression": 0.0, "favouritism": 0.0, "leniency": 0.0, "leniency_at_stake": 0.0, "halo": 0.0, "central_tendency": 0.0,
    "rating_noise": 0.2,
}  # fmt: skip


@pytest.fixture(scope="module")
def row():
    return load_row("B63")


def errors(row, arm, share, rater=0):
    """What ratings add to the work, in points, of one rater in an arm of the row on one or on two indicators of a duty."""
    with_noise = load_behaviour(changes=CHANCE_ONLY | {"view_of_duty": share})
    without = load_behaviour(changes=CHANCE_ONLY | {"view_of_duty": share, "rating_noise": 0.0})
    found = []
    for behaviour in (with_noise, without):
        found.append(np.concatenate([seen.appraised_by(rater).cadres["score"] for seen in run_row(row, behaviour, 3)[arm]]))
    return found[0] - found[1]


@pytest.mark.parametrize("share", [0.0, 0.3, 0.57, 1.0])
def test_a_single_judgement_is_as_noisy_whatever_part_of_it_is_a_view(row, share):
    assert errors(row, "bosses", share).std() == pytest.approx(20.0, rel=0.05)


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_two_indicators_on_a_duty_share_the_view(row, share):
    """The mean of two judgements on one duty: (1 + share)/2 of the variance of one."""
    expected = 20.0 * np.sqrt(0.5 * (1.0 + share))
    assert errors(row, "bosses_twice", share).std() == pytest.approx(expected, rel=0.05)


def test_another_rater_has_another_view(row):
    own, other = (errors(row, "bosses", 1.0, rater) for rater in (0, 1))
    assert abs(np.corrcoef(own, other)[0, 1]) < 0.08


def test_another_duty_is_seen_otherwise(row):
    """Five duties, one indicator each: their views average out as chance does."""
    spread = errors(load_row("B70"), "all_five", 1.0).std()
    assert spread == pytest.approx(20.0 / np.sqrt(5.0), rel=0.06)


@pytest.mark.parametrize("share", np.linspace(0.0, 1.0, 6))
@pytest.mark.parametrize("in_process", [0.0, 0.5, 1.0])
def test_more_occasions_average_out_chance_but_no_view(share, in_process):
    """Noise of a rating comes with 1/(1 + in_process) of its variance: the view has all of its own again, chance has not."""
    chance, view = judged(1.0, 0.0, share, in_process), judged(0.0, 1.0, share, in_process)
    assert chance**2 == pytest.approx(1.0 - share)
    assert view**2 / (1.0 + in_process) == pytest.approx(share)
    assert np.hypot(chance, view) == pytest.approx(lasting_spread(share, in_process))


def test_where_nothing_lasts_nothing_is_changed():
    assert judged(0.7, 5.0, 0.0, 0.5) == 0.7
    assert lasting_spread(0.0, 0.5) == 1.0
