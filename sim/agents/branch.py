"""A branch: reports of its departments, and the taxpayers on the other side of the counter."""

# mypy: disable-error-code="has-type"
# (columns become attributes when the class is made, where mypy cannot see them)

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.agents.entity import total
from sim.agents.reports import Reporting, share_of
from sim.population.draws import Purpose
from sim.rules.gaming import lost_detail
from sim.rules.numbers import remembered
from sim.rules.output import persistent_luck
from sim.rules.taxpayers import compliance_aimed_at, satisfaction_aimed_at

if TYPE_CHECKING:
    from sim.agents.bureau import Bureau
    from sim.agents.department import Department


class Branch(Reporting, table="branches"):
    """A branch in contact with taxpayers; the offices of a bureau form one too."""

    departments: list[Department]
    own_bureau: Bureau

    def open_month(self) -> None:
        """The taxpayers' side of luck this month."""
        n, persistence = self.model.organisation.n_tasks, self.behaviour.luck_persistence
        for k, z in enumerate(self.draw_per_task(Purpose.TAXPAYER_LUCK, n)):
            self.luck[k] = persistent_luck(self.luck[k], persistence, z)

    def report(self) -> None:
        """Departments report to their branch, the branch to the bureau; offices report to the bureau directly."""
        bureau = self.own_bureau
        noise = lost_detail(bureau.spread, self.behaviour.fidelity, 1.0)
        for department in self.departments:
            department.report(noise)
        self.collect()
        gloss = self.gloss_now(bureau) if self.is_front else 0.0
        z = self.detail_lost(level=0) if self.is_front else 0.0
        noise = lost_detail(bureau.branch_spread, self.behaviour.fidelity, 2.0)
        true = reported = goal = 0.0
        for k, task in enumerate(self.model.tasks):
            self.sum_reported[k] = self.told(self.sum_department[k], gloss, noise * z * self.normal[k])
            if self.normal[k] > 0.0:
                self.follow_pace(k, self.sum_reported[k] / self.normal[k])
            true += task.value * self.sum_true[k]
            reported += task.value * self.sum_reported[k]
            goal += task.value * task.goal * self.normal[k]
        self.true_attainment = share_of(true, goal)
        self.reported_attainment = share_of(reported, goal)

    def collect(self) -> None:
        """Add up what the departments hand in."""
        n = self.model.organisation.n_tasks
        for books in (self.sum_true, self.sum_cadre, self.sum_department):
            books[:n] = 0.0
        for department in self.departments:
            for j in range(department.n_tasks):
                k = department.task[j]
                self.sum_true[k] += department.sum_true[j]
                self.sum_cadre[k] += department.sum_cadre[j]
                self.sum_department[k] += department.sum_reported[j]

    def hear_taxpayers(self) -> None:
        """Taxpayers answer to service and enforcement with a lag: satisfaction, then compliance."""
        b = self.behaviour
        served = self.attained_towards("contact")
        pressed = self.attained_towards("enforcement")
        satisfied = satisfaction_aimed_at(served, b.satisfaction_of_service, pressed, b.satisfaction_of_enforcement)
        self.satisfaction = remembered(self.satisfaction, satisfied, b.taxpayer_rate)
        complying = compliance_aimed_at(self.satisfaction, b.compliance_of_satisfaction, pressed, b.compliance_of_enforcement)
        self.compliance = remembered(self.compliance, complying, b.taxpayer_rate)

    def attained_towards(self, side: str) -> float:
        """True attainment of the work that reaches taxpayers on one side (contact or enforcement); 1 where there is none."""
        tasks = [(k, getattr(task, side)) for k, task in enumerate(self.model.tasks) if self.normal[k] > 0.0]
        done = total(weight * self.normal[k] * (self.sum_true[k] / self.normal[k]) for k, weight in tasks)
        return share_of(done, total(weight * self.normal[k] for k, weight in tasks))
