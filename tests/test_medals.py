"""Medals: who competes for them, and what people think a better result does for their chance."""

from __future__ import annotations

import numpy as np
import pytest
from trials import founded, walked

from sim.population.contests import contest_density_even
from sim.population.founding import entrants
from sim.rules.ranking import seats


def test_only_those_who_have_the_task_compete_for_its_medal() -> None:
    world = founded("municipal_closed_loop", "county_bureau")
    department = world.cadres["department"]
    offers = {name: world.departments[name] for name in ("n_offers", "offer_row")}
    entered = entrants(offers, department, world.cadres["group"], len(world.groups))
    assert (entered.max(axis=1) <= world.groups["size"]).all()
    awarded = np.flatnonzero(world.indicators["medal_points"] > 0)
    assert len(awarded) and (entered[:, awarded] < world.groups["size"][:, None]).any(), "not everybody has every task"
    for g, r in zip(*np.nonzero(entered), strict=True):
        if r in awarded:
            medals = seats(float(world.indicators["medal_share"][r]), int(world.groups["size"][g]))
            expected = contest_density_even(int(entered[g, r]), medals) if 0 < medals < entered[g, r] else 0.0
            assert world.groups["medal_density"][g, r] == pytest.approx(expected)


def test_a_group_remembers_how_far_apart_its_entrants_were() -> None:
    world, _ = walked(founded("municipal_closed_loop", "county_bureau"), 12)
    spread, competed = world.groups["medal_spread"], world.groups["medal_density"] > 0
    assert competed.any() and (spread[competed] > 0).all()
    idle = np.flatnonzero(world.indicators["medal_points"] == 0)
    assert len(idle) and (spread[:, idle] == 0).all()


def test_who_stands_far_apart_is_less_drawn_by_a_medal() -> None:
    """A better result wins less often where rivals lie far apart: plans on a medal's task fall with the spread that was seen."""
    efforts = []
    for apart in (0.0, 1.0):
        world = founded("municipal_closed_loop", "county_bureau")
        world.groups["medal_spread"] = apart
        efforts.append(walked(world, 1)[0].cadres["planned"].copy())
    assert (efforts[0] > efforts[1] + 1e-3).any() and efforts[0].sum() > efforts[1].sum()
