"""When things fall due. Steps are counted from 0; something every n steps falls due at the end of the n-th step."""

from __future__ import annotations

import math

from sim.jit import rule


@rule
def is_due(step, interval):
    """Whether something that happens every `interval` steps falls due at the end of this step; 0 = never."""
    return interval > 0 and (step + 1) % interval == 0


@rule
def is_period_start(step, interval):
    """Whether an appraisal period starts with this step."""
    return step % interval == 0


@rule
def steps_left(step, interval):
    """Steps until the appraisal, this one included."""
    return interval - step % interval


@rule
def period_length(step, interval, start):
    """Steps of the present appraisal period that fall under the present scheme: fewer where it began in mid-period."""
    end = step - step % interval + interval
    return min(interval, end - start)


@rule
def steps_so_far(step, interval, start):
    """Steps of the present appraisal period under the present scheme until the end of this one."""
    return min(step % interval, step - start) + 1


@rule
def any_due(schemes, step):
    """Whether an appraisal falls due at the end of this step under any scheme in force."""
    n_due = 0
    for row in range(schemes.shape[0]):
        n_due += 1 if is_due(step, schemes[row].interval) else 0
    return n_due > 0


@rule
def month_of_year(step, months):
    """Calendar month, 1 to 12, in which a step ends; a step has so many months, a fraction of one in a sitting."""
    return (math.ceil((step + 1) * months) - 1) % 12 + 1
