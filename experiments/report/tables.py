"""Tables for the terminal. Colour only repeats what the signs and brackets say, so nothing is lost without it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd
from rich import box
from rich.table import Table
from rich.text import Text

from experiments.report.numbers import TITLES, better, chance, difference, interval, scaled
from experiments.statistics.intervals import is_identical, is_settled
from experiments.verbs.compare import Comparison

GOOD, BAD, UNSETTLED, NEUTRAL = "green", "red", "dim", "bold"

#: Chances of being the best below this are left out of tables.
LEAST_SHOWN = 0.01

ARROW = {1: "\u2191 is better", -1: "\u2193 is better", 0: ""}


def comparison_table(comparison: Comparison) -> Table:
    """A row a scheme: headline outcomes as paired difference to the baseline over its 95 % interval.

    Intervals hold for all schemes of a column at once; below them the chance of being the best of all, from 1 % on.
    """
    design = comparison.design
    at_once = ", for all schemes at once" if len(design.schemes) > 2 else ""
    table = new_table(
        title=f"Difference to {design.titles[design.baseline]} and its 95 % interval{at_once}, {design.replicates} replicates"
    )
    table.add_column("Scheme", max_width=34)
    for outcome in design.headline:
        table.add_column(f"{TITLES[outcome]}\n{ARROW[better(outcome)]}", justify="right")
    rows = comparison.summary.set_index(["scheme", "outcome"])
    ordered = [design.baseline, *(name for name in design.scheme_names if name != design.baseline)]
    for name in ordered:
        is_baseline = name == design.baseline
        cells = [_cell(outcome, rows.loc[(name, outcome)], level=is_baseline) for outcome in design.headline]
        label = Text(design.titles[name])
        if is_baseline:
            label.append("\nbaseline, level", style="dim")
        elif comparison.settling and comparison.settling.selection and name in comparison.settling.selection.dropped:
            label.append(f"\ndropped at {comparison.settling.selection.dropped[name][0]} replicates", style="dim")
        table.add_row(label, *cells, end_section=is_baseline)
    return table


def _cell(outcome: str, row: pd.Series, *, level: bool) -> Text:
    """A level for the baseline; otherwise the difference, coloured by direction where its interval excludes 0."""
    best = f"\nbest: {chance(row['probability_best'])}" if row["probability_best"] >= LEAST_SHOWN else ""
    if level:
        return Text(scaled(outcome, row["mean"])).append(best, style="dim")
    low, high = row["simultaneous_low"], row["simultaneous_high"]
    if is_identical(low, high):
        return Text("no difference", style=UNSETTLED).append(best, style="dim")
    text = difference(outcome, row["difference"], half_width=(high - low) / 2)
    spread = interval(outcome, low, high)
    style = cell_style(outcome, row["difference"], low, high)
    return Text().append(f"{text}\n{spread}" if spread else text, style=style).append(best, style="dim")


def cell_style(outcome: str, value: float, low: float, high: float) -> str:
    """Green for better, red for worse, dim where not settled; plain where neither direction is better."""
    if not is_settled(low, high):
        return UNSETTLED
    if better(outcome) == 0:
        return NEUTRAL
    return GOOD if better(outcome) * value > 0 else BAD


def monthly_table(title: str, monthly: pd.DataFrame, outcomes: Sequence[str], *, unit: str = "month") -> Table:
    """A row a month of one run (or a round, in a sitting)."""
    table = new_table(title=title)
    table.add_column(unit.capitalize(), justify="right")
    for outcome in outcomes:
        table.add_column(TITLES[outcome], justify="right")
    for _, row in monthly.iterrows():
        table.add_row(str(int(row["month"])), *(scaled(outcome, row[outcome]) for outcome in outcomes))
    return table


def outcomes_table(title: str, outcomes: Iterable[tuple[str, float]]) -> Table:
    """A row an outcome of one run, with its unit."""
    table = new_table(title=title)
    table.add_column("Outcome")
    table.add_column("Value", justify="right")
    for name, value in outcomes:
        table.add_row(TITLES[name], scaled(name, value))
    return table


def text_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    """A table of plain text; nothing in it is taken for markup."""
    table = new_table(title=title)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    return table


def new_table(*, title: str) -> Table:
    """An empty table in the house's form: few lines, title at the left."""
    return Table(
        title=Text(title), title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold"
    )
