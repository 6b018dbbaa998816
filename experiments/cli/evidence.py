"""validate and calibrate: the model against the evidence."""

from __future__ import annotations

from typing import Annotated

import typer

from experiments.cli import plumbing
from experiments.cli.options import WorkersOption
from experiments.cli.plumbing import app

DROPPED = 1


@app.command()
@plumbing.told_plainly
def validate(
    only: Annotated[list[str] | None, typer.Option("--only", help="Rows (B10), A1 to A4 or limits; may be repeated.")] = None,
    posterior: Annotated[
        int, typer.Option("--posterior", min=0, max=10_000, help="Also under N behaviours of the posterior.")
    ] = 0,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 1 where a claim fares worse than in the stored state.")
    ] = False,
    keep: Annotated[
        bool, typer.Option("--keep", help="Store the verdicts as the state that --strict holds later runs to.")
    ] = False,
    fast: Annotated[bool, typer.Option("--fast", help="Only the first numbers of published simulations.")] = False,
    page: Annotated[
        str | None, typer.Option("--page", help="Where to write the page. (default: docs/evidence.md after a whole run)")
    ] = None,
    behaviour: Annotated[str, typer.Option("--behaviour", help="Behaviour of people: name or file.")] = "default",
    workers: WorkersOption = None,
) -> None:
    """Hold the model against theory, published simulations and published experiments, misses included."""
    from pathlib import Path

    from experiments.report.evidence import (
        GROUPS,
        HEADER,
        counted_words,
        evidence_page,
        limit_line,
        row_lines,
        simulation_line,
        total_words,
        unclaimed_words,
    )
    from experiments.report.tables import text_table
    from experiments.verbs import validate as verb

    verb.check_names(only or [])
    _check_page(page)
    status, console = plumbing.new_console(errors=True), plumbing.new_console()
    plumbing.get_ready(status)
    found = verb.validate(
        only or (), behaviour=behaviour, posterior=posterior, workers=workers, fast=fast,
        tell=lambda name: status.print(f"{name} done", highlight=False),
    )  # fmt: skip
    if found.limits:
        rows = [limit_line(*item) for item in found.limits.items()]
        console.print(text_table("Closed forms of theory", ("Limit", "Worst error", "Verdict"), rows))
    if found.simulations:
        columns = ("Row", "Simulation", "Worst gap, in tolerances", "Numbers met")
        console.print(
            text_table("Published simulations", columns, [simulation_line(*item) for item in found.simulations.items()])
        )
    header = (*HEADER, "Posterior") if posterior else HEADER
    for title, group, _ in GROUPS:
        results = getattr(found, group)
        if results:
            lines = [line[: len(header)] for result in results for line in row_lines(result)]
            console.print(text_table(counted_words(title, results), header, lines))
            for result in results:
                if result.unclaimed:
                    console.print(f"{result.row.id} beside its claims: {unclaimed_words(result)}", markup=False)
                if not result.is_met:
                    reason = " ".join(result.row.file.missed.split()) or "not understood yet"
                    console.print(f"{result.row.id} missed: {reason}", markup=False)
    if found.is_whole:
        for words in total_words(found):
            console.print(words, markup=False)
    console.print(f"{found.seconds:.0f} s", markup=False)
    target = Path(page) if page else (Path("docs/evidence.md") if found.is_whole and Path("docs").is_dir() else None)
    if target is not None:
        command = "cadresim validate" + (f" --posterior {posterior}" if posterior else "")
        target.write_text(evidence_page(found, command), encoding="utf-8")
        console.print(f"Page: {target}", markup=False)
    dropped = verb.drops(found, verb.stored_state())
    for line in dropped:
        console.print(f"Dropped: {line}", markup=False)
    if keep:
        console.print(f"State kept: {verb.keep_state(found)}", markup=False)
    if strict and dropped:
        raise typer.Exit(DROPPED)


@app.command()
@plumbing.told_plainly
def calibrate(
    plan: Annotated[
        str | None, typer.Option("--plan", help="Which parameters, how hard. (default: configs/evidence/calibration.yaml)")
    ] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Write posterior, default behaviour and page; else only tell.")] = False,
    folder: Annotated[
        str | None, typer.Option("--folder", help="Write posterior, page and table into this folder instead.")
    ] = None,
    workers: WorkersOption = None,
) -> None:
    """Fit the behaviour once, on the rows marked fit: a posterior sample of parameter sets and its centre."""
    from pathlib import Path

    from experiments.report.calibration import calibration_page, calibration_table
    from experiments.report.evidence import counted_words
    from experiments.verbs import calibrate as verb

    read = verb.read_plan(Path(plan) if plan else None)
    status, console = plumbing.new_console(errors=True), plumbing.new_console()
    plumbing.get_ready(status)
    done = verb.calibrate(read, workers=workers, tell=lambda text: status.print(text, highlight=False))
    console.print(counted_words("Rows marked fit, met at the centre", done.rows), markup=False)
    for one in done.fitted:
        console.print(f"{one.name}: {one.centre:g} ({one.low:.3g} to {one.high:.3g}), {one.pinned}", markup=False)
    written = []
    if folder is not None:
        into = Path(folder)
        into.mkdir(parents=True, exist_ok=True)
        written.append(verb.write_posterior(done, into / "posterior.csv"))
    elif keep:
        into = Path("docs")
        written += [verb.write_posterior(done), verb.write_default(done.fitted)]
    else:
        return
    for name, text in (
        ("calibration.md", calibration_page(done, "cadresim calibrate --keep")),
        ("calibration.csv", calibration_table(done)),
    ):
        (into / name).write_text(text, encoding="utf-8")
        written.append(into / name)
    console.print("Written: " + ", ".join(map(str, written)), markup=False)


def _check_page(page: str | None) -> None:
    """Refuse a page that cannot be written before minutes of computing, not after them."""
    from pathlib import Path

    from sim.errors import UserError

    if page is not None and (not Path(page).parent.is_dir() or Path(page).is_dir()):
        raise UserError.of("the page cannot be written", file=page, expected="a file in a folder that is there")


@app.command()
@plumbing.told_plainly
def method(
    page: Annotated[str | None, typer.Option("--page", help="Where to write the page. (default: docs/method.md)")] = None,
    replicates: Annotated[int, typer.Option("--replicates", min=5, max=100_000, help="Runs that the number is judged on.")] = 150,
    workers: WorkersOption = None,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the findings for reports (configs/evidence/method.json).")] = False,
) -> None:
    """How long outcomes take to settle, how many replicates they need, how far ahead the model may be read."""
    from pathlib import Path

    from experiments.report.method import method_page
    from experiments.verbs import method as verb
    from sim.schemes.load import read_behaviour

    _check_page(page)
    status, console = plumbing.new_console(errors=True), plumbing.new_console()
    plumbing.get_ready(status)
    found = verb.method(replicates=replicates, workers=workers, tell=lambda text: status.print(text, highlight=False))
    if keep:
        console.print(f"Kept: {verb.keep_method(found)}", markup=False)
    by_status: dict[str, list[str]] = {"assumed": [], "fitted": [], "cited": []}
    for name, beside in read_behaviour().annotations.items():
        by_status[beside.status].append(name)
    text = method_page(found, "cadresim method", by_status["assumed"], by_status["fitted"], by_status["cited"])
    target = Path(page) if page else (Path("docs/method.md") if Path("docs").is_dir() else None)
    if target is None:
        console.print(text, markup=False)
        return
    target.write_text(text, encoding="utf-8")
    console.print(f"Page: {target}", markup=False)
