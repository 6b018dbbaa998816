"""Values at paths of documents: what studies vary, and a document with other values (see `sim.schemes.paths`)."""

from __future__ import annotations

from sim.schemes.paths import Element, Range, by_document, element_of, full_path, value_at, with_values

__all__ = ["Element", "Range", "by_document", "element_of", "full_path", "value_at", "with_values"]
