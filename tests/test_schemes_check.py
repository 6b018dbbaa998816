"""What a file is, without being told: for `cadresim check`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sim.errors import UserError
from sim.schemes.check import check, kind_of
from sim.schemes.load import read_behaviour, read_organisation, read_scheme
from sim.schemes.locate import KINDS, configuration_folder, preset_names

BROKEN = Path(__file__).parent / "broken"


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind in KINDS for name in preset_names(kind)])
def test_presets_are_told_apart_by_name_and_by_contents(kind: str, name: str) -> None:
    assert kind_of(name) == kind
    assert kind_of(configuration_folder() / kind / f"{name}.yaml") == kind


def test_a_file_that_only_extends_is_what_it_extends(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("extends: municipal_bureau\n")
    (tmp_path / "b.yaml").write_text("extends: a.yaml\nname: b\n")
    (tmp_path / "circle.yaml").write_text("extends: circle.yaml\n")
    assert kind_of(tmp_path / "a.yaml") == "organisations"
    assert kind_of(tmp_path / "b.yaml") == "organisations"
    with pytest.raises(UserError, match="circle"):
        check(tmp_path / "circle.yaml")


def test_a_folder_is_an_organisation() -> None:
    assert check(BROKEN / "good").kind == "organisation"


def test_advice_does_not_refuse() -> None:
    checked = check(BROKEN / "good/scheme.yaml", organisation=read_organisation(BROKEN / "good/organisation.yaml"))
    assert checked.kind == "scheme"
    assert {finding.problem for finding in checked.advice} == {"a value without a source"}


def test_a_scheme_must_fit_the_organisation_it_is_checked_with() -> None:
    with pytest.raises(UserError, match="no such task"):
        check(BROKEN / "good/scheme.yaml", organisation=read_organisation("municipal_bureau"))


def test_unknown_names() -> None:
    with pytest.raises(UserError, match="did you mean municipal_bureau"):
        check("municipal_burau")
    with pytest.raises(UserError, match="no such file or folder"):
        check("nowhere/base.yaml")


@pytest.mark.parametrize(
    ("read", "given", "told"),
    [
        (
            read_scheme,
            "county_bureau",
            ["this is an organisation, not a scheme", "'county_bureau'", "--organisation (-g) takes it"],
        ),
        (read_scheme, "county_burea", ["did you mean county_bureau? It is an organisation"]),
        (read_scheme, "forced_rankin", ["did you mean forced_ranking?\n"]),
        (read_scheme, BROKEN / "good/organisation.yaml", ["this is an organisation, not a scheme", "good/organisation.yaml"]),
        (read_scheme, configuration_folder() / "studies/municipal_comparison.yaml", ["this is a study, not a scheme"]),
        (read_organisation, "forced_ranking", ["this is a scheme, not an organisation", "stands by itself"]),
        (read_organisation, BROKEN / "good/scheme.yaml", ["this is a scheme, not an organisation"]),
        (read_behaviour, "forced_ranking", ["this is a scheme, not a behaviour"]),
    ],
)
def test_a_document_of_another_kind_is_told_as_what_it_is(read: Any, given: Any, told: list[str]) -> None:
    with pytest.raises(UserError) as caught:
        read(given)
    assert len(caught.value.findings) == 1 and all(words in f"{caught.value}\n" for words in told), str(caught.value)


@pytest.mark.parametrize("case", ["studies/unknown_key.yaml", "organisations/no_cadres.yaml", "behaviour/outside_the_model.yaml"])
def test_broken_files_are_read_as_what_they_are(case: str) -> None:
    with pytest.raises(UserError) as caught:
        check(BROKEN / case)
    assert Path(case).name in str(caught.value)
