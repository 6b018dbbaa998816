"""Workshops: `cadresim workshop` serves rooms, `cadresim handouts` writes the sheets of the lessons."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from experiments.cli import plumbing
from experiments.cli.options import WorkersOption
from experiments.cli.plumbing import app
from experiments.cli.serving import AllowOption, HostOption, OpenOption, PortOption, told_what_lacks


@app.command()
@plumbing.told_plainly
def workshop(
    host: HostOption = "127.0.0.1",
    port: PortOption = 8000,
    lesson: Annotated[
        str | None, typer.Option("--lesson", metavar="NAME", help="Open a room with this lesson (or file) at once.")
    ] = None,
    language: Annotated[str, typer.Option("--lang", help="Language of that room: en or zh.")] = "en",
    bots: Annotated[int, typer.Option("--bots", min=0, help="Bots in empty seats of that room.")] = 0,
    folder: Annotated[
        Path | None, typer.Option("--folder", help="Keep rooms here: a restarted server goes on with them.")
    ] = None,
    open_browser: OpenOption = True,
    allow_host: AllowOption = None,
    workers: WorkersOption = None,
) -> None:
    """Serve a workshop: rooms with a code, a board for the projector, six lessons. Nothing but this machine is asked."""
    with told_what_lacks("the workshop"):
        from experiments.web.rooms.serving import serve_workshop
    serve_workshop(
        host=host,
        port=port,
        lesson=lesson,
        language=language,
        bots=bots,
        folder=folder,
        workers=workers,
        allowed_hosts=tuple(name.lower() for name in allow_host or ()),
        open_browser=open_browser,
        say=lambda text: typer.echo(text, err=True),
    )


@app.command()
@plumbing.told_plainly
def handouts(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to write them into.")],
    lesson: Annotated[
        list[str] | None, typer.Option("--lesson", metavar="NAME", help="Only this lesson (or file); may be repeated.")
    ] = None,
    language: Annotated[str, typer.Option("--lang", help="en or zh.")] = "en",
    seed: Annotated[int | None, typer.Option("--seed", min=0, help="Other luck than the lesson's own.")] = None,
    replicates: Annotated[int | None, typer.Option("--replicates", "-n", min=4, max=1000, help="Runs of every scheme.")] = None,
) -> None:
    """Write the sheets of the lessons as static pages: one for participants, one for the facilitator, all numbers from runs."""
    from experiments.lessons.handout import write_handouts

    status = plumbing.new_console(errors=True)
    plumbing.get_ready(status)
    written = write_handouts(
        folder,
        lesson or (),
        language=language,
        seed=seed,
        replicates=replicates,
        say=lambda text: status.print(text, highlight=False),
    )
    typer.echo(f"{len(written)} files in {folder}: begin with {written[-1]}")
