"""What a server of the page may be told, and what nobody may exceed."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from sim.errors import UserError

LOOPBACK_NAMES = ("localhost",)

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class Settings:
    """How one server is run; the defaults suit one person, or a class of thirty, on a laptop."""

    host: str = "127.0.0.1"
    port: int = 8000
    allowed_hosts: tuple[str, ...] = ()  # names by which this machine may be asked, beside its numbers
    workers: int | None = None  # threads that simulate; by default one for every processor
    most_waiting: int = 128  # requests for work in hand or waiting; more are asked to come again
    most_slow: int = 32  # uploads, cadres' years and reports in hand or waiting
    worlds_bytes: int = 192 * MEBIBYTE  # warmed-up bureaus that are kept
    records_bytes: int = 96 * MEBIBYTE  # results of runs that are kept
    documents_bytes: int = 16 * MEBIBYTE  # documents of one's own that are kept
    largest_body: int = 512 * 1024  # bytes of an upload
    longest_target: int = 16 * 1024  # bytes of an address with its query
    seconds_to_send: float = 20.0  # within which a body must have come

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can ask."""
        return is_loopback(self.host)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine talking to itself."""
    if host.lower() in LOOPBACK_NAMES:
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def check_host(host: str) -> str:
    """The host to listen on.

    Raises:
        UserError: neither an address nor a name.
    """
    if not host or any(character.isspace() or character in "/?#@" for character in host):
        raise UserError.of(
            "this is no host to listen on", path="--host", found=repr(host)[:80], expected="127.0.0.1, 0.0.0.0 or a name"
        )
    return host
