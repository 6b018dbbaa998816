"""compare: schemes side by side under the same luck, each as a paired difference to the baseline.

Runs go to Parquet tables as they come; every answer is read from these tables. A `Comparison` is therefore as good
from a folder written last year as from a run just ended.
"""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.design.cases import about_study, case_of, model_code
from experiments.design.study import Design, code_hash, design_of
from experiments.runs.budget import Budget
from experiments.runs.folder import PassingFolder, read_json
from experiments.runs.parts import DESKS, KEPT
from experiments.runs.runner import Core, Ran, check_workers, compiled_core, run_cases
from experiments.runs.runtables import RunTables
from experiments.runs.store import MANIFEST, StudyStore, open_study, told_where, versions, write_json
from experiments.statistics.intervals import (
    CONFIDENCE,
    error_of,
    is_identical,
    is_settled,
    normal_quantile,
    pooled_shares,
    summarise,
)
from experiments.statistics.settling import Settling
from experiments.statistics.winners import winners_of
from sim.bounds import MOST_REPLICATES, check_number
from sim.outcomes import HEADLINES, OUTCOME_NAMES, OUTCOMES, OWN_GROUP_OUTCOMES, SERIES

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


#: Told what each look at a growing study found.
Say = Callable[[str], None]


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
    settling: Settling | None = None
    n_runs: int = 0
    _holder: PassingFolder | None = field(default=None, repr=False)

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
        return read_table(self.folder / "groups.parquet", ["scheme", "replicate", "dimension", "group", *OWN_GROUP_OUTCOMES])

    @cached_property
    def summary(self) -> pd.DataFrame:
        """One row a scheme and outcome: `mean`, paired `difference` to the baseline with its 95 % interval (`low`, `high`).

        Those hold one difference each; `simultaneous_low` and `_high` hold the differences of all schemes on that outcome at
        once, and both pay for an end that was chosen on the way (`Settling.multiplier`); `probability_best` is how
        likely the scheme's true mean is the best of all; `n` counts pairs with a value, `missing` runs without.
        Luck is pooled over replicates (`experiments.statistics.intervals.pooled_shares`); every other mean is the mean over runs.
        """
        import pandas as pd

        names = self.design.scheme_names
        values, runs = values_of(self.runs, names)
        luck = OUTCOME_NAMES.index("luck_share")
        values[:, :, luck] = pooled_shares(values[:, :, luck], self._score_squares())
        better = np.array([outcome.better for outcome in OUTCOMES])
        multiplier = self.settling.multiplier if self.settling else normal_quantile
        found = summarise(values, names.index(self.design.baseline), better, runs=runs, multiplier=multiplier)
        table = pd.DataFrame({"scheme": np.repeat(names, len(OUTCOMES)), "outcome": np.tile(OUTCOME_NAMES, len(names))})
        return table.assign(**{column.name: getattr(found, column.name).ravel() for column in fields(found)})

    def _score_squares(self) -> np.ndarray:
        """(schemes, replicates): what the share of luck is a share of, in every run."""
        columns = ["scheme", "replicate", "dimension", "score_squares"]
        table = read_table(self.folder / "groups.parquet", columns)
        table = table[table["dimension"] == "sequence"]  # every place is in one
        wide = table.pivot_table(index="scheme", columns="replicate", values="score_squares", aggfunc="sum")
        wide = wide.reindex(index=list(self.design.scheme_names), columns=np.unique(self.runs["replicate"]))
        return wide.to_numpy(float)

    @cached_property
    def winners(self) -> pd.DataFrame:
        """Every desk under each scheme against itself under the baseline, by group.

        See `experiments.statistics.winners.winners_of`.
        """
        others = [name for name in self.design.scheme_names if name != self.design.baseline]
        error = error_of(self.settling.multiplier()) if self.settling else 1 - CONFIDENCE
        table = winners_of(self.folder / "groups.parquet", others, 1 - error)
        return table[table["scheme"] != self.design.baseline].reset_index(drop=True)

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

    @property
    def counts(self) -> pd.DataFrame:
        """One row: runs and replicates there are, and of the headline differences how many are settled (`counts_of`)."""
        return counts_of(self.summary, self.design, n_runs=len(self.runs), n_failed=int(_all_missing(self.runs).sum()))

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
            "n_runs": self.n_runs,
            "settling": self.settling.plain() if self.settling else None,
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
            if self.design.winners:
                self.winners.to_csv(folder / "winners.csv", index=False, float_format="%.6g", lineterminator="\n")
        write_json(folder / MANIFEST, self.manifest())


def counts_of(summary: pd.DataFrame, design: Design, *, n_runs: int, n_failed: int) -> pd.DataFrame:
    """One row: `runs`, `failed`, `replicates`, `schemes`, headline `differences` with a value and those of them `settled`.

    Settled: the interval for all schemes at once leaves out 0. Differences that are 0 in every run are not counted.
    """
    import pandas as pd

    rows = summary[summary["outcome"].isin(design.headline) & (summary["scheme"] != design.baseline)]
    rows = rows[rows["difference"].notna()]
    ends = list(zip(rows["simultaneous_low"], rows["simultaneous_high"], strict=True))
    differing = [(low, high) for low, high in ends if not is_identical(low, high)]
    content = {
        "runs": n_runs,
        "failed": n_failed,
        "replicates": int(summary["n"].max()),
        "schemes": summary["scheme"].nunique(),
        "differences": len(differing),
        "settled": sum(is_settled(low, high) for low, high in differing),
    }
    return pd.DataFrame([content])


def _all_missing(runs: pd.DataFrame) -> pd.Series:
    return runs[list(OUTCOME_NAMES)].isna().all(axis=1)


def read_comparison(folder: Path) -> Comparison:
    """A comparison out of its folder: everything it says is computed anew from the tables of runs.

    Raises:
        UserError: the manifest does not tell a study that can be read.
    """
    manifest = read_json(folder / MANIFEST) or {}
    design = design_of(manifest.get("study") or {})
    grown = manifest.get("settling")
    settling = None
    if grown and design.wanted:
        settling = Settling(design.wanted, design.scheme_names, design.baseline, first=int(grown["looks"][0]))
        values = values_of(read_table(folder / "runs.parquet"), design.scheme_names)[0]
        while (look := settling.next_look) is not None and look <= int(grown["replicates"]):
            settling.judge(values, look)
    return Comparison(
        design, folder, command=str(manifest.get("command", "")), settling=settling, n_runs=int(manifest.get("n_runs") or 0)
    )


def about(design: Design, *, equal_budget: bool = False, command: str = "") -> dict[str, Any]:
    """What the store is told of a comparison: what must stay the same while it grows, and what is asked for now."""
    return about_study(
        design,
        "compare",
        command,
        setting={"equal_budget": equal_budget},
        asked={
            "schemes": sorted(design.scheme_names),
            "replicates": design.wanted.most if design.wanted else design.replicates,
        },
        n_runs=design.n_runs,
    )


def run_comparison(
    design: Design,
    *,
    folder: Path | None = None,
    workers: int | None = None,
    executor: Executor | None = None,
    core: Core = compiled_core,
    progress: Progress = lambda done, total: None,
    say: Say = lambda text: None,
    budget: Budget | None = None,
    command: str = "",
) -> Comparison:
    """Run every scheme in every replicate and write the tables into a folder (by default a temporary one).

    Raises:
        UserError: fewer than two replicates, bad number of workers, a folder that cannot be written.
    """
    check_number("replicates", design.replicates, low=FEWEST_REPLICATES, high=MOST_REPLICATES)
    workers = check_workers(workers)
    began = time.perf_counter()
    with PassingFolder() as kept, open_study(kept, about(design)) as store:
        done = run_design(store, design, workers=workers, executor=executor, core=core, progress=progress, say=say)
        comparison = tabulated(store, done, folder)
    comparison.wall_time = time.perf_counter() - began
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
    say: Say = lambda text: None,
) -> Done:
    """Run what the store lacks of a design: its replicates, or as many as it takes to reach what is wanted.

    Raises:
        NoRunLeft: not one run went well, so that there is nothing to judge.
    """

    def run(schemes: Sequence[str], replicates: int) -> Ran:
        chosen = replace(case_of(design), schemes=tuple(one for one in design.schemes if one.name in schemes))
        settings: dict[str, Any] = {"workers": workers, "executor": executor, "core": core, "progress": progress}
        return run_cases(store, [chosen], range(replicates), keep=kept_of(design), **settings)

    if design.wanted is None:
        return Done(design, run(design.scheme_names, design.replicates))
    settling = Settling(design.wanted, design.scheme_names, design.baseline, first=design.replicates)
    n_new, n_reused, n_failed = 0, 0, 0
    asked: dict[str, int] = dict.fromkeys(design.scheme_names, 0)
    while (look := settling.next_look) is not None:
        ran = run(settling.alive, look)
        n_new, n_failed = n_new + ran.n_new, n_failed + ran.n_failed
        n_reused += ran.n_reused - sum(asked[name] for name in settling.alive)  # what earlier looks ran is nothing reused
        asked |= dict.fromkeys(settling.alive, look)
        runs = store.runs(OUTCOME_NAMES)
        if runs[list(OUTCOME_NAMES)].isna().all(axis=None):
            raise NoRunLeft(f"all {len(runs)} runs failed")
        settling.judge(values_of(runs, design.scheme_names)[0], look)
        say(settling.sentence())
    return Done(replace(design, replicates=settling.replicates), Ran(n_new, n_reused, n_failed), settling, asked)


def kept_of(design: Design) -> tuple[str, ...]:
    """Which tables of its runs a comparison needs."""
    return (*KEPT, DESKS) if design.winners else KEPT


@dataclass(frozen=True)
class Done:
    """A design with the replicates it took, what was run for it, and how it stands where something was wanted of it."""

    design: Design
    ran: Ran
    settling: Settling | None = None
    runs_of: dict[str, int] = field(default_factory=dict)


def tabulated(store: StudyStore, done: Done, folder: Path | None = None) -> Comparison:
    """Write the tables of the runs in a store, by replicate and scheme, and return the comparison that reads them.

    Raises:
        UserError: the folder cannot be written.
        NoRunLeft: not one run went well.
    """
    holder = PassingFolder() if folder is None else None
    place = Path(holder.name) if holder else folder
    assert place is not None
    failed: list[dict[str, Any]] = []
    n_good = 0
    with RunTables(place, step_months=done.design.organisation.step_months) as tables:
        for batch in store.batches(kept_of(done.design)):
            tables.append(batch)
            bad = [row for row, reason in enumerate(batch.failed) if reason is not None]
            failed += [
                {"scheme": batch.scheme[row], "replicate": int(batch.replicate[row]), "reason": batch.failed[row]} for row in bad
            ]
            n_good += len(batch) - len(bad)
    if failed and not n_good:
        raise NoRunLeft(f"all {len(failed)} runs failed; the first: {failed[0]['reason']}")
    return Comparison(
        done.design,
        place,
        ran=done.ran,
        settling=done.settling,
        n_runs=sum(done.runs_of.values()) or done.design.n_runs,
        failed=failed,
        session=store.about.get("session", ""),
        _holder=holder,
    )


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


def read_table(path: Path, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """A Parquet file, or some columns, as a table. pandas is loaded here and not above: it must not delay the first progress."""
    import pandas as pd

    return pd.read_parquet(path, columns=columns)


def file_hash(path: Path) -> str:
    """SHA-256 of a file (hexadecimal), read in blocks."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
