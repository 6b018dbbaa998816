"""Founding: from documents to the tables of a run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sim.errors import UserError
from sim.population.columns import (
    BOTTOM_CUT,
    BRANCH,
    BUREAU,
    CADRE,
    DEPARTMENT,
    DISMISSED_CUT,
    GROUP,
    INDICATOR,
    INDICATORS,
    OWN_TASKS,
    SECOND_CUT,
    TASKS,
    TOP_CUT,
)  # fmt: skip
from sim.population.contests import contest_density_even, contest_tables_by_lot
from sim.population.draws import MAX_POSITION, luck_of, unit_key
from sim.population.entry import draw_lots, found_cadres, found_units
from sim.population.settings import (
    SCHEME,
    behaviour_record,
    indicator_table,
    organisation_record,
    scheme_elements,
    scheme_record,
    task_curvatures,
    task_table,
)  # fmt: skip
from sim.population.world import World, copy_of
from sim.rules.ranking import seats
from sim.schemes.behaviour import Behaviour
from sim.schemes.organisation import Department, Organisation, Service
from sim.schemes.scheme import Fractions, PeerGroup, Ranking, Scheme


@dataclass(frozen=True)
class UnitPlan:
    """One department to be founded: where it hangs and what it is."""

    bureau: tuple[str, ...]
    branch: str
    department: Department
    is_front: bool
    workload: float = 1.0
    seasonality: float = 0.0
    peak_month: int = 5
    resources: float = 0.5


@dataclass(frozen=True)
class Names:
    """Names of units, for tables and figures: index -> path of names."""

    departments: tuple[str, ...]
    branches: tuple[str, ...]
    bureaus: tuple[str, ...]
    sequences: tuple[str, ...]
    tasks: tuple[str, ...]


def plan_units(organisation: Organisation) -> Iterator[UnitPlan]:
    """Every department of the organisation, bureau by bureau, offices first."""
    if organisation.service is not None:
        yield from _plan_service(organisation, organisation.service)
        return
    bureau = (organisation.name,)
    for office in organisation.offices:
        yield UnitPlan(bureau, "", office, is_front=False)
    for branch in organisation.branches:
        for section in branch.departments:
            yield UnitPlan(
                bureau, branch.name, section, True, branch.workload, branch.seasonality, branch.peak_month, branch.resources
            )


def _plan_service(organisation: Organisation, service: Service) -> Iterator[UnitPlan]:
    """Departments of a generated service: equal sizes, the remainder to the first ones, sequences in turn."""
    slots = list(_service_slots(service))
    if service.cadres < len(slots):
        raise UserError.of(
            f"a service of {len(slots):,} departments needs at least as many cadres",
            path="service.cadres", found=f"{service.cadres:,}", expected=f"at least {len(slots):,}",
            hint="raise service.cadres or lower units_per_superior, offices or branches",
        )  # fmt: skip
    size, extra = divmod(service.cadres, len(slots))
    office_sequences = organisation.sequences[:-1] or organisation.sequences
    for number, (bureau, branch, name, rank) in enumerate(slots):
        is_front = bool(branch)
        department = Department(
            name=name,
            sequence=organisation.sequences[-1] if is_front else office_sequences[rank % len(office_sequences)],
            cadres=size + (number < extra),
            tasks=(service.section_tasks or service.office_tasks) if is_front else service.office_tasks,
        )
        yield UnitPlan(bureau, branch, department, is_front)


def _service_slots(service: Service) -> Iterator[tuple[tuple[str, ...], str, str, int]]:
    """(bureau path, branch, department, running number) of every department of a service, top down."""
    above: list[tuple[str, ...]] = [()]
    for level in service.levels:
        bureaus = [(*parent, f"{level.name} {unit + 1}") for parent in above for unit in range(level.units_per_superior)]
        for bureau in bureaus:
            for office in range(level.offices):
                yield bureau, "", f"office {office + 1}", office
            for branch in range(level.branches):
                yield bureau, f"branch {branch + 1}", "section", branch
        above = bureaus


@dataclass(frozen=True)
class Survey:
    """The units and places of an organisation: what neither behaviour nor luck touches."""

    organisation: Organisation
    record: np.ndarray
    tasks: np.ndarray
    departments: np.ndarray
    branches: np.ndarray
    bureaus: np.ndarray
    names: Names


@dataclass(frozen=True)
class Blueprint:
    """An organisation laid out once: units, places and tasks, before any luck. Every replicate starts from a copy."""

    organisation: Organisation
    behaviour: Behaviour
    world: World
    names: Names


@dataclass(frozen=True)
class Cut:
    """The part of a dress that no behaviour touches, so that a study of behaviour cuts a scheme once."""

    elements: np.ndarray
    indicators: np.ndarray
    is_counted: np.ndarray
    offers: dict[str, np.ndarray]
    group_of: np.ndarray
    groups: np.ndarray
    members: np.ndarray


@dataclass(frozen=True)
class Dress:
    """A scheme fitted to a blueprint: everything that changes when the bureau comes under it."""

    scheme: Scheme
    record: np.ndarray
    indicators: np.ndarray
    is_counted: np.ndarray
    offers: dict[str, np.ndarray]
    group_of: np.ndarray
    groups: np.ndarray
    members: np.ndarray


OFFER_COLUMNS = ("n_offers", "offer_row", "offer_task", "offer_weight")


def survey(organisation: Organisation) -> Survey:
    """Units, places and tasks of an organisation."""
    plans = list(plan_units(organisation))
    bureaus, branches, departments, names = _unit_tables(plans, tuple(organisation.sequences), tuple(organisation.tasks))
    _fill_normals(departments, branches, bureaus)
    if organisation.service is None:
        bureaus["levels_above"] = organisation.levels_above
    departments["first_target"] = 1.0
    departments["hanging"] = 1.0
    branches["pace"], bureaus["pace"] = 1.0, 1.0
    return Survey(
        organisation, organisation_record(organisation), task_table(organisation), departments, branches, bureaus, names
    )


def lay_out(organisation: Organisation, behaviour: Behaviour, surveyed: Survey | None = None) -> Blueprint:
    """Units and places of an organisation under a behaviour: the part of a world that no luck touches."""
    surveyed = surveyed or survey(organisation)
    tasks, departments = surveyed.tasks.copy(), surveyed.departments.copy()
    tasks["curvature"] = task_curvatures(organisation, behaviour)
    # of the cost of load: the mean over the department's tasks (places without a task have no share)
    departments["curvature"] = (departments["share"] * tasks["curvature"][departments["task"]]).sum(axis=1)
    world = World(
        luck=np.zeros(3, np.uint64),
        organisation=surveyed.record,
        schemes=np.zeros(1, SCHEME),
        behaviour=behaviour_record(behaviour, organisation),
        tasks=tasks,
        indicators=np.zeros(0, INDICATOR),
        cadres=np.zeros(0, CADRE),
        departments=departments,
        branches=surveyed.branches,
        bureaus=surveyed.bureaus,
        groups=np.zeros(0, GROUP),
        members=np.zeros(0, np.int32),
    )
    return Blueprint(organisation, behaviour, world, surveyed.names)


def cut(surveyed: Survey, scheme: Scheme) -> Cut:
    """What of a scheme depends on the organisation alone: indicator rows, offers of every department, peer groups, contests."""
    return _cut(surveyed.organisation, surveyed.departments, surveyed.bureaus, scheme)


def _cut(organisation: Organisation, departments: np.ndarray, bureaus: np.ndarray, scheme: Scheme) -> Cut:
    indicators = indicator_table(scheme, organisation)
    is_counted = np.zeros(TASKS, np.int32)
    is_counted[indicators["task"]] = 1
    group_of, groups, members = _peer_groups(departments, scheme)
    offers = _offers(departments, indicators, bureaus)
    fill_contests(groups, scheme, indicators, entrants(offers, department_of_cadres(departments), group_of, len(groups)))
    return Cut(scheme_elements(scheme), indicators, is_counted, offers, group_of, groups, members)


def tailor(blueprint: Blueprint, scheme: Scheme, pieces: Cut | None = None) -> Dress:
    """A scheme fitted to a blueprint; `pieces` are its `cut`, where they are at hand."""
    world = blueprint.world
    pieces = pieces or _cut(blueprint.organisation, world.departments, world.bureaus, scheme)
    return Dress(
        scheme=scheme,
        record=scheme_record(scheme, blueprint.behaviour, pieces.elements, step_months=blueprint.organisation.step_months),
        indicators=pieces.indicators,
        is_counted=pieces.is_counted,
        offers=pieces.offers,
        group_of=pieces.group_of,
        groups=pieces.groups,
        members=pieces.members,
    )


def wear(world: World, dress: Dress, start: int = 0) -> World:
    """The same people and units, all of them under a scheme from step `start` on; states stay as they are.

    The tables of `world` are changed in place. For schemes in some branches only see `rollout`.
    """
    for name, column in dress.offers.items():
        world.departments[name] = column
    world.cadres["group"] = dress.group_of
    world.tasks["is_counted"] = dress.is_counted
    for units in (world.departments, world.branches, world.bureaus):
        units["arm"] = 0
    in_force = dress.record.copy()
    in_force["start"], in_force["n_indicators"] = start, len(dress.indicators)
    return world._replace(schemes=in_force, indicators=dress.indicators.copy(), groups=dress.groups.copy(), members=dress.members)


def found(blueprint: Blueprint, dress: Dress, *, seed: int, replicate: int = 0) -> World:
    """The world on its first day under a scheme. All luck is addressed by seed and replicate; seed 0 is a seed."""
    places = _empty_places(blueprint.world.departments)
    world = copy_of(blueprint.world)._replace(luck=luck_of(seed, replicate), cadres=places)
    world = wear(world, dress)
    _fill_posts(world)
    found_units(world)
    found_cadres(world, 0, len(world.cadres))
    return world


def _unit_tables(
    plans: list[UnitPlan], sequences: tuple[str, ...], task_names: tuple[str, ...]
) -> tuple[np.ndarray, np.ndarray, np.ndarray, Names]:
    """Bureaus, branches (the offices of a bureau form one) and departments, each pointing at the one above."""
    bureau_index: dict[tuple[str, ...], int] = {}
    branch_index: dict[tuple[tuple[str, ...], str], int] = {}
    departments = np.zeros(len(plans), DEPARTMENT)
    branch_rows: list[UnitPlan] = []
    first_of_branch: list[int] = []
    task_row = {name: k for k, name in enumerate(task_names)}
    sequence_row = {name: s for s, name in enumerate(sequences)}
    first = 0
    for d, (row, plan) in enumerate(zip(departments, plans, strict=True)):
        bureau = bureau_index.setdefault(plan.bureau, len(bureau_index))
        place = (plan.bureau, plan.branch)
        if place not in branch_index:
            branch_index[place] = len(branch_index)
            branch_rows.append(plan)
            first_of_branch.append(d)
        row["key"] = unit_key(*plan.bureau, plan.branch, plan.department.name)
        row["branch"], row["bureau"] = branch_index[place], bureau
        row["sequence"] = sequence_row[plan.department.sequence]
        row["is_office"] = not plan.is_front
        row["first"], row["size"] = first, plan.department.cadres
        row["n_tasks"] = len(plan.department.tasks)
        row["score"] = np.nan
        first += plan.department.cadres
        if plan.department.cadres > MAX_POSITION:
            raise UserError.of(f"a department can have at most {MAX_POSITION:,} cadres", path=plan.department.name)
        if len(plan.department.tasks) > OWN_TASKS:
            raise UserError.of(
                f"a department can work on at most {OWN_TASKS} tasks",
                path=f"{plan.department.name}.tasks", found=str(len(plan.department.tasks)), expected=f"at most {OWN_TASKS}",
            )  # fmt: skip
        for j, (name, share) in enumerate(plan.department.tasks.items()):
            row["task"][j], row["share"][j] = task_row[name], share
    branches = _branch_table(branch_rows, first_of_branch, len(plans), bureau_index)
    bureaus = _bureau_table(bureau_index, branches, departments)
    names = Names(
        tuple("/".join(part for part in (*plan.bureau, plan.branch, plan.department.name) if part) for plan in plans),
        tuple("/".join(part for part in (*plan.bureau, plan.branch or "offices") if part) for plan in branch_rows),
        tuple("/".join(path) for path in bureau_index),
        sequences,
        task_names,
    )
    return bureaus, branches, departments, names


def _branch_table(
    rows: list[UnitPlan], first: list[int], n_departments: int, bureau_index: dict[tuple[str, ...], int]
) -> np.ndarray:
    branches = np.zeros(len(rows), BRANCH)
    ends = [*first[1:], n_departments]
    for row, plan, start, end in zip(branches, rows, first, ends, strict=True):
        row["key"] = unit_key(*plan.bureau, plan.branch, "")
        row["bureau"] = bureau_index[plan.bureau]
        row["is_front"] = plan.is_front
        row["first_department"], row["n_departments"] = start, end - start
        row["workload"], row["seasonality"], row["peak_month"] = plan.workload, plan.seasonality, plan.peak_month
        row["resources"] = plan.resources
        row["satisfaction"], row["compliance"] = 0.7, 0.8
    return branches


def _bureau_table(bureau_index: dict[tuple[str, ...], int], branches: np.ndarray, departments: np.ndarray) -> np.ndarray:
    bureaus = np.zeros(len(bureau_index), BUREAU)
    depth = max(len(path) for path in bureau_index)
    for path, b in bureau_index.items():
        row = bureaus[b]
        row["key"] = unit_key(*path)
        row["parent"] = bureau_index.get(path[:-1], -1)
        row["levels_above"] = len(path) - 1 if depth > 1 else 1
        row["rank"] = np.nan
        row["stocks"], row["productivity"] = 1.0, 1.0
    own = branches["bureau"]
    bureaus["first_branch"] = np.searchsorted(own, np.arange(len(bureaus)))
    bureaus["n_branches"] = np.bincount(own, minlength=len(bureaus))
    bureaus["n_cadres"] = np.bincount(departments["bureau"], weights=departments["size"], minlength=len(bureaus))
    parents = bureaus["parent"]
    if len(bureaus) > 1:
        first = {int(p): int(np.flatnonzero(parents == p)[0]) for p in np.unique(parents)}
        count = {int(p): int((parents == p).sum()) for p in np.unique(parents)}
        bureaus["first_sibling"] = [first[int(p)] for p in parents]
        bureaus["n_siblings"] = [count[int(p)] for p in parents]
    else:
        bureaus["n_siblings"] = 1
    return bureaus


def _fill_normals(departments: np.ndarray, branches: np.ndarray, bureaus: np.ndarray) -> None:
    """Normal monthly output by unit and task."""
    for d in departments:
        n = d["n_tasks"]
        share, task = d["share"][:n], d["task"][:n]
        normal = d["size"] * share
        np.add.at(branches["normal"][d["branch"]], task, normal)
        np.add.at(bureaus["normal"][d["bureau"]], task, normal)
        if not d["is_office"]:
            np.add.at(bureaus["front_normal"][d["bureau"]], task, normal)


def department_of_cadres(departments: np.ndarray) -> np.ndarray:
    """The department of every place, in order."""
    return np.repeat(np.arange(len(departments), dtype=np.int32), departments["size"])


def _empty_places(departments: np.ndarray) -> np.ndarray:
    """The table of cadres before anybody has entered, with permanent addresses: the unit's key and the position in it.

    A kilobyte a place, so it is made anew for every world instead of being kept and copied.
    """
    department = department_of_cadres(departments)
    cadres = np.zeros(len(department), CADRE)
    cadres["department"] = department
    cadres["key"] = departments["key"][department]
    cadres["position"] = np.arange(len(cadres)) - departments["first"][department]
    return cadres


def _fill_posts(world: World) -> None:
    """First levels of post: the establishment of each bureau, filled by lot."""
    cadres, departments, bureaus, organisation = world.cadres, world.departments, world.bureaus, world.organisation
    levels = int(organisation["n_posts"][0])
    if levels <= 1:
        return
    lots = np.zeros(len(cadres))
    draw_lots(world, lots)
    bureau_of = departments["bureau"][cadres["department"]]
    order = np.lexsort((lots, bureau_of))
    start = 0
    for bureau in range(len(bureaus)):
        own = order[start : start + int(bureaus["n_cadres"][bureau])]
        start += len(own)
        taken = 0
        for level in range(levels - 1, 0, -1):
            seats_here = int(round(organisation["post_share"][0, level] * len(own)))
            cadres["level"][own[taken : taken + seats_here]] = level
            taken += seats_here


def _offers(departments: np.ndarray, indicators: np.ndarray, bureaus: np.ndarray) -> dict[str, np.ndarray]:
    """Which indicator rows concern a department, and with what weight: the columns `OFFER_COLUMNS`.

    A row weighs as much as the bureau gives it, times how specialised the department is in its task; the rows of a
    department make 1 together, so everybody can reach all points.
    """
    offers = {name: np.zeros_like(departments[name]) for name in OFFER_COLUMNS}
    bureau_share = bureaus["normal"] / bureaus["normal"].sum(axis=1, keepdims=True)
    rows_of: dict[int, list[int]] = {}
    for r, task in enumerate(indicators["task"].tolist()):
        rows_of.setdefault(task, []).append(r)
    known: dict[tuple, tuple[list[int], list[int], np.ndarray]] = {}
    for i, d in enumerate(departments):
        n = int(d["n_tasks"])
        own, share, bureau = d["task"][:n].tolist(), d["share"][:n].tolist(), int(d["bureau"])
        key = (bureau, tuple(own), tuple(share))
        if key not in known:
            pairs = [(j, r) for j, task in enumerate(own) for r in rows_of.get(task, ())]
            weights = np.array([indicators["weight"][r] * share[j] / bureau_share[bureau, own[j]] for j, r in pairs], dtype=float)
            if pairs:
                weights = weights / weights.sum()
            known[key] = ([r for _, r in pairs], [j for j, _ in pairs], weights)
        row, task, weight = known[key]
        offers["n_offers"][i] = len(row)
        for column, values in (("offer_row", row), ("offer_task", task), ("offer_weight", weight)):
            offers[column][i, : len(row)] = values
    return offers


def _peer_groups(departments: np.ndarray, scheme: Scheme) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(group of every cadre, peer groups of the scheme, list of their members ordered by group then by place)."""
    kind = scheme.appraisal.grades.peer_group
    if kind is PeerGroup.DEPARTMENT:
        label_of_department = np.arange(len(departments))
    elif kind is PeerGroup.BRANCH:
        label_of_department = departments["branch"].astype(np.int64)
    elif kind is PeerGroup.BUREAU:
        label_of_department = departments["bureau"].astype(np.int64)
    else:
        sequences = int(departments["sequence"].max()) + 1
        label_of_department = departments["bureau"].astype(np.int64) * sequences + departments["sequence"]
    label = label_of_department[department_of_cadres(departments)]
    _, group_of, sizes = np.unique(label, return_inverse=True, return_counts=True)
    groups = np.zeros(len(sizes), GROUP)
    groups["size"] = sizes
    groups["first"] = np.concatenate(([0], np.cumsum(sizes)[:-1]))
    groups["mean"] = np.nan
    members = np.argsort(group_of, kind="stable").astype(np.int32)
    return group_of.astype(np.int32), groups, members


def entrants(offers: dict[str, np.ndarray], department: np.ndarray, group: np.ndarray, n_groups: int) -> np.ndarray:
    """(groups, INDICATORS): how many of a group have an indicator and may win its medal; others are columns of cadres."""
    rows, used = offers["offer_row"], np.arange(offers["offer_row"].shape[1]) < offers["n_offers"][:, None]
    has = np.zeros((len(rows), INDICATORS))
    unit, place = np.nonzero(used & (rows < INDICATORS))
    has[unit, rows[unit, place]] = 1.0
    found = np.zeros((n_groups, INDICATORS))
    np.add.at(found, group, has[department])
    return found


def fill_contests(groups: np.ndarray, scheme: Scheme, indicators: np.ndarray, entered: np.ndarray) -> None:
    """Seats of every grade in every group, and the exact chances to win them; `entered`: see `entrants`."""
    grades = scheme.appraisal.grades
    forced = grades.ranking is Ranking.FORCED
    by_lot = grades.fractions is Fractions.LOT
    must_go = scheme.application.must_go
    for group, entries in zip(groups, entered, strict=True):
        n = int(group["size"])
        group["n_dismissed"] = seats(must_go, n)
        if must_go > 0.0:
            stay = n - (must_go * n if by_lot else int(group["n_dismissed"]))
            group["chance"][DISMISSED_CUT], group["density"][DISMISSED_CUT] = contest_tables_by_lot(n, stay)
        if forced:
            group["n_top"] = seats(grades.top_share, n)
            group["n_second"] = seats(grades.second_share, n)
            group["n_bottom"] = seats(grades.bottom_share, n)
            above_bottom = n - int(group["n_bottom"])
            second = int(group["n_top"] + group["n_second"]) if group["n_second"] else 0
            places: tuple[float, ...] = (above_bottom, second, int(group["n_top"]))
            if by_lot:
                favoured = grades.top_share + grades.second_share if grades.second_share > 0.0 else 0.0
                places = (n - grades.bottom_share * n, favoured * n, grades.top_share * n)
            for cut, seated in zip((BOTTOM_CUT, SECOND_CUT, TOP_CUT), places, strict=True):
                group["chance"][cut], group["density"][cut] = contest_tables_by_lot(n, seated)
        for r, row in enumerate(indicators[:INDICATORS]):
            medals = seats(float(row["medal_share"]), n)
            medal = row["medal_points"] > 0 and 0 < medals < entries[r]
            group["medal_density"][r] = contest_density_even(int(entries[r]), medals) if medal else 0.0
