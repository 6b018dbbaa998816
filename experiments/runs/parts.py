"""Part files of a study: Parquet, written whole or not at all, each with its checksum in its name.

A part is one batch of finished runs: a file of runs and, where they are kept, its months and its groups. A file is written under
a temporary name, put onto the disk, then given its own name; **the file of runs comes last, and its presence under its own
name is the commit**. What a crash leaves besides (temporary files, months without their runs) is swept away by the next writer.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from experiments.design.cases import KEY_BYTES
from sim.desks import DESK_COLUMNS
from sim.outcomes import GROUP_OUTCOMES, OUTCOME_NAMES, SERIES

RUNS, MONTHLY, GROUPS = "runs", "monthly", "groups"
KEPT = (RUNS, MONTHLY, GROUPS)

#: Kept beside the tables where it is asked for: every desk compared with itself (columns of the table of groups).
DESKS = "desks"
KINDS = (*KEPT, DESKS)
_DESK_COLUMNS = [GROUP_OUTCOMES.index(name) for name in DESK_COLUMNS]

TEMPORARY = ".part-"
DAMAGED = "damaged"

KEY = np.dtype(f"S{KEY_BYTES}")

_NUMBER = pa.float64()
RUNS_PART = pa.schema(
    [
        pa.field("key", pa.binary(KEY_BYTES), nullable=False),
        pa.field("point", pa.int64(), nullable=False),
        pa.field("scheme", pa.string(), nullable=False),
        pa.field("replicate", pa.int64(), nullable=False),
        pa.field("seed", pa.int64(), nullable=False),
        pa.field("failed", pa.string()),
        pa.field("again", pa.bool_(), nullable=False),
        pa.field("n_steps", pa.int64(), nullable=False),
        pa.field("n_groups", pa.int64(), nullable=False),
        *(pa.field(name, _NUMBER) for name in OUTCOME_NAMES),
    ]
)
MONTHLY_PART = pa.schema([pa.field(name, _NUMBER) for name in SERIES])
GROUPS_PART = pa.schema(
    [pa.field("dimension", pa.string()), pa.field("group", pa.string()), *(pa.field(name, _NUMBER) for name in GROUP_OUTCOMES)]
)
_TEXT = {RUNS: ["scheme", "failed"], MONTHLY: [], GROUPS: ["dimension", "group"]}


@dataclass(frozen=True)
class Runs:
    """A batch of runs as columns, one entry a run; months and groups lie under each other, `n_steps` and `n_groups` rows a run.

    ``failed`` is the reason of a run that failed (its outcomes are NaN, it has no months and groups), ``again`` whether
    the machine was to blame and not the model, so that the run is worth another try.
    """

    key: np.ndarray  # (n,) KEY
    point: np.ndarray
    scheme: np.ndarray  # (n,) text
    replicate: np.ndarray
    seed: np.ndarray
    failed: np.ndarray  # (n,) text or None
    again: np.ndarray
    outcomes: np.ndarray  # (n, OUTCOMES)
    n_steps: np.ndarray
    n_groups: np.ndarray
    monthly: np.ndarray  # (sum of n_steps, SERIES)
    groups: np.ndarray  # (sum of n_groups, GROUP_OUTCOMES)
    label: np.ndarray  # (sum of n_groups,) row of `labels`
    labels: tuple[tuple[str, str], ...] = ()  # dimension and name of a group

    def __len__(self) -> int:
        return len(self.scheme)

    @property
    def nbytes(self) -> int:
        """Bytes of the numbers."""
        return self.outcomes.nbytes + self.monthly.nbytes + self.groups.nbytes + 100 * len(self)

    def take(self, rows: np.ndarray) -> Runs:
        """These runs in this order, with their months and groups."""
        per_run = {name: getattr(self, name)[rows] for name in PER_RUN}
        steps = _spans(self.n_steps, rows)
        groups = _spans(self.n_groups, rows)
        return replace(self, **per_run, monthly=self.monthly[steps], groups=self.groups[groups], label=self.label[groups])

    def relabelled(self, point: np.ndarray, scheme: np.ndarray, replicate: np.ndarray) -> Runs:
        """The same runs under other labels."""
        return replace(self, point=point, scheme=scheme, replicate=replicate)

    @staticmethod
    def joined(batches: Sequence[Runs]) -> Runs:
        """One batch of several."""
        if len(batches) == 1:
            return batches[0]
        labels: dict[tuple[str, str], int] = {}
        codes = []
        for batch in batches:
            own = np.array([labels.setdefault(label, len(labels)) for label in batch.labels], dtype=np.int64)
            codes.append(own[batch.label] if len(own) else batch.label)
        numbers = ("monthly", "groups")
        columns = {name: np.concatenate([getattr(batch, name) for batch in batches]) for name in (*PER_RUN, *numbers)}
        return Runs(**columns, label=np.concatenate(codes), labels=tuple(labels))


PER_RUN = ("key", "point", "scheme", "replicate", "seed", "failed", "again", "outcomes", "n_steps", "n_groups")


def _spans(sizes: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Rows of a table in which every run has `sizes` rows, for the runs asked for, in their order."""
    starts = np.concatenate([[0], np.cumsum(sizes)])[:-1][rows]
    wanted = sizes[rows]
    ends = np.cumsum(wanted)
    total = int(ends[-1]) if len(ends) else 0
    return np.arange(total) + np.repeat(starts - (ends - wanted), wanted)


# --- one file --------------------------------------------------------------------------------------------------------


class _Sink:
    """A file that is hashed while it is written."""

    def __init__(self, path: Path) -> None:
        self._stream = path.open("xb")
        self._digest = hashlib.sha256()

    def write(self, data: Any) -> int:
        self._digest.update(data)
        return self._stream.write(data)

    def tell(self) -> int:
        return self._stream.tell()

    def flush(self) -> None:
        self._stream.flush()

    def close(self) -> None:
        pass  # Arrow closes what it is given; the file is closed by `commit` or `drop`

    @property
    def closed(self) -> bool:
        return self._stream.closed

    def end(self) -> str:
        """Put the file onto the disk and close it; its checksum."""
        self._stream.flush()
        os.fsync(self._stream.fileno())
        self._stream.close()
        return self._digest.hexdigest()[:CHECKSUM]

    def drop(self) -> None:
        self._stream.close()


CHECKSUM = 24


def write_file(folder: Path, kind: str, number: int, table: pa.Table) -> Path:
    """Write a table as a part file under its final name, whole or not at all.

    Raises:
        OSError: the disk is full, the folder may not be written; nothing is left behind then.
    """
    temporary = folder / f"{TEMPORARY}{os.getpid()}-{kind}-{number:06d}"
    try:
        sink = _Sink(temporary)
        try:
            pq.write_table(table, sink, compression="zstd", use_dictionary=_TEXT[kind], write_statistics=False)
            checksum = sink.end()
        finally:
            sink.drop()
        final = folder / f"{kind}-{number:06d}-{checksum}.parquet"
        os.replace(temporary, final)
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
    return final


def is_sound(path: Path) -> bool:
    """Whether a part file is what was written: its checksum is the one in its name."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()[:CHECKSUM] == path.stem.rpartition("-")[2]
    except OSError:
        return False


def read_file(path: Path, columns: list[str] | None = None) -> pa.Table:
    """A part file, or some columns of it: small, so one thread and no machinery for sets of files."""
    with pq.ParquetFile(path) as file:
        return file.read(columns, use_threads=False)


# --- one part --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Part:
    """A committed part: its file of runs, and its companions where months and groups are kept."""

    path: Path
    monthly: Path | None
    groups: Path | None
    code: str
    is_full: bool
    kept: frozenset[str]  # which of `KINDS`

    @property
    def number(self) -> int:
        """Place in the order in which parts were written."""
        return int(self.path.name.split("-")[1])

    @property
    def files(self) -> list[Path]:
        """All files of the part, the file of runs first."""
        return [path for path in (self.path, self.monthly, self.groups) if path is not None]

    @cached_property
    def n_runs(self) -> int:
        """Number of runs, from the foot of the file (a part never changes, so it is looked up once)."""
        return int(pq.read_metadata(self.path).num_rows)

    @property
    def n_steps(self) -> int:
        """Rows of the table of months, from the foot of its file; 0 = none is kept."""
        return int(pq.read_metadata(self.monthly).num_rows) if self.monthly else 0

    def read(self, tables: Iterable[str] = KEPT) -> Runs:
        """All runs of the part, with those of the tables asked for that it has."""
        tables = set(tables)
        runs = read_file(self.path)
        wanted = self.kept & tables
        n = len(runs)
        numbers = {name: runs[name].to_numpy() for name in ("point", "replicate", "seed", "again", "n_steps", "n_groups")}
        if self.monthly and MONTHLY in wanted:
            monthly = _matrix(read_file(self.monthly), SERIES)
        else:
            monthly, numbers["n_steps"] = np.empty((0, len(SERIES))), np.zeros(n, np.int64)
        if self.groups and GROUPS in wanted:
            found = read_file(self.groups)
            groups = _matrix(found, GROUP_OUTCOMES)
            if DESKS not in tables:
                groups[:, _DESK_COLUMNS] = np.nan  # whoever did not ask gets the same, whatever is there
            label, labels = _labels_of(found)
        else:
            groups, numbers["n_groups"] = np.empty((0, len(GROUP_OUTCOMES))), np.zeros(n, np.int64)
            label, labels = np.empty(0, np.int64), ()
        return Runs(
            key=keys_of(runs["key"]),
            scheme=_texts(runs["scheme"]),
            failed=_texts(runs["failed"]),
            outcomes=_matrix(runs, OUTCOME_NAMES),
            monthly=monthly,
            groups=groups,
            label=label,
            labels=labels,
            **numbers,
        )

    def columns(self, names: Sequence[str]) -> pa.Table:
        """Some columns of the file of runs."""
        return read_file(self.path, list(names))


def keys_of(column: pa.ChunkedArray) -> np.ndarray:
    """Keys as a NumPy column of `KEY`, without a Python object for each."""
    chunks = column.chunks
    return (
        np.concatenate(
            [
                np.frombuffer(chunk.buffers()[1], np.uint8)[
                    chunk.offset * KEY_BYTES : (chunk.offset + len(chunk)) * KEY_BYTES
                ].view(KEY)
                for chunk in chunks
            ]
        )
        if chunks
        else np.empty(0, KEY)
    )


def _matrix(table: pa.Table, names: Sequence[str]) -> np.ndarray:
    matrix = np.empty((table.num_rows, len(names)))
    for index, name in enumerate(names):
        matrix[:, index] = table[name].to_numpy()
    return matrix


def _texts(column: pa.ChunkedArray) -> np.ndarray:
    return np.asarray(column.to_numpy(zero_copy_only=False), dtype=object)


def _labels_of(table: pa.Table) -> tuple[np.ndarray, tuple[tuple[str, str], ...]]:
    """Row of the label of every group, and the labels."""
    labels: dict[tuple[str, str], int] = {}
    codes = np.empty(table.num_rows, np.int64)
    for row, pair in enumerate(zip(table["dimension"].to_pylist(), table["group"].to_pylist(), strict=True)):
        codes[row] = labels.setdefault(pair, len(labels))
    return codes, tuple(labels)


def write_part(folder: Path, number: int, runs: Runs, kept: Iterable[str], code: str, *, is_full: bool = False) -> Part:
    """Commit a batch of runs; when this returns it is on the disk.

    Raises:
        OSError: it could not be written; nothing of it counts then.
    """
    kept = set(kept)
    monthly = groups = None
    if MONTHLY in kept:
        columns = [pa.array(column) for column in np.ascontiguousarray(runs.monthly.T)]
        monthly = write_file(folder, MONTHLY, number, pa.Table.from_arrays(columns, schema=MONTHLY_PART))
    if GROUPS in kept:
        names = [pa.DictionaryArray.from_arrays(runs.label.astype(np.int32), [pair[i] for pair in runs.labels]) for i in (0, 1)]
        columns = [name.cast(pa.string()) for name in names] if len(runs.labels) else [pa.array([], pa.string())] * 2
        columns += [pa.array(column) for column in np.ascontiguousarray(runs.groups.T)]
        groups = write_file(folder, GROUPS, number, pa.Table.from_arrays(columns, schema=GROUPS_PART))
    about = {
        "format": 1,
        "code": code,
        "is_full": is_full,
        "kept": sorted(kept),
        "monthly": monthly.name if monthly else None,
        "groups": groups.name if groups else None,
    }
    keys = np.ascontiguousarray(runs.key)
    columns = [
        pa.FixedSizeBinaryArray.from_buffers(pa.binary(KEY_BYTES), len(runs), [None, pa.py_buffer(keys.tobytes())]),
        *(
            pa.array(getattr(runs, field.name), field.type)
            for field in RUNS_PART
            if field.name in PER_RUN and field.name != "key"
        ),
        *(pa.array(column) for column in np.ascontiguousarray(runs.outcomes.T)),
    ]
    schema = RUNS_PART.with_metadata({"cadresim": json.dumps(about)})
    path = write_file(folder, RUNS, number, pa.Table.from_arrays(columns, schema=schema))
    sync_folder(folder)
    return Part(path, monthly, groups, code, is_full, frozenset(kept))


def sync_folder(folder: Path) -> None:
    """Put the names in a folder onto the disk."""
    if os.name == "nt":
        return  # Windows cannot open folders
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def open_part(path: Path) -> Part:
    """A part by its file of runs.

    Raises:
        ValueError: the file is no part of a study (its foot is missing or says something else).
    """
    try:
        about = json.loads(pq.read_schema(path).metadata[b"cadresim"])
        beside = [path.with_name(about[kind]) if about[kind] else None for kind in (MONTHLY, GROUPS)]
        return Part(path, beside[0], beside[1], str(about["code"]), bool(about["is_full"]), frozenset(about["kept"]))
    except (pa.ArrowException, OSError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path} is no part of a study") from error


def part_files(folder: Path) -> list[Path]:
    """Files of runs in the order in which they were written."""
    return sorted(folder.glob(f"{RUNS}-*.parquet"))
