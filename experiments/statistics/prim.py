"""PRIM, the patient rule induction method: in which part of the worlds is something usually so?

Given sampled worlds (rows) and whether each is a case of interest, a box is a handful of restrictions ("sabotage costs
less than 1.3, and rivalry is above .6") inside which cases of interest are dense. It is found by *peeling* away thin
slices from the whole, then *pasting* back what was cut too much (Friedman & Fisher 1999). Two shares describe a box:
*coverage* (of all cases of interest, the share inside) and *density* (of the worlds inside, the share of interest).

Density and coverage are those of the worlds in which the box was found, so they are rather too high: of a planted density of .6
against .2 boxes told .57 where other worlds show .38 (100 worlds), .48 (200) and .50 (.55 told, 400).

Peeling always finds something, in pure noise too. So each restriction must pass a resampling test that repeats the
search for it on shuffled labels, or it is taken out (the spirit of Bryant & Lempert 2010).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

PEEL = 0.05  # share of a box that a peel takes: small is patient
SMALLEST_BOX = 0.05  # share of all worlds
SIGNIFICANCE = 0.05
SHUFFLES = 199  # of labels, for the test of a restriction


@dataclass(frozen=True)
class Restriction:
    """What a box asks of one column: at least `low`, at most `high` (infinite = open), or one of some `levels`.

    `p`: how often shuffled labels make a cut of this size, in whichever column, as good as this one.
    """

    column: int
    low: float = -np.inf
    high: float = np.inf
    levels: tuple[float, ...] | None = None
    p: float = float("nan")

    def holds(self, values: np.ndarray) -> np.ndarray:
        """Which of these values of the column fulfil it (boolean, same shape)."""
        if self.levels is not None:
            return np.isin(values, self.levels)
        return (values >= self.low) & (values <= self.high)


@dataclass(frozen=True)
class Box:
    """Restrictions with what they hold: number of worlds, coverage and density."""

    restrictions: tuple[Restriction, ...]
    n: int
    coverage: float
    density: float

    @property
    def cases(self) -> int:
        """How many of the worlds inside are of interest."""
        return round(self.density * self.n)

    def holds(self, worlds: np.ndarray) -> np.ndarray:
        """Which worlds lie inside (boolean, one a row)."""
        inside = np.ones(len(worlds), bool)
        for restriction in self.restrictions:
            inside &= restriction.holds(worlds[:, restriction.column])
        return inside


def find_boxes(
    worlds: np.ndarray,
    of_interest: np.ndarray,
    *,
    categorical: Sequence[int] = (),
    most: int = 2,
    smallest: float = SMALLEST_BOX,
    seed: int = 0,
) -> list[Box]:
    """Boxes of cases of interest, the first first; what a box holds is taken out before the next is sought.

    Args:
        worlds: (n, d) numbers, a row a world; categories as numbers.
        of_interest: (n,) boolean.
        categorical: columns whose numbers are names, not amounts.
        most: at most so many boxes.
        smallest: smallest share of all worlds that a box holds.

    Returns: only boxes whose restrictions pass their tests; none where nothing can be told, the usual answer in noise.
    """
    left = np.ones(len(worlds), bool)
    found: list[Box] = []
    for number in range(most):
        n_least = max(2, round(smallest * len(worlds)))
        if left.sum() < 2 * n_least or not 0 < of_interest[left].sum() < left.sum():
            break
        rng = np.random.default_rng([seed, number])
        box = _tested_box(worlds[left], of_interest[left], categorical, n_least, rng)
        if box is None:
            break
        inside = box.holds(worlds) & left
        coverage = of_interest[inside].sum() / of_interest.sum()
        found.append(Box(box.restrictions, int(inside.sum()), float(coverage), box.density))
        left &= ~inside
    return found


def trajectory(
    worlds: np.ndarray, of_interest: np.ndarray, *, categorical: Sequence[int] = (), n_least: int = 10, peel: float = PEEL
) -> list[Box]:
    """Every box on the way from the whole to the smallest: the trade-off of coverage against density."""
    y = of_interest.astype(float)
    inside = np.ones(len(worlds), bool)
    cuts: dict[int, Restriction] = {}
    path = [_box(cuts, worlds, y)]
    while True:
        cut = _best_peel(worlds[inside], y[inside], cuts, categorical, n_least, peel)
        if cut is None:
            return path
        cuts = {**cuts, cut.column: cut}
        inside &= cut.holds(worlds[:, cut.column])
        path.append(_box(cuts, worlds, y))


def pasted(box: Box, worlds: np.ndarray, of_interest: np.ndarray, *, peel: float = PEEL) -> Box:
    """The box grown again, side by side, as long as that makes it no less dense."""
    y = of_interest.astype(float)
    while True:
        grown = [Box(*_parts(wider, worlds, y)) for wider in _wider(box, worlds, peel)]
        better = [one for one in grown if one.density >= box.density and one.n > box.n]
        if not better:
            return box
        box = max(better, key=lambda one: (one.density, one.n))


def balance(box: Box) -> float:
    """Harmonic mean of coverage and density: what the choice on the trajectory makes largest."""
    total = box.coverage + box.density
    return 2 * box.coverage * box.density / total if total > 0 else 0.0


def p_of_restriction(
    box: Box, restriction: Restriction, worlds: np.ndarray, of_interest: np.ndarray, rng: np.random.Generator
) -> float:
    """How often shuffled labels make a cut of the same size, in whichever column, as good as this restriction.

    Inside the box without the restriction its labels are shuffled; for each shuffle the best run of as many neighbouring
    worlds along any column is sought. So the search that found the restriction is part of its test.
    """
    others = tuple(one for one in box.restrictions if one.column != restriction.column)
    room = _box_of(others, worlds, of_interest.astype(float)).holds(worlds)
    kept = restriction.holds(worlds[room][:, restriction.column])
    n, size = len(kept), int(kept.sum())
    if size in (0, n):
        return 1.0
    y = of_interest[room].astype(float)
    order = np.argsort(worlds[room], axis=0, kind="stable")
    reached = sum(_best_run(rng.permutation(y)[order], size) >= y[kept].sum() for _ in range(SHUFFLES))
    return float((1 + reached) / (1 + SHUFFLES))


def _best_run(sorted_labels: np.ndarray, size: int) -> float:
    """Most cases of interest in any run of `size` neighbours, over all columns."""
    sums = np.cumsum(np.vstack([np.zeros((1, sorted_labels.shape[1])), sorted_labels]), axis=0)
    return float((sums[size:] - sums[:-size]).max())


def _tested_box(
    worlds: np.ndarray, of_interest: np.ndarray, categorical: Sequence[int], n_least: int, rng: np.random.Generator
) -> Box | None:
    """The best box, freed of restrictions that fail their test; None where none is left."""
    box = _without_chance(_chosen(worlds, of_interest, categorical, n_least), worlds, of_interest, rng)
    return box if box.restrictions and box.density > of_interest.mean() else None


def _chosen(worlds: np.ndarray, of_interest: np.ndarray, categorical: Sequence[int], n_least: int) -> Box:
    path = trajectory(worlds, of_interest, categorical=categorical, n_least=n_least)
    return pasted(max(path, key=lambda box: (balance(box), -len(box.restrictions))), worlds, of_interest)


def _without_chance(box: Box, worlds: np.ndarray, of_interest: np.ndarray, rng: np.random.Generator) -> Box:
    """The box without restrictions that chance explains, the least founded taken out first; the rest with their p."""
    while True:
        judged = [(p_of_restriction(box, one, worlds, of_interest, rng), one) for one in box.restrictions]
        weak = [(p, one) for p, one in judged if p > SIGNIFICANCE]
        if not weak:
            told = tuple(Restriction(one.column, one.low, one.high, one.levels, p) for p, one in judged)
            return Box(told, box.n, box.coverage, box.density)
        _, worst = max(weak, key=lambda pair: (pair[0], pair[1].column))
        box = _box_of(tuple(one for one in box.restrictions if one is not worst), worlds, of_interest.astype(float))


def _best_peel(
    worlds: np.ndarray, y: np.ndarray, cuts: dict[int, Restriction], categorical: Sequence[int], n_least: int, peel: float
) -> Restriction | None:
    """The slice to cut off next; None where what is left would be too small, or all of one kind.

    The side is chosen by looking ahead: where would one cut of up to half of the box set the two parts furthest apart, in
    standard errors? Only a thin slice is then taken from that side. To choose by the thin slice alone, as the first PRIM
    did, chases chance as soon as there are many columns.
    """
    n = len(y)
    slice_size = max(1, int(peel * n))
    if n - slice_size < n_least or y.sum() in (0, n):
        return None
    ahead = np.arange(slice_size, max(slice_size, n // 2) + 1)
    candidates: list[tuple[float, Restriction]] = []
    numeric = [column for column in range(worlds.shape[1]) if column not in categorical]
    order = np.argsort(worlds[:, numeric], axis=0, kind="stable")
    labels = y[order]
    for low_side, sums in ((True, labels), (False, labels[::-1])):
        lost = np.cumsum(sums, axis=0)[ahead - 1]
        best = _apart(lost, ahead[:, None], y.sum(), n).max(axis=0)
        for at, column in enumerate(numeric):
            cut = _slice(worlds[:, column], order[:, at], slice_size, low_side, cuts.get(column, Restriction(column)), n_least)
            if cut is not None:
                candidates.append((float(best[at]), cut))
    for column in categorical:
        levels = np.unique(worlds[:, column])
        for level in levels if len(levels) > 1 else ():
            out = worlds[:, column] == level
            if n - out.sum() >= n_least:
                apart = float(_apart(y[out].sum(), out.sum(), y.sum(), n))
                candidates.append((apart, Restriction(column, levels=tuple(float(one) for one in levels if one != level))))
    return max(candidates, key=lambda pair: pair[0])[1] if candidates else None


def _apart(lost_hits: np.ndarray, n_lost: np.ndarray, hits: float, n: int) -> np.ndarray:
    """Standard errors by which what is kept is denser than the box, had the labels been dealt at random."""
    share, kept = hits / n, n - n_lost
    spread = np.sqrt(share * (1 - share) * n_lost / (kept * max(n - 1, 1)))
    return ((hits - lost_hits) / kept - share) / spread


def _slice(
    values: np.ndarray, order: np.ndarray, size: int, low_side: bool, old: Restriction, n_least: int
) -> Restriction | None:
    """The old restriction with a slice of `size` worlds (with all that tie) cut off at one side."""
    edge = values[order[size - 1] if low_side else order[-size]]
    kept = values > edge if low_side else values < edge
    if np.count_nonzero(kept) < n_least:
        return None
    bound = _between(values, kept, low_side)
    return Restriction(old.column, bound, old.high) if low_side else Restriction(old.column, old.low, bound)


def _between(values: np.ndarray, kept: np.ndarray, low_side: bool) -> float:
    """A bound halfway between the last world left out and the first kept."""
    inner, outer = values[kept], values[~kept]
    return float((inner.min() + outer.max()) / 2 if low_side else (inner.max() + outer.min()) / 2)


def _wider(box: Box, worlds: np.ndarray, peel: float) -> list[tuple[Restriction, ...]]:
    """The box with one side moved out over a slice of neighbours, for every side that is closed."""
    wider = []
    for one in box.restrictions:
        others = tuple(other for other in box.restrictions if other is not one)
        if one.levels is not None:
            continue
        values = worlds[_holding(others, worlds)][:, one.column]
        step = max(1, int(peel * box.n))
        below, above = np.sort(values[values < one.low]), np.sort(values[values > one.high])
        if len(below):
            low = (below[-step] + below[-step - 1]) / 2 if len(below) > step else -np.inf
            wider.append((*others, Restriction(one.column, low, one.high)))
        if len(above):
            high = (above[step - 1] + above[step]) / 2 if len(above) > step else np.inf
            wider.append((*others, Restriction(one.column, one.low, high)))
    return [_closed(restrictions) for restrictions in wider]


def _closed(restrictions: tuple[Restriction, ...]) -> tuple[Restriction, ...]:
    """Without restrictions that hold everywhere, in the order of columns."""
    closed = [one for one in restrictions if one.levels is not None or np.isfinite([one.low, one.high]).any()]
    return tuple(sorted(closed, key=lambda one: one.column))


def _holding(restrictions: tuple[Restriction, ...], worlds: np.ndarray) -> np.ndarray:
    return Box(restrictions, 0, 0.0, 0.0).holds(worlds)


def _parts(
    restrictions: tuple[Restriction, ...], worlds: np.ndarray, y: np.ndarray
) -> tuple[tuple[Restriction, ...], int, float, float]:
    inside = _holding(restrictions, worlds)
    n, hits = int(inside.sum()), float(y[inside].sum())
    return restrictions, n, hits / y.sum() if y.sum() else 0.0, hits / n if n else 0.0


def _box_of(restrictions: tuple[Restriction, ...], worlds: np.ndarray, y: np.ndarray) -> Box:
    return Box(*_parts(restrictions, worlds, y))


def _box(cuts: dict[int, Restriction], worlds: np.ndarray, y: np.ndarray) -> Box:
    return _box_of(_closed(tuple(cuts.values())), worlds, y)
