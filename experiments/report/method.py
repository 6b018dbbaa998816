"""The page about warm-up, replicates and horizon, written from a run of `cadresim method`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.report.evidence import per_cent, table_lines
from experiments.verbs.method import settled_words

if TYPE_CHECKING:
    from experiments.verbs.method import Method


def method_page(found: Method, command: str, assumed: list[str], fitted: list[str], cited: list[str]) -> str:
    """The whole page as Markdown."""
    late = [one for one in found.settling if abs(one.at_usual - one.long_run) > one.spread]
    lines = [
        "# Warm-up, replicates, horizon",
        "",
        f"Written by `{command}` on `{found.organisation}` in {found.seconds:.0f} s; default behaviour, nothing here is typed.",
        "",
        "## Is it stationary?",
        "",
        "Each preset from its first day for twenty years, mean over replicates. *Settled* is what MSER-5 cuts off (months; half",
        "of the run, with a sign \u2265 before it, means that it had not settled by then); the year after the usual warm-up (24",
        "months) is held against the last five years, and against the spread of such a year between replicates.",
        "",
    ]
    rows = [
        (
            f"`{one.scheme}`", f"`{one.series}`", settled_words(one.settled, found.months), f"{one.at_usual:.3f}",
            f"{one.long_run:.3f}", f"{one.spread:.3f}", f"{one.drift:+.4f}",
        )
        for one in found.settling
    ]  # fmt: skip
    lines += table_lines(("Scheme", "Series", "Settled", "Year 3", "Last five years", "Spread of a year", "Drift a year"), rows)
    if late:
        told = ", ".join(f"`{one.series}` under `{one.scheme}`" for one in late)
        lines += [
            f"Further from the long run after 24 months than a year's spread: {told}. Read these as on their way.",
            "",
        ]
    lines += [
        "## How many replicates?",
        "",
        "By the coefficient of variation: the first of 5, 10, 20 ... replicates after which it changes by less than 0.01. By",
        "half width: the first number whose 95 % interval is within 5 % of the mean and stays so for five more. Paired",
        "differences between schemes need far fewer, because schemes meet the same luck; `cadresim compare` stops by itself",
        "(`--until`).",
        "",
    ]
    numbers = [
        (
            f"`{one.scheme}`", f"`{one.outcome}`", f"{one.variation:.3f}", str(one.by_variation or "more"),
            str(one.by_half_width or "more"), per_cent(one.half_width, 1),
        )
        for one in found.needed
    ]  # fmt: skip
    lines += table_lines(("Scheme", "Outcome", "Variation", "By variation", "By half width", "Half width with all"), numbers)
    row, months = found.longest_row
    lines += [
        "## How far ahead?",
        "",
        f"No row of the evidence follows people longer than {months} months ({row}). Up to there the model can be held against",
        "something; the long runs above show where it stays beyond that, not whether people would. Read levels beyond that time,",
        "and any outcome whose drift a year is not small beside its spread, as a direction only.",
        "",
        "## What is assumed",
        "",
        f"Of {len(assumed) + len(fitted) + len(cited)} parameters of behaviour {len(fitted)} are fitted on the rows marked *fit*",
        f"(`docs/calibration.md`), {len(cited)} are cited from a source and {len(assumed)} are **assumed**: not fitted on",
        "anything.",
        "",
        "Assumed: " + ", ".join(f"`{name}`" for name in assumed) + ".",
        "",
        "Cited: " + ", ".join(f"`{name}`" for name in cited) + ".",
    ]
    return "\n".join(lines).rstrip() + "\n"
