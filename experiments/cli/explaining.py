"""One cadre's year: explain."""

from __future__ import annotations

from typing import Annotated

import typer

from experiments.cli import plumbing
from experiments.cli.options import BaselineOption, BehaviourOption
from experiments.cli.plumbing import app
from sim.bounds import LARGEST_SEED, MOST_MONTHS


@app.command()
@plumbing.told_plainly
def explain(
    scheme: Annotated[str, typer.Argument(metavar="SCHEME", help="A scheme: name or file.")],
    organisation: Annotated[str, typer.Option("--organisation", "-g", help="Organisation: name or file.")] = "county_bureau",
    cadre: Annotated[
        str, typer.Option("--cadre", metavar="N|lowest|median|highest", help="A number from 1, or a place by final score.")
    ] = "median",
    year: Annotated[int | None, typer.Option("--year", help="A recorded year. (default: the last one)")] = None,
    behaviour: BehaviourOption = None,
    baseline: BaselineOption = None,
    months: Annotated[int, typer.Option("--months", min=1, max=MOST_MONTHS, help="Recorded months.")] = 36,
    warmup: Annotated[int, typer.Option("--warmup", min=0, max=MOST_MONTHS, help="Months before, under the baseline.")] = 24,
    seed: Annotated[int, typer.Option("--seed", min=0, max=LARGEST_SEED, help="Seed of all luck; 0 is one too.")] = 1,
    replicate: Annotated[int, typer.Option("--replicate", min=0, max=2**32 - 1, help="Replicate of that seed.")] = 0,
    until: Annotated[
        str | None,
        typer.Option("--until", metavar="grade|score", help="Where the tree starts. (default: the grade, where there is one)"),
    ] = None,
    depth: Annotated[
        int | None, typer.Option("--depth", min=0, max=99, help="Levels shown. (default: 8; all with --json)")
    ] = None,
    settings: Annotated[bool, typer.Option("--settings", help="Show what the scheme and the behaviour set, too.")] = False,
    lang: Annotated[str, typer.Option("--lang", help="en or zh.")] = "en",
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for other programs.")] = False,
) -> None:
    """Tell one cadre's appraised year: from the grade down to draws and rules, and the nearest change that would flip it."""
    import json

    from experiments.api.explaining import explain as grow
    from sim.lang import check_language

    check_language(lang)
    plumbing.get_ready(plumbing.new_console(errors=True))
    found = grow(
        scheme, organisation, cadre=cadre, year=year, behaviour=behaviour, baseline=baseline, months=months,
        warmup_months=warmup, seed=seed, replicate=replicate, until=until,
    )  # fmt: skip
    if as_json:
        typer.echo(json.dumps(found.to_dict(lang, depth=depth), indent=1, ensure_ascii=False))
        return
    from experiments.report.explaining import explanation_as_text

    plumbing.new_console().print(explanation_as_text(found, lang, depth=8 if depth is None else depth, settings=settings))
