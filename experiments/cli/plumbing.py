"""What every command shares: the application, exit codes, messages without tracebacks, consoles."""

from __future__ import annotations

import errno
import functools
import os
import shlex
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, TypeVar

import typer

from sim.lang import are, counted

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from rich.console import Console

    from sim.errors import Finding

OK, OURS, USERS, SOME_FAILED, STOPPED = 0, 1, 2, 3, 130

#: Findings that an error tells at once.
MOST_FINDINGS = 50

#: Width of tables where there is no terminal to ask and COLUMNS is not set.
PIPE_WIDTH = 132

Command = TypeVar("Command", bound=Callable[..., Any])

app = typer.Typer(
    name="cadresim",
    help="A bureau under an appraisal scheme: burnout, fairness, distortion of information and goal attainment.",
    epilog="Start with: cadresim init my_bureau, or cadresim app. The main job: cadresim compare.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def told_plainly(command: Command) -> Command:
    """Let a command end with the right exit code and a message instead of a traceback."""

    @functools.wraps(command)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        from sim.errors import UserError

        try:
            return command(*args, **kwargs)
        except UserError as error:
            tell_error(first_findings(error.findings))
            raise typer.Exit(USERS) from error
        except OSError as error:
            if error.errno != errno.ENAMETOOLONG:
                raise
            tell_error(f"a name is too long for this system\n    found:    {str(error.filename)[:60]}...")
            raise typer.Exit(USERS) from error
        except KeyboardInterrupt as stop:
            tell_error("Stopped.")
            raise typer.Exit(STOPPED) from stop

    return guarded  # type: ignore[return-value]


def first_findings(findings: Sequence[Finding]) -> str:
    """What is to be mended, sorted by place; no more of it than somebody reads."""
    told = "\n".join(str(finding) for finding in sorted(findings)[:MOST_FINDINGS])
    more = len(findings) - MOST_FINDINGS
    return f"{told}\n... and {more} more, told when these are mended" if more > 0 else told


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


@contextmanager
def executor(cluster: str | None, workers: int | None) -> Iterator[Executor | None]:
    """What runs a study: None for threads of this process, else the Dask workers that ``--cluster`` names."""
    if cluster is None:
        yield None
        return
    from experiments.runs.cluster import cluster_executor

    with cluster_executor(cluster, workers) as found:
        yield found


@contextmanager
def told_how_to_go_on(folder: Path) -> Iterator[None]:
    """Tell whoever stops a study what is kept and how it goes on."""
    try:
        yield
    except KeyboardInterrupt as stop:
        from experiments.runs.store import kept_runs

        kept = kept_runs(folder)
        if kept:
            told = f"Stopped. {counted(kept, 'finished run')} {are(kept)} kept in {folder}: the same command goes on from there."
            tell_error(told)
        else:
            tell_error("Stopped before a run was finished; nothing was kept.")
        raise typer.Exit(STOPPED) from stop


def run_into_folder(
    run: Callable[..., Any],
    name: str,
    told: Mapping[str, Any],
    *,
    title: str,
    workers: int | None,
    cluster: str | None,
    out: Path | None,
    overwrite: bool,
) -> tuple[Any, Path]:
    """Run what a study's folder lacks, with progress; the result and the folder.

    ``run`` takes the folder and how to run; ``told`` is what the store is told of the study (a verb's ``about``).
    """
    from experiments.report.progress import progress_bar
    from experiments.runs.store import check_study_folder, study_folder

    folder = out or study_folder(Path("results") / name, told)
    check_study_folder(folder, told, overwrite=overwrite)
    status = new_console(errors=True)
    with executor(cluster, workers) as pool:
        get_ready(status)
        with told_how_to_go_on(folder), progress_bar(status, title) as tell:
            result = run(
                folder=folder,
                workers=workers,
                executor=pool,
                overwrite=overwrite,
                progress=tell,
                say=lambda text: status.print(text, highlight=False, markup=False),
                command=shlex.join(["cadresim", *sys.argv[1:]]),
            )
    return result, folder


def tell_failed(failed: Sequence[Mapping[str, Any]], n_runs: int) -> None:
    """Say at the end which runs failed, and end with the exit code for it; says nothing where none did."""
    if not failed:
        return
    reasons = Counter(str(run["reason"]) for run in failed)
    told = "\n".join(f"    {count} x {reason}" for reason, count in reasons.most_common(5))
    they_are = "it is" if len(failed) == 1 else "they are"
    tell_error(f"{len(failed)} of {counted(n_runs, 'run')} failed; {they_are} missing in every result:\n{told}")
    raise typer.Exit(SOME_FAILED)


def core() -> Any:
    """What simulates. Tests put a fake in its place."""
    from experiments.runs.runner import compiled_core

    return compiled_core


#: Signals that told this process to end.
_told_to_end: list[int] = []


def end_tidily_when_told() -> None:
    """Have SIGTERM and SIGHUP end a command as Ctrl-C does: what is finished is kept, what is temporary goes."""

    def end(number: int, frame: FrameType | None) -> None:
        _told_to_end.append(number)
        raise KeyboardInterrupt

    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:  # nohup has them ignored
            signal.signal(number, end)


def leave_at_once() -> None:
    """End without waiting for the kernels that still run: nothing reads them, and they cannot be interrupted.

    Whoever was told to end by a signal ends by it, so that services and schedulers see what they did.
    """
    from experiments.runs.folder import PassingFolder

    PassingFolder.forget_all()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    if _told_to_end:
        signal.signal(_told_to_end[0], signal.SIG_DFL)
        os.kill(os.getpid(), _told_to_end[0])
    os._exit(STOPPED)
