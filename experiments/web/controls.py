"""The controls of the page, made out of the model: every element of a scheme with its unit, bounds, choices and meaning."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

from experiments.web.documents import presets
from sim.schemes.paths import SHARES, element_of, value_at
from sim.schemes.scheme import Indicator, Scheme
from sim.schemes.words import dotted, element_paths, field_at

LINKS = ("plan", "process", "appraisal", "communication", "application", "superior")
LABELS = ("name", "title", "summary")

#: What is open at first in each link; the rest lies under "more".
FIRST = frozenset(
    {
        "plan.targets.difficulty", "plan.targets.ratchet_up", "plan.participation", "plan.mission",
        "process.tracking_interval", "process.coaching", "process.captured", "process.clear_posts",
        "appraisal.raters", "appraisal.training", "appraisal.supervision", "appraisal.audit_rate", "appraisal.audit_penalty",
        "appraisal.joint_responsibility", "appraisal.grades.ranking", "appraisal.grades.top_share",
        "appraisal.grades.bottom_share", "appraisal.grades.floor",
        "communication.study", "communication.interviews_per_year", "communication.explanation", "communication.appeal",
        "communication.feedback", "application.applied", "application.explicit.bonus_per_point", "application.explicit.promotion",
        "application.implicit.recognition", "application.implicit.meaning", "application.implicit.care",
        "application.sanctions.rectification", "superior.rank_demanded", "superior.pressure",
    }
)  # fmt: skip


@lru_cache(maxsize=1)
def controls() -> list[dict[str, Any]]:
    """One entry an element outside indicators, in the order of the closed loop, and a template for each part of an indicator."""
    told = []
    for steps in element_paths(Scheme):
        name = dotted(steps)
        if steps[0] not in LABELS and name != "plan.indicators":
            told.append(_control(name, f"element.{name}", steps[0], name in FIRST))
    for key in Indicator.model_fields:
        if key != "tasks":
            told.append(_control(f"plan.indicators.*.{key}", f"indicator.{key}", "plan", key in ("weight", "scoring", "above")))
    return told


def _control(path: str, key: str, link: str, first: bool) -> dict[str, Any]:
    element = element_of(path.replace("*", "any"))
    field = field_at(Scheme, tuple(path.replace("*", "any").split(".")))
    default = getattr(field, "default", None)
    control: dict[str, Any] = {
        "path": path,
        "key": key,
        "link": link,
        "first": first,
        "kind": element.kind,
        "unit": element.unit or ("share" if _whole_of(path) else ""),
        "neutral": getattr(default, "value", default) if isinstance(default, int | float | str) else None,
    }
    if element.kind == "choice":
        return control | {"choices": list(element.choices)}
    high = element.high if math.isfinite(element.high) else None
    soft = high if high is not None and (high <= 3 or (element.kind == "whole" and high <= 12)) else _soft(_largest(path), high)
    step = 1 if element.kind == "whole" else _step(element.low, soft)
    low = element.low if element.low <= 0 or element.low > 1e-6 else step  # "above 0": a step above
    return control | {"low": low, "high": high, "soft": soft, "step": step, "share_of": _whole_of(path)}


def _largest(path: str) -> float:
    """The largest value that any preset gives to an element."""
    values: list[float] = [0.0]
    for loaded in presets("schemes").values():
        places = [path]
        if "*" in path:
            places = [path.replace("*", name) for name in loaded.document.plan.indicators]
        for place in places:
            value = value_at(loaded.document, place)
            if isinstance(value, int | float):
                values.append(float(value))
    return max(values)


def _soft(largest: float, high: float | None) -> float:
    """Where a slider ends: a round number from twice the largest value of any preset upwards."""
    if largest <= 0:
        return min(1.0, high) if high is not None else 1.0
    wanted = 2 * largest
    power = 10.0 ** math.floor(math.log10(wanted))
    end = next(power * factor for factor in (1, 2, 3, 5, 10) if power * factor >= wanted * (1 - 1e-9))
    return float(f"{min(end, high) if high is not None else end:.6g}")


def _step(low: float, soft: float) -> float:
    """A step that makes at least a hundred of the way."""
    return float(f"{10.0 ** math.floor(math.log10(max(soft - max(low, -soft), 1e-9) / 50)):.3g}")


def _whole_of(path: str) -> str:
    """The whole that an element is a share of, '' where it is none."""
    steps = path.split(".")
    for pattern in SHARES["scheme"]:
        if len(pattern) == len(steps) and all(p is None or p == s for p, s in zip(pattern, steps, strict=True)):
            return ".".join(str(p) for p in pattern[: pattern.index(None)])
    return ""


def values_of(scheme: Scheme) -> dict[str, Any]:
    """Every value of a scheme that a control shows, by path."""
    values: dict[str, Any] = {}
    for control in controls():
        path = control["path"]
        if "*" in path:
            for name in scheme.plan.indicators:
                values[path.replace("*", name)] = value_at(scheme, path.replace("*", name))
        else:
            values[path] = value_at(scheme, path)
    return values
