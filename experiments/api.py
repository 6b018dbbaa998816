"""The Python front: `compare` with its tables, files and figures in one object."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.design import Design
from experiments.questions import DEFAULT_STUDY, Asked, read_question
from experiments.runner import Core, compiled_core
from experiments.verbs import compare as verb

if TYPE_CHECKING:
    from sim.schemes.behaviour import Behaviour
    from sim.schemes.organisation import Organisation


class Comparison(verb.Comparison):
    """A comparison that can also draw and save itself."""

    def save(self, folder: str | Path, *, overwrite: bool = False) -> Path:
        """Write tables, summary, manifest and figures into a folder; all of it appears at once, or nothing.

        Raises:
            UserError: the folder is not empty (and ``overwrite`` is not set) or cannot be written.
        """
        from experiments.report.figures import draw_comparison
        from experiments.store import staged

        with staged(Path(folder), overwrite=overwrite) as staging:
            draw_comparison(self, staging)
            self.write_tables(staging)
        return Path(folder)

    def figures(self, folder: str | Path) -> list[Path]:
        """Draw the figures into a folder (SVG and PNG); returns their paths."""
        from experiments.report.figures import draw_comparison
        from experiments.store import told_where

        with told_where(Path(folder)):
            Path(folder).mkdir(parents=True, exist_ok=True)
            return draw_comparison(self, Path(folder))

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
    equal_budget: bool = False,
    progress: verb.Progress = lambda done, total: None,
    core: Core = compiled_core,
) -> Comparison:
    """Run schemes side by side under the same luck and compare them with a baseline.

    Args:
        schemes: a study (object, name or file), or a list of schemes (objects, names or files).
        organisation: object, preset name or file; ``None`` takes the study's, or the municipal bureau.
        behaviour: object, preset name or file; ``None`` takes the study's, or the default.
        baseline: name of the scheme to compare with; by default the study's, or the first scheme.
        months: recorded months (36), after ``warmup_months`` (24) under the baseline.
        replicates: how many times each scheme is run, at least 2 (100).
        seed: 0 or a positive whole number (1).
        workers: threads; by default one for every processor.
        equal_budget: scale explicit rewards so that schemes cost the same.
        progress: told after every replicate: done, total.
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
    )
    return compare_design(design, workers=workers, equal_budget=equal_budget, progress=progress, core=core)


def compare_design(
    design: Design,
    *,
    workers: int | None = None,
    equal_budget: bool = False,
    progress: verb.Progress = lambda done, total: None,
    core: Core = compiled_core,
) -> Comparison:
    """Run a design that is already put together (see `compare`)."""
    from experiments.budget import equalise

    budget = None
    if equal_budget or design.equal_budget:
        design, budget = equalise(design, workers=workers, core=core)
    result = verb.run_comparison(design, workers=workers, core=core, progress=progress, budget=budget)
    return Comparison(**{each.name: getattr(result, each.name) for each in fields(result)})
