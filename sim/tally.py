"""Counting pairs: rank agreement inside many small groups at once (compiled; scipy is the oracle in the tests)."""

from __future__ import annotations

import math

from sim.jit import rule


@rule
def tau_b(x, y):
    """Kendall's tau-b of two columns; 0 where either is all tied. Pairs are counted one by one (groups are small)."""
    n = x.shape[0]
    agreed, tied_x, tied_y = 0.0, 0.0, 0.0
    for i in range(n):
        for j in range(i):
            a = x[i] - x[j]
            b = y[i] - y[j]
            if a == 0.0:
                tied_x += 1.0
            if b == 0.0:
                tied_y += 1.0
            if a * b > 0.0:
                agreed += 1.0
            elif a * b < 0.0:
                agreed -= 1.0
    pairs = 0.5 * n * (n - 1.0)
    free = (pairs - tied_x) * (pairs - tied_y)
    return agreed / math.sqrt(free) if free > 0.0 else 0.0


@rule
def grouped_tau_b(x, y, first, size, weight_of):
    """Mean tau-b over groups of consecutive rows, weighted by size; fills `weight_of` with the groups that count (2 or more)."""
    total, people = 0.0, 0.0
    for g in range(first.shape[0]):
        n = size[g]
        weight_of[g] = 0.0
        if n >= 2:
            start = first[g]
            total += n * tau_b(x[start : start + n], y[start : start + n])
            people += n
            weight_of[g] = n
    return total / people if people > 0.0 else math.nan
