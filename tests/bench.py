"""How fast the model is, and what common random numbers save. Run: python -m tests.bench [NAME ...]

Every figure is a ratio inside one run, or a time with the machine's noise in it; nothing here is a test. Names: walk (cost of
a cadre-month), walks (compiled against Mesa), sizes (1,000 to 1,000,000 cadres), national (720,000 cadres, 120 months),
compare (the main job), luck (variance reduction), sobol (43,008 runs of a bureau of 300 and all their indices; --scale .1 for
a tenth of the sample), year (a year explained, a month played), store (overhead and memory of studies), page (the page, one
user), page-load (many at once; --sessions 30 --seconds 60).
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from statistics import median

import numpy as np

from sim.history import HISTORY
from sim.outcomes import HEADLINES, OUTCOME_NAMES
from sim.population.world import copy_of
from sim.run import Setting, Stage, compile_model, simulate_schemes, walk
from sim.schemes.load import load_behaviour, load_organisation, load_scheme

NS = 1e9


def stage_of(organisation: str, months: int = 36, changes: dict | None = None, scheme: str = "deduction_heavy") -> Stage:
    """A setting made ready, with the default behaviour."""
    document = load_organisation(organisation, changes=changes or {})
    return Stage(Setting(document, load_behaviour(), load_scheme(scheme), months=months))


def cost_of(stage: Stage, scheme: str, repeats: int = 3) -> float:
    """Nanoseconds per cadre-month of the compiled walk, one thread: median of several walks over the recorded months."""
    warm = stage.warmed_up(0)
    times = []
    for _ in range(repeats):
        world = stage.under(copy_of(warm), load_scheme(scheme))
        history = np.zeros(stage.setting.steps, HISTORY)
        start = time.perf_counter()
        walk(world, stage.setting.warmup_steps, history)
        times.append(time.perf_counter() - start)
    return median(times) / (stage.setting.steps * len(warm.cadres)) * NS


def bench_walk() -> None:
    """Cost of a cadre-month of the whole model, one thread, by preset."""
    stage = stage_of("county_bureau")
    tasks = stage.blueprint.world.departments
    mean_tasks = (tasks["n_tasks"] * tasks["size"]).sum() / tasks["size"].sum()
    print(f"county bureau, {mean_tasks:.1f} own tasks a cadre, 36 months after the warm-up")
    for scheme in ("base", "deduction_heavy", "forced_ranking", "combined_incentives", "municipal_closed_loop"):
        print(f"  {scheme:24s} {cost_of(stage, scheme):7.0f} ns per cadre-month")


def bench_walks() -> None:
    """The compiled walk against the Mesa walk at the same work."""
    from sim.agents import walk_agents

    stage = stage_of("county_bureau", months=12)
    compiled = cost_of(stage, "forced_ranking", repeats=9)
    world = stage.under(stage.warmed_up(0), load_scheme("forced_ranking"))
    first = copy_of(world)
    walk_agents(first, stage.blueprint.names, stage.setting.warmup_steps, np.zeros(1, HISTORY))  # rules meet plain numbers once
    history = np.zeros(12, HISTORY)
    start = time.perf_counter()
    walk_agents(world, stage.blueprint.names, stage.setting.warmup_steps, history)
    mesa = (time.perf_counter() - start) / (12 * len(world.cadres)) * NS
    print(f"county bureau, forced ranking, 12 months, one thread: Mesa {mesa:,.0f} ns, compiled {compiled:,.0f} ns")
    print(f"  ratio {mesa / compiled:,.0f} x")


def bench_sizes() -> None:
    """Cost of a cadre-month from 1,000 to 1,000,000 cadres of one service."""
    base = None
    for cadres in (1_000, 10_000, 100_000, 1_000_000):
        units = max(1, cadres // 245)
        provinces = max(1, round(units ** (1 / 3)))
        levels = [
            {"name": "centre", "units_per_superior": 1, "offices": 2, "branches": 0},
            {"name": "province", "units_per_superior": provinces, "offices": 2, "branches": 0},
            {"name": "county", "units_per_superior": max(1, units // provinces), "offices": 4, "branches": 7},
        ]
        stage = stage_of("national_service", 6, {"service.cadres": cadres, "service.levels": levels})
        world = stage.warmed_up(0)
        times = []
        for _ in range(3):
            history = np.zeros(12, HISTORY)
            start = time.perf_counter()
            walk(world, 24, history)
            times.append((time.perf_counter() - start) / (12 * cadres) * NS)
        cost = median(times)
        base = base or cost
        print(f"  {cadres:>9,} cadres: {cost:6.0f} ns per cadre-month, {cost / base:.2f} x the cost at 1,000")


def bench_national() -> None:
    """720,000 cadres, 120 months, two workers: time and memory of a process of its own."""
    code = (
        "import time; from sim.run import simulate, compile_model; compile_model(); start = time.perf_counter(); "
        "run = simulate('municipal_closed_loop', 'national_service', months=120, warmup_months=0, workers=2); "
        "print(f'{len(run.world.cadres):,} cadres, 120 months: {time.perf_counter() - start:.1f} s')"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
    print(f"  peak memory {peak:.2f} GiB")


def bench_compare() -> None:
    """The default main job as a user runs it, warm."""
    command = [sys.executable, "-m", "experiments.cli", "compare", "--out", "results/benchmark", "--overwrite", "--workers", "2"]
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    print(f"cadresim compare, 12 schemes x 100 replicates x 36 months x 1,200 cadres: {time.perf_counter() - start:.1f} s")


def bench_luck() -> None:
    """How much common random numbers cut the variance of a difference between two close schemes."""
    setting = stage_of("county_bureau", months=24).setting
    first = load_scheme("forced_ranking")
    second = load_scheme("forced_ranking", changes={"application.explicit.top_prize": 0.25})
    replicates = 40
    a, b = np.empty((replicates, len(OUTCOME_NAMES))), np.empty((replicates, len(OUTCOME_NAMES)))
    for replicate in range(replicates):
        one, two = simulate_schemes(setting, [first, second], replicate)
        a[replicate], b[replicate] = one.outcomes, two.outcomes
    paired = np.var(a - b, axis=0, ddof=1)
    independent = np.var(a, axis=0, ddof=1) + np.var(b, axis=0, ddof=1)
    print("variance of the difference, forced ranking with another top prize: independent seeds over common random numbers")
    for name in (*HEADLINES, "effort_mean", "exhaustion_mean", "sabotage_mean"):
        k = OUTCOME_NAMES.index(name)
        print(f"  {name:22s} {independent[k] / paired[k] if paired[k] > 0 else float('inf'):10.1f} x")


def bench_store() -> None:
    """What the runner and the store cost a run, and memory of a study of 100,000 runs."""
    from tests.bench_store import main as bench

    bench()


#: The parameters of the large sensitivity study: twenty that all parts of the model hang on.
TWENTY = (
    "cost", "substitution", "curvature_discretionary", "duty", "loss_aversion", "esteem", "drive", "crowding", "control_of_pay",
    "feedback_effect", "honesty", "falsification_cost", "norm_influence", "rating_noise", "leniency", "cohesion",
    "justice_memory", "load_strain", "threat_strain", "capacity",
)  # fmt: skip


def bench_sobol(scale: float = 1.0) -> None:
    """Sobol indices of all outcomes: 20 parameters, N = 1,024, second order, 43,008 runs of 300 cadres x 36 months, two workers.

    One replicate each, further replicates of 64 points tell luck; no warm-up. With tables and figures.
    """
    from experiments import sensitivity

    size = 2 ** max(3, round(np.log2(1024 * scale)))
    bureau = "configs/organisations/examples/bureau_of_300.yaml"
    with tempfile.TemporaryDirectory() as folder:
        start, used = time.perf_counter(), time.process_time()
        found = sensitivity(
            ["deduction_heavy"], TWENTY, organisation=bureau, months=36, warmup_months=0, samples=size, second_order=True,
            folder=folder, workers=2,
        )  # fmt: skip
        wall, cpu = time.perf_counter() - start, time.process_time() - used
    n_runs = found.ran.n_new
    print(f"N = {size}: {len(found.points):,} points, {n_runs:,} runs, {wall:.1f} s")
    print(f"  {cpu:.1f} s of CPU, {1e3 * cpu / n_runs:.2f} ms a run with indices, tables and figures")
    print(f"  {len(found.indices):,} indices of {len(found.looked_at['deduction_heavy'])} outcomes")
    print(f"  peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GiB")
    print(f"  at N = 1024: about {wall * 43200 / n_runs / 60:.1f} min")


def bench_page() -> None:
    """The page over HTTP, one user: a control changed to first and to settled numbers."""
    from tests.bench_page import bench_page as bench

    bench()


def bench_workshop(participants: int = 30, seconds: float = 30.0) -> None:
    """A room of the workshop with a class in it: polls, designs, months, memory."""
    from tests.bench_workshop import bench_workshop as bench

    bench(participants, seconds)


def bench_page_load(sessions: int = 30, seconds: float = 60.0) -> None:
    """The page over HTTP, many sessions at once: first numbers, what was lost, memory."""
    from tests.bench_page import bench_page_load as bench

    bench(sessions, seconds)


def bench_year() -> None:
    """One cadre's year explained (with and without the nearest changes), and a month with every seat of 40 played."""
    from experiments import Game, Move, Setup, explain

    for organisation in ("workshop_bureau", "county_bureau"):
        for changes in (False, True):
            times = []
            for cadre in ("median", "lowest", "highest", 5):
                start = time.perf_counter()
                explain("forced_ranking", organisation, cadre=cadre, changes=changes)
                times.append(time.perf_counter() - start)
            print(f"  explain, {organisation:16s} changes {changes!s:5s} {median(times[1:]):6.2f} s")
    for n_seats in (1, 10, 40):
        game = Game(Setup("forced_ranking", "workshop_bureau", seats=tuple(range(1, n_seats + 1))))
        times = []
        for _ in range(12):
            start = time.perf_counter()
            game.play({seat: Move("steady", "shade") for seat in game.setup.seats})
            times.append(time.perf_counter() - start)
        print(f"  a month with {n_seats:2d} of 40 seats played {1000 * median(times[1:]):6.1f} ms")


BENCHES: dict[str, Callable[..., None]] = {
    name.removeprefix("bench_").replace("_", "-"): function
    for name, function in list(globals().items())
    if name.startswith("bench_")
}


def main(names: list[str]) -> int:
    """Run the named benchmarks, all by default; some take `--scale .1`, `--sessions 30`, `--participants 30`, `--seconds 60`."""
    names, scale = _option(names, "--scale", 1.0)
    names, sessions = _option(names, "--sessions", 30)
    names, seconds = _option(names, "--seconds", 60.0)
    names, participants = _option(names, "--participants", 30)
    workshop = (int(participants), min(seconds, 30.0))
    options = {"sobol": (scale,), "page-load": (int(sessions), seconds), "workshop": workshop}
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        print(f"no benchmark named {unknown[0]!r}; there are: {', '.join(BENCHES)}", file=sys.stderr)
        return 2
    compile_model(print)
    for name in names or BENCHES:
        print(f"\n[{name}] {BENCHES[name].__doc__}")
        BENCHES[name](*options.get(name, ()))
    return 0


def _option(names: list[str], option: str, default: float) -> tuple[list[str], float]:
    """(names without an option and its number, the number)."""
    if option not in names:
        return names, default
    at = names.index(option)
    return names[:at] + names[at + 2 :], float(names[at + 1])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
