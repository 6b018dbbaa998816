"""optimise: better schemes within the reach of some levers, for several objectives at once.

Candidates meet the same luck (and the same worlds, if any), so what tells them apart is the scheme. But whoever looks for
the best of many noisy values finds lucky ones: so the front, once found, is judged again with other luck (and other
worlds), beside the start, and only that is told as what the schemes bring.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.design.cases import Case, about_study, case_of, digest_of
from experiments.design.paths import value_at, with_values
from experiments.design.study import Design
from experiments.design.targets import BETTER
from experiments.design.worlds import Worlds, draw_worlds
from experiments.runs.runner import Core, Ran, compiled_core, run_cases
from experiments.runs.store import StudyStore
from experiments.statistics.intervals import (
    CONFIDENCE,
    STATISTICS_SEED,
    error_of,
    half_width,
    mean_with_interval,
    simultaneous_multiplier,
)
from experiments.statistics.search import HOPELESS, Candidate, Found, check_pymoo, search, spread_out, undominated
from sim.errors import UserError
from sim.lang import are, counted
from sim.schemes.plans.optimise import OptimisePlan
from sim.schemes.plans.worlds import Limit

if TYPE_CHECKING:
    import pandas as pd

    from sim.schemes.behaviour import Behaviour
    from sim.schemes.load import Loaded
    from sim.schemes.scheme import Scheme
    from sim.schemes.study import OpenStudy

Progress = Callable[[int, int], None]
Say = Callable[[str], None]

#: How often replicates are drawn again for the interval of a bad end.
RESAMPLES = 2000
#: Replicates from here on judge the front again: luck that no candidate of the search has met.
FRESH = 1_000_000
#: Points from here on are worlds that no candidate of the search has met.
FRESH_POINT = 1_000_000

START = "start"


@dataclass(frozen=True)
class Objective:
    """An outcome that is to be more (+1) or less (-1)."""

    outcome: str
    better: int


@dataclass
class Optimum:
    """A finished search: every candidate, and the front judged again.

    `searched` and `fresh` are (front, outcomes) as the study judges (mean, or the bad end over worlds) on the luck of the search
    and on fresh luck; `runs` (start and front, worlds or replicates, outcomes) are what the fresh figures come from.
    """

    design: Design
    plan: OptimisePlan
    start: Scheme
    objectives: tuple[Objective, ...]
    outcomes: tuple[str, ...]
    found: Found
    numbers: np.ndarray
    schemes: tuple[Scheme, ...]
    searched: np.ndarray
    searched_start: np.ndarray
    fresh: np.ndarray
    fresh_start: np.ndarray
    runs: np.ndarray
    ran: Ran

    @cached_property
    def front(self) -> pd.DataFrame:
        """One row a scheme of the front and outcome (objectives, then limited outcomes), all on fresh luck but `searched`.

        `mean` and the paired `difference` to the start with its 95 % interval (`low`, `high`), and the one that holds for all
        schemes of the front at once (`simultaneous_`); `judged`: as the study judges; `searched`: the same on the luck of the
        search; `keeps_limits` and `undominated` for the scheme, on fresh luck.
        """
        import pandas as pd

        keeps, best = self.keeps_limits, self.undominated
        differences = self.runs[1:] - self.runs[0]  # (front, worlds or replicates, outcomes)
        together = np.array(
            [half_width(own.T, 1 - error_of(simultaneous_multiplier(own.T))) for own in differences.transpose(2, 0, 1)]
        )
        rows = []
        for place, scheme in enumerate(self.schemes):
            for column, outcome in enumerate(self.outcomes):
                difference, low, high = mean_with_interval(differences[place, :, column])
                reach = together[column, place]
                rows.append({
                    "scheme": scheme.name, "outcome": outcome, "mean": float(np.nanmean(self.runs[place + 1, :, column])),
                    "difference": difference, "low": low, "high": high,
                    "simultaneous_low": difference - reach, "simultaneous_high": difference + reach,
                    "judged": self.fresh[place, column],
                    "start": self.fresh_start[column], "searched": self.searched[place, column],
                    "keeps_limits": bool(keeps[place]), "undominated": bool(best[place]),
                })  # fmt: skip
        return pd.DataFrame(rows)

    @cached_property
    def keeps_limits(self) -> np.ndarray:
        """Which schemes of the front keep all limits on fresh luck."""
        limits = limit_values(self.plan.limits, self.fresh, self.outcomes, self.fresh_start)
        return np.all(limits <= 0, axis=1)

    @cached_property
    def undominated(self) -> np.ndarray:
        """Which schemes of the front are still undominated on fresh luck, by the front and the start."""
        everything = np.vstack([self.fresh, self.fresh_start])
        return undominated(self._objective_values(everything))[:-1]

    @cached_property
    def curse(self) -> pd.DataFrame:
        """One row an objective: how much more gain over the start the search saw than fresh luck does (mean over the front).

        Positive = the search was too hopeful: the winner's curse. Luck that start and front share is no curse. What the search
        saw is what it is; the interval is that of the gain on fresh luck: over replicates or worlds, which all schemes share, and
        not over the schemes of the front.
        """
        import pandas as pd

        rows = []
        for column, objective in enumerate(self.objectives):
            seen = objective.better * (self.searched[:, column] - self.searched_start[column])
            gains = objective.better * (self.fresh[:, column] - self.fresh_start[column])
            known = np.isfinite(seen - gains)
            low, high = self._ends_of_gain(np.flatnonzero(known), column)
            saw, brings = (float(one[known].mean()) if known.any() else np.nan for one in (seen, gains))
            rows.append((objective.outcome, saw - brings, saw - high, saw - low))
        return pd.DataFrame(rows, columns=["outcome", "too_hopeful", "low", "high"])

    def _ends_of_gain(self, places: np.ndarray, column: int) -> tuple[float, float]:
        """Interval of the gain over the start on fresh luck in an objective, mean over some schemes of the front."""
        better = self.objectives[column].better
        runs = self.runs[np.append(0, places + 1), :, column]
        if not len(places):
            return np.nan, np.nan
        if self.plan.judged_by == "mean":
            return mean_with_interval(better * (runs[1:] - runs[0]).mean(axis=0))[1:]
        drawn = np.random.default_rng(STATISTICS_SEED).integers(0, runs.shape[1], (RESAMPLES, runs.shape[1]))
        ends = bad_end(runs[:, drawn], self.plan.quantile, better)  # (start and schemes, resamples)
        low, high = np.quantile(better * (ends[1:].mean(axis=0) - ends[0]), [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
        return float(low), float(high)

    @cached_property
    def candidates(self) -> pd.DataFrame:
        """One row a candidate of the search: levers, objectives as judged, whether it keeps the limits, its generation."""
        import pandas as pd

        table = pd.DataFrame([dict(one) for one in self.found.candidates])
        for column, objective in enumerate(self.objectives):
            judged = -objective.better * self.found.objectives[:, column]
            table[objective.outcome] = np.where(np.abs(judged) < HOPELESS, judged, np.nan)
        table["keeps_limits"] = self.found.within_limits
        table["on_front"] = np.isin(np.arange(len(table)), self.found.front)
        table["generation"] = self.found.generation
        table.index.name = "candidate"
        return table

    def _objective_values(self, values: np.ndarray) -> np.ndarray:
        """The objectives of (n, outcomes), less is better."""
        signs = np.array([-objective.better for objective in self.objectives])
        return values[:, : len(self.objectives)] * signs

    def write_tables(self, folder: Path) -> None:
        """Put the tables into a folder."""
        self.front.to_csv(folder / "front.csv", index=False, lineterminator="\n")
        self.curse.to_csv(folder / "winners_curse.csv", index=False, lineterminator="\n")
        self.candidates.to_csv(folder / "candidates.csv", lineterminator="\n")


def bad_end(values: np.ndarray, worse: float, better: int) -> np.ndarray:
    """The value that a share of worlds (the last axis) is worse than, where more (+1) or less (-1) is better."""
    return np.quantile(values, worse if better > 0 else 1 - worse, axis=-1)


def about(design: Design, plan: OptimisePlan, command: str = "") -> dict[str, Any]:
    """What the store is told of the study."""
    return about_study(
        design,
        "optimise",
        command,
        setting={"start": digest_of(start_of(design, plan)).hex()},
        asked={},
        optimise=plan.model_dump(mode="json"),
        study=design.resolved(),
    )


def start_of(design: Design, plan: OptimisePlan) -> Scheme:
    """The scheme the search starts from: named, or the first that is not the baseline."""
    others = [scheme.name for scheme in design.schemes if scheme.name != design.baseline]
    name = plan.start or (others or [design.baseline])[0]
    return next(scheme for scheme in design.schemes if scheme.name == name)


def objectives_of(plan: OptimisePlan) -> tuple[Objective, ...]:
    """What is to be improved, and which way.

    Raises:
        UserError: an outcome of which neither more nor less is better, without a direction.
    """
    wanted = plan.objectives if isinstance(plan.objectives, Mapping) else dict.fromkeys(plan.objectives, "")
    found = []
    for name, direction in wanted.items():
        better = {"more": 1, "less": -1, "": BETTER[name]}[direction]
        if not better:
            raise UserError.of(
                "neither more nor less of this outcome is better by itself", path="optimise.objectives", found=name,
                hint=f"say which is wanted: {name}: less",
            )  # fmt: skip
        found.append(Objective(name, better))
    return tuple(found)


def worlds_of(plan: OptimisePlan, behaviour: Loaded[Behaviour], *, seed: int) -> Worlds | None:
    """The worlds that candidates are judged in; None for the study's own alone."""
    return None if plan.worlds is None else draw_worlds(plan.worlds, behaviour, seed)


def run_optimise(
    design: Design,
    plan: OptimisePlan,
    behaviour: Loaded[Behaviour],
    store: StudyStore,
    *,
    workers: int | None = None,
    core: Core = compiled_core,
    progress: Progress = lambda done, total: None,
    say: Say = lambda text: None,
    **how: Any,
) -> Optimum:
    """Search, then judge the front again with fresh luck; what the store holds is not run again.

    Args:
        design: organisation, behaviour, months, seed; its schemes hold the start.
        plan: levers, objectives, limits, size of the search.
        behaviour: as read, with the declared ranges that worlds are drawn from.
        store: of the study, open to write.
        workers, core, how: as in `experiments.runs.runner.run_cases`.
        progress: told after every block of runs: how many of about how many are done.
        say: told what is going on.

    Raises:
        UserError: pymoo is missing; no candidate keeps the limits.
    """
    check_pymoo()
    judge = _Judge(design, plan, behaviour, store, progress, {"workers": workers, "core": core, **how})
    levers = list(plan.ranges().values())
    found = search(
        levers, {lever.path: value_at(judge.start, lever.path) for lever in levers}, judge,
        n_objectives=len(judge.objectives), n_limits=len(plan.limits) + 1, population=plan.population,
        generations=plan.generations, seed=design.seed, method=plan.method,
    )  # fmt: skip
    if not len(found.front):
        raise UserError.of(
            "no candidate keeps the limits", found=f"{len(found.candidates)} candidates judged",
            hint="looser limits, other levers, or more generations",
        )  # fmt: skip
    front = found.front
    numbers = front[spread_out(found.objectives[front], plan.front)]
    numbers = numbers[np.argsort(found.objectives[numbers, 0], kind="stable")]
    again = f"{len(numbers)} of them {are(len(numbers))} judged again with fresh luck"
    say(f"The front has {counted(len(front), 'scheme')}; {again} ...")
    return judge.again(found, numbers)


class _Judge:
    """Runs candidates and tells objectives and limits."""

    def __init__(
        self,
        design: Design,
        plan: OptimisePlan,
        behaviour: Loaded[Behaviour],
        store: StudyStore,
        progress: Progress,
        how: dict[str, Any],
    ) -> None:
        self.design, self.plan, self.store, self.progress, self.how = design, plan, store, progress, how
        self.start = start_of(design, plan)
        self.objectives = objectives_of(plan)
        self.outcomes = tuple(dict.fromkeys([*(one.outcome for one in self.objectives), *plan.limits]))
        self.better = np.array([one.better for one in self.objectives])
        self.worlds = worlds_of(plan, behaviour, seed=design.seed)
        self.fresh_worlds = worlds_of(plan, behaviour, seed=design.seed + FRESH_POINT)
        self.ran = Ran(0, 0, 0)
        self.n_done = 0
        self.n_proposed = 0
        if self.worlds is not None:
            store.write_points(self.worlds.table)
        runs = self._run({START: self.start}, self.worlds, 0, plan.replicates, 0)
        self.start_judged = self._judged(runs)[0]
        if not np.isfinite(self.start_judged).all():
            missing = [name for name, value in zip(self.outcomes, self.start_judged, strict=True) if not np.isfinite(value)]
            raise UserError.of("the start lacks an outcome that counts", found=", ".join(missing), hint="choose other outcomes")

    def __call__(self, candidates: Sequence[Candidate]) -> tuple[np.ndarray, np.ndarray]:
        """Objectives (less is better) and limits (0 or less is kept); a candidate that cannot be built or judged is hopeless."""
        objectives = np.full((len(candidates), len(self.objectives)), HOPELESS)
        limits = np.full((len(candidates), len(self.plan.limits) + 1), HOPELESS)
        built = [self._built(candidate, self.n_proposed + row) for row, candidate in enumerate(candidates)]
        self.n_proposed += len(candidates)
        schemes = {scheme.name: scheme for scheme in built if scheme is not None}
        judged = self._judged(self._run(schemes, self.worlds, 0, self.plan.replicates, 0)) if schemes else np.empty((0, 0))
        rows = [row for row, scheme in enumerate(built) if scheme is not None]
        for row, values in zip(rows, judged, strict=True):
            if np.isfinite(values).all():
                objectives[row] = -self.better * values[: len(self.objectives)]
                limits[row, :-1] = limit_values(self.plan.limits, values[None], self.outcomes, self.start_judged)[0]
                limits[row, -1] = 0.0
        return objectives, limits

    def again(self, found: Found, numbers: np.ndarray) -> Optimum:
        """The chosen candidates and the start with fresh luck."""
        names = [f"{self.design.name}_{place:02d}" for place in range(1, len(numbers) + 1)]
        schemes = {name: self._named(found.candidates[number], name) for name, number in zip(names, numbers, strict=True)}
        n_worlds = len(self.fresh_worlds) if self.fresh_worlds is not None else 1
        replicates = max(2 if n_worlds > 1 else 1, -(-self.plan.fresh_replicates // n_worlds))
        runs = self._run({START: self.start, **schemes}, self.fresh_worlds, FRESH, replicates, FRESH_POINT)
        judged = self._judged(runs)
        flat = runs.mean(axis=2) if n_worlds > 1 else runs[:, 0]
        searched = self._searched(found, numbers)
        return Optimum(
            self.design, self.plan, self.start, self.objectives, self.outcomes, found, numbers,
            tuple(schemes.values()), searched, self.start_judged, judged[1:], judged[0], flat, self.ran,
        )  # fmt: skip

    def _searched(self, found: Found, numbers: np.ndarray) -> np.ndarray:
        """(front, outcomes) on the luck of the search; outcomes that are only limited are read from the store again."""
        schemes = {
            f"front{place}": self._named(found.candidates[number], f"front{place}") for place, number in enumerate(numbers)
        }
        return self._judged(self._run(schemes, self.worlds, 0, self.plan.replicates, 0))

    def _built(self, candidate: Candidate, number: int) -> Scheme | None:
        try:
            return self._named(candidate, f"candidate_{number}")
        except UserError:
            return None  # values that do not fit together: no such scheme can be written

    def _named(self, candidate: Candidate, name: str) -> Scheme:
        scheme = with_values(self.start, candidate)
        return scheme.model_copy(update={"name": name, "title": "", "summary": ""})

    def _run(self, schemes: Mapping[str, Scheme], worlds: Worlds | None, first: int, replicates: int, point: int) -> np.ndarray:
        """(schemes, worlds, replicates, outcomes) of these schemes; NaN where a run failed."""
        named = [scheme.model_copy(update={"name": name}) for name, scheme in schemes.items()]
        base = replace(case_of(self.design), schemes=tuple(named))
        cases = [base] if worlds is None else [self._in_world(base, worlds, number) for number in range(len(worlds))]
        cases = [replace(case, point=point + number) for number, case in enumerate(cases)]

        def of_point(at: int) -> range:
            begin = first + (at - point) * replicates
            return range(begin, begin + replicates)

        before = self.n_done

        def progress(done: int, total: int) -> None:
            self.n_done = before + done
            self.progress(self.n_done, max(self.n_done, self._expected))

        ran = run_cases(self.store, cases, of_point, progress=progress, **self.how)
        self.ran = self.ran + ran
        table = self.store.runs([*self.outcomes, "failed"])
        place = {name: index for index, name in enumerate(schemes)}
        rows = table[table["scheme"].isin(place) & table["point"].between(point, point + len(cases) - 1)]
        values = np.full((len(schemes), len(cases), replicates, len(self.outcomes)), np.nan)
        at = rows["point"].to_numpy(int) - point
        turn = rows["replicate"].to_numpy(int) - first - at * replicates
        values[rows["scheme"].map(place).to_numpy(int), at, turn] = rows[list(self.outcomes)].to_numpy(float)
        return values

    @property
    def _expected(self) -> int:
        """Runs of the whole study, had every candidate to be run."""
        n_worlds = len(self.worlds) if self.worlds is not None else 1
        return self.plan.population * self.plan.generations * self.plan.replicates * n_worlds

    def _in_world(self, base: Case, worlds: Worlds, number: int) -> Case:
        organisation, behaviour = worlds.documents(number, self.design.organisation, self.design.behaviour)
        return replace(base, organisation=organisation, behaviour=behaviour)

    def _judged(self, runs: np.ndarray) -> np.ndarray:
        """(schemes, outcomes): the mean over worlds and replicates, or the bad end over worlds."""
        by_world = runs.mean(axis=2) if self.worlds is not None else runs[:, 0]
        if self.plan.judged_by == "mean":
            return by_world.mean(axis=1)
        columns = [
            bad_end(by_world[..., column], self.plan.quantile, 1 if self._wanted_more(name) else -1)
            for column, name in enumerate(self.outcomes)
        ]
        return np.stack(columns, axis=1)

    def _wanted_more(self, outcome: str) -> bool:
        for objective in self.objectives:
            if objective.outcome == outcome:
                return objective.better > 0
        return self.plan.limits[outcome].at_least is not None


def limit_values(limits: Mapping[str, Limit], values: np.ndarray, outcomes: Sequence[str], start: np.ndarray) -> np.ndarray:
    """(n, limits): how far each limit is exceeded, in units of the outcome; 0 or less is kept."""
    columns = []
    for name, limit in limits.items():
        at = list(outcomes).index(name)
        end = limit.at_least if limit.at_least is not None else limit.at_most
        bound = start[at] if end == "start" else float(end)  # type: ignore[arg-type]
        columns.append(bound - values[:, at] if limit.at_least is not None else values[:, at] - bound)
    return np.stack(columns, axis=1) if columns else np.zeros((len(values), 0))


# --- scheme files ------------------------------------------------------------------------------------------------------


def differences(start: Scheme, scheme: Scheme) -> dict[str, Any]:
    """Values in which a scheme differs from the start, by dotted path, as a file would say them."""
    before = dict(_leaves(start.model_dump(mode="json")))
    return {path: value for path, value in _leaves(scheme.model_dump(mode="json")) if before.get(path, _NOTHING) != value}


_NOTHING = object()


def _leaves(content: Any, above: str = "") -> list[tuple[str, Any]]:
    if isinstance(content, dict) and content:
        return [
            leaf
            for key, value in content.items()
            if above or key not in ("name", "title", "summary")
            for leaf in _leaves(value, f"{above}.{key}" if above else key)
        ]
    return [(above, content)]


def origin_in(opened: OpenStudy, start: str, beside: Path | None, folder: Path) -> dict[str, Any]:
    """What a scheme file in `folder` must say to be the start: `extends`, `parts` and `changes`.

    `beside`: the folder of the study file, which its own paths count from.
    """
    place = next(place for place, one in enumerate(opened.schemes) if one.document.name == start)
    entry, loaded = opened.study.schemes[place], opened.schemes[place]
    if isinstance(entry, str):
        return {"extends": _reference(entry, loaded.files[0], folder)}
    from sim.schemes.locate import find

    origin: dict[str, Any] = {"extends": _reference(entry.extends, find(entry.extends, "schemes", beside), folder)}
    if entry.parts:
        origin["parts"] = [_reference(part, find(part, "schemes", beside), folder) for part in entry.parts]
    return origin | ({"changes": dict(entry.changes)} if entry.changes else {})


def _reference(written: str, file: Path, folder: Path) -> str:
    """A preset by its name, any other file by its path relative to the folder."""
    from sim.schemes.locate import configuration_folder, looks_like_path

    if not looks_like_path(written) and file.resolve().is_relative_to(configuration_folder().resolve()):
        return written
    path = Path(os.path.relpath(file.resolve(), folder.resolve())).as_posix()
    return path if path.startswith(".") else f"./{path}"


def write_front(optimum: Optimum, origin: Mapping[str, Any], folder: Path) -> list[Path]:
    """Write every scheme of the front as a file that says how it differs from the start; returns the paths."""
    from sim.schemes.describe import difference_in_words

    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    titled = optimum.start.title or optimum.start.name
    for place, scheme in enumerate(optimum.schemes, start=1):
        told = scheme.model_copy(update={"title": f"{titled}, front {place}"})
        words = difference_in_words(optimum.start, told).splitlines()
        content = {
            "name": scheme.name,
            **{key: origin[key] for key in ("extends", "parts") if key in origin},
            "title": f"{titled}, front {place}",
            "summary": f"One of {counted(len(optimum.schemes), 'scheme')} found by the study {optimum.design.name}.",
            "changes": {**origin.get("changes", {}), **differences(optimum.start, scheme)},
        }
        path = folder / f"{scheme.name}.yaml"
        path.write_text("\n".join([f"# {line}".rstrip() for line in words] + _as_yaml(content)) + "\n", encoding="utf-8")
        paths.append(path)
    return paths


def _as_yaml(content: Mapping[str, Any], indent: str = "") -> list[str]:
    """Plain data as YAML; every text is quoted as JSON, which YAML reads as it is."""
    import json

    lines = []
    for key, value in content.items():
        if isinstance(value, Mapping):
            lines += [f"{indent}{key}:" + ("" if value else " {}"), *_as_yaml(value, indent + "  ")]
        else:
            lines.append(f"{indent}{key}: {json.dumps(value, ensure_ascii=False)}")
    return lines
