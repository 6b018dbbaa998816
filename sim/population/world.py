"""A world: the tables of one run. Both walks read and write nothing else."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class World(NamedTuple):
    """Everything a run carries, as structured arrays (see `columns`), settings among them (see `settings`)."""

    luck: np.ndarray  # uint64 (3,): seed (low, high), replicate
    organisation: np.ndarray  # (1,) ORGANISATION
    schemes: np.ndarray  # (n,) SCHEME: one row per scheme in force and step since when; units and groups carry theirs (`arm`)
    behaviour: np.ndarray  # (1,) BEHAVIOUR
    tasks: np.ndarray  # (TASKS,) TASK
    indicators: np.ndarray  # (n,) INDICATOR: those of one scheme after those of another
    cadres: np.ndarray  # (n,) CADRE
    departments: np.ndarray  # (n,) DEPARTMENT
    branches: np.ndarray  # (n,) BRANCH
    bureaus: np.ndarray  # (n,) BUREAU
    groups: np.ndarray  # (n,) GROUP
    members: np.ndarray  # int32 (n cadres,): cadres ordered by peer group


def copy_of(world: World) -> World:
    """A world that shares nothing with the original: schemes start from the same warm-up."""
    return World(*(table.copy() for table in world))
