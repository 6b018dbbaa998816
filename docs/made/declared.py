"""What the code declares: every rule, column, parameter, link, element, outcome, source, trap and command, by name.

Hand-written pages name these as {rule}`strain`, {column}`cadres.exhaustion`, {parameter}`capacity` and so on; a name
that no longer exists stops the build, and the pages of the model must name them all (see `mentions`).
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
#: Files of `sim/rules` that are tools, not mechanisms: their functions are in the reference but need no reason in the text.
TOOLS = ("numbers",)
#: What hand-written pages may name.
KINDS = ("rule", "column", "parameter", "link", "element", "outcome", "source", "trap", "command", "preset", "bureau", "study")


@dataclass(frozen=True)
class Rule:
    """One function of `sim/rules`, read from its source."""

    name: str
    module: str
    arguments: str
    doc: str


@cache
def rules() -> dict[str, Rule]:
    """Every rule in the order of its file."""
    found: dict[str, Rule] = {}
    for path in sorted((ROOT / "sim" / "rules").glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and _is_compiled(node) and not node.name.startswith("_"):
                found[node.name] = Rule(node.name, path.stem, ast.unparse(node.args), ast.get_docstring(node) or "")
    return found


def _is_compiled(node: ast.FunctionDef) -> bool:
    return any(isinstance(one, ast.Name) and one.id in ("rule", "inlined", "allocating") for one in node.decorator_list)


@cache
def rule_files() -> dict[str, str]:
    """The files of `sim/rules` and what each is about."""
    files = sorted((ROOT / "sim" / "rules").glob("*.py"))
    return {
        path.stem: ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        for path in files
        if path.stem != "__init__"
    }


@cache
def columns() -> dict[str, Any]:
    """Every column as `table.name`."""
    from sim.population.columns import TABLES

    return {f"{table}.{column.name}": column for table, held in TABLES.items() for column in held}


@cache
def parameters() -> dict[str, Any]:
    """Every parameter of behaviour."""
    from sim.schemes.behaviour import Behaviour

    return dict(Behaviour.model_fields)


@cache
def links() -> dict[str, str]:
    """The calls of a month, in order, and the link of the closed loop each belongs to."""
    from sim.loop.printed import LINKS

    return {name: link for link, name in LINKS}


@cache
def elements() -> dict[str, Any]:
    """Every element of a scheme and of an organisation by path; `*` stands for a name of one's own."""
    from docs.made.leaves import leaves
    from sim.schemes.organisation import Organisation
    from sim.schemes.scheme import Scheme

    return {leaf.path: leaf for model in (Scheme, Organisation) for leaf in leaves(model)}


@cache
def outcomes() -> dict[str, Any]:
    """Every outcome."""
    from sim.outcomes import OUTCOMES

    return {outcome.name: outcome for outcome in OUTCOMES}


@cache
def sources() -> dict[str, Mapping[str, Any]]:
    """The register of sources."""
    from ruamel.yaml import YAML

    register: dict[str, Mapping[str, Any]] = YAML(typ="safe").load((ROOT / "configs" / "sources.yaml").read_text("utf-8"))
    return register


@cache
def traps() -> dict[str, str]:
    """Every trap of `cadresim lint`: its name and what it is about."""
    from sim.schemes.traps import TRAPS

    return {find.__name__.replace("_", "-"): inspect.getdoc(find) or "" for find in TRAPS}


@cache
def commands() -> dict[str, Any]:
    """Every command of the command line."""
    import typer

    from experiments.cli import app

    group: Any = typer.main.get_command(app)
    return dict(sorted(group.commands.items()))


def presets(kind: str) -> list[str]:
    """Names of the presets of a kind: schemes, organisations, studies."""
    from sim.schemes.locate import preset_names

    return list(preset_names(kind))


@cache
def names(kind: str) -> frozenset[str]:
    """All names of a kind."""
    listed: dict[str, Callable[[], Any]] = {
        "rule": rules, "column": columns, "parameter": parameters, "link": links, "element": elements, "outcome": outcomes,
        "source": sources, "trap": traps, "command": commands, "preset": lambda: presets("schemes"),
        "bureau": lambda: presets("organisations"), "study": lambda: presets("studies"),
    }  # fmt: skip
    return frozenset(listed[kind]())


#: The page that tells about each kind.
PAGES = {
    "rule": "reference/rules.md", "column": "reference/columns.md", "parameter": "reference/behaviour.md",
    "link": "reference/month.md", "element": "reference/scheme.md", "outcome": "reference/outcomes.md",
    "source": "reference/sources.md", "trap": "reference/traps.md", "command": "reference/commands.md",
    "preset": "reference/presets.md", "bureau": "reference/presets.md", "study": "reference/presets.md",
}  # fmt: skip


def page_of(kind: str, name: str) -> str:
    """The page that tells about one thing."""
    if kind == "element" and not _is_of_scheme(name):
        return "reference/organisation.md"
    return PAGES[kind]


def _is_of_scheme(path: str) -> bool:
    from sim.schemes.scheme import Scheme

    return path.split(".")[0] in Scheme.model_fields


def public(package: str) -> dict[str, Any]:
    """The public names of a package and what they are."""
    module = import_module(package)
    return {name: getattr(module, name) for name in module.__all__}
