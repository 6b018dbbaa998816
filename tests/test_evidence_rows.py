"""Rows of the evidence: read strictly (no behaviour in them), run, judged; drops are noticed; the page is written from a run."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from experiments.evidence.arms import run_row
from experiments.evidence.measures import DERIVED, MEASURES, Measured, estimate
from experiments.evidence.rows import Claim, Kind, Row, load_row, read_row, row_ids
from experiments.evidence.verdicts import Judged, RowResult, Verdict, half_width, judge_row, verdict_of
from experiments.report.evidence import evidence_page, measured_words, total_words, unclaimed_words
from experiments.verbs.validate import Validation, check_names, drops, is_leaning, stored_state, validate
from sim.errors import UserError
from sim.schemes.behaviour import Behaviour
from sim.schemes.load import load_behaviour

GOOD = """
id: B99
title: A row for tests
source: lazear_2000
published: "+10 %"
confidence: p
setting: Two people at one counted task, paid by the piece or not at all; nothing else is different.
organisation:
  tasks:
    work: {perspective: process, noise: 0.1}
scheme:
  appraisal: {interval: 1}
months: 2
replicates: 3
arms:
  unpaid: {note: nothing}
  paid: {note: a piece rate, scheme: {application: {explicit: {bonus_per_point: 0.5}}}}
measures:
  effect: {what: relative_change, arm: paid, against: unpaid, of: effort_total}
claims:
  - {kind: P, measure: effect, published: "+10 %", low: 0.05, high: 0.15}
"""


def written(folder: Path, text: str, name: str = "B99") -> Path:
    path = folder / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    return path


# --- reading ---------------------------------------------------------------------------------------------------------


def test_the_good_row_is_read(tmp_path: Path) -> None:
    row = read_row(written(tmp_path, GOOD))
    assert list(row.arms) == ["unpaid", "paid"]
    assert row.arms["paid"].phases[-1].scheme.application.explicit.bonus_per_point == 0.5


BEHAVIOUR_IN_ROWS = [
    GOOD + "behaviour: {honesty: 0.3}\n",
    GOOD + "behaviour: cold\n",
    GOOD + "behaviours: posterior\n",
    GOOD + "posterior: 10\n",
    GOOD.replace("arms:", "honesty: 0.3\narms:"),
    GOOD.replace("{note: nothing}", "{note: nothing, behaviour: {drive: 0}}"),
    GOOD.replace("{note: nothing}", "{note: nothing, honesty: 0.2}"),
    GOOD.replace("{note: nothing}", "{note: nothing, changes: {behaviour.honesty: 0.2}}"),
    GOOD.replace("{note: nothing}", "{note: nothing, changes: {scheme.behaviour.honesty: 0.2}}"),
    GOOD.replace("{note: nothing}", "{note: nothing, changes: {organisation.tasks.work.duty: 0.2}}"),
    GOOD.replace("{note: nothing}", "{note: nothing, scheme: {behaviour: {duty: 0}}}"),
    GOOD.replace("{note: nothing}", "{note: nothing, organisation: {duty: 0}}"),
    GOOD.replace("{note: nothing}", "{note: nothing, before: [{months: 3, behaviour: {duty: 0}}]}"),
    GOOD.replace("organisation:", "organisation:\n  behaviour: {duty: 0}"),
    GOOD.replace("scheme:\n", "scheme:\n  crowding: 0\n", 1),
    GOOD.replace("noise: 0.1}", "noise: 0.1, ability_sd: 0.3}"),
]


@pytest.mark.parametrize("number", range(len(BEHAVIOUR_IN_ROWS)))
def test_behaviour_in_a_row_is_refused(number: int, tmp_path: Path) -> None:
    with pytest.raises(UserError) as refused:
        read_row(written(tmp_path, BEHAVIOUR_IN_ROWS[number]))
    assert any("never the behaviour" in finding.problem for finding in refused.value.findings), str(refused.value)
    assert all(finding.line > 0 for finding in refused.value.findings)


@pytest.mark.parametrize("name", sorted(Behaviour.model_fields))
def test_no_parameter_of_behaviour_passes_anywhere(name: str, tmp_path: Path) -> None:
    for at in (GOOD + f"{name}: 0.5\n", GOOD.replace("{note: nothing}", f"{{note: nothing, changes: {{scheme.{name}: 0.5}}}}")):
        with pytest.raises(UserError):
            read_row(written(tmp_path, at))


SETTING = "setting: Two people at one counted task, paid by the piece or not at all; nothing else is different."
ARMS = "  unpaid: {note: nothing}\n  paid: {note: a piece rate, scheme: {application: {explicit: {bonus_per_point: 0.5}}}}\n"
BAD_ROWS = {
    "the claim of a band without ends": ("low: 0.05, high: 0.15", ""),
    "an empty band": ("low: 0.05, high: 0.15", "low: 0.5, high: 0.15"),
    "a sign that is none": ("low: 0.05, high: 0.15", "sign: up"),
    "a sign claim with a band": ("kind: P", "kind: S"),
    "an unknown kind": ("kind: P", "kind: X"),
    "an unknown measure in a claim": ("measure: effect, published", "measure: effort, published"),
    "an unknown measure": ("what: relative_change", "what: relativ_change"),
    "a measure without its arm": ("arm: paid, against", "against"),
    "a measure with an unknown arm": ("arm: paid, against", "arm: payed, against"),
    "an arm that no measure looks at": (ARMS, ARMS + "  idle: {note: nobody asks}\n"),
    "one arm where a list of arms is asked": (
        "{what: relative_change, arm: paid, against: unpaid, of: effort_total}",
        "{what: mean_agreement_of_superiors, arms_of: paid}",
    ),
    "a number where a list of arms is asked": (
        "{what: relative_change, arm: paid, against: unpaid, of: effort_total}",
        "{what: mean_agreement_of_superiors, arms_of: 3}",
    ),
    "an unknown arm in a list": (
        "{what: relative_change, arm: paid, against: unpaid, of: effort_total}",
        "{what: mean_agreement_of_superiors, arms_of: [paid, unpaid, given]}",
    ),
    "arms without their weights": (
        "{what: relative_change, arm: paid, against: unpaid, of: effort_total}",
        "{what: variance_share_of_rating, raters: [unpaid], twice: [paid], part: rater}",
    ),
    "a measure with an unknown parameter": ("of: effort_total", "of: effort_total, times: 3"),
    "an unknown source": ("source: lazear_2000", "source: lazear_1999"),
    "an unknown confidence": ("confidence: p", "confidence: certain"),
    "an id that is not the file's": ("id: B99", "id: B98"),
    "an id of another kind": ("id: B99", "id: row 1"),
    "a setting in three words": (SETTING, "setting: see paper"),
    "an unknown key": ("months: 2", "month: 2"),
    "half a month": ("months: 2", "months: 2.5"),
    "one replicate": ("replicates: 3", "replicates: 1"),
    "no arms": (ARMS, ""),
    "a scheme out of bounds": ("bonus_per_point: 0.5", "bonus_per_point: -1"),
    "an unknown element of a scheme": ("bonus_per_point: 0.5", "bonus_a_point: 0.5"),
    "an unknown preset": ("organisation:\n", "organisation:\n  extends: atlantis\n"),
    "a change outside the setting": ("{note: nothing}", "{note: nothing, changes: {months: 3}}"),
    "a change below a value": ("{note: nothing}", "{note: nothing, changes: {scheme.plan.points.more: 3}}"),
    "a number to be fitted in a row that is not marked fit": ("measure: effect,", "target: true, measure: effect,"),
    "months that are no whole steps": ("organisation:\n", "organisation:\n  step_months: 4\n"),
    "no claim that the table asks for": ("measure: effect,", "ours: true, measure: effect,"),
    "a parameter it leans on that does not exist": ("months: 2", "months: 2\nleans: [courage]"),
    "not YAML": ("arms:", "arms: ["),
    "nothing at all": (GOOD, ""),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD_ROWS)
def test_a_bad_row_is_told_without_a_traceback(what: str, tmp_path: Path) -> None:
    old, new = BAD_ROWS[what]
    assert old in GOOD
    with pytest.raises(UserError) as refused:
        read_row(written(tmp_path, GOOD.replace(old, new)))
    assert str(refused.value)


def test_every_row_is_read_and_says_what_it_stands_for() -> None:
    for name in row_ids():
        row = load_row(name)
        assert row.file.fit or not any(claim.target for claim in row.file.claims)
        assert row.arms


def test_all_rows_marked_fit_are_there() -> None:
    assert {name for name in row_ids() if load_row(name).file.fit} == {
        "B1", "B4", "B15", "B50", "B64", "B66", "B69", "B70", "C1", "C3", "C5", "C17", "C18",
    }  # fmt: skip


def test_unknown_rows_are_refused() -> None:
    with pytest.raises(UserError):
        check_names(["B99"])
    with pytest.raises(UserError):
        load_row("../laboratory")


# --- verdicts --------------------------------------------------------------------------------------------------------


def claim(**values: Any) -> Claim:
    return Claim.model_validate({"kind": "P", "measure": "effect"} | values)


@pytest.mark.parametrize(
    ("asked", "value", "error", "expected"),
    [
        ({"low": 0.1, "high": 0.2}, 0.15, 0.01, Verdict.IN_BAND),
        ({"low": 0.1, "high": 0.2}, 0.15, 0.50, Verdict.IN_BAND),  # the point estimate counts
        ({"low": 0.1, "high": 0.2}, 0.30, 0.01, Verdict.SIGN_ONLY),
        ({"low": 0.1, "high": 0.2}, 0.30, 0.30, Verdict.MISSED),
        ({"low": 0.1, "high": 0.2}, -0.10, 0.01, Verdict.MISSED),
        ({"low": -0.4, "high": -0.2}, -0.10, 0.01, Verdict.SIGN_ONLY),
        ({"low": -0.1, "high": 0.1}, 0.20, 0.01, Verdict.MISSED),  # no direction in it
        ({"low": 1.5, "neutral": 1.0}, 1.2, 0.01, Verdict.SIGN_ONLY),
        ({"low": 1.5, "neutral": 1.0}, 0.9, 0.01, Verdict.MISSED),
        ({"kind": "S", "sign": "+"}, 0.01, 0.001, Verdict.RIGHT_SIGN),
        ({"kind": "S", "sign": "+"}, 0.01, 0.01, Verdict.MISSED),
        ({"kind": "S", "sign": "-"}, 0.01, 0.001, Verdict.MISSED),
        ({"kind": "S", "sign": "+"}, 1e-12, 0.0, Verdict.MISSED),
        ({"kind": "S", "sign": "+"}, math.nan, 0.0, Verdict.MISSED),
        ({"kind": "S", "sign": "+"}, 0.5, math.nan, Verdict.MISSED),  # an error that cannot be told is not none
        ({"low": 0.1, "high": 0.2}, 0.5, math.nan, Verdict.MISSED),
        ({"low": 0.1, "high": 0.2}, 0.15, math.nan, Verdict.IN_BAND),
        ({"low": 0.0, "high": 0.2, "sign": "+"}, 0.1, 0.01, Verdict.IN_BAND),
        ({"low": 0.0, "high": 0.2, "sign": "+"}, 0.1, 0.2, Verdict.SIGN_ONLY),
    ],
)
def test_verdicts(asked: dict[str, Any], value: float, error: float, expected: Verdict) -> None:
    assert verdict_of(claim(**asked), Measured(value, error, 8)) is expected


def test_an_error_that_cannot_be_told_is_told_so() -> None:
    assert measured_words(Measured(0.5, math.nan, 8)) == measured_words(Measured(0.5, 0.1, 1)) == "0.500 ± ?"
    assert measured_words(Measured(0.5, 0.0, 8)) == "0.500"
    assert measured_words(Measured(math.nan, math.nan, 8)) == "missing"


def test_who_has_no_such_task_is_not_counted_as_below(monkeypatch: pytest.MonkeyPatch) -> None:
    people = {"here": np.array([0.0, 1.0, np.nan, np.nan]), "there": np.array([0.0, 0.0, 1.0, np.nan])}
    monkeypatch.setattr("experiments.evidence.measures.pooled", lambda arms, arm, of, task=None: people[arm])
    assert MEASURES["share_above"]({}, arms_of=["here"], of="x", above=0.5) == 0.5
    assert MEASURES["share_above"]({}, arms_of=["here", "there"], of="x", above=0.5) == pytest.approx(2 / 5)
    less = MEASURES["difference_of_shares_above"]({}, arm="here", against="there", of="x", above=0.5)
    assert less == pytest.approx(1 / 2 - 1 / 3)


def test_a_row_is_as_good_as_its_worst_claim() -> None:
    row = load_row("B50")

    def result(*verdicts: Verdict) -> RowResult:
        return RowResult(row, tuple(Judged(claim(low=0), Measured(0, 0, 2), verdict) for verdict in verdicts))

    assert result(Verdict.IN_BAND, Verdict.RIGHT_SIGN).is_met
    assert result(Verdict.IN_BAND, Verdict.SIGN_ONLY).verdict is Verdict.SIGN_ONLY
    assert result(Verdict.SIGN_ONLY, Verdict.MISSED).verdict is Verdict.MISSED
    assert not result(Verdict.IN_BAND, Verdict.MISSED).is_met


def test_claims_of_our_own_are_left_out_as_the_table_asks() -> None:
    shape, odds = (next(one for one in load_row("C6").file.claims if one.ours is ours) for ours in (False, True))

    def result(asked: Verdict, own: Verdict) -> RowResult:
        findings = ((shape, asked), (odds, own))
        return RowResult(load_row("C6"), tuple(Judged(one, Measured(0, 0, 2), verdict) for one, verdict in findings))

    harder = result(Verdict.RIGHT_SIGN, Verdict.SIGN_ONLY)
    assert harder.is_met_as_tabled and not harder.is_met
    assert not result(Verdict.MISSED, Verdict.IN_BAND).is_met_as_tabled
    rows = [harder, *(replace(harder, row=load_row(name)) for name in ("B68", "B50", "B50b"))]  # tabled, ours, fitted, its rest
    found = Validation(rows=rows)
    counted = [[one.row.id for one in group] for group in (found.not_fitted, found.tabled, found.lettered)]
    assert counted == [["C6", "B68", "B50b"], ["C6", "B50b"], ["C6"]]
    told = [words.rpartition(": ")[2] for words in total_words(found)]
    assert told == ["0 of 3 (0 %)", "2 of 2 (100 %)", "1 of 1 (100 %)"]
    assert " (P, ours) |" in evidence_page(found, "cadresim validate")


def test_a_letter_behind_a_row_means_the_rest_of_a_row_marked_fit() -> None:
    rests = [name for name in row_ids() if load_row(name).file.is_rest]
    assert rests == ["B1b", "B4b", "B50b", "B69b", "C5b"]
    assert all(load_row(name[:-1]).file.fit and not load_row(name).file.fit for name in rests)


def test_jackknife_of_a_mean_is_its_standard_error(tmp_path: Path) -> None:
    row = read_row(written(tmp_path, GOOD))
    arms = run_row(row, load_behaviour(), 6)
    found = estimate(arms, "level", arm="paid", of="output_value")
    means = [seen.world.cadres["window_contribution"].mean() / seen.setting.window for seen in arms["paid"]]
    assert found.value == pytest.approx(np.mean(means))
    assert found.standard_error == pytest.approx(np.std(means, ddof=1) / math.sqrt(6))
    assert half_width(found) > 1.96 * found.standard_error


def test_arms_meet_the_same_luck_and_phases_follow_each_other(tmp_path: Path) -> None:
    text = GOOD.replace("{note: nothing}", "{note: nothing, before: [{months: 3, scheme: {application: {applied: 0}}}]}")
    row = read_row(written(tmp_path, text))
    seen = run_row(row, load_behaviour(), 2)["unpaid"][1]
    assert len(seen.course) == 5 and seen.start == 3 and len(seen.months) == 2
    again = seen.walked_to(5)
    assert all(np.array_equal(a, b) for a, b in zip(again, seen.world, strict=True))
    same = read_row(written(tmp_path, GOOD.replace("bonus_per_point: 0.5", "bonus_per_point: 0")))
    arms = run_row(same, load_behaviour(), 2)
    assert np.array_equal(arms["paid"][0].world.cadres, arms["unpaid"][0].world.cadres)


def test_derived_quantities_are_one_number_a_cadre() -> None:
    seen = run_row(load_row("B1"), load_behaviour(), 2)["hourly"][0]
    for name, make in DERIVED.items():
        assert make(seen).shape == seen.world.cadres.shape, name


def test_another_superior_rates_the_same_work() -> None:
    seen = run_row(load_row("B64"), load_behaviour(), 2)["research"][0]
    own, other = seen.appraised_by(0), seen.appraised_by(1)
    assert np.array_equal(own.cadres["score"], seen.world.cadres["score"]) or (seen.world.cadres["persons"] > 0).any()
    assert np.array_equal(own.cadres["period_reported"], other.cadres["period_reported"])
    assert not np.array_equal(own.cadres["score"], other.cadres["score"])


def test_measures_are_documented_and_each_is_asked_for_by_a_row() -> None:
    assert all(measure.__doc__ for measure in MEASURES.values())
    calls = [call for name in row_ids() for call in load_row(name).file.measures.values()]
    assert set(MEASURES) == {call["what"] for call in calls}
    named = {word.lstrip("-") for call in calls for value in call.values() for word in re.findall(r"-?\w+", str(value))}
    assert set(DERIVED) <= named


def test_what_no_claim_asks_for_is_printed_beside_the_claims() -> None:
    result = judge_row(load_row("B64"), load_behaviour(), replicates=2)
    assert set(result.unclaimed) == {"agreement_research", "agreement_counts"}
    assert "agreement_counts 0." in unclaimed_words(result)
    found = Validation(rows=[result])
    assert f"- **B64** {unclaimed_words(result)}" in evidence_page(found, "cadresim validate")
    alone = Validation(rows=[replace(result, unclaimed={})])
    assert "beside the claims" not in evidence_page(alone, "cadresim validate")


# --- the run, the state, the page -------------------------------------------------------------------------------------


def test_validate_runs_some_of_each_part() -> None:
    found = validate(["hierarchy", "A3", "B50"], fast=True, replicates=2)
    assert found.limits["hierarchy"] and found.simulations["A3"] and found.rows[0].row.id == "B50"
    assert len(found.fitted) == 1 and not found.predicted
    page = evidence_page(found, "cadresim validate")
    assert "B50" in page and "hierarchy" in page and "quota_oracle" in page


def test_a_drop_is_noticed_and_a_gain_is_not() -> None:
    row = load_row("B50")

    def found(verdict: Verdict) -> Validation:
        return Validation(rows=[RowResult(row, (Judged(row.file.claims[0], Measured(0.4, 0.0, 2), verdict),))])

    before = found(Verdict.SIGN_ONLY).state()
    assert drops(found(Verdict.MISSED), before) == ["B50 1 local: missed, was sign only"]
    assert drops(found(Verdict.IN_BAND), before) == []
    assert drops(found(Verdict.SIGN_ONLY), before) == []
    gone = replace(found(Verdict.IN_BAND), rows=[], is_whole=True)
    assert drops(gone, before) == ["B50: gone"]


def test_the_stored_state_knows_only_rows_there_are() -> None:
    check_names(stored_state())


def plausible(result: RowResult) -> bool:
    return all(math.isfinite(judged.measured.value) for judged in result.findings)


@pytest.mark.parametrize("name", row_ids())
def test_every_row_runs_in_a_fast_setting(name: str) -> None:
    """Two replicates: every measure gives a number; how it fares is the business of `cadresim validate`."""
    result = judge_row(load_row(name), load_behaviour(), replicates=2)
    assert plausible(result), [(j.claim.measure, j.measured) for j in result.findings]
    assert result.verdict in Verdict


def test_kinds_are_the_three_of_the_table() -> None:
    assert {kind.value for kind in Kind} == {"P", "R", "S"}
    assert isinstance(load_row("B50"), Row)


@pytest.mark.parametrize(
    ("looked_at", "leans", "assumed", "is_check"),
    [
        (False, [], [], False),
        (True, [], [], True),
        (False, ["honesty"], [], False),  # fitted on other rows since
        (False, ["honesty"], ["honesty"], True),
    ],
)
def test_a_row_that_guided_a_rule_or_a_size_predicts_nothing(looked_at, leans, assumed, is_check):
    file = load_row("B49").file.model_copy(update={"looked_at": looked_at, "leans": leans})
    assert is_leaning(file, assumed) is is_check
