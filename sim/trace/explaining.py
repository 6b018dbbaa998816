"""The explanation of one cadre's appraised year: the tree, what followed, the peer group, the nearest changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sim.errors import UserError
from sim.lang import words
from sim.loop.calendar import is_due
from sim.population.founding import Names
from sim.schemes.organisation import Organisation
from sim.schemes.scheme import Ranking, Scheme
from sim.trace.case import Case
from sim.trace.grading import consequences, grade, score, standing
from sim.trace.nodes import Node, gap_of, rule_card, with_ids
from sim.trace.recording import Year
from sim.trace.telling import GRADES, Teller

#: Cadres that are chosen by their place in the peer group of everybody.
CHOICES = ("lowest", "median", "highest")
ROOTS = ("grade", "score")


@dataclass(frozen=True)
class Person:
    """Whose year it is. `number` counts from 1, in the order of `Run.cadres`."""

    number: int
    department: str
    branch: str
    position: int
    is_office: bool
    months_judged: int
    newcomer: bool


@dataclass(frozen=True)
class Place:
    """One line of the peer group's table, best first."""

    place: int
    cadre: int
    score: float
    grade: str
    is_self: bool


@dataclass(frozen=True)
class Explanation:
    """One cadre's appraised year. `root` is the tree; ask `to_dict(language)` for plain data with words."""

    scheme: Scheme
    organisation: Organisation
    seed: int
    replicate: int
    year: int
    first_month: int
    last_month: int
    person: Person
    grade: int
    root: Node
    consequences: tuple[Node, ...]
    board: tuple[Place, ...]
    changes: tuple[Any, ...] = ()
    case: Case | None = field(default=None, repr=False, compare=False)

    @property
    def nodes(self) -> list[Node]:
        """All nodes of the tree and of what followed."""
        return [node for root in (self.root, *self.consequences) for node in root.walk()]

    @property
    def largest_gap(self) -> float:
        """The largest relative difference between a node and what its children give (rounding only)."""
        return max((gap_of(node) for node in self.nodes), default=0.0)

    def to_dict(self, language: str = "en", *, depth: int | None = None) -> dict[str, Any]:
        """Plain data for JSON, names and sentences in a language; only so many levels where `depth` is given."""
        teller = Teller(words(language), self.organisation)
        return {
            "language": language,
            "scheme": {"name": self.scheme.name, "title": teller.words.document(self.scheme.title or self.scheme.name)},
            "organisation": {
                "name": self.organisation.name,
                "title": teller.words.document(self.organisation.title or self.organisation.name),
            },
            "seed": self.seed, "replicate": self.replicate, "year": self.year,
            "months": [self.first_month, self.last_month],
            "cadre": dict(vars(self.person)),
            "grade": {"value": self.grade, "key": grade_key(self.grade), "name": teller.grade(self.grade)},
            "root": teller.as_dict(self.root, depth),
            "consequences": [teller.as_dict(node, depth) for node in self.consequences],
            "board": [dict(vars(line)) for line in self.board],
            "changes": [change.to_dict(teller) for change in self.changes],
            "rules": {name: dict(vars(rule_card(name))) for name in sorted({node.how for node in self.nodes if node.how})},
            "checked": {"nodes": len(self.nodes), "largest_gap": self.largest_gap},
        }  # fmt: skip


def grade_key(number: int) -> str:
    """Key of a grade (-1 = none)."""
    return GRADES[number] if number >= 0 else "none"


def appraised_step(interval: int, first: int, steps: int, step_months: int, year: int | None) -> tuple[int, int]:
    """(step of the last appraisal in a recorded year, that year); the run's last appraisal without a year.

    Raises:
        UserError: no appraisal falls due then.
    """
    if year is not None and (isinstance(year, bool) or not isinstance(year, int)):
        raise UserError.of("this is no year", found=repr(year)[:40], expected="a whole number from 1, or none for the last one")
    due = [step for step in range(first, first + steps) if is_due(step, interval)]
    years = {(step - first) * step_months // 12 + 1: step for step in due}
    if year is None and years:
        year = max(years)
    if year not in years:
        n_years = (steps * step_months + 11) // 12
        known = ", ".join(str(n) for n in years) or "none"
        beyond = year is not None and not 1 <= year <= n_years
        raise UserError.of(
            "the run has no such year" if beyond else "nobody is appraised in that year",
            found=f"year {year}"
            if year is not None
            else f"{steps * step_months} months, appraisal every {interval * step_months}",
            expected=f"a year with an appraisal: {known}",
            hint="" if years else "let the run last longer (months)",
        )
    assert year is not None
    return years[year], year


def choose_cadre(year: Year, wanted: int | str) -> int:
    """The index of a cadre: his number (from 1), or lowest, median, highest by final score.

    Raises:
        UserError: there is no such cadre.
    """
    cadres = year.appraised.ranked.cadres
    text = str(wanted).strip().lower()
    if text in CHOICES:
        order = np.argsort(cadres["score"], kind="stable")
        return int(order[{"lowest": 0, "median": (len(order) - 1) // 2, "highest": len(order) - 1}[text]])
    if isinstance(wanted, bool) or not text.isascii() or not text.isdigit() or not 1 <= int(text[:12]) <= len(cadres):
        raise UserError.of(
            "there is no such cadre", found=repr(wanted)[:40],
            expected=f"a number from 1 to {len(cadres)}, or one of {', '.join(CHOICES)}",
        )  # fmt: skip
    return int(text) - 1


def root_of(case: Case, scheme: Scheme, until: str | None) -> Node:
    """The tree from the grade down (from the score where the scheme gives no grades and none was asked for).

    Raises:
        UserError: the grade of a scheme that gives none was asked for, or something else than a grade or a score.
    """
    if until is not None and until not in ROOTS:
        raise UserError.of("a tree cannot start there", found=repr(until)[:40], expected=f"one of {', '.join(ROOTS)}")
    no_grades = scheme.appraisal.grades.ranking is Ranking.NONE
    if until == "grade" and no_grades:
        raise UserError.of(
            "this scheme gives no grades", found=f"{scheme.name}: appraisal.grades.ranking: none",
            expected="a scheme with grades", hint="explain the score instead (until: score)",
        )  # fmt: skip
    return score(case) if until == "score" or (until is None and no_grades) else grade(case)


def person_of(case: Case, names: Names) -> Person:
    """Who the cadre is."""
    return Person(
        number=case.i + 1,
        department=names.departments[case.d],
        branch=names.branches[int(case.department["branch"])],
        position=int(case.row["position"]) + 1,
        is_office=bool(case.department["is_office"]),
        months_judged=int(case.steps) * int(case.world.organisation[0]["step_months"]),
        newcomer=len(case.own_months) < len(case.year.months),
    )


def board_of(case: Case) -> tuple[Place, ...]:
    """The peer group, best first."""
    return tuple(
        Place(place + 1, i + 1, score, grade_key(given), i == case.i) for place, (i, score, _, given) in enumerate(standing(case))
    )


def grow(
    year: Year, i: int, names: Names, indicators: Sequence[str], first_step: int, scheme: Scheme, until: str | None
) -> tuple[Case, Node, tuple[Node, ...], tuple[Place, ...]]:
    """(the case, its tree, what followed, the peer group)."""
    case = Case(year, i, names, tuple(indicators), first_step)
    return case, with_ids(root_of(case, scheme, until)), tuple(with_ids(node) for node in consequences(case)), board_of(case)
