"""transition and pilot: the way to another scheme, and the trial before it."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from experiments.cli import plumbing
from experiments.cli.options import MonthsOption, ReplicatesOption, SeedOption, WarmupOption, WorkersOption
from experiments.cli.plumbing import app

StudyArgument = Annotated[str, typer.Argument(metavar="STUDY", help="A study: name or file.")]
OutOption = Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Folder of results. [results/NAME]")]
OverwriteOption = Annotated[bool, typer.Option("--overwrite", help="Replace earlier results in that folder.")]


@app.command()
@plumbing.told_plainly
def transition(
    study: StudyArgument = "transition_municipal",
    months: MonthsOption = None,
    warmup: WarmupOption = None,
    replicates: ReplicatesOption = None,
    seed: SeedOption = None,
    workers: WorkersOption = None,
    out: OutOption = None,
    overwrite: OverwriteOption = False,
) -> None:
    """Change to another scheme in a given month, at once or branch by branch, and see what the way there costs."""
    from experiments.planning import transition as walk

    numbers = {"months": months, "warmup_months": warmup, "replicates": replicates, "seed": seed}
    _run_and_tell(walk, study, numbers, workers, out, overwrite)


@app.command()
@plumbing.told_plainly
def pilot(
    study: StudyArgument = "pilot_municipal",
    months: MonthsOption = None,
    warmup: WarmupOption = None,
    replicates: ReplicatesOption = None,
    seed: SeedOption = None,
    workers: WorkersOption = None,
    out: OutOption = None,
    overwrite: OverwriteOption = False,
) -> None:
    """Plan a trial in some branches: which, how many, how long, by simulating the trial itself."""
    from experiments.planning import pilot as plan

    numbers = {"months": months, "warmup_months": warmup, "replicates": replicates, "seed": seed}
    _run_and_tell(plan, study, numbers, workers, out, overwrite)


def _run_and_tell(
    verb: Callable[..., Any], study: str, numbers: dict[str, int | None], workers: int | None, out: Path | None, overwrite: bool
) -> None:
    """Run a study with progress, put the results into its folder and tell what they say."""
    from experiments.folder import check_folder, free_folder
    from experiments.report.planning import tables_of
    from experiments.report.progress import duration, progress_bar
    from sim.schemes.study import load_study

    name = load_study(study).name
    folder = out or (Path("results") / name if overwrite else free_folder(Path("results") / name))
    check_folder(folder, overwrite=overwrite)
    status = plumbing.new_console(errors=True)
    plumbing.get_ready(status)
    with progress_bar(status, name) as tell:
        command = shlex.join(["cadresim", *sys.argv[1:]])
        result = verb(study, workers=workers, progress=tell, command=command, **numbers)
    result.save(folder, overwrite=overwrite)
    console = plumbing.new_console()
    console.print()
    for table in tables_of(result):
        console.print(table)
    console.print(str(result), markup=False)
    console.print()
    console.print(f"{duration(result.wall_time)}. Tables and figures: {folder}", markup=False, soft_wrap=True)
