"""From a month's report down to effort, incentives, fatigue and draws (link 2 of one cadre)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sim.loop.calendar import is_period_start, period_length, steps_left  # noqa: F401
from sim.population.columns import OWN_TASKS
from sim.population.draws import Purpose
from sim.rules.effort import all_offered, best_efforts, cost_level, empty_desk, reconsiders
from sim.rules.motivation import goal_pull
from sim.rules.numbers import chance_above
from sim.rules.peers import received
from sim.trace.case import Case, leaf, parent, plain
from sim.trace.nodes import SEARCHES, Draw, Node, told
from sim.trace.planning import worth_of_point
from sim.trace.recording import Lived, Month


def reported_in(case: Case, month: Month, j: int) -> Node:
    """What he reported on a task in a month: what he made, and what he made up unless an audit found it."""
    lived = case.lived(month)
    is_ = lived.after["period_reported"][j] - lived.before["period_reported"][j]
    return parent(
        "reported",
        "sum",
        [output(case, month, j).as_argument("term"), made_up(case, month, j).as_argument("term")],
        is_=is_,
        unit="units",
        columns=("cadres.period_reported",),
        about=about(case, month, j),
    )


def about(case: Case, month: Month, j: int | None = None) -> dict[str, Any]:
    """What the words of a month's node speak of."""
    known: dict[str, Any] = {"month": case.month_number(month.step)}
    if j is not None:
        known["task"] = case.task_name(j)
    return known


# --- true output --------------------------------------------------------------------------------------------------------


def output(case: Case, month: Month, j: int) -> Node:
    """True output: productivity times effort, help less sabotage, and luck."""
    lived = case.lived(month)
    children = [
        parent(
            "worked",
            "product",
            [
                productivity(case, month, j).as_argument("factor"),
                effort(case, month, j).as_argument("factor"),
                *time_at_work(case, month),
            ],
            argument="term",
            unit="units",
            about=about(case, month, j),
        ),
        *from_colleagues(case, month, j),
        luck(case, month, j),
    ]
    return parent(
        "output",
        "sum",
        children,
        is_=lived.after["output"][j],
        unit="units",
        columns=("cadres.output",),
        about=about(case, month, j),
    )


def time_at_work(case: Case, month: Month) -> list[Node]:
    """What illness left of the month; nothing to tell where nobody is ever ill."""
    b = case.behaviour
    if b["illness_chance"] <= 0.0:
        return []
    lot = case.lots(Purpose.CHANCES, month.step)[3]
    return [
        parent(
            "time_at_work",
            "sim.rules.output.time_at_work",
            [
                leaf(
                    "draw",
                    lot,
                    argument="lot",
                    draws=(Draw("illness", month.step + 1, lot, "uniform"),),
                    about={"purpose": "illness"},
                ),
                case.of_behaviour("illness_chance", "illness_chance"),
                case.of_behaviour("illness_share", "illness_share"),
            ],
            argument="factor",
            unit="share",
            about=about(case, month),
        )
    ]


def from_colleagues(case: Case, month: Month, j: int) -> list[Node]:
    """Help received and sabotage suffered, both of the month before, as far as they touch the task."""
    lived = case.lived(month)
    before = lived.opened.departments[case.d]
    size = int(before["size"])
    helped = received(float(before["sum_help"]), float(lived.before["help_given"]), size)
    harmed = received(float(before["sum_sabotage"]), float(lived.before["sabotage_done"]), size)
    share = leaf(
        "share",
        case.department["share"][j],
        argument="factor",
        unit="share",
        columns=("departments.share",),
        about={"task": case.task_name(j)},
    )
    nodes = []
    for kind, value in (("helped", helped), ("harmed", -harmed)):
        if value:
            felt = leaf(
                kind + "_month",
                value,
                argument="factor",
                unit="months",
                columns=(f"departments.sum_{'help' if kind == 'helped' else 'sabotage'}",),
            )
            nodes.append(parent(kind, "product", [share, felt], argument="term", unit="units", about=about(case, month, j)))
    return nodes


def luck(case: Case, month: Month, j: int) -> Node:
    """The month's luck on the task: his own, the department's and the taxpayers' side."""
    lived = case.lived(month)
    own = case.luck(Purpose.WORK, month.step, j // 4)[j % 4]
    department = float(lived.department["luck"][j])
    taxpayers = float(lived.opened.branches["luck"][int(case.department["branch"])][int(case.department["task"][j])])
    step = month.step + 1
    return parent(
        "luck",
        "sim.rules.output.luck_on_task",
        [
            case.of_task(j, "noise", "noise"),
            leaf("share", case.department["share"][j], argument="share", unit="share", about={"task": case.task_name(j)}),
            case.of_task(j, "own_luck", "own_weight"),
            case.of_task(j, "shared_luck", "shared_weight"),
            leaf("draw", own, argument="own", unit="SD", draws=(Draw("work", step, own),), about={"purpose": "work"}),
            leaf(
                "draw",
                department,
                argument="department",
                unit="SD",
                draws=(Draw("department", step, department),),
                columns=("departments.luck",),
                about={"purpose": "department"},
            ),
            leaf(
                "draw",
                taxpayers,
                argument="taxpayers",
                unit="SD",
                draws=(Draw("taxpayers", step, taxpayers, "persistent normal"),),
                columns=("branches.luck",),
                about={"purpose": "taxpayers"},
            ),
        ],
        argument="term",
        unit="units",
        about=about(case, month, j),
    )


def productivity(case: Case, month: Month, j: int) -> Node:
    """Output per unit of effort: his own, and what colleagues' help of the month before has taught him."""
    lived = case.lived(month)
    before = lived.opened.departments[case.d]
    more: dict[str, Any] = {"unit": "units a month of effort", "about": about(case, month, j)}
    if case.behaviour["help_teaches"] <= 0.0 or before["size"] <= 1:
        return productivity_alone(case, month, j, is_=lived.made[j], **more)
    helped = received(float(before["sum_help"]), float(lived.before["help_given"]), int(before["size"]))
    learned = parent(
        "taught",
        "sim.rules.output.taught",
        [
            case.of_behaviour("help_teaches", "teaching"),
            case.of_behaviour("usual_help", "usual_help"),
            leaf("helped_month", helped, argument="helped", unit="months", columns=("departments.sum_help",)),
        ],
        argument="factor",
        unit="ratio",
        about=about(case, month),
    )
    alone = productivity_alone(case, month, j, **more).as_argument("factor")
    return parent("productivity", "product", [learned, alone], is_=lived.made[j], **more)


def productivity_alone(case: Case, month: Month, j: int, **more: Any) -> Node:
    """Output per unit of effort, what colleagues taught apart."""
    lived = case.lived(month)
    perspective = int(case.task(j)["perspective"])
    c = lived.after
    world = lived.opened
    strategic = float(world.bureaus["productivity"][int(case.department["bureau"])][perspective])
    if perspective == 0:
        from sim.rules.taxpayers import compliance_productivity

        compliance = float(world.branches["compliance"][int(case.department["branch"])])
        strategic *= compliance_productivity(compliance, float(case.behaviour["compliance_effect"]))
    return parent(
        "productivity_alone" if "is_" not in more else "productivity",
        "sim.rules.output.productivity",
        [
            leaf("ability", c["ability"], argument="ability", unit="x normal", columns=("cadres.ability",)),
            leaf(
                "capability", c["capability"][perspective], argument="capability", unit="x normal", columns=("cadres.capability",)
            ),
            leaf(
                "strategic",
                strategic,
                argument="strategic_productivity",
                unit="x normal",
                columns=("bureaus.productivity", "branches.compliance") if perspective == 0 else ("bureaus.productivity",),
            ),
            fatigue(case, month).as_argument("fatigue"),
            leaf(
                "workload", lived.department["workload"], argument="workload", unit="x normal", columns=("departments.workload",)
            ),
        ],
        **more,
    )


# --- fatigue and burnout ------------------------------------------------------------------------------------------------


def fatigue(case: Case, month: Month) -> Node:
    """Productivity lost to exhaustion."""
    return case.once(
        f"fatigue:{month.step}",
        lambda: parent(
            "fatigue",
            "sim.rules.output.fatigue",
            [
                case.of_behaviour("fatigue", "fatigue_at_full"),
                exhaustion(case, month).as_argument("exhaustion"),
            ],
            is_=case.lived(month).after["fatigue"],
            unit="share",
            columns=("cadres.fatigue",),
            about=about(case, month),
        ),
    )


def exhaustion(case: Case, month: Month) -> Node:
    """Exhaustion at the start of a month: what the month before has made of it."""
    return case.once(f"exhaustion:{month.step}", lambda: _exhaustion(case, month))


def _exhaustion(case: Case, month: Month) -> Node:
    value = case.lived(month).before["exhaustion"]
    earlier = [m for m in case.own_months if m.step == month.step - 1]
    more: dict[str, Any] = {"unit": "MBI", "columns": ("cadres.exhaustion",), "about": about(case, month)}
    if not earlier:
        return leaf("exhaustion", value, **more)
    before = case.lived(earlier[0])
    return parent(
        "exhaustion",
        "sim.rules.burnout.next_exhaustion",
        [
            exhaustion(case, earlier[0]).as_argument("exhaustion"),
            case.of_behaviour("exhaustion_base", "base"),
            strain(case, earlier[0]).as_argument("strain"),
            leaf("resilience", before.after["resilience"], argument="resilience", columns=("cadres.resilience",)),
            case.of_behaviour("burnout_rate", "rate"),
        ],
        is_=value,
        **more,
    )


def strain(case: Case, month: Month) -> Node:
    """Strain of a month: demands less resources."""
    lived = case.lived(month)
    c = lived.after
    reward = float(c["pay"]) + 0.1 * float(case.scheme["recognition"])
    branch = case.world.branches[int(case.department["branch"])]
    return parent(
        "strain",
        "sim.rules.burnout.strain",
        [
            leaf("load", c["load"], argument="load", unit="months", columns=("cadres.load",), about=about(case, month)),
            case.of_behaviour("capacity", "capacity"),
            leaf("overhead", case.department["overhead"], argument="overhead", unit="months", columns=("departments.overhead",)),
            leaf("threat", c["threat"], argument="threat", unit="wages", columns=("cadres.threat",)),
            parent(
                "role_conflict",
                "sim.rules.responsibility.role_conflict",
                [
                    case.of_scheme("joint_responsibility", "joint_share"),
                    case.of_scheme("pass_through", "pass_through"),
                    leaf("is_office", case.department["is_office"], argument="is_office"),
                    case.of_scheme("clear_posts", "clear_posts"),
                ],
                argument="role_conflict",
            ),
            parent(
                "imbalance",
                "sim.rules.burnout.effort_reward_imbalance",
                [
                    leaf("load", c["load"], argument="load", unit="months", about=about(case, month)),
                    leaf("reward", reward, argument="reward", unit="wages", columns=("cadres.pay",)),
                    leaf("motivation", c["motivation"], argument="motivation", unit="x normal", columns=("cadres.motivation",)),
                ],
                argument="imbalance",
            ),
            parent(
                "resources",
                "sim.rules.burnout.resources_at_work",
                [
                    *(case.of_scheme(name, name) for name in ("care", "coaching", "feedback", "autonomy")),
                    leaf(
                        "branch_resources",
                        branch["resources"],
                        argument="branch_resources",
                        unit="share",
                        columns=("branches.resources",),
                    ),
                ],
                argument="resources",
            ),
            *(
                case.of_behaviour(name, name)
                for name in (
                    "load_strain",
                    "overhead_strain",
                    "threat_strain",
                    "role_conflict_strain",
                    "imbalance_strain",
                    "resource_relief",
                )
            ),
        ],
        unit="logit",
        about=about(case, month),
    )


# --- effort -------------------------------------------------------------------------------------------------------------


def effort(case: Case, month: Month, j: int) -> Node:
    """Effort on the task: a share of the way from last month's to the plan."""
    lived = case.lived(month)
    return parent(
        "effort",
        "sim.rules.effort.next_effort",
        [
            leaf(
                "effort_before",
                lived.before["effort"][j],
                argument="effort",
                unit="months",
                columns=("cadres.effort",),
                about=about(case, month, j),
            ),
            planned(case, month, j).as_argument("best"),
            case.of_behaviour("adjustment", "adjustment"),
        ],
        is_=lived.after["effort"][j],
        unit="months",
        columns=("cadres.effort",),
        about=about(case, month, j),
    )


def planned(case: Case, month: Month, j: int) -> Node:
    """The plan for the task: the best response to what is offered, where he reconsiders this month; else the last plan."""
    lived = case.lived(month)
    value = lived.after["planned"][j]
    more: dict[str, Any] = {"unit": "months", "columns": ("cadres.planned",), "about": about(case, month, j)}
    if not thinks_anew(case, month):
        return leaf("plan_kept", value, **more)
    state = Plan(case, lived, j)
    kappa = float(
        cost_level(float(case.behaviour["cost"]), float(case.behaviour["exhaustion_cost"]), float(lived.before["exhaustion"]))
    )
    children = [
        *(worth_of_effort(case, month, row, float(value)) for row in case.rows if case.task_of(row) == j),
        drive(case, month, j),
        parent(
            "marginal_cost",
            "sim.rules.effort.marginal_cost",
            [
                leaf("plan_kept", value, argument="effort", unit="months", about=about(case, month, j)),
                leaf("share", case.department["share"][j], argument="share", unit="share", about={"task": case.task_name(j)}),
                cost_of_work(case, month, kappa),
                case.of_behaviour("substitution", "substitution"),
                leaf("curvature", lived.curvatures[j], argument="curvature"),
            ],
            unit="wages",
            about=about(case, month, j),
        ),
        leaf("load_price", lived.after["load_price"], unit="wages", columns=("cadres.load_price",), about=about(case, month)),
    ]
    node = Node("planned", plain(value), how="sim.rules.effort.best_efforts", children=tuple(children), state=state, **more)
    return told(node, float(value))


def drive(case: Case, month: Month, j: int) -> Node:
    """What a unit of effort is worth without any indicator: duty, own drive, a flat guess, the lure of a medal."""
    lived, scheme, c = case.lived(month), case.scheme, case.lived(month).after
    felt = parent(
        "felt_duty",
        "sim.rules.output.felt_duty",
        [
            case.of_behaviour("duty", "duty"),
            case.of_behaviour("demand_pull", "demand_pull"),
            leaf(
                "workload", lived.department["workload"], argument="workload", unit="x normal", columns=("departments.workload",)
            ),
        ],
        unit="wages",
    )
    facets = ("justice_distributive", "justice_procedural")
    fair = parent(
        "fair_duty",
        "sim.rules.output.duty_under",
        [
            felt.as_argument("duty"),
            case.of_behaviour("fair_dealing", "fair_dealing"),
            leaf("justice", 0.5 * sum(float(lived.before[facet]) for facet in facets), argument="justice", unit="share",
                 columns=tuple(f"cadres.{facet}" for facet in facets)),
            case.of_behaviour("justice_start", "expected"),
        ],
        unit="wages",
    )  # fmt: skip
    duty = parent(
        "duty",
        "sim.rules.output.duty_on",
        [
            fair.as_argument("duty"),
            case.of_task(j, "value", "value"),
            case.of_behaviour("useless_duty", "useless_duty"),
        ],
        argument="term",
        unit="wages",
    )
    own = parent(
        "own_drive",
        "sim.rules.motivation.own_drive",
        [
            case.of_behaviour("drive", "drive"),
            leaf("psm", c["psm"], argument="psm", unit="x normal", columns=("cadres.psm",)),
            leaf(
                "motivation", lived.before["motivation"], argument="motivation", unit="x normal", columns=("cadres.motivation",)
            ),
            case.of_task(j, "value", "value"),
            leaf(
                "clarity", max(float(scheme["mission"]), float(scheme["strategy_map"])), argument="mission_clarity", unit="share"
            ),
        ],
        argument="factor",
        unit="wages a unit",
    )
    parts = [
        duty,
        parent("drawn", "product", [own, productivity(case, month, j).as_argument("factor")], argument="term", unit="wages"),
    ]
    guessed = (1.0 - float(lived.before["understanding"])) * float(lived.before["guess"])
    if guessed:
        parts.append(leaf("guess", guessed, argument="term", unit="wages", columns=("cadres.guess", "cadres.understanding")))
    pulled = goal_pulled(case, month, j, sum(float(part.value or 0.0) for part in parts[:2]))
    if pulled:
        parts.append(leaf("goal_lure", pulled, argument="term", unit="wages", columns=("cadres.target", "cadres.loss_aversion")))
    if any(case.indicator(row)["medal_points"] > 0.0 for row in case.rows if case.task_of(row) == j):
        rest = float(lived.drives[j]) - sum(float(part.value or 0.0) for part in parts)
        parts.append(leaf("medal_lure", rest, argument="term", unit="wages", columns=("groups.medal_density",)))
    return parent("drive", "sum", parts, is_=lived.drives[j], unit="wages", about=about(case, month, j))


def goal_pulled(case: Case, month: Month, j: int, work: float) -> float:
    """What standards that are deducted from add to the drive on a task, by the rule; `work`: what it is worth in itself."""
    lived, commitment = case.lived(month), float(case.behaviour["goal_commitment"])
    rows = [row for row in case.rows if case.task_of(row) == j]
    weights = {row: float(case.department["offer_weight"][row]) for row in rows}
    held = [row for row in rows if case.indicator(row)["is_loss"]]
    if commitment <= 0.0 or not held or sum(weights.values()) <= 0.0:
        return 0.0
    target = float(lived.before["target"][j])
    attained = float(lived.made[j]) * float(lived.before["effort"][j]) / (float(case.department["share"][j]) * target)
    missing = 1.0 - chance_above(attained - 1.0, float(case.task(j)["noise"]) / target)
    pull = goal_pull(commitment, float(lived.after["loss_aversion"]), work, missing)
    return sum(weights[row] for row in held) / sum(weights.values()) * pull


def cost_of_work(case: Case, month: Month, kappa: float) -> Node:
    """How dear work is to him this month."""
    return case.once(
        f"kappa:{month.step}",
        lambda: parent(
            "cost_level",
            "sim.rules.effort.cost_level",
            [
                case.of_behaviour("cost", "kappa"),
                case.of_behaviour("exhaustion_cost", "exhaustion_cost"),
                exhaustion(case, month).as_argument("exhaustion"),
            ],
            is_=kappa,
            unit="wages",
            about=about(case, month),
        ),
    ).as_argument("kappa")


def thinks_anew(case: Case, month: Month) -> bool:
    """Whether he made a new plan of work this month."""
    lived, scheme = case.lived(month), case.scheme
    fresh = month.step % int(scheme["interval"]) == 0 or month.step == scheme["start"] or lived.before["load_price"] < 0.0
    return bool(fresh or reconsiders(month.step, int(lived.before["position"]), float(case.behaviour["planning_interval"])))


def is_fresh(case: Case, lived: Lived) -> bool:
    """Whether a period, a scheme or the place was new to him."""
    scheme = case.scheme
    return bool(lived.step % int(scheme["interval"]) == 0 or lived.step == scheme["start"] or lived.before["load_price"] < 0.0)


class Plan:
    """What a search for the best efforts started from, for one task of the answer."""

    def __init__(self, case: Case, lived: Lived, j: int) -> None:
        self.case, self.lived, self.j = case, lived, j

    def solve(self) -> float:
        """The search once more, by the rule itself."""
        case, lived, b = self.case, self.lived, self.case.behaviour
        desk = empty_desk(OWN_TASKS)
        rows, tasks = len(case.rows), len(case.tasks)
        desk.offers[:rows] = lived.weighed
        desk.drives[:tasks], desk.curvatures[:tasks], desk.made[:tasks] = lived.drives, lived.curvatures, lived.made
        desk.shares[:tasks], desk.efforts[:tasks] = case.department["share"][:tasks], lived.start
        kappa = cost_level(float(b["cost"]), float(b["exhaustion_cost"]), float(lived.before["exhaustion"]))
        c = lived.after
        besides = float(case.department["overhead"]) + float(c["help_given"]) + float(c["sabotage_done"])
        best_efforts(
            desk,
            tasks,
            rows,
            kappa,
            float(b["substitution"]),
            float(case.department["curvature"]),
            float(c["risk_aversion"]),
            besides,
            float(lived.before["load_price"]),
            is_fresh(case, lived),
        )
        return float(desk.efforts[self.j])


class Worth:
    """What offers make a unit of effort worth, at an effort."""

    def __init__(self, offers: np.ndarray, rows: range, effort: float, risk: float, per: float = 1.0) -> None:
        self.offers, self.rows, self.effort, self.risk, self.per = offers, rows, effort, risk, per

    def solve(self) -> float:
        """Through the rule itself."""
        if not len(self.rows):
            return 0.0
        return float(all_offered(self.offers, self.rows.start, self.rows.stop, self.effort, self.risk)[0]) / self.per


SEARCHES["sim.rules.effort.best_efforts"] = lambda state: state.solve()
SEARCHES["sim.rules.effort.all_offered"] = lambda state: state.solve()


def worth_of_effort(case: Case, month: Month, row: int, at: float) -> Node:
    """What one more unit of effort is worth to him through one indicator, at his plan; and what he bases that on."""
    lived = case.lived(month)
    offer, c = lived.weighed[row], lived.after
    worth = worth_of_point(case) or (
        leaf("gain", c["gain"], unit="wages a point", columns=("cadres.gain",)),
        leaf("loss", c["loss"], unit="wages a point", columns=("cadres.loss",)),
    )
    state = Worth(lived.weighed, range(row, row + 1), at, float(c["risk_aversion"]))
    children = [
        leaf("understanding", c["understanding"], unit="share", columns=("cadres.understanding",), about=about(case, month)),
        *worth,
        leaf("reached", offer["reached"], unit="attainment"),
        leaf("reach", offer["reach"], unit="attainment a month of effort"),
        leaf("luck_ahead", offer["luck"], unit="SD"),
    ]
    if offer["below"]:
        children.append(leaf("worth_below", offer["below"], unit="wages"))
    if offer["above"]:
        children.append(leaf("worth_above", offer["above"], unit="wages"))
    if offer["notch"]:
        children.append(leaf("worth_notch", offer["notch"], unit="wages"))
    j = case.task_of(row)
    return Node(
        "worth_of_effort",
        state.solve(),
        "wages",
        "sim.rules.effort.all_offered",
        tuple(children),
        state=state,
        about={**about(case, month, j), "indicator": case.indicator_name(row)},
    )


# --- gaming -------------------------------------------------------------------------------------------------------------


def made_up(case: Case, month: Month, j: int) -> Node:
    """What he reported beyond what he made: nothing is left of it where it was found."""
    falsified = falsification(case, month, j)
    if case.scheme["detection"] <= 0.0:
        return falsified
    lot = case.lots(Purpose.CHANCES, month.step)[1]
    kept = 0.0 if lot < case.scheme["detection"] else 1.0
    return parent(
        "falsified_kept",
        "product",
        [
            falsified.as_argument("factor"),
            leaf(
                "not_found",
                kept,
                argument="factor",
                draws=(Draw("audit", month.step + 1, lot, "uniform"),),
                about={**about(case, month), "chance": plain(case.scheme["detection"])},
            ),
        ],
        unit="units",
        about=about(case, month, j),
    )


def falsification(case: Case, month: Month, j: int) -> Node:
    """What he made up on the task."""
    lived = case.lived(month)
    rows = [row for row in case.rows if case.task_of(row) == j]
    span = range(rows[0], rows[-1] + 1) if rows else range(0)
    made = float(lived.made[j])
    state = Worth(lived.settled, span, float(lived.after["effort"][j]), 0.0, made if made > 0.0 else math.inf)
    worth = Node(
        "worth_of_report",
        state.solve(),
        "wages",
        "sim.rules.effort.all_offered",
        argument="slope",
        state=state,
        about=about(case, month, j),
    )
    believed = lived.before["detection_perceived"] if case.behaviour["detection_learning"] > 0.0 else case.scheme["detection"]
    return parent(
        "falsified",
        "sim.rules.gaming.falsification",
        [
            perceived(case, month, j, worth) if rows else worth,
            case.of_scheme("captured", "captured"),
            leaf("detection_believed", believed, argument="detection", unit="share", columns=("cadres.detection_perceived",)),
            case.of_scheme("audit_penalty", "penalty"),
            honesty(case, month).as_argument("honesty"),
            case.of_behaviour("falsification_cost", "cost"),
            leaf("share", case.department["share"][j], argument="share", unit="share", about={"task": case.task_name(j)}),
        ],
        is_=lived.after["falsified"][j],
        unit="units",
        columns=("cadres.falsified",),
        about=about(case, month, j),
    )


def perceived(case: Case, month: Month, j: int, worth: Node) -> Node:
    """The worth of a reported unit as he perceives it: what he does not understand he guesses at."""
    lived = case.lived(month)
    before = lived.before
    return parent(
        "perceived_worth",
        "sim.rules.gaming.perceived_slope",
        [
            worth,
            leaf("understanding", before["understanding"], argument="understanding", columns=("cadres.understanding",)),
            leaf("guess", before["guess"], argument="guess", unit="wages", columns=("cadres.guess",)),
            productivity(case, month, j).as_argument("made"),
        ],
        argument="slope",
        unit="wages",
        about=about(case, month, j),
    )  # fmt: skip


def honesty(case: Case, month: Month) -> Node:
    """What a falsified unit costs his conscience, worn down by the department's norm."""
    norm = case.lived(month).opened.departments["norm"][case.d]
    return case.once(
        f"honesty:{month.step}",
        lambda: parent(
            "felt_honesty",
            "sim.rules.gaming.felt_honesty",
            [
                leaf(
                    "honesty",
                    case.lived(month).after["honesty"],
                    argument="honesty",
                    unit="wages a unit",
                    columns=("cadres.honesty",),
                ),
                case.of_behaviour("norm_influence", "norm_influence"),
                leaf("norm", norm, argument="norm", unit="share", columns=("departments.norm",)),
            ],
            unit="wages a unit",
            about=about(case, month),
        ),
    )
