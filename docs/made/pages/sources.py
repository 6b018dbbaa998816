"""The bibliography: every source of the register, what cites it."""

from __future__ import annotations

from collections import defaultdict

from docs.made.declared import parameters, rules, sources
from docs.made.markdown import anchor, code, plain
from docs.made.pages.model import citations


def page() -> str:
    """The page of sources."""
    cited_by = _cited_by()
    lines = [
        "# Sources",
        "",
        "Made from `configs/sources.yaml`. The five documents are studies of and speeches in Chinese tax bureaus and a party department; the",
        "papers are what rules, parameters and evidence rows stand on. Keys are what configurations cite.",
        "",
    ]
    kinds: dict[str, list[str]] = defaultdict(list)
    for key, entry in sources().items():
        kinds[str(entry.get("kind", "other"))].append(key)
    titles = {
        "thesis": "Theses",
        "speech": "Speeches",
        "regulation": "Rules of the service",
        "statistics": "Statistics",
        "paper": "Papers",
        "book": "Books",
    }
    for kind, keys in kinds.items():
        lines += [f"## {titles.get(kind, kind.capitalize())}", ""]
        for key in sorted(keys, key=lambda one: str(sources()[one]["title"])):
            entry = sources()[key]
            row = f" Evidence: [{entry['evidence']}](../evidence/rows.md)." if entry.get("evidence") else ""
            used = f" Cited by: {', '.join(cited_by[key])}." if cited_by.get(key) else ""
            lines += [
                f"({anchor('source', key)})=",
                f"**{plain(str(entry['title']))}** ({code(key)}): {plain(str(entry.get('about', '')))}.{row}{used}",
                "",
            ]
    return "\n".join(lines)


def _cited_by() -> dict[str, list[str]]:
    """What cites each source: rules and parameters, as links."""
    from sim.schemes.load import read_behaviour

    found: dict[str, list[str]] = defaultdict(list)
    for name, one in rules().items():
        for key in citations(one.doc):
            found[key].append(f"[`{name}`](rules.md#{anchor('rule', name)})")
    held = read_behaviour("default").node.value
    for name in parameters():
        for key in held[name].annotation.source if name in held and held[name].annotation else ():
            found[key].append(f"[`{name}`](behaviour.md#{anchor('parameter', name)})")
    return found
