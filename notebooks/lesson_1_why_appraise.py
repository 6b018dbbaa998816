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
# # Lesson 1: why appraise?
# ## 第一课：为什么要考核？
#
# *About 30 minutes. You run every cell with Shift+Enter; nothing needs the internet.*
#
# A bureau appraises its people every year. Suppose it went on appraising, and put the results into a drawer: no bonus, no
# promotion, no sanction ever followed. Would people stop working? Would they work on other things?
#
# The bureau of this lesson has forty cadres and five tasks. Three of them are key work, one is general work, and one, mentoring
# and quiet prevention, is real work that no indicator counts.
#
# > **提要** 一个四十人的税务局每年都考核。如果考核结果锁进抽屉，从不应用，人们会不干活吗？会改干别的事吗？
# > 先预测，再运行模型，最后解释。请注意：“带教与日常预防”是真实的工作，却没有任何指标计算它。

# %%
import os

from experiments import answer, compare, predict, told
from sim import load_organisation, load_scheme

FULL = bool(os.environ.get("CADRESIM_FULL"))  # or write True here: tighter intervals, about a minute
REPLICATES = 300 if FULL else 40

# %% [markdown]
# ## Who works here, and on what
#
# > 这里有谁，做什么工作？“价值”是任务的战略价值，“可控”是结果中由本人决定的份额。

# %%
bureau = load_organisation("workshop_bureau")
for name, task in bureau.tasks.items():
    print(f"{task.title:36} value {task.value:g}   one's own share in the result {task.controllability:.0%}")

# %% [markdown]
# ## Three ways to use the same appraisal
#
# All three count the same work with the same indicators. They differ in what follows from the result.

# %%
drawer = load_scheme("base", changes={"application.applied": 0.0}, name="drawer", title="Results in a drawer")
usual = load_scheme("base", title="Weakly applied")
firm = load_scheme("base", changes={"application.applied": 1.0, "application.explicit.bonus_per_point": 0.01},
                   name="firm", title="Firmly applied, ten times the bonus")  # fmt: skip

# %% [markdown]
# ## Predict
#
# Before you run anything: what changes when results are applied firmly instead of locked away? Write `"more"`, `"less"`,
# `"same"` or `"?"` for each line. There is no shame in being wrong; a prediction that fails is what one learns from.
#
# > **预测** 与“锁进抽屉”相比，严格应用结果后各项会 more（增加）、less（减少）还是 same（不变）？

# %%
my_prediction = {
    "effort_mean": "?",  # how much people work
    "goal_attainment": "?",  # how far the bureau's true goals are met
    "neglect": "?",  # how much of the work that nobody counts is left undone
    "inflation": "?",  # how much better the reports are than the truth
    "burnout_share": "?",  # how many are burnt out
}

# %% [markdown]
# ## Play
#
# Every scheme meets the same forty people and the same luck, so a difference is the scheme's doing.
#
# > **运行** 每个方案面对同样的人、同样的运气，所以差异只来自方案。

# %%
result = compare([drawer, usual, firm], organisation="workshop_bureau", baseline="drawer", replicates=REPLICATES, winners=False)
predict(result, "firm", my_prediction)

# %%
result

# %%
result.picture("tradeoff")

# %% [markdown]
# ## Explain
#
# **1. With the results in a drawer, do people stop working?** Think of why *you* work on a day when nobody looks.

# %% jupyter={"source_hidden": true}
levels = result.summary.set_index(["scheme", "outcome"])["mean"]
answer(
    f"They do not. With the results in a drawer people still spend {levels['drawer', 'effort_mean']:.2f} of a normal month on their "
    f"tasks, and the bureau reaches {levels['drawer', 'goal_attainment']:.0%} of its goals. Most work in the model comes from duty and "
    "from the drive to serve the public; appraisal moves only the margin. The size of duty is an assumption of the model "
    "(cadresim show default), and the first one to doubt."
)

# %% [markdown]
# **2. What does firm application buy, and where does it come from?** Look at effort, goals and neglect together.

# %% jupyter={"source_hidden": true}
answer(
    f"Goals: {told(result, 'firm', 'goal_attainment')}. Total effort: {told(result, 'firm', 'effort_mean')} months a month. Of the goal "
    f"of the work that nobody counts, left undone: {told(result, 'firm', 'neglect')}. Three numbers, one story: effort moves from "
    "what is not counted to what is (Holmstrom and Milgrom, 1991), and a sum over tasks hides it.\n\n"
    f"And the reports: inflation {told(result, 'firm', 'inflation')}. What pays is the reported point."
)

# %% [markdown]
# ## Exercise
#
# 1. Give mentoring an indicator: in the cell below `weight` says how much of the points it gets. Does mentoring (`goal_learning`) come back? What is
#    the price, when one can hardly verify how well somebody mentors?
# 2. The superior sees only reports. Which of the three schemes would *he* choose? Compare `reported_attainment` with
#    `goal_attainment`.
#
# > **练习** 给“带教”加一个指标，忽视会消失吗？代价是什么？上级只看得见报表，他会选哪个方案？

# %%
weight = 0.15
counted = load_scheme("base", name="counted", title="Firm, mentoring counted", changes={
    "application.applied": 1.0, "application.explicit.bonus_per_point": 0.01,
    "plan.indicators.key_work.weight": 0.7 - weight,
    "plan.indicators.mentoring": {"tasks": "mentoring", "weight": weight, "scoring": "scoring", "below": 1.0},
})  # fmt: skip
again = compare([firm, counted], organisation="workshop_bureau", baseline="firm", replicates=REPLICATES, winners=False)
again.summary.query("outcome in ['goal_learning', 'goal_attainment', 'inflation', 'surplus'] and scheme == 'counted'")[
    ["outcome", "difference", "low", "high"]
].round(4)

# %% [markdown]
# <details><summary><b>What to look for</b></summary>
#
# An indicator draws effort to the task it counts, however rough it is. What it takes away elsewhere, and what is only reported and
# not done, stands in the other lines. An interval that holds 0 means: not settled with so few replicates; raise `REPLICATES`.
#
# </details>
#
# ## To take away
#
# - Appraisal without consequences is not a bureau without work.
# - Whatever is applied is applied to what is *counted* and to what is *reported*.
# - A difference without its interval is not a finding.
#
# > **要点** 考核不应用，不等于没人干活；应用的力量落在“被计算的”和“被上报的”事情上；没有区间的差异不算发现。
