"""Traps: each with a scheme that has it and one that has not; and what the presets show."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from experiments.projects.advising import appraisal_hours, generated_groups, lint
from sim.errors import UserError
from sim.lang import words
from sim.population.founding import lay_out, tailor
from sim.schemes.advice import Advice, Said, source_title
from sim.schemes.load import known_sources, load_behaviour, load_organisation, load_scheme, read_organisation, read_scheme
from sim.schemes.locate import preset_names
from sim.schemes.scheme import PeerGroup
from sim.schemes.traps import TRAPS, peer_group_sizes, traps

LEVELS = [
    {"name": "province", "units_per_superior": 1, "offices": 4},
    {"name": "city", "units_per_superior": 3, "offices": 3},
    {"name": "county", "units_per_superior": 4, "offices": 3, "branches": 4},
]
BUREAU = Path(__file__).resolve().parents[1] / "configs/organisations/examples/my_bureau.yaml"
INDICATORS = {
    "collecting": {"tasks": "collection", "weight": 0.5, "above": 1, "cap": 1.5},
    "the_rest": {"tasks": ["counter", "partners", "paperwork", "mentoring"], "weight": 0.5, "above": 1, "cap": 1.5},
}
#: A scheme without any trap, in my_bureau.
SOUND: dict[str, Any] = {
    "plan.indicators": INDICATORS,
    "appraisal.audit_rate": 0.05,
    "appraisal.audit_penalty": 1,
    "application.applied": 1,
    "application.unit_weight": 0.2,
}
#: Forced grades that fit my_bureau (6 and 14 people), pay for themselves and spare the good.
GRADED: dict[str, Any] = {
    "appraisal.grades.ranking": "forced",
    "appraisal.grades.top_share": 0.2,
    "appraisal.grades.bottom_share": 0.2,
    "appraisal.grades.floor": 0.6,
    "application.explicit.top_prize": 0.05,
    "application.explicit.bottom_cut": 0.05,
    "application.sanctions.rectification": 0.01,
    "application.sanctions.interview": 0.02,
}
KEY = "plan.indicators.collecting"


def names(changes: dict[str, Any], *, hours: float = 0.01) -> list[str]:
    loaded = read_scheme("base", changes={**SOUND, **changes})
    return sorted(one.name for one in traps(loaded, load_organisation(BUREAU), hours=hours))


HAVING: list[tuple[str, dict[str, Any]]] = [
    ("quota-in-small-unit", {**GRADED, "appraisal.grades.top_share": 0.1, "application.explicit.top_prize": 0.1}),
    ("quota-in-small-unit", {**GRADED, "application.sanctions.dismissal_share": 0.1}),
    ("medal-in-small-unit", {f"{KEY}.scoring": "medal", f"{KEY}.medal_points": 0.1, f"{KEY}.medal_share": 0.1}),
    ("cliff-at-standard", {f"{KEY}.scoring": "threshold"}),
    ("cliff-at-standard", {f"{KEY}.notch": 0.3}),
    ("coarse-milestones", {f"{KEY}.scoring": "milestones", f"{KEY}.steps": 2}),
    ("cliff-between-grades", {"appraisal.grades.ranking": "free", "application.explicit.top_prize": 0.1}),
    ("nothing-follows", {"application.applied": 0}),
    ("flat-above-standard", {f"{KEY}.above": 0}),
    ("flat-below-standard", {f"{KEY}.below": 0}),
    ("flat-below-standard", {f"{KEY}.floor": 0.8}),
    ("ratchet-eats-reward", {f"{KEY}.above": 0.3, "plan.targets.ratchet_up": 0.5}),
    ("topped-up-twice", {"plan.targets.top_up": 0.05, "superior.rank_demanded": 3}),
    ("reward-dissolves", {"application.unit_weight": 0.9}),
    ("deduction-not-earned-back", {f"{KEY}.scoring": "deduction", f"{KEY}.below": 10, f"{KEY}.cap": 1}),
    ("pool-not-balanced", {**GRADED, "application.explicit.top_prize": 0.2}),
    ("task-counted-twice", {"plan.indicators.the_rest.tasks": "all"}),
    ("task-nobody-counts", {"plan.indicators.the_rest.tasks": ["counter", "partners", "paperwork"]}),
    ("indicator-unverifiable", {"plan.indicators.the_rest.tasks": "mentoring", "appraisal.audit_rate": 0}),
    ("reports-unchecked", {"appraisal.audit_rate": 0, "appraisal.audit_penalty": 0}),
    ("ladder-without-floor", {**GRADED, "appraisal.grades.floor": 0}),
    ("ladder-that-falls", {**GRADED, "application.sanctions.interview": 0.005}),
    ("dismissal-without-warning", {"application.sanctions.dismissal_share": 0.2}),
    ("appraisal-far-off", {"appraisal.interval": 36}),
    ("without-effect", {"appraisal.audit_rate": 0, "process.captured": 0.5}),
]
SPARED: list[tuple[str, dict[str, Any]]] = [
    ("quota-in-small-unit", {**GRADED, "appraisal.grades.top_share": 0.1, "appraisal.grades.fractions": "lot"}),
    ("quota-in-small-unit", {**GRADED, "appraisal.grades.top_share": 0.1, "appraisal.grades.peer_group": "bureau"}),
    ("medal-in-small-unit", {f"{KEY}.scoring": "medal", f"{KEY}.medal_points": 0.1, f"{KEY}.medal_share": 0.2}),
    ("coarse-milestones", {f"{KEY}.scoring": "milestones", f"{KEY}.steps": 5}),
    ("cliff-between-grades", {**GRADED}),
    ("flat-below-standard", {f"{KEY}.floor": 0.5}),
    ("ratchet-eats-reward", {f"{KEY}.above": 0.3, "plan.targets.ratchet_up": 0.5, "plan.targets.ratchet_on": "group"}),
    ("ratchet-eats-reward", {f"{KEY}.above": 1, "plan.targets.ratchet_up": 0.5}),
    ("topped-up-twice", {"plan.targets.top_up": 0.05}),
    ("topped-up-twice", {"superior.rank_demanded": 3}),
    ("deduction-not-earned-back", {f"{KEY}.scoring": "deduction", f"{KEY}.cap": 1}),
    ("indicator-unverifiable", {"plan.indicators.the_rest.tasks": "mentoring"}),
    ("reports-unchecked", {"appraisal.audit_rate": 0, "appraisal.audit_penalty": 0, "process.captured": 0.2}),
    ("dismissal-without-warning", {**GRADED, "application.sanctions.dismissal_share": 0.2}),
    ("appraisal-far-off", {"appraisal.interval": 24}),
]


def test_a_sound_scheme_has_no_trap() -> None:
    assert names({}) == []
    assert names(GRADED) == []


@pytest.mark.parametrize(("name", "changes"), HAVING)
def test_a_scheme_with_the_trap(name: str, changes: dict[str, Any]) -> None:
    assert name in names(changes)


@pytest.mark.parametrize(("name", "changes"), SPARED)
def test_a_scheme_without_the_trap(name: str, changes: dict[str, Any]) -> None:
    assert name not in names(changes)


VOLUNTARY = load_organisation(BUREAU, changes={"tasks.counter.voluntary": 0.5})


def told_of_voluntary_work(changes: dict[str, Any]) -> list[Advice]:
    found = traps(read_scheme("base", changes={**SOUND, **changes}), VOLUNTARY, hours=0.01)
    return [one for one in found if one.name == "money-on-voluntary-work"]


def test_money_on_voluntary_work_is_told() -> None:
    unpaid = {"application.explicit.bonus_per_point": 0, "application.implicit.recognition": 0.5}
    without = {"plan.indicators.the_rest.tasks": ["partners", "paperwork", "mentoring"]}
    (one,) = told_of_voluntary_work({})
    assert one.source in (known_sources() or frozenset()) and "counter" in str(one)
    assert one.path == "plan.indicators.the_rest.tasks"
    assert told_of_voluntary_work(unpaid | {**GRADED})
    for spared in (unpaid, without, {"application.applied": 0}):
        assert not told_of_voluntary_work(spared)


def test_hours_are_told_above_a_day_a_month() -> None:
    assert names({}, hours=0.05) == []
    assert names({}, hours=0.06) == ["appraisal-hours"]
    busy = {"process.tracking_interval": 1, "communication.interviews_per_year": 12, "communication.study": 1}
    told = {one.name for one in lint(read_scheme("base", changes=busy))}
    assert "appraisal-hours" in told
    assert "appraisal-hours" not in {one.name for one in lint("base")}
    assert appraisal_hours(load_scheme("base")) == pytest.approx(2 * load_behaviour().hours_indicator)


def test_an_interval_counts_steps_of_the_organisation() -> None:
    def told(step_months: int, interval: int) -> list[str]:
        scheme = read_scheme("base", changes={**SOUND, "appraisal.interval": interval})
        found = traps(scheme, load_organisation(BUREAU, changes={"step_months": step_months}), hours=0.01)
        return [str(one.found) for one in found if one.name == "appraisal-far-off"]

    assert told(1, 12) == told(12, 1) == told(1, 24) == []
    assert told(12, 12) == ["every 144 months"]


def test_every_trap_is_tried_and_cites_a_known_source() -> None:
    # without-effect stands for appraisal-hours, and money-on-voluntary-work needs work of its own: both tried above
    assert len({name for name, _ in HAVING}) + 1 == len(TRAPS)
    known = known_sources() or frozenset()
    for name, changes in HAVING:
        for one in traps(read_scheme("base", changes={**SOUND, **changes}), load_organisation(BUREAU)):
            if one.name == name != "without-effect":
                assert one.why and one.source in known and source_title(one.source) in str(one)
                assert f"[{name}]" in str(one) and one.path and one.file


def every_trap_told() -> list[Advice]:
    told = [
        one
        for _, changes in HAVING
        for one in traps(read_scheme("base", changes={**SOUND, **changes}), load_organisation(BUREAU))
    ]
    return [*told, *told_of_voluntary_work({}), *traps(read_scheme("base", changes=SOUND), load_organisation(BUREAU), hours=0.06)]


def test_every_trap_says_what_to_do_in_every_language() -> None:
    """The page and `cadresim lint` say the same: one text of each part, English beside the trap, Chinese in traps.toml."""
    told = every_trap_told()
    assert len({one.name for one in told}) == len(TRAPS) + 1  # and without-effect
    chinese = words("zh").documents
    for one in told:
        parts = [one.problem, one.hint, *([] if one.name == "without-effect" else [one.why])]
        assert all(parts), one.name
        assert [part for part in parts if part not in chinese] == [], one.name
        assert one.found, one.name
        template = one.found.template if isinstance(one.found, Said) else ""
        assert not template or template in chinese, one.name


def test_the_place_is_the_line_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("extends: forced_ranking_floor\nappraisal:\n  grades:\n    top_share: 0.2\n    floor: 0\n")
    told = [one for one in lint(file) if one.name == "ladder-without-floor"]
    assert [(Path(one.file).name, one.line, one.path) for one in told] == [("mine.yaml", 5, "appraisal.grades.floor")]


def test_a_scheme_made_in_python() -> None:
    from experiments import lint as exported

    scheme = load_scheme("forced_ranking")
    told = exported(scheme, load_organisation(BUREAU))
    assert [one.name for one in told if one.path == "appraisal.grades.bottom_share"] == ["quota-in-small-unit"]
    assert {(one.file, one.line) for one in told} == {("forced_ranking", 0)}
    assert {one.name for one in told} == {one.name for one in lint("forced_ranking", BUREAU)}


def test_a_scheme_that_does_not_fit_is_refused() -> None:
    with pytest.raises(UserError, match="no such task"):
        lint(read_scheme("base", changes={"plan.indicators.key_work.tasks": "nothing"}), BUREAU)


@pytest.mark.parametrize("organisation", ["county_bureau", "toy_bureau", "municipal_bureau"])
@pytest.mark.parametrize("kind", list(PeerGroup))
def test_peer_groups_are_those_of_the_model(organisation: str, kind: PeerGroup) -> None:
    bureau = load_organisation(organisation)
    scheme = load_scheme("forced_ranking", changes={"appraisal.grades.peer_group": kind.value})
    groups = tailor(lay_out(bureau, load_behaviour()), scheme).groups
    assert sorted(groups["size"].tolist()) == sorted(peer_group_sizes(bureau, kind).values())


@pytest.mark.parametrize("kind", list(PeerGroup))
def test_peer_groups_of_a_generated_service_are_those_of_the_model(kind: PeerGroup) -> None:
    service = load_organisation("national_service", changes={"service.cadres": 3000, "service.levels": LEVELS})
    scheme = load_scheme("forced_ranking", changes={"appraisal.grades.peer_group": kind.value})
    groups = tailor(lay_out(service, load_behaviour()), scheme).groups
    assert sorted(groups["size"].tolist()) == sorted(generated_groups(service, scheme).values())
    told = {one.name for one in lint(scheme, service)}
    assert ("quota-in-small-unit" in told) == bool((groups["size"] < 20).any())


#: What the documents' own schemes show in a county bureau, beside reports nobody checks and work nobody counts. They are
#: right to stand: the status quo deducts without return, the launch speech ranks without a floor, results of units
#: move units, the learning perspective is judged, and prizes are new money.
TRUE = {
    "balanced_scorecard_five": {"flat-above-standard", "indicator-unverifiable"},
    "balanced_scorecard_four": {"indicator-unverifiable"},
    "balanced_scorecard_four_plain": {"indicator-unverifiable"},
    "bright_line": {"cliff-at-standard", "flat-above-standard"},
    "deduction_heavy": {"deduction-not-earned-back", "pool-not-balanced"},
    "deduction_only": {"deduction-not-earned-back"},
    "forced_ranking": {"flat-above-standard", "ladder-without-floor", "pool-not-balanced"},
    "forced_ranking_dismissal": {"flat-above-standard", "ladder-without-floor", "pool-not-balanced", "quota-in-small-unit"},
    "forced_ranking_floor": {"flat-above-standard", "pool-not-balanced"},
    "superior_ranking": {"flat-above-standard", "ratchet-eats-reward", "reward-dissolves"},
    "superior_ranking_individuals": {"flat-above-standard", "ratchet-eats-reward"},
    "superior_ranking_no_floor": {"flat-above-standard", "ladder-without-floor", "ratchet-eats-reward", "reward-dissolves"},
}
#: General work earns nothing beyond the standard in everything that keeps the base's indicators.
AS_THE_BASE = {"flat-above-standard"}
PLAIN = {"combined_incentives", "municipal_closed_loop", "municipal_closed_loop_no_cockpit", "scoring_reform"}


@pytest.mark.parametrize("name", preset_names("schemes"))
def test_what_the_presets_show(name: str) -> None:
    told = {one.name for one in lint(name, read_organisation("county_bureau"))}
    everywhere = {"reports-unchecked", "task-nobody-counts"}
    assert told - everywhere == TRUE.get(name, set() if name in PLAIN else AS_THE_BASE)
    assert ("task-nobody-counts" in told) == (name != "balanced_scorecard_five"), "quiet prevention is left out on purpose"
