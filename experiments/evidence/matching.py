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
CHAINS = 64  # chains side by side
COOLING = (100.0, 30.0, 10.0, 3.0)  # temperatures that the chains come down by
SWEEPS = 8  # sweeps over all parameters at each of them
KEPT_SWEEPS = 40  # sweeps at the end whose states are kept
WIDTHS = (0.3, 0.1, 0.03)  # of the moves of one parameter, in shares of the prior
JOINT_MOVES = 4  # moves of all parameters together in a sweep
PRIOR_POINTS = 20_000  # points that the share not ruled out is counted on
NEXT_TEMPERATURE = 4.0  # later waves look around the fit, not only in it

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

    @property
    def volume_in_words(self) -> str:
        """The share as far as the points it is counted on can tell: none left means fewer than one of them."""
        return f"{100 * self.volume:.2g} %" if self.volume > 0 else f"less than {100 / PRIOR_POINTS:.2g} %"


@dataclass
class Matched:
    """The outcome: a posterior sample, everything simulated on the way and the emulators of the last wave."""

    box: Box
    targets: Targets
    unit: np.ndarray  # posterior (n, parameters), unit cube
    values: np.ndarray  # its simulated numbers
    tried: np.ndarray  # every simulated point, unit cube
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
        volume = not_ruled_out(emulators, targets, len(box.names), luck)
        waves.append(Wave(len(tried), volume, [emulator.r2 for emulator in emulators]))
        tell(f"wave {wave + 1}: {len(tried)} points simulated, {waves[-1].volume_in_words} of the prior not ruled out")
        if wave < effort.waves - 1:
            around, _ = emulated_posterior(emulators, targets, len(box.names), luck, NEXT_TEMPERATURE)
            chosen = around[luck.choice(len(around), effort.next_waves, replace=False)]
            tried = np.vstack([tried, chosen])
            values = np.vstack([values, simulate(box.real(chosen))])
    chain, misfits = emulated_posterior(emulators, targets, len(box.names), luck)
    proposed = chain[luck.choice(len(chain), effort.proposals, replace=False)]
    seen = simulate(box.real(proposed))
    kept = borne_out(targets, emulators, proposed, seen, luck)
    tell(f"posterior: {len(kept)} of {len(proposed)} proposals borne out by the simulator")
    share = len(kept) / len(proposed)
    kept = kept[: effort.posterior]
    return Matched(
        box, targets, proposed[kept], seen[kept], np.vstack([tried, proposed]), chain, misfits,
        emulators, waves, share,
    )  # fmt: skip


def emulated(emulators: Sequence[Emulator], points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(numbers at points, the emulators' errors)."""
    values = np.column_stack([emulator(points) for emulator in emulators])
    return values, np.array([emulator.error for emulator in emulators])


def implausibility(emulators: Sequence[Emulator], targets: Targets, points: np.ndarray) -> np.ndarray:
    """The largest standardised gap over all numbers."""
    return np.abs(targets.misfit(*emulated(emulators, points))).max(axis=1)


def not_ruled_out(emulators: Sequence[Emulator], targets: Targets, dimensions: int, luck: np.random.Generator) -> float:
    """Share of the prior whose largest implausibility is below 3, counted on random points (0: fewer than one in so many)."""
    return float((implausibility(emulators, targets, luck.random((PRIOR_POINTS, dimensions))) < IMPLAUSIBLE).mean())


def emulated_posterior(
    emulators: Sequence[Emulator], targets: Targets, dimensions: int, luck: np.random.Generator, temperature: float = 1.0
) -> tuple[np.ndarray, np.ndarray]:
    """(sample of prior times Gaussian kernel by the emulators, its chi-squared), at a temperature.

    Chains start all over the prior and cool down. A sweep moves one parameter after the other (Metropolis; only the emulators
    that look at it are asked again), then all together along the line between two other chains (ter Braak 2006), which
    follows ridges.
    """
    error = np.array([emulator.error for emulator in emulators])
    concerned = [[n for n, emulator in enumerate(emulators) if d in emulator.active] for d in range(dimensions)]
    points = luck.random((CHAINS, dimensions))
    gaps = targets.misfit(emulated(emulators, points)[0], error)

    def moved(to: np.ndarray, numbers: Sequence[int], heat: float) -> None:
        new = gaps.copy()
        inside = ((to >= 0.0) & (to <= 1.0)).all(axis=1)
        safe = np.clip(to, 0.0, 1.0)
        for n in numbers:
            new[:, n] = (emulators[n](safe) - targets.centre[n]) / math.hypot(targets.tolerance[n], error[n])
        gain = 0.5 * ((gaps**2).sum(axis=1) - (new**2).sum(axis=1)) / heat
        taken = inside & (np.log(luck.random(CHAINS)) < gain)
        points[taken], gaps[taken] = to[taken], new[taken]

    def sweep(heat: float) -> None:
        for d in range(dimensions):
            to = points.copy()
            to[:, d] += luck.choice(WIDTHS, CHAINS) * luck.standard_normal(CHAINS)
            moved(to, concerned[d], heat)
        for _ in range(JOINT_MOVES):
            one, two = luck.integers(CHAINS, size=CHAINS), luck.integers(CHAINS, size=CHAINS)
            step = luck.choice((0.3, 1.0), CHAINS)[:, None] * (points[one] - points[two])
            moved(points + step + 1e-3 * luck.standard_normal(points.shape), range(len(emulators)), heat)

    for heat in (*COOLING, 1.0):
        for _ in range(SWEEPS):
            sweep(max(heat, temperature))
    kept, squares = [], []
    for _ in range(KEPT_SWEEPS):
        sweep(temperature)
        kept.append(points.copy())
        squares.append((gaps**2).sum(axis=1))
    return np.vstack(kept), np.concatenate(squares)


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


def centre_of(matched: Matched) -> np.ndarray:
    """The posterior's centre, in the parameters' own units: its mean, brought back onto what fits where the ridge is bent.

    Least sum of the squared distance from the mean in the posterior's own metric (Mahalanobis) and the emulators' chi-squared.
    On a straight ridge the mean itself fits, and hardly moves.
    """
    from scipy.optimize import minimize

    d = matched.unit.shape[1]
    mean = matched.unit.mean(axis=0)
    spread = np.atleast_2d(np.cov(matched.unit.T)) + 1e-6 * np.eye(d)
    metric = np.linalg.inv(spread)
    error = np.array([emulator.error for emulator in matched.emulators])

    def misfits(points: np.ndarray) -> np.ndarray:
        gaps = points - mean
        values = np.column_stack([emulator(points) for emulator in matched.emulators])
        return np.einsum("ij,jk,ik->i", gaps, metric, gaps) + (matched.targets.misfit(values, error) ** 2).sum(axis=1)

    def slopes(point: np.ndarray) -> np.ndarray:
        steps = 1e-3 * np.eye(d)
        both = misfits(np.vstack([point + steps, point - steps]))
        return (both[:d] - both[d:]) / 2e-3

    found = minimize(lambda point: float(misfits(point[None])[0]), mean, jac=slopes, method="L-BFGS-B", bounds=[(0.0, 1.0)] * d)
    return matched.box.real(found.x)


def contraction(matched: Matched) -> np.ndarray:
    """How much narrower than the prior every parameter has become: 1 - sd/sd of the uniform prior."""
    return 1.0 - matched.unit.std(axis=0, ddof=1) * math.sqrt(12.0)


def profile(matched: Matched, parameter: int, bins: int = 10) -> np.ndarray:
    """Least chi-squared by the emulators with the parameter in each tenth of its prior; NaN where nothing fitted came there."""
    place = np.minimum((matched.chain[:, parameter] * bins).astype(int), bins - 1)
    return np.array([matched.chain_misfit[place == b].min() if (place == b).any() else np.nan for b in range(bins)])
