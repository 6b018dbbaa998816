"""What the other kinds of study add to a report: transitions, trials, searches, adversaries, sweeps."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

from experiments.report.dossier import drawing
from experiments.report.dossier.claims import Claim, Facts, Name, checked, rows_of
from experiments.report.dossier.parts import Cell, Figure, Part, Points, Sub, Table, Text
from experiments.report.dossier.results import Results
from experiments.report.dossier.saying import Saying
from experiments.report.numbers import tick
from experiments.statistics.intervals import is_identical
from experiments.verbs.transition import STEADY, can_be_steady, months_after


def study_parts(results: Results, say: Saying) -> Iterator[Part]:
    """The part of a report that one study fills: what it asks, what it says, a figure, a table."""
    yield Sub(say.document(results.design.question or results.design.title) or say.words(f"report.verb.{results.verb}"))
    yield from PARTS[results.verb](results, say)


def _points(results: Results, say: Saying, make: Callable[[Facts], list[Claim]]) -> Points:
    claims = checked(results, make, say)
    return Points(tuple(claim.said(say) for claim in claims), (), tuple(claim.below(say) for claim in claims))


# --- transition -----------------------------------------------------------------------------------------------------------


def _transition(results: Results, say: Saying) -> Iterator[Part]:
    words = say.words
    table = results.table("costs")
    yield Text(words("report.transition.text"))
    waves = [int(change["month"]) for change in results.manifest["transition"]["changes"]]
    left = months_after(results.design.months, waves)
    if not can_be_steady(left):
        yield Text(words("report.transition.unsteady", n=left, last=STEADY))
    yield _points(results, say, lambda facts: _transition_claims(results, facts))
    rows = []
    for row in table[table["better"] != 0].to_dict("records"):
        outcome = str(row["outcome"])
        loss = say.with_interval(outcome, float(row["loss"]), float(row["loss_low"]), float(row["loss_high"]))
        rows.append(
            (
                Cell.of(say.title(outcome)),
                Cell.of(words(f"report.transition.course.{row['course']}")),
                Cell.of(say.with_interval(outcome, *(float(row[name]) for name in ("gain", "gain_low", "gain_high")))),
                Cell.of(loss),
                Cell.of(_month(row, say)),
            )
        )
    columns = tuple(words(f"report.transition.column.{name}") for name in ("outcome", "course", "gain", "loss", "recovered"))
    yield Table(words("report.transition.table"), columns, tuple(rows))


def _month(row: dict[Any, Any], say: Saying) -> str:
    month, low, high = (
        float(row[name]) if row[name] != "" else math.inf for name in ("recovered", "recovered_low", "recovered_high")
    )
    if not math.isfinite(month):
        return say.words("report.transition.never")
    told = say.words("report.nth.month", n=f"{month:.0f}")
    latest = f"{high:.0f}" if math.isfinite(high) else say.words("report.transition.later")
    return f"{told} [{low:.0f}, {latest}]"


def _transition_claims(results: Results, facts: Facts) -> list[Claim]:
    table = facts.tables("costs")
    found = []
    for row in table[(table["better"] != 0) & (table["course"] == "planned")].to_dict("records"):
        outcome = str(row["outcome"])
        gained = "gains" if row["gain_low"] > 0 else "harms" if row["gain_high"] < 0 else "open"
        lost = "loses" if row["loss_low"] > 0 else "no_loss"
        if is_identical(row["gain_low"], row["gain_high"]) and is_identical(row["loss_low"], row["loss_high"]):
            found.append(Claim.of("report.transition.same", outcome=Name("title", outcome)))
            continue
        where = {"outcome": outcome, "course": "planned"}
        form = "difference"
        found.append(
            Claim.of(
                f"report.transition.{gained}_{lost}",
                outcome=Name("title", outcome),
                gain=facts.number(form, "costs", "gain", "gain_low", "gain_high", **where),
                loss=facts.number(form, "costs", "loss", "loss_low", "loss_high", **where),
            )
        )
    return found


# --- pilot ----------------------------------------------------------------------------------------------------------------


def _pilot(results: Results, say: Saying) -> Iterator[Part]:
    words = say.words
    outcome = str(results.manifest["pilot"]["outcome"])
    yield Text(words("report.pilot.text", outcome=say.within(outcome)))
    yield _points(results, say, lambda facts: _pilot_claims(results, facts, outcome))
    rows = []
    for row in results.table("designs").to_dict("records"):
        rows.append(
            (
                Cell.of(_design_name(row, say)),
                Cell.of(say.share(row["power"], row["power_low"], row["power_high"])),
                Cell.of(say.share(row["false_positive"], row["false_positive_low"], row["false_positive_high"])),
                Cell.of(say.difference(outcome, float(row["true_effect"]))),
                Cell.of(say.with_interval(outcome, float(row["bias"]), float(row["bias_low"]), float(row["bias_high"]))),
            )
        )
    columns = tuple(words(f"report.pilot.column.{name}") for name in ("design", "power", "false", "effect", "bias"))
    yield Table(words("report.pilot.table"), columns, tuple(rows))


def _design_name(row: dict[Any, Any], say: Saying) -> str:
    key = f"report.pilot.design.{row['design']}"
    kind = say.words(key) if say.words.has(key) else str(row["design"]).replace("_", " ")
    return say.words(
        "report.pilot.design_n", kind=kind, clusters=f"{float(row['clusters']):.0f}", months=f"{float(row['length']):.0f}"
    )


def _pilot_claims(results: Results, facts: Facts, outcome: str) -> list[Claim]:
    proposal = results.manifest.get("proposal")
    if not proposal:
        return [Claim.of("report.pilot.none", outcome=Name("within", outcome))]
    where = {"design": proposal["design"], "clusters": proposal["clusters"], "length": proposal["length"]}
    return [
        Claim.of(
            "report.pilot.proposal",
            clusters=facts.number("count", "designs", "clusters", **where),
            months=facts.number("count", "designs", "length", **where),
            power=facts.number("share", "designs", "power", "power_low", "power_high", **where),
            bias=facts.number("difference", "designs", "bias", "bias_low", "bias_high", said_of=outcome, **where),
        )
    ]


# --- optimise -------------------------------------------------------------------------------------------------------------


def _optimise(results: Results, say: Saying) -> Iterator[Part]:
    words = say.words
    front, curse = results.table("front"), results.table("winners_curse")
    outcomes = list(dict.fromkeys(front["outcome"]))
    yield Text(words("report.optimise.text", outcomes=say.listed(say.within(name) for name in curse["outcome"])))
    yield _points(results, say, lambda facts: _curse_claims(facts))
    rows = []
    for scheme in dict.fromkeys(front["scheme"]):
        own = rows_of(front, {"scheme": scheme}).set_index("outcome").to_dict("index")
        cells = [
            Cell.of(say.with_interval(name, own[name]["difference"], own[name]["low"], own[name]["high"])) for name in outcomes
        ]
        first = next(iter(own.values()))
        kept = all(str(first[name]).lower() == "true" for name in ("keeps_limits", "undominated"))
        rows.append(
            (Cell.of(str(scheme).replace("_", " ")), *cells, Cell.of(words(f"report.optimise.{'stands' if kept else 'falls'}")))
        )
    columns = (words("report.scheme"), *(say.title(name) for name in outcomes), words("report.optimise.fresh"))
    yield Table(words("report.optimise.table"), columns, tuple(rows))


def _curse_claims(facts: Facts) -> list[Claim]:
    return [
        Claim.of(
            "report.optimise.curse",
            outcome=Name("within", row["outcome"]),
            gap=facts.number("difference", "winners_curse", "too_hopeful", "low", "high", outcome=row["outcome"]),
        )
        for row in facts.tables("winners_curse").to_dict("records")
        if math.isfinite(float(row["too_hopeful"]))
    ]


# --- adversary ------------------------------------------------------------------------------------------------------------


def _adversary(results: Results, say: Saying) -> Iterator[Part]:
    words = say.words
    outcome = str(results.manifest["adversary"]["outcome"])
    losses, drivers = results.table("losses"), results.table("drivers")
    yield Text(words("report.adversary.text", outcome=say.within(outcome)))
    yield _points(results, say, lambda facts: _adversary_claims(results, facts, outcome))
    dots = tuple(
        drawing.Dot(
            say.document(results.titles.get(row["scheme"], row["scheme"])), row["loss"], row["loss_low"], row["loss_high"]
        )
        for row in losses.to_dict("records")
    )
    panel = drawing.Panel(
        words("report.adversary.loss"), say.title(outcome), say.unit(outcome), dots, lambda value: tick(outcome, value)
    )
    rows = []
    for row in losses.to_dict("records"):
        own = rows_of(drivers, {"scheme": row["scheme"]}).head(3).to_dict("records")
        told = [
            words(
                "report.adversary.driver", name=say.parameter(str(each["parameter"])), value=say.amount(float(each["at_worst"])),
                own=say.amount(float(each["as_it_is"])),
                good=say.with_interval(outcome, each["made_good"], each["low"], each["high"]),
            )
            for each in own
        ]  # fmt: skip
        title = say.document(results.titles.get(row["scheme"], row["scheme"]))
        loss = say.size(outcome, row["loss"], row["loss_low"], row["loss_high"])
        rows.append((Cell.of(title), Cell.of(loss), Cell.of(*told, tone="text")))
    columns = tuple(words(f"report.adversary.column.{name}") for name in ("scheme", "loss", "drivers"))
    table = Table(words("report.adversary.table"), columns, tuple(rows))
    alt = words("report.adversary.alt", outcome=say.within(outcome))
    yield Figure(
        "adversary",
        words("report.adversary.caption"),
        alt,
        *drawing.drawn(drawing.dots([panel]), "adversary", alt),
        table,
    )


def _adversary_claims(results: Results, facts: Facts, outcome: str) -> list[Claim]:
    return [
        Claim.of(
            "report.adversary.item",
            scheme=Name("document", results.titles.get(row["scheme"], row["scheme"])),
            outcome=Name("within", outcome),
            before=facts.number("level", "losses", "as_it_is", said_of=outcome, scheme=row["scheme"]),
            loss=facts.number("size", "losses", "loss", "loss_low", "loss_high", said_of=outcome, scheme=row["scheme"]),
        )
        for row in facts.tables("losses").to_dict("records")
    ]


# --- sweep ----------------------------------------------------------------------------------------------------------------


def _sweep(results: Results, say: Saying) -> Iterator[Part]:
    words = say.words
    moves = results.table("moves")
    moves = moves[moves["outcome"].isin(results.design.headline)]
    yield Text(words("report.sweep.text", n=moves["path"].nunique()))
    points = _points(results, say, lambda facts: _sweep_claims(results, facts))
    yield points if points.items else Text(words("report.sweep.nothing"))
    rows = []
    for row in moves.to_dict("records"):
        outcome = str(row["outcome"])
        rows.append(
            (
                Cell.of(say.parameter(str(row["path"]))),
                Cell.of(say.document(results.titles[row["scheme"]])),
                Cell.of(say.title(outcome)),
                Cell.of(say.with_interval(outcome, float(row["move"]), float(row["low"]), float(row["high"]))),
                Cell.of(words("report.sweep.from_to", low=row["at_low"], high=row["at_high"])),
            )
        )
    columns = tuple(words(f"report.sweep.column.{name}") for name in ("path", "scheme", "outcome", "move", "where"))
    yield Table(words("report.sweep.table"), columns, tuple(rows), folded=words("report.as_table"))


def _sweep_claims(results: Results, facts: Facts) -> list[Claim]:
    """For every scheme and headline outcome the path along which it moves furthest, where that is settled."""
    moves = facts.tables("moves")
    found = []
    for scheme in results.design.scheme_names:
        for outcome in results.design.headline:
            rows = rows_of(moves, {"scheme": scheme, "outcome": outcome})
            rows = rows[(rows["low"] > 0) & (rows["move"] > 1e-12)].sort_values("move", ascending=False, kind="stable")
            if rows.empty:
                continue
            top = rows.iloc[0]
            found.append(
                Claim.of(
                    "report.sweep.item",
                    scheme=Name("document", results.titles[scheme]),
                    outcome=Name("within", outcome),
                    path=Name("parameter", str(top["path"])),
                    move=facts.number("size", "moves", "move", "low", "high", path=top["path"], scheme=scheme, outcome=outcome),
                )
            )
    return found


PARTS: dict[str, Callable[[Results, Saying], Iterator[Part]]] = {
    "transition": _transition,
    "pilot": _pilot,
    "optimise": _optimise,
    "adversary": _adversary,
    "sweep": _sweep,
}
