"""`verb: robustness`: schemes in many possible worlds, where each fails, and what would be worth knowing."""

from __future__ import annotations

from pydantic import Field

from sim.schemes.misfit import Misfit
from sim.schemes.paths import full_path
from sim.schemes.plans.plan import Documents, Misfits
from sim.schemes.plans.worlds import Limit, Worlds, limit_misfits
from sim.schemes.scheme import Document, count
from sim.schemes.words import did_you_mean, listed, quoted


class Pair(Document):
    """A question about two schemes."""

    better: str = Field(description="The scheme that is asked about.")
    than: str = Field(description="The scheme it should beat; by net value.")


class RobustnessPlan(Worlds):
    """Which worlds, what counts, which pairs are looked into."""

    net_value: dict[str, float] = Field(
        default_factory=lambda: {"goal_attainment": 1.0},
        min_length=1,
        description="Weights of outcomes in the net value that schemes are chosen by (a minus sign where less is better).",
    )
    outcomes: list[str] = Field(default_factory=list, description="Outcomes of which regret is told; by default the headlines.")
    good_enough: dict[str, Limit] = Field(
        default_factory=dict, description="What a scheme must reach in a world to be good enough."
    )
    pairs: list[Pair] = Field(
        default_factory=list, max_length=50, description="Pairs to explain; by default the best scheme against every other."
    )
    boxes: int = count(2, "Boxes sought for every pair.", low=0, high=5, unit="boxes")
    groups: dict[str, list[str]] = Field(default_factory=dict, description="Assumptions whose worth is told together.")

    def misfits(self, documents: Documents) -> list[Misfit]:
        """Everything that the study's documents cannot take."""
        found = self.world_misfits(documents)
        found.unknown_outcomes(list(self.outcomes), documents.outcome_names, "outcomes")
        for name, weight in self.net_value.items():
            if documents.outcome_names and name not in documents.outcome_names:
                hint = did_you_mean(name, documents.outcome_names)
                found.append(
                    Misfit(("net_value", name), "there is no such outcome", quoted(name), "the name of an outcome", hint)
                )
            if weight == 0:
                found.append(Misfit(("net_value", name), "a weight of 0 says nothing", "0", "another number"))
        limit_misfits(self.good_enough, documents, found, "good_enough", start=False)
        names = [scheme.document.name for scheme in documents.schemes]
        if len(names) < 2:
            found.append(Misfit((), "there is nothing to choose among", listed(names), "two schemes or more"))
        for index, pair in enumerate(self.pairs):
            for end, name in (("better", pair.better), ("than", pair.than)):
                if name not in names:
                    hint = did_you_mean(name, names)
                    problem = "this scheme is not in the study"
                    found.append(Misfit(("pairs", index, end), problem, quoted(name), f"one of {listed(names)}", hint))
            if pair.better == pair.than:
                found.append(Misfit(("pairs", index), "a pair of one scheme", quoted(pair.better), "two schemes"))
        self._group_misfits(documents, found)
        return found

    def _group_misfits(self, documents: Documents, found: Misfits) -> None:
        if found:
            return
        varied = list(self.ranges(documents.behaviour)) if self.behaviours == "declared" else None
        for name, members in self.groups.items():
            if not members:
                found.append(Misfit(("groups", name), "the group is empty", "", "names of parameters"))
            for index, member in enumerate(members):
                with found.gathered("groups", name, index):
                    if varied is not None and full_path(member) not in varied:
                        hint = did_you_mean(member, varied)
                        problem = "worlds do not differ in this"
                        found.append(Misfit(("groups", name, index), problem, quoted(member), "a parameter of the worlds", hint))
