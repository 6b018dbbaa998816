"""method: how long outcomes take to settle, how many replicates they need, and how far ahead the model may be read."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from experiments.evidence.rows import load_row, row_ids
from experiments.runs.runner import check_workers
from experiments.statistics.method import (
    BATCH,
    drift,
    half_width_share,
    replicates_by_half_width,
    replicates_by_variation,
    settled_from,
    variation,
)
from sim.outcomes import HEADLINES, OUTCOME_NAMES, SERIES
from sim.run import Setting, simulate_schemes
from sim.schemes.load import load_behaviour, load_organisation, load_scheme, read_behaviour
from sim.schemes.locate import configuration_folder

LONG_RUN = 240  # months of the long runs
LAST_YEARS = 60  # their last months, taken for the long run
USUAL_WARMUP = 24
LONG_REPLICATES = 24
REPLICATES = 150

Tell = Callable[[str], None]


@dataclass(frozen=True)
class LongSeries:
    """One monthly series of one scheme over twenty years, mean over replicates."""

    scheme: str
    series: str
    settled: int  # months that MSER-5 cuts off
    at_usual: float  # mean of the year after the usual warm-up
    long_run: float  # mean of the last five years
    spread: float  # standard deviation of a year's mean between replicates
    drift: float  # change a year over the last five years


@dataclass(frozen=True)
class Needed:
    """Replicates that one outcome needs, of one scheme."""

    scheme: str
    outcome: str
    variation: float
    by_variation: int | None
    by_half_width: int | None
    half_width: float  # of the mean, with all replicates


@dataclass
class Method:
    """What was found."""

    organisation: str
    settling: list[LongSeries]
    needed: list[Needed]
    longest_row: tuple[str, int]
    seconds: float
    months: int = LONG_RUN  # of the long runs


def method(
    schemes: Sequence[str] = ("deduction_heavy", "municipal_closed_loop"),
    organisation: str = "county_bureau",
    *,
    replicates: int = REPLICATES,
    long_replicates: int = LONG_REPLICATES,
    months: int = LONG_RUN,
    workers: int | None = None,
    tell: Tell = lambda text: None,
) -> Method:
    """Run presets long, and often, under the default behaviour, and apply the rules of `experiments.statistics.method`."""
    begun = time.monotonic()
    bureau, behaviour = load_organisation(organisation), load_behaviour()
    chosen = [load_scheme(name) for name in schemes]
    settling, needed = [], []
    with ThreadPoolExecutor(check_workers(workers)) as pool:
        for scheme in chosen:  # each from its first day: the warm-up is what is looked at
            long = Setting(bureau, behaviour, scheme, months, 0, 1)
            records = list(pool.map(lambda r, s=scheme, at=long: simulate_schemes(at, [s], r)[0], range(long_replicates)))
            settling += settled_series(scheme.name, np.array([record.monthly for record in records]))
            tell(f"{scheme.name}: {months} months")
        usual = Setting(bureau, behaviour, chosen[0], 36, USUAL_WARMUP, 1)
        runs = list(pool.map(lambda r: simulate_schemes(usual, chosen, r), range(replicates)))
    for number, scheme in enumerate(chosen):
        needed += needed_replicates(scheme.name, np.array([records[number].outcomes for records in runs]))
    rows = {name: max(arm.phases[-1].months for arm in load_row(name).arms.values()) for name in row_ids()}
    longest = max(rows, key=lambda name: rows[name])
    return Method(organisation, settling, needed, (longest, rows[longest]), time.monotonic() - begun, months)


def method_file() -> Path:
    """Where the findings of the last kept run stand."""
    return configuration_folder() / "evidence" / "method.json"


def keep_method(found: Method) -> Path:
    """Keep what was found, without how long it took, with how many parameters are fitted, cited and assumed."""
    content = asdict(found)
    del content["seconds"]
    statuses = [beside.status for beside in read_behaviour().annotations.values()]
    content["parameters"] = {status: statuses.count(status) for status in ("fitted", "cited", "assumed")}
    path = method_file()
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    return path


def stored_method() -> dict[str, Any]:
    """What was kept; empty where nothing was."""
    path = method_file()
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def settled_words(settled: int, months: int = LONG_RUN) -> str:
    """Months after which a series has settled; MSER-5 never cuts off more than half of a run, so that half means *or more*."""
    return f"\u2265 {settled}" if settled >= months // 2 // BATCH * BATCH else str(settled)


def settled_series(scheme: str, monthly: np.ndarray) -> list[LongSeries]:
    """(replicates, months, series) -> how every headline series settles."""
    found = []
    for name in (
        *(series for series in HEADLINES if series in SERIES),
        "effort_mean",
        "exhaustion_mean",
        "autonomous_motivation_mean",
    ):
        values = monthly[:, :, SERIES.index(name)]
        mean = np.nanmean(values, axis=0)
        year = values[:, USUAL_WARMUP : USUAL_WARMUP + 12].mean(axis=1)
        last = mean[-LAST_YEARS:]
        found.append(
            LongSeries(
                scheme, name, settled_from(mean), float(year.mean()), float(last.mean()), float(year.std(ddof=1)), drift(last)
            )
        )
    return found


def needed_replicates(scheme: str, outcomes: np.ndarray) -> list[Needed]:
    """(replicates, outcomes) -> how many replicates every headline outcome needs."""
    found = []
    for name in HEADLINES:
        values = outcomes[:, OUTCOME_NAMES.index(name)]
        values = values[~np.isnan(values)]
        if len(values) >= 3:
            found.append(
                Needed(
                    scheme, name, variation(values), replicates_by_variation(values), replicates_by_half_width(values),
                    half_width_share(values),
                )
            )  # fmt: skip
    return found
