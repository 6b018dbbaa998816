"""Rows of the field and laboratory evidence: every file reads and runs, its measures are numbers, and they can fail."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from experiments.evidence import field
from experiments.evidence.arms import run_row
from experiments.evidence.rows import load_row, row_ids
from experiments.evidence.verdicts import judge_row, measures_of
from sim.schemes.behaviour import Behaviour
from sim.schemes.load import load_behaviour

FIELD = [name for name in row_ids() if name.startswith("B") and not load_row(name).file.fit]


@pytest.fixture(scope="module")
def behaviour():
    return load_behaviour("default")


@pytest.mark.parametrize("name", FIELD)
def test_a_row_runs_and_its_measures_are_numbers(name, behaviour):
    row = load_row(name)
    for measured in measures_of(row, run_row(row, behaviour, 2)).values():
        assert math.isfinite(measured.value)


@pytest.mark.parametrize("name", ["B2", "B8", "B16", "B38", "B44", "B47", "B49", "B53", "B56"])
def test_a_row_is_not_met_by_people_who_answer_to_nothing(name):
    """Measures can fail: without any mechanism of behaviour these rows are missed, or cannot be measured at all."""
    try:
        result = judge_row(load_row(name), Behaviour(), replicates=2)
    except (ZeroDivisionError, ValueError):
        return
    assert not result.is_met


# --- measures on made-up runs ----------------------------------------------------------------------------------------


def made_up(**columns):
    """A run of which only the table of cadres is there."""
    cadres = {name: np.asarray(values, float) for name, values in columns.items()}
    table = np.zeros(len(next(iter(cadres.values()))), [(name, "f8", column.shape[1:]) for name, column in cadres.items()])
    for name, column in cadres.items():
        table[name] = column
    kept = {}
    run = SimpleNamespace(world=SimpleNamespace(cadres=table), kept=kept)
    run.keep = lambda key, make: kept.setdefault(key, make()) if key not in kept else kept[key]
    return run


def test_correlation_with_arm_is_the_point_biserial_one():
    paid, unpaid = [1.0, 2.0, 3.0], [0.0, 1.0, 2.0]
    arms = {"paid": [made_up(score=paid)], "fixed": [made_up(score=unpaid)]}
    expected = np.corrcoef([1, 1, 1, 0, 0, 0], paid + unpaid)[0, 1]
    assert field.correlation_with_arm(arms, "paid", "fixed", "score") == pytest.approx(expected)


def test_shortfalls_count_only_what_is_missing():
    arms = {"fine": [made_up(score=[0.5, 2.0])], "never": [made_up(score=[0.75, 0.75])]}
    assert field.ratio_of_shortfalls(arms, "fine", "never", "score", 1.0) == pytest.approx(1.0)


def test_shares_above_are_subtracted():
    arms = {"after": [made_up(score=[0.0, 0.2, 0.3, 0.4])], "before": [made_up(score=[0.0, 0.0, 0.0, 0.4])]}
    assert field.difference_of_shares_above(arms, "after", "before", "score", 0.1) == pytest.approx(0.5)


def test_effects_are_averaged_with_their_signs():
    arms = {
        "pay": [made_up(justice=[1.0, 3.0], cynicism=[0.0, 2.0])],
        "salary": [made_up(justice=[0.0, 2.0], cynicism=[1.0, 3.0])],
    }
    assert field.mean_standardised_change(arms, "pay", "salary", ["justice", "-cynicism"]) == pytest.approx(1.0)
    assert field.mean_standardised_change(arms, "pay", "salary", ["justice", "cynicism"]) == pytest.approx(0.0)
    assert field.mean_standardised_change(arms, "pay", "salary", ["justice"], less="cynicism") == pytest.approx(2.0)


def test_density_gap_sees_bunching_at_a_line():
    run = made_up(
        output=[[0.97], [0.98], [1.0], [1.02]], falsified=[[0.0], [0.02], [0.0], [0.0]], target=[[1.0]] * 4, department=[0] * 4
    )
    run.world.cadres = run.world.cadres.astype(
        [("output", "f8", (1,)), ("falsified", "f8", (1,)), ("target", "f8", (1,)), ("department", "i4")]
    )
    run.world.departments = np.array([([1.0],)], [("share", "f8", (1,))])
    assert field.density_gap({"one": [run]}, "one", 1.0, 0.05) == pytest.approx(0.5)


def test_last_month_of_year_is_relative_to_its_year():
    course = np.array([(1.0,)] * 11 + [(3.0,)] + [(9.0,)] * 5, [("effort_mean", "f8")])
    runs = {"lapsing": [SimpleNamespace(months=course)]}
    assert field.last_month_of_year(runs, "lapsing", "effort_mean") == pytest.approx(3.0 / (14.0 / 12.0))


def test_lies_are_told_in_whole_sides_and_not_above_the_top():
    rolled = [[0.0], [0.4], [0.79], [2.0], [2.3], [-0.5], [0.1]]  # sides 0, 1, 2, 5, 5, 0, 0
    made_up_too = [[0.1], [0.25], [5.0], [0.0], [1.0], [0.0], [0.4]]  # half a side and more is a lie
    arms = {"unseen": [made_up(output=rolled, falsified=made_up_too)], "honest": [made_up(output=rolled, falsified=[[0.0]] * 7)]}
    assert field.truthful_reports(arms, "unseen", 0.4, 5) == pytest.approx(2 / 3)  # of those who rolled the lowest side only
    assert field.truthful_reports(arms, "honest", 0.4, 5) == 1.0
    assert field.full_lies(arms, "unseen", 0.4, 5) == pytest.approx(1 / 5)
    gain = (0 + 1 + 3 + 0 + 0 + 0 + 1) / (35 - (0 + 1 + 2 + 5 + 5 + 0 + 0))
    assert field.share_of_gain_from_lying(arms, "unseen", 0.4, 5) == pytest.approx(gain)
    assert field.change_of_gain_from_lying(arms, "unseen", "honest", 0.4, 5) == pytest.approx(gain)


def test_own_and_superior_ratings_are_held_against_each_other_over_everybody():
    """Two units, one with a lenient superior: inside units both agree (r 1 each), over all people leniency takes from it."""
    own, superior = [1.0, 2.0, 1.0, 2.0], [1.0, 2.0, 4.0, 5.0]

    def rated(score):
        return SimpleNamespace(appraised_by=lambda another: SimpleNamespace(cadres={"score": np.array(score) + another}))

    arms = {"self": [rated(own)], "superior": [rated(superior)]}
    assert field.agreement_of_self(arms, "self", "superior") == pytest.approx(np.corrcoef(own, superior)[0, 1])
    assert field.agreement_of_self(arms, "self", "superior") < 0.4


def test_one_superior_agrees_with_himself_as_far_as_his_judgements_are_not_noise(behaviour):
    """Without noise of judgements, where views last, he would say the same again; the more noise, the less he would."""
    row = load_row("B70")
    again, alpha = [], []
    for noise in (0.0, 0.1, 0.3):
        lasting = {"rating_noise": noise, "view_of_person": 1.0, "view_of_duty": 0.0}
        measured = measures_of(row, run_row(row, behaviour.model_copy(update=lasting), 2))
        again.append(measured["again"].value)
        alpha.append(measured["alpha"].value)
    assert again[0] == pytest.approx(1.0) and again[0] > again[1] > again[2]
    assert alpha[0] > alpha[1] > alpha[2] and all(a < b for a, b in zip(alpha, again, strict=True))


def test_what_he_would_not_repeat_is_the_noise_he_really_has(behaviour):
    """The variance taken out is that by which scores differ from those of the same run without what passes."""
    for passing in ("rating_noise", "impression"):
        only = {"rating_noise": 0.0, "impression": 0.0, "view_of_person": 0.0, "view_of_duty": 0.0}
        seen = run_row(load_row("B70"), behaviour.model_copy(update=only | {passing: 0.2}), 2)["all_five"][0].appraised_by(0)
        calm = run_row(load_row("B70"), behaviour.model_copy(update=only), 2)["all_five"][0].appraised_by(0)
        noise = (seen.cadres["score"] - calm.cadres["score"]).var()
        assert field._passing_variance(SimpleNamespace(world=seen)) == pytest.approx(noise, rel=0.15)


def test_what_he_would_not_repeat_shrinks_with_what_lasts(behaviour):
    """Known in closed form: his views of duties and of the person are no part of it."""
    world = run_row(load_row("B70"), behaviour, 1)["all_five"][0].appraised_by(0)
    b, errors = world.behaviour, {}
    for name, share in (("view_of_duty", "rating_noise"), ("view_of_person", "impression")):
        b["view_of_duty"] = b["view_of_person"] = 0.0
        all_of_it = field._passing_variance(SimpleNamespace(world=world))
        b[name] = 0.25
        errors[share] = (all_of_it - field._passing_variance(SimpleNamespace(world=world))) / 0.25
    assert errors["rating_noise"] == pytest.approx((100 * b["rating_noise"][0]) ** 2 / 5)
    assert errors["impression"] == pytest.approx((100 * b["impression"][0]) ** 2)
