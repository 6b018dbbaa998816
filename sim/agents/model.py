"""The Mesa walk: one bureau as a `mesa.Model`, month by month, on the same tables, rules and luck as the compiled walk."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import mesa
import numpy as np

from sim.agents.branch import Branch
from sim.agents.bureau import Bureau
from sim.agents.cadre import Cadre
from sim.agents.department import Department
from sim.agents.entity import Settings, total
from sim.agents.group import PeerGroup
from sim.errors import UserError
from sim.history import HISTORY, MEANS
from sim.population.columns import OWN_TASKS, PAY_MOMENTS
from sim.population.entry import DISMISSED
from sim.population.founding import Names, found, lay_out, tailor
from sim.population.world import World
from sim.rules.effort import empty_desk
from sim.rules.pay import pay_level, pay_slope
from sim.schemes.behaviour import Behaviour
from sim.schemes.organisation import Organisation
from sim.schemes.scheme import Scheme
from sim.schemes.words import did_you_mean

#: What agents of one's own may stand in for.
KINDS: dict[str, type] = {
    "cadre_class": Cadre, "department_class": Department, "branch_class": Branch, "bureau_class": Bureau,
    "group_class": PeerGroup,
}  # fmt: skip


def check_agents(classes: Mapping[str, object]) -> None:
    """Refuse agents of one's own that stand in for nothing, or that are no such agents.

    Raises:
        UserError: naming what was given and what was expected.
    """
    for name, given in classes.items():
        kind = KINDS.get(name)
        if kind is None:
            hint = did_you_mean(name, list(KINDS))
            raise UserError.of("there are no such agents", found=name, expected=" or ".join(KINDS), hint=hint)
        if not (isinstance(given, type) and issubclass(given, kind)):
            told = given.__name__ if isinstance(given, type) else repr(given)
            raise UserError.of(
                f"{name} is no kind of {kind.__name__}", found=told, expected=f"a subclass of sim.agents.{kind.__name__}"
            )


class AppraisalModel(mesa.Model):
    """A bureau under an appraisal scheme. `step()` walks one month (or one step of the organisation).

    `world` holds all state; agents are views on its rows, so whatever is changed on one side shows on the other. Pass a
    subclass of `Cadre`, `Department`, `Branch`, `Bureau` or `PeerGroup` to study other behaviour. Mesa's own
    random numbers are seeded with the run's seed and replicate, but the model's luck never comes from them (see
    `sim.population.draws`).
    """

    def __init__(
        self,
        world: World,
        names: Names | None = None,
        *,
        first_step: int = 0,
        cadre_class: type[Cadre] = Cadre,
        department_class: type[Department] = Department,
        branch_class: type[Branch] = Branch,
        bureau_class: type[Bureau] = Bureau,
        group_class: type[PeerGroup] = PeerGroup,
    ) -> None:
        super().__init__(rng=[int(word) for word in world.luck])
        self.world = world
        self.names = names
        self.now = first_step
        self.desk = empty_desk(OWN_TASKS)
        self.read_settings()
        self.columns = {
            table: {name: getattr(world, table)[name] for name in getattr(world, table).dtype.names}
            for table in ("cadres", "departments", "branches", "bureaus", "groups")
        }
        # strong references: Mesa's AgentSets hold weak ones
        self.bureaus: list[Bureau] = [bureau_class(self, i) for i in range(len(world.bureaus))]
        self.branches: list[Branch] = [branch_class(self, i) for i in range(len(world.branches))]
        self.departments: list[Department] = [department_class(self, i) for i in range(len(world.departments))]
        self.groups: list[PeerGroup] = [group_class(self, i) for i in range(len(world.groups))]
        self.cadres: list[Cadre] = [cadre_class(self, i) for i in range(len(world.cadres))]
        self.bring_together()

    @classmethod
    def founded(
        cls, organisation: Organisation, scheme: Scheme, behaviour: Behaviour, *, seed: int, replicate: int = 0, **classes: Any
    ) -> AppraisalModel:
        """A model on the bureau's first day, from documents; every month counts for the outcomes."""
        blueprint = lay_out(organisation, behaviour)
        world = found(blueprint, tailor(blueprint, scheme), seed=seed, replicate=replicate)
        return cls(world, blueprint.names, **classes)

    def read_settings(self) -> None:
        """Scheme, behaviour, organisation, tasks and indicators as plain numbers by name."""
        world = self.world
        self.schemes = [Settings(row) for row in world.schemes]
        self.behaviour = Settings(world.behaviour[0])
        self.organisation = Settings(world.organisation[0])
        self.tasks = [Settings(row) for row in world.tasks[: self.organisation.n_tasks]]
        self.indicators = [Settings(row) for row in world.indicators]

    def bring_together(self) -> None:
        """Everybody gets to know his unit and his people."""
        for bureau in self.bureaus:
            bureau.branches = self.branches[bureau.first_branch : bureau.first_branch + bureau.n_branches]
        for branch in self.branches:
            branch.own_bureau = self.bureaus[branch.bureau]
            branch.departments = self.departments[branch.first_department : branch.first_department + branch.n_departments]
        for department in self.departments:
            department.own_branch = self.branches[department.branch]
            department.own_bureau = self.bureaus[department.bureau]
            department.cadres = self.cadres[department.first : department.first + department.size]
        for group in self.groups:
            group.members = [self.cadres[i] for i in self.world.members[group.first : group.first + group.size]]
        for cadre in self.cadres:
            cadre.own_department = self.departments[cadre.department]
            cadre.own_group = self.groups[cadre.group]

    # --- the month --------------------------------------------------------------------------------------------------

    def step(self) -> None:
        """One step of the closed loop: leavers are replaced; plan, process, appraise, apply, communicate; people.

        Appraisal and application concern those whose scheme has them fall due with this step.
        """
        self.open_month()
        self.replace_leavers()
        self.plan()
        self.process()
        self.appraise()
        self.apply()
        self.judge_procedures()
        self.communicate()
        self.move_people()
        self.close_month()
        self.now += 1

    def open_month(self) -> None:
        """What the month brings everybody."""
        for settings, row in (
            *zip(self.schemes, self.world.schemes, strict=True),
            (self.behaviour, self.world.behaviour[0]),
            (self.organisation, self.world.organisation[0]),
        ):
            settings.read(row)
        for unit in (*self.branches, *self.bureaus):
            unit.open_month()

    def replace_leavers(self) -> None:
        """The first of the month: whoever wanted to leave is gone, and the place is filled (mechanism 17)."""
        if self.behaviour.entry_of_pay > 0.0:
            self.spread_word_of_pay()
        for department in self.departments:
            department.replace_leavers()

    def spread_word_of_pay(self) -> None:
        """What is paid under each scheme in force and how it rises with potential, as applicants hear of it."""
        for arm in range(len(self.schemes)):
            under = [department for department in self.departments if department.arm == arm]
            people, potential, squares, pay, products = (
                total(float(one.pay_moments[k]) for one in under) for k in range(PAY_MOMENTS)
            )
            slope = pay_slope(people, potential, squares, pay, products)
            level = pay_level(people, potential, pay, slope)
            for department in under:
                department.pay_slope, department.pay_level = slope, level

    def plan(self) -> None:
        """Link 1, at the start of a period or of a scheme, and for whoever comes in between."""
        for department in self.departments:
            department.look_ahead()
            if department.has_fresh_scheme:
                department.plan()
            else:
                department.plan_for_newcomers()

    def process(self) -> None:
        """Link 2: work, reports, and the superior's ranking."""
        for department in self.departments:
            department.work()
        for bureau in self.bureaus:
            bureau.report()
        for bureau in self.bureaus:
            bureau.be_ranked()

    def appraise(self) -> None:
        """Link 3: points, medals, final scores, grades."""
        departments, groups = self.due(self.departments), self.due(self.groups)
        for department in departments:
            department.appraise()
        for group in groups:
            group.award_medals()
        for department in departments:
            department.score = department.points_of_all() / department.size
        for department in departments:
            department.put_together()
        for group in groups:
            group.rank_members()

    def due(self, entities: list[Any]) -> list[Any]:
        """Those whose scheme appraises at the end of this step."""
        return [entity for entity in entities if entity.is_due]

    def apply(self) -> None:
        """Link 5: rewards and sanctions."""
        for group in self.due(self.groups):
            group.pay_members()

    def judge_procedures(self) -> None:
        """What everybody makes of the appraisal, and the next targets."""
        for department in self.due(self.departments):
            department.judge_procedures()

    def communicate(self) -> None:
        """Link 4, and what the month has done to people."""
        for department in self.departments:
            department.close_month()

    def move_people(self) -> None:
        """Dismissals, then promotions into every vacancy (mechanism 17); posts are filled when the bureau's own scheme is due."""
        for department in self.due(self.departments):
            for cadre in department.cadres:
                if cadre.dismissed or cadre.ability < self.behaviour.ability_floor:
                    cadre.leave_service(DISMISSED)
        if self.organisation.n_posts > 1:
            for bureau in self.due(self.bureaus):
                bureau.fill_posts()

    def close_month(self) -> None:
        """Capability stocks and taxpayers follow what was done."""
        if self.behaviour.stock_rate > 0.0:
            for bureau in self.bureaus:
                bureau.learn()
        if self.behaviour.taxpayer_rate > 0.0:
            for branch in self.branches:
                branch.hear_taxpayers()

    # --- the history ------------------------------------------------------------------------------------------------

    def record(self) -> np.void:
        """The line of the history (dtype HISTORY) for the month just walked."""
        row = np.zeros(1, HISTORY)[0]
        people = sum(department.size for department in self.departments)
        for series, column in MEANS.items():
            row[series] = self.sum_over_departments(column) / people
        reported = self.sum_over_departments("sum_reported_value")
        row["falsified_share"] = self.sum_over_departments("sum_falsified") / reported if reported > 0.0 else 0.0
        row["goal_attainment"] = self.mean_over_bureaus(lambda bureau: bureau.true_attainment)
        row["reported_attainment"] = self.mean_over_bureaus(lambda bureau: bureau.superior_attainment)
        row["two_skins_gap"] = row["reported_attainment"] - row["goal_attainment"]
        row["inflation"] = self.mean_over_bureaus(self.inflation_of)
        contact = [branch for branch in self.branches if branch.is_front] or self.branches
        row["taxpayer_satisfaction"] = total(branch.satisfaction for branch in contact) / len(contact)
        row["compliance"] = total(branch.compliance for branch in contact) / len(contact)
        return row

    def sum_over_departments(self, column: str) -> float:
        """Sum of a column over departments."""
        return total(getattr(department, column) for department in self.departments)

    def mean_over_bureaus(self, quantity: Callable[[Bureau], float]) -> float:
        """Mean over bureaus, weighted by their people."""
        people = sum(bureau.n_cadres for bureau in self.bureaus)
        return total(bureau.n_cadres * quantity(bureau) for bureau in self.bureaus) / people

    def inflation_of(self, bureau: Bureau) -> float:
        """(Reported - true) / goal at the top, weighted by strategic value."""
        more = total(task.value * (bureau.sum_superior[k] - bureau.sum_true[k]) for k, task in enumerate(self.tasks))
        goal = total(task.value * task.goal * bureau.normal[k] for k, task in enumerate(self.tasks))
        return more / goal if goal > 0.0 else 0.0


def walk_agents(world: World, names: Names | None, first_step: int, history: np.ndarray, **classes: Any) -> AppraisalModel:
    """Walk len(history) steps of a world by its agents, as `sim.loop.month.walk_months` does compiled."""
    model = AppraisalModel(world, names, first_step=first_step, **classes)
    for t in range(len(history)):
        model.step()
        history[t] = model.record()
    return model
