"""The tables of a comparison as Parquet files, written row group by row group: `runs`, `monthly`, `groups`."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from experiments.runs.folder import told_where
from experiments.runs.parts import Runs
from sim.desks import DESK_COLUMNS, MEASURES, turned
from sim.outcomes import GROUP_OUTCOMES, OUTCOMES, SERIES

#: Rows that are gathered before they are written as one row group (about 20 MB of the widest table).
ROWS_PER_GROUP = 65_536


def number_field(name: str, **about: str) -> pa.Field:
    """A column of numbers that may be missing; unit and meaning travel with it."""
    return pa.field(name, pa.float64(), metadata=about or None)


_OF_RUNS = {outcome.name: {"title": outcome.title, "unit": outcome.unit} for outcome in OUTCOMES}
#: What a month by itself tells in another unit than a run.
_OF_A_STEP = {"exit_share": {"title": "Exits", "unit": "share in the step"}}
#: What only groups are told of.
_OF_GROUPS = {
    "n_cadres": {"title": "Cadres", "unit": "cadres"},
    "bottom_share": {"title": "Graded bottom", "unit": "share of the graded"},
    "top_share": {"title": "Graded top", "unit": "share of the graded"},
    "contribution_mean": {"title": "Contribution", "unit": "monthly wages"},
    "score_mean": {"title": "Score", "unit": "points"},
    "pay_mean": {"title": "Pay beside the wage", "unit": "monthly wages"},
    "score_squares": {"title": "Scores about their mean, squared and summed", "unit": "points squared"},
}
_CHANGES = {turned(measure, "change"): {"title": "Changes, summed", "unit": measure.unit} for measure in MEASURES}
_OF_DESKS = {name: {"title": "Places", "unit": "places"} for name in DESK_COLUMNS} | _CHANGES

RUN_KEYS = [pa.field("scheme", pa.string(), nullable=False), pa.field("replicate", pa.int64(), nullable=False)]
RUNS_SCHEMA = pa.schema(
    [
        *RUN_KEYS,
        pa.field("seed", pa.int64(), nullable=False),
        *(number_field(outcome.name, title=outcome.title, unit=outcome.unit, meaning=outcome.meaning) for outcome in OUTCOMES),
    ]
)
MONTHLY_SCHEMA = pa.schema(
    [
        *RUN_KEYS,
        pa.field("month", pa.int64(), nullable=False),
        *(number_field(name, **(_OF_RUNS | _OF_A_STEP)[name]) for name in SERIES),
    ]
)
GROUPS_SCHEMA = pa.schema(
    [
        *RUN_KEYS,
        pa.field("dimension", pa.string(), nullable=False),
        pa.field("group", pa.string(), nullable=False),
        *(number_field(name, **(_OF_RUNS | _OF_GROUPS | _OF_DESKS)[name]) for name in GROUP_OUTCOMES),
    ]
)


class TableStream:
    """A Parquet file that grows by blocks of rows; row groups depend on the rows alone, never on how they came."""

    def __init__(self, path: Path, schema: pa.Schema, rows_per_group: int = ROWS_PER_GROUP) -> None:
        self.path = path
        self.schema = schema
        self.rows_per_group = rows_per_group
        self._blocks: list[tuple[list[np.ndarray], np.ndarray]] = []
        self._rows = 0
        self._writer = pq.ParquetWriter(path, schema, compression="zstd")

    def append(self, keys: Sequence[np.ndarray], numbers: np.ndarray) -> None:
        """Add rows: the key columns, then a matrix of numbers where NaN means missing."""
        self._blocks.append((list(keys), numbers))
        self._rows += len(numbers)
        while self._rows >= self.rows_per_group:
            self._write(self.rows_per_group)

    def _write(self, n: int) -> None:
        """Write the first rows of what is gathered as one row group."""
        keys = [np.concatenate(column) for column in zip(*(own for own, _ in self._blocks), strict=True)]
        numbers = np.concatenate([own for _, own in self._blocks])
        columns = [pa.array(column[:n], field.type) for column, field in zip(keys, self.schema, strict=False)]
        columns += [pa.array(np.ascontiguousarray(column), from_pandas=True) for column in numbers[:n].T]
        self._writer.write_table(pa.Table.from_arrays(columns, schema=self.schema), row_group_size=n)
        self._blocks = [([column[n:] for column in keys], numbers[n:])]
        self._rows -= n

    def close(self) -> None:
        """Write what is left and end the file."""
        if self._rows:
            self._write(self._rows)
        self._writer.close()

    def abandon(self) -> None:
        """End the file without what is left; whoever made its folder removes it."""
        with suppress(OSError, pa.ArrowException):
            self._writer.close()


class RunTables:
    """The three tables of a comparison, written as batches of runs come: runs, monthly, groups."""

    def __init__(self, folder: Path, *, step_months: int = 1, rows_per_group: int = ROWS_PER_GROUP) -> None:
        self.folder = folder
        self.step_months = step_months
        with told_where(folder):
            self._runs = TableStream(folder / "runs.parquet", RUNS_SCHEMA, rows_per_group)
            self._monthly = TableStream(folder / "monthly.parquet", MONTHLY_SCHEMA, rows_per_group)
            self._groups = TableStream(folder / "groups.parquet", GROUPS_SCHEMA, rows_per_group)

    def append(self, runs: Runs) -> None:
        """Add runs in the order in which they are to stand."""
        with told_where(self.folder):
            self._runs.append([runs.scheme, runs.replicate, runs.seed], runs.outcomes)
            first_row = np.cumsum(runs.n_steps) - runs.n_steps
            month = (np.arange(len(runs.monthly)) - np.repeat(first_row, runs.n_steps) + 1) * self.step_months
            self._monthly.append([*_repeated(runs, runs.n_steps), month], runs.monthly)
            dimension, group = (np.array([label[place] for label in runs.labels], object)[runs.label] for place in (0, 1))
            self._groups.append([*_repeated(runs, runs.n_groups), dimension, group], runs.groups)

    def __enter__(self) -> RunTables:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for stream in (self._runs, self._monthly, self._groups):
            if kind is None:
                with told_where(self.folder):
                    stream.close()
            else:
                stream.abandon()


def _repeated(runs: Runs, times: np.ndarray) -> list[np.ndarray]:
    """Scheme and replicate of every run, once for each of its rows."""
    return [np.repeat(runs.scheme, times), np.repeat(runs.replicate, times)]
