"""What must hold of the built site: every link leads somewhere, and nothing is loaded from elsewhere."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

#: Tags whose address the browser loads by itself.
LOADED = {
    "script": "src",
    "link": "href",
    "img": "src",
    "iframe": "src",
    "source": "src",
    "video": "src",
    "audio": "src",
    "object": "data",
}
_CSS_ADDRESS = re.compile(r"(?:url\(|@import\s+)[\s'\"]*((?:https?:)?//[^\s'\")]+)")


class _Page(HTMLParser):
    """Ids, links and loaded addresses of one page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = {name: value or "" for name, value in attrs}
        self.ids |= {held[key] for key in ("id", "name") if key in held}
        if tag == "a" and "href" in held:
            self.links.append(held["href"])
        if tag in LOADED and LOADED[tag] in held and held.get("rel") not in ("search", "next", "prev", "index", "canonical"):
            self.loaded.append(held[LOADED[tag]])


def faults(html: Path) -> list[str]:
    """Everything wrong with a built site: broken links and anchors, addresses elsewhere that a browser would load."""
    pages = {path: _Page(path.read_text(encoding="utf-8")) for path in sorted(html.rglob("*.html"))}
    told = []
    for path, page in pages.items():
        name = path.relative_to(html).as_posix()
        for address in page.loaded:
            if urlsplit(address).netloc:
                told.append(f"{name} loads {address} from elsewhere")
            elif not address.startswith(("data:", "#")) and not _beside(path, address).is_file():
                told.append(f"{name} loads {address}, which is not there")
        told += [f"{name}: the link {link} leads nowhere" for link in page.links if not _leads_somewhere(path, link, pages)]
    for path in sorted([*html.rglob("*.css"), *html.rglob("*.svg")]):
        found = [address for address in _CSS_ADDRESS.findall(path.read_text(encoding="utf-8")) if "www.w3.org" not in address]
        told += [f"{path.relative_to(html).as_posix()} loads {address} from elsewhere" for address in found]
    return told


def _beside(page: Path, address: str) -> Path:
    return (page.parent / unquote(urlsplit(address).path)).resolve()


def _leads_somewhere(page: Path, link: str, pages: dict[Path, _Page]) -> bool:
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return True  # an address elsewhere is only followed by who clicks it
    target = _beside(page, link) if parts.path else page
    if target not in pages:
        return target.is_file()
    return not parts.fragment or unquote(parts.fragment) in pages[target].ids
