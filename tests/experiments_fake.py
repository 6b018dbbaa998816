"""A small fake of the core for tests of experiments: a pure function of (seed, replicate, scheme), made in no time."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from experiments.design.study import REWARDS, Design
from sim.desks import DESK, MEASURES, compare_desks
from sim.outcomes import OUTCOME_NAMES, OWN_GROUP_OUTCOMES, SERIES
from sim.schemes.behaviour import Behaviour
from sim.schemes.organisation import Organisation
from sim.schemes.scheme import Scheme

GROUPS = [("department", "office"), ("department", "section"), ("sequence", "only")]
PLACES = 40

TITLES = (
    "Deduction-heavy status quo",
    "Scoring-based reform",
    "Forced ranking without a floor",
    "Forced ranking with a floor",
    "Explicit incentives",
    "Implicit incentives",
    "Combined explicit and implicit incentives",
    "S County remedies",
    "Balanced scorecard, four perspectives",
    "Balanced scorecard, five perspectives and strategy map",
    "Municipal closed loop",
    "Superior ranking with joint responsibility",
    "Full-carrier appraisal",
)


@dataclass
class FakeRecord:
    """Like `sim.run.Record`."""

    scheme: str
    replicate: int
    seed: int
    outcomes: np.ndarray
    monthly: np.ndarray
    groups: np.ndarray
    group_labels: list[tuple[str, str]] = field(default_factory=lambda: list(GROUPS))


def organisation() -> Organisation:
    """The smallest bureau that its document allows."""
    return Organisation.model_validate(
        {
            "name": "small_bureau",
            "title": "Small bureau",
            "sequences": ["only"],
            "tasks": {"service": {"perspective": "customer"}},
            "offices": [{"name": "office", "sequence": "only", "cadres": 5, "tasks": {"service": 1.0}}],
        }
    )


def scheme(name: str, title: str = "", **explicit: float) -> Scheme:
    """A scheme with nothing but a name and explicit rewards."""
    return Scheme.model_validate({"name": name, "title": title, "application": {"explicit": explicit}})


def many_schemes() -> list[Scheme]:
    """Schemes with the titles of the presets."""
    return [scheme(f"scheme_{number}", title, bonus_per_point=0.01 * number) for number, title in enumerate(TITLES)]


def design(schemes: Sequence[Scheme] | None = None, **changes: Any) -> Design:
    """A small design."""
    chosen = tuple(schemes or [scheme("status_quo"), scheme("reform", bonus_per_point=0.1), scheme("ranking", top_prize=0.5)])
    settings: dict[str, Any] = {
        "name": "fake",
        "months": 6,
        "warmup_months": 2,
        "replicates": 8,
        "seed": 1,
        "baseline": chosen[0].name,
    }
    return Design(organisation=organisation(), behaviour=Behaviour(), schemes=chosen, **(settings | changes))


def numbers(design: Design, scheme: Scheme, replicate: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Outcomes, monthly series and groups: common luck of the replicate, an effect of the scheme, a little luck of both."""
    common = np.random.default_rng([design.seed, replicate])
    effect = np.random.default_rng(zlib.crc32(scheme.name.encode()))
    own = np.random.default_rng([design.seed, replicate, zlib.crc32(scheme.name.encode())])
    shift = effect.normal(0.0, 0.06, len(OUTCOME_NAMES))
    outcomes = 0.4 + common.normal(0, 0.03, len(OUTCOME_NAMES)) + shift + own.normal(0, 0.01, len(OUTCOME_NAMES))
    explicit = scheme.application.explicit
    pay = sum(getattr(explicit, reward) for reward in REWARDS[:-1]) - explicit.bottom_cut
    outcomes[OUTCOME_NAMES.index("bonus_cost")] = pay * (1 + 0.2 * np.tanh(pay)) * (1 + 0.05 * common.normal())
    outcomes[OUTCOME_NAMES.index("goal_external")] = np.nan
    if replicate == 1:
        outcomes[OUTCOME_NAMES.index("rank_distortion")] = np.nan
    month = np.arange(1, design.months + 1)[:, None]
    by_name = dict(zip(OUTCOME_NAMES, shift, strict=True))
    slope = np.array([by_name.get(name, 0.0) for name in SERIES])
    wobble = np.cumsum(common.normal(0, 0.006, (design.months, len(SERIES))), axis=0)
    monthly = 0.4 + slope * (1 - np.exp(-month / 9)) + wobble + own.normal(0, 0.004, (design.months, len(SERIES)))
    own_groups = outcomes[: len(OWN_GROUP_OUTCOMES)] + np.arange(len(GROUPS))[:, None] / 10
    groups = np.hstack([own_groups, fake_desks(design, scheme, common, own)])
    return outcomes, monthly, groups


def fake_desks(design: Design, scheme: Scheme, common: np.random.Generator, own: np.random.Generator) -> np.ndarray:
    """Forty desks in two departments; everybody outside the baseline earns .05 more, every tenth desk has another occupant."""
    before = np.zeros(PLACES, DESK)
    before["grade"] = common.integers(0, 4, PLACES)
    for measure in MEASURES[1:]:
        before[measure.name] = common.normal(measure.limits[1], 0.05, PLACES)
    after = before.copy()
    if scheme.name != design.baseline_scheme.name:
        after["pay"] += 0.05
        after["burnout"] += own.normal(0, 0.2, PLACES)
        after["persons"][::10] += 1
    department = np.arange(PLACES) % 2
    return compare_desks(before, after, [(department, 2), (np.zeros(PLACES, int), 1)])


def fake_core(design: Design):  # type: ignore[no-untyped-def]
    """Like `experiments.runs.runner.compiled_core`."""

    def simulate(replicate: int) -> list[FakeRecord]:
        return [FakeRecord(one.name, replicate, design.seed, *numbers(design, one, replicate)) for one in design.schemes]

    return simulate
