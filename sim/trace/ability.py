"""What a cadre is able to do in a month: productivity, what exhaustion takes from it, and where exhaustion comes from."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sim.rules.peers import received
from sim.rules.taxpayers import compliance_productivity
from sim.trace.case import Case, leaf, parent, plain
from sim.trace.nodes import Node, told
from sim.trace.recording import Lived, Month


def about(case: Case, month: Month, j: int | None = None) -> dict[str, Any]:
    """What the words of a month's node speak of."""
    known: dict[str, Any] = {"month": case.month_number(month.step)}
    if j is not None:
        known["task"] = case.task_name(j)
    return known


def work_waiting(lived: Lived) -> Node:
    """The work that waits in the department, over that of a normal month."""
    return leaf("workload", lived.department["workload"], argument="workload", unit="x normal", columns=("departments.workload",))


def productivity(case: Case, month: Month, j: int) -> Node:
    """Output per unit of effort: his own, what results told show, and what colleagues' help of the month before has taught."""
    return case.once(f"productivity:{j}:{month.step}", lambda: _productivity(case, month, j))


def _productivity(case: Case, month: Month, j: int) -> Node:
    alone = own_productivity(case, month, j)
    b, lived = case.behaviour, case.lived(month)
    size = int(lived.opened.departments["size"][case.d])
    teaches = b["help_teaches"] > 0.0 and size > 1 and any(case.task_of(row) == j for row in case.rows)
    if not teaches and b["feedback_shows"] <= 0.0:
        return replace(told(alone, plain(lived.made[j])), kind="productivity")  # nobody teaches: his own is all there is
    factors = [alone.as_argument("factor")]
    if b["feedback_shows"] > 0.0:
        factors.append(shown(case, month))
    if teaches:
        factors.append(taught(case, month, size))
    return parent(
        "productivity",
        "product",
        factors,
        is_=lived.made[j],
        unit="units a month of effort",
        about=about(case, month, j),
    )


def shown(case: Case, month: Month) -> Node:
    """What being told of one's results does for productivity."""
    return parent(
        "shown",
        "sim.rules.output.shown",
        [
            case.of_behaviour("feedback_shows", "showing"),
            case.of_scheme("feedback", "feedback"),
            case.of_scheme("interim_results", "interim_results"),
        ],
        argument="factor",
        unit="share",
        about=about(case, month),
    )


def taught(case: Case, month: Month, size: int) -> Node:
    """What colleagues' help of the month before has taught."""
    lived = case.lived(month)
    helped = received(float(lived.opened.departments["sum_help"][case.d]), float(lived.before["help_given"]), size)
    return parent(
        "taught",
        "sim.rules.output.taught",
        [
            case.of_behaviour("help_teaches", "teaching"),
            case.of_behaviour("usual_help", "usual_help"),
            leaf("helped_month", helped, argument="helped", unit="months", columns=("departments.sum_help",)),
        ],
        argument="factor",
        unit="share",
        about=about(case, month),
    )


def own_productivity(case: Case, month: Month, j: int) -> Node:
    """Output per unit of effort, untaught."""
    lived = case.lived(month)
    perspective = int(case.task(j)["perspective"])
    c = lived.after
    world = lived.opened
    strategic = float(world.bureaus["productivity"][int(case.department["bureau"])][perspective])
    if perspective == 0:
        compliance = float(world.branches["compliance"][int(case.department["branch"])])
        strategic *= compliance_productivity(compliance, float(case.behaviour["compliance_effect"]))
    return parent(
        "own_productivity",
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
            work_waiting(lived),
        ],
        unit="units a month of effort",
        about=about(case, month, j),
    )


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
    reward = float(c["pay"]) - float(c["replaced"]) + 0.1 * float(case.scheme["recognition"])
    branch = case.world.branches[int(case.department["branch"])]
    return parent(
        "strain",
        "sim.rules.burnout.strain",
        [
            leaf("load", c["load"], argument="load", unit="months", columns=("cadres.load",), about=about(case, month)),
            case.of_behaviour("capacity", "capacity"),
            parent(
                "felt_demand",
                "sim.rules.burnout.felt_demand",
                [work_waiting(lived)],
                argument="demand",
            ),
            leaf("overhead", case.department["overhead"], argument="overhead", unit="months", columns=("departments.overhead",)),
            case.of_scheme("watched", "watched"),
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
                    leaf("reward", reward, argument="reward", unit="wages", columns=("cadres.pay", "cadres.replaced")),
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
                    "demand_strain",
                    "overhead_strain",
                    "monitoring_strain",
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
