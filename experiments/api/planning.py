"""The Python front of rollouts and trials: `transition` and `pilot`, with tables, files and figures in one object."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path
from typing import cast

from experiments.api.keeping import Saving, dressed, into_folder
from experiments.design.questions import read_planned
from experiments.runs.courses import walk_courses
from experiments.runs.runner import Core
from experiments.runs.store import StudyStore
from experiments.verbs import pilot as trials
from experiments.verbs import transition as courses
from sim.schemes.plans.pilot import PilotPlan
from sim.schemes.plans.transition import TransitionPlan
from sim.schemes.study import Study

Progress = Callable[[int, int], None]
Say = Callable[[str], None]


class Transition(Saving, courses.Transition):
    """A transition that can also draw, tell and save itself."""

    def draw(self, folder: Path) -> None:
        """Draw the figures into a folder."""
        from experiments.report.planning import draw_transition

        draw_transition(self, folder)

    def __str__(self) -> str:
        from experiments.report.planning import transition_in_words

        return "\n".join(transition_in_words(self))


class Pilot(Saving, trials.Pilot):
    """A plan of a trial that can also draw, tell and save itself."""

    def draw(self, folder: Path) -> None:
        """Draw the figures into a folder."""
        from experiments.report.planning import draw_pilot

        draw_pilot(self, folder)

    def __str__(self) -> str:
        from experiments.report.planning import pilot_in_words

        return "\n".join(pilot_in_words(self))


def transition(
    study: Study | str | Path,
    *,
    folder: str | Path | None = None,
    months: int | None = None,
    warmup_months: int | None = None,
    replicates: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    executor: Executor | None = None,
    overwrite: bool = False,
    progress: Progress = lambda done, total: None,
    say: Say = lambda text: None,
    core: Core = walk_courses,
    command: str = "",
) -> Transition:
    """Walk a planned change of scheme beside staying and beside a change at once, all under the same luck.

    Args:
        study: a study with ``verb: transition`` (object, name or file).
        folder: for runs, tables and figures; runs that are there are not done again. Without it nothing is kept.
        months: recorded months; this and the following take the place of what the study says.
        warmup_months: months before, under the baseline.
        replicates: how many times each course is walked.
        seed: 0 or a positive whole number.
        workers, executor, core: as in `experiments.runs.runner.run_cases`.
        overwrite: forget what the folder holds.
        progress: told after every block of runs: done, and how many were lacking.
        say: told what is going on.
        command: kept in the manifest.

    Raises:
        UserError: anything the caller can mend.
    """
    asked = read_planned(study, "transition", months=months, warmup_months=warmup_months, replicates=replicates, seed=seed)
    design, plan = asked.design, cast(TransitionPlan, asked.plan)

    def run(store: StudyStore) -> Transition:
        found = courses.run_transition(
            design, plan, store, workers=workers, executor=executor, core=core, progress=progress, command=command
        )
        return dressed(Transition, found)

    return into_folder(folder, courses.about(design, plan, command), run, _finish, overwrite=overwrite, say=say)


def pilot(
    study: Study | str | Path,
    *,
    folder: str | Path | None = None,
    months: int | None = None,
    warmup_months: int | None = None,
    replicates: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    executor: Executor | None = None,
    overwrite: bool = False,
    progress: Progress = lambda done, total: None,
    say: Say = lambda text: None,
    core: Core = walk_courses,
    command: str = "",
) -> Pilot:
    """Plan a trial of a scheme by simulating it: which branches, how many, how long (a study with ``verb: pilot``).

    Arguments as in `transition`; ``replicates`` is the number of simulated trials of each kind.

    Raises:
        UserError: anything the caller can mend.
    """
    asked = read_planned(study, "pilot", months=months, warmup_months=warmup_months, replicates=replicates, seed=seed)
    design, plan = asked.design, cast(PilotPlan, asked.plan)

    def run(store: StudyStore) -> Pilot:
        found = trials.run_pilot(
            design, plan, store, workers=workers, executor=executor, core=core, progress=progress, command=command
        )
        return dressed(Pilot, found)

    return into_folder(folder, trials.about(design, plan, command), run, _finish, overwrite=overwrite, say=say)


def _finish(result: Transition | Pilot, staging: Path, store: StudyStore) -> None:
    result.draw(staging)
    result.write_tables(staging, store.manifest())
