"""The nearest change that would have moved the grade: one input at a time, found by really appraising (or walking) again.

Every search goes out from the run itself, in steps and then by halving, to the smallest change of one input with which the cadre
has another grade; the grade that is told is that of the appraisal with the change. What else may move is the appraisal's own
business: quotas are filled anew, and whoever loses or wins a place by it is named.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np

from sim.agents.played import Decision, PlayedWork
from sim.loop.appraise import put_together, rank_groups
from sim.population.settings import code
from sim.population.world import World, copy_of
from sim.rules.ranking import BOTTOM, ORDINARY, SECOND, TOP
from sim.rules.ranking import seats as seats_of_share
from sim.schemes.scheme import Fractions, Ranking
from sim.trace.case import Case, plain
from sim.trace.grading import all_points
from sim.trace.nodes import Node, Value, worked_out
from sim.trace.recording import Month, walk_links
from sim.trace.telling import Teller

FORCED, FREE = code(Ranking.FORCED), code(Ranking.FREE)
UP, DOWN = 1, -1
#: How many steps a search takes to its bound before it halves, and how exact it is (share of the bound).
STEPS, EXACT = 16, 1e-5
#: Bounds of the changes that are tried.
MOST_DRAW = 4.0  # standard deviations away from what was drawn
MOST_EFFORT = 1.0  # a normal month more or less
MOST_REPORT = 0.5  # half a normal month in every month
MOST_THRESHOLD = 0.5  # of all points

Graded = np.ndarray  # grades of all cadres


@dataclass(frozen=True)
class Moved:
    """Somebody else whose grade moves with a change."""

    cadre: int
    before: int
    after: int


@dataclass(frozen=True)
class Change:
    """The smallest change of one input that moves the grade one way, or that there is none within its bounds.

    `before` and `after` are the input's values; `bound` is the furthest change that was tried; `about` names the input further.
    """

    kind: str
    direction: int
    found: bool
    unit: str
    bound: float
    before: float = 0.0
    after: float = 0.0
    grade: int | None = None
    sanctioned: bool | None = None
    others: tuple[Moved, ...] = ()
    about: Mapping[str, Value] | None = None

    @property
    def change(self) -> float:
        """How far the input moves."""
        return self.after - self.before

    @property
    def size(self) -> float:
        """The change as a share of its bound; 1 and more where there is none."""
        return abs(self.change) / self.bound if self.found and self.bound > 0.0 else 2.0

    def to_dict(self, teller: Teller) -> dict[str, Any]:
        """Plain data with words."""
        about = dict(self.about or {})
        told: dict[str, Any] = {
            "kind": self.kind, "direction": "up" if self.direction > 0 else "down", "found": self.found, "unit": self.unit,
            "bound": self.bound, "name": teller.words(f"explain.change.{self.kind}.name", **teller.about_in_words(about)),
        }  # fmt: skip
        if self.found:
            told |= {"before": self.before, "after": self.after, "change": self.change, "size": self.size}
            told["others"] = [dict(vars(other)) for other in self.others]
        if self.grade is not None:
            told["grade"] = {"value": self.grade, "name": teller.grade(self.grade)}
        if self.sanctioned is not None:
            told["sanctioned"] = self.sanctioned
        if about:
            told["about"] = about
        told["sentence"] = self.sentence(teller)
        told["held"] = teller.words(f"explain.change.{self.kind}.held")
        return told

    def sentence(self, teller: Teller) -> str:
        """The change in a sentence."""
        parts = {
            "before": teller.number(self.before, self.unit), "after": teller.number(self.after, self.unit),
            "change": teller.number(self.change, self.unit, signed=True), "bound": teller.number(self.bound, self.unit),
            "grade": "" if self.grade is None else teller.grade(self.grade),
            **teller.about_in_words(self.about or {}),
        }  # fmt: skip
        name = teller.words(f"explain.change.{self.kind}.name", **parts)
        if not self.found:
            way = "up" if self.direction > 0 else "down"
            none = "none_superior" if self.kind == "superior" else "none"
            way = teller.words(f"explain.change.{way}")
            return teller.words(f"explain.change.{none}", name=name, way=way, bound=parts["bound"])
        told = teller.words(f"explain.change.{self.kind}.sentence", **parts)
        if self.others:
            moved = teller.words("explain.change.and").join(
                teller.words(
                    "explain.change.moved", cadre=other.cadre, before=teller.grade(other.before), after=teller.grade(other.after)
                )
                for other in self.others[:3]
            )
            more = len(self.others) - 3
            told += " " + teller.words("explain.change.others", moved=moved)
            told += teller.words("explain.change.more", n=more) if more > 0 else ""
        return told


class Appraiser:
    """Appraises the recorded year again with one thing changed, and says everybody's grade."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.before: Graded = case.year.appraised.ranked.cadres["grade"].copy()
        self.own = int(self.before[case.i])

    # --- the appraisal alone ----------------------------------------------------------------------------------------

    def with_points(self, points: float, performance: float | None = None) -> Graded:
        """Grades with other points of his own: joint points, appeals and places are worked out anew."""
        world = copy_of(self.case.year.appraised.decorated)
        world.cadres["points"][self.case.i] = points
        if performance is not None:
            world.cadres["performance"][self.case.i] = performance
        put_together(world, self.case.step)
        return self.ranked(world)

    def with_draw(self, purpose: str, by: float) -> Graded:
        """Grades where another draw lay behind his ratings."""
        return self.with_leaves(lambda node: node.about.get("purpose") == purpose and node.kind == "draw", by=by)

    def with_head(self, d: int) -> Graded:
        """Grades where the head of another department had rated him."""
        head = self.case.world.departments[d]
        habits = {"head_halo": "halo", "head_central_tendency": "central_tendency", "leniency": "leniency",
                  "favouritism": "favouritism"}  # fmt: skip
        return self.with_leaves(lambda node: node.kind in habits, to=lambda node: float(head[habits[node.kind]]))

    def with_leaves(self, which: Callable[[Node], bool], *, by: float = 0.0, to: Callable[[Node], float] | None = None) -> Graded:
        """Grades where leaves of the tree of his points have other values; every rule above them is called again."""

        def changed(node: Node) -> float | None:
            if not which(node):
                return None
            return to(node) if to is not None else float(node.value or 0.0) + by

        root = all_points(self.case)
        known: dict[int, Any] = {}
        points = float(rework(root, changed, known))
        scheme = self.case.scheme
        full = float(scheme["points"]) * float(scheme["performance"])
        earned = float(known[id(root.find("performance_points"))])
        return self.with_points(points, earned / full if full > 0.0 else None)

    def with_scheme(self, element: str, value: float) -> Graded:
        """Grades under another share, threshold or floor; nobody's score changes."""
        return self.ranked(self.under(element, value))

    def sanctioned_with_floor(self, value: float) -> bool:
        """Whether sanctions strike him with another floor."""
        world = self.under("floor", value)
        rank_groups(world, self.case.step, 0, len(world.groups))
        return bool(world.cadres["sanctioned"][self.case.i])

    def under(self, element: str, value: float) -> World:
        """The world before ranking, with another element of his scheme."""
        case, world = self.case, copy_of(self.case.year.appraised.scored)
        arm = int(case.department["arm"])
        world.schemes[element][arm] = value
        if element in ("top_share", "second_share", "bottom_share") and case.scheme["fractions"] != code(Fractions.LOT):
            seats = f"n_{element.removesuffix('_share')}"
            for group in world.groups:
                if group["arm"] == arm:
                    group[seats] = seats_of_share(value, int(group["size"]))
        return world

    def ranked(self, world: World) -> Graded:
        """Grades once the peer groups are ranked."""
        rank_groups(world, self.case.step, 0, len(world.groups))
        return world.cadres["grade"]

    # --- the year again ---------------------------------------------------------------------------------------------

    def with_effort(self, month: Month, by: float) -> Graded:
        """Grades where he had worked so much more (normal months) in one month, over his tasks as time is meant to be."""
        n = len(self.case.tasks)
        share = self.case.department["share"][:n]
        effort = np.maximum(0.0, self.case.lived(month).after["effort"][:n] + by * share)
        return self.walked_from(month, {month.step: Decision(effort=tuple(effort.tolist()))})

    def with_report(self, by: float) -> Graded:
        """Grades where he had reported so much more of a normal month on every counted task, in every month."""
        months = self.case.own_months
        return self.walked_from(months[0], {month.step: Decision(further=by) for month in months})

    def walked_from(self, month: Month, decisions: Mapping[int, Decision]) -> Graded:
        """The year walked again from the first morning of a month, with his decisions by step and everybody else's own rule."""
        world = copy_of(month.began)
        working = PlayedWork(world, self.case.names)
        grades: list[Graded] = []

        def watch(moment: str) -> None:
            if moment == "ranked":
                grades.append(world.cadres["grade"].copy())

        for step in range(month.step, self.case.step + 1):
            decision = decisions.get(step, Decision())
            working.decisions = {} if decision.is_empty else {self.case.i: decision}
            walk_links(world, step, watch, working)
        return grades[-1]

    # --- what came of it --------------------------------------------------------------------------------------------

    def others(self, grades: Graded) -> tuple[Moved, ...]:
        """Everybody else whose grade is another one."""
        moved = [i for i in np.flatnonzero(grades != self.before) if i != self.case.i]
        return tuple(Moved(int(i) + 1, int(self.before[i]), int(grades[i])) for i in moved)

    @cached_property
    def effects_of_months(self) -> dict[int, dict[int, int]]:
        """For each direction and own month: the grade with the most effort that is tried."""
        return {
            way: {n: int(self.with_effort(month, way * MOST_EFFORT)[self.case.i]) for n, month in enumerate(self.case.own_months)}
            for way in (UP, DOWN)
        }


def rework(node: Node, changed: Callable[[Node], float | None], known: dict[int, Any]) -> Any:
    """The node's value with some leaves changed: whatever stands above a change is worked out again by its own rule."""
    if id(node) in known:
        return known[id(node)]
    value: Any = changed(node)
    if value is None:
        value = node.value
        children = tuple(_with_value(child, rework(child, changed, known)) for child in node.children)
        is_touched = any(new.value != old.value for new, old in zip(children, node.children, strict=True))
        if is_touched and node.how:
            value = worked_out(Node(**{**vars(node), "children": children}))
    known[id(node)] = value
    return value


def _with_value(node: Node, value: Any) -> Node:
    return node if value == node.value else Node(**{**vars(node), "value": plain(value)})


# --- the search ---------------------------------------------------------------------------------------------------------


def smallest(flips: Callable[[float], bool], bound: float, exact: float = EXACT, steps: int = STEPS) -> float | None:
    """The smallest change towards a (signed) bound that flips, to a share `exact` of it; None where none does.

    Goes out in `steps` equal steps and halves the first one that flips, so that a flip within a step and back is missed.
    """
    low = 0.0
    for n in range(1, steps + 1):
        high = bound * n / steps
        if flips(high):
            while abs(high - low) > exact * abs(bound):
                middle = 0.5 * (low + high)
                low, high = (low, middle) if flips(middle) else (middle, high)
            return high
        low = high
    return None


def nearest_changes(case: Case) -> tuple[Change, ...]:
    """For every input that may move his grade, the smallest change that does: the nearest first, what cannot last."""
    if case.scheme["ranking"] not in (FORCED, FREE):
        return ()
    appraiser = Appraiser(case)
    changes = [change for way in (UP, DOWN) for change in _changes(appraiser, way)]
    changes += _floor(appraiser)
    return tuple(sorted(changes, key=lambda change: change.size))


def _changes(appraiser: Appraiser, way: int) -> Iterable[Change]:
    """All changes that may move the grade one way; none where there is no grade that way."""
    case = appraiser.case
    if (appraiser.own >= TOP and way == UP) or (appraiser.own <= BOTTOM and way == DOWN):
        return
    points = float(case.year.appraised.decorated.cadres["points"][case.i])
    all_of_them = float(case.scheme["points"])
    yield _searched(appraiser, way, "points", "points", points, all_of_them, lambda by: appraiser.with_points(points + by))
    for lane, purpose in enumerate(("impression", "favour")):
        again = partial(appraiser.with_draw, purpose)
        yield _searched(appraiser, way, purpose, "SD", _drawn(case, lane), MOST_DRAW, again)
    yield _superior(appraiser, way)
    yield _month(appraiser, way)
    yield _searched(appraiser, way, "report", "share", 0.0, MOST_REPORT, appraiser.with_report, exact=1e-3, steps=4)
    yield from _rules_of_grading(appraiser, way)


def _drawn(case: Case, lane: int) -> float:
    from sim.population.draws import Purpose

    return float(case.luck(Purpose.RATING, case.step)[lane])


def _searched(
    appraiser: Appraiser, way: int, kind: str, unit: str, before: float, bound: float, grades: Callable[[float], Graded], *,
    exact: float = EXACT, steps: int = STEPS, towards: int | None = None, about: Mapping[str, Value] | None = None,
) -> Change:  # fmt: skip
    """The smallest change of one input that moves the grade one way."""
    i, own = appraiser.case.i, appraiser.own

    def moves(by: float) -> bool:
        return (int(grades(by)[i]) - own) * way > 0

    found = smallest(moves, (towards or way) * bound, exact, steps) if bound else None
    if found is None:
        return Change(kind, way, False, unit, bound, before, about=about)
    if unit == "share":
        found = _as_it_is_told(found, before, moves)
    given = grades(found)
    return Change(kind, way, True, unit, bound, before, before + found, int(given[i]), None, appraiser.others(given), about)


def _as_it_is_told(change: float, before: float, moves: Callable[[float], bool]) -> float:
    """The change to the next tenth of a per cent beyond, if that still moves the grade: a share is told and set to as much."""
    tenths = 1000.0 * (before + change)
    told = (math.ceil(tenths - 1e-9) if change > 0 else math.floor(tenths + 1e-9)) / 1000.0 - before
    return told if moves(told) else change


def _superior(appraiser: Appraiser, way: int) -> Change:
    """Another head of a department in his place, the nearest in leniency first."""
    case = appraiser.case
    departments = case.world.departments
    own = float(departments["leniency"][case.d])
    spread = float(np.abs(departments["leniency"] - own).max())
    order = np.argsort(np.abs(departments["leniency"] - own), kind="stable")
    for d in (int(d) for d in order if int(d) != case.d):
        given = appraiser.with_head(d)
        if (int(given[case.i]) - appraiser.own) * way > 0:
            return Change(
                "superior", way, True, "attainment", spread, own, float(departments["leniency"][d]), int(given[case.i]), None,
                appraiser.others(given), {"department": case.names.departments[d]},
            )  # fmt: skip
    return Change("superior", way, False, "attainment", spread, own)


def _month(appraiser: Appraiser, way: int) -> Change:
    """More (or less) effort in one month: of the months in which it can move the grade, the one that needs least."""
    case, months = appraiser.case, appraiser.case.own_months
    able = [n for n, grade in appraiser.effects_of_months[way].items() if (grade - appraiser.own) * way > 0]
    if not able:
        return Change("effort", way, False, "months", MOST_EFFORT)
    changes = []
    for month in [months[n] for n in dict.fromkeys((able[0], able[-1]))]:
        effort = float(case.lived(month).after["effort"][: len(case.tasks)].sum())
        again, about = partial(appraiser.with_effort, month), {"month": case.month_number(month.step)}
        changes.append(
            _searched(appraiser, way, "effort", "months", effort, MOST_EFFORT, again, exact=1e-3, steps=2, about=about)
        )
    return min(changes, key=lambda change: change.size)


def _rules_of_grading(appraiser: Appraiser, way: int) -> Iterable[Change]:
    """Another quota, or another threshold."""
    case = appraiser.case
    is_free = case.scheme["ranking"] == FREE
    element = _threshold(appraiser.own, way) if is_free else _quota(appraiser.own, way, case.scheme["second_share"] > 0.0)
    before = float(case.scheme[element])
    about: dict[str, Value] = {"element": element, "of": "scheme"}
    again = lambda by: appraiser.with_scheme(element, before + by)  # noqa: E731
    if is_free:
        yield _searched(appraiser, way, "threshold", "share", before, MOST_THRESHOLD, again, towards=-way, about=about)
        return
    towards = way if element != "bottom_share" else -way
    free = 1.0 - sum(float(case.scheme[f"{name}_share"]) for name in ("top", "second", "bottom"))
    bound = max(0.0, free if towards > 0 else before)
    yield _searched(appraiser, way, "quota", "share", before, bound, again, towards=towards, about=about)


def _threshold(own: int, way: int) -> str:
    """The threshold that stands between a grade and its neighbour."""
    upper = own if way == DOWN else own + 1
    return {ORDINARY: "bottom_threshold", SECOND: "second_threshold", TOP: "top_threshold"}[upper]


def _quota(own: int, way: int, has_second: bool) -> str:
    """The share whose change moves the border between a grade and its neighbour."""
    if BOTTOM in (own, own + way):
        return "bottom_share"
    if own == ORDINARY:
        return "second_share" if has_second else "top_share"
    return "top_share" if way == UP or own == TOP else "second_share"


def _floor(appraiser: Appraiser) -> list[Change]:
    """The floor from which the bottom sanctions would have spared him, or below which they would have struck."""
    if appraiser.own != BOTTOM:
        return []
    case = appraiser.case
    floor = float(case.scheme["floor"])
    struck = bool(case.year.appraised.ranked.cadres["sanctioned"][case.i])
    share = float(case.year.appraised.ranked.cadres["score"][case.i]) / float(case.scheme["points"])
    # a floor of 0 is none: everybody at the bottom is struck; any floor up to the own score spares
    wanted = max(share, 1e-9) if struck else np.nextafter(share, np.inf)
    if appraiser.sanctioned_with_floor(float(wanted)) == struck or wanted > 2.0:
        return [Change("floor", UP if struck else DOWN, False, "share", 2.0, floor)]
    return [Change("floor", UP if struck else DOWN, True, "share", 2.0, floor, float(wanted), None, not struck)]
