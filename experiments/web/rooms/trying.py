"""Runs of what participants design: a few at first, more when there is time, each beside the lesson's baseline in the same luck.

Nothing is computed twice: runs are kept by their content (`experiments.runs.live`), so two participants with the same levers
share them, and the baseline is run once a replicate for everybody.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import numpy as np

from experiments.design.cases import Case
from experiments.lessons.reading import OpenLesson
from experiments.lessons.working import Worked, WorkedLessons
from experiments.report.figures import ACROSS, UP
from experiments.runs.live import LiveRuns
from experiments.statistics.intervals import paired_difference
from experiments.web.answers import Busy
from experiments.web.pool import Pool
from experiments.web.rooms.hall import Hall
from experiments.web.rooms.room import Designed, Room
from sim.outcomes import OUTCOME_NAMES
from sim.schemes.scheme import Scheme

#: Replicates that are run one after the other: first numbers, then settled ones.
STEPS = (6, 24)

MEBIBYTE = 1024 * 1024
WORLDS_BYTES, RECORDS_BYTES = 48 * MEBIBYTE, 48 * MEBIBYTE

#: What is run first: one's own numbers, then what settles them, then lessons of rooms.
FIRST, SETTLING = 1, 3


class Trials:
    """Runs designs in the pool and notes what came out in the room."""

    def __init__(self, pool: Pool, hall: Hall) -> None:
        self.pool, self.hall = pool, hall
        self.runs = LiveRuns(WORLDS_BYTES, RECORDS_BYTES)
        self.lessons = WorkedLessons()
        self._worked: dict[str, Worked] = {}
        self._working: dict[str, asyncio.Task[Any]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def try_design(self, room: Room, designed: Designed) -> None:
        """Begin to run a design; the room changes when there is something to show."""
        task = asyncio.get_running_loop().create_task(self._tried(room, designed))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def try_all(self, room: Room) -> None:
        """Begin whatever a room lacks: designs of bots, or of a server that was stopped."""
        for seat in room.seats:
            for designed in seat.designs[-1:]:
                if designed.replicates < STEPS[-1]:
                    self.try_design(room, designed)

    def worked(self, opened: OpenLesson) -> Worked | None:
        """The lesson worked out, or None while it is being worked out (it is begun then)."""
        name = opened.lesson.name
        if name not in self._worked and name not in self._working:
            self._working[name] = asyncio.get_running_loop().create_task(self._work_out(name, opened))
        return self._worked.get(name)

    async def wait_for(self, opened: OpenLesson) -> Worked:
        """The lesson worked out."""
        found = self.worked(opened)
        return found if found is not None else await asyncio.shield(self._working[opened.lesson.name])

    async def close(self) -> None:
        """Nothing more is begun."""
        waiting = [*self._tasks, *self._working.values()]
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

    async def _work_out(self, name: str, opened: OpenLesson) -> Worked:
        try:
            worked = await self.pool.do(lambda: self.lessons.worked(opened), key=("lesson", name), priority=FIRST)
        except BaseException:
            self._working.pop(name, None)
            raise
        self._worked[name] = worked
        for room in self.hall.rooms.values():
            if room.lesson == name:
                room.touch(room.changed)
        return worked

    async def _tried(self, room: Room, designed: Designed) -> None:
        opened = self.hall.lesson_of(room)
        scheme = self.hall.scheme_of(room, designed.values)
        case = case_of(opened)
        for step, replicates in enumerate(STEPS):
            if designed.replicates >= replicates:
                continue
            values = await self._values(case, (case.baseline, scheme), replicates, FIRST if step == 0 else SETTLING)
            designed.shown = shown_of(values[1], values[0], outcomes_of(opened))
            designed.replicates = replicates
            room.touch(room.changed)

    async def _values(self, case: Case, schemes: Sequence[Scheme], replicates: int, priority: int) -> list[np.ndarray]:
        """(replicates, outcomes) of every scheme."""
        tasks = [
            (self.runs.key(case, scheme, replicate), lambda s=scheme, r=replicate: self.runs.run(case, s, r).outcomes)
            for scheme in schemes
            for replicate in range(replicates)
        ]
        while True:
            try:
                with self.pool.place():
                    found = await self.pool.do_all(tasks, priority=priority)
                break
            except Busy:
                await asyncio.sleep(0.5)
        return [np.stack(found[at * replicates : (at + 1) * replicates]) for at in range(len(schemes))]


def case_of(opened: OpenLesson) -> Case:
    """The point of the lesson's runs."""
    lesson = opened.lesson
    return Case(
        opened.schemes, opened.organisation, opened.behaviour, opened.baseline, lesson.months, lesson.warmup_months, lesson.seed
    )


def outcomes_of(opened: OpenLesson) -> list[str]:
    """What is shown of a design: the axes of the map, then what the lesson looks at."""
    return list(dict.fromkeys([ACROSS, UP, *opened.lesson.look_at]))


def shown_of(own: np.ndarray, baseline: np.ndarray, outcomes: Sequence[str]) -> dict[str, list[float | None]]:
    """Mean, paired difference to the baseline and its 95 % interval of every outcome that is shown."""
    columns = [OUTCOME_NAMES.index(name) for name in outcomes]
    found = paired_difference(own[:, columns], baseline[:, columns])
    rows = np.column_stack([found.mean, found.difference, found.low, found.high])
    return {name: [_or_none(value) for value in row] for name, row in zip(outcomes, rows.tolist(), strict=True)}


def _or_none(value: float) -> float | None:
    return value if np.isfinite(value) else None
