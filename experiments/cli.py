"""The command line `cadresim`.

Only Typer is imported at the top: help and mistakes in options cost a tenth of a second. Exit codes: 0 done, 2 the
user's to mend (told without a traceback, nothing written), 130 stopped with Ctrl-C, 1 a fault of ours.
"""

from __future__ import annotations

import functools
import os
import shlex
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from experiments.design import Design
    from experiments.verbs.compare import Comparison

OK, OURS, USERS, STOPPED = 0, 1, 2, 130

#: Width of tables where there is no terminal to ask and COLUMNS is not set.
PIPE_WIDTH = 132

Command = TypeVar("Command", bound=Callable[..., Any])

app = typer.Typer(
    name="cadresim",
    help="A bureau under an appraisal scheme: burnout, fairness, distortion of information and goal attainment.",
    epilog="Start with: cadresim compare. Presets: cadresim schemes.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Schemes = Annotated[list[str] | None, typer.Argument(metavar="[STUDY | SCHEME ...]", help="A study, or schemes: names or files.")]
SchemesToRun = Annotated[list[str], typer.Argument(metavar="SCHEME ...", help="Schemes: names or files.")]
OrganisationOption = Annotated[str | None, typer.Option("--organisation", "-g", help="Organisation: name or file.")]
BehaviourOption = Annotated[str | None, typer.Option("--behaviour", help="Behaviour of people: name or file.")]
MonthsOption = Annotated[int | None, typer.Option("--months", min=1, max=6000, help="Recorded months. [36]")]
WarmupOption = Annotated[int | None, typer.Option("--warmup", min=0, max=6000, help="Months before, under the baseline. [24]")]
ReplicatesOption = Annotated[int | None, typer.Option("--replicates", min=2, max=10_000_000, help="Runs of each scheme. [100]")]
SeedOption = Annotated[int | None, typer.Option("--seed", min=0, max=2**63 - 1, help="Seed of all luck; 0 is one too. [1]")]
BaselineOption = Annotated[str | None, typer.Option("--baseline", help="Scheme that the others are compared with.")]
WorkersOption = Annotated[int | None, typer.Option("--workers", min=1, max=1024, help="Threads. [one for every processor]")]


# --- plumbing --------------------------------------------------------------------------------------------------------


def told_plainly(command: Command) -> Command:
    """Let a command end with the right exit code and a message instead of a traceback."""

    @functools.wraps(command)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        from sim.errors import UserError

        try:
            return command(*args, **kwargs)
        except UserError as error:
            tell_error(str(error))
            raise typer.Exit(USERS) from error
        except KeyboardInterrupt as stop:
            tell_error("Stopped.")
            raise typer.Exit(STOPPED) from stop

    return guarded  # type: ignore[return-value]


def tell_error(text: str) -> None:
    """A message on the error stream, exactly as it is."""
    typer.secho("Error: ", fg="red", bold=True, err=True, nl=False)
    typer.echo(text, err=True)


def new_console(*, errors: bool = False) -> Console:
    """A console for tables (or, on the error stream, for progress); wide where its output goes into a file."""
    from rich.console import Console

    console = Console(stderr=errors, highlight=False)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        return Console(stderr=errors, highlight=False, width=PIPE_WIDTH)
    return console


def get_ready(status: Console) -> None:
    """Compile the model, or load what was compiled before; says which where it takes long."""
    from sim.run import compile_model

    compile_model(lambda text: status.print(text, highlight=False))


# --- compare ---------------------------------------------------------------------------------------------------------


@app.command()
@told_plainly
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
    equal_budget: Annotated[
        bool, typer.Option("--equal-budget", help="Scale explicit rewards so that schemes cost the same.")
    ] = False,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Folder of results. [results/NAME]")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace earlier results in that folder.")] = False,
) -> None:
    """Compare schemes under the same luck: the main job.

    Without arguments: the twelve preset schemes in a municipal bureau.
    """
    from experiments.questions import DEFAULT_STUDY, read_question
    from experiments.store import check_folder, free_folder

    design = read_question(
        schemes or DEFAULT_STUDY,
        organisation=organisation,
        behaviour=behaviour,
        baseline=baseline,
        months=months,
        warmup_months=warmup,
        replicates=replicates,
        seed=seed,
    )
    folder = out or free_folder(Path("results") / design.name)
    check_folder(folder, overwrite=overwrite)
    equal = equal_budget or design.equal_budget
    comparison = _run_and_store(design, folder, workers=workers, equal_budget=equal, overwrite=overwrite)
    _show(comparison, folder)


def _run_and_store(design: Design, folder: Path, *, workers: int | None, equal_budget: bool, overwrite: bool) -> Comparison:
    """Run the design, with progress, into a folder that appears whole or not at all."""
    from experiments.budget import equalise
    from experiments.report.progress import progress_bar
    from experiments.store import staged
    from experiments.verbs.compare import run_comparison

    status = new_console(errors=True)
    done_so_far = 0

    try:
        with staged(folder, overwrite=overwrite) as staging:
            get_ready(status)
            budget = None
            if equal_budget:
                design, budget = equalise(
                    design, workers=workers, core=core(), say=lambda text: status.print(text, highlight=False)
                )
            with progress_bar(status, f"{len(design.schemes)} schemes, {design.months} months") as tell:

                def progress(done: int, total: int) -> None:
                    nonlocal done_so_far
                    done_so_far = done
                    tell(done, total)

                comparison = run_comparison(
                    design,
                    folder=staging,
                    workers=workers,
                    core=core(),
                    progress=progress,
                    budget=budget,
                    command=shlex.join(["cadresim", *sys.argv[1:]]),
                )
            status.print("Drawing the figures ...", highlight=False)
            from experiments.report.figures import draw_comparison  # not earlier: plotting must not delay the first progress

            draw_comparison(comparison, staging)
            comparison.write_tables(staging)
    except KeyboardInterrupt as stop:
        kept = "earlier results in it are as they were" if (folder / "manifest.json").exists() else "nothing was kept"
        tell_error(f"Stopped after {done_so_far} of {design.replicates} replicates. Nothing was written to {folder}; {kept}.")
        raise typer.Exit(STOPPED) from stop
    comparison.folder = folder
    return comparison


def core() -> Any:
    """What simulates. Tests put a fake in its place."""
    from experiments.runner import compiled_core

    return compiled_core


def _show(comparison: Comparison, folder: Path) -> None:
    from experiments.report.progress import duration
    from experiments.report.tables import comparison_table
    from experiments.report.words import in_one_sentence

    console = new_console()
    console.print()
    console.print(comparison_table(comparison))
    console.print(in_one_sentence(comparison), markup=False)
    if comparison.budget:
        console.print()
        for sentence in comparison.budget.sentences():
            console.print(sentence, markup=False)
    console.print()
    console.print(
        f"{comparison.design.n_runs} runs in {duration(comparison.wall_time)}. Tables and figures: {folder}",
        markup=False,
        soft_wrap=True,
    )


# --- one run ---------------------------------------------------------------------------------------------------------


@app.command()
@told_plainly
def run(
    schemes: SchemesToRun,
    organisation: Annotated[str, typer.Option("--organisation", "-g", help="Organisation: name or file.")] = "county_bureau",
    behaviour: Annotated[str, typer.Option("--behaviour", help="Behaviour of people: name or file.")] = "default",
    baseline: Annotated[str, typer.Option("--baseline", help="Scheme of the warm-up.")] = "deduction_heavy",
    months: Annotated[int, typer.Option("--months", min=1, max=6000, help="Recorded months.")] = 36,
    warmup: Annotated[int, typer.Option("--warmup", min=0, max=6000, help="Months before, under the baseline.")] = 24,
    seed: Annotated[int, typer.Option("--seed", min=0, max=2**63 - 1, help="Seed of all luck; 0 is one too.")] = 1,
    replicate: Annotated[int, typer.Option("--replicate", min=0, help="Which replicate of that seed.")] = 0,
    agents: Annotated[bool, typer.Option("--agents", help="Walk with Mesa agents: the same numbers, far slower.")] = False,
    workers: Annotated[int, typer.Option("--workers", min=1, max=1024, help="Threads (large organisations).")] = 1,
) -> None:
    """Run one or more schemes once each and print the months."""
    from experiments.questions import read_question
    from experiments.report.tables import monthly_table, outcomes_table
    from experiments.verbs.compare import HEADLINE_SERIES
    from sim.outcomes import HEADLINES

    asked = [*schemes, baseline] if baseline not in schemes else schemes
    design = read_question(asked, organisation=organisation, behaviour=behaviour, baseline=baseline, months=months)
    console = new_console()
    if not agents:
        get_ready(new_console(errors=True))
    from sim.run import simulate

    chosen = design.schemes[: len(schemes)]
    for scheme in chosen:
        done = simulate(
            scheme,
            design.organisation,
            behaviour=design.behaviour,
            baseline=design.baseline_scheme,
            months=months,
            warmup_months=warmup,
            seed=seed,
            replicate=replicate,
            walk="agents" if agents else "compiled",
            workers=workers,
        )
        title = f"{design.titles[scheme.name]}, {design.organisation.title or design.organisation.name}, seed {seed}"
        console.print(monthly_table(title, done.monthly, HEADLINE_SERIES))
        console.print(outcomes_table("The last twelve months", [(name, done.outcomes[name]) for name in HEADLINES]))


# --- looking at documents --------------------------------------------------------------------------------------------


@app.command()
@told_plainly
def schemes() -> None:
    """List the preset schemes, then the other presets."""
    from experiments.report.tables import text_table
    from sim.schemes.load import load_scheme
    from sim.schemes.locate import preset_names

    console = new_console()
    found = [load_scheme(name) for name in preset_names("schemes")]
    rows = [(scheme.name, scheme.title, scheme.summary) for scheme in found]
    console.print(text_table(f"{len(rows)} preset schemes", ("Name", "Title", "What makes it itself"), rows))
    for kind in ("organisations", "behaviour", "studies"):
        console.print(f"{kind.capitalize()}: {', '.join(preset_names(kind))}", markup=False)


@app.command()
@told_plainly
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
    new_console().print(text_table(title, ("Element", "Value", "Source", "Status", "Note"), rows))


def _show_study(study: Any) -> None:
    from experiments.report.tables import text_table

    rows = []
    for key, value in study.model_dump(mode="json").items():
        values = value if isinstance(value, list) else [value]
        rows += [(key if index == 0 else "", str(one)) for index, one in enumerate(values)]
    new_console().print(text_table(f"Study {study.name}", ("Element", "Value"), rows))


@app.command()
@told_plainly
def check(
    files: Annotated[list[str], typer.Argument(metavar="FILE ...", help="Schemes, organisations, behaviour or studies.")],
    organisation: Annotated[str | None, typer.Option("--organisation", "-g", help="Organisation that schemes must fit.")] = None,
) -> None:
    """Check files without running anything; exit code 2 if one has mistakes."""
    from sim.errors import UserError
    from sim.outcomes import OUTCOME_NAMES
    from sim.schemes.check import check as check_document
    from sim.schemes.load import read_organisation

    bureau = read_organisation(organisation) if organisation else None
    wrong = 0
    for file in files:
        try:
            checked = check_document(file, organisation=bureau, outcome_names=OUTCOME_NAMES)
        except UserError as error:
            tell_error(str(error))
            wrong += 1
            continue
        typer.secho("ok ", fg="green", nl=False)
        typer.echo(f"{checked.file}: a correct {checked.kind}")
        for finding in checked.advice:
            typer.echo(f"   advice: {finding}")
    if wrong:
        raise typer.Exit(USERS)


@app.command()
@told_plainly
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
@told_plainly
def describe(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A scheme: name or file.")],
    organisation: OrganisationOption = None,
    against: Annotated[str | None, typer.Option("--against", help="Another scheme: tell only what differs from it.")] = None,
) -> None:
    """Tell a scheme in plain words, or its difference from another."""
    from sim.schemes.describe import describe as in_words
    from sim.schemes.describe import difference_in_words
    from sim.schemes.load import load_organisation, load_scheme

    scheme = load_scheme(name)
    if against:
        typer.echo(difference_in_words(load_scheme(against), scheme), nl=False)
        return
    typer.echo(in_words(scheme, load_organisation(organisation) if organisation else None), nl=False)


@app.command()
@told_plainly
def month() -> None:
    """Print the plan of a month: links, rules, and who reads and writes which column."""
    from experiments.report.tables import text_table
    from sim.loop.month import month_plan

    rows: list[tuple[str, ...]] = []
    last = ""
    for link, rule, reads, writes in month_plan():
        rows.append(("" if link == last else link, rule, _by_table(reads), _by_table(writes)))
        last = link
    new_console().print(text_table("A month, in this order", ("Link", "Rule", "Reads", "Writes"), rows))


def _by_table(columns: Iterable[str]) -> str:
    """Columns named once with their table: 'bureaus: productivity, stocks', a line a table."""
    tables: dict[str, list[str]] = {}
    for column in columns:
        table, _, name = column.rpartition(".")
        tables.setdefault(table, []).append(name)
    return "\n".join(f"{table}: {', '.join(names)}" if table else ", ".join(names) for table, names in tables.items())


@app.command()
def version() -> None:
    """Print the version."""
    import sim

    typer.echo(sim.__version__)


# --- entry -----------------------------------------------------------------------------------------------------------


def main() -> None:
    """Entry point of the command."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # an old terminal must not fail on a minus sign
    try:
        app()
    except SystemExit as end:
        if end.code == STOPPED:
            leave_at_once()
        raise
    except BrokenPipeError:  # the reader (head, less) has gone: nothing to tell
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(OURS) from None
    except Exception:  # noqa: BLE001 - the outermost net: whatever gets here is our fault and is told as such
        import traceback

        traceback.print_exc()
        tell_error("this is a fault of cadresim, not yours. Please report it with the lines above and the command.")
        raise SystemExit(OURS) from None


def leave_at_once() -> None:
    """End without waiting for the kernels that still run: nothing reads them, and they cannot be interrupted."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(STOPPED)


if __name__ == "__main__":
    main()
