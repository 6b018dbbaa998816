"""A question as a table of runs: which schemes, in which organisation, how often, with which luck.

A `Design` is complete: whoever has it can repeat every run to the bit. Its content hash names the runs by what they
depend on, the code included, so that a table can say exactly what made it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, is_dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.design.targets import Wanted, wanted_of
from sim.bounds import LARGEST_SEED, MOST_REPLICATES, check_lengths, check_number
from sim.errors import UserError
from sim.outcomes import HEADLINES, OUTCOME_NAMES

if TYPE_CHECKING:
    from sim.schemes.behaviour import Behaviour
    from sim.schemes.organisation import Organisation
    from sim.schemes.scheme import Scheme

#: Explicit rewards that cost the bureau money; what `--equal-budget` scales.
REWARDS = ("bonus_per_point", "unit_bonus_per_point", "top_prize", "second_prize", "bottom_cut")


@dataclass(frozen=True)
class Design:
    """Every run of a comparison: each scheme meets the same replicates (the same luck) in the same organisation.

    ``baseline`` names the scheme that the others are measured against and under which the warm-up runs. ``headline``
    names the outcomes that tables and figures show; ``equal_budget`` asks for rewards scaled to the same cost; ``wanted`` is
    what the comparison must reach (``replicates`` are then those it begins with), ``winners`` whether desks are compared,
    ``question`` what it asks, as a sentence.
    """

    name: str
    organisation: Organisation
    behaviour: Behaviour
    schemes: tuple[Scheme, ...]
    baseline: str
    months: int = 36
    warmup_months: int = 24
    replicates: int = 100
    seed: int = 1
    title: str = ""
    headline: tuple[str, ...] = HEADLINES
    equal_budget: bool = False
    wanted: Wanted | None = None
    winners: bool = True
    question: str = ""

    def __post_init__(self) -> None:
        """Refuse what no run could be made of.

        Raises:
            UserError: no scheme, two schemes of one name, an unknown baseline or outcome, or a number out of its bounds.
        """
        names = self.scheme_names
        twice = sorted({name for name in names if names.count(name) > 1})
        if not names:
            raise UserError.of("no scheme to run", hint="name one or more schemes; `cadresim schemes` lists them")
        if twice:
            raise UserError.of(
                f"two schemes are called {', '.join(twice)}",
                hint="name a scheme once; where two differ, give each a name of its own: `name:` in its file",
            )
        if self.baseline not in names:
            raise UserError.of(
                "the baseline is not among the schemes", found=self.baseline, expected=f"one of {', '.join(names)}"
            )
        unknown = [name for name in self.headline if name not in OUTCOME_NAMES]
        if unknown:
            raise UserError.of("there is no such outcome", found=", ".join(unknown), expected="names of outcomes")
        check_lengths(self.months, self.warmup_months, self.organisation.step_months)
        check_number("replicates", self.replicates, low=1, high=MOST_REPLICATES)
        check_number("seed", self.seed, low=0, high=LARGEST_SEED)

    @property
    def scheme_names(self) -> tuple[str, ...]:
        """Names of the schemes in the order of the study."""
        return tuple(scheme.name for scheme in self.schemes)

    @property
    def titles(self) -> dict[str, str]:
        """Name for people of every scheme."""
        return {scheme.name: scheme.title or scheme.name.replace("_", " ") for scheme in self.schemes}

    @property
    def baseline_scheme(self) -> Scheme:
        """The scheme that the others are measured against."""
        return next(scheme for scheme in self.schemes if scheme.name == self.baseline)

    @property
    def n_runs(self) -> int:
        """Number of runs: schemes times replicates."""
        return len(self.schemes) * self.replicates

    def with_schemes(self, schemes: Sequence[Scheme]) -> Design:
        """The same design with other schemes."""
        return replace(self, schemes=tuple(schemes))

    def resolved(self) -> dict[str, Any]:
        """Everything the runs depend on except the code, as plain data (for the manifest and the content hash)."""
        return {
            "name": self.name,
            "title": self.title,
            "question": self.question,
            "months": self.months,
            "warmup_months": self.warmup_months,
            "replicates": self.replicates,
            "seed": self.seed,
            "baseline": self.baseline,
            "headline": list(self.headline),
            "equal_budget": self.equal_budget,
            "wanted": self.wanted.plain() if self.wanted else None,
            "winners": self.winners,
            "organisation": plain(self.organisation),
            "behaviour": plain(self.behaviour),
            "schemes": [plain(scheme) for scheme in self.schemes],
        }

    def content_hash(self) -> str:
        """Name of this design by its content: configuration and code (hexadecimal SHA-256).

        The order of the schemes, titles and what is shown first change no run, so they do not change the hash either.
        """
        content = self.resolved()
        for label in ("name", "title", "question", "headline", "wanted", "winners"):
            del content[label]
        content["schemes"] = sorted(content["schemes"], key=lambda scheme: scheme["name"])
        text = json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
        return hashlib.sha256(f"{code_hash()}\n{text}".encode()).hexdigest()


def design_of(resolved: Mapping[str, Any]) -> Design:
    """The design that `Design.resolved` told, read back out of a manifest.

    Raises:
        UserError: something is missing or does not fit the documents of this version.
    """
    from pydantic import ValidationError

    from sim.schemes.behaviour import Behaviour
    from sim.schemes.organisation import Organisation
    from sim.schemes.scheme import Scheme

    plain_fields = ("name", "title", "months", "warmup_months", "replicates", "seed", "baseline", "equal_budget", "winners")
    try:
        return Design(
            organisation=Organisation.model_validate(resolved["organisation"]),
            behaviour=Behaviour.model_validate(resolved["behaviour"]),
            schemes=tuple(Scheme.model_validate(scheme) for scheme in resolved["schemes"]),
            headline=tuple(resolved["headline"]),
            wanted=wanted_of(resolved["wanted"]),
            question=str(resolved.get("question", "")),
            **{name: resolved[name] for name in plain_fields},
        )
    except (ValidationError, KeyError, TypeError, AttributeError, ValueError) as error:
        raise UserError.of(
            "the study in the manifest cannot be read",
            found=" ".join(str(error).split())[:200],
            hint="results of another version: run the study again",
        ) from error


def plain(document: Any) -> Any:
    """A document as plain data: only dictionaries, lists, text and numbers."""
    if hasattr(document, "model_dump"):
        return document.model_dump(mode="json")
    if is_dataclass(document) and not isinstance(document, type):
        return asdict(document)
    return document


@lru_cache(maxsize=1)
def code_hash() -> str:
    """Hash of the sources of `sim` and `experiments` (hexadecimal SHA-256), the same wherever they are installed."""
    here = Path(__file__).resolve().parents[1]
    return hash_sources([here.parent / "sim", here])


def hash_sources(packages: Sequence[Path]) -> str:
    """Hash of all Python files of the packages; line endings do not count, names and contents do."""
    digest = hashlib.sha256()
    for package in packages:
        for path in sorted(package.rglob("*.py")):
            digest.update(path.relative_to(package.parent).as_posix().encode() + b"\0")
            digest.update(path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return digest.hexdigest()


# --- levers ----------------------------------------------------------------------------------------------------------


def has_rewards(scheme: Scheme) -> bool:
    """Whether the scheme pays any explicit reward."""
    explicit = scheme.application.explicit
    return any(getattr(explicit, reward) > 0 for reward in REWARDS)


def with_rewards_scaled(scheme: Scheme, factor: float) -> Scheme:
    """The scheme with every explicit reward times ``factor`` (1 = unchanged, 0 = none).

    Raises:
        UserError: a scaled reward leaves the bounds of its element.
    """
    from pydantic import ValidationError

    content = scheme.model_dump()
    explicit = content["application"]["explicit"]
    for reward in REWARDS:
        explicit[reward] *= factor
    try:
        return type(scheme).model_validate(content)
    except ValidationError as error:
        reward = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise UserError.of(
            f"{scheme.name}: scaled by {factor:.3g}, {reward} leaves its bounds", hint="leave this scheme out of --equal-budget"
        ) from error
