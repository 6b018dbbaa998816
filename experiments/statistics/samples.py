"""Samples for sensitivity: which points a method needs, in the unit cube, a column a parameter.

Points come from SALib's samplers, every one with its own seeded generator (0 is a seed like any other). What a method
computes from them is in `experiments.statistics.indices`; which value of a parameter a share of the unit interval stands for is
`Range.value`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

from sim.errors import UserError

#: What a parameter is called that changes nothing.
DUMMY = "dummy"

#: Morris: levels of the grid and length of a step, as a share of the range.
MORRIS_LEVELS = 4
MORRIS_STEP = MORRIS_LEVELS / (2 * (MORRIS_LEVELS - 1))

#: eFAST: harmonics of a frequency that are summed up.
HARMONICS = 4

#: DGSM: length of a step, as a share of the range.
SMALL_STEP = 0.01

#: The sampler of every method; methods of one sampler share their runs.
SAMPLERS = {
    "sobol": "saltelli",
    "morris": "trajectories",
    "efast": "curves",
    "rbd_fast": "latin",
    "delta": "latin",
    "pawn": "latin",
    "hdmr": "latin",
    "dgsm": "steps",
}  # fmt: skip

#: Samplers in which a dummy is a column like any other. In the others it would change nothing, exactly, because all points
#: share their luck: there the dummy deals the luck anew (`experiments.statistics.indices.luck_of_points`).
WITH_DUMMY = ("curves", "latin")


@dataclass(frozen=True)
class Sample:
    """Points of a sampler: `points` (rows, parameters) in the unit cube; `factors` are what gets an index.

    A factor is a parameter or a group of parameters that move together. `size` is N as the method counts it.
    """

    sampler: str
    parameters: tuple[str, ...]
    factors: tuple[str, ...]
    size: int
    points: NDArray[np.float64]
    with_second_order: bool = False
    group_of: tuple[str, ...] = ()

    @property
    def step(self) -> int:
        """Rows of one unit of the sample: a base point with its neighbours, a trajectory, a single point."""
        k = len(self.factors)
        if self.sampler == "saltelli":
            return 2 * k + 2 if self.with_second_order else k + 2
        return k + 1 if self.sampler in ("trajectories", "steps") else 1

    @property
    def base_rows(self) -> NDArray[np.int64]:
        """One row of every unit, for what is looked at point by point (luck, scatter)."""
        return np.arange(0, len(self.points), self.step)

    def first(self, size: int) -> Sample:
        """The same sample stopped earlier: its first `size` units."""
        if self.sampler == "curves":
            raise ValueError("a search curve cannot be cut")
        rows = size * self.step
        return Sample(
            self.sampler, self.parameters, self.factors, size, self.points[:rows], self.with_second_order, self.group_of
        )

    @cached_property
    def problem(self) -> dict[str, Any]:
        """The problem as SALib describes it: every parameter from 0 to 1."""
        return salib_problem(self.parameters, self.group_of)


def salib_problem(parameters: Sequence[str], group_of: Sequence[str] = ()) -> dict[str, Any]:
    """Names and bounds as SALib wants them."""
    problem: dict[str, Any] = {"num_vars": len(parameters), "names": list(parameters), "bounds": [[0.0, 1.0]] * len(parameters)}
    if group_of and tuple(group_of) != tuple(parameters):
        problem["groups"] = list(group_of)
    return problem


def sample_for(
    method: str,
    parameters: Sequence[str],
    size: int,
    *,
    seed: int,
    groups: Sequence[str] = (),
    second_order: bool = False,
    dummy: bool = True,
) -> Sample:
    """The sample a method needs.

    Args:
        method: sobol, morris, efast, rbd_fast, delta, pawn, hdmr or dgsm.
        parameters: names, in the order of the columns.
        size: N as the method counts it (base points, trajectories, points of a curve, points).
        seed: of the sampler; 0 is a seed.
        groups: name of the group of every parameter (its own name where it is alone); none = every parameter alone.
        second_order: whether sobol gets the rows for second-order indices.
        dummy: whether a column is added that nothing reads (samplers `WITH_DUMMY`).

    Raises:
        UserError: no parameter, a size the method cannot do with (sobol: no power of two; efast: N <= 4 M^2).
    """
    if not parameters:
        raise UserError.of("there is no parameter to vary")
    sampler = SAMPLERS[method]
    names = [*parameters, DUMMY] if dummy and sampler in WITH_DUMMY else list(parameters)
    group_of = tuple(groups) if groups else tuple(names)
    factors = tuple(dict.fromkeys(group_of))
    rng = np.random.default_rng(seed)
    problem = salib_problem(names, group_of)
    if sampler == "saltelli":
        check_power_of_two(size)
        points = _saltelli(names, group_of, factors, size, second_order, rng)
    elif sampler == "trajectories":
        from SALib.sample import morris

        points = morris.sample(problem, size, num_levels=MORRIS_LEVELS, seed=rng)
    elif sampler == "curves":
        from SALib.sample import fast_sampler

        check_curve(size)
        points = fast_sampler.sample(problem, size, M=HARMONICS, seed=rng)
    elif sampler == "latin":
        from SALib.sample import latin

        points = latin.sample(problem, size, seed=rng)
    else:
        points = _small_steps(len(names), size, rng)
    return Sample(sampler, tuple(names), factors, size, np.clip(points, 0.0, 1.0), second_order, group_of)


def check_power_of_two(size: int) -> None:
    """Refuse a size at which a Sobol sequence is not balanced.

    Raises:
        UserError: not a power of two.
    """
    if size < 2 or size & (size - 1):
        near = f"{2 ** max(size.bit_length() - 1, 1)} or {2 ** max(size.bit_length(), 2)}"
        raise UserError.of("Sobol indices need a power of two", path="samples", found=str(size), hint=near)


def check_curve(size: int) -> None:
    """Refuse a search curve with too few points for its harmonics.

    Raises:
        UserError: N <= 4 M^2.
    """
    if size <= 4 * HARMONICS**2:
        raise UserError.of(
            "too few samples for eFAST",
            path="samples",
            found=str(size),
            expected=f"more than {4 * HARMONICS**2} for every parameter",
        )


def _saltelli(
    names: Sequence[str], group_of: Sequence[str], factors: Sequence[str], size: int, second_order: bool, rng: np.random.Generator
) -> NDArray[np.float64]:
    """SALib's order of rows (`SALib.sample.sobol`): A, every A with a factor from B, (every B with one from A,) B."""
    k = len(names)
    base = qmc.Sobol(d=2 * k, scramble=True, rng=rng).random(size) if _takes_rng() else qmc.Sobol(2 * k, seed=rng).random(size)
    a, b = base[:, :k], base[:, k:]
    rows = [a]
    members = [np.array([group == factor for group in group_of]) for factor in factors]
    rows += [np.where(own, b, a) for own in members]
    if second_order:
        rows += [np.where(own, a, b) for own in members]
    rows.append(b)
    return np.stack(rows, axis=1).reshape(-1, k)


def _takes_rng() -> bool:
    """Whether this scipy calls the generator `rng` (from 1.15) and no longer `seed`."""
    import inspect

    return "rng" in inspect.signature(qmc.Sobol.__init__).parameters


def _small_steps(k: int, size: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """A base point, then a small step along every parameter in turn; inwards where a step would leave the cube."""
    base = qmc.Sobol(d=k, scramble=True, rng=rng).random(size) if _takes_rng() else qmc.Sobol(k, seed=rng).random(size)
    step = np.where(base + SMALL_STEP > 1.0, -SMALL_STEP, SMALL_STEP)
    rows = np.repeat(base[:, None, :], k + 1, axis=1)
    for j in range(k):
        rows[:, j + 1, j] += step[:, j]
    return rows.reshape(-1, k)
