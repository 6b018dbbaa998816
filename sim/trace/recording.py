"""A year of the compiled walk, kept link by link, so that it can be looked into afterwards.

Nothing here computes: the links of `sim.loop.month.walk_month` run one after the other on the world itself, and copies are
taken between them. `relive` lets one cadre live a month again, on a copy, with the links' own passes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sim.loop.apply import apply, move_people
from sim.loop.appraise import appraise, award_medals, judge_procedures, put_together, rank_groups
from sim.loop.calendar import any_due
from sim.loop.people import communicate_and_update, replace_leavers, spread_word_of_pay, update_bureaus, update_taxpayers
from sim.loop.plan import plan
from sim.loop.process import choose_work, open_department, open_month, produce, rank_bureaus, report, weigh_offers, work
from sim.population.columns import OWN_TASKS
from sim.population.world import World, copy_of
from sim.rules.effort import empty_desk


@dataclass(frozen=True)
class Month:
    """The world at three moments of a month."""

    step: int
    began: World  # the first morning
    opened: World  # leavers are replaced, the plan is made; nobody has worked yet
    worked: World  # everybody has worked and reported, the superior has ranked


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


#: Moments of a month at which somebody may look: the fields of `Month` and `Appraised`.
MOMENTS = ("began", "opened", "worked", "pointed", "decorated", "scored", "ranked", "applied", "ended")
Work = Callable[[World, int, int, int], object]


def walk_links(world: World, step: int, watch: Callable[[str], object] = lambda moment: None, working: Work = work) -> None:
    """One month of a world, link by link in the order of `sim.loop.month.walk_month`.

    `watch` is told the moments as they pass; `working` does the work of the departments [first, last) in place of the
    model's own (people may sit in some seats).
    """
    departments, bureaus = len(world.departments), len(world.bureaus)
    watch("began")
    open_month(world, step)
    spread_word_of_pay(world)
    replace_leavers(world, step, 0, departments)
    plan(world, step, 0, departments)
    watch("opened")
    working(world, step, 0, departments)
    report(world, step, 0, bureaus)
    rank_bureaus(world, step)
    watch("worked")
    is_due = any_due(world.schemes, step)
    if is_due:
        walk_appraisal(world, step, watch)
        judge_procedures(world, step, 0, departments)
    communicate_and_update(world, step, 0, departments)
    if is_due:
        move_people(world, step)
    update_bureaus(world)
    update_taxpayers(world)
    watch("ended")


def walk_appraisal(world: World, step: int, watch: Callable[[str], object] = lambda moment: None) -> None:
    """The appraisal and the application at a month's end."""
    departments, groups = len(world.departments), len(world.groups)
    appraise(world, step, 0, departments)
    watch("pointed")
    award_medals(world, step, 0, groups)
    watch("decorated")
    put_together(world, step)
    watch("scored")
    rank_groups(world, step, 0, groups)
    watch("ranked")
    apply(world, step, 0, groups)
    watch("applied")


def record_month(world: World, step: int, working: Work = work) -> tuple[Month, Appraised | None]:
    """Walk a month of the world and keep copies of every moment; the second part only where an appraisal fell due."""
    kept: dict[str, World] = {}
    walk_links(world, step, lambda moment: kept.update({moment: copy_of(world)}), working)
    month = Month(step, kept["began"], kept["opened"], kept["worked"])
    if "ranked" not in kept:
        return month, None
    return month, Appraised(*(kept[moment] for moment in MOMENTS[3:8]))


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
