"""Rooms of the workshop: a whole session through the API, everything hostile in bulk, restarts, and the export read back."""

from __future__ import annotations

import csv
import io
import json
import math
import re
import time
from collections import Counter
from contextlib import contextmanager
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from experiments.design.lesson import Asks
from experiments.lessons.reading import lesson_names, open_lesson
from experiments.web.rooms.export import COLUMNS, neutral, rounded
from experiments.web.rooms.hall import Hall, Refused
from experiments.web.rooms.limits import ALPHABET, Limits
from experiments.web.rooms.rate import Buckets, Window
from experiments.web.rooms.room import Room, cleaned, hashed
from experiments.web.rooms.routes import PAGES, Workshop
from experiments.web.rooms.telling import outcome_told
from experiments.web.rooms.trying import case_of, shown_of
from experiments.web.settings import Settings
from sim.errors import UserError
from sim.outcomes import OUTCOME_NAMES
from sim.run import simulate
from tests.web import client_of

OPENER = "the-key-that-the-server-told"
LESSON = "forced_ranking"


class Clock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@contextmanager
def workshop(limits: Limits | None = None, folder=None):
    """A client of a server with the workshop, and the workshop itself."""
    generous = Limits(rooms=1000, joins=10_000, messages_per_second=1000.0, burst=1000, guesses=10_000, all_guesses=10_000)
    part = Workshop(OPENER, limits=limits or generous, folder=folder)
    with client_of(Settings(workers=2), (part.part,)) as client:
        yield client, part


@pytest.fixture(scope="module")
def session():
    with workshop() as found:
        yield found


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def opened(client, **told: Any) -> dict[str, str]:
    response = client.post("/api/workshop/rooms", json={"lesson": LESSON, **told}, headers=bearer(OPENER))
    assert response.status_code == 201, response.text
    return response.json()


def joined(client, code: str, nickname: str = "Ada") -> dict[str, Any]:
    response = client.post(f"/api/workshop/rooms/{code}/seats", json={"nickname": nickname})
    assert response.status_code == 201, response.text
    return response.json()


def steered(client, room: dict[str, str], **told: Any) -> None:
    response = client.post(f"/api/workshop/rooms/{room['code']}/host", json=told, headers=bearer(room["host"]))
    assert response.status_code == 200, response.text


def told_of(client, room: dict[str, str], secret: str, part: str = "seat", **query: Any) -> dict[str, Any]:
    response = client.get(f"/api/workshop/rooms/{room['code']}/{part}", headers=bearer(secret), params=query)
    assert response.status_code == 200, response.text
    return response.json()


def eventually(look, is_there, seconds: float = 300.0):
    """What is looked at, as soon as it is there."""
    end = time.monotonic() + seconds
    while not is_there(found := look()):
        assert time.monotonic() < end, found
        time.sleep(0.05)
    return found


# --- a whole session -----------------------------------------------------------------------------------------------------


def test_a_session_from_predicting_to_the_export(session):
    client, part = session
    room = opened(client, bots=4, language="zh")
    code = room["code"]
    seats = [joined(client, code, name) for name in ("Ada", "Bo", "=cmd()")]
    assert len(part.hall.rooms[code].seats) == 4, "who joins takes the seat of a bot"
    lesson = open_lesson(LESSON).lesson

    # predict
    for seat, way in zip(seats, ("lower", "higher", "lower"), strict=True):
        for name, value in (("help", way), ("most_goals", "open"), ("floor_and_threat", "open")):
            body = {"name": name, "value": value, "because": "+1 because"}
            answered = client.post(f"/api/workshop/rooms/{code}/predictions", json=body, headers=bearer(seat["secret"]))
            assert answered.status_code == 201
    seen = told_of(client, room, seats[0]["secret"])
    assert seen["phase"] == "predict" and seen["said"]["help"]["value"] == "lower" and "explained" not in seen
    assert "explain" not in json.dumps(seen["lesson"]["predict"]), "answers are not sent before their time"
    board = told_of(client, room, room["board"], "board")
    assert board["answered"] == 3 and board["explained"] is None and board["map"] is None

    # design
    early = client.post(f"/api/workshop/rooms/{code}/designs", json={"values": {}}, headers=bearer(seats[0]["secret"]))
    assert early.status_code == 409
    steered(client, room, phase="play")
    late = client.post(
        f"/api/workshop/rooms/{code}/predictions", json={"name": "help", "value": "lower"}, headers=bearer(seats[0]["secret"])
    )
    assert late.status_code == 409
    values = {"application.explicit.top_prize": 0.2, "appraisal.grades.floor": 0.5}
    made = client.post(f"/api/workshop/rooms/{code}/designs", json={"values": values}, headers=bearer(seats[0]["secret"]))
    assert made.status_code == 201
    own = eventually(
        lambda: told_of(client, room, seats[0]["secret"]), lambda told: told["designs"][0]["replicates"] == 24 and told.get("map")
    )
    marks = Counter(point["kind"] for point in own["map"]["points"])
    assert marks == {"baseline": 1, "scheme": 3, "own": 1}, "others' schemes are shown in the end"
    board = eventually(
        lambda: told_of(client, room, room["board"], "board"),
        lambda told: told["map"] and sum(point["kind"] == "bot" for point in told["map"]["points"]) == 1,
    )
    assert {"design", "rival"} <= {point["kind"] for point in board["map"]["points"]}

    # a year
    eventually(lambda: told_of(client, room, seats[0]["secret"])["year"]["view"], bool)
    for month in range(1, 13):
        for seat, effort in zip(seats, ("push", "steady", "ease"), strict=True):
            body = {"month": month, "effort": effort, "report": "honest", "predict": "second"}
            decided = client.post(f"/api/workshop/rooms/{code}/decisions", json=body, headers=bearer(seat["secret"]))
            assert decided.status_code == 201, decided.text
        eventually(lambda m=month: told_of(client, room, seats[0]["secret"])["year"]["month"], lambda now, m=month: now == m + 1)
    result = eventually(lambda: told_of(client, room, seats[0]["secret"])["year"]["result"], bool)
    assert result["own"]["effort"] > result["model"]["effort"] and len(result["months"]) == 12
    body = {"month": 13, "effort": "push", "report": "honest"}
    assert client.post(f"/api/workshop/rooms/{code}/host", json={"go_on": 13}, headers=bearer(room["host"])).status_code == 409

    # explain
    steered(client, room, phase="explain")
    told = eventually(lambda: told_of(client, room, seats[1]["secret"], lang="zh"), lambda told: told["explained"])
    answer = next(one for one in told["explained"]["answers"] if one["name"] == "help")
    assert answer["way"] == "lower" and answer["right"] is False
    assert len(told["explained"]["theory"]) == len(lesson.theory)
    eventually(lambda: told_of(client, room, room["host"], "host")["year"]["results"], lambda found: len(found) == 3)

    # export
    response = client.get(f"/api/workshop/rooms/{code}/answers.csv", headers=bearer(room["host"]))
    assert response.content.startswith(b"\xef\xbb\xbf") and "attachment" in response.headers["content-disposition"]
    table = pd.read_csv(io.BytesIO(response.content), encoding="utf-8-sig")
    assert tuple(table.columns) == COLUMNS
    assert set(table["nickname"]) >= {"Ada", "Bo", "'=cmd()"}
    predictions = table[(table["part"] == "prediction") & (table["bot"] == "no")]
    assert len(predictions) == 9 and set(predictions["because"]) == {"'+1 because"}
    assert list(predictions[predictions["item"] == "help"]["came_true"]) == ["yes", "no", "yes"]
    levers = table[(table["part"] == "lever") & (table["nickname"] == "Ada")]
    assert dict(zip(levers["item"], levers["given"].astype(float), strict=True)) == values
    outcomes = table[(table["part"] == "outcome") & (table["nickname"] == "Ada")].set_index("item")
    shown = own["designs"][0]["shown"]["goal_attainment"][0]
    assert float(outcomes.loc["goal_attainment", "model"]) == float(f"{shown:.6g}"), "no more digits than anybody reads"
    months = table[(table["part"] == "month") & (table["nickname"] == "Ada") & (table["item"] == "effort")]
    assert list(months["given"]) == ["push"] * 12
    assert (table["part"] == "year").any()
    for line in csv.reader(io.StringIO(response.content.decode("utf-8-sig"))):
        assert not any(cell.startswith(("=", "+", "@", "\t")) or (cell[:1] == "-" and not _is_number(cell)) for cell in line)

    # handouts, and the end
    sheet = client.get(f"/api/workshop/rooms/{code}/handout.html?for=facilitator&lang=zh", headers=bearer(room["host"]))
    assert sheet.status_code == 200 and 'lang="zh-Hans"' in sheet.text
    assert client.request("DELETE", f"/api/workshop/rooms/{code}", headers=bearer(room["host"])).status_code == 200
    assert client.get(f"/api/workshop/rooms/{code}").status_code == 404


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def test_a_design_shows_what_its_runs_give(session):
    """Numbers of a participant are those of plain runs, paired with the baseline in the same luck."""
    client, _ = session
    room = opened(client)
    seat = joined(client, room["code"])
    steered(client, room, phase="play")
    values = {"application.explicit.top_prize": 0.3}
    client.post(f"/api/workshop/rooms/{room['code']}/designs", json={"values": values}, headers=bearer(seat["secret"]))
    told = eventually(lambda: told_of(client, room, seat["secret"]), lambda told: told["designs"][0]["replicates"] >= 6)
    n, found = told["designs"][0]["replicates"], told["designs"][0]["shown"]["help_mean"]
    opened_lesson = open_lesson(LESSON)
    case = case_of(opened_lesson)
    scheme = Hall().scheme_of(Room("A", LESSON, "en", "", "", 0.0, 0.0), values)
    runs = [
        [
            simulate(
                one, case.organisation, behaviour=case.behaviour, baseline=case.baseline, months=case.months,
                warmup_months=case.warmup_months, seed=case.seed, replicate=replicate,
            ).outcomes
            for replicate in range(n)
        ]
        for one in (scheme, case.baseline)
    ]  # fmt: skip
    import numpy as np

    arrays = [np.array([[outcomes[name] for name in OUTCOME_NAMES] for outcomes in rows]) for rows in runs]
    assert shown_of(arrays[0], arrays[1], ["help_mean"])["help_mean"] == pytest.approx(found)
    assert found[2] <= found[1] <= found[3] < 0


def test_the_facilitator_goes_on_without_those_who_do_not_decide(session):
    client, _ = session
    room = opened(client)
    one, other = joined(client, room["code"], "One"), joined(client, room["code"], "Other")
    steered(client, room, phase="play")
    eventually(lambda: told_of(client, room, other["secret"])["year"]["view"], bool)
    body = {"month": 1, "effort": "push", "report": "hide"}
    client.post(f"/api/workshop/rooms/{room['code']}/decisions", json=body, headers=bearer(one["secret"]))
    assert told_of(client, room, one["secret"])["year"]["month"] == 1
    steered(client, room, go_on=1)
    assert told_of(client, room, other["secret"])["year"]["month"] == 2
    again = client.post(f"/api/workshop/rooms/{room['code']}/host", json={"go_on": 1}, headers=bearer(room["host"]))
    assert again.status_code == 409, "a button pressed twice plays one month"
    steered(client, room, restart=True)
    assert told_of(client, room, other["secret"])["year"]["month"] == 1


def test_a_month_is_played_once_however_often_it_is_complete():
    """A slow month, and everybody's decisions there all the while: the next month waits for decisions of its own."""
    import asyncio

    from experiments.web.pool import Pool
    from experiments.web.rooms.years import Years

    async def run() -> tuple[int, ...]:
        hall, pool = Hall(), Pool(1, 8)
        years = Years(pool, hall)
        room, _, _ = hall.open_room(LESSON)
        seat, _ = hall.join(room, "Ada", "x")
        hall.set_phase(room, "play")
        played = []
        for month in (1, 2):
            move = {"effort": "push", "report": "honest", "predict": None}
            hall.decide(room, seat, month, move)
            end = time.monotonic() + 120
            while len(room.moves) < month and time.monotonic() < end:
                years.decided(room)
                hall.decide(room, seat, month, dict(move))  # changes his mind while the month is played
                await asyncio.sleep(0.001)
            for _ in range(100):
                years.decided(room)
                await asyncio.sleep(0.005)
            played.append(len(room.moves))
        await years.close()
        pool.close()
        return tuple(played)

    assert asyncio.run(run()) == (1, 2)


# --- who may do what -----------------------------------------------------------------------------------------------------


def test_everybody_sees_his_own_only(session):
    client, part = session
    room, other = opened(client), opened(client)
    seat = joined(client, room["code"])
    code = room["code"]
    wrong = ["", "x", seat["secret"] + "x", room["board"], other["host"], OPENER, "\xe9", "a" * 5000]
    for secret in wrong:
        headers = {b"Authorization": f"Bearer {secret}".encode("latin-1")}
        for method, path in (("GET", "host"), ("GET", "answers.csv"), ("GET", "handout.html"), ("DELETE", "")):
            address = f"/api/workshop/rooms/{code}/{path}".rstrip("/")
            assert client.request(method, address, headers=headers).status_code == 401, (secret, path)
        assert client.post(f"/api/workshop/rooms/{code}/host", json={"phase": "explain"}, headers=headers).status_code == 401
        assert client.post("/api/workshop/rooms", json={"lesson": LESSON}, headers=headers).status_code in (
            (201,) if secret == OPENER else (401,)
        )
        if secret != room["board"]:
            assert client.get(f"/api/workshop/rooms/{code}/board", headers=headers).status_code == 401
        assert client.get(f"/api/workshop/rooms/{code}/seat", headers=headers).status_code == 401
    assert part.hall.rooms[code].phase == "predict"
    assert client.get(f"/api/workshop/rooms/{code}/board", headers=bearer(room["board"])).status_code == 200
    text = json.dumps(told_of(client, room, room["board"], "board")) + json.dumps(told_of(client, room, seat["secret"]))
    assert all(secret not in text for secret in (room["host"], room["board"], hashed(room["host"])))


def test_codes_and_secrets_cannot_be_guessed():
    hall = Hall(Limits(rooms=200))
    rooms = [hall.open_room(LESSON) for _ in range(200)]
    codes = {room.code for room, _, _ in rooms}
    assert len(codes) == 200 and all(len(code) == 6 and set(code) <= set(ALPHABET) for code in codes)
    keys = {key for _, *pair in rooms for key in pair}
    assert len(keys) == 400 and min(map(len, keys)) >= 20
    assert len(ALPHABET) ** 6 > 10**9
    assert all(key not in json.dumps(room.plain()) for room, *pair in rooms for key in pair), "secrets are kept hashed"


def test_guessing_is_stopped_and_forgotten_later():
    clock = Clock()
    hall = Hall(Limits(guesses=5, all_guesses=1000), clock=clock)
    room, host, _ = hall.open_room(LESSON)
    for number in range(5):
        with pytest.raises(Refused) as caught:
            hall.find(f"AAAAA{number + 2}", "thief")
        assert caught.value.status == 404
    for attempt in (room.code, "AAAAAA"):
        with pytest.raises(Refused) as caught:
            hall.find(attempt, "thief")
        assert caught.value.status == 429, "even the right code is not told to who guesses"
    assert hall.find(room.code.lower(), "honest") is room
    with pytest.raises(Refused):
        hall.as_host(room, host, "thief")
    clock.now += 601
    assert hall.find(room.code, "thief") is room


def test_guessing_from_many_addresses_is_stopped_too():
    clock = Clock()
    hall = Hall(Limits(guesses=5, all_guesses=40), clock=clock)
    refused = Counter()
    for number in range(100):
        with pytest.raises(Refused) as caught:
            hall.find("AAAAAA", f"10.0.0.{number}")
        refused[caught.value.status] += 1
    assert refused == {404: 40, 429: 60}


def test_rooms_seats_and_designs_are_limited():
    hall = Hall(Limits(rooms=2, participants=3, designs=4, joins=100))
    room, _, _ = hall.open_room(LESSON)
    hall.open_room(LESSON)
    with pytest.raises(Refused) as caught:
        hall.open_room(LESSON)
    assert caught.value.status == 503
    seats = [hall.join(room, "Ada", "x")[0] for _ in range(3)]
    assert [seat.nickname for seat in seats] == ["Ada", "Ada 2", "Ada 3"]
    assert len({seat.cadre for seat in seats}) == 3
    with pytest.raises(Refused, match="full"):
        hall.join(room, "Bo", "x")
    hall.remove(room, seats[0].number)
    room.locked = True
    with pytest.raises(Refused, match="locked"):
        hall.join(room, "Bo", "x")
    hall.set_phase(room, "play")
    for number in range(9):
        hall.design(room, seats[1], {"appraisal.grades.floor": number / 10})
    assert [one.number for one in seats[1].designs] == [6, 7, 8, 9]
    hall.set_bots(room, 10**9)
    assert len(room.seats) == 3


def test_what_was_predicted_before_play_stands():
    hall = Hall()
    room, _, _ = hall.open_room(LESSON)
    early, late = (hall.join(room, name, "x")[0] for name in ("Ada", "Bo"))
    hall.predict(room, early, "help", "lower", "")
    hall.predict(room, early, "help", "higher", "on second thoughts")
    hall.set_phase(room, "play")
    with pytest.raises(Refused, match="closed"):
        hall.predict(room, late, "help", "lower", "")
    hall.set_phase(room, "predict")  # the facilitator goes back
    with pytest.raises(Refused, match="stands"):
        hall.predict(room, early, "help", "lower", "now that I have seen it")
    hall.predict(room, late, "help", "lower", "")
    assert [seat.said["help"].value for seat in (early, late)] == ["higher", "lower"]
    assert Room.from_plain(room.plain()).has_begun


def test_no_month_is_played_before_play_is_open(session):
    client, _ = session
    room = opened(client)
    joined(client, room["code"])
    asked = client.post(f"/api/workshop/rooms/{room['code']}/host", json={"go_on": 1}, headers=bearer(room["host"]))
    assert asked.status_code == 409 and "not open" in asked.text


def test_too_many_joins_from_one_address():
    hall = Hall(Limits(joins=5))
    room, _, _ = hall.open_room(LESSON)
    for _ in range(5):
        hall.join(room, "Ada", "x")
    with pytest.raises(Refused) as caught:
        hall.join(room, "Ada", "x")
    assert caught.value.status == 429
    hall.join(room, "Ada", "y")


def test_flooding_is_slowed_down():
    with workshop(Limits(messages_per_second=0.01, burst=5)) as (client, _):
        room = opened(client)
        seat = joined(client, room["code"])
        body = {"name": "help", "value": "lower"}
        found = [
            client.post(f"/api/workshop/rooms/{room['code']}/predictions", json=body, headers=bearer(seat["secret"])).status_code
            for _ in range(12)
        ]
        assert found == [201] * 5 + [429] * 7
        assert client.get(f"/api/workshop/rooms/{room['code']}/seat", headers=bearer(seat["secret"])).status_code == 200


def test_buckets_and_windows():
    clock = Clock()
    bucket = Buckets(1.0, 3, clock)
    assert [bucket.take("a") for _ in range(5)] == [True, True, True, False, False] and bucket.take("b")
    clock.now += 2.0
    assert [bucket.take("a") for _ in range(3)] == [True, True, False]
    window = Window(2, 10.0, clock)
    window.count("a")
    window.count("a")
    assert window.is_full("a") and not window.is_full("b")
    clock.now += 10.5
    assert not window.is_full("a")
    for number in range(10_000):
        window.count(str(number))
    assert len(window._known) <= 4096, "what is counted is bounded"


def test_rooms_expire():
    clock = Clock()
    hall = Hall(Limits(idle_seconds=100, oldest_seconds=1000, rooms=1), clock=clock)
    room, _, _ = hall.open_room(LESSON)
    _seat, secret = hall.join(room, "Ada", "x")
    for _ in range(5):
        clock.now += 90
        hall.as_seat(hall.find(room.code, "x"), secret, "x")
    clock.now += 101
    with pytest.raises(Refused):
        hall.find(room.code, "x")
    hall.open_room(LESSON)  # the old one has made place
    room = next(iter(hall.rooms.values()))
    for _ in range(12):
        clock.now += 90
        room.touch(clock.now)
    with pytest.raises(Refused):
        hall.find(room.code, "x")


# --- hostile input, in bulk ------------------------------------------------------------------------------------------------

NICKNAMES = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "=HYPERLINK(1)", "\u202eevil", "a\u0000b",
    "\r\nSet-Cookie: x", "🦊" * 50, "Z" * 10_000, "Z\u0301\u0301\u0301\u0301\u0301\u0301", "{{7*7}}",
    "'; DROP TABLE rooms; --", "../../etc/passwd", "%00", "\ufeffx", "李明", "عرب", "  padded  ", "\u200bx", "\uff1d1+1",
    "a" + "\ud83d", "\U0001f468\u200d\U0001f469",
]  # fmt: skip


@pytest.mark.parametrize("nickname", NICKNAMES)
def test_whatever_somebody_calls_himself(session, nickname):
    client, part = session
    room = opened(client)
    body = json.dumps({"nickname": nickname}, ensure_ascii=True)
    headers = {"Content-Type": "application/json"}
    response = client.post(f"/api/workshop/rooms/{room['code']}/seats", content=body, headers=headers)
    if len(body) > 8 * 1024:
        assert response.status_code == 413
        return
    assert response.status_code == 201, response.text
    name = response.json()["nickname"]
    assert 0 < len(name) <= 24 + 4 and name == cleaned(name, 30)
    assert not any(ord(character) < 32 or 0x202A <= ord(character) <= 0x202E for character in name)
    export = client.get(f"/api/workshop/rooms/{room['code']}/answers.csv", headers=bearer(room["host"]))
    assert export.status_code == 200
    json.dumps(part.hall.rooms[room["code"]].plain()).encode("utf-8")


@pytest.mark.parametrize("nickname", ["", " ", "\u200b", "\u202e\u202c", None, 7, [], {}, True, "\x00\x01"])
def test_nobody_without_a_name(session, nickname):
    client, _ = session
    room = opened(client)
    assert client.post(f"/api/workshop/rooms/{room['code']}/seats", json={"nickname": nickname}).status_code == 400


BODIES = [
    b"", b"{", b"[]", b"null", b"7", b'"x"', b"{}", b"[" * 8000, b'{"a":' * 1500, b'{"values": NaN}', b'{"values": 1e999}',
    b'{"name": "help", "value": Infinity}', b"\xff\xfe", b"\x00" * 100, b'{"month": 1e400}',
    b'{"values": {"a": ' + b"9" * 6000 + b"}}", b'{"name": "help", "value": {"$gt": ""}}',
    b'{"name": ["help"], "value": "lower"}', b'{"name": "help"}', b'{"values": {"../../x": 1}}',
    b'{"values": {"__class__": 1}}', b'{"values": {"appraisal.grades.floor": "0.5"}}',
    b'{"values": {"appraisal.grades.floor": 99}}', b'{"values": {"appraisal.grades.floor": true}}',
    b'{"values": {"appraisal.grades.floor": null}}', b'{"values": {"appraisal.grades.ranking": "none; rm -rf /"}}',
    b'{"values": {"appraisal.grades.ranking": 1}}', b'{"values": []}', b'{"values": {}}',
    b'{"values": {"appraisal.audit_rate": 0.5}}', b'{"values": {"appraisal.grades.floor": 1e-400, "x": 1}}',
    b'{"month": 1, "effort": "fly"}', b'{"month": 1, "report": "lie"}', b'{"month": "1"}', b'{"month": -1}', b'{"month": 2}',
    b'{"month": 1, "predict": "king"}', b'{"month": 1, "effort": ["push"]}', b'{"month": 1, "effort": {"a": 1}}',
    b'{"month": 1.5}', b'{"month": true, "effort": "fly"}',
]  # fmt: skip


@pytest.fixture(scope="module")
def playing(session):
    client, part = session
    room = opened(client)
    seat = joined(client, room["code"])
    steered(client, room, phase="play")
    return client, part, room, seat


@pytest.mark.parametrize("path", ["predictions", "designs", "decisions", "seats", "host"])
@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_nonsense_is_refused(playing, path, body):
    client, part, room, seat = playing
    secret = room["host"] if path == "host" else seat["secret"]
    headers = {**bearer(secret), "Content-Type": "application/json"}
    before = part.hall.rooms[room["code"]].plain()
    response = client.post(f"/api/workshop/rooms/{room['code']}/{path}", content=body, headers=headers)
    assert 400 <= response.status_code < 500, (path, body, response.text)
    assert "Traceback" not in response.text and set(response.json()["error"]) == {"status", "problem", "findings"}
    after = part.hall.rooms[room["code"]].plain()
    for data in (before, after):
        data.pop("version")  # something that was begun before may come to its end
        for one in data["seats"]:
            one.pop("seen")
    assert before == after, "nothing was noted"


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "", "application/jsonp"]
)
def test_forms_of_other_sites_are_not_taken(playing, kind):
    client, _, room, seat = playing
    headers = {**bearer(seat["secret"]), "Content-Type": kind}
    body = json.dumps({"values": {"appraisal.grades.floor": 0.5}})
    assert client.post(f"/api/workshop/rooms/{room['code']}/designs", content=body, headers=headers).status_code == 415


def test_huge_messages_are_refused(playing):
    client, _, room, seat = playing
    headers = {**bearer(seat["secret"]), "Content-Type": "application/json"}
    for size in (9_000, 400_000, 5_000_000):
        body = b'{"values": "' + b"x" * size + b'"}'
        assert client.post(f"/api/workshop/rooms/{room['code']}/designs", content=body, headers=headers).status_code == 413


@pytest.mark.parametrize(
    "code",
    [
        "..",
        "%2e%2e",
        "AAAAAA",
        "AAAAAAA",
        "A",
        "%00",
        "room-x",
        "..%2f..%2fetc%2fpasswd",
        "<script>",
        "\u202e",
        "A" * 4000,
        "AAAAA\u0130",
    ],
)
@pytest.mark.parametrize("path", ["", "/seat", "/board", "/host", "/answers.csv", "/handout.html"])
def test_codes_that_are_none(session, code, path):
    client, _ = session
    assert client.get(f"/api/workshop/rooms/{code}{path}", headers=bearer("x")).status_code in (401, 404)


@pytest.mark.parametrize(
    "lesson", ["../x", "/etc/passwd", "nothing", "", None, 7, ["a"], "forced_ranking.yaml", "a" * 3000, "__class__"]
)
def test_rooms_open_with_lessons_only(session, lesson):
    client, _ = session
    response = client.post("/api/workshop/rooms", json={"lesson": lesson}, headers=bearer(OPENER))
    assert response.status_code == 400 and "passwd" not in response.text.replace(str(lesson), "")


@pytest.mark.parametrize("bots", [-1, 1.5, "3", None, [], True])
def test_bots_are_counted_in_whole_numbers(session, bots):
    client, _part = session
    response = client.post("/api/workshop/rooms", json={"lesson": LESSON, "bots": bots}, headers=bearer(OPENER))
    assert response.status_code == (201 if bots == -1 else 400)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.integers(-(10**6), 10**6)
    | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
KEYS = st.sampled_from(
    ["name", "value", "because", "values", "month", "effort", "report", "predict", "nickname", "phase", "bots", "remove"]
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.dictionaries(KEYS, JSON, max_size=4), path=st.sampled_from(["predictions", "designs", "decisions"]))
def test_whatever_is_sent_the_server_lives(playing, body, path):
    client, _part, room, seat = playing
    response = client.post(f"/api/workshop/rooms/{room['code']}/{path}", json=body, headers=bearer(seat["secret"]))
    assert response.status_code in (201, 400, 409, 413)


def test_names_are_cleaned_whatever_they_are():
    for text in ("a" * 100, "x\u0301" * 40, "\ud800", "e\u0301" * 3):
        short = cleaned(text, 24)
        assert len(short) <= 24
        short.encode("utf-8")


def test_numbers_have_as_many_digits_as_anybody_reads():
    assert rounded(-0.048643550883846774) == -0.0486436 and rounded(1.2e-9) == 1.2e-9
    assert rounded(24) == 24 and rounded("0.123456789") == "0.123456789" and rounded(None) is None
    assert math.isnan(rounded(math.nan))


def test_numbers_on_a_phone_have_their_unit(session):
    client, _ = session
    found = {}
    for language in ("en", "zh"):
        lesson = client.get(f"/api/workshop/rooms/{opened(client)['code']}", params={"lang": language}).json()
        found[language] = {one["name"]: one["title"] for one in lesson["outcomes"]}
        assert {lever["unit"] for lever in lesson["levers"] if lever["path"].endswith("top_prize")} != {""}
    assert found["en"]["help_mean"] == "Help (normal months)" and found["zh"]["threat_mean"] == "损失威胁（月工资）"
    assert "(" not in found["en"]["goal_attainment"], "a share says per cent itself"


def test_a_scale_from_nought_to_one_is_no_share():
    lesson = open_lesson("design_your_own").lesson
    asked = [one for one in lesson.predict if one.outcome == "justice_procedural"]
    told = {one["name"]: one for one in (outcome_told(one.outcome, "en") for one in asked)}
    assert told["justice_procedural"]["share"] is False and told["justice_procedural"]["title"] == "Procedural justice"


@pytest.mark.parametrize("lesson", lesson_names())
def test_questions_about_a_direction_are_answered_by_more_or_less(lesson):
    for one in open_lesson(lesson).lesson.predict:
        if one.kind is Asks.DIRECTION:
            assert re.search(r"\bmore\b.*\bless\b", one.asks.en) and "更多" in one.asks.zh and "更少" in one.asks.zh, one.name


@pytest.mark.parametrize("cell", ["=1", "+1", "-1+1", "@SUM", "\t=1", " =1", "\uff1d1", "%x", "|calc"])
def test_no_cell_is_a_formula(cell):
    assert neutral(cell) == "'" + cell
    assert neutral("plain") == "plain" and neutral(-1.5) == -1.5


# --- a dropped phone, a restarted server -------------------------------------------------------------------------------------


def test_a_phone_that_comes_back_goes_on(session):
    client, _ = session
    room = opened(client)
    seat = joined(client, room["code"])
    client.post(
        f"/api/workshop/rooms/{room['code']}/predictions", json={"name": "help", "value": "lower"}, headers=bearer(seat["secret"])
    )
    first = told_of(client, room, seat["secret"])
    headers = bearer(seat["secret"])
    same = client.get(f"/api/workshop/rooms/{room['code']}/seat?since={first['version']}", headers=headers)
    assert same.status_code == 204 and not same.content
    assert told_of(client, room, seat["secret"])["said"]["help"]["value"] == "lower"


def test_a_restarted_server_goes_on(tmp_path):
    folder = tmp_path / "rooms"
    with workshop(folder=folder) as (client, _):
        room = opened(client, bots=2)
        seat = joined(client, room["code"])
        steered(client, room, phase="play")
        client.post(
            f"/api/workshop/rooms/{room['code']}/designs",
            json={"values": {"appraisal.grades.floor": 0.5}},
            headers=bearer(seat["secret"]),
        )
        eventually(lambda: told_of(client, room, seat["secret"])["year"]["view"], bool)
        for month in (1, 2, 3):
            body = {"month": month, "effort": "push", "report": "honest"}
            client.post(f"/api/workshop/rooms/{room['code']}/decisions", json=body, headers=bearer(seat["secret"]))
            eventually(lambda m=month: told_of(client, room, seat["secret"])["year"]["month"], lambda now, m=month: now == m + 1)
        before = told_of(client, room, seat["secret"])
    names = [path.name for path in folder.iterdir()]
    assert len(names) == 1 and room["code"] not in names[0], "a code is not told by a file's name"
    text = (folder / names[0]).read_text(encoding="utf-8")
    assert all(secret not in text for secret in (room["host"], room["board"], seat["secret"]))
    with workshop(folder=folder) as (client, _):
        after = eventually(
            lambda: told_of(client, room, seat["secret"]),
            lambda told: told["year"]["view"] and told["designs"][0]["replicates"] == 24,
        )
        assert after["phase"] == "play" and after["year"]["month"] == 4
        assert after["year"]["view"] == before["year"]["view"], "the year is replayed to the bit"
        assert client.get(f"/api/workshop/rooms/{room['code']}/host", headers=bearer(room["host"])).status_code == 200
        client.request("DELETE", f"/api/workshop/rooms/{room['code']}", headers=bearer(room["host"]))
        assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b'{"format": 1}', b'{"format": 99}', b"\xff", b"[" * 100_000, b'{"format": 1, "code": 7}'],
)
def test_a_damaged_file_is_left_alone(tmp_path, content):
    hall = Hall(folder=tmp_path)
    room, _, _ = hall.open_room(LESSON)
    hall.save()
    (tmp_path / "room-damaged.json").write_bytes(content)
    said: list[str] = []
    again = Hall(folder=tmp_path, say=said.append)
    assert set(again.rooms) == {room.code} and len(said) == 1 and "room-damaged.json" in said[0]
    assert (tmp_path / "room-damaged.json").read_bytes() == content


def test_a_folder_that_cannot_be(tmp_path):
    (tmp_path / "file").write_text("x")
    for place in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(UserError):
            Hall(folder=place)


def test_a_room_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    hall = Hall(folder=tmp_path)
    room, _, _ = hall.open_room(LESSON)
    hall.save()
    kept = next(tmp_path.iterdir()).read_bytes()
    hall.join(room, "Ada", "x")
    with monkeypatch.context() as patch:
        patch.setattr("os.replace", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
        with pytest.raises(OSError, match="disk full"):
            hall.save()
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [kept], "nothing half-written stays"
    hall.save()
    assert next(tmp_path.iterdir()).read_bytes() != kept


def test_the_same_room_has_the_same_bots():
    hall = Hall()
    room, _, _ = hall.open_room(LESSON, bots=5)
    first = [
        (seat.nickname, seat.designs[0].values, {name: said.value for name, said in seat.said.items()}) for seat in room.seats
    ]
    assert len({json.dumps(one[1]) for one in first}) > 1, "bots differ"
    for _, values, said in first:
        assert set(said) == {one.name for one in open_lesson(LESSON).lesson.predict}
        hall.scheme_of(room, values)


@pytest.mark.parametrize(("address", "part"), PAGES.items())
def test_every_page_is_the_same_frame_with_its_own_script(session, address, part):
    client, _ = session
    page = client.get(address.format(code="ABCD"))
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert f'<script type="module" src="/static/workshop/{part}.js"></script>' in page.text
    assert f'<body class="ws ws-{part}">' in page.text
    assert "$" not in page.text
    assert client.get(f"/static/workshop/{part}.js").status_code == 200
    assert client.get(address.format(code="ABCD"), headers={"if-none-match": page.headers["etag"]}).status_code == 304
    assert client.get("/static/workshop/page.html.template").status_code == 404
