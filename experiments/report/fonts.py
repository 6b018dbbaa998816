"""Fonts for Chinese figures and pages: found on this machine or in the extra `[zh]`, reduced to the characters in use.

Collections of fonts hold Japanese and Chinese shapes of the same characters, and some are variable; matplotlib and Typst
would take the first face at its lightest. So the characters that a report uses are copied out of the simplified Chinese
face, at ordinary and at bold weight, into two small fonts of our own, which both then use under one name.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sim.errors import UserError

#: Name under which the reduced fonts are known to matplotlib and Typst.
FAMILY = "Cadresim Han"

#: Files that hold Chinese characters by the start of their name, best first; `fc-list` is not needed to find them.
KNOWN = (
    "notosanscjk", "notosanssc", "notosanshans", "sourcehansans", "wqy-microhei", "wqy-zenhei", "wenquanyi", "msyh", "pingfang",
    "hiragino sans gb", "stheiti", "droidsansfallback", "simhei",
)  # fmt: skip

#: Package of the extra `[zh]`.
PACKAGE = "manimgx_fonts_cjk"

REGULAR, BOLD = 400, 700

#: A character that every Chinese font must have.
PROBE = "绩"


@dataclass(frozen=True)
class HanFont:
    """Where the two faces lie: file and number of the face in it, for ordinary and for bold text."""

    regular: tuple[Path, int]
    bold: tuple[Path, int]


def families_for_figures() -> tuple[str, ...]:
    """Font families of a figure, in the order of trial: matplotlib's own, then the reduced Chinese one where it was made."""
    from matplotlib import font_manager

    made = any(entry.name == FAMILY for entry in font_manager.fontManager.ttflist)
    return ("DejaVu Sans", FAMILY) if made else ("DejaVu Sans",)


def has_han(text: str) -> bool:
    """Whether a text holds characters that only Chinese fonts have."""
    return any(ord(character) > 0x2E7F for character in text)


def han_fonts(texts: Iterable[str], *, found: HanFont | None = None) -> list[Path]:
    """Two small fonts that hold the Chinese characters of the texts, known to matplotlib from here on.

    Raises:
        UserError: no font on this machine has Chinese characters.
    """
    characters = "".join(sorted({character for text in texts for character in text if ord(character) > 0x2000} | {PROBE}))
    return list(_made(characters, found or find_han_font()))


@lru_cache(maxsize=1)
def find_han_font() -> HanFont:
    """The best font with Chinese characters on this machine.

    Raises:
        UserError: there is none.
    """
    candidates = _files()
    for start in KNOWN:
        own = [path for path in candidates if path.name.lower().startswith(start)]
        if own:
            regular = _best(own, ("regular", "-vf", "light"))
            bold = _best(own, ("bold", "-vf", "medium", "regular"))
            return HanFont((regular, _simplified(regular)), (bold, _simplified(bold)))
    raise UserError.of(
        "no font on this machine has Chinese characters",
        expected="Noto Sans CJK, WenQuanYi, Microsoft YaHei, PingFang or another",
        hint="pip install 'cadresim[zh]' brings one; on Debian and Ubuntu: apt install fonts-noto-cjk",
    )


def _files() -> list[Path]:
    """Font files of the system and of the extra, in a fixed order."""
    from matplotlib import font_manager

    found = [Path(path) for path in font_manager.findSystemFonts()]
    spec = find_spec(PACKAGE)
    if spec is not None and spec.origin:
        found += [path for path in Path(spec.origin).parent.iterdir() if path.suffix in (".ttc", ".otf", ".ttf")]
    return sorted(found, key=lambda path: (path.name.lower(), str(path)))


def _best(paths: Sequence[Path], words: Sequence[str]) -> Path:
    for word in words:
        for path in paths:
            if word in path.name.lower():
                return path
    return paths[0]


def _simplified(path: Path) -> int:
    """Number of the simplified Chinese face in a collection, 0 in a file of one face."""
    from fontTools.ttLib import TTCollection

    if path.suffix.lower() != ".ttc":
        return 0
    with TTCollection(path, lazy=True) as collection:
        names = [str(font["name"].getDebugName(1)) for font in collection.fonts]
    return next((number for number, name in enumerate(names) if name.endswith((" SC", "CN", "Hei"))), 0)


@lru_cache(maxsize=8)
def _made(characters: str, font: HanFont) -> tuple[Path, ...]:
    from matplotlib import font_manager

    folder = Path(tempfile.mkdtemp(prefix="cadresim-fonts-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    paths = []
    for (path, number), weight, style in ((font.regular, REGULAR, "Regular"), (font.bold, BOLD, "Bold")):
        target = folder / f"han-{style.lower()}.ttf"
        _reduced(path, number, characters, weight, style, target)
        paths.append(target)
    manager: Any = font_manager.fontManager
    manager.ttflist = [entry for entry in manager.ttflist if entry.name != FAMILY]
    for target in paths:
        manager.addfont(str(target))
    manager._findfont_cached.cache_clear()
    return tuple(paths)


def _reduced(path: Path, number: int, characters: str, weight: int, style: str, target: Path) -> None:
    """Copy the outlines of some characters into a small font, a variable one at the weight asked for."""
    from fontTools.fontBuilder import FontBuilder
    from fontTools.pens.cu2quPen import Cu2QuPen
    from fontTools.pens.ttGlyphPen import TTGlyphPen
    from fontTools.ttLib import TTFont

    with TTFont(path, fontNumber=number, lazy=True) as source:
        names = source.getBestCmap()
        glyphs = source.getGlyphSet(location={"wght": weight} if "fvar" in source else None)
        units = source["head"].unitsPerEm
        ascent, descent = source["hhea"].ascent, source["hhea"].descent
        outlines, widths, codes = {".notdef": TTGlyphPen(None).glyph()}, {".notdef": (units, 0)}, {}
        for character in characters:
            name = names.get(ord(character))
            if name is None:
                continue
            pen = TTGlyphPen(None)
            glyphs[name].draw(Cu2QuPen(pen, max_err=1.0, reverse_direction=True))
            outlines[name], codes[ord(character)] = pen.glyph(), name
            widths[name] = (round(glyphs[name].width), 0)
    build = FontBuilder(units, isTTF=True)
    build.setupGlyphOrder(list(outlines))
    build.setupCharacterMap(codes)
    build.setupGlyf(outlines)
    build.setupHorizontalMetrics(
        {name: (width, outlines[name].xMin if outlines[name].numberOfContours else 0) for name, (width, _) in widths.items()}
    )
    build.setupHorizontalHeader(ascent=ascent, descent=descent)
    build.setupNameTable(
        {"familyName": FAMILY, "styleName": style, "fullName": f"{FAMILY} {style}", "psName": f"CadresimHan-{style}"}
    )
    build.setupOS2(sTypoAscender=ascent, sTypoDescender=descent, usWinAscent=ascent, usWinDescent=-descent, usWeightClass=weight)
    build.setupPost()
    build.font["head"].created = build.font["head"].modified = 0
    build.font["head"].macStyle = 1 if style == "Bold" else 0
    build.font.recalcTimestamp = False
    build.save(target)
