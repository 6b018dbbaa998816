"""sweep and sensitivity: studies that vary schemes, organisations and behaviour."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from experiments.cli import plumbing
from experiments.cli.options import ClusterOption, MonthsOption, ReplicatesOption, SeedOption, WarmupOption, WorkersOption
from experiments.cli.plumbing import app

if TYPE_CHECKING:
    from experiments.varying import Sensitivity, Sweep

OutOption = Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Folder of results. [results/NAME]")]
OverwriteOption = Annotated[bool, typer.Option("--overwrite", help="Replace earlier results in that folder.")]


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
    overwrite: OverwriteOption = False,
) -> None:
    """Run schemes over a grid or a sample of values at any path of scheme, organisation or behaviour.

    Runs that are in the folder are not done again.
    """
    from experiments.questions import read_planned
    from experiments.varying import sweep_planned
    from experiments.verbs.sweep import about

    planned = read_planned(study, "sweep", months=months, warmup_months=warmup, replicates=replicates, seed=seed)
    found = _run(sweep_planned, planned, about(planned.design, planned.plan), workers, cluster, out, overwrite)  # type: ignore[arg-type]
    _show_sweep(found)
    plumbing.tell_failed(found.failed, len(found.runs))


@app.command()
@plumbing.told_plainly
def sensitivity(
    study: Annotated[
        str | None, typer.Argument(metavar="[STUDY]", help="A study with verb: sensitivity, name or file. [global_sensitivity]")
    ] = None,
    months: MonthsOption = None,
    warmup: WarmupOption = None,
    seed: SeedOption = None,
    workers: WorkersOption = None,
    cluster: ClusterOption = None,
    out: OutOption = None,
    overwrite: OverwriteOption = False,
) -> None:
    """Find the parameters that outcomes, or differences between schemes, hinge on.

    Runs that are in the folder are not done again: a larger sample goes on from a smaller one.
    """
    from experiments.questions import read_planned
    from experiments.varying import DEFAULT_SENSITIVITY, sensitivity_planned
    from experiments.verbs.sensitivity import about

    planned = read_planned(study or DEFAULT_SENSITIVITY, "sensitivity", months=months, warmup_months=warmup, seed=seed)
    _show_sensitivity(
        _run(sensitivity_planned, planned, about(planned.design, planned.plan), workers, cluster, out, overwrite)  # type: ignore[arg-type]
    )


def _run(
    verb: Any, planned: Any, study: dict[str, Any], workers: int | None, cluster: str | None, out: Path | None, overwrite: bool
) -> Any:
    """Run what the folder lacks, with progress, and put tables and figures there."""
    from experiments.report.progress import progress_bar
    from experiments.store import check_study_folder, study_folder

    folder = out or study_folder(Path("results") / planned.design.name, study)
    check_study_folder(folder, study, overwrite=overwrite)
    status = plumbing.new_console(errors=True)
    with plumbing.executor(cluster, workers) as executor:
        plumbing.get_ready(status)
        with plumbing.told_how_to_go_on(folder), progress_bar(status, planned.design.title or planned.design.name) as tell:
            return verb(
                planned,
                folder,
                overwrite=overwrite,
                workers=workers,
                executor=executor,
                core=plumbing.core(),
                progress=tell,
                say=lambda text: status.print(text, highlight=False, markup=False),
                command=shlex.join(["cadresim", *sys.argv[1:]]),
            )


def _show_sweep(found: Sweep) -> None:
    from experiments.report.varying_tables import sweep_table

    console = plumbing.new_console()
    for scheme in found.design.scheme_names:
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
    there = f", {found.ran.n_reused} of them done before" if found.ran.n_reused else ""
    n_runs = found.ran.n_new + found.ran.n_reused
    console.print(
        f"{n_runs} runs at {len(found.points)} points{there}, {duration(found.wall_time)}. Tables and figures: {found.folder}",
        markup=False,
        soft_wrap=True,
    )
