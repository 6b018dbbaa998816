"""Runs the arms of a row: every arm under the one behaviour, all arms with the same luck, one run a replicate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from experiments.evidence.rows import PlannedArm, Row
from sim.history import HISTORY
from sim.loop.appraise import appraise, award_medals, put_together
from sim.loop.calendar import is_due
from sim.loop.plan import plan
from sim.loop.process import open_month, rank_bureaus, report, work
from sim.outcomes import OUTCOME_NAMES, measure
from sim.population.entry import found_units
from sim.population.founding import Dress, found
from sim.population.rollout import all_under, change, everywhere
from sim.population.world import World, copy_of
from sim.run import Setting, Stage, walk
from sim.schemes.behaviour import Behaviour

FOREVER = 2**30
OTHER_SUPERIOR = np.uint64(0x9E3779B9)  # moves the luck of a second superior away from that of the first


@dataclass
class Seen:
    """One run of an arm: the world on its last day and the whole course of months, earlier phases included."""

    setting: Setting
    stage: Stage = field(repr=False)
    world: World = field(repr=False)
    course: np.ndarray = field(repr=False)  # HISTORY (all steps)
    start: int  # first step under the arm's own scheme
    walked_to: Callable[[int], World] = field(repr=False)  # the same run, stopped after so many steps
    kept: dict[Any, Any] = field(default_factory=dict, repr=False)

    @property
    def months(self) -> np.ndarray:
        """The course under the arm's own scheme, one row a step."""
        return self.course[self.start :]

    @cached_property
    def outcomes(self) -> dict[str, float]:
        """All outcomes of the last twelve months by name."""
        values = measure(self.world, self.months, self.setting.window)
        return dict(zip(OUTCOME_NAMES, values.tolist(), strict=True))

    @property
    def names(self) -> Any:
        """Names of units and tasks."""
        return self.stage.blueprint.names

    def cadres(self, column: str) -> np.ndarray:
        """A column of all cadres on the last day."""
        return self.world.cadres[column]

    def keep(self, key: Any, make: Callable[[], Any]) -> Any:
        """A value worked out once for this run."""
        if key not in self.kept:
            self.kept[key] = make()
        return self.kept[key]

    def appraised_by(self, superior: int) -> World:
        """The last appraisal once more, of the same work, by another head (0 = the same one): scores and points."""
        return self.keep(("superior", superior), lambda: self._appraised_by(superior))

    def _appraised_by(self, superior: int) -> World:
        last = len(self.course) - 1
        world = copy_of(self.keep("eve", lambda: self.walked_to(last)))
        if not is_due(last, world.schemes["interval"][0]):
            raise ValueError("the last month of the arm is no appraisal")
        n = len(world.departments)
        open_month(world, last)
        plan(world, last, 0, n)
        work(world, last, 0, n)
        report(world, last, 0, len(world.bureaus))
        rank_bureaus(world, last)
        if superior:
            world.luck[0] ^= OTHER_SUPERIOR * np.uint64(superior) & np.uint64(0xFFFFFFFF)
            found_units(world)
        appraise(world, last, 0, n)
        award_medals(world, last, 0, len(world.groups))
        put_together(world, last)
        return world


#: Runs of a row by arm, one a replicate, in the order of replicates.
Arms = dict[str, list[Seen]]


class StagedArm:
    """An arm laid out once under a behaviour; walks any number of replicates."""

    def __init__(self, arm: PlannedArm, behaviour: Behaviour, seed: int) -> None:
        self.arm = arm
        self.setting = arm.setting(behaviour, seed)
        self.stage = Stage(self.setting)
        self.dresses: list[Dress] = [self.stage.tailored(phase.scheme) for phase in arm.phases]
        step = arm.organisation.step_months
        self.steps = [phase.months // step for phase in arm.phases]

    def seen(self, replicate: int) -> Seen:
        """One run."""
        world, course = self.walked(replicate, sum(self.steps))
        start = sum(self.steps[:-1])
        return Seen(self.setting, self.stage, world, course, start, lambda steps: self.walked(replicate, steps)[0])

    def walked(self, replicate: int, until: int) -> tuple[World, np.ndarray]:
        """The world after `until` steps and its course, one scheme after the other."""
        world = found(self.stage.blueprint, self.dresses[0], seed=self.setting.seed, replicate=replicate)
        course = np.zeros(until, HISTORY)
        step, in_force = 0, all_under(world, self.dresses[0])
        for number, (dress, steps) in enumerate(zip(self.dresses, self.steps, strict=True)):
            world, in_force = change(world, in_force, everywhere(world, dress), step)
            is_last = number == len(self.steps) - 1
            world.organisation["window_start"] = step + steps - self.setting.window if is_last else FOREVER
            stop = min(step + steps, until)
            walk(world, step, course[step:stop])
            step = stop
            if step == until:
                break
        return world, course


def run_row(row: Row, behaviour: Behaviour, replicates: int | None = None) -> Arms:
    """Every arm of a row, `replicates` runs each (the row's own number by default)."""
    number = row.file.replicates if replicates is None else replicates
    arms: Arms = {}
    for name, arm in row.arms.items():
        staged = StagedArm(arm, behaviour, row.file.seed)
        arms[name] = [staged.seen(replicate) for replicate in range(number)]
    return arms
