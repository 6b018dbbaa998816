"""The main oracle: two walks, written apart, must agree on every column of every table after every month.

The compiled walk (`sim.loop`) is loops over columns; the Mesa walk (`sim.agents`) is objects that call each other. They
share the rules and the luck, so a loop that skips somebody, reads a column too early or forgets a term shows here.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from agreeing import a_world, crossbred_scheme, differences, drawn_behaviour, first_disagreement

from sim.agents import Branch, Bureau, Cadre, Department, PeerGroup
from sim.history import HISTORY
from sim.loop.month import walk_months
from sim.population.entry import change_scheme
from sim.population.founding import found, lay_out, tailor, wear
from sim.population.world import copy_of
from sim.run import simulate
from sim.schemes.behaviour import Behaviour
from sim.schemes.load import load_behaviour, load_organisation, load_scheme
from sim.schemes.locate import preset_names
from sim.schemes.scheme import Scheme

SCHEMES = preset_names("schemes")


@pytest.mark.parametrize("name", SCHEMES)
def test_every_ready_scheme(name: str) -> None:
    assert first_disagreement(a_world(name), 15) == ""


@pytest.mark.parametrize("organisation", ["workshop_bureau", "district_party_department"])
@pytest.mark.parametrize(
    "name", ["forced_ranking_dismissal", "municipal_closed_loop", "superior_ranking", "bright_line", "full_carrier"]
)
def test_larger_bureaus_with_exits(name: str, organisation: str) -> None:
    assert first_disagreement(a_world(name, organisation, exit_rate=0.03), 26) == ""


def test_a_mind_without_any_mechanism() -> None:
    for name in ("base", "forced_ranking", "superior_ranking"):
        assert first_disagreement(a_world(name, behaviour=Behaviour()), 14) == ""


# --- everything extreme ----------------------------------------------------------------------------------------------

EVERY_RULE = {
    "steps": {"tasks": "perspective:financial", "weight": 0.2, "scoring": "milestones", "steps": 4, "below": 1.5, "floor": 0.4,
              "notch": 0.3},
    "losses": {"tasks": "key", "weight": 0.2, "scoring": "deduction", "below": 2.0, "notch": 0.1, "unit": "department"},
    "gains": {"tasks": "general", "weight": 0.1, "scoring": "scoring", "above": 1.5, "cap": 1.3, "unit": "branch"},
    "whole": {"tasks": "perspective:customer", "weight": 0.1, "above": 0.5, "unit": "bureau"},
    "line": {"tasks": "perspective:customer", "weight": 0.2, "scoring": "threshold", "notch": 1.0},
    "medal": {"tasks": "perspective:process", "weight": 0.2, "scoring": "medal", "medal_share": 0.3, "medal_points": 0.5},
}  # fmt: skip
EXTREME = {
    "plan.indicators": EVERY_RULE,
    "plan.result": {"performance": 0.6, "ability": 0.1, "attitude": 0.1, "others": 0.2},
    "plan.targets": {
        "difficulty": 0.95, "top_up": 0.05, "ratchet_up": 0.5, "ratchet_down": 0.2, "ratchet_on": "own", "bargaining": 0.7,
    },
    "plan.participation": 0.4, "plan.job_coefficients": 0.6, "plan.strategy_map": 0.8, "plan.mission": 0.3,
    "process": {
        "tracking_interval": 2, "deadlines": 0.6, "coaching": 0.5, "captured": 0.2, "automation": 0.4, "interim_results": 0.7,
        "project_teams": 0.8, "clear_posts": 0.5,
    },
    "appraisal.interval": 6,
    "appraisal.appraisers": {
        "superior": 0.4, "peers": 0.1, "grass_roots": 0.1, "taxpayers": 0.1, "self_rating": 0.2, "professional": 0.1,
    },
    "appraisal.raters": 2, "appraisal.training": 0.3, "appraisal.supervision": 0.4, "appraisal.electronic": 0.3,
    "appraisal.external": 0.2, "appraisal.on_site": 0.5, "appraisal.in_process": 0.5, "appraisal.audit_rate": 0.2,
    "appraisal.audit_penalty": 0.3, "appraisal.re_marking": 0.3, "appraisal.joint_responsibility": 0.4,
    "communication": {
        "study": 0.5, "interviews_per_year": 4, "explanation": 0.5, "publish_scores": 0.6, "publish_ranks": 1.0, "appeal": 0.6,
        "feedback": 0.5, "culture": 0.4,
    },
    "application": {
        "applied": 1.0, "unit_weight": 0.3,
        "explicit": {
            "bonus_per_point": 0.01, "unit_bonus_per_point": 0.004, "top_prize": 0.3, "second_prize": 0.1, "bottom_cut": 0.2,
            "promotion": 0.6, "post_value": 1.0,
        },
        "implicit": {"recognition": 0.5, "growth": 0.5, "meaning": 0.4, "autonomy": 0.3, "care": 0.5},
        "sanctions": {
            "rectification": 0.02, "interview": 0.05, "honours": 0.08, "transfer": 0.2, "adjustment": 0.3, "dismissal_share": 0.1,
        },
    },
    "superior": {"rank_demanded": 1, "pressure": 0.01, "pass_through": 0.3},
}  # fmt: skip
FREE = {"ranking": "free", "top_threshold": 1.05, "second_threshold": 1.0, "bottom_threshold": 0.99, "ties": "seniority",
        "floor": 1.0}  # fmt: skip
FORCED = {"ranking": "forced", "top_share": 0.2, "second_share": 0.3, "bottom_share": 0.2, "ties": "seniority"}
LIVELY = {
    "exit_rate": 0.15,
    "gloss": -0.2,
    "luck_persistence": 0.8,
    "rivalry_salience": 0.8,
    "sabotage_aversion": 0.0,
    "honesty": 0.02,
}
VARIANTS = {
    "free grades, seniority, whole branch liable": {
        "appraisal.grades": FREE | {"peer_group": "branch"}, "appraisal.joint_scope": "branch",
        "application.explicit.promotion_rule": "seniority",
    },
    "forced shares with a floor, ratchet on the group, whole bureau liable": {
        "appraisal.grades": FORCED | {"peer_group": "bureau", "floor": 1.1}, "appraisal.joint_scope": "bureau",
        "plan.targets.ratchet_on": "group", "application.explicit.promotion_rule": "random",
    },
    "forced shares without a floor, ability redrawn": {
        "appraisal.grades": FORCED | {"peer_group": "department", "fractions": "lot"},
        "application.explicit.ability_on_promotion": "redrawn",
        "application.explicit.promotion_rule": "result",
    },
    "worst first, lots, appraised every month": {
        "appraisal.grades": FORCED | {"peer_group": "sequence", "ties": "lot"}, "appraisal.interval": 1,
        "application.explicit.promotion_rule": "worst", "application.explicit.ability_on_promotion": "redrawn",
    },
}  # fmt: skip


HAPPENS = {
    "exits", "dismissals", "promotions", "falsified", "detected", "help", "sabotage", "sanctions", "top grades",
    "bottom grades", "pressure", "uneven targets",
}  # fmt: skip


def an_extreme_scheme(variant: str) -> Scheme:
    return load_scheme("base", changes=EXTREME | VARIANTS[variant])


@pytest.mark.parametrize("organisation", ["toy_bureau", "workshop_bureau"])
@pytest.mark.parametrize("variant", VARIANTS)
def test_everything_extreme_at_once(variant: str, organisation: str) -> None:
    seen: Counter[str] = Counter()
    world = a_world(an_extreme_scheme(variant), organisation, seed=3, **LIVELY)
    assert first_disagreement(world, 20, seen) == ""
    if organisation == "workshop_bureau":
        impossible = {"sabotage"} if variant.startswith("free") else set()  # nobody is beaten to a threshold
        never = sorted(HAPPENS - impossible - set(+seen))
        assert not never, f"this test is meant to see them happen: {never}"


def test_steps_of_a_year() -> None:
    organisation = load_organisation("workshop_bureau", changes={"step_months": 12})
    for variant, interval in zip(VARIANTS, (1, 2, 3, 1), strict=True):
        scheme = load_scheme("base", changes=EXTREME | VARIANTS[variant] | {"appraisal.interval": interval})
        assert first_disagreement(a_world(scheme, organisation, **LIVELY), 8) == ""


def test_seasons_and_uneven_interviews() -> None:
    changes = {"branches.0.seasonality": 0.6, "branches.1.seasonality": 0.3}
    for step_months, n in ((1, 5), (1, 7), (4, 5), (12, 9)):
        organisation = load_organisation("workshop_bureau", changes=changes | {"step_months": step_months})
        variant = list(VARIANTS)[step_months % 4]
        scheme = load_scheme("base", changes=EXTREME | VARIANTS[variant] | {"communication.interviews_per_year": n})
        assert first_disagreement(a_world(scheme, organisation, **LIVELY), 8) == ""


def test_people_who_work_alone() -> None:
    departments = [
        {"name": f"desk_{n}", "cadres": n, "sequence": "offices", "tasks": {"service": 0.5, "mentoring": 0.5}} for n in (1, 2)
    ]
    organisation = load_organisation("toy_bureau", changes={"offices": departments, "branches": []})
    for variant in VARIANTS:
        assert first_disagreement(a_world(an_extreme_scheme(variant), organisation, **LIVELY), 13) == ""


def test_rounds_of_a_sitting() -> None:
    organisation = load_organisation("workshop_bureau", changes={"round_hours": 0.5})
    for variant, interval in zip(VARIANTS, (1, 2, 3, 1), strict=True):
        scheme = load_scheme("base", changes=EXTREME | VARIANTS[variant] | {"appraisal.interval": interval})
        assert first_disagreement(a_world(scheme, organisation, **LIVELY), 8) == ""


def test_a_service_of_several_levels() -> None:
    """Bureaus with siblings, whose reports pass through several levels, and many peer groups."""
    levels = [
        {"name": "central", "units_per_superior": 1, "offices": 2, "branches": 0},
        {"name": "province", "units_per_superior": 3, "offices": 2, "branches": 1},
        {"name": "county", "units_per_superior": 2, "offices": 1, "branches": 2},
    ]
    organisation = load_organisation("national_service", changes={"service.levels": levels, "service.cadres": 70})
    for variant in VARIANTS:
        assert first_disagreement(a_world(an_extreme_scheme(variant), organisation, **LIVELY), 13) == ""


def test_several_levels_above_one_bureau() -> None:
    organisation = load_organisation("toy_bureau", changes={"levels_above": 3, "peers.spread": 0.0})
    assert first_disagreement(a_world("superior_ranking", organisation, fidelity=0.6, gloss_pressure=0.2), 14) == ""


@pytest.mark.parametrize("seed", range(12))
def test_schemes_and_people_drawn_at_random(seed: int) -> None:
    rng = np.random.default_rng(seed)
    scheme = crossbred_scheme(rng, {"appraisal.interval": int(rng.choice([3, 5, 12]))})
    behaviour = drawn_behaviour(rng, exit_rate=0.02, ability_floor=0.7)
    assert first_disagreement(a_world(scheme, behaviour=behaviour, seed=seed), 14) == ""


def test_seven_equal_cadres_are_equal_to_the_last_bit() -> None:
    """Rounding must not make anybody stand above or below alike peers: their rewards are just."""
    tasks = {"revenue": 0.5, "paperwork": 0.5}
    office = {"name": "office", "title": "Office", "sequence": "offices", "cadres": 7, "tasks": tasks}
    quiet = {f"tasks.{name}.noise": 0.0 for name in load_organisation("workshop_bureau").tasks}
    alone = {"offices": [office], "branches": [], "sequences": ["offices"], "posts.shares": [1.0], "posts.responsibility": [1.0]}
    organisation = load_organisation("workshop_bureau", changes=quiet | alone)
    behaviour = Behaviour(drive=0.3, duty=0.4, esteem=0.0007, reward_sensitivity=1.0, justice_memory=0.08)
    for name in ("team_bonus", "superior_ranking", "base"):
        world = a_world(name, organisation, behaviour)
        assert first_disagreement(world, 12) == ""
        walk_months(world, 0, 12, np.zeros(12, HISTORY))
        just = 1.0 - (1.0 - behaviour.justice_start) * (1.0 - behaviour.justice_memory) ** 12
        np.testing.assert_allclose(world.cadres["justice_distributive"], just)


# --- a run, from the warm-up on ---------------------------------------------------------------------------------------


def test_a_whole_run_gives_the_same_outcomes() -> None:
    runs = [
        simulate("combined_incentives", "toy_bureau", months=14, warmup_months=13, seed=5, replicate=2, walk=walk)
        for walk in ("compiled", "agents")
    ]
    assert differences(runs[0].world, runs[1].world) == []
    for name in HISTORY.names:
        np.testing.assert_allclose(runs[0].history[name], runs[1].history[name], rtol=1e-9, atol=1e-9)
    assert runs[0].outcomes == pytest.approx(runs[1].outcomes, rel=1e-9, abs=1e-9, nan_ok=True)


def test_a_scheme_that_comes_in_the_middle_of_a_period() -> None:
    blueprint = lay_out(load_organisation("toy_bureau"), load_behaviour())
    old, new = (tailor(blueprint, load_scheme(name)) for name in ("deduction_heavy", "municipal_closed_loop"))
    world = found(blueprint, old, seed=4)
    assert first_disagreement(world, 7) == ""
    world = wear(copy_of(world), new, 7)
    change_scheme(world, 7, np.full(len(world.departments), 0.5))
    assert first_disagreement(world, 15, first_step=7) == ""


# --- would it notice? ------------------------------------------------------------------------------------------------

PLANTED = {
    "nobody ever leaves": (Cadre, "wants_to_leave", lambda self: False),
    "help is forgotten": (Cadre, "felt_from_colleagues", lambda self: (0.0, 0.0)),
    "a career is worth a millionth more": (
        Cadre, "worth_of_career", lambda self, before=Cadre.worth_of_career: before(self) * (1.0 + 1e-6),
    ),
    "nobody falsifies": (Cadre, "falsify", lambda self, j, slope: 0.0),
    "nobody appeals": (Cadre, "appeal_if_due", lambda self: None),
    "ties by name": (PeerGroup, "tie_breaker", lambda self, cadre: float(cadre.index)),
    "no medals": (PeerGroup, "award_medals", lambda self: None),
    "heads add nothing": (Department, "gloss_now", lambda self, bureau: 0.0),
    "no slack": (Department, "left_by_ratchet", lambda self, ratchet: 1.0),
    "taxpayers sleep": (Branch, "hear_taxpayers", lambda self: None),
    "nothing is learnt": (Bureau, "learn", lambda self: None),
    "no pressure": (Bureau, "better_peers", lambda self: 0),
}  # fmt: skip


@pytest.mark.parametrize("error", PLANTED)
def test_a_planted_error_is_noticed(error: str, monkeypatch: pytest.MonkeyPatch) -> None:
    agent, method, wrong = PLANTED[error]
    changes = EXTREME | VARIANTS["worst first, lots, appraised every month"]
    if error.startswith("a career"):  # nobody plans to be the worst
        changes |= {"application.explicit.promotion_rule": "result"}
    scheme = load_scheme("base", changes=changes)
    if error == "ties by name":  # scores hardly ever tie: make all of them
        scheme = load_scheme("base", changes={"plan.result": {"performance": 1.0, "ability": 0.0, "attitude": 0.0, "others": 0.0},
                             "plan.indicators": {"all": {"tasks": "all", "weight": 1.0, "below": 0.0}},
                             "appraisal.grades": FORCED | {"ties": "lot"}, "appraisal.interval": 2})  # fmt: skip
    world = a_world(scheme, seed=3, **LIVELY)
    assert first_disagreement(world, 8) == ""
    monkeypatch.setattr(agent, method, wrong)
    assert first_disagreement(world, 8) != ""
