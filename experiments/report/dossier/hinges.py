"""What the ranking hinges on: assumptions that decide a difference, worlds in which a scheme fails, what to find out first."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.report.dossier import drawing
from experiments.report.dossier.claims import Claim, Facts, Name, checked, rows_of
from experiments.report.dossier.parts import Cell, Figure, Part, Points, Sub, Table, Text
from experiments.report.dossier.results import Results
from experiments.report.dossier.saying import Saying
from experiments.report.varying_words import least_index
from experiments.statistics.indices import MAIN
from experiments.statistics.prim import Box
from experiments.verbs.robustness import NET
from experiments.verbs.sensitivity import DUMMY

if TYPE_CHECKING:
    import pandas as pd

#: Assumptions named in a sentence, and shown in a figure, at most.
MOST_NAMED, MOST_SHOWN = 3, 8

MOST_ASSUMPTIONS = 10


# --- sensitivity ----------------------------------------------------------------------------------------------------------


def sensitivity_parts(results: Results, say: Saying) -> Iterator[Part]:
    """Sentences, a figure a target and the whole table of a sensitivity study."""
    words = say.words
    claims = checked(results, lambda facts: sensitivity_claims(results, facts), say)
    indices = results.table("indices")
    plan = results.manifest["sensitivity"]
    method = plan["methods"][0]
    yield Sub(say.document(results.design.question or results.design.title) or words("report.verb.sensitivity"))
    yield Text(
        words(
            "report.hinges.sensitivity",
            n=indices[indices["parameter"] != DUMMY]["parameter"].nunique(),
            samples=plan["samples"],
            index=words(f"report.index_meaning.{MAIN[method]}"),
        )
    )
    yield Points(tuple(claim.said(say) for claim in claims))
    for number, target in enumerate(dict.fromkeys(indices["target"])):
        outcomes = _shown(results, indices, target)
        if not outcomes:
            continue
        panels, rows = [], []
        for outcome in outcomes:
            ranked = ranking(indices, method, target, outcome)
            dots = [
                drawing.Dot(say.parameter(row["parameter"]), row["value"], row["low"], row["high"])
                for row in ranked.head(MOST_SHOWN).to_dict("records")
            ]
            panels.append(
                drawing.Panel(
                    say.title(outcome), "", words(f"report.index.{MAIN[method]}"), tuple(dots), lambda value: f"{value:.3g}"
                )
            )
            rows += [
                (
                    Cell.of(say.parameter(row["parameter"])),
                    Cell.of(say.title(outcome)),
                    Cell.of(say.index(row["value"], row["low"], row["high"])),
                )
                for row in ranked.to_dict("records")
            ]
        name = f"indices{number}"
        title = say.target(_plain_title(results, target))
        told = {"target": title, "confidence": f"{100 * plan['confidence']:g}"}
        alt = words("report.hinges.indices_alt", outcomes=say.listed(say.within(one) for one in outcomes), **told)
        columns = (words("report.hinges.assumption"), words("report.outcome"), words(f"report.index.{MAIN[method]}"))
        table = Table(words("report.hinges.indices_table", **told), columns, tuple(rows), folded=words("report.as_table"))
        caption = words("report.hinges.indices_caption", most=MOST_SHOWN, **told)
        yield Figure(name, caption, alt, *drawing.drawn(drawing.stacked(panels), name, alt), table)


def sensitivity_claims(results: Results, facts: Facts) -> list[Claim]:
    """A sentence a target and outcome: which assumptions lie clearly above what a dummy reaches, and what luck makes."""
    indices = facts.tables("indices")
    method = results.manifest["sensitivity"]["methods"][0]
    found = []
    for target in dict.fromkeys(indices["target"]):
        for outcome in _shown(results, indices, target):
            floor = floor_of(indices, method, target, outcome)
            ranked = ranking(indices, method, target, outcome)
            low = ranked["low"].where(np.isfinite(ranked["low"]), ranked["value"])
            above = ranked[(low > floor) & (ranked["value"] >= least_index(MAIN[method]))]
            start = {"target": Name("target", _plain_title(results, target)), "outcome": Name("within", outcome)}
            if above.empty:
                found.append(Claim.of("report.hinges.on_nothing", **start))
                continue
            items = [
                Claim.of(
                    "report.hinges.item",
                    assumption=Name("parameter", row["parameter"]),
                    index=facts.number(
                        "index", "indices", "value", "low", "high", method=method, target=target, outcome=outcome,
                        kind=MAIN[method], parameter=row["parameter"],
                    ),
                )
                for row in above.head(MOST_NAMED).to_dict("records")
            ]  # fmt: skip
            found.append(Claim.of("report.hinges.on", items=items, **start))
    return found


def _shown(results: Results, indices: pd.DataFrame, target: str) -> list[str]:
    asked = results.manifest["sensitivity"].get("outcomes") or list(results.design.headline)
    there = set(indices.loc[indices["target"] == target, "outcome"])
    return [name for name in asked if name in there]


def ranking(indices: pd.DataFrame, method: str, target: str, outcome: str) -> pd.DataFrame:
    """The main index of every assumption, the largest first, the dummy left out."""
    rows = rows_of(indices, {"method": method, "target": target, "outcome": outcome, "kind": MAIN[method]})
    return rows[rows["parameter"] != DUMMY].sort_values("value", ascending=False, kind="stable")


def floor_of(indices: pd.DataFrame, method: str, target: str, outcome: str) -> float:
    """What an assumption that does nothing reaches: the upper end of the dummy's interval, 0 without a dummy."""
    rows = rows_of(indices, {"method": method, "target": target, "outcome": outcome, "kind": MAIN[method], "parameter": DUMMY})
    ends = rows[["value", "high"]].to_numpy(float)
    return float(np.nanmax(ends)) if np.isfinite(ends).any() else 0.0


def _plain_title(results: Results, target: str) -> str:
    """The titles of a target's schemes, on two lines where it is a difference."""
    scheme, _, minus = target.partition(" - ")
    return f"{results.titles.get(scheme, scheme)}\n{results.titles.get(minus, minus) if minus else ''}"


# --- robustness -----------------------------------------------------------------------------------------------------------


def robustness_parts(results: Results, say: Saying) -> Iterator[Part]:
    """Sentences, regret, the boxes where a scheme fails, and what is worth finding out."""
    words = say.words
    claims = checked(results, lambda facts: robustness_claims(results, facts), say)
    plan = results.manifest["robustness"]
    yield Sub(say.document(results.design.question or results.design.title) or words("report.verb.robustness"))
    spread = results.table("spread")
    yield Text(words("report.hinges.robustness", n=plan["number"], assumptions=len(spread), net=net_in_words(plan, say)))
    yield Points(tuple(claim.said(say) for claim in claims))
    yield _regret_figure(results, say)
    yield from _boxes(results, say)
    yield from _information(results, say)


def net_in_words(plan: Mapping[str, Any], say: Saying) -> str:
    """'goal attainment − burnout'."""
    told = ""
    for name, weight in plan["net_value"].items():
        sign = " − " if weight < 0 else " + " if told else ""
        told += sign + ("" if abs(weight) == 1 else f"{abs(weight):g} × ") + say.within(name)
    return told.strip()


def robustness_claims(results: Results, facts: Facts) -> list[Claim]:
    """Who stands highest over the worlds, how good the schemes are, who beats whom, what knowing more is worth."""
    summary = rows_of(facts.tables("summary"), {"outcome": NET})
    leader = str(summary.loc[summary["mean"].idxmax(), "scheme"])

    def net(form: str, name: str, scheme: str = leader) -> Any:
        return facts.number(form, "summary", name, f"{name}_low", f"{name}_high", outcome=NET, scheme=scheme)

    found = [
        Claim.of(
            "report.hinges.leader",
            scheme=Name("document", results.titles[leader]),
            mean=net("plain", "mean"),
            rank=net("rank", "rank"),
            best=net("share", "best"),
            regret=net("plain", "regret_mean"),
            regret_high=net("plain", "regret_high"),
        )
    ]
    enough = rows_of(facts.tables("good_enough"), {"limit": "all"}).sort_values("share", ascending=False, kind="stable")
    if len(enough):
        items = [
            Claim.of(
                "report.hinges.share_item",
                scheme=Name("document", results.titles[row["scheme"]]),
                share=facts.number("share", "good_enough", "share", "low", "high", scheme=row["scheme"], limit="all"),
            )
            for row in enough.to_dict("records")
        ]
        found.append(Claim.of("report.hinges.good_enough", items=items))
    for row in facts.tables("shares_won").to_dict("records"):
        share = facts.number("share", "shares_won", "share", "low", "high", better=row["better"], than=row["than"])
        found.append(
            Claim.of(
                "report.hinges.beats",
                scheme=Name("document", results.titles[row["better"]]),
                other=Name("document", results.titles[row["than"]]),
                share=share,
            )
        )
    return found + _information_claims(facts)


def _information_claims(facts: Facts) -> list[Claim]:
    table = facts.tables("information")

    def worth(name: str) -> Any:
        return facts.number("plain", "information", "value", "low", "high", assumption=name)

    everything = rows_of(table, {"assumption": "everything"}).iloc[0]
    if not everything["high"] > 0:
        return [Claim.of("report.hinges.nothing_to_know")]
    found = [Claim.of("report.hinges.everything", worth=worth("everything"))]
    flags = table["worth_knowing"].astype(str).str.lower() == "true"
    single = table[flags & table["assumption"].str.contains(".", regex=False)]
    if len(single):
        items = [
            Claim.of("report.hinges.worth_item", assumption=Name("parameter", row["assumption"]), worth=worth(row["assumption"]))
            for row in single.head(MOST_NAMED).to_dict("records")
        ]
        found.append(Claim.of("report.hinges.find_out", items=items))
    else:
        found.append(Claim.of("report.hinges.no_single"))
    return found


def _regret_figure(results: Results, say: Saying) -> Figure:
    words = say.words
    summary = rows_of(results.table("summary"), {"outcome": NET}).sort_values("rank", kind="stable").to_dict("records")
    panels = []
    for name in ("mean", "bad_end", "regret_mean", "best"):
        dots = tuple(
            drawing.Dot(say.document(results.titles[row["scheme"]]), row[name], row[f"{name}_low"], row[f"{name}_high"])
            for row in summary
        )
        shown = (lambda value: f"{100 * value:.3g}") if name == "best" else (lambda value: f"{value:.3g}")
        axis = words("report.hinges.per_cent_of_worlds") if name == "best" else words("report.hinges.net_value")
        zero = 0.0 if name.startswith("regret") or name == "best" else None
        panels.append(drawing.Panel(words(f"report.hinges.{name}"), words(f"report.hinges.{name}_note"), axis, dots, shown, zero))
    columns = (
        words("report.scheme"),
        *(words(f"report.hinges.{name}") for name in ("rank", "mean", "bad_end", "regret_mean", "best")),
    )
    rows = []
    for row in summary:
        cells = [Cell.of(say.rank(row["rank"], row["rank_low"], row["rank_high"]))]
        cells += [
            Cell.of(say.plain(row[name], row[f"{name}_low"], row[f"{name}_high"])) for name in ("mean", "bad_end", "regret_mean")
        ]
        cells.append(Cell.of(say.share(row["best"], row["best_low"], row["best_high"])))
        rows.append((Cell.of(say.document(results.titles[row["scheme"]])), *cells))
    table = Table(words("report.hinges.regret_table"), columns, tuple(rows), folded=words("report.as_table"))
    alt = words("report.hinges.regret_alt")
    caption = words("report.hinges.regret_caption", n=results.manifest["robustness"]["number"])
    return Figure("regret", caption, alt, *drawing.drawn(drawing.dots(panels), "regret", alt), table)


def _boxes(results: Results, say: Saying) -> Iterator[Part]:
    words = say.words
    boxes = results.table("boxes")
    if boxes.empty:
        yield Text(words("report.hinges.no_boxes"))
        return
    spread = results.table("spread").set_index("path")
    rows = []
    for (than, number), own in boxes.groupby(["than", "box"], sort=False):
        first = own.iloc[0]
        conditions = [_condition(row, spread.loc[row["path"]], say) for row in own.to_dict("records")]
        pair = words(
            "report.hinges.over",
            scheme=say.document(results.titles[first["better"]]),
            other=say.document(results.titles[str(than)]),
        )
        box = Box((), int(first["n_worlds"]), float(first["coverage"]), float(first["density"]))  # restrictions: `conditions`
        rows.append(
            (
                Cell.of(pair, words("report.hinges.box_n", n=number)),
                Cell.of(words(f"report.hinges.{first['holds']}")),
                Cell.of(*conditions, tone="text"),
                Cell.of(say.share(box.density), words("report.hinges.cases", cases=box.cases, n=box.n)),
                Cell.of(say.share(box.coverage)),
            )
        )
    columns = tuple(words(f"report.hinges.column.{name}") for name in ("pair", "what", "conditions", "density", "coverage"))
    yield Table(words("report.hinges.boxes_table"), columns, tuple(rows), note=words("report.hinges.boxes_note"))


def _condition(row: Mapping[Any, Any], spread: Any, say: Saying) -> str:
    name = say.parameter(str(row["path"]))
    words = say.words
    if row["levels"]:
        return words("report.hinges.is_one_of", name=name, levels=row["levels"])
    span = {"low_end": say.amount(float(spread["low"])), "high_end": say.amount(float(spread["high"]))}
    low, high = (float(row[end]) if row[end] not in ("", None) else math.nan for end in ("low", "high"))
    if math.isfinite(low) and math.isfinite(high):
        return words("report.hinges.between", name=name, low=say.amount(low), high=say.amount(high), **span)
    side, bound = ("above", low) if math.isfinite(low) else ("below", high)
    return words(f"report.hinges.{side}", name=name, bound=say.amount(bound), **span)


def _information(results: Results, say: Saying) -> Iterator[Part]:
    words = say.words
    table = results.table("information")
    shown = table[table["high"].astype(float) > 0].head(MOST_ASSUMPTIONS + 1)
    if len(shown) < 2:
        return
    dots, rows = [], []
    for row in shown.to_dict("records"):
        everything = row["assumption"] == "everything"
        name = words("report.hinges.all_of_it") if everything else say.parameter(str(row["assumption"]))
        counts = str(row["worth_knowing"]).lower() == "true"
        dots.append(drawing.Dot(name, row["value"], row["low"], row["high"], tone="" if counts else "open"))
        told = words("report.hinges.stands_out" if counts else "report.hinges.does_not")
        rows.append((Cell.of(name), Cell.of(say.plain(row["value"], row["low"], row["high"])), Cell.of(told)))
    panel = drawing.Panel(
        words("report.hinges.worth"),
        words("report.hinges.worth_note"),
        words("report.hinges.net_value"),
        tuple(dots),
        lambda value: f"{value:.3g}",
    )
    columns = tuple(words(f"report.hinges.{name}") for name in ("assumption", "worth", "chance_alone"))
    alt = words("report.hinges.worth_alt")
    table_shown = Table(words("report.hinges.worth_table"), columns, tuple(rows), folded=words("report.as_table"))
    yield Figure(
        "worth",
        words("report.hinges.worth_caption"),
        alt,
        *drawing.drawn(drawing.dots([panel]), "worth", alt),
        table_shown,
    )
