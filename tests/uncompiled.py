"""The compiled walk without compilation: the same functions of `sim.rules` and `sim.loop` as plain Python, for planted errors.

numba reads `c.effort` off a row of a structured array; NumPy does not. With NUMBA_DISABLE_JIT=1 a few lines make rows that do, so
an edited rule is tried in a second instead of compiled in a minute. A thousand times slower: for a few people and steps only.

    NUMBA_DISABLE_JIT=1 python tests/uncompiled.py LIMIT ...    holds limits against theory, at the example and at two points
"""

from __future__ import annotations

import os
import sys
from typing import Any

import numpy as np


class Row:
    """One row of a table; fields are attributes and items, read and written in place."""

    __slots__ = ("_columns", "_index", "_table")

    def __init__(self, table: np.ndarray, index: int) -> None:
        object.__setattr__(self, "_table", table)
        object.__setattr__(self, "_index", index)

    def __getattr__(self, name: str) -> Any:
        value = self._table[name][self._index]
        return value if isinstance(value, np.ndarray) else value.item()

    def __setattr__(self, name: str, value: Any) -> None:
        self._table[name][self._index] = value

    __getitem__ = __getattr__
    __setitem__ = __setattr__


class Rows(np.ndarray):
    """A structured array whose rows are `Row`s, as compiled code sees them."""

    def __getitem__(self, key: Any) -> Any:
        if self.dtype.names and self.ndim == 1 and isinstance(key, int | np.integer):
            return Row(self.view(np.ndarray), int(key))
        found = super().__getitem__(key)
        return found if not isinstance(found, np.ndarray) or found.dtype.names else found.view(np.ndarray)

    def __iter__(self) -> Any:
        return (self[i] for i in range(len(self)))


def as_rows(table: Any) -> Any:
    return table.view(Rows) if isinstance(table, np.ndarray) and table.dtype.names else table


def prepare() -> None:
    """Make every world, desk and history hold rows that plain Python can walk."""
    if os.environ.get("NUMBA_DISABLE_JIT") != "1":
        raise RuntimeError("set NUMBA_DISABLE_JIT=1 before anything is imported")
    import sim.run
    from sim.population.world import World
    from sim.rules.effort import Desk

    for kind in (World, Desk):
        kind.__new__ = staticmethod(made_of_rows)
        kind._make = classmethod(lambda cls, parts: tuple.__new__(cls, map(as_rows, parts)))
    walk = sim.run.walk
    sim.run.walk = lambda world, first, history, workers=1: walk(world, first, as_rows(history), workers)


def made_of_rows(cls: type, *parts: object, **named: object) -> object:
    """A named tuple whose tables are rows, however its fields are given."""
    fields = [*parts, *(named[name] for name in cls._fields[len(parts) :])]
    return tuple.__new__(cls, map(as_rows, fields))


def main(names: list[str]) -> None:
    prepare()
    from experiments.evidence.limits import check_point, load_limit

    for name in names:
        limit = load_limit(name)
        points = [("example", limit.example)] + [(f"point {n + 1}", point) for n, point in enumerate(limit.random_points(2))]
        for label, point in points:
            for check in check_point(limit, label, point, crowd=0.02):
                word = "met" if check.is_met else "MISSED"
                print(f"{word} {name} {check.measure} at {label}: {check.simulated:.6g} for {check.formula:.6g}")


if __name__ == "__main__":
    main(sys.argv[1:])
