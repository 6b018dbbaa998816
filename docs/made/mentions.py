"""Names of declared things in hand-written text: links to the reference, and the proof that text and code agree.

In the text a name stands as {rule}`strain`; a `*` in it stands for a family ({column}`cadres.window_*`). `missing` tells what
the code declares and a text does not name, `unknown` what a text names and the code does not declare.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from docs.made.declared import KINDS, TOOLS, names, page_of, rules
from docs.made.markdown import anchor

MENTION = re.compile(r"\{(" + "|".join(KINDS) + r")\}`([^`]+)`")


@dataclass(frozen=True)
class Mention:
    """One name in a text."""

    kind: str
    name: str
    line: int


def mentions(text: str) -> list[Mention]:
    """Every declared thing that a text names."""
    return [
        Mention(kind, name, number)
        for number, line in enumerate(text.split("\n"), start=1)
        for kind, name in MENTION.findall(line)
    ]


def unknown(text: str, declared: Mapping[str, Collection[str]] | None = None) -> list[str]:
    """Names in a text that the code does not declare (any more), with their line."""
    return [
        f"line {found.line}: there is no {found.kind} {found.name}"
        for found in mentions(text)
        if not _covered_by(found, (declared or {}).get(found.kind, names(found.kind)))
    ]


def _covered_by(found: Mention, declared: Collection[str]) -> bool:
    if found.kind == "element":  # a section stands for all below it
        return any(fnmatchcase(name, found.name) or name == found.name or name.startswith(found.name + ".") for name in declared)
    return any(fnmatchcase(name, found.name) for name in declared)


def missing(texts: Iterable[str], kind: str, declared: Collection[str] | None = None) -> list[str]:
    """What the code declares of a kind and no text names."""
    told = {found.name for text in texts for found in mentions(text) if found.kind == kind}
    return [name for name in sorted(declared or names(kind)) if not any(fnmatchcase(name, pattern) for pattern in told)]


def drift(model_pages: Mapping[str, str], declared: Mapping[str, Collection[str]] | None = None) -> list[str]:
    """Where the description of the model and the code have parted: names that are gone, declarations nobody explains.

    `declared` replaces what the code declares, kind by kind (tests plant drift with it).
    """
    told = [f"{page}, {fault}" for page, text in model_pages.items() for fault in unknown(text, declared)]
    for kind in EXPLAINED:
        held = (declared or {}).get(kind) or explained(kind)
        told += [f"no page of the model explains the {kind} {name}" for name in missing(model_pages.values(), kind, held)]
    return told


#: What the description of the model must name, each and every one.
EXPLAINED = ("rule", "column", "parameter", "link")


def explained(kind: str) -> Collection[str]:
    """What of a kind needs an explanation: all but the small tools that every rule uses."""
    return {name for name in names(kind) if kind != "rule" or rules()[name].module not in TOOLS}


def linked(text: str, page: str) -> str:
    """The text of a page (path below the site's root) with every mention turned into a link.

    Raises:
        ValueError: with every name that does not exist.
    """
    if wrong := unknown(text):
        raise ValueError(f"{page}: " + "; ".join(wrong))
    return MENTION.sub(lambda match: _link(match[1], match[2], page), text)


def _link(kind: str, name: str, page: str) -> str:
    shown = name if kind != "column" else name.rpartition(".")[2] if "*" not in name else name
    shown = f"cadresim {name}" if kind == "command" else shown
    to = posixpath.relpath(page_of(kind, name), posixpath.dirname(page) or ".")
    exact = name in names(kind)
    return f"[`{shown}`]({to}#{anchor(kind, name)})" if exact else f"[`{shown}`]({to})"
