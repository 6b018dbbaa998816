"""The notebooks run, show what they promise, and hold nothing that belongs in the package."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from agreeing import differences
from typer.testing import CliRunner

from experiments import SurveyFit, answer, compare, diff, fit_survey, predict, sweep, theory, told
from experiments.cli import app
from experiments.projects import notebooks as making
from experiments.report.notebook import Picture
from experiments.verbs.survey import answers_of, items, sampling_error, statistics_of
from sim import load_behaviour, load_organisation, load_scheme, simulate
from sim.agents import AppraisalModel, Cadre, WatchedModel
from sim.errors import UserError

jupytext = pytest.importorskip("jupytext", reason="needs the extra [notebooks]")

SOURCES = making.sources()
LESSONS = [path for path in SOURCES if path.stem.startswith("lesson_")]
#: The only thing a notebook may define: a researcher's own mechanism.
OWN = {"Sideways"}
PNG = b"\x89PNG\r\n\x1a\n"


def cells(path: Path) -> list[Any]:
    return jupytext.read(path).cells


def code_of(path: Path) -> Iterator[ast.Module]:
    return (ast.parse(cell.source) for cell in cells(path) if cell.cell_type == "code")


# --- what stands in them --------------------------------------------------------------------------------------------


def test_six_lessons_and_three_for_researchers() -> None:
    assert [path.stem.split("_")[:2] for path in SOURCES] == [
        *([f"lesson_{n}".split("_") for n in range(1, 7)]),
        *([f"research_{n}".split("_") for n in range(1, 4)]),
    ]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_nothing_is_defined_but_an_own_mechanism(path: Path) -> None:
    for module in code_of(path):
        for node in ast.walk(module):
            assert not isinstance(node, ast.Lambda | ast.AsyncFunctionDef)
            if isinstance(node, ast.ClassDef):
                assert node.name in OWN and [ast.unparse(base) for base in node.bases] == ["Cadre"]
        functions = [node for node in module.body if isinstance(node, ast.FunctionDef)]
        assert functions == [], "a function belongs in the package"


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_lessons_let_people_predict_first_and_fold_their_answers(path: Path) -> None:
    text = "\n".join(cell.source for cell in cells(path))
    places = [text.lower().index(word) for word in ("predict\n", "play\n", "explain\n")]
    assert places == sorted(places)
    assert "answer(" in text and "<details>" in text and re.search("[\u4e00-\u9fff]{4}", text)
    for cell in cells(path):
        if cell.cell_type == "code" and re.search(r"^answer\(", cell.source, re.MULTILINE):
            assert cell.metadata.get("jupyter", {}).get("source_hidden"), "an answer is readable in its source"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_no_result_is_typed_in(path: Path) -> None:
    """Text holds no decimal number: what came out is computed. (Settings in text are whole numbers, shares or `code`.)"""
    for cell in cells(path):
        if cell.cell_type == "markdown":
            plain = re.sub(r"`[^`]*`", "", cell.source)
            assert not re.search(r"[+\u2212-]\d|\d\.\d+ ?(pp|%)|\[[\d.]+, ", plain), cell.source


# --- that they run --------------------------------------------------------------------------------------------------


class Names(HTMLParser):
    """What a piece of HTML holds: alternative texts and tags left open."""

    def __init__(self) -> None:
        super().__init__()
        self.pictures: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            self.pictures.append(dict(attrs).get("alt") or "")
        elif tag not in ("br", "hr"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def shown_by(path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Run a notebook cell by cell, and return what its cells show; everything shown is rendered."""
    import matplotlib.pyplot as plt

    plt.switch_backend("agg")
    monkeypatch.delenv("CADRESIM_FULL", raising=False)
    names: dict[str, Any] = {"__name__": "__main__", "__builtins__": builtins}
    shown = []
    for module in code_of(path):
        last = module.body.pop() if module.body and isinstance(module.body[-1], ast.Expr) else None
        exec(compile(module, str(path), "exec"), names)
        if last is not None:
            value = eval(compile(ast.Expression(last.value), str(path), "eval"), names)
            shown.append(value)
            if hasattr(value, "_repr_html_"):
                parser = Names()
                parser.feed(value._repr_html_())
                assert parser.open == [] and all(len(words) > 20 for words in parser.pictures)
    plt.close("all")
    return shown


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_runs(path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    if path.stem == "research_1_own_mechanism":
        pytest.importorskip("solara", reason="needs the extra [mesa-viz]")
    monkeypatch.setenv("CADRESIM_NOTEBOOK_RESULTS", str(tmp_path))
    shown = shown_by(path, monkeypatch)
    pictures = [one for one in shown if isinstance(one, Picture)]
    assert all(one.png.startswith(PNG) for one in pictures)
    if path in LESSONS:
        assert len(pictures) >= 1
    for one in shown:
        if hasattr(one, "title") and hasattr(one, "text"):
            assert "nan" not in one.text.lower().split() and "missing" not in one.text


@pytest.mark.slow
def test_run_in_a_kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("nbclient", reason="needs the extra [notebooks]")
    monkeypatch.setattr(making, "sources", lambda: LESSONS[1:2])
    (made,) = making.make_notebooks(tmp_path, run=True)
    notebook = jupytext.read(made)
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    assert any("text/html" in output.get("data", {}) for output in outputs)
    assert not any(output.output_type == "error" for output in outputs)


# --- made for double-clicking ---------------------------------------------------------------------------------------


def test_made_notebooks_are_the_same_every_time_and_never_replace_work(tmp_path: Path) -> None:
    once = {path.name: path.read_bytes() for path in making.make_notebooks(tmp_path / "a")}
    again = {path.name: path.read_bytes() for path in making.make_notebooks(tmp_path / "b")}
    assert once == again and len(once) == len(SOURCES)
    assert all(name.endswith(".ipynb") for name in once)
    with pytest.raises(UserError, match="somebody's work"):
        making.make_notebooks(tmp_path / "a")
    (tmp_path / "a" / SOURCES[0].with_suffix(".ipynb").name).write_text("{}")
    making.make_notebooks(tmp_path / "a", overwrite=True)
    assert {path.name: path.read_bytes() for path in (tmp_path / "a").glob("*.ipynb")} == once
    assert not list((tmp_path / "a").glob(".*"))


def test_command(tmp_path: Path) -> None:
    runner = CliRunner()
    done = runner.invoke(app, ["notebooks", str(tmp_path / "nb")])
    assert done.exit_code == 0 and "lesson_1_why_appraise.ipynb" in done.output and "jupyter lab" in done.output
    again = runner.invoke(app, ["notebooks", str(tmp_path / "nb")])
    assert again.exit_code == 2 and "--overwrite" in again.output
    (tmp_path / "file").write_text("")
    blocked = runner.invoke(app, ["notebooks", str(tmp_path / "file")])
    assert blocked.exit_code == 2 and "cannot be written" in blocked.output


# --- what they lean on ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def result():  # type: ignore[no-untyped-def]
    return compare(
        ["base", "scoring_reform", "deduction_only"], organisation="toy_bureau", replicates=4, months=12, warmup_months=12
    )


def test_pictures(result) -> None:  # type: ignore[no-untyped-def]
    for name in ("tradeoff", "differences", "trajectories", "winners"):
        picture = result.picture(name)
        assert picture.png.startswith(PNG) and "Plain annual appraisal" in str(picture)
    with pytest.raises(UserError, match="no such figure"):
        result.picture("tradeof")
    levels = result.levels(["inflation_cadre", "inflation"], title="Up", inflation="at the top")
    assert "at the top" in str(levels)
    for wrong in (["inflation", "exhaustion_mean"], [], ["inflaton"]):
        with pytest.raises(UserError):
            result.levels(wrong)
    assert result.picture().png == result.picture("tradeoff").png  # the same bytes each time


def test_a_comparison_shows_every_difference_with_its_interval(result) -> None:  # type: ignore[no-untyped-def]
    html = result._repr_html_()
    rows = result.summary.set_index(["scheme", "outcome"])
    assert html.count("<tr>") == 1 + 3 and str(result).split(" ")[0] in html
    for outcome in result.design.headline:
        if np.isfinite(rows.loc[("scoring_reform", outcome), "low"]) and rows.loc[("scoring_reform", outcome), "high"]:
            assert html.count("[") >= 4


def test_predictions(result) -> None:  # type: ignore[no-untyped-def]
    rows = result.summary.set_index(["scheme", "outcome"]).loc["scoring_reform"]
    truth = {
        name: "more" if rows.loc[name, "low"] > 0 else "less" if rows.loc[name, "high"] < 0 else "same"
        for name in ("burnout_share", "justice_procedural", "goal_attainment", "inflation", "understanding_mean")
    }
    assert predict(result, "scoring_reform", truth).hits == len(truth)
    turned = {name: {"more": "less", "less": "more", "same": "more"}[word] for name, word in truth.items()}
    other = predict(result, "scoring_reform", turned)
    assert other.hits == 0 and set(other.table["verdict"]) <= {"otherwise", "not settled"}
    assert "no guess" in predict(result, "scoring_reform", {"inflation": "?"})._repr_html_()
    for scheme, words in (
        ("base", {}),
        ("nobody", {}),
        ("scoring_reform", {"burnout": "more"}),
        ("scoring_reform", {"inflation": "up"}),
    ):
        with pytest.raises(UserError):
            predict(result, scheme, words)


def test_told_and_answers(result) -> None:  # type: ignore[no-untyped-def]
    assert re.fullmatch(r"[+\u2212]?[\d.]+( pp)? \[.+, .+\]", told(result, "scoring_reform", "justice_procedural"))
    for scheme, outcome in (("scoring_refrom", "inflation"), ("scoring_reform", "inflaton")):
        with pytest.raises(UserError, match="did you mean"):
            told(result, scheme, outcome)
    folded = answer("a < b\n\nand <script>alert(1)</script>", title="Why & how")._repr_html_()
    assert "<details>" in folded and "<script>" not in folded and folded.count("<p>") == 2


def test_theory_beside_the_model() -> None:
    table = theory("tournament_of_many", n=5, prize=4.0, sigma=2.0, c=1.0)
    assert table.loc["effort", "formula"] == pytest.approx(0.4652, abs=1e-4)
    assert table.loc["effort", "error"] < 0.01 and table.attrs["formula"]
    with pytest.raises(UserError, match="no such limit"):
        theory("tournament")
    with pytest.raises(UserError, match="no such parameter"):
        theory("threshold", sigm=1.0)


def test_schemes_changed_in_python_have_names_of_their_own() -> None:
    mine = load_scheme("base", changes={"application.applied": 1.0}, name="mine", title="Our scheme")
    assert (mine.name, mine.title, mine.application.applied) == ("mine", "Our scheme", 1.0)
    kept = load_scheme("base", title="Other title")
    assert (kept.name, kept.title) == ("base", "Other title") and kept.summary == load_scheme("base").summary
    assert "Applied: 30 % -> 100 %" in diff("base", mine) and "differ in nothing" in diff(mine, mine)
    with pytest.raises(UserError):
        load_scheme("base", name="two words")


def test_sweeps_draw_the_paths_they_are_asked_for() -> None:
    found = sweep(["base"], {"application.applied": [0.0, 1.0], "behaviour.crowding": [0.0, 0.3]}, organisation="toy_bureau",
                  replicates=2, months=12, warmup_months=0, design="full", levels=2)  # fmt: skip
    assert found.picture("behaviour.crowding").png.startswith(PNG) and "<p>" in found._repr_html_()
    with pytest.raises(UserError, match="no such path"):
        found.picture("behaviour.crowdin")


# --- own agents -----------------------------------------------------------------------------------------------------


class Candid(Cadre):
    """Reports what is."""

    def falsify(self, j: int, slope: float) -> float:
        return 0.0


class Same(Cadre):
    """As the model has it."""


def test_a_run_with_own_agents_differs_by_what_they_override() -> None:
    settings: dict[str, Any] = {"organisation": "toy_bureau", "months": 6, "warmup_months": 6, "seed": 3}
    plain = simulate("explicit_incentives", **settings)
    same = simulate("explicit_incentives", **settings, walk="agents", cadre_class=Same)
    candid = simulate("explicit_incentives", **settings, walk="agents", cadre_class=Candid)
    np.testing.assert_allclose(list(same.outcomes.values()), list(plain.outcomes.values()), rtol=1e-9)
    assert plain.outcomes["falsified_share"] > 0.0 == candid.outcomes["falsified_share"]
    with pytest.raises(UserError, match="Mesa walk"):
        simulate("base", **settings, cadre_class=Candid)


def test_a_watched_model_is_the_same_model_and_collects_every_month() -> None:
    watched = WatchedModel("forced_ranking", "toy_bureau", seed=5)
    plain = AppraisalModel.founded(load_organisation("toy_bureau"), load_scheme("forced_ranking"), load_behaviour(), seed=5)
    for _ in range(3):
        watched.step(), plain.step()
    assert differences(watched.world, plain.world) == []
    table = watched.datacollector.get_model_vars_dataframe()
    assert table["month"].tolist() == [1, 2, 3]
    assert table["exhaustion_mean"].iloc[-1] == plain.record()["exhaustion_mean"]
    again = type(watched)(scheme="forced_ranking", organisation="toy_bureau", seed="5")  # type: ignore[arg-type]  # a text field's seed
    assert again.world.luck.tolist() == watched.world.luck.tolist()


def test_the_view_draws_every_cadre() -> None:
    pytest.importorskip("solara", reason="needs the extra [mesa-viz]")
    from experiments.web.bureau_view import bureau_figure, months_figure

    model = WatchedModel("forced_ranking", "workshop_bureau")
    months_figure(model)
    model.step()
    dots = [axes.collections[0] for axes in bureau_figure(model).axes if axes.collections and axes.get_title("left")]
    assert sum(len(one.get_offsets()) for one in dots) == len(model.cadres)
    assert len(months_figure(model).axes) == 2


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_the_view_is_rendered_by_mesas_viewer() -> None:
    solara = pytest.importorskip("solara", reason="needs the extra [mesa-viz]")
    from mesa.visualization import Slider, SolaraViz

    from experiments.web.bureau_view import bureau_view, months_view

    page = SolaraViz(
        WatchedModel("base", "toy_bureau"),
        components=[(bureau_view, 0), (months_view, 0)],
        model_params={"seed": Slider("Seed", 1, 1, 9, 1), "organisation": "toy_bureau"},
    )
    _, rendered = solara.render(page, handle_error=False)
    try:
        assert rendered.find(children=["Step"]).widgets or rendered.container is not None
    finally:
        rendered.close()


# --- a survey -------------------------------------------------------------------------------------------------------

TRUTH = {"exhaustion_base": -0.8, "cynicism_of_injustice": 2.4}


@pytest.fixture(scope="module")
def survey() -> pd.DataFrame:
    known = load_behaviour("default", changes=TRUTH)
    run = simulate("deduction_heavy", "county_bureau", behaviour=known, months=24, seed=4711)
    return run.cadres[["exhaustion", "cynicism", "justice_procedural"]].sample(200, random_state=1)


@pytest.fixture(scope="module")
def fit(survey: pd.DataFrame) -> SurveyFit:
    return fit_survey(
        survey, list(TRUTH), organisation="county_bureau", scheme="deduction_heavy", points=64, waves=1, proposals=128,
        replicates=4,
    )  # fmt: skip


@pytest.mark.slow
def test_known_people_are_recovered_from_their_answers(fit: SurveyFit) -> None:
    table = fit.table.set_index("parameter")
    for name, value in TRUTH.items():
        spread = (table.loc[name, "high"] - table.loc[name, "low"]) / (2 * 1.645)
        assert abs(table.loc[name, "centre"] - value) < 3 * spread
        assert table.loc[name, "narrower"] > 0.5
        default = getattr(load_behaviour(), name)
        assert not table.loc[name, "low"] <= default <= table.loc[name, "high"]  # these people are not the default ones


@pytest.mark.slow
def test_what_a_fit_tells(fit: SurveyFit) -> None:
    assert len(fit.sentences) == 3 and "200 respondents" in str(fit)
    assert fit.behaviour.exhaustion_base == pytest.approx(fit.table["centre"].iloc[0])
    assert fit.behaviour.loss_aversion == load_behaviour().loss_aversion
    drawn = fit.sample(5, seed=1)
    assert len({one.exhaustion_base for one in drawn}) > 1
    assert fit._repr_html_().count("<tr>") == 1 + len(fit.statistics) == 1 + 3 + 3 + 3
    assert fit.picture(truth=TRUTH).png.startswith(PNG)
    with pytest.raises(UserError, match="no such fitted parameter"):
        fit.picture(truth={"crowding": 1.0})


def test_statistics_of_a_survey(survey: pd.DataFrame) -> None:
    answers = answers_of(survey)
    found = statistics_of(answers)
    assert found["exhaustion: mean"] == pytest.approx(survey["exhaustion"].mean())
    assert found["cynicism: spread"] == pytest.approx(survey["cynicism"].std())
    expected = survey["exhaustion"].corr(survey["cynicism"])
    assert found["exhaustion with cynicism: correlation"] == pytest.approx(expected)
    errors = dict(zip(found, sampling_error(answers, 1), strict=True))
    assert errors["exhaustion: mean"] == pytest.approx(survey["exhaustion"].sem(), rel=0.15)
    assert "burnout" in items() and "effort" not in items()


def test_a_survey_may_have_gaps_and_other_columns(survey: pd.DataFrame, tmp_path: Path) -> None:
    table = survey.reset_index(drop=True).assign(remark="none")
    table.loc[3, "exhaustion"] = np.nan
    table.to_csv(tmp_path / "survey.csv", index=False)
    answers = answers_of(tmp_path / "survey.csv")
    assert list(answers) == ["exhaustion", "cynicism", "justice_procedural"] and len(answers["cynicism"]) == len(table) - 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"survey": "no_such.csv"}, "cannot be read"),
        ({"survey": pd.DataFrame({"mood": range(50)})}, "no column of the survey"),
        ({"survey": pd.DataFrame({"exhaustion": ["high"] * 50})}, "must be numbers"),
        ({"survey": pd.DataFrame({"exhaustion": [1.0, 2.0]})}, "too few"),
        ({"survey": pd.DataFrame({"exhaustion": [1.0, np.inf] * 25})}, "finite"),
        ({"survey": pd.DataFrame({"exhaustion": [2.0] * 50})}, "same answer"),
        ({"survey": pd.DataFrame({"exhaustion": [1.0, 7.0] * 25})}, "outside the item's scale"),
        ({"survey": pd.DataFrame({"cynicism": [1.0, 2.0] * 25, "burnout": [-1.0, 2.0] * 25})}, "outside the item's scale"),
        ({"survey": pd.DataFrame({"cynicism": [1.0, 2.0] * 25, "Exhaustion ": [1.0, 2.0] * 25})}, "nearly an item"),
        ({"items": ["exhaustoin"]}, "no such column"),
        ({"parameters": ["exhaustion_bas"]}, "no such parameter"),
        ({"parameters": []}, "each once"),
        ({"parameters": ["crowding", "crowding"]}, "each once"),
        ({"points": 3}, "points must be"),
        ({"proposals": 1.5}, "proposals must be"),
        ({"miss": 2.0}, "miss is a share"),
        ({"organisation": "nowhere"}, "no organisation"),
        ({"scheme": "nothing"}, "no scheme"),
    ],
)
def test_bad_surveys_are_told(change: dict[str, Any], message: str, survey: pd.DataFrame) -> None:
    asked: dict[str, Any] = {
        "survey": survey, "parameters": ["exhaustion_base"], "organisation": "toy_bureau", "scheme": "base",
    } | change  # fmt: skip
    with pytest.raises(UserError, match=message):
        fit_survey(asked.pop("survey"), asked.pop("parameters"), **asked)
