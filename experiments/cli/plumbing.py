"""What every command shares: the application, exit codes, messages without tracebacks, consoles."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import typer

if TYPE_CHECKING:
    from rich.console import Console

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


def core() -> Any:
    """What simulates. Tests put a fake in its place."""
    from experiments.runner import compiled_core

    return compiled_core


def leave_at_once() -> None:
    """End without waiting for the kernels that still run: nothing reads them, and they cannot be interrupted."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(STOPPED)
