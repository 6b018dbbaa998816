"""Bureaus walked on trial: outcomes of one run, tables compared to the bit, paired differences with their interval."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from scipy import stats

from sim.history import HISTORY
from sim.outcomes import OUTCOME_NAMES, measure
from sim.population.founding import Blueprint, found, lay_out, tailor
from sim.population.world import World
from sim.run import Setting, simulate_schemes, walk
from sim.schemes.behaviour import Behaviour
from sim.schemes.load import load_behaviour, load_organisation, load_scheme
from sim.schemes.organisation import Organisation
from sim.schemes.scheme import Scheme

TABLES = ("cadres", "departments", "branches", "bureaus", "groups")
WINDOW = 12


# --- one run, without a warm-up --------------------------------------------------------------------------------------


@lru_cache(maxsize=32)
def _laid_out(organisation: str, behaviour: str) -> Blueprint:
    return lay_out(Organisation.model_validate_json(organisation), Behaviour.model_validate_json(behaviour))


def founded(scheme: Scheme | str, organisation: Organisation | str, behaviour: Behaviour | None = None, **luck: int) -> World:
    """A bureau on its first day; `luck` may name seed and replicate."""
    scheme = load_scheme(scheme) if isinstance(scheme, str) else scheme
    organisation = load_organisation(organisation) if isinstance(organisation, str) else organisation
    blueprint = _laid_out(organisation.model_dump_json(), (behaviour or load_behaviour()).model_dump_json())
    return found(blueprint, tailor(blueprint, scheme), **{"seed": 1} | luck)


def walked(world: World, steps: int, workers: int = 1) -> tuple[World, np.ndarray]:
    """The bureau after some steps, measured over the last twelve, and its monthly series."""
    world.organisation["window_start"] = max(0, steps - WINDOW)
    history = np.zeros(steps, HISTORY)
    walk(world, 0, history, workers)
    return world, history


def outcomes_of(world: World, history: np.ndarray) -> dict[str, float]:
    """All outcomes of a walked bureau by name."""
    values = measure(world, history, min(WINDOW, len(history)))
    return dict(zip(OUTCOME_NAMES, values.tolist(), strict=True))


def same(a: np.ndarray, b: np.ndarray) -> bool:
    """Equal to the bit (0 and -0 are one number, missing equals missing)."""
    return a.shape == b.shape and bool(np.array_equal(a, b, equal_nan=np.issubdtype(a.dtype, np.floating)))


def columns_that_differ(a: World, b: World, tables: Iterable[str] = TABLES) -> list[str]:
    """`table.column` of everything that is not equal to the bit."""
    return [
        f"{table}.{name}"
        for table in tables
        for name in getattr(a, table).dtype.names
        if not same(getattr(a, table)[name], getattr(b, table)[name])
    ]


def outcomes_that_differ(a: Mapping[str, float], b: Mapping[str, float]) -> dict[str, float]:
    """Outcomes that are not equal, with the change (NaN where one of them is missing)."""
    return {name: b[name] - a[name] for name in a if not (a[name] == b[name] or (a[name] != a[name] and b[name] != b[name]))}


# --- paired differences over replicates --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Difference:
    """A mean paired difference, `half` the width of its 95 % interval, and the mean it starts from."""

    name: str
    start: float
    mean: float
    half: float
    pairs: int

    @property
    def rises(self) -> bool:
        """Whether the whole interval is above 0."""
        return self.mean - self.half > 0.0

    @property
    def falls(self) -> bool:
        """Whether the whole interval is below 0."""
        return self.mean + self.half < 0.0

    def __str__(self) -> str:
        low, high = self.mean - self.half, self.mean + self.half
        return f"{self.name}: from {self.start:.4f}, {self.mean:+.5f} [{low:+.5f}, {high:+.5f}], {self.pairs} pairs"


def difference(name: str, before: Sequence[float], after: Sequence[float]) -> Difference:
    """The paired difference of two columns; pairs in which one is missing are left out."""
    x, y = np.asarray(before, float), np.asarray(after, float)
    known = ~np.isnan(x) & ~np.isnan(y)
    gap = (y - x)[known]
    half = float(stats.t.ppf(0.975, len(gap) - 1) * gap.std(ddof=1) / np.sqrt(len(gap)))
    return Difference(name, float(x[known].mean()), float(gap.mean()), half, len(gap))


def paired(
    before: Scheme, after: Scheme, *, organisation: str = "county_bureau", replicates: int = 20, baseline: str = "base"
) -> Callable[[str], Difference]:
    """Walk both schemes from the same warm-ups with the same luck; ask the answer for any outcome, which is printed too."""
    setting = Setting(load_organisation(organisation), load_behaviour(), load_scheme(baseline))

    def outcomes(replicate: int) -> list[np.ndarray]:
        return [record.outcomes for record in simulate_schemes(setting, [before, after], replicate)]

    with ThreadPoolExecutor(2) as pool:
        table = np.array(list(pool.map(outcomes, range(replicates))))  # (replicate, scheme, outcome)

    def ask(name: str) -> Difference:
        column = OUTCOME_NAMES.index(name)
        found = difference(name, table[:, 0, column], table[:, 1, column])
        print(f"  {found}")
        return found

    return ask


def changed(base: str, name: str, changes: Mapping[str, Any]) -> Scheme:
    """A ready scheme with single values changed, under a name of its own."""
    return load_scheme(base, changes=changes).model_copy(update={"name": name})
