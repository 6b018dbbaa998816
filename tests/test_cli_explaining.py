"""cadresim explain: the tree on a terminal and as JSON, mistakes told without a traceback."""

import json
import re

import pytest
from typer.testing import CliRunner

from experiments.cli import app

SMALL = ["-g", "workshop_bureau", "--months", "12", "--warmup", "12"]


def told(*arguments: str, expect: int = 0):
    result = CliRunner().invoke(app, ["explain", *arguments])
    assert result.exit_code == expect, result.output
    assert "Traceback" not in result.output
    return result


def test_a_tree_from_the_grade_down():
    text = told("forced_ranking", *SMALL, "--cadre", "5").stdout
    assert "Cadre 5 (" in text and "Grade:" in text and "Final score" in text and "[ranking.forced_grade]" in text
    assert re.search(r"\d+ numbers, each worked out again", text)
    assert "would have made the grade" in text
    assert "{" not in text


def test_depth_and_settings():
    shallow, deep = told("forced_ranking", *SMALL, "--depth", "1").stdout, told("forced_ranking", *SMALL, "--depth", "9").stdout
    assert len(shallow.splitlines()) < len(deep.splitlines())
    assert "Unit weight" not in deep or "Unit weight" in told("forced_ranking", *SMALL, "--depth", "9", "--settings").stdout


def test_json_in_both_languages_says_the_same_numbers():
    english = json.loads(told("municipal_closed_loop", *SMALL, "--json", "--cadre", "lowest").stdout)
    chinese = json.loads(told("municipal_closed_loop", *SMALL, "--json", "--cadre", "lowest", "--lang", "zh").stdout)

    def values(node):
        return [node["id"], node["value"], *(values(child) for child in node.get("children", ()))]

    assert values(english["root"]) == values(chinese["root"])
    assert re.search("[\u4e00-\u9fff]", chinese["root"]["name"]) and not re.search("[\u4e00-\u9fff]", json.dumps(english))
    assert english["checked"]["largest_gap"] < 1e-9


@pytest.mark.parametrize("wrong", [
    ("no_such_scheme",), ("forced_ranking", "-g", "nowhere"),
    ("forced_ranking", *SMALL, "--cadre", "0"),
    ("forced_ranking", *SMALL, "--cadre", "nobody"), ("forced_ranking", *SMALL, "--year", "9"),
    ("base", *SMALL, "--until", "grade"),
    ("forced_ranking", *SMALL, "--until", "pay"), ("forced_ranking", *SMALL, "--lang", "tlh"),
    ("forced_ranking", "--months", "3"),
    ("forced_ranking", "-g", "national_service"), ("forced_ranking", *SMALL, "--seed", "-1"),
    ("forced_ranking", *SMALL, "--depth", "-1"),
    (), ("forced_ranking", *SMALL, "--behaviour", "../../etc/passwd"),
], ids=str)  # fmt: skip
def test_mistakes_are_told_plainly(wrong):
    told(*wrong, expect=2)
