"""Where results lie: Parquet tables written row group by row group, a folder that is whole or not there.

Everything is written under temporary names inside the folder. Only at the end are the files moved to their own names,
the manifest last: **a folder with a manifest is whole, one without is not**, whatever stopped the writer.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

import sim
from experiments.cases import model_code
from experiments.parts import (
    DAMAGED,
    KEPT,
    KEY,
    RUNS,
    RUNS_PART,
    TEMPORARY,
    Part,
    Runs,
    is_sound,
    keys_of,
    open_part,
    part_files,
    write_part,
)
from experiments.runner import RunRecord
from sim.errors import UserError
from sim.outcomes import GROUP_OUTCOMES, OUTCOMES, SERIES

if TYPE_CHECKING:
    import pandas as pd

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


# --- the store of a study --------------------------------------------------------------------------------------------

PARTS = "parts"
ABOUT = "about.json"
POINTS = "points.parquet"

#: A part is committed when it has this many runs or bytes, or is this old: a twentieth of the study's age within bounds.
ROWS_PER_PART = 16_384
BYTES_PER_PART = 32 * 2**20
YOUNGEST, OLDEST, SHARE_OF_AGE = 0.5, 30.0, 0.05

LABELS = ("point", "scheme", "replicate")


class _KeySet:
    """Keys of runs with what is kept of each: 17 bytes a run once they are sorted in."""

    def __init__(self) -> None:
        self._keys = np.empty(0, KEY)
        self._kept = np.empty(0, np.uint8)
        self._fresh: dict[bytes, int] = {}

    def add(self, keys: np.ndarray, kept: int) -> None:
        for key in keys.tolist():
            self._fresh[key] = self._fresh.get(key, 0) | kept
        if len(self._fresh) > 4096:
            self._sort_in()

    def kept(self, key: bytes) -> int:
        """Bits of what is kept of a run; 0 = it is not there."""
        key = key.rstrip(b"\0")  # as NumPy tells fixed-length bytes
        bits = self._fresh.get(key, 0)
        if len(self._keys):
            place = int(np.searchsorted(self._keys, np.array(key, KEY)))
            if place < len(self._keys) and self._keys[place] == key:
                bits |= int(self._kept[place])
        return bits

    def _sort_in(self) -> None:
        keys = np.concatenate([self._keys, np.array(list(self._fresh), KEY)])
        kept = np.concatenate([self._kept, np.array(list(self._fresh.values()), np.uint8)])
        self._keys, place = np.unique(keys, return_inverse=True)
        self._kept = np.zeros(len(self._keys), np.uint8)
        np.bitwise_or.at(self._kept, place, kept)
        self._fresh = {}


def _bits(kept: Iterable[str]) -> int:
    return sum(1 << KEPT.index(kind) for kind in set(kept))


class StudyStore:
    """All runs of a study in a folder: found by content, committed part by part, read as one table.

    Made by `open_study` (to write) or `read_study`. Nothing that a reader sees depends on the order in which runs came, on the
    number of workers or on how often the study was interrupted.
    """

    def __init__(self, folder: Path, about: Mapping[str, Any], *, writing: bool) -> None:
        self.folder = folder
        self.place = folder / PARTS
        self.about = dict(about)
        self.writing = writing
        self.damaged: list[Path] = []
        self._known = _KeySet()
        self._asked: list[tuple[np.ndarray, ...]] = []
        self._waiting: dict[tuple[str, ...], list[Runs]] = {}
        self._n_waiting = self._bytes_waiting = 0
        self._began = self._committed = time.monotonic()
        self._parts: list[Part] = []
        self._load()

    def _load(self) -> None:
        """Find the parts; a damaged one is set aside, so that its runs count as lacking."""
        for path in part_files(self.place):
            try:
                part = open_part(path)
                sound = all(is_sound(file) for file in part.files)
            except ValueError:
                part, sound = Part(path, None, None, ""), False
            if not sound:
                self._set_aside(part)
                continue
            self._parts.append(part)
            self._remember(part)
        if self.writing:
            self._sweep()

    def _remember(self, part: Part) -> None:
        columns = part.columns(["key", "again"])
        final = ~columns["again"].to_numpy()
        self._known.add(keys_of(columns["key"])[final], _bits(part.kept))

    def _set_aside(self, part: Part) -> None:
        self.damaged.append(part.path)
        if not self.writing:
            return
        aside = self.place / DAMAGED
        aside.mkdir(exist_ok=True)
        for file in part.files:
            if file.exists():
                os.replace(file, aside / file.name)

    def _sweep(self) -> None:
        """Remove what a crash left: temporary files, months and groups whose runs were never committed."""
        used = {file.name for part in self._parts for file in part.files}
        for file in self.place.iterdir():
            if file.name.startswith(TEMPORARY) or (
                file.suffix == ".parquet" and file.name.count("-") == 2 and file.name not in used
            ):
                file.unlink(missing_ok=True)

    # --- writing

    def has(self, key: str, keep: Iterable[str] = (RUNS,)) -> bool:
        """Whether a run is there, with all tables that are asked for."""
        wanted = _bits(keep)
        return self._known.kept(bytes.fromhex(key)) & wanted == wanted

    def ask(self, keys: Sequence[bytes], point: int, schemes: Sequence[str], replicate: int) -> None:
        """Note that these runs belong to the study under these labels."""
        n = len(keys)
        self._asked.append((np.array(keys, KEY), np.full(n, point), np.array(schemes, object), np.full(n, replicate)))

    def append(self, runs: Runs, keep: Iterable[str] = (RUNS,)) -> None:
        """Take finished runs; they are committed with others before long, at the latest with `commit`."""
        self._waiting.setdefault(tuple(keep), []).append(runs)
        self._n_waiting += len(runs)
        self._bytes_waiting += runs.nbytes
        age = time.monotonic() - self._committed
        patience = min(max(YOUNGEST, SHARE_OF_AGE * (time.monotonic() - self._began)), OLDEST)
        if self._n_waiting >= ROWS_PER_PART or self._bytes_waiting >= BYTES_PER_PART or age >= patience:
            self.commit()

    def commit(self) -> None:
        """Put onto the disk what is waiting. When this returns, no crash can lose it.

        Raises:
            UserError: the disk is full or the folder cannot be written; whole parts stay.
        """
        for keep, batches in list(self._waiting.items()):
            runs = Runs.joined(batches)
            with told_where(self.folder):
                part = write_part(self.place, self._next_number(), runs, keep, model_code())
            del self._waiting[keep]
            self._parts.append(part)
            self._known.add(runs.key[~runs.again], _bits(keep))
        self._n_waiting = self._bytes_waiting = 0
        self._committed = time.monotonic()

    def _next_number(self) -> int:
        return max((part.number for part in self._parts), default=0) + 1

    # --- reading

    @property
    def n_runs(self) -> int:
        """Runs on the disk, failed ones included."""
        return sum(part.n_runs for part in self._parts)

    def runs(self, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """The runs of the study, ordered by point, scheme and replicate.

        Columns: ``point``, ``scheme``, ``replicate``, then ``seed``, every outcome (NaN = missing) and ``failed`` (the reason,
        or None), or those that are asked for.
        """
        from sim.outcomes import OUTCOME_NAMES

        wanted = [name for name in (columns or ("seed", *OUTCOME_NAMES, "failed")) if name not in LABELS]
        self.commit() if self.writing else None
        tables = [part.columns(dict.fromkeys(["key", *LABELS, "again", *wanted])) for part in self._parts]  # type: ignore[arg-type]
        schema = pa.schema([field for field in RUNS_PART if field.name in {"key", *LABELS, "again", *wanted}])
        table = pa.concat_tables([one.replace_schema_metadata(None) for one in tables]) if tables else schema.empty_table()
        frame = table.drop_columns(["key"]).to_pandas()
        keys = keys_of(table["key"])
        frame = self._labelled(frame, keys)
        order = np.lexsort((frame["replicate"], frame["scheme"].to_numpy(object).astype(str), frame["point"]))
        return frame.iloc[order].reset_index(drop=True)[[*LABELS, *wanted]]

    def _labelled(self, frame: pd.DataFrame, keys: np.ndarray) -> pd.DataFrame:
        """Every run once, a good one rather than a failed one, under the labels of those who asked for it."""
        again = frame["again"].to_numpy(bool)
        order = np.lexsort((np.arange(len(keys)), again, keys))
        first = np.ones(len(order), bool)
        first[1:] = keys[order][1:] != keys[order][:-1]
        rows = order[first]
        if not self._asked:
            return frame.iloc[rows]
        asked, point, scheme, replicate = (np.concatenate(column) for column in zip(*self._asked, strict=True))
        held = keys[rows]
        if not len(held):
            return frame.iloc[rows]
        place = np.minimum(np.searchsorted(held, asked), len(held) - 1)
        there = held[place] == asked
        found = frame.iloc[rows[place[there]]].copy()
        found["point"], found["scheme"], found["replicate"] = point[there], scheme[there], replicate[there]
        return found.drop_duplicates(list(LABELS))

    @property
    def points(self) -> pd.DataFrame:
        """The study's table of points: one row a point, its index the number of the point."""
        import pandas as pd

        path = self.folder / POINTS
        return pd.read_parquet(path) if path.exists() else pd.DataFrame()

    def write_points(self, points: pd.DataFrame) -> None:
        """Keep the table of points, whole or not at all."""
        temporary = self.place / f"{TEMPORARY}points"
        with told_where(self.folder):
            points.to_parquet(temporary)
            sync(temporary)
            os.replace(temporary, self.folder / POINTS)

    def close(self) -> None:
        """Commit what is waiting and let others write."""
        if self.writing:
            self.commit()

    def __enter__(self) -> StudyStore:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def open_study(folder: str | Path, about: Mapping[str, Any], *, overwrite: bool = False) -> StudyStore:
    """Open a study for writing; makes the folder where it is not there yet, and finds the runs that are.

    Args:
        folder: the folder of the study.
        about: what the study is, at least ``verb`` and ``name``; kept beside the parts.
        overwrite: forget the runs that are there.

    Raises:
        UserError: the folder is a file, cannot be written, or holds files that are not ours.
    """
    folder = Path(folder)
    place = folder / PARTS
    with told_where(folder):
        if overwrite:
            shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True, exist_ok=True)
    about = {**about, "versions": {"cadresim": sim.__version__}}
    write_json(place / ABOUT, about)
    return StudyStore(folder, about, writing=True)


def read_study(folder: str | Path) -> StudyStore:
    """Open a study for reading."""
    place = Path(folder) / PARTS
    about = json.loads((place / ABOUT).read_text(encoding="utf-8"))
    return StudyStore(Path(folder), about, writing=False)
