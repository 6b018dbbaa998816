"""Numbers that every door into the model refuses alike: the library, the command line, studies."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from experiments_fake import design, scheme
from typer.testing import CliRunner

import sim.bounds
from experiments.cli import app
from experiments.cli.running import measured_over
from sim.agents import Cadre
from sim.bounds import LARGEST_SEED, check_lengths, check_number
from sim.errors import UserError
from sim.run import Setting, simulate
from sim.schemes.load import load_behaviour, load_organisation, load_scheme

WRONG: list[tuple[str, Any]] = [
    ("months", 0), ("months", -5), ("months", 12.5), ("months", True), ("months", "12"), ("months", 6001), ("months", None),
    ("warmup_months", -1), ("warmup_months", 1.5), ("seed", -1), ("seed", LARGEST_SEED + 1), ("seed", 1.5), ("replicate", -1),
    ("replicate", 2**64), ("workers", 0), ("workers", 1025),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_run_refuses_what_a_study_refuses(name: str, value: object) -> None:
    with pytest.raises(UserError, match=f"{name} is out of bounds"):
        simulate("forced_ranking", "toy_bureau", **{name: value})


def test_there_are_two_walks() -> None:
    with pytest.raises(UserError, match="no such walk"):
        simulate("forced_ranking", "toy_bureau", walk="mesa")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("agents", "told"),
    [({"kadre_class": Cadre}, "did you mean cadre_class"), ({"cadre_class": int}, "no kind of Cadre"), ({"cadre_class": 7}, "7")],
)
def test_agents_of_ones_own_are_agents(agents: dict[str, Any], told: str) -> None:
    with pytest.raises(UserError, match=told):
        simulate("base", "toy_bureau", months=1, warmup_months=0, walk="agents", **agents)


def test_whole_numbers_of_any_kind_are_whole() -> None:
    check_number("months", np.int64(3), low=1, high=6000)  # type: ignore[arg-type]
    with pytest.raises(UserError):
        check_number("months", np.float64(3.0), low=1, high=6000)  # type: ignore[arg-type]


def test_bounds_stand_in_one_place() -> None:
    """A bound that is typed again somewhere else would stay behind when it moves."""
    bounds = {value for name, value in vars(sim.bounds).items() if name.startswith(("MOST_", "LARGEST_"))} - {
        sim.bounds.MOST_WORKERS
    }
    root = Path(sim.bounds.__file__).parents[1]
    doors = [
        path
        for folder in ("sim/schemes/plans", "experiments/cli", "experiments/design")
        for path in (root / folder).rglob("*.py")
    ]
    doors.append(root / "sim/schemes/study.py")
    again = [
        f"{path.relative_to(root)}:{node.lineno}: {node.value}"
        for path in doors
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and type(node.value) is int and node.value in bounds
    ]
    assert not again


@pytest.mark.parametrize(("months", "warmup", "step"), [(6, 0, 12), (36, 24, 5), (13, 12, 12), (12, 13, 12), (1, 0, 2)])
def test_a_length_is_a_whole_number_of_steps(months: int, warmup: int, step: int) -> None:
    with pytest.raises(UserError, match="whole number of steps") as caught:
        check_lengths(months, warmup, step)
    assert f"a multiple of {step}" in str(caught.value)
    bureau = load_organisation("toy_bureau", changes={"step_months": step})
    with pytest.raises(UserError, match="whole number of steps"):
        simulate("base", bureau, months=months, warmup_months=warmup)
    plan = design([scheme("one"), scheme("two")], months=12)
    with pytest.raises(UserError, match="whole number of steps"):
        replace(plan, organisation=bureau, months=months, warmup_months=warmup)


def test_the_command_says_so_and_runs_nothing(tmp_path) -> None:
    bureau = tmp_path / "yearly.yaml"
    bureau.write_text("extends: toy_bureau\nname: yearly\nstep_months: 12\n", encoding="utf-8")
    asked = ["run", "base", "-g", str(bureau), "--warmup", "0", "--months"]
    refused, done = (CliRunner().invoke(app, [*asked, months]) for months in ("6", "24"))
    assert refused.exit_code == 2 and "6 months in steps of 12" in refused.output and "Traceback" not in refused.output
    assert done.exit_code == 0 and "The last 12 months" in done.output


@pytest.mark.parametrize(
    ("changes", "months", "title"),
    [
        ({}, 36, "The last 12 months"),
        ({}, 12, "All 12 months"),
        ({}, 1, "The only month"),
        ({"step_months": 5}, 35, "The last 10 months"),
        ({"round_hours": 1}, 8, "All 8 rounds"),
    ],
)
def test_the_table_says_what_it_is_measured_over(changes: dict[str, Any], months: int, title: str) -> None:
    bureau = load_organisation("toy_bureau", changes=changes)
    setting = Setting(bureau, load_behaviour(), load_scheme("base"), months=months, warmup_months=0)
    assert measured_over(setting) == title


def test_a_run_is_told_in_a_line():
    """A prompt or a notebook shows it: its world is a million numbers."""
    told = repr(simulate("base", "toy_bureau", months=1, warmup_months=0))
    assert "Plain annual appraisal in Toy bureau: 9 cadres, 1 month after" in told and len(told) < 200
