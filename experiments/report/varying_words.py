"""What sweeps and sensitivity studies say, in neutral words."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from experiments.design.paths import full_path
from experiments.design.points import varied_schemes
from experiments.report.numbers import TITLES as OUTCOMES
from experiments.report.numbers import chance, difference, interval, plain, with_ends
from experiments.report.words import listed
from experiments.statistics.indices import MAIN, TITLES
from experiments.verbs.sensitivity import CONSTANT, INCOMPLETE, MISSING, Sensitivity
from experiments.verbs.sweep import Sweep

#: Parameters that a sentence names at most.
MOST_NAMED = 3

#: Methods as people call them.
NAMES = {
    "sobol": "Sobol", "morris": "Morris", "efast": "eFAST", "rbd_fast": "RBD-FAST", "delta": "delta", "pawn": "PAWN",
    "hdmr": "HDMR", "dgsm": "DGSM",
}  # fmt: skip

#: An index below this is not worth a sentence, however sure it is.
LEAST = 0.01

#: Widths of an interval of luck's share beyond which its estimate is not told: anywhere, and where the estimate is 0 or all.
WIDEST, NARROW_AT_AN_END = 0.5, 0.1


def index_in_words(value: float, low: float, high: float) -> str:
    """'.41 [.36, .46]'."""
    if not math.isfinite(value):
        return "missing"
    ends = f" [{share(low)}, {share(high)}]" if math.isfinite(low) and math.isfinite(high) else ""
    return share(value) + ends


def share(value: float) -> str:
    """A share without its leading zero and with two digits: '.41', '1.02', '−.03'."""
    text = f"{abs(value):.2f}"
    sign = "\u2212" if value < 0 and float(text) else ""
    return sign + (text[1:] if text.startswith("0") else text)


def index_told(kind: str, outcome: str, value: float, low: float, high: float) -> str:
    """An index of a kind with its interval: effects in the outcome's own unit ('0.64 pp [0.60, 0.68]'), shares without one."""
    if kind == "mu_star":
        known = math.isfinite(low) and math.isfinite(high)
        said = difference(outcome, value, half_width=(high - low) / 2 if known else math.inf)
        return (f"{said} {interval(outcome, low, high)}" if known else said).replace("+", "")
    if kind == "bound":
        return plain(value) + (f" [{plain(low)}, {plain(high)}]" if math.isfinite(low) else "")
    return index_in_words(value, low, high) if math.isfinite(low) else share(value)


def short(path: str) -> str:
    """A path as sentences name it: the element alone, with what tells it from others of its name."""
    kind, *steps = full_path(path).split(".") if "." in path else ("", path)
    if kind == "scheme":
        above = [step for step in ("indicators", "result", "appraisers", "targets", "grades") if step in steps[:-1]]
        return ".".join(steps[steps.index(above[0]) + (above[0] == "indicators") :]) if above else steps[-1]
    return ".".join(steps)


def target_title(result: Sensitivity, target: str) -> str:
    """A target for people: a scheme's title, or the difference of two."""
    scheme, minus = result.targets[target]
    titles = result.design.titles
    return titles[scheme] if minus is None else f"{titles[scheme]} against {titles[minus]}"


def sensitivity_sentences(result: Sensitivity) -> list[str]:
    """A sentence an outcome: what it hinges on, what luck makes of it; headline outcomes, or those that were asked for."""
    sentences = []
    several = len(result.targets) > 1
    for target in result.targets:
        opening = f"{target_title(result, target)}: " if several else ""
        sentences += [opening + hinges_on(result, target, outcome) for outcome in shown_outcomes(result, target)]
        rest = _not_looked_at(result, target)
        sentences += [opening + rest] if rest else []
    return sentences


def shown_outcomes(result: Sensitivity, target: str) -> list[str]:
    """The outcomes that sentences and figures show."""
    asked = result.plan.outcomes or result.design.headline
    return [name for name in asked if name in result.looked_at[target]]


def hinges_on(result: Sensitivity, target: str, outcome: str) -> str:
    """'Exhaustion hinges on load_strain (total index .41 [.36, .46]) and duty (.2 [.16, .24]) ...'"""
    method = result.plan.methods[0]
    kind = MAIN[method]
    floor = result.floor(outcome, target)
    floor = floor if math.isfinite(floor) else 0.0
    rows = result.ranking(outcome, target)
    low = np.where(np.isfinite(rows["low"]), rows["low"], rows["value"])
    above = rows[(low > floor) & (rows["value"] >= least_index(kind))]
    subject = OUTCOMES[outcome] if not result.plan.difference else f"The difference in {OUTCOMES[outcome].lower()}"
    if above.empty:
        reached = index_told(kind, outcome, floor, math.nan, math.nan)
        said = (
            f"{subject} hinges on no single parameter: no interval lies above the floor ({reached}) at N = {result.plan.samples}"
        )
    else:
        named = []
        for place, row in enumerate(above.head(MOST_NAMED).itertuples()):
            told = index_told(kind, outcome, row.value, row.low, row.high)
            named.append(f"{short(str(row.parameter))} ({TITLES[kind] + ' ' if place == 0 else ''}{told})")
        more = len(above) - len(named)
        said = f"{subject} hinges on {listed(named)}" + (f"; {more} more lie above the floor" if more else "")
    return f"{said}{_luck(result, target, outcome)}."


def least_index(kind: str) -> float:
    """What an index must reach to be worth a sentence; effects in the unit of an outcome have no such size."""
    return LEAST if kind in ("total", "first", "delta", "median") else 0.0


def _luck(result: Sensitivity, target: str, outcome: str) -> str:
    table = result.outcomes
    row = table[(table["target"] == target) & (table["outcome"] == outcome)].iloc[0]
    if not math.isfinite(row["luck"]):
        return ""
    told = luck_told(row["luck"], row["luck_low"], row["luck_high"])
    if is_luck_known(row["luck"], row["luck_low"], row["luck_high"]):
        return f"; luck makes {told} of the variance of a single run"
    few = f"{result.plan.luck_replicates} replicates of {result.plan.luck_points} points"
    return f"; what luck makes of the variance of a single run is not settled by {few} ({told})"


def is_luck_known(value: float, low: float, high: float) -> bool:
    """Whether an estimate of luck's share says something: few replicates can put it at 0 and leave nearly everything open."""
    if not math.isfinite(high - low):
        return True
    is_at_an_end = not LEAST <= value <= 1 - LEAST
    return high - low <= (NARROW_AT_AN_END if is_at_an_end else WIDEST)


def luck_told(value: float, low: float, high: float) -> str:
    """Luck's share with its interval, '31 % [22, 41]', or the interval alone where the estimate says nothing: '0 to 84 %'."""
    if not is_luck_known(value, low, high):
        return f"{100 * low:.0f} to {100 * high:.0f} %"
    return chance(value) + (f" [{100 * low:.0f}, {100 * high:.0f}]" if math.isfinite(high - low) else "")


def _not_looked_at(result: Sensitivity, target: str) -> str:
    """Outcomes without indices, and why."""
    table = result.outcomes
    rows = table[table["target"] == target]
    if result.plan.outcomes:
        rows = rows[rows["outcome"].isin(result.plan.outcomes)]
    parts = []
    for state, words in (
        (CONSTANT, "the same at every point"),
        (MISSING, "missing everywhere"),
        (INCOMPLETE, "missing at some points"),
    ):
        names = rows[rows["state"] == state]
        if len(names):
            told = [
                f"{row.outcome}" + (f" (points {row.missing_at})" if state == INCOMPLETE else "") for row in names.itertuples()
            ]
            parts.append(f"{words}: {', '.join(told)}")
    return f"No indices for outcomes that are {'; '.join(parts)}." if parts else ""


def sweep_sentences(sweep: Sweep) -> list[str]:
    """A sentence a scheme and headline outcome: along which path it moves furthest."""
    sentences = []
    table = sweep.ranges_of_response
    several = len(sweep.design.schemes) > 1
    for scheme in sweep.design.scheme_names:
        opening = f"{sweep.design.titles[scheme]}: " if several else ""
        paths = [path for path in sweep.ranges if is_varied(sweep, path, scheme)]
        if not paths:
            sentences.append(f"{opening}the baseline is held as it is; the paths vary the other schemes.")
            continue
        for outcome in sweep.design.headline:
            rows = table[(table["scheme"] == scheme) & (table["outcome"] == outcome) & table["path"].isin(paths)]
            rows = rows.sort_values("move", ascending=False, kind="stable")
            sentences.append(opening + moves_with(outcome, rows))
    return sentences


def is_varied(sweep: Sweep, path: str, scheme: str) -> bool:
    """Whether a path of the sweep varies a scheme: paths of schemes leave the baseline as it is, where there are others."""
    kind = full_path(path).partition(".")[0]
    return kind != "scheme" or scheme in varied_schemes(sweep.design.scheme_names, sweep.design.baseline)


def moves_with(outcome: str, rows: Any) -> str:
    """'Burnout moves most with bonus_per_point: +3.1 pp [+2.2, +4.0] from 0.2 to 1.8.'"""
    title = OUTCOMES[outcome]
    present = rows[np.isfinite(rows["move"])]
    if present.empty:
        return f"{title} is missing at every point."
    moving = present[(present["low"] > 0) & (present["move"] > 1e-12)]
    if moving.empty:
        still = bool((present["move"] <= 1e-12).all())
        return f"{title} stays the same along every path." if still else f"{title}: no move along any path is settled."
    parts = []
    for row in moving.head(MOST_NAMED).itertuples():
        told = with_ends(outcome, row.move, row.low, row.high)
        parts.append(f"{short(str(row.path))} ({told}, lowest at {level(row.at_low)}, highest at {level(row.at_high)})")
    return f"{title} moves most with {listed(parts)}."


def level(value: Any) -> str:
    """A value of a path: '0.2', 'sequence'."""
    return plain(value) if isinstance(value, float) else str(value)
