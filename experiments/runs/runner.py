"""Runs a design: replicates on threads, results in the order of replicates, memory bounded.

One task is one replicate with all its schemes, because they share the warm-up. The core releases the interpreter's
lock nearly all the time, so threads are enough and nothing is copied. Which thread finishes first changes nothing:
results are handed on in order.
"""

from __future__ import annotations

import gc
import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Executor, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from experiments.design.cases import Case, Setup, case_digest, key_of, model_code
from experiments.design.study import Design
from experiments.runs.parts import DESKS, GROUPS, KEY, MONTHLY, RUNS, Runs
from sim.bounds import MOST_WORKERS, check_number
from sim.errors import UserError
from sim.lang import are, counted
from sim.outcomes import GROUP_OUTCOMES, OUTCOME_NAMES, SERIES

if TYPE_CHECKING:
    from experiments.runs.store import StudyStore


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

#: Prepares a design or a case once and returns what simulates its replicates. Tests put a small fake in its place.
Core = Callable[[Any], Replicate]


def compiled_core(design: Setup, keep: Sequence[str] = (MONTHLY, GROUPS), *, desks: bool = False) -> Replicate:
    """The simulator itself; records hold the tables of `keep` beside their outcomes.

    With ``desks`` every desk is compared with itself in the baseline's world (`sim.desks`).
    """
    from sim.run import Setting, simulate_schemes

    setting = Setting(
        organisation=design.organisation,
        behaviour=design.behaviour,
        baseline=design.baseline_scheme,
        months=design.months,
        warmup_months=design.warmup_months,
        seed=design.seed,
        schedule=getattr(design, "schedule", ()),  # a `Case` may have one
    )
    return lambda replicate: simulate_schemes(setting, design.schemes, replicate, keep=keep, desks=desks)


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


# --- cases into a store ----------------------------------------------------------------------------------------------

#: Seconds of work in a block: short on threads, where handing over costs nothing; long where it goes through a network.
NEAR, FAR = 0.1, 1.0
LARGEST_BLOCK = 1024

#: How often a block is handed out again when a worker died under it, before its runs are rows that say so.
TRIES = 4

#: Seconds without any block after which the executor is asked whether it is still there.
LONG_SILENCE = 5.0

LONGEST_REASON = 500

#: Told at the start and after every block: how many of the runs that were lacking are done.
Progress = Callable[[int, int], None]

Replicates = Iterable[int] | Callable[[int], Iterable[int]]


@dataclass(frozen=True)
class Ran:
    """What a call did: runs done now (failed ones among them), and runs that were there already."""

    n_new: int
    n_reused: int
    n_failed: int

    def __add__(self, other: Ran) -> Ran:
        """Both together."""
        return Ran(self.n_new + other.n_new, self.n_reused + other.n_reused, self.n_failed + other.n_failed)


@dataclass(frozen=True)
class Task:
    """One replicate of a case, with the schemes that the store lacks and the keys of their runs."""

    case: Case
    replicate: int
    keys: tuple[bytes, ...]


def run_cases(
    store: StudyStore,
    cases: Iterable[Case],
    replicates: Replicates,
    *,
    workers: int | None = None,
    executor: Executor | None = None,
    core: Core = compiled_core,
    progress: Progress = lambda done, total: None,
    keep: Sequence[str] = (RUNS,),
) -> Ran:
    """Run what the store lacks: every scheme of every case in every replicate.

    Args:
        store: where runs are looked up and kept (`experiments.runs.store.open_study`).
        cases: the points of the study; taken one by one as they are needed, so a generator will do.
        replicates: numbers of the replicates, or a function from the number of a point to them.
        workers: threads; by default one for every processor.
        executor: any executor of `concurrent.futures` in place of threads; ``core`` must then be a function of a module.
        core: what simulates.
        progress: told at the start and after every block: runs done, runs that were lacking (of a generator: found so far).
        keep: which tables of a run are kept: ``runs``, and ``monthly``, ``groups`` where they are needed; ``desks`` fills the
            columns of groups that compare every desk with itself under the baseline.

    A run that fails becomes a row with its reason and the study goes on. Ctrl-C keeps all that is finished.

    Raises:
        UserError: a bad number of workers, a disk that takes no more, workers that cannot run the study; finished runs are kept.
    """
    if core is compiled_core:
        core = partial(compiled_core, keep=tuple(keep), desks=DESKS in keep)
    with _garbage_of_the_study_only():
        if executor is not None:
            return _Study(store, executor, FAR, core, progress, tuple(keep)).run(cases, replicates)
        pool = ThreadPoolExecutor(max_workers=check_workers(workers), thread_name_prefix="cadresim")
        try:
            return _Study(store, pool, NEAR, core, progress, tuple(keep)).run(cases, replicates)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


@contextmanager
def _garbage_of_the_study_only() -> Iterator[None]:
    """Searches for garbage pass over what was there before (libraries, settings): some per cent of a study of short runs."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def slots_of(executor: Executor) -> int:
    """How many blocks an executor runs at a time, as far as it tells."""
    return max(1, int(getattr(executor, "_max_workers", 0) or getattr(executor, "num_workers", 0) or default_workers()))


class _Study:
    """One call of `run_cases`: hands out blocks of tasks and takes their runs in, whichever ends first."""

    def __init__(
        self, store: StudyStore, executor: Executor, seconds: float, core: Core, progress: Progress, keep: tuple[str, ...]
    ) -> None:
        self.store = store
        self.executor = executor
        self.seconds = seconds
        self.core = core
        self.progress = progress
        self.keep = keep
        self.n_new = self.n_reused = self.n_failed = 0
        self.total: int | None = None
        self.pace: float | None = None  # seconds a task
        self.underway: set[bytes] = set()
        self.once_more: deque[tuple[list[Task], int]] = deque()  # blocks whose worker died, with the tries they had

    def run(self, cases: Iterable[Case], replicates: Replicates) -> Ran:
        fixed = replicates if callable(replicates) or isinstance(replicates, range) else tuple(replicates)
        self.total = _runs_of(cases, fixed)
        tasks = self._lacking(cases, fixed)
        in_hand: dict[Future[tuple[Runs, float]], tuple[list[Task], int]] = {}
        self.progress(0, self._to_do())
        try:
            while True:
                self._hand_out(tasks, in_hand)
                if not in_hand:
                    break
                done = wait(in_hand, timeout=LONG_SILENCE, return_when=FIRST_COMPLETED).done
                if not done:
                    self._ask_after_workers()
                for future in done:
                    self._take(future, *in_hand.pop(future))
        except KeyboardInterrupt:
            for future, (block, _) in in_hand.items():
                if future.done() and not future.cancelled() and future.exception() is None:
                    self._keep(future.result()[0], block)
            raise
        finally:
            for future in in_hand:
                future.cancel()
        self.store.commit()
        return Ran(self.n_new, self.n_reused, self.n_failed)

    def _hand_out(self, tasks: Iterator[Task], in_hand: dict[Future[tuple[Runs, float]], tuple[list[Task], int]]) -> None:
        """Keep every worker busy, with one block waiting behind each that runs."""
        while len(in_hand) < AHEAD * slots_of(self.executor):
            block, tries = self.once_more.popleft() if self.once_more else (self._next_block(tasks), 0)
            if not block:
                return
            try:
                future = self.executor.submit(run_block, self.core, block, self.keep, model_code())
            except (RuntimeError, OSError) as error:  # a pool whose process died, a scheduler that is gone
                raise self._given_up(error) from error
            in_hand[future] = (block, tries)

    def _ask_after_workers(self) -> None:
        """Nothing has come for a while: an executor that can tell says whether anybody is still there."""
        check = getattr(self.executor, "check", None)
        try:
            if check is not None:
                check()
        except OSError as error:
            raise self._given_up(error) from error

    def _lacking(self, cases: Iterable[Case], replicates: Replicates) -> Iterator[Task]:
        """Tasks for what the store lacks; all that is asked for is noted."""
        for case in cases:
            digest = case_digest(case)
            names = [scheme.name for scheme in case.schemes]
            if len(set(names)) < len(names):
                raise ValueError(f"point {case.point}: two schemes of one name among {names}")
            narrowed: dict[tuple[str, ...], Case] = {tuple(names): case}  # one object a choice of schemes: prepared once
            for replicate in replicates(case.point) if callable(replicates) else replicates:
                keys = [key_of(digest, scheme, replicate) for scheme in case.schemes]
                self.store.ask(keys, case.point, names, replicate)
                lacking = {key: scheme for key, scheme in zip(keys, case.schemes, strict=True) if self._lacks(key)}
                self.n_reused += len(keys) - len(lacking)
                if lacking:
                    self.underway.update(lacking)
                    chosen = tuple(scheme.name for scheme in lacking.values())
                    if chosen not in narrowed:
                        narrowed[chosen] = replace(case, schemes=tuple(lacking.values()))
                    yield Task(narrowed[chosen], replicate, tuple(lacking))

    def _lacks(self, key: bytes) -> bool:
        return key not in self.underway and not self.store.holds(key, self.keep)

    def _next_block(self, tasks: Iterator[Task]) -> list[Task]:
        size = 1 if self.pace is None else min(max(1, round(self.seconds / max(self.pace, 1e-6))), LARGEST_BLOCK)
        block: list[Task] = []
        for task in tasks:
            block.append(task)
            if len(block) >= size:
                break
        return block

    def _take(self, future: Future[tuple[Runs, float]], block: list[Task], tries: int) -> None:
        """Take in what a block brought, or see to it that it is done once more."""
        try:
            runs, seconds = future.result()
        except OtherModel as error:
            raise UserError.of(
                str(error), hint="install the same cadresim everywhere, then give the same command again"
            ) from error
        except (Exception, CancelledError) as error:  # noqa: BLE001 - not a run that failed: its worker did
            self._lost(block, tries + 1, error)
            return
        pace = seconds / len(block)
        self.pace = pace if self.pace is None else 0.7 * self.pace + 0.3 * pace
        self._keep(runs, block)

    def _keep(self, runs: Runs, block: list[Task]) -> None:
        self.store.append(runs, self.keep)
        for task in block:
            self.underway.difference_update(task.keys)
        self.n_new += len(runs)
        self.n_failed += sum(reason is not None for reason in runs.failed)
        self.progress(self.n_new, self._to_do())

    def _lost(self, block: list[Task], tries: int, error: BaseException) -> None:
        """A worker died or could not begin: the block is handed out again task by task, and given up in the end."""
        if isinstance(error, BrokenExecutor):
            raise self._given_up(error) from error
        if tries < TRIES:
            self.once_more.extend(([task], tries) for task in block)
        elif self.n_new == 0:
            raise self._given_up(error) from error
        else:
            reason = f"the worker failed {tries} times: {type(error).__name__}: {error}"
            self._keep(
                packed([_failed_row(task, index, reason, True) for task in block for index in range(len(task.keys))]), block
            )

    def _given_up(self, error: BaseException) -> UserError:
        with suppress(UserError):
            self.store.commit()
        kept = f"{counted(self.store.n_runs, 'run')} {are(self.store.n_runs)} kept"
        return UserError.of(
            "the workers cannot go on",
            found=f"{type(error).__name__}: {error}"[:500],
            hint=f"{kept}: give the same command again when the workers are well",
        )

    def _to_do(self) -> int:
        """Runs that were lacking: of all that are asked for, those not found so far."""
        return self.n_new + len(self.underway) if self.total is None else self.total - self.n_reused


def _runs_of(cases: Iterable[Case], replicates: Replicates) -> int | None:
    """How many runs are asked for, where that can be told without taking the cases: a stream of cases may tell it as `n_runs`."""
    told = getattr(cases, "n_runs", None)
    if told is not None:
        return int(told(replicates))
    if not isinstance(cases, Sequence):
        return None
    if callable(replicates):
        return sum(len(case.schemes) * sum(1 for _ in replicates(case.point)) for case in cases)
    return sum(len(case.schemes) for case in cases) * len(replicates)  # type: ignore[arg-type]


# --- on a worker -----------------------------------------------------------------------------------------------------


class OtherModel(Exception):
    """A worker has another version of the model than the study."""


def run_block(core: Core, tasks: Sequence[Task], keep: Sequence[str], code: str) -> tuple[Runs, float]:
    """Run tasks one after the other; their runs and the seconds it took.

    Raises:
        OtherModel: this worker has another version of the model than the study: its runs would bear wrong keys.
    """
    if code != model_code():
        raise OtherModel(
            f"a worker has another version of the model (its hash {model_code()[:12]}) than this study ({code[:12]})"
        )
    began = time.perf_counter()
    rows: list[_Row] = []
    prepared: tuple[Case, Replicate] | None = None
    for task in tasks:
        try:
            if prepared is None or prepared[0] is not task.case:
                prepared = task.case, core(task.case)
            records = {record.scheme: record for record in prepared[1](task.replicate)}
            paired = zip(task.keys, task.case.schemes, strict=True)
            done = [_row(task, key, records[scheme.name], keep) for key, scheme in paired]
        except Exception:  # noqa: BLE001 - each scheme is tried alone, and the one that fails is told
            done = [_alone(core, task, index, keep) for index in range(len(task.keys))]
        rows += done
    return packed(rows), time.perf_counter() - began


@dataclass(frozen=True)
class _Row:
    key: bytes
    point: int
    scheme: str
    replicate: int
    seed: int
    failed: str | None
    again: bool
    outcomes: np.ndarray
    monthly: np.ndarray
    groups: np.ndarray
    labels: Sequence[tuple[str, str]]


_NO_MONTHS = np.empty((0, len(SERIES)))
_NO_GROUPS = np.empty((0, len(GROUP_OUTCOMES)))


def _row(task: Task, key: bytes, record: RunRecord, keep: Sequence[str]) -> _Row:
    outcomes = np.asarray(record.outcomes, dtype=np.float64)
    monthly = np.asarray(record.monthly, dtype=np.float64) if MONTHLY in keep else _NO_MONTHS
    groups = np.asarray(record.groups, dtype=np.float64) if GROUPS in keep else _NO_GROUPS
    labels = record.group_labels if GROUPS in keep else ()
    shapes = (outcomes.shape, monthly.shape[1:], groups.shape)
    expected = ((len(OUTCOME_NAMES),), (len(SERIES),), (len(labels), len(GROUP_OUTCOMES)))
    if shapes != expected:
        raise ValueError(f"shape of outcomes, months and groups: {shapes}, expected {expected}")
    return _Row(key, task.case.point, record.scheme, task.replicate, record.seed, None, False, outcomes, monthly, groups, labels)


def _alone(core: Core, task: Task, index: int, keep: Sequence[str]) -> _Row:
    """One scheme of a task that failed: its run, or a row with the reason."""
    try:
        case = replace(task.case, schemes=(task.case.schemes[index],))
        return _row(task, task.keys[index], core(case)(task.replicate)[0], keep)
    except Exception as error:  # noqa: BLE001 - a run that fails is a row, and the study goes on
        return _failed_row(task, index, f"{type(error).__name__}: {error}", isinstance(error, MemoryError | OSError))


def _failed_row(task: Task, index: int, reason: str, again: bool) -> _Row:
    nothing = np.full(len(OUTCOME_NAMES), np.nan)
    scheme, case = task.case.schemes[index], task.case
    labels = (task.keys[index], case.point, scheme.name, task.replicate, case.seed)
    return _Row(*labels, reason[:LONGEST_REASON], again, nothing, _NO_MONTHS, _NO_GROUPS, ())


def packed(rows: Sequence[_Row]) -> Runs:
    """Rows as columns: a few large arrays travel and are written faster than many small ones."""
    labels: dict[tuple[str, str], int] = {}
    codes = [labels.setdefault((str(one[0]), str(one[1])), len(labels)) for row in rows for one in row.labels]
    return Runs(
        key=np.array([row.key for row in rows], KEY),
        point=np.array([row.point for row in rows], np.int64),
        scheme=np.array([row.scheme for row in rows], object),
        replicate=np.array([row.replicate for row in rows], np.int64),
        seed=np.array([row.seed for row in rows], np.int64),
        failed=np.array([row.failed for row in rows], object),
        again=np.array([row.again for row in rows], bool),
        outcomes=np.stack([row.outcomes for row in rows]) if rows else np.empty((0, len(OUTCOME_NAMES))),
        n_steps=np.array([len(row.monthly) for row in rows], np.int64),
        n_groups=np.array([len(row.groups) for row in rows], np.int64),
        monthly=np.concatenate([row.monthly for row in rows]) if rows else _NO_MONTHS,
        groups=np.concatenate([row.groups for row in rows]) if rows else _NO_GROUPS,
        label=np.array(codes, np.int64),
        labels=tuple(labels),
    )
