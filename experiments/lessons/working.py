"""A lesson worked out: every number in it comes from runs of the model and from the closed forms of theory.

Schemes of the lesson and the theory's own optima are run side by side under the same luck (`experiments.verbs.compare`); each
theory card is worked out three times: by the formula, by the model with everything else switched off, in the lesson's bureau.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from experiments.design.lesson import Asks, Prediction, Rival, TheoryCard, is_expression
from experiments.design.questions import read_question
from experiments.design.targets import BETTER
from experiments.evidence.limits import Estimate, Point, load_limit, measured, value_of
from experiments.lessons.quantities import quantities
from experiments.lessons.reading import OpenLesson
from experiments.statistics.intervals import is_settled
from experiments.verbs.compare import Comparison, run_comparison
from sim.errors import UserError
from sim.schemes.paths import element_of, with_values
from sim.schemes.scheme import Scheme

if TYPE_CHECKING:
    import pandas as pd

#: A scheme is called best where its chance of being best is so large: of two that are alike one is then so called in about
#: one study of twenty, as often as a difference of nothing is called settled.
SURE = 0.975

#: Share of the people that a limit runs here where luck is needed: a lesson wants it in a second.
CROWD = 0.1


@dataclass(frozen=True)
class Shown:
    """An outcome of a scheme: its mean, and its difference to the baseline with the intervals (alone and all at once)."""

    scheme: str
    outcome: str
    mean: float
    difference: float
    low: float
    high: float
    all_low: float
    all_high: float
    best: float

    @property
    def is_settled(self) -> bool:
        """Whether the interval for all schemes at once leaves out 0."""
        return is_settled(self.all_low, self.all_high)


@dataclass(frozen=True)
class Answer:
    """What the model says about a prediction: the way it came out, and the numbers behind it."""

    prediction: Prediction
    way: str
    shown: tuple[Shown, ...]
    difference: tuple[float, float, float] | None = None  # of a direction: difference, low, high
    value: float = float("nan")  # of a number

    def is_met_by(self, given: str | float) -> bool | None:
        """Whether a prediction came true; None for numbers, which are only more or less near."""
        return None if self.prediction.kind is Asks.NUMBER else given == self.way


@dataclass(frozen=True)
class TheoryShown:
    """A theory card worked out: parameters, what the formula gives and what the model gives with all else switched off."""

    card: TheoryCard
    title: str
    formula: str
    source: str
    point: Point
    expected: Mapping[str, float]
    simulated: Mapping[str, Estimate]


@dataclass(frozen=True)
class Worked:
    """A lesson with all its numbers."""

    opened: OpenLesson
    schemes: tuple[Scheme, ...]  # of the lesson, then the rivals
    comparison: Comparison
    theory: tuple[TheoryShown, ...]
    _shown: dict[tuple[str, str], Shown] = field(default_factory=dict)

    def shown(self, scheme: str, outcome: str) -> Shown:
        """An outcome of a scheme, beside the baseline of the lesson."""
        if not self._shown:
            self._shown.update(_all_shown(self.comparison.summary))
        return self._shown[scheme, outcome]

    @cached_property
    def answers(self) -> dict[str, Answer]:
        """What the model says about every prediction, by its name."""
        return {one.name: self._answer(one) for one in self.opened.lesson.predict}

    def theory_of(self, scheme: str, measure: str) -> TheoryShown:
        """The theory card of a scheme that has a measure."""
        return next(one for one in self.theory if one.card.scheme == scheme and measure in one.card.measures)

    def _answer(self, prediction: Prediction) -> Answer:
        if prediction.kind is Asks.NUMBER:
            shown = self.shown(prediction.scheme, prediction.outcome)
            return Answer(prediction, "any", (shown,), value=shown.mean)
        if prediction.kind is Asks.BEST:
            rows = tuple(self.shown(name, prediction.outcome) for name in self.opened.lesson.scheme_names)
            return Answer(prediction, self._best(prediction.outcome), rows)
        than = prediction.than or self.opened.lesson.baseline
        difference, low, high = self.paired(prediction.outcome, prediction.scheme, than)
        way = "open" if not is_settled(low, high) else "higher" if difference > 0 else "lower"
        rows = tuple(self.shown(name, prediction.outcome) for name in (than, prediction.scheme))
        return Answer(prediction, way, rows, (difference, low, high))

    def _best(self, outcome: str) -> str:
        """The scheme of the lesson that is surely best on an outcome, or 'open'; rivals do not count."""
        import numpy as np

        from experiments.statistics.intervals import probability_of_being_best

        names = self.opened.lesson.scheme_names
        values = np.stack([self._values(name, outcome) for name in names])[:, :, None]
        chances = probability_of_being_best(values, np.array([BETTER[outcome]]))[:, 0]
        best = int(np.nanargmax(chances)) if not np.isnan(chances).all() else -1
        return names[best] if best >= 0 and chances[best] >= SURE else "open"

    def paired(self, outcome: str, scheme: str, than: str) -> tuple[float, float, float]:
        """Mean paired difference of two schemes with its 95 % interval."""
        from experiments.statistics.intervals import paired_difference

        found = paired_difference(self._values(scheme, outcome)[:, None], self._values(than, outcome)[:, None])
        return float(found.difference[0]), float(found.low[0]), float(found.high[0])

    def _values(self, scheme: str, outcome: str):  # type: ignore[no-untyped-def]
        runs = self.comparison.runs
        return runs[runs["scheme"] == scheme].sort_values("replicate")[outcome].to_numpy(float)


def _all_shown(summary: pd.DataFrame) -> dict[tuple[str, str], Shown]:
    columns = [
        "scheme",
        "outcome",
        "mean",
        "difference",
        "low",
        "high",
        "simultaneous_low",
        "simultaneous_high",
        "probability_best",
    ]
    return {(row[0], row[1]): Shown(*row) for row in summary[columns].itertuples(index=False, name=None)}


# --- working out -----------------------------------------------------------------------------------------------------------


def work_out(opened: OpenLesson, *, workers: int | None = 1) -> Worked:
    """Run a lesson's schemes and its rivals, and work out its theory."""
    theory = tuple(_theory(opened, card) for card in opened.lesson.theory)
    rivals = [rival_scheme(opened, one.card.rival, one) for one in theory if one.card.rival is not None]
    schemes = (*opened.schemes, *rivals)
    return Worked(opened, schemes, compared(opened, schemes, workers=workers), theory)


def compared(
    opened: OpenLesson, schemes: tuple[Scheme, ...], *, replicates: int | None = None, workers: int | None = 1
) -> Comparison:
    """Schemes side by side in the bureau of a lesson, beside its baseline (which must be among them)."""
    lesson = opened.lesson
    design = read_question(
        schemes,
        organisation=opened.organisation,
        behaviour=opened.behaviour,
        baseline=lesson.baseline,
        months=lesson.months,
        warmup_months=lesson.warmup_months,
        replicates=replicates or lesson.replicates,
        seed=lesson.seed,
        winners=False,
    )
    return run_comparison(design, workers=workers)


def rival_scheme(opened: OpenLesson, rival: Rival, theory: TheoryShown) -> Scheme:
    """The theory's own optimum as a scheme of the bureau: the card's scheme with what theory calls best.

    Raises:
        UserError: a value that its element cannot take.
    """
    start = opened.scheme(theory.card.scheme)
    known = {**quantities(opened.organisation, opened.behaviour, start), **theory.point, **theory.expected}
    changes = {path: _within(path, _worked(value, known, theory.card.limit)) for path, value in rival.changes.items()}
    labels = {"name": rival.name, "title": rival.title.en}
    return with_values(start, changes).model_copy(update=labels)


def _within(path: str, value: object) -> object:
    """The nearest value that an element can take: theory may ask for a bonus below nothing."""
    element = element_of(path)
    return min(max(value, element.low), element.high) if isinstance(value, float) and element.kind == "number" else value


def _theory(opened: OpenLesson, card: TheoryCard) -> TheoryShown:
    whole = load_limit(card.limit)
    known = quantities(opened.organisation, opened.behaviour, opened.scheme(card.scheme))
    point: dict[str, Any] = {**whole.example, **{name: _worked(value, known, card.limit) for name, value in card.at.items()}}
    point |= {name: max(1, round(point[name])) for name, example in whole.example.items() if isinstance(example, int)}
    limit = replace(whole, measures={name: whole.measures[name] for name in card.measures})
    simulated = measured(limit, point, crowd=CROWD)
    return TheoryShown(card, limit.title, limit.formula, limit.source, point, limit.expects(point), simulated)


def _worked(value: object, known: Mapping[str, float], limit: str) -> object:
    """The value of an expression; anything else is what it is."""
    if not is_expression(value):
        return value
    assert isinstance(value, str)
    try:
        return float(value_of(value[1:], known))
    except (ArithmeticError, KeyError) as error:
        raise UserError.of("an expression cannot be worked out", path=limit, found=value, expected="a number") from error


class WorkedLessons:
    """Lessons that are worked out once and kept; thread-safe, one at a time."""

    def __init__(self, most: int = 16) -> None:
        self._most = most
        self._kept: OrderedDict[tuple[str, str], Worked] = OrderedDict()
        self._lock = threading.Lock()

    def worked(self, opened: OpenLesson) -> Worked:
        """The lesson with its numbers, from the shelf or worked out now."""
        key = (str(opened.file), opened.lesson.model_dump_json())
        with self._lock:
            if key not in self._kept:
                self._kept[key] = work_out(opened)
                while len(self._kept) > self._most:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(key)
            return self._kept[key]
