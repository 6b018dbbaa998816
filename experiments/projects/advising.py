"""Advice on a scheme before any run, and the difference of two documents in words.

`sim.schemes.traps` tells what the documents tell; the hours that appraisal takes are worked out by the model's own rule.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sim.errors import UserError
from sim.lang import check_language
from sim.schemes.advice import Advice
from sim.schemes.behaviour import Behaviour
from sim.schemes.check import kind_of
from sim.schemes.describe import changes_in_words, difference_in_words
from sim.schemes.fit import check_scheme_fits
from sim.schemes.load import Loaded, load_behaviour, load_scheme, read_behaviour, read_organisation, read_scheme
from sim.schemes.locate import KINDS, Reference
from sim.schemes.nodes import Place, node_of
from sim.schemes.organisation import Organisation
from sim.schemes.scheme import PeerGroup, Scheme
from sim.schemes.traps import traps
from sim.schemes.words import dotted, value_in_words


def lint(
    scheme: Scheme | Reference | Loaded[Scheme],
    organisation: Organisation | Reference | Loaded[Organisation] | None = None,
    *,
    behaviour: Behaviour | None = None,
) -> list[Advice]:
    """Traps of a scheme, sorted by place; with an organisation also those that depend on its units and tasks.

    Raises:
        UserError: with every mistake in the documents, or where the scheme does not fit the organisation.
    """
    if isinstance(scheme, Scheme):  # made in Python: places are paths, without a file
        loaded = Loaded(scheme, node_of(scheme.model_dump(mode="json"), Place(scheme.name)), ())
    else:
        loaded = scheme if isinstance(scheme, Loaded) else read_scheme(scheme)
    bureau = _organisation(organisation)
    if bureau is not None:
        check_scheme_fits(loaded, bureau)
    hours = appraisal_hours(loaded.document, behaviour, step_months=bureau.step_months if bureau is not None else 1)
    generated = generated_groups(bureau, loaded.document) if bureau is not None and bureau.service is not None else None
    return traps(loaded, bureau, hours=hours, generated=generated)


def _organisation(given: Organisation | Reference | Loaded[Organisation] | None) -> Organisation | None:
    if given is None or isinstance(given, Organisation):
        return given
    return given.document if isinstance(given, Loaded) else read_organisation(given).document


def appraisal_hours(scheme: Scheme, behaviour: Behaviour | None = None, *, step_months: int = 1) -> float:
    """Share of a month's working time that appraisal takes from a cadre, by the model's own rule."""
    from sim.population.settings import scheme_record

    return float(scheme_record(scheme, behaviour or load_behaviour(), step_months=step_months)["hours"][0])


def generated_groups(service: Organisation, scheme: Scheme) -> dict[str, int]:
    """Sizes of the peer groups that a scheme makes of a generated service, by the names of its units."""
    from sim.population.founding import plan_units

    kind = scheme.appraisal.grades.peer_group
    sizes: Counter[str] = Counter()
    for unit in plan_units(service):
        below = {
            PeerGroup.DEPARTMENT: (unit.branch or "offices", unit.department.name),
            PeerGroup.BRANCH: (unit.branch or "offices",),
            PeerGroup.SEQUENCE: (unit.department.sequence,),
            PeerGroup.BUREAU: (),
        }
        sizes["/".join((*unit.bureau, *below[kind]))] += unit.department.cadres
    return dict(sizes)


def diff(a: Reference | Scheme, b: Reference | Scheme, language: str = "en") -> str:
    """What changes from one document to another of the same kind, in words (`en` or `zh`); schemes link by link.

    Schemes may be objects as well.

    Raises:
        UserError: there is no such language; where a document has mistakes, or they are of different kinds or studies.
    """
    check_language(language)
    if isinstance(a, Scheme) or isinstance(b, Scheme):
        before, after = (one if isinstance(one, Scheme) else load_scheme(one) for one in (a, b))
        return difference_in_words(before, after, language)
    kinds = [kind_of(a), kind_of(b)]
    if kinds[0] != kinds[1]:
        raise UserError.of(
            "these are documents of different kinds",
            found=f"{a}: {KINDS[kinds[0]]}, {b}: {KINDS[kinds[1]]}",
            expected="two schemes, two organisations or two behaviours",
        )
    if kinds[0] == "studies":
        raise UserError.of("studies are not compared in words", expected="two schemes, two organisations or two behaviours")
    if kinds[0] == "schemes":
        return difference_in_words(load_scheme(a), load_scheme(b), language)
    reader: Any = read_organisation if kinds[0] == "organisations" else read_behaviour
    return _plain_difference(reader(a), reader(b), language)


def _plain_difference(a: Loaded[Any], b: Loaded[Any], language: str) -> str:
    """The differing values of two documents by path; units with a name are matched by it, not by their place in the list."""
    called = [getattr(one.document, "title", "") or getattr(one.document, "name", "") or one.files[0].stem for one in (a, b)]
    before, after = (_leaves(one.document.model_dump(mode="json")) for one in (a, b))
    changes: list[tuple[str, str, str | None, str | None]] = []
    for path in dict.fromkeys([*before, *after]):
        if before.get(path) != after.get(path) and path[0] not in ("name", "title", "summary"):
            changes.append(("", dotted(path), _told(before, path), _told(after, path)))
    return changes_in_words(called[0], called[1], changes, language)


def _told(leaves: Mapping[tuple[str | int, ...], Any], path: tuple[str | int, ...]) -> str | None:
    """A value of a document; None where it is not there."""
    return value_in_words(leaves[path]).removeprefix("the number ").removeprefix("the text ") if path in leaves else None


def _leaves(value: Any, path: tuple[str | int, ...] = ()) -> dict[tuple[str | int, ...], Any]:
    """Every plain value with its path."""
    parts: list[tuple[str | int, Any]]
    if isinstance(value, Mapping):
        parts = [(str(key), item) for key, item in value.items()]
    elif isinstance(value, Sequence) and not isinstance(value, str):
        parts = [(_step(item, index), item) for index, item in enumerate(value)]
    else:
        return {path: value}
    return {found: leaf for step, item in parts for found, leaf in _leaves(item, (*path, step)).items()}


def _step(item: Any, index: int) -> str | int:
    return str(item["name"]) if isinstance(item, Mapping) and "name" in item else index
