"""From the grade down to what is reported: place, score, points, ratings (links 3 and 5 of one cadre)."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.population.draws import Purpose
from sim.population.settings import code
from sim.rules.responsibility import CADRE_LEVEL, DEPARTMENT_LEVEL, liability_level
from sim.schemes.scheme import Ranking, Ties
from sim.trace.case import Case, leaf, parent, plain
from sim.trace.months import reported_in
from sim.trace.nodes import Draw, Node
from sim.trace.units import UNITS, unit_reported

NONE, FREE, FORCED = (code(ranking) for ranking in (Ranking.NONE, Ranking.FREE, Ranking.FORCED))


# --- grade, place, score ------------------------------------------------------------------------------------------------


def grade(case: Case) -> Node:
    """The grade: from a place under forced shares, from a share of all points under free grading."""
    given = case.year.appraised.ranked.cadres["grade"][case.i]
    if case.scheme["ranking"] == FORCED:
        return parent(
            "grade",
            "sim.rules.ranking.forced_grade",
            [place(case), *seats(case)],
            is_=given,
            unit="grade",
            columns=("cadres.grade",),
            about={"ranking": "forced"},
        )
    if case.scheme["ranking"] == FREE:
        thresholds = [case.of_scheme(name, name) for name in ("top_threshold", "second_threshold", "bottom_threshold")]
        return parent(
            "grade",
            "sim.rules.ranking.free_grade",
            [score_share(case).as_argument("score_share"), *thresholds],
            is_=given,
            unit="grade",
            columns=("cadres.grade",),
            about={"ranking": "free"},
        )
    return leaf("grade", given, unit="grade", columns=("cadres.grade",), about={"ranking": "none"})


def seats(case: Case) -> list[Node]:
    """Members of the peer group and the seats of every grade this time."""
    top, second, bottom, _ = seats_this_time(case)
    about: dict[str, Any] = {"members": int(case.group["size"])}
    return [
        leaf("members", case.group["size"], argument="members", unit="people", columns=("groups.size",)),
        *(
            leaf(
                "seats",
                number,
                argument=f"n_{name}",
                unit="people",
                columns=(f"groups.n_{name}",),
                about={"grade": name, "share": plain(case.scheme[f"{name}_share"]), **about},
            )
            for name, number in (("top", top), ("second", second), ("bottom", bottom))
        ),
    ]


def seats_this_time(case: Case) -> tuple[int, int, int, int]:
    """(top, second, bottom, dismissed) of the peer group in this appraisal, by the loop's own function."""
    from sim.loop.appraise import seats_of

    world = case.year.appraised.scored
    return tuple(int(n) for n in seats_of(world, case.step, world.groups[int(case.row["group"])]))  # type: ignore[return-value]


def standing(case: Case) -> list[tuple[int, float, float, int]]:
    """The peer group from the best to the last: (cadre, score, tie-breaker, grade), as the appraisal ordered it."""
    ranked = case.year.appraised.ranked
    members = ranked.members[int(case.group["first"]) : int(case.group["first"] + case.group["size"])]
    rows = []
    for i in members:
        c = ranked.cadres[i]
        tie = -float(c["tenure"]) if case.scheme["ties"] == code(Ties.SENIORITY) else lot_of(case, c)
        rows.append((int(i), float(c["score"]), tie, int(c["grade"])))
    return sorted(rows, key=lambda row: (-row[1], row[2]))  # the sort is stable, as the appraisal's is


def lot_of(case: Case, c: np.void) -> float:
    """A member's lot for ties."""
    from sim.population.draws import uniforms

    return float(uniforms(case.world.luck, c["key"], c["position"], 0, case.step + 1, int(Purpose.LOT), 0)[0])


def place(case: Case) -> Node:
    """His place in the peer group (0 = best): how many have more points, or as many and the better tie-breaker."""
    order = standing(case)
    at = [row[0] for row in order].index(case.i)
    own = order[at]
    more = sum(1 for row in order if row[1] > own[1])
    tied = at - more
    children = [
        leaf("ahead_by_score", more, argument="more", unit="people", columns=("cadres.score",)),
        leaf(
            "ahead_by_tie",
            tied,
            argument="tied",
            unit="people",
            about={"ties": Ties(list(Ties)[int(case.scheme["ties"])]).value},
            draws=() if not tied or case.scheme["ties"] else (Draw("lot", case.step + 1, own[2], "uniform"),),
        ),
        score(case),
    ]
    return parent("place", "count", children, is_=at, argument="place", unit="places ahead", about={"of": len(order)})


def score_share(case: Case) -> Node:
    """The score as a share of all points."""
    points = case.of_scheme("points", "bottom")
    return parent("score_share", "ratio", [score(case).as_argument("top"), points], unit="share")


def score(case: Case) -> Node:
    """The final score: with joint responsibility and what is passed down, and what an appeal gave back."""
    return case.once("score", lambda: _score(case))


def _score(case: Case) -> Node:
    final = case.year.appraised.ranked.cadres["score"][case.i]
    before = case.year.appraised.scored.cadres["score"][case.i]
    joint = joined(case)
    children = [joint.as_argument("term")]
    down = leaf(
        "passed_down",
        -float(case.department["passed_down"]),
        argument="term",
        unit="points",
        columns=("departments.passed_down",),
    )
    if down.value:
        children.append(down)
    if case.scheme["appeal"] > 0.0:
        children.append(appeal(case, float(before)))
    return parent("score", "sum", children, is_=final, unit="points", columns=("cadres.score",))


def joined(case: Case) -> Node:
    """Points after the department's weight and joint responsibility."""
    own = own_points(case)
    if case.scheme["joint_responsibility"] <= 0.0:
        return own
    return parent(
        "joint_points",
        "sim.rules.responsibility.joint_points",
        [own.as_argument("own_points"), liable_unit(case), case.of_scheme("joint_responsibility", "joint_share")],
        unit="points",
    )


def liable_unit(case: Case) -> Node:
    """Mean points of those who are liable together with him."""
    scheme, at = case.scheme, case.year.appraised.decorated
    level = liability_level(scheme["joint_responsibility"], scheme["joint_scope"], case.department["is_office"])
    column = UNITS[level]
    departments = at.departments
    same = departments["arm"] == case.department["arm"]
    if level == DEPARTMENT_LEVEL:
        same = np.arange(len(departments)) == case.d
    else:
        same &= departments[column] == case.department[column]
    people = [
        i for d in np.flatnonzero(same) for i in range(departments["first"][d], departments["first"][d] + departments["size"][d])
    ]
    total = 0.0
    for i in people:
        total += float(at.cadres["points"][i])
    return leaf(
        "unit_points",
        total / len(people),
        argument="unit_points",
        unit="points",
        columns=("cadres.points",),
        about={"unit": column, "people": len(people)},
    )


def own_points(case: Case) -> Node:
    """His points, mixed with the department's mean where the scheme gives that a weight."""
    points = all_points(case)
    if case.scheme["unit_weight"] <= 0.0:
        return points
    mean = leaf(
        "unit_points",
        case.year.appraised.scored.departments["score"][case.d],
        argument="aim",
        unit="points",
        columns=("departments.score",),
        about={"unit": "department", "people": int(case.department["size"])},
    )
    return parent(
        "own_points", "moved", [points.as_argument("start"), mean, case.of_scheme("unit_weight", "share")], unit="points"
    )


def appeal(case: Case, before: float) -> Node:
    """What an appeal gave back."""
    lot = case.lots(Purpose.CHANCES, case.step)[2]
    heard = 1.0 if before < case.scheme["points"] and lot < case.scheme["appeal"] else 0.0
    given = case.year.appraised.ranked.cadres["score"][case.i] - before
    counted = (
        parent(
            "counted",
            "sum",
            [
                parent(
                    "counted_on",
                    "product",
                    [
                        leaf("weight", case.department["offer_weight"][row], argument="factor", unit="share"),
                        points_share(case, row, attained(case, row), "factor"),
                    ],
                    argument="term",
                    about={"indicator": case.indicator_name(row), "task": case.task_name(case.task_of(row))},
                )
                for row in case.rows
            ],
            argument="counted",
            unit="share",
        )
        if heard
        else leaf("counted", 0.0, argument="counted", unit="share")
    )
    return parent(
        "appeal",
        "appeal_gain",
        [
            leaf(
                "heard",
                heard,
                argument="heard",
                draws=(Draw("appeal", case.step + 1, lot, "uniform"),),
                about={"chance": plain(case.scheme["appeal"])},
            ),
            case.of_scheme("performance", "performance_weight"),
            case.of_scheme("points", "points"),
            counted,
            leaf(
                "performance",
                case.year.appraised.pointed.cadres["performance"][case.i],
                argument="performance",
                unit="share",
                columns=("cadres.performance",),
            ),
        ],
        is_=given,
        argument="term",
        unit="points",
    )


# --- points -------------------------------------------------------------------------------------------------------------


def all_points(case: Case) -> Node:
    """Everything he has earned by himself: performance, the rated parts, medals."""
    return case.once("points", lambda: _all_points(case))


def _all_points(case: Case) -> Node:
    children = [performance(case), *rated_parts(case), *medals(case)]
    at = case.year.appraised.decorated.cadres["points"][case.i]
    return parent("points", "sum", children, is_=at, unit="points", columns=("cadres.points",))


def performance(case: Case) -> Node:
    """Points of all indicators."""
    given = case.year.appraised.pointed.cadres["performance"][case.i]
    share = float(case.scheme["points"]) * float(case.scheme["performance"])
    if not len(case.rows):
        return parent(
            "performance_points",
            "product",
            [
                case.of_scheme("points", "factor"),
                case.of_scheme("performance", "factor"),
                leaf("nothing_counted", given, argument="factor", unit="share", columns=("cadres.performance",)),
            ],
            argument="term",
            unit="points",
        )
    return parent(
        "performance_points",
        "sum",
        [indicator_points(case, row) for row in case.rows],
        is_=share * float(given),
        argument="term",
        unit="points",
        columns=("cadres.performance",),
    )


def indicator_points(case: Case, row: int) -> Node:
    """Points of one indicator: its full points times what the scoring rule makes of the attainment observed."""
    seen = observed(case, row)
    share = points_share(case, row, seen, "factor")
    full = parent(
        "full_points",
        "product",
        [
            case.of_scheme("points", "factor"),
            case.of_scheme("performance", "factor"),
            leaf(
                "weight",
                case.department["offer_weight"][row],
                argument="factor",
                unit="share",
                columns=("departments.offer_weight",),
            ),
        ],
        argument="factor",
        unit="points",
    )
    about: dict[str, Any] = {
        "indicator": case.indicator_name(row),
        "task": case.task_name(case.task_of(row)),
        "is_loss": bool(case.indicator(row)["is_loss"]),
        "unit": UNITS[int(case.indicator(row)["unit"])],
    }
    return parent(
        "indicator_points",
        "product",
        [full, share],
        argument="term",
        unit="points",
        about=about,
        parts=parts_of(case, row, float(full.value or 0.0), float(seen.value or 0.0)),
    )


def parts_of(case: Case, row: int, full: float, seen: float) -> dict[str, float]:
    """Points by element: the base for the standard, what is deducted below it, what is earned beyond, the notch missed."""
    from sim.rules.scoring import points_share as rule

    n = case.indicator(row)
    shape = (float(n["floor"]), float(n["cap"]))
    deducted = rule.py_func(seen, float(n["below"]), 0.0, *shape, 0.0, int(n["steps"])) - 1.0
    bonus = rule.py_func(seen, 0.0, float(n["above"]), *shape, 0.0, 1) - 1.0
    notch = 0.0 if seen >= 1.0 else -float(n["notch"])
    told = {"base": full, "deducted": full * deducted, "bonus": full * bonus, "notch": full * notch}
    return {name: value for name, value in told.items() if name == "base" or value}


def points_share(case: Case, row: int, seen: Node, argument: str) -> Node:
    """Points as a share of the indicator's weight, through the scoring rule."""
    shape = [case.of_indicator(row, name, name) for name in ("below", "above", "floor", "cap", "notch", "steps")]
    return parent(
        "points_share",
        "sim.rules.scoring.points_share",
        [seen.as_argument("attainment"), *shape],
        argument=argument,
        unit="share",
        about={"indicator": case.indicator_name(row)},
    )


def medals(case: Case) -> list[Node]:
    """Medals won."""
    won = case.year.appraised.decorated.cadres["points"][case.i] - case.year.appraised.pointed.cadres["points"][case.i]
    if not won:
        return []
    lot = case.lots(Purpose.LOT, case.step)[1]
    return [
        leaf(
            "medals",
            won,
            argument="term",
            unit="points",
            columns=("cadres.points",),
            draws=(Draw("medal_lot", case.step + 1, lot, "uniform"),),
        )
    ]


def rated_parts(case: Case) -> list[Node]:
    """Ability, attitude and evaluation by others, as far as the scheme counts them."""
    c = case.row
    _, _, z_ability, z_attitude = case.luck(Purpose.RATING, case.step)
    branch = case.world.branches[int(case.department["branch"])]
    levels = {
        "ability": leaf("ability", c["ability"], unit="x normal", columns=("cadres.ability",)),
        "attitude": parent(
            "diligence",
            "mean",
            [
                leaf("load", c["load"], argument="term", unit="months", columns=("cadres.load",)),
                leaf("motivation", c["motivation"], argument="term", unit="x normal", columns=("cadres.motivation",)),
            ],
            unit="x normal",
        ),
        "others": parent(
            "reputation",
            "sum",
            [
                leaf(
                    "taxpayers_view",
                    0.5 * (float(branch["satisfaction"]) / 0.7 + 1.0),
                    argument="term",
                    columns=("branches.satisfaction",),
                ),
                leaf("help_given", c["help_given"], argument="term", unit="months", columns=("cadres.help_given",)),
                leaf(
                    "sabotage_done", -float(c["sabotage_done"]), argument="term", unit="months", columns=("cadres.sabotage_done",)
                ),
            ],
            unit="x normal",
        ),
    }
    errors = {"ability": chance_error(case, z_ability, "ability"), "attitude": chance_error(case, z_attitude, "attitude")}
    nodes = []
    for name, level in levels.items():
        if case.scheme[name] <= 0.0:
            continue
        noise = rater_noise(case, errors[name], name) if name in errors else leaf("rater_noise", 0.0)
        rated = parent(
            "rated_part",
            "sim.rules.rating.rated_part",
            [level.as_argument("level"), personal(case).as_argument("personal"), noise.as_argument("noise")],
            argument="factor",
            unit="share",
            about={"part": name},
        )
        nodes.append(
            parent(
                "part_points",
                "product",
                [case.of_scheme("points", "factor"), case.of_scheme(name, "factor"), rated],
                argument="term",
                unit="points",
                about={"part": name},
            )
        )
    return nodes


# --- ratings ------------------------------------------------------------------------------------------------------------


def observed(case: Case, row: int) -> Node:
    """Attainment as scored: the counted part as reported, the rest as rated."""
    reached = attained(case, row)
    seen = head_view(case, row, reached)
    rated = parent(
        "rated",
        "sum",
        [
            seen.as_argument("term"),
            *own_opinion(case, reached),
            personal(case).as_argument("term"),
            rater_noise(case, judgement_error(case, row), case.indicator_name(row)).as_argument("term"),
        ],
        argument="rated",
        unit="attainment",
        about={"indicator": case.indicator_name(row)},
    )
    return parent(
        "observed",
        "sim.rules.rating.observed_attainment",
        [reached.as_argument("reported"), rated, case.of_indicator(row, "counted", "counted")],
        unit="attainment",
        about={"indicator": case.indicator_name(row), "counted": plain(case.indicator(row)["counted"])},
    )


def own_opinion(case: Case, reached: Node) -> list[Node]:
    """What he sees in his own result beyond what is there, where people rate themselves too."""
    if case.scheme["self_rating"] <= 0.0:
        return []
    self_view = leaf("self_view", case.row["self_view"], argument="self_view", unit="x normal", columns=("cadres.self_view",))
    more = parent(
        "own_opinion",
        "sim.rules.rating.own_opinion",
        [self_view, reached.as_argument("attained")],
        argument="factor",
        unit="attainment",
    )
    return [parent("self_rating", "product", [case.of_scheme("self_rating", "factor"), more], argument="term", unit="attainment")]


def bias(case: Case) -> float:
    """How much of the head's bias reaches the rating."""
    return float(case.scheme["rater_bias"]) * float(case.scheme["bias_left"])


def bias_node(case: Case) -> Node:
    """The same as a node."""
    return case.once(
        "bias",
        lambda: parent(
            "bias", "product", [case.of_scheme("rater_bias", "factor"), case.of_scheme("bias_left", "factor")], unit="share"
        ),
    )


def head_trait(case: Case, name: str) -> Node:
    """A habit of the head as far as it reaches the rating."""
    return case.once(
        name,
        lambda: parent(
            name,
            "product",
            [
                leaf(f"head_{name}", case.department[name], argument="factor", columns=(f"departments.{name}",)),
                bias_node(case).as_argument("factor"),
            ],
            unit="share",
        ),
    )


def head_view(case: Case, row: int, reached: Node) -> Node:
    """What the head sees of one result: pulled to the overall impression (halo), then to the middle."""
    return parent(
        "head_view",
        "sim.rules.rating.head_view",
        [
            reached.as_argument("reported"),
            overall(case).as_argument("mean_reported"),
            head_trait(case, "halo").as_argument("halo"),
            head_trait(case, "central_tendency").as_argument("central_tendency"),
        ],
        unit="attainment",
        about={"indicator": case.indicator_name(row)},
    )


def overall(case: Case) -> Node:
    """The overall impression: reported attainment over all tasks."""
    return case.once(
        "overall",
        lambda: parent(
            "overall",
            "sum",
            [
                parent(
                    "overall_on",
                    "halo_attainment",
                    [
                        leaf(
                            "reported_year",
                            case.row["period_reported"][j],
                            argument="reported",
                            unit="units",
                            columns=("cadres.period_reported",),
                            about={"task": case.task_name(j)},
                        ),
                        leaf("months_worked", case.steps, argument="steps", unit="months", columns=("cadres.period_steps",)),
                        leaf(
                            "target",
                            case.row["target"][j],
                            argument="target",
                            unit="attainment",
                            columns=("cadres.target",),
                            about={"task": case.task_name(j)},
                        ),
                    ],
                    argument="term",
                    about={"task": case.task_name(j)},
                )
                for j in case.tasks
            ],
            unit="attainment",
        ),
    )


def personal(case: Case) -> Node:
    """What is added to every rating of this cadre: leniency, favour, impression."""
    return case.once("personal", lambda: _personal(case))


def _personal(case: Case) -> Node:
    impression, favour, _, _ = case.luck(Purpose.RATING, case.step)
    shift = parent(
        "rating_shift",
        "sim.rules.rating.rating_shift",
        [
            leaf(
                "leniency", case.department["leniency"], argument="leniency", unit="attainment", columns=("departments.leniency",)
            ),
            case.of_behaviour("leniency_at_stake", "leniency_at_stake"),
            case.of_scheme("stake", "stake"),
            bias_node(case).as_argument("bias"),
            case.of_scheme("self_rating", "self_share"),
            case.of_behaviour("self_leniency", "self_leniency"),
            case.of_behaviour("referee_bias", "referee_bias"),
            leaf("is_office", case.department["is_office"], argument="is_office", columns=("departments.is_office",)),
            case.of_scheme("external", "external"),
            case.of_scheme("supervision", "supervision"),
        ],
        argument="term",
        unit="attainment",
    )
    favoured = parent(
        "favour",
        "product",
        [
            bias_node(case).as_argument("factor"),
            leaf(
                "favouritism",
                case.department["favouritism"],
                argument="factor",
                unit="attainment",
                columns=("departments.favouritism",),
            ),
            leaf(
                "draw",
                favour,
                argument="factor",
                unit="SD",
                draws=(Draw("favour", case.step + 1, favour),),
                about={"purpose": "favour"},
            ),
        ],
        argument="term",
        unit="attainment",
    )
    impressed = parent(
        "impression",
        "product",
        [
            case.of_behaviour("impression", "factor"),
            *lasting(case, "view_of_person"),
            case.of_scheme("rater_noise", "factor"),
            leaf(
                "draw",
                impression,
                argument="factor",
                unit="SD",
                draws=(Draw("impression", case.step + 1, impression),),
                about={"purpose": "impression"},
            ),
        ],
        argument="term",
        unit="attainment",
    )
    return parent("personal", "sum", [shift, favoured, impressed], unit="attainment")


def lasting(case: Case, share: str) -> list[Node]:
    """What more occasions during the year leave of an error that lasts; nothing where there are none or nothing lasts."""
    if case.behaviour[share] <= 0.0 or case.scheme["in_process"] <= 0.0:
        return []
    return [
        parent(
            "lasting_spread",
            "sim.rules.rating.lasting_spread",
            [case.of_behaviour(share, "lasting"), case.of_scheme("in_process", "in_process")],
            argument="factor",
        )
    ]


def rater_noise(case: Case, error: Node, what: str) -> Node:
    """One rating's own noise: an error in standard deviations, as large as this behaviour and scheme make it."""
    return parent(
        "rater_noise",
        "product",
        [case.of_behaviour("rating_noise", "factor"), case.of_scheme("rater_noise", "factor"), error],
        unit="attainment",
        about={"of": what},
    )


def chance_error(case: Case, z: float, what: str) -> Node:
    """Error of one rating that is chance alone."""
    return leaf(
        "draw",
        z,
        argument="factor",
        unit="SD",
        draws=(Draw("rating", case.step + 1, z),),
        about={"purpose": "rating", "of": what},
    )


def judgement_error(case: Case, row: int) -> Node:
    """Error of the rating on an indicator: chance, and what the appraiser thinks of the duty, which indicators on it share."""
    chance = chance_error(case, case.luck(Purpose.RATING, case.step, 1 + row // 4)[row % 4], case.indicator_name(row))
    if case.behaviour["view_of_duty"] <= 0.0:
        return chance
    j = case.task_of(row)
    view = case.luck(Purpose.VIEW, case.step, j // 4)[j % 4]
    seen = leaf(
        "draw",
        view,
        argument="view",
        unit="SD",
        draws=(Draw("view", case.step + 1, view),),
        about={"purpose": "view", "of": case.task_name(j)},
    )
    return parent(
        "judgement",
        "sim.rules.rating.judged",
        [
            chance.as_argument("chance"),
            seen,
            case.of_behaviour("view_of_duty", "view_of_duty"),
            case.of_scheme("in_process", "in_process"),
        ],
        argument="factor",
        unit="SD",
        about={"task": case.task_name(j)},
    )


# --- what is reported ---------------------------------------------------------------------------------------------------


def attained(case: Case, row: int) -> Node:
    """Attainment an indicator looks at: his own, or his unit's, against his target."""
    j, unit = case.task_of(row), int(case.indicator(row)["unit"])
    target = leaf(
        "target", case.row["target"][j], unit="attainment", columns=("cadres.target",), about={"task": case.task_name(j)}
    )
    if unit != CADRE_LEVEL:
        return parent(
            "unit_attainment",
            "ratio",
            [unit_reported(case, j, unit).as_argument("top"), target.as_argument("bottom")],
            unit="attainment",
            about={"unit": UNITS[unit], "task": case.task_name(j)},
        )
    return parent(
        "attained",
        "attainment",
        [
            reported_year(case, j).as_argument("reported"),
            leaf("months_worked", case.steps, argument="steps", unit="months", columns=("cadres.period_steps",)),
            leaf(
                "share",
                case.department["share"][j],
                argument="share",
                unit="share",
                columns=("departments.share",),
                about={"task": case.task_name(j)},
            ),
            target.as_argument("target"),
        ],
        unit="attainment",
        about={"task": case.task_name(j)},
    )


def reported_year(case: Case, j: int) -> Node:
    """All that was reported on a task in the period, month by month."""
    return case.once(
        f"reported:{j}",
        lambda: parent(
            "reported_year",
            "sum",
            [
                case.once(f"reported:{j}:month:{m.step}", lambda m=m: reported_in(case, m, j)).as_argument("term")
                for m in case.own_months
            ],
            is_=float(case.row["period_reported"][j]),
            unit="units",
            columns=("cadres.period_reported",),
            about={"task": case.task_name(j)},
        ),
    )


# --- what follows -------------------------------------------------------------------------------------------------------


def consequences(case: Case) -> list[Node]:
    """Sanction and pay."""
    ranked, applied = case.year.appraised.ranked, case.year.appraised.applied
    c = ranked.cadres[case.i]
    share = leaf("score_share", float(c["score"]) / float(case.scheme["points"]), argument="score_share", unit="share")
    struck = parent(
        "sanctioned",
        "sim.rules.ranking.is_sanctioned",
        [leaf("grade", c["grade"], argument="grade", unit="grade"), share, case.of_scheme("floor", "floor")],
        is_=int(c["sanctioned"]),
        columns=("cadres.sanctioned",),
    )
    pay = parent(
        "pay",
        "sim.rules.pay.explicit_reward",
        [
            leaf("score", c["score"], argument="score", unit="points"),
            leaf(
                "unit_points",
                ranked.departments["score"][case.d],
                argument="unit_score",
                unit="points",
                about={"unit": "department", "people": int(case.department["size"])},
            ),
            leaf("grade", c["grade"], argument="grade", unit="grade"),
            *(
                case.of_scheme(name, name)
                for name in ("applied", "bonus_per_point", "unit_bonus_per_point", "top_prize", "second_prize", "bottom_cut")
            ),
        ],
        is_=applied.cadres["pay"][case.i],
        unit="wages",
        columns=("cadres.pay",),
    )
    return [struck, pay]
