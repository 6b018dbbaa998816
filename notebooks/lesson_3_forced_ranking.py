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
# # Lesson 3: forced ranking
# ## 第三课：强制排名
#
# *About 40 minutes.*
#
# The superior says: in every group somebody must be last. Fixed shares get the best and the worst grade, however good everybody is.
# Whoever is last again and again climbs a ladder: a report, an interview, no honours, transfer, adjustment of position.
#
# > **提要** “每组必须有最后一名。”优秀与末位比例固定，连续末位逐级处理：整改报告、约谈、取消评优、调离、调整职务。

# %%
import os

import pandas as pd

from experiments import answer, compare, lint, predict, sweep, theory, told
from sim import load_scheme
from sim.schemes.study import made_study

FULL = bool(os.environ.get("CADRESIM_FULL"))
REPLICATES = 300 if FULL else 40

# %% [markdown]
# ## Before any run
#
# Some traps show on paper already. `lint` names them, with the reason and its source.

# %%
print(*lint("forced_ranking", "workshop_bureau"), sep="\n\n")

# %% [markdown]
# ## Predict
#
# Ten per cent must be last here, so that the bureau's small groups can fill the quota. Against a plain appraisal without grades:
#
# > **预测** 与不分等次的普通考核相比：

# %%
my_prediction = {
    "goal_attainment": "?",
    "help_mean": "?",  # help to colleagues
    "sabotage_mean": "?",  # harm done to rivals
    "rank_agreement": "?",
    "burnout_share": "?",
}

# %% [markdown]
# ## Play

# %%
quota = {"appraisal.grades.bottom_share": 0.1}
ranked = load_scheme("forced_ranking", changes=quota, name="ranked", title="Forced ranking")
spared = load_scheme("forced_ranking_floor", changes=quota, name="spared", title="Forced ranking with a floor")
result = compare(
    ["base", ranked, spared], organisation="workshop_bureau", baseline="base", replicates=REPLICATES
)  # fmt: skip
predict(result, "ranked", my_prediction)

# %%
result

# %% [markdown]
# ## Who gains, who loses?
#
# The same desk, with the same luck, under the ranking and under the plain appraisal.
#
# > 同一个岗位、同样的运气，在两种方案下有何不同？

# %%
result.picture("winners")

# %% [markdown]
# ## Explain
#
# **1. What does the contest buy, and what does it cost among colleagues?**

# %% jupyter={"source_hidden": true}
answer(
    f"Goals {told(result, 'ranked', 'goal_attainment')}, help {told(result, 'ranked', 'help_mean')} and harm "
    f"{told(result, 'ranked', 'sabotage_mean')} (months of work a month). Where only the place counts, a rival's loss is as good as "
    "one's own gain: contests tax help and, where enough is to be won, pay sabotage (Lazear, 1989). The prizes of the ready scheme "
    "are too small to harm anybody for; exercise 3 makes them worth it. What is gained has to be held against what is lost."
)

# %% [markdown]
# **2. Are the last really the worst?** The share of those graded last who do not belong to the truly weakest of the same number:

# %% jupyter={"source_hidden": true}
level = result.summary.set_index(["scheme", "outcome"])["mean"]
answer(
    f"{level['ranked', 'false_bottom_share']:.0%} of those graded last are not among the truly weakest tenth, and "
    f"{level['ranked', 'luck_share']:.0%} of what tells scores apart is luck. A single appraiser, one year of luck and close colleagues: "
    "a ranking always names somebody, whether or not it can tell."
)

# %% [markdown]
# **3. The group decides.** The same quota inside departments, branches, sequences or the whole bureau:

# %%
study = made_study({
    "name": "groups", "organisation": "workshop_bureau", "schemes": ["forced_ranking"], "verb": "sweep",
    "replicates": 200 if FULL else 24, "headline": ["bottom_share", "false_top_share", "rank_agreement", "goal_attainment"],
    "sweep": {"design": "full", "paths": {"appraisal.grades.peer_group": ["department", "branch", "sequence", "bureau"]}},
})  # fmt: skip
groups = sweep(study)
groups.picture()

# %% [markdown]
# <details><summary><b>How to read it</b></summary>
#
# Seats are whole people. One in twenty of a department of six is nobody, so in small groups the quota vanishes or jumps: the unit
# one is in decides. And in small groups a good cadre among good cadres is last, a weak one among weak ones is first.
#
# </details>
#
# ## Theory on tap
#
# Ten equal colleagues, one prize: effort is the prize times the chance that a little more effort wins it. More noise, less effort.

# %%
contest = theory("tournament_of_many", n=10, prize=4.0, sigma=2.0, c=1.0)
noisy = theory("tournament_of_many", n=10, prize=4.0, sigma=4.0, c=1.0)
print(contest.attrs["formula"])
pd.concat({"sigma 2": contest, "sigma 4": noisy})

# %% [markdown]
# ## Exercises
#
# 1. What does the floor change, and for whom? Compare `spared` with `ranked` line by line. Who asked for the floor, and why?
# 2. Raise `bottom_share` to 0.2. Which outcome moves first?
# 3. Make the last go: compare `forced_ranking_dismissal` with `ranked`. What do people do for their jobs, besides work, and what does
#    the superior still learn from the scores? (What a job is worth to lose is cited; how far people lie for it, nobody has measured.)
# 4. Your department of six is excellent. Write two sentences to the superior, each with a number and its interval from this notebook.
#
# <details><summary><b>Answers</b></summary>
#
# 1. The floor spares whoever reaches a minimum score; with a good bureau the ladder then threatens few. Units asked for it in the
#    launch speech, and it was adopted after weighing.
# 2. Run it: the differences with the narrowest intervals settle first; those on burnout need more replicates.
# 3. They work a little more, help less, a few harm rivals, and most of all they make results up: ranks then tell who makes up most.
#    Lies in the model answer to stakes more than people's did in laboratories (row B69b), so take the size as an upper end.
# 4. There is no model answer; a number without its interval does not count.
#
# </details>
#
# > **练习** “及格线”（保底分）保护了谁？把末位比例提高到 20%，先变的是什么？给上级写两句话，每句要有数字和区间。
#
# ## To take away
#
# - A quota guarantees that somebody is last, not that the last is weak.
# - The size and make-up of the group decide as much as the work.
# - What happens between colleagues does not stand in any score.
#
# > **要点** 定额保证有人垫底，并不保证垫底的人差；分组的大小和构成与工作本身同样重要；同事之间的得失不在任何分数里。
