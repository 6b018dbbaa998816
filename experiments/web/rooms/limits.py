"""How much a workshop's server takes: rooms, people, messages, guesses, time."""

from __future__ import annotations

from dataclasses import dataclass

#: Letters and digits that nobody mixes up on a projector: no I, O, 0, 1.
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


@dataclass(frozen=True)
class Limits:
    """What nobody may exceed. There are a thousand million codes (32 to the sixth): thirty guesses in ten minutes find none."""

    rooms: int = 24
    participants: int = 40  # as many as the bureau of the lessons has cadres
    designs: int = 30  # of one participant; the oldest go
    code_letters: int = 6
    longest_nickname: int = 24
    longest_reason: int = 240
    largest_message: int = 8 * 1024
    idle_seconds: float = 6 * 3600.0  # a room in which nothing happened so long is closed
    oldest_seconds: float = 36 * 3600.0
    away_seconds: float = 45.0  # nobody waits longer for a decision of somebody who is not heard of
    guesses: int = 30  # wrong codes or keys from one address in the window
    all_guesses: int = 400  # and from everybody
    joins: int = 120  # seats taken from one address in the window (a class behind one address is thirty)
    window_seconds: float = 600.0
    messages_per_second: float = 3.0  # of one participant
    burst: int = 20
