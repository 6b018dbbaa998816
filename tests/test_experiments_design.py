"""Designs: what they refuse, what their hash depends on, and scaling of rewards."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from experiments_fake import design, scheme

from experiments.design.study import code_hash, has_rewards, hash_sources, with_rewards_scaled
from sim.errors import UserError


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"baseline": "nobody"}, "baseline is not among"),
        ({"months": 0}, "months"),
        ({"months": 2.5}, "months"),
        ({"warmup_months": -1}, "warmup_months"),
        ({"replicates": 0}, "replicates"),
        ({"replicates": True}, "replicates"),
        ({"seed": -1}, "seed"),
        ({"seed": 2**63}, "seed"),
        ({"seed": "1"}, "seed"),
        ({"headline": ("burnout",)}, "burnout"),
    ],
)
def test_impossible_designs_are_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError, match=said):
        replace(design(), **changes)


def test_two_schemes_of_one_name_are_refused() -> None:
    with pytest.raises(UserError, match="two schemes are called twin"):
        design([scheme("twin"), scheme("twin", top_prize=1.0)])


def test_no_scheme_is_refused() -> None:
    with pytest.raises(UserError, match="no scheme to run"):
        replace(design(), schemes=())


def test_seed_zero_is_a_seed() -> None:
    assert design(seed=0).seed == 0
    assert design(seed=0).content_hash() != design(seed=1).content_hash()


def test_hash_depends_on_content_only() -> None:
    one = design()
    assert one.content_hash() == design().content_hash()
    assert one.content_hash() == one.with_schemes(one.schemes[::-1]).content_hash(), "order changes no run"
    assert one.content_hash() == replace(one, title="another", headline=("inflation",)).content_hash(), "labels change no run"


@pytest.mark.parametrize("changes", [{"seed": 2}, {"months": 7}, {"warmup_months": 3}, {"replicates": 9}, {"baseline": "reform"}])
def test_every_setting_changes_the_hash(changes: dict[str, Any]) -> None:
    assert design(**changes).content_hash() != design().content_hash()


def test_a_scheme_changes_the_hash() -> None:
    one = design()
    other = one.with_schemes([*one.schemes[:2], scheme("ranking", top_prize=0.51)])
    assert one.content_hash() != other.content_hash()


def test_hash_of_code_sees_names_and_contents_but_not_line_endings(tmp_path: Path) -> None:
    package = tmp_path / "package"
    package.mkdir()
    (package / "a.py").write_bytes(b"x = 1\ny = 2\n")
    first = hash_sources([package])
    (package / "a.py").write_bytes(b"x = 1\r\ny = 2\r\n")
    assert hash_sources([package]) == first
    (package / "notes.txt").write_text("not code")
    assert hash_sources([package]) == first
    (package / "a.py").write_bytes(b"x = 1\ny = 3\n")
    changed = hash_sources([package])
    assert changed != first
    (package / "a.py").rename(package / "b.py")
    assert hash_sources([package]) not in (first, changed)
    assert len(code_hash()) == 64


def test_scaling_touches_rewards_only() -> None:
    paid = scheme("paid", bonus_per_point=0.2, bottom_cut=0.5, promotion=0.7, post_value=2.0)
    double = with_rewards_scaled(paid, 2.0)
    explicit = double.application.explicit
    assert (explicit.bonus_per_point, explicit.bottom_cut, explicit.promotion, explicit.post_value) == (0.4, 1.0, 0.7, 2.0)
    assert with_rewards_scaled(paid, 1.0) == paid
    assert has_rewards(paid)
    assert not has_rewards(scheme("unpaid", promotion=1.0, post_value=3.0))


def test_scaling_beyond_the_bounds_is_refused() -> None:
    with pytest.raises(UserError, match="bonus_per_point leaves its bounds"):
        with_rewards_scaled(scheme("paid", bonus_per_point=50.0), 3.0)
