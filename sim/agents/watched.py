"""The Mesa walk as Mesa's own viewers want it: a model made from plain parameters that collects its data as it goes."""

from __future__ import annotations

import mesa

from sim.agents.cadre import Cadre
from sim.agents.model import AppraisalModel
from sim.history import SERIES
from sim.population.founding import found, lay_out, tailor
from sim.schemes.load import load_behaviour, load_organisation, load_scheme


class WatchedModel(AppraisalModel):
    """A bureau on its first day, named by its documents; `datacollector` holds every series of the history, month by month.

    SolaraViz and `mesa.batch_run` make models anew from keywords, which `AppraisalModel` has none of.
    """

    def __init__(
        self,
        scheme: str = "deduction_heavy",
        organisation: str = "workshop_bureau",
        behaviour: str = "default",
        seed: int = 1,
        replicate: int = 0,
        cadre_class: type[Cadre] = Cadre,
    ) -> None:
        blueprint = lay_out(load_organisation(organisation), load_behaviour(behaviour))
        dress = tailor(blueprint, load_scheme(scheme))
        world = found(blueprint, dress, seed=int(seed), replicate=int(replicate))
        super().__init__(world, blueprint.names, cadre_class=cadre_class)
        self.line = self.record()
        self.datacollector = mesa.DataCollector(
            model_reporters={"month": "now", **{name: [self._line_of, [name]] for name in SERIES}},
            agenttype_reporters={cadre_class: {name: name for name in ("exhaustion", "cynicism", "efficacy", "load", "score")}},
        )

    def _line_of(self, name: str) -> float:
        return float(self.line[name])

    def step(self) -> None:
        """One month; then its line of the history and everybody's state are collected."""
        super().step()
        self.line = self.record()
        self.datacollector.collect(self)
