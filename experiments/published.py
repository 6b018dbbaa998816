"""Published simulations as special cases of the ordinary model: behaviour off, the flow of people and the ranking rules on.

A file in `configs/evidence/simulations` is written like a limit (see `experiments.limits`), with the cells of the published
table in place of a formula. `python -m experiments.published [NAME ...]` prints what the model gives beside what was published.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import kendalltau

from experiments.limits import Limit, Trial, read_setting, value_of
from sim.rules.ranking import BOTTOM, TOP
from sim.schemes.locate import configuration_folder

GRADES = {"bottom": (BOTTOM, 1.0), "top": (TOP, -1.0)}


def folder() -> Path:
    """The folder of published simulations."""
    return configuration_folder() / "evidence" / "simulations"


def simulation_names() -> list[str]:
    """Names of all published simulations, sorted."""
    return sorted(path.stem for path in folder().glob("*.yaml"))


# --- measures --------------------------------------------------------------------------------------------------------


def _judged(trial: Trial, share: str, ends: Sequence[str]) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """(who was given the grade of an end, who truly belongs to that share of all) for every end of every replicate."""
    for run in trial.runs:
        cadres = run.world.cadres
        size = round(float(value_of(share.lstrip("="), trial.point)) * len(cadres))
        for end in ends:
            grade, sign = GRADES[end]
            truly = np.zeros(len(cadres), bool)
            truly[np.argsort(sign * cadres["output"][:, 0], kind="stable")[:size]] = True
            yield cadres["grade"] == grade, truly


def false_share(trial: Trial, share: str, ends: Sequence[str]) -> float:
    """Of those given the grade, the share who do not truly belong there."""
    judged = list(_judged(trial, share, ends))
    return sum((given & ~truly).sum() for given, truly in judged) / sum(given.sum() for given, _ in judged)


def missed_share(trial: Trial, share: str, ends: Sequence[str]) -> float:
    """Of those who truly belong there, the share who were not given the grade."""
    judged = list(_judged(trial, share, ends))
    return sum((truly & ~given).sum() for given, truly in judged) / sum(truly.sum() for _, truly in judged)


def tau_of_score(trial: Trial) -> float:
    """Kendall's tau between score and true output."""
    return float(kendalltau(trial.cadres("score"), trial.cadres("output")).statistic)


def mean_potential(trial: Trial) -> float:
    """Mean potential of the workforce after so many years."""
    return float(trial.for_months(12 * int(trial.point["years"])).cadres("potential").mean())


def efficiency(trial: Trial) -> float:
    """Competence weighted by responsibility, as a share of the most there could be (Pluchino et al. 2010)."""
    shares = []
    for run in trial.runs:
        weight = np.array(run.setting.organisation.posts.responsibility)[run.world.cadres["level"]]
        shares.append((weight * run.world.cadres["ability"]).sum() / (weight.sum() * run.setting.behaviour.ability_high))
    return float(np.mean(shares))


def change_of_efficiency(trial: Trial) -> float:
    """Efficiency at the end less what it was when people were put into posts by lot."""
    first = {"behaviour.ability_floor": 0.0, "behaviour.retirement_age": 1000.0}
    return efficiency(trial) - efficiency(trial.changed(first).for_months(1))


MEASURES: dict[str, Callable[..., float]] = {
    measure.__name__: measure for measure in (false_share, missed_share, tau_of_score, mean_potential, change_of_efficiency)
}

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

    @property
    def is_met(self) -> bool:
        """Whether the model is within the tolerance."""
        return abs(self.simulated - self.published) <= self.tolerance


def check_simulation(name: str, first: int | None = None) -> list[Cell]:
    """Every number of a published simulation (or of the `first` cells of its table only)."""
    document: dict[str, Any] = read_setting(folder() / f"{name}.yaml")
    cells, tolerance = document.pop("cells"), float(document.pop("tolerance"))
    setting = Limit(name=name, formula="", theory="", example={}, ranges={}, **document)
    checks = []
    for cell in cells[:first]:
        at = ", ".join(f"{parameter} {value}" for parameter, value in cell["at"].items())
        trial = Trial(setting, cell["at"], setting.replicates)
        for measure, published in cell["expected"].items():
            call = dict(setting.measures[measure])
            simulated = MEASURES[call.pop("what")](trial, **call)
            checks.append(Cell(name, at, measure, float(simulated), float(published), tolerance))
    return checks


def main(names: Sequence[str]) -> None:
    """Print every number of the published simulations (or those named) beside the model's."""
    for name in names or simulation_names():
        for cell in check_simulation(name):
            word = "met" if cell.is_met else "MISSED"
            print(f"{word:6} {name:26} {cell.measure:8} {cell.simulated:8.4f} for {cell.published:8.4f}  {cell.at}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
