"""Counting inside many small groups at once: rank agreement, ends that were misjudged, medians (compiled).

A group is a stretch of consecutive rows: `first` and `size` of every group. scipy and numpy are the oracles in the tests.
"""

from __future__ import annotations

import math

import numpy as np

from sim.jit import allocating, rule


@rule
def counted_pairs(x, y):
    """(pairs in the same order less pairs in the opposite order, pairs tied in x, pairs tied in y, all pairs), one by one."""
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
    return agreed, tied_x, tied_y, 0.5 * n * (n - 1.0)


@rule
def tau_b(x, y):
    """Kendall's tau-b of two columns; 0 where either is all tied. Pairs are counted one by one (groups are small)."""
    agreed, tied_x, tied_y, pairs = counted_pairs(x, y)
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


@rule
def grouped_tau_b_of_grades(grade, contribution, first, size):
    """Mean over groups of tau-b relative to the most that tied grades allow, sqrt(1 - tied pairs/pairs); NaN if all are tied."""
    total, people = 0.0, 0.0
    for g in range(first.shape[0]):
        own = slice(first[g], first[g] + size[g])
        agreed, tied, tied_y, pairs = counted_pairs(grade[own], contribution[own])
        if pairs > tied:
            free = (pairs - tied) * (pairs - tied_y)
            tau = agreed / math.sqrt(free) if free > 0.0 else 0.0
            total += size[g] * tau / math.sqrt(1.0 - tied / pairs)
            people += size[g]
    return total / people if people > 0.0 else math.nan


@allocating
def misjudged(score, contribution, grade, first, size, end, sign, is_given, share, fewest):
    """(given to the wrong ones, given) at one end of the groups of `fewest` or more; as many right ones are left out.

    Who is there by right are as many as were given the grade `end`, from the end of the contributions that `sign` brings to the
    front. Where the grade is not given at all (`is_given` false), the `share` of the group with scores at that end stands in.
    """
    wrong, given = 0, 0
    for g in range(first.shape[0]):
        n, own = size[g], slice(first[g], first[g] + size[g])
        if n < fewest:
            continue
        if is_given:
            chosen = grade[own] == end
        else:
            chosen = np.zeros(n, np.bool_)
            chosen[np.argsort(sign * score[own], kind="mergesort")[: int(share * n)]] = True
        n_chosen = chosen.sum()
        by_right = np.argsort(sign * contribution[own], kind="mergesort")[:n_chosen]
        wrong += n_chosen - chosen[by_right].sum()
        given += n_chosen
    return wrong, given


@allocating
def above_median(values, first, size):
    """Whether every row lies above the median of its group."""
    is_above = np.zeros(values.shape[0], np.bool_)
    for g in range(first.shape[0]):
        own = slice(first[g], first[g] + size[g])
        is_above[own] = values[own] > np.median(values[own])
    return is_above
