"""Verdicts: a row's runs held against what was published.

A claim with a band is *in band* where the point estimate lies in it, else *sign only* where the published direction is clear (the
95 % interval lies on its side of no effect), else *missed*. A claim about a sign is *right sign* where the direction is clear,
else *missed*. A row is *met* where all its claims are in band or have the right sign; *sign only* where none is missed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from scipy.stats import t

from experiments.evidence.arms import Arms, run_row
from experiments.evidence.measures import Measured, estimate
from experiments.evidence.rows import Claim, Row
from sim.schemes.behaviour import Behaviour

SMALLEST_EFFECT = 1e-9  # below it a difference is rounding, not a direction


class Verdict(StrEnum):
    """How a claim or a row fares, best first."""

    IN_BAND = "in band"
    RIGHT_SIGN = "right sign"
    SIGN_ONLY = "sign only"
    MISSED = "missed"


MET = (Verdict.IN_BAND, Verdict.RIGHT_SIGN)


@dataclass(frozen=True)
class Judged:
    """One claim: what was measured, what was published, how they fit."""

    claim: Claim
    measured: Measured
    verdict: Verdict
    draws: tuple[float, ...] = ()  # the same measure under behaviours drawn from the posterior

    @property
    def share_in_band(self) -> float | None:
        """Share of the posterior's behaviours with the measure in the band (or on the published side)."""
        if not self.draws:
            return None
        fits = [_in_band(self.claim, value) if self.claim.has_band else _side(self.claim, value) for value in self.draws]
        return sum(fits) / len(fits)


@dataclass(frozen=True)
class RowResult:
    """A row's findings."""

    row: Row
    findings: tuple[Judged, ...]
    seconds: float = 0.0
    unclaimed: Mapping[str, Measured] = field(default_factory=dict)  # measures that no claim asks for, to be seen beside them

    @property
    def verdict(self) -> Verdict:
        """The row's verdict: that of its worst claim."""
        verdicts = [finding.verdict for finding in self.findings]
        if are_met(verdicts):
            return Verdict.IN_BAND if Verdict.IN_BAND in verdicts else Verdict.RIGHT_SIGN
        return Verdict.MISSED if Verdict.MISSED in verdicts else Verdict.SIGN_ONLY

    @property
    def is_met(self) -> bool:
        """Whether every claim is in band, or has the right sign where only a sign is asked."""
        return self.verdict in MET

    @property
    def is_met_as_tabled(self) -> bool:
        """Whether every claim is met that the evidence table asks for, claims of our own left out."""
        return are_met(finding.verdict for finding in self.findings if not finding.claim.ours)


def are_met(verdicts: Iterable[str]) -> bool:
    """Whether all claims are in band, or have the right sign where only a sign is asked."""
    return all(verdict in MET for verdict in verdicts)


def half_width(measured: Measured) -> float:
    """Half width of the 95 % interval: Student's t with one degree of freedom fewer than replicates.

    Infinite where the error cannot be told: with one replicate, or where the measure has no value without some replicate.
    """
    if measured.replicates < 2 or math.isnan(measured.standard_error):
        return math.inf
    return float(t.ppf(0.975, measured.replicates - 1)) * measured.standard_error


def verdict_of(claim: Claim, measured: Measured) -> Verdict:
    """How a measured value fares against a claim."""
    if math.isnan(measured.value):
        return Verdict.MISSED
    clear = claim.direction * (measured.value - claim.neutral) > max(half_width(measured), SMALLEST_EFFECT)
    if not claim.has_band:
        return Verdict.RIGHT_SIGN if clear else Verdict.MISSED
    if _in_band(claim, measured.value):
        asked_too = claim.sign is not None and not clear
        return (
            Verdict.SIGN_ONLY if asked_too and _side(claim, measured.value) else Verdict.MISSED if asked_too else Verdict.IN_BAND
        )
    return Verdict.SIGN_ONLY if claim.direction and clear else Verdict.MISSED


def _in_band(claim: Claim, value: float) -> bool:
    return (claim.low is None or value >= claim.low) and (claim.high is None or value <= claim.high)


def _side(claim: Claim, value: float) -> bool:
    return claim.direction * (value - claim.neutral) > 0.0


def measure_row(row: Row, behaviour: Behaviour, replicates: int | None = None) -> dict[str, Measured]:
    """Every measure of a row under a behaviour."""
    return measures_of(row, run_row(row, behaviour, replicates))


def measures_of(row: Row, arms: Arms) -> dict[str, Measured]:
    """Every measure of a row from its runs."""
    return {name: estimate(arms, **call) for name, call in row.file.measures.items()}


def judge_row(
    row: Row,
    behaviour: Behaviour,
    *,
    replicates: int | None = None,
    draws: Sequence[Behaviour] = (),
    clock: Callable[[], float] = lambda: 0.0,
) -> RowResult:
    """A row under the one behaviour, and under behaviours drawn from the posterior where some are given."""
    begun = clock()
    measured = measure_row(row, behaviour, replicates)
    drawn = [measure_row(row, one, replicates) for one in draws]
    findings = tuple(
        Judged(
            claim,
            measured[claim.measure],
            verdict_of(claim, measured[claim.measure]),
            tuple(values[claim.measure].value for values in drawn),
        )
        for claim in row.file.claims
    )
    claimed = {claim.measure for claim in row.file.claims}
    unclaimed = {name: value for name, value in measured.items() if name not in claimed}
    return RowResult(row, findings, clock() - begun, unclaimed)
