"""`verb: adversary`: how much harm behaviour within its declared bounds can do to a scheme."""

from __future__ import annotations

from pydantic import Field

from sim.schemes.behaviour import Behaviour
from sim.schemes.load import Loaded
from sim.schemes.misfit import Misfit
from sim.schemes.paths import Range, element_of, full_path
from sim.schemes.plans.plan import Documents, Misfits, Plan
from sim.schemes.plans.sensitivity import declared_ranges
from sim.schemes.plans.varying import Short, Span, check_ranges, range_of
from sim.schemes.plans.worlds import declared_range
from sim.schemes.scheme import count
from sim.schemes.words import quoted

#: What cadres may do without breaking a rule: how hard, on what and when they work, what they value, whom they help, what
#: they bargain for, whether they go. Falsifying, sabotage, favours and gloss are not lawful; who wants them names them.
LAWFUL = (
    "substitution", "duty", "demand_pull", "adjustment", "planning_interval", "procrastination", "risk_aversion",
    "loss_aversion", "esteem", "honour", "growth_worth", "job_worth", "standing_awareness", "rivals_differ", "drive",
    "motivation_rate", "crowding", "control_of_pay", "control_of_tracking", "autonomy_effect", "feedback_effect",
    "meaning_effect", "study_rate", "forgetting_rate", "novelty_loss", "cohesion", "help_tax", "rivalry_salience",
    "slack_bargained", "self_serving", "reward_sensitivity", "exit_of_burnout", "exit_of_injustice", "exit_of_ability",
)  # fmt: skip


class AdversaryPlan(Plan):
    """What cadres may vary, what is to be harmed, and how long the worst is looked for."""

    outcome: str = Field("goal_attainment", description="The outcome that is harmed.")
    parameters: list[str] | dict[str, Short | Span] = Field(
        default_factory=list,
        description="Behaviour parameters within their declared ranges, or with ranges; by default all lawful responses.",
    )
    population: int = count(24, "Behaviours of a generation.", low=5, high=10_000, unit="behaviours")
    generations: int = count(20, "Generations, for every scheme.", low=1, high=100_000, unit="generations")
    replicates: int = count(2, "Replicates of each behaviour.", low=1, high=10_000, unit="runs")
    fresh_replicates: int = count(30, "Replicates with fresh luck on which the loss is judged.", low=2, high=100_000, unit="runs")

    def ranges(self, behaviour: Loaded[Behaviour]) -> dict[str, Range]:
        """The range of every parameter by its full path.

        Raises:
            UserError: no such parameter, no declared range, or a value the element cannot take.
        """
        if isinstance(self.parameters, dict):
            return {full_path(path): range_of(full_path(path), span) for path, span in self.parameters.items()}
        declared = declared_ranges(behaviour)
        names = self.parameters or [name for name in LAWFUL if name in declared]
        return {full_path(name): declared_range(name, declared) for name in names}

    def misfits(self, documents: Documents) -> list[Misfit]:
        """Parameters and outcomes that do not exist."""
        found = Misfits()
        found.unknown_outcomes([self.outcome], documents.outcome_names, "outcome")
        found[:] = [Misfit(("outcome",), one.problem, one.found, one.expected, one.hint) for one in found]
        declared = declared_ranges(documents.behaviour)
        if isinstance(self.parameters, list):
            for index, name in enumerate(self.parameters):
                with found.gathered("parameters", index):
                    declared_range(name, declared)
                if name in self.parameters[:index]:
                    found.append(Misfit(("parameters", index), "this parameter stands here twice", quoted(name), "each once"))
            if not self.parameters and not any(name in declared for name in LAWFUL):
                found.append(Misfit((), "there is no parameter to vary", "the behaviour declares no ranges", "parameters"))
            return found
        ranges: dict[str, Range] = {}
        for path, span in self.parameters.items():
            with found.gathered("parameters", path):
                if element_of(path).document != "behaviour":
                    expected = "a parameter of behaviour: an adversary cannot choose the scheme or the place"
                    found.append(Misfit(("parameters", path), "this is no behaviour", quoted(path), expected))
                    continue
                ranges[path] = range_of(path, span)
                if ranges[path].kind != "number":
                    found.append(Misfit(("parameters", path), "this is no range", quoted(path), "[low, high]"))
        check_ranges(ranges, documents, found, "parameters")
        return found
