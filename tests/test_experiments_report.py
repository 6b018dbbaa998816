"""Numbers, words, tables and figures: what people read."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from experiments_fake import design, fake_core, many_schemes, scheme
from rich.console import Console

from experiments.api.comparing import Comparison, compare_design
from experiments.report.labels import Box, place_labels
from experiments.report.numbers import axis_title, chance, difference, interval, round_level, scaled, tick
from experiments.report.progress import duration, plain_progress, progress_bar
from experiments.report.style import wrapped
from experiments.report.tables import BAD, GOOD, NEUTRAL, UNSETTLED, cell_style, comparison_table, monthly_table
from experiments.report.words import in_one_sentence, listed
from sim.schemes.load import load_organisation


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    return compare_design(design(many_schemes()[:7], replicates=12, months=14), core=fake_core)


@pytest.mark.parametrize(
    ("outcome", "value", "text"),
    [
        ("burnout_share", 0.3124, "31.2 %"),
        ("burnout_share", 0.0, "0.0 %"),
        ("rank_agreement", 0.42, "0.420"),
        ("exhaustion_mean", 2.345, "2.35"),
        ("justice_procedural", 0.5, "0.500"),
        ("goal_external", np.nan, "missing"),
    ],
)
def test_levels(outcome: str, value: float, text: str) -> None:
    assert scaled(outcome, value) == text


@pytest.mark.parametrize(
    ("outcome", "value", "text"),
    [
        ("burnout_share", -0.041, "\u22124.1 pp"),
        ("burnout_share", 0.0131, "+1.3 pp"),
        ("burnout_share", 0.0, "0.0 pp"),
        ("burnout_share", 0.0003, "+0.03 pp"),
        ("burnout_share", -6.9e-19, "0.0 pp"),
        ("help_mean", 2e-17, "0.000"),
        ("rank_agreement", -0.0421, "\u22120.042"),
        ("surplus", 1.5, "+1.50"),
        ("goal_external", np.nan, "missing"),
    ],
)
def test_differences(outcome: str, value: float, text: str) -> None:
    assert difference(outcome, value) == text


def test_intervals_get_the_digits_they_need() -> None:
    assert interval("burnout_share", -0.049, -0.033) == "[\u22124.9, \u22123.3]"
    assert interval("inflation", 0.0080, 0.0084) == "[+0.80, +0.84]"
    assert interval("inflation", np.nan, np.nan) == ""
    assert interval("inflation", -2.7e-17, 2.6e-17) == "[0.0, 0.0]", "a zero of rounding has no digits to show"


def test_what_somebody_asked_for_gets_no_digits_of_ours() -> None:
    assert [round_level("goal_attainment", 1.0), round_level("burnout_share", 0.155)] == ["100 %", "15.5 %"]
    assert round_level("rank_agreement", 0.4) == "0.4"


@pytest.mark.parametrize(
    ("probability", "text"), [(0.983, "98 %"), (1.0, "> 99 %"), (0.0, "< 1 %"), (0.5, "50 %"), (np.nan, "missing")]
)
def test_chances_never_claim_certainty(probability: float, text: str) -> None:
    assert chance(probability) == text


def test_nobody_is_called_best_without_interval_and_chance(comparison: Comparison) -> None:
    sentence = in_one_sentence(comparison)
    claims = re.findall(r"\(([^()]*chance of being best[^()]*)\)", sentence)
    assert len(claims) == sentence.count("chance of being best") >= 1
    assert all(re.match(r".+ \[.+, .+\], chance of being best (> )?\d+ %$", claim) for claim in claims)


def test_table_shows_the_simultaneous_interval(comparison: Comparison) -> None:
    console = Console(width=150, record=True, file=open("/dev/null", "w"))  # noqa: SIM115
    console.print(comparison_table(comparison))
    text = console.export_text()
    assert "for all schemes at once" in text
    rows = comparison.summary.set_index(["scheme", "outcome"])
    row = rows.loc[(comparison.design.scheme_names[1], "burnout_share")]
    assert interval("burnout_share", row["simultaneous_low"], row["simultaneous_high"]) in text
    assert row["simultaneous_low"] < row["low"] < row["high"] < row["simultaneous_high"]
    assert "best: " in text


def test_ticks_have_a_true_minus_and_no_needless_digits() -> None:
    assert [tick("inflation", value, signed=True) for value in (-0.05, 0.0, 0.125)] == ["\u22125", "0", "+12.5"]


@pytest.mark.parametrize(
    ("outcome", "values", "style"),
    [
        ("burnout_share", (-1.0, -2.0, -0.5), GOOD),
        ("burnout_share", (1.0, 0.5, 2.0), BAD),
        ("goal_attainment", (1.0, 0.5, 2.0), GOOD),
        ("goal_attainment", (1.0, -0.5, 2.0), UNSETTLED),
        ("goal_attainment", (np.nan, np.nan, np.nan), UNSETTLED),
        ("bonus_cost", (1.0, 0.5, 2.0), NEUTRAL),
    ],
)
def test_colour_follows_direction_and_certainty(outcome: str, values: tuple[float, float, float], style: str) -> None:
    assert cell_style(outcome, *values) == style


def test_table_names_every_scheme_once(comparison: Comparison) -> None:
    console = Console(width=150, record=True, file=open("/dev/null", "w"))  # noqa: SIM115
    console.print(comparison_table(comparison))
    text = console.export_text()
    assert text.count("Implicit incentives") == 1
    assert "baseline, level" in text
    assert text.count("[") == 6 * 5, "one interval for every scheme and headline outcome"
    assert "\u2026" not in text, "nothing is cut off"


def test_sentence_says_what_stands_out_and_what_is_open(comparison: Comparison) -> None:
    sentence = in_one_sentence(comparison)
    assert sentence.startswith("Against Deduction-heavy status quo, ")
    assert "does most for" in sentence
    assert re.search(r"settled at 12 replicates", sentence)
    assert sentence.count(". ") == 0
    assert str(comparison) == sentence


def test_sentence_where_nothing_is_settled_or_there_is_nothing() -> None:
    flat = compare_design(design([scheme("one"), scheme("two")], replicates=3), core=fake_core)
    flat.summary[["simultaneous_low", "simultaneous_high"]] = [-1.0, 1.0]
    assert "no scheme is clearly better on any headline outcome" in in_one_sentence(flat)
    assert "5 of 5 headline differences are not settled" in in_one_sentence(flat)
    single = compare_design(replace(design([scheme("one"), scheme("two")], replicates=3), headline=("surplus",)), core=fake_core)
    single.summary[["simultaneous_low", "simultaneous_high"]] = [-1.0, 1.0]
    assert "1 of 1 headline difference is not settled" in in_one_sentence(single)
    alone = compare_design(design([scheme("one")]), core=fake_core)
    assert "nothing to compare" in in_one_sentence(alone)
    absent = compare_design(replace(design(), headline=("goal_external",)), core=fake_core)
    assert "every headline outcome is missing" in in_one_sentence(absent)


def test_equal_schemes_differ_in_nothing() -> None:
    def same(one):  # type: ignore[no-untyped-def]
        def simulate(replicate: int):  # type: ignore[no-untyped-def]
            records = fake_core(one)(replicate)
            for record in records:
                record.outcomes = records[0].outcomes
            return records

        return simulate

    equal = compare_design(design([scheme("one"), scheme("two")]), core=same)
    assert "the schemes differ in nothing" in in_one_sentence(equal)
    console = Console(width=150, record=True, file=open("/dev/null", "w"))  # noqa: SIM115
    console.print(comparison_table(equal))
    assert console.export_text().count("no difference") == 5


def test_listing() -> None:
    assert listed(["a"]) == "a"
    assert listed(["a", "b"]) == "a and b"
    assert listed(["a", "b", "c"]) == "a, b and c"


def test_figures_are_the_same_bytes_each_time(comparison: Comparison, tmp_path: Path) -> None:
    first = {path.name: path.read_bytes() for path in comparison.figures(tmp_path / "a")}
    again = compare_design(comparison.design, core=fake_core, workers=3)
    second = {path.name: path.read_bytes() for path in again.figures(tmp_path / "b")}
    assert len(first) == 8
    assert first == second


def test_figures_hold_no_date_no_font_and_no_address(comparison: Comparison, tmp_path: Path) -> None:
    for path in comparison.figures(tmp_path):
        if path.suffix == ".svg":
            text = path.read_text(encoding="utf-8")
            assert "<dc:date>" not in text
            assert "font-family" not in text
            loaded = re.findall(r'(?:href|src)="([^#"][^"]{0,40})', text)
            assert all(address.startswith("data:image/png;base64,") for address in loaded), (
                "only the colour bar, and it is inside"
            )


@pytest.mark.parametrize(("schemes", "months"), [(1, 36), (2, 1), (2, 5), (13, 36)])
def test_figures_of_any_size(schemes: int, months: int, tmp_path: Path) -> None:
    small = compare_design(design(many_schemes()[:schemes], replicates=2, months=months), core=fake_core)
    assert all(path.stat().st_size > 1000 for path in small.figures(tmp_path))


def test_figures_where_outcomes_are_missing(tmp_path: Path) -> None:
    def empty(one):  # type: ignore[no-untyped-def]
        def simulate(replicate: int):  # type: ignore[no-untyped-def]
            records = fake_core(one)(replicate)
            for record in records:
                record.outcomes[:] = np.nan
                record.monthly[:] = np.nan
            return records

        return simulate

    bare = compare_design(design(), core=empty)
    assert len(bare.figures(tmp_path)) == 8
    Console(file=open("/dev/null", "w")).print(comparison_table(bare))  # noqa: SIM115


@pytest.mark.parametrize("seed", range(5))
def test_labels_do_not_collide(seed: int) -> None:
    rng = np.random.default_rng(seed)
    frame = Box(0, 0, 700, 500)
    points = [(float(x), float(y)) for x, y in rng.normal((350, 250), (110, 70), (13, 2)).clip(40, 460)]
    sizes = [(float(width), 26.0) for width in rng.uniform(60, 140, 13)]
    boxes = place_labels(points, sizes, [], frame)
    assert boxes == place_labels(points, sizes, [], frame), "the same answer each time"
    assert sum(one.overlap(other) for index, one in enumerate(boxes) for other in boxes[:index]) == 0
    assert sum(box.outside(frame) for box in boxes) == 0
    assert sum(box.overlap(Box(x - 4, y - 4, x + 4, y + 4)) for box in boxes for x, y in points) == 0


def test_words_are_broken_evenly() -> None:
    assert wrapped("Balanced scorecard, five perspectives and strategy map", 24).count("\n") == 2
    assert wrapped("short", 24) == "short"
    assert wrapped("", 24) == ""
    assert max(map(len, wrapped("x" * 60, 24).split("\n"))) <= 24


@pytest.mark.parametrize(("seconds", "text"), [(0.42, "0.4 s"), (42.2, "42 s"), (200, "3 min 20 s"), (7500, "2 h 5 min")])
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_progress_without_a_terminal_is_a_few_plain_lines() -> None:
    console = Console(width=100, record=True, file=open("/dev/null", "w"))  # noqa: SIM115
    now = [0.0]
    tell = plain_progress(console, "12 schemes", clock=lambda: now[0])
    for done in range(101):
        tell(done, 100)
        now[0] += 1.0
    lines = console.export_text().splitlines()
    assert lines[0] == "12 schemes: 100 runs ..."
    assert 5 <= len(lines) <= 11
    assert "50 of 100 runs, 1.0 a second, about 50 s left" in lines[5]
    assert all("\x1b" not in line for line in lines)


def test_progress_on_a_terminal_leaves_nothing_behind() -> None:
    console = Console(width=100, force_terminal=True, record=True, file=open("/dev/null", "w"))  # noqa: SIM115
    with progress_bar(console, "12 schemes") as tell:
        for done in range(11):
            tell(done, 10)
    assert console.is_terminal


def test_chinese_breaks_between_letters_and_english_between_words() -> None:
    assert wrapped("平衡计分卡（五维度与战略地图）", 19) == "平衡计分卡（五维\n度与战略地图）"
    assert wrapped("得分制改革", 19) == "得分制改革"
    for width in (8, 12, 19, 34):
        for line in wrapped("T 县研究的全部建议，包括得分制计划、沟通与专业考评（数字化手段）", width).split("\n"):
            assert line and line[0] not in "，、）" and line[-1] not in "（"
    assert wrapped("Balanced scorecard, five perspectives", 20) == "Balanced scorecard,\nfive perspectives"


def test_a_sitting_counts_rounds_and_a_bureau_months() -> None:
    bureau = load_organisation("toy_bureau")
    sitting = bureau.model_copy(update={"round_hours": 0.5})
    assert (bureau.time_unit, sitting.time_unit) == ("month", "round")
    series = pd.DataFrame({"month": [1, 2], "burnout_share": [0.1, 0.2]})
    heads = [monthly_table("", series, ["burnout_share"], unit=one.time_unit).columns[0].header for one in (bureau, sitting)]
    assert heads == ["Month", "Round"]


@pytest.mark.parametrize(
    ("outcome", "title"),
    [
        ("burnout_share", "Burnout (% of cadres)"),
        ("goal_attainment", "Goal attainment (% of the goal)"),
        ("appraisal_hours_share", "Appraisal hours (% of time)"),
        ("understanding_mean", "Understanding (%)"),
        ("falsified_share", "Falsified (%)"),
    ],
)
def test_only_heads_are_told_as_shares_of_cadres(outcome, title):
    assert axis_title(outcome) == title
