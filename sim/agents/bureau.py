"""A bureau under its superior authority: reports, rank among peers, posts, the strategy map."""

# mypy: disable-error-code="has-type"
# (columns become attributes when the class is made, where mypy cannot see them)

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sim.agents.entity import total
from sim.agents.reports import Reporting, share_of
from sim.population.columns import MAX_PEERS, PERSPECTIVES
from sim.population.draws import Purpose
from sim.rules.gaming import lost_detail
from sim.rules.incentives import pressure_of_rank
from sim.rules.output import capped_attainment, persistent_luck
from sim.rules.responsibility import passed_down_points
from sim.rules.strategy import next_stock, supported
from sim.rules.taxpayers import compliance_productivity

if TYPE_CHECKING:
    from sim.agents.branch import Branch
    from sim.agents.cadre import Cadre
    from sim.agents.department import Department


FINANCIAL = 0


def spread_across(units) -> float:
    """Standard deviation of true attainment across units; 0 without units."""
    attained = [unit.true_attainment for unit in units]
    if not attained:
        return 0.0
    mean = total(attained) / len(attained)
    return math.sqrt(max(0.0, total(a * a for a in attained) / len(attained) - mean * mean))


class Bureau(Reporting, table="bureaus"):
    """A bureau under its superior authority."""

    branches: list[Branch]

    @property
    def departments(self) -> list[Department]:
        """All departments of the bureau."""
        return [department for branch in self.branches for department in branch.departments]

    @property
    def cadres(self) -> list[Cadre]:
        """All cadres of the bureau."""
        return [cadre for department in self.departments for cadre in department.cadres]

    def open_month(self) -> None:
        """What the strategy map's stocks do to productivity on each perspective (mechanism 16)."""
        support = self.model.organisation.support
        for p in range(PERSPECTIVES):
            self.productivity[p] = math.prod(
                supported(self.stocks[q], support[p, q]) for q in range(PERSPECTIVES) if support[p, q] > 0.0
            )

    def productivity_on(self, perspective: int, branch: Branch) -> float:
        """Productivity beside the cadre's own: strategy map, and the taxpayers' compliance on financial tasks."""
        strategic = self.productivity[perspective]
        if perspective == FINANCIAL:
            strategic *= compliance_productivity(branch.compliance, self.behaviour.compliance_effect)
        return strategic

    def report(self) -> None:
        """Reports come up through branches and go on to the superior."""
        for branch in self.branches:
            branch.report()
        self.collect()
        self.tell_superior()
        self.spread = spread_across(self.departments)
        self.branch_spread = spread_across([branch for branch in self.branches if branch.is_front])

    def collect(self) -> None:
        """Add up what the branches report."""
        n = self.model.organisation.n_tasks
        fronts = [branch for branch in self.branches if branch.is_front]
        for k in range(n):
            self.sum_true[k] = total(branch.sum_true[k] for branch in self.branches)
            self.sum_cadre[k] = total(branch.sum_cadre[k] for branch in self.branches)
            self.sum_department[k] = total(branch.sum_department[k] for branch in self.branches)
            self.sum_branch[k] = total(branch.sum_reported[k] for branch in self.branches)
            self.front_true[k] = total(branch.sum_true[k] for branch in fronts)
            self.front_reported[k] = total(branch.sum_reported[k] for branch in fronts)

    def tell_superior(self) -> None:
        """The bureau reports, and every level above it further up, each with its gloss and its loss of detail."""
        gloss = self.gloss_now(self)
        draws = [self.detail_lost(level=0)] + [self.detail_lost(1 + level) for level in range(1, self.levels_above)]
        spread, fidelity = self.model.organisation.peer_spread, self.behaviour.fidelity
        errors = [lost_detail(spread, fidelity, 1.0 + level) * z for level, z in enumerate(draws)]
        for k in range(self.model.organisation.n_tasks):
            said = [self.sum_branch[k]]
            for error in errors:
                said.append(self.told(said[-1], gloss, error * self.normal[k]))
            self.sum_reported[k], self.sum_superior[k] = said[1], said[-1]
            if self.normal[k] > 0.0:
                self.follow_pace(k, self.sum_reported[k] / self.normal[k])
        self.true_attainment = self.goals_attained(self.sum_true)
        self.bureau_attainment = self.goals_attained(self.sum_reported)
        self.superior_attainment = self.goals_attained(self.sum_superior)
        if self.is_in_window:
            self.remember_month()

    def goals_attained(self, amounts) -> float:
        """Attainment of the fixed strategic goals, weighted by value, each counted at most 1.5 times."""
        attained = weights = 0.0
        for k, task in enumerate(self.model.tasks):
            goal = task.goal * self.normal[k]
            if self.normal[k] > 0.0:
                attained += task.value * goal * capped_attainment(amounts[k] / goal)
                weights += task.value * goal
        return share_of(attained, weights)

    def remember_month(self) -> None:
        """Sums over the last twelve months."""
        for k in range(self.model.organisation.n_tasks):
            if self.normal[k] > 0.0:
                self.window_true[k] += self.sum_true[k]
                self.window_cadre[k] += self.sum_cadre[k]
                self.window_department[k] += self.sum_department[k]
                self.window_front_true[k] += self.front_true[k]
                self.window_front_reported[k] += self.front_reported[k]
                self.window_reported[k] += self.sum_reported[k]
                self.window_superior[k] += self.sum_superior[k]

    def be_ranked(self) -> None:
        """The superior ranks the bureau among its peers; a bad place brings pressure and deductions (mechanism 13)."""
        self.rank = 1.0 + (self.better_siblings() if self.n_siblings > 1 else self.better_peers())
        self.pressure = pressure_of_rank(self.rank, self.scheme.rank_demanded)
        for department in self.departments:
            scheme = department.scheme
            department.passed_down += passed_down_points(self.pressure, scheme.pass_through, scheme.points) / scheme.interval
        if self.is_in_window:
            self.window_pressure += self.pressure

    def better_siblings(self) -> int:
        """Bureaus under the same superior that look better to him."""
        siblings = self.model.bureaus[self.first_sibling : self.first_sibling + self.n_siblings]
        return sum(other.parent == self.parent and other.superior_attainment > self.superior_attainment for other in siblings)

    def better_peers(self) -> int:
        """Peer bureaus outside the model that report more, each an AR(1) around their mean."""
        organisation = self.model.organisation
        mean, spread = organisation.peer_mean, organisation.peer_spread
        n = min(organisation.n_peers, MAX_PEERS)
        for peer in range(n):
            z = self.draw_normals(Purpose.PEER, other=peer)[0]
            before = (self.peers[peer] - mean) / spread if spread > 0.0 else 0.0
            self.peers[peer] = mean + spread * persistent_luck(before, organisation.peer_persistence, z)
        return sum(self.peers[peer] > self.superior_attainment for peer in range(n))

    def fill_posts(self) -> None:
        """Promotions from the top down: the best merit of the level below first (mechanism 17)."""
        organisation = self.model.organisation
        for level in range(organisation.n_posts - 1, 0, -1):
            wanted = round(organisation.post_share[level] * self.n_cadres)
            while sum(cadre.level == level for cadre in self.cadres) < wanted:
                candidates = [cadre for cadre in self.cadres if cadre.level == level - 1]
                if not candidates:
                    break
                max(candidates, key=lambda cadre: cadre.merit()).rise()

    def learn(self) -> None:
        """Capability stocks follow the effort spent on their perspective (mechanism 16)."""
        for p in range(PERSPECTIVES):
            spent, normal = self.effort_on(p)
            if normal > 0.0:
                self.stocks[p] = next_stock(self.stocks[p], spent / normal, self.behaviour.stock_rate)

    def effort_on(self, perspective: int) -> tuple[float, float]:
        """(effort spent, normal effort) on the tasks of a perspective."""
        pairs = [
            (department.sum_task_effort[j], department.size * department.share[j])
            for department in self.departments
            for j, task in enumerate(department.tasks)
            if task.perspective == perspective
        ]
        return total(spent for spent, _ in pairs), total(normal for _, normal in pairs)
