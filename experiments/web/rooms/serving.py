"""Serves a workshop: makes its keys, opens the first room, and says where everything is."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path

from experiments.lessons.reading import open_lesson
from experiments.web.rooms.limits import Limits
from experiments.web.rooms.routes import Workshop
from experiments.web.serve import serve
from experiments.web.settings import Settings
from sim.lang import check_language


def serve_workshop(
    *,
    host: str = "127.0.0.1",
    port: int = 8000,
    lesson: str | None = None,
    language: str = "en",
    bots: int = 0,
    folder: Path | None = None,
    workers: int | None = None,
    allowed_hosts: tuple[str, ...] = (),
    open_browser: bool = False,
    limits: Limits | None = None,
    say: Callable[[str], None] = print,
) -> None:
    """Serve until Ctrl-C.

    Raises:
        UserError: no such lesson or language, a bad host or folder, or a port that is taken.
    """
    check_language(language)
    opened = open_lesson(lesson) if lesson else None
    key = secrets.token_urlsafe(24)
    workshop = Workshop(key, limits=limits, folder=folder, say=say, lessons=() if opened is None else (opened,))
    settings = Settings(host=host, port=port, workers=workers, allowed_hosts=allowed_hosts)
    at = f"/workshop/open#k={key}"
    if opened is not None:
        room, host_key, board_key = workshop.hall.open_room(opened.lesson.name, language, bots)
        say(f"Room {room.code}: {opened.lesson.title.in_language(language)}")
        at = f"/workshop/host/{room.code}#k={host_key}&b={board_key}"
        say(f"To open further rooms: /workshop/open#k={key}")
    say("Keep the link with the key: whoever has it leads the room.")
    serve(
        settings,
        more=[workshop.part],
        at=at,
        others_at="/workshop",
        invite="Participants join at {address}",
        open_browser=open_browser,
        say=say,
    )
