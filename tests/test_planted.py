"""Coverage of all intervals under planted effects, the fast version; `python -m tests.planted` is the full one."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))
from planted import (
    EACH,
    EFFECTS,
    KEPT,
    PLAIN_EACH,
    PLAIN_TOGETHER,
    PLANTED,
    REAL_OUTCOMES,
    TOGETHER,
    at_fixed_replicates,
    at_the_end,
    at_the_end_of_a_selection,
    growing_real_studies,
    normal,
)

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


@pytest.mark.parametrize("title", ["no difference", "one of 6 a zone ahead"])
def test_at_the_end_of_a_selection_of_six(title: str) -> None:
    """Each interval and all at once: neither too narrow nor too wide; the best is kept."""
    held = at_the_end_of_a_selection(normal, PLANTED[title], 0.3, REPETITIONS)
    for name in (EACH, TOGETHER):
        assert 0.95 - STRAY < held[name].share < 0.97 + STRAY * np.sqrt(0.6), f"{name}: {held[name]}"
    assert held[PLAIN_TOGETHER].share < held[TOGETHER].share
    assert held["ended"].share == 1.0
    assert KEPT not in held or held[KEPT].share > 0.95 - STRAY


def test_at_the_end_of_a_selection_of_two() -> None:
    """The least favourable case, where plain intervals hold the truth in 91 %."""
    held = at_the_end_of_a_selection(normal, PLANTED["2 schemes, half a zone apart"], 0.1, 800)
    stray = 3 * np.sqrt(0.05 * 0.95 / 800)
    assert 0.95 - stray < held[EACH].share < 0.97 + stray
    assert held[PLAIN_EACH].share < 0.94


def test_growing_studies_drawn_from_runs() -> None:
    """As with runs of the simulator, here with values that are made up."""
    values = np.random.default_rng(9).normal(size=(4, 900, len(REAL_OUTCOMES))) + np.arange(4)[:, None, None] / 10
    held = growing_real_studies(values, 0, 60)
    assert held["each alone: scheme ends its own study"].share > 0.9
