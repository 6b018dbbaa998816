"""Advice: a named finding about a correct document, with the reason why it matters and the source of that reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sim.errors import Finding
from sim.schemes.load import Loaded
from sim.schemes.locate import sources_file
from sim.schemes.nodes import Path
from sim.schemes.reading import read_yaml


@dataclass(frozen=True, order=True)
class Advice(Finding):
    """A finding that nobody must heed: `name` never changes, `source` is a key of configs/sources.yaml."""

    name: str = ""
    why: str = ""
    source: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        head = ": ".join(part for part in (place, self.path, f"{self.problem} [{self.name}]") if part)
        told = (("found:   ", self.found), ("expected:", self.expected), ("why:     ", self.reason), ("hint:    ", self.hint))
        return "\n".join([head, *(f"    {label} {text}" for label, text in told if text)])

    @property
    def reason(self) -> str:
        """Why it matters, with the title of the source."""
        return f"{self.why} ({source_title(self.source)})" if self.why and self.source else self.why

    def as_dict(self) -> dict[str, Any]:
        """For machines: every part by name."""
        parts = ("name", "file", "line", "path", "problem", "found", "expected", "hint", "why", "source")
        return {part: getattr(self, part) for part in parts}


def advice(
    loaded: Loaded[Any],
    name: str,
    path: Path,
    problem: str,
    *,
    found: str = "",
    expected: str = "",
    hint: str = "",
    why: str = "",
    source: str = "",
) -> Advice:
    """Advice at a path of a document."""
    at = loaded.finding(path, problem, found, expected, hint)
    return Advice(at.file, at.line, at.path, at.problem, at.found, at.expected, at.hint, name, why, source)


def source_title(key: str) -> str:
    """The title of a source, or its key where the register does not hold it."""
    entry = read_yaml(sources_file()).value.get(key) if sources_file().is_file() else None
    return str(entry.value["title"].value) if entry is not None else key
