"""Kinds of study: the verb and its block, everything wrong told with file and line before anything runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.errors import UserError
from sim.outcomes import OUTCOME_NAMES
from sim.schemes.plans.sensitivity import SensitivityPlan
from sim.schemes.plans.sweep import SweepPlan
from sim.schemes.schema import json_schema
from sim.schemes.study import Study, made_study, open_study

HEAD = "name: s\norganisation: county_bureau\nschemes: [deduction_heavy, municipal_closed_loop]\n"

ALONE = HEAD.replace(", municipal_closed_loop", "")
SWEEP = HEAD + "verb: sweep\nsweep:\n"
SENSITIVITY = HEAD + "verb: sensitivity\nsensitivity:\n"


def findings(folder: Path, text: str) -> list[str]:
    (folder / "study.yaml").write_text(text)
    with pytest.raises(UserError) as caught:
        open_study(folder / "study.yaml", OUTCOME_NAMES)
    return [f"{Path(found.file).name}:{found.line} {found}" for found in caught.value.findings]


#: Text of a study, the line of the finding, and what it must say.
BAD = [
    (HEAD + "verb: swep\n", 4, "did you mean sweep?"),
    (HEAD + "verb: [sweep]\n", 4, "verb"),
    (HEAD + "verb: sweep\n", 4, "the settings of this verb are missing"),
    (HEAD + "verb: compare\nsweep: {paths: {crowding: [0, 1]}}\n", 5, "this block belongs to another verb"),
    (HEAD + "sensitivity: {}\n", 4, "this block belongs to another verb"),
    (HEAD + "verb: sweep\nsensitivity: {}\nsweep: {paths: {crowding: [0, 1]}}\n", 5, "this block belongs to another verb"),
    (SWEEP + "  {}\n", 5, "a key is missing"),
    (SWEEP + "  paths: {}\n", 6, "too few entries"),
    (SWEEP + "  paths: []\n", 6, "wrong type"),
    (SWEEP + "  paths: {crowding: 0.5}\n", 6, "wrong type"),
    (SWEEP + "  paths: {crowding: [0.5]}\n", 6, "must be different, two or more"),
    (SWEEP + "  paths: {crowding: []}\n", 6, ""),
    (SWEEP + "  paths: {crowding: [1, 0]}\n", 6, "low must lie below high"),
    (SWEEP + "  paths: {crowding: [0, 9]}\n", 6, "too large"),
    (SWEEP + "  paths: {crowding: [0, yes]}\n", 6, "wrong type"),
    (SWEEP + "  paths: {crowding: [0, true]}\n", 6, "wrong type"),
    (SWEEP + "  paths: {crowding: {low: 0}}\n", 6, "a range needs low and high"),
    (SWEEP + "  paths: {crowding: {low: 0, high: 1, step: 2}}\n", 6, "unknown key"),
    (SWEEP + "  paths: {crowding: {low: 0, high: 1, scale: log}}\n", 6, "a log scale needs numbers above 0"),
    (SWEEP + "  paths: {crowding: {low: 0, high: 1, scale: logarithmic}}\n", 6, "scale"),
    (SWEEP + "  paths: {crowding: {low: 0, high: 1, levels: 1}}\n", 6, "too small"),
    (SWEEP + "  paths: {crowding: {values: [1, 1]}}\n", 6, "must be different"),
    (SWEEP + "  paths:\n    crowding: [0, 1]\n    crowdin: [0, 1]\n", 8, "did you mean crowding?"),
    (SWEEP + "  paths:\n    crowding: [0, 1]\n    crowding: [0, 2]\n", 8, ""),
    (SWEEP + "  paths: {application.explicit: [0, 1]}\n", 6, "a section cannot be varied"),
    (SWEEP + "  paths: {appraisal.interval: [1.5, 3]}\n", 6, "not a whole number"),
    (SWEEP + "  paths: {appraisal.grades.peer_group: [bureau, buro]}\n", 6, "did you mean bureau?"),
    (SWEEP + "  paths: {appraisal.grades.peer_group: {low: 0, high: 1}}\n", 6, "this element has no range"),
    (SWEEP + "  paths: {plan.indicators.nobody.weight: [0.1, 0.5]}\n", 6, "no such entry"),
    (SWEEP + "  paths: {organisation.branches.77.resources: [0.1, 0.5]}\n", 6, "no such entry"),
    (SWEEP + "  paths: {plan.indicators.nobody.weight: [0.1, 5]}\n", 6, "too large"),
    (SWEEP + "  paths: {appraisal.grades.bottom_threshold: [0, 5]}\n", 6, "must rise"),
    (SWEEP + "  paths: {appraisal.grades.top_share: [0, 0.7], appraisal.grades.bottom_share: [0, 0.7]}\n", 6, "than everybody"),
    (SWEEP + "  paths: {crowding: [0, 1]}\n  design: sobol\n  points: 60\n", 8, "power of two"),
    (SWEEP + "  paths: {crowding: [0, 1]}\n  design: grid\n", 7, "design"),
    (SWEEP + "  paths: {crowding: [0, 1]}\n  points: 1\n  design: latin_hypercube\n", 7, "too small"),
    (SWEEP + "  paths: {crowding: [0, 1]}\n  points: 2000000\n", 7, "too large"),
    (SWEEP + "  levels: 1000\n  paths: {crowding: [0, 1], honesty: [0, 1], duty: [0, 1]}\n", 5, "too large"),
    (SENSITIVITY + "  methods: [sobl]\n", 6, "methods"),
    (SENSITIVITY + "  methods: []\n", 6, "too few entries"),
    (SENSITIVITY + "  methods: [sobol, sobol]\n", 6, "stands here twice"),
    (SENSITIVITY + "  methods: sobol\n", 6, "wrong type"),
    (SENSITIVITY + "  samples: 100\n", 6, "power of two"),
    (SENSITIVITY + "  samples: 4\n", 6, "too few samples"),
    (SENSITIVITY + "  samples: 0\n", 6, "too small"),
    (SENSITIVITY + "  samples: 64\n  methods: [efast]\n", 6, "at least 65 for efast"),
    (SENSITIVITY + "  samples: 256\n  methods: [hdmr]\n", 6, "at least 300 for hdmr"),
    (SENSITIVITY + "  outcomes: [burnout]\n", 6, "did you mean burnout_share?"),
    (SENSITIVITY + "  outcomes: [burnout_share, burnout_share]\n", 6, "stands here twice"),
    (SENSITIVITY + "  parameters: [honesti]\n", 6, "did you mean honesty?"),
    (SENSITIVITY + "  parameters: [honesty, honesty]\n", 6, "stands here twice"),
    (SENSITIVITY + "  parameters: [application.applied]\n", 6, "declares no range"),
    (SENSITIVITY + "  parameters: {application.applied: [0, 2]}\n", 6, "too large"),
    (SENSITIVITY + "  parameters: {honesty: []}\n", 6, ""),
    (SENSITIVITY + "  parameters: honesty\n", 6, "wrong type"),
    (SENSITIVITY + "  methods: [dgsm]\n  parameters: {appraisal.interval: [1, 12]}\n", 6, "small steps"),
    (SENSITIVITY + "  groups: {a: [nobody]}\n", 6, "the study does not vary this"),
    (SENSITIVITY + "  groups: {a: [honesty], b: [honesty]}\n", 6, "a parameter in two groups"),
    (SENSITIVITY + "  groups: {a: []}\n", 6, "the group is empty"),
    (SENSITIVITY + "  groups: {duty: [honesty]}\n", 6, "a group is called like a parameter"),
    (SENSITIVITY + "  methods: [pawn]\n  groups: {a: [honesty]}\n", 6, "cannot vary groups"),
    (SENSITIVITY + "  confidence: 95\n", 6, "too large"),
    (SENSITIVITY + "  resamples: 1\n", 6, "too small"),
    (SENSITIVITY + "  luck_replicates: 1\n", 6, "too small"),
    (SENSITIVITY + "  behaviours: fitted\n", 6, "behaviours"),
    (SENSITIVITY + "  dummy: 1\n", 6, "wrong type"),
    (SENSITIVITY + "  sample: 64\n", 6, "did you mean samples?"),
    (ALONE + "verb: sensitivity\nsensitivity: {difference: true}\n", 5, "needs two schemes"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "told"), BAD)
def test_a_bad_study_is_told_with_its_line(tmp_path: Path, text: str, line: int, told: str) -> None:
    found = findings(tmp_path, text)
    assert any(one.startswith(f"study.yaml:{line} ") and told in one for one in found), found


def test_everything_wrong_is_told_at_once(tmp_path: Path) -> None:
    text = SWEEP + "  design: sobol\n  points: 60\n  paths:\n    crowdin: [0, 1]\n    duty: [0, -1]\n    crowding: [0, 9]\n"
    assert [one.split()[0] for one in findings(tmp_path, text)] == ["study.yaml:7", *(f"study.yaml:{n}" for n in (9, 10, 11))]


def test_old_studies_stay_valid() -> None:
    opened = open_study("municipal_comparison", OUTCOME_NAMES)
    assert opened.study.verb == "compare" and opened.study.sweep is None and opened.study.sensitivity is None


def test_a_block_has_defaults(tmp_path: Path) -> None:
    (tmp_path / "study.yaml").write_text(HEAD + "verb: sensitivity\n")
    plan = open_study(tmp_path / "study.yaml", OUTCOME_NAMES).study.plan
    assert isinstance(plan, SensitivityPlan) and plan.methods == ["sobol"]


def test_paths_of_all_kinds_are_read(tmp_path: Path) -> None:
    paths = """  paths:
    application.explicit.bonus_per_point: [0, 2]
    behaviour.cost: {low: 0.1, high: 10, scale: log, levels: 3}
    appraisal.grades.peer_group: [sequence, bureau]
    process.tracking_interval: [0, 1, 3, 12]
    organisation.branches.*.resources: {values: [0.2, 0.8]}
    crowding: {value: 0.5, low: 0, high: 1}
"""
    (tmp_path / "study.yaml").write_text(SWEEP + paths.replace("    crowding: {value: 0.5, low: 0, high: 1}\n", ""))
    plan = open_study(tmp_path / "study.yaml", OUTCOME_NAMES).study.plan
    assert isinstance(plan, SweepPlan)
    ranges = plan.ranges()
    assert [span.kind for span in ranges.values()] == ["number", "number", "choice", "choice", "choice"]
    assert plan.levels_of("behaviour.cost") == 3 and plan.levels_of("appraisal.grades.peer_group") == 5
    assert findings(tmp_path, SWEEP + paths), "an annotated value is no range"


def test_every_behaviour_parameter_with_a_range_is_varied_by_default() -> None:
    opened = open_study("global_sensitivity", OUTCOME_NAMES)
    plan = opened.study.plan
    assert isinstance(plan, SensitivityPlan)
    ranges = plan.ranges(opened.behaviour)
    assert len(ranges) > 100 and all(span.low < span.high for span in ranges.values())


def test_the_schema_shows_the_verbs_and_their_blocks() -> None:
    schema = json_schema("study")
    assert {"verb", "sweep", "sensitivity"} <= set(schema["properties"])
    assert {"SweepPlan", "SensitivityPlan"} <= set(schema["$defs"])
    assert "paths" in schema["$defs"]["SweepPlan"]["properties"]


def test_a_study_made_in_python_is_checked_alike() -> None:
    with pytest.raises(UserError, match="unknown key"):
        made_study({"name": "x", "schemes": ["base"], "verb": "sweep", "sweep": {"paths": {"crowding": [0, 1]}, "colour": "red"}})
    made = made_study({"name": "x", "schemes": ["base"], "verb": "sweep", "sweep": {"paths": {"crowding": [0, 1]}}})
    assert isinstance(made, Study) and made.plan is made.sweep
