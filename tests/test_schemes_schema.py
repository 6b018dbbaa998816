"""JSON Schemas for editors: what the reader takes they allow, and plain mistakes they mark."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from sim.schemes.annotating import KEYS
from sim.schemes.locate import configuration_folder
from sim.schemes.schema import json_schema, models, write_schemas

KINDS = {"schemes": "scheme", "organisations": "organisation", "behaviour": "behaviour", "studies": "study"}
PRESETS = [(kind, path) for folder, kind in KINDS.items() for path in sorted((configuration_folder() / folder).glob("*.yaml"))]
BROKEN = Path(__file__).parent / "broken"
TYPES: dict[str, Any] = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}


def allows(schema: Any, value: Any, root: dict[str, Any]) -> bool:
    """A small judge of the keywords our schemas use, written from the standard (draft 2020-12)."""
    if "$ref" in schema:
        return allows(root["$defs"][schema["$ref"].rpartition("/")[2]], value, root)
    if "anyOf" in schema and not any(allows(option, value, root) for option in schema["anyOf"]):
        return False
    if "enum" in schema and value not in schema["enum"]:
        return False
    return is_type(schema.get("type"), value) and fits(schema, value, root)


def is_type(name: str | None, value: Any) -> bool:
    if name in ("number", "integer"):
        return isinstance(value, int | float if name == "number" else int) and not isinstance(value, bool)
    return name is None or isinstance(value, TYPES[name])


def fits(schema: Any, value: Any, root: dict[str, Any]) -> bool:
    if isinstance(value, dict):
        known, rest = schema.get("properties", {}), schema.get("additionalProperties", True)
        inner = all(
            allows(known[key], item, root) if key in known else rest_allows(rest, item, root) for key, item in value.items()
        )
        return inner and all(key in value for key in schema.get("required", []))
    if isinstance(value, list):
        long_enough = schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value))
        return long_enough and all(allows(schema.get("items", {}), item, root) for item in value)
    if isinstance(value, str):
        return len(value) >= schema.get("minLength", 0) and re.search(schema.get("pattern", ""), value) is not None
    if isinstance(value, int | float) and not isinstance(value, bool):
        low, high = schema.get("minimum", value), schema.get("maximum", value)
        return low <= value <= high and value > schema.get("exclusiveMinimum", value - 1)
    return True


def rest_allows(rest: Any, value: Any, root: dict[str, Any]) -> bool:
    return rest if isinstance(rest, bool) else allows(rest, value, root)


def valid(kind: str, path: Path) -> bool:
    schema = json_schema(kind)
    return allows(schema, YAML(typ="safe", pure=True).load(path), schema)


@pytest.mark.parametrize(("kind", "path"), PRESETS, ids=lambda item: getattr(item, "stem", item))
def test_every_preset_is_valid(kind: str, path: Path) -> None:
    assert valid(kind, path)


@pytest.mark.parametrize(
    "case",
    [
        "schemes/unknown_key.yaml",
        "schemes/true_for_number.yaml",
        "schemes/number_in_quotes.yaml",
        "schemes/share_as_percentage.yaml",
        "schemes/unknown_choice.yaml",
        "schemes/indicator_without_weight.yaml",
        "schemes/zero_weight.yaml",
        "schemes/unknown_status.yaml",
        "schemes/unknown_annotation.yaml",
        "schemes/extends_a_list.yaml",
        "organisations/no_cadres.yaml",
        "organisations/unknown_perspective.yaml",
        "organisations/peak_month_13.yaml",
        "behaviour/unknown_parameter.yaml",
        "behaviour/outside_the_model.yaml",
        "studies/negative_seed.yaml",
        "studies/made_with_unknown_key.yaml",
    ],
)
def test_plain_mistakes_are_marked(case: str) -> None:
    assert not valid(KINDS[case.partition("/")[0]], BROKEN / case)


def test_a_difference_needs_no_keys() -> None:
    schema = json_schema("scheme")
    assert allows(schema, {"extends": "base", "changes": {"process.coaching": 0.5}}, schema)
    assert not allows(schema, {"extends": "base", "proces": {}}, schema)


def test_annotated_leaves_are_allowed_everywhere_the_reader_takes_them() -> None:
    leaf = json_schema("scheme")["$defs"]["Process"]["properties"]["coaching"]
    plain, annotated = leaf["anyOf"]
    assert plain == {"type": "number", "minimum": 0.0, "maximum": 1.0}
    assert set(annotated["properties"]) == set(KEYS)
    assert annotated["properties"]["value"] == plain
    assert "Unit: share." in leaf["description"]


def test_schemas_are_written_the_same_each_time(tmp_path: Path) -> None:
    first = {path.name: path.read_bytes() for path in write_schemas(tmp_path / "one")}
    assert first == {path.name: path.read_bytes() for path in write_schemas(tmp_path / "two")}
    assert set(first) == {f"{kind}.json" for kind in models()}
    assert all(json.loads(content)["$schema"] for content in first.values())
