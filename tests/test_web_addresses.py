"""By which address the server is reached: from this machine, and by the phones of a class; and that it waits from then on."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from types import MappingProxyType

import pytest

from experiments.web import addresses
from experiments.web.addresses import address_for_others, address_here, number_on_network
from experiments.web.rooms.routes import Workshop
from experiments.web.serve import serve
from experiments.web.settings import Settings
from tests.web import client_of

KEY = "the-key-that-the-server-told"


@pytest.mark.parametrize(
    ("host", "here", "others"),
    [
        ("127.0.0.1", "http://127.0.0.1:80", "http://127.0.0.1:80"),
        ("localhost", "http://localhost:80", "http://localhost:80"),
        ("192.168.1.7", "http://192.168.1.7:80", "http://192.168.1.7:80"),
        ("class.local", "http://class.local:80", "http://class.local:80"),
        ("::1", "http://[::1]:80", "http://[::1]:80"),
        ("[fe80::7]", "http://[fe80::7]:80", "http://[fe80::7]:80"),
        ("0.0.0.0", "http://127.0.0.1:80", "http://10.1.2.3:80"),
        ("::", "http://127.0.0.1:80", "http://10.1.2.3:80"),
    ],
)
def test_a_concrete_host_is_shown_and_everywhere_is_a_number(monkeypatch, host, here, others):
    monkeypatch.setattr(addresses, "number_on_network", lambda: "10.1.2.3")
    settings = Settings(host=host, port=80)
    assert address_here(settings) == here and address_for_others(settings) == others


def test_without_a_network_a_name_is_shown(monkeypatch):
    monkeypatch.setattr(addresses, "number_on_network", lambda: None)
    assert address_for_others(Settings(host="0.0.0.0", port=80, allowed_hosts=("class.local",))) == "http://class.local:80"
    assert address_for_others(Settings(host="0.0.0.0", port=80)) == f"http://{socket.gethostname()}:80"


class Probe:
    """A datagram socket of a machine with these ways out: address beyond -> own number."""

    ways: Mapping[str, str] = MappingProxyType({})

    def __init__(self, *kind):
        assert kind == (socket.AF_INET, socket.SOCK_DGRAM), "a datagram socket sends nothing by being connected"

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return None

    def connect(self, there):
        if there[0] not in self.ways:
            raise OSError("Network is unreachable")
        self.own = self.ways[there[0]]

    def getsockname(self):
        return self.own, 40000


@pytest.mark.parametrize(
    ("ways", "found"),
    [
        ({}, None),
        ({"192.0.2.1": "10.0.0.5"}, "10.0.0.5"),
        ({"192.168.255.255": "192.168.1.5"}, "192.168.1.5"),
        ({"10.255.255.255": "127.0.0.1", "192.0.2.1": "192.168.1.5"}, "192.168.1.5"),
        ({"10.255.255.255": "0.0.0.0"}, None),
    ],
)
def test_the_number_is_one_that_others_reach(monkeypatch, ways, found):
    monkeypatch.setattr(Probe, "ways", ways)
    monkeypatch.setattr(addresses.socket, "socket", Probe)
    assert number_on_network() == found


@pytest.mark.parametrize("host", ["0.0.0.0", "127.0.0.1"])
def test_board_and_facilitator_are_told_where_phones_join(host):
    settings = Settings(host=host, port=8123, workers=1)
    part = Workshop(KEY)
    with client_of(settings, (part.part,)) as client:
        room, host_key, board_key = part.hall.open_room("forced_ranking", "en", 0)
        told = [
            client.get(f"/api/workshop/rooms/{room.code}/{who}", headers={"Authorization": f"Bearer {key}"}).json()["join_at"]
            for who, key in (("board", board_key), ("host", host_key))
        ]
    assert told == [f"{address_for_others(settings)}/workshop"] * 2
    if host == "0.0.0.0" and number_on_network():
        assert "127.0.0.1" not in told[0] and "0.0.0.0" not in told[0]
    if host == "127.0.0.1":
        assert told[0] == "http://127.0.0.1:8123/workshop"


def told_by_the_server(monkeypatch, **settings):
    """What is said, and whether the port took a connection at the moment that its address was said."""
    import uvicorn

    said, reached = [], []

    def say(text: str) -> None:
        said.append(text)
        if text.startswith("The page is at "):
            port = int(text.split("://")[1].split("/")[0].rpartition(":")[2])
            with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
                reached.append(connection.getpeername()[1] == port)

    monkeypatch.setattr("sim.run.compile_model", lambda say: None)
    monkeypatch.setattr(uvicorn.Server, "run", lambda self, sockets: [one.close() for one in sockets])
    serve(Settings(port=0, workers=1, **settings), at="/x", others_at="/workshop", invite="Join at {address}", say=say)
    return said, reached


def test_whoever_opens_the_address_at_once_is_not_refused(monkeypatch):
    said, reached = told_by_the_server(monkeypatch, host="127.0.0.1")
    assert reached == [True] and not any("Join at" in text for text in said)


def test_an_open_server_says_where_others_join_with_the_port_it_got(monkeypatch):
    said, reached = told_by_the_server(monkeypatch, host="0.0.0.0")
    assert reached == [True]
    port = next(text for text in said if text.startswith("The page is at")).split(":")[2].split("/")[0]
    invited = next(text for text in said if text.startswith("Join at"))
    assert port != "0" and f":{port}/workshop " in invited and "0.0.0.0" not in invited
    assert number_on_network() is None or "127.0.0.1" not in invited
