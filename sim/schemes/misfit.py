"""How a validator says that values do not fit together, and where exactly.

A plain `ValueError` in a pydantic validator points at the whole section. A `Misfit` also carries the path below
that section, so that the reader can name the line, and several misfits can be told at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pydantic_core import PydanticCustomError

MISFITS = "misfits"


@dataclass(frozen=True)
class Misfit:
    """Values that do not fit together; `at` is the path below the section whose validator found it."""

    at: tuple[str | int, ...]
    problem: str
    found: str = ""
    expected: str = ""
    hint: str = ""


def refuse(misfits: Iterable[Misfit]) -> None:
    """Raise all misfits as one pydantic error, or return where there are none."""
    told = tuple(misfits)
    if not told:
        return
    context: dict[str, Any] = {"text": "; ".join(misfit.problem for misfit in told), MISFITS: told}
    raise PydanticCustomError(MISFITS, "{text}", context)
