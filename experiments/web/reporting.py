"""The report on a view, as the file that `cadresim report` writes: its runs go through a study in a temporary folder."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from experiments.runs.folder import PassingFolder
from experiments.web.views import View
from experiments.web.writing import file_name
from sim.schemes.scheme import Scheme

REPLICATES = 48
_WHERE = "experiments.api.reporting"


def can_report() -> bool:
    """Whether this installation writes reports."""
    return find_spec(_WHERE) is not None


def report_on(view: View, language: str) -> bytes:
    """One self-contained page about the schemes of a view; nothing of it stays behind.

    Raises:
        UserError: what the report cannot be written from, or with (a language without a font).
    """
    from experiments.api.comparing import compare

    schemes = named_apart(view)
    with PassingFolder() as place:
        folder, out = Path(place) / "study", Path(place) / "report.html"
        compare(
            list(schemes),
            organisation=view.organisation.document,
            baseline=schemes[0].name,
            months=view.case.months,
            warmup_months=view.case.warmup_months,
            replicates=REPLICATES,
            seed=view.seed,
            workers=1,
            folder=folder,
        )
        import_module(_WHERE).report_of(folder, out, language=language)
        return out.read_bytes()


def named_apart(view: View) -> tuple[Scheme, ...]:
    """The schemes of a view with names and titles of their own, as a study wants them."""
    schemes: list[Scheme] = []
    taken: set[str] = set()
    for choice in view.choices:
        name = file_name(choice)
        if name in taken:
            name = f"{name}_{choice.letter.lower()}"
        taken.add(name)
        title = choice.title or choice.scheme.title or choice.scheme.name
        schemes.append(choice.scheme.model_copy(update={"name": name, "title": title}))
    return tuple(schemes)
