"""Lessons: the six that are there, numbers that come from runs, theory that is best in its own limit, and bad files."""

from __future__ import annotations

import copy
import html
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from experiments.design.lesson import PLACE, Asks, texts_of
from experiments.evidence.limits import Trial, load_limit, surplus
from experiments.lessons.handout import handout, source_title, write_handouts
from experiments.lessons.quantities import quantities
from experiments.lessons.reading import OpenLesson, folder, lesson_names, open_lesson
from experiments.lessons.telling import told
from experiments.lessons.working import SURE, Worked, WorkedLessons, work_out
from experiments.report.lang import words
from experiments.statistics.intervals import probability_of_being_best
from sim.errors import UserError
from sim.run import simulate
from tests.browser import ASCII_MARKS

NAMES = [
    "why_appraise",
    "deduction_or_scoring",
    "forced_ranking",
    "explicit_and_implicit",
    "what_the_superior_sees",
    "design_your_own",
]
FEW = 6
_shelf = WorkedLessons(64)


def worked_out(name: str, seed: int = 1, replicates: int = FEW) -> Worked:
    """A lesson with few runs, worked out once."""
    return _shelf.worked(open_lesson(name).with_seed(seed).with_replicates(replicates))


def test_of_two_schemes_alike_one_is_seldom_called_surely_best():
    """Two at the top are alike, the third lies far behind; at .95 one of the two is 'best' in a ninth of studies."""
    rng, called = np.random.default_rng(0), 0
    for _ in range(300):
        values = rng.normal(size=(3, 40)) - np.array([[0.0], [0.0], [5.0]])
        called += probability_of_being_best(values[:, :, None], np.ones(1), draws=1000).max() >= SURE
    assert called / 300 < 0.085


# --- the six ---------------------------------------------------------------------------------------------------------


def test_the_six_lessons_are_there_in_order():
    assert lesson_names() == NAMES
    assert [open_lesson(name).lesson.order for name in NAMES] == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("name", NAMES)
def test_a_lesson_has_all_its_parts(name):
    lesson = open_lesson(name).lesson
    assert len(lesson.schemes) >= 3 and len(lesson.predict) == 3 and len(lesson.theory) >= 2 and len(lesson.explain) >= 3
    assert {one.kind for one in lesson.predict} - {Asks.NUMBER}, "something to choose is predicted"
    assert lesson.rivals, "the theory's own optimum is a rival"
    assert all(text.en != text.zh for _, text in texts_of(lesson)), "nothing is left untranslated"
    assert all(re.search("[\u4e00-\u9fff]", text.zh) for _, text in texts_of(lesson))


@pytest.mark.parametrize("name", NAMES)
def test_no_number_is_typed_into_a_text(name):
    lesson = open_lesson(name).lesson
    for at, text in texts_of(lesson):
        for written in (text.en, text.zh):
            assert not re.search(r"\d", PLACE.sub("", written)), f"{at}: {written}"


def test_numbers_are_those_of_runs():
    """A mean of a lesson is the mean of runs that are made here once more, one by one."""
    worked = worked_out("forced_ranking")
    opened = worked.opened
    lesson = opened.lesson
    months = {"months": lesson.months, "warmup_months": lesson.warmup_months}
    for name in ("forced", "free_grades"):
        found = [
            simulate(
                opened.scheme(name), opened.organisation, behaviour=opened.behaviour, baseline=opened.baseline,
                seed=lesson.seed, replicate=replicate, **months,
            ).outcomes["help_mean"]
            for replicate in range(FEW)
        ]  # fmt: skip
        assert worked.shown(name, "help_mean").mean == pytest.approx(np.mean(found), rel=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_another_seed_gives_other_numbers(name):
    one, other = worked_out(name), worked_out(name, seed=2)
    texts = [text for text in one.opened.lesson.explain if "{" in text.en]
    for language in ("en", "zh"):
        assert any(told(one, text, language) != told(other, text, language) for text in texts)
    assert handout(one) != handout(other)


@pytest.mark.parametrize("name", NAMES)
def test_every_way_a_prediction_may_come_out_can_be_told(name):
    worked = worked_out(name)
    for one in worked.opened.lesson.predict:
        answer = worked.answers[one.name]
        assert answer.way in one.explain
        for way in one.ways(worked.opened.lesson.scheme_names):
            for language in ("en", "zh"):
                said = told(worked, one.explain[way], language)
                assert "{" not in said and "nan" not in said.lower()
        if answer.difference is not None:
            difference, low, high = answer.difference
            expected = "open" if low <= 0 <= high else "higher" if difference > 0 else "lower"
            assert answer.way == expected


def test_a_lesson_follows_the_model(monkeypatch):
    """What is said turns round where the schemes turn round: nothing is known beforehand."""
    opened = open_lesson("forced_ranking").with_replicates(FEW)
    mild = opened.scheme("high_stakes").model_copy(
        update={"application": opened.scheme("free_grades").application, "appraisal": opened.scheme("free_grades").appraisal}
    )
    turned = OpenLesson(
        opened.lesson, opened.organisation, opened.behaviour,
        tuple(mild if scheme.name == "high_stakes" else scheme for scheme in opened.schemes), opened.file,
    )  # fmt: skip
    assert work_out(opened).answers["help"].way == "lower"
    assert work_out(turned).answers["help"].way == "open"


# --- theory on tap ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_the_model_reaches_the_closed_form_at_the_parameters_of_the_lesson(name):
    for one in worked_out(name).theory:
        for measure in one.card.measures:
            found, expected = one.simulated[measure], one.expected[measure]
            room = 0.01 * abs(expected) + 4.0 * found.standard_error + 1e-6
            assert abs(found.value - expected) <= room, (one.card.limit, measure, found, expected)


@pytest.mark.parametrize("name", NAMES)
def test_parameters_come_from_the_bureau(name):
    """Somebody else's risk aversion gives another optimum: the card reads the behaviour, it types nothing."""
    opened = open_lesson(name).with_replicates(FEW)
    changes = {"cost": 2 * opened.behaviour.cost, "falsification_cost": 1.0, "gloss": 0.1, "discount_rate": 0.3}
    behaviour = opened.behaviour.model_copy(update=changes)
    other = OpenLesson(opened.lesson, opened.organisation, behaviour, opened.schemes, opened.file)
    before, after = worked_out(name).theory, work_out(other).theory
    assert any(one.expected != two.expected for one, two in zip(before, after, strict=True))


@pytest.mark.parametrize("limit_name", ["linear_pay", "costly_falsification"])
def test_the_optimum_of_theory_beats_its_neighbours_in_the_limit(limit_name):
    """The slope that a rival is given is where the model's own surplus peaks, all else switched off."""
    cards = [one for name in NAMES for one in worked_out(name).theory if one.card.limit == limit_name]
    assert cards
    for one in cards:
        limit, slope = load_limit(limit_name), one.expected["slope"]
        best = surplus(limit, {**one.point, "slope": slope})
        for factor in (0.8, 0.9, 1.1, 1.2):
            assert surplus(limit, {**one.point, "slope": factor * slope}) < best


def test_the_weak_pay_of_theory_beats_its_neighbours_in_the_limit():
    """One task unmeasured: the best bonus is what drive leaves undone of the one task less what pay takes from the other."""
    limit, worth, drive = load_limit("one_task_unmeasured"), 1.0, 0.6
    point = {**limit.example, "c": 1.4, "k": 0.5, "drive_1": drive, "drive_2": drive}
    best = (worth - drive) - (worth - drive) * point["k"] / point["c"]

    def surplus_at(slope: float) -> float:
        values = {"organisation.tasks.first.value": worth, "organisation.tasks.second.value": worth, "behaviour.drive": drive}
        run = Trial(limit, {**point, "slope": slope}, 1).changed(values).run()
        return float(run.world.cadres["window_surplus"].mean()) / run.setting.window

    found = surplus_at(best)
    assert all(surplus_at(factor * best) < found for factor in (0.6, 0.8, 1.2, 1.4))


def test_the_contest_of_theory_buys_what_work_is_worth():
    """With the rival's prize effort is worth/c: marginal cost equals what work is worth."""
    for one in worked_out("forced_ranking").theory:
        if one.card.limit == "tournament_of_many":
            worth, c = 1.03, one.point["c"]
            prize = worth / c * one.point["prize"] / one.expected["effort"]
            assert load_limit("tournament_of_many").expects({**one.point, "prize": prize})["effort"] == pytest.approx(worth / c)


def test_the_audit_of_theory_is_the_smallest_that_stops_falsifying():
    one = next(one for one in worked_out("what_the_superior_sees").theory if one.card.limit == "audit")
    enough = one.point["slope"] / (one.point["slope"] + one.point["penalty"])
    form = load_limit("audit").expects
    assert form({**one.point, "p": enough})["falsified"] == pytest.approx(0.0, abs=1e-12)
    assert form({**one.point, "p": 0.9 * enough})["falsified"] > 0


@pytest.mark.parametrize("name", NAMES)
def test_rivals_are_really_run_beside_the_schemes(name):
    worked = worked_out(name)
    for rival in worked.opened.lesson.rivals:
        start = worked.opened.scheme(next(card.scheme for card in worked.opened.lesson.theory if card.rival is rival))
        scheme = next(one for one in worked.schemes if one.name == rival.name)
        assert scheme != start
        assert np.isfinite(worked.shown(rival.name, "goal_attainment").mean)


def test_quantities_are_read_from_the_bureau():
    opened = open_lesson("forced_ranking")
    found = quantities(opened.organisation, opened.behaviour, opened.scheme("forced"))
    assert found["members"] == pytest.approx((12 * 12 + 28 * 28) / 40)
    assert 0.01 < found["luck"] < 0.2 and found["variance"] == pytest.approx(12 * found["luck"] ** 2)
    assert 0.9 < found["worth"] < 1.2 and found["points"] == 100


# --- bad files, in bulk -----------------------------------------------------------------------------------------------

GOOD = YAML(typ="safe").load((folder() / "forced_ranking.yaml").read_text(encoding="utf-8"))


def written(tmp_path: Path, data: Any) -> Path:
    path = tmp_path / "lesson.yaml"
    with path.open("w", encoding="utf-8") as file:
        YAML().dump(data, file)
    return path


def changed(*steps: Any, value: Any = None, drop: bool = False) -> dict[str, Any]:
    data = copy.deepcopy(GOOD)
    here = data
    for step in steps[:-1]:
        here = here[step]
    if drop:
        del here[steps[-1]]
    else:
        here[steps[-1]] = value
    return data


BAD = [
    (("title",), {"en": "Only English"}, "a key is missing"),
    (("question", "en"), "Fixed shares: 20 % win.", "a number is typed into the text"),
    (("why", "zh"), "每年有5个人", "a number is typed into the text"),
    (("question", "en"), "", "the text is empty"),
    (("why", "en"), "x" * 5000, "string_too_long"),
    (("explain", 0, "en"), "Goals {mean goal_attainment forced}.", "the languages show different numbers"),
    (("explain", 0), {"en": "{mean goal_attainmnt forced}", "zh": "{mean goal_attainmnt forced}"}, "there is no such outcome"),
    (("explain", 0), {"en": "{mean neglect nobody}", "zh": "{mean neglect nobody}"}, "the lesson has no such scheme"),
    (("explain", 0), {"en": "{average burnout_share forced}", "zh": "{average burnout_share forced}"}, "no such kind of number"),
    (("explain", 0), {"en": "{mean burnout_share}", "zh": "{mean burnout_share}"}, "lacks something"),
    (("explain", 0), {"en": "{element nothing.here forced}", "zh": "{element nothing.here forced}"}, "there is no such element"),
    (("explain", 0), {"en": "a { brace", "zh": "一个 { 括号"}, "a brace without its partner"),
    (("explain", 0), {"en": "{}", "zh": "{}"}, "no such kind of number"),
    (("explain",), [], "too few entries"),
    (("baseline",), "forcd", "the lesson has no such scheme"),
    (("look_at", 0), "goal_attainmen", "there is no such outcome"),
    (("look_at",), [], "too few entries"),
    (("schemes",), [GOOD["schemes"][0]], "too few entries"),
    (("schemes", 1, "name"), "free_grades", "two entries have the same name"),
    (("schemes", 0, "extends"), "no_such_preset", "there is no scheme of this name"),
    (("schemes", 0, "extends"), "../../../etc/passwd", "no such file or folder"),
    (("schemes", 0, "changes"), {"appraisal.grades.nothing": 1}, "unknown key"),
    (("schemes", 0, "changes"), {"appraisal.grades.top_share": 7}, "the number is too large"),
    (("predict", 0, "kind"), "guess", "unknown choice"),
    (("predict", 0, "scheme"), "nobody", "the lesson has no such scheme"),
    (("predict", 0, "outcome"), "burnout", "there is no such outcome"),
    (("predict", 0, "explain", "sideways"), {"en": "a", "zh": "甲"}, "it cannot come out that way"),
    (("predict", 0, "name"), "With Spaces", "not a valid name"),
    (("play", "design", "levers", 1, "path"), "appraisal.grades.top_shar", "there is no such element"),
    (("play", "design", "levers", 1, "path"), "behaviour.crowding", "a lever is an element of the scheme"),
    (("play", "design", "levers", 1, "high"), 7, "the number is too large"),
    (("play", "design", "levers", 1, "low"), 0.9, "low must lie below high"),
    (("play", "design", "levers", 0, "choices"), ["forced", "sideways"], "unknown choice"),
    (("play", "design", "levers", 0, "meanings"), [], "every choice needs its words"),
    (("play", "cadre", "scheme"), "nobody", "the lesson has no such scheme"),
    (("theory", 0, "limit"), "tournament_of_may", "there is no such limit"),
    (("theory", 0, "measures"), ["happiness"], "the limit gives no such measure"),
    (("theory", 0, "at", "q"), 1.0, "the limit has no such parameter"),
    (("theory", 0, "at", "c"), "= cots", "asks for something unknown"),
    (("theory", 0, "at", "c"), "= __import__('os').system('true')", "this is no expression"),
    (("theory", 0, "at", "c"), "= (", "this is no expression"),
    (("theory", 0, "at", "c"), "= 'a'.join", "this is no expression"),
    (("theory", 0, "rival", "changes"), {"appraisal.grades.top_share": "= prze"}, "asks for something unknown"),
    (("sources",), ["nobody_1999"], "there is no such source"),
    (("organisation",), "no_such_bureau", "there is no organisation of this name"),
    (("behaviour",), 7, "wrong type"),
    (("replicates",), 1, "the number is too small"),
    (("replicates",), 10**9, "the number is too large"),
    (("months",), 3.5, "not a whole number"),
    (("seed",), -1, "the number is too small"),
    (("facilitator", "timing", "play"), 0, "the number is too small"),
    (("facilitator", "students_say"), [], "too few entries"),
    (("surprise",), 1, "unknown key"),
]  # fmt: skip


@pytest.mark.parametrize(("at", "value", "problem"), BAD)
def test_a_bad_lesson_is_told_with_its_line(tmp_path, at, value, problem):
    path = written(tmp_path, changed(*at, value=value))
    with pytest.raises(UserError) as caught:
        open_lesson(str(path))
    said = str(caught.value)
    if problem == "string_too_long":
        assert "1500" in said or "1,500" in said
    else:
        assert problem in said, said
    assert all(finding.line > 0 for finding in caught.value.findings) or "scheme" in said


@pytest.mark.parametrize(
    "key", ["name", "title", "question", "schemes", "baseline", "predict", "play", "theory", "explain", "sources", "facilitator"]
)
def test_a_part_that_is_missing_is_named(tmp_path, key):
    path = written(tmp_path, changed(key, drop=True))
    with pytest.raises(UserError, match=key):
        open_lesson(str(path))


@pytest.mark.parametrize(
    "name", ["nothing", "", "../forced_ranking", "forced ranking", "forced_rankin", "a" * 5000, "\x00", "forced_ranking.yml"]
)
def test_a_lesson_that_is_not_there(name):
    with pytest.raises(UserError):
        open_lesson(name)


def test_a_lesson_may_be_a_file_of_ones_own(tmp_path):
    path = written(tmp_path, changed("title", value={"en": "Mine", "zh": "我的"}))
    assert open_lesson(str(path)).lesson.title.en == "Mine"


JUNK = st.one_of(
    st.none(), st.booleans(), st.integers(-10, 10**12), st.floats(), st.text(max_size=30), st.lists(st.integers(), max_size=3),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=3), st.just("{"), st.just("= 1/0"), st.just("= ("),
)  # fmt: skip


def places(holder: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [at] if at else []
    entries = holder.items() if isinstance(holder, dict) else enumerate(holder) if isinstance(holder, list) else ()
    for key, item in entries:
        found += places(item, (*at, key))
    return found


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.sampled_from(places(GOOD)), junk=JUNK)
def test_whatever_is_done_to_a_lesson_the_user_is_told(tmp_path, at, junk):
    path = written(tmp_path, changed(*at, value=junk))
    try:
        open_lesson(str(path))
    except UserError as error:
        assert error.findings


# --- handouts ------------------------------------------------------------------------------------------------------------


def test_handouts_are_self_contained_and_the_same_each_time(tmp_path):
    for language in ("en", "zh"):
        for place in ("one", "two"):
            write_handouts(tmp_path / language / place, ["forced_ranking"], language=language, replicates=FEW)
    for language in ("en", "zh"):
        files = sorted(path.name for path in (tmp_path / language / "one").iterdir())
        assert files == ["forced_ranking.html", "forced_ranking_facilitator.html", "index.html"]
        for name in files:
            text = (tmp_path / language / "one" / name).read_text(encoding="utf-8")
            assert text == (tmp_path / language / "two" / name).read_text(encoding="utf-8"), "the same bytes each time"
            assert "<script" not in text and "@import" not in text
            assert not re.search(r"""(src|href)=["'](?!#|\w+\.html)""", text), "nothing is fetched"
            assert "url(http" not in text and f'lang="{"zh-Hans" if language == "zh" else "en"}"' in text
            identities = re.findall(r'\bid="([^"]+)"', text)
            assert len(identities) == len(set(identities)), "no two elements have one name"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_handout_says_what_the_runs_say(name, language):
    worked = worked_out(name)
    sheet = handout(worked, language)
    notes = handout(worked, language, for_facilitator=True)
    assert sheet.count("<svg") == 1 + len(worked.opened.lesson.look_at) == sheet.count('role="img"')
    for scheme in worked.schemes:
        shown = 100 * worked.shown(scheme.name, "goal_attainment").mean
        assert f"{shown:.1f}{' ' if language == 'en' else ''}%" in sheet
    for text in worked.opened.lesson.facilitator.debrief:
        assert told(worked, text, language).replace("'", "&#39;") in notes
        assert told(worked, text, language).replace("'", "&#39;") not in sheet, "notes are the facilitator's"
    words_alone = html.unescape(re.sub(r"<style>.*?</style>|<[^>]*>", "\n", sheet + notes, flags=re.S))
    assert language != "zh" or ASCII_MARKS.findall(words_alone) == []
    assert not re.search(r"(?<!_)\{", re.sub(r"<style>.*?</style>", "", sheet, flags=re.S)), (
        "no place is left open (sums have _{)"
    )


def test_handouts_refuse_what_cannot_be(tmp_path):
    (tmp_path / "file").write_text("x")
    for arguments in (
        {"folder": tmp_path / "file"}, {"folder": tmp_path, "lessons": ["nothing"]}, {"folder": tmp_path, "language": "fr"},
        {"folder": tmp_path / "file" / "below", "lessons": ["forced_ranking"], "replicates": FEW},
    ):  # fmt: skip
        with pytest.raises(UserError):
            write_handouts(**arguments)


def test_both_languages_have_every_word():
    english, chinese = (words(language).section("workshop") for language in ("en", "zh"))
    assert set(english) == set(chinese)
    for key, text in english.items():
        assert sorted(re.findall(r"\{(\w+)\}", text)) == sorted(re.findall(r"\{(\w+)\}", chinese[key])), key


def test_sources_are_called_by_the_name_of_the_language():
    assert source_title("s_county", "en") == "S County study" and source_title("s_county", "zh") == "S 县研究"
    assert source_title("lazear_2000", "zh") == source_title("lazear_2000", "en") == "Lazear (2000), American Economic Review 90"
    assert source_title("nobody", "zh") == "nobody"
