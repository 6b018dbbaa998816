"""What robustness, optimise and adversary say: sentences and tables for the terminal and for findings.txt."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from rich.table import Table
from rich.text import Text

from experiments.design.paths import Range, element_of
from experiments.report.numbers import TITLES, difference, interval, plain, round_level, scaled, with_ends
from experiments.report.tables import new_table
from experiments.statistics.information import Partial
from experiments.statistics.intervals import direction
from experiments.statistics.prim import Box, Restriction
from experiments.statistics.regret import share_beyond
from experiments.verbs.adversary import Adversary
from experiments.verbs.optimise import Optimum
from experiments.verbs.robustness import NET, Duel, Robustness
from sim.errors import UserError
from sim.lang import are, counted

MOST_NAMED = 3
MOST_DRIVERS = 5


# --- words for parameters ---------------------------------------------------------------------------------------------


def readable(path: str) -> str:
    """A path as a name for people: 'sabotage cost', 'branches 0 resources', without the document."""
    steps = path.split(".")
    return " ".join(steps[1:] if steps[0] in ("behaviour", "organisation", "scheme") else steps).replace("_", " ")


def meaning(path: str) -> str:
    """What the element is, as its document says, without the full stop; '' for a group."""
    try:
        return element_of(path).meaning.rstrip(".")
    except UserError:  # the name of a group is no path
        return ""


def unit(path: str) -> str:
    """Unit behind a number, with a space before it; '' where there is none to say."""
    found = element_of(path).unit
    return "" if found in ("", "-") else f" {found}"


def restriction_in_words(one: Restriction, spread: Range) -> str:
    """'sabotage cost is low (below 1.3 wages, of 1 to 5)'."""
    name = readable(spread.path)
    if one.levels is not None:
        return f"{name} is {' or '.join(str(spread.choices[int(level)]) for level in one.levels)}"
    span = f"of {plain(spread.low, 6)} to {plain(spread.high, 6)}"
    low, high = np.isfinite(one.low), np.isfinite(one.high)
    if low and high:
        return f"{name} lies between {plain(one.low)} and {plain(one.high)}{unit(spread.path)} ({span})"
    bound, word, side = (one.low, "high", "above") if low else (one.high, "low", "below")
    return f"{name} is {word} ({side} {plain(bound)}{unit(spread.path)}, {span})"


def _joined(parts: Iterable[str]) -> str:
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last


def share(value: float) -> str:
    """'84 %'."""
    return f"{100 * value:.0f} %"


def share_interval(low: float, high: float) -> str:
    """'[78, 89]'."""
    return f"[{100 * low:.0f}, {100 * high:.0f}]"


# --- robustness -------------------------------------------------------------------------------------------------------


def net_in_words(study: Robustness) -> str:
    """What schemes are chosen by."""
    parts = []
    for place, (name, weight) in enumerate(study.plan.net_value.items()):
        sign = "\u2212" if weight < 0 else "+" if place else ""
        parts.append(f"{sign}{'' if abs(weight) == 1 else f' {abs(weight):g} ×'} {TITLES[name].lower()}")
    return " ".join(parts).strip()


def net_amount(
    study: Robustness, value: float, low: float | None = None, high: float | None = None, *, level: bool = False
) -> str:
    """An amount of the net value with its interval: in the outcome's own unit where it is one outcome, else plain."""
    names = list(study.plan.net_value)
    plain = len(names) > 1 or abs(study.plan.net_value[names[0]]) != 1
    ends = (low, high) if low is not None and high is not None else None
    if plain:
        digits = 3 if max(abs(value), *(abs(end) for end in ends or (0.0,))) >= 0.05 else 4
        return f"{value:.{digits}f}" + (f" [{ends[0]:.{digits}f}, {ends[1]:.{digits}f}]" if ends else "")
    if level:
        return scaled(names[0], value) + (f" [{scaled(names[0], ends[0])}, {scaled(names[0], ends[1])}]" if ends else "")
    return difference(names[0], value).lstrip("+") + (f" {interval(names[0], *ends).replace('+', '')}" if ends else "")


def robustness_sentences(study: Robustness) -> list[str]:
    """Everything a robustness study says, a line a thought."""
    n, titles = len(study.net), study.design.titles
    lines = [
        f"{len(study.worlds)} worlds that differ in {counted(len(study.worlds.ranges), 'assumption')}, "
        f"{study.plan.replicates} replicates of every scheme in each. Schemes are judged by {net_in_words(study)}.",
    ]
    if study.left_out:
        lines.append(f"{counted(study.left_out, 'world')} {are(study.left_out)} left out: a scheme lacked an outcome there.")
    rows = study.summary[study.summary["outcome"] == NET].set_index("scheme")
    top = rows.loc[study.leader]
    rank = "" if top["rank_high"] == 1 else f" (its rank may be up to {top['rank_high']:.0f})"
    lines.append(
        f"On average {titles[study.leader]} is best{rank}; it is best in {share(top['best'])} of the worlds "
        f"{share_interval(top['best_low'], top['best_high'])}. Its mean regret is "
        f"{_net_of(study, top, 'regret_mean')}; in nine of ten worlds it is at most {_net_of(study, top, 'regret_high')}."
    )
    lines.append(
        f"A world worse than the worst of these {n} is possible: with 95 % confidence at most {100 * share_beyond(n):.1f} % are."
    )
    if (rows["regret_luck"] > 0.5 * rows["regret_mean"].clip(lower=1e-12)).any():
        largest = float(rows["regret_luck"].max())
        lines.append(f"Up to {net_amount(study, largest)} of a mean regret may be luck: more replicates a world would tell.")
    lines += good_enough_sentences(study)
    lines += [duel_in_words(study, duel) for duel in study.duels]
    if any(duel.boxes for duel in study.duels):
        lines.append(
            "Such conditions are sought in the very worlds that are counted in them: in others the shares are rather lower."
        )
    return lines + information_sentences(study)


def _net_of(study: Robustness, row: pd.Series, name: str, *, level: bool = False) -> str:
    return net_amount(study, row[name], row[f"{name}_low"], row[f"{name}_high"], level=level)


def good_enough_sentences(study: Robustness) -> list[str]:
    """Share of worlds in which each scheme is good enough, the most often first."""
    table = study.good_enough
    if table.empty:
        return []
    limits = _joined(
        f"{TITLES[name].lower()} {'at least' if limit.at_least is not None else 'at most'} "
        f"{round_level(name, float(limit.at_least if limit.at_least is not None else limit.at_most))}"  # type: ignore[arg-type]
        for name, limit in study.plan.good_enough.items()
    )
    rows = table[table["limit"] == "all"].sort_values("share", ascending=False, kind="stable")
    told = "; ".join(
        f"{study.design.titles[row.scheme]} in {share(row.share)} {share_interval(row.low, row.high)}"
        for row in rows.itertuples()
    )
    return [f"Good enough ({limits}): {told} of the worlds."]


def duel_in_words(study: Robustness, duel: Duel) -> str:
    """'B beats A in 84 % of the worlds, unless sabotage is cheap and ...'."""
    titles = study.design.titles
    value, low, high = duel.share
    head = f"{titles[duel.better]} beats {titles[duel.than]} in {share(value)} of the worlds {share_interval(low, high)}"
    if value in (0.0, 1.0):
        return f"{head}: {'always' if value else 'never'} within these ranges."
    if not duel.boxes:
        return f"{head}; no part of the ranges explains where it {'does not' if duel.unless else 'does'}."
    parts = [_box_in_words(study, duel, box) for box in duel.boxes]
    if max(box.density for box in duel.boxes) >= 0.5:
        return f"{head}, {'unless' if duel.unless else 'mainly where'} {'; or '.join(parts)}."
    return f"{head}; {'it fails' if duel.unless else 'it wins'} more often where {'; or '.join(parts)}."


def _box_in_words(study: Robustness, duel: Duel, box: Box) -> str:
    conditions = _joined(restriction_in_words(one, study.worlds.ranges[one.column]) for one in box.restrictions)
    what = "fails" if duel.unless else "wins"
    return (
        f"{conditions}, where it {what} in {box.cases} of {box.n} worlds ({share(box.density)}, and {share(box.coverage)} of all "
        f"its {'losses' if duel.unless else 'wins'})"
    )


def information_sentences(study: Robustness) -> list[str]:
    """What to find out before choosing, and what it is worth."""
    perfect = study.perfect
    whole = net_amount(study, perfect.value, perfect.low, perfect.high)
    if perfect.at_most <= 0:
        return [f"Nothing is worth finding out first: {study.design.titles[study.leader]} is best in every world drawn."]
    lines = [
        f"To know everything about the world (luck excluded) before choosing would be worth {whole} for each time the choice is "
        f"made: rather too little, judged by other luck than it is chosen by; {net_amount(study, perfect.at_most)}, rather too "
        "much, judged by the same."
    ]
    worth = [one for one in study.partial if one.is_worth_knowing and one.value > 0]
    single = [one for one in worth if one.name not in study.plan.groups]
    groups = [one for one in worth if one.name in study.plan.groups]

    def told(some: Sequence[Partial]) -> str:
        return "; ".join(f"{readable(one.name)} {net_amount(study, one.value, one.low, one.high)}" for one in some)

    if single:
        first = single[0]
        of_all = share(min(first.value / perfect.at_most, 1.0))
        lines.append(
            f"Measure {readable(first.name)} ({meaning(first.name).lower()}) by a survey before the rollout: to know it is worth "
            f"{net_amount(study, first.value, first.low, first.high)}, {of_all} of the higher figure."
        )
    else:
        floor = max((one.floor for one in study.partial), default=0.0)
        luckiest = f" (where nothing matters the luckiest of {len(study.partial)} looks worth up to {net_amount(study, floor)})"
        lines.append(f"No single assumption stands out from chance{luckiest if floor else ''}: none is worth a survey by itself.")
    if single[1:]:
        n_more = len(single) - 1 - MOST_NAMED
        more = f"; {n_more} more stand out" if n_more > 0 else ""
        lines.append(f"Next: {told(single[1 : MOST_NAMED + 1])}{more}. (Worths of single assumptions do not add up.)")
    if groups:
        lines.append(f"Groups known together: {told(groups)}.")
    return lines


def robustness_table(study: Robustness) -> Table:
    """A row a scheme by rank; every cell has its interval below it."""
    rows = study.summary[study.summary["outcome"] == NET].sort_values("rank", kind="stable")
    enough = study.good_enough[study.good_enough["limit"] == "all"].set_index("scheme")
    table = new_table(
        title=f"{net_in_words(study)[:1].upper()}{net_in_words(study)[1:]} over {len(study.net)} worlds, 95 % intervals"
    )
    columns = ["Scheme", "Rank", "Mean", "Bad end", "Regret:\nmean", "Regret:\n9 of 10", "Best in"]
    for column in [*columns, *(["Good\nenough"] if len(enough) else [])]:
        table.add_column(
            column,
            justify="left" if column == "Scheme" else "right",
        )
    for row in rows.to_dict("records"):
        cells = [
            Text(study.design.titles[row["scheme"]]),
            Text(f"{row['rank']:.0f}\n[{row['rank_low']:.0f}, {row['rank_high']:.0f}]"),
        ]
        for name in ("mean", "bad_end", "regret_mean", "regret_high"):
            text = _net_of(study, row, name, level=not name.startswith("regret"))
            cells.append(Text(text.replace(" [", "\n[", 1)))
        cells.append(Text(f"{share(row['best'])}\n{share_interval(row['best_low'], row['best_high'])}"))
        if len(enough):
            own = enough.loc[row["scheme"]]
            cells.append(Text(f"{share(own['share'])}\n{share_interval(own['low'], own['high'])}"))
        table.add_row(*cells)
    return table


def information_table(study: Robustness, most: int = 10) -> Table:
    """The assumptions most worth knowing; those that do not stand out from chance are dim."""
    table = new_table(title="Worth of knowing before choosing, 95 % intervals")
    for column in ("Assumption", "Worth", "What it is"):
        table.add_column(column, justify="right" if column == "Worth" else "left")
    perfect = study.perfect
    table.add_row("everything but luck", Text(net_amount(study, perfect.value, perfect.low, perfect.high)), "", end_section=True)
    for one in [one for one in study.partial if one.high > 0][:most]:
        style = "" if one.is_worth_knowing else "dim"
        table.add_row(
            Text(readable(one.name), style=style), Text(net_amount(study, one.value, one.low, one.high), style=style),
            Text(meaning(one.name), style=style),
        )  # fmt: skip
    return table


# --- optimise ----------------------------------------------------------------------------------------------------------


def optimum_sentences(optimum: Optimum) -> list[str]:
    """What a search found, and how far fresh luck takes it back."""
    found, plan = optimum.found, optimum.plan
    start = optimum.start.title or optimum.start.name
    wanted = _joined(f"{'more' if one.better > 0 else 'less'} {TITLES[one.outcome].lower()}" for one in optimum.objectives)
    n_candidates, n_front = len(found.candidates), len(found.front)
    lines = [
        f"{n_candidates} candidates from {len(plan.levers)} levers of {start}, searched for {wanted}. On the front: "
        f"{n_front}; judged again with fresh luck: {len(optimum.schemes)} ({_fresh(optimum)}).",
    ]
    better = [place for place in range(len(optimum.schemes)) if _clearly_better(optimum, place)]
    names = [optimum.schemes[place].name for place in better]
    if names:
        lines.append(
            f"Clearly better than {start} in at least one objective and clearly worse in none: {_joined(names[: 2 * MOST_NAMED])}"
            f"{f' and {len(names) - 2 * MOST_NAMED} more' if len(names) > 2 * MOST_NAMED else ''}."
        )
    else:
        lines.append(f"None is clearly better than {start} in one objective without being clearly worse in another.")
    lines.append(f"Still undominated on fresh luck: {int(optimum.undominated.sum())} of {len(optimum.schemes)}.")
    if plan.limits:
        lines.append(f"Limits kept on fresh luck: {int(optimum.keeps_limits.sum())} of {len(optimum.schemes)}.")
    for row in optimum.curse.itertuples():
        lines.append(f"Winner's curse, {TITLES[row.outcome].lower()}: {_curse_in_words(row)}.")
    return lines


def _curse_in_words(row: Any) -> str:
    """How far the search misjudged the gain over the start: 'the search was too hopeful by 0.5 pp [+0.2, +0.8]'."""
    way = direction(row.low, row.high)
    value, low, high = (row.too_hopeful, row.low, row.high) if way >= 0 else (-row.too_hopeful, -row.high, -row.low)
    told = f"{difference(row.outcome, value, half_width=(high - low) / 2)} {interval(row.outcome, low, high)}"
    if not way:
        return f"whether the search misjudged the gain over the start is not settled ({told}, + is too hopeful)"
    return f"the search was {'too hopeful' if way > 0 else 'too gloomy'} about the gain over the start by {told}"


def _fresh(optimum: Optimum) -> str:
    n = optimum.runs.shape[1]
    return f"{n} worlds" if optimum.plan.worlds is not None else f"{n} replicates"


def _clearly_better(optimum: Optimum, place: int) -> bool:
    """Better in an objective by the interval that holds for the whole front at once, worse in none by the narrower of its own."""
    rows = optimum.front[optimum.front["scheme"] == optimum.schemes[place].name].set_index("outcome")
    told = [(one.better, rows.loc[one.outcome]) for one in optimum.objectives]
    gains = [better * direction(row["simultaneous_low"], row["simultaneous_high"]) for better, row in told]
    losses = [better * direction(row["low"], row["high"]) for better, row in told]
    return max(gains) > 0 and min(losses) >= 0


def optimum_table(optimum: Optimum) -> Table:
    """A row a scheme of the front: paired differences to the start on fresh luck, each with its interval."""
    from experiments.report.tables import cell_style

    start = optimum.start.title or optimum.start.name
    table = new_table(title=f"Difference to {start} on fresh luck ({_fresh(optimum)}), 95 % intervals")
    table.add_column("Scheme", min_width=max(len(scheme.name) for scheme in optimum.schemes), overflow="fold")
    for outcome in optimum.outcomes:
        table.add_column(TITLES[outcome], justify="right")
    table.add_column("Limits")
    table.add_column("On front")
    levels = [scaled(outcome, float(np.nanmean(optimum.runs[0, :, column]))) for column, outcome in enumerate(optimum.outcomes)]
    table.add_row(Text(f"{start}\nstart, level"), *levels, "", "", end_section=True)
    rows = optimum.front.set_index(["scheme", "outcome"])
    for scheme in optimum.schemes:
        cells = []
        for outcome in optimum.outcomes:
            row = rows.loc[(scheme.name, outcome)]
            text = with_ends(outcome, row["difference"], row["low"], row["high"], between="\n")
            cells.append(Text(text, style=cell_style(outcome, row["difference"], row["low"], row["high"])))
        table.add_row(
            scheme.name, *cells, "kept" if row["keeps_limits"] else "broken", "still" if row["undominated"] else "no longer"
        )
    return table


# --- adversary ---------------------------------------------------------------------------------------------------------


def adversary_sentences(study: Adversary) -> list[str]:
    """The loss at the worst found, by scheme, and what drives it."""
    titles, outcome = study.design.titles, study.plan.outcome
    lines = [
        f"The behaviour within the declared bounds of {counted(len(study.ranges), 'parameter')} that does most harm to "
        f"{TITLES[outcome].lower()}, looked for by {study.plan.population} behaviours in "
        f"{counted(study.plan.generations, 'generation')}; judged on "
        f"{study.plan.fresh_replicates} fresh replicates. A worse one may exist: the loss is a lower bound of the worst."
    ]
    rows = study.losses.sort_values("loss", kind="stable")
    for row in rows.itertuples():
        half = (row.loss_high - row.loss_low) / 2
        told = difference(outcome, row.loss, half_width=half).lstrip("+")
        spread = interval(outcome, row.loss_low, row.loss_high).replace("+", "")
        lines.append(
            f"{titles[row.scheme]}: {scaled(outcome, row.as_it_is)} as it is, {scaled(outcome, row.at_worst)} at the worst, a "
            f"loss of {told} {spread}. {_drivers_in_words(study, row.scheme)}"
        )
    if len(rows) > 1:
        first, last = rows.iloc[0], rows.iloc[-1]
        if first["loss_high"] < last["loss_low"]:
            lines.append(f"{titles[last['scheme']]} can clearly be harmed more than {titles[first['scheme']]}.")
        else:
            lines.append("How far the schemes can be harmed does not differ clearly.")
    return lines


def _drivers_in_words(study: Adversary, scheme: str) -> str:
    rows = study.drivers[(study.drivers["scheme"] == scheme) & (study.drivers["low"] > 0)].head(MOST_NAMED)
    if rows.empty:
        return "No parameter alone makes any of it good."
    told = [
        f"{readable(row.parameter)} at {row.at_worst:.3g} instead of {row.as_it_is:.3g} "
        f"({difference(study.plan.outcome, row.made_good, half_width=(row.high - row.low) / 2).lstrip('+')} made good)"
        for row in rows.itertuples()
    ]
    return f"Driven most by {_joined(told)}."


def adversary_table(study: Adversary) -> Table:
    """A row a scheme: the outcome as it is, at the worst, and the loss, each with its interval."""
    outcome = study.plan.outcome
    table = new_table(title=f"{TITLES[outcome]}: the most damaging behaviour within bounds, 95 % intervals")
    for column in ("Scheme", "As it is", "At the worst", "Loss", "Driven most by"):
        table.add_column(column, justify="left" if column in ("Scheme", "Driven most by") else "right")
    for row in study.losses.sort_values("loss", kind="stable").to_dict("records"):
        drivers = study.drivers[(study.drivers["scheme"] == row["scheme"]) & (study.drivers["low"] > 0)].head(MOST_DRIVERS)
        loss = difference(outcome, row["loss"], half_width=(row["loss_high"] - row["loss_low"]) / 2).lstrip("+")
        table.add_row(
            Text(study.design.titles[row["scheme"]]), scaled(outcome, row["as_it_is"]), scaled(outcome, row["at_worst"]),
            Text(f"{loss}\n{interval(outcome, row['loss_low'], row['loss_high']).replace('+', '')}"),
            Text(", ".join(readable(path) for path in drivers["parameter"])),
        )  # fmt: skip
    return table
