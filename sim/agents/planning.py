"""Link 1 in a cadre's eyes: what a point of the coming score is worth."""

# mypy: disable-error-code="has-type"
# (columns become attributes when the class is made, where mypy cannot see them)

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from sim.agents.codes import BY_RESULT, FORCED, FREE
from sim.agents.entity import Entity
from sim.population.columns import BOTTOM_CUT, DISMISSED_CUT, SECOND_CUT, TOP_CUT
from sim.rules.incentives import (
    appraisals_ahead,
    career_value,
    colleagues_part,
    contest_chance,
    contest_density,
    cost_of_risk,
    known_standing,
    loss_of_job,
    luck_of_pay,
    next_rung_loss,
    next_score,
    openness,
    own_part,
    place_part,
    rivals_at_hand,
    spread_of_rivals,
    unit_part,
    worth_as_gain,
)
from sim.rules.numbers import normal_chance, normal_density

if TYPE_CHECKING:
    from sim.agents.department import Department
    from sim.agents.group import PeerGroup


class Prizes(NamedTuple):
    """Marginal worth of a point in grades, in wages: as a gain, as a gain against peers, as pay, as a loss averted."""

    gain: float = 0.0
    contest: float = 0.0
    paid: float = 0.0
    loss: float = 0.0


class Planning(Entity):
    """How a cadre reads the plan and the application behind it (mechanism 3)."""

    own_department: Department
    own_group: PeerGroup

    def weigh_application(self) -> None:
        """Mechanism 3: everything the application ties to the score, as the worth of one more point of it."""
        scheme, b, department = self.scheme, self.behaviour, self.own_department
        parts = (scheme.unit_weight, float(department.size), scheme.joint_responsibility, department.liable)
        own, colleagues, unit = own_part(*parts), colleagues_part(*parts), unit_part(*parts)
        rivals, standing = self.standing_among_rivals()
        spread = self.next_score()[1] if scheme.ranking == FREE else rivals  # thresholds nobody wins against others
        prizes = self.worth_of_grades(spread, standing) if spread > 0.0 else Prizes()
        kept = self.worth_of_keeping_the_job(rivals, standing)
        if spread <= 0.0 or scheme.ranking not in (FORCED, FREE):
            self.bottom_chance = self.sanction_chance = 0.0
        bonus = scheme.bonus_per_point
        share = scheme.unit_bonus_per_point / department.size
        esteem = b.esteem * openness(scheme.publish_scores)
        growth = b.growth_worth * scheme.growth
        applied = scheme.applied
        won, won_of_unit = self.parts_of_place(own, colleagues, unit)
        place, place_of_unit = (won, won_of_unit) if scheme.ranking == FORCED else (own, unit)
        self.contest = (applied * place * (prizes.contest + prizes.loss) if scheme.ranking == FORCED else 0.0) + won * kept
        result, career, bonus_of_unit = bonus + prizes.gain + growth, self.worth_of_career(), scheme.unit_bonus_per_point
        self.gain = worth_as_gain(applied, own, result, place, prizes.contest, share + career, esteem)
        self.gain_of_unit = worth_as_gain(
            applied, unit, result, place_of_unit, prizes.contest, bonus_of_unit + career, esteem
        )  # fmt: skip
        averted = prizes.loss if scheme.ranking == FREE else 0.0
        self.shared = applied * share * (department.size - 1.0) + colleagues * (applied * (result + averted) + esteem)
        self.loss = applied * place * prizes.loss + won * kept
        self.loss_of_unit = applied * place_of_unit * prizes.loss + won_of_unit * kept
        self.paid = applied * (own * bonus + place * prizes.paid + share)
        self.paid_of_unit = applied * (unit * bonus + place_of_unit * prizes.paid + bonus_of_unit)
        at_risk = luck_of_pay(
            applied * (bonus + prizes.paid), applied * bonus_of_unit, unit, department.score_luck, department.mean_luck
        )  # fmt: skip
        self.risk_cost = cost_of_risk(self.risk_aversion, self.months_decided(), at_risk)

    def months_decided(self) -> float:
        """Months of pay that one appraisal decides on."""
        return self.scheme.interval * self.model.organisation.months_a_step

    def parts_of_place(self, own: float, colleagues: float, unit: float) -> tuple[float, float]:
        """How much of a point, his own and his unit's, wins a place: what his rivals do not get."""
        members = self.own_department.size
        here = rivals_at_hand(members, self.own_group.size)
        return place_part(own, colleagues / max(members - 1.0, 1.0), here), place_part(unit, unit, here)

    def standing_among_rivals(self) -> tuple[float, float]:
        """(spread of scores he competes with, his own standing in it): rivals differ; unaware of ranks he is level with all.

        Before anybody has been graded the spread is luck alone.
        """
        luck, group = self.own_department.score_luck, self.own_group
        if math.isnan(group.mean):
            return luck, 0.0
        spread = spread_of_rivals(luck, group.spread, self.behaviour.rivals_differ)
        aware = self.behaviour.standing_awareness * self.scheme.publish_ranks
        return spread, known_standing(self.score, group.mean, group.size, luck, group.spread, spread, aware)

    def worth_of_grades(self, spread: float, standing: float) -> Prizes:
        """What one more point is worth for the grade, under forced shares or free thresholds."""
        if self.scheme.ranking == FORCED:
            return self.worth_of_places(spread, standing)
        if self.scheme.ranking == FREE:
            return self.worth_of_thresholds(spread)
        return Prizes()

    def worth_of_places(self, spread: float, standing: float) -> Prizes:
        """Forced shares: prizes times the exact marginal chance of crossing each cut-off."""
        scheme, group = self.scheme, self.own_group
        win_top = contest_density(group.density[TOP_CUT], standing) / spread
        win_second = contest_density(group.density[SECOND_CUT], standing) / spread
        avoid = contest_density(group.density[BOTTOM_CUT], standing) / spread
        self.bottom_chance = 1.0 - contest_chance(group.chance[BOTTOM_CUT], standing)
        return Prizes(
            contest=self.best_prize() * win_top + scheme.second_prize * win_second,
            paid=scheme.top_prize * win_top + scheme.second_prize * win_second + scheme.bottom_cut * avoid,
            loss=scheme.bottom_cut * avoid + self.worth_of_safety(avoid, spread),
        )

    def worth_of_thresholds(self, spread: float) -> Prizes:
        """Free grades: prizes times the density of the own score at each threshold."""
        scheme, (expected, _) = self.scheme, self.next_score()
        win_top = normal_density((scheme.top_threshold * scheme.points - expected) / spread) / spread
        win_second = normal_density((scheme.second_threshold * scheme.points - expected) / spread) / spread
        gap = (scheme.bottom_threshold * scheme.points - expected) / spread
        avoid = normal_density(gap) / spread
        self.bottom_chance = normal_chance(gap)
        return Prizes(
            gain=self.best_prize() * win_top + scheme.second_prize * win_second,
            paid=scheme.top_prize * win_top + scheme.second_prize * win_second + scheme.bottom_cut * avoid,
            loss=scheme.bottom_cut * avoid + self.worth_of_safety(avoid, spread),
        )

    def worth_of_safety(self, avoid: float, spread: float) -> float:
        """Worth of a point that keeps the bottom sanctions away; with a floor they strike only below both."""
        scheme = self.scheme
        self.sanction_chance = self.bottom_chance
        if scheme.floor > 0.0:
            expected, luck = self.next_score()
            luck = luck if luck > 0.0 else spread
            gap = (scheme.floor * scheme.points - expected) / luck
            below_floor = normal_chance(gap)
            self.sanction_chance = self.bottom_chance * below_floor
            avoid = avoid * below_floor + self.bottom_chance * normal_density(gap) / luck
        return self.loss_of_next_rung() * avoid

    def worth_of_keeping_the_job(self, rivals: float, standing: float) -> float:
        """What one more point is worth where the last of his peers are dismissed, and what he fears to lose by it."""
        scheme, b, group = self.scheme, self.behaviour, self.own_group
        self.job_at_risk = 0.0
        if rivals <= 0.0 or scheme.must_go <= 0.0:
            return 0.0
        costs = loss_of_job(b.job_worth, self.age, b.retirement_age, self.months_decided(), scheme.must_go)
        self.job_at_risk = costs * (1.0 - contest_chance(group.chance[DISMISSED_CUT], standing))
        return costs * (contest_density(group.density[DISMISSED_CUT], standing) / rivals)

    def next_score(self) -> tuple[float, float]:
        """(score he reckons with, its standard deviation), from his last one and what is usual in his group."""
        luck, group = self.own_department.score_luck, self.own_group
        expected, spread = next_score(self.score, group.mean, self.scheme.points, luck, group.spread)
        return expected, spread

    def best_prize(self) -> float:
        """What the best grade brings over the second: pay and honour."""
        return self.scheme.top_prize + self.scheme.recognition * self.behaviour.honour

    def loss_of_next_rung(self) -> float:
        """What the next bottom result would cost on the ladder of sanctions."""
        scheme = self.scheme
        return next_rung_loss(
            self.rung, scheme.rectification, scheme.interview, scheme.honours, scheme.transfer, scheme.adjustment
        )

    def worth_of_career(self) -> float:
        """What one more point does for the superior's belief, and so for posts to come, where they go by it."""
        scheme, b, per_output = self.scheme, self.behaviour, self.own_department.points_per_output
        if scheme.promotion_rule != BY_RESULT:
            return 0.0
        period_years = self.months_decided() / 12.0
        ahead = appraisals_ahead(b.planning_horizon, self.age, b.retirement_age, period_years)
        signal = 1.0 / per_output if per_output > 0.0 else 0.0
        value = career_value(scheme.post_value, b.signal_precision, self.belief_precision, b.discount_rate, ahead)
        return scheme.promotion * value * signal
