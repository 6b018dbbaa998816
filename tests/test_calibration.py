"""Calibration: what is known is found again, what the data leave open is told to be open, files are written as promised."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from experiments.evidence.matching import Box, Effort, Matched, Targets, Wave, centre_of, contraction, match, profile
from experiments.evidence.priors import prior_of
from experiments.evidence.rows import load_row
from experiments.report.calibration import calibration_page, calibration_table
from experiments.verbs.calibrate import (
    Calibration,
    Target,
    as_targets,
    calibrate,
    fit_rows,
    numbers_at,
    reach_of,
    read_plan,
    targets_of,
    write_default,
    write_posterior,
)
from sim.errors import UserError
from sim.schemes.behaviour import Behaviour
from sim.schemes.load import load_behaviour, read_behaviour
from sim.schemes.locate import configuration_folder
from sim.schemes.posterior import load_posterior

TRUTH = np.array([0.3, 0.7, 0.5, 0.5])
EFFORT = Effort(first_wave=64, waves=2, next_waves=48, proposals=160, posterior=120, seed=5)


def curved(points: np.ndarray) -> np.ndarray:
    """Two parameters that three numbers tell apart, one that only shows in a sum with the first, one that shows nowhere."""
    a, b, c, _ = points.T
    return np.column_stack([np.exp(a) - b**2, a + b, 2.0 * a + c])


@pytest.fixture(scope="module")
def found() -> Matched:
    box = Box(("a", "b", "c", "nothing"), np.zeros(4), np.ones(4))
    return match(curved, box, Targets(("x", "y", "z"), curved(TRUTH[None])[0], np.array([0.03, 0.03, 0.1])), EFFORT)


def test_known_parameters_are_recovered(found: Matched) -> None:
    low, high = np.quantile(found.unit, (0.025, 0.975), axis=0)
    assert ((low <= TRUTH) & (high >= TRUTH)).all()
    assert np.abs(found.unit.mean(axis=0) - TRUTH)[:2].max() < 0.08


def test_what_the_data_leave_open_stays_open(found: Matched) -> None:
    narrower = contraction(found)
    assert narrower[0] > 0.7 and narrower[1] > 0.7
    assert abs(narrower[3]) < 0.2


def test_profiles_have_their_trough_where_the_truth_is(found: Matched) -> None:
    trough = profile(found, 0)
    assert np.nanargmin(trough) in (2, 3) and np.isnan(trough[9])


def test_the_centre_is_the_mean_brought_back_onto_a_bent_ridge(found: Matched) -> None:
    assert np.abs(centre_of(found)[:2] - TRUTH[:2]).max() < 0.08
    box = Box(("a", "b"), np.zeros(2), np.ones(2))
    bent = match(lambda at: at[:, :1] * at[:, 1:], box, Targets(("product",), np.array([0.1]), np.array([0.005])), EFFORT)
    centre, mean = centre_of(bent), bent.unit.mean(axis=0)
    assert abs(mean.prod() - 0.1) > 0.02  # the mean of a bent ridge does not lie on it
    assert abs(centre.prod() - 0.1) < 0.01
    assert np.abs(centre - mean).max() < 0.2


def test_waves_rule_out_more_and_more(found: Matched) -> None:
    assert all(0.0 < wave.volume < 0.2 for wave in found.waves)
    assert found.accepted > 0.2


def test_no_point_left_is_not_called_nothing_left() -> None:
    assert Wave(10, 0.0, []).volume_in_words == "less than 0.005 %"
    assert Wave(10, 0.012, []).volume_in_words == "1.2 %"


def test_the_same_seed_gives_the_same_posterior(found: Matched) -> None:
    again = match(curved, found.box, found.targets, EFFORT)
    assert np.array_equal(again.unit, found.unit)


def test_what_cannot_be_measured_is_far_from_every_target() -> None:
    targets = Targets(("x",), np.zeros(1), np.ones(1))
    assert targets.misfit(np.array([[np.nan], [0.5]])).tolist() == [[10.0], [0.5]]


def test_who_leaves_nobody_to_measure_has_moved_the_measure() -> None:
    def simulate(points: np.ndarray) -> np.ndarray:
        honesty, drive = points.T
        return np.column_stack([np.where(honesty > 0.9, np.nan, drive), np.full(len(points), np.nan)])

    box, targets = Box(("honesty", "drive"), np.zeros(2), np.ones(2)), Targets(("x", "y"), np.zeros(2), np.full(2, 0.5))
    centre = load_behaviour().model_copy(update={"honesty": 0.5, "drive": 0.5})
    assert reach_of(simulate, box, centre, targets) == {"honesty": {"x": np.inf, "y": 0.0}, "drive": {"x": 2.0, "y": 0.0}}


# --- with the simulator ----------------------------------------------------------------------------------------------


def small_plan(**changes: int) -> dict[str, object]:
    plan = read_plan() | {"parameters": ["honesty", "curvature_discretionary"], "replicates": 2, "first_wave": 32, "waves": 1}
    return plan | {"proposals": 64, "posterior": 48, "next_waves": 16} | changes


@pytest.fixture(scope="module")
def synthetic() -> tuple[dict[str, float], Calibration]:
    """Numbers made by the model itself at known parameters, and the calibration that sees only these numbers."""
    truth = {"honesty": 0.3, "curvature_discretionary": 2.8}
    rows = [load_row("B50"), load_row("B1")]
    asked = (Target("B50", "local", 0, 0), Target("B1", "incentive", 0, 0))
    values = numbers_at(load_behaviour().model_copy(update=truth), rows, asked, 2)
    bands = (0.04, 0.02)
    targets = [
        replace(target, low=value - band, high=value + band) for target, value, band in zip(asked, values, bands, strict=True)
    ]
    return truth, calibrate(small_plan(), rows=rows, targets=targets, workers=2)


@pytest.mark.slow
def test_parameters_behind_synthetic_data_are_recovered(synthetic: tuple[dict[str, float], Calibration]) -> None:
    truth, done = synthetic
    for number, name in enumerate(done.parameters):
        low, high = np.quantile(done.matched.sets[:, number], (0.01, 0.99))
        assert low <= truth[name] <= high, name
        assert contraction(done.matched)[number] > 0.3, name


@pytest.mark.slow
def test_what_is_written_can_be_read(synthetic: tuple[dict[str, float], Calibration], tmp_path: Path) -> None:
    _, done = synthetic
    posterior = load_posterior(write_posterior(done, tmp_path / "posterior.csv"))
    assert posterior.names == done.parameters and len(posterior) == len(done.matched.unit)
    assert np.allclose(posterior.sets, done.matched.sets, rtol=1e-4)
    path = tmp_path / "default.yaml"
    shutil.copy(configuration_folder() / "behaviour" / "default.yaml", path)
    write_default(done.fitted, path)
    after = read_behaviour(path)
    assert after.document == done.centre
    assert after.annotations["honesty"].status == "fitted" and after.annotations["honesty"].note.startswith("B50")
    page = calibration_page(done, "cadresim calibrate")
    assert "`honesty`" in page and "B50 local" in page
    assert calibration_table(done).count("\n") == 3


# --- plans and files --------------------------------------------------------------------------------------------------


def test_the_plan_asks_parameters_with_declared_ranges() -> None:
    plan = read_plan()
    prior = prior_of(plan["parameters"])
    assert (prior.low < prior.high).all()
    assert len(set(plan["parameters"])) == len(plan["parameters"])


def test_only_rows_marked_fit_are_asked() -> None:
    rows = fit_rows()
    targets = targets_of(rows)
    assert {target.row for target in targets} == {row.id for row in rows}
    centre, tolerance = as_targets(targets).centre, as_targets(targets).tolerance
    assert (tolerance > 0).all() and np.isfinite(centre).all()


@pytest.mark.parametrize(
    "text",
    [
        "parameters: []",
        "parameters: [courage]\nseed: 1\nreplicates: 1\nfirst_wave: 8\nwaves: 1\nnext_waves: 8\nproposals: 8\nposterior: 8",
        "parameters: [honesty]\nseed: 1",
        "parameters: [honesty]\nseed: 1\nreplicates: 0\nfirst_wave: 8\nwaves: 1\nnext_waves: 8\nproposals: 8\nposterior: 8",
        "parameters: [honesty]\nseed: 1\nreplicates: 1\nfirst_wave: 8\nwaves: 1\nnext_waves: 8\nproposals: 8\nposterior: 8\nx: 1",
    ],
)
def test_a_bad_plan_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(text)
    with pytest.raises(UserError):
        read_plan(path)


BAD_POSTERIORS = ("", "honesty\n", "courage\n0.1\n", "honesty,honesty\n0.1,0.2\n", "honesty\n0.1,0.2\n", "honesty\nmuch\n",
                  "honesty\nnan\n", "honesty\n-1\n")  # fmt: skip


@pytest.mark.parametrize("text", BAD_POSTERIORS)
def test_a_bad_posterior_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "posterior.csv"
    path.write_text(text)
    with pytest.raises(UserError):
        load_posterior(path)


def test_a_posterior_changes_only_its_own_parameters(tmp_path: Path) -> None:
    path = tmp_path / "posterior.csv"
    path.write_text("# a comment\nhonesty,duty\n0.2,0.8\n0.3,0.9\n")
    posterior = load_posterior(path)
    one, two = posterior.behaviours(2)
    assert (one.honesty, one.duty, two.honesty) == (0.2, 0.8, 0.3)
    assert one.model_copy(update={"honesty": 0.0, "duty": 0.0}) == load_behaviour().model_copy(
        update={"honesty": 0.0, "duty": 0.0}
    )
    assert isinstance(posterior.behaviour(5), Behaviour) and posterior.behaviour(5) == two
    for number in (0, 3):
        with pytest.raises(UserError):
            posterior.behaviours(number)


def test_status_of_default_agrees_with_what_was_calibrated() -> None:
    """Fitted is what the calibration fitted (or what its notes compute from a row marked fit); all else is assumed or cited."""
    planned = set(read_plan()["parameters"])
    for name, beside in read_behaviour("default").annotations.items():
        if beside.status == "fitted":
            assert name in planned or name == "signal_precision", name
        elif name in planned:
            assert beside.note.startswith("ours") and "hardly" in beside.note, name
