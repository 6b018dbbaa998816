"""Judges a growing comparison, look by look: what is settled, who can no longer be best, and when to end.

Runs are somebody else's business: whoever runs the study asks `alive` which schemes to run up to `next_look` replicates, and
hands the outcomes back to `judge`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from experiments.design.targets import BY_NAME, FIRST_LOOK, Target, Wanted
from experiments.statistics.dropping import where_dropped
from experiments.statistics.intervals import CONFIDENCE, error_of, half_width, mean_present, normal_quantile
from experiments.statistics.selection import Selection
from experiments.statistics.sequential import limits_for, looks_up_to
from sim.lang import counted
from sim.outcomes import OUTCOME_NAMES


class State(StrEnum):
    """What is known of one scheme on one outcome."""

    OPEN = "open"
    CLEAR = "clear"
    NARROW = "narrow"
    MISSING = "missing"
    DROPPED = "dropped"


@dataclass(frozen=True)
class Pair:
    """One scheme against the baseline on one outcome: how it stands, and at how many replicates that was found."""

    scheme: str
    outcome: str
    state: State
    replicates: int


class Settling:
    """The state of a growing comparison.

    Intervals at the end take `multiplier`, calibrated for the way in which ends come about: by *narrow or clear*
    (`experiments.statistics.sequential`), by a selection of the best (`experiments.statistics.dropping`), or the wider of both.
    """

    def __init__(self, wanted: Wanted, names: Sequence[str], baseline: str, first: int = FIRST_LOOK) -> None:
        self.wanted = wanted
        self.names = tuple(names)
        self.baseline = baseline
        self.looks = looks_up_to(wanted.most, first)
        self.replicates = 0
        self.is_done = False
        self._limits = limits_for(self.looks)
        self._states: dict[tuple[str, str], tuple[State, int]] = {}
        self.selection: Selection | None = None
        if wanted.best and len(self.names) > 1:
            self.selection = Selection(self.names, wanted.best.amount, BY_NAME[wanted.best.outcome].better)

    def multiplier(self, error: float = 1 - CONFIDENCE) -> float:
        """Half width of the interval of **one** difference at the end, in standard errors of a normal mean.

        For a chance to miss; simultaneous intervals ask for that of each of theirs. Where differences are to be narrow *and*
        schemes are dropped, the wider of both measures is taken; the least favourable difference is then held in 93 % instead
        of 95 % (`docs/decisions/2026-11-21-until-settled.md`).
        """
        zones = self.selection.zones if self.selection else None
        dropped = where_dropped(self.looks, len(self.names), zones, error) if zones else normal_quantile(error)
        return max(dropped, self._limits.at_the_end(error)) if self.wanted.until else dropped

    @property
    def clear(self) -> float:
        """Standard errors beyond which a difference is clear."""
        return self._limits.clear

    @property
    def next_look(self) -> int | None:
        """Replicates at which to judge next; None when the study has ended."""
        if self.is_done:
            return None
        return next((look for look in self.looks if look > self.replicates), None)

    @property
    def alive(self) -> tuple[str, ...]:
        """Schemes to run further: the baseline, and all that are not dropped."""
        return tuple(name for name in self.names if name == self.baseline or not self._is_dropped(name))

    def _is_dropped(self, name: str) -> bool:
        return self.selection is not None and name in self.selection.dropped

    def judge(self, values: np.ndarray, replicates: int) -> None:
        """Take in the outcomes of all runs so far, (schemes, replicates, outcomes) in the order of `names`, NaN = none.

        Replicates beyond those to judge are not looked at: they are of an earlier study that grew further.
        """
        self.replicates = replicates
        values = values[:, :replicates]
        if self.selection and self.wanted.best:
            self._select(values[:, :, OUTCOME_NAMES.index(self.wanted.best.outcome)].T)
        for target in self.wanted.until:
            for name in self.names:
                if name != self.baseline:
                    self._settle(name, target, values)
        chosen = self.selection is None or self.selection.is_done or self.selection.is_tied
        self.is_done = chosen and not any(state is State.OPEN for state, _ in self._states.values())

    def _select(self, values: np.ndarray) -> None:
        assert self.selection
        valueless = [name for name in self.selection.alive if np.isnan(values[:, self.names.index(name)]).all()]
        for name in valueless:
            self.selection.leave_out(name, self.replicates)
        self.selection.judge(values)

    def _settle(self, name: str, target: Target, values: np.ndarray) -> None:
        key = (name, target.outcome)
        before, since = self._states.get(key, (State.OPEN, 0))
        if before in (State.DROPPED, State.CLEAR):
            return  # what was clear once stays clear: that is the end its limit is made for
        column = OUTCOME_NAMES.index(target.outcome)
        own, baseline = values[self.names.index(name), :, column], values[self.names.index(self.baseline), :, column]
        state = State.DROPPED if self._is_dropped(name) else self._judged(own, baseline, target)
        self._states[key] = (state, since if state is before else self.replicates)

    def _judged(self, own: np.ndarray, baseline: np.ndarray, target: Target) -> State:
        differences = (own - baseline)[:, None]
        if (~np.isnan(differences)).sum() < 2:
            return State.MISSING
        centre = abs(float(mean_present(differences)[0]))
        far, half = (float(half_width(differences, 1 - error_of(z))[0]) for z in (self.clear, self.multiplier()))
        if centre > far:
            return State.CLEAR
        width = target.width(float(mean_present(baseline[:, None])[0]))
        return State.NARROW if half <= width else State.OPEN

    def sentence(self) -> str:
        """How the study stands, for the one who waits."""
        pairs = self.pairs
        parts = []
        if pairs:
            waiting = sum(pair.state is State.OPEN for pair in pairs)
            parts.append(f"{len(pairs) - waiting} of {counted(len(pairs), 'difference')} settled")
        if self.selection:
            parts.append(f"{len(self.selection.alive)} of {len(self.names)} schemes can be best")
        return f"At {self.replicates} replicates: {', '.join(parts)}."

    @property
    def pairs(self) -> list[Pair]:
        """How every scheme stands on every outcome of `--until`."""
        return [Pair(scheme, outcome, state, since) for (scheme, outcome), (state, since) in self._states.items()]

    def plain(self) -> dict[str, Any]:
        """Everything as plain data, for the manifest."""
        selection = self.selection
        return {
            "wanted": self.wanted.plain(),
            "looks": [look for look in self.looks if look <= self.replicates],
            "replicates": self.replicates,
            "is_done": self.is_done,
            "half_width_in_standard_errors": round(self.multiplier(), 4),
            "clear_in_standard_errors": round(self.clear, 4),
            "pairs": [
                {"scheme": pair.scheme, "outcome": pair.outcome, "state": pair.state.value, "replicates": pair.replicates}
                for pair in self.pairs
            ],
            "can_be_best": list(selection.alive) if selection else None,
            "dropped": {name: {"replicates": n, "behind": leader} for name, (n, leader) in selection.dropped.items()}
            if selection
            else None,
        }
