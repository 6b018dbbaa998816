"""Reports in Python: `report_of(["results/my_study"], "report.html")`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from experiments.runs.folder import MANIFEST, check_file, is_signed, read_json
from experiments.runs.listing import RESULTS
from sim.errors import UserError


def report_of(
    results: str | Path | Sequence[str | Path],
    out: str | Path | None = None,
    *,
    pdf: str | Path | None = None,
    language: str = "en",
) -> list[Path]:
    """Write one self-contained page on the studies in some folders, and the same as PDF.

    Args:
        results: a folder of results, a study's name under `results`, or several: a comparison with its sensitivity,
            robustness, transition ... studies, joined in one report.
        out: the page; by default `report.html` in the first folder.
        pdf: the PDF, if one is wanted (needs the extra `[pdf]`).
        language: en or zh.

    Returns:
        The files that were written.

    Raises:
        UserError: no results in a folder, an unknown language, no font for it, a file that cannot be written, a sentence that
            does not follow from the stored runs.
    """
    from experiments.report.dossier.making import make_page

    names = [results] if isinstance(results, str | Path) else list(results)
    folders = [folder_of(name) for name in names]
    target = Path(out) if out is not None else folders[0] / "report.html"
    pdf_target = Path(pdf) if pdf is not None else None
    _check_targets(target, pdf_target)  # before minutes of making, not after them
    return make_page(folders, language=language, pdf=pdf is not None).write(target, pdf_target)


def _check_targets(page: Path, pdf: Path | None) -> None:
    """Refuse files that cannot be written, or that would overwrite one another."""
    check_file(page, "report.html")
    if pdf is None:
        return
    check_file(pdf, "report.pdf")
    if page.absolute() == pdf.absolute():
        raise UserError.of(
            "page and PDF would be one file", found=str(page), expected="two names", hint="end the page's name in .html"
        )


def folder_of(name: str | Path) -> Path:
    """A folder by its path, or by a study's name under `results`; one without results is told when it is opened.

    Raises:
        UserError: an empty name, or a name no file can have.
    """
    try:
        folder = Path(name)
        if str(name) and (folder.is_dir() or folder.name != str(name)):
            return folder
        under = RESULTS / folder
        return under if str(name) and is_signed(read_json(under / MANIFEST)) else folder
    except (OSError, ValueError) as error:
        raise UserError.of("no folder can have this name", found=repr(str(name)[:60])) from error
