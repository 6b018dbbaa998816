"""The month's line in the history: means over cadres, attainment over bureaus."""

from __future__ import annotations

from sim.jit import rule


@rule
def record(world, step, row):
    """Fill one row of the history (dtype HISTORY) from the sums of departments and bureaus."""
    n = 0.0
    exhaustion, cynicism, efficacy, burnout, overload = 0.0, 0.0, 0.0, 0.0, 0.0
    distributive, procedural, interpersonal, informational = 0.0, 0.0, 0.0, 0.0
    falsified, reported, effort, help_given, sabotage, threat = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    motivation, understanding, exits, target, pay = 0.0, 0.0, 0.0, 0.0, 0.0
    for department in world.departments:
        n += department.size
        exhaustion += department.sum_exhaustion
        cynicism += department.sum_cynicism
        efficacy += department.sum_efficacy
        burnout += department.sum_burnout
        overload += department.sum_overload
        distributive += department.sum_distributive
        procedural += department.sum_procedural
        interpersonal += department.sum_interpersonal
        informational += department.sum_informational
        falsified += department.sum_falsified
        reported += department.sum_reported_value
        effort += department.sum_effort
        help_given += department.sum_help
        sabotage += department.sum_sabotage
        threat += department.sum_threat
        motivation += department.sum_motivation
        understanding += department.sum_understanding
        exits += department.sum_exits
        target += department.sum_target
        pay += department.sum_pay
    row.exhaustion_mean = exhaustion / n
    row.cynicism_mean = cynicism / n
    row.efficacy_mean = efficacy / n
    row.burnout_share = burnout / n
    row.overload_share = overload / n
    row.justice_distributive = distributive / n
    row.justice_procedural = procedural / n
    row.justice_interpersonal = interpersonal / n
    row.justice_informational = informational / n
    row.falsified_share = falsified / reported if reported > 0.0 else 0.0
    row.effort_mean = effort / n
    row.help_mean = help_given / n
    row.sabotage_mean = sabotage / n
    row.threat_mean = threat / n
    row.autonomous_motivation_mean = motivation / n
    row.understanding_mean = understanding / n
    row.exit_share = exits / n
    row.target_drift = target / n
    row.bonus_cost = pay / n
    record_attainment(world, row)
    record_taxpayers(world, row)


@rule
def record_attainment(world, row):
    """True and reported attainment, weighted by bureau size, and the inflation between them."""
    people, true, seen, inflated = 0.0, 0.0, 0.0, 0.0
    for bureau in world.bureaus:
        more, goal = 0.0, 0.0
        for k in range(world.organisation[0].n_tasks):
            task = world.tasks[k]
            more += task.value * (bureau.sum_superior[k] - bureau.sum_true[k])
            goal += task.value * task.goal * bureau.normal[k]
        people += bureau.n_cadres
        true += bureau.n_cadres * bureau.true_attainment
        seen += bureau.n_cadres * bureau.superior_attainment
        inflated += bureau.n_cadres * more / goal if goal > 0.0 else 0.0
    row.goal_attainment = true / people
    row.reported_attainment = seen / people
    row.two_skins_gap = (seen - true) / people
    row.inflation = inflated / people


@rule
def record_taxpayers(world, row):
    """Satisfaction and compliance of taxpayers, over front-line branches (all of them where none is front-line)."""
    satisfaction, compliance, fronts, any_satisfaction, any_compliance = 0.0, 0.0, 0.0, 0.0, 0.0
    for branch in world.branches:
        any_satisfaction += branch.satisfaction
        any_compliance += branch.compliance
        if branch.is_front:
            satisfaction += branch.satisfaction
            compliance += branch.compliance
            fronts += 1.0
    if fronts > 0.0:
        row.taxpayer_satisfaction = satisfaction / fronts
        row.compliance = compliance / fronts
    else:
        row.taxpayer_satisfaction = any_satisfaction / world.branches.shape[0]
        row.compliance = any_compliance / world.branches.shape[0]
