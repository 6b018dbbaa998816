"""Measures that single rows of the field and laboratory evidence need, beside the general ones of `measures`.

Each takes the runs of all arms of a row and returns one number, as there; arms share their luck.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from experiments.evidence.measures import (
    MEASURES,
    ArmName,
    correlation,
    mean,
    pooled,
    share_above,
    share_of_stayers,
    standardised_change,
)

if TYPE_CHECKING:
    from experiments.evidence.arms import Arms, Seen


def ratio_of_levels(arms: Arms, arm: ArmName, against: ArmName, of: str, task: str | None = None) -> float:
    """Mean in an arm over the mean in another."""
    return mean(arms, arm, of, task) / mean(arms, against, of, task)


def difference_of_standardised_changes(
    arms: Arms,
    arm: ArmName,
    against: ArmName,
    other: ArmName,
    of: str,
    task: str | None = None,
    other_task: str | None = None,
    other_against: ArmName | None = None,
) -> float:
    """d of one change less d of another (the other on `other_task`, if named)."""
    less = standardised_change(arms, other, other_against or against, of, other_task or task)
    return standardised_change(arms, arm, against, of, task) - less


def mean_standardised_change(arms: Arms, arm: ArmName, against: ArmName, of: Sequence[str], less: str | None = None) -> float:
    """Mean d over several quantities (`-name`: less of it is better), less that of another quantity, if named."""
    each = [
        -standardised_change(arms, arm, against, name[1:])
        if name.startswith("-")
        else standardised_change(arms, arm, against, name)
        for name in of
    ]
    return float(np.mean(each)) - (standardised_change(arms, arm, against, less) if less else 0.0)


def correlation_with_arm(arms: Arms, arm: ArmName, against: ArmName, of: str, task: str | None = None) -> float:
    """Correlation of being in an arm rather than in the other with a quantity, both arms put together (equal sizes)."""
    one, other = pooled(arms, arm, of, task), pooled(arms, against, of, task)
    spread = float(np.nanstd(np.concatenate([one, other])))
    return 0.5 * (float(np.nanmean(one)) - float(np.nanmean(other))) / spread if spread > 0.0 else math.nan


def difference_of_correlations(arms: Arms, arm: ArmName, x: str, y: str, y_task: str, than_task: str) -> float:
    """Correlation of a quantity with another on one task less that on another task."""
    return correlation(arms, arm, x, y, y_task=y_task) - correlation(arms, arm, x, y, y_task=than_task)


def ratio_of_shortfalls(arms: Arms, arm: ArmName, against: ArmName, of: str, below: float, task: str | None = None) -> float:
    """Mean of what cadres fall short of a value, relative to another arm."""
    short = [float(np.maximum(0.0, below - pooled(arms, name, of, task)).mean()) for name in (arm, against)]
    return short[0] / short[1] if short[1] > 0.0 else math.nan


def shortfall_of_share(arms: Arms, arm: ArmName, against: ArmName, share: float, task: str | None = None) -> float:
    """1 less a share that stands for the attainment of another arm, scaled to this arm's attainment (absence from presence)."""
    return 1.0 - share * ratio_of_levels(arms, arm, against, "attainment", task)


def difference_of_shares_above(
    arms: Arms, arm: ArmName, against: ArmName, of: str, above: float, task: str | None = None
) -> float:
    """Share of cadres above a value in an arm less that in another."""
    return share_above(arms, [arm], of, above, task) - share_above(arms, [against], of, above, task)


def share_of_leavers_and_entrants(arms: Arms, arm: ArmName, against: ArmName, of: str) -> float:
    """Of the relative gain of an arm, the share that those who stayed in both arms do not account for."""
    return 1.0 - share_of_stayers(arms, arm, against, of)


def last_month_of_year(arms: Arms, arm: ArmName, of: str, less: ArmName | None = None) -> float:
    """A monthly series in the last month of the years of an arm over its mean over the same years, less that of another arm."""
    return _last_over_mean(arms[arm], of) - (_last_over_mean(arms[less], of) if less else 0.0)


def _last_over_mean(runs: list[Seen], of: str) -> float:
    years = np.array([seen.months[of][: len(seen.months) // 12 * 12].reshape(-1, 12) for seen in runs])
    return float(years[..., -1].mean() / years.mean())


def density_gap(arms: Arms, arm: ArmName, line: float, within: float) -> float:
    """Reports from a line to `within` above it less those to `within` below it, as a share of both; last step, first own task.

    0 where reports are smooth around the line, 1 where nobody reports just below it.
    """
    reports = np.concatenate([_reported(seen) for seen in arms[arm]])
    above = int(((reports >= line - 1e-9) & (reports < line + within)).sum())
    below = int(((reports < line - 1e-9) & (reports >= line - within)).sum())
    return (above - below) / (above + below) if above + below else math.nan


def _reported(seen: Seen) -> np.ndarray:
    """Attainment of the target as reported in the last step: true output and what was made up."""
    cadres = seen.world.cadres
    share = seen.world.departments["share"][cadres["department"], 0]
    return (cadres["output"][:, 0] + cadres["falsified"][:, 0]) / (share * cadres["target"][:, 0])


def target_per_level(arms: Arms, arm: ArmName, levels: int) -> float:
    """Mean target of cadres, of which 1 is what the bureau was given, to the power 1/levels: what each level multiplies it by."""
    return mean(arms, arm, "target") ** (1.0 / levels)


def promotion_by_tenure_less_last_year(arms: Arms, arm: ArmName) -> float:
    """How much more the average result of a tenure counts for promotion than the last one: difference of standardised slopes.

    Every step of every person below the top post is one case: promoted in it or not, regressed on the mean of all scores of
    his tenure in the model so far and on the score of this step (both in standard deviations).
    """
    cases = np.concatenate([seen.keep("promotions", lambda s=seen: _promotions(s)) for seen in arms[arm]])  # type: ignore[misc]
    known = cases[:, 1:]
    predictors = (known - known.mean(axis=0)) / known.std(axis=0)
    slopes, *_ = np.linalg.lstsq(np.column_stack([np.ones(len(cases)), predictors]), cases[:, 0], rcond=None)
    return float(slopes[1] - slopes[2])


def _promotions(seen: Seen) -> np.ndarray:
    """(promoted, mean score of the tenure, last score) of everybody below the top post in every step but the first."""
    cases: list[np.ndarray] = []
    before = seen.walked_to(seen.start).cadres.copy()
    total, count = np.zeros(len(before)), np.zeros(len(before))
    for step in range(seen.start + 1, len(seen.course) + 1):
        now = seen.walked_to(step).cadres.copy()
        same = now["persons"] == before["persons"]
        total, count = total + np.where(same, now["score"], 0.0), count + same
        total, count = np.where(same, total, 0.0), np.where(same, count, 0)
        at_stake = same & (before["level"] < before["level"].max()) & (count >= 2)
        average = total / np.maximum(count, 1)
        cases.append(np.column_stack([now["level"] > before["level"], average, now["score"]])[at_stake].astype(float))
        before = now
    return np.concatenate(cases)


def variance_share_of_rating(arms: Arms, raters: dict[ArmName, float], twice: list[ArmName], part: str) -> float:
    """Share of the variance of a single rating that is the ratee, the rater or random: the mean over kinds of raters.

    `raters` weighs arms, each one kind of rater who rates on one indicator; `twice` are the arms, in the same order, where they
    rate the same work on two of half the weight. Ratee: what two raters of a kind agree on (covariance). Random: what averages
    out over two indicators of one rater, 2 (V1 - V2). Rater: the rest.
    """
    shares = [_variance_shares(arms, arm, again)[part] for arm, again in zip(raters, twice, strict=True)]
    return float(np.average(shares, weights=list(raters.values())))


def _variance_shares(arms: Arms, arm: str, twice: str) -> dict[str, float]:
    first, second = (np.concatenate([seen.appraised_by(rater).cadres["score"] for seen in arms[arm]]) for rater in (0, 1))
    doubled = np.concatenate([seen.appraised_by(0).cadres["score"] for seen in arms[twice]])
    whole = float(first.var())
    ratee = float(np.cov(first, second, bias=True)[0, 1]) / whole
    random = 2.0 * (whole - float(doubled.var())) / whole
    return {"ratee": ratee, "random": random, "rater": 1.0 - ratee - random}


def agreement_of_self(arms: Arms, arm: ArmName, superior: ArmName) -> float:
    """Correlation of everybody's own rating (`arm`) with another person's, the superior's, of the same work.

    Over all people rated, as the agreement of two superiors: what superiors differ by (their leniency) is in it.
    """
    own = np.concatenate([seen.appraised_by(1).cadres["score"] for seen in arms[arm]])
    other = np.concatenate([seen.appraised_by(0).cadres["score"] for seen in arms[superior]])
    return float(np.corrcoef(own, other)[0, 1])


# --- reports that nobody can check -------------------------------------------------------------------------------------------


def truthful_reports(arms: Arms, arm: ArmName, side: float, top: int) -> float:
    """Share that reports the lowest side, which earns nothing, of those who rolled it; see `_rolled_and_told`.

    Nobody who rolled another side reports it, so reports tell it: (share of reports that are lowest) x sides of the die.
    """
    rolled, told = _rolled_and_told(arms, arm, side, top)
    return float((told == rolled)[rolled == 0].mean())


def full_lies(arms: Arms, arm: ArmName, side: float, top: int) -> float:
    """Share that reports the top, of those who rolled less."""
    rolled, told = _rolled_and_told(arms, arm, side, top)
    return float((told == top)[rolled < top].mean())


def share_of_gain_from_lying(arms: Arms, arm: ArmName, side: float, top: int) -> float:
    """(mean told - mean rolled)/(top - mean rolled): the share of what lying could bring that is taken."""
    rolled, told = _rolled_and_told(arms, arm, side, top)
    return float((told.mean() - rolled.mean()) / (top - rolled.mean()))


def change_of_gain_from_lying(arms: Arms, arm: ArmName, against: ArmName, side: float, top: int) -> float:
    """That share in an arm less that in another."""
    return share_of_gain_from_lying(arms, arm, side, top) - share_of_gain_from_lying(arms, against, side, top)


def _rolled_and_told(arms: Arms, arm: str, side: float, top: int) -> tuple[np.ndarray, np.ndarray]:
    """(side rolled, side told) of everybody, 0..top, in a setting whose period is one step and one task.

    A side is so much output; a lie is the whole number of sides nearest to what is made up (the best one where its cost is
    quadratic), and no report is above the top.
    """
    cadres = [seen.world.cadres for seen in arms[arm]]
    rolled = np.clip(np.rint(np.concatenate([c["output"][:, 0] for c in cadres]) / side), 0, top)
    lie = np.rint(np.concatenate([c["falsified"][:, 0] for c in cadres]) / side)
    return rolled, np.minimum(rolled + lie, top)


# --- ratings ----------------------------------------------------------------------------------------------------------------


def agreement_of_a_superior_with_himself(arms: Arms, arm: ArmName) -> float:
    """Correlation of the scores that one superior would give the same work twice: 1 - variance of what passes/variance.

    His views of the person and of each duty and his leniency stay; what is of the day (chance in every single judgement, the rest
    of the impression) is drawn anew: known, so taken out exactly. For schemes whose points are linear in what is rated.
    """
    scores = [seen.appraised_by(0).cadres["score"] for seen in arms[arm]]
    passing = np.mean([_passing_variance(seen) for seen in arms[arm]])
    return float(1.0 - passing / np.concatenate(scores).var())


def _passing_variance(seen: Seen) -> float:
    """Variance of scores by what he would not repeat, in points squared; everybody is under one scheme."""
    world = seen.world
    scheme, own = world.schemes[0], world.departments[0]
    rows = own["offer_row"][: own["n_offers"]]
    rated = own["offer_weight"][: own["n_offers"]] * (1.0 - world.indicators["counted"][rows]) * world.indicators["below"][rows]
    b = world.behaviour[0]
    of_judgements = (1.0 - b["view_of_duty"]) * b["rating_noise"] ** 2 * (rated**2).sum()
    of_impressions = (1.0 - b["view_of_person"]) * b["impression"] ** 2 * rated.sum() ** 2
    return float((of_judgements + of_impressions) * (scheme["rater_noise"] * scheme["points"] * scheme["performance"]) ** 2)


def consistency_of_a_superior(arms: Arms, arm: ArmName, one: ArmName, items: int) -> float:
    """Cronbach's alpha of one superior's judgements: items/(items - 1) (1 - variance of one/(items x variance of their mean)).

    In the arm `one` a single item makes the score; items are alike and weigh the same.
    """
    mean_of_all, single = (
        np.concatenate([seen.appraised_by(0).cadres["score"] for seen in arms[name]]).var() for name in (arm, one)
    )
    return float(items / (items - 1) * (1.0 - single / (items * mean_of_all)))


MEASURES.update(
    (measure.__name__, measure)
    for measure in (
        ratio_of_levels, difference_of_standardised_changes, mean_standardised_change, correlation_with_arm,
        difference_of_correlations, ratio_of_shortfalls, shortfall_of_share, difference_of_shares_above,
        share_of_leavers_and_entrants, last_month_of_year, density_gap, target_per_level,
        promotion_by_tenure_less_last_year, variance_share_of_rating, agreement_of_self,
        truthful_reports, full_lies, share_of_gain_from_lying, change_of_gain_from_lying,
        agreement_of_a_superior_with_himself, consistency_of_a_superior,
    )
)  # fmt: skip
