"""Fonts for Chinese figures and pages: found on this machine or in the extra `[zh]`, reduced to the characters in use.

Collections of fonts hold Japanese and Chinese shapes of the same characters, and some are variable; matplotlib and Typst
would take the first face at its lightest. So the characters that a report uses are copied out of the simplified Chinese
face, at ordinary and at bold weight, into two small fonts of our own, which both then use under one name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from experiments.runs.folder import PassingFolder
from sim.errors import UserError

#: How the names of the reduced fonts begin, under which matplotlib and Typst know them.
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


@dataclass(frozen=True)
class HanFamily:
    """A reduced font: the name of its family and the two files that hold it."""

    name: str
    files: tuple[Path, ...]

    @property
    def folder(self) -> Path:
        """Where the files lie, and nothing else."""
        return self.files[0].parent


#: Folders of reduced fonts: matplotlib knows their files as long as the process lives.
_kept: list[PassingFolder] = []

#: The reduced font of the report that is being made, in this thread of work.
_drawn_with: ContextVar[HanFamily | None] = ContextVar("han_family", default=None)


def families_for_figures() -> tuple[str, ...]:
    """Font families of a figure, in the order of trial: matplotlib's own, then the reduced Chinese one where it is in use."""
    family = _drawn_with.get()
    return ("DejaVu Sans", family.name) if family else ("DejaVu Sans",)


@contextmanager
def drawn_with(texts: Iterable[str]) -> Iterator[None]:
    """Let figures inside the block use a Chinese font, where one of the texts needs it.

    Raises:
        UserError: it is needed, and no font on this machine has Chinese characters.
    """
    told = list(texts)
    token = _drawn_with.set(han_family(told) if any(map(has_han, told)) else None)
    try:
        yield
    finally:
        _drawn_with.reset(token)


def has_han(text: str) -> bool:
    """Whether a text holds characters that only Chinese fonts have."""
    return any(ord(character) > 0x2E7F for character in text)


def han_family(texts: Iterable[str]) -> HanFamily:
    """A small font that holds the Chinese characters of the texts, known to matplotlib from here on.

    Raises:
        UserError: no font on this machine has Chinese characters.
    """
    characters = "".join(sorted({character for text in texts for character in text if ord(character) > 0x2000} | {PROBE}))
    return _made(characters, find_han_font())


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


@lru_cache(maxsize=32)
def _made(characters: str, font: HanFont) -> HanFamily:
    from matplotlib import font_manager

    name = f"{FAMILY} {hashlib.sha256(f'{characters}{font}'.encode()).hexdigest()[:8]}"
    _kept.append(PassingFolder())
    folder = Path(_kept[-1].name)
    paths = []
    for (path, number), weight, style in ((font.regular, REGULAR, "Regular"), (font.bold, BOLD, "Bold")):
        target = folder / f"han-{style.lower()}.ttf"
        _reduced(path, number, characters, weight, name, style, target)
        font_manager.fontManager.addfont(str(target))
        paths.append(target)
    return HanFamily(name, tuple(paths))


def _reduced(path: Path, number: int, characters: str, weight: int, family: str, style: str, target: Path) -> None:
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
    postscript = f"{family.replace(' ', '')}-{style}"
    build.setupNameTable({"familyName": family, "styleName": style, "fullName": f"{family} {style}", "psName": postscript})
    build.setupOS2(sTypoAscender=ascent, sTypoDescender=descent, usWinAscent=ascent, usWinDescent=-descent, usWeightClass=weight)
    build.setupPost()
    build.font["head"].created = build.font["head"].modified = 0
    build.font["head"].macStyle = 1 if style == "Bold" else 0
    build.font.recalcTimestamp = False
    build.save(target)
