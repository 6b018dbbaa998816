"""The command line, in process and with a fake core: results, messages, exit codes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import typer
from experiments_fake import fake_core
from typer.testing import CliRunner, Result

import sim
from experiments import cli

ROOT = Path(__file__).resolve().parents[1]
SMALL = ["--replicates", "3", "--months", "2", "--organisation", "county_bureau"]
PAIR = ["deduction_heavy", "scoring_reform"]


@pytest.fixture(autouse=True)
def fake_model(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No simulation, no figures (they have tests of their own), and a working folder of its own."""
    monkeypatch.setattr("experiments.report.figures.draw_comparison", lambda comparison, folder: [])
    monkeypatch.setattr(cli.plumbing, "core", lambda: fake_core)
    monkeypatch.setattr(cli.plumbing, "get_ready", lambda status: None)
    monkeypatch.chdir(tmp_path)


def invoke(*arguments: object) -> Result:
    return CliRunner().invoke(cli.app, [str(argument) for argument in arguments])


def everything(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_compare_writes_and_tells(tmp_path: Path) -> None:
    result = invoke("compare", *PAIR, *SMALL, "--out", "here")
    assert result.exit_code == 0, result.output
    assert "Scoring-based reform" in result.stdout
    assert "Against Deduction-heavy status quo" in result.stdout
    assert "Tables and figures: here" in result.stdout
    assert "\x1b" not in result.output, "no colours in a pipe"
    runs = pd.read_parquet(tmp_path / "here" / "runs.parquet")
    assert runs["scheme"].value_counts().to_dict() == {"deduction_heavy": 3, "scoring_reform": 3}
    manifest = json.loads((tmp_path / "here" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["study"]["organisation"]["name"] == "county_bureau"


def test_compare_without_arguments_is_the_main_job(tmp_path: Path) -> None:
    result = invoke("compare", "--replicates", "2", "--months", "2")
    assert result.exit_code == 0, result.output
    runs = pd.read_parquet(tmp_path / "results" / "municipal_comparison" / "runs.parquet")
    assert runs["scheme"].nunique() == 12
    other = invoke("compare", "--replicates", "2", "--months", "3")
    assert other.exit_code == 0
    assert (tmp_path / "results" / "municipal_comparison-2" / "manifest.json").exists(), "earlier results are never lost"


def test_the_same_command_again_runs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command = ["compare", *PAIR, *SMALL]
    first = invoke(*command)
    tables = {path.name: path.read_bytes() for path in (tmp_path / "results/comparison").glob("*.parquet")}
    monkeypatch.setattr(cli.plumbing, "core", lambda: pytest.fail)
    again = invoke(*command)
    assert (first.exit_code, again.exit_code) == (0, 0), again.output
    assert "6 runs, 6 of them done before" in again.stdout
    assert {path.name: path.read_bytes() for path in (tmp_path / "results/comparison").glob("*.parquet")} == tables
    assert everything(tmp_path / "results").count("comparison/manifest.json") == 1


def test_a_comparison_grows(tmp_path: Path) -> None:
    assert invoke("compare", *PAIR, *SMALL, "--out", "here").exit_code == 0
    grown = invoke("compare", *PAIR, "base", *SMALL, "--replicates", "5", "--out", "here")
    assert grown.exit_code == 0, grown.output
    assert "15 runs, 6 of them done before" in grown.stdout
    at_once = invoke("compare", *PAIR, "base", *SMALL, "--replicates", "5", "--out", "there")
    assert at_once.exit_code == 0
    for name in ("runs", "monthly", "groups"):
        assert (tmp_path / f"here/{name}.parquet").read_bytes() == (tmp_path / f"there/{name}.parquet").read_bytes()


def test_another_study_is_not_mixed_in(tmp_path: Path) -> None:
    assert invoke("compare", *PAIR, *SMALL, "--out", "here").exit_code == 0
    before = everything(tmp_path)
    other = invoke("compare", *PAIR, *SMALL, "--months", "7", "--seed", "4", "--out", "here")
    assert other.exit_code == 2
    assert "months 2 there, 7 asked; seed 1 there, 4 asked" in other.stderr
    assert everything(tmp_path) == before
    assert invoke("compare", *PAIR, *SMALL, "--months", "7", "--out", "here", "--overwrite").exit_code == 0


def test_runs_that_fail_are_told_at_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(design: Any) -> Any:
        def simulate(replicate: int) -> Any:
            if replicate == 1 and any(scheme.name == PAIR[1] for scheme in design.schemes):
                raise ZeroDivisionError("no cadre is left")
            return fake_core(design)(replicate)

        return simulate

    monkeypatch.setattr(cli.plumbing, "core", lambda: failing)
    result = invoke("compare", *PAIR, *SMALL, "--out", "here")
    assert result.exit_code == 3
    assert "1 of 6 runs failed" in result.stderr
    assert "1 x ZeroDivisionError: no cadre is left" in result.stderr
    manifest = json.loads((tmp_path / "here" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["failed"] == [{"scheme": PAIR[1], "replicate": 1, "reason": "ZeroDivisionError: no cadre is left"}]
    runs = pd.read_parquet(tmp_path / "here" / "runs.parquet").set_index(["scheme", "replicate"])
    assert len(runs) == 6
    assert runs["burnout_share"].isna().tolist() == [index == (PAIR[1], 1) for index in runs.index]


def test_compare_takes_a_study_file(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(
        "name: mine\norganisation: county_bureau\nreplicates: 2\nmonths: 3\nheadline: [neglect, surplus]\n"
        "schemes:\n  - base\n  - {name: coached, extends: base, changes: {process.coaching: 0.5}}\n"
    )
    result = invoke("compare", "mine.yaml")
    assert result.exit_code == 0, result.output
    assert "Neglect" in result.stdout
    assert "Burnout" not in result.stdout.partition("The same desk")[0]
    assert set(pd.read_parquet("results/mine/runs.parquet")["scheme"]) == {"base", "coached"}


def test_seed_zero_is_a_seed() -> None:
    assert invoke("compare", *PAIR, *SMALL, "--seed", "0", "--out", "zero").exit_code == 0
    assert invoke("compare", *PAIR, *SMALL, "--seed", "1", "--out", "one").exit_code == 0
    zero, one = (pd.read_parquet(f"{name}/runs.parquet") for name in ("zero", "one"))
    assert set(zero["seed"]) == {0}
    assert not zero["burnout_share"].equals(one["burnout_share"])


def test_equal_budget_is_reported() -> None:
    result = invoke("compare", "base", "explicit_incentives", "implicit_incentives", *SMALL, "--equal-budget", "--out", "equal")
    assert result.exit_code == 0, result.output
    assert "Equal budget:" in result.stdout
    assert re.search(r"explicit_incentives: rewards times", result.stdout)


def test_overwrite_replaces_earlier_results_only(tmp_path: Path) -> None:
    arguments = ["compare", *PAIR, *SMALL, "--out", "here"]
    assert invoke(*arguments).exit_code == 0
    replaced = invoke(*arguments, "--overwrite")
    assert replaced.exit_code == 0
    assert "6 runs, 0" in replaced.stdout or "done before" not in replaced.stdout
    (tmp_path / "foreign").mkdir()
    (tmp_path / "foreign" / "thesis.txt").write_text("mine")
    kept = invoke("compare", *PAIR, *SMALL, "--out", "foreign", "--overwrite")
    assert kept.exit_code == 2
    assert everything(tmp_path / "foreign") == ["thesis.txt"]


def test_stopping_keeps_what_is_finished_and_says_how_to_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopping(design: Any) -> Any:
        simulate = fake_core(design)

        def stop_at_two(replicate: int) -> Any:
            if replicate == 2:
                raise KeyboardInterrupt
            return simulate(replicate)

        return stop_at_two

    monkeypatch.setattr(cli.plumbing, "core", lambda: stopping)
    result = invoke("compare", *PAIR, *SMALL, "--workers", "1", "--out", "here")
    assert result.exit_code == 130
    assert "Stopped. 4 finished runs are kept in here: the same command goes on from there." in result.stderr
    assert not (tmp_path / "here" / "manifest.json").exists()
    monkeypatch.setattr(cli.plumbing, "core", lambda: fake_core)
    resumed = invoke("compare", *PAIR, *SMALL, "--out", "here")
    assert "6 runs, 4 of them done before" in resumed.stdout
    assert (tmp_path / "here" / "manifest.json").exists()


def test_stopping_keeps_earlier_results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert invoke("compare", *PAIR, *SMALL, "--out", "here").exit_code == 0
    before = {path.name: path.read_bytes() for path in (tmp_path / "here").glob("*.*")}

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli.plumbing, "core", lambda: interrupted)
    result = invoke("compare", *PAIR, *SMALL, "--out", "here", "--overwrite")
    assert result.exit_code == 130
    assert "nothing was kept" in result.stderr
    assert {path.name: path.read_bytes() for path in (tmp_path / "here").glob("*.*")} == before


def test_a_fault_of_ours_in_every_run_is_told_as_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(design: Any) -> Any:
        def simulate(replicate: int) -> Any:
            raise ZeroDivisionError("ours")

        return simulate

    monkeypatch.setattr(cli.plumbing, "core", lambda: broken)
    result = invoke("compare", *PAIR, *SMALL, "--out", "here")
    assert result.exit_code == 1
    assert "all 6 runs failed; the first: ZeroDivisionError: ours" in str(result.exception)
    assert not (tmp_path / "here" / "manifest.json").exists()


def test_results_are_listed_and_shown() -> None:
    assert invoke("compare", *PAIR, *SMALL).exit_code == 0
    listed = invoke("results")
    assert listed.exit_code == 0
    assert re.search(r"comparison\s+compare\s+whole\s+6\s+0\s", listed.stdout)
    assert invoke("results", "results").stdout == listed.stdout
    shown = invoke("results", "show", "comparison")
    assert shown.exit_code == 0
    assert "results/comparison: 6 runs" in shown.stdout
    assert "failed" not in shown.stdout, "a column that says nothing"
    as_csv = invoke("results", "show", "results/comparison", "--columns", "surplus, seed", "--csv")
    assert as_csv.stdout.splitlines()[0] == "point,scheme,replicate,surplus,seed"
    assert len(as_csv.stdout.splitlines()) == 7


def test_a_damaged_part_is_told_when_a_study_is_shown(tmp_path: Path) -> None:
    assert invoke("compare", *PAIR, *SMALL, "--out", "here").exit_code == 0
    part = next((tmp_path / "here" / "parts").glob("groups-*.parquet"))
    part.write_bytes(part.read_bytes()[:-1])
    shown = invoke("results", "show", "here")
    assert shown.exit_code == 0
    assert "a part is damaged: runs-000001" in shown.stderr
    assert "0 runs" in shown.stdout
    mended = invoke("compare", *PAIR, *SMALL, "--out", "here")
    assert mended.exit_code == 0
    assert "A part was damaged and is set aside; its runs are done again: runs-000001" in mended.stderr
    assert "done before" not in mended.stdout
    assert "here: 6 runs" in invoke("results", "show", "here").stdout


BAD_SCHEME = "extends: base\nprocess:\n  coachin: 0.5\n"
BAD_STUDY = "name: mine\nschemes: [base, forced_rankin]\nbaselin: base\n"

MISTAKES: dict[str, list[str]] = {
    "unknown command": ["compar"],
    "unknown option": ["compare", "--replicate", "3"],
    "replicates: none": ["compare", "--replicates", "0"],
    "replicates: one": ["compare", "--replicates", "1"],
    "replicates: negative": ["compare", "--replicates", "-5"],
    "replicates: text": ["compare", "--replicates", "many"],
    "replicates: fraction": ["compare", "--replicates", "2.5"],
    "replicates: nothing": ["compare", "--replicates"],
    "months: none": ["compare", "--months", "0"],
    "months: negative": ["compare", "--months", "-1"],
    "months: endless": ["compare", "--months", "100000"],
    "warm-up: negative": ["compare", "--warmup", "-1"],
    "seed: negative": ["compare", "--seed", "-1"],
    "seed: text": ["compare", "--seed", "lucky"],
    "seed: too large": ["compare", "--seed", "9223372036854775808"],
    "workers: none": ["compare", "--workers", "0"],
    "workers: negative": ["compare", "--workers", "-2"],
    "workers: text": ["compare", "--workers", "all"],
    "workers: too many": ["compare", "--workers", "100000"],
    "scheme: unknown": ["compare", "forced_rankin"],
    "scheme: empty name": ["compare", ""],
    "scheme: twice": ["compare", "base", "base"],
    "scheme: missing file": ["compare", "no/such.yaml"],
    "scheme: a folder": ["compare", "./"],
    "scheme: broken file": ["compare", "bad_scheme.yaml"],
    "scheme: not YAML": ["compare", "not.yaml"],
    "scheme: empty file": ["compare", "empty.yaml"],
    "scheme: binary file": ["compare", "binary.yaml"],
    "study: broken": ["compare", "bad_study.yaml"],
    "study and scheme": ["compare", "base", "municipal_comparison"],
    "organisation: unknown": ["compare", "base", "--organisation", "citty"],
    "organisation: a scheme": ["compare", "base", "--organisation", "bad_scheme.yaml"],
    "organisation: nothing": ["compare", "base", "--organisation"],
    "behaviour: unknown": ["compare", "base", "--behaviour", "kind"],
    "baseline: unknown": ["compare", "base", "--baseline", "nothing_like_it"],
    "out: a file": ["compare", *PAIR, "--out", "empty.yaml"],
    "out: below a file": ["compare", *PAIR, "--out", "empty.yaml/below"],
    "out: not empty": ["compare", *PAIR, "--out", "full"],
    "out: foreign files": ["compare", *PAIR, "--out", "full", "--overwrite"],
    "equal budget: nobody pays": ["compare", "unpaid.yaml", "unpaid_too.yaml", *SMALL, "--equal-budget"],
    "cluster: no address": ["compare", *PAIR, "--cluster", "tcp://host"],
    "cluster: unknown": ["compare", *PAIR, "--cluster", "locl"],
    "results: no folder": ["results", "nowhere"],
    "results: a file": ["results", "empty.yaml"],
    "results: too much": ["results", "one", "two"],
    "results: show nothing": ["results", "show"],
    "results: show a stranger": ["results", "show", "full"],
    "results: columns without a study": ["results", "--columns", "surplus"],
    "run: nothing": ["run"],
    "run: unknown scheme": ["run", "forced_rankin"],
    "run: months": ["run", "base", "--months", "0"],
    "run: replicate": ["run", "base", "--replicate", "-1"],
    "run: unknown organisation": ["run", "base", "--organisation", "citty"],
    "run: unknown baseline": ["run", "base", "--baseline", "nothing_like_it"],
    "show: nothing": ["show"],
    "show: unknown": ["show", "forced_rankin"],
    "show: broken": ["show", "bad_scheme.yaml"],
    "check: nothing": ["check"],
    "check: unknown": ["check", "forced_rankin"],
    "check: broken scheme": ["check", "bad_scheme.yaml"],
    "check: broken study": ["check", "bad_study.yaml"],
    "check: one of two": ["check", "base", "bad_scheme.yaml"],
    "check: organisation": ["check", "base", "--organisation", "citty"],
    "describe: nothing": ["describe"],
    "describe: unknown": ["describe", "forced_rankin"],
    "describe: organisation": ["describe", "base", "--organisation", "citty"],
    "describe: against": ["describe", "base", "--against", "citty"],
    "month: too much": ["month", "may"],
    "schemes: too much": ["schemes", "all"],
}


@pytest.mark.parametrize("arguments", MISTAKES.values(), ids=MISTAKES.keys())
def test_mistakes_cost_nothing(arguments: list[str], tmp_path: Path) -> None:
    """Exit code 2, a message on the error stream, no traceback, nothing written."""
    (tmp_path / "bad_scheme.yaml").write_text(BAD_SCHEME)
    (tmp_path / "bad_study.yaml").write_text(BAD_STUDY)
    (tmp_path / "not.yaml").write_text("a: [1, 2\nb: }")
    (tmp_path / "empty.yaml").write_text("")
    (tmp_path / "binary.yaml").write_bytes(bytes(range(256)))
    for name in ("unpaid", "unpaid_too"):
        (tmp_path / f"{name}.yaml").write_text("extends: base\napplication:\n  explicit:\n    bonus_per_point: 0.0\n")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").write_text("mine")
    before = everything(tmp_path)
    result = invoke(*arguments)
    assert result.exit_code == 2, result.output
    assert result.stderr.strip()
    assert "Traceback" not in result.output
    assert everything(tmp_path) == before


def test_messages_name_file_line_and_nearest_word(tmp_path: Path) -> None:
    (tmp_path / "bad_scheme.yaml").write_text(BAD_SCHEME)
    result = invoke("compare", "bad_scheme.yaml")
    assert "bad_scheme.yaml:3" in result.stderr
    assert "coaching" in result.stderr


def test_every_mistake_in_several_files_is_told(tmp_path: Path) -> None:
    (tmp_path / "bad_scheme.yaml").write_text(BAD_SCHEME)
    (tmp_path / "bad_study.yaml").write_text(BAD_STUDY)
    result = invoke("check", "bad_scheme.yaml", "base", "bad_study.yaml")
    assert result.exit_code == 2
    assert "coachin" in result.stderr
    assert "baselin" in result.stderr
    assert "a correct scheme" in result.stdout


@pytest.mark.parametrize("name", ["base", "county_bureau", "default", "municipal_comparison"])
def test_check_and_show_take_any_kind(name: str) -> None:
    assert invoke("check", name).exit_code == 0
    shown = invoke("show", name)
    assert shown.exit_code == 0
    assert len(shown.stdout.splitlines()) > 8


def test_schemes_lists_all_presets() -> None:
    result = invoke("schemes")
    assert result.exit_code == 0
    for name in ("deduction_heavy", "municipal_closed_loop", "full_carrier", "municipal_bureau"):
        assert name in result.stdout


def test_show_tells_the_source_of_a_value() -> None:
    result = invoke("show", "municipal_closed_loop")
    assert "speeches_1" in result.stdout
    assert "cited" in result.stdout


def test_describe_and_its_difference() -> None:
    assert "1 Plan" in invoke("describe", "base").stdout
    assert "1 Plan" in invoke("describe", "base", "--organisation", "municipal_bureau").stdout
    assert "differ in nothing" in invoke("describe", "base", "--against", "base").stdout


def test_help_lists_the_commands() -> None:
    result = invoke("--help")
    assert result.exit_code == 0
    for command in ("compare", "run", "schemes", "show", "check", "describe", "month"):
        assert command in result.stdout


def test_version_is_told_the_same_everywhere() -> None:
    result = invoke("version")
    assert [invoke(option).stdout for option in ("--version", "-V")] == 2 * [result.stdout]
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert result.stdout.strip() == sim.__version__
    assert f"\nversion: {sim.__version__}\n" in citation
    assert f"\n## {sim.__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_schema_prints_what_editors_read_and_refuses_other_kinds() -> None:
    """A JSON Schema on standard output; an unknown kind is the user's mistake."""
    import json

    from typer.testing import CliRunner

    from experiments.cli import app

    printed = CliRunner().invoke(app, ["schema", "scheme"])
    assert printed.exit_code == 0
    assert "plan" in json.loads(printed.output)["properties"]
    refused = CliRunner().invoke(app, ["schema", "poem"])
    assert refused.exit_code == 2


def test_every_command_has_its_place_in_the_list() -> None:
    from experiments.cli import PANELS

    names = [command.name or command.callback.__name__ for command in cli.app.registered_commands]  # type: ignore[union-attr]
    assert names == [name for panel in PANELS.values() for name in panel]


def test_no_word_of_the_help_is_taken_for_markup() -> None:
    """Square brackets that begin with a letter vanish from the help: what is left is an empty place."""
    for command in cli.app.registered_commands:
        name = command.name or command.callback.__name__  # type: ignore[union-attr]
        for parameter in typer.main.get_command(cli.app).commands[name].params:  # type: ignore[attr-defined]
            assert not re.search(r"\[[a-z#/@]", getattr(parameter, "help", "") or ""), (name, parameter.name)


@pytest.mark.parametrize("command", [["check"], ["lint"], ["winners"], ["results", "show"], ["notebooks"], ["report"], ["init"]])
def test_names_too_long_are_told(command: list[str]) -> None:
    result = invoke(*command, "a" * 5000)
    assert result.exit_code == 2 and len(result.output) < 6000, result.output[:300]


def test_no_more_findings_are_told_than_somebody_reads(tmp_path: Path) -> None:
    (tmp_path / "big.yaml").write_text("name: big\nextends: base\n" + "".join(f"k{n}: 1\n" for n in range(300)))
    result = invoke("check", str(tmp_path / "big.yaml"))
    assert result.exit_code == 2 and "... and 250 more" in result.output and result.output.count("unknown key") == 50
