"""Schemes in words: every element has its sentence, and differences are told as from and to."""

from __future__ import annotations

import re
from enum import Enum
from typing import Any

import pytest

from sim.schemes.describe import SENTENCES, TOLD_ELSEWHERE, describe, difference, difference_in_words
from sim.schemes.fit import select_tasks
from sim.schemes.load import load_organisation, load_scheme
from sim.schemes.locate import preset_names
from sim.schemes.scheme import Scheme
from sim.schemes.words import dotted, element_paths

LABELS = ("name", "title", "summary")
ELEMENTS = [path for path in element_paths(Scheme) if path[0] not in LABELS and path != ("plan", "indicators")]
RICH = load_scheme(
    "municipal_closed_loop",
    changes={"appraisal.grades.ranking": "forced", "appraisal.grades.bottom_share": 0.05, "appraisal.grades.floor": 0.6},
)
FREE = load_scheme("municipal_closed_loop", changes={"appraisal.grades.ranking": "free", "appraisal.grades.top_share": 0})


def value_at(scheme: Any, path: tuple[str, ...]) -> Any:
    for step in path:
        scheme = getattr(scheme, step)
    return scheme


def with_value(document: Any, path: tuple[str, ...], value: Any) -> Any:
    """A document with one value changed, without asking whether the whole still makes sense."""
    if not path:
        return value
    return document.model_copy(update={path[0]: with_value(getattr(document, path[0]), path[1:], value)})


def another(value: Any) -> Any:
    if isinstance(value, Enum):
        return next(choice for choice in type(value) if choice is not value)
    return value + 1 if isinstance(value, int) else value + 0.125


@pytest.mark.parametrize("path", ELEMENTS, ids=dotted)
def test_every_element_is_told(path: tuple[str, ...]) -> None:
    """Another value of any element gives another description, and the difference names just this element."""
    start = FREE if "threshold" in path[-1] else RICH
    changed = with_value(start, path, another(value_at(start, path)))
    assert describe(changed) != describe(start)
    assert [one.path for one in difference(start, changed)] == [dotted(path)]


def test_the_table_of_sentences_names_only_elements() -> None:
    names = {dotted(path) for path in element_paths(Scheme)}
    assert set(SENTENCES) <= names
    untold = {name for name in names - set(SENTENCES) if not name.startswith(TOLD_ELSEWHERE)}
    assert untold == set(LABELS)


def test_only_what_is_on_is_told() -> None:
    text = describe(Scheme(name="nothing"))
    assert "Nothing is counted: there are no indicators." in text
    assert "coaching;" in text.partition("Switched off: ")[2]
    assert "counsel and coach" not in text


def test_numbers_are_in_domain_words() -> None:
    scheme = load_scheme("base", changes={"application.explicit.bonus_per_point": 0.004, "process.tracking_interval": 1})
    text = describe(scheme)
    assert "Ten points more bring a bonus of 4 % of a monthly wage a month." in text
    assert "Key tasks are tracked every month." in text
    assert "People are appraised once a year." in text


def test_an_indicator_in_words() -> None:
    text = describe(load_scheme("deduction_heavy"))
    assert (
        "Key work: 70 points for the key tasks, of each cadre. Points are deducted: every 10 % below the standard cost 21."
        in text
    )


def test_with_an_organisation_tasks_have_their_titles() -> None:
    organisation = load_organisation("municipal_bureau")
    text = describe(load_scheme("municipal_closed_loop"), organisation)
    title = organisation.tasks[select_tasks("key", organisation)[0]].title
    assert f"70 points for {title}, " in text
    assert "No indicator points at" in text


@pytest.mark.parametrize("name", preset_names("schemes"))
def test_presets_can_be_described(name: str) -> None:
    text = describe(load_scheme(name))
    assert text.count("\n\n") >= 6, "a paragraph a link"
    assert "{" not in text
    assert not re.search(r"\bnan\b|None|\.0 %", text)


def test_no_difference() -> None:
    assert difference(RICH, RICH.model_copy(update={"name": "other"})) == []
    assert "differ in nothing" in difference_in_words(RICH, RICH)


def test_differences_in_words() -> None:
    base = load_scheme("base")
    other = load_scheme(
        "base", changes={"process.coaching": 0.5, "application.explicit.top_prize": 0.05, "plan.indicators.key_work.cap": 1.5}
    )
    text = difference_in_words(base, other)
    assert "Coaching: off -> 50 %" in text
    assert "Top prize: off -> 5 % of a monthly wage per month" in text
    assert "Indicator Key work, cap: 120 % of the standard -> 150 % of the standard" in text
    assert [one.before for one in difference(base, other)] == [one.after for one in difference(other, base)]


def test_one_of_a_unit_is_told_in_the_singular() -> None:
    base = load_scheme("base")
    monthly = load_scheme("base", changes={"appraisal.interval": 1}, name="monthly", title="Monthly")
    assert "12 months -> 1 month\n" in difference_in_words(base, monthly) + "\n"
    assert "1 month -> 12 months" in difference_in_words(monthly, base)
    assert "1 个月" in difference_in_words(base, monthly, "zh")


def test_indicators_that_come_and_go() -> None:
    told = {one.path: one for one in difference(load_scheme("base"), load_scheme("balanced_scorecard_four"))}
    assert told["plan.indicators.key_work"].after == "none"
    assert told["plan.indicators.financial"].before == "none"
    assert "the tasks of the perspective financial" in told["plan.indicators.financial"].after
