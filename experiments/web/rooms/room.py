"""A room: its lesson, who sits in it, and what they said. Plain data, so that it can be kept in a file and go on from there."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import asdict, dataclass, field
from typing import Any

PHASES = ("predict", "play", "explain")

FORMAT = 1

#: Characters that steer how text is shown, or are not shown at all.
_STEERING = re.compile(r"[\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff]")


def hashed(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.blake2b(secret.encode("utf-8", "replace"), digest_size=16).hexdigest()


def cleaned(text: str, longest: int) -> str:
    """Text that a stranger wrote, fit to be shown: one line, no steering characters, marks limited, not too long."""
    text = unicodedata.normalize("NFC", text[: 8 * longest])
    text = " ".join(_STEERING.sub(" ", text).split())
    kept, marks = [], 0
    for character in text:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= 2 and unicodedata.category(character) not in ("Cs", "Co", "Cn"):
            kept.append(character)
    return "".join(kept)[:longest].strip()


@dataclass
class Said:
    """A prediction."""

    value: str | float
    because: str = ""
    at: float = 0.0


@dataclass
class Designed:
    """A scheme that a participant put together: values of the levers, and what the runs say about it."""

    values: dict[str, Any]
    at: float = 0.0
    number: int = 1
    shown: dict[str, list[float | None]] = field(default_factory=dict)  # outcome: mean, difference, low, high
    replicates: int = 0


@dataclass
class Seat:
    """One participant, or a bot in an empty seat."""

    number: int
    nickname: str
    secret: str = ""  # hashed
    is_bot: bool = False
    joined: float = 0.0
    seen: float = 0.0
    said: dict[str, Said] = field(default_factory=dict)
    designs: list[Designed] = field(default_factory=list)
    cadre: int = 0  # the place in the bureau that is played, from 1; 0 = none


@dataclass
class Room:
    """One room."""

    code: str
    lesson: str
    language: str
    host: str  # hashed keys
    board: str
    opened: float
    changed: float
    phase: str = PHASES[0]
    has_begun: bool = False  # whether play has begun once: what was predicted before stands from then on
    locked: bool = False
    seats: list[Seat] = field(default_factory=list)
    next_number: int = 1
    version: int = 1
    moves: list[dict[str, dict[str, Any]]] = field(default_factory=list)  # of the year that is played: month by month, by cadre
    pending: dict[str, dict[str, Any]] = field(default_factory=dict)  # of the month that is not played yet

    def touch(self, now: float) -> None:
        """Something changed."""
        self.version += 1
        self.changed = now

    def seat_of(self, secret: str) -> Seat | None:
        """Whose secret this is."""
        wanted = hashed(secret)
        return next((seat for seat in self.seats if seat.secret and seat.secret == wanted), None)

    def seat(self, number: int) -> Seat | None:
        """A seat by its number."""
        return next((seat for seat in self.seats if seat.number == number), None)

    @property
    def people(self) -> list[Seat]:
        """Those who are no bots."""
        return [seat for seat in self.seats if not seat.is_bot]

    def plain(self) -> dict[str, Any]:
        """All of it as plain data."""
        return {"format": FORMAT, **asdict(self)}

    @classmethod
    def from_plain(cls, data: dict[str, Any]) -> Room:
        """A room out of plain data.

        Raises:
            ValueError, TypeError, KeyError: it is not the data of a room.
        """
        data = dict(data)
        if data.pop("format") != FORMAT:
            raise ValueError("another format")
        seats = [
            Seat(
                **{
                    **seat,
                    "said": {name: Said(**said) for name, said in seat["said"].items()},
                    "designs": [Designed(**one) for one in seat["designs"]],
                }
            )
            for seat in data.pop("seats")
        ]
        room = cls(**data, seats=seats)
        if room.phase not in PHASES or not isinstance(room.code, str) or not isinstance(room.next_number, int):
            raise ValueError("not a room")
        return room
