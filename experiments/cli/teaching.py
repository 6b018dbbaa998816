"""Notebooks for workshops and researchers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from experiments.cli import plumbing
from experiments.cli.plumbing import app


@app.command()
@plumbing.told_plainly
def notebooks(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="Where to put them.")] = Path("cadresim_notebooks"),
    run: Annotated[bool, typer.Option("--run", help="Run them, and keep what comes out (a minute or two).")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace notebooks that are there already.")] = False,
) -> None:
    """Put the notebooks into a folder: six lessons for workshops, three for researchers."""
    from experiments.projects.notebooks import make_notebooks

    for path in make_notebooks(folder, overwrite=overwrite, run=run, say=lambda text: typer.echo(text, err=True)):
        typer.echo(f"  {path}")
    typer.echo(f"\nNext: double-click one in JupyterLab:\n\n    jupyter lab {folder}")
