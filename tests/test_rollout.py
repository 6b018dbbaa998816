"""Several schemes at once: branches under different schemes, rollouts in waves, and what must not change where nothing does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from enum import StrEnum

import numpy as np
import pytest
from agreeing import a_world, crossbred_scheme, first_disagreement
from test_walks_agree import HAPPENS, LIVELY, VARIANTS, an_extreme_scheme
from trials import TABLES, same

import sim.run
from sim.errors import UserError
from sim.history import HISTORY
from sim.outcomes import SERIES
from sim.population.founding import Blueprint, Dress, lay_out, tailor
from sim.population.rollout import Arms, all_under, change, novelty_of
from sim.population.settings import DERIVED, IN_FORCE
from sim.population.world import World, copy_of
from sim.run import Change, Run, Setting, Stage, simulate, simulate_schemes, walk
from sim.schemes.leaves import numeric_leaves
from sim.schemes.load import load_behaviour, load_organisation, load_scheme
from sim.schemes.organisation import Organisation
from sim.schemes.scheme import Scheme

OFFICES, TOWN, COUNTRY = range(3)  # branches of the workshop bureau


def dressed(
    schemes: Sequence[Scheme | str], organisation: Organisation | str = "workshop_bureau"
) -> tuple[Blueprint, list[Dress]]:
    """An organisation, and schemes fitted to it."""
    document = load_organisation(organisation) if isinstance(organisation, str) else organisation
    blueprint = lay_out(document, load_behaviour())
    return blueprint, [tailor(blueprint, load_scheme(s) if isinstance(s, str) else s) for s in schemes]


def mixed(world: World, dresses: Sequence[Dress], step: int = 0) -> tuple[World, Arms]:
    """A world whose branches come, at a step, under the dresses in turn (the first is the one it wears)."""
    others = {branch: dresses[branch % len(dresses)] for branch in range(len(world.branches)) if branch % len(dresses)}
    return change(world, all_under(world, dresses[0]), others, step)


# --- both walks ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("first", VARIANTS)
def test_walks_agree_in_a_mixed_world(first: str) -> None:
    """Three branches under three schemes with appraisals every 1, 6 or 6 months, from different months on."""
    seen: Counter[str] = Counter()
    names = [first, *(name for name in VARIANTS if name != first)][:3]
    schemes = [an_extreme_scheme(name) for name in names]
    _, dresses = dressed(schemes)
    world = a_world(schemes[0], "workshop_bureau", seed=3, **LIVELY)
    assert first_disagreement(world, 4, seen) == ""
    walk(world, 0, np.zeros(4, HISTORY))
    world, arms = change(world, all_under(world, dresses[0]), {TOWN: dresses[1]}, 4)
    assert first_disagreement(world, 7, seen, first_step=4) == ""
    walk(world, 4, np.zeros(7, HISTORY))
    world, arms = change(world, arms, {COUNTRY: dresses[2], OFFICES: dresses[1]}, 11)
    assert len(world.schemes) >= 3
    assert first_disagreement(world, 15, seen, first_step=11) == ""
    assert not HAPPENS - {"sabotage"} - set(+seen)


@pytest.mark.parametrize("seed", range(6))
def test_walks_agree_on_schemes_drawn_at_random(seed: int) -> None:
    rng = np.random.default_rng(seed)
    schemes = [crossbred_scheme(rng, {"appraisal.interval": int(n)}) for n in rng.choice([3, 4, 5, 12], 3)]
    _, dresses = dressed(schemes)
    world = a_world(schemes[0], "workshop_bureau", seed=seed, **LIVELY)
    walk(world, 0, np.zeros(5, HISTORY))
    world, _ = mixed(world, dresses, 5)
    assert first_disagreement(world, 14, first_step=5) == ""


def test_walks_agree_in_a_service_whose_bureaus_differ() -> None:
    levels = [
        {"name": "province", "units_per_superior": 1, "offices": 2, "branches": 0},
        {"name": "county", "units_per_superior": 3, "offices": 1, "branches": 3},
    ]
    organisation = load_organisation("national_service", changes={"service.levels": levels, "service.cadres": 80})
    schemes = [an_extreme_scheme(name) for name in list(VARIANTS)[:3]]
    _, dresses = dressed(schemes, organisation)
    world, arms = mixed(a_world(schemes[0], organisation, **LIVELY), dresses)
    assert len(np.unique(arms.of_bureau[:, 0])) > 1 or len(arms.dresses) == 3
    assert first_disagreement(world, 13) == ""


def test_a_staggered_run_gives_the_same_by_both_walks() -> None:
    new = load_scheme("forced_ranking")
    schedule = [Change(3, new, ("town",)), Change(8, new, ("country",)), Change(14, new, ("offices",))]
    runs = [
        simulate("deduction_heavy", "workshop_bureau", months=20, warmup_months=7, seed=5, schedule=schedule, walk=each)
        for each in ("compiled", "agents")
    ]
    for name in HISTORY.names:
        np.testing.assert_allclose(runs[0].history[name], runs[1].history[name], rtol=1e-9, atol=1e-9)
    assert runs[0].outcomes == pytest.approx(runs[1].outcomes, rel=1e-9, abs=1e-9, nan_ok=True)


def test_workers_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sim.run, "CHUNK", 1)
    schemes = [an_extreme_scheme(name) for name in list(VARIANTS)[:3]]
    _, dresses = dressed(schemes)
    world, _ = mixed(a_world(schemes[0], "workshop_bureau", **LIVELY), dresses)
    other = copy_of(world)
    walk(world, 0, np.zeros(14, HISTORY), workers=1)
    walk(other, 0, np.zeros(14, HISTORY), workers=3)
    assert_same_worlds(world, other)


# --- nothing changes where nothing changes ---------------------------------------------------------------------------


def assert_same_worlds(a: World, b: World) -> None:
    for table in TABLES:
        for name in getattr(a, table).dtype.names:
            assert same(getattr(a, table)[name], getattr(b, table)[name]), f"{table}.{name}"


def assert_same_runs(a: Run, b: Run) -> None:
    assert_same_worlds(a.world, b.world)
    for name in HISTORY.names:
        assert same(a.history[name], b.history[name]), name


def a_run(*schedule: Change, scheme: str = "deduction_heavy", months: int = 30) -> Run:
    return simulate(scheme, "workshop_bureau", months=months, warmup_months=13, seed=2, schedule=schedule)


def test_a_change_to_the_same_scheme_is_no_change() -> None:
    renamed = load_scheme("deduction_heavy").model_copy(update={"name": "another_name", "title": "Another name"})
    assert_same_runs(a_run(), a_run(Change(8, renamed), Change(9, renamed, ("town",))))


def test_only_elements_are_new_to_people_and_not_what_follows_from_them() -> None:
    """One element more, of which a chance of detection follows: one of those in force, and the indicators, has changed."""
    plain = load_scheme("deduction_heavy")
    appraisal = plain.appraisal.model_copy(update={"audit_rate": plain.appraisal.audit_rate + 0.05})
    _, (old, new) = dressed([plain, plain.model_copy(update={"appraisal": appraisal})])
    assert old.record["detection"] != new.record["detection"]
    elements = (
        leaf for name, leaf in numeric_leaves(new.scheme, ("indicators",)).items() if name in (old.record.dtype.names or ())
    )
    in_force = sum((list(type(leaf)).index(leaf) if isinstance(leaf, StrEnum) else leaf) != 0 for leaf in elements)
    assert novelty_of(old, new) == pytest.approx(1 / (in_force + 1))


def test_electronic_means_are_one_element() -> None:
    """What of a result is counted follows from them: that the table of indicators shows it as well is no second change."""
    plain = load_scheme("deduction_heavy")
    indicators = {name: one.model_copy(update={"quantified": 0.4}) for name, one in plain.plan.indicators.items()}
    electronic = load_scheme("deduction_heavy", changes={"appraisal.electronic": 0.5})
    quantified = plain.model_copy(update={"plan": plain.plan.model_copy(update={"indicators": indicators})})
    _, (old, by_means, by_indicators) = dressed([plain, electronic, quantified])
    assert (old.indicators["counted"] != by_means.indicators["counted"]).any()
    in_force = sum(old.record[0][name] != 0 for name in old.record.dtype.names if name not in (*DERIVED, *IN_FORCE))
    assert novelty_of(old, by_means) == pytest.approx(1 / (in_force + 2))  # the means come into force
    assert novelty_of(old, by_indicators) == pytest.approx(1 / (in_force + 1))


def test_a_change_there_and_nothing_here_leaves_here_as_it_is() -> None:
    """On the day of the change only those whose scheme changes notice: less understood, nothing achieved yet."""
    _, (old, new) = dressed(["deduction_heavy", "municipal_closed_loop"])
    world = a_world("deduction_heavy", "workshop_bureau", seed=4)
    walk(world, 0, np.zeros(15, HISTORY))
    before = copy_of(world)
    world, _ = change(world, all_under(world, old), {TOWN: new}, 15)
    branch = world.departments["branch"][world.cadres["department"]]
    here, there = branch != TOWN, branch == TOWN
    for name in world.cadres.dtype.names:
        if name != "group":
            assert same(world.cadres[name][here], before.cadres[name][here]), name
    assert (world.cadres["understanding"][there] < before.cadres["understanding"][there]).all()
    assert np.isnan(world.cadres["score"][there]).all() and not np.isnan(world.cadres["score"][here]).any()
    for name in ("mean", "spread", "medal_spread"):
        mine = world.groups[name][world.cadres["group"][here]]
        assert same(mine, before.groups[name][before.cadres["group"][here]]), name
    assert np.isnan(world.groups["mean"][world.cadres["group"][there]]).all()


def test_one_wave_written_branch_by_branch_is_a_change_at_once() -> None:
    new = load_scheme("municipal_closed_loop")
    names = ("offices", "town", "country")
    assert_same_runs(a_run(Change(6, new)), a_run(*(Change(6, new, (name,)) for name in names)))


def test_a_scheme_from_the_first_month_is_that_scheme() -> None:
    new = load_scheme("forced_ranking")
    assert_same_runs(a_run(scheme="forced_ranking"), a_run(Change(1, new), scheme="forced_ranking"))
    from_baseline = simulate("deduction_heavy", "workshop_bureau", months=30, warmup_months=13, seed=2, schedule=[Change(1, new)])
    assert_same_runs(a_run(scheme="forced_ranking"), from_baseline)


def test_one_scheme_by_three_waves_ends_with_the_peer_groups_of_one_scheme() -> None:
    new = load_scheme("forced_ranking")
    waves = a_run(Change(2, new, ("town",)), Change(5, new, ("offices",)), Change(9, new, ("country",)))
    at_once = a_run(Change(2, new))
    for name in ("size", "n_top", "n_second", "n_bottom", "chance", "density"):
        assert same(waves.world.groups[name], at_once.world.groups[name]), name
    assert same(waves.world.members, at_once.world.members)
    assert sorted(set(waves.world.schemes["start"])) == [14, 17, 21]
    assert not same(waves.history["understanding_mean"], at_once.history["understanding_mean"])


def test_there_and_back_again() -> None:
    old, new = load_scheme("deduction_heavy"), load_scheme("forced_ranking")
    run = a_run(Change(4, new, ("town",)), Change(10, old, ("town",)))
    assert len(np.unique(run.world.schemes["number"])) == 1
    np.testing.assert_array_equal(run.world.groups["size"], a_run().world.groups["size"])
    assert run.history["understanding_mean"][-1] < a_run().history["understanding_mean"][-1]


# --- contests and liability stay inside a scheme ----------------------------------------------------------------------


def test_contests_never_mix_schemes() -> None:
    schemes = [an_extreme_scheme(name) for name in VARIANTS]
    _, dresses = dressed(schemes)
    world, _ = mixed(a_world(schemes[0], "workshop_bureau"), dresses)
    number = world.schemes["number"][world.departments["arm"]][world.cadres["department"]]
    for g, group in enumerate(world.groups):
        members = world.members[group["first"] : group["first"] + group["size"]]
        assert (world.cadres["group"][members] == g).all()
        assert set(number[members]) == {world.schemes["number"][group["arm"]]}
    assert world.groups["size"].sum() == len(world.cadres)


def test_seats_follow_the_size_of_the_split_group() -> None:
    scheme = load_scheme(
        "forced_ranking", changes={"appraisal.grades.peer_group": "bureau", "appraisal.grades.bottom_share": 0.1}
    )
    _, dresses = dressed(["deduction_heavy", scheme])
    world = a_world("deduction_heavy", "workshop_bureau")
    world, _ = change(world, all_under(world, dresses[0]), {TOWN: dresses[1]}, 0)
    town = world.groups[world.cadres["group"][world.departments["branch"][world.cadres["department"]] == TOWN][0]]
    assert town["size"] == 14 and town["n_bottom"] == 1
    assert dresses[1].groups["n_bottom"].tolist() == [4]


def test_a_bureau_goes_with_the_majority() -> None:
    _, (old, new) = dressed(["deduction_heavy", "superior_ranking"])
    world = a_world("deduction_heavy", "workshop_bureau")  # 12 in the offices, 14 in each branch
    world, arms = change(world, all_under(world, old), {TOWN: new}, 0)
    assert arms.of_bureau.tolist() == [[0, 0]]
    world, arms = change(world, arms, {COUNTRY: new}, 3)
    assert arms.of_bureau.tolist() == [[1, 3]]
    assert world.schemes["rank_demanded"][world.bureaus["arm"][0]] == new.record["rank_demanded"][0]


# --- by branch -------------------------------------------------------------------------------------------------------


def test_series_of_branches_add_up_to_those_of_the_bureau() -> None:
    new = load_scheme("forced_ranking")
    schedule = (Change(5, new, ("town",)),)
    setting = Setting(
        load_organisation("workshop_bureau"), load_behaviour(), load_scheme("deduction_heavy"), 12, 12, schedule=schedule
    )
    (plain,), (kept,) = (simulate_schemes(setting, [setting.baseline], 0, by_branch=each) for each in (False, True))
    assert same(plain.monthly, kept.monthly) and plain.by_branch is None
    assert kept.by_branch is not None and kept.by_branch.shape == (12, 3, len(SERIES))
    people = np.array([12.0, 14.0, 14.0])
    for name in ("exhaustion_mean", "effort_mean", "understanding_mean", "exit_share", "burnout_share"):
        k = SERIES.index(name)
        np.testing.assert_allclose(kept.by_branch[:, :, k] @ people / people.sum(), kept.monthly[:, k])


# --- what a user can get wrong ---------------------------------------------------------------------------------------

NEW = load_scheme("forced_ranking")
BAD = {
    "month 0": ([Change(0, NEW)], "month 0"),
    "after the end": ([Change(25, NEW)], "month 25"),
    "no such branch": ([Change(3, NEW, ("twon",))], "town"),
    "twice in a month": ([Change(3, NEW, ("town",)), Change(3, NEW)], "two schemes"),
}


@pytest.mark.parametrize("mistake", BAD)
def test_a_bad_schedule_is_told(mistake: str) -> None:
    schedule, told = BAD[mistake]
    stage = Stage(
        Setting(load_organisation("workshop_bureau"), load_behaviour(), load_scheme("base"), months=24, schedule=tuple(schedule))
    )
    with pytest.raises(UserError) as error:
        stage.course(load_scheme("base"))
    assert told in str(error.value)


def test_a_change_in_the_middle_of_a_yearly_step_is_told() -> None:
    organisation = load_organisation("workshop_bureau", changes={"step_months": 12})
    with pytest.raises(UserError, match="of 12 months"):
        simulate("base", organisation, months=36, warmup_months=0, schedule=[Change(7, NEW)])
    simulate("base", organisation, months=36, warmup_months=0, schedule=[Change(13, NEW, ("town",))])
