"""What a comparison tells a decision-maker: the verdict, the map, the differences, the courses, who wins and who loses."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.report.dossier import drawing
from experiments.report.dossier.claims import Claim, Facts, Name, checked, rows_of
from experiments.report.dossier.parts import Cell, Figure, Folded, Part, Points, Section, Sub, Table, Text
from experiments.report.dossier.results import Results
from experiments.report.dossier.saying import Saying
from experiments.report.numbers import better, tick
from experiments.statistics.intervals import is_identical, is_settled
from experiments.statistics.winners import EVERYBODY
from experiments.verbs.compare import BAND, HEADLINE_SERIES
from sim.desks import MEASURES
from sim.outcomes import OUTCOMES

if TYPE_CHECKING:
    import pandas as pd

ACROSS, UP, COLOUR = "goal_attainment", "burnout_share", "inflation"
ENDS = ("difference", "simultaneous_low", "simultaneous_high")
COST = "bonus_cost"

#: A scheme with a smaller chance of being best is not named beside the leader.
CONTENDER = 0.05

#: More schemes than this are told in sentences only on request.
MANY_SCHEMES = 4

#: Ways of grouping desks whose tables the report shows.
GROUPED = ("sequence", "ability quartile", "tenure band")


def tone_of(row: Mapping[Any, Any]) -> str:
    """'better' or 'worse' where a difference is settled and one direction is better, 'open' where not settled, else ''."""
    low, high = float(row["simultaneous_low"]), float(row["simultaneous_high"])
    if not math.isfinite(float(row["difference"])) or is_identical(low, high):
        return ""
    if not is_settled(low, high):
        return "open"
    direction = better(str(row["outcome"]))
    return "" if direction == 0 else "better" if direction * float(row["difference"]) > 0 else "worse"


# --- claims ---------------------------------------------------------------------------------------------------------------


def claims_of(results: Results, facts: Facts) -> list[Claim]:
    """The verdict: what was run, who goes furthest on which outcome, who moves the other way, cost, what is open."""
    found = [_setting(results, facts)]
    led: dict[str, None] = {}
    ahead: list[Claim] = []
    not_led: list[Claim] = []
    for outcome in results.design.headline:
        claim, leader = _leader(results, facts, outcome)
        if leader:
            led[leader] = None
        (ahead if leader else not_led).append(claim)
    worse = [one for name in results.others if (one := _other_way(results, facts, name)) is not None]
    costs = [one for name in led if (one := _cost(results, facts, name)) is not None]
    found += [Claim.of("report.verdict.leads", below=ahead)] if ahead else []
    found += not_led
    found += [Claim.of("report.verdict.other_way", below=worse)] if worse else []
    if costs:
        level = _number(facts, "level", COST, results.design.baseline, "mean")
        found.append(Claim.of("report.verdict.cost", level=level, below=costs))
    found += list(_open(facts))
    return found


def _setting(results: Results, facts: Facts) -> Claim:
    design = results.design
    grown = bool(results.manifest.get("settling"))
    return Claim.of(
        "report.verdict.setting_grown" if grown else "report.verdict.setting",
        schemes=facts.number("count", "counts", "schemes"),
        replicates=facts.number("count", "counts", "replicates"),
        runs=facts.number("count", "counts", "runs"),
        months=Name("text", str(design.months)),
        unit=Name("words", results.unit_key),
        organisation=Name("document", design.organisation.title or design.organisation.name),
        baseline=Name("document", results.titles[design.baseline]),
    )


def _rows(facts: Facts, results: Results, outcome: str) -> list[dict[Any, Any]]:
    table = rows_of(facts.tables("summary"), {"outcome": outcome})
    rows = {row["scheme"]: row for row in table.to_dict("records")}
    return [rows[name] for name in results.others if name in rows]


def _leader(results: Results, facts: Facts, outcome: str) -> tuple[Claim, str]:
    """Who moves an outcome furthest in its better direction, with the chance of being best; or that nobody clearly does."""
    rows = _rows(facts, results, outcome)
    level = _number(facts, "level", outcome, results.design.baseline, "mean")
    sign = better(outcome)
    improved = [row for row in rows if tone_of(row) == "better"]
    if not improved:
        if not any(math.isfinite(row["difference"]) for row in rows):
            return Claim.of("report.verdict.missing", outcome=Name("within", outcome)), ""
        return Claim.of("report.verdict.nobody", outcome=Name("within", outcome), level=level), ""
    top = max(improved, key=lambda row: sign * row["difference"])
    parts = {
        "outcome": Name("title", outcome),
        "scheme": Name("document", results.titles[top["scheme"]]),
        "level": level,
        "difference": _number(facts, "difference", outcome, top["scheme"], *ENDS),
        "chance": _number(facts, "chance", outcome, top["scheme"], "probability_best"),
    }
    near = [row for row in rows if row["scheme"] != top["scheme"] and row["probability_best"] >= CONTENDER]
    if not near:
        return Claim.of("report.verdict.leads_alone", **parts), str(top["scheme"])
    contenders = [
        Claim.of(
            "report.verdict.contender",
            scheme=Name("document", results.titles[row["scheme"]]),
            chance=_number(facts, "chance", outcome, row["scheme"], "probability_best"),
        )
        for row in sorted(near, key=lambda row: -row["probability_best"])[:3]
    ]
    return Claim.of("report.verdict.leads_before", contenders=contenders, **parts), str(top["scheme"])


def _other_way(results: Results, facts: Facts, scheme: str) -> Claim | None:
    """On which headline outcomes a scheme is clearly worse than the baseline."""
    worse = []
    for outcome in results.design.headline:
        row = next((row for row in _rows(facts, results, outcome) if row["scheme"] == scheme), None)
        if row is not None and tone_of(row) == "worse":
            number = _number(facts, "difference", outcome, scheme, *ENDS)
            worse.append(Claim.of("report.verdict.item", outcome=Name("within", outcome), difference=number))
    if not worse:
        return None
    return Claim.of("report.verdict.worse", scheme=Name("document", results.titles[scheme]), items=worse)


def _cost(results: Results, facts: Facts, scheme: str) -> Claim | None:
    row = next((row for row in _rows(facts, results, COST) if row["scheme"] == scheme), None)
    if row is None or not is_settled(row["simultaneous_low"], row["simultaneous_high"]):
        return None
    difference = _number(facts, "difference", COST, scheme, *ENDS)
    return Claim.of("report.verdict.cost_of", scheme=Name("document", results.titles[scheme]), difference=difference)


def _open(facts: Facts) -> Iterator[Claim]:
    row = facts.row("counts")
    parts = {name: facts.number("count", "counts", name) for name in ("settled", "differences", "replicates")}
    if row["differences"]:
        yield Claim.of("report.verdict.all_settled" if row["settled"] == row["differences"] else "report.verdict.open", **parts)
    if row["failed"]:
        yield Claim.of(
            "report.verdict.failed",
            failed=facts.number("count", "counts", "failed"),
            runs=facts.number("count", "counts", "runs"),
        )


def _number(facts: Facts, form: str, outcome: str, scheme: str, *columns: str) -> Any:
    return facts.number(form, "summary", *columns, scheme=scheme, outcome=outcome)


def claims_of_desks(results: Results, facts: Facts) -> list[Claim]:
    """For every scheme and measure: on which share of desks it raises it, and on which it lowers it."""
    found = []
    for scheme in results.others:
        where = {"scheme": scheme, "dimension": EVERYBODY[0], "group": EVERYBODY[1]}
        items = []
        for measure in MEASURES:
            try:
                shares = {
                    what: facts.number("share", "winners", "value", "low", "high", **where, measure=measure.name, what=what)
                    for what in ("raised", "lowered")
                }
            except LookupError:
                continue
            if not math.isnan(shares["raised"].values[0]):
                items.append(
                    Claim.of("report.desks.item", measure=Name("words", f"report.desks.within.{measure.name}"), **shares)
                )
        if items:
            found.append(Claim.of("report.desks.sentence", scheme=Name("document", results.titles[scheme]), below=items))
    return found


# --- sections -------------------------------------------------------------------------------------------------------------


def sections(results: Results, say: Saying) -> list[Section]:
    """The sections of a comparison, the verdict first."""
    words = say.words
    claims = checked(results, lambda facts: claims_of(results, facts), say)
    found = [Section("verdict", words("report.section.verdict"), tuple(_verdict(results, claims, say)))]
    if results.others:
        found += [
            Section("map", words("report.section.map"), tuple(_map(results, say))),
            Section("differences", words("report.section.differences"), tuple(_differences(results, say))),
            Section("course", words("report.section.course"), tuple(_courses(results, say))),
        ]
    if results.has("winners"):
        desks = tuple(_desks(results, say))
        found += [Section("desks", words("report.section.desks"), desks)] if desks else []
    return found


def _verdict(results: Results, claims: Sequence[Claim], say: Saying) -> Iterator[Part]:
    tones = {"leads": "better", "other_way": "worse", "cost": "neutral", "failed": "worse"}
    first, *rest = claims
    yield Text(first.said(say), "lead")
    marks = tuple(tones.get(claim.key.split(".")[-1], "open") for claim in rest)
    yield Points(tuple(claim.said(say) for claim in rest), marks, tuple(claim.below(say) for claim in rest))
    yield _scorecard(results, say)
    yield Text(say.words("report.verdict.how_to_read"), "note")


def _scorecard(results: Results, say: Saying) -> Table:
    """Every headline outcome of every scheme: the baseline's level, the others' differences with what they are worth."""
    summary, words = results.table("summary"), say.words
    outcomes = list(results.design.headline)
    columns = (words("report.scheme"), *(f"{say.title(name)}\n{_direction(name, say)}" for name in outcomes))
    rows = []
    for scheme in (results.design.baseline, *results.others):
        own = rows_of(summary, {"scheme": scheme}).set_index("outcome").to_dict("index")
        cells = []
        for name in outcomes:
            row = {**own[name], "outcome": name}
            if scheme == results.design.baseline:
                cells.append(Cell.of(say.level(name, row["mean"])))
            else:
                cells.append(_difference_cell(row, say))
        title = say.document(results.titles[scheme])
        note = words("report.baseline_level") if scheme == results.design.baseline else ""
        rows.append((Cell.of(title, note), *cells))
    return Table(
        words("report.verdict.table", baseline=say.document(results.titles[results.design.baseline])), columns, tuple(rows)
    )


def _direction(outcome: str, say: Saying) -> str:
    way = {1: "more", -1: "less", 0: "neither"}[better(outcome)]
    return say.words(f"report.direction.{way}")


def _difference_cell(row: Mapping[Any, Any], say: Saying) -> Cell:
    value, low, high = (float(row[name]) for name in ENDS)
    if not math.isfinite(value):
        return Cell.of(say.missing)
    tone = tone_of(row)
    outcome = str(row["outcome"])
    half = (high - low) / 2 if math.isfinite(low) else math.inf
    told = say.words(f"report.tone.{tone}") if tone else ""
    return Cell.of(say.difference(outcome, value, half), say.interval(outcome, low, high), told, tone=tone)


def _where(results: Results, say: Saying) -> str:
    """Where, how long and how often, for captions."""
    design = results.design
    return say.words(
        "report.where",
        organisation=say.document(design.organisation.title or design.organisation.name),
        months=design.months,
        unit=say.words(results.unit_key),
        replicates=int(results.table("counts").iloc[0]["replicates"]),
    )


def _map(results: Results, say: Saying) -> Iterator[Part]:
    summary, words, design = results.table("summary"), say.words, results.design
    wide = summary.set_index(["scheme", "outcome"])
    names = [
        name for name in design.scheme_names if np.isfinite([wide.loc[(name, key), "mean"] for key in (ACROSS, UP, COLOUR)]).all()
    ]
    if not names:
        yield Text(words("report.nothing_to_draw"), "note")
        return
    marks = [_mark(results, wide, name, say) for name in names]
    titles = {key: say.axis(key) for key in (ACROSS, UP, COLOUR)}
    around = drawing.MapWords(
        titles[ACROSS], words("report.map.less_is_up", axis=titles[UP]), titles[COLOUR], words("report.map.corner"),
        *(partial(tick, key) for key in (ACROSS, UP, COLOUR)),
    )  # fmt: skip
    caption = words("report.map.caption", where=_where(results, say), baseline=say.document(results.titles[design.baseline]))
    alt = words("report.map.alt", x=say.within(ACROSS), y=say.within(UP), colour=say.within(COLOUR), n=len(names))
    rows = []
    for name in names:
        cells = [Cell.of(say.document(results.titles[name]))]
        for key in (ACROSS, UP, COLOUR):
            row = wide.loc[(name, key)]
            ends = () if name == design.baseline else (say.with_interval(key, row["difference"], row["low"], row["high"]),)
            cells.append(Cell.of(say.level(key, row["mean"]), *ends))
        rows.append(tuple(cells))
    columns = (words("report.scheme"), *(say.title(key) for key in (ACROSS, UP, COLOUR)))
    table = Table(words("report.map.table"), columns, tuple(rows), folded=words("report.as_table"))
    yield Text(words("report.map.text"))
    yield Figure("map", caption, alt, *drawing.drawn(drawing.tradeoff(marks, around), "map", alt), table)


def _mark(results: Results, wide: pd.DataFrame, name: str, say: Saying) -> drawing.Mark:
    def ends(key: str) -> tuple[float, float]:
        row = wide.loc[(name, key)]
        down, up = float(row["difference"] - row["low"]), float(row["high"] - row["difference"])
        return (down, up) if math.isfinite(down) and math.isfinite(up) else (0.0, 0.0)

    level = {key: float(wide.loc[(name, key), "mean"]) for key in (ACROSS, UP, COLOUR)}
    title = say.document(results.titles[name])
    return drawing.Mark(title, level[ACROSS], level[UP], ends(ACROSS), ends(UP), level[COLOUR], name == results.design.baseline)


def _differences(results: Results, say: Saying) -> Iterator[Part]:
    summary, words, design = results.table("summary"), say.words, results.design
    panels = [_panel(results, summary, outcome, say) for outcome in design.headline]
    baseline = say.document(results.titles[design.baseline])
    caption = words("report.differences.caption", where=_where(results, say), baseline=baseline)
    alt = words("report.differences.alt", baseline=baseline, outcomes=say.listed(say.within(name) for name in design.headline))
    table = _differences_table(results, list(design.headline), words("report.differences.table"), say, words("report.as_table"))
    yield Text(words("report.differences.text"))
    yield Figure("differences", caption, alt, *drawing.drawn(drawing.dots(panels), "differences", alt), table)
    groups = dict.fromkeys(outcome.group for outcome in OUTCOMES)
    tables = []
    for group in groups:
        names = [outcome.name for outcome in OUTCOMES if outcome.group == group]
        tables.append(_levels_table(results, names, words(f"outcome_group.{group}"), say))
    yield Folded(words("report.differences.all"), tuple(tables))


def _panel(results: Results, summary: pd.DataFrame, outcome: str, say: Saying) -> drawing.Panel:
    rows = rows_of(summary, {"outcome": outcome}).set_index("scheme").to_dict("index")
    found = []
    for name in results.others:
        row = {**rows[name], "outcome": outcome}
        found.append(
            drawing.Dot(
                say.document(results.titles[name]), row["difference"], row["low"], row["high"], row["simultaneous_low"],
                row["simultaneous_high"], tone_of(row), say.missing,
            )
        )  # fmt: skip
    level = say.level(outcome, rows[results.design.baseline]["mean"])
    subtitle = say.words("report.differences.panel", direction=_direction(outcome, say), level=level)
    return drawing.Panel(
        say.title(outcome), subtitle, say.unit(outcome), tuple(found), lambda value: tick(outcome, value, signed=True)
    )


def _differences_table(results: Results, outcomes: Sequence[str], caption: str, say: Saying, folded: str = "") -> Table:
    """A row a scheme and outcome: level, difference, both intervals, chance of being best, pairs."""
    words = say.words
    columns = tuple(
        words(f"report.column.{name}") for name in ("scheme", "outcome", "level", "difference", "alone", "together", "best")
    )
    rows = []
    table = results.table("summary").set_index(["scheme", "outcome"])
    for outcome in outcomes:
        for name in results.others:
            row = {**table.loc[(name, outcome)].to_dict(), "outcome": outcome}
            half = (row["simultaneous_high"] - row["simultaneous_low"]) / 2
            rows.append(
                (
                    Cell.of(say.document(results.titles[name])),
                    Cell.of(say.title(outcome)),
                    Cell.of(say.level(outcome, row["mean"])),
                    Cell.of(say.difference(outcome, row["difference"], half), tone=tone_of(row)),
                    Cell.of(say.interval(outcome, row["low"], row["high"])),
                    Cell.of(say.interval(outcome, row["simultaneous_low"], row["simultaneous_high"])),
                    Cell.of(say.chance(row["probability_best"]) if better(outcome) else ""),
                )
            )
    return Table(caption, columns, tuple(rows), folded=folded)


def _levels_table(results: Results, outcomes: Sequence[str], caption: str, say: Saying) -> Table:
    """A row an outcome, a column a scheme: the baseline's level, then differences with intervals."""
    words, design = say.words, results.design
    table = results.table("summary").set_index(["scheme", "outcome"])
    columns = (words("report.outcome"), *(say.document(results.titles[name]) for name in (design.baseline, *results.others)))
    rows = []
    for outcome in outcomes:
        cells = [Cell.of(say.title(outcome), _direction(outcome, say))]
        cells.append(Cell.of(say.level(outcome, float(table.loc[(design.baseline, outcome), "mean"]))))
        for name in results.others:
            row = {**table.loc[(name, outcome)].to_dict(), "outcome": outcome}
            cells.append(_difference_cell(row, say))
        rows.append(tuple(cells))
    return Table(caption, columns, tuple(rows))


def _courses(results: Results, say: Saying) -> Iterator[Part]:
    words, design = say.words, results.design
    time = design.organisation.time_unit
    unit = words(results.unit_key)
    table = results.table("trajectories")
    series = [name for name in HEADLINE_SERIES if np.isfinite(rows_of(table, {"series": name})["mean"]).any()]
    lines = {name: [_course(rows_of(table, {"scheme": name, "series": one})) for one in series] for name in design.scheme_names}
    titles = [say.document(results.titles[name]) for name in results.others]
    around = drawing.CourseWords(
        tuple(say.axis(name) for name in series), words(f"report.axis_of.{time}"),
        tuple(partial(tick, name) for name in series),
    )  # fmt: skip
    draw = drawing.courses(titles, [lines[name] for name in results.others], lines[design.baseline], around)
    baseline = say.document(results.titles[design.baseline])
    band = f"{BAND:.0%}" if say.language == "zh" else f"{100 * BAND:.0f} %"
    caption = words("report.course.caption", where=_where(results, say), unit=unit, baseline=baseline, band=band)
    names = say.listed(say.within(name) for name in series)
    alt = words("report.course.alt", series=names, n=design.months, unit=unit, baseline=baseline)
    months = [month for month in (1, 6, 12, 24, 36, 48, 60, design.months) if month <= design.months]
    by_month = dict.fromkeys(sorted(months))
    rows = []
    for name in design.scheme_names:
        for one, own in zip(series, lines[name], strict=True):
            cells = [Cell.of(_band_said(own, month, one, say)) for month in by_month]
            rows.append((Cell.of(say.document(results.titles[name])), Cell.of(say.title(one)), *cells))
    columns = (words("report.scheme"), words("report.outcome"), *(words(f"report.nth.{time}", n=month) for month in by_month))
    shown = Table(words("report.course.table", band=band, unit=unit), columns, tuple(rows), folded=words("report.as_table"))
    yield Text(words("report.course.text"))
    yield Figure("course", caption, alt, *drawing.drawn(draw, "course", alt), shown)


def _course(rows: pd.DataFrame) -> drawing.Course:
    rows = rows.sort_values("month")
    return drawing.Course(*(rows[name].to_numpy(float) for name in ("month", "mean", "low", "high")))


def _band_said(course: drawing.Course, month: int, series: str, say: Saying) -> str:
    at = np.flatnonzero(course.months == month)
    if not len(at) or not math.isfinite(course.mean[at[0]]):
        return say.missing
    mean, low, high = (float(line[at[0]]) for line in (course.mean, course.low, course.high))
    return f"{say.level(series, mean)} [{tick_of(series, low)}, {tick_of(series, high)}]"


def tick_of(outcome: str, value: float) -> str:
    """A bare number in the unit of an axis, one digit after the point for shares."""
    from experiments.design.targets import is_share

    return f"{100 * value:.1f}" if is_share(outcome) else f"{value:.2f}"


def _desks(results: Results, say: Saying) -> Iterator[Part]:
    words = say.words
    claims = checked(results, lambda facts: claims_of_desks(results, facts), say)
    if not claims:
        return
    winners = results.table("winners")
    shares = [[_bars(winners, name, measure.name, say, results) for name in results.others] for measure in MEASURES]
    titles = [(words(f"report.desks.title.{one.name}"), words(f"report.desks.step.{one.name}")) for one in MEASURES]
    draw = drawing.bars(titles, shares, (words("report.desks.lowered"), words("report.desks.raised")), words("report.desks.axis"))
    baseline = say.document(results.titles[results.design.baseline])
    caption = words("report.desks.caption", where=_where(results, say), baseline=baseline)
    alt = words("report.desks.alt", baseline=baseline)
    table = Table(
        words("report.desks.table", baseline=baseline),
        (words("report.scheme"), *(f"{title}\n{note}" for title, note in titles), words("report.desks.other")),
        tuple(_desk_row(winners, name, *EVERYBODY, say.document(results.titles[name]), say) for name in results.others),
        folded=words("report.as_table"),
    )
    yield Text(words("report.desks.text", baseline=baseline))
    yield Figure("desks", caption, alt, *drawing.drawn(draw, "desks", alt), table)
    told = Points(tuple(claim.said(say) for claim in claims), (), tuple(claim.below(say) for claim in claims))
    # four sentences a scheme repeat the figure: beyond a few schemes nobody reads them all
    yield told if len(claims) <= MANY_SCHEMES else Folded(words("report.desks.in_words"), (told,))
    yield Folded(words("report.desks.by_group"), tuple(_by_group(results, winners, titles, say)))


def _bars(winners: pd.DataFrame, scheme: str, measure: str, say: Saying, results: Results) -> drawing.Bars:
    ends = []
    for what in ("raised", "lowered"):
        found = rows_of(winners, {"scheme": scheme, "dimension": EVERYBODY[0], "measure": measure, "what": what})
        row = found.iloc[0] if len(found) else None
        ends.append(tuple(float(row[name]) if row is not None else math.nan for name in ("value", "low", "high")))
    return drawing.Bars(say.document(results.titles[scheme]), ends[0], ends[1])  # type: ignore[arg-type]


def _desk_row(winners: pd.DataFrame, scheme: str, dimension: str, group: str, title: str, say: Saying) -> tuple[Cell, ...]:
    rows = rows_of(winners, {"scheme": scheme, "dimension": dimension, "group": group})

    def share(what: str, measure: str) -> str:
        found = rows_of(rows, {"what": what, "measure": measure})
        return say.share(*(float(found.iloc[0][name]) for name in ("value", "low", "high"))) if len(found) else say.missing

    cells = [Cell.of(f"▲ {share('raised', one.name)}", f"▼ {share('lowered', one.name)}") for one in MEASURES]
    return (Cell.of(title), *cells, Cell.of(share("other person", "")))


def _by_group(results: Results, winners: pd.DataFrame, titles: Sequence[tuple[str, str]], say: Saying) -> Iterator[Part]:
    words = say.words
    columns = (*(f"{title}\n{note}" for title, note in titles), words("report.desks.other"))
    for scheme in results.others:
        yield Sub(say.document(results.titles[scheme]))
        own = rows_of(winners, {"scheme": scheme})
        for dimension in GROUPED:
            groups = list(dict.fromkeys(rows_of(own, {"dimension": dimension})["group"]))
            if groups:
                called = words(f"report.dimension.{dimension}")
                rows = tuple(
                    _desk_row(winners, scheme, dimension, group, group_name(dimension, group, say), say) for group in groups
                )
                caption = words("report.desks.group_table", scheme=say.document(results.titles[scheme]), dimension=called)
                yield Table(caption, (called, *columns), rows)


def group_name(dimension: str, group: object, say: Saying) -> str:
    """Name of a group of desks: what documents call it, or a band in words."""
    text = str(group)
    key = f"report.group.{dimension}.{text}"
    if dimension == "sequence" and not say.words.has(key):
        named = say.document(text)
        return named if named != text else text.replace("_", " ")
    return say.words(key) if say.words.has(key) else text
