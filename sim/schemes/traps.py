"""Traps: what a correct scheme may do to the people under it, told before any run (`cadresim lint`).

One trap, one small function. Each yields `Advice` with a name that never changes, its place in the file, why it matters
and the source of that reason. Nothing is refused: a scheme may want what is told here, and the documents' own schemes do.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from sim.schemes.advice import Advice, advice, said
from sim.schemes.fit import tasks_of, unappraised_tasks
from sim.schemes.lint import scheme_advice
from sim.schemes.load import Loaded
from sim.schemes.nodes import Path
from sim.schemes.organisation import Department, Organisation
from sim.schemes.scheme import Fractions, Indicator, PeerGroup, Ranking, RatchetOn, Scheme, ScoringRule, UnitLevel
from sim.schemes.words import listed, number

#: Advice is given from here on; ours, to be argued with.
MOST_HOURS = 0.05  # share of working time that appraisal may take: a day a month
LEAST_COUNTED = 0.5  # share of an indicator that should be counted rather than judged, where nobody checks
LARGEST_STEP = 0.34  # share of an indicator's points that may hang on one milestone
LEAST_OWN = 0.2  # share of a cadre's result that should be his own
HIGHEST_FLOOR = 0.5  # attainment below which nothing more is lost
UNBALANCED = 0.1  # share by which prizes and cuts may differ
LONGEST_INTERVAL = 24  # months between two appraisals
SHORTFALL = 0.1  # the miss of a standard that should be possible to make good

LADDER = ("rectification", "interview", "honours", "transfer", "adjustment")


@dataclass(frozen=True)
class Case:
    """A scheme, the organisation it is meant for where there is one, and what only the model can tell.

    `hours` is the share of working time that appraisal takes (see `sim.rules.hours`), None where nobody worked it out;
    `generated` are the sizes of the peer groups of a generated service, which only its founding knows.
    """

    loaded: Loaded[Scheme]
    organisation: Organisation | None = None
    hours: float | None = None
    generated: Mapping[str, int] | None = None

    @property
    def scheme(self) -> Scheme:
        return self.loaded.document

    @cached_property
    def groups(self) -> Mapping[str, int]:
        """Sizes of the peer groups by name."""
        if self.generated is not None or self.organisation is None:
            return self.generated or {}
        return peer_group_sizes(self.organisation, self.scheme.appraisal.grades.peer_group)

    def told(self, name: str, path: Path, problem: str, why: str, source: str, found: str = "", hint: str = "") -> Advice:
        return advice(self.loaded, name, path, problem, found=found, hint=hint, why=why, source=source)


def traps(
    loaded: Loaded[Scheme],
    organisation: Organisation | None = None,
    *,
    hours: float | None = None,
    generated: Mapping[str, int] | None = None,
) -> list[Advice]:
    """Every trap of a scheme, sorted by place; with an organisation also those that depend on its units and tasks."""
    case = Case(loaded, organisation, hours, generated)
    return sorted([*scheme_advice(loaded), *(one for find in TRAPS for one in find(case))])


def peer_group_sizes(organisation: Organisation, kind: PeerGroup) -> dict[str, int]:
    """People in each peer group; the offices of the bureau form one branch of their own, as in the model."""
    units = [("offices", unit) for unit in organisation.offices]
    units += [(branch.name, unit) for branch in organisation.branches for unit in branch.departments]
    labels: dict[PeerGroup, Callable[[str, Department], str]] = {
        PeerGroup.DEPARTMENT: lambda branch, unit: f"{branch}/{unit.name}",
        PeerGroup.BRANCH: lambda branch, unit: branch,
        PeerGroup.SEQUENCE: lambda branch, unit: unit.sequence,
        PeerGroup.BUREAU: lambda branch, unit: organisation.name,
    }
    sizes: dict[str, int] = {}
    for branch, unit in units:
        label = labels[kind](branch, unit)
        sizes[label] = sizes.get(label, 0) + unit.cadres
    return sizes


# --- quotas -------------------------------------------------------------------------------------------------------


def quota_in_small_unit(case: Case) -> Iterator[Advice]:
    """A share of a peer group too small to hold one seat: 10 % of 4 people is nobody."""
    grades = case.scheme.appraisal.grades
    if grades.fractions is Fractions.LOT:
        return
    must_go = case.scheme.application.must_go
    quotas: list[tuple[Path, float]] = [(("application", "sanctions", "dismissal_share"), must_go)]
    if grades.ranking is Ranking.FORCED:
        shares = ("top_share", "second_share", "bottom_share")
        quotas += [(("appraisal", "grades", key), getattr(grades, key)) for key in shares]
    for path, share in quotas:
        yield from _seatless(case, "quota-in-small-unit", path, share, "a quota no small group can fill: nobody gets it there")


def medal_in_small_unit(case: Case) -> Iterator[Advice]:
    """A medal for a share of a peer group that is less than one person: it is never won."""
    for path, indicator in _indicators(case):
        if indicator.scoring is ScoringRule.MEDAL:
            at = (*path, "medal_share")
            yield from _seatless(
                case, "medal-in-small-unit", at, indicator.medal_share, "a medal nobody in a small group can win"
            )


def _seatless(case: Case, name: str, path: Path, share: float, problem: str) -> Iterator[Advice]:
    empty = {group: size for group, size in case.groups.items() if share > 0 and _seats(share, size) == 0}
    if empty:
        least = min(empty, key=lambda group: empty[group])
        several = "{share} of {size} in {unit}, and so in {n} of {groups} peer groups"
        template = several if len(empty) > 1 else "{share} of {size} in {unit}"
        parts = {"share": _percent(share), "size": empty[least], "unit": least, "n": len(empty), "groups": len(case.groups)}
        found = said(template, **parts)
        why = "seats are whole people: small groups get fewer of a grade than their share, so the unit one is in decides"
        hint = "a larger peer group (peer_group), a larger share, or a lot over fractions of a seat (fractions: lot)"
        yield case.told(name, path, problem, why, "mcentire_2025", found, hint)


def _seats(share: float, members: int) -> int:
    return math.floor(share * members + 1e-9)


# --- cliffs and notches -------------------------------------------------------------------------------------------


def cliff_at_standard(case: Case) -> Iterator[Advice]:
    """Points that hang on reaching the standard at all."""
    for path, indicator in _indicators(case):
        whole = indicator.scoring is ScoringRule.THRESHOLD
        share = 1.0 if whole else indicator.notch
        if share > 0:
            points = number(round(share * indicator.weight * case.scheme.plan.points, 4))
            why = "just below a bright line people push the figure over it, above it they stop, far below they give up"
            hint = "a slope (scoring) instead of the step; or audits and a second marking (re_marking) around the line"
            at = (*path, "scoring") if whole else (*path, "notch")
            yield case.told(
                "cliff-at-standard",
                at,
                "a cliff at the standard",
                why,
                "dee_2019",
                said("{points} points at once", points=points),
                hint,
            )


def coarse_milestones(case: Case) -> Iterator[Advice]:
    """Milestones so few that each is a cliff."""
    for path, indicator in _indicators(case):
        step = indicator.below * (1.0 - indicator.floor) / indicator.steps
        if indicator.scoring is ScoringRule.MILESTONES and indicator.steps > 1 and step > LARGEST_STEP:
            found = said("{share} of the indicator's points a step", share=_percent(step))
            why = "work between two steps earns nothing, so effort and figures gather at the steps"
            yield case.told(
                "coarse-milestones", (*path, "steps"), "steps as high as cliffs", why, "jacob_2003", found, "more steps"
            )


def cliff_between_grades(case: Case) -> Iterator[Advice]:
    """Pay that jumps at a fixed score."""
    explicit, grades = case.scheme.application.explicit, case.scheme.appraisal.grades
    if grades.ranking is not Ranking.FREE:
        return
    thresholds = {"top_prize": "top_threshold", "second_prize": "second_threshold", "bottom_cut": "bottom_threshold"}
    for key, threshold in thresholds.items():
        if getattr(explicit, key) > 0:
            wages, share = number(getattr(explicit, key)), _percent(getattr(grades, threshold))
            found = said("{wages} monthly wages at {share} of the points", wages=wages, share=share)
            why = "scores are pushed over a known line, by those who are marked and by those who mark"
            path = ("application", "explicit", key)
            hint = "a bonus per point (bonus_per_point) in its place, or a second marking near the line (re_marking)"
            yield case.told("cliff-between-grades", path, "pay jumps at a fixed score", why, "dee_2019", found, hint)


# --- reward and output --------------------------------------------------------------------------------------------


def nothing_follows(case: Case) -> Iterator[Advice]:
    """Results that lead to nothing."""
    parts = case.scheme.application
    promised = _pays(case.scheme) or any(value > 0 for value in dict(parts.implicit).values())
    if promised and parts.applied > 0:
        return
    why = "results that are not applied give the grass roots no incentive"
    path = ("application", "applied") if promised else ("application",)
    found = "applied: 0" if promised else said("no reward and no sanction")
    hint = "apply what is promised (applied), or promise something that can be applied"
    yield case.told("nothing-follows", path, "nothing follows from results", why, "t_county", found, hint)


def flat_above_standard(case: Case) -> Iterator[Advice]:
    """Indicators where more than the standard earns nothing; deductions are told by `deduction_not_earned_back`."""
    for path, indicator in _indicators(case):
        stepped = indicator.scoring in (ScoringRule.DEDUCTION, ScoringRule.MEDAL, ScoringRule.THRESHOLD)
        if not stepped and _room_above(indicator) == 0:
            why = "effort stops at the standard, and whoever is above it already need not try"
            hint = "points beyond the standard (above), with a cap beyond 1"
            yield case.told(
                "flat-above-standard", path, "reward does not rise beyond the standard", why, "t_county", "above: 0", hint
            )


def flat_below_standard(case: Case) -> Iterator[Advice]:
    """Indicators where less than the standard costs nothing, or nothing more from a high floor on."""
    for path, indicator in _indicators(case):
        if indicator.scoring is ScoringRule.THRESHOLD:
            continue
        if indicator.below == 0:
            at, found = (*path, "below"), "below: 0"
        elif indicator.floor > HIGHEST_FLOOR:
            at, found = (*path, "floor"), said("nothing more is lost below {share}", share=_percent(indicator.floor))
        else:
            continue
        why = "whoever sees the standard out of reach has no reason left to try"
        problem = "reward does not rise towards the standard"
        hint = "points that fall all the way down (below: 1, floor: 0)"
        yield case.told("flat-below-standard", at, problem, why, "locke_2002", found, hint)


def ratchet_eats_reward(case: Case) -> Iterator[Advice]:
    """Doing well raises the own target by so much that it costs as much next year as it earned."""
    targets = case.scheme.plan.targets
    if targets.ratchet_up == 0 or targets.ratchet_on is not RatchetOn.OWN:
        return
    for path, indicator in _indicators(case):
        if _room_above(indicator) > 0 and indicator.above <= targets.ratchet_up * indicator.below:
            earned, raised = (number(round(10 * share, 4)) for share in (indicator.above, targets.ratchet_up))
            found = said(
                "10 % more earn {earned} % of the points once and raise the target by {raised} %", earned=earned, raised=raised
            )
            why = "people hold back when this year's excess is next year's target"
            hint = "a lower ratchet (ratchet_up), one on the group's result (ratchet_on: group), or more for the excess (above)"
            at = (*path, "above")
            yield case.told("ratchet-eats-reward", at, "the ratchet takes back the reward", why, "cardella_2018", found, hint)


def topped_up_twice(case: Case) -> Iterator[Advice]:
    """A top-up by order, where a rank is demanded and every level adds of its own anyway."""
    top_up, superior = case.scheme.plan.targets.top_up, case.scheme.superior
    if top_up > 0 and superior.rank_demanded > 0:
        found = said("every level adds {share} by order", share=_percent(top_up))
        why = "where the superior demands a rank, every level adds a buffer of its own to the target it hands on"
        hint = "no top-up by order (top_up: 0), or no rank demanded"
        path = ("plan", "targets", "top_up")
        yield case.told("topped-up-twice", path, "targets are topped up twice", why, "chang_2025", found, hint)


def reward_dissolves(case: Case) -> Iterator[Advice]:
    """A result that is nearly all the unit's: one's own output is diluted by everybody else's."""
    own_indicators = sum(one.weight for one in case.scheme.plan.indicators.values() if one.unit is UnitLevel.CADRE)
    own = (1.0 - case.scheme.application.unit_weight) * own_indicators
    if case.scheme.plan.indicators and own < LEAST_OWN:
        found = said("{share} of a cadre's result follow from the own work", share=_percent(own))
        why = "in a large unit one's own work hardly moves the common result"
        hint = "a lower weight of the unit's result (unit_weight), or indicators broken down to people (unit: cadre)"
        path = ("application", "unit_weight") if own_indicators >= LEAST_OWN else ("plan", "indicators")
        yield case.told("reward-dissolves", path, "reward hardly rises with one's own output", why, "s_county", found, hint)


def deduction_not_earned_back(case: Case) -> Iterator[Advice]:
    """Deductions that no indicator allows to make good."""
    indicators = case.scheme.plan.indicators.values()
    gain = sum(one.weight * (_room_above(one) + one.medal_points) for one in indicators)
    for path, indicator in _indicators(case):
        if indicator.scoring is not ScoringRule.DEDUCTION:
            continue
        lost = indicator.weight * indicator.below * SHORTFALL
        if lost > gain + 1e-12:
            points = case.scheme.plan.points
            found = said(
                "{lost} points lost at 10 % below the standard, at most {gain} to be earned beyond it",
                lost=number(round(lost * points, 4)),
                gain=number(round(gain * points, 4)),
            )
            why = "points that can only be lost open gaps and teach caution, not effort"
            hint = "points beyond the standard (above) and a cap beyond 1, here or in another indicator"
            yield case.told(
                "deduction-not-earned-back", path, "a deduction that cannot be earned back", why, "t_county", found, hint
            )


# --- pools --------------------------------------------------------------------------------------------------------


def pool_not_balanced(case: Case) -> Iterator[Advice]:
    """Cuts that look as if they paid the prizes, and do not."""
    grades, explicit = case.scheme.appraisal.grades, case.scheme.application.explicit
    if grades.ranking is not Ranking.FORCED or explicit.bottom_cut == 0 or grades.bottom_share == 0:
        return
    out = grades.top_share * (explicit.top_prize + explicit.second_prize) + grades.second_share * explicit.second_prize
    back = grades.bottom_share * explicit.bottom_cut
    if abs(out - back) > UNBALANCED * max(out, back):
        prizes, cuts = number(round(100 * out, 4)), number(round(100 * back, 4))
        found = said("for 100 people prizes of {prizes} and cuts of {cuts} monthly wages", prizes=prizes, cuts=cuts)
        why = "what is taken does not pay what is given: the rest is new money, or money kept back, and people notice"
        hint = "settle where the difference comes from; at equal budgets (compare --equal-budget) schemes cost the same"
        path = ("application", "explicit", "bottom_cut")
        yield case.told("pool-not-balanced", path, "prizes and cuts do not balance", why, "lazear_1981", found, hint)


# --- tasks --------------------------------------------------------------------------------------------------------


def task_counted_twice(case: Case) -> Iterator[Advice]:
    """A task that more than one indicator points at."""
    if case.organisation is None:
        return
    first: dict[str, str] = {}
    for name, indicator in case.scheme.plan.indicators.items():
        tasks = tasks_of(indicator.tasks, case.organisation)
        for other in dict.fromkeys(first[task] for task in tasks if task in first):
            both = [task for task in tasks if first.get(task) == other]
            why = "what counts twice is worth twice the effort, at the expense of everything else"
            path = ("plan", "indicators", name, "tasks")
            found = said("{tasks}, also in {other}", tasks=listed(both), other=other)
            hint = "the task in one indicator only"
            yield case.told("task-counted-twice", path, "one task counts twice", why, "holmstrom_1991", found, hint)
        first |= {task: name for task in tasks if task not in first}


def task_nobody_counts(case: Case) -> Iterator[Advice]:
    """Tasks of value that no indicator points at."""
    if case.organisation is None:
        return
    tasks = [task for task in unappraised_tasks(case.scheme, case.organisation) if case.organisation.tasks[task].value > 0]
    if tasks:
        why = "effort moves from what is not counted to what is"
        hint = "an indicator, however rough; or rewards that do not hang on indicators"
        path = ("plan", "indicators")
        yield case.told("task-nobody-counts", path, "work that nobody counts", why, "holmstrom_1991", listed(tasks), hint)


# --- checking and rating ------------------------------------------------------------------------------------------


def indicator_unverifiable(case: Case) -> Iterator[Advice]:
    """Indicators that are mostly judged, in a scheme without anybody or anything to check the judgement."""
    organisation = case.organisation
    if organisation is None or _is_checked(case.scheme):
        return
    for path, indicator in _indicators(case):
        tasks = [organisation.tasks[name] for name in tasks_of(indicator.tasks, organisation)]
        value = sum(task.value for task in tasks)
        judged = sum(task.value * (1.0 - task.quantifiability) for task in tasks) * (1.0 - indicator.quantified)
        if value > 0 and 1.0 - judged / value < LEAST_COUNTED:
            found = said("{share} of it is judged, by {raters}", share=_percent(judged / value), raters=_raters(case.scheme))
            why = "what cannot be counted is rated by impression, and rated kindly where the rating counts"
            hint = "counting (quantified: steps, end states), on-site inspection (on_site), external or professional appraisers"
            yield case.told(
                "indicator-unverifiable", (*path, "tasks"), "an indicator nobody can verify", why, "s_county", found, hint
            )


def reports_unchecked(case: Case) -> Iterator[Advice]:
    """Rewards that hang on reports nobody audits."""
    scheme = case.scheme
    checked = scheme.appraisal.audit_rate > 0 or scheme.appraisal.on_site > 0 or scheme.process.captured > 0
    if checked or not scheme.plan.indicators or not (_pays(scheme) and scheme.application.applied > 0):
        return
    why = "a hard target with little audit is met on paper"
    hint = "audits (audit_rate, audit_penalty), on-site inspection (on_site), or results captured by the system (captured)"
    path = ("appraisal", "audit_rate")
    yield case.told(
        "reports-unchecked", path, "reports that pay and that nobody checks", why, "bevan_2006", "audit_rate: 0", hint
    )


def money_on_voluntary_work(case: Case) -> Iterator[Advice]:
    """Money on what people do as a favour or a civic obligation."""
    organisation, scheme = case.organisation, case.scheme
    if organisation is None or scheme.application.applied <= 0 or not _is_paid(scheme):
        return
    for path, indicator in _indicators(case):
        if indicator.weight <= 0:
            continue
        names = [name for name in tasks_of(indicator.tasks, organisation) if organisation.tasks[name].voluntary > 0]
        if names:
            why = "a price turns an obligation into an exchange: little pay brings less than none, for good"
            hint = "leave it out of what is paid, thank and honour people for it, or pay enough"
            yield case.told(
                "money-on-voluntary-work",
                (*path, "tasks"),
                "money hangs on voluntary work",
                why,
                "gneezy_2000b",
                listed(names),
                hint,
            )


def appraisal_hours(case: Case) -> Iterator[Advice]:
    """Appraisal that eats the time of the work it appraises."""
    if case.hours is not None and case.hours > MOST_HOURS:
        why = "the doubled burden: work is done, and then proved"
        found = said("{share} of everybody's working time, above {most}", share=_percent(case.hours), most=_percent(MOST_HOURS))
        hint = "fewer indicators, rarer tracking, fewer raters, or automation of the paperwork"
        yield case.told("appraisal-hours", ("process",), "appraisal takes much working time", why, "speeches_2", found, hint)


def appraisal_far_off(case: Case) -> Iterator[Advice]:
    """An appraisal that is years away, most often because the interval counts steps and a step is longer than a month."""
    step = 1 if case.organisation is None else case.organisation.step_months
    months = case.scheme.appraisal.interval * step
    if months > LONGEST_INTERVAL and not (case.organisation and case.organisation.is_sitting):
        why = "what is years away weighs little today; and a run that ends before appraises nobody"
        found = said("every {months} months", months=number(months))
        hint = "a shorter interval: it counts steps of the organisation (step_months)"
        yield case.told(
            "appraisal-far-off", ("appraisal", "interval"), "the next appraisal is years away", why, "odonoghue_1999", found, hint
        )


# --- sanctions ----------------------------------------------------------------------------------------------------


def ladder_without_floor(case: Case) -> Iterator[Advice]:
    """Somebody is always last and climbs the ladder, however good everybody is."""
    grades, sanctions = case.scheme.appraisal.grades, case.scheme.application.sanctions
    rungs = any(getattr(sanctions, rung) > 0 for rung in LADDER)
    if rungs and grades.ranking is Ranking.FORCED and grades.bottom_share > 0 and grades.floor == 0:
        why = "the last of a good unit is punished for others being better; units asked for a floor that spares them"
        hint = "a floor: a score that spares whoever reaches it"
        path = ("appraisal", "grades", "floor")
        yield case.told(
            "ladder-without-floor", path, "a ladder of sanctions without a floor", why, "speeches_2", "floor: 0", hint
        )


def ladder_that_falls(case: Case) -> Iterator[Advice]:
    """A later rung that is felt less than an earlier one."""
    sanctions = case.scheme.application.sanctions
    used = [(rung, getattr(sanctions, rung)) for rung in LADDER if getattr(sanctions, rung) > 0]
    for (before, harder), (after, milder) in itertools.pairwise(used):
        if milder < harder:
            why = "each further bottom result should cost more than the last; a sanction that is a price is paid"
            found = said(
                "{after} {milder} after {before} {harder}",
                after=after,
                milder=number(milder),
                before=before,
                harder=number(harder),
            )
            path = ("application", "sanctions", after)
            hint = "every rung to be felt more than the one before"
            yield case.told("ladder-that-falls", path, "a rung milder than the one before", why, "gneezy_2000", found, hint)


def dismissal_without_warning(case: Case) -> Iterator[Advice]:
    """People are dismissed by rank although nobody ever sees a grade that warns."""
    share = case.scheme.application.sanctions.dismissal_share
    if share > 0 and case.scheme.appraisal.grades.bottom_share == 0:
        why = "the last leave without a worst grade before it: no rung warns"
        hint = "a worst grade (bottom_share) that warns before anybody has to leave"
        path = ("application", "sanctions", "dismissal_share")
        yield case.told(
            "dismissal-without-warning", path, "dismissal without a warning", why, "scullen_2005", _percent(share), hint
        )


#: Every trap, in the order of the closed loop.
TRAPS: tuple[Callable[[Case], Iterator[Advice]], ...] = (
    task_counted_twice,
    task_nobody_counts,
    cliff_at_standard,
    coarse_milestones,
    flat_above_standard,
    flat_below_standard,
    deduction_not_earned_back,
    ratchet_eats_reward,
    topped_up_twice,
    medal_in_small_unit,
    indicator_unverifiable,
    reports_unchecked,
    money_on_voluntary_work,
    appraisal_hours,
    appraisal_far_off,
    quota_in_small_unit,
    cliff_between_grades,
    nothing_follows,
    reward_dissolves,
    pool_not_balanced,
    ladder_without_floor,
    ladder_that_falls,
    dismissal_without_warning,
)


def _indicators(case: Case) -> list[tuple[Path, Indicator]]:
    return [(("plan", "indicators", name), indicator) for name, indicator in case.scheme.plan.indicators.items()]


def _room_above(indicator: Indicator) -> float:
    """Points that can be earned beyond the standard, as a share of the indicator's weight."""
    return 0.0 if indicator.scoring is ScoringRule.THRESHOLD else indicator.above * (indicator.cap - 1.0)


def _pays(scheme: Scheme) -> bool:
    """Whether results lead to pay, promotion, sanctions or pressure from above."""
    explicit, sanctions, grades = scheme.application.explicit, scheme.application.sanctions, scheme.appraisal.grades
    graded = grades.ranking is not Ranking.NONE
    rungs = graded and any(getattr(sanctions, rung) > 0 for rung in LADDER)
    prizes = graded and explicit.top_prize + explicit.second_prize + explicit.bottom_cut > 0
    points = explicit.bonus_per_point + explicit.unit_bonus_per_point + explicit.promotion + scheme.superior.pressure
    return points > 0 or prizes or rungs or sanctions.dismissal_share > 0


def _is_paid(scheme: Scheme) -> bool:
    """Whether money hangs on results (what `sim.rules.pay.pays_by_result` works out for a run)."""
    explicit = scheme.application.explicit
    prizes = explicit.top_prize + explicit.second_prize + explicit.bottom_cut
    graded = scheme.appraisal.grades.ranking is not Ranking.NONE
    return explicit.bonus_per_point + explicit.unit_bonus_per_point > 0 or (graded and prizes > 0)


def _is_checked(scheme: Scheme) -> bool:
    appraisal = scheme.appraisal
    means = (appraisal.electronic, appraisal.external, appraisal.on_site, appraisal.audit_rate, scheme.process.captured)
    return any(means) or appraisal.appraisers.professional > 0 or appraisal.raters > 1


def _raters(scheme: Scheme) -> str:
    asked = [name.replace("_", " ") for name, share in scheme.appraisal.appraisers if share > 0]
    return listed(asked)


def _percent(share: float) -> str:
    return f"{number(round(100 * share, 2))} %"
