"""The documentation in a real browser, from the disk: nothing is loaded from elsewhere, search works, axe finds nothing grave."""

from __future__ import annotations

from pathlib import Path

import pytest

from docs.made import site
from tests.browser import browser, grave_findings, opened, until  # noqa: F401

PAGES = (
    "index.html", "tutorials/designer.html", "howto/sensitivity.html", "model/submodels.html", "model/stress-abs.html",
    "reference/commands.html", "reference/scheme.html", "reference/behaviour.html", "reference/presets.html", "evidence.html",
    "evidence/rows.html",
)  # fmt: skip

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def built() -> str:
    """The address of the built site on the disk; `make docs` has built it before, or it is built here."""
    from tests.browser import need_a_browser

    need_a_browser()
    if _is_stale(site.HTML / "index.html"):
        assert site.main() == 0
    return site.HTML.as_uri()


def _is_stale(index: Path) -> bool:
    sources = [path for name in ("docs", "sim", "experiments", "configs") for path in (site.ROOT / name).rglob("*.*")]
    newest = max(path.stat().st_mtime for path in sources if "__pycache__" not in path.parts)
    return not index.is_file() or index.stat().st_mtime < newest


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_accessible_and_loads_nothing_from_elsewhere(browser, built, page, scheme):  # noqa: F811
    with opened(browser, color_scheme=scheme) as watched:
        watched.page.goto(f"{built}/{page}")
        assert watched.foreign("file:") == []
        assert watched.errors == []
        assert grave_findings(watched.page) == []


@pytest.mark.parametrize("page", PAGES)
def test_a_page_fits_a_phone(browser, built, page):  # noqa: F811
    with opened(browser, width=390, height=844, has_touch=True) as watched:
        watched.page.goto(f"{built}/{page}")
        assert watched.page.evaluate("document.documentElement.scrollWidth") <= 390
        assert grave_findings(watched.page) == []


def test_search_works_from_the_disk(browser, built):  # noqa: F811
    with opened(browser) as watched:
        watched.page.goto(f"{built}/search.html?q=ratchet")
        until(watched.page, "document.querySelectorAll('#search-results li').length > 3")
        assert watched.foreign("file:") == []
        assert watched.errors == []


def test_a_name_leads_to_its_declaration(browser, built):  # noqa: F811
    with opened(browser) as watched:
        watched.page.goto(f"{built}/model/submodels.html")
        watched.page.get_by_role("link", name="next_exhaustion").first.click()
        until(watched.page, "location.hash === '#rule-next-exhaustion'")
        assert watched.page.get_by_role("heading", name="next_exhaustion").is_visible()
