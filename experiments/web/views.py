"""What one address of the page says: a bureau, two to four schemes with changes, months, a seed.

``o=county_bureau&s=deduction_heavy&s=combined_incentives~process.coaching=0.5~title=With+coaching&months=36&seed=1``. The first
scheme is the baseline: the warm-up runs under it and the others are compared with it. Everything is checked against the
model; what lies outside its bounds is refused with the element's own words.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from experiments.design.cases import Case
from experiments.web.documents import Documents
from sim.errors import Finding, UserError
from sim.schemes.fit import check_scheme_fits
from sim.schemes.load import Loaded, load_behaviour
from sim.schemes.nodes import Place, node_of
from sim.schemes.organisation import Organisation
from sim.schemes.paths import Value, element_of, with_values
from sim.schemes.scheme import Scheme
from sim.schemes.words import quoted

if TYPE_CHECKING:
    from starlette.datastructures import QueryParams

FEWEST_SCHEMES, MOST_SCHEMES = 1, 4
MOST_CHANGES = 120
LONGEST_TITLE = 80
LONGEST_NUMBER = 12
MONTHS = (12, 120)
WARMUP_MONTHS = 24
MOST_SEED = 2**31 - 1
LETTERS = "ABCD"

_PATH = re.compile(r"[a-z_]{1,40}(\.[A-Za-z0-9_]{1,60}){1,5}")
_NUMBER = re.compile(r"-?(\d{1,12}(\.\d{0,12})?|\.\d{1,12})([eE]-?\d{1,2})?")
_WORD = re.compile(r"[a-z][a-z0-9_]{0,40}")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")

MOST_REMEMBERED = 512
MOST_ELEMENTS = 20_000


@dataclass(frozen=True)
class Choice:
    """One scheme of a view: a document and what was changed of it."""

    letter: str
    reference: str
    source: Loaded[Scheme]
    changes: tuple[tuple[str, Value], ...]
    title: str
    scheme: Scheme

    @property
    def loaded(self) -> Loaded[Scheme]:
        """The scheme with places, for advice: every path is there."""
        return Loaded(self.scheme, node_of(self.scheme.model_dump(mode="json"), Place(self.letter)), ())


@dataclass(frozen=True)
class View:
    """All that an address says."""

    reference: str
    organisation: Loaded[Organisation]
    choices: tuple[Choice, ...]
    months: int
    seed: int

    @property
    def case(self) -> Case:
        """The runs of the view; the first scheme is the baseline."""
        schemes = tuple(choice.scheme for choice in self.choices)
        return Case(schemes, self.organisation.document, behaviour(), schemes[0], self.months, WARMUP_MONTHS, self.seed)


@lru_cache(maxsize=1)
def behaviour():  # type: ignore[no-untyped-def]
    """How people behave: the default."""
    return load_behaviour()


class Views:
    """Reads addresses; remembers the schemes it has put together."""

    def __init__(self, documents: Documents) -> None:
        self.documents = documents
        self._made: OrderedDict[tuple[str, tuple[tuple[str, Value], ...]], Scheme] = OrderedDict()

    def read(self, query: QueryParams) -> View:
        """The view of a query.

        Raises:
            UserError: with what is wrong; paths begin with the letter of the scheme (``B.process.coaching``).
        """
        organisation = self.documents.organisation(query.get("o", "county_bureau"))
        asked = query.getlist("s") or ["deduction_heavy", "combined_incentives"]
        if not FEWEST_SCHEMES <= len(asked) <= MOST_SCHEMES:
            raise UserError.of(
                "too many schemes", path="s", found=str(len(asked)), expected=f"{FEWEST_SCHEMES} to {MOST_SCHEMES}"
            )
        choices = tuple(self.choice(letter, text, organisation.document) for letter, text in zip(LETTERS, asked, strict=False))
        months = whole(query.get("months", "36"), "months", *MONTHS)
        step = organisation.document.step_months
        return View(
            query.get("o", "county_bureau"), organisation, choices, max(step, months - months % step),
            whole(query.get("seed", "1"), "seed", 0, MOST_SEED),
        )  # fmt: skip

    def choice(self, letter: str, text: str, organisation: Organisation) -> Choice:
        """One scheme out of ``reference~path=value~...~title=...``."""
        reference, *parts = text.split("~")
        source = self.documents.scheme(reference)
        if element_of.cache_info().currsize > MOST_ELEMENTS:  # names of indicators are anybody's: they must not pile up
            element_of.cache_clear()
        try:
            changes, title = read_changes(parts)
            scheme = self._scheme(reference, source.document, changes)
            check_scheme_fits(scheme, organisation)
        except UserError as error:
            raise UserError([_under(letter, finding) for finding in error.findings]) from error
        return Choice(letter, reference, source, changes, title, scheme)

    def _scheme(self, reference: str, source: Scheme, changes: tuple[tuple[str, Value], ...]) -> Scheme:
        """The document with its changes; the same object for the same changes, so that nothing is prepared twice."""
        if not changes:
            return source
        known = self._made.get((reference, changes))
        if known is None:
            known = with_values(source, dict(changes))
            self._made[reference, changes] = known
            while len(self._made) > MOST_REMEMBERED:
                self._made.popitem(last=False)
        return known


def read_changes(parts: Iterable[str]) -> tuple[tuple[tuple[str, Value], ...], str]:
    """(changes sorted by path, title) out of ``path=value`` parts.

    Raises:
        UserError: no such element, no such value, too many.
    """
    changes: dict[str, Value] = {}
    title = ""
    for part in parts:
        path, _, written = part.partition("=")
        if path == "title":
            title = " ".join(_UNPRINTABLE.sub(" ", written).split())[:LONGEST_TITLE]
            continue
        if not _PATH.fullmatch(path) or element_of(path).document != "scheme":
            raise UserError.of("there is no such element", path=path[:120], found=quoted(path[:80]))
        changes[path.removeprefix("scheme.")] = element_of(path).fitting(read_value(written, path))
    if len(changes) > MOST_CHANGES:
        raise UserError.of("too many changes", found=str(len(changes)), expected=f"at most {MOST_CHANGES}")
    return tuple(sorted(changes.items())), title


def read_value(written: str, path: str) -> Value:
    """A number or a word as it stands in an address."""
    if _NUMBER.fullmatch(written):
        return int(written) if written.lstrip("-").isdecimal() else float(written)
    if _WORD.fullmatch(written):
        return written
    raise UserError.of("neither a number nor a choice", path=path, found=quoted(written[:80]))


def whole(written: str, name: str, low: int, high: int) -> int:
    """A whole number of a query, within bounds.

    Raises:
        UserError: anything else.
    """
    if not written.isascii() or not written.isdecimal():
        raise UserError.of("not a whole number", path=name, found=quoted(written[:40]), expected=f"{low} to {high}")
    if len(written) > LONGEST_NUMBER or not low <= int(written) <= high:
        raise UserError.of("out of bounds", path=name, found=quoted(written[:40]), expected=f"{low} to {high}")
    return int(written)


def _under(letter: str, finding: Finding) -> Finding:
    """A finding at a scheme's element, its path under the letter of the scheme."""
    path = finding.path.split(" = ", 1)[0].split(", ", 1)[0].removeprefix("scheme.")
    return Finding(
        path=f"{letter}.{path}", problem=finding.problem, found=finding.found, expected=finding.expected, hint=finding.hint
    )
