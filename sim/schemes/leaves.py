"""The numeric elements of a document, flat and by their own names: what the compiled records are made of."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel


def numeric_leaves(document: BaseModel, skip: tuple[str, ...] = ()) -> dict[str, float | int | StrEnum]:
    """Numbers and enumerations of a document, sections flattened, `skip` left out.

    Names must be unique in the whole document, because a record has one column a name: two that meet are our mistake.
    """
    leaves: dict[str, float | int | StrEnum] = {}
    for name in type(document).model_fields:
        value = getattr(document, name)
        if name in skip:
            continue
        inner = numeric_leaves(value, skip) if isinstance(value, BaseModel) else {name: value}
        for key, leaf in inner.items():
            if isinstance(leaf, (int, float, StrEnum)):
                if key in leaves:
                    raise AssertionError(f"two elements share the name {key}")
                leaves[key] = leaf
    return leaves
