"""The organisation document: tasks, units and people of a bureau, or the plan of a whole service.

The bureau has *tasks*, each with a true strategic value; a scheme has *indicators* that point at tasks. Goal
attainment is always measured on the tasks, so a task that no indicator points at is real work nobody counts.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field, model_validator

from sim.schemes.misfit import Misfit, refuse
from sim.schemes.scheme import Document, count, element, sum_to_one, unusable_names
from sim.schemes.words import did_you_mean

MAX_TASKS = 12
MAX_POST_LEVELS = 6
RESERVED_TASK_NAMES = ("all", "key", "general")  # selectors of indicators
HOURS_A_MONTH = 168.0  # working hours: 21 days of eight
SHORTEST_ROUND = 0.001  # hours


class Perspective(StrEnum):
    """Balanced-scorecard perspectives (four, and external resources as the fifth of the B District study)."""

    FINANCIAL = "financial"
    CUSTOMER = "customer"
    PROCESS = "process"
    LEARNING = "learning"
    EXTERNAL = "external"


class EffortClass(StrEnum):
    """Curvature of the effort cost: key pressing is simple, inspection is discretionary."""

    SIMPLE = "simple"
    DISCRETIONARY = "discretionary"


class TaskKind(StrEnum):
    KEY = "key"
    GENERAL = "general"


class Role(StrEnum):
    """An office is athlete (towards the superior) and referee (towards the grass roots); a section belongs to a branch."""

    OFFICE = "office"
    SECTION = "section"


class Task(Document):
    """Real work of the bureau."""

    title: str = Field("", description="Name for people.")
    kind: TaskKind = Field(TaskKind.KEY, description="Key or general work.")
    category: str = Field("", description="Category of the annual plan, for selectors.")
    perspective: Perspective = Field(description="Balanced-scorecard perspective.")
    value: float = element(1.0, "True strategic value of a unit of output.", high=100, unit="monthly wages")
    goal: float = element(
        1.0, "Fixed strategic goal: attainment of a normal month's share of work.", low=0.01, high=10, unit="attainment"
    )
    quantifiability: float = element(1.0, "Share of the result that can be counted rather than judged.")
    controllability: float = element(1.0, "Share of the variance of luck that is the cadre's own.")
    noise: float = element(
        0.0,
        "Standard deviation of a step's luck (a month's, where steps are months), relative to its normal output.",
        high=10,
        unit="attainment",
    )
    effort: EffortClass = Field(EffortClass.DISCRETIONARY, description="Class of the effort cost.")
    contact: float = element(0.0, "How much the task serves taxpayers face to face.")
    enforcement: float = element(0.0, "How much the task enforces the law on taxpayers.")
    growth: float = element(0.08, "Part of the target that is growth on last year: what levels add to where a rank is demanded.")
    voluntary: float = element(0.0, "How far the work is a favour or a civic obligation beyond one's job.")


class StrategyLink(Document):
    """One perspective supports another: the elasticity of its productivity in the other's capability stock."""

    supports: Perspective = Field(description="The perspective that becomes more productive.")
    by: Perspective = Field(description="The perspective whose capability stock does it.")
    strength: float = element(0.0, "Elasticity.", high=1)


class Department(Document):
    """An office of the bureau or a section of a branch."""

    name: str = Field(min_length=1, description="Unique within its branch or bureau.")
    title: str = Field("", description="Name for people.")
    sequence: str = Field(min_length=1, description="Peer group of the department (one of the organisation's sequences).")
    cadres: Annotated[int, Field(ge=1, le=1_000_000, description="Number of cadres.", json_schema_extra={"unit": "people"})]
    tasks: dict[str, float] = Field(description="Normal share of working time by task; together 1.")

    @model_validator(mode="after")
    def _shares(self) -> Department:
        refuse(_time_misfits(self.tasks, "tasks"))
        return self


class Branch(Document):
    """A grass-roots bureau or office that does the front-line work."""

    name: str = Field(min_length=1, description="Unique within the bureau.")
    title: str = Field("", description="Name for people.")
    workload: float = element(1.0, "Front-line demand per cadre, 1 = normal.", low=0.05, high=20, unit="x normal")
    seasonality: float = element(0.0, "Amplitude of the yearly swing in workload.", high=0.9)
    peak_month: int = count(5, "Month of the year with the highest workload.", low=1, high=12)
    resources: float = element(0.5, "Resources of the branch (people, systems, rooms).")
    departments: list[Department] = Field(min_length=1, description="Sections of the branch.")


class Peers(Document):
    """Peer bureaus the superior ranks this one among: an AR(1) of their reported attainment."""

    number: int = count(4, "Number of peer bureaus.", high=31, unit="bureaus")
    mean: float = element(1.0, "Long-run mean of their reported attainment.", high=5, unit="attainment")
    spread: float = element(0.05, "Standard deviation between peers and years.", high=5, unit="attainment")
    persistence: float = element(0.9, "Persistence from month to month (in a sitting from round to round).", high=0.999)


class Posts(Document):
    """The pyramid of posts above the ordinary cadre."""

    shares: list[float] = Field(
        default_factory=lambda: [1.0],
        min_length=1,
        max_length=MAX_POST_LEVELS,
        description="Share of cadres by level, lowest first.",
    )
    responsibility: list[float] = Field(
        default_factory=lambda: [1.0], min_length=1, max_length=MAX_POST_LEVELS, description="Weight of a post's output by level."
    )

    @model_validator(mode="after")
    def _fit(self) -> Posts:
        misfits = sum_to_one(
            {f"level {i + 1}": share for i, share in enumerate(self.shares)}, "the shares of the posts", "shares"
        )
        if len(self.shares) != len(self.responsibility):
            told = f"{len(self.responsibility)} beside {len(self.shares)} shares"
            misfits.append(Misfit(("responsibility",), "shares and responsibility need the same number of levels", told))
        for key, values in (("shares", self.shares), ("responsibility", self.responsibility)):
            negative = [(key, index) for index, value in enumerate(values) if value < 0]
            misfits += [Misfit(at, f"{key} cannot be negative", f"{values[at[1]]:g}", "0 or more") for at in negative]
        refuse(misfits)
        return self


class ServiceLevel(Document):
    """One level of a generated service."""

    name: str = Field(min_length=1, description="Name of the level (general administration, province, city, county).")
    units_per_superior: int = count(1, "Bureaus of this level under each one above.", low=1, high=10_000, unit="bureaus")
    offices: int = count(1, "Offices of each bureau of this level.", low=0, high=200, unit="offices")
    branches: int = count(
        0, "Branches of each bureau of this level (the lowest level of the service).", low=0, high=200, unit="branches"
    )


class Service(Document):
    """Plan of a whole service: levels of bureaus, filled with departments until the number of cadres is reached."""

    cadres: int = count(1000, "Number of cadres in the whole service.", low=1, high=10_000_000, unit="people")
    levels: list[ServiceLevel] = Field(min_length=1, max_length=6, description="Levels from the top downwards.")
    office_tasks: dict[str, float] = Field(description="Normal shares of an office's working time.")
    section_tasks: dict[str, float] = Field(default_factory=dict, description="Normal shares of a branch section's working time.")


class Organisation(Document):
    """A bureau with its tasks, offices and branches; or a whole service to be generated."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="Name used in files, tables and figures.")
    title: str = Field("", description="Name for people.")
    summary: str = Field("", description="What this organisation is.")
    step_months: int = count(1, "Length of a step of the model.", low=1, high=12)
    round_hours: float = element(
        0.0, "Working hours of a step that is a round of a sitting; 0 = steps are months.", high=HOURS_A_MONTH, unit="hours"
    )
    levels_above: int = count(1, "Levels above the bureau through which reports pass.", high=6, unit="levels")
    turnover: float = element(
        1.0, "How often people change jobs in this trade and place; 1 = a civil service.", high=100, unit="x civil service"
    )
    talent: float = element(
        1.0, "How far people's ability tells in this work; 1 = clerical and inspection work.", high=10, unit="x clerical work"
    )
    sequences: list[str] = Field(min_length=1, description="Peer groups of departments.")
    tasks: dict[str, Task] = Field(min_length=1, max_length=MAX_TASKS, description="Tasks by name.")
    strategy: list[StrategyLink] = Field(default_factory=list, description="How one perspective supports the next.")
    offices: list[Department] = Field(default_factory=list, description="Offices of the bureau itself.")
    branches: list[Branch] = Field(default_factory=list, description="Grass-roots branches.")
    posts: Posts = Field(default_factory=Posts, description="The pyramid of posts.")
    peers: Peers = Field(default_factory=Peers, description="Peer bureaus outside the model.")
    service: Service | None = Field(None, description="A whole service instead of offices and branches.")

    @property
    def time_unit(self) -> str:
        """What people count time in: 'month', or 'round' in a sitting."""
        return "round" if self.is_sitting else "month"

    @property
    def is_sitting(self) -> bool:
        """Whether a step is a round of some hours, not a step of the calendar."""
        return self.round_hours > 0.0

    @property
    def months_a_step(self) -> float:
        """How much of the calendar a step takes, in months: a round of `round_hours` working hours, or `step_months`."""
        return self.round_hours / HOURS_A_MONTH if self.is_sitting else float(self.step_months)

    @model_validator(mode="after")
    def _steps_have_one_length(self) -> Organisation:
        if 0.0 < self.round_hours < SHORTEST_ROUND:
            told = f"0 (steps are months), or {SHORTEST_ROUND:g} to {HOURS_A_MONTH:g} hours"
            refuse([Misfit(("round_hours",), "a round this short is no work", f"{self.round_hours:g}", told)])
        if self.is_sitting and self.step_months > 1:
            told = f"step_months {self.step_months}, round_hours {self.round_hours:g}"
            refuse([Misfit(("round_hours",), "a step cannot be months and a round of hours at once", told, "one of both")])
        return self

    @model_validator(mode="after")
    def _has_people(self) -> Organisation:
        if self.service is None and not self.offices and not self.branches:
            refuse([Misfit((), "an organisation has no people", "", "offices, branches or a service")])
        if self.service is not None and (self.offices or self.branches):
            refuse([Misfit(("service",), "a generated service has no offices and branches of its own", "", "one of both")])
        return self

    @model_validator(mode="after")
    def _parts_fit(self) -> Organisation:
        refuse(
            [
                *unusable_names(self.tasks, "tasks", RESERVED_TASK_NAMES),
                *_repeated(self.sequences, "sequences"),
                *_repeated([office.name for office in self.offices], "offices", "name"),
                *_repeated([branch.name for branch in self.branches], "branches", "name"),
                *_strategy_misfits(self.strategy),
                *_service_misfits(self.service, self.tasks),
                *(misfit for at, unit in self._departments() for misfit in _department_misfits(at, unit, self)),
                *(misfit for index, branch in enumerate(self.branches) for misfit in _section_misfits(index, branch)),
            ]
        )
        return self

    def _departments(self) -> list[tuple[tuple[str | int, ...], Department]]:
        """Every department with its path in the document."""
        offices: list[tuple[tuple[str | int, ...], Department]] = [(("offices", i), unit) for i, unit in enumerate(self.offices)]
        return offices + [
            (("branches", i, "departments", j), unit)
            for i, branch in enumerate(self.branches)
            for j, unit in enumerate(branch.departments)
        ]


At = tuple[str | int, ...]


def _time_misfits(shares: dict[str, float], *at: str) -> list[Misfit]:
    """Shares of working time: each above 0, together 1."""
    empty = [name for name, share in shares.items() if share <= 0]
    return [
        *(
            Misfit((*at, name), "a share of working time must be above 0", f"{shares[name]:g}", "above 0", "leave the task out")
            for name in empty
        ),
        *sum_to_one(shares, "the shares of working time", *at),
    ]


def _unknown_tasks(shares: dict[str, float], tasks: dict[str, Task], at: At) -> list[Misfit]:
    expected = f"one of {', '.join(tasks)}"
    unknown = [name for name in shares if name not in tasks]
    return [
        Misfit((*at, name), "the organisation has no such task", repr(name), expected, did_you_mean(name, tasks))
        for name in unknown
    ]


def _repeated(names: list[str], at: str, key: str = "") -> list[Misfit]:
    repeats = [index for index, name in enumerate(names) if name in names[:index]]
    return [
        Misfit((at, index, key) if key else (at, index), "this name stands here twice", repr(names[index]), "unique names")
        for index in repeats
    ]


def _department_misfits(at: At, unit: Department, organisation: Organisation) -> list[Misfit]:
    misfits = _unknown_tasks(unit.tasks, organisation.tasks, (*at, "tasks"))
    if unit.sequence not in organisation.sequences:
        expected, hint = f"one of {', '.join(organisation.sequences)}", did_you_mean(unit.sequence, organisation.sequences)
        misfits.append(Misfit((*at, "sequence"), "the organisation has no such sequence", repr(unit.sequence), expected, hint))
    return misfits


def _section_misfits(index: int, branch: Branch) -> list[Misfit]:
    repeated = _repeated([unit.name for unit in branch.departments], "departments", "name")
    return [Misfit(("branches", index, *m.at), m.problem, m.found, m.expected, m.hint) for m in repeated]


def _strategy_misfits(links: list[StrategyLink]) -> list[Misfit]:
    misfits = []
    for index, link in enumerate(links):
        if link.supports is link.by:
            misfits.append(Misfit(("strategy", index), "a perspective cannot support itself", link.by.value, "two perspectives"))
        if any((link.supports, link.by) == (other.supports, other.by) for other in links[:index]):
            told = f"{link.supports.value} by {link.by.value}"
            misfits.append(Misfit(("strategy", index), "this link of the strategy map stands here twice", told, "each link once"))
    return misfits


def _service_misfits(service: Service | None, tasks: dict[str, Task]) -> list[Misfit]:
    if service is None:
        return []
    misfits = _unknown_tasks(service.office_tasks, tasks, ("service", "office_tasks"))
    misfits += _unknown_tasks(service.section_tasks, tasks, ("service", "section_tasks"))
    misfits += _time_misfits(service.office_tasks, "service", "office_tasks")
    has_branches = any(level.branches for level in service.levels)
    if has_branches and not service.section_tasks:
        misfits.append(
            Misfit(("service", "section_tasks"), "the sections of the branches have no tasks", "", "shares of working time")
        )
    elif service.section_tasks:
        misfits += _time_misfits(service.section_tasks, "service", "section_tasks")
    if not any(level.offices or level.branches for level in service.levels):
        misfits.append(
            Misfit(("service", "levels"), "no level of the service has offices or branches", "", "offices or branches")
        )
    return misfits
