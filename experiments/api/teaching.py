"""For lessons in notebooks: a prediction laid beside what came out, and answers that stay folded until they are wanted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from experiments.verbs.compare import Comparison
from sim.errors import UserError
from sim.outcomes import OUTCOME_NAMES, OUTCOMES
from sim.schemes.words import did_you_mean

if TYPE_CHECKING:
    import pandas as pd

#: What a prediction may say.
WORDS = ("more", "less", "same", "?")


@dataclass(frozen=True)
class Prediction:
    """What somebody expected of a scheme, outcome by outcome, beside what the model gives."""

    scheme: str
    baseline: str
    table: pd.DataFrame  # outcome, predicted, difference, low, high, found, verdict

    @property
    def hits(self) -> int:
        """How many outcomes came as predicted."""
        return int((self.table["verdict"] == "as predicted").sum())

    def _repr_html_(self) -> str:
        from experiments.report.notebook import prediction_html

        return prediction_html(self.scheme, self.baseline, self.table)

    def __str__(self) -> str:
        return f"{self.scheme} against {self.baseline}: {self.hits} of {len(self.table)} as predicted"


def predict(result: Comparison, scheme: str, predicted: Mapping[str, str]) -> Prediction:
    """Lay a prediction beside a comparison's paired differences and their 95 % intervals.

    Args:
        result: a finished comparison.
        scheme: which of its schemes is meant, against its baseline.
        predicted: outcome -> `more`, `less`, `same` or `?` (no guess).

    `same` is as predicted where the interval holds 0; a guess of `more` or `less` is *not settled* there.

    Raises:
        UserError: an unknown scheme, outcome or word.
    """
    import pandas as pd

    design = result.design
    others = [name for name in design.scheme_names if name != design.baseline]
    if scheme not in others:
        raise UserError.of("this comparison has no such scheme", found=str(scheme), expected=f"one of {', '.join(others)}")
    for outcome, word in predicted.items():
        if outcome not in OUTCOME_NAMES:
            raise UserError.of("there is no such outcome", found=str(outcome), hint=did_you_mean(outcome, OUTCOME_NAMES))
        if word not in WORDS:
            raise UserError.of("a prediction is one word", path=outcome, found=repr(word), expected="more, less, same or ?")
    rows = result.summary.set_index(["scheme", "outcome"]).loc[scheme]
    lines = []
    for outcome, word in predicted.items():
        row = rows.loc[outcome]
        found = "more" if row["low"] > 0 else "less" if row["high"] < 0 else "same"
        lines.append((outcome, word, row["difference"], row["low"], row["high"], found, _verdict(word, found)))
    columns = ["outcome", "predicted", "difference", "low", "high", "found", "verdict"]
    titles = design.titles
    return Prediction(titles[scheme], titles[design.baseline], pd.DataFrame(lines, columns=columns))


def _verdict(predicted: str, found: str) -> str:
    if predicted == "?":
        return "no guess"
    if predicted == found:
        return "as predicted"
    return "not settled" if found == "same" else "otherwise"


@dataclass(frozen=True)
class Answer:
    """Text under a line that is clicked to unfold it."""

    text: str
    title: str = "Answer"

    def _repr_html_(self) -> str:
        paragraphs = "".join(f"<p>{escape(part.strip())}</p>" for part in self.text.split("\n\n") if part.strip())
        return f"<details><summary><b>{escape(self.title)}</b></summary>{paragraphs}</details>"

    def __str__(self) -> str:
        return f"{self.title}: {self.text}"


def answer(text: str, title: str = "Answer") -> Answer:
    """An answer that stays folded until somebody clicks on it; paragraphs are parted by empty lines."""
    return Answer(text, title)


def told(result: Comparison, scheme: str, outcome: str) -> str:
    """A paired difference in words, its interval with it: '−1.8 pp [−2.2, −1.4]'.

    Raises:
        UserError: an unknown scheme or outcome.
    """
    from experiments.report.numbers import difference, interval

    rows = result.summary.set_index(["scheme", "outcome"])
    if (scheme, outcome) not in rows.index:
        known = [*result.design.scheme_names, *(one.name for one in OUTCOMES)]
        wrong = scheme if scheme not in result.design.scheme_names else outcome
        raise UserError.of("this comparison has no such scheme or outcome", found=wrong, hint=did_you_mean(wrong, known))
    row = rows.loc[(scheme, outcome)]
    size = difference(outcome, row["difference"], half_width=(row["high"] - row["low"]) / 2)
    return f"{size} {interval(outcome, row['low'], row['high'])}".strip()


def theory(name: str, *, crowd: float = 1.0, **point: float) -> pd.DataFrame:
    """A closed form of economic theory beside what the ordinary model gives with everything else switched off.

    Args:
        name: a limit: `threshold`, `tournament_of_many`, `hierarchy` ... (`configs/evidence/limits`).
        crowd: below 1 makes do with fewer people, where luck is needed.
        point: parameters of the limit that differ from its example.

    One row a measure: `model`, `formula` and the relative `error`. `attrs` hold the formula in words and its source.

    Raises:
        UserError: an unknown limit or parameter.
    """
    import pandas as pd

    from experiments.evidence.limits import check_point, limit_names, load_limit

    if name not in limit_names():
        known = limit_names()
        raise UserError.of(
            "there is no such limit", found=name, hint=did_you_mean(name, known) or f"there are {', '.join(known)}"
        )
    limit = load_limit(name)
    strangers = [key for key in point if key not in limit.example]
    if strangers:
        raise UserError.of("this limit has no such parameter", found=", ".join(strangers), expected=", ".join(limit.example))
    checks = check_point(limit, "asked", {**limit.example, **point}, crowd=crowd)
    rows = {check.measure: (check.simulated, check.formula, check.error) for check in checks}
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["model", "formula", "error"])
    table.attrs.update(formula=limit.formula, source=limit.source, title=limit.title)
    return table
