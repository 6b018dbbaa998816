"""The sheets of a workbook, written: rows, notes on the columns, lists to choose from (read by `sim.schemes.workbook`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import TYPE_CHECKING, Any

from openpyxl.comments import Comment
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from sim.schemes.organisation import Branch, Department, Organisation, Perspective, StrategyLink, Task
from sim.schemes.scheme import Indicator
from sim.schemes.tables import BRANCH_COLUMNS, BRANCH_TITLE, DEPARTMENT_TITLE, UNIT_COLUMNS
from sim.schemes.words import expected_at

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet
    from pydantic import BaseModel

LAST_ROW = 2000  # lists to choose from reach beyond the rows that are written

NOTES = {
    "branch": "The branch it belongs to; empty for an office of the bureau itself.",
    "department": "Unique within its branch or bureau.",
    "element": "What is said of the bureau as a whole.",
    "share": "Share of cadres on this level of posts, lowest first; together 1.",
    "responsibility": "Weight of a post's output.",
}


def write_sheets(book: Workbook, organisation: Organisation, indicators: Mapping[str, Indicator]) -> None:
    """All sheets, in the order in which one fills them in."""
    _bureau(book, organisation)
    _tasks(book, organisation)
    _units(book, organisation)
    _indicators(book, organisation, indicators)
    rows = list(zip(organisation.posts.shares, organisation.posts.responsibility, strict=True))
    _sheet(book, "posts", ("share", "responsibility"), rows)
    links = [(link.supports, link.by, link.strength) for link in organisation.strategy]
    sheet = _sheet(book, "strategy", tuple(StrategyLink.model_fields), links, StrategyLink)
    _choose(sheet, 1, [one.value for one in Perspective])
    _choose(sheet, 2, [one.value for one in Perspective])


def _bureau(book: Workbook, bureau: Organisation) -> None:
    rows: list[tuple[str, Any]] = [
        ("name", bureau.name), ("title", bureau.title), ("summary", bureau.summary), ("step_months", bureau.step_months),
        ("round_hours", bureau.round_hours), ("levels_above", bureau.levels_above), ("sequences", ", ".join(bureau.sequences)),
        ("turnover", bureau.turnover), ("talent", bureau.talent),
        *((f"peers.{key}", value) for key, value in bureau.peers),
    ]  # fmt: skip
    sheet = _sheet(book, "bureau", ("element", "value"), rows)
    sheet.column_dimensions["B"].width = 80


def _tasks(book: Workbook, bureau: Organisation) -> None:
    rows = [(name, *(value for _, value in task)) for name, task in bureau.tasks.items()]
    sheet = _sheet(book, "tasks", ("name", *Task.model_fields), rows, Task)
    _choose_enumerations(sheet, ("name", *Task.model_fields), Task)


def _units(book: Workbook, bureau: Organisation) -> None:
    tasks = list(bureau.tasks)
    columns = (*UNIT_COLUMNS, DEPARTMENT_TITLE, *BRANCH_COLUMNS, *tasks)
    rows = [_unit(None, office, tasks) for office in bureau.offices]
    rows += [_unit(branch, unit, tasks) for branch in bureau.branches for unit in branch.departments]
    sheet = _sheet(book, "units", columns, rows, Branch)
    for column, name in enumerate(columns, start=1):
        if name in tasks:
            _note(sheet.cell(1, column), f"Normal share of working time for {bureau.tasks[name].title or name}; a row makes 1.")
    _choose(sheet, columns.index("sequence") + 1, bureau.sequences, only=False)


def _unit(branch: Branch | None, unit: Department, tasks: Sequence[str]) -> tuple[Any, ...]:
    of_branch = [None] * len(BRANCH_COLUMNS)
    if branch is not None:
        of_branch = [getattr(branch, "title" if column == BRANCH_TITLE else column) for column in BRANCH_COLUMNS]
    place = branch.name if branch else None
    return (place, unit.name, unit.sequence, unit.cadres, unit.title, *of_branch, *(unit.tasks.get(task) for task in tasks))


def _indicators(book: Workbook, bureau: Organisation, indicators: Mapping[str, Indicator]) -> None:
    columns = ("name", *Indicator.model_fields)
    rows = [(name, *(_cell(value) for _, value in indicator)) for name, indicator in indicators.items()]
    sheet = _sheet(book, "indicators", columns, rows, Indicator)
    _choose_enumerations(sheet, columns, Indicator)
    selectors = ["all", "key", "general", *(f"perspective:{one.value}" for one in Perspective)]
    _choose(sheet, columns.index("tasks") + 1, [*bureau.tasks, *selectors], only=False)


def _cell(value: Any) -> Any:
    return ", ".join(value) if isinstance(value, list) else value


def _sheet(
    book: Workbook, title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], model: type[BaseModel] | None = None
) -> Worksheet:
    """A sheet with a header that stays in view, notes on its columns, and rows."""
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "B2"
    for index, column in enumerate(columns, start=1):
        cell = sheet.cell(1, index)
        put(cell, column)
        cell.font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(index)].width = max(12, len(column) + 2)
        described = model.model_fields[column] if model and column in model.model_fields else None
        note = f"{described.description} {expected_at(model, (column,))}" if described and model else NOTES.get(column, "")
        _note(cell, note)
    for line, row in enumerate(rows, start=2):
        for index, value in enumerate(row, start=1):
            put(sheet.cell(line, index), value)
    return sheet


def put(cell: Cell, value: Any) -> None:
    """Write a value into a cell; text that begins like a formula stays text, and nothing stays empty."""
    plain = value.value if isinstance(value, Enum) else value
    if plain is None or plain == "":
        return
    cell.value = plain
    if isinstance(plain, str):
        cell.data_type = "s"


def _note(cell: Cell, text: str) -> None:
    if text:
        cell.comment = Comment(text, "cadresim", width=280, height=110)


def _choose_enumerations(sheet: Worksheet, columns: Sequence[str], model: type[BaseModel]) -> None:
    for index, column in enumerate(columns, start=1):
        annotation = model.model_fields[column].annotation if column in model.model_fields else None
        if isinstance(annotation, type) and issubclass(annotation, Enum):
            _choose(sheet, index, [one.value for one in annotation])


def _choose(sheet: Worksheet, column: int, values: Sequence[str], *, only: bool = True) -> None:
    """A list to choose from below a header; with `only` Excel takes nothing else. A list too long for Excel is left out."""
    listed = ",".join(values)
    if any("," in value or '"' in value for value in values) or len(listed) > 250:
        return
    validation = DataValidation(type="list", formula1=f'"{listed}"', allow_blank=True, showErrorMessage=only)
    validation.error, validation.errorTitle = f"One of {listed[:200]}", "Choose from the list"
    sheet.add_data_validation(validation)
    letter = get_column_letter(column)
    validation.add(f"{letter}2:{letter}{LAST_ROW}")
