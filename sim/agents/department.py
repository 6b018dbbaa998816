"""A department: its head hands down targets, rates, glosses reports and looks after people."""

# mypy: disable-error-code="has-type"
# (columns become attributes when the class is made, where mypy cannot see them)

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from sim.agents.codes import OF_BRANCH, OF_CADRE, OF_DEPARTMENT, RATCHET_ON_GROUP
from sim.agents.entity import Settings, squared, total
from sim.agents.reports import Reporting, share_of
from sim.loop.calendar import month_of_year, steps_left
from sim.population.draws import Purpose
from sim.population.entry import LEFT
from sim.rules.burnout import BURNOUT_FROM
from sim.rules.incentives import luck_of_result, ratchet_discount
from sim.rules.justice import accuracy_of_appraisal, bias_suppression, liability_unfairness, procedural_signal
from sim.rules.numbers import remembered
from sim.rules.output import as_exchange, hanging_together, luck_of_mean, luck_of_period, season, workload_this_month
from sim.rules.pay import pays_by_result
from sim.rules.rating import doubt_of_rating, lasting_spread, lifted, pulled_to_middle, rating_shift
from sim.rules.responsibility import joint_points, liability_level
from sim.rules.scoring import expected_points_share, expected_points_slope, points_variance
from sim.rules.targets import added_per_level, bargained_slack, cascaded_target

if TYPE_CHECKING:
    from sim.agents.branch import Branch
    from sim.agents.bureau import Bureau
    from sim.agents.cadre import Cadre
    from sim.agents.model import AppraisalModel


class RowLuck(NamedTuple):
    """Luck in the points of one indicator: variances of one's own and of everybody's, and what raters' view of a person adds."""

    own: float
    shared: float
    of_person: float


class Department(Reporting, table="departments"):
    """A department under its head, who sets targets, rates, glosses reports and looks after people."""

    cadres: list[Cadre]
    own_branch: Branch
    own_bureau: Bureau

    def __init__(self, model: AppraisalModel, index: int) -> None:
        super().__init__(model, index)
        self.tasks: list[Settings] = [model.tasks[k] for k in self.task[: self.n_tasks]]
        self.row_task: list[int] = self.offer_task[: self.n_offers].tolist()
        self.indicators: list[Settings] = [model.indicators[r] for r in self.offer_row[: self.n_offers]]
        self.rows_of: list[range] = [self._rows_on(j) for j in range(self.n_tasks)]

    def _rows_on(self, j: int) -> range:
        """Indicator rows on own task j; they stand together."""
        rows = [row for row, task in enumerate(self.row_task) if task == j]
        found = range(rows[0], rows[-1] + 1) if rows else range(0)
        assert rows == list(found), "indicator rows are ordered by task"
        return found

    def rows_of_indicator(self, r: int) -> list[int]:
        """Rows of the department that are the scheme's indicator row r."""
        return [row for row in range(self.n_offers) if self.offer_row[row] == r]

    def replace_leavers(self) -> None:
        """Whoever wants to leave, or is of age, is gone before the month is planned."""
        self.sum_exits = 0.0
        if self.behaviour.exit_of_pay > 0.0 or self.behaviour.entry_of_pay > 0.0:
            self.look_at_pay()
        for cadre in self.cadres:
            if cadre.wants_to_leave():
                cadre.leave_service(LEFT)

    def look_at_pay(self) -> None:
        """Everybody sees what he earns here; sums for the slope of pay on potential, over those who have results."""
        for cadre in self.cadres:
            cadre.log_pay = 0.0
        self.pay_moments[:] = 0.0
        if not self.scheme_pays():
            return
        known = []
        for cadre in self.cadres:
            cadre.look_at_pay()
            if not math.isnan(cadre.score) or cadre.period_steps > 0.0:
                known.append(cadre)
        self.pay_moments[:] = [
            float(len(known)),
            total(cadre.potential for cadre in known),
            total(squared(cadre.potential) for cadre in known),
            total(cadre.log_pay for cadre in known),
            total(cadre.potential * cadre.log_pay for cadre in known),
        ]

    def scheme_pays(self) -> bool:
        """Whether what is earned here depends on the scheme at all."""
        scheme = self.scheme
        promised = (
            scheme.at_risk, scheme.bonus_per_point, scheme.unit_bonus_per_point, scheme.top_prize, scheme.second_prize,
            scheme.bottom_cut,
        )  # fmt: skip
        return scheme.applied > 0.0 and any(one > 0.0 for one in promised)

    # --- link 1: the plan -------------------------------------------------------------------------------------------

    def plan(self) -> None:
        """A new period: hours are set aside, targets come down, and everybody weighs what a point is worth."""
        scheme, b = self.scheme, self.behaviour
        self.overhead = scheme.hours
        self.liable = self.number_liable()
        self.slack = bargained_slack(scheme.bargaining, b.slack_bargained, scheme.captured)
        if self.now == self.scheme.start:
            self.hand_down_targets()
        self.ratchet_up_left = self.left_by_ratchet(scheme.ratchet_up)
        self.ratchet_down_left = self.left_by_ratchet(scheme.ratchet_down)
        self.reckon_with_ratings()
        self.reckon_with_luck()
        self.reckon_points()
        for cadre in self.cadres:
            cadre.weigh_application()

    def look_ahead(self) -> None:
        """How much larger lasting luck makes what is still to come in this period."""
        left = float(steps_left(self.now, self.scheme.interval))
        self.hanging = hanging_together(self.behaviour.luck_persistence, left)

    def plan_for_newcomers(self) -> None:
        """Whoever has just come weighs a point for himself, whatever his predecessor thought of it."""
        for cadre in self.cadres:
            if cadre.load_price < 0.0:
                cadre.weigh_application()

    def number_liable(self) -> float:
        """How many people answer together with those of this department (mechanism 10)."""
        return float(sum(d.size for d in self.liable_departments()))

    def unit_of_target(self, j: int) -> int:
        """Whose result the target of task j is held against, and moves with."""
        first = next((indicator.unit for row, indicator in enumerate(self.indicators) if self.row_task[row] == j), OF_CADRE)
        if first != OF_CADRE:
            return int(first)
        return OF_DEPARTMENT if self.scheme.ratchet_on == RATCHET_ON_GROUP else OF_CADRE

    def hand_down_targets(self) -> None:
        """First targets of a scheme, topped up at every level on their way down (mechanism 12)."""
        scheme = self.scheme
        levels = 1 if self.is_office else 2
        for j in range(self.n_tasks):
            growth = self.tasks[j].growth
            added = added_per_level(scheme.top_up, self.behaviour.top_up_pressed, growth, scheme.rank_demanded)
            target = cascaded_target(
                scheme.difficulty, added, levels, self.slack, scheme.job_coefficients, self.own_branch.workload
            )
            self.first_target[j] = target
            self.pace[j] = 1.0
            for cadre in self.cadres:
                cadre.target[j] = target

    def left_by_ratchet(self, ratchet: float) -> float:
        """What looking ahead leaves of a slope when results move the next target, his own or the group's."""
        dilution = 1.0 / self.size if self.scheme.ratchet_on == RATCHET_ON_GROUP else 1.0
        return ratchet_discount(ratchet * dilution, self.behaviour.discount_rate, self.behaviour.planning_horizon)

    def reckon_with_ratings(self) -> None:
        """What ratings make of a result on each indicator: how far they level it, what they add, how sure they are."""
        b, scheme = self.behaviour, self.scheme
        duty = b.rating_noise * scheme.rater_noise * lasting_spread(b.view_of_duty, scheme.in_process)
        person, shift = self.spread_of_impressions(), self.usual_shift()
        central_tendency = self.central_tendency * self.bias_of_raters()
        for row, indicator in enumerate(self.indicators):
            pulled = pulled_to_middle(indicator.counted, central_tendency)
            self.offer_pull[row] = pulled
            self.offer_lift[row] = lifted(indicator.counted, shift, pulled)
            self.offer_doubt[row] = doubt_of_rating(indicator.counted, duty, person)

    def reckon_with_luck(self) -> None:
        """How much of a typical cadre's score is luck, at the usual pace and as leniently rated as usual."""
        scheme = self.scheme
        noise = self.behaviour.rating_noise * scheme.rater_noise
        own = scheme.points * noise * scheme.points * noise * (squared(scheme.ability) + squared(scheme.attitude))
        shared, alone = 0.0, 0.0
        of_person = scheme.points * (1.0 - scheme.performance) * self.spread_of_impressions()
        for row in range(self.n_offers):
            luck = self.luck_in_row(row)
            shared += luck.shared
            own += luck.own
            of_person += luck.of_person
            alone += squared(luck.of_person)
        own += squared(of_person) - alone
        variance = luck_of_result(
            own, shared, scheme.unit_weight, float(self.size), scheme.joint_responsibility, self.liable
        )  # fmt: skip
        self.score_luck = math.sqrt(variance)
        self.mean_luck = math.sqrt(luck_of_result(own, shared, 1.0, float(self.size), 0.0, self.liable))

    def spread_of_impressions(self) -> float:
        """Standard deviation of what raters think of a person, in attainment."""
        scheme, b = self.scheme, self.behaviour
        return b.impression * lasting_spread(b.view_of_person, scheme.in_process) * scheme.rater_noise

    def luck_in_row(self, row: int) -> RowLuck:
        """Luck of a period's result and of its rating in the points of one indicator."""
        scheme, b, indicator, j = self.scheme, self.behaviour, self.indicators[row], self.row_task[row]
        task, is_own = self.tasks[j], indicator.unit == OF_CADRE
        pace, members = (self.pace[j], 1.0) if is_own else self.pace_of(j, indicator.unit)
        target = self.usual_target(j)
        mine, ours, theirs = luck_of_period(
            task.noise, task.controllability, members, float(scheme.interval), b.luck_persistence
        )  # fmt: skip
        judged, person, kept = 1.0 - indicator.counted, self.spread_of_impressions(), 1.0 - self.offer_pull[row]
        scale = kept * kept / (target * target)
        variance = (mine + ours + theirs) * scale + self.offer_doubt[row]
        if variance <= 0.0:
            return RowLuck(0.0, 0.0, 0.0)
        seen, sd = kept * pace / target + self.offer_lift[row], math.sqrt(variance)
        weight = self.weight_of_row(row)
        rule = (indicator.below, indicator.above, indicator.floor, indicator.cap, indicator.notch, indicator.steps)
        varies = weight * weight * points_variance(seen, sd, *rule)
        common = ours + theirs if is_own else mine + ours + theirs
        of_all = varies * common * scale / variance
        return RowLuck(varies - of_all, of_all, judged * person * weight * expected_points_slope(seen, sd, *rule))

    def usual_target(self, j: int) -> float:
        """Mean of the targets that people here have on own task j."""
        return total(cadre.target[j] for cadre in self.cadres) / self.size

    def usual_shift(self) -> float:
        """What is added to every rating here: leniency, self-leniency, the referee's own side."""
        scheme, b = self.scheme, self.behaviour
        return rating_shift(
            self.leniency, b.leniency_at_stake, scheme.stake, self.bias_of_raters(), scheme.self_rating, b.self_leniency,
            b.referee_bias, self.is_office, scheme.external, scheme.supervision,
        )  # fmt: skip

    def weight_of_row(self, row: int) -> float:
        """Points that an indicator is worth at the standard."""
        return self.scheme.points * self.scheme.performance * self.offer_weight[row]

    def reckon_points(self) -> None:
        """How many points more output brings a typical cadre: where people stand, and by the superior's rule of thumb."""
        points, own, shared = 0.0, 0.0, 0.0
        for row, indicator in enumerate(self.indicators):
            points += self.points_at_standard(row)
            more, members = self.points_at_usual_pace(row)
            if indicator.unit == OF_CADRE:
                own += more
            else:
                shared += more / members
        self.points_per_output, self.points_of_own, self.points_of_unit = points, own, shared

    def points_at_standard(self, row: int) -> float:
        """Points for a unit of output around the standard, as a superior takes them who reads ability from points."""
        indicator, j = self.indicators[row], self.row_task[row]
        task, target = self.tasks[j], self.first_target[j]
        members = 1.0 if indicator.unit == OF_CADRE else self.pace_of(j, indicator.unit)[1]
        luck = luck_of_mean(task.noise, task.controllability, members, float(self.scheme.interval)) / target
        return self.weight_of_row(row) * slope_around(indicator, 1.0, luck) / target

    def points_at_usual_pace(self, row: int) -> tuple[float, float]:
        """(points for a unit of output around the usual pace as it is seen, people whose mean it is)."""
        indicator, j = self.indicators[row], self.row_task[row]
        task, target, kept = self.tasks[j], self.usual_target(j), 1.0 - self.offer_pull[row]
        pace, members = (self.pace[j], 1.0) if indicator.unit == OF_CADRE else self.pace_of(j, indicator.unit)
        mine, ours, theirs = luck_of_period(
            task.noise, task.controllability, members, float(self.scheme.interval), self.behaviour.luck_persistence
        )  # fmt: skip
        sd = math.sqrt((mine + ours + theirs) * kept * kept / (target * target) + self.offer_doubt[row])
        seen = kept * pace / target + self.offer_lift[row]
        return self.weight_of_row(row) * slope_around(indicator, seen, sd) * kept / target, members

    # --- link 2: the process ----------------------------------------------------------------------------------------

    def work(self) -> None:
        """A month's work; help and sabotage of this month reach colleagues in the next."""
        self.open_month()
        for cadre in self.cadres:
            cadre.work()
        self.sum_help = total(cadre.help_given for cadre in self.cadres)
        self.sum_sabotage = total(cadre.sabotage_done for cadre in self.cadres)

    def open_month(self) -> None:
        """Workload and luck of the month, and empty books."""
        branch = self.own_branch
        month = month_of_year(self.now, self.model.organisation.months_a_step)
        swing = season(month, self.model.organisation.step_months, branch.peak_month)
        self.workload = workload_this_month(branch.workload, branch.seasonality, swing)
        n = self.n_tasks
        self.luck[:n] = self.draw_per_task(Purpose.DEPARTMENT_LUCK, n)
        for books in (self.sum_true, self.sum_cadre, self.sum_task_effort):
            books[:n] = 0.0
        self.price_obligations()
        self.sum_effort = self.sum_load = self.sum_falsified = self.sum_reported_value = 0.0
        self.sum_threat = self.sum_overload = 0.0

    def price_obligations(self) -> None:
        """Voluntary work becomes an exchange while money hangs on it; whoever comes later finds it so."""
        it = self.scheme
        pays = it.performance > 0.0 and pays_by_result(
            it.applied, it.ranking, it.bonus_per_point, it.unit_bonus_per_point, it.top_prize, it.second_prize, it.bottom_cut
        )
        for j, task in enumerate(self.tasks):
            if task.voluntary > 0.0:
                is_paid = pays and total(self.offer_weight[row] for row in self.rows_of[j]) > 0.0
                self.exchange[j] = as_exchange(self.exchange[j], is_paid, self.behaviour.obligation_returns)

    def luck_of_taxpayers(self, j: int) -> float:
        """The taxpayers' side of luck on own task j."""
        return self.own_branch.luck[self.task[j]]

    def pace_of(self, j: int, unit: int) -> tuple[float, float]:
        """(attainment a unit expects for the whole period on own task j, its number of members on the task)."""
        if unit == OF_DEPARTMENT:
            return self.pace[j], float(self.size)
        k, share = self.task[j], self.share[j]
        above = self.own_branch if unit == OF_BRANCH else self.own_bureau
        return above.pace[k], above.normal[k] / share

    def attainment_of(self, j: int, unit: int) -> float:
        """Mean attainment of a unit on own task j so far in the unit's period."""
        if unit == OF_DEPARTMENT:
            return self.attained_so_far(j)
        above = self.own_branch if unit == OF_BRANCH else self.own_bureau
        return above.attained_so_far(self.task[j])

    def report(self, noise: float) -> None:
        """The head adds his gloss to what the cadres report; the norm follows what is falsified."""
        gloss = self.gloss_now(self.own_bureau)
        z = self.detail_lost(level=1)
        for j in range(self.n_tasks):
            usual = self.size * self.share[j]
            self.sum_reported[j] = self.told(self.sum_cadre[j], gloss, noise * z * usual)
            self.follow_pace(j, self.sum_reported[j] / usual)
        goal = total(task.value * task.goal * (self.size * self.share[j]) for j, task in enumerate(self.tasks))
        self.true_attainment = share_of(self.value_of(self.sum_true), goal)
        self.reported_attainment = share_of(self.value_of(self.sum_reported), goal)
        made_up = self.sum_falsified / self.sum_reported_value if self.sum_reported_value > 0.0 else 0.0
        self.norm = remembered(self.norm, min(1.0, made_up), self.behaviour.norm_memory)
        if self.is_in_window:
            self.window_true += self.true_attainment
            self.window_reported += self.reported_attainment

    def value_of(self, amounts) -> float:
        """Strategic value of an amount per own task."""
        return total(task.value * amounts[j] for j, task in enumerate(self.tasks))

    # --- link 3: the appraisal --------------------------------------------------------------------------------------

    def appraise(self) -> None:
        """The head and the other appraisers score everybody."""
        for cadre in self.cadres:
            cadre.be_appraised()

    def bias_of_raters(self) -> float:
        """Share of the head's bias that reaches a rating."""
        return self.scheme.rater_bias * self.scheme.bias_left

    def points_of_all(self) -> float:
        """Points of everybody together."""
        return total(cadre.points for cadre in self.cadres)

    def put_together(self) -> None:
        """Final scores: own points, the unit's result, joint responsibility, what is passed down (mechanism 10)."""
        scheme = self.scheme
        liable = self.mean_points_of_liable()
        for cadre in self.cadres:
            own = cadre.points + scheme.unit_weight * (self.score - cadre.points)
            cadre.score = joint_points(own, liable, scheme.joint_responsibility) - self.passed_down
        self.passed_down = 0.0

    def mean_points_of_liable(self) -> float:
        """Mean points of all who are liable together."""
        liable = self.liable_departments()
        return self.score if liable == [self] else total(d.points_of_all() for d in liable) / sum(d.size for d in liable)

    def liable_departments(self) -> list[Department]:
        """The departments that answer together with this one: only those under the same scheme are appraised together."""
        level = liability_level(self.scheme.joint_responsibility, self.scheme.joint_scope, self.is_office)
        if level == OF_DEPARTMENT:
            return [self]
        liable = self.own_branch.departments if level == OF_BRANCH else self.own_bureau.departments
        return [d for d in liable if d.scheme.number == self.scheme.number]

    def judge_procedures(self) -> None:
        """What everybody makes of the procedures, what the superior believes, the next targets."""
        signal = self.fairness_of_procedures()
        for cadre in self.cadres:
            cadre.judge_procedures(signal)
            cadre.be_believed()
            cadre.start_new_period()

    def fairness_of_procedures(self) -> float:
        """Accuracy, bias suppression, voice and correction, less liability for others (mechanism 14)."""
        scheme = self.scheme
        counted = total(self.offer_weight[row] * indicator.counted for row, indicator in enumerate(self.indicators))
        accuracy = accuracy_of_appraisal(counted, scheme.electronic, scheme.training, scheme.in_process, self.overhead)
        signal = procedural_signal(
            accuracy, bias_suppression(scheme.rater_bias, scheme.bias_left), scheme.participation, scheme.appeal
        )
        return signal - 0.5 * liability_unfairness(scheme.joint_responsibility, scheme.pass_through, self.is_office)

    # --- link 4 and after -------------------------------------------------------------------------------------------

    def close_month(self) -> None:
        """Communication, the update of people, and the books of the month."""
        for cadre in self.cadres:
            cadre.listen()
            cadre.live_on()
        self.add_up()

    def add_up(self) -> None:
        """Sums over people for the history."""
        people = self.cadres
        self.sum_exhaustion = total(c.exhaustion for c in people)
        self.sum_cynicism = total(c.cynicism for c in people)
        self.sum_efficacy = total(c.efficacy for c in people)
        self.sum_burnout = sum(c.burnout() >= BURNOUT_FROM for c in people)
        self.sum_distributive = total(c.justice_distributive for c in people)
        self.sum_procedural = total(c.justice_procedural for c in people)
        self.sum_interpersonal = total(c.justice_interpersonal for c in people)
        self.sum_informational = total(c.justice_informational for c in people)
        self.sum_motivation = total(c.motivation for c in people)
        self.sum_understanding = total(c.understanding for c in people)
        self.sum_pay = total(c.pay for c in people)
        self.sum_target = total(self.drift_of_targets(c) for c in people)

    def drift_of_targets(self, cadre: Cadre) -> float:
        """A cadre's targets relative to the first ones."""
        return total(self.share[j] * cadre.target[j] / self.first_target[j] for j in range(self.n_tasks))


def slope_around(indicator: Settings, place: float, luck: float) -> float:
    """Points, as a share of the weight, per unit of attainment around a place (.2 either side): a notch counts once."""
    above, below = (
        expected_points_share(
            attained, luck, indicator.below, indicator.above, indicator.floor, indicator.cap, indicator.notch,
            indicator.steps,
        )
        for attained in (place + 0.2, place - 0.2)
    )  # fmt: skip
    return (above - below) / 0.4
