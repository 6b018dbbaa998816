"""Outcomes: what a run is judged by, with the formula of each."""

from __future__ import annotations

from itertools import groupby

from docs.made.declared import outcomes
from docs.made.markdown import code, plain, span, table
from experiments.report.lang import words

BETTER = {1: "more", -1: "less", 0: "neither"}


def page() -> str:
    """The page of outcomes."""
    from sim.outcomes import GROUP_OUTCOMES, HEADLINES, SERIES

    lines = [
        "# Outcomes",
        "",
        "Measured over the last twelve months of a run, per cadre or unit first, then put together. What cannot be computed is missing,",
        "with a count, and never enters a mean. Made from `sim/outcomes.py`. The headline outcomes are "
        + ", ".join(f"[`{name}`](#outcome-{name.replace('_', '-')})" for name in HEADLINES)
        + ".",
        "",
        "*Contribution* is the sum over tasks of strategic value times true output, plus help given, less sabotage done, net of luck.",
        "",
    ]
    for group, held in groupby(outcomes().values(), key=lambda one: one.group):
        rows = [
            (
                span("outcome", one.name, code(one.name)),
                plain(one.title),
                plain(one.unit.replace("0-6", "0\u20116")),
                BETTER[one.better],
                plain(one.meaning),
            )
            for one in held
        ]
        lines += [
            f"## {words()(f'outcome_group.{group}')}",
            "",
            table(("Name", "Title", "Unit", "Better", "Meaning and formula"), rows),
        ]
    lines += [
        "## Month by month",
        "",
        "Series of a run (`monthly.parquet`): " + ", ".join(code(name) for name in SERIES) + ".",
        "",
    ]
    lines += [
        "## By group",
        "",
        "Also for every department, branch, sequence, quarter of ability and band of tenure (`groups.parquet`): "
        + ", ".join(code(name) for name in GROUP_OUTCOMES)
        + ".",
        "",
    ]
    return "\n".join(lines)
