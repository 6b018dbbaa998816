"""What `--until` and `--best` may be, and what is said about anything else."""

from __future__ import annotations

import pytest

from experiments.design.targets import Target, read_best, read_targets
from sim.errors import UserError


def test_units() -> None:
    found = read_targets("goal_attainment=0.5pp, burnout_share = 1 pp,exhaustion_mean=0.05,surplus=2%,rank_agreement=1e-2")
    assert found == (
        Target("goal_attainment", 0.005),
        Target("burnout_share", 0.01),
        Target("exhaustion_mean", 0.05),
        Target("surplus", 0.02, relative=True),
        Target("rank_agreement", 0.01),
    )
    assert [str(target) for target in found] == ["0.5 pp", "1 pp", "0.05", "2 % of the baseline", "0.01"]
    assert found[3].width(-5.0) == pytest.approx(0.1)
    assert found[0].width(-5.0) == 0.005


def test_a_mapping_is_as_good_as_text() -> None:
    assert read_targets({"goal_attainment": "0.5pp", "exhaustion_mean": 0.05}) == read_targets(
        "goal_attainment=0.5pp,exhaustion_mean=0.05"
    )
    assert read_targets(None) == read_targets("") == read_targets({}) == ()


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("goal_atainment=1pp", "did you mean goal_attainment"),
        ("goal_attainment", "an amount is missing"),
        ("goal_attainment=", "no amount"),
        ("goal_attainment=pp", "no amount"),
        ("goal_attainment=1 percent", "no amount"),
        ("goal_attainment=1,5pp", "an amount is missing"),
        ("goal_attainment=nan", "no amount"),
        ("goal_attainment=inf", "no amount"),
        ("goal_attainment=1e999pp", "no amount"),
        ("goal_attainment=0pp", "above 0"),
        ("goal_attainment=-1pp", "above 0"),
        ("goal_attainment=0.5", "needs a unit"),
        ("goal_attainment=200pp", "more than everything"),
        ("exhaustion_mean=1pp", "no percentage points"),
        ("justice_procedural=1pp", "no percentage points"),
        ("goal_attainment=1pp,goal_attainment=2pp", "stands here twice"),
        (",", "an amount is missing"),
        ("=1pp", "no such outcome"),
    ],
)
def test_what_is_wrong_is_told(asked: str, told: str) -> None:
    with pytest.raises(UserError, match=told):
        read_targets(asked)


def test_everything_wrong_at_once() -> None:
    with pytest.raises(UserError) as error:
        read_targets("goal_atainment=1pp,burnout_share=3,surplus=0")
    assert len(error.value.findings) == 3


def test_best_takes_its_zone_from_itself_or_from_until() -> None:
    assert read_best(None) is None
    assert read_best("goal_attainment=1pp") == Target("goal_attainment", 0.01)
    assert read_best("burnout_share", read_targets("burnout_share=2pp")) == Target("burnout_share", 0.02)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("goal_attainment", "smallest difference that matters"),
        ("nonsense", "no such outcome"),
        ("nonsense=1pp", "no such outcome"),
        ("effort_mean=0.1", "neither more nor less"),
        ("goal_attainment=5%", "cannot hang on the baseline"),
        ("goal_attainment=0.1", "needs a unit"),
    ],
)
def test_best_that_cannot_be(asked: str, told: str) -> None:
    with pytest.raises(UserError, match=told):
        read_best(asked)
