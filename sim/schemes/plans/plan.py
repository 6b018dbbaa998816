"""What every kind of study shares: a block of settings that can check itself against the documents of the study."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.errors import UserError
from sim.schemes.misfit import Misfit
from sim.schemes.scheme import Document
from sim.schemes.words import did_you_mean, quoted

if TYPE_CHECKING:
    from sim.schemes.behaviour import Behaviour
    from sim.schemes.load import Loaded
    from sim.schemes.organisation import Organisation
    from sim.schemes.scheme import Scheme

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Documents:
    """What a study is about, read: everything its settings may refer to."""

    schemes: Sequence[Loaded[Scheme]]
    baseline: str
    organisation: Loaded[Organisation]
    behaviour: Loaded[Behaviour]
    outcome_names: Collection[str] = ()


class Plan(Document):
    """Base of the settings of a kind of study."""

    def misfits(self, documents: Documents) -> Iterable[Misfit]:
        """Everything in these settings that the study's documents cannot take, each at its path below the block."""
        return ()


class Misfits(list[Misfit]):
    """Misfits as they are found."""

    @contextmanager
    def gathered(self, *at: str | int) -> Iterator[None]:
        """Turn the findings of a `UserError` in the block into misfits at a path of the settings."""
        try:
            yield
        except UserError as error:
            self += [Misfit(at, finding.problem, finding.found, finding.expected, finding.hint) for finding in error.findings]

    def unknown_outcomes(self, names: Sequence[str], known: Collection[str], *at: str) -> None:
        """Names that are no outcomes, or stand there twice."""
        for index, name in enumerate(names):
            if known and name not in known:
                hint = did_you_mean(name, known)
                self.append(Misfit((*at, index), "there is no such outcome", quoted(name), "the name of an outcome", hint))
            elif name in names[:index]:
                self.append(Misfit((*at, index), "this outcome stands here twice", quoted(name), "each outcome once"))
