"""Published simulations as special cases of the ordinary model: behaviour off, the flow of people and the ranking rules on.

A file in `configs/evidence/simulations` is written like a limit (see `experiments.evidence.limits`), with the cells of the
published table in place of a formula; a list of values in a cell stands for the mean over all of them.
`python -m experiments.evidence.published [--fast] [NAME ...]` prints what the model gives beside what was published.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import kendalltau

from experiments.evidence.limits import CONFIDENCE, SEED, Estimate, Limit, Trial, read_setting, value_of
from sim.history import HISTORY
from sim.rules.ranking import BOTTOM, TOP
from sim.run import Setting, Stage, walk
from sim.schemes.locate import configuration_folder

GRADES = {"bottom": (BOTTOM, 1.0), "top": (TOP, -1.0)}


def folder() -> Path:
    """The folder of published simulations."""
    return configuration_folder() / "evidence" / "simulations"


def simulation_names() -> list[str]:
    """Names of all published simulations, sorted."""
    return sorted(path.stem for path in folder().glob("*.yaml"))


# --- measures --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Career(Trial):
    """A trial that is also looked at on the way: after every step of the same walk. Its luck may be its own."""

    first_replicate: int = 0

    @cached_property
    def potential(self) -> np.ndarray:
        """Mean potential by step (0 is the first workforce) and bureau, of all replicates side by side."""
        return np.concatenate([self._walked(self.first_replicate + n) for n in range(self.replicates)], axis=1)

    def _walked(self, replicate: int) -> np.ndarray:
        organisation, scheme, behaviour = self.documents
        setting = Setting(organisation, behaviour, scheme, self.limit.months, warmup_months=0, seed=SEED)
        stage = Stage(setting)
        world = stage.under(stage.warmed_up(replicate), scheme)
        first = world.departments["first"][world.branches["first_department"][world.bureaus["first_branch"]]]
        means = [_mean_by_bureau(world.cadres["potential"], first)]
        for step in range(setting.steps):
            walk(world, step, np.zeros(1, HISTORY))
            means.append(_mean_by_bureau(world.cadres["potential"], first))
        return np.array(means)


def _mean_by_bureau(values: np.ndarray, first: np.ndarray) -> np.ndarray:
    return np.add.reduceat(values, first) / np.diff([*first, len(values)])


def estimated(parts: Sequence[float] | np.ndarray) -> Estimate:
    """The mean of equal independent parts of a simulation, and its standard error; with one part there is none to tell."""
    values = np.asarray(parts, float)
    spread = float(values.std(ddof=1)) if len(values) > 1 else math.nan
    return Estimate(float(values.mean()), spread / math.sqrt(len(values)))


def _judged(trial: Career, share: str, ends: Sequence[str]) -> Iterator[list[tuple[np.ndarray, np.ndarray]]]:
    """(who was given the grade of an end, who truly belongs to that share of all) for every end, replicate by replicate."""
    for run in trial.runs:
        cadres = run.world.cadres
        size = round(float(value_of(share.lstrip("="), trial.point)) * len(cadres))
        judged = []
        for end in ends:
            grade, sign = GRADES[end]
            truly = np.zeros(len(cadres), bool)
            truly[np.argsort(sign * cadres["output"][:, 0], kind="stable")[:size]] = True
            judged.append((cadres["grade"] == grade, truly))
        yield judged


def false_share(trial: Career, share: str, ends: Sequence[str]) -> Estimate:
    """Of those given the grade, the share who do not truly belong there."""
    return estimated(
        [
            sum((given & ~truly).sum() for given, truly in judged) / sum(given.sum() for given, _ in judged)
            for judged in _judged(trial, share, ends)
        ]
    )


def missed_share(trial: Career, share: str, ends: Sequence[str]) -> Estimate:
    """Of those who truly belong there, the share who were not given the grade."""
    return estimated(
        [
            sum((truly & ~given).sum() for given, truly in judged) / sum(truly.sum() for _, truly in judged)
            for judged in _judged(trial, share, ends)
        ]
    )


def tau_of_score(trial: Career) -> Estimate:
    """Kendall's tau between score and true output."""
    worlds = [run.world.cadres for run in trial.runs]
    return estimated([kendalltau(cadres["score"], cadres["output"][:, 0]).statistic for cadres in worlds])


def mean_potential(trial: Career, year: int) -> Estimate:
    """Mean potential of the workforce after so many years."""
    return estimated(trial.potential[year])


def growth_of_potential(trials: Sequence[Career], year: int) -> Estimate:
    """Growth in a year of the potential that workforces have on the mean over all conditions, as a share of what it was."""
    before, after = (_pooled([mean_potential(trial, y) for trial in trials]) for y in (year - 1, year))
    growth = after.value / before.value - 1.0
    unlike = [estimated(trial.potential[year] - (1.0 + growth) * trial.potential[year - 1]) for trial in trials]
    return Estimate(growth, _pooled(unlike).standard_error / before.value)


def efficiency(trial: Trial) -> np.ndarray:
    """Competence weighted by responsibility, as a share of the most there could be (Pluchino et al. 2010), by replicate."""
    shares = []
    for run in trial.runs:
        weight = np.array(run.setting.organisation.posts.responsibility)[run.world.cadres["level"]]
        shares.append((weight * run.world.cadres["ability"]).sum() / (weight.sum() * run.setting.behaviour.ability_high))
    return np.array(shares)


def change_of_efficiency(trial: Career) -> Estimate:
    """Efficiency at the end less what it was when people were put into posts by lot."""
    first = {"behaviour.ability_floor": 0.0, "behaviour.retirement_age": 1000.0}
    return estimated(efficiency(trial) - efficiency(trial.changed(first).for_months(12)))


MEASURES: dict[str, Callable[..., Estimate]] = {
    measure.__name__: measure for measure in (false_share, missed_share, tau_of_score, mean_potential, change_of_efficiency)
}
#: Measures that look at all conditions of a cell together.
OVER_ALL: dict[str, Callable[..., Estimate]] = {growth_of_potential.__name__: growth_of_potential}

# --- checks ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cell:
    """One number of a published table: what the model gives, what was published, how far apart they may be."""

    simulation: str
    at: str
    measure: str
    simulated: float
    published: float
    tolerance: float
    standard_error: float = 0.0

    @property
    def is_met(self) -> bool:
        """Whether the model is within the tolerance."""
        return abs(self.simulated - self.published) <= self.tolerance

    @property
    def is_refuted(self) -> bool:
        """Whether even luck (99 %) does not explain that the model is outside the tolerance: for runs with few people."""
        return abs(self.simulated - self.published) > self.tolerance + CONFIDENCE * self.standard_error


def check_simulation(name: str, first: int | None = None, *, crowd: float = 1.0) -> list[Cell]:
    """Every number of a published simulation (or of the `first` cells of its table only); `crowd` below 1 makes do with fewer."""
    document: dict[str, Any] = read_setting(folder() / f"{name}.yaml")
    cells, tolerance = document.pop("cells"), float(document.pop("tolerance"))
    setting = Limit(name=name, formula="", theory="", example={}, ranges={}, **document)
    checks = []
    for cell in cells[:first]:
        at, expected, allowed = cell["at"], cell["expected"], float(cell.get("tolerance", tolerance))
        own = replace(setting, months=cell.get("months", setting.months), crowd=cell.get("crowd", setting.crowd))
        found = _measured(own, at, list(expected), crowd)
        told = ", ".join(f"{parameter} {value}" for parameter, value in at.items())
        for measure, published in expected.items():
            value, error = found[measure]
            checks.append(Cell(name, told, measure, value, float(published), allowed, error))
    return checks


def _measured(setting: Limit, at: Mapping[str, Any], measures: Sequence[str], crowd: float) -> dict[str, Estimate]:
    """Every measure at a cell: its mean over all combinations where the cell lists several values."""
    values = [value if isinstance(value, list) else [value] for value in at.values()]
    replicates = max(2, round(setting.replicates * crowd)) if setting.replicates > 1 else 1
    trials = []
    for number, combination in enumerate(product(*values)):  # each with luck of its own, so that their errors cancel
        point = dict(zip(at, combination, strict=True))
        if setting.crowd > 1:
            point["crowd"] = max(20, round(setting.crowd * crowd))
        trials.append(Career(setting, point, replicates, first_replicate=number * replicates))
    found = {}
    for measure in measures:
        call = dict(setting.measures[measure])
        what = call.pop("what")
        over_all = OVER_ALL.get(what)
        found[measure] = over_all(trials, **call) if over_all else _pooled([MEASURES[what](trial, **call) for trial in trials])
    return found


def _pooled(estimates: Sequence[Estimate]) -> Estimate:
    """The mean of independent estimates."""
    n = len(estimates)
    return Estimate(sum(e.value for e in estimates) / n, math.sqrt(sum(e.standard_error**2 for e in estimates)) / n)


def main(words: Sequence[str]) -> None:
    """Print every number of the published simulations (or those named) beside the model's; `--fast`: a tenth of the people."""
    names = [word for word in words if word != "--fast"] or simulation_names()
    for name in names:
        for cell in check_simulation(name, crowd=0.1 if "--fast" in words else 1.0):
            word = "met" if cell.is_met else "MISSED"
            numbers = f"{cell.simulated:8.4f} +- {cell.standard_error:.4f} for {cell.published:8.4f} +- {cell.tolerance:g}"
            print(f"{word:6} {name:26} {cell.measure:9} {numbers}  {cell.at}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
