"""A report put together: which sections the studies at hand give, in which order, under which title."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import sim
from experiments.report.dossier import asking, comparison, hinges, standing
from experiments.report.dossier import others as others_of
from experiments.report.dossier.parts import Part, Report, Section, Text
from experiments.report.dossier.results import Results, open_results
from experiments.report.dossier.saying import Saying
from experiments.report.fonts import drawn_with
from experiments.report.lang import words


def assemble(folders: Sequence[str | Path], language: str = "en") -> Report:
    """The whole report on the studies in some folders.

    Raises:
        UserError: a folder holds no results, a language that is not there, no font for it.
        WrongClaim: a sentence does not follow from the stored runs.
    """
    say = Saying(words(language))
    studies = open_results(folders)
    with drawn_with(_drawn_texts(studies, say)):
        return _report(studies, say)


def _report(studies: Sequence[Results], say: Saying) -> Report:
    return Report(
        language=say.language,
        title=_title(studies[0], say),
        kicker=say.words("report.kicker"),
        lead=_lead(studies[0], say),
        facts=tuple(_facts(studies, say)),
        sections=tuple(_sections(studies, say)),
        footer=say.words("report.footer", version=sim.__version__, folders=say.listed(study.folder.name for study in studies)),
        words=say.words.section("report"),
    )


def _drawn_texts(studies: Sequence[Results], say: Saying) -> list[str]:
    """What figures may have to draw: the language's own words, titles of schemes, names of what is varied."""
    own = [*say.words.texts.values(), *say.words.documents.values()] if say.language == "zh" else []
    titles = [title for study in studies for title in (*study.titles.values(), study.design.title)]
    named = [str(name) for study in studies for settings in _plan(study) for name in settings]
    return [*own, *titles, *named]


def _plan(study: Results) -> Iterator[Iterable[object]]:
    """Names that users gave in the settings of a study's verb: groups of parameters, paths."""
    settings = study.manifest.get(study.verb)
    if isinstance(settings, dict):
        for value in settings.values():
            if isinstance(value, dict | list):
                yield value


def _title(study: Results, say: Saying) -> str:
    design = study.design
    if design.question or design.title:
        return say.document(design.question or design.title)
    organisation = say.document(design.organisation.title or design.organisation.name)
    if len(study.others) == 1:
        return say.words("report.title_one", scheme=say.document(study.titles[study.others[0]]), organisation=organisation)
    return say.words("report.title_question", n=len(design.schemes), organisation=organisation)


def _lead(study: Results, say: Saying) -> str:
    organisation = study.design.organisation
    told = say.document(organisation.summary or organisation.title or organisation.name)
    return say.words("report.lead", summary=say.sentence(told))


def _facts(studies: Sequence[Results], say: Saying) -> Iterator[tuple[str, str]]:
    words, first = say.words, studies[0].design
    yield words("report.fact.organisation"), say.document(first.organisation.title or first.organisation.name)
    yield words("report.fact.schemes"), str(len(first.schemes))
    yield words("report.fact.baseline"), say.document(studies[0].titles[first.baseline])
    lengths = dict.fromkeys((one.design.months, one.design.warmup_months, words(one.unit_key)) for one in studies)
    told = (words("report.fact.months_value", months=months, warmup=warmup, unit=unit) for months, warmup, unit in lengths)
    yield words("report.fact.months"), "; ".join(told)
    runs = sum(int(study.manifest.get("n_runs") or 0) for study in studies)
    yield words("report.fact.runs"), say.count(runs)
    yield words("report.fact.studies"), say.listed(words(f"report.verb.{study.verb}") for study in studies)


def _sections(studies: Sequence[Results], say: Saying) -> Iterator[Section]:
    compared = [study for study in studies if study.verb == "compare"]
    varied = [study for study in studies if study.verb in ("sensitivity", "robustness")]
    others = [study for study in studies if study.verb in others_of.PARTS]
    told = [comparison.sections(study, say) for study in compared]
    if told:
        yield told[0][0]
    yield asking.section(studies[0], say)
    for place, sections in enumerate(told):
        yield from sections[1:] if place == 0 else _numbered(sections, place + 1)
    yield _hinges(compared, varied, say)
    if others:
        yield Section("further", say.words("report.section.further"), tuple(_further(others, say)))
    yield standing.evidence(say)
    yield standing.limits(studies, say)
    yield standing.reproduce(studies, say)
    yield standing.glossary(studies, say)


def _numbered(sections: Sequence[Section], number: int) -> Iterator[Section]:
    """The sections of a further comparison under names of their own."""
    for one in sections:
        yield replace(one, name=f"{one.name}{number}", title=f"{one.title} ({number})")


def _hinges(compared: Sequence[Results], varied: Sequence[Results], say: Saying) -> Section:
    parts: list[Part] = []
    for study in varied:
        parts += list(
            hinges.sensitivity_parts(study, say) if study.verb == "sensitivity" else hinges.robustness_parts(study, say)
        )
    if not varied:
        parts.append(Text(say.words("report.hinges.none")))
    return Section("hinges", say.words("report.section.hinges"), tuple(parts))


def _further(studies: Sequence[Results], say: Saying) -> Iterator[Part]:
    for study in studies:
        yield from others_of.study_parts(study, say)
