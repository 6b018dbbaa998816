"""What notebooks show: tables and pictures as HTML, so that a result is looked at by naming it.

Like the other fronts it reads finished results and computes nothing but places on paper.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from experiments.report.desks import desks_figure
from experiments.report.figures import forest, tradeoff_map, trajectories
from experiments.report.numbers import TITLES, better, chance, difference, interval, scaled, tick, unit_words
from experiments.report.style import BETTER, MUTED, PNG_DPI, WORSE, heading, house_style, new_figure, wrapped
from experiments.report.tables import ARROW, LEAST_SHOWN
from experiments.report.varying_figures import COLOURS, LINES, MOST_PATHS, convergence, responses, tornado
from experiments.runs.folder import told_where
from experiments.statistics.intervals import half_width, is_identical, is_settled, mean_present
from experiments.verbs.compare import Comparison
from experiments.verbs.sensitivity import Sensitivity
from experiments.verbs.survey import SurveyFit
from experiments.verbs.sweep import Sweep
from sim.errors import UserError
from sim.lang import counted
from sim.schemes.words import did_you_mean

CELL = "padding:.35em .8em;vertical-align:top;"
NUMBER = CELL + "text-align:right;white-space:nowrap;"
CAPTION = "caption-side:top;text-align:left;white-space:nowrap;font-weight:bold;padding:.3em 0;"
TABLE = "border-collapse:collapse;font-size:90%;"


@dataclass(frozen=True)
class Picture:
    """A figure as a notebook shows it; `words` tell those who do not see it what it shows."""

    png: bytes
    words: str
    inches: float

    def _repr_html_(self) -> str:
        data = base64.b64encode(self.png).decode("ascii")
        style = f"width:{self.inches * 96:.0f}px;max-width:100%;height:auto"
        return f'<img src="data:image/png;base64,{data}" alt="{escape(self.words)}" style="{style}">'

    def __str__(self) -> str:
        return self.words

    def save(self, path: str | Path) -> Path:
        """Write the picture as PNG; returns its path."""
        place = Path(path)
        with told_where(place.parent):
            place.write_bytes(self.png)
        return place


def pictured(draw: Callable[[], Figure], words: str, named: str = "") -> Picture:
    """A figure of the house drawn into a picture; `named`: whatever it may name besides its words."""
    with house_style(words + named):
        figure = draw()
        held = BytesIO()
        figure.savefig(held, format="png", dpi=PNG_DPI, metadata={"Software": None})
    return Picture(held.getvalue(), words, figure.get_figwidth())


def comparison_picture(comparison: Comparison, name: str, words: str) -> Picture:
    """A figure of a comparison by name.

    Raises:
        UserError: there is no such figure, or this comparison has none of it.
    """
    draws: dict[str, Callable[[], Figure]] = {
        "tradeoff": lambda: tradeoff_map(comparison),
        "differences": lambda: forest(comparison),
        "trajectories": lambda: trajectories(comparison),
        "winners": lambda: desks_figure(comparison, _place(comparison)),
    }
    check_one_of("figure", name, draws)
    if name == "winners" and not (comparison.design.winners and len(comparison.winners)):
        raise UserError.of("this comparison has not compared the desks", hint="compare(..., winners=True)")
    return pictured(draws[name], words, str(comparison.design))


def levels_picture(comparison: Comparison, outcomes: Sequence[str], labels: Mapping[str, str]) -> Picture:
    """Levels of outcomes of one unit, a line a scheme.

    Raises:
        UserError: an unknown outcome, none, or outcomes of different units.
    """
    for name in outcomes:
        check_one_of("outcome", name, TITLES)
    units = {unit_words(name) for name in outcomes}
    if len(units) != 1:
        raise UserError.of("only outcomes of one unit stand beside each other", found=", ".join(sorted(units)) or "none")
    titles = comparison.design.titles
    means = comparison.runs.groupby("scheme", sort=False)[list(outcomes)].mean()
    told = [
        f"{titles[name]}: " + ", ".join(f"{labels.get(one, TITLES[one])} {scaled(one, means.loc[name, one])}" for one in outcomes)
        for name in comparison.design.scheme_names
    ]
    return pictured(lambda: levels_figure(comparison, outcomes, labels), "; ".join(told), str(labels))


def sweep_picture(sweep: Sweep, paths: Sequence[str], words: str) -> Picture:
    """Responses along some paths of a sweep. Raises `UserError` where it has no such path."""
    for path in paths:
        check_one_of("path of this sweep", path, sweep.ranges)
    chosen = list(paths or sweep.ranges)[:MOST_PATHS]
    return pictured(lambda: responses(sweep, chosen), words, str(sweep.design))


def sensitivity_picture(result: Sensitivity, name: str, target: str, words: str) -> Picture:
    """What outcomes hinge on, or whether the indices hold as the sample grows. Raises `UserError` for an unknown name."""
    draws = {"tornado": tornado, "convergence": convergence}
    check_one_of("figure", name, draws)
    target = target or next(iter(result.targets))
    check_one_of("target", target, result.targets)
    return pictured(lambda: draws[name](result, target), words, str(result.design))


def check_one_of(what: str, name: str, known: Iterable[str]) -> None:
    """Refuse a name that is not among those known.

    Raises:
        UserError: with the names there are.
    """
    names = list(known)
    if name not in names:
        hint = did_you_mean(str(name), names) or f"there are {', '.join(names[:12])}"
        raise UserError.of(f"there is no such {what}", found=str(name), hint=hint)


# --- tables -------------------------------------------------------------------------------------------------------------


def html_table(caption: str, columns: Sequence[str], rows: Sequence[Sequence[str]], *, first: str = "") -> str:
    """A table whose cells are HTML already; the first column holds what a row is about."""
    head = "".join(f'<th scope="col" style="{NUMBER}">{column}</th>' for column in columns)
    body = "".join(
        f'<tr><th scope="row" style="{CELL}text-align:left;">{label}</th>'
        + "".join(f'<td style="{NUMBER}">{cell}</td>' for cell in cells)
        + "</tr>"
        for label, *cells in rows
    )
    top = f'<caption style="{CAPTION}">{escape(caption)}</caption>'
    return (
        f'<table style="{TABLE}">{top}<thead><tr><th scope="col" style="{CELL}text-align:left;">{first}</th>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table>"
    )


def comparison_html(comparison: Comparison, outcomes: Sequence[str]) -> str:
    """A row a scheme: outcomes as paired differences to the baseline with their 95 % intervals for all schemes at once."""
    design = comparison.design
    rows = comparison.summary.set_index(["scheme", "outcome"])
    ordered = [design.baseline, *(name for name in design.scheme_names if name != design.baseline)]
    table = []
    for name in ordered:
        is_baseline = name == design.baseline
        label = escape(design.titles[name]) + (f'<br><small style="color:{MUTED}">baseline, level</small>' if is_baseline else "")
        table.append([label, *(_cell(outcome, rows.loc[(name, outcome)], level=is_baseline) for outcome in outcomes)])
    arrows = [ARROW[better(name)] for name in outcomes]
    columns = [
        f"{escape(TITLES[name])}<br><small>{arrow or '&nbsp;'}</small>" for name, arrow in zip(outcomes, arrows, strict=True)
    ]
    at_once = ", for all schemes at once" if len(design.schemes) > 2 else ""
    caption = f"Difference to {design.titles[design.baseline]} and its 95 % interval{at_once}, {design.replicates} replicates"
    return html_table(caption, columns, table, first="Scheme")


def _cell(outcome: str, row: pd.Series, *, level: bool) -> str:
    """A level for the baseline; otherwise the difference, with a mark and a colour where its interval excludes 0."""
    best = f'<br><small style="color:{MUTED}">best: {chance(row["probability_best"])}</small>'
    best = best if row["probability_best"] >= LEAST_SHOWN else ""
    if level:
        return escape(scaled(outcome, row["mean"])) + best
    low, high = row["simultaneous_low"], row["simultaneous_high"]
    if is_identical(low, high):
        return f'<span style="color:{MUTED}">no difference</span>{best}'
    text = difference(outcome, row["difference"], half_width=(high - low) / 2)
    mark, colour = verdict(outcome, row["difference"], low, high)
    spread = f"<br><small>{escape(interval(outcome, low, high))}</small>"
    return f'<span style="color:{colour}">{escape(text)} {mark}</span>{spread}{best}'


def verdict(outcome: str, value: float, low: float, high: float) -> tuple[str, str]:
    """(mark, colour) of a difference: better, worse, not settled; the mark says the same as the colour."""
    if not is_settled(low, high):
        return '<span title="not settled">\u25cb</span>', MUTED
    if better(outcome) == 0:
        return "", "inherit"
    good = better(outcome) * value > 0
    return ('<span title="better">\u2714</span>', BETTER) if good else ('<span title="worse">\u2718</span>', WORSE)


# --- figures ------------------------------------------------------------------------------------------------------------


def levels_figure(comparison: Comparison, outcomes: Sequence[str], labels: Mapping[str, str]) -> Figure:
    """Levels of several outcomes of one unit side by side, a line a scheme; lines at the dots are 95 % intervals of the mean."""
    design = comparison.design
    titles = [labels.get(name, TITLES[name]) for name in outcomes]
    figure = new_figure(max(7.6, 2.6 + 1.25 * len(outcomes)), 4.4)
    width = figure.get_figwidth()
    axes = figure.add_axes((0.75 / width, 0.17, 1 - 3.3 / width, 0.6))
    heading(
        figure,
        f"{labels.get('title', 'Outcomes side by side')}",
        f"{_place(comparison)}. Dots: means; upright lines: their 95 % intervals.",
        left=0.2 / width,
    )
    ends = []
    for number, name in enumerate(design.scheme_names):
        values = comparison.runs.loc[comparison.runs["scheme"] == name, list(outcomes)].to_numpy(float)
        mean, half = mean_present(values), half_width(values)
        colour, line = COLOURS[number % len(COLOURS)], LINES[number // len(COLOURS) % len(LINES)]
        axes.errorbar(
            np.arange(len(outcomes)), mean, yerr=half, fmt=f"o{line}", color=colour, markersize=5, linewidth=1.4, elinewidth=2.2
        )
        ends.append((float(mean[-1]), design.titles[name], colour))
    _names_at_the_end(axes, ends, len(outcomes))
    axes.set_xticks(range(len(outcomes)))
    axes.set_xticklabels([wrapped(title, 15) for title in titles], fontsize=8.5)
    axes.set_xlim(-0.3, len(outcomes) - 0.75)
    axes.yaxis.set_major_locator(MaxNLocator(6))
    axes.yaxis.set_major_formatter(lambda value, _: tick(outcomes[0], value))
    axes.set_ylabel(unit_words(outcomes[0]).replace("percentage points", "per cent"))
    axes.grid(True, axis="y")
    return figure


def _place(comparison: Comparison) -> str:
    """Where a comparison took place, in a line."""
    design = comparison.design
    place, months = design.organisation.title or design.organisation.name, counted(design.months, "month")
    return f"{place}, {months}, {design.replicates} replicates"


def _names_at_the_end(axes: Axes, ends: list[tuple[float, str, str]], n: int) -> None:
    """Names of the schemes right of their last dots, pushed apart where they would overlap."""
    low, high = axes.get_ylim()
    step = 0.085 * (high - low)
    place = -np.inf
    for value, title, colour in sorted(ends):
        place = max(value, place + step * (1 + wrapped(title, 26).count("\n") * 0.6))
        axes.annotate(
            wrapped(title, 26), (n - 1, value), xytext=(n - 0.88, place), textcoords="data", va="center", fontsize=8,
            color=colour, annotation_clip=False,
        )  # fmt: skip


def intervals_figure(title: str, subtitle: str, rows: pd.DataFrame) -> Figure:
    """A row a parameter: its declared range as a pale bar from 0 to 1, what the data leave of it as a dark line with its centre.

    `rows` holds `parameter`, `prior_low`, `prior_high`, `low`, `centre`, `high`, and optionally `truth`.
    """
    height = 1.45 + 0.46 * len(rows)
    figure = new_figure(7.8, height)
    axes = figure.add_axes((0.27, 0.5 / height, 0.5, (height - 1.45) / height))
    heading(figure, title, subtitle, left=0.025)
    for place, (_, row) in enumerate(rows.iloc[::-1].iterrows()):
        span = row["prior_high"] - row["prior_low"]
        low, centre, high = ((row[name] - row["prior_low"]) / span for name in ("low", "centre", "high"))
        axes.plot([0, 1], [place, place], color="#e4e7eb", linewidth=9, solid_capstyle="butt", zorder=1)
        axes.plot([low, high], [place, place], color=BETTER, linewidth=3.4, solid_capstyle="butt", zorder=2)
        axes.plot(centre, place, "o", color=BETTER, markersize=6.5, zorder=3)
        if "truth" in rows and np.isfinite(row["truth"]):
            axes.plot((row["truth"] - row["prior_low"]) / span, place, "D", color=WORSE, markersize=6, zorder=4)
        told = f"{row['centre']:.3g} [{row['low']:.3g}, {row['high']:.3g}]"
        axes.annotate(
            told, (1, place), xytext=(10, 0), textcoords="offset points", va="center", fontsize=8.5, annotation_clip=False
        )
        for end, side, ha in ((row["prior_low"], 0, "left"), (row["prior_high"], 1, "right")):
            axes.annotate(
                f"{end:g}", (side, place), xytext=(0, -9), textcoords="offset points", va="top", ha=ha, fontsize=7, color=MUTED
            )
    axes.set_yticks(range(len(rows)))
    axes.set_yticklabels([wrapped(str(name).replace("_", " "), 24) for name in rows["parameter"][::-1]], fontsize=9)
    axes.set_ylim(-0.6, len(rows) - 0.4)
    axes.set_xlim(-0.01, 1.01)
    axes.set_xticks([])
    axes.tick_params(axis="y", length=0)
    for edge in ("left", "bottom"):
        axes.spines[edge].set_visible(False)
    return figure


def prediction_html(scheme: str, baseline: str, table: pd.DataFrame) -> str:
    """A row an outcome: what was expected, what came out with its 95 % interval, and whether they agree."""
    marks = {
        "as predicted": f'<span style="color:{BETTER}">\u2714 as predicted</span>',
        "otherwise": f'<span style="color:{WORSE}">\u2718 otherwise</span>',
        "not settled": f'<span style="color:{MUTED}">\u25cb not settled</span>',
        "no guess": f'<span style="color:{MUTED}">no guess</span>',
    }
    rows = []
    for row in table.itertuples():
        half = (row.high - row.low) / 2
        size = difference(row.outcome, row.difference, half_width=half)
        spread = interval(row.outcome, row.low, row.high)
        rows.append([escape(TITLES[row.outcome]), escape(row.predicted), escape(f"{size} {spread}".strip()), marks[row.verdict]])
    caption = f"{scheme} against {baseline}: difference and its 95 % interval"
    return html_table(caption, ["Predicted", "Came out", ""], rows, first="Outcome")


# --- a fit to a survey ------------------------------------------------------------------------------------------------------


POOR_FIT = 4.0  # tolerances between the survey and the fitted model, from which on the fit is called poor


def fit_sentences(fit: SurveyFit) -> list[str]:
    """What became of every parameter, and how well the fitted model gives the survey back."""
    told = [
        f"{row.parameter}: {row.centre:.3g}, 90 % {row.low:.3g} to {row.high:.3g} "
        f"(declared {row.prior_low:g} to {row.prior_high:g}): {_pinned(row.narrower)}."
        for row in fit.table.itertuples()
    ]
    gaps = fit.statistics["gap"].abs()
    worst = fit.statistics.loc[gaps.idxmax()]
    poor = "" if gaps.max() <= POOR_FIT else " The fit is poor: what is pinned down is the best of what does not fit."
    return [
        *told,
        f"{int((gaps <= 2).sum())} of {len(gaps)} statistics of {fit.respondents} respondents lie within two tolerances of "
        f"the fitted model; the furthest is {worst['statistic']} ({worst['survey']:.3g} in the survey, "
        f"{worst['fitted']:.3g} fitted).{poor}",
    ]


def _pinned(narrower: float) -> str:
    if narrower < 0.25:
        return "the survey hardly says anything of it"
    return "pinned down" if narrower >= 0.6 else "partly pinned down"


def fit_html(fit: SurveyFit) -> str:
    """The sentences of a fit, and its statistics as a table."""
    rows = [
        [
            escape(row.statistic), f"{row.survey:.3g}", f"\u00b1 {row.tolerance:.2g}",
            f"{row.fitted:.3g}<br><small>[{row.low:.3g}, {row.high:.3g}]</small>",
        ]
        for row in fit.statistics.itertuples()
    ]  # fmt: skip
    sentences = "".join(f"<p>{escape(sentence)}</p>" for sentence in fit_sentences(fit))
    caption = "The survey and what the fitted model gives (mean and 90 % range)"
    return sentences + html_table(caption, ["Survey", "tolerance", "Fitted"], rows, first="Statistic")


def fit_picture(fit: SurveyFit, truth: Mapping[str, float]) -> Picture:
    """Declared range and posterior of every parameter. Raises `UserError` for a known value of something that was not fitted."""
    for name in truth:
        check_one_of("fitted parameter", name, fit.parameters)
    rows = fit.table.assign(truth=[truth.get(name, np.nan) for name in fit.parameters])
    marked = "; diamond: the true value" if truth else ""
    subtitle = f"{fit.respondents} respondents. Pale: declared range; blue: central 90 % of the posterior and its mean{marked}."
    words = "; ".join(fit_sentences(fit)[:-1])
    return pictured(lambda: intervals_figure("What the survey says of the parameters", subtitle, rows), words)
