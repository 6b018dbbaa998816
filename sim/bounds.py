"""What numbers a run takes: how long, which luck, how many workers. One place for every door into the model."""

from __future__ import annotations

from numbers import Integral

from sim.errors import UserError
from sim.lang import counted

MOST_MONTHS = 6000
LARGEST_SEED = 2**63 - 1
MOST_REPLICATES = 10_000_000
MOST_WORKERS = 1024


def check_number(name: str, value: int, *, low: int, high: int) -> None:
    """Refuse a number that is not whole or lies outside its bounds.

    Raises:
        UserError: naming the number, what was found and what was expected.
    """
    if isinstance(value, bool) or not isinstance(value, Integral) or not low <= value <= high:
        raise UserError.of(f"{name} is out of bounds", found=repr(value), expected=f"a whole number from {low} to {high}")


def check_lengths(months: int, warmup_months: int, step_months: int) -> None:
    """Refuse lengths that are no whole number of steps: what is told would not be what is run.

    Raises:
        UserError: naming the length, what was found and what was expected.
    """
    check_number("months", months, low=1, high=MOST_MONTHS)
    check_number("warmup_months", warmup_months, low=0, high=MOST_MONTHS)
    for name, value in (("months", months), ("warmup_months", warmup_months)):
        if value % step_months:
            raise UserError.of(
                f"{name} is no whole number of steps",
                found=f"{counted(value, 'month')} in steps of {step_months}",
                expected=f"a multiple of {step_months}",
                hint="the organisation's step_months is the length of a step",
            )
