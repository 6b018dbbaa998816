"""THE table: every column of every entity, declared before use.

One row of a table is one entity; a table is a NumPy structured array, so `cadres["exhaustion"]` is a column and
`cadres[7]` is a cadre. Columns that carry one value a task hold `OWN_TASKS` slots, in the order of the department's own
tasks (`departments["task"]`); bureau-wide ones hold `TASKS` slots. `owner` is the link that writes a column.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

TASKS = 12  # most tasks a bureau can have
OWN_TASKS = 8  # most tasks a department can work on
INDICATORS = 24  # most indicator rows after selectors are expanded
PERSPECTIVES = 5
BOTTOM_CUT, SECOND_CUT, TOP_CUT, DISMISSED_CUT = 0, 1, 2, 3  # places of the cut-offs in a peer group's tables of contests
CUTS = 4
CONTEST_POINTS = 65  # standings at which contests are tabulated: -8 to 8 standard deviations, every quarter
MAX_PEERS = 31
MAX_POSTS = 6
PAY_MOMENTS = 5  # sums that the slope of log pay on potential is made of


@dataclass(frozen=True)
class Column:
    """One declared column: unit and bounds are documentation the tests hold runs against."""

    name: str
    dtype: str
    unit: str
    owner: str
    meaning: str
    low: float = -np.inf
    high: float = np.inf
    shape: tuple[int, ...] = ()


def _col(name, unit, owner, meaning, low=-np.inf, high=np.inf, dtype="f8", shape=()):
    return Column(name, dtype, unit, owner, meaning, low, high, shape)


def _own(name, unit, owner, meaning, low=-np.inf, high=np.inf):
    return Column(name, "f8", unit, owner, meaning, low, high, (OWN_TASKS,))


def _task(name, unit, owner, meaning, low=-np.inf, high=np.inf):
    return Column(name, "f8", unit, owner, meaning, low, high, (TASKS,))


CADRE_COLUMNS: tuple[Column, ...] = (
    # who
    _col("key", "-", "founding", "permanent key of the unit, address of draws", dtype="u4"),
    _col("position", "-", "founding", "permanent position in the unit, address of draws", dtype="i4"),
    _col("department", "index", "founding", "department", dtype="i4"),
    _col("group", "index", "founding", "peer group for grades; -1 = none", dtype="i4"),
    _col("persons", "people", "apply", "how many people have held this place before", dtype="i4"),
    _col("level", "level", "apply", "level of post, 0 = ordinary", 0, MAX_POSTS - 1, dtype="i4"),
    _col("grade", "grade", "appraise", "last grade: 0 bottom, 1 ordinary, 2 second, 3 top; -1 = none", -1, 3, dtype="i4"),
    _col("rung", "rung", "apply", "standing on the sanction ladder, 0 = none", 0, 5, dtype="i4"),
    _col("sanctioned", "-", "apply", "1 = sanctioned at the last appraisal", 0, 1, dtype="i4"),
    _col("dismissed", "-", "appraise", "1 = to be dismissed at this appraisal", 0, 1, dtype="i4"),
    _col("potential", "SD", "founding", "potential, N(0,1) among applicants"),
    _col("ability", "x normal", "founding", "output of a unit of effort", 0.0),
    _col("psm", "x normal", "founding", "public service motivation", 0.0),
    _col("loss_aversion", "ratio", "founding", "weight of losses over gains", 0.0),
    _col("risk_aversion", "1/wage", "founding", "constant absolute risk aversion", 0.0),
    _col("honesty", "wages/unit", "founding", "moral cost of a unit falsified", 0.0),
    _col("fairness_sensitivity", "x normal", "founding", "weight of injustice", 0.0),
    _col("self_view", "ratio", "founding", "ability as one sees it oneself over ability as it is", 0.0),
    _col("resilience", "logit", "founding", "recovery and capacity; higher = calmer"),
    _col("detachment", "logit", "founding", "disposition to cynicism of one's own, apart from exhaustion"),
    _col("confidence", "logit", "founding", "disposition to feel effective of one's own, apart from success"),
    _col("crowding", "x normal", "founding", "susceptibility of own drive to control; negative = crowded in"),
    _col("age", "years", "apply", "age", 0.0),
    _col("tenure", "months", "apply", "months in service", 0.0),
    _col("months_in_post", "months", "apply", "months in the present post", 0.0),
    # state of mind
    _col("exhaustion", "MBI", "people", "exhaustion", 0.0, 6.0),
    _col("cynicism", "MBI", "people", "cynicism", 0.0, 6.0),
    _col("efficacy", "MBI", "people", "professional efficacy", 0.0, 6.0),
    _col("motivation", "x normal", "people", "autonomous motivation", 0.0),
    _col("understanding", "share", "communicate", "understanding of the scheme", 0.0, 1.0),
    _col("justice_distributive", "share", "apply", "perceived fairness of what results bring", 0.0, 1.0),
    _col("justice_procedural", "share", "appraise", "perceived fairness of procedures", 0.0, 1.0),
    _col("justice_interpersonal", "share", "communicate", "perceived respect", 0.0, 1.0),
    _col("justice_informational", "share", "communicate", "perceived honesty of explanations", 0.0, 1.0),
    _col("detection_perceived", "share", "process", "perceived chance that falsification is found", 0.0, 1.0),
    _col("belief", "SD", "appraise", "superior's mean belief on ability"),
    _col("belief_precision", "1/SD2", "appraise", "precision of that belief", 0.0),
    # what a point is worth
    _col("gain", "wages/point", "plan", "worth of a point as a gain", 0.0),
    _col("loss", "wages/point", "plan", "worth of a point that averts a loss, before loss aversion", 0.0),
    _col("paid", "wages/point", "plan", "the part that is pay", 0.0),
    _col("gain_of_unit", "wages/point", "plan", "worth of a point on a unit's indicator, which all of the department get", 0.0),
    _col("loss_of_unit", "wages/point", "plan", "the same of one that averts a loss", 0.0),
    _col("paid_of_unit", "wages/point", "plan", "the same of the part that is pay", 0.0),
    _col("contest", "wages/point", "plan", "the part won against peers", 0.0),
    _col("shared", "wages/point", "plan", "worth of a point of all colleagues, as far as it reaches his own result", 0.0),
    _col("bottom_chance", "chance", "plan", "perceived chance of the worst grade", 0.0, 1.0),
    _col("sanction_chance", "chance", "plan", "perceived chance of the bottom sanctions", 0.0, 1.0),
    _col(
        "job_at_risk", "wages/month", "plan", "expected loss of the job: perceived chance of dismissal times what it costs", 0.0
    ),
    _col("threat", "wages", "process", "expected loss from sanctions, dismissal and deductions", 0.0),
    _col("guess", "wages/unit", "process", "flat guess of what effort pays", -np.inf),
    # the month
    _col("load", "months", "process", "total load: efforts, help, sabotage and overhead; 1 = a normal full month", 0.0),
    _col(
        "load_price", "wages/month", "process", "price of load in the plan, where the next search starts; -1 = no plan yet", -1.0
    ),
    _col("cost", "wages", "process", "cost of effort, falsification, help and sabotage"),
    _col("risk_cost", "wages", "process", "cost of pay risk", 0.0),
    _col("help_given", "months", "process", "help given", 0.0),
    _col("sabotage_done", "months", "process", "sabotage done", 0.0),
    _col("pay", "wages", "apply", "explicit reward of the last appraisal, per month"),
    _col("replaced", "wages", "apply", "part of the fixed wage that this reward takes the place of", 0.0, 1.0),
    _col("log_pay", "log", "people", "logarithm of what is earned here over a wage elsewhere; 0 = one wage"),
    _col("present", "share", "process", "share of the month that illness left him", 0.0, 1.0),
    _col("fatigue", "share", "process", "productivity lost to exhaustion", 0.0, 1.0),
    # the appraisal
    _col("points", "points", "appraise", "points earned on own indicators at the last appraisal; NaN = not yet appraised"),
    _col(
        "performance",
        "share",
        "appraise",
        "points of performance before medals, as a share of all points; NaN = not yet appraised",
    ),
    _col("score", "points", "appraise", "final score of the last appraisal; NaN = not yet appraised"),
    _col("contribution", "wages", "appraise", "contribution per month over the appraised period; NaN = not yet appraised"),
    _col("period_steps", "steps", "process", "steps worked in this period", 0.0, dtype="f8"),
    _col("period_contribution", "wages", "process", "contribution so far this period"),
    # the last twelve months
    _col("window_pay", "wages", "outcomes", "pay"),
    _col("window_surplus", "wages", "outcomes", "value of output less costs"),
    _col("window_contribution", "wages", "outcomes", "contribution"),
    _col("window_falsified", "wages", "outcomes", "value falsified", 0.0),
    _col("window_detected", "wages", "outcomes", "value falsified and found", 0.0),
    _col("window_reported", "wages", "outcomes", "value reported"),
    _col("window_overload", "steps", "outcomes", "steps with a load above 1.2", 0.0),
    _col("window_absence", "steps", "outcomes", "working time lost to illness", 0.0),
    _col("window_effort", "months", "outcomes", "effort", 0.0),
    _col("window_help", "months", "outcomes", "help given", 0.0),
    _col("window_sabotage", "months", "outcomes", "sabotage done", 0.0),
    _col("window_overhead", "months", "outcomes", "time taken by appraisal", 0.0),
    _col("window_exits", "people", "outcomes", "people who left this place", 0.0),
    _col("capability", "x normal", "people", "capability per perspective", 0.0, shape=(PERSPECTIVES,)),
    _own("effort", "months", "process", "effort per own task", 0.0),
    _own("planned", "months", "process", "best response per own task, where the next search starts", 0.0),
    _own("falsified", "units", "process", "falsification per own task, this month", 0.0),
    _own("output", "units", "process", "true output per own task, this month"),
    _own("period_output", "units", "process", "true output so far this period"),
    _own("period_reported", "units", "process", "reported output so far this period"),
    _own("target", "attainment", "plan", "target per own task, 1 = a normal month's share", 0.0),
)

DEPARTMENT_COLUMNS: tuple[Column, ...] = (
    _col("key", "-", "founding", "permanent key, address of draws", dtype="u4"),
    _col("branch", "index", "founding", "branch (a bureau's offices form one too)", dtype="i4"),
    _col("bureau", "index", "founding", "bureau", dtype="i4"),
    _col("sequence", "index", "founding", "sequence", dtype="i4"),
    _col("arm", "index", "founding", "row of the table of schemes that is in force here", 0, dtype="i4"),
    _col("is_office", "-", "founding", "1 = office (athlete and referee), 0 = section of a branch", 0, 1, dtype="i4"),
    _col("first", "index", "founding", "first cadre", dtype="i4"),
    _col("size", "people", "founding", "number of cadres", 1, dtype="i4"),
    _col("n_tasks", "tasks", "founding", "number of own tasks", 1, OWN_TASKS, dtype="i4"),
    _col("n_offers", "rows", "founding", "indicator rows on own tasks", 0, dtype="i4"),
    _col("curvature", "-", "founding", "curvature of the cost of total load", 0.0),
    _col("leniency", "attainment", "founding", "head's leniency when nothing hangs on it"),
    _col("halo", "share", "founding", "head's halo", 0.0, 1.0),
    _col("favouritism", "attainment", "founding", "spread of the head's favours", 0.0),
    _col("central_tendency", "share", "founding", "head's pull to the middle", 0.0, 1.0),
    _col("gloss", "share", "founding", "gloss the head adds to reports"),
    _col("norm", "share", "process", "norm of falsification: share of reports falsified", 0.0, 1.0),
    _col("slack", "share", "plan", "slack bargained into targets", 0.0, 1.0),
    _col("passed_down", "points", "process", "points that the superior deducts and the bureau passes on, this period", 0.0),
    _col("score_luck", "points", "plan", "standard deviation of a typical cadre's score that is luck", 0.0),
    _col("mean_luck", "points", "plan", "standard deviation of the department's mean score that is luck", 0.0),
    _col("points_per_output", "points", "plan", "points a cadre gains if all output rises by a normal month", 0.0),
    _col("points_of_own", "points", "plan", "the part of it on indicators that look at people: what places are won with", 0.0),
    _col(
        "points_of_unit",
        "points",
        "plan",
        "points a cadre gains if one colleague's output rises by a normal month: his unit's result does",
        0.0,
    ),
    _col("liable", "people", "plan", "number of those who answer jointly with its own", 0.0),
    _col("overhead", "months", "plan", "time that appraisal takes from a cadre", 0.0),
    _col("ratchet_up_left", "share", "plan", "what looking ahead leaves of slopes above the standard", 0.0, 1.0),
    _col("ratchet_down_left", "share", "plan", "the same below the standard", 0.0, 1.0),
    _col("score", "points", "appraise", "mean score at the last appraisal; NaN = none"),
    _col("workload", "x normal", "process", "workload this month", 0.0),
    _col("reported_attainment", "attainment", "process", "attainment as reported by the department, weighted"),
    _col("true_attainment", "attainment", "process", "true attainment, weighted"),
    _col("window_true", "attainment", "process", "true attainment summed over the last twelve months"),
    _col("window_reported", "attainment", "process", "reported attainment summed over the last twelve months"),
    _col("sum_help", "months", "process", "help given by all", 0.0),
    _col("sum_sabotage", "months", "process", "sabotage done by all", 0.0),
    _col("sum_effort", "months", "process", "effort of all", 0.0),
    _col("sum_load", "months", "process", "load of all", 0.0),
    _col("sum_exits", "people", "people", "people who left this month", 0.0),
    _col(
        "pay_slope", "log/SD", "people", "how log pay rises with potential under the scheme in force here, as applicants know it"
    ),
    _col("pay_level", "log", "people", "log pay at average potential under the scheme in force here, as applicants know it"),
    Column(
        "pay_moments",
        "f8",
        "sums",
        "people",
        "people with results, their potential and its square, log pay and its product",
        shape=(PAY_MOMENTS,),
    ),
    _col("sum_exhaustion", "MBI", "people", "exhaustion of all", 0.0),
    _col("sum_cynicism", "MBI", "people", "cynicism of all", 0.0),
    _col("sum_efficacy", "MBI", "people", "efficacy of all", 0.0),
    _col("sum_burnout", "people", "people", "cadres with burnout", 0.0),
    _col("sum_distributive", "share", "people", "distributive justice of all", 0.0),
    _col("sum_procedural", "share", "people", "procedural justice of all", 0.0),
    _col("sum_interpersonal", "share", "people", "interpersonal justice of all", 0.0),
    _col("sum_informational", "share", "people", "informational justice of all", 0.0),
    _col("sum_motivation", "x normal", "people", "autonomous motivation of all", 0.0),
    _col("sum_understanding", "share", "people", "understanding of all", 0.0),
    _col("sum_target", "x first", "people", "targets of all relative to the first ones", 0.0),
    _col("sum_pay", "wages", "people", "explicit rewards of all"),
    _col("sum_falsified", "wages", "process", "value falsified this month", 0.0),
    _col("sum_reported_value", "wages", "process", "value reported this month"),
    _col("sum_threat", "wages", "process", "threat felt by all", 0.0),
    _col("sum_overload", "people", "process", "cadres with a load above 1.2", 0.0),
    Column("task", "i4", "index", "founding", "own tasks", 0, TASKS - 1, (OWN_TASKS,)),
    Column("offer_row", "i4", "index", "founding", "indicator rows on own tasks, ordered by own task", 0, shape=(INDICATORS,)),
    Column("offer_task", "i4", "index", "founding", "own task each of these rows is about", 0, OWN_TASKS, (INDICATORS,)),
    Column(
        "offer_pull",
        "f8",
        "share",
        "plan",
        "share of a result's distance from the standard that ratings level",
        0,
        1,
        (INDICATORS,),
    ),
    Column(
        "offer_lift", "f8", "of target", "plan", "what leniency and the pull to the middle add to a result", shape=(INDICATORS,)
    ),
    Column(
        "offer_doubt", "f8", "of target", "plan", "variance of a result as scored that is the raters'", 0, np.inf, (INDICATORS,)
    ),
    Column("hanging", "f8", "ratio", "plan", "how much larger lasting luck makes the variance of the rest of the period", 1.0),
    Column("offer_weight", "f8", "share", "founding", "weight of each of these rows in the department", 0, 1, (INDICATORS,)),
    _own("share", "share", "founding", "normal share of time", 0.0, 1.0),
    _own("exchange", "share", "process", "how far voluntary work has become an exchange: 1 = money hangs on it", 0.0, 1.0),
    _own("first_target", "attainment", "plan", "first target of the scheme", 0.0),
    _own("sum_task_effort", "months", "process", "effort of all per own task", 0.0),
    _own("luck", "SD", "process", "department's luck on each task this month"),
    _own("sum_true", "units", "process", "true output this month, weighted by responsibility"),
    _own("sum_cadre", "units", "process", "output reported by cadres this month"),
    _own("sum_reported", "units", "process", "output reported by the department this month"),
    _own("pace", "attainment", "process", "attainment of the department expected for the whole period"),
    _own("period_attainment", "attainment", "process", "attainment summed over this period"),
)

BRANCH_COLUMNS: tuple[Column, ...] = (
    _col("key", "-", "founding", "permanent key, address of draws", dtype="u4"),
    _col("bureau", "index", "founding", "bureau", dtype="i4"),
    _col("arm", "index", "founding", "row of the table of schemes that is in force here", 0, dtype="i4"),
    _col("is_front", "-", "founding", "1 = grass-roots branch, 0 = the offices of a bureau", 0, 1, dtype="i4"),
    _col("first_department", "index", "founding", "first department", dtype="i4"),
    _col("n_departments", "units", "founding", "number of departments", 1, dtype="i4"),
    _col("peak_month", "month", "founding", "month of the year with the highest workload", 1, 12, dtype="i4"),
    _col("workload", "x normal", "founding", "mean workload", 0.0),
    _col("seasonality", "share", "founding", "amplitude of the yearly swing", 0.0, 1.0),
    _col("resources", "share", "founding", "resources", 0.0, 1.0),
    _col("gloss", "share", "founding", "gloss the branch adds to reports"),
    _col("satisfaction", "share", "people", "satisfaction of its taxpayers", 0.0, 1.0),
    _col("compliance", "share", "people", "compliance of its taxpayers", 0.0, 1.0),
    _col("true_attainment", "attainment", "process", "true attainment, weighted"),
    _col("reported_attainment", "attainment", "process", "reported attainment, weighted"),
    _task("luck", "SD", "process", "taxpayers' side of luck this month"),
    _task("sum_true", "units", "process", "true output this month"),
    _task("sum_cadre", "units", "process", "output reported by cadres this month"),
    _task("sum_department", "units", "process", "output reported by departments this month"),
    _task("sum_reported", "units", "process", "output reported by the branch this month"),
    _task("normal", "units", "founding", "normal monthly output", 0.0),
    _task("pace", "attainment", "process", "attainment of the branch expected for the whole period"),
    _task("period_attainment", "attainment", "process", "attainment summed over this period"),
)

BUREAU_COLUMNS: tuple[Column, ...] = (
    _col("key", "-", "founding", "permanent key, address of draws", dtype="u4"),
    _col("parent", "index", "founding", "bureau above; -1 = outside the model", dtype="i4"),
    _col("arm", "index", "founding", "row of the table of schemes that most of its cadres are under", 0, dtype="i4"),
    _col("first_branch", "index", "founding", "first branch", dtype="i4"),
    _col("n_branches", "units", "founding", "number of branches", 1, dtype="i4"),
    _col("n_cadres", "people", "founding", "number of cadres", 1, dtype="i4"),
    _col("first_sibling", "index", "founding", "first bureau under the same superior", dtype="i4"),
    _col("n_siblings", "units", "founding", "bureaus under the same superior", 1, dtype="i4"),
    _col("rank", "place", "process", "rank among peer bureaus, 1 = best; NaN = not yet ranked", 0, dtype="f8"),
    _col("pressure", "x demanded", "process", "pressure from the superior: places short of the rank demanded", 0.0),
    _col("gloss", "share", "founding", "gloss the bureau adds to reports"),
    _col("spread", "attainment", "process", "spread of true attainment across departments", 0.0),
    _col("branch_spread", "attainment", "process", "spread of true attainment across grass-roots branches", 0.0),
    _col("true_attainment", "attainment", "process", "true attainment, weighted by strategic value"),
    _col("bureau_attainment", "attainment", "process", "attainment as reported by the bureau"),
    _col("superior_attainment", "attainment", "process", "attainment as the top of the hierarchy sees it"),
    _col("levels_above", "levels", "founding", "levels above the bureau through which its report passes", 0, dtype="i4"),
    _col("window_pressure", "x demanded", "process", "pressure summed over the last twelve months", 0.0),
    Column("peers", "f8", "attainment", "process", "reported attainment of peer bureaus outside the model", shape=(MAX_PEERS,)),
    Column("stocks", "f8", "x normal", "people", "capability stocks per perspective", 0.0, shape=(PERSPECTIVES,)),
    Column(
        "productivity",
        "f8",
        "x normal",
        "people",
        "productivity per perspective from the strategy map",
        0.0,
        shape=(PERSPECTIVES,),
    ),
    _task("sum_true", "units", "process", "true output this month"),
    _task("sum_cadre", "units", "process", "output reported by cadres"),
    _task("sum_department", "units", "process", "output reported by departments"),
    _task("sum_branch", "units", "process", "output reported by branches"),
    _task("sum_reported", "units", "process", "output reported by the bureau"),
    _task("sum_superior", "units", "process", "output as the top of the hierarchy sees it"),
    _task("front_true", "units", "process", "true output of branch units"),
    _task("front_reported", "units", "process", "output reported by branch units"),
    _task("window_true", "units", "process", "true output over the last twelve months"),
    _task("window_cadre", "units", "process", "cadres' reports over the last twelve months"),
    _task("window_department", "units", "process", "departments' reports over the last twelve months"),
    _task("window_front_true", "units", "process", "true output of branch units over the last twelve months"),
    _task("window_front_reported", "units", "process", "branch units' reports over the last twelve months"),
    _task("window_reported", "units", "process", "bureau's reports over the last twelve months"),
    _task("window_superior", "units", "process", "what the top saw over the last twelve months"),
    _task("normal", "units", "founding", "normal monthly output", 0.0),
    _task("front_normal", "units", "founding", "normal monthly output of branch units", 0.0),
    _task("pace", "attainment", "process", "attainment of the bureau expected for the whole period"),
    _task("period_attainment", "attainment", "process", "attainment summed over this period"),
)

GROUP_COLUMNS: tuple[Column, ...] = (
    _col("first", "index", "founding", "first place in the list of members", dtype="i4"),
    _col("size", "people", "founding", "number of members", 1, dtype="i4"),
    _col("arm", "index", "founding", "a row of the table of schemes with the scheme of all members", 0, dtype="i4"),
    _col("n_top", "people", "plan", "seats of the best grade", 0, dtype="i4"),
    _col("n_second", "people", "plan", "seats of the second grade", 0, dtype="i4"),
    _col("n_bottom", "people", "plan", "seats of the worst grade", 0, dtype="i4"),
    _col("n_dismissed", "people", "plan", "dismissed at each appraisal", 0, dtype="i4"),
    _col("mean", "points", "appraise", "mean score at the last appraisal; NaN = none"),
    _col("spread", "points", "appraise", "standard deviation of scores at the last appraisal"),
    Column(
        "medal_density", "f8", "1/SD", "plan", "marginal chance of a medal by indicator row of the scheme", 0, 1, (INDICATORS,)
    ),
    Column(
        "medal_spread",
        "f8",
        "of target",
        "appraise",
        "standard deviation of what was attained where a medal was last won",
        0,
        np.inf,
        (INDICATORS,),
    ),
    Column("chance", "f8", "chance", "plan", "chance of beating each cut-off by standing", 0, 1, (CUTS, CONTEST_POINTS)),
    Column("density", "f8", "1/SD", "plan", "marginal chance of beating each cut-off by standing", 0, 1, (CUTS, CONTEST_POINTS)),
)

TASK_COLUMNS: tuple[Column, ...] = (
    _col("perspective", "index", "founding", "balanced-scorecard perspective", 0, PERSPECTIVES - 1, dtype="i4"),
    _col("is_counted", "-", "founding", "1 = some indicator points at it", 0, 1, dtype="i4"),
    _col("value", "wages/unit", "founding", "true strategic value", 0.0),
    _col("goal", "attainment", "founding", "fixed strategic goal", 0.0),
    _col("quantifiability", "share", "founding", "share that can be counted rather than judged", 0.0, 1.0),
    _col("controllability", "share", "founding", "cadre's own share of the variance of luck", 0.0, 1.0),
    _col("own_luck", "share", "founding", "weight of the cadre's own luck", 0.0, 1.0),
    _col("shared_luck", "share", "founding", "weight of the department's and of the taxpayers' luck", 0.0, 1.0),
    _col("noise", "SD", "founding", "a month's luck relative to a normal month's output", 0.0),
    _col("curvature", "-", "founding", "curvature of the effort cost", 0.0),
    _col("contact", "share", "founding", "service to taxpayers", 0.0, 1.0),
    _col("enforcement", "share", "founding", "enforcement on taxpayers", 0.0, 1.0),
    _col("growth", "share", "founding", "part of the target that is growth on last year", 0.0, 1.0),
    _col("voluntary", "share", "founding", "how far it is a favour or a civic obligation beyond one's job", 0.0, 1.0),
)

INDICATOR_COLUMNS: tuple[Column, ...] = (
    _col("task", "index", "founding", "task", 0, TASKS - 1, dtype="i4"),
    _col("unit", "level", "founding", "whose attainment counts: 0 cadre, 1 department, 2 branch, 3 bureau", 0, 3, dtype="i4"),
    _col("is_loss", "-", "founding", "1 = coded as a loss (deduction)", 0, 1, dtype="i4"),
    _col("steps", "steps", "founding", "milestones up to the standard", 1, 5, dtype="i4"),
    _col("weight", "share", "founding", "share of all points in the bureau", 0.0, 1.0),
    _col("below", "per weight", "founding", "points lost per unit below the standard", 0.0),
    _col("above", "per weight", "founding", "points earned per unit beyond the standard", 0.0),
    _col("floor", "attainment", "founding", "where deductions end"),
    _col("cap", "attainment", "founding", "where rewards end"),
    _col("notch", "per weight", "founding", "points that hang on reaching the standard", 0.0, 1.0),
    _col("medal_share", "share", "founding", "share of the peer group that wins the medal", 0.0, 1.0),
    _col("medal_points", "per weight", "founding", "points of a medal", 0.0),
    _col(
        "quantified", "share", "founding", "what the indicator adds to counting, of what its task leaves to judgement", 0.0, 1.0
    ),
    _col("counted", "share", "founding", "share of the result counted rather than judged", 0.0, 1.0),
)


def dtype_of(columns: tuple[Column, ...]) -> np.dtype:
    """The row type of a table: aligned, in declared order."""
    return np.dtype([(c.name, c.dtype, c.shape) if c.shape else (c.name, c.dtype) for c in columns], align=True)


CADRE = dtype_of(CADRE_COLUMNS)
DEPARTMENT = dtype_of(DEPARTMENT_COLUMNS)
BRANCH = dtype_of(BRANCH_COLUMNS)
BUREAU = dtype_of(BUREAU_COLUMNS)
GROUP = dtype_of(GROUP_COLUMNS)
TASK = dtype_of(TASK_COLUMNS)
INDICATOR = dtype_of(INDICATOR_COLUMNS)

TABLES: dict[str, tuple[Column, ...]] = {
    "cadres": CADRE_COLUMNS,
    "departments": DEPARTMENT_COLUMNS,
    "branches": BRANCH_COLUMNS,
    "bureaus": BUREAU_COLUMNS,
    "groups": GROUP_COLUMNS,
    "tasks": TASK_COLUMNS,
    "indicators": INDICATOR_COLUMNS,
}
