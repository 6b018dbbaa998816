"""`verb: transition`: a scheme changes in given months, at once or branch by branch; what the way there costs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from pydantic import Field

from sim.bounds import MOST_MONTHS
from sim.schemes.misfit import Misfit
from sim.schemes.plans.plan import Documents, Misfits, Plan
from sim.schemes.scheme import Document, count, element
from sim.schemes.words import did_you_mean, listed, quoted

if TYPE_CHECKING:
    from sim.schemes.organisation import Organisation

OFFICES = "offices"


class PlannedChange(Document):
    """One wave: from a month on, some branches (all without names) are under a scheme."""

    month: int = count(13, "First recorded month under the scheme; 1 = the first of all.", low=1, high=MOST_MONTHS)
    scheme: str = Field("", description="Name of a scheme of the study; may be left out where there are two.")
    branches: list[str] = Field(default_factory=list, description="Branches by name, `offices` for the offices; none = all.")


class TransitionPlan(Plan):
    """When which branches come under which scheme, and what is looked at."""

    changes: list[PlannedChange] = Field(min_length=1, max_length=1000, description="The waves, in any order.")
    outcomes: list[str] = Field(default_factory=list, description="Monthly series to look at; by default the usual ones.")
    tolerance: float = element(
        0.1, "Recovered: as good as the better steady state, less this share of the gap between the two.", low=0.0, high=1.0
    )

    def misfits(self, documents: Documents) -> Iterable[Misfit]:
        """Schemes and branches that there are not, and a scheme left out where it is not plain."""
        found = Misfits()
        names = [scheme.document.name for scheme in documents.schemes]
        for index, change in enumerate(self.changes):
            at = ("changes", index)
            if change.scheme and change.scheme not in names:
                hint = did_you_mean(change.scheme, names)
                found.append(
                    Misfit((*at, "scheme"), "there is no such scheme in the study", quoted(change.scheme), listed(names), hint)
                )
            elif not change.scheme and len(names) != 2:
                found.append(Misfit((*at, "scheme"), "it is not plain which scheme comes", "no scheme", listed(names)))
            found += unknown_branches(documents.organisation.document, change.branches, (*at, "branches"))
        found.unknown_outcomes(self.outcomes, documents.outcome_names, "outcomes")
        return found


def unknown_branches(organisation: Organisation, names: list[str], at: tuple[str | int, ...]) -> list[Misfit]:
    """Names that no branch of an organisation written out has (of a generated service the names are not known yet)."""
    if organisation.service is not None:
        return []
    known = [branch.name for branch in organisation.branches] + ([OFFICES] if organisation.offices else [])
    return [
        Misfit((*at, index), "there is no such branch", quoted(name), listed(known), did_you_mean(name, known))
        for index, name in enumerate(names)
        if name.rpartition("/")[2] not in known
    ]
