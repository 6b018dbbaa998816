"""The door: who may ask, how much, and with which headers every answer leaves.

Everything is refused before any of it is read further: wrong names of this machine (DNS rebinding), requests that other sites'
pages make, long addresses, large or slow bodies.
"""

from __future__ import annotations

import asyncio
import ipaddress
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from experiments.web.answers import refusal
from experiments.web.settings import LOOPBACK_NAMES, Settings, is_loopback

#: Nothing from elsewhere, no script or style inside the page, nobody frames it.
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)

HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=(), payment=()"),
)

SAFE = ("GET", "HEAD")


class TooLarge(Exception):
    """More came than was announced or allowed."""


class TooSlow(Exception):
    """The body did not come in time."""


class Guard:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        status = self.refused(scope)
        if scope["type"] == "websocket":
            if status is None:
                await self.app(scope, receive, send)
            else:
                await send({"type": "websocket.close", "code": 1008})
            return
        answering = _Answering(send)
        if status is not None:
            await refusal(status)(scope, receive, answering)
            return
        try:
            await self.app(scope, self._bounded(receive), answering)
        except (TooLarge, TooSlow) as error:
            if not answering.has_begun:
                await refusal(413 if isinstance(error, TooLarge) else 408)(scope, receive, answering)

    def refused(self, scope: Scope) -> int | None:
        """The status with which a request is refused at the door, or None."""
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        hosts = [value for name, value in scope["headers"] if name.lower() == b"host"]
        if len(hosts) != 1 or not self.is_ours(headers.get("host", "")):
            return 421
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > self.settings.longest_target:
            return 414
        if _is_foreign(scope, headers):
            return 403
        announced = headers.get("content-length", "0")
        if not announced.isdigit():
            return 400
        return 413 if int(announced) > self.settings.largest_body else None

    def is_ours(self, host: str) -> bool:
        """Whether this machine may be asked by this name: a number, or a name that was given.

        A page of another site that lets its own name point here (DNS rebinding) still sends its own name.
        """
        try:
            name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
            _ = urlsplit(f"//{host}").port
        except ValueError:
            return False
        if "@" in host or "/" in host or not name:
            return False
        if self.settings.is_loopback:
            return is_loopback(name) or name in self.settings.allowed_hosts
        return _is_number(name) or name in (*LOOPBACK_NAMES, self.settings.host.lower(), *self.settings.allowed_hosts)

    def _bounded(self, receive: Receive) -> Receive:
        """What comes in, counted and timed until it is complete."""
        taken, complete = 0, False

        async def bounded() -> Message:
            nonlocal taken, complete
            if complete:
                return await receive()  # waits for the client to leave
            try:
                message = await asyncio.wait_for(receive(), self.settings.seconds_to_send)
            except TimeoutError:
                raise TooSlow from None
            taken += len(message.get("body", b""))
            if taken > self.settings.largest_body:
                raise TooLarge
            complete = not message.get("more_body", False)
            return message

        return bounded


class _Answering:
    """Sends with our headers on every answer, and knows whether it has begun."""

    def __init__(self, send: Send) -> None:
        self.send = send
        self.has_begun = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.has_begun = True
            ours = {name for name, _ in HEADERS} | {b"server"}
            kept = [(name, value) for name, value in message.get("headers", []) if name.lower() not in ours]
            message = {**message, "headers": [*kept, *HEADERS]}
        await self.send(message)


def _is_foreign(scope: Scope, headers: dict[str, str]) -> bool:
    """Whether another site's page asks. Following a link to the page is welcome."""
    site = headers.get("sec-fetch-site", "none")
    is_visit = headers.get("sec-fetch-mode") == "navigate" and scope.get("method") in SAFE
    if site in ("cross-site", "same-site") and not is_visit:
        return True
    origin = headers.get("origin")
    if origin is None or scope.get("method", "GET") in SAFE:
        return False
    return urlsplit(origin).netloc.lower() != headers.get("host", "").lower()


def _is_number(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
