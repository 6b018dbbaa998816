"""Enumerations of the scheme as the small numbers that the record of a scheme holds."""

from __future__ import annotations

from sim.population.settings import code
from sim.schemes.scheme import AbilityOnPromotion, Fractions, PromotionRule, Ranking, RatchetOn, Ties, UnitLevel

FREE, FORCED = code(Ranking.FREE), code(Ranking.FORCED)
SENIORITY_FIRST = code(Ties.SENIORITY)
FRACTIONS_BY_LOT = code(Fractions.LOT)
RATCHET_ON_GROUP = code(RatchetOn.GROUP)
OF_CADRE, OF_DEPARTMENT, OF_BRANCH, OF_BUREAU = (
    code(level) for level in (UnitLevel.CADRE, UnitLevel.DEPARTMENT, UnitLevel.BRANCH, UnitLevel.BUREAU)
)
BY_RESULT, AT_RANDOM, BY_SENIORITY, WORST_FIRST = (
    code(rule) for rule in (PromotionRule.RESULT, PromotionRule.RANDOM, PromotionRule.SENIORITY, PromotionRule.WORST)
)
ABILITY_REDRAWN = code(AbilityOnPromotion.REDRAWN)
