"""The command line `cadresim`.

Only Typer is imported at the top: help and mistakes in options cost a tenth of a second. Exit codes: 0 done, 2 the
user's to mend (told without a traceback), 3 done but some runs failed (or ``lint --strict`` found something), 130 stopped
with Ctrl-C, 1 a fault of ours.
"""

from __future__ import annotations

import os
import sys

# importing a module adds its commands
from experiments.cli import (  # noqa: F401
    comparing,
    deciding,
    evidence,
    explaining,
    looking,
    planning,
    projects,
    reporting,
    reproducing,
    results,
    running,
    serving,
    teaching,
    varying,
    workshop,
)
from experiments.cli.plumbing import OURS, STOPPED, app, end_tidily_when_told, leave_at_once, tell_error

__all__ = ["app", "main"]

#: Commands as `cadresim` lists them: in the order in which somebody new meets them. A command that is missing
#: here stands last, and a test asks for it.
PANELS = {
    "Your own bureau": ("init", "lint", "check", "compare", "report"),
    "Look": ("schemes", "describe", "diff", "show", "explain", "winners", "run", "results"),
    "In the browser, in a room": ("app", "workshop", "handouts", "notebooks"),
    "Ask more": ("sweep", "sensitivity", "robustness", "optimise", "adversary", "transition", "pilot", "reproduce"),
    "How far to believe it": ("month", "validate", "calibrate", "method"),
    "Small things": ("schema", "version"),
}


def arrange() -> None:
    """Put the commands into their panels and order."""
    panel_of = {name: panel for panel, names in PANELS.items() for name in names}
    order = {name: place for place, name in enumerate(panel_of)}
    named = {command.name or getattr(command.callback, "__name__", ""): command for command in app.registered_commands}
    for name, command in named.items():
        command.rich_help_panel = panel_of.get(name, "More")
    app.registered_commands[:] = [named[name] for name in sorted(named, key=lambda name: order.get(name, len(order)))]


arrange()


def main() -> None:
    """Entry point of the command."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # an old terminal must not fail on a minus sign
    end_tidily_when_told()
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
