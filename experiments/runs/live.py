"""Runs that are made while somebody waits: few at first, each kept, so that only what has changed is simulated anew.

Warmed-up bureaus and finished runs are kept on two shelves that are bounded in bytes. A run is found again by its content
(`experiments.design.cases`), so a scheme that was not touched costs nothing, whoever asks. Numbers are those of
`sim.run.simulate_schemes` to the bit.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np

from experiments.design.cases import Case, case_digest, digest_of, key_of
from sim.desks import burnout_of, desks_of
from sim.history import HISTORY
from sim.outcomes import SERIES, dimensions, measure
from sim.population.world import World, copy_of
from sim.run import Setting, Stage, walk

if TYPE_CHECKING:
    from sim.schemes.scheme import Scheme

#: Monthly series that are kept of every run.
LINES: tuple[str, ...] = ("burnout_share", "justice_procedural", "inflation", "goal_attainment")
_LINES = [SERIES.index(name) for name in LINES]

Thing = TypeVar("Thing")


class Shelf(Generic[Thing]):
    """Things by key, those asked for last kept, as many as fit in so many bytes. Thread-safe."""

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self.n_bytes = 0
        self._held: OrderedDict[Hashable, tuple[Thing, int]] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._held)

    def get(self, key: Hashable) -> Thing | None:
        """What is there, or None."""
        with self._lock:
            held = self._held.get(key)
            if held is None:
                return None
            self._held.move_to_end(key)
            return held[0]

    def put(self, key: Hashable, thing: Thing, n_bytes: int) -> None:
        """Keep something, and let go of what was not asked for longest."""
        with self._lock:
            before = self._held.pop(key, None)
            self.n_bytes += n_bytes - (before[1] if before else 0)
            self._held[key] = (thing, n_bytes)
            while self.n_bytes > self.most_bytes and self._held:
                self.n_bytes -= self._held.popitem(last=False)[1][1]


@dataclass(frozen=True)
class Kept:
    """What is kept of one run: outcomes, a few monthly series, and the places of its last day with their groups."""

    outcomes: np.ndarray  # (OUTCOMES,), NaN = missing
    lines: np.ndarray  # (steps, LINES)
    desks: np.ndarray  # (cadres,) sim.desks.DESK
    groups: tuple[tuple[str, np.ndarray, tuple[str, ...]], ...]  # dimension, group of every place, names of the groups

    @property
    def n_bytes(self) -> int:
        """Memory that it takes."""
        return self.outcomes.nbytes + self.lines.nbytes + self.desks.nbytes + sum(g.nbytes + 200 for _, g, _ in self.groups) + 500


def setting_of(case: Case) -> Setting:
    """The setting that a case's runs share."""
    return Setting(case.organisation, case.behaviour, case.baseline, case.months, case.warmup_months, case.seed)


class LiveRuns:
    """Makes runs one by one and keeps them. Thread-safe; the simulation itself holds no lock."""

    def __init__(self, worlds_bytes: int, records_bytes: int) -> None:
        self.worlds: Shelf[World] = Shelf(worlds_bytes)
        self.records: Shelf[Kept] = Shelf(records_bytes)

    def key(self, case: Case, scheme: Scheme, replicate: int) -> bytes:
        """Name of a run by its content."""
        return key_of(case_digest(case), scheme, replicate)

    def known(self, case: Case, scheme: Scheme, replicate: int) -> Kept | None:
        """A run that is kept, or None."""
        return self.records.get(self.key(case, scheme, replicate))

    def run(self, case: Case, scheme: Scheme, replicate: int) -> Kept:
        """One run, simulated where it is not kept."""
        key = self.key(case, scheme, replicate)
        kept = self.records.get(key)
        if kept is None:
            kept = self._simulated(case, scheme, replicate)
            self.records.put(key, kept, kept.n_bytes)
        return kept

    def warmed_up(self, case: Case, replicate: int) -> World:
        """A bureau of one's own after the warm-up, ready to be walked on."""
        documents = (case.organisation, case.behaviour, case.baseline)
        key = (*(digest_of(document) for document in documents), case.warmup_months, case.seed, replicate)
        world = self.worlds.get(key)
        if world is None:
            world = Stage(setting_of(case)).warmed_up(replicate)
            self.worlds.put(key, world, sum(table.nbytes for table in world) + 2000)
        return copy_of(world)

    def _simulated(self, case: Case, scheme: Scheme, replicate: int) -> Kept:
        setting = setting_of(case)
        stage = Stage(setting)
        world = stage.under(self.warmed_up(case, replicate), scheme)
        history = np.zeros(setting.steps, HISTORY)
        walk(world, setting.warmup_steps, history)
        groups = tuple(
            (name, group.astype(np.uint16), tuple(labels)) for name, group, labels in dimensions(world, stage.blueprint.names)
        )
        lines = history.view("f8").reshape(len(history), len(SERIES))[:, _LINES].copy()
        return Kept(measure(world, history, setting.window), lines, desks_of(world.cadres, setting.window), groups)


@dataclass(frozen=True)
class Unit:
    """A department in a picture: its place among branches, its first cadre and how many it has."""

    name: str
    branch: str
    first: int
    size: int


@dataclass(frozen=True)
class Picture:
    """One run month by month: every cadre's burnout index (0 to 6) and share of reported work that is falsified (0 to 1)."""

    units: tuple[Unit, ...]
    burnout: np.ndarray  # (steps, cadres)
    falsified: np.ndarray  # (steps, cadres)
    inflation: np.ndarray  # (steps, departments): reported less true attainment
    newcomers: np.ndarray  # (steps, cadres): 1 = somebody else than in the month before


def picture_of(runs: LiveRuns, case: Case, scheme: Scheme, replicate: int) -> Picture:
    """Walk one run month by month and look at everybody after each."""
    setting = setting_of(case)
    stage = Stage(setting)
    world = stage.under(runs.warmed_up(case, replicate), scheme)
    steps, cadres = setting.steps, len(world.cadres)
    burnout, falsified = np.zeros((steps, cadres)), np.zeros((steps, cadres))
    inflation, newcomers = np.zeros((steps, len(world.departments))), np.zeros((steps, cadres), np.uint8)
    own = world.cadres["department"]
    value = world.tasks["value"][world.departments["task"]]
    value = np.where(np.arange(value.shape[1]) < world.departments["n_tasks"][:, None], value, 0.0)[own]
    persons = world.cadres["persons"].copy()
    for step in range(steps):
        walk(world, setting.warmup_steps + step, np.zeros(1, HISTORY))
        people, units = world.cadres, world.departments
        burnout[step] = burnout_of(people)
        padded, true = (people["falsified"] * value).sum(axis=1), (people["output"] * value).sum(axis=1)
        falsified[step] = np.divide(padded, padded + true, out=np.zeros(cadres), where=padded + true > 0).clip(0.0, 1.0)
        inflation[step] = units["reported_attainment"] - units["true_attainment"]
        newcomers[step] = people["persons"] != persons
        persons = people["persons"].copy()
    names, departments = stage.blueprint.names, world.departments
    units_told = tuple(
        Unit(name, names.branches[departments["branch"][n]], int(departments["first"][n]), int(departments["size"][n]))
        for n, name in enumerate(names.departments)
    )
    return Picture(units_told, burnout, falsified, inflation, newcomers)
