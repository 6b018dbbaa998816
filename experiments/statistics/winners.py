"""Who gains and who loses what: the same desks under the baseline and under a scheme, summed over replicates.

Reads the counts that every run keeps by group (`sim.desks`), a block of replicates at a time: memory does not grow with runs.
Shares are of the places that the same person holds in both worlds (of those graded in both, for grades raised or
lowered); intervals are t intervals over replicates.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from experiments.runs.folder import damaged_table
from experiments.statistics.intervals import CONFIDENCE, student_quantile
from sim.desks import DESK_COLUMNS, GRADE, MEASURES, OTHER, SAME, Measure, moved, turned

if TYPE_CHECKING:
    import pandas as pd

EVERYBODY = ("everybody", "everybody")
KEYS = ["scheme", "dimension", "group"]
COLUMNS = [*KEYS, "measure", "what", "before", "after", "value", "low", "high", "replicates"]

#: Rows of the table of groups that are read at once.
BLOCK = 50_000


def winners_of(groups: Path, schemes: Sequence[str], confidence: float = CONFIDENCE) -> pd.DataFrame:
    """One row a scheme, group and statement, from a `groups.parquet`; empty where no run has compared desks.

    ``what`` is `raised`, `lowered` (shares of places that changed by at least the measure's step), `change` (mean difference,
    in the measure's unit), `moved` (share of places that lie in band ``before`` under the baseline and ``after`` under the
    scheme), or `other person` (share of places whose occupant differs, of which nothing else is said). `moved` rows that never
    occur are left out. ``value`` is the mean over replicates with its interval.
    """
    return _summed(_blocks(groups), schemes, confidence)


def winners_in(table: pd.DataFrame, schemes: Sequence[str], confidence: float = CONFIDENCE) -> pd.DataFrame:
    """The same from a table of groups in memory: columns scheme, replicate, dimension, group and counts of desks."""
    return _summed(_with_everybody(table), schemes, confidence)


def read_winners(path: Path, schemes: Sequence[str]) -> pd.DataFrame:
    """The table of winners of a folder of results, as it was written; empty cells of words are ''.

    Raises:
        UserError: it is cut off, lacks a column or one of the schemes, or is no table.
    """
    import pandas as pd

    try:
        table = pd.read_csv(path, keep_default_na=False, na_values={name: [""] for name in ("value", "low", "high")})
    except (OSError, ValueError) as error:
        raise damaged_table(path, " ".join(str(error).split())[:120]) from error
    damage = _damage(path, table, schemes)
    if damage:
        raise damaged_table(path, damage)
    return table


def _damage(path: Path, table: pd.DataFrame, schemes: Sequence[str]) -> str:
    """What is wrong with a table of winners, in words; '' where it is whole."""
    no_columns = [name for name in COLUMNS if name not in table.columns]
    if no_columns:
        return f"no column {', '.join(no_columns)}"
    no_rows = [name for name in schemes if name not in set(table["scheme"])]
    if no_rows:
        return f"nothing about {', '.join(no_rows)}"
    if not path.read_bytes().endswith(b"\n"):
        return "a row that is cut off"
    if ((table["low"] > table["value"]) | (table["value"] > table["high"])).any():
        return "a value outside its own interval"
    return ""


def _summed(blocks: Iterable[pd.DataFrame], schemes: Sequence[str], confidence: float) -> pd.DataFrame:
    import pandas as pd

    statements = _statements()
    totals: pd.DataFrame | None = None
    for rows in blocks:
        values = _values(rows, statements)
        block = pd.concat(
            {
                "n": values.notna().groupby([rows[key] for key in KEYS], sort=False).sum(),
                "sum": values.groupby([rows[key] for key in KEYS], sort=False).sum(),
                "squares": (values**2).groupby([rows[key] for key in KEYS], sort=False).sum(),
            },
            axis=1,
        )
        totals = block if totals is None else totals.add(block, fill_value=0.0)
    if totals is None:
        return pd.DataFrame(columns=COLUMNS)
    return _long(totals, statements, schemes, confidence)


def _blocks(groups: Path) -> Iterator[pd.DataFrame]:
    """The table of groups with counts of desks, whole replicates at a time, and a row for everybody in each."""
    import pandas as pd
    import pyarrow.parquet as pq

    carried: pd.DataFrame | None = None
    with pq.ParquetFile(groups) as file:
        if not set(DESK_COLUMNS) <= set(file.schema_arrow.names):
            return
        for batch in file.iter_batches(BLOCK, columns=["scheme", "replicate", "dimension", "group", *DESK_COLUMNS]):
            table = batch.to_pandas()
            table = table if carried is None else pd.concat([carried, table], ignore_index=True)
            last = table["replicate"] == table["replicate"].iloc[-1]
            carried = table[last]
            if not last.all():
                yield from _with_everybody(table[~last])
    if carried is not None:
        yield from _with_everybody(carried)


def _with_everybody(table: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """The rows that have counts, and their sums over sequences: every place is in one sequence."""
    import pandas as pd

    known = table[table[SAME].notna()]
    if known.empty:
        return
    inside = known[known["dimension"] == "sequence"]
    everybody = inside.groupby(["replicate", "scheme"], sort=False)[list(DESK_COLUMNS)].sum().reset_index()
    everybody["dimension"], everybody["group"] = EVERYBODY
    yield pd.concat([everybody, known], ignore_index=True)


def _statements() -> list[tuple[str, str, str, str, str]]:
    """(measure, what, before, after, column of the counts) of everything that is told."""
    told = [("", "other person", "", "", OTHER)]
    for measure in MEASURES:
        told += [(measure.name, way, "", "", turned(measure, way)) for way in ("raised", "lowered", "change")]
        for i, before in enumerate(measure.bands):
            told += [(measure.name, "moved", before, after, moved(measure, i, j)) for j, after in enumerate(measure.bands)]
    return told


def _values(rows: pd.DataFrame, statements: Sequence[tuple[str, ...]]) -> pd.DataFrame:
    """Counts as shares of the places they are counted among; NaN where there is none."""
    places = rows[SAME].where(rows[SAME] > 0)
    graded_columns = [moved(GRADE, i, j) for i in range(1, len(GRADE.bands)) for j in range(1, len(GRADE.bands))]
    graded = rows[graded_columns].sum(axis=1)
    graded = graded.where(graded > 0)
    everyone = rows[SAME] + rows[OTHER]
    values = rows[[statement[-1] for statement in statements]].astype(float)
    for column in values:
        is_grade_turn = any(column == turned(GRADE, way) for way in ("raised", "lowered", "change"))
        among = everyone.where(everyone > 0) if column == OTHER else graded if is_grade_turn else places
        values[column] = values[column] / among
    return values


def _long(totals: pd.DataFrame, statements: Sequence[tuple[str, ...]], schemes: Sequence[str], confidence: float) -> pd.DataFrame:
    import pandas as pd

    columns = [statement[-1] for statement in statements]
    n, total, squares = (totals[part][columns].to_numpy() for part in ("n", "sum", "squares"))
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(n > 0, total / n, np.nan)
        variance = np.maximum(squares - n * mean**2, 0.0) / (n - 1)
        half = student_quantile(n, confidence) * np.sqrt(np.where(n > 1, variance, np.nan) / n)
    about = pd.DataFrame([statement[:4] for statement in statements], columns=["measure", "what", "before", "after"])
    keys = totals.index.to_frame(index=False)
    many = len(about)
    table = pd.DataFrame(
        {
            **{key: np.repeat(keys[key].to_numpy(), many) for key in KEYS},
            **{name: np.tile(about[name].to_numpy(), len(keys)) for name in about},
            "value": mean.ravel(),
            "low": (mean - half).ravel(),
            "high": (mean + half).ravel(),
            "replicates": n.ravel().astype(int),
        }
    )
    shares = table["what"] != "change"
    table.loc[shares, "low"] = table.loc[shares, "low"].clip(lower=0.0)
    table.loc[shares, "high"] = table.loc[shares, "high"].clip(upper=1.0)
    table = table[(table["what"] != "moved") | (table["value"] > 0)]
    order = {name: place for place, name in enumerate(schemes)}
    dimensions = {name: place for place, name in enumerate(dict.fromkeys([EVERYBODY[0], *keys["dimension"]]))}
    ranks = [table["scheme"].map(order), table["dimension"].map(dimensions)]
    places = np.lexsort((np.arange(len(table)), *(rank.to_numpy() for rank in ranks[::-1])))
    return table.iloc[places][COLUMNS].reset_index(drop=True)


def transition_table(
    winners: pd.DataFrame, scheme: str, measure: Measure, dimension: str = EVERYBODY[0], group: str = EVERYBODY[1]
) -> pd.DataFrame:
    """Shares of places as a table: rows are bands under the baseline, columns bands under the scheme; they sum to 1."""
    rows = winners[
        (winners["scheme"] == scheme)
        & (winners["measure"] == measure.name)
        & (winners["what"] == "moved")
        & (winners["dimension"] == dimension)
        & (winners["group"] == group)
    ]
    wide = rows.pivot(index="before", columns="after", values="value")
    return wide.reindex(index=list(measure.bands), columns=list(measure.bands)).fillna(0.0)
