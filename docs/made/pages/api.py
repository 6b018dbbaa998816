"""The Python API: public names of `sim`, `experiments` and the Mesa agents, from their signatures and docstrings."""

from __future__ import annotations

import inspect
import re
from functools import cached_property
from typing import Any

from docs.made.declared import public
from docs.made.markdown import docstring, fence, first_sentence, table


def public_page() -> str:
    """What `sim` and `experiments` export."""
    lines = [
        "# Python",
        "",
        "Everything below is imported from `sim` (one bureau, one run) or `experiments` (many runs). Whatever is not on this page",
        "is internal and may change. Mistakes in what you hand over are raised as `sim.errors.UserError`, with every finding at once.",
        "",
    ]
    for package in ("sim", "experiments"):
        names = public(package)
        lines += [
            f"## {package}",
            "",
            table(
                ("Name", "What it is"),
                [(f"[`{name}`](#{_slug(package, name)})", first_sentence(one.__doc__)) for name, one in names.items()],
            ),
        ]
        for name, one in names.items():
            lines += _described(package, name, one)
    return "\n".join(lines)


def agents_page() -> str:
    """The Mesa walk: classes a researcher may subclass."""
    lines = [
        "# Mesa agents",
        "",
        "The bureau as `mesa.Agent` objects, on the same tables, rules and luck as the compiled walk. Subclass one, override a method,",
        "and hand the class to `AppraisalModel.founded(..., cadre_class=Yours)`. [](../howto/mechanism.md) shows how.",
        "",
    ]
    for name, one in public("sim.agents").items():
        lines += _described("sim.agents", name, one, "##")
    return "\n".join(lines)


def _slug(package: str, name: str) -> str:
    kind = "class-" if name[:1].isupper() else ""
    return f"py-{package.replace('.', '-')}-{kind}{name.lower().replace('_', '-')}"


def _described(package: str, name: str, one: Any, heading: str = "###") -> list[str]:
    lines = [f"({_slug(package, name)})=", f"{heading} {name}", ""]
    if inspect.isclass(one):
        lines += [fence(f"class {package}.{name}{_signature(one)}", "python"), docstring(_own_doc(one)), ""]
        rows = [(f"`{attribute}{signature}`", first_sentence(doc)) for attribute, signature, doc in _members(one)]
        if rows:
            lines += [table(("Member", "What it is"), rows)]
        return lines
    return [*lines, fence(f"{package}.{name}{_signature(one)}", "python"), docstring(one.__doc__), ""]


def _own_doc(one: type) -> str:
    doc = one.__doc__ or ""
    return "" if doc.startswith(f"{one.__name__}(") else doc  # dataclasses without words get their signature as docstring


def _signature(one: Any) -> str:
    try:
        signature = inspect.signature(one)
    except (ValueError, TypeError):
        return "(...)"
    parts = [
        re.sub(r"\b(typing|collections\.abc|pathlib|pandas\.core\.frame|concurrent\.futures\._base)\.", "", str(p)).replace(
            "'", ""
        )
        for p in signature.parameters.values()
        if p.name != "self"
    ]
    returns = (
        ""
        if signature.return_annotation in (inspect.Signature.empty, None)
        else f" -> {_plain_annotation(signature.return_annotation)}"
    )
    returns = "" if inspect.isclass(one) else returns
    flat = f"({', '.join(_starred(parts, signature))}){returns}"
    if len(flat) < 100:
        return flat
    return "(\n    " + ",\n    ".join(_starred(parts, signature)) + f",\n){returns}"


def _starred(parts: list[str], signature: inspect.Signature) -> list[str]:
    """Parameters with the bare `*` before the first that must be named."""
    kinds = [p.kind for p in signature.parameters.values() if p.name != "self"]
    out = []
    for part, kind in zip(parts, kinds, strict=True):
        if kind is inspect.Parameter.KEYWORD_ONLY and "*" not in out and inspect.Parameter.VAR_POSITIONAL not in kinds:
            out.append("*")
        out.append(part)
    return out


def _plain_annotation(annotation: Any) -> str:
    text = annotation if isinstance(annotation, str) else getattr(annotation, "__name__", str(annotation))
    return text.replace("'", "")


def _members(one: type) -> list[tuple[str, str, str]]:
    """Public methods and properties defined in the project, with signature and docstring."""
    found = []
    for attribute, member in inspect.getmembers_static(one):
        owner = next((base for base in one.__mro__ if attribute in vars(base)), one)
        if attribute.startswith("_") or not owner.__module__.startswith(("sim", "experiments")):
            continue
        inner = member.__func__ if isinstance(member, classmethod | staticmethod) else member
        if isinstance(member, property | cached_property):
            doc = member.__doc__ if isinstance(member, property) else member.func.__doc__
            found.append((attribute, "", doc or ""))
        elif inspect.isfunction(inner):
            names = [p for p in inspect.signature(inner).parameters if p not in ("self", "cls")]
            found.append((attribute, f"({', '.join(names)})", inner.__doc__ or ""))
    return found
