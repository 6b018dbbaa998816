# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Research 1: a mechanism of your own, with Mesa
# ## 研究一：用 Mesa 加入自己的机制
#
# The Mesa walk is the same model as agents: real `mesa.Agent` objects whose attributes are views on the model's tables, whose methods
# call the same rules, and whose luck is a pure function of seed, month and place. Override one method of `Cadre`, and the
# difference to the unmodified model is your mechanism's doing and nothing else's.
#
# The mechanism here: **cadres look sideways before they report.** Whoever sees that his colleagues made up more than he
# meant to, goes part of the way towards them.
#
# > **提要** 继承 `Cadre`，改写一个方法，与未改动的模型在同样的运气下比较。这里的机制：上报之前先看看同事。

# %%
import os

import matplotlib.pyplot as plt
import mesa
import numpy as np
import pandas as pd

from experiments import answer
from sim import load_behaviour, load_organisation, load_scheme, simulate
from sim.agents import AppraisalModel, Cadre, WatchedModel

FULL = bool(os.environ.get("CADRESIM_FULL"))
REPLICATES = range(20 if FULL else 3)
MONTHS = 36 if FULL else 13

# %% [markdown]
# ## The mechanism
#
# `cadresim month` lists what happens in a month; the methods of `Cadre` stand in `sim/agents` by link. `falsify(j, slope)` returns how
# many units he makes up on his own task j, where one more reported unit is worth `slope`. What colleagues did is read from their
# `falsified`: those who come before him in the department have decided already, the others show last month's.


# %%
class Sideways(Cadre):
    """Goes a share of the way from his own choice to what his colleagues make up on the same task, where that is more."""

    pull = 0.5  # 0 = the unmodified cadre

    def falsify(self, j: int, slope: float) -> float:
        own = super().falsify(j, slope)
        seen = float(np.mean([colleague.falsified[j] for colleague in self.colleagues])) if self.colleagues else own
        return own + self.pull * max(seen - own, 0.0)


# %% [markdown]
# ## One model, Mesa's tools
#
# `AppraisalModel.founded` makes a bureau from documents; `agents_by_type` gives Mesa's `AgentSet`s; `DataCollector` collects what it is
# asked to. A reporter may be the name of an attribute.

# %%
documents = load_organisation("workshop_bureau"), load_scheme("explicit_incentives"), load_behaviour()
model = AppraisalModel.founded(*documents, seed=7, cadre_class=Sideways)
collector = mesa.DataCollector(
    model_reporters={"month": "now", "inflation": [model.inflation_of, [model.bureaus[0]]]},
    agenttype_reporters={Sideways: {"department": "department", "cynicism": "cynicism", "score": "score"}},
)
for _ in range(MONTHS):
    model.step()
    collector.collect(model)

cadres = model.agents_by_type[Sideways]
print(len(cadres), "cadres; exhaustion", round(cadres.agg("exhaustion", np.mean), 2))
print("the most exhausted:", [round(value, 2) for value in cadres.sort("exhaustion").get("exhaustion")[:3]])
collector.get_agenttype_vars_dataframe(Sideways).groupby(["Step", "department"])["cynicism"].mean().unstack().tail(3).round(2)

# %% [markdown]
# ## Against the unmodified model, under the same draws
#
# `simulate(..., walk="agents", cadre_class=Sideways)` gives a whole run: warm-up, outcomes, history. First the check that makes the
# comparison honest: a subclass that changes nothing must give the compiled model's numbers.

# %%
Sideways.pull = 0.0
same = simulate("explicit_incentives", "workshop_bureau", months=6, warmup_months=6, walk="agents", cadre_class=Sideways)
compiled = simulate("explicit_incentives", "workshop_bureau", months=6, warmup_months=6)
gap = max(abs(same.outcomes[name] - value) for name, value in compiled.outcomes.items() if np.isfinite(value))
assert gap < 1e-9, gap
print(f"largest difference of any outcome: {gap:.1e}")

# %%
Sideways.pull = 0.5
settings = {"organisation": "workshop_bureau", "months": MONTHS, "warmup_months": 12, "seed": 7}
plain = [simulate("explicit_incentives", **settings, replicate=one) for one in REPLICATES]
own = [simulate("explicit_incentives", **settings, replicate=one, walk="agents", cadre_class=Sideways) for one in REPLICATES]

# %%
outcomes = ["inflation_cadre", "inflation", "rank_agreement", "goal_attainment", "burnout_share"]
apart = pd.DataFrame([{name: b.outcomes[name] - a.outcomes[name] for name in outcomes} for a, b in zip(plain, own, strict=True)])
table = pd.DataFrame({"mean difference": apart.mean(), "standard error": apart.sem()})
table.round(4)

# %%
figure, axes = plt.subplots(figsize=(7.5, 3))
for runs, colour, label in ((plain, "#8b929c", "as it is"), (own, "#0072b2", "looking sideways")):
    courses = np.array([run.monthly["falsified_share"] for run in runs])
    axes.plot(runs[0].monthly["month"], 100 * courses.T, color=colour, linewidth=0.7, alpha=0.6)
    axes.plot(runs[0].monthly["month"], 100 * courses.mean(axis=0), color=colour, linewidth=2.2, label=label)
axes.set_xlabel("month")
axes.set_ylabel("made up, % of what is reported")
axes.spines[["top", "right"]].set_visible(False)
axes.legend(frameon=False)
figure.tight_layout()

# %% jupyter={"source_hidden": true}
answer(
    f"The made-up part of reports at the cadres' level moves by {apart['inflation_cadre'].mean():+.2%} of the goal (standard error "
    f"{apart['inflation_cadre'].sem():.2%}, {len(apart)} pairs). Each pair shares people and luck, so even a few pairs settle a "
    "difference that two hundred unpaired runs might not. What the pull does to ranks follows from whether all inflate alike.",
    title="What the mechanism did",
)

# %% [markdown]
# ## The same mechanism watched: SolaraViz
#
# `WatchedModel` is the same model made from plain keywords, as Mesa's viewer wants it. The view runs in a notebook, or on its own:
# `solara run --no-check-version notebooks/research_1_own_mechanism.py`. Everything comes from this machine; no network is needed.
# One model is one draw of luck: move the seed before you believe what you see.
#
# > **可视化** 一次运行只是一种运气：换几个种子再下结论。

# %%
from mesa.visualization import Slider, SolaraViz

from experiments.web.bureau_view import bureau_view, months_view

choices = ["deduction_heavy", "explicit_incentives", "implicit_incentives", "forced_ranking", "scoring_reform"]
page = SolaraViz(
    WatchedModel(scheme="explicit_incentives", cadre_class=Sideways),
    components=[(bureau_view, 0), (months_view, 0)],
    model_params={
        "seed": Slider("Seed (luck)", 1, 1, 100, 1),
        "scheme": {"type": "Select", "value": "explicit_incentives", "values": choices, "label": "Scheme"},
        "cadre_class": Sideways,
    },
    name="A bureau under appraisal",
)
page  # noqa: B018

# %% [markdown]
# ## From here
#
# - Other agents can be replaced in the same way: `department_class`, `branch_class`, `bureau_class`, `group_class`.
# - A thousand cadres over five years take the agents minutes and the compiled model a second. Find the mechanism here; if it is to
#   stay, it becomes a rule (`sim/rules`) and both walks call it.
# - `tests/test_mesa.py` shows more overrides, and `tests/test_walks_agree.py` how the two walks are held together.
