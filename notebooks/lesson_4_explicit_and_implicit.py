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
# # Lesson 4: explicit and implicit incentives
# ## 第四课：显性激励与隐性激励
#
# *About 40 minutes.*
#
# Explicit incentives are bonus, promotion, grades and posts. Implicit ones are recognition, honour, growth, being asked and being
# told. The T County study wants both. Do they add up, or does one push the other out?
#
# > **提要** 显性激励：奖金、晋升、等次、职务。隐性激励：认可、荣誉、成长、沟通与公共服务的意义。两者会叠加，还是会互相排挤？

# %%
import os

from experiments import answer, compare, predict, sweep, told

FULL = bool(os.environ.get("CADRESIM_FULL"))
REPLICATES = 300 if FULL else 40

# %% [markdown]
# ## Predict
#
# Against the plain appraisal, what do *explicit* incentives change? And the implicit ones? Fill in both.

# %%
explicit = {"goal_attainment": "?", "burnout_share": "?", "inflation": "?", "neglect": "?", "autonomous_motivation_mean": "?"}
implicit = {"goal_attainment": "?", "burnout_share": "?", "inflation": "?", "neglect": "?", "autonomous_motivation_mean": "?"}

# %% [markdown]
# ## Play

# %%
result = compare(
    ["base", "explicit_incentives", "implicit_incentives", "combined_incentives"], organisation="workshop_bureau",
    baseline="base", replicates=REPLICATES, winners=False,
)  # fmt: skip
predict(result, "explicit_incentives", explicit)

# %%
predict(result, "implicit_incentives", implicit)

# %%
result

# %%
result.picture("tradeoff")

# %% [markdown]
# ## The way there
#
# Money acts at once; motivation, understanding and trust take their time. Look at the course before you look at the end.
#
# > 奖金立刻起作用，动机、理解和信任需要时间。先看过程，再看结果。

# %%
result.picture("trajectories")

# %% [markdown]
# ## Explain
#
# **1. Does money push the inner drive out?**

# %% jupyter={"source_hidden": true}
answer(
    f"Autonomous motivation (1 = normal): explicit {told(result, 'explicit_incentives', 'autonomous_motivation_mean')}, implicit "
    f"{told(result, 'implicit_incentives', 'autonomous_motivation_mean')}, both together "
    f"{told(result, 'combined_incentives', 'autonomous_motivation_mean')}. What is felt as control lowers it; being asked, told and "
    "recognised raises it (Deci, Koestner and Ryan, 1999; Frey and Jegen, 2001). People differ: in some, reward raises it."
)

# %% [markdown]
# **2. How much hangs on that one assumption?** Let crowding out run from slightly negative (reward *raises* inner drive) to strong.

# %%
found = sweep(
    ["explicit_incentives", "combined_incentives"], {"behaviour.crowding": [-0.1, 0.05, 0.2, 0.35, 0.5]},
    organisation="workshop_bureau", replicates=100 if FULL else 12, design="full",
)  # fmt: skip
found.picture()

# %%
found

# %% [markdown]
# **3. What nobody counts.** Which of the two leaves mentoring undone, and why?

# %% jupyter={"source_hidden": true}
answer(
    f"Neglect: explicit {told(result, 'explicit_incentives', 'neglect')}, implicit {told(result, 'implicit_incentives', 'neglect')}, "
    f"combined {told(result, 'combined_incentives', 'neglect')}. Money hangs on indicators and pulls effort to them. The drive to serve "
    "looks at what a task is truly worth, counted or not."
)

# %% [markdown]
# ## Exercises
#
# 1. *Same money.* `compare(..., equal_budget=True)` scales explicit rewards until schemes cost the same. Do it for
#    `explicit_incentives` and `combined_incentives`. Whose lead shrinks?
# 2. Can a scheme leave the most undone that nobody counts *and* gain on the goals? Look at `goal_learning` beside `goal_attainment`.
# 3. The bureau has no money at all this year. Which elements of `combined_incentives` would you keep? (`cadresim describe
#    combined_incentives` lists them.)
#
# <details><summary><b>Answers</b></summary>
#
# 1. Run it and read the difference with its interval; an expensive scheme has to be held against what the same money buys elsewhere.
# 2. Yes: goals are weighted by strategic value over all tasks; a loss on one of five can hide behind gains on four. That is why
#    the five headline outcomes are never added up to one number here.
# 3. Whatever costs attention rather than wages: interviews, explanations, taking part, recognition that is meant. But look at the
#    appraisal hours: attention is time.
#
# </details>
#
# > **练习** 用 equal_budget=True 让花费相同再比较；“忽视最多”与“目标提高”能同时成立吗？没有钱的时候保留什么？
#
# ## To take away
#
# - Incentives add up, push one another out, or both, task by task.
# - A result that hangs on one assumption is told with it.
# - Never add burnout, fairness, truth and goals up to a single score without saying whose weights these are.
#
# > **要点** 激励可以叠加也可以排挤；依赖某个假设的结论要连同假设一起说；不要把各项结果加成一个总分而不说明权重是谁的。
