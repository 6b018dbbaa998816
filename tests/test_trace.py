"""One cadre's year: the tree is the run's own, to rounding, and every flip is real."""

import json

import numpy as np
import pytest

from experiments import explain
from experiments.api.explaining import record_year
from sim.errors import UserError
from sim.lang import words
from sim.run import Setting, simulate
from sim.schemes.load import load_behaviour, load_organisation, load_scheme
from sim.schemes.scheme import Scheme
from sim.trace.case import Case
from sim.trace.flipping import smallest
from sim.trace.grading import grade, score
from sim.trace.naming import indicator_names
from sim.trace.nodes import ARITHMETIC, Mismatch, Node, gap_of, rule_card, told, with_ids, worked_out
from sim.trace.telling import Teller

PRESETS = (
    "deduction_heavy", "scoring_reform", "forced_ranking", "forced_ranking_floor", "explicit_incentives", "implicit_incentives",
    "combined_incentives", "s_county_remedies", "balanced_scorecard_four", "balanced_scorecard_five", "municipal_closed_loop",
    "superior_ranking", "full_carrier", "bright_line", "deduction_only", "team_bonus", "due_process", "forced_ranking_dismissal",
)  # fmt: skip


def bureau():
    return load_organisation("workshop_bureau")


def edited(name: str, **elements) -> Scheme:
    """A preset with some elements changed, by dotted path with __ for dots."""
    document = load_scheme(name).model_dump()
    for path, value in elements.items():
        *above, last = path.split("__")
        here = document
        for step in above:
            here = here[step]
        here[last] = value
    return Scheme.model_validate(document)


def recorded(scheme: Scheme, months: int = 12, **setting):
    """(year, names of units, the same run as ever, first recorded step)."""
    made = Setting(bureau(), load_behaviour("default"), load_scheme("deduction_heavy"), months, 12, **setting)
    first, interval = made.warmup_steps, scheme.appraisal.interval
    due = first + (months // interval) * interval - 1
    year, names = record_year(made, scheme, 0, due - interval + 1, due)
    run = simulate(scheme, bureau(), months=months, warmup_months=12, seed=made.seed)
    return year, names, run, first


def trees(scheme: Scheme, every: int = 3, **more):
    """(cadre's row in the ordinary run, his tree from grade or score) for every so-manieth cadre."""
    year, names, run, first = recorded(scheme, **more)
    for i in range(0, len(run.world.cadres), every):
        if run.world.cadres["persons"][i] > year.due.worked.cadres["persons"][i]:
            continue  # dismissed with the appraisal: the ordinary run shows his successor
        case = Case(year, i, names, indicator_names(scheme, bureau()), first)
        root = grade(case)
        yield run.world.cadres[i], with_ids(root if root.how else score(case)), case


@pytest.mark.parametrize("name", PRESETS)
def test_every_number_follows_from_its_children_and_is_the_runs(name):
    for row, root, _ in trees(load_scheme(name), every=5):
        gaps = {node.id: gap_of(node) for node in root.walk()}
        assert max(gaps.values()) <= 1e-9
        assert root.find("score").value == pytest.approx(row["score"], abs=1e-9)
        assert root.find("points").value == pytest.approx(row["points"], abs=1e-9)
        if root.kind == "grade":
            assert root.value == row["grade"]


#: Elements that presets leave off or alone, each once at work.
ELEMENTS = {
    "appeal": {"communication__appeal": 0.9},
    "audits": {"appraisal__audit_rate": 0.3, "appraisal__audit_penalty": 0.02},
    "free grades": {"appraisal__grades__ranking": "free", "appraisal__grades__top_threshold": 1.1},
    "free grades over a floor": {
        "appraisal__grades__ranking": "free", "appraisal__grades__bottom_threshold": 0.9, "appraisal__grades__floor": 0.8,
        "application__explicit__bottom_cut": 0.05,
    },
    "forced grades over a floor": {"appraisal__grades__floor": 0.9, "appraisal__grades__bottom_share": 0.3,
                                   "communication__publish_ranks": 1.0},
    "careers": {
        "application__explicit__promotion": 0.8, "application__explicit__post_value": 0.5, "application__implicit__growth": 1.0},
    "careers every half year": {
        "application__explicit__promotion": 0.8, "application__explicit__post_value": 0.5, "appraisal__interval": 6},
    "careers by seniority": {
        "application__explicit__promotion": 0.8, "application__explicit__post_value": 0.5,
        "application__explicit__promotion_rule": "seniority"},
    "seniority": {"appraisal__grades__ties": "seniority"},
    "seats by lot": {"appraisal__grades__fractions": "lot"},
    "peer group of the department": {"appraisal__grades__peer_group": "department", "appraisal__grades__bottom_share": 0.2},
    "joint in the branch": {"appraisal__joint_responsibility": 0.4, "appraisal__joint_scope": "branch"},
    "joint in the bureau": {"appraisal__joint_responsibility": 0.4, "appraisal__joint_scope": "bureau"},
    "quarterly": {"appraisal__interval": 3},
    "ratchet": {"plan__targets__ratchet_up": 0.4, "plan__targets__ratchet_down": 0.2},
    "team": {"process__project_teams": 1.0, "application__explicit__unit_bonus_per_point": 0.01},
    "pass through": {"superior__rank_demanded": 1, "superior__pass_through": 0.8, "superior__pressure": 0.01},
    "other ratings": {"plan__result": {"performance": 0.4, "ability": 0.2, "attitude": 0.2, "others": 0.2}},
}  # fmt: skip


@pytest.mark.parametrize("element", ELEMENTS)
def test_every_element_is_explained(element):
    scheme = edited("forced_ranking", **ELEMENTS[element])
    for row, root, _ in trees(scheme, every=6, months=24):
        assert max(gap_of(node) for node in root.walk()) <= 1e-9
        assert root.find("score").value == pytest.approx(row["score"], abs=1e-9)
        assert root.value == row["grade"]


@pytest.mark.parametrize("scoring", [
    {"scoring": "milestones", "steps": 4}, {"scoring": "threshold"}, {"scoring": "medal", "medal_points": 0.5},
    {"scoring": "deduction", "notch": 0.3}, {"unit": "department"}, {"unit": "branch"}, {"unit": "bureau"},
])  # fmt: skip
def test_every_way_of_scoring_is_explained(scoring):
    scheme = edited("forced_ranking", **{f"plan__indicators__key_work__{name}": value for name, value in scoring.items()})
    for row, root, _ in trees(scheme, every=6):
        assert max(gap_of(node) for node in root.walk()) <= 1e-9
        assert root.find("score").value == pytest.approx(row["score"], abs=1e-9)


def test_what_money_does_to_voluntary_work_is_explained():
    scheme, place = load_scheme("explicit_incentives"), bureau()
    place = place.model_copy(update={"tasks": {n: t.model_copy(update={"voluntary": 0.5}) for n, t in place.tasks.items()}})
    made = Setting(place, load_behaviour("default"), load_scheme("deduction_heavy"), 12, 12)
    year, names = record_year(made, scheme, 0, 12, 23)
    case = Case(year, 3, names, indicator_names(scheme, place), 12)
    root = with_ids(score(case))
    assert max(gap_of(node) for node in root.walk()) <= 1e-9
    left = root.find("duty_priced")
    assert left.value < root.find("duty").value
    assert root.find("exchange").value == 1.0
    told_in_words = {language: Teller(words(language), place).sentence(left) for language in ("en", "zh")}
    assert all(text and "{" not in text for text in told_in_words.values())


def test_what_audits_see_is_explained():
    for _, root, case in trees(edited("forced_ranking", **ELEMENTS["audits"]), every=9):
        chance = root.find("detection")
        assert chance.value == case.scheme["detection"] == pytest.approx(0.3 * load_behaviour("default").audit_detection)
        assert {str(child.about["element"]) for child in chance.children} >= {"audit_rate", "audit_detection"}


def test_the_recorded_year_is_the_ordinary_one():
    year, _, run, _ = recorded(load_scheme("municipal_closed_loop"))
    for name in run.world.cadres.dtype.names:
        if name not in ("rung", "level", "belief_precision", "months_in_post"):
            ours = year.appraised.applied.cadres[name]
            if name in ("grade", "score", "points", "pay", "sanctioned", "performance", "effort", "output", "falsified"):
                np.testing.assert_array_equal(ours, run.world.cadres[name], err_msg=name)


def test_a_newcomer_is_judged_by_his_own_months():
    scheme = load_scheme("forced_ranking")
    year, names, _, first = recorded(scheme, seed=4)
    cadres = year.due.worked.cadres
    new = [int(i) for i in np.flatnonzero(cadres["period_steps"] < 12)]
    assert new, "nobody has entered in this year: choose another seed"
    case = Case(year, new[0], names, indicator_names(scheme, bureau()), first)
    root = with_ids(grade(case))
    assert max(gap_of(node) for node in root.walk()) <= 1e-9
    assert len(root.find("reported_year").children) == cadres["period_steps"][new[0]]


def test_a_wrong_part_is_noticed():
    part = Node("luck", 1.0, argument="term")
    with pytest.raises(Mismatch, match="the run has 3"):
        told(Node("output", None, how="sum", children=(part, part)), 3.0)
    found = explain("forced_ranking", "workshop_bureau", months=12, changes=False)
    node = next(node for node in found.nodes if node.kind == "observed")
    wrong = Node(**{**vars(node), "children": (Node(**{**vars(node.children[0]), "value": 0.0}), *node.children[1:])})
    assert gap_of(wrong) > 1e-3


def test_leaves_are_draws_columns_settings_or_told_apart():
    found = explain("municipal_closed_loop", "workshop_bureau", months=12, changes=False)
    own = {
        "taxpayers_view", "reward", "share", "overhead", "is_office", "effort_before", "ahead_by_tie", "heard", "curvature",
        "reached", "reach", "luck_ahead", "worth_below", "worth_above", "worth_notch", "target", "weight", "load", "motivation",
        "score", "grade", "score_share", "unit_points", "seats", "members", "plan_kept", "rater_noise", "openness", "best_prize",
        "gap", "clarity", "missing", "missing_ordinary", "handing", "unit_normal", "gloss", "bottom_chance",
    }  # fmt: skip
    for node in found.nodes:
        if not node.children and not node.same_as and not node.how:
            assert node.columns or node.draws or node.kind == "setting" or node.kind in own, node.id
    assert {draw.purpose for node in found.nodes for draw in node.draws} >= {
        "work",
        "department",
        "taxpayers",
        "impression",
        "rating",
    }


def test_rules_tell_what_they_are_and_where_they_come_from():
    found = explain("municipal_closed_loop", "workshop_bureau", months=12, changes=False)
    used = {node.how for node in found.nodes if node.how}
    assert {"sim.rules.rating.head_view", "sim.rules.gaming.falsification", "sim.rules.effort.best_efforts"} <= used
    for name in used:
        card = rule_card(name)
        assert card.says and (name in ARITHMETIC or card.mechanism or name.startswith("sim.rules.pay.")), name
    assert "Allingham" in rule_card("sim.rules.gaming.falsification").source
    assert "Jawahar" in rule_card("sim.rules.rating.rating_shift").source


# --- words and plain data -----------------------------------------------------------------------------------------------


def test_everything_is_told_and_is_json():
    for name in ("municipal_closed_loop", "superior_ranking", "bright_line"):
        plain = explain(name, "workshop_bureau", months=12, cadre="lowest").to_dict()
        text = json.dumps(plain, allow_nan=False)
        assert "{" not in json.loads(text)["root"]["sentence"]
        ids = []

        def check(node, ids=ids):
            ids.append(node["id"])
            assert node["name"] and node["sentence"] and node["text"] != "", node["id"]
            assert "{" not in node["name"] + node["sentence"], node["id"]
            for child in node.get("children", ()):
                check(child)

        check(plain["root"])
        assert len(ids) == len(set(ids))
        assert set(_hows(plain["root"])) <= set(plain["rules"])


def _hows(node):
    if "how" in node:
        yield node["how"]
    for child in node.get("children", ()):
        yield from _hows(child)


def test_same_nodes_are_shown_once_and_pointed_at():
    plain = explain("forced_ranking", "workshop_bureau", months=12, changes=False).to_dict()
    ids, points = set(), set()

    def collect(node):
        ids.add(node["id"])
        if "same_as" in node:
            points.add(node["same_as"])
        for child in node.get("children", ()):
            collect(child)

    collect(plain["root"])
    assert points and points <= ids


def test_depth_cuts_the_tree():
    found = explain("forced_ranking", "workshop_bureau", months=12, changes=False)
    shallow = found.to_dict(depth=1)
    assert shallow["root"]["children"] and all("children" not in child for child in shallow["root"]["children"])
    assert any(child.get("more") for child in shallow["root"]["children"])


def test_chinese_says_everything_that_english_says():
    english, chinese = words("en").section("explain"), words("zh").section("explain")
    assert set(english) == set(chinese)
    import re

    for key, text in english.items():
        assert set(re.findall(r"{(\w+)}", chinese[key])) <= set(re.findall(r"{(\w+)}", text)), key
    told = explain("municipal_closed_loop", "workshop_bureau", months=12).to_dict("zh")
    assert re.search("[\u4e00-\u9fff]", told["root"]["sentence"])


# --- flips --------------------------------------------------------------------------------------------------------------


def test_flips_are_real_and_the_smallest():
    from sim.trace.flipping import EXACT, Appraiser

    seen = set()
    for cadre in ("lowest", "median", 5, 17, 33):
        found = explain("forced_ranking", "workshop_bureau", months=12, cadre=cadre)
        appraiser = Appraiser(found.case)
        points = float(found.case.year.appraised.decorated.cadres["points"][found.case.i])
        for change in found.changes:
            if not change.found:
                continue
            seen.add((change.kind, change.direction))
            if change.kind == "points":
                given = appraiser.with_points(change.after)
                assert (given[found.case.i] - found.grade) * change.direction > 0
                found_to = 1.01 * EXACT * abs(change.bound)  # how exactly a smallest change is looked for
                short = change.before + np.sign(change.change) * max(abs(change.change) - found_to, 0.0)
                assert appraiser.with_points(short)[found.case.i] == found.grade
                assert change.before == points
            if change.kind in ("impression", "favour"):
                found_to = 1.01 * EXACT * abs(change.bound)
                short = np.sign(change.change) * max(abs(change.change) - found_to, 0.0)
                assert appraiser.with_draw(change.kind, short)[found.case.i] == found.grade
                assert (appraiser.with_draw(change.kind, change.change)[found.case.i] - found.grade) * change.direction > 0
    assert {"points", "impression", "effort", "quota"} <= {kind for kind, _ in seen}


def test_nothing_changed_flips_nothing():
    found = explain("forced_ranking", "workshop_bureau", months=12, cadre=8)
    from sim.trace.flipping import Appraiser

    appraiser = Appraiser(found.case)
    points = float(found.case.year.appraised.decorated.cadres["points"][found.case.i])
    months = found.case.own_months
    for given in (
        appraiser.with_points(points), appraiser.with_draw("impression", 0.0), appraiser.with_head(found.case.d),
        appraiser.with_effort(months[0], 0.0), appraiser.with_effort(months[-1], 0.0), appraiser.with_report(0.0),
        appraiser.with_scheme("top_share", float(found.case.scheme["top_share"])),
    ):  # fmt: skip
        np.testing.assert_array_equal(given, appraiser.before)


def test_a_quota_is_a_place_that_somebody_loses():
    scheme = load_scheme("forced_ranking")
    found = explain(scheme, "workshop_bureau", months=12, cadre="median")
    for change in found.changes:
        if change.kind == "points" and change.found:
            ups = [other for other in change.others if other.after > other.before]
            downs = [other for other in change.others if other.after < other.before]
            assert len(ups if change.direction < 0 else downs) >= 1


def test_a_quota_works_as_it_is_told():
    """Told to a tenth of a per cent and set to as much, another share does what is said of it."""
    found = explain("forced_ranking", "workshop_bureau", months=12, cadre="lowest")
    (quota,) = [change for change in found.changes if change.kind == "quota" and change.found]
    assert 1000 * quota.after == pytest.approx(round(1000 * quota.after)) and quota.after < quota.before
    again = explain(
        edited("forced_ranking", appraisal__grades__bottom_share=round(quota.after, 3)), "workshop_bureau", months=12,
        cadre=found.person.number, changes=False,
    )  # fmt: skip
    assert again.grade == quota.grade != found.grade  # though people work otherwise under another quota, and scores differ


def test_none_within_bounds_is_said():
    found = explain("municipal_closed_loop", "workshop_bureau", months=12, cadre="lowest")
    none = [change for change in found.changes if not change.found]
    assert none and all(change.grade is None for change in none)
    told = {change["kind"]: change for change in found.to_dict()["changes"] if not change["found"]}
    assert "no change up to" in next(change["sentence"] for kind, change in told.items() if kind != "superior")


def test_a_floor_spares_the_sanctions():
    found = explain("forced_ranking", "workshop_bureau", months=12, cadre="lowest")
    assert found.grade == 0
    (floor,) = [change for change in found.changes if change.kind == "floor"]
    assert floor.found and floor.sanctioned is False
    with_floor = edited("forced_ranking", appraisal__grades__floor=floor.after)
    spared = explain(with_floor, "workshop_bureau", months=12, cadre=found.person.number, changes=False)
    if spared.grade == 0 and spared.root.find("score").value == found.root.find("score").value:
        assert spared.consequences[0].value == 0


def test_the_search_finds_the_edge_from_both_sides():
    assert smallest(lambda by: by >= 0.3, 1.0) == pytest.approx(0.3, abs=2e-5)
    assert smallest(lambda by: by <= -0.3, -1.0) == pytest.approx(-0.3, abs=2e-5)
    assert smallest(lambda by: False, 1.0) is None
    assert smallest(lambda by: 0.2 < by < 0.4, 1.0) == pytest.approx(0.2, abs=2e-5)


# --- bad input ----------------------------------------------------------------------------------------------------------

BAD = [
    {"cadre": 0}, {"cadre": 41}, {"cadre": -1}, {"cadre": "nobody"}, {"cadre": ""}, {"cadre": 1.5}, {"cadre": True},
    {"cadre": "9" * 50}, {"cadre": "٣"}, {"cadre": None}, {"cadre": "1; drop"}, {"year": 0}, {"year": 4}, {"year": -1},
    {"year": 10**9}, {"until": "pay"}, {"until": ""}, {"until": "Grade"}, {"scheme": "no_such_scheme"},
    {"organisation": "nowhere"}, {"behaviour": "nobodys"}, {"baseline": "no_such"}, {"scheme": "base", "until": "grade"},
    {"months": 6},
    {"organisation": "national_service"}, {"year": 1.5}, {"year": True}, {"year": "2"},
]  # fmt: skip


@pytest.mark.parametrize("bad", BAD, ids=str)
def test_bad_input_is_told_plainly(bad):
    given = {"scheme": "forced_ranking", "organisation": "workshop_bureau", "months": 24, "warmup_months": 0} | bad
    with pytest.raises(UserError) as told_plainly:
        explain(**given)
    assert str(told_plainly.value)


def test_a_scheme_without_grades_is_explained_by_its_score():
    found = explain("base", "workshop_bureau", months=12)
    if load_scheme("base").appraisal.grades.ranking.value == "none":
        assert found.root.kind == "score" and found.changes == ()
    assert worked_out(found.root) == pytest.approx(found.root.value)
