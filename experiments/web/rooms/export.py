"""All answers of a room as CSV for Excel: a byte-order mark, and nothing that a spreadsheet would take for a formula."""

from __future__ import annotations

import csv
import io
import math
from datetime import UTC, datetime
from typing import Any

from experiments.design.lesson import Asks
from experiments.lessons.working import Worked
from experiments.web.rooms.hall import Hall
from experiments.web.rooms.room import Room, Seat

COLUMNS = (
    "room", "lesson", "participant", "nickname", "bot", "part", "attempt", "item", "given", "because", "model", "came_true",
    "difference", "low", "high", "replicates", "time",
)  # fmt: skip

#: Significant digits of a number; the runs settle three of them at most.
DIGITS = 6

#: What a spreadsheet takes for the beginning of a formula, full-width forms included.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20", "|", "%")


def as_csv(hall: Hall, room: Room, worked: Worked | None, results: dict[int, dict[str, Any]]) -> bytes:
    """One row an answer: predictions, designs (a row a lever, a row an outcome), months of a played year."""
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, COLUMNS, restval="", lineterminator="\r\n")
    writer.writeheader()
    for seat in room.seats:
        head = {
            "room": room.code, "lesson": room.lesson, "participant": seat.number, "nickname": seat.nickname,
            "bot": "yes" if seat.is_bot else "no",
        }  # fmt: skip
        for row in (
            *_predictions(hall, room, seat, worked),
            *_designs(seat),
            *_months(room, seat),
            *_year(results.get(seat.number)),
        ):
            writer.writerow({name: rounded(neutral(value)) for name, value in {**head, **row}.items()})
    return b"\xef\xbb\xbf" + buffer.getvalue().encode("utf-8", "replace")


def neutral(value: Any) -> Any:
    """Text as it is, unless a spreadsheet would run it: then with an apostrophe before it. Numbers stay numbers."""
    if isinstance(value, str) and value.lstrip(" \u3000\xa0").startswith(FORMULA):
        return "'" + value
    return value


def rounded(value: Any) -> Any:
    """A number to as many digits as anybody reads; what is no fraction stays as it is."""
    return float(f"{value:.{DIGITS}g}") if isinstance(value, float) and math.isfinite(value) else value


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S") if at else ""


def _predictions(hall: Hall, room: Room, seat: Seat, worked: Worked | None) -> list[dict[str, Any]]:
    rows = []
    for one in hall.lesson_of(room).lesson.predict:
        said = seat.said.get(one.name)
        if said is None:
            continue
        row: dict[str, Any] = {"part": "prediction", "item": one.name, "given": said.value, "because": said.because}
        if worked is not None:
            answer = worked.answers[one.name]
            came_true = answer.is_met_by(said.value)
            row["model"] = answer.value if one.kind is Asks.NUMBER else answer.way
            row["came_true"] = "" if came_true is None else "yes" if came_true else "no"
            if answer.difference is not None:
                row |= dict(zip(("difference", "low", "high"), answer.difference, strict=True))
        rows.append(row | {"time": _time(said.at)})
    return rows


def _designs(seat: Seat) -> list[dict[str, Any]]:
    rows = []
    for design in seat.designs:
        same = {"attempt": design.number, "time": _time(design.at)}
        rows += [{"part": "lever", "item": path, "given": value, **same} for path, value in design.values.items()]
        for outcome, numbers in design.shown.items():
            shown = dict(zip(("model", "difference", "low", "high"), numbers, strict=True))
            rows.append({"part": "outcome", "item": outcome, **shown, "replicates": design.replicates, **same})
    return rows


def _months(room: Room, seat: Seat) -> list[dict[str, Any]]:
    rows = []
    for number, moves in enumerate(room.moves, start=1):
        move = moves.get(str(seat.cadre), {}) if seat.cadre else {}
        rows += [
            {"part": "month", "attempt": number, "item": name, "given": value}
            for name, value in move.items()
            if value is not None
        ]
    return rows


def _year(result: dict[str, Any] | None) -> list[dict[str, Any]]:
    """How the year of a played cadre came out, beside what the model's own rule would have made of it."""
    if not result:
        return []
    own, model = result["own"], result["model"]
    return [{"part": "year", "item": name, "given": own[name], "model": model[name]} for name in own if own[name] is not None]
