"""All commands with their options, from Typer."""

from __future__ import annotations

from typing import Any

from docs.made.declared import commands
from docs.made.markdown import docstring, fence, plain, table, target


def page() -> str:
    """The page of commands."""
    lines = [
        "# Commands",
        "",
        "Made from the command line itself. A value in square brackets at the end of a line is what holds without the option.",
        "Exit codes are the same for all commands: see [](../howto/exit-codes.md).",
        "",
        table(
            ("Command", "What it does"),
            [(f"[`cadresim {name}`](#command-{name})", _first(one)) for name, one in commands().items()],
        ),
    ]
    for name, one in commands().items():
        lines += [target("command", name) + f"## cadresim {name}", "", docstring(one.help), fence(_usage(name, one)), ""]
        rows = [_row(parameter) for parameter in one.params if not getattr(parameter, "hidden", False)]
        if rows:
            lines += [table(("", "Meaning"), rows), ""]
    return "\n".join(lines)


def _first(command: Any) -> str:
    return plain((command.help or "").strip().split("\n")[0])


def _usage(name: str, command: Any) -> str:
    places = [
        parameter.metavar or parameter.name.upper() for parameter in command.params if parameter.param_type_name == "argument"
    ]
    options = "[OPTIONS] " if any(parameter.param_type_name == "option" for parameter in command.params) else ""
    return f"cadresim {name} {options}{' '.join(places)}".rstrip()


def _row(parameter: Any) -> tuple[str, str]:
    if parameter.param_type_name == "argument":
        return f"`{parameter.metavar or parameter.name.upper()}`", plain(getattr(parameter, "help", "") or "")
    flags = ", ".join(f"`{flag}`" for flag in (*parameter.opts, *parameter.secondary_opts))
    takes = "" if parameter.is_flag else f" `{parameter.metavar or _type_name(parameter)}`"
    return flags + takes, plain((parameter.help or "").strip()) + _bounds(parameter)


def _type_name(parameter: Any) -> str:
    """What an option takes, in Typer's words of this or an earlier version."""
    if hasattr(parameter, "type"):
        return str(parameter.type.name).split(" ")[0].upper()
    annotation = parameter.type_descriptor.annotation
    return {"int": "INTEGER", "float": "FLOAT", "str": "TEXT"}.get(getattr(annotation, "__name__", ""), "PATH")


def _bounds(parameter: Any) -> str:
    held = parameter if hasattr(parameter, "min") else getattr(parameter, "type", None)
    low, high = getattr(held, "min", None), getattr(held, "max", None)
    if low is None and high is None:
        return ""
    return f" From {low}." if high is None or high > 10**12 else f" {low} to {high:,}."
