"""compare: the same tables whatever the workers and the order, and a summary that can be checked by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from experiments_fake import design, fake_core

from experiments.api.comparing import compare_design
from experiments.runs.store import MANIFEST
from experiments.verbs.compare import HEADLINE_SERIES, TABLES, run_comparison
from sim.errors import UserError
from sim.outcomes import OUTCOME_NAMES

FILES = {
    *TABLES, "summary.csv", "winners.csv", MANIFEST,
    *(f"{name}.{kind}" for name in ("tradeoff", "trajectories", "differences", "winners") for kind in ("svg", "png")),
}  # fmt: skip


def tables(folder: Path, **settings: Any) -> dict[str, bytes]:
    folder.mkdir()
    asked = settings.pop("design", design())
    run_comparison(asked, folder=folder, core=fake_core, **settings)
    return {name: (folder / name).read_bytes() for name in TABLES}


def test_tables_are_the_same_to_the_byte(tmp_path: Path) -> None:
    first = tables(tmp_path / "one", workers=1)
    assert tables(tmp_path / "two", workers=2) == first
    assert tables(tmp_path / "many", workers=7) == first
    reverse = design().with_schemes(design().schemes[::-1])
    assert tables(tmp_path / "reversed", design=reverse, workers=2) == first
    assert tables(tmp_path / "seed", design=design(seed=0)) != first


def test_summary_by_hand() -> None:
    comparison = compare_design(design(), core=fake_core)
    runs, summary = comparison.runs, comparison.summary
    assert len(runs) == 24
    assert len(summary) == 3 * len(OUTCOME_NAMES)
    wide = runs.pivot(index="replicate", columns="scheme", values="burnout_share")
    row = summary.set_index(["scheme", "outcome"]).loc[("reform", "burnout_share")]
    assert row["mean"] == pytest.approx(wide["reform"].mean())
    assert row["difference"] == pytest.approx((wide["reform"] - wide["status_quo"]).mean())
    assert row["low"] < row["difference"] < row["high"]
    assert (row["n"], row["missing"]) == (8, 0)


def test_missing_values_are_counted() -> None:
    rows = compare_design(design(), core=fake_core).summary.set_index(["scheme", "outcome"])
    assert rows.loc[("reform", "rank_distortion"), ["n", "missing"]].tolist() == [7, 1]
    absent = rows.loc[("reform", "goal_external")]
    assert (absent["n"], absent["missing"]) == (0, 8)
    assert np.isnan([absent["mean"], absent["difference"], absent["low"]]).all()


def test_the_baseline_differs_from_itself_by_zero() -> None:
    summary = compare_design(design(baseline="reform"), core=fake_core).summary
    own = summary[(summary["scheme"] == "reform") & (summary["n"] > 0)]
    assert (own[["difference", "low", "high"]] == 0).all(axis=None)


def test_save_writes_everything_that_was_promised(tmp_path: Path) -> None:
    comparison = compare_design(design(), core=fake_core, workers=2)
    comparison.save(tmp_path / "out")
    assert {path.name for path in (tmp_path / "out").iterdir()} == FILES
    for name in TABLES:
        assert pd.read_parquet(tmp_path / "out" / name).equals(pd.read_parquet(comparison.folder / name))
    table = pd.read_csv(tmp_path / "out" / "summary.csv")
    assert list(table.columns) == [
        "scheme", "outcome", "mean", "difference", "low", "high", "simultaneous_low", "simultaneous_high", "probability_best",
        "n", "missing",
    ]  # fmt: skip
    pd.testing.assert_frame_equal(table, comparison.summary, check_dtype=False)
    with pytest.raises(UserError, match="not empty"):
        comparison.save(tmp_path / "out")
    comparison.save(tmp_path / "out", overwrite=True)


def test_manifest_tells_what_made_the_tables(tmp_path: Path) -> None:
    asked = design()
    comparison = compare_design(asked, core=fake_core)
    comparison.save(tmp_path / "out")
    manifest = json.loads((tmp_path / "out" / MANIFEST).read_text(encoding="utf-8"))
    assert manifest["content_hash"] == asked.content_hash()
    assert manifest["study"] == json.loads(json.dumps(asked.resolved()))
    assert [scheme["name"] for scheme in manifest["study"]["schemes"]] == ["status_quo", "reform", "ranking"]
    assert manifest["study"]["organisation"]["name"] == "small_bureau"
    assert manifest["seeds"] == {"seed": 1, "replicates": [0, 7]}
    assert {"cadresim", "python", "numpy", "numba"} <= set(manifest["versions"])
    assert manifest["wall_time_seconds"] >= 0
    assert manifest["n_runs"] == 24
    assert set(manifest["tables_sha256"]) == set(TABLES)


def test_trajectories_hold_means_and_bands() -> None:
    comparison = compare_design(design(), core=fake_core)
    table = comparison.trajectories
    assert len(table) == 3 * 6 * len(HEADLINE_SERIES)
    assert (table["low"] <= table["mean"]).all()
    assert (table["mean"] <= table["high"]).all()
    rows = comparison.monthly.query("scheme == 'reform' and month == 4")
    row = table.query("scheme == 'reform' and month == 4 and series == 'effort_mean'").iloc[0]
    assert row["mean"] == pytest.approx(rows["effort_mean"].mean())
    assert row["low"] == pytest.approx(rows["effort_mean"].quantile(0.05))


def test_progress_tells_how_many_runs_are_done_and_lacking() -> None:
    told: list[tuple[int, int]] = []
    run_comparison(design(), core=fake_core, workers=3, progress=lambda done, total: told.append((done, total)))
    assert (told[0], told[-1]) == ((0, 24), (24, 24))
    assert told == sorted(told)


def test_one_replicate_is_no_comparison() -> None:
    with pytest.raises(UserError, match="replicates"):
        run_comparison(replace(design(), replicates=1), core=fake_core)


def test_equal_budget_is_kept_in_the_manifest(tmp_path: Path) -> None:
    comparison = compare_design(design(), core=fake_core, equal_budget=True)
    comparison.save(tmp_path / "out")
    manifest = json.loads((tmp_path / "out" / MANIFEST).read_text(encoding="utf-8"))
    factors = {scaling["scheme"]: scaling["factor"] for scaling in manifest["equal_budget"]["scalings"]}
    assert factors["status_quo"] == 1.0
    assert factors["reform"] != 1.0
    dumped = {scheme["name"]: scheme for scheme in manifest["study"]["schemes"]}
    assert dumped["reform"]["application"]["explicit"]["bonus_per_point"] == pytest.approx(0.1 * factors["reform"])


def test_interrupted_run_leaves_no_tables(tmp_path: Path) -> None:
    from experiments.runs.folder import staged

    def stop(done: int, total: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), staged(tmp_path / "out") as staging:
        run_comparison(design(), folder=staging, core=fake_core, progress=stop)
    assert list(tmp_path.iterdir()) == []


def test_parquet_files_read_back_by_column(tmp_path: Path) -> None:
    tables(tmp_path / "one")
    assert pq.read_table(tmp_path / "one" / "runs.parquet", columns=["scheme", "seed"]).num_rows == 24
