"""winners: who gains and who loses what, from the results of a comparison."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from experiments.cli import plumbing
from experiments.cli.plumbing import app

if TYPE_CHECKING:
    import pandas as pd


@app.command()
@plumbing.told_plainly
def winners(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of results of cadresim compare.")],
    scheme: Annotated[str | None, typer.Option("--scheme", help="One scheme in detail.")] = None,
    by: Annotated[
        str | None,
        typer.Option(
            "--by", help="Group desks (with --scheme): department, branch, sequence, 'ability quartile', 'tenure band'."
        ),
    ] = None,
    measure: Annotated[
        str | None, typer.Option("--measure", help="Transition table of grade, pay, effort or burnout (with --scheme).")
    ] = None,
    group: Annotated[str | None, typer.Option("--group", help="One group of --by, for a transition table.")] = None,
) -> None:
    """Tell who gains and who loses what: the same desk under the baseline and under a scheme."""
    from experiments.report.desks import TITLES, desks_in_words, desks_note, desks_table, groups_table, moves_table
    from experiments.statistics.winners import EVERYBODY
    from sim.desks import MEASURES
    from sim.errors import UserError

    table, titles, baseline = _results(folder)
    console = plumbing.new_console()
    if scheme is None:
        if by or measure or group:
            raise UserError.of("a detail needs a scheme", expected=f"--scheme, one of {', '.join(_known(table, 'scheme'))}")
        console.print(desks_table(table, titles, baseline))
        for name in _known(table, "scheme"):
            console.print(desks_in_words(table, name, titles[name]), markup=False)
        console.print(desks_note(), markup=False, style="dim")
        return
    _check("scheme", scheme, _known(table, "scheme"))
    own = table[table["scheme"] == scheme]
    if by:
        _check("by", by, _known(own, "dimension"))
    against = f"{titles[scheme]} against {titles[baseline]}"
    if measure is None:
        dimension = by or "sequence"
        console.print(groups_table(table, scheme, dimension, f"{against}, by {dimension}: share of desks, 95 % interval"))
    else:
        _check("measure", measure, [one.name for one in MEASURES])
        dimension, place = (by, group) if by and group else EVERYBODY
        if bool(by) != bool(group):
            raise UserError.of("a transition table is of everybody or of one group", expected="both --by and --group, or neither")
        if by:
            _check("group", str(group), _known(own[own["dimension"] == by], "group"))
        chosen = next(one for one in MEASURES if one.name == measure)
        title = f"{against}, {place}: {TITLES[measure].lower()}, share of desks, 95 % interval"
        console.print(moves_table(table, scheme, chosen, str(dimension), str(place), title))
    console.print(desks_note(), markup=False, style="dim")


def _results(folder: Path) -> tuple[pd.DataFrame, dict[str, str], str]:
    """The table of winners of a folder, titles of its schemes, and the baseline."""
    import json

    from experiments.statistics.winners import read_winners
    from sim.errors import UserError

    path = folder / "winners.csv"
    if not path.is_file() or not (folder / "manifest.json").is_file():
        raise UserError.of(
            "there are no winners in this folder",
            found=str(folder),
            hint="cadresim compare writes winners.csv (unless --no-winners)",
        )
    study: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["study"]
    titles = {one["name"]: one.get("title") or one["name"].replace("_", " ") for one in study["schemes"]}
    table = read_winners(path, [name for name in titles if name != study["baseline"]])
    return table, titles, str(study["baseline"])


def _known(table: pd.DataFrame, column: str) -> list[str]:
    return [str(one) for one in dict.fromkeys(table[column])]


def _check(option: str, given: str, known: list[str]) -> None:
    from sim.errors import UserError
    from sim.schemes.words import did_you_mean, quoted

    if given not in known:
        raise UserError.of(
            f"{option}: there is no such thing in these results",
            found=quoted(given),
            expected=f"one of {', '.join(known)}",
            hint=did_you_mean(given, known),
        )
