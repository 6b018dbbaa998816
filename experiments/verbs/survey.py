"""survey: parameters of the behaviour fitted to a survey of one's own bureau.

What is fitted are the survey's own statistics: mean and standard deviation of every item, and the correlation of every pair of
items. Their tolerances are the survey's sampling error (bootstrap over respondents) together with the luck of one bureau (spread
over replicates of the simulation in the middle of the prior), and, where wished, how far the model may miss anyway. Priors are
the declared ranges of the behaviour. The search is that of `calibrate` (`experiments.evidence.matching`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from experiments.evidence.matching import Box, Effort, Matched, Targets, contraction, match
from experiments.runs.runner import check_workers
from sim.desks import burnout_of
from sim.errors import UserError
from sim.population.columns import CADRE_COLUMNS
from sim.run import simulate
from sim.schemes.behaviour import Behaviour
from sim.schemes.organisation import Organisation
from sim.schemes.scheme import Scheme
from sim.schemes.words import did_you_mean

if TYPE_CHECKING:
    import pandas as pd

FEWEST_RESPONDENTS = 20
BOOTSTRAPS = 400
LUCK_REPLICATES = 24  # runs from which the luck of one bureau is taken
INTERVAL = 0.9
FEWEST_KEPT = 20

#: What may be asked beside the columns of cadres: the composite burnout index.
BURNOUT = "burnout"

Tell = Callable[[str], None]
#: Items by name, one value a respondent.
Answers = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Asked:
    """Where and how the survey was taken: who works there, under what, for how long."""

    organisation: Organisation
    scheme: Scheme
    baseline: Scheme
    months: int
    warmup_months: int
    seed: int
    replicates: int


@dataclass
class SurveyFit:
    """A finished fit."""

    asked: Asked
    base: Behaviour
    matched: Matched
    respondents: int
    workers: int = 1
    seconds: float = field(default=0.0)

    @property
    def parameters(self) -> tuple[str, ...]:
        """What was fitted."""
        return self.matched.box.names

    @property
    def sets(self) -> np.ndarray:
        """The posterior sample, (sets, parameters) in their own units."""
        return self.matched.sets

    @property
    def table(self) -> pd.DataFrame:
        """One row a parameter: its declared range, centre and central 90 % of the posterior, how much narrower it became."""
        import pandas as pd

        tails = (1 - INTERVAL) / 2
        low, high = np.quantile(self.sets, (tails, 1 - tails), axis=0)
        box = self.matched.box
        return pd.DataFrame(
            {
                "parameter": box.names, "prior_low": box.low, "prior_high": box.high, "centre": self.sets.mean(axis=0),
                "low": low, "high": high, "narrower": contraction(self.matched),
            }
        )  # fmt: skip

    @property
    def statistics(self) -> pd.DataFrame:
        """One row a statistic: the survey's value and tolerance, and the 90 % range of the fitted model's values."""
        import pandas as pd

        tails = (1 - INTERVAL) / 2
        low, high = np.quantile(self.matched.values, (tails, 1 - tails), axis=0)
        targets, mean = self.matched.targets, self.matched.values.mean(axis=0)
        gap = (mean - targets.centre) / targets.tolerance
        columns = {"survey": targets.centre, "tolerance": targets.tolerance, "fitted": mean, "low": low, "high": high, "gap": gap}
        return pd.DataFrame({"statistic": targets.names, **columns})

    @property
    def behaviour(self) -> Behaviour:
        """The behaviour with the fitted parameters at their centres, ready for any study."""
        centre = dict(zip(self.parameters, self.sets.mean(axis=0).tolist(), strict=True))
        return Behaviour.model_validate(self.base.model_dump() | centre)

    def sample(self, number: int, *, seed: int = 0) -> list[Behaviour]:
        """Behaviours drawn from the posterior, for a study that carries the uncertainty on."""
        rows = np.random.default_rng(seed).choice(len(self.sets), number, replace=number > len(self.sets))
        return [
            Behaviour.model_validate(self.base.model_dump() | dict(zip(self.parameters, self.sets[row].tolist(), strict=True)))
            for row in rows
        ]


# --- the survey --------------------------------------------------------------------------------------------------------


def items() -> tuple[str, ...]:
    """What a survey may ask: every column of cadres that holds one number, and `burnout`."""
    return (*(column.name for column in CADRE_COLUMNS if not column.shape), BURNOUT)


def answers_of(survey: pd.DataFrame | str | Path, asked_items: Sequence[str] | None = None) -> dict[str, np.ndarray]:
    """The items of a survey as numbers, one a respondent; rows with a gap are left out.

    Args:
        survey: a table, or a CSV file, a row a respondent, a column an item.
        asked_items: which columns to use; without them all that are items of the model.

    Raises:
        UserError: a column that is no item of the model, text where numbers belong, too few respondents.
    """
    import pandas as pd

    table = read_survey(survey) if isinstance(survey, str | Path) else survey
    known = items()
    for name in asked_items or ():
        if name not in table.columns:
            known_columns = list(map(str, table.columns))
            raise UserError.of("the survey has no such column", found=name, hint=did_you_mean(name, known_columns))
        if name not in known:
            raise UserError.of("the model knows no such item", found=name, hint=did_you_mean(name, known))
    chosen = list(asked_items or (name for name in map(str, table.columns) if name in known))
    if not asked_items:
        _refuse_look_alikes([name for name in map(str, table.columns) if name not in known], known)
    if not chosen:
        expected = "columns such as exhaustion, cynicism, efficacy, justice_procedural, motivation, effort, burnout"
        raise UserError.of("no column of the survey is an item of the model", found=", ".join(map(str, table)), expected=expected)
    try:
        numbers = table[chosen].apply(pd.to_numeric).dropna().to_numpy(float)
    except (ValueError, TypeError) as error:
        raise UserError.of("answers must be numbers", found=str(error)) from error
    if len(numbers) < FEWEST_RESPONDENTS:
        raise UserError.of(
            "too few respondents with an answer to every item", found=str(len(numbers)), expected=f"at least {FEWEST_RESPONDENTS}"
        )
    if not np.isfinite(numbers).all():
        raise UserError.of("answers must be finite numbers")
    _check_scales(chosen, numbers)
    flat = [name for name, column in zip(chosen, numbers.T, strict=True) if column.std() == 0.0]
    if flat:
        raise UserError.of("everybody gives the same answer: there is nothing to fit", found=", ".join(flat))
    return {name: numbers[:, place] for place, name in enumerate(chosen)}


def _refuse_look_alikes(left_out: Sequence[str], known: Sequence[str]) -> None:
    """A column that is an item but for capitals and blanks would be left out without a word."""
    for name in left_out:
        meant = name.strip().lower().replace(" ", "_").replace("-", "_")
        if meant in known:
            raise UserError.of("a column of the survey is nearly an item of the model", found=name, expected=meant)


def _check_scales(chosen: Sequence[str], numbers: np.ndarray) -> None:
    """Refuse answers that no cadre of the model can give: another scale is another survey."""
    scales = {column.name: (column.low, column.high) for column in CADRE_COLUMNS} | {BURNOUT: (0.0, 6.0)}
    for name, column in zip(chosen, numbers.T, strict=True):
        low, high = scales[name]
        if column.min() < low or column.max() > high:
            raise UserError.of(
                "answers lie outside the item's scale", path=name, found=f"{column.min():g} to {column.max():g}",
                expected=f"{low:g} to {high:g}", hint="bring the answers to the model's scale first",
            )  # fmt: skip


def read_survey(path: str | Path) -> pd.DataFrame:
    """A survey as a CSV file. Raises `UserError` where it cannot be read."""
    import pandas as pd

    try:
        return pd.read_csv(path)
    except (OSError, ValueError) as error:
        raise UserError.of("the survey cannot be read", file=str(path), found=str(error), expected="a CSV file") from error


def statistics_of(answers: Answers) -> dict[str, float]:
    """Mean and standard deviation of every item, correlation of every pair, by name."""
    found = {f"{name}: mean": float(values.mean()) for name, values in answers.items()}
    found |= {f"{name}: spread": float(values.std(ddof=1)) for name, values in answers.items()}
    for one, other in combinations(answers, 2):
        x, y = answers[one], answers[other]
        apart = x.std() > 0.0 and y.std() > 0.0
        found[f"{one} with {other}: correlation"] = float(np.corrcoef(x, y)[0, 1]) if apart else math.nan
    return found


def sampling_error(answers: Answers, seed: int) -> np.ndarray:
    """Standard error of every statistic: its spread over bootstrap samples of the respondents."""
    luck = np.random.default_rng(seed)
    table = np.column_stack(list(answers.values()))
    again = [
        list(statistics_of(dict(zip(answers, table[luck.integers(len(table), size=len(table))].T, strict=True))).values())
        for _ in range(BOOTSTRAPS)
    ]
    return np.nanstd(again, axis=0, ddof=1)


# --- the model -----------------------------------------------------------------------------------------------------------


def answers_in(cadres: np.ndarray, asked_items: Sequence[str]) -> dict[str, np.ndarray]:
    """What all cadres would answer on the last day."""
    return {name: burnout_of(cadres) if name == BURNOUT else cadres[name].astype(float) for name in asked_items}


def simulated_statistics(behaviour: Behaviour, asked: Asked, asked_items: Sequence[str], replicate: int) -> np.ndarray:
    """All statistics of one simulated bureau."""
    run = simulate(
        asked.scheme, asked.organisation, behaviour=behaviour, baseline=asked.baseline, months=asked.months,
        warmup_months=asked.warmup_months, seed=asked.seed, replicate=replicate,
    )  # fmt: skip
    return np.array(list(statistics_of(answers_in(run.world.cadres, asked_items)).values()))


def run_fit(
    answers: Answers,
    prior: Box,
    base: Behaviour,
    asked: Asked,
    effort: Effort,
    *,
    miss: float = 0.0,
    workers: int | None = None,
    tell: Tell = lambda text: None,
) -> SurveyFit:
    """Fit parameters to the statistics of a survey.

    Args:
        answers: items by name, one value a respondent.
        prior: the parameters and their ranges.
        base: the behaviour that holds everything else.
        asked: where the survey was taken.
        effort: how many simulations (points of the prior, each `asked.replicates` times).
        miss: how far the model may miss a statistic although it is right otherwise, as a share of its value.
        workers: threads; by default one for every processor.
        tell: told what is going on.

    Raises:
        UserError: hardly any simulated bureau looks like the survey.
    """
    chosen = tuple(answers)
    n_workers = check_workers(workers)

    def at(point: np.ndarray) -> Behaviour:
        return Behaviour.model_validate(base.model_dump() | dict(zip(prior.names, map(float, point), strict=True)))

    with ThreadPoolExecutor(n_workers) as pool:

        def simulate_all(points: np.ndarray) -> np.ndarray:
            tasks = [(at(point), replicate) for point in points for replicate in range(asked.replicates)]
            rows = list(pool.map(lambda task: simulated_statistics(task[0], asked, chosen, task[1]), tasks))
            return np.array(rows).reshape(len(points), asked.replicates, -1).mean(axis=1)

        middle = at(0.5 * (prior.low + prior.high))
        replicates = range(1000, 1000 + LUCK_REPLICATES)  # other luck than that of the fit
        luck = np.array(list(pool.map(lambda one: simulated_statistics(middle, asked, chosen, one), replicates)))
        seen = statistics_of(answers)
        centre = np.array(list(seen.values()))
        one_bureau = np.nanvar(luck, axis=0, ddof=1) * (1.0 + 1.0 / asked.replicates)  # theirs, and the mean of the simulated
        variance = sampling_error(answers, effort.seed) ** 2 + one_bureau + (miss * centre) ** 2
        targets = Targets(tuple(seen), centre, np.sqrt(variance))
        matched = match(simulate_all, prior, targets, effort, tell)
    if len(matched.unit) < FEWEST_KEPT:
        raise UserError.of(
            "hardly any simulated bureau looks like this survey",
            found=f"{len(matched.unit)} of {effort.proposals} proposals",
            hint="more proposals; other parameters; an organisation and a scheme closer to the bureau's; or miss=0.05",
        )
    return SurveyFit(asked, base, matched, len(next(iter(answers.values()))), n_workers)
