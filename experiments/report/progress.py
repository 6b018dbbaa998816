"""How far a study is: a bar with the time left on a terminal, a few plain lines anywhere else."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

from sim.lang import counted

#: Without a terminal: a line at every tenth part, but no more often than every so many seconds.
PARTS = 10
QUIET_SECONDS = 5.0


@contextmanager
def progress_bar(console: Console, text: str) -> Iterator[Callable[[int, int], None]]:
    """What to call with runs done and runs to do, at the start and after every block of them."""
    if not console.is_terminal:
        yield plain_progress(console, text)
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=36),
        MofNCompleteColumn(),
        TextColumn("runs,"),
        TextColumn("{task.fields[rate]} time left"),
        TimeRemainingColumn(compact=True),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(text, total=None, rate="")
        began = time.monotonic()

        def tell(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total, rate=f"{rate(done, time.monotonic() - began)}," if done else "")

        yield tell


def plain_progress(console: Console, text: str, clock: Callable[[], float] = time.monotonic) -> Callable[[int, int], None]:
    """Progress as plain lines: '300 of 1200 runs, 8.4 a second, about 42 s left'."""
    began = last_told = clock()
    told_part, has_begun = 0, False

    def tell(done: int, total: int) -> None:
        nonlocal last_told, told_part, has_begun
        now = clock()
        part = PARTS * done // max(total, 1)
        if done == 0 and has_begun:
            return  # a search asks anew every generation
        if done == 0:
            has_begun = True
            console.print(f"{text}: {counted(total, 'run')} ..." if total else f"{text}: no run is lacking", highlight=False)
        elif part > told_part and done < total and now - last_told >= QUIET_SECONDS:
            left = (now - began) / done * (total - done)
            pace = rate(done, now - began)
            console.print(f"{text}: {done} of {total} runs, {pace}, about {duration(left)} left", highlight=False)
            last_told, told_part = now, part

    return tell


def rate(done: int, seconds: float) -> str:
    """'8.4 a second', '812 a second', '3.2 a minute'."""
    pace = done / max(seconds, 1e-9)
    if pace < 1:
        return f"{60 * pace:.1f} a minute"
    return f"{pace:.1f} a second" if pace < 10 else f"{pace:.0f} a second"


def duration(seconds: float) -> str:
    """'0.4 s', '42 s', '3 min 20 s', '2 h 5 min'."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
