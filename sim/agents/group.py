"""A peer group: the people among whom medals, grades and rewards are compared."""

# mypy: disable-error-code="has-type"
# (columns become attributes when the class is made, where mypy cannot see them)

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from sim.agents.codes import FORCED, FRACTIONS_BY_LOT, FREE, SENIORITY_FIRST
from sim.agents.entity import Entity, Settings, squared, total
from sim.population.draws import Purpose
from sim.rules.justice import standing_among
from sim.rules.ranking import ORDINARY, forced_grade, free_grade, is_sanctioned, seats, seats_by_lot

if TYPE_CHECKING:
    from sim.agents.cadre import Cadre


#: Where a draw names an appraiser: the lot of a whole peer group, drawn at its first place.
OF_THE_GROUP = 1


class Seats(NamedTuple):
    """Seats of one appraisal."""

    top: int
    second: int
    bottom: int
    dismissed: int


class PeerGroup(Entity, table="groups"):
    """Those who compete for the same grades."""

    members: list[Cadre]

    def award_medals(self) -> None:
        """Extra points for the best on every medal indicator, before results are put together."""
        first, n = self.scheme.first_indicator, self.scheme.n_indicators
        for r in range(first, first + n):
            indicator = self.model.indicators[r]
            if indicator.medal_points > 0.0:
                self.award_medal(r, indicator)

    def award_medal(self, r: int, indicator: Settings) -> None:
        """The medal of one indicator; whoever does not work on its task takes no part."""
        places = seats(indicator.medal_share, self.size)
        if not places:
            return
        rows = [(cadre, row) for cadre in self.members for row in cadre.own_department.rows_of_indicator(r)]
        results = {cadre: cadre.attained_on(cadre.own_department.row_task[row]) for cadre, row in rows}
        self.medal_spread[r - self.scheme.first_indicator] = sample_spread(list(results.values()))
        order = sorted(results, key=lambda cadre: (-results[cadre], cadre.draw_uniforms(Purpose.LOT)[1]))
        winners = set(order[:places])
        for cadre, row in rows:
            if cadre in winners:
                cadre.points += cadre.weight_of_row(row) * indicator.medal_points

    def rank_members(self) -> None:
        """Mechanism 9: places by score, grades by place or by score, sanctions with or without the floor."""
        for cadre in self.members:
            cadre.appeal_if_due()
        scores = [cadre.score for cadre in self.members]
        self.mean, self.spread = total(scores) / self.size, sample_spread(scores)  # rivals are a sample: n - 1
        seated = self.seats_this_time()
        for place, cadre in enumerate(self.in_order()):
            cadre.grade = self.grade_of(cadre, place, seated)
            share = cadre.score / self.scheme.points
            cadre.sanctioned = int(is_sanctioned(cadre.grade, share, self.scheme.floor))
            cadre.dismissed = int(place >= self.size - seated.dismissed)

    def seats_this_time(self) -> Seats:
        """Seats of every grade and of the dismissed; one lot may decide over all fractions of the group."""
        grades = self.scheme
        if grades.fractions != FRACTIONS_BY_LOT:
            return Seats(self.n_top, self.n_second, self.n_bottom, self.n_dismissed)
        lot = self.members[0].draw_uniforms(Purpose.LOT, other=OF_THE_GROUP)[0]
        top, favoured, bottom, dismissed = (
            seats_by_lot(share, self.size, lot)
            for share in (grades.top_share, grades.top_share + grades.second_share, grades.bottom_share, grades.must_go)
        )
        return Seats(top, favoured - top, bottom, dismissed)

    def in_order(self) -> list[Cadre]:
        """Members from the best to the worst; equal scores by seniority or by lot."""
        return sorted(self.members, key=lambda cadre: (-cadre.score, self.tie_breaker(cadre)))

    def tie_breaker(self, cadre: Cadre) -> float:
        """The lower comes first."""
        if self.scheme.ties == SENIORITY_FIRST:
            return -cadre.tenure
        return cadre.draw_uniforms(Purpose.LOT)[0]

    def grade_of(self, cadre: Cadre, place: int, seated: Seats) -> int:
        """Grade of a member at a place (0 = best)."""
        scheme = self.scheme
        if scheme.ranking == FORCED:
            return forced_grade(place, self.size, seated.top, seated.second, seated.bottom)
        if scheme.ranking == FREE:
            share = cadre.score / scheme.points
            return free_grade(share, scheme.top_threshold, scheme.second_threshold, scheme.bottom_threshold)
        return ORDINARY

    def pay_members(self) -> None:
        """Rewards and sanctions, and what everybody makes of them."""
        for cadre in self.members:
            cadre.be_paid()
        brought = standings(cadre.reward() for cadre in self.members)
        contributed = standings(cadre.contribution for cadre in self.members)
        for cadre, got, made in zip(self.members, brought, contributed, strict=True):
            cadre.judge_reward(got, made)


def sample_spread(values: list[float]) -> float:
    """Standard deviation of a sample; 0 for fewer than two."""
    if len(values) < 2:
        return 0.0
    mean = total(values) / len(values)
    return math.sqrt(total(squared(value - mean) for value in values) / (len(values) - 1.0))


def standings(values: Iterable[float]) -> list[float]:
    """Everybody's standing in a whole group, in its standard deviations."""
    column = list(values)
    mean = total(column) / len(column)
    spread = math.sqrt(total(squared(value - mean) for value in column) / len(column))
    return [standing_among(value, mean, spread) for value in column]
