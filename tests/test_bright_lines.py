"""What is made up to reach a bright line is part of the report: it goes up, the norm sees it, an audit finds it."""

from __future__ import annotations

import numpy as np
import pytest
from agreeing import a_world

from sim.history import HISTORY
from sim.loop.month import walk_months
from sim.loop.process import raised_to_line
from sim.population.world import World
from sim.rules.scoring import points_share
from sim.run import simulate
from sim.schemes.load import load_behaviour, load_scheme
from sim.schemes.scheme import Scheme
from sim.trace.recording import walk_links


def bright_line(**appraisal: float) -> Scheme:
    """The preset with another way to appraise."""
    document = load_scheme("bright_line").model_dump()
    document["appraisal"] |= appraisal
    return Scheme.model_validate(document)


def a_month(world: World, step: int) -> np.ndarray:
    history = np.zeros(1, HISTORY)
    walk_months(world, step, 1, history)
    return history[0]


def test_what_is_made_up_at_a_line_shows_in_the_reports():
    """Where a second marking prevents every line that is not reached, so much less goes up, and no cadre makes it up."""
    behaviour = load_behaviour(changes={"re_marking_effect": 1.0})
    free, watched = (simulate(bright_line(re_marking=share), behaviour=behaviour).outcomes for share in (0.0, 1.0))
    made_up = free["falsified_share"] - watched["falsified_share"]
    assert made_up > 0.005
    assert free["inflation_cadre"] - watched["inflation_cadre"] == pytest.approx(made_up, rel=0.5)


def test_a_report_is_what_was_made_and_what_was_made_up():
    world = a_world("bright_line", "workshop_bureau", honesty=0.0)
    made_up = []

    def look(moment: str) -> None:
        if moment != "worked":
            return
        weight = world.organisation[0]["responsibility"][world.cadres["level"]]
        for d, department in enumerate(world.departments):
            own, n = world.cadres["department"] == d, int(department["n_tasks"])
            added = (weight[own, None] * world.cadres["falsified"][own, :n]).sum(axis=0)
            np.testing.assert_allclose(department["sum_cadre"][:n] - department["sum_true"][:n], added, atol=1e-12)
        made_up.append(float(world.cadres["falsified"].sum()))

    for step in range(12):
        walk_links(world, step, look)
    assert made_up[11] > 2.0 * made_up[10]  # some reach a line in the report before the appraisal


def test_the_outcome_is_the_sum_of_the_months():
    world = a_world("bright_line", "workshop_bureau", exit_rate=0.0, window_start=12)
    made_up, reported, last = 0.0, 0.0, 0.0
    for step in range(24):
        row = a_month(world, step)
        if step >= 12:
            last = float(world.departments["sum_falsified"].sum())
            made_up += last
            reported += float(world.departments["sum_reported_value"].sum())
            assert row["falsified_share"] == pytest.approx(last / float(world.departments["sum_reported_value"].sum()))
    share = world.cadres["window_falsified"].sum() / world.cadres["window_reported"].sum()
    assert share == pytest.approx(made_up / reported, rel=1e-9)
    assert last > 1.5 * made_up / 12.0 > 0.0  # lines are reached in the last report of the period


def test_an_audit_finds_what_is_made_up_at_a_line():
    changes = {"audit_detection": 1.0, "detection_learning": 0.1, "honesty": 0.0, "exit_rate": 0.0}
    surplus = []
    for penalty in (0.0, 0.5):
        world = a_world(bright_line(audit_rate=1.0, audit_penalty=penalty), "workshop_bureau", window_start=0, **changes)
        for step in range(12):
            world.cadres["detection_perceived"] = 0.0  # nobody expects it
            assert a_month(world, step)["falsified_share"] == 0.0
            np.testing.assert_array_equal(world.departments["sum_cadre"], world.departments["sum_true"])
        cadres = world.cadres
        assert cadres["falsified"].sum() > 0.0
        np.testing.assert_allclose(cadres["window_detected"], cadres["window_falsified"])
        surplus.append(float(cadres["window_surplus"].sum()))
        fined = float(cadres["window_falsified"].sum())
    assert surplus[0] - surplus[1] == pytest.approx(0.5 * fined, rel=0.2)


def test_whoever_raises_his_report_to_a_line_has_reached_it():
    """Rounding must not cost anybody the notch that he made up: a report raised to a line may stand a hair short of it."""
    points = []

    def look(moment: str) -> None:
        if moment == "worked":
            for c in world.cadres:
                department = world.departments[c["department"]]
                for row in range(int(department["n_offers"])):
                    j, it = int(department["offer_task"][row]), world.indicators[department["offer_row"][row]]
                    attained = c["period_reported"][j] / (c["period_steps"] * department["share"][j] * c["target"][j])
                    if it["notch"] > 0.0 and abs(attained - 1.0) < 1e-9:
                        rule = (it["below"], it["above"], it["floor"], it["cap"], it["notch"], it["steps"])
                        points.append(points_share(attained, *rule))

    for seed in (1, 2):
        world = a_world("bright_line", "county_bureau", seed=seed)
        for step in range(12):
            walk_links(world, step, look)
    assert len(points) > 50
    assert min(points) == 1.0


def test_pressure_from_above_makes_lines_worth_more():
    """The superior's rank presses for every point, and so for the points of a notch."""
    world = a_world("bright_line", "workshop_bureau", honesty=0.0)
    walk_months(world, 0, 11, np.zeros(11, HISTORY))
    department, c = world.departments[0], world.cadres[0]
    notched = world.indicators["notch"][department["offer_row"][: department["n_offers"]]] > 0.0
    row = int(np.flatnonzero(notched)[0])
    j = int(department["offer_task"][row])
    whole = float(c["period_steps"] * department["share"][j] * c["target"][j])
    widest, honest = [], 2.0  # wages a unit: so few go all the way to the line
    for pressure in (0.0, 0.05):
        world.schemes["pressure"], world.bureaus["pressure"] = pressure, 1.0
        widest.append(
            max(gap for gap in np.linspace(0.0, 0.9, 901) if raised_to_line(world, 0, row, (1.0 - gap) * whole, 0.0, honest))
        )
    assert widest[1] > widest[0] + 0.01
