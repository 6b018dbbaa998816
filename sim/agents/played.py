"""Seats that people play: a cadre whose month of work somebody decides, among others who follow the model's own rule.

The bureau is walked by the compiled links; only a played seat is an agent. So a bureau in which nobody decides anything is
walked as ever, to the bit.
"""

# mypy: disable-error-code="has-type"
# (columns become attributes when the class is made, where mypy cannot see them)

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sim.agents.cadre import Cadre
from sim.agents.entity import total
from sim.agents.model import AppraisalModel
from sim.loop.process import choose_work, open_department, produce, weigh_offers, work
from sim.population.columns import OWN_TASKS
from sim.population.founding import Names
from sim.population.world import World
from sim.rules.effort import Desk, empty_desk

#: Ways to report: as made; a twentieth of a normal month more; whatever the target lacks.
HONEST, SHADE, HIDE = "honest", "shade", "hide"
REPORTS = (HONEST, SHADE, HIDE)
SHADED = 0.05


@dataclass(frozen=True)
class Decision:
    """A month in one seat. None = as the model's own rule would have it.

    `effort` holds months of work on every own task, in the order of the department's tasks; `report` is one of `REPORTS`, or
    the share of a normal month that is added to every counted task; `further` is added to what the model's own rule makes up
    (below 0: taken from it).
    """

    effort: tuple[float, ...] | None = None
    report: str | float | None = None
    further: float = 0.0

    @property
    def is_empty(self) -> bool:
        """Whether nothing is decided."""
        return self.effort is None and self.report is None and self.further == 0.0


class Played(Cadre):
    """A cadre whose effort and reporting may be decided from outside, month by month."""

    decision: Decision = Decision()
    made_now: float = 0.0

    def choose_work(self) -> None:
        """The model's own choice first (help, sabotage, what he would have planned), then the effort decided on."""
        super().choose_work()
        if self.decision.effort is None:
            return
        for j, effort in enumerate(self.decision.effort):
            self.load += effort - self.effort[j]
            self.effort[j] = effort
        self.cost = self.cost_of_work() if self.is_in_window else 0.0

    def settle_offers(self, j: int, y: float) -> float:
        """As ever; what came out is remembered for the report."""
        self.made_now = y
        return super().settle_offers(j, y)

    def falsify(self, j: int, slope: float) -> float:
        """What is added to the report: as decided, except for what the information system measures itself."""
        report, department = self.decision.report, self.own_department
        share, is_counted = float(department.share[j]), len(department.rows_of[j]) > 0
        if report is None:
            own = super().falsify(j, slope)
            return max(0.0, own + share * self.decision.further) if is_counted else own
        if report == HONEST or not is_counted:
            return 0.0
        wanted = share * float(self.target[j]) - self.made_now if report == HIDE else share * added_share(report)
        return max(0.0, wanted) * (1.0 - self.scheme.captured)

    def make_up_at_lines(self, j: int, reported: float) -> tuple[float, float]:
        """Whoever has decided on his report raises it to no bright line by himself."""
        return super().make_up_at_lines(j, reported) if self.decision.report is None else (0.0, 0.0)


def added_share(report: str | float) -> float:
    """Share of a normal month that a way to report adds."""
    return SHADED if report == SHADE else 0.0 if isinstance(report, str) else report


class PlayedWork:
    """The work of a month in which some seats are played; takes the place of `sim.loop.process.work`.

    Made once for a world (which it looks at) and used month by month: set `decisions` (by cadre index) before.
    """

    def __init__(self, world: World, names: Names | None = None) -> None:
        self.model = AppraisalModel(world, names, cadre_class=Played)
        self.decisions: Mapping[int, Decision] = {}
        self.desk: Desk = empty_desk(OWN_TASKS)

    def __call__(self, world: World, step: int, first: int, last: int) -> None:
        """A month's work of the departments [first, last)."""
        played = self.played_departments(world)
        for d in [d for d in played if first <= d < last]:
            work(world, step, first, d)
            self.work_department(world, step, d)
            first = d + 1
        work(world, step, first, last)

    def played_departments(self, world: World) -> list[int]:
        """Departments in which somebody decides something this month."""
        return sorted({int(world.cadres["department"][i]) for i, decision in self.decisions.items() if not decision.is_empty})

    def work_department(self, world: World, step: int, d: int) -> None:
        """As `sim.loop.process.work_department`, seat by seat."""
        open_department(world, step, d)
        department = world.departments[d]
        seats = range(int(department["first"]), int(department["first"] + department["size"]))
        for i in seats:
            decision = self.decisions.get(i, Decision())
            if decision.is_empty:
                before = world.cadres[i]
                helped, harmed = float(before["help_given"]), float(before["sabotage_done"])
                weigh_offers(world, step, d, i, self.desk)
                choose_work(world, step, d, i, self.desk)
                produce(world, step, d, i, self.desk, helped, harmed)
            else:
                self.play(step, i, decision)
        department["sum_help"] = total(float(world.cadres["help_given"][i]) for i in seats)
        department["sum_sabotage"] = total(float(world.cadres["sabotage_done"][i]) for i in seats)

    def play(self, step: int, i: int, decision: Decision) -> None:
        """A month in one seat, by its agent."""
        agent = self.model.cadres[i]
        assert isinstance(agent, Played)
        self.model.now = step
        agent.decision = decision
        agent.work()
        agent.decision = Decision()
