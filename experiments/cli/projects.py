"""A project of one's own: init; and what is known before any run: lint, diff. (`check`, with `looking`, checks a project.)"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from experiments.cli import plumbing
from experiments.cli.options import OrganisationOption
from experiments.cli.plumbing import app


@app.command()
@plumbing.told_plainly
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder.")],
    organisation: Annotated[
        str | None,
        typer.Option(
            "--organisation-from", metavar="PRESET", help="Organisation to start from: name or file. (default: a small bureau)"
        ),
    ] = None,
    scheme: Annotated[
        str, typer.Option("--scheme-from", metavar="PRESET", help="Scheme that yours is a difference from: name or file.")
    ] = "forced_ranking",
    excel: Annotated[bool, typer.Option("--excel", help="The organisation as an Excel workbook instead of YAML.")] = False,
) -> None:
    """Make a project for your own bureau: an organisation, a scheme to edit, a study and a short README."""
    from experiments.projects.making import init_project

    for path in init_project(folder, organisation=organisation, scheme=scheme, excel=excel):
        typer.echo(f"  {path}")
    typer.echo(f"\nNext: edit {folder / 'scheme.yaml'}, then\n")
    steps = ("lint scheme.yaml", "check .", "compare study.yaml", "report results/my_study")
    typer.echo("\n".join([f"    cd {folder}", *(f"    cadresim {step}" for step in steps)]))


@app.command()
@plumbing.told_plainly
def lint(
    schemes: Annotated[list[str], typer.Argument(metavar="SCHEME ...", help="Schemes: names or files.")],
    organisation: OrganisationOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for other programs.")] = False,
    language: Annotated[str, typer.Option("--lang", metavar="en|zh", help="English or Chinese.")] = "en",
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 3 (not 0) where anything is found.")] = False,
) -> None:
    """Tell what a scheme may do to people before any run: quotas, cliffs, rewards, pools, tasks, hours, ladders.

    Without --organisation, a file is linted for the organisation.yaml or organisation.xlsx beside it. Findings are advice.
    """
    import json

    from experiments.projects.advising import lint as find_traps
    from experiments.projects.making import organisation_beside
    from sim.lang import check_language
    from sim.schemes.advice import counted

    check_language(language)
    found = [(name, find_traps(name, organisation or organisation_beside(name))) for name in schemes]
    if as_json:
        told = [{"scheme": name, "findings": [one.as_dict() for one in traps]} for name, traps in found]
        typer.echo(json.dumps(told, indent=2, ensure_ascii=False))
    else:
        for name, traps in found:
            for one in traps:
                typer.echo(one.in_words(language))
            typer.echo(f"{name}: {counted(len(traps), language)}")
    if strict and any(traps for _, traps in found):
        raise typer.Exit(plumbing.SOME_FAILED)


@app.command()
@plumbing.told_plainly
def diff(
    a: Annotated[str, typer.Argument(metavar="A", help="A scheme, organisation or behaviour: name or file.")],
    b: Annotated[str, typer.Argument(metavar="B", help="Another of the same kind.")],
    language: Annotated[str, typer.Option("--lang", metavar="en|zh", help="English or Chinese.")] = "en",
) -> None:
    """Tell in words what changes from one scheme to another (or organisation, or behaviour)."""
    from experiments.projects.advising import diff as in_words

    typer.echo(in_words(a, b, language), nl=False)
