"""What a run is judged by: the outcomes, their names, units and directions, and how each is computed.

The table `OUTCOMES` is the contract with everything above: stores, tables and figures read names, units and
directions from here. All are measured over the last twelve months of a run, per cadre or unit first, then
aggregated. What cannot be computed is NaN in a run ("missing") and never enters a mean.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Outcome:
    """One column of a run: `better` is +1 where more is better, -1 where less is, 0 where neither can be said."""

    name: str
    group: str
    better: int
    unit: str
    title: str
    meaning: str
    headline: bool = False


OUTCOMES: tuple[Outcome, ...] = (
    Outcome("exhaustion_mean", "burnout", -1, "MBI 0-6", "Exhaustion", "Mean exhaustion"),
    Outcome("cynicism_mean", "burnout", -1, "MBI 0-6", "Cynicism", "Mean cynicism"),
    Outcome("efficacy_mean", "burnout", 1, "MBI 0-6", "Professional efficacy", "Mean professional efficacy"),
    Outcome("burnout_share", "burnout", -1, "share", "Burnout", "Share of cadres with composite index .4 exhaustion + .3 cynicism + .3 (6 - efficacy) from 3.5", True),
    Outcome("overload_share", "burnout", -1, "share", "Overload", "Share of cadre-months with a load above 1.2"),
    Outcome("rank_agreement", "fairness", 1, "tau-b", "Rank agreement", "Kendall tau-b between final score and contribution inside the peer group; all tied = 0", True),
    Outcome("grade_agreement", "fairness", 1, "share of most possible", "Grade agreement", "The same for grades, divided by the most such ties allow"),
    Outcome("bottom_share", "fairness", 0, "share", "Bottom grades", "Share graded bottom"),
    Outcome("top_share", "fairness", 0, "share", "Top grades", "Share graded top"),
    Outcome("false_bottom_share", "fairness", -1, "share", "Falsely bottom", "Of those awarded bottom, the share not in the true bottom of the same size"),
    Outcome("missed_bottom_share", "fairness", -1, "share", "Missed bottom", "Of the true bottom, the share not awarded bottom"),
    Outcome("false_top_share", "fairness", -1, "share", "Falsely top", "Of those awarded top, the share not in the true top of the same size"),
    Outcome("missed_top_share", "fairness", -1, "share", "Missed top", "Of the true top, the share not awarded top"),
    Outcome("wrongly_bottom_share", "fairness", -1, "share", "Wrongly bottom", "Of those graded bottom, the share who truly stand above the median"),
    Outcome("wrongly_sanctioned_share", "fairness", -1, "share", "Wrongly sanctioned", "Of those sanctioned, the share who truly stand above the median"),
    Outcome("luck_share", "fairness", -1, "share", "Luck", "1 - R2 of a monotone regression of the final score on contribution inside the sequence"),
    Outcome("reward_gini", "fairness", 0, "Gini", "Inequality of pay", "Gini coefficient of total pay"),
    Outcome("adverse_impact", "fairness", 0, "ratio", "Adverse impact", "Ratio of the shares of favourable grades, branches to offices"),
    Outcome("adverse_impact_null", "fairness", 0, "ratio", "Adverse impact by chance", "The mean of that ratio under random labels"),
    Outcome("justice_distributive", "fairness", 1, "share", "Distributive justice", "Perceived fairness of rewards"),
    Outcome("justice_procedural", "fairness", 1, "share", "Procedural justice", "Perceived fairness of procedures", True),
    Outcome("justice_interpersonal", "fairness", 1, "share", "Interpersonal justice", "Perceived respect"),
    Outcome("justice_informational", "fairness", 1, "share", "Informational justice", "Perceived honesty of explanations"),
    Outcome("inflation", "distortion", -1, "share of goal", "Inflation", "(Reported - true) / strategic goal, weighted by strategic value, at the top", True),
    Outcome("inflation_cadre", "distortion", -1, "share of goal", "Inflation by cadres", "The same in cadres' reports"),
    Outcome("inflation_department", "distortion", -1, "share of goal", "Inflation at departments", "The same in departments' reports"),
    Outcome("inflation_branch", "distortion", -1, "share of goal", "Inflation at branches", "The same in branches' reports"),
    Outcome("inflation_bureau", "distortion", -1, "share of goal", "Inflation at the bureau", "The same in the bureau's report"),
    Outcome("report_fidelity", "distortion", 1, "concordance", "Report fidelity", "Lin's concordance between reported and true attainment across units; missing below 8 units"),
    Outcome("rank_distortion", "distortion", -1, "1 - tau", "Rank distortion", "1 - Kendall tau between reported and true attainment across units"),
    Outcome("falsified_share", "distortion", -1, "share", "Falsified", "Share of reported achievement that is falsified"),
    Outcome("detected_share", "distortion", 1, "share", "Detected", "Share of what is falsified that is detected"),
    Outcome("goal_attainment", "goal", 1, "share of goal", "Goal attainment", "True output / strategic goal, weighted by strategic value, capped at 1.5 per task", True),
    Outcome("goal_financial", "goal", 1, "share of goal", "Financial goals", "The same for tasks of the financial perspective"),
    Outcome("goal_customer", "goal", 1, "share of goal", "Customer goals", "The same for the customer perspective"),
    Outcome("goal_process", "goal", 1, "share of goal", "Internal-process goals", "The same for the internal-process perspective"),
    Outcome("goal_learning", "goal", 1, "share of goal", "Learning goals", "The same for the learning-and-growth perspective"),
    Outcome("goal_external", "goal", 1, "share of goal", "External-resource goals", "The same for the external-resources perspective"),
    Outcome("reported_attainment", "goal", 0, "share of goal", "Reported attainment", "What the superior believes"),
    Outcome("two_skins_gap", "goal", -1, "share of goal", "Two-skins gap", "Reported less true attainment"),
    Outcome("neglect", "goal", -1, "share of goal", "Neglect", "Shortfall on tasks without an indicator"),
    Outcome("surplus", "welfare", 1, "monthly wages", "Surplus", "Value of true output less cost of effort, falsification and risk, per cadre and month"),
    Outcome("bonus_cost", "welfare", 0, "monthly wages", "Cost of rewards", "Explicit rewards paid per cadre and month"),
    Outcome("effort_mean", "also", 0, "normal months", "Effort", "Mean effort, 1 = a normal full month"),
    Outcome("help_mean", "also", 1, "normal months", "Help", "Mean help given"),
    Outcome("sabotage_mean", "also", -1, "normal months", "Sabotage", "Mean sabotage done"),
    Outcome("autonomous_motivation_mean", "also", 1, "x normal", "Autonomous motivation", "Mean autonomous motivation, 1 = normal"),
    Outcome("understanding_mean", "also", 1, "share", "Understanding", "Mean understanding of the scheme"),
    Outcome("exit_share", "also", -1, "share a year", "Exits", "Share of cadres who leave in the twelve months"),
    Outcome("target_drift", "also", 0, "x start", "Target drift", "Mean target relative to the scheme's first targets"),
    Outcome("taxpayer_satisfaction", "also", 1, "share", "Taxpayer satisfaction", "Mean satisfaction of taxpayers"),
    Outcome("compliance", "also", 1, "share", "Compliance", "Mean compliance of taxpayers"),
    Outcome("appraisal_hours_share", "also", -1, "share of time", "Appraisal hours", "Share of working time that appraisal itself takes"),
    Outcome("threat_mean", "also", -1, "monthly wages", "Threat of loss", "Expected loss from sanctions and deductions"),
)

OUTCOME_NAMES: tuple[str, ...] = tuple(outcome.name for outcome in OUTCOMES)
HEADLINES: tuple[str, ...] = tuple(outcome.name for outcome in OUTCOMES if outcome.headline)

#: Monthly series of a run, in the order of `History` columns.
SERIES: tuple[str, ...] = (
    "exhaustion_mean", "cynicism_mean", "efficacy_mean", "burnout_share", "overload_share",
    "justice_distributive", "justice_procedural", "justice_interpersonal", "justice_informational",
    "inflation", "falsified_share", "goal_attainment", "reported_attainment", "two_skins_gap",
    "bonus_cost", "effort_mean", "help_mean", "sabotage_mean", "autonomous_motivation_mean", "understanding_mean",
    "exit_share", "target_drift", "taxpayer_satisfaction", "compliance", "threat_mean",
)  # fmt: skip

#: Outcomes that are also computed for every group (department, branch, sequence, ability quartile, tenure band).
GROUP_OUTCOMES: tuple[str, ...] = (
    "n_cadres", "exhaustion_mean", "cynicism_mean", "efficacy_mean", "burnout_share", "overload_share",
    "justice_distributive", "justice_procedural", "justice_interpersonal", "justice_informational",
    "bottom_share", "top_share", "falsified_share", "contribution_mean", "score_mean", "pay_mean", "effort_mean",
    "help_mean", "sabotage_mean", "autonomous_motivation_mean", "understanding_mean",
)  # fmt: skip
