"""The tree in words: names, numbers and sentences out of one table of texts, `explain` in `sim/lang`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sim.lang import Words
from sim.schemes.organisation import Organisation
from sim.schemes.scheme import Scheme
from sim.schemes.words import dotted, element_paths, unit_of
from sim.trace.nodes import Draw, Node, Value

GRADES = ("bottom", "ordinary", "second", "top")
SHARES = ("share", "attainment", "x normal")
SIGNED = ("passed_down", "rating_shift", "favour", "impression", "rater_noise", "personal", "luck", "appeal", "helped", "harmed")


class Teller:
    """Tells nodes in one language; titles of tasks are the organisation's own."""

    def __init__(self, words: Words, organisation: Organisation) -> None:
        self.words, self.organisation = words, organisation

    def grade(self, number: int) -> str:
        """Name of a grade (-1 = none)."""
        return self.words(f"explain.grade.{GRADES[number] if number >= 0 else 'none'}")

    def number(self, value: Value, unit: str, *, signed: bool = False) -> str:
        """A value with its unit, as people write it."""
        if isinstance(value, str) or value is None:
            return str(value or "")
        if unit == "grade":
            return self.grade(int(value))
        if isinstance(value, bool | int):
            return f"{int(value)}"
        if unit in SHARES:
            return f"{100 * value:+.1f} %" if signed else f"{100 * value:.1f} %"
        places = 2 if unit in ("points", "SD", "MBI") else 3
        text = f"{value:+.{places}f}" if signed or unit == "SD" else f"{value:.{places}f}"
        if value and not float(text):
            text = f"{value:+.2g}" if signed else f"{value:.2g}"
        if unit == "SD":
            return text
        told = f"explain.unit.{unit}"
        return f"{text} {self.words(told)}" if self.words.has(told) else text

    def value(self, node: Node) -> str:
        """A node's value with its unit."""
        if node.kind == "setting" and _is_share(str(node.about["of"]), str(node.about["element"])):
            return self.number(float(node.value or 0.0), "share")
        if isinstance(node.value, float) and node.unit == "" and node.value.is_integer() and abs(node.value) < 1e6:
            return f"{node.value:.0f}"
        if node.kind in ("not_found", "heard"):
            return f"{float(node.value or 0.0):.0f}"
        return self.number(node.value, node.unit, signed=node.kind in SIGNED)

    def name(self, node: Node) -> str:
        """What the node is called."""
        return self.words(f"explain.node.{node.kind}.name", **self.about(node))

    def sentence(self, node: Node) -> str:
        """The node in a sentence."""
        kind = f"{node.kind}_{node.about['ranking']}" if "ranking" in node.about else node.kind
        parts: dict[str, Any] = {}
        for child in node.children:
            for name in (child.argument, child.kind):
                parts.setdefault(name, self.value(child))
        parts |= {"value": self.value(node)} | self.about(node)
        return self.words(f"explain.node.{kind}.sentence", **parts)

    def about(self, node: Node) -> dict[str, str]:
        """What the node is about, in words."""
        return self.about_in_words(node.about)

    def about_in_words(self, about: Mapping[str, Value]) -> dict[str, str]:
        """The same for any such record."""
        return {name: self.told(name, value, about) for name, value in about.items()}

    def told(self, name: str, value: Value, about: Mapping[str, Value]) -> str:
        """One thing that a node is about."""
        if name == "task":
            title = self.organisation.tasks[str(value)].title
            return self.words.document(title) if title else readable(str(value))
        if name == "element":
            return self.element(str(value), str(about["of"]))
        if name == "grade":
            return self.words(f"explain.grade.{value}")
        if name in ("share", "chance", "counted"):
            return self.number(value, "share")
        if name in ("unit", "part", "ties", "purpose") and self.words.has(f"explain.word.{value}"):
            return self.words(f"explain.word.{value}")
        if name == "indicator":
            named = self.words.document(str(value))
            return named if named != str(value) else readable(str(value))
        return str(value)

    def element(self, name: str, of: str) -> str:
        """Title of a setting: an element of the scheme, a parameter of behaviour, a property of a task or indicator."""
        own = f"explain.setting.{of}.{name}"
        if self.words.has(own):
            return self.words(own)
        if self.words.language != "en":
            path = f"element.{_paths().get(name)}.title" if of == "scheme" else f"{of}.{name}.title"
            if self.words.has(path):
                return self.words(path)
        return readable(name)

    def draw(self, draw: Draw) -> dict[str, Any]:
        """A draw as plain data."""
        told = f"explain.word.{draw.purpose}"
        purpose = self.words(told) if self.words.has(told) else draw.purpose
        return {
            "purpose": draw.purpose,
            "name": purpose,
            "step": draw.step,
            "value": draw.value,
            "distribution": draw.distribution,
        }

    def as_dict(self, node: Node, depth: int | None = None) -> dict[str, Any]:
        """A node and what is below it as plain data; `depth` levels down where it is given."""
        told: dict[str, Any] = {
            "id": node.id, "kind": node.kind, "name": self.name(node), "value": node.value, "text": self.value(node),
            "sentence": self.sentence(node),
        }  # fmt: skip
        if node.unit:
            told["unit"] = node.unit
        if node.argument:
            told["argument"] = node.argument
        if node.how:
            told["how"] = node.how
        if node.columns:
            told["columns"] = list(node.columns)
        if node.draws:
            told["draws"] = [self.draw(draw) for draw in node.draws]
        if node.parts:
            told["parts"] = node.parts
        if node.about:
            told["about"] = node.about
        if node.same_as:
            told["same_as"] = node.same_as
        if node.children and depth != 0:
            below = None if depth is None else depth - 1
            told["children"] = [self.as_dict(child, below) for child in node.children]
        elif node.children:
            told["more"] = len(node.children)
        return told


def readable(name: str) -> str:
    """A name of code as a title: 'key_work' becomes 'Key work'."""
    return (name[:1].upper() + name[1:]).replace("_", " ")


#: Shares among what is no element of a document.
_SHARES = (
    "bias_left", "rater_bias", "stake", "detection", "counted", "adjustment", "fidelity", "norm_influence", "audit_detection",
    "on_site_detection", "priced_duty", "voluntary",
)  # fmt: skip


@lru_cache(maxsize=512)
def _is_share(of: str, element: str) -> bool:
    """Whether a setting is a share of something."""
    path = _paths().get(element) if of == "scheme" else None
    return element in _SHARES or (path is not None and unit_of(Scheme, path.split(".")) == "share")


@lru_cache(maxsize=1)
def _paths() -> dict[str, str]:
    """Dotted path of every element of a scheme by its last name."""
    return {path[-1]: dotted(path) for path in element_paths(Scheme)}
