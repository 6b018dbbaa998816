"""Figures of a handout as inline SVG: marks, numbers and letters only, so that no font is needed for any language.

Titles of axes and names of schemes stand in the text around a figure, where a screen reader and a translation find them.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator
from matplotlib.transforms import ScaledTranslation

from experiments.lessons.working import Shown, Worked
from experiments.report.figures import ACROSS, UP
from experiments.report.numbers import better, tick
from experiments.report.style import BETTER, FAINT, INK, OPEN, WORSE, house_style, new_figure

LETTERS = "ABCDEFGHIJ"
RIVAL = "#7a4b94"
#: Points between the centres of two marks that stand side by side.
APART = 16.0


def tradeoff_svg(worked: Worked, name: str, title: str) -> str:
    """The map of a lesson's schemes: goal attainment across, burnout upwards (less is up), each with its intervals."""
    with house_style():
        figure = new_figure(5.6, 3.9)
        axes = figure.add_axes((0.085, 0.1, 0.895, 0.87))
        names = [scheme.name for scheme in worked.schemes]
        across = [worked.shown(name, ACROSS) for name in names]
        up = [worked.shown(name, UP) for name in names]
        _cross_hairs(axes, names.index(worked.opened.lesson.baseline), across, up)
        _room(axes, across, up)
        shifts = _shifts(axes, [(x.mean, y.mean) for x, y in zip(across, up, strict=True)])
        for letter, scheme, x, y, shift in zip(LETTERS, names, across, up, shifts, strict=False):
            _mark(axes, letter, x, y, _shape(worked, scheme), "white" if _is_rival(worked, scheme) else INK, shift)
        axes.grid(True)
        for axis, outcome in ((axes.xaxis, ACROSS), (axes.yaxis, UP)):
            axis.set_major_locator(MaxNLocator(6))
            axis.set_major_formatter(_ticks(outcome))
        return _inline(figure, name, title)


def difference_svg(worked: Worked, outcome: str, name: str, title: str) -> str:
    """Differences of every other scheme to the baseline on one outcome, each with its interval."""
    baseline = worked.opened.lesson.baseline
    rows = [
        (letter, worked.shown(scheme.name, outcome))
        for letter, scheme in zip(LETTERS, worked.schemes, strict=False)
        if scheme.name != baseline
    ]
    with house_style():
        figure = new_figure(2.7, 0.42 + 0.24 * len(rows))
        axes = figure.add_axes((0.09, 0.34 / figure.get_figheight(), 0.86, 1 - 0.4 / figure.get_figheight()))
        axes.axvline(0, color=FAINT, linewidth=1)
        for place, (_, shown) in enumerate(rows):
            _difference(axes, -place, outcome, shown)
        axes.set_yticks([-place for place in range(len(rows))], [letter for letter, _ in rows])
        axes.set_ylim(-len(rows) + 0.4, 0.6)
        axes.tick_params(axis="y", length=0)
        axes.xaxis.set_major_locator(MaxNLocator(4))
        axes.xaxis.set_major_formatter(_ticks(outcome, signed=True))
        axes.margins(x=0.08)
        return _inline(figure, name, title)


def _difference(axes: Axes, place: float, outcome: str, shown: Shown) -> None:
    if not np.isfinite(shown.difference):
        return
    good = better(outcome) * shown.difference > 0
    colour = OPEN if not shown.is_settled or better(outcome) == 0 else BETTER if good else WORSE
    if np.isfinite([shown.low, shown.high]).all():
        axes.plot([shown.low, shown.high], [place, place], color=colour, linewidth=2.4, solid_capstyle="butt")
    axes.plot([shown.difference], [place], "o", color=colour, markersize=4.5)


def _ticks(outcome: str, *, signed: bool = False) -> FuncFormatter:
    return FuncFormatter(lambda value, _: tick(outcome, value, signed=signed))


def _is_rival(worked: Worked, scheme: str) -> bool:
    return scheme not in worked.opened.lesson.scheme_names


def _shape(worked: Worked, scheme: str) -> str:
    if scheme == worked.opened.lesson.baseline:
        return "s"
    return "D" if _is_rival(worked, scheme) else "o"


def _shifts(axes: Axes, places: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """How far each mark moves from its place, in points, so that no mark hides another; (0, 0) for most."""
    at = axes.transData.transform(np.asarray(places)) * 72 / axes.figure.dpi
    taken: list[np.ndarray] = []
    shifts = []
    for place in at:
        ways = [(0.0, 0.0)] + [(r * np.cos(a), r * np.sin(a)) for r in (APART, 2 * APART) for a in np.arange(8) * np.pi / 4]
        free = [way for way in ways if all(np.hypot(*(place + way - one)) >= 0.9 * APART for one in taken)]
        shifts.append((free or ways)[0])
        taken.append(place + shifts[-1])
    return shifts


def _mark(axes: Axes, letter: str, x: Shown, y: Shown, shape: str, colour: str, shift: tuple[float, float]) -> None:
    if not np.isfinite([x.mean, y.mean]).all():
        return
    spans = [[[shown.difference - shown.low], [shown.high - shown.difference]] for shown in (x, y)]
    if np.isfinite(spans).all():
        axes.errorbar(x.mean, y.mean, xerr=spans[0], yerr=spans[1], fmt="none", ecolor="#8b929c", elinewidth=1.1, zorder=2)
    face = RIVAL if shape == "D" else "white"
    edge = RIVAL if shape == "D" else INK
    moved = axes.transData + ScaledTranslation(shift[0] / 72, shift[1] / 72, axes.figure.dpi_scale_trans)
    if any(shift):
        axes.plot([x.mean], [y.mean], ".", color=edge, markersize=4, zorder=3)
        axes.annotate(
            "", (x.mean, y.mean), shift, textcoords="offset points", zorder=2.5,
            arrowprops={"arrowstyle": "-", "color": edge, "linewidth": 0.8, "shrinkA": 0, "shrinkB": 0},
        )  # fmt: skip
    axes.scatter([x.mean], [y.mean], marker=shape, s=150, c=face, edgecolors=edge, zorder=3, transform=moved)
    axes.text(
        x.mean, y.mean, letter, ha="center", va="center_baseline", fontsize=8, fontweight="bold", color=colour, zorder=4,
        transform=moved,
    )  # fmt: skip


def _cross_hairs(axes: Axes, baseline: int, across: Sequence[Shown], up: Sequence[Shown]) -> None:
    axes.axvline(across[baseline].mean, color=FAINT, linewidth=1, linestyle=(0, (4, 3)), zorder=1)
    axes.axhline(up[baseline].mean, color=FAINT, linewidth=1, linestyle=(0, (4, 3)), zorder=1)


def _room(axes: Axes, across: Sequence[Shown], up: Sequence[Shown]) -> None:
    for rows, setter in ((across, axes.set_xlim), (up, axes.set_ylim)):
        ends = [one.mean + shift - one.difference for one in rows for shift in (one.low, one.high)]
        low, high = float(np.nanmin(ends)), float(np.nanmax(ends))
        margin = max(0.07 * (high - low), 0.004)
        setter(low - margin, high + margin)
    axes.invert_yaxis()


def _inline(figure: Figure, name: str, title: str) -> str:
    """The figure as SVG inside a page: a title for screen readers, marks of its own name, the same bytes each time."""
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.S)
    svg = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', svg)
    svg = re.sub(r"url\(#([^)]+)\)", rf"url(#{name}-\1)", svg)
    svg = re.sub(r'xlink:href="#([^"]+)"', rf'xlink:href="#{name}-\1"', svg)
    svg = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", svg, count=1), count=1)
    escaped = title.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    svg = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", svg, flags=re.S)  # a style that would hold for the whole page
    head = f'<svg role="img" stroke-linejoin="round" aria-labelledby="{name}-title"'
    return svg.replace("<svg", head, 1).replace(">", f'><title id="{name}-title">{escaped}</title>', 1).strip()
