"""cadresim: how cadres, departments and branches respond to appraisal schemes. One bureau, one run.

from sim import load_scheme, load_organisation, simulate
run = simulate(load_scheme("forced_ranking"), load_organisation("county_bureau"), seed=7)
run.outcomes["burnout_share"], run.monthly, run.cadres, run.units
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.run import Change, Run, Setting, simulate, simulate_schemes
    from sim.schemes.load import load_behaviour, load_organisation, load_scheme

__version__ = "0.1.0"
__all__ = ["Change", "Run", "Setting", "load_behaviour", "load_organisation", "load_scheme", "simulate", "simulate_schemes"]

_HOMES = {
    "Change": "sim.run", "Run": "sim.run", "Setting": "sim.run", "simulate": "sim.run", "simulate_schemes": "sim.run",
    "load_behaviour": "sim.schemes.load", "load_organisation": "sim.schemes.load", "load_scheme": "sim.schemes.load",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for: the command line starts without numba."""
    if name not in _HOMES:
        raise AttributeError(f"module 'sim' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
