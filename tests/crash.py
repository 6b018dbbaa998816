"""Kills a study again and again and resumes it. Run: python -m tests.crash [--kills 100] [--runs 2000] [--seed 1]

A study of a small fake core runs in a process of its own, which writes down every run that it begins. The process is killed
(SIGKILL) at a random moment between its first run and its end, several times a study, then left to finish. It must hold that

- the runs, months and groups are to the bit those of a study that nobody disturbed,
- no run that was on the disk at a kill is begun again afterwards,
- what is on the disk only grows.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))

from experiments_fake import design, fake_core

from experiments.design.cases import Case, case_of, run_key
from experiments.runs import store as store_module
from experiments.runs.parts import KEPT, part_files
from experiments.runs.runner import run_cases
from experiments.runs.store import PARTS, StudyStore, open_study, read_study

ROOT = Path(__file__).resolve().parents[1]
SCHEMES, REPLICATES = 2, 25
KILLS_A_STUDY = 4
SECONDS_A_RUN = 0.001
LOG = "begun.log"
ABOUT = {"verb": "crash", "name": "crash"}


def cases(runs: int) -> list[Case]:
    """Points of a study of so many runs."""
    small = case_of(design(months=3))
    small = replace(small, schemes=small.schemes[:SCHEMES])
    return [replace(small, point=point, seed=point) for point in range(max(1, runs // (SCHEMES * REPLICATES)))]


def logging_core(log: Path) -> Callable[[Case], Callable[[int], Any]]:
    """The fake core, a millisecond slower, which writes down every run that it begins."""
    stream = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def core(case: Case) -> Callable[[int], Any]:
        simulate = fake_core(case)  # type: ignore[arg-type]

        def logged(replicate: int) -> Any:
            for scheme in case.schemes:
                os.write(stream, f"{run_key(case, scheme, replicate)}\n".encode())
            time.sleep(SECONDS_A_RUN * len(case.schemes))
            return simulate(replicate)

        return logged

    return core


def run_study(folder: Path, runs: int) -> None:
    """The whole study, or what is left of it: parts come fast, so that many kills fall between the steps of a commit."""
    store_module.YOUNGEST = 0.03
    store_module.SHARE_OF_AGE = 0.0
    with open_study(folder, ABOUT) as store:
        run_cases(store, cases(runs), range(REPLICATES), workers=2, core=logging_core(folder / LOG), keep=KEPT)
        store.finish()


def content(store: StudyStore) -> str:
    """Hash of all that readers get of a study."""
    digest = hashlib.sha256()
    table = store.runs()
    digest.update(table.to_csv(index=False, float_format="%.17g").encode())
    for batch in store.batches():
        for numbers in (batch.outcomes, batch.monthly, batch.groups, batch.replicate, batch.point, batch.n_steps, batch.n_groups):
            digest.update(np.ascontiguousarray(numbers).tobytes())
        digest.update("|".join(batch.scheme).encode())
        digest.update(repr([batch.labels[place] for place in batch.label]).encode())
    return digest.hexdigest()


def started(folder: Path, runs: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.crash", "--child", str(folder), "--runs", str(runs)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, cwd=ROOT, env=environment)


def begun(folder: Path) -> list[str]:
    log = folder / LOG
    return [line for line in log.read_text().splitlines() if len(line) == 32] if log.exists() else []


def on_disk(folder: Path, runs: int) -> set[str]:
    """Keys of the runs that are committed."""
    if not part_files(folder / PARTS):
        return set()
    with read_study(folder) as store:
        assert not store.damaged, f"kill -9 damaged {store.damaged}"
        keys = [run_key(case, scheme, r) for case in cases(runs) for scheme in case.schemes for r in range(REPLICATES)]
        return {key for key in keys if store.has(key, KEPT)}


def killed(folder: Path, runs: int, seconds: float) -> bool:
    """Start the study, kill it so many seconds after its first run; whether it was still alive then."""
    before = len(begun(folder))
    process = started(folder, runs)
    while process.poll() is None and len(begun(folder)) == before:
        time.sleep(0.002)
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
        return True
    assert process.returncode == 0
    return False


def main(arguments: list[str] | None = None) -> int:
    """Kill, resume, compare; exit code 1 if anything differs."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--runs", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--child", type=Path)
    asked = parser.parse_args(arguments)
    if asked.child:
        run_study(asked.child, asked.runs)
        return 0
    return crash(asked.kills, asked.runs, random.Random(asked.seed))


def crash(kills: int, runs: int, chance: random.Random) -> int:
    """Kill so many times, a few times a study; 0 if every study came out as if nothing had happened."""
    with tempfile.TemporaryDirectory(prefix="cadresim-crash-") as place:
        calm = Path(place) / "calm"
        calm.mkdir()
        process = started(calm, runs)
        while process.poll() is None and not begun(calm):
            time.sleep(0.002)
        start = time.perf_counter()
        assert process.wait() == 0
        lasts = time.perf_counter() - start
        with read_study(calm) as store:
            wanted, n_runs = content(store), len(store.runs(["seed"]))
        done = studies = begun_twice = wasted = 0
        while done < kills:
            folder = Path(place) / f"study-{studies}"
            folder.mkdir()
            safe: set[str] = set()
            here, alive = 0, True
            while alive and here < KILLS_A_STUDY and done + here < kills:
                so_far = len(begun(folder))
                alive = killed(folder, runs, chance.uniform(0, lasts * (1 - len(safe) / n_runs)))
                begun_twice += len(safe & set(begun(folder)[so_far:]))
                now = on_disk(folder, runs)
                if not safe <= now:
                    print(f"LOST: {len(safe - now)} runs that were on the disk")
                    return 1
                safe, here = now, here + alive
            so_far = len(begun(folder))
            assert started(folder, runs).wait() == 0
            begun_twice += len(safe & set(begun(folder)[so_far:]))
            wasted += len(begun(folder)) - n_runs
            with read_study(folder) as store:
                if content(store) != wanted:
                    print(f"DIFFERS: {folder.name} after {here} kills")
                    return 1
            done, studies = done + here, studies + 1
        print(f"{done} kills in {studies} studies of {n_runs} runs: tables the same to the bit")
        print(f"  runs on the disk that were begun again: {begun_twice}")
        print(f"  runs under way at a kill and done again: {wasted / max(done, 1):.1f} a kill")
        return 1 if begun_twice else 0


if __name__ == "__main__":
    sys.exit(main())
