"""Attainment of a unit, where an indicator looks at that: its monthly reports, what it was told, its gloss, the detail lost."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.loop.appraise import unit_attainment
from sim.population.draws import Purpose, normals
from sim.rules.responsibility import BRANCH_LEVEL, BUREAU_LEVEL, CADRE_LEVEL, DEPARTMENT_LEVEL
from sim.trace.ability import about
from sim.trace.case import Case, leaf, parent
from sim.trace.months import reported_in
from sim.trace.nodes import Draw, Node
from sim.trace.recording import Month

#: For each unit: its table, the column it was told, the level of its draw and how often the report was handed on before.
TOLD = {
    DEPARTMENT_LEVEL: ("departments", "sum_cadre", 1, 1.0),
    BRANCH_LEVEL: ("branches", "sum_department", 0, 2.0),
    3: ("bureaus", "sum_branch", 0, 1.0),
}
UNITS = {CADRE_LEVEL: "cadre", DEPARTMENT_LEVEL: "department", BRANCH_LEVEL: "branch", BUREAU_LEVEL: "bureau"}


def unit_reported(case: Case, j: int, unit: int) -> Node:
    """Mean attainment that a unit has reported on own task j in its period so far."""
    reached = unit_attainment(case.world, case.step, case.d, j, unit)
    told: dict[str, Any] = {
        "unit": "attainment", "columns": (f"{TOLD[unit][0]}.period_attainment",),
        "about": {"unit": UNITS[unit], "task": case.task_name(j)},
    }  # fmt: skip
    start = int(unit_row(case, case.year.due, unit)[1]["start"])
    months = [month for month in case.year.months if month.step >= start]
    children = [case.once(f"unit:{unit}:{j}:{month.step}", lambda m=month: in_month(case, m, j, unit)) for month in months]
    return case.once(
        f"unit:{unit}:{j}",
        lambda: parent("unit_reported", "mean", [child.as_argument("term") for child in children], is_=reached, **told),
    )


def unit_row(case: Case, month: Month, unit: int) -> tuple[np.void, np.void, int]:
    """(the unit's row once everybody has worked, its scheme, its index)."""
    d = case.department
    index = {DEPARTMENT_LEVEL: case.d, BRANCH_LEVEL: int(d["branch"]), BUREAU_LEVEL: int(d["bureau"])}[unit]
    row = getattr(month.worked, TOLD[unit][0])[index]
    return row, month.worked.schemes[row["arm"]], index


def in_month(case: Case, month: Month, j: int, unit: int) -> Node:
    """What the unit reported in a month, of its normal output; the cadre's own part stands beside."""
    row, _, _ = unit_row(case, month, unit)
    slot = j if unit == DEPARTMENT_LEVEL else int(case.department["task"][j])
    normal = float(row["size"] * row["share"][j]) if unit == DEPARTMENT_LEVEL else float(row["normal"][slot])
    told = {**about(case, month, j), "unit": UNITS[unit]}
    children = [
        report_of_unit(case, month, j, unit, slot, normal).as_argument("top"),
        leaf("unit_normal", normal, argument="bottom", unit="units", columns=(f"{TOLD[unit][0]}.normal",), about=told),
    ]
    if month in case.own_months:
        children.append(case.once(f"reported:{j}:month:{month.step}", lambda: reported_in(case, month, j)))
    return parent("unit_month", "ratio", children, unit="attainment", about=told)


def report_of_unit(case: Case, month: Month, j: int, unit: int, slot: int, normal: float) -> Node:
    """The unit's report: what it was told, its gloss on what is not measured by itself, and the detail lost."""
    row, scheme, _ = unit_row(case, month, unit)
    table, column, level, handing = TOLD[unit]
    told = {**about(case, month, j), "unit": UNITS[unit]}
    is_silent = unit == BRANCH_LEVEL and not row["is_front"]  # a bureau's offices report to it directly
    bureau = month.opened.bureaus[int(case.department["bureau"])]
    gloss = parent("gloss", "sim.rules.gaming.gloss_under_pressure", [
        leaf("unit_gloss", row["gloss"], argument="gloss", unit="share", columns=(f"{table}.gloss",), about=told),
        case.of_behaviour("gloss_pressure", "gloss_pressure"),
        leaf("pressure", bureau["pressure"], argument="pressure", columns=("bureaus.pressure",)),
    ], unit="share", about=told) if not is_silent else leaf("gloss", 0.0, unit="share", about=told)  # fmt: skip
    children = [parent("glossed", "sim.rules.gaming.glossed", [
        leaf("received", row[column][slot], argument="reported", unit="units", columns=(f"{table}.{column}",), about=told),
        gloss.as_argument("gloss"), Case._setting("scheme", "captured", scheme["captured"], "captured"),
    ], argument="term", unit="units", about=told)]  # fmt: skip
    if case.behaviour["fidelity"] < 1.0 and not is_silent:
        children.append(detail_lost(case, month, unit, normal, level, handing))
    return parent("unit_report", "sum", children, is_=row["sum_reported"][slot], unit="units", columns=(f"{table}.sum_reported",),
                  about=told)  # fmt: skip


def detail_lost(case: Case, month: Month, unit: int, normal: float, level: int, handing: float) -> Node:
    """Noise that the report gathers on its way."""
    row, _, _ = unit_row(case, month, unit)
    bureau = month.opened.bureaus[int(case.department["bureau"])]
    spread = {DEPARTMENT_LEVEL: float(bureau["spread"]), BRANCH_LEVEL: float(bureau["branch_spread"]),
              3: float(case.world.organisation[0]["peer_spread"])}[unit]  # fmt: skip
    z = normals(case.world.luck, row["key"], 0, level, month.step + 1, int(Purpose.REPORT_NOISE), 0)[0]
    if unit == BRANCH_LEVEL:
        spread = float(bureau["branch_spread"])
    return parent("detail_lost", "product", [
        parent("lost_detail", "sim.rules.gaming.lost_detail", [
            leaf("spread", spread, argument="spread", unit="attainment", columns=("bureaus.spread",)),
            case.of_behaviour("fidelity", "fidelity"),
            leaf("handing", handing, argument="handing"),
        ], argument="factor", unit="attainment"),
        leaf("draw", z, argument="factor", unit="SD", draws=(Draw("report", month.step + 1, z),), about={"purpose": "report"}),
        leaf("unit_normal", normal, argument="factor", unit="units", about={"unit": UNITS[unit]}),
    ], argument="term", unit="units", about={"unit": UNITS[unit]})  # fmt: skip
