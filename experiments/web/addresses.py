"""How the server is reached: from this machine, and from others on its network."""

from __future__ import annotations

import ipaddress
import socket

from experiments.web.settings import Settings, is_loopback

EVERYWHERE = ("0.0.0.0", "::", "[::]")

#: Addresses beyond this machine. A datagram socket that is told one of them picks the way out and sends nothing.
BEYOND = ("10.255.255.255", "172.31.255.255", "192.168.255.255", "192.0.2.1")


def address_here(settings: Settings) -> str:
    """The address by which a browser on this machine reaches the server, without a path."""
    return _address("127.0.0.1" if settings.host in EVERYWHERE else settings.host, settings.port)


def address_for_others(settings: Settings) -> str:
    """The address by which others on the network reach the server, without a path.

    The host, where it is a concrete one. A server that listens everywhere is reached at the machine's own number in its network;
    where it has none, at the first name by which it may be asked, or at the machine's name.
    """
    if settings.host not in EVERYWHERE:
        return _address(settings.host, settings.port)
    return _address(number_on_network() or next(iter(settings.allowed_hosts), socket.gethostname()), settings.port)


def number_on_network() -> str | None:
    """The number of this machine in its own network, found without asking anybody; None without a network."""
    for beyond in BEYOND:
        try:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
                probe.connect((beyond, 9))
                found = str(probe.getsockname()[0])
        except OSError:
            continue
        if not is_loopback(found) and not ipaddress.ip_address(found).is_unspecified:
            return found
    return None


def _address(host: str, port: int) -> str:
    bare = host.strip("[]")
    return f"http://{f'[{bare}]' if ':' in bare else bare}:{port}"
