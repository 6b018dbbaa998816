"""Numbers as people read them: shares as per cent, differences of shares as percentage points, a true minus sign."""

from __future__ import annotations

import math

from experiments.design.targets import BY_NAME, is_share
from sim.outcomes import OUTCOMES

TITLES = {outcome.name: outcome.title for outcome in OUTCOMES}

MISSING = "missing"

#: Digits of a difference at most, and the least that still shows in them: what is smaller is a zero of rounding.
MOST_DIGITS = 4
LEAST_SEEN = 0.5 * 10**-MOST_DIGITS


def better(outcome: str) -> int:
    """+1 where more is better, -1 where less is, 0 where neither can be said."""
    return BY_NAME[outcome].better


def _fixed(value: float, digits: int, signed: bool) -> str:
    text = f"{abs(value):.{digits}f}"
    zero = float(text) == 0
    sign = "" if zero else "\u2212" if value < 0 else "+" if signed else ""
    return sign + text


def scaled(outcome: str, value: float) -> str:
    """A level with its unit: '31.2 %', '0.42'."""
    if not math.isfinite(value):
        return MISSING
    return f"{_fixed(100 * value, 1, False)} %" if is_share(outcome) else _fixed(value, 3 if abs(value) < 1 else 2, False)


def round_level(outcome: str, value: float) -> str:
    """A level that somebody asked for, without digits that nobody wrote: '15 %', '0.4'."""
    return f"{100 * value:.6g} %" if is_share(outcome) else f"{value:.6g}"


def difference(outcome: str, value: float, *, unit: bool = True, half_width: float = math.inf) -> str:
    """A difference with its sign and unit: '+1.3 pp', '\u22120.042'; digits follow the half width of its interval."""
    if not math.isfinite(value):
        return MISSING
    factor, digits = (100.0, 1) if is_share(outcome) else (1.0, 3 if abs(value) < 1 else 2)
    sizes = [abs(size) * factor for size in (value, half_width)]
    smallest = min([size for size in sizes if size >= LEAST_SEEN], default=math.inf)
    while digits < MOST_DIGITS and smallest < 0.5 * 10**-digits:  # a rounded value must not hide its sign or its interval
        digits += 1
    return _fixed(factor * value, digits, True) + (" pp" if unit and is_share(outcome) else "")


def interval(outcome: str, low: float, high: float) -> str:
    """The ends of an interval, without a unit: '[\u22124.9, \u22123.3]'."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return ""
    half = (high - low) / 2
    ends = (difference(outcome, end, unit=False, half_width=half) for end in (low, high))
    return f"[{', '.join(ends)}]"


def with_ends(outcome: str, value: float, low: float, high: float, *, of: str = "", between: str = " ") -> str:
    """A difference with its interval, in as many digits as the interval needs: '\u22120.67 pp [\u22120.70, \u22120.64]'.

    `of` stands behind the difference ('\u00d7 months'), `between` parts the two.
    """
    alone = difference(outcome, value, half_width=(high - low) / 2)
    return f"{alone} {of}".rstrip() + between + interval(outcome, low, high)


def plain(value: float, figures: int = 3) -> str:
    """A number to some significant figures, with a true minus sign."""
    return f"{value:.{figures}g}".replace("-", "\u2212")


def chance(probability: float) -> str:
    """A chance as whole per cent, without claiming certainty: '98 %', '> 99 %', '< 1 %'."""
    if not math.isfinite(probability):
        return MISSING
    return "> 99 %" if probability > 0.99 else "< 1 %" if probability < 0.01 else f"{100 * probability:.0f} %"


def tick(outcome: str, value: float, *, signed: bool = False) -> str:
    """A number on an axis."""
    shown = 100 * value if is_share(outcome) else value
    text = f"{abs(shown):.6g}"
    sign = "" if float(text) == 0 else "\u2212" if shown < 0 else "+" if signed else ""
    return sign + text


def unit_words(outcome: str) -> str:
    """Unit of a difference in words."""
    if is_share(outcome):
        return "percentage points"
    return "scale 0 to 1" if BY_NAME[outcome].unit == "share" else _own_unit(outcome)


def _own_unit(outcome: str) -> str:
    """The unit an outcome is declared in, for readers."""
    return BY_NAME[outcome].unit.replace("MBI 0-6", "scale 0 to 6")


#: Outcomes that count heads; every other share is of something else, which its meaning tells.
OF_CADRES = ("burnout_share", "bottom_share", "top_share", "exit_share")
OF_WHAT = {"share of goal": "% of the goal", "share of time": "% of time"}


def axis_title(outcome: str, *, short: bool = False) -> str:
    """Title of an axis: name and unit."""
    if is_share(outcome):
        of = "% of cadres" if outcome in OF_CADRES else OF_WHAT.get(BY_NAME[outcome].unit, "%")
        unit = "%" if short else of
    else:
        unit = "" if short else _own_unit(outcome)
    return f"{TITLES[outcome]} ({unit})" if unit else TITLES[outcome]
