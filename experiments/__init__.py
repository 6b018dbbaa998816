"""Many runs: a question becomes a table of runs, every run is stored, and answers come from the store.

``from experiments import compare`` is the main job in Python. The name is looked up only when it is asked for, so
that the command line, which lives in this package too, starts without loading what it may not need.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from experiments.api.comparing import Comparison, compare
    from experiments.api.deciding import adversary, optimise, robustness
    from experiments.api.explaining import explain
    from experiments.api.fitting import SurveyFit, fit_survey
    from experiments.api.planning import Pilot, Transition, pilot, transition
    from experiments.api.playing import Game, Move, Setup
    from experiments.api.reporting import report_of
    from experiments.api.teaching import answer, predict, theory, told
    from experiments.api.varying import Sensitivity, Sweep, sensitivity, sweep
    from experiments.projects.advising import diff, lint

__all__ = [
    "Comparison",
    "Game",
    "Move",
    "Pilot",
    "Sensitivity",
    "Setup",
    "SurveyFit",
    "Sweep",
    "Transition",
    "adversary",
    "answer",
    "compare",
    "diff",
    "explain",
    "fit_survey",
    "lint",
    "optimise",
    "pilot",
    "predict",
    "report_of",
    "robustness",
    "sensitivity",
    "sweep",
    "theory",
    "told",
    "transition",
]

#: The module of every public name.
_WHERE = {
    "Comparison": "api.comparing",
    "compare": "api.comparing",
    "SurveyFit": "api.fitting",
    "fit_survey": "api.fitting",
    "answer": "api.teaching",
    "predict": "api.teaching",
    "theory": "api.teaching",
    "told": "api.teaching",
    "diff": "projects.advising",
    "explain": "api.explaining",
    "lint": "projects.advising",
    "adversary": "api.deciding",
    "optimise": "api.deciding",
    "robustness": "api.deciding",
    "Pilot": "api.planning",
    "Transition": "api.planning",
    "pilot": "api.planning",
    "report_of": "api.reporting",
    "transition": "api.planning",
    "Sensitivity": "api.varying",
    "Sweep": "api.varying",
    "Game": "api.playing",
    "Move": "api.playing",
    "Setup": "api.playing",
    "sensitivity": "api.varying",
    "sweep": "api.varying",
}


def __getattr__(name: str) -> object:
    """The public names, imported at first use (PEP 562)."""
    if name in _WHERE:
        return getattr(import_module(f"experiments.{_WHERE[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
