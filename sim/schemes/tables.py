"""Organisations from two tables, as people keep them in a spreadsheet.

`units.csv`, one row a department: `branch` (empty for an office of the bureau), `department`, `sequence`, `cadres`, perhaps
`department_title`, the properties of the branch `branch_title`, `workload`, `seasonality`, `peak_month`, `resources` (written
once or on every row of the branch), and one column per task with its normal share of working time (empty = none).

`tasks.csv`, one row a task: `name` and the fields of a task (`title`, `kind`, `category`, `perspective`, `value`, ...).

An `organisation.yaml` beside them may hold the rest (name, title, sequences, posts, peers, strategy ...). Without it
the organisation is called after its folder. Empty cells keep the neutral value. Commas, semicolons and tabs separate columns.
The same tables as sheets of an Excel workbook are read by `sim.schemes.workbook`.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

from pydantic import BaseModel

from sim.errors import Finding, UserError
from sim.schemes.load import Layers, Loaded
from sim.schemes.locate import shown
from sim.schemes.nodes import Node, Place, merged
from sim.schemes.organisation import Branch, Department, Organisation, Task
from sim.schemes.reading import read_text
from sim.schemes.words import alternatives, did_you_mean, field_at, listed, quoted

UNIT_COLUMNS = ("branch", "department", "sequence", "cadres")
DEPARTMENT_TITLE, BRANCH_TITLE = "department_title", "branch_title"
BRANCH_COLUMNS = (BRANCH_TITLE, "workload", "seasonality", "peak_month", "resources")
TASK_COLUMNS = ("name", *Task.model_fields)

_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")


def load_organisation_tables(
    units: str | FilePath, tasks: str | FilePath, rest: str | FilePath | None = None, *, name: str = ""
) -> Organisation:
    """An organisation from a table of units, a table of tasks and, where given, a YAML file with the rest.

    Raises `UserError` naming file, line and column of everything wrong.
    """
    return read_organisation_tables(units, tasks, rest, name=name).document


def read_organisation_folder(folder: FilePath, *, changes: Mapping[str, Any] | None = None) -> Loaded[Organisation]:
    """An organisation from a folder with units.csv, tasks.csv and perhaps organisation.yaml."""
    missing = [table for table in ("units.csv", "tasks.csv") if not (folder / table).is_file()]
    if missing:
        expected = "a file of an organisation, or a folder with units.csv and tasks.csv"
        raise UserError([Finding(shown(folder), 0, "", f"the folder has no {table}", "", expected) for table in missing])
    rest = folder / "organisation.yaml"
    name = re.sub(r"[^a-z0-9]+", "_", folder.resolve().name.lower()).strip("_")
    given = rest if rest.is_file() else None
    return read_organisation_tables(folder / "units.csv", folder / "tasks.csv", given, name=name, changes=changes)


def read_organisation_tables(
    units: str | FilePath,
    tasks: str | FilePath,
    rest: str | FilePath | None = None,
    *,
    name: str = "",
    changes: Mapping[str, Any] | None = None,
) -> Loaded[Organisation]:
    """Like `load_organisation_tables`, with files, lines and columns."""
    node = organisation_node(_read(FilePath(tasks)), _read(FilePath(units)), name=name)
    layers = Layers(Organisation, "organisations", files=[FilePath(units), FilePath(tasks)])
    if rest is not None:
        node = merged(node, layers.file(FilePath(rest), ()))
    return layers.checked(layers.changed(node, changes))


def organisation_node(tasks: Table, units: Table, *, name: str = "") -> Node:
    """The nodes of an organisation from its two tables. Raises `UserError` with everything that is not a table of this kind."""
    findings: list[Finding] = []
    task_node = _tasks(tasks, findings)
    unit_node = _units(units, list(task_node.value), findings)
    if findings:
        raise UserError(sorted(findings))
    top = Place(tasks.file, 1)
    return Node({"name": Node(name or "organisation", top), **unit_node, "tasks": task_node}, top)


@dataclass(frozen=True)
class Row:
    """One row of a table: its cells by column, and where it stands; in a workbook also the letter of each column."""

    cells: dict[str, str]
    file: str
    line: int
    letters: Mapping[str, str] = field(default_factory=dict)

    def place(self, column: str) -> Place:
        return Place(self.file, self.line, self.called(column))

    def called(self, column: str) -> str:
        """The column as people find it: its name, and in a workbook the cell."""
        return f"{column} (cell {self.letters[column]}{self.line})" if column in self.letters else column

    def node(self, column: str, value: Any) -> Node:
        return Node(value, self.place(column))

    def finding(self, column: str, problem: str, found: str = "", expected: str = "", hint: str = "") -> Finding:
        return Finding(self.file, self.line, f"column {self.called(column)}", problem, found, expected, hint)


@dataclass(frozen=True)
class Table:
    """A table with its header; every row has a cell for every column."""

    file: str
    columns: list[str]
    rows: list[Row]


def _read(path: FilePath) -> Table:
    """A CSV file with a header, without empty rows."""
    text, file = read_text(path), shown(path)
    return table_of(_lines(text, file), file)


def table_of(lines: list[tuple[int, list[str]]], file: str, letters: Sequence[str] = (), *, may_be_empty: bool = False) -> Table:
    """A table from its rows (line, cells), the header first; `letters` are those of a workbook's columns."""
    if not lines:
        raise UserError.of("the table is empty", file=file, line=1, expected="a header and one row each")
    header_line, header = lines[0]
    columns = [cell.strip() for cell in header]
    findings = _header_findings(columns, file, header_line)
    rows = []
    for line, cells in lines[1:]:
        if len(cells) != len(columns):
            found, expected = f"{len(cells)} cells", f"{len(columns)} cells as in the header"
            findings.append(Finding(file, line, "", "the row has another number of cells than the header", found, expected))
            continue
        by_name = dict(zip(columns, letters, strict=False))
        rows.append(Row({column: cell.strip() for column, cell in zip(columns, cells, strict=True)}, file, line, by_name))
    if not rows and not findings and not may_be_empty:
        findings.append(Finding(file, header_line, "", "the table has no rows", "", "one row each"))
    if findings:
        raise UserError(sorted(findings))
    return Table(file, columns, rows)


def _lines(text: str, file: str) -> list[tuple[int, list[str]]]:
    """Rows with their line numbers; a quoted cell may run over several lines, then the first one counts."""
    header = text.lstrip().partition("\n")[0]
    delimiter = max(",;\t", key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows, line = [], 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append((line, cells))
            line = reader.line_num + 1
    except csv.Error as error:
        raise UserError.of(
            "this is not a table (CSV)", file=file, line=line, found=str(error), hint="check the quotes"
        ) from error
    return rows


def _header_findings(columns: list[str], file: str, line: int) -> list[Finding]:
    findings = []
    for index, column in enumerate(columns):
        if not column:
            findings.append(Finding(file, line, f"column {index + 1}", "a column has no name", "", "a name for every column"))
        elif column in columns[:index]:
            findings.append(
                Finding(file, line, f"column {column}", "this column stands here twice", quoted(column), "each column once")
            )
    return findings


def missing_columns(table: Table, needed: tuple[str, ...], findings: list[Finding]) -> bool:
    missing = [column for column in needed if column not in table.columns]
    for column in missing:
        hint = did_you_mean(column, [name for name in table.columns if name not in needed])
        findings.append(Finding(table.file, 1, f"column {column}", "a column is missing", listed(table.columns), column, hint))
    return bool(missing)


def _tasks(table: Table, findings: list[Finding]) -> Node:
    """The section `tasks` of an organisation."""
    for column in table.columns:
        if column not in TASK_COLUMNS:
            hint = did_you_mean(column, TASK_COLUMNS)
            expected = f"one of {listed(TASK_COLUMNS)}"
            findings.append(Finding(table.file, 1, f"column {column}", "unknown column", quoted(column), expected, hint))
    tasks: dict[str, Node] = {}
    if missing_columns(table, ("name", "perspective"), findings):
        return Node(tasks, Place(table.file, 1))
    for row in table.rows:
        name = row.cells["name"]
        if not name:
            findings.append(row.finding("name", "a task has no name"))
        elif name in tasks:
            findings.append(row.finding("name", "this task stands here twice", quoted(name), "each task once"))
        else:
            fields = {column: typed_cell(row, column, Task) for column in Task.model_fields if row.cells.get(column)}
            tasks[name] = Node(fields, row.place("name"))
    return Node(tasks, Place(table.file, 1))


def _units(table: Table, tasks: list[str], findings: list[Finding]) -> dict[str, Node]:
    """The sections `sequences`, `offices` and `branches` of an organisation."""
    known = [*UNIT_COLUMNS, DEPARTMENT_TITLE, *BRANCH_COLUMNS, *tasks]
    for column in table.columns:
        if column not in known and not findings:
            expected = f"one of {listed(known)}"
            problem = "neither a property of units nor a task that is listed"
            findings.append(
                Finding(table.file, 1, f"column {column}", problem, quoted(column), expected, did_you_mean(column, known))
            )
    if missing_columns(table, UNIT_COLUMNS, findings):
        return {}
    offices = [_department(row, tasks) for row in table.rows if not row.cells["branch"]]
    by_branch: dict[str, list[Row]] = {}
    for row in table.rows:
        findings.extend(_row_findings(row))
        if row.cells["branch"]:
            by_branch.setdefault(row.cells["branch"], []).append(row)
    branches = [_branch(name, rows, tasks, findings) for name, rows in by_branch.items()]
    sequences = {row.cells["sequence"]: row for row in reversed(table.rows) if row.cells["sequence"]}
    top = Place(table.file, 1)
    return {
        "sequences": Node([row.node("sequence", name) for name, row in reversed(sequences.items())], top),
        "offices": Node(offices, top),
        "branches": Node(branches, top),
    }


def _row_findings(row: Row) -> list[Finding]:
    empty = [column for column in ("department", "sequence", "cadres") if not row.cells[column]]
    findings = [row.finding(column, "the cell is empty", "", "a value on every row") for column in empty]
    if row.cells["branch"]:
        return findings
    extra = [column for column in BRANCH_COLUMNS if row.cells.get(column)]
    hint = "leave it empty, or name the branch"
    return findings + [
        row.finding(column, "an office has no such property, only a branch", row.cells[column], "", hint) for column in extra
    ]


def _branch(name: str, rows: list[Row], tasks: list[str], findings: list[Finding]) -> Node:
    fields = {"name": rows[0].node("branch", name)}
    for column in BRANCH_COLUMNS:
        written = [row for row in rows if row.cells.get(column)]
        if not written:
            continue
        fields["title" if column == BRANCH_TITLE else column] = typed_cell(written[0], column, Branch)
        for row in written[1:]:
            if number_or_text(row.cells[column]) != number_or_text(written[0].cells[column]):
                found = f"{quoted(row.cells[column])}, but {quoted(written[0].cells[column])} on line {written[0].line}"
                findings.append(row.finding(column, f"the rows of branch {quoted(name)} disagree", found, "one value per branch"))
    fields["departments"] = Node([_department(row, tasks) for row in rows], rows[0].place("branch"))
    return Node(fields, rows[0].place("branch"))


def _department(row: Row, tasks: list[str]) -> Node:
    shares = {task: row.node(task, number_or_text(row.cells[task])) for task in tasks if row.cells.get(task)}
    title = row.cells.get(DEPARTMENT_TITLE)
    fields = {
        **({"title": row.node(DEPARTMENT_TITLE, title)} if title else {}),
        "name": row.node("department", row.cells["department"]),
        "sequence": row.node("sequence", row.cells["sequence"]),
        "cadres": typed_cell(row, "cadres", Department),
        "tasks": Node({task: node for task, node in shares.items() if node.value != 0}, row.place("department")),
    }
    return Node(fields, row.place("department"))


def typed_cell(row: Row, column: str, model: type[BaseModel]) -> Node:
    """A cell as the type its field has: a number stays text only where the field is text."""
    field = field_at(model, (column,))
    numeric = any(option in (int, float) for option in alternatives(getattr(field, "annotation", field)))
    return row.node(column, number_or_text(row.cells[column]) if numeric else row.cells[column])


def number_or_text(text: str) -> float | str:
    """The number a cell holds, or its text where it holds none (the check then names what was found)."""
    if re.fullmatch(r"[-+]?[0-9]{1,300}", text):
        return int(text)
    return float(text) if _NUMBER.fullmatch(text) and len(text) < 300 else text
