"""The behaviour document: how cadres respond. One flat list of parameters, each with a neutral default.

A neutral value switches its mechanism off exactly; `configs/behaviour/default.yaml` holds the values in use with unit,
range, source and status (cited, fitted, assumed). A study may vary the setting, never the behaviour (see the evidence).
"""

from __future__ import annotations

from typing import Any

from pydantic import Field

from sim.schemes.scheme import Document


def parameter(neutral: float, meaning: str, *, low: float = 0.0, high: float | None = None, unit: str = "-") -> Any:
    """A behaviour parameter with its neutral value, bounds, unit and meaning."""
    return Field(neutral, description=meaning, ge=low, le=high, json_schema_extra={"unit": unit})


class Behaviour(Document):
    """How cadres, heads, branches, superiors and taxpayers respond."""

    # 1 effort
    cost: float = parameter(1.0, "Cost level kappa of effort.", low=1e-6, unit="wages")
    substitution: float = parameter(0.0, "Substitution rho between tasks: 0 = separate, near 1 = one pool of time.", high=0.999)
    curvature_simple: float = parameter(1.0, "Curvature eta of the effort cost of simple tasks.", low=0.05, high=100)
    curvature_discretionary: float = parameter(
        1.0, "Curvature eta of the effort cost of discretionary tasks.", low=0.05, high=100
    )
    exhaustion_cost: float = parameter(0.0, "How much dearer work is at full exhaustion.", high=10)
    duty: float = parameter(
        0.0, "Worth of doing one's normal work at all: contract, habit, supervision.", high=100, unit="wages/month"
    )
    fair_dealing: float = parameter(0.0, "How far duty follows how fairly people feel treated.", high=3)
    useless_duty: float = parameter(1.0, "Share of duty felt for work that is of use to nobody.", high=1)
    priced_duty: float = parameter(0.0, "Share of duty lost on voluntary work once money hangs on it.", high=1)
    obligation_returns: float = parameter(0.0, "Monthly speed at which that duty returns when the money goes; 0 = never.", high=1)
    demand_pull: float = parameter(0.0, "How far a higher workload raises the work people feel bound to do.", high=1)
    adjustment: float = parameter(1.0, "Share of the way to the best response taken in a step.", high=1)
    planning_interval: float = parameter(
        1.0, "Months between two reconsiderations of one's plan of work; at least every step.", low=1, high=60, unit="months"
    )
    procrastination: float = parameter(0.0, "How much a distant appraisal is discounted.", high=1)
    fatigue: float = parameter(0.0, "Productivity lost at full exhaustion.", high=1)
    risk_aversion: float = parameter(0.0, "Mean constant absolute risk aversion.", unit="1/wage")
    risk_aversion_sd: float = parameter(0.0, "Spread of risk aversion, as a share of the mean.", high=3)
    feedback_shows: float = parameter(0.0, "Productivity that results fully told add by showing how to work.", high=1)
    illness_chance: float = parameter(0.0, "Monthly chance of a spell of illness.", high=1)
    illness_of_exhaustion: float = parameter(0.0, "Log hazard of illness per point of exhaustion.", high=2)
    illness_share: float = parameter(0.0, "Share of a month that a spell takes.", high=1)
    luck_persistence: float = parameter(
        0.0, "Persistence of taxpayers' side of luck from month to month (in a sitting from round to round).", high=0.99
    )
    # 3 the worth of a point
    loss_aversion: float = parameter(1.0, "Mean weight of losses over gains.", high=10)
    loss_aversion_sd: float = parameter(0.0, "Spread of loss aversion.", high=3)
    esteem: float = parameter(0.0, "Worth of a point for its own sake where results are told.", unit="wages/point")
    honour: float = parameter(0.0, "Worth of full recognition for a top result.", unit="wages")
    growth_worth: float = parameter(0.0, "Worth of a point of development tied to results.", unit="wages/point")
    standing_awareness: float = parameter(0.0, "How far people know where they stand when ranks are published.", high=1)
    rivals_differ: float = parameter(
        0.0, "How far people reckon with rivals as far apart as scores were; 0 = level with all but for luck.", high=1
    )
    planning_horizon: float = parameter(0.0, "Appraisals people look ahead; 0 = myopic.", high=1000, unit="appraisals")
    discount_rate: float = parameter(0.1, "Discount rate per appraisal period.", low=1e-6, high=10)
    prior_precision: float = parameter(1.0, "Precision of the superior's prior belief on ability.", low=1e-9, unit="1/SD2")
    signal_precision: float = parameter(1.0, "Precision of one appraisal as a signal of ability.", low=1e-9, unit="1/SD2")
    # 5 own drive
    drive: float = parameter(0.0, "Worth of a unit of true strategic value to a normally motivated cadre.", unit="wages/wage")
    psm_sd: float = parameter(0.0, "Spread of public service motivation.", high=2)
    motivation_rate: float = parameter(0.0, "Monthly speed of autonomous motivation; 0 = constant.", high=1)
    crowding: float = parameter(0.0, "Mean loss of own drive under full felt control; negative = crowding in.", low=-2, high=2)
    crowding_sd: float = parameter(0.0, "Spread of that loss between people.", high=2)
    control_of_pay: float = parameter(0.0, "Felt control per monthly wage at stake.", unit="1/wage")
    control_of_tracking: float = parameter(0.0, "Felt control from full tracking and deadlines.", high=3)
    autonomy_effect: float = parameter(0.0, "Own drive gained from participation and autonomy.", high=3)
    feedback_effect: float = parameter(0.0, "Own drive gained from informing feedback.", high=3)
    meaning_effect: float = parameter(0.0, "Own drive gained from visible public-service meaning.", high=3)
    goal_commitment: float = parameter(0.0, "How far people make a standard they are held to their own goal.", high=3)
    # 6 understanding
    understanding_start: float = parameter(1.0, "Understanding of a scheme that has long been in place.", high=1)
    study_rate: float = parameter(0.0, "Monthly share of what is not understood that full study clears up.", high=1)
    interview_rate: float = parameter(0.0, "Share of what is not understood that one interview clears up.", high=1)
    forgetting_rate: float = parameter(0.0, "Monthly share of understanding that fades.", high=1)
    novelty_loss: float = parameter(0.0, "Share of understanding lost when the scheme is changed altogether.", high=1)
    # 7 falsification
    falsification_cost: float = parameter(
        0.0, "Curvature k_g of the cost of falsification; 0 = nobody falsifies.", unit="wages/unit2"
    )
    honesty: float = parameter(0.0, "Mean moral cost of a unit falsified.", unit="wages/unit")
    honesty_sd: float = parameter(0.0, "Spread of the moral cost, as a share of the mean.", high=5)
    detection_learning: float = parameter(0.0, "How fast own experience moves the perceived chance of detection.", high=1)
    norm_influence: float = parameter(0.0, "How far the department's norm erodes honesty.", high=1)
    norm_memory: float = parameter(0.0, "Monthly speed of the norm.", high=1)
    audit_detection: float = parameter(1.0, "Chance that an audit sees through what was made up.", high=1)
    on_site_detection: float = parameter(0.0, "Monthly chance that full on-site inspection finds falsification.", high=1)
    re_marking_effect: float = parameter(
        0.0, "Share of bright-line falsification that full re-marking prevents: no occasion.", high=1
    )
    # 8 ratings
    rating_noise: float = parameter(0.0, "One rater's noise on one indicator.", unit="attainment")
    impression: float = parameter(0.0, "One rater's overall impression of a cadre beyond performance.", unit="attainment")
    view_of_duty: float = parameter(
        0.0, "Share of the variance of rating noise that is a rater's own view of the duty, which he would repeat.", high=1
    )
    view_of_person: float = parameter(
        0.0,
        "Share of the variance of impressions that is a rater's own view of the person; the rest passes with the day.",
        high=1,
    )
    halo: float = parameter(0.0, "Pull of single ratings to the overall impression.", high=1)
    leniency: float = parameter(0.0, "Leniency when nothing hangs on the rating.", low=-1, unit="attainment")
    leniency_at_stake: float = parameter(0.0, "Further leniency when rewards hang on it.", low=-1, unit="attainment")
    favouritism: float = parameter(0.0, "Spread of favours.", unit="attainment")
    central_tendency: float = parameter(0.0, "Pull of ratings to the middle.", high=1)
    head_sd: float = parameter(0.0, "Spread of rating styles between heads, as a share.", high=2)
    referee_bias: float = parameter(0.0, "What offices that are athlete and referee give themselves.", low=-1, unit="attainment")
    self_leniency: float = parameter(0.0, "What people give themselves when they rate themselves.", low=-1, unit="attainment")
    training_effect: float = parameter(0.0, "Share of noise and halo that full training removes.", high=1)
    supervision_effect: float = parameter(0.0, "Share of leniency, favours and bias that full supervision removes.", high=1)
    # 11 help and sabotage
    cohesion: float = parameter(0.0, "Worth of a unit of help to a colleague.", unit="wages/month")
    help_cost: float = parameter(0.0, "Curvature of the cost of helping; 0 = nobody helps.", unit="wages")
    help_teaches: float = parameter(
        0.0, "Productivity on counted tasks that colleagues' help teaches, from none to very much of it.", high=1
    )
    usual_help: float = parameter(0.05, "Help at which half of that is learned.", low=1e-6, high=10, unit="months")
    help_tax: float = parameter(0.0, "How far competition for fixed shares taxes help.", high=10)
    sabotage_cost: float = parameter(0.0, "Curvature of the cost of sabotage; 0 = nobody sabotages.", unit="wages")
    sabotage_aversion: float = parameter(0.0, "Moral cost of a unit of sabotage.", unit="wages/month")
    harm_and_honesty: float = parameter(
        0.0, "How far whoever minds making results up minds harming colleagues; 0 = all mind harm alike.", high=1
    )
    rivalry_salience: float = parameter(0.0, "How far colleagues at hand seem to be the only rivals.", high=1)
    # 12 targets
    slack_bargained: float = parameter(0.0, "Slack that full bargaining wins.", high=0.9)
    top_up_pressed: float = parameter(
        0.0, "What a level adds of its own to the growth it hands on, where the superior demands a rank.", high=1
    )
    # 13 reports upwards
    gloss: float = parameter(0.0, "What a level adds to a report.", low=-0.9, high=2)
    gloss_sd: float = parameter(0.0, "Spread of gloss between units.", high=2)
    gloss_pressure: float = parameter(0.0, "Further gloss per place short of the rank demanded.", high=1)
    fidelity: float = parameter(1.0, "Share alpha of the variance of results that survives a level.", low=0.05, high=1)
    # 14 justice
    justice_start: float = parameter(0.5, "Perceived justice at the start.", high=1)
    justice_memory: float = parameter(0.0, "Speed of justice memories per signal; 0 = constant.", high=1)
    fairness_sd: float = parameter(0.0, "Spread of the weight people give to injustice (log).", high=2)
    self_insight: float = parameter(1.0, "Correlation of the ability people believe to have with the one they have.", high=1)
    self_serving: float = parameter(0.0, "How much people overrate their own contribution.", unit="SD")
    reward_sensitivity: float = parameter(0.0, "How strongly reward against contribution is felt.", unit="1/SD")
    # 15 burnout
    burnout_rate: float = parameter(0.0, "Monthly speed of burnout; 0 = constant.", high=1)
    exhaustion_base: float = parameter(
        0.0, "Exhaustion of a calm month (logit of the 0-6 scale).", low=-10, high=10, unit="logit"
    )
    resilience_sd: float = parameter(0.0, "Spread of resilience.", high=5, unit="logit")
    capacity: float = parameter(1.0, "Load that people can bear.", low=0.01, unit="months")
    load_strain: float = parameter(0.0, "Strain per month of load above capacity.", unit="logit")
    demand_strain: float = parameter(0.0, "Strain per log of the work that waits, relative to normal.", unit="logit")
    overhead_strain: float = parameter(0.0, "Strain per month of appraisal hours.", unit="logit")
    monitoring_strain: float = parameter(0.0, "Strain of work that a system watches all the time.", unit="logit")
    threat_strain: float = parameter(0.0, "Strain per monthly wage threatened.", unit="logit/wage")
    role_conflict_strain: float = parameter(0.0, "Strain of being liable for what others decide.", unit="logit")
    imbalance_strain: float = parameter(0.0, "Strain of effort without reward.", unit="logit")
    resource_relief: float = parameter(0.0, "Relief from full resources, care and feedback.", unit="logit")
    cynicism_base: float = parameter(0.0, "Cynicism of a calm, just month.", low=-10, high=10, unit="logit")
    cynicism_of_exhaustion: float = parameter(0.0, "Cynicism from full exhaustion.", unit="logit")
    cynicism_of_injustice: float = parameter(0.0, "Cynicism from full injustice.", unit="logit")
    cynicism_of_resilience: float = parameter(0.0, "How far resilience keeps cynicism away, relative to exhaustion.", high=3)
    detachment_sd: float = parameter(0.0, "Spread of a disposition to cynicism of its own.", high=5, unit="logit")
    cynicism_of_resources: float = parameter(0.0, "How far full resources, care and feedback keep cynicism away.", unit="logit")
    efficacy_base: float = parameter(0.0, "Efficacy without any success seen.", low=-10, high=10, unit="logit")
    efficacy_of_feedback: float = parameter(0.0, "Efficacy from being told fully of one's success.", unit="logit")
    efficacy_of_success: float = parameter(0.0, "Efficacy from results twice the target, in one's own eyes.", unit="logit")
    efficacy_of_resilience: float = parameter(0.0, "How far resilience makes for efficacy, relative to exhaustion.", high=3)
    confidence_sd: float = parameter(0.0, "Spread of a disposition to feel effective of its own.", high=5, unit="logit")
    # 16 strategy, learning
    stock_rate: float = parameter(0.0, "Monthly speed of capability stocks; 0 = constant.", high=1)
    learning_rate: float = parameter(0.0, "Monthly capability gained under full coaching and growth.", high=1)
    learning_fade: float = parameter(0.0, "Monthly share of that gain which fades.", high=1)
    # 17 flow of people
    ability_mean: float = parameter(1.0, "Mean ability.", low=1e-6, unit="x normal")
    ability_sd: float = parameter(0.0, "Spread of ability per unit of potential.", unit="x normal")
    ability_low: float = parameter(0.05, "Lowest ability.", unit="x normal")
    ability_high: float = parameter(1e6, "Highest ability.", unit="x normal")
    applicants: float = parameter(1.0, "Applicants per vacancy.", low=1, high=4000, unit="people")
    selection_validity: float = parameter(0.0, "Validity of selection.", high=1)
    age_mean: float = parameter(40.0, "Mean age of the first workforce.", high=100, unit="years")
    age_sd: float = parameter(0.0, "Spread of that age.", high=50, unit="years")
    entry_age: float = parameter(25.0, "Age at entry.", high=100, unit="years")
    retirement_age: float = parameter(1000.0, "Age of retirement.", high=1000, unit="years")
    job_worth: float = parameter(0.0, "What being dismissed costs, in present value; 0 = nobody minds.", high=480, unit="wages")
    exit_rate: float = parameter(0.0, "Monthly chance to leave in a calm bureau.", high=1)
    exit_of_burnout: float = parameter(0.0, "Log hazard per point of the burnout index.", high=5)
    exit_of_injustice: float = parameter(0.0, "Log hazard of full distributive and procedural injustice.", high=10)
    exit_of_ability: float = parameter(0.0, "Log hazard per unit of potential: outside options.", low=-5, high=5)
    exit_of_pay: float = parameter(0.0, "Elasticity of leaving in what is earned here over what is earned elsewhere.", high=10)
    entry_of_pay: float = parameter(0.0, "Elasticity of the number of applicants in what they believe they would earn.", high=10)
    ability_floor: float = parameter(0.0, "Ability below which people are let go; 0 = none.", unit="x normal")
    # taxpayers
    taxpayer_rate: float = parameter(0.0, "Monthly speed of taxpayers' satisfaction and compliance; 0 = constant.", high=1)
    satisfaction_of_service: float = parameter(0.0, "Satisfaction from service at normal output.", high=3)
    satisfaction_of_enforcement: float = parameter(0.0, "Satisfaction lost from enforcement beyond normal.", high=3)
    compliance_of_satisfaction: float = parameter(0.0, "Compliance from satisfaction.", high=3)
    compliance_of_enforcement: float = parameter(0.0, "Compliance from enforcement.", high=3)
    compliance_effect: float = parameter(0.0, "Elasticity of financial output in compliance.", high=3)
    # hours of appraisal
    hours_indicator: float = parameter(0.0, "Time an indicator takes from a cadre.", high=1, unit="months/month")
    hours_tracking: float = parameter(0.0, "Time one tracking takes.", high=1, unit="months")
    hours_interview: float = parameter(0.0, "Time one interview takes.", high=1, unit="months")
    hours_rating: float = parameter(
        0.0, "Time one further rater or kind of appraiser takes at an appraisal.", high=1, unit="months"
    )
    hours_study: float = parameter(0.0, "Time full study and publicity take.", high=1, unit="months/month")
    automation_saving: float = parameter(0.0, "Share of these hours that full automation saves.", high=1)
