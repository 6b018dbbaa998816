"""Every broken file of tests/broken is refused: with its line, its path, what was expected and the nearest name."""

from __future__ import annotations

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from sim.errors import Finding, UserError
from sim.schemes.fit import check_scheme_fits
from sim.schemes.load import read_behaviour, read_organisation, read_scheme
from sim.schemes.study import open_study

CORPUS = Path(__file__).parent / "broken"
EXPECTED = YAML(typ="safe", pure=True).load(CORPUS / "expected.yaml")
OUTCOMES = ("burnout_share", "goal_attainment", "inflation")


def read(case: str) -> None:
    """Read a file of the corpus as the command line would."""
    path, kind = CORPUS / case, case.partition("/")[0]
    if kind == "schemes":
        check_scheme_fits(read_scheme(path), read_organisation(CORPUS / "good/organisation.yaml"))
    elif kind == "studies":
        open_study(path, OUTCOMES)
    elif kind == "behaviour":
        read_behaviour(path)
    else:
        read_organisation(path)


def refused(case: str) -> list[Finding]:
    with pytest.raises(UserError) as caught:
        read(case)
    return caught.value.findings


def stands_at(finding: Finding, case: str, at: int | str) -> bool:
    """Whether a finding names the expected file and line."""
    if at == "any":
        return True
    if isinstance(at, int):
        return finding.line == at and Path(finding.file).name == Path(case).name
    name, _, line = at.partition(":")
    return finding.line == int(line) and Path(finding.file).name == name


@pytest.mark.parametrize("case", EXPECTED)
def test_broken_file_is_told_where_and_what(case: str) -> None:
    findings = refused(case)
    told = "\n".join(map(str, findings))
    assert len(findings) == len(EXPECTED[case]), told
    assert findings == sorted(findings), "findings come sorted by place"
    for finding, expected in zip(findings, EXPECTED[case], strict=True):
        assert stands_at(finding, case, expected["at"]), f"expected at {expected['at']}:\n{told}"
        assert finding.path == expected["path"], told
        missing = [fragment for fragment in expected["says"] if fragment not in str(finding)]
        assert not missing, f"{missing} not in:\n{told}"


def test_corpus_is_complete() -> None:
    """Every file in the corpus has an expectation, and there are enough of them."""
    folders = [path.parent for path in CORPUS.rglob("units.csv")]
    files = [path for path in CORPUS.rglob("*.yaml") if path.parent != CORPUS]
    cases = {path.relative_to(CORPUS).as_posix() for path in [*folders, *files]}
    cases = {case for case in cases if not case.startswith("good")}
    assert cases == set(EXPECTED)
    assert len(cases) >= 75


def test_the_good_files_are_good() -> None:
    """The corpus would prove nothing if the files it stands on were broken too."""
    good = CORPUS / "good"
    check_scheme_fits(read_scheme(good / "scheme.yaml"), read_organisation(good / "organisation.yaml"))
    read_organisation(good)
    assert read_behaviour(good / "behaviour.yaml").annotations["adjustment"].high == 1.0
