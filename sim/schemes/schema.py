"""JSON Schemas of the documents, for editors: completion, bounds and meaning while a file is written.

A file points at its schema with a first line such as `# yaml-language-server: $schema=../schema/scheme.json`.
Beside what the model says, a schema allows what the reader allows: `extends`, `parts` and `changes` at the top, and an
annotated leaf `{value, source, status, note, ...}` wherever a plain value may stand. Sums and cross-references
are beyond a schema; `cadresim check` tells them.

`python -m sim.schemes.schema FOLDER` writes all of them.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from sim.schemes.annotating import STATUSES
from sim.schemes.organisation import Organisation
from sim.schemes.scheme import Scheme
from sim.schemes.study import Study

DIALECT = "https://json-schema.org/draft/2020-12/schema"

Schema = dict[str, Any]

# Sections that are always written whole, because a difference replaces them: only these can demand their keys.
WRITTEN_WHOLE = ("Indicator", "Department", "Branch", "StrategyLink", "ServiceLevel", "StudyScheme")

_ANNOTATION = "annotation_"

_HEADER: Schema = {
    "extends": {"type": "string", "description": "Preset or file that this one is a difference from."},
    "parts": {
        "type": "array",
        "items": {"type": "string"},
        "description": "Presets or files whose own differences are laid over it, in this order.",
    },
    "changes": {"type": "object", "description": "Single values by dotted path, set last of all."},
}

_BESIDE: Schema = {
    "source": {
        "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
        "description": "Key of sources.yaml, or several.",
    },
    "status": {"enum": list(STATUSES), "description": "cited: the source names it; fitted: estimated; assumed: ours."},
    "note": {"type": "string", "description": "Why this value."},
    "low": {"type": "number", "description": "Lowest value worth exploring."},
    "high": {"type": "number", "description": "Highest value worth exploring."},
    "unit": {"type": "string", "description": "Unit; must be the model's."},
    "meaning": {"type": "string", "description": "What the value means."},
}


def models() -> dict[str, type[BaseModel]]:
    """The documents that have a schema, by the name of their kind."""
    from sim.schemes.behaviour import Behaviour

    return {"scheme": Scheme, "organisation": Organisation, "behaviour": Behaviour, "study": Study}


def json_schema(kind: str) -> Schema:
    """The JSON Schema (draft 2020-12) of a `scheme`, `organisation`, `behaviour` or `study`; `KeyError` otherwise."""
    model = models()[kind]
    schema = model.model_json_schema()
    definitions = schema.pop("$defs", {})
    own = _section(schema, definitions, model.__name__)
    own["properties"] = {**_HEADER, **own["properties"]}
    sections = {name: _section(part, definitions, name) for name, part in definitions.items()}
    annotations = {_ANNOTATION + key: part for key, part in _BESIDE.items()}
    return {"$schema": DIALECT, **own, "$defs": {**sections, **annotations}}


def write_schemas(folder: Path) -> list[Path]:
    """Write all schemas as `scheme.json`, `organisation.json` ... into a folder; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    return [write_schema(kind, folder / f"{kind}.json") for kind in models()]


def write_schema(kind: str, path: Path) -> Path:
    """Write one schema; the same model gives the same bytes."""
    path.write_text(json.dumps(json_schema(kind), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def _section(schema: Schema, definitions: Schema, name: str) -> Schema:
    """The schema of one section, its leaves open to annotation; enumerations stay as they are."""
    if "properties" not in schema:
        return schema
    properties = {key: _element(value, definitions) for key, value in schema["properties"].items()}
    section = {**schema, "properties": properties}
    if name not in WRITTEN_WHOLE:
        section.pop("required", None)
    return section


def _element(schema: Schema, definitions: Schema) -> Schema:
    told: Schema = {key: schema[key] for key in ("title", "description", "default", "unit") if key in schema}
    bare: Schema = {key: value for key, value in schema.items() if key not in told}
    if told.get("unit"):
        told["description"] = f"{told.get('description', '')} Unit: {told.pop('unit')}.".strip()
    if "additionalProperties" in bare and isinstance(bare["additionalProperties"], dict):
        return {**told, **bare, "additionalProperties": _element(bare["additionalProperties"], definitions)}
    return {**told, **(bare if _holds_sections(bare, definitions) else _leaf_or_annotated(bare))}


def _leaf_or_annotated(leaf: Schema) -> Schema:
    beside = {key: {"$ref": f"#/$defs/{_ANNOTATION}{key}"} for key in _BESIDE}
    annotated = {"type": "object", "properties": {"value": leaf, **beside}, "required": ["value"], "additionalProperties": False}
    return {"anyOf": [leaf, annotated]}


def _holds_sections(schema: Schema, definitions: Schema) -> bool:
    """Whether a value is, or may be, a section or a list of sections: those are never annotated as a whole."""
    if "$ref" in schema:
        return "properties" in definitions[schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema:
        return any(_holds_sections(option, definitions) for option in schema["anyOf"])
    if schema.get("type") == "array":
        return _holds_sections(schema.get("items", {}), definitions)
    return schema.get("type") == "object"


if __name__ == "__main__":
    for written in write_schemas(Path(sys.argv[1] if len(sys.argv) > 1 else "configs/schema")):
        print(written)
