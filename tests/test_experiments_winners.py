"""Who gains and who loses what: sums over replicates checked by hand, words that are neutral and have intervals."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from experiments_fake import PLACES, design, fake_core
from rich.console import Console
from scipy.stats import t
from typer.testing import CliRunner

from experiments.api.comparing import Comparison, compare_design
from experiments.cli import app
from experiments.report.desks import desks_in_words, desks_note, desks_table, groups_table, moves_table, percent
from experiments.statistics import winners as module
from experiments.statistics.winners import transition_table, winners_of
from sim.desks import MEASURES, OTHER, SAME, turned

PAY, BURNOUT = MEASURES[1], MEASURES[3]


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    return compare_design(design(), core=fake_core)


def everybody(comparison: Comparison, what: str, measure: str = "") -> pd.Series:
    table = comparison.winners
    rows = table[(table["dimension"] == "everybody") & (table["scheme"] == "reform")]
    return rows[(rows["what"] == what) & (rows["measure"] == measure)].iloc[0]


def test_sums_by_hand(comparison: Comparison) -> None:
    raw = pd.read_parquet(comparison.folder / "groups.parquet")
    own = raw[(raw["scheme"] == "reform") & (raw["dimension"] == "sequence")]
    shares = own[turned(BURNOUT, "raised")] / own[SAME]
    row = everybody(comparison, "raised", "burnout")
    assert row["value"] == pytest.approx(shares.mean())
    half = t.ppf(0.975, len(shares) - 1) * shares.std() / np.sqrt(len(shares))
    assert row["high"] - row["value"] == pytest.approx(half)
    assert row["replicates"] == 8
    assert everybody(comparison, "raised", "pay")["value"] == 1.0
    assert everybody(comparison, "change", "pay")["value"] == pytest.approx(0.05)
    other = everybody(comparison, "other person")
    assert other["value"] == pytest.approx((own[OTHER] / PLACES).mean()) == pytest.approx(0.1)


def test_shares_of_a_transition_table_sum_to_one(comparison: Comparison) -> None:
    for measure in MEASURES:
        table = transition_table(comparison.winners, "reform", measure)
        assert table.shape == (len(measure.bands), len(measure.bands))
        assert table.to_numpy().sum() == pytest.approx(1.0)
    section = transition_table(comparison.winners, "reform", BURNOUT, "department", "section")
    assert section.to_numpy().sum() == pytest.approx(1.0)


def test_every_interval_is_inside_its_bounds(comparison: Comparison) -> None:
    table = comparison.winners
    shares = table[table["what"] != "change"]
    assert shares["value"].between(0, 1).all()
    assert (shares["low"] >= 0).all()
    assert (shares["high"] <= 1).all()
    assert "status_quo" not in set(table["scheme"])
    assert list(dict.fromkeys(table["dimension"])) == ["everybody", "department", "sequence"]


def test_blocks_change_nothing(comparison: Comparison, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = winners_of(comparison.folder / "groups.parquet", ["reform", "ranking"])
    monkeypatch.setattr(module, "BLOCK", 7)
    small = winners_of(comparison.folder / "groups.parquet", ["reform", "ranking"])
    pd.testing.assert_frame_equal(whole, small)


def test_words_are_neutral_and_have_intervals(comparison: Comparison) -> None:
    told = desks_in_words(comparison.winners, "reform", "The reform")
    assert told.startswith("The reform raises the grade of 0.0 % [0.0, 0.0] of desks and lowers that of")
    assert len(re.findall(r"% \[[\d.]+, [\d.]+\]", told)) == 9
    for word in ("benefit", "win", "lose", "better", "worse", "suffer"):
        assert word not in told + desks_note()


@pytest.mark.parametrize("width", [90, 132, 200])
def test_no_interval_breaks_inside(comparison: Comparison, width: int) -> None:
    console = Console(width=width, record=True, file=io.StringIO())
    titles = comparison.design.titles
    console.print(desks_table(comparison.winners, titles, "status_quo"))
    told = console.export_text()
    assert told.count("[") == told.count("]") == len(re.findall(r"\[[\d.]+, [\d.]+\]", told)) > 17


def test_percent_gets_the_digits_it_needs() -> None:
    assert percent(pd.Series({"value": 0.342, "low": 0.31, "high": 0.374})) == "34 % [31, 37]"
    assert percent(pd.Series({"value": 0.0342, "low": 0.031, "high": 0.0374})) == "3.4 % [3.1, 3.7]"
    assert percent(pd.Series({"value": 0.0, "low": 0.0, "high": 0.0})) == "0.0 % [0.0, 0.0]", "nobody looks like hardly anybody"
    assert percent(pd.Series({"value": np.nan, "low": np.nan, "high": np.nan})) == percent(None) == "missing"
    assert percent(pd.Series({"value": 0.5, "low": np.nan, "high": np.nan})) == "50 %"


def test_tables_can_be_printed(comparison: Comparison) -> None:
    console = Console(width=150, record=True, file=open("/dev/null", "w"))  # noqa: SIM115
    console.print(desks_table(comparison.winners, comparison.design.titles, "status_quo"))
    console.print(groups_table(comparison.winners, "reform", "department", "By department"))
    console.print(moves_table(comparison.winners, "reform", BURNOUT, "everybody", "everybody", "Moves"))
    text = console.export_text()
    assert "↑ 100.0 %" in text
    assert "[100.0, 100.0]" in text
    assert "section" in text
    assert "burnout, from 3.5" in text


def test_the_command_tells_it_again(comparison: Comparison, tmp_path: Path) -> None:
    comparison.save(tmp_path / "out")
    told = CliRunner().invoke(app, ["winners", str(tmp_path / "out")])
    assert told.exit_code == 0, told.output
    assert "↑ 100.0 %" in told.output
    assert "[100.0, 100.0]" in told.output
    by = CliRunner().invoke(app, ["winners", str(tmp_path / "out"), "--scheme", "reform", "--by", "department"])
    assert "section" in by.output
    moves = ["--scheme", "reform", "--measure", "burnout", "--by", "department", "--group", "office"]
    assert "burnout, from 3.5" in CliRunner().invoke(app, ["winners", str(tmp_path / "out"), *moves]).output


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--scheme", "refrom"], "did you mean reform"),
        (["--by", "department"], "needs a scheme"),
        (["--scheme", "reform", "--by", "floor"], "one of everybody, department, sequence"),
        (["--scheme", "reform", "--measure", "joy"], "grade, pay, effort, burnout"),
        (["--scheme", "reform", "--measure", "pay", "--by", "department"], "both --by and --group"),
        (["--scheme", "reform", "--measure", "pay", "--by", "department", "--group", "attic"], "office"),
    ],
)
def test_what_is_wrong_is_told(options: list[str], told: str, comparison: Comparison, tmp_path: Path) -> None:
    comparison.write_tables(tmp_path)
    result = CliRunner().invoke(app, ["winners", str(tmp_path), *options])
    assert result.exit_code == 2
    assert told in result.output
    nowhere = CliRunner().invoke(app, ["winners", str(tmp_path / "nowhere")])
    assert nowhere.exit_code == 2
    assert "no winners in this folder" in nowhere.output


def test_desks_are_left_out_where_nobody_asked(tmp_path: Path) -> None:
    plain = compare_design(replace(design(), winners=False), core=fake_core)
    plain.save(tmp_path / "out")
    assert not (tmp_path / "out" / "winners.csv").exists()
    assert not (tmp_path / "out" / "winners.svg").exists()


def test_runs_without_desks_give_an_empty_table(tmp_path: Path, comparison: Comparison) -> None:
    raw = pd.read_parquet(comparison.folder / "groups.parquet")
    raw[[name for name in raw if name.startswith("desks_")]] = np.nan
    raw.to_parquet(tmp_path / "groups.parquet")
    assert winners_of(tmp_path / "groups.parquet", ["reform"]).empty
    raw[["scheme", "replicate", "dimension", "group"]].to_parquet(tmp_path / "old.parquet")
    assert winners_of(tmp_path / "old.parquet", ["reform"]).empty
