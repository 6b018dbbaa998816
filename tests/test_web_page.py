"""The page in a real browser: controls change numbers, the keyboard suffices, links and downloads bring back the same view."""

from __future__ import annotations

import base64
import json
import re
import zlib

import pytest

from sim.schemes.load import load_scheme
from tests.browser import ASCII_MARKS, Served, browser, grave_findings, opened, serving, until  # noqa: F401

pytestmark = pytest.mark.slow

SMALL = "o=workshop_bureau"
PATIENCE = 90_000


@pytest.fixture(scope="module")
def served():
    from tests.browser import need_a_browser

    need_a_browser()
    with serving("app", "--workers", "2") as running:
        yield running


def visit(watched, served: Served, query: str = SMALL, *, settled: bool = True) -> None:
    """Open the page and wait for its numbers."""
    watched.page.goto(f"{served.url}/?{query}")
    wait(watched, "settled" if settled else None)


def wait(watched, phase: str | None = "settled") -> None:
    selector = f"body[data-phase={phase}]" if phase else ".difference .figure"
    watched.page.wait_for_selector(selector)


def figures(watched) -> list[str]:
    """The differences on the four cards."""
    return watched.page.locator("#outcomes .figure").all_inner_texts()


def test_the_page_shows_four_outcomes_with_intervals(browser, served):  # noqa: F811
    with opened(browser) as watched:
        visit(watched, served)
        cards = watched.page.locator("#outcomes .card")
        assert cards.count() == 4
        for place in range(4):
            assert re.search(r"\[[+\u2212]?[\d.]+, [+\u2212]?[\d.]+\]", cards.nth(place).inner_text())
        for panel in ("tradeoff", "winners", "lines", "picture", "cadre", "everything"):
            assert watched.page.locator(f"#{panel} h2").count() == 1
        assert watched.errors == []
        assert watched.foreign(served.url) == []


def test_a_control_changes_the_numbers_and_undo_brings_them_back(browser, served):  # noqa: F811
    with opened(browser) as watched:
        visit(watched, served)
        before = figures(watched)
        bonus = watched.page.get_by_role("spinbutton", name="Coaching, as a number")
        bonus.fill("0")
        bonus.press("Enter")
        wait(watched, "settling")
        wait(watched)
        after = figures(watched)
        assert after != before
        assert "process.coaching=0" in watched.page.url
        watched.page.get_by_role("button", name="Undo the change of Coaching").click()
        until(watched.page, "!location.search.includes('coaching')")
        until(watched.page, f"document.querySelector('#outcomes .figure').innerText === {before[0]!r}")
        wait(watched)
        assert figures(watched) == before
        assert watched.errors == []


def test_the_keyboard_suffices(browser, served):  # noqa: F811
    with opened(browser) as watched:
        visit(watched, served)
        page = watched.page
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.id") == "skip"
        assert page.locator("#skip").is_visible()
        before, reached = figures(watched), []
        for _ in range(60):
            page.keyboard.press("Tab")
            reached.append(page.evaluate("document.activeElement.id"))
            if reached[-1] == "c-process-coaching":
                break
        assert reached[-1] == "c-process-coaching", reached
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
        for _ in range(8):
            page.keyboard.press("ArrowRight")
        until(page, "location.search.includes('process.coaching')")
        wait(watched, "settling")
        wait(watched)
        assert figures(watched) != before
        assert page.evaluate("document.activeElement.id") == "c-process-coaching"
        assert "Results settled" in page.locator("#live").inner_text()


def test_a_link_brings_back_the_same_view(browser, served):  # noqa: F811
    little = "s=combined_incentives~process.coaching=0.1~title=Little+coaching"
    query = f"{SMALL}&s=deduction_heavy&{little}&s=due_process&seed=7&sel=2&lang=en"
    with opened(browser) as first, opened(browser) as second:
        visit(first, served, query)
        assert "Little coaching" in first.page.locator(".legend").inner_text()
        second.page.goto(first.page.url)
        wait(second)
        assert figures(second) == figures(first) and len(figures(first)) == 8
        assert second.page.locator("#tab-C").get_attribute("aria-pressed") == "true"


def test_an_own_bureau_travels_with_the_link(browser, served, tmp_path):  # noqa: F811
    from pathlib import Path

    text = (Path(__file__).parents[1] / "configs" / "organisations" / "toy_bureau.yaml").read_text(encoding="utf-8")
    own = tmp_path / "mine.yaml"
    own.write_text(text.replace("title: Toy bureau", "title: Bureau <b>of mine</b>"), encoding="utf-8")
    with opened(browser) as first, opened(browser) as second:
        visit(first, served)
        first.page.set_input_files("#upload-organisations", str(own))
        until(first.page, "location.search.includes('o=own-')")
        wait(first, "settling")
        wait(first)
        assert "#own=" in first.page.url
        assert first.page.locator("#bureau-pick option:checked").inner_text() == "Bureau <b>of mine</b>"
        second.page.goto(first.page.url)
        wait(second)
        assert figures(second) == figures(first)


@pytest.mark.parametrize(
    ("packed", "expected"),
    [
        ("not~packed", "own: the address asks for what cannot be shown"),
        ("AAAA", "own: the address asks for what cannot be shown"),
        ({"own-1": {"kind": "schemes"}}, "own: the address asks for what cannot be shown"),
        ({"own-1": {"kind": "schemes", "text": "extends: /etc/passwd"}}, "only a preset can be extended here"),
    ],
)
def test_an_own_document_of_a_link_that_cannot_be_used_is_told(browser, served, packed, expected):  # noqa: F811
    with opened(browser) as watched:
        visit(watched, served, f"{SMALL}&lang=en#own={packed if isinstance(packed, str) else as_in_a_link(packed)}")
        assert expected in watched.page.locator("#problems").inner_text()


def as_in_a_link(documents: dict) -> str:
    """Own documents as the page packs them into its address: raw deflate, base64 for addresses."""
    packing = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    packed = packing.compress(json.dumps(list(documents.items())).encode()) + packing.flush()
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def test_a_bad_upload_is_told_and_changes_nothing(browser, served, tmp_path):  # noqa: F811
    bad = tmp_path / "bad.yaml"
    bad.write_text("extends: /etc/passwd\n", encoding="utf-8")
    with opened(browser) as watched:
        visit(watched, served)
        before = watched.page.url
        watched.page.set_input_files("#upload-schemes", str(bad))
        watched.page.wait_for_selector("#problems:not([hidden])")
        assert "only a preset can be extended here" in watched.page.locator("#problems").inner_text()
        assert watched.page.url == before


def test_a_scheme_is_downloaded_and_reads_back(browser, served, tmp_path):  # noqa: F811
    with opened(browser) as watched:
        visit(watched, served, f"{SMALL}&s=deduction_heavy&s=combined_incentives~process.coaching=0.25&sel=1")
        with watched.page.expect_download() as download:
            watched.page.locator("#download-yaml").click()
        path = tmp_path / download.value.suggested_filename
        download.value.save_as(path)
        scheme = load_scheme(path)
        assert path.name == "combined_incentives_changed.yaml" and scheme.process.coaching == 0.25
        assert scheme.appraisal == load_scheme("combined_incentives").appraisal


def test_what_an_address_asks_for_out_of_bounds_is_told(browser, served):  # noqa: F811
    with opened(browser) as watched:
        visit(watched, served, f"{SMALL}&s=deduction_heavy&s=forced_ranking&sel=7&lang=en")
        told = watched.page.locator("#problems").inner_text()
        assert "sel: " in told and "left out" in told and "0\u20131" in told
        visit(watched, served, f"{SMALL}&{'&'.join(['s=base'] * 5)}&lang=en")
        assert "1\u20134" in watched.page.locator("#problems").inner_text()
        watched.page.goto(f"{served.url}/?{SMALL}&months=6&lang=en")
        wait(watched, "refused")
        told = watched.page.locator("#problems").inner_text()
        assert "months: out of bounds" in told and "12 to 120" in told and "6" in told
        assert watched.page.locator("#phase").inner_text() == "What is asked for is not possible; there are no numbers yet."
        assert set(watched.page.locator(".panel-body").all_inner_texts()) == {"No numbers yet."}
        watched.page.locator("#design details.block.more > summary").click()
        months = watched.page.locator("#months")
        months.fill("12")
        months.press("Enter")
        wait(watched)
        assert watched.page.locator("#problems").is_hidden() and "months=12" in watched.page.url
        assert "No numbers yet." not in watched.page.locator("#results").inner_text()


def test_what_is_not_possible_is_told_beside_its_control(browser, served):  # noqa: F811
    with opened(browser) as watched:
        # One change only, of a scheme that leaves all to the superior: the answer to an allowed one before it could come late.
        visit(watched, served, f"{SMALL}&s=deduction_heavy&s=forced_ranking~appraisal.appraisers.superior=1&sel=1")
        before = figures(watched)
        watched.page.locator("#link-appraisal > summary").click()
        watched.page.locator("#link-appraisal .more > summary").click()
        peers = watched.page.get_by_role("spinbutton", name="Rated by peers, as a number")
        peers.fill("50")
        peers.press("Enter")
        wait(watched, "refused")
        told = watched.page.locator("#problems, #editor .refused").all_inner_texts()
        assert any("more than 1" in text for text in told), told
        assert figures(watched) == before


def test_lint_findings_stand_beside_their_control(browser, served):  # noqa: F811
    with opened(browser) as watched:
        visit(watched, served, f"{SMALL}&s=deduction_heavy&s=forced_ranking&sel=1")
        watched.page.locator("#link-appraisal > summary").click()
        beside = watched.page.locator('#editor [data-path="appraisal.grades.floor"] .advice')
        assert "ladder of sanctions without a floor" in beside.inner_text()
        floor = watched.page.get_by_role("spinbutton", name="Floor against bottom sanctions, as a number")
        floor.fill("60")
        floor.press("Enter")
        until(
            watched.page,
            "!document.querySelector('[data-path=\"appraisal.grades.floor\"] .advice').innerText.includes('without a floor')",
        )


def test_what_lint_found_is_told_in_chinese(browser, served):  # noqa: F811
    with opened(browser) as watched:
        visit(watched, served, f"{SMALL}&s=deduction_heavy&s=forced_ranking&sel=1")
        watched.page.locator("#language").select_option("zh")
        until(watched.page, "document.documentElement.lang === 'zh-Hans'")
        until(
            watched.page,
            "document.querySelector('#editor').textContent.includes('每 100 人奖励共 2 个月工资，扣减共 0.1 个月工资')",
        )
        told = watched.page.locator("#editor").evaluate("one => one.textContent")
        for part in ("奖励与扣减不平衡", "扣减抵不上奖励", "可以考虑：先明确差额从何而来"):  # problem, reason, what could help
            assert part in told, part


def test_schemes_are_added_and_removed(browser, served):  # noqa: F811
    with opened(browser) as watched:
        visit(watched, served)
        watched.page.locator("#add-scheme").click()
        watched.page.locator("#add-scheme").click()
        assert watched.page.locator("#add-scheme").count() == 0
        until(watched.page, "document.querySelectorAll('#outcomes .figure').length === 12")
        watched.page.locator("#remove-scheme").click()
        until(watched.page, "document.querySelectorAll('#outcomes .figure').length === 8")
        wait(watched)
        assert watched.errors == []


def test_the_living_picture_plays_and_has_a_table(browser, served):  # noqa: F811
    with opened(browser) as watched:
        visit(watched, served)
        page = watched.page
        page.locator("#picture").scroll_into_view_if_needed()
        page.wait_for_selector("#bureau rect")
        assert page.locator("#bureau rect").count() == 40
        page.locator("#play").click()
        until(page, "Number(document.getElementById('month').value) >= 3")
        page.locator("#play").click()
        month = int(page.locator("#month").input_value())
        page.locator("#picture .beside > summary").click()
        rows = page.locator("#picture tbody tr")
        assert rows.count() == 6 and f"month {month}" in page.locator("#picture caption").inner_text()
        page.locator("#month").focus()
        page.keyboard.press("End")
        until(page, "document.querySelector('#picture caption').innerText.includes('36')")


def test_one_cadres_year_is_told(browser, served):  # noqa: F811
    with opened(browser) as watched:
        visit(watched, served, f"{SMALL}&s=deduction_heavy&s=forced_ranking&sel=1&lang=en")
        watched.page.locator("#cadre-who").select_option("lowest")
        watched.page.locator("#cadre-show").click()
        watched.page.wait_for_selector("#cadre .tree .node")
        assert "graded" in watched.page.locator("#cadre .lead").inner_text()
        assert watched.page.locator("#cadre .tree li").count() > 8
        assert watched.errors == []


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_no_grave_finding_of_axe(browser, served, language, theme, width):  # noqa: F811
    with opened(browser, width=width, color_scheme=theme) as watched:
        visit(
            watched,
            served,
            f"{SMALL}&s=deduction_heavy&s=combined_incentives~process.coaching=0.3&s=forced_ranking&lang={language}",
        )
        page = watched.page
        page.locator("#picture").scroll_into_view_if_needed()
        page.wait_for_selector("#bureau rect")
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        page.evaluate("document.querySelectorAll('.help-button').forEach((one, n) => { if (n % 9 === 0) one.click(); })")
        assert grave_findings(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page must not scroll sideways"
        assert watched.errors == []


def test_chinese_is_chinese(browser, served):  # noqa: F811
    with opened(browser) as watched:
        visit(watched, served, f"{SMALL}&lang=en")
        watched.page.locator("#language").select_option("zh")
        until(watched.page, "document.documentElement.lang === 'zh-Hans'")
        text = watched.page.locator("body").inner_text()
        assert "职业倦怠" in text and "目标完成" in text and "page." not in text
        english = re.findall(r"[A-Za-z]{4,}(?: [A-Za-z]{2,}){2,}", text)
        assert english == [], english
        assert ASCII_MARKS.findall(text) == []


def test_no_key_of_the_catalogue_is_shown(browser, served):  # noqa: F811
    with opened(browser) as watched:
        visit(watched, served, f"{SMALL}&lang=en")
        watched.page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        text = watched.page.locator("body").inner_text()
        assert not re.findall(r"\b(?:page|element|indicator|choice|unit|link|outcome)\.[a-z_.]+", text)


def test_a_script_in_a_title_stays_text(browser, served):  # noqa: F811
    title = "<img src=x onerror=document.title='hit'><script>document.title='hit'</script>"
    with opened(browser) as watched:
        watched.page.goto(f"{served.url}/?{SMALL}&s=deduction_heavy&s=combined_incentives~title=" + title.replace("'", "%27"))
        wait(watched)
        assert "<img" in watched.page.locator(".legend").inner_text()
        assert watched.page.title() != "hit" and watched.page.locator("img").count() == 0
        assert watched.foreign(served.url) == []


def test_on_a_phone_the_figures_stay_in_sight(browser, served):  # noqa: F811
    with opened(browser, width=390, height=844) as watched:
        visit(watched, served)
        assert watched.page.locator("#glance strong").count() == 4
        assert watched.page.locator("#glance").is_visible()
