"""Value of information: closed forms of a linear Gaussian decision between two schemes."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from experiments.statistics.information import Partial, curve_basis, group_basis, perfect_information
from experiments.statistics.information import partial_information as several


def partial_information(name: str, basis: np.ndarray, net: np.ndarray, *, seed: int = 0) -> Partial:
    """One assumption by itself."""
    return several({name: basis}, net, seed=seed)[0]


def closed_form(mean: float, spread: float) -> float:
    """E max(0, d) - max(0, E d) for d normal: spread phi(mean/spread) - |mean| Phi(-|mean|/spread)."""
    return float(spread * norm.pdf(mean / spread) - abs(mean) * norm.cdf(-abs(mean) / spread))


def decision(seed: int, worlds: int = 800, mean: float = 0.0, luck: float = 0.3) -> tuple[np.ndarray, np.ndarray]:
    """Four assumptions, of which the first two matter (1 and .4); two schemes, four replicates, much common luck."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((worlds, 4))
    common = 3 * rng.standard_normal((worlds, 4))
    own = luck * rng.standard_normal((2, worlds, 4))
    first, second = common + own[0], common + own[1] + (mean + x[:, 0] + 0.4 * x[:, 1])[:, None]
    return x, np.stack([first, second], axis=1)


@pytest.mark.parametrize("mean", [0.0, 0.5, -0.5])
@pytest.mark.parametrize(("column", "spread"), [(0, 1.0), (1, 0.4)])
def test_evppi_of_one_assumption(mean: float, column: int, spread: float) -> None:
    values, truth = [], closed_form(mean, spread)
    for seed in range(4):
        x, net = decision(seed, mean=mean)
        found = partial_information("x", curve_basis(x[:, column]), net.mean(axis=2))
        values.append(found.value)
        assert found.low - 0.02 < truth < found.high + 0.02
    assert np.mean(values) == pytest.approx(truth, abs=0.04)


def test_evppi_of_a_group_and_evpi() -> None:
    x, net = decision(1, mean=0.2)
    truth = closed_form(0.2, np.hypot(1, 0.4))
    assert partial_information("g", group_basis([x[:, 0], x[:, 1]]), net.mean(axis=2)).value == pytest.approx(truth, abs=0.04)
    found = perfect_information(net)
    assert found.value == pytest.approx(truth, abs=0.05)
    assert found.low < truth < found.high
    assert found.value <= found.at_most


def test_an_interaction_is_worth_something_only_together() -> None:
    rng = np.random.default_rng(0)
    x = rng.standard_normal((1000, 2))
    net = np.column_stack([np.zeros(1000), x[:, 0] * x[:, 1]]) + 0.1 * rng.standard_normal((1000, 2))
    alone = [partial_information("x", curve_basis(x[:, k]), net) for k in range(2)]
    both = partial_information("both", group_basis([x[:, 0], x[:, 1]]), net)
    truth = 1 / np.pi  # E max(0, x y) = E|x y| / 2 = (2 / pi) / 2
    assert both.value == pytest.approx(truth, abs=0.05)
    assert max(one.value for one in alone) < 0.2 * truth


def test_what_does_not_matter_is_worth_about_nothing() -> None:
    flagged, values = 0, []
    for seed in range(10):
        x, net = decision(seed, worlds=300)
        for column in (2, 3):
            found = partial_information("x", curve_basis(x[:, column]), net.mean(axis=2), seed=seed)
            values.append(found.value)
            flagged += found.is_worth_knowing
    assert np.mean(values) < 0.02
    assert flagged <= 4  # of 20, at 5 %: more than 4 has a chance of .3 %


def test_what_matters_stands_out_from_the_floor() -> None:
    x, net = decision(0)
    found = [partial_information("x", curve_basis(x[:, k]), net.mean(axis=2)) for k in range(2)]
    assert all(one.is_worth_knowing for one in found)
    assert found[0].value > found[1].value
    assert found[0].low < closed_form(0, 1.0) < found[0].high


@pytest.mark.parametrize("seed", range(4))
def test_part_is_worth_no_more_than_everything(seed: int) -> None:
    x, net = decision(seed, worlds=300, mean=0.3)
    at_most = perfect_information(net).at_most
    for column in range(4):
        assert partial_information("x", curve_basis(x[:, column]), net.mean(axis=2)).value <= at_most + 0.02


def test_luck_is_nobodys_to_learn() -> None:
    rng = np.random.default_rng(0)
    net = rng.standard_normal((400, 3, 4))  # schemes of equal worth, luck alone
    found = perfect_information(net)
    assert found.value < 0.06
    assert found.at_most > 0.3  # what means of four replicates seem to tell
    assert found.luck > 0.2  # foresight of single runs would bring still more


@pytest.mark.parametrize(("schemes", "truth"), [(2, 0.5642), (6, 1.2672)])
def test_the_interval_of_evpi_holds_the_truth(schemes: int, truth: float) -> None:
    """Schemes alike on average: the best of their means is too good, and choosing by three replicates is not knowing."""
    held, values = 0, []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        net = rng.standard_normal((200, schemes, 1)) + 0.5 * rng.standard_normal((200, schemes, 4))
        found = perfect_information(net, seed=seed)
        held += found.low <= truth <= found.high
        values.append(found.value)
    assert held >= 50
    assert 0.85 * truth < np.mean(values) < truth


def test_without_any_choice_nothing_is_worth_knowing() -> None:
    x, net = decision(0, mean=20.0)
    found = perfect_information(net)
    assert (found.value, found.at_most) == (0.0, 0.0)
    assert partial_information("x", curve_basis(x[:, 0]), net.mean(axis=2)).value == 0.0
    same = np.repeat(net[:, :1], 3, axis=1)
    assert partial_information("x", curve_basis(x[:, 0]), same.mean(axis=2)).value == 0.0


def test_one_replicate_cannot_tell_luck() -> None:
    with pytest.raises(ValueError, match="two replicates"):
        perfect_information(np.zeros((10, 2, 1)))


def test_bases_of_odd_columns() -> None:
    rng = np.random.default_rng(0)
    assert curve_basis(np.full(50, 3.0)).shape == (50, 1)
    assert curve_basis(rng.integers(0, 3, 50).astype(float)).shape == (50, 3)
    assert curve_basis(rng.integers(0, 9, 50).astype(float), categorical=True).sum(axis=1).tolist() == [1.0] * 50
    spline = curve_basis(rng.random(50))
    assert np.allclose(spline.sum(axis=1), 1.0)


def test_a_step_in_a_category_is_valued_exactly() -> None:
    rng = np.random.default_rng(0)
    kind = rng.integers(0, 2, 2000).astype(float)
    net = np.column_stack([np.zeros(2000), np.where(kind == 1, 1.0, -1.0)]) + 0.2 * rng.standard_normal((2000, 2))
    found = partial_information("kind", curve_basis(kind, categorical=True), net)
    assert found.value == pytest.approx(0.5, abs=0.03)  # half the worlds gain 1


def test_among_a_hundred_that_do_not_matter_none_stands_out() -> None:
    flagged = 0
    for seed in range(4):
        rng = np.random.default_rng(seed)
        net = np.column_stack([np.zeros(100), rng.standard_normal(100)])
        bases = {f"x{k}": curve_basis(rng.random(100)) for k in range(60)}
        flagged += any(one.is_worth_knowing for one in several(bases, net, seed=seed))
    assert flagged <= 2  # each time one in twenty: more than 2 of 4 has a chance of .05 %
