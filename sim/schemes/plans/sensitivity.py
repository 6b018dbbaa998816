"""`verb: sensitivity`: which parameters an outcome, or a difference between two schemes, hinges on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from sim.errors import UserError
from sim.schemes.behaviour import Behaviour
from sim.schemes.load import Loaded
from sim.schemes.misfit import Misfit
from sim.schemes.paths import Range, element_of, full_path
from sim.schemes.plans.plan import Documents, Misfits, Plan
from sim.schemes.plans.varying import Short, Span, check_ranges, range_of
from sim.schemes.posterior import load_posterior
from sim.schemes.scheme import count, element
from sim.schemes.words import did_you_mean, quoted

Method = Literal["sobol", "morris", "efast", "rbd_fast", "delta", "pawn", "hdmr", "dgsm"]

SOBOL: tuple[Method, ...] = ("sobol",)

#: Fewest samples a method can do with (eFAST: more than 4 M^2 with M = 4 interference factors).
FEWEST: dict[str, int] = {
    "sobol": 8, "morris": 4, "efast": 65, "rbd_fast": 64, "delta": 64, "pawn": 64, "hdmr": 300, "dgsm": 8,
}  # fmt: skip

#: Methods whose samples move groups of parameters together.
GROUPING = ("sobol", "morris")


class SensitivityPlan(Plan):
    """Which parameters are varied, how they are sampled, and what is looked at."""

    methods: list[Method] = Field(
        default_factory=lambda: list(SOBOL),
        min_length=1,
        max_length=8,
        description="Methods; those of one sampler share their runs.",
    )
    samples: int = count(
        256,
        "Size N of a sample: base points (sobol, dgsm), trajectories (morris), points a parameter (efast), points (others).",
        low=4,
        high=1_000_000,
        unit="points",
    )
    second_order: bool = Field(False, description="Sobol: interactions of every pair too (2 N (k + 1) runs).")
    parameters: list[str] | dict[str, Short | Span] = Field(
        default_factory=list,
        description="Paths with their declared ranges, or paths with ranges; by default every behaviour parameter with a range.",
    )
    groups: dict[str, list[str]] = Field(
        default_factory=dict, description="Parameters that are varied together, by name of the group (sobol, morris)."
    )
    outcomes: list[str] = Field(default_factory=list, description="Outcomes to look at; by default all.")
    difference: bool = Field(False, description="Look at the difference of every scheme to the baseline instead of each scheme.")
    behaviours: Literal["declared", "posterior"] = Field(
        "declared", description="Ranges of behaviour: as declared, or where the fitted posterior lies (its middle 95 %)."
    )
    luck_points: int = count(64, "Points that are run with several replicates, to tell luck.", low=0, high=100_000, unit="points")
    luck_replicates: int = count(4, "Replicates of each of these points.", low=2, high=10_000, unit="runs")
    dummy: bool = Field(True, description="Carry a parameter that changes nothing: the floor of every index.")
    resamples: int = count(200, "Resamples behind every interval.", low=10, high=100_000, unit="resamples")
    confidence: float = element(0.95, "Confidence of the intervals.", low=0.5, high=0.999)

    def ranges(
        self, behaviour: Loaded[Behaviour], posterior: Mapping[str, tuple[float, float]] | None = None
    ) -> dict[str, Range]:
        """The range of every parameter by its path as written; `posterior` gives ranges of behaviour in place of the declared.

        Raises:
            UserError: no such path, no declared range, or a value the element cannot take.
        """
        declared = {**declared_ranges(behaviour), **(posterior or {})}
        if isinstance(self.parameters, dict):
            return {path: range_of(path, span) for path, span in self.parameters.items()}
        names = self.parameters or list(declared)
        return {path: _declared(path, declared) for path in names}

    def misfits(self, documents: Documents) -> list[Misfit]:
        """Parameters, groups and outcomes that do not exist, and sizes that a method cannot do with."""
        found = Misfits()
        found.unknown_outcomes(self.outcomes, documents.outcome_names, "outcomes")
        ranges = self._ranges(documents, found)
        listed_by_place = not isinstance(self.parameters, dict)
        keys = {(self.parameters.index(path) if listed_by_place and self.parameters else path): r for path, r in ranges.items()}  # type: ignore[union-attr]
        if isinstance(self.parameters, dict) or self.parameters:
            check_ranges(keys, documents, found, "parameters")  # type: ignore[arg-type]
        if not ranges and not found:
            told = "the behaviour declares no ranges"
            found.append(Misfit((), "there is no parameter to vary", told, "parameters with ranges"))
        if self.behaviours == "posterior":
            with found.gathered("behaviours"):
                load_posterior()
        found += self._size_misfits()
        found += self._group_misfits(list(ranges))
        stepped = [path for path, span in ranges.items() if span.kind != "number"]
        if "dgsm" in self.methods and stepped:
            told = f"{stepped[0]} has steps of its own"
            at = ("methods", self.methods.index("dgsm"))
            found.append(Misfit(at, "dgsm takes small steps along a continuous range", told, "parameters that are plain numbers"))
        others = [scheme for scheme in documents.schemes if scheme.document.name != documents.baseline]
        if self.difference and not others:
            found.append(Misfit(("difference",), "a difference needs two schemes", "one scheme", "a baseline and another scheme"))
        return found

    def _ranges(self, documents: Documents, found: Misfits) -> dict[str, Range]:
        declared = declared_ranges(documents.behaviour)
        ranges: dict[str, Range] = {}
        if isinstance(self.parameters, dict):
            for path, span in self.parameters.items():
                with found.gathered("parameters", path):
                    ranges[path] = range_of(path, span)
            return ranges
        for index, path in enumerate(self.parameters):
            if path in self.parameters[:index]:
                found.append(Misfit(("parameters", index), "this parameter stands here twice", quoted(path), "each once"))
                continue
            with found.gathered("parameters", index):
                ranges[path] = _declared(path, declared)
        return ranges if self.parameters else {path: _declared(path, declared) for path in declared}

    def _size_misfits(self) -> list[Misfit]:
        found = []
        for index, method in enumerate(self.methods):
            if method in self.methods[:index]:
                found.append(Misfit(("methods", index), "this method stands here twice", method, "each once"))
            if self.samples < FEWEST[method]:
                expected = f"at least {FEWEST[method]} for {method}"
                found.append(Misfit(("samples",), "too few samples for this method", f"{self.samples}", expected))
            if self.groups and method not in GROUPING:
                found.append(
                    Misfit(("methods", index), "this method cannot vary groups", method, f"one of {', '.join(GROUPING)}")
                )
        if "sobol" in self.methods and self.samples & (self.samples - 1):
            power = self.samples.bit_length()
            hint = f"{2 ** (power - 1)} or {2**power}"
            found.append(
                Misfit(("samples",), "Sobol indices need a power of two", f"{self.samples}", "64, 128, 256, 512, 1024 ...", hint)
            )
        return found

    def _group_misfits(self, parameters: list[str]) -> list[Misfit]:
        found, placed = [], dict[str, str]()
        for name, members in self.groups.items():
            if not members:
                found.append(Misfit(("groups", name), "the group is empty", "", "names of parameters"))
            for index, member in enumerate(members):
                if member not in parameters:
                    hint = did_you_mean(member, parameters)
                    found.append(
                        Misfit(("groups", name, index), "the study does not vary this", quoted(member), "a parameter", hint)
                    )
                elif member in placed:
                    told = f"{quoted(member)} stands in {placed[member]} too"
                    found.append(Misfit(("groups", name, index), "a parameter in two groups", told, "each in one group"))
                placed[member] = name
            if name in parameters and members != [name]:
                found.append(Misfit(("groups", name), "a group is called like a parameter", quoted(name), "a name of its own"))
        return found


def declared_ranges(behaviour: Loaded[Behaviour]) -> dict[str, tuple[float, float]]:
    """Low and high of every behaviour parameter that declares them apart, by its name."""
    return {
        name: (beside.low, beside.high)
        for name, beside in behaviour.annotations.items()
        if beside.low is not None and beside.high is not None and beside.low < beside.high
    }


def _declared(path: str, declared: Mapping[str, tuple[float, float]]) -> Range:
    element = element_of(path)
    name = full_path(path).removeprefix("behaviour.")
    if element.kind == "choice" and not element.is_open_text:
        return Range.of(path)
    if name not in declared:
        raise UserError.of(
            "this parameter declares no range", path=path, expected="low and high beside its value",
            hint=f"give it one here: {path}: [low, high]",
        )  # fmt: skip
    return Range.of(path, *declared[name])
