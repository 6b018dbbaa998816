"""The Python front: `compare` with its tables, files and figures in one object."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.api.keeping import Saving, dressed
from experiments.design.questions import DEFAULT_STUDY, Asked, read_question
from experiments.design.study import Design
from experiments.design.targets import Asked as Targets
from experiments.runs.runner import Core, check_workers, compiled_core
from experiments.verbs import compare as verb

if TYPE_CHECKING:
    from experiments.report.notebook import Picture
    from sim.schemes.behaviour import Behaviour
    from sim.schemes.organisation import Organisation


class Comparison(Saving, verb.Comparison):
    """A comparison that can also draw and save itself."""

    def draw(self, folder: Path) -> None:
        """Draw the figures into a folder."""
        from experiments.report.figures import draw_comparison

        draw_comparison(self, folder)

    def figures(self, folder: str | Path) -> list[Path]:
        """Draw the figures into a folder (SVG and PNG); returns their paths."""
        from experiments.report.figures import draw_comparison
        from experiments.runs.folder import told_where

        with told_where(Path(folder)):
            Path(folder).mkdir(parents=True, exist_ok=True)
            return draw_comparison(self, Path(folder))

    def picture(self, name: str = "tradeoff") -> Picture:
        """One figure for a notebook: `tradeoff`, `differences`, `trajectories` or `winners`.

        Raises:
            UserError: there is no such figure, or this comparison has none of it.
        """
        from experiments.report.notebook import comparison_picture

        return comparison_picture(self, name, str(self))

    def levels(self, outcomes: Sequence[str], title: str = "Outcomes side by side", **labels: str) -> Picture:
        """Levels of outcomes of one unit beside each other, a line a scheme; labels by outcome take the place of titles.

        Raises:
            UserError: an unknown outcome, or outcomes of different units.
        """
        from experiments.report.notebook import levels_picture

        return levels_picture(self, outcomes, {"title": title, **labels})

    def _repr_html_(self) -> str:
        from experiments.report.notebook import comparison_html

        return f"{comparison_html(self, self.design.headline)}<p>{escape(str(self))}</p>"

    def __str__(self) -> str:
        from experiments.report.words import in_one_sentence

        return in_one_sentence(self)


def compare(
    schemes: Asked = DEFAULT_STUDY,
    *,
    organisation: Organisation | str | Path | None = None,
    behaviour: Behaviour | str | Path | None = None,
    baseline: str | None = None,
    months: int | None = None,
    warmup_months: int | None = None,
    replicates: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    executor: Executor | None = None,
    equal_budget: bool = False,
    until: Targets = None,
    best: str | None = None,
    most: int | None = None,
    winners: bool | None = None,
    folder: str | Path | None = None,
    progress: verb.Progress = lambda done, total: None,
    core: Core = compiled_core,
) -> Comparison:
    """Run schemes side by side under the same luck and compare them with a baseline.

    Args:
        schemes: a study (object, name or file), or a list of schemes (objects, names or files).
        organisation: object, preset name or file; ``None`` takes the study's, or the municipal bureau.
        behaviour: object, preset name or file; ``None`` takes the study's, or the default.
        baseline: name of the scheme to compare with; by default the study's, or the first scheme; a single
            scheme is compared with the status quo, `deduction_heavy`.
        months: recorded months (36), after ``warmup_months`` (24) under the baseline.
        replicates: how many times each scheme is run, at least 2 (100).
        seed: 0 or a positive whole number (1).
        workers: threads; by default one for every processor.
        executor: any executor of `concurrent.futures` in place of threads (`experiments.runs.cluster.cluster` gives one).
        equal_budget: scale explicit rewards so that schemes cost the same.
        until: half widths that every interval must reach unless the difference is clear: replicates are added till then
            ("goal_attainment=0.5pp,burnout_share=1pp", or a mapping; pp for shares, % of the baseline, plain numbers).
        best: drop schemes that cannot be best on an outcome ("goal_attainment=1pp": smaller differences do not matter).
        most: replicates at most, with ``until`` or ``best`` (1,000); ``replicates`` are then those to begin with
            (20, at least 5).
        winners: compare every desk with itself under the baseline (the default).
        folder: a folder for runs, tables and figures; runs that are there are not done again.
        progress: told after every block of runs: done, and how many were lacking.
        core: what simulates; only tests need another.

    Raises:
        UserError: anything the caller can mend, with every finding at once.
    """
    design = read_question(
        schemes,
        organisation=organisation,
        behaviour=behaviour,
        baseline=baseline,
        months=months,
        warmup_months=warmup_months,
        replicates=replicates,
        seed=seed,
        until=until,
        best=best,
        most=most,
        winners=winners,
    )
    settings = {"workers": workers, "executor": executor, "equal_budget": equal_budget, "progress": progress, "core": core}
    if folder is not None:
        return compare_into(Path(folder), design, **settings)  # type: ignore[arg-type]
    return compare_design(design, **settings)  # type: ignore[arg-type]


def compare_design(
    design: Design,
    *,
    workers: int | None = None,
    executor: Executor | None = None,
    equal_budget: bool = False,
    progress: verb.Progress = lambda done, total: None,
    core: Core = compiled_core,
) -> Comparison:
    """Run a design that is already put together (see `compare`)."""
    from experiments.runs.budget import equalise

    budget = None
    if equal_budget or design.equal_budget:
        design, budget = equalise(design, workers=workers, core=core)
    result = verb.run_comparison(design, workers=workers, executor=executor, core=core, progress=progress, budget=budget)
    return dressed(Comparison, result)


def compare_into(
    folder: Path,
    design: Design,
    *,
    workers: int | None = None,
    executor: Executor | None = None,
    equal_budget: bool = False,
    overwrite: bool = False,
    progress: verb.Progress = lambda done, total: None,
    say: Callable[[str], None] = lambda text: None,
    core: Core = compiled_core,
    command: str = "",
) -> Comparison:
    """Run what a folder lacks of a design, then put its tables and figures there, all at once.

    Raises:
        UserError: as `compare`; the folder holds something else or cannot be written.
    """
    from experiments.runs.budget import equalise
    from experiments.runs.store import study_at

    equal_budget = equal_budget or design.equal_budget
    about = verb.about(design, equal_budget=equal_budget, command=command)
    with study_at(folder, about, overwrite=overwrite, say=say) as store:
        budget = None
        if equal_budget:
            design, budget = equalise(design, workers=workers, core=core, say=say)
        began = time.perf_counter()
        done = verb.run_design(store, design, workers=workers, executor=executor, core=core, progress=progress, say=say)
        say("Writing tables and figures ...")
        with store.outputs() as staging:
            result = dressed(Comparison, verb.tabulated(store, done, staging))
            result.budget, result.command = budget, command
            result.wall_time, result.workers = time.perf_counter() - began, check_workers(workers)
            result.draw(staging)
            result.write_tables(staging)
    result.folder = folder
    return result
