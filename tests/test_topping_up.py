"""What levels add of their own to the targets they hand down: exact, whatever the rank, and nothing where none is demanded."""

from __future__ import annotations

import numpy as np
import pytest
from agreeing import a_world, first_disagreement
from mechanisms import behaviour_for
from trials import columns_that_differ, founded, outcomes_of, walked

from sim.population.world import World
from sim.rules.targets import added_per_level
from sim.schemes.behaviour import Behaviour
from sim.schemes.load import load_behaviour, load_scheme

DEFAULT = load_behaviour()
GROWTH = 0.08  # of all ready work: the share of its target that is growth on last year


def founded_under(pressed: float, changes: dict[str, float], *, plain: bool = False, months: int = 14) -> World:
    """A small bureau under the base scheme with changes; levels under a rank demanded add `pressed`."""
    people = behaviour_for(Behaviour() if plain else DEFAULT, {"top_up_pressed": pressed})
    return walked(founded(load_scheme("base", changes=changes), "toy_bureau", people), months)[0]


def first_targets(world: World) -> tuple[np.ndarray, np.ndarray]:
    """First targets of sections and of offices."""
    office = world.departments["is_office"] == 1
    return world.departments["first_target"][~office, 0], world.departments["first_target"][office, 0]


@pytest.mark.parametrize("top_up", [0.0, 0.1])
@pytest.mark.parametrize("pressed", [0.0, 0.22, 1.0])
def test_every_level_adds_beside_what_is_ordered(pressed: float, top_up: float) -> None:
    sections, offices = first_targets(founded_under(pressed, {"superior.rank_demanded": 3, "plan.targets.top_up": top_up}))
    assert len(sections) and len(offices)
    assert sections == pytest.approx((1 + top_up + pressed * GROWTH) ** 2)
    assert offices == pytest.approx(1 + top_up + pressed * GROWTH)


def test_whoever_stands_well_adds_as_well() -> None:
    """Any rank of any number of peers: demanded is demanded."""
    assert {added_per_level(0.05, 0.22, 1.0, rank) for rank in (1, 3, 1000)} == {0.05 + 0.22}


def test_only_the_growth_asked_for_is_topped_up() -> None:
    assert [added_per_level(0.05, 0.22, growth, 3) for growth in (0.0, 0.5, 1.0)] == [0.05, 0.05 + 0.11, 0.05 + 0.22]


@pytest.mark.parametrize("top_up", [0.0, 0.05])
def test_without_a_rank_demanded_nobody_adds(top_up: float) -> None:
    changes = {"superior.rank_demanded": 0, "superior.pressure": 0.02, "plan.targets.top_up": top_up}
    assert columns_that_differ(founded_under(0.9, changes), founded_under(0.0, changes)) == []
    assert added_per_level(top_up, 0.9, 1.0, 0) == top_up


@pytest.mark.parametrize("plain", [False, True])
def test_what_levels_add_is_a_top_up_that_nobody_ordered(plain: bool) -> None:
    """To the bit: the same bureau as one whose scheme orders the same."""
    demanded = {"superior.rank_demanded": 3, "plan.targets.top_up": 0.0}
    ordered = demanded | {"plan.targets.top_up": 0.22 * GROWTH}
    assert columns_that_differ(founded_under(0.22, demanded, plain=plain), founded_under(0.0, ordered, plain=plain)) == []


def test_harder_targets_take_from_what_nobody_counts() -> None:
    scheme = load_scheme("municipal_closed_loop")
    neglect = [
        outcomes_of(*walked(founded(scheme, "county_bureau", behaviour_for(DEFAULT, {"top_up_pressed": pressed})), 26))["neglect"]
        for pressed in (0.0, 0.22, 0.44)
    ]
    assert neglect[0] < neglect[1] < neglect[2]


@pytest.mark.parametrize("scheme", ["superior_ranking", "municipal_closed_loop"])
def test_both_walks_add_alike(scheme: str) -> None:
    assert first_disagreement(a_world(scheme, top_up_pressed=0.4), 14) == ""
