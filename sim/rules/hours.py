"""Hours of appraisal: the time that appraisal itself eats."""

from __future__ import annotations

from sim.jit import rule


@rule
def appraisal_hours(
    indicators, tracking_interval, interviews_per_year, further_raters, interval, study, automation,
    hours_indicator, hours_tracking, hours_interview, hours_rating, hours_study, automation_saving,
):  # fmt: skip
    """Share of a month's working time that appraisal takes from a cadre ("doubled burden", bureau speeches, part 2).

    Filling in indicators, trackings, interviews, rating others at an appraisal every `interval` months, study; the information
    system saves its share.
    """
    tracking = hours_tracking / tracking_interval if tracking_interval > 0 else 0.0
    paperwork = hours_indicator * indicators + tracking + hours_rating * further_raters / interval
    talking = hours_interview * interviews_per_year / 12.0 + hours_study * study
    return paperwork * (1.0 - automation_saving * automation) + talking
