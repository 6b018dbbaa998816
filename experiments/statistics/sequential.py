"""When a comparison has enough replicates: looking again and again without fooling oneself.

Replicates come in looks (20, then half as many again, ...). At a look a paired difference is **clear** when it stands far
enough from 0, and **narrow** when its interval is no wider than asked for; a study ends when each is one or the other.

A plain t interval at such an end covers too seldom: clear differences end a study just when luck has carried them
furthest. Here an interval is put at 96.65 % instead of 95 %, and the limit of *clear* is then set so far out that what is lost by
choosing the end is no more than the rest: whatever the true difference (the least favourable is sought), and at whatever look
the interval becomes narrow, the interval *at the end* holds it in at least 95 % and at most about 97 % of studies.
Two facts make this sharp. Under normal luck a mean is independent of all sample variances up to the same look, so that ending on
narrowness alone distorts nothing (Stein 1945; Chow & Robbins 1965); and the mean from look to look is a random walk
whose law follows by recursion (Armitage, McPherson & Rowe 1969; Jennison & Turnbull 2000, chapter 19). Limits found for a
known variance become t limits of the same level (Jennison & Turnbull 2000, section 4.4).

Where schemes are dropped on the way (`experiments.statistics.selection`), ends come about otherwise: what they cost is
in `experiments.statistics.dropping`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from experiments.design.targets import FIRST_LOOK
from experiments.statistics.intervals import CONFIDENCE, normal_quantile

GROWTH = 1.5

#: Replicates at the first of several looks at least: the variance of two or three is often far too small, and intervals of
#: studies that end on it hold the truth in 91 to 94 % only.
FEWEST_AT_FIRST = 5

#: The share of the admitted error that the interval itself takes; the rest is left for the choice of the end.
OWN_ERROR = 0.67

NODES = 61  # of the quadrature across the region in which a study goes on
DRIFTS = 60  # true differences tried for the least favourable one
WIDEST = 8.0  # limits and multipliers are sought up to here


def looks_up_to(most: int, first: int = FIRST_LOOK) -> tuple[int, ...]:
    """Numbers of replicates at which a study is judged: the first look (5 or more), then half as many again up to ``most``."""
    looks = [min(max(first, FEWEST_AT_FIRST), most)]
    while looks[-1] < most:
        grown = int(np.ceil(GROWTH * looks[-1]))
        looks.append(grown if 1.2 * grown <= most else most)  # no last look of a few replicates
    return tuple(looks)


@dataclass(frozen=True)
class Limits:
    """How far is far, for one plan of looks; everything in standard errors of a normal mean.

    Beyond ``clear`` from 0 a difference is clear. ``errors`` against ``multipliers``: the least favourable chance that an
    interval of this half width misses the truth at the end of a study.
    """

    looks: tuple[int, ...]
    clear: float
    multipliers: np.ndarray
    errors: np.ndarray

    def at_the_end(self, error: float = 1 - CONFIDENCE) -> float:
        """Half width of the interval at an end that came by *narrow or clear*, with this chance to miss the truth."""
        return min(multiplier_at(error, self.multipliers, self.errors), self.at_any_end(error))

    def at_any_end(self, error: float = 1 - CONFIDENCE) -> float:
        """Half width of intervals that hold at every look at once, so at any end, however it was chosen.

        Repeated confidence intervals with Pocock's constant (Jennison & Turnbull 1989): a bound that no end needs to pass.
        """
        errors, constants = always_valid_table(self.looks)
        if errors[0] <= error <= errors[-1]:
            return float(np.interp(np.log(error), np.log(errors), constants))
        return always_valid(self.looks, error)


def multiplier_at(error: float, multipliers: np.ndarray, errors: np.ndarray) -> float:
    """The half width that misses with this chance, between those whose chances to miss are known (errors fall)."""
    falling = np.minimum.accumulate(np.maximum(errors, 1e-12))
    return float(np.interp(-np.log(error), -np.log(falling), multipliers))


def times_of(looks: tuple[int, ...]) -> np.ndarray:
    """Looks in units of the first one.

    Raises:
        ValueError: looks that do not grow.
    """
    times = np.asarray(looks, float) / looks[0]
    if (np.diff(times) <= 0).any():
        raise ValueError(f"looks must grow: {looks}")
    return times


@lru_cache(maxsize=32)
def limits_for(looks: tuple[int, ...], confidence: float = CONFIDENCE) -> Limits:
    """The limits of a plan of looks: found once in about a second, then remembered."""
    times = times_of(looks)
    error = 1.0 - confidence
    own = normal_quantile(OWN_ERROR * error)
    low, high = own, WIDEST
    while high - low > 1e-3:
        middle = (low + high) / 2
        low, high = (middle, high) if _worst_errors(times, middle, np.array([own]))[0] > error else (low, middle)
    multipliers = np.linspace(1.0, high + 1.0, 49)
    return Limits(looks, high, multipliers, _worst_errors(times, high, multipliers))


@lru_cache(maxsize=1024)
def always_valid(looks: tuple[int, ...], error: float) -> float:
    """Pocock's constant: what a standardised mean without true difference passes at one look or another with this chance."""
    times = times_of(looks)
    low, high = 0.5, WIDEST
    while high - low > 1e-5:
        middle = (low + high) / 2
        _, w, density = _paths(times, middle)[-1]
        low, high = (middle, high) if 1.0 - float(w @ density) > error else (low, middle)
    return high


@lru_cache(maxsize=32)
def always_valid_table(looks: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Chances to miss and Pocock's constants for them: many outcomes ask for many levels."""
    errors = np.array([2e-4, 5e-4, 1e-3, 2e-3, 3.5e-3, 5e-3, 7e-3, 1e-2, 1.5e-2, 2e-2, 3e-2, 4e-2, 5e-2, 7e-2, 0.1])
    return errors, np.array([always_valid(looks, float(error)) for error in errors])


# --- the law of the mean from look to look -----------------------------------------------------------------------------


def _paths(times: np.ndarray, clear: float) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Look by look: nodes, weights and density of the sum of paths without drift that have not been clear so far."""
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    found: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
    for k, time in enumerate(times):
        edge = clear * np.sqrt(time)
        x, w = edge * nodes, edge * weights
        if k == 0:
            density = normal_density(x)
        else:
            before, mass, old = found[-1]
            step = np.sqrt(time - times[k - 1])
            density = normal_density((x[:, None] - before) / step) / step @ (mass * old)
        found.append((x, w, density))
    return found


def normal_density(x: np.ndarray) -> np.ndarray:
    """Density of the standard normal."""
    return np.exp(-0.5 * x * x) / np.sqrt(2 * np.pi)


def _worst_errors(times: np.ndarray, clear: float, multipliers: np.ndarray) -> np.ndarray:
    """For every multiplier the largest chance to miss, over true differences and over the look at which narrow comes.

    A drift changes the density of a sum s at time t only by the factor exp(drift s - drift^2 t / 2), so one recursion serves all.
    """
    drifts = np.concatenate(([0.0], np.geomspace(0.2 / np.sqrt(times[-1]), clear + 4.0, DRIFTS)))
    paths = _paths(times, clear)
    worst = np.zeros(len(multipliers))
    missed = np.zeros((len(drifts), len(multipliers)))  # at earlier ends, all of them for being clear
    for k, time in enumerate(times):
        if k == 0:
            start, mass, step = np.zeros(1), np.ones((len(drifts), 1)), 1.0
        else:
            start, w, density = paths[k - 1]
            mass = w * density * np.exp(drifts[:, None] * start - 0.5 * drifts[:, None] ** 2 * times[k - 1])
            step = float(np.sqrt(time - times[k - 1]))
        step_law = (mass, start + drifts[:, None] * step**2, step)
        truths, halves = drifts[:, None] * time, multipliers * np.sqrt(time)
        worst = np.maximum(worst, (missed + missing(*step_law, truths, halves, edge=0.0)).max(axis=0))
        missed += missing(*step_law, truths, halves, edge=clear * np.sqrt(time))
    return worst


def missing(mass: np.ndarray, shifts: np.ndarray, step: float, truths: np.ndarray, halves: np.ndarray, edge: float) -> np.ndarray:
    """Chance (drifts, halves) that the next sum misses its truth by more than a half width *and* lies beyond the edges.

    ``mass`` (drifts, nodes) is the chance to be at a node before; ``shifts`` (drifts, nodes) are the means of the next sum from
    there and ``step`` its standard deviation; ``truths`` (drifts, 1) and ``halves`` (halves,) are those of the sum. An edge of
    0 ends everything.
    """
    from scipy.special import ndtr

    def below(x: np.ndarray) -> np.ndarray:
        """Chance that the next sum lies below x (drifts, halves)."""
        return np.einsum("dm,dhm->dh", mass, ndtr((x[:, :, None] - shifts[:, None, :]) / step))

    everything = mass.sum(axis=1)[:, None]
    low, high = truths - halves, truths + halves
    if edge == 0.0:
        return everything - below(high) + below(low)
    edges = np.full_like(low, edge)
    above = everything - below(np.maximum(edges, high)) + np.maximum(below(low) - below(np.minimum(edges, low)), 0.0)
    return above + below(np.minimum(-edges, low)) + np.maximum(below(-edges) - below(np.minimum(-edges, high)), 0.0)
