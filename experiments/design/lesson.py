"""The lesson document: a question for a workshop, predicted, played and explained, as data.

A lesson types no result: texts may not hold digits. What the model shows stands in them as places that a run fills
(`{mean burnout_share scoring}`), and what is said about it is chosen by how the run came out (`explain` of a prediction has a
text for *higher*, *lower* and *open*). So a lesson stays true when the model changes.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator
from enum import StrEnum
from typing import Any

from pydantic import Field, field_validator, model_validator

from sim.errors import UserError
from sim.outcomes import OUTCOME_NAMES
from sim.schemes.misfit import Misfit, refuse
from sim.schemes.paths import Range, element_of
from sim.schemes.scheme import Document, count
from sim.schemes.words import NAME_PATTERN, did_you_mean, listed, quoted

LANGUAGES = ("en", "zh")
LONGEST_TEXT = 1500

#: A place in a text that a run fills: a kind of number and its arguments.
PLACE = re.compile(r"\{([^{}]*)\}")

#: Kinds of places, with the arguments they take.
PLACES = {
    "mean": ("outcome", "scheme"),
    "difference": ("outcome", "scheme"),
    "element": ("path", "scheme"),
    "formula": ("scheme", "measure"),
    "laboratory": ("scheme", "measure"),
    "replicates": (),
    "months": (),
    "cadres": (),
}


class Text(Document):
    """The same words in every language."""

    en: str = Field(min_length=1, max_length=LONGEST_TEXT, description="English.")
    zh: str = Field(min_length=1, max_length=LONGEST_TEXT, description="Chinese.")

    def in_language(self, language: str) -> str:
        """The words in a language."""
        return str(getattr(self, language))

    def places(self) -> Iterator[tuple[str, list[str]]]:
        """Language and words of every place that a run fills."""
        for language in LANGUAGES:
            for place in PLACE.findall(self.in_language(language)):
                yield language, place.split()


class Told(Text):
    """Words shown to people: no number is typed, a run fills it in."""

    @model_validator(mode="after")
    def _without_numbers(self) -> Told:
        misfits = []
        for language in LANGUAGES:
            text = self.in_language(language)
            typed = re.search(r"\d+", PLACE.sub("", text))
            if typed:
                misfits.append(
                    Misfit(
                        (language,), "a number is typed into the text", quoted(typed.group()), "a place that a run fills",
                        "write {mean OUTCOME SCHEME}, {difference OUTCOME SCHEME} or {element PATH SCHEME}, or say it in words",
                    )
                )  # fmt: skip
            if PLACE.sub("", text).count("{") or PLACE.sub("", text).count("}"):
                misfits.append(Misfit((language,), "a brace without its partner", quoted(text), "{...}"))
        shown = {language: sorted(PLACE.findall(self.in_language(language))) for language in LANGUAGES}
        if len({tuple(places) for places in shown.values()}) > 1:
            told = "; ".join(f"{language}: {listed(places) or 'none'}" for language, places in shown.items())
            misfits.append(Misfit(("zh",), "the languages show different numbers", told, "the same places in both"))
        refuse(misfits)
        return self


class Asks(StrEnum):
    """What a prediction is about."""

    DIRECTION = "direction"  # is an outcome higher or lower under one scheme than under another?
    BEST = "best"  # under which scheme is an outcome best?
    NUMBER = "number"  # how large is an outcome under a scheme?


class Prediction(Document):
    """Something to predict before anything is shown, and what is said about each way it may come out."""

    name: str = Field(pattern=NAME_PATTERN, description="Name used in files and exports.")
    kind: Asks = Field(description="What the prediction is about: direction, best or number.")
    asks: Told = Field(description="The question.")
    outcome: str = Field(description="The outcome it is about.")
    scheme: str = Field("", description="The scheme it is about (direction, number).")
    than: str = Field("", description="The scheme it is compared with (direction); by default the baseline.")
    low: float = Field(0.0, description="Lowest number that may be given (number).")
    high: float = Field(1.0, description="Highest number that may be given (number).")
    explain: dict[str, Told] = Field(
        description="What is said, by how the run came out: higher, lower, open; names of schemes and open; or any."
    )

    @field_validator("outcome")
    @classmethod
    def _outcome_exists(cls, value: str) -> str:
        return _known_outcome(value)

    @model_validator(mode="after")
    def _has_its_parts(self) -> Prediction:
        misfits = []
        if self.kind is not Asks.BEST and not self.scheme:
            misfits.append(Misfit(("scheme",), "the scheme is missing", "", "the name of a scheme of the lesson"))
        if self.kind is Asks.NUMBER and not self.low < self.high:
            misfits.append(Misfit(("low",), "low must lie below high", f"{self.low:g} and {self.high:g}", "low < high"))
        refuse(misfits)
        return self

    def ways(self, schemes: Collection[str]) -> tuple[str, ...]:
        """The ways it may come out."""
        if self.kind is Asks.DIRECTION:
            return ("higher", "lower", "open")
        return (*schemes, "open") if self.kind is Asks.BEST else ("any",)


class LessonScheme(Document):
    """A scheme of the lesson: a preset, or a small difference from one."""

    name: str = Field(pattern=NAME_PATTERN, description="Name used in the lesson.")
    title: Text = Field(description="Name for people.")
    extends: str = Field("base", description="Preset that it differs from.")
    parts: list[str] = Field(default_factory=list, description="Presets whose differences are laid over it.")
    changes: dict[str, Any] = Field(default_factory=dict, description="Single values by dotted path.")


class Lever(Document):
    """One element that participants may set, within bounds."""

    path: str = Field(description="Path of the element in the scheme.")
    title: Text = Field(description="Name for people.")
    low: float | None = Field(None, description="Lowest value.")
    high: float | None = Field(None, description="Highest value.")
    step: float = Field(0.05, gt=0, description="Step of the slider.")
    choices: list[str] = Field(default_factory=list, max_length=6, description="Values to choose from, where it is no number.")
    meanings: list[Text] = Field(default_factory=list, max_length=6, description="The choices in words.")

    @model_validator(mode="after")
    def _fits_its_element(self) -> Lever:
        try:
            if element_of(self.path).document != "scheme":
                raise UserError.of(
                    "a lever is an element of the scheme", found=quoted(self.path), expected="a path of the scheme"
                )
            Range.of(self.path, self.low, self.high, choices=self.choices)
        except UserError as error:
            refuse([Misfit(("path",), f.problem, f.found or quoted(self.path), f.expected, f.hint) for f in error.findings])
        if len(self.meanings) != len(self.choices):
            refuse([Misfit(("meanings",), "every choice needs its words", f"{len(self.meanings)}", f"{len(self.choices)}")])
        return self

    def fitting(self, value: Any) -> float | int | str | bool:
        """The value of a participant, where it is one of the lever's.

        Raises:
            UserError: another type, out of the lever's bounds, or no choice of it.
        """
        given = element_of(self.path).fitting(value)
        if self.choices:
            if given not in self.choices:
                raise UserError.of("not a choice of this lever", path=self.path, expected=listed(self.choices))
            return given
        assert self.low is not None and self.high is not None  # a range was made of them
        if not self.low <= float(given) <= self.high:
            raise UserError.of("outside the lever", path=self.path, found=f"{given}", expected=f"{self.low:g} to {self.high:g}")
        return given


class DesignPlay(Document):
    """Play by designing: a scheme to start from and the levers of it that may be moved."""

    scheme: str = Field(description="The scheme of the lesson to start from.")
    task: Told = Field(description="What to try to reach.")
    levers: list[Lever] = Field(min_length=1, max_length=8, description="What may be set.")


class CadrePlay(Document):
    """Play by being one cadre for a year."""

    scheme: str = Field(description="The scheme of the lesson under which the year is played.")
    story: Told = Field(description="Who you are and what it is about.")


class Play(Document):
    """What participants do: design a scheme, play a cadre, or both."""

    design: DesignPlay = Field(description="Design a scheme.")
    cadre: CadrePlay = Field(description="Play a cadre.")


class Rival(Document):
    """The optimum of the theory as a scheme that is really run: values are expressions in what theory gives."""

    name: str = Field(pattern=NAME_PATTERN, description="Name used in the lesson.")
    title: Text = Field(description="Name for people.")
    says: Told = Field(description="Why theory calls it best, and what it leaves out.")
    changes: dict[str, Any] = Field(min_length=1, description="Values by dotted path; '= slope/points' is an expression.")


class TheoryCard(Document):
    """A scheme beside its closed-form limit at the parameters of the lesson."""

    scheme: str = Field(description="The scheme of the lesson.")
    limit: str = Field(description="Name of a limit (configs/evidence/limits).")
    says: Told = Field(description="The idea, in words.")
    measures: list[str] = Field(min_length=1, max_length=4, description="Measures of the limit that are shown.")
    at: dict[str, float | str] = Field(
        default_factory=dict, description="Parameters; '= cost' is an expression in the bureau's and the scheme's values."
    )
    rival: Rival | None = Field(None, description="The theory's own optimum.")


class Timing(Document):
    """Minutes for each part."""

    predict: int = count(10, "Minutes to predict.", low=1, high=240, unit="minutes")
    play: int = count(20, "Minutes to play.", low=1, high=240, unit="minutes")
    explain: int = count(15, "Minutes to explain.", low=1, high=240, unit="minutes")
    debrief: int = count(15, "Minutes to talk it over.", low=1, high=240, unit="minutes")


class Facilitator(Document):
    """What whoever leads the workshop should know."""

    timing: Timing = Field(default_factory=Timing, description="Minutes for each part.")
    students_say: list[Told] = Field(min_length=1, max_length=8, description="What students usually say.")
    pitfalls: list[Told] = Field(min_length=1, max_length=8, description="Where it goes wrong.")
    debrief: list[Told] = Field(min_length=1, max_length=8, description="Questions to talk it over.")


class Lesson(Document):
    """A question, schemes to compare, predictions, a play, theory, and notes."""

    name: str = Field(pattern=NAME_PATTERN, description="Name used in commands and files.")
    order: int = count(99, "Place in the course.", low=1, high=99, unit="place")
    title: Text = Field(description="Name for people.")
    question: Told = Field(description="The question of the lesson.")
    why: Told = Field(description="Why it matters, from the studies.")
    organisation: str = Field("workshop_bureau", description="Preset of the organisation.")
    behaviour: str = Field("default", description="Preset of the behaviour.")
    months: int = count(24, "Recorded months.", low=12, high=120)
    warmup_months: int = count(12, "Months before, under the baseline, not recorded.", high=120)
    replicates: int = count(40, "Runs of every scheme.", low=4, high=1000, unit="runs")
    seed: int = count(1, "Seed of all draws.", unit="-")
    schemes: list[LessonScheme] = Field(min_length=2, max_length=4, description="What is compared.")
    baseline: str = Field(description="The scheme that the others are compared with.")
    look_at: list[str] = Field(min_length=1, max_length=6, description="Outcomes that are shown.")
    predict: list[Prediction] = Field(min_length=1, max_length=5, description="What to predict.")
    play: Play = Field(description="What participants do.")
    theory: list[TheoryCard] = Field(min_length=1, max_length=6, description="Schemes beside their closed forms.")
    explain: list[Told] = Field(min_length=1, max_length=8, description="Cards that explain what was seen.")
    sources: list[str] = Field(min_length=1, max_length=12, description="Keys of configs/sources.yaml.")
    facilitator: Facilitator = Field(description="Notes for whoever leads it.")

    @model_validator(mode="after")
    def _fits_together(self) -> Lesson:
        refuse([*self._names(), *self._references(), *self._predictions(), *self._places()])
        return self

    @property
    def scheme_names(self) -> tuple[str, ...]:
        """Names of the schemes that are compared."""
        return tuple(scheme.name for scheme in self.schemes)

    @property
    def rivals(self) -> tuple[Rival, ...]:
        """The optima of theory that are run beside them."""
        return tuple(card.rival for card in self.theory if card.rival is not None)

    def prediction(self, name: str) -> Prediction | None:
        """A prediction by its name."""
        return next((one for one in self.predict if one.name == name), None)

    def _names(self) -> Iterator[Misfit]:
        for at, names in (
            ("schemes", [*self.scheme_names, *(rival.name for rival in self.rivals)]),
            ("predict", [one.name for one in self.predict]),
        ):
            for name in sorted({name for name in names if names.count(name) > 1}):
                yield Misfit((at,), "two entries have the same name", quoted(name), "a name of its own")
        for index, outcome in enumerate(self.look_at):
            if outcome not in OUTCOME_NAMES:
                hint = did_you_mean(outcome, OUTCOME_NAMES)
                yield Misfit(("look_at", index), "there is no such outcome", quoted(outcome), "the name of an outcome", hint)

    def _references(self) -> Iterator[Misfit]:
        named: list[tuple[tuple[str | int, ...], str]] = [(("baseline",), self.baseline)]
        for index, one in enumerate(self.predict):
            named += [(("predict", index, key), getattr(one, key)) for key in ("scheme", "than") if getattr(one, key)]
        named += [(("play", part, "scheme"), getattr(self.play, part).scheme) for part in ("design", "cadre")]
        named += [(("theory", index, "scheme"), card.scheme) for index, card in enumerate(self.theory)]
        for at, name in named:
            if name not in self.scheme_names:
                hint = did_you_mean(name, self.scheme_names)
                yield Misfit(at, "the lesson has no such scheme", quoted(name), f"one of {listed(self.scheme_names)}", hint)

    def _predictions(self) -> Iterator[Misfit]:
        for index, one in enumerate(self.predict):
            ways = one.ways(self.scheme_names)
            missing = [way for way in ways if way not in one.explain]
            strange = [way for way in one.explain if way not in ways]
            if missing:
                yield Misfit(
                    ("predict", index, "explain"), "a way it may come out is not explained", listed(one.explain), listed(ways)
                )
            for way in strange:
                hint = did_you_mean(way, ways)
                yield Misfit(("predict", index, "explain", way), "it cannot come out that way", quoted(way), listed(ways), hint)

    def _places(self) -> Iterator[Misfit]:
        for at, text in texts_of(self):
            for language, words in text.places():
                problem = self._wrong_place(words)
                if problem:
                    shown = "{" + " ".join(words) + "}"
                    kinds = ", ".join("{" + " ".join((kind, *takes)) + "}" for kind, takes in PLACES.items())
                    yield Misfit((*at, language), problem, shown, kinds)

    def _wrong_place(self, words: list[str]) -> str:
        """What is wrong with a place that a run fills, or nothing."""
        if not words or words[0] not in PLACES:
            return "there is no such kind of number"
        takes = PLACES[words[0]]
        if len(words) - 1 != len(takes):
            return "the number lacks something, or has too much"
        for kind, word in zip(takes, words[1:], strict=True):
            if kind == "outcome" and word not in OUTCOME_NAMES:
                return "there is no such outcome"
            if kind == "scheme" and word not in self.scheme_names and word not in [rival.name for rival in self.rivals]:
                return "the lesson has no such scheme"
            if kind == "path" and not _is_element(word):
                return "there is no such element"
            if kind == "measure" and not any(card.scheme == words[1] and word in card.measures for card in self.theory):
                return "no theory card of this scheme has such a measure"
        return ""


def _known_outcome(value: str) -> str:
    if value not in OUTCOME_NAMES:
        refuse(
            [Misfit((), "there is no such outcome", quoted(value), "the name of an outcome", did_you_mean(value, OUTCOME_NAMES))]
        )
    return value


def _is_element(path: str) -> bool:
    try:
        return element_of(path).document == "scheme"
    except UserError:
        return False


def texts_of(holder: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Text]]:
    """Every text of a lesson, with its path."""
    if isinstance(holder, Text):
        yield at, holder
    elif isinstance(holder, Document):
        for name in type(holder).model_fields:
            yield from texts_of(getattr(holder, name), (*at, name))
    elif isinstance(holder, dict):
        for key, item in holder.items():
            yield from texts_of(item, (*at, key))
    elif isinstance(holder, list):
        for index, item in enumerate(holder):
            yield from texts_of(item, (*at, index))


def is_expression(value: object) -> bool:
    """Whether a value of a theory card is to be worked out: text that starts with '='."""
    return isinstance(value, str) and value.startswith("=")


def names_in(expression: str) -> set[str]:
    """The names that an expression asks for ('= cost/points': cost and points).

    Raises:
        UserError: it is no expression.
    """
    try:
        tree = ast.parse(expression.lstrip("=").strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise UserError.of("this is no expression", found=quoted(expression), expected="= with + - * / ** sqrt abs") from error
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in called}
