"""A year of the compiled walk, kept link by link, so that it can be looked into afterwards.

Nothing here computes: the links of `sim.loop.month.walk_month` run one after the other on the world itself, and copies are
taken between them. `relive` lets one cadre live a month again, on a copy, with the links' own passes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.loop.apply import apply, move_people
from sim.loop.appraise import appraise, award_medals, judge_procedures, put_together, rank_groups
from sim.loop.calendar import any_due
from sim.loop.people import communicate_and_update, replace_leavers, update_bureaus, update_taxpayers
from sim.loop.plan import plan
from sim.loop.process import choose_work, open_department, open_month, produce, rank_bureaus, report, weigh_offers, work
from sim.population.columns import OWN_TASKS
from sim.population.world import World, copy_of
from sim.rules.effort import empty_desk


@dataclass(frozen=True)
class Month:
    """The world at three moments of a month."""

    step: int
    opened: World  # leavers are replaced, the plan is made; nobody has worked yet
    worked: World  # everybody has worked and reported, the superior has ranked
    ended: World  # the last day


@dataclass(frozen=True)
class Appraised:
    """The world between the links of the appraisal, in the month in which it falls due."""

    pointed: World  # everybody has the points of his own indicators
    decorated: World  # medals are awarded
    scored: World  # unit results and joint responsibility are in the score
    ranked: World  # appeals are heard, grades are given
    applied: World  # pay and sanctions follow


@dataclass(frozen=True)
class Year:
    """An appraisal period of the run: its months, and the appraisal at its end."""

    months: tuple[Month, ...]
    appraised: Appraised

    @property
    def due(self) -> Month:
        """The month of the appraisal."""
        return self.months[-1]


def record_month(world: World, step: int) -> tuple[Month, Appraised | None]:
    """Walk a month of the world as `walk_month` does, and keep copies between the links."""
    departments, bureaus, groups = len(world.departments), len(world.bureaus), len(world.groups)
    open_month(world, step)
    replace_leavers(world, step, 0, departments)
    plan(world, step, 0, departments)
    opened = copy_of(world)
    work(world, step, 0, departments)
    report(world, step, 0, bureaus)
    rank_bureaus(world, step)
    worked = copy_of(world)
    appraised = appraise_recorded(world, step) if any_due(world.schemes, step) else None
    if appraised is not None:
        judge_procedures(world, step, 0, departments)
    communicate_and_update(world, step, 0, departments)
    if appraised is not None:
        move_people(world, step)
    update_bureaus(world)
    update_taxpayers(world)
    assert groups == len(world.groups)
    return Month(step, opened, worked, copy_of(world)), appraised


def appraise_recorded(world: World, step: int) -> Appraised:
    """The appraisal and the application of a month's end, a copy after each."""
    departments, groups = len(world.departments), len(world.groups)
    appraise(world, step, 0, departments)
    pointed = copy_of(world)
    award_medals(world, step, 0, groups)
    decorated = copy_of(world)
    put_together(world, step)
    scored = copy_of(world)
    rank_groups(world, step, 0, groups)
    ranked = copy_of(world)
    apply(world, step, 0, groups)
    return Appraised(pointed, decorated, scored, ranked, copy_of(world))


@dataclass(frozen=True)
class Lived:
    """One cadre's month: what lay on his desk, what he chose, what came of it. Offers are records of dtype OFFER."""

    step: int
    before: np.void  # his row of the table of cadres when the month opened
    after: np.void  # the same after his work
    weighed: np.ndarray  # offers as he weighed them
    settled: np.ndarray  # the same after the month's luck
    drives: np.ndarray  # worth of a unit of effort without any points, per own task
    made: np.ndarray  # output per unit of effort, per own task
    curvatures: np.ndarray
    start: np.ndarray  # efforts from which the search for a plan starts
    opened: World
    department: np.void  # his department's row once the month's luck is known


def relive(month: Month, i: int) -> Lived:
    """Cadre i's month once more on a copy of the world, by the passes of the compiled walk."""
    world = copy_of(month.opened)
    d, step = int(world.cadres["department"][i]), month.step
    rows, tasks = int(world.departments["n_offers"][d]), int(world.departments["n_tasks"][d])
    desk = empty_desk(OWN_TASKS)
    before = world.cadres[i].copy()
    open_department(world, step, d)
    weigh_offers(world, step, d, i, desk)
    weighed, drives, start = desk.offers[:rows].copy(), desk.drives[:tasks].copy(), desk.efforts[:tasks].copy()
    choose_work(world, step, d, i, desk)
    produce(world, step, d, i, desk, float(before["help_given"]), float(before["sabotage_done"]))
    return Lived(
        step, before, world.cadres[i].copy(), weighed, desk.offers[:rows].copy(), drives, desk.made[:tasks].copy(),
        desk.curvatures[:tasks].copy(), start, month.opened, world.departments[d].copy(),
    )  # fmt: skip
