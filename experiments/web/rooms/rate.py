"""Counting what comes in: buckets that refill, and windows that forget."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

#: Addresses or people that are counted at once; whoever was quiet longest is forgotten.
MOST_COUNTED = 4096


@dataclass
class _Bucket:
    left: float
    at: float


class Buckets:
    """So many at once, then so many a second, for everybody who is named."""

    def __init__(self, per_second: float, burst: int, clock: Callable[[], float]) -> None:
        self._per_second, self._burst, self._clock = per_second, burst, clock
        self._known: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, who: str) -> bool:
        """Whether one more is allowed; it is counted if so."""
        now = self._clock()
        bucket = self._known.setdefault(who, _Bucket(self._burst, now))
        self._known.move_to_end(who)
        bucket.left = min(self._burst, bucket.left + (now - bucket.at) * self._per_second)
        bucket.at = now
        _forget(self._known)
        if bucket.left < 1.0:
            return False
        bucket.left -= 1.0
        return True


class Window:
    """At most so many in so many seconds, for everybody who is named and for all together."""

    def __init__(self, most: int, seconds: float, clock: Callable[[], float], most_of_all: int | None = None) -> None:
        self._most, self._most_of_all, self._seconds, self._clock = most, most_of_all, seconds, clock
        self._known: OrderedDict[str, deque[float]] = OrderedDict()
        self._all: deque[float] = deque()

    def is_full(self, who: str) -> bool:
        """Whether the next one would be too many."""
        now = self._clock()
        own = self._known.get(who)
        for times in (self._all, *([own] if own is not None else [])):
            while times and times[0] <= now - self._seconds:
                times.popleft()
        too_many = own is not None and len(own) >= self._most
        return too_many or (self._most_of_all is not None and len(self._all) >= self._most_of_all)

    def count(self, who: str) -> None:
        """One more."""
        now = self._clock()
        own = self._known.setdefault(who, deque(maxlen=self._most))
        self._known.move_to_end(who)
        own.append(now)
        if self._most_of_all is not None:
            self._all.append(now)
            while len(self._all) > self._most_of_all:
                self._all.popleft()
        _forget(self._known)


def _forget(known: OrderedDict[str, Any]) -> None:
    while len(known) > MOST_COUNTED:
        known.popitem(last=False)
