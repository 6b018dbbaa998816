"""How far a report can be believed: the state of the evidence, the limits, and how to make every number again.

All of it is read from what `cadresim validate --keep` and `cadresim method --keep` stored, and from the manifests.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from experiments.report.dossier.parts import Cell, Code, Part, Points, Section, Sub, Table, Terms, Text
from experiments.report.dossier.results import Results
from experiments.report.dossier.saying import Saying
from experiments.runs.budget import TOLERANCE as BUDGET_TOLERANCE
from experiments.verbs.compare import HEADLINE_SERIES
from experiments.verbs.method import LONG_RUN, USUAL_WARMUP, settled_words, stored_method
from experiments.verbs.validate import stored_rows, stored_state
from sim.schemes.load import load_scheme
from sim.schemes.locate import preset_names

#: Verdicts of claims, best first; the first two are met.
VERDICTS = ("in band", "right sign", "sign only", "missed")
MET = VERDICTS[:2]

#: Kinds of rows, in the order of the table: theory, published simulations, then rows of the field and the laboratory.
KINDS = ("theory", "simulation", "predicted", "leaning", "fitted")

#: Outcomes explained at the end beside the headline ones.
ALSO = ("bonus_cost", "effort_mean")


# --- evidence -------------------------------------------------------------------------------------------------------------


def evidence(say: Saying) -> Section:
    """How many rows of each kind the model meets, and which it misses, out of the stored state."""
    return Section("evidence", say.words("report.section.evidence"), tuple(_evidence(say)))


def _evidence(say: Saying) -> Iterator[Part]:
    words, state, rows = say.words, stored_state(), stored_rows()
    if not state:
        yield Text(words("report.evidence.none"))
        return
    by_kind: dict[str, list[str]] = {kind: [] for kind in KINDS}
    for name in state:
        by_kind[kind_of(name, rows)].append(name)
    predicted = by_kind["predicted"]
    met = [name for name in predicted if worst_of(state[name]) in MET]
    yield Text(words("report.evidence.text", met=len(met), n=len(predicted)))
    table = []
    for kind in KINDS:
        names = by_kind[kind]
        counts = [sum(worst_of(state[name]) in group for name in names) for group in (MET, VERDICTS[2:3], VERDICTS[3:])]
        if names:
            cells = [Cell.of(say.count(count)) for count in (len(names), *counts)]
            table.append((Cell.of(words(f"report.evidence.kind.{kind}"), words(f"report.evidence.about.{kind}")), *cells))
    columns = tuple(words(f"report.evidence.column.{name}") for name in ("kind", "rows", "met", "sign", "missed"))
    yield Table(words("report.evidence.table"), columns, tuple(table), note=words("report.evidence.note"))
    missed = []
    for name in predicted:
        worst = worst_of(state[name])
        if worst not in MET:
            title = say.document(rows[name]["title"])
            missed.append(
                (
                    Cell.of(name, title),
                    Cell.of(words(f"report.evidence.verdict.{worst}"), tone="worse" if worst == "missed" else "open"),
                )
            )
    if missed:
        columns = (words("report.evidence.finding"), words("report.evidence.state"))
        yield Table(
            words("report.evidence.misses"), columns, tuple(missed), folded=words("report.evidence.show_misses", n=len(missed))
        )
    yield Text(words("report.evidence.more"), "note")


def kind_of(name: str, rows: Mapping[str, Mapping[str, str]]) -> str:
    """Kind of a row of the state: closed forms have no number in their name, published simulations are A1, A2 ..."""
    if name in rows:
        return rows[name]["kind"]
    return "simulation" if name[:1] == "A" and name[1:].isdigit() else "theory"


def worst_of(claims: Mapping[str, str]) -> str:
    """The worst verdict among the claims of a row."""
    return max(claims.values(), key=VERDICTS.index)


# --- limits ---------------------------------------------------------------------------------------------------------------


def limits(studies: Sequence[Results], say: Saying) -> Section:
    """What the report cannot say: assumed parameters, warm-up, horizon, one model, and what each study says of itself."""
    return Section("limits", say.words("report.section.limits"), tuple(_limits(studies, say)))


def _limits(studies: Sequence[Results], say: Saying) -> Iterator[Part]:
    words, method, design = say.words, stored_method(), studies[0].design
    yield Text(words("report.limits.text"))
    points = [words("report.limits.difference")]
    if method:
        points.append(
            words("report.limits.parameters", **{key: method["parameters"][key] for key in ("fitted", "cited", "assumed")})
        )
    by_calendar = method and not design.organisation.is_sitting
    if by_calendar:
        row, months = method["longest_row"]
        horizon = "beyond" if design.warmup_months + design.months > months else "within"
        points.append(words(f"report.limits.{horizon}", months=design.months, longest=months, row=row))
        late = sorted({one["series"] for one in method["settling"] if abs(one["at_usual"] - one["long_run"]) > one["spread"]})
        if late:
            names = say.listed(say.within(name) for name in late)
            points.append(words("report.limits.warmup", warmup=USUAL_WARMUP, series=names))
    for study in studies:
        points += _settling(study, say)
    if not any(study.verb in ("sensitivity", "robustness") for study in studies):
        points.append(words("report.limits.one_behaviour"))
    points += [_budget(study, say) for study in studies if study.manifest.get("equal_budget")]
    failed = sum(int(study.manifest.get("n_failed") or 0) for study in studies)
    if failed:
        points.append(words("report.limits.failed", n=failed))
    yield Points(tuple(points))
    if by_calendar:
        yield _settling_table(method, say)


def _budget(study: Results, say: Saying) -> str:
    """That rewards were scaled, and which schemes do not cost what they were to cost."""
    budget = study.manifest["equal_budget"]
    target = float(budget["target"])
    missed = [one for one in budget["scalings"] if not abs(float(one["cost"]) - target) <= BUDGET_TOLERANCE * target]
    if not missed:
        return say.words("report.limits.budget")
    items = [
        say.words(
            "report.limits.budget_item",
            scheme=say.document(study.titles.get(one["scheme"], one["scheme"])),
            cost=f"{one['cost']:.3g}",
        )
        for one in missed
    ]
    return say.words("report.limits.budget_missed", budget=f"{target:.3g}", schemes=say.listed(items))


def _settling(study: Results, say: Saying) -> list[str]:
    """That replicates were added on the way, what this does to intervals, and which schemes were dropped when."""
    grown = study.manifest.get("settling")
    if not isinstance(grown, dict):
        return []
    told = [say.words("report.limits.grown", errors=f"{float(grown['half_width_in_standard_errors']):.2f}")]
    titles = study.titles
    for name, at in (grown.get("dropped") or {}).items():
        parts = {"scheme": say.document(titles.get(name, name)), "n": at["replicates"]}
        if at.get("behind"):
            told.append(say.words("report.limits.dropped", leader=say.document(titles.get(at["behind"], at["behind"])), **parts))
    return told


def _title_of(scheme: str) -> str:
    """Title of a preset; its name in words where there is no such preset any more."""
    return load_scheme(scheme).title if scheme in preset_names("schemes") else scheme.replace("_", " ")


def _settling_table(method: Mapping[str, object], say: Saying) -> Table:
    words = say.words
    rows = []
    settling: Sequence[Mapping[str, object]] = method["settling"]  # type: ignore[assignment]
    for one in settling:
        name = str(one["series"])
        if name not in HEADLINE_SERIES:
            continue
        year, long_run, spread = (float(str(one[key])) for key in ("at_usual", "long_run", "spread"))
        rows.append(
            (
                Cell.of(say.title(name), say.document(_title_of(str(one["scheme"])))),
                Cell.of(settled_words(int(str(one["settled"])), int(str(method.get("months", LONG_RUN))))),
                Cell.of(say.level(name, year)),
                Cell.of(say.level(name, long_run)),
                Cell.of(say.size(name, spread, math.nan, math.nan)),
            )
        )
    columns = tuple(words(f"report.limits.column.{name}") for name in ("series", "settled", "year", "long", "spread"))
    return Table(words("report.limits.table"), columns, tuple(rows), folded=words("report.limits.show_table"))


# --- how to reproduce -----------------------------------------------------------------------------------------------------


def reproduce(studies: Sequence[Results], say: Saying) -> Section:
    """For every study the command, the seeds, the names of content and code, and the versions."""
    return Section("reproduce", say.words("report.section.reproduce"), tuple(_reproduce(studies, say)))


def _reproduce(studies: Sequence[Results], say: Saying) -> Iterator[Part]:
    words = say.words
    yield Text(words("report.reproduce.text"))
    for study in studies:
        manifest, design = study.manifest, study.design
        yield Sub(words(f"report.verb.{study.verb}"))
        if manifest.get("command"):
            yield Code(str(manifest["command"]))
        versions = manifest["versions"]
        terms = [
            (words("report.reproduce.runs"), say.count(float(manifest.get("n_runs") or 0))),
            (words("report.reproduce.seed"), str(design.seed)),
            (words("report.reproduce.content"), str(manifest.get("content_hash") or "")),
            (words("report.reproduce.code"), str(manifest.get("model_code") or "")),
            (words("report.reproduce.versions"), ", ".join(f"{name} {version}" for name, version in versions.items())),
        ]
        yield Terms(tuple((name, value) for name, value in terms if value))


# --- words ----------------------------------------------------------------------------------------------------------------


def glossary(studies: Sequence[Results], say: Saying) -> Section:
    """What the headline outcomes measure, and what the words of statistics mean here."""
    words = say.words
    names = dict.fromkeys(name for study in studies for name in study.design.headline)
    outcomes = tuple((say.title(name), words(f"outcome.{name}.meaning")) for name in (*names, *ALSO))
    terms = ("interval", "together", "settled", "replicate", "chance", "baseline")
    said = tuple((words(f"report.term.{name}.name"), words(f"report.term.{name}.meaning")) for name in terms)
    return Section("words", words("report.section.words"), (Terms(outcomes), Terms(said)))
