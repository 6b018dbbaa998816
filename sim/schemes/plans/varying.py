"""What a study varies, as it is written in a study file: a path and the values to give it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice, product
from typing import Any, Literal

from pydantic import Field

from sim.schemes.load import Loaded
from sim.schemes.paths import Range, by_document, with_values
from sim.schemes.plans.plan import Documents, Misfits
from sim.schemes.scheme import Document, count

#: Corners of a design that are tried when a study is read, beside each end by itself.
_CORNERS = 256


class Span(Document):
    """A range of numbers, or the values to try."""

    low: float | None = Field(None, description="Lowest value.")
    high: float | None = Field(None, description="Highest value.")
    values: list[float | int | bool | str] | None = Field(None, description="The values to try, instead of a range.")
    scale: Literal["linear", "log"] = Field("linear", description="log: spread evenly over orders of magnitude.")
    levels: int | None = count(None, "Values in a full factorial design.", low=2, high=1000, unit="values")  # type: ignore[arg-type]


#: `[0, 2]` is a range from 0 to 2; a longer list, or a list of texts, is the values to try.
Short = list[float | int | bool | str]


def range_of(path: str, span: Short | Span) -> Range:
    """The range that stands in a study file.

    Raises:
        UserError: no such path, a value the element cannot take, a range that is none.
    """
    if isinstance(span, Span):
        if span.values is not None:
            return Range.of(path, choices=span.values)
        return Range.of(path, span.low, span.high, scale=span.scale)
    ends = [end for end in span if isinstance(end, int | float) and not isinstance(end, bool)]
    if len(span) == len(ends) == 2:
        return Range.of(path, ends[0], ends[1])
    return Range.of(path, choices=span)


def check_ranges(ranges: Mapping[str, Range], documents: Documents, misfits: Misfits, *at: str | int) -> None:
    """Try the ends of every range on the study's own documents, alone and together, so that no run meets a bad value."""
    whole: list[Range] = []
    for name, span in ranges.items():
        before = len(misfits)
        with misfits.gathered(*at, name):
            for end in _ends(span):
                try_on(documents, {span.path: end})
        if len(misfits) == before:
            whole.append(span)
    if len(misfits) or len(whole) < 2:
        return
    with misfits.gathered(*at):
        for corner in islice(product(*map(_ends, whole)), _CORNERS):
            try_on(documents, dict(zip([span.path for span in whole], corner, strict=True)))


def try_on(documents: Documents, values: Mapping[str, Any]) -> None:
    """Give values to the documents of a study; whatever they cannot take raises a `UserError`.

    Values of scheme paths go into every scheme but the baseline, or into the only one.
    """
    paths = by_document(values)
    for kind, loaded in (("organisation", [documents.organisation]), ("behaviour", [documents.behaviour])):
        _try(loaded, {path: values[path] for path in paths[kind]})
    others = [scheme for scheme in documents.schemes if scheme.document.name != documents.baseline]
    _try(others or documents.schemes, {path: values[path] for path in paths["scheme"]})


def _try(loaded: Iterable[Loaded[Any]], values: Mapping[str, Any]) -> None:
    if values:
        for one in loaded:
            with_values(one.document, values)


def _ends(span: Range) -> tuple[Any, ...]:
    return span.choices if span.kind == "choice" else (span.low, span.high)
