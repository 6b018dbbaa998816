"""The documentation: text and code agree, commands in it exist, links lead somewhere. `make docs` builds it whole."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from docs.made import declared, markdown, mentions, sessions, site
from docs.made.checking import faults
from docs.made.pages import MADE
from docs.made.pages.evidence import counted, facts
from docs.made.pages.model import named_papers

ROOT = Path(__file__).resolve().parents[1]
PAGES = site.hand_written()
MODEL = site.model_pages(PAGES)
WITH_README = {**PAGES, "README.md": (ROOT / "README.md").read_text("utf-8")}


# --- text and code agree ----------------------------------------------------------------------------------------------


def test_the_description_of_the_model_and_the_code_agree():
    assert mentions.drift(MODEL) == []


@pytest.mark.parametrize("kind", mentions.EXPLAINED)
def test_what_the_code_declares_anew_must_be_explained(kind):
    held = {**{one: mentions.explained(one) for one in mentions.EXPLAINED}, kind: {*mentions.explained(kind), "cadres.quite_new"}}
    assert mentions.drift(MODEL, held) == [f"no page of the model explains the {kind} cadres.quite_new"]


@pytest.mark.parametrize(
    ("kind", "name"), [("rule", "strain"), ("parameter", "capacity"), ("column", "cadres.rung"), ("link", "plan")]
)
def test_what_the_code_no_longer_declares_must_leave_the_text(kind, name):
    held = {**{one: mentions.explained(one) for one in mentions.EXPLAINED}, kind: set(mentions.explained(kind)) - {name}}
    told = mentions.drift(MODEL, held)
    assert told and all(f"there is no {kind} {name}" in fault for fault in told)


@pytest.mark.parametrize("kind", mentions.EXPLAINED)
def test_a_sentence_that_is_struck_out_is_missed(kind):
    told = next(
        found for text in MODEL.values() for found in mentions.mentions(text) if found.kind == kind and "*" not in found.name
    )
    struck = {page: text.replace(f"{{{kind}}}`{told.name}`", "") for page, text in MODEL.items()}
    assert mentions.drift(struck) == [f"no page of the model explains the {kind} {told.name}"]


def test_a_family_that_is_gone_is_told():
    assert mentions.unknown("see {column}`cadres.sum_*`") == ["line 1: there is no column cadres.sum_*"]


@pytest.mark.parametrize("name", sorted(PAGES))
def test_every_name_on_a_page_exists(name):
    assert mentions.unknown(PAGES[name]) == []


def test_a_name_that_does_not_exist_stops_the_build():
    with pytest.raises(ValueError, match="there is no rule gone"):
        mentions.linked("{rule}`gone`", "model/odd.md")
    with pytest.raises(ValueError, match="there is no such fact: gone"):
        site.finished("index.md", "{fact}`gone`")


def test_columns_say_who_writes_them_and_the_page_of_the_month_knows_them_all():
    text = MADE["reference/month.md"]()
    assert all(f"#{markdown.anchor('link', name)}" in text for name in declared.links())


# --- figures are read, not typed ----------------------------------------------------------------------------------------


def test_rows_are_counted_as_the_evidence_page_counts_them():
    page = (ROOT / "docs" / "evidence.md").read_text("utf-8")
    told = facts()
    for title, name in (("Predicted", "predicted_met"), ("Consistency checks", "consistency_met"), ("Fitted", "fitted_met")):
        assert f"- {title}: {told[name]} (" in page
    assert f"(without rows and claims of ours): {told['tabled_met']} (" in page
    assert f"(without the rests of rows marked fit): {told['lettered_met']} (" in page
    assert f"- Closed forms of theory: {told['limits_met']}" in page


def test_no_page_types_how_many_rows_are_met():
    met, of = counted().predicted
    typed = re.compile(rf"\b{met} (?:of|out of) (?:the )?{of}\b")
    assert [name for name, text in WITH_README.items() if typed.search(text) and name != "evidence.md"] == []


# --- citations ------------------------------------------------------------------------------------------------------------


def test_papers_that_rules_name_stand_in_the_register():
    from docs.made.pages.model import _authors

    register = set(_authors().values())
    strangers = {
        (one.name, *paper) for one in declared.rules().values() for paper in named_papers(one.doc) if paper not in register
    }
    assert strangers == set()


# --- commands on pages exist ------------------------------------------------------------------------------------------------


def _commands(text: str) -> list[list[str]]:
    blocks = re.findall(r"^```(?:sh|console)[^\n]*\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in re.sub(r"\\\n\s*", "", block).split("\n")]
    words = [shlex.split(re.sub(r"\s+#.*$", "", line)) for line in lines if line.strip().startswith("cadresim ")]
    return [one[1:] for one in words]


@pytest.mark.parametrize("name", sorted(name for name, text in WITH_README.items() if _commands(text)))
def test_commands_and_options_on_a_page_exist(name):
    for first, *rest in _commands(WITH_README[name]):
        if first.startswith("-"):
            continue
        assert first in declared.commands(), f"cadresim {first}"
        flags = {flag for one in declared.commands()[first].params for flag in (*one.opts, *one.secondary_opts)} | {"--help"}
        given = {word.split("=")[0] for word in rest if re.match(r"--?[a-z]", word)}
        assert given <= flags, f"cadresim {first}: {given - flags}"


# --- made pages ---------------------------------------------------------------------------------------------------------------


def test_the_page_of_commands_has_every_command_and_option():
    text = MADE["reference/commands.md"]()
    for name, command in declared.commands().items():
        assert f"## cadresim {name}\n" in text
        assert all(f"`{flag}`" in text for one in command.params if one.param_type_name == "option" for flag in one.opts)


@pytest.mark.parametrize("page", ["reference/scheme.md", "reference/organisation.md"])
def test_every_element_stands_on_its_page(page):
    text = MADE[page]()
    paths = [path for path in declared.elements() if declared.page_of("element", path) == page]
    assert paths and all(f"{{#{markdown.anchor('element', path)}}}" in text for path in paths)


def test_every_parameter_tells_value_range_and_source():
    text = MADE["reference/behaviour.md"]()
    assert all(f"({markdown.anchor('parameter', name)})=" in text for name in declared.parameters())
    assert "Source: none" not in text


def test_every_trap_source_and_preset_has_its_entry():
    for page, kind in (("reference/traps.md", "trap"), ("reference/sources.md", "source"), ("reference/presets.md", "preset")):
        text = MADE[page]()
        assert all(f"({markdown.anchor(kind, name)})=" in text for name in declared.names(kind))


def test_docstrings_keep_their_formulas():
    told = markdown.docstring("Cost a*b*c of x_1 | y.\n\nForm::\n\n    C = a*b\n\nRaises:\n    UserError: too\n        much.")
    assert r"a\*b\*c of x\_1 \| y" in told
    assert "```text\nC = a*b\n```" in told
    assert "- UserError: too much." in told


# --- the built site is held against this ---------------------------------------------------------------------------


def test_broken_links_and_addresses_elsewhere_are_found(tmp_path):
    (tmp_path / "other.html").write_text('<p id="here">x</p>')
    (tmp_path / "style.css").write_text("@import url(https://fonts.example/a.css); a { background: url(b.png) }")
    (tmp_path / "index.html").write_text(
        '<link rel="stylesheet" href="style.css"><script src="https://cdn.example/m.js"></script><img src="gone.png">'
        '<a href="other.html#here">good</a><a href="other.html#there">bad</a><a href="gone.html">bad</a>'
        '<a href="https://example.org">elsewhere, on a click</a>'
    )
    assert faults(tmp_path) == [
        "index.html loads https://cdn.example/m.js from elsewhere",
        "index.html loads gone.png, which is not there",
        "index.html: the link other.html#there leads nowhere",
        "index.html: the link gone.html leads nowhere",
        "style.css loads https://fonts.example/a.css from elsewhere",
    ]


# --- tutorials as sessions ----------------------------------------------------------------------------------------------------


SESSION = f"""{sessions.MARK}
```yaml save=a.yaml
x: 1
```
```sh head=1
cadresim version   # the version
cadresim \\
  version
```
"""


def test_blocks_of_a_page_become_steps():
    saved, shell = sessions.steps(SESSION)
    assert (saved.option("save"), saved.body) == ("a.yaml", "x: 1\n")
    assert shell.commands == ["cadresim version", "cadresim version"]


def test_outputs_are_shown_below_their_commands(monkeypatch, tmp_path):
    kept = {"model": "old", "commands": ["cadresim version"] * 2, "printed": ["1.0", "second"]}
    monkeypatch.setattr(sessions, "recorded", lambda name: kept)
    told = sessions.with_outputs("a.md", SESSION)
    assert "```text\n1.0\n...\n```" in told
    assert "earlier state of the model" in told
    with pytest.raises(ValueError, match="record them anew"):
        sessions.with_outputs("a.md", SESSION.replace("cadresim \\", "cadresim schemes \\"))


def test_a_command_that_fails_stops_the_recording(tmp_path):
    with pytest.raises(sessions.Failed, match="exit code 2"):
        sessions.run("```sh\ncadresim describe no_such_scheme\n```\n", tmp_path)
    assert "no_such_scheme" in sessions.run("```sh exit=2\ncadresim describe no_such_scheme\n```\n", tmp_path)[0]


# --- how tables look ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("-0.4 to -0.28", "−0.4\u00a0to\u00a0−0.28"),
        ("-0.369 ± 0.038", "−0.369\u00a0±\u00a00.038"),
        ("95 %", "95\u00a0%"),
        ("-.28 to -.40", "−.28\u00a0to\u00a0−.40"),
        ("sign -", "sign -"),
        ("2026-11-22", "2026-11-22"),
        ("team_over_individual (R)", "team_<wbr>over_<wbr>individual (R)"),
    ],
)
def test_numbers_and_names_in_cells_break_where_they_may(tmp_path, monkeypatch, cell, shown):
    monkeypatch.setattr(site, "HTML", tmp_path)
    page = tmp_path / "a.html"
    page.write_text(f"<tr><td><p>{cell}</p></td></tr>", encoding="utf-8")
    site.polish()
    assert f"<td><p>{shown}</p></td>" in page.read_text(encoding="utf-8")


def test_only_cells_that_hold_a_sentence_are_marked(tmp_path, monkeypatch):
    monkeypatch.setattr(site, "HTML", tmp_path)
    page = tmp_path / "a.html"
    long = "What the month brings everybody: taxpayers' side of luck, the <em>strategy</em> map."
    page.write_text(f"<td><p>short</p></td><td><p>{long}</p></td>", encoding="utf-8")
    site.polish()
    assert page.read_text(encoding="utf-8") == f'<td><p>short</p></td><td class="sentence"><p>{long}</p></td>'
