"""The Python front of studies that vary: `sweep` and `sensitivity`, with their tables, files and figures in one object."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from experiments.api.keeping import dressed, into_folder
from experiments.design.questions import Planned, read_planned
from experiments.runs.runner import Core, compiled_core
from experiments.runs.store import StudyStore
from experiments.verbs import sensitivity as sensitivity_verb
from experiments.verbs import sweep as sweep_verb
from sim.errors import UserError
from sim.schemes.plans.sensitivity import SensitivityPlan
from sim.schemes.plans.sweep import SweepPlan
from sim.schemes.study import Study, made_study

if TYPE_CHECKING:
    from experiments.report.notebook import Picture

Progress = Callable[[int, int], None]
Said = Callable[[str], None]
Result = TypeVar("Result", "Sweep", "Sensitivity")

DEFAULT_SENSITIVITY = "global_sensitivity"


class Sweep(sweep_verb.Sweep):
    """A sweep that can also draw itself and say what it found."""

    def figures(self, folder: str | Path) -> list[Path]:
        """Draw the figures into a folder (SVG and PNG); returns their paths."""
        from experiments.report.varying_figures import draw_sweep

        return draw_sweep(self, _made(folder))

    def picture(self, *paths: str) -> Picture:
        """Responses along some paths (the first five without any), for a notebook.

        Raises:
            UserError: the sweep has no such path.
        """
        from experiments.report.notebook import sweep_picture

        return sweep_picture(self, paths, str(self))

    def _repr_html_(self) -> str:
        return _paragraphs(self.sentences)

    @property
    def sentences(self) -> list[str]:
        """What it found, a sentence an outcome."""
        from experiments.report.varying_words import sweep_sentences

        return sweep_sentences(self)

    def __str__(self) -> str:
        return "\n".join(self.sentences)


class Sensitivity(sensitivity_verb.Sensitivity):
    """A sensitivity study that can also draw itself and say what it found."""

    def figures(self, folder: str | Path) -> list[Path]:
        """Draw the figures into a folder (SVG and PNG); returns their paths."""
        from experiments.report.varying_figures import draw_sensitivity

        return draw_sensitivity(self, _made(folder))

    def picture(self, name: str = "tornado", target: str = "") -> Picture:
        """`tornado` or `convergence` of a target (the first without a name), for a notebook.

        Raises:
            UserError: there is no such figure or target.
        """
        from experiments.report.notebook import sensitivity_picture

        return sensitivity_picture(self, name, target, str(self))

    def _repr_html_(self) -> str:
        return _paragraphs(self.sentences)

    @property
    def sentences(self) -> list[str]:
        """What it found, a sentence an outcome."""
        from experiments.report.varying_words import sensitivity_sentences

        return sensitivity_sentences(self)

    def __str__(self) -> str:
        return "\n".join(self.sentences)


def sweep(
    study: Study | str | Path | Sequence[str],
    paths: Mapping[str, Any] | None = None,
    *,
    organisation: str = "municipal_bureau",
    behaviour: str = "default",
    baseline: str = "",
    months: int | None = None,
    warmup_months: int | None = None,
    replicates: int | None = None,
    seed: int | None = None,
    folder: str | Path | None = None,
    workers: int | None = None,
    executor: Executor | None = None,
    progress: Progress = lambda done, total: None,
    core: Core = compiled_core,
    **settings: Any,
) -> Sweep:
    """Run schemes over a grid or a sample of values at paths of scheme, organisation or behaviour.

    ``sweep("my_sweep.yaml")`` runs a study; ``sweep(["forced_ranking"], {"appraisal.grades.floor": [0, 0.8]}, levels=5)`` makes
    one on the spot.

    Args:
        study: a study with `verb: sweep` (object, name or file), or schemes by name or path.
        paths: values to give to paths, where `study` names schemes: `[low, high]`, a list of values, or a mapping.
        organisation, behaviour, baseline: as in a study file, where `study` names schemes.
        months, warmup_months, replicates, seed: take the place of what the study says.
        folder: keeps runs, tables and figures; what is there already is not run again.
        workers, executor, core: as in `experiments.runs.runner.run_cases`.
        progress: told after every block of runs: done, total.
        settings: `design`, `points`, `levels`, as in a study file.

    Raises:
        UserError: anything the caller can mend, with every finding at once.
    """
    numbers = {"months": months, "warmup_months": warmup_months, "replicates": replicates, "seed": seed}
    about = {"organisation": organisation, "behaviour": behaviour, "baseline": baseline}
    asked = _asked(study, "sweep", {"paths": dict(paths or {}), **settings} if paths or settings else None, about)
    planned = read_planned(asked, "sweep", **numbers)
    return sweep_planned(planned, folder, workers=workers, executor=executor, progress=progress, core=core)


def sensitivity(
    study: Study | str | Path | Sequence[str] = DEFAULT_SENSITIVITY,
    parameters: Sequence[str] | Mapping[str, Any] | None = None,
    *,
    organisation: str = "municipal_bureau",
    behaviour: str = "default",
    baseline: str = "",
    months: int | None = None,
    warmup_months: int | None = None,
    seed: int | None = None,
    folder: str | Path | None = None,
    workers: int | None = None,
    executor: Executor | None = None,
    progress: Progress = lambda done, total: None,
    core: Core = compiled_core,
    **settings: Any,
) -> Sensitivity:
    """Which parameters outcomes, or differences between schemes, hinge on.

    ``sensitivity("my_study.yaml")`` runs a study; ``sensitivity(["forced_ranking"], ["crowding", "honesty"], samples=128)``
    makes one on the spot.

    Args:
        study: a study with `verb: sensitivity` (object, name or file), or schemes by name or path.
        parameters: names or paths with their declared ranges, or paths with ranges; none = every behaviour parameter.
        organisation, behaviour, baseline: as in a study file, where `study` names schemes.
        months, warmup_months, seed: take the place of what the study says.
        folder: keeps runs, tables and figures; what is there already is not run again.
        workers, executor, core: as in `experiments.runs.runner.run_cases`.
        progress: told after every block of runs: done, total.
        settings: `methods`, `samples`, `groups`, `difference` ..., as in a study file.

    Raises:
        UserError: anything the caller can mend, with every finding at once.
    """
    numbers = {"months": months, "warmup_months": warmup_months, "seed": seed}
    about = {"organisation": organisation, "behaviour": behaviour, "baseline": baseline}
    made = {**({"parameters": parameters} if parameters else {}), **settings}
    asked = _asked(study, "sensitivity", made or None, about)
    planned = read_planned(asked, "sensitivity", **numbers)
    return sensitivity_planned(planned, folder, workers=workers, executor=executor, progress=progress, core=core)


def sweep_planned(
    planned: Planned,
    folder: str | Path | None = None,
    *,
    overwrite: bool = False,
    say: Said = lambda text: None,
    command: str = "",
    **how: Any,
) -> Sweep:
    """Run a sweep that is already read; with a folder, its tables and figures appear there all at once."""
    plan = planned.plan
    assert isinstance(plan, SweepPlan)

    def run(store: StudyStore) -> Sweep:
        return dressed(Sweep, sweep_verb.run_sweep(store, planned.design, plan, **how))

    about = sweep_verb.about(planned.design, plan, command=command)
    return _kept(run, about, folder, overwrite=overwrite, say=say, command=command)


def sensitivity_planned(
    planned: Planned,
    folder: str | Path | None = None,
    *,
    overwrite: bool = False,
    say: Said = lambda text: None,
    command: str = "",
    **how: Any,
) -> Sensitivity:
    """Run a sensitivity study that is already read; with a folder, its tables and figures appear there all at once."""
    plan = planned.plan
    assert isinstance(plan, SensitivityPlan)
    posterior = sensitivity_verb.posterior_ranges() if plan.behaviours == "posterior" else None
    ranges = plan.ranges(planned.opened.behaviour, posterior)

    def run(store: StudyStore) -> Sensitivity:
        found = dressed(Sensitivity, sensitivity_verb.run_sensitivity(store, planned.design, plan, ranges, **how))
        say("Computing the indices ...")
        assert found.looked_at  # refuses missing values before anything is drawn
        return found

    about = sensitivity_verb.about(planned.design, plan, command=command)
    return _kept(run, about, folder, overwrite=overwrite, say=say, command=command)


def _kept(
    run: Callable[[StudyStore], Result],
    about: Mapping[str, Any],
    folder: str | Path | None,
    *,
    overwrite: bool,
    say: Said,
    command: str,
) -> Result:
    """Run into a folder, or into one that is forgotten; time and command are noted."""
    began = time.perf_counter()
    result = into_folder(folder, about, run, _finish, overwrite=overwrite, say=say)
    if folder is not None:
        result.folder = Path(folder)
    result.command, result.wall_time = command, time.perf_counter() - began
    return result


def _finish(result: Sweep | Sensitivity, staging: Path, _: StudyStore) -> None:
    result.write_tables(staging)
    result.figures(staging)


def _asked(study: Any, verb: str, settings: Mapping[str, Any] | None, about: Mapping[str, Any]) -> Study | str | Path:
    """The study, or one made of schemes and settings.

    Raises:
        UserError: settings beside a study, which has its own; settings that are none.
    """
    is_list = isinstance(study, Iterable) and not isinstance(study, str | Path | Study)
    if not is_list:
        if settings is not None:
            raise UserError.of(
                "a study has its settings in its file",
                found=", ".join(settings),
                hint="give schemes as a list, or change the study",
            )
        return study
    content = {"name": verb, "schemes": list(study), "verb": verb, verb: dict(settings or {}), **about}
    return made_study(content)


def _paragraphs(sentences: Sequence[str]) -> str:
    return "".join(f"<p>{escape(sentence)}</p>" for sentence in sentences)


def _made(folder: str | Path) -> Path:
    from experiments.runs.folder import told_where

    with told_where(Path(folder)):
        Path(folder).mkdir(parents=True, exist_ok=True)
    return Path(folder)
