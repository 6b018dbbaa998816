"""Worlds drawn for a study: behaviours from declared ranges or the posterior, organisations from ranges.

A Latin hypercube spreads the draws evenly over every range (McKay, Beckman & Conover 1979). The same seed gives the same
worlds, whatever they are used for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.design.paths import Range, by_document, with_values
from sim.errors import UserError

if TYPE_CHECKING:
    import pandas as pd

    from sim.schemes.behaviour import Behaviour
    from sim.schemes.load import Loaded
    from sim.schemes.organisation import Organisation
    from sim.schemes.plans.worlds import Worlds as WorldsPlan


@dataclass(frozen=True)
class Worlds:
    """What sampled worlds differ in: `values[i]` gives every path its value in world i."""

    ranges: tuple[Range, ...]
    values: tuple[Mapping[str, Any], ...]

    def __len__(self) -> int:
        return len(self.values)

    @property
    def paths(self) -> list[str]:
        """What worlds differ in, in the order of the columns."""
        return [one.path for one in self.ranges]

    @property
    def categorical(self) -> tuple[int, ...]:
        """Columns whose numbers are names, not amounts."""
        return tuple(column for column, one in enumerate(self.ranges) if one.kind == "choice")

    @property
    def matrix(self) -> np.ndarray:
        """(worlds, paths) numbers; a choice by its place in the list."""
        rows = [[_as_number(one, world[one.path]) for one in self.ranges] for world in self.values]
        return np.array(rows, dtype=float).reshape(len(self.values), len(self.ranges))

    @property
    def table(self) -> pd.DataFrame:
        """One row a world, a column a path."""
        import pandas as pd

        return pd.DataFrame([dict(world) for world in self.values], columns=self.paths)

    def documents(self, number: int, organisation: Organisation, behaviour: Behaviour) -> tuple[Organisation, Behaviour]:
        """Organisation and behaviour of a world."""
        world, sorted_paths = self.values[number], by_document(self.paths)
        return (
            with_values(organisation, {path: world[path] for path in sorted_paths["organisation"]}),
            with_values(behaviour, {path: world[path] for path in sorted_paths["behaviour"]}),
        )


def sample_worlds(
    ranges: Sequence[Range], number: int, seed: int, *, fitted: Sequence[Mapping[str, float]] | None = None
) -> Worlds:
    """Draw worlds.

    Args:
        ranges: what worlds differ in.
        number: how many.
        seed: of the draws.
        fitted: sets of parameters from a posterior, by path; each world takes one (all are used before one is used again),
            and only paths that are not in it are drawn from their ranges.
    """
    rng = np.random.default_rng([seed, number])
    shares = latin_hypercube(number, len(ranges), rng)
    n_fitted = len(fitted or ())
    sets = [int(place) for _ in range(-(-number // n_fitted) if n_fitted else 0) for place in rng.permutation(n_fitted)]
    worlds = []
    for row in range(number):
        drawn = {one.path: one.value(float(share)) for one, share in zip(ranges, shares[row], strict=True)}
        own = fitted[sets[row]] if fitted else {}
        worlds.append(drawn | {path: own[path] for path in drawn if path in own})
    return Worlds(tuple(ranges), tuple(worlds))


def draw_worlds(plan: WorldsPlan, behaviour: Loaded[Behaviour], seed: int) -> Worlds:
    """The worlds that a study asks for.

    Raises:
        UserError: a posterior is asked for and there is none, or nothing is left that worlds could differ in.
    """
    fitted = posterior_sets() if plan.behaviours == "posterior" else None
    names = [path.removeprefix("behaviour.") for path in fitted[0]] if fitted else []
    ranges = list(plan.ranges(behaviour, names).values())
    if not ranges:
        raise UserError.of(
            "the worlds do not differ in anything", found="the behaviour declares no ranges", hint="vary: {path: [low, high]}"
        )
    return sample_worlds(ranges, plan.number, seed, fitted=fitted)


def posterior_sets() -> list[dict[str, float]]:
    """Every set of the posterior, by path."""
    from sim.schemes.posterior import load_posterior

    found = load_posterior()
    return [{f"behaviour.{name}": value for name, value in zip(found.names, row, strict=True)} for row in found.sets]


def latin_hypercube(number: int, columns: int, rng: np.random.Generator) -> np.ndarray:
    """(number, columns) shares of ranges: each of `number` equal parts of a column holds exactly one."""
    parts = rng.permuted(np.tile(np.arange(number), (columns, 1)), axis=1).T
    return (parts + rng.random((number, columns))) / number


def _as_number(one: Range, value: Any) -> float:
    return float(one.choices.index(value)) if one.kind == "choice" else float(value)
