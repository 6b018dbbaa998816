"""robustness, optimise, adversary: on a small analytic model whose answers are known."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from experiments_fake import FakeRecord

from experiments import adversary, optimise, robustness
from experiments.report.deciding import _clearly_better, adversary_sentences, optimum_sentences, robustness_sentences
from experiments.verbs.optimise import Objective, Optimum
from sim.errors import UserError
from sim.outcomes import GROUP_OUTCOMES, OUTCOME_NAMES, SERIES
from sim.schemes.load import load_behaviour, load_scheme
from sim.schemes.plans.optimise import OptimisePlan
from sim.schemes.study import Study

SCHEMES = ["deduction_heavy", "scoring_reform", "forced_ranking"]
LUCK = 0.01


def model(scheme: Any, behaviour: Any) -> dict[str, float]:
    """What the analytic model says: forced ranking does well unless sabotage is cheap; levers trade goals against burnout."""
    share = (behaviour.sabotage_cost - 1) / 4  # 0 to 1 over the declared range
    coaching, bonus = scheme.process.coaching, scheme.application.explicit.bonus_per_point
    goal = 1.0 + 0.2 * coaching - 0.1 * (scheme.communication.feedback - 0.5) ** 2 + 0.05 * behaviour.duty
    if scheme.name == "forced_ranking":
        goal += 0.1 * (share - 0.3)
    if scheme.name == "deduction_heavy":
        goal -= 0.2
    return {"goal_attainment": goal, "burnout_share": 0.1 + 0.3 * coaching**2, "bonus_cost": bonus, "rank_agreement": 0.5}


def core_of(law: Callable[[Any, Any], dict[str, float]] = model) -> Callable[[Any], Callable[[int], list[FakeRecord]]]:
    """A core in which an analytic law and luck common to all schemes make the outcomes."""

    def core(case: Any) -> Callable[[int], list[FakeRecord]]:
        def simulate(replicate: int) -> list[FakeRecord]:
            common = np.random.default_rng([case.seed, replicate]).normal(0, LUCK)
            return [_record(case, scheme, replicate, law(scheme, case.behaviour), common) for scheme in case.schemes]

        return simulate

    return core


def _record(case: Any, scheme: Any, replicate: int, values: dict[str, float], common: float) -> FakeRecord:
    own = np.random.default_rng([case.seed, replicate, round(1e6 * scheme.process.coaching)]).normal(0, LUCK / 5)
    outcomes = np.full(len(OUTCOME_NAMES), 0.3) + common + own
    for name, value in values.items():
        outcomes[OUTCOME_NAMES.index(name)] = value + (common + own if name != "bonus_cost" else 0.0)
    months = np.zeros((case.months, len(SERIES)))
    return FakeRecord(scheme.name, replicate, case.seed, outcomes, months, np.zeros((3, len(GROUP_OUTCOMES))))


def study(verb: str, block: dict[str, Any], **changes: Any) -> Study:
    content = {"name": "test", "verb": verb, "organisation": "toy_bureau", "schemes": SCHEMES, "months": 3, verb: block}
    return Study.model_validate(content | changes)


ROBUST = {
    "number": 120,
    "replicates": 2,
    "parameters": ["sabotage_cost", "duty", "esteem", "drive"],
    "good_enough": {"goal_attainment": {"at_least": 1.0}},
    "groups": {"both": ["sabotage_cost", "duty"]},
}


def test_robustness_finds_what_was_planted() -> None:
    found = robustness(study("robustness", ROBUST), core=core_of())
    share = (found.worlds.table["behaviour.sabotage_cost"] - 1) / 4
    duel = next(one for one in found.duels if {one.better, one.than} == {"forced_ranking", "scoring_reform"})
    assert duel.better == "forced_ranking"
    assert duel.share[0] == pytest.approx((share > 0.3).mean(), abs=0.05)
    assert duel.unless
    (box,) = duel.boxes
    (restriction,) = box.restrictions
    assert found.worlds.paths[restriction.column] == "behaviour.sabotage_cost"
    assert restriction.high == pytest.approx(1 + 0.3 * 4, abs=0.25)
    told = "\n".join(robustness_sentences(found))
    assert "unless sabotage cost is low (below 2." in told
    assert "Measure sabotage cost" in told
    inside = box.holds(found.worlds.matrix)
    assert box.n == inside.sum() and f"where it fails in {box.cases} of {box.n} worlds (" in told
    assert "in others the shares are rather lower" in told


def test_the_worth_of_the_planted_assumption() -> None:
    found = robustness(study("robustness", {**ROBUST, "number": 400}), core=core_of())
    by_name = {one.name: one for one in found.partial}
    truth = 0.1 * 0.3**2 / 2  # E max(0, .3 - share) x .1
    assert by_name["behaviour.sabotage_cost"].value == pytest.approx(truth, abs=0.002)
    assert found.partial[0].name in ("behaviour.sabotage_cost", "both")
    for name in ("behaviour.duty", "behaviour.esteem", "behaviour.drive"):
        assert by_name[name].value < 0.1 * truth
    assert found.perfect.value == pytest.approx(truth, abs=0.002)


def test_every_figure_has_its_interval() -> None:
    found = robustness(study("robustness", ROBUST), core=core_of())
    table = found.summary
    for name in ("mean", "bad_end", "worst", "regret_mean", "regret_high", "regret_worst", "best", "rank"):
        assert (table[f"{name}_low"] <= table[name] + 1e-9).all(), name
        assert (table[name] <= table[f"{name}_high"] + 1e-9).all(), name
    assert set(found.good_enough["limit"]) == {"goal_attainment", "all"}
    enough = found.good_enough.set_index(["scheme", "limit"])["share"]
    assert enough["deduction_heavy", "all"] < 0.05 < 0.85 < enough["scoring_reform", "all"]


def test_all_schemes_meet_the_same_worlds_and_luck() -> None:
    found = robustness(study("robustness", ROBUST, schemes=["scoring_reform", "superior_ranking"]), core=core_of(
        lambda scheme, behaviour: {"goal_attainment": behaviour.duty}
    ))  # fmt: skip
    assert np.ptp(found.net.mean(axis=2), axis=1).max() < LUCK
    assert found.net.std() > 5 * LUCK


def test_organisation_paths_and_missing_outcomes() -> None:
    def law(scheme: Any, behaviour: Any) -> dict[str, float]:
        return {**model(scheme, behaviour), "burnout_share": np.nan if behaviour.duty > 0.9 else 0.1}

    block = {**ROBUST, "vary": {"organisation.levels_above": [1, 3]}, "good_enough": {"burnout_share": {"at_most": 0.2}}}
    found = robustness(study("robustness", block), core=core_of(law))
    assert set(found.worlds.table["organisation.levels_above"]) <= {1, 2, 3}
    assert found.left_out == (found.worlds.table["behaviour.duty"] > 0.9).sum() > 0
    assert (found.worlds.table["behaviour.duty"].to_numpy()[found.kept] <= 0.9).all()
    with pytest.raises(UserError, match="worlds are left"):
        robustness(study("robustness", block), core=core_of(lambda s, b: {"burnout_share": np.nan}))


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file() and path.name != "manifest.json"}


def stopping(after: int) -> Callable[[Any], Callable[[int], list[FakeRecord]]]:
    """A core that is stopped, as by Ctrl-C, after so many calls."""
    calls = [0]

    def core(case: Any) -> Callable[[int], list[FakeRecord]]:
        inner = core_of()(case)

        def simulate(replicate: int) -> list[FakeRecord]:
            calls[0] += 1
            if calls[0] > after:
                raise KeyboardInterrupt
            return inner(replicate)

        return simulate

    return core


OPTIMISE = {
    "start": "scoring_reform",
    "objectives": ["goal_attainment", "burnout_share"],
    "levers": {
        "process.coaching": [0, 1],
        "communication.feedback": [0, 1],
        "application.explicit.bonus_per_point": [0, 0.02],
        "appraisal.grades.ranking": ["none", "free"],
        "superior.rank_demanded": [0, 5],
    },
    "limits": {"bonus_cost": {"at_most": 0.01}},
    "population": 16,
    "generations": 12,
    "replicates": 2,
    "fresh_replicates": 20,
    "front": 6,
}
VERBS = [("robustness", ROBUST, robustness), ("optimise", OPTIMISE, optimise)]
ADVERSE = {"parameters": ["duty", "sabotage_cost", "esteem"], "population": 8, "generations": 5, "fresh_replicates": 10}
VERBS.append(("adversary", ADVERSE, adversary))


@pytest.mark.parametrize(("verb", "block", "run"), VERBS, ids=[verb for verb, _, _ in VERBS])
def test_killed_and_resumed_gives_the_same_files(verb: str, block: dict[str, Any], run: Any, tmp_path: Path) -> None:
    asked = study(verb, {**block, **({"number": 20} if verb == "robustness" else {})})
    whole = run(asked, folder=tmp_path / "whole", core=core_of(), workers=1)
    for after in (2, 4, 6):
        with pytest.raises(KeyboardInterrupt):
            run(asked, folder=tmp_path / "killed", core=stopping(after), workers=1)
    again = run(asked, folder=tmp_path / "killed", core=core_of(), workers=2)
    assert again.ran.n_reused > 0
    assert again.ran.n_new < whole.ran.n_new
    assert files(tmp_path / "killed") == files(tmp_path / "whole")
    once_more = run(asked, folder=tmp_path / "killed", core=core_of())
    assert once_more.ran.n_new == 0


def test_the_front_is_the_known_one(tmp_path: Path) -> None:
    found = optimise(study("optimise", OPTIMISE), folder=tmp_path / "out", core=core_of())
    table = found.candidates[found.candidates["on_front"]]
    assert (table["application.explicit.bonus_per_point"] <= 0.01).all()
    assert np.abs(table["communication.feedback"] - 0.5).median() < 0.2
    assert table["process.coaching"].max() - table["process.coaching"].min() > 0.7
    front = found.front.set_index(["scheme", "outcome"])
    for scheme in found.schemes:
        row = front.loc[(scheme.name, "goal_attainment")]
        truth = model(scheme, load_behaviour())["goal_attainment"] - model(found.start, load_behaviour())["goal_attainment"]
        assert row["low"] - 0.002 <= truth <= row["high"] + 0.002
    assert found.keeps_limits.all()
    assert (found.fresh != found.searched).any(), "fresh luck is other luck"


def test_schemes_of_the_front_are_files_that_load(tmp_path: Path) -> None:
    entry = {"name": "mine", "extends": "balanced_scorecard_five", "changes": {"process.deadlines": 0.3}}
    block = {
        **OPTIMISE, "start": "mine", "levers": {**OPTIMISE["levers"], "plan.indicators.customer.weight": [0.1, 0.4]},
    }  # fmt: skip
    found = optimise(study("optimise", block, schemes=["deduction_heavy", entry]), folder=tmp_path / "out", core=core_of())
    assert len(found.schemes) > 1
    for scheme in found.schemes:
        path = tmp_path / "out" / f"{scheme.name}.yaml"
        loaded = load_scheme(path)
        blank = {"name": "x", "title": "", "summary": ""}
        assert loaded.model_copy(update=blank) == scheme.model_copy(update=blank)
        assert loaded.process.deadlines == 0.3
        assert sum(one.weight for one in loaded.plan.indicators.values()) == pytest.approx(1.0)
        text = path.read_text()
        assert "extends: " in text and "->" in text


def test_a_start_from_a_file_is_found_from_the_results(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("name: mine\nextends: scoring_reform\nprocess: {deadlines: 0.4}\n")
    (tmp_path / "s.yaml").write_text(
        "name: s\nverb: optimise\norganisation: toy_bureau\nmonths: 3\nschemes: [deduction_heavy, mine.yaml]\n"
        "optimise:\n  objectives: [goal_attainment, burnout_share]\n  levers: {process.coaching: [0, 1]}\n"
        "  population: 6\n  generations: 2\n  replicates: 1\n  fresh_replicates: 3\n"
    )
    found = optimise(tmp_path / "s.yaml", folder=tmp_path / "deep" / "out", core=core_of())
    loaded = load_scheme(tmp_path / "deep" / "out" / f"{found.schemes[0].name}.yaml")
    assert loaded.process.deadlines == 0.4
    assert loaded.process.coaching == found.schemes[0].process.coaching


def test_judged_in_worlds_and_at_their_bad_end() -> None:
    def law(scheme: Any, behaviour: Any) -> dict[str, float]:
        risk = scheme.process.coaching * (behaviour.duty - 0.8) * 2  # good on average, bad where duty is low
        return {"goal_attainment": 1 + 0.1 * scheme.process.coaching + risk, "burnout_share": 0.2}

    worlds = {"number": 12, "replicates": 2, "parameters": ["duty"]}
    short = {"population": 8, "generations": 4, "levers": {"process.coaching": [0, 1]}, "limits": {}}
    mean = optimise(study("optimise", {**OPTIMISE, **short, "worlds": worlds}), core=core_of(law))
    block = {**OPTIMISE, **short, "worlds": worlds, "judged_by": "quantile", "quantile": 0.1}
    bad = optimise(study("optimise", block), core=core_of(law))

    def best(found: Any) -> float:
        return float(found.candidates.loc[found.candidates["goal_attainment"].idxmax(), "process.coaching"])

    assert best(mean) > 0.9
    assert best(bad) < 0.1


def test_the_winners_curse_is_seen() -> None:
    def core(case: Any) -> Callable[[int], list[FakeRecord]]:
        def simulate(replicate: int) -> list[FakeRecord]:
            records = []
            for scheme in case.schemes:
                own = np.random.default_rng([replicate, round(1e6 * scheme.process.coaching)]).normal(0, 0.1, 2)
                law = {"goal_attainment": 1.0 + own[0], "burnout_share": 0.2 + own[1]}
                records.append(_record(case, scheme, replicate, law, 0.0))
            return records

        return simulate

    block = {**OPTIMISE, "levers": {"process.coaching": [0, 1]}, "limits": {}, "generations": 6}
    found = optimise(study("optimise", block), core=core)
    goal = found.curse.set_index("outcome").loc["goal_attainment"]
    assert goal["too_hopeful"] > 0.02
    assert "too hopeful" in "\n".join(optimum_sentences(found))


@pytest.mark.parametrize("judged_by", ["mean", "quantile"])
def test_the_interval_of_the_winners_curse_holds_what_the_search_saw_too_much(judged_by: str) -> None:
    """Twelve schemes that bring nothing and have much luck in common: what the search saw beyond 0 was too hopeful."""
    held, repetitions = 0, 200
    for seed in range(repetitions):
        rng = np.random.default_rng(seed)
        likeness = np.vstack([np.eye(2)[:1], np.tile(np.eye(2)[1:], (12, 1))])  # the start, and schemes of one kind

        def luck(n: int, rng: np.random.Generator = rng, likeness: np.ndarray = likeness) -> np.ndarray:
            return likeness @ rng.normal(size=(2, n)) + 0.5 * rng.normal(size=(13, n))

        searched, runs = luck(4).mean(axis=1), luck(30)[:, :, None]
        fresh = runs.mean(axis=1) if judged_by == "mean" else np.quantile(runs, 0.1, axis=1)
        plan = OptimisePlan(levers={"process.coaching": [0, 1]}, objectives=["a", "b"], judged_by=judged_by)
        found = Optimum(
            design=None, plan=plan, start=None, objectives=(Objective("goal_attainment", 1),), outcomes=("goal_attainment",),
            found=None, numbers=np.arange(12), schemes=(), searched=searched[1:, None], searched_start=searched[:1],
            fresh=fresh[1:], fresh_start=fresh[0], runs=runs, ran=None,
        ).curse.iloc[0]  # fmt: skip
        held += found["low"] <= searched[1:].mean() - searched[0] <= found["high"]
    assert held >= 0.89 * repetitions


def test_twelve_schemes_that_bring_nothing_are_not_clearly_better() -> None:
    """One of twelve is 'better' by its own interval in nearly every second study; all at once in one of twenty."""
    named = [load_scheme("base").model_copy(update={"name": f"scheme_{place}"}) for place in range(12)]
    told = 0
    for seed in range(60):
        runs = np.random.default_rng(seed).normal(size=(13, 30, 1))
        fresh = runs.mean(axis=1)
        plan = OptimisePlan(levers={"process.coaching": [0, 1]}, objectives=["a", "b"])
        found = Optimum(
            design=None, plan=plan, start=named[0], objectives=(Objective("goal_attainment", 1),), outcomes=("goal_attainment",),
            found=None, numbers=np.arange(12), schemes=tuple(named), searched=fresh[1:], searched_start=fresh[0],
            fresh=fresh[1:], fresh_start=fresh[0], runs=runs, ran=None,
        )  # fmt: skip
        told += any(_clearly_better(found, place) for place in range(12))
    assert told <= 8


def test_no_candidate_within_limits() -> None:
    block = {**OPTIMISE, "limits": {"goal_attainment": {"at_least": 9.0}}, "generations": 2}
    with pytest.raises(UserError, match="no candidate keeps the limits"):
        optimise(study("optimise", block), core=core_of())


def test_without_pymoo_the_message_tells_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(UserError, match=r"cadresim\[optimise\]"):
        optimise(study("optimise", OPTIMISE), core=core_of())


def test_values_that_do_not_fit_together_are_no_candidates() -> None:
    levers = {"plan.indicators.customer.weight": [0.1, 0.9], "plan.indicators.process.weight": [0.1, 0.9]}
    block = {**OPTIMISE, "start": "balanced_scorecard_five", "levers": levers, "generations": 3}
    found = optimise(study("optimise", block, schemes=["deduction_heavy", "balanced_scorecard_five"]), core=core_of())
    table = found.candidates
    total = table[list(levers)].sum(axis=1)
    assert (total > 1).any(), "the search does propose them"
    assert not table.loc[total > 1.0001, "keeps_limits"].any()
    assert table.loc[total > 1.0001, "goal_attainment"].isna().all()


def test_adversary_finds_the_known_worst(tmp_path: Path) -> None:
    def law(scheme: Any, behaviour: Any) -> dict[str, float]:
        harm = 0.5 * (1 - behaviour.duty) + 0.1 * behaviour.esteem if scheme.name != "forced_ranking" else 0.0
        return {"goal_attainment": 1 - harm}

    found = adversary(study("adversary", ADVERSE), folder=tmp_path / "out", core=core_of(law))
    behaviour = load_behaviour()
    low, high = 0.6, next(one.high for path, one in found.ranges.items() if path.endswith("esteem"))
    truth = 0.5 * (behaviour.duty - low) + 0.1 * (high - behaviour.esteem)
    rows = found.losses.set_index("scheme")
    for name in ("deduction_heavy", "scoring_reform"):
        assert rows.loc[name, "loss"] == pytest.approx(truth, rel=0.02)
        assert rows.loc[name, "loss_low"] <= rows.loc[name, "loss"] <= rows.loc[name, "loss_high"]
    assert abs(rows.loc["forced_ranking", "loss"]) < 0.01
    drivers = found.drivers[found.drivers["scheme"] == "scoring_reform"].set_index("parameter")["made_good"]
    assert drivers["behaviour.duty"] == pytest.approx(0.5 * (behaviour.duty - low), rel=0.05)
    assert abs(drivers.get("behaviour.sabotage_cost", 0.0)) < 1e-9
    together = found.together[found.together["scheme"] == "scoring_reform"]
    assert together["loss"].iloc[1] == pytest.approx(truth, rel=0.03)
    worst = load_behaviour(tmp_path / "out" / "worst_scoring_reform.yaml")
    assert worst.duty == pytest.approx(low)
    assert worst.sabotage_cost == pytest.approx(found.attacks[1].worst["behaviour.sabotage_cost"])
    assert "can clearly be harmed more than Forced ranking" in "\n".join(adversary_sentences(found))


def test_the_worst_of_what_is_better_when_less() -> None:
    block = {**ADVERSE, "outcome": "burnout_share"}
    found = adversary(study("adversary", block), core=core_of(lambda s, b: {"burnout_share": 0.2 + 0.5 * (b.duty - 0.6)}))
    assert all(value_at_worst(attack) == pytest.approx(1.0) for attack in found.attacks)
    assert (found.losses["loss"] > 0).all()


def value_at_worst(attack: Any) -> float:
    return float(attack.worst["behaviour.duty"])


def test_lawful_responses_by_default() -> None:
    found = adversary(study("adversary", {"population": 5, "generations": 1, "fresh_replicates": 2}), core=core_of())
    names = {path.removeprefix("behaviour.") for path in found.ranges}
    assert {"duty", "procrastination", "slack_bargained"} <= names
    assert not names & {"honesty", "falsification_cost", "sabotage_cost", "gloss", "favouritism"}


# --- studies that are wrong -------------------------------------------------------------------------------------------

BAD = [
    ("robustness", "number: 3", "too small|at least|greater"),
    ("robustness", "replicates: 1", "too small|at least|greater"),
    ("robustness", "number: many", "whole number"),
    ("robustness", "parameters: [sabotage_cots]", "no such element"),
    ("robustness", "parameters: [duty, duty]", "stands here twice"),
    ("robustness", "parameters: [process.coaching]", "no behaviour parameter"),
    ("robustness", "vary: {process.coaching: [0, 1]}", "no part of the world"),
    ("robustness", "vary: {organisation.levels_above: [3, 1]}", "low must lie below high"),
    ("robustness", "vary: {organisation.branches.77.resources: [0, 1]}", "no such entry"),
    ("robustness", "vary: {behaviour.duty: [0, 1000]}", "too large"),
    ("robustness", "net_value: {}", "at least|too short|too few"),
    ("robustness", "net_value: {goals: 1}", "no such outcome"),
    ("robustness", "net_value: {goal_attainment: 0}", "a weight of 0"),
    ("robustness", "outcomes: [burnout]", "no such outcome"),
    ("robustness", "good_enough: {burnout_share: {}}", "one end"),
    ("robustness", "good_enough: {burnout_share: {at_least: 0.1, at_most: 0.2}}", "one end"),
    ("robustness", "good_enough: {burnout_share: {at_most: start}}", "no start"),
    ("robustness", "good_enough: {burn: {at_most: 0.1}}", "no such outcome"),
    ("robustness", "pairs: [{better: scoring_reform, than: nobody}]", "not in the study"),
    ("robustness", "pairs: [{better: scoring_reform, than: scoring_reform}]", "pair of one"),
    ("robustness", "groups: {g: []}", "group is empty"),
    ("robustness", "{parameters: [duty], groups: {g: [esteem]}}", "do not differ"),
    ("robustness", "behaviours: fitted", "declared"),
    ("robustness", "boxes: -1", "too small|at least|greater"),
    ("optimise", "objectives: [goal_attainment, burnout_share]", "levers"),
    ("optimise", "levers: {process.coaching: [0, 1]}", "objectives"),
    ("optimise", "{objectives: [goal_attainment], levers: {process.coaching: [0, 1]}}", "at least 2|2 items|too short|too few"),
    ("optimise", "{objectives: [goal_attainment, goal_attainment], levers: {process.coaching: [0, 1]}}", "twice"),
    ("optimise", "{objectives: [goal_attainment, burnout], levers: {process.coaching: [0, 1]}}", "no such outcome"),
    ("optimise", "{objectives: [goal_attainment, burnout_share], levers: {behaviour.duty: [0.6, 1]}}", "no lever"),
    ("optimise", "{objectives: [goal_attainment, burnout_share], levers: {process.coachin: [0, 1]}}", "no such element"),
    ("optimise", "{objectives: [goal_attainment, burnout_share], levers: {process.coaching: [0, 2]}}", "too large"),
    ("optimise", "{objectives: [goal_attainment, burnout_share], levers: {process.coaching: [0]}}", "two or more"),
    ("optimise", "{objectives: [goal_attainment, burnout_share], levers: {plan.indicators.x.weight: [0.1, 1]}}", "no such entry"),
    ("optimise", "{objectives: [compliance, surplus], levers: {process.coaching: [0, 1]}, start: me}", "not in the study"),
    ("optimise", "{objectives: [goal_attainment, burnout_share], levers: {process.coaching: [0, 1]}, method: luck}", "nsga2"),
    ("optimise", "{objectives: [compliance, surplus], levers: {process.coaching: [0, 1]}, quantile: 0.7}", "large|at most|less"),
    ("adversary", "outcome: goals", "no such outcome"),
    ("adversary", "parameters: [dutty]", "no such element"),
    ("adversary", "parameters: [process.coaching]", "no behaviour parameter"),
    ("adversary", "parameters: {process.coaching: [0, 1]}", "no behaviour"),
    ("adversary", "parameters: {duty: [1, 0.5]}", "low must lie below high"),
    ("adversary", "parameters: {duty: [0.5, 0.6, 0.7]}", "no range"),
    ("adversary", "population: 2", "too small|at least|greater"),
    ("adversary", "rounds: 3", "unknown|no such"),
]  # fmt: skip


@pytest.mark.parametrize(("verb", "block", "problem"), BAD, ids=[f"{verb}-{block[:40]}" for verb, block, _ in BAD])
def test_bad_studies_are_told_with_their_line(verb: str, block: str, problem: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    head = f"name: bad\norganisation: toy_bureau\nschemes: [{', '.join(SCHEMES)}]\nverb: {verb}\n{verb}:\n"
    path.write_text(head.rstrip("\n") + f" {block}\n" if block.startswith("{") else head + f"  {block}\n")
    run = {"robustness": robustness, "optimise": optimise, "adversary": adversary}[verb]
    with pytest.raises(UserError, match=problem) as caught:
        run(path, core=core_of())
    finding = caught.value.findings[0]
    assert Path(finding.file).name == "bad.yaml"
    assert finding.line >= 4


def test_outcomes_without_a_direction_need_one() -> None:
    block = {**OPTIMISE, "objectives": ["goal_attainment", "bonus_cost"]}
    with pytest.raises(UserError, match="neither more nor less"):
        optimise(study("optimise", block), core=core_of())
    found = optimise(
        study("optimise", {**block, "objectives": {"goal_attainment": "more", "bonus_cost": "less"}, "generations": 2}),
        core=core_of(),
    )
    assert [one.better for one in found.objectives] == [1, -1]
    with pytest.raises(UserError, match="neither more nor less"):
        adversary(study("adversary", {**ADVERSE, "outcome": "bonus_cost"}), core=core_of())


def test_a_study_for_another_verb() -> None:
    with pytest.raises(UserError, match="not for robustness"):
        robustness(study("adversary", ADVERSE), core=core_of())


def test_a_failed_run_leaves_its_world_out() -> None:
    def law(scheme: Any, behaviour: Any) -> dict[str, float]:
        if scheme.name == "forced_ranking" and behaviour.duty > 0.95:
            raise ArithmeticError("as planted")
        return model(scheme, behaviour)

    found = robustness(study("robustness", ROBUST), core=core_of(law))
    assert found.left_out == (found.worlds.table["behaviour.duty"] > 0.95).sum() > 0
    assert found.ran.n_failed == 2 * found.left_out


def test_worlds_from_a_posterior(monkeypatch: pytest.MonkeyPatch) -> None:
    from sim.schemes import posterior

    made = posterior.Posterior(("duty", "esteem"), ((0.7, 0.01), (0.9, 0.02)), load_behaviour())
    monkeypatch.setattr(posterior, "load_posterior", lambda *args, **how: made)
    block = {"number": 20, "replicates": 2, "behaviours": "posterior", "vary": {"behaviour.drive": [0.05, 0.2]}}
    found = robustness(study("robustness", block), core=core_of())
    table = found.worlds.table
    assert sorted(map(tuple, table[["behaviour.duty", "behaviour.esteem"]].drop_duplicates().to_numpy().tolist())) == [
        (0.7, 0.01), (0.9, 0.02),
    ]  # fmt: skip
    assert table["behaviour.drive"].nunique() == 20
    assert (table["behaviour.duty"] == 0.7).sum() == 10
    worlds = {"number": 10, "behaviours": "posterior"}
    optimised = optimise(study("optimise", {**OPTIMISE, "worlds": worlds, "generations": 2}), core=core_of())
    assert optimised.runs.shape[1] == 10


def test_without_a_posterior_the_message_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sim.schemes.posterior.posterior_file", lambda: tmp_path / "none.csv")
    with pytest.raises(UserError, match="there is no posterior"):
        robustness(study("robustness", {"number": 20, "behaviours": "posterior"}), core=core_of())


def test_worlds_are_spread_evenly_and_by_seed() -> None:
    first = robustness(study("robustness", ROBUST), core=core_of()).worlds.table
    again = robustness(study("robustness", ROBUST), core=core_of(), workers=1).worlds.table
    other = robustness(study("robustness", ROBUST), core=core_of(), seed=2).worlds.table
    pd.testing.assert_frame_equal(first, again)
    assert not first.equals(other)
    place = np.sort(np.floor((first["behaviour.sabotage_cost"].to_numpy() - 1) / 4 * 120).astype(int))
    assert place.tolist() == list(range(120))


def test_presets_are_sound_studies() -> None:
    from experiments.design.questions import read_planned

    for name, verb in (("robustness", "robustness"), ("optimise_scorecard", "optimise"), ("adversary", "adversary")):
        planned = read_planned(name, verb)
        assert planned.opened.study.verb == verb
