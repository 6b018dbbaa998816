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
# # Lesson 6: design your own
# ## 第六课：设计你自己的方案
#
# *About 60 minutes, in groups of three or four.*
#
# You have a bureau of forty, the status quo of deductions, and the right to change it. Your scheme will be held against two ready ones,
# under the same luck, on burnout, fairness, truth of reports and goals. There is no winner by points: you will have to say what you
# traded for what.
#
# > **提要** 你有一个四十人的局、一个以扣分为主的现状，以及改变它的权力。没有总分冠军：你要说清用什么换了什么。

# %%
import os

from experiments import answer, compare, diff, lint, told
from sim import load_scheme
from sim.schemes.describe import describe

FULL = bool(os.environ.get("CADRESIM_FULL"))
REPLICATES = 300 if FULL else 40

# %% [markdown]
# ## 1. Your scheme
#
# Start from any ready scheme (`cadresim schemes` lists them) and change what you like. Every element is a path; a wrong name is told
# with the nearest right one. Try it: misspell one.
#
# > 从任何现成方案出发，按路径修改。写错名字会提示最接近的正确名字。

# %%
mine = load_scheme("scoring_reform", name="mine", title="Our scheme", changes={
    "application.applied": 0.6,  # how far results are really applied
    "communication.feedback": 0.5,  # regular talks about the work
    "communication.interviews_per_year": 2,
    "communication.appeal": 0.5,  # objections are heard
    "appraisal.supervision": 0.5,  # somebody watches the appraisers
    "appraisal.audit_rate": 0.05,
    "appraisal.audit_penalty": 1.0,
})  # fmt: skip

# %%
print(describe(mine))

# %% [markdown]
# ## 2. Before any run
#
# What might go wrong, and why? Mend what you agree with and run the cells again. Not every warning has to be heeded; some are the price
# of something you want.

# %%
print(*lint(mine, "workshop_bureau"), sep="\n\n")

# %% [markdown]
# ## 3. Predict
#
# Write down, as a group, where your scheme will lie: which outcomes better than the status quo, which worse, and on which it will
# beat the ready schemes. Sign it.
#
# > **预测** 小组写下：哪些结果优于现状，哪些更差，在哪些方面胜过现成方案。签上名字。

# %%
our_prediction = """
better than the status quo on: ...
worse on: ...
"""

# %% [markdown]
# ## 4. Play

# %%
result = compare(
    ["deduction_heavy", mine, "implicit_incentives", "municipal_closed_loop"], organisation="workshop_bureau",
    baseline="deduction_heavy", replicates=REPLICATES,
)  # fmt: skip
result

# %%
result.picture("tradeoff")

# %%
result.picture("differences")

# %%
result.picture("winners")

# %% [markdown]
# ## 5. Explain
#
# Take the outcome on which you were most wrong. What have you changed against the status quo that could do it? Take one change
# back at a time and see.

# %%
print(diff("deduction_heavy", mine))

# %%
less = load_scheme("scoring_reform", name="less", title="Our scheme without audits", changes={
    "application.applied": 0.6, "communication.feedback": 0.5, "communication.interviews_per_year": 2, "communication.appeal": 0.5,
    "appraisal.supervision": 0.5,
})  # fmt: skip
one_less = compare([mine, less], organisation="workshop_bureau", baseline="mine", replicates=REPLICATES, winners=False)
one_less

# %% jupyter={"source_hidden": true}
answer(
    f"Against our scheme, without audits: inflation {told(one_less, 'less', 'inflation')}, burnout "
    f"{told(one_less, 'less', 'burnout_share')}, surplus {told(one_less, 'less', 'surplus')} wages a month. Where an interval holds 0, "
    "the audits' part in it is not settled: that is an answer, too.",
    title="What the audits did",
)

# %% [markdown]
# ## 6. Defend it
#
# Two minutes each, before the others: one sentence on what you wanted, one number with its interval, one thing you gave up for it,
# and one thing you do not believe about the model. Then the others ask.
#
# Questions worth asking one another:
#
# - Whose desk loses under your scheme? (picture of winners and losers)
# - What does it cost? (`bonus_cost`, `appraisal_hours_share`)
# - What happens to the work that nobody counts?
# - Would it survive a superior who ranks you against four other bureaus?
#
# <details><summary><b>For the facilitator</b></summary>
#
# Groups tend to add carriers until appraisal eats the month: ask for `appraisal_hours_share`. Groups that switch everything
# implicit on at full strength win on paper: ask who has the hours, and show the same scheme with half the strength. A scheme is finished
# when the group can name its weakest outcome without looking.
#
# </details>
#
# To keep the scheme: `cadresim init my_bureau` makes a folder with a scheme file to write these changes into.
#
# > **答辩** 每组两分钟：想要什么、一个带区间的数字、放弃了什么、不相信模型的哪一点。
