"""Worlds that a scheme may meet: what the designer does not choose and does not know for sure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Literal

from pydantic import Field, model_validator

from sim.errors import UserError
from sim.schemes.behaviour import Behaviour
from sim.schemes.load import Loaded
from sim.schemes.misfit import Misfit, refuse
from sim.schemes.paths import Range, element_of, full_path
from sim.schemes.plans.plan import Documents, Misfits, Plan
from sim.schemes.plans.sensitivity import declared_ranges
from sim.schemes.plans.varying import Short, Span, check_ranges, range_of
from sim.schemes.scheme import Document, count
from sim.schemes.words import did_you_mean, quoted


class Limit(Document):
    """How much of an outcome is enough, or too much."""

    at_least: float | Literal["start"] | None = Field(None, description="Lowest value that is good enough; start = as now.")
    at_most: float | Literal["start"] | None = Field(None, description="Highest value that is good enough; start = as now.")

    @model_validator(mode="after")
    def _one_end(self) -> Limit:
        if (self.at_least is None) == (self.at_most is None):
            refuse([Misfit((), "a limit has one end", "both" if self.at_least is not None else "none", "at_least or at_most")])
        return self


class Worlds(Plan):
    """How many worlds are drawn, from what, and how often each is run."""

    number: int = count(200, "Worlds.", low=10, high=1_000_000, unit="worlds")
    replicates: int = count(4, "Replicates of each scheme in each world, to tell luck.", low=2, high=10_000, unit="runs")
    behaviours: Literal["declared", "posterior"] = Field(
        "declared", description="Behaviours from the declared low and high of every parameter, or from the fitted posterior."
    )
    parameters: list[str] = Field(
        default_factory=list, description="Behaviour parameters that worlds differ in; by default all that declare a range."
    )
    vary: dict[str, Short | Span] = Field(
        default_factory=dict, description="Further paths of organisation or behaviour with ranges of their own."
    )

    def ranges(self, behaviour: Loaded[Behaviour], fitted: Collection[str] = ()) -> dict[str, Range]:
        """What worlds differ in, by full path. With `fitted` names only those (which the posterior holds), then `vary`.

        Raises:
            UserError: no such path, no declared range, a value the element cannot take.
        """
        declared = declared_ranges(behaviour)
        names = self.parameters or (list(fitted) if self.behaviours == "posterior" else list(declared))
        ranges = {f"behaviour.{_name(path)}": declared_range(path, declared) for path in names}
        return ranges | {full_path(path): range_of(full_path(path), span) for path, span in self.vary.items()}

    def world_misfits(self, documents: Documents, *above: str) -> Misfits:
        """Parameters and paths that worlds cannot differ in."""
        found = Misfits()
        declared = declared_ranges(documents.behaviour)
        for index, path in enumerate(self.parameters):
            with found.gathered(*above, "parameters", index):
                declared_range(path, declared)
            if path in self.parameters[:index]:
                found.append(Misfit((*above, "parameters", index), "this parameter stands here twice", quoted(path), "each once"))
        ranges: dict[str, Range] = {}
        for path, span in self.vary.items():
            with found.gathered(*above, "vary", path):
                if element_of(path).document == "scheme":
                    expected = "paths of organisation or behaviour: schemes are what is chosen among"
                    found.append(Misfit((*above, "vary", path), "this is no part of the world", quoted(path), expected))
                    continue
                ranges[path] = range_of(path, span)
        check_ranges(ranges, documents, found, *above, "vary")
        return found


def _name(path: str) -> str:
    return full_path(path).removeprefix("behaviour.")


def declared_range(path: str, declared: Mapping[str, tuple[float, float]]) -> Range:
    """The declared range of a behaviour parameter.

    Raises:
        UserError: no such parameter, or one without a range.
    """
    element = element_of(path)
    if element.document != "behaviour":
        raise UserError.of(
            "this is no behaviour parameter", path=path, expected="a name such as crowding", hint=f"vary: {{{path}: [low, high]}}"
        )
    if _name(path) not in declared:
        raise UserError.of(
            "this parameter declares no range", path=path, expected="low and high beside its value",
            hint=did_you_mean(path, declared) or f"vary: {{{path}: [low, high]}}",
        )  # fmt: skip
    return Range.of(full_path(path), *declared[_name(path)])


def limit_misfits(limits: Mapping[str, Limit], documents: Documents, found: Misfits, at: str, *, start: bool) -> None:
    """Limits on outcomes that do not exist, or that speak of a start where there is none."""
    for name, limit in limits.items():
        if documents.outcome_names and name not in documents.outcome_names:
            hint = did_you_mean(name, documents.outcome_names)
            found.append(Misfit((at, name), "there is no such outcome", quoted(name), "the name of an outcome", hint))
        if not start and "start" in (limit.at_least, limit.at_most):
            found.append(Misfit((at, name), "there is no start here", "start", "a number"))
