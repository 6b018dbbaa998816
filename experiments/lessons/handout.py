"""Handouts: a lesson as two static HTML files, one for participants and one for whoever leads it.

Self-contained (no script, nothing fetched), printable, readable by a screen reader, figures with their table beside; every number
computed when they are made, and the same bytes for the same lesson and model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import sim
from experiments.design.lesson import Asks, Lever, Prediction
from experiments.lessons.figures import LETTERS, difference_svg, tradeoff_svg
from experiments.lessons.reading import OpenLesson, cadres_of, lesson_names, open_lesson
from experiments.lessons.telling import (
    bound,
    difference_and_ends,
    element_title,
    element_value,
    level,
    outcome_beside_numbers,
    outcome_meaning,
    outcome_with_unit,
    plain,
    scheme_title,
    told,
)
from experiments.lessons.working import TheoryShown, Worked, work_out
from experiments.report.figures import ACROSS, UP
from experiments.report.lang import LANGUAGES, Words, check_language, words
from experiments.runs.folder import told_where
from sim.errors import UserError
from sim.schemes.describe import difference as difference_of_schemes
from sim.schemes.load import load_scheme
from sim.schemes.locate import sources_file
from sim.schemes.paths import value_at
from sim.schemes.reading import read_yaml
from sim.schemes.scheme import Scheme

#: Code of a language as browsers and screen readers know it.
CODES = {"en": "en", "zh": "zh-Hans"}

TEMPLATES = Path(__file__).parent / "templates"


def write_handouts(
    folder: str | Path,
    lessons: Sequence[str] = (),
    *,
    language: str = "en",
    seed: int | None = None,
    replicates: int | None = None,
    say: Callable[[str], None] = lambda text: None,
) -> list[Path]:
    """Two sheets a lesson (all lessons by default) and an index, in a folder; returns the files.

    Raises:
        UserError: no such lesson or language, or a folder that cannot be written.
    """
    check_language(language)
    opened = [open_lesson(name) for name in lessons or lesson_names()]
    if seed is not None:
        opened = [one.with_seed(seed) for one in opened]
    if replicates is not None:
        opened = [one.with_replicates(replicates) for one in opened]
    place = Path(folder)
    if place.exists() and not place.is_dir():
        raise UserError.of("this is no folder", file=str(folder), expected="a folder to write the handouts into")
    written = []
    with told_where(place):
        place.mkdir(parents=True, exist_ok=True)
        for one in opened:
            say(f"{one.lesson.title.in_language(language)} ...")
            worked = work_out(one)
            for suffix, for_facilitator in (("", False), ("_facilitator", True)):
                path = place / f"{one.lesson.name}{suffix}.html"
                path.write_text(handout(worked, language, for_facilitator=for_facilitator), encoding="utf-8")
                written.append(path)
        written.append(place / "index.html")
        written[-1].write_text(_index(opened, language), encoding="utf-8")
    return written


def handout(worked: Worked, language: str = "en", *, for_facilitator: bool = False) -> str:
    """One sheet as an HTML page."""
    lesson = worked.opened.lesson
    w = words(language)
    sheet = w("workshop.facilitators_sheet" if for_facilitator else "workshop.participants_sheet")
    return _template("handout.html").render(
        **_shell(language),
        w=w,
        sheet=sheet,
        for_facilitator=for_facilitator,
        order=lesson.order,
        title=lesson.title.in_language(language),
        question=told(worked, lesson.question, language),
        why=told(worked, lesson.why, language),
        schemes=list(_schemes(worked, language)),
        predictions=[_prediction(worked, one, language, w) for one in lesson.predict],
        design=_design(worked, language),
        cadre={
            "story": told(worked, lesson.play.cadre.story, language),
            "scheme": scheme_title(worked, lesson.play.cadre.scheme, language),
        },
        timing=_timing(worked, w),
        notes=_notes(worked, language, w),
        run_note=_run_note(worked, w),
        map=_map(worked, language, w),
        panels=[_panel(worked, outcome, language, w) for outcome in lesson.look_at],
        outcomes=[
            {"title": outcome_beside_numbers(one, language), "meaning": outcome_meaning(one, language)}
            for one in shown_outcomes(worked)
        ],
        table=list(_table(worked, language)),
        theory=[theory_told(worked, one, language) | {"rival": _rival(worked, one, language, w)} for one in worked.theory],
        explain=[told(worked, text, language) for text in lesson.explain],
        sources=[source_title(key, language) for key in lesson.sources],
        made_by=w("workshop.made_by", version=sim.__version__, seed=lesson.seed),
    )


def shown_outcomes(worked: Worked) -> list[str]:
    """What the table shows: the axes of the map, then what the lesson looks at."""
    return list(dict.fromkeys([ACROSS, UP, *worked.opened.lesson.look_at]))


def source_title(key: str, language: str) -> str:
    """A source by its title; in Chinese where the register has it so (papers are cited as they were published)."""
    titles = _sources().get(key, {})
    return titles.get(language) or titles.get("title", key)


@lru_cache(maxsize=1)
def _sources() -> dict[str, dict[str, str]]:
    register = read_yaml(sources_file()).value
    return {
        key: {name: str(entry.value[name].value) for name in ("title", *LANGUAGES) if name in entry.value}
        for key, entry in register.items()
    }


def _index(opened: Sequence[OpenLesson], language: str) -> str:
    lessons = [
        {"name": one.lesson.name, "order": one.lesson.order, "title": one.lesson.title.in_language(language)} for one in opened
    ]
    return _template("index.html").render(**_shell(language), w=words(language), lessons=lessons)


def _shell(language: str) -> dict[str, Any]:
    from markupsafe import Markup

    return {"language_code": CODES[language], "style": Markup((TEMPLATES / "handout.css").read_text(encoding="utf-8"))}


@lru_cache(maxsize=4)
def _template(name: str) -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template(name)


#: More elements than these are told by the summary of the preset instead.
MOST_DIFFERENCES = 8


def _schemes(worked: Worked, language: str) -> Iterator[dict[str, Any]]:
    """Every scheme with its letter and what makes it itself."""
    lesson = worked.opened.lesson
    presets = {one.name: one for one in lesson.schemes}
    for letter, scheme in zip(LETTERS, worked.schemes, strict=False):
        is_rival = scheme.name not in lesson.scheme_names
        differences = [] if is_rival else differences_of(worked.opened.baseline, scheme, language)
        preset = presets.get(scheme.name)
        summary = "" if preset is None or preset.changes or preset.parts else load_scheme(preset.extends).summary
        yield {
            "letter": letter,
            "title": scheme_title(worked, scheme.name, language),
            "is_baseline": scheme.name == lesson.baseline,
            "is_rival": is_rival,
            "summary": words(language).document(summary),
            "words": [] if summary and len(differences) > MOST_DIFFERENCES else differences,
        }


def differences_of(before: Scheme, after: Scheme, language: str) -> list[str]:
    """What changes from one scheme to another, a line an element: 'Coaching: 0 % → 60 %'."""
    lines, w = [], words(language)
    for one in difference_of_schemes(before, after):
        try:
            values = [element_value(one.path, value_at(scheme, one.path), language) for scheme in (before, after)]
        except UserError:  # a whole indicator more or less
            values = [one.before, one.after]
        lines.append(w("workshop.element_moves", element=element_title(one.path, w), before=values[0], after=values[1]))
    return lines


def _prediction(worked: Worked, one: Prediction, language: str, w: Words) -> dict[str, Any]:
    ways: list[str] = []
    if one.kind is Asks.DIRECTION:
        ways = [w(f"workshop.predict_{way}") for way in ("higher", "lower", "open")]
    elif one.kind is Asks.BEST:
        ways = [scheme_title(worked, name, language) for name in worked.opened.lesson.scheme_names]
        ways.append(w("workshop.predict_open"))
    answer = worked.answers[one.name]
    return {
        "asks": told(worked, one.asks, language),
        "ways": ways,
        "low": bound(one.outcome, one.low, language),
        "high": bound(one.outcome, one.high, language),
        "explain": told(worked, one.explain[answer.way], language),
    }


def _design(worked: Worked, language: str) -> dict[str, Any]:
    play = worked.opened.lesson.play.design
    start = worked.opened.scheme(play.scheme)
    return {
        "task": told(worked, play.task, language),
        "start": scheme_title(worked, play.scheme, language),
        "levers": [_lever(lever, start, language) for lever in play.levers],
    }


def _lever(lever: Lever, start: Scheme, language: str) -> dict[str, Any]:
    value = value_at(start, lever.path)
    meanings = dict(zip(lever.choices, [text.in_language(language) for text in lever.meanings], strict=True))
    return {
        "title": lever.title.in_language(language),
        "start": meanings.get(str(value), "") if lever.choices else element_value(lever.path, value, language),
        "choices": " / ".join(meanings.values()),
        "low": "" if lever.low is None else element_value(lever.path, lever.low, language),
        "high": "" if lever.high is None else element_value(lever.path, lever.high, language),
    }


def _timing(worked: Worked, w: Words) -> list[tuple[str, str]]:
    timing = worked.opened.lesson.facilitator.timing
    parts = [(w(f"workshop.part_{name}"), minutes) for name, minutes in timing]
    return [(part, w("workshop.minutes", n=n)) for part, n in [*parts, (w("workshop.together"), sum(n for _, n in timing))]]


def _notes(worked: Worked, language: str, w: Words) -> list[tuple[str, list[str]]]:
    notes = worked.opened.lesson.facilitator
    return [
        (w(f"workshop.{name}"), [told(worked, text, language) for text in getattr(notes, name)])
        for name in ("students_say", "pitfalls", "debrief")
    ]


def _run_note(worked: Worked, w: Words) -> str:
    lesson, organisation = worked.opened.lesson, worked.opened.organisation
    return w(
        "workshop.run_note",
        bureau=w.document(organisation.title or organisation.name),
        cadres=cadres_of(organisation),
        months=lesson.months,
        warmup=lesson.warmup_months,
        replicates=lesson.replicates,
    )


def _map(worked: Worked, language: str, w: Words) -> dict[str, Any]:
    from markupsafe import Markup

    across, up = (outcome_with_unit(outcome, language) for outcome in (ACROSS, UP))
    title = w("workshop.map_alt", n=len(worked.schemes), across=across, up=up)
    svg = Markup(tradeoff_svg(worked, "map", title))
    return {"svg": svg, "across": w("workshop.map_across", outcome=across), "up": w("workshop.map_up", outcome=up)}


def _panel(worked: Worked, outcome: str, language: str, w: Words) -> dict[str, Any]:
    from markupsafe import Markup

    title = outcome_with_unit(outcome, language, of_a_difference=True)
    alt = w("workshop.differences_alt", outcome=title, n=len(worked.schemes) - 1)
    return {"title": title, "svg": Markup(difference_svg(worked, outcome, outcome, alt))}


def _table(worked: Worked, language: str) -> Iterator[dict[str, Any]]:
    lesson = worked.opened.lesson
    for letter, scheme in zip(LETTERS, worked.schemes, strict=False):
        cells = []
        for outcome in shown_outcomes(worked):
            one = worked.shown(scheme.name, outcome)
            alone, ends = "", ""  # nothing stands below the level of the baseline
            if scheme.name != lesson.baseline:
                alone, ends = difference_and_ends(outcome, one.difference, one.low, one.high, language)
            cells.append({"mean": level(outcome, one.mean, language), "difference": alone, "interval": ends})
        yield {
            "letter": letter,
            "title": scheme_title(worked, scheme.name, language),
            "is_rival": scheme.name not in lesson.scheme_names,
            "cells": cells,
        }


def theory_told(worked: Worked, one: TheoryShown, language: str) -> dict[str, Any]:
    """A card of theory: what the formula says and what the model makes of it; without the rival it is held against."""
    card, w = one.card, words(language)
    return {
        "title": limit_title(card.limit, one.title, w),
        "scheme": scheme_title(worked, card.scheme, language),
        "says": told(worked, card.says, language),
        "formula": one.formula,
        "source": one.source,
        "parameters": w("workshop.between_values").join(f"{name} = {plain(float(value))}" for name, value in one.point.items()),
        "rows": [
            {
                "title": measure_title(measure, w),
                "formula": plain(one.expected[measure]),
                "model": plain(float(one.simulated[measure].value)),
            }
            for measure in card.measures
        ],
    }


def limit_title(limit: str, english: str, w: Words) -> str:
    """Name of a limit."""
    return w(f"workshop.limit.{limit}") if w.has(f"workshop.limit.{limit}") else english


def measure_title(measure: str, w: Words) -> str:
    """Name of a measure of a limit."""
    return w(f"workshop.measure.{measure}") if w.has(f"workshop.measure.{measure}") else measure.replace("_", " ")


def _rival(worked: Worked, one: TheoryShown, language: str, w: Words) -> dict[str, Any] | None:
    rival = one.card.rival
    if rival is None:
        return None
    scheme = next(scheme for scheme in worked.schemes if scheme.name == rival.name)
    letters = {scheme.name: letter for letter, scheme in zip(LETTERS, worked.schemes, strict=False)}
    return {
        "title": rival.title.in_language(language),
        "says": told(worked, rival.says, language),
        "letter": letters[rival.name],
        "sets": [
            {"title": element_title(path, w), "value": element_value(path, value_at(scheme, path), language)}
            for path in rival.changes
        ],
    }
