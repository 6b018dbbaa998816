"""Schemes side by side: who is under which scheme since when, and a world dressed accordingly.

A scheme comes into force branch by branch (the offices of a bureau count as one). Peer groups never mix schemes: a group of
the whole bureau becomes one group per scheme, whatever the month in which its members came under it. A bureau itself (its
reports upwards, its superior, its posts) goes by the scheme that most of its cadres are under; it changes when another has
overtaken.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sim.population.entry import change_scheme
from sim.population.founding import OFFER_COLUMNS, Dress, department_of_cadres, entrants, fill_contests, wear
from sim.population.settings import DERIVED, IN_FORCE
from sim.population.world import World

#: What a peer group remembers of its last appraisal; a group that gains or loses members keeps it.
MEMORY = ("mean", "spread", "medal_spread")


@dataclass(frozen=True)
class Arms:
    """Who is under which scheme: for every branch and bureau the scheme's number (its place in `dresses`) and first step."""

    dresses: tuple[Dress, ...]
    of_branch: np.ndarray  # (branches, 2) number, start
    of_bureau: np.ndarray  # (bureaus, 2) number, start


def all_under(world: World, dress: Dress) -> Arms:
    """Everybody under one scheme since the first step."""
    return Arms((dress,), np.zeros((len(world.branches), 2), np.int64), np.zeros((len(world.bureaus), 2), np.int64))


def everywhere(world: World, dress: Dress) -> dict[int, Dress]:
    """A change for every branch, as `change` takes it."""
    return dict.fromkeys(range(len(world.branches)), dress)


def novelty_of(before: Dress, after: Dress) -> float:
    """Share of the elements in force under either scheme that differ between them, indicators counted as one element.

    What a record or a table derives from the elements is no element: nobody has to get used to it a second time.
    """
    old, new = before.record[0], after.record[0]
    names = [name for name in before.record.dtype.names or () if name not in (*DERIVED, *IN_FORCE)]
    differ = sum(old[name] != new[name] for name in names)
    in_force = sum(old[name] != 0 or new[name] != 0 for name in names)
    # how far a result is counted follows from `quantified` and `electronic`
    columns = [name for name in before.indicators.dtype.names or () if name != "counted"]
    differ += not np.array_equal(before.indicators[columns], after.indicators[columns])
    return float(differ) / (in_force + 1)


def change(world: World, arms: Arms, dresses: Mapping[int, Dress], step: int) -> tuple[World, Arms]:
    """The same bureau on the first day (step `step`) on which some branches come under other schemes.

    `dresses` holds the new scheme of every branch (by index) that changes. Where the new scheme differs in nothing from the
    old one nothing changes, to the bit. The tables of `world` are changed in place; use what is returned.
    """
    after, novelty = _with_changes(world, arms, dresses, step)
    if not novelty.any():
        return world, arms
    if len(after.dresses) == 1 and (after.of_branch[:, 1] == step).all():
        world = wear(world, after.dresses[0], step)
    else:
        world = _wear_arms(world, after, step)
    change_scheme(world, step, novelty[world.departments["branch"]])
    return world, after


def _with_changes(world: World, arms: Arms, dresses: Mapping[int, Dress], step: int) -> tuple[Arms, np.ndarray]:
    """Who is under which scheme after the changes, and how new it is to every branch (0 = no change)."""
    known = list(arms.dresses)
    of_branch, novelty = arms.of_branch.copy(), np.zeros(len(arms.of_branch))
    number_of: dict[int, int] = {}  # the same dress is often put on by many branches
    new_to: dict[tuple[int, int], float] = {}
    for branch, dress in dresses.items():
        if id(dress) not in number_of:
            same = [n for n, other in enumerate(known) if novelty_of(other, dress) == 0.0]
            if not same:
                known.append(dress)
            number_of[id(dress)] = same[0] if same else len(known) - 1
        before, after = int(of_branch[branch, 0]), number_of[id(dress)]
        if before != after:
            if (before, after) not in new_to:
                new_to[before, after] = novelty_of(known[before], known[after])
            novelty[branch] = new_to[before, after]
            of_branch[branch] = after, step
    of_bureau = _of_bureaus(world, arms.of_bureau, of_branch, len(known), step)
    used = np.unique(np.concatenate((of_branch[:, 0], of_bureau[:, 0])))
    for units in (of_branch, of_bureau):
        units[:, 0] = np.searchsorted(used, units[:, 0])
    return Arms(tuple(known[n] for n in used), of_branch, of_bureau), novelty


def _of_bureaus(world: World, before: np.ndarray, of_branch: np.ndarray, n_schemes: int, step: int) -> np.ndarray:
    """Every bureau's own scheme: that of most of its cadres; it stays with the old one until another has overtaken."""
    departments = world.departments
    people = np.zeros((len(world.bureaus), n_schemes))
    np.add.at(people, (departments["bureau"], of_branch[departments["branch"], 0]), departments["size"])
    after = before.copy()
    for bureau, counts in enumerate(people):
        if counts.max() > counts[before[bureau, 0]]:
            after[bureau] = counts.argmax(), step
    return after


def _wear_arms(world: World, arms: Arms, step: int) -> World:
    """The same people and units under several schemes, or since different steps; states stay as they are."""
    rows, arm = np.unique(np.vstack((arms.of_branch, arms.of_bureau)), axis=0, return_inverse=True)
    arm = arm.reshape(-1)
    sizes = [len(dress.indicators) for dress in arms.dresses]
    first = np.concatenate(([0], np.cumsum(sizes)[:-1])).astype(int)
    schemes = np.concatenate([arms.dresses[number].record for number in rows[:, 0]])
    schemes["number"], schemes["start"] = rows[:, 0], rows[:, 1]
    schemes["first_indicator"], schemes["n_indicators"] = first[rows[:, 0]], np.array(sizes)[rows[:, 0]]
    number = arms.of_branch[world.departments["branch"], 0]
    for n, dress in enumerate(arms.dresses):
        _put_offers(world.departments, np.flatnonzero(number == n), dress, first[n])
    is_new = arms.of_branch[world.departments["branch"], 1] == step
    groups, members = _peer_groups(world, arms.dresses, number, is_new, np.searchsorted(rows[:, 0], np.arange(len(sizes))))
    world.branches["arm"], world.bureaus["arm"] = arm[: len(world.branches)], arm[len(world.branches) :]
    world.departments["arm"] = world.branches["arm"][world.departments["branch"]]
    world.tasks["is_counted"] = np.max([dress.is_counted for dress in arms.dresses], axis=0)
    indicators = np.concatenate([dress.indicators for dress in arms.dresses])
    return world._replace(schemes=schemes, indicators=indicators, groups=groups, members=members)


def _put_offers(departments: np.ndarray, own: np.ndarray, dress: Dress, first_indicator: int) -> None:
    """Give the departments `own` their indicator rows, which stand from `first_indicator` on in the common table."""
    for name in OFFER_COLUMNS:
        column = dress.offers[name][own]
        if name == "offer_row":
            is_used = np.arange(column.shape[1]) < dress.offers["n_offers"][own][:, None]
            column = np.where(is_used, column + first_indicator, column)
        departments[name][own] = column


def _peer_groups(
    world: World, dresses: tuple[Dress, ...], number: np.ndarray, is_new: np.ndarray, row_of_scheme: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """(peer groups split by scheme, their members); every cadre gets his group.

    A group whose size differs from that under the scheme alone gets its own seats and chances. Members who were under the
    scheme before bring their group's memory of the last appraisal with them.
    """
    department = department_of_cadres(world.departments)
    scheme_of, stays = number[department], ~is_new[department]
    group_before, groups_before = world.cadres["group"].copy(), world.groups
    tables, n_groups = [], 0
    for n, dress in enumerate(dresses):
        own = np.flatnonzero(scheme_of == n)
        labels, group, sizes = np.unique(dress.group_of[own], return_inverse=True, return_counts=True)
        table = dress.groups[labels].copy()
        table["arm"] = row_of_scheme[n]
        other = np.flatnonzero(table["size"] != sizes)
        table["size"] = sizes
        if len(other):
            resized = table[other]
            entered = entrants(dress.offers, department[own], group, len(table))
            fill_contests(resized, dress.scheme, dress.indicators, entered[other])
            table[other] = resized
        old, place = np.unique(group[stays[own]], return_index=True)
        for name in MEMORY:
            table[name][old] = groups_before[name][group_before[own[stays[own]][place]]]
        world.cadres["group"][own] = group + n_groups
        tables.append(table)
        n_groups += len(table)
    groups = np.concatenate(tables)
    groups["first"] = np.concatenate(([0], np.cumsum(groups["size"])[:-1]))
    return groups, np.argsort(world.cadres["group"], kind="stable").astype(np.int32)
