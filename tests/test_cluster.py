"""Dask workers: the same table to the bit, also when one of two is killed midway; what is told when there are none."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from experiments_fake import design, fake_core

from experiments.design.cases import Case, case_of
from experiments.runs.cluster import DaskExecutor, check_address, cluster_executor
from experiments.runs.parts import KEPT
from experiments.runs.runner import Ran, run_cases
from experiments.runs.store import open_study, read_study
from sim.errors import UserError

ROOT = Path(__file__).resolve().parents[1]
ABOUT = {"verb": "sweep", "name": "cluster"}
TINY = [
    "compare",
    "deduction_heavy",
    "scoring_reform",
    "-g",
    "toy_bureau",
    "--months",
    "4",
    "--warmup",
    "1",
    "--replicates",
    "12",
]


def slow_core(case: Case) -> Callable[[int], Any]:
    """The fake core, slow enough that a worker can be killed while it works."""

    def simulate(replicate: int) -> Any:
        time.sleep(0.02)
        return fake_core(case)(replicate)  # type: ignore[arg-type]

    return simulate


def cases() -> list[Case]:
    return [replace(case_of(design(months=3)), point=point, seed=point) for point in range(4)]


def fill(folder: Path, **settings: Any) -> Ran:
    with open_study(folder, ABOUT) as store:
        return run_cases(store, cases(), range(60), keep=KEPT, **settings)


def same(one: Path, other: Path) -> bool:
    with read_study(one) as first, read_study(other) as second:
        return first.runs().equals(second.runs())


@pytest.mark.parametrize(
    "address",
    ["", "locl", "tcp://", "tcp://host", "tcp://host:port", "tcp://host:99999", "host:8786", "http://host:8786", "tcp://:8786",
     "tcp://host:8786/status", "udp://1.2.3.4:8786", "local:2", "tcp:/host:8786", "TCP//:1"],
)  # fmt: skip
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(UserError, match="no address of a cluster"):
        check_address(address)


@pytest.mark.parametrize("address", ["local", "tcp://127.0.0.1:8786", "tls://scheduler.example:1", "tcp://[::1]:8786"])
def test_addresses(address: str) -> None:
    check_address(address)


def test_dask_that_is_not_installed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UserError, match=re.escape("pip install 'cadresim[cluster]'")), cluster_executor("local", 1):
        pass


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def test_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr("experiments.runs.cluster.PATIENCE", 1)
    with pytest.raises(UserError, match="no Dask scheduler answers"), cluster_executor(f"tcp://127.0.0.1:{free_port()}"):
        pass


def command(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "experiments.cli", *arguments, "--out", str(folder)],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip


def test_a_bad_address_costs_nothing(tmp_path: Path) -> None:
    done = command(tmp_path / "out", *TINY, "--cluster", "tcp://host")
    assert done.returncode == 2
    assert "no address of a cluster" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_one_of_two_workers_is_killed_midway(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setenv("PYTHONPATH", f"{ROOT}{os.pathsep}{ROOT / 'tests'}")
    fill(tmp_path / "threads", core=slow_core, workers=2)
    victims: list[int] = []
    with cluster_executor("local", 2) as executor:
        process_ids = list(executor._client.run(os.getpid).values())  # type: ignore[attr-defined]
        assert len(set(process_ids)) == 2

        def kill(done: int, total: int) -> None:
            if done > 100 and not victims:
                victims.append(process_ids[0])
                os.kill(process_ids[0], signal.SIGKILL)

        assert fill(tmp_path / "dask", core=slow_core, executor=executor, progress=kill) == Ran(720, 0, 0)
    assert victims
    assert same(tmp_path / "threads", tmp_path / "dask")


@pytest.fixture
def scheduler() -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """`dask scheduler` and two `dask worker`, as the README shows them."""
    pytest.importorskip("distributed")
    port = free_port()
    address = f"tcp://127.0.0.1:{port}"
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"}
    quiet: dict[str, Any] = {"env": environment, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    dask = [sys.executable, "-m", "dask"]
    started = [subprocess.Popen([*dask, "scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"], **quiet)]
    options = ["--nthreads", "1", "--no-dashboard", "--no-nanny", "--memory-limit", "0"]
    started += [subprocess.Popen([*dask, "worker", address, *options], **quiet) for _ in range(2)]
    try:
        yield address, started[1:]
    finally:
        for process in started[::-1]:
            process.kill()
            process.wait()


def wait_for_workers(address: str) -> None:
    import distributed

    for _ in range(60):
        try:
            with distributed.Client(address, timeout=5, set_as_default=False) as client:
                client.wait_for_workers(2, timeout=30)
                return
        except (OSError, TimeoutError):
            time.sleep(0.5)
    raise AssertionError("no workers came")


@pytest.mark.slow
def test_the_command_runs_on_a_cluster_that_is_there(
    tmp_path: Path, scheduler: tuple[str, list[subprocess.Popen[bytes]]]
) -> None:
    """The real model through the command: threads, a scheduler with two workers, and the same with one worker killed."""
    address, workers = scheduler
    wait_for_workers(address)
    threads = command(tmp_path / "threads", *TINY)
    assert threads.returncode == 0, threads.stderr
    there = command(tmp_path / "there", *TINY, "--cluster", address)
    assert there.returncode == 0, there.stderr
    assert "24 runs" in there.stdout
    timer = threading.Timer(3.0, workers[0].kill)
    timer.start()
    one_dies = command(tmp_path / "one-dies", *TINY, "--cluster", address, "--replicates", "12")
    timer.join()
    assert one_dies.returncode == 0, one_dies.stderr
    for name in ("runs", "monthly", "groups"):
        wanted = (tmp_path / "threads" / f"{name}.parquet").read_bytes()
        assert (tmp_path / "there" / f"{name}.parquet").read_bytes() == wanted
        assert (tmp_path / "one-dies" / f"{name}.parquet").read_bytes() == wanted


@pytest.mark.slow
def test_a_study_begun_on_a_cluster_goes_on_with_threads(
    tmp_path: Path, scheduler: tuple[str, list[subprocess.Popen[bytes]]]
) -> None:
    """Stopped on the cluster, gone on with on threads."""
    address, _ = scheduler
    wait_for_workers(address)
    with cluster_executor(address) as executor:

        def stop(done: int, total: int) -> None:
            if done > 100:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            fill(tmp_path, core=slow_core, executor=executor, progress=stop)
    with read_study(tmp_path) as store:
        kept = store.n_runs
    assert kept > 100
    assert fill(tmp_path, core=fake_core) == Ran(720 - kept, kept, 0)


class Gone:
    """A client whose scheduler or workers are gone."""

    def __init__(self, status: str, workers: dict[str, dict[str, int]]) -> None:
        self.status, self.workers = status, workers

    def get_executor(self, pure: bool) -> Any:
        return None

    def scheduler_info(self, n_workers: int) -> dict[str, Any]:
        return {"workers": self.workers} if self.status == "running" else {}


@pytest.mark.parametrize(
    ("client", "said"),
    [(Gone("connecting", {}), "scheduler is gone"), (Gone("running", {}), "has had no worker")],
)
def test_a_cluster_that_is_gone_ends_the_study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, client: Gone, said: str) -> None:
    monkeypatch.setattr("experiments.runs.cluster.LONGEST_ABSENCE", -1)
    with pytest.raises(UserError, match=said) as caught:
        fill(tmp_path, executor=DaskExecutor(client))
    assert "runs are kept: give the same command again" in str(caught.value)


def test_workers_that_are_there_are_counted() -> None:
    executor = DaskExecutor(Gone("running", {"a": {"nthreads": 2}, "b": {"nthreads": 3}}))
    executor.check()
    assert executor._max_workers == 5
