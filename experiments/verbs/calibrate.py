"""calibrate: the behaviour fitted once, on the rows marked *fit* and on nothing else.

`configs/evidence/calibration.yaml` names the parameters; their priors are the declared ranges of `default`. The result is a
posterior sample of parameter sets; its centre becomes the default behaviour. See `experiments.evidence.matching` for the method.
"""

from __future__ import annotations

import csv
import math
import multiprocessing
import re
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from experiments.evidence.arms import run_row
from experiments.evidence.matching import Box, Effort, Matched, Targets, centre_of, contraction, match
from experiments.evidence.measures import MEASURES
from experiments.evidence.priors import prior_of
from experiments.evidence.rows import Row, load_row, read_row, row_ids
from experiments.evidence.verdicts import RowResult, judge_row
from experiments.runs.runner import check_workers
from sim.errors import UserError
from sim.schemes.behaviour import Behaviour
from sim.schemes.load import read_behaviour
from sim.schemes.locate import configuration_folder
from sim.schemes.nodes import plain
from sim.schemes.posterior import posterior_file
from sim.schemes.reading import read_yaml

PINNED, PARTLY = 0.6, 0.25  # how much narrower than the prior counts as pinned down, and as partly so
TOLERANCES_IN_BAND = 4.0  # a claim's band is two standard deviations of tolerance to either side

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Target:
    """A number the behaviour is fitted on: a measure of a row marked fit, with the band of its claim."""

    row: str
    measure: str
    low: float
    high: float

    @property
    def name(self) -> str:
        """Row and measure."""
        return f"{self.row} {self.measure}"


@dataclass(frozen=True)
class Fitted:
    """What became of one parameter."""

    name: str
    centre: float
    low: float  # central 90 % of the posterior
    high: float
    narrower: float  # than the prior
    rows: tuple[str, ...]  # rows marked fit that it moves by a tolerance or more

    @property
    def is_pinned(self) -> bool:
        """Whether the data say something of it, at least in part."""
        return self.narrower >= PARTLY and bool(self.rows)

    @property
    def pinned(self) -> str:
        """What the data say of it: pinned down, partly, or hardly."""
        return "pinned down" if self.narrower >= PINNED else "partly" if self.narrower >= PARTLY else "hardly"

    @property
    def note(self) -> str:
        """What stands beside its value in the default behaviour."""
        rows = ", ".join(self.rows) or "no row marked fit"
        spread = f"90 % {self.low:.3g} to {self.high:.3g}"
        if self.is_pinned:
            word = "pinned down" if self.narrower >= PINNED else "partly pinned down"
            return f"{rows}: centre of the posterior, {spread}; {word} (docs/calibration.md)"
        return f"ours, the centre of what stays open: {rows} hardly pins it down ({spread}, docs/calibration.md)"


@dataclass
class Calibration:
    """A finished calibration."""

    parameters: tuple[str, ...]
    prior: Box
    targets: tuple[Target, ...]
    matched: Matched
    centre: Behaviour
    rows: list[RowResult]
    touched: dict[str, dict[str, float]]  # parameter -> target -> change over its prior, in tolerances
    seconds: float
    effort: Effort
    replicates: int

    def interval(self, number: int) -> tuple[float, float]:
        """Central 90 % of a parameter's posterior."""
        low, high = np.quantile(self.matched.sets[:, number], (0.05, 0.95))
        return float(low), float(high)

    @property
    def fitted(self) -> list[Fitted]:
        """What became of every parameter."""
        narrower = contraction(self.matched)
        return [
            Fitted(name, getattr(self.centre, name), *self.interval(number), float(narrower[number]), tuple(self.rows_of(name)))
            for number, name in enumerate(self.parameters)
        ]

    def rows_of(self, parameter: str) -> list[str]:
        """Fit rows whose numbers a parameter moves by a tolerance or more over its prior, the most moved first."""
        moved: dict[str, float] = {}
        for target, change in self.touched[parameter].items():
            row = target.split(" ")[0]
            moved[row] = max(moved.get(row, 0.0), change)
        return [row for row, change in sorted(moved.items(), key=lambda item: -item[1]) if change >= 1.0]


def plan_file() -> Path:
    """What is calibrated, and how hard."""
    return configuration_folder() / "evidence" / "calibration.yaml"


def read_plan(path: Path | None = None) -> dict[str, Any]:
    """The plan of the calibration as plain values. Raises `UserError` for unknown parameters or numbers that make no sense."""
    plan = dict(plain(read_yaml(path or plan_file())))
    names = plan.get("parameters", [])
    unknown = [name for name in names if name not in Behaviour.model_fields]
    if unknown or not names:
        raise UserError.of(
            "not parameters of behaviour", file=str(path or plan_file()), found=", ".join(map(str, unknown)) or "none"
        )
    keys = ("seed", "replicates", "first_wave", "waves", "next_waves", "proposals", "posterior")
    for key in keys:
        if not isinstance(plan.get(key), int) or plan[key] < 1:
            raise UserError.of(f"{key} must be a whole number above 0", file=str(path or plan_file()), found=repr(plan.get(key)))
    extra = set(plan) - {"parameters", *keys}
    if extra:
        raise UserError.of("unknown keys", file=str(path or plan_file()), found=", ".join(sorted(extra)))
    return plan


def fit_rows() -> list[Row]:
    """All rows marked fit."""
    return [row for row in map(load_row, row_ids()) if row.file.fit]


def targets_of(rows: Sequence[Row]) -> tuple[Target, ...]:
    """The numbers of the rows that the behaviour is fitted on."""
    return tuple(
        Target(row.id, claim.measure, float(claim.low), float(claim.high))
        for row in rows
        for claim in row.file.claims
        if claim.target and claim.low is not None and claim.high is not None
    )


def as_targets(targets: Sequence[Target]) -> Targets:
    """Centre and tolerance: the middle of the band, a quarter of its width."""
    low, high = np.array([t.low for t in targets]), np.array([t.high for t in targets])
    return Targets(tuple(t.name for t in targets), 0.5 * (low + high), (high - low) / TOLERANCES_IN_BAND)


def numbers_at(behaviour: Behaviour, rows: Sequence[Row], targets: Sequence[Target], replicates: int) -> list[float]:
    """Every target's number under a behaviour; NaN where it cannot be measured."""
    values: dict[str, float] = {}
    for row in rows:
        arms = run_row(row, behaviour, replicates)
        for target in targets:
            if target.row == row.id:
                call = dict(row.file.measures[target.measure])
                try:
                    values[target.name] = float(MEASURES[call.pop("what")](arms, **call))
                except (ValueError, ZeroDivisionError, np.linalg.LinAlgError):  # nobody left to measure it on
                    values[target.name] = math.nan
    return [values[target.name] for target in targets]


@dataclass(frozen=True)
class Setup:
    """What a worker needs to know once: everything about a simulation besides the point."""

    base: Behaviour
    names: tuple[str, ...]
    rows: tuple[Path, ...]
    targets: tuple[Target, ...]
    replicates: int


_AT_HAND: dict[str, Any] = {}  # the worker's own setup and rows


def _get_ready(setup: Setup) -> None:
    rows = [read_row(path) for path in setup.rows]
    for row in rows:
        _ = row.arms
    _AT_HAND.update(setup=setup, rows=rows)


def _numbers(point: np.ndarray) -> list[float]:
    setup: Setup = _AT_HAND["setup"]
    behaviour = setup.base.model_copy(update=dict(zip(setup.names, map(float, point), strict=True)))
    return numbers_at(behaviour, _AT_HAND["rows"], setup.targets, setup.replicates)


def simulator(setup: Setup, workers: int, tell: Tell) -> Callable[[np.ndarray], np.ndarray]:
    """A function from points to numbers that runs the rows, points shared out to processes; the order decides nothing."""

    def simulate(points: np.ndarray) -> np.ndarray:
        begun, values = time.monotonic(), []
        context = multiprocessing.get_context("spawn")  # threads and compiled code do not survive a fork
        with ProcessPoolExecutor(workers, mp_context=context, initializer=_get_ready, initargs=(setup,)) as pool:
            for done, one in enumerate(pool.map(_numbers, points, chunksize=4), start=1):
                values.append(one)
                if done % 64 == 0:
                    tell(f"{done} of {len(points)} points, {time.monotonic() - begun:.0f} s")
        return np.array(values, float)

    return simulate


def calibrate(
    plan: dict[str, Any] | None = None,
    *,
    rows: Sequence[Row] | None = None,
    targets: Sequence[Target] | None = None,
    workers: int | None = None,
    tell: Tell = lambda text: None,
) -> Calibration:
    """Fit the behaviour on the rows marked fit (or on given rows and targets, for tests)."""
    begun = time.monotonic()
    plan = plan or read_plan()
    names = tuple(plan["parameters"])
    rows = list(rows) if rows is not None else fit_rows()
    targets = tuple(targets) if targets is not None else targets_of(rows)
    used = [row for row in rows if any(target.row == row.id for target in targets)]
    prior = prior_of(names)
    base = read_behaviour("default").document
    replicates = plan["replicates"]
    effort = Effort(
        plan["first_wave"], plan["waves"], plan["next_waves"], plan["proposals"], plan["posterior"], plan["seed"]
    )  # fmt: skip
    setup = Setup(base, names, tuple(row.path for row in used), targets, replicates)
    simulate = simulator(setup, check_workers(workers), tell)
    matched = match(simulate, prior, as_targets(targets), effort, tell)
    values = {name: rounded(value) for name, value in zip(names, centre_of(matched), strict=True)}
    centre = Behaviour.model_validate(base.model_dump() | values)
    touched = reach_of(simulate, prior, centre, as_targets(targets))
    results = [judge_row(row, centre, clock=time.monotonic) for row in rows]
    return Calibration(
        names, prior, targets, matched, centre, results, touched, time.monotonic() - begun, effort, replicates
    )  # fmt: skip


def rounded(value: float) -> float:
    """Three significant digits: more than any of these numbers is known to."""
    return float(f"{value:.3g}")


def reach_of(
    simulate: Callable[[np.ndarray], np.ndarray], prior: Box, centre: Behaviour, targets: Targets
) -> dict[str, dict[str, float]]:
    """How far every parameter moves every target from end to end of its prior, the rest at the centre; in tolerances.

    Infinitely far where one end leaves nobody to measure a target on; 0 where both do.
    """
    middle = np.array([getattr(centre, name) for name in prior.names])
    points = []
    for number in range(len(prior.names)):
        for end in (prior.low, prior.high):
            point = middle.copy()
            point[number] = end[number]
            points.append(point)
    values = simulate(np.array(points)).reshape(len(prior.names), 2, -1)
    moved = np.abs(values[:, 1] - values[:, 0]) / targets.tolerance
    missing = np.isnan(values).sum(axis=1)
    moved[missing == 1], moved[missing == 2] = np.inf, 0.0
    return {name: dict(zip(targets.names, moved[number].tolist(), strict=True)) for number, name in enumerate(prior.names)}


# --- what is written -------------------------------------------------------------------------------------------------


def write_posterior(done: Calibration, path: Path | None = None) -> Path:
    """The posterior sample as a table, one set a line."""
    path = path or posterior_file()
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(
            "# Posterior of the behaviour, one parameter set a line; written by `cadresim calibrate`, see docs/calibration.md.\n"
        )
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(done.parameters)
        writer.writerows([[f"{value:.5g}" for value in one] for one in done.matched.sets])
    return path


def write_default(fitted: Sequence[Fitted], path: Path | None = None) -> Path:
    """The centre of the posterior as the default behaviour: value, status and note of every parameter asked about.

    A parameter that the rows hardly pin down stays *assumed*: its value is the middle of the range that was declared for it.
    """
    path = path or configuration_folder() / "behaviour" / "default.yaml"
    text = path.read_text(encoding="utf-8")
    for one in fitted:
        text = _with_fitted(text, one)
    path.write_text(text, encoding="utf-8")
    return path


def _with_fitted(text: str, one: Fitted) -> str:
    pattern = re.compile(rf"^({one.name}: \{{value: )[^,]+(, .*status: )\w+(, note: )\".*\"(\}})$", re.MULTILINE)
    status = "fitted" if one.is_pinned else "assumed"
    changed, times = pattern.subn(lambda m: f'{m[1]}{one.centre:g}{m[2]}{status}{m[3]}"{one.note}"{m[4]}', text)
    if times != 1:
        raise UserError.of("this parameter does not stand on a line of its own", path=one.name)
    return changed
