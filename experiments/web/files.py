"""The static files of the page: read once at the start, found by their address in a table.

An address that a client sends is looked up among the known ones and never becomes a path: whatever it holds, no other file can
be reached by it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from string import Template

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

FOLDER = Path(__file__).resolve().parent / "static"

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}


@dataclass(frozen=True)
class File:
    """One file as it is sent."""

    body: bytes
    media_type: str
    tag: str


def read_files(folder: Path = FOLDER) -> dict[str, File]:
    """Every static file by its path below the folder (`page.js`, `workshop/room.js`)."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix in TYPES:
            found[path.relative_to(folder).as_posix()] = file_of(path.read_bytes(), TYPES[path.suffix])
    return found


def file_of(body: bytes, media_type: str) -> File:
    """Some bytes as a file, with the tag by which a browser knows whether it has them."""
    return File(body, media_type, '"' + hashlib.blake2b(body, digest_size=12).hexdigest() + '"')


class StaticPages:
    """Sends static files, and whole pages under addresses of their own."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self.folder = folder
        self.files = read_files(folder)

    def routes(self) -> list[Route]:
        """`/static/...`, and the page itself at `/`."""
        return [
            Route("/", self.page("index.html"), methods=["GET"]),
            Route("/static/{name:path}", self.static, methods=["GET"]),
        ]

    def page(self, name: str) -> Callable[[Request], Awaitable[Response]]:
        """An endpoint that sends one page (`index.html`), whatever the rest of the address says."""
        return self._sending(self.files[name])

    def filled(self, template: str, **parts: str) -> Callable[[Request], Awaitable[Response]]:
        """An endpoint that sends a page made of a template in the folder (`workshop/page.html.template`), `$part` filled in.

        The template itself has no address.
        """
        text = Template((self.folder / template).read_text(encoding="utf-8")).substitute(parts)
        return self._sending(file_of(text.encode(), TYPES[".html"]))

    def _sending(self, file: File) -> Callable[[Request], Awaitable[Response]]:
        async def send_page(request: Request) -> Response:
            return self._sent(request, file)

        return send_page

    async def static(self, request: Request) -> Response:
        """A file by its address."""
        from starlette.exceptions import HTTPException

        file = self.files.get(request.path_params["name"])
        if file is None:
            raise HTTPException(404)
        return self._sent(request, file)

    def _sent(self, request: Request, file: File) -> Response:
        headers = {"ETag": file.tag, "Cache-Control": "no-cache"}
        if request.headers.get("if-none-match") == file.tag:
            return Response(status_code=304, headers=headers)
        return Response(file.body, headers=headers, media_type=file.media_type)
