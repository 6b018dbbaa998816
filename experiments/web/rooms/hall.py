"""The hall of all rooms: opens them, finds them, fills seats, keeps them in a folder, and closes what is old.

Codes and secrets come from the operating system's randomness; a secret is kept hashed. Wrong codes and keys are counted, so that
nobody guesses a room. Nothing that a participant sends becomes a path.
"""

from __future__ import annotations

import json
import os
import secrets
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from experiments.design.lesson import Asks
from experiments.lessons.reading import OpenLesson, cadres_of, open_lesson
from experiments.web.rooms.limits import ALPHABET, Limits
from experiments.web.rooms.rate import Buckets, Window
from experiments.web.rooms.room import PHASES, Designed, Room, Said, Seat, cleaned, hashed
from sim.errors import UserError
from sim.lang import check_language
from sim.schemes.paths import value_at, with_values
from sim.schemes.scheme import Scheme

LARGEST_KEPT = 8 * 1024 * 1024  # bytes of a room's file


class Refused(Exception):
    """What a room refuses, with the status it is told by."""

    def __init__(self, status: int, problem: str, wait: int = 0) -> None:
        super().__init__(problem)
        self.status, self.problem, self.wait = status, problem, wait


class Hall:
    """All rooms of a server. Used from one thread (the event loop)."""

    def __init__(
        self,
        limits: Limits | None = None,
        folder: Path | None = None,
        clock: Callable[[], float] = time.time,
        say: Callable[[str], None] = lambda text: None,
        lessons: Sequence[OpenLesson] = (),
    ) -> None:
        self.limits = limits or Limits()
        self.folder = folder
        self.clock = clock
        self.say = say
        self.rooms: dict[str, Room] = {}
        self._saved: dict[str, int] = {}
        self._lessons: dict[str, OpenLesson] = {opened.lesson.name: opened for opened in lessons}
        self.own_lessons = list(self._lessons)  # read from files
        self._guesses = Window(self.limits.guesses, self.limits.window_seconds, clock, self.limits.all_guesses)
        self._joins = Window(self.limits.joins, self.limits.window_seconds, clock)
        self._messages = Buckets(self.limits.messages_per_second, self.limits.burst, clock)
        if folder is not None:
            self._load(folder)

    # --- rooms -------------------------------------------------------------------------------------------------------

    def open_room(self, lesson: str, language: str = "en", bots: int = 0) -> tuple[Room, str, str]:
        """A new room, the facilitator's key and the board's key (which only reads).

        Raises:
            UserError: no such lesson or language. Refused: no place for another room.
        """
        opened = self.lesson_named(lesson)
        check_language(language)
        self.close_old()
        if len(self.rooms) >= self.limits.rooms:
            raise Refused(503, "there is no place for another room: close one first")
        host, board = secrets.token_urlsafe(24), secrets.token_urlsafe(16)
        now = self.clock()
        room = Room(self._new_code(), opened.lesson.name, language, hashed(host), hashed(board), now, now)
        self.rooms[room.code] = room
        self.set_bots(room, bots)
        return room, host, board

    def lesson_of(self, room: Room) -> OpenLesson:
        """The lesson of a room."""
        return self.lesson_named(room.lesson)

    def lesson_named(self, name: str) -> OpenLesson:
        """A lesson by its name; read once. Only names, never paths: files come in with the hall."""
        if name not in self._lessons:
            if not isinstance(name, str) or not name.isidentifier():
                raise UserError.of("there is no lesson of this name")
            self._lessons[name] = open_lesson(name)
        return self._lessons[name]

    def find(self, code: str, who: str) -> Room:
        """The room of a code.

        Raises:
            Refused: there is none, or this address has guessed too often.
        """
        self._refuse_guessers(who)
        room = self.rooms.get(code.upper()) if len(code) == self.limits.code_letters else None
        if room is None or self._is_old(room):
            self._guesses.count(who)
            raise Refused(404, "there is no room of this code")
        return room

    def as_host(self, room: Room, key: str, who: str) -> None:
        """Raises Refused unless the key is the facilitator's."""
        self.check_key(room.host, key, who)

    def as_board(self, room: Room, key: str, who: str) -> None:
        """Raises Refused unless the key is the board's or the facilitator's."""
        if key and secrets.compare_digest(room.host, hashed(key)):
            return
        self.check_key(room.board, key, who)

    def as_seat(self, room: Room, secret: str, who: str) -> Seat:
        """The seat that a secret belongs to.

        Raises:
            Refused: nobody's secret, or too many messages.
        """
        self._refuse_guessers(who)
        seat = room.seat_of(secret) if secret else None
        if seat is None:
            self._guesses.count(who)
            raise Refused(401, "this seat is not yours: join again")
        seat.seen = self.clock()
        return seat

    def allow_message(self, room: Room, seat: Seat) -> None:
        """Raises Refused where a participant sends too fast."""
        if not self._messages.take(f"{room.code}/{seat.number}"):
            raise Refused(429, "too many messages: wait a moment", wait=2)

    def check_key(self, kept: str, key: str, who: str) -> None:
        """Raises Refused unless a key is the one that is kept (hashed)."""
        self._refuse_guessers(who)
        if not key or not secrets.compare_digest(kept, hashed(key)):
            self._guesses.count(who)
            raise Refused(401, "this link is not the facilitator's")

    def _refuse_guessers(self, who: str) -> None:
        if self._guesses.is_full(who):
            raise Refused(429, "too many wrong codes: wait some minutes", wait=60)

    def _new_code(self) -> str:
        while True:
            code = "".join(secrets.choice(ALPHABET) for _ in range(self.limits.code_letters))
            if code not in self.rooms:
                return code

    # --- seats -------------------------------------------------------------------------------------------------------

    def join(self, room: Room, nickname: str, who: str) -> tuple[Seat, str]:
        """A new seat and its secret.

        Raises:
            Refused: no nickname, the room is locked or full, or too many joined from this address.
        """
        name = cleaned(nickname, self.limits.longest_nickname)
        if not name:
            raise Refused(400, "a nickname is missing")
        if room.locked:
            raise Refused(403, "the room is locked: ask the facilitator")
        if len(room.people) >= self.limits.participants:
            raise Refused(409, "the room is full")
        if self._joins.is_full(who):
            raise Refused(429, "too many joined from here: wait some minutes", wait=60)
        self._joins.count(who)
        secret, now = secrets.token_urlsafe(18), self.clock()
        seat = Seat(
            room.next_number, self._unique(room, name), hashed(secret), joined=now, seen=now, cadre=self._free_cadre(room)
        )
        room.next_number += 1
        self._give_up_bot(room)
        room.seats.append(seat)
        room.touch(now)
        return seat, secret

    def remove(self, room: Room, number: int) -> None:
        """Take somebody out of the room, with all he said.

        Raises:
            Refused: nobody sits there.
        """
        seat = room.seat(number)
        if seat is None:
            raise Refused(404, "nobody sits there")
        room.seats.remove(seat)
        room.pending.pop(str(seat.cadre), None)
        room.touch(self.clock())

    def set_bots(self, room: Room, wanted: int) -> None:
        """Fill that many empty seats with bots: they predict and design at random, always the same for a room's code."""
        wanted = max(0, min(wanted, self.limits.participants - len(room.people)))
        bots = [seat for seat in room.seats if seat.is_bot]
        for seat in bots[wanted:]:
            room.seats.remove(seat)
        for _ in range(wanted - len(bots)):
            room.seats.append(self._bot(room))
        if wanted != len(bots):
            room.touch(self.clock())

    def _give_up_bot(self, room: Room) -> None:
        """Whoever joins takes the seat of a bot, if there is one."""
        bots = [seat for seat in room.seats if seat.is_bot]
        if bots:
            room.seats.remove(bots[-1])

    def _bot(self, room: Room) -> Seat:
        import random

        number = room.next_number
        room.next_number += 1
        luck = random.Random(f"{room.code} {number}")
        lesson, now = self.lesson_of(room).lesson, self.clock()
        said: dict[str, Said] = {}
        for one in lesson.predict:
            value: str | float = round(luck.uniform(one.low, one.high), 3)
            said[one.name] = Said(value if one.kind is Asks.NUMBER else luck.choice(one.ways(lesson.scheme_names)), at=now)
        values: dict[str, Any] = {}
        for lever in lesson.play.design.levers:
            if lever.choices:
                values[lever.path] = luck.choice(lever.choices)
            elif lever.low is not None and lever.high is not None:
                steps = round((lever.high - lever.low) / lever.step)
                values[lever.path] = lever.fitting(_rounded(min(lever.high, lever.low + lever.step * luck.randint(0, steps))))
        designs = [Designed(values, at=now)]
        try:
            self.scheme_of(room, values)
        except UserError:
            designs = []
        bots = sum(seat.is_bot for seat in room.seats)
        return Seat(number, f"Bot {bots + 1}", is_bot=True, joined=now, said=said, designs=designs)

    def _free_cadre(self, room: Room) -> int:
        """A place in the bureau that nobody plays; always in the same order for a room's code. 0 = all are taken."""
        import random

        places = list(range(1, cadres_of(self.lesson_of(room).organisation) + 1))
        random.Random(room.code).shuffle(places)
        taken = {seat.cadre for seat in room.seats}
        return next((place for place in places if place not in taken), 0)

    def _unique(self, room: Room, name: str) -> str:
        taken = {seat.nickname.casefold() for seat in room.seats}
        if name.casefold() not in taken:
            return name
        number = 2
        while f"{name} {number}".casefold() in taken:
            number += 1
        return f"{name} {number}"

    # --- what they say -----------------------------------------------------------------------------------------------

    def predict(self, room: Room, seat: Seat, name: str, value: object, because: object) -> None:
        """Note a prediction.

        Raises:
            Refused: it is too late, or no answer to the question. Where the facilitator goes back to predicting, who has not
                predicted yet may, and nobody may change what he said before he had seen anything.
        """
        if room.phase != "predict":
            raise Refused(409, "predictions are closed")
        if room.has_begun and name in seat.said:
            raise Refused(409, "play has begun: a prediction stands as it is")
        lesson = self.lesson_of(room).lesson
        asked = lesson.prediction(name)
        if asked is None:
            raise Refused(400, "there is no such question")
        if asked.kind is Asks.NUMBER:
            if isinstance(value, bool) or not isinstance(value, int | float) or not asked.low <= value <= asked.high:
                raise Refused(400, f"a number from {asked.low:g} to {asked.high:g} is asked for")
            given: str | float = float(value)
        elif isinstance(value, str) and value in asked.ways(lesson.scheme_names):
            given = value
        else:
            raise Refused(400, "this is none of the answers")
        reason = cleaned(because, self.limits.longest_reason) if isinstance(because, str) else ""
        seat.said[name] = Said(given, reason, self.clock())
        room.touch(self.clock())

    def design(self, room: Room, seat: Seat, values: object) -> Designed:
        """Note a scheme that a participant put together.

        Raises:
            Refused: designing is not open. UserError: a value outside its lever, or values that do not fit together.
        """
        if room.phase == "predict":
            raise Refused(409, "designing is not open yet")
        lesson = self.lesson_of(room).lesson
        levers = {lever.path: lever for lever in lesson.play.design.levers}
        if not isinstance(values, dict) or not values or len(values) > len(levers):
            raise Refused(400, "values of the levers are asked for")
        fitting: dict[str, Any] = {}
        for path, value in values.items():
            if path not in levers:
                raise Refused(400, "there is no such lever")
            fitting[path] = levers[path].fitting(value)
        self.scheme_of(room, fitting)
        number = seat.designs[-1].number + 1 if seat.designs else 1
        made = Designed(dict(sorted(fitting.items())), self.clock(), number)
        seat.designs.append(made)
        del seat.designs[: -self.limits.designs]
        room.touch(self.clock())
        return made

    def scheme_of(self, room: Room, values: dict[str, Any]) -> Scheme:
        """The scheme that values of the levers make.

        Raises:
            UserError: they do not fit together.
        """
        opened = self.lesson_of(room)
        return with_values(opened.scheme(opened.lesson.play.design.scheme), values)

    def start_of(self, room: Room) -> dict[str, Any]:
        """Where the levers stand at first."""
        opened = self.lesson_of(room)
        design = opened.lesson.play.design
        return {lever.path: value_at(opened.scheme(design.scheme), lever.path) for lever in design.levers}

    def set_phase(self, room: Room, phase: object) -> None:
        """Move the room to a phase.

        Raises:
            Refused: there is no such phase.
        """
        if phase not in PHASES:
            raise Refused(400, f"there is no such phase: {', '.join(PHASES)}")
        room.phase = str(phase)
        room.has_begun = room.has_begun or room.phase != "predict"
        room.touch(self.clock())

    def decide(self, room: Room, seat: Seat, month: object, move: dict[str, Any]) -> None:
        """Note a decision for the month that is to be played; it may be changed until then.

        Raises:
            Refused: no year is played now, another month is, or this participant plays no cadre.
        """
        if room.phase != "play":
            raise Refused(409, "no year is being played now")
        if not seat.cadre:
            raise Refused(409, "every place in the bureau is taken: watch this time")
        if month != len(room.moves) + 1:
            raise Refused(409, "this month is over")
        room.pending[str(seat.cadre)] = move
        room.touch(self.clock())

    def is_complete(self, room: Room) -> bool:
        """Whether everybody who is here has decided on the month (those who left their phone do not hold up the others)."""
        now = self.clock()
        here = [seat for seat in room.people if seat.cadre and now - seat.seen <= self.limits.away_seconds]
        return bool(here) and all(str(seat.cadre) in room.pending for seat in here)

    # --- time and files ----------------------------------------------------------------------------------------------

    def close_room(self, room: Room) -> None:
        """Close a room for good; its file goes too."""
        self.rooms.pop(room.code, None)
        self._saved.pop(room.code, None)
        if self.folder is not None:
            self._file(room.code).unlink(missing_ok=True)

    def close_old(self) -> None:
        """Close every room that is too old or in which nothing happened for long."""
        for room in [room for room in self.rooms.values() if self._is_old(room)]:
            self.close_room(room)

    def _is_old(self, room: Room) -> bool:
        now = self.clock()
        seen = max([room.changed, *(seat.seen for seat in room.seats)])
        return now - seen > self.limits.idle_seconds or now - room.opened > self.limits.oldest_seconds

    def unsaved(self) -> Iterator[tuple[str, int, str]]:
        """(code, version, text to be written) of every room that changed since it was written."""
        for room in self.rooms.values():
            if self._saved.get(room.code) != room.version:
                yield room.code, room.version, json.dumps(room.plain(), ensure_ascii=False, allow_nan=False)

    def write(self, code: str, version: int, text: str) -> None:
        """Write one room's file, all of it or nothing; may run on another thread."""
        if self.folder is None:
            return
        handle, staging = tempfile.mkstemp(prefix=".room-", dir=self.folder)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.replace(staging, self._file(code))
            if code not in self.rooms:  # closed while it was written
                self._file(code).unlink(missing_ok=True)
                return
        except BaseException:
            Path(staging).unlink(missing_ok=True)
            raise
        self._saved[code] = version

    def save(self) -> None:
        """Write every room that changed."""
        if self.folder is not None:
            for code, version, text in list(self.unsaved()):
                self.write(code, version, text)

    def _file(self, code: str) -> Path:
        assert self.folder is not None
        return self.folder / f"room-{hashed(code)}.json"

    def _load(self, folder: Path) -> None:
        """Read every room that is kept; what cannot be read is told and left alone."""
        if folder.exists() and not folder.is_dir():
            raise UserError.of("this is no folder", file=str(folder), expected="a folder for the rooms")
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise UserError.of("the folder cannot be made", file=str(folder), found=error.strerror or str(error)) from error
        for path in sorted(folder.glob("room-*.json")):
            try:
                if path.stat().st_size > LARGEST_KEPT:
                    raise ValueError("too large")
                room = Room.from_plain(json.loads(path.read_text(encoding="utf-8")))
                self.lesson_of(room)
            except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError, UserError) as error:
                self.say(f"{path.name} holds no room that can go on ({type(error).__name__}); it is left alone.")
                continue
            if self._is_old(room) or self._file(room.code) != path:
                continue
            self.rooms[room.code] = room
            self._saved[room.code] = room.version


def _rounded(value: float) -> float | int:
    """A number without the dust of floating point; whole where it is."""
    value = round(value, 9)
    return int(value) if value == int(value) else value
