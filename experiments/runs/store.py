"""The store of a study: every run in a folder, found by its content, never lost and never done twice.

    results/NAME/
      manifest.json      what made the results; written last: without it the study is unfinished
      points.parquet     the table of points, where there are several
      parts/             the runs (`experiments.runs.parts`), what is asked for (about.json) and a lock
      ...                what the verb writes: tables, figures

The truth is the parts: each is whole or not there, and each carries its checksum in its name. Everything else is derived. What a
reader gets depends on the runs alone, never on how many workers there were, in which order they ended or how often they were
interrupted.
"""

from __future__ import annotations

import errno
import os
import platform
import secrets
import shutil
import time
from array import array
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

import sim
from experiments.design.cases import KEY_BYTES, model_code
from experiments.runs.folder import (
    MANIFEST,
    UNFINISHED,
    PassingFolder,
    appearing,
    check_folder,
    check_writable,
    held_in,
    is_signed,
    make_folders,
    read_json,
    sync,
    told_where,
    write_json,
)
from experiments.runs.parts import (
    DAMAGED,
    KEPT,
    KEY,
    KINDS,
    RUNS,
    RUNS_PART,
    TEMPORARY,
    Part,
    Runs,
    is_sound,
    keys_of,
    open_part,
    part_files,
    sync_folder,
    write_part,
)
from sim.errors import UserError
from sim.outcomes import OUTCOME_NAMES, SERIES

if TYPE_CHECKING:
    import pandas as pd

PARTS = "parts"
ABOUT = "about.json"
ASKED = "asked.parquet"
LOCK = "lock"
POINTS = "points.parquet"

#: A part is committed when it has this many runs or bytes, or when what waits is this old: a twentieth of the study's age.
RUNS_PER_PART = 8192
BYTES_PER_PART = 8 * 2**20
YOUNGEST, OLDEST, SHARE_OF_AGE = 0.5, 30.0, 0.05

#: Columns of a table of runs that are read at once, in bytes.
COLUMN_BYTES = 32 * 2**20

#: Runs that are handed on at a time when a study is read from the first to the last, and bytes of parts held meanwhile.
RUNS_PER_BATCH = 1024
BYTES_HELD = 16 * 2**20
BYTES_PER_BATCH = 64 * 2**20

LABELS = ("point", "scheme", "replicate")
PACKAGES = ("numpy", "numba", "pandas", "pyarrow", "pydantic", "scipy", "matplotlib", "mesa")


class StudyStore:
    """All runs of a study in a folder. Made by `open_study` (to write) or `read_study` (to read only)."""

    def __init__(self, folder: Path, about: Mapping[str, Any], *, lock: _Lock | None = None, made: Sequence[Path] = ()) -> None:
        self.folder = folder
        self.place = folder / PARTS
        self.about = dict(about)
        self.damaged: list[Path] = []  #: parts that were not what had been written; their runs are lacking again
        self._lock = lock
        self._made = made
        self._parts: list[Part] = []
        self._known = _KeySet()
        self._asked = _Asked()
        self._waiting: dict[tuple[str, ...], list[Runs]] = {}
        self._began = self._committed = time.monotonic()
        self._find_parts()
        if self._writing:
            self._sweep()
        else:
            self._asked.read(self.place / ASKED)

    @property
    def _writing(self) -> bool:
        return self._lock is not None

    # --- what is there

    def _find_parts(self) -> None:
        """Find the parts; a damaged one is set aside, so that its runs count as lacking."""
        for path in part_files(self.place):
            try:
                part = open_part(path)
                sound = all(is_sound(file) for file in part.files)
            except ValueError:
                part, sound = Part(path, None, None, "", False, frozenset()), False
            if sound:
                self._parts.append(part)
                columns = part.columns(["key", "again"])
                self._known.add(keys_of(columns["key"])[~columns["again"].to_numpy()], _bits(part.kept))
            else:
                self._set_aside(part)

    def _set_aside(self, part: Part) -> None:
        self.damaged.append(part.path)
        if not self._writing:
            return
        with told_where(self.folder):
            aside = self.place / DAMAGED
            aside.mkdir(exist_ok=True)
            for file in part.files:
                if file.exists():
                    os.replace(file, aside / file.name)

    def _sweep(self) -> None:
        """Remove what a crash left: temporary files, months and groups whose runs were never committed."""
        used = {file.name for part in self._parts for file in part.files}
        with told_where(self.folder):
            for file in self.place.iterdir():
                is_part = file.suffix == ".parquet" and file.name.partition("-")[0] in KEPT
                if file.name.startswith(TEMPORARY) or (is_part and file.name not in used):
                    file.unlink(missing_ok=True)

    def has(self, key: str, keep: Iterable[str] = (RUNS,)) -> bool:
        """Whether a run is there, with all tables asked for."""
        return self.holds(bytes.fromhex(key), keep)

    def holds(self, key: bytes, keep: Iterable[str] = (RUNS,)) -> bool:
        """The same for a key as bytes."""
        wanted = _bits(tuple(keep))
        return self._known.kept(key) & wanted == wanted

    @property
    def n_runs(self) -> int:
        """Runs on the disk, failed ones and those of other variants of the study included."""
        return sum(part.n_runs for part in self._parts)

    @property
    def nbytes(self) -> int:
        """Bytes of all parts on the disk."""
        return sum(file.stat().st_size for part in self._parts for file in part.files)

    # --- writing

    def ask(self, keys: Sequence[bytes], point: int, schemes: Sequence[str], replicate: int) -> None:
        """Note that these runs belong to the study under these labels."""
        self._asked.add(keys, point, schemes, replicate)

    def append(self, runs: Runs, keep: Iterable[str] = (RUNS,)) -> None:
        """Take finished runs; they are committed with others before long, at the latest with `commit`."""
        self._waiting.setdefault(tuple(keep), []).append(runs)
        self._known.add(runs.key[~runs.again], _bits(tuple(keep)))
        batches = [batch for own in self._waiting.values() for batch in own]
        now = time.monotonic()
        patience = min(max(YOUNGEST, SHARE_OF_AGE * (now - self._began)), OLDEST)
        if _fills_a_part(batches):
            self.commit(is_full=True)
        elif now - self._committed >= patience:
            self.commit()

    def commit(self, *, is_full: bool = False) -> None:
        """Put onto the disk what is waiting. When this returns, no crash can lose it. A full part stays as it is for good.

        Raises:
            UserError: the disk is full or the folder cannot be written; earlier parts stay.
        """
        for keep, batches in list(self._waiting.items()):
            runs = Runs.joined(batches)
            self._write(runs, keep, model_code(), is_full=is_full and _fills_a_part(batches))
            del self._waiting[keep]
        self._committed = time.monotonic()

    def _write(self, runs: Runs, keep: Iterable[str], code: str, *, is_full: bool = False) -> Part:
        number = max((part.number for part in self._parts), default=0) + 1
        with told_where(self.folder, kept=self.n_runs):
            part = write_part(self.place, number, runs, keep, code, is_full=is_full)
        self._parts.append(part)
        return part

    def compact(self) -> None:
        """Put many small parts together into few large ones, in the order of points and replicates.

        Large parts are written before small ones go: a crash between leaves runs twice on the disk, and readers take one.
        """
        self.commit()
        for code, kept in sorted({(part.code, tuple(sorted(part.kept))) for part in self._parts}):
            small = [part for part in self._parts if (part.code, tuple(sorted(part.kept))) == (code, kept) and not part.is_full]
            if len(small) < 2:
                continue
            gathered: list[Runs] = []
            for batch in self._batches(small, kept, asked=False):
                gathered.append(batch)
                if _fills_a_part(gathered):
                    self._write(Runs.joined(gathered), kept, code, is_full=True)
                    gathered = []
            if gathered:
                self._write(Runs.joined(gathered), kept, code)
            gone = {part.path for part in small}
            self._parts = [part for part in self._parts if part.path not in gone]
            with told_where(self.folder):
                for part in small:
                    for file in part.files:
                        file.unlink(missing_ok=True)
                sync_folder(self.place)

    @contextmanager
    def outputs(self) -> Iterator[Path]:
        """A place for what the verb writes; it appears in the study's folder, all at once, when the block ends well.

        The manifest is written from `manifest` where the block does not write one: the study is whole then.
        """
        self.compact()
        with told_where(self.folder):
            self._asked.write(self.place / ASKED)
        with appearing(self.folder) as staging:
            yield staging
            if not (staging / MANIFEST).exists():
                write_json(staging / MANIFEST, self.manifest())

    def finish(self, **more: Any) -> None:
        """Declare the study whole: parts are put together and the manifest is written, with ``more`` in it."""
        with self.outputs() as staging:
            write_json(staging / MANIFEST, {**self.manifest(), **more})

    def manifest(self) -> dict[str, Any]:
        """What a manifest says of any study: what was asked, versions, counts, failed runs, parts with their checksums."""
        failed = self.failed()
        return {
            "format": 1,
            **self.about,
            "versions": versions(),
            "model_code": model_code(),
            "n_runs": len(self._asked.table()) or self.n_runs,
            "n_failed": len(failed),
            "failed": failed.head(MOST_REASONS).to_dict("records"),
            "parts": [file.name for part in self._parts for file in part.files],
        }

    # --- reading

    def runs(self, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """The runs of the study, ordered by point, scheme and replicate.

        Columns: ``point``, ``scheme``, ``replicate``, then ``seed``, every outcome (NaN = missing) and ``failed`` (the reason
        of a run that failed, else None), or those of them that are asked for.
        """
        import pandas as pd

        wanted = [name for name in (("seed", *OUTCOME_NAMES, "failed") if columns is None else columns) if name not in LABELS]
        if self._writing:
            self.commit()
        rows = self._rows(self._parts)
        rows = rows[np.lexsort((rows["replicate"], _ranks(rows["scheme"], self._asked.names), rows["point"]))]
        content: dict[str, Any] = {
            "point": rows["point"],
            "scheme": np.array(self._asked.names, object)[rows["scheme"]],
            "replicate": rows["replicate"],
        }
        starts = np.concatenate([[0], np.cumsum([part.n_runs for part in self._parts])]).astype(np.int64)
        where = starts[rows["part"]] + rows["row"]
        at_a_time = max(1, COLUMN_BYTES // (8 * max(1, len(where))))
        for first in range(0, len(wanted), at_a_time):  # some columns at a time: never two copies of a large table
            names = wanted[first : first + at_a_time]
            tables = [part.columns(names) for part in self._parts]
            for name in names:
                chunks = [chunk for table in tables for chunk in table[name].chunks]
                column = pa.chunked_array(chunks, RUNS_PART.field(name).type)
                content[name] = column.to_numpy(zero_copy_only=False)[where]
        return pd.DataFrame(content)

    def failed(self) -> pd.DataFrame:
        """The runs that failed: point, scheme, replicate and the reason."""
        import pandas as pd

        if self._writing:
            self.commit()
        any_failed = any(
            column.null_count < len(column) for column in (part.columns(["failed"])["failed"] for part in self._parts)
        )
        if not any_failed:  # the usual case, and cheap
            return pd.DataFrame({name: [] for name in (*LABELS, "reason")})
        table = self.runs(["failed"])
        return table[table["failed"].notna()].rename(columns={"failed": "reason"}).reset_index(drop=True)

    def batches(self, tables: Iterable[str] = KEPT) -> Iterator[Runs]:
        """All runs with the tables asked for (of `KINDS`), ordered by point, replicate and scheme, some at a time.

        Memory does not grow with the number of runs, as long as they were run roughly in this order.
        """
        if self._writing:
            self.commit()
        yield from self._batches(self._parts, tuple(tables), asked=True)

    def _batches(self, parts: Sequence[Part], tables: Sequence[str], *, asked: bool) -> Iterator[Runs]:
        rows = self._rows(parts, asked=asked)
        names = np.array(self._asked.names, object)
        rows = rows[np.lexsort((_ranks(rows["scheme"], self._asked.names), rows["replicate"], rows["point"]))]
        reader = _Reader(parts, tables)
        at_a_time = _runs_at_a_time(parts)
        for start in range(0, len(rows), at_a_time):
            chosen = rows[start : start + at_a_time]
            batch = reader.take(chosen["part"], chosen["row"])
            yield batch.relabelled(chosen["point"], names[chosen["scheme"]], chosen["replicate"])

    def _rows(self, parts: Sequence[Part], *, asked: bool = True) -> np.ndarray:
        """Where every run lies, with its labels; a run that is there twice counts once (the richest, not a failed one).

        Labels are those under which it was asked for; where nothing has been asked, those under which it was run.
        """
        pieces = []
        for number, part in enumerate(parts):
            columns = part.columns(["key", "point", "scheme", "replicate", "again"])
            piece = np.zeros(len(columns), ROW)
            piece["key"], piece["part"], piece["row"] = keys_of(columns["key"]), number, np.arange(len(columns))
            piece["point"], piece["replicate"] = columns["point"].to_numpy(), columns["replicate"].to_numpy()
            piece["scheme"] = self._asked.codes(columns["scheme"])
            piece["worse"] = columns["again"].to_numpy() * 8 + (len(KINDS) - len(part.kept))
            pieces.append(piece)
        rows = np.concatenate(pieces) if pieces else np.zeros(0, ROW)
        rows = rows[np.lexsort((rows["row"], rows["part"], rows["worse"], rows["key"]))]
        first = np.ones(len(rows), bool)
        first[1:] = rows["key"][1:] != rows["key"][:-1]
        rows = rows[first]
        if not len(self._asked) or not len(rows):
            return rows
        wanted = self._asked.table()
        place = np.minimum(np.searchsorted(rows["key"], wanted["key"]), len(rows) - 1)
        there = rows["key"][place] == wanted["key"]
        found = rows[place[there]]
        for label in LABELS:
            found[label] = wanted[label][there]
        if asked:
            return found
        spare = np.ones(len(rows), bool)
        spare[place[there]] = False
        _, once = np.unique(place[there], return_index=True)
        return np.concatenate([found[once], rows[spare]])

    @property
    def points(self) -> pd.DataFrame:
        """The study's table of points: one row a point, its index the number of the point (empty where there is one point)."""
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

    # --- the end

    def close(self) -> None:
        """Commit what is waiting and let others write."""
        try:
            if self._writing:
                self.commit()
        finally:
            if self._lock is not None:
                if not self._parts and self._made:
                    self._leave_nothing()
                self._lock.release()
                self._lock = None

    def _leave_nothing(self) -> None:
        """Remove folders that were made for runs of which none came."""
        with suppress(OSError):  # whatever else lies in them stays
            for path in self.place.iterdir():
                path.unlink()
            for empty in self._made:
                empty.rmdir()

    def __enter__(self) -> StudyStore:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if kind is None:
            self.close()
            return
        with suppress(UserError):  # the first error is the one to tell
            self.close()


#: Failed runs that a manifest names one by one.
MOST_REASONS = 20

#: Where a run lies and what it is called: `scheme` is a number in the order of names, `worse` sorts copies of one run.
ROW = np.dtype(
    [
        ("key", KEY), ("point", "i8"), ("replicate", "i8"), ("scheme", "i4"),
        ("part", "i4"), ("row", "i4"), ("worse", "u1"),
    ]
)  # fmt: skip


def _ranks(codes: np.ndarray, names: Sequence[str]) -> np.ndarray:
    """Numbers of schemes replaced by their place in the alphabet."""
    rank = np.empty(len(names), np.int64)
    rank[np.argsort(np.array(names, object))] = np.arange(len(names))
    return rank[codes] if len(names) else codes


def _runs_at_a_time(parts: Sequence[Part]) -> int:
    """Runs of a batch: fewer where a run has many months (`experiments.runs.courses`), so that memory stays bounded."""
    n_runs = sum(part.n_runs for part in parts)
    if not n_runs:
        return RUNS_PER_BATCH
    per_run = 8 * len(SERIES) * sum(part.n_steps for part in parts) / n_runs
    return max(1, min(RUNS_PER_BATCH, int(BYTES_PER_BATCH / max(per_run, 1.0))))


def _fills_a_part(batches: Sequence[Runs]) -> bool:
    return sum(map(len, batches)) >= RUNS_PER_PART or sum(batch.nbytes for batch in batches) >= BYTES_PER_PART


@lru_cache(maxsize=64)
def _bits(kept: Collection[str]) -> int:
    return sum(1 << KINDS.index(kind) for kind in set(kept))


class _KeySet:
    """Keys of runs with what is kept of each: 17 bytes a run once they are sorted in."""

    def __init__(self) -> None:
        self._keys = np.empty(0, KEY)
        self._kept = np.empty(0, np.uint8)
        self._fresh: dict[bytes, int] = {}

    def add(self, keys: np.ndarray, kept: int) -> None:
        for key in keys.tolist():
            self._fresh[key] = self._fresh.get(key, 0) | kept
        if len(self._fresh) > 8192:
            self._sort_in()

    def kept(self, key: bytes) -> int:
        """Bits of what is kept of a run; 0 = it is not there."""
        key = key.rstrip(b"\0")  # as NumPy gives fixed-length bytes back
        bits = self._fresh.get(key, 0)
        if len(self._keys):
            place = int(self._keys.searchsorted(np.array(key, KEY)))
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


class _Asked:
    """Which runs belong to the study under which labels: 36 bytes a run."""

    def __init__(self) -> None:
        self._keys = bytearray()
        self._point, self._scheme, self._replicate = array("q"), array("i"), array("q")
        self._code: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._point)

    @property
    def names(self) -> list[str]:
        """Names of schemes by their number."""
        return list(self._code)

    def add(self, keys: Sequence[bytes], point: int, schemes: Sequence[str], replicate: int) -> None:
        for key, scheme in zip(keys, schemes, strict=True):
            self._keys += key
            self._point.append(point)
            self._scheme.append(self._code.setdefault(scheme, len(self._code)))
            self._replicate.append(replicate)

    def codes(self, column: pa.ChunkedArray) -> np.ndarray:
        """Numbers of the schemes in a column of names; new names get new numbers."""
        encoded = column.combine_chunks().dictionary_encode()
        own = [self._code.setdefault(name, len(self._code)) for name in encoded.dictionary.to_pylist()]
        return np.array(own, np.int32)[encoded.indices.to_numpy()] if own else np.empty(0, np.int32)

    def table(self) -> np.ndarray:
        """A row a label (once each): key and labels.

        Raises:
            ValueError: one label stands for two different runs.
        """
        table = np.zeros(len(self), np.dtype([("key", KEY), ("point", "i8"), ("replicate", "i8"), ("scheme", "i4")]))
        table["key"] = np.frombuffer(bytes(self._keys), KEY)
        table["point"], table["replicate"], table["scheme"] = self._point, self._replicate, self._scheme
        table = table[np.lexsort((table["scheme"], table["replicate"], table["point"]))]
        same = np.ones(len(table), bool)
        for label in LABELS:
            same[1:] &= table[label][1:] == table[label][:-1]
        same[:1] = False
        twice = np.flatnonzero(same[1:] & (table["key"][1:] != table["key"][:-1]))
        if len(twice):
            row = table[twice[0]]
            name = self.names[row["scheme"]]
            raise ValueError(f"point {row['point']}, scheme {name}, replicate {row['replicate']} stands for two different runs")
        return table[~same]

    def write(self, path: Path) -> None:
        """Keep the labels beside the parts."""
        table = self.table()
        names = pa.array(np.array(self.names, object)[table["scheme"]] if len(table) else [], pa.string())
        keys = pa.FixedSizeBinaryArray.from_buffers(
            pa.binary(KEY_BYTES), len(table), [None, pa.py_buffer(np.ascontiguousarray(table["key"]).tobytes())]
        )
        numbers = [pa.array(np.ascontiguousarray(table[name])) for name in ("point", "replicate")]
        temporary = path.with_name(f"{TEMPORARY}asked")
        pq.write_table(pa.Table.from_arrays([keys, *numbers, names], ["key", "point", "replicate", "scheme"]), temporary)
        sync(temporary)
        os.replace(temporary, path)

    def read(self, path: Path) -> None:
        """Take up the labels of a finished study; without a file (an unfinished one), those of the parts will do."""
        try:
            table = pq.read_table(path)
        except (OSError, pa.ArrowException):
            return
        self._keys = bytearray(np.ascontiguousarray(keys_of(table["key"])).tobytes())
        self._point, self._replicate = array("q", table["point"].to_numpy()), array("q", table["replicate"].to_numpy())
        self._scheme = array("i", self.codes(table["scheme"]))


class _Reader:
    """Takes runs out of parts; holds the parts used last, within a bound."""

    def __init__(self, parts: Sequence[Part], tables: Sequence[str]) -> None:
        self._parts = parts
        self._tables = tables
        self._held: OrderedDict[int, Runs] = OrderedDict()

    def _part(self, number: int) -> Runs:
        if number not in self._held:
            while self._held and sum(runs.nbytes for runs in self._held.values()) > BYTES_HELD:
                self._held.popitem(last=False)
            self._held[number] = self._parts[number].read(self._tables)
        self._held.move_to_end(number)
        return self._held[number]

    def take(self, part: np.ndarray, row: np.ndarray) -> Runs:
        """Runs by part and row, in this order."""
        order = np.argsort(part, kind="stable")
        numbers, starts = np.unique(part[order], return_index=True)
        spans = np.split(row[order], starts[1:])
        joined = Runs.joined([self._part(int(number)).take(rows) for number, rows in zip(numbers, spans, strict=True)])
        back = np.empty(len(order), np.int64)
        back[order] = np.arange(len(order))
        return joined.take(back)


# --- opening ---------------------------------------------------------------------------------------------------------


def open_study(folder: str | Path, about: Mapping[str, Any], *, overwrite: bool = False) -> StudyStore:
    """Open a study to write: makes the folder where it is not there yet, and finds the runs that are.

    Args:
        folder: the folder of the study.
        about: what the study is, as plain data: ``verb`` and ``name`` at least. A ``setting`` (a dictionary of what must not
            change when a study grows, such as months and seed) is compared with that of the study in the folder.
        overwrite: forget the runs that are there; results beside them stay until new ones take their place.

    Raises:
        UserError: the folder is a file, cannot be written, holds another study or files that are not ours, or another process
            works in it.
    """
    folder = Path(folder)
    check_study_folder(folder, about, overwrite=overwrite)
    place = folder / PARTS
    with told_where(folder):
        made = make_folders(place)
        lock = _Lock(place / LOCK, folder)
    try:
        with told_where(folder):
            if overwrite:
                _forget(place)
            (place / ASKED).unlink(missing_ok=True)
        signed = {
            **about,
            "session": secrets.token_hex(8),
            "began": time.strftime("%Y-%m-%d %H:%M:%S"),
            "versions": {"cadresim": sim.__version__},
        }
        _write_whole(place / ABOUT, signed)
        return StudyStore(folder, signed, lock=lock, made=made)
    except BaseException:
        lock.release()
        raise


@contextmanager
def study_at(
    folder: str | Path | None,
    about: Mapping[str, Any],
    *,
    overwrite: bool = False,
    say: Callable[[str], None] = lambda text: None,
) -> Iterator[StudyStore]:
    """`open_study`, telling what was damaged; without a folder a study in a temporary one, which is forgotten in the end."""
    with ExitStack() as stack:
        place = folder if folder is not None else stack.enter_context(PassingFolder())
        store = stack.enter_context(open_study(place, about, overwrite=overwrite))
        for part in store.damaged:
            say(f"A part was damaged and is set aside; its runs are done again: {part.name}")
        yield store


def read_study(folder: str | Path) -> StudyStore:
    """Open a study to read.

    Raises:
        UserError: the folder holds no study of this program.
    """
    folder = Path(folder)
    about = read_json(folder / PARTS / ABOUT)
    if not is_signed(about):
        raise UserError.of("there is no study in this folder", found=str(folder), hint="`cadresim results` lists studies")
    return StudyStore(folder, about)


def check_study_folder(folder: Path, about: Mapping[str, Any], *, overwrite: bool = False) -> None:
    """Refuse a folder that cannot take this study, before anything is run.

    Raises:
        UserError: see `open_study`.
    """
    check_writable(folder)
    there = read_json(folder / PARTS / ABOUT)
    if is_signed(there):
        differ = [] if overwrite else _differences(there, about)
        if differ:
            raise UserError.of(
                "the folder holds another study",
                found=f"{folder}: {'; '.join(differ)}",
                expected="the same study, or one with more replicates, schemes or points",
                hint="choose another --out, or --overwrite to replace it",
            )
        return
    if any(name != LOCK and not name.startswith(TEMPORARY) for name in held_in(folder / PARTS)):
        raise UserError.of(
            "the folder holds files that cadresim did not write", found=str(folder / PARTS), hint="choose another --out"
        )
    if any(name != PARTS for name in held_in(folder)):
        check_folder(folder, overwrite=overwrite)


def kept_runs(folder: Path) -> int:
    """Runs on the disk, counted without opening the study."""
    total = 0
    for path in part_files(folder / PARTS):
        with suppress(ValueError, OSError):
            total += open_part(path).n_runs
    return total


def is_same_study(folder: Path, about: Mapping[str, Any]) -> bool:
    """Whether a folder holds this study, unfinished, or finished with no more in it than is asked for now."""
    there = read_json(folder / PARTS / ABOUT)
    if not is_signed(there) or _differences(there, about):
        return False
    finished = (folder / MANIFEST).exists()
    return not finished or _covers(about.get("asked") or {}, there.get("asked") or {})


def _covers(new: Mapping[str, Any], old: Mapping[str, Any]) -> bool:
    """Whether all that was asked for before is asked for again: lists and numbers may grow."""
    for what, before in old.items():
        now = new.get(what)
        if isinstance(before, list) and isinstance(now, list):
            if not set(before) <= set(now):
                return False
        elif isinstance(before, int) and isinstance(now, int):
            if now < before:
                return False
        elif now != before:
            return False
    return True


def study_folder(wanted: Path, about: Mapping[str, Any]) -> Path:
    """The folder in which this study lies or may lie: the first of NAME, NAME-2, NAME-3 that is its own or free."""
    candidate, number = wanted, 1
    while (held_in(candidate) or candidate.is_file()) and not is_same_study(candidate, about):
        number += 1
        candidate = wanted.with_name(f"{wanted.name}-{number}")
    return candidate


def _differences(there: Mapping[str, Any], about: Mapping[str, Any]) -> list[str]:
    """What differs between the study in a folder and the one asked for, in words."""
    differ = [f"{what} {there.get(what)} there, {about[what]} asked" for what in ("verb",) if there.get(what) != about.get(what)]
    old, new = there.get("setting") or {}, about.get("setting") or {}
    for what in new:
        if what in old and old[what] != new[what]:
            short = all(isinstance(value, int | bool) or len(str(value)) < 30 for value in (old[what], new[what]))
            differ.append(f"{what} {old[what]} there, {new[what]} asked" if short else f"another {what}")
    return differ


def _forget(place: Path) -> None:
    """Remove all runs of a study (the lock stays: it is ours)."""
    for path in place.iterdir():
        if path.name == DAMAGED:
            shutil.rmtree(path, ignore_errors=True)
        elif path.name != LOCK:
            path.unlink()


def _write_whole(path: Path, content: Any) -> None:
    temporary = path.with_name(f"{TEMPORARY}{path.name}")
    write_json(temporary, content)
    with told_where(path.parent):
        sync(temporary)
        os.replace(temporary, path)


class _Lock:
    """One writer a study. The system frees the lock when its process ends, however it ends."""

    def __init__(self, path: Path, folder: Path) -> None:
        self._stream = path.open("a+", encoding="utf-8")
        try:
            _lock_file(self._stream.fileno())
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.EACCES):
                return  # a disk without locks: parts have names of their own, so two writers do no harm but double work
            self._stream.seek(0)
            holder = self._stream.read().strip()
            self._stream.close()
            raise UserError.of(
                "another process works on this study",
                found=f"{folder}{f' ({holder})' if holder else ''}",
                hint="wait for it, stop it, or choose another --out",
            ) from error
        self._stream.seek(0)
        self._stream.truncate()
        self._stream.write(f"process {os.getpid()} on {platform.node()}")
        self._stream.flush()

    def release(self) -> None:
        self._stream.close()


def _lock_file(descriptor: int) -> None:
    if os.name == "nt":
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def versions() -> dict[str, str]:
    """Versions of this program, Python and the packages that results depend on."""
    found = {"cadresim": sim.__version__, "python": platform.python_version()}
    found["machine"] = f"{platform.system()} {platform.machine()}"
    for package in PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = "not installed"
    return found


__all__ = [
    "MANIFEST",
    "UNFINISHED",
    "StudyStore",
    "open_study",
    "read_study",
    "study_folder",
    "told_where",
    "versions",
    "write_json",
]
