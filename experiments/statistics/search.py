"""Many-objective search over levers: NSGA-II for two objectives, NSGA-III for more (Deb et al. 2002; Deb & Jain 2014).

The search only proposes; whoever judges runs the model. With the same seed and the same judgements it proposes the same
candidates to the bit, so an interrupted search is repeated from its beginning with runs that are already there.

pymoo (extra `[optimise]`) is imported only when a search begins.
"""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from experiments.design.paths import Range
from experiments.design.worlds import latin_hypercube
from sim.errors import UserError

Candidate = Mapping[str, Any]

#: (n, objectives) to be made small, and (n, limits) that must not exceed 0.
Judged = tuple[np.ndarray, np.ndarray]
Judge = Callable[[Sequence[Candidate]], Judged]

#: Stands for objectives of a candidate that cannot be judged, and for how far it is beyond its limits.
HOPELESS = 1e6

#: A number moves in round steps, at least so many in its range: as fine as anybody would write a rule.
FEWEST_STEPS = 100
DIGITS = 3  # significant digits of a number on a log scale


@dataclass(frozen=True)
class Found:
    """Every candidate that was judged, once, in the order of its first proposal."""

    candidates: tuple[Candidate, ...]
    objectives: np.ndarray
    limits: np.ndarray
    generation: np.ndarray

    @property
    def within_limits(self) -> np.ndarray:
        """Which candidates keep all limits (boolean)."""
        return np.all(self.limits <= 0, axis=1)

    @property
    def front(self) -> np.ndarray:
        """Numbers of the candidates within limits that no other such candidate is better than in everything."""
        numbers = np.flatnonzero(self.within_limits)
        return numbers[undominated(self.objectives[numbers])]


def check_pymoo() -> None:
    """Refuse to search without pymoo.

    Raises:
        UserError: telling how to install it.
    """
    if importlib.util.find_spec("pymoo") is None:
        raise UserError.of("optimise needs the package pymoo", hint="pip install 'cadresim[optimise]'")


def search(
    levers: Sequence[Range],
    start: Candidate,
    judge: Judge,
    *,
    n_objectives: int,
    n_limits: int,
    population: int,
    generations: int,
    seed: int,
    method: Literal["auto", "nsga2", "nsga3"] = "auto",
) -> Found:
    """Propose, have judged, propose again.

    Args:
        levers: what a candidate may vary.
        start: the first candidate of the first generation; the others fill the ranges evenly.
        judge: objectives (less is better) and limits (0 or less is kept) of candidates.
        n_objectives, n_limits: how many.
        population, generations: size and length of the search.
        seed: of the search alone.
        method: `auto` takes NSGA-II for up to two objectives.

    Raises:
        UserError: pymoo is missing.
    """
    check_pymoo()
    from pymoo.core.evaluator import Evaluator
    from pymoo.problems.static import StaticProblem

    archive = _Archive(judge)
    problem = _problem(levers, n_objectives, n_limits)
    first = _first_generation(levers, start, population, seed)
    algorithm = _algorithm(method, n_objectives, population, first)
    algorithm.setup(problem, termination=("n_gen", generations), seed=seed % 2**32, verbose=False)
    while algorithm.has_next():
        proposed = algorithm.ask()
        objectives, limits = archive.judged([decoded(levers, one.X) for one in proposed])
        Evaluator().eval(StaticProblem(problem, F=objectives, **({"G": limits} if n_limits else {})), proposed)
        algorithm.tell(infills=proposed)
    return archive.found()


def decoded(levers: Sequence[Range], coded: Mapping[str, Any]) -> dict[str, Any]:
    """Values of the levers from what the search calls them: numbers rounded, whole numbers and choices exactly."""
    values: dict[str, Any] = {}
    for lever in levers:
        code = coded[lever.path]
        if lever.kind == "choice":
            values[lever.path] = lever.choices[int(code)]
        elif lever.kind == "whole":
            values[lever.path] = int(code)
        else:
            values[lever.path] = min(max(_rounded(lever, float(lever.value(float(code)))), lever.low), lever.high)
    return values


def _rounded(lever: Range, value: float) -> float:
    if lever.scale == "log":
        return float(f"{value:.{DIGITS}g}")
    digits = math.ceil(-math.log10((lever.high - lever.low) / FEWEST_STEPS))
    return round(value, digits)


def coded(levers: Sequence[Range], values: Candidate) -> dict[str, Any]:
    """What the search calls these values; a value outside its range is moved to the nearest end or choice."""
    return {lever.path: _code(lever, values[lever.path]) for lever in levers}


def undominated(objectives: np.ndarray) -> np.ndarray:
    """Which rows no other row is at least as good as in everything and better in something (boolean; less is better)."""
    n = len(objectives)
    keep = np.ones(n, bool)
    for row in range(n):
        as_good = (objectives <= objectives[row]).all(axis=1)
        keep[row] = not (as_good & (objectives < objectives[row]).any(axis=1)).any()
    return keep


def spread_out(objectives: np.ndarray, most: int) -> np.ndarray:
    """Numbers of at most `most` rows: the best in each objective, then always the row furthest from those chosen."""
    n = len(objectives)
    if n <= most:
        return np.arange(n)
    span = np.ptp(objectives, axis=0)
    scaled = (objectives - objectives.min(axis=0)) / np.where(span > 0, span, 1.0)
    chosen = list(dict.fromkeys(int(best) for best in scaled.argmin(axis=0)))[:most]
    while len(chosen) < most:
        distance = np.min([np.linalg.norm(scaled - scaled[one], axis=1) for one in chosen], axis=0)
        chosen.append(int(distance.argmax()))
    return np.array(sorted(chosen))


class _Archive:
    """Judges every candidate once and remembers it."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self._candidates: dict[tuple[tuple[str, Any], ...], Candidate] = {}
        self._judged: dict[tuple[tuple[str, Any], ...], tuple[np.ndarray, np.ndarray, int]] = {}
        self._generation = 0

    def judged(self, proposed: Sequence[Candidate]) -> Judged:
        keys = [tuple(candidate.items()) for candidate in proposed]
        new = {key: candidate for key, candidate in zip(keys, proposed, strict=True) if key not in self._judged}
        if new:
            objectives, limits = self._judge(list(new.values()))
            for row, (key, candidate) in enumerate(new.items()):
                self._candidates[key] = candidate
                self._judged[key] = (objectives[row], limits[row], self._generation)
        self._generation += 1
        return np.stack([self._judged[key][0] for key in keys]), np.stack([self._judged[key][1] for key in keys])

    def found(self) -> Found:
        rows = list(self._judged.values())
        return Found(
            tuple(self._candidates.values()),
            np.stack([objectives for objectives, _, _ in rows]),
            np.stack([limits for _, limits, _ in rows]),
            np.array([generation for _, _, generation in rows]),
        )


def _first_generation(levers: Sequence[Range], start: Candidate, population: int, seed: int) -> list[dict[str, Any]]:
    shares = latin_hypercube(population - 1, len(levers), np.random.default_rng([seed, population]))
    evenly = [{lever.path: _code_at(lever, float(share)) for lever, share in zip(levers, row, strict=True)} for row in shares]
    return [coded(levers, start), *evenly]


def _code_at(lever: Range, share: float) -> Any:
    return share if lever.kind == "number" else _code(lever, lever.value(share))


def _code(lever: Range, value: Any) -> Any:
    if lever.kind == "choice":
        return lever.choices.index(value) if value in lever.choices else 0
    if lever.kind == "whole":
        return int(min(max(value, lever.low), lever.high))
    inside = min(max(float(value), lever.low), lever.high)
    if lever.scale == "log":
        return float(np.log(inside / lever.low) / np.log(lever.high / lever.low))
    return (inside - lever.low) / (lever.high - lever.low)


def _problem(levers: Sequence[Range], n_objectives: int, n_limits: int) -> Any:
    from pymoo.core.problem import Problem
    from pymoo.core.variable import Choice, Integer, Real

    kinds = {
        "number": lambda lever: Real(bounds=(0.0, 1.0)),
        "whole": lambda lever: Integer(bounds=(int(lever.low), int(lever.high))),
        "choice": lambda lever: Choice(options=list(range(len(lever.choices)))),
    }
    return Problem(vars={lever.path: kinds[lever.kind](lever) for lever in levers}, n_obj=n_objectives, n_ieq_constr=n_limits)


def _algorithm(method: str, n_objectives: int, population: int, first: list[dict[str, Any]]) -> Any:
    from pymoo.algorithms.moo.nsga2 import NSGA2, binary_tournament
    from pymoo.algorithms.moo.nsga3 import NSGA3, comp_by_cv_then_random
    from pymoo.core.mixed import MixedVariableDuplicateElimination, MixedVariableMating
    from pymoo.core.population import Population
    from pymoo.operators.selection.tournament import TournamentSelection
    from pymoo.util.ref_dirs import get_reference_directions

    three = method == "nsga3" or (method == "auto" and n_objectives > 2)
    twins = MixedVariableDuplicateElimination()
    selection = TournamentSelection(func_comp=comp_by_cv_then_random if three else binary_tournament)
    shared = {
        "pop_size": population,
        "sampling": Population.new(X=first),
        "mating": MixedVariableMating(selection=selection, eliminate_duplicates=twins),
        "eliminate_duplicates": twins,
    }
    if not three:
        return NSGA2(**shared)
    directions = get_reference_directions("das-dennis", n_objectives, n_partitions=_partitions(n_objectives, population))
    return NSGA3(ref_dirs=directions, **shared)


def _partitions(n_objectives: int, population: int) -> int:
    """Parts into which each axis is cut, so that there are no more reference directions than candidates."""
    parts = 1
    while math.comb(parts + n_objectives, n_objectives - 1) <= population:
        parts += 1
    return parts
