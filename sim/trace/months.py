"""From a month's report down to output, luck and what was made up (link 2 of one cadre)."""

from __future__ import annotations

import math

from sim.loop.process import made_up_at_lines
from sim.population.draws import Purpose
from sim.rules.peers import received
from sim.trace.ability import about, exhaustion, productivity
from sim.trace.case import Case, leaf, parent, plain
from sim.trace.choosing import Worth, effort
from sim.trace.nodes import Draw, Node, told
from sim.trace.recording import Month


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
                *present(case, month),
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


def present(case: Case, month: Month) -> list[Node]:
    """The share of the month that illness left him, where anybody is ever ill."""
    b = case.behaviour
    if b["illness_chance"] <= 0.0:
        return []
    lot = case.lots(Purpose.CHANCES, month.step)[3]
    node = case.once(
        f"present:{month.step}",
        lambda: parent(
            "present",
            "sim.rules.output.time_at_work",
            [
                leaf("illness_lot", lot, argument="lot", draws=(Draw("illness", month.step + 1, lot, "uniform"),)),
                parent(
                    "chance_of_illness",
                    "sim.rules.output.chance_of_illness",
                    [
                        case.of_behaviour("illness_chance", "chance"),
                        case.of_behaviour("illness_of_exhaustion", "of_exhaustion"),
                        exhaustion(case, month).as_argument("exhaustion"),
                    ],
                    argument="illness_chance",
                    unit="chance",
                    about=about(case, month),
                ),
                case.of_behaviour("illness_share", "illness_share"),
            ],
            is_=case.lived(month).after["present"],
            unit="share",
            columns=("cadres.present",),
            about=about(case, month),
        ),
    )
    return [node.as_argument("factor")]


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


def made_up(case: Case, month: Month, j: int) -> Node:
    """What he reported beyond what he made: nothing is left of it where it was found."""
    falsified = falsified_in(case, month, j)
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
                children=(detection(case),),
            ),
        ],
        unit="units",
        about=about(case, month, j),
    )


def falsified_in(case: Case, month: Month, j: int) -> Node:
    """What he made up on the task in a month: by the unit and, before an appraisal, to reach bright lines."""
    by_the_unit = falsification(case, month, j)
    lines = bright_lines(case, j, by_the_unit) if month.step == case.step else []
    is_ = case.lived(month).after["falsified"][j]
    if not lines:
        return told(by_the_unit, plain(is_))
    return parent(
        "falsified",
        "sum",
        [by_the_unit.as_argument("term"), *lines],
        is_=is_,
        unit="units",
        columns=("cadres.falsified",),
        about=about(case, month, j),
    )


def bright_lines(case: Case, j: int, by_the_unit: Node) -> list[Node]:
    """What he added to the last report of the period on a task to reach a bright line, for every indicator where he did."""
    month = case.year.due
    lived, conscience = case.lived(month), honesty(case, month).value
    reported = float(lived.before["period_reported"][j] + lived.after["output"][j] + by_the_unit.value)
    believed = detection_believed(case, month)
    nodes: list[Node] = []
    if case.behaviour["falsification_cost"] <= 0.0:
        return nodes
    for row in (row for row in case.rows if case.task_of(row) == j):
        added, _ = made_up_at_lines(case.world, case.step, case.i, row, row + 1, reported, believed, conscience)
        reported += added
        if added:
            told_of = {"indicator": case.indicator_name(row), "task": case.task_name(j)}
            nodes.append(leaf("bright_line", added, argument="term", unit="units", columns=("cadres.falsified",), about=told_of))
    return nodes


def detection(case: Case) -> Node:
    """The chance that what is made up is found in a month: by audits, as far as they see through it, or on site."""
    return case.once(
        "detection",
        lambda: parent(
            "detection",
            "sim.rules.gaming.detection_chance",
            [
                case.of_scheme("audit_rate", "audit_rate"),
                case.of_behaviour("audit_detection", "audit_detection"),
                case.of_scheme("on_site", "on_site"),
                case.of_behaviour("on_site_detection", "on_site_detection"),
            ],
            is_=case.scheme["detection"],
            unit="share",
        ),
    )


def worth_of_report(case: Case, month: Month, j: int) -> Node:
    """What one more reported unit seems to be worth: as far as he understands the scheme, and guessed at for the rest."""
    lived = case.lived(month)
    rows = [row for row in case.rows if case.task_of(row) == j]
    span = range(rows[0], rows[-1] + 1) if rows else range(0)
    made = float(lived.made[j])
    state = Worth(lived.settled, span, float(lived.after["effort"][j]), 0.0, made if made > 0.0 else math.inf)
    true = Node(
        "worth_of_unit", state.solve(), "wages", "sim.rules.effort.all_offered", state=state, about=about(case, month, j),
        argument="slope",
    )  # fmt: skip
    if not rows:
        return Node(**{**vars(true), "kind": "worth_of_report"})
    return parent(
        "worth_of_report",
        "sim.rules.gaming.perceived_slope",
        [
            true,
            leaf(
                "understanding",
                lived.before["understanding"],
                argument="understanding",
                unit="share",
                columns=("cadres.understanding",),
                about=about(case, month),
            ),
            leaf("guess", lived.before["guess"], argument="guess", unit="wages", columns=("cadres.guess",)),
            productivity(case, month, j).as_argument("made"),
        ],
        unit="wages",
        about=about(case, month, j),
    )


def falsification(case: Case, month: Month, j: int) -> Node:
    """What he made up on the task because a reported unit is worth something."""
    return parent(
        "falsified",
        "sim.rules.gaming.falsification",
        [
            worth_of_report(case, month, j).as_argument("slope"),
            case.of_scheme("captured", "captured"),
            leaf(
                "detection_believed",
                detection_believed(case, month),
                argument="detection",
                unit="share",
                columns=("cadres.detection_perceived",),
            ),
            case.of_scheme("audit_penalty", "penalty"),
            honesty(case, month).as_argument("honesty"),
            case.of_behaviour("falsification_cost", "cost"),
            leaf("share", case.department["share"][j], argument="share", unit="share", about={"task": case.task_name(j)}),
        ],
        unit="units",
        columns=("cadres.falsified",),
        about=about(case, month, j),
    )


def detection_believed(case: Case, month: Month) -> float:
    """The chance to be found as he saw it when he wrote the report of a month."""
    learns = case.behaviour["detection_learning"] > 0.0
    return float(case.lived(month).before["detection_perceived"] if learns else case.scheme["detection"])


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
