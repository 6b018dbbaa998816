"""Numbers of a lesson in words: the places in its texts filled from the runs, in English or Chinese."""

from __future__ import annotations

import math
from typing import Any

from experiments.design.lesson import PLACE, Lesson, Text
from experiments.design.targets import BY_NAME, is_share
from experiments.lessons.reading import cadres_of
from experiments.lessons.working import Worked
from experiments.report import numbers
from experiments.report.lang import Words, words
from sim.schemes.paths import element_of, value_at

#: Shown for a number that the runs do not have.
MISSING = {"en": "missing", "zh": "缺失"}


def told(worked: Worked, text: Text, language: str) -> str:
    """A text with every place filled; a line never ends between a number and its unit."""
    filled = PLACE.sub(lambda place: _number(worked, place.group(1).split(), language), text.in_language(language))
    return filled.replace(" %", "\u00a0%").replace(" pp", "\u00a0pp")


def _number(worked: Worked, asked: list[str], language: str) -> str:
    kind, *rest = asked
    if kind == "replicates":
        return str(worked.opened.lesson.replicates)
    if kind == "months":
        return str(worked.opened.lesson.months)
    if kind == "cadres":
        return str(cadres_of(worked.opened.organisation))
    if kind == "element":
        path, scheme = rest
        return element_number(path, value_at(_scheme(worked, scheme), path), language)
    if kind in ("formula", "laboratory"):
        scheme, measure = rest
        theory = worked.theory_of(scheme, measure)
        return plain(theory.expected[measure] if kind == "formula" else theory.simulated[measure].value)
    outcome, scheme = rest
    shown = worked.shown(scheme, outcome)
    if kind == "mean":
        return level(outcome, shown.mean, language)
    unit = "" if is_share(outcome) else _unit(outcome, words(language))  # in a sentence no head of a table gives it
    return difference(outcome, shown.difference, shown.low, shown.high, language, unit=unit)


def _scheme(worked: Worked, name: str):  # type: ignore[no-untyped-def]
    return next(scheme for scheme in worked.schemes if scheme.name == name)


def level(outcome: str, value: float, language: str) -> str:
    """A level with its unit: '31.2 %'."""
    return per_cent(numbers.scaled(outcome, value), language) if math.isfinite(value) else MISSING[language]


def bound(outcome: str, value: float, language: str) -> str:
    """An end of what may be guessed, which is a round number: '60 %', '0.5'."""
    return per_cent(f"{100 * value:.3g} %", language) if is_share(outcome) else f"{value:.3g}"


def difference(outcome: str, value: float, low: float, high: float, language: str, *, unit: str = "") -> str:
    """A difference with its interval: '+1.3 pp [+0.8, +1.9]', '+0.04 normal months [+0.03, +0.05]' with a unit given."""
    alone, ends = difference_and_ends(outcome, value, low, high, language)
    return " ".join(part for part in (alone, unit if math.isfinite(value) else "", ends) if part)


def difference_and_ends(outcome: str, value: float, low: float, high: float, language: str) -> tuple[str, str]:
    """A difference and its interval apart, for tables that set them on lines of their own; ('missing', '') without one."""
    if not math.isfinite(value):
        return MISSING[language], ""
    half = (high - low) / 2 if math.isfinite(high - low) else math.inf
    alone = numbers.difference(outcome, value, half_width=half)
    return alone.replace(" pp", " 个百分点") if language == "zh" else alone, numbers.interval(outcome, low, high)


def per_cent(text: str, language: str) -> str:
    """A number with its sign of per cent as a language sets it: '31.2 %', in Chinese '31.2%'."""
    return text.replace(" %", "%") if language == "zh" else text


def element_title(path: str, w: Words) -> str:
    """Name of an element of a scheme: 'Coaching', 'Key work, points beyond the standard'."""
    steps = [str(step) for step in element_steps(path)]
    if steps[:2] == ["plan", "indicators"]:
        name = w(f"workshop.indicator.{steps[2]}") if w.has(f"workshop.indicator.{steps[2]}") else steps[2].replace("_", " ")
        if not (parts := [w(f"indicator.{key}.title") for key in steps[3:]]):
            return name
        return w("workshop.of_indicator", indicator=name, element=w("workshop.between_elements").join(map(_inside, parts)))
    return w(f"element.{'.'.join(steps)}.title")


def _inside(title: str) -> str:
    """A title in the middle of a line."""
    return title[:1].lower() + title[1:]


def element_steps(path: str) -> list[str]:
    """The steps of a path, without the document."""
    return path.removeprefix("scheme.").split(".")


def element_value(path: str, value: Any, language: str) -> str:
    """A value of a scheme in words: shares as per cent, a unit where there is one, choices by their name."""
    w = words(language)
    if isinstance(value, str):
        return w(f"choice.{value}") if w.has(f"choice.{value}") else value
    if not isinstance(value, int | float):
        return w("workshop.between_values").join(map(str, value))
    unit = element_of(path).unit
    if unit in ("share", "attainment"):
        return per_cent(f"{100 * value:.3g} %", language)
    return plain(float(value)) + (f" {w(f'unit.{unit}')}" if unit not in ("", "-", "per weight") and value else "")


def element_number(path: str, value: Any, language: str) -> str:
    """A value of a scheme without its unit, for the middle of a sentence."""
    return per_cent(f"{100 * value:.3g} %", language) if element_of(path).unit == "share" else plain(float(value))


def plain(value: float) -> str:
    """A number of theory, to three figures, with a true minus sign."""
    if not math.isfinite(value):
        return "–"
    text = f"{abs(value):.3g}" if abs(value) < 1000 else f"{abs(value):.0f}"
    return ("\u2212" if value < 0 and float(text) != 0 else "") + text


def outcome_with_unit(outcome: str, language: str, *, of_a_difference: bool = False) -> str:
    """Name of an outcome with the unit that its axis counts in."""
    w = words(language)
    share = w("workshop.points_of_share") if of_a_difference else "%"
    return _with_unit(outcome, share if is_share(outcome) else _unit(outcome, w), w)


def outcome_beside_numbers(outcome: str, language: str) -> str:
    """Name of an outcome above numbers that say per cent themselves: only another unit stands with it."""
    w = words(language)
    return _with_unit(outcome, "" if is_share(outcome) else _unit(outcome, w), w)


def _with_unit(outcome: str, unit: str, w: Words) -> str:
    title = w(f"outcome.{outcome}.title")
    return w("workshop.with_unit", outcome=title, unit=unit) if unit else title


def _unit(outcome: str, w: Words) -> str:
    """The unit of an outcome that is no share; '' for a scale of its own from 0 to 1."""
    unit = BY_NAME[outcome].unit
    return "" if unit.startswith("share") else w(f"unit.{unit}")


def outcome_meaning(outcome: str, language: str) -> str:
    """What an outcome is."""
    return words(language)(f"outcome.{outcome}.meaning")


def scheme_title(worked: Worked, name: str, language: str) -> str:
    """Name of a scheme of the lesson, or of a rival."""
    return title_of(worked.opened.lesson, name).in_language(language)


def title_of(lesson: Lesson, name: str) -> Text:
    """Name for people of a scheme of a lesson, or of a rival."""
    titles = {one.name: one.title for one in lesson.schemes} | {rival.name: rival.title for rival in lesson.rivals}
    return titles[name]
