"""Organisations and indicators in an Excel workbook, one sheet each, as people keep them.

`units` and `tasks` as in `sim.schemes.tables`; `indicators`, one row an indicator: `name` and the fields of an indicator
(`tasks`, `weight`, `scoring` ...), several tasks separated by commas. Three more may be there: `bureau` (element and
value: name, title, levels_above, peers.number ...), `posts` (share and responsibility, lowest level first) and
`strategy` (supports, by, strength). Other sheets are yours.

A scheme takes the indicators with `parts: [organisation.xlsx]`. Every mistake names sheet and cell.
"""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path as FilePath
from typing import Any

from sim.errors import Finding, UserError
from sim.schemes.load import Layers, Loaded
from sim.schemes.locate import shown
from sim.schemes.nodes import Node, Place
from sim.schemes.organisation import Organisation, Posts, StrategyLink
from sim.schemes.reading import LARGEST_FILE
from sim.schemes.scheme import Indicator
from sim.schemes.tables import Row, Table, missing_columns, number_or_text, organisation_node, table_of, typed_cell
from sim.schemes.words import did_you_mean, listed, quoted

SHEETS = ("bureau", "units", "tasks", "indicators", "posts", "strategy")
NEEDED = ("units", "tasks")
BUREAU_ELEMENTS = (
    "name", "title", "summary", "step_months", "round_hours", "levels_above", "sequences", "turnover", "talent",
    "peers.number", "peers.mean", "peers.spread", "peers.persistence",
)  # fmt: skip
INDICATOR_COLUMNS = ("name", *Indicator.model_fields)

LARGEST_CONTENT = 60_000_000  # bytes once unpacked
MOST_ROWS, MOST_COLUMNS = 20_000, 200


def read_organisation_workbook(path: FilePath, *, changes: Mapping[str, Any] | None = None) -> Loaded[Organisation]:
    """An organisation from the sheets of a workbook. Raises `UserError` naming sheet and cell of everything wrong."""
    sheets = read_sheets(path)
    missing = [sheet for sheet in NEEDED if sheet not in sheets]
    if missing:
        found = listed(sheets) or "no such sheets"
        raise UserError([Finding(shown(path), 0, "", f"the workbook has no sheet {sheet!r}", found, sheet) for sheet in missing])
    name = re.sub(r"[^a-z0-9]+", "_", path.stem.lower()).strip("_")
    node = organisation_node(sheets["tasks"], sheets["units"], name=name)
    findings: list[Finding] = []
    parts = dict(node.value)
    if "posts" in sheets:
        parts |= _posts(sheets["posts"], findings)
    if "strategy" in sheets:
        parts |= _strategy(sheets["strategy"], findings)
    if "bureau" in sheets:
        parts |= _bureau(sheets["bureau"], findings)
    if findings:
        raise UserError(sorted(findings))
    layers = Layers(Organisation, "organisations", files=[path])
    return layers.checked(layers.changed(Node(parts, node.place), changes))


def read_indicators(path: FilePath) -> Node:
    """The indicators of a workbook as the difference of a scheme: `plan.indicators`, or nothing where there are none."""
    table = read_sheets(path).get("indicators")
    if table is None or not table.rows:
        return Node({}, Place(shown(path)))
    findings = _unknown_columns(table, INDICATOR_COLUMNS)
    missing_columns(table, ("name", "tasks", "weight"), findings)
    indicators: dict[str, Node] = {}
    for row in table.rows if not findings else ():
        name = row.cells["name"]
        if not name:
            findings.append(row.finding("name", "an indicator has no name"))
        elif name in indicators:
            findings.append(row.finding("name", "this indicator stands here twice", quoted(name), "each indicator once"))
        else:
            indicators[name] = _indicator(row)
    if findings:
        raise UserError(sorted(findings))
    top = Place(table.file, 1)
    return Node({"plan": Node({"indicators": Node(indicators, top)}, top)}, top)


def _indicator(row: Row) -> Node:
    fields = {column: typed_cell(row, column, Indicator) for column in Indicator.model_fields if row.cells.get(column)}
    entries = [entry.strip() for entry in re.split("[,;，；、]", row.cells["tasks"]) if entry.strip()]
    if len(entries) > 1:
        fields["tasks"] = row.node("tasks", [row.node("tasks", entry) for entry in entries])
    return Node(fields, row.place("name"))


def _posts(table: Table, findings: list[Finding]) -> dict[str, Node]:
    findings += _unknown_columns(table, ("share", "responsibility"))
    if missing_columns(table, ("share", "responsibility"), findings) or not table.rows:
        return {}
    top = Place(table.file, 1)
    lists = {
        "shares": [row.node("share", number_or_text(row.cells["share"])) for row in table.rows],
        "responsibility": [row.node("responsibility", number_or_text(row.cells["responsibility"])) for row in table.rows],
    }
    assert set(lists) == set(Posts.model_fields)
    return {"posts": Node({key: Node(values, top) for key, values in lists.items()}, top)}


def _strategy(table: Table, findings: list[Finding]) -> dict[str, Node]:
    columns = tuple(StrategyLink.model_fields)
    findings += _unknown_columns(table, columns)
    if missing_columns(table, columns, findings):
        return {}
    links = [
        Node({column: typed_cell(row, column, StrategyLink) for column in columns if row.cells[column]}, row.place("supports"))
        for row in table.rows
    ]
    return {"strategy": Node(links, Place(table.file, 1))}


def _bureau(table: Table, findings: list[Finding]) -> dict[str, Node]:
    """What stands about the bureau as a whole, one element a row."""
    if missing_columns(table, ("element", "value"), findings):
        return {}
    found: dict[str, Node] = {}
    for row in table.rows:
        element, value = row.cells["element"], row.cells["value"]
        if element not in BUREAU_ELEMENTS:
            hint, expected = did_you_mean(element, BUREAU_ELEMENTS), f"one of {listed(BUREAU_ELEMENTS)}"
            findings.append(row.finding("element", "unknown element", quoted(element), expected, hint))
        elif element in found:
            findings.append(row.finding("element", "this element stands here twice", quoted(element), "each element once"))
        elif value:
            found[element] = _bureau_value(row, element)
    peers = {element.removeprefix("peers."): found.pop(element) for element in list(found) if element.startswith("peers.")}
    return {**found, **({"peers": Node(peers, Place(table.file, 1))} if peers else {})}


def _bureau_value(row: Row, element: str) -> Node:
    value = row.cells["value"]
    if element == "sequences":
        return row.node("value", [row.node("value", name.strip()) for name in value.split(",") if name.strip()])
    return row.node("value", value if element in ("name", "title", "summary") else number_or_text(value))


def _unknown_columns(table: Table, known: tuple[str, ...]) -> list[Finding]:
    unknown = [column for column in table.columns if column not in known]
    expected = f"one of {listed(known)}"
    return [
        Finding(table.file, 1, f"column {column}", "unknown column", quoted(column), expected, did_you_mean(column, known))
        for column in unknown
    ]


# --- the file -----------------------------------------------------------------------------------------------------


def read_sheets(path: FilePath) -> dict[str, Table]:
    """The sheets of a workbook that mean something, each as a table. Raises `UserError` for anything that is no workbook."""
    try:
        stamp = path.stat()
    except (OSError, ValueError) as error:
        raise UserError.of("the file cannot be read", file=shown(path), found=str(error)) from error
    return dict(_sheets(path, stamp.st_mtime_ns, stamp.st_size))


@lru_cache(maxsize=16)  # an organisation and each scheme with its indicators come from the same file
def _sheets(path: FilePath, _changed: int, size: int) -> dict[str, Table]:
    file = shown(path)
    _check_size(path, size, file)
    cells, formulas = _all_cells(path, file, results=True), _all_cells(path, file, results=False)
    findings = [
        Finding(
            file, 0, "", f"a sheet called {name!r} means nothing", name, f"one of {listed(SHEETS)}", did_you_mean(name, SHEETS)
        )
        for name in cells
        if name not in SHEETS and did_you_mean(name, SHEETS)
    ]
    tables = {}
    for name in SHEETS:
        if name in cells:
            try:
                tables[name] = _table(f"{file}, sheet {name}", cells[name], formulas[name], may_be_empty=name not in NEEDED)
            except UserError as error:
                findings += error.findings
    if findings:
        raise UserError(sorted(findings))
    return tables


def _check_size(path: FilePath, size: int, file: str) -> None:
    if size > LARGEST_FILE:
        raise UserError.of(
            "the file is too large", file=file, found=f"{size:,} bytes", expected=f"at most {LARGEST_FILE:,} bytes"
        )
    try:
        with zipfile.ZipFile(path) as packed:
            unpacked = sum(part.file_size for part in packed.infolist())
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        hint = "in Excel: save as .xlsx, without a password"
        raise UserError.of("this is not an Excel workbook", file=file, found=str(error), hint=hint) from error
    if unpacked > LARGEST_CONTENT:
        found, expected = f"{unpacked:,} bytes unpacked", f"at most {LARGEST_CONTENT:,} bytes"
        raise UserError.of("the file is too large", file=file, found=found, expected=expected)


def _all_cells(path: FilePath, file: str, *, results: bool) -> dict[str, list[list[Any]]]:
    """The values of every sheet, of formulas the results or the text, without empty rows and columns at the end."""
    import openpyxl

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(path, read_only=True, data_only=results)
            found = {}
            for sheet in book.worksheets:
                sheet.reset_dimensions()  # what a file says of its size may be wrong
                name = sheet.title.strip().lower()
                found[name] = _trimmed(_rows(sheet.iter_rows(values_only=True), f"{file}, sheet {name}", needed=name in SHEETS))
            book.close()
    except UserError:
        raise
    except Exception as error:
        hint = "open it in Excel and save it anew as .xlsx"
        raise UserError.of("this workbook cannot be read", file=file, found=quoted(str(error)), hint=hint) from error
    return found


def _rows(sheet: Iterable[tuple[Any, ...]], file: str, *, needed: bool) -> list[list[Any]]:
    """The rows of a sheet we read, without what is empty beyond the limits; none of a sheet that is not ours."""
    rows: list[list[Any]] = []
    for line, row in enumerate(sheet if needed else (), start=1):
        beyond = row[MOST_COLUMNS:] if line <= MOST_ROWS else row
        if any(_text(value) for value in beyond):
            found, expected = f"a value on line {line:,}", f"at most {MOST_ROWS:,} rows and {MOST_COLUMNS} columns"
            raise UserError.of("the sheet is too large", file=file, line=line, found=found, expected=expected)
        if line <= MOST_ROWS:
            rows.append(list(row[:MOST_COLUMNS]))
    return rows


def _trimmed(rows: list[list[Any]]) -> list[list[Any]]:
    width = max((index + 1 for row in rows for index, value in enumerate(row) if _text(value)), default=0)
    while rows and not any(_text(value) for value in rows[-1]):
        rows.pop()
    return [[*row, *[None] * (width - len(row))][:width] for row in rows]


def _table(file: str, rows: list[list[Any]], formulas: list[list[Any]], *, may_be_empty: bool) -> Table:
    from openpyxl.utils import get_column_letter

    width = len(rows[0]) if rows else 0
    findings = []
    for line, written in enumerate(formulas, start=1):
        for index, value in enumerate(written):
            result = rows[line - 1][index] if line <= len(rows) and index < len(rows[line - 1]) else None
            if isinstance(value, str) and value.startswith("=") and result is None:
                cell, hint = f"cell {get_column_letter(index + 1)}{line}", "open the workbook in Excel and save it"
                findings.append(Finding(file, line, cell, "a formula without a stored result", quoted(value), "a value", hint))
            elif isinstance(result, str) and result.startswith("#") and result.endswith(("!", "?", "/0!", "N/A")):
                cell = f"cell {get_column_letter(index + 1)}{line}"
                findings.append(Finding(file, line, cell, "an error stands in the cell", quoted(result), "a value"))
    if findings:
        raise UserError(sorted(findings))
    lines = [(line, [_text(value) for value in row]) for line, row in enumerate(rows, start=1) if any(_text(v) for v in row)]
    if not lines and may_be_empty:
        return Table(file, [], [])
    return table_of(lines, file, [get_column_letter(index + 1) for index in range(width)], may_be_empty=may_be_empty)


def _text(value: Any) -> str:
    """A cell as it would stand in a CSV table."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value).strip()


# --- writing ------------------------------------------------------------------------------------------------------


def write_workbook(path: FilePath, organisation: Organisation, indicators: Mapping[str, Indicator]) -> None:
    """A workbook that reads back as this organisation and these indicators, with lists to choose from and notes on columns.

    Raises `UserError` for a generated service, which has no units to list.
    """
    from openpyxl import Workbook

    from sim.schemes.sheets import write_sheets

    if organisation.service is not None:
        expected = "an organisation with offices and branches"
        raise UserError.of("a generated service has no units to put into a table", found=organisation.name, expected=expected)
    book = Workbook()
    book.remove(book.active)
    write_sheets(book, organisation, indicators)
    book.save(path)
