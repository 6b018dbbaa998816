"""Values with their provenance beside them: `{value: 0.004, source: t_county, status: cited, note: ...}`.

Any leaf of a document may be written so. The value goes into the document, the rest becomes an `Annotation` of its
place. Sections are never mistaken for annotated leaves, because the model says where a leaf is expected (a task has
a key `value` of its own).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any, TypeGuard, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sim.errors import Finding
from sim.schemes.nodes import Annotation, Node, Path
from sim.schemes.words import (
    below,
    did_you_mean,
    dotted,
    expected_at,
    field_at,
    fitting,
    is_model,
    listed,
    number,
    quoted,
    value_in_words,
)

STATUSES = ("cited", "fitted", "assumed")
KEYS = ("value", "source", "status", "note", "low", "high", "unit", "meaning")

_LARGEST = 1e300  # whole numbers beyond it do not fit a floating-point number


def settled(node: Node, model: type[BaseModel], sources: Collection[str] | None) -> tuple[Node, list[Finding]]:
    """The document with every annotated leaf replaced by its value, and what is wrong with the annotations.

    `sources` are the keys that may be cited; None where there is no register of sources to check against.
    """
    settler = _Settler(model, sources)
    return settler.settle(node, model, ()), settler.findings


class _Settler:
    def __init__(self, model: type[BaseModel], sources: Collection[str] | None) -> None:
        self.model = model
        self.sources = sources
        self.findings: list[Finding] = []

    def settle(self, node: Node, shape: Any, path: Path) -> Node:
        """One node; `shape` is the type the model expects there, None where it knows no such key."""
        if shape is Any:
            return node
        if isinstance(node.value, list):
            return replace(node, value=[self.settle(item, below(shape, i), (*path, i)) for i, item in enumerate(node.value)])
        if not isinstance(node.value, dict):
            return node
        expected = fitting(shape, node.value) if shape is not None else None
        if is_model(expected) or get_origin(expected) is dict:
            return replace(
                node, value={key: self.settle(item, below(expected, key), (*path, key)) for key, item in node.value.items()}
            )
        return self.leaf(node, shape, path)

    def leaf(self, node: Node, shape: Any, path: Path) -> Node:
        """A mapping where a plain value is expected: an annotated leaf, or a mistake left for the model to name."""
        keys = node.value
        if not any(key in KEYS for key in keys) or (shape is None and not set(keys) <= set(KEYS)):
            return node
        unknown = [key for key in keys if key not in KEYS]
        for key in unknown:
            expected = f"one of {listed(KEYS)}"
            self.find(keys[key], (*path, key), "unknown key beside a value", quoted(key), expected, did_you_mean(key, KEYS))
        if "value" not in keys:
            if not unknown:
                self.find(
                    node, path, "an annotated value has no 'value'", f"a mapping of {listed(keys)}", "{value: ..., source: ...}"
                )
            return node
        settled = self.settle(keys["value"], shape, path)
        return replace(settled, annotation=self.annotation(keys, path))

    def annotation(self, keys: dict[str, Node], path: Path) -> Annotation:
        self._range(keys, path)
        source = self._source(keys, path)
        status = self._text(keys, "status", path)
        if "status" in keys and status not in STATUSES:
            hint = did_you_mean(status, STATUSES)
            self.find(keys["status"], (*path, "status"), "unknown status", quoted(status), f"one of {listed(STATUSES)}", hint)
        if status == "cited" and not source:
            self.find(keys["status"], path, "a cited value names no source", "status: cited", "source: a key of sources.yaml")
        self._unit(keys, path)
        return Annotation(
            source=source,
            status=status,
            note=self._text(keys, "note", path),
            low=self._bound(keys, "low", path),
            high=self._bound(keys, "high", path),
            unit=self._text(keys, "unit", path),
            meaning=self._text(keys, "meaning", path),
        )

    def find(self, node: Node, path: Path, problem: str, found: str = "", expected: str = "", hint: str = "") -> None:
        self.findings.append(Finding(node.place.file, node.place.line, dotted(path), problem, found, expected, hint))

    def _source(self, keys: dict[str, Node], path: Path) -> tuple[str, ...]:
        if "source" not in keys:
            return ()
        node = keys["source"]
        named = [item.value for item in node.value] if isinstance(node.value, list) else [node.value]
        for name in named:
            if not isinstance(name, str):
                self.find(node, (*path, "source"), "a source is not a name", value_in_words(name), "a key of sources.yaml")
            elif self.sources is not None and name not in self.sources:
                hint = did_you_mean(name, self.sources)
                self.find(node, (*path, "source"), "unknown source", quoted(name), "a key of sources.yaml", hint)
        return tuple(name for name in named if isinstance(name, str))

    def _text(self, keys: dict[str, Node], key: str, path: Path) -> str:
        value = keys[key].value if key in keys else ""
        if isinstance(value, str):
            return value
        self.find(keys[key], (*path, key), "wrong type", value_in_words(value), "text", "put it in quotes")
        return ""

    def _bound(self, keys: dict[str, Node], key: str, path: Path) -> float | None:
        value = keys[key].value if key in keys else None
        return float(value) if _is_number(value) else None

    def _range(self, keys: dict[str, Node], path: Path) -> None:
        for key in ("low", "high"):
            if key in keys and not _is_number(keys[key].value):
                self.find(keys[key], (*path, key), "wrong type", value_in_words(keys[key].value), "a number")
            elif key in keys:
                self._inside_model(keys[key], (*path, key), path)
        low, high, value = (keys[key].value if key in keys else None for key in ("low", "high", "value"))
        if _is_number(low) and _is_number(high) and low > high:
            self.find(keys["low"], (*path, "low"), "low lies above high", f"{number(low)} above {number(high)}", "low <= high")
        elif _is_number(value) and ((_is_number(low) and value < low) or (_is_number(high) and value > high)):
            expected = (
                f"a number{f' from {number(low)}' if _is_number(low) else ''}{f' to {number(high)}' if _is_number(high) else ''}"
            )
            self.find(keys["value"], path, "the value lies outside its own low and high", number(value), expected)

    def _inside_model(self, node: Node, path: Path, leaf: Path) -> None:
        field = field_at(self.model, leaf)
        for bound in field.metadata if isinstance(field, FieldInfo) else ():
            broken = (
                (isinstance(bound, Ge) and node.value < bound.ge)
                or (isinstance(bound, Gt) and node.value < bound.gt)
                or (isinstance(bound, Le) and node.value > bound.le)
                or (isinstance(bound, Lt) and node.value > bound.lt)
            )
            if broken:
                expected = expected_at(self.model, leaf)
                self.find(node, path, "the range reaches beyond what the model allows", number(node.value), expected)

    def _unit(self, keys: dict[str, Node], path: Path) -> None:
        field = field_at(self.model, path)
        extra = field.json_schema_extra if isinstance(field, FieldInfo) else None
        unit = extra.get("unit") if isinstance(extra, dict) else None
        if unit and "unit" in keys and keys["unit"].value != unit:
            self.find(
                keys["unit"], (*path, "unit"), "another unit than the model's", value_in_words(keys["unit"].value), str(unit)
            )


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and -_LARGEST < value < _LARGEST
