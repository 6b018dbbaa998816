"""compare: schemes side by side under the same luck, each as a paired difference to the baseline.

Runs go to Parquet tables as they come; every answer is read from these tables. A `Comparison` is therefore as good
from a folder written last year as from a run just ended.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, fields
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.budget import Budget
from experiments.cases import case_of, digest_of, model_code
from experiments.design import Design, check_number, code_hash
from experiments.parts import KEPT
from experiments.runner import Core, Ran, check_workers, compiled_core, run_cases
from experiments.runtables import RunTables
from experiments.stats import summarise
from experiments.store import MANIFEST, StudyStore, open_study, told_where, versions, write_json
from sim.outcomes import HEADLINES, OUTCOME_NAMES, OUTCOMES, SERIES

if TYPE_CHECKING:
    import pandas as pd

FEWEST_REPLICATES = 2
TABLES = ("runs.parquet", "monthly.parquet", "groups.parquet")

#: Series whose course is shown: the headlines that exist every month, then load and motivation.
HEADLINE_SERIES = (*(name for name in HEADLINES if name in SERIES), "effort_mean")

#: Failed runs that the manifest names one by one.
MOST_REASONS = 20

#: The band of a trajectory holds this share of the replicates.
BAND = 0.9

#: Told at the start and after every block of runs: how many of those that were lacking are done.
Progress = Callable[[int, int], None]


class NoRunLeft(Exception):
    """Every run failed: the documents were sound, so the model is at fault."""


@dataclass
class Comparison:
    """Finished runs of a design and what they say; tables are read when they are first asked for."""

    design: Design
    folder: Path
    wall_time: float = 0.0
    workers: int = 1
    command: str = ""
    budget: Budget | None = None
    ran: Ran = field(default_factory=lambda: Ran(0, 0, 0))
    failed: list[dict[str, Any]] = field(default_factory=list)
    session: str = ""
    _holder: tempfile.TemporaryDirectory[str] | None = field(default=None, repr=False)

    @cached_property
    def runs(self) -> pd.DataFrame:
        """One row a run: `scheme`, `replicate`, `seed` and every outcome (NaN = missing)."""
        return read_table(self.folder / "runs.parquet")

    @cached_property
    def monthly(self) -> pd.DataFrame:
        """One row a run and month: `scheme`, `replicate`, `month` (1 = first after the warm-up) and the series."""
        return read_table(self.folder / "monthly.parquet")

    @cached_property
    def groups(self) -> pd.DataFrame:
        """One row a run and group: `scheme`, `replicate`, `dimension`, `group` and the outcomes of groups."""
        return read_table(self.folder / "groups.parquet")

    @cached_property
    def summary(self) -> pd.DataFrame:
        """One row a scheme and outcome: `mean`, paired `difference` to the baseline with its 95 % interval (`low`, `high`).

        `simultaneous_low` and `_high` hold the differences of all schemes on that outcome at once; `probability_best` is the
        share of resampled studies in which the scheme is the best; `n` counts pairs with a value, `missing` runs without.
        """
        import pandas as pd

        names = self.design.scheme_names
        values, runs = values_of(self.runs, names)
        better = np.array([outcome.better for outcome in OUTCOMES])
        found = summarise(values, names.index(self.design.baseline), better, runs=runs)
        table = pd.DataFrame({"scheme": np.repeat(names, len(OUTCOMES)), "outcome": np.tile(OUTCOME_NAMES, len(names))})
        return table.assign(**{column.name: getattr(found, column.name).ravel() for column in fields(found)})

    @cached_property
    def trajectories(self) -> pd.DataFrame:
        """One row a scheme, month and headline series: mean over replicates and the band that holds 90 % of them."""
        import pandas as pd

        by_month = self.monthly.groupby(["scheme", "month"], sort=False)[list(HEADLINE_SERIES)]
        tails = (1 - BAND) / 2
        parts = {"mean": by_month.mean(), "low": by_month.quantile(tails), "high": by_month.quantile(1 - tails)}
        long = pd.concat({name: part.stack() for name, part in parts.items()}, axis=1)
        long.index = long.index.set_names(["scheme", "month", "series"])
        return long.reset_index()

    def manifest(self) -> dict[str, Any]:
        """What made these tables: versions, the whole resolved study, seeds, content hash, wall time."""
        return {
            "format": 1,
            "verb": "compare",
            "command": self.command,
            "versions": versions(),
            "content_hash": self.design.content_hash(),
            "code_hash": code_hash(),
            "model_code": model_code(),
            "session": self.session,
            "study": self.design.resolved(),
            "equal_budget": self.budget.plain() if self.budget else None,
            "seeds": {"seed": self.design.seed, "replicates": [0, self.design.replicates - 1]},
            "n_runs": self.design.n_runs,
            "n_failed": len(self.failed),
            "failed": self.failed[:MOST_REASONS],
            "workers": self.workers,
            "wall_time_seconds": round(self.wall_time, 3),
            "tables_sha256": {name: file_hash(self.folder / name) for name in TABLES},
        }

    def write_tables(self, folder: Path) -> None:
        """Put the tables, the summary and the manifest into a folder (one that the store has staged)."""
        with told_where(folder):
            for name in TABLES:
                if folder != self.folder:
                    shutil.copyfile(self.folder / name, folder / name)
            self.summary.to_csv(folder / "summary.csv", index=False, lineterminator="\n")
        write_json(folder / MANIFEST, self.manifest())


def about(design: Design, *, equal_budget: bool = False, command: str = "") -> dict[str, Any]:
    """What the store is told of a comparison: what must stay the same while it grows, and what is asked for now."""
    return {
        "verb": "compare",
        "name": design.name,
        "title": design.title,
        "command": command,
        "setting": {
            "months": design.months,
            "warmup_months": design.warmup_months,
            "seed": design.seed,
            "baseline": design.baseline,
            "equal_budget": equal_budget,
            "organisation": digest_of(design.organisation).hex(),
            "behaviour": digest_of(design.behaviour).hex(),
        },
        "asked": {"schemes": sorted(design.scheme_names), "replicates": design.replicates},
        "n_runs": design.n_runs,
    }


def run_comparison(
    design: Design,
    *,
    folder: Path | None = None,
    workers: int | None = None,
    executor: Executor | None = None,
    core: Core = compiled_core,
    progress: Progress = lambda done, total: None,
    budget: Budget | None = None,
    command: str = "",
) -> Comparison:
    """Run every scheme in every replicate and write the tables into a folder (by default a temporary one).

    Raises:
        UserError: fewer than two replicates, bad number of workers, a folder that cannot be written.
    """
    check_number("replicates", design.replicates, low=FEWEST_REPLICATES, high=10_000_000)
    workers = check_workers(workers)
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="cadresim-") as kept, open_study(kept, about(design)) as store:
        ran = run_design(store, design, workers=workers, executor=executor, core=core, progress=progress)
        comparison = tabulated(store, design, folder)
    comparison.ran, comparison.wall_time = ran, time.perf_counter() - began
    comparison.workers, comparison.budget, comparison.command = workers, budget, command
    return comparison


def run_design(
    store: StudyStore,
    design: Design,
    *,
    workers: int | None = None,
    executor: Executor | None = None,
    core: Core = compiled_core,
    progress: Progress = lambda done, total: None,
) -> Ran:
    """Run what the store lacks of a design."""
    replicates = range(design.replicates)
    return run_cases(
        store, [case_of(design)], replicates, workers=workers, executor=executor, core=core, progress=progress, keep=KEPT
    )


def tabulated(store: StudyStore, design: Design, folder: Path | None = None) -> Comparison:
    """Write the tables of the runs in a store, by replicate and scheme, and return the comparison that reads them.

    Raises:
        UserError: the folder cannot be written.
        NoRunLeft: not one run went well.
    """
    holder = tempfile.TemporaryDirectory(prefix="cadresim-") if folder is None else None
    place = Path(holder.name) if holder else folder
    assert place is not None
    failed: list[dict[str, Any]] = []
    n_good = 0
    with RunTables(place, step_months=design.organisation.step_months) as tables:
        for batch in store.batches():
            tables.append(batch)
            bad = [row for row, reason in enumerate(batch.failed) if reason is not None]
            failed += [
                {"scheme": batch.scheme[row], "replicate": int(batch.replicate[row]), "reason": batch.failed[row]} for row in bad
            ]
            n_good += len(batch) - len(bad)
    if failed and not n_good:
        raise NoRunLeft(f"all {len(failed)} runs failed; the first: {failed[0]['reason']}")
    return Comparison(design, place, failed=failed, session=store.about.get("session", ""), _holder=holder)


def values_of(runs: pd.DataFrame, names: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Outcomes as (schemes, replicates, outcomes), NaN where missing or not run, and the number of runs of each scheme."""
    replicates = np.unique(runs["replicate"])
    values = np.full((len(names), len(replicates), len(OUTCOME_NAMES)), np.nan)
    counts = np.zeros(len(names), int)
    for index, name in enumerate(names):
        own = runs[runs["scheme"] == name]
        values[index, np.searchsorted(replicates, own["replicate"])] = own[list(OUTCOME_NAMES)].to_numpy(float)
        counts[index] = len(own)
    return values, counts


def read_table(path: Path) -> pd.DataFrame:
    """A Parquet file as a table. pandas is loaded here and not above: it must not delay the first progress."""
    import pandas as pd

    return pd.read_parquet(path)


def file_hash(path: Path) -> str:
    """SHA-256 of a file (hexadecimal), read in blocks."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
