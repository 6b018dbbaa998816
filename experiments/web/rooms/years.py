"""The year that people play: one bureau a room, a cadre for everybody, the model's own rule in all other seats.

A month is played when everybody who is here has decided, or when the facilitator goes on; whoever has not decided then works as
the cadre would by himself. The game is its moves (`experiments.api.playing`), which the room keeps: a restarted server replays
them.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from experiments.api.playing import EFFORTS, Game, Move, Setup
from experiments.lessons.reading import OpenLesson, cadres_of
from experiments.web.pool import Pool
from experiments.web.rooms.hall import Hall, Refused
from experiments.web.rooms.room import Room, Seat
from sim.agents.played import REPORTS
from sim.errors import UserError
from sim.trace.telling import GRADES

AS_MODEL = EFFORTS[0]

#: Games come before what settles the map, after first numbers of designs.
PRIORITY = 2
LAST = 9


@dataclass
class Year:
    """A room's year as it stands: what everybody sees now, and in the end what came of it."""

    game: Game
    months: int = 0  # played and shown; the game itself may be one ahead while a month is played
    views: dict[int, dict[str, Any]] = field(default_factory=dict)  # by cadre
    results: dict[int, dict[str, Any]] = field(default_factory=dict)  # by number of the seat
    telling: bool = False


class Years:
    """Plays the years of all rooms in the pool, one month of a room at a time."""

    def __init__(self, pool: Pool, hall: Hall) -> None:
        self.pool, self.hall = pool, hall
        self._years: dict[str, Year] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        self._begun: dict[str, int] = {}  # the month that was begun last, because everybody had decided
        self._tasks: set[asyncio.Task[None]] = set()

    async def get_ready(self, opened: OpenLesson) -> None:
        """Play a year that nobody sees, so that no class waits for what is compiled or loaded once."""

        def play() -> None:
            game = Game(setup_of(opened, ""))
            while not game.is_over:
                game.play({1: Move(effort="push", report="honest")})
            game.result(1)

        with suppress(UserError):
            await self.pool.do(play, priority=LAST)

    def known(self, room: Room) -> Year | None:
        """The year of a room, if it is at hand; begun otherwise."""
        year = self._years.get(room.code)
        if year is None or year.months != len(room.moves):
            if not self._lock(room).locked():
                self._begin(self._opened(room))
            return None
        return year

    def move_of(self, told: dict[str, Any]) -> dict[str, Any]:
        """A decision as it is kept.

        Raises:
            Refused: words that do not exist.
        """
        effort, report, predict = told.get("effort", AS_MODEL), told.get("report", AS_MODEL), told.get("predict")
        if effort not in EFFORTS or report not in (*REPORTS, AS_MODEL) or predict not in (None, *GRADES):
            raise Refused(400, "there is no such decision")
        return {"effort": effort, "report": report, "predict": predict}

    def decided(self, room: Room) -> None:
        """Somebody decided: play the month if everybody has.

        The month is named here and now: by the time its turn comes it may have been played, and the next is not complete.
        """
        month = len(room.moves) + 1
        if self.hall.is_complete(room) and self._begun.get(room.code) != month:
            self._begun[room.code] = month
            self._begin(self.go_on(room, month))

    async def go_on(self, room: Room, month: int) -> None:
        """Play the month, with the decisions that are there.

        Raises:
            Refused: play is not open, the year is over, or the month has been played already.
        """
        async with self._lock(room):
            if room.phase == "predict":
                raise Refused(409, "play is not open yet")
            if month != len(room.moves) + 1:
                raise Refused(409, "this month is over")
            year = await self._at_hand(room)
            if year.game.is_over:
                raise Refused(409, "the year is over")
            moves = dict(room.pending)
            cadres = _cadres(room)

            def play() -> dict[int, dict[str, Any]]:
                year.game.play({int(cadre): Move.of(move) for cadre, move in moves.items()})
                return {cadre: year.game.view(cadre) for cadre in cadres}

            try:
                views = await self._do(play)
            except BaseException:  # the game may have gone on half a month: it is replayed from the room's moves
                self._years.pop(room.code, None)
                self._begun.pop(room.code, None)
                raise
            # from here on without a pause, so that nobody sees half a month
            room.moves.append(moves)
            room.pending = {}  # what was decided while the month was played came too late for it, and is none for the next
            year.views, year.months = views, len(room.moves)
            room.touch(self.hall.clock())
            self._tell_if_over(room, year)

    async def restart(self, room: Room) -> None:
        """Begin the year anew."""
        async with self._lock(room):
            room.moves, room.pending = [], {}
            self._years.pop(room.code, None)
            self._begun.pop(room.code, None)
            await self._at_hand(room)
            room.touch(self.hall.clock())

    def forget(self, room: Room) -> None:
        """Let go of a room's game."""
        self._years.pop(room.code, None)
        self._locks.pop(room.code, None)
        self._begun.pop(room.code, None)

    async def close(self) -> None:
        """Nothing more is played."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def results(self, room: Room) -> dict[int, dict[str, Any]]:
        """What came of the year, by number of the seat, as far as it is worked out."""
        year = self._years.get(room.code)
        return dict(year.results) if year is not None else {}

    # --- how it works ----------------------------------------------------------------------------------------------------

    async def _opened(self, room: Room) -> None:
        async with self._lock(room):
            year = self._years.get(room.code)
            if year is None or year.months != len(room.moves):
                await self._at_hand(room)
                room.touch(room.changed)

    async def _at_hand(self, room: Room) -> Year:
        """The game as far as the room's moves go, replayed where it is not at hand."""
        year = self._years.get(room.code)
        if year is None or year.months != len(room.moves):
            setup, moves = setup_of(self.hall.lesson_of(room), room.code), _moves(room)
            try:
                year = Year(await self._do(lambda: Game.replay(setup, moves)), len(moves))
            except UserError:  # moves of a lesson that was another then: begin anew
                room.moves, room.pending = [], {}
                year = Year(await self._do(lambda: Game.replay(setup, [])))
            ready, cadres = year, _cadres(room)
            year.views = await self._do(lambda: {cadre: ready.game.view(cadre) for cadre in cadres})
            self._years[room.code] = year
            self._tell_if_over(room, year)
        return year

    def _tell_if_over(self, room: Room, year: Year) -> None:
        """At the year's end, begin to tell everybody what came of it."""
        if year.game.is_over and not year.telling:
            year.telling = True
            self._begin(self._tell(room, year))

    async def view(self, room: Room, seat: Seat) -> dict[str, Any] | None:
        """What a participant sees of the year, or None while it is being made ready."""
        year = self.known(room)
        if year is None or not seat.cadre:
            return None
        if seat.cadre not in year.views:  # joined since the month was played
            async with self._lock(room):
                year.views[seat.cadre] = await self._do(lambda: year.game.view(seat.cadre))
        return year.views[seat.cadre]

    async def _tell(self, room: Room, year: Year) -> None:
        """What came of everybody's year, one after the other: each is held against the year without his decisions."""
        for seat in room.people:
            if seat.cadre and any(str(seat.cadre) in month for month in room.moves):
                year.results[seat.number] = await self._do(lambda cadre=seat.cadre: year.game.result(cadre))
                room.touch(room.changed)

    async def _do(self, call: Any) -> Any:
        return await self.pool.do(call, priority=PRIORITY)

    def _lock(self, room: Room) -> asyncio.Lock:
        return self._locks.setdefault(room.code, asyncio.Lock())

    def _begin(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(_quietly(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _quietly(work: Any) -> None:
    """Wait for work that nobody asks after; a refusal is nothing to tell anybody."""
    try:
        await work
    except Refused:
        return


def _cadres(room: Room) -> list[int]:
    return [seat.cadre for seat in room.people if seat.cadre]


def _moves(room: Room) -> list[dict[int | str, Move | Mapping[str, Any]]]:
    return [{int(cadre): move for cadre, move in month.items()} for month in room.moves]


def setup_of(opened: OpenLesson, code: str) -> Setup:
    """The game of a room: the lesson's bureau under the scheme that is played, luck of the room's own, every seat open."""
    lesson = opened.lesson
    return Setup(
        scheme=opened.scheme(lesson.play.cadre.scheme),
        organisation=opened.organisation,
        seats=tuple(range(1, cadres_of(opened.organisation) + 1)),
        seed=lesson.seed,
        replicate=zlib.crc32(code.encode()) % 10_000,
        behaviour=opened.behaviour,
        baseline=opened.baseline,
        warmup_months=lesson.warmup_months,
    )
