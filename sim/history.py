"""Monthly series of a run: one row a step, one named column a series."""

from __future__ import annotations

import numpy as np

from sim.outcomes import SERIES
from sim.population.world import World

HISTORY = np.dtype([(name, "f8") for name in SERIES])


def as_matrix(history: np.ndarray) -> np.ndarray:
    """The series as a plain matrix (steps, series)."""
    return history.view("f8").reshape(len(history), len(SERIES))


#: Series that are means over cadres, and the department's sum that each comes from.
MEANS = {
    "exhaustion_mean": "sum_exhaustion",
    "cynicism_mean": "sum_cynicism",
    "efficacy_mean": "sum_efficacy",
    "burnout_share": "sum_burnout",
    "overload_share": "sum_overload",
    "justice_distributive": "sum_distributive",
    "justice_procedural": "sum_procedural",
    "justice_interpersonal": "sum_interpersonal",
    "justice_informational": "sum_informational",
    "effort_mean": "sum_effort",
    "help_mean": "sum_help",
    "sabotage_mean": "sum_sabotage",
    "threat_mean": "sum_threat",
    "autonomous_motivation_mean": "sum_motivation",
    "understanding_mean": "sum_understanding",
    "exit_share": "sum_exits",
    "target_drift": "sum_target",
    "bonus_cost": "sum_pay",
}


def series_of_branches(world: World) -> np.ndarray:
    """The month's series for every branch (branches, SERIES): the same quantities over a branch's own people and tasks.

    Attainment is that of the branch itself, uncapped, as it reports it; its two-skins gap is its inflation.
    """
    departments, branches = world.departments, world.branches
    first = branches["first_department"]
    people = np.add.reduceat(departments["size"].astype(float), first)
    sums = np.add.reduceat(np.stack([departments[column] for column in MEANS.values()]), first, axis=1)
    values = dict(zip(MEANS, sums / people, strict=True))
    falsified, reported = (np.add.reduceat(departments[name], first) for name in ("sum_falsified", "sum_reported_value"))
    values["falsified_share"] = np.divide(falsified, reported, out=np.zeros(len(first)), where=reported > 0)
    values["goal_attainment"], values["reported_attainment"] = branches["true_attainment"], branches["reported_attainment"]
    values["two_skins_gap"] = values["inflation"] = branches["reported_attainment"] - branches["true_attainment"]
    values["taxpayer_satisfaction"], values["compliance"] = branches["satisfaction"], branches["compliance"]
    return np.column_stack([values[name] for name in SERIES])
