"""The store of a study: found by content, ordered, checked, growing; and run_cases, which fills it."""

from __future__ import annotations

import errno
import gc
import itertools
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from experiments_fake import design, fake_core, organisation, scheme

from experiments.design.cases import Case, case_digest, case_of, digest_of, key_of, run_key
from experiments.runs import parts as parts_module
from experiments.runs import store as store_module
from experiments.runs.folder import read_json
from experiments.runs.listing import find_study, list_studies, study_table
from experiments.runs.parts import DESKS, KEPT, part_files
from experiments.runs.runner import TRIES, Ran, run_cases
from experiments.runs.store import LOCK, PARTS, open_study, read_study, study_folder
from sim.desks import DESK_COLUMNS
from sim.errors import UserError
from sim.outcomes import GROUP_OUTCOMES, OUTCOME_NAMES
from sim.schemes.behaviour import Behaviour

ABOUT = {"verb": "sweep", "name": "fake"}
ROOT = Path(__file__).resolve().parents[1]


def cases(n: int = 5) -> list[Case]:
    """Points of a small study; the seed is what differs."""
    return [replace(case_of(design(months=3)), point=point, seed=10 + point) for point in range(n)]


def fill(folder: Path, points: Any = None, replicates: Any = range(4), **settings: Any) -> Ran:
    with open_study(folder, ABOUT) as store:
        settings = {"core": fake_core, "workers": 2, **settings}
        return run_cases(store, cases() if points is None else points, replicates, **settings)


def never(case: Case) -> Callable[[int], Any]:
    raise AssertionError("nothing was to be run")


def table(folder: Path) -> pd.DataFrame:
    with read_study(folder) as store:
        return store.runs()


# --- keys ------------------------------------------------------------------------------------------------------------


def test_a_key_depends_on_what_a_run_depends_on() -> None:
    case = cases(1)[0]
    one = case.schemes[1]
    keys = {
        run_key(case, one, 0),
        run_key(case, one, 1),
        run_key(case, case.schemes[2], 0),
        run_key(replace(case, seed=0), one, 0),
        run_key(replace(case, months=4), one, 0),
        run_key(replace(case, warmup_months=0), one, 0),
        run_key(replace(case, baseline=case.schemes[1]), one, 0),
        run_key(replace(case, behaviour=Behaviour(crowding=0.123)), one, 0),
        run_key(replace(case, organisation=organisation().model_copy(update={"levels_above": 2})), one, 0),
    }
    assert len(keys) == 9
    assert all(len(key) == 32 and int(key, 16) >= 0 for key in keys)


def test_labels_and_order_change_no_key() -> None:
    case = cases(1)[0]
    one = case.schemes[1]
    key = run_key(case, one, 3)
    assert run_key(replace(case, point=77, schemes=case.schemes[::-1]), one, 3) == key
    named = one.model_copy(update={"name": "other", "title": "Other", "summary": "the same"})
    assert run_key(case, named, 3) == key
    assert run_key(replace(case, organisation=organisation().model_copy(update={"title": "Elsewhere"})), one, 3) == key
    assert run_key(replace(case, organisation=organisation()), one, 3) == key, "equal documents have equal digests"
    assert key_of(case_digest(case), one, 3).hex() == key


def test_keys_of_many_points_are_cheap() -> None:
    """Well below a millisecond a point, with another behaviour in each."""
    case = cases(1)[0]
    behaviours = [Behaviour(crowding=0.001 * number) for number in range(500)]
    began = time.process_time()
    for behaviour in behaviours:
        run_key(replace(case, behaviour=behaviour), case.schemes[0], 0)
    assert (time.process_time() - began) / 500 < 0.0007


def test_a_digest_never_comes_from_a_document_that_is_gone() -> None:
    """Documents are remembered by identity: another one at the same address must not get its digest."""
    seen = {digest_of(Behaviour(crowding=0.0001 * number)) for number in range(3000)}
    assert len(seen) == 3000


# --- tables ----------------------------------------------------------------------------------------------------------


def test_runs_are_ordered_and_right(tmp_path: Path) -> None:
    assert fill(tmp_path) == Ran(60, 0, 0)
    found = table(tmp_path)
    assert list(found.columns) == ["point", "scheme", "replicate", "seed", *OUTCOME_NAMES, "failed"]
    assert found.equals(found.sort_values(["point", "scheme", "replicate"], ignore_index=True))
    for case in cases():
        for replicate in range(4):
            for record in fake_core(case)(replicate):  # type: ignore[arg-type]
                rows = found[(found.point == case.point) & (found.scheme == record.scheme) & (found.replicate == replicate)]
                assert np.array_equal(rows[list(OUTCOME_NAMES)].to_numpy()[0], record.outcomes, equal_nan=True)
                assert rows["seed"].tolist() == [case.seed]


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_order_and_number_of_workers_change_nothing(tmp_path: Path, workers: int) -> None:
    fill(tmp_path / "calm", workers=1, keep=KEPT)

    def unsteady(case: Case) -> Callable[[int], Any]:
        def simulate(replicate: int) -> Any:
            time.sleep(0.003 * ((case.point + replicate) % 3))
            return fake_core(case)(replicate)  # type: ignore[arg-type]

        return simulate

    fill(tmp_path / "wild", points=cases()[::-1], replicates=[3, 1, 0, 2], workers=workers, core=unsteady, keep=KEPT)
    assert table(tmp_path / "wild").equals(table(tmp_path / "calm"))
    with read_study(tmp_path / "wild") as wild, read_study(tmp_path / "calm") as calm:
        for one, other in zip(wild.batches(), calm.batches(), strict=True):
            for name in ("point", "replicate", "outcomes", "monthly", "groups", "n_steps", "n_groups"):
                assert np.array_equal(getattr(one, name), getattr(other, name), equal_nan=True)
            assert [one.labels[k] for k in one.label] == [other.labels[k] for k in other.label]
            assert one.scheme.tolist() == other.scheme.tolist()


def test_columns_that_are_asked_for(tmp_path: Path) -> None:
    fill(tmp_path)
    with read_study(tmp_path) as store:
        assert list(store.runs(["surplus", "burnout_share"]).columns) == [
            "point",
            "scheme",
            "replicate",
            "surplus",
            "burnout_share",
        ]
        assert list(store.runs([]).columns) == ["point", "scheme", "replicate"]


def test_the_collector_of_garbage_is_left_as_it_was(tmp_path: Path) -> None:
    spared: list[int] = []

    def watching(*asked: Any) -> Any:
        spared.append(gc.get_freeze_count())
        return fake_core(*asked)

    fill(tmp_path, cases(1), core=watching, workers=1)
    assert min(spared) > 1000 and gc.get_freeze_count() == 0 and gc.isenabled()


def test_an_empty_study_is_an_empty_table(tmp_path: Path) -> None:
    with open_study(tmp_path / "new", ABOUT) as store:
        assert len(store.runs()) == 0
        assert run_cases(store, [], range(3), core=never) == Ran(0, 0, 0)
        assert list(store.batches()) == []
    assert not (tmp_path / "new").exists(), "a study without runs leaves nothing"


def test_points_are_kept(tmp_path: Path) -> None:
    points = pd.DataFrame({"crowding": [0.1, 0.2]})
    with open_study(tmp_path, ABOUT) as store:
        assert store.points.empty
        store.write_points(points)
        fill_one = run_cases(store, cases(2), range(2), core=fake_core)
        assert fill_one.n_new == 12
    with read_study(tmp_path) as store:
        assert store.points.equals(points)
        assert study_table(store, ["crowding"])["crowding"].tolist() == [0.1] * 6 + [0.2] * 6
        with pytest.raises(UserError, match="did you mean crowding"):
            study_table(store, ["crowdin"])


# --- what is there is not run again ----------------------------------------------------------------------------------


def test_nothing_is_run_twice(tmp_path: Path) -> None:
    fill(tmp_path)
    assert fill(tmp_path, core=never) == Ran(0, 60, 0)


def test_a_study_grows_by_what_it_lacks(tmp_path: Path) -> None:
    fill(tmp_path, points=cases(3), replicates=range(2))
    begun: list[tuple[str, ...]] = []

    def noting(case: Case) -> Callable[[int], Any]:
        begun.append(tuple(one.name for one in case.schemes))
        return fake_core(case)  # type: ignore[arg-type]

    more = [replace(case, schemes=(*case.schemes, scheme("fourth", bonus_per_point=0.2))) for case in cases(4)]
    assert fill(tmp_path, points=more, replicates=range(3), core=noting) == Ran(4 * 4 * 3 - 18, 18, 0)
    assert ("fourth",) in begun, "where only the fourth scheme is lacking, only it is run"
    fill(tmp_path / "at-once", points=more, replicates=range(3))
    assert table(tmp_path).equals(table(tmp_path / "at-once"))


def test_a_study_that_shrinks_shows_what_is_asked(tmp_path: Path) -> None:
    fill(tmp_path)
    with open_study(tmp_path, ABOUT) as store:
        assert run_cases(store, cases(2), range(2), core=never) == Ran(0, 12, 0)
        assert len(store.runs()) == 12
        assert store.n_runs == 60
        store.finish()
    assert len(table(tmp_path)) == 12


def test_runs_are_found_under_new_labels(tmp_path: Path) -> None:
    """Points in another order and schemes with other names: the same runs, told by the new labels."""
    fill(tmp_path)
    renamed = [
        replace(
            case, point=4 - case.point, schemes=tuple(one.model_copy(update={"name": f"new_{one.name}"}) for one in case.schemes)
        )
        for case in cases()
    ]
    with open_study(tmp_path, ABOUT) as store:
        assert run_cases(store, renamed, range(4), core=never).n_new == 0
        found = store.runs()
        store.finish()
    assert set(found["scheme"]) == {"new_status_quo", "new_reform", "new_ranking"}
    assert found.groupby("point")["seed"].first().tolist() == [14, 13, 12, 11, 10]
    assert table(tmp_path).equals(found)


def test_the_same_run_at_two_points_is_done_once(tmp_path: Path) -> None:
    twins = [replace(cases(1)[0], point=point) for point in range(3)]
    same = tuple(one.model_copy(update={"name": name}) for name in ("a", "b") for one in twins[0].schemes[:1])
    twins = [replace(twin, schemes=same) for twin in twins]
    assert fill(tmp_path, points=twins) == Ran(4, 20, 0)
    with open_study(tmp_path, ABOUT) as store:
        run_cases(store, twins, range(4), core=never)
        found = store.runs(["surplus"])
        store.compact()
        assert store.runs(["surplus"]).equals(found)
    assert len(found) == 24
    assert found.groupby("replicate")["surplus"].nunique().tolist() == [1] * 4


def test_one_label_for_two_runs_is_refused(tmp_path: Path) -> None:
    with open_study(tmp_path, ABOUT) as store:
        run_cases(store, [cases()[0], replace(cases()[1], point=0)], range(1), core=fake_core)
        with pytest.raises(ValueError, match="stands for two different runs"):
            store.runs()


def test_tables_that_were_not_kept_are_made(tmp_path: Path) -> None:
    fill(tmp_path)
    assert fill(tmp_path, keep=KEPT) == Ran(60, 0, 0), "months were not kept, so the runs are done again"
    assert fill(tmp_path, keep=("runs", "monthly"), core=never).n_new == 0
    with open_study(tmp_path, ABOUT) as store:
        run_cases(store, cases(), range(4), core=never, keep=KEPT)
        assert sum(len(batch.monthly) for batch in store.batches()) == 60 * 3
        assert len(store.runs()) == 60
        store.finish()
        assert sum(len(batch.groups) for batch in store.batches()) == 60 * 3


def test_another_version_of_the_model_shares_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(tmp_path)
    for module in ("experiments.design.cases", "experiments.runs.runner", "experiments.runs.store"):
        monkeypatch.setattr(f"{module}.model_code", lambda: "another")
    assert fill(tmp_path) == Ran(60, 0, 0)


def test_replicates_by_point_and_cases_from_a_generator(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    ran = fill(
        tmp_path,
        points=(case for case in cases()),
        replicates=lambda point: range(point),
        progress=lambda *told_: told.append(told_),
    )
    assert ran.n_new == 3 * (0 + 1 + 2 + 3 + 4)
    assert told[-1] == (30, 30)
    assert table(tmp_path).groupby("point")["replicate"].max().to_dict() == {1: 0, 2: 1, 3: 2, 4: 3}


def test_progress_counts_what_was_lacking(tmp_path: Path) -> None:
    fill(tmp_path, replicates=range(2))
    told: list[tuple[int, int]] = []
    fill(tmp_path, progress=lambda *told_: told.append(told_))
    assert told[0] == (0, 60)
    assert told[-1] == (30, 30)


# --- what fails ------------------------------------------------------------------------------------------------------


def failing(case: Case) -> Callable[[int], Any]:
    def simulate(replicate: int) -> Any:
        names = [one.name for one in case.schemes]
        if case.point == 2 and replicate == 1 and "reform" in names:
            raise ZeroDivisionError("no cadre is left")
        return fake_core(case)(replicate)  # type: ignore[arg-type]

    return simulate


def test_a_run_that_fails_is_a_row_and_the_study_goes_on(tmp_path: Path) -> None:
    assert fill(tmp_path, core=failing, keep=KEPT) == Ran(60, 0, 1)
    with read_study(tmp_path) as store:
        assert store.failed().to_dict("records") == [
            {"point": 2, "scheme": "reform", "replicate": 1, "reason": "ZeroDivisionError: no cadre is left"}
        ]
        runs = store.runs()
        assert runs[list(OUTCOME_NAMES)].isna().all(axis=1).sum() == 1
        assert sum(len(batch.monthly) for batch in store.batches()) == 59 * 3
    assert fill(tmp_path, core=never).n_new == 0, "the model fails the same way each time"


def test_a_run_that_the_machine_failed_is_tried_again(tmp_path: Path) -> None:
    def poor(case: Case) -> Callable[[int], Any]:
        def simulate(replicate: int) -> Any:
            if replicate == 1:
                raise MemoryError("no memory")
            return fake_core(case)(replicate)  # type: ignore[arg-type]

        return simulate

    assert fill(tmp_path, core=poor) == Ran(60, 0, 15)
    assert fill(tmp_path) == Ran(15, 45, 0)
    fill(tmp_path / "calm")
    assert table(tmp_path).equals(table(tmp_path / "calm")), "the good run takes the place of the failed one"


def test_a_core_that_cannot_prepare_fails_its_point_only(tmp_path: Path) -> None:
    def unprepared(case: Case) -> Callable[[int], Any]:
        if case.point == 3:
            raise UserError.of("this scheme does not fit")
        return fake_core(case)  # type: ignore[arg-type]

    assert fill(tmp_path, core=unprepared) == Ran(60, 0, 12)


def test_a_core_that_returns_nonsense_fails(tmp_path: Path) -> None:
    def short(case: Case) -> Callable[[int], Any]:
        def simulate(replicate: int) -> Any:
            records = fake_core(case)(replicate)  # type: ignore[arg-type]
            records[0].outcomes = records[0].outcomes[:-1]
            return records[: 1 + replicate % 2]

        return simulate

    ran = fill(tmp_path, points=cases(1), replicates=range(2), core=short)
    assert ran.n_failed == 6
    with read_study(tmp_path) as store:
        assert store.failed()["reason"].str.contains("shape").any()


def test_two_schemes_of_one_name_are_refused(tmp_path: Path) -> None:
    case = cases(1)[0]
    with pytest.raises(ValueError, match="two schemes of one name"):
        fill(tmp_path, points=[replace(case, schemes=(case.schemes[0], case.schemes[0]))])


# --- interrupted -----------------------------------------------------------------------------------------------------


def test_ctrl_c_keeps_what_is_finished(tmp_path: Path) -> None:
    def stop(done: int, total: int) -> None:
        if done >= 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fill(tmp_path, progress=stop)
    kept = len(table(tmp_path))
    assert kept >= 20
    assert fill(tmp_path) == Ran(60 - kept, kept, 0)
    fill(tmp_path / "calm")
    assert table(tmp_path).equals(table(tmp_path / "calm"))


def test_many_small_parts_are_put_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "YOUNGEST", 0.0)
    monkeypatch.setattr(store_module, "SHARE_OF_AGE", 0.0)
    with open_study(tmp_path, ABOUT) as store:
        run_cases(store, cases(), range(4), core=fake_core, workers=2, keep=KEPT)
        assert len(part_files(tmp_path / PARTS)) > 2
        before = store.runs()
        store.finish()
        assert len(part_files(tmp_path / PARTS)) == 1
        assert len(list((tmp_path / PARTS).glob("monthly-*.parquet"))) == 1
        assert store.runs().equals(before)
    assert table(tmp_path).equals(before)


def test_a_crash_while_parts_are_put_together_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "YOUNGEST", 0.0)
    fill(tmp_path, keep=KEPT)
    wanted = table(tmp_path)
    small = tmp_path / "small"
    shutil.copytree(tmp_path / PARTS, small / PARTS)
    with open_study(tmp_path, ABOUT) as store:
        store.compact()
    shutil.copytree(tmp_path / PARTS, small / PARTS, dirs_exist_ok=True)  # large parts are there, small ones not gone yet
    assert table(small).equals(wanted)
    assert fill(small, core=never, keep=KEPT).n_new == 0
    assert table(small).equals(wanted)


def test_what_a_crash_leaves_is_swept_away(tmp_path: Path) -> None:
    fill(tmp_path, keep=KEPT)
    place = tmp_path / PARTS
    (place / ".part-1-runs-000009").write_bytes(b"half")
    shutil.copyfile(next(place.glob("monthly-*")), place / "monthly-000044-abcdef.parquet")
    wanted = table(tmp_path)
    fill(tmp_path, core=never, keep=KEPT)
    assert not list(place.glob(".part-*"))
    assert not (place / "monthly-000044-abcdef.parquet").exists()
    assert table(tmp_path).equals(wanted)


# --- damaged ---------------------------------------------------------------------------------------------------------


def flip(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 3] ^= 0x10
    file.write_bytes(content)


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-100])


def empty(file: Path) -> None:
    file.write_bytes(b"")


def replaced(file: Path) -> None:
    file.write_text("not Parquet at all")


@pytest.mark.parametrize("harm", [flip, cut, empty, replaced, Path.unlink])
@pytest.mark.parametrize("kind", KEPT)
def test_a_damaged_part_is_found_named_and_done_again(tmp_path: Path, harm: Callable[[Path], None], kind: str) -> None:
    fill(tmp_path, points=cases(2), keep=KEPT)
    fill(tmp_path, keep=KEPT)
    wanted = table(tmp_path)
    first = part_files(tmp_path / PARTS)[0]
    victim = next((tmp_path / PARTS).glob(f"{kind}-000001-*"))
    harm(victim)
    gone = kind == "runs" and harm is Path.unlink
    with read_study(tmp_path) as store:
        assert store.damaged == ([] if gone else [first])
        assert len(store.runs()) == 36, "what is left can be read"
    assert first.exists() or gone, "reading sets nothing aside"
    with open_study(tmp_path, ABOUT) as store:
        assert store.damaged == ([] if gone else [first])
        ran = run_cases(store, cases(), range(4), core=fake_core, keep=KEPT)
        assert ran == Ran(24, 36, 0)
    assert gone or (tmp_path / PARTS / "damaged" / first.name).exists()
    assert table(tmp_path).equals(wanted)


# --- the folder ------------------------------------------------------------------------------------------------------


def test_what_others_wrote_stays(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    for overwrite in (False, True):
        with pytest.raises(UserError, match=r"not empty|did not write"):
            open_study(tmp_path, ABOUT, overwrite=overwrite)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
    (tmp_path / "other" / PARTS).mkdir(parents=True)
    (tmp_path / "other" / PARTS / "engine.txt").write_text("mine")
    with pytest.raises(UserError, match="did not write"):
        open_study(tmp_path / "other", ABOUT, overwrite=True)
    with pytest.raises(UserError, match="is a file"):
        open_study(tmp_path / "thesis.txt", ABOUT)
    with pytest.raises(UserError, match="under a file"):
        open_study(tmp_path / "thesis.txt" / "below", ABOUT)
    with pytest.raises(UserError, match="no study"):
        read_study(tmp_path)


def test_another_study_is_refused_and_overwritten_only_when_asked(tmp_path: Path) -> None:
    about = {**ABOUT, "setting": {"months": 3, "organisation": "a" * 32}}
    with open_study(tmp_path, about) as store:
        run_cases(store, cases(), range(2), core=fake_core)
    other = {**about, "setting": {"months": 4, "organisation": "b" * 32}}
    with pytest.raises(UserError, match="months 3 there, 4 asked; another organisation"):
        open_study(tmp_path, other)
    with pytest.raises(UserError, match="verb sweep there, pilot asked"):
        open_study(tmp_path, {**about, "verb": "pilot"})
    with open_study(tmp_path, other, overwrite=True) as store:
        assert store.n_runs == 0


def test_a_study_finds_its_own_folder(tmp_path: Path) -> None:
    wanted = tmp_path / "study"
    about = {**ABOUT, "setting": {"months": 3}, "asked": {"schemes": ["a", "b"], "replicates": 4}}
    assert study_folder(wanted, about) == wanted
    with open_study(wanted, about) as store:
        run_cases(store, cases(1), range(2), core=fake_core)
        assert study_folder(wanted, {**about, "asked": {}}) == wanted, "unfinished: nothing would be lost"
        store.finish()
    assert study_folder(wanted, about) == wanted
    assert study_folder(wanted, {**about, "asked": {"schemes": ["a", "b", "c"], "replicates": 9}}) == wanted
    for asked in ({"schemes": ["a", "c"], "replicates": 4}, {"schemes": ["a", "b"], "replicates": 3}, {}):
        assert study_folder(wanted, {**about, "asked": asked}) == tmp_path / "study-2", "finished results are not lost"
    assert study_folder(wanted, {**about, "setting": {"months": 5}}) == tmp_path / "study-2"
    (tmp_path / "study-2").write_text("a file")
    assert study_folder(wanted, {**about, "setting": {"months": 5}}) == tmp_path / "study-3"


def test_one_writer_at_a_time(tmp_path: Path) -> None:
    """A second process is refused while the first works, and not a moment longer."""
    code = (
        "import sys; from experiments.runs.store import open_study; from sim.errors import UserError\n"
        f"try: open_study({str(tmp_path)!r}, {ABOUT!r}).close()\n"
        "except UserError as error: print(error); sys.exit(2)\n"
    )

    def second() -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)

    with open_study(tmp_path, ABOUT) as store:
        run_cases(store, cases(1), range(1), core=fake_core)
        refused = second()
        assert refused.returncode == 2
        assert "another process works on this study" in refused.stdout
        assert str(os.getpid()) in refused.stdout
        with read_study(tmp_path) as reader:
            store.commit()
            assert len(reader.runs()) <= 3, "readers are always welcome"
    assert second().returncode == 0


def test_a_disk_without_locks_is_no_reason_not_to_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(descriptor: int) -> None:
        raise OSError(errno.ENOLCK, "no locks available")

    monkeypatch.setattr(store_module, "_lock_file", refuse)
    with open_study(tmp_path, ABOUT) as first, open_study(tmp_path, ABOUT) as second:
        run_cases(first, cases(), range(2), core=fake_core)
        run_cases(second, cases(), range(3), core=fake_core)
    fill(tmp_path / "calm", replicates=range(3))
    assert table(tmp_path).equals(table(tmp_path / "calm")), "two writers do no harm"


@pytest.mark.parametrize("after", range(7))
def test_a_full_disk_keeps_whole_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    monkeypatch.setattr(store_module, "YOUNGEST", 0.0)
    monkeypatch.setattr(store_module, "SHARE_OF_AGE", 0.0)
    written = itertools.count()

    class FullSink(parts_module._Sink):
        def write(self, data: Any) -> int:
            if next(written) >= 20 * after:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return super().write(data)

    monkeypatch.setattr(parts_module, "_Sink", FullSink)
    with pytest.raises(UserError, match="No space left") as caught:
        fill(tmp_path, keep=KEPT)
    assert "runs are kept: make room and give the same command again" in str(caught.value)
    monkeypatch.undo()
    assert not list((tmp_path / PARTS).glob(".part-*")) if (tmp_path / PARTS).exists() else True
    fill(tmp_path, keep=KEPT)
    fill(tmp_path / "calm", keep=KEPT)
    assert table(tmp_path).equals(table(tmp_path / "calm"))


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A real disk of a megabyte, where this may be had."""
    place = Path(tempfile.mkdtemp(prefix="cadresim-small-"))
    mounted = False
    try:
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)], capture_output=True, check=False)
        mounted = done.returncode == 0
    except OSError:
        pass
    if not mounted:
        place.rmdir()
        pytest.skip("may not mount a small disk here")
    yield place
    subprocess.run(["umount", str(place)], check=True)
    place.rmdir()


def test_a_disk_that_really_fills_up(small_disk: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(store_module, "YOUNGEST", 0.02)
    many = cases(200)
    with pytest.raises(UserError, match="No space left"):
        fill(small_disk / "study", points=many, keep=KEPT)
    kept = len(table(small_disk / "study"))
    assert 0 < kept < 2400
    shutil.copytree(small_disk / "study", tmp_path / "elsewhere")
    assert fill(tmp_path / "elsewhere", points=many, keep=KEPT) == Ran(2400 - kept, kept, 0)
    fill(tmp_path / "calm", points=many, keep=KEPT)
    assert table(tmp_path / "elsewhere").equals(table(tmp_path / "calm"))


def test_a_disk_for_reading_only(small_disk: Path) -> None:
    fill(small_disk / "study", points=cases(1))
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(UserError, match=r"cannot be written|Read-only"):
        open_study(small_disk / "study", ABOUT)
    with pytest.raises(UserError, match=r"cannot be written|Read-only"):
        open_study(small_disk / "new", ABOUT)
    assert len(table(small_disk / "study")) == 12, "reading goes on"


# --- executors -------------------------------------------------------------------------------------------------------


def test_processes_give_the_same_table(tmp_path: Path) -> None:
    with ProcessPoolExecutor(2) as pool:
        assert fill(tmp_path / "processes", executor=pool, keep=KEPT) == Ran(60, 0, 0)
    with ThreadPoolExecutor(3) as pool:
        assert fill(tmp_path / "threads", executor=pool, keep=KEPT) == Ran(60, 0, 0)
    assert table(tmp_path / "processes").equals(table(tmp_path / "threads"))


def dying(case: Case) -> Callable[[int], Any]:
    if case.point == 3:
        os._exit(1)
    return fake_core(case)  # type: ignore[arg-type]


def test_a_pool_whose_process_dies_keeps_what_is_finished(tmp_path: Path) -> None:
    with ProcessPoolExecutor(1) as pool, pytest.raises(UserError, match="the workers cannot go on") as caught:
        fill(tmp_path, executor=pool, core=dying)
    assert "runs are kept: give the same command again" in str(caught.value)
    kept = len(table(tmp_path))
    assert fill(tmp_path) == Ran(60 - kept, kept, 0)


class Flaky(ThreadPoolExecutor):
    """Workers that die under some blocks, as those of a cluster do."""

    def __init__(self, error: BaseException, deaths: int) -> None:
        super().__init__(2)
        self.error, self.deaths, self.calls, self.lock = error, deaths, 0, threading.Lock()

    def submit(self, function: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        with self.lock:
            self.calls += 1
            if self.calls % 3 == 0 and self.deaths > 0:
                self.deaths -= 1
                future: Future[Any] = Future()
                future.set_exception(self.error)
                return future
        return super().submit(function, *args, **kwargs)


@pytest.mark.parametrize("error", [RuntimeError("worker killed"), ConnectionError("gone"), TimeoutError()])
def test_blocks_whose_worker_died_are_done_once_more(tmp_path: Path, error: BaseException) -> None:
    with Flaky(error, 6) as pool:
        assert fill(tmp_path, executor=pool) == Ran(60, 0, 0)
    fill(tmp_path / "calm")
    assert table(tmp_path).equals(table(tmp_path / "calm"))


def test_workers_that_never_work_end_the_study(tmp_path: Path) -> None:
    class Dead(ThreadPoolExecutor):
        calls = 0

        def submit(self, function: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
            Dead.calls += 1
            future: Future[Any] = Future()
            future.set_exception(ModuleNotFoundError("No module named 'experiments'"))
            return future

    with Dead(2) as pool, pytest.raises(UserError, match="No module named 'experiments'"):
        fill(tmp_path, executor=pool)
    assert Dead.calls < 20 * TRIES


def test_a_broken_executor_is_told(tmp_path: Path) -> None:
    with Flaky(BrokenExecutor("a child process terminated abruptly"), 1) as pool, pytest.raises(UserError, match="terminated"):
        fill(tmp_path, executor=pool, points=cases(50))


def test_a_worker_with_another_model_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("experiments.runs.runner.model_code", iter(["a", "b"] * 100).__next__)
    with pytest.raises(UserError, match="another version of the model"):
        fill(tmp_path, workers=1)


# --- lists -----------------------------------------------------------------------------------------------------------


def test_studies_are_listed(tmp_path: Path) -> None:
    fill(tmp_path / "half", points=cases(2), core=failing)
    with open_study(tmp_path / "whole", {**ABOUT, "n_runs": 60}) as store:
        run_cases(store, cases(), range(4), core=failing)
        store.finish()
    (tmp_path / "holiday").mkdir()
    (tmp_path / "notes.txt").write_text("mine")
    half, whole = list_studies(tmp_path)
    assert (half.folder.name, half.state, half.n_runs, half.n_failed, half.verb) == ("half", "unfinished", 24, 0, "sweep")
    assert (whole.state, whole.n_runs, whole.n_asked, whole.n_failed) == ("whole", 60, 60, 1)
    assert whole.nbytes > 10_000
    with open_study(tmp_path / "whole", ABOUT) as store:
        run_cases(store, cases(6), range(4), core=fake_core)
    assert list_studies(tmp_path)[1].state == "whole, growing"
    part_files(tmp_path / "whole" / PARTS)[0].unlink()
    assert list_studies(tmp_path)[1].state == "files missing"
    assert [info.folder for info in list_studies(tmp_path / "whole")] == [tmp_path / "whole"]
    assert find_study(str(tmp_path / "whole")) == tmp_path / "whole"
    for wrong in ("nothing", str(tmp_path / "holiday"), str(tmp_path / "notes.txt")):
        with pytest.raises(UserError, match="no such study"):
            find_study(wrong)
    with pytest.raises(UserError, match="no such folder"):
        list_studies(tmp_path / "nowhere")


def test_what_is_asked_for_twice_counts_once(tmp_path: Path) -> None:
    with open_study(tmp_path, ABOUT) as store:
        for replicates in (2, 3, 4):
            run_cases(store, cases(), range(replicates), core=fake_core)
        assert store.manifest()["n_runs"] == len(store.runs([])) == 60
        store.finish(answer=42)
    assert read_json(tmp_path / "manifest.json")["answer"] == 42


def test_the_lock_is_no_part_of_a_study(tmp_path: Path) -> None:
    """A crash between making the folder and saying what it is for must not make it a stranger's."""
    (tmp_path / PARTS).mkdir()
    (tmp_path / PARTS / LOCK).write_text("")
    (tmp_path / PARTS / ".part-about.json").write_text("{")
    assert fill(tmp_path, points=cases(1)) == Ran(12, 0, 0)


def test_desks_that_were_not_compared_are_made(tmp_path: Path) -> None:
    """And whoever does not ask for them gets the same table, whether they are there or not."""
    place = GROUP_OUTCOMES.index(DESK_COLUMNS[0])

    def desk_values() -> tuple[list[bool], list[bool]]:
        with read_study(tmp_path) as store:
            plain, with_desks = (np.concatenate([one.groups for one in store.batches(kept)]) for kept in (KEPT, (*KEPT, DESKS)))
        return np.isnan(plain[:, place]).tolist(), np.isnan(with_desks[:, place]).tolist()

    def desks_core(case: Case) -> Callable[[int], Any]:
        def simulate(replicate: int) -> Any:
            records = fake_core(case)(replicate)  # type: ignore[arg-type]
            for record in records:
                record.groups[:, place] = 7.0
            return records

        return simulate

    fill(tmp_path, points=cases(1), keep=KEPT)
    assert fill(tmp_path, points=cases(1), keep=(*KEPT, DESKS), core=desks_core) == Ran(12, 0, 0)
    assert desk_values() == ([True] * 36, [False] * 36)
    assert fill(tmp_path, points=cases(1), keep=KEPT, core=never) == Ran(0, 12, 0)
    with open_study(tmp_path, ABOUT) as store:
        store.compact()
    assert desk_values() == ([True] * 36, [False] * 36)
