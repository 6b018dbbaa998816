"""Many runs: a question becomes a table of runs, every run is stored, and answers come from the store.

``from experiments import compare`` is the main job in Python. The name is looked up only when it is asked for, so
that the command line, which lives in this package too, starts without loading what it may not need.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from experiments.advising import diff, lint
    from experiments.api import Comparison, compare
    from experiments.deciding import adversary, optimise, robustness
    from experiments.planning import Pilot, Transition, pilot, transition
    from experiments.varying import Sensitivity, Sweep, sensitivity, sweep

__all__ = [
    "Comparison",
    "Pilot",
    "Sensitivity",
    "Sweep",
    "Transition",
    "adversary",
    "compare",
    "diff",
    "lint",
    "optimise",
    "pilot",
    "robustness",
    "sensitivity",
    "sweep",
    "transition",
]

#: The module of every public name.
_WHERE = {
    "Comparison": "api",
    "compare": "api",
    "diff": "advising",
    "lint": "advising",
    "adversary": "deciding",
    "optimise": "deciding",
    "robustness": "deciding",
    "Pilot": "planning",
    "Transition": "planning",
    "pilot": "planning",
    "transition": "planning",
    "Sensitivity": "varying",
    "Sweep": "varying",
    "sensitivity": "varying",
    "sweep": "varying",
}


def __getattr__(name: str) -> object:
    """The public names, imported at first use (PEP 562)."""
    if name in _WHERE:
        return getattr(import_module(f"experiments.{_WHERE[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
