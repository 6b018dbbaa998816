"""Priors of the behaviour: uniform over the ranges that a behaviour file declares for its parameters."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from experiments.evidence.matching import Box
from sim.errors import UserError
from sim.schemes.behaviour import Behaviour
from sim.schemes.load import read_behaviour
from sim.schemes.words import did_you_mean


def prior_of(names: Sequence[str], reference: str = "default") -> Box:
    """The declared ranges (low, high) of parameters of a behaviour, each in its own units.

    Raises:
        UserError: no parameter, one that is named twice or that there is not, one without a declared range.
    """
    if not names or len(set(names)) != len(names):
        raise UserError.of("name the parameters to fit, each once", found=", ".join(names) or "none")
    beside = read_behaviour(reference).annotations
    ends = []
    for name in names:
        if name not in Behaviour.model_fields:
            raise UserError.of("behaviour has no such parameter", found=name, hint=did_you_mean(name, Behaviour.model_fields))
        annotation = beside.get(name)
        if annotation is None or annotation.low is None or annotation.high is None:
            raise UserError.of("a parameter to be fitted needs a declared range", path=name, expected="low and high")
        ends.append((annotation.low, annotation.high))
    low, high = np.array(ends, float).T
    return Box(tuple(names), low, high)
