"""Where configurations lie: the presets that come with the project, and the user's own files.

A reference is either the *name* of a preset (`municipal_closed_loop`) or a *path* (`my/scheme.yaml`, `./office`).
Whatever contains a path separator, ends in `.yaml` or `.yml`, or starts with a dot is a path and is never looked
up among the presets, nor is a workbook (`.xlsx`); so no name can reach outside the folder of presets.
"""

from __future__ import annotations

import re
from pathlib import Path

from sim.errors import UserError
from sim.schemes.words import nearest, quoted

KINDS = {"schemes": "scheme", "organisations": "organisation", "behaviour": "behaviour", "studies": "study"}
#: Where a document of each kind is given instead, for those who give it where another is expected.
GIVEN_AS = {
    "schemes": "a scheme stands by itself or in the schemes of a study",
    "organisations": "--organisation (-g) takes it, or the organisation of a study",
    "behaviour": "--behaviour takes it, or the behaviour of a study",
    "studies": "`cadresim compare`, or the command of its verb, runs it",
}
SUFFIXES = (".yaml", ".yml")
WORKBOOK = ".xlsx"

_PRESET_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
_NAMES_SHOWN = 40

Reference = str | Path


def configuration_folder() -> Path:
    """The folder of presets: inside the installed package, or `configs/` at the top of the checkout.

    The package comes first: next to an installed package, a folder named `configs` belongs to somebody else.
    """
    package = Path(__file__).resolve().parents[1]
    packaged = package / "configs"
    return packaged if packaged.is_dir() else package.parent / "configs"


def preset_names(kind: str) -> list[str]:
    """Names of all presets of a kind (`schemes`, `organisations`, `behaviour`, `studies`), sorted."""
    folder = configuration_folder() / kind
    if not folder.is_dir():
        return []
    names = {entry.stem for entry in folder.iterdir() if entry.suffix in SUFFIXES and entry.is_file()}
    names |= {entry.name for entry in folder.iterdir() if entry.is_dir() and (entry / "units.csv").is_file()}
    return sorted(name for name in names if _PRESET_NAME.fullmatch(name))


def sources_file() -> Path:
    """The register of sources that presets cite."""
    return configuration_folder() / "sources.yaml"


def looks_like_path(reference: Reference) -> bool:
    """Whether a reference can only be a path, never the name of a preset."""
    if isinstance(reference, Path):
        return True
    return "/" in reference or "\\" in reference or reference.startswith(".") or reference.lower().endswith((*SUFFIXES, WORKBOOK))


def is_workbook(path: Path) -> bool:
    """Whether a file is an Excel workbook, by its name."""
    return path.suffix.lower() == WORKBOOK


def find(reference: Reference, kind: str, beside: Path | None = None) -> Path:
    """Path of a preset or of the user's file; relative paths count from `beside` (default: the working folder).

    Raises `UserError` naming the nearest preset where there is neither.
    """
    if not isinstance(reference, str | Path):
        raise UserError.of(f"not a name or path of {_a(KINDS[kind])}", found=repr(reference))
    if not looks_like_path(reference):
        preset = _preset(str(reference), kind)
        if preset is not None:
            return preset
    written = (beside or Path()) / reference
    if str(reference).strip() and _exists(written):
        return written
    raise _not_found(reference, kind)


def shown(path: Path) -> str:
    """A path as people want to read it: relative to the working folder where it lies inside."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except (ValueError, OSError):
        return str(path)


def _preset(name: str, kind: str) -> Path | None:
    if not _PRESET_NAME.fullmatch(name):
        return None
    folder = configuration_folder() / kind
    candidates = [folder / f"{name}{suffix}" for suffix in SUFFIXES]
    found = next((candidate for candidate in candidates if candidate.is_file()), None)
    if found is None and (folder / name / "units.csv").is_file():
        found = folder / name
    return found


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # a name too long for the system, or with a NUL character
        return False


def _not_found(reference: Reference, kind: str) -> UserError:
    noun = KINDS[kind]
    if looks_like_path(reference):
        return UserError.of(
            "no such file or folder", file=_printable(reference), expected=f"{_a(noun)} file", hint=_near(reference, kind)
        )
    names = preset_names(kind)
    presets = f"one of {', '.join(names[:_NAMES_SHOWN])}{' ...' if len(names) > _NAMES_SHOWN else ''}; or " if names else ""
    other = next((other for other in KINDS if other != kind and str(reference) in preset_names(other)), "")
    if other:
        return other_kind(reference, kind, other)
    return UserError.of(
        f"there is no {noun} of this name",
        found=quoted(_printable(reference)),
        expected=f"{presets}the path of a file",
        hint=_near(reference, kind),
    )


def other_kind(reference: Reference, kind: str, other: str) -> UserError:
    """The user's error where a document of another kind is given than the one expected: what it is, and where it goes."""
    problem = f"this is {_a(KINDS[other])}, not {_a(KINDS[kind])}"
    return UserError.of(
        problem, found=quoted(_printable(reference)), expected=f"the name or file of {_a(KINDS[kind])}", hint=GIVEN_AS[other]
    )


def _near(reference: Reference, kind: str) -> str:
    """The nearest name of the kind that is expected; of another kind only where it is nearer."""
    by_name = {name: other for other in (*(other for other in KINDS if other != kind), kind) for name in preset_names(other)}
    name = nearest(Path(_printable(reference)).stem, by_name)
    if not name:
        return ""
    aside = "" if by_name[name] == kind else f" It is {_a(KINDS[by_name[name]])}: {GIVEN_AS[by_name[name]]}"
    return f"did you mean {name}?{aside}"


def _printable(reference: Reference) -> str:
    return "".join(character if character.isprintable() else "?" for character in str(reference))


def _a(noun: str) -> str:
    return f"an {noun}" if noun[0] in "aeio" else f"a {noun}"
