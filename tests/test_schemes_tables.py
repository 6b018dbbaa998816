"""Organisations from spreadsheets."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.errors import UserError
from sim.schemes.load import load_organisation, read_organisation
from sim.schemes.tables import load_organisation_tables

TASKS = """name,title,perspective,kind,value,noise
revenue,Revenue collection,financial,key,2.5,0.2
service,"Service, face to face",customer,general,1,
"""
UNITS = """branch,department,sequence,cadres,workload,seasonality,peak_month,resources,revenue,service
,legal,legal management,10,,,,,0.5,0.5
,staff,support,4,,,,,,1
east,hall,branches,12,1.2,0.1,6,0.4,0.3,0.7
east,inspection,branches,9,,,,,1,0
west,hall,branches,7,0.9,,,,0.5,.5
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    home = tmp_path / "My County"
    home.mkdir()
    (home / "tasks.csv").write_text(TASKS)
    (home / "units.csv").write_text(UNITS)
    return home


def test_a_folder_of_tables_is_an_organisation(folder: Path) -> None:
    bureau = load_organisation(folder)
    assert bureau.name == "my_county"
    assert bureau.sequences == ["legal management", "support", "branches"]
    assert [(office.name, office.cadres, office.tasks) for office in bureau.offices] == [
        ("legal", 10, {"revenue": 0.5, "service": 0.5}),
        ("staff", 4, {"service": 1.0}),
    ]
    east, west = bureau.branches
    assert (east.name, east.workload, east.seasonality, east.peak_month, east.resources) == ("east", 1.2, 0.1, 6, 0.4)
    assert [(section.name, section.tasks) for section in east.departments] == [
        ("hall", {"revenue": 0.3, "service": 0.7}),
        ("inspection", {"revenue": 1.0}),
    ]
    assert (west.workload, west.resources) == (0.9, 0.5), "an empty cell keeps the neutral value"
    assert bureau.tasks["service"].title == "Service, face to face"
    assert (bureau.tasks["revenue"].value, bureau.tasks["revenue"].noise, bureau.tasks["service"].noise) == (2.5, 0.2, 0.0)


def test_tables_and_yaml_say_the_same(folder: Path, tmp_path: Path) -> None:
    """The same bureau written both ways is the same document."""
    text = """
name: my_county
sequences: [legal management, support, branches]
tasks:
  revenue: {title: Revenue collection, perspective: financial, kind: key, value: 2.5, noise: 0.2}
  service: {title: "Service, face to face", perspective: customer, kind: general, value: 1}
offices:
  - {name: legal, sequence: legal management, cadres: 10, tasks: {revenue: 0.5, service: 0.5}}
  - {name: staff, sequence: support, cadres: 4, tasks: {service: 1.0}}
branches:
  - name: east
    workload: 1.2
    seasonality: 0.1
    peak_month: 6
    resources: 0.4
    departments:
      - {name: hall, sequence: branches, cadres: 12, tasks: {revenue: 0.3, service: 0.7}}
      - {name: inspection, sequence: branches, cadres: 9, tasks: {revenue: 1}}
  - name: west
    workload: 0.9
    departments:
      - {name: hall, sequence: branches, cadres: 7, tasks: {revenue: 0.5, service: 0.5}}
"""
    (tmp_path / "my_county.yaml").write_text(text)
    assert load_organisation(folder) == load_organisation(tmp_path / "my_county.yaml")


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_other_delimiters_and_a_byte_order_mark(folder: Path, delimiter: str) -> None:
    before = load_organisation(folder)
    (folder / "units.csv").write_text("\ufeff" + UNITS.replace(",", delimiter))
    assert load_organisation(folder) == before


def test_the_rest_comes_from_organisation_yaml(folder: Path) -> None:
    rest = "name: county\ntitle: My county bureau\nsequences: [branches, support, legal management]\npeers: {number: 9}\n"
    (folder / "organisation.yaml").write_text(rest)
    bureau = load_organisation(folder)
    assert (bureau.name, bureau.title, bureau.peers.number) == ("county", "My county bureau", 9)
    assert bureau.sequences == ["branches", "support", "legal management"]
    assert len(bureau.branches) == 2


def test_files_under_other_names(folder: Path, tmp_path: Path) -> None:
    bureau = load_organisation_tables(folder / "units.csv", folder / "tasks.csv", name="x")
    assert bureau.model_copy(update={"name": "my_county"}) == load_organisation(folder)


def test_changes_to_tables(folder: Path) -> None:
    assert load_organisation(folder, changes={"step_months": 12}).step_months == 12


def test_places_are_cells(folder: Path) -> None:
    loaded = read_organisation(folder)
    place = loaded.place("branches", 0, "departments", 1, "cadres")
    assert (Path(place.file).name, place.line, place.column) == ("units.csv", 5, "cadres")


def test_a_cell_over_several_lines_keeps_the_count(folder: Path) -> None:
    (folder / "tasks.csv").write_text(
        'name,title,perspective,value\nrevenue,"Revenue\ncollection",financial,2\nservice,S,customer,lots\n'
    )
    with pytest.raises(UserError) as caught:
        load_organisation(folder)
    assert "tasks.csv:4: column value" in str(caught.value)


def test_everything_wrong_in_both_tables_is_told_at_once(folder: Path) -> None:
    (folder / "tasks.csv").write_text(TASKS.replace("2.5", "x").replace("customer", "people"))
    (folder / "units.csv").write_text(UNITS.replace(",12,", ",0,"))
    with pytest.raises(UserError) as caught:
        load_organisation(folder)
    places = [(Path(finding.file).name, finding.line, finding.path) for finding in caught.value.findings]
    assert places == [("tasks.csv", 2, "column value"), ("tasks.csv", 3, "column perspective"), ("units.csv", 4, "column cadres")]
