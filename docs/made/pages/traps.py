"""Traps: what `cadresim lint` finds."""

from __future__ import annotations

import ast

from docs.made.declared import ROOT, sources, traps
from docs.made.markdown import anchor, plain, target


def page() -> str:
    """The page of traps."""
    lines = [
        "# What lint finds",
        "",
        "`cadresim lint SCHEME` tells, before any run, what a correct scheme may do to the people under it. Nothing is refused: a scheme may",
        "want what is told here. Names never change, so a list of what you accept stays valid. With `-g ORGANISATION` findings that depend",
        "on units and tasks are told too; with `--strict` a finding ends with exit code 3. Made from `sim/schemes/traps.py`.",
        "",
    ]
    cited = _sources_of()
    for name, about in traps().items():
        lines += [target("trap", name) + f"## {name}", "", plain(about), ""]
        if cited.get(name):
            told = "; ".join(
                f"[{plain(str(sources()[key]['title']))}](sources.md#{anchor('source', key)})" for key in cited[name]
            )
            lines += [f"Reason from: {told}.", ""]
    return "\n".join(lines)


def _sources_of() -> dict[str, list[str]]:
    """The sources each trap gives as its reason, read from its code."""
    tree = ast.parse((ROOT / "sim" / "schemes" / "traps.py").read_text("utf-8"))
    found = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            texts = [one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)]
            found[node.name.replace("_", "-")] = list(dict.fromkeys(text for text in texts if text in sources()))
    return found
