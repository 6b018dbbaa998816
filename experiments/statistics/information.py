"""Value of information: what it would be worth to know an assumption before choosing a scheme.

Whoever must choose now takes the scheme that is best on average over the worlds he thinks possible. Whoever could learn
something first would choose for each world, or for each value of one assumption, what is best there. The difference is
the expected value of perfect information (EVPI), for a single assumption or a group of them that of *partial*
information (EVPPI), in the unit of the net value, for each time the decision is made.

EVPPI comes from the same runs by regression (Strong, Oakley & Brennan 2014): the mean net value of each scheme given the
assumption is a smooth curve through the worlds; its scatter, which holds all other assumptions and luck, is averaged out.
Luck itself is nobody's to learn. So EVPI is judged on other replicates than those that chose: too low rather than too high.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from experiments.statistics.intervals import CONFIDENCE

DRAWS = 400  # from the posterior of the curves and of the worlds, for intervals
SHUFFLES = 40  # of the worlds, for the floor below which nothing can be told
KNOTS = 4  # inner knots of a single assumption's curve
GROUP_KNOTS = 2
MOST_ROUNDS = 200  # of the search for the smoothness; it settles in a dozen


@dataclass(frozen=True)
class Perfect:
    """EVPI: `value`, rather too low, and `at_most`, which counts some luck as knowledge; `luck` is what foresight would add.

    The interval reaches from where that of `value` begins to where that of `at_most` ends.
    """

    value: float
    low: float
    high: float
    at_most: float
    luck: float


@dataclass(frozen=True)
class Partial:
    """EVPPI of an assumption or group: `value` with interval; up to `floor` it cannot be told from chance."""

    name: str
    value: float
    low: float
    high: float
    floor: float

    @property
    def is_worth_knowing(self) -> bool:
        """Whether the value stands out from that of an assumption that does not matter, and its interval from 0."""
        return self.value > self.floor and self.low > 0


def perfect_information(net: np.ndarray, *, seed: int = 0) -> Perfect:
    """EVPI of knowing the whole world, but not the luck.

    Args:
        net: (worlds, schemes, replicates) net values, two replicates at least; replicates of different worlds differ in luck.

    In each world the scheme is chosen by all replicates but one, and valued by that one: unbiased for what the chosen
    scheme brings, and at most what the truly best would. Against that stands the scheme with the best mean over the worlds; where
    several are close, the best of their means is too good, by as much as it is when worlds are drawn again (bootstrap).
    """
    worlds, _, replicates = net.shape
    if replicates < 2:
        raise ValueError("at least two replicates a world, or luck cannot be told from the world")
    means = net.mean(axis=2)
    leader = int(means.mean(axis=0).argmax())
    gains = np.zeros(worlds)
    for held_out in range(replicates):
        choice = np.delete(net, held_out, axis=2).mean(axis=2).argmax(axis=1)
        gains += (net[np.arange(worlds), choice, held_out] - net[:, leader, held_out]) / replicates
    naive = means.max(axis=1) - means[:, leader]
    foresight = net.max(axis=1).mean(axis=1) - means[:, leader]
    again = _resampled(worlds, np.random.default_rng(seed))
    best = (again @ (means - means[:, [leader]])).max(axis=1)  # mean of the best scheme less that of the leader
    flattered = float(best.mean())
    low = np.quantile(again @ gains - best, _tails()[0]) + 2 * flattered
    high = np.quantile(again @ naive - best, _tails()[1]) + 2 * flattered
    value, at_most = float(gains.mean()) + flattered, float(naive.mean()) + flattered
    luck = float(foresight.mean() - naive.mean())
    return Perfect(max(0.0, value), max(0.0, float(low)), max(0.0, float(high)), at_most, luck)


def partial_information(bases: Mapping[str, np.ndarray], net: np.ndarray, *, seed: int = 0) -> list[Partial]:
    """EVPPI of what each basis spans (see `curve_basis`, `group_basis`), in the order given.

    Args:
        bases: (worlds, functions) by name of the assumption or group, a row a world.
        net: (worlds, schemes) net values, means over a world's replicates.

    The largest of several estimated curves is too high on average by their errors; that is estimated by drawing the
    curves again from their posterior, and taken off. Never below 0: one may always ignore what one learns. The floor is what
    the luckiest of *all* these assumptions reaches in 19 of 20 shuffles of the worlds: who asks about a hundred
    assumptions must expect some to look worth knowing.
    """
    rng = np.random.default_rng(seed)
    spans = {name: _Span.of(basis) for name, basis in bases.items()}
    found = {name: _estimated(span, net, rng) for name, span in spans.items()}
    floor = 0.0
    if any(value > 0 for value, _, _ in found.values()):
        orders = [rng.permutation(len(net)) for _ in range(SHUFFLES)]
        luckiest = [max(_corrected(span, net[order], rng) for span in spans.values()) for order in orders]
        floor = max(0.0, float(np.quantile(luckiest, CONFIDENCE)))
    return [Partial(name, *ends, floor) for name, ends in found.items()]


def _estimated(span: _Span, net: np.ndarray, rng: np.random.Generator) -> tuple[float, float, float]:
    """Value, low and high."""
    plain, drawn = _value_of(span, net, rng, DRAWS)
    excess = drawn.mean() - plain
    low, high = np.quantile(drawn - 2 * excess, _tails())
    return max(0.0, float(plain - excess)), max(0.0, float(low)), max(0.0, float(high))


def _corrected(span: _Span, net: np.ndarray, rng: np.random.Generator) -> float:
    plain, drawn = _value_of(span, net, rng, DRAWS // 20)
    return float(2 * plain - drawn.mean())


def _value_of(span: _Span, net: np.ndarray, rng: np.random.Generator, draws: int) -> tuple[float, np.ndarray]:
    """The value by the fitted curves, and by curves and worlds drawn again: mean of the largest less largest mean."""
    reference = int(net.mean(axis=0).argmax())
    others = np.delete(net, reference, axis=1) - net[:, [reference]]
    fitted = _Fitted.through(span, others)
    values = np.array([_gain(curves, weights) for curves, weights in fitted.drawn(rng, draws)])
    return _gain(fitted.curves, np.full(len(net), 1 / len(net))), values


def _gain(curves: np.ndarray, weights: np.ndarray) -> float:
    """Worth of choosing along the curves (differences to the reference, which is 0) over choosing once for all."""
    return float(weights @ np.maximum(curves.max(axis=1), 0.0) - max((weights @ curves).max(), 0.0))


@dataclass(frozen=True)
class _Span:
    """What a basis spans: orthonormal directions (worlds, m), each with the size that the basis has along it (m,)."""

    directions: np.ndarray
    sizes: np.ndarray

    @classmethod
    def of(cls, basis: np.ndarray) -> _Span:
        """Of a centred basis; directions that it hardly has are left out."""
        directions, sizes, _ = np.linalg.svd(basis - basis.mean(axis=0), full_matrices=False)
        kept = sizes > 1e-9 * max(float(sizes[0]), 1e-300)
        return cls(directions[:, kept], sizes[kept])


@dataclass(frozen=True)
class _Fitted:
    """Smooth curves through the worlds with what is uncertain about them."""

    curves: np.ndarray  # (worlds, schemes - 1)
    directions: np.ndarray  # (worlds, m)
    spread: np.ndarray  # (m, schemes - 1) posterior standard deviation along each direction
    level: np.ndarray  # (schemes - 1,) standard error of the mean
    together: np.ndarray  # correlation of the schemes' scatter, as a factor L with L L' = R

    @classmethod
    def through(cls, span: _Span, values: np.ndarray) -> _Fitted:
        """Bayesian ridge regression: as smooth as the evidence says (MacKay 1992), for every column by itself."""
        n, directions = span.directions.shape[0], span.directions
        mean = values.mean(axis=0)
        shares = directions.T @ (values - mean)
        fits = [_as_smooth_as_told(span.sizes, shares[:, k], values[:, k] - mean[k]) for k in range(values.shape[1])]
        curves = mean + directions @ np.column_stack([share for share, _, _ in fits])
        scatter = np.array([noise for _, _, noise in fits])
        return cls(
            curves,
            directions,
            np.column_stack([spread for _, spread, _ in fits]),
            np.sqrt(scatter / n),
            _factor(values - curves),
        )

    def drawn(self, rng: np.random.Generator, draws: int):  # type: ignore[no-untyped-def]
        """Pairs of curves drawn from their posterior and weights of worlds drawn again."""
        n, m = self.directions.shape
        counts = rng.multinomial(n, np.full(n, 1 / n), size=draws) / n
        for weights in counts:
            shocks = rng.standard_normal((m + 1, len(self.level))) @ self.together.T
            yield self.curves + self.directions @ (self.spread * shocks[:m]) + self.level * shocks[m], weights


def _as_smooth_as_told(sizes: np.ndarray, shares: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """(shrunk shares, their posterior standard deviations, variance of the scatter) by maximising the evidence.

    With prior precision a and noise precision b each direction keeps s2 b/(s2 b + a) of its share; a and b follow from
    the number of directions in use, g = sum of what is kept: a = g / |w|2, b = (n - 1 - g) / residual.
    """
    n, squares = len(values), sizes**2
    total = float(values @ values)
    if total <= 1e-24 * n:
        return np.zeros_like(shares), np.zeros_like(shares), 0.0
    outside = max(total - float(shares @ shares), 0.0)
    b, a = (n - 1) / total, float(squares.mean()) * (n - 1) / total
    for _ in range(MOST_ROUNDS):
        kept = squares * b / (squares * b + a)
        weights = kept * shares / sizes
        used = float(kept.sum())
        residual = outside + float((((1 - kept) * shares) ** 2).sum())
        new_a = used / max(float(weights @ weights), 1e-300)
        new_b = max(n - 1 - used, 1.0) / max(residual, 1e-12 * total)
        done = abs(np.log(new_a / a)) + abs(np.log(new_b / b)) < 1e-4
        a, b = min(new_a, 1e12 * b * float(squares.max())), new_b
        if done:
            break
    kept = squares * b / (squares * b + a)
    return kept * shares, np.sqrt(kept / b), 1 / b


def _factor(residuals: np.ndarray) -> np.ndarray:
    """L with L L' the correlation of columns; columns that do not vary stand alone."""
    scale = residuals.std(axis=0)
    safe = np.where(scale > 0, scale, 1.0)
    correlation = (residuals / safe).T @ (residuals / safe) / len(residuals)
    np.fill_diagonal(correlation, 1.0)
    values, vectors = np.linalg.eigh(correlation)
    return vectors * np.sqrt(np.maximum(values, 0.0))


# --- curves ----------------------------------------------------------------------------------------------------------


def curve_basis(values: np.ndarray, *, categorical: bool = False, knots: int = KNOTS) -> np.ndarray:
    """Functions of one assumption: cubic splines with knots at its quantiles, or one a category."""
    levels = np.unique(values)
    if len(levels) < 2:
        return np.zeros((len(values), 1))
    if categorical or len(levels) <= knots + 2:
        return (values[:, None] == levels[None, :]).astype(float)
    from scipy.interpolate import BSpline

    inner = np.unique(np.quantile(values, np.linspace(0, 1, knots + 2)))
    all_knots = np.concatenate([[inner[0]] * 3, inner, [inner[-1]] * 3])
    return BSpline.design_matrix(values, all_knots, 3).toarray()


def group_basis(columns: Sequence[np.ndarray], categorical: Sequence[bool] | None = None) -> np.ndarray:
    """Functions of several assumptions: a curve of each, and the product of every two (as straight lines)."""
    flags = categorical or [False] * len(columns)
    curves = [curve_basis(c, categorical=flag, knots=GROUP_KNOTS) for c, flag in zip(columns, flags, strict=True)]
    if len(columns) == 1:
        return curve_basis(columns[0], categorical=flags[0])
    straight = [_standard(column) for column in columns]
    products = [straight[i] * straight[j] for i in range(len(columns)) for j in range(i)]
    return np.column_stack([*curves, *(product / 3 for product in products)])


def _standard(values: np.ndarray) -> np.ndarray:
    scale = values.std()
    return (values - values.mean()) / scale if scale > 0 else np.zeros_like(values, dtype=float)


def _resampled(worlds: int, rng: np.random.Generator) -> np.ndarray:
    """(draws, worlds): weights of worlds drawn again with replacement."""
    return rng.multinomial(worlds, np.full(worlds, 1 / worlds), size=DRAWS) / worlds


def _tails() -> tuple[float, float]:
    return (1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2
