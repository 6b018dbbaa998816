"""Documents by name or path: `load_scheme("municipal_closed_loop")`, `load_organisation("my/bureau.yaml")` ...

A file may hold only a difference:

- `extends: base` names the preset or the file (relative to its own folder) that it differs from. Mappings merge key by
  key; lists and plain values replace what stood there; `plan.indicators` is replaced whole (its weights make 1).
  Name, title and summary are never inherited; a file without a name is called after its file.
- `parts: [s_county_team, s_county_culture]` lays the differences of other files over it, one after the other. A part
  gives only what is written in its own file (and in its own parts), not what it extends.
- `changes: {plan.indicators.revenue.weight: 0.4}` sets single values by their full path, last of all; what the file itself gives
  already is not given a second time.

The same can be said in Python: `load_scheme("base", parts=["my_part"], changes={"process.coaching": 0.5})`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pydantic import BaseModel

from sim.errors import Finding, UserError
from sim.schemes.annotating import settled
from sim.schemes.checking import checked, finding_at
from sim.schemes.locate import Reference, find, is_workbook, other_kind, shown, sources_file
from sim.schemes.nodes import Annotation, Node, Path, Place, changed, descend, merged, node_of, place_of, walk, without
from sim.schemes.organisation import Organisation
from sim.schemes.reading import read_yaml
from sim.schemes.scheme import Scheme
from sim.schemes.words import dotted, value_in_words

if TYPE_CHECKING:
    from sim.schemes.behaviour import Behaviour

LABELS = ("name", "title", "summary")
HEADER = ("extends", "parts", "changes")
MOST_LAYERS = 20

Document = TypeVar("Document", bound=BaseModel)


@dataclass(frozen=True)
class Loaded(Generic[Document]):
    """A checked document with what its files said beside the values."""

    document: Document
    node: Node
    files: tuple[FilePath, ...]

    @cached_property
    def annotations(self) -> dict[str, Annotation]:
        """Source, status, note and range of every annotated value, by dotted path."""
        return {dotted(path): node.annotation for path, node in walk(self.node) if node.annotation is not None}

    def place(self, *path: str | int) -> Place:
        """File and line of an element, or of the nearest section above it that is written down."""
        return place_of(self.node, path)

    def finding(self, path: Path, problem: str, found: str = "", expected: str = "", hint: str = "") -> Finding:
        """Something to mend at a path of this document."""
        return finding_at(self.node, path, problem, found, expected, hint)


def load_scheme(
    reference: Reference,
    *,
    parts: Sequence[Reference] = (),
    changes: Mapping[str, Any] | None = None,
    name: str = "",
    title: str = "",
) -> Scheme:
    """A scheme by name or path, with other files' differences and single changes laid over it.

    A changed scheme needs a name of its own beside the one it comes from: `load_scheme("base", changes={...}, name="mine")`.

    Raises `UserError` with every finding.
    """
    loaded = read_scheme(reference, parts=parts, changes=changes)
    if not (name or title):
        return loaded.document
    own = loaded.document
    labels = {"name": name or own.name, "title": title or own.title, "summary": own.summary}
    return read_scheme(reference, parts=parts, changes=changes, labels=labels).document


def load_organisation(reference: Reference, *, changes: Mapping[str, Any] | None = None) -> Organisation:
    """An organisation by name or path; tables (a folder with units.csv, a workbook) are read too. Raises `UserError`."""
    return read_organisation(reference, changes=changes).document


def load_behaviour(reference: Reference = "default", *, changes: Mapping[str, Any] | None = None) -> Behaviour:
    """Parameters of behaviour by name or path; what a file leaves out keeps its neutral value. Raises `UserError`."""
    return read_behaviour(reference, changes=changes).document


def mix(base: Reference, *parts: Reference, changes: Mapping[str, Any] | None = None) -> Scheme:
    """A scheme made of a base and the differences of any number of other schemes, in this order."""
    return load_scheme(base, parts=parts, changes=changes)


def annotations_of(reference: Reference, kind: str = "schemes") -> dict[str, Annotation]:
    """Source, status, note and range of every annotated value of a document, by dotted path."""
    readers = {"schemes": read_scheme, "organisations": read_organisation, "behaviour": read_behaviour}
    return readers[kind](reference).annotations  # type: ignore[operator]


def read_scheme(
    reference: Reference,
    *,
    parts: Sequence[Reference] = (),
    changes: Mapping[str, Any] | None = None,
    labels: Mapping[str, Any] | None = None,
    beside: FilePath | None = None,
) -> Loaded[Scheme]:
    """Like `load_scheme`, with annotations and lines; `labels` give the mixture its own name, title and summary."""
    return read_document(Scheme, reference, "schemes", parts=parts, changes=changes, labels=labels, beside=beside)


def read_organisation(
    reference: Reference, *, changes: Mapping[str, Any] | None = None, beside: FilePath | None = None
) -> Loaded[Organisation]:
    """Like `load_organisation`, with annotations and lines."""
    path = find(reference, "organisations", beside)
    if path.is_dir():
        from sim.schemes.tables import read_organisation_folder

        return read_organisation_folder(path, changes=changes)
    if is_workbook(path):
        from sim.schemes.workbook import read_organisation_workbook

        return read_organisation_workbook(path, changes=changes)
    return read_document(Organisation, path, "organisations", changes=changes)


def read_behaviour(
    reference: Reference = "default", *, changes: Mapping[str, Any] | None = None, beside: FilePath | None = None
) -> Loaded[Behaviour]:
    """Like `load_behaviour`, with annotations (the range and source of every parameter) and lines."""
    from sim.schemes.behaviour import Behaviour

    return read_document(Behaviour, reference, "behaviour", changes=changes, beside=beside)


def read_document(
    model: type[Document],
    reference: Reference,
    kind: str,
    *,
    parts: Sequence[Reference] = (),
    changes: Mapping[str, Any] | None = None,
    labels: Mapping[str, Any] | None = None,
    beside: FilePath | None = None,
) -> Loaded[Document]:
    """A document of any kind: its file, the files it differs from, parts and changes, all checked together."""
    layers = Layers(model, kind)
    node = layers.file(find(reference, kind, beside), ())
    for part in parts:
        node = merged(node, layers.own(find(part, kind, beside), ()))
    node = layers.changed(layers.named(node), changes)
    if labels:
        node = merged(without(node, LABELS), node_of(labels, node.place))
    return layers.checked(node)


def with_changes(node: Node, changes: Mapping[str, Any]) -> Node:
    """A document with values set by dotted path; a value may be a `Node` that knows its own place."""
    for path, value in changes.items():
        new = node_of(value, Place("changes"))
        try:
            node = changed(node, tuple(str(path).split(".")), new)
        except LookupError as error:
            blocked = error.args[0]
            there = descend(node, blocked)
            raise UserError.of(
                f"nothing can be changed below {dotted(blocked) or 'the document'}",
                file=new.place.file,
                line=new.place.line,
                path=str(path),
                found=value_in_words(there.value) if there is not None else "",
                expected="a section",
            ) from None
    return node


def telling_keys(top: Mapping[str, Any]) -> list[str]:
    """Keys of a file by which its kind is told: labels stand in several kinds, and every file may extend another."""
    return [key for key in top if key not in (*LABELS, *HEADER)]


def keys_by_kind(keys: Iterable[str]) -> dict[str, int]:
    """How many of the keys belong to each kind of document."""
    from sim.schemes.behaviour import Behaviour
    from sim.schemes.study import Study

    models: dict[str, type[BaseModel]] = {
        "schemes": Scheme,
        "organisations": Organisation,
        "behaviour": Behaviour,
        "studies": Study,
    }
    return {kind: sum(key in model.model_fields for key in keys) for kind, model in models.items()}


@dataclass
class Layers(Generic[Document]):
    """Reads the files that make up one document and checks what comes out."""

    model: type[Document]
    kind: str
    files: list[FilePath] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def file(self, path: FilePath, above: tuple[FilePath, ...]) -> Node:
        """A file laid over everything it extends."""
        header, body = self._split(path, above)
        base = header.get("extends")
        if base is None:
            return self._with_parts(header, body, path, above, Node({}, body.place))
        target = self._target(base, path, "extends")
        foundation = without(self.file(target, (*above, path.resolve())), LABELS)
        return self._with_parts(header, body, path, above, foundation)

    def own(self, path: FilePath, above: tuple[FilePath, ...]) -> Node:
        """Only the difference written in a file, without what it extends and without its labels."""
        header, body = self._split(path, above)
        return without(self._with_parts(header, body, path, above, Node({}, body.place)), LABELS)

    def named(self, node: Node) -> Node:
        """A document without a name is called after its file."""
        if "name" in node.value or "name" not in self.model.model_fields or not self.files:
            return node
        name = re.sub(r"[^a-z0-9]+", "_", self.files[0].stem.lower()).strip("_")
        return replace(node, value={"name": Node(name, Place(shown(self.files[0]), 1)), **node.value})

    def checked(self, node: Node) -> Loaded[Document]:
        """The document, or a `UserError` with what is wrong with annotations and values together."""
        try:
            document = checked(self.model, node)
        except UserError as error:
            raise UserError(sorted({*self.findings, *error.findings})) from error.__cause__
        if self.findings:
            raise UserError(sorted(self.findings))
        return Loaded(document, node, tuple(self.files))

    def changed(self, node: Node, changes: Mapping[str, Any] | None) -> Node:
        """The document with single values changed from outside its files; a changed value may be annotated too."""
        return self._settled(with_changes(node, changes), None) if changes else node

    def _settled(self, body: Node, folder: FilePath | None) -> Node:
        """The values of a file; what is wrong with its annotations is kept for later."""
        node, findings = settled(body, self.model, known_sources(folder))
        self.findings += findings
        return node

    def _with_parts(self, header: dict[str, Node], body: Node, path: FilePath, above: tuple[FilePath, ...], base: Node) -> Node:
        node = base
        for part in header["parts"].value if "parts" in header else ():
            node = merged(node, self.own(self._target(part, path, "parts"), (*above, path.resolve())))
        node = merged(node, body)
        changes = header.get("changes")
        if changes is None:
            return node
        self.findings += _said_twice(body, changes)
        return self._settled(with_changes(node, changes.value), path.parent)

    def _refuse_other_kind(self, path: FilePath, top: Node) -> None:
        """A file of which nothing belongs here and most elsewhere: told as what it is, not key by key."""
        keys = telling_keys(top.value)
        if not keys or any(key in self.model.model_fields for key in keys):
            return  # the other kinds' models are not even read
        own = keys_by_kind(keys)
        best = max(own, key=lambda kind: own[kind])
        if 2 * own[best] > len(keys):
            raise other_kind(shown(path), self.kind, best)

    def _split(self, path: FilePath, above: tuple[FilePath, ...]) -> tuple[dict[str, Node], Node]:
        self._refuse_cycle(path, above)
        top = self._top(path)
        self._refuse_other_kind(path, top)
        self.files.append(path)
        header = {key: top.value[key] for key in HEADER if key in top.value}
        wrong = [_wrong_header(key, node) for key, node in header.items()]
        if any(wrong):
            raise UserError([finding for finding in wrong if finding is not None])
        return header, self._settled(without(top, HEADER), path.parent)

    def _top(self, path: FilePath) -> Node:
        """What a file holds; of a workbook, a scheme takes the indicators."""
        if self.model is Scheme and is_workbook(path):
            from sim.schemes.workbook import read_indicators

            return read_indicators(path)
        return read_yaml(path)

    def _target(self, named: Node, path: FilePath, key: str) -> FilePath:
        try:
            return find(named.value, self.kind, path.parent)
        except UserError as error:
            findings = [
                replace(f, file=named.place.file, line=named.place.line, path=key, found=repr(named.value))
                for f in error.findings
            ]
            raise UserError(findings) from None

    def _refuse_cycle(self, path: FilePath, above: tuple[FilePath, ...]) -> None:
        chain = [shown(one) for one in (*above, path)]
        if path.resolve() in above:
            raise UserError.of("a file extends itself in a circle", file=chain[-2], path="extends", found=" -> ".join(chain))
        if len(above) >= MOST_LAYERS:
            raise UserError.of(
                "too many files extend each other", file=chain[-1], path="extends", expected=f"at most {MOST_LAYERS}"
            )


def known_sources(folder: FilePath | None = None) -> frozenset[str] | None:
    """Keys that may be cited: the project's register and a `sources.yaml` beside the user's file; None without any."""
    registers = [sources_file()] + ([folder / "sources.yaml"] if folder is not None else [])
    present = [register for register in registers if register.is_file()]
    return frozenset(key for register in present for key in read_yaml(register).value) if present else None


def _said_twice(body: Node, changes: Node) -> list[Finding]:
    """Values that the same file gives in their section and under `changes`: one of the two would be lost without a word."""
    found = []
    for path, new in changes.value.items():
        there = descend(body, tuple(str(path).split(".")))
        if there is not None:
            where = f" on line {there.place.line}" if there.place.line else ""
            hint = f"keep one of the two: the same file gives it{where} as well"
            place = new.place if isinstance(new, Node) else changes.place
            found.append(Finding(place.file, place.line, str(path), "said twice", value_in_words(there.value), "once", hint))
    return found


def _wrong_header(key: str, node: Node) -> Finding | None:
    wants = {"extends": "a name or path", "parts": "a list of names or paths", "changes": "a mapping from paths to values"}
    parts_ok = isinstance(node.value, list) and all(isinstance(item.value, str) for item in node.value)
    fine = {"extends": isinstance(node.value, str), "parts": parts_ok, "changes": isinstance(node.value, dict)}[key]
    if fine:
        return None
    return Finding(node.place.file, node.place.line, key, "wrong type", value_in_words(node.value), wants[key])
