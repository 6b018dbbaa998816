"""A cadre: plans, works, reports, is appraised, takes it in, and stays or leaves.

Every method is one decision or one experience. Override one to study another behaviour::

    class Candid(Cadre):
        def falsify(self, j, slope):
            return 0.0

    model = AppraisalModel(world, names, cadre_class=Candid)

The methods stand by link: `planning`, `working`, `appraised`, `living`.
"""

from __future__ import annotations

from sim.agents.appraised import Appraised
from sim.agents.living import Living
from sim.agents.planning import Planning
from sim.agents.working import Working


class Cadre(Planning, Working, Appraised, Living, table="cadres"):
    """A place in a department and whoever holds it; `take_up` is called when a new person enters."""

    def arm_of(self) -> int:
        """His department's row of the table of schemes."""
        return int(self.model.columns["departments"]["arm"][self.department])

    def place(self) -> int:
        """Position in the department, part of the address of all draws."""
        return self.position

    @property
    def colleagues(self) -> list[Cadre]:
        """The others in the department."""
        return [other for other in self.own_department.cadres if other is not self]
