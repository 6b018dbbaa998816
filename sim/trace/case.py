"""One cadre in one recorded year: what all parts of the tree look at, and how they make leaves."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from sim.population.draws import Purpose, normals, uniforms
from sim.population.founding import Names
from sim.trace.nodes import Node, Value, told, worked_out
from sim.trace.recording import Lived, Month, Year, relive


class Case:
    """Cadre `i` in a recorded year. `indicators` names the rows of the table of indicators."""

    def __init__(self, year: Year, i: int, names: Names, indicators: tuple[str, ...], first_step: int = 0) -> None:
        self.year, self.i, self.names, self.indicator_names, self.first_step = year, i, names, indicators, first_step
        self.world = year.due.worked
        self.step = year.due.step
        self.row = self.world.cadres[i]
        self.d = int(self.row["department"])
        self.department = self.world.departments[self.d]
        self.scheme = self.world.schemes[self.department["arm"]]
        self.behaviour = self.world.behaviour[0]
        self.group = self.world.groups[self.row["group"]]
        self.steps = max(float(self.row["period_steps"]), 1.0)
        self.shared: dict[str, Node] = {}
        self._lived: dict[int, Lived] = {}

    @cached_property
    def own_months(self) -> tuple[Month, ...]:
        """The months that this person has worked in the period (a newcomer has fewer)."""
        return self.year.months[-max(1, int(self.row["period_steps"])) :]

    def lived(self, month: Month) -> Lived:
        """His month as he lived it (remembered)."""
        if month.step not in self._lived:
            self._lived[month.step] = relive(month, self.i)
        return self._lived[month.step]

    def month_number(self, step: int) -> int:
        """The recorded month (from 1) of a step."""
        return (step - self.first_step + 1) * int(self.world.organisation[0]["step_months"])

    @property
    def tasks(self) -> range:
        """Own tasks by their place in the department."""
        return range(int(self.department["n_tasks"]))

    @property
    def rows(self) -> range:
        """Indicator rows of the department."""
        return range(int(self.department["n_offers"]))

    def task_name(self, j: int) -> str:
        """Name of own task j."""
        return self.names.tasks[int(self.department["task"][j])]

    def task(self, j: int) -> np.void:
        """Row of own task j in the table of tasks."""
        return self.world.tasks[int(self.department["task"][j])]

    def indicator(self, row: int) -> np.void:
        """An indicator row of the department."""
        return self.world.indicators[int(self.department["offer_row"][row])]

    def indicator_name(self, row: int) -> str:
        """Its name in the scheme."""
        first = int(self.scheme["first_indicator"])
        return self.indicator_names[int(self.department["offer_row"][row]) - first]

    def task_of(self, row: int) -> int:
        """The own task that an indicator row is about."""
        return int(self.department["offer_task"][row])

    def luck(self, purpose: Purpose, step: int, block: int = 0) -> tuple[float, float, float, float]:
        """Four normals of the cadre in a step, at their address."""
        return normals(self.world.luck, self.row["key"], self.row["position"], 0, step + 1, int(purpose), block)

    def lots(self, purpose: Purpose, step: int) -> tuple[float, float, float, float]:
        """Four uniforms of the cadre in a step."""
        return uniforms(self.world.luck, self.row["key"], self.row["position"], 0, step + 1, int(purpose), 0)

    # --- leaves -----------------------------------------------------------------------------------------------------

    def of_scheme(self, element: str, argument: str = "") -> Node:
        """An element of the scheme."""
        return self._setting("scheme", element, self.scheme[element], argument)

    def of_behaviour(self, element: str, argument: str = "") -> Node:
        """A parameter of behaviour."""
        return self._setting("behaviour", element, self.behaviour[element], argument)

    def of_task(self, j: int, element: str, argument: str = "") -> Node:
        """A property of own task j."""
        return self._setting("task", element, self.task(j)[element], argument, task=self.task_name(j))

    def of_indicator(self, row: int, element: str, argument: str = "") -> Node:
        """A property of an indicator row."""
        return self._setting("indicator", element, self.indicator(row)[element], argument, indicator=self.indicator_name(row))

    @staticmethod
    def _setting(of: str, element: str, value: Any, argument: str, **about: Value) -> Node:
        return Node("setting", plain(value), argument=argument, about={"of": of, "element": element, **about})

    def once(self, key: str, make: Any) -> Node:
        """A node that many parents share: made once."""
        if key not in self.shared:
            node = make()
            self.shared[key] = Node(**{**vars(node), "key": key})
        return self.shared[key]


def plain(value: Any) -> Value:
    """A number of a table as a number of Python."""
    return value.item() if hasattr(value, "item") else value


def leaf(kind: str, value: Any, *, argument: str = "", unit: str = "", columns: tuple[str, ...] = (), **more: Any) -> Node:
    """A number that is not taken apart any further."""
    return Node(kind, plain(value), unit, argument=argument, columns=columns, **more)


def parent(kind: str, how: str, children: list[Node], *, is_: Any = None, **more: Any) -> Node:
    """A node whose value its children give; `is_` is the run's own number, which they must give too."""
    node = Node(kind, None, how=how, children=tuple(children), **more)
    if is_ is not None:
        return told(node, plain(is_))
    return Node(**{**vars(node), "value": plain(worked_out(node))})
