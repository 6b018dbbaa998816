"""Nodes in, a checked document out: every pydantic error becomes a `Finding` with file, line, path and a hint.

Strict types: whole numbers are accepted where numbers are expected, nothing else is converted. Text is not a number,
a truth value is not a number, and neither not-a-number nor infinity is a number of a scheme.
"""

from __future__ import annotations

import json
import re
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from sim.errors import Finding, UserError
from sim.schemes.misfit import MISFITS, Misfit
from sim.schemes.nodes import Node, Path, descend, place_of, plain
from sim.schemes.words import (
    NOT_WIDE,
    WIDE_COLON,
    did_you_mean,
    dotted,
    element_paths,
    expected_at,
    field_at,
    keys_at,
    listed,
    nearest,
    number,
    quoted,
    unit_of,
    value_in_words,
)

Document = TypeVar("Document", bound=BaseModel)

_PROBLEMS = {
    "missing": "a key is missing",
    "extra_forbidden": "unknown key",
    "greater_than_equal": "the number is too small",
    "greater_than": "the number is too small",
    "less_than_equal": "the number is too large",
    "less_than": "the number is too large",
    "finite_number": "not a finite number",
    "enum": "unknown choice",
    "string_pattern_mismatch": "not a valid name",
    "string_too_short": "the text is empty",
    "too_short": "too few entries",
    "too_long": "too many entries",
    "int_from_float": "not a whole number",
}
_PLAIN_TAGS = ("str", "float", "int", "bool", "constrained-str", "constrained-float", "constrained-int")
_PERCENTAGE = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*%\s*")


def checked(model: type[Document], node: Node) -> Document:
    """The document a tree of nodes stands for; `UserError` with all findings, sorted by place."""
    # JSON is the strict mode that still takes a choice by its name and a whole number for a number.
    try:
        return model.model_validate_json(json.dumps(plain(node)), strict=True)
    except ValidationError as error:
        raise UserError(findings(error, model, node)) from error


def findings(error: ValidationError, model: type[BaseModel], node: Node) -> list[Finding]:
    """Everything a failed validation has to say, one finding per place, sorted."""
    told: dict[tuple[Any, ...], Finding] = {}
    for detail, path in _told(error.errors(include_url=False), node):
        for finding in _findings_of(detail, path, model, node):
            told.setdefault((finding.file, finding.line, finding.path, finding.problem), finding)
    return sorted(told.values())


def finding_at(node: Node, path: Path, problem: str, found: str = "", expected: str = "", hint: str = "") -> Finding:
    """A finding about a path of a document that was read from nodes."""
    place = place_of(node, path)
    where = f"column {place.column}" if place.column else dotted(path)
    return Finding(place.file, place.line, where, problem, found, expected, hint)


def _told(details: list[ErrorDetails], node: Node) -> list[tuple[ErrorDetails, Path]]:
    """Errors with their path in the document; of a choice between types only what was meant is told."""
    kept: list[tuple[ErrorDetails, Path]] = []
    spare: dict[Path, tuple[ErrorDetails, Path]] = {}
    heard: set[Path] = set()
    for detail in details:
        path, choice, meant = _cleaned(detail, node)
        if choice is not None and not meant:
            spare.setdefault(choice, (detail, choice))
            continue
        if choice is not None:
            heard.add(choice)
        kept.append((detail, path))
    return kept + [told for choice, told in spare.items() if choice not in heard]


def _cleaned(detail: ErrorDetails, node: Node) -> tuple[Path, Path | None, bool]:
    """Path without pydantic's own tags; where a tag stood, the path of the choice and whether this branch was meant."""
    path: Path = ()
    choice, meant = None, True
    here: Node | None = node
    for step in detail["loc"]:
        child = descend(here, (step,)) if here is not None else None
        if child is not None:
            path, here = (*path, step), child
        elif detail["type"] in ("missing", "extra_forbidden") and step == detail["loc"][-1]:
            path = (*path, step)
        elif step != "[key]":
            choice, meant = path, meant and _means(str(step), here)
    return path, choice, meant


def _means(tag: str, here: Node | None) -> bool:
    value = here.value if here is not None else None
    if isinstance(value, list):
        return tag.startswith("list[")
    if isinstance(value, dict):
        return not tag.startswith("list[") and tag not in _PLAIN_TAGS
    return tag in _PLAIN_TAGS


def _findings_of(detail: ErrorDetails, path: Path, model: type[BaseModel], node: Node) -> list[Finding]:
    if detail["type"] == MISFITS:
        misfits: tuple[Misfit, ...] = detail["ctx"][MISFITS]
        return [finding_at(node, (*path, *m.at), m.problem, m.found, m.expected, m.hint) for m in misfits]
    kind = detail["type"]
    value = _value(node, path)
    problem = _PROBLEMS.get(kind) or ("wrong type" if kind.endswith(("_type", "_parsing")) else _said(detail))
    if kind == "missing":
        return [finding_at(node, path, problem, "", expected_at(model, path), _meaning(model, path))]
    if kind == "extra_forbidden":
        return [_unknown_key(path, model, node)]
    if kind == "value_error":
        return [finding_at(node, path, problem)]
    if kind == "int_type" and isinstance(value, float):
        problem = _PROBLEMS["int_from_float"]
    hint = _hint(kind, value, path, model)
    if isinstance(value, str) and WIDE_COLON.match(value):
        hint = f"{NOT_WIDE} after a key"
    return [finding_at(node, path, problem, value_in_words(value), expected_at(model, path), hint)]


def _said(detail: ErrorDetails) -> str:
    message = detail["msg"].removeprefix("Value error, ")
    return message[:1].lower() + message[1:]


def _value(node: Node, path: Path) -> Any:
    found = descend(node, path)
    return plain(found) if found is not None else None


def _unknown_key(path: Path, model: type[BaseModel], node: Node) -> Finding:
    keys = keys_at(model, path[:-1])
    name = str(path[-1])
    hint = did_you_mean(name, keys) or _elsewhere(name, model)
    return finding_at(node, path, _PROBLEMS["extra_forbidden"], quoted(name), f"one of {listed(keys)}", hint)


def _elsewhere(name: str, model: type[BaseModel]) -> str:
    """A key that is right but stands in the wrong section."""
    by_last = {path[-1]: path for path in reversed(element_paths(model))}
    near = name if name in by_last else nearest(name, [str(last) for last in by_last])
    return f"did you mean {dotted(by_last[near])}?" if near else ""


def _meaning(model: type[BaseModel], path: Path) -> str:
    field = field_at(model, path)
    return str(getattr(field, "description", "") or "")


def _hint(kind: str, value: Any, path: Path, model: type[BaseModel]) -> str:
    if kind == "enum" and isinstance(value, str):
        return did_you_mean(value, expected_at(model, path).removeprefix("one of ").split(", "))
    if isinstance(value, str):
        return _text_hint(kind, value)
    if isinstance(value, bool) and kind in ("float_type", "int_type"):
        return "1 switches an element fully on, 0 off"
    if kind == "less_than_equal" and unit_of(model, path) == "share" and isinstance(value, int | float) and value <= 100:
        return f"shares run from 0 to 1: {number(value)} % is {number(value / 100)}"
    if value is None:
        return "write a value, or leave the key out"
    return _meaning(model, path)


def _text_hint(kind: str, value: str) -> str:
    percentage = _PERCENTAGE.fullmatch(value)
    if percentage and kind.startswith(("float", "int")):
        return f"write {number(float(percentage.group(1)) / 100)}"
    if kind.startswith("bool"):
        return "write true or false"
    if kind.startswith(("float", "int")) and value.lower() in ("yes", "no", "on", "off"):
        return "1 switches an element fully on, 0 off"
    if kind.startswith(("float", "int")) and re.fullmatch(r"[-+]?[0-9.]+([eE][-+]?[0-9]+)?", value.strip()):
        return "take the quotes off"
    return ""
