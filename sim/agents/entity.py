"""What all agents have in common: one row of a table seen as an object, the settings in force, and their luck."""

from __future__ import annotations

from collections.abc import Iterable
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, ClassVar

import mesa
import numpy as np

from sim.loop.calendar import is_due, is_period_start
from sim.population.columns import TABLES, Column
from sim.population.draws import Purpose, normals, uniforms

if TYPE_CHECKING:
    from sim.agents.model import AppraisalModel


def view_of(column: Column) -> property:
    """A property that reads and writes an entity's own row of a column; a column with several slots is an array."""
    name = column.name

    def read_value(self: Entity) -> Any:
        return self.columns[name].item(self.index)

    def read_slots(self: Entity) -> Any:
        return self.columns[name][self.index]

    def write(self: Entity, value: Any) -> None:
        self.columns[name][self.index] = value

    return property(read_slots if column.shape else read_value, write, doc=f"{column.meaning} ({column.unit})")


def total(values: Iterable[float]) -> float:
    """Sum in the order given, rounded at every step as the compiled walk does (`sum` compensates from Python 3.12 on)."""
    result = 0.0
    for value in values:
        result += value
    return result


def squared(value: float) -> float:
    """value * value: `**` goes through logarithms and can miss the last bit, which the compiled walk does not."""
    return value * value


class Settings(SimpleNamespace):
    """A record of settings by name, as plain numbers: `scheme.interval`, `behaviour.adjustment`."""

    def __init__(self, record: np.void) -> None:
        super().__init__()
        self.read(record)

    def read(self, record: np.void) -> None:
        """Take over the values of a record."""
        for name in record.dtype.names or ():
            value = record[name]
            vars(self)[name] = value if value.ndim else value.item()


class Entity(mesa.Agent):
    """A Mesa agent whose attributes are views on one row of a table of the world.

    A subclass that names its table gets one property for every declared column; nothing is stored twice. Further
    attributes of a subclass live on the object as usual.
    """

    table: ClassVar[str]

    def __init_subclass__(cls, table: str = "", **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if not table:
            return
        cls.table = table
        for column in TABLES[table]:
            if hasattr(cls, column.name):
                raise TypeError(f"{cls.__name__}.{column.name} would hide the column of that name")
            setattr(cls, column.name, view_of(column))

    def __init__(self, model: AppraisalModel, index: int) -> None:
        super().__init__(model)
        self.index = index
        self.columns = model.columns[self.table]
        self.scheme = model.schemes[self.arm_of()]
        self.behaviour = model.behaviour

    if TYPE_CHECKING:  # the columns

        def __getattr__(self, name: str) -> Any: ...

    def arm_of(self) -> int:
        """Row of the table of schemes that is in force for this entity; a cadre's is that of his department."""
        return self.arm

    @property
    def has_fresh_scheme(self) -> bool:
        """Whether a period, or the scheme itself, starts with this step."""
        return is_period_start(self.now, self.scheme.interval) or self.now == self.scheme.start

    @property
    def is_due(self) -> bool:
        """Whether the scheme appraises at the end of this step."""
        return is_due(self.now, self.scheme.interval)

    def memory_of_appraisal(self) -> float:
        """How far one appraisal moves perceived justice: a whole period's memory at once."""
        return 1.0 - (1.0 - self.behaviour.justice_memory) ** self.scheme.interval

    @property
    def now(self) -> int:
        """The step being walked, counted from 0."""
        return self.model.now

    @property
    def is_in_window(self) -> bool:
        """Whether the step belongs to the last twelve months, over which outcomes are measured."""
        return self.model.now >= self.model.organisation.window_start

    def place(self) -> int:
        """Position inside the unit; units themselves stand at 0."""
        return 0

    def draw_normals(self, purpose: Purpose, block: int = 0, other: int = 0) -> tuple[float, float, float, float]:
        """Four standard normals of this month: the same in both walks, since luck depends on its address only."""
        return normals(self.model.world.luck, self.key, self.place(), other, self.now + 1, int(purpose), block)

    def draw_uniforms(self, purpose: Purpose, block: int = 0, other: int = 0) -> tuple[float, float, float, float]:
        """Four uniforms of this month."""
        return uniforms(self.model.world.luck, self.key, self.place(), other, self.now + 1, int(purpose), block)

    def draw_per_task(self, purpose: Purpose, n_tasks: int) -> list[float]:
        """One standard normal for each of `n_tasks` tasks."""
        blocks = [self.draw_normals(purpose, block) for block in range((n_tasks + 3) // 4)]
        return [blocks[k // 4][k % 4] for k in range(n_tasks)]
