"""Checking any document without being told what it is, for `cadresim check FILE...`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any

from sim.errors import Finding, UserError
from sim.schemes.fit import check_scheme_fits
from sim.schemes.lint import organisation_advice, provenance_advice, scheme_advice
from sim.schemes.load import Loaded, keys_by_kind, read_behaviour, read_organisation, read_scheme, telling_keys
from sim.schemes.locate import KINDS, Reference, find, is_workbook, looks_like_path, preset_names, shown
from sim.schemes.organisation import Organisation
from sim.schemes.reading import read_yaml
from sim.schemes.study import OpenStudy, open_study
from sim.schemes.words import did_you_mean, quoted


@dataclass(frozen=True)
class Checked:
    """A document without mistakes: its kind in the singular (scheme, ...), where it lies, and advice nobody must take."""

    kind: str
    file: str
    document: Loaded[Any] | OpenStudy
    advice: tuple[Finding, ...] = ()


def check(
    reference: Reference,
    kind: str | None = None,
    *,
    organisation: Loaded[Organisation] | Organisation | None = None,
    outcome_names: Collection[str] = (),
) -> Checked:
    """A checked document of any kind; with an organisation, a scheme must fit it.

    `kind` (schemes, organisations, behaviour, studies) is told from the contents where it is not given.
    Raises `UserError` with every finding.
    """
    kind = kind or kind_of(reference)
    path = find(reference, kind)
    if kind == "studies":
        return Checked(KINDS[kind], shown(path), open_study(path, outcome_names))
    if kind == "behaviour":
        return Checked(KINDS[kind], shown(path), read_behaviour(path))
    if kind == "organisations":
        bureau = read_organisation(path)
        if is_workbook(path):
            _check_indicators(path, bureau)
        return Checked(KINDS[kind], shown(path), bureau, tuple(organisation_advice(bureau)))
    design = read_scheme(path)
    if organisation is not None:
        check_scheme_fits(design, organisation)
    return Checked(KINDS[kind], shown(path), design, tuple(sorted(scheme_advice(design) + provenance_advice(design))))


def _check_indicators(workbook: FilePath, bureau: Loaded[Organisation]) -> None:
    """The indicators of a workbook belong to its organisation: whoever checks the one checks the other."""
    from sim.schemes.workbook import read_indicators

    if read_indicators(workbook).value:
        check_scheme_fits(read_scheme("base", parts=[workbook]), bureau)


def kind_of(reference: Reference) -> str:
    """What a name or file is: `schemes`, `organisations`, `behaviour` or `studies`.

    A name is looked up among the presets; a folder holds the tables of an organisation; a file is what most of its
    keys belong to, or what it extends. Raises `UserError` where there is no such file.
    """
    if not looks_like_path(reference):
        named = [kind for kind in KINDS if str(reference) in preset_names(kind)]
        if named:
            return named[0]
    path = _anywhere(reference)
    return "organisations" if path.is_dir() or is_workbook(path) else _kind_of_file(path)


def _kind_of_file(path: FilePath, followed: int = 0) -> str:
    top = read_yaml(path).value
    own = keys_by_kind(telling_keys(top))
    best = max(own, key=lambda kind: own[kind])
    if own[best] == 0 and "extends" in top and followed < len(own):
        return _kind_of_base(top["extends"].value, path, followed)
    # A file that says nothing of its own is what its folder holds.
    return path.resolve().parent.name if own[best] == 0 and path.resolve().parent.name in KINDS else best


def _kind_of_base(base: object, path: FilePath, followed: int) -> str:
    if isinstance(base, str) and not looks_like_path(base):
        return next((kind for kind in KINDS if base in preset_names(kind)), "schemes")
    target = path.parent / str(base)
    return _kind_of_file(target, followed + 1) if target.is_file() else "schemes"


def _anywhere(reference: Reference) -> FilePath:
    """The path of the user's file; where there is none, the nearest preset of any kind is named."""
    try:
        return find(reference, "schemes")
    except UserError as error:
        if looks_like_path(reference):
            raise
        names = [name for kind in KINDS for name in preset_names(kind)]
        raise UserError.of(
            "there is no file and no preset of this name", found=quoted(str(reference)), hint=did_you_mean(str(reference), names)
        ) from error
