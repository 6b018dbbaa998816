"""Running a study into its folder: what every Python front does around a verb."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, Protocol, TypeVar

from experiments.runs.store import StudyStore, study_at

Result = TypeVar("Result")


class Drawable(Protocol):
    """What `Saving` needs of a result: figures and tables into a folder."""

    def draw(self, folder: Path) -> None:
        """Draw the figures."""

    def write_tables(self, folder: Path) -> None:
        """Write tables and manifest."""


class Saving:
    """A result that saves itself: everything it can draw and write, in a folder of its own."""

    def save(self: Drawable, folder: str | Path, *, overwrite: bool = False) -> Path:
        """Write tables, manifest and figures into a folder; all of it appears at once, or nothing.

        Raises:
            UserError: the folder is not empty (and ``overwrite`` is not set) or cannot be written.
        """
        from experiments.runs.folder import staged

        with staged(Path(folder), overwrite=overwrite) as staging:
            self.draw(staging)
            self.write_tables(staging)
        return Path(folder)


def dressed(kind: type[Result], found: Any) -> Result:
    """What a verb found, as the kind (a dataclass with the same fields) that can also draw and tell itself."""
    return kind(**{each.name: getattr(found, each.name) for each in fields(found)})


def into_folder(
    folder: str | Path | None,
    about: Mapping[str, Any],
    run: Callable[[StudyStore], Result],
    finish: Callable[[Result, Path, StudyStore], None],
    *,
    overwrite: bool,
    say: Callable[[str], None],
) -> Result:
    """Run into the folder's store and put what ``finish`` writes beside it, all at once; into a temporary one without a folder.

    Without a folder nothing is kept, so ``finish`` is not asked.

    Raises:
        UserError: the folder holds something else, belongs to another process or cannot be written.
    """
    with study_at(folder, about, overwrite=overwrite, say=say) as store:
        result = run(store)
        if folder is not None:
            say("Writing tables and figures ...")
            with store.outputs() as staging:
                finish(result, staging, store)
    return result
