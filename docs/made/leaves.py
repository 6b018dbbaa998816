"""The elements of a document's model: path, type, unit, bounds, default and meaning of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from sim.schemes.words import alternatives, is_model, number

MOST_CHOICES = 12


@dataclass(frozen=True)
class Leaf:
    """One element that takes a value."""

    path: str
    section: str
    type: str
    unit: str
    bounds: str
    default: str
    meaning: str


def leaves(model: type[BaseModel], path: str = "") -> Iterator[Leaf]:
    """Every element below a model, depth first, in declared order."""
    for name, field in model.model_fields.items():
        at = f"{path}.{name}" if path else name
        inner = [step for option in alternatives(field.annotation) for step in _sections(option)]
        for suffix, section in inner:
            yield from leaves(section, at + suffix)
        if not inner:
            yield _leaf(at, path, field)


def _sections(option: Any) -> list[tuple[str, type[BaseModel]]]:
    """Sections a type holds, and what stands between: nothing, or `.*` for named or listed entries."""
    if is_model(option):
        return [("", option)]
    if get_origin(option) in (dict, list):
        inner = get_args(option)[-1]
        return [(".*", section) for one in alternatives(inner) if is_model(one) for section in [one]]
    return []


def _leaf(path: str, section: str, field: FieldInfo) -> Leaf:
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    return Leaf(
        path, section, _type_in_words(field.annotation), str(extra.get("unit", "")), _bounds(field), _default(field),
        field.description or "",
    )  # fmt: skip


def _type_in_words(annotation: Any) -> str:
    told = []
    for option in alternatives(annotation):
        if isinstance(option, type) and issubclass(option, Enum):
            told.append(", ".join(str(one.value) for one in option))
        elif get_origin(option) is list:
            told.append(f"list of {_type_in_words(get_args(option)[0])}s")
        elif get_origin(option) is dict:
            told.append(f"name: {_type_in_words(get_args(option)[1])}")
        elif get_origin(option) is not None and get_args(option):
            told.append(", ".join(str(one) for one in get_args(option)))
        else:
            simple = {"float": "number", "int": "whole number", "str": "text", "bool": "true or false"}
            told.append(simple.get(getattr(option, "__name__", str(option)), getattr(option, "__name__", "anything")))
    return " or ".join(dict.fromkeys(told))


#: A lower bound below this is there so that nothing is divided by zero.
TINY = 1e-6


def _bounds(field: FieldInfo) -> str:
    low, high = "", ""
    for bound in field.metadata:
        if isinstance(bound, Ge):
            low = "above 0" if 0 < bound.ge < TINY else number(bound.ge)  # type: ignore[arg-type, operator]
        elif isinstance(bound, Gt):
            low = f"above {number(bound.gt)}"  # type: ignore[arg-type]
        elif isinstance(bound, Le):
            high = number(bound.le)  # type: ignore[arg-type]
        elif isinstance(bound, Lt):
            high = f"below {number(bound.lt)}"  # type: ignore[arg-type]
    if low and high:
        return f"{low} to {high}"
    return f"from {low}" if low and not low.startswith("above") else low or (f"up to {high}" if high else "")


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "(must be given)"
    value = field.default if field.default is not PydanticUndefined else (field.default_factory or (lambda: ""))()  # type: ignore[call-arg]
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return number(value)
    if value in (None, "", {}, []):
        return "none" if value is None else "empty"
    return str(value)
