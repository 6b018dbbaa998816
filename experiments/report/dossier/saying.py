"""Numbers and names as a reader of one language meets them: units, percentage points, intervals, chances, names.

English and Chinese write the same numbers; only the words around them differ. The digits come from
`experiments.report.numbers`, so that a report and the terminal never round differently.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from experiments.design.targets import BY_NAME, is_share
from experiments.report import numbers
from sim.lang import Words


@dataclass(frozen=True)
class Saying:
    """How one language says numbers and names."""

    words: Words

    @property
    def language(self) -> str:
        """Code of the language."""
        return self.words.language

    # --- numbers

    def level(self, outcome: str, value: float) -> str:
        """'31.2 %', '0.42'."""
        return self._local(numbers.scaled(outcome, value))

    def difference(self, outcome: str, value: float, half_width: float = math.inf) -> str:
        """'+1.3 pp'."""
        return self._local(numbers.difference(outcome, value, half_width=half_width))

    def interval(self, outcome: str, low: float, high: float) -> str:
        """'[−4.9, −3.3]', or '' where an end is missing."""
        return numbers.interval(outcome, low, high)

    def with_interval(self, outcome: str, value: float, low: float, high: float) -> str:
        """'−4.1 pp [−4.9, −3.3]'."""
        ends = self.interval(outcome, low, high)
        said = self.difference(outcome, value, (high - low) / 2 if ends else math.inf)
        return f"{said} {ends}".rstrip()

    def size(self, outcome: str, value: float, low: float, high: float) -> str:
        """The same without signs, for amounts that cannot be negative: '2.6 pp [0.4, 4.9]'."""
        return self.with_interval(outcome, value, low, high).replace("+", "")

    def chance(self, probability: float) -> str:
        """'98 %', '> 99 %'."""
        return self._local(numbers.chance(probability))

    def share(self, value: float, low: float = math.nan, high: float = math.nan) -> str:
        """'34 % [31, 37]', with a digit more where the interval needs it."""
        if not math.isfinite(value):
            return self.missing
        digits = 1 if 0 <= high - low < 0.015 else 0
        ends = f" [{100 * low:.{digits}f}, {100 * high:.{digits}f}]" if math.isfinite(low) and math.isfinite(high) else ""
        return self._local(f"{100 * value:.{digits}f} %") + ends

    def plain(self, value: float, low: float = math.nan, high: float = math.nan) -> str:
        """A number without a unit, three digits: '0.041 [0.032, 0.050]'."""
        if not math.isfinite(value):
            return self.missing
        largest = max(abs(one) for one in (value, low, high) if math.isfinite(one))
        digits = 3 if largest >= 0.05 else 4
        ends = f" [{_signed(low, digits)}, {_signed(high, digits)}]" if math.isfinite(low) and math.isfinite(high) else ""
        return _signed(value, digits) + ends

    def index(self, value: float, low: float = math.nan, high: float = math.nan) -> str:
        """An index of sensitivity with two digits: '0.41 [0.36, 0.46]'."""
        if not math.isfinite(value):
            return self.missing
        ends = f" [{_signed(low, 2)}, {_signed(high, 2)}]" if math.isfinite(low) and math.isfinite(high) else ""
        return _signed(value, 2) + ends

    def count(self, value: float) -> str:
        """A whole number with its thousands apart: '12,000'."""
        return self.missing if not math.isfinite(value) else f"{value:,.0f}"

    def rank(self, value: float, low: float, high: float) -> str:
        """'1 [1, 2]'."""
        return f"{value:.0f} [{low:.0f}, {high:.0f}]"

    @property
    def missing(self) -> str:
        """The word for a value that is not there."""
        return self.words("report.missing")

    def _local(self, text: str) -> str:
        if text == numbers.MISSING:
            return self.missing
        text = text.replace(" pp", self.words("report.points_behind"))
        return text.replace(" %", "\u00a0%" if self.language == "en" else "%").replace("> ", ">\u00a0").replace("< ", "<\u00a0")

    # --- names

    def title(self, outcome: str) -> str:
        """Name of an outcome."""
        return self.words(f"outcome.{outcome}.title")

    def within(self, outcome: str) -> str:
        """Name of an outcome inside a sentence."""
        title = self.title(outcome)
        return title[:1].lower() + title[1:]

    def unit(self, outcome: str) -> str:
        """Unit of a difference, in words."""
        if is_share(outcome):
            return self.words("report.percentage_points")
        unit = BY_NAME[outcome].unit
        return self.words("report.scale_0_1") if unit == "share" else self.words(f"unit.{unit}")

    def axis(self, outcome: str) -> str:
        """Title of an axis: name and unit of a level."""
        if is_share(outcome):
            whole = {"share of goal": "goal", "share of time": "time"}.get(BY_NAME[outcome].unit, "cadres")
            unit = self.words(f"report.per_cent_of.{whole}")
        else:
            unit = self.unit(outcome)
        return self.words("report.name_and_unit", name=self.title(outcome), unit=unit)

    def document(self, title: str) -> str:
        """A title or summary out of a document."""
        return self.words.document(title)

    def parameter(self, path: str) -> str:
        """Name of what a study varies: an element, a parameter of behaviour, a group of them."""
        from experiments.design.paths import full_path
        from sim.errors import UserError

        try:
            full = full_path(path)
        except UserError:  # a group of parameters has a name of its own
            full = path
        kind, _, rest = full.partition(".")
        for key in (f"element.{rest}.title", f"parameter.{rest if kind == 'behaviour' else full}"):
            if self.words.has(key):
                return self.words(key)
        return (rest if kind in ("behaviour", "organisation", "scheme") else full).replace("_", " ").replace(".", ", ")

    def target(self, plain: str) -> str:
        """'A against B' out of two titles on two lines; the first alone where there is no second."""
        scheme, _, minus = plain.partition("\n")
        if not minus:
            return self.document(scheme)
        return self.words("report.hinges.against", scheme=self.document(scheme), other=self.document(minus))

    def amount(self, value: float) -> str:
        """A bound of a parameter: three significant digits."""
        return numbers.plain(value)

    def listed(self, parts: Iterable[str]) -> str:
        """'a, b and c'."""
        *first, last = parts
        if not first:
            return last
        return self.words("report.list_comma").join(first) + self.words("report.list_and") + last

    def sentence(self, text: str) -> str:
        """The text with a full stop where it has no end of its own: a bare title may stand for a summary."""
        return text if text.endswith(tuple(".!?。！？")) else text + ("." if self.language == "en" else "。")

    def joined(self, sentences: Iterable[str]) -> str:
        """Sentences one after the other: with a space between them where the language has one."""
        return (" " if self.language == "en" else "").join(sentences)


def _signed(value: float, digits: int) -> str:
    text = f"{abs(value):.{digits}f}"
    return ("\u2212" if value < 0 and float(text) else "") + text
