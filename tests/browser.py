"""A real browser for tests: Chromium through Playwright, and axe for accessibility.

Chromium is the system's; axe comes from npm into `.cache/` (which git ignores). `python -m tests.browser` gets what is lacking:
chromium with apt-get where this is root, axe with npm. Tests skip where one of them cannot be had, but fail on CI.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
CACHE = ROOT / ".cache" / "browser"
AXE = CACHE / "node_modules" / "axe-core" / "axe.min.js"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--no-first-run"]

#: Marks of punctuation as English has them beside Chinese words, which set their own.
ASCII_MARKS = re.compile(r"[\u4e00-\u9fff] ?[,:;?!()]|[,:;?!()] ?[\u4e00-\u9fff]")

#: Findings of axe that no page may have.
GRAVE = ("serious", "critical")


def chromium() -> str | None:
    """Path of the system's Chromium, or None."""
    named = os.environ.get("CADRESIM_CHROMIUM")
    return named or next((path for path in map(shutil.which, NAMES) if path), None)


def on_ci() -> bool:
    """Whether this runs where nothing may be left out."""
    return os.environ.get("CI", "").lower() in ("1", "true", "yes")


def lacking() -> list[str]:
    """What browser tests need and is not here."""
    found = [] if chromium() else ["Chromium (apt-get install chromium)"]
    try:
        import playwright  # noqa: F401
    except ImportError:
        found.append("Playwright for Python (pip install playwright)")
    return found + ([] if AXE.is_file() else ["axe-core (python -m tests.browser)"])


def need_a_browser() -> None:
    """Skip a test where there is no browser; on CI that is an error."""
    missing = lacking()
    if missing:
        told = f"browser tests need {', '.join(missing)}"
        pytest.fail(told) if on_ci() else pytest.skip(told)


# --- fixtures (import them into a test module) -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """One Chromium for the tests of a file: Playwright takes no second one beside it, and each file has its own fixture."""
    need_a_browser()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        yield opened
        opened.close()


@dataclass
class Watched:
    """A page of the browser with what it asked for and what went wrong on it."""

    page: Any
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def foreign(self, own: str) -> list[str]:
        """Requests to anything but our own server (data: and blob: never leave the page)."""
        return [url for url in self.requests if not url.startswith((own, "data:", "blob:"))]


@contextmanager
def opened(browser: Any, *, width: int = 1440, height: int = 900, **options: Any) -> Iterator[Watched]:
    """A fresh page, watched."""
    context = browser.new_context(viewport={"width": width, "height": height}, accept_downloads=True, **options)
    watched = Watched(context.new_page())
    watched.page.on("request", lambda request: watched.requests.append(request.url))
    watched.page.on("pageerror", lambda error: watched.errors.append(str(error)))
    watched.page.on("console", lambda told: watched.errors.append(told.text) if told.type == "error" else None)
    try:
        yield watched
    finally:
        context.close()


def until(page: Any, expression: str, seconds: float = 60.0) -> None:
    """Wait until an expression is true on the page (asked from outside: the page's own policy forbids to evaluate text)."""
    end = time.monotonic() + seconds
    while not page.evaluate(expression):
        assert time.monotonic() < end, f"this did not become true: {expression}"
        page.wait_for_timeout(50)


def grave_findings(page: Any) -> list[str]:
    """Serious and critical findings of axe on the page as it stands."""
    page.evaluate(AXE.read_text(encoding="utf-8"))  # not a script of the page: its policy stays as it is
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['impact']} {one['id']}: {one['help']} ({'; '.join(str(node['target']) for node in one['nodes'][:4])})"
        for one in found["violations"]
        if one["impact"] in GRAVE
    ]


# --- a server in a process of its own ------------------------------------------------------------------------------------


@dataclass
class Served:
    """A running server: its address and its process."""

    url: str
    process: subprocess.Popen[str]

    @property
    def memory(self) -> int:
        """Bytes that the process holds (0 where the system does not tell)."""
        try:
            status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        except OSError:
            return 0
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        return int(found.group(1)) * 1024 if found else 0


@contextmanager
def serving(*command: str, seconds: float = 300.0) -> Iterator[Served]:
    """`cadresim COMMAND` on a free port until the block ends."""
    full = [sys.executable, "-m", "experiments.cli", *command, "--port", "0", "--no-open"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(full, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, env=environment)
    try:
        yield Served(_address(process, seconds), process)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


def _address(process: subprocess.Popen[str], seconds: float) -> str:
    """The address that the server says it is at."""
    assert process.stderr is not None
    until, said = time.monotonic() + seconds, []
    while time.monotonic() < until:
        line = process.stderr.readline()
        if not line:
            break
        said.append(line)
        found = re.search(r"http://[\w.:\[\]-]+", line)
        if found:
            return found.group(0)
    raise AssertionError(f"the server did not start: {''.join(said)[-2000:]}")


# --- installing ------------------------------------------------------------------------------------------------------------


def install() -> int:
    """Get what is lacking; 0 where all is there in the end."""
    if not chromium() and shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        _run(["apt-get", "update", "-qq"])
        _run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"])
    if not AXE.is_file() and shutil.which("npm"):
        CACHE.mkdir(parents=True, exist_ok=True)
        _run(["npm", "install", "--prefix", str(CACHE), "--no-audit", "--no-fund", "--ignore-scripts", "axe-core@4"])
    missing = lacking()
    for one in missing:
        print(f"browser tests: {one} is not here and could not be installed", file=sys.stderr)
    return 1 if missing and on_ci() else 0


def _run(command: list[str]) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL, env=environment)


if __name__ == "__main__":
    sys.exit(install())
