"""The Python front of studies that decide: `robustness`, `optimise`, `adversary`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.api.keeping import into_folder
from experiments.design.questions import Planned, read_planned
from experiments.design.worlds import draw_worlds
from experiments.runs.folder import told_where
from experiments.runs.runner import Core, compiled_core
from experiments.runs.store import StudyStore
from experiments.verbs import adversary as adversary_verb
from experiments.verbs import optimise as optimise_verb
from experiments.verbs import robustness as robustness_verb
from experiments.verbs.adversary import Adversary
from experiments.verbs.optimise import Optimum
from experiments.verbs.robustness import Robustness
from sim.schemes.plans.adversary import AdversaryPlan
from sim.schemes.plans.optimise import OptimisePlan
from sim.schemes.plans.robustness import RobustnessPlan

if TYPE_CHECKING:
    from sim.schemes.study import Study

Progress = Callable[[int, int], None]
Say = Callable[[str], None]


def robustness(
    study: Study | str | Path,
    *,
    folder: str | Path | None = None,
    months: int | None = None,
    warmup_months: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    executor: Executor | None = None,
    overwrite: bool = False,
    progress: Progress = lambda done, total: None,
    say: Say = lambda text: None,
    core: Core = compiled_core,
    command: str = "",
) -> Robustness:
    """Schemes in many sampled worlds: regret, the bad end, who is best, where a scheme fails, what to find out first.

    Args:
        study: a study (object, name or file) with `verb: robustness`.
        folder: for runs, tables and figures; runs that are there are not done again. Without it nothing is kept.
        months, warmup_months, seed: in place of the study's.
        workers, executor, core: as in `experiments.runs.runner.run_cases`.
        overwrite: forget what the folder holds.
        progress: told after every block of runs: done, and how many were lacking.
        say: told what is going on.
        command: what was typed, for the manifest.

    Raises:
        UserError: anything the caller can mend, with every finding at once.
    """
    planned = read_planned(study, "robustness", months=months, warmup_months=warmup_months, seed=seed)
    design, plan = planned.design, planned.plan
    assert isinstance(plan, RobustnessPlan)
    worlds = draw_worlds(plan, planned.opened.behaviour, design.seed)
    about = robustness_verb.about(design, plan, command)

    def run(store: StudyStore) -> Robustness:
        return robustness_verb.run_robustness(
            design, plan, worlds, store, workers=workers, executor=executor, core=core, progress=progress
        )

    def finish(result: Robustness, place: Path, _: StudyStore) -> None:
        from experiments.report.deciding import robustness_sentences
        from experiments.report.deciding_figures import draw_robustness

        result.write_tables(place)
        draw_robustness(result, place)
        _write_text(place / "findings.txt", robustness_sentences(result))

    return into_folder(folder, about, run, finish, overwrite=overwrite, say=say)


def optimise(
    study: Study | str | Path,
    *,
    folder: str | Path | None = None,
    months: int | None = None,
    warmup_months: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    executor: Executor | None = None,
    overwrite: bool = False,
    progress: Progress = lambda done, total: None,
    say: Say = lambda text: None,
    core: Core = compiled_core,
    command: str = "",
) -> Optimum:
    """Better schemes within the reach of some levers: the front, judged again with fresh luck, as tables and scheme files.

    Arguments and errors as in `robustness`, for a study with `verb: optimise`; needs the extra `[optimise]`.
    """
    from experiments.statistics.search import check_pymoo

    planned = read_planned(study, "optimise", months=months, warmup_months=warmup_months, seed=seed)
    design, plan = planned.design, planned.plan
    assert isinstance(plan, OptimisePlan)
    optimise_verb.objectives_of(plan)
    check_pymoo()
    about = optimise_verb.about(design, plan, command)

    def run(store: StudyStore) -> Optimum:
        return optimise_verb.run_optimise(
            design, plan, planned.opened.behaviour, store,
            workers=workers, executor=executor, core=core, progress=progress, say=say,
        )  # fmt: skip

    def finish(result: Optimum, place: Path, _: StudyStore) -> None:
        from experiments.report.deciding import optimum_sentences
        from experiments.report.deciding_figures import draw_optimum

        result.write_tables(place)
        draw_optimum(result, place)
        _write_text(place / "findings.txt", optimum_sentences(result))
        _write_schemes(result, planned, study, place, Path(folder) if folder is not None else place)

    return into_folder(folder, about, run, finish, overwrite=overwrite, say=say)


def adversary(
    study: Study | str | Path,
    *,
    folder: str | Path | None = None,
    months: int | None = None,
    warmup_months: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    executor: Executor | None = None,
    overwrite: bool = False,
    progress: Progress = lambda done, total: None,
    say: Say = lambda text: None,
    core: Core = compiled_core,
    command: str = "",
) -> Adversary:
    """The most damaging response of cadres within the declared bounds of their behaviour, and the loss at it.

    Arguments and errors as in `robustness`, for a study with `verb: adversary`.
    """
    planned = read_planned(study, "adversary", months=months, warmup_months=warmup_months, seed=seed)
    design, plan = planned.design, planned.plan
    assert isinstance(plan, AdversaryPlan)
    adversary_verb.harmed(plan.outcome)
    about = adversary_verb.about(design, plan, command)

    def run(store: StudyStore) -> Adversary:
        return adversary_verb.run_adversary(
            design, plan, planned.opened.behaviour, store,
            workers=workers, executor=executor, core=core, progress=progress, say=say,
        )  # fmt: skip

    def finish(result: Adversary, place: Path, _: StudyStore) -> None:
        from experiments.report.deciding import adversary_sentences
        from experiments.report.deciding_figures import draw_adversary

        result.write_tables(place)
        draw_adversary(result, place)
        for name in design.scheme_names:
            (place / f"worst_{name}.yaml").write_text(result.behaviour_text(name), encoding="utf-8")
        _write_text(place / "findings.txt", adversary_sentences(result))

    return into_folder(folder, about, run, finish, overwrite=overwrite, say=say)


def _write_text(path: Path, lines: Sequence[str]) -> None:
    with told_where(path.parent):
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _write_schemes(result: Optimum, planned: Planned, study: Study | str | Path, staging: Path, folder: Path) -> None:
    """The schemes of the front as files; what they extend is named as seen from where they will lie."""
    from sim.schemes.locate import find

    beside = find(study, "studies").parent if isinstance(study, str | Path) else None
    origin = optimise_verb.origin_in(planned.opened, result.start.name, beside, folder)
    optimise_verb.write_front(result, origin, staging)
