"""One point of a study, and the name of each of its runs by what the run depends on.

A run is a pure function of the model's code, the documents, the seed, the replicate and the months. `run_key` hashes exactly
these, so that a run that is stored somewhere is found again by its content: whatever study asks for it, in whatever order, and
never after the model has changed. Labels for people (name, title, summary of a document) change no run and no key.
"""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

from experiments.design.study import Design, hash_sources

if TYPE_CHECKING:
    from sim.run import Change
    from sim.schemes.behaviour import Behaviour
    from sim.schemes.organisation import Organisation
    from sim.schemes.scheme import Scheme

#: What a document is called: no run depends on it.
LABELS = frozenset({"name", "title", "summary"})

#: Bytes of a key. Two of 10^12 runs share one by chance with a probability of 10^-15.
KEY_BYTES = 16

#: Digests of documents that are remembered: organisation and schemes stay, behaviours come and go.
REMEMBERED = 512


class Setup(Protocol):
    """What a core needs to prepare runs: a `Case` or a `Design`."""

    @property
    def schemes(self) -> tuple[Scheme, ...]: ...
    @property
    def organisation(self) -> Organisation: ...
    @property
    def behaviour(self) -> Behaviour: ...
    @property
    def baseline_scheme(self) -> Scheme: ...
    @property
    def months(self) -> int: ...
    @property
    def warmup_months(self) -> int: ...
    @property
    def seed(self) -> int: ...


@dataclass(frozen=True)
class Case:
    """One point of a study: everything its runs depend on besides scheme and replicate.

    ``point`` is the row of the study's table of points (a label: no run depends on it); the warm-up runs under ``baseline``.
    Names of the schemes are unique within a case.
    """

    schemes: tuple[Scheme, ...]
    organisation: Organisation
    behaviour: Behaviour
    baseline: Scheme
    months: int
    warmup_months: int
    seed: int
    point: int = 0
    schedule: tuple[Change, ...] = ()  # changes of scheme that follow, the same for all schemes of the case

    @property
    def baseline_scheme(self) -> Scheme:
        """The scheme of the warm-up, called as in a `Design`."""
        return self.baseline


@dataclass(frozen=True)
class Course:
    """A course of events, which stands in a case where a scheme does: the baseline, then changes branch by branch.

    The courses of a case share a warm-up, as its schemes would, but each has changes and months of its own. Of its runs the
    months of the bureau are kept and, for some ``outcomes``, those of some ``branches`` (by number).
    """

    name: str
    changes: tuple[Change, ...]
    months: int
    branches: tuple[int, ...]
    outcomes: tuple[str, ...]

    @property
    def digest(self) -> bytes:
        """Hash of what its runs depend on, and of what is kept of them."""
        content = hashlib.blake2b(b"Course", digest_size=KEY_BYTES)
        _take_in(content, self.changes)
        content.update(json.dumps([self.months, self.branches, self.outcomes]).encode())
        return content.digest()


def case_of_courses(design: Design, courses: Sequence[Course], point: int = 0) -> Case:
    """A point whose runs are courses of events under a design's baseline (`experiments.runs.courses.walk_courses` walks them)."""
    return replace(case_of(design, point), schemes=cast("tuple[Scheme, ...]", tuple(courses)))


def case_of(design: Design, point: int = 0) -> Case:
    """The only point of a comparison."""
    return Case(
        schemes=design.schemes,
        organisation=design.organisation,
        behaviour=design.behaviour,
        baseline=design.baseline_scheme,
        months=design.months,
        warmup_months=design.warmup_months,
        seed=design.seed,
        point=point,
    )


def run_key(case: Case, scheme: Scheme, replicate: int) -> str:
    """Name of one run by its content: 32 hexadecimal digits.

    Depends on the code of `sim` (not of `experiments`), scheme, organisation, behaviour, baseline and length of the warm-up,
    months, scheduled changes, seed and replicate; not on the point, the order of the schemes or any label.
    """
    return key_of(case_digest(case), scheme, replicate).hex()


def key_of(case: bytes, scheme: Scheme, replicate: int) -> bytes:
    """The key as bytes, from `case_digest` (which the runs of a point share)."""
    return hashlib.blake2b(b"%b%b%d" % (case, digest_of(scheme), replicate), digest_size=KEY_BYTES).digest()


def case_digest(case: Case) -> bytes:
    """Hash of what all runs of a case share."""
    shared = hashlib.blake2b(model_code().encode(), digest_size=KEY_BYTES)
    for document in (case.organisation, case.behaviour, case.baseline):
        shared.update(digest_of(document))
    shared.update(b"%d %d %d" % (case.months, case.warmup_months, case.seed))
    _take_in(shared, case.schedule)
    return shared.digest()


def _take_in(content: hashlib.blake2b, changes: Sequence[Change]) -> None:
    for change in changes:
        content.update(digest_of(change.scheme))
        content.update(json.dumps([change.month, *change.branches]).encode())


class _Digests:
    """Digests of documents by identity. A remembered document is kept alive, so that its identity is nobody else's."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: OrderedDict[int, tuple[Any, bytes]] = OrderedDict()

    def of(self, document: Any) -> bytes:
        known = self._known.get(id(document))
        if known is not None and known[0] is document:
            return known[1]
        text = document.model_dump_json(exclude=LABELS)
        digest = hashlib.blake2b(f"{type(document).__name__} {text}".encode(), digest_size=KEY_BYTES).digest()
        self._known[id(document)] = (document, digest)
        if len(self._known) > self._most:
            self._known.popitem(last=False)
        return digest


_digests = _Digests(REMEMBERED)


def digest_of(document: Any) -> bytes:
    """Hash of a document's content (or a course's) without its labels (documents are frozen, so it is remembered)."""
    return document.digest if isinstance(document, Course) else _digests.of(document)


@lru_cache(maxsize=1)
def model_code() -> str:
    """Hash of the sources of `sim` (hexadecimal SHA-256), the same wherever they are installed."""
    return hash_sources([Path(__file__).resolve().parents[2] / "sim"])


def about_study(
    design: Design, verb: str, command: str = "", *, setting: Mapping[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    """What a store is told of any study: who it is, then ``setting``, which must stay the same while it grows.

    ``setting`` adds a verb's own to what every study must keep; ``more`` is what is asked for now (``asked``, ``n_runs`` ...).
    """
    return {
        "verb": verb,
        "name": design.name,
        "title": design.title,
        "command": command,
        "setting": {
            "months": design.months,
            "warmup_months": design.warmup_months,
            "seed": design.seed,
            "baseline": design.baseline,
            "organisation": digest_of(design.organisation).hex(),
            "behaviour": digest_of(design.behaviour).hex(),
            **(setting or {}),
        },
        **more,
    }
