"""One cadre's year on a terminal: the tree, what followed, the nearest changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Group
from rich.text import Text
from rich.tree import Tree

from sim.lang import words
from sim.trace.explaining import Explanation


def explanation_as_text(found: Explanation, language: str = "en", *, depth: int = 8, settings: bool = False) -> Group:
    """The explanation for a console; settings are left out unless asked for."""
    say = words(language)
    told = found.to_dict(language)
    cadre = told["cadre"]
    head = say(
        "explain.text.head", number=cadre["number"], department=cadre["department"], scheme=told["scheme"]["title"],
        organisation=told["organisation"]["title"], year=told["year"], first=told["months"][0], last=told["months"][1],
        grade=told["grade"]["name"],
    )  # fmt: skip
    tree = _tree(told["root"], depth, settings, say("explain.text.colon"))
    parts: list[Any] = [Text(head, style="bold"), tree, Text(say("explain.text.followed"), style="bold")]
    parts += [Text(f"  {node['sentence']}") for node in told["consequences"]]
    if told["changes"]:
        parts.append(Text(say("explain.text.changes"), style="bold"))
        parts += [Text(f"  {change['sentence']}") for change in told["changes"] if change["found"]]
        for way in ("up", "down"):
            none = [change["name"] for change in told["changes"] if not change["found"] and change["direction"] == way]
            if none:
                parts.append(
                    Text("  " + say(f"explain.text.none_{way}", names=say("explain.text.comma").join(none)), style="dim")
                )
    checked = told["checked"]
    parts.append(Text(say("explain.text.checked", nodes=checked["nodes"], gap=f"{checked['largest_gap']:.0e}"), style="dim"))
    return Group(*parts)


def _tree(node: Mapping[str, Any], depth: int, settings: bool, colon: str, into: Tree | None = None) -> Tree:
    label = Text.assemble((node["name"], "bold"), colon, node["text"])
    if node["kind"] != "setting":
        label.append(f"   {node['sentence']}", style="dim")
    if "how" in node and "." in node["how"]:
        label.append(f"  [{node['how'].removeprefix('sim.rules.')}]", style="cyan")
    branch = Tree(label) if into is None else into.add(label)
    for child in node.get("children", ()) if depth > 0 else ():
        if settings or child["kind"] != "setting":
            _tree(child, depth - 1, settings, colon, branch)
    return branch
