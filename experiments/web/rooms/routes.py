"""Addresses of the workshop: pages, and an API in which a room is named by its code and everybody by a secret of his own.

Secrets travel in the header ``Authorization: Bearer ...``, never in an address, so no other site's page can use them. Who writes
is limited in size and speed; who guesses is counted.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from functools import wraps
from pathlib import Path
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from experiments.lessons.handout import handout
from experiments.lessons.reading import OpenLesson, lesson_names
from experiments.report.lang import LANGUAGES
from experiments.web.addresses import address_for_others
from experiments.web.answers import answer, refusal
from experiments.web.app import Services
from experiments.web.rooms import telling
from experiments.web.rooms.export import as_csv
from experiments.web.rooms.hall import Hall, Refused
from experiments.web.rooms.limits import Limits
from experiments.web.rooms.room import Room, Seat, hashed
from experiments.web.rooms.trying import Trials
from experiments.web.rooms.years import Years

#: Seconds between two writings of what changed.
SAVE_EVERY = 0.5

#: Where a room is named in an address; anything else is no address of ours.
ROOM = "/api/workshop/rooms/{code}"

#: Pages by their address, each the same frame with a script of its own (`static/workshop/<part>.js`).
PAGES = {
    "/workshop": "join",
    "/workshop/open": "open",
    "/workshop/room/{code}": "room",
    "/workshop/host/{code}": "host",
    "/workshop/board/{code}": "board",
}

Endpoint = Callable[[Request], Awaitable[Response]]


class Workshop:
    """The workshop as a part of the application: `create_app(settings, more=[workshop.part])`."""

    def __init__(
        self,
        opener: str,
        *,
        limits: Limits | None = None,
        folder: Path | None = None,
        say: Callable[[str], None] = lambda text: None,
        lessons: Sequence[OpenLesson] = (),
    ) -> None:
        self.opener = hashed(opener)
        self.hall = Hall(limits, folder, say=say, lessons=lessons)
        self.say = say

    def part(self, services: Services) -> Sequence[BaseRoute]:
        """The routes; what runs and saves begins with the server."""
        self.trials = Trials(services.pool, self.hall)
        self.years = Years(services.pool, self.hall)
        self.join_at = f"{address_for_others(services.settings)}/workshop"
        services.around.append(self._around)
        pages = [
            Route(address, services.pages.filled("workshop/page.html.template", part=part), methods=["GET"])
            for address, part in PAGES.items()
        ]
        return [
            *pages,
            self._route("/api/workshop/lessons", self.lessons, "GET"),
            self._route("/api/workshop/rooms", self.open_room, "POST"),
            self._route(ROOM, self.look_at_room, "GET"),
            self._route(ROOM, self.close_room, "DELETE"),
            self._route(f"{ROOM}/seats", self.join, "POST"),
            self._route(f"{ROOM}/seat", self.seat, "GET"),
            self._route(f"{ROOM}/predictions", self.predict, "POST"),
            self._route(f"{ROOM}/designs", self.design, "POST"),
            self._route(f"{ROOM}/decisions", self.decide, "POST"),
            self._route(f"{ROOM}/board", self.board, "GET"),
            self._route(f"{ROOM}/host", self.host, "GET"),
            self._route(f"{ROOM}/host", self.steer, "POST"),
            self._route(f"{ROOM}/answers.csv", self.export, "GET"),
            self._route(f"{ROOM}/handout.html", self.handout, "GET"),
        ]

    def _route(self, path: str, endpoint: Endpoint, method: str) -> Route:
        return Route(path, _told(endpoint), methods=[method])

    # --- everybody ---------------------------------------------------------------------------------------------------

    async def lessons(self, request: Request) -> Response:
        """``GET /api/workshop/lessons``: what a room may be opened with."""
        language = language_of(request)
        found = [self.hall.lesson_named(name).lesson for name in dict.fromkeys([*lesson_names(), *self.hall.own_lessons])]
        told = [
            {
                "name": one.name,
                "order": one.order,
                "title": one.title.in_language(language),
                "question": one.question.in_language(language),
                "minutes": sum(minutes for _, minutes in one.facilitator.timing),
            }
            for one in found
        ]
        return answer({"lessons": told, "most_bots": self.hall.limits.participants})

    async def look_at_room(self, request: Request) -> Response:
        """``GET /api/workshop/rooms/{code}``: whether there is such a room, and its lesson, before joining."""
        room = self._room(request)
        return answer({"code": room.code, "language": room.language, **self._lesson(room, language_of(request, room))})

    async def join(self, request: Request) -> Response:
        """``POST .../seats`` ``{nickname}``: a seat and its secret."""
        room = self._room(request)
        told = await message(request, self.hall.limits)
        seat, secret = self.hall.join(room, _text(told, "nickname"), who(request))
        return answer({"secret": secret, "nickname": seat.nickname, "number": seat.number, "code": room.code}, status=201)

    # --- participants ------------------------------------------------------------------------------------------------

    async def seat(self, request: Request) -> Response:
        """``GET .../seat?since=VERSION``: what a participant sees; 204 where nothing has changed since."""
        room, seat = self._seat(request)
        language = language_of(request, room)
        if _is_known(request, room):
            return Response(status_code=204)
        worked = self.trials.worked(self.hall.lesson_of(room))
        told = telling.seat_told(self.hall, room, seat, worked, language)
        told["year"] = await self._year(room, seat, language)
        if "since" not in request.query_params:
            told["lesson"] = self._lesson(room, language)
        return answer(told)

    async def predict(self, request: Request) -> Response:
        """``POST .../predictions`` ``{name, value, because}``."""
        room, seat, told = await self._written(request)
        self.hall.predict(room, seat, _text(told, "name"), told.get("value"), told.get("because"))
        return answer({"version": room.version}, status=201)

    async def design(self, request: Request) -> Response:
        """``POST .../designs`` ``{values: {path: value}}``: the runs begin at once."""
        room, seat, told = await self._written(request)
        made = self.hall.design(room, seat, told.get("values"))
        self.trials.try_design(room, made)
        return answer({"number": made.number, "version": room.version}, status=201)

    async def decide(self, request: Request) -> Response:
        """``POST .../decisions`` ``{month, effort, report, predict}``: the month is played when everybody has decided."""
        room, seat, told = await self._written(request)
        self.hall.decide(room, seat, told.get("month"), self.years.move_of(told))
        self.years.decided(room)
        return answer({"version": room.version}, status=201)

    # --- board and facilitator -----------------------------------------------------------------------------------------

    async def open_room(self, request: Request) -> Response:
        """``POST /api/workshop/rooms`` ``{lesson, language, bots}``, with the key that the server told when it began."""
        told = await message(request, self.hall.limits)
        self.hall.check_key(self.opener, bearer(request), who(request))
        bots = told.get("bots", 0)
        if isinstance(bots, bool) or not isinstance(bots, int):
            raise Refused(400, "the number of bots is missing")
        language = told.get("language", "en")
        room, host, board = self.hall.open_room(_text(told, "lesson"), language if isinstance(language, str) else "", bots)
        self.trials.worked(self.hall.lesson_of(room))
        return answer({"code": room.code, "host": host, "board": board}, status=201)

    async def board(self, request: Request) -> Response:
        """``GET .../board?since=VERSION``: what the projector shows."""
        room = self._room(request)
        self.hall.as_board(room, bearer(request), who(request))
        if _is_known(request, room):
            return Response(status_code=204)
        worked = self.trials.worked(self.hall.lesson_of(room))
        told = telling.board_told(self.hall, room, worked, language_of(request, room))
        return answer(told | {"year": self._year_of_all(room), "join_at": self.join_at})

    async def host(self, request: Request) -> Response:
        """``GET .../host?since=VERSION``: what the facilitator sees."""
        room = self._hosted(request)
        if _is_known(request, room):
            return Response(status_code=204)
        worked = self.trials.worked(self.hall.lesson_of(room))
        told = telling.host_told(self.hall, room, worked, language_of(request, room))
        return answer(told | {"year": self._year_of_all(room), "join_at": self.join_at})

    async def steer(self, request: Request) -> Response:
        """``POST .../host`` ``{phase}``, ``{bots}``, ``{locked}``, ``{remove}``, ``{go_on: month}`` or ``{restart: true}``."""
        room = self._hosted(request)
        told = await message(request, self.hall.limits)
        if "phase" in told:
            self.hall.set_phase(room, told["phase"])
            if room.phase == "play":
                self.years.known(room)
            if room.phase != "predict":
                self.trials.try_all(room)
        elif "bots" in told:
            self.hall.set_bots(room, _whole(told, "bots"))
            if room.phase != "predict":
                self.trials.try_all(room)
        elif "locked" in told:
            room.locked = told["locked"] is True
            room.touch(self.hall.clock())
        elif "remove" in told:
            self.hall.remove(room, _whole(told, "remove"))
        elif "go_on" in told:
            await self.years.go_on(room, _whole(told, "go_on"))
        elif told.get("restart") is True:
            await self.years.restart(room)
        else:
            raise Refused(400, "there is nothing to do")
        return answer({"version": room.version})

    async def close_room(self, request: Request) -> Response:
        """``DELETE /api/workshop/rooms/{code}``: the room is closed and forgotten."""
        room = self._hosted(request)
        self.hall.close_room(room)
        self.years.forget(room)
        return answer({"closed": room.code})

    async def export(self, request: Request) -> Response:
        """``GET .../answers.csv``: everything that was said."""
        room = self._hosted(request)
        worked = self.trials.worked(self.hall.lesson_of(room))
        body = as_csv(self.hall, room, worked, self.years.results(room))
        headers = {"Content-Disposition": f'attachment; filename="{room.lesson}_{room.code}.csv"', "Cache-Control": "no-store"}
        return Response(body, headers=headers, media_type="text/csv; charset=utf-8")

    async def handout(self, request: Request) -> Response:
        """``GET .../handout.html?for=facilitator``: the sheets of the lesson, as a file."""
        room = self._hosted(request)
        language = language_of(request, room)
        worked = await self.trials.wait_for(self.hall.lesson_of(room))
        for_facilitator = request.query_params.get("for") == "facilitator"
        text = await self.trials.pool.do(lambda: handout(worked, language, for_facilitator=for_facilitator))
        name = f"{room.lesson}{'_facilitator' if for_facilitator else ''}_{language}.html"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
        return Response(text, headers=headers, media_type="text/html; charset=utf-8")

    # --- how it works ------------------------------------------------------------------------------------------------

    def _room(self, request: Request) -> Room:
        return self.hall.find(request.path_params["code"], who(request))

    def _hosted(self, request: Request) -> Room:
        room = self._room(request)
        self.hall.as_host(room, bearer(request), who(request))
        return room

    def _seat(self, request: Request) -> tuple[Room, Seat]:
        room = self._room(request)
        return room, self.hall.as_seat(room, bearer(request), who(request))

    async def _written(self, request: Request) -> tuple[Room, Seat, dict[str, Any]]:
        """Room, seat and message of somebody who writes, within his rate."""
        room, seat = self._seat(request)
        self.hall.allow_message(room, seat)
        return room, seat, await message(request, self.hall.limits)

    def _lesson(self, room: Room, language: str) -> dict[str, Any]:
        return telling.lesson_told(self.hall, room, language)

    async def _year(self, room: Room, seat: Seat, language: str) -> dict[str, Any] | None:
        """The year of one participant."""
        if room.phase == "predict":
            return None
        told: dict[str, Any] = {"cadre": seat.cadre, "month": len(room.moves) + 1, "own": room.pending.get(str(seat.cadre))}
        here, decided = self._decided(room)
        view = await self.years.view(room, seat)
        if view is not None:
            organisation = self.hall.lesson_of(room).organisation
            view = {**view, "department": telling.department_title(organisation, view["department"], language)}
        return told | {"here": here, "decided": decided, "view": view, "result": self.years.results(room).get(seat.number)}

    def _year_of_all(self, room: Room) -> dict[str, Any]:
        here, decided = self._decided(room)
        results = self.years.results(room)
        told = [
            {
                "nickname": seat.nickname,
                "number": seat.number,
                "own": results[seat.number]["own"],
                "model": results[seat.number]["model"],
            }
            for seat in room.people
            if seat.number in results
        ]
        bureau = next(iter(results.values()))["bureau"] if results else None
        return {"month": len(room.moves) + 1, "here": here, "decided": decided, "results": told, "bureau": bureau}

    def _decided(self, room: Room) -> tuple[int, int]:
        playing = [seat for seat in room.people if seat.cadre]
        return len(playing), sum(str(seat.cadre) in room.pending for seat in playing)

    @asynccontextmanager
    async def _around(self) -> AsyncIterator[None]:
        """While the server runs: begin what rooms lack, write what changes, close what is old."""
        for room in self.hall.rooms.values():
            self.trials.worked(self.hall.lesson_of(room))
            if room.phase != "predict":
                self.trials.try_all(room)
        loop = asyncio.get_running_loop()
        keeping = loop.create_task(self._keep())
        readying = loop.create_task(self.years.get_ready(self.hall.lesson_named(lesson_names()[0])))
        try:
            yield
        finally:
            for task in (keeping, readying):
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
            await self.years.close()
            await self.trials.close()
            self.hall.save()

    async def _keep(self) -> None:
        loop = asyncio.get_running_loop()
        trouble = ""
        while True:
            await asyncio.sleep(SAVE_EVERY)
            self.hall.close_old()
            for room in [room for room in self.hall.rooms.values() if room.phase == "play" and room.pending]:
                self.years.decided(room)  # somebody who had not decided may have left
            if self.hall.folder is None:
                continue
            try:
                for code, version, text in list(self.hall.unsaved()):
                    await loop.run_in_executor(None, self.hall.write, code, version, text)
                trouble = ""
            except OSError as error:
                told = f"rooms cannot be kept: {error.strerror or error}"
                if told != trouble:
                    self.say(told)
                trouble = told


def _told(endpoint: Endpoint) -> Endpoint:
    """What a room refuses, in the shape of every refusal."""

    @wraps(endpoint)
    async def guarded(request: Request) -> Response:
        try:
            return await endpoint(request)
        except Refused as error:
            headers = {"Retry-After": str(error.wait)} if error.wait else None
            return refusal(error.status, error.problem, headers=headers)

    return guarded


def who(request: Request) -> str:
    """The address that asks; no header is believed."""
    return request.client.host if request.client else "?"


def bearer(request: Request) -> str:
    """The secret of a request, or ''."""
    kind, _, secret = request.headers.get("authorization", "").partition(" ")
    return secret.strip() if kind.lower() == "bearer" and len(secret) <= 200 else ""


def language_of(request: Request, room: Room | None = None) -> str:
    """The language that is asked for, or the room's."""
    asked = request.query_params.get("lang", room.language if room is not None else "en")
    return asked if asked in LANGUAGES else "en"


async def message(request: Request, limits: Limits) -> dict[str, Any]:
    """The message of a request: a small JSON object.

    Raises:
        HTTPException: another kind of content, too large. Refused: no JSON object.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise HTTPException(415)
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > limits.largest_message:
            raise HTTPException(413)
    try:
        told = json.loads(body, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise Refused(400, "this is no message") from error
    if not isinstance(told, dict):
        raise Refused(400, "this is no message")
    return told


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number of JSON")


def _text(told: dict[str, Any], name: str) -> str:
    value = told.get(name)
    if not isinstance(value, str) or not value:
        raise Refused(400, f"{name} is missing")
    return value


def _whole(told: dict[str, Any], name: str) -> int:
    value = told.get(name)
    if isinstance(value, bool) or not isinstance(value, int):
        raise Refused(400, f"{name} is a whole number")
    return value


def _is_known(request: Request, room: Room) -> bool:
    return request.query_params.get("since") == f"{room.version}"
