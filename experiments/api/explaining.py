"""The Python front of one cadre's year: `explain` walks the run, records the year and grows the tree."""

from __future__ import annotations

import numpy as np

from sim.errors import UserError
from sim.population.founding import Names
from sim.population.world import World
from sim.run import Setting, walk, walked_by
from sim.schemes.behaviour import Behaviour
from sim.schemes.load import load_behaviour, load_organisation, load_scheme
from sim.schemes.organisation import Organisation
from sim.schemes.scheme import Scheme
from sim.trace.explaining import Explanation, appraised_step, choose_cadre, grow, person_of
from sim.trace.flipping import nearest_changes
from sim.trace.naming import indicator_names
from sim.trace.recording import Appraised, Month, Year, record_month

#: The largest organisation whose year is kept month by month (three copies of every table a month).
MOST_CADRES = 20_000


def explain(
    scheme: Scheme | str,
    organisation: Organisation | str = "county_bureau",
    *,
    cadre: int | str = "median",
    year: int | None = None,
    behaviour: Behaviour | str | None = None,
    baseline: Scheme | str | None = None,
    months: int = 36,
    warmup_months: int = 24,
    seed: int = 1,
    replicate: int = 0,
    until: str | None = None,
    changes: bool = True,
) -> Explanation:
    """One cadre's appraised year as a tree, every number the run's own; the nearest changes that would flip the grade.

    `cadre` is a number from 1 (the order of `Run.cadres`), or lowest, median or highest by final score; `year` a recorded
    year (the last one by default); `until` where the tree starts: grade or score. The run is that of `sim.run.simulate`
    with the same arguments. Without `changes` the search for them is left out.

    Raises:
        UserError: unknown documents, cadre or year; a grade of a scheme that gives none; an organisation too large to record.
    """
    scheme = load_scheme(scheme) if isinstance(scheme, str) else scheme
    organisation = load_organisation(organisation) if isinstance(organisation, str) else organisation
    behaviour = behaviour if isinstance(behaviour, Behaviour) else load_behaviour(behaviour or "default")
    baseline = baseline if isinstance(baseline, Scheme) else load_scheme(baseline or "deduction_heavy")
    setting = Setting(organisation, behaviour, baseline, months, warmup_months, seed)
    first, length = setting.warmup_steps, organisation.step_months
    due, year = appraised_step(scheme.appraisal.interval, first, setting.steps, length, year)
    start = max(first, due - due % scheme.appraisal.interval)
    recorded, names = record_year(setting, scheme, replicate, start, due)
    i = choose_cadre(recorded, cadre)
    case, root, followed, board = grow(recorded, i, names, indicator_names(scheme, organisation), first, scheme, until)
    explanation = Explanation(
        scheme, organisation, seed, replicate, year, case.month_number(start), case.month_number(due), person_of(case, names),
        int(recorded.appraised.ranked.cadres["grade"][i]), root, followed, board, nearest_changes(case) if changes else (), case,
    )  # fmt: skip
    return explanation


def record_year(setting: Setting, scheme: Scheme, replicate: int, start: int, due: int) -> tuple[Year, Names]:
    """The appraisal period from step `start` to its appraisal in step `due`, recorded; and the names of all units."""
    months: list[Month] = []
    at_the_end: list[Appraised] = []

    def walker(world: World, step: int, history: np.ndarray) -> None:
        if len(world.cadres) > MOST_CADRES:
            raise UserError.of(
                "this organisation is too large to keep a year of it month by month",
                found=f"{len(world.cadres)} cadres",
                expected=f"at most {MOST_CADRES}",
                hint="explain a cadre of one of its bureaus",
            )
        last = step + len(history)
        if step < start:
            walk(world, step, history[: min(start, last) - step])
        for now in range(max(step, start), min(last, due + 1)):
            month, appraised = record_month(world, now)
            months.append(month)
            if appraised is not None and now == due:
                at_the_end.append(appraised)

    _, names = walked_by(setting, scheme, replicate, walker)
    return Year(tuple(months), at_the_end[0]), names
