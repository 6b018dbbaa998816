"""Monthly series of a run: one row a step, one named column a series."""

from __future__ import annotations

import numpy as np

from sim.outcomes import SERIES

HISTORY = np.dtype([(name, "f8") for name in SERIES])


def as_matrix(history: np.ndarray) -> np.ndarray:
    """The series as a plain matrix (steps, series)."""
    return history.view("f8").reshape(len(history), len(SERIES))
