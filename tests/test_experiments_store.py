"""The store: folders that are whole or not there, tables that do not depend on how runs came."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from experiments_fake import design, fake_core

from experiments.design.cases import Case, case_of, model_code, run_key
from experiments.runs.folder import MANIFEST, UNFINISHED, check_folder, is_ours, staged, told_where, write_json
from experiments.runs.parts import KEPT, Runs
from experiments.runs.runner import Task, run_block
from experiments.runs.runtables import RunTables
from sim.errors import UserError
from sim.outcomes import GROUP_OUTCOMES, OUTCOME_NAMES, SERIES


def batch(replicates: Iterable[int], asked: Case | None = None) -> Runs:
    """Runs of the fake core."""
    case = asked or case_of(design())
    tasks = [Task(case, r, tuple(bytes.fromhex(run_key(case, one, r)) for one in case.schemes)) for r in replicates]
    return run_block(fake_core, tasks, KEPT, model_code())[0]


OURS = {"versions": {"cadresim": "0.1.0"}}


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def fill(folder: Path, text: str = "new") -> None:
    (folder / "runs.parquet").write_text(text)
    write_json(folder / MANIFEST, OURS)


def test_a_folder_appears_whole(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "er"
    with staged(target) as staging:
        fill(staging)
        assert names(target) == [staging.name], "nothing under its own name before the end"
    assert names(target) == [MANIFEST, "runs.parquet"]
    assert is_ours(target)


@pytest.mark.parametrize("stop", [RuntimeError, KeyboardInterrupt])
def test_a_stop_leaves_nothing(tmp_path: Path, stop: type[BaseException]) -> None:
    with pytest.raises(stop), staged(tmp_path / "deep" / "er") as staging:
        fill(staging)
        raise stop
    assert names(tmp_path) == []


def test_a_stop_leaves_earlier_results_as_they_were(tmp_path: Path) -> None:
    fill(tmp_path, "old")
    with pytest.raises(KeyboardInterrupt), staged(tmp_path, overwrite=True) as staging:
        fill(staging)
        raise KeyboardInterrupt
    assert names(tmp_path) == [MANIFEST, "runs.parquet"]
    assert (tmp_path / "runs.parquet").read_text() == "old"


def test_a_crash_while_publishing_leaves_no_manifest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(tmp_path, "old")
    real, moved = os.replace, []

    def dies(source: object, target: object) -> None:
        if moved:
            raise KeyboardInterrupt
        moved.append(target)
        real(source, target)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "replace", dies)
    with pytest.raises(KeyboardInterrupt), staged(tmp_path, overwrite=True) as staging:
        (staging / "a.csv").write_text("new")
        fill(staging)
    assert MANIFEST not in names(tmp_path), "a mixture of old and new must not look whole"
    assert not is_ours(tmp_path)


def test_overwriting_replaces_earlier_results(tmp_path: Path) -> None:
    fill(tmp_path, "old")
    with staged(tmp_path, overwrite=True) as staging:
        fill(staging)
    assert (tmp_path / "runs.parquet").read_text() == "new"


def test_unfinished_work_without_a_manifest_is_our_fault(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="not finished"), staged(tmp_path / "out"):
        pass
    assert names(tmp_path) == []


def test_a_file_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="is a file"):
        check_folder(tmp_path / "file")
    with pytest.raises(UserError, match="lies under a file"):
        check_folder(tmp_path / "file" / "below")


def test_earlier_results_need_overwrite(tmp_path: Path) -> None:
    fill(tmp_path)
    with pytest.raises(UserError, match="not empty"):
        check_folder(tmp_path)
    check_folder(tmp_path, overwrite=True)


@pytest.mark.parametrize("manifest", [None, "{}", "[]", '{"versions": {"other": "1"}}', "\xff not json"])
def test_what_others_wrote_is_never_replaced(tmp_path: Path, manifest: str | None) -> None:
    (tmp_path / "thesis.docx").write_text("years of work")
    if manifest is not None:
        (tmp_path / MANIFEST).write_text(manifest)
    with pytest.raises(UserError, match="did not write"):
        check_folder(tmp_path, overwrite=True)


def test_leftovers_of_a_killed_run_are_not_in_the_way(tmp_path: Path) -> None:
    (tmp_path / f"{UNFINISHED}abc").mkdir()
    check_folder(tmp_path)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="the superuser may write anywhere")
def test_a_folder_without_the_right_to_write(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(UserError, match="cannot be written"):
        check_folder(tmp_path / "out")


def test_a_folder_that_the_system_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(UserError, match="cannot be written"):
        check_folder(tmp_path / "out")


def test_a_full_disk_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="No space left") as caught, told_where(tmp_path):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert str(tmp_path) in str(caught.value)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_while_tables_are_written(tmp_path: Path) -> None:
    (tmp_path / "runs.parquet").symlink_to("/dev/full")
    runs = batch([0])
    with pytest.raises(UserError, match="cannot write results"), RunTables(tmp_path, rows_per_group=1) as tables:
        for _ in range(3000):
            tables.append(runs)


def test_tables_hold_every_number_with_unit_and_meaning(tmp_path: Path) -> None:
    records = [record for replicate in range(3) for record in fake_core(design())(replicate)]
    with RunTables(tmp_path) as tables:
        for replicate in range(3):
            tables.append(batch([replicate]))
    runs = pq.read_table(tmp_path / "runs.parquet")
    assert runs.column_names == ["scheme", "replicate", "seed", *OUTCOME_NAMES]
    assert runs["goal_external"].null_count == 9, "missing, not NaN"
    for name in ("runs", "monthly", "groups"):
        numbers = [field for field in pq.read_schema(tmp_path / f"{name}.parquet") if field.type == "double"]
        assert numbers and all(field.metadata[b"unit"] and field.metadata[b"title"] for field in numbers), name
        assert b"MBI 0-6" in next(field for field in numbers if field.name == "exhaustion_mean").metadata[b"unit"]
    assert pq.read_schema(tmp_path / "monthly.parquet").field("exit_share").metadata[b"unit"] == b"share in the step"
    expected = {(record.scheme, record.replicate): record.outcomes for record in records}
    for row in runs.to_pylist():
        values = np.array([np.nan if row[name] is None else row[name] for name in OUTCOME_NAMES])
        assert np.array_equal(values, expected[row["scheme"], row["replicate"]], equal_nan=True)
    monthly = pq.read_table(tmp_path / "monthly.parquet").to_pandas()
    assert list(monthly.columns) == ["scheme", "replicate", "month", *SERIES]
    assert monthly["month"].tolist() == [1, 2, 3, 4, 5, 6] * 9
    groups = pq.read_table(tmp_path / "groups.parquet").to_pandas()
    assert list(groups.columns) == ["scheme", "replicate", "dimension", "group", *GROUP_OUTCOMES]
    assert len(groups) == 27


def test_months_count_calendar_months(tmp_path: Path) -> None:
    with RunTables(tmp_path, step_months=12) as tables:
        tables.append(batch([0]).take(np.array([0])))
    assert pq.read_table(tmp_path / "monthly.parquet")["month"].to_pylist() == [12, 24, 36, 48, 60, 72]


def test_memory_is_bounded_by_row_groups(tmp_path: Path) -> None:
    with RunTables(tmp_path, rows_per_group=10) as tables:
        for replicate in range(20):
            tables.append(batch([replicate]))
    runs = pq.ParquetFile(tmp_path / "runs.parquet")
    sizes = [runs.metadata.row_group(index).num_rows for index in range(runs.num_row_groups)]
    assert sum(sizes) == 60
    assert max(sizes) <= 12


def test_row_groups_do_not_depend_on_how_rows_came(tmp_path: Path) -> None:
    for name, sizes in (("one", (20,)), ("many", (1, 7, 2, 10))):
        (tmp_path / name).mkdir()
        with RunTables(tmp_path / name, rows_per_group=7) as tables:
            first = 0
            for size in sizes:
                tables.append(batch(range(first, first + size)))
                first += size
    for name in ("runs", "monthly", "groups"):
        assert (tmp_path / f"one/{name}.parquet").read_bytes() == (tmp_path / f"many/{name}.parquet").read_bytes()
