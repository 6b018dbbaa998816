"""The command line as a process of its own: start-up time, what it imports, Ctrl-C, pipes."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
HEAVY = ("numpy", "pandas", "numba", "mesa", "matplotlib", "pydantic", "pyarrow", "scipy")


def command(*arguments: str, cwd: Path = ROOT, **settings: object) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "150"}
    return subprocess.run(
        [sys.executable, "-m", "experiments.cli", *arguments],
        cwd=cwd, env=environment, capture_output=True, text=True, timeout=300, check=False, **settings,  # type: ignore[call-overload]
    )  # fmt: skip


def test_help_loads_nothing_heavy() -> None:
    code = f"import sys, experiments.cli; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.skipif(os.name == "nt", reason="needs times of child processes")
def test_help_is_quick() -> None:
    """Below half a second of processor time: what it takes on a machine that does nothing else."""
    times = []
    for _ in range(3):
        before = os.times()
        assert command("--help").returncode == 0
        after = os.times()
        times.append(after.children_user - before.children_user + after.children_system - before.children_system)
    assert min(times) < 0.5


def test_mistakes_have_no_traceback(tmp_path: Path) -> None:
    done = command("compare", "no_such_scheme", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_closed_pipe_is_no_fault(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "experiments.cli", "show", "municipal_bureau"],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout and process.stderr
    process.stdout.close()
    assert "Traceback" not in process.stderr.read()
    process.wait(timeout=60)


def test_an_old_terminal_gets_its_tables() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "experiments.cli", "schemes"],
        cwd=ROOT, env={**os.environ, "PYTHONIOENCODING": "ascii"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_our_own_faults_exit_with_one() -> None:
    code = (
        "import experiments.cli as cli, sys; sys.argv = ['cadresim', 'version'];"
        "cli.app.registered_commands[-1].callback = None;"
        "import sim; del sim.__version__; cli.main()"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "a fault of cadresim" in done.stderr


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")
@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, -signal.SIGTERM)])
def test_ctrl_c_keeps_finished_runs_and_ends_soon(tmp_path: Path, sent: signal.Signals, code: int) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "experiments.cli", "compare", "base", "deduction_heavy", "-g", "county_bureau",
         "--replicates", "100000", "--out", str(tmp_path / "out")],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stderr
    for line in process.stderr:  # until it says that it has begun
        if "200000 runs" in line:
            break
    waited = time.monotonic()
    while not list(tmp_path.glob("out/parts/runs-*.parquet")) and time.monotonic() - waited < 60:
        time.sleep(0.05)  # until something is kept, however busy the machine is
    process.send_signal(sent)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == code
    assert "finished runs are kept" in errors
    assert "Traceback" not in errors
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["parts"]


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")
@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, -signal.SIGTERM)])
def test_a_server_that_is_stopped_at_work_leaves_nothing_behind(tmp_path: Path, sent: signal.Signals, code: int) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "experiments.cli", "workshop", "--lesson", "why_appraise", "--port", "0", "--no-open"],
        cwd=ROOT, env={**os.environ, "TMPDIR": str(tmp_path)}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    assert process.stdout
    told = ""
    while "http://" not in told:
        told = process.stdout.readline()
    address = re.search(r"http://\S+", told)
    assert address
    urllib.request.urlopen(address.group(), timeout=30).close()  # the lesson is worked out for the first who looks
    waited = time.monotonic()
    while not list(tmp_path.glob("cadresim-*/parts")) and time.monotonic() - waited < 60:
        time.sleep(0.02)
    assert list(tmp_path.glob("cadresim-*/parts"))
    process.send_signal(sent)
    process.communicate(timeout=60)
    assert process.returncode == code
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_the_real_model_end_to_end(tmp_path: Path) -> None:
    """A small comparison with the real core: 1 and 2 workers, either order, the same values."""
    tables = []
    for number, (schemes, workers) in enumerate(
        [(("deduction_heavy", "scoring_reform"), "1"), (("scoring_reform", "deduction_heavy"), "2")]
    ):
        out = tmp_path / str(number)
        done = command(
            "compare", *schemes, "--baseline", "deduction_heavy", "-g", "county_bureau", "--months", "13", "--warmup", "2",
            "--replicates", "5", "--workers", workers, "--out", str(out),
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        tables.append([(out / f"{name}.parquet").read_bytes() for name in ("runs", "monthly", "groups")])
    assert tables[0] == tables[1]


@pytest.mark.slow
@pytest.mark.parametrize("walk", [[], ["--agents"]])
def test_run_prints_the_months(walk: list[str]) -> None:
    done = command("run", "scoring_reform", "-g", "district_party_department", "--months", "4", "--warmup", "1", *walk)
    assert done.returncode == 0, done.stderr
    assert "Goal attainment" in done.stdout
    assert sum(line.strip()[:1].isdigit() for line in done.stdout.splitlines()) == 4


def test_month_prints_the_plan() -> None:
    done = command("month")
    assert done.returncode == 0, done.stderr
    for link in ("plan", "process", "apprais", "communicat", "appl"):
        assert link in done.stdout.lower()
