"""The Mesa walk: the bureau as `mesa.Agent` objects that share tables, rules and luck with the compiled walk.

model = AppraisalModel.founded(load_organisation("toy_bureau"), load_scheme("forced_ranking"), load_behaviour(), seed=1)
for _ in range(24):
    model.step()
model.agents_by_type[Cadre].agg("exhaustion", np.mean)
"""

from sim.agents.branch import Branch
from sim.agents.bureau import Bureau
from sim.agents.cadre import Cadre
from sim.agents.department import Department
from sim.agents.entity import Entity
from sim.agents.group import PeerGroup
from sim.agents.model import AppraisalModel, walk_agents
from sim.agents.watched import WatchedModel

__all__ = ["AppraisalModel", "Branch", "Bureau", "Cadre", "Department", "Entity", "PeerGroup", "WatchedModel", "walk_agents"]
