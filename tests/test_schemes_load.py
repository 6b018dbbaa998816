"""Reading documents: differences, parts, changes, annotations, strict types, files that cannot be read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sim.errors import UserError
from sim.schemes import locate
from sim.schemes.behaviour import Behaviour
from sim.schemes.checking import checked
from sim.schemes.load import annotations_of, load_behaviour, load_organisation, load_scheme, mix, read_behaviour, read_scheme
from sim.schemes.nodes import Place
from sim.schemes.reading import LARGEST_FILE, parse_yaml
from sim.schemes.scheme import Scheme

BASE = """name: base
title: The base
plan:
  indicators:
    key_work: {tasks: key, weight: 0.7}
    general_work: {tasks: general, weight: 0.3}
process:
  coaching: {value: 0.5, source: t_county, status: cited, note: "half"}
  captured: 0.25
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "base.yaml").write_text(BASE)
    return tmp_path


def write(folder: Path, name: str, text: str) -> Path:
    (folder / name).write_text(text)
    return folder / name


def told(reference: Path | str) -> str:
    with pytest.raises(UserError) as caught:
        load_scheme(reference)
    return str(caught.value)


def content(scheme: Scheme) -> dict[str, object]:
    return scheme.model_dump(exclude={"name", "title", "summary"})


# --- differences ------------------------------------------------------------------------------------------------------


def test_empty_difference_is_the_same_scheme(folder: Path) -> None:
    same = load_scheme(write(folder, "same.yaml", "extends: ./base.yaml\n"))
    assert content(same) == content(load_scheme(folder / "base.yaml"))


def test_labels_are_not_inherited(folder: Path) -> None:
    same = load_scheme(write(folder, "My-Own scheme.yaml", "extends: ./base.yaml\n"))
    assert (same.name, same.title) == ("my_own_scheme", "")


def test_a_difference_changes_only_what_it_says(folder: Path) -> None:
    changed = load_scheme(write(folder, "more.yaml", "extends: ./base.yaml\nprocess: {coaching: 0.9}\n"))
    assert changed.process.coaching == 0.9
    assert changed.process.captured == 0.25
    assert changed.plan == load_scheme(folder / "base.yaml").plan


def test_indicators_are_replaced_whole(folder: Path) -> None:
    text = "extends: ./base.yaml\nplan: {indicators: {everything: {tasks: all, weight: 1.0}}}\n"
    assert list(load_scheme(write(folder, "one.yaml", text)).plan.indicators) == ["everything"]


def test_a_single_indicator_can_be_changed_by_its_path(folder: Path) -> None:
    changes = {"plan.indicators.key_work.weight": 0.6, "plan.indicators.general_work.weight": 0.4}
    indicators = load_scheme(folder / "base.yaml", changes=changes).plan.indicators
    assert {name: indicator.weight for name, indicator in indicators.items()} == {"key_work": 0.6, "general_work": 0.4}
    assert indicators["key_work"].tasks == "key"


def test_changes_in_a_file_come_last(folder: Path) -> None:
    part = write(folder, "part.yaml", "extends: ./base.yaml\nprocess: {coaching: 0.1}\n")
    text = f"extends: ./base.yaml\nparts: [./{part.name}]\nchanges: {{process.coaching: {{value: 0.2, source: s_county}}}}\n"
    loaded = read_scheme(write(folder, "late.yaml", text))
    assert loaded.document.process.coaching == 0.2
    assert loaded.annotations["process.coaching"].source == ("s_county",)


@pytest.mark.parametrize("changed", ["process.coaching: 0.2", "process: {coaching: 0.2}"])
def test_a_value_said_twice_in_one_file_is_refused(folder: Path, changed: str) -> None:
    text = f"extends: ./base.yaml\nprocess: {{coaching: 0.1}}\nchanges:\n  {changed}\n"
    with pytest.raises(UserError) as caught:
        load_scheme(write(folder, "twice.yaml", text))
    finding = caught.value.findings[0]
    assert (finding.line, finding.problem) == (4, "said twice")
    assert "line 2" in finding.hint


def test_parts_lay_only_their_own_difference_over_it(folder: Path) -> None:
    write(folder, "other.yaml", "name: other\nprocess: {captured: 0.9, coaching: 0.9}\n")
    write(folder, "part.yaml", "extends: ./other.yaml\nname: part\nprocess: {deadlines: 0.3}\n")
    mixture = load_scheme(folder / "base.yaml", parts=[folder / "part.yaml"])
    assert (mixture.name, mixture.process.deadlines, mixture.process.captured) == ("base", 0.3, 0.25)
    text = "name: x\nextends: ./base.yaml\nparts: [part.yaml]\nprocess: {deadlines: 0.4}\n"
    assert load_scheme(write(folder, "x.yaml", text)).process.deadlines == 0.4, "the file's own words come after its parts"


def test_later_parts_win(folder: Path) -> None:
    one, two = (write(folder, f"{i}.yaml", f"name: p{i}\nprocess: {{deadlines: 0.{i}}}\n") for i in (1, 2))
    assert mix(folder / "base.yaml", one, two).process.deadlines == 0.2
    assert mix(folder / "base.yaml", two, one).process.deadlines == 0.1


def test_a_chain_of_differences(folder: Path) -> None:
    write(folder, "b.yaml", "extends: ./base.yaml\nprocess: {coaching: 0.6, deadlines: 0.1}\n")
    write(folder, "c.yaml", "extends: b.yaml\nprocess: {coaching: 0.7}\n")
    process = load_scheme(folder / "c.yaml").process
    assert (process.coaching, process.deadlines, process.captured) == (0.7, 0.1, 0.25)


def test_every_element_can_be_switched(folder: Path) -> None:
    """Each numeric element of a scheme takes a change by its dotted path."""
    from sim.schemes.words import dotted, element_paths, field_at

    at_once = (
        "plan.result",
        "appraisal.appraisers",
        "plan.indicators",
        "name",
        "title",
        "summary",
    )  # shares that make 1 together
    for path in element_paths(Scheme):
        name = dotted(path)
        neutral = getattr(field_at(Scheme, path), "default", None)
        if name.startswith(at_once) or not isinstance(neutral, float) or "threshold" in name:
            continue
        changed = load_scheme(folder / "base.yaml", changes={name: 0.5})
        value: object = changed
        for step in path:
            value = getattr(value, step)
        assert value == 0.5, name


# --- where things stand ------------------------------------------------------------------------------------------------


def test_lines_and_annotations_survive_merging(folder: Path) -> None:
    path = write(
        folder, "d.yaml", "# a comment\nextends: ./base.yaml\nprocess:\n  captured: {value: 0.5, status: assumed, note: ours}\n"
    )
    loaded = read_scheme(path)
    assert loaded.place("process", "captured") == Place(locate.shown(path), 4)
    assert loaded.place("process", "coaching") == Place(locate.shown(folder / "base.yaml"), 8)
    assert loaded.place("process", "deadlines").line == 3, "what is not written stands where its section stands"
    assert loaded.annotations["process.coaching"].note == "half"
    assert loaded.annotations["process.captured"].status == "assumed"
    assert [file.name for file in loaded.files] == ["d.yaml", "base.yaml"]


def test_annotations_of_a_document(folder: Path) -> None:
    assert annotations_of(folder / "base.yaml")["process.coaching"].source == ("t_county",)


def test_a_changed_value_loses_the_annotation_of_the_old_one(folder: Path) -> None:
    loaded = read_scheme(folder / "base.yaml", changes={"process.coaching": 0.1})
    assert "process.coaching" not in loaded.annotations
    assert loaded.place("process", "coaching").file == "changes"


def test_findings_of_both_files_are_told_with_their_own_lines(folder: Path) -> None:
    write(folder, "base.yaml", BASE + "  deadlines: 3\n")
    message = told(write(folder, "d.yaml", "extends: ./base.yaml\nprocess:\n  captured: 7\n"))
    assert "d.yaml:3: process.captured: the number is too large" in message
    assert "base.yaml:10: process.deadlines: the number is too large" in message


# --- strict types -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "value"), [("1", 1.0), ("1e-1", 0.1), ("0.5", 0.5), (".5", 0.5), ("+0.25", 0.25), ("0x1", 1.0)]
)
def test_numbers_as_yaml_1_2_writes_them(folder: Path, written: str, value: float) -> None:
    scheme = load_scheme(write(folder, "n.yaml", f"name: n\nprocess: {{coaching: {written}}}\n"))
    assert scheme.process.coaching == value
    assert isinstance(scheme.process.coaching, float)


@pytest.mark.parametrize("written", ["yes", "on", "true", "'0.5'", "0,5", "~", "[]", "{}", ".nan", ".inf", "1_0", "0:30", "50%"])
def test_nothing_else_is_a_number(folder: Path, written: str) -> None:
    assert "n.yaml:3: process.coaching" in told(write(folder, "n.yaml", f"name: n\nprocess:\n  coaching: {written}\n"))


def test_no_is_text_and_leading_zeros_are_decimal(folder: Path) -> None:
    node = parse_yaml("name: no\nsummary: 12:30\ntitle: '012'\nappraisal: {interval: 012}\n", "x")
    scheme = checked(Scheme, node)
    assert (scheme.name, scheme.summary, scheme.title, scheme.appraisal.interval) == ("no", "12:30", "012", 12)


# --- names and files ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["../schemes/base", "schemes/base", "..", "./base", "base.yaml", "..\\schemes\\base"])
def test_a_path_is_never_looked_up_as_a_preset(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Though configs/schemes/base.yaml exists, none of these names reaches it from an empty folder."""
    empty = tmp_path / "one" / "two"
    empty.mkdir(parents=True)
    monkeypatch.chdir(empty)
    with pytest.raises(UserError):
        load_scheme(name)


def test_a_preset_wins_over_a_file_of_the_same_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "base").write_text("name: other\n")
    monkeypatch.chdir(tmp_path)
    assert load_scheme("base").name == "base"


def test_configs_inside_the_package_come_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a wheel the presets lie in sim/configs; a folder `configs` beside the package belongs to somebody else."""
    package = tmp_path / "site-packages" / "sim"
    (package / "schemes").mkdir(parents=True)
    monkeypatch.setattr(locate, "__file__", str(package / "schemes" / "locate.py"))
    assert locate.configuration_folder() == package.parent / "configs"
    (package / "configs").mkdir()
    assert locate.configuration_folder() == package / "configs"


def test_unknown_preset_names_the_nearest() -> None:
    message = told("forced_rankin")
    assert "there is no scheme of this name" in message
    assert "did you mean forced_ranking?" in message


def test_missing_file(tmp_path: Path) -> None:
    assert "no such file or folder" in told(tmp_path / "nothing.yaml")


def test_a_folder_is_no_scheme(tmp_path: Path) -> None:
    assert "this is a folder" in told(tmp_path)


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.yaml"
    path.write_bytes(b"#" * (LARGEST_FILE + 1))
    assert "the file is too large" in told(path)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    assert "no such file" in told(tmp_path / "pipe.yaml")


def test_an_endless_nest_of_brackets(tmp_path: Path) -> None:
    assert "nested too deeply" in told(write(tmp_path, "deep.yaml", "name: " + "[" * 50_000))


def test_a_byte_order_mark_is_no_harm(folder: Path) -> None:
    (folder / "bom.yaml").write_bytes(b"\xef\xbb\xbf" + BASE.encode())
    assert load_scheme(folder / "bom.yaml").name == "base"


def test_windows_line_ends_keep_their_lines(folder: Path) -> None:
    (folder / "crlf.yaml").write_bytes(b"name: x\r\nprocess:\r\n  coaching: 2\r\n")
    assert "crlf.yaml:3: process.coaching" in told(folder / "crlf.yaml")


def test_own_sources_beside_the_file(folder: Path) -> None:
    write(folder, "sources.yaml", "my_interviews: {title: Interviews, what: of my own}\n")
    path = write(folder, "own.yaml", "name: own\nprocess: {coaching: {value: 0.5, source: my_interviews, status: cited}}\n")
    assert read_scheme(path).annotations["process.coaching"].source == ("my_interviews",)


def test_the_same_file_changed_is_read_again(folder: Path) -> None:
    path = write(folder, "n.yaml", "name: n\nprocess: {coaching: 0.1}\n")
    assert load_scheme(path).process.coaching == 0.1
    write(folder, "n.yaml", "name: n\nprocess: {coaching: 0.2}\n")
    assert load_scheme(path).process.coaching == 0.2


# --- behaviour and organisations --------------------------------------------------------------------------------------------


def test_missing_parameters_keep_their_neutral_value(tmp_path: Path) -> None:
    text = "adjustment: {value: 0.5, low: 0.25, high: 1.0, status: assumed, note: half}\n"
    loaded = read_behaviour(write(tmp_path, "b.yaml", text))
    assert loaded.document == Behaviour(adjustment=0.5)
    annotation = loaded.annotations["adjustment"]
    assert (annotation.low, annotation.high, annotation.status) == (0.25, 1.0, "assumed")


def test_behaviour_extends_and_takes_changes(tmp_path: Path) -> None:
    write(tmp_path, "b.yaml", "adjustment: 0.5\nloss_aversion: 2\n")
    path = write(tmp_path, "c.yaml", "extends: b.yaml\nloss_aversion: 3\n")
    assert load_behaviour(path, changes={"risk_aversion": 1}) == Behaviour(adjustment=0.5, loss_aversion=3, risk_aversion=1)


def test_a_difference_on_an_organisation() -> None:
    bureau = load_organisation("toy_bureau", changes={"peers.number": 7})
    assert bureau.peers.number == 7
    assert bureau.model_copy(update={"peers": load_organisation("toy_bureau").peers}) == load_organisation("toy_bureau")
