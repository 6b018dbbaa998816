"""How a room holds up with a class in it, over real HTTP on this machine alone: thirty phones that ask, design and play.

Every phone asks what is new each second and a half, as the page does. For half a minute each designs a scheme every five seconds;
then all play a year as fast as they can. Bounded: about two minutes.
"""

from __future__ import annotations

import asyncio
import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import httpx

from experiments.lessons.reading import open_lesson
from tests.browser import ROOT, Served

LESSON = "design_your_own"
EVERY = 1.5
PATIENCE = 60.0


@dataclass
class Tally:
    """What all phones together have seen, in seconds."""

    polls: list[float] = field(default_factory=list)
    writes: list[float] = field(default_factory=list)
    first: list[float] = field(default_factory=list)
    settled: list[float] = field(default_factory=list)
    months: list[float] = field(default_factory=list)
    bytes_sent: int = 0
    lost: int = 0
    memory: int = 0


@contextmanager
def workshop() -> Iterator[tuple[Served, str]]:
    """A running workshop on a free port, and the key that opens rooms."""
    command = [sys.executable, "-m", "experiments.cli", "workshop", "--port", "0", "--no-open"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, env=environment)
    try:
        assert process.stderr is not None
        for line in process.stderr:
            found = re.search(r"(http://[\w.:\[\]-]+)/workshop/open#k=([\w-]+)", line)
            if found:
                yield Served(found.group(1), process), found.group(2)
                break
    finally:
        process.terminate()
        process.wait(10)


def bench_workshop(participants: int = 30, seconds: float = 30.0) -> None:
    """A room with so many phones: time of a poll, of a design until numbers, of a month; what was lost; memory."""
    with workshop() as (served, key):
        tally = asyncio.run(_class(served, key, participants, seconds))
    print(f"{participants} phones in one room, each asking every {EVERY} s; {len(tally.polls):,} polls")
    print(f"  a poll                          {_told(tally.polls)}")
    print(f"  a prediction or decision        {_told(tally.writes)}")
    print(f"  a design, to first numbers      {_told(tally.first)}")
    print(f"  a design, to settled numbers    {_told(tally.settled)}")
    print(f"  a month, after the last has decided  {_told(tally.months)}")
    print(f"  lost requests                   {tally.lost}")
    print(f"  sent by the server              {tally.bytes_sent / 2**20:,.1f} MiB")
    print(f"  largest memory of the server    {tally.memory / 2**20:,.0f} MiB")


def _told(times: list[float]) -> str:
    if not times:
        return "none"
    ordered = sorted(times)
    p95 = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
    return (
        f"median {1e3 * median(ordered):6.0f} ms, p95 {1e3 * p95:6.0f} ms, most {1e3 * ordered[-1]:6.0f} ms  (n = {len(ordered)})"
    )


async def _class(served: Served, key: str, participants: int, seconds: float) -> Tally:
    tally = Tally()

    async def watch() -> None:
        while True:
            tally.memory = max(tally.memory, served.memory)
            await asyncio.sleep(0.5)

    watching = asyncio.ensure_future(watch())
    async with httpx.AsyncClient(base_url=served.url, timeout=60.0) as host:
        opened = await host.post("/api/workshop/rooms", json={"lesson": LESSON, "bots": 0}, headers=_bearer(key))
        room = opened.json()
        address = f"/api/workshop/rooms/{room['code']}"
        phones = [Phone(served.url, address, number, tally) for number in range(participants)]
        await asyncio.gather(*(phone.join() for phone in phones))
        await asyncio.gather(*(phone.predict() for phone in phones))
        await host.post(f"{address}/host", json={"phase": "play"}, headers=_bearer(room["host"]))
        until = time.perf_counter() + PATIENCE
        while (await phones[0].state())["year"]["view"] is None and time.perf_counter() < until:
            await asyncio.sleep(0.2)
        polling = [asyncio.ensure_future(phone.poll()) for phone in phones]
        board = asyncio.ensure_future(_poll_board(served.url, address, room["board"], tally))
        await asyncio.gather(*(phone.design(time.perf_counter() + seconds) for phone in phones))
        for month in range(1, 13):
            await asyncio.gather(*(phone.decide(month) for phone in phones))
            begin = time.perf_counter()
            while (await phones[0].state())["year"]["month"] == month and time.perf_counter() < begin + PATIENCE:
                await asyncio.sleep(0.02)
            tally.months.append(time.perf_counter() - begin)
        for task in (*polling, board, watching):
            task.cancel()
        await asyncio.gather(*polling, board, watching, return_exceptions=True)
        await asyncio.gather(*(phone.client.aclose() for phone in phones))
    return tally


def _bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


async def _poll_board(url: str, address: str, key: str, tally: Tally) -> None:
    async with httpx.AsyncClient(base_url=url, timeout=60.0, headers=_bearer(key)) as client:
        while True:
            response = await client.get(f"{address}/board")
            tally.bytes_sent += len(response.content)
            tally.lost += response.status_code != 200
            await asyncio.sleep(EVERY)


class Phone:
    """One participant."""

    def __init__(self, url: str, address: str, number: int, tally: Tally) -> None:
        self.client = httpx.AsyncClient(base_url=url, timeout=60.0)
        self.address, self.number, self.tally = address, number, tally
        self.luck = random.Random(number)
        self.seen: dict[str, Any] = {}
        self.lesson = open_lesson(LESSON).lesson

    async def write(self, path: str, body: dict[str, Any]) -> None:
        """Send something."""
        begin = time.perf_counter()
        response = await self.client.post(f"{self.address}/{path}", json=body)
        self.tally.writes.append(time.perf_counter() - begin)
        self.tally.lost += response.status_code != 201

    async def join(self) -> None:
        """Take a seat."""
        response = await self.client.post(f"{self.address}/seats", json={"nickname": f"Phone {self.number}"})
        self.client.headers.update(_bearer(response.json()["secret"]))

    async def predict(self) -> None:
        """Answer everything."""
        for one in self.lesson.predict:
            ways = one.ways(self.lesson.scheme_names)
            value = round(self.luck.uniform(one.low, one.high), 3) if ways == ("any",) else self.luck.choice(ways)
            await self.write("predictions", {"name": one.name, "value": value})

    async def state(self) -> dict[str, Any]:
        """What is new, or what was known."""
        query = {"since": str(self.seen["version"])} if self.seen else {}
        begin = time.perf_counter()
        response = await self.client.get(f"{self.address}/seat", params=query)
        self.tally.polls.append(time.perf_counter() - begin)
        self.tally.bytes_sent += len(response.content)
        self.tally.lost += response.status_code not in (200, 204)
        if response.status_code == 200:
            self.seen = response.json()
        return self.seen

    async def poll(self) -> None:
        """Ask again and again, as the page does."""
        await asyncio.sleep(self.luck.uniform(0.0, EVERY))
        while True:
            await self.state()
            await asyncio.sleep(EVERY)

    async def design(self, end: float) -> None:
        """A scheme every five seconds until the end; each is waited for."""
        await asyncio.sleep(self.luck.uniform(0.0, 5.0))
        while time.perf_counter() < end:
            values = {
                lever.path: self.luck.choice(lever.choices)
                if lever.choices
                else round(lever.low + lever.step * self.luck.randint(0, round((lever.high - lever.low) / lever.step)), 6)  # type: ignore[operator]
                for lever in self.lesson.play.design.levers
            }
            begin = time.perf_counter()
            await self.write("designs", {"values": values})
            await self._until(6, begin, self.tally.first)
            await self._until(24, begin, self.tally.settled)
            await asyncio.sleep(max(0.0, 5.0 - (time.perf_counter() - begin)))

    async def _until(self, replicates: int, begin: float, times: list[float]) -> None:
        while time.perf_counter() < begin + PATIENCE:
            designs = (await self.state())["designs"]
            if designs and designs[-1]["replicates"] >= replicates:
                times.append(time.perf_counter() - begin)
                return
            await asyncio.sleep(0.15)
        self.tally.lost += 1

    async def decide(self, month: int) -> None:
        """A decision for the month."""
        effort, report = self.luck.choice(["push", "steady", "ease", "counted"]), self.luck.choice(["honest", "shade", "hide"])
        await self.write("decisions", {"month": month, "effort": effort, "report": report})
