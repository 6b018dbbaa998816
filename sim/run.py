"""One bureau, one run: from documents to outcomes.

`simulate` walks one scheme and returns a `Run` to look at; `simulate_schemes` walks several schemes from one shared warm-up
and returns bare `Record`s for studies. Both give the same numbers to the bit, whatever the number of workers.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

import numpy as np

from sim.bounds import LARGEST_SEED, MOST_REPLICATES, MOST_WORKERS, check_lengths, check_number
from sim.desks import DESK_COLUMNS, compare_desks, desks_of
from sim.errors import UserError
from sim.history import HISTORY, as_matrix, series_of_branches
from sim.jit import is_compiled
from sim.lang import counted
from sim.loop.apply import apply, move_people
from sim.loop.appraise import appraise, award_medals, judge_procedures, put_together, rank_groups
from sim.loop.calendar import any_due
from sim.loop.month import walk_months, work_and_live
from sim.loop.people import communicate_and_update, replace_leavers, spread_word_of_pay, update_bureaus, update_taxpayers
from sim.loop.plan import plan
from sim.loop.process import open_month, rank_bureaus, report, work
from sim.loop.recording import record
from sim.outcomes import GROUP_OUTCOMES, OUTCOME_NAMES, OWN_GROUP_OUTCOMES, SERIES, dimensions, measure, measure_groups
from sim.population.founding import Blueprint, Cut, Dress, Names, Survey, cut, found, lay_out, survey, tailor
from sim.population.rollout import all_under, change, everywhere
from sim.population.world import World, copy_of
from sim.schemes.behaviour import Behaviour
from sim.schemes.fit import check_scheme_fits
from sim.schemes.load import load_behaviour, load_organisation, load_scheme
from sim.schemes.organisation import Organisation
from sim.schemes.scheme import Document, Scheme
from sim.schemes.words import did_you_mean, quoted

if TYPE_CHECKING:
    import pandas as pd

AnyDocument = TypeVar("AnyDocument", bound=Document)

#: The two walks of the model, which give the same numbers.
WALKS = ("compiled", "agents")

#: Departments of a chunk when one large run is shared out to several workers; any number gives the same result.
CHUNK = 512


@dataclass(frozen=True)
class Change:
    """A scheme that comes into force in a recorded month (1 = the first), everywhere or in some branches.

    A branch is named by its own name or by its path as results show it; `offices` are the offices of a bureau. No names
    = everywhere.
    """

    month: int
    scheme: Scheme
    branches: tuple[str, ...] = ()


@dataclass(frozen=True)
class Setting:
    """Everything a run needs besides its scheme and its replicate.

    Every scheme starts everywhere with the first recorded month; the changes of `schedule`, if any, follow.
    """

    organisation: Organisation
    behaviour: Behaviour
    baseline: Scheme
    months: int = 36
    warmup_months: int = 24
    seed: int = 1
    schedule: tuple[Change, ...] = ()

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
    by_branch: np.ndarray | None = None  # (steps, branches, SERIES), where it was asked for


@dataclass(frozen=True, repr=False)
class Run:
    """One run to look at. Tables are made when they are asked for."""

    setting: Setting
    scheme: Scheme
    replicate: int
    world: World
    names: Names
    history: np.ndarray

    def __repr__(self) -> str:
        """Short: a prompt or a notebook shows it, and the world is a million numbers."""
        asked = self.setting
        place = asked.organisation.title or asked.organisation.name
        return (
            f"<Run of {self.scheme.title or self.scheme.name} in {place}: {counted(len(self.world.cadres), 'cadre')}, "
            f"{counted(asked.months, 'month')} after {asked.warmup_months} of warm-up, seed {asked.seed}, "
            f"replicate {self.replicate}; see .outcomes, .monthly, .groups, .cadres>"
        )

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


@dataclass(frozen=True)
class _Written(Generic[AnyDocument]):
    """A document that is told from others by its content: what is remembered about documents is looked up by it."""

    content: str
    document: AnyDocument = field(compare=False)


class _Memory:
    """The written form of the last documents by identity: writing one out for every run would cost too much.

    A document that is remembered is kept alive, so that its identity is nobody else's.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.held: OrderedDict[int, _Written[Any]] = OrderedDict()

    def written(self, document: AnyDocument) -> _Written[AnyDocument]:
        known = self.held.get(id(document))
        if known is not None and known.document is document:
            return known
        known = _Written(document.model_dump_json(), document)
        self.held[id(document)] = known
        while len(self.held) > self.most:
            with suppress(KeyError):  # another thread was faster
                self.held.popitem(last=False)
        return known


_memory = _Memory(512)


@lru_cache(maxsize=8)
def _surveyed(organisation: _Written[Organisation]) -> Survey:
    return survey(organisation.document)


@lru_cache(maxsize=8)
def _laid_out(organisation: _Written[Organisation], behaviour: _Written[Behaviour]) -> Blueprint:
    return lay_out(organisation.document, behaviour.document, _surveyed(organisation))


@lru_cache(maxsize=64)
def _cut_out(organisation: _Written[Organisation], scheme: _Written[Scheme]) -> Cut:
    check_scheme_fits(scheme.document, organisation.document)
    return cut(_surveyed(organisation), scheme.document)


@lru_cache(maxsize=64)
def _tailored(organisation: _Written[Organisation], behaviour: _Written[Behaviour], scheme: _Written[Scheme]) -> Dress:
    return tailor(_laid_out(organisation, behaviour), scheme.document, _cut_out(organisation, scheme))


class Stage:
    """A setting made ready: laid out once, every scheme tailored once, then used by any number of replicates and threads."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self._documents = (_memory.written(setting.organisation), _memory.written(setting.behaviour))
        self.blueprint = _laid_out(*self._documents)
        self.baseline = self.tailored(setting.baseline)

    def tailored(self, scheme: Scheme) -> Dress:
        """The scheme fitted to this organisation (remembered)."""
        return _tailored(*self._documents, _memory.written(scheme))

    def warmed_up(self, replicate: int, workers: int = 1) -> World:
        """The bureau after its warm-up under the baseline: where every scheme of a replicate starts."""
        world = found(self.blueprint, self.baseline, seed=self.setting.seed, replicate=replicate)
        world.organisation["window_start"] = 2**30
        walk(world, 0, np.zeros(self.setting.warmup_steps, HISTORY), workers)
        return world

    def under(self, world: World, scheme: Scheme) -> World:
        """The same bureau on the first day under a scheme; a scheme that changes nothing leaves everything as it is."""
        self.open_window(world)
        in_force, step = all_under(world, self.baseline), self.setting.warmup_steps
        return change(world, in_force, everywhere(world, self.tailored(scheme)), step)[0]

    def open_window(self, world: World) -> None:
        """Say from which step on outcomes are measured."""
        setting = self.setting
        world.organisation["window_start"] = setting.warmup_steps + setting.steps - setting.window

    @cached_property
    def schedule(self) -> dict[int, dict[int, Dress]]:
        """The setting's changes: for every step with a change, the dress of each branch that changes."""
        course: dict[int, dict[int, Dress]] = {}
        for planned in self.setting.schedule:
            here = course.setdefault(self.setting.warmup_steps + self._recorded_step(planned.month), {})
            for branch in branch_numbers(self.blueprint.names, planned.branches):
                if branch in here:
                    name = self.blueprint.names.branches[branch]
                    raise UserError.of(
                        "a branch comes under two schemes in the same month",
                        path="schedule", found=f"{name} in month {planned.month}", expected="one scheme a month",
                    )  # fmt: skip
                here[branch] = self.tailored(planned.scheme)
        return course

    def _recorded_step(self, month: int) -> int:
        """The recorded step (from 0) that begins with a recorded month (from 1)."""
        length = self.setting.organisation.step_months
        step, rest = divmod(month - 1, length)
        if rest or not 0 <= step < self.setting.steps:
            begins = "" if length == 1 else f" that begins a step of {length} months (1, {1 + length}, ...)"
            raise UserError.of(
                "the schedule names a month in which nothing can change",
                path="schedule", found=f"month {month}", expected=f"a month from 1 to {self.setting.months}{begins}",
            )  # fmt: skip
        return step

    def course(self, scheme: Scheme) -> dict[int, dict[int, Dress]]:
        """When which branch comes under which scheme: `scheme` everywhere at first, then the schedule; in order of steps."""
        first = self.setting.warmup_steps
        at_first = everywhere(self.blueprint.world, self.tailored(scheme)) | self.schedule.get(first, {})
        return dict(sorted({**self.schedule, first: at_first}.items()))


def branch_numbers(names: Names, wanted: Sequence[str]) -> list[int]:
    """The branches that these names mean (all of them without names), each once, in order.

    Raises:
        UserError: a name that no branch has, or that several have (give the path).
    """
    if not wanted:
        return list(range(len(names.branches)))
    found: set[int] = set()
    for name in wanted:
        fits = [n for n, path in enumerate(names.branches) if name in (path, path.rpartition("/")[2])]
        if len(fits) != 1:
            known = [path.rpartition("/")[2] for path in names.branches]
            raise UserError.of(
                "several branches have this name" if fits else "there is no such branch",
                path="branches", found=quoted(name),
                expected="a path such as " + quoted(names.branches[fits[0]]) if fits else "the name of a branch",
                hint="" if fits else did_you_mean(name, known) or f"there are {', '.join(known[:12])}",
            )  # fmt: skip
        found.add(fits[0])
    return sorted(found)


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
    spread_word_of_pay(world)
    everywhere(replace_leavers, departments)
    everywhere(plan, departments)
    if not any_due(world.schemes, step):
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


#: Tables of a record beside its outcomes.
MONTHLY, GROUPS = "monthly", "groups"


def simulate_schemes(
    setting: Setting,
    schemes: Sequence[Scheme],
    replicate: int,
    *,
    desks: bool = False,
    by_branch: bool = False,
    keep: Sequence[str] = (MONTHLY, GROUPS),
) -> list[Record]:
    """One replicate of every scheme, all from the same warm-up and with the same luck.

    With ``desks`` every desk is compared with itself under the baseline, which is walked for it if it is not among the schemes;
    ``by_branch`` keeps the monthly series of every branch. Tables that are not among ``keep`` stay empty: groups cost more to
    measure than all outcomes.
    Thread-safe, and free of the GIL while it walks: run replicates on threads. Errors: `UserError` if a scheme does not fit.
    """
    stage = Stage(setting)
    warm = stage.warmed_up(replicate)
    if not desks:
        # The last scheme walks on in the warmed-up world itself: a copy less.
        worlds = (warm if place == len(schemes) - 1 else copy_of(warm) for place in range(len(schemes)))
        return [
            _record(stage, scheme, replicate, keep, *_kept(stage, world, scheme, by_branch))
            for scheme, world in zip(schemes, worlds, strict=True)
        ]
    known = _kept(stage, copy_of(warm), setting.baseline, by_branch)
    before = Before.of(stage, known[0])
    return [
        _record(
            stage,
            scheme,
            replicate,
            keep,
            *(known if scheme == setting.baseline else _kept(stage, copy_of(warm), scheme, by_branch)),
            before,
        )
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


def simulate_courses(
    setting: Setting, courses: Sequence[Sequence[Change]], replicate: int
) -> list[tuple[np.ndarray, np.ndarray]]:
    """One replicate of several courses of events, all from the same warm-up and with the same luck.

    Each course is a schedule that follows the baseline, which stays in force where nothing is planned. Returns for each the
    monthly series of the bureau (steps, SERIES) and of every branch (steps, branches, SERIES).
    """
    warm = Stage(setting).warmed_up(replicate)
    paths = []
    for course in courses:
        stage = Stage(replace(setting, schedule=tuple(course)))
        _, history, branches = _kept(stage, copy_of(warm), setting.baseline, by_branch=True)
        assert branches is not None
        paths.append((as_matrix(history), branches))
    return paths


#: Walks len(history) steps of a world from a step on.
Walker = Callable[[World, int, np.ndarray], object]


def _walked(stage: Stage, world: World, scheme: Scheme, walker: Walker = walk) -> tuple[World, np.ndarray]:
    """A warmed-up world after the recorded months, and their history: `scheme` first, then what is scheduled."""
    stage.open_window(world)
    first, steps = stage.setting.warmup_steps, stage.setting.steps
    history = np.zeros(steps, HISTORY)
    arms = all_under(world, stage.baseline)
    course = stage.course(scheme)
    for step, end in zip(course, [*list(course)[1:], first + steps], strict=True):
        if step > first or any(dress is not stage.baseline for dress in course[step].values()):
            world, arms = change(world, arms, course[step], step)
        walker(world, step, history[step - first : end - first])
    return world, history


def walked_by(setting: Setting, scheme: Scheme, replicate: int, walker: Walker) -> tuple[World, Names]:
    """One run whose recorded months a walker of one's own walks, warm-up as ever; the world at its end and its names.

    The walker gets (world, first step, history) and walks len(history) steps, as `walk` does; what it keeps is its own.
    """
    stage = Stage(setting)
    return _walked(stage, stage.warmed_up(replicate), scheme, walker)[0], stage.blueprint.names


def _kept(stage: Stage, warm: World, scheme: Scheme, by_branch: bool) -> tuple[World, np.ndarray, np.ndarray | None]:
    """A warmed-up world after the recorded months, its history, and the branches' where it is asked for."""
    if not by_branch:
        return *_walked(stage, warm, scheme), None
    setting = stage.setting
    branches = np.zeros((setting.steps, len(warm.branches), len(SERIES)))

    def month_by_month(world: World, first: int, history: np.ndarray) -> None:
        for t in range(len(history)):
            walk(world, first + t, history[t : t + 1])
            branches[first + t - setting.warmup_steps] = series_of_branches(world)

    return *_walked(stage, warm, scheme, month_by_month), branches


_NO_GROUPS = np.empty((0, len(GROUP_OUTCOMES)))


def _record(
    stage: Stage,
    scheme: Scheme,
    replicate: int,
    keep: Sequence[str],
    world: World,
    history: np.ndarray,
    branches: np.ndarray | None = None,
    before: Before | None = None,
) -> Record:
    window = stage.setting.window
    groups, labels = _groups(stage, world, before) if GROUPS in keep else (_NO_GROUPS, [])
    monthly = as_matrix(history) if MONTHLY in keep else np.empty((0, len(SERIES)))
    outcomes = measure(world, history, window)
    return Record(scheme.name, replicate, stage.setting.seed, outcomes, monthly, groups, labels, branches)


def _groups(stage: Stage, world: World, before: Before | None) -> tuple[np.ndarray, list[tuple[str, str]]]:
    """Outcomes of all groups, and their desks against the same desks before where there is a before."""
    own, labels = measure_groups(world, stage.blueprint.names, stage.setting.window)
    if before is None:
        return np.hstack([own, np.full((len(own), len(DESK_COLUMNS)), np.nan)]), labels
    return np.hstack([own, compare_desks(before.desks, desks_of(world.cadres, stage.setting.window), before.groups)]), labels


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
    schedule: Sequence[Change] = (),
    **classes: type,
) -> Run:
    """One run of a scheme, warm-up under the baseline included (`deduction_heavy` by default), then what is scheduled.

    `walk="agents"` uses the Mesa walk: the same numbers, some hundred times slower; there, `cadre_class=` and its like
    (`sim.agents.AppraisalModel`) put a researcher's own agents in, from the first day on. Documents may be given by name.

    Raises:
        UserError: a scheme that does not fit; a number out of bounds; own agents in the compiled walk, which has none,
            or that are no kind of agent.
    """
    if walk not in WALKS:
        raise UserError.of("there is no such walk", found=quoted(str(walk)), expected=" or ".join(WALKS))
    check_number("seed", seed, low=0, high=LARGEST_SEED)
    check_number("replicate", replicate, low=0, high=MOST_REPLICATES)
    check_number("workers", workers, low=1, high=MOST_WORKERS)
    if classes and walk != "agents":
        raise UserError.of("only the Mesa walk has agents of one's own", found=", ".join(classes), hint='walk="agents"')
    scheme = load_scheme(scheme) if isinstance(scheme, str) else scheme
    organisation = load_organisation(organisation) if isinstance(organisation, str) else organisation
    check_lengths(months, warmup_months, organisation.step_months)
    if not isinstance(behaviour, Behaviour):
        behaviour = load_behaviour(behaviour or "default")
    if not isinstance(baseline, Scheme):
        baseline = load_scheme(baseline or "deduction_heavy")
    stage = Stage(Setting(organisation, behaviour, baseline, months, warmup_months, seed, tuple(schedule)))
    if walk == "agents":
        world, history = _walked_by_agents(stage, scheme, replicate, classes)
    else:
        world, history = _walked(stage, stage.warmed_up(replicate, workers), scheme, _shared_by(workers))
    return Run(stage.setting, scheme, replicate, world, stage.blueprint.names, history)


def _shared_by(workers: int) -> Walker:
    """The compiled walk, a large organisation shared out to so many workers."""
    return lambda world, first, history: walk(world, first, history, workers)


def _walked_by_agents(stage: Stage, scheme: Scheme, replicate: int, classes: Mapping[str, type]) -> tuple[World, np.ndarray]:
    """The same run, warm-up included, by the Mesa walk."""
    from sim.agents.model import check_agents, walk_agents

    check_agents(classes)

    def walker(world: World, first: int, history: np.ndarray) -> None:
        walk_agents(world, stage.blueprint.names, first, history, **classes)

    world = found(stage.blueprint, stage.baseline, seed=stage.setting.seed, replicate=replicate)
    world.organisation["window_start"] = 2**30
    walker(world, 0, np.zeros(stage.setting.warmup_steps, HISTORY))
    return _walked(stage, world, scheme, walker)


def compile_model(tell: Callable[[str], None] = lambda text: None) -> None:
    """Compile the model once, or load it from the cache, and say which."""
    if not is_compiled():
        tell("Compiling the model (once for this version, a minute or two) ...")
    setting = Setting(load_organisation("toy_bureau"), Behaviour(), load_scheme("base"), months=1, warmup_months=1)
    simulate_schemes(setting, [load_scheme("base"), load_scheme("deduction_heavy")], 0)
