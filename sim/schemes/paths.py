"""Elements of documents by dotted path: what studies vary and how a document looks with other values.

A path names one element: `scheme.application.explicit.bonus_per_point`, `behaviour.crowding`,
`organisation.branches.0.resources`. Without its first part it is looked up (`application.*` is the scheme's). A `*` stands
for every entry of a list or of named entries: `branches.*.workload`.

Shares that make 1 together (weights of indicators, kinds of appraiser, parts of a result, working time, posts) stay so:
where one of them is set, the others keep their proportions and fill what is left.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Any, Literal, TypeVar

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from sim.errors import Finding, UserError
from sim.schemes.behaviour import Behaviour
from sim.schemes.misfit import MISFITS
from sim.schemes.organisation import Organisation
from sim.schemes.scheme import Scheme
from sim.schemes.words import (
    alternatives,
    below,
    did_you_mean,
    element_paths,
    expected_at,
    field_at,
    is_model,
    listed,
    nearest,
    quoted,
    unit_of,
    value_in_words,
)

Document = TypeVar("Document", bound=BaseModel)
Steps = tuple[str | int, ...]
Value = float | int | str | bool
Kind = Literal["number", "whole", "choice"]
Scale = Literal["linear", "log"]

#: The documents a path may lead into, by its first part.
DOCUMENTS: dict[str, type[BaseModel]] = {"scheme": Scheme, "organisation": Organisation, "behaviour": Behaviour}

EVERY = "*"

#: Shares that make 1 together; `None` stands for the entry itself, `EVERY` for any step.
SHARES: dict[str, tuple[tuple[str | None, ...], ...]] = {
    "scheme": (("plan", "indicators", None, "weight"), ("plan", "result", None), ("appraisal", "appraisers", None)),
    "organisation": (
        ("offices", EVERY, "tasks", None),
        ("branches", EVERY, "departments", EVERY, "tasks", None),
        ("posts", "shares", None),
        ("service", "office_tasks", None),
        ("service", "section_tasks", None),
    ),
    "behaviour": (),
}

_TOLERANCE = 1e-9
_MOST_KEYS_SHOWN = 24


@dataclass(frozen=True)
class Element:
    """What the model says about the element at a path: its document, kind, bounds, choices and unit."""

    path: str
    document: str
    steps: Steps
    kind: Kind
    low: float = -math.inf
    high: float = math.inf
    choices: tuple[Value, ...] = ()
    is_open_text: bool = False
    unit: str = ""
    expected: str = ""
    meaning: str = ""

    def fitting(self, value: Any) -> Value:
        """The value as the model takes it.

        Raises:
            UserError: another type, or outside the bounds of the element.
        """
        value = value.item() if hasattr(value, "item") else value
        if self.kind == "choice":
            value = value.value if isinstance(value, Enum) else value
            if self.is_open_text and isinstance(value, str):
                return value
            if any(value == choice and isinstance(value, bool) == isinstance(choice, bool) for choice in self.choices):
                return value
            hint = did_you_mean(value, [str(choice) for choice in self.choices]) if isinstance(value, str) else ""
            raise self.refused("unknown choice", value, hint)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.refused("wrong type", value)
        if not math.isfinite(value):
            raise self.refused("not a finite number", value)
        if self.kind == "whole" and value != int(value):
            raise self.refused("not a whole number", value)
        if value < self.low:
            raise self.refused("the number is too small", value)
        if value > self.high:
            raise self.refused("the number is too large", value)
        return int(value) if self.kind == "whole" else float(value)

    def refused(self, problem: str, value: Any, hint: str = "") -> UserError:
        """The user's error about a value of this element."""
        return UserError.of(
            problem, path=self.path, found=value_in_words(value), expected=self.expected, hint=hint or self.meaning
        )


@cache
def element_of(path: str) -> Element:
    """The element a path names.

    Raises:
        UserError: there is no such element (with the nearest one), or the path ends at a section.
    """
    kind, steps = _steps_of(path)
    model = DOCUMENTS[kind]
    _check_steps(path, kind, steps)
    found = field_at(model, _representative(steps))
    options = alternatives(found.annotation if isinstance(found, FieldInfo) else found)
    expected = expected_at(model, _representative(steps))
    low, high = _bounds(found.metadata if isinstance(found, FieldInfo) else ())
    about: dict[str, Any] = {
        "path": path,
        "document": kind,
        "steps": steps,
        "unit": unit_of(model, _representative(steps)),
        "expected": expected,
        "meaning": str(getattr(found, "description", "") or ""),
    }
    plain = options[0]
    if isinstance(plain, type) and issubclass(plain, Enum):
        return Element(kind="choice", choices=tuple(member.value for member in plain), **about)
    if plain is bool:
        return Element(kind="choice", choices=(False, True), **about)
    if plain is int:
        return Element(kind="whole", low=low, high=high, **about)
    if plain is float:
        return Element(kind="number", low=low, high=high, **about)
    if plain is str and steps[-1] not in ("name", "title", "summary"):
        return Element(kind="choice", is_open_text=True, **about)
    keys = _keys(plain)
    raise UserError.of(
        "a study cannot vary this" if not keys else "a section cannot be varied as a whole",
        path=path,
        expected="the path of a number or a choice" + (f", below it one of {listed(keys)}" if keys else ""),
    )


def value_at(document: BaseModel, path: str) -> Any:
    """The value of a document at a path (of the first entry, where a `*` stands for several).

    Raises:
        UserError: no such element in the model or in this document.
    """
    element = element_of(path)
    _check_document(document, element)
    value: Any = document
    for step in _expanded(document, element)[0]:
        value = _child(value, step)
    return value.value if isinstance(value, Enum) else value


def with_values(document: Document, values: Mapping[str, Any]) -> Document:
    """The document with other values at some paths, checked like a file would be; cheap enough for every run of a study.

    Raises:
        UserError: no such element, a value outside its bounds, or values that do not fit together.
    """
    changes: dict[Steps, Value] = {}
    for path, value in values.items():
        element = element_of(path)
        _check_document(document, element)
        fitting = element.fitting(value)
        changes.update(dict.fromkeys(_expanded(document, element), fitting))
    if not changes:
        return document
    kind = kind_of_document(document)
    if SHARES[kind]:
        changes |= _filled_up(document, changes, SHARES[kind])
    try:
        return _changed(document, changes)
    except ValidationError as error:
        raise UserError(_told(error, values)) from error


def by_document(paths: Iterable[str]) -> dict[str, list[str]]:
    """Paths sorted into `scheme`, `organisation` and `behaviour`; every kind is there, perhaps empty."""
    sorted_paths: dict[str, list[str]] = {kind: [] for kind in DOCUMENTS}
    for path in paths:
        sorted_paths[element_of(path).document].append(path)
    return sorted_paths


def full_path(path: str) -> str:
    """The path with its first part: `crowding` becomes `behaviour.crowding`."""
    element = element_of(path)
    return ".".join(str(step) for step in (element.document, *element.steps))


def kind_of_document(document: BaseModel) -> str:
    """`scheme`, `organisation` or `behaviour`."""
    return next(kind for kind, model in DOCUMENTS.items() if isinstance(document, model))


# --- ranges ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Range:
    """The values that a study gives to one path: from `low` to `high`, or one of `choices`.

    `scale: log` spreads values evenly over orders of magnitude. A whole number takes every whole value from low to high
    with the same chance.
    """

    path: str
    low: float = 0.0
    high: float = 1.0
    kind: Kind = "number"
    choices: tuple[Value, ...] = ()
    scale: Scale = "linear"

    @classmethod
    def of(
        cls,
        path: str,
        low: float | None = None,
        high: float | None = None,
        *,
        choices: Sequence[Value] = (),
        scale: Scale = "linear",
    ) -> Range:
        """A range of a path, checked against the bounds of its element.

        Raises:
            UserError: no such path, a value outside the element's bounds, low not below high, a log scale from 0.
        """
        element = element_of(path)
        if choices:
            fitting = tuple(element.fitting(choice) for choice in choices)
            if len(set(fitting)) < 2 or len(set(fitting)) < len(fitting):
                raise UserError.of("the values to try must be different, two or more", path=path, found=listed(choices))
            return cls(path, kind="choice", choices=fitting)
        if element.kind == "choice":
            if element.is_open_text or low is not None or high is not None:
                raise UserError.of(
                    "this element has no range", path=path, expected=f"a list of values: {element.expected}", hint=element.meaning
                )
            return cls(path, kind="choice", choices=element.choices)
        if low is None or high is None:
            raise UserError.of("a range needs low and high", path=path, expected=element.expected)
        low, high = float(element.fitting(low)), float(element.fitting(high))
        if not low < high:
            raise UserError.of("low must lie below high", path=path, found=f"{low:g} and {high:g}", expected="low < high")
        if scale == "log" and low <= 0:
            raise UserError.of("a log scale needs numbers above 0", path=path, found=f"{low:g}", hint="scale: linear")
        return cls(path, low, high, element.kind, (), scale)

    @property
    def n_levels(self) -> int:
        """How many different values there are; 0 = a continuum."""
        if self.kind == "choice":
            return len(self.choices)
        return round(self.high - self.low) + 1 if self.kind == "whole" else 0

    def value(self, u: float) -> Value:
        """The value at the share `u` (0 to 1) of the range."""
        if self.n_levels:
            step = min(int(u * self.n_levels), self.n_levels - 1)
            return self.choices[step] if self.kind == "choice" else int(self.low) + step
        if self.scale == "log":
            return min(max(self.low * (self.high / self.low) ** u, self.low), self.high)
        return min(self.low + (self.high - self.low) * u, self.high)

    def levels(self, number: int) -> list[Value]:
        """At most `number` values spread evenly over the range, both ends included; all choices of a choice."""
        if self.kind == "choice":
            return list(self.choices)
        if self.kind == "whole" and self.n_levels <= number:
            return [int(self.low) + step for step in range(self.n_levels)]
        shares = [index / (number - 1) for index in range(number)] if number > 1 else [0.5]
        if self.kind == "whole":
            return list(dict.fromkeys(int(self.low) + round(share * (self.n_levels - 1)) for share in shares))
        return [self.value(share) for share in shares]


# --- how it works ------------------------------------------------------------------------------------------------


def _steps_of(path: str) -> tuple[str, Steps]:
    """The document a path leads into and the steps in it; numbers are positions in lists."""
    parts = str(path).split(".")
    if parts[0] in DOCUMENTS:
        kind, parts = parts[0], parts[1:]
    else:
        kind = next((kind for kind, model in DOCUMENTS.items() if parts[0] in model.model_fields), "")
    if not kind or not parts or not all(parts):
        raise _unknown(path, parts[0] if parts else "")
    return kind, tuple(int(part) if part.isdecimal() and len(part) < 9 else part for part in parts)


def _check_steps(path: str, kind: str, steps: Steps) -> None:
    here: Any = DOCUMENTS[kind]
    for step in steps:
        lower = below(here, 0 if step == EVERY else step)
        if lower is None or (step == EVERY and _shape(here) is None):
            raise _unknown(path, str(step), kind, here)
        here = lower


def _unknown(path: str, step: str, kind: str = "", here: Any = None) -> UserError:
    if here is None:
        keys = [name for model in DOCUMENTS.values() for name in model.model_fields]
        expected = "scheme, organisation or behaviour, then an element"
    else:
        keys = _keys(here)
        entries = "an index from 0, or *" if _shape(here) is list else "nothing below it"
        shown = keys if len(keys) <= _MOST_KEYS_SHOWN else [*keys[:5], "..."]
        expected = f"one of {listed(shown)}" if keys else entries
    near = next((key for key in keys if len(step) > 2 and key.startswith(step)), "") or nearest(step, keys)
    hint = f"did you mean {path.replace(step, near, 1)}?" if near and step else _elsewhere(path)
    if here is not None and not keys and _shape(here) is list:
        hint = f"did you mean {path.replace(step, f'{EVERY}.{step}', 1)}?"
    return UserError.of("there is no such element", path=path, found=quoted(step), expected=expected, hint=hint)


def _elsewhere(path: str) -> str:
    """The path of an element of this last name elsewhere in the documents."""
    name = path.split(".")[-1]
    for kind, model in DOCUMENTS.items():
        by_last = {steps[-1]: ".".join((kind, *steps)) for steps in reversed(element_paths(model))}
        near = name if name in by_last else ""
        if near:
            return f"did you mean {by_last[near]}?"
    everything = {steps[-1]: ".".join((kind, *steps)) for kind, model in DOCUMENTS.items() for steps in element_paths(model)}
    near = nearest(name, everything)
    return f"did you mean {everything[near]}?" if near else ""


def _keys(annotation: Any) -> list[str]:
    return [name for option in alternatives(annotation) if is_model(option) for name in option.model_fields]


def _shape(annotation: Any) -> type | None:
    """`list` or `dict` where a `*` may stand."""
    from sim.schemes.words import shape_of

    shapes = [shape_of(option) for option in alternatives(annotation) if not is_model(option)]
    return next((shape for shape in shapes if shape), None)


def _representative(steps: Steps) -> Steps:
    return tuple(0 if step == EVERY else step for step in steps)


def _bounds(metadata: Iterable[Any]) -> tuple[float, float]:
    """Lowest and highest value; a bound that is not reached itself is moved inwards by the smallest step."""
    low, high = -math.inf, math.inf
    for bound in metadata:
        if isinstance(bound, Ge):
            low = float(bound.ge)  # type: ignore[arg-type]
        elif isinstance(bound, Gt):
            low = math.nextafter(float(bound.gt), math.inf)  # type: ignore[arg-type]
        elif isinstance(bound, Le):
            high = float(bound.le)  # type: ignore[arg-type]
        elif isinstance(bound, Lt):
            high = math.nextafter(float(bound.lt), -math.inf)  # type: ignore[arg-type]
    return low, high


def _check_document(document: BaseModel, element: Element) -> None:
    if not isinstance(document, DOCUMENTS[element.document]):
        raise UserError.of(
            f"this is an element of the {element.document}", path=element.path, found=f"a {kind_of_document(document)}"
        )


def _expanded(document: BaseModel, element: Element) -> list[Steps]:
    """The places in a document that a path means; several where it holds a `*`."""
    places: list[tuple[Steps, Any]] = [((), document)]
    for step in element.steps:
        reached: list[tuple[Steps, Any]] = []
        for above, holder in places:
            steps: Collection[str | int] = [step] if step != EVERY else _entries(holder)
            for one in steps:
                child = _child(holder, one)
                if child is _NOTHING:
                    raise _absent(element, one, holder)
                reached.append(((*above, one), child))
        places = reached
    if not places:
        raise UserError.of(f"this {element.document} has nothing there", path=element.path, found="no entries")
    return [steps for steps, _ in places]


_NOTHING = object()


def _child(holder: Any, step: str | int) -> Any:
    if isinstance(holder, BaseModel):
        return getattr(holder, str(step), _NOTHING)
    if isinstance(holder, dict):
        return holder.get(step, _NOTHING)
    if isinstance(holder, list) and isinstance(step, int) and step < len(holder):
        return holder[step]
    return _NOTHING


def _entries(holder: Any) -> list[str | int]:
    if isinstance(holder, dict):
        return list(holder)
    return list(range(len(holder))) if isinstance(holder, list) else []


def _absent(element: Element, step: str | int, holder: Any) -> UserError:
    entries = _entries(holder)
    if isinstance(holder, list):
        expected = f"0 to {len(holder) - 1}, or *" if holder else "the list is empty"
        named = [getattr(entry, "name", "") for entry in holder]
        hint = f"{step} is number {named.index(step)}" if step in named else ""
    else:
        expected = f"one of {listed(entries)}" if entries else "the section is not in use"
        hint = did_you_mean(str(step), [str(entry) for entry in entries])
    return UserError.of(
        f"this {element.document} has no such entry", path=element.path, found=quoted(str(step)), expected=expected, hint=hint
    )


def _changed(holder: Any, changes: Mapping[Steps, Value]) -> Any:
    """A section with changes below it, checked by its own model; what is not touched is shared with the old one."""
    below_steps: dict[str | int, dict[Steps, Value]] = {}
    for steps, value in changes.items():
        below_steps.setdefault(steps[0], {})[steps[1:]] = value

    def after(step: str | int, deeper: dict[Steps, Value]) -> Any:
        return deeper[()] if () in deeper else _changed(_child(holder, step), deeper)

    if isinstance(holder, list):
        items = list(holder)
        for step, deeper in below_steps.items():
            items[int(step)] = after(step, deeper)
        return items
    if isinstance(holder, dict):
        return {**holder, **{step: after(step, deeper) for step, deeper in below_steps.items()}}
    fields = {**holder.__dict__, **{str(step): after(step, deeper) for step, deeper in below_steps.items()}}
    return type(holder).__pydantic_validator__.validate_python(fields)


def _filled_up(
    document: BaseModel, changes: Mapping[Steps, Value], patterns: Sequence[tuple[str | None, ...]]
) -> dict[Steps, Value]:
    """The other shares of every whole of which a part is set: they keep their proportions and fill what is left."""
    wholes: dict[tuple[Steps, Steps], dict[str | int, float]] = {}
    for steps, value in changes.items():
        for pattern in patterns:
            if _matches(steps, pattern):
                at = pattern.index(None)
                wholes.setdefault((steps[:at], steps[at + 1 :]), {})[steps[at]] = float(value)
    filled: dict[Steps, Value] = {}
    for (above, under), given in wholes.items():
        filled |= _rest_of(document, above, under, given)
    return filled


def _matches(steps: Steps, pattern: tuple[str | None, ...]) -> bool:
    return len(steps) == len(pattern) and all(p in (None, EVERY, s) for s, p in zip(steps, pattern, strict=True))


def _rest_of(document: BaseModel, above: Steps, under: Steps, given: Mapping[str | int, float]) -> dict[Steps, Value]:
    whole: Any = document
    for step in above:
        whole = _child(whole, step)
    entries = _entries(whole) if isinstance(whole, dict | list) else list(type(whole).model_fields)
    now: dict[str | int, float] = {}
    for entry in entries:
        part = _child(whole, entry)
        for step in under:
            part = _child(part, step)
        now[entry] = float(part)
    left = 1.0 - sum(given.values())
    others = {entry: share for entry, share in now.items() if entry not in given}
    present = sum(others.values())
    where = ".".join(str(step) for step in above)
    if left < -_TOLERANCE:
        told = ", ".join(f"{entry} {share:g}" for entry, share in given.items())
        raise UserError.of("these shares make more than 1", path=where, found=told, expected="at most 1 in total")
    if present <= 0 and left > _TOLERANCE:
        raise UserError.of(
            "nothing is there to fill the rest: shares must make 1",
            path=where, found=f"{1 - left:g} in total", hint=f"vary another of {listed(others) or listed(now)} too",
        )  # fmt: skip
    return {(*above, entry, *under): share * max(left, 0.0) / present for entry, share in others.items() if present > 0}


def _told(error: ValidationError, values: Mapping[str, Any]) -> list[Finding]:
    """What the model says about values that do not fit together, at the paths that were set."""
    set_here = ", ".join(f"{path} = {value}" for path, value in values.items())
    findings = []
    for detail in error.errors(include_url=False):
        if detail["type"] == MISFITS:
            findings += [
                Finding(path=set_here, problem=m.problem, found=m.found, expected=m.expected, hint=m.hint)
                for m in detail["ctx"][MISFITS]
            ]
        else:
            findings.append(Finding(path=set_here, problem=detail["msg"], found=str(detail.get("input", ""))[:60]))
    return findings
