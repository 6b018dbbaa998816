"""One look for every figure: colours that colour-blind readers can tell apart, fonts, and the same bytes each time."""

from __future__ import annotations

import logging
import re
import textwrap
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from experiments.report.fonts import han_family, has_han
from sim.errors import UserError

INK = "#22272e"
MUTED = "#6b7280"
FAINT = "#d5d9df"
BETTER = "#0072b2"  # Okabe & Ito's blue
WORSE = "#d55e00"  # and their vermilion
OPEN = "#9aa1ab"

#: Families that hold Chinese characters, best first; matplotlib falls back to them glyph by glyph.
CHINESE = (
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "Source Han Sans SC",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Microsoft YaHei",
    "PingFang SC",
    "SimHei",
)

PNG_DPI = 160


@lru_cache(maxsize=1)
def families() -> tuple[str, ...]:
    """Font families in the order of trial: matplotlib's own, then a Chinese one where the system has it."""
    present = {font.name for font in font_manager.fontManager.ttflist}
    return ("DejaVu Sans", *(name for name in CHINESE if name in present))


def families_for(told: str) -> tuple[str, ...]:
    """Font families that draw a text: Chinese at its proper weights where the text needs it and a font is to be had.

    A study does not fail for want of a font: without one its Chinese names are drawn as boxes.
    """
    if not has_han(told):
        return families()
    try:
        return ("DejaVu Sans", han_family([told]).name)
    except UserError:
        return families()


@contextmanager
def house_style(told: str = "") -> Iterator[None]:
    """The settings under which figures are made and saved; nothing stays behind. `told`: whatever the figures may name."""
    settings: dict[str, Any] = {
        "svg.fonttype": "path",
        "svg.hashsalt": "cadresim",
        "font.family": list(families_for(told)),
        "font.size": 9,
        "text.color": INK,
        "axes.labelcolor": INK,
        "axes.edgecolor": FAINT,
        "axes.labelsize": 9,
        "axes.titlesize": 9.5,
        "axes.titleweight": "bold",
        "axes.titlelocation": "left",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.linewidth": 0.8,
        "axes.axisbelow": True,
        "axes.unicode_minus": True,
        "xtick.color": MUTED,
        "ytick.color": MUTED,
        "xtick.labelsize": 8,
        "ytick.labelsize": 8,
        "xtick.major.width": 0.8,
        "ytick.major.width": 0.8,
        "grid.color": "#eceef1",
        "grid.linewidth": 0.8,
        "figure.facecolor": "white",
        "savefig.facecolor": "white",
    }
    with _quiet_about_weights(), mpl.rc_context(settings):  # type: ignore[arg-type]
        yield


@contextmanager
def _quiet_about_weights() -> Iterator[None]:
    """Some Chinese families have one weight only: matplotlib takes it, and would say so line after line."""
    log = logging.getLogger("matplotlib.font_manager")
    before = log.level
    log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        log.setLevel(before)


def new_figure(width: float, height: float) -> Figure:
    """An empty figure (inches) that needs no display and no global state, so that threads may draw too."""
    figure = Figure(figsize=(width, height), layout=None)
    FigureCanvasAgg(figure)
    return figure


def heading(figure: Figure, title: str, subtitle: str, *, left: float) -> None:
    """Title and subtitle at the top left, at a fixed distance in inches from the upper edge."""
    height = figure.get_figheight()
    figure.text(left, 1 - 0.16 / height, title, fontsize=13, fontweight="bold", va="top")
    figure.text(left, 1 - 0.45 / height, subtitle, fontsize=9, color=MUTED, va="top", linespacing=1.35)


def save(figure: Figure, folder: Path, name: str) -> list[Path]:
    """The figure as SVG (text as paths, no date: the same bytes each time) and as PNG."""
    svg, png = folder / f"{name}.svg", folder / f"{name}.png"
    figure.savefig(svg, metadata={"Date": None, "Creator": None})
    figure.savefig(png, dpi=PNG_DPI, metadata={"Software": None})
    return [svg, png]


#: What a line of Chinese neither begins nor ends with.
NEVER_FIRST, NEVER_LAST = "，。；：、）》”’？！", "（《“‘"


def _is_wide(letter: str) -> bool:
    return unicodedata.east_asian_width(letter) in "WF"


def _wrapped_wide(text: str, width: int) -> str:
    """The same for Chinese, which breaks between any two letters and whose letters are two wide."""
    parts = re.findall(r"[!-~]+|.", text)
    wide = [sum(1 + _is_wide(letter) for letter in part) for part in parts]
    lines = -(-sum(wide) // max(width, 4))
    each, done, line = sum(wide) / lines, 0.0, ""
    told: list[str] = []
    for place, (part, size) in enumerate(zip(parts, wide, strict=True)):
        is_full = done + size / 2 > each * (len(told) + 1)
        if line and is_full and part not in NEVER_FIRST and parts[place - 1] not in NEVER_LAST:
            told.append(line)
            line = ""
        line += part
        done += size
    return "\n".join(one.strip() for one in [*told, line])


def wrapped(text: str, width: int) -> str:
    """Text broken into lines of about equal length, none longer than the width where words allow it."""
    if any(_is_wide(letter) for letter in text):
        return _wrapped_wide(text, width)
    lines = textwrap.wrap(text, width) or [""]
    if len(lines) == 1:
        return lines[0]
    narrow = width
    while narrow > 8 and len(textwrap.wrap(text, narrow - 1, break_long_words=False)) == len(lines):
        narrow -= 1
    return "\n".join(textwrap.wrap(text, narrow, break_long_words=len(text.split()) == 1))
