"""What lies in a folder of results: which studies, whole or unfinished, and one of them as a table."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.runs.folder import MANIFEST, is_signed, read_json
from experiments.runs.parts import open_part, part_files
from experiments.runs.store import ABOUT, LABELS, PARTS, StudyStore
from sim.errors import UserError
from sim.outcomes import HEADLINES, OUTCOME_NAMES

if TYPE_CHECKING:
    import pandas as pd

RESULTS = Path("results")
WHOLE, UNFINISHED, GROWING, TORN = "whole", "unfinished", "whole, growing", "files missing"


@dataclass(frozen=True)
class StudyInfo:
    """One study of a list. ``n_asked`` is what it is to have; ``n_runs`` what it has, ``n_failed`` of which failed."""

    folder: Path
    verb: str
    n_runs: int
    n_asked: int
    n_failed: int
    state: str
    nbytes: int
    when: str


def list_studies(folder: Path = RESULTS) -> list[StudyInfo]:
    """The studies in a folder (and the folder itself, if it is one), by name.

    Raises:
        UserError: there is no such folder.
    """
    if not folder.is_dir():
        raise UserError.of("there is no such folder", found=str(folder), hint="name a folder of results: cadresim results DIR")
    candidates = [folder, *sorted(path for path in folder.iterdir() if path.is_dir())]
    return [info for info in map(look_at, candidates) if info is not None]


def look_at(folder: Path) -> StudyInfo | None:
    """What can be told of a study without reading its runs; None where the folder holds none."""
    about, manifest = read_json(folder / PARTS / ABOUT), read_json(folder / MANIFEST)
    if not is_signed(about) and not is_signed(manifest):
        return None
    about, manifest = (content if is_signed(content) else {} for content in (about, manifest))
    state = TORN if _misses_files(folder, manifest) else _state(about, manifest)
    n_runs, n_failed = (
        (int(manifest.get("n_runs") or 0), int(manifest.get("n_failed") or 0)) if state == WHOLE else _counted(folder)
    )
    files = [path for path in folder.rglob("*") if path.is_file()]
    newest = max((path.stat().st_mtime for path in files), default=folder.stat().st_mtime)
    return StudyInfo(
        folder=folder,
        verb=str((about or manifest).get("verb", "compare")),
        n_runs=n_runs,
        n_asked=int((about or manifest).get("n_runs") or n_runs),
        n_failed=n_failed,
        state=state,
        nbytes=sum(path.stat().st_size for path in files),
        when=time.strftime("%Y-%m-%d %H:%M", time.localtime(newest)),
    )


def _state(about: dict[str, Any], manifest: dict[str, Any]) -> str:
    if not manifest:
        return UNFINISHED
    return WHOLE if not about or about.get("session") == manifest.get("session") else GROWING


def _misses_files(folder: Path, manifest: dict[str, Any]) -> bool:
    """Whether a table or part that the manifest names is no longer there."""
    named = [folder / name for name in manifest.get("tables_sha256") or ()]
    named += [folder / PARTS / name for name in manifest.get("parts") or ()]
    return not all(path.is_file() for path in named)


def _counted(folder: Path) -> tuple[int, int]:
    """Runs in the parts, and the failed ones among them."""
    n_runs = n_failed = 0
    for path in part_files(folder / PARTS):
        try:
            column = open_part(path).columns(["failed"])["failed"]
        except (OSError, ValueError):
            continue  # damaged: its runs do not count
        n_runs += len(column)
        n_failed += len(column) - column.null_count
    return n_runs, n_failed


def find_study(name: str) -> Path:
    """The folder of a study by its path, or by its name under `results`.

    Raises:
        UserError: neither holds a study.
    """
    for folder in (Path(name), RESULTS / name):
        if folder.is_dir() and look_at(folder) is not None:
            return folder
    raise UserError.of("there is no such study", found=name, hint="`cadresim results` lists what is there")


def study_table(store: StudyStore, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """The runs of a study: labels, then the columns asked for, of outcomes or of the table of points.

    Without ``columns``: what varies between points, the headline outcomes that any run has, and why a run failed. Studies that
    follow people month by month (`experiments.runs.courses`) have no outcomes of whole runs.

    Raises:
        UserError: an unknown column.
    """
    import pandas as pd

    points = store.points
    own = [str(name) for name in points.columns if name not in (*LABELS, *OUTCOME_NAMES)]
    wanted = list(columns) if columns else [*own, *HEADLINES, "failed"]
    _check_columns(wanted, own)
    table = store.runs([name for name in wanted if name not in own])
    of_points = points[[name for name in dict.fromkeys(wanted) if name in own]].reindex(table["point"]).set_axis(table.index)
    table = pd.concat([table, of_points], axis=1)
    if not columns:
        wanted = [name for name in wanted if name not in HEADLINES or table[name].notna().any()]
    return table[list(dict.fromkeys([*LABELS, *wanted]))]


def _check_columns(wanted: Sequence[str], own: Sequence[str]) -> None:
    from difflib import get_close_matches

    there = [*LABELS, *own, "seed", *OUTCOME_NAMES, "failed"]
    unknown = [name for name in wanted if name not in there]
    if unknown:
        near = get_close_matches(unknown[0], there, 1)
        hint = f"did you mean {near[0]}?" if near else "columns are outcomes, seed, failed and those of the points"
        raise UserError.of("there is no such column", found=", ".join(unknown), hint=hint)
