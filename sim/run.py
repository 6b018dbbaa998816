"""One bureau, one run: from documents to outcomes.

`simulate` walks one scheme and returns a `Run` to look at; `simulate_schemes` walks several schemes from one shared warm-up
and returns bare `Record`s for studies. Both give the same numbers to the bit, whatever the number of workers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Literal

import numpy as np

from sim.desks import DESK_COLUMNS, compare_desks, desks_of
from sim.history import HISTORY, as_matrix
from sim.jit import is_compiled
from sim.loop.apply import apply, move_people
from sim.loop.appraise import appraise, award_medals, judge_procedures, put_together, rank_groups
from sim.loop.calendar import is_due
from sim.loop.month import walk_months, work_and_live
from sim.loop.people import communicate_and_update, replace_leavers, update_bureaus, update_taxpayers
from sim.loop.plan import plan
from sim.loop.process import open_month, rank_bureaus, report, work
from sim.loop.recording import record
from sim.outcomes import OUTCOME_NAMES, OWN_GROUP_OUTCOMES, SERIES, dimensions, measure, measure_groups
from sim.population.entry import change_scheme
from sim.population.founding import Blueprint, Cut, Dress, Names, Survey, cut, found, lay_out, survey, tailor, wear
from sim.population.world import World, copy_of
from sim.schemes.behaviour import Behaviour
from sim.schemes.fit import check_scheme_fits
from sim.schemes.load import load_behaviour, load_organisation, load_scheme
from sim.schemes.organisation import Organisation
from sim.schemes.scheme import Scheme

if TYPE_CHECKING:
    import pandas as pd

#: Departments of a chunk when one large run is shared out to several workers; any number gives the same result.
CHUNK = 512


@dataclass(frozen=True)
class Setting:
    """Everything a run needs besides its scheme and its replicate."""

    organisation: Organisation
    behaviour: Behaviour
    baseline: Scheme
    months: int = 36
    warmup_months: int = 24
    seed: int = 1

    @property
    def steps(self) -> int:
        """Recorded steps."""
        return max(1, self.months // self.organisation.step_months)

    @property
    def warmup_steps(self) -> int:
        """Steps before, under the baseline, not recorded."""
        return self.warmup_months // self.organisation.step_months

    @property
    def window(self) -> int:
        """Steps over which outcomes are measured: the last twelve months, or all of a shorter run."""
        return min(self.steps, max(1, 12 // self.organisation.step_months))


@dataclass(frozen=True)
class Record:
    """One run of a study: arrays only, so that a hundred thousand of them cost nothing to pass on."""

    scheme: str
    replicate: int
    seed: int
    outcomes: np.ndarray  # (OUTCOMES,), NaN = missing
    monthly: np.ndarray  # (steps, SERIES)
    groups: np.ndarray  # (groups, GROUP_OUTCOMES); desks are NaN unless they were asked for
    group_labels: list[tuple[str, str]]


@dataclass(frozen=True)
class Run:
    """One run to look at. Tables are made when they are asked for."""

    setting: Setting
    scheme: Scheme
    replicate: int
    world: World
    names: Names
    history: np.ndarray

    @cached_property
    def outcomes(self) -> dict[str, float]:
        """All outcomes by name; NaN = missing."""
        values = measure(self.world, self.history, self.setting.window)
        return dict(zip(OUTCOME_NAMES, values.tolist(), strict=True))

    @cached_property
    def monthly(self) -> pd.DataFrame:
        """One row a step: `month` (from 1) and every series."""
        import pandas as pd

        table = pd.DataFrame(as_matrix(self.history), columns=list(SERIES))
        table.insert(0, "month", np.arange(1, len(table) + 1) * self.setting.organisation.step_months)
        return table

    @cached_property
    def groups(self) -> pd.DataFrame:
        """Outcomes by department, branch, sequence, ability quartile and tenure band."""
        import pandas as pd

        values, labels = measure_groups(self.world, self.names, self.setting.window)
        table = pd.DataFrame(values, columns=list(OWN_GROUP_OUTCOMES))
        table.insert(0, "dimension", [dimension for dimension, _ in labels])
        table.insert(1, "group", [name for _, name in labels])
        return table

    @cached_property
    def cadres(self) -> pd.DataFrame:
        """One row a cadre on the last day: every column of the table of cadres, tasks side by side."""
        table = _frame(self.world.cadres)
        table.insert(0, "department_name", np.array(self.names.departments)[self.world.cadres["department"]])
        return table

    @cached_property
    def units(self) -> pd.DataFrame:
        """One row a department on the last day."""
        table = _frame(self.world.departments)
        table.insert(0, "name", self.names.departments)
        return table


def _frame(table: np.ndarray) -> pd.DataFrame:
    """A structured array as a table; a column with several slots becomes several columns, numbered from 1."""
    import pandas as pd

    columns: dict[str, np.ndarray] = {}
    for name in table.dtype.names or ():
        column = table[name]
        if column.ndim == 1:
            columns[name] = column
        else:
            flat = column.reshape(len(column), -1)
            columns |= {f"{name}_{slot + 1}": flat[:, slot] for slot in range(flat.shape[1])}
    return pd.DataFrame(columns)


@lru_cache(maxsize=8)
def _surveyed(organisation_json: str) -> Survey:
    return survey(Organisation.model_validate_json(organisation_json))


@lru_cache(maxsize=8)
def _laid_out(organisation_json: str, behaviour_json: str) -> Blueprint:
    surveyed = _surveyed(organisation_json)
    return lay_out(surveyed.organisation, Behaviour.model_validate_json(behaviour_json), surveyed)


@lru_cache(maxsize=64)
def _cut_out(organisation_json: str, scheme_json: str) -> tuple[Scheme, Cut]:
    scheme, surveyed = Scheme.model_validate_json(scheme_json), _surveyed(organisation_json)
    check_scheme_fits(scheme, surveyed.organisation)
    return scheme, cut(surveyed, scheme)


@lru_cache(maxsize=64)
def _tailored(organisation_json: str, behaviour_json: str, scheme_json: str) -> Dress:
    scheme, pieces = _cut_out(organisation_json, scheme_json)
    return tailor(_laid_out(organisation_json, behaviour_json), scheme, pieces)


class Stage:
    """A setting made ready: laid out once, every scheme tailored once, then used by any number of replicates and threads."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self._documents = (setting.organisation.model_dump_json(), setting.behaviour.model_dump_json())
        self.blueprint = _laid_out(*self._documents)
        self.baseline = self.tailored(setting.baseline)

    def tailored(self, scheme: Scheme) -> Dress:
        """The scheme fitted to this organisation (remembered)."""
        return _tailored(*self._documents, scheme.model_dump_json())

    def warmed_up(self, replicate: int, workers: int = 1) -> World:
        """The bureau after its warm-up under the baseline: where every scheme of a replicate starts."""
        world = found(self.blueprint, self.baseline, seed=self.setting.seed, replicate=replicate)
        world.organisation["window_start"] = 2**30
        walk(world, 0, np.zeros(self.setting.warmup_steps, HISTORY), workers)
        return world

    def under(self, world: World, scheme: Scheme) -> World:
        """The same bureau on the first day under a scheme; a scheme that changes nothing leaves everything as it is."""
        dress = self.tailored(scheme)
        step = self.setting.warmup_steps
        novelty = novelty_of(self.baseline, dress)
        if novelty > 0.0:
            world = wear(world, dress)
            change_scheme(world, step, novelty)
        world.organisation["window_start"] = step + self.setting.steps - self.setting.window
        return world


def novelty_of(before: Dress, after: Dress) -> float:
    """Share of the elements in force under either scheme that differ between them, indicators counted as one element."""
    old, new = before.record[0], after.record[0]
    names = before.record.dtype.names or ()
    differ = sum(old[name] != new[name] for name in names)
    in_force = sum(old[name] != 0 or new[name] != 0 for name in names)
    differ += not np.array_equal(before.indicators, after.indicators)
    return float(differ) / (in_force + 1)


def walk(world: World, first_step: int, history: np.ndarray, workers: int = 1) -> None:
    """Walk len(history) steps; several workers share the departments of a month and meet between its links."""
    if workers <= 1 or len(world.departments) < 2 * CHUNK:
        walk_months(world, first_step, len(history), history)
        return
    with ThreadPoolExecutor(workers) as pool:
        for t in range(len(history)):
            _walk_month_shared(world, first_step + t, pool)
            record(world, first_step + t, history[t : t + 1][0])


def _walk_month_shared(world: World, step: int, pool: ThreadPoolExecutor) -> None:
    """`sim.loop.month.walk_month`, every pass over people cut into chunks of departments, bureaus or groups."""
    departments = _chunks(len(world.departments))
    bureaus = _chunks(len(world.bureaus))
    groups = _chunks(len(world.groups))

    def everywhere(link: Callable[..., None], chunks: list[tuple[int, int]]) -> None:
        list(pool.map(lambda chunk: link(world, step, *chunk), chunks))

    open_month(world, step)
    everywhere(replace_leavers, departments)
    everywhere(plan, departments)
    if not is_due(step, world.scheme["interval"][0]):
        everywhere(work_and_live, departments)
        everywhere(report, bureaus)
        rank_bureaus(world, step)
        update_bureaus(world)
        update_taxpayers(world)
        return
    everywhere(work, departments)
    everywhere(report, bureaus)
    rank_bureaus(world, step)
    everywhere(appraise, departments)
    everywhere(award_medals, groups)
    put_together(world, step)
    everywhere(rank_groups, groups)
    everywhere(apply, groups)
    everywhere(judge_procedures, departments)
    everywhere(communicate_and_update, departments)
    move_people(world, step)
    update_bureaus(world)
    update_taxpayers(world)


def _chunks(n: int) -> list[tuple[int, int]]:
    return [(start, min(n, start + CHUNK)) for start in range(0, n, CHUNK)]


def simulate_schemes(setting: Setting, schemes: Sequence[Scheme], replicate: int, *, desks: bool = False) -> list[Record]:
    """One replicate of every scheme, all from the same warm-up and with the same luck.

    With ``desks`` every desk is compared with itself under the baseline, which is walked for it if it is not among the schemes.
    Thread-safe, and free of the GIL while it walks: run replicates on threads. Errors: `UserError` if a scheme does not fit.
    """
    stage = Stage(setting)
    warm = stage.warmed_up(replicate)
    if not desks:
        return [_record(stage, scheme, replicate, _walked(stage, copy_of(warm), scheme)) for scheme in schemes]
    known = _walked(stage, copy_of(warm), setting.baseline)
    before = Before.of(stage, known[0])
    return [
        _record(stage, scheme, replicate, known if scheme == setting.baseline else _walked(stage, copy_of(warm), scheme), before)
        for scheme in schemes
    ]


@dataclass(frozen=True)
class Before:
    """The desks of the baseline's world and the groups they are in there."""

    desks: np.ndarray
    groups: list[tuple[np.ndarray, int]]

    @classmethod
    def of(cls, stage: Stage, world: World) -> Before:
        """The desks of a world; groups are its own, so that a desk is in one group whatever the scheme."""
        grouped = dimensions(world, stage.blueprint.names)
        return cls(desks_of(world.cadres, stage.setting.window), [(group, len(names)) for _, group, names in grouped])


def _walked(stage: Stage, world: World, scheme: Scheme, workers: int = 1) -> tuple[World, np.ndarray]:
    world = stage.under(world, scheme)
    history = np.zeros(stage.setting.steps, HISTORY)
    walk(world, stage.setting.warmup_steps, history, workers)
    return world, history


def _record(
    stage: Stage, scheme: Scheme, replicate: int, walked: tuple[World, np.ndarray], before: Before | None = None
) -> Record:
    world, history = walked
    own, labels = measure_groups(world, stage.blueprint.names, stage.setting.window)
    if before is None:
        against = np.full((len(own), len(DESK_COLUMNS)), np.nan)
    else:
        against = compare_desks(before.desks, desks_of(world.cadres, stage.setting.window), before.groups)
    groups = np.hstack([own, against])
    outcomes = measure(world, history, stage.setting.window)
    return Record(scheme.name, replicate, stage.setting.seed, outcomes, as_matrix(history), groups, labels)


def simulate(
    scheme: Scheme | str,
    organisation: Organisation | str = "county_bureau",
    *,
    behaviour: Behaviour | str | None = None,
    baseline: Scheme | str | None = None,
    months: int = 36,
    warmup_months: int = 24,
    seed: int = 1,
    replicate: int = 0,
    walk: Literal["compiled", "agents"] = "compiled",
    workers: int = 1,
) -> Run:
    """One run of a scheme, warm-up under the baseline included (the scheme's own base by default).

    `walk="agents"` uses the Mesa walk: the same numbers, some hundred times slower. Documents may be given by name.
    """
    scheme = load_scheme(scheme) if isinstance(scheme, str) else scheme
    organisation = load_organisation(organisation) if isinstance(organisation, str) else organisation
    if not isinstance(behaviour, Behaviour):
        behaviour = load_behaviour(behaviour or "default")
    if not isinstance(baseline, Scheme):
        baseline = load_scheme(baseline or "deduction_heavy")
    stage = Stage(Setting(organisation, behaviour, baseline, months, warmup_months, seed))
    if walk == "agents":
        world, history = _walked_by_agents(stage, scheme, replicate)
    else:
        world, history = _walked(stage, stage.warmed_up(replicate, workers), scheme, workers)
    return Run(stage.setting, scheme, replicate, world, stage.blueprint.names, history)


def _walked_by_agents(stage: Stage, scheme: Scheme, replicate: int) -> tuple[World, np.ndarray]:
    """The same run, warm-up included, by the Mesa walk."""
    from sim.agents import walk_agents

    world = found(stage.blueprint, stage.baseline, seed=stage.setting.seed, replicate=replicate)
    world.organisation["window_start"] = 2**30
    walk_agents(world, stage.blueprint.names, 0, np.zeros(stage.setting.warmup_steps, HISTORY))
    world = stage.under(world, scheme)
    history = np.zeros(stage.setting.steps, HISTORY)
    walk_agents(world, stage.blueprint.names, stage.setting.warmup_steps, history)
    return world, history


def compile_model(tell: Callable[[str], None] = lambda text: None) -> None:
    """Compile the model once, or load it from the cache, and say which."""
    if not is_compiled():
        tell("Compiling the model (once for this version, about half a minute) ...")
    setting = Setting(load_organisation("toy_bureau"), Behaviour(), load_scheme("base"), months=1, warmup_months=1)
    simulate_schemes(setting, [load_scheme("base"), load_scheme("deduction_heavy")], 0)
