"""results: which studies there are, and one of them as a table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from experiments.cli import plumbing
from experiments.cli.plumbing import app

if TYPE_CHECKING:
    import pandas as pd

SHOW = "show"
MOST_ROWS = 40


@app.command()
@plumbing.told_plainly
def results(
    what: Annotated[
        list[str] | None,
        typer.Argument(metavar="[DIR] | show STUDY", help="A folder of studies (default: results); or one study."),
    ] = None,
    columns: Annotated[str | None, typer.Option("--columns", help="Columns of the table, separated by commas.")] = None,
    csv: Annotated[bool, typer.Option("--csv", help="All rows as CSV instead of the first as a table.")] = False,
) -> None:
    """List the studies that were run, or show the runs of one.

    cadresim results; cadresim results show municipal_comparison --columns burnout_share,surplus --csv > runs.csv
    """
    from experiments.runs.listing import RESULTS
    from sim.errors import UserError

    words = what or []
    if words[:1] == [SHOW] and len(words) == 2:
        _show(words[1], columns, csv=csv)
        return
    if words == [SHOW] or len(words) > 1:
        raise UserError.of(
            "results takes one folder, or show and one study", found=" ".join(words), expected="[DIR] | show STUDY"
        )
    if columns or csv:
        raise UserError.of("--columns and --csv go with `results show STUDY`")
    _list(Path(words[0]) if words else RESULTS)


def _list(folder: Path) -> None:
    from experiments.report.tables import text_table
    from experiments.runs.listing import list_studies

    rows = []
    for study in list_studies(folder):
        runs = f"{study.n_runs:,}" if study.n_runs == study.n_asked else f"{study.n_runs:,} of {study.n_asked:,}"
        size = f"{study.nbytes / 1e6:,.1f} MB"
        rows.append(
            (study.folder.name or str(study.folder), study.verb, study.state, runs, str(study.n_failed), size, study.when)
        )
    columns = ("Study", "Verb", "State", "Runs", "Failed", "Size", "Last written")
    plumbing.new_console().print(text_table(f"Studies in {folder}: {len(rows)}", columns, rows))


def _show(name: str, columns: str | None, *, csv: bool) -> None:
    import sys

    from experiments.runs.listing import find_study, study_table
    from experiments.runs.store import read_study
    from sim.outcomes import HEADLINES

    folder = find_study(name)
    chosen = [column.strip() for column in columns.split(",") if column.strip()] if columns else None
    with read_study(folder) as store:
        for part in store.damaged:
            tell = f"a part is damaged: {part.name}. Its runs are missing here; the study's own command does them again."
            plumbing.tell_error(tell)
        table = study_table(store, chosen)
    if csv:
        table.to_csv(sys.stdout, index=False, lineterminator="\n")
        return
    _print(table, folder)
    if len(table) and chosen is None and not set(HEADLINES) & set(table.columns):
        tables = ", ".join(sorted(path.name for path in folder.glob("*.csv"))) or "the tables that the study's own command writes"
        told = f"These runs are read month by month and have no outcomes of whole runs. What the study found: {tables}"
        plumbing.new_console().print(told, markup=False, soft_wrap=True)


def _print(table: pd.DataFrame, folder: Path) -> None:
    from experiments.report.tables import text_table

    if not (table["point"] != 0).any():
        table = table.drop(columns="point")
    if "failed" in table and table["failed"].isna().all():
        table = table.drop(columns="failed")
    cells = [[_cell(value) for value in row] for row in table.head(MOST_ROWS).itertuples(index=False)]
    console = plumbing.new_console()
    console.print(text_table(f"{folder}: {len(table):,} runs", [str(name) for name in table.columns], cells))
    if len(table) > MOST_ROWS:
        console.print(f"The first {MOST_ROWS} of {len(table):,} runs; --csv gives all.", markup=False)


def _cell(value: object) -> str:
    if isinstance(value, float):
        return "" if value != value else f"{value:.4g}"
    return "" if value is None else str(value)
