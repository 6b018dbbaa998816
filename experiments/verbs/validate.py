"""validate: the model held against theory, other people's simulations and published experiments, misses included.

Four parts: limits (closed forms), section A (published simulations), sections B and C (rows of `configs/evidence/rows`). Nothing
here changes the behaviour: a row that is missed is told as missed.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from experiments.evidence.limits import Check, check_limit, limit_names
from experiments.evidence.published import Cell, check_simulation
from experiments.evidence.rows import Row, RowFile, load_row, row_ids
from experiments.evidence.verdicts import Judged, RowResult, Verdict, judge_row
from experiments.runs.runner import check_workers
from sim.errors import UserError
from sim.schemes.behaviour import Behaviour
from sim.schemes.load import load_behaviour, read_behaviour
from sim.schemes.locate import configuration_folder

#: Published simulations by their name in the evidence table.
SECTION_A = {
    "A1": "forced_distribution", "A2": "tournament_misallocation", "A3": "quota_oracle", "A4": "promotion_by_competence",
}  # fmt: skip
RANDOM_POINTS = 1  # at which a limit is tried beside its examples; the tests try ten
FAST_CELLS = 2  # cells of every published table in a fast run
ORDER = [verdict.value for verdict in Verdict]  # best first

Tell = Callable[[str], None]


@dataclass
class Validation:
    """What a run of `validate` found."""

    limits: dict[str, list[Check]] = field(default_factory=dict)
    simulations: dict[str, list[Cell]] = field(default_factory=dict)
    rows: list[RowResult] = field(default_factory=list)
    behaviour: str = "default"
    draws: int = 0
    seconds: float = 0.0
    is_whole: bool = False
    assumed: frozenset[str] = frozenset()  # parameters whose size is assumed or cited, not fitted

    def leans(self, result: RowResult) -> bool:
        """Whether the row guided a rule, or the size of a parameter that has not been fitted on other rows since."""
        return is_leaning(result.row.file, self.assumed)

    @property
    def predicted(self) -> list[RowResult]:
        """Rows that the behaviour was not fitted on and that guided no rule and no size still assumed: what counts."""
        return [result for result in self.not_fitted if not self.leans(result)]

    @property
    def leaning(self) -> list[RowResult]:
        """Rows not marked fit that guided a rule or an assumed size: consistency checks, counted separately."""
        return [result for result in self.not_fitted if self.leans(result)]

    @property
    def fitted(self) -> list[RowResult]:
        """Rows the behaviour was fitted on."""
        return [result for result in self.rows if result.row.file.fit]

    @property
    def not_fitted(self) -> list[RowResult]:
        """Rows the behaviour was not fitted on, predicted and leaning."""
        return [result for result in self.rows if not result.row.file.fit]

    @property
    def tabled(self) -> list[RowResult]:
        """Those of them that the evidence table has, rows of our own left out."""
        return [result for result in self.not_fitted if not result.row.file.ours]

    @property
    def lettered(self) -> list[RowResult]:
        """Those of them that are rows of the table: its rows marked fit count with no part, so their rests are left out."""
        return [result for result in self.tabled if not result.row.file.is_rest]

    def state(self) -> dict[str, dict[str, str]]:
        """The verdict of every claim by row, to notice a drop later."""
        kept = {name: {"all": _verdict(all(check.is_met for check in checks))} for name, checks in self.limits.items()}
        for name, cells in self.simulations.items():
            kept[name] = {f"{cell.measure} at {cell.at}": _verdict(cell.is_met) for cell in cells}
        for result in self.rows:
            kept[result.row.id] = {label(judged, number): judged.verdict.value for number, judged in enumerate(result.findings)}
        return kept


def label(judged: Judged, number: int) -> str:
    """A claim's name in the state."""
    return f"{number + 1} {judged.claim.measure}"


def _verdict(met: bool) -> str:
    return Verdict.IN_BAND.value if met else Verdict.MISSED.value


def validate(
    only: Sequence[str] = (),
    *,
    behaviour: Behaviour | str = "default",
    posterior: int = 0,
    workers: int | None = None,
    replicates: int | None = None,
    fast: bool = False,
    tell: Tell = lambda text: None,
) -> Validation:
    """Hold the model against the evidence.

    `only` names limits, A1 to A4 or rows (all by default); `posterior` repeats rows under so many behaviours drawn from the
    posterior; `fast` makes do with the first cells of every published table. Errors: `UserError` for an unknown name.
    """
    begun = time.monotonic()
    chosen = list(only) or [*limit_names(), *SECTION_A, *row_ids()]
    check_names(chosen)
    one = load_behaviour(behaviour) if isinstance(behaviour, str) else behaviour
    rows = [load_row(name) for name in chosen if name in row_ids()]
    draws = drawn_behaviours(posterior) if posterior else []
    found = Validation(behaviour=behaviour if isinstance(behaviour, str) else "given", draws=posterior, is_whole=not only)
    found.assumed = frozenset(name for name, beside in read_behaviour().annotations.items() if beside.status != "fitted")

    def limit(name: str) -> tuple[str, list[Check]]:
        checks = check_limit(name, RANDOM_POINTS)
        tell(name)
        return name, checks

    def simulation(name: str) -> tuple[str, list[Cell]]:
        cells = check_simulation(SECTION_A[name], FAST_CELLS if fast else None)
        tell(name)
        return name, cells

    def row(one_row: Row) -> RowResult:
        result = judge_row(one_row, one, replicates=replicates, draws=draws, clock=time.monotonic)
        tell(one_row.id)
        return result

    with ThreadPoolExecutor(check_workers(workers)) as pool:
        limits = pool.map(limit, [name for name in chosen if name in limit_names()])
        results = pool.map(row, rows)
        simulations = pool.map(simulation, [name for name in chosen if name in SECTION_A])
        found.limits, found.rows, found.simulations = dict(limits), list(results), dict(simulations)
    found.seconds = time.monotonic() - begun
    return found


def check_names(names: Iterable[str]) -> None:
    """Refuse what is neither a limit, nor one of A1 to A4, nor a row."""
    known = [*limit_names(), *SECTION_A, *row_ids()]
    unknown = [name for name in names if name not in known]
    if unknown:
        raise UserError.of("there is no such row", found=", ".join(unknown), expected=f"some of {', '.join(known)}")


def drawn_behaviours(number: int) -> list[Behaviour]:
    """Behaviours drawn from the posterior."""
    from sim.schemes.posterior import load_posterior

    return load_posterior().behaviours(number)


# --- the stored state ------------------------------------------------------------------------------------------------


def state_file() -> Path:
    """Where the verdicts of the last kept run stand."""
    return configuration_folder() / "evidence" / "state.json"


def stored_state() -> dict[str, dict[str, str]]:
    """The verdicts of the last kept run; empty where none was kept."""
    path = state_file()
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def keep_state(found: Validation) -> Path:
    """Keep the verdicts of a run; rows that it did not look at keep theirs."""
    state = found.state() if found.is_whole else stored_state() | found.state()
    path = state_file()
    path.write_text(json.dumps(state, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    keep_rows()
    return path


def rows_file() -> Path:
    """Where the titles and kinds of the rows stand, so that reports need not read every row."""
    return configuration_folder() / "evidence" / "rows.json"


def is_leaning(file: RowFile, assumed: Collection[str]) -> bool:
    """Whether a row guided a rule, or the size of one of the `assumed` parameters, so that it predicts nothing."""
    return file.looked_at or any(name in assumed for name in file.leans)


def rows_in_short() -> dict[str, dict[str, str]]:
    """By row: its title and whether it is `fitted` on, a `leaning` row that guided a rule or an assumed size, or `predicted`."""
    assumed = {name for name, beside in read_behaviour().annotations.items() if beside.status != "fitted"}
    found = {}
    for name in row_ids():
        file = load_row(name).file
        kind = "fitted" if file.fit else "leaning" if is_leaning(file, assumed) else "predicted"
        found[name] = {"title": file.title, "kind": kind}
    return found


def keep_rows() -> Path:
    """Keep the rows in short (`cadresim validate --keep` does it too)."""
    path = rows_file()
    path.write_text(json.dumps(rows_in_short(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def stored_rows() -> dict[str, dict[str, str]]:
    """The rows in short as they were kept; empty where they were not."""
    path = rows_file()
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def drops(found: Validation, stored: dict[str, dict[str, str]]) -> list[str]:
    """Claims that fare worse than in the stored state, and rows that have gone from a whole run, in words."""
    told = []
    now = found.state()
    for row, claims in now.items():
        for claim, verdict in claims.items():
            before = stored.get(row, {}).get(claim)
            if before is not None and ORDER.index(verdict) > ORDER.index(before):
                told.append(f"{row} {claim}: {verdict}, was {before}")
    if found.is_whole:
        told += [f"{row}: gone" for row in stored if row not in now]
        told += [f"{row} {claim}: gone" for row in stored if row in now for claim in stored[row] if claim not in now[row]]
    return told
