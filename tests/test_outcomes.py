"""Outcomes on worlds made by hand, with answers known beforehand; scipy and permutations as oracles; what is missing is NaN."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from trials import founded, outcomes_of, walked

from sim import outcomes
from sim.history import HISTORY
from sim.outcomes import HEADLINES, OUTCOME_NAMES, OUTCOMES, OWN_GROUP_OUTCOMES, SERIES, measure, measure_groups
from sim.population.founding import lay_out
from sim.population.world import World
from sim.run import simulate
from sim.schemes.load import load_behaviour, load_organisation, load_scheme
from sim.tally import tau_b

BOTTOM, ORDINARY, SECOND, TOP = 0, 1, 2, 3
RNG = np.random.default_rng(20)


# --- the contract ----------------------------------------------------------------------------------------------------------

NAMED = """
exhaustion_mean cynicism_mean efficacy_mean burnout_share overload_share rank_agreement grade_agreement bottom_share top_share
false_bottom_share missed_bottom_share false_top_share missed_top_share wrongly_bottom_share wrongly_sanctioned_share luck_share
reward_gini adverse_impact adverse_impact_null justice_distributive justice_procedural justice_interpersonal
justice_informational inflation inflation_cadre inflation_department inflation_branch inflation_bureau report_fidelity
rank_distortion falsified_share detected_share goal_attainment goal_financial goal_customer goal_process goal_learning
goal_external reported_attainment two_skins_gap neglect surplus bonus_cost effort_mean help_mean sabotage_mean
autonomous_motivation_mean understanding_mean exit_share target_drift taxpayer_satisfaction compliance appraisal_hours_share
""".split()  # noqa: SIM905 (model.md, section 5)


def test_every_outcome_of_the_brief_is_there() -> None:
    assert set(NAMED) <= set(OUTCOME_NAMES)
    assert len(set(OUTCOME_NAMES)) == len(OUTCOMES)
    assert set(HEADLINES) <= set(OUTCOME_NAMES)
    assert set(SERIES) <= set(OUTCOME_NAMES)
    assert all(outcome.better in (-1, 0, 1) and outcome.title and outcome.meaning for outcome in OUTCOMES)


# --- pairs counted -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("levels", [2, 3, 7, 10_000])
@pytest.mark.parametrize("n", [2, 3, 5, 20, 101])
def test_tau_b_is_kendalls(n: int, levels: int) -> None:
    for _ in range(20):
        x, y = (RNG.integers(levels, size=n).astype(float) for _ in range(2))
        expected = stats.kendalltau(x, y).statistic
        assert tau_b(x, y) == pytest.approx(0.0 if np.isnan(expected) else expected, abs=1e-12)


def test_all_tied_agrees_in_nothing() -> None:
    assert tau_b(np.ones(6), np.arange(6.0)) == 0.0


def test_agreement_is_the_mean_over_groups_by_size() -> None:
    group = RNG.permutation(np.repeat([4, 9, 2, 7], [3, 10, 1, 25]))
    x, y = RNG.normal(size=(2, len(group)))
    known = RNG.random(len(group)) < 0.9
    taus, sizes = [], []
    for g in np.unique(group):
        own = known & (group == g)
        if own.sum() > 1:
            taus.append(stats.kendalltau(x[own], y[own]).statistic)
            sizes.append(own.sum())
    assert outcomes._agreement(x, y, group, known) == pytest.approx(np.average(taus, weights=sizes), abs=1e-12)


def test_large_groups_are_counted_the_same_way(monkeypatch: pytest.MonkeyPatch) -> None:
    group = np.repeat([0, 1, 2], [30, 50, 1])
    x, y = RNG.integers(6, size=(2, len(group))).astype(float)
    known = np.ones(len(group), bool)
    pair_by_pair = outcomes._agreement(x, y, group, known)
    monkeypatch.setattr(outcomes, "LARGEST_PAIRED", 10)
    assert outcomes._agreement(x, y, group, known) == pytest.approx(pair_by_pair, abs=1e-12)


def test_nobody_to_compare_with_is_missing() -> None:
    nobody = np.zeros(3, bool)
    assert np.isnan(outcomes._agreement(np.arange(3.0), np.arange(3.0), np.zeros(3), nobody))
    assert np.isnan(outcomes._agreement(np.arange(3.0), np.arange(3.0), np.arange(3), ~nobody))


def test_grades_that_follow_contribution_as_far_as_ties_allow_agree_fully() -> None:
    contribution = np.arange(20.0)
    grade = np.repeat([BOTTOM, ORDINARY, SECOND, TOP], [2, 8, 6, 4])
    group = np.zeros(20, np.int64)
    everyone = np.ones(20, bool)
    assert outcomes._grade_agreement(grade, contribution, group, everyone) == pytest.approx(1.0)
    assert outcomes._grade_agreement(grade[::-1].copy(), contribution, group, everyone) == pytest.approx(-1.0)
    assert np.isnan(outcomes._grade_agreement(np.ones(20), contribution, group, everyone))


# --- luck, inequality, fidelity ----------------------------------------------------------------------------------------------


def test_luck_share_is_what_no_monotone_curve_explains() -> None:
    one = np.zeros(8, np.int64)
    contribution = np.arange(8.0)
    assert outcomes._luck_share(np.exp(contribution), contribution, one) == pytest.approx(0.0, abs=1e-12)
    assert outcomes._luck_share(-contribution, contribution, one) == pytest.approx(1.0)
    score = np.array([1.0, 3.0, 2.0, 4.0, 5.0, 6.0, 8.0, 7.0])  # two pairs swapped, each pooled to its mean: 2 x 2 x .25
    assert outcomes._luck_share(score, contribution, one) == pytest.approx(1.0 / ((score - 4.5) ** 2).sum())
    shuffled = RNG.permutation(8)
    assert outcomes._luck_share(score[shuffled], contribution[shuffled], one) == pytest.approx(1.0 / 42.0)


def test_luck_is_judged_inside_sequences_of_five_or_more() -> None:
    sequence = np.repeat([0, 1, 2], [6, 6, 4])
    contribution = np.concatenate((np.arange(6.0), np.arange(6.0), np.arange(4.0)))
    score = np.concatenate((np.arange(6.0), 100.0 + np.arange(6.0), -np.arange(4.0)))
    assert outcomes._luck_share(score, contribution, sequence) == pytest.approx(0.0, abs=1e-12)
    assert np.isnan(outcomes._luck_share(score[-4:], contribution[-4:], sequence[-4:]))
    assert np.isnan(outcomes._luck_share(np.ones(6), np.arange(6.0), np.zeros(6, np.int64)))


def test_gini() -> None:
    assert outcomes._gini(np.full(7, 3.0)) == pytest.approx(0.0)
    assert outcomes._gini(np.array([0.0, 0.0, 0.0, 5.0])) == pytest.approx(0.75)
    assert outcomes._gini(np.array([1.0, 3.0])) == pytest.approx(0.25)
    pay = RNG.lognormal(size=200)
    expected = np.abs(pay[:, None] - pay).sum() / (2 * len(pay) ** 2 * pay.mean())
    assert outcomes._gini(RNG.permutation(pay)) == pytest.approx(expected)
    assert np.isnan(outcomes._gini(np.zeros(3)))


@pytest.mark.parametrize("at_risk", [0.0, 0.4])
@pytest.mark.parametrize("months", [6, 24])
def test_inequality_is_of_all_that_is_earned_in_the_months_measured(at_risk: float, months: int) -> None:
    """Half are paid a fifth of a wage a month more than the rest, on top of what of the wage is fixed."""
    changes = {"application.explicit.at_risk": at_risk, "application.applied": 0.5}
    world, history = walked(founded(load_scheme("base", changes=changes), "workshop_bureau"), months)
    window = min(12, months)
    n = len(world.cadres) // 2
    world.cadres["window_pay"] = np.where(np.arange(len(world.cadres)) < n, 0.2, 0.0) * window
    fixed = 1.0 - 0.5 * at_risk
    expected = outcomes._gini(np.repeat([fixed + 0.2, fixed], [n, len(world.cadres) - n]))
    assert outcomes_of(world, history)["reward_gini"] == pytest.approx(expected)


def test_nobody_lives_on_less_than_the_least() -> None:
    world, history = walked(founded("base", "workshop_bureau"), 12)
    world.cadres["window_pay"] = -100.0
    assert outcomes_of(world, history)["reward_gini"] == pytest.approx(0.0)


def test_concordance_is_lins() -> None:
    x = RNG.normal(1.0, 0.1, 12)
    assert outcomes._concordance(x, x) == pytest.approx(1.0)
    shift = 0.2  # 2 var/(2 var + shift^2)
    assert outcomes._concordance(x + shift, x) == pytest.approx(2 * x.var() / (2 * x.var() + shift**2))
    assert outcomes._concordance(2.0 - x, x) < 0.0
    y = RNG.normal(1.1, 0.2, 12)
    rho = np.corrcoef(x, y)[0, 1]
    expected = 2 * rho * x.std() * y.std() / (x.var() + y.var() + (x.mean() - y.mean()) ** 2)
    assert outcomes._concordance(x, y) == pytest.approx(expected)
    assert np.isnan(outcomes._concordance(np.ones(9), np.ones(9)))


# --- worlds made by hand -----------------------------------------------------------------------------------------------------


def judged(ranking: str = "forced", organisation: str = "workshop_bureau") -> World:
    """A bureau in which everybody has been appraised exactly by contribution, nobody graded above or below the others."""
    scheme = load_scheme("forced_ranking", changes={"appraisal.grades.ranking": ranking})
    world = founded(scheme, organisation)
    cadres = world.cadres
    cadres["contribution"] = np.arange(len(cadres), dtype=float)
    cadres["score"] = 50.0 + cadres["contribution"]
    cadres["grade"] = ORDINARY
    cadres["sanctioned"] = 0
    return world


def by_sequence(world: World) -> list[np.ndarray]:
    """Rows of every sequence, the least contribution first."""
    sequence = world.departments["sequence"][world.cadres["department"]]
    rows = [np.flatnonzero(sequence == s) for s in np.unique(sequence)]
    return [own[np.argsort(world.cadres["contribution"][own])] for own in rows]


def grade_ends(world: World, bottom: int, top: int, of_bottom: slice | None = None) -> None:
    """Grade so many at both ends of every sequence."""
    for own in by_sequence(world):
        world.cadres["grade"][own[of_bottom or slice(None, bottom)]] = BOTTOM
        world.cadres["grade"][own[len(own) - top :]] = TOP


def test_the_right_ends_are_never_misjudged() -> None:
    world = judged()
    grade_ends(world, 2, 3)
    found = outcomes._fairness(world)
    n, sequences = len(world.cadres), len(by_sequence(world))
    for name in ("false_bottom_share", "missed_bottom_share", "false_top_share", "missed_top_share", "wrongly_bottom_share"):
        assert found[name] == 0.0, name
    assert found["bottom_share"] == pytest.approx(2 * sequences / n)
    assert found["top_share"] == pytest.approx(3 * sequences / n)
    assert found["rank_agreement"] == pytest.approx(1.0)
    assert found["grade_agreement"] == pytest.approx(1.0)
    assert found["luck_share"] == pytest.approx(0.0, abs=1e-12)
    assert np.isnan(found["wrongly_sanctioned_share"]), "nobody is sanctioned"


def test_misjudged_shares_count_the_wrong_ones() -> None:
    """Bottom grades go to the places 2 to 4 from below instead of 1 to 3: one of three is false, one of three is missed."""
    world = judged()
    grade_ends(world, 3, 0, of_bottom=slice(1, 4))
    found = outcomes._fairness(world)
    assert found["false_bottom_share"] == pytest.approx(1 / 3)
    assert found["missed_bottom_share"] == pytest.approx(1 / 3)
    assert found["wrongly_bottom_share"] == 0.0, "they stand below the median all the same"


def test_wrongly_is_above_the_median_of_the_sequence() -> None:
    world = judged()
    rows = by_sequence(world)
    for own in rows:
        worst, best = own[0], own[-1]
        world.cadres["grade"][[worst, best]] = BOTTOM
        world.cadres["sanctioned"][best] = 1
    found = outcomes._fairness(world)
    assert found["wrongly_bottom_share"] == pytest.approx(0.5)
    assert found["wrongly_sanctioned_share"] == 1.0
    world.cadres["sanctioned"][[own[0] for own in rows]] = 1
    assert outcomes._fairness(world)["wrongly_sanctioned_share"] == pytest.approx(0.5)


def test_without_awards_the_ends_are_a_tenth_by_score() -> None:
    world = judged("none")
    for own in by_sequence(world):
        tenth = int(0.1 * len(own))
        world.cadres["score"][own[:tenth]] = 1000.0  # the true bottom scores best
    found = outcomes._fairness(world)
    for name in ("false_bottom_share", "missed_bottom_share", "false_top_share", "missed_top_share"):
        assert found[name] == 1.0, name
    for name in ("bottom_share", "top_share", "wrongly_bottom_share", "grade_agreement", "adverse_impact", "adverse_impact_null"):
        assert np.isnan(found[name]), f"nobody is graded, so {name} is missing"


def test_groups_below_five_people_are_not_judged() -> None:
    world = judged(organisation="toy_bureau")  # three in the offices, six in the branch
    few = by_sequence(world)[0]
    assert len(few) < 5
    world.cadres["grade"][few[-1]] = BOTTOM  # the best of the three
    grades_of_many = by_sequence(world)[1]
    world.cadres["grade"][grades_of_many[0]] = BOTTOM
    assert outcomes._fairness(world)["false_bottom_share"] == 0.0


@pytest.mark.parametrize(("in_offices", "in_branches"), [(6, 3), (1, 14), (4, 8)])
def test_adverse_impact_and_its_mean_under_random_labels(in_offices: int, in_branches: int) -> None:
    world = judged()
    office = world.departments["is_office"][world.cadres["department"]] == 1
    world.cadres["grade"][np.flatnonzero(office)[:in_offices]] = TOP
    world.cadres["grade"][np.flatnonzero(~office)[:in_branches]] = SECOND
    found = outcomes._impact(world, np.ones(len(office), bool))
    assert found["adverse_impact"] == pytest.approx((in_branches / (~office).sum()) / (in_offices / office.sum()))
    favourable = world.cadres["grade"] >= SECOND
    ratios = []
    for _ in range(20_000):
        label = RNG.permutation(office)
        if favourable[label].any():
            ratios.append(favourable[~label].mean() / favourable[label].mean())
    error = np.std(ratios) / np.sqrt(len(ratios))
    assert found["adverse_impact_null"] == pytest.approx(np.mean(ratios), abs=4.5 * error)


def test_no_favourable_grade_in_offices_is_missing() -> None:
    world = judged()
    office = world.departments["is_office"][world.cadres["department"]] == 1
    everyone = np.ones(len(office), bool)
    assert np.isnan(outcomes._impact(world, everyone)["adverse_impact"]), "nobody has a favourable grade"
    world.cadres["grade"][~office] = TOP
    assert np.isnan(outcomes._impact(world, everyone)["adverse_impact"]), "a ratio to nothing"


def with_window(world: World, true: float, cadre: float, department: float, bureau: float, superior: float) -> World:
    """Every bureau's window filled with multiples of a normal month's output, over twelve months."""
    bureaus = world.bureaus
    for name, times in (
        ("true", true),
        ("cadre", cadre),
        ("department", department),
        ("reported", bureau),
        ("superior", superior),
    ):
        bureaus[f"window_{name}"] = 12 * times * bureaus["normal"]
    bureaus["window_front_true"] = 12 * true * bureaus["front_normal"]
    bureaus["window_front_reported"] = 12 * bureau * bureaus["front_normal"]
    return world


def test_inflation_at_every_level_and_goals() -> None:
    world = with_window(judged(), 0.9, 0.95, 1.0, 1.05, 1.1)
    found = outcomes._distortion(world, 12)
    goal = world.tasks["goal"].max()
    assert goal == world.tasks["goal"][world.tasks["value"] > 0].min() == 1.0
    for name, gap in (
        ("inflation_cadre", 0.05), ("inflation_department", 0.1), ("inflation_branch", 0.15), ("inflation_bureau", 0.15),
        ("inflation", 0.2),
    ):  # fmt: skip
        assert found[name] == pytest.approx(gap), name
    goals = outcomes._goals(world, 12)
    assert goals["goal_attainment"] == pytest.approx(0.9)
    assert goals["reported_attainment"] == pytest.approx(1.1)
    assert goals["two_skins_gap"] == pytest.approx(0.2)
    assert goals["goal_financial"] == pytest.approx(0.9)


def test_goals_are_capped_weighted_by_value_and_neglect_is_what_is_not_counted() -> None:
    world = with_window(judged(), 1.0, 1.0, 1.0, 1.0, 1.0)
    tasks, bureaus = world.tasks, world.bureaus
    uncounted = np.flatnonzero((tasks["is_counted"] == 0) & (bureaus["normal"][0] > 0))
    assert len(uncounted) == 1, "mentoring"
    assert outcomes._goals(world, 12)["neglect"] == pytest.approx(0.0)
    bureaus["window_true"][:, uncounted] *= 0.7
    weight = tasks["value"] * tasks["goal"] * bureaus["normal"][0]
    share = weight[uncounted].sum() / weight.sum()
    found = outcomes._goals(world, 12)
    assert found["neglect"] == pytest.approx(0.3)
    assert found["goal_attainment"] == pytest.approx(1.0 - 0.3 * share)
    bureaus["window_true"][:, uncounted] = 9.0 * 12 * bureaus["normal"][:, uncounted]
    found = outcomes._goals(world, 12)
    assert found["neglect"] == 0.0
    assert found["goal_attainment"] == pytest.approx(1.0 + 0.5 * share), "capped at 1.5"


def test_everything_counted_leaves_no_neglect_to_speak_of() -> None:
    world = with_window(judged(), 1.0, 1.0, 1.0, 1.0, 1.0)
    world.tasks["is_counted"] = 1
    assert np.isnan(outcomes._goals(world, 12)["neglect"])


def test_fidelity_needs_eight_units() -> None:
    small, large = judged(organisation="toy_bureau"), judged(organisation="county_bureau")
    for world in (small, large):
        units = world.departments
        units["window_true"] = np.linspace(8.0, 12.0, len(units))
        units["window_reported"] = units["window_true"]
    assert np.isnan(outcomes._distortion(small, 12)["report_fidelity"])
    assert np.isnan(outcomes._distortion(small, 12)["rank_distortion"])
    assert outcomes._distortion(large, 12)["report_fidelity"] == pytest.approx(1.0)
    assert outcomes._distortion(large, 12)["rank_distortion"] == pytest.approx(0.0)
    large.departments["window_reported"] = -large.departments["window_true"]
    assert outcomes._distortion(large, 12)["rank_distortion"] == pytest.approx(2.0)


def test_falsified_and_detected_shares() -> None:
    world = judged()
    cadres = world.cadres
    assert np.isnan(outcomes._distortion(world, 12)["falsified_share"]), "nothing reported"
    cadres["window_reported"] = 10.0
    assert outcomes._distortion(world, 12)["falsified_share"] == 0.0
    assert np.isnan(outcomes._distortion(world, 12)["detected_share"]), "nothing falsified"
    cadres["window_falsified"] = 2.0
    cadres["window_detected"] = 0.5
    assert outcomes._distortion(world, 12)["falsified_share"] == pytest.approx(0.2)
    assert outcomes._distortion(world, 12)["detected_share"] == pytest.approx(0.25)


# --- whole runs ----------------------------------------------------------------------------------------------------------------


def test_before_the_first_appraisal_everything_about_scores_is_missing() -> None:
    found = outcomes_of(*walked(founded("forced_ranking", "county_bureau"), 11))
    for name in (
        "rank_agreement", "grade_agreement", "bottom_share", "top_share", "false_bottom_share", "missed_top_share", "luck_share",
        "wrongly_bottom_share", "wrongly_sanctioned_share", "adverse_impact", "adverse_impact_null",
    ):  # fmt: skip
        assert np.isnan(found[name]), name
    for name in ("exhaustion_mean", "goal_attainment", "inflation", "report_fidelity", "falsified_share", "surplus"):
        assert np.isfinite(found[name]), name


def test_what_is_missing_from_a_run_without_grades_falsification_or_branches() -> None:
    scheme = load_scheme("base")
    behaviour = load_behaviour(changes={"falsification_cost": 0.0})
    found = outcomes_of(*walked(founded(scheme, "county_bureau", behaviour), 24))
    missing = {name for name, value in found.items() if np.isnan(value)}
    assert missing == {
        "grade_agreement", "bottom_share", "top_share", "wrongly_bottom_share", "wrongly_sanctioned_share", "adverse_impact",
        "adverse_impact_null", "detected_share",
    }  # fmt: skip


@pytest.mark.parametrize("name", ["municipal_closed_loop", "superior_ranking", "deduction_heavy"])
def test_shares_are_shares_and_means_are_the_means_of_the_months(name: str) -> None:
    run = simulate(name, "county_bureau", months=24, warmup_months=12)
    found = run.outcomes
    shares = {o.name for o in OUTCOMES if o.unit.startswith("share") and o.group not in ("goal", "distortion")}
    for share in (shares | {"falsified_share", "detected_share", "reward_gini"}) - {"exit_share"}:
        assert np.isnan(found[share]) or 0.0 <= found[share] <= 1.0, share
    year = run.monthly.tail(12)
    for series in ("exhaustion_mean", "burnout_share", "justice_procedural", "threat_mean", "compliance"):
        assert found[series] == pytest.approx(year[series].mean(), rel=1e-12)
    for series in ("effort_mean", "help_mean", "sabotage_mean", "bonus_cost"):
        assert found[series] == pytest.approx(year[series].mean(), rel=0.02), series  # newcomers start with empty windows
    assert found["two_skins_gap"] == pytest.approx(found["reported_attainment"] - found["goal_attainment"])
    assert found["exit_share"] == pytest.approx(run.cadres["window_exits"].mean())
    index = 0.4 * run.cadres["exhaustion"] + 0.3 * run.cadres["cynicism"] + 0.3 * (6.0 - run.cadres["efficacy"])
    assert year["burnout_share"].iloc[-1] == pytest.approx((index >= 3.5).mean())


def test_groups_add_up_to_everybody() -> None:
    run = simulate("municipal_closed_loop", "county_bureau", months=12, warmup_months=12)
    table = run.groups
    assert list(table.columns[2:]) == list(OWN_GROUP_OUTCOMES)
    for dimension, own in table.groupby("dimension"):
        assert own["n_cadres"].sum() == len(run.cadres), dimension
        for name in ("exhaustion_mean", "effort_mean", "overload_share", "justice_procedural"):
            overall = np.average(own[name], weights=own["n_cadres"])
            column = {"exhaustion_mean": "exhaustion", "justice_procedural": "justice_procedural"}.get(name)
            expected = run.cadres[column].mean() if column else run.outcomes[name]
            assert overall == pytest.approx(expected, abs=1e-9), (dimension, name)
    assert set(table["dimension"]) == {"department", "branch", "sequence", "ability quartile", "tenure band"}


def test_measuring_changes_nothing() -> None:
    world, history = walked(founded("forced_ranking", "workshop_bureau"), 13)
    names = lay_out(load_organisation("workshop_bureau"), load_behaviour()).names
    before = [table.tobytes() for table in world]
    first = measure(world, history, 12)
    measure_groups(world, names, 12)
    assert [table.tobytes() for table in world] == before
    np.testing.assert_array_equal(first, measure(world, history, 12))
    assert history.dtype == HISTORY
