"""Running a study into its folder: what every Python front does around a verb."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from experiments.runs.store import StudyStore, study_at

Result = TypeVar("Result")


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
