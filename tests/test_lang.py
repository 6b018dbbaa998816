"""The catalogue of words: both languages say the same things, and everything that ready documents name is translated."""

from __future__ import annotations

import ast
import re
import string
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from experiments.design.brief import brief_studies
from experiments.report.lang import LANGUAGES, words
from experiments.verbs.validate import stored_rows
from experiments.web.words import catalogue
from sim.errors import UserError
from sim.lang import COUNTED_NOUNS, MissingText, Words, are, counted, of_one, read_folder
from sim.lang import words as words_of_the_model
from sim.outcomes import GROUP_OUTCOMES, OUTCOMES, OWN_GROUP_OUTCOMES
from sim.schemes import lint, traps
from sim.schemes.behaviour import Behaviour
from sim.schemes.load import load_organisation, load_scheme
from sim.schemes.locate import preset_names
from sim.schemes.study import load_study
from tests.browser import ASCII_MARKS

#: Functions of advice whose texts people read.
SAYING = ("told", "advice", "_seatless", "said")

HAN = re.compile(r"[\u4e00-\u9fff]")


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_both_catalogues_have_the_same_keys():
    english, chinese = words("en").texts, words("zh").texts
    assert sorted(set(english) - set(chinese)) == []
    named = {key for key in chinese if key.startswith("parameter.")}  # those that have no name yet are called as in their file
    assert sorted(set(chinese) - set(english) - named) == []
    assert sorted(key for key in named if key.removeprefix("parameter.") not in Behaviour.model_fields) == []


def test_both_catalogues_have_the_same_placeholders():
    english, chinese = words("en").texts, words("zh").texts
    parted = {key: (english[key], chinese[key]) for key in english if placeholders(english[key]) != placeholders(chinese[key])}
    assert parted == {}


def test_no_text_is_empty_and_chinese_is_chinese():
    assert {key for key, text in words("en").texts.items() if not text.strip()} == {"describe.space"}
    assert [key for key, text in words("en").texts.items() if HAN.search(text)] == []
    said = {key: re.sub(r"\{.*?\}", "", text) for key, text in words("zh").texts.items()}
    untranslated = {key for key, text in said.items() if not HAN.search(text) and re.search(r"[A-Za-z]{3,}", text)}
    assert untranslated <= {"unit.tau-b", "unit.1 - tau"}


def test_every_outcome_is_named():
    chinese = words("zh")
    for outcome in OUTCOMES:
        assert chinese(f"outcome.{outcome.name}.title") != outcome.title
        assert chinese(f"outcome_group.{outcome.group}")
        assert chinese(f"unit.{outcome.unit}")
    assert set(OWN_GROUP_OUTCOMES) <= set(GROUP_OUTCOMES)
    assert chinese("outcome.pay_mean.title") == "报酬"


def names_in_ready_documents() -> set[str]:
    found = {"category", "perspective"}  # kinds of tasks, as indicators select them
    found |= texts_of_advice()
    found |= {row["title"] for row in stored_rows().values()}
    for study in (*map(load_study, preset_names("studies")), *(one.study for one in brief_studies())):
        found |= {study.title, study.question}
    for name in preset_names("schemes"):
        scheme = load_scheme(name)
        found |= {scheme.title, scheme.summary, *scheme.plan.indicators}
    examples = Path(__file__).parents[1] / "configs" / "organisations" / "examples"
    for reference in (*preset_names("organisations"), *examples.glob("*.yaml")):
        organisation = load_organisation(reference)
        found |= set(organisation.sequences) - {"offices"}
        found |= {organisation.title, organisation.summary}
        found |= {task.title for task in organisation.tasks.values()}
        found |= {task.perspective for task in organisation.tasks.values()}
        found |= {branch.title for branch in organisation.branches}
        found |= {unit.title for branch in organisation.branches for unit in branch.departments}
        found |= {unit.title for unit in organisation.offices}
    return {text for text in found if text}


def texts_of_advice() -> set[str]:
    """What `cadresim lint` says in words that never change: problems, reasons and hints, as they stand in its sources."""
    found: set[str] = set()
    for module in (traps, lint):
        tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            named = isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in (
                "why",
                "hint",
                "problem",
                "several",
                "template",
            )
            called = isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in SAYING
            named = named or isinstance(node, ast.Yield)  # an element without effect: path, problem, found, hint
            inner = ast.walk(node.value) if named else [*node.args, *(each.value for each in node.keywords)] if called else []
            found |= {one.value for one in inner if isinstance(one, ast.Constant) and " " in str(one.value)}
    return {text for text in found if not re.fullmatch(r"\w+: ?\d?", text)}


def test_names_in_ready_documents_are_translated_and_no_translation_is_idle():
    chinese = words_of_the_model("zh").documents  # what fronts add is theirs to use
    named = names_in_ready_documents()
    assert sorted(named - set(chinese)) == []
    assert sorted(set(chinese) - named) == []
    assert words("zh").document("Deduction-heavy status quo") == "以扣分为主的现行办法"
    assert words("zh").document("My own scheme {x}") == "My own scheme {x}"


def test_counts_agree_with_their_nouns():
    assert [counted(n, "month") for n in (0, 1, 2)] == ["0 months", "1 month", "2 months"]
    assert [counted(n, "study", "studies") for n in (1, 3)] == ["1 study", "3 studies"]
    assert [of_one(unit) for unit in ("people", "steps", "branches", "attainment", "x normal")] == [
        "person", "step", "branch", "attainment", "x normal"
    ]  # fmt: skip
    said = Words("en", {"k": "{n} months, {m} of {n} branches; {n} people; {n} {unit}"}, {})
    assert said("k", n=1, m=0.1, unit="rounds") == "1 month, 0.1 of 1 branch; 1 person; 1 round"
    assert said("k", n="1", m=-1, unit="of what") == "1 month, -1 of 1 branch; 1 person; 1 of what"
    assert said("k", n="1,001", m=1, unit="months") == "1,001 months, 1 of 1,001 branches; 1,001 people; 1,001 months"
    assert (
        Words("en", {"k": "{name}: {n} runs"}, {})("k", name="Tier 1 branches", n=1) == "Tier 1 branches: 1 run"
    )  # users' words
    assert Words("zh", {"k": "{n} months"}, {})("k", n=1) == "1 months"  # no English, no singulars
    assert [are(n) for n in (0, 1, 2)] == ["are", "is", "are"]


def test_the_page_counts_with_the_same_nouns():
    assert catalogue("en")["singulars"] == {noun: of_one(noun) for noun in COUNTED_NOUNS}
    assert COUNTED_NOUNS["branches"] == "branch" and COUNTED_NOUNS["months"] == "month"
    assert catalogue("zh")["singulars"] == {}


def test_missing_texts_and_languages_are_told():
    with pytest.raises(MissingText):
        words("en")("no.such.key")
    with pytest.raises(MissingText):
        Words("en", {"a": "{n} of {m}"}, {})("a", n=1)
    assert Words("en", {}, {}).of("k", "said {n}", n=2) == "said 2"
    for bad in ("de", "", "../zh", "EN", "zh\0"):
        with pytest.raises(UserError):
            words(bad)
    assert set(LANGUAGES) == {"en", "zh"}


def test_a_key_given_twice_is_refused(tmp_path: Path):
    (tmp_path / "a.toml").write_text('[x]\ny = "1"\n')
    (tmp_path / "b.toml").write_text('[x]\ny = "2"\n')
    with pytest.raises(ValueError, match=r"x\.y"):
        read_folder(tmp_path)


def test_chinese_sets_its_own_marks():
    """ASCII colons, commas and brackets beside Chinese words, in every text of the catalogues and of the lessons."""
    lessons = Path(__file__).parents[1] / "configs" / "lessons"
    said = dict(words("zh").texts) | dict(words("zh").documents) | dict(words_of_the_model("zh").documents)
    said |= {f"{path.stem} {n}": text for path in lessons.glob("*.yaml") for n, text in enumerate(chinese_of(path))}
    filled = {key: re.sub(r"\{.*?\}", "字", text) for key, text in said.items() if HAN.search(text)}
    assert len(filled) > 500
    wrong = {key: said[key] for key, text in filled.items() if ASCII_MARKS.search(re.sub(r"[（(]\w+: \w+[)）]?", "", text))}
    assert wrong == {}


def chinese_of(path: Path) -> list[str]:
    """Every text under a key `zh` of a lesson."""

    def below(node: object) -> list[str]:
        if isinstance(node, dict):
            return [node["zh"]] if isinstance(node.get("zh"), str) else [one for value in node.values() for one in below(value)]
        return [one for value in node for one in below(value)] if isinstance(node, list) else []

    return below(YAML(typ="safe").load(path.read_text(encoding="utf-8")))
