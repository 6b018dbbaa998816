"""Small words for people: nearest names, values as they were written, what a field expects."""

from __future__ import annotations

import difflib
import re
import types
from collections.abc import Iterable, Sequence
from enum import Enum
from typing import Annotated, Any, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt, MaxLen, MinLen
from pydantic import BaseModel
from pydantic.fields import FieldInfo

_LONGEST_SHOWN = 60

#: A key that ends in the colon of Chinese text, which YAML takes for a letter, and what to do about it.
WIDE_COLON = re.compile(r"\s*(- *)?\w+：")
NOT_WIDE = "write ': ' and not '：'"


def nearest(name: str, names: Iterable[str]) -> str:
    """The name most like the one given, or '' where none is near."""
    by_form = {_form(candidate): candidate for candidate in names}
    close = difflib.get_close_matches(_form(name), list(by_form), n=1, cutoff=0.6)
    if close:
        return by_form[close[0]]
    holding = [candidate for form, candidate in by_form.items() if len(name) > 3 and (_form(name) in form or form in _form(name))]
    return holding[0] if len(holding) == 1 else ""


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """'did you mean X?' for the nearest name, or ''."""
    near = nearest(name, names)
    return f"did you mean {near}?" if near else ""


def quoted(text: str) -> str:
    """Text in quotes, shortened to one line."""
    shown = text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "..."
    return "'" + shown.replace("\n", "\\n") + "'"


def listed(names: Iterable[object]) -> str:
    """'a, b, c'."""
    return ", ".join(str(name) for name in names)


def value_in_words(value: Any) -> str:
    """A value as it was found, with its type where that is what may be wrong."""
    if value is None:
        return "nothing (null)"
    if isinstance(value, bool):
        return f"{str(value).lower()} (a truth value)"
    if isinstance(value, int | float):
        return f"the number {number(value)}"
    if isinstance(value, str):
        return f"the text {quoted(value)}"
    if isinstance(value, dict):
        return f"a mapping of {listed(list(value)[:5])}" if value else "an empty mapping"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    return quoted(str(value))


def number(value: float) -> str:
    """A number as people write it: 0.5, 12, 1e-09."""
    try:
        return str(value) if isinstance(value, int) and abs(value) < 10**19 else f"{value:.15g}"
    except OverflowError:  # a whole number beyond the largest floating-point number
        return "far too large to print"


def dotted(path: Sequence[str | int]) -> str:
    """A path as people write it: `plan.indicators.revenue.weight`, `offices[2].tasks`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def alternatives(annotation: Any) -> tuple[Any, ...]:
    """The types a field may have, without `None` and without annotations."""
    if get_origin(annotation) is Annotated:
        return alternatives(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        return tuple(part for option in get_args(annotation) for part in alternatives(option) if part is not type(None))
    return (annotation,)


def is_model(annotation: Any) -> bool:
    """Whether a type is a section with keys of its own."""
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def fitting(annotation: Any, value: Any) -> Any:
    """Of the types a field may have, the one that a value of this shape is meant to be."""
    options = alternatives(annotation)
    return next((option for option in options if shape_of(option) is _shape_of_value(value)), options[0])


def shape_of(option: Any) -> type | None:
    """`dict` for sections and mappings, `list` for lists, None for plain values."""
    if is_model(option) or get_origin(option) is dict:
        return dict
    return list if get_origin(option) is list else None


def _shape_of_value(value: Any) -> type | None:
    return next((shape for shape in (dict, list) if isinstance(value, shape)), None)


def below(annotation: Any, step: str | int, value: Any = None) -> Any:
    """The type one step further down, or None where the type knows no such step."""
    for option in alternatives(annotation):
        if is_model(option) and step in option.model_fields:
            return option.model_fields[step].annotation
        if get_origin(option) is dict:
            return get_args(option)[1]
        if get_origin(option) is list and isinstance(step, int):
            return get_args(option)[0]
    return None


def field_at(model: type[BaseModel], path: Sequence[str | int]) -> FieldInfo | Any | None:
    """The field (or plain type, inside lists and mappings) at a path of a document; None where there is none."""
    here: Any = model
    found: FieldInfo | Any | None = model
    for step in path:
        holder = next((option for option in alternatives(here) if is_model(option) and step in option.model_fields), None)
        found = holder.model_fields[step] if holder is not None else below(here, step)
        here = found.annotation if isinstance(found, FieldInfo) else found
        if here is None:
            return None
    return found


def keys_at(model: type[BaseModel], path: Sequence[str | int]) -> list[str]:
    """The keys that a section may have."""
    found = field_at(model, path)
    annotation = found.annotation if isinstance(found, FieldInfo) else found
    return [name for option in alternatives(annotation) if is_model(option) for name in option.model_fields]


def expected_at(model: type[BaseModel], path: Sequence[str | int]) -> str:
    """What a document expects at a path, in words: type, bounds, choices and unit."""
    found = field_at(model, path)
    if found is None:
        return ""
    if not isinstance(found, FieldInfo):
        return type_in_words(found)
    extra = found.json_schema_extra if isinstance(found.json_schema_extra, dict) else {}
    unit = f" ({extra['unit']})" if extra.get("unit") not in (None, "-") else ""
    pattern = next((item.pattern for item in found.metadata if getattr(item, "pattern", None)), "")
    if pattern:
        return "small letters, digits and underscores, a letter first" if pattern == NAME_PATTERN else f"text like {pattern}"
    return type_in_words(found.annotation) + bounds_in_words(found.metadata) + unit


NAME_PATTERN = r"^[a-z][a-z0-9_]*$"


def unit_of(model: type[BaseModel], path: Sequence[str | int]) -> str:
    """The unit of an element, '' where it has none."""
    found = field_at(model, path)
    extra = found.json_schema_extra if isinstance(found, FieldInfo) else None
    return str(extra.get("unit", "")) if isinstance(extra, dict) else ""


def element_paths(model: type[BaseModel], above: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Paths of all elements of a document outside lists and named entries, in the order of the model."""
    paths: list[tuple[str, ...]] = []
    for name, field in model.model_fields.items():
        section = next((option for option in alternatives(field.annotation) if is_model(option)), None)
        paths += element_paths(section, (*above, name)) if section else [(*above, name)]
    return paths


def type_in_words(annotation: Any) -> str:
    """'a number', 'one of a, b', 'a list of texts' ..."""
    return " or ".join(_one_type_in_words(option) for option in alternatives(annotation))


def bounds_in_words(metadata: Iterable[Any]) -> str:
    """' from 0 to 1', ' above 0' ... out of the bounds of a field."""
    words, from_to = "", {}
    for bound in metadata:
        if isinstance(bound, Ge):
            from_to["low"] = f" from {number(bound.ge)}"  # type: ignore[arg-type]
        elif isinstance(bound, Gt):
            from_to["low"] = f" above {number(bound.gt)}"  # type: ignore[arg-type]
        elif isinstance(bound, Le):
            from_to["high"] = f" to {number(bound.le)}"  # type: ignore[arg-type]
        elif isinstance(bound, Lt):
            from_to["high"] = f" below {number(bound.lt)}"  # type: ignore[arg-type]
        elif isinstance(bound, MinLen):
            words += f", at least {bound.min_length} long"
        elif isinstance(bound, MaxLen):
            words += f", at most {bound.max_length} long"
    if "low" in from_to and "high" not in from_to and from_to["low"].startswith(" from"):
        from_to["high"] = " upwards"
    if "low" in from_to and from_to["low"].startswith(" above") and "high" in from_to:
        from_to["high"] = " and" + from_to["high"].replace(" to ", " at most ")
    return from_to.get("low", "") + from_to.get("high", "") + words


def _one_type_in_words(annotation: Any) -> str:
    origin = get_origin(annotation)
    if origin is list:
        return f"a list, each entry {type_in_words(get_args(annotation)[0])}"
    if origin is dict:
        return f"a mapping from names to {_plural(type_in_words(get_args(annotation)[1]))}"
    if is_model(annotation):
        return f"a mapping with keys among {listed(annotation.model_fields)}"
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return f"one of {listed(member.value for member in annotation)}"
    return _PLAIN.get(annotation, "a value")


_PLAIN = {float: "a number", int: "a whole number", str: "text", bool: "true or false"}


def _plural(words: str) -> str:
    return {"a number": "numbers", "text": "texts"}.get(words, words)


def _form(name: str) -> str:
    return name.lower().replace("-", "_").replace(" ", "_")
