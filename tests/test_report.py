"""The report: what it says follows from the stored runs, what it shows is whole, and nothing users write gets out of hand."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from experiments_fake import design, fake_core, organisation, scheme
from typer.testing import CliRunner

from experiments import report_of
from experiments.api.comparing import compare_into
from experiments.cli import app
from experiments.report import style
from experiments.report.dossier.assembling import assemble
from experiments.report.dossier.claims import Claim, Facts, Name, Number, WrongClaim, check_numbers, checked
from experiments.report.dossier.comparison import claims_of, claims_of_desks
from experiments.report.dossier.hinges import _boxes
from experiments.report.dossier.making import make_page
from experiments.report.dossier.parts import Folded, Part, Points, Table, Text
from experiments.report.dossier.results import open_results
from experiments.report.dossier.saying import Saying
from experiments.report.dossier.standing import _budget
from experiments.report.lang import words
from experiments.statistics.indices import MAIN
from sim.errors import UserError
from sim.schemes.behaviour import Behaviour

ENGLISH = Saying(words("en"))

HOSTILE = '<script>alert(1)</script><img src=x onerror=alert(2)> "&{{7*7}} </title></style> `x` ${y} {n} #[link] ../../etc'


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A whole comparison made with the fake core."""
    place = tmp_path_factory.mktemp("report") / "study"
    schemes = [
        scheme("status_quo", "Status quo"),
        scheme("reform", "Reform", bonus_per_point=0.1),
        scheme("ranking", top_prize=0.5),
    ]
    compare_into(place, design(schemes, replicates=12, months=18, question="Which one?"), core=fake_core, workers=1)
    return place


@pytest.fixture(scope="module")
def html(folder: Path) -> str:
    return make_page([folder]).html


@pytest.fixture
def copied(folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(folder, tmp_path / "study"))


def test_a_budget_that_was_not_reached_is_not_called_reached() -> None:
    costs = {"reform": 0.2, "praise": 0.0, "ranking": 0.31}
    scalings = [{"scheme": name, "cost": cost, "note": ""} for name, cost in costs.items()]
    study = SimpleNamespace(manifest={"equal_budget": {"target": 0.2, "scalings": scalings}}, titles={"ranking": "Ranking"})
    told = _budget(study, ENGLISH)  # type: ignore[arg-type]
    assert "Not brought to it: praise (0) and Ranking (0.31)." in told and "reform" not in told
    study.manifest["equal_budget"]["scalings"] = scalings[:1]
    assert _budget(study, ENGLISH) == "Explicit rewards were scaled so that schemes cost the same."  # type: ignore[arg-type]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_index_is_told_by_what_it_is(language: str) -> None:
    meanings = {kind: words(language)(f"report.index_meaning.{kind}") for kind in set(MAIN.values())}
    assert len(set(meanings.values())) == len(meanings)


class Outline(HTMLParser):
    """Headings, ids, figures and tables of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.headings: list[int] = []
        self.ids: list[str] = []
        self.tags: list[str] = []
        self.links: list[str] = []
        self.attributes: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.tags.append(tag)
        self.attributes.append((tag, found))
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if found.get("id"):
            self.ids.append(str(found["id"]))
        if tag == "a" and found.get("href"):
            self.links.append(str(found["href"]))


# --- claims ---------------------------------------------------------------------------------------------------------------


def test_every_number_in_a_verdict_comes_out_of_a_claim(folder):
    """What is left of a sentence without its numbers and names holds no digit but that of the confidence."""
    results = open_results([folder])[0]
    claims = claims_of(results, Facts(results.table)) + claims_of_desks(results, Facts(results.table))
    assert len(claims) > 5

    def texts(claim: Claim) -> list[str]:
        below = [each for _, part in claim.parts if isinstance(part, tuple) for each in part]
        return [words("en").texts[claim.key], *(text for one in below for text in texts(one))]

    for text in [text for claim in claims for text in texts(claim)]:
        assert not re.search(r"\d", re.sub(r"\{\w+\}|95 %|reach(es)? 0|leave out 0", "", text)), text


def test_claims_follow_from_the_stored_runs(folder):
    results = open_results([folder])[0]
    said = checked(results, lambda facts: claims_of(results, facts), ENGLISH)
    numbers = [number for claim in said for number in claim.numbers()]
    assert len(numbers) > 15
    assert {number.table for number in numbers} == {"summary", "counts"}


@pytest.mark.parametrize("column", ["difference", "simultaneous_low", "mean", "probability_best"])
def test_a_wrong_number_in_a_table_is_refused(copied, column):
    table = pd.read_csv(copied / "summary.csv")
    headline = open_results([copied])[0].design.headline
    table.loc[table["outcome"].isin(headline), column] += 0.01
    table.to_csv(copied / "summary.csv", index=False)
    with pytest.raises(WrongClaim, match="does not follow from the stored runs"):
        assemble([copied])


def test_a_planted_number_is_refused(folder):
    results = open_results([folder])[0]
    facts = Facts(results.table)
    claims = claims_of(results, facts)
    check_numbers(claims, Facts(results.again), ENGLISH, results)
    for claim in claims:
        for place, part in claim.parts:
            if isinstance(part, Number):
                wrong = Number(
                    part.table, part.where, part.columns, part.form, tuple(v * 1.01 + 1e-3 for v in part.values), part.outcome
                )
                planted = Claim(claim.key, tuple((p, wrong if p == place else v) for p, v in claim.parts))
                with pytest.raises(WrongClaim):
                    check_numbers([planted], Facts(results.again), ENGLISH, results)
    level = Number("summary", (("scheme", "nobody"),), ("mean",), "level", (0.1,), "burnout_share")
    nowhere = Claim.of("report.verdict.nobody", outcome=Name("within", "burnout_share"), level=level)
    with pytest.raises(WrongClaim, match="no such number"):
        check_numbers([nowhere], Facts(results.again), ENGLISH, results)


def test_a_swapped_leader_is_refused(copied):
    """Numbers that are each right, but of the wrong scheme, do not pass either."""
    table = pd.read_csv(copied / "summary.csv")
    names = {"reform": "ranking", "ranking": "reform"}
    table["scheme"] = table["scheme"].map(lambda name: names.get(name, name))
    table.to_csv(copied / "summary.csv", index=False)
    with pytest.raises(WrongClaim):
        assemble([copied])


def test_changed_winners_and_lost_runs_are_refused(copied):
    table = pd.read_csv(copied / "winners.csv")
    table.loc[table["what"] == "raised", ["value", "low", "high"]] += 0.05
    table.to_csv(copied / "winners.csv", index=False)
    with pytest.raises(WrongClaim):
        assemble([copied])


def test_runs_that_were_taken_out_are_noticed(copied):
    runs = pd.read_parquet(copied / "runs.parquet")
    runs[runs["replicate"] < 9].to_parquet(copied / "runs.parquet")
    with pytest.raises(WrongClaim):
        assemble([copied])


# --- structure ------------------------------------------------------------------------------------------------------------


def test_sections_stand_in_order_and_links_lead_somewhere(html):
    outline = Outline(html)
    assert outline.headings[0] == 1 and outline.headings.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in zip(outline.headings, outline.headings[1:], strict=False))
    assert len(outline.ids) == len(set(outline.ids))
    assert all(link[1:] in outline.ids for link in outline.links if link.startswith("#"))
    wanted = (
        "verdict",
        "question",
        "map",
        "differences",
        "course",
        "desks",
        "hinges",
        "evidence",
        "limits",
        "reproduce",
        "words",
    )
    places = [outline.ids.index(name) for name in wanted]
    assert places == sorted(places)


def test_nothing_is_fetched_and_nothing_runs(html):
    outline = Outline(html)
    assert not {"script", "link", "iframe", "object", "embed", "img", "form", "base"} & set(outline.tags)
    policy = next(found for tag, found in outline.attributes if found.get("http-equiv") == "Content-Security-Policy")
    assert str(policy["content"]).startswith("default-src 'none'")
    addresses = {value for _, found in outline.attributes for key, value in found.items() if key in ("href", "src", "xlink:href")}
    assert all(str(one).startswith("#") for one in addresses)
    assert set(re.findall(r"https?://[^\s\"'<]+", html)) <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert "@import" not in html and "url(http" not in html


def test_every_figure_has_a_title_and_a_table(folder):
    report = assemble([folder])
    assert {figure.name for figure in report.figures()} == {"map", "differences", "course", "desks"}
    for figure in report.figures():
        assert figure.table is not None and figure.table.rows and figure.alt and figure.caption
        for svg in (figure.wide, figure.narrow):
            assert 'role="img"' in svg and "<title" in svg and "<text" not in svg and "<image" not in svg


def all_parts(parts: tuple[Part, ...]) -> list[Part]:
    return [each for part in parts for each in (all_parts(part.parts) if isinstance(part, Folded) else [part])]


def test_no_rank_or_winner_stands_without_its_interval(folder):
    verdict = assemble([folder]).sections[0]
    points = next(part for part in verdict.parts if isinstance(part, Points))
    for below in [line for lines in points.subs for line in lines]:
        assert "[" in below and "]" in below, below
    table = next(part for part in verdict.parts if isinstance(part, Table))
    for row in table.rows[1:]:
        assert all(len(cell.lines) == 1 or cell.lines[1].startswith("[") for cell in row[1:])


@pytest.mark.parametrize("language", ["en", "zh"])
def test_words_are_neutral(folder, language):
    report = assemble([folder], language) if language == "en" else _chinese(folder)
    text = " ".join(
        part.text if isinstance(part, Text) else " ".join(part.items)
        for section in report.sections
        for part in all_parts(section.parts)
        if isinstance(part, Text | Points)
    )
    for loaded in ("benefits", "fails to", "outperform", "dramatic", "impressive", "winner is", "胜出", "获益", "惨", "大幅领先"):
        assert loaded not in text


def _chinese(folder: Path):
    return assemble([folder], "zh")


# --- languages ------------------------------------------------------------------------------------------------------------


def test_both_languages_say_the_same_numbers(folder, html):
    chinese = make_page([folder], language="zh").html
    assert 'lang="zh-CN"' in chinese and 'lang="en"' in html
    assert "要点" in chinese and "In short" not in chinese

    def numbers(text: str) -> list[str]:
        verdict = re.sub(r"<[^>]+>", " ", text[text.index('id="verdict"') : text.index('id="question"')])
        return sorted(re.findall(r"[−+]?\d+\.\d+", verdict))

    assert numbers(html) == numbers(chinese)


def test_chinese_titles_in_an_english_report_are_drawn(tmp_path):
    schemes = [scheme("status_quo", "现行办法"), scheme("reform", "“新”办法①", bonus_per_point=0.1)]
    compare_into(tmp_path / "study", design(schemes), core=fake_core, workers=1)
    assert "现行办法" in make_page([tmp_path / "study"]).html


@pytest.mark.filterwarnings("error:Glyph")
def test_figures_of_a_study_draw_chinese_titles_with_any_chinese_font_there_is(tmp_path, monkeypatch):
    """Not only where matplotlib knows one by its name."""
    monkeypatch.setattr(style, "families", lambda: ("DejaVu Sans",))
    compare_into(
        tmp_path / "study", design([scheme("status_quo", "现行办法"), scheme("reform", "新办法")]), core=fake_core, workers=1
    )
    assert (tmp_path / "study" / "tradeoff.png").exists()


def test_every_text_of_the_report_is_used():
    """No key is idle: it is spelt whole in the sources, or put together there out of its beginning and a name."""
    root = Path(__file__).parents[1] / "experiments" / "report" / "dossier"
    sources = "\n".join(path.read_text(encoding="utf-8") for path in [*root.glob("*.py"), *(root / "templates").iterdir()])
    put_together = set(re.findall(r'f"report\.([a-z_.]*)\{', sources))
    idle = []
    for key in words("en").section("report"):
        spelt = (
            f'"report.{key}"' in sources
            or f'words["{key}"]' in sources
            or f"words['{key}']" in sources
            or f"words.{key}" in sources
        )
        if not spelt and not any(beginning and key.startswith(beginning) for beginning in put_together) and key[:5] != "mark.":
            idle.append(key)
    assert idle == []


# --- hostile --------------------------------------------------------------------------------------------------------------


def test_hostile_names_are_text(tmp_path):
    schemes = [scheme("status_quo", HOSTILE), scheme("reform", HOSTILE + "2", bonus_per_point=0.1)]
    place = tmp_path / "a&b<i>"
    compare_into(place, design(schemes, title=HOSTILE, question=HOSTILE), core=fake_core, workers=1)
    page = make_page([place], pdf=True)
    outline = Outline(page.html)
    assert "script" not in outline.tags and "img" not in outline.tags and "i" not in outline.tags
    assert all(not key.startswith("on") for _, found in outline.attributes for key in found)
    assert "{{7*7}}" in page.html and "alert(1)" in page.html
    assert page.pdf is not None and page.pdf.startswith(b"%PDF")


BAD_MANIFESTS = {
    "empty": "",
    "no_json": "{",
    "a_list": "[]",
    "not_ours": json.dumps({"verb": "compare", "study": {}}),
    "no_verb": json.dumps({"versions": {"cadresim": "1"}}),
    "strange_verb": json.dumps({"versions": {"cadresim": "1"}, "verb": "<b>", "study": {}}),
    "no_study": json.dumps({"versions": {"cadresim": "1"}, "verb": "compare"}),
    "study_of_text": json.dumps({"versions": {"cadresim": "1"}, "verb": "compare", "study": "x"}),
    "empty_study": json.dumps({"versions": {"cadresim": "1"}, "verb": "compare", "study": {}}),
}


@pytest.mark.parametrize("name", BAD_MANIFESTS)
def test_bad_manifests_are_told(copied, name):
    (copied / "manifest.json").write_text(BAD_MANIFESTS[name], encoding="utf-8")
    told = CliRunner().invoke(app, ["report", str(copied)])
    assert told.exit_code == 2, told.output
    assert "Traceback" not in told.output
    assert not (copied / "report.html").exists()


CHANGES = {
    "path_in_a_name": lambda study: study["schemes"][1].update(name="../../evil"),
    "two_of_one_name": lambda study: study["schemes"][1].update(name="status_quo"),
    "no_baseline": lambda study: study.update(baseline="nobody"),
    "unknown_element": lambda study: study["schemes"][0].update(magic=1),
    "text_for_a_number": lambda study: study.update(months="many"),
    "unknown_outcome": lambda study: study.update(headline=["luckiness"]),
    "no_schemes": lambda study: study.update(schemes=[]),
    "huge": lambda study: study.update(replicates=10**30),
}


@pytest.mark.parametrize("name", CHANGES)
def test_changed_manifests_are_told(copied, name):
    path = copied / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    CHANGES[name](manifest["study"])
    path.write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(UserError):
        make_page([copied])


def test_studies_of_two_bureaus_make_no_page(folder, copied):
    path = copied / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["study"]["organisation"]["title"] = "Another bureau"
    path.write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(UserError, match="different bureaus"):
        make_page([folder, copied])


@pytest.mark.parametrize("lost", ["summary.csv", "winners.csv", "runs.parquet", "groups.parquet", "monthly.parquet"])
@pytest.mark.parametrize("how", ["gone", "cut", "other"])
def test_damaged_tables_are_told(copied, lost, how):
    path = copied / lost
    if how == "gone":
        path.unlink()
    elif how == "cut":
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    else:
        path.write_text("what,is\nthis,?\n", encoding="utf-8")
    told = CliRunner().invoke(app, ["report", str(copied), "-o", str(copied / "r.html")])
    if lost == "winners.csv" and how == "gone":  # a comparison without winners has none
        assert told.exit_code == 0, told.output
        return
    assert told.exit_code == 2, told.output
    assert "Traceback" not in told.output and not (copied / "r.html").exists()


def test_bad_arguments_are_told(folder, tmp_path):
    (tmp_path / "file").write_text("x")
    bad = [
        [str(tmp_path)], [str(tmp_path / "nothing")], [""], ["a\0b"], [str(tmp_path / "file")], ["x" * 5000],
        [str(folder), str(tmp_path)], [str(folder), "--lang", "de"], [str(folder), "--lang", ""],
        [str(folder), "-o", str(tmp_path / "file" / "r.html")], [str(folder), "-o", str(tmp_path)],
    ]  # fmt: skip
    for arguments in bad:
        told = CliRunner().invoke(app, ["report", *arguments])
        assert told.exit_code == 2, (arguments, told.output)
        assert "Traceback" not in told.output
    assert CliRunner().invoke(app, ["report"]).exit_code == 2


def test_a_place_that_is_no_file_is_refused_before_anything_is_made(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(
        "experiments.report.dossier.making.make_page", lambda *given, **how: pytest.fail("made before it was refused")
    )
    monkeypatch.chdir(tmp_path)
    os.mkfifo(tmp_path / "device")  # like /dev/null, which a root user would have replaced by a file
    (tmp_path / "there").mkdir()
    for out, told, hint in ((".", "a folder", "such as report.html"), ("there", "a folder", "such as there/report.html"),
                            ("device", "no ordinary file", "such as report.html")):  # fmt: skip
        said = CliRunner().invoke(app, ["report", str(folder), "--out", out])
        assert said.exit_code == 2 and "Traceback" not in said.output
        assert f"what is there is {told}" in said.output and f"found:    {out}\n" in said.output and hint in said.output
    same = CliRunner().invoke(app, ["report", str(folder), "--out", "mine.pdf", "--pdf"])
    assert same.exit_code == 2 and "page and PDF would be one file" in same.output
    assert stat.S_ISFIFO(os.stat(tmp_path / "device").st_mode)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["device", "there"] and not list((tmp_path / "there").iterdir())


def test_without_typst_a_pdf_is_refused_before_anything_is_made(folder, tmp_path, monkeypatch):
    monkeypatch.setattr("experiments.report.dossier.printing.find_spec", lambda name: None)
    with pytest.raises(UserError, match="Typst"):
        report_of(folder, tmp_path / "r.html", pdf=tmp_path / "r.pdf")
    assert list(tmp_path.iterdir()) == []


def test_without_a_chinese_font_the_extra_is_named(folder, monkeypatch):
    from experiments.report import fonts

    monkeypatch.setattr(fonts, "_files", list)
    fonts.find_han_font.cache_clear()
    try:
        with pytest.raises(UserError, match=r"cadresim\[zh\]"):
            make_page([folder], language="zh")
    finally:
        fonts.find_han_font.cache_clear()


# --- the same each time -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_same_bytes_each_time(folder, language):
    one, two = (make_page([folder], language=language, pdf=True) for _ in range(2))
    assert one.html == two.html
    assert one.pdf == two.pdf


def test_a_report_is_written_where_it_is_asked_for(folder, tmp_path):
    paths = report_of([folder], tmp_path / "new" / "r.html", pdf=tmp_path / "new" / "r.pdf")
    assert paths == [tmp_path / "new" / "r.html", tmp_path / "new" / "r.pdf"]
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["r.html", "r.pdf"]


def test_replicates_that_were_added_on_the_way_are_told(tmp_path):
    from experiments import compare

    schemes = [scheme("status_quo"), scheme("reform", bonus_per_point=0.1), scheme("ranking", top_prize=0.5)]
    asked = {"organisation": organisation(), "behaviour": Behaviour(), "months": 6, "warmup_months": 2, "core": fake_core}
    compare(schemes, folder=tmp_path / "grown", best="goal_attainment=1pp", most=40, workers=1, **asked)
    html = make_page([tmp_path / "grown"]).html
    assert "run up to" in html and "standard errors to each side" in html


def test_a_comparison_of_one_scheme_and_one_without_winners_have_reports(tmp_path):
    compare_into(tmp_path / "one", design([scheme("status_quo")]), core=fake_core, workers=1)
    compare_into(tmp_path / "plain", design(winners=False), core=fake_core, workers=1)
    assert "Status quo" not in make_page([tmp_path / "one"]).html
    assert 'id="desks"' not in make_page([tmp_path / "plain"]).html


def test_a_sitting_is_told_in_rounds_and_says_nothing_of_a_horizon_in_months(folder, tmp_path, html):
    sitting = organisation().model_copy(update={"round_hours": 0.5})
    made = design([scheme("status_quo"), scheme("reform", bonus_per_point=0.1)], months=8)
    compare_into(tmp_path / "sitting", replace(made, organisation=sitting), core=fake_core, workers=1)
    for language, told, not_told in (("en", "8 rounds", "months ahead"), ("zh", "8 轮", "向前看")):
        page = make_page([tmp_path / "sitting"], language=language).html
        assert told in page and not_told not in page
    assert "18 months" in html and "months ahead" in html and "rounds" not in html


# --- the other kinds of study -----------------------------------------------------------------------------------------------

OTHERS = {
    "sweep": (
        {},
        {
            "moves": "path,scheme,outcome,at_low,at_high,move,low,high\n"
            "scheme.application.explicit.bonus_per_point,reform,burnout_share,0.0,0.02,0.031,0.022,0.04\n"
        },
        ["moves furthest with Bonus per point: by 3.1"],
    ),
    "transition": (
        {"changes": [{"month": 5}]},
        {
            "costs": "outcome,course,better,gain,gain_low,gain_high,loss,loss_low,loss_high,"
            "recovered,recovered_low,recovered_high\n"
            "goal_attainment,planned,1,0.02,0.01,0.03,0.05,0.02,0.08,17,16,19\n"
            "burnout_share,planned,-1,0.001,-0.01,0.02,0.0,-0.1,0.1,inf,inf,inf\n"
        },
        [
            "better in the end (+2.0",
            "not within the run",
            "Month 17 [16, 19]",
            "too short to tell whether its end is a steady state",
        ],
    ),
    "pilot": (
        {"outcome": "efficacy_mean"},
        {
            "designs": "design,clusters,length,power,power_low,power_high,false_positive,false_positive_low,false_positive_high,"
            "true_effect,bias,bias_low,bias_high\nparallel,4,6,0.9,0.8,0.95,0.05,0.02,0.1,0.2,0.01,-0.01,0.03\n"
        },
        ["4 branches", "90"],
    ),
    "optimise": (
        {},
        {
            "front": "scheme,outcome,mean,difference,low,high,keeps_limits,undominated\n"
            "found_1,goal_attainment,1.0,0.05,0.04,0.06,True,True\n",
            "winners_curse": "outcome,too_hopeful,low,high\ngoal_attainment,0.01,0.005,0.015\n",
        },
        ["too hopeful by +1.0", "keeps its limits"],
    ),
    "adversary": (
        {"outcome": "goal_attainment"},
        {
            "losses": "scheme,as_it_is,at_worst,loss,loss_low,loss_high\n"
            "reform,1.0,0.8,0.2,0.19,0.21\nranking,1.0,0.7,0.3,0.28,0.32\n",
            "drivers": "scheme,parameter,as_it_is,at_worst,made_good,low,high\nreform,behaviour.duty,0.4,0.1,0.1,0.09,0.11\n",
        },
        ["at worst goal attainment loses 20.0", "duty at 0.1 instead of 0.4"],
    ),
}


@pytest.mark.parametrize("verb", OTHERS)
def test_other_studies_have_their_part(folder, tmp_path, verb):
    settings, tables, wanted = OTHERS[verb]
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    proposal = {"design": "parallel", "clusters": 4, "length": 6} if verb == "pilot" else None
    manifest |= {"verb": verb, verb: settings, "proposal": proposal}
    place = tmp_path / verb
    place.mkdir()
    (place / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    for name, text in tables.items():
        (place / f"{name}.csv").write_text(text, encoding="utf-8")
    html = make_page([place, folder]).html
    for text in wanted:
        assert text in html, text
    assert html.index('id="verdict"') < html.index('id="further"')
    assert "其他研究" in make_page([place], language="zh").html
    for name, text in tables.items():  # a table without one of its columns is refused
        (place / f"{name}.csv").write_text("\n".join(line.rpartition(",")[0] for line in text.splitlines()), encoding="utf-8")
        if name != "drivers":
            with pytest.raises(UserError):
                make_page([place])


def test_a_bare_title_that_stands_for_a_summary_ends_like_a_sentence() -> None:
    assert [ENGLISH.sentence(one) for one in ("A sitting", "A sitting.", "Why?")] == ["A sitting.", "A sitting.", "Why?"]
    assert Saying(words("zh")).sentence("一次课堂") == "一次课堂。"


def test_a_damaged_table_of_winners_is_not_shown(tmp_path: Path) -> None:
    folder = tmp_path / "study"
    compare_into(folder, design([scheme("one"), scheme("two"), scheme("three")], replicates=4), core=fake_core, workers=1)
    table = folder / "winners.csv"
    whole = table.read_bytes()
    assert CliRunner().invoke(app, ["winners", str(folder)]).exit_code == 0
    lines = whole.splitlines(keepends=True)
    half = b"".join(line for line in lines if not line.startswith(b"three,"))
    changed = pd.read_csv(table).assign(value=7.0).to_csv(index=False).encode()
    for damaged, told in (
        (whole[:-7], "cut off"),
        (half, "nothing about three"),
        (changed, "outside its own interval"),
        (b"what,is\nthis,?\n", "no column scheme"),
        (b"", "damaged"),
    ):
        table.write_bytes(damaged)
        for asked in (["winners", str(folder)], ["report", str(folder), "-o", str(tmp_path / "r.html")]):
            shown = CliRunner().invoke(app, asked)
            assert shown.exit_code == 2 and told in shown.output and "Traceback" not in shown.output, asked


@pytest.mark.parametrize(("language", "cases"), [("en", "17 of 21"), ("zh", "21 种中有 17 种")])
def test_a_share_inside_conditions_stands_beside_its_worlds(language: str, cases: str) -> None:
    path = "behaviour.sabotage_cost"
    box = {"better": "a", "than": "b", "holds": "losses", "box": 1, "n_worlds": 21, "coverage": 0.5, "density": 17 / 21,
           "path": path, "low": "", "high": 1.5, "levels": ""}  # fmt: skip
    tables = {"boxes": pd.DataFrame([box]), "spread": pd.DataFrame([{"path": path, "low": 1.0, "high": 5.0}])}
    results = SimpleNamespace(table=tables.__getitem__, titles={"a": "A", "b": "B"})
    (table,) = _boxes(results, Saying(words(language)))  # type: ignore[arg-type]
    lines = [line for cell in table.rows[0] for line in cell.lines]  # type: ignore[union-attr]
    assert cases in lines and any(line.startswith("81") for line in lines)
