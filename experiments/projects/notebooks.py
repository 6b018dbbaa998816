"""Notebooks ready to be opened: made from their sources, which are plain Python with text between (jupytext's percent form).

Only the sources are kept in the repository, so that there is one of everything and a change can be read. What is made has no
outputs unless it is run: whoever works through a lesson predicts before he sees.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import UserError
from sim.schemes.locate import configuration_folder

if TYPE_CHECKING:
    from nbformat import NotebookNode

SOURCES = "notebooks"
MADE = ".ipynb"
LONGEST = 1800  # seconds a cell may take when a notebook is run

Say = Callable[[str], None]


def sources() -> list[Path]:
    """The notebooks' sources, in the order in which they are read: the lessons first.

    Raises:
        UserError: they are not there.
    """
    folder = next((one for one in _places() if one.is_dir()), None)
    files = sorted(folder.glob("*.py")) if folder is not None else []
    if not files:
        raise UserError.of("the notebooks' sources are not here", hint="they come with the repository and with the package")
    return files


def _places() -> list[Path]:
    """Where the sources may lie: beside the presets, in a checkout as in an installed package."""
    return [configuration_folder().parent / SOURCES]


def make_notebooks(folder: Path, *, overwrite: bool = False, run: bool = False, say: Say = lambda text: None) -> list[Path]:
    """Write the notebooks into a folder, run where that is wished; returns their paths.

    Raises:
        UserError: a notebook is there already and may hold somebody's work; the folder cannot be written; the extra
            `[notebooks]` is missing; a notebook fails when it is run.
    """
    read = _reader()
    wanted = {folder / source.with_suffix(MADE).name: source for source in sources()}
    there = [path for path in wanted if path.exists()]
    if there and not overwrite:
        raise UserError.of(
            "notebooks are there already, perhaps with somebody's work in them",
            file=str(folder),
            found=", ".join(path.name for path in there),
            hint="another folder, or --overwrite",
        )
    made = {path: read(source) for path, source in wanted.items()}
    if run:
        for path, notebook in made.items():
            say(f"Running {path.name} ...")
            _run(notebook, path)
    _write(folder, made)
    return list(made)


def _reader() -> Callable[[Path], NotebookNode]:
    try:
        import jupytext
    except ImportError as error:
        raise UserError.of("notebooks need the extra [notebooks]", hint="pip install 'cadresim[notebooks]'") from error

    def read(source: Path) -> NotebookNode:
        notebook = jupytext.read(source)
        for number, cell in enumerate(notebook.cells, start=1):
            cell["id"] = f"cell-{number}"  # the same bytes every time
        return notebook

    return read


def _run(notebook: NotebookNode, path: Path) -> None:
    """Run a notebook in its own kernel, its outputs kept.

    Raises:
        UserError: the extra is missing; a cell fails.
    """
    try:
        from nbclient import NotebookClient
        from nbclient.exceptions import CellExecutionError, DeadKernelError
    except ImportError as error:
        raise UserError.of("running notebooks needs the extra [notebooks]", hint="pip install 'cadresim[notebooks]'") from error
    try:
        NotebookClient(notebook, timeout=LONGEST, kernel_name="python3").execute()
    except CellExecutionError as error:
        raise UserError.of("a notebook fails", file=path.name, found=str(error.evalue)) from error
    except (DeadKernelError, AssertionError) as error:  # an interrupt reaches the kernel, too, and what talks to it
        raise UserError.of("a notebook's kernel stopped", file=path.name, hint="nothing was written; run it again") from error


def _write(folder: Path, made: dict[Path, Any]) -> None:
    """All notebooks, each whole or not at all."""
    import nbformat

    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, notebook in made.items():
            unfinished = path.with_name(f".{path.name}.unfinished")
            nbformat.write(notebook, unfinished)
            os.replace(unfinished, path)
    except OSError as error:
        raise UserError.of("the folder cannot be written", file=str(folder), found=error.strerror or str(error)) from error
