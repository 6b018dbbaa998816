"""Coverage of all intervals under planted effects, the fast version; `python -m tests.planted` is the full one."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))
from planted import EFFECTS, REAL_OUTCOMES, at_fixed_replicates, at_the_end, best_is_kept, growing_real_studies, normal

#: Coverage over so many repetitions strays by luck: three standard errors around the band.
REPETITIONS = 250
STRAY = 3 * np.sqrt(0.05 * 0.95 / REPETITIONS)


def test_fixed_numbers_of_replicates() -> None:
    held = at_fixed_replicates(normal, 20, REPETITIONS)
    for name in ("no effect", "planted effects", "all at once"):
        assert abs(held[name].share - 0.95) < STRAY, f"{name}: {held[name]}"
    assert held["all at once, plain intervals"].share < 0.92


@pytest.mark.parametrize("width", [0.15, 0.4])
def test_grown_until_settled(width: float) -> None:
    def draw(rng: np.random.Generator) -> np.ndarray:
        return normal(rng, len(EFFECTS), 600) + EFFECTS[:, None]

    held = at_the_end(draw, EFFECTS, width, REPETITIONS)
    plain = held.pop("plain intervals, ended when settled")
    for name, one in held.items():
        assert name.startswith("(") or 0.95 - STRAY < one.share < 0.97 + STRAY, f"{name}: {one}"
    assert plain.share < held["each alone: scheme ends its own study"].share


def test_the_best_is_kept() -> None:
    held = best_is_kept(120)
    assert held["the best is kept"].share > 0.95 - 3 * np.sqrt(0.05 * 0.95 / 120)
    assert held["intervals, dropped schemes too"].share > 0.95
    assert held["ended"].share == 1.0


def test_growing_studies_drawn_from_runs() -> None:
    """As with runs of the simulator, here with values that are made up."""
    values = np.random.default_rng(9).normal(size=(4, 900, len(REAL_OUTCOMES))) + np.arange(4)[:, None, None] / 10
    held = growing_real_studies(values, 0, 60)
    assert held["each alone: scheme ends its own study"].share > 0.9
