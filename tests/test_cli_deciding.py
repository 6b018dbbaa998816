"""robustness, optimise and adversary on the command line, with an analytic core."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from test_deciding import ADVERSE, OPTIMISE, ROBUST, core_of
from typer.testing import CliRunner, Result

from experiments import cli

HEAD = "name: mine\norganisation: toy_bureau\nmonths: 3\nschemes: [deduction_heavy, scoring_reform, forced_ranking]\n"
BLOCKS = {"robustness": {**ROBUST, "number": 30}, "optimise": {**OPTIMISE, "generations": 4}, "adversary": ADVERSE}
FILES = {
    "robustness": {"summary.csv", "information.csv", "boxes.csv", "good_enough.csv", "regret.svg", "information.png"},
    "optimise": {"front.csv", "candidates.csv", "winners_curse.csv", "front.svg", "front.png", "mine_01.yaml"},
    "adversary": {"losses.csv", "drivers.csv", "together.csv", "losses.svg", "drivers.png", "worst_forced_ranking.yaml"},
}


@pytest.fixture(autouse=True)
def analytic_model(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(cli.plumbing, "core", core_of)
    monkeypatch.setattr(cli.plumbing, "get_ready", lambda status: None)
    monkeypatch.chdir(tmp_path)


def invoke(*arguments: object) -> Result:
    return CliRunner().invoke(cli.app, [str(argument) for argument in arguments])


def write(verb: str) -> str:
    import json

    Path("s.yaml").write_text(f"{HEAD}verb: {verb}\n{verb}: {json.dumps(BLOCKS[verb])}\n")
    return "s.yaml"


@pytest.mark.parametrize("verb", list(BLOCKS))
def test_each_verb_writes_tells_and_goes_on(verb: str, tmp_path: Path) -> None:
    first = invoke(verb, write(verb))
    assert first.exit_code == 0, first.output
    folder = tmp_path / "results" / "mine"
    assert {path.name for path in folder.iterdir()} >= {*FILES[verb], "findings.txt", "manifest.json"}
    assert "95 % intervals" in first.stdout
    assert "Tables and figures: results/mine" in first.stdout
    assert "\x1b" not in first.output
    again = invoke(verb, "s.yaml", "--out", "results/mine")
    assert again.exit_code == 0, again.output
    assert "0 runs, " in again.stdout
    if verb == "optimise":
        assert invoke("check", folder / "mine_01.yaml").exit_code == 0
        assert not pd.read_csv(folder / "front.csv").empty
    if verb == "adversary":
        assert invoke("check", folder / "worst_forced_ranking.yaml").exit_code == 0


@pytest.mark.parametrize("verb", list(BLOCKS))
def test_bad_input_is_told_without_a_traceback(verb: str) -> None:
    other = "adversary" if verb != "adversary" else "robustness"
    for arguments in (["nosuch"], [write(other)], ["municipal_comparison"], ["s.yaml", "--seed", "-1"]):
        result = invoke(verb, *arguments)
        assert result.exit_code == 2, arguments
        assert "Traceback" not in result.output
        assert not Path("results").exists()


def test_optimise_without_pymoo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    result = invoke("optimise", write("optimise"))
    assert result.exit_code == 2
    assert "cadresim[optimise]" in result.output
