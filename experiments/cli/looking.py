"""Looking at documents: schemes, show, check, schema, describe, month, version."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

import typer

from experiments.cli import plumbing
from experiments.cli.options import OrganisationOption
from experiments.cli.plumbing import app


@app.command()
@plumbing.told_plainly
def schemes() -> None:
    """List the preset schemes, then the other presets."""
    from experiments.report.tables import text_table
    from sim.schemes.load import load_scheme
    from sim.schemes.locate import preset_names

    console = plumbing.new_console()
    found = [load_scheme(name) for name in preset_names("schemes")]
    rows = [(scheme.name, scheme.title, scheme.summary) for scheme in found]
    console.print(text_table(f"{len(rows)} preset schemes", ("Name", "Title", "What makes it itself"), rows))
    for kind in ("organisations", "behaviour", "studies"):
        console.print(f"{kind.capitalize()}: {', '.join(preset_names(kind))}", markup=False)


@app.command()
@plumbing.told_plainly
def show(name: Annotated[str, typer.Argument(metavar="NAME", help="A preset or file of any kind.")]) -> None:
    """Show every value of a preset or file with its source."""
    from experiments.report.tables import text_table
    from sim.schemes.check import check as check_document
    from sim.schemes.nodes import walk
    from sim.schemes.study import OpenStudy
    from sim.schemes.words import dotted, value_in_words

    checked = check_document(name)
    loaded = checked.document
    if isinstance(loaded, OpenStudy):
        _show_study(loaded.study)
        return
    rows = []
    for path, node in walk(loaded.node):
        if not path or (isinstance(node.value, dict | list) and not node.annotation):
            continue
        beside = node.annotation
        value = node.value if isinstance(node.value, str) else value_in_words(node.value).removeprefix("the number ")
        rows.append(
            (
                dotted(path),
                value,
                ", ".join(beside.source) if beside else "",
                beside.status if beside else "",
                beside.note if beside else "",
            )
        )
    title = f"{checked.kind.capitalize()} {getattr(loaded.document, 'name', name)} ({checked.file})"
    plumbing.new_console().print(text_table(title, ("Element", "Value", "Source", "Status", "Note"), rows))


def _show_study(study: Any) -> None:
    from experiments.report.tables import text_table

    rows = []
    for key, value in study.model_dump(mode="json").items():
        values = value if isinstance(value, list) else [value]
        rows += [(key if index == 0 else "", str(one)) for index, one in enumerate(values)]
    plumbing.new_console().print(text_table(f"Study {study.name}", ("Element", "Value"), rows))


@app.command()
@plumbing.told_plainly
def check(
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE ...", help="Schemes, organisations, behaviour or studies; or the folder of a project."),
    ],
    organisation: Annotated[str | None, typer.Option("--organisation", "-g", help="Organisation that schemes must fit.")] = None,
) -> None:
    """Check files without running anything; exit code 2 if one has mistakes."""
    from experiments.projects.advising import lint
    from experiments.projects.making import is_project
    from sim.errors import UserError
    from sim.outcomes import OUTCOME_NAMES
    from sim.schemes.check import check as check_document
    from sim.schemes.load import Loaded, read_organisation

    bureau = read_organisation(organisation) if organisation else None
    wrong = 0
    for file in files:
        try:
            if is_project(file):
                wrong += _check_project(file)
                continue
            checked = check_document(file, organisation=bureau, outcome_names=OUTCOME_NAMES)
        except UserError as error:
            plumbing.tell_error(plumbing.first_findings(error.findings))
            wrong += 1
            continue
        _tell_correct(checked.file, checked.kind)
        traps = lint(checked.document, bureau) if checked.kind == "scheme" and isinstance(checked.document, Loaded) else []
        for finding in sorted({*checked.advice, *traps}):
            typer.echo(f"   advice: {finding}")
    if wrong:
        raise typer.Exit(plumbing.USERS)


def _check_project(folder: str) -> int:
    """Tell everything about a project; the number of mistakes."""
    from pathlib import Path

    from experiments.projects.making import check_project

    found = check_project(Path(folder))
    for checked in found.documents:
        _tell_correct(checked.file, checked.kind)
    for finding in found.advice:
        typer.echo(f"   advice: {finding}")
    if found.n_without_source:
        typer.echo(f"   advice: {found.n_without_source} values name no source; cadresim check FILE lists them")
    if found.mistakes:
        plumbing.tell_error(plumbing.first_findings(found.mistakes))
    return len(found.mistakes)


def _tell_correct(file: str, kind: str) -> None:
    typer.secho("ok ", fg="green", nl=False)
    typer.echo(f"{file}: a correct {kind}")


@app.command()
@plumbing.told_plainly
def schema(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="scheme, organisation, behaviour or study.")],
) -> None:
    """Print the JSON Schema of a kind of document, for editors that check and complete YAML."""
    import json

    from sim.errors import UserError
    from sim.schemes.schema import json_schema, models

    if kind not in models():
        raise UserError.of("there is no such kind of document", found=kind, expected=", ".join(models()))
    typer.echo(json.dumps(json_schema(kind), indent=2, ensure_ascii=False))


@app.command()
@plumbing.told_plainly
def describe(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A scheme: name or file.")],
    organisation: OrganisationOption = None,
    against: Annotated[str | None, typer.Option("--against", help="Another scheme: tell only what differs from it.")] = None,
    language: Annotated[str, typer.Option("--lang", metavar="en|zh", help="English or Chinese.")] = "en",
) -> None:
    """Tell a scheme in plain words, or its difference from another."""
    from sim.lang import check_language
    from sim.schemes.describe import describe as in_words
    from sim.schemes.describe import difference_in_words
    from sim.schemes.load import load_organisation, load_scheme

    check_language(language)
    scheme = load_scheme(name)
    if against:
        typer.echo(difference_in_words(load_scheme(against), scheme, language), nl=False)
        return
    typer.echo(in_words(scheme, load_organisation(organisation) if organisation else None, language), nl=False)


@app.command()
@plumbing.told_plainly
def month() -> None:
    """Print the plan of a month: links, rules, and who reads and writes which column."""
    from experiments.report.tables import text_table
    from sim.loop.month import month_plan

    rows: list[tuple[str, ...]] = []
    last = ""
    for link, rule, reads, writes in month_plan():
        rows.append(("" if link == last else link, rule, _by_table(reads), _by_table(writes)))
        last = link
    plumbing.new_console().print(text_table("A month, in this order", ("Link", "Rule", "Reads", "Writes"), rows))


def _by_table(columns: Iterable[str]) -> str:
    """Columns named once with their table: 'bureaus: productivity, stocks', a line a table."""
    tables: dict[str, list[str]] = {}
    for column in columns:
        table, _, name = column.rpartition(".")
        tables.setdefault(table, []).append(name)
    return "\n".join(f"{table}: {', '.join(names)}" if table else ", ".join(names) for table, names in tables.items())


def tell_version(asked: bool) -> None:
    """Print the version and end, where it is asked for."""
    if not asked:
        return
    import sim

    typer.echo(sim.__version__)
    raise typer.Exit


@app.callback()
def cadresim(
    version: Annotated[
        bool, typer.Option("--version", "-V", callback=tell_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """What may be asked before any command; the program's own help stands in `plumbing.app`."""


@app.command()
def version() -> None:
    """Print the version."""
    tell_version(asked=True)
