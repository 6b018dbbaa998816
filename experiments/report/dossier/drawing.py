"""The figures of a report: each drawn for a wide page and for a phone, as SVG that takes its colours from the page.

Nothing is computed here but places on paper. Text becomes paths, so that no reader needs a font; a glyph that no font has
is an error, not a box. The same numbers give the same bytes.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator

from experiments.report.fonts import families_for_figures
from experiments.report.labels import Box, leader, place_labels
from experiments.report.style import BETTER, FAINT, INK, MUTED, OPEN, WORSE, house_style, new_figure, wrapped

WIDE, NARROW = 10.4, 3.75  # inches; the page shows an inch as 96 pixels

GRID = "#eceef1"
COLOURS = 40  # shades of a colour bar: more would become a picture of pixels
RAISED, LOWERED = "#7b4ea3", "#b08900"  # neither is good or bad

#: Colours of the figures that the page may set anew (dark, print), by the name it knows them under.
PAGE_COLOURS = {
    INK: "ink", MUTED: "muted", FAINT: "faint", BETTER: "better", WORSE: "worse", OPEN: "open", GRID: "grid",
    RAISED: "raised", LOWERED: "lowered", "#ffffff": "paper",
}  # fmt: skip

TONES = {"better": BETTER, "worse": WORSE, "open": OPEN, "": MUTED}


@dataclass(frozen=True)
class Dot:
    """A value with its interval; a wider interval (of all at once) is a thin line, the narrower one thick."""

    label: str
    value: float
    low: float
    high: float
    wide_low: float = np.nan
    wide_high: float = np.nan
    tone: str = ""
    note: str = ""


@dataclass(frozen=True)
class Panel:
    """Dots below one another on one axis. ``tick`` says a number of the axis; ``zero`` draws a line there."""

    title: str
    subtitle: str
    axis: str
    dots: tuple[Dot, ...]
    tick: Callable[[float], str]
    zero: float | None = 0.0


@dataclass(frozen=True)
class Mark:
    """A scheme on the trade-off map: place, whiskers (down, up) and what its colour says."""

    label: str
    x: float
    y: float
    x_ends: tuple[float, float]
    y_ends: tuple[float, float]
    colour: float
    is_baseline: bool


@dataclass(frozen=True)
class Course:
    """A mean with its band over the months."""

    months: np.ndarray
    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray


@dataclass(frozen=True)
class Bars:
    """Shares to the right (raised) and to the left (lowered), each (value, low, high) or missing."""

    label: str
    raised: tuple[float, float, float]
    lowered: tuple[float, float, float]


Draw = Callable[[bool], Figure]


def drawn(draw: Draw, name: str, title: str) -> tuple[str, str]:
    """A figure as SVG for a wide page and for a narrow one.

    Raises:
        UserError: no font has the characters of the language.
    """
    return _svg(draw, False, name, title), _svg(draw, True, f"{name}-n", title)


@contextmanager
def _glyphs_or_error() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message="Glyph .* missing")
        yield


def _svg(draw: Draw, narrow: bool, name: str, title: str) -> str:
    with house_style(), mpl.rc_context({"font.family": list(families_for_figures())}), _glyphs_or_error():
        figure = draw(narrow)
        stream = io.StringIO()
        figure.savefig(stream, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    return _for_the_page(stream.getvalue(), name, title)


def _for_the_page(text: str, name: str, title: str) -> str:
    """SVG that stands inside a page: own names, a title that is read aloud, colours by their names on the page."""
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r"<style type=\"text/css\">.*?</style>", "", text, flags=re.DOTALL)
    text = re.sub(r"<defs>\s*</defs>", "", text)
    text = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', text)
    text = re.sub(r'href="#([^"]+)"', rf'href="#{name}-\1"', text)
    text = re.sub(r"url\(#([^)]+)\)", rf"url(#{name}-\1)", text)
    opening = re.search(r'<svg[^>]*viewBox="([^"]+)"[^>]*>', text)
    assert opening
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="{opening[1]}" role="img" '
        f'aria-labelledby="{name}-title"><title id="{name}-title">{_escaped(title)}</title>'
    )
    body = re.sub(r"\n\s*", "\n", text[opening.end() :]).strip()
    return head + re.sub(r"(\d\.\d\d)\d+(?![\d)]| -?\d+\.\d+\))", r"\1", body)


def coloured_by_page(svg: str) -> str:
    """The same SVG with its colours as variables of the page's style."""
    for colour, known in PAGE_COLOURS.items():
        svg = re.sub(rf"(fill|stroke): {colour}\b", rf"\1: var(--{known})", svg)
    return svg


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


# --- dots -----------------------------------------------------------------------------------------------------------------


def dots(panels: Sequence[Panel]) -> Draw:
    """Panels of dots: side by side on a wide page with common labels, below one another on a phone."""
    return lambda narrow: _dots_below(panels) if narrow else _dots_beside(panels)


def stacked(panels: Sequence[Panel]) -> Draw:
    """Panels whose dots have names of their own: two in a row on a wide page, below one another on a phone."""
    return lambda narrow: _dots_below(panels) if narrow else _dots_in_twos(panels)


def _dots_in_twos(panels: Sequence[Panel]) -> Figure:
    row, top, gap, bottom, left = 0.3, 0.45, 1.0, 0.5, 2.1
    lines = [panels[start : start + 2] for start in range(0, len(panels), 2)]
    heights = [row * max(max(len(panel.dots) for panel in line), 2) for line in lines]
    height = top + bottom + sum(heights) + gap * (len(lines) - 1)
    figure = new_figure(WIDE, height)
    width = (WIDE - 2 * left - 0.2) / 2
    up = height - top
    for line, own in zip(lines, heights, strict=True):
        for column, panel in enumerate(line):
            x = left + column * (width + left)
            tall = row * max(len(panel.dots), 2)
            axes = figure.add_axes((x / WIDE, (up - tall) / height, width / WIDE, tall / height))
            _panel(axes, panel, wrapped_at=30, bins=5)
        up -= own + gap
    return figure


def _dots_beside(panels: Sequence[Panel]) -> Figure:
    labels = [dot.label for dot in panels[0].dots]
    row, top, bottom, left = 0.36, 0.72, 0.62, 2.35
    height = top + bottom + row * max(len(labels), 2)
    figure = new_figure(WIDE, height)
    grid = figure.add_gridspec(
        1, len(panels), left=left / WIDE, right=0.985, top=1 - top / height, bottom=bottom / height, wspace=0.16
    )
    for column, panel in enumerate(panels):
        axes = figure.add_subplot(grid[0, column])
        _panel(axes, panel, wrapped_at=34 if column == 0 else 0, bins=4 if len(panels) < 4 else 3)
    return figure


def _dots_below(panels: Sequence[Panel]) -> Figure:
    row, top, gap, bottom, left = 0.42, 0.62, 1.2, 0.55, 1.35
    heights = [row * max(len(panel.dots), 1) for panel in panels]
    height = top + bottom + sum(heights) + gap * (len(panels) - 1)
    figure = new_figure(NARROW, height)
    up = height - top
    for panel, own in zip(panels, heights, strict=True):
        axes = figure.add_axes((left / NARROW, (up - own) / height, (NARROW - left - 0.16) / NARROW, own / height))
        _panel(axes, panel, wrapped_at=19, bins=3)
        up -= own + gap
    return figure


def _panel(axes: Axes, panel: Panel, *, wrapped_at: int, bins: int) -> None:
    places = np.arange(len(panel.dots))[::-1]
    for place, dot in zip(places, panel.dots, strict=True):
        _dot(axes, float(place), dot)
    if panel.zero is not None:
        axes.axvline(panel.zero, color=MUTED, linewidth=0.9, zorder=1)
    axes.set_ylim(-0.6, len(panel.dots) - 0.4)
    low, high = axes.get_xlim()
    ends = (low, high) if panel.zero is None else (min(low, panel.zero), max(high, panel.zero))
    margin = max((ends[1] - ends[0]) * 0.05, 1e-9)
    axes.set_xlim(ends[0] - margin, ends[1] + margin)
    axes.xaxis.set_major_locator(MaxNLocator(bins))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: panel.tick(value)))
    axes.set_yticks(places, [wrapped(dot.label, wrapped_at) for dot in panel.dots] if wrapped_at else [], fontsize=8.5, color=INK)
    axes.set_xlabel(panel.axis, fontsize=8, color=MUTED)
    above = 8 + 10.5 * len(panel.subtitle.split("\n"))
    axes.annotate(
        panel.title, (0, 1), xycoords="axes fraction", xytext=(0, above), textcoords="offset points", fontsize=9.3,
        fontweight="bold", color=INK, annotation_clip=False,
    )  # fmt: skip
    axes.annotate(
        panel.subtitle, (0, 1), xycoords="axes fraction", xytext=(0, 6), textcoords="offset points", fontsize=7.6, color=MUTED
    )
    axes.grid(True, axis="x", color=GRID)
    axes.tick_params(length=0)
    axes.spines["left"].set_visible(False)


def _dot(axes: Axes, place: float, dot: Dot) -> None:
    if not np.isfinite(dot.value):
        axes.annotate(
            dot.note, (0.5, place), xycoords=("axes fraction", "data"), ha="center", va="center", fontsize=7.5, color=MUTED
        )
        return
    colour = TONES[dot.tone]
    for low, high, width in ((dot.wide_low, dot.wide_high, 1.0), (dot.low, dot.high, 2.8)):
        if np.isfinite([low, high]).all():
            axes.plot([low, high], [place, place], color=colour, linewidth=width, solid_capstyle="butt", zorder=2)
    marker = "o" if dot.tone in ("open", "") else "^" if dot.value > 0 else "v"
    hollow = dot.tone == "open"
    axes.plot(dot.value, place, marker, markersize=6, color=colour, markerfacecolor="#ffffff" if hollow else colour, zorder=3)


# --- trade-off map ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class MapWords:
    """What stands around the trade-off map."""

    x: str
    y: str
    colour: str
    better_corner: str
    tick_x: Callable[[float], str]
    tick_y: Callable[[float], str]
    tick_colour: Callable[[float], str]


def tradeoff(marks: Sequence[Mark], words: MapWords) -> Draw:
    """Schemes by two outcomes with whiskers, a third as colour; on a phone they carry numbers, which a key below tells."""
    return lambda narrow: _map(marks, words, narrow)


def _map(marks: Sequence[Mark], words: MapWords, narrow: bool) -> Figure:
    key = 0.23 * len(marks) + 0.15 if narrow else 0.0
    width, height = (NARROW, 3.5 + 0.75 + key) if narrow else (WIDE, 5.9)
    figure = new_figure(width, height)
    left, right, top, bottom = (0.58, 0.12, 0.2, 1.25 + key) if narrow else (0.75, 1.35, 0.2, 0.6)
    axes = figure.add_axes((left / width, bottom / height, (width - left - right) / width, (height - top - bottom) / height))
    x, y, colour = (np.array([getattr(mark, name) for mark in marks], dtype=float) for name in ("x", "y", "colour"))
    spans = {name: np.array([getattr(mark, f"{name}_ends") for mark in marks], dtype=float).T for name in ("x", "y")}
    for mark in marks:
        if mark.is_baseline:
            axes.axvline(mark.x, color=FAINT, linewidth=1, linestyle=(0, (4, 3)), zorder=1)
            axes.axhline(mark.y, color=FAINT, linewidth=1, linestyle=(0, (4, 3)), zorder=1)
    axes.errorbar(x, y, xerr=spans["x"], yerr=spans["y"], fmt="none", ecolor=OPEN, elinewidth=1.1, capsize=0, zorder=2)
    low, high = float(colour.min()), float(colour.max())
    low, high = (low, high) if high > low else (low - 0.005, high + 0.005)
    colours = mpl.colormaps["cividis_r"].resampled(COLOURS)
    for mark in marks:
        axes.scatter(
            mark.x, mark.y, c=[mark.colour], vmin=low, vmax=high, cmap=colours, s=74, zorder=3, linewidths=1.0,
            edgecolors=INK, marker="s" if mark.is_baseline else "o",
        )  # fmt: skip
    for values, span, limit, room in ((x, spans["x"], axes.set_xlim, 0.17), (y, spans["y"], axes.set_ylim, 0.12)):
        ends = float((values - span[0]).min()), float((values + span[1]).max())
        margin = max((ends[1] - ends[0]) * room, 0.004)
        limit(ends[0] - margin, ends[1] + margin)
    axes.invert_yaxis()
    axes.set_xlabel(words.x)
    axes.set_ylabel(words.y)
    for axis, tick in ((axes.xaxis, words.tick_x), (axes.yaxis, words.tick_y)):
        axis.set_major_locator(MaxNLocator(4 if narrow else 6))
        axis.set_major_formatter(FuncFormatter(lambda value, _, tick=tick: tick(value)))
    axes.grid(True, color=GRID)
    axes.tick_params(length=0)
    axes.text(0.985, 0.985, words.better_corner, transform=axes.transAxes, ha="right", va="top", fontsize=8, color=MUTED)
    place = (left / width, (key + 0.42) / height, 0.5, 0.11 / height) if narrow else (0.905, 0.24, 0.016, 0.48)
    _colour_bar(figure, place, low, high, words, narrow)
    texts = [str(number) for number in range(1, len(marks) + 1)] if narrow else [wrapped(mark.label, 24) for mark in marks]
    _label(figure, axes, texts, x, y, spans)
    for number, mark in enumerate(marks if narrow else ()):
        figure.text(
            0.1 / width, (key - 0.05 - 0.23 * number) / height, f"{number + 1}", fontsize=8.3, fontweight="bold", va="top"
        )
        figure.text(0.34 / width, (key - 0.05 - 0.23 * number) / height, _cut(mark.label, 58), fontsize=8.3, va="top")
    return figure


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _colour_bar(
    figure: Figure, place: tuple[float, float, float, float], low: float, high: float, words: MapWords, narrow: bool
) -> None:
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    way = "horizontal" if narrow else "vertical"
    axes = figure.add_axes(place)
    bar = figure.colorbar(
        ScalarMappable(Normalize(low, high), mpl.colormaps["cividis_r"].resampled(COLOURS)), cax=axes, orientation=way
    )
    bar.outline.set_visible(False)
    if bar.solids is not None:
        bar.solids.set_edgecolor("face")  # no gaps between shades
    axis = bar.ax.xaxis if narrow else bar.ax.yaxis
    axis.set_major_locator(MaxNLocator(4))
    axis.set_major_formatter(FuncFormatter(lambda value, _: words.tick_colour(value)))
    bar.ax.tick_params(length=0)
    title = words.colour if narrow else _two_lines(words.colour)
    bar.ax.set_title(title, fontsize=8.3, fontweight="normal", loc="left", pad=5 if narrow else 8)


def _label(figure: Figure, axes: Axes, texts: list[str], x: np.ndarray, y: np.ndarray, spans: dict[str, np.ndarray]) -> None:
    """Write the names beside their points where nothing is in the way, with a thin line where they stand off."""
    figure.canvas.draw()
    to_pixels, to_data = axes.transData, axes.transData.inverted()
    scale = figure.dpi / 100
    points = [(float(left), float(up)) for left, up in to_pixels.transform(np.column_stack([x, y])) / scale]
    texts_drawn = [axes.text(0, 0, text, fontsize=8.3, linespacing=1.15, va="bottom", ha="left", zorder=4) for text in texts]
    extents = [text.get_window_extent() for text in texts_drawn]
    sizes = [(extent.width / scale, extent.height / scale) for extent in extents]
    frame = axes.get_window_extent()
    room = Box(frame.x0 / scale + 3, frame.y0 / scale + 3, frame.x1 / scale - 3, frame.y1 / scale - 3)
    obstacles = []
    for index in range(len(x)):
        ends = (
            ((x[index] - spans["x"][0, index], y[index]), (x[index] + spans["x"][1, index], y[index])),
            ((x[index], y[index] - spans["y"][0, index]), (x[index], y[index] + spans["y"][1, index])),
        )
        for pair in ends:
            (x0, y0), (x1, y1) = to_pixels.transform(pair) / scale
            obstacles.append(Box(min(x0, x1) - 1, min(y0, y1) - 1, max(x0, x1) + 1, max(y0, y1) + 1))
    for text, point, box in zip(texts_drawn, points, place_labels(points, sizes, obstacles, room), strict=True):
        text.set_position(tuple(to_data.transform((box.left * scale, box.bottom * scale))))
        text.set_path_effects([withStroke(linewidth=2.5, foreground="#ffffff")])
        line = leader(point, box)
        if line:
            ends_of = to_data.transform(np.array(line) * scale)
            axes.plot(ends_of[:, 0], ends_of[:, 1], color=OPEN, linewidth=0.8, zorder=1.5)


# --- courses ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CourseWords:
    """What stands around the courses: titles of series, the axis below, how each series says a number."""

    series: tuple[str, ...]
    month: str
    ticks: tuple[Callable[[float], str], ...]


def courses(schemes: Sequence[str], lines: Sequence[Sequence[Course]], behind: Sequence[Course], words: CourseWords) -> Draw:
    """Small multiples, a row a scheme, a column a series; the baseline stays behind. ``lines[scheme][series]``.

    On a phone every series is a block of its own, with the schemes two in a row.
    """
    return lambda narrow: _courses(schemes, lines, behind, words, narrow)


def _courses(
    schemes: Sequence[str], lines: Sequence[Sequence[Course]], behind: Sequence[Course], words: CourseWords, narrow: bool
) -> Figure:
    limits = [_limits([behind[k], *(own[k] for own in lines)]) for k in range(len(words.series))]
    if not narrow:
        row, top, bottom, left = 0.82, 0.5, 0.45, 1.95
        height = top + bottom + row * len(schemes)
        figure = new_figure(WIDE, height)
        grid = figure.add_gridspec(
            len(schemes), len(words.series), left=left / WIDE, right=0.985, top=1 - top / height, bottom=bottom / height,
            wspace=0.3, hspace=0.2,
        )  # fmt: skip
        for r, name in enumerate(schemes):
            for k, series in enumerate(words.series):
                axes = figure.add_subplot(grid[r, k])
                _course_panel(axes, lines[r][k], behind[k], limits[k], words.ticks[k])
                if r == 0:
                    axes.set_title(_two_lines(series), fontsize=8.6, pad=6)
                if r == len(schemes) - 1:
                    axes.set_xlabel(words.month, fontsize=8, color=MUTED)
                else:
                    axes.set_xticklabels([])
                if k == 0:
                    axes.annotate(
                        wrapped(name, 25), (0, 0.5), xycoords=("figure fraction", "axes fraction"), xytext=(2, 0),
                        textcoords="offset points", va="center", ha="left", fontsize=8.5, annotation_clip=False,
                    )  # fmt: skip
        return figure
    row, head, foot = 0.78, 0.42, 0.34
    in_a_row = 2
    n_rows = -(-len(schemes) // in_a_row)
    label = 0.34
    block = head + n_rows * (row + label) + foot
    height = block * len(words.series)
    figure = new_figure(NARROW, height)
    left, gap = 0.42, 0.42
    width = (NARROW - left - gap - 0.1) / in_a_row
    for k, series in enumerate(words.series):
        start = height - k * block
        figure.text(0.02, (start - 0.08) / height, series, fontsize=9.3, fontweight="bold", va="top")
        for number, name in enumerate(schemes):
            line, column = divmod(number, in_a_row)
            x0 = left + column * (width + gap)
            y0 = start - head - line * (row + label) - label - row
            axes = figure.add_axes((x0 / NARROW, y0 / height, width / NARROW, row / height))
            _course_panel(axes, lines[number][k], behind[k], limits[k], words.ticks[k])
            axes.set_title(wrapped(name, 24), fontsize=7.4, fontweight="normal", pad=3)
            if line == n_rows - 1 or number + in_a_row >= len(schemes):
                axes.set_xlabel(words.month, fontsize=7.4, color=MUTED)
            else:
                axes.set_xticklabels([])
    return figure


def _two_lines(title: str) -> str:
    """'Name (unit)' with the unit on a line of its own."""
    name, bracket, unit = title.partition(" (") if " (" in title else title.partition("（")
    return f"{name}\n{bracket.strip()}{unit}" if bracket else title


def _limits(lines: Sequence[Course]) -> tuple[float, float]:
    ends = np.concatenate([np.concatenate([one.low, one.high]) for one in lines])
    if not np.isfinite(ends).any():
        return 0.0, 1.0
    low, high = float(np.nanmin(ends)), float(np.nanmax(ends))
    margin = max((high - low) * 0.08, 0.002)
    return low - margin, high + margin


def _course_panel(axes: Axes, own: Course, behind: Course, limits: tuple[float, float], tick: Callable[[float], str]) -> None:
    for line, colour, width, order in ((behind, OPEN, 1.1, 1), (own, BETTER, 1.6, 2)):
        axes.fill_between(line.months, line.low, line.high, color=colour, alpha=0.22, linewidth=0, zorder=order)
        axes.plot(line.months, line.mean, color=colour, linewidth=width, zorder=order + 2)
    last = int(max(own.months.max(), 2))
    axes.set_xlim(1, last)
    axes.set_ylim(*limits)
    axes.yaxis.set_major_locator(MaxNLocator(3))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: tick(value)))
    step = 12 * max(1, round(last / 36))
    axes.xaxis.set_major_locator(FixedLocator(list(range(step, last + 1, step))) if last >= 12 else MaxNLocator(4, integer=True))
    axes.grid(True, color=GRID)
    axes.tick_params(length=0, labelsize=7.6)


# --- bars -------------------------------------------------------------------------------------------------------------------


def bars(titles: Sequence[tuple[str, str]], rows: Sequence[Sequence[Bars]], key: tuple[str, str], axis: str) -> Draw:
    """Shares raised to the right and lowered to the left, a panel a measure: ``rows[measure]``, ``key`` (lowered, raised)."""
    return lambda narrow: _bars(titles, rows, key, axis, narrow)


def _bars(
    titles: Sequence[tuple[str, str]], rows: Sequence[Sequence[Bars]], key: tuple[str, str], axis: str, narrow: bool
) -> Figure:
    n, row = len(rows[0]), 0.36
    if narrow:
        top, gap, bottom, left = 0.78, 1.0, 0.5, 1.35
        height = top + bottom + len(rows) * row * n + gap * (len(rows) - 1)
        figure = new_figure(NARROW, height)
        places = []
        up = height - top
        for _ in rows:
            places.append((left / NARROW, (up - row * n) / height, (NARROW - left - 0.12) / NARROW, row * n / height))
            up -= row * n + gap
    else:
        top, bottom, left = 0.86, 0.55, 2.35
        height = top + bottom + row * max(n, 2)
        figure = new_figure(WIDE, height)
        width = (WIDE - left - 0.16 - 0.22 * (len(rows) - 1)) / len(rows)
        places = [
            ((left + k * (width + 0.22)) / WIDE, bottom / height, width / WIDE, (height - top - bottom) / height)
            for k in range(len(rows))
        ]
    x = 0.02 if narrow else left / WIDE
    for index, (text, colour) in enumerate(((f"◀ {key[0]}", LOWERED), (f"▶ {key[1]}", RAISED))):
        figure.text(
            x + index * (0.45 if narrow else 0.11),
            1 - 0.08 / height,
            text,
            color=colour,
            fontsize=8.8,
            va="top",
            fontweight="bold",
        )
    for number, ((title, note), own, place) in enumerate(zip(titles, rows, places, strict=True)):
        axes = figure.add_axes(place)
        _bar_panel(axes, own, title, note, axis, named=narrow or number == 0, narrow=narrow)
    return figure


def _bar_panel(axes: Axes, rows: Sequence[Bars], title: str, note: str, axis: str, *, named: bool, narrow: bool) -> None:
    places = np.arange(len(rows))[::-1]
    for place, bar in zip(places, rows, strict=True):
        for (value, low, high), sign, colour in ((bar.raised, 1, RAISED), (bar.lowered, -1, LOWERED)):
            if np.isfinite(value):
                axes.barh(place, sign * 100 * value, height=0.62, color=colour, zorder=2)
                axes.plot([sign * 100 * low, sign * 100 * high], [place, place], color=INK, linewidth=1.2, zorder=3)
    axes.axvline(0, color=MUTED, linewidth=0.9, zorder=4)
    axes.set_xlim(-105, 105)
    axes.set_ylim(-0.6, len(rows) - 0.4)
    axes.set_xticks([-100, -50, 0, 50, 100], ["100", "50", "0", "50", "100"])
    axes.set_xlabel(axis, fontsize=8, color=MUTED)
    axes.annotate(
        title, (0, 1), xycoords="axes fraction", xytext=(0, 18), textcoords="offset points", fontsize=9.3, fontweight="bold"
    )
    axes.annotate(note, (0, 1), xycoords="axes fraction", xytext=(0, 6), textcoords="offset points", fontsize=7.5, color=MUTED)
    names = [wrapped(bar.label, 19 if narrow else 34) for bar in rows] if named else []
    axes.set_yticks(places, names, fontsize=8.5, color=INK)
    axes.grid(True, axis="x", color=GRID)
    axes.tick_params(length=0)
    axes.spines["left"].set_visible(False)
