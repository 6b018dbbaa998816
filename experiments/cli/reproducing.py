"""reproduce: every study of the brief, with its figures, into one folder."""

from __future__ import annotations

import shlex
import time
from pathlib import Path
from typing import Annotated

import typer

from experiments.cli import plumbing
from experiments.cli.options import WorkersOption
from experiments.cli.plumbing import app
from sim.lang import counted


@app.command()
@plumbing.told_plainly
def reproduce(
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME ...]", help="Only these studies of the brief.")] = None,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder that takes a folder a study.")] = Path("results"),
    workers: WorkersOption = None,
    replicates: Annotated[
        int | None, typer.Option("--replicates", min=2, max=10_000, help="For a first look: runs of each scheme in comparisons.")
    ] = None,
    listed: Annotated[bool, typer.Option("--list", help="Only list the studies and their commands.")] = False,
) -> None:
    """Run all studies of the brief again, with their figures.

    Each is run by its own command, which is told. What is already in the folder is not run again.
    """
    from experiments.design.brief import NAMES, brief_studies

    studies = brief_studies(tuple(names) if names else NAMES)
    console = plumbing.new_console(errors=True)
    began = time.perf_counter()
    for number, each in enumerate(studies, 1):
        command = [*each.command, "--out", str(out / each.study.name)]
        if workers is not None:
            command += ["--workers", str(workers)]
        if replicates is not None and each.study.verb.value == "compare":
            command += ["--replicates", str(replicates)]
        if listed:
            typer.echo(f"{each.study.name}: {each.study.question}\n    {shlex.join(['cadresim', *command])}")
            continue
        console.print(f"\n[bold]{number} of {len(studies)}: {each.study.title}[/bold]\n{each.study.question}", highlight=False)
        console.print(shlex.join(["cadresim", *command]), markup=False, highlight=False, soft_wrap=True)
        code = app(command, standalone_mode=False, prog_name="cadresim")
        if isinstance(code, int) and code != plumbing.OK:
            raise typer.Exit(code)
    if not listed:
        from experiments.report.progress import duration

        typer.echo(f"\n{counted(len(studies), 'study', 'studies')} in {duration(time.perf_counter() - began)}: {out}")
