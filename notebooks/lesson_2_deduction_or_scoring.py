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
# # Lesson 2: deduction or scoring?
# ## 第二课：扣分还是得分？
#
# *About 40 minutes.*
#
# One bureau starts everybody at 100 points and takes points away. Another starts at nothing and lets people earn them. On paper the
# same achievement can give the same score. Does it matter which way the points are told?
#
# > **提要** 一种办法从一百分往下扣，另一种从零往上加。同样的业绩可以得到同样的分数，那么“扣”与“加”有区别吗？

# %%
import os

from experiments import answer, compare, diff, predict, sweep, theory, told

FULL = bool(os.environ.get("CADRESIM_FULL"))
REPLICATES = 300 if FULL else 40

# %% [markdown]
# ## The schemes in words
#
# `base` lets people earn points; `deduction_only` is the same scheme with points lost instead, and a steep fall, as the documents
# describe it; `scoring_reform` pays for work beyond the standard.

# %%
print(diff("base", "deduction_only"))

# %%
print(diff("base", "scoring_reform"))

# %% [markdown]
# ## Predict
#
# Against earning points, what do deductions change?
#
# > **预测** 与得分制相比，扣分制会改变什么？

# %%
my_prediction = {
    "goal_attainment": "?",
    "burnout_share": "?",
    "inflation": "?",
    "rank_agreement": "?",  # do scores rank people as their true contribution does?
}

# %% [markdown]
# ## Play

# %%
result = compare(
    ["base", "deduction_only", "scoring_reform"], organisation="workshop_bureau", baseline="base", replicates=REPLICATES,
    winners=False,
)  # fmt: skip
predict(result, "deduction_only", my_prediction)

# %%
result

# %%
result.picture("differences")

# %% [markdown]
# ## Explain
#
# **1. Why may a loss move people more than a gain of the same size?**

# %% jupyter={"source_hidden": true}
answer(
    "Losses loom larger: what is coded as a loss counts loss_aversion times in the model (1.6 by default, people differ). "
    f"Against the base, deductions move goals by {told(result, 'deduction_only', 'goal_attainment')} and burnout by "
    f"{told(result, 'deduction_only', 'burnout_share')}: points that can be taken away are a threat, and threat tires people.\n\n"
    "Beyond the standard a deduction has nothing left to give: whoever is above it already need not try. That is why the reform "
    f"pays beyond it: rank agreement {told(result, 'scoring_reform', 'rank_agreement')}."
)

# %% [markdown]
# **2. Is it loss aversion, or is it the steep slope?** `deduction_only` differs from the base in both. Take loss aversion away and
# see what is left.

# %%
found = sweep(
    ["base", "deduction_only"], {"behaviour.loss_aversion": [1.0, 1.3, 1.6, 1.9, 2.2]}, organisation="workshop_bureau",
    replicates=100 if FULL else 12, design="full",
)  # fmt: skip
found.picture()

# %% [markdown]
# <details><summary><b>How to read it</b></summary>
#
# Left end: nobody minds a loss more than a gain. What still lies between the two lines there is the slope's doing, and what opens up
# to the right is the frame's. The base does not move at all: it deducts nothing.
#
# </details>
#
# ## Theory on tap
#
# The cleanest case: one task, a bonus B for reaching a standard T, or the same sum paid first and taken back below T. Theory gives the
# effort in closed form; the model, with everything else switched off, must give the same.
#
# > **理论** 达标奖金与“先发后扣”：封闭解与模型应当一致。

# %%
case = theory("threshold", bonus=1.0, standard=1.0, sigma=0.8, c=1.5, loss_aversion=1.955)
print(case.attrs["formula"])
case

# %% jupyter={"source_hidden": true}
answer(
    f"The same sum, framed as a loss, draws {case.loc['effort_deduction', 'model'] / case.loc['effort_bonus', 'model']:.1f} times the "
    "effort in this case, because the standard lies far above what the bonus alone makes worth while. Field experiments find far "
    "less, about 1 % (cadresim validate --only B10): a task of routine has little room, and nobody is as clean as a formula.",
    title="How large, and how large in the field?",
)

# %% [markdown]
# ## Exercises
#
# 1. In the theory cell, lower `standard` to 0.4. Which frame draws more effort now, and why so little more?
# 2. *Play the cap.* A deduction scheme with `floor` 0.5 cannot take more than half the points. Remove the floor in your head: what
#    would somebody do who is already far below?
# 3. A colleague says: "deductions are cheap, they cost no bonus." Which columns of the table would you show him?
#
# <details><summary><b>Answers</b></summary>
#
# 1. Near a standard that everybody reaches, the marginal chance of crossing it is small for both frames; the loss frame still
#    counts more, but of little.
# 2. With nothing left to lose there is nothing left to gain either: cliffs and floors make people give up on the far side.
# 3. Burnout, exits, the share of reports that is invented, and surplus: cost that no budget line shows.
#
# </details>
#
# > **练习** 把标准降到 0.4，再比较；想一想扣到底以后还剩什么动力；“扣分不花钱”这句话，哪些列可以反驳？
#
# ## To take away
#
# - A frame is a lever, and it also tires people. Read both columns.
# - Deduction ends at the standard; scoring may go beyond it.
# - Ask what is slope and what is frame before giving either the credit.
#
# > **要点** “扣”有推力，也耗人；扣分止于标准，得分可以超越标准；先分清“斜率”与“表述”，再下结论。
