"""robustness: schemes in many sampled worlds: regret, the bad end, who is best, where a scheme fails, what to find out first.

Every scheme meets the same worlds and, in each world, the same luck; luck differs from world to world. Runs lie in the
study's store. Nothing here is told without an interval but the density and coverage of boxes, which are those of the worlds they
were found in (`experiments.statistics.prim`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.design.cases import Case, about_study, case_of
from experiments.design.paths import full_path
from experiments.design.study import Design, design_of
from experiments.design.targets import BETTER
from experiments.design.worlds import Worlds
from experiments.runs.folder import read_json
from experiments.runs.runner import Core, Ran, compiled_core, run_cases
from experiments.runs.store import MANIFEST, StudyStore, read_study
from experiments.statistics.information import (
    Partial,
    Perfect,
    curve_basis,
    group_basis,
    partial_information,
    perfect_information,
)
from experiments.statistics.intervals import share_with_interval
from experiments.statistics.prim import Box, find_boxes
from experiments.statistics.regret import Verdict, verdict
from sim.errors import UserError
from sim.schemes.plans.robustness import RobustnessPlan
from sim.schemes.plans.worlds import Limit

if TYPE_CHECKING:
    import pandas as pd

Progress = Callable[[int, int], None]

NET = "net_value"
FEWEST_WORLDS = 10


@dataclass(frozen=True)
class Duel:
    """Two schemes over all worlds: the share in which `better` beats `than` (value, low, high), and boxes that explain it.

    `unless`: the boxes hold worlds where it does *not*; otherwise those where it does (it seldom does).
    """

    better: str
    than: str
    share: tuple[float, float, float]
    unless: bool
    boxes: tuple[Box, ...]


@dataclass
class Robustness:
    """Finished runs of a robustness study and what they say.

    `values` is (worlds, schemes, replicates, outcomes) over the worlds in which every scheme could be judged; `left_out` counts
    the others.
    """

    design: Design
    plan: RobustnessPlan
    worlds: Worlds
    values: np.ndarray
    outcomes: tuple[str, ...]
    left_out: int
    kept: np.ndarray
    ran: Ran
    folder: Path | None = None

    @property
    def shown(self) -> tuple[str, ...]:
        """Outcomes whose regret is told, in this order; the net value stands before them."""
        return tuple(self.plan.outcomes) or self.design.headline

    @cached_property
    def net(self) -> np.ndarray:
        """(worlds, schemes, replicates): the stated net value."""
        weights = np.array([self.plan.net_value.get(name, 0.0) for name in self.outcomes])
        used = weights != 0
        return self.values[..., used] @ weights[used]

    @cached_property
    def verdicts(self) -> dict[str, Verdict]:
        """What can be said on the net value and on every outcome shown that has a better direction and no missing value."""
        found = {NET: verdict(self.net, 1, seed=self.design.seed)}
        for name in self.shown:
            values = self.values[..., self.outcomes.index(name)]
            if BETTER[name] and np.isfinite(values).all():
                found[name] = verdict(values, BETTER[name], seed=self.design.seed)
        return found

    @cached_property
    def summary(self) -> pd.DataFrame:
        """One row an outcome and scheme; every figure with `_low` and `_high` of its 95 % interval (see `Verdict`)."""
        import pandas as pd

        rows = []
        for outcome, found in self.verdicts.items():
            for place, scheme in enumerate(self.design.scheme_names):
                row: dict[str, Any] = {"outcome": outcome, "scheme": scheme}
                for name in ("mean", "bad_end", "worst", "regret_mean", "regret_high", "regret_worst", "best", "rank"):
                    row |= dict(zip((name, f"{name}_low", f"{name}_high"), getattr(found, name)[place].tolist(), strict=True))
                rows.append(row | {"regret_luck": float(found.luck[place])})
        return pd.DataFrame(rows)

    @cached_property
    def good_enough(self) -> pd.DataFrame:
        """One row a scheme: share of worlds in which it meets each limit, and all of them, with intervals."""
        import pandas as pd

        limits = self.plan.good_enough
        if not limits:
            return pd.DataFrame(columns=["scheme", "limit", "share", "low", "high"])
        means = self.values.mean(axis=2)
        met = {name: is_met(limit, means[..., self.outcomes.index(name)]) for name, limit in limits.items()}
        met["all"] = np.logical_and.reduce(list(met.values()))
        rows = []
        for place, scheme in enumerate(self.design.scheme_names):
            for name, flags in met.items():
                share = share_with_interval(flags[:, place].mean(), len(means))
                rows.append((scheme, name, *share.tolist()))
        return pd.DataFrame(rows, columns=["scheme", "limit", "share", "low", "high"])

    @property
    def leader(self) -> str:
        """The scheme with the highest mean net value over the worlds."""
        return self.design.scheme_names[int(self.net.mean(axis=(0, 2)).argmax())]

    @cached_property
    def duels(self) -> tuple[Duel, ...]:
        """Every pair with the boxes that explain it."""
        return tuple(self._duel(better, than) for better, than in self.pairs)

    def _wins(self, better: str, than: str) -> np.ndarray:
        """(worlds,) whether one scheme's net value lies above another's."""
        place = self.design.scheme_names.index
        return (self.net[:, place(better)] - self.net[:, place(than)]).mean(axis=1) > 0

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The pairs asked for; by default the leader against every other scheme."""
        asked = [(pair.better, pair.than) for pair in self.plan.pairs]
        return asked or [(self.leader, other) for other in self.design.scheme_names if other != self.leader]

    @cached_property
    def shares_won(self) -> pd.DataFrame:
        """One row a pair: the share of worlds in which `better` beats `than`, with its interval."""
        import pandas as pd

        rows = []
        for better, than in self.pairs:
            wins = self._wins(better, than)
            rows.append((better, than, *share_with_interval(wins.mean(), len(wins)).tolist()))
        return pd.DataFrame(rows, columns=["better", "than", "share", "low", "high"])

    def _duel(self, better: str, than: str) -> Duel:
        wins = self._wins(better, than)
        share = share_with_interval(wins.mean(), len(wins))
        unless = bool(wins.mean() >= 0.5)
        boxes = find_boxes(
            self.worlds.matrix[self.kept], ~wins if unless else wins,
            categorical=self.worlds.categorical, most=self.plan.boxes, seed=self.design.seed,
        )  # fmt: skip
        return Duel(better, than, (float(share[0]), float(share[1]), float(share[2])), unless, tuple(boxes))

    @cached_property
    def perfect(self) -> Perfect:
        """EVPI: worth of knowing the whole world before choosing, in units of the net value."""
        return perfect_information(self.net, seed=self.design.seed)

    @cached_property
    def partial(self) -> tuple[Partial, ...]:
        """EVPPI of every assumption and group, the most valuable first."""
        means, matrix = self.net.mean(axis=2), self.worlds.matrix[self.kept]
        paths, named = self.worlds.paths, self.worlds.categorical
        bases = {path: curve_basis(matrix[:, k], categorical=k in named) for k, path in enumerate(paths)}
        for name, members in self.plan.groups.items():
            columns = [paths.index(full_path(member)) for member in members]
            bases[name] = group_basis([matrix[:, k] for k in columns], [k in named for k in columns])
        found = partial_information(bases, means, seed=self.design.seed)
        return tuple(sorted(found, key=lambda one: (-one.value, one.name)))

    @cached_property
    def information(self) -> pd.DataFrame:
        """One row an assumption or group: `value` with interval, `floor`, `worth_knowing`; the first row is EVPI itself."""
        import pandas as pd

        first = ("everything", self.perfect.value, self.perfect.low, self.perfect.high, np.nan, True)
        rows = [(one.name, one.value, one.low, one.high, one.floor, one.is_worth_knowing) for one in self.partial]
        return pd.DataFrame([first, *rows], columns=["assumption", "value", "low", "high", "floor", "worth_knowing"])

    @cached_property
    def boxes(self) -> pd.DataFrame:
        """One row a restriction of a box: who beats whom, coverage and density of the box, bounds and `p` of the restriction."""
        import pandas as pd

        rows = []
        for duel in self.duels:
            for number, box in enumerate(duel.boxes, start=1):
                for one in box.restrictions:
                    spread = self.worlds.ranges[one.column]
                    levels = [] if one.levels is None else [spread.choices[int(level)] for level in one.levels]
                    rows.append({
                        "better": duel.better, "than": duel.than, "holds": "losses" if duel.unless else "wins", "box": number,
                        "n_worlds": box.n, "coverage": box.coverage, "density": box.density, "path": spread.path,
                        "low": one.low if np.isfinite(one.low) else None, "high": one.high if np.isfinite(one.high) else None,
                        "levels": ", ".join(str(level) for level in levels), "p": one.p,
                    })  # fmt: skip
        columns = ["better", "than", "holds", "box", "n_worlds", "coverage", "density", "path", "low", "high", "levels", "p"]
        return pd.DataFrame(rows, columns=columns)

    @cached_property
    def spread(self) -> pd.DataFrame:
        """One row a path in which worlds differ: from where to where, or between which choices."""
        import pandas as pd

        rows = [(one.path, one.low, one.high, ", ".join(map(str, one.choices))) for one in self.worlds.ranges]
        return pd.DataFrame(rows, columns=["path", "low", "high", "choices"])

    def write_tables(self, folder: Path) -> None:
        """Put the tables into a folder."""
        for name in ("summary", "good_enough", "shares_won", "information", "boxes", "spread"):
            getattr(self, name).to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")


def is_met(limit: Limit, values: np.ndarray, start: float = np.nan) -> np.ndarray:
    """Whether values meet a limit; a missing value does not. `start` is what the word start stands for."""
    at_least = start if limit.at_least == "start" else limit.at_least
    at_most = start if limit.at_most == "start" else limit.at_most
    return values >= at_least if at_least is not None else values <= at_most


def reread_robustness(folder: Path) -> Robustness:
    """A study out of its folder, with everything that its runs alone tell (regret, good enough, shares won; not the boxes).

    Raises:
        UserError: the folder holds no such study, or one of another version.
    """
    store = read_study(folder)
    content = {**store.about, **(read_json(folder / MANIFEST) or {})}
    design = design_of(content.get("study") or {})
    plan = RobustnessPlan.model_validate(content["robustness"])
    nothing: Mapping[str, Any] = {}
    worlds = Worlds((), (nothing,) * plan.number)
    return read_robustness(design, plan, worlds, store, Ran(0, 0, 0))


def about(design: Design, plan: RobustnessPlan, command: str = "") -> dict[str, Any]:
    """What the store is told of the study: what must stay the same while it grows, and what is asked for now."""
    return about_study(
        design,
        "robustness",
        command,
        setting={"worlds": plan.model_dump(mode="json", include=set(WORLD_KEYS)), "replicates": plan.replicates},
        asked={"schemes": sorted(design.scheme_names)},
        n_runs=plan.number * len(design.schemes) * plan.replicates,
        robustness=plan.model_dump(mode="json"),
        study=design.resolved(),
    )


WORLD_KEYS = ("number", "behaviours", "parameters", "vary")


def run_robustness(
    design: Design,
    plan: RobustnessPlan,
    worlds: Worlds,
    store: StudyStore,
    *,
    workers: int | None = None,
    core: Core = compiled_core,
    progress: Progress = lambda done, total: None,
    **how: Any,
) -> Robustness:
    """Run every scheme in every world; what the store holds is not run again.

    Args:
        design: schemes, organisation, behaviour, months and seed.
        plan: replicates, what counts.
        worlds: as `draw_worlds` draws them.
        store: of the study, open to write.
        workers, core, progress, how: as in `experiments.runs.runner.run_cases`.

    Raises:
        UserError: too few worlds are left in which every scheme can be judged.
    """
    store.write_points(worlds.table)
    n = plan.replicates

    def own_luck(point: int) -> range:
        return range(point * n, (point + 1) * n)

    ran = run_cases(store, CasesOfWorlds(design, worlds, n), own_luck, workers=workers, core=core, progress=progress, **how)
    return read_robustness(design, plan, worlds, store, ran)


@dataclass(frozen=True)
class CasesOfWorlds:
    """The case of every world, made as it is needed; tells how many runs there are, for progress."""

    design: Design
    worlds: Worlds
    replicates: int

    def __iter__(self) -> Iterator[Case]:
        base = case_of(self.design)
        for point in range(len(self.worlds)):
            organisation, behaviour = self.worlds.documents(point, self.design.organisation, self.design.behaviour)
            yield replace(base, organisation=organisation, behaviour=behaviour, point=point)

    def n_runs(self, _: object) -> int:
        """Worlds times schemes times replicates."""
        return len(self.worlds) * len(self.design.schemes) * self.replicates


def read_robustness(design: Design, plan: RobustnessPlan, worlds: Worlds, store: StudyStore, ran: Ran) -> Robustness:
    """The study from its store. Worlds where a scheme lacks an outcome that counts are left out, for all schemes alike."""
    needed = [*plan.net_value, *plan.good_enough]
    outcomes = tuple(dict.fromkeys([*needed, *(plan.outcomes or design.headline)]))
    runs = store.runs([*outcomes, "failed"])
    shape = (len(worlds), len(design.schemes), plan.replicates, len(outcomes))
    values = np.full(shape, np.nan)
    place = {name: index for index, name in enumerate(design.scheme_names)}
    point, replicate = runs["point"].to_numpy(int), runs["replicate"].to_numpy(int)
    values[point, runs["scheme"].map(place).to_numpy(int), replicate - point * plan.replicates] = runs[list(outcomes)].to_numpy(
        float
    )
    counted = values[..., [outcomes.index(name) for name in dict.fromkeys(needed)]]
    kept = np.flatnonzero(np.isfinite(counted).all(axis=(1, 2, 3)))
    if len(kept) < FEWEST_WORLDS:
        reasons = runs["failed"].dropna()
        raise UserError.of(
            f"only {len(kept)} worlds are left in which every scheme can be judged",
            found=str(reasons.iloc[0]) if len(reasons) else f"missing values of {', '.join(dict.fromkeys(needed))}",
            expected=f"at least {FEWEST_WORLDS}",
            hint="other outcomes, or narrower ranges",
        )
    return Robustness(design, plan, worlds, values[kept], outcomes, len(worlds) - len(kept), kept, ran, store.folder)
