"""How fast the page is, over real HTTP on this machine alone: one user, and a class of them at once.

Every change asks what the page asks: the schemes with advice, then 4, 16 and 48 replicates; a change that comes before the last
has settled lets go of it, as the page does. In the one-user measurement Chromium is driven too where it is there.
"""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass, field
from statistics import median

import httpx

from tests.browser import Served, lacking, opened, serving

STEPS = (4, 16, 48)
CONTROLS = (
    "process.coaching", "process.captured", "appraisal.training", "appraisal.audit_rate", "communication.explanation",
    "communication.feedback", "application.applied", "application.implicit.recognition", "application.explicit.promotion",
    "plan.participation",
)  # fmt: skip
SCHEMES = (
    "combined_incentives",
    "municipal_closed_loop",
    "forced_ranking",
    "scoring_reform",
    "implicit_incentives",
    "full_carrier",
)
PATIENCE = 30.0


def bench_page(changes: int = 40) -> None:
    """One user who changes one element after the other: milliseconds to first numbers and to settled ones."""
    with serving("app") as served:
        first, settled = asyncio.run(_one_user(served, changes))
        print(f"HTTP, county bureau, two schemes, {changes} changes (each waits for the one before)")
        print(f"  first numbers (4 replicates)    {_told(first)}")
        print(f"  settled (48 replicates)         {_told(settled)}")
        if lacking():
            print("  no Chromium here: the browser's own times are left out")
        else:
            print(f"  in Chromium, key to numbers     {_told(_in_browser(served, 15))}")
        print(f"  memory of the server            {served.memory / 2**20:,.0f} MiB")


def bench_page_load(sessions: int = 30, seconds: float = 60.0) -> None:
    """Many sessions that each change something every five seconds: time to first numbers, what was lost, memory."""
    with serving("app") as served:
        told = asyncio.run(_many_users(served, sessions, seconds))
        print(f"{sessions} sessions, a change every 5 s each, {seconds:.0f} s; {len(told.first)} changes answered")
        print(f"  first numbers (4 replicates)    {_told(told.first)}")
        print(f"  settled before the next change  {len(told.settled)} of {told.asked}: {_told(told.settled)}")
        print(f"  lost                            {told.lost} of {told.asked} ({told.busy} times asked to come again)")
        print(f"  largest memory of the server    {told.memory / 2**20:,.0f} MiB")


@dataclass
class Tally:
    """What all sessions together have seen."""

    first: list[float] = field(default_factory=list)
    settled: list[float] = field(default_factory=list)
    asked: int = 0
    lost: int = 0
    busy: int = 0
    memory: int = 0


def _told(seconds: list[float]) -> str:
    if not seconds:
        return "none"
    ordered = sorted(seconds)
    p95 = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
    return f"median {1e3 * median(ordered):6.0f} ms, p95 {1e3 * p95:6.0f} ms, most {1e3 * ordered[-1]:6.0f} ms"


def _query(scheme: str, changes: dict[str, float], seed: int) -> str:
    changed = "".join(f"~{path}={value}" for path, value in sorted(changes.items()))
    return f"o=county_bureau&s=deduction_heavy&s={scheme}{changed}&months=36&seed={seed}"


async def _ask(client: httpx.AsyncClient, path: str, tally: Tally | None = None) -> httpx.Response:
    """Ask, and come again where that is asked for."""
    until = time.perf_counter() + PATIENCE
    while True:
        response = await client.get(path)
        if response.status_code != 503 or time.perf_counter() > until:
            response.raise_for_status()
            return response
        if tally is not None:
            tally.busy += 1
        await asyncio.sleep(float(response.headers.get("retry-after", "1")) * (0.5 + random.random()))


async def _one_user(served: Served, changes: int) -> tuple[list[float], list[float]]:
    generator = random.Random(1)
    first, settled = [], []
    async with httpx.AsyncClient(base_url=served.url, timeout=60.0) as client:
        for n in STEPS:
            await _ask(client, f"/api/run?{_query(SCHEMES[0], {}, 1)}&n={n}")
        for _ in range(changes):
            query = _query(SCHEMES[0], {generator.choice(CONTROLS): round(generator.uniform(0.01, 0.99), 3)}, 1)
            start = time.perf_counter()
            described = asyncio.ensure_future(_ask(client, f"/api/schemes?{query}"))
            for n in STEPS:
                await _ask(client, f"/api/run?{query}&n={n}")
                if n == STEPS[0]:
                    first.append(time.perf_counter() - start)
            settled.append(time.perf_counter() - start)
            await described
    return first, settled


async def _many_users(served: Served, sessions: int, seconds: float) -> Tally:
    tally = Tally()
    end = time.perf_counter() + seconds

    async def watch() -> None:
        while True:
            tally.memory = max(tally.memory, served.memory)
            await asyncio.sleep(0.5)

    watching = asyncio.ensure_future(watch())
    await asyncio.gather(*(_session(served, number, end, tally) for number in range(sessions)))
    watching.cancel()
    tally.memory = max(tally.memory, served.memory)
    return tally


async def _session(served: Served, number: int, end: float, tally: Tally) -> None:
    generator = random.Random(number)
    scheme = SCHEMES[number % len(SCHEMES)]
    changes: dict[str, float] = {}
    async with httpx.AsyncClient(base_url=served.url, timeout=60.0) as client:
        await asyncio.sleep(generator.uniform(0.0, 5.0))
        while time.perf_counter() < end:
            changes[generator.choice(CONTROLS)] = round(generator.uniform(0.01, 0.99), 3)
            begun = time.perf_counter()
            doing = asyncio.ensure_future(_change(client, _query(scheme, changes, 1), tally))
            await asyncio.wait({doing}, timeout=5.0)
            await asyncio.sleep(max(0.0, begun + 5.0 - time.perf_counter()))
            if not doing.done():
                doing.cancel()
            await asyncio.gather(doing, return_exceptions=True)


async def _change(client: httpx.AsyncClient, query: str, tally: Tally) -> None:
    """One change as the page asks for it; lost where its first numbers do not come."""
    start, got = time.perf_counter(), False
    tally.asked += 1
    try:
        described = asyncio.ensure_future(_ask(client, f"/api/schemes?{query}", tally))
        for n in STEPS:
            await _ask(client, f"/api/run?{query}&n={n}", tally)
            if n == STEPS[0]:
                got = True
                tally.first.append(time.perf_counter() - start)
                await described
            else:
                await _ask(client, f"/api/winners?{query}&n={n}", tally)
        tally.settled.append(time.perf_counter() - start)
    finally:
        tally.lost += not got


def _in_browser(served: Served, changes: int) -> list[float]:
    """Seconds from a key on a slider to new numbers on the page."""
    from playwright.sync_api import sync_playwright

    from tests.browser import ARGUMENTS, chromium

    times = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        with opened(browser) as watched:
            page = watched.page
            page.goto(f"{served.url}/?lang=en")
            page.wait_for_selector("body[data-phase=settled]", timeout=120_000)
            for n in range(changes):
                value = 3 + 5 * n
                times.append(
                    page.evaluate(
                        """(value) => new Promise((resolve) => {
                            const slider = document.getElementById("c-process-coaching");
                            const began = performance.now();
                            const shown = () => requestAnimationFrame(() => resolve(performance.now() - began));
                            document.addEventListener("cadresim:numbers", shown, {once: true});
                            slider.value = value;
                            slider.dispatchEvent(new Event("input", {bubbles: true}));
                        })""",
                        value,
                    )
                    / 1e3
                )
                page.wait_for_selector("body[data-phase=settled]", timeout=120_000)
        browser.close()
    return times
