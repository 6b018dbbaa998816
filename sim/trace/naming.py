"""Names that the tables of a world no longer hold: which indicator of the scheme a row of the table of indicators is."""

from __future__ import annotations

from sim.schemes.fit import select_tasks
from sim.schemes.organisation import Organisation
from sim.schemes.scheme import Scheme


def indicator_names(scheme: Scheme, organisation: Organisation) -> tuple[str, ...]:
    """The indicator of every row of `sim.population.settings.indicator_table`: rows are ordered by task, then as written."""
    names = list(organisation.tasks)
    rows = [
        (names.index(task), indicator)
        for indicator, document in scheme.plan.indicators.items()
        for task in select_tasks(document.tasks, organisation)
    ]
    return tuple(indicator for _, indicator in sorted(rows, key=lambda row: row[0]))
