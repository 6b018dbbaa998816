"""Sensitivity indices: from the outputs of a sample to what each factor contributes, with intervals.

Everything is computed for all outputs at once: with a matrix of how often each resample draws each row, a bootstrap of
means is one matrix product. The numbers are SALib's (tests compare every method; hdmr is SALib's own code), at a
hundredth of its time for sixty outputs.

Outputs come as a matrix (rows of the sample, outputs) without missing values and without constant columns: both are
refused here, because one NaN would silently turn into indices of 0 elsewhere.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import combinations, pairwise
from threading import Lock

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from experiments.statistics.intervals import error_of, half_width, student_quantile
from experiments.statistics.samples import HARMONICS, MORRIS_STEP, Sample
from sim.errors import UserError

Floats = NDArray[np.float64]

#: The index that ranks factors, by method.
MAIN = {
    "sobol": "total",
    "morris": "mu_star",
    "efast": "total",
    "rbd_fast": "first",
    "delta": "delta",
    "pawn": "median",
    "hdmr": "first",
    "dgsm": "bound",
}  # fmt: skip

#: Name of an index for people.
TITLES = {
    "total": "total index",
    "first": "first-order index",
    "second": "second-order index",
    "mu_star": "mean absolute effect",
    "mu": "mean effect",
    "sigma": "spread of effects",
    "delta": "delta",
    "median": "PAWN index",
    "bound": "upper bound of the total index",
}  # fmt: skip

#: Harmonics of RBD-FAST, slices of PAWN, points of the density grid of delta (SALib's values).
RBD_HARMONICS, SLICES, GRID = 10, 10, 100

#: Methods whose resamples are dear: more do not pay.
MOST_RESAMPLES = {"delta": 20, "hdmr": 20, "pawn": 50, "rbd_fast": 100}

#: HDMR fits pairs too up to this number of factors; beyond it their number makes it slow and the fit loose.
MOST_FACTORS_IN_PAIRS = 6

#: HDMR: intervals of its splines. SALib's 2 cannot follow two waves of a sine.
INTERVALS = 4

#: Relative spread below which an output counts as constant (rounding, no more).
CONSTANT = 1e-12


@dataclass(frozen=True)
class Estimates:
    """One kind of index: `values` and half widths of their intervals (factors, or pairs of factors; outputs)."""

    kind: str
    factors: tuple[tuple[str, str], ...]  # (factor, "") or (factor, other)
    values: Floats
    half: Floats


def is_constant(outputs: Floats) -> NDArray[np.bool_]:
    """Which outputs have the same value everywhere, but for rounding."""
    spread = np.ptp(outputs, axis=0)
    return spread <= CONSTANT * np.maximum(np.abs(outputs).max(axis=0), 1e-300)


def check_outputs(outputs: Floats, sample: Sample) -> None:
    """Refuse what no index can be computed from.

    Raises:
        UserError: a value is missing, or an output is constant.
        ValueError: the number of rows is not the sample's.
    """
    if len(outputs) != len(sample.points):
        raise ValueError(f"{len(outputs)} rows of outputs for {len(sample.points)} points")
    missing = ~np.isfinite(outputs)
    if missing.any():
        columns, rows = np.flatnonzero(missing.any(axis=0)), np.flatnonzero(missing.any(axis=1))
        raise UserError.of(
            "an output is missing at some points", found=f"outputs {columns[:5].tolist()}, points {rows[:5].tolist()}"
        )
    if is_constant(outputs).any():
        raise UserError.of(
            "an output is the same at all points", found=f"outputs {np.flatnonzero(is_constant(outputs)).tolist()}"
        )


def indices_of(
    method: str, sample: Sample, outputs: Floats, *, resamples: int = 200, confidence: float = 0.95, seed: int = 1
) -> list[Estimates]:
    """All indices a method gives, the main one first.

    Args:
        method: as in `experiments.statistics.samples.SAMPLERS`; the sample must be its sampler's.
        sample: the points.
        outputs: (rows, outputs), no missing values, no constant columns.
        resamples: behind every interval (`MOST_RESAMPLES` bounds the dear ones).
        confidence: of the intervals: value +- half, half = z times the standard deviation over resamples (morris: the
            t interval of a mean over trajectories).
        seed: of the resamples.
    """
    outputs = np.asarray(outputs, float)
    outputs = outputs.reshape(len(outputs), -1)
    check_outputs(outputs, sample)
    resamples = min(resamples, MOST_RESAMPLES.get(method, resamples))
    z = float(norm.ppf(0.5 + confidence / 2))
    return METHODS[method](sample, outputs, resamples, z, seed)


# --- resampling ------------------------------------------------------------------------------------------------------


def draws_of(n: int, resamples: int, seed: int) -> NDArray[np.int64]:
    """Rows drawn by every resample, (n, resamples): as `SALib.analyze.sobol` draws them with the same seed (not 0)."""
    return np.random.default_rng(seed).integers(n, size=(n, resamples))


def weights_of(draws: NDArray[np.int64]) -> Floats:
    """How often every resample draws every row, as a share: (resamples, n). Its product with a table gives means."""
    n, resamples = draws.shape
    flat = (draws + n * np.arange(resamples)).ravel()
    return np.bincount(flat, minlength=n * resamples).reshape(resamples, n) / n


def alone(factors: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Factors as they stand in `Estimates`."""
    return tuple((factor, "") for factor in factors)


# --- methods -----------------------------------------------------------------------------------------------------------


def sobol(sample: Sample, outputs: Floats, resamples: int, z: float, seed: int) -> list[Estimates]:
    """Total (Jansen 1999), first (Saltelli et al. 2010) and second order (Saltelli 2002); bootstrap of base points."""
    k, n = len(sample.factors), len(outputs) // sample.step
    pairs = list(combinations(range(k), 2)) if sample.with_second_order else []
    weights = weights_of(draws_of(n, resamples, seed))
    standard = (outputs - outputs.mean(axis=0)) / outputs.std(axis=0)
    by_base = standard.reshape(n, sample.step, -1)
    total, first, second = (np.empty((2, size, outputs.shape[1])) for size in (k, k, len(pairs)))
    left, right = [j for j, _ in pairs], [i for _, i in pairs]
    for m in range(outputs.shape[1]):
        a, b = by_base[:, 0, m], by_base[:, -1, m]
        ab = by_base[:, 1 : k + 1, m]
        columns = [a, b, a * a, b * b, *(b[:, None] * (ab - a[:, None])).T, *(0.5 * (a[:, None] - ab) ** 2).T]
        if pairs:
            ba = by_base[:, k + 1 : 2 * k + 1, m]
            columns += [*(ba[:, left] * ab[:, right] - (a * b)[:, None]).T]
        means = _sobol_parts(np.mean(columns, axis=1)[None, :], k, left, right)
        resampled = _sobol_parts(weights @ np.column_stack(columns), k, left, right)
        for held, part, parts in zip((total, first, second), means, resampled, strict=True):
            held[0, :, m] = part[0]
            held[1, :, m] = z * parts.std(axis=0, ddof=1)
    names = sample.factors
    found = [
        Estimates("total", alone(names), total[0], total[1]),
        Estimates("first", alone(names), first[0], first[1]),
    ]
    if pairs:
        found.append(Estimates("second", tuple((names[j], names[i]) for j, i in pairs), second[0], second[1]))
    return found


def _sobol_parts(means: Floats, k: int, left: list[int], right: list[int]) -> tuple[Floats, Floats, Floats]:
    """Total, first and second order from the means of the products, a row a resample."""
    a, b, aa, bb = means[:, 0], means[:, 1], means[:, 2], means[:, 3]
    variance = ((aa + bb) / 2 - ((a + b) / 2) ** 2)[:, None]
    shares = np.divide(means[:, 4:], variance, out=np.zeros_like(means[:, 4:]), where=variance > np.finfo(float).eps)
    first, total, both = shares[:, :k], shares[:, k : 2 * k], shares[:, 2 * k :]
    return total, first, both - first[:, left] - first[:, right]


def morris(sample: Sample, outputs: Floats, resamples: int, z: float, seed: int) -> list[Estimates]:
    """Mean absolute effect (Campolongo et al. 2007), mean and spread of effects (Morris 1991) of a step across the range.

    Effects are in the unit of the output over the whole range of the factor. A group has no direction: its mean effect
    is missing.
    """
    k, n = len(sample.factors), len(outputs) // sample.step
    points = sample.points.reshape(n, k + 1, -1)
    values = outputs.reshape(n, k + 1, -1)
    moved = np.diff(points, axis=1)
    member = np.array([[group == factor for group in sample.group_of] for factor in sample.factors])
    which = np.argmax(np.abs(moved) > 1e-9, axis=2)  # first parameter that moves in every step
    factor_of = np.argmax(member[:, which], axis=0)  # (n, k): the factor that moves
    direction = np.sign(np.take_along_axis(moved, which[:, :, None], axis=2))
    effects = np.empty((n, k, outputs.shape[1]))
    steps = np.diff(values, axis=1) * direction / MORRIS_STEP
    np.put_along_axis(effects, factor_of[:, :, None], steps, axis=1)
    size = np.abs(effects)
    half = half_width(size.reshape(n, -1), 1 - error_of(z)).reshape(size.shape[1:])  # trajectories are few: t, no resampling
    is_group = member.sum(axis=1)[:, None] > 1
    nothing = np.full(half.shape, np.nan)
    names = alone(sample.factors)
    return [
        Estimates("mu_star", names, size.mean(axis=0), half),
        Estimates("mu", names, np.where(is_group, np.nan, effects.mean(axis=0)), nothing),
        Estimates("sigma", names, np.where(is_group, np.nan, effects.std(axis=0, ddof=1)), nothing),
    ]


def efast(sample: Sample, outputs: Floats, resamples: int, z: float, seed: int) -> list[Estimates]:
    """First and total order from the spectrum along a search curve (Saltelli et al. 1999).

    Without intervals: those of SALib resample pieces of a curve and are known not to hold (SALib issue 649).
    """
    k = len(sample.factors)
    n = len(outputs) // k
    omega = (n - 1) // (2 * HARMONICS)
    spectrum = np.abs(np.fft.fft(outputs.reshape(k, n, -1), axis=1)[:, 1 : -(-n // 2)] / n) ** 2
    power = 2 * spectrum.sum(axis=1)
    first = 2 * spectrum[:, np.arange(1, HARMONICS + 1) * omega - 1].sum(axis=1) / power
    total = 1 - 2 * spectrum[:, : omega // 2].sum(axis=1) / power
    nothing = np.full(first.shape, np.nan)
    return [Estimates("total", alone(sample.factors), total, nothing), Estimates("first", alone(sample.factors), first, nothing)]


def rbd_fast(sample: Sample, outputs: Floats, resamples: int, z: float, seed: int) -> list[Estimates]:
    """First order from the spectrum of outputs in the order of a factor (Tarantola et al. 2006; bias: Tissot & Prieur 2012)."""
    rng = np.random.default_rng(seed)
    n = len(outputs)
    values = np.stack([_rbd_first(column, outputs) for column in sample.points.T])
    half = np.empty_like(values)
    for j, column in enumerate(sample.points.T):
        parts = []
        for _ in range(resamples):
            rows = rng.choice(n, n // 2)
            parts.append(_rbd_first(column[rows], outputs[rows]))
        half[j] = z * np.std(parts, axis=0, ddof=1)
    return [Estimates("first", alone(sample.factors), values, half)]


def _rbd_first(column: Floats, outputs: Floats) -> Floats:
    order = np.argsort(column)
    order = np.concatenate([order[::2], order[1::2][::-1]])
    n = len(order)
    spectrum = np.abs(np.fft.rfft(outputs[order], axis=0)) ** 2
    whole = _two_sided(spectrum, n)
    share = 2 * spectrum[1 : RBD_HARMONICS + 1].sum(axis=0) / np.where(whole > 0, whole, 1.0)
    bias = 2 * RBD_HARMONICS / n
    return share - bias / (1 - bias) * (1 - share)


def _two_sided(spectrum: Floats, n: int) -> Floats:
    """Power of all frequencies but 0, both signs, out of the half that a real transform gives."""
    power = 2 * spectrum[1:].sum(axis=0)
    return power - spectrum[-1] if n % 2 == 0 else power


def delta(sample: Sample, outputs: Floats, resamples: int, z: float, seed: int) -> list[Estimates]:
    """Borgonovo's delta from given data, bias-reduced by bootstrap (Plischke et al. 2013, equations 26 and 30)."""
    rng = np.random.default_rng(seed)
    n = len(outputs)
    draws = [rng.integers(n, size=n) for _ in range(resamples)]
    values, half = (np.empty((len(sample.factors), outputs.shape[1])) for _ in range(2))
    for m, output in enumerate(outputs.T):
        grid = np.linspace(output.min(), output.max(), GRID)
        whole = [_density(output[rows], grid) for rows in (np.arange(n), *draws)]
        for j, column in enumerate(sample.points.T):
            found = _delta_once(column, output, grid, whole[0])
            again = [
                _delta_once(column[rows], output[rows], grid, density) for rows, density in zip(draws, whole[1:], strict=True)
            ]
            reduced = 2 * found - np.array(again)
            values[j, m], half[j, m] = reduced.mean(), z * reduced.std(ddof=1)
    return [Estimates("delta", alone(sample.factors), values, half)]


def delta_classes(n: int) -> int:
    """Number of classes of a factor (Plischke et al. 2013)."""
    return round(min(int(np.ceil(n ** (2.0 / (7.0 + np.tanh((1500.0 - n) / 500.0))))), 48))


def _silverman(values: Floats) -> float:
    """Bandwidth of a Gaussian kernel in one dimension by Silverman's rule, as scipy has it."""
    return float(values.std(ddof=1) * (len(values) * 0.75) ** -0.2)


def _density(values: Floats, grid: Floats) -> Floats:
    width = _silverman(values)
    kernels = np.exp(-0.5 * ((values[:, None] - grid) / width) ** 2)
    return kernels.sum(axis=0) / (len(values) * width * np.sqrt(2 * np.pi))


def _delta_once(column: Floats, output: Floats, grid: Floats, whole: Floats) -> float:
    """Half the mean distance between the density of an output and its density inside a class of the factor."""
    n = len(output)
    ordered = output[np.argsort(column, kind="stable")]
    edges = np.searchsorted(np.arange(1, n + 1), np.linspace(0, n, delta_classes(n) + 1), side="right")
    distance = 0.0
    for start, end in pairwise(edges):
        inside = ordered[start:end]
        if len(inside) and np.ptp(inside) > 0:
            gap = np.abs(whole - _density(inside, grid))
            distance += len(inside) / (2 * n) * float(np.trapezoid(gap, grid))
    return distance


def pawn(sample: Sample, outputs: Floats, resamples: int, z: float, seed: int) -> list[Estimates]:
    """Median over slices of a factor of the Kolmogorov-Smirnov distance to the whole (Pianosi & Wagener 2018).

    Not 0 for a factor that does nothing: read it beside the dummy's.
    """
    weights = [None, *draws_of(len(outputs), resamples, seed).T]
    values, half = (np.empty((len(sample.factors), outputs.shape[1])) for _ in range(2))
    for j, column in enumerate(sample.points.T):
        found = [
            _pawn_once(column if rows is None else column[rows], outputs if rows is None else outputs[rows]) for rows in weights
        ]
        values[j], half[j] = found[0], z * np.std(found[1:], axis=0, ddof=1)
    return [Estimates("median", alone(sample.factors), values, half)]


def _pawn_once(column: Floats, outputs: Floats) -> Floats:
    edges = np.nanquantile(column, np.linspace(0, 1, SLICES + 1))
    slice_of = np.where(column < edges[-1], np.clip(np.searchsorted(edges, column, side="right") - 1, 0, SLICES - 1), SLICES)
    member = slice_of[:, None] == np.arange(SLICES)
    sizes = member.sum(axis=0)
    present = sizes > 0
    order = np.argsort(outputs, axis=0, kind="stable")
    n = len(column)
    whole = np.arange(1, n + 1) / n
    found = np.empty(outputs.shape[1])
    for m in range(outputs.shape[1]):
        rows = order[:, m]
        ranked = outputs[rows, m]
        last = np.append(ranked[1:] > ranked[:-1], True)  # of values that are the same, the distribution is read at the last
        inside = np.cumsum(member[rows][:, present], axis=0)[last] / sizes[present]
        found[m] = np.median(np.abs(inside - whole[last][:, None]).max(axis=0))
    return found


def hdmr(sample: Sample, outputs: Floats, resamples: int, z: float, seed: int) -> list[Estimates]:
    """First order and total from a B-spline model (Li et al. 2010), by SALib; pairs up to six factors, K bootstrap fits."""
    from SALib.analyze import hdmr as salib

    k = len(sample.factors)
    order = 2 if 2 <= k <= MOST_FACTORS_IN_PAIRS else 1
    first, total = np.empty((2, k, outputs.shape[1])), np.empty((2, k, outputs.shape[1]))
    for m, output in enumerate(outputs.T):
        with _numpy_seeded(seed), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = salib.analyze(sample.problem, sample.points, output, maxorder=order, m=INTERVALS, K=max(2, resamples))
        first[:, :, m] = np.asarray(found["S"])[:k], np.asarray(found["S_conf"])[:k]
        total[:, :, m] = np.asarray(found["ST"])[:k], np.asarray(found["ST_conf"])[:k]
    names = alone(sample.factors)
    # SALib's half widths are for 95 %: brought to the confidence asked for.
    scale = z / float(norm.ppf(0.975))
    estimates = [Estimates("first", names, first[0], scale * first[1])]
    return [*estimates, Estimates("total", names, total[0], scale * total[1])] if order > 1 else estimates


def dgsm(sample: Sample, outputs: Floats, resamples: int, z: float, seed: int) -> list[Estimates]:
    """Upper bound of the total index from squared derivatives (Sobol & Kucherenko 2009), for factors spread evenly."""
    k, n = len(sample.factors), len(outputs) // sample.step
    values = outputs.reshape(n, k + 1, -1)
    points = sample.points.reshape(n, k + 1, -1)
    steps = np.stack([points[:, j + 1, j] - points[:, 0, j] for j in range(k)], axis=1)
    squares = ((values[:, 1:] - values[:, :1]) / steps[:, :, None]) ** 2
    base = values[:, 0]
    weights = weights_of(draws_of(n, resamples, seed))
    variance = weights @ base**2 - (weights @ base) ** 2
    resampled = np.tensordot(weights, squares, axes=1) / (variance[:, None, :] * np.pi**2)
    bound = squares.mean(axis=0) / (base.var(axis=0) * np.pi**2)
    return [Estimates("bound", alone(sample.factors), bound, z * resampled.std(axis=0, ddof=1))]


METHODS = {
    "sobol": sobol,
    "morris": morris,
    "efast": efast,
    "rbd_fast": rbd_fast,
    "delta": delta,
    "pawn": pawn,
    "hdmr": hdmr,
    "dgsm": dgsm,
}  # fmt: skip

_GLOBAL = Lock()


@contextmanager
def _numpy_seeded(seed: int) -> Iterator[None]:
    """numpy's global generator seeded while the block lasts (SALib's hdmr knows no other), and put back after it."""
    with _GLOBAL:
        before = np.random.get_state()  # noqa: NPY002
        np.random.seed(seed % 2**32)  # noqa: NPY002
        try:
            yield
        finally:
            np.random.set_state(before)  # noqa: NPY002


# --- luck ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Luck:
    """Variance components of points x replicates, by output: what the points make, what luck makes.

    `common` shifts all points alike (a good year for everybody); `own` is luck that meets every point differently.
    """

    points: Floats
    common: Floats
    own: Floats

    @property
    def share(self) -> Floats:
        """Luck's share of the variance of a single run."""
        whole = self.points + self.common + self.own
        return np.divide(self.common + self.own, whole, out=np.full_like(whole, np.nan), where=whole > 0)


def luck_of_points(values: Floats) -> Luck:
    """Two-way analysis of variance of (points, replicates, outputs): the same replicates at every point."""
    return _components(*_mean_squares(values), values.shape[0], values.shape[1])


def _mean_squares(values: Floats) -> tuple[Floats, Floats, Floats]:
    """Mean squares between points, between replicates, and of what is left."""
    p, r = values.shape[:2]
    mean = values.mean(axis=(0, 1))
    of_point, of_replicate = values.mean(axis=1), values.mean(axis=0)
    rest = values - of_point[:, None] - of_replicate[None, :] + mean
    own = (rest**2).sum(axis=(0, 1)) / ((p - 1) * (r - 1))
    between = r * ((of_point - mean) ** 2).sum(axis=0) / (p - 1)
    across = p * ((of_replicate - mean) ** 2).sum(axis=0) / (r - 1)
    return between, across, own


def _components(between: Floats, across: Floats, own: Floats, points: int, replicates: int) -> Luck:
    return Luck(np.maximum((between - own) / replicates, 0.0), np.maximum((across - own) / points, 0.0), own)


def luck_intervals(values: Floats, *, resamples: int, confidence: float, seed: int) -> Floats:
    """Ends of the interval of luck's share, (2, outputs), over other points and other replicates.

    Points are resampled. Replicates are too few for that, often four: how far their mean square may lie from what it would be
    with many is drawn from its law under normal luck (chi-squared with a degree of freedom fewer than replicates).
    """
    rng = np.random.default_rng(seed)
    p, r = values.shape[:2]
    across = _mean_squares(values)[1]
    shares = []
    for _ in range(resamples):
        between, _, own = _mean_squares(values[rng.integers(p, size=p)])
        shares.append(_components(between, across * (r - 1) / rng.chisquare(r - 1, size=across.shape), own, p, r).share)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # an output without any variance has no share: NaN
        return np.nanquantile(shares, [(1 - confidence) / 2, (1 + confidence) / 2], axis=0)


def dummy_of(method: str, values: Floats, *, resamples: int, z: float, seed: int) -> Estimates | None:
    """The floor of a method whose sample holds no dummy: a factor that does nothing but deal the luck anew.

    A factor that the model never reads has an index of exactly 0 there, since all points share their luck. So the dummy
    deals other luck to the same points (`values`: points, replicates, outputs): what is left after the shift that is
    common to all points is what any factor gets that only stirs the cards. For sobol that is luck's share of the variance
    between points, for morris the mean absolute change.
    """
    if method not in ("sobol", "morris") or len(values) < 2:
        return None
    rng = np.random.default_rng(seed)

    def once(rows: NDArray[np.int64]) -> Floats:
        if method == "sobol":
            luck = luck_of_points(values[rows])
            between = luck.points + luck.own
            return np.divide(luck.own, between, out=np.zeros_like(between), where=between > 0)
        change = values[rows][:, 1:] - values[rows][:, :1]
        return np.abs(change - change.mean(axis=0)).mean(axis=(0, 1)) / MORRIS_STEP * with_few

    n = len(values)
    with_few = np.sqrt(n / (n - 1))  # what distances from a mean over few points fall short by
    reach = float(student_quantile(np.array(n), 1 - error_of(z))) * with_few  # z where points are many
    found = once(np.arange(n))
    again = [once(rng.integers(n, size=n)) for _ in range(resamples)]
    return Estimates(MAIN[method], (("dummy", ""),), found[None, :], reach * np.std(again, axis=0, ddof=1)[None, :])
