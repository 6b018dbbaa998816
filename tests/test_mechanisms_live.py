"""Every mechanism lives, and is gone when it is off; every parameter and every element of a scheme moves some outcome.

Run with -s to see by how much. The table of switches is `mechanisms.SWITCHES`.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache
from typing import Any

import pytest
from mechanisms import FLAT, NOTHING, SWITCHES, Switch, Values, behaviour_for, organisation_for, scheme_for
from pydantic import BaseModel
from trials import columns_that_differ, founded, outcomes_of, outcomes_that_differ, same, walked

from sim.population.world import World
from sim.schemes.behaviour import Behaviour
from sim.schemes.load import load_behaviour, load_scheme, read_behaviour
from sim.schemes.locate import preset_names
from sim.schemes.organisation import Organisation
from sim.schemes.scheme import Scheme

DEFAULT = load_behaviour()
PRESETS = preset_names("schemes")


def off(switch: Switch, preset: str, organisation: str, mind: Behaviour) -> tuple[Scheme, Organisation, Behaviour]:
    """The documents of a trial with the mechanism switched off."""
    return (
        scheme_for(preset, switch.scheme, FLAT if switch.flat_indicators else NOTHING),
        organisation_for(organisation, switch.organisation),
        behaviour_for(mind, switch.behaviour),
    )


# --- it lives ------------------------------------------------------------------------------------------------------------


def test_the_table_covers_all_seventeen() -> None:
    assert {switch.mechanism for switch in SWITCHES} == set(range(1, 18))


@pytest.mark.parametrize("switch", SWITCHES, ids=str)
def test_switching_it_off_changes_an_outcome(switch: Switch) -> None:
    behaviour = behaviour_for(DEFAULT, switch.turned_on) if switch.turned_on else DEFAULT
    on = outcomes_of(*walked(founded(load_scheme(switch.preset), "county_bureau", behaviour), switch.months))
    without = outcomes_of(*walked(founded(*off(switch, switch.preset, "county_bureau", behaviour)), switch.months))
    moved = outcomes_that_differ(on, without)
    change = moved.get(switch.outcome, 0.0)
    print(
        f"  {switch.preset}: without it {switch.outcome} goes from {on[switch.outcome]:.4f} by {change:+.4f}; "
        f"{len(moved)} of {len(on)} outcomes move"
    )
    assert abs(change) >= switch.least


# --- and is gone when it is off --------------------------------------------------------------------------------------------

TRIED_UNDER = ("base", "forced_ranking", "superior_ranking", "municipal_closed_loop", "combined_incentives", "bright_line")
MONTHS = 26


def idle_changes(switch: Switch) -> Iterator[tuple[str, dict[str, Values]]]:
    """Every single change that must not matter while the mechanism is off."""
    for kind in ("behaviour", "scheme", "organisation", "indicators"):
        for name, value in getattr(switch, f"idle_{kind}").items():
            yield f"{kind} {name}", {kind: {name: value}}


@pytest.mark.parametrize("mind", ["default", "neutral"])
@pytest.mark.parametrize("switch", SWITCHES, ids=str)
def test_switched_off_it_leaves_the_model_as_it_is_without_it(switch: Switch, mind: str) -> None:
    """Its other parameters do not matter any more, to the bit, in any table and any month, under the presets above."""
    start = DEFAULT if mind == "default" else behaviour_for(Behaviour(), {"duty": 0.8, "ability_sd": 0.1})
    flat = FLAT if switch.flat_indicators else {}
    assert any(idle_changes(switch)), "nothing to try"
    for preset in TRIED_UNDER:
        scheme, organisation, behaviour = off(switch, preset, "toy_bureau", start)
        world, history = walked(founded(scheme, organisation, behaviour), MONTHS)
        for what, change in idle_changes(switch):
            other = (
                scheme_for(preset, {**switch.scheme, **change.get("scheme", {})}, {**flat, **change.get("indicators", {})}),
                organisation_for("toy_bureau", {**switch.organisation, **change.get("organisation", {})}),
                behaviour_for(behaviour, change.get("behaviour", {})),
            )
            if other == (scheme, organisation, behaviour):
                continue  # that is its value already
            other_world, other_history = walked(founded(*other), MONTHS)
            assert not set(columns_that_differ(world, other_world)) - set(switch.own), f"{what} matters under {preset}"
            for series in history.dtype.names:
                if f"history.{series}" not in switch.own:
                    assert same(history[series], other_history[series]), f"{what} moves {series} under {preset}"


# --- no parameter and no element is dead ------------------------------------------------------------------------------------


@lru_cache(maxsize=256)
def trial(scheme_json: str, organisation: str, behaviour_json: str, months: int) -> dict[str, float]:
    world: World = founded(Scheme.model_validate_json(scheme_json), organisation, Behaviour.model_validate_json(behaviour_json))
    return outcomes_of(*walked(world, months))


def moved_by(before: tuple[Scheme, Behaviour], after: tuple[Scheme, Behaviour], organisation: str, months: int) -> list[str]:
    """Outcomes that differ between two trials."""
    a, b = (trial(s.model_dump_json(), organisation, b.model_dump_json(), months) for s, b in (before, after))
    return list(outcomes_that_differ(a, b))


LIKELY = ("municipal_closed_loop", "forced_ranking", "superior_ranking", "implicit_incentives", "full_carrier", "due_process")
SEARCHED = (*LIKELY, *(name for name in PRESETS if name not in LIKELY))
OTHER_VALUE = {"ability_high": 1.2, "ability_floor": 0.8}  # their ranges hardly ever bind
NEEDS: dict[str, tuple[str, dict[str, Any]]] = {  # parameters that no ready scheme brings to life
    "re_marking_effect": ("bright_line", {"appraisal.re_marking": 0.5}),
}
TAUGHT_ONLY = {"usual_help"}  # acts where help teaches, which is neutral by default: see the switch of mechanism 11
ON_CHANGE_ONLY = {"novelty_loss"}  # acts on the day a scheme changes: see below
USELESS_ONLY = {"useless_duty"}  # acts on tasks without any value, of which no ready organisation has one: see below

FAVOURS_ONLY = {"priced_duty", "obligation_returns"}  # act on voluntary work, of which no ready organisation has any: test_prices


@pytest.mark.parametrize(
    "name", [name for name in Behaviour.model_fields if name not in ON_CHANGE_ONLY | USELESS_ONLY | TAUGHT_ONLY | FAVOURS_ONLY]
)
def test_every_parameter_of_behaviour_moves_an_outcome(name: str) -> None:
    beside = read_behaviour("default").annotations[name]
    value = getattr(DEFAULT, name)
    other = OTHER_VALUE.get(name, beside.high if beside.high != value else beside.low)
    changed = behaviour_for(DEFAULT, {name: other})
    places = [NEEDS[name]] if name in NEEDS else [(preset, {}) for preset in SEARCHED]
    for organisation in ("workshop_bureau", "county_bureau"):
        for preset, changes in places:
            scheme = load_scheme(preset, changes=changes)
            moved = moved_by((scheme, DEFAULT), (scheme, changed), organisation, 36)
            if moved:
                print(f"  {name} {value:g} -> {other:g}, {preset}, {organisation}: {len(moved)} outcomes, {moved[0]} first")
                return
    pytest.fail(f"{name} moves no outcome under any preset: a dead parameter")


def test_novelty_moves_outcomes_when_a_scheme_changes() -> None:
    from sim.run import simulate

    runs = [
        simulate("forced_ranking", "workshop_bureau", behaviour=behaviour_for(DEFAULT, {"novelty_loss": loss}), months=12)
        for loss in (0.3, 0.0)
    ]
    assert runs[1].outcomes["understanding_mean"] > runs[0].outcomes["understanding_mean"] + 0.01


def test_duty_on_useless_work_moves_effort_there_alone() -> None:
    """Key pressers press less without it; where all work is of use nothing moves, to the bit."""
    useless = organisation_for("toy_bureau", {"tasks.*.value": 0.0})
    for organisation, moves in ((useless, True), ("toy_bureau", False)):
        bound, free = (
            outcomes_of(*walked(founded(load_scheme("base"), organisation, behaviour_for(DEFAULT, {"useless_duty": share})), 14))
            for share in (1.0, 0.01)
        )
        assert bool(outcomes_that_differ(bound, free)) is moves
        assert not moves or free["effort_mean"] < bound["effort_mean"] - 0.05


def elements(document: BaseModel, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    """(path, value, field) of every element of a scheme that is a number or a choice; of the first indicator only."""
    for name, about in type(document).model_fields.items():
        value = getattr(document, name)
        if isinstance(value, BaseModel):
            yield from elements(value, (*path, name))
        elif isinstance(value, dict):
            first = next(iter(value))
            yield from elements(value[first], (*path, name, first))
        elif isinstance(value, (int, float, StrEnum)):
            yield (*path, name), value, about


RESULT = {"performance": 0.7, "ability": 0.1, "attitude": 0.1, "others": 0.1}
FREE = {"ranking": "free", "top_threshold": 1.05, "second_threshold": 0.98, "bottom_threshold": 0.9}
TIED = {  # everybody has the same points, so that ties must be settled
    "plan.result": {"performance": 1.0, "ability": 0.0, "attitude": 0.0, "others": 0.0},
    "plan.indicators": {"all": {"tasks": "all", "weight": 1.0, "below": 0.0}},
}
WHERE: dict[str, tuple[str, dict[str, Any], dict[str, Any], int]] = {  # (preset, set first, then changed, months)
    **{f"plan.result.{part}": ("municipal_closed_loop", {"plan.result": RESULT},
        {f"plan.result.{part}": RESULT[part] - 0.05, f"plan.result.{rest}": RESULT[rest] + 0.05}, 24)
       for part, rest in (("performance", "ability"), ("ability", "attitude"), ("attitude", "others"), ("others", "ability"))},
    **{f"appraisal.appraisers.{who}": ("base", {"appraisal.appraisers.superior": 0.7, f"appraisal.appraisers.{rest}": 0.3},
        {f"appraisal.appraisers.{rest}": 0.1, f"appraisal.appraisers.{who}": 0.2 + (0.7 if who == "superior" else 0.0)}, 24)
       for who, rest in (("superior", "peers"), ("peers", "grass_roots"), ("grass_roots", "taxpayers"),
                         ("taxpayers", "professional"), ("self_rating", "peers"), ("professional", "self_rating"))},
    "plan.indicators.weight": ("base", {},
        {"plan.indicators.key_work.weight": 0.5, "plan.indicators.general_work.weight": 0.5}, 24),
    **{f"appraisal.grades.{cut}": ("forced_ranking", {"appraisal.grades": FREE},
        {f"appraisal.grades.{cut}": FREE[cut] + 0.02}, 24)
       for cut in ("top_threshold", "second_threshold", "bottom_threshold")},
    "appraisal.grades.ties": ("forced_ranking", TIED, {"appraisal.grades.ties": "seniority"}, 24),
    "appraisal.grades.fractions": ("forced_ranking", {}, {"appraisal.grades.fractions": "lot"}, 24),
    "plan.indicators.steps": ("balanced_scorecard_five", {}, {"plan.indicators.process.steps": 2}, 24),
    "application.sanctions.transfer": ("forced_ranking", {}, {"application.sanctions.transfer": 0.5}, 48),
    "application.sanctions.adjustment": ("forced_ranking", {"appraisal.grades.bottom_share": 0.3},
        {"application.sanctions.adjustment": 0.5}, 84),
}  # fmt: skip


def other_values(value: Any, about: Any) -> Iterator[Any]:
    """Values an element may take instead."""
    if isinstance(value, StrEnum):
        yield from (member for member in type(value) if member is not value)
        return
    low = next((m.ge for m in about.metadata if hasattr(m, "ge")), None)
    high = next((m.le for m in about.metadata if hasattr(m, "le")), None)
    steps = (1, 2, -1) if isinstance(value, int) else (0.3, -0.3, 0.05, -0.05)
    for other in (value + step for step in steps):
        if (low is None or other >= low) and (high is None or other <= high):
            yield other


def with_element(scheme: Scheme, path: tuple[str, ...], value: Any) -> Scheme | None:
    """The scheme with one element changed; None where it would not be valid."""
    document = copy.deepcopy(scheme.model_dump(mode="json"))
    place = document
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    try:
        return Scheme.model_validate(document)
    except ValueError:
        return None


ELEMENTS = list(dict.fromkeys(".".join(n for n in path if n != "key_work") for path, _, _ in elements(load_scheme("base"))))


@pytest.mark.parametrize("element", ELEMENTS)
def test_every_element_of_a_scheme_moves_an_outcome(element: str) -> None:
    if element in WHERE:
        preset, first, then, months = WHERE[element]
        before, after = (load_scheme(preset, changes=changes) for changes in (first, {**first, **then}))
        moved = moved_by((before, DEFAULT), (after, DEFAULT), "county_bureau", months)
        print(f"  {element} in {preset}: {len(moved)} outcomes, {moved[:1]}")
        assert moved
        return
    for preset in SEARCHED:
        scheme = load_scheme(preset)
        for path, value, about in elements(scheme):
            indicator = path[2] if path[:2] == ("plan", "indicators") else None
            if ".".join(name for name in path if name != indicator) != element:
                continue
            for other in other_values(value, about):
                changed = with_element(scheme, path, other)
                moved = moved_by((scheme, DEFAULT), (changed, DEFAULT), "workshop_bureau", 24) if changed else []
                if moved:
                    print(f"  {element} {value} -> {other} in {preset}: {len(moved)} outcomes, {moved[0]} first")
                    return
    pytest.fail(f"{element} moves no outcome under any preset: a dead element")
