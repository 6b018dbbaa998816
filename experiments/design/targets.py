"""What a user asks of precision: `--until goal_attainment=0.5pp,burnout_share=1pp` and `--best goal_attainment=1pp`.

An amount is a half width (plus or minus) in the unit of the outcome: `pp` for shares (percentage points), a plain number for
anything else, or `%` of the baseline's own level for either.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sim.bounds import MOST_REPLICATES, check_number
from sim.errors import Finding, UserError
from sim.outcomes import OUTCOMES
from sim.schemes.plans.compare import AMOUNT
from sim.schemes.words import did_you_mean, listed, quoted

BY_NAME = {outcome.name: outcome for outcome in OUTCOMES}

#: +1 where more of an outcome is better, -1 where less is, 0 where neither can be said.
BETTER = {outcome.name: outcome.better for outcome in OUTCOMES}

#: Units that are shares of a whole and therefore read best as per cent.
SHARES = ("share", "share of goal", "share a year", "share of time")

#: Replicates at the first look: enough for a variance, few enough to end early where all is clear.
FIRST_LOOK = 20

#: Replicates at most, where nothing else is said.
MOST = 1000

#: What `--until` or `until:` may be: text, or a mapping from outcomes to amounts.
Asked = str | Mapping[str, str | float] | None


def is_share(outcome: str) -> bool:
    """Whether the outcome reads best as per cent. Perceived justice is a scale from 0 to 1, no share of anything."""
    return BY_NAME[outcome].unit in SHARES and not outcome.startswith("justice_")


@dataclass(frozen=True)
class Target:
    """How exactly one outcome is to be known: ``amount`` in the unit of the outcome, or relative to the baseline's level."""

    outcome: str
    amount: float
    relative: bool = False

    def width(self, level: float) -> float:
        """The half width asked for, where the baseline's level is this; NaN where it has none."""
        return self.amount * abs(level) if self.relative else self.amount

    def __str__(self) -> str:
        if self.relative:
            return f"{100 * self.amount:g} % of the baseline"
        return f"{100 * self.amount:g} pp" if is_share(self.outcome) else f"{self.amount:g}"


@dataclass(frozen=True)
class Wanted:
    """What a comparison is to reach before it ends, and how many replicates it may take for it."""

    until: tuple[Target, ...] = ()
    best: Target | None = None
    most: int = MOST

    def plain(self) -> dict[str, object]:
        """As plain data."""
        until = {target.outcome: str(target) for target in self.until}
        return {"until": until, "best": f"{self.best.outcome}={self.best}" if self.best else "", "most": self.most}


def wanted_of(plain: Mapping[str, Any] | None) -> Wanted | None:
    """What `Wanted.plain` told, read back."""
    return read_wanted(plain["until"], plain["best"] or None, plain["most"]) if plain else None


def read_wanted(until: Asked, best: str | None, most: int | None) -> Wanted | None:
    """What is asked for, or None where the number of replicates is fixed.

    Raises:
        UserError: with everything that is wrong; a bound on replicates without anything to reach.
    """
    targets = read_targets(until)
    found = read_best(best, targets)
    if not targets and not found:
        if most is not None:
            hint = "or say how many replicates: --replicates"
            raise UserError.of("most: a bound on replicates needs something to reach", expected="--until or --best", hint=hint)
        return None
    if most is not None:
        check_number("most", most, low=2, high=MOST_REPLICATES)
    return Wanted(targets, found, MOST if most is None else most)


def read_targets(asked: Asked, option: str = "until") -> tuple[Target, ...]:
    """The targets in a text (`outcome=amount,outcome=amount`) or a mapping; none for None or nothing.

    Raises:
        UserError: with everything that is wrong in it.
    """
    if not asked:
        return ()
    findings: list[Finding] = []
    targets: list[Target] = []
    for name, amount in _entries(asked, option, findings):
        target = _target(name, amount, option, findings)
        if target and any(target.outcome == other.outcome for other in targets):
            findings.append(Finding(path=option, problem="this outcome stands here twice", found=quoted(name)))
        elif target:
            targets.append(target)
    if findings:
        raise UserError(findings)
    return tuple(targets)


def read_best(asked: str | None, targets: tuple[Target, ...] = ()) -> Target | None:
    """The outcome on which the best scheme is sought, and the smallest difference that matters (the indifference zone).

    Raises:
        UserError: no such outcome, none that has a better direction, or no zone.
    """
    if not asked:
        return None
    name, equals, amount = asked.partition("=")
    name = name.strip()
    if not equals and name in BY_NAME:
        known = next((target for target in targets if target.outcome == name), None)
        if known is None:
            raise UserError.of(
                "best: the smallest difference that matters is missing",
                found=quoted(asked),
                expected="OUTCOME=AMOUNT, such as goal_attainment=1pp",
                hint="schemes that differ by less count as equally good",
            )
        found: Target | None = known
    else:
        findings: list[Finding] = []
        found = _target(name, amount, "best", findings)
        if findings:
            raise UserError(findings)
    assert found is not None
    if found.relative:
        raise UserError.of(
            "best: the smallest difference that matters cannot hang on the baseline's level",
            found=quoted(asked),
            expected="an amount in the outcome's own unit, such as goal_attainment=1pp",
        )
    if BY_NAME[found.outcome].better == 0:
        raise UserError.of(
            "best: neither more nor less of this outcome is better",
            found=found.outcome,
            expected=f"one of {listed(outcome.name for outcome in OUTCOMES if outcome.better and outcome.headline)}, ...",
        )
    return found


def _entries(asked: str | Mapping[str, str | float], option: str, findings: list[Finding]) -> list[tuple[str, str]]:
    if isinstance(asked, Mapping):
        return [(str(name), str(amount)) for name, amount in asked.items()]
    if not isinstance(asked, str):
        raise UserError.of(f"{option}: what is asked for cannot be read", found=repr(asked), expected="OUTCOME=AMOUNT,...")
    found = []
    for entry in asked.split(","):
        name, equals, amount = entry.partition("=")
        if equals:
            found.append((name.strip(), amount))
        else:
            findings.append(
                Finding(
                    path=option,
                    problem="an amount is missing",
                    found=quoted(entry.strip()),
                    expected="OUTCOME=AMOUNT, such as goal_attainment=0.5pp",
                )
            )
    return found


def _target(name: str, amount: str, option: str, findings: list[Finding]) -> Target | None:
    """One target, or None and what is wrong with it."""

    def wrong(problem: str, found: str, expected: str = "", hint: str = "") -> None:
        findings.append(Finding(path=option, problem=problem, found=found, expected=expected, hint=hint))

    outcome = BY_NAME.get(name)
    if outcome is None:
        wrong("there is no such outcome", quoted(name), "the name of an outcome", did_you_mean(name, BY_NAME))
        return None
    read = AMOUNT.fullmatch(amount)
    value = float(read[1]) if read else math.nan
    if not read or not math.isfinite(value):
        wrong(f"{name}: this is no amount", quoted(amount.strip()), "a number, with pp or % where it needs one: 0.5pp, 2%, 0.1")
        return None
    if value <= 0:
        wrong(f"{name}: the amount must be above 0", quoted(amount.strip()))
        return None
    unit = read[2]
    if unit == "%":
        return Target(name, value / 100, relative=True)
    if is_share(name) and unit is None:
        hint = f"{name}={value:g}pp means plus or minus {value:g} percentage points"
        wrong(f"{name} is a share: its amount needs a unit", quoted(amount.strip()), "pp (percentage points) or %", hint)
        return None
    if not is_share(name) and unit == "pp":
        wrong(f"{name} is no share: it has no percentage points", quoted(amount.strip()), f"a plain number ({outcome.unit}) or %")
        return None
    if unit == "pp" and value > 100:
        wrong(f"{name}: more than everything", quoted(amount.strip()), "at most 100pp")
        return None
    return Target(name, value / 100 if unit == "pp" else value)
