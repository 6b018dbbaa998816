"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.bounds import LARGEST_SEED, MOST_MONTHS, MOST_REPLICATES, MOST_WORKERS

Schemes = Annotated[list[str] | None, typer.Argument(metavar="[STUDY | SCHEME ...]", help="A study, or schemes: names or files.")]
SchemesToRun = Annotated[list[str], typer.Argument(metavar="SCHEME ...", help="Schemes: names or files.")]
OrganisationOption = Annotated[str | None, typer.Option("--organisation", "-g", help="Organisation: name or file.")]
BehaviourOption = Annotated[str | None, typer.Option("--behaviour", help="Behaviour of people: name or file.")]
MonthsOption = Annotated[int | None, typer.Option("--months", min=1, max=MOST_MONTHS, help="Recorded months. (default: 36)")]
WarmupOption = Annotated[
    int | None, typer.Option("--warmup", min=0, max=MOST_MONTHS, help="Months before, under the baseline. (default: 24)")
]
ReplicatesOption = Annotated[
    int | None, typer.Option("--replicates", min=2, max=MOST_REPLICATES, help="Runs of each scheme. (default: 100)")
]
SeedOption = Annotated[
    int | None, typer.Option("--seed", min=0, max=LARGEST_SEED, help="Seed of all luck; 0 is one too. (default: 1)")
]
BaselineOption = Annotated[str | None, typer.Option("--baseline", help="Scheme that the others are compared with.")]
WorkersOption = Annotated[
    int | None, typer.Option("--workers", min=1, max=MOST_WORKERS, help="Threads. (default: one for every processor)")
]
StudyArgument = Annotated[str, typer.Argument(metavar="STUDY", help="A study: name or file.")]
OutOption = Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Folder of results. (default: results/NAME)")]
ForgetOption = Annotated[bool, typer.Option("--overwrite", help="Forget earlier runs in that folder.")]
ReplaceOption = Annotated[bool, typer.Option("--overwrite", help="Replace earlier results in that folder.")]
ClusterOption = Annotated[
    str | None,
    typer.Option("--cluster", metavar="local|tcp://HOST:PORT", help="Run on Dask workers: started here, or elsewhere."),
]
