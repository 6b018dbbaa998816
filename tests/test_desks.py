"""The same desk in two worlds: counted by hand, and in real worlds."""

from __future__ import annotations

import numpy as np
import pytest

from sim.desks import DESK, DESK_COLUMNS, GRADE, MEASURES, OTHER, SAME, compare_desks, desks_of, moved, turned
from sim.outcomes import OWN_GROUP_OUTCOMES, measure_groups
from sim.run import Setting, Stage, simulate, simulate_schemes
from sim.schemes.load import load_behaviour, load_organisation, load_scheme

PAY, EFFORT, BURNOUT = MEASURES[1:]


def desks(**columns: list[float]) -> np.ndarray:
    made = np.zeros(5, DESK)
    for name, values in columns.items():
        made[name] = values
    return made


BEFORE = desks(
    persons=[0, 0, 0, 1, 2],
    tenure=[9, 8, 7, 6, 5],
    grade=[1, 3, -1, 0, 1],
    pay=[0.0, 0.1, 0.03, 0.3, 0.0],
    burnout=[3, 1, 2, 4, 3],
)
AFTER = desks(
    persons=[0, 0, 0, 1, 3],
    tenure=[9, 8, 7, 6, 0],
    grade=[3, 1, 1, 0, 3],
    pay=[0.0, -0.1, 0.035, 0.5, 9.0],
    burnout=[4, 1, 1, 4, 0],
)
ALL = (np.zeros(5, int), 1)


def test_counts_by_hand() -> None:
    table = dict(zip(DESK_COLUMNS, compare_desks(BEFORE, AFTER, [ALL])[0], strict=True))
    assert (table[SAME], table[OTHER]) == (4, 1), "the last desk has another occupant, and nothing else is said of it"
    assert (table[turned(GRADE, "raised")], table[turned(GRADE, "lowered")], table[turned(GRADE, "change")]) == (1, 1, 0)
    assert table[moved(GRADE, 2, 4)] == 1  # ordinary to top
    assert table[moved(GRADE, 0, 2)] == 1  # no grade to ordinary: neither raised nor lowered
    assert (table[turned(PAY, "raised")], table[turned(PAY, "lowered")]) == (1, 1), "half a per cent of a wage is no change"
    assert table[turned(PAY, "change")] == pytest.approx(-0.2 + 0.005 + 0.2)
    assert table[moved(PAY, 3, 0)] == 1
    assert table[moved(BURNOUT, 2, 3)] == 1
    assert table[moved(BURNOUT, 3, 3)] == 1
    for measure in MEASURES:
        bands = range(len(measure.bands))
        assert sum(table[moved(measure, old, new)] for old in bands for new in bands) == 4


def test_groups_add_up() -> None:
    split = (np.array([0, 1, 2, 1, 0]), 4)
    tables = compare_desks(BEFORE, AFTER, [ALL, split])
    assert tables.shape == (5, len(DESK_COLUMNS))
    np.testing.assert_allclose(tables[0], tables[1:].sum(axis=0))
    assert (tables[4] == 0).all(), "an empty group"


def test_bands_begin_at_their_limits() -> None:
    assert BURNOUT.band_of(np.array([3.4999, 3.5])).tolist() == [2, 3], "burnout is from 3.5"
    assert GRADE.band_of(np.array([-1, 0, 1, 2, 3])).tolist() == [0, 1, 2, 3, 4]
    assert all(len(measure.bands) == len(measure.limits) + 1 for measure in MEASURES)


@pytest.fixture(scope="module")
def setting() -> Setting:
    baseline = load_scheme("deduction_heavy")
    return Setting(load_organisation("county_bureau"), load_behaviour(), baseline, months=24, warmup_months=12)


def test_in_real_worlds(setting: Setting) -> None:
    schemes = [load_scheme("forced_ranking"), setting.baseline]
    plain = simulate_schemes(setting, schemes, 1)
    records = simulate_schemes(setting, schemes, 1, desks=True)
    own = len(OWN_GROUP_OUTCOMES)
    for bare, record in zip(plain, records, strict=True):
        np.testing.assert_array_equal(bare.outcomes, record.outcomes)
        np.testing.assert_array_equal(bare.groups[:, :own], record.groups[:, :own])
        assert np.isnan(bare.groups[:, own:]).all()
        assert not np.isnan(record.groups[:, own:]).any()
        people = record.groups[:, own + DESK_COLUMNS.index(SAME)] + record.groups[:, own + DESK_COLUMNS.index(OTHER)]
        inside = np.array([dimension == "sequence" for dimension, _ in record.group_labels])
        assert people[inside].sum() == record.groups[inside, OWN_GROUP_OUTCOMES.index("n_cadres")].sum() > 200
    squares = records[0].groups[:, OWN_GROUP_OUTCOMES.index("score_squares")]
    by_dimension = {dimension: 0.0 for dimension, _ in records[0].group_labels}
    for (dimension, _), value in zip(records[0].group_labels, squares, strict=True):
        by_dimension[dimension] += value
    assert min(by_dimension.values()) == pytest.approx(max(by_dimension.values())) != 0, "sums over places, however grouped"
    against_itself = records[1].groups[:, own:]
    for measure in MEASURES:
        for way in ("raised", "lowered", "change"):
            assert (against_itself[:, DESK_COLUMNS.index(turned(measure, way))] == 0).all()
    assert (against_itself[:, DESK_COLUMNS.index(OTHER)] == 0).all()
    assert (records[0].groups[:, own + DESK_COLUMNS.index(turned(PAY, "raised"))] > 0).any()


def test_the_baseline_need_not_be_among_the_schemes(setting: Setting) -> None:
    ranking = load_scheme("forced_ranking")
    alone = simulate_schemes(setting, [ranking], 1, desks=True)[0]
    beside = simulate_schemes(setting, [setting.baseline, ranking], 1, desks=True)[1]
    np.testing.assert_array_equal(alone.groups, beside.groups)


def test_the_same_person_is_the_same_in_every_trait(setting: Setting) -> None:
    """Persons and tenure tell people apart: where they agree, everything a person is born with agrees too."""
    stage = Stage(setting)
    runs = [
        simulate(scheme, setting.organisation, baseline=setting.baseline, months=24, warmup_months=12, replicate=1)
        for scheme in ("forced_ranking_dismissal", "deduction_heavy")
    ]
    one, two = (run.world.cadres for run in runs)
    same = (one["persons"] == two["persons"]) & (one["tenure"] == two["tenure"])
    for trait in ("psm", "loss_aversion", "honesty", "resilience", "age"):
        np.testing.assert_array_equal(one[trait][same], two[trait][same])
        assert (one[trait][~same] != two[trait][~same]).mean() > 0.9 or trait == "age"
    assert 0 < (~same).sum() < 150
    assert desks_of(one, 12)["burnout"].min() >= 0
    assert measure_groups(runs[0].world, stage.blueprint.names, 12)[0].shape[1] == len(OWN_GROUP_OUTCOMES)
