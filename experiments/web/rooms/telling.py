"""What a room tells: to a participant, to the board, to the facilitator. Plain data, in the language that is asked for."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from experiments.design.lesson import Asks, Lever, Prediction
from experiments.design.targets import BY_NAME, is_share
from experiments.lessons.figures import LETTERS
from experiments.lessons.handout import source_title, theory_told
from experiments.lessons.reading import OpenLesson
from experiments.lessons.telling import level, outcome_beside_numbers, outcome_with_unit, scheme_title, told
from experiments.lessons.working import TheoryShown, Worked
from experiments.report.figures import ACROSS, UP
from experiments.report.lang import words
from experiments.web.rooms.hall import Hall
from experiments.web.rooms.room import Designed, Room, Seat
from experiments.web.rooms.trying import outcomes_of
from sim.schemes.organisation import Organisation
from sim.schemes.paths import element_of

BARS = 12


def lesson_told(hall: Hall, room: Room, language: str) -> dict[str, Any]:
    """What participants read before anything is shown: question, predictions to make, levers, the story of the cadre."""
    opened = hall.lesson_of(room)
    lesson = opened.lesson
    start = hall.start_of(room)
    titles = {one.name: one.title.in_language(language) for one in lesson.schemes}
    return {
        "name": lesson.name,
        "order": lesson.order,
        "title": lesson.title.in_language(language),
        "question": lesson.question.in_language(language),
        "why": lesson.why.in_language(language),
        "schemes": [{"name": name, "title": title, "baseline": name == lesson.baseline} for name, title in titles.items()],
        "predict": [_asked(one, titles, language) for one in lesson.predict],
        "task": lesson.play.design.task.in_language(language),
        "from": titles[lesson.play.design.scheme],
        "levers": [_lever(lever, start[lever.path], language) for lever in lesson.play.design.levers],
        "story": lesson.play.cadre.story.in_language(language),
        "under": titles[lesson.play.cadre.scheme],
        "outcomes": [outcome_told(name, language) for name in outcomes_of(opened)],
    }


def _asked(one: Prediction, titles: dict[str, str], language: str) -> dict[str, Any]:
    w = words(language)
    told: dict[str, Any] = {"name": one.name, "kind": one.kind.value, "asks": one.asks.in_language(language)}
    if one.kind is Asks.NUMBER:
        return told | {"low": one.low, "high": one.high, "share": is_share(one.outcome)}
    names = {way: w(f"workshop.predict_{way}") for way in ("higher", "lower", "open")} | titles
    return told | {"ways": [{"name": way, "title": names[way]} for way in one.ways(list(titles))]}


def _lever(lever: Lever, start: Any, language: str) -> dict[str, Any]:
    told: dict[str, Any] = {"path": lever.path, "title": lever.title.in_language(language), "start": start}
    if lever.choices:
        meanings = [text.in_language(language) for text in lever.meanings]
        return told | {"choices": [{"value": v, "title": t} for v, t in zip(lever.choices, meanings, strict=True)]}
    unit = element_of(lever.path).unit
    share = unit in ("share", "attainment")
    shown = "" if share or unit in ("-", "per weight") else words(language)(f"unit.{unit}")
    return told | {"low": lever.low, "high": lever.high, "step": lever.step, "share": share, "unit": shown}


def outcome_told(name: str, language: str) -> dict[str, Any]:
    """An outcome for a phone: its name with the unit, whether more is better, whether it is shown as per cent."""
    title = outcome_beside_numbers(name, language)
    return {"name": name, "title": title, "better": BY_NAME[name].better, "share": is_share(name)}


# --- participants ------------------------------------------------------------------------------------------------------------


def seat_told(hall: Hall, room: Room, seat: Seat, worked: Worked | None, language: str) -> dict[str, Any]:
    """What one participant sees: the phase, his own answers and designs, and in the end what the model shows."""
    told: dict[str, Any] = {
        "version": room.version,
        "phase": room.phase,
        "nickname": seat.nickname,
        "number": seat.number,
        "people": len(room.people),
        "said": {name: {"value": said.value, "because": said.because} for name, said in seat.said.items()},
        "designs": [_design_told(one) for one in seat.designs],
        "cadre": seat.cadre,
    }
    if room.phase != "predict" and worked is not None:
        told["map"] = map_told(room, worked, language, own=seat.number, everybody=room.phase == "explain")
    if room.phase == "explain":
        told["explained"] = None if worked is None else explained(worked, language, seat)
    return told


def _design_told(one: Designed) -> dict[str, Any]:
    return {"number": one.number, "values": one.values, "shown": one.shown, "replicates": one.replicates}


def explained(worked: Worked, language: str, seat: Seat | None = None) -> dict[str, Any]:
    """What the model shows: every prediction with the way it came out, the cards, and theory on tap."""
    lesson = worked.opened.lesson
    w = words(language)
    answers = []
    for one in lesson.predict:
        answer = worked.answers[one.name]
        said = seat.said.get(one.name) if seat else None
        answers.append(
            {
                "name": one.name,
                "asks": told(worked, one.asks, language),
                "way": answer.way,
                "value": None if one.kind is not Asks.NUMBER else _finite(answer.value),
                "explain": told(worked, one.explain[answer.way], language),
                "right": None if said is None else answer.is_met_by(said.value),
            }
        )
    return {
        "answers": answers,
        "cards": [told(worked, text, language) for text in lesson.explain],
        "theory": [_theory_told(worked, one, language) for one in worked.theory],
        "sources": [source_title(key, language) for key in lesson.sources],
        "made": w("workshop.run_short", replicates=lesson.replicates, months=lesson.months),
    }


def _theory_told(worked: Worked, one: TheoryShown, language: str) -> dict[str, Any]:
    rival = one.card.rival
    if rival is None:
        return theory_told(worked, one, language) | {"rival": None}
    return theory_told(worked, one, language) | {
        "rival": {
            "title": rival.title.in_language(language),
            "says": told(worked, rival.says, language),
            "goals": level(ACROSS, worked.shown(rival.name, ACROSS).mean, language),
            "burnout": level(UP, worked.shown(rival.name, UP).mean, language),
        }
    }


# --- map, board, facilitator ----------------------------------------------------------------------------------------------------


def map_told(room: Room, worked: Worked, language: str, *, own: int = 0, everybody: bool = True) -> dict[str, Any]:
    """Points of the trade-off map: schemes of the lesson, rivals of theory, and the last design of everybody (or one's own)."""
    lesson = worked.opened.lesson
    points: list[dict[str, Any]] = []
    rivals = everybody or room.phase == "explain"
    for letter, scheme in zip(LETTERS, worked.schemes, strict=False):
        kind = "baseline" if scheme.name == lesson.baseline else "scheme" if scheme.name in lesson.scheme_names else "rival"
        if kind == "rival" and not rivals:
            continue
        rows = [worked.shown(scheme.name, name) for name in (ACROSS, UP)]
        points.append(
            {
                "kind": kind,
                "mark": letter,
                "title": scheme_title(worked, scheme.name, language),
                "x": _whisker(rows[0].mean, rows[0].difference, rows[0].low, rows[0].high),
                "y": _whisker(rows[1].mean, rows[1].difference, rows[1].low, rows[1].high),
            }
        )
    base = {name: worked.shown(lesson.baseline, name).mean for name in (ACROSS, UP)}
    for seat in room.seats:
        if not seat.designs or not seat.designs[-1].shown or (not everybody and seat.number != own):
            continue
        design = seat.designs[-1]
        rows_of = [design.shown.get(name) for name in (ACROSS, UP)]
        if any(row is None or None in row for row in rows_of):
            continue
        points.append(
            {
                "kind": "own" if seat.number == own else "bot" if seat.is_bot else "design",
                "mark": str(seat.number),
                "title": seat.nickname,
                **{
                    axis: _whisker(base[name] + row[1], *row[1:])  # type: ignore[index, operator]
                    for axis, name, row in zip("xy", (ACROSS, UP), rows_of, strict=True)
                },
                "replicates": design.replicates,
                "number": design.number,
            }
        )
    return {
        "across": outcome_with_unit(ACROSS, language),
        "up": outcome_with_unit(UP, language),
        "points": points,
    }


def _whisker(mean: float, difference: float, low: float, high: float) -> list[float | None]:
    """Place, and both ends of the interval of the difference laid around it."""
    return [_finite(mean), _finite(mean + low - difference), _finite(mean + high - difference)]


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def board_told(hall: Hall, room: Room, worked: Worked | None, language: str) -> dict[str, Any]:
    """What the projector shows; answers of the model only in the last phase."""
    opened = hall.lesson_of(room)
    lesson = opened.lesson
    told_: dict[str, Any] = {
        "version": room.version,
        "phase": room.phase,
        "code": room.code,
        "title": lesson.title.in_language(language),
        "question": lesson.question.in_language(language),
        "task": lesson.play.design.task.in_language(language),
        "people": len(room.people),
        "bots": len(room.seats) - len(room.people),
        "answered": sum(len(seat.said) == len(lesson.predict) for seat in room.people),
        "designed": sum(bool(seat.designs) for seat in room.people),
        "predictions": [_distribution(room, one, opened, worked, language) for one in lesson.predict],
        "map": None if worked is None or room.phase == "predict" else map_told(room, worked, language),
        "explained": explained(worked, language) if room.phase == "explain" and worked is not None else None,
        "working": worked is None,
    }
    return told_


def _distribution(room: Room, one: Prediction, opened: OpenLesson, worked: Worked | None, language: str) -> dict[str, Any]:
    """How often what was predicted; with the model's answer in the last phase."""
    given = [seat.said[one.name].value for seat in room.seats if one.name in seat.said]
    titles = {scheme.name: scheme.title.in_language(language) for scheme in opened.lesson.schemes}
    asked = _asked(one, titles, language)
    if one.kind is Asks.NUMBER:
        edges = np.linspace(one.low, one.high, BARS + 1)
        counts = np.histogram([float(value) for value in given], edges)[0].tolist()
        bars = [{"title": level(one.outcome, float(low), language), "count": n} for low, n in zip(edges, counts, strict=False)]
    else:
        count = Counter(given)
        bars = [{"name": way["name"], "title": way["title"], "count": count[way["name"]]} for way in asked["ways"]]
    told_ = {**asked, "bars": bars, "n": len(given)}
    if room.phase == "explain" and worked is not None:
        answer = worked.answers[one.name]
        told_ |= {"way": answer.way, "value": _finite(answer.value), "answer": level(one.outcome, answer.value, language)}
        told_["explain"] = told(worked, one.explain[answer.way], language)
    return told_


def host_told(hall: Hall, room: Room, worked: Worked | None, language: str) -> dict[str, Any]:
    """What the facilitator sees: the board, who is there and what they said, and the notes of the lesson."""
    lesson = hall.lesson_of(room).lesson
    notes = lesson.facilitator
    filled = (lambda text: told(worked, text, language)) if worked else (lambda text: text.in_language(language))
    return {
        **board_told(hall, room, worked, language),
        "locked": room.locked,
        "language": room.language,
        "seats": [
            {
                "number": seat.number,
                "nickname": seat.nickname,
                "bot": seat.is_bot,
                "away": hall.clock() - seat.seen > 20 and not seat.is_bot,
                "said": len(seat.said),
                "designs": len(seat.designs),
                "cadre": seat.cadre,
                "decided": str(seat.cadre) in room.pending,
            }
            for seat in room.seats
        ],
        "reasons": [
            {"nickname": seat.nickname, "question": name, "because": said.because}
            for seat in room.people
            for name, said in seat.said.items()
            if said.because
        ],
        "notes": {
            "timing": dict(notes.timing),
            **{name: [filled(text) for text in getattr(notes, name)] for name in ("students_say", "pitfalls", "debrief")},
        },
        "most": hall.limits.participants,
    }


def department_title(organisation: Organisation, path: str, language: str) -> str:
    """A department by the titles of its branch and itself, out of its path ('workshop_bureau/town/hall')."""
    called = words(language).document
    _, *steps = path.split("/")
    if len(steps) == 1:
        return next((called(unit.title or unit.name) for unit in organisation.offices if unit.name == steps[0]), steps[0])
    for branch in organisation.branches:
        for unit in branch.departments:
            if [branch.name, unit.name] == steps:
                return f"{called(branch.title or branch.name)} / {called(unit.title or unit.name)}"
    return " / ".join(steps)
