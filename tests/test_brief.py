"""The studies of the brief: every one reads, stands in the list, and runs by its own command."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

import experiments.design.brief
from experiments import cli
from experiments.design.brief import NAMES, brief_studies
from sim.errors import UserError


def test_every_file_of_the_brief_is_in_the_list() -> None:
    files = {path.stem for path in Path(experiments.design.brief.__file__).parent.glob("*.yaml")}
    assert files < set(NAMES)
    assert [each.study.name for each in brief_studies()] == list(NAMES)


def test_every_study_asks_a_question() -> None:
    assert all(each.study.question.endswith("?") and each.study.title for each in brief_studies())


def test_an_unknown_study_is_refused_with_a_suggestion() -> None:
    with pytest.raises(UserError, match=r"(?s)no such study.*forced_ranking"):
        brief_studies(["forced_rankin"])
    result = CliRunner().invoke(cli.app, ["reproduce", "nonsense"])
    assert result.exit_code == 2
    assert "no such study" in result.output


def test_list_tells_every_command_and_runs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(cli.app, ["reproduce", "--list"])
    assert result.exit_code == 0
    assert all(f"--out results/{name}" in result.output.replace("\n", " ") for name in NAMES)
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_a_study_is_reproduced_into_its_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(cli.app, ["reproduce", "joint_responsibility", "--replicates", "2"])
    assert result.exit_code == 0, result.output
    folder = tmp_path / "results" / "joint_responsibility"
    runs = pd.read_parquet(folder / "runs.parquet")
    assert len(runs) == 2 * 6
    assert list(folder.glob("*.png"))
