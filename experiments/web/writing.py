"""A scheme of the page as a YAML file: the preset it extends and the values that differ, or, of an own one, the whole."""

from __future__ import annotations

import json
import re
from typing import Any

from experiments.web.documents import OWN
from experiments.web.views import Choice
from sim.schemes.scheme import Scheme


def scheme_yaml(choice: Choice) -> str:
    """A file that `cadresim` reads as exactly this scheme."""
    title = choice.title or choice.scheme.title
    head = [
        "# Made on the page of cadresim. Check it with: cadresim lint FILE",
        f"name: {file_name(choice)}",
        f"title: {_text(title)}",
    ]
    if choice.reference.startswith(OWN):
        body = choice.scheme.model_dump(mode="json", exclude={"name", "title"})
        return "\n".join([*head, *_block(body)]) + "\n"
    changes = differing(choice.source.document, choice.scheme)
    lines = [*head, f"extends: {choice.reference}"]
    if changes:
        lines += ["changes:", *(f"  {path}: {_plain(value)}" for path, value in changes.items())]
    return "\n".join(lines) + "\n"


def file_name(choice: Choice) -> str:
    """Name of the scheme and its file: the title as far as it is plain, else the preset's name."""
    wanted = re.sub(r"[^a-z0-9]+", "_", choice.title.lower()).strip("_")[:60]
    base = wanted if re.fullmatch(r"[a-z][a-z0-9_]*", wanted) else choice.source.document.name
    return base if base != choice.source.document.name or not choice.changes else f"{base}_changed"


def differing(source: Scheme, scheme: Scheme) -> dict[str, Any]:
    """Values of a scheme that differ from its source, by dotted path, shares that were filled up among them."""
    before, after = dict(_leaves(source.model_dump(mode="json"))), dict(_leaves(scheme.model_dump(mode="json")))
    return {path: value for path, value in after.items() if before.get(path) != value}


def _leaves(value: Any, path: str = "") -> list[tuple[str, Any]]:
    if isinstance(value, dict):
        return [leaf for key, item in value.items() for leaf in _leaves(item, f"{path}.{key}" if path else str(key))]
    return [(path, value)]


def _block(value: dict[str, Any], indent: str = "") -> list[str]:
    lines = []
    for key, item in value.items():
        if isinstance(item, dict):
            lines += [f"{indent}{key}:", *_block(item, indent + "  ")] if item else [f"{indent}{key}: {{}}"]
        else:
            lines.append(f"{indent}{key}: {_plain(item)}")
    return lines


def _plain(value: Any) -> str:
    return _text(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=True)


def _text(text: str) -> str:
    """Text in double quotes; a JSON string is a YAML string."""
    return json.dumps(text, ensure_ascii=True)
