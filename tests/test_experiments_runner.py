"""The runner: order, bounded memory, errors and stopping."""

from __future__ import annotations

import threading
import time

import pytest
from experiments_fake import design, fake_core

from experiments.runs.runner import AHEAD, check_workers, default_workers, run_replicates
from sim.errors import UserError


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_results_come_in_the_order_asked_for(workers: int) -> None:
    def late_first(one):  # type: ignore[no-untyped-def]
        simulate = fake_core(one)

        def slow(replicate: int):  # type: ignore[no-untyped-def]
            time.sleep(0.02 * (replicate % 3 == 0))
            return simulate(replicate)

        return slow

    order = [5, 0, 3, 7, 1]
    assert [replicate for replicate, _ in run_replicates(design(), order, workers=workers, core=late_first)] == order


def test_never_more_in_hand_than_agreed() -> None:
    begun = []

    def counting(one):  # type: ignore[no-untyped-def]
        simulate = fake_core(one)
        return lambda replicate: begun.append(replicate) or simulate(replicate)

    runs = run_replicates(design(), range(1000), workers=2, core=counting)
    next(runs)
    time.sleep(0.05)
    assert len(begun) <= 2 * AHEAD + 1
    runs.close()
    time.sleep(0.05)
    assert len(begun) <= 2 * AHEAD + 2


def test_a_fault_names_its_replicate_and_stops_the_rest() -> None:
    begun = []

    def failing(one):  # type: ignore[no-untyped-def]
        def simulate(replicate: int):  # type: ignore[no-untyped-def]
            begun.append(replicate)
            if replicate == 3:
                raise ZeroDivisionError("at three")
            return fake_core(one)(replicate)

        return simulate

    with pytest.raises(ZeroDivisionError) as caught:
        list(run_replicates(design(seed=9), range(500), workers=2, core=failing))
    assert "replicate 3" in caught.value.__notes__[0]
    assert "seed 9" in caught.value.__notes__[0]
    assert len(begun) < 20


def test_replicates_run_side_by_side() -> None:
    meeting = threading.Barrier(2, timeout=5)

    def meeting_core(one):  # type: ignore[no-untyped-def]
        def simulate(replicate: int):  # type: ignore[no-untyped-def]
            meeting.wait()
            return fake_core(one)(replicate)

        return simulate

    assert len(list(run_replicates(design(), range(4), workers=2, core=meeting_core))) == 4


@pytest.mark.parametrize("workers", [0, -1, 1025, 1.5, True, "2"])
def test_impossible_numbers_of_workers_are_refused(workers: object) -> None:
    with pytest.raises(UserError, match="workers"):
        check_workers(workers)  # type: ignore[arg-type]


def test_workers_default_to_the_processors() -> None:
    assert check_workers(None) == default_workers() >= 1
