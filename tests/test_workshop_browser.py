"""Rooms in a real browser: a facilitator, a board and several participants on phones, in two languages."""

from __future__ import annotations

import csv
import re
import socket
import threading
import time
from pathlib import Path

import pytest

from experiments.lessons.handout import write_handouts
from experiments.web.rooms.limits import Limits
from experiments.web.rooms.routes import Workshop
from tests.browser import ASCII_MARKS, browser, grave_findings, need_a_browser, opened, until  # noqa: F401 - browser is a fixture

OPENER = "the-key-that-the-server-told"
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Address of a running server with the workshop."""
    need_a_browser()
    import uvicorn

    from experiments.web.app import create_app
    from experiments.web.settings import Settings

    folder = tmp_path_factory.mktemp("rooms")
    part = Workshop(OPENER, limits=Limits(), folder=folder)
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    running = uvicorn.Server(uvicorn.Config(create_app(Settings(workers=2), [part.part]), log_level="warning"))
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not running.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    running.should_exit = True
    thread.join(20)


def room_of(page, server: str, lesson: str = "forced_ranking", bots: int = 3) -> tuple[str, str]:
    """Open a room as a facilitator does; (code, address of the board)."""
    page.goto(f"{server}/workshop/open#k={OPENER}&lesson={lesson}")
    page.fill("#bots", str(bots))
    page.click("button[type=submit]")
    page.wait_for_selector("#phase-play")
    code = re.search(r"/host/(\w+)#", page.url)
    board = page.get_attribute("#links a", "href")
    assert code and board
    return code.group(1), server + board


def join(page, server: str, code: str, nickname: str) -> None:
    page.goto(f"{server}/workshop?code={code}")
    page.fill("#nickname", nickname)
    page.click("button[type=submit]")
    page.wait_for_selector(".question")


def nothing_scrolls(page, place: str) -> bool:
    return page.evaluate(f"[...document.querySelectorAll('{place} > .scroll')].every(one => one.scrollWidth <= one.clientWidth)")


def month_is(page, month: int) -> None:
    page.locator("#month-title", has_text=re.compile(f"^(Month {month} of|第 {month} 个月)")).wait_for(timeout=60_000)


def test_a_whole_session_with_several_participants(browser, server, tmp_path):  # noqa: F811
    evil = "<img src=x onerror=document.title='evil'>"
    with (
        opened(browser) as host,
        opened(browser, **PHONE) as one,
        opened(browser, **PHONE, locale="zh-CN") as two,
        opened(browser, **PHONE) as three,
        opened(browser) as board,
    ):
        everybody = [host, one, two, three, board]
        phones = [one.page, two.page, three.page]
        code, address = room_of(host.page, server)
        board.page.goto(address)
        board.page.wait_for_selector(".board-code")
        assert code in board.page.inner_text(".board-code")
        for page, name in zip(phones, ("Ada", "李明", evil), strict=True):
            join(page, server, code, name)
        assert "lang=" not in two.page.url and two.page.get_attribute("html", "lang") == "zh-Hans"
        assert "强制排名" in two.page.inner_text("#title")

        # predict, by keyboard on one phone
        one.page.focus("#q-help-0")
        one.page.keyboard.press("ArrowDown")
        until(one.page, "document.querySelector('.question .state').textContent.length > 0")
        for page in phones[1:]:
            page.check("#q-help-0")
        for page in phones:
            page.check("#q-most_goals-1")
            page.check("#q-floor_and_threat-1")
        until(board.page, "document.body.textContent.includes('Everything answered: 3 of 3')")
        for watched in (host, one, two, board):
            assert grave_findings(watched.page) == []

        # design
        host.page.click("#phase-play")
        for page in phones:
            page.wait_for_selector("#try-it")
            page.focus("#lever-4")
            page.keyboard.press("End")
            page.click("#try-it")
        for page in phones:
            until(page, "document.querySelector('.attempt .fact') !== null")
            until(page, "document.querySelector('.spot-own') !== null")
        until(board.page, "document.querySelectorAll('.spot-design').length === 3")
        assert board.page.locator(".spot-rival").count() == 1
        assert grave_findings(one.page) == [] and grave_findings(two.page) == []

        # a dropped phone: the page is loaded again and goes on
        one.page.reload()
        one.page.wait_for_selector(".attempt .fact")

        # a year
        for page in phones:
            page.click("#tab-year")
            page.wait_for_selector("#decide", timeout=60_000)
        assert grave_findings(two.page) == []
        for month in range(1, 13):
            for page, effort in zip(phones, ("push", "steady", "ease"), strict=True):
                month_is(page, month)
                assert nothing_scrolls(page, "#month"), "all columns of the tasks are seen on a phone"
                page.check(f"#effort-{effort}")
                page.check("#report-hide")
                page.select_option("#predict-grade", "second")
                page.click("#decide")
        for page in phones:
            page.wait_for_selector("#year-over table", timeout=60_000)
            assert nothing_scrolls(page, "#year-over"), "both years are seen on a phone"

        # explain
        host.page.click("#phase-explain")
        for page in phones:
            page.wait_for_selector("#explained .card")
            until(page, "document.querySelectorAll('.spot-design').length === 2")
        until(board.page, "document.querySelectorAll('.is-answer').length >= 2")
        for watched in (host, one, two, board):
            assert grave_findings(watched.page) == []

        # files
        for button, suffix in (("#export", ".csv"), ("#tools button:nth-of-type(2)", ".html")):
            with host.page.expect_download() as download:
                host.page.click(button)
            assert download.value.suggested_filename.endswith(suffix)
            download.value.save_as(tmp_path / f"file{suffix}")
        rows = list(csv.DictReader((tmp_path / "file.csv").open(encoding="utf-8-sig", newline="")))
        assert {"Ada", "李明"} <= {row["nickname"] for row in rows}
        assert sum(row["part"] == "month" and row["item"] == "effort" for row in rows) == 36

        # nothing ran that somebody wrote, nothing else was asked, nothing went wrong
        for watched in everybody:
            assert watched.page.title() != "evil"
            assert watched.foreign(server) == [] and watched.errors == [], watched.errors
        assert evil[:24] in host.page.inner_text("#seats")

        # the room is closed
        host.page.click("#close")
        host.page.click("#close")
        for page in (one.page, board.page):
            page.wait_for_selector("#closed", timeout=30_000)


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1024, 768), (390, 844)])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_nothing_hangs_over_the_edge(browser, server, width, height, language):  # noqa: F811
    told = {"width": width, "height": height, "locale": "zh-CN" if language == "zh" else "en-US"}
    told["color_scheme"] = "dark" if width == 390 else "light"
    with opened(browser, **told) as host, opened(browser, **told) as one:
        code, address = room_of(host.page, server, "design_your_own", bots=6)
        join(one.page, server, code, "Ada with a long nickname"[:24])
        host.page.click("#phase-play")
        one.page.wait_for_selector("#try-it")
        one.page.click("#try-it")
        until(one.page, "document.querySelector('.spot-own') !== null")
        one.page.click("#tab-year")
        one.page.wait_for_selector("#decide", timeout=60_000)
        for watched, page_address in ((one, None), (host, None), (host, address), (host, f"{server}/workshop")):
            if page_address:
                watched.page.goto(page_address)
                watched.page.wait_for_selector("main section")
            over = watched.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert over <= 0, (watched.page.url, over)
            assert grave_findings(watched.page) == []
            is_dark = watched.page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"
            assert is_dark == (width == 390 and page_address != address), (
                "as the system is, but the board of the projector is light"
            )
            text = watched.page.inner_text("body")
            assert not re.search(r"workshop\.ui\.|play\.\w+\.", text), "a word is missing"
            assert language != "zh" or ASCII_MARKS.findall(text) == []


def test_links_that_are_not_right_say_so(browser, server):  # noqa: F811
    with opened(browser, **PHONE) as watched:
        page = watched.page
        page.goto(f"{server}/workshop/open")
        assert page.locator("button[type=submit]").count() == 0
        page.goto(f"{server}/workshop")
        page.fill("#code", "ABCDEF")
        page.fill("#nickname", "Ada")
        page.click("button[type=submit]")
        until(page, "document.querySelector('#state').textContent.length > 0")
        for address in ("/workshop/board/ABCDEF", "/workshop/host/ABCDEF#k=wrong"):
            page.goto(server + address)
            page.wait_for_selector("#closed")
        page.goto(f"{server}/workshop/room/ABCDEF")
        page.wait_for_selector("#join")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_handouts_are_accessible_and_fetch_nothing(browser, tmp_path, language):  # noqa: F811
    files = write_handouts(tmp_path, ["deduction_or_scoring"], language=language, replicates=6)
    for file in files:
        with opened(browser, width=1024, height=800) as watched:
            watched.page.goto(Path(file).as_uri())
            assert watched.foreign("file://") == [] and watched.errors == []
            assert grave_findings(watched.page) == []
            over = watched.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert over <= 0
