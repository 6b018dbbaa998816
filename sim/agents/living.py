"""Links 4 and 5 and what they do to people: talk, rewards, burnout, own drive, learning, exit, promotion."""

# mypy: disable-error-code="has-type"
# (columns become attributes when the class is made, where mypy cannot see them)

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sim.agents.codes import ABILITY_REDRAWN, AT_RANDOM, BY_SENIORITY, OF_CADRE, WORST_FIRST
from sim.agents.entity import Entity, total
from sim.population.columns import PERSPECTIVES
from sim.population.draws import Purpose
from sim.population.entry import enter, redraw_ability
from sim.rules.burnout import (
    burnout_index,
    effort_reward_imbalance,
    felt_demand,
    next_cynicism,
    next_efficacy,
    next_exhaustion,
    resources_at_work,
    strain,
)  # fmt: skip
from sim.rules.flow import exit_chance, promotion_merit
from sim.rules.justice import distributive_signal, informational_signal, interpersonal_signal, worth_of_result
from sim.rules.motivation import felt_control, motivation_aimed_at
from sim.rules.numbers import remembered
from sim.rules.pay import explicit_reward, log_of_pay
from sim.rules.ranking import BOTTOM, ORDINARY, TOP, next_rung
from sim.rules.responsibility import role_conflict
from sim.rules.scoring import points_share
from sim.rules.strategy import next_capability
from sim.rules.understanding import interviews_held, next_understanding

if TYPE_CHECKING:
    from sim.agents.department import Department
    from sim.agents.group import PeerGroup


class Living(Entity):
    """A cadre as a person over the years (mechanisms 5, 6, 14, 15, 16 and 17)."""

    own_department: Department
    own_group: PeerGroup

    def listen(self) -> None:
        """What he is told this month, and what he makes of it: understanding, respect, reasons."""
        scheme, b = self.scheme, self.behaviour
        months = self.model.organisation.months_a_step
        interviews = interviews_held(self.now, scheme.interviews_per_year, months)
        counselling = interviews + scheme.coaching / 12.0 * months
        self.understanding = next_understanding(
            self.understanding, scheme.study, b.study_rate, scheme.culture, counselling, b.interview_rate, b.forgetting_rate
        )
        regular = min(1.0, scheme.interviews_per_year / 4.0)
        respect = interpersonal_signal(regular, scheme.coaching, scheme.care, self.sanctioned * scheme.sanctions)
        reasons = informational_signal(scheme.explanation, regular, scheme.publish_scores, scheme.study, scheme.interim_results)
        self.justice_interpersonal = remembered(self.justice_interpersonal, respect, b.justice_memory)
        self.justice_informational = remembered(self.justice_informational, reasons, b.justice_memory)

    def be_paid(self) -> None:
        """Explicit reward, and a step on the ladder of sanctions."""
        self.pay = self.reward_for(self.score, self.own_department.score, self.grade)
        self.replaced = self.scheme.applied * self.scheme.at_risk
        struck = self.sanctioned == 1
        self.rung = next_rung(self.rung, struck, self.grade == BOTTOM and not struck)

    def reward_for(self, score: float, unit_score: float, grade: int) -> float:
        """What the scheme pays a month for a score, the department's mean and a grade."""
        scheme = self.scheme
        return explicit_reward(
            score, unit_score, grade, scheme.applied, scheme.bonus_per_point,
            scheme.unit_bonus_per_point, scheme.top_prize, scheme.second_prize, scheme.bottom_cut,
        )  # fmt: skip

    def look_at_pay(self) -> None:
        """What he earns here: by his last appraisal, before it by what he can count on."""
        if math.isnan(self.score):
            self.log_pay = log_of_pay(self.scheme.applied * self.scheme.at_risk, self.foreseen_reward())
        else:
            self.log_pay = log_of_pay(self.replaced, self.pay)

    def foreseen_reward(self) -> float:
        """What he counts on before his first appraisal: the points of his results so far, else of what is usual, and no prize."""
        scheme, department = self.scheme, self.own_department
        performance = total(self.foreseen_points(row) for row in range(department.n_offers)) if department.n_offers else 1.0
        points = scheme.points * (1.0 + scheme.performance * (performance - 1.0))
        return self.reward_for(points, points if math.isnan(department.score) else department.score, ORDINARY)

    def foreseen_points(self, row: int) -> float:
        """Share of all points that one indicator brings him at the pace so far."""
        department = self.own_department
        indicator, j = department.indicators[row], department.row_task[row]
        attained = 1.0
        if indicator.unit == OF_CADRE and self.period_steps > 0.0:
            attained = self.period_reported[j] / (self.period_steps * department.share[j] * self.target[j])
        elif department.pace[j] > 0.0 and self.target[j] > 0.0:
            attained = department.pace[j] / self.target[j]
        return department.offer_weight[row] * points_share(
            attained, indicator.below, indicator.above, indicator.floor, indicator.cap, indicator.notch, indicator.steps
        )

    def reward(self) -> float:
        """All that his last result brought him, in monthly wages."""
        scheme, b = self.scheme, self.behaviour
        return worth_of_result(
            self.pay, self.score, scheme.publish_scores, b.esteem, self.grade == TOP, scheme.applied, scheme.recognition, b.honour
        )

    def judge_reward(self, got: float, made: float) -> None:
        """Distributive justice: what his result brought, among peers, against his contribution, among peers (mechanism 14)."""
        b = self.behaviour
        signal = distributive_signal(got, made, b.self_serving, b.reward_sensitivity, self.fairness_sensitivity)
        self.justice_distributive = remembered(self.justice_distributive, signal, self.memory_of_appraisal())

    def live_on(self) -> None:
        """Burnout, own drive, capability and age a month on."""
        self.burn_out()
        self.find_meaning()
        self.learn()
        months = self.model.organisation.months_a_step
        self.age += months / 12.0
        self.tenure += 12.0 * (months / 12.0)
        self.months_in_post += 12.0 * (months / 12.0)

    def burn_out(self) -> None:
        """Exhaustion, cynicism and efficacy (mechanism 15)."""
        scheme, b = self.scheme, self.behaviour
        self.exhaustion = next_exhaustion(
            self.exhaustion, b.exhaustion_base, self.strain_of_month(), self.resilience, b.burnout_rate
        )
        injustice = 1.0 - 0.25 * (
            self.justice_distributive + self.justice_procedural + self.justice_interpersonal + self.justice_informational
        )
        self.cynicism = next_cynicism(
            self.cynicism, b.cynicism_base, b.cynicism_of_exhaustion, self.exhaustion, b.cynicism_of_injustice, injustice,
            b.cynicism_of_resilience * self.resilience - self.detachment + b.cynicism_of_resources * self.resources(),
            b.cynicism_rate,
        )  # fmt: skip
        attained = total(self.output[j] / self.target[j] for j in range(self.own_department.n_tasks))
        attained *= self.self_view / self.present
        self.efficacy = next_efficacy(
            self.efficacy,
            b.efficacy_base,
            b.efficacy_of_feedback,
            scheme.told_success,
            b.efficacy_of_success,
            attained,
            b.efficacy_of_resilience * self.resilience + self.confidence,
            b.burnout_rate,
        )

    def resources(self) -> float:
        """Resources at work, 0..1."""
        scheme, branch = self.scheme, self.own_department.own_branch
        return resources_at_work(scheme.care, scheme.coaching, scheme.feedback, scheme.autonomy, branch.resources)

    def strain_of_month(self) -> float:
        """Demands less resources, on the logit scale."""
        scheme, b, department = self.scheme, self.behaviour, self.own_department
        conflict = role_conflict(scheme.joint_responsibility, scheme.pass_through, department.is_office, scheme.clear_posts)
        imbalance = effort_reward_imbalance(self.load, self.pay - self.replaced + 0.1 * scheme.recognition, self.motivation)
        return strain(
            self.load, b.capacity, felt_demand(department.workload), department.overhead, scheme.watched, self.threat, conflict,
            imbalance, self.resources(), b.load_strain, b.demand_strain, b.overhead_strain, b.monitoring_strain, b.threat_strain,
            b.role_conflict_strain, b.imbalance_strain, b.resource_relief,
        )  # fmt: skip

    def find_meaning(self) -> None:
        """Autonomous motivation, crowded out or in (mechanism 5)."""
        scheme, b = self.scheme, self.behaviour
        at_stake = 0.1 * scheme.points * self.paid + self.sanction_chance * scheme.applied * self.loss_of_next_rung()
        at_stake += self.job_at_risk
        control = felt_control(b.control_of_pay, at_stake, b.control_of_tracking, scheme.tracked, scheme.deadlines)
        say = 0.5 * (scheme.participation + scheme.autonomy)
        told = 0.5 * (scheme.feedback + scheme.recognition)
        aim = motivation_aimed_at(
            self.crowding, control, b.autonomy_effect, say, b.feedback_effect, told, b.meaning_effect, scheme.meaning
        )
        self.motivation = remembered(self.motivation, aim, b.motivation_rate)

    def learn(self) -> None:
        """Capability on every perspective (mechanism 16)."""
        scheme, b = self.scheme, self.behaviour
        for p in range(PERSPECTIVES):
            self.capability[p] = next_capability(
                self.capability[p], scheme.coaching, scheme.growth, scheme.strategy_map, b.learning_rate, b.learning_fade
            )

    def burnout(self) -> float:
        """Composite burnout index, 0..6."""
        return burnout_index(self.exhaustion, self.cynicism, self.efficacy)

    def wants_to_leave(self) -> bool:
        """Whether he has left by this month, by choice or by age (mechanism 17)."""
        b = self.behaviour
        if self.age >= b.retirement_age:
            return True
        injustice = 1.0 - 0.5 * (self.justice_distributive + self.justice_procedural)
        chance = exit_chance(
            self.model.organisation.turnover * b.exit_rate, b.exit_of_burnout, self.burnout(), b.exit_of_injustice, injustice,
            b.exit_of_ability, self.potential, b.exit_of_pay, self.log_pay,
        )  # fmt: skip
        return chance > 0.0 and self.draw_uniforms(Purpose.CHANCES)[0] < chance

    def leave_service(self, vacancy: int) -> None:
        """He goes, by himself or dismissed; the best applicant of the month takes the place."""
        self.own_department.sum_exits += 1.0
        if self.is_in_window:
            self.window_exits += 1.0
        enter(self.model.world, self.index, self.now + 1, vacancy)
        self.take_up()

    def take_up(self) -> None:
        """A new person has entered the place: a subclass with attributes of its own sets them anew here."""

    def merit(self) -> float:
        """Standing for promotion: results as the superior believes them, against seniority, by the rule of the bureau."""
        scheme = self.own_department.own_bureau.scheme
        chance = self.draw_uniforms(Purpose.PROMOTION)[0]
        weight, seniority = scheme.applied * scheme.promotion, self.tenure / 120.0
        if scheme.promotion_rule == AT_RANDOM:
            return promotion_merit(weight, chance, seniority, chance)
        if scheme.promotion_rule == BY_SENIORITY:
            return promotion_merit(0.0, 0.0, seniority, chance)
        belief = -self.belief if scheme.promotion_rule == WORST_FIRST else self.belief
        return promotion_merit(weight, belief, seniority, chance)

    def rise(self) -> None:
        """One level up: the superior is less sure of him in the new post, and knows nothing where ability is drawn anew."""
        self.level += 1
        self.months_in_post = 0.0
        if self.own_department.own_bureau.scheme.ability_on_promotion == ABILITY_REDRAWN:
            redraw_ability(self.model.world, self.now, self.index)
        else:
            self.belief_precision = max(self.behaviour.prior_precision, 0.5 * self.belief_precision)
