"""Who gains and who loses what, in tables, words and a figure: neutral words, never a number without its interval."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from rich.table import Table
from rich.text import Text

from experiments.report.numbers import MISSING
from experiments.report.style import FAINT, INK, MUTED, heading, new_figure, wrapped
from experiments.report.tables import new_table
from experiments.statistics.winners import EVERYBODY
from experiments.verbs.compare import Comparison
from sim.desks import GRADE, MEASURES, Measure

TITLES = {"grade": "Grade", "pay": "Reward", "effort": "Effort", "burnout": "Burnout index"}

#: What counts as a change, in words that hold for months and for rounds.
STEPS = {"grade": "one grade", "pay": "1 % of a wage", "effort": "1 % of normal work", "burnout": "0.1"}

RAISED, LOWERED = "#7b4ea3", "#c9a227"  # neither is good or bad: not the colours of better and worse


def percent(row: pd.Series | None) -> str:
    """'34 % [31, 37]', a digit more where the interval needs it."""
    if row is None or not np.isfinite(row["value"]):
        return MISSING
    width = row["high"] - row["low"]
    digits = 1 if 0 <= width < 0.015 else 0
    value, low, high = (f"{100 * row[name]:.{digits}f}" for name in ("value", "low", "high"))
    return f"{value} % [{low}, {high}]" if np.isfinite(row["low"]) else f"{value} %"


def _row(rows: pd.DataFrame, what: str, measure: str = "") -> pd.Series | None:
    found = rows[(rows["what"] == what) & (rows["measure"] == measure)]
    return found.iloc[0] if len(found) else None


def _everybody(winners: pd.DataFrame, scheme: str) -> pd.DataFrame:
    return winners[(winners["scheme"] == scheme) & (winners["dimension"] == EVERYBODY[0])]


def _over_its_interval(told: str) -> Text:
    """A share with its interval below it: a narrow column breaks there and nowhere inside."""
    return Text(told.replace(" [", "\n["))


def _up_and_down(rows: pd.DataFrame, measure: str) -> Text:
    """Shares raised and lowered, one below the other."""
    marked = ((mark, _row(rows, what, measure)) for mark, what in (("↑", "raised"), ("↓", "lowered")))
    return _over_its_interval("\n".join(f"{mark} {percent(row)}" for mark, row in marked))


def desks_table(winners: pd.DataFrame, titles: dict[str, str], baseline: str) -> Table:
    """A row a scheme: shares of desks whose grade, reward, effort and burnout index it raises and lowers."""
    table = new_table(title=f"The same desk under {titles[baseline]} and under each scheme: share of desks, 95 % interval")
    table.add_column("Scheme", max_width=34)
    for measure in MEASURES:
        table.add_column(f"{TITLES[measure.name]}\n↑ raised\n↓ lowered", justify="right")
    table.add_column("Other\noccupant", justify="right")
    for scheme in dict.fromkeys(winners["scheme"]):
        rows = _everybody(winners, scheme)
        cells = [_up_and_down(rows, measure.name) for measure in MEASURES]
        table.add_row(Text(titles.get(scheme, scheme)), *cells, _over_its_interval(percent(_row(rows, "other person"))))
    return table


def groups_table(winners: pd.DataFrame, scheme: str, dimension: str, title: str) -> Table:
    """A row a group of one dimension: what a scheme raises and lowers there."""
    table = new_table(title=title)
    table.add_column(dimension.capitalize(), max_width=40)
    for measure in MEASURES:
        table.add_column(f"{TITLES[measure.name]}\n↑ raised\n↓ lowered", justify="right")
    table.add_column("Other\noccupant", justify="right")
    own = winners[(winners["scheme"] == scheme) & (winners["dimension"] == dimension)]
    for group, rows in own.groupby("group", sort=False):
        cells = [_up_and_down(rows, measure.name) for measure in MEASURES]
        table.add_row(Text(str(group)), *cells, _over_its_interval(percent(_row(rows, "other person"))))
    return table


def moves_table(winners: pd.DataFrame, scheme: str, measure: Measure, dimension: str, group: str, title: str) -> Table:
    """A transition table: rows are bands under the baseline, columns bands under the scheme, shares of all desks."""
    table = new_table(title=title)
    table.add_column(f"{TITLES[measure.name]} ({measure.unit})\nunder the baseline")
    for band in measure.bands:
        table.add_column(f"under the scheme:\n{band}", justify="right")
    rows = winners[
        (winners["scheme"] == scheme)
        & (winners["measure"] == measure.name)
        & (winners["what"] == "moved")
        & (winners["dimension"] == dimension)
        & (winners["group"] == group)
    ]
    found = {(row["before"], row["after"]): row for _, row in rows.iterrows()}
    for before in measure.bands:
        cells = [percent(found[before, after]) if (before, after) in found else "" for after in measure.bands]
        table.add_row(Text(before), *map(_over_its_interval, cells))
    return table


def desks_note() -> str:
    """What the tables of desks count."""
    steps = ", ".join(f"{TITLES[measure.name].lower()} {STEPS[measure.name]}" for measure in MEASURES[1:])
    return (
        "A desk is compared while the same person holds it in both worlds; other occupant: share of desks where not. "
        f"Raised and lowered: by at least so much ({steps}); {TITLES[GRADE.name].lower()}s among desks graded in both worlds."
    )


def desks_in_words(winners: pd.DataFrame, scheme: str, title: str) -> str:
    """One scheme as a sentence: 'X raises the reward of 34 % [31, 37] of desks and lowers that of 5 % [4, 6]; ...'."""
    rows = _everybody(winners, scheme)
    parts = []
    for measure in MEASURES:
        raised, lowered = _row(rows, "raised", measure.name), _row(rows, "lowered", measure.name)
        if raised is not None and np.isfinite(raised["value"]):
            name = TITLES[measure.name].lower()
            parts.append(f"the {name} of {percent(raised)} of desks and lowers that of {percent(lowered)}")
    if not parts:
        return f"{title}: no desk can be compared."
    other = percent(_row(rows, "other person"))
    return f"{title} raises {'; raises '.join(parts)}. {other} of desks have another occupant."


def desks_figure(comparison: Comparison, where: str) -> Figure:
    """Bars to the right: desks where a scheme raises something; to the left: where it lowers it; lines: 95 % intervals."""
    design, winners = comparison.design, comparison.winners
    schemes = list(dict.fromkeys(winners["scheme"]))
    row, top, bottom, left = 0.36, 1.5, 0.75, 0.215
    height = top + bottom + row * max(len(schemes), 2)
    figure = new_figure(12.0, height)
    heading(
        figure,
        "The same desk in two worlds",
        f"{where}. Share of desks where the scheme raises or lowers something against the baseline, "
        f"{design.titles[design.baseline]}.\nLines: 95 % intervals. Only desks that the same person holds in both worlds.",
        left=0.012,
    )
    for index, (text, colour) in enumerate((("◀ lowered", LOWERED), ("▶ raised", RAISED))):
        figure.text(0.215 + 0.08 * index, 1 - 0.98 / height, text, color=colour, fontsize=8.8, va="top", fontweight="bold")
    grid = figure.add_gridspec(1, len(MEASURES), left=left, right=0.985, top=1 - top / height, bottom=bottom / height, wspace=0.1)
    places = np.arange(len(schemes))[::-1]
    for column, measure in enumerate(MEASURES):
        axes = figure.add_subplot(grid[0, column])
        for place, scheme in zip(places, schemes, strict=True):
            rows = _everybody(winners, scheme)
            for what, sign, colour in (("raised", 1, RAISED), ("lowered", -1, LOWERED)):
                found = _row(rows, what, measure.name)
                if found is None or not np.isfinite(found["value"]):
                    continue
                axes.barh(place, sign * 100 * found["value"], height=0.62, color=colour, alpha=0.75, zorder=2)
                ends = sign * 100 * np.array([found["low"], found["high"]])
                axes.plot(ends, [place, place], color=INK, linewidth=1.1, zorder=3)
        axes.axvline(0, color=MUTED, linewidth=0.9, zorder=4)
        axes.set_xlim(-105, 105)
        axes.set_ylim(-0.6, len(schemes) - 0.4)
        axes.set_xticks([-100, -50, 0, 50, 100], ["100", "50", "0", "50", "100"])
        axes.set_xlabel("% of desks", fontsize=8, color=MUTED)
        axes.set_title(TITLES[measure.name], fontsize=9.3, pad=14)
        axes.annotate(
            f"by at least {STEPS[measure.name]}", (0, 1), xycoords="axes fraction", xytext=(0, 4), textcoords="offset points",
            fontsize=7.4, color=MUTED,
        )  # fmt: skip
        axes.set_yticks(places)
        names = [wrapped(design.titles[name], 34) for name in schemes] if column == 0 else []
        axes.set_yticklabels(names, fontsize=8.5, color=INK)
        axes.grid(True, axis="x", color=FAINT)
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
    return figure
