"""The scheme document: the whole design of an appraisal system, as data.

A scheme is written in the order of the closed loop (plan, process, appraisal, communication,
application) with a last section for what the superior authority adds. Every element has a neutral
default that switches it off, so a preset is only its difference from ``configs/schemes/base.yaml``.
Units, bounds and meaning stand beside every element; they reach editors as a JSON Schema.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from sim.schemes.misfit import Misfit, refuse

WEIGHT_TOLERANCE = 1e-6


class Document(BaseModel):
    """Base of every document: unknown keys are refused, values are frozen once read."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def element(default: float, description: str, *, low: float = 0.0, high: float | None = 1.0, unit: str = "share"):
    """A numeric element of a scheme with its neutral default, bounds, unit and meaning."""
    return Field(default, description=description, ge=low, le=high, json_schema_extra={"unit": unit})


def count(default: int, description: str, *, low: int = 0, high: int | None = None, unit: str = "months"):
    """A whole-number element (months, people, steps) with its neutral default."""
    return Field(default, description=description, ge=low, le=high, json_schema_extra={"unit": unit})


def sum_to_one(parts: Mapping[str, float], what: str, *at: str) -> list[Misfit]:
    """A misfit where parts of a whole do not add up to 1; it lists the parts, since some may come from the base."""
    total = sum(parts.values())
    if abs(total - 1.0) <= WEIGHT_TOLERANCE:
        return []
    told = ", ".join(f"{name} {part:g}" for name, part in parts.items() if part != 0)
    return [Misfit(at, f"{what} must add up to 1, they add up to {total:g}", told, "1 in total")]


def unusable_names(names: Iterable[str], at: str, reserved: Sequence[str] = ()) -> list[Misfit]:
    """Misfits for names that could not be told from a selector, a path or a column of a table."""
    expected = "letters, digits and underscores, a letter first" + (f"; not {', '.join(reserved)}" if reserved else "")
    bad = [name for name in names if not name.isidentifier() or name in reserved]
    return [Misfit((at, name), "this name cannot be used", repr(name), expected) for name in bad]


class ScoringRule(StrEnum):
    """How attainment becomes points."""

    DEDUCTION = "deduction"  # points are lost below the standard; coded as a loss from the cap
    SCORING = "scoring"  # points are earned; coded as a gain from nothing
    MILESTONES = "milestones"  # points for the step reached
    THRESHOLD = "threshold"  # all or nothing at the standard
    MEDAL = "medal"  # extra points for the best of the peer group, on top of scoring


class UnitLevel(StrEnum):
    """Whose attainment an indicator looks at."""

    CADRE = "cadre"
    DEPARTMENT = "department"
    BRANCH = "branch"
    BUREAU = "bureau"


class PeerGroup(StrEnum):
    """Inside which group people are compared."""

    DEPARTMENT = "department"
    BRANCH = "branch"
    SEQUENCE = "sequence"
    BUREAU = "bureau"


class Ranking(StrEnum):
    """How scores become grades."""

    NONE = "none"  # no grades
    FREE = "free"  # by thresholds on the score
    FORCED = "forced"  # by fixed shares of the peer group


class Ties(StrEnum):
    """Who comes first among equal scores."""

    LOT = "lot"
    SENIORITY = "seniority"


class Fractions(StrEnum):
    """What becomes of the fraction of a seat: a tenth of fourteen people is one person and four tenths."""

    DOWN = "down"  # it falls away
    LOT = "lot"  # it is the chance of one seat more


class RatchetOn(StrEnum):
    """Whose result moves the next target."""

    OWN = "own"
    GROUP = "group"


class PromotionRule(StrEnum):
    """Who is promoted into a vacancy."""

    RESULT = "result"
    SENIORITY = "seniority"
    RANDOM = "random"
    WORST = "worst"  # exists for the published simulation of Pluchino et al. (2010)


class AbilityOnPromotion(StrEnum):
    """What happens to ability when the post changes (Pluchino et al. 2010)."""

    KEPT = "kept"
    REDRAWN = "redrawn"


class Indicator(Document):
    """One thing appraised: a task (or several), its weight and how attainment becomes points.

    Points as a share of the indicator's weight, at attainment a (1 = the standard)::

        f(a) = base + below*(clip(a, floor, 1) - 1) + above*(clip(a, 1, cap) - 1) + notch*[a >= 1]

    with base = 1 - notch. *Milestones* replace the slope below the standard by equal steps; a *threshold* has
    no slopes and notch = 1; a *medal* adds ``medal_points`` for the best ``medal_share`` of the peer group.
    """

    tasks: str | list[str] = Field(
        description="Which tasks: a task's name, a list of names, or a selector: all, key, general, "
        "perspective:NAME, category:NAME. A group's weight is shared in proportion to strategic value."
    )
    weight: Annotated[float, Field(gt=0, le=1, description="Share of all points; all indicators together make 1.")]
    scoring: ScoringRule = Field(ScoringRule.SCORING, description="How attainment becomes points.")
    below: float = element(1.0, "Points lost per unit of attainment below the standard.", high=10, unit="per weight")
    above: float = element(0.0, "Points earned per unit of attainment beyond the standard.", high=10, unit="per weight")
    floor: float = element(0.0, "Attainment below which nothing more is lost.", low=-10, unit="attainment")
    cap: float = element(2.0, "Attainment above which nothing more is earned.", low=1, high=100, unit="attainment")
    notch: float = element(0.0, "Share of the points that depends on reaching the standard at all.", unit="per weight")
    steps: int = count(1, "Number of equal milestones up to the standard.", low=1, high=5, unit="steps")
    medal_share: float = element(0.1, "Share of the peer group that wins the medal.", low=0.0, high=0.5)
    medal_points: float = element(0.0, "Points of a medal.", high=10, unit="per weight")
    unit: UnitLevel = Field(UnitLevel.CADRE, description="Whose attainment counts: breaking an indicator down means cadre.")
    quantified: float = element(0.0, "How far the scheme makes the unquantifiable part of the task countable.")

    @model_validator(mode="after")
    def _rule_has_its_parts(self) -> Indicator:
        found = f"scoring: {self.scoring.value}"
        misfits = []
        if self.scoring is ScoringRule.MEDAL and self.medal_points <= 0:
            misfits.append(Misfit(("medal_points",), "a medal indicator needs medal_points above 0", "0", "a number above 0"))
        if self.scoring is not ScoringRule.MEDAL and self.medal_points > 0:
            misfits.append(Misfit(("medal_points",), "medal_points belong to scoring: medal", found, "scoring: medal"))
        if self.scoring is not ScoringRule.MILESTONES and self.steps > 1:
            misfits.append(Misfit(("steps",), "steps belong to scoring: milestones", found, "scoring: milestones"))
        if self.floor >= 1:
            misfits.append(Misfit(("floor",), "the floor must lie below the standard", f"{self.floor:g}", "a number below 1"))
        refuse(misfits)
        return self


class ResultWeights(Document):
    """What a cadre's result is made of (bureau speeches, part 1: 70/10/10/10)."""

    performance: float = element(1.0, "Weight of the indicators.")
    ability: float = element(0.0, "Weight of rated ability.")
    attitude: float = element(0.0, "Weight of rated attitude.")
    others: float = element(0.0, "Weight of the evaluation by others (360 degrees).")

    @model_validator(mode="after")
    def _sum_to_one(self) -> ResultWeights:
        refuse(sum_to_one(dict(self), "the weights of the result"))
        return self


class Targets(Document):
    """How targets come down and move."""

    difficulty: float = element(1.0, "Target as a multiple of what a normal month achieves.", low=0.1, high=3, unit="attainment")
    top_up: float = element(0.0, "What each level downwards adds to the target it was given.", high=0.5)
    ratchet_up: float = element(0.0, "Share of an excess over the target that is built into the next one.")
    ratchet_down: float = element(0.0, "Share of a shortfall by which the next target falls.")
    ratchet_on: RatchetOn = Field(RatchetOn.OWN, description="Whose result moves the next target.")
    bargaining: float = element(0.0, "How far units that report upwards can bargain slack into their targets.")


class Plan(Document):
    """Link 1: what counts, how much, against which target."""

    points: float = element(100.0, "Score of a cadre who meets every standard.", low=1e-9, high=1000, unit="points")
    indicators: dict[str, Indicator] = Field(default_factory=dict, description="Everything that is appraised, by name.")
    result: ResultWeights = Field(default_factory=ResultWeights, description="What a cadre's result is made of.")
    targets: Targets = Field(default_factory=Targets, description="How targets come down and move.")
    participation: float = element(0.0, "How far cadres take part in making the plan.")
    job_coefficients: float = element(0.0, "How far unequal workloads are evened out in targets.")
    strategy_map: float = element(0.0, "How far the plan shows how one perspective supports the next.")
    mission: float = element(0.0, "How explicit the mission behind the indicators is.")

    @model_validator(mode="after")
    def _weights_sum_to_one(self) -> Plan:
        weights = {name: indicator.weight for name, indicator in self.indicators.items()}
        sums = sum_to_one(weights, "the weights of the indicators", "indicators") if weights else []
        refuse(sums + unusable_names(weights, "indicators"))
        return self


class Process(Document):
    """Link 2: what happens between the plan and the appraisal."""

    tracking_interval: int = count(0, "Months between two trackings of key tasks; 0 = none.", high=60)
    deadlines: float = element(0.0, "Strength of deadlines worked out backwards ('forced' management, wall charts).")
    coaching: float = element(0.0, "Regular counselling and coaching by superiors.")
    early_warning: float = element(0.0, "Early warnings from the information system (the cockpit).")
    captured: float = element(0.0, "Share of results that the information system measures by itself.")
    automation: float = element(0.0, "Share of appraisal paperwork done by the information system.")
    interim_results: float = element(0.0, "Publication of interim results.")
    project_teams: float = element(0.0, "Project teams across departments led by bureau leaders.")
    clear_posts: float = element(0.0, "Clear posts and duties.")


class Appraisers(Document):
    """Who appraises, as shares; together they make 1 (360-degree appraisal mixes them)."""

    superior: float = element(1.0, "The direct superior (the head of the department).")
    peers: float = element(0.0, "Colleagues and parallel departments.")
    grass_roots: float = element(0.0, "Grass-roots units about the offices, subordinates about heads.")
    taxpayers: float = element(0.0, "Taxpayers.")
    self_rating: float = element(0.0, "The cadre.")
    professional: float = element(0.0, "A professional appraisal team.")

    @model_validator(mode="after")
    def _sum_to_one(self) -> Appraisers:
        refuse(sum_to_one(dict(self), "the shares of the appraisers"))
        return self


class Grades(Document):
    """From scores to grades: fixed shares inside the peer group, or thresholds on the score."""

    ranking: Ranking = Field(Ranking.NONE, description="No grades, free grades by thresholds, or forced shares.")
    peer_group: PeerGroup = Field(PeerGroup.SEQUENCE, description="Inside which group people are compared.")
    top_share: float = element(0.0, "Forced share of the best grade.", high=1)
    second_share: float = element(0.0, "Forced share of the second grade.", high=1)
    bottom_share: float = element(0.0, "Forced share of the worst grade.", high=1)
    top_threshold: float = element(1.15, "Free grades: score, as a share of all points, for the best grade.", low=-100, high=100)
    second_threshold: float = element(1.0, "Free grades: score for the second grade.", low=-100, high=100)
    bottom_threshold: float = element(0.6, "Free grades: a score below it is the worst grade.", low=-100, high=100)
    ties: Ties = Field(Ties.LOT, description="Who comes first among equal scores.")
    fractions: Fractions = Field(
        Fractions.DOWN, description="A fraction of a seat (of a grade, or of the dismissed) falls away, or a lot decides over it."
    )
    floor: float = element(
        0.0, "Minimum score, as a share of all points: whoever reaches it is spared the bottom sanctions; 0 = no floor.", high=2
    )

    @model_validator(mode="after")
    def _consistent(self) -> Grades:
        misfits = []
        shares = (self.top_share, self.second_share, self.bottom_share)
        if sum(shares) > 1.0 + WEIGHT_TOLERANCE:
            told = "top {:g}, second {:g}, bottom {:g}".format(*shares)
            misfits.append(
                Misfit((), f"the shares of the grades make {sum(shares):g}, more than everybody", told, "at most 1 in total")
            )
        if not self.bottom_threshold <= self.second_threshold <= self.top_threshold:
            told = f"bottom {self.bottom_threshold:g}, second {self.second_threshold:g}, top {self.top_threshold:g}"
            expected = "bottom_threshold <= second_threshold <= top_threshold"
            misfits.append(Misfit((), "the thresholds of the grades must rise", told, expected))
        refuse(misfits)
        return self


class Appraisal(Document):
    """Link 3: how performance is measured, rated, ranked and checked."""

    interval: int = count(12, "Steps between two appraisals.", low=1, high=120)
    appraisers: Appraisers = Field(default_factory=Appraisers, description="Who appraises.")
    raters: int = count(1, "Number of independent raters of each kind.", low=1, high=20, unit="people")
    training: float = element(0.0, "How well appraisers are trained (professional appraisal teams).")
    supervision: float = element(0.0, "Supervision of the appraisers.")
    electronic: float = element(0.0, "Electronic beside manual appraisal (big data, automatic evaluation).")
    external: float = element(0.0, "Share of appraisal by people from outside the bureau.")
    on_site: float = element(0.0, "On-site inspection beside data.")
    in_process: float = element(0.0, "Appraisal during the year beside the year-end appraisal.")
    grades: Grades = Field(default_factory=Grades, description="From scores to grades.")
    audit_rate: float = element(0.0, "Chance that a cadre's reports are audited in a month.")
    audit_penalty: float = element(0.0, "Penalty per unit of falsified achievement found.", high=100, unit="monthly wages")
    re_marking: float = element(0.0, "Second marking of results just below a bright line by somebody else.")
    joint_responsibility: float = element(0.0, "Share of a unit's added and deducted points handed to everyone liable.")
    joint_scope: UnitLevel = Field(UnitLevel.DEPARTMENT, description="Who is liable together: department, branch or bureau.")

    @model_validator(mode="after")
    def _scope_is_a_unit(self) -> Appraisal:
        if self.joint_scope is UnitLevel.CADRE:
            refuse(
                [Misfit(("joint_scope",), "nobody is liable together with himself", "cadre", "one of department, branch, bureau")]
            )
        return self


class Communication(Document):
    """Link 4: what people are told, asked and may object to."""

    study: float = element(0.0, "Study and publicity about the scheme.")
    interviews_per_year: float = element(0.0, "One-to-one interviews a year.", high=12, unit="per year")
    explanation: float = element(0.0, "Reasons given with the result.")
    publish_scores: float = element(0.0, "How openly everybody's own result is told.")
    publish_ranks: float = element(0.0, "How openly everybody's rank is published.")
    appeal: float = element(0.0, "How easily a result can be appealed and corrected.")
    feedback: float = element(0.0, "Regular positive, informing feedback.")
    culture: float = element(0.0, "A performance culture that makes sense of appraisal.")


class Explicit(Document):
    """Bonus, prizes, promotion and posts."""

    bonus_per_point: float = element(0.0, "Bonus per point of the score.", high=100, unit="monthly wages per point and month")
    unit_bonus_per_point: float = element(
        0.0,
        "Bonus per point of the department's mean score, the same for all.",
        high=100,
        unit="monthly wages per point and month",
    )
    top_prize: float = element(0.0, "Prize of the best grade over the second.", high=1000, unit="monthly wages per month")
    second_prize: float = element(
        0.0, "Prize of the second grade over the ordinary one.", high=1000, unit="monthly wages per month"
    )
    bottom_cut: float = element(0.0, "Pay lost in the worst grade.", high=1000, unit="monthly wages per month")
    at_risk: float = element(0.0, "Share of the wage that is no longer fixed: what the result pays stands in its place.")
    promotion: float = element(0.0, "How far promotion follows results instead of seniority.")
    promotion_rule: PromotionRule = Field(PromotionRule.RESULT, description="What the merit part of promotion looks at.")
    ability_on_promotion: AbilityOnPromotion = Field(AbilityOnPromotion.KEPT, description="Ability after a change of post.")
    post_value: float = element(
        0.0, "Value a year of a post won by one more unit of believed ability.", high=1000, unit="monthly wages per month"
    )


class Implicit(Document):
    """Recognition, growth, meaning, autonomy, care."""

    recognition: float = element(0.0, "Honours and recognition for good results.")
    growth: float = element(0.0, "Training and development tied to results.")
    meaning: float = element(0.0, "Public-service meaning made visible.")
    autonomy: float = element(0.0, "Say over how the work is done.")
    care: float = element(0.0, "Care for people: recovery, support, counselling.")


class Sanctions(Document):
    """The ladder of bottom sanctions: each further bottom result climbs one rung (bureau speeches, part 2)."""

    rectification: float = element(0.0, "Loss felt from a rectification report.", high=100, unit="monthly wages per month")
    interview: float = element(0.0, "Loss felt from an admonishing interview.", high=100, unit="monthly wages per month")
    honours: float = element(0.0, "Loss felt from losing eligibility for honours.", high=100, unit="monthly wages per month")
    transfer: float = element(0.0, "Loss felt from transfer out of post.", high=100, unit="monthly wages per month")
    adjustment: float = element(0.0, "Loss felt from adjustment of position.", high=100, unit="monthly wages per month")
    dismissal_share: float = element(
        0.0, "Share of every peer group, from the bottom, that is dismissed at each appraisal.", high=0.5
    )


class Application(Document):
    """Link 5: what results lead to."""

    applied: float = element(1.0, "How much of what is promised is really applied.")
    unit_weight: float = element(0.0, "Weight of the department's result in a cadre's result.")
    explicit: Explicit = Field(default_factory=Explicit, description="Bonus, prizes, promotion and posts.")
    implicit: Implicit = Field(default_factory=Implicit, description="Recognition, growth, meaning, autonomy, care.")
    sanctions: Sanctions = Field(default_factory=Sanctions, description="The ladder of bottom sanctions.")

    @property
    def must_go(self) -> float:
        """Share of every peer group that is really dismissed at each appraisal."""
        return self.applied * self.sanctions.dismissal_share


class SuperiorPressure(Document):
    """What the superior authority adds: rank pressure and passed-on deductions."""

    rank_demanded: int = count(0, "Lowest rank among peer bureaus that is tolerated; 0 = none demanded.", high=1000, unit="rank")
    pressure: float = element(
        0.0, "Value of a point gained from the demanded rank.", high=100, unit="monthly wages per point and month"
    )
    pass_through: float = element(0.0, "Share of what the superior deducts that is passed down to everybody's score.")


class Scheme(Document):
    """The whole design of an appraisal system."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="Name used in files, tables and figures.")
    title: str = Field("", description="Name for people.")
    summary: str = Field("", description="What makes this scheme itself, in one or two sentences.")
    plan: Plan = Field(default_factory=Plan, description="Link 1: the performance plan.")
    process: Process = Field(default_factory=Process, description="Link 2: process management.")
    appraisal: Appraisal = Field(default_factory=Appraisal, description="Link 3: performance appraisal.")
    communication: Communication = Field(default_factory=Communication, description="Link 4: performance communication.")
    application: Application = Field(default_factory=Application, description="Link 5: application of results.")
    superior: SuperiorPressure = Field(default_factory=SuperiorPressure, description="What the superior authority adds.")
