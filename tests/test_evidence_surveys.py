"""Rows of section C that nothing was fitted on: they read, run in a moment, and can fail."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest

from experiments.evidence import surveys
from experiments.evidence.arms import Arms, run_row
from experiments.evidence.measures import estimate
from experiments.evidence.rows import Row, load_row
from experiments.evidence.surveys import graded_presets
from experiments.evidence.verdicts import MET, judge_row
from sim.schemes.behaviour import Behaviour
from sim.schemes.load import load_behaviour, load_organisation, load_scheme

FINDINGS = ("C4", "C5b", "C6", "C7", "C8", "C9", "C10", "C11", "C12", "C13", "C16")
FACTS = ("C2", "C14", "C15")
DEFAULT = load_behaviour()


@pytest.fixture(scope="module")
def runs() -> dict[str, tuple[Row, Arms]]:
    return {name: (row, run_row(row, DEFAULT, 2)) for name in (*FINDINGS, *FACTS) for row in [load_row(name)]}


@pytest.mark.parametrize("name", [*FINDINGS, *FACTS])
def test_a_row_gives_a_number_for_every_claim(runs: dict[str, tuple[Row, Arms]], name: str) -> None:
    row, arms = runs[name]
    assert not row.file.fit
    for claim in row.file.claims:
        measured = estimate(arms, **row.file.measures[claim.measure])
        assert math.isfinite(measured.value), claim.measure
        assert math.isfinite(measured.standard_error), claim.measure


@pytest.mark.parametrize("name", FINDINGS)
def test_people_without_any_mechanism_do_not_meet_it(name: str) -> None:
    """The rows are about behaviour: with every mechanism off (but people who differ) at least one claim is lost."""
    idle = Behaviour(duty=1.0, ability_sd=0.1)
    verdicts = [finding.verdict for finding in judge_row(load_row(name), idle, replicates=2).findings]
    assert any(verdict not in MET for verdict in verdicts)


@pytest.mark.parametrize("name", [*FINDINGS, *FACTS])
def test_a_row_is_cheap(name: str) -> None:
    """Each replicate of a row takes well under a second; rows have some thirty at most."""
    row = load_row(name)
    run_row(row, DEFAULT, 2)
    begun = time.perf_counter()
    run_row(row, DEFAULT, 2)
    assert (time.perf_counter() - begun) / 2 * row.file.replicates < 30.0


# --- facts can fail ----------------------------------------------------------------------------------------------------------


def test_another_index_or_cut_off_would_be_noticed(runs: dict[str, tuple[Row, Arms]]) -> None:
    row, arms = runs["C2"]
    rule = dict(row.file.measures["calm"])
    assert estimate(arms, **rule).value == 0.0
    for change in ({"least": 2.5}, {"exhaustion": 0.8}, {"efficacy": 0.0}):
        assert estimate(arms, **rule | change).value > 0.01, change


def test_a_preset_with_more_excellent_people_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    generous = load_scheme("forced_ranking", changes={"appraisal.grades.top_share": 0.3})
    monkeypatch.setattr(surveys, "load_scheme", lambda name: generous if name == "forced_ranking" else load_scheme(name))
    surveys._ready_schemes.cache_clear()
    found = {
        finding.claim.measure: finding.verdict in MET for finding in judge_row(load_row("C14"), DEFAULT, replicates=2).findings
    }
    surveys._ready_schemes.cache_clear()
    assert found == {"grades": True, "most_written": False, "least_written": True, "most_awarded": False}


def test_every_preset_that_gives_grades_is_looked_at() -> None:
    assert {"forced_ranking", "municipal_closed_loop", "superior_ranking", "deduction_heavy"} <= set(graded_presets())


def test_sizes_are_counted_not_copied() -> None:
    """An organisation written here by hand: two branches of 7 and 3, an office of 5."""
    unit = {"sequence": "lab", "tasks": {"work": 1.0}}
    small = load_organisation("toy_bureau").model_validate(
        {
            "name": "small", "sequences": ["lab"], "tasks": {"work": {"perspective": "process"}},
            "offices": [unit | {"name": "o", "cadres": 5}],
            "branches": [
                {"name": "a", "departments": [unit | {"name": "x", "cadres": 4}, unit | {"name": "y", "cadres": 3}]},
                {"name": "b", "departments": [unit | {"name": "x", "cadres": 3}]},
            ],
        }
    )  # fmt: skip
    assert surveys._sizes(small) == {
        "staff": 15, "institutions": 3, "levels": 2, "an_institution": 5.0, "a_branch": 5.0, "for_each_county": 15.0,
        "in_a_county": 15.0,
    }  # fmt: skip


# --- measures of known people ------------------------------------------------------------------------------------------------


class Known:
    """A run whose cadres have made-up quantities."""

    def __init__(self, **quantities: np.ndarray) -> None:
        self.quantities = quantities

    def keep(self, key: tuple, make: object) -> np.ndarray:
        return self.quantities[key[1]]


def test_odds_of_the_upper_third_are_counted_by_hand() -> None:
    """Thirty people, ten in each third; of the short week 2 are high and 6 low, of the middle 4 and 3, of the long 4 and 1."""
    people = []
    for week, in_lower, in_middle, in_upper in ((40.0, 6, 4, 2), (60.0, 3, 4, 4), (60.1, 1, 2, 4)):
        people += [(week, 0.0)] * in_lower + [(week, 3.0)] * in_middle + [(week, 6.0)] * in_upper
    hours, exhaustion = (np.array(column) for column in zip(*people, strict=True))
    exhaustion = exhaustion + np.linspace(0.0, 0.1, len(exhaustion))  # nobody equal, thirds as planted
    arms = {
        "a": [Known(hours=hours[::2], exhaustion=exhaustion[::2])],
        "b": [Known(hours=hours[1::2], exhaustion=exhaustion[1::2])],
    }

    def odds(**between: float) -> float:
        return surveys.odds_of_upper_third(arms, ["a", "b"], "exhaustion", "hours", **between)

    assert odds(low=40, high=60, than_high=40) == pytest.approx((4 / 3) / (2 / 6))
    assert odds(low=60, than_high=40) == pytest.approx((4 / 1) / (2 / 6))
    assert odds(low=60, than_low=40, than_high=60) == pytest.approx((4 / 1) / (4 / 3))
    assert math.isnan(odds(low=90, than_high=40))


def test_odds_do_not_know_how_far_apart_thirds_are() -> None:
    """Ranks count only; where longer weeks are as exhausting as short ones the odds are the same, where all are alike unknown."""
    luck = np.random.default_rng(5)
    hours, exhaustion = luck.uniform(30.0, 80.0, 30_000), luck.uniform(0.0, 6.0, 30_000)
    rising = exhaustion + 0.05 * hours
    between = {"of": "exhaustion", "by": "hours", "low": 60, "than_high": 40}

    def odds(scores: np.ndarray) -> float:
        return surveys.odds_of_upper_third({"a": [Known(hours=hours, exhaustion=scores)]}, ["a"], **between)

    assert odds(exhaustion) == pytest.approx(1.0, abs=0.08)
    assert odds(rising) == odds(np.exp(rising)) > 2.0
    assert odds(-rising) == pytest.approx(1.0 / odds(rising), rel=0.01)
    assert math.isnan(odds(np.full(len(hours), 3.0)))


def test_the_error_of_odds_is_that_of_counts() -> None:
    """Independent people: the jackknife over replicates gives Woolf's error, odds times the root of the sum of 1/count."""
    luck = np.random.default_rng(7)
    replicates = []
    for _ in range(60):
        hours = luck.choice([35.0, 50.0, 70.0], 500, p=[0.3, 0.5, 0.2])
        replicates.append(Known(hours=hours, exhaustion=luck.logistic(size=500) + 0.02 * hours))
    measured = estimate(
        {"a": replicates}, "odds_of_upper_third", arms_of=["a"], of="exhaustion", by="hours", low=60, than_high=40
    )
    hours, scores = (np.concatenate([one.quantities[name] for one in replicates]) for name in ("hours", "exhaustion"))
    low, high = np.quantile(scores, (1 / 3, 2 / 3))
    counts = [(third & (hours == week)).sum() for week in (35.0, 70.0) for third in (scores <= low, scores > high)]
    assert measured.value > 1.5
    assert measured.standard_error == pytest.approx(measured.value * math.sqrt(sum(1 / n for n in counts)), rel=0.3)


def test_a_gap_of_reports_is_a_share_of_the_target(monkeypatch: pytest.MonkeyPatch) -> None:
    read = {"reported": 1.08, "attainment": 0.84}
    monkeypatch.setattr(surveys, "mean", lambda arms, arm, of, task=None: read[of])
    assert surveys.gap_of_report({}, "terror", "waiting") == pytest.approx(0.24)
    assert surveys.gap_of_report({}, "terror", "waiting", target=1.2) == pytest.approx(0.20)  # 90 less 70 of a hundred
