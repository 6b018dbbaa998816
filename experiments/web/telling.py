"""Results as the page needs them: paired differences with intervals, who gains and loses what, pictures."""

from __future__ import annotations

import base64
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from experiments.design.targets import is_share
from experiments.runs.live import LINES, Kept, Picture
from experiments.statistics.intervals import half_width, mean_present, paired_difference
from experiments.statistics.winners import winners_in
from experiments.web.documents import n_cadres
from experiments.web.views import View
from sim.desks import DESK_COLUMNS, MEASURES, compare_desks
from sim.errors import UserError
from sim.outcomes import OUTCOME_NAMES, OUTCOMES, Outcome
from sim.schemes.organisation import Organisation

#: Outcomes that the cards, the map and the tables show; the first four of them are the headlines of the page.
CARDS = ("burnout_share", "rank_agreement", "inflation", "goal_attainment")
DIGITS = 6
SCALE = "scale"  # from 0 to 1
TURNS = ("raised", "lowered", "change")
PICTURED = 250  # steps of a byte


def outcome_table() -> list[dict[str, Any]]:
    """What every outcome is called, measured in and which way is better."""
    return [
        {"name": one.name, "group": one.group, "unit": _unit(one), "better": one.better, "card": one.name in CARDS}
        for one in OUTCOMES
    ]


def _unit(outcome: Outcome) -> str:
    """The unit of an outcome; perceived justice is a scale of its own and no per cent of anything, as in every other front."""
    return SCALE if outcome.unit == "share" and not is_share(outcome.name) else outcome.unit


def told_runs(view: View, kept: Sequence[Sequence[Kept]]) -> dict[str, Any]:
    """Means and paired differences to the first scheme; `kept` is by scheme, then replicate."""
    values = np.array([[one.outcomes for one in runs] for runs in kept])
    lines = np.array([[one.lines for one in runs] for runs in kept])
    schemes = []
    for index, choice in enumerate(view.choices):
        paired = paired_difference(values[index], values[0])
        own = half_width(values[index])
        outcomes = {
            name: {
                "mean": _short(paired.mean[o]),
                "half": _short(own[o]),
                "difference": _short(paired.difference[o]),
                "low": _short(paired.low[o]),
                "high": _short(paired.high[o]),
                "missing": int(paired.missing[o]),
            }
            for o, name in enumerate(OUTCOME_NAMES)
        }
        schemes.append({"letter": choice.letter, "outcomes": outcomes, "lines": _lines(lines[index])})
    step = view.organisation.document.step_months
    return {
        "replicates": values.shape[1],
        "confidence": 0.95,
        "step_months": step,
        "cadres": n_cadres(view.organisation.document),
        "schemes": schemes,
    }


def _lines(values: np.ndarray) -> dict[str, Any]:
    """Monthly means with the half width of their intervals, by series; values are (replicates, steps, series)."""
    told = {}
    for place, name in enumerate(LINES):
        own = values[:, :, place]
        told[name] = {"mean": [_short(v) for v in mean_present(own)], "half": [_short(v) for v in half_width(own)]}
    return told


def told_winners(view: View, kept: Sequence[Sequence[Kept]]) -> dict[str, Any]:
    """Every place compared with itself under the first scheme, by group."""
    import pandas as pd

    rows, tables = [], []
    for replicate, before in enumerate(kept[0]):
        groups = [(group.astype(np.int64), len(names)) for _, group, names in before.groups]
        labels = [(dimension, name) for dimension, _, names in before.groups for name in names]
        for choice, runs in zip(view.choices[1:], kept[1:], strict=True):
            tables.append(compare_desks(before.desks, runs[replicate].desks, groups))
            rows += [(choice.letter, replicate, dimension, name) for dimension, name in labels]
    if not tables:
        return {"replicates": len(kept[0]), "schemes": []}
    table = pd.concat(
        [
            pd.DataFrame(rows, columns=["scheme", "replicate", "dimension", "group"]),
            pd.DataFrame(np.vstack(tables), columns=list(DESK_COLUMNS)),
        ],
        axis=1,
    )
    found = winners_in(table, [choice.letter for choice in view.choices[1:]])
    told = found[found["what"].isin([*TURNS, "other person"])]
    schemes = []
    for choice in view.choices[1:]:
        groups_told = []
        for (dimension, name), part in told[told["scheme"] == choice.letter].groupby(["dimension", "group"], sort=False):
            entry: dict[str, Any] = {"dimension": dimension, "group": name, "measures": {}}
            for row in part.itertuples():
                ends = [_short(row.value), _short(row.low), _short(row.high)]
                if row.what == "other person":
                    entry["other"] = ends
                else:
                    entry["measures"].setdefault(row.measure, {})[row.what] = ends
            groups_told.append(entry)
        schemes.append({"letter": choice.letter, "groups": groups_told})
    measures = [{"name": m.name, "unit": m.unit, "step": m.step} for m in MEASURES]
    return {"replicates": len(kept[0]), "measures": measures, "schemes": schemes}


def told_picture(view: View, picture: Picture) -> dict[str, Any]:
    """Everybody month by month: bytes as base64, 0 to 250 from nothing to the full scale, and the units they sit in."""
    organisation = view.organisation.document
    titles = unit_titles(organisation)
    units = []
    for unit in picture.units:
        branch, own = unit.branch.rpartition("/")[2], unit.name.rpartition("/")[2]
        in_branch = f"{branch}/{own}" in titles
        units.append(
            {
                "name": titles.get(f"{branch}/{own}" if in_branch else own, own),
                "branch": titles.get(branch, branch) if in_branch else "",
                "first": unit.first,
                "size": unit.size,
            }
        )
    return {
        "months": len(picture.burnout),
        "step_months": organisation.step_months,
        "units": units,
        "scales": {"burnout": 6.0, "falsified": 0.5},
        "burnout": [_bytes(row, 6.0) for row in picture.burnout],
        "falsified": [_bytes(row, 0.5) for row in picture.falsified],
        "newcomers": [int(row.sum()) for row in picture.newcomers],
        "inflation": [[_short(v) for v in row] for row in picture.inflation],
    }


def unit_titles(organisation: Organisation) -> dict[str, str]:
    """What offices, branches and sections (``branch/section``) are called, by name."""
    titles = {unit.name: unit.title or unit.name for unit in organisation.offices}
    for branch in organisation.branches:
        titles[branch.name] = branch.title or branch.name
        titles |= {f"{branch.name}/{unit.name}": unit.title or unit.name for unit in branch.departments}
    return titles


def _bytes(values: np.ndarray, full: float) -> str:
    """Values from 0 to `full` as bytes from 0 to 250, in base64."""
    scaled = np.clip(np.nan_to_num(values) / full, 0.0, 1.0) * PICTURED
    return base64.b64encode(np.rint(scaled).astype(np.uint8).tobytes()).decode()


def _short(value: float) -> float | None:
    """A number with as many digits as anybody looks at; None where it is missing."""
    return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None


def chosen(view: View, letter: str) -> int:
    """Place of the scheme with a letter.

    Raises:
        UserError: the view has no such scheme.
    """
    letters = [choice.letter for choice in view.choices]
    if letter not in letters:
        raise UserError.of("there is no such scheme here", path="which", found=repr(letter[:8]), expected=" or ".join(letters))
    return letters.index(letter)
