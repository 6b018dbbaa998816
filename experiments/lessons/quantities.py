"""What a theory card may ask of the bureau: behaviour, the scheme's numbers, and what luck and contests look like there.

Theory knows one person, one task and one noise. The bureau has many of each, so the card takes means: every name here is a number
read from the documents of the lesson, or from the first day of its bureau.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from experiments.evidence.limits import Point
from sim.run import Setting, Stage
from sim.schemes.behaviour import Behaviour
from sim.schemes.organisation import Organisation
from sim.schemes.scheme import Scheme

#: Elements of a scheme by the name under which an expression asks for them.
ELEMENTS = {
    "points": "plan.points",
    "difficulty": "plan.targets.difficulty",
    "top_up": "plan.targets.top_up",
    "ratchet_up": "plan.targets.ratchet_up",
    "captured": "process.captured",
    "raters": "appraisal.raters",
    "audit_rate": "appraisal.audit_rate",
    "audit_penalty": "appraisal.audit_penalty",
    "top_share": "appraisal.grades.top_share",
    "applied": "application.applied",
    "unit_weight": "application.unit_weight",
    "performance": "plan.result.performance",
    "bonus_per_point": "application.explicit.bonus_per_point",
    "top_prize": "application.explicit.top_prize",
}

#: Names that are read from the bureau itself.
OF_THE_BUREAU = {
    "luck": "standard deviation of what luck makes of a year's counted output, in normal months (mean over cadres)",
    "variance": "the same as the variance of one month: the interval times luck squared",
    "members": "people in a peer group (mean over cadres)",
    "worth": "strategic value of a normal month's work, monthly wages (mean over cadres)",
    "slope_of_points": "points for a normal month's output more, as a share of all points (mean over cadres)",
}


@lru_cache(maxsize=1)
def quantity_names() -> set[str]:
    """Everything an expression may ask for."""
    numbers = {name for name, field in Behaviour.model_fields.items() if field.annotation in (float, int)}
    return {*numbers, *ELEMENTS, *OF_THE_BUREAU}


def quantities(organisation: Organisation, behaviour: Behaviour, scheme: Scheme) -> Point:
    """Numbers by name for a scheme in a bureau."""
    from sim.schemes.paths import value_at

    numbers = {name: getattr(behaviour, name) for name in quantity_names() & set(Behaviour.model_fields)}
    elements = {name: float(value_at(scheme, path)) for name, path in ELEMENTS.items()}
    return {name: float(value) for name, value in numbers.items()} | elements | _of_the_bureau(organisation, behaviour, scheme)


def _of_the_bureau(organisation: Organisation, behaviour: Behaviour, scheme: Scheme) -> dict[str, float]:
    """Luck, groups and worth as they are on the day after the first month."""
    stage = Stage(Setting(organisation, behaviour, scheme, months=1, warmup_months=1))
    world = stage.warmed_up(0)
    units, cadres = world.departments, world.cadres
    by_cadre = units[cadres["department"]]
    slope = float(by_cadre["points_per_output"].mean())
    luck = float(by_cadre["score_luck"].mean()) / slope if slope > 0 else 0.0
    sizes = np.bincount(cadres["group"])
    return {
        "luck": luck,
        "variance": scheme.appraisal.interval * luck**2,
        "members": float(sizes[cadres["group"]].mean()),
        "worth": worth_of_work(organisation),
        "slope_of_points": slope / scheme.plan.points,
    }


def worth_of_work(organisation: Organisation) -> float:
    """Strategic value of a normal month: values weighted by working time, mean over cadres."""
    units = [*organisation.offices, *(unit for branch in organisation.branches for unit in branch.departments)]
    total = sum(unit.cadres for unit in units)
    worth = sum(unit.cadres * sum(share * organisation.tasks[task].value for task, share in unit.tasks.items()) for unit in units)
    return worth / total if total else 1.0
