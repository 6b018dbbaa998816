"""Where results lie: Parquet tables written row group by row group, a folder that is whole or not there.

Everything is written under temporary names inside the folder. Only at the end are the files moved to their own names,
the manifest last: **a folder with a manifest is whole, one without is not**, whatever stopped the writer.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from experiments.runner import RunRecord
from sim.errors import UserError
from sim.outcomes import GROUP_OUTCOMES, OUTCOMES, SERIES

MANIFEST = "manifest.json"
UNFINISHED = ".unfinished-"

#: Rows that are gathered before they are written as one row group (about 20 MB of the widest table).
ROWS_PER_GROUP = 65_536


# --- the folder ------------------------------------------------------------------------------------------------------


def check_folder(folder: Path, *, overwrite: bool = False) -> None:
    """Refuse an output folder that cannot take the results, before anything is run.

    Raises:
        UserError: it is a file, it cannot be written, or it holds something that may not be replaced.
    """
    if folder.exists() and not folder.is_dir():
        raise UserError.of("the output folder is a file", found=str(folder), hint="choose another --out")
    for parent in [folder, *folder.parents]:
        if parent.is_dir():
            break
        if parent.exists():
            raise UserError.of("the output folder lies under a file", found=str(parent), hint="choose another --out")
    if not os.access(parent, os.W_OK | os.X_OK):
        raise UserError.of(
            "the output folder cannot be written", found=str(parent), hint="choose another --out or mend its rights"
        )
    held = [path.name for path in folder.iterdir() if not path.name.startswith(UNFINISHED)] if folder.is_dir() else []
    if not held:
        return
    if not overwrite:
        raise UserError.of(
            "the output folder is not empty",
            found=str(folder),
            hint="choose another --out, or --overwrite to replace earlier results",
        )
    if not is_ours(folder):
        raise UserError.of(
            "the output folder holds files that cadresim did not write",
            found=f"{folder} ({', '.join(sorted(held)[:5])}{', ...' if len(held) > 5 else ''})",
            hint="--overwrite replaces only earlier results: choose another --out",
        )


def is_ours(folder: Path) -> bool:
    """Whether the folder holds results of this program, whole."""
    try:
        return "cadresim" in json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["versions"]
    except (OSError, ValueError, KeyError, TypeError):
        return False


def free_folder(folder: Path) -> Path:
    """The folder itself where it is free, else the first free one of folder-2, folder-3 and so on."""
    candidate, number = folder, 1
    while candidate.exists() and (not candidate.is_dir() or any(candidate.iterdir())):
        number += 1
        candidate = folder.with_name(f"{folder.name}-{number}")
    return candidate


@contextmanager
def staged(folder: Path, *, overwrite: bool = False) -> Iterator[Path]:
    """A place to write a folder of results, which appears under its name only when the block ends well.

    Otherwise what was written is removed, and earlier results in the folder stay as they were.

    Raises:
        UserError: the folder cannot take the results (`check_folder`), or the disk is full.
    """
    check_folder(folder, overwrite=overwrite)
    with told_where(folder):
        made = make_folders(folder)
        staging = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=folder))
    try:
        yield staging
        with told_where(folder):
            publish(staging, folder)
        made = []
    finally:
        shutil.rmtree(staging, ignore_errors=True)
        for empty in made:
            with suppress(OSError):  # somebody else has put something there meanwhile: it stays
                empty.rmdir()


def make_folders(folder: Path) -> list[Path]:
    """Make the folder with its parents; returns those that were made, the deepest first."""
    missing = [path for path in [folder, *folder.parents] if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    return missing


def publish(staging: Path, folder: Path) -> None:
    """Move finished files to their own names, the manifest last; an old manifest goes first."""
    names = sorted(path.name for path in staging.iterdir())
    if MANIFEST not in names:
        raise RuntimeError(f"{staging} has no manifest: it is not finished")
    for name in names:
        sync(staging / name)
    (folder / MANIFEST).unlink(missing_ok=True)
    sync(folder)
    for name in [*(name for name in names if name != MANIFEST), MANIFEST]:
        os.replace(staging / name, folder / name)
    sync(folder)


def sync(path: Path) -> None:
    """Have the system put a file or a folder onto the disk."""
    if path.is_dir() and os.name == "nt":
        return  # Windows cannot open folders
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def told_where(folder: Path) -> Iterator[None]:
    """Turn a failure to write (full disk, no right) into the user's error that names the folder."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise UserError.of(
            f"cannot write results: {reason}", found=str(folder), hint="make room or choose another --out"
        ) from error


def write_json(path: Path, content: Any) -> None:
    """Write plain data as readable JSON."""
    with told_where(path.parent):
        path.write_text(json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")


# --- the tables ------------------------------------------------------------------------------------------------------


def number_field(name: str, **about: str) -> pa.Field:
    """A column of numbers that may be missing; unit and meaning travel with it."""
    return pa.field(name, pa.float64(), metadata=about or None)


RUN_KEYS = [pa.field("scheme", pa.string(), nullable=False), pa.field("replicate", pa.int64(), nullable=False)]
RUNS_SCHEMA = pa.schema(
    [
        *RUN_KEYS,
        pa.field("seed", pa.int64(), nullable=False),
        *(number_field(outcome.name, title=outcome.title, unit=outcome.unit, meaning=outcome.meaning) for outcome in OUTCOMES),
    ]
)
MONTHLY_SCHEMA = pa.schema([*RUN_KEYS, pa.field("month", pa.int64(), nullable=False), *(number_field(name) for name in SERIES)])
GROUPS_SCHEMA = pa.schema(
    [
        *RUN_KEYS,
        pa.field("dimension", pa.string(), nullable=False),
        pa.field("group", pa.string(), nullable=False),
        *(number_field(name) for name in GROUP_OUTCOMES),
    ]
)


class TableStream:
    """A Parquet file that grows by blocks of rows; row groups depend on the rows alone, never on how they came."""

    def __init__(self, path: Path, schema: pa.Schema, rows_per_group: int = ROWS_PER_GROUP) -> None:
        self.path = path
        self.schema = schema
        self.rows_per_group = rows_per_group
        self._keys: list[list[Any]] = []
        self._numbers: list[np.ndarray] = []
        self._rows = 0
        self._writer = pq.ParquetWriter(path, schema, compression="zstd")

    def append(self, keys: Sequence[Sequence[Any]], numbers: np.ndarray) -> None:
        """Add rows: the key columns as sequences, then a matrix of numbers where NaN means missing."""
        if not self._keys:
            self._keys = [[] for _ in keys]
        for column, values in zip(self._keys, keys, strict=True):
            column.extend(values)
        self._numbers.append(numbers)
        self._rows += len(numbers)
        if self._rows >= self.rows_per_group:
            self._write()

    def _write(self) -> None:
        """Write what is gathered as one row group: building Arrow columns once for many runs is what keeps this cheap."""
        numbers = np.concatenate(self._numbers)
        columns = [pa.array(values, field.type) for values, field in zip(self._keys, self.schema, strict=False)]
        columns += [pa.array(np.ascontiguousarray(column), from_pandas=True) for column in numbers.T]
        self._writer.write_table(pa.Table.from_arrays(columns, schema=self.schema), row_group_size=max(len(numbers), 1))
        self._keys, self._numbers, self._rows = [], [], 0

    def close(self) -> None:
        """Write what is left and end the file."""
        if self._rows:
            self._write()
        self._writer.close()

    def abandon(self) -> None:
        """End the file without what is left; whoever made its folder removes it."""
        with suppress(OSError, pa.ArrowException):
            self._writer.close()


class RunTables:
    """The three tables of a study, written as runs come: runs, monthly, groups.

    Rows are ordered by replicate, then by the name of the scheme: the order in which schemes were listed or runs
    finished cannot be seen in the files.
    """

    def __init__(self, folder: Path, *, step_months: int = 1, rows_per_group: int = ROWS_PER_GROUP) -> None:
        self.folder = folder
        self.step_months = step_months
        with told_where(folder):
            self._runs = TableStream(folder / "runs.parquet", RUNS_SCHEMA, rows_per_group)
            self._monthly = TableStream(folder / "monthly.parquet", MONTHLY_SCHEMA, rows_per_group)
            self._groups = TableStream(folder / "groups.parquet", GROUPS_SCHEMA, rows_per_group)

    def append(self, records: Sequence[RunRecord]) -> None:
        """Add the runs of one replicate."""
        with told_where(self.folder):
            for record in sorted(records, key=lambda record: record.scheme):
                self._append(record)

    def _append(self, record: RunRecord) -> None:
        self._runs.append(
            [[record.scheme], [record.replicate], [record.seed]],
            checked(record.outcomes.reshape(1, -1), (1, len(OUTCOMES)), record, "outcomes"),
        )
        steps = len(record.monthly)
        months = range(self.step_months, (steps + 1) * self.step_months, self.step_months)
        self._monthly.append(
            [[record.scheme] * steps, [record.replicate] * steps, months],
            checked(record.monthly, (steps, len(SERIES)), record, "monthly"),
        )
        groups = len(record.group_labels)
        self._groups.append(
            [
                [record.scheme] * groups,
                [record.replicate] * groups,
                [str(dimension) for dimension, _ in record.group_labels],
                [str(group) for _, group in record.group_labels],
            ],
            checked(record.groups, (groups, len(GROUP_OUTCOMES)), record, "groups"),
        )

    def __enter__(self) -> RunTables:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for stream in (self._runs, self._monthly, self._groups):
            if kind is None:
                with told_where(self.folder):
                    stream.close()
            else:
                stream.abandon()


def checked(numbers: np.ndarray, shape: tuple[int, int], record: RunRecord, what: str) -> np.ndarray:
    """The numbers, if their shape is the agreed one; a wrong shape would shift columns unseen."""
    if numbers.shape != shape:
        raise ValueError(f"{what} of {record.scheme}, replicate {record.replicate}: shape {numbers.shape}, expected {shape}")
    return np.asarray(numbers, dtype=np.float64)
