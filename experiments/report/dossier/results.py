"""Folders of results, opened to be told: what each study is, its tables as they are stored, and the same made anew from runs.

A study whose table was changed after it was written, or that another version wrote, is refused with what to do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.design.study import Design, design_of
from experiments.runs.folder import MANIFEST, damaged_table, is_signed, read_json
from experiments.statistics.intervals import Summary
from experiments.statistics.winners import read_winners
from experiments.verbs.compare import TABLES as RUN_TABLES
from sim.errors import UserError
from sim.outcomes import OUTCOME_NAMES

if TYPE_CHECKING:
    import pandas as pd

#: Tables of each verb that a report reads, in the order of the report.
TABLES: dict[str, tuple[str, ...]] = {
    "compare": ("summary",),
    "sensitivity": ("indices", "outcomes"),
    "robustness": ("summary", "good_enough", "shares_won", "information", "boxes", "spread"),
    "sweep": ("moves",),
    "transition": ("costs",),
    "pilot": ("designs",),
    "optimise": ("front", "winners_curse"),
    "adversary": ("losses", "drivers"),
}

#: Columns whose empty cells are a text, not a missing number.
TEXTS = ("what", "measure", "before", "after", "group", "dimension", "levels", "parameter", "other", "choices", "path", "scheme")


@dataclass(frozen=True)
class Results:
    """One study of a report: its manifest, its tables and where they lie."""

    folder: Path
    verb: str
    manifest: Mapping[str, Any]
    _read: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def design(self) -> Design:
        """What was run."""
        return design_of(self.manifest["study"])

    @property
    def titles(self) -> dict[str, str]:
        """Name for people of every scheme."""
        return self.design.titles

    @property
    def others(self) -> list[str]:
        """Names of the schemes beside the baseline, in the order of the study."""
        return [name for name in self.design.scheme_names if name != self.design.baseline]

    @property
    def unit_key(self) -> str:
        """Key of the word for steps of time: months, or rounds of a sitting."""
        return f"report.unit.{self.design.organisation.time_unit}"

    def has(self, table: str) -> bool:
        """Whether the folder holds a table."""
        return (self.folder / f"{table}.csv").is_file()

    def table(self, name: str) -> pd.DataFrame:
        """A table as it is stored.

        Raises:
            UserError: it is not there or cannot be read.
        """
        if name not in self._read:
            made = MADE.get((self.verb, name))
            self._read[name] = made(self) if made else read_csv(self.folder / f"{name}.csv")
        return self._read[name]

    @cached_property
    def again(self) -> Tables:
        """The same tables made anew from what lies under them."""
        return MADE_ANEW.get(self.verb, _as_stored)(self)


#: A table by its name.
Tables = Callable[[str], "pd.DataFrame"]


def read_csv(path: Path) -> pd.DataFrame:
    """A table of a folder of results.

    Raises:
        UserError: it is not there, or is no table.
    """
    import pandas as pd

    try:
        table = pd.read_csv(path, keep_default_na=False, na_values=[""])
    except (OSError, ValueError) as error:
        raise UserError.of(
            "a table of the results cannot be read", found=str(path), hint="run the study again into the same folder"
        ) from error
    texts = [name for name in TEXTS if name in table.columns]
    empty = {name: object for name in texts if table[name].isna().all()}  # a column without a word is read as one of numbers
    return table.astype(empty).fillna(dict.fromkeys(texts, ""))


def _counts(results: Results) -> pd.DataFrame:
    from experiments.verbs.compare import counts_of

    manifest = results.manifest
    n_runs, n_failed = int(manifest.get("n_runs") or 0), int(manifest.get("n_failed") or 0)
    return counts_of(results.table("summary"), results.design, n_runs=n_runs, n_failed=n_failed)


def _trajectories(results: Results) -> pd.DataFrame:
    from experiments.verbs.compare import read_comparison

    return read_comparison(results.folder).trajectories


def _winners(results: Results) -> pd.DataFrame:
    return read_winners(results.folder / "winners.csv", results.others)


#: Tables that are made of others, or read in a way of their own, when they are asked for.
MADE: dict[tuple[str, str], Callable[[Results], Any]] = {
    ("compare", "counts"): _counts,
    ("compare", "trajectories"): _trajectories,
    ("compare", "winners"): _winners,
}


def _compare_again(results: Results) -> Tables:
    from experiments.verbs.compare import read_comparison

    comparison = read_comparison(results.folder)
    made: dict[str, Callable[[], Any]] = {
        "summary": lambda: comparison.summary,
        "winners": lambda: comparison.winners,
        "trajectories": lambda: comparison.trajectories,
        "counts": lambda: comparison.counts,
    }
    return lambda name: made[name]()


def _sensitivity_again(results: Results) -> Tables:
    import pandas as pd

    return lambda name: pd.read_parquet(results.folder / f"{name}.parquet")


def _robustness_again(results: Results) -> Tables:
    from experiments.verbs.robustness import reread_robustness

    study = reread_robustness(results.folder)
    own = ("summary", "good_enough", "shares_won")
    return lambda name: getattr(study, name) if name in own else results.table(name)


def _as_stored(results: Results) -> Tables:
    return results.table


MADE_ANEW: dict[str, Callable[[Results], Tables]] = {
    "compare": _compare_again,
    "sensitivity": _sensitivity_again,
    "robustness": _robustness_again,
}


def open_results(folders: Sequence[str | Path]) -> list[Results]:
    """The studies in the folders, comparisons first, else in the order given.

    Raises:
        UserError: with everything that is wrong in any of them.
    """
    if not folders:
        raise UserError.of(
            "there is nothing to report", hint="name one or more folders of results; `cadresim results` lists them"
        )
    findings, found = [], []
    for folder in dict.fromkeys(Path(one) for one in folders):
        try:
            found.append(_open(folder))
        except UserError as error:
            findings += list(error.findings)
    if findings:
        raise UserError(findings)
    _check_one_bureau(found)
    order = list(TABLES)
    return sorted(found, key=lambda one: order.index(one.verb))


def _check_one_bureau(found: Sequence[Results]) -> None:
    """A page speaks of one bureau: studies of several would stand under the name of one of them."""
    first = found[0]
    for other in found[1:]:
        if other.design.organisation != first.design.organisation:
            names = [one.design.organisation.title or one.design.organisation.name for one in (first, other)]
            raise UserError.of(
                "the studies are of different bureaus", file=str(other.folder), found=f"{names[1]} beside {names[0]}",
                expected="studies of one bureau", hint="make one report for each",
            )  # fmt: skip


def _open(folder: Path) -> Results:
    manifest = read_json(folder / MANIFEST) if _is_folder(folder) else None
    if manifest is None or not is_signed(manifest):
        whole = "results that are whole: a folder with manifest.json"
        raise UserError.of(
            "there are no results in this folder", found=str(folder), expected=whole, hint="`cadresim results` lists them"
        )
    verb = str(manifest.get("verb"))
    if verb not in TABLES:
        raise UserError.of(
            "nothing can be reported of this kind of study", found=verb[:60], expected=f"one of {', '.join(TABLES)}"
        )
    if not isinstance(manifest.get("study"), dict):
        raise UserError.of(
            "the manifest does not say what was studied",
            found=str(folder / MANIFEST),
            hint="results of another version: run it again",
        )
    results = Results(folder, verb, manifest)
    lacking = [name for name in TABLES[verb] if not results.has(name)]
    if lacking:
        raise UserError.of(
            "the results lack a table", found=f"{folder}: no {', '.join(f'{name}.csv' for name in lacking)}",
            hint="run the study again into the same folder",
        )  # fmt: skip
    assert results.design
    _check_columns(results)
    return results


#: Columns without which a table says nothing.
NEEDED: dict[str, tuple[str, ...]] = {
    "compare/summary": ("scheme", "outcome", *(each.name for each in fields(Summary))),
    "sensitivity/indices": ("method", "target", "outcome", "kind", "parameter", "value", "low", "high"),
    "robustness/summary": ("outcome", "scheme", "mean", "mean_low", "mean_high", "rank", "best", "regret_mean", "bad_end"),
    "robustness/good_enough": ("scheme", "limit", "share", "low", "high"),
    "robustness/shares_won": ("better", "than", "share", "low", "high"),
    "robustness/information": ("assumption", "value", "low", "high", "worth_knowing"),
    "robustness/boxes": ("better", "than", "holds", "box", "n_worlds", "coverage", "density", "path", "low", "high", "levels"),
    "robustness/spread": ("path", "low", "high", "choices"),
    "sweep/moves": ("path", "scheme", "outcome", "at_low", "at_high", "move", "low", "high"),
    "transition/costs": (
        "outcome",
        "course",
        "better",
        "gain",
        "gain_low",
        "gain_high",
        "loss",
        "loss_low",
        "loss_high",
        "recovered",
        "recovered_low",
        "recovered_high",
    ),
    "pilot/designs": ("design", "clusters", "length", "power", "power_low", "power_high", "bias", "bias_low", "bias_high"),
    "optimise/front": ("scheme", "outcome", "difference", "low", "high", "keeps_limits", "undominated"),
    "optimise/winners_curse": ("outcome", "too_hopeful", "low", "high"),
    "adversary/losses": ("scheme", "as_it_is", "at_worst", "loss", "loss_low", "loss_high"),
    "adversary/drivers": ("scheme", "parameter", "as_it_is", "at_worst", "made_good", "low", "high"),
}


def _check_columns(results: Results) -> None:
    """Refuse tables that lack columns or rows, and runs that cannot be opened.

    Raises:
        UserError: naming the file.
    """
    for name in (*TABLES[results.verb], *(name for name in ("winners",) if results.has(name))):
        needed = NEEDED.get(f"{results.verb}/{name}", ())
        table = results.table(name)
        lacking = [column for column in needed if column not in table.columns]
        if lacking:
            raise damaged_table(results.folder / f"{name}.csv", f"no column {', '.join(lacking)}")
    if results.verb == "compare":
        rows = len(results.table("summary"))
        if rows != len(results.design.schemes) * len(OUTCOME_NAMES):
            raise damaged_table(results.folder / "summary.csv", f"{rows} rows")
        for name in RUN_TABLES:
            _check_runs(results.folder / name)


def _check_runs(path: Path) -> None:
    import pyarrow.parquet as parquet

    try:
        columns = set(parquet.read_schema(path).names)
    except FileNotFoundError as error:
        raise UserError.of(
            "the results lack a table", file=str(path), found="no such file", hint="run the study again into the same folder"
        ) from error
    except (OSError, ValueError) as error:
        raise damaged_table(path, " ".join(str(error).split())[:120]) from error
    if not {"scheme", "replicate"} <= columns:
        raise damaged_table(path, "no column scheme, replicate")


def _is_folder(folder: Path) -> bool:
    try:
        return folder.is_dir()
    except (OSError, ValueError):  # a name that no file can have
        return False
