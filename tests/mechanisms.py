"""How to switch every mechanism of model.md, section 3, off; what then cannot matter; where its life shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sim.schemes.behaviour import Behaviour
from sim.schemes.load import load_organisation, load_scheme
from sim.schemes.organisation import Organisation
from sim.schemes.scheme import Scheme

Values = Mapping[str, Any]
NOTHING: Values = {}


@dataclass(frozen=True)
class Switch:
    """One way to switch a mechanism, or a part of it, off.

    `behaviour`, `scheme`, `organisation` hold the neutral values. `idle_*` hold other values of what must not matter then;
    `own` names the columns (and series, `history.*`) that only carry those values along. `outcome` moves by at least `least`
    under `preset`.
    """

    mechanism: int
    what: str
    preset: str
    outcome: str
    least: float
    behaviour: Values = field(default_factory=dict)
    scheme: Values = field(default_factory=dict)
    organisation: Values = field(default_factory=dict)
    flat_indicators: bool = False
    idle_behaviour: Values = field(default_factory=dict)
    idle_scheme: Values = field(default_factory=dict)
    idle_organisation: Values = field(default_factory=dict)
    idle_indicators: Values = field(default_factory=dict)
    own: tuple[str, ...] = ()
    months: int = 36
    turned_on: Values = field(default_factory=dict)  # what is neutral by default and is on in the comparison

    def __str__(self) -> str:
        return f"{self.mechanism} {self.what}"


def with_indicators(scheme: Scheme, changes: Values) -> Scheme:
    """A scheme in which some values of every indicator are others."""
    document = scheme.model_dump(mode="json")
    for indicator in document["plan"]["indicators"].values():
        indicator |= changes
    return Scheme.model_validate(document)


FLAT = {"scoring": "scoring", "below": 0.0, "above": 0.0, "notch": 0.0, "steps": 1, "medal_points": 0.0}


def scheme_for(preset: str, changes: Values = NOTHING, indicators: Values = NOTHING) -> Scheme:
    """A preset with single values changed, and single values of all its indicators."""
    scheme = load_scheme(preset, changes=changes)
    return with_indicators(scheme, indicators) if indicators else scheme


def organisation_for(name: str, changes: Values = NOTHING) -> Organisation:
    """An organisation with single values changed; a path `tasks.*.noise` means every task, `strategy.*.strength` every link."""
    document = load_organisation(name).model_dump(mode="json")
    for path, value in changes.items():
        places = [document]
        *sections, leaf = path.split(".")
        for section in sections:
            if section == "*":
                places = [inner for place in places for inner in (place.values() if isinstance(place, dict) else place)]
            else:
                places = [place[section] for place in places]
        for place in places:
            place[leaf] = value
    return Organisation.model_validate(document)


def behaviour_for(start: Behaviour, changes: Values = NOTHING) -> Behaviour:
    """A behaviour with single values changed."""
    return Behaviour.model_validate(start.model_dump() | dict(changes))


BURNOUT_OWN = (
    "cadres.exhaustion", "cadres.cynicism", "cadres.efficacy", "cadres.resilience",
    "cadres.detachment", "cadres.confidence", "departments.sum_exhaustion",
    "departments.sum_cynicism", "departments.sum_efficacy", "departments.sum_burnout", "history.exhaustion_mean",
    "history.cynicism_mean", "history.efficacy_mean", "history.burnout_share",
)  # fmt: skip
STRAINS = {
    "load_strain": 1.0, "demand_strain": 1.0, "overhead_strain": 1.0, "monitoring_strain": 1.0, "threat_strain": 1.0,
    "role_conflict_strain": 1.0, "imbalance_strain": 1.0,
    "resource_relief": 0.5, "capacity": 0.9, "cynicism_of_resources": 1.0,
}  # fmt: skip

SWITCHES = (
    # 1 effort
    Switch(1, "load couples nothing, nobody minds risk or waits", "explicit_incentives", "effort_mean", 0.005,
        behaviour={"substitution": 0.0, "exhaustion_cost": 0.0, "procrastination": 0.0, "risk_aversion": 0.0},
        idle_behaviour={"risk_aversion_sd": 1.0}),
    Switch(1, "effort stuck", "explicit_incentives", "neglect", 0.05, behaviour={"adjustment": 0.0},
        idle_behaviour={"planning_interval": 5.0}, own=("cadres.planned", "cadres.load_price")),
    Switch(1, "no duty", "base", "effort_mean", 0.1, behaviour={"duty": 0.0},
        idle_behaviour={"demand_pull": 0.1, "priced_duty": 0.9, "obligation_returns": 0.1},
        idle_organisation={"tasks.*.voluntary": 1.0}, own=("departments.exchange",)),
    # 2 output
    Switch(2, "no luck", "explicit_incentives", "report_fidelity", 0.05, organisation={"tasks.*.noise": 0.0},
        idle_behaviour={"luck_persistence": 0.0}, idle_organisation={"tasks.*.controllability": 0.9},
        own=("branches.luck", "departments.hanging")),
    Switch(2, "exhaustion takes nothing from work", "base", "goal_attainment", 0.01,
        behaviour={"fatigue": 0.0, "exhaustion_cost": 0.0, "exit_of_burnout": 0.0, "illness_of_exhaustion": 0.0},
        idle_behaviour=STRAINS | {"burnout_rate": 0.3, "exhaustion_base": 0.5, "resilience_sd": 0.5, "cynicism_base": 0.0,
                                  "cynicism_of_exhaustion": 0.5, "cynicism_of_injustice": 0.5, "efficacy_base": 0.0,
                                  "efficacy_of_success": 0.5, "efficacy_of_feedback": 0.5,
                                  "cynicism_of_resilience": 0.8, "efficacy_of_resilience": 0.8,
                                  "detachment_sd": 0.8, "confidence_sd": 0.8},
        own=BURNOUT_OWN),
    Switch(2, "results are not told", "implicit_incentives", "goal_attainment", 0.01,
        scheme={"communication.feedback": 0.0, "process.interim_results": 0.0}, idle_behaviour={"feedback_shows": 0.15}),
    Switch(2, "nobody is ever ill", "base", "goal_attainment", 0.01, behaviour={"illness_chance": 0.0},
        idle_behaviour={"illness_share": 0.5, "illness_of_exhaustion": 0.5}),
    # 3 the worth of a point
    Switch(3, "nothing hangs on the score", "explicit_incentives", "effort_mean", 0.01,
        scheme={"application.applied": 0.0, "superior.pressure": 0.0}, behaviour={"esteem": 0.0, "goal_commitment": 0.0},
        idle_scheme={"application.explicit.bonus_per_point": 0.05, "application.explicit.unit_bonus_per_point": 0.05,
                     "application.explicit.top_prize": 0.5, "application.explicit.second_prize": 0.3,
                     "application.explicit.bottom_cut": 0.3, "application.explicit.post_value": 2.0,
                     "application.sanctions.rectification": 0.5, "application.sanctions.interview": 0.5,
                     "application.sanctions.honours": 0.5, "application.sanctions.transfer": 0.5,
                     "application.sanctions.adjustment": 0.5},
        idle_behaviour={"loss_aversion": 2.0, "loss_aversion_sd": 0.1, "honour": 0.5, "growth_worth": 0.01,
                        "risk_aversion": 1.0, "rivals_differ": 0.5},
        own=("cadres.loss_aversion", "cadres.risk_aversion")),
    Switch(3, "myopic", "superior_ranking", "effort_mean", 0.0001, behaviour={"planning_horizon": 0.0},
        idle_behaviour={"discount_rate": 0.5}, idle_scheme={"application.explicit.post_value": 5.0}),
    Switch(3, "no rank is known", "forced_ranking", "threat_mean", 0.0001, scheme={"communication.publish_ranks": 0.0},
        idle_behaviour={"standing_awareness": 1.0}),
    # 4 scoring
    Switch(4, "points answer to nothing", "explicit_incentives", "effort_mean", 0.01, flat_indicators=True,
        idle_indicators={"floor": 0.4, "cap": 1.7}),
    # 5 own drive
    Switch(5, "no own drive", "base", "effort_mean", 0.01, behaviour={"drive": 0.0},
        idle_behaviour={"psm_sd": 0.1}, idle_scheme={"plan.mission": 0.7}, own=("cadres.psm",)),
    Switch(5, "own drive constant", "explicit_incentives", "autonomous_motivation_mean", 0.01,
        behaviour={"motivation_rate": 0.0},
        idle_behaviour={"crowding": -0.3, "crowding_sd": 0.0, "control_of_pay": 1.0, "control_of_tracking": 1.0,
                        "autonomy_effect": 0.5, "feedback_effect": 0.5, "meaning_effect": 0.5},
        idle_scheme={"application.implicit.meaning": 0.9}, own=("cadres.crowding",)),
    # 6 understanding
    Switch(6, "everybody understands", "explicit_incentives", "effort_mean", 0.002,
        behaviour={"understanding_start": 1.0, "forgetting_rate": 0.0},
        idle_behaviour={"study_rate": 0.5, "interview_rate": 0.5, "novelty_loss": 0.9},
        idle_scheme={"communication.culture": 0.9}),
    # 7 falsification
    Switch(7, "nobody falsifies", "bright_line", "inflation_cadre", 0.01,
        behaviour={"falsification_cost": 0.0, "harm_and_honesty": 0.0},
        idle_behaviour={"honesty": 0.01, "honesty_sd": 0.1, "detection_learning": 0.5, "norm_influence": 0.1, "norm_memory": 0.5,
                        "audit_detection": 0.4, "on_site_detection": 0.9, "re_marking_effect": 0.1},
        idle_scheme={"appraisal.audit_rate": 0.4, "appraisal.audit_penalty": 3.0, "appraisal.re_marking": 0.9},
        own=("cadres.honesty", "cadres.detection_perceived")),
    Switch(7, "nobody looks at colleagues", "explicit_incentives", "falsified_share", 0.0001, behaviour={"norm_influence": 0.0},
        idle_behaviour={"norm_memory": 0.5}, own=("departments.norm",)),
    Switch(7, "everything is captured", "explicit_incentives", "inflation", 0.05, scheme={"process.captured": 1.0},
        idle_behaviour={"falsification_cost": 1.0, "gloss": 0.2, "gloss_sd": 0.2, "gloss_pressure": 0.2,
                        "re_marking_effect": 0.1},
        own=("departments.gloss", "branches.gloss", "bureaus.gloss")),
    # 8 ratings
    Switch(8, "ratings are what is to be rated", "base", "rank_agreement", 0.01,
        behaviour={"rating_noise": 0.0, "impression": 0.0, "halo": 0.0, "leniency": 0.0, "leniency_at_stake": 0.0,
                   "favouritism": 0.0, "central_tendency": 0.0, "referee_bias": 0.0, "self_leniency": 0.0},
        idle_behaviour={"head_sd": 1.5, "view_of_duty": 0.9, "view_of_person": 0.1}),
    # 9 ranking
    Switch(9, "no grades", "forced_ranking", "inflation_cadre", 0.002, scheme={"appraisal.grades.ranking": "none"},
        idle_behaviour={"standing_awareness": 1.0},
        idle_scheme={"appraisal.grades.top_share": 0.4, "appraisal.grades.second_share": 0.1,
                     "appraisal.grades.bottom_share": 0.3, "appraisal.grades.top_threshold": 1.05,
                     "appraisal.grades.second_threshold": 0.95, "appraisal.grades.bottom_threshold": 0.9,
                     "appraisal.grades.ties": "seniority", "appraisal.grades.floor": 0.9}),
    # 10 joint responsibility
    Switch(10, "everybody for himself", "superior_ranking", "exhaustion_mean", 0.01,
        scheme={"appraisal.joint_responsibility": 0.0, "superior.pass_through": 0.0},
        idle_behaviour={"role_conflict_strain": 2.0},
        idle_scheme={"appraisal.joint_scope": "branch", "process.clear_posts": 0.9}),
    # 11 help and sabotage
    Switch(11, "nobody helps or harms", "forced_ranking", "help_mean", 0.01,
        behaviour={"help_cost": 0.0, "sabotage_cost": 0.0},
        idle_behaviour={"cohesion": 0.5, "help_tax": 0.5, "sabotage_aversion": 0.0, "rivalry_salience": 1.0, "usual_help": 0.2},
        idle_scheme={"process.project_teams": 0.9}),
    Switch(11, "help teaches nothing", "municipal_closed_loop", "goal_attainment", 0.005, behaviour={"help_teaches": 0.0},
        idle_behaviour={"usual_help": 0.2}),
    # 12 targets
    Switch(12, "targets stay where they are", "superior_ranking_individuals", "luck_share", 0.03,
        scheme={"plan.targets.top_up": 0.0, "plan.targets.ratchet_up": 0.0, "plan.targets.ratchet_down": 0.0,
                "plan.targets.bargaining": 0.0},
        behaviour={"top_up_pressed": 0.0},
        idle_behaviour={"slack_bargained": 0.5, "goal_commitment": 0.2}, idle_scheme={"plan.targets.ratchet_on": "group"}),
    Switch(12, "no rank is demanded", "municipal_closed_loop", "neglect", 0.02, scheme={"superior.rank_demanded": 0},
        idle_behaviour={"top_up_pressed": 0.9, "gloss_pressure": 0.2}, idle_scheme={"superior.pressure": 0.02}),
    # 13 reports upwards
    Switch(13, "reports arrive as they are", "superior_ranking", "inflation", 0.02,
        behaviour={"gloss": 0.0, "gloss_sd": 0.0, "gloss_pressure": 0.0, "fidelity": 1.0}, scheme={"superior.rank_demanded": 0},
        idle_scheme={"superior.pressure": 0.02},
        idle_organisation={"levels_above": 3, "peers.mean": 1.2, "peers.spread": 0.2, "peers.persistence": 0.5,
                           "peers.number": 7},
        own=("bureaus.peers", "bureaus.rank", "bureaus.levels_above")),
    # 14 justice
    Switch(14, "perceived justice constant", "forced_ranking", "justice_procedural", 0.01, behaviour={"justice_memory": 0.0},
        idle_behaviour={"self_serving": 1.0, "reward_sensitivity": 0.2, "fair_dealing": 1.0},
        idle_scheme={"communication.explanation": 0.9}),
    # 15 burnout
    Switch(15, "burnout constant", "implicit_incentives", "exhaustion_mean", 0.3, behaviour={"burnout_rate": 0.0},
        idle_behaviour=STRAINS, idle_scheme={"process.clear_posts": 0.9}),
    # 16 strategy map and learning
    Switch(16, "capability stocks constant", "explicit_incentives", "goal_attainment", 0.0005, behaviour={"stock_rate": 0.0},
        idle_organisation={"strategy.*.strength": 0.9}),
    Switch(16, "nobody learns", "implicit_incentives", "goal_attainment", 0.01, behaviour={"learning_rate": 0.0},
        idle_behaviour={"learning_fade": 0.5}),
    # 17 flow of people
    Switch(17, "nobody leaves", "forced_ranking", "exit_share", 0.005, behaviour={"exit_rate": 0.0, "retirement_age": 1000.0},
        idle_behaviour={"exit_of_burnout": 2.0, "exit_of_injustice": 5.0, "exit_of_ability": 1.0, "exit_of_pay": 4.0},
        idle_organisation={"turnover": 20.0}, own=("cadres.log_pay", "departments.pay_moments")),
    Switch(17, "nobody goes or comes for pay", "explicit_incentives", "exit_share", 0.005,
        behaviour={"exit_of_pay": 0.0, "entry_of_pay": 0.0, "imbalance_strain": 0.0},
        idle_scheme={"application.explicit.at_risk": 0.2}, own=("cadres.replaced",)),
    Switch(17, "nobody is dismissed", "forced_ranking_dismissal", "threat_mean", 0.01,
        scheme={"application.sanctions.dismissal_share": 0.0}, idle_behaviour={"job_worth": 34.0}),
    Switch(17, "one applicant", "base", "goal_attainment", 0.01, behaviour={"applicants": 1.0},
        idle_behaviour={"selection_validity": 0.9}),
    Switch(17, "no posts", "explicit_incentives", "goal_attainment", 0.001, scheme={"application.explicit.promotion": 0.0},
        organisation={"posts.shares": [1.0], "posts.responsibility": [1.0]},
        idle_scheme={"application.explicit.promotion_rule": "random", "application.explicit.ability_on_promotion": "redrawn"}),
    # beside the seventeen: taxpayers and the hours of appraisal
    Switch(2, "taxpayers constant", "superior_ranking", "taxpayer_satisfaction", 0.01, behaviour={"taxpayer_rate": 0.0},
        idle_behaviour={"satisfaction_of_service": 1.0, "satisfaction_of_enforcement": 1.0, "compliance_of_satisfaction": 1.0,
                        "compliance_of_enforcement": 1.0, "compliance_effect": 2.0}),
    Switch(1, "appraisal takes no time", "municipal_closed_loop", "appraisal_hours_share", 0.01,
        behaviour={"hours_indicator": 0.0, "hours_tracking": 0.0, "hours_interview": 0.0, "hours_rating": 0.0,
                   "hours_study": 0.0},
        idle_behaviour={"automation_saving": 1.0}),
)  # fmt: skip
