"""The Python front of rollouts and trials: `transition` and `pilot`, with tables, files and figures in one object."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any, cast

from experiments.questions import read_planned
from experiments.verbs import pilot as trials
from experiments.verbs import transition as courses
from sim.schemes.plans.pilot import PilotPlan
from sim.schemes.plans.transition import TransitionPlan
from sim.schemes.study import Study

Progress = Callable[[int, int], None]


class Transition(courses.Transition):
    """A transition that can also draw, tell and save itself."""

    def save(self, folder: str | Path, *, overwrite: bool = False) -> Path:
        """Write tables, manifest and figures into a folder; all of it appears at once, or nothing.

        Raises:
            UserError: the folder is not empty (and ``overwrite`` is not set) or cannot be written.
        """
        from experiments.report.planning import draw_transition

        return _saved(self, draw_transition, folder, overwrite)

    def __str__(self) -> str:
        from experiments.report.planning import transition_in_words

        return "\n".join(transition_in_words(self))


class Pilot(trials.Pilot):
    """A plan of a trial that can also draw, tell and save itself."""

    def save(self, folder: str | Path, *, overwrite: bool = False) -> Path:
        """Write tables, manifest and figures into a folder; all of it appears at once, or nothing.

        Raises:
            UserError: the folder is not empty (and ``overwrite`` is not set) or cannot be written.
        """
        from experiments.report.planning import draw_pilot

        return _saved(self, draw_pilot, folder, overwrite)

    def __str__(self) -> str:
        from experiments.report.planning import pilot_in_words

        return "\n".join(pilot_in_words(self))


def _saved(result: Any, draw: Callable[[Any, Path], object], folder: str | Path, overwrite: bool) -> Path:
    from experiments.folder import staged

    with staged(Path(folder), overwrite=overwrite) as staging:
        draw(result, staging)
        result.write_tables(staging)
    return Path(folder)


def transition(
    study: Study | str | Path,
    *,
    months: int | None = None,
    warmup_months: int | None = None,
    replicates: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    progress: Progress = lambda done, total: None,
    command: str = "",
) -> Transition:
    """Walk a planned change of scheme beside staying and beside a change at once, all under the same luck.

    Args:
        study: a study with ``verb: transition`` (object, name or file).
        months: recorded months; this and the following take the place of what the study says.
        warmup_months: months before, under the baseline.
        replicates: how many times each course is walked.
        seed: 0 or a positive whole number.
        workers: threads; by default one for every processor.
        progress: told after every replicate: done, total.
        command: kept in the manifest.

    Raises:
        UserError: anything the caller can mend.
    """
    asked = read_planned(study, "transition", months=months, warmup_months=warmup_months, replicates=replicates, seed=seed)
    found = courses.run_transition(
        asked.design, cast(TransitionPlan, asked.plan), workers=workers, progress=progress, command=command
    )
    return Transition(**{each.name: getattr(found, each.name) for each in fields(found)})


def pilot(
    study: Study | str | Path,
    *,
    months: int | None = None,
    warmup_months: int | None = None,
    replicates: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    progress: Progress = lambda done, total: None,
    command: str = "",
) -> Pilot:
    """Plan a trial of a scheme by simulating it: which branches, how many, how long (a study with ``verb: pilot``).

    Arguments as in `transition`; ``replicates`` is the number of simulated trials of each kind.

    Raises:
        UserError: anything the caller can mend.
    """
    asked = read_planned(study, "pilot", months=months, warmup_months=warmup_months, replicates=replicates, seed=seed)
    found = trials.run_pilot(asked.design, cast(PilotPlan, asked.plan), workers=workers, progress=progress, command=command)
    return Pilot(**{each.name: getattr(found, each.name) for each in fields(found)})
