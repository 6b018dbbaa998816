"""From folders of results to files: the one way that command line, Python and page take."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from experiments.report.dossier.assembling import assemble
from experiments.report.dossier.rendering import as_html
from experiments.runs.folder import told_where


@dataclass(frozen=True)
class Page:
    """A report that is made: its title, its HTML, and its PDF where it was asked for."""

    title: str
    html: str
    pdf: bytes | None = None

    def write(self, html: Path | None = None, pdf: Path | None = None) -> list[Path]:
        """Write the files, each whole or not at all; returns their paths.

        Raises:
            UserError: a file cannot be written.
        """
        written = []
        for path, content in ((html, self.html.encode()), (pdf, self.pdf)):
            if path is not None and content is not None:
                _write(path, content)
                written.append(path)
        return written


def make_page(folders: Sequence[str | Path], *, language: str = "en", pdf: bool = False) -> Page:
    """The report on the studies in some folders.

    Args:
        folders: of a comparison, and of whatever else belongs to it (sensitivity, robustness, transition ...), in any order.
        language: en or zh.
        pdf: make the PDF too; needs the extra `[pdf]`.

    Raises:
        UserError: no results in a folder, an unknown language, no font for it, the extra is not installed.
        WrongClaim: a sentence does not follow from the stored runs (a `UserError` too: the tables were changed).
    """
    if pdf:
        from experiments.report.dossier.printing import check_typst

        check_typst()
    report = assemble(folders, language)
    printed = None
    if pdf:
        from experiments.report.dossier.printing import as_pdf

        printed = as_pdf(report)
    return Page(report.title, as_html(report), printed)


def _write(path: Path, content: bytes) -> None:
    with told_where(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(prefix=".report-", dir=path.parent)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(content)
            os.chmod(temporary, 0o644)
            os.replace(temporary, path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
