"""Planted errors: a wrong sign or a missing square root in a rule must turn a limit red.

Every error is planted in a copy of the sources, which runs uncompiled (see `uncompiled`) in a process of its own. An error
that makes the model fall over does not count: the limit must be *missed*.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from experiments.evidence.limits import limit_names

TOP = Path(__file__).resolve().parents[1]

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Planted:
    """One error: what stands in a file of `sim`, what is put there, and the limit that must notice."""

    what: str
    file: str
    right: str
    wrong: str
    noticed_by: str


ERRORS = (
    # effort
    Planted(
        "cost of effort without its curvature", "rules/effort.py",
        "/ (1.0 + curvature)\n\n\n@rule\ndef load_cost",
        "\n\n\n@rule\ndef load_cost",
        "linear_pay",
    ),
    Planted(
        "substitution does not lower the cost of single tasks", "rules/effort.py",
        "return kappa * max(1.0 - substitution, 1e-9)",
        "return kappa",
        "two_tasks_measured",
    ),
    Planted(
        "load is priced in full", "rules/effort.py",
        "return kappa * substitution * (load if",
        "return kappa * (load if",
        "one_task_unmeasured",
    ),
    # what a point is worth
    Planted(
        "wrong sign of the ratchet", "rules/incentives.py",
        "return 1.0 - ratchet * d *",
        "return 1.0 + ratchet * d *",
        "ratchet",
    ),
    Planted(
        "the ratchet forgets that targets fade", "rules/incentives.py",
        "q = (1.0 - ratchet) * d",
        "q = d",
        "ratchet",
    ),
    Planted(
        "a firm belief moves faster", "rules/incentives.py",
        "return post_value * signal_precision / (",
        "return post_value * belief_precision / (",
        "career_concern",
    ),
    Planted(
        "losses weigh no more than gains", "rules/incentives.py",
        "return loss_aversion * (gain + loss) if is_loss",
        "return (gain + loss) if is_loss",
        "reference_point",
    ),
    Planted(
        "loss aversion twice", "rules/incentives.py",
        "return loss_aversion * (gain + loss) if is_loss",
        "return loss_aversion * loss_aversion * (gain + loss) if is_loss",
        "threshold",
    ),
    Planted(
        "contests with a missing factor in the normal density", "population/contests.py",
        "np.sqrt(2.0 * np.pi)",
        "np.sqrt(np.pi)",
        "tournament_of_two",
    ),
    Planted(
        "one seat too many is beaten", "population/contests.py",
        "betaincinv(members - seats, seats,",
        "betaincinv(members - seats + 1, seats,",
        "tournament_of_many",
    ),
    Planted(
        "risk without its square", "rules/incentives.py",
        "0.5 * risk_aversion * months * luck * luck",
        "0.5 * risk_aversion * months * luck",
        "linear_pay",
    ),
    Planted(
        "everybody gets all of the team's bonus", "loop/plan.py",
        "scheme.unit_bonus_per_point / department.size",
        "scheme.unit_bonus_per_point",
        "team",
    ),
    # scoring and luck
    Planted(
        "density not scaled by the spread of luck", "rules/numbers.py",
        "(0.5 - t * (1.0 / 6.0 - t * (1.0 / 24.0))))) * sharp",
        "(0.5 - t * (1.0 / 6.0 - t * (1.0 / 24.0)))))",
        "threshold",
    ),
    Planted(
        "wrong side of the standard", "rules/scoring.py",
        "slope += below * (reached - met)",
        "slope += below * (reached + met)",
        "reference_point",
    ),
    Planted(
        "raters do not average by the square root", "rules/rating.py",
        "return math.sqrt(variance / raters)",
        "return variance / raters",
        "several_raters",
    ),
    # own drive, peers, targets
    Planted(
        "own drive forgets the value of the work", "rules/motivation.py",
        "drive * psm * motivation * value",
        "drive * psm * motivation",
        "one_task_unmeasured",
    ),
    Planted(
        "sabotage of the whole group at once", "rules/peers.py",
        "exact = 1.0 / (members - 1)",
        "exact = 1.0 / members",
        "sabotage",
    ),
    Planted(
        "targets move away from results", "rules/targets.py",
        "target + rate * (attained - target)",
        "target - rate * (attained - target)",
        "ratchet",
    ),
    # falsification and reports
    Planted(
        "the penalty attracts", "rules/gaming.py",
        "(1.0 - detection) - detection * penalty - honesty",
        "(1.0 - detection) + detection * penalty - honesty",
        "audit",
    ),
    Planted(
        "cost of falsification without its half", "rules/gaming.py",
        "return 0.5 * cost * falsified",
        "return cost * falsified",
        "bright_line",
    ),
    Planted(
        "loss of detail without its square root", "rules/gaming.py",
        "spread * math.sqrt((1.0 - fidelity) / fidelity**handing)",
        "spread * (1.0 - fidelity) / fidelity**handing",
        "hierarchy",
    ),
    Planted(
        "gloss with the wrong sign", "rules/gaming.py",
        "return reported * (1.0 + gloss",
        "return reported * (1.0 - gloss",
        "hierarchy",
    ),
)  # fmt: skip


def outcome_of(folder: Path, limits: list[str], planted: Planted | None = None) -> list[str]:
    """Lines that `uncompiled` prints for a copy of the sources, with an error planted in it or without."""
    skip = shutil.ignore_patterns("__pycache__", "agents")
    shutil.copytree(TOP / "sim", folder / "sim", ignore=skip)
    shutil.copytree(TOP / "experiments", folder / "experiments", ignore=skip)
    shutil.copytree(TOP / "configs", folder / "configs")
    if planted is not None:
        path = folder / "sim" / planted.file
        text = path.read_text(encoding="utf-8")
        assert text.count(planted.right) == 1, f"{planted.file} holds {planted.right!r} {text.count(planted.right)} times"
        path.write_text(text.replace(planted.right, planted.wrong), encoding="utf-8")
    settings = os.environ | {
        "NUMBA_DISABLE_JIT": "1",
        "PYTHONPATH": str(folder),
        "PYTHONDONTWRITEBYTECODE": "1",
        "CADRESIM_CACHE_DIR": str(folder / "cache"),
    }
    command = [sys.executable, str(TOP / "tests" / "uncompiled.py"), *limits]
    done = subprocess.run(command, env=settings, cwd=folder, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.splitlines()


def test_without_an_error_all_limits_are_met(tmp_path: Path) -> None:
    lines = outcome_of(tmp_path, limit_names())
    assert {line.split()[1] for line in lines} == set(limit_names())
    assert not [line for line in lines if not line.startswith("met ")]


@pytest.mark.parametrize("planted", ERRORS, ids=lambda planted: planted.what.replace(" ", "_"))
def test_a_planted_error_turns_a_limit_red(planted: Planted, tmp_path: Path) -> None:
    lines = outcome_of(tmp_path, [planted.noticed_by], planted)
    assert [line for line in lines if line.startswith("MISSED ")], f"{planted.noticed_by} did not notice: {planted.what}"
