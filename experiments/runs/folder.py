"""Folders of results that are whole or not there.

Everything is written under temporary names inside the folder. Only at the end are the files moved to their own names,
the manifest last: **a folder with a manifest is whole, one without is not**, whatever stopped the writer.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, ClassVar

from sim.errors import UserError
from sim.lang import are, counted

MANIFEST = "manifest.json"
UNFINISHED = ".unfinished-"


class PassingFolder(tempfile.TemporaryDirectory[str]):
    """A temporary folder that goes with the process, even with one that is left at once (`forget_all`)."""

    _all: ClassVar[weakref.WeakSet[PassingFolder]] = weakref.WeakSet()

    def __init__(self) -> None:
        super().__init__(prefix="cadresim-", ignore_cleanup_errors=True)
        self._all.add(self)

    @classmethod
    def forget_all(cls) -> None:
        """Remove every folder of this process that is still there."""
        for folder in list(cls._all):
            folder.cleanup()


def check_writable(folder: Path) -> None:
    """Refuse an output folder that is a file, lies under one or cannot be written.

    Raises:
        UserError: naming what is in the way.
    """
    if folder.exists() and not folder.is_dir():
        raise UserError.of("the output folder is a file", found=str(folder), hint="choose another --out")
    for parent in [folder, *folder.parents]:
        if parent.is_dir():
            break
        if parent.exists():
            raise UserError.of("the output folder lies under a file", found=str(parent), hint="choose another --out")
    if not os.access(parent, os.W_OK | os.X_OK):
        raise UserError.of(
            "the output folder cannot be written", found=str(parent), hint="choose another --out or mend its rights"
        )


def check_file(path: Path, example: str) -> None:
    """Refuse a place for one output file that is a folder, a device, or lies where nothing can be written.

    Raises:
        UserError: naming what is in the way; the example is a name that would do.
    """
    if path.is_dir() or (path.exists() and not path.is_file()):
        there = "a folder" if path.is_dir() else "no ordinary file"
        better = path / example if path.is_dir() else Path(example)
        raise UserError.of(
            f"the output file cannot be written: what is there is {there}", found=str(path),
            expected="a new file, or one to replace", hint=f"name a file, such as {better}",
        )  # fmt: skip
    check_writable(path.parent)


def check_folder(folder: Path, *, overwrite: bool = False) -> None:
    """Refuse an output folder that cannot take the results, before anything is run.

    Raises:
        UserError: it is a file, it cannot be written, or it holds something that may not be replaced.
    """
    check_writable(folder)
    held = held_in(folder)
    if not held:
        return
    if not overwrite:
        raise UserError.of(
            "the output folder is not empty",
            found=str(folder),
            hint="choose another --out, or --overwrite to replace earlier results",
        )
    if not is_ours(folder):
        raise UserError.of(
            "the output folder holds files that cadresim did not write",
            found=f"{folder} ({', '.join(sorted(held)[:5])}{', ...' if len(held) > 5 else ''})",
            hint="--overwrite replaces only earlier results: choose another --out",
        )


def held_in(folder: Path) -> list[str]:
    """Names of what a folder holds, besides what a stopped writer left."""
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith(UNFINISHED)) if folder.is_dir() else []


def is_ours(folder: Path) -> bool:
    """Whether the folder holds results of this program, whole."""
    return is_signed(read_json(folder / MANIFEST))


def is_signed(content: Any) -> bool:
    """Whether a manifest (or what stands beside the parts of a study) was written by this program."""
    return isinstance(content, dict) and isinstance(content.get("versions"), dict) and "cadresim" in content["versions"]


def read_json(path: Path) -> Any:
    """The content of a JSON file, or None where there is none that can be read."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


@contextmanager
def staged(folder: Path, *, overwrite: bool = False) -> Iterator[Path]:
    """A place to write a folder of results, which appears under its name only when the block ends well.

    Otherwise what was written is removed, and earlier results in the folder stay as they were.

    Raises:
        UserError: the folder cannot take the results (`check_folder`), or the disk is full.
    """
    check_folder(folder, overwrite=overwrite)
    with told_where(folder):
        made = make_folders(folder)
    try:
        with appearing(folder) as staging:
            yield staging
        made = []
    finally:
        for empty in made:
            with suppress(OSError):  # somebody else has put something there meanwhile: it stays
                empty.rmdir()


@contextmanager
def appearing(folder: Path) -> Iterator[Path]:
    """A place to write files that appear in a folder of ours, in place of earlier ones, when the block ends well."""
    with told_where(folder):
        staging = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=folder))
    try:
        yield staging
        with told_where(folder):
            publish(staging, folder)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def make_folders(folder: Path) -> list[Path]:
    """Make the folder with its parents; returns those that were made, the deepest first."""
    missing = [path for path in [folder, *folder.parents] if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    return missing


def publish(staging: Path, folder: Path) -> None:
    """Move finished files to their own names, the manifest last; an old manifest goes first."""
    names = sorted(path.name for path in staging.iterdir())
    if MANIFEST not in names:
        raise RuntimeError(f"{staging} has no manifest: it is not finished")
    for name in names:
        sync(staging / name)
    (folder / MANIFEST).unlink(missing_ok=True)
    sync(folder)
    for name in [*(name for name in names if name != MANIFEST), MANIFEST]:
        os.replace(staging / name, folder / name)
    sync(folder)


def sync(path: Path) -> None:
    """Have the system put a file or a folder onto the disk."""
    if path.is_dir() and os.name == "nt":
        return  # Windows cannot open folders
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def told_where(folder: Path, *, kept: int | None = None) -> Iterator[None]:
    """Turn a failure to write (full disk, no right) into the user's error that names the folder and how many runs are kept."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        hint = "make room or choose another --out"
        if kept is not None:
            hint = f"{counted(kept, 'run')} {are(kept)} kept: make room and give the same command again, or choose another --out"
        raise UserError.of(f"cannot write results: {reason}", found=str(folder), hint=hint) from error


def damaged_table(path: Path, found: str) -> UserError:
    """The user's error where a table of finished results is not what was written."""
    return UserError.of(
        "a table of the results is damaged, or of another version", file=str(path), found=found,
        hint="run the study again into the same folder",
    )  # fmt: skip


def write_json(path: Path, content: Any) -> None:
    """Write plain data as readable JSON."""
    with told_where(path.parent):
        path.write_text(json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")
