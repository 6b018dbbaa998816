"""compare: schemes side by side under the same luck, the main job."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from experiments.cli import plumbing
from experiments.cli.options import (
    BaselineOption,
    BehaviourOption,
    MonthsOption,
    OrganisationOption,
    ReplicatesOption,
    Schemes,
    SeedOption,
    WarmupOption,
    WorkersOption,
)
from experiments.cli.plumbing import app

if TYPE_CHECKING:
    from experiments.design import Design
    from experiments.verbs.compare import Comparison


@app.command()
@plumbing.told_plainly
def compare(
    schemes: Schemes = None,
    organisation: OrganisationOption = None,
    behaviour: BehaviourOption = None,
    months: MonthsOption = None,
    warmup: WarmupOption = None,
    replicates: ReplicatesOption = None,
    seed: SeedOption = None,
    baseline: BaselineOption = None,
    workers: WorkersOption = None,
    equal_budget: Annotated[
        bool, typer.Option("--equal-budget", help="Scale explicit rewards so that schemes cost the same.")
    ] = False,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Folder of results. [results/NAME]")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace earlier results in that folder.")] = False,
) -> None:
    """Compare schemes under the same luck: the main job.

    Without arguments: the twelve preset schemes in a municipal bureau.
    """
    from experiments.questions import DEFAULT_STUDY, read_question
    from experiments.store import check_folder, free_folder

    design = read_question(
        schemes or DEFAULT_STUDY,
        organisation=organisation,
        behaviour=behaviour,
        baseline=baseline,
        months=months,
        warmup_months=warmup,
        replicates=replicates,
        seed=seed,
    )
    folder = out or free_folder(Path("results") / design.name)
    check_folder(folder, overwrite=overwrite)
    equal = equal_budget or design.equal_budget
    comparison = _run_and_store(design, folder, workers=workers, equal_budget=equal, overwrite=overwrite)
    _show(comparison, folder)


def _run_and_store(design: Design, folder: Path, *, workers: int | None, equal_budget: bool, overwrite: bool) -> Comparison:
    """Run the design, with progress, into a folder that appears whole or not at all."""
    from experiments.budget import equalise
    from experiments.report.progress import progress_bar
    from experiments.store import staged
    from experiments.verbs.compare import run_comparison

    status = plumbing.new_console(errors=True)
    done_so_far = 0

    try:
        with staged(folder, overwrite=overwrite) as staging:
            plumbing.get_ready(status)
            budget = None
            if equal_budget:
                design, budget = equalise(
                    design, workers=workers, core=plumbing.core(), say=lambda text: status.print(text, highlight=False)
                )
            with progress_bar(status, f"{len(design.schemes)} schemes, {design.months} months") as tell:

                def progress(done: int, total: int) -> None:
                    nonlocal done_so_far
                    done_so_far = done
                    tell(done, total)

                comparison = run_comparison(
                    design,
                    folder=staging,
                    workers=workers,
                    core=plumbing.core(),
                    progress=progress,
                    budget=budget,
                    command=shlex.join(["cadresim", *sys.argv[1:]]),
                )
            status.print("Drawing the figures ...", highlight=False)
            from experiments.report.figures import draw_comparison  # not earlier: plotting must not delay the first progress

            draw_comparison(comparison, staging)
            comparison.write_tables(staging)
    except KeyboardInterrupt as stop:
        kept = "earlier results in it are as they were" if (folder / "manifest.json").exists() else "nothing was kept"
        done = f"{done_so_far} of {design.replicates} replicates"
        plumbing.tell_error(f"Stopped after {done}. Nothing was written to {folder}; {kept}.")
        raise typer.Exit(plumbing.STOPPED) from stop
    comparison.folder = folder
    return comparison


def _show(comparison: Comparison, folder: Path) -> None:
    from experiments.report.progress import duration
    from experiments.report.tables import comparison_table
    from experiments.report.words import in_one_sentence

    console = plumbing.new_console()
    console.print()
    console.print(comparison_table(comparison))
    console.print(in_one_sentence(comparison), markup=False)
    if comparison.budget:
        console.print()
        for sentence in comparison.budget.sentences():
            console.print(sentence, markup=False)
    console.print()
    console.print(
        f"{comparison.design.n_runs} runs in {duration(comparison.wall_time)}. Tables and figures: {folder}",
        markup=False,
        soft_wrap=True,
    )
