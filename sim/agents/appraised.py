"""Link 3 on the receiving end: points, ratings, appeals, new targets."""

# mypy: disable-error-code="has-type"
# (columns become attributes when the class is made, where mypy cannot see them)

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.agents.codes import OF_CADRE
from sim.agents.entity import Entity, Settings, total
from sim.population.draws import Purpose
from sim.rules.incentives import next_belief
from sim.rules.numbers import remembered
from sim.rules.rating import head_view, judged, observed_attainment, own_opinion, rated_part
from sim.rules.scoring import points_share
from sim.rules.targets import next_target

if TYPE_CHECKING:
    from sim.agents.department import Department
    from sim.agents.group import PeerGroup


class Appraised(Entity):
    """A cadre under appraisal (mechanisms 4, 8 and 12)."""

    own_department: Department
    own_group: PeerGroup

    def be_appraised(self) -> None:
        """Points of the period: counted results as reported, the rest as appraisers see it (mechanisms 4 and 8)."""
        scheme, b, department = self.scheme, self.behaviour, self.own_department
        impression, favour, z_ability, z_attitude = self.draw_normals(Purpose.RATING)
        personal = self.personal_view(impression, favour)
        noise = b.rating_noise * scheme.rater_noise
        performance = self.performance_points(personal, noise) if department.n_offers else 1.0
        self.performance = performance
        ability = rated_part(self.ability, personal, noise * z_ability)
        attitude = rated_part(0.5 * (self.load + self.motivation), personal, noise * z_attitude)
        taxpayers = department.own_branch.satisfaction / 0.7
        others = rated_part(0.5 * (taxpayers + 1.0) + self.help_given - self.sabotage_done, personal, 0.0)
        self.points = scheme.points * (
            scheme.performance * performance + scheme.ability * ability + scheme.attitude * attitude + scheme.others * others
        )
        self.contribution = self.period_contribution / self.steps_judged()

    def steps_judged(self) -> float:
        """Steps of the period he was there for, at least 1."""
        return max(self.period_steps, 1.0)

    def personal_view(self, impression: float, favour: float) -> float:
        """What is added to every rating of this cadre: leniency, the referee's own side, favour, impression."""
        department = self.own_department
        favoured = department.bias_of_raters() * department.favouritism * favour
        return department.usual_shift() + favoured + department.spread_of_impressions() * impression

    def performance_points(self, personal: float, noise: float) -> float:
        """Performance as a share of its points: every indicator observed and put through its scoring rule."""
        department = self.own_department
        overall = self.overall_attainment()
        bias = department.bias_of_raters()
        performance = 0.0
        for row, indicator in enumerate(department.indicators):
            attained = self.attained_for(row)
            seen = head_view(attained, overall, department.halo * bias, department.central_tendency * bias)
            if self.scheme.self_rating > 0.0:
                seen += self.scheme.self_rating * own_opinion(self.self_view, attained)
            rated = seen + personal + noise * self.judgement_on(row)
            observed = observed_attainment(attained, rated, indicator.counted)
            performance += department.offer_weight[row] * points_of(indicator, observed)
        return performance

    def judgement_on(self, row: int) -> float:
        """Error of the judgement on an indicator, in standard deviations: chance, and the appraiser's view of the duty."""
        chance = self.draw_normals(Purpose.RATING, block=1 + row // 4)[row % 4]
        share, j = self.behaviour.view_of_duty, self.own_department.row_task[row]
        if share <= 0.0:
            return chance
        view = self.draw_normals(Purpose.VIEW, block=j // 4)[j % 4]
        return judged(chance, view, share, self.scheme.in_process)

    def attained_for(self, row: int) -> float:
        """Attainment that an indicator looks at: his own, or that of a unit, against his target."""
        department = self.own_department
        j, unit = department.row_task[row], department.indicators[row].unit
        return self.attained_on(j) if unit == OF_CADRE else department.attainment_of(j, unit) / self.target[j]

    def overall_attainment(self) -> float:
        """Reported attainment over all tasks, the base of the halo."""
        steps = self.steps_judged()
        return total(self.period_reported[j] / (steps * self.target[j]) for j in range(self.own_department.n_tasks))

    def attained_on(self, j: int) -> float:
        """Reported attainment of the period's target on own task j."""
        return self.period_reported[j] / (self.steps_judged() * self.own_department.share[j] * self.target[j])

    def appeal_if_due(self) -> None:
        """An appeal gives back what ratings took from performance: with its chance, half of the gap (assumed)."""
        scheme, department = self.scheme, self.own_department
        if scheme.appeal <= 0.0 or self.score >= scheme.points:
            return
        if self.draw_uniforms(Purpose.CHANCES)[2] >= scheme.appeal:
            return
        counted = total(
            department.offer_weight[row] * points_of(indicator, self.attained_for(row))
            for row, indicator in enumerate(department.indicators)
        )
        self.score += 0.5 * scheme.performance * max(0.0, scheme.points * (counted - self.performance))

    def judge_procedures(self, signal: float) -> None:
        """Procedural justice after the appraisal."""
        self.justice_procedural = remembered(self.justice_procedural, max(0.0, signal), self.memory_of_appraisal())

    def be_believed(self) -> None:
        """The superior learns about his ability from the points he made."""
        scheme, b, per_output = self.scheme, self.behaviour, self.own_department.points_per_output
        if per_output > 0.0:
            seen = (self.points - scheme.points) / per_output / max(b.ability_sd, 0.05)
            self.belief = next_belief(self.belief, self.belief_precision, seen, b.signal_precision)
            self.belief_precision += b.signal_precision

    def start_new_period(self) -> None:
        """New targets from the results of the period (mechanism 12), and empty books."""
        scheme, department = self.scheme, self.own_department
        for j in range(department.n_tasks):
            if scheme.ratchet_up > 0.0 or scheme.ratchet_down > 0.0:
                unit = department.unit_of_target(j)
                attained = self.period_reported[j] / (self.steps_judged() * department.share[j])
                if unit != OF_CADRE:
                    attained = department.attainment_of(j, unit)
                self.target[j] = next_target(self.target[j], attained, scheme.ratchet_up, scheme.ratchet_down)
            self.period_output[j] = 0.0
            self.period_reported[j] = 0.0
        self.period_steps = 0.0
        self.period_contribution = 0.0


def points_of(indicator: Settings, attained: float) -> float:
    """Points of an attainment as a share of the indicator's weight."""
    return points_share(
        attained, indicator.below, indicator.above, indicator.floor, indicator.cap, indicator.notch, indicator.steps
    )
