"""Every column keeps what is declared about it (sim/population/columns.py), every month, under every ready scheme."""

from __future__ import annotations

import numpy as np
import pytest
from trials import founded

from sim.history import HISTORY
from sim.population.columns import TABLES, TASK, Column, dtype_of
from sim.population.settings import OF_THE_TASK
from sim.population.world import World
from sim.run import walk
from sim.schemes.load import load_behaviour, load_scheme
from sim.schemes.locate import preset_names

STEPS = 26
MAY_BE_MISSING = {f"{table}.{column.name}" for table, columns in TABLES.items() for column in columns if "NaN" in column.meaning}


def test_a_task_says_all_of_itself_that_is_not_worked_out() -> None:
    worked_out = {"own_luck", "shared_luck", "curvature", "is_counted"}
    assert set(TASK.names or ()) == worked_out | set(OF_THE_TASK)


def broken(world: World) -> list[str]:
    """Every column with a value outside its bounds, missing where that is not declared, or of another type."""
    told = []
    for table, columns in TABLES.items():
        rows = getattr(world, table)
        assert rows.dtype == dtype_of(columns), table
        for column in columns:
            told += [f"{table}.{column.name}: {problem}" for problem in problems(table, column, rows[column.name])]
    return told


def problems(table: str, column: Column, values: np.ndarray) -> list[str]:
    """What is wrong with the values of one column."""
    if np.issubdtype(values.dtype, np.floating):
        missing = np.isnan(values)
        if missing.any() and f"{table}.{column.name}" not in MAY_BE_MISSING:
            return [f"{missing.sum()} missing, and it is not declared that they may be"]
        values = values[~missing]
        if np.isinf(values).any():
            return ["infinite"]
    if not values.size:
        return []
    slack = 1e-9
    low, high = values.min(), values.max()
    return [f"{low} is below {column.low}"] * bool(low < column.low - slack) + [f"{high} is above {column.high}"] * bool(
        high > column.high + slack
    )


@pytest.mark.parametrize("organisation", ["toy_bureau", "workshop_bureau"])
@pytest.mark.parametrize("name", preset_names("schemes"))
def test_columns_keep_their_bounds(name: str, organisation: str) -> None:
    world = founded(name, organisation)
    assert broken(world) == []
    history = np.zeros(STEPS, HISTORY)
    world.organisation["window_start"] = STEPS - 12
    for step in range(STEPS):
        walk(world, step, history[step : step + 1])
        assert broken(world) == [], f"after step {step}"
    assert all(np.isfinite(history[series]).all() for series in HISTORY.names)


def test_columns_keep_their_bounds_in_a_hard_life() -> None:
    """Exits, dismissals, audits and monthly appraisals, with people and stakes ten times as lively."""
    scheme = load_scheme(
        "forced_ranking_dismissal",
        changes={
            "appraisal.interval": 3, "appraisal.audit_rate": 0.3, "appraisal.audit_penalty": 2.0, "superior.rank_demanded": 1,
            "superior.pressure": 0.05, "superior.pass_through": 1.0, "appraisal.joint_responsibility": 1.0,
            "application.explicit.bonus_per_point": 0.05, "application.explicit.ability_on_promotion": "redrawn",
            "application.sanctions.adjustment": 3.0, "plan.targets.ratchet_up": 1.0, "plan.targets.ratchet_down": 1.0,
        },
    )  # fmt: skip
    behaviour = load_behaviour(
        changes={"exit_rate": 0.1, "honesty": 0.0, "sabotage_aversion": 0.0, "fidelity": 0.3, "luck_persistence": 0.95}
    )
    world = founded(scheme, "workshop_bureau", behaviour)
    for step in range(60):
        walk(world, step, np.zeros(1, HISTORY))
        assert broken(world) == [], f"after step {step}"


#: Written and emptied again within the month: who is to be dismissed at the appraisal has left at its end. And no ready
#: organisation has voluntary work, which alone can become an exchange (`test_prices`).
SILENT = {"cadres.dismissed", "departments.exchange"}
#: Stakes that make people work long hours, partly in place of the wage.
HARD = {"application.explicit.bonus_per_point": 0.1, "application.explicit.at_risk": 0.5}


def test_every_column_that_a_link_writes_changes_somewhere() -> None:
    written = {f"{table}.{column.name}" for table, columns in TABLES.items() for column in columns if column.owner != "founding"}
    written -= {
        name for name in written if name.startswith(("groups.n_", "groups.medal_density", "groups.chance", "groups.density"))
    }
    for scheme in (*preset_names("schemes"), load_scheme("explicit_incentives", changes=HARD)):
        world = founded(scheme, "workshop_bureau")
        before = {column: getattr(world, column.partition(".")[0])[column.partition(".")[2]].copy() for column in written}
        for step in range(STEPS):
            walk(world, step, np.zeros(1, HISTORY))
            if step > 12:
                world.organisation["window_start"] = 0
            for column in list(written):
                table, _, leaf = column.partition(".")
                if not np.array_equal(before[column], getattr(world, table)[leaf], equal_nan=before[column].dtype.kind == "f"):
                    written.discard(column)
    assert written == SILENT
