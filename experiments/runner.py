"""Runs a design: replicates on threads, results in the order of replicates, memory bounded.

One task is one replicate with all its schemes, because they share the warm-up. The core releases the interpreter's
lock nearly all the time, so threads are enough and nothing is copied. Which thread finishes first changes nothing:
results are handed on in order.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol

import numpy as np

from experiments.design import Design, check_number

MOST_WORKERS = 1024

#: Replicates in hand per worker: one running, one waiting, so that no worker ever idles and memory stays bounded.
AHEAD = 2


class RunRecord(Protocol):
    """What the runner needs of one run (`sim.run.Record`)."""

    @property
    def scheme(self) -> str: ...
    @property
    def replicate(self) -> int: ...
    @property
    def seed(self) -> int: ...
    @property
    def outcomes(self) -> np.ndarray: ...
    @property
    def monthly(self) -> np.ndarray: ...
    @property
    def groups(self) -> np.ndarray: ...
    @property
    def group_labels(self) -> list[tuple[str, str]]: ...


#: Simulates one replicate: all schemes of the design, one record each.
Replicate = Callable[[int], Sequence[RunRecord]]

#: Prepares a design once and returns what simulates its replicates. Tests put a small fake in its place.
Core = Callable[[Design], Replicate]


def compiled_core(design: Design) -> Replicate:
    """The simulator itself."""
    from sim.run import Setting, simulate_schemes

    setting = Setting(
        organisation=design.organisation,
        behaviour=design.behaviour,
        baseline=design.baseline_scheme,
        months=design.months,
        warmup_months=design.warmup_months,
        seed=design.seed,
    )
    return lambda replicate: simulate_schemes(setting, design.schemes, replicate)


def default_workers() -> int:
    """As many workers as this process may use processors."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def check_workers(workers: int | None) -> int:
    """The number of workers to use; refuses what is none.

    Raises:
        UserError: not a whole number from 1 to 1024.
    """
    if workers is None:
        return default_workers()
    check_number("workers", workers, low=1, high=MOST_WORKERS)
    return workers


def run_replicates(
    design: Design, replicates: Iterable[int], *, workers: int | None = None, core: Core = compiled_core
) -> Iterator[tuple[int, Sequence[RunRecord]]]:
    """Every replicate with its records, in the order asked for.

    Closing the iterator, an error or Ctrl-C drops what has not begun; a replicate that runs cannot be stopped and ends
    by itself, unread.
    """
    workers = check_workers(workers)
    simulate = core(design)
    waiting = iter(replicates)
    in_hand: deque[tuple[int, Future[Sequence[RunRecord]]]] = deque()
    pool = ThreadPoolExecutor(max_workers=workers, thread_name_prefix="cadresim")

    def refill() -> None:
        while len(in_hand) < AHEAD * workers:
            replicate = next(waiting, None)
            if replicate is None:
                return
            in_hand.append((replicate, pool.submit(simulate, replicate)))

    try:
        refill()
        while in_hand:
            replicate, future = in_hand.popleft()
            try:
                records = future.result()
            except Exception as error:
                error.add_note(f"in replicate {replicate} of {design.name} (seed {design.seed})")
                raise
            refill()
            yield replicate, records
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
