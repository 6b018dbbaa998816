"""What the runner and the store cost: overhead of a run, memory of a long study, keys (`python -m tests.bench store`)."""

from __future__ import annotations

import hashlib
import resource
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))

from experiments_fake import GROUPS, FakeRecord, organisation, scheme

from experiments.design.cases import Case, run_key
from experiments.runs.parts import KEPT
from experiments.runs.runner import run_cases
from experiments.runs.store import open_study
from sim.outcomes import GROUP_OUTCOMES, OUTCOME_NAMES, SERIES
from sim.schemes.behaviour import Behaviour

ABOUT = {"verb": "benchmark", "name": "benchmark"}
WORKERS = 2
BUSY_RUN = 0.002


def points(n: int) -> Iterator[Case]:
    """Points of a global sensitivity analysis: another behaviour in each, one scheme."""
    one, bureau, base = scheme("only"), organisation(), Behaviour()
    for number in range(n):
        behaviour = base.model_copy(update={"crowding": number / n})
        yield Case((one,), bureau, behaviour, one, months=36, warmup_months=24, seed=1, point=number)


def record(case: Case, replicate: int) -> FakeRecord:
    """A run made in no time: its numbers are those of its point."""
    outcomes = np.full(len(OUTCOME_NAMES), case.point + 0.1) * np.arange(1, len(OUTCOME_NAMES) + 1)
    monthly, groups = np.full((36, len(SERIES)), 0.5), np.full((len(GROUPS), len(GROUP_OUTCOMES)), 0.25)
    return FakeRecord(case.schemes[0].name, replicate, case.seed, outcomes, monthly, groups, GROUPS)


def quick_core(case: Case) -> Callable[[int], Any]:
    """Makes runs in no time."""
    return lambda replicate: [record(case, replicate)]


def busy(rounds: int) -> None:
    """Work without the interpreter's lock, as the compiled model's."""
    hashlib.pbkdf2_hmac("sha256", b"bureau", b"salt", rounds)


def rounds_for(seconds: float) -> int:
    """How many rounds take so long on one core now."""
    times = []
    for _ in range(9):
        start = time.perf_counter()
        busy(2000)
        times.append(time.perf_counter() - start)
    return max(1, round(2000 * seconds / min(times)))


def overhead(runs: int = 2000, repeats: int = 5) -> tuple[float, float]:
    """What run_cases adds to the same runs on a bare pool of threads, as a share of (time, processor time).

    The medians of turns taken by both; on a machine that does other work only the second tells anything.
    """
    rounds = rounds_for(BUSY_RUN)

    def busy_core(case: Case) -> Callable[[int], Any]:
        def simulate(replicate: int) -> Any:
            busy(rounds)
            return [record(case, replicate)]

        return simulate

    def bare() -> None:
        with ThreadPoolExecutor(WORKERS) as pool:
            list(pool.map(lambda case: busy_core(case)(0), points(runs)))

    def stored() -> None:
        with tempfile.TemporaryDirectory() as folder, open_study(folder, ABOUT) as store:
            run_cases(store, points(runs), range(1), workers=WORKERS, core=busy_core)
            store.finish()

    ratios, used_ratios = [], []
    for _ in range(repeats):
        times, used = [], []
        for work in (bare, stored):
            start, start_used = time.perf_counter(), time.process_time()
            work()
            times.append(time.perf_counter() - start)
            used.append(time.process_time() - start_used)
        ratios.append(times[1] / times[0] - 1)
        used_ratios.append(used[1] / used[0] - 1)
        print(f"    bare {times[0] / runs * 1e3:.2f} ms a run ({used[0] / runs * 1e3:.2f} of the processor), ", end="")
        print(f"run_cases and store {times[1] / runs * 1e3:.2f} ms ({used[1] / runs * 1e3:.2f})")
    return median(ratios), median(used_ratios)


def memory(runs: int, keep: tuple[str, ...], traced: bool) -> tuple[float, float]:
    """(peak of the process, peak of what Python allocated) in MiB of a study of so many runs, in a process of its own."""
    code = f"from tests.bench_store import measure_memory; measure_memory({runs}, {keep!r}, {traced})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    peak, allocated = done.stdout.split()[-2:]
    return float(peak), float(allocated)


def measure_memory(runs: int, keep: tuple[str, ...], traced: bool) -> None:
    """In that process: run, finish, print both peaks. Reading every run back once, in batches, belongs to it."""
    if traced:
        tracemalloc.start()
    with tempfile.TemporaryDirectory() as folder, open_study(folder, ABOUT) as store:
        run_cases(store, points(runs), range(1), workers=WORKERS, core=quick_core, keep=keep)
        store.finish()
        total = sum(len(batch) for batch in store.batches())
    assert total == runs
    allocated = tracemalloc.get_traced_memory()[1] / 2**20 if traced else 0.0
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, allocated)


def keys(n: int = 5000) -> float:
    """Microseconds of the key of a run at a point with a behaviour of its own."""
    cases = list(points(n))
    start = time.perf_counter()
    for case in cases:
        run_key(case, case.schemes[0], 0)
    return (time.perf_counter() - start) / n * 1e6


def main() -> None:
    """Print all figures."""
    print(f"  key of a run, another behaviour at every point: {keys():.0f} us")
    print(f"  a run of {BUSY_RUN * 1e3:.0f} ms on {WORKERS} threads, one replicate a point:")
    of_time, of_processor = overhead()
    print(f"  overhead of runner and store: {of_time:.1%} of the time, {of_processor:.1%} of processor time")
    for keep in (("runs",), KEPT):
        for runs in (10_000, 100_000):
            peak, _ = memory(runs, keep, False)
            print(f"  {runs:>7,} runs, {' '.join(keep)}: peak memory of the process {peak:.0f} MiB")
    small, large = (memory(runs, ("runs",), True)[1] for runs in (10_000, 100_000))
    print(f"  allocated by Python at the peak: {small:.0f} MiB for 10,000 runs, {large:.0f} MiB for 100,000")
