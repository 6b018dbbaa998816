"""Documents of the page: presets by their name, one's own by the hash of their content; never a path.

An own document is sent as YAML text, read in memory, and kept for a while under its hash. It may extend presets, and
nothing else: a reference that could be a path is refused before anything is looked up.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from experiments.runs.live import Shelf
from experiments.web.answers import Gone
from sim.errors import UserError
from sim.schemes.fit import check_scheme_fits
from sim.schemes.load import HEADER, Layers, Loaded, read_organisation, read_scheme
from sim.schemes.locate import preset_names
from sim.schemes.nodes import Node, walk
from sim.schemes.organisation import Organisation
from sim.schemes.reading import parse_yaml
from sim.schemes.scheme import Scheme
from sim.schemes.words import did_you_mean, quoted

MOST_CADRES = 3_000  # of a bureau on the page; larger ones are for studies
MOST_NODES = 8_000  # values of an own document
LARGEST_TEXT = 128 * 1024
MOST_OWN = 48
OWN = "own-"
MODELS: dict[str, Any] = {"organisations": Organisation, "schemes": Scheme}
NOUNS = {"organisations": "bureau", "schemes": "scheme"}


@lru_cache(maxsize=2)
def presets(kind: str) -> Mapping[str, Loaded[Any]]:
    """Every preset of a kind that the page offers, by name."""
    reader: Any = read_organisation if kind == "organisations" else read_scheme
    found = {name: reader(name) for name in preset_names(kind)}
    if kind == "organisations":
        found = {name: one for name, one in found.items() if not _misfits_of_size(one.document)}
    return found


class Documents:
    """Presets and own documents."""

    def __init__(self, most_bytes: int) -> None:
        self._own: Shelf[Loaded[Any]] = Shelf(min(most_bytes, MOST_OWN * LARGEST_TEXT))  # each counts as the largest

    def organisation(self, reference: str) -> Loaded[Organisation]:
        """A bureau by the name of a preset or the key of an own one."""
        return self._found("organisations", reference)

    def scheme(self, reference: str) -> Loaded[Scheme]:
        """A scheme by the name of a preset or the key of an own one."""
        return self._found("schemes", reference)

    def take(self, kind: str, text: str) -> tuple[str, Loaded[Any]]:
        """Read an own document and keep it; its key and the document.

        Raises:
            UserError: with every finding.
        """
        key = OWN + hashlib.blake2b(f"{kind} {text}".encode("utf-8", "replace"), digest_size=12).hexdigest()
        loaded = self._own.get((kind, key))
        if loaded is None:
            loaded = read_own(kind, text)
            self._own.put((kind, key), loaded, LARGEST_TEXT)
        return key, loaded

    def _found(self, kind: str, reference: str) -> Loaded[Any]:
        known = presets(kind)
        if reference in known:
            return known[reference]
        if reference.startswith(OWN):
            own = self._own.get((kind, reference))
            if own is None:
                raise Gone
            return own
        raise UserError.of(
            f"there is no {NOUNS[kind]} of this name", found=quoted(reference[:80]), hint=did_you_mean(reference[:80], known)
        )


def read_own(kind: str, text: str) -> Loaded[Any]:
    """A document out of the text that somebody sent.

    Raises:
        UserError: not YAML, too large, a reference to anything but a preset, or whatever is wrong with its values.
    """
    name = f"your {NOUNS[kind]}"
    if len(text.encode("utf-8", "replace")) > LARGEST_TEXT:
        raise UserError.of("the file is too large", file=name, expected=f"at most {LARGEST_TEXT:,} bytes")
    # Not remembered there: what strangers send must not push the presets out.
    node: Node = parse_yaml.__wrapped__(text.removeprefix("\ufeff"), name)
    if sum(1 for _ in walk(node)) > MOST_NODES:
        raise UserError.of("the file holds too many values for the page", file=name, expected=f"at most {MOST_NODES:,}")
    layers = _Sent(MODELS[kind], kind, sent=node)
    loaded = layers.checked(layers.named(layers.file(Path(name), ())))
    misfits = _misfits_of_size(loaded.document) if kind == "organisations" else []
    if misfits:
        raise UserError.of(
            misfits[0], file=name, expected=f"at most {MOST_CADRES:,} cadres", hint="larger ones: cadresim compare"
        )
    return loaded


@dataclass
class _Sent(Layers[Any]):
    """Layers of a document of which the uppermost was sent; all below it are presets."""

    sent: Node | None = None

    def _top(self, path: Path) -> Node:
        if self.sent is None or path.is_absolute():
            return super()._top(path)
        for key in HEADER[:2]:
            self._refuse_paths(self.sent.value.get(key))
        return self.sent

    def _refuse_paths(self, named: Node | None) -> None:
        """Only names of presets may be extended."""
        items = named.value if named is not None and isinstance(named.value, list) else [named] if named is not None else []
        for item in items:
            if not isinstance(item.value, str) or item.value not in preset_names(self.kind):
                raise UserError.of(
                    "only a preset can be extended here",
                    file=item.place.file,
                    line=item.place.line,
                    path="extends",
                    found=quoted(str(item.value)),
                    expected="the name of a preset",
                )


def _misfits_of_size(organisation: Organisation) -> list[str]:
    """Why a bureau is too large for the page, if it is."""
    if organisation.service is not None:
        return ["a generated service is too large for the page"]
    return ["the bureau is too large for the page"] if n_cadres(organisation) > MOST_CADRES else []


def n_cadres(organisation: Organisation) -> int:
    """People of a bureau that lists its departments."""
    units = [*organisation.offices, *(unit for branch in organisation.branches for unit in branch.departments)]
    return sum(unit.cadres for unit in units)


def fits(scheme: Scheme, organisation: Organisation) -> bool:
    """Whether a scheme's indicators point at tasks that the bureau has."""
    try:
        check_scheme_fits(scheme, organisation)
    except UserError:
        return False
    return True
