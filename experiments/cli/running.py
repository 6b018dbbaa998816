"""run: one run of each scheme, month by month."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from experiments.cli import plumbing
from experiments.cli.options import SchemesToRun
from experiments.cli.plumbing import app
from sim.bounds import LARGEST_SEED, MOST_MONTHS, MOST_WORKERS

if TYPE_CHECKING:
    from sim.run import Setting


@app.command()
@plumbing.told_plainly
def run(
    schemes: SchemesToRun,
    organisation: Annotated[str, typer.Option("--organisation", "-g", help="Organisation: name or file.")] = "county_bureau",
    behaviour: Annotated[str, typer.Option("--behaviour", help="Behaviour of people: name or file.")] = "default",
    baseline: Annotated[str, typer.Option("--baseline", help="Scheme of the warm-up.")] = "deduction_heavy",
    months: Annotated[int, typer.Option("--months", min=1, max=MOST_MONTHS, help="Recorded months.")] = 36,
    warmup: Annotated[int, typer.Option("--warmup", min=0, max=MOST_MONTHS, help="Months before, under the baseline.")] = 24,
    seed: Annotated[int, typer.Option("--seed", min=0, max=LARGEST_SEED, help="Seed of all luck; 0 is one too.")] = 1,
    replicate: Annotated[int, typer.Option("--replicate", min=0, help="Which replicate of that seed.")] = 0,
    agents: Annotated[bool, typer.Option("--agents", help="Walk with Mesa agents: the same numbers, far slower.")] = False,
    workers: Annotated[int, typer.Option("--workers", min=1, max=MOST_WORKERS, help="Threads (large organisations).")] = 1,
) -> None:
    """Run one or more schemes once each and print the months."""
    from experiments.design.questions import read_question
    from experiments.report.tables import monthly_table, outcomes_table
    from experiments.verbs.compare import HEADLINE_SERIES
    from sim.outcomes import HEADLINES

    asked = [*schemes, baseline] if baseline not in schemes else schemes
    design = read_question(
        asked, organisation=organisation, behaviour=behaviour, baseline=baseline, months=months, warmup_months=warmup
    )
    console = plumbing.new_console()
    if not agents:
        plumbing.get_ready(plumbing.new_console(errors=True))
    from sim.run import simulate

    chosen = design.schemes[: len(schemes)]
    for scheme in chosen:
        done = simulate(
            scheme,
            design.organisation,
            behaviour=design.behaviour,
            baseline=design.baseline_scheme,
            months=months,
            warmup_months=warmup,
            seed=seed,
            replicate=replicate,
            walk="agents" if agents else "compiled",
            workers=workers,
        )
        unit = design.organisation.time_unit
        title = f"{design.titles[scheme.name]}, {design.organisation.title or design.organisation.name}, seed {seed}"
        console.print(monthly_table(title, done.monthly, HEADLINE_SERIES, unit=unit))
        console.print(outcomes_table(measured_over(done.setting), [(name, done.outcomes[name]) for name in HEADLINES]))


def measured_over(setting: Setting) -> str:
    """Which part of the run outcomes are measured over, as a title: 'The last 12 months', 'All 5 rounds', 'The only month'."""
    long = setting.window * setting.organisation.step_months
    unit = setting.organisation.time_unit
    if long == 1:
        return f"The only {unit}" if setting.months == 1 else f"The last {unit}"
    return f"{'All' if setting.window == setting.steps else 'The last'} {long} {unit}s"
