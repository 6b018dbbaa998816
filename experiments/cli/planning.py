"""transition and pilot: the way to another scheme, and the trial before it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from experiments.cli import plumbing
from experiments.cli.options import (
    ClusterOption,
    ForgetOption,
    MonthsOption,
    OutOption,
    ReplicatesOption,
    SeedOption,
    StudyArgument,
    WarmupOption,
    WorkersOption,
)
from experiments.cli.plumbing import app
from sim.lang import counted


@app.command()
@plumbing.told_plainly
def transition(
    study: StudyArgument = "transition_municipal",
    months: MonthsOption = None,
    warmup: WarmupOption = None,
    replicates: ReplicatesOption = None,
    seed: SeedOption = None,
    workers: WorkersOption = None,
    cluster: ClusterOption = None,
    out: OutOption = None,
    overwrite: ForgetOption = False,
) -> None:
    """Change to another scheme in a given month, at once or branch by branch, and see what the way there costs.

    Runs that are in the folder are not done again.
    """
    from experiments.api.planning import transition as walk
    from experiments.verbs.transition import about

    numbers = {"months": months, "warmup_months": warmup, "replicates": replicates, "seed": seed}
    _run_and_tell(walk, about, "transition", study, numbers, workers, cluster, out, overwrite)


@app.command()
@plumbing.told_plainly
def pilot(
    study: StudyArgument = "pilot_municipal",
    months: MonthsOption = None,
    warmup: WarmupOption = None,
    replicates: ReplicatesOption = None,
    seed: SeedOption = None,
    workers: WorkersOption = None,
    cluster: ClusterOption = None,
    out: OutOption = None,
    overwrite: ForgetOption = False,
) -> None:
    """Plan a trial in some branches: which, how many, how long, by simulating the trial itself.

    Runs that are in the folder are not done again.
    """
    from experiments.api.planning import pilot as plan
    from experiments.verbs.pilot import about

    numbers = {"months": months, "warmup_months": warmup, "replicates": replicates, "seed": seed}
    _run_and_tell(plan, about, "pilot", study, numbers, workers, cluster, out, overwrite)


def _run_and_tell(
    run: Callable[..., Any],
    about: Callable[..., dict[str, Any]],
    verb: str,
    study: str,
    numbers: dict[str, int | None],
    workers: int | None,
    cluster: str | None,
    out: Path | None,
    overwrite: bool,
) -> None:
    """Run a study into its folder, with progress, and tell what the results say."""
    from experiments.design.questions import read_planned
    from experiments.report.planning import tables_of
    from experiments.report.progress import duration

    planned = read_planned(study, verb, **numbers)
    told = about(planned.design, planned.plan)
    result, folder = plumbing.run_into_folder(
        partial(run, study, **numbers), planned.design.name, told,
        title=planned.design.name, workers=workers, cluster=cluster, out=out, overwrite=overwrite,
    )  # fmt: skip
    console = plumbing.new_console()
    console.print()
    for table in tables_of(result):
        console.print(table)
    console.print(str(result), markup=False)
    console.print()
    there = f", {result.ran.n_reused} done before" if result.ran.n_reused else ""
    runs = f"{counted(result.ran.n_new, 'run')}{there}"
    console.print(f"{duration(result.wall_time)}, {runs}. Tables and figures: {folder}", markup=False, soft_wrap=True)
    plumbing.tell_failed(result.failed, told["n_runs"])
