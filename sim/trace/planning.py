"""What a point is worth to him, as he read the plan at the start of the period (mechanism 3, link 1)."""

from __future__ import annotations

import math

import numpy as np

from sim.loop.apply import BY_RESULT
from sim.population.columns import BOTTOM_CUT, DISMISSED_CUT, SECOND_CUT, TOP_CUT
from sim.rules.incentives import (
    colleagues_part,
    contest_chance,
    contest_density,
    known_standing,
    next_rung_loss,
    next_score,
    openness,
    rivals_at_hand,
    spread_of_rivals,
    unit_part,
)
from sim.rules.numbers import normal_chance
from sim.trace.case import Case, leaf, parent, plain
from sim.trace.nodes import SEARCHES, Node
from sim.trace.recording import Month

FREE, FORCED = 1, 2
RUNGS = ("rectification", "interview", "honours", "transfer", "adjustment")


class Contest:
    """A standing in a peer group's table of contests."""

    def __init__(self, table: np.ndarray, standing: float) -> None:
        self.table, self.standing = table, standing


SEARCHES["sim.rules.incentives.contest_density"] = lambda state: contest_density(state.table, state.standing)
SEARCHES["sim.rules.incentives.contest_chance"] = lambda state: contest_chance(state.table, state.standing)


def worth_of_point(case: Case, of_unit: bool) -> tuple[Node, Node] | None:
    """(worth of a point as a gain, worth of one that averts a loss); None where the plan was made before he came.

    `of_unit`: of a point on an indicator that looks at his unit.
    """
    month = case.own_months[0]
    is_planned = month.step % int(case.scheme["interval"]) == 0 or month.step == case.scheme["start"]
    if not is_planned:
        return None
    reading, whose = Reading(case, month, of_unit), "_of_unit" if of_unit else ""
    return case.once(f"gain{whose}", reading.gain), case.once(f"loss{whose}", reading.loss)


class Reading:
    """How he read the plan: the world when it was made, the spread of scores he reckoned with, his standing in it."""

    def __init__(self, case: Case, month: Month, of_unit: bool) -> None:
        self.case, self.of_unit, world = case, of_unit, month.opened
        self.c = world.cadres[case.i]
        self.department = world.departments[case.d]
        self.group = world.groups[int(self.c["group"])]
        self.score, self.usual = float(self.c["score"]), float(self.group["mean"])
        luck, apart = float(self.department["score_luck"]), float(self.group["spread"])
        self.expected, self.luck = next_score(self.score, self.usual, float(case.scheme["points"]), luck, apart)
        self.rivals, self.standing = self.among_rivals(luck, apart)
        self.spread = self.luck if case.scheme["ranking"] == FREE else self.rivals

    def among_rivals(self, luck: float, apart: float) -> tuple[float, float]:
        """(spread of scores, standing): rivals as far apart as last time, level with all as far as ranks are not known."""
        scheme = self.case.scheme
        if math.isnan(self.usual):
            return luck, 0.0
        spread = float(spread_of_rivals(luck, apart, float(self.case.behaviour["rivals_differ"])))
        aware = float(self.case.behaviour["standing_awareness"]) * float(scheme["publish_ranks"])
        return spread, float(known_standing(self.score, self.usual, int(self.group["size"]), luck, apart, spread, aware))

    def reach(self) -> Node:
        """How much of a point reaches his own result: of one of his own, or of one that all in the department get."""
        part = "unit_part" if self.of_unit else "own_part"
        return self.case.once(part, lambda: parent(part, f"sim.rules.incentives.{part}", self.sharing(), unit="share"))

    def sharing(self) -> list[Node]:
        """Among whom results are shared, and how far."""
        size, liable = float(self.department["size"]), float(self.department["liable"])
        return [
            self.case.of_scheme("unit_weight", "unit_weight"),
            leaf("size", size, argument="members", unit="people", columns=("departments.size",)),
            self.case.of_scheme("joint_responsibility", "joint_share"),
            leaf("liable", liable, argument="liable", unit="people", columns=("departments.liable",)),
        ]

    def place(self) -> Node:
        """How much of it counts for a grade: under forced shares what wins a place."""
        return self.won() if self.case.scheme["ranking"] == FORCED else self.reach()

    def won(self) -> Node:
        """How much of it wins a place: what his rivals do not get as well."""
        size, scheme, reach = int(self.department["size"]), self.case.scheme, self.reach()
        joint, liable = float(scheme["joint_responsibility"]), float(self.department["liable"])
        parts = (float(scheme["unit_weight"]), float(size), joint, liable)
        get = float(unit_part(*parts)) if self.of_unit else float(colleagues_part(*parts)) / max(size - 1.0, 1.0)
        here = float(rivals_at_hand(size, int(self.group["size"])))
        return self.case.once(
            "place_of_unit" if self.of_unit else "place_of_own",
            lambda: parent(
                "place_part",
                "sim.rules.incentives.place_part",
                [
                    reach.as_argument("reach"),
                    leaf("rivals_reach", get, argument="rivals_reach", unit="share", columns=("departments.size",)),
                    leaf("rivals_here", here, argument="rivals_here", unit="share", columns=("groups.size",)),
                ],
                unit="share",
            ),
        )

    def applied(self, kind: str, *factors: Node) -> Node:
        """A part of the worth of a point, as far as results are applied."""
        return parent(
            kind,
            "product",
            [self.case.of_scheme("applied", "factor"), *(factor.as_argument("factor") for factor in factors)],
            argument="term",
            unit="wages a point",
        )

    def gain(self) -> Node:
        """Worth of a point won."""
        case, scheme, b = self.case, self.case.scheme, self.case.behaviour
        parts = (
            [self.applied("worth_of_bonus", self.reach(), case.of_scheme("bonus_per_point"))] if scheme["bonus_per_point"] else []
        )
        if scheme["ranking"] in (FREE, FORCED) and self.spread > 0.0:
            parts.append(self.applied("worth_of_grades", self.place(), self.grades()))
        if scheme["promotion"] and scheme["post_value"] and scheme["promotion_rule"] == BY_RESULT:
            parts.append(self.applied("worth_of_career", case.of_scheme("promotion"), self.career(), self.signal()))
        if scheme["growth"]:
            parts.append(
                self.applied("worth_of_growth", self.reach(), case.of_behaviour("growth_worth"), case.of_scheme("growth"))
            )
        if scheme["unit_bonus_per_point"]:
            size = float(self.department["size"])
            part = leaf("size_share", 1.0 / size, argument="factor", columns=("departments.size",))
            parts.append(
                parent(
                    "worth_of_unit_bonus",
                    "product",
                    [
                        case.of_scheme("applied", "factor"),
                        case.of_scheme("unit_bonus_per_point", "factor"),
                        *([] if self.of_unit else [part]),
                    ],
                    argument="term",
                    unit="wages a point",
                )
            )
        open_ = leaf("openness", openness(float(scheme["publish_scores"])), argument="factor", columns=())
        if b["esteem"]:
            parts.append(
                parent(
                    "worth_of_esteem",
                    "product",
                    [self.reach().as_argument("factor"), case.of_behaviour("esteem", "factor"), open_],
                    argument="term",
                    unit="wages a point",
                )
            )
        return self.total("gain", parts)

    def total(self, kind: str, parts: list[Node]) -> Node:
        """The worth of a point, held against the column that it is."""
        column = f"{kind}_of_unit" if self.of_unit else kind
        return parent(kind, "sum", parts, is_=self.c[column], unit="wages a point", columns=(f"cadres.{column}",))

    def grades(self) -> Node:
        """What one more point is worth for the better grades."""
        case = self.case
        top = leaf(
            "best_prize",
            float(case.scheme["top_prize"]) + float(case.scheme["recognition"]) * float(case.behaviour["honour"]),
            argument="factor",
            unit="wages",
            columns=(),
        )
        return parent(
            "prizes",
            "sum",
            [
                parent("worth_of_top", "product", [top, self.win(TOP_CUT, "top").as_argument("factor")], argument="term"),
                parent(
                    "worth_of_second",
                    "product",
                    [case.of_scheme("second_prize", "factor"), self.win(SECOND_CUT, "second").as_argument("factor")],
                    argument="term",
                ),
            ],
            unit="wages a point",
        )

    def win(self, cut: int, name: str) -> Node:
        """Marginal chance that a point crosses a cut-off."""
        if self.case.scheme["ranking"] == FORCED:
            return self.crossing(self.of_contest(cut), self.spread, grade=name)
        gap = (float(self.case.scheme[f"{name}_threshold"]) * float(self.case.scheme["points"]) - self.expected) / self.spread
        density = parent(
            "density", "sim.rules.numbers.normal_density", [leaf("gap", gap, argument="z", unit="SD")], argument="top"
        )
        return self.crossing(density, self.spread, grade=name)

    def of_contest(self, cut: int) -> Node:
        """How fast the chance of beating a cut-off rises with one's standing among rivals."""
        state = Contest(self.group["density"][cut], self.standing)
        return Node(
            "density",
            float(contest_density(state.table, state.standing)),
            how="sim.rules.incentives.contest_density",
            argument="top",
            columns=("groups.density",),
            state=state,
        )

    def crossing(self, density: Node, spread: float, **about: str) -> Node:
        """What a point does to the chance of beating a cut-off, where scores lie so far apart."""
        columns = ("departments.score_luck", "groups.spread")
        apart = leaf("score_spread", spread, argument="bottom", unit="points", columns=columns)
        return parent("chance_of_point", "ratio", [density, apart], unit="a point", about=about)

    def career(self) -> Node:
        """What a unit of signal to the superior's belief is worth over the appraisals ahead."""
        case = self.case
        ahead = parent(
            "appraisals_ahead",
            "sim.rules.incentives.appraisals_ahead",
            [
                case.of_behaviour("planning_horizon", "planning_horizon"),
                *self.working_life(),
                leaf("period_years", self.months_decided() / 12.0, argument="period_years", unit="years", columns=()),
            ],
            argument="horizon",
        )
        return parent(
            "career_value",
            "sim.rules.incentives.career_value",
            [
                case.of_scheme("post_value", "post_value"),
                case.of_behaviour("signal_precision", "signal_precision"),
                leaf(
                    "belief_precision",
                    self.c["belief_precision"],
                    argument="belief_precision",
                    columns=("cadres.belief_precision",),
                ),
                case.of_behaviour("discount_rate", "discount_rate"),
                ahead,
            ],
            unit="wages",
        )

    def working_life(self) -> list[Node]:
        """How old he is, and when he will retire."""
        age = leaf("age", self.c["age"], argument="age", columns=("cadres.age",))
        return [age, self.case.of_behaviour("retirement_age", "retirement_age")]

    def months_decided(self) -> float:
        """Months of pay that one appraisal decides on."""
        return float(self.case.scheme["interval"]) * float(self.case.world.organisation[0]["months_a_step"])

    def signal(self) -> Node:
        """How much a point tells of ability."""
        per_output = float(self.department["points_per_output"])
        return leaf("signal", 1.0 / per_output if per_output > 0.0 else 0.0, columns=("departments.points_per_output",))

    def loss(self) -> Node:
        """Worth of a point that keeps the worst grade away, and one's job."""
        parts = self.of_the_worst_grade() + self.of_the_job()
        if not parts:
            column = "loss_of_unit" if self.of_unit else "loss"
            return leaf("loss", self.c[column], unit="wages a point", columns=(f"cadres.{column}",))
        return self.total("loss", parts)

    def of_the_worst_grade(self) -> list[Node]:
        """The pay cut, and the next rung of the ladder."""
        case, scheme = self.case, self.case.scheme
        if scheme["ranking"] not in (FREE, FORCED) or self.spread <= 0.0:
            return []
        avoid = self.win(BOTTOM_CUT, "bottom")
        rung = next_rung_loss(int(self.c["rung"]), *(float(scheme[name]) for name in RUNGS))
        step = leaf("next_rung", rung, argument="factor", unit="wages", columns=("cadres.rung",))
        return [
            self.applied("worth_of_no_cut", self.place(), case.of_scheme("bottom_cut"), avoid),
            self.applied("worth_of_no_sanction", self.place(), step, self.struck(avoid)),
        ]

    def of_the_job(self) -> list[Node]:
        """What being dismissed costs, times what a point does against it."""
        case, scheme = self.case, self.case.scheme
        share = float(scheme["must_go"])
        if self.rivals <= 0.0 or share <= 0.0 or not self.group["density"][DISMISSED_CUT].any():
            return []
        costs = parent(
            "loss_of_job",
            "sim.rules.incentives.loss_of_job",
            [
                case.of_behaviour("job_worth", "job_worth"),
                *self.working_life(),
                leaf("months_decided", self.months_decided(), argument="months", unit="months", columns=()),
                leaf("share_dismissed", share, argument="share", unit="share", columns=()),
            ],
            argument="factor",
            unit="wages a month",
        )
        chance = self.crossing(self.of_contest(DISMISSED_CUT), self.rivals, grade="dismissed")
        factors = [factor.as_argument("factor") for factor in (self.won(), costs, chance)]
        return [parent("worth_of_the_job", "product", factors, argument="term", unit="wages a point")]

    def struck(self, avoid: Node) -> Node:
        """Marginal chance that a point averts the sanctions: below the floor only, where there is one."""
        scheme = self.case.scheme
        if scheme["floor"] <= 0.0:
            return avoid
        luck = self.luck or self.spread
        gap = (float(scheme["floor"]) * float(scheme["points"]) - self.expected) / luck
        if scheme["ranking"] == FORCED:
            state = Contest(self.group["chance"][BOTTOM_CUT], self.standing)
            bottom = 1.0 - float(contest_chance(state.table, state.standing))
        else:
            bottom = float(
                normal_chance((float(scheme["bottom_threshold"]) * float(scheme["points"]) - self.expected) / self.spread)
            )
        at_floor = parent(
            "density", "sim.rules.numbers.normal_density", [leaf("gap", gap, argument="z", unit="SD")], argument="factor"
        )
        per = leaf("per_point", 1.0 / luck, argument="factor", columns=("departments.score_luck", "groups.spread"))
        return parent(
            "chance_under_floor",
            "sum",
            [
                parent(
                    "worst_and_below",
                    "product",
                    [
                        avoid.as_argument("factor"),
                        parent(
                            "below_floor",
                            "sim.rules.numbers.normal_chance",
                            [leaf("gap", gap, argument="z", unit="SD")],
                            argument="factor",
                        ),
                    ],
                    argument="term",
                ),
                parent(
                    "worst_at_floor",
                    "product",
                    [leaf("bottom_chance", bottom, argument="factor", unit="share"), at_floor, per],
                    argument="term",
                ),
            ],
            unit="a point",
            about={"floor": plain(scheme["floor"])},
        )
