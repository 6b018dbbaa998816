"""Organisations and indicators in a workbook: there and back, and everything people can get wrong in one."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from sim.errors import UserError
from sim.schemes.check import check, kind_of
from sim.schemes.load import load_organisation, load_scheme, read_organisation
from sim.schemes.locate import preset_names
from sim.schemes.organisation import Organisation
from sim.schemes.workbook import write_workbook

BUREAU = Path(__file__).resolve().parents[1] / "configs/organisations/examples/my_bureau.yaml"
LISTED = [name for name in preset_names("organisations") if load_organisation(name).service is None]
Change = Callable[[Any], None]


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "organisation.xlsx"
    write_workbook(path, load_organisation(BUREAU), load_scheme("balanced_scorecard_four").plan.indicators)
    return path


def changed(path: Path, change: Change) -> Path:
    workbook = openpyxl.load_workbook(path)
    change(workbook)
    workbook.save(path)
    return path


def told(path: Path) -> str:
    with pytest.raises(UserError) as caught:
        check(path)
    return str(caught.value)


def setting(sheet: str, cell: str, value: Any) -> Change:
    def change(workbook: Any) -> None:
        workbook[sheet][cell] = value

    return change


@pytest.mark.parametrize("name", LISTED)
def test_there_and_back(name: str, tmp_path: Path) -> None:
    organisation, scheme = load_organisation(name), load_scheme("s_county_remedies")
    path = tmp_path / "mine.xlsx"
    write_workbook(path, organisation, scheme.plan.indicators)
    assert load_organisation(path) == organisation
    assert load_scheme("base", parts=[path]).plan.indicators == scheme.plan.indicators
    assert kind_of(path) == "organisations"


def test_a_generated_service_has_no_units(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="generated service"):
        write_workbook(tmp_path / "x.xlsx", load_organisation("national_service"), {})
    assert list(tmp_path.iterdir()) == []


def test_enumerations_are_lists_to_choose_from(book: Path) -> None:
    workbook = openpyxl.load_workbook(book)
    lists = {
        (sheet.title, str(one.sqref).split("2:")[0]): one.formula1
        for sheet in workbook
        for one in sheet.data_validations.dataValidation
    }
    assert lists[("tasks", "C")] == '"key,general"'
    assert "financial,customer,process,learning,external" in lists[("tasks", "E")]
    assert "deduction,scoring,milestones,threshold,medal" in {value.strip('"') for value in lists.values()}
    assert ("units", "C") in lists
    assert workbook["units"]["D1"].comment is None or workbook["units"]["D1"].comment.text


def test_text_like_a_formula_stays_text(tmp_path: Path) -> None:
    bureau = load_organisation(BUREAU).model_copy(update={"title": "=1+1"})
    write_workbook(tmp_path / "x.xlsx", bureau, {})
    assert openpyxl.load_workbook(tmp_path / "x.xlsx")["bureau"]["B3"].data_type == "s"
    assert load_organisation(tmp_path / "x.xlsx").title == "=1+1"


def test_other_sheets_and_empty_rows_do_no_harm(book: Path) -> None:
    before = load_organisation(book)

    def change(workbook: Any) -> None:
        workbook.create_sheet("my notes")["A1"] = "remember"
        workbook["units"].insert_rows(3)
        workbook["units"].cell(60, 1).value = "  "

    assert load_organisation(changed(book, change)) == before


def test_only_units_and_tasks_are_needed(book: Path) -> None:
    def change(workbook: Any) -> None:
        for name in ("bureau", "indicators", "posts", "strategy"):
            del workbook[name]

    bureau = load_organisation(changed(book, change))
    assert (bureau.name, bureau.strategy, bureau.sequences) == ("organisation", [], ["offices", "branches"])
    assert load_scheme("base", parts=[book]).plan == load_scheme("base").plan


def test_several_tasks_stand_in_one_cell(book: Path) -> None:
    changed(book, setting("indicators", "B2", "collection, partners"))
    assert load_scheme("base", parts=[book]).plan.indicators["financial"].tasks == ["collection", "partners"]


def test_places_are_cells(book: Path) -> None:
    place = read_organisation(book).place("branches", 0, "departments", 1, "cadres")
    assert (Path(place.file).name, place.line, place.column) == ("organisation.xlsx, sheet units", 4, "cadres (cell D4)")


BROKEN: list[tuple[str, Change, list[str]]] = [
    ("no people", setting("units", "D3", 0), ["sheet units:3: column cadres (cell D3)", "from 1"]),
    ("half a person", setting("units", "D3", 2.5), ["cell D3", "2.5"]),
    ("text for a number", setting("units", "D3", "six"), ["cell D3", "'six'"]),
    ("truth for a number", setting("tasks", "F2", True), ["sheet tasks:2: column value (cell F2)"]),
    ("decimal comma", setting("tasks", "F2", "1,2"), ["cell F2", "'1,2'"]),
    ("no department", setting("units", "B2", None), ["column department (cell B2)", "the cell is empty"]),
    ("shares", setting("units", "K2", 0.9), ["the shares of working time must add up to 1", "sheet units:2"]),
    ("unknown choice", setting("tasks", "E2", "money"), ["column perspective (cell E2)", "one of financial"]),
    ("unknown column", setting("tasks", "E1", "perspektive"), ["a column is missing", "perspective"]),
    ("twice the same task", setting("tasks", "A3", "collection"), ["column name (cell A3)", "stands here twice"]),
    ("formula without result", setting("units", "D3", "=2+4"), ["cell D3", "a formula without a stored result", "'=2+4'"]),
    ("error in a cell", setting("units", "D3", "#DIV/0!"), ["cell D3", "an error stands in the cell"]),
    ("cell beyond the header", setting("units", "Z3", 1), ["sheet units:1", "a column has no name"]),
    ("unknown element", setting("bureau", "A3", "titel"), ["column element (cell A3)", "did you mean title?"]),
    ("element twice", setting("bureau", "A3", "name"), ["column element (cell A3)", "stands here twice"]),
    ("rounds of a year", setting("bureau", "B6", 2000), ["column value (cell B6)", "from 0 to 168"]),
    ("bad name", setting("bureau", "B2", "Our Bureau"), ["column value (cell B2)", "small letters"]),
    ("unknown sequence", setting("bureau", "B8", "offices"), ["no such sequence", "sheet units"]),
    ("posts", setting("posts", "A2", 0.5), ["the shares of the posts must add up to 1"]),
    ("post as text", setting("posts", "B3", "high"), ["sheet posts:3: column responsibility (cell B3)"]),
    ("strategy", setting("strategy", "A2", "learning"), ["cannot support itself", "sheet strategy:2"]),
    ("weights", setting("indicators", "C2", 0.9), ["the weights of the indicators must add up to 1", "sheet indicators"]),
    ("indicator without name", setting("indicators", "A2", None), ["an indicator has no name", "cell A2"]),
    ("indicator twice", setting("indicators", "A3", "financial"), ["this indicator stands here twice", "cell A3"]),
    ("indicator of nothing", setting("indicators", "B2", "gold"), ["no such task", "sheet indicators:2", "cell B2"]),
    ("scoring", setting("indicators", "D2", "points"), ["column scoring (cell D2)", "one of deduction"]),
    ("indicator column", setting("indicators", "C1", "wieght"), ["unknown column", "did you mean weight?"]),
    ("sheet misspelt", lambda workbook: setattr(workbook["indicators"], "title", "indicator"), ["did you mean indicators?"]),
    ("sheet missing", lambda workbook: workbook.remove(workbook["tasks"]), ["the workbook has no sheet 'tasks'"]),
    ("sheet empty", lambda workbook: workbook["tasks"].delete_rows(1, 100), ["sheet tasks", "the table is empty"]),
    ("header only", lambda workbook: workbook["units"].delete_rows(2, 100), ["sheet units", "the table has no rows"]),
    ("a date", setting("units", "D3", __import__("datetime").date(2026, 1, 6)), ["cell D3", "2026-01-06"]),
    ("far too wide", setting("units", "ZZ1", "x"), ["the sheet is too large"]),
    ("far too long", setting("units", "A30000", "x"), ["the sheet is too large"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "words"), [(change, words) for _, change, words in BROKEN], ids=[name for name, _, _ in BROKEN]
)
def test_mistakes_name_sheet_and_cell(change: Change, words: list[str], book: Path) -> None:
    text = told(changed(book, change))
    assert "organisation.xlsx" in text
    for word in words:
        assert word in text, text


def test_a_mistake_in_a_workbook_speaks_of_no_other_file(book: Path) -> None:
    text = told(changed(book, setting("units", "E1", "titel")))
    assert "neither a property of units nor a task that is listed" in text and ".csv" not in text


def test_mistakes_in_several_sheets_are_told_at_once(book: Path) -> None:
    changed(book, setting("units", "D3", 0))
    text = told(changed(book, setting("tasks", "E2", "money")))
    assert "cell D3" in text and "cell E2" in text


def archive(**files: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as parts:
        for name, text in files.items():
            parts.writestr(name, text)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not an Excel workbook"),
        (b"name,perspective\n", "not an Excel workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "not an Excel workbook"),
        (archive(), "cannot be read"),
        (archive(hello="world"), "cannot be read"),
        (archive(**{"[Content_Types].xml": "<broken"}), "cannot be read"),
        (archive(bomb="0" * 70_000_000), "too large"),
        (b"PK" + b"\0" * 5_000_001, "too large"),
    ],
)
def test_files_that_are_no_workbooks(content: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "organisation.xlsx"
    path.write_bytes(content)
    assert words in told(path)


@pytest.mark.parametrize("keep", [0.2, 0.5, 0.9, 0.99])
def test_a_file_cut_off(keep: float, book: Path) -> None:
    whole = book.read_bytes()
    book.write_bytes(whole[: int(len(whole) * keep)])
    assert "not an Excel workbook" in told(book)


def test_no_file_and_the_wrong_place(tmp_path: Path, book: Path) -> None:
    assert "no such file" in told(tmp_path / "nowhere.xlsx")
    with pytest.raises(UserError, match="no such file"):
        load_organisation("nowhere.xlsx")
    (tmp_path / "b.yaml").write_text("extends: organisation.xlsx\nname: b\ncadres: 1\n")
    with pytest.raises(UserError, match="a workbook cannot stand here"):
        load_organisation(tmp_path / "b.yaml")


def test_a_scheme_takes_the_indicators_with_parts(book: Path) -> None:
    (book.parent / "mine.yaml").write_text(
        "extends: base\nparts: [organisation.xlsx]\nchanges: {plan.indicators.financial.cap: 1.9}\n"
    )
    scheme = load_scheme(book.parent / "mine.yaml")
    assert list(scheme.plan.indicators) == ["financial", "customer", "process", "learning"]
    assert scheme.plan.indicators["financial"].cap == 1.9


def test_a_changed_workbook_is_read_anew(book: Path) -> None:
    assert isinstance(load_organisation(book), Organisation)
    changed(book, setting("units", "D2", 17))
    assert load_organisation(book).offices[0].cadres == 17


def test_a_thousand_laughs(book: Path) -> None:
    """Entities that unfold beyond measure are not unfolded."""
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    with zipfile.ZipFile(book) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    sheet = parts["xl/worksheets/sheet2.xml"].decode()
    assert "<t>Tax collection</t>" in sheet and sheet.startswith("<worksheet")
    begin = f"<!DOCTYPE worksheet [<!ENTITY l0 'ha'>{laughs}]>"
    parts["xl/worksheets/sheet2.xml"] = (begin + sheet.replace("Tax collection", "&l11;")).encode()
    with zipfile.ZipFile(book, "w") as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    text = told(book)
    assert "cannot be read" in text


@pytest.mark.parametrize("seed", range(60))
def test_damaged_parts_are_the_users_to_mend(seed: int, book: Path) -> None:
    """A byte changed, a piece lost or doubled inside the workbook: read all the same, or refused; never a fault of ours."""
    luck = random.Random(seed)
    with zipfile.ZipFile(book) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    name = luck.choice(
        [
            name
            for name in sorted(parts)
            if name.endswith(
                ("sheet2.xml", "sheet3.xml", "sheet4.xml", "workbook.xml", "sharedStrings.xml", "styles.xml", ".rels")
            )
        ]
    )
    content, at = parts[name], luck.randrange(len(parts[name]))
    length = luck.randrange(1, 40)
    parts[name] = luck.choice(
        [
            content[:at] + bytes([luck.randrange(32, 127)]) + content[at + 1 :],
            content[:at] + content[at + length :],
            content[:at] + content[at : at + length] * 2 + content[at + length :],
        ]
    )
    with zipfile.ZipFile(book, "w") as packed:
        for part, content in parts.items():
            packed.writestr(part, content)
    with suppress(UserError):
        check(book)
