"""The report in a real browser: nothing leaves the file, axe finds nothing grave, and it fits a phone, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest
from browser import browser, grave_findings, need_a_browser, opened  # noqa: F401 - a fixture
from experiments_fake import design, fake_core, many_schemes, scheme

from experiments.api.comparing import compare_into
from experiments.report.dossier.making import make_page

HOSTILE = "<img src=http://example.org/x onerror=alert(1)><script>alert(2)</script> [a](javascript:alert(3))"


@pytest.fixture(scope="module")
def reports(tmp_path_factory) -> dict[str, Path]:
    """A report with hostile names in both languages, as files."""
    need_a_browser()
    place = tmp_path_factory.mktemp("pages")
    schemes = [scheme("status_quo", "Deduction-heavy status quo"), scheme("reform", HOSTILE, bonus_per_point=0.1)]
    compare_into(place / "study", design([*schemes, *many_schemes()[2:6]], title=HOSTILE), core=fake_core, workers=1)
    made = {}
    for language in ("en", "zh"):
        made[language] = place / f"{language}.html"
        make_page([place / "study"], language=language).write(made[language])
    return made


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", [1440, 1024, 390])
def test_nothing_leaves_the_file_and_it_fits(browser, reports, language, width):  # noqa: F811
    with opened(browser, width=width) as watched:
        watched.page.on("dialog", lambda dialog: watched.errors.append(dialog.message))
        watched.page.goto(reports[language].as_uri())
        watched.page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        watched.page.wait_for_timeout(200)
        assert watched.requests == [reports[language].as_uri()]
        assert watched.errors == []
        assert watched.page.evaluate("document.documentElement.scrollWidth") <= width
        shown = "[...document.querySelectorAll('figure svg')].filter(one => one.getBoundingClientRect().width > 0).length"
        assert watched.page.evaluate(shown) == watched.page.evaluate("document.querySelectorAll('figure').length")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("scheme_of_colours", ["light", "dark"])
def test_axe_finds_nothing_grave(browser, reports, language, scheme_of_colours):  # noqa: F811
    with opened(browser, color_scheme=scheme_of_colours) as watched:
        watched.page.goto(reports[language].as_uri())
        assert grave_findings(watched.page) == []
        watched.page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        assert grave_findings(watched.page) == []


def test_the_keyboard_reaches_the_report(browser, reports):  # noqa: F811
    with opened(browser) as watched:
        page = watched.page
        page.goto(reports["en"].as_uri())
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "report"
        page.focus("details summary")
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.parentElement.open")


def test_on_paper_everything_is_open(browser, reports):  # noqa: F811
    with opened(browser) as watched:
        watched.page.goto(reports["en"].as_uri())
        watched.page.emulate_media(media="print")
        assert watched.page.evaluate("getComputedStyle(document.querySelector('nav')).display") == "none"
        assert watched.page.evaluate("document.querySelector('details table').getBoundingClientRect().height") > 0
