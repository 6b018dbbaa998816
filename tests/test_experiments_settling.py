"""Comparisons that grow until they are settled: what is run, what is told, what is kept."""

from __future__ import annotations

import json
import re
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from experiments_fake import FakeRecord, design, fake_core, many_schemes, numbers, scheme

from experiments.api.comparing import compare, compare_design, compare_into
from experiments.design.questions import read_question
from experiments.design.study import Design
from experiments.design.targets import Wanted, read_wanted
from experiments.report.words import settling_in_words
from experiments.runs.store import MANIFEST
from experiments.statistics.dropping import where_dropped
from experiments.statistics.intervals import normal_quantile
from experiments.statistics.sequential import limits_for
from experiments.statistics.settling import Settling, State
from experiments.verbs.compare import read_comparison
from sim.errors import UserError
from sim.outcomes import OUTCOME_NAMES

GOAL, BURNOUT = OUTCOME_NAMES.index("goal_attainment"), OUTCOME_NAMES.index("burnout_share")
NAMES = ("base", "near", "far")


def planted(effects: dict[str, float], noise: float = 0.01):  # type: ignore[no-untyped-def]
    """A core whose goal attainment differs from the first scheme's by known amounts."""

    def core(one: Any):  # type: ignore[no-untyped-def]
        def simulate(replicate: int) -> list[FakeRecord]:
            records = []
            for each in one.schemes:
                outcomes, monthly, groups = numbers(one, each, replicate)
                rng = np.random.default_rng([one.seed, replicate, zlib.crc32(each.name.encode())])
                outcomes[GOAL] = 0.5 + effects[each.name] + noise * rng.normal()
                records.append(FakeRecord(each.name, replicate, one.seed, outcomes, monthly, groups))
            return records

        return simulate

    return core


EFFECTS = {"base": 0.0, "near": 0.0005, "far_off": 0.05}
CORE = planted(EFFECTS)


def wanted(until: str | None = "goal_attainment=0.2pp", best: str | None = None, most: int | None = None) -> Design:
    asked = design([scheme(name, bonus_per_point=0.01 * index) for index, name in enumerate(EFFECTS)])
    return replace(asked, replicates=20, wanted=read_wanted(until, best, most))


def test_it_ends_when_every_difference_is_clear_or_narrow() -> None:
    comparison = compare_design(wanted(), core=CORE)
    settling = comparison.settling
    assert settling is not None
    assert settling.is_done
    states = {pair.scheme: pair.state for pair in settling.pairs}
    assert states == {"near": State.NARROW, "far_off": State.CLEAR}
    assert comparison.design.replicates in settling.looks[1:-1]
    rows = comparison.summary.set_index(["scheme", "outcome"])
    row = rows.loc[("near", "goal_attainment")]
    assert (row["high"] - row["low"]) / 2 <= 0.002
    assert rows.loc[("far_off", "goal_attainment"), "low"] > 0
    assert len(comparison.runs) == comparison.n_runs == 3 * comparison.design.replicates


def test_intervals_pay_for_the_chosen_end() -> None:
    grown = compare_design(wanted(), core=CORE)
    fixed = compare_design(replace(wanted(), wanted=None, replicates=grown.design.replicates), core=CORE)
    one, two = (each.summary.set_index(["scheme", "outcome"]).loc[("near", "goal_attainment")] for each in (grown, fixed))
    assert one["difference"] == two["difference"]
    ratio = (one["high"] - one["low"]) / (two["high"] - two["low"])
    assert grown.settling is not None
    assert ratio == pytest.approx(grown.settling.multiplier() / normal_quantile(0.05), rel=0.02)


def test_most_ends_it_and_what_is_open_is_told() -> None:
    comparison = compare_design(wanted("goal_attainment=0.01pp", most=50), core=CORE)
    assert comparison.design.replicates == 50
    assert comparison.settling is not None
    assert not comparison.settling.is_done
    told = " ".join(settling_in_words(comparison))
    assert "stopped at the most, 50" in told
    assert "Not settled: near: goal attainment" in told
    assert "1 clear" in told


def test_the_best_is_kept_and_the_others_are_no_longer_run() -> None:
    comparison = compare_design(wanted(None, "goal_attainment=0.2pp"), core=CORE)
    settling = comparison.settling
    assert settling is not None
    assert settling.selection is not None
    assert settling.selection.alive == ["far_off"]
    told = " ".join(settling_in_words(comparison))
    assert re.search(r"best, with 95 % confidence, is far off \(\+[45]\.\d pp \[.+\], chance of being best > 99 %\)", told)


def test_dropped_schemes_have_fewer_runs() -> None:
    core = planted({"base": 0.0, "near": 0.0, "far_off": -0.05}, noise=0.02)
    comparison = compare_design(wanted(None, "goal_attainment=0.3pp"), core=core)
    counts = comparison.runs.groupby("scheme").size()
    assert counts["far_off"] == 20 < counts["base"] == counts["near"]
    assert comparison.n_runs == len(comparison.runs)
    row = comparison.summary.set_index(["scheme", "outcome"]).loc[("far_off", "goal_attainment")]
    assert (row["n"], row["missing"], row["probability_best"]) == (20, 0, 0.0)
    assert comparison.settling is not None
    assert comparison.settling.plain()["dropped"]["far_off"]["replicates"] == 20


def test_dropping_schemes_widens_intervals_no_more_than_it_must() -> None:
    """Not those that hold at all looks at once: 1.96 to 2.25 standard errors where ends come about by dropping."""
    core = planted({"base": 0.0, "near": 0.0, "far_off": -0.05}, noise=0.02)
    settling = compare_design(wanted(None, "goal_attainment=0.3pp"), core=core).settling
    assert settling is not None
    zones = settling.selection.zones if settling.selection else None
    assert zones == pytest.approx((0.003 / 0.028, 0.003 / 0.028), rel=0.5)
    assert settling.multiplier() == where_dropped(settling.looks, 3, zones)  # type: ignore[arg-type]
    assert normal_quantile(0.05) < settling.multiplier() < 2.25 < limits_for(settling.looks).at_any_end()
    both = compare_design(wanted("goal_attainment=0.3pp", "goal_attainment=0.3pp"), core=core).settling
    assert both is not None
    assert both.multiplier() == max(settling.multiplier(), limits_for(both.looks).at_the_end())


def test_a_folder_tells_the_same_as_the_study_that_made_it(tmp_path: Path) -> None:
    core = planted({"base": 0.0, "near": 0.0, "far_off": -0.05}, noise=0.02)
    made = compare_into(tmp_path / "out", wanted("goal_attainment=0.4pp", "goal_attainment=0.3pp"), core=core)
    read = read_comparison(tmp_path / "out")
    assert read.summary.equals(made.summary)
    assert made.settling is not None
    assert read.settling is not None
    assert read.settling.plain() == made.settling.plain()


def test_runs_beyond_a_look_are_not_looked_at() -> None:
    settling, short = (Settling(Wanted((), read_wanted(None, "goal_attainment=1pp", 100).best, 100), NAMES, "base") for _ in "12")  # type: ignore[union-attr]
    values = np.full((3, 60, len(OUTCOME_NAMES)), np.nan)
    values[:, :, GOAL] = np.random.default_rng(2).normal(size=(3, 60)) * 0.03
    values[2, 20:, GOAL] = -9.0
    settling.judge(values, 20)
    short.judge(values[:, :20], 20)
    assert settling.plain() == short.plain()
    assert "far" in settling.alive


def test_schemes_that_are_one_and_the_same_end_it_too() -> None:
    comparison = compare_design(wanted(None, "goal_attainment=1pp"), core=planted(dict.fromkeys(EFFECTS, 0.0), noise=0.0))
    assert comparison.settling is not None
    assert comparison.settling.is_done
    assert comparison.design.replicates == 20


def test_a_study_that_grows_reuses_what_is_there(tmp_path: Path) -> None:
    first = compare_into(tmp_path / "out", wanted("goal_attainment=0.4pp"), core=CORE)
    more = compare_into(tmp_path / "out", wanted("goal_attainment=0.2pp"), core=CORE)
    assert more.design.replicates > first.design.replicates
    assert (more.ran.n_reused, more.ran.n_new) == (first.n_runs, more.n_runs - first.n_runs)
    fresh = compare_design(wanted("goal_attainment=0.2pp"), core=CORE)
    assert fresh.summary.equals(more.summary)
    manifest = json.loads((tmp_path / "out" / MANIFEST).read_text(encoding="utf-8"))
    assert manifest["settling"]["is_done"]
    assert manifest["settling"]["wanted"]["until"] == {"goal_attainment": "0.2 pp"}
    assert manifest["n_runs"] == more.n_runs
    assert manifest["study"]["replicates"] == more.design.replicates


def test_the_same_whatever_the_workers() -> None:
    one = compare_design(wanted(), core=CORE, workers=1)
    many = compare_design(wanted(), core=CORE, workers=5)
    assert one.summary.equals(many.summary)


def test_missing_values_do_not_hold_it_up() -> None:
    asked = replace(design(many_schemes()[:3]), replicates=20, wanted=read_wanted("goal_external=1pp", None, 40))
    comparison = compare_design(asked, core=fake_core)
    assert comparison.settling is not None
    assert {pair.state for pair in comparison.settling.pairs} == {State.MISSING}
    assert comparison.design.replicates == 20


def test_clear_once_is_clear_for_good() -> None:
    settling = Settling(Wanted(read_wanted("goal_attainment=0.01pp", None, 100).until, None, 100), NAMES, "base")  # type: ignore[union-attr]
    values = np.full((3, 30, len(OUTCOME_NAMES)), np.nan)
    rng = np.random.default_rng(1)
    values[:, :20, GOAL] = rng.normal(size=(3, 20)) + np.array([[0.0], [0.0], [50.0]])
    settling.judge(values, 20)
    assert {pair.scheme: pair.state for pair in settling.pairs} == {"near": State.OPEN, "far": State.CLEAR}
    values[2, 20:, GOAL], values[:2, 20:, GOAL] = -500.0, 0.0
    settling.judge(values, 30)
    assert [(pair.state, pair.replicates) for pair in settling.pairs if pair.scheme == "far"] == [(State.CLEAR, 20)]


def test_relative_targets_are_of_the_baseline() -> None:
    comparison = compare_design(wanted("goal_attainment=0.4%"), core=CORE)
    row = comparison.summary.set_index(["scheme", "outcome"]).loc[("near", "goal_attainment")]
    assert (row["high"] - row["low"]) / 2 <= 0.004 * 0.505


# --- asked for in a call or a file ---------------------------------------------------------------------------------------

STUDY = """name: mine
organisation: county_bureau
months: 3
schemes: [base, deduction_heavy]
compare:
  until: {goal_attainment: 0.5pp, exhaustion_mean: 0.05}
  best: goal_attainment
  most: 60
  winners: false
"""


def test_a_study_file_says_what_is_wanted(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(STUDY)
    asked = read_question(str(tmp_path / "mine.yaml"))
    assert asked.wanted == read_wanted({"goal_attainment": "0.5pp", "exhaustion_mean": 0.05}, "goal_attainment", 60)
    assert (asked.replicates, asked.winners) == (20, False)
    changed = read_question(str(tmp_path / "mine.yaml"), until="burnout_share=1pp", best="burnout_share", most=30, replicates=25)
    assert changed.wanted == read_wanted("burnout_share=1pp", "burnout_share", 30)
    assert changed.replicates == 25
    assert asked.content_hash() == replace(asked, wanted=None, winners=True).content_hash(), "runs do not depend on it"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("until: {goal_atainment: 1pp}", "did you mean goal_attainment"),
        ("until: {goal_attainment: soon}", "this is no amount"),
        ("best: nonsense=1pp", "there is no such outcome"),
        ("most: 1", "most"),
        ("untill: {goal_attainment: 1pp}", "until"),
    ],
)
def test_mistakes_in_a_study_file_have_their_line(line: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(f"name: mine\nmonths: 3\nschemes: [base]\ncompare:\n  {line}\n")
    with pytest.raises(UserError, match=told) as error:
        read_question(str(tmp_path / "mine.yaml"))
    assert error.value.findings[0].line == 5


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"most": 50}, "needs something to reach"),
        ({"until": "goal_attainment=1pp", "most": 1}, "out of bounds"),
        ({"until": "goal_attainment=1pp", "most": 10, "replicates": 20}, "more to begin with"),
        ({"until": "goal_attainment=1"}, "needs a unit"),
        ({"best": "goal_attainment"}, "smallest difference that matters"),
    ],
)
def test_mistakes_in_a_call(settings: dict[str, Any], told: str) -> None:
    with pytest.raises(UserError, match=told):
        compare(["base"], core=fake_core, **settings)
