"""The ready configurations: complete, sourced, faithful to the documents, and fitting each other."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.schemes.fit import scheme_misfits, unappraised_tasks
from sim.schemes.load import LABELS, Loaded, load_organisation, load_scheme, read_organisation, read_scheme
from sim.schemes.locate import configuration_folder, preset_names, sources_file
from sim.schemes.nodes import plain, walk
from sim.schemes.organisation import Organisation, Perspective, TaskKind
from sim.schemes.reading import read_yaml
from sim.schemes.scheme import Scheme
from sim.schemes.words import dotted

CONFIGS = configuration_folder()
SCHEMES = preset_names("schemes")
ORGANISATIONS = preset_names("organisations")
TWELVE = [
    "deduction_heavy",
    "scoring_reform",
    "forced_ranking",
    "explicit_incentives",
    "implicit_incentives",
    "combined_incentives",
    "s_county_remedies",
    "balanced_scorecard_four",
    "balanced_scorecard_five",
    "municipal_closed_loop",
    "superior_ranking",
    "full_carrier",
]
FOUR_REMEDIES = [
    "s_county_remedy_1_indicators",
    "s_county_remedy_2_management",
    "s_county_remedy_3_appraisers",
    "s_county_remedy_4_understanding",
]
# What base.yaml sets away from neutral: what any bureau has. A leaf more or less is a decision, not an accident.
NOT_NEUTRAL_IN_BASE = {
    "plan.indicators",
    "plan.result.performance",
    "plan.result.ability",
    "plan.result.attitude",
    "application.applied",
    "application.unit_weight",
    "application.explicit.bonus_per_point",
    "application.explicit.promotion",
    "application.explicit.post_value",
}
RUNGS = ("rectification", "interview", "honours", "transfer", "adjustment")


def leaves(document: dict | object, above: str = "") -> dict[str, object]:
    """Values of a scheme by dotted path; the indicators are one value, since a difference replaces them whole."""
    values = document.model_dump(mode="json") if isinstance(document, Scheme) else document
    found: dict[str, object] = {}
    for key, value in values.items():  # type: ignore[union-attr]
        path = f"{above}{key}"
        if isinstance(value, dict) and path != "plan.indicators":
            found |= leaves(value, f"{path}.")
        elif path not in LABELS:
            found[path] = value
    return found


def differences(one: Scheme, other: Scheme) -> set[str]:
    first, second = leaves(one), leaves(other)
    return {path for path in first if first[path] != second[path]}


def unsourced(loaded: Loaded[Scheme]) -> list[str]:
    """Elements that a scheme sets without a source, a status or, where the number is ours, a reason."""
    missing = []
    for path, node in walk(loaded.node):
        if isinstance(node.value, dict) or not path or path[0] in LABELS:
            continue
        beside = node.annotation
        if beside is None or not beside.source or beside.status not in ("cited", "assumed") or not beside.note:
            missing.append(dotted(path))
    return missing


def cadres_of(organisation: Organisation) -> int:
    if organisation.service is not None:
        return organisation.service.cadres
    sections = [section for branch in organisation.branches for section in branch.departments]
    return sum(department.cadres for department in [*organisation.offices, *sections])


def without_titles(organisation: Organisation) -> dict:
    """An organisation as data, without what only people read (titles of units stand in no table)."""
    document = organisation.model_dump(mode="json", exclude=set(LABELS))
    for unit in [*document["offices"], *document["branches"], *(d for b in document["branches"] for d in b["departments"])]:
        del unit["title"]
    return document


def departments_of(organisation: Organisation):
    return [*organisation.offices, *(section for branch in organisation.branches for section in branch.departments)]


# --- schemes -----------------------------------------------------------------------------------------------------


def test_all_presets_of_the_domain_exist():
    assert set(TWELVE) | set(FOUR_REMEDIES) | {"base", "forced_ranking_floor"} <= set(SCHEMES)


@pytest.mark.parametrize("name", SCHEMES)
def test_a_preset_is_named_after_its_file_and_says_what_it_is(name):
    scheme = load_scheme(name)
    assert scheme.name == name
    assert scheme.title and scheme.title != name
    assert len(scheme.summary) > 40


def test_titles_are_told_apart():
    titles = [load_scheme(name).title for name in SCHEMES]
    assert len(set(titles)) == len(titles)


@pytest.mark.parametrize("name", SCHEMES)
def test_every_element_of_a_preset_has_source_status_and_reason(name):
    assert unsourced(read_scheme(name)) == []


def test_the_check_of_sources_sees_a_bare_value(tmp_path):
    path = tmp_path / "bare.yaml"
    path.write_text(
        "name: bare\nextends: base\nprocess:\n  coaching: 0.5\n"
        "  deadlines: {value: 0.5, source: speeches_1, status: assumed}\n"
        "  early_warning: {value: 0.5, status: assumed, note: why}\n",
        encoding="utf-8",
    )
    assert unsourced(read_scheme(path)) == ["process.coaching", "process.deadlines", "process.early_warning"]


@pytest.mark.parametrize("name", [name for name in SCHEMES if name != "base"])
def test_a_preset_is_a_difference_on_the_base(name):
    header = read_yaml(CONFIGS / "schemes" / f"{name}.yaml").value
    assert header["extends"].value == "base" or header["extends"].value in SCHEMES
    assert differences(load_scheme(name), load_scheme("base"))


@pytest.mark.parametrize("name", TWELVE)
def test_the_twelve_extend_the_base_itself(name):
    assert read_yaml(CONFIGS / "schemes" / f"{name}.yaml").value["extends"].value == "base"


def test_no_two_presets_are_the_same_scheme():
    schemes = {name: leaves(load_scheme(name)) for name in SCHEMES}
    same = [(one, two) for one in SCHEMES for two in SCHEMES if one < two and schemes[one] == schemes[two]]
    assert same == []


def test_the_base_is_neutral_but_for_what_any_bureau_has():
    base, neutral = load_scheme("base"), Scheme(name="neutral")
    assert differences(base, neutral) == NOT_NEUTRAL_IN_BASE
    assert {indicator.scoring.value for indicator in base.plan.indicators.values()} == {"scoring"}


@pytest.mark.parametrize("name", SCHEMES)
def test_excellent_stays_within_the_provisions(name):
    assert load_scheme(name).appraisal.grades.top_share <= 0.20


@pytest.mark.parametrize("name", SCHEMES)
def test_prizes_are_promised_only_where_grades_are_given(name):
    scheme = load_scheme(name)
    grades, explicit = scheme.appraisal.grades, scheme.application.explicit
    assert (explicit.top_prize > 0) <= (grades.top_share > 0)
    assert (explicit.second_prize > 0) <= (grades.second_share > 0)
    assert (explicit.bottom_cut > 0) <= (grades.bottom_share > 0)
    assert (scheme.application.sanctions.rectification > 0) <= (grades.bottom_share > 0)


# --- what makes each preset itself (domain.md) ---------------------------------------------------------------------


def test_deduction_heavy_deducts_ranks_and_applies_weakly():
    scheme = load_scheme("deduction_heavy")
    assert {indicator.scoring.value for indicator in scheme.plan.indicators.values()} == {"deduction"}
    assert all(
        indicator.below >= 2 and indicator.above == 0 and indicator.cap == 1 for indicator in scheme.plan.indicators.values()
    )
    assert scheme.appraisal.grades.ranking.value == "forced"
    assert scheme.process == type(scheme.process)()
    assert scheme.appraisal.training <= 0.2
    assert scheme.application.applied <= 0.3
    assert scheme.application.unit_weight > load_scheme("base").application.unit_weight


def test_deduction_only_differs_from_the_base_in_the_indicators_alone():
    assert differences(load_scheme("deduction_only"), load_scheme("base")) == {"plan.indicators"}


def test_scoring_reform_earns_points_and_keeps_few_deductions():
    plan = load_scheme("scoring_reform").plan
    assert plan.indicators["key_work"].scoring.value == "scoring"
    assert plan.indicators["key_work"].above > 1
    assert plan.indicators["general_work"].scoring.value == "deduction"
    assert load_scheme("scoring_reform").application.applied == load_scheme("base").application.applied


def test_forced_ranking_has_the_whole_ladder_and_no_floor():
    scheme = load_scheme("forced_ranking")
    ladder = [getattr(scheme.application.sanctions, rung) for rung in RUNGS]
    assert ladder == sorted(ladder) and ladder[0] > 0 and len(set(ladder)) == len(RUNGS)
    assert scheme.appraisal.grades.floor == 0
    assert scheme.appraisal.grades.bottom_share > 0


@pytest.mark.parametrize(
    ("with_floor", "without"), [("forced_ranking_floor", "forced_ranking"), ("superior_ranking", "superior_ranking_no_floor")]
)
def test_the_floor_is_all_that_the_floor_variant_adds(with_floor, without):
    assert differences(load_scheme(with_floor), load_scheme(without)) == {"appraisal.grades.floor"}
    assert load_scheme(with_floor).appraisal.grades.floor > 0


def test_explicit_and_implicit_incentives_stay_apart_and_combined_has_both():
    explicit, implicit, combined = (
        load_scheme(f"{name}_incentives").application for name in ("explicit", "implicit", "combined")
    )
    base = load_scheme("base").application
    assert explicit.implicit == base.implicit and implicit.explicit == base.explicit
    assert (
        explicit.explicit.bonus_per_point > base.explicit.bonus_per_point
        and explicit.explicit.promotion > base.explicit.promotion
    )
    assert combined.explicit == explicit.explicit and combined.implicit == implicit.implicit
    assert combined.applied == max(explicit.applied, implicit.applied)


def test_combined_incentives_reach_over_all_four_links():
    combined, base = load_scheme("combined_incentives"), load_scheme("base")
    touched = {path.split(".")[0] for path in differences(combined, base)}
    assert touched == {"plan", "process", "appraisal", "communication", "application"}
    assert combined.plan.indicators == load_scheme("scoring_reform").plan.indicators
    assert combined.process.captured > 0 and combined.process.automation > 0 and combined.appraisal.electronic > 0


def test_s_county_remedies_are_their_four_groups_and_the_groups_do_not_overlap():
    base = load_scheme("base")
    groups = [differences(load_scheme(name), base) for name in FOUR_REMEDIES]
    assert all(groups)
    assert sum(map(len, groups)) == len(set().union(*groups))
    assert load_scheme("base", parts=FOUR_REMEDIES).model_dump(exclude=set(LABELS)) == load_scheme(
        "s_county_remedies"
    ).model_dump(exclude=set(LABELS))


def test_scorecards_have_their_perspectives():
    four, five = load_scheme("balanced_scorecard_four").plan, load_scheme("balanced_scorecard_five").plan
    everything = {f"perspective:{perspective.value}" for perspective in Perspective}
    assert {indicator.tasks for indicator in five.indicators.values()} == everything
    assert {indicator.tasks for indicator in four.indicators.values()} == everything - {"perspective:external"}
    assert five.strategy_map > 0 and five.mission > 0
    assert five.indicators["financial"].weight < four.indicators["financial"].weight


def test_the_four_safeguards_are_assumed_and_switchable():
    safeguards = {"appraisal.supervision", "communication.study", "communication.feedback", "application.applied"}
    assert differences(load_scheme("balanced_scorecard_four"), load_scheme("balanced_scorecard_four_plain")) == safeguards
    annotations = read_scheme("balanced_scorecard_four").annotations
    assert {annotations[path].status for path in safeguards} == {"assumed"}


def test_municipal_closed_loop_keeps_the_speech():
    scheme = load_scheme("municipal_closed_loop")
    weights = {name: indicator.weight for name, indicator in scheme.plan.indicators.items()}
    assert weights == {"key_work": 0.7, "general_work": 0.3}
    assert list(scheme.plan.result.model_dump().values()) == [0.7, 0.1, 0.1, 0.1]
    assert scheme.plan.indicators["key_work"].scoring.value == "medal"
    assert scheme.plan.indicators["general_work"].scoring.value == "deduction"
    assert scheme.appraisal.grades.peer_group.value == "sequence"
    appraisers = scheme.appraisal.appraisers
    assert min(appraisers.superior, appraisers.peers, appraisers.grass_roots, appraisers.taxpayers) > 0
    assert scheme.appraisal.joint_responsibility > 0 and scheme.superior.pass_through > 0
    assert scheme.process.tracking_interval == 1
    assert min(scheme.process.early_warning, scheme.process.captured, scheme.process.automation, scheme.process.project_teams) > 0


def test_superior_ranking_demands_third_of_five_and_keeps_the_floor():
    scheme = load_scheme("superior_ranking")
    assert scheme.superior.rank_demanded == 3 and scheme.superior.pressure > 0 and scheme.superior.pass_through > 0
    assert load_organisation("municipal_bureau").peers.number + 1 == 5
    assert scheme.appraisal.joint_responsibility > 0 and scheme.appraisal.joint_scope.value == "bureau"
    assert scheme.appraisal.grades.floor > 0
    assert {indicator.unit.value for indicator in scheme.plan.indicators.values()} == {"department"}


def test_full_carrier_combines_every_carrier():
    scheme = load_scheme("full_carrier")
    appraisal = scheme.appraisal
    for share in (appraisal.electronic, appraisal.external, appraisal.on_site, appraisal.in_process):
        assert 0 < share < 1  # combined: neither alone
    assert scheme.process.clear_posts > 0
    assert scheme.application == load_scheme("base").application


# --- organisations -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("county_bureau", 245, 245),
        ("municipal_bureau", 1150, 1250),
        ("district_party_department", 28, 32),
        ("national_service", 720_000, 720_000),
        ("workshop_bureau", 38, 42),
        ("toy_bureau", 6, 12),
    ],
)
def test_organisations_have_the_promised_size(name, low, high):
    assert low <= cadres_of(load_organisation(name)) <= high


@pytest.mark.parametrize("organisation", ORGANISATIONS)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_preset_fits_every_organisation(scheme, organisation):
    assert scheme_misfits(load_scheme(scheme), load_organisation(organisation)) == []


@pytest.mark.parametrize("name", ORGANISATIONS)
def test_an_organisation_can_carry_any_scorecard_and_some_quiet_work(name):
    organisation = load_organisation(name)
    assert {task.perspective for task in organisation.tasks.values()} == set(Perspective)
    assert {task.kind for task in organisation.tasks.values()} == {TaskKind.KEY, TaskKind.GENERAL}
    assert unappraised_tasks(load_scheme("base"), organisation)
    assert unappraised_tasks(load_scheme("balanced_scorecard_five"), organisation) == []
    supported = {link.supports for link in organisation.strategy}
    assert {Perspective.PROCESS, Perspective.CUSTOMER, Perspective.FINANCIAL} <= supported


@pytest.mark.parametrize("name", [name for name in ORGANISATIONS if name != "national_service"])
def test_every_task_is_somebodys_work_and_everybody_compares_with_somebody(name):
    organisation = load_organisation(name)
    departments = departments_of(organisation)
    assert {task for department in departments for task in department.tasks} == set(organisation.tasks)
    assert {department.sequence for department in departments} == set(organisation.sequences)
    assert all(len(department.tasks) <= 6 for department in departments)


@pytest.mark.parametrize("name", [name for name in ORGANISATIONS if name != "national_service"])
def test_a_normal_month_of_work_is_worth_about_a_monthly_wage(name):
    organisation = load_organisation(name)
    worth = sum(
        department.cadres * sum(share * organisation.tasks[task].value for task, share in department.tasks.items())
        for department in departments_of(organisation)
    )
    assert worth / cadres_of(organisation) == pytest.approx(1.0, abs=0.1)
    assert all(0.6 <= task.value <= 1.6 for task in organisation.tasks.values())


def test_what_can_be_counted_is_not_what_is_left_uncounted():
    tasks = load_organisation("municipal_bureau").tasks
    uncounted = unappraised_tasks(load_scheme("base"), load_organisation("municipal_bureau"))
    assert max(tasks[name].quantifiability for name in uncounted) < min(
        task.quantifiability for name, task in tasks.items() if name not in uncounted
    )


def test_the_municipal_bureau_is_that_of_the_speech():
    organisation = load_organisation("municipal_bureau")
    assert len(organisation.branches) == 8
    assert {section.sequence for branch in organisation.branches for section in branch.departments} == {"branches"}
    assert {office.sequence for office in organisation.offices} == {
        "compliance_management",
        "legal_management",
        "support_guarantee",
    }
    by_category: dict[str, int] = {}
    for task in organisation.tasks.values():
        if task.kind is TaskKind.KEY:
            by_category[task.category] = by_category.get(task.category, 0) + 1
    five = {"reform_development", "tax_services", "risk_management", "legal_honest_administration", "team_building"}
    assert set(by_category) == five
    assert set(by_category.values()) <= {1, 2}


def test_the_national_service_has_five_levels_of_about_24000_institutions():
    service = load_organisation("national_service").service
    assert service is not None
    assert [level.name for level in service.levels] == ["central", "province", "municipality", "county"]
    bureaus, institutions, branches = 1, 0, 0
    for level in service.levels:
        bureaus *= level.units_per_superior
        institutions += bureaus
        branches += bureaus * level.branches
    assert institutions + branches == pytest.approx(24_000, rel=0.01)
    assert service.cadres / (institutions + branches) == pytest.approx(29, rel=0.05)
    assert service.cadres / bureaus == pytest.approx(245, rel=0.01)
    tasks = {*service.office_tasks, *service.section_tasks}
    assert tasks == set(load_organisation("national_service").tasks)


def test_the_example_bureau_of_ones_own_fits_all_presets():
    organisation = load_organisation(CONFIGS / "organisations" / "examples" / "my_bureau.yaml")
    assert [name for name in SCHEMES if scheme_misfits(load_scheme(name), organisation)] == []


def test_the_example_tables_say_the_same_as_the_county_bureau():
    tables = load_organisation(CONFIGS / "organisations" / "examples" / "county_tables")
    county = load_organisation("county_bureau")
    assert without_titles(tables) == without_titles(county)


# --- sources and studies -----------------------------------------------------------------------------------------


def test_every_source_is_described():
    for key, node in read_yaml(sources_file()).value.items():
        entry = plain(node)
        assert entry["title"] and entry["kind"] in ("thesis", "speech", "regulation", "statistics", "paper", "survey", "book"), (
            key
        )
        assert entry["about"], key


@pytest.mark.parametrize("name", ORGANISATIONS)
def test_what_an_organisation_cites_names_its_source(name):
    assert all(beside.source and beside.note for beside in read_organisation(name).annotations.values())


def test_the_main_study_compares_the_twelve():
    study = plain(read_yaml(Path(CONFIGS) / "studies" / "municipal_comparison.yaml"))
    assert study["schemes"] == TWELVE
    assert study["baseline"] == "deduction_heavy"
    assert study["organisation"] == "municipal_bureau"
    assert (study["months"], study["warmup_months"], study["replicates"], study["seed"]) == (36, 24, 100, 1)
