"""The lessons of workshops: question, what is compared, timing, theory, sources."""

from __future__ import annotations

from docs.made.declared import sources
from docs.made.markdown import anchor, code, plain


def page() -> str:
    """The page of lessons."""
    from experiments.lessons.reading import lesson_names, open_lesson

    lines = [
        "# Lessons",
        "",
        "Six lessons for workshops (`cadresim workshop`, `cadresim handouts`, `cadresim notebooks`), made from `configs/lessons`. Answers are not on this page: who sees the result first has nothing to predict.",
        "",
    ]
    opened = [open_lesson(name) for name in lesson_names()]
    for found in sorted(opened, key=lambda one: one.lesson.order):
        one = found.lesson
        schemes = ", ".join(plain(scheme.title or scheme.name) for scheme in found.schemes)
        timing = one.facilitator.timing
        cited = "; ".join(f"[{plain(str(sources()[key]['title']))}](sources.md#{anchor('source', key)})" for key in one.sources)
        lines += [
            f"## {one.order}. {plain(one.title.in_language('en'))}",
            "",
            f"{code(one.name)} · {plain(one.title.in_language('zh'))}",
            "",
            plain(one.question.in_language("en")),
            "",
            f"- Why it matters: {plain(one.why.in_language('en'))}",
            f"- Schemes: {schemes}.",
            f"- Minutes: {', '.join(f'{phase} {minutes}' for phase, minutes in dict(timing).items())}.",
            f"- Questions to predict: {len(one.predict)}.",
            f"- Sources: {cited}.",
            "",
        ]
    return "\n".join(lines)
