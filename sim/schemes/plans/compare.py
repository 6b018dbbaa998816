"""`verb: compare`: how exactly differences are to be known, and which scheme is sought. All of it may be left out."""

from __future__ import annotations

import re

from pydantic import Field

from sim.bounds import MOST_REPLICATES
from sim.schemes.misfit import Misfit
from sim.schemes.plans.plan import Documents, Misfits, Plan
from sim.schemes.scheme import count
from sim.schemes.words import did_you_mean, quoted

#: An amount: a number, with `pp` (percentage points) or `%` (of the baseline) where it needs one.
AMOUNT = re.compile(r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(pp|%)?\s*")


class ComparePlan(Plan):
    """When a comparison has enough replicates, and what is told of it."""

    until: dict[str, str | float] = Field(
        default_factory=dict,
        description="Outcome: half width that every interval must reach unless the difference is clear (0.5pp, 2%, 0.1).",
    )
    best: str = Field(
        "", description="OUTCOME=AMOUNT: drop schemes that cannot be best on it; less than the amount is no matter."
    )
    most: int = count(1000, "Replicates at most, with until or best.", low=2, high=MOST_REPLICATES, unit="runs")
    winners: bool = Field(True, description="Compare every desk with itself under the baseline: who gains and who loses what.")

    def misfits(self, documents: Documents) -> list[Misfit]:
        """Outcomes that do not exist, amounts that are none."""
        found = Misfits()
        known = documents.outcome_names
        for name, amount in self.until.items():
            if known and name not in known:
                hint = did_you_mean(name, known)
                found.append(Misfit(("until", name), "there is no such outcome", quoted(name), "the name of an outcome", hint))
            if not AMOUNT.fullmatch(str(amount)):
                found.append(
                    Misfit(("until", name), "this is no amount", quoted(str(amount)), "a number, pp, or %: 0.5pp, 2%, 0.1")
                )
        name = self.best.partition("=")[0].strip()
        if self.best and known and name not in known:
            found.append(Misfit(("best",), "there is no such outcome", quoted(name), "OUTCOME=AMOUNT", did_you_mean(name, known)))
        return found
