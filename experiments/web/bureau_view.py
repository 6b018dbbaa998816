"""Pictures of the Mesa walk for Mesa's own viewer (SolaraViz): who is how tired, and what the months bring.

Needs the extra `[mesa-viz]`. Everything is drawn on this machine; nothing is fetched.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import solara
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from experiments.report.style import BETTER, INK, MUTED, WORSE, heading, house_style, new_figure, wrapped
from sim.agents import AppraisalModel, WatchedModel
from sim.rules.ranking import BOTTOM

ACROSS = 3  # departments in a row
SCALE = Normalize(0.0, 6.0)  # the MBI's
COLOURS = "YlOrBr"


def bureau_figure(model: AppraisalModel) -> Figure:
    """Every cadre a disc, coloured by exhaustion; a ring around whoever has the bottom grade."""
    departments = model.departments
    across = min(ACROSS, len(departments))
    down = math.ceil(len(departments) / across)
    height = 1.15 + 1.5 * down
    figure = new_figure(6.4, height)
    heading(figure, f"Month {model.now}", "Discs: cadres; colour: exhaustion, 0 to 6; ring: bottom grade.", left=0.02)
    mappable = ScalarMappable(SCALE, COLOURS)
    for number, department in enumerate(departments):
        column, row = number % across, number // across
        axes = figure.add_axes(
            (0.02 + 0.96 * column / across, (0.1 + 1.5 * (down - 1 - row)) / height, 0.92 / across, 1.15 / height)
        )
        side = math.ceil(math.sqrt(department.size))
        x, y = np.divmod(np.arange(department.size), side)
        tired = [cadre.exhaustion for cadre in department.cadres]
        rings = [BETTER if cadre.grade == BOTTOM else INK for cadre in department.cadres]
        widths = [2.4 if cadre.grade == BOTTOM else 0.6 for cadre in department.cadres]
        size = min(330.0, 2600.0 / side**2)
        axes.scatter(x, -y, s=size, c=tired, cmap=COLOURS, norm=SCALE, edgecolors=rings, linewidths=widths)
        axes.set_xlim(-0.8, side - 0.2)
        axes.set_ylim(-side + 0.2, 0.8)
        axes.set_aspect("equal", anchor="W")
        axes.set_axis_off()
        axes.set_title(wrapped(name_of(model, number), 20), fontsize=8, fontweight="normal", color=MUTED, loc="left", pad=2)
    bar = figure.colorbar(mappable, cax=figure.add_axes((0.66, 1 - 0.32 / height, 0.3, 0.1 / height)), orientation="horizontal")
    bar.outline.set_visible(False)
    bar.ax.tick_params(labelsize=7, length=0)
    return figure


def name_of(model: AppraisalModel, department: int) -> str:
    """A department's path without the bureau's own name."""
    if model.names is None:
        return f"department {department + 1}"
    return model.names.departments[department].partition("/")[2].replace("_", " ").replace("/", ": ")


def months_figure(model: WatchedModel, series: tuple[str, str] = ("goal_attainment", "reported_attainment")) -> Figure:
    """What is true and what the superior reads, month by month; and the share of cadres with burnout."""
    table = model.datacollector.get_model_vars_dataframe()
    figure = new_figure(6.4, 4.2)
    panels = (("What is done and what is told", series, (BETTER, WORSE)), ("Share with burnout", ("burnout_share",), (INK,)))
    for number, (title, names, colours) in enumerate(panels):
        axes = figure.add_axes((0.1, 0.6 - 0.5 * number, 0.86, 0.32))
        for name, colour in zip(names, colours, strict=True):
            if len(table):
                axes.plot(table["month"], table[name], color=colour, linewidth=1.6, label=name.replace("_", " "))
        if len(names) > 1 and len(table):
            axes.legend(frameon=False, fontsize=7.5, loc="best")
        axes.set_title(title)
        if number:
            axes.set_xlabel("month")
        axes.set_ylim(bottom=0.0)
        axes.set_xlim(0.5, max(12, model.now) + 0.5)
        axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
        axes.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f} %")
        axes.grid(True, axis="y")
    return figure


@solara.component
def bureau_view(model: AppraisalModel) -> Any:
    """Mesa's viewer: the bureau as it is now."""
    _follow()
    with house_style():
        return solara.FigureMatplotlib(bureau_figure(model), format="svg")


@solara.component
def months_view(model: WatchedModel) -> Any:
    """Mesa's viewer: the months so far."""
    _follow()
    with house_style():
        return solara.FigureMatplotlib(months_figure(model), format="svg")


def _follow() -> None:
    """Have the calling component drawn again after every step."""
    from importlib import import_module

    import_module("mesa.visualization.utils").update_counter.get()
