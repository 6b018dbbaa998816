"""Sentences whose every number can be checked: a claim is a text with places, and for every place where its number stands.

A claim is made from tables and never from a typed number. Before a report is written, every claim is made a second time
from tables computed anew from the stored runs; a report whose sentences do not come out the same is refused.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from experiments.report.dossier.results import Results, Tables
from experiments.report.dossier.saying import Saying
from sim.errors import Finding, UserError

if TYPE_CHECKING:
    import pandas as pd

#: Numbers said twice must agree to this share: tables are stored with six digits at least.
TOLERANCE = 2e-5

#: Ways of saying a number, by the columns that it is made of.
FORMS: dict[str, Callable[[Saying, str, tuple[float, ...]], str]] = {
    "level": lambda say, outcome, v: say.level(outcome, v[0]),
    "difference": lambda say, outcome, v: say.with_interval(outcome, *v),
    "size": lambda say, outcome, v: say.size(outcome, *v),
    "chance": lambda say, outcome, v: say.chance(v[0]),
    "share": lambda say, outcome, v: say.share(*v),
    "plain": lambda say, outcome, v: say.plain(*v),
    "index": lambda say, outcome, v: say.index(*v),
    "count": lambda say, outcome, v: say.count(v[0]),
    "rank": lambda say, outcome, v: say.rank(*v),
}


@dataclass(frozen=True)
class Number:
    """A number of a sentence and where it stands: table, row, columns, and how it is said."""

    table: str
    where: tuple[tuple[str, object], ...]
    columns: tuple[str, ...]
    form: str
    values: tuple[float, ...]
    outcome: str = ""

    def said(self, say: Saying) -> str:
        """The number as the sentence says it."""
        return FORMS[self.form](say, self.outcome, self.values)


@dataclass(frozen=True)
class Name:
    """A name in a sentence: of an outcome (`within`, `title`), a document, a parameter, a target (two titles on two lines) ..."""

    kind: str
    value: str

    def said(self, say: Saying) -> str:
        """The name in the reader's language."""
        ways: dict[str, Callable[[str], str]] = {
            "within": say.within, "title": say.title, "document": say.document, "words": say.words, "text": str,
            "parameter": say.parameter, "target": say.target,
        }  # fmt: skip
        return ways[self.kind](self.value)


@dataclass(frozen=True)
class Claim:
    """A sentence: the key of its text and what stands in its places (numbers, names, or lists of smaller claims)."""

    key: str
    parts: tuple[tuple[str, Number | Name | tuple[Claim, ...]], ...]

    @classmethod
    def of(cls, key: str, **parts: Number | Name | Sequence[Claim]) -> Claim:
        """A claim with its parts by the names of their places."""
        return cls(key, tuple((place, part if isinstance(part, Number | Name) else tuple(part)) for place, part in parts.items()))

    def said(self, say: Saying) -> str:
        """The sentence in the reader's language."""
        return say.words(self.key, **{place: _part_said(part, say) for place, part in self.parts if place != "below"})

    def below(self, say: Saying) -> tuple[str, ...]:
        """The smaller claims under this one, where it has a list called `below`."""
        part = dict(self.parts).get("below")
        return tuple(claim.said(say) for claim in part) if isinstance(part, tuple) else ()

    def numbers(self) -> list[Number]:
        """Every number in the sentence."""
        found: list[Number] = []
        for _, part in self.parts:
            if isinstance(part, Number):
                found.append(part)
            elif isinstance(part, tuple):
                found += [number for claim in part for number in claim.numbers()]
        return found

    def shape(self) -> object:
        """The sentence without its numbers: what it says of whom."""
        return self.key, tuple((place, _part_shape(part)) for place, part in self.parts)


def _part_said(part: Number | Name | tuple[Claim, ...], say: Saying) -> str:
    return say.listed(claim.said(say) for claim in part) if isinstance(part, tuple) else part.said(say)


def _part_shape(part: Number | Name | tuple[Claim, ...]) -> object:
    if isinstance(part, Number):
        return part.table, part.where, part.columns, part.form
    return tuple(claim.shape() for claim in part) if isinstance(part, tuple) else part


@dataclass(frozen=True)
class Facts:
    """The tables that claims are made from."""

    tables: Tables

    def row(self, table: str, **where: object) -> Mapping[Any, Any]:
        """The one row of a table at the given values.

        Raises:
            LookupError: there is none, or more than one.
        """
        found = rows_of(self.tables(table), where)
        if len(found) != 1:
            raise LookupError(f"{table}: {len(found)} rows at {where}")
        return found.iloc[0].to_dict()

    def number(self, form: str, table: str, *columns: str, said_of: str = "", **where: object) -> Number:
        """A number out of a table."""
        row = self.row(table, **where)
        values = tuple(float(row[column]) for column in columns)
        return Number(table, tuple(where.items()), columns, form, values, said_of or str(where.get("outcome", "")))


def rows_of(table: pd.DataFrame, where: Mapping[str, object]) -> pd.DataFrame:
    """The rows of a table at the given values."""
    for column, value in where.items():
        table = table[table[column] == value]
    return table


class WrongClaim(UserError):
    """A sentence that the stored runs do not bear out."""


#: Makes the claims of a study out of facts.
Maker = Callable[[Facts], Sequence[Claim]]


def checked(results: Results, make: Maker, say: Saying) -> list[Claim]:
    """The claims of a study, each of them made from the stored tables and again from the stored runs.

    Raises:
        WrongClaim: a sentence or a number of it comes out differently the second time.
    """
    try:
        said = list(make(Facts(results.table)))
    except (LookupError, StopIteration) as error:
        raise _wrong(results, str(error), "a table without gaps") from error
    check_numbers(said, Facts(results.again), say, results)
    again = list(make(Facts(results.again)))
    for one, other in zip(said, again, strict=False):
        if one.shape() != other.shape():
            raise _wrong(results, one.said(say), other.said(say))
    if len(said) != len(again):
        longer = said if len(said) > len(again) else again
        raise _wrong(results, f"{len(said)} sentences", f"{len(again)}: {longer[min(len(said), len(again))].said(say)}")
    return said


def check_numbers(claims: Sequence[Claim], facts: Facts, say: Saying, results: Results) -> None:
    """Look every number of the claims up in tables made from the stored runs.

    Raises:
        WrongClaim: a number stands nowhere, or is another one there.
    """
    for claim in claims:
        for number in claim.numbers():
            try:
                row = facts.row(number.table, **dict(number.where))
                there = tuple(float(row[column]) for column in number.columns)
            except (LookupError, TypeError, ValueError):
                raise _wrong(results, claim.said(say), "no such number in the stored runs") from None
            if not all(_agree(one, other) for one, other in zip(number.values, there, strict=True)):
                true = FORMS[number.form](say, number.outcome, there)
                raise _wrong(results, claim.said(say), f"{true} in place of {number.said(say)}")


def _agree(one: float, other: float) -> bool:
    if math.isnan(one) or math.isnan(other):
        return math.isnan(one) and math.isnan(other)
    return math.isclose(one, other, rel_tol=TOLERANCE, abs_tol=1e-9)


def _wrong(results: Results, said: str, true: str) -> WrongClaim:
    finding = Finding(
        problem="a sentence of the report does not follow from the stored runs",
        file=str(results.folder),
        found=said,
        expected=true,
        hint="a table was changed after the study: run the study again into the same folder",
    )
    return WrongClaim([finding])
