"""Figures of robustness, optimise and adversary. Like all figures they read results and compute only places on paper."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from experiments.report.deciding import net_in_words, readable
from experiments.report.numbers import TITLES, axis_title, tick, unit_words
from experiments.report.style import BETTER, FAINT, INK, MUTED, OPEN, WORSE, heading, house_style, new_figure, save, wrapped
from experiments.verbs.adversary import Adversary
from experiments.verbs.optimise import Optimum
from experiments.verbs.robustness import NET, Robustness

MOST_PANELS = 6

#: The three regrets: marker, colour, place above or below the row, filled.
REGRETS = (
    ("regret_mean", "o", BETTER, 0.22, True),
    ("regret_high", "o", INK, 0.0, False),
    ("regret_worst", "x", WORSE, -0.22, True),
)
MOST_BARS = 14
MOST_PAIRS = 6


def draw_robustness(study: Robustness, folder: Path) -> list[Path]:
    """Regret by scheme and outcome; worth of knowing each assumption."""
    with house_style(str(study.design)):
        return [*save(regret_figure(study), folder, "regret"), *save(information_figure(study), folder, "information")]


def draw_optimum(optimum: Optimum, folder: Path) -> list[Path]:
    """The front: every pair of objectives."""
    with house_style(str(optimum.design)):
        return save(front_figure(optimum), folder, "front")


def draw_adversary(study: Adversary, folder: Path) -> list[Path]:
    """The loss at the worst, and what drives it."""
    with house_style(str(study.design)):
        return [*save(loss_figure(study), folder, "losses"), *save(drivers_figure(study), folder, "drivers")]


# --- robustness -----------------------------------------------------------------------------------------------------------


def regret_figure(study: Robustness) -> Figure:
    """A panel an outcome, a row a scheme: mean regret, regret in nine of ten worlds and the worst, each with its interval."""
    outcomes = [name for name in study.verdicts if name != NET or len(study.plan.net_value) > 1][:MOST_PANELS]
    names = list(study.design.scheme_names)
    top, bottom, row = 1.2, 0.75, 0.42
    height = top + bottom + row * max(len(names), 2)
    figure = new_figure(max(6.4, 3.1 + 2.15 * len(outcomes)), height)
    left = 2.35 / figure.get_figwidth()
    heading(
        figure,
        "Regret: what a scheme lacks to the best of the same world",
        f"{len(study.net)} worlds. Filled: mean; hollow: nine of ten worlds have less; cross: the worst world.\n"
        "Lines: 95 % intervals. Left is better.",
        left=0.16 / figure.get_figwidth(),
    )
    grid = figure.add_gridspec(
        1, len(outcomes), left=left, right=0.985, top=1 - top / height, bottom=bottom / height, wspace=0.16
    )
    places = np.arange(len(names))[::-1]
    rows = study.summary.set_index(["outcome", "scheme"])
    for column, outcome in enumerate(outcomes):
        axes = figure.add_subplot(grid[0, column])
        for place, name in zip(places, names, strict=True):
            found = rows.loc[(outcome, name)]
            for kind, marker, colour, shift, filled in REGRETS:
                value, low, high = (found[f"{kind}{end}"] for end in ("", "_low", "_high"))
                _mark(axes, value, low, high, place + shift, marker, colour, filled)
        _rows(axes, places, [study.design.titles[name] for name in names] if column == 0 else None)
        axes.axvline(0, color=MUTED, linewidth=0.9, zorder=1)
        _amounts(axes, "" if outcome == NET else outcome)
        axes.set_title(wrapped("Net value" if outcome == NET else TITLES[outcome], 22), fontsize=9)
    return figure


def information_figure(study: Robustness) -> Figure:
    """Worth of knowing each assumption, the most valuable first, with interval and the floor of what chance gives."""
    shown = [one for one in study.partial if one.high > 0][:MOST_BARS] or list(study.partial[:5])
    top, bottom, row = 0.95, 0.75, 0.3
    height = top + bottom + row * max(len(shown), 2)
    figure = new_figure(8.4, height)
    names = list(study.plan.net_value)
    single = names[0] if len(names) == 1 and abs(study.plan.net_value[names[0]]) == 1 else ""
    heading(
        figure,
        "What it is worth to know an assumption before choosing",
        f"Judged by {net_in_words(study)}. Lines: 95 % intervals; grey tick: below it chance alone may be at work.\n"
        "Dashed: to know everything but luck.",
        left=0.02,
    )
    axes = figure.add_axes((0.27, bottom / height, 0.7, 1 - (top + bottom) / height))
    places = np.arange(len(shown))[::-1]
    for place, one in zip(places, shown, strict=True):
        colour = BETTER if one.is_worth_knowing else OPEN
        _mark(axes, one.value, one.low, one.high, place, "o", colour, one.is_worth_knowing)
        axes.plot([one.floor, one.floor], [place - 0.28, place + 0.28], color=MUTED, linewidth=1.2, zorder=1)
    axes.axvline(study.perfect.value, color=MUTED, linewidth=1, linestyle=(0, (4, 3)), zorder=1)
    _rows(axes, places, [readable(one.name) for one in shown])
    axes.set_xlim(left=0)
    _amounts(axes, single)
    return figure


# --- optimise ---------------------------------------------------------------------------------------------------------------


def front_figure(optimum: Optimum) -> Figure:
    """Every pair of objectives: all candidates on the luck of the search, the front and the start on fresh luck."""
    pairs = list(combinations(range(len(optimum.objectives)), 2))[:MOST_PAIRS]
    columns = min(len(pairs), 3)
    lines = -(-len(pairs) // columns)
    width, each, top = max(7.4, 4.3 * columns + 0.5), 3.9, 1.6
    height = top + each * lines
    figure = new_figure(width, height)
    start = optimum.start.title or optimum.start.name
    how = "worlds" if optimum.plan.worlds is not None else "replicates"
    heading(
        figure,
        "The front on fresh luck",
        f"Blue: the front on {optimum.runs.shape[1]} fresh {how}, with 95 % intervals of paired differences to the start.\n"
        f"Square: the start, {start}.\n"
        "Hollow: a limit is broken. Up and right is better.\n"
        "Grey: all candidates under the search's own luck: compare their shape, not their level.",
        left=0.16 / width,
    )  # fmt: skip
    grid = figure.add_gridspec(
        lines,
        columns,
        left=0.75 / width,
        right=1 - 0.2 / width,
        top=1 - top / height,
        bottom=0.6 / height,
        wspace=0.28,
        hspace=0.34,
    )
    for number, (across, up) in enumerate(pairs):
        _front_panel(figure.add_subplot(grid[number // columns, number % columns]), optimum, across, up)
    return figure


def _front_panel(axes: Axes, optimum: Optimum, across: int, up: int) -> None:
    ends = (optimum.objectives[across], optimum.objectives[up])
    cloud = optimum.candidates[optimum.candidates["keeps_limits"]]
    axes.scatter(cloud[ends[0].outcome], cloud[ends[1].outcome], s=9, color=FAINT, linewidths=0, zorder=1)
    rows = optimum.front.set_index(["outcome", "scheme"])
    start = [float(np.nanmean(optimum.runs[0, :, column])) for column in (across, up)]
    for place, scheme in enumerate(optimum.schemes):
        found = [rows.loc[(one.outcome, scheme.name)] for one in ends]
        spread = [[[one["difference"] - one["low"]], [one["high"] - one["difference"]]] for one in found]
        x, y = found[0]["mean"], found[1]["mean"]
        colour = BETTER if optimum.undominated[place] else OPEN
        face = colour if optimum.keeps_limits[place] else "white"
        axes.errorbar(x, y, xerr=spread[0], yerr=spread[1], fmt="none", ecolor=colour, elinewidth=1.0, zorder=2)
        axes.plot(x, y, "o", markersize=5.5, color=colour, markerfacecolor=face, zorder=3)
        axes.annotate(str(place + 1), (x, y), xytext=(4, 3), textcoords="offset points", fontsize=7, color=INK, zorder=4)
    axes.plot(*start, "s", markersize=7, color=INK, zorder=3)
    for one, axis, flip in ((ends[0], axes.xaxis, axes.invert_xaxis), (ends[1], axes.yaxis, axes.invert_yaxis)):
        if one.better < 0:
            flip()
        axis.set_major_locator(MaxNLocator(5))
        axis.set_major_formatter(FuncFormatter(lambda value, _, name=one.outcome: tick(name, value)))
    axes.set_xlabel(axis_title(ends[0].outcome) + (", less is right" if ends[0].better < 0 else ""))
    axes.set_ylabel(axis_title(ends[1].outcome) + (", less is up" if ends[1].better < 0 else ""))
    axes.grid(True)


# --- adversary --------------------------------------------------------------------------------------------------------------


def loss_figure(study: Adversary) -> Figure:
    """A row a scheme: the outcome as it is and at the worst, each with its interval."""
    rows = study.losses.sort_values("loss", kind="stable")
    outcome = study.plan.outcome
    top, bottom, row = 1.2, 0.75, 0.42
    height = top + bottom + row * max(len(rows), 2)
    figure = new_figure(8.2, height)
    heading(
        figure,
        f"{TITLES[outcome]} under the most damaging behaviour within bounds",
        f"Blue: as it is; vermilion: at the worst found. Lines: 95 % intervals, {study.plan.fresh_replicates} fresh replicates.",
        left=0.02,
    )
    axes = figure.add_axes((0.3, bottom / height, 0.67, 1 - (top + bottom) / height))
    places = np.arange(len(rows))[::-1]
    for place, found in zip(places, rows.to_dict("records"), strict=True):
        axes.plot([found["as_it_is"], found["at_worst"]], [place, place], color=FAINT, linewidth=3, zorder=1)
        for name, colour in (("as_it_is", BETTER), ("at_worst", WORSE)):
            _mark(axes, found[name], found[f"{name}_low"], found[f"{name}_high"], place, "o", colour, True)
    _rows(axes, places, [study.design.titles[name] for name in rows["scheme"]])
    _amounts(axes, outcome)
    axes.set_xlabel(axis_title(outcome), fontsize=8, color=MUTED)
    return figure


def drivers_figure(study: Adversary) -> Figure:
    """Parameters by what putting each back alone makes good, a panel a scheme."""
    names = [attack.scheme for attack in study.attacks][:MOST_PANELS]
    tables = [study.drivers[study.drivers["scheme"] == name].head(8) for name in names]
    columns = min(len(names), 2)
    lines = -(-len(names) // columns)
    top, each = 1.1, 2.9
    height = top + each * lines
    figure = new_figure(6.2 * columns if columns > 1 else 7.4, height)
    width = figure.get_figwidth()
    heading(
        figure,
        "What drives the loss",
        "Each parameter put back alone from its worst to its own value: what that makes good, with 95 % intervals.",
        left=0.16 / width,
    )
    grid = figure.add_gridspec(
        lines,
        columns,
        left=1.75 / width,
        right=1 - 0.2 / width,
        top=1 - top / height,
        bottom=0.55 / height,
        wspace=0.5,
        hspace=0.5,
    )
    for number, (name, table) in enumerate(zip(names, tables, strict=True)):
        axes = figure.add_subplot(grid[number // columns, number % columns])
        places = np.arange(len(table))[::-1]
        for place, found in zip(places, table.to_dict("records"), strict=True):
            settled = found["low"] > 0
            _mark(axes, found["made_good"], found["low"], found["high"], place, "o", BETTER if settled else OPEN, settled)
        axes.axvline(0, color=MUTED, linewidth=0.9, zorder=1)
        _rows(axes, places, [readable(path) for path in table["parameter"]])
        _amounts(axes, study.plan.outcome)
        axes.set_title(study.design.titles[name], fontsize=9, pad=6)
    return figure


# --- shared -----------------------------------------------------------------------------------------------------------------


def _mark(axes: Axes, value: float, low: float, high: float, place: float, marker: str, colour: str, filled: bool) -> None:
    if not np.isfinite(value):
        return
    if np.isfinite(low) and np.isfinite(high):
        axes.plot([low, high], [place, place], color=colour, linewidth=1.5, solid_capstyle="butt", zorder=2)
    axes.plot(value, place, marker, markersize=5, color=colour, markerfacecolor=colour if filled else "white", zorder=3)


def _rows(axes: Axes, places: np.ndarray, names: list[str] | None) -> None:
    axes.set_ylim(-0.6, len(places) - 0.4)
    axes.set_yticks(places)
    axes.set_yticklabels([wrapped(name, 32) for name in names] if names is not None else [], fontsize=8.5, color=INK)
    axes.tick_params(axis="y", length=0)
    axes.grid(True, axis="x")


def _amounts(axes: Axes, outcome: str) -> None:
    """The lower axis in the unit of an outcome; plain numbers without one."""
    axes.xaxis.set_major_locator(MaxNLocator(4))
    if not outcome:
        axes.set_xlabel("net value", fontsize=8, color=MUTED)
        return
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: tick(outcome, value)))
    axes.set_xlabel(unit_words(outcome), fontsize=8, color=MUTED)
