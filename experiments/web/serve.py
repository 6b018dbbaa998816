"""Runs the server: makes the model ready, says where the page is, serves until it is stopped."""

from __future__ import annotations

import socket
import threading
import webbrowser
from collections.abc import Callable, Sequence
from dataclasses import replace

from experiments.web.addresses import address_for_others, address_here
from experiments.web.app import Part, create_app
from experiments.web.settings import Settings, check_host
from sim.errors import UserError

MOST_CONNECTIONS = 512


def serve(
    settings: Settings,
    *,
    more: Sequence[Part] = (),
    open_browser: bool = False,
    at: str = "/",
    others_at: str = "/",
    invite: str = "Everybody on this network can open it at {address}",
    say: Callable[[str], None] = print,
) -> None:
    """Serve the page (and `more`) until Ctrl-C.

    `at` is the path that the browser is opened at, `others_at` the one that others are invited to where the server listens on a
    network.

    Raises:
        UserError: a bad host, or a port that is taken.
    """
    import uvicorn

    from sim.run import compile_model

    listener = _listener(check_host(settings.host), settings.port)
    say("Making the model ready (seconds; a minute the first time) ...")
    compile_model(say)
    settings = replace(settings, port=listener.getsockname()[1])
    address = address_here(settings) + at
    listener.listen(MOST_CONNECTIONS)  # whoever opens the address at once waits a moment and is not refused
    say(f"The page is at {address} (stop with Ctrl-C)")
    if not settings.is_loopback:
        say(f"{invite.format(address=address_for_others(settings) + others_at)} (use it in networks you trust)")
    if open_browser:
        threading.Timer(0.5, webbrowser.open, (address,)).start()
    config = uvicorn.Config(
        create_app(settings, more),
        log_level="warning",
        access_log=False,
        server_header=False,
        date_header=True,
        proxy_headers=False,
        limit_concurrency=MOST_CONNECTIONS,
        timeout_keep_alive=30,
        h11_max_incomplete_event_size=32 * 1024,
        timeout_graceful_shutdown=2,
        ws="none",
    )
    uvicorn.Server(config).run(sockets=[listener])


def _listener(host: str, port: int) -> socket.socket:
    """A socket that listens; port 0 takes any that is free."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host.strip("[]"), port))
    except (OSError, OverflowError) as error:
        listener.close()
        told = getattr(error, "strerror", None) or str(error)
        raise UserError.of(
            "the page cannot be served there",
            path="--port",
            found=f"{host}:{port} ({told})",
            hint="take another --port, or 0 for any",
        ) from error
    return listener
