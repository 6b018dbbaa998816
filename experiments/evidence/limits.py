"""Limits: the ordinary model, everything else switched off, against closed forms of theory (model.md, section 6).

A limit is a file in `configs/evidence/limits`: a small organisation, a scheme and a behaviour as a difference from the
laboratory (`configs/evidence/laboratory.yaml`), with expressions in the limit's parameters ("= c/2"); what is measured; the
example; and ranges from which further points are drawn. Every number comes out of `sim.run.simulate`; levers are searched for.
`python -m experiments.evidence.limits [NAME ...]` prints what the model gives beside the formulas of
`experiments.evidence.theory`.
"""

from __future__ import annotations

import ast
import math
import operator
import sys
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import minimize, minimize_scalar

from experiments.evidence.theory import FORMS
from sim.run import Run, simulate
from sim.schemes.behaviour import Behaviour
from sim.schemes.locate import configuration_folder
from sim.schemes.nodes import Node
from sim.schemes.organisation import Organisation
from sim.schemes.reading import read_yaml
from sim.schemes.scheme import Scheme

Point = Mapping[str, float]

SEED = 2026
POINTS = 10
TOLERANCE = 0.01
CONFIDENCE = 2.576  # standard errors of a 99 % interval
REPLACED_WHOLE = ("tasks", "indicators")  # a difference replaces these: their shares or weights make 1


# --- files -----------------------------------------------------------------------------------------------------------


def folder() -> Path:
    """The folder of limits."""
    return configuration_folder() / "evidence" / "limits"


def limit_names() -> list[str]:
    """Names of all limits, sorted."""
    return sorted(path.stem for path in folder().glob("*.yaml"))


@dataclass(frozen=True)
class Limit:
    """One closed form and the setting in which the ordinary model must reach it."""

    name: str
    title: str
    formula: str
    source: str
    theory: str
    example: dict[str, float]
    ranges: dict[str, list[float]]
    measures: dict[str, dict[str, Any]]
    months: int
    expected: dict[str, float] = field(default_factory=dict)
    examples: dict[str, dict[str, dict[str, float]]] = field(default_factory=dict)
    where: list[str] = field(default_factory=list)
    levers: dict[str, list[float]] = field(default_factory=dict)
    note: str = ""
    crowd: int = 1
    replicates: int = 1
    organisation: dict[str, Any] = field(default_factory=dict)
    scheme: dict[str, Any] = field(default_factory=dict)
    behaviour: dict[str, Any] = field(default_factory=dict)

    def expects(self, point: Point) -> dict[str, float]:
        """What theory says of every measure at a point."""
        expected = FORMS[self.theory](**{name: point[name] for name in self.example})
        return {name: float(value) for name, value in expected.items()}

    def random_points(self, number: int = POINTS, seed: int = SEED) -> list[dict[str, float]]:
        """Points drawn uniformly from the ranges (whole numbers where both ends are), as far as the formula holds there."""
        luck = np.random.default_rng([seed, zlib.crc32(self.name.encode())])
        points: list[dict[str, float]] = []
        while len(points) < number:
            point = {name: _drawn(luck, low, high) for name, (low, high) in self.ranges.items()}
            if all(value_of(condition, {**point, **self.expects(point)}) for condition in self.where):
                points.append(point)
        return points

    def printed_points(self) -> Iterator[tuple[str, dict[str, float], dict[str, float]]]:
        """(label, point, numbers printed with the formula) of every example."""
        yield "example", self.example, self.expected
        for label, other in self.examples.items():
            yield label, {**self.example, **other["at"]}, other["expected"]


def _drawn(luck: np.random.Generator, low: float, high: float) -> float:
    if isinstance(low, int) and isinstance(high, int):
        return int(luck.integers(low, high, endpoint=True))
    return float(luck.uniform(low, high))


def load_limit(name: str) -> Limit:
    """A limit by name. Errors: `UserError` where the file cannot be read, `TypeError` where it says something unknown."""
    return Limit(name=name, **read_setting(folder() / f"{name}.yaml"))


def read_setting(path: Path) -> dict[str, Any]:
    """A file of evidence: its organisation, scheme and behaviour laid over the laboratory's."""
    laboratory = _plain(read_yaml(folder().parent / "laboratory.yaml"))
    document = _plain(read_yaml(path))
    for part in ("organisation", "scheme", "behaviour"):
        document[part] = _laid_over(laboratory[part], document.get(part, {}))
    return document


def _plain(node: Node) -> Any:
    if isinstance(node.value, dict):
        return {key: _plain(item) for key, item in node.value.items()}
    return [_plain(item) for item in node.value] if isinstance(node.value, list) else node.value


def _laid_over(base: Any, difference: Any, key: str = "") -> Any:
    if isinstance(base, dict) and isinstance(difference, dict) and key not in REPLACED_WHOLE:
        return base | {k: _laid_over(base.get(k), item, k) for k, item in difference.items()}
    return difference


def _changed(document: dict[str, Any], path: Sequence[str], value: Any) -> dict[str, Any]:
    head, *rest = path
    return document | {head: _changed(document.get(head, {}), rest, value) if rest else value}


# --- expressions -----------------------------------------------------------------------------------------------------

_OPERATORS: dict[type, Callable[..., Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv, ast.Pow: operator.pow,
    ast.USub: operator.neg, ast.Gt: operator.gt, ast.Lt: operator.lt,
}  # fmt: skip
_FUNCTIONS: dict[str, Callable[[float], float]] = {"sqrt": math.sqrt, "abs": abs}


def value_of(expression: str, point: Point) -> Any:
    """Value of an expression in the parameters of a point: + - * / **, sqrt, abs, < and >."""

    def value(node: ast.expr) -> Any:
        match node:
            case ast.Constant():
                return node.value
            case ast.Name():
                return point[node.id]
            case ast.UnaryOp():
                return _OPERATORS[type(node.op)](value(node.operand))
            case ast.BinOp():
                return _OPERATORS[type(node.op)](value(node.left), value(node.right))
            case ast.Compare(ops=[compare], comparators=[right]):
                return _OPERATORS[type(compare)](value(node.left), value(right))
            case ast.Call(func=ast.Name(id=name), args=[argument]):
                return _FUNCTIONS[name](value(argument))
        raise ValueError(f"no expression of a limit: {expression}")

    return value(ast.parse(expression.strip(), mode="eval").body)


def _filled(part: Any, point: Point) -> Any:
    if isinstance(part, dict):
        return {key: _filled(item, point) for key, item in part.items()}
    if isinstance(part, list):
        return [_filled(item, point) for item in part]
    return value_of(part[1:], point) if isinstance(part, str) and part.startswith("=") else part


# --- trials ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Trial:
    """A limit at a point: the ordinary model run once a replicate, and searched where the limit has levers."""

    limit: Limit
    point: Point
    replicates: int

    def changed(self, changes: Mapping[str, Any]) -> Trial:
        """The same trial with values set by path (`scheme.plan...`, `behaviour.gloss`)."""
        limit = self.limit
        for path, value in changes.items():
            part, *rest = path.split(".")
            new: dict[str, Any] = {part: _changed(getattr(limit, part), rest, value)}
            limit = replace(limit, **new)
        return replace(self, limit=limit)

    def for_months(self, months: int) -> Trial:
        """The same trial, run for longer."""
        return replace(self, limit=replace(self.limit, months=months))

    @cached_property
    def documents(self) -> tuple[Organisation, Scheme, Behaviour]:
        """The organisation, the scheme and the behaviour at the point."""
        return (
            Organisation.model_validate(_filled(self.limit.organisation, self.point)),
            Scheme.model_validate(_filled(self.limit.scheme, self.point)),
            Behaviour.model_validate(_filled(self.limit.behaviour, self.point)),
        )

    def run(self, replicate: int = 0) -> Run:
        """One run of the model."""
        organisation, scheme, behaviour = self.documents
        return simulate(
            scheme, organisation, behaviour=behaviour, baseline=scheme, months=self.limit.months, warmup_months=0,
            seed=SEED, replicate=replicate,
        )  # fmt: skip

    @cached_property
    def runs(self) -> list[Run]:
        """All replicates."""
        return [self.run(replicate) for replicate in range(self.replicates)]

    def cadres(self, column: str, task: int = 0) -> np.ndarray:
        """A column of all cadres of all replicates in the last step (one own task of it where it has one a task)."""
        columns = [run.world.cadres[column] for run in self.runs]
        return np.concatenate([values if values.ndim == 1 else values[:, task] for values in columns])


def surplus(limit: Limit, point: Point) -> float:
    """Mean surplus over the last twelve months: value of output less the costs of effort, falsification and risk."""
    run = Trial(limit, point, 1).run()
    return float(run.world.cadres["window_surplus"].mean()) / run.setting.window


def best_levers(limit: Limit, point: Point) -> dict[str, float]:
    """The levers with the most surplus, searched for with the same luck at every try."""
    names, bounds = list(limit.levers), list(limit.levers.values())

    def shortfall(levers: Sequence[float]) -> float:
        return -surplus(limit, {**point, **dict(zip(names, map(float, levers), strict=True))})

    if len(names) == 1:
        found = minimize_scalar(lambda lever: shortfall([lever]), bounds=bounds[0], method="bounded", options={"xatol": 1e-6})
        return {names[0]: float(found.x)}
    start = [0.4 * (low + high) for low, high in bounds]
    settings = {"xatol": 1e-5, "fatol": 1e-11, "maxiter": 400}
    found = minimize(shortfall, start, bounds=bounds, method="Nelder-Mead", options=settings)
    return dict(zip(names, map(float, found.x), strict=True))


# --- measures --------------------------------------------------------------------------------------------------------


class Estimate(NamedTuple):
    """A measure that luck moves: its value and standard error (that of a correlation of normal variables)."""

    value: float
    standard_error: float


def lever(trial: Trial, lever: str) -> float:
    """The best setting of a lever that the search found."""
    return trial.point[lever]


def mean(trial: Trial, column: str, task: int = 0, times: str = "= 1") -> float:
    """Mean of a column over cadres, times an expression."""
    return float(trial.cadres(column, task).mean()) * float(value_of(times.lstrip("="), trial.point))


def gain(trial: Trial, column: str, against: dict[str, Any], task: int = 0) -> float:
    """Mean of a column less what it is, in the same luck, with some values set otherwise."""
    return mean(trial, column, task) - mean(trial.changed(against), column, task)


def ratio(trial: Trial, column: str, against: dict[str, Any], task: int = 0) -> float:
    """Mean of a column relative to what it is with some values set otherwise."""
    return mean(trial, column, task) / mean(trial.changed(against), column, task)


def _gaps(trial: Trial) -> tuple[np.ndarray, np.ndarray]:
    """(how far every cadre's true output stays below the standard, whether he reports the standard exactly)."""
    output = trial.cadres("output")
    gap = trial.point["standard"] - output
    reported = output + trial.cadres("falsified")
    return gap[gap > 0.0], (np.abs(reported - trial.point["standard"]) < 1e-9)[gap > 0.0]


def width_of_bunching(trial: Trial) -> float:
    """The largest gap from which anybody reports the standard, half-way to the next gap that nobody bridges."""
    gap, bunches = _gaps(trial)
    widest = gap[bunches].max()
    return float(0.5 * (widest + gap[gap > widest].min()))


def share_that_bunches(trial: Trial, inside: bool) -> float:
    """Share of those within (or beyond) the width of theory who report the standard."""
    gap, bunches = _gaps(trial)
    within = gap <= trial.limit.expects(trial.point)["width"]
    return float(bunches[within if inside else ~within].mean())


#: Where a report is read: the table of units and the column that holds what they hand on.
REPORTS = {
    "section": ("departments", "sum_reported"),
    "branch": ("branches", "sum_reported"),
    "bureau": ("bureaus", "sum_reported"),
    "superior": ("bureaus", "sum_superior"),
}


def _reports(trial: Trial, at: str) -> tuple[np.ndarray, np.ndarray]:
    """(true, as it is handed on at a level) for every chain of units of all replicates."""
    table, column = REPORTS[at]
    units = [getattr(run.world, table) for run in trial.runs]
    true = np.concatenate([rows["sum_true"][:, 0] for rows in units])
    return true, np.concatenate([rows[column][:, 0] for rows in units])


def amplification(trial: Trial, at: str) -> float:
    """What is handed on at a level relative to what is true."""
    true, handed_on = _reports(trial, at)
    return float(handed_on.sum() / true.sum())


def fidelity(trial: Trial, at: str) -> Estimate:
    """Squared correlation of what is handed on at a level with what is true, across units."""
    true, handed_on = _reports(trial, at)
    correlation = np.corrcoef(true, handed_on)[0, 1]
    return Estimate(correlation**2, 2.0 * correlation * (1.0 - correlation**2) / math.sqrt(len(true)))


def agreement_of_two_appraisals(trial: Trial) -> Estimate:
    """Correlation of the scores of one step with those of the next, when performance is the same in both."""
    first, second = trial.cadres("score"), trial.for_months(trial.limit.months + 1).cadres("score")
    correlation = np.corrcoef(first, second)[0, 1]
    return Estimate(correlation, (1.0 - correlation**2) / math.sqrt(len(first)))


MEASURES: dict[str, Callable[..., float | Estimate]] = {
    measure.__name__: measure
    for measure in (
        lever, mean, gain, ratio, width_of_bunching, share_that_bunches, amplification, fidelity, agreement_of_two_appraisals,
    )
}  # fmt: skip


def measured(limit: Limit, point: Point, *, crowd: float = 1.0) -> dict[str, Estimate]:
    """What the model gives for every measure at a point, with the standard error where luck is needed.

    `crowd` below 1 makes do with fewer people and replicates.
    """
    if limit.crowd > 1:
        point = {**point, "crowd": max(200, int(limit.crowd * crowd))}
    if limit.levers:
        point = {**point, **best_levers(limit, point)}
    trial = Trial(limit, point, max(1, int(limit.replicates * crowd)))
    trials: dict[str, Trial] = {}
    values = {}
    for name, call in limit.measures.items():
        rest = dict(call)
        what, changes, certain = rest.pop("what"), rest.pop("with", {}), rest.pop("certain", False)
        one = replace(trial.changed(changes), replicates=1 if certain else trial.replicates)
        one = trials.setdefault(f"{changes} {certain}", one)  # runs are shared between measures
        value = MEASURES[what](one, **rest)
        values[name] = value if isinstance(value, Estimate) else Estimate(value, 0.0)
    return values


# --- checks ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Check:
    """One measure at one point: simulated beside the formula."""

    limit: str
    label: str
    measure: str
    simulated: float
    formula: float
    standard_error: float = 0.0
    printed: float | None = None

    @property
    def error(self) -> float:
        """Relative error; absolute where the formula gives 0."""
        gap = abs(self.simulated - self.formula)
        return gap / abs(self.formula) if abs(self.formula) > 1e-12 else gap

    @property
    def is_met(self) -> bool:
        """Whether the model is within 1 % of the formula, or the formula within the Monte-Carlo interval (99 %)."""
        return self.error <= TOLERANCE or abs(self.simulated - self.formula) <= CONFIDENCE * self.standard_error


def check_point(limit: Limit, label: str, point: Point, printed: Point | None = None, *, crowd: float = 1.0) -> list[Check]:
    """Every measure of a limit at a point."""
    expects = limit.expects(point)
    return [
        Check(limit.name, label, name, found.value, expects[name], found.standard_error, (printed or {}).get(name))
        for name, found in measured(limit, point, crowd=crowd).items()
    ]


def check_limit(name: str, points: int = POINTS) -> list[Check]:
    """Every measure of a limit at its examples and at random points."""
    limit = load_limit(name)
    checks = [check for label, point, printed in limit.printed_points() for check in check_point(limit, label, point, printed)]
    for number, point in enumerate(limit.random_points(points)):
        checks += check_point(limit, f"point {number + 1}", point)
    return checks


def main(names: Sequence[str]) -> None:
    """Print a table of all limits (or those named): simulated and formula at the example, worst error over the points."""
    print(f"{'limit':22} {'measure':24} {'simulated':>10} {'formula':>10} {'printed':>8} {'error':>8} {'worst':>8} missed")
    for name in names or limit_names():
        checks = check_limit(name)
        for measure in load_limit(name).measures:
            own = [check for check in checks if check.measure == measure]
            worst = max(check.error for check in own if check.label.startswith("point"))
            missed = sum(not check.is_met for check in own)
            for check in own:
                if not check.label.startswith("point"):
                    printed = "" if check.printed is None else f"{check.printed:g}"
                    numbers = (
                        f"{check.simulated:10.5f} {check.formula:10.5f} {printed:>8} {check.error:8.2%} {worst:8.2%} {missed:6}"
                    )
                    print(f"{name:22} {measure:24} {numbers}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
