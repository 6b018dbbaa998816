"""`verb: sweep`: schemes run over a grid or a sample of values at paths of scheme, organisation or behaviour."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from sim.schemes.misfit import Misfit
from sim.schemes.paths import Range
from sim.schemes.plans.plan import Documents, Misfits, Plan
from sim.schemes.plans.varying import Short, Span, check_ranges, range_of
from sim.schemes.scheme import count

MOST_POINTS = 1_000_000


class SweepPlan(Plan):
    """Which paths a sweep varies, and how it spreads its points."""

    design: Literal["full", "latin_hypercube", "sobol"] = Field(
        "full", description="full factorial, Latin hypercube, or Sobol sequence."
    )
    paths: dict[str, Short | Span] = Field(
        min_length=1, max_length=100, description="Path of an element: [low, high], the values to try, or a mapping of these."
    )
    points: int = count(64, "Points of a Latin hypercube or a Sobol sequence.", low=2, high=MOST_POINTS, unit="points")
    levels: int = count(5, "Values of every range in a full factorial design.", low=2, high=1000, unit="values")

    def ranges(self) -> dict[str, Range]:
        """The range of every path, as it is named in the file.

        Raises:
            UserError: no such path, or a value it cannot take.
        """
        return {path: range_of(path, span) for path, span in self.paths.items()}

    def levels_of(self, path: str) -> int:
        """Values of a range in a full factorial design."""
        span = self.paths[path]
        return (span.levels or self.levels) if isinstance(span, Span) else self.levels

    def misfits(self, documents: Documents) -> list[Misfit]:
        """Paths that lead nowhere and values that the documents cannot take."""
        found = Misfits()
        ranges: dict[str, Range] = {}
        for path, span in self.paths.items():
            with found.gathered("paths", path):
                ranges[path] = range_of(path, span)
        check_ranges(ranges, documents, found, "paths")
        points = 1
        for path, spread in ranges.items():
            points *= len(spread.levels(self.levels_of(path)))
        if self.design == "full" and points > MOST_POINTS:
            hint = "fewer levels, or design: latin_hypercube"
            found.append(
                Misfit(("design",), "the full factorial is too large", f"{points:,} points", f"at most {MOST_POINTS:,}", hint)
            )
        if self.design == "sobol" and self.points & (self.points - 1):
            near = f"{2 ** (self.points.bit_length() - 1)} or {2 ** self.points.bit_length()}"
            found.append(
                Misfit(("points",), "a Sobol sequence is balanced only at a power of two", f"{self.points} points", "", near)
            )
        return found
