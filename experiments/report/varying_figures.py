"""Figures of sweeps (response along every path) and sensitivity studies (tornado of indices, convergence)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from experiments.report.numbers import TITLES as OUTCOMES
from experiments.report.numbers import axis_title, plain, tick
from experiments.report.style import BETTER, INK, MUTED, OPEN, WORSE, heading, house_style, new_figure, save, wrapped
from experiments.report.varying_words import NAMES, level, luck_told, share, short, shown_outcomes, target_title
from experiments.statistics.indices import MAIN, TITLES
from experiments.statistics.samples import DUMMY
from experiments.verbs.sensitivity import Sensitivity
from experiments.verbs.sweep import Sweep
from sim.lang import counted

#: Parameters in a panel, panels in a row, paths in one figure of responses.
MOST_BARS, ACROSS, MOST_PATHS = 10, 3, 5

#: Colours of schemes beside each other (Okabe & Ito), then again with another line.
COLOURS = (BETTER, WORSE, "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7d848e")
LINES = ("-", "--", ":")


def draw_sensitivity(result: Sensitivity, folder: Path) -> list[Path]:
    """Draw the figures of every target into a folder; returns the paths."""
    paths: list[Path] = []
    with house_style(str(result.design)):
        for number, target in enumerate(result.targets):
            if not shown_outcomes(result, target):
                continue
            ending = f"_{number + 1}" if len(result.targets) > 1 else ""
            paths += save(tornado(result, target), folder, f"tornado{ending}")
            if len(result.convergence) and result.convergence["samples"].nunique() > 1:  # one size alone shows no growth
                paths += save(convergence(result, target), folder, f"convergence{ending}")
    return paths


def draw_sweep(sweep: Sweep, folder: Path) -> list[Path]:
    """Draw the responses into a folder, some paths a figure; returns the paths of the files."""
    paths: list[Path] = []
    names = list(sweep.ranges)
    pages = [names[start : start + MOST_PATHS] for start in range(0, len(names), MOST_PATHS)]
    with house_style(str(sweep.design)):
        for number, page in enumerate(pages):
            paths += save(responses(sweep, page), folder, f"responses_{number + 1}" if len(pages) > 1 else "responses")
    return paths


# --- tornado ------------------------------------------------------------------------------------------------------------


def tornado(result: Sensitivity, target: str) -> Figure:
    """The main index of the leading parameters of every shown outcome, with intervals; shaded: up to the dummy's."""
    method = result.plan.methods[0]
    outcomes = shown_outcomes(result, target)
    across = min(ACROSS, len(outcomes))
    down = -(-len(outcomes) // across)
    bars = min(MOST_BARS, len(set(result.indices["parameter"]) - {DUMMY}))
    panel, top, gap, bottom = 0.5 + 0.23 * bars, 1.15, 0.55, 0.5
    width, height = 4.0 * across, top + down * panel + (down - 1) * gap + bottom
    figure = new_figure(max(width, 7.5), height)
    first = " Hollow: first order." if "first" in set(result.indices["kind"]) and MAIN[method] == "total" else ""
    floor = " Shaded: up to what a parameter gets that does nothing." if result.plan.dummy and method != "dgsm" else ""
    heading(
        figure,
        f"What {'the difference' if result.plan.difference else 'each outcome'} hinges on",
        f"{wrapped_where(result, target)}\nDots: {TITLES[MAIN[method]]} ({NAMES[method]}, N = {result.plan.samples}); lines: "
        f"{100 * result.plan.confidence:g} % intervals.{first}{floor}",
        left=0.012,
    )
    for place, outcome in enumerate(outcomes):
        column, row = place % across, place // across
        left, wide = (column + 0.40) / across, 0.56 / across
        base = (height - top - (row + 1) * panel - row * gap) / height
        axes = figure.add_axes((left, base, wide, (panel - 0.4) / height))
        _tornado_panel(axes, result, target, outcome, bars)
    return figure


def wrapped_where(result: Sensitivity, target: str) -> str:
    """Where the study took place, in one line."""
    organisation = result.design.organisation.title or result.design.organisation.name
    return f"{target_title(result, target)}; {organisation}, {counted(result.design.months, 'month')}."


def _tornado_panel(axes: Axes, result: Sensitivity, target: str, outcome: str, bars: int) -> None:
    method = result.plan.methods[0]
    rows = result.ranking(outcome, target).head(bars)
    table = result.indices
    first = table[
        (table["method"] == method) & (table["target"] == target) & (table["outcome"] == outcome) & (table["kind"] == "first")
    ].set_index("parameter")["value"]
    floor = result.floor(outcome, target)
    if np.isfinite(floor):
        axes.axvspan(0, floor, color="#eceef1", zorder=0)
    for place, row in enumerate(rows.itertuples()):
        y = len(rows) - 1 - place
        above = (row.low if np.isfinite(row.low) else row.value) > (floor if np.isfinite(floor) else 0.0)
        colour = BETTER if above else OPEN
        if np.isfinite(row.low):
            axes.plot([row.low, row.high], [y, y], color=colour, linewidth=1.8, solid_capstyle="butt", zorder=2)
        if MAIN[method] == "total" and row.parameter in first.index:
            axes.plot(first[row.parameter], y, "o", markersize=4.5, color=colour, markerfacecolor="white", zorder=3)
        axes.plot(row.value, y, "o", markersize=5.5, color=colour, zorder=4)
    axes.axvline(0, color=MUTED, linewidth=0.8, zorder=1)
    axes.set_ylim(-0.6, len(rows) - 0.4)
    axes.set_yticks(range(len(rows))[::-1])
    axes.set_yticklabels([wrapped(short(str(name)), 24) for name in rows["parameter"]], fontsize=7.6, color=INK)
    axes.set_title(OUTCOMES[outcome], loc="left", fontsize=9.3, pad=16)
    axes.xaxis.set_major_locator(MaxNLocator(4))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _index_tick(method, outcome, value)))
    axes.grid(True, axis="x")
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    states = result.outcomes
    row = states[(states["target"] == target) & (states["outcome"] == outcome)].iloc[0]
    if np.isfinite(row["luck"]):
        told = luck_told(row["luck"], row["luck_low"], row["luck_high"])
        axes.annotate(
            f"luck makes {told} of a run's variance", (0, 1), xycoords="axes fraction", xytext=(0, 5),
            textcoords="offset points", fontsize=7.4, color=MUTED,
        )  # fmt: skip


def _index_tick(method: str, outcome: str, value: float) -> str:
    """A number on the axis of an index: effects in the outcome's own unit, shares without one."""
    if MAIN[method] == "mu_star":
        return tick(outcome, value)
    return plain(value) if MAIN[method] == "bound" else share(value)


# --- convergence ----------------------------------------------------------------------------------------------------------


def convergence(result: Sensitivity, target: str, *, leading: int = 5) -> Figure:
    """The main index of the leading parameters at a quarter, half and all of the sample."""
    method = result.plan.methods[0]
    outcomes = shown_outcomes(result, target)
    across = min(ACROSS, len(outcomes))
    down = -(-len(outcomes) // across)
    top, bottom, panel = 1.1, 0.65, 2.0
    height = top + bottom + down * panel
    figure = new_figure(max(3.9 * across, 7.5), height)
    heading(
        figure,
        "Do the indices hold as the sample grows?",
        f"{wrapped_where(result, target)} {TITLES[MAIN[method]].capitalize()} ({NAMES[method]}) of the leading parameters.",
        left=0.012,
    )
    grid = figure.add_gridspec(
        down, across, left=0.05, right=0.93, top=1 - top / height, bottom=bottom / height, wspace=0.75, hspace=0.5
    )
    table = result.convergence
    table = table[(table["method"] == method) & (table["target"] == target)]
    for place, outcome in enumerate(outcomes):
        axes = figure.add_subplot(grid[place // across, place % across])
        own = table[table["outcome"] == outcome].pivot_table(index="samples", columns="parameter", values="value")
        names = list(result.ranking(outcome, target)["parameter"].head(leading))
        ends = []
        for number, name in enumerate(names):
            if name not in own:
                continue
            axes.plot(range(len(own)), own[name], "o-", color=COLOURS[number], linewidth=1.4, markersize=3.5)
            ends.append((float(own[name].iloc[-1]), short(str(name)), COLOURS[number]))
        _labels_at_the_end(axes, ends, len(own))
        axes.set_xticks(range(len(own)))
        axes.set_xticklabels([f"N = {size}" if at == 0 else str(size) for at, size in enumerate(own.index)], fontsize=7.5)
        axes.set_title(OUTCOMES[outcome], fontsize=9.3, pad=5)
        axes.yaxis.set_major_locator(MaxNLocator(4))
        axes.grid(True, axis="y")
        axes.tick_params(length=0)
    return figure


def _labels_at_the_end(axes: Axes, ends: list[tuple[float, str, str]], n: int) -> None:
    """Names right of the last point, pushed apart where they would overlap."""
    if not ends or n == 0:
        return
    low, high = axes.get_ylim()
    step = 0.1 * (high - low)
    ordered = sorted(ends)
    places: list[float] = []
    for value, _, _ in ordered:
        places.append(max(value, places[-1] + step) if places else value)
    excess = max(0.0, places[-1] - high)
    for (_, name, colour), place in zip(ordered, places, strict=True):
        axes.annotate(
            wrapped(name, 22), (n - 1, place - excess), xytext=(7, 0), textcoords="offset points", va="center", fontsize=7,
            color=colour, annotation_clip=False,
        )  # fmt: skip


# --- responses -------------------------------------------------------------------------------------------------------------


def responses(sweep: Sweep, paths: list[str]) -> Figure:
    """Mean of every headline outcome along every path, a line a scheme; bands are 95 % intervals over replicates."""
    headline = [
        name for name in sweep.design.headline if not sweep.responses[sweep.responses["outcome"] == name]["mean"].isna().all()
    ]
    row, top, bottom, left = 1.35, 1.5, 0.75, 1.65
    height, width = top + bottom + row * max(len(headline), 1), left + 0.3 + 2.3 * max(len(paths), 2)
    figure = new_figure(width, height)
    organisation = sweep.design.organisation.title or sweep.design.organisation.name
    heading(
        figure,
        "Response along every path",
        f"{organisation}, {counted(sweep.design.months, 'month')}, {len(sweep.points)} points, "
        f"{sweep.design.replicates} replicates.\n"
        + wrapped(
            "Each dot: the mean over all points with that value. Bands and lines: 95 % intervals of its distance from the mean "
            "over all points.",
            int(13.5 * width),
        ),
        left=0.012,
    )
    grid = figure.add_gridspec(
        max(len(headline), 1), len(paths), left=left / width, right=1 - 0.25 / width, top=1 - top / height,
        bottom=bottom / height, wspace=0.16, hspace=0.25,
    )  # fmt: skip
    # Luck shifts all points of a replicate alike: what is left is how sure the response is.
    table = sweep.responses.assign(near=lambda t: t["mean"] - t["apart"], far=lambda t: t["mean"] + t["apart"])
    for line, outcome in enumerate(headline):
        rows = table[table["outcome"] == outcome]
        limits = _limits(rows)
        for column, path in enumerate(paths):
            axes = figure.add_subplot(grid[line, column])
            for number, scheme in enumerate(sweep.design.scheme_names):
                own = rows[(rows["path"] == path) & (rows["scheme"] == scheme)].sort_values("class")
                _response(axes, own, sweep.classes(path)[1], number)
            axes.set_ylim(*limits)
            axes.yaxis.set_major_locator(MaxNLocator(3))
            axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _, outcome=outcome: tick(outcome, value)))
            axes.grid(True, axis="y")
            axes.tick_params(length=0)
            if column == 0:
                axes.annotate(
                    wrapped(axis_title(outcome, short=True), 15), (0, 0.5), xycoords=("figure fraction", "axes fraction"),
                    xytext=(9, 0), textcoords="offset points", va="center", fontsize=8.4, annotation_clip=False,
                )  # fmt: skip
            else:
                axes.set_yticklabels([])
            if line == len(headline) - 1:
                axes.set_xlabel(wrapped(short(path).replace("_", " "), 30), fontsize=8, color=INK)
            else:
                axes.set_xticklabels([])
    if len(sweep.design.schemes) > 1:
        _scheme_key(figure, sweep, 1 - 1.0 / height, width)
    return figure


def _limits(rows: pd.DataFrame) -> tuple[float, float]:
    numbers = rows[["mean", "near", "far"]].to_numpy(float)
    if not np.isfinite(numbers).any():
        return 0.0, 1.0
    low, high = float(np.nanmin(numbers)), float(np.nanmax(numbers))
    margin = max(0.08 * (high - low), 1e-6 + 0.002 * abs(high))
    return low - margin, high + margin


def _response(axes: Axes, rows: pd.DataFrame, levels: list[object], number: int) -> None:
    colour, line = COLOURS[number % len(COLOURS)], LINES[number // len(COLOURS) % len(LINES)]
    numeric = all(isinstance(one, int | float) and not isinstance(one, bool) for one in levels)
    if numeric:
        x = np.array(levels, float)[rows["class"].to_numpy()]
        axes.fill_between(x, rows["near"], rows["far"], color=colour, alpha=0.18, linewidth=0)
        axes.plot(x, rows["mean"], line, color=colour, linewidth=1.4, marker="o", markersize=3)
        axes.xaxis.set_major_locator(MaxNLocator(4))
        return
    x = rows["class"].to_numpy() + 0.08 * number
    axes.errorbar(
        x, rows["mean"], yerr=[rows["mean"] - rows["near"], rows["far"] - rows["mean"]], fmt="o", color=colour, markersize=3.5,
        elinewidth=1.2,
    )  # fmt: skip
    axes.set_xticks(range(len(levels)))
    axes.set_xticklabels([level(one) for one in levels], fontsize=7.2, rotation=20 if len(levels) > 3 else 0)
    axes.set_xlim(-0.5, len(levels) - 0.5)


def _scheme_key(figure: Figure, sweep: Sweep, height: float, width: float) -> None:
    """Which colour is which scheme, as dots and names in one line."""
    across = 0.012
    for number, scheme in enumerate(sweep.design.scheme_names):
        title = sweep.design.titles[scheme]
        mark = LINES[number // len(COLOURS) % len(LINES)]
        dot = "\u25cf" if mark == "-" else "\u25cb"
        figure.text(across, height, f"{dot} {title}", color=COLOURS[number % len(COLOURS)], fontsize=8.5, va="top")
        across += (0.075 * len(title) + 0.35) / width
        if across > 0.9:
            break
