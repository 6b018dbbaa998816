"""The server as a process under fire: floods, garbage, slow and broken clients. It refuses, stays up and writes nothing."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests.browser import serving

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def served():
    with serving("app", "--workers", "2") as running:
        yield running


def is_well(served) -> bool:
    return httpx.get(f"{served.url}/api/health", timeout=30).json()["ok"] and served.process.poll() is None


def raw(served, text: bytes, seconds: float = 5.0) -> bytes:
    """Send bytes as they are; what comes back before the server closes or falls silent."""
    there = urlsplit(served.url)
    with socket.create_connection((there.hostname, there.port), timeout=seconds) as connection:
        connection.sendall(text)
        got = b""
        try:
            while part := connection.recv(65536):
                got += part
                if len(got) > 200_000:
                    break
        except (TimeoutError, ConnectionError):
            pass
    return got


def test_a_flood_is_answered_or_put_off(served):
    async def flood() -> list[int]:
        limits = httpx.Limits(max_connections=300)
        async with httpx.AsyncClient(base_url=served.url, timeout=120, limits=limits) as client:
            asked = [client.get(f"/api/run?o=toy_bureau&months=12&n=4&seed={n}") for n in range(400)]
            return [one.status_code for one in await asyncio.gather(*asked)]

    statuses = asyncio.run(flood())
    assert set(statuses) <= {200, 503} and statuses.count(200) > 20 and 503 in statuses
    assert is_well(served)


def test_work_that_nobody_waits_for_is_given_up(served):
    async def leave() -> None:
        async with httpx.AsyncClient(base_url=served.url, timeout=60) as client:
            for seed in range(20):
                asking = asyncio.ensure_future(client.get(f"/api/run?o=municipal_bureau&n=100&seed={1000 + seed}"))
                await asyncio.sleep(0.05)
                asking.cancel()
                await asyncio.gather(asking, return_exceptions=True)

    asyncio.run(leave())
    for _ in range(100):
        if httpx.get(f"{served.url}/api/health", timeout=30).json()["in_hand"] == 0:
            break
        asyncio.run(asyncio.sleep(0.1))
    assert httpx.get(f"{served.url}/api/health", timeout=30).json()["in_hand"] == 0


@pytest.mark.parametrize(
    "text",
    [
        b"\x00" * 1000, b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"A" * 100_000,
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n",
        b"GET /static/../../pyproject.toml HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
        b"GET //etc/passwd HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
        b"GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"y" * 100_000 + b"\r\n\r\n",
        b"POST /api/documents/schemes HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99999999999\r\n\r\nx",
        b"POST /api/documents/schemes HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"POST /api/documents/schemes HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"CONNECT evil.example:443 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET /api/health HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
    ],
)  # fmt: skip
def test_garbage_is_refused(served, text):
    got = raw(served, text, 2.0)
    assert b"root:" not in got and b"[build-system]" not in got and b"Traceback" not in got
    first = got.split(b"\r\n", 1)[0]
    assert not first or first.split()[1] in (b"400", b"403", b"404", b"405", b"413", b"421", b"431", b"501", b"505", b"200")
    if b"evil.example" in text or b"etc/passwd" in text or b"pyproject" in text:
        assert b" 200 " not in first
    assert is_well(served)


def test_a_body_in_chunks_without_an_end_is_cut_off(served):
    head = b"POST /api/documents/schemes HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunk = b"10000\r\n" + b"a" * 0x10000 + b"\r\n"
    there = urlsplit(served.url)
    with socket.create_connection((there.hostname, there.port), timeout=30) as connection:
        connection.sendall(head)
        try:
            for _ in range(200):  # 13 MB
                connection.sendall(chunk)
        except ConnectionError:
            return
        assert b" 413 " in connection.recv(2000).split(b"\r\n", 1)[0]
    assert is_well(served)


def test_many_connections_that_say_nothing_do_not_stop_the_server(served):
    there = urlsplit(served.url)
    silent = [socket.create_connection((there.hostname, there.port), timeout=5) for _ in range(200)]
    try:
        assert is_well(served)
    finally:
        for one in silent:
            one.close()


def test_memory_stays_bounded_and_nothing_was_written(served):
    assert 0 <= served.memory < 1.5 * 2**30
    assert not Path("hit").exists() and not Path("/tmp/hit").exists()
