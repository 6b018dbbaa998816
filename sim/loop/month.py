"""The month: the five links in the order of the closed loop, on one screen."""

from __future__ import annotations

from sim.jit import allocating
from sim.loop.apply import apply, move_people
from sim.loop.appraise import appraise, award_medals, judge_procedures, put_together, rank_groups
from sim.loop.calendar import any_due
from sim.loop.people import (
    communicate_and_update,
    live_department,
    replace_leavers,
    spread_word_of_pay,
    update_bureaus,
    update_taxpayers,
)
from sim.loop.plan import plan
from sim.loop.printed import month_plan as month_plan
from sim.loop.process import open_month, rank_bureaus, report, work, work_department
from sim.loop.recording import record
from sim.population.columns import OWN_TASKS
from sim.rules.effort import empty_desk


@allocating
def walk_month(world, step):
    """One step of the closed loop, for everybody: leavers are replaced; plan, process, appraise, apply, communicate; people."""
    departments, bureaus, groups = world.departments.shape[0], world.bureaus.shape[0], world.groups.shape[0]
    open_month(world, step)
    spread_word_of_pay(world)
    replace_leavers(world, step, 0, departments)
    plan(world, step, 0, departments)
    if any_due(world.schemes, step):
        work(world, step, 0, departments)
        report(world, step, 0, bureaus)
        rank_bureaus(world, step)
        appraise(world, step, 0, departments)
        award_medals(world, step, 0, groups)
        put_together(world, step)
        rank_groups(world, step, 0, groups)
        apply(world, step, 0, groups)
        judge_procedures(world, step, 0, departments)
        communicate_and_update(world, step, 0, departments)
        move_people(world, step)
    else:
        work_and_live(world, step, 0, departments)
        report(world, step, 0, bureaus)
        rank_bureaus(world, step)
    update_bureaus(world)
    update_taxpayers(world)


@allocating
def work_and_live(world, step, first, last):
    """A month without appraisal, department by department: the same as `work`, then `communicate_and_update`.

    Nothing stands between the two in such a month, and a department that is still in the cache costs a third less in a
    service of a million.
    """
    desk = empty_desk(OWN_TASKS)
    for d in range(first, last):
        work_department(world, step, d, desk)
        live_department(world, step, d)


@allocating
def walk_months(world, first_step, n_steps, history):
    """Walk `n_steps` steps from `first_step`; row t of `history` (dtype HISTORY) describes step first_step + t."""
    for t in range(n_steps):
        walk_month(world, first_step + t)
        record(world, first_step + t, history[t])
