"""Documents become records: what the links read of scheme, behaviour and organisation, by name.

The record of a scheme holds every numeric element of the document under its own name, enumerations as small numbers, and
a few quantities that only depend on the scheme (the noise of several raters, the hours appraisal takes).
"""

from __future__ import annotations

from enum import StrEnum

import numpy as np

from sim.population.columns import INDICATOR, INDICATORS, MAX_POSTS, PERSPECTIVES, TASK, TASKS
from sim.rules import burnout, gaming, hours, output, rating
from sim.schemes.behaviour import Behaviour
from sim.schemes.fit import select_tasks
from sim.schemes.leaves import numeric_leaves
from sim.schemes.organisation import EffortClass, Organisation, Task
from sim.schemes.scheme import Scheme, ScoringRule, UnitLevel

#: Quantities of a scheme that are computed once instead of every month.
DERIVED = (
    "detection",  # chance a month's falsification is found
    "tracked",  # 0..1: how often results are tracked; 1 = every month
    "tracking_strength",  # 0..1: how near tracking, deadlines and early warnings bring the appraisal
    "watched",  # 0..1: how far a system watches the work
    "told_success",  # 0..1: how much a cadre is told of what he achieves
    "rater_noise",  # factor on one rater's noise
    "rater_bias",  # factor on the head's bias
    "bias_left",  # share of bias left after training and supervision
    "sanctions",  # 1 = the bottom grade costs something, 0 = nothing hangs on it
    "stake",  # how much hangs on a rating, 0..1
    "must_go",  # share of every peer group that is really dismissed at each appraisal
    "hours",  # time appraisal takes
    "n_counted",  # indicators of the scheme
)

#: Behaviour parameters that are speeds or chances per month and are converted to the length of a longer step.
MONTHLY_SHARES = (
    "motivation_rate", "study_rate", "forgetting_rate", "detection_learning", "norm_memory", "justice_memory",
    "burnout_rate", "cynicism_rate", "stock_rate", "learning_rate", "learning_fade", "exit_rate", "taxpayer_rate",
    "obligation_returns",
)  # fmt: skip

#: Speeds of MONTHLY_SHARES that answer to what is lived through and not to the calendar: a round moves them as a month does.
#: Own drive changes within one sitting (Deci, Koestner & Ryan 1999: it is asked or watched right after), and whether a report
#: is found out is learned from reports, of which every step has one.
OF_EXPERIENCE = ("motivation_rate", "detection_learning")
#: What a round of a sitting moves by its hours only: what the calendar brings (study, forgetting, exhaustion, departures,
#: norms and fairness of a workplace, stocks, training, taxpayers), and the chance to fall ill, which longer steps
#: leave alone because there a spell is a share of the step.
OF_THE_CALENDAR = (*(name for name in MONTHLY_SHARES if name not in OF_EXPERIENCE), "illness_chance")


def code(value: StrEnum) -> int:
    """The number of an enumeration's member: its place in the declaration."""
    return list(type(value)).index(value)


_SKIP = ("name", "title", "summary", "indicators")
_NEUTRAL = numeric_leaves(Scheme(name="neutral"), _SKIP)
#: Where a row of the table of schemes stands in a run, besides the scheme itself.
IN_FORCE = (
    "number",  # the scheme's number among those in force: rows of one scheme with other starts share it
    "start",  # first step under the scheme, for the units of this row
    "first_indicator",  # first row of the scheme in the table of indicators
    "n_indicators",  # rows of the scheme there
)
SCHEME = np.dtype(
    [(name, "i4" if isinstance(leaf, (int, StrEnum)) else "f8") for name, leaf in _NEUTRAL.items()]
    + [(name, "f8") for name in DERIVED]
    + [(name, "i4") for name in IN_FORCE],
    align=True,
)
BEHAVIOUR = np.dtype([(name, "f8") for name in (*Behaviour.model_fields, "cynicism_rate")], align=True)
ORGANISATION = np.dtype(
    [
        ("step_months", "i4"),
        ("months_a_step", "f8"),
        ("n_tasks", "i4"),
        ("n_posts", "i4"),
        ("n_peers", "i4"),
        ("window_start", "i4"),
        ("turnover", "f8"),
        ("talent", "f8"),
        ("peer_mean", "f8"),
        ("peer_spread", "f8"),
        ("peer_persistence", "f8"),
        ("post_share", "f8", (MAX_POSTS,)),
        ("responsibility", "f8", (MAX_POSTS,)),
        ("support", "f8", (PERSPECTIVES, PERSPECTIVES)),
    ],
    align=True,
)


def scheme_elements(scheme: Scheme) -> np.ndarray:
    """The record (shape (1,), dtype SCHEME) of a scheme with its own elements; what is derived or IN_FORCE is still zero."""
    record = np.zeros(1, SCHEME)
    for name, leaf in numeric_leaves(scheme, _SKIP).items():
        record[name] = code(leaf) if isinstance(leaf, StrEnum) else leaf
    return record


def scheme_record(
    scheme: Scheme, behaviour: Behaviour, elements: np.ndarray | None = None, *, step_months: int = 1
) -> np.ndarray:
    """The record (shape (1,), dtype SCHEME) of a scheme; `elements` are its `scheme_elements`, where they are at hand.

    `step_months`: of the organisation, 1 in a sitting as well.
    """
    record = scheme_elements(scheme) if elements is None else elements.copy()
    who = scheme.appraisal.appraisers
    appraisal, process, talk = scheme.appraisal, scheme.process, scheme.communication
    kinds = sum(share > 0 for share in who.model_dump().values())
    record["detection"] = gaming.detection_chance(
        appraisal.audit_rate, behaviour.audit_detection, appraisal.on_site, behaviour.on_site_detection
    )
    tracked = 1.0 / process.tracking_interval if process.tracking_interval else 0.0
    record["tracked"] = tracked
    # early warnings reach only those who fall behind, so they bring the appraisal less near than deadlines do (.3 is assumed)
    untold = (1.0 - 0.8 * tracked) * (1.0 - 0.5 * process.deadlines) * (1.0 - 0.3 * process.early_warning)
    record["tracking_strength"] = 1.0 - untold
    record["watched"] = burnout.watched_by_system(process.captured, process.early_warning)
    record["told_success"] = burnout.told_of_success(
        talk.feedback, talk.publish_scores, process.interim_results, scheme.application.implicit.recognition
    )
    record["rater_noise"] = rating.mean_noise_factor(
        who.superior, who.peers, who.grass_roots, who.taxpayers, who.self_rating, who.professional, appraisal.raters
    ) * rating.noise_left(appraisal.training, behaviour.training_effect, appraisal.in_process)
    record["rater_bias"] = rating.bias_factor(
        who.superior, who.peers, who.grass_roots, who.taxpayers, who.professional, appraisal.external
    )
    record["bias_left"] = rating.bias_left(
        appraisal.supervision, behaviour.supervision_effect, appraisal.training, behaviour.training_effect
    )
    record["sanctions"] = 1.0 if _bottom_costs(scheme) else 0.0
    record["stake"] = _stake(scheme)
    record["must_go"] = scheme.application.must_go
    record["hours"] = hours.appraisal_hours(
        len(scheme.plan.indicators), process.tracking_interval, talk.interviews_per_year, kinds * appraisal.raters - 1,
        appraisal.interval * step_months, talk.study, process.automation, behaviour.hours_indicator, behaviour.hours_tracking,
        behaviour.hours_interview, behaviour.hours_rating, behaviour.hours_study, behaviour.automation_saving,
    )  # fmt: skip
    record["n_counted"] = len(scheme.plan.indicators)
    return record


def _rungs(scheme: Scheme) -> float:
    """What the whole ladder of bottom sanctions costs, in monthly wages a month."""
    ladder = scheme.application.sanctions
    return ladder.rectification + ladder.interview + ladder.honours + ladder.transfer + ladder.adjustment


def _bottom_costs(scheme: Scheme) -> bool:
    """Whether a sanction follows from the bottom grade at all: a rung of the ladder, or less pay."""
    return scheme.application.applied > 0.0 and _rungs(scheme) + scheme.application.explicit.bottom_cut > 0.0


def _stake(scheme: Scheme) -> float:
    """How much hangs on a rating, 0..1: any reward or sanction tied to it, at most 1 at a tenth of a wage per 10 points.

    A bonus on the department's mean counts whole: the point that a rating adds is shared out, but to all of them. Where the
    worst are dismissed a post hangs on it, which is more than a year's tenth of a wage.
    """
    pay = scheme.application.explicit
    ladder = scheme.application.sanctions
    bonus = 0.1 * scheme.plan.points * (pay.bonus_per_point + pay.unit_bonus_per_point)
    spread = bonus + pay.top_prize + pay.second_prize + pay.bottom_cut
    felt = spread + _rungs(scheme) + 0.1 * pay.promotion + (1.0 if ladder.dismissal_share > 0.0 else 0.0)
    return min(1.0, 10.0 * scheme.application.applied * felt)


def behaviour_record(behaviour: Behaviour, organisation: Organisation) -> np.ndarray:
    """The record of a behaviour, with monthly speeds and chances converted to the length of a step.

    A share s a month is 1 - (1 - s)^m in a step of m months, and what persists with p from month to month does so with p^m;
    cynicism has half the monthly speed of burnout (`next_cynicism`). In a round of a sitting (m far below 1) only
    OF_THE_CALENDAR is converted: within a sitting people settle on a pace, plan anew and change their own drive round by
    round, as they do month by month at work, and luck that persists does so from round to round.
    """
    values = dict(behaviour) | {"cynicism_rate": 0.5 * behaviour.burnout_rate}
    months = organisation.months_a_step
    if months != 1.0:
        slow = OF_THE_CALENDAR if organisation.is_sitting else MONTHLY_SHARES
        values |= {name: 1.0 - (1.0 - values[name]) ** months for name in slow}
    record = np.array([tuple(values[name] for name in BEHAVIOUR.names or ())], BEHAVIOUR)
    record["luck_persistence"] = behaviour.luck_persistence**organisation.step_months  # a sitting: from round to round
    if organisation.is_sitting:
        record["job_worth"] = 0.0  # nobody lives on the sitting he may be sent out of
    record["planning_interval"] = max(1.0, round(behaviour.planning_interval / organisation.step_months))
    return record


def organisation_record(organisation: Organisation) -> np.ndarray:
    """The record of what the whole organisation shares."""
    record = np.zeros(1, ORGANISATION)
    record["step_months"] = organisation.step_months
    record["months_a_step"] = organisation.months_a_step
    record["n_tasks"] = len(organisation.tasks)
    record["turnover"] = organisation.turnover
    record["talent"] = organisation.talent
    record["n_posts"] = len(organisation.posts.shares)
    record["post_share"][0, : len(organisation.posts.shares)] = organisation.posts.shares
    mean = sum(s * r for s, r in zip(organisation.posts.shares, organisation.posts.responsibility, strict=True))
    record["responsibility"][0, : len(organisation.posts.shares)] = [r / mean for r in organisation.posts.responsibility]
    record["n_peers"] = organisation.peers.number
    record["peer_mean"] = organisation.peers.mean
    record["peer_spread"] = organisation.peers.spread
    record["peer_persistence"] = organisation.peers.persistence**organisation.step_months
    for link in organisation.strategy:
        record["support"][0, code(link.supports), code(link.by)] += link.strength
    return record


#: Columns of a task that its document gives under the same name; the others are worked out.
OF_THE_TASK = tuple(name for name in TASK.names or () if name in Task.model_fields)


def task_table(organisation: Organisation) -> np.ndarray:
    """The table of tasks (shape (TASKS,), dtype TASK), in the document's order, curvatures still zero; unused rows stay zero."""
    table = np.zeros(TASKS, TASK)
    for row, task in zip(table, organisation.tasks.values(), strict=False):
        for name in OF_THE_TASK:
            value = getattr(task, name)
            row[name] = code(value) if isinstance(value, StrEnum) else value
        row["own_luck"], row["shared_luck"] = output.luck_weights(task.controllability)
    return table


def task_curvatures(organisation: Organisation, behaviour: Behaviour) -> np.ndarray:
    """Curvature of the effort cost of every task (shape (TASKS,)); 0 in unused rows."""
    curvature = np.zeros(TASKS)
    for k, task in enumerate(organisation.tasks.values()):
        is_simple = task.effort is EffortClass.SIMPLE
        curvature[k] = behaviour.curvature_simple if is_simple else behaviour.curvature_discretionary
    return curvature


def indicator_table(scheme: Scheme, organisation: Organisation) -> np.ndarray:
    """The table of indicator rows (one per indicator and task), ordered by task; weights make 1 together."""
    names = list(organisation.tasks)
    rows = []
    for indicator in scheme.plan.indicators.values():
        chosen = select_tasks(indicator.tasks, organisation)
        total = sum(organisation.tasks[name].value for name in chosen)
        for name in chosen:
            part = organisation.tasks[name].value / total if total > 0 else 1.0 / len(chosen)
            rows.append((names.index(name), indicator.weight * part, indicator))
    if len(rows) > INDICATORS:
        raise ValueError(f"the indicators expand to {len(rows)} rows, at most {INDICATORS} fit")
    rows.sort(key=lambda row: row[0])
    table = np.zeros(len(rows), INDICATOR)
    for record, (task, weight, indicator) in zip(table, rows, strict=True):
        record["task"], record["weight"] = task, weight
        record["unit"] = list(UnitLevel).index(indicator.unit)
        record["is_loss"] = indicator.scoring is ScoringRule.DEDUCTION
        record["steps"] = indicator.steps
        is_threshold = indicator.scoring is ScoringRule.THRESHOLD
        record["below"] = 0.0 if is_threshold else indicator.below
        record["above"] = 0.0 if is_threshold else indicator.above
        record["notch"] = 1.0 if is_threshold and indicator.notch == 0.0 else indicator.notch
        for name in ("floor", "cap", "medal_share", "medal_points", "quantified"):
            record[name] = getattr(indicator, name)
        record["counted"] = rating.counted_share(
            organisation.tasks[names[task]].quantifiability, indicator.quantified, scheme.appraisal.electronic
        )
    return table
