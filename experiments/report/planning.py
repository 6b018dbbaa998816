"""Figures, tables and words of transitions and trials."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter
from rich.table import Table

from experiments.report.numbers import TITLES, axis_title, chance, difference, tick, unit_words, with_ends
from experiments.report.style import BETTER, FAINT, INK, MUTED, WORSE, heading, house_style, new_figure, save, wrapped
from experiments.report.tables import new_table
from experiments.statistics.intervals import direction, is_identical, is_settled, share_with_interval
from experiments.verbs.pilot import BEFORE_AFTER, PARALLEL, STEPPED, Pilot
from experiments.verbs.transition import AT_ONCE, PLANNED, STAY, STEADY, Transition
from sim.lang import counted

COURSES = {STAY: "everything stays", PLANNED: "as planned", AT_ONCE: "all at once"}
COURSE_COLOURS = {STAY: MUTED, PLANNED: BETTER, AT_ONCE: WORSE}
DESIGNS = {PARALLEL: "branches by lot", STEPPED: "stepped wedge", BEFORE_AFTER: "before and after"}
DESIGN_COLOURS = {PARALLEL: BETTER, STEPPED: "#009e73", BEFORE_AFTER: WORSE}
DESIGN_MARKS = {PARALLEL: "o", STEPPED: "s", BEFORE_AFTER: "^"}
SOURCES = {
    "effect": "the scheme's effect",
    "trend": "trend of the years",
    "seasonality": "season",
    "before_after": "found over all branches",
    "regression_to_mean": "if only the worse half is tried",
    "novelty": "effect now less later",
}
#: Lines of branches that one figure can tell apart.
WAVE_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8c6d1f", "#22272e")


def tables_of(result: Any) -> list[Table]:
    """What the terminal shows."""
    return [transition_table(result)] if isinstance(result, Transition) else [pilot_table(result), bias_table(result)]


# --- transition: words -----------------------------------------------------------------------------------------------


def transition_in_words(result: Transition) -> list[str]:
    """A sentence an outcome and course: what the change brings, what the way costs, when it is made good."""
    table = result.costs
    rows = table[(table["better"] != 0) & (table["course"] == PLANNED)]
    lines = [_cost_sentence(row) for _, row in rows.iterrows()]
    if AT_ONCE in result.courses:
        helped = rows.loc[rows["gain_high"] >= 0, "outcome"]  # of a harm, waves only put off the part that comes later
        lines += [_waves_sentence(outcome, *result.dearer_in_waves(outcome)) for outcome in helped]
    return lines + result.notes


def _waves_sentence(outcome: str, more: float, low: float, high: float) -> str:
    told = with_ends(outcome, more, low, high, of="× months")
    word = {1: "dearer", -1: "cheaper"}.get(direction(low, high))
    if is_identical(low, high):
        return f"{TITLES[outcome]}: the way is the same in waves and at once."
    if word is None:
        return f"{TITLES[outcome]}: whether the way is dearer in waves than at once is not settled ({told})."
    return f"{TITLES[outcome]}: in waves the way is {word} than at once ({told})."


def _cost_sentence(row: pd.Series) -> str:
    name, said = row["outcome"], _gain(row)
    no_gain, no_loss = (is_identical(row[f"{what}_low"], row[f"{what}_high"]) for what in ("gain", "loss"))
    if no_gain and no_loss:
        return f"{TITLES[name]}: no difference to staying."
    if row["gain_low"] > 0:
        start = f"the change brings {said} in the end"
    elif row["gain_high"] < 0:
        start = f"the change leaves it worse in the end ({said})"
    else:
        start = f"whether the change brings anything in the end is not settled ({said})"
    loss = with_ends(name, row["loss"], row["loss_low"], row["loss_high"], of="× months").replace("+", "")
    if row["gain_high"] < 0:
        return f"{TITLES[name]}: {start}; by the end of the run it has cost {loss} against staying, and it goes on."
    if row["loss_low"] > 0:
        way = f"the way there loses {loss} against the better of the two states"
    elif row["loss_high"] < 0:
        way = f"the way there loses nothing against the better of the two states ({loss})"
    else:
        way = f"a loss on the way is not settled ({loss})"
    if not np.isfinite(row["recovered"]):
        when = "it is not made good within the run"
    elif row["recovered"] == row["recovered_low"] == row["recovered_high"]:
        when = f"it is as good as that from month {row['recovered']:.0f} on"
    else:
        latest = "the end of the run or later" if not np.isfinite(row["recovered_high"]) else f"{row['recovered_high']:.0f}"
        when = f"it is as good as that from month {row['recovered']:.0f} on (95 %: {row['recovered_low']:.0f} to {latest})"
    return f"{TITLES[name]}: {start}; {way}; {when}."


def _gain(row: pd.Series, between: str = " ") -> str:
    """What a change brings in the end, in the direction of the outcome, with its interval."""
    name, better = row["outcome"], row["better"]
    low, high = sorted(better * row[end] for end in ("gain_low", "gain_high"))
    return with_ends(name, better * row["gain"], low, high, between=between)


def transition_table(result: Transition) -> Table:
    """A row an outcome and course."""
    table = new_table(title=f"The way to another scheme, {result.design.replicates} replicates")
    for column in (
        "Outcome",
        "Course",
        "In the end",
        "Lost against the better state, × months",
        "Deepest month",
        "As good as the better from",
    ):
        table.add_column(column, justify="left" if column in ("Outcome", "Course") else "right")
    for number in (2, 3):
        table.columns[number].no_wrap = True
    for _, row in result.costs.iterrows():
        name, better = row["outcome"], row["better"]
        if not better:
            continue
        month = f"month {row['recovered']:.0f}" if np.isfinite(row["recovered"]) else "not within the run"
        table.add_row(
            TITLES[name],
            COURSES[row["course"]],
            _gain(row, between="\n"),
            with_ends(name, row["loss"], row["loss_low"], row["loss_high"], between="\n"),
            f"{difference(name, better * row['worst'])} (month {row['worst_month']:.0f})",
            month,
        )
    return table


# --- transition: figures ---------------------------------------------------------------------------------------------


def draw_transition(result: Transition, folder: Path) -> list[Path]:
    """Draw the figures of a transition into a folder."""
    paths: list[Path] = []
    with house_style(str(result.design)):
        paths += save(transition_figure(result), folder, "transition")
        if len(result.waves) > 1 or (result.starts == 0).any():
            paths += save(branches_figure(result), folder, "branches")
    return paths


def transition_figure(result: Transition) -> Figure:
    """Levels with bands on the left, differences to staying with intervals on the right; a row an outcome."""
    rows, row, top, bottom = len(result.outcomes), 1.75, 1.5, 0.55
    height = top + bottom + row * rows
    figure = new_figure(10.5, height)
    heading(
        figure,
        "The way to another scheme",
        f"{result.design.organisation.title or result.design.organisation.name}, {result.design.replicates} replicates. "
        "Dotted: months of change. Left: mean and the band that holds 90 % of replicates.\n"
        f"Right: paired difference to staying with its 95 % interval; dashed: {_end_in_words(result)}.",
        left=0.075,
    )
    for place, course in enumerate(result.courses):
        figure.text(
            0.075 + 0.14 * place, 1 - 0.95 / height, COURSES[course], color=COURSE_COLOURS[course], fontsize=9, va="top",
            fontweight="bold",
        )  # fmt: skip
    grid = figure.add_gridspec(
        rows, 2, left=0.075, right=0.975, top=1 - top / height, bottom=bottom / height, wspace=0.16, hspace=0.45
    )
    for place, outcome in enumerate(result.outcomes):
        own = result.monthly[result.monthly["outcome"] == outcome]
        left, right = (figure.add_subplot(grid[place, column]) for column in (0, 1))
        for course in result.courses:
            path, colour = own[own["course"] == course], COURSE_COLOURS[course]
            left.fill_between(path["month"], path["band_low"], path["band_high"], color=colour, alpha=0.13, linewidth=0)
            left.plot(path["month"], path["mean"], color=colour, linewidth=1.5)
            if course != STAY:
                right.fill_between(path["month"], path["low"], path["high"], color=colour, alpha=0.25, linewidth=0)
                right.plot(path["month"], path["difference"], color=colour, linewidth=1.5)
        right.axhline(0, color=MUTED, linewidth=0.9)
        cost = result.costs[(result.costs["outcome"] == outcome) & (result.costs["course"] == PLANNED)].iloc[0]
        if cost["better"]:
            right.axhline(cost["better"] * cost["gain"], color=INK, linewidth=0.9, linestyle="--")
        left.set_title(axis_title(outcome), pad=6)
        right.set_title(f"difference to staying, {unit_words(outcome)}", pad=6, fontweight="normal", color=MUTED)
        for axes, signed in ((left, False), (right, True)):
            _months(axes, result, outcome, last=place == rows - 1, signed=signed)
    return figure


def _end_in_words(result: Transition) -> str:
    """What the last months of a run are, for a caption: a steady state only where the run is long enough to have one."""
    if result.is_steady_known:
        return "the steady state after"
    return f"the mean of the last {counted(min(STEADY, result.design.months), 'month')}, too soon to call it steady"


def branches_figure(result: Transition) -> Figure:
    """Difference to staying by wave, a panel an outcome: branches of one wave together, those that never change too."""
    n = len(result.outcomes)
    figure = new_figure(10.5, 1.65 + 2.3 * n)
    height = figure.get_figheight()
    heading(
        figure,
        "Branch by branch",
        "Paired difference to staying: thin lines are branches, thick lines the mean of a wave. Branches that have not changed "
        "yet differ from 0\nonly by what spills over from the others.",
        left=0.075,
    )
    waves = sorted(set(result.starts))
    grid = figure.add_gridspec(n, 1, left=0.075, right=0.8, top=1 - 1.2 / height, bottom=0.5 / height, hspace=0.4)
    for place, outcome in enumerate(result.outcomes):
        axes = figure.add_subplot(grid[place, 0])
        own = result.branch_paths[result.branch_paths["outcome"] == outcome]
        ends: list[tuple[float, str, str]] = []
        for wave in waves:
            colour = MUTED if wave == 0 else WAVE_COLOURS[waves.index(wave) % len(WAVE_COLOURS)]
            table = own[own["starts"] == wave].pivot(index="month", columns="branch", values="difference")
            axes.plot(table.index, table.to_numpy(), color=colour, linewidth=0.7, alpha=0.6)
            mean = table.mean(axis=1)
            axes.plot(table.index, mean, color=colour, linewidth=2.0)
            names = [name.rpartition("/")[2] for name in table.columns]
            told = wrapped(", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else ""), 26)
            ends.append((float(mean.iloc[-1]), f"{told}\n{f'from month {wave}' if wave else 'never'}", colour))
        axes.axhline(0, color=MUTED, linewidth=0.9)
        axes.set_title(f"{axis_title(outcome)}: difference, {unit_words(outcome)}", pad=6)
        _months(axes, result, outcome, last=place == n - 1, signed=True)
        _labels_beside(axes, ends)
    return figure


def _labels_beside(axes: Axes, ends: list[tuple[float, str, str]]) -> None:
    """Names of lines at the right edge, in the order of their ends and never over one another."""
    ordered = sorted(ends)
    for place, (_, text, colour) in enumerate(ordered):
        axes.annotate(
            text, (1.01, (place + 0.5) / len(ordered)), xycoords="axes fraction", color=colour, fontsize=7.2, va="center",
            ha="left", annotation_clip=False,
        )  # fmt: skip


def _months(axes: Axes, result: Transition, outcome: str, *, last: bool, signed: bool) -> None:
    for wave in result.waves:
        axes.axvline(wave, color=INK, linewidth=0.9, linestyle=":")
    axes.set_xlim(1, result.design.months)
    axes.xaxis.set_major_locator(MaxNLocator(8, integer=True, steps=[1, 2, 3, 6, 10]))
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: tick(outcome, value, signed=signed)))
    axes.grid(True)
    axes.tick_params(length=0)
    if last:
        axes.set_xlabel("month", color=MUTED, fontsize=8)


# --- pilot: words and tables -----------------------------------------------------------------------------------------


def pilot_in_words(result: Pilot) -> list[str]:
    """The proposal, what before and after would get wrong, spill-over, and how alike the people of a branch are."""
    name, plan = result.plan.outcome, result.plan
    effect = result.biases[result.biases["source"] == "effect"].iloc[-1]
    size = with_ends(name, effect["value"], effect["low"], effect["high"])
    lines = [
        f"{TITLES[name]} under {result.design.titles[result.scheme]}: {size} after "
        f"{counted(effect['length'], 'month')} where everybody changes."
    ]
    lines += _still_growing(result, effect)
    found = result.proposal
    if found:
        sure = "" if found["is_settled"] else " (the interval of the power reaches below: run more replicates to be sure)"
        lines.append(
            f"Proposed: {DESIGNS[found['design']]}, {found['clusters']} branches, {counted(found['length'], 'month')}: it "
            f"finds the effect in {chance(found['power'])} of simulated trials{sure}."
        )
        lines += [f"  {arm}: {', '.join(_branch(name) for name in names)}" for arm, names in found["arms"].items()]
    else:
        table = result.designs[result.designs["design"] != BEFORE_AFTER]
        best = table.loc[table["power"].idxmax()] if len(table) else None
        told = (
            ""
            if best is None
            else " None of the simulated trials found it."
            if best["power"] <= 0.0
            else f" The best, {DESIGNS[best['design']]} with {best['clusters']} branches and "
            f"{counted(best['length'], 'month')}, finds it in {chance(best['power'])}."
        )
        lines.append(f"No trial that was tried finds the effect in {100 * plan.power:g} % of cases.{told}")
    lines += _wrong_by_before_after(result)
    if len(result.spillover):
        row = result.spillover.iloc[-1]
        lines.append(_spill_over(name, row))
    if np.isfinite(result.icc).any():
        lines.append(f"Intra-cluster correlation ({result.icc_of}): {np.nanmean(result.icc):.3f}.")
    return lines + result.notes


def _still_growing(result: Pilot, effect: pd.Series) -> list[str]:
    """Where the effect at the end of the run is more than twice that in the months a trial looks at: those come too early."""
    parts = result.biases[(result.biases["source"] == "novelty") & (result.biases["length"] == effect["length"])].iloc[-1]
    later = effect["value"] - parts["value"]
    if not is_settled(parts["low"], parts["high"]) or abs(later) <= 2 * abs(effect["value"]):
        return []
    return [
        f"It comes slowly: in the last twelve months of the run it is {difference(result.plan.outcome, later)}. A trial of "
        f"{counted(effect['length'], 'month')} ends before most of it; try longer ones."
    ]


def _spill_over(outcome: str, row: pd.Series) -> str:
    low, high = row["difference_low"], row["difference_high"]
    beside = f"Spill-over: where {row['clusters'] / 2:.0f} branches change beside others that stay, the effect"
    if is_identical(low, high):
        return f"{beside} is that of whole worlds: there is none."
    settled = "" if is_settled(low, high) else ", not settled"
    return f"{beside} differs from that in whole worlds by {with_ends(outcome, row['difference'], low, high)}{settled}."


def _branch(name: str) -> str:
    """A branch by its own name, without the bureau's: 'hill county'."""
    return name.rpartition("/")[2].replace("_", " ")


def _wrong_by_before_after(result: Pilot) -> list[str]:
    table = result.designs[result.designs["design"] == BEFORE_AFTER]
    if table.empty:
        return []
    name = result.plan.outcome
    row = table.sort_values(["length", "clusters"]).iloc[-1]
    return [
        f"Before and after would find {difference(name, row['estimate'])} after {counted(row['length'], 'month')}, off by "
        f"{with_ends(name, row['bias'], row['bias_low'], row['bias_high'])}; where nothing changes at all it "
        f"finds an effect in {chance(row['false_positive'])} of trials ({100 * result.plan.level:g} % would be right)."
    ]


def _chance_with_ends(share: float, low: float, high: float) -> str:
    return f"{chance(share)}\n[{100 * low:.0f}, {100 * high:.0f}]" if np.isfinite(low) else chance(share)


def pilot_table(result: Pilot) -> Table:
    """A row a trial: power, false alarms, bias."""
    name = result.plan.outcome
    table = new_table(title=f"Trials of {result.design.titles[result.scheme]} on {TITLES[name].lower()}, each simulated "
                            f"{len(result.worlds)} times")  # fmt: skip
    for column in ("Design", "Branches", "Months", "Power", "False alarms", "Estimate", "Bias", "Interval holds the truth"):
        table.add_column(column, justify="left" if column == "Design" else "right", no_wrap=column in ("Power", "Bias"))
    for _, row in result.designs.iterrows():
        table.add_row(
            DESIGNS[row["design"]], str(row["clusters"]), str(row["length"]),
            _chance_with_ends(row["power"], row["power_low"], row["power_high"]),
            _chance_with_ends(row["false_positive"], row["false_positive_low"], row["false_positive_high"]),
            difference(name, row["estimate"]), with_ends(name, row["bias"], row["bias_low"], row["bias_high"], between="\n"),
            _chance_with_ends(*share_with_interval(row["coverage"], len(result.worlds))),
        )  # fmt: skip
    return table


def bias_table(result: Pilot) -> Table:
    """What before and after mixes up, a column a length."""
    lengths = sorted(set(result.plan.lengths))
    table = new_table(title="What a comparison of before and after is made of")
    table.add_column("Part")
    for length in lengths:
        table.add_column(counted(length, "month"), justify="right")
    rows = result.biases.set_index(["source", "length"])
    for source, told in SOURCES.items():
        cells = [rows.loc[(source, length)] for length in lengths]
        table.add_row(
            told,
            *(with_ends(result.plan.outcome, row["value"], row["low"], row["high"]) for row in cells),
        )
    return table


# --- pilot: figures --------------------------------------------------------------------------------------------------


def draw_pilot(result: Pilot, folder: Path) -> list[Path]:
    """Draw the figures of a pilot into a folder."""
    with house_style(str(result.design)):
        return save(power_figure(result), folder, "power") + save(bias_figure(result), folder, "bias")


def power_figure(result: Pilot) -> Figure:
    """Power over the number of branches, a panel a length; below in hollow marks, false alarms where nothing changes."""
    lengths = sorted(set(result.plan.lengths))
    figure = new_figure(max(6.5, 1.2 + 3.1 * len(lengths)), 4.6)
    heading(
        figure,
        f"How often a trial finds the effect on {TITLES[result.plan.outcome].lower()}",
        f"{result.design.titles[result.scheme]} against {result.design.titles[result.design.baseline]}, {len(result.worlds)} "
        "simulated trials a point, 95 % intervals.\nFilled: power. Hollow, thin: false alarms, in a world where nothing changes. "
        f"Dashed: {100 * result.plan.power:g} % and {100 * result.plan.level:g} %.",
        left=0.07,
    )
    for place, design in enumerate(result.plan.designs):
        figure.text(
            0.07 + place * 1.75 / figure.get_figwidth(), 1 - 0.95 / 4.6, DESIGNS[design], color=DESIGN_COLOURS[design],
            fontsize=9, fontweight="bold", va="top",
        )  # fmt: skip
    grid = figure.add_gridspec(1, len(lengths), left=0.07, right=0.98, top=0.68, bottom=0.13, wspace=0.1)
    numbers = sorted(set(result.plan.clusters))
    step = min(np.diff(numbers), default=2)
    for place, length in enumerate(lengths):
        axes = figure.add_subplot(grid[0, place])
        for k, design in enumerate(result.plan.designs):
            rows = result.designs[(result.designs["design"] == design) & (result.designs["length"] == length)]
            colour, mark = DESIGN_COLOURS[design], DESIGN_MARKS[design]
            middle = rows["clusters"] + 0.16 * step * (k - (len(result.plan.designs) - 1) / 2)
            for column, face, side in (("power", colour, -1), ("false_positive", "white", 1)):
                x = middle + 0.03 * side * step
                spread = np.abs(rows[[f"{column}_low", f"{column}_high"]].to_numpy().T - rows[column].to_numpy())
                axes.errorbar(
                    x, rows[column], yerr=spread, color=colour, marker=mark, markersize=5, markerfacecolor=face,
                    linewidth=1.4 if side < 0 else 0.0, elinewidth=1.2 if side < 0 else 0.6, clip_on=False,
                )  # fmt: skip
        for line in (result.plan.power, result.plan.level):
            axes.axhline(line, color=INK, linewidth=0.9, linestyle="--", zorder=1)
        axes.set_ylim(-0.02, 1.02)
        axes.set_xlim(numbers[0] - 0.35 * step, numbers[-1] + 0.35 * step)
        axes.set_xticks(numbers)
        axes.set_title(counted(length, "month"), pad=6)
        axes.set_xlabel("branches in the trial", color=MUTED, fontsize=8)
        axes.yaxis.set_major_formatter(PercentFormatter(1.0, symbol=" %"))
        axes.grid(True, axis="y")
        axes.tick_params(length=0)
        if place:
            axes.set_yticklabels([])
    return figure


def bias_figure(result: Pilot) -> Figure:
    """What before and after is made of (left), and the mean estimates of all designs against the truth (right)."""
    name, length = result.plan.outcome, max(result.plan.lengths)
    figure = new_figure(10.5, 4.5)
    heading(
        figure,
        "What each design gets wrong",
        f"{TITLES[name]}, trials of {counted(length, 'month')}; 95 % intervals over {len(result.worlds)} worlds. "
        "Left: parts of what a comparison of before and after finds.\nRight: mean estimate and the middle 95 % of "
        "single trials (thin); bar: the true effect where everybody changes.",
        left=0.02,
    )
    left = figure.add_axes((0.215, 0.14, 0.29, 0.62))
    right = figure.add_axes((0.70, 0.14, 0.275, 0.62))
    parts = result.biases[result.biases["length"] == length].set_index("source").loc[list(SOURCES)]
    places = np.arange(len(parts))[::-1]
    colours = [BETTER, MUTED, MUTED, WORSE, MUTED, MUTED]
    values = parts["value"].to_numpy()
    left.barh(places, np.nan_to_num(values), color=colours, height=0.62, alpha=0.85)
    left.errorbar(
        values, places, xerr=(parts["high"] - parts["low"]).to_numpy() / 2, fmt="none", ecolor=INK, elinewidth=1.0
    )  # fmt: skip
    left.set_yticks(places, [SOURCES[source] for source in parts.index])
    left.axhline(places[3] - 0.5, color=FAINT, linewidth=0.9)
    rows = result.designs[result.designs["length"] == length].reset_index(drop=True)
    spots = np.arange(len(rows))[::-1]
    for spot, (_, row) in zip(spots, rows.iterrows(), strict=True):
        colour = DESIGN_COLOURS[row["design"]]
        low, high = np.quantile(
            [result.estimate(world, row["design"], row["clusters"], length).effect for world in result.worlds], [0.025, 0.975]
        )
        right.plot([low, high], [spot, spot], color=colour, linewidth=0.9)
        half = (row["bias_high"] - row["bias_low"]) / 2
        right.plot([row["estimate"] - half, row["estimate"] + half], [spot, spot], color=colour, linewidth=3)
        right.plot(row["estimate"], spot, DESIGN_MARKS[row["design"]], color=colour, markersize=6)
        right.plot([row["true_effect"]] * 2, [spot - 0.32, spot + 0.32], color=INK, linewidth=1.6)
    right.set_yticks(spots, [f"{DESIGNS[row['design']]}, {row['clusters']} branches" for _, row in rows.iterrows()])
    for axes in (left, right):
        axes.axvline(0, color=MUTED, linewidth=0.9)
        axes.xaxis.set_major_locator(MaxNLocator(4))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: tick(name, value, signed=True)))
        axes.set_xlabel(f"difference, {unit_words(name)}", color=MUTED, fontsize=8)
        axes.grid(True, axis="x")
        axes.tick_params(axis="y", length=0, labelcolor=INK)
        axes.spines["left"].set_visible(False)
    return figure
