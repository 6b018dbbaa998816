"""`verb: optimise`: better schemes within the reach of some levers, for several objectives at once."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from sim.schemes.misfit import Misfit
from sim.schemes.paths import Range, element_of, value_at
from sim.schemes.plans.plan import Documents, Misfits, Plan
from sim.schemes.plans.varying import Short, Span, range_of
from sim.schemes.plans.worlds import Limit, Worlds, limit_misfits
from sim.schemes.scheme import count, element
from sim.schemes.words import did_you_mean, listed, quoted


class OptimisePlan(Plan):
    """Where the search starts, what it may change, what it is to reach, and how long it looks."""

    start: str = Field("", description="Scheme the search starts from; by default the first that is not the baseline.")
    levers: dict[str, Short | Span] = Field(
        min_length=1, max_length=200, description="Paths of the scheme: [low, high], the values to try, or a mapping of these."
    )
    objectives: list[str] | dict[str, Literal["more", "less"]] = Field(
        min_length=2, description="Outcomes to improve, or outcomes with the direction that is wanted."
    )
    limits: dict[str, Limit] = Field(
        default_factory=dict, description="Limits on outcomes (budget: `bonus_cost: {at_most: start}`)."
    )
    worlds: Worlds | None = Field(None, description="Worlds that every candidate is judged in; without it the study's own alone.")
    judged_by: Literal["mean", "quantile"] = Field(
        "mean", description="Over the worlds: the mean, or the bad end (see quantile)."
    )
    quantile: float = element(0.1, "Share of worlds that are worse, where judged by a quantile.", low=0.001, high=0.5)
    population: int = count(24, "Candidates of a generation.", low=4, high=10_000, unit="schemes")
    generations: int = count(20, "Generations.", low=1, high=100_000, unit="generations")
    replicates: int = count(
        4, "Replicates of each candidate (in each world, if there are worlds).", low=1, high=10_000, unit="runs"
    )
    fresh_replicates: int = count(30, "Replicates with fresh luck that judge the front again.", low=2, high=100_000, unit="runs")
    front: int = count(12, "Schemes of the front that are judged again and written as files.", low=1, high=10_000, unit="schemes")
    method: Literal["auto", "nsga2", "nsga3"] = Field("auto", description="auto: NSGA-II for two objectives, NSGA-III for more.")

    def ranges(self) -> dict[str, Range]:
        """The range of every lever, as it is named in the file.

        Raises:
            UserError: no such path, or a value it cannot take.
        """
        return {path: range_of(path, span) for path, span in self.levers.items()}

    def misfits(self, documents: Documents) -> list[Misfit]:
        """Levers that lead nowhere, outcomes that do not exist, a start that is not there."""
        found = Misfits()
        names = [scheme.document.name for scheme in documents.schemes]
        if self.start and self.start not in names:
            hint = did_you_mean(self.start, names)
            found.append(
                Misfit(("start",), "this scheme is not in the study", quoted(self.start), f"one of {listed(names)}", hint)
            )
        found.unknown_outcomes(list(self.objectives), documents.outcome_names, "objectives")
        limit_misfits(self.limits, documents, found, "limits", start=True)
        self._lever_misfits(documents, found)
        if self.worlds is not None:
            found += self.worlds.world_misfits(documents, "worlds")
        return found

    def _lever_misfits(self, documents: Documents, found: Misfits) -> None:
        start = next((one for one in documents.schemes if one.document.name == self.start_in(documents)), None)
        for path in self.levers:
            with found.gathered("levers", path):
                if element_of(path).document != "scheme":
                    expected = "a path of the scheme: nobody can choose people or places"
                    found.append(Misfit(("levers", path), "this is no lever", quoted(path), expected))
                    continue
                span = range_of(path, self.levers[path])
                if start is not None:
                    value_at(start.document, span.path)

    def start_in(self, documents: Documents) -> str:
        """Name of the scheme the search starts from."""
        others = [one.document.name for one in documents.schemes if one.document.name != documents.baseline]
        return self.start or (others or [documents.baseline])[0]
