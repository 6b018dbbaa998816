"""Gaussian-process emulators: what the simulator would give for a fit row's number at any parameter set, and how surely.

One emulator a number: a linear trend in the parameters that matter for it, a Gaussian process (Matern 5/2, one length a
parameter) on what is left, and an error measured on points it was not trained on. Points live in the unit cube of the prior.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

MOST_ACTIVE = 8  # parameters an emulator looks at
LEAST_IMPORTANCE = 0.02
MOST_TRAINED = 360  # points a process stands on: the nearest to the target
MOST_TUNED = 160  # points its lengths are tuned on
HELD_OUT = 0.2


@dataclass(frozen=True)
class Emulator:
    """Stands for the simulator in one number."""

    active: np.ndarray  # indices of the parameters that matter
    trend: np.ndarray  # linear coefficients, the constant first
    process: Any
    error: float  # standard deviation of what it misses, on points held out
    r2: float  # share of the variance of held-out points that it explains

    def __call__(self, points: np.ndarray) -> np.ndarray:
        """The number at points of the unit cube, (n, parameters) -> (n,)."""
        x = points[:, self.active]
        return self.trend[0] + x @ self.trend[1:] + self.process.predict(x)


def active_parameters(points: np.ndarray, values: np.ndarray, seed: int) -> np.ndarray:
    """Parameters that matter for a number, by the importance they have in a forest of trees."""
    from sklearn.ensemble import ExtraTreesRegressor

    forest = ExtraTreesRegressor(n_estimators=100, min_samples_leaf=3, random_state=seed).fit(points, values)
    order = np.argsort(forest.feature_importances_)[::-1][:MOST_ACTIVE]
    chosen = [i for i in order if forest.feature_importances_[i] >= LEAST_IMPORTANCE] or list(order[:1])
    return np.sort(np.array(chosen))


def train(points: np.ndarray, values: np.ndarray, near: np.ndarray, seed: int) -> Emulator:
    """An emulator of one number; `near` orders points by how much they matter (smallest first), in case there are too many."""
    known = np.isfinite(values)
    points, values, near = points[known], values[known], near[known]
    if len(points) > MOST_TRAINED:
        kept = np.sort(np.argsort(near, kind="stable")[:MOST_TRAINED])
        points, values = points[kept], values[kept]
    active = active_parameters(points, values, seed)
    luck = np.random.default_rng(seed)
    held = luck.permutation(len(points)) < max(1, int(HELD_OUT * len(points)))
    tuned = luck.permutation(np.flatnonzero(~held))[:MOST_TUNED]
    kernel = _fitted(points[tuned], values[tuned], active, seed).process.kernel_
    trial = _fitted(points[~held], values[~held], active, seed, kernel=kernel)
    missed = values[held] - trial(points[held])
    error = float(np.sqrt((missed**2).mean()))
    r2 = 1.0 - error**2 / max(float(values[held].var()), 1e-18)
    whole = _fitted(points, values, active, seed, kernel=kernel)
    return Emulator(active, whole.trend, whole.process, error, r2)


def _fitted(points: np.ndarray, values: np.ndarray, active: np.ndarray, seed: int, kernel: Any = None) -> Emulator:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

    x = points[:, active]
    design = np.column_stack([np.ones(len(x)), x])
    trend = np.linalg.lstsq(design, values, rcond=None)[0]
    left = values - design @ trend
    size = max(float(left.var()), 1e-12)
    optimise: str | None = "fmin_l_bfgs_b"
    if kernel is None:
        lengths = Matern(np.ones(len(active)), (0.1, 20.0), nu=2.5)
        kernel = ConstantKernel(size, (1e-3 * size, 1e3 * size)) * lengths + WhiteKernel(0.1 * size, (1e-5 * size, 2.0 * size))
    else:
        optimise = None
    process = GaussianProcessRegressor(kernel, optimizer=optimise, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a length at its bound: the parameter hardly matters
        process.fit(x, left)
    return Emulator(active, trend, process, 0.0, 0.0)


def train_all(points: np.ndarray, values: np.ndarray, near: np.ndarray, seed: int) -> Sequence[Emulator]:
    """One emulator for every column of values, (n, numbers)."""
    return [train(points, values[:, number], near, seed + number) for number in range(values.shape[1])]
