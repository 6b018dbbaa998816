"""`verb: pilot`: how large a trial of a scheme in some branches must be, found by simulating the trial itself."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from pydantic import Field

from sim.schemes.misfit import Misfit
from sim.schemes.plans.plan import Documents, Misfits, Plan
from sim.schemes.plans.transition import unknown_branches
from sim.schemes.scheme import count, element
from sim.schemes.words import did_you_mean, listed, quoted

TrialDesign = Literal["parallel", "stepped_wedge", "before_after"]
DESIGNS: tuple[TrialDesign, ...] = ("parallel", "stepped_wedge", "before_after")


class PilotPlan(Plan):
    """The outcome a trial is to settle, and the designs, numbers of branches and lengths that are tried."""

    outcome: str = Field("exhaustion_mean", description="Monthly series that the trial is about.")
    scheme: str = Field("", description="The scheme on trial; may be left out where there is one besides the baseline.")
    designs: list[TrialDesign] = Field(
        default_factory=lambda: list(DESIGNS),
        min_length=1,
        max_length=3,
        description="parallel: half of the branches, drawn by lot; stepped_wedge: all, in waves drawn by lot; before_after: all.",
    )
    clusters: list[int] = Field(
        default_factory=lambda: [4, 6, 8], min_length=1, max_length=20, description="Numbers of branches in the trial."
    )
    lengths: list[int] = Field(default_factory=lambda: [6, 12, 24], min_length=1, max_length=20, description="Months of trial.")
    before_months: int = count(12, "Recorded months before the trial begins.", low=1, high=600)
    waves: int = count(4, "stepped_wedge: waves, at most as many as there are branches.", low=2, high=50, unit="waves")
    branches: list[str] = Field(default_factory=list, description="Branches that may take part; by default all front-line ones.")
    power: float = element(0.8, "Chance to find the effect that a trial must have.", low=0.5, high=0.99)
    level: float = element(0.05, "Chance to find an effect where there is none that is put up with.", low=0.001, high=0.2)

    def misfits(self, documents: Documents) -> Iterable[Misfit]:
        """What the study's documents cannot take."""
        found = Misfits()
        names = [scheme.document.name for scheme in documents.schemes]
        if self.scheme and self.scheme not in names:
            hint = did_you_mean(self.scheme, names)
            found.append(Misfit(("scheme",), "there is no such scheme in the study", quoted(self.scheme), listed(names), hint))
        elif not self.scheme and len(names) != 2:
            found.append(Misfit(("scheme",), "it is not plain which scheme is on trial", "no scheme", listed(names)))
        elif self.scheme == documents.baseline:
            found.append(Misfit(("scheme",), "the scheme on trial is the baseline", quoted(self.scheme), "another scheme"))
        if documents.outcome_names and self.outcome not in documents.outcome_names:
            hint = did_you_mean(self.outcome, documents.outcome_names)
            found.append(Misfit(("outcome",), "there is no such outcome", quoted(self.outcome), "the name of an outcome", hint))
        found += unknown_branches(documents.organisation.document, self.branches, ("branches",))
        for index, n in enumerate(self.clusters):
            if n < 4 or n % 2:
                found.append(
                    Misfit(
                        ("clusters", index),
                        "arms of equal size need an even number, and two branches each",
                        str(n),
                        "4, 6, 8 and so on",
                    )
                )
        for index, months in enumerate(self.lengths):
            least = 1 + min([self.waves, *self.clusters]) if "stepped_wedge" in self.designs else 1
            if months < least:
                expected = f"at least {least}, a month for every period of the stepped wedge" if least > 1 else "at least 1"
                found.append(Misfit(("lengths", index), "the trial is too short", str(months), expected))
        return found
