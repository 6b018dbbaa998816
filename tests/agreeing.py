"""Walk a bureau both ways and say where the two differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np

from sim.agents import AppraisalModel
from sim.history import HISTORY
from sim.loop.month import walk_months
from sim.population.founding import found, lay_out, tailor
from sim.population.world import World, copy_of
from sim.schemes.behaviour import Behaviour
from sim.schemes.load import load_behaviour, load_organisation, load_scheme, read_behaviour
from sim.schemes.locate import preset_names
from sim.schemes.organisation import Organisation
from sim.schemes.scheme import Scheme

TOLERANCE = 1e-9
STATE = ("cadres", "departments", "branches", "bureaus", "groups")


def a_world(
    scheme: str | Scheme = "base",
    organisation: str | Organisation = "toy_bureau",
    behaviour: Behaviour | None = None,
    *,
    seed: int = 1,
    window_start: int = 2,
    **behaviour_changes: float,
) -> World:
    """A bureau on its first day. The window opens after two months, so that sums over it are compared too."""
    scheme = load_scheme(scheme) if isinstance(scheme, str) else scheme
    organisation = load_organisation(organisation) if isinstance(organisation, str) else organisation
    blueprint = lay_out(organisation, behaviour or load_behaviour(changes=behaviour_changes))
    world = found(blueprint, tailor(blueprint, scheme), seed=seed)
    world.organisation["window_start"] = window_start
    return world


# --- schemes and people that nobody would write down -----------------------------------------------------------------

TOGETHER = ("indicators", "result", "appraisers", "grades")  # sections that only make sense whole


def crossbred_scheme(rng: np.random.Generator, changes: Mapping[str, Any] | None = None) -> Scheme:
    """A scheme whose every element comes from a ready scheme drawn at random; `changes` are laid over it by path."""
    presets = [load_scheme(name).model_dump(mode="json") for name in preset_names("schemes")]
    mixed = _mixed(rng, presets) | {"name": "crossbred"}
    for path, value in (changes or {}).items():
        *sections, leaf = path.split(".")
        section = mixed
        for name in sections:
            section = section[name]
        section[leaf] = value
    return Scheme.model_validate(mixed)


def _mixed(rng: np.random.Generator, documents: list[dict[str, Any]]) -> dict[str, Any]:
    mixed: dict[str, Any] = {}
    for key, value in documents[0].items():
        if isinstance(value, dict) and key not in TOGETHER:
            mixed[key] = _mixed(rng, [document[key] for document in documents])
        else:
            mixed[key] = documents[rng.integers(len(documents))][key]
    return mixed


def drawn_behaviour(rng: np.random.Generator, **changes: float) -> Behaviour:
    """Every parameter anywhere in its range."""
    loaded = read_behaviour("default")
    drawn = {
        name: float(rng.uniform(note.low, note.high)) if note.low is not None and note.high is not None else None
        for name, note in loaded.annotations.items()
    }
    return Behaviour.model_validate(
        loaded.document.model_dump() | {name: value for name, value in drawn.items() if value is not None} | changes
    )


# --- the comparison --------------------------------------------------------------------------------------------------


def differences(expected: World, found_: World) -> list[str]:
    """Every column of every table that differs: whole numbers at all, others by more than rounding."""
    return [told for table in STATE for told in table_differences(table, getattr(expected, table), getattr(found_, table))]


def table_differences(table: str, expected: np.ndarray, found_: np.ndarray) -> list[str]:
    """The columns of one table that differ, each with its worst place."""
    told = []
    for name in expected.dtype.names:
        a, b = expected[name], found_[name]
        if np.issubdtype(a.dtype, np.integer):
            wrong = a != b
        else:
            with np.errstate(invalid="ignore"):
                wrong = ~((np.abs(a - b) <= TOLERANCE * (1.0 + np.abs(a))) | (a == b) | (np.isnan(a) & np.isnan(b)))
        if wrong.any():
            place = tuple(int(axis[0]) for axis in np.nonzero(wrong))
            told.append(f"{table}.{name}{list(place)}: compiled {a[place]!r}, agents {b[place]!r} ({wrong.sum()} differ)")
    return told


def first_disagreement(world: World, steps: int, seen: Counter[str] | None = None, *, first_step: int = 0, **classes: Any) -> str:
    """Walk both ways step by step; empty where they agree on every column and series, else the first step that differs.

    `seen` counts what happened on the way, so that a test can make sure that it happened at all.
    """
    compiled, own = copy_of(world), copy_of(world)
    model = AppraisalModel(own, first_step=first_step, **classes)
    history = np.zeros(1, HISTORY)
    for step in range(first_step, first_step + steps):
        walk_months(compiled, step, 1, history)
        model.step()
        series = np.zeros(1, HISTORY)
        series[0] = model.record()
        told = differences(compiled, own) + table_differences("history", history, series)
        if told:
            return f"step {step}: " + "; ".join(told[:8]) + (f"; and {len(told) - 8} more" if len(told) > 8 else "")
        if seen is not None:
            seen.update(events(compiled))
    return ""


def events(world: World) -> dict[str, int]:
    """What there is to see in a world after a month."""
    cadres, bureaus = world.cadres, world.bureaus
    return {
        "exits": int((cadres["persons"] > 0).sum()),
        "dismissals": int(((cadres["dismissed"] == 0) & (cadres["persons"] > 0) & (cadres["tenure"] == 0)).sum()),
        "promotions": int(((cadres["level"] > 0) & (cadres["months_in_post"] == 0)).sum()),
        "falsified": int((cadres["falsified"] > 0).sum()),
        "detected": int((cadres["window_detected"] > 0).sum()),
        "sabotage": int((cadres["sabotage_done"] > 0).sum()),
        "help": int((cadres["help_given"] > 0).sum()),
        "sanctions": int((cadres["sanctioned"] == 1).sum()),
        "later rungs": int((cadres["rung"] > 1).sum()),
        "bottom grades": int((cadres["grade"] == 0).sum()),
        "top grades": int((cadres["grade"] == 3).sum()),
        "pressure": int((bureaus["pressure"] > 0).sum()),
        "uneven targets": int((np.ptp(cadres["target"], axis=0) > 0).sum()),
    }
