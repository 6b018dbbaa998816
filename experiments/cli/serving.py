"""app: the page for designers, served on one's own machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from experiments.cli import plumbing
from experiments.cli.options import WorkersOption
from experiments.cli.plumbing import app as commands

HostOption = Annotated[str, typer.Option("--host", help="Where to listen; 0.0.0.0 lets everybody on the network in.")]
PortOption = Annotated[int, typer.Option("--port", min=0, max=65535, help="Port; 0 takes any that is free.")]
OpenOption = Annotated[bool, typer.Option("--open/--no-open", help="Open it in the browser.")]
AllowOption = Annotated[
    list[str] | None, typer.Option("--allow-host", metavar="NAME", help="A further name by which this machine is asked.")
]


@contextmanager
def told_what_lacks(part: str) -> Iterator[None]:
    """Around the imports of a front that is served: name the extra where its packages are not installed."""
    from sim.errors import UserError

    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("starlette", "uvicorn"):
            raise
        raise UserError.of(
            f"{part} needs a package that is not installed", found=error.name or "", hint="pip install 'cadresim[app]'"
        ) from error


@commands.command("app")
@plumbing.told_plainly
def serve_app(
    host: HostOption = "127.0.0.1",
    port: PortOption = 8000,
    open_browser: OpenOption = True,
    allow_host: AllowOption = None,
    workers: WorkersOption = None,
) -> None:
    """Serve the page: pick a bureau and schemes, change elements, see what follows."""
    serve_with(host, port, open_browser=open_browser, allow_host=allow_host, workers=workers)


def serve_with(
    host: str,
    port: int,
    *,
    open_browser: bool,
    allow_host: list[str] | None,
    workers: int | None,
    parts: tuple[str, ...] = (),
    at: str = "/",
) -> None:
    """Serve the page and the named parts ("module:function") beside it."""
    from importlib import import_module

    with told_what_lacks("the page"):
        from experiments.web.serve import serve
        from experiments.web.settings import Settings
    found = [part.partition(":") for part in parts]
    more = [getattr(import_module(module), name) for module, _, name in found]
    settings = Settings(host, port, tuple(name.lower() for name in allow_host or ()), workers)
    serve(settings, more=more, open_browser=open_browser, at=at, say=lambda text: typer.echo(text, err=True))
