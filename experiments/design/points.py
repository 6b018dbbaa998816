"""Points of a study: which values every point gives to which path, and the case that comes out.

A table of points has one row a point and one column a path, as the study names it. Values of scheme paths go into every
scheme but the baseline where there is one to compare with: the baseline is the yardstick and the warm-up, and stays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

from experiments.design.cases import Case
from experiments.design.paths import Range, by_document, with_values

if TYPE_CHECKING:
    import pandas as pd


def full_factorial(ranges: Mapping[str, Range], levels: Mapping[str, int]) -> pd.DataFrame:
    """Every combination of the levels of every path; the last path changes fastest."""
    values = [span.levels(levels[path]) for path, span in ranges.items()]
    return _table(ranges, list(zip(*product(*values), strict=True)))


def latin_hypercube(ranges: Mapping[str, Range], points: int, *, seed: int) -> pd.DataFrame:
    """Points that fill every range evenly, each stratum once."""
    return points_of(ranges, qmc.LatinHypercube(len(ranges), seed=np.random.default_rng(seed)).random(points))


def sobol_sequence(ranges: Mapping[str, Range], points: int, *, seed: int) -> pd.DataFrame:
    """Points of a scrambled Sobol sequence; balanced at a power of two."""
    return points_of(ranges, qmc.Sobol(len(ranges), scramble=True, seed=np.random.default_rng(seed)).random(points))


def points_of(ranges: Mapping[str, Range], shares: NDArray[np.float64]) -> pd.DataFrame:
    """The values that shares of the ranges (rows, paths; 0 to 1) stand for."""
    return _table(
        ranges, [[span.value(share) for share in column] for span, column in zip(ranges.values(), shares.T, strict=True)]
    )


def _table(ranges: Mapping[str, Range], columns: Sequence[Sequence[Any]]) -> pd.DataFrame:
    import pandas as pd

    table = pd.DataFrame(dict(zip(ranges, columns, strict=True)))
    table.index.name = "point"
    return table


@dataclass(frozen=True)
class Cases:
    """The case of every point, made as it is needed; documents that no path touches are shared by all.

    Taking one raises a `UserError` where its values do not fit together.
    """

    base: Case
    ranges: Mapping[str, Range]
    points: pd.DataFrame

    def __iter__(self) -> Iterator[Case]:
        changing = Changing(self.base, [span.path for span in self.ranges.values()])
        columns = [self.points[name].tolist() for name in self.ranges]
        for point, values in zip(self.points.index.tolist(), zip(*columns, strict=True), strict=True):
            yield changing.case(point, values)

    def n_runs(self, replicates: Sequence[int] | Callable[[int], Iterable[int]]) -> int:
        """How many runs these cases make, without making them."""
        if callable(replicates):
            n = sum(sum(1 for _ in replicates(point)) for point in self.points.index.tolist())
        else:
            n = len(replicates) * len(self.points)
        return n * len(self.base.schemes)

    def check(self) -> None:
        """Make every case once, so that no run meets values that do not fit together.

        Raises:
            UserError: naming the point.
        """
        for _ in self:
            pass


class Changing:
    """A case and the paths along which its documents change."""

    def __init__(self, base: Case, paths: Sequence[str]) -> None:
        self.base = base
        self.paths = tuple(paths)
        kinds = by_document(paths)
        self._place = {kind: [(path, self.paths.index(path)) for path in own] for kind, own in kinds.items()}

    def case(self, point: int, values: Sequence[Any]) -> Case:
        """The case at these values, in the order of the paths."""
        base = self.base
        changes: dict[str, Any] = {"point": point}
        for kind in ("organisation", "behaviour"):
            own = self._values(kind, values)
            if own:
                changes[kind] = with_values(getattr(base, kind), own)
        own = self._values("scheme", values)
        if own:
            varied = varied_schemes([one.name for one in base.schemes], base.baseline.name)
            changes["schemes"] = tuple(with_values(one, own) if one.name in varied else one for one in base.schemes)
        return replace(base, **changes)

    def _values(self, kind: str, values: Sequence[Any]) -> dict[str, Any]:
        return {path: values[place] for path, place in self._place[kind]}


def varied_schemes(names: Sequence[str], baseline: str) -> tuple[str, ...]:
    """Names of the schemes that paths of a scheme vary: all but the baseline, or the only one."""
    return tuple(name for name in names if name != baseline) or tuple(names)


def outcomes_array(runs: pd.DataFrame, schemes: Sequence[str], n_points: int, replicates: int) -> NDArray[np.float64]:
    """Outcomes of a table of runs as (points, replicates, schemes, outcomes); NaN where a run is missing or has failed."""
    from sim.outcomes import OUTCOME_NAMES

    place = {name: index for index, name in enumerate(schemes)}
    values = np.full((n_points, replicates, len(schemes), len(OUTCOME_NAMES)), np.nan)
    scheme = runs["scheme"].map(place).to_numpy()
    values[runs["point"].to_numpy(), runs["replicate"].to_numpy(), scheme] = runs[list(OUTCOME_NAMES)].to_numpy(float)
    return values


def can_clash(ranges: Sequence[Range]) -> bool:
    """Whether values that each fit alone may not fit together: several paths of a scheme or of an organisation."""
    kinds = by_document([span.path for span in ranges])
    return len(kinds["scheme"]) > 1 or len(kinds["organisation"]) > 1
