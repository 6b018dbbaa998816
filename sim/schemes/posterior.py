"""The posterior of the behaviour: parameter sets that fit the rows marked *fit* about equally well.

`configs/behaviour/posterior.csv` holds one set a row and one column a fitted parameter, written by `cadresim calibrate`. Whoever
draws from it carries what the data leave open into his intervals; parameters that are not in it stay as `default` has them.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sim.errors import UserError
from sim.schemes.behaviour import Behaviour
from sim.schemes.load import load_behaviour
from sim.schemes.locate import configuration_folder, shown

POSTERIOR = "posterior"


@dataclass(frozen=True)
class Posterior:
    """Parameter sets in the order they were drawn: any first n of them are a sample too."""

    names: tuple[str, ...]
    sets: tuple[tuple[float, ...], ...]
    centre: Behaviour

    def __len__(self) -> int:
        return len(self.sets)

    def behaviour(self, number: int) -> Behaviour:
        """The number-th set as a whole behaviour; numbers beyond the last begin anew."""
        changes = dict(zip(self.names, self.sets[number % len(self.sets)], strict=True))
        return self.centre.model_copy(update=changes)

    def behaviours(self, number: int) -> list[Behaviour]:
        """The first `number` sets as whole behaviours; at most all of them."""
        if not 1 <= number <= len(self.sets):
            raise UserError.of("the posterior has no such number of sets", found=str(number), expected=f"1 to {len(self.sets)}")
        return [self.behaviour(index) for index in range(number)]

    def columns(self) -> Iterator[tuple[str, tuple[float, ...]]]:
        """Every parameter with its values."""
        yield from zip(self.names, zip(*self.sets, strict=True), strict=True)


def posterior_file() -> Path:
    """Where the project's posterior lies."""
    return configuration_folder() / "behaviour" / f"{POSTERIOR}.csv"


def load_posterior(path: Path | str | None = None, *, centre: Behaviour | str = "default") -> Posterior:
    """The posterior sample; what it leaves out is taken from `centre`. Raises `UserError` where it cannot be read."""
    file = posterior_file() if path is None else Path(path)
    if not file.is_file():
        raise UserError.of("there is no posterior", file=shown(file), hint="make one with: cadresim calibrate")
    with file.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.reader(line for line in lines if not line.startswith("#")) if row]
    if len(rows) < 2:
        raise UserError.of("a posterior needs a line of names and at least one set", file=shown(file))
    names = tuple(rows[0])
    unknown = [name for name in names if name not in Behaviour.model_fields]
    if unknown or len(set(names)) < len(names):
        raise UserError.of("not parameters of behaviour, each once", file=shown(file), line=1, found=", ".join(unknown or names))
    whole = load_behaviour(centre) if isinstance(centre, str) else centre
    sets = tuple(_numbers(row, names, file, number) for number, row in enumerate(rows[1:], start=2))
    return Posterior(names, sets, whole)


def _numbers(row: list[str], names: tuple[str, ...], file: Path, line: int) -> tuple[float, ...]:
    if len(row) != len(names):
        raise UserError.of(
            "too few or too many values", file=shown(file), line=line, found=str(len(row)), expected=str(len(names))
        )
    try:
        values = tuple(float(value) for value in row)
        Behaviour.model_validate(dict(zip(names, values, strict=True)))
    except ValueError as error:
        raise UserError.of("not a set of parameters", file=shown(file), line=line, found=", ".join(row[:6])) from error
    return values
