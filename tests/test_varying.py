"""sweep and sensitivity end to end with a small fake core: known answers, stores that grow, what is refused, what is said."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from experiments_fake import FakeRecord
from test_indices import ishigami, ishigami_truth
from typer.testing import CliRunner

from experiments import cli, report_of, sensitivity, sweep
from experiments.design.cases import Case, case_of
from experiments.design.paths import Range
from experiments.design.points import Cases, can_clash, full_factorial, latin_hypercube, sobol_sequence
from experiments.design.questions import read_planned, read_question
from experiments.report.dossier.claims import Facts
from experiments.report.dossier.hinges import sensitivity_claims
from experiments.report.varying_tables import sensitivity_table
from experiments.report.varying_words import index_in_words, luck_told, share, short
from experiments.verbs.sensitivity import CONSTANT, INCOMPLETE, MISSING, VARIES
from sim.errors import UserError
from sim.outcomes import GROUP_OUTCOMES, OUTCOME_NAMES, SERIES
from sim.schemes.study import made_study

BUREAU = "toy_bureau"
PARAMETERS = {"honesty": [0, 1], "drive": [0, 1], "crowding": [0, 1]}

EXHAUSTION, CYNICISM, EFFICACY = (OUTCOME_NAMES.index(name) for name in ("exhaustion_mean", "cynicism_mean", "efficacy_mean"))
BURNOUT, GOAL = OUTCOME_NAMES.index("burnout_share"), OUTCOME_NAMES.index("goal_attainment")


class Counting:
    """A core that knows the answer: outcomes are formulas of behaviour, scheme and luck; counts its runs."""

    def __init__(self, change: Callable[[np.ndarray, Case, int], None] = lambda outcomes, case, replicate: None) -> None:
        self.runs = 0
        self.change = change

    def __call__(self, case: Case) -> Callable[[int], list[FakeRecord]]:
        def simulate(replicate: int) -> list[FakeRecord]:
            self.runs += len(case.schemes)
            return [self.record(case, scheme, replicate) for scheme in case.schemes]

        return simulate

    def record(self, case: Case, scheme: Any, replicate: int) -> FakeRecord:
        b = case.behaviour
        rng = np.random.default_rng([case.seed, replicate])
        outcomes = np.zeros(len(OUTCOME_NAMES))
        outcomes[EXHAUSTION] = ishigami(np.array([[b.honesty, b.drive, b.crowding]]))[0]
        outcomes[CYNICISM] = b.honesty + 0.5 * rng.normal()  # luck shifts all points alike
        own = np.random.default_rng([case.seed, replicate, round(1e9 * b.honesty), round(1e9 * b.drive)]).normal()
        outcomes[EFFICACY] = b.honesty + own  # luck of every point's own
        outcomes[BURNOUT] = b.honesty * (2.0 if scheme.name == "forced_ranking" else 1.0)
        outcomes[GOAL] = scheme.application.explicit.bonus_per_point + 0.01 * rng.normal()
        self.change(outcomes, case, replicate)
        months, groups = np.zeros((case.months, len(SERIES))), np.zeros((3, len(GROUP_OUTCOMES)))
        return FakeRecord(scheme.name, replicate, case.seed, outcomes, months, groups)


def run(core: Counting, samples: int = 256, schemes: tuple[str, ...] = ("deduction_heavy",), **settings: Any) -> Any:
    given = {"months": 2, "warmup_months": 0, "workers": 1, "organisation": BUREAU, **settings}
    return sensitivity(list(schemes), given.pop("parameters", PARAMETERS), samples=samples, core=core, **given)  # type: ignore[arg-type]


# --- sensitivity


def test_known_answers_through_the_whole_study() -> None:
    found = run(Counting(), samples=2048, second_order=True)
    table = found.indices.query("outcome == 'exhaustion_mean' and parameter != 'dummy'").set_index(["kind", "parameter", "other"])
    truth = ishigami_truth()
    for place, name in enumerate(PARAMETERS):
        assert table.loc[("first", name, ""), "value"] == pytest.approx(truth["first"][place], abs=0.03)
        assert table.loc[("total", name, ""), "value"] == pytest.approx(truth["total"][place], abs=0.03)
    assert table.loc[("second", "honesty", "crowding"), "value"] == pytest.approx(truth["13"], abs=0.05)


@pytest.mark.parametrize(
    ("method", "kind", "size"),
    [("efast", "first", 500), ("rbd_fast", "first", 1000), ("hdmr", "first", 800), ("sobol", "total", 1024)],
)
def test_known_answers_of_every_method_with_a_truth(method: str, kind: str, size: int) -> None:
    found = run(Counting(), samples=size, methods=[method], outcomes=["exhaustion_mean"], resamples=10, luck_points=0)
    table = found.indices.query("kind == @kind").set_index("parameter")["value"]
    for place, name in enumerate(PARAMETERS):
        assert table[name] == pytest.approx(ishigami_truth()[kind][place], abs=0.07)
    if method != "sobol":
        assert abs(table["dummy"]) < 0.1, "the dummy is a column that nothing reads"


@pytest.mark.parametrize(("method", "size"), [("morris", 50), ("pawn", 300), ("delta", 300), ("dgsm", 64)])
def test_every_method_ranks(method: str, size: int) -> None:
    found = run(Counting(), samples=size, methods=[method], outcomes=["burnout_share"], resamples=10)
    assert found.ranking("burnout_share")["parameter"].iloc[0] == "honesty"


def test_methods_of_one_sampler_share_their_runs() -> None:
    core = Counting()
    found = run(core, samples=128, methods=["pawn", "rbd_fast", "delta"], outcomes=["burnout_share"], resamples=10, luck_points=0)
    assert core.runs == 128 and set(found.indices["method"]) == {"pawn", "rbd_fast", "delta"}


def test_the_difference_between_two_schemes() -> None:
    found = run(Counting(), samples=64, schemes=("deduction_heavy", "forced_ranking"), difference=True)
    assert list(found.targets) == ["forced_ranking - deduction_heavy"]
    states = found.outcomes.set_index("outcome")["state"]
    assert states["burnout_share"] == VARIES, "twice honesty minus once honesty"
    assert states["exhaustion_mean"] == CONSTANT, "both schemes have the same"
    ranking = found.ranking("burnout_share")
    assert ranking["parameter"].iloc[0] == "honesty" and ranking["value"].iloc[0] == pytest.approx(1.0, abs=0.05)


def test_luck_is_told_from_parameters() -> None:
    found = run(
        Counting(),
        samples=512,
        luck_points=256,
        luck_replicates=30,
        outcomes=["cynicism_mean", "efficacy_mean", "exhaustion_mean"],
    )
    table = found.outcomes.set_index("outcome")
    assert table.loc["exhaustion_mean", "luck"] == pytest.approx(0.0, abs=1e-9), "no luck in it"
    assert table.loc["cynicism_mean", "luck"] == pytest.approx(0.25 / (0.25 + 1 / 12), abs=0.15)
    assert table.loc["cynicism_mean", "luck_own"] == pytest.approx(0.0, abs=1e-9), "luck shifts all points alike"
    assert table.loc["efficacy_mean", "luck"] == pytest.approx(1 / (1 + 1 / 12), abs=0.05)
    assert table.loc["efficacy_mean", "luck_own"] == pytest.approx(1 / (1 + 1 / 12), abs=0.05)
    assert found.floor("efficacy_mean") > 0.8 and found.floor("cynicism_mean") == pytest.approx(0.0, abs=1e-9)
    assert "luck makes < 1 %" in found.sentences[2]


def test_luck_that_few_replicates_leave_open_is_told_so() -> None:
    """Luck common to all points, of which two replicates say next to nothing: whatever is estimated, the interval is told."""
    found = run(Counting(), samples=32, luck_points=8, luck_replicates=2, outcomes=["cynicism_mean"])
    row = found.outcomes.set_index("outcome").loc["cynicism_mean"]
    assert row["luck_high"] - row["luck_low"] > 0.5
    told = f"{100 * row['luck_low']:.0f} to {100 * row['luck_high']:.0f} %"
    assert found.sentences[0].endswith(f" is not settled by 2 replicates of 8 points ({told}).")
    table = sensitivity_table(found, next(iter(found.targets)))
    assert told in list(table.columns[1].cells)


@pytest.mark.parametrize(
    ("value", "low", "high", "told"),
    [
        (0.0, 0.0, 0.84, "0 to 84 %"),
        (0.0, 0.0, 0.4, "0 to 40 %"),
        (0.0, 0.0, 0.03, "< 1 % [0, 3]"),
        (0.31, 0.22, 0.41, "31 % [22, 41]"),
        (0.31, 0.02, 0.97, "2 to 97 %"),
        (0.31, float("nan"), float("nan"), "31 %"),
    ],
)
def test_an_estimate_does_not_stand_against_its_interval(value: float, low: float, high: float, told: str) -> None:
    assert luck_told(value, low, high) == told


def test_a_parameter_that_does_nothing_has_an_index_of_nothing() -> None:
    found = run(Counting(), samples=64, parameters={**PARAMETERS, "esteem": [0, 1]})
    table = found.indices.query("outcome == 'exhaustion_mean' and parameter == 'esteem' and kind == 'total'")
    assert table["value"].tolist() == [0.0]


def test_groups_move_together() -> None:
    found = run(Counting(), samples=64, groups={"both": ["honesty", "crowding"]})
    table = found.indices.query("outcome == 'exhaustion_mean' and kind == 'total' and parameter != 'dummy'")
    assert sorted(table["parameter"]) == ["both", "drive"]
    total = table.set_index("parameter")["value"]
    truth = ishigami_truth()
    assert total["drive"] == pytest.approx(truth["total"][1], abs=0.15)
    assert total["both"] == pytest.approx(truth["first"][0] + truth["13"], abs=0.2)


def test_indices_on_a_quarter_half_and_all_of_the_sample() -> None:
    found = run(Counting(), samples=256)
    table = found.convergence.query("outcome == 'exhaustion_mean' and parameter == 'drive'")
    assert table["samples"].tolist() == [64, 128, 256]
    whole = found.ranking("exhaustion_mean").set_index("parameter")["value"]
    assert table["value"].iloc[-1] == pytest.approx(whole["drive"])


def test_a_search_curve_is_not_cut() -> None:
    assert run(Counting(), samples=65, methods=["efast"]).convergence.empty


def test_missing_values_are_refused_by_name_with_their_points() -> None:
    def spoil(outcomes: np.ndarray, case: Case, replicate: int) -> None:
        outcomes[EXHAUSTION] = np.nan if case.point in (3, 17) else outcomes[EXHAUSTION]
        outcomes[CYNICISM] = np.nan

    with pytest.raises(UserError) as caught:
        run(Counting(spoil), samples=32, outcomes=["exhaustion_mean", "burnout_share"])
    assert "exhaustion_mean" in str(caught.value) and "3, 17 (2 of 160)" in str(caught.value)
    found = run(Counting(spoil), samples=32)
    states = found.outcomes.set_index("outcome")["state"]
    assert (states["exhaustion_mean"], states["cynicism_mean"]) == (INCOMPLETE, MISSING)
    assert states["bottom_share"] == CONSTANT
    told = found.sentences[-1]
    assert "missing at some points: exhaustion_mean (points 3, 17 (2 of 160))" in told and "the same at every point" in told
    assert "exhaustion_mean" not in set(found.indices["outcome"])


def test_failed_runs_are_refused_and_the_others_kept(tmp_path: Path) -> None:
    def fail(outcomes: np.ndarray, case: Case, replicate: int) -> None:
        if case.point == 5:
            raise ZeroDivisionError("a planted fault")

    with pytest.raises(UserError, match="runs failed") as caught:
        run(Counting(fail), samples=32, folder=tmp_path / "study")
    assert "a planted fault" in str(caught.value)


def test_a_larger_sample_goes_on_from_a_smaller_one(tmp_path: Path) -> None:
    first, second = Counting(), Counting()
    run(first, samples=32, folder=tmp_path / "study", luck_points=8, outcomes=["burnout_share"])
    found = run(second, samples=128, folder=tmp_path / "study", luck_points=8, outcomes=["burnout_share"])
    fresh = run(Counting(), samples=128, luck_points=8, outcomes=["burnout_share"])
    assert second.runs <= fresh.ran.n_new - 32 * 5, "the runs of the smaller sample are found"
    pd.testing.assert_frame_equal(found.indices, fresh.indices)


@pytest.mark.parametrize("workers", [1, 2])
def test_workers_change_nothing_and_seed_0_is_a_seed(workers: int) -> None:
    one = run(Counting(), samples=32, seed=0, workers=workers)
    two = run(Counting(), samples=32, seed=0)
    other = run(Counting(), samples=32, seed=1)
    pd.testing.assert_frame_equal(one.indices, two.indices)
    pd.testing.assert_frame_equal(one.points, two.points)
    assert not one.points.equals(other.points)


def test_salib_takes_the_results() -> None:
    found = run(Counting(), samples=64)
    theirs = found.to_salib("exhaustion_mean").analyze_sobol(calc_second_order=False)
    own = found.ranking("exhaustion_mean").set_index("parameter")["value"]
    assert theirs.analysis["ST"] == pytest.approx([own[name] for name in PARAMETERS])


# --- sweep


def swept(core: Counting, paths: dict[str, Any], schemes: tuple[str, ...] = ("forced_ranking",), **settings: Any) -> Any:
    given = {"months": 2, "warmup_months": 0, "workers": 1, "organisation": BUREAU, "replicates": 5, **settings}
    return sweep(list(schemes), paths, core=core, **given)  # type: ignore[arg-type]


def test_a_full_factorial_answers_along_each_path() -> None:
    paths = {
        "application.explicit.bonus_per_point": [0, 2],
        "honesty": [0.2, 0.4, 0.9],
        "appraisal.grades.peer_group": ["bureau", "branch"],
    }
    core = Counting()
    found = swept(core, paths, levels=3)
    assert len(found.points) == 18 and core.runs == 90
    goal = found.responses.query("outcome == 'goal_attainment' and path == 'application.explicit.bonus_per_point'")
    assert goal["value"].tolist() == [0.0, 1.0, 2.0]
    assert goal["mean"].diff().dropna().tolist() == pytest.approx([1.0, 1.0])
    assert goal["apart"].tolist() == pytest.approx([0.0] * 3, abs=1e-12), "luck shifts all points alike"
    move = found.ranges_of_response.set_index(["path", "outcome"]).loc[("honesty", "burnout_share")]
    assert move["move"] == pytest.approx(1.4) and (move["at_low"], move["at_high"]) == (0.2, 0.9)
    assert any("Goal attainment moves most with bonus_per_point" in one for one in found.sentences)
    table = found.table.query("outcome == 'burnout_share'")
    assert len(table) == 18 and (table["low"] <= table["mean"]).all()


def test_scheme_paths_leave_the_baseline_alone() -> None:
    found = swept(Counting(), {"application.explicit.bonus_per_point": [1, 2]}, ("deduction_heavy", "forced_ranking"), levels=2)
    goal = found.responses.query("outcome == 'goal_attainment'").set_index(["scheme", "class"])["mean"]
    assert goal[("forced_ranking", 1)] - goal[("forced_ranking", 0)] == pytest.approx(1.0)
    assert goal[("deduction_heavy", 1)] == pytest.approx(goal[("deduction_heavy", 0)])
    table = found.table.query("outcome == 'goal_attainment'").set_index(["scheme", "point"])
    assert np.isnan(table.loc[("deduction_heavy", 0), "difference"]) and np.isfinite(
        table.loc[("forced_ranking", 0), "difference"]
    )
    held = [one for one in found.sentences if one.startswith("Deduction-heavy")]
    assert held == ["Deduction-heavy status quo: the baseline is held as it is; the paths vary the other schemes."]
    both = swept(Counting(), {"honesty": [0, 1]}, ("deduction_heavy", "forced_ranking"), levels=2)
    assert not any("held as it is" in one for one in both.sentences), "behaviour varies under every scheme"


@pytest.mark.parametrize("design", ["latin_hypercube", "sobol"])
def test_samples_fill_their_ranges(design: str) -> None:
    ranges = {
        "a": Range.of("honesty", 0, 1),
        "b": Range.of("cost", 0.1, 10, scale="log"),
        "c": Range.of("appraisal.interval", 1, 12),
    }
    spread = latin_hypercube if design == "latin_hypercube" else sobol_sequence
    points = spread(ranges, 64, seed=0)
    assert points.equals(spread(ranges, 64, seed=0)) and not points.equals(spread(ranges, 64, seed=1))
    assert np.histogram(points["a"], bins=8, range=(0, 1))[0].tolist() == [8] * 8
    assert abs((points["b"] < 1).sum() - 32) <= 1 and set(points["c"]) == set(range(1, 13))


def test_in_a_sample_a_path_that_does_nothing_moves_nothing() -> None:
    """Points at one value of a path differ in the other paths too: that is no doing of this path."""
    settled = []
    for seed in range(20):
        paths = {"honesty": [0, 1], "drive": [0, 1], "crowding": [0, 1]}
        found = swept(Counting(), paths, design="latin_hypercube", points=40, replicates=2, seed=seed)
        moves = found.ranges_of_response.query("outcome == 'burnout_share'").set_index("path")  # burnout is twice the honesty
        assert moves.loc["honesty", "low"] > 1
        settled += (moves.loc[["drive", "crowding"], "low"] > 0).tolist()
        near = found.responses.query("outcome == 'burnout_share' and path == 'drive'")
        assert (near["apart"] > 0.1).all()
    assert sum(settled) <= 4  # of 40, at 5 %


def test_missing_outcomes_do_not_stop_a_sweep() -> None:
    def spoil(outcomes: np.ndarray, case: Case, replicate: int) -> None:
        outcomes[BURNOUT] = np.nan
        outcomes[GOAL] = np.nan if replicate == 0 else outcomes[GOAL]

    found = swept(Counting(spoil), {"honesty": [0, 1]}, levels=3)
    assert "Burnout is missing at every point." in found.sentences
    assert found.responses.query("outcome == 'goal_attainment'")["mean"].notna().all()


def test_failed_runs_of_a_sweep_are_told() -> None:
    def fail(outcomes: np.ndarray, case: Case, replicate: int) -> None:
        if case.point == 1 and replicate == 2:
            raise ZeroDivisionError("a planted fault")

    found = swept(Counting(fail), {"honesty": [0, 1]}, levels=3)
    assert [(one["point"], one["replicate"]) for one in found.failed] == [(1, 2)]

    def fail_all(outcomes: np.ndarray, case: Case, replicate: int) -> None:
        raise ZeroDivisionError("a planted fault")

    with pytest.raises(UserError, match="every run has failed"):
        swept(Counting(fail_all), {"honesty": [0, 1]}, levels=2)


def test_values_that_clash_are_refused_before_the_first_run() -> None:
    core = Counting()
    paths = {"appraisal.grades.second_share": [0.0, 0.5], "appraisal.grades.top_share": [0.0, 0.55]}
    with pytest.raises(UserError, match="more than everybody"):
        swept(core, paths, levels=3)
    assert core.runs == 0


def test_cases_tell_their_number_and_share_documents() -> None:
    design = read_question(["deduction_heavy", "forced_ranking"], organisation=BUREAU, baseline="deduction_heavy")
    ranges = {"honesty": Range.of("honesty", 0, 1)}
    cases = Cases(case_of(design), ranges, full_factorial(ranges, {"honesty": 4}))
    made = list(cases)
    assert cases.n_runs(range(3)) == 4 * 2 * 3 and cases.n_runs(lambda point: range(point)) == 2 * (0 + 1 + 2 + 3)
    assert all(case.organisation is design.organisation and case.schemes is made[0].schemes for case in made)
    assert [case.behaviour.honesty for case in made] == pytest.approx([0, 1 / 3, 2 / 3, 1])
    assert not can_clash(list(ranges.values()))


# --- words


@pytest.mark.parametrize(
    ("value", "text"), [(0.414, ".41"), (1.0, "1.00"), (-0.034, "\u2212.03"), (-0.001, ".00"), (0.0, ".00"), (1.256, "1.26")]
)
def test_shares_in_words(value: float, text: str) -> None:
    assert share(value) == text


def test_indices_in_words() -> None:
    assert index_in_words(0.412, 0.359, 0.464) == ".41 [.36, .46]"
    assert index_in_words(0.412, np.nan, np.nan) == ".41" and index_in_words(np.nan, 0, 1) == "missing"


@pytest.mark.parametrize(("path", "name"), [
    ("crowding", "crowding"), ("behaviour.crowding", "crowding"), ("application.explicit.bonus_per_point", "bonus_per_point"),
    ("plan.indicators.revenue.weight", "revenue.weight"), ("branches.*.resources", "branches.*.resources"),
    ("appraisal.grades.top_share", "grades.top_share"),
])  # fmt: skip
def test_paths_in_words(path: str, name: str) -> None:
    assert short(path) == name


def test_sentences_name_what_an_outcome_hinges_on() -> None:
    found = run(Counting(), samples=256, outcomes=["exhaustion_mean", "burnout_share"])
    first, second = found.sentences[:2]
    assert first.startswith("Exhaustion hinges on ") and "drive (" in first and "[" in first
    assert second.startswith("Burnout hinges on honesty (total index ")
    assert str(found) == "\n".join(found.sentences)


@pytest.mark.parametrize(("method", "kind", "told"), [("morris", "mu_star", "on"), ("sobol", "total", "on_nothing")])
def test_the_report_names_small_effects_that_have_a_unit(method: str, kind: str, told: str) -> None:
    """An effect of half a percentage point may be all there is of an outcome; an index of .005 is nothing."""
    columns = ["method", "target", "outcome", "kind", "parameter", "value", "low", "high"]
    rows = [("honesty", 0.005, 0.004, 0.006), ("dummy", 0.001, 0.0, 0.002)]
    table = pd.DataFrame([(method, "base", "inflation", kind, *row) for row in rows], columns=columns)
    plan = {"sensitivity": {"methods": [method], "outcomes": ["inflation"]}}
    claims = sensitivity_claims(SimpleNamespace(manifest=plan, titles={}), Facts({"indices": table}.__getitem__))  # type: ignore[arg-type]
    assert [claim.key for claim in claims] == [f"report.hinges.{told}"]


# --- files and commands


@pytest.fixture()
def fake_model(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(cli.plumbing, "core", Counting)
    monkeypatch.setattr(cli.plumbing, "get_ready", lambda status: None)
    return tmp_path


HEAD = f"organisation: {BUREAU}\nmonths: 2\nwarmup_months: 0\nreplicates: 3\n"


def test_the_confidence_that_was_asked_for_is_the_one_that_is_told(fake_model: Path) -> None:
    (fake_model / "b.yaml").write_text(
        f"name: b\n{HEAD}schemes: [deduction_heavy]\nverb: sensitivity\nheadline: [exhaustion_mean]\n"
        "sensitivity:\n  samples: 16\n  confidence: 0.999\n  parameters: {honesty: [0, 1], drive: [0, 1]}\n"
    )
    shown = CliRunner().invoke(cli.app, ["sensitivity", "b.yaml"], env={"COLUMNS": "200"})
    assert shown.exit_code == 0 and "99.9 % interval" in shown.stdout, shown.output
    html = report_of("results/b", "b.html")[0].read_text(encoding="utf-8")
    assert "largest indices of each outcome, with 99.9 % intervals" in html and "index of every assumption, with 99.9 %" in html


def test_the_commands_write_tables_and_figures(fake_model: Path) -> None:
    (fake_model / "a.yaml").write_text(
        f"name: a\n{HEAD}schemes: [deduction_heavy, forced_ranking]\nverb: sweep\nsweep:\n  paths: {{honesty: [0, 1]}}\n"
    )
    (fake_model / "b.yaml").write_text(
        f"name: b\n{HEAD}schemes: [deduction_heavy]\nverb: sensitivity\n"
        "headline: [exhaustion_mean, burnout_share]\n"
        "sensitivity:\n  samples: 16\n  parameters: {honesty: [0, 1], drive: [0, 1]}\n"
    )
    runner = CliRunner()
    done = runner.invoke(cli.app, ["sweep", "a.yaml", "--workers", "1"])
    assert done.exit_code == 0, done.output
    assert {"responses.svg", "responses.png", "responses.csv", "moves.csv", "points.parquet", "manifest.json"} <= names(
        "results/a"
    )
    done = runner.invoke(cli.app, ["sensitivity", "b.yaml", "--workers", "1"])
    assert done.exit_code == 0, done.output
    assert "hinges on" in done.output
    assert {"indices.csv", "indices.parquet", "tornado.svg", "tornado.png", "convergence.svg", "outcomes.csv"} <= names(
        "results/b"
    )
    again = runner.invoke(cli.app, ["sensitivity", "b.yaml", "--workers", "1"])
    assert again.exit_code == 0 and "done before" in again.output


def names(folder: str) -> set[str]:
    return {path.name for path in Path(folder).iterdir()}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["sweep"], "Missing argument"),
        (["sweep", "nobody.yaml"], "nobody"),
        (["sweep", "municipal_comparison"], "this study is not for sweep"),
        (["sensitivity", "municipal_comparison"], "this study is not for sensitivity"),
        (["sensitivity", "deduction_heavy"], ""),
        (["sweep", "global_sensitivity"], "this study is not for sweep"),
        (["compare", "global_sensitivity"], "this study is not for compare"),
        (["sensitivity", "--workers", "0"], "workers"),
        (["sensitivity", "--seed", "-1"], "seed"),
    ],
)
def test_mistakes_end_with_2_and_no_traceback(fake_model: Path, arguments: list[str], told: str) -> None:
    done = CliRunner().invoke(cli.app, arguments)
    assert done.exit_code == 2, done.output
    assert told.lower() in done.output.lower() and "Traceback" not in done.output
    assert not Path("results").exists()


def test_settings_beside_a_study_are_refused() -> None:
    with pytest.raises(UserError, match="a study has its settings in its file"):
        sensitivity("global_sensitivity", samples=64)
    with pytest.raises(UserError, match="unknown key"):
        sensitivity(["deduction_heavy"], sample=64)
    with pytest.raises(UserError, match="there is no such element"):
        sweep(["deduction_heavy"], {"crowdin": [0, 1]})


def test_a_planned_study_knows_its_verb() -> None:
    made = made_study(
        {"name": "x", "schemes": ["base"], "organisation": BUREAU, "verb": "sweep", "sweep": {"paths": {"duty": [0, 1]}}}
    )
    assert read_planned(made, "sweep", replicates=7).design.replicates == 7
    with pytest.raises(UserError, match="not for sensitivity"):
        read_planned(made, "sensitivity")
