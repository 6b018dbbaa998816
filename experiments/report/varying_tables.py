"""Tables of sweeps and sensitivity studies for the terminal."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from experiments.report.numbers import TITLES as OUTCOMES
from experiments.report.numbers import scaled, with_ends
from experiments.report.tables import new_table
from experiments.report.varying_words import NAMES, index_told, is_varied, level, luck_told, short, shown_outcomes, target_title
from experiments.statistics.indices import MAIN, TITLES
from experiments.statistics.samples import DUMMY
from experiments.verbs.sensitivity import Sensitivity
from experiments.verbs.sweep import Sweep

#: Rows of a table of parameters.
MOST_ROWS = 15


def sensitivity_table(result: Sensitivity, target: str) -> Table:
    """A row a parameter: the main index of every shown outcome with its interval; the last rows are the floor and luck."""
    method = result.plan.methods[0]
    outcomes = shown_outcomes(result, target)
    unit = ", in the unit of the outcome" if MAIN[method] == "mu_star" else ""
    table = new_table(
        title=f"{target_title(result, target)}: {TITLES[MAIN[method]]} ({NAMES[method]}, N = {result.plan.samples}{unit}), "
        f"{100 * result.plan.confidence:g} % interval"
    )
    table.add_column("Parameter")
    for outcome in outcomes:
        table.add_column(OUTCOMES[outcome], justify="right")
    rankings = {outcome: result.ranking(outcome, target).set_index("parameter") for outcome in outcomes}
    if not rankings:
        return table
    parameters = list(next(iter(rankings.values())).index)
    largest = {name: max(float(rows.loc[name, "value"]) / _scale(rows) for rows in rankings.values()) for name in parameters}
    shown = sorted(parameters, key=lambda name: -largest[name])[:MOST_ROWS]
    for place, name in enumerate(shown):
        cells = []
        for outcome in outcomes:
            row = rankings[outcome].loc[name]
            floor = result.floor(outcome, target)
            style = "bold" if row["low"] > (floor if floor == floor else 0.0) else "dim"
            cells.append(Text(_index(method, outcome, row["value"], row["low"], row["high"]), style=style))
        table.add_row(short(str(name)), *cells, end_section=place == len(shown) - 1)
    if len(parameters) > len(shown):
        table.add_row(Text(f"{len(parameters) - len(shown)} more with smaller indices", style="dim"))
    floors = [result.floor(outcome, target) for outcome in outcomes]
    if any(floor == floor for floor in floors):
        table.add_row(
            Text(f"{DUMMY} (floor)", style="dim"),
            *(_index(method, name, floor) for name, floor in zip(outcomes, floors, strict=True)),
        )
    states = result.outcomes.set_index(["target", "outcome"])
    luck = [tuple(states.loc[(target, outcome), ["luck", "luck_low", "luck_high"]]) for outcome in outcomes]
    if any(share == share for share, _, _ in luck):
        told = (luck_told(*one) if one[0] == one[0] else "" for one in luck)
        table.add_row(Text("luck's share of a single run", style="dim"), *told)
    return table


def _scale(rows: object) -> float:
    """What makes indices of different outcomes comparable: the largest, where they have a unit of their own."""
    largest = float(rows["value"].abs().max())  # type: ignore[index]
    return largest if largest > 0 else 1.0


def _index(method: str, outcome: str, value: float, low: float = float("nan"), high: float = float("nan")) -> str:
    return index_told(MAIN[method], outcome, value, low, high) if value == value else ""


def sweep_table(sweep: Sweep, scheme: str) -> Table:
    """A row a path and class of its values: the mean of every headline outcome over the points of the class."""
    headline = sweep.design.headline
    title = (
        f"{sweep.design.titles[scheme]}: mean at each value, {sweep.design.replicates} replicates of {len(sweep.points)} points"
    )
    table = new_table(title=title)
    table.add_column("Path")
    table.add_column("Value", justify="right")
    for outcome in headline:
        table.add_column(OUTCOMES[outcome], justify="right")
    rows = sweep.responses[sweep.responses["scheme"] == scheme]
    moves = sweep.ranges_of_response.set_index(["path", "scheme", "outcome"])
    for path in sweep.ranges:
        if not is_varied(sweep, path, scheme):
            continue
        own = rows[rows["path"] == path]
        classes = sorted(own["class"].unique())
        for place in classes:
            at = own[own["class"] == place].set_index("outcome")
            value = sweep.classes(path)[1][place]
            table.add_row(
                short(path) if place == classes[0] else "",
                level(value),
                *(scaled(outcome, at.loc[outcome, "mean"]) for outcome in headline),
            )
        cells = []
        for outcome in headline:
            row = moves.loc[(path, scheme, outcome)]
            told = with_ends(outcome, row["move"], row["low"], row["high"], between="\n")
            cells.append(Text(told, style="bold" if row["low"] > 0 else "dim"))
        table.add_row(Text("moves by", style="dim"), "", *cells, end_section=True)
    return table
