"""Link 2 in a cadre's hands: offers are weighed, work is chosen, luck strikes, reports are handed in."""

# mypy: disable-error-code="has-type"
# (columns become attributes when the class is made, where mypy cannot see them)

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.agents.codes import OF_CADRE
from sim.agents.entity import Entity, squared, total
from sim.loop.calendar import is_due, steps_left
from sim.population.draws import Purpose
from sim.rules.burnout import OVERLOAD_FROM
from sim.rules.effort import (
    all_offered,
    best_efforts,
    cost_level,
    effort_cost,
    next_effort,
    offered_and_missed,
    reconsiders,
    risk_left,
    urgency,
)
from sim.rules.gaming import bright_line_gap, falsification, falsification_cost, felt_honesty, perceived_slope
from sim.rules.incentives import felt_threat, spread_of_rivals, worth_below
from sim.rules.motivation import chance_short, goal_pull, own_drive
from sim.rules.numbers import remembered
from sim.rules.output import (
    chance_of_illness,
    contributed,
    duty_on,
    duty_priced,
    duty_under,
    fatigue,
    felt_duty,
    luck_of_month,
    luck_on_task,
    productivity,
    shown,
    taught,
    time_at_work,
)
from sim.rules.peers import felt_aversion, help_chosen, received, rivals_share, sabotage_chosen
from sim.rules.scoring import holds_to_standard, next_bright_line
from sim.rules.targets import ordinary_target

if TYPE_CHECKING:
    from sim.agents.department import Department
    from sim.agents.group import PeerGroup


class Offer(NamedTuple):
    """What one indicator offers on one task, in the order of `sim.rules.effort.OFFER`."""

    task: int
    steps: int
    reached: float
    reach: float
    luck: float
    doubt: float
    below: float
    above: float
    notch: float
    floor: float
    cap: float
    paid_below: float
    paid_above: float


@dataclass
class MonthsWork:
    """What a cadre's month amounts to, in wages where it is a value."""

    effort: float = 0.0
    contribution: float = 0.0
    value_true: float = 0.0
    value_reported: float = 0.0
    value_falsified: float = 0.0
    guess: float = 0.0


class Working(Entity):
    """A cadre's month of work (mechanisms 1, 2, 5, 6, 7 and 11)."""

    own_department: Department
    own_group: PeerGroup

    def work(self) -> None:
        """A month's work; what colleagues did for or against him last month reaches him now."""
        helped, harmed = self.felt_from_colleagues()
        self.weigh_offers()
        self.choose_work()
        self.produce(helped, harmed)

    def felt_from_colleagues(self) -> tuple[float, float]:
        """(help, sabotage) received: an equal part of what all others did last month."""
        department = self.own_department
        return (
            received(department.sum_help, self.help_given, department.size),
            received(department.sum_sabotage, self.sabotage_done, department.size),
        )

    def weigh_offers(self) -> None:
        """What drives him on every task, and what every indicator offers for the rest of the period."""
        desk, department = self.model.desk, self.own_department
        self.fatigue = fatigue(self.behaviour.fatigue, self.exhaustion)
        for j, task in enumerate(department.tasks):
            desk.made[j] = self.productivity_on(j)
            desk.drives[j] = self.drive_on(j, desk.made[j])
            desk.shares[j] = department.share[j]
            desk.curvatures[j] = task.curvature
            desk.efforts[j] = self.planned[j]
        for row in range(department.n_offers):
            desk.offers[row] = offer = self.offer_of(row)
            desk.drives[offer.task] += self.worth_of_medal(row, offer)
            desk.drives[offer.task] += self.pull_of_goal(row, offer)

    def productivity_on(self, j: int) -> float:
        """Output per unit of effort on own task j; what colleagues teach is about what is counted."""
        department = self.own_department
        task, is_counted = department.tasks[j], len(department.rows_of[j]) > 0
        strategic = department.own_bureau.productivity_on(task.perspective, department.own_branch)
        capability = self.capability[task.perspective]
        made = productivity(self.ability, capability, strategic, self.fatigue, department.workload)
        scheme = self.scheme
        told = shown(self.behaviour.feedback_shows, scheme.feedback, scheme.interim_results)
        return (told * (self.learned_from_colleagues() if is_counted else 1.0)) * made

    def learned_from_colleagues(self) -> float:
        """What last month's help from colleagues does for his productivity; 1 where he works alone or nobody teaches."""
        b, department = self.behaviour, self.own_department
        if b.help_teaches <= 0.0 or department.size <= 1:
            return 1.0
        helped, _ = self.felt_from_colleagues()
        return taught(b.help_teaches, b.usual_help, helped)

    def drive_on(self, j: int, made: float) -> float:
        """What a unit of effort is worth without any points: duty, own drive, and a flat guess where he does not understand."""
        return self.worth_of_work(j, made) + (1.0 - self.understanding) * self.guess

    def worth_of_work(self, j: int, made: float) -> float:
        """What a unit of effort is worth for the work's own sake: duty, as fairly as he is treated, and own drive."""
        scheme, b, department = self.scheme, self.behaviour, self.own_department
        task = department.tasks[j]
        clarity = max(scheme.mission, scheme.strategy_map)
        justice = 0.5 * (self.justice_distributive + self.justice_procedural)
        duty = felt_duty(b.duty, b.demand_pull, department.workload)
        duty = duty_under(duty, b.fair_dealing, justice, b.justice_start)
        duty = duty_priced(duty, b.priced_duty, task.voluntary, department.exchange[j])
        drive = own_drive(b.drive, self.psm, self.motivation, task.value, clarity)
        return duty_on(duty, task.value, b.useless_duty) + drive * made

    def steps_of_period(self) -> tuple[float, float]:
        """(steps left until the appraisal, steps of his own that it will judge)."""
        left = float(steps_left(self.now, self.scheme.interval))
        return left, self.period_steps + left

    def weight_of_row(self, row: int) -> float:
        """Points that hang on an indicator row of his department."""
        return self.own_department.weight_of_row(row)

    def perceived_points(self, row: int) -> float:
        """The same as he sees them: as far as understood, and the more the nearer the appraisal."""
        left, period = self.steps_of_period()
        return self.understanding * (self.urgency(left) * period / left) * self.weight_of_row(row)

    def urgency(self, left: float) -> float:
        """How near an appraisal is to him that has so many months left."""
        scheme = self.scheme
        return urgency(left, float(scheme.interval), self.behaviour.procrastination, scheme.tracking_strength)

    def seen_of_next_month(self) -> float:
        """How much of what help and harm bring he sees: they arrive a month later."""
        return self.understanding * self.urgency(float(steps_left(self.now + 1, self.scheme.interval)))

    def offer_of(self, row: int) -> Offer:
        """What one indicator offers: how far he is, how far effort reaches, how much luck is to come, what it is worth."""
        department, desk = self.own_department, self.model.desk
        indicator, j = department.indicators[row], department.row_task[row]
        left, period = self.steps_of_period()
        target = self.target[j]
        scale = period * department.share[j] * target
        reach = desk.made[j] * left / scale
        members = 1.0
        if indicator.unit == OF_CADRE:
            reached = self.period_reported[j] / scale
        else:
            pace, members = department.pace_of(j, indicator.unit)
            reach /= members
            reached = pace / target - reach * self.effort[j]
        kept, doubt = 1.0 - department.offer_pull[row], department.offer_doubt[row]
        of_work = kept * self.luck_of_month(j, members) * (math.sqrt(left) / period) / target
        points = self.perceived_points(row)
        below = self.worth_of_point(row, as_loss=bool(indicator.is_loss))
        above = self.worth_of_point(row, as_loss=False)
        paid = self.paid if indicator.unit == OF_CADRE else self.paid_of_unit
        months = math.sqrt(self.model.organisation.months_a_step)  # of pay that a step's luck decides at once
        risky = paid * months * period / math.sqrt(left) * risk_left(of_work, doubt, left / period) * self.weight_of_row(row)
        return Offer(
            task=j, steps=indicator.steps, reached=kept * reached + department.offer_lift[row], reach=kept * reach,
            luck=math.sqrt(squared(of_work) + doubt), doubt=doubt,
            below=points * indicator.below * department.ratchet_down_left * below,
            above=points * indicator.above * department.ratchet_up_left * above,
            notch=points * indicator.notch * below,
            floor=indicator.floor, cap=indicator.cap,
            paid_below=risky * indicator.below, paid_above=risky * indicator.above,
        )  # fmt: skip

    def luck_of_month(self, j: int, members: float) -> float:
        """Standard deviation of one month's luck in the mean of so many people on own task j, as it counts in the months left."""
        task = self.own_department.tasks[j]
        return luck_of_month(task.noise, task.controllability, members, self.own_department.hanging)

    def worth_of_point(self, row: int, as_loss: bool) -> float:
        """Worth of a point on an indicator, pressure from above included; coded as a loss where points are deducted."""
        is_own = self.own_department.indicators[row].unit == OF_CADRE
        gain, loss = (self.gain, self.loss) if is_own else (self.gain_of_unit, self.loss_of_unit)
        loss += self.scheme.pressure * self.own_department.own_bureau.pressure
        return worth_below(gain, loss, self.loss_aversion, int(as_loss))

    def pull_of_goal(self, row: int, offer: Offer) -> float:
        """What a standard beyond the ordinary adds to the drive on its task: a goal made one's own (mechanism 5)."""
        b, department = self.behaviour, self.own_department
        if b.goal_commitment <= 0.0 or not self.is_goal(row):
            return 0.0
        j = offer.task
        on_task = total(department.offer_weight[other] for other in department.rows_of[j])
        if on_task <= 0.0:
            return 0.0
        made, noise = self.model.desk.made[j], department.tasks[j].noise
        result = made * self.effort[j] / department.share[j]
        ordinary = ordinary_target(self.scheme.job_coefficients, department.own_branch.workload)
        return (department.offer_weight[row] / on_task) * goal_pull(
            b.goal_commitment, self.loss_aversion, self.worth_of_work(j, made),
            chance_short(result, self.target[j], noise), chance_short(result, ordinary, noise),
        )  # fmt: skip

    def is_goal(self, row: int) -> bool:
        """Whether an indicator holds him to a standard."""
        it = self.own_department.indicators[row]
        return bool(holds_to_standard(it.below, it.above, it.cap, it.notch, it.steps, it.is_loss))

    def worth_of_medal(self, row: int, offer: Offer) -> float:
        """What a unit of effort is worth for the medal of an indicator."""
        indicator = self.own_department.indicators[row]
        if indicator.medal_points <= 0.0:
            return 0.0
        r = self.own_department.offer_row[row] - self.scheme.first_indicator
        win, apart = self.own_group.medal_density[r], self.own_group.medal_spread[r]
        j, (_, period) = offer.task, self.steps_of_period()
        luck = self.own_department.tasks[j].noise / (math.sqrt(period) * self.target[j])
        rivals = spread_of_rivals(luck, apart, self.behaviour.rivals_differ)
        if rivals <= 0.0:
            return 0.0
        return self.perceived_points(row) * indicator.medal_points * self.gain * win / rivals * offer.reach

    def choose_work(self) -> None:
        """Help, sabotage and effort: the answer to what is offered."""
        b, department = self.behaviour, self.own_department
        self.help_given = self.chosen_help()
        self.sabotage_done = self.chosen_sabotage()
        besides = department.overhead + self.help_given + self.sabotage_done
        best = self.choose_effort(besides) if self.reconsiders() else self.planned
        self.load = besides
        for j in range(department.n_tasks):
            self.planned[j] = best[j]
            self.effort[j] = next_effort(self.effort[j], best[j], b.adjustment)
            self.load += self.effort[j]
        self.cost = self.cost_of_work() if self.is_in_window else 0.0

    def chosen_help(self) -> float:
        """Help to colleagues this month, in months of work (mechanism 11); who has none helps nobody."""
        scheme, b, department = self.scheme, self.behaviour, self.own_department
        if department.size == 1:
            return 0.0
        shared = self.shared * department.points_of_own
        shared += (self.gain_of_unit + self.loss_of_unit) * department.points_of_unit
        justice = 0.5 * (self.justice_distributive + self.justice_procedural)
        return help_chosen(
            b.cohesion, self.motivation, justice, scheme.project_teams, self.seen_of_next_month() * shared,
            self.perceived_contest(), b.help_tax, self.cost_of_help(),
        )  # fmt: skip

    def perceived_contest(self) -> float:
        """What a unit of output is worth against his peers, as he sees it."""
        return self.seen_of_next_month() * self.contest * self.own_department.points_of_own

    def chosen_sabotage(self) -> float:
        """Harm to rivals this month, in months of work (mechanism 11)."""
        b, department = self.behaviour, self.own_department
        rivals = rivals_share(self.own_group.size, department.size - 1, b.rivalry_salience)
        minds = felt_aversion(b.sabotage_aversion, self.honesty, b.honesty, b.harm_and_honesty)
        return sabotage_chosen(self.perceived_contest(), rivals, minds, self.motivation, b.sabotage_cost)

    @property
    def is_fresh(self) -> bool:
        """Whether everything is new to him: a period, a scheme or the place."""
        return self.has_fresh_scheme or self.load_price < 0.0

    def reconsiders(self) -> bool:
        """Whether he makes a new plan of work this month, rather than keep the last one."""
        return self.is_fresh or reconsiders(self.now, self.position, self.behaviour.planning_interval)

    def choose_effort(self, besides: float) -> Any:
        """The effort he would like to make on each own task (months), given the load of everything else (mechanism 1)."""
        desk, department, b = self.model.desk, self.own_department, self.behaviour
        self.load_price = best_efforts(
            desk, department.n_tasks, department.n_offers, self.cost_level(), b.substitution, department.curvature,
            self.risk_aversion, besides, self.load_price, self.is_fresh,
        )  # fmt: skip
        return desk.efforts[: department.n_tasks]

    def cost_level(self) -> float:
        """How dear work is to him: dearer to the exhausted."""
        return cost_level(self.behaviour.cost, self.behaviour.exhaustion_cost, self.exhaustion)

    def cost_of_help(self) -> float:
        """How dear help is to him: it is work, dearer to the exhausted."""
        return cost_level(self.behaviour.help_cost, self.behaviour.exhaustion_cost, self.exhaustion)

    def cost_of_work(self) -> float:
        """Cost of effort, help and sabotage this month."""
        b, department = self.behaviour, self.own_department
        cost = effort_cost(
            self.effort, department.share, self.model.desk.curvatures, department.n_tasks, self.cost_level(), b.substitution,
            department.curvature, self.load,
        )  # fmt: skip
        return cost + (0.5 * self.cost_of_help() * squared(self.help_given) + 0.5 * b.sabotage_cost * squared(self.sabotage_done))

    def produce(self, helped: float, harmed: float) -> None:
        """Luck strikes, output comes about, some of the report is made up, some of that is found."""
        department = self.own_department
        found = self.is_audited()
        month = MonthsWork()
        luck = self.draw_per_task(Purpose.WORK, department.n_tasks)
        self.present = self.time_at_work()
        for j, task in enumerate(department.tasks):
            made, share = self.model.desk.made[j], department.share[j]
            chance = luck_on_task(
                task.noise, share, task.own_luck, task.shared_luck, luck[j], department.luck[j],
                department.luck_of_taxpayers(j),
            )  # fmt: skip
            worked = self.present * self.effort[j]
            y = made * worked + share * (helped - harmed) + chance
            slope = self.settle_offers(j, y)
            g = self.falsify(j, self.perceived_slope(j, slope))
            self.cost += falsification_cost(g, self.behaviour.falsification_cost, share)
            if self.is_judged_now:
                added, price = self.make_up_at_lines(j, self.period_reported[j] + y + g)
                g += added
                self.cost += price
            self.falsified[j] = g
            self.hand_in(j, y, y if found else y + g)
            department.sum_task_effort[j] += worked
            month.effort += worked
            month.guess += slope * made * share
            month.contribution += contributed(task.value, made * worked, share, self.help_given - self.sabotage_done)
            month.value_true += task.value * y
            month.value_reported += task.value * (y if found else y + g)
            month.value_falsified += task.value * g
        self.feel_threat()
        self.take_stock(month, found)
        if self.is_in_window:
            self.remember_month(month, found)

    def time_at_work(self) -> float:
        """Share of this month's work that illness leaves him."""
        b = self.behaviour
        falls_ill = chance_of_illness(b.illness_chance, b.illness_of_exhaustion, self.exhaustion)
        return time_at_work(self.draw_uniforms(Purpose.CHANCES)[3], falls_ill, b.illness_share)

    def is_audited(self) -> bool:
        """Whether this month's reports are found out."""
        return self.draw_uniforms(Purpose.CHANCES)[1] < self.scheme.detection

    def settle_offers(self, j: int, y: float) -> float:
        """Put what came out in place of what was expected on a task; returns what one more reported unit is worth."""
        desk, department = self.model.desk, self.own_department
        made, left = desk.made[j], float(steps_left(self.now, self.scheme.interval))
        surprise = y / made - self.effort[j] if made > 0.0 else 0.0
        rows = department.rows_of[j]
        for row in rows:
            offer = desk.offers[row]
            offer["reached"] += offer["reach"] * surprise / left
            of_work = max(0.0, squared(offer["luck"]) - offer["doubt"])
            calmer = math.sqrt((left - 1.0) / left)
            offer["luck"] = math.sqrt(of_work * calmer * calmer + offer["doubt"])
        slope, _ = all_offered(desk.offers, rows.start, rows.stop, self.effort[j], 0.0)
        return slope / made if made > 0.0 else 0.0

    def perceived_slope(self, j: int, slope: float) -> float:
        """What one more reported unit on own task j seems to be worth; nothing is guessed where no indicator points."""
        if not len(self.own_department.rows_of[j]):
            return slope
        return perceived_slope(slope, self.understanding, self.guess, self.model.desk.made[j])

    def falsify(self, j: int, slope: float) -> float:
        """Units falsified on own task j where one more reported unit is worth `slope` (mechanism 7)."""
        scheme, b = self.scheme, self.behaviour
        return falsification(
            slope, scheme.captured, self.detection_believed(), scheme.audit_penalty, self.honesty_now(),
            b.falsification_cost, self.own_department.share[j],
        )  # fmt: skip

    @property
    def is_judged_now(self) -> bool:
        """Whether this month's report is the last before his appraisal."""
        return bool(is_due(self.now, self.scheme.interval))

    def make_up_at_lines(self, j: int, reported: float) -> tuple[float, float]:
        """(units, cost) of what he adds to the period's report on own task j to reach bright lines, row by row (mechanism 7).

        He means to report `reported` units for the period. In his mind he adds the same every month of it, which is what he
        weighs; the report of the last month is where it stands.
        """
        cost, share = self.behaviour.falsification_cost, self.own_department.share[j]
        _, period = self.steps_of_period()
        added, price = 0.0, 0.0
        for row in self.own_department.rows_of[j]:
            if cost > 0.0 and self.has_bright_line(row):
                a_month = self.raise_to_line(row, reported + added)
                if a_month > 0.0 and not self.is_marked_by_another(row):
                    added += a_month * period
                    price += falsification_cost(a_month, cost, share) * period
        return added, price

    def has_bright_line(self, row: int) -> bool:
        """Whether the points of an indicator that looks at himself jump anywhere."""
        indicator = self.own_department.indicators[row]
        return bool(indicator.unit == OF_CADRE and (indicator.notch > 0.0 or indicator.steps > 1))

    def raise_to_line(self, row: int, reported: float) -> float:
        """Units a month by which it pays to raise `reported`, the period's units, to the next bright line; 0 = none."""
        department = self.own_department
        it, j = department.indicators[row], department.row_task[row]
        _, period = self.steps_of_period()
        share, target = department.share[j], self.target[j]
        attained = reported / (period * share * target)
        line, prize = next_bright_line(attained, it.floor, it.steps, it.below, it.notch)
        return self.falsify_up_to(row, (line - attained) * share * target, prize) if prize > 0.0 else 0.0

    def falsify_up_to(self, row: int, gap: float, prize: float) -> float:
        """Units a month added to reach a line `gap` units away that is worth `prize` of the indicator's points, or 0."""
        scheme, cost, department = self.scheme, self.behaviour.falsification_cost, self.own_department
        share = department.share[department.row_task[row]]
        believed, honesty, penalty = self.detection_believed(), self.honesty_now(), scheme.audit_penalty
        worth = self.worth_of_point(row, as_loss=bool(department.indicators[row].is_loss))
        benefit = self.weight_of_row(row) * prize * worth
        usual = falsification(0.0, scheme.captured, believed, penalty, honesty, cost, share)
        return bright_line_gap(gap, benefit, usual, scheme.captured, believed, penalty, honesty, cost, share)

    def is_marked_by_another(self, row: int) -> bool:
        """Whether somebody independent looks at this result near the line, so that nobody gets to make it up."""
        looked_at = self.scheme.re_marking * self.behaviour.re_marking_effect
        return looked_at > 0.0 and self.draw_uniforms(Purpose.CHANCES, block=1, other=row + 1)[0] < looked_at

    def detection_believed(self) -> float:
        """Perceived chance to be found: from experience, or the true one where nobody learns."""
        return self.detection_perceived if self.behaviour.detection_learning > 0.0 else self.scheme.detection

    def honesty_now(self) -> float:
        """Moral cost of a falsified unit, worn down by the norm of the department."""
        return felt_honesty(self.honesty, self.behaviour.norm_influence, self.own_department.norm)

    def hand_in(self, j: int, output: float, reported: float) -> None:
        """Output and report on one task, for himself and for the department."""
        department = self.own_department
        weight = self.model.organisation.responsibility[self.level]
        self.output[j] = output
        self.period_output[j] += output
        self.period_reported[j] += reported
        department.sum_true[j] += weight * output
        department.sum_cadre[j] += weight * reported

    def feel_threat(self) -> None:
        """Expected loss from the bottom grade, of the job and from deductions."""
        scheme, department = self.scheme, self.own_department
        exposed = total(self.deductible_worth(row) for row in range(department.n_offers))
        self.threat = felt_threat(
            self.bottom_chance, scheme.bottom_cut, self.sanction_chance, self.loss_of_next_rung(), scheme.applied,
            self.job_at_risk, exposed, self.loss_aversion,
        )  # fmt: skip

    def deductible_worth(self, row: int) -> float:
        """Worth of the points he expects to lose by deduction on one indicator."""
        indicator = self.own_department.indicators[row]
        if not indicator.is_loss:
            return 0.0
        offer = self.model.desk.offers[row]
        _, shortfall, missed = offered_and_missed(offer, self.effort[offer["task"]])
        worth = self.gain if indicator.unit == OF_CADRE else self.gain_of_unit  # what else is lost threatens as a whole already
        return self.weight_of_row(row) * (indicator.below * shortfall + indicator.notch * missed) * worth

    def take_stock(self, month: MonthsWork, found: bool) -> None:
        """The month goes into the period's books, the department's sums, and his beliefs."""
        department = self.own_department
        if found:
            self.cost += self.scheme.audit_penalty * month.value_falsified
        self.detection_perceived = remembered(self.detection_believed(), 1.0 if found else 0.0, self.behaviour.detection_learning)
        self.guess = month.guess / max(self.understanding, 0.05)
        self.period_contribution += month.contribution
        self.period_steps += 1.0
        department.sum_effort += month.effort
        department.sum_load += self.load
        department.sum_falsified += 0.0 if found else month.value_falsified
        department.sum_reported_value += month.value_reported
        department.sum_threat += self.threat
        department.sum_overload += 1.0 if self.load > OVERLOAD_FROM else 0.0

    def remember_month(self, month: MonthsWork, found: bool) -> None:
        """Sums over the last twelve months, from which outcomes are measured."""
        self.window_pay += self.pay
        self.window_surplus += month.value_true - self.cost - self.risk_cost
        self.window_contribution += month.contribution
        self.window_falsified += month.value_falsified
        self.window_detected += month.value_falsified if found else 0.0
        self.window_reported += month.value_reported + (month.value_falsified if found else 0.0)
        self.window_overload += 1.0 if self.load > OVERLOAD_FROM else 0.0
        self.window_absence += 1.0 - self.present
        self.window_effort += month.effort
        self.window_help += self.help_given
        self.window_sabotage += self.sabotage_done
        self.window_overhead += self.own_department.overhead
