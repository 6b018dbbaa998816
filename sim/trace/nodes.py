"""What a node of the tree is, and how a parent's value follows from its children.

A node with a `how` has a value that its children give: `how` is the dotted name of a rule, whose arguments are the children
by their `argument`, or one of the plain ways of adding up in `ARITHMETIC`. Children without an `argument` only explain.
"""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import import_module
from typing import Any

TOLERANCE = 1e-9

Value = float | int | str | bool | None


@dataclass(frozen=True)
class Draw:
    """One draw of luck: what it was for, in which step (from 1), and what came up."""

    purpose: str
    step: int
    value: float
    distribution: str = "normal"


@dataclass(frozen=True)
class Node:
    """One number of the run and where it comes from. `about` names what its words speak of (task, month, unit ...)."""

    kind: str
    value: Value
    unit: str = ""
    how: str = ""
    children: tuple[Node, ...] = ()
    argument: str = ""
    about: dict[str, Value] = field(default_factory=dict)
    columns: tuple[str, ...] = ()
    draws: tuple[Draw, ...] = ()
    parts: dict[str, float] = field(default_factory=dict)
    key: str = ""  # nodes of one key are the same node: it is shown in full once
    id: str = ""
    same_as: str = ""
    state: Any = field(default=None, repr=False, compare=False)  # what a search started from; never written out

    def as_argument(self, name: str) -> Node:
        """The same node as an argument of its parent's rule."""
        return replace(self, argument=name)

    def walk(self) -> Iterator[Node]:
        """This node and everything below it."""
        yield self
        for child in self.children:
            yield from child.walk()

    def find(self, kind: str, **about: Value) -> Node:
        """The first node of a kind at or below this one (KeyError where there is none)."""
        for node in self.walk():
            if node.kind == kind and about.items() <= node.about.items():
                return node
        raise KeyError(f"{kind} {about}")


def moved(start: float, aim: float, share: float) -> float:
    """A share of the way from a start to an aim."""
    return start + share * (aim - start)


def attainment(reported: float, steps: float, share: float, target: float) -> float:
    """What is reported over what the target asks in the period."""
    return reported / (steps * share * target)


def halo_attainment(reported: float, steps: float, target: float) -> float:
    """A task's part in the overall impression."""
    return reported / (steps * target)


def appeal_gain(heard: float, performance_weight: float, points: float, counted: float, performance: float) -> float:
    """What an appeal gives back: half of what ratings took from counted performance, where it is heard."""
    return heard * 0.5 * performance_weight * max(0.0, points * (counted - performance))


def mean_of(*values: float) -> float:
    """The mean of all."""
    return sum(values) / len(values)


def added(*values: float) -> float:
    """All in order, rounded as the walk rounds."""
    total = 0.0
    for value in values:
        total += value
    return total


#: Ways of adding up that are no rule of their own. The first four take all children that have an argument, in order.
IN_ORDER: dict[str, Callable[..., Any]] = {
    "sum": added,
    "product": lambda *v: math.prod(v),
    "mean": mean_of,
    "count": lambda *v: sum(v),
}
BY_NAME: dict[str, Callable[..., Any]] = {
    "moved": moved,
    "attainment": attainment,
    "halo_attainment": halo_attainment,
    "appeal_gain": appeal_gain,
    "difference": lambda whole, less: whole - less,
    "ratio": lambda top, bottom: top / bottom,
}
ARITHMETIC = {**IN_ORDER, **BY_NAME}

#: Rules that search or that take whole records: worked out again from what the node keeps as its state.
SEARCHES: dict[str, Callable[[Any], Any]] = {}


@cache
def rule_called(name: str) -> Callable[..., Any]:
    """The rule of a dotted name, as the plain function that numba compiles."""
    module, _, function = name.rpartition(".")
    rule = getattr(import_module(module), function)
    return getattr(rule, "py_func", rule)


def worked_out(node: Node) -> Any:
    """The node's value from its children, through the very rule (or way of adding up) that made it; its own where a leaf."""
    if not node.how:
        return node.value
    if node.how in SEARCHES:
        return SEARCHES[node.how](node.state)
    given = [child for child in node.children if child.argument]
    if node.how in IN_ORDER:
        return IN_ORDER[node.how](*(child.value for child in given))
    function = BY_NAME.get(node.how) or rule_called(node.how)
    return function(**{child.argument: child.value for child in given})


def gap_of(node: Node) -> float:
    """How far the node's value is from what its children give, relative to 1 or to its size."""
    if not node.how or node.same_as:
        return 0.0
    value, again = float(node.value or 0.0), float(worked_out(node))
    return abs(value - again) / max(1.0, abs(value))


class Mismatch(AssertionError):
    """A number of the tree is not the number of the run: a fault of ours, never the user's."""


def told(node: Node, is_: Any) -> Node:
    """The node with the run's own number, after a look at whether its children give it."""
    again = float(worked_out(node))
    if not abs(again - float(is_)) <= TOLERANCE * max(1.0, abs(float(is_))):
        raise Mismatch(f"{node.kind} {node.about}: the run has {float(is_)!r}, its parts give {again!r}")
    return replace(node, value=is_)


def with_ids(root: Node) -> Node:
    """The tree with an id on every node (a path of kinds); a node that was shown before points at its first place."""
    seen: dict[str, str] = {}

    def numbered(node: Node, at: str) -> Node:
        if node.key and node.key in seen:
            return replace(node, id=at, children=(), how="", same_as=seen[node.key])
        if node.key:
            seen[node.key] = at
        counts: dict[str, int] = {}
        children = []
        for child in node.children:
            name = child.kind if child.kind != "setting" else str(child.about["element"])
            counts[name] = counts.get(name, 0) + 1
            here = name if counts[name] == 1 else f"{name}:{counts[name]}"
            children.append(numbered(child, f"{at}/{here}"))
        return replace(node, id=at, children=tuple(children))

    return numbered(root, root.kind)


@dataclass(frozen=True)
class RuleCard:
    """A rule as its docstring tells it."""

    name: str
    says: str
    source: str
    mechanism: str


_SOURCE = re.compile(r"Sources?:\s*(.+?)(?:\n\s*\n|$)", re.DOTALL)
_CITED = re.compile(r"\(([^()]*(?:\b(?:19|20)\d\d\b|speeches|study|evidence|assumed)[^()]*)\)")


@cache
def rule_card(name: str) -> RuleCard:
    """What a rule says of itself: its first sentence, its source (as cited, or where its docstring says 'assumed')."""
    if name in ARITHMETIC:
        return RuleCard(name, (ARITHMETIC[name].__doc__ or name).strip(), "", "")
    rule = rule_called(name)
    text = inspect.cleandoc(rule.__doc__ or "")
    named = _SOURCE.search(text)
    source = " ".join(named.group(1).split()) if named else "; ".join(_CITED.findall(" ".join(text.split())))
    module = inspect.cleandoc(import_module(name.rpartition(".")[0]).__doc__ or "")
    mechanism = re.search(r"mechanisms? ([\d, and]+)", module + " " + text)
    return RuleCard(name, " ".join(text.split("\n\n")[0].split()), source, mechanism.group(1).strip(" ,") if mechanism else "")
