"""What a comparison says, in words: what stands out, and what is not settled."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from experiments.report.numbers import TITLES, better, chance, difference, interval
from experiments.statistics.intervals import CONFIDENCE, is_identical, is_settled, normal_quantile
from experiments.statistics.settling import State
from experiments.verbs.compare import Comparison
from sim.lang import are, counted

MOST_NAMED = 3


def in_one_sentence(comparison: Comparison) -> str:
    """The best settled scheme of every headline outcome, then how much is not settled, as one sentence."""
    design = comparison.design
    rows = _headline_differences(comparison)
    if rows.empty:
        return f"There is nothing to compare: {design.titles[design.baseline]} is the only scheme."
    best = _best(rows)
    start = f"Against {design.titles[design.baseline]}, "
    if best:
        said = "; ".join(f"{design.titles[scheme]} does most for {listed(parts)}" for scheme, parts in best.items())
    else:
        said = "no scheme is clearly better on any headline outcome"
    return f"{start}{said}; {_unsettled(rows, design.replicates, design.titles)}."


def _headline_differences(comparison: Comparison) -> pd.DataFrame:
    """Rows of the summary for headline outcomes and schemes other than the baseline, with whether each is settled."""
    table = comparison.summary
    rows = table[table["outcome"].isin(comparison.design.headline) & (table["scheme"] != comparison.design.baseline)].copy()
    ends = list(zip(rows["simultaneous_low"], rows["simultaneous_high"], strict=True))
    rows["settled"] = [is_settled(low, high) for low, high in ends]
    rows["identical"] = [is_identical(low, high) for low, high in ends]
    rows["gain"] = [better(outcome) * value for outcome, value in zip(rows["outcome"], rows["difference"], strict=True)]
    return rows


def _best(rows: pd.DataFrame) -> dict[str, list[str]]:
    """By scheme, the headline outcomes on which it gains most: 'burnout (-4.1 pp [-4.9, -3.3], chance of being best 98 %)'."""
    found: dict[str, list[str]] = {}
    for outcome in rows["outcome"].unique():
        gains = rows[(rows["outcome"] == outcome) & rows["settled"] & (rows["gain"] > 0)]
        if len(gains):
            top = gains.loc[gains["gain"].idxmax()]
            low, high = top["simultaneous_low"], top["simultaneous_high"]
            size = difference(outcome, top["difference"], half_width=(high - low) / 2)
            told = f"{size} {interval(outcome, low, high)}, chance of being best {chance(top['probability_best'])}"
            found.setdefault(str(top["scheme"]), []).append(f"{TITLES[outcome].lower()} ({told})")
    return found


def _unsettled(rows: pd.DataFrame, replicates: int, titles: dict[str, str]) -> str:
    """How many differences have an interval that holds 0, and which are the first few of them."""
    judged = rows[rows["difference"].notna() & ~rows["identical"]]
    still = judged[~judged["settled"]]
    where = f"at {replicates} replicates"
    if judged.empty:
        return "every headline outcome is missing" if rows["difference"].isna().all() else "the schemes differ in nothing"
    if still.empty:
        all_of_them = "the only headline difference is" if len(judged) == 1 else f"all {len(judged)} headline differences are"
        return f"{all_of_them} settled {where}"
    named = [f"{titles[row.scheme]}: {TITLES[row.outcome].lower()}" for row in still.head(MOST_NAMED).itertuples()]
    more = f" and {len(still) - MOST_NAMED} more" if len(still) > MOST_NAMED else ""
    judged_told = counted(len(judged), "headline difference")
    return f"{len(still)} of {judged_told} {are(len(still))} not settled {where} ({'; '.join(named)}{more})"


def settling_in_words(comparison: Comparison) -> list[str]:
    """Where replicates were added until something was reached: what settled, what did not, who was dropped."""
    settling, titles = comparison.settling, comparison.design.titles
    if settling is None:
        return []
    told = []
    ended = "the end was reached" if settling.is_done else f"stopped at the most, {settling.wanted.most}"
    start = f"{settling.replicates} replicates: {ended}."
    pairs = settling.pairs
    counts = {state: sum(pair.state is state for pair in pairs) for state in State}
    if pairs:
        asked = ", ".join(f"{TITLES[target.outcome].lower()} \u00b1{target}" for target in settling.wanted.until)
        parts = [f"{n} {STATE_WORDS[state]}" for state, n in counts.items() if n]
        told.append(f"{start} Asked for: {asked}. Of {counted(len(pairs), 'difference')}, {listed(parts)}.")
        waiting = [pair for pair in pairs if pair.state is State.OPEN]
        if waiting:
            named = "; ".join(f"{titles[pair.scheme]}: {TITLES[pair.outcome].lower()}" for pair in waiting[:MOST_NAMED])
            more = f" and {len(waiting) - MOST_NAMED} more" if len(waiting) > MOST_NAMED else ""
            told.append(f"Not settled: {named}{more}. A larger --most goes on from here.")
    else:
        told.append(start)
    if settling.selection and settling.wanted.best:
        told.append(_selection_in_words(comparison))
    told.append(
        f"That the end was chosen on the way is paid for: the interval of one difference reaches {settling.multiplier():.2f} "
        f"standard errors to each side instead of {normal_quantile(1 - CONFIDENCE):.2f}, so that 95 % of such intervals hold the "
        "truth; intervals for all schemes at once are wider in the same measure."
    )
    return told


STATE_WORDS = {
    State.CLEAR: "clear",
    State.NARROW: "as narrow as asked for",
    State.OPEN: "not settled",
    State.DROPPED: "of dropped schemes",
    State.MISSING: "without a value",
}


def _selection_in_words(comparison: Comparison) -> str:
    """Who is left as best, with difference, interval and chance, and who was dropped when and because of whom."""
    settling, titles = comparison.settling, comparison.design.titles
    assert settling and settling.selection and settling.wanted.best
    outcome = settling.wanted.best.outcome
    rows = comparison.summary.set_index(["scheme", "outcome"])

    def told(name: str) -> str:
        row = rows.loc[(name, outcome)]
        if name == comparison.design.baseline:
            return f"{titles[name]} (the baseline)"
        low, high = row["simultaneous_low"], row["simultaneous_high"]
        size = difference(outcome, row["difference"], half_width=(high - low) / 2)
        return f"{titles[name]} ({size} {interval(outcome, low, high)}, chance of being best {chance(row['probability_best'])})"

    alive = listed(told(name) for name in settling.selection.alive)
    verdict = "best, with 95 % confidence, is" if settling.selection.is_done else "still open between"
    out = [
        f"{titles[name]} at {n}" + (f", behind {titles[leader]}" if leader else ", without a value")
        for name, (n, leader) in settling.selection.dropped.items()
    ]
    dropped = f" Dropped: {'; '.join(out)}." if out else ""
    zone = f"differences below {settling.wanted.best} do not matter"
    return f"On {TITLES[outcome].lower()} ({zone}), {verdict} {alive}.{dropped}"


def listed(parts: Iterable[str]) -> str:
    """'a', 'a and b', 'a, b and c'."""
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last
