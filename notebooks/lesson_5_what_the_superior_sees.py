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
# # Lesson 5: what the superior sees
# ## 第五课：上级看到了什么？
#
# *About 35 minutes.*
#
# A cadre reports to the department, the department to the branch, the branch to the bureau, the bureau to the superior. At each
# level something is added and some detail is lost. What arrives at the top?
#
# > **提要** 干部报给科室，科室报给分局，分局报给市局，市局报给上级。每一级都添一点光，丢一点细节。到了最上面还剩多少真实？

# %%
import os

from experiments import answer, compare, predict, sweep, theory, told
from sim import load_scheme

FULL = bool(os.environ.get("CADRESIM_FULL"))
REPLICATES = 300 if FULL else 40

# %% [markdown]
# ## Predict
#
# Three schemes pay alike for reported points. The second adds audits: one report in ten is looked into, with a penalty. In the third
# the information system measures four fifths of the work by itself. Against paying alone:
#
# > **预测** 第一种只按上报的分数付钱；第二种加抽查与处罚；第三种由信息系统自动采集五分之四。

# %%
audits = {"inflation": "?", "goal_attainment": "?", "two_skins_gap": "?"}
system = {"inflation": "?", "goal_attainment": "?", "two_skins_gap": "?"}

# %% [markdown]
# ## Play

# %%
paying = load_scheme("explicit_incentives", name="paying", title="Paying for reported points")
audited = load_scheme("explicit_incentives", changes={"appraisal.audit_rate": 0.1, "appraisal.audit_penalty": 1.0},
                      name="audited", title="Paying, with audits")  # fmt: skip
measured = load_scheme("explicit_incentives", changes={"process.captured": 0.8, "appraisal.electronic": 0.8},
                       name="measured", title="Paying, measured by the system")  # fmt: skip
result = compare(
    [paying, audited, measured], organisation="workshop_bureau", baseline="paying", replicates=REPLICATES, winners=False
)  # fmt: skip
predict(result, "audited", audits)

# %%
predict(result, "measured", system)

# %%
result

# %% [markdown]
# ## Up the ladder
#
# Inflation is (reported - true) / goal. Here it is at every level, from the cadres' own reports to what arrives on top.
#
# > 虚报率 =（上报 - 真实）/ 目标。从干部到市局逐级来看。

# %%
LADDER = {
    "inflation_cadre": "Cadres",
    "inflation_department": "Departments",
    "inflation_branch": "Branches",
    "inflation_bureau": "Bureau",
}
result.levels(list(LADDER), title="How much is added on the way up", **LADDER)

# %% [markdown]
# ## Explain
#
# **1. Where does the inflation come from: from below, or from the way?**

# %% jupyter={"source_hidden": true}
mean = result.summary.set_index(["scheme", "outcome"])["mean"]
answer(
    f"Under payment alone the cadres themselves add {mean['paying', 'inflation_cadre']:.1%} of the goal; at the top it is "
    f"{mean['paying', 'inflation_bureau']:.1%}. The rest is gloss: each level makes its own result look a little better, the more the "
    "more pressure comes down. (The line of the branches covers branch units only, the others the whole bureau.)"
)

# %% [markdown]
# **2. What do audits do that the system does not, and the other way round?**

# %% jupyter={"source_hidden": true}
answer(
    f"Audits: inflation by cadres {told(result, 'audited', 'inflation_cadre')}, at the top {told(result, 'audited', 'inflation')}. "
    f"System: by cadres {told(result, 'measured', 'inflation_cadre')}, at the top {told(result, 'measured', 'inflation')}. "
    "Audits make inventing dear for whoever might be looked into. What the system captures can be neither invented by a cadre nor "
    "glossed over by his head; but it captures only what can be counted."
)

# %% [markdown]
# **3. How many audits are enough?** Theory says that falsification ends where the chance to be found reaches beta/(beta + F), beta the
# worth of a reported unit, F the penalty.

# %%
found = sweep(
    ["explicit_incentives"], {"appraisal.audit_rate": [0.0, 0.05, 0.1, 0.2, 0.4], "appraisal.audit_penalty": [0.5, 2.0]},
    organisation="workshop_bureau", replicates=60 if FULL else 10, design="full",
)  # fmt: skip
found.picture()

# %% [markdown]
# ## Theory on tap
#
# A chain of levels, each adding a tenth and losing a tenth of the detail: at the top it is multiplied, not added.

# %%
chain = theory("hierarchy", crowd=0.2)
print(chain.attrs["formula"])
chain.round(4)

# %% [markdown]
# ## Exercises
#
# 1. You are the superior and may ask for one thing: more audits, a longer penalty, or one level less. Which does the picture
#    favour, which the formula?
# 2. "Two skins": `two_skins_gap` is what the superior believes less what is true. Whom does it harm in the next year, when targets follow
#    what was reported? (`plan.targets.ratchet`)
# 3. An information system that counts 80 % of the work: what happens to the other 20 %? Look at `neglect`.
#
# <details><summary><b>Answers</b></summary>
#
# 1. Compare the slope along the rate with the slope along the penalty in the picture; for levels read amplification in the table:
#    it is a power of the number of levels.
# 2. Those who reported what was true: next year's target rises from a number they never reached.
# 3. Capturing does not make anybody count the rest. It is still real work, and nobody sees it.
#
# </details>
#
# > **练习** 如果只能要一样：多抽查、重处罚、还是少一级？“两张皮”明年会害了谁？系统采集八成，剩下两成怎么办？
#
# ## To take away
#
# - What arrives on top is the product of all levels.
# - Audits work on people, capture works on numbers; neither works on what nobody counts.
# - A superior who ranks by reports ranks reporters.
#
# > **要点** 到达上级的是各级的乘积；抽查管人，采集管数，都管不到没人计算的事；按报表排名，排的是写报表的人。
