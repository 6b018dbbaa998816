"""What was read, before it is checked: values that remember the file and line they stand in.

A `Node` is a mapping of nodes, a list of nodes or a plain value. Documents are merged as nodes (a difference on a
base), so that every leaf still knows which file wrote it when something is wrong with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

Path = tuple[str | int, ...]


class Place(NamedTuple):
    """A file, a line (from 1; 0 = unknown) and, in tables, a column."""

    file: str = ""
    line: int = 0
    column: str = ""


@dataclass(frozen=True)
class Annotation:
    """What stands beside a value: where it comes from and how sure it is.

    `source` is one key of sources.yaml or several; `status` is cited, fitted or assumed; `low` and `high` are the range
    to be explored.
    """

    source: tuple[str, ...] = ()
    status: str = ""
    note: str = ""
    low: float | None = None
    high: float | None = None
    unit: str = ""
    meaning: str = ""


@dataclass(frozen=True)
class Node:
    """A value with its place; mappings and lists hold nodes."""

    value: Any
    place: Place
    annotation: Annotation | None = None


# Mappings whose entries belong together (their shares or weights make 1): a difference replaces them whole.
REPLACED_WHOLE: tuple[Path, ...] = (("plan", "indicators"), ("service", "office_tasks"), ("service", "section_tasks"))


def node_of(value: Any, place: Place) -> Node:
    """A node for a plain value, every part of it at the same place."""
    if isinstance(value, Node):
        return value
    if isinstance(value, Mapping):
        return Node({key: node_of(item, place) for key, item in value.items()}, place)
    if isinstance(value, list | tuple):
        return Node([node_of(item, place) for item in value], place)
    return Node(value, place)


def plain(node: Node) -> Any:
    """The values alone."""
    if isinstance(node.value, dict):
        return {key: plain(item) for key, item in node.value.items()}
    if isinstance(node.value, list):
        return [plain(item) for item in node.value]
    return node.value


def descend(node: Node, path: Sequence[str | int]) -> Node | None:
    """The node at a path, or None."""
    here: Node | None = node
    for step in path:
        here = _child(here, step) if here is not None else None
    return here


def place_of(node: Node, path: Sequence[str | int]) -> Place:
    """The place of a path, or of the nearest section above it that was written down."""
    here, place = node, node.place
    for step in path:
        child = _child(here, step)
        if child is None:
            return place
        here, place = child, child.place
    return place


def walk(node: Node, path: Path = ()) -> Iterator[tuple[Path, Node]]:
    """Every node with its path, a section before its parts."""
    yield path, node
    if isinstance(node.value, dict):
        for key, item in node.value.items():
            yield from walk(item, (*path, key))
    elif isinstance(node.value, list):
        for index, item in enumerate(node.value):
            yield from walk(item, (*path, index))


def merged(base: Node, difference: Node, path: Path = ()) -> Node:
    """A base with a difference laid over it: mappings merge key by key, everything else is replaced.

    `plan.indicators` and the time shares of a generated service are replaced whole: their weights make 1 together,
    so half of an old plan mixed with half of a new one is never what was meant. A single entry of them can be
    changed by its full path (`changes`, see `changed`).
    """
    if not (isinstance(base.value, dict) and isinstance(difference.value, dict)) or path in REPLACED_WHOLE:
        return difference
    parts = dict(base.value)
    for key, item in difference.value.items():
        parts[key] = merged(parts[key], item, (*path, key)) if key in parts else item
    return replace(difference, value=parts)


def changed(node: Node, path: Path, new: Node, above: Path = ()) -> Node:
    """The document with one path changed; sections on the way are made where they are missing.

    Raises `LookupError` with the part of the path that is a plain value and so has nothing below it.
    """
    if not path:
        return merged(node, new, above)
    step, rest = path[0], path[1:]
    if isinstance(node.value, list):
        return _changed_item(node, path, new, above)
    if not isinstance(node.value, dict):
        raise LookupError(above)
    child = node.value.get(step)
    after = changed(child, rest, new, (*above, step)) if child is not None else _wrapped(rest, new)
    # A section that was changed from outside stands where the change stands, as one that a difference was laid over does.
    return Node({**node.value, step: after}, new.place if above else node.place)


def without(node: Node, keys: Sequence[str]) -> Node:
    """A mapping without some of its keys."""
    return replace(node, value={key: item for key, item in node.value.items() if key not in keys})


def _changed_item(node: Node, path: Path, new: Node, above: Path) -> Node:
    step = path[0]
    index = int(step) if str(step).isdecimal() and len(str(step)) < 9 else -1
    if not 0 <= index < len(node.value):
        raise LookupError(above)
    items = list(node.value)
    items[index] = changed(items[index], path[1:], new, (*above, index))
    return Node(items, new.place)


def _wrapped(path: Path, new: Node) -> Node:
    for step in reversed(path):
        new = Node({step: new}, new.place)
    return new


def _child(node: Node, step: str | int) -> Node | None:
    if isinstance(node.value, dict):
        return node.value.get(step)
    if isinstance(node.value, list) and isinstance(step, int) and 0 <= step < len(node.value):
        return node.value[step]
    return None
