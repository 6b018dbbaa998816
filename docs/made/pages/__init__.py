"""Reference pages, one module a page or two: each returns Markdown made from what the code declares."""

from __future__ import annotations

from collections.abc import Callable

from docs.made.pages import api, commands, documents, evidence, lessons, model, outcomes, presets, sources, traps

#: Every made page: its path below the site's root, and what makes it.
MADE: dict[str, Callable[[], str]] = {
    "reference/commands.md": commands.page,
    "reference/python.md": api.public_page,
    "reference/agents.md": api.agents_page,
    "reference/scheme.md": documents.scheme_page,
    "reference/organisation.md": documents.organisation_page,
    "reference/behaviour.md": documents.behaviour_page,
    "reference/study.md": documents.study_page,
    "reference/presets.md": presets.page,
    "reference/month.md": model.month_page,
    "reference/rules.md": model.rules_page,
    "reference/columns.md": model.columns_page,
    "reference/outcomes.md": outcomes.page,
    "reference/traps.md": traps.page,
    "reference/lessons.md": lessons.page,
    "reference/sources.md": sources.page,
    "evidence/limits.md": evidence.limits_page,
    "evidence/rows.md": evidence.rows_page,
}
