"""init, lint, check of a project, diff: the path of a new user, and everything that can be in the way."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner, Result

from experiments import cli
from experiments.projects.making import SHOWN, check_project, init_project
from sim.errors import UserError
from sim.schemes.describe import difference
from sim.schemes.load import load_organisation, load_scheme
from sim.schemes.locate import preset_names
from sim.schemes.study import open_study

FILES = ["README.md", "organisation.yaml", "scheme.yaml", "study.yaml"]


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def invoke(*arguments: object) -> Result:
    return CliRunner().invoke(cli.app, [str(argument) for argument in arguments])


def held(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("excel", [False, True])
def test_a_project_is_right_from_the_start(excel: bool, here: Path) -> None:
    result = invoke("init", "bureau", *(["--excel"] if excel else []))
    assert result.exit_code == 0, result.output
    organisation = "organisation.xlsx" if excel else "organisation.yaml"
    assert held(here / "bureau") == sorted(["README.md", organisation, "scheme.yaml", "study.yaml"])
    readme = (here / "bureau/README.md").read_text(encoding="utf-8")
    for command in ("cadresim lint scheme.yaml", "cadresim check .", "cadresim compare study.yaml"):
        assert command in readme and command in result.stdout
    assert "{" not in readme
    checked = invoke("check", "bureau")
    assert checked.exit_code == 0, checked.output
    assert [line.split(": a correct ")[1] for line in checked.stdout.splitlines() if ": a correct" in line] == [
        "organisation", "scheme", "study"
    ]  # fmt: skip
    yaml = "bureau/organisation.yaml"
    other = init_project(here / "other", excel=not excel)
    assert load_organisation(here / "bureau" / organisation) == load_organisation(
        next(path for path in other if path.stem == "organisation")
    ), yaml


@pytest.mark.parametrize("scheme", preset_names("schemes"))
def test_every_preset_scheme_is_a_start(scheme: str, here: Path) -> None:
    init_project(here / "mine", scheme=scheme, organisation="county_bureau")
    paths = [one.path for one in difference(load_scheme(scheme), load_scheme(here / "mine/scheme.yaml"))]
    assert set(paths) <= set(SHOWN), "only what the template shows is changed"
    assert check_project(here / "mine").mistakes == []


@pytest.mark.parametrize("organisation", preset_names("organisations"))
def test_every_preset_organisation_is_a_start(organisation: str, here: Path) -> None:
    init_project(here / "mine", organisation=organisation)
    assert load_organisation(here / "mine/organisation.yaml") == load_organisation(organisation)


def test_every_line_of_the_template_can_be_used(here: Path) -> None:
    init_project(here / "mine")
    file = here / "mine/scheme.yaml"
    used = re.sub(r"(?m)^  # (?=[a-z_.]+: )", "  ", file.read_text(encoding="utf-8"))
    assert used.count("\n  application.") > 15
    before = load_scheme(file)
    file.write_text(used, encoding="utf-8")
    assert load_scheme(file) == before, "what stands there is the value of the scheme it extends"


def test_files_of_ones_own_are_a_start(here: Path) -> None:
    (here / "odd.yaml").write_text(
        "extends: forced_ranking\nname: my_scheme\ntitle: 'Odd: #1 {x}'\nappraisal: {grades: {floor: 0.6}}\n"
    )
    (here / "bureau.yaml").write_text("extends: toy_bureau\nname: b\ntitle: \"a 'b': c\"\npeers: {number: 7}\n")
    assert invoke("init", "mine", "--scheme-from", "odd.yaml", "--organisation-from", "bureau.yaml").exit_code == 0
    (here / "odd.yaml").unlink()
    (here / "bureau.yaml").unlink()
    assert load_scheme(here / "mine/scheme.yaml").appraisal.grades.floor == 0.6
    assert load_organisation(here / "mine/organisation.yaml").peers.number == 7
    assert open_study(here / "mine/study.yaml").baseline == "start"
    again = invoke("init", "again", "--organisation-from", "mine/organisation.yaml", "--excel")
    assert again.exit_code == 0, again.output
    third = invoke("init", "third", "--organisation-from", "again/organisation.xlsx", "--scheme-from", "again/scheme.yaml")
    assert third.exit_code == 0, third.output
    assert load_organisation(here / "third/organisation.yaml").peers.number == 7


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["full"], "not empty"),
        (["file"], "a file is in the way"),
        (["file/below"], "cannot be written"),
        (["x" * 300], "cannot be written"),
        (["new", "--scheme-from", "forced_rankin"], "did you mean forced_ranking"),
        (["new", "--scheme-from", "nowhere.yaml"], "no such file"),
        (["new", "--organisation-from", "toy"], "no organisation of this name"),
        (["new", "--organisation-from", "file"], "file"),
        (["new", "--organisation-from", "national_service", "--excel"], "generated service"),
        (["new", "--organisation-from", "narrow.yaml"], "no key tasks"),
        (["deep/er/new", "--organisation-from", "national_service", "--excel"], "generated service"),
    ],
)
def test_init_refuses_and_leaves_nothing(arguments: list[str], words: str, here: Path) -> None:
    (here / "full").mkdir()
    (here / "full/.hidden").write_text("mine")
    (here / "file").write_text("mine")
    (here / "narrow.yaml").write_text(
        "name: narrow\nsequences: [a]\ntasks: {x: {perspective: process, kind: general, category: general_work}}\n"
        "offices: [{name: o, sequence: a, cadres: 3, tasks: {x: 1}}]\n"
    )
    before = sorted(str(path) for path in here.rglob("*"))
    result = invoke("init", *arguments)
    assert result.exit_code == 2, result.output
    assert words in result.stderr and "Traceback" not in result.output
    assert sorted(str(path) for path in here.rglob("*")) == before


def test_init_takes_an_empty_folder_and_undoes_a_full_disk(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "empty").mkdir()
    import shutil

    real = shutil.copyfile

    def full(source: Path, target: Path) -> object:
        if Path(target).name == "scheme.yaml":
            raise OSError(28, os.strerror(28))
        return real(source, target)

    monkeypatch.setattr("experiments.projects.making.shutil.copyfile", full)
    for name in ("empty", "a/b"):
        result = invoke("init", name)
        assert result.exit_code == 2 and os.strerror(28) in result.stderr
    assert held(here) == ["empty"] and held(here / "empty") == []
    monkeypatch.undo()
    monkeypatch.chdir(here / "empty")
    assert invoke("init", ".").exit_code == 0
    assert held(here / "empty") == FILES


def test_lint_knows_the_bureau_beside_the_scheme(here: Path) -> None:
    init_project(here / "mine")
    alone, with_bureau = invoke("lint", "forced_ranking"), invoke("lint", "mine/scheme.yaml")
    assert (alone.exit_code, with_bureau.exit_code) == (0, 0)
    assert "quota-in-small-unit" not in alone.stdout
    assert "[quota-in-small-unit]" in with_bureau.stdout and "5 % of 6 in offices" in with_bureau.stdout
    assert "mine/scheme.yaml: " in with_bureau.stdout.splitlines()[-1]
    assert invoke("lint", "mine/scheme.yaml", "--strict").exit_code == 3
    assert "quota-in-small-unit" not in invoke("lint", "mine/scheme.yaml", "-g", "county_bureau").stdout


def test_lint_for_other_programs() -> None:
    result = invoke("lint", "deduction_heavy", "municipal_closed_loop", "--json", "-g", "county_bureau")
    told = json.loads(result.stdout)
    assert [one["scheme"] for one in told] == ["deduction_heavy", "municipal_closed_loop"]
    first = next(one for one in told[0]["findings"] if one["name"] == "deduction-not-earned-back")
    assert first["source"] == "t_county" and first["line"] == 8 and first["path"] == "plan.indicators.key_work" and first["why"]
    assert invoke("lint", "nothing").exit_code == 2


def test_strict_lint_of_a_scheme_without_traps(here: Path) -> None:
    (here / "s.yaml").write_text("extends: scoring_reform\nappraisal: {audit_rate: 0.05, audit_penalty: 1}\n")
    result = invoke("lint", "s.yaml", "--strict")
    assert (result.exit_code, result.stdout) == (0, "s.yaml: nothing found\n")


def test_diff_reads_both_ways() -> None:
    there, back = (
        invoke("diff", "forced_ranking", "forced_ranking_floor"),
        invoke("diff", "forced_ranking_floor", "forced_ranking"),
    )
    assert "Grades, floor: off -> 70 %" in there.stdout and "Grades, floor: 70 % -> off" in back.stdout
    assert "differ in nothing" in invoke("diff", "base", "base").stdout
    organisations = invoke("diff", "toy_bureau", "workshop_bureau")
    assert organisations.exit_code == 0 and "From Toy bureau to " in organisations.stdout
    assert "differ in nothing" in invoke("diff", "toy_bureau", "toy_bureau").stdout
    assert re.search(r"(?m)^  - [a-z_]+: .* -> .*$", invoke("diff", "default", "neutral").stdout)


@pytest.mark.parametrize(
    ("pair", "words"),
    [
        (("base", "toy_bureau"), "different kinds"),
        (("base", "bsae"), "did you mean base"),
        (("municipal_comparison", "robustness"), "studies are not compared"),
        (("base", "nowhere.yaml"), "no such file"),
    ],
)
def test_diff_refuses(pair: tuple[str, str], words: str) -> None:
    result = invoke("diff", *pair)
    assert result.exit_code == 2 and words in result.stderr


BROKEN = {
    "syntax": ("scheme.yaml", "name: [", "scheme.yaml:"),
    "unknown key": ("scheme.yaml", "name: s\nplann: {}\n", "plann"),
    "bad value": ("scheme.yaml", "extends: base\nchanges: {process.coaching: 2}\n", "from 0 to 1"),
    "not fitting": (
        "scheme.yaml", "extends: base\nplan: {indicators: {a: {tasks: gold, weight: 1}}}\n", "no such task",
    ),
    "missing base": ("scheme.yaml", "extends: nowhere\n", "no scheme of this name"),
    "weights": ("scheme.yaml", "extends: base\nchanges: {plan.indicators.key_work.weight: 0.9}\n", "must add up to 1"),
    "empty": ("scheme.yaml", "", "empty"),
    "not text": ("scheme.yaml", "\x00", "control character"),
    "no cadres": ("organisation.yaml", "name: o\nsequences: [a]\ntasks: {x: {perspective: process}}\n", "no people"),
    "study": ("study.yaml", "name: s\nschemes: [scheme.yaml]\norganisation: elsewhere.yaml\n", "no such file"),
    "months": ("study.yaml", "name: s\nschemes: [scheme.yaml]\norganisation: organisation.yaml\nmonths: 0\n", "from 1"),
    "second organisation": ("other.yaml", "extends: toy_bureau\n", "several organisations"),
    "no workbook": ("bureau.xlsx", "hello", "not an Excel workbook"),
}  # fmt: skip


@pytest.mark.parametrize(("file", "text", "words"), BROKEN.values(), ids=BROKEN)
def test_a_broken_project_is_told_whole(file: str, text: str, words: str, here: Path) -> None:
    init_project(here / "mine")
    (here / "mine" / file).write_text(text)
    result = invoke("check", "mine")
    assert result.exit_code == 2, result.output
    assert words in result.stderr and "Traceback" not in result.output


def test_mistakes_in_several_files_are_sorted(here: Path) -> None:
    init_project(here / "mine")
    for file, line in (("organisation.yaml", "title: My bureau"), ("scheme.yaml", "title: My scheme")):
        path = here / "mine" / file
        path.write_text(path.read_text().replace(line, f"{line}\nnonsense: 1"))
    found = check_project(here / "mine")
    assert found.mistakes == sorted(found.mistakes)
    assert [Path(one.file).name for one in found.mistakes] == ["organisation.yaml", "scheme.yaml"]


def test_what_is_no_document_is_left_alone(here: Path) -> None:
    init_project(here / "mine", excel=True)
    (here / "mine/~$organisation.xlsx").write_bytes(b"lock of Excel")
    (here / "mine/.draft.yaml").write_text("][")
    (here / "mine/sources.yaml").write_text("mine: {title: My survey}\n")
    (here / "mine/results").mkdir()
    (here / "mine/results/manifest.yaml").write_text("][")
    assert check_project(here / "mine").mistakes == []


def test_a_folder_without_documents(here: Path) -> None:
    (here / "empty").mkdir()
    result = invoke("check", "empty")
    assert result.exit_code == 2 and "nothing to check" in result.stderr
    with pytest.raises(UserError, match="nothing to check"):
        check_project(here / "empty")


@pytest.mark.slow
def test_the_path_of_a_new_user(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """init, edit the workbook and the scheme, lint, check, compare: nothing else is needed."""
    assert invoke("init", "mine", "--excel").exit_code == 0
    monkeypatch.chdir(here / "mine")
    workbook = openpyxl.load_workbook("organisation.xlsx")
    workbook["units"]["D2"] = 12
    workbook.save("organisation.xlsx")
    scheme = Path("scheme.yaml").read_text(encoding="utf-8")
    Path("scheme.yaml").write_text(
        scheme.replace("  # appraisal.grades.floor: 0 ", "  appraisal.grades.floor: 0.6 "), encoding="utf-8"
    )
    linted = invoke("lint", "scheme.yaml")
    assert linted.exit_code == 0 and "ladder-without-floor" not in linted.stdout
    assert invoke("check", ".").exit_code == 0
    assert "Grades, floor: off -> 60 %" in invoke("diff", "forced_ranking", "scheme.yaml").stdout
    compared = invoke("compare", "study.yaml", "--replicates", "2", "--months", "12", "--warmup", "0")
    assert compared.exit_code == 0, compared.output
    assert "My scheme" in compared.stdout and Path("results/my_study/summary.csv").is_file()


# --- in Chinese -----------------------------------------------------------------------------------------------------------

#: What stays as it is: places, names of elements and values as files have them, names of findings, titles of sources, commands.
AS_IN_FILES = re.compile(
    r"^\S+\.yaml:\d+: \S+|\[[a-z-]+\]$|\([^()]*(\([^()]*\)[^()]*)*\)\s*$|cadresim [a-z]+ --[a-z-]+|[a-z]+(_[a-z]+)+"
)
FIELDS = re.compile(r"^    \S+ (\w+: \S+|[a-z_, ]+|\d[\d.]*( %)?)$")


@pytest.mark.parametrize("scheme", preset_names("schemes"))
def test_lint_speaks_chinese_of_every_preset(scheme: str) -> None:
    english, chinese = (invoke("lint", scheme, "-g", "county_bureau", *extra) for extra in ((), ("--lang", "zh")))
    assert english.exit_code == chinese.exit_code == 0
    lines = [english.stdout.splitlines(), chinese.stdout.splitlines()]
    assert len(lines[0]) == len(lines[1])
    for line in lines[1]:
        if not FIELDS.match(line):
            assert re.search(r"[\u4e00-\u9fff]", line), line
            assert not re.search(r"[A-Za-z]{2,} [A-Za-z]{2,} [A-Za-z]{2,}", AS_IN_FILES.sub("", line)), line


def test_lint_fills_what_was_found_in_either_language() -> None:
    english, chinese = (invoke("lint", "forced_ranking", "-g", "workshop_bureau", "--lang", one).stdout for one in ("en", "zh"))
    assert "found:    for 100 people prizes of 2 and cuts of 0.1 monthly wages" in english
    assert "现状： 每 100 人奖励共 2 个月工资，扣减共 0.1 个月工资" in chinese
    assert english.count("{") == chinese.count("{") == 0


def test_lint_in_chinese_as_json_is_as_in_english() -> None:
    """Other programs read names, which never change; people read text."""
    found = [invoke("lint", "forced_ranking", "--json", "--lang", language) for language in ("en", "zh")]
    assert found[0].stdout == found[1].stdout


def test_diff_speaks_chinese() -> None:
    schemes = invoke("diff", "deduction_heavy", "scoring_reform", "--lang", "zh").stdout
    assert schemes.startswith("从“以扣分为主的现行办法”到“得分制改革”：\n")
    assert "  - 公布排名：70% → 关闭\n" in schemes
    assert not re.search(r"[A-Za-z]", schemes)
    assert len(schemes.splitlines()) == len(invoke("diff", "deduction_heavy", "scoring_reform").stdout.splitlines())
    assert invoke("diff", "toy_bureau", "workshop_bureau", "--lang", "zh").stdout.startswith("从“")
    assert invoke("describe", "scoring_reform", "--against", "deduction_heavy", "--lang", "zh").stdout == schemes
    assert invoke("describe", "scoring_reform", "--lang", "zh").stdout.startswith("得分制改革（scoring_reform）\n")
    assert "没有任何差别" in invoke("diff", "base", "base", "--lang", "zh").stdout
    assert "没有任何差别" in invoke("diff", "default", "default", "--lang", "zh").stdout


@pytest.mark.parametrize("language", ["de", "", "../zh", "EN"])
def test_other_languages_are_refused(language: str) -> None:
    for command in (("lint", "base"), ("diff", "base", "forced_ranking"), ("describe", "base")):
        result = invoke(*command, "--lang", language)
        assert result.exit_code == 2
        assert "no such language" in result.output
