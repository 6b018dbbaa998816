"""robustness, optimise, adversary: studies that decide."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.cli import plumbing
from experiments.cli.options import (
    ClusterOption,
    ForgetOption,
    MonthsOption,
    OutOption,
    SeedOption,
    StudyArgument,
    WarmupOption,
    WorkersOption,
)
from experiments.cli.plumbing import app
from sim.lang import counted

if TYPE_CHECKING:
    from rich.console import RenderableType


@app.command()
@plumbing.told_plainly
def robustness(
    study: StudyArgument = "robustness",
    months: MonthsOption = None,
    warmup: WarmupOption = None,
    seed: SeedOption = None,
    workers: WorkersOption = None,
    cluster: ClusterOption = None,
    out: OutOption = None,
    overwrite: ForgetOption = False,
) -> None:
    """Schemes in many possible worlds: regret, where each fails, and what to find out first.

    Runs that are in the folder are not done again.
    """
    from experiments.api import deciding
    from experiments.verbs.robustness import about

    given = {"months": months, "warmup_months": warmup, "seed": seed}
    result, folder = _decide(deciding.robustness, about, "robustness", study, given, workers, cluster, out, overwrite)
    from experiments.report.deciding import information_table, robustness_sentences, robustness_table

    _show([robustness_table(result), information_table(result)], robustness_sentences(result), result.ran, folder)


@app.command()
@plumbing.told_plainly
def optimise(
    study: StudyArgument,
    months: MonthsOption = None,
    warmup: WarmupOption = None,
    seed: SeedOption = None,
    workers: WorkersOption = None,
    cluster: ClusterOption = None,
    out: OutOption = None,
    overwrite: ForgetOption = False,
) -> None:
    """Search better schemes within the reach of some levers, for several objectives at once.

    Stopped and started again it goes on where it was and finds the same. Needs the package pymoo (extra "optimise").
    """
    from experiments.api import deciding
    from experiments.statistics.search import check_pymoo
    from experiments.verbs.optimise import about

    check_pymoo()
    given = {"months": months, "warmup_months": warmup, "seed": seed}
    result, folder = _decide(deciding.optimise, about, "optimise", study, given, workers, cluster, out, overwrite)
    from experiments.report.deciding import optimum_sentences, optimum_table

    _show([optimum_table(result)], optimum_sentences(result), result.ran, folder)


@app.command()
@plumbing.told_plainly
def adversary(
    study: StudyArgument,
    months: MonthsOption = None,
    warmup: WarmupOption = None,
    seed: SeedOption = None,
    workers: WorkersOption = None,
    cluster: ClusterOption = None,
    out: OutOption = None,
    overwrite: ForgetOption = False,
) -> None:
    """Look for the cadres' most damaging lawful response to each scheme, and tell the loss at it."""
    from experiments.api import deciding
    from experiments.verbs.adversary import about

    given = {"months": months, "warmup_months": warmup, "seed": seed}
    result, folder = _decide(deciding.adversary, about, "adversary", study, given, workers, cluster, out, overwrite)
    from experiments.report.deciding import adversary_sentences, adversary_table

    _show([adversary_table(result)], adversary_sentences(result), result.ran, folder)


def _decide(
    run: Callable[..., Any],
    about: Callable[..., dict[str, Any]],
    verb: str,
    study: str,
    given: dict[str, int | None],
    workers: int | None,
    cluster: str | None,
    out: Path | None,
    overwrite: bool,
) -> tuple[Any, Path]:
    """Run a study into its folder, with progress; the result and the folder."""
    from experiments.design.questions import read_planned

    planned = read_planned(study, verb, **given)
    return plumbing.run_into_folder(
        partial(run, study, core=plumbing.core(), **given), planned.design.name, about(planned.design, planned.plan),
        title=planned.design.title or planned.design.name, workers=workers, cluster=cluster, out=out, overwrite=overwrite,
    )  # fmt: skip


def _show(tables: list[RenderableType], sentences: list[str], ran: Any, folder: Path) -> None:
    console = plumbing.new_console()
    console.print()
    for table in tables:
        console.print(table)
    for sentence in sentences:
        console.print(sentence, markup=False)
    console.print()
    there = f", {ran.n_reused} more shared within the study or done before" if ran.n_reused else ""
    failed = f", {ran.n_failed} failed" if ran.n_failed else ""
    console.print(f"{counted(ran.n_new, 'run')}{there}{failed}. Tables and figures: {folder}", markup=False, soft_wrap=True)
