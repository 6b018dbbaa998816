"""transition and pilot on small bureaus: nothing where nothing changes, power that grows, bad studies told."""

from __future__ import annotations

import json
import pickle
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from experiments import pilot, transition
from experiments.api.planning import Pilot, Transition
from experiments.cli import app
from experiments.design.cases import Case, Course, case_of_courses, model_code, run_key
from experiments.report.planning import transition_figure
from experiments.runs import store
from experiments.runs.courses import KEPT_OF_COURSES, walk_courses
from experiments.runs.listing import look_at
from experiments.runs.runner import Task, compiled_core, run_block
from experiments.runs.store import read_study
from experiments.statistics.trials import drawn_order, two_arms
from experiments.verbs.pilot import Trial
from experiments.verbs.transition import AT_ONCE, PLANNED, STAY, recovered
from sim.errors import UserError
from sim.outcomes import SERIES
from sim.run import Change, Setting, simulate_courses, simulate_schemes
from sim.schemes.load import load_behaviour, load_organisation, load_scheme
from sim.schemes.study import Study

REPLICATES = 6


def small_bureau(folder: Path, branches: int = 8) -> Path:
    """A bureau of many small branches."""
    toy = load_organisation("toy_bureau").model_dump(mode="json", exclude_none=True)
    own = toy["branches"][0]
    places = []
    for number in range(branches):
        place = json.loads(json.dumps(own)) | {"name": f"b{number}", "workload": 0.9 + 0.05 * (number % 4)}
        places.append(place)
    toy |= {"name": "many_branches", "branches": places}
    path = folder / "many_branches.json"
    path.write_text(json.dumps(toy))
    return path


def written(folder: Path, **content: Any) -> Path:
    """A study file."""
    document = {"name": "s", "organisation": str(small_bureau(folder)), "schemes": ["deduction_heavy", "municipal_closed_loop"],
                "warmup_months": 13, "replicates": REPLICATES}  # fmt: skip
    path = folder / "s.yaml"
    path.write_text(json.dumps(document | content))
    return path


def a_transition(folder: Path, *changes: dict[str, Any], months: int = 30, **content: Any) -> Transition:
    plan = {"changes": list(changes), "outcomes": ["goal_attainment", "understanding_mean", "effort_mean"]}
    return transition(written(folder, verb="transition", transition=plan, months=months, **content), workers=2)


# --- transition ------------------------------------------------------------------------------------------------------


def test_a_transition_to_the_same_scheme_is_nothing(tmp_path: Path) -> None:
    same = {"name": "same", "extends": "deduction_heavy"}
    found = a_transition(tmp_path, {"month": 5, "branches": ["b1"]}, {"month": 9}, schemes=["deduction_heavy", same])
    for course in (PLANNED, AT_ONCE):
        np.testing.assert_array_equal(found.paths[course], found.paths[STAY])
    costs = found.costs[found.costs["better"] != 0]
    assert (costs[["gain", "loss", "worst"]] == 0).all().all() and (costs["recovered"] == 5).all()


def test_before_the_first_change_nothing_differs_and_after_it_something_does(tmp_path: Path) -> None:
    found = a_transition(tmp_path, {"month": 7, "branches": ["b0", "b1"]}, {"month": 13})
    gap = found.paths[PLANNED] - found.paths[STAY]
    assert (gap[:, :6] == 0).all() and (gap[:, 6, SERIES.index("understanding_mean")] < 0).all()
    own = found.branch_paths[found.branch_paths["outcome"] == "understanding_mean"].set_index(["branch", "month"])["difference"]
    assert own["many_branches/b0", 7] < -0.01 and own["many_branches/b2", 12] == 0 and own["many_branches/b2", 13] < -0.01
    assert dict(zip(found.branches, found.starts, strict=True))["many_branches/b1"] == 13, "the last change counts"


def test_waves_in_one_month_are_a_change_at_once(tmp_path: Path) -> None:
    names = ["offices", *(f"b{n}" for n in range(8))]
    waves = a_transition(tmp_path, *({"month": 6, "branches": [name]} for name in names), months=15)
    at_once = a_transition(tmp_path, {"month": 6}, months=15)
    np.testing.assert_array_equal(waves.paths[PLANNED], at_once.paths[PLANNED])
    assert waves.courses == at_once.courses == (STAY, PLANNED)


def test_recovery_is_counted_from_twelve_good_months() -> None:
    ahead = np.concatenate([np.full(6, -1.0), np.full(20, 2.0)])
    assert recovered(ahead, 2.0, 0.0) == 6
    assert recovered(ahead, 2.0, 0.5) == 2, "twelve months with four bad ones are 1 on average"
    assert recovered(ahead, 5.0, 0.0) == np.inf
    assert recovered(np.full(20, -1.0), -1.0, 0.0) == np.inf, "staying was better, and is not reached again"
    assert recovered(np.zeros(20), 0.0, 0.0) == 0


def test_the_loss_is_the_gap_to_the_better_state(tmp_path: Path) -> None:
    found = a_transition(tmp_path, {"month": 7}, months=36)
    row = found.costs.set_index("outcome").loc["goal_attainment"]
    gap = found.series(PLANNED, "goal_attainment") - found.series(STAY, "goal_attainment")
    gain = gap[:, -12:].mean(axis=1)
    expected = (max(0.0, np.sign(gain.mean())) * gain[:, None] - gap[:, 6:]).sum(axis=1)
    assert row["loss"] == pytest.approx(expected.mean()) and row["gain"] == pytest.approx(gain.mean())
    assert row["loss_low"] < row["loss"] < row["loss_high"]


def test_waves_are_held_against_at_once_in_pairs(tmp_path: Path) -> None:
    """Both courses meet the same luck in a replicate: what waves cost more is told with the interval of that difference."""
    names = [f"b{n}" for n in range(8)]
    found = a_transition(tmp_path, {"month": 4, "branches": names[:4]}, {"month": 10, "branches": names[4:]}, months=36)
    more, low, high = found.dearer_in_waves("goal_attainment")
    rows = found.costs.set_index(["outcome", "course"])["loss"]
    assert more == pytest.approx(rows["goal_attainment", PLANNED] - rows["goal_attainment", AT_ONCE])
    assert low < more < high
    told = [line for line in str(found).splitlines() if "in waves" in line and line.startswith("Goal attainment")]
    assert len(told) == 1 and "[" in told[0]
    assert ("not settled" in told[0]) == (low <= 0 <= high)


def test_a_transition_is_saved_whole(tmp_path: Path) -> None:
    found = a_transition(tmp_path, {"month": 5, "branches": ["b1"]}, {"month": 9}, months=14)
    folder = found.save(tmp_path / "out")
    names = {path.name for path in folder.iterdir()}
    assert names == {"manifest.json", "monthly.csv", "costs.csv", "branch_paths.csv", "transition.svg", "transition.png",
                     "branches.svg", "branches.png"}  # fmt: skip
    assert json.loads((folder / "manifest.json").read_text())["transition"]["changes"][1]["month"] == 9
    assert "Goal attainment" in str(found) and "may not be steady yet" in str(found)


@pytest.mark.parametrize(("months", "told"), [(27, "too soon to call it steady"), (28, "the steady state after")])
def test_a_figure_calls_steady_only_what_had_time_to_settle(months: int, told: str, tmp_path: Path) -> None:
    found = a_transition(tmp_path, {"month": 5}, months=months, replicates=2)
    captions = " ".join(text.get_text() for text in transition_figure(found).texts)
    assert told in captions and ("may not be steady yet" in str(found)) == (months < 28)


def test_a_schedule_is_part_of_the_key_of_a_run() -> None:
    old, new = load_scheme("deduction_heavy"), load_scheme("forced_ranking")
    document = load_organisation("toy_bureau")

    def key(*schedule: Change) -> str:
        return run_key(Case((old,), document, load_behaviour(), old, 12, 12, 1, schedule=schedule), old, 0)

    keys = {key(), key(Change(3, new)), key(Change(4, new)), key(Change(3, old)), key(Change(3, new, ("branch",)))}
    assert len(keys) == 5
    assert key(Change(3, new)) == key(Change(3, new.model_copy(update={"title": "Another title"})))


def test_a_case_with_a_schedule_is_walked_as_scheduled() -> None:
    old, new = load_scheme("deduction_heavy"), load_scheme("forced_ranking")
    schedule = (Change(3, new, ("branch",)),)
    case = Case((old, new), load_organisation("toy_bureau"), load_behaviour(), old, 8, 3, 1, schedule=schedule)
    setting = Setting(case.organisation, case.behaviour, old, 8, 3, 1, schedule)
    for found, expected in zip(compiled_core(case)(2), simulate_schemes(setting, case.schemes, 2), strict=True):
        np.testing.assert_array_equal(found.monthly, expected.monthly)
        np.testing.assert_array_equal(found.outcomes, expected.outcomes)
    plain = simulate_schemes(replace(setting, schedule=()), [old], 2)[0]
    assert not np.array_equal(compiled_core(case)(2)[0].monthly, plain.monthly)


def test_a_transition_in_yearly_steps_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="steps of one month"):
        yearly = json.loads(small_bureau(tmp_path).read_text()) | {"step_months": 12}
        (tmp_path / "yearly.json").write_text(json.dumps(yearly))
        a_transition(tmp_path, {"month": 13}, organisation=str(tmp_path / "yearly.json"), months=36, warmup_months=12)


# --- pilot -----------------------------------------------------------------------------------------------------------

PLAN = {"outcome": "understanding_mean", "clusters": [4, 8], "lengths": [6, 12], "before_months": 12}


@lru_cache(maxsize=4)
def a_pilot(folder: Path, outcome: str = "exhaustion_mean", replicates: int = 40, same: bool = False) -> Pilot:
    schemes: list[Any] = ["deduction_heavy", {"name": "same", "extends": "deduction_heavy"} if same else "municipal_closed_loop"]
    study = written(folder, verb="pilot", pilot=PLAN | {"outcome": outcome}, months=36, replicates=replicates, schemes=schemes)
    return pilot(study, workers=2)


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Pilot:
    return a_pilot(tmp_path_factory.mktemp("pilot"))


def test_power_grows_with_branches(trial: Pilot) -> None:
    power = trial.designs.groupby(["design", "clusters"])["power"].mean()
    for design in ("parallel", "stepped_wedge"):
        assert power[design, 8] >= power[design, 4]
    assert power["parallel", 8] > power["parallel", 4]


def test_a_trial_of_the_same_scheme_finds_nothing_but_false_alarms(tmp_path: Path) -> None:
    found = a_pilot(tmp_path, replicates=60, same=True)
    lots = found.designs[found.designs["design"] != "before_after"]
    assert (found.designs["true_effect"] == 0).all()
    assert lots["power"].mean() < 0.09 and (lots["power_low"] <= 0.05).all()
    assert (lots["false_positive_low"] <= 0.05).all() and lots["false_positive"].mean() < 0.08
    assert found.proposal == {}
    assert (found.spillover[["treated", "untreated", "difference"]] == 0).all().all()


def test_the_parts_of_before_and_after_add_up(trial: Pilot) -> None:
    parts = trial.biases.pivot(index="length", columns="source", values="value")
    np.testing.assert_allclose(parts["effect"] + parts["trend"] + parts["seasonality"], parts["before_after"])
    assert parts["seasonality"][12] == pytest.approx(0.0, abs=1e-12), "a whole year against a whole year has no season"
    rows = trial.designs[(trial.designs["design"] == "before_after") & (trial.designs["clusters"] == 8)].set_index("length")
    np.testing.assert_allclose(rows["estimate"], parts["before_after"], err_msg="all branches take part")


def test_a_trial_is_unbiased_but_for_spill_over(trial: Pilot) -> None:
    """The lot makes the arms alike, so what is left between the estimate and the truth is what crosses between branches."""
    table = trial.designs[(trial.designs["design"] == "parallel") & (trial.designs["length"] == 12)].set_index("clusters")
    spill = trial.spillover.set_index("clusters")
    for clusters in (4, 8):
        row = table.loc[clusters]
        assert row["bias_low"] - 0.02 <= spill.loc[clusters, "difference"] <= row["bias_high"] + 0.02
        assert row["coverage"] > 0.8


def test_the_false_alarms_that_are_put_up_with_are_the_plans(tmp_path: Path) -> None:
    study = written(tmp_path, verb="pilot", pilot=PLAN | {"level": 0.1}, months=24, replicates=4)
    assert "(10 % would be right)" in str(pilot(study, workers=1))


def test_the_same_seed_gives_the_same_trials_whatever_the_workers(tmp_path: Path) -> None:
    study = written(tmp_path, verb="pilot", pilot=PLAN, months=24, replicates=4)
    one, two = (pilot(study, workers=workers).designs for workers in (1, 2))
    assert one.equals(two)


def test_a_pilot_is_saved_whole_and_proposes_branches(trial: Pilot, tmp_path: Path) -> None:
    folder = trial.save(tmp_path / "out")
    assert {path.name for path in folder.iterdir()} == {
        "manifest.json", "designs.csv", "biases.csv", "spillover.csv", "power.svg", "power.png", "bias.svg", "bias.png"
    }  # fmt: skip
    told = str(trial)
    assert "Spill-over" in told and "Intra-cluster correlation" in told
    if trial.proposal:
        named = [name for names in trial.proposal["arms"].values() for name in names]
        assert len(named) == len(set(named)) == trial.proposal["clusters"] and set(named) <= set(trial.branches)


def test_false_alarms_are_as_many_as_allowed_in_a_bureau_of_unlike_branches() -> None:
    """Worlds of the municipal bureau in which nothing changes, under many lots: 5 % are found, give or take the luck of 60."""
    setting = Setting(
        load_organisation("municipal_bureau"), load_behaviour(), load_scheme("deduction_heavy"), months=24, warmup_months=6
    )
    rng, found = np.random.default_rng(1), []
    for replicate in range(60):
        branches = simulate_courses(setting, [()], replicate)[0][1][:, 1:]
        gains = (branches[12:] - branches[:12]).mean(axis=0)
        for outcome in ("exhaustion_mean", "efficacy_mean", "effort_mean", "goal_attainment"):
            for _ in range(10):
                order = drawn_order(8, 8, rng)
                found.append(two_arms(gains[order, SERIES.index(outcome)], np.arange(8) < 4).finds(0.05))
    assert 0.03 < np.mean(found) < 0.07


# --- on the store ----------------------------------------------------------------------------------------------------


def stored_transition(folder: Path, name: str = "out", replicates: int = 5, **how: Any) -> Transition:
    plan = {"changes": [{"month": 5, "branches": ["b1"]}, {"month": 9}], "outcomes": ["effort_mean", "understanding_mean"]}
    study = written(folder, verb="transition", transition=plan, months=14)
    return transition(study, folder=folder / name, replicates=replicates, **{"workers": 1, **how})


def stored_pilot(folder: Path, name: str = "out", replicates: int = 5, **how: Any) -> Pilot:
    study = written(folder, verb="pilot", pilot=PLAN, months=26)
    return pilot(study, folder=folder / name, replicates=replicates, **{"workers": 1, **how})


STORED = {
    "transition": (stored_transition, 3, ["monthly.csv", "costs.csv", "branch_paths.csv"]),
    "pilot": (stored_pilot, 8, ["designs.csv", "biases.csv", "spillover.csv"]),
}


def test_courses_in_the_store_are_what_is_walked(tmp_path: Path) -> None:
    """To the bit what `simulate_courses` gives, for the bureau and for every branch."""
    found = stored_transition(tmp_path)
    design, new = found.design, load_scheme("municipal_closed_loop")
    setting = Setting(design.organisation, design.behaviour, design.baseline_scheme, 14, 13, design.seed)
    planned = (Change(5, new, ("b1",)), Change(9, new))
    columns = [SERIES.index(name) for name in ("effort_mean", "understanding_mean")]
    for replicate in range(5):
        stay, whole = simulate_courses(setting, [(), planned], replicate)
        for name, (bureau, branches) in ((STAY, stay), (PLANNED, whole)):
            np.testing.assert_array_equal(found.paths[name][replicate], bureau)
            np.testing.assert_array_equal(found.by_branch[name][replicate], branches[:, :, columns])


def test_worlds_of_a_pilot_in_the_store_are_what_is_walked(tmp_path: Path) -> None:
    found = stored_pilot(tmp_path)
    design, new = found.design, load_scheme("municipal_closed_loop")
    setting = Setting(design.organisation, design.behaviour, design.baseline_scheme, 26, 13, design.seed)
    column = SERIES.index("understanding_mean")
    for replicate, world in enumerate(found.worlds):
        parallel = found.trials.index(Trial("parallel", 8))
        own = tuple(found.branches[branch] for branch in world.orders[parallel][:4])
        courses = [(), (Change(13, new),), (Change(13, new, own),)]
        stay, whole, mixed = (branches[:, 1:, column] for _, branches in simulate_courses(setting, courses, replicate))
        np.testing.assert_array_equal(world.stay, stay)
        np.testing.assert_array_equal(world.whole, whole)
        np.testing.assert_array_equal(world.mixed[parallel], mixed[:24])


@pytest.mark.parametrize("verb", STORED)
def test_interrupted_and_resumed_is_undisturbed(verb: str, tmp_path: Path) -> None:
    run, courses, tables = STORED[verb]
    run(tmp_path, "undisturbed")

    def stop(done: int, total: int) -> None:
        assert total == 5 * courses
        if done >= 2 * courses:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, "stopped", progress=stop)
    assert not (tmp_path / "stopped" / "manifest.json").exists()
    info = look_at(tmp_path / "stopped")
    assert info is not None and info.verb == verb and info.n_asked == 5 * courses and 0 < info.n_runs < info.n_asked
    found = run(tmp_path, "stopped")
    assert found.ran.n_reused == info.n_runs and found.ran.n_new == info.n_asked - info.n_runs
    for name in tables:
        assert (tmp_path / "stopped" / name).read_bytes() == (tmp_path / "undisturbed" / name).read_bytes()
    whole = look_at(tmp_path / "stopped")
    assert whole is not None and whole.state == "whole" and whole.n_runs == 5 * courses


@pytest.mark.parametrize("verb", STORED)
def test_a_bigger_one_reuses_what_is_there(verb: str, tmp_path: Path) -> None:
    run, courses, tables = STORED[verb]
    run(tmp_path, "grown", replicates=3)
    found = run(tmp_path, "grown", replicates=5, workers=2)
    assert (found.ran.n_new, found.ran.n_reused) == (2 * courses, 3 * courses)
    run(tmp_path, "at_once", replicates=5)
    for name in tables:
        assert (tmp_path / "grown" / name).read_bytes() == (tmp_path / "at_once" / name).read_bytes()


def test_another_number_of_branches_in_the_same_folder_reuses_the_whole_worlds(tmp_path: Path) -> None:
    stored_pilot(tmp_path)
    fewer = written(tmp_path, verb="pilot", pilot=PLAN | {"clusters": [8], "designs": ["parallel"]}, months=26)
    again = pilot(fewer, folder=tmp_path / "out", replicates=5, workers=1)
    assert (again.ran.n_new, again.ran.n_reused) == (5, 10)
    alone = pilot(fewer, replicates=5, workers=1)
    assert again.designs.equals(alone.designs) and again.spillover.equals(alone.spillover)


@pytest.mark.parametrize("verb", STORED)
def test_shown_runs_have_no_empty_columns(tmp_path: Path, verb: str) -> None:
    run, _, tables = STORED[verb]
    run(tmp_path, replicates=2).save(tmp_path / "saved")
    for name in tables:
        (tmp_path / "out" / name).write_bytes((tmp_path / "saved" / name).read_bytes())
    told = CliRunner().invoke(app, ["results", "show", str(tmp_path / "out")]).output
    columns = next(line for line in told.splitlines() if "replicate" in line).split()
    assert [name for name in columns if name != "point"] == ["scheme", "replicate"] and "goal_attainment" not in told
    assert "no outcomes of whole runs" in told and all(name in told for name in tables)
    asked = CliRunner().invoke(app, ["results", "show", str(tmp_path / "out"), "--columns", "surplus", "--csv"]).output
    assert asked.splitlines()[0] == "point,scheme,replicate,surplus", "what is asked for is there"


def broken_in_one(case: Any) -> Any:
    """Walks courses as always, but those that change fail in replicate 2."""
    walk = walk_courses(case)

    def simulate(replicate: int) -> Any:
        if replicate == 2 and any(course.changes for course in case.schemes):
            raise ValueError("planted")
        return walk(replicate)

    return simulate


@pytest.mark.parametrize("verb", STORED)
def test_failed_runs_are_rows_and_their_replicates_are_left_out(verb: str, tmp_path: Path) -> None:
    run, courses, _ = STORED[verb]
    found = run(tmp_path, core=broken_in_one)
    assert len(found.failed) == courses - 1 and all("planted" in row["reason"] for row in found.failed)
    assert "1 of 5 replicates is left out: a run of it failed" in str(found)
    n = len(found.worlds) if isinstance(found, Pilot) else len(found.paths[STAY])
    assert n == 4
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert (manifest["n_runs"], manifest["n_failed"]) == (5 * courses, courses - 1)


def test_where_every_replicate_fails_it_is_told(tmp_path: Path) -> None:
    def broken(case: Any) -> Any:
        def simulate(replicate: int) -> Any:
            raise ValueError("planted")

        return simulate

    with pytest.raises(UserError, match="planted"):
        stored_transition(tmp_path, core=broken)


def test_another_plan_in_the_same_folder_is_told(tmp_path: Path) -> None:
    stored_transition(tmp_path, replicates=2)
    other = written(tmp_path, verb="transition", transition={"changes": [{"month": 6}]}, months=14)
    with pytest.raises(UserError, match="another study"):
        transition(other, folder=tmp_path / "out", replicates=2)


def test_runs_with_many_months_are_read_few_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = stored_transition(tmp_path)
    whole = found.by_branch[PLANNED]
    with read_study(tmp_path / "out") as study:
        assert [len(batch) for batch in study.batches()] == [15]
        per_run = 8 * len(SERIES) * 14 * (10 + 10 + 1) / 3
        monkeypatch.setattr(store, "BYTES_PER_BATCH", 2.5 * per_run)
        assert [len(batch) for batch in study.batches()] == [2] * 7 + [1]
    np.testing.assert_array_equal(stored_transition(tmp_path).by_branch[PLANNED], whole)


def test_the_key_of_a_course_is_all_that_it_depends_on() -> None:
    old, new = load_scheme("deduction_heavy"), load_scheme("forced_ranking")
    course = Course("planned", (Change(5, new, ("b1",)),), 8, (1, 2), ("effort_mean",))
    others = [
        replace(course, **other)
        for other in (
            {"changes": ()}, {"changes": (Change(6, new, ("b1",)),)}, {"changes": (Change(5, old, ("b1",)),)},
            {"changes": (Change(5, new),)}, {"months": 9}, {"branches": (1,)}, {"outcomes": ("understanding_mean",)},
        )
    ]  # fmt: skip
    assert len({one.digest for one in (course, *others)}) == 8
    retitled = Change(5, new.model_copy(update={"title": "Another title"}), ("b1",))
    assert replace(course, name="another", changes=(retitled,)).digest == course.digest


def test_blocks_travel_to_other_processes(tmp_path: Path) -> None:
    """What goes to a worker and comes back survives pickling, and is the same there."""
    design = stored_transition(tmp_path, replicates=2).design
    course = Course(PLANNED, (Change(5, load_scheme("forced_ranking"), ("b1",)),), 8, (1, 2), ("effort_mean",))
    task = Task(case_of_courses(design, [course]), 1, (b"k" * 16,))
    code = model_code()
    here, there = (run_block(walk_courses, [one], KEPT_OF_COURSES, code)[0] for one in (task, pickle.loads(pickle.dumps(task))))
    np.testing.assert_array_equal(here.monthly, there.monthly)
    assert pickle.loads(pickle.dumps(here)).failed.tolist() == [None] and len(here.monthly) == 3 * 8
    assert course.digest == pickle.loads(pickle.dumps(course)).digest


# --- what a user can get wrong ---------------------------------------------------------------------------------------

WAVE = {"month": 5}
BAD: dict[str, tuple[dict[str, Any], str]] = {
    "no waves": ({"verb": "transition", "transition": {"changes": []}}, "changes"),
    "no block": ({"verb": "transition"}, "settings of this verb"),
    "month 0": ({"verb": "transition", "transition": {"changes": [{"month": 0}]}}, "month"),
    "month after the end": ({"verb": "transition", "transition": {"changes": [{"month": 99}]}}, "month 99"),
    "unknown branch": ({"verb": "transition", "transition": {"changes": [{"month": 5, "branches": ["b11"]}]}}, "no such branch"),
    "unknown scheme": ({"verb": "transition", "transition": {"changes": [{"month": 5, "scheme": "x"}]}}, "no such scheme"),
    "unknown outcome": ({"verb": "transition", "transition": {"changes": [WAVE], "outcomes": ["efort_mean"]}}, "effort_mean"),
    "yearly outcome": ({"verb": "transition", "transition": {"changes": [WAVE], "outcomes": ["rank_agreement"]}}, "every month"),
    "two schemes at once": (
        {"verb": "transition", "transition": {"changes": [WAVE, {"month": 5, "branches": ["b1"]}]}}, "two schemes",
    ),
    "which scheme": ({"verb": "transition", "transition": {"changes": [WAVE]}, "schemes": ["base"]}, "not plain"),
    "block of another verb": ({"verb": "pilot", "transition": {"changes": [WAVE]}}, "another verb"),
    "misspelt setting": ({"verb": "pilot", "pilot": {"lenghts": [6]}}, "lengths"),
    "odd clusters": ({"verb": "pilot", "pilot": {"clusters": [5]}}, "even number"),
    "more clusters than branches": ({"verb": "pilot", "pilot": {"clusters": [20]}, "months": 60}, "fewer branches"),
    "too long a trial": ({"verb": "pilot", "pilot": {"lengths": [60], "clusters": [4]}}, "at least 72"),
    "too short a trial": ({"verb": "pilot", "pilot": {"lengths": [3], "clusters": [4]}}, "too short"),
    "trial of the baseline": ({"verb": "pilot", "pilot": {"scheme": "deduction_heavy"}}, "is the baseline"),
    "outcome at the end only": ({"verb": "pilot", "pilot": {"outcome": "surplus", "clusters": [4]}}, "every month"),
    "no such outcome": ({"verb": "pilot", "pilot": {"outcome": "happiness"}}, "no such outcome"),
    "no such design": ({"verb": "pilot", "pilot": {"designs": ["guess"]}}, "parallel"),
    "certain power": ({"verb": "pilot", "pilot": {"power": 1.0}}, "power"),
    "no such branch to try": ({"verb": "pilot", "pilot": {"branches": ["b99"]}}, "no such branch"),
}  # fmt: skip


@pytest.mark.parametrize("mistake", BAD)
def test_a_bad_study_is_told(mistake: str, tmp_path: Path) -> None:
    content, told = BAD[mistake]
    study = written(tmp_path, **content)
    with pytest.raises(UserError) as error:
        (transition if content["verb"] == "transition" else pilot)(study)
    assert told in str(error.value)


@pytest.mark.parametrize("mistake", ["unknown branch", "odd clusters", "month after the end"])
def test_the_command_tells_it_without_a_traceback(mistake: str, tmp_path: Path) -> None:
    content, told = BAD[mistake]
    result = CliRunner().invoke(app, [content["verb"], str(written(tmp_path, **content)), "--out", str(tmp_path / "out")])
    assert result.exit_code == 2 and told in result.output and "Traceback" not in result.output
    assert not (tmp_path / "out").exists()


def test_the_commands_run(tmp_path: Path) -> None:
    plan = {"changes": [{"month": 5}], "outcomes": ["effort_mean"]}
    study = written(tmp_path, verb="transition", transition=plan, months=14)
    result = CliRunner().invoke(app, ["transition", str(study), "--replicates", "2", "--out", str(tmp_path / "out")])
    assert result.exit_code == 0, result.output
    assert (tmp_path / "out" / "manifest.json").exists()


@pytest.mark.parametrize(
    "name", ["transition_municipal", "transition_county", "pilot_municipal", "pilot_county", "pilot_efficacy"]
)
def test_the_studies_that_come_along_are_sound(name: str) -> None:
    from sim.outcomes import OUTCOME_NAMES
    from sim.schemes.study import load_study

    study = load_study(name, OUTCOME_NAMES)
    assert isinstance(study, Study) and study.verb in ("transition", "pilot")
