"""Many runs: a question becomes a table of runs, every run is stored, and answers come from the store.

``from experiments import compare`` is the main job in Python. The name is looked up only when it is asked for, so
that the command line, which lives in this package too, starts without loading what it may not need.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from experiments.api import Comparison, compare

__all__ = ["Comparison", "compare"]


def __getattr__(name: str) -> object:
    """The public names, imported at first use (PEP 562)."""
    if name in __all__:
        from experiments import api

        return getattr(api, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
