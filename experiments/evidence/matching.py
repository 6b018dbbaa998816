"""History matching and approximate Bayesian computation over a box of parameters, for any simulator of a few numbers.

Waves of simulations rule out what cannot be (the largest implausibility over all numbers, `|target - emulator|` over the
joint standard deviation of tolerance and emulator error, above 3; Craig et al. 1997, Vernon, Goldstein & Bower 2010). Then
parameter sets are drawn from the emulators' posterior, simulated, and kept as far as the simulator bears them out (rejection with
a Gaussian kernel, corrected for the emulator that proposed them; Beaumont 2019). Everything is seeded.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.stats import qmc

from experiments.evidence.emulators import Emulator, train_all

IMPLAUSIBLE = 3.0
WALKERS = 96
MOVES = 15  # sweeps of the walkers at every threshold
SURVIVORS = 0.25  # share of walkers that pass the next threshold
CHAIN = 260  # sweeps of the chain that draws from the emulators' posterior
BURN_IN = 80
STRETCH = 2.0

Simulator = Callable[[np.ndarray], np.ndarray]  # (n, parameters) in their own units -> (n, numbers)


@dataclass(frozen=True)
class Box:
    """The prior: uniform between low and high."""

    names: tuple[str, ...]
    low: np.ndarray
    high: np.ndarray

    def real(self, unit: np.ndarray) -> np.ndarray:
        """Points of the unit cube in the parameters' own units."""
        return self.low + unit * (self.high - self.low)


@dataclass(frozen=True)
class Targets:
    """Numbers to be reached: centre and tolerance (a standard deviation)."""

    names: tuple[str, ...]
    centre: np.ndarray
    tolerance: np.ndarray

    def misfit(self, values: np.ndarray, error: np.ndarray | float = 0.0) -> np.ndarray:
        """Standardised gaps, (n, numbers); what could not be measured is far away."""
        gaps = (values - self.centre) / np.sqrt(self.tolerance**2 + np.asarray(error) ** 2)
        return np.where(np.isfinite(gaps), gaps, 10.0)


@dataclass
class Wave:
    """What one wave did."""

    points: int
    volume: float  # share of the prior not ruled out after it
    r2: list[float]


@dataclass
class Matched:
    """The outcome: a posterior sample, everything simulated on the way and the emulators of the last wave."""

    box: Box
    targets: Targets
    unit: np.ndarray  # posterior (n, parameters), unit cube
    values: np.ndarray  # its simulated numbers
    tried: np.ndarray  # every simulated point, unit cube
    tried_values: np.ndarray
    chain: np.ndarray  # a long sample of the emulators' posterior, unit cube
    chain_misfit: np.ndarray  # chi-squared of the chain by the emulators
    emulators: Sequence[Emulator] = field(repr=False, default=())
    waves: list[Wave] = field(default_factory=list)
    accepted: float = 0.0  # share of proposals that the simulator bore out

    @property
    def sets(self) -> np.ndarray:
        """The posterior in the parameters' own units."""
        return self.box.real(self.unit)


@dataclass(frozen=True)
class Effort:
    """How hard to look."""

    first_wave: int = 384
    waves: int = 3
    next_waves: int = 256
    proposals: int = 512
    posterior: int = 300
    seed: int = 2026


def match(
    simulate: Simulator, box: Box, targets: Targets, effort: Effort, tell: Callable[[str], None] = lambda text: None
) -> Matched:
    """Waves of history matching, then a posterior sample."""
    luck = np.random.default_rng(effort.seed)
    sobol = qmc.Sobol(len(box.names), scramble=True, rng=np.random.default_rng(effort.seed))
    tried = sobol.random(effort.first_wave)
    values = simulate(box.real(tried))
    waves: list[Wave] = []
    emulators: Sequence[Emulator] = ()
    for wave in range(effort.waves):
        near = np.abs(targets.misfit(values)).max(axis=1)
        emulators = train_all(tried, values, near, effort.seed + 100 * wave)
        inside, volume = not_ruled_out(emulators, targets, len(box.names), luck)
        waves.append(Wave(len(tried), volume, [emulator.r2 for emulator in emulators]))
        tell(f"wave {wave + 1}: {len(tried)} points simulated, {volume:.2g} of the prior not ruled out")
        if wave < effort.waves - 1:
            chosen = inside[luck.choice(len(inside), effort.next_waves, replace=len(inside) < effort.next_waves)]
            tried = np.vstack([tried, chosen])
            values = np.vstack([values, simulate(box.real(chosen))])
    chain, misfits = emulated_posterior(emulators, targets, inside, luck)
    proposed = chain[luck.choice(len(chain), effort.proposals, replace=False)]
    seen = simulate(box.real(proposed))
    kept = borne_out(targets, emulators, proposed, seen, luck)
    tell(f"posterior: {len(kept)} of {len(proposed)} proposals borne out by the simulator")
    share = len(kept) / len(proposed)
    kept = kept[: effort.posterior]
    return Matched(
        box, targets, proposed[kept], seen[kept], np.vstack([tried, proposed]), np.vstack([values, seen]), chain, misfits,
        emulators, waves, share,
    )  # fmt: skip


def emulated(emulators: Sequence[Emulator], points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(numbers at points, the emulators' errors)."""
    values = np.column_stack([emulator(points) for emulator in emulators])
    return values, np.array([emulator.error for emulator in emulators])


def implausibility(emulators: Sequence[Emulator], targets: Targets, points: np.ndarray) -> np.ndarray:
    """The largest standardised gap over all numbers."""
    return np.abs(targets.misfit(*emulated(emulators, points))).max(axis=1)


def not_ruled_out(
    emulators: Sequence[Emulator], targets: Targets, dimensions: int, luck: np.random.Generator
) -> tuple[np.ndarray, float]:
    """(points uniform over what is not ruled out, its share of the prior), by subset simulation (Au & Beck 2001).

    The threshold falls from that which a quarter of the walkers pass to 3; at every threshold the survivors are spread
    out again by stretch moves. Where not even the best walkers come below 3 the best there is stays.
    """

    def judge(points: np.ndarray) -> np.ndarray:
        return implausibility(emulators, targets, points)

    def spread_out(points: np.ndarray, bad: np.ndarray, limit: float, sweeps: int) -> tuple[np.ndarray, np.ndarray]:
        def chance(old: np.ndarray, new: np.ndarray, factor: np.ndarray) -> np.ndarray:
            return np.where(new <= limit, factor, 0.0)

        for _ in range(sweeps):
            points, bad = _stretched(points, bad, judge, chance, luck)
        return points, bad

    walkers = luck.random((WALKERS, dimensions))
    badness = implausibility(emulators, targets, walkers)
    volume = 1.0
    for _ in range(40):
        threshold = max(IMPLAUSIBLE, float(np.quantile(badness, SURVIVORS)))
        passes = badness <= threshold
        volume *= float(passes.mean())
        survivors = np.flatnonzero(passes)
        start = survivors[luck.integers(len(survivors), size=WALKERS)]
        walkers, badness = walkers[start], badness[start]
        walkers, badness = spread_out(walkers, badness, threshold, MOVES)
        if threshold <= IMPLAUSIBLE:
            break
    spread = [walkers]
    for _ in range(4):
        walkers, badness = spread_out(walkers, badness, threshold, MOVES // 4)
        spread.append(walkers)
    return np.unique(np.vstack(spread), axis=0), volume


def emulated_posterior(
    emulators: Sequence[Emulator], targets: Targets, start: np.ndarray, luck: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """(sample of prior times Gaussian kernel by the emulators, its chi-squared), by an ensemble of walkers (Goodman & Weare
    2010)."""

    def misfit(points: np.ndarray) -> np.ndarray:
        return (targets.misfit(*emulated(emulators, points)) ** 2).sum(axis=1)

    def chance(old: np.ndarray, new: np.ndarray, factor: np.ndarray) -> np.ndarray:
        return factor * np.exp(np.clip(0.5 * (old - new), -700.0, 50.0))

    best = start[np.argsort(misfit(start), kind="stable")]
    walkers = best[np.arange(WALKERS) % len(best)] if len(best) < WALKERS else best[:WALKERS]
    walkers = np.clip(walkers + 1e-4 * luck.standard_normal(walkers.shape), 0.0, 1.0)
    squares = misfit(walkers)
    kept, kept_squares = [], []
    for sweep in range(CHAIN):
        walkers, squares = _stretched(walkers, squares, misfit, chance, luck)
        if sweep >= BURN_IN and sweep % 5 == 0:
            kept.append(walkers.copy())
            kept_squares.append(squares.copy())
    return np.vstack(kept), np.concatenate(kept_squares)


def _stretched(
    walkers: np.ndarray,
    badness: np.ndarray,
    judge: Callable[[np.ndarray], np.ndarray],
    chance: Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray],
    luck: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """One sweep: either half of the walkers moves along lines through walkers of the other half."""
    walkers, badness = walkers.copy(), badness.copy()
    half = len(walkers) // 2
    dimensions = walkers.shape[1]
    for own, other in ((slice(None, half), slice(half, None)), (slice(half, None), slice(None, half))):
        n = len(walkers[own])
        z = ((STRETCH - 1.0) * luck.random(n) + 1.0) ** 2 / STRETCH
        guides = walkers[other][luck.integers(len(walkers[other]), size=n)]
        moved = guides + z[:, None] * (walkers[own] - guides)
        inside = ((moved >= 0.0) & (moved <= 1.0)).all(axis=1)
        judged = np.where(inside, judge(np.clip(moved, 0.0, 1.0)), np.inf)
        with np.errstate(invalid="ignore"):
            taken = inside & (luck.random(n) < chance(badness[own], judged, z ** (dimensions - 1)))
        walkers[own] = np.where(taken[:, None], moved, walkers[own])
        badness[own] = np.where(taken, judged, badness[own])
    return walkers, badness


def borne_out(
    targets: Targets, emulators: Sequence[Emulator], proposed: np.ndarray, seen: np.ndarray, luck: np.random.Generator
) -> np.ndarray:
    """Indices of proposals kept: with a chance in proportion to simulator's kernel over emulators' kernel, in random order."""
    by_emulators = (targets.misfit(*emulated(emulators, proposed)) ** 2).sum(axis=1)
    by_simulator = (targets.misfit(seen) ** 2).sum(axis=1)
    weight = -0.5 * (by_simulator - by_emulators)
    top = float(np.quantile(weight, 0.9))  # the few heaviest count as one each, so that they do not decide alone
    kept = np.flatnonzero(np.log(luck.random(len(weight))) < np.minimum(weight - top, 0.0))
    return luck.permutation(kept)


# --- what the data say -----------------------------------------------------------------------------------------------


def contraction(matched: Matched) -> np.ndarray:
    """How much narrower than the prior every parameter has become: 1 - sd/sd of the uniform prior."""
    return 1.0 - matched.unit.std(axis=0, ddof=1) * math.sqrt(12.0)


def profile(matched: Matched, parameter: int, bins: int = 10) -> np.ndarray:
    """Least chi-squared by the emulators with the parameter in each tenth of its prior; NaN where nothing fitted came there."""
    place = np.minimum((matched.chain[:, parameter] * bins).astype(int), bins - 1)
    return np.array([matched.chain_misfit[place == b].min() if (place == b).any() else np.nan for b in range(bins)])
