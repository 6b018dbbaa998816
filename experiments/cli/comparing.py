"""compare: schemes side by side under the same luck, the main job."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from experiments.cli import (
    plumbing,
    winning,  # noqa: F401 - adds its command
)
from experiments.cli.options import (
    BaselineOption,
    BehaviourOption,
    ClusterOption,
    MonthsOption,
    OrganisationOption,
    ReplicatesOption,
    Schemes,
    SeedOption,
    WarmupOption,
    WorkersOption,
)
from experiments.cli.plumbing import app
from sim.bounds import MOST_REPLICATES
from sim.lang import counted

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from experiments.api.comparing import Comparison
    from experiments.design.study import Design


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
    cluster: ClusterOption = None,
    equal_budget: Annotated[
        bool, typer.Option("--equal-budget", help="Scale explicit rewards so that schemes cost the same.")
    ] = False,
    until: Annotated[
        str | None,
        typer.Option(
            "--until",
            metavar="OUTCOME=AMOUNT,...",
            help="Add replicates until every interval is this narrow (plus or minus; pp, % of the baseline, or a number) "
            "or the difference clear.",
        ),
    ] = None,
    best: Annotated[
        str | None,
        typer.Option(
            "--best",
            metavar="OUTCOME=AMOUNT",
            help="Drop schemes that cannot be best on this outcome; differences below the amount do not matter.",
        ),
    ] = None,
    most: Annotated[
        int | None,
        typer.Option("--most", min=2, max=MOST_REPLICATES, help="Replicates at most, with --until or --best. (default: 1000)"),
    ] = None,
    winners: Annotated[
        bool | None,
        typer.Option("--winners/--no-winners", help="Compare every desk with itself under the baseline. (default: on)"),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Folder of results. (default: results/NAME)")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace earlier results in that folder.")] = False,
) -> None:
    """Compare schemes under the same luck: the main job.

    Without arguments: the twelve preset schemes in a municipal bureau. Runs that are in the folder are not done again.
    """
    from experiments.design.questions import DEFAULT_STUDY, read_question
    from experiments.runs.store import check_study_folder, study_folder
    from experiments.verbs.compare import about

    design = read_question(
        schemes or DEFAULT_STUDY,
        organisation=organisation,
        behaviour=behaviour,
        baseline=baseline,
        months=months,
        warmup_months=warmup,
        replicates=replicates,
        seed=seed,
        until=until,
        best=best,
        most=most,
        winners=winners,
    )
    equal = equal_budget or design.equal_budget
    study = about(design, equal_budget=equal)
    folder = out or study_folder(Path("results") / design.name, study)
    check_study_folder(folder, study, overwrite=overwrite)
    with plumbing.executor(cluster, workers) as executor:
        comparison = _run_into(folder, design, workers=workers, executor=executor, equal_budget=equal, overwrite=overwrite)
    _show(comparison, folder)
    plumbing.tell_failed(comparison.failed, comparison.n_runs)


def _run_into(
    folder: Path, design: Design, *, workers: int | None, executor: Executor | None, equal_budget: bool, overwrite: bool
) -> Comparison:
    """Run what the folder lacks of the design, with progress, and put the results there."""
    from experiments.api.comparing import compare_into
    from experiments.report.progress import progress_bar

    status = plumbing.new_console(errors=True)
    plumbing.get_ready(status)
    with (
        plumbing.told_how_to_go_on(folder),
        progress_bar(status, f"{counted(len(design.schemes), 'scheme')}, {counted(design.months, 'month')}") as tell,
    ):
        return compare_into(
            folder,
            design,
            workers=workers,
            executor=executor,
            equal_budget=equal_budget,
            overwrite=overwrite,
            core=plumbing.core(),
            progress=tell,
            say=lambda text: status.print(text, highlight=False, markup=False),
            command=shlex.join(["cadresim", *sys.argv[1:]]),
        )


def _show(comparison: Comparison, folder: Path) -> None:
    from experiments.report.desks import desks_note, desks_table
    from experiments.report.progress import duration
    from experiments.report.tables import comparison_table
    from experiments.report.words import in_one_sentence, settling_in_words

    console = plumbing.new_console()
    console.print()
    console.print(comparison_table(comparison))
    console.print(in_one_sentence(comparison), markup=False)
    for sentence in settling_in_words(comparison):
        console.print(sentence, markup=False)
    if comparison.design.winners and len(comparison.winners):
        console.print()
        console.print(desks_table(comparison.winners, comparison.design.titles, comparison.design.baseline))
        console.print(desks_note(), markup=False, style="dim")
    if comparison.budget:
        console.print()
        for sentence in comparison.budget.sentences():
            console.print(sentence, markup=False)
    console.print()
    there = f", {comparison.ran.n_reused} of them done before" if comparison.ran.n_reused else ""
    console.print(
        f"{comparison.n_runs} runs{there}, {duration(comparison.wall_time)}. Tables and figures: {folder}",
        markup=False,
        soft_wrap=True,
    )
