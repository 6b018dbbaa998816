"""report: one page out of folders of results, for people who decide."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from experiments.cli import plumbing
from experiments.cli.plumbing import app


@app.command()
@plumbing.told_plainly
def report(
    results: Annotated[
        list[str],
        typer.Argument(
            metavar="RESULTS...", help="Folders of results, or names of studies: a comparison and what belongs to it."
        ),
    ],
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="FILE", help="The page. (default: report.html in the first folder)")
    ] = None,
    pdf: Annotated[bool, typer.Option("--pdf", help="The same as PDF, beside the page (needs the extra pdf).")] = False,
    pdf_out: Annotated[Path | None, typer.Option("--pdf-out", metavar="FILE", help="The PDF's own name; implies --pdf.")] = None,
    language: Annotated[str, typer.Option("--lang", metavar="en|zh", help="English or Chinese.")] = "en",
) -> None:
    """Write one self-contained page on finished studies: verdict, figures, what it hinges on, evidence, limits.

    Every number in a sentence is looked up again in the stored runs; a report that does not follow from them is refused.
    """
    from experiments.api.reporting import report_of

    pdf_path = pdf_out
    if pdf and pdf_path is None:
        pdf_path = (out or _first(results) / "report.html").with_suffix(".pdf")
    status = plumbing.new_console(errors=True)
    status.print("Reading the studies and checking every sentence ...", highlight=False)
    made = report_of(results, out or _first(results) / "report.html", pdf=pdf_path, language=language)
    for path in made:
        typer.echo(f"Written: {path}")


def _first(results: list[str]) -> Path:
    from experiments.api.reporting import folder_of

    return folder_of(results[0])
