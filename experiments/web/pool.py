"""Threads that simulate: bounded in number, with a queue that is bounded too.

What is asked for first in a request (few replicates) goes before what only settles it, whoever asks; what nobody waits for any
more is not done; what several ask for at once is done once.
"""

from __future__ import annotations

import asyncio
import heapq
import threading
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from experiments.web.answers import Busy


@dataclass(order=True)
class _Task:
    """One piece of work: `waiting` counts who still wants it."""

    priority: int
    number: int
    key: Hashable = field(compare=False)
    call: Callable[[], Any] = field(compare=False)
    waiting: list[tuple[asyncio.AbstractEventLoop, asyncio.Future[Any]]] = field(compare=False, default_factory=list)
    begun: bool = field(compare=False, default=False)


class Pool:
    """Does tasks on threads; `most` requests may be in hand or waiting."""

    def __init__(self, workers: int, most: int) -> None:
        self.most = most
        self.in_hand = 0
        self._ready = threading.Condition()
        self._queue: list[_Task] = []
        self._known: dict[Hashable, _Task] = {}
        self._count = 0
        self._closed = False
        self._threads = [
            threading.Thread(target=self._work, name=f"cadresim-page-{n}", daemon=True) for n in range(max(1, workers))
        ]
        for thread in self._threads:
            thread.start()

    @contextmanager
    def place(self) -> Iterator[None]:
        """A place for one request.

        Raises:
            Busy: all are taken.
        """
        if self.in_hand >= self.most:
            raise Busy(1)
        self.in_hand += 1
        try:
            yield
        finally:
            self.in_hand -= 1

    async def do(self, call: Callable[[], Any], *, key: Hashable | None = None, priority: int = 0) -> Any:
        """Do one thing on a thread and wait for what it gives; low priorities go first.

        Whoever is cancelled while it waits takes the task with it, unless others want it too.
        """
        return (await self.do_all([(key if key is not None else object(), call)], priority=priority))[0]

    async def do_all(self, tasks: Sequence[tuple[Hashable, Callable[[], Any]]], *, priority: int = 0) -> list[Any]:
        """Do several things, each known by its key, and wait for all of them."""
        loop = asyncio.get_running_loop()
        futures = [self._wanted(key, call, priority, loop) for key, call in tasks]
        try:
            return list(await asyncio.gather(*futures))
        finally:
            for future in futures:
                future.cancel()

    def close(self) -> None:
        """No further task is begun."""
        with self._ready:
            self._closed = True
            self._ready.notify_all()

    def _wanted(
        self, key: Hashable, call: Callable[[], Any], priority: int, loop: asyncio.AbstractEventLoop
    ) -> asyncio.Future[Any]:
        future: asyncio.Future[Any] = loop.create_future()
        with self._ready:
            task = self._known.get(key)
            if task is None or (not task.begun and task.priority > priority):
                waiting = task.waiting if task is not None else []
                if task is not None:
                    task.waiting = []  # the earlier entry of the queue is empty now and will be passed over
                self._count += 1
                task = _Task(priority, self._count, key, call, waiting)
                self._known[key] = task
                heapq.heappush(self._queue, task)
                self._ready.notify()
            task.waiting.append((loop, future))
        return future

    def _work(self) -> None:
        while True:
            with self._ready:
                while not self._queue and not self._closed:
                    self._ready.wait()
                if self._closed:
                    return
                task = heapq.heappop(self._queue)
                if all(future.cancelled() for _, future in task.waiting):
                    if self._known.get(task.key) is task:
                        del self._known[task.key]
                    continue
                task.begun = True
            result, error = None, None
            try:
                result = task.call()
            except BaseException as problem:  # noqa: BLE001 - it belongs to whoever asked
                error = problem
            with self._ready:
                self._known.pop(task.key, None)
                waiting = list(task.waiting)
            for loop, future in waiting:
                _hand_over(loop, future, result, error)


def _hand_over(loop: asyncio.AbstractEventLoop, future: asyncio.Future[Any], result: Any, error: BaseException | None) -> None:
    def settle() -> None:
        if future.done():
            return
        if error is None:
            future.set_result(result)
        else:
            future.set_exception(error)

    if not loop.is_closed():
        loop.call_soon_threadsafe(settle)
