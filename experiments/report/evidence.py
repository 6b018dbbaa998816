"""The page about the evidence: everything on it is written from a run of `cadresim validate`."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from experiments.evidence.rows import CONFIDENCE_WORDS
from experiments.evidence.verdicts import half_width

if TYPE_CHECKING:
    from experiments.evidence.limits import Check
    from experiments.evidence.measures import Measured
    from experiments.evidence.published import Cell
    from experiments.evidence.rows import Claim
    from experiments.evidence.verdicts import RowResult
    from experiments.verbs.validate import Validation


#: What the letters in brackets behind a measure say.
ASKED_WORDS = "P a number or band, R a ratio or order between arms, S a sign; *ours* where the evidence table asks less"


def seen_words() -> str:
    """What the letters of the column *Seen* say: how a published number was come by."""
    return ", ".join(f"{key} {words}" for key, words in CONFIDENCE_WORDS.items())


def per_cent(share: float, digits: int = 0) -> str:
    """A share as per cent: '57 %'."""
    return f"{100 * share:.{digits}f} %"


def figure(value: float) -> str:
    """A measured number with three significant places."""
    if math.isnan(value):
        return "missing"
    places = 3 if abs(value) < 10 else 1
    return f"{value:.{places}f}"


def measured_words(measured: Measured) -> str:
    """A measured value with its 95 % interval of Monte-Carlo error."""
    width = half_width(measured)
    if math.isinf(width) and not math.isnan(measured.value):
        return f"{figure(measured.value)} ± ?"  # its error cannot be told
    return figure(measured.value) + (f" ± {figure(width)}" if 0 < width < math.inf else "")


def unclaimed_words(result: RowResult) -> str:
    """What a row measures beside its claims: mostly the levels behind a difference; empty where there is nothing."""
    return ", ".join(f"{name} {measured_words(measured)}" for name, measured in result.unclaimed.items())


def expected_words(claim: Claim) -> str:
    """What a claim asks for."""
    if not claim.has_band:
        return f"sign {claim.sign}"
    if claim.low is None:
        band = f"at most {claim.high:g}"
    elif claim.high is None:
        band = f"at least {claim.low:g}"
    else:
        band = f"{claim.low:g} to {claim.high:g}"
    return band + (f", sign {claim.sign}" if claim.sign else "")


def row_lines(result: RowResult) -> Iterator[tuple[str, ...]]:
    """(row, finding, measure, measured, expected, published, confidence, verdict, posterior) of every claim."""
    file = result.row.file
    for number, judged in enumerate(result.findings):
        share = judged.share_in_band
        yield (
            file.id if number == 0 else "",
            file.title if number == 0 else "",
            f"{judged.claim.measure} ({judged.claim.kind.value}{', ours' if judged.claim.ours or file.ours else ''})",
            measured_words(judged.measured),
            expected_words(judged.claim),
            judged.claim.published,
            file.confidence.value,
            judged.verdict.value,
            "" if share is None else per_cent(share),
        )


HEADER = ("Row", "Finding", "Measure", "Measured", "Expected", "Published", "Seen", "Verdict")


def limit_line(name: str, checks: Sequence[Check]) -> tuple[str, str, str]:
    """(limit, worst error, verdict)."""
    worst = max(check.error for check in checks)
    return name, per_cent(worst, 2), "met" if all(check.is_met for check in checks) else "missed"


def simulation_line(name: str, cells: Sequence[Cell]) -> tuple[str, str, str, str]:
    """(row, simulation, worst gap in tolerances, cells met)."""
    worst = max(abs(cell.simulated - cell.published) / cell.tolerance for cell in cells)
    return name, cells[0].simulation, f"{worst:.2f}", f"{sum(cell.is_met for cell in cells)} of {len(cells)}"


def counted_words(title: str, results: Sequence[RowResult], *, as_tabled: bool = False) -> str:
    """How many rows of a group are met; `as_tabled` leaves claims of our own out."""
    met = sum(result.is_met_as_tabled if as_tabled else result.is_met for result in results)
    share = f" ({per_cent(met / len(results))})" if results else ""
    return f"{title}: {met} of {len(results)}{share}"


def total_words(found: Validation) -> tuple[str, ...]:
    """How many of the rows that nothing was fitted on are met: all claims asked, those of the evidence table, its rows only."""
    return (
        counted_words("Not fitted, all claims", found.not_fitted),
        counted_words("Not fitted, as the evidence table asks (without rows and claims of ours)", found.tabled, as_tabled=True),
        counted_words("Of these, the table's own rows (without the rests of rows marked fit)", found.lettered, as_tabled=True),
    )


GROUPS = (
    ("Predicted", "predicted", "Rows the behaviour was not fitted on, and none of whose numbers guided an assumed size."),
    ("Consistency checks", "leaning", "Not fitted on, but looked at when a size was assumed or a rule chosen: counted apart."),
    ("Fitted", "fitted", "Rows marked *fit*: the behaviour was calibrated on them, so they count towards nothing."),
)  # fmt: skip


def evidence_page(found: Validation, command: str) -> str:
    """The whole page as Markdown."""
    lines = [
        "# How the model stands against the evidence",
        "",
        f"Written by `{command}`; nothing here is typed. Behaviour: `{found.behaviour}`, the same for every row.",
        "",
        "A claim with a band is *in band* where the measured value lies in it, *sign only* where just the direction is clear",
        f"at 95 %, else *missed*; a claim about a sign has the *right sign* where the direction is clear. Seen: {seen_words()}.",
        f"± is the 95 % interval of Monte-Carlo error. In brackets what a claim asks for: {ASKED_WORDS}.",
        "",
    ]
    for title, group, _ in GROUPS:
        lines.append(f"- {counted_words(title, getattr(found, group))}")
    lines += [f"- {words}" for words in total_words(found)]
    limits_met = sum(all(check.is_met for check in checks) for checks in found.limits.values())
    cells = [cell for cells in found.simulations.values() for cell in cells]
    whole = sum(all(cell.is_met for cell in cells) for cells in found.simulations.values())
    lines += [
        f"- Closed forms of theory: {limits_met} of {len(found.limits)}",
        f"- Published simulations: {whole} of {len(found.simulations)} ({sum(c.is_met for c in cells)} of {len(cells)} numbers)",
        "",
    ]
    for title, group, words in GROUPS:
        results: list[RowResult] = getattr(found, group)
        if not results:
            continue
        lines += [f"## {title}", "", words, ""]
        header = (*HEADER, *(("Posterior in band",) if found.draws else ()))
        lines += table_lines(header, [line[: len(header)] for result in results for line in row_lines(result)])
        lines += [*_unclaimed(results), *_misses(results)]
    lines += ["## Closed forms", ""]
    lines += table_lines(("Limit", "Worst error", "Verdict"), [limit_line(*item) for item in found.limits.items()])
    lines += ["## Published simulations", ""]
    header = ("Row", "Simulation", "Worst gap, in tolerances", "Numbers met")
    lines += table_lines(header, [simulation_line(*item) for item in found.simulations.items()])
    lines += ["## Settings", "", "What each row takes from the study it stands for; the behaviour is never part of it.", ""]
    for result in found.rows:
        file = result.row.file
        lines += [f"**{file.id}** {' '.join(file.setting.split())} Published: {file.published} ({', '.join(file.sources)}).", ""]
    return "\n".join(lines).rstrip() + "\n"


def _unclaimed(results: Sequence[RowResult]) -> list[str]:
    told = [f"- **{result.row.id}** {unclaimed_words(result)}" for result in results if result.unclaimed]
    return ["Measured beside the claims:", "", *told, ""] if told else []


def _misses(results: Sequence[RowResult]) -> list[str]:
    missed = [result for result in results if not result.is_met]
    if not missed:
        return []
    lines = ["Misses, with the reason as far as it is understood:", ""]
    for result in missed:
        file = result.row.file
        lines.append(f"- **{file.id}** {file.title}: {' '.join(file.missed.split()) or 'not understood yet.'}")
    return [*lines, ""]


def table_lines(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A Markdown table with a line after it."""
    cleaned = [[cell.replace("|", "/") for cell in row] for row in rows]
    return [
        "| " + " | ".join(header) + " |",
        "|" + "---|" * len(header),
        *("| " + " | ".join(row) + " |" for row in cleaned),
        "",
    ]
