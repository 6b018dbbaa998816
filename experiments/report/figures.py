"""The three figures of a comparison: trade-off map, trajectories, forest of paired differences.

They read a `Comparison` and compute nothing but places on paper. Every figure is written as SVG and PNG and comes out
with the same bytes for the same comparison.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.text import Annotation
from matplotlib.ticker import FixedLocator, FuncFormatter, Locator, MaxNLocator

from experiments.report.desks import desks_figure
from experiments.report.labels import Box, leader, place_labels
from experiments.report.numbers import TITLES, axis_title, better, chance, scaled, tick, unit_words
from experiments.report.style import BETTER, FAINT, INK, MUTED, OPEN, WORSE, heading, house_style, new_figure, save, wrapped
from experiments.report.tables import LEAST_SHOWN
from experiments.statistics.intervals import is_settled
from experiments.verbs.compare import HEADLINE_SERIES, Comparison
from sim.lang import counted

ACROSS, UP, COLOUR = "goal_attainment", "burnout_share", "inflation"
CHANCE_OF_BEST = "chance_of_best"  # names those notes in a figure


def draw_comparison(comparison: Comparison, folder: Path) -> list[Path]:
    """Draw every figure of a comparison into a folder; returns the paths."""
    paths: list[Path] = []
    with house_style(str(comparison.design)):
        for name, draw in (("tradeoff", tradeoff_map), ("trajectories", trajectories), ("differences", forest)):
            paths += save(draw(comparison), folder, name)
        if comparison.design.winners and len(comparison.winners):
            paths += save(desks_figure(comparison, _where(comparison)), folder, "winners")
    return paths


# --- trade-off map ------------------------------------------------------------------------------------------------------


def tradeoff_map(comparison: Comparison) -> Figure:
    """Burnout against goal attainment, distortion as colour; whiskers are intervals of the paired differences."""
    design = comparison.design
    figure = new_figure(9.6, 6.9)
    axes = figure.add_axes((0.085, 0.115, 0.765, 0.735))
    wide = comparison.summary.set_index(["scheme", "outcome"])
    names = [name for name in design.scheme_names if np.isfinite([wide.loc[(name, key), "mean"] for key in (ACROSS, UP)]).all()]
    heading(
        figure,
        "Burnout against goal attainment",
        f"{_where(comparison)}. Up and right is better.\n"
        f"Whiskers: 95 % interval of the paired difference to the baseline, {design.titles[design.baseline]} (square).",
        left=0.085,
    )
    if not names:
        _nothing(axes)
        return figure
    x, y, colour = (np.array([wide.loc[(name, key), "mean"] for name in names]) for key in (ACROSS, UP, COLOUR))
    spans = {key: _whiskers(wide, names, key) for key in (ACROSS, UP)}
    _guides(axes, names, design.baseline, x, y)
    axes.errorbar(x, y, xerr=spans[ACROSS], yerr=spans[UP], fmt="none", ecolor="#8b929c", elinewidth=1.1, capsize=0, zorder=2)
    shown = np.where(np.isfinite(colour), colour, 0.0)
    low, high = _limits(shown)
    for name, across, up, value in zip(names, x, y, shown, strict=True):
        axes.scatter(
            across, up, c=[value], vmin=low, vmax=high, cmap="cividis_r", s=74, zorder=3, linewidths=0.9, edgecolors=INK,
            marker="s" if name == design.baseline else "o",
        )  # fmt: skip
    _frame(axes, x, y, spans)
    axes.set_xlabel(axis_title(ACROSS))
    axes.set_ylabel(f"{axis_title(UP)}, less is up")
    _percent_axis(axes.xaxis, ACROSS)
    _percent_axis(axes.yaxis, UP)
    axes.grid(True)
    _colour_bar(figure, low, high)

    def obstacles(scale: float) -> list[Box]:
        return _whisker_boxes(axes, x, y, spans, scale) + _guide_boxes(axes, names, design.baseline, x, y, scale)

    _label_points(figure, axes, [design.titles[name] for name in names], x, y, obstacles)
    return figure


def _where(comparison: Comparison) -> str:
    design = comparison.design
    organisation = design.organisation.title or design.organisation.name
    return f"{organisation}, {counted(design.months, design.organisation.time_unit)}, {design.replicates} replicates"


def _whiskers(wide: pd.DataFrame, names: list[str], key: str) -> np.ndarray:
    """Distances from each mean down and up to the ends of its interval; none where there is no interval."""
    rows = wide.loc[[(name, key) for name in names]]
    spans = np.array([rows["difference"] - rows["low"], rows["high"] - rows["difference"]], dtype=float)
    return np.nan_to_num(spans, nan=0.0)


def _limits(values: np.ndarray) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    return (low, high) if high > low else (low - 0.005, high + 0.005)


def _guides(axes: Axes, names: list[str], baseline: str, x: np.ndarray, y: np.ndarray) -> None:
    """Cross hairs through the baseline: what lies up and right of them is better on both."""
    if baseline in names:
        index = names.index(baseline)
        axes.axvline(x[index], color=FAINT, linewidth=1, linestyle=(0, (4, 3)), zorder=1)
        axes.axhline(y[index], color=FAINT, linewidth=1, linestyle=(0, (4, 3)), zorder=1)


def _frame(axes: Axes, x: np.ndarray, y: np.ndarray, spans: dict[str, np.ndarray]) -> None:
    """Limits with room for the labels; burnout runs downwards, so that better is up."""
    for values, span, setter, room in ((x, spans[ACROSS], axes.set_xlim, 0.17), (y, spans[UP], axes.set_ylim, 0.1)):
        low, high = float((values - span[0]).min()), float((values + span[1]).max())
        margin = max((high - low) * room, 0.004)
        setter(low - margin, high + margin)
    axes.invert_yaxis()


def _colour_bar(figure: Figure, low: float, high: float) -> None:
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    place = figure.add_axes((0.885, 0.22, 0.02, 0.5))
    bar = figure.colorbar(ScalarMappable(Normalize(low, high), "cividis_r"), cax=place)
    bar.outline.set_visible(False)
    _percent_axis(bar.ax.yaxis, COLOUR)
    bar.ax.set_title(wrapped(f"{TITLES[COLOUR]} of reports (%)", 12), fontsize=8.5, fontweight="normal", loc="left", pad=8)


def _label_points(
    figure: Figure, axes: Axes, texts: list[str], x: np.ndarray, y: np.ndarray, obstacles: Callable[[float], list[Box]]
) -> None:
    """Write the names beside their points where nothing is in the way, with a thin line where they stand off."""
    figure.canvas.draw()
    to_pixels, to_data = axes.transData, axes.transData.inverted()
    scale = figure.dpi / 100
    points = [(float(left), float(up)) for left, up in to_pixels.transform(np.column_stack([x, y])) / scale]
    texts = [wrapped(text, 24) for text in texts]
    drawn = [axes.text(0, 0, text, fontsize=8, linespacing=1.15, va="bottom", ha="left", zorder=4) for text in texts]
    extents = [text.get_window_extent() for text in drawn]
    sizes = [(extent.width / scale, extent.height / scale) for extent in extents]
    frame = axes.get_window_extent()
    room = Box(frame.x0 / scale + 3, frame.y0 / scale + 3, frame.x1 / scale - 3, frame.y1 / scale - 3)
    for text, point, box in zip(drawn, points, place_labels(points, sizes, obstacles(scale), room), strict=True):
        text.set_position(tuple(to_data.transform((box.left * scale, box.bottom * scale))))
        text.set_path_effects([withStroke(linewidth=2.5, foreground="white")])
        line = leader(point, box)
        if line:
            ends = to_data.transform(np.array(line) * scale)
            axes.plot(ends[:, 0], ends[:, 1], color="#9aa1ab", linewidth=0.8, zorder=1.5)


def _whisker_boxes(axes: Axes, x: np.ndarray, y: np.ndarray, spans: dict[str, np.ndarray], scale: float) -> list[Box]:
    boxes = []
    for index in range(len(x)):
        left, right = x[index] - spans[ACROSS][0, index], x[index] + spans[ACROSS][1, index]
        low, high = y[index] - spans[UP][0, index], y[index] + spans[UP][1, index]
        for ends in (((left, y[index]), (right, y[index])), ((x[index], low), (x[index], high))):
            (x0, y0), (x1, y1) = axes.transData.transform(ends) / scale
            boxes.append(Box(min(x0, x1) - 1, min(y0, y1) - 1, max(x0, x1) + 1, max(y0, y1) + 1))
    return boxes


def _guide_boxes(axes: Axes, names: list[str], baseline: str, x: np.ndarray, y: np.ndarray, scale: float) -> list[Box]:
    if baseline not in names:
        return []
    across, up = axes.transData.transform((x[names.index(baseline)], y[names.index(baseline)])) / scale
    return [Box(across - 1, 0, across + 1, 1e4), Box(0, up - 1, 1e4, up + 1)]


# --- trajectories ---------------------------------------------------------------------------------------------------------


def trajectories(comparison: Comparison) -> Figure:
    """Small multiples: a row a scheme, a column a series; the baseline stays behind in grey for comparison."""
    design = comparison.design
    others = [name for name in design.scheme_names if name != design.baseline] or [design.baseline]
    courses = {str(name): rows for name, rows in comparison.trajectories.groupby("scheme")}
    row, top, bottom, left = 0.82, 1.25, 0.6, 0.205
    height = top + bottom + row * len(others)
    figure = new_figure(11.0, height)
    heading(
        figure,
        f"Course over the {design.organisation.time_unit}s",
        f"{_where(comparison)}. Blue: the scheme; grey: the baseline, {design.titles[design.baseline]}.\n"
        "Lines are means, bands hold nine of ten replicates.",
        left=0.012,
    )
    grid = figure.add_gridspec(
        len(others),
        len(HEADLINE_SERIES),
        left=left,
        right=0.985,
        top=1 - top / height,
        bottom=bottom / height,
        wspace=0.28,
        hspace=0.18,
    )
    for column, series in enumerate(HEADLINE_SERIES):
        limits = _series_limits(comparison.trajectories, series)
        for line, name in enumerate(others):
            axes = figure.add_subplot(grid[line, column])
            _course(axes, courses[design.baseline], series, "#8b929c", behind=True)
            if name != design.baseline:
                _course(axes, courses[name], series, BETTER)
            _course_frame(
                axes, series, limits, design.months, design.organisation.time_unit, first=line == 0, last=line == len(others) - 1
            )
            if column == 0:
                axes.annotate(
                    wrapped(design.titles[name], 25), (0, 0.5), xycoords=("figure fraction", "axes fraction"), xytext=(10, 0),
                    textcoords="offset points", va="center", ha="left", fontsize=8.5, annotation_clip=False,
                )  # fmt: skip
    return figure


def _series_limits(table: pd.DataFrame, series: str) -> tuple[float, float]:
    rows = table.loc[table["series"] == series, ["low", "high"]].to_numpy(float)
    if not np.isfinite(rows).any():
        return 0.0, 1.0
    low, high = float(np.nanmin(rows)), float(np.nanmax(rows))
    margin = max((high - low) * 0.08, 0.002)
    return low - margin, high + margin


def _course(axes: Axes, rows: pd.DataFrame, series: str, colour: str, *, behind: bool = False) -> None:
    rows = rows[rows["series"] == series].sort_values("month")
    axes.fill_between(rows["month"], rows["low"], rows["high"], color=colour, alpha=0.22, linewidth=0, zorder=1 if behind else 2)
    axes.plot(rows["month"], rows["mean"], color=colour, linewidth=1.1 if behind else 1.5, zorder=3 if behind else 4)


def _course_frame(
    axes: Axes, series: str, limits: tuple[float, float], months: int, unit: str, *, first: bool, last: bool
) -> None:
    axes.set_xlim(1, max(months, 2))
    axes.set_ylim(*limits)
    axes.yaxis.set_major_locator(MaxNLocator(3))
    axes.xaxis.set_major_locator(_month_ticks(months))
    _percent_axis(axes.yaxis, series, locate=False)
    axes.grid(True)
    axes.tick_params(length=0)
    if first:
        axes.set_title(axis_title(series, short=True), pad=7, fontsize=8.4)
    if last:
        axes.set_xlabel(unit, fontsize=8, color=MUTED)
    else:
        axes.set_xticklabels([])


def _month_ticks(months: int) -> Locator:
    """Whole years, as many as fit; single months in a short run."""
    if months < 12:
        return MaxNLocator(4, integer=True, steps=[1, 2, 3, 6, 10])
    step = 12 * max(1, round(months / 36))
    return FixedLocator(list(range(step, months + 1, step)))


# --- forest of paired differences -------------------------------------------------------------------------------------------


def forest(comparison: Comparison) -> Figure:
    """Paired differences to the baseline with their intervals, a panel for every headline outcome."""
    design = comparison.design
    wide = comparison.summary.set_index(["outcome", "scheme"])
    others = [name for name in design.scheme_names if name != design.baseline]
    row, top, bottom, left = 0.36, 1.72, 0.75, 0.215
    height = top + bottom + row * max(len(others), 2)
    figure = new_figure(12.0, height)
    heading(
        figure,
        "Paired differences to the baseline",
        f"{_where(comparison)}. Baseline: {design.titles[design.baseline]}. Marks: mean differences. Lines: 95 % intervals, "
        "thick for one scheme,\nthin for all schemes of a panel at once. Settled: the thin line leaves out 0. "
        "Best: chance of being the best of all, from 1 % on.",
        left=0.012,
    )
    _key(figure, 1 - 1.0 / height)
    grid = figure.add_gridspec(
        1, len(design.headline), left=left, right=0.985, top=1 - top / height, bottom=bottom / height, wspace=0.14
    )
    places = np.arange(len(others))[::-1]
    for column, outcome in enumerate(design.headline):
        axes = figure.add_subplot(grid[0, column])
        for place, name in zip(places, others, strict=True):
            _difference(axes, place, outcome, wide.loc[(outcome, name)])
        _forest_frame(axes, outcome, float(wide.loc[(outcome, design.baseline), "mean"]), len(others))
        _keep_inside(axes)
        axes.set_yticks(places)
        axes.set_yticklabels(
            [wrapped(design.titles[name], 34) for name in others] if column == 0 else [], fontsize=8.5, color=INK
        )
    return figure


def _difference(axes: Axes, place: float, outcome: str, row: pd.Series) -> None:
    """One dot with its intervals: coloured by direction where settled, hollow and grey where not."""
    difference = float(row["difference"])
    if not np.isfinite(difference):
        axes.annotate(
            "missing", (0.5, place), xycoords=("axes fraction", "data"), ha="center", va="center", fontsize=7.5, color=MUTED
        )  # fmt: skip
        return
    settled = is_settled(row["simultaneous_low"], row["simultaneous_high"])
    good = better(outcome) * difference > 0
    colour = OPEN if not settled else MUTED if better(outcome) == 0 else BETTER if good else WORSE
    for prefix, width in (("simultaneous_", 1.0), ("", 2.6)):
        ends = [float(row[f"{prefix}low"]), float(row[f"{prefix}high"])]
        if np.isfinite(ends).all():
            axes.plot(ends, [place, place], color=colour, linewidth=width, solid_capstyle="butt", zorder=2)
    marker = "o" if not settled or better(outcome) == 0 else "^" if difference > 0 else "v"
    axes.plot(difference, place, marker, markersize=6, color=colour, markerfacecolor=colour if settled else "white", zorder=3)
    if row["probability_best"] >= LEAST_SHOWN:
        axes.annotate(
            f"best: {chance(float(row['probability_best']))}", (difference, place), xytext=(0, 5), textcoords="offset points",
            ha="center", va="bottom", fontsize=6.5, color=MUTED, annotation_clip=False,
            path_effects=[withStroke(linewidth=2, foreground="white")], gid=CHANCE_OF_BEST,
        )  # fmt: skip


def _keep_inside(axes: Axes) -> None:
    """Chances of being best at the edge of a panel stand inwards, clear of names and of the next panel."""
    for note in axes.texts:
        if isinstance(note, Annotation) and note.get_gid() == CHANCE_OF_BEST:
            across = axes.transLimits.transform(note.xy)[0]
            note.set_horizontalalignment("left" if across < 0.25 else "right" if across > 0.75 else "center")


def _forest_frame(axes: Axes, outcome: str, baseline: float, rows: int) -> None:
    axes.axvline(0, color=MUTED, linewidth=0.9, zorder=1)
    axes.set_ylim(-0.6, rows - 0.4)
    low, high = axes.get_xlim()
    margin = max((high - low) * 0.04, 0.001)
    axes.set_xlim(min(low, 0) - margin, max(high, 0) + margin)
    arrow = {1: "more is better", -1: "less is better", 0: ""}[better(outcome)]
    title = axis_title(outcome, short=True)
    axes.set_title(f"{title}\n", pad=6, fontsize=9.3)
    axes.annotate(
        f"{arrow}; baseline {scaled(outcome, baseline)}", (0, 1), xycoords="axes fraction", xytext=(0, 7),
        textcoords="offset points", fontsize=7.6, color=MUTED,
    )  # fmt: skip
    axes.set_xlabel(f"difference, {unit_words(outcome)}", fontsize=8, color=MUTED)
    _percent_axis(axes.xaxis, outcome, bins=4, signed=True)
    axes.grid(True, axis="x")
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)


def _key(figure: Figure, height: float) -> None:
    """What the colours mean, in words of their own colour and with the shapes."""
    texts = (("\u25b2\u25bc better, settled", BETTER), ("\u25b2\u25bc worse, settled", WORSE), ("\u25cb not settled", "#7d848e"))
    for index, (text, colour) in enumerate(texts):
        figure.text(0.215 + 0.13 * index, height, text, color=colour, fontsize=8.8, va="top")


# --- common ---------------------------------------------------------------------------------------------------------------


def _percent_axis(axis: object, outcome: str, *, bins: int = 6, locate: bool = True, signed: bool = False) -> None:
    """Ticks in the unit that people read: shares as per cent."""
    if locate:
        axis.set_major_locator(MaxNLocator(bins))  # type: ignore[attr-defined]
    axis.set_major_formatter(FuncFormatter(lambda value, _: tick(outcome, value, signed=signed)))  # type: ignore[attr-defined]


def _nothing(axes: Axes) -> None:
    axes.set_axis_off()
    axes.text(
        0.5, 0.5, "Nothing to show: these outcomes are missing in every run.", ha="center", color=MUTED, transform=axes.transAxes
    )
