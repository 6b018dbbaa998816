"""sweep and sensitivity: studies that vary schemes, organisations and behaviour."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from experiments.cli import plumbing
from experiments.cli.options import (
    ClusterOption,
    MonthsOption,
    OutOption,
    ReplaceOption,
    ReplicatesOption,
    SeedOption,
    WarmupOption,
    WorkersOption,
)
from experiments.cli.plumbing import app
from sim.lang import counted

if TYPE_CHECKING:
    from experiments.api.varying import Sensitivity, Sweep


@app.command()
@plumbing.told_plainly
def sweep(
    study: Annotated[str, typer.Argument(metavar="STUDY", help="A study with verb: sweep, name or file.")],
    months: MonthsOption = None,
    warmup: WarmupOption = None,
    replicates: ReplicatesOption = None,
    seed: SeedOption = None,
    workers: WorkersOption = None,
    cluster: ClusterOption = None,
    out: OutOption = None,
    overwrite: ReplaceOption = False,
) -> None:
    """Run schemes over a grid or a sample of values at any path of scheme, organisation or behaviour.

    Runs that are in the folder are not done again.
    """
    from experiments.api.varying import sweep_planned
    from experiments.design.questions import read_planned
    from experiments.verbs.sweep import about

    planned = read_planned(study, "sweep", months=months, warmup_months=warmup, replicates=replicates, seed=seed)
    found = _run(sweep_planned, planned, about(planned.design, planned.plan), workers, cluster, out, overwrite)  # type: ignore[arg-type]
    _show_sweep(found)
    plumbing.tell_failed(found.failed, len(found.runs))


@app.command()
@plumbing.told_plainly
def sensitivity(
    study: Annotated[
        str | None,
        typer.Argument(metavar="[STUDY]", help="A study with verb: sensitivity, name or file. (default: global_sensitivity)"),
    ] = None,
    months: MonthsOption = None,
    warmup: WarmupOption = None,
    seed: SeedOption = None,
    workers: WorkersOption = None,
    cluster: ClusterOption = None,
    out: OutOption = None,
    overwrite: ReplaceOption = False,
) -> None:
    """Find the parameters that outcomes, or differences between schemes, hinge on.

    Runs that are in the folder are not done again: a larger sample goes on from a smaller one.
    """
    from experiments.api.varying import DEFAULT_SENSITIVITY, sensitivity_planned
    from experiments.design.questions import read_planned
    from experiments.verbs.sensitivity import about

    planned = read_planned(study or DEFAULT_SENSITIVITY, "sensitivity", months=months, warmup_months=warmup, seed=seed)
    _show_sensitivity(
        _run(sensitivity_planned, planned, about(planned.design, planned.plan), workers, cluster, out, overwrite)  # type: ignore[arg-type]
    )


def _run(
    verb: Any, planned: Any, study: dict[str, Any], workers: int | None, cluster: str | None, out: Path | None, overwrite: bool
) -> Any:
    """Run what the folder lacks, with progress, and put tables and figures there."""
    found, _ = plumbing.run_into_folder(
        partial(verb, planned, core=plumbing.core()), planned.design.name, study,
        title=planned.design.title or planned.design.name, workers=workers, cluster=cluster, out=out, overwrite=overwrite,
    )  # fmt: skip
    return found


def _show_sweep(found: Sweep) -> None:
    from experiments.report.varying_tables import sweep_table
    from experiments.report.varying_words import is_varied

    console = plumbing.new_console()
    for scheme in found.design.scheme_names:
        if any(is_varied(found, path, scheme) for path in found.ranges):
            console.print()
            console.print(sweep_table(found, scheme))
    _tell(found)


def _show_sensitivity(found: Sensitivity) -> None:
    from experiments.report.varying_tables import sensitivity_table
    from experiments.report.varying_words import shown_outcomes

    console = plumbing.new_console()
    for target in found.targets:
        if shown_outcomes(found, target):
            console.print()
            console.print(sensitivity_table(found, target))
    _tell(found)


def _tell(found: Sweep | Sensitivity) -> None:
    from experiments.report.progress import duration

    console = plumbing.new_console()
    for sentence in found.sentences:
        console.print(sentence, markup=False)
    console.print()
    there = f", {found.ran.n_reused} of them shared between points or done before" if found.ran.n_reused else ""
    n_runs = found.ran.n_new + found.ran.n_reused
    runs = f"{counted(n_runs, 'run')} at {counted(len(found.points), 'point')}{there}"
    console.print(
        f"{runs}, {duration(found.wall_time)}. Tables and figures: {found.folder}",
        markup=False,
        soft_wrap=True,
    )
