"""The Python front of a fit to one's own survey: `fit_survey`."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.api.keeping import dressed
from experiments.evidence.matching import Effort
from experiments.evidence.priors import prior_of
from experiments.verbs import survey as verb
from sim.errors import UserError
from sim.schemes.load import load_behaviour, load_organisation, load_scheme

if TYPE_CHECKING:
    import pandas as pd

    from experiments.report.notebook import Picture
    from sim.schemes.behaviour import Behaviour
    from sim.schemes.organisation import Organisation
    from sim.schemes.scheme import Scheme


class SurveyFit(verb.SurveyFit):
    """A fit that can also draw itself and say what it found."""

    @property
    def sentences(self) -> list[str]:
        """What became of every parameter, and how well the fitted model gives the survey back."""
        from experiments.report.notebook import fit_sentences

        return fit_sentences(self)

    def picture(self, truth: Mapping[str, float] | None = None) -> Picture:
        """Declared range and posterior of every parameter, for a notebook; `truth` marks known values."""
        from experiments.report.notebook import fit_picture

        return fit_picture(self, dict(truth or {}))

    def _repr_html_(self) -> str:
        from experiments.report.notebook import fit_html

        return fit_html(self)

    def __str__(self) -> str:
        return "\n".join(self.sentences)


def fit_survey(
    survey: pd.DataFrame | str | Path,
    parameters: Sequence[str],
    *,
    organisation: Organisation | str | Path,
    scheme: Scheme | str | Path,
    baseline: Scheme | str | Path | None = None,
    behaviour: Behaviour | str | Path | None = None,
    items: Sequence[str] | None = None,
    months: int = 24,
    warmup_months: int = 24,
    replicates: int = 4,
    points: int = 128,
    waves: int = 2,
    proposals: int = 256,
    seed: int = 1,
    miss: float = 0.0,
    workers: int | None = None,
    tell: Callable[[str], None] = lambda text: None,
) -> SurveyFit:
    """Parameters of the behaviour that make a simulated bureau answer a survey as yours did, with intervals.

    Fitted are mean and standard deviation of every item and the correlation of every pair of items; tolerances are the survey's
    sampling error and the luck of one bureau. Priors are the declared ranges. The search is that of `cadresim calibrate`.

    Args:
        survey: a table or a CSV file: a row a respondent, a column an item (`exhaustion`, `justice_procedural` ...).
        parameters: names of parameters of the behaviour; few, and such as the items can tell apart.
        organisation, scheme: the bureau that was asked and what it is appraised by (objects, presets or files).
        baseline: what it was appraised by before (by default the same scheme).
        behaviour: holds every other parameter (by default the package's).
        items: columns to use; by default all that the model knows.
        months, warmup_months: how long the scheme has been in force, and the bureau before.
        replicates: simulated bureaus at each point.
        points, waves, proposals: points of the first wave (best a power of two), waves (each further one half of it), and points
            drawn from the emulated posterior that the model itself has to bear out.
        seed: 0 or a positive whole number.
        miss: how far the model may miss a statistic although it is right otherwise, as a share of its value.
        workers: threads.
        tell: told what is going on.

    Raises:
        UserError: anything the caller can mend.
    """
    began = time.perf_counter()
    least_of = {
        "points": (points, 24), "waves": (waves, 1), "proposals": (proposals, 40), "replicates": (replicates, 1),
        "months": (months, 1), "warmup_months": (warmup_months, 0), "seed": (seed, 0),
    }  # fmt: skip
    for name, (number, least) in least_of.items():
        if not isinstance(number, int) or isinstance(number, bool) or number < least:
            raise UserError.of(f"{name} must be a whole number", found=repr(number), expected=f"at least {least}")
    if not 0.0 <= miss < 1.0:
        raise UserError.of("miss is a share", found=repr(miss), expected="from 0 to below 1")
    answers = verb.answers_of(survey, items)
    in_force = _loaded(scheme, load_scheme)
    asked = verb.Asked(
        _loaded(organisation, load_organisation),
        in_force,
        _loaded(baseline, load_scheme) if baseline is not None else in_force,
        months,
        warmup_months,
        seed,
        replicates,
    )
    base = _loaded(behaviour, load_behaviour) if behaviour is not None else load_behaviour("default")
    effort = Effort(points, waves, max(points // 2, 8), proposals, proposals, seed)
    found = verb.run_fit(answers, prior_of(parameters), base, asked, effort, miss=miss, workers=workers, tell=tell)
    found.seconds = time.perf_counter() - began
    return dressed(SurveyFit, found)


def _loaded(given: Any, load: Callable[[Any], Any]) -> Any:
    return load(given) if isinstance(given, str | Path) else given
