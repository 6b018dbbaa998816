"""The question of a report and its schemes in words: what each changes against the baseline, and the whole of it."""

from __future__ import annotations

from collections.abc import Iterator

from experiments.report.dossier.parts import Folded, Part, Points, Section, Sub, Text
from experiments.report.dossier.results import Results
from experiments.report.dossier.saying import Saying
from sim.schemes.describe import difference, told

#: Changes of a scheme that are listed before the rest is folded.
MOST_CHANGES = 12


def section(results: Results, say: Saying) -> Section:
    """What is asked, of which bureau, with which schemes."""
    return Section("question", say.words("report.section.question"), tuple(_parts(results, say)))


def _parts(results: Results, say: Saying) -> Iterator[Part]:
    words, design = say.words, results.design
    if design.question:
        yield Text(words("report.question.text", question=say.document(design.question)), "lead")
    organisation = design.organisation
    title = say.document(organisation.title or organisation.name)
    if organisation.summary:
        yield Text(words("report.question.organisation", title=title, summary=say.document(organisation.summary)))
    baseline = say.document(results.titles[design.baseline])
    yield Text(words("report.question.schemes", n=len(design.schemes), baseline=baseline))
    ordered = [design.baseline_scheme, *(scheme for scheme in design.schemes if scheme.name != design.baseline)]
    for scheme in ordered:
        yield Sub(say.document(results.titles[scheme.name]))
        if scheme.summary:
            yield Text(say.document(scheme.summary))
        if scheme.name != design.baseline:
            changes = [
                words("report.question.from_to", title=one.title, before=one.before, after=one.after)
                for one in difference(design.baseline_scheme, scheme, say.language)
            ]
            if not changes:
                yield Text(words("report.question.same"))
            elif len(changes) <= MOST_CHANGES:
                yield Points(tuple(changes))
            else:
                yield Folded(words("report.question.changes", n=len(changes)), (Points(tuple(changes)),))
        whole = told(scheme, organisation, say.language)
        parts: list[Part] = []
        for heading, sentences in whole.links:
            parts += [Text(heading, "heading"), Points(sentences)]
        if whole.off:
            parts.append(Text(words("report.question.off", items=words("report.semicolon").join(whole.off)), "note"))
        yield Folded(words("report.question.whole"), tuple(parts))
