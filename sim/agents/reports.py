"""Mechanism 13: how reports go up. Every level adds its gloss and loses detail on the way; a task at a time."""

# mypy: disable-error-code="has-type"
# (columns become attributes when the class is made, where mypy cannot see them)

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.agents.entity import Entity
from sim.loop.calendar import period_length, steps_left, steps_so_far
from sim.population.draws import Purpose
from sim.rules.gaming import gloss_under_pressure, glossed

if TYPE_CHECKING:
    from sim.agents.bureau import Bureau


class Reporting(Entity):
    """A unit that reports upwards."""

    def gloss_now(self, bureau: Bureau) -> float:
        """Gloss under the pressure the bureau felt last month."""
        return gloss_under_pressure(self.gloss, self.behaviour.gloss_pressure, bureau.pressure)

    def detail_lost(self, level: int) -> float:
        """This month's noise of the report, in standard deviations; nothing is drawn where no detail is lost."""
        if self.behaviour.fidelity >= 1.0:
            return 0.0
        return self.draw_normals(Purpose.REPORT_NOISE, other=level)[0]

    def told(self, received: float, gloss: float, error: float) -> float:
        """What the unit reports of what it received; `error` is the noise in units of output."""
        return glossed(received, gloss, self.scheme.captured) + error

    def follow_pace(self, slot: int, attained: float) -> None:
        """Keep the attainment of the period so far, and the one expected for all of it at this month's pace."""
        interval = self.scheme.interval
        left = steps_left(self.now, interval)
        starts = left == interval
        self.period_attainment[slot] = attained if starts else self.period_attainment[slot] + attained
        whole = period_length(self.now, interval, self.scheme.start)
        self.pace[slot] = (self.period_attainment[slot] + (left - 1) * attained) / whole

    def attained_so_far(self, slot: int) -> float:
        """Mean attainment of the unit so far in its present period under its present scheme."""
        return self.period_attainment[slot] / steps_so_far(self.now, self.scheme.interval, self.scheme.start)


def share_of(part: float, whole: float) -> float:
    """part / whole; 1 where there is nothing to attain."""
    return part / whole if whole > 0.0 else 1.0
