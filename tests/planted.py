"""Do intervals hold what they promise? Planted effects, known truths. Run: python -m tests.planted [--repetitions N] [--real N]

Part one plants differences (none, small, large) under normal and under skewed luck, and counts how often intervals hold the
truth: paired ones at a fixed number of replicates, those at the end of a comparison that grew until it was settled or that
dropped schemes on the way, simultaneous ones; what plain intervals would have done; and how often the best scheme is kept. "Each"
is the share of single intervals that hold their truth, "all at once" the share of studies in which all of them do. Part two takes
the truth from many runs of the simulator itself and draws small studies from them.

(Not called `coverage`: that is a package of that name, which numba imports where it finds it.)
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, stdtrit

from experiments.design.targets import Target, Wanted
from experiments.statistics.intervals import half_width, mean_present, normal_quantile, summarise
from experiments.statistics.settling import Settling
from sim.outcomes import OUTCOME_NAMES

REPETITIONS = 1000
GOAL, OTHER_OUTCOME = OUTCOME_NAMES.index("goal_attainment"), OUTCOME_NAMES.index("burnout_share")

#: True differences to the baseline in units of the luck of a difference: none twice, small, medium, large.
EFFECTS = np.array([0.0, 0.0, 0.0, 0.15, 0.4, 2.0])

#: Draws (schemes, replicates) of one study: what the schemes share is not in them, for it leaves every difference.
Luck = Callable[[np.random.Generator, int, int], np.ndarray]


def normal(rng: np.random.Generator, schemes: int, n: int) -> np.ndarray:
    """Luck of each scheme and replicate, so that differences to one baseline are correlated by a half."""
    return rng.normal(size=(schemes, n)) / np.sqrt(2)


def skewed(rng: np.random.Generator, schemes: int, n: int) -> np.ndarray:
    """The same with the skewness of a count (gamma of shape 4), unequally spread over schemes."""
    return (rng.gamma(4.0, size=(schemes, n)) - 4.0) / 2 / np.sqrt(2) * np.linspace(0.7, 1.3, schemes)[:, None]


@dataclass
class Held:
    """How often intervals held the truth."""

    held: int = 0
    of: int = 0

    def add(self, inside: np.ndarray) -> None:
        """Count some intervals."""
        self.held += int(np.sum(inside))
        self.of += int(np.size(inside))

    @property
    def share(self) -> float:
        """Coverage."""
        return self.held / self.of if self.of else np.nan

    def __str__(self) -> str:
        return f"{100 * self.share:5.1f} % of {self.of}"


def inside(low: np.ndarray, high: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Which intervals hold the truth."""
    return (low <= truth) & (truth <= high)


def at_fixed_replicates(luck: Luck, n: int, repetitions: int, seed: int = 1) -> dict[str, Held]:
    """Paired and simultaneous intervals where the number of replicates is fixed."""
    rng = np.random.default_rng(seed)
    held = {name: Held() for name in ("no effect", "planted effects", "all at once", "all at once, plain intervals")}
    for _ in range(repetitions):
        values = (luck(rng, len(EFFECTS), n) + EFFECTS[:, None])[:, :, None]
        found = summarise(values, 0, np.zeros(1))
        alone = inside(found.low[1:, 0], found.high[1:, 0], EFFECTS[1:])
        held["no effect"].add(alone[EFFECTS[1:] == 0][:1])
        held["planted effects"].add(alone[EFFECTS[1:] != 0][-1:])
        held["all at once"].add(inside(found.simultaneous_low[1:, 0], found.simultaneous_high[1:, 0], EFFECTS[1:]).all())
        held["all at once, plain intervals"].add(alone.all())
    return held


def at_the_end(
    draw: Callable[[np.random.Generator], np.ndarray], truth: np.ndarray, width: float, repetitions: int, seed: int = 2
) -> dict[str, Held]:
    """Intervals at the end of comparisons that grew until each difference was narrow (plus or minus the width) or clear.

    ``draw`` gives the values of one study, (schemes, most replicates); ``truth`` is the true mean of each scheme.
    """
    rng = np.random.default_rng(seed)
    effects = truth - truth[0]
    names = tuple(f"scheme_{index}" for index in range(len(truth)))
    held = {f"difference {effect:.3g}": Held() for effect in effects[1:]}
    held |= {
        name: Held() for name in ("all at once", "each alone: scheme ends its own study", "plain intervals, ended when settled")
    }
    replicates = []
    for _ in range(repetitions):
        values = draw(rng)
        most = values.shape[1]
        settling = Settling(Wanted((Target("goal_attainment", width),), None, most), names, names[0])
        outcomes = np.full((*values.shape, len(OUTCOME_NAMES)), np.nan)
        outcomes[:, :, GOAL] = values
        while (look := settling.next_look) is not None:
            settling.judge(outcomes[:, :look], look)
        n = settling.replicates
        replicates.append(n)
        found = summarise(values[:, :n, None], 0, np.zeros(1), multiplier=settling.multiplier)
        alone = inside(found.low[1:, 0], found.high[1:, 0], effects[1:])
        for effect, ok in zip(effects[1:], alone, strict=True):
            held[f"difference {effect:.3g}"].add(ok)
        together = inside(found.simultaneous_low[1:, 0], found.simultaneous_high[1:, 0], effects[1:])
        held["all at once"].add(together.all())
        for one, effect in zip(values[1:] - values[0], effects[1:], strict=True):
            low, high = _own_end(one, settling, width)
            held["each alone: scheme ends its own study"].add(np.array(low <= effect <= high))
            low, high = _plain_end(one, settling.looks, width)
            held["plain intervals, ended when settled"].add(np.array(low <= effect <= high))
    held[f"(mean replicates {np.mean(replicates):.0f})"] = Held(1, 1)
    return held


def _own_end(differences: np.ndarray, settling: Settling, width: float) -> tuple[float, float]:
    """The interval of a study of this scheme alone."""
    return _end(differences, settling.looks, width, settling.multiplier(), settling.clear)


def _plain_end(differences: np.ndarray, looks: tuple[int, ...], width: float) -> tuple[float, float]:
    """A plain t interval where a study ends as soon as that is narrow or leaves out 0."""
    return _end(differences, looks, width, normal_quantile(0.05), normal_quantile(0.05))


def _end(differences: np.ndarray, looks: tuple[int, ...], width: float, reach: float, clear: float) -> tuple[float, float]:
    for n in looks:
        seen = differences[:n]
        mean, error = float(seen.mean()), float(seen.std(ddof=1)) / np.sqrt(n)
        half, far = (float(stdtrit(n - 1, ndtr(z))) * error for z in (reach, clear))
        if half <= width or abs(mean) > far or n == looks[-1]:
            return mean - half, mean + half
    raise AssertionError("the last look ends it")


#: Where the schemes of a selection stand, in zones of indifference, the baseline first.
PLANTED = {
    "no difference": np.zeros(6),
    "one of 6 a zone ahead": np.array([0.0, 0.0, 0.0, 0.0, 0.0, 1.0]),
    "one of 6 half a zone ahead": np.array([0.0, 0.0, 0.0, 0.0, 0.0, 0.5]),
    "6 schemes, half a zone apart each": np.arange(6) / 2,
    "the baseline a zone ahead of 5": np.array([1.0, 0.0, 0.0, 0.0, 0.0, 0.0]),
    "2 schemes, no difference": np.zeros(2),
    "2 schemes, half a zone apart": np.array([0.0, 0.5]),
    "2 schemes, a zone apart": np.array([0.0, 1.0]),
}

#: Coverage of each difference and of all at once, whichever way it ends.
EACH, TOGETHER, OTHER = "each difference", "all at once", "each, on another outcome"
PLAIN_EACH, PLAIN_TOGETHER = "plain intervals, each", "plain intervals, all at once"
KEPT = "the best is kept"


def at_the_end_of_a_selection(
    luck: Luck,
    stand: np.ndarray,
    zone: float,
    repetitions: int,
    *,
    until: float | None = None,
    most: int = 1000,
    seed: int = 3,
) -> dict[str, Held]:
    """Intervals where schemes are dropped that cannot be the best, dropped ones too, and how often the best is kept.

    ``stand`` is where the schemes stand, in zones; ``zone`` and ``until`` (a half width for every difference on the
    outcome of the selection) are in units of the luck of a difference. The other outcome has the same truth and luck of its own.
    """
    rng = np.random.default_rng(seed)
    schemes, truth = len(stand), stand * zone
    names = tuple(f"scheme_{index}" for index in range(schemes))
    targets = (Target("goal_attainment", until),) if until else ()
    wanted = Wanted(targets, Target("goal_attainment", zone), most)
    effects = truth[1:] - truth[0]
    held = {name: Held() for name in (KEPT, EACH, TOGETHER, OTHER, PLAIN_EACH, PLAIN_TOGETHER, "ended")}
    runs = []
    for _ in range(repetitions):
        values = np.stack([luck(rng, schemes, most), luck(rng, schemes, most)], axis=2) + truth[:, None, None]
        settling = Settling(wanted, names, names[0])
        outcomes = np.full((schemes, most, len(OUTCOME_NAMES)), np.nan)
        while (look := settling.next_look) is not None:
            inside_of = [names.index(name) for name in settling.alive]
            outcomes[inside_of, :look, GOAL] = values[inside_of, :look, 0]
            outcomes[inside_of, :look, OTHER_OUTCOME] = values[inside_of, :look, 1]
            settling.judge(outcomes[:, :look], look)
        assert settling.selection is not None
        ran = outcomes[:, : settling.replicates, [GOAL, OTHER_OUTCOME]]
        runs.append(int((~np.isnan(ran[:, :, 0])).sum()))
        if np.sum(stand > stand.max() - 1) == 1:
            held[KEPT].add(np.array(settling.selection.alive == [names[int(stand.argmax())]]))
        held["ended"].add(np.array(settling.is_done))
        found = summarise(ran, 0, np.zeros(2), multiplier=settling.multiplier)
        alone = inside(found.low[1:], found.high[1:], effects[:, None])
        held[EACH].add(alone[:, 0])
        held[OTHER].add(alone[:, 1])
        held[TOGETHER].add(inside(found.simultaneous_low[1:, 0], found.simultaneous_high[1:, 0], effects).all())
        plain = summarise(ran[:, :, :1], 0, np.zeros(1))
        held[PLAIN_EACH].add(inside(plain.low[1:, 0], plain.high[1:, 0], effects))
        held[PLAIN_TOGETHER].add(inside(plain.simultaneous_low[1:, 0], plain.simultaneous_high[1:, 0], effects).all())
    held[f"(mean runs {np.mean(runs):.0f})"] = Held(1, 1)
    return {name: one for name, one in held.items() if one.of}


# --- the simulator itself ------------------------------------------------------------------------------------------------

REAL_SCHEMES = ("deduction_heavy", "scoring_reform", "forced_ranking", "superior_ranking")
REAL_OUTCOMES = ("goal_attainment", "burnout_share", "rank_agreement")


def real_values(replicates: int, organisation: str = "county_bureau", months: int = 12) -> np.ndarray:
    """(schemes, replicates, outcomes) of many runs of the simulator."""
    from experiments.api.comparing import compare

    done = compare(
        list(REAL_SCHEMES), organisation=organisation, months=months, warmup_months=6, replicates=replicates, winners=False
    )
    runs = done.runs.set_index(["scheme", "replicate"]).sort_index()
    return np.stack([runs.loc[name, list(REAL_OUTCOMES)].to_numpy(float) for name in REAL_SCHEMES])


def in_small_studies(values: np.ndarray, n: int, repetitions: int, seed: int = 4) -> dict[str, Held]:
    """Paired and simultaneous intervals of studies of n replicates drawn from many; the truth is the mean of all.

    Drawn with replacement: the many runs are the population, so its mean is the truth exactly.
    """
    rng = np.random.default_rng(seed)
    truth = mean_present((values - values[0]).transpose(1, 0, 2).reshape(values.shape[1], -1)).reshape(values.shape[0], -1)
    held = {f"{name}, {kind}": Held() for name in REAL_OUTCOMES for kind in ("paired", "all at once")}
    for _ in range(repetitions):
        chosen = rng.integers(0, values.shape[1], n)
        found = summarise(values[:, chosen], 0, np.zeros(len(REAL_OUTCOMES)))
        for column, name in enumerate(REAL_OUTCOMES):
            held[f"{name}, paired"].add(inside(found.low[1:, column], found.high[1:, column], truth[1:, column]))
            together = inside(found.simultaneous_low[1:, column], found.simultaneous_high[1:, column], truth[1:, column])
            held[f"{name}, all at once"].add(together.all())
    return held


def growing_real_studies(values: np.ndarray, column: int, repetitions: int, most: int = 400, seed: int = 5) -> dict[str, Held]:
    """Studies of the simulator that grow until settled, drawn from many runs; a plain interval of 120 runs sets the width."""
    mine = values[:, ~np.isnan(values[:, :, column]).any(axis=0), column]
    spread = (mine[1:] - mine[0]).std(axis=1, ddof=1).mean()
    width = float(half_width(np.random.default_rng(0).normal(0, spread, (120, 1)))[0])

    def draw(rng: np.random.Generator) -> np.ndarray:
        return mine[:, rng.integers(0, mine.shape[1], most)]

    return at_the_end(draw, mine.mean(axis=1), width, repetitions, seed)


def tell(title: str, held: dict[str, Held]) -> None:
    """Print one table."""
    print(f"\n{title}")
    for name, one in held.items():
        print(f"   {name:42s} {'' if name.startswith('(') else one}", flush=True)


def main() -> None:
    """All parts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repetitions", type=int, default=REPETITIONS)
    parser.add_argument("--real", type=int, default=3000, help="runs of each scheme that give the truth; 0 leaves the part out")
    asked = parser.parse_args()
    repetitions = asked.repetitions
    for name, luck in (("normal", normal), ("skewed", skewed)):
        for n in (10, 30, 100):
            tell(f"Fixed number of replicates, {n}, {name} luck, 5 schemes", at_fixed_replicates(luck, n, repetitions))
        for width in (0.1, 0.3):
            tell(
                f"Grown until settled, plus or minus {width}, {name} luck, 5 schemes",
                at_the_end(lambda rng, luck=luck: luck(rng, len(EFFECTS), 1000) + EFFECTS[:, None], EFFECTS, width, repetitions),  # type: ignore[misc]
            )
    for zone in (0.1, 0.3, 1.0):
        for title, stand in PLANTED.items():
            tell(f"Who is best, zone {zone}: {title}", at_the_end_of_a_selection(normal, stand, zone, repetitions))
    for title in ("no difference", "one of 6 a zone ahead", "2 schemes, half a zone apart"):
        tell(f"The same with skewed luck: {title}", at_the_end_of_a_selection(skewed, PLANTED[title], 0.3, repetitions))
        for until in (0.1, 0.3):
            told = f"Who is best, and all differences to \u00b1{until}: {title}"
            tell(told, at_the_end_of_a_selection(normal, PLANTED[title], 0.3, repetitions, until=until))
    if asked.real:
        values = real_values(asked.real)
        for n in (10, 30):
            tell(f"The simulator, studies of {n} replicates, truth from {asked.real}", in_small_studies(values, n, repetitions))
        for column, name in enumerate(REAL_OUTCOMES):
            tell(f"The simulator, {name}, grown until settled", growing_real_studies(values, column, repetitions))


if __name__ == "__main__":
    main()
