"""The page about the calibration, written from a run of `cadresim calibrate`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from experiments.evidence.matching import IMPLAUSIBLE, contraction, profile
from experiments.report.evidence import ASKED_WORDS, per_cent, row_lines, seen_words, table_lines

if TYPE_CHECKING:
    from experiments.verbs.calibrate import Calibration

STRONG = 0.4  # correlations from here on are told


def calibration_page(done: Calibration, command: str) -> str:
    """The whole page as Markdown."""
    matched = done.matched
    n, tried = len(matched.unit), len(matched.tried)
    lines = [
        "# The behaviour, fitted once",
        "",
        f"Written by `{command}` in {done.seconds / 60:.0f} minutes (seed {done.effort.seed}, {done.replicates} runs of every",
        "arm a point); nothing here is typed. The rows marked *fit* and nothing else were asked; the prior of each parameter is",
        "uniform over its declared range. A claim's band counts as two standard deviations of tolerance to either side. See",
        "`docs/decisions/2026-11-21-one-calibration.md` for the method.",
        "",
        f"{tried:,} parameter sets were simulated. After each wave, the share of the prior not ruled out (largest "
        f"implausibility below {IMPLAUSIBLE:g}): "
        + "; ".join(f"{wave.volume_in_words} after {wave.points} points" for wave in matched.waves)
        + ".",
        f"Of the sets proposed by the emulators {per_cent(matched.accepted)} were borne out by the simulator; {n} make the "
        "posterior.",
        "",
        "## How far each number is met",
        "",
        "Simulated at the posterior's sets (mean and central 90 %) and at its centre; the emulator's R² is on points held out.",
        "",
    ]
    at_centre = {
        f"{result.row.id} {judged.claim.measure}": (judged.measured.value, judged.verdict.value)
        for result in done.rows
        for judged in result.findings
    }
    rows: list[tuple[str, ...]] = []
    for number, target in enumerate(done.targets):
        values = matched.values[:, number]
        low, high = np.nanquantile(values, (0.05, 0.95))
        centre, verdict = at_centre[target.name]
        inside = float(((values >= target.low) & (values <= target.high)).mean())
        r2 = matched.waves[-1].r2[number]
        rows.append(
            (
                target.name, f"{target.low:g} to {target.high:g}", f"{np.nanmean(values):.3g}", f"{low:.3g} to {high:.3g}",
                per_cent(inside), f"{centre:.3g}", verdict, f"{r2:.2f}",
            )
        )  # fmt: skip
    header: tuple[str, ...] = (
        "Number",
        "Band",
        "Posterior mean",
        "90 %",
        "Sets in band",
        "Centre",
        "Verdict at the centre",
        "Emulator R²",
    )
    lines += table_lines(header, rows)
    lines += [
        "All claims of the rows marked fit at the centre, those that were not fitted included. Seen: " + seen_words() + ".",
        "In brackets what a claim asks for: " + ASKED_WORDS + ".",
        "",
    ]
    header = ("Row", "Finding", "Measure", "Measured", "Expected", "Published", "Seen", "Verdict")
    lines += table_lines(header, [line[: len(header)] for result in done.rows for line in row_lines(result)])
    lines += ["## What the data pin down", ""]
    about = [
        (
            f"`{one.name}`", f"{done.prior.low[number]:g} to {done.prior.high[number]:g}", f"{one.centre:g}",
            f"{one.low:.3g} to {one.high:.3g}", per_cent(one.narrower), one.pinned, ", ".join(one.rows),
        )
        for number, one in enumerate(done.fitted)
    ]  # fmt: skip
    header = (
        "Parameter",
        "Prior",
        "Centre",
        "Posterior 90 %",
        "Narrower by",
        "Pinned down",
        "Rows that it moves by a tolerance or more",
    )
    lines += table_lines(header, about)
    lines += ["## Which parameters trade off", ""]
    lines += table_lines(("Parameters", "Correlation"), strong_correlations(done))
    lines += [
        "## Profiles", "",
        "Least chi-squared (by the emulators) with a parameter in each tenth of its prior; a dash where the chain never came.",
        "",
    ]  # fmt: skip
    least: list[tuple[str, ...]] = [
        (f"`{name}`", *("–" if np.isnan(value) else f"{value:.1f}" for value in profile(matched, number)))
        for number, name in enumerate(done.parameters)
    ]
    lines += table_lines(("Parameter", *(f"{10 * b} %" for b in range(10))), least)
    return "\n".join(lines).rstrip() + "\n"


def strong_correlations(done: Calibration) -> list[tuple[str, str]]:
    """Pairs of parameters whose posterior correlation is strong, the strongest first."""
    r = np.corrcoef(done.matched.unit.T)
    pairs = [(i, j) for i in range(len(r)) for j in range(i) if abs(r[i, j]) >= STRONG]
    names = done.parameters
    return [(f"`{names[j]}`, `{names[i]}`", f"{r[i, j]:+.2f}") for i, j in sorted(pairs, key=lambda p: -abs(r[p]))]


def calibration_table(done: Calibration) -> str:
    """Marginals as CSV: parameter, prior, centre, posterior quantiles, how much narrower, rows."""
    narrower = contraction(done.matched)
    lines = ["parameter,low,high,centre,q05,q25,q50,q75,q95,narrower,rows"]
    for number, name in enumerate(done.parameters):
        quantiles = np.quantile(done.matched.sets[:, number], (0.05, 0.25, 0.5, 0.75, 0.95))
        told = ",".join(f"{q:.5g}" for q in quantiles)
        ends = f"{done.prior.low[number]:g},{done.prior.high[number]:g},{getattr(done.centre, name):g}"
        lines.append(f"{name},{ends},{told},{narrower[number]:.3f},{' '.join(done.rows_of(name))}")
    return "\n".join(lines) + "\n"
