"""The study document."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.errors import UserError
from sim.schemes.study import LARGEST_SEED, Study, load_study, open_study

GOOD = Path(__file__).parent / "broken" / "good"
HEAD = f"name: s\norganisation: {GOOD}/organisation.yaml\nbehaviour: {GOOD}/behaviour.yaml\n"


def study(folder: Path, text: str) -> Path:
    (folder / "study.yaml").write_text(HEAD + text)
    return folder / "study.yaml"


def test_a_study_has_sensible_defaults(tmp_path: Path) -> None:
    opened = open_study(study(tmp_path, f"schemes: [{GOOD}/scheme.yaml]\n"))
    document = opened.study
    assert (document.months, document.warmup_months, document.replicates, document.seed) == (36, 24, 100, 1)
    assert not document.equal_budget
    assert opened.baseline == "good", "the first scheme is the baseline"


@pytest.mark.parametrize("seed", [0, 1, LARGEST_SEED])
def test_every_seed_is_a_seed(tmp_path: Path, seed: int) -> None:
    assert load_study(study(tmp_path, f"schemes: [{GOOD}/scheme.yaml]\nseed: {seed}\n")).seed == seed


def test_schemes_made_inside_a_study(tmp_path: Path) -> None:
    (tmp_path / "part.yaml").write_text("name: part\nprocess: {deadlines: 0.25}\n")
    text = f"""
schemes:
  - {GOOD}/scheme.yaml
  - name: mixed
    title: Mixed
    extends: {GOOD}/scheme.yaml
    parts: [part.yaml]
    changes: {{process.coaching: 0.75}}
baseline: mixed
"""
    opened = open_study(study(tmp_path, text))
    good, mixed = (scheme.document for scheme in opened.schemes)
    assert (mixed.name, mixed.title, mixed.process.deadlines, mixed.process.coaching) == ("mixed", "Mixed", 0.25, 0.75)
    assert mixed.plan == good.plan
    assert opened.baseline == "mixed"
    assert {file.name for file in opened.files} == {"scheme.yaml", "part.yaml", "organisation.yaml", "behaviour.yaml"}


def test_the_baseline_may_be_written_as_the_scheme_is_listed(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("name: mine\n")
    opened = open_study(study(tmp_path, f"schemes: [{GOOD}/scheme.yaml, mine.yaml]\nbaseline: mine.yaml\n"))
    assert opened.baseline == "mine"


def test_a_study_made_in_python(tmp_path: Path) -> None:
    made = Study(
        name="s",
        organisation=f"{GOOD}/organisation.yaml",
        behaviour=f"{GOOD}/behaviour.yaml",
        schemes=[f"{GOOD}/scheme.yaml", {"name": "y", "extends": f"{GOOD}/scheme.yaml", "changes": {"process.coaching": 1}}],  # type: ignore[list-item]
    )
    assert [scheme.document.process.coaching for scheme in open_study(made).schemes] == [0.2, 1.0]


def test_everything_wrong_is_told_at_once_with_its_file(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("name: bad\nprocess:\n  coaching: 2\n")
    text = f"schemes:\n  - {GOOD}/scheme.yaml\n  - bad.yaml\n  - nobody\nbaseline: noone\nheadline: [burn]\n"
    with pytest.raises(UserError) as caught:
        open_study(study(tmp_path, text), ["burnout_share"])
    told = [(Path(finding.file).name, finding.line) for finding in caught.value.findings]
    assert told == [("bad.yaml", 3), ("study.yaml", 7), ("study.yaml", 8), ("study.yaml", 9)]


@pytest.mark.parametrize(
    ("entry", "file"),
    [
        ("organisation: offices/bureau.yaml", "offices/bureau.yaml"),
        ("organisation: toy_bureau\nbehaviour: mine.yaml", "mine.yaml"),
    ],
)
def test_a_file_that_is_missing_is_named_at_the_line_of_the_study(entry: str, file: str, tmp_path: Path) -> None:
    path = tmp_path / "study.yaml"
    path.write_text(f"name: mine\nschemes: [base, forced_ranking]\n{entry}\n")
    with pytest.raises(UserError) as caught:
        open_study(path)
    told = str(caught.value)
    assert "study.yaml:" in told and "no such file or folder" in told and f"'{file}'" in told


def test_without_outcome_names_headlines_are_not_judged(tmp_path: Path) -> None:
    path = study(tmp_path, f"schemes: [{GOOD}/scheme.yaml]\nheadline: [anything]\n")
    assert load_study(path).headline == ["anything"]
