"""Which scheme is the best on one outcome: schemes that cannot be are dropped on the way.

The fully sequential procedure of Kim & Nelson (2001). Common luck is welcome: all it needs are variances of paired differences,
estimated once from the first look. A scheme is dropped as soon as another is ahead of it by more than a margin that shrinks
with every replicate and ends at 0, so that the procedure always ends. **If the best scheme is better than every other by the
indifference zone or more, it is kept with at least the confidence asked for**; where others come closer, the one that is kept is
within the zone of the best with at least that confidence (Kim & Nelson 2006 on batches and good selection).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from experiments.statistics.intervals import CONFIDENCE


@dataclass
class Selection:
    """The state of a selection among schemes: who is still in, who was dropped at how many replicates and because of whom.

    ``better`` is +1 where more is better and -1 where less is; ``zone`` is the smallest difference that matters.
    """

    names: tuple[str, ...]
    zone: float
    better: int
    confidence: float = CONFIDENCE
    alive: list[str] = field(default_factory=list)
    dropped: dict[str, tuple[int, str]] = field(default_factory=dict)
    _reach: np.ndarray | None = field(default=None, repr=False)
    _spreads: np.ndarray | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.zone <= 0 or self.better not in (1, -1):
            raise ValueError(f"zone {self.zone} must be positive, better {self.better} +1 or -1")
        self.alive = self.alive or list(self.names)

    @property
    def is_done(self) -> bool:
        """Whether one scheme is left."""
        return len(self.alive) <= 1

    @property
    def is_tied(self) -> bool:
        """Whether those that are left gave the very same values at the first look: no number of replicates parts them."""
        if self._reach is None:
            return False
        inside = [self.names.index(name) for name in self.alive]
        return bool((self._reach[np.ix_(inside, inside)] == 0).all())

    @property
    def zones(self) -> tuple[float, float] | None:
        """The zone in standard deviations of a paired difference, smallest and largest over all pairs; None where none varies."""
        if self._spreads is None:
            return None
        spreads = self._spreads[self._spreads > 0]
        return (self.zone / float(spreads.max()), self.zone / float(spreads.min())) if spreads.size else None

    def leave_out(self, name: str, replicates: int) -> None:
        """Take out a scheme that has no value of the outcome at all."""
        self.alive.remove(name)
        self.dropped[name] = (replicates, "")

    def judge(self, values: np.ndarray) -> list[str]:
        """Drop who cannot be best, given (replicates, schemes) in the order of `names`; returns who was dropped now.

        The first call is the first look, whose variances count for good. Replicates where a scheme that is still in has no value
        are left out; columns of dropped schemes are not read after the first look.
        """
        signed = self.better * np.asarray(values, float)
        if self._reach is None:
            alive = [name in self.alive for name in self.names]
            complete = signed[~np.isnan(signed[:, alive]).any(axis=1)]
            if len(complete) < 2:
                return []
            self._reach = reaches(complete, self.zone, self.confidence)
            self._spreads = np.sqrt(_variances(complete))
        inside = [self.names.index(name) for name in self.alive]
        present = signed[~np.isnan(signed[:, inside]).any(axis=1)]
        n = len(present)
        sums = {i: float(present[:, i].sum()) for i in inside}
        margin = np.maximum(0.0, self._reach - n * self.zone / 2)
        out = []
        for i in inside:
            ahead = [other for other in inside if sums[other] - sums[i] > margin[i, other] + 1e-12 * abs(sums[i])]
            if ahead:
                leader = max(ahead, key=lambda other: sums[other])
                out.append(self.names[i])
                self.dropped[self.names[i]] = (n, self.names[leader])
        self.alive = [name for name in self.alive if name not in out]
        return out


def reaches(first: np.ndarray, zone: float, confidence: float = CONFIDENCE) -> np.ndarray:
    """Margin of sums at the start, (schemes, schemes): h^2 S_il^2 / (2 zone), with h^2 of `caution`.

    S_il^2 is the variance of the difference between schemes i and l over the first n0 replicates (Kim & Nelson 2001, section 3).
    """
    n0, k = first.shape
    if k < 2:
        return np.zeros((k, k))
    return caution(n0, k, confidence) * _variances(first) / (2 * zone)


def caution(n0: int, schemes: int, confidence: float = CONFIDENCE) -> float:
    """Kim & Nelson's h^2 = 2 eta (n0 - 1) with eta = ((2 alpha / (k - 1))^(-2/(n0 - 1)) - 1) / 2, for c = 1 and k schemes."""
    return float(((2 * (1 - confidence) / (schemes - 1)) ** (-2 / (n0 - 1)) - 1) * (n0 - 1))


def _variances(first: np.ndarray) -> np.ndarray:
    """Variance of every paired difference, (schemes, schemes), over (replicates, schemes)."""
    return (first[:, :, None] - first[:, None, :]).var(axis=0, ddof=1)
