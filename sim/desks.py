"""The same desk in two worlds: what a place holds under the baseline and under a scheme, counted.

Both worlds of a replicate start from one warm-up and meet the same luck, so a place can be compared with itself. It is compared
while **the same person** holds it in both worlds; where the occupant differs (somebody left in one world only), the place is
counted as such and nothing else is said of it. What is kept is a small table of counts by group, never the cadres.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

#: One row a place on the last day: who holds it, the last grade, and the last twelve months (means) and burnout index.
DESK = np.dtype(
    [("persons", "i4"), ("tenure", "f8"), ("grade", "i4"), ("pay", "f8"), ("effort", "f8"), ("burnout", "f8")], align=True
)


@dataclass(frozen=True)
class Measure:
    """What is compared: ``bands`` are the classes of the transition table, ``limits`` where each but the first begins.

    A change of at least ``step`` counts as raised or lowered; smaller ones as unchanged.
    """

    name: str
    unit: str
    step: float
    limits: tuple[float, ...]
    bands: tuple[str, ...]

    def band_of(self, values: np.ndarray) -> np.ndarray:
        """Place of each value's band."""
        return np.searchsorted(self.limits, values, side="right")


MEASURES: tuple[Measure, ...] = (
    Measure("grade", "grades", 1.0, (-0.5, 0.5, 1.5, 2.5), ("no grade", "bottom", "ordinary", "second", "top")),
    Measure(
        "pay",
        "monthly wages a month",
        0.01,
        (0.0, 0.02, 0.05, 0.2),
        ("a loss", "0 to 2 % of a wage", "2 to 5 %", "5 to 20 %", "20 % and more"),
    ),
    Measure("effort", "normal months", 0.01, (0.95, 1.0, 1.05), ("under 0.95", "0.95 to 1", "1 to 1.05", "1.05 and more")),
    Measure("burnout", "MBI index", 0.1, (1.5, 2.5, 3.5), ("under 1.5", "1.5 to 2.5", "2.5 to 3.5", "burnout, from 3.5")),
)
GRADE = MEASURES[0]

SAME, OTHER = "desks_same_person", "desks_other_person"


def moved(measure: Measure, before: int, after: int) -> str:
    """Column that counts places in one band under the baseline and in another under the scheme."""
    return f"desks_{measure.name}_{before}_to_{after}"


def turned(measure: Measure, way: str) -> str:
    """Column of a change: `raised` and `lowered` count places, `change` sums differences."""
    return f"desks_{measure.name}_{way}"


def _columns() -> list[str]:
    names = [SAME, OTHER]
    for measure in MEASURES:
        places = range(len(measure.bands))
        names += [moved(measure, before, after) for before in places for after in places]
        names += [turned(measure, way) for way in ("raised", "lowered", "change")]
    return names


#: Columns of the table: counts of places (sums for `change`) by group.
DESK_COLUMNS: tuple[str, ...] = tuple(_columns())


def burnout_of(cadres: np.ndarray) -> np.ndarray:
    """The burnout index of every cadre (MBI scale, 0..6), as `sim.rules.burnout.burnout_index` has it."""
    return 0.4 * cadres["exhaustion"] + 0.3 * cadres["cynicism"] + 0.3 * (6.0 - cadres["efficacy"])


def desks_of(cadres: np.ndarray, window: int) -> np.ndarray:
    """The places of a world as `DESK` rows; `window` is the number of steps that outcomes are measured over."""
    desks = np.empty(len(cadres), DESK)
    for name in ("persons", "tenure", "grade"):
        desks[name] = cadres[name]
    desks["pay"] = cadres["window_pay"] / window
    desks["effort"] = cadres["window_effort"] / window
    desks["burnout"] = burnout_of(cadres)
    return desks


def compare_desks(before: np.ndarray, after: np.ndarray, groups: Sequence[tuple[np.ndarray, int]]) -> np.ndarray:
    """(rows of all groupings under each other, DESK_COLUMNS): the baseline's desks against a scheme's.

    ``groups`` are groupings of places: the group of each place, and how many groups there are. A person is known by the number of
    people before and the day of entry: draws depend on place and month, so whoever enters then is the same in every world (but
    for the few hundredths of potential by which a scheme's pay draws the able, `flow.pull_of_pay`).
    """
    same = (before["persons"] == after["persons"]) & (before["tenure"] == after["tenure"])
    cells, weights = _cells(before[same], after[same])
    tables = []
    for group, n in groups:
        table = np.zeros((n, len(DESK_COLUMNS)))
        table[:, 0] = np.bincount(group[same], minlength=n)
        table[:, 1] = np.bincount(group[~same], minlength=n)
        own = group[same]
        for first, width, cell in cells:
            table[:, first : first + width] = np.bincount(own * width + cell, minlength=n * width).reshape(n, width)
        for column, weight in weights:
            table[:, column] = np.bincount(own, weights=weight, minlength=n)
        tables.append(table)
    return np.vstack(tables)


def _cells(before: np.ndarray, after: np.ndarray) -> tuple[list[tuple[int, int, np.ndarray]], list[tuple[int, np.ndarray]]]:
    """Blocks to count: first column, number of columns, cell of each place; columns to sum: column, value of each place."""
    cells, weights = [], []
    first = 2
    for measure in MEASURES:
        old, new = before[measure.name].astype(float), after[measure.name].astype(float)
        bands = len(measure.bands)
        cells.append((first, bands * bands, measure.band_of(old) * bands + measure.band_of(new)))
        change = new - old
        if measure is GRADE:
            change[(old < 0) | (new < 0)] = 0.0  # no grade is no low grade
        first += bands * bands
        weights.append((first, (change >= measure.step).astype(float)))
        weights.append((first + 1, (change <= -measure.step).astype(float)))
        weights.append((first + 2, change))
        first += 3
    return cells, weights
