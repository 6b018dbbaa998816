"""How a cadre chooses his effort: what he is offered, what drives him, what it costs him (mechanisms 1, 3, 5 and 6)."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.loop.process import is_goal, thinks_anew
from sim.population.columns import OWN_TASKS
from sim.rules.effort import all_offered, best_efforts, cost_level, empty_desk
from sim.rules.motivation import chance_short
from sim.rules.responsibility import CADRE_LEVEL
from sim.rules.targets import ordinary_target
from sim.trace.ability import about, exhaustion, productivity, work_waiting
from sim.trace.case import Case, leaf, parent, plain
from sim.trace.nodes import SEARCHES, Node, told
from sim.trace.planning import worth_of_point
from sim.trace.recording import Lived, Month


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
    if not thinks_anew(month.opened, month.step, case.d, case.i):
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
    """What a unit of effort is worth without points: the work itself, a flat guess, goals made one's own, the lure of a medal."""
    lived = case.lived(month)
    work = worth_of_work(case, month, j)
    parts = [work.as_argument("term")]
    guessed = (1.0 - float(lived.before["understanding"])) * float(lived.before["guess"])
    if guessed:
        parts.append(leaf("guess", guessed, argument="term", unit="wages", columns=("cadres.guess", "cadres.understanding")))
    rows = [row for row in case.rows if case.task_of(row) == j]
    if case.behaviour["goal_commitment"] > 0.0:
        parts += [goal(case, month, row, rows, work) for row in rows if is_goal(case.indicator(row))]
    if any(case.indicator(row)["medal_points"] > 0.0 for row in rows):
        rest = float(lived.drives[j]) - sum(float(part.value or 0.0) for part in parts)
        parts.append(leaf("medal_lure", rest, argument="term", unit="wages", columns=("groups.medal_density",)))
    return parent("drive", "sum", parts, is_=lived.drives[j], unit="wages", about=about(case, month, j))


def worth_of_work(case: Case, month: Month, j: int) -> Node:
    """What a unit of effort is worth for the work's own sake: duty, as fairly as he is treated, and own drive."""
    scheme, c = case.scheme, case.lived(month).before
    own = parent(
        "own_drive",
        "sim.rules.motivation.own_drive",
        [
            case.of_behaviour("drive", "drive"),
            leaf("psm", c["psm"], argument="psm", unit="x normal", columns=("cadres.psm",)),
            leaf("motivation", c["motivation"], argument="motivation", unit="x normal", columns=("cadres.motivation",)),
            case.of_task(j, "value", "value"),
            leaf(
                "clarity", max(float(scheme["mission"]), float(scheme["strategy_map"])), argument="mission_clarity", unit="share"
            ),
        ],
        argument="factor",
        unit="wages a unit",
    )
    bound = parent(
        "duty_on",
        "sim.rules.output.duty_on",
        [
            unpriced_duty(case, month, j).as_argument("duty"),
            case.of_task(j, "value", "value"),
            case.of_behaviour("useless_duty", "useless_duty"),
        ],
        argument="term",
        unit="wages",
    )
    drawn = parent("drawn", "product", [own, productivity(case, month, j).as_argument("factor")], argument="term", unit="wages")
    return parent("worth_of_work", "sum", [bound, drawn], unit="wages", about=about(case, month, j))


def unpriced_duty(case: Case, month: Month, j: int) -> Node:
    """Duty on the task: on voluntary work what is left of it once money has entered; on a job all of it."""
    felt = duty(case, month)
    if case.task(j)["voluntary"] <= 0.0:
        return felt
    exchange = case.lived(month).department["exchange"][j]
    return parent(
        "duty_priced",
        "sim.rules.output.duty_priced",
        [
            felt.as_argument("duty"),
            case.of_behaviour("priced_duty", "priced_duty"),
            case.of_task(j, "voluntary", "voluntary"),
            leaf("exchange", exchange, argument="exchange", unit="share", columns=("departments.exchange",)),
        ],
        unit="wages",
        about=about(case, month, j),
    )


def duty(case: Case, month: Month) -> Node:
    """Duty this month: with demand at the counter, and as fairly as he feels treated."""
    return case.once(f"duty:{month.step}", lambda: _duty(case, month))


def _duty(case: Case, month: Month) -> Node:
    lived = case.lived(month)
    felt = parent(
        "felt_duty",
        "sim.rules.output.felt_duty",
        [case.of_behaviour("duty", "duty"), case.of_behaviour("demand_pull", "demand_pull"), work_waiting(lived)],
        argument="duty",
        unit="wages",
    )
    treated = parent(
        "treated",
        "mean",
        [
            leaf(name, lived.before[name], argument="term", unit="share", columns=(f"cadres.{name}",))
            for name in ("justice_distributive", "justice_procedural")
        ],
        argument="justice",
        unit="share",
    )
    return parent(
        "duty",
        "sim.rules.output.duty_under",
        [felt, case.of_behaviour("fair_dealing", "fair_dealing"), treated, case.of_behaviour("justice_start", "expected")],
        unit="wages",
        about=about(case, month),
    )


def goal(case: Case, month: Month, row: int, rows: list[int], work: Node) -> Node:
    """What the standard of one indicator adds to the drive, where it asks for more than a normal month brings."""
    lived, j = case.lived(month), case.task_of(row)
    weights = case.department["offer_weight"]
    result = float(lived.made[j]) * float(lived.before["effort"][j]) / float(case.department["share"][j])
    noise = float(case.task(j)["noise"])
    workload = float(case.world.branches["workload"][int(case.department["branch"])])
    ordinary = ordinary_target(float(case.scheme["job_coefficients"]), workload)
    short = {
        "missing": ("short_of_goal", chance_short(result, float(lived.before["target"][j]), noise)),
        "missing_ordinary": ("short_of_ordinary", chance_short(result, ordinary, noise)),
    }
    pull = parent(
        "goal_pull",
        "sim.rules.motivation.goal_pull",
        [
            case.of_behaviour("goal_commitment", "commitment"),
            leaf("loss_aversion", lived.before["loss_aversion"], argument="loss_aversion", columns=("cadres.loss_aversion",)),
            work.as_argument("worth"),
            *(
                leaf(kind, float(chance), argument=argument, unit="share", about=about(case, month, j))
                for kind, (argument, chance) in short.items()
            ),
        ],
        argument="factor",
        unit="wages",
    )
    part = leaf(
        "weight",
        float(weights[row]) / float(sum(weights[other] for other in rows)),
        argument="factor",
        unit="share",
        columns=("departments.offer_weight",),
    )
    return parent("goal", "product", [pull, part], argument="term", unit="wages", about={"indicator": case.indicator_name(row)})


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


def is_fresh(case: Case, lived: Lived) -> bool:
    """Whether a period, a scheme or the place was new to him."""
    scheme = case.scheme
    return bool(lived.step % int(scheme["interval"]) == 0 or lived.step == scheme["start"] or lived.before["load_price"] < 0.0)


def worth_of_effort(case: Case, month: Month, row: int, at: float) -> Node:
    """What one more unit of effort is worth to him through one indicator, at his plan; and what he bases that on."""
    lived = case.lived(month)
    offer, c = lived.weighed[row], lived.after
    of_unit = int(case.indicator(row)["unit"]) != CADRE_LEVEL
    gain, loss = ("gain_of_unit", "loss_of_unit") if of_unit else ("gain", "loss")
    worth = worth_of_point(case, of_unit) or (
        leaf("gain", c[gain], unit="wages a point", columns=(f"cadres.{gain}",)),
        leaf("loss", c[loss], unit="wages a point", columns=(f"cadres.{loss}",)),
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
