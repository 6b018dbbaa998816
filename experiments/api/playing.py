"""A year in which people sit in some seats of a bureau: predict, decide month by month, then see what happened.

A game is its setup and the list of its moves, both plain data: a server keeps nothing else, and `Game.replay` brings back the
same game to the bit. Seats nobody plays follow the model's own rule; with no moves at all the game is the ordinary run.

    game = Game(Setup("forced_ranking", "workshop_bureau", seats=(3, 17)))
    game.view(3)                                          # what cadre 3 sees
    game.play({3: Move(effort="push", report="honest", predict="second")})     # everybody's moves of the month
    ...
    game.result(3)                                        # at the year's end
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from sim.agents.played import REPORTS, Decision, PlayedWork
from sim.bounds import LARGEST_SEED, MOST_MONTHS
from sim.errors import UserError
from sim.history import HISTORY
from sim.lang import counted
from sim.loop.calendar import is_due, month_of_year
from sim.loop.recording import record
from sim.outcomes import OUTCOME_NAMES, measure
from sim.population.founding import Names
from sim.population.world import World, copy_of
from sim.rules.understanding import interviews_held
from sim.run import Setting, walk, walked_by
from sim.schemes.behaviour import Behaviour
from sim.schemes.load import load_behaviour, load_organisation, load_scheme
from sim.schemes.organisation import Organisation
from sim.schemes.scheme import Ranking, Scheme
from sim.trace.explaining import grade_key
from sim.trace.recording import walk_links
from sim.trace.telling import GRADES

#: Plain ways to spend a month; custom efforts are months of work by task.
AS_MODEL, STEADY, PUSH, EASE, COUNTED = "own_judgement", "steady", "push", "ease", "counted"
EFFORTS = (AS_MODEL, STEADY, PUSH, EASE, COUNTED)
PUSHED, EASED = 1.3, 0.7
#: The most work in a month on one task, and on all together, in normal months.
MOST_ON_TASK, MOST_IN_MONTH = 2.0, 2.5
MOST_CADRES = 1000


@dataclass(frozen=True)
class Setup:
    """What a game is played in. Documents by name or as objects; `seats` are numbers of cadres (from 1)."""

    scheme: Scheme | str
    organisation: Organisation | str = "workshop_bureau"
    seats: tuple[int, ...] = ()
    year: int = 1
    seed: int = 1
    replicate: int = 0
    behaviour: Behaviour | str = "default"
    baseline: Scheme | str = "deduction_heavy"
    warmup_months: int = 24


@dataclass(frozen=True)
class Move:
    """One seat's decisions for a month.

    `effort`: one of `EFFORTS`, or months of work by task name; `report`: honest, shade, hide, a share of a normal month to add
    to every counted task, or own_judgement; `predict`: the grade expected at the year's end (top, second, ordinary, bottom).
    """

    effort: str | Mapping[str, float] = AS_MODEL
    report: str | float = AS_MODEL
    predict: str | None = None

    @classmethod
    def of(cls, given: Move | Mapping[str, Any]) -> Move:
        """A move out of plain data.

        Raises:
            UserError: something else than a mapping, or unknown parts.
        """
        if isinstance(given, Move):
            return given
        known = tuple(cls.__dataclass_fields__)
        if not isinstance(given, Mapping):
            raise UserError.of("this is no move", found=repr(given)[:60], expected=f"a mapping with {', '.join(known)}")
        wrong = [name for name in given if name not in known]
        if wrong:
            raise UserError.of("a move has no such part", found=repr(wrong[0])[:40], expected=f"some of {', '.join(known)}")
        return cls(**given)


@dataclass(frozen=True)
class Prepared:
    """A bureau on the first day of the year to be played."""

    scheme: Scheme
    organisation: Organisation
    names: Names
    world: World
    first_step: int
    n_steps: int


@dataclass
class Game:
    """A year of a bureau with people in some seats. `play` a month, `view` a seat, `result` at the end."""

    setup: Setup
    moves: list[dict[int, Move]] = field(default_factory=list)

    def __post_init__(self) -> None:
        played, self.moves = list(self.moves), []
        ready = self.prepared
        for seat in self.setup.seats:
            _check_seat(seat, len(ready.world.cadres))
        self.world = copy_of(ready.world)
        self.work = PlayedWork(self.world, ready.names)
        self.history = np.zeros(ready.n_steps, HISTORY)
        self.diary: dict[int, list[dict[str, Any]]] = {seat: [] for seat in self.setup.seats}
        self.appraisals: list[World] = []
        for month in played:
            self.play(month)

    @classmethod
    def replay(cls, setup: Setup, moves: Sequence[Mapping[int | str, Move | Mapping[str, Any]]]) -> Game:
        """The game that these moves have led to; seats may be strings, as they come out of JSON.

        Raises:
            UserError: a setup or a move that cannot be.
        """
        game = cls(setup)
        for month in moves:
            game.play(month)
        return game

    @cached_property
    def prepared(self) -> Prepared:
        """The bureau on the year's first day (remembered between games of one setup)."""
        return prepare(self.setup)

    # --- the month --------------------------------------------------------------------------------------------------

    @property
    def month(self) -> int:
        """The month to be decided next, from 1; one more than there are when the year is over."""
        return len(self.moves) + 1

    @property
    def n_months(self) -> int:
        """Moves of a year."""
        return self.prepared.n_steps

    @property
    def is_over(self) -> bool:
        """Whether the year is over."""
        return len(self.moves) >= self.n_months

    def play(self, moves: Mapping[int | str, Move | Mapping[str, Any]] | Mapping[int, Move]) -> None:
        """Everybody's moves of the month; seats without a move follow the model's own rule.

        Raises:
            UserError: the year is over, a seat is not played, or a move cannot be. Nothing has changed then.
        """
        if self.is_over:
            raise UserError.of(
                "the year is over", found=f"month {self.month}", expected=f"at most {counted(self.n_months, 'month')}"
            )
        read = {self._seat(seat): Move.of(move) for seat, move in moves.items()}
        self.work.decisions = {seat - 1: self.decision(seat, move) for seat, move in read.items()}
        step = self.prepared.first_step + len(self.moves)

        def watch(moment: str) -> None:
            if moment == "worked":
                for seat in self.setup.seats:
                    self.diary[seat].append(self._worked(seat, step, read.get(seat)))
            if moment == "applied":
                self.appraisals.append(copy_of(self.world))

        walk_links(self.world, step, watch, self.work)
        record(self.world, step, self.history[len(self.moves) : len(self.moves) + 1][0])
        self.moves.append(read)

    def decision(self, seat: int, move: Move) -> Decision:
        """A move as the model understands it.

        Raises:
            UserError: unknown words, unknown tasks, or more work than a month holds.
        """
        if move.predict is not None and move.predict not in GRADES:
            raise UserError.of("there is no such grade", found=repr(move.predict)[:40], expected=", ".join(reversed(GRADES)))
        return Decision(self._effort(seat, move.effort), _report(move.report))

    def _seat(self, seat: int | str) -> int:
        number = int(seat) if isinstance(seat, str) and seat.isascii() and seat.isdigit() and len(seat) < 9 else seat
        if number not in self.setup.seats or isinstance(number, bool):
            told = ", ".join(str(known) for known in self.setup.seats[:20]) or "none"
            raise UserError.of("nobody plays this seat", found=repr(seat)[:40], expected=f"one of {told}")
        return int(number)

    def _effort(self, seat: int, wanted: str | Mapping[str, float]) -> tuple[float, ...] | None:
        shares, counted = self._shares(seat), self._counted(seat)
        if isinstance(wanted, str):
            if wanted not in EFFORTS:
                raise UserError.of(
                    "there is no such way to spend a month", found=repr(wanted)[:40],
                    expected=f"one of {', '.join(EFFORTS)}, or months of work by task",
                )  # fmt: skip
            on_counted = sum(share for share, is_counted in zip(shares, counted, strict=True) if is_counted)
            if wanted == AS_MODEL:
                return None
            if wanted == COUNTED and on_counted > 0.0:
                return tuple(share / on_counted if is_counted else 0.0 for share, is_counted in zip(shares, counted, strict=True))
            factor = {PUSH: PUSHED, EASE: EASED}.get(wanted, 1.0)
            return tuple(factor * share for share in shares)
        return self._custom_effort(seat, wanted)

    def _custom_effort(self, seat: int, wanted: Mapping[str, float]) -> tuple[float, ...]:
        tasks = self.tasks(seat)
        if not isinstance(wanted, Mapping):
            raise UserError.of("this is no effort", found=repr(wanted)[:40], expected="a word, or months of work by task")
        unknown = [name for name in wanted if name not in tasks]
        if unknown:
            raise UserError.of("this seat has no such task", found=repr(unknown[0])[:40], expected=f"some of {', '.join(tasks)}")
        for name, months in wanted.items():
            _check_number(months, f"effort on {name}", MOST_ON_TASK, "months of work")
        efforts = tuple(float(wanted.get(name, 0.0)) for name in tasks)
        _check_number(sum(efforts), "effort on all tasks together", MOST_IN_MONTH, "months of work")
        return efforts

    # --- what is known ----------------------------------------------------------------------------------------------

    def _department(self, seat: int) -> np.void:
        return self.world.departments[int(self.world.cadres["department"][seat - 1])]

    def _scheme(self, seat: int) -> np.void:
        return self.world.schemes[self._department(seat)["arm"]]

    def _shares(self, seat: int) -> list[float]:
        department = self._department(seat)
        return department["share"][: department["n_tasks"]].tolist()

    def _counted(self, seat: int) -> list[bool]:
        department = self._department(seat)
        rows = set(department["offer_task"][: department["n_offers"]].tolist())
        return [j in rows for j in range(int(department["n_tasks"]))]

    def tasks(self, seat: int) -> list[str]:
        """Names of a seat's tasks, in the order of its efforts."""
        department = self._department(seat)
        return [self.prepared.names.tasks[k] for k in department["task"][: department["n_tasks"]]]

    def _worked(self, seat: int, step: int, move: Move | None) -> dict[str, Any]:
        """What the month's work has come to in a seat; called when everybody has worked."""
        c, tasks = self.world.cadres[seat - 1], self.tasks(seat)
        department, n = self._department(seat), len(tasks)
        reported = c["period_reported"][:n] - self._reported_before(seat, step)
        found = bool((c["falsified"][:n] > 0.0).any() and (np.abs(reported - c["output"][:n]) <= 1e-9).all())
        return {
            "month": step - self.prepared.first_step + 1,
            "effort": dict(zip(tasks, c["effort"][:n].tolist(), strict=True)),
            "load": float(c["load"]),
            "overhead": float(department["overhead"]),
            "made": dict(zip(tasks, c["output"][:n].tolist(), strict=True)),
            "reported": dict(zip(tasks, reported.tolist(), strict=True)),
            "normal": dict(zip(tasks, department["share"][:n].tolist(), strict=True)),
            "found_out": found,
            "reported_so_far": dict(zip(tasks, c["period_reported"][:n].tolist(), strict=True)),
            "persons": int(c["persons"]),
            "move": None if move is None else asdict(move),
        }

    def _reported_before(self, seat: int, step: int) -> np.ndarray:
        """What the seat had reported in this appraisal period before the month; nothing where period or person are new."""
        tasks, diary = self.tasks(seat), self.diary[seat]
        if self.world.cadres["period_steps"][seat - 1] <= 1.0:
            return np.zeros(len(tasks))
        if not diary:
            return self.prepared.world.cadres["period_reported"][seat - 1][: len(tasks)].copy()
        return np.array([diary[-1]["reported_so_far"][name] for name in tasks])

    def view(self, seat: int) -> dict[str, Any]:
        """What a cadre in this seat sees now, before he decides on the month (or when the year is over).

        Others' scores only as far as the scheme publishes ranks; his own grade of last year as it was told.
        """
        seat = self._seat(seat)
        c, scheme, ready = self.world.cadres[seat - 1], self._scheme(seat), self.prepared
        tasks = self.tasks(seat)
        step = ready.first_step + min(self.month, self.n_months) - 1
        targets = dict(zip(tasks, c["target"][: len(tasks)].tolist(), strict=True))
        counted = dict(zip(tasks, self._counted(seat), strict=True))
        last = self.diary[seat][-1] if self.diary[seat] else None
        return {
            "seat": seat, "month": min(self.month, self.n_months), "n_months": self.n_months, "is_over": self.is_over,
            "calendar_month": int(month_of_year(step, ready.organisation.months_a_step)),
            "department": ready.names.departments[int(c["department"])],
            "tasks": [
                {"name": name, "title": ready.organisation.tasks[name].title or name, "share": share, "target": targets[name],
                 "is_counted": counted[name]}
                for name, share in zip(tasks, self._shares(seat), strict=True)
            ],
            "exhaustion": float(c["exhaustion"]), "cynicism": float(c["cynicism"]), "efficacy": float(c["efficacy"]),
            "fatigue": float(c["fatigue"]), "understanding": float(c["understanding"]),
            "overhead": float(self._department(seat)["overhead"]),
            "last_grade": grade_key(int(c["grade"])), "last_score": _number(c["score"]), "points": float(scheme["points"]),
            "last_month": last, "messages": self.messages(seat),
            "grades": _grades(ready.scheme, int(self.world.groups["size"][c["group"]])),
            "efforts": list(EFFORTS), "reports": [*REPORTS, AS_MODEL],
            "peers": self._peers(seat),
        }  # fmt: skip

    def _peers(self, seat: int) -> list[dict[str, Any]] | None:
        """Last appraisal's places of the peer group, where the scheme publishes ranks; None where it does not."""
        scheme, c = self._scheme(seat), self.world.cadres[seat - 1]
        if scheme["publish_ranks"] <= 0.0 or int(c["group"]) < 0:
            return None
        group = self.world.groups[c["group"]]
        members = self.world.members[group["first"] : group["first"] + group["size"]]
        scored = [i for i in members if not np.isnan(self.world.cadres["score"][i])]
        grades = self.world.cadres["grade"]
        order = sorted((int(i) for i in scored), key=lambda i: -float(self.world.cadres["score"][i]))
        return [
            {"place": place + 1, "cadre": i + 1, "grade": grade_key(int(grades[i])), "is_self": i == seat - 1}
            for place, i in enumerate(order)
        ]

    def messages(self, seat: int) -> list[dict[str, Any]]:
        """What reaches a cadre at the start of a month, as keys (`play.message.KEY` in the catalogue) and their parts."""
        if not self.diary[seat]:
            return [{"key": "welcome"}]
        last, scheme = self.diary[seat][-1], self._scheme(seat)
        step = self.prepared.first_step + len(self.moves) - 1
        length = self.prepared.organisation.step_months
        told: list[dict[str, Any]] = []
        if last["found_out"]:
            told.append({"key": "audited", "penalty": float(scheme["audit_penalty"])})
        if int(self.world.cadres["persons"][seat - 1]) > last["persons"]:
            told.append({"key": "successor"})
        tracking = int(scheme["tracking_interval"])
        if tracking and (step + 1) * length % tracking == 0 and not is_due(step, int(scheme["interval"])):
            told.append({"key": "tracked", "attainment": self.attainment_so_far(seat)})
        if scheme["early_warning"] > 0.0 and not is_due(step, int(scheme["interval"])):
            behind = [name for name, share in self.attainment_so_far(seat).items() if share < 0.9]
            if behind:
                told.append({"key": "warned", "tasks": behind})
        if interviews_held(step, float(scheme["interviews_per_year"]), self.prepared.organisation.months_a_step):
            told.append({"key": "interviewed"})
        bureau = self.world.bureaus[int(self._department(seat)["bureau"])]
        if bureau["pressure"] > 0.0:
            told.append({"key": "pressed", "rank": int(bureau["rank"]), "demanded": int(scheme["rank_demanded"])})
        if is_due(step, int(scheme["interval"])):
            told.append({"key": "appraised", "grade": grade_key(int(self.world.cadres["grade"][seat - 1]))})
        return told or [{"key": "quiet"}]

    def attainment_so_far(self, seat: int) -> dict[str, float]:
        """Reported attainment of a seat's counted tasks so far in the period, against their targets."""
        c, tasks = self.world.cadres[seat - 1], self.tasks(seat)
        steps = max(float(c["period_steps"]), 1.0)
        return {
            name: float(c["period_reported"][j] / (steps * share * c["target"][j]))
            for j, (name, share, counted) in enumerate(zip(tasks, self._shares(seat), self._counted(seat), strict=True))
            if counted
        }

    # --- the year's end ---------------------------------------------------------------------------------------------

    def result(self, seat: int) -> dict[str, Any]:
        """What came of the year in a seat, beside what the model's own rule would have made of it with the same luck.

        Raises:
            UserError: the year is not over.
        """
        seat = self._seat(seat)
        self._check_over()
        other = self.without(seat)
        predictions = [move[seat].predict for move in self.moves if seat in move and move[seat].predict is not None]
        own, theirs = self.year_of(seat), other.year_of(seat)
        return {
            "seat": seat, "own": own, "model": theirs,
            "predicted": predictions, "prediction_met": bool(predictions) and predictions[-1] == own["grade"],
            "bureau": self.bureau(), "bureau_with_model": other.bureau(),
            "effect_on_bureau": {name: self.bureau()[name] - other.bureau()[name] for name in BUREAU_OUTCOMES},
            "months": self.diary[seat], "model_months": other.diary[seat],
        }  # fmt: skip

    def without(self, seat: int) -> Game:
        """The same game, the same moves of all others, and the model's own rule in this seat."""
        if seat not in self._others:
            others = [{s: move for s, move in month.items() if s != seat} for month in self.moves]
            self._others[seat] = Game(self.setup, others)
        return self._others[seat]

    @cached_property
    def _others(self) -> dict[int, Game]:
        return {}

    def year_of(self, seat: int) -> dict[str, Any]:
        """A seat's year in numbers."""
        self._check_over()
        at = self.appraisals[-1]
        c, diary = at.cadres[seat - 1], self.diary[seat]
        now = self.world.cadres[seat - 1]
        group = at.groups[c["group"]]
        members = at.members[group["first"] : group["first"] + group["size"]]
        return {
            "grade": grade_key(int(c["grade"])), "score": _number(c["score"]), "contribution": _number(c["contribution"]),
            "place": 1 + int((at.cadres["score"][members] > c["score"]).sum()),
            "place_by_contribution": 1 + int((at.cadres["contribution"][members] > c["contribution"]).sum()),
            "of": int(group["size"]), "pay": float(c["pay"]), "sanctioned": bool(c["sanctioned"]),
            "effort": sum(sum(month["effort"].values()) for month in diary),
            "load": sum(month["load"] for month in diary) / len(diary),
            "made": sum(sum(month["made"].values()) for month in diary),
            "reported": sum(sum(month["reported"].values()) for month in diary),
            "found_out": sum(month["found_out"] for month in diary),
            "exhaustion": float(now["exhaustion"]), "cynicism": float(now["cynicism"]), "efficacy": float(now["efficacy"]),
        }  # fmt: skip

    @cached_property
    def outcomes(self) -> dict[str, float]:
        """All outcomes of the year by name; NaN = missing."""
        self._check_over()
        return dict(zip(OUTCOME_NAMES, measure(self.world, self.history, self.n_months).tolist(), strict=True))

    def bureau(self) -> dict[str, float]:
        """What the bureau got of the year."""
        return {name: self.outcomes[name] for name in BUREAU_OUTCOMES}

    def _check_over(self) -> None:
        if not self.is_over:
            raise UserError.of(
                "the year is not over yet", found=f"month {self.month}", expected=f"{counted(self.n_months, 'month')} played"
            )

    # --- plain data -------------------------------------------------------------------------------------------------

    def to_dict(self) -> dict[str, Any]:
        """The game as plain data: setup (documents by name) and moves. `Game.from_dict` brings it back."""
        setup = {name: getattr(self.setup, name) for name in Setup.__dataclass_fields__}
        for name in ("scheme", "organisation", "behaviour", "baseline"):
            if not isinstance(setup[name], str):
                setup[name] = setup[name].model_dump(mode="json")
        return {
            "setup": {**setup, "seats": list(self.setup.seats)},
            "moves": [{str(seat): asdict(move) for seat, move in month.items()} for month in self.moves],
        }

    @classmethod
    def from_dict(cls, told: Mapping[str, Any]) -> Game:
        """The game that `to_dict` told."""
        setup = dict(told["setup"])
        kinds: dict[str, Any] = {"scheme": Scheme, "organisation": Organisation, "behaviour": Behaviour, "baseline": Scheme}
        for name, kind in kinds.items():
            if isinstance(setup.get(name), Mapping):
                setup[name] = kind.model_validate(setup[name])
        return cls.replay(Setup(**{**setup, "seats": tuple(setup["seats"])}), told["moves"])


#: What a player is told of the bureau.
BUREAU_OUTCOMES = (
    "goal_attainment", "reported_attainment", "two_skins_gap", "burnout_share", "falsified_share", "neglect", "help_mean",
    "justice_procedural",
)  # fmt: skip


def _number(value: float) -> float | None:
    """A number, or None where there is none."""
    return None if np.isnan(value) else float(value)


def _grades(scheme: Scheme, members: int) -> list[str]:
    """Grades that a scheme gives, best first."""
    if scheme.appraisal.grades.ranking is Ranking.NONE:
        return ["ordinary"]
    return list(reversed(GRADES))


def _report(wanted: str | float) -> str | float | None:
    if isinstance(wanted, str):
        if wanted == AS_MODEL:
            return None
        if wanted not in REPORTS:
            raise UserError.of(
                "there is no such way to report", found=repr(wanted)[:40], expected=f"one of {', '.join((*REPORTS, AS_MODEL))}"
            )
        return wanted
    _check_number(wanted, "what is added to reports", 1.0, "of a normal month")
    return float(wanted)


def _check_number(value: Any, what: str, most: float, unit: str) -> None:
    fits = isinstance(value, int | float) and not isinstance(value, bool) and 0.0 <= value <= most
    if not fits:
        raise UserError.of(f"{what} cannot be that", found=repr(value)[:40], expected=f"a number from 0 to {most:g} {unit}")


def _check_seat(seat: Any, n_cadres: int) -> None:
    if isinstance(seat, bool) or not isinstance(seat, int) or not 1 <= seat <= n_cadres:
        raise UserError.of("there is no such seat", found=repr(seat)[:40], expected=f"a number from 1 to {n_cadres}")


def prepare(setup: Setup) -> Prepared:
    """The bureau of a setup on the first day of its year.

    Raises:
        UserError: unknown documents, a scheme that does not fit, a year without an appraisal, too large an organisation.
    """
    scheme = load_scheme(setup.scheme) if isinstance(setup.scheme, str) else setup.scheme
    organisation = load_organisation(setup.organisation) if isinstance(setup.organisation, str) else setup.organisation
    behaviour = load_behaviour(setup.behaviour) if isinstance(setup.behaviour, str) else setup.behaviour
    baseline = load_scheme(setup.baseline) if isinstance(setup.baseline, str) else setup.baseline
    _check_whole(setup.year, "the year", 1, 100)
    _check_whole(setup.seed, "the seed", 0, LARGEST_SEED)
    _check_whole(setup.replicate, "the replicate", 0, 2**32 - 1)
    _check_whole(setup.warmup_months, "the warm-up", 0, MOST_MONTHS)
    documents = tuple(document.model_dump_json() for document in (scheme, organisation, behaviour, baseline))
    return _prepared(documents, setup.year, setup.seed, setup.replicate, setup.warmup_months)


def _check_whole(value: Any, what: str, low: int, high: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise UserError.of(f"{what} cannot be that", found=repr(value)[:40], expected=f"a whole number from {low} to {high}")


@lru_cache(maxsize=64)
def _prepared(documents: tuple[str, ...], year: int, seed: int, replicate: int, warmup_months: int) -> Prepared:
    scheme, baseline = Scheme.model_validate_json(documents[0]), Scheme.model_validate_json(documents[3])
    organisation = Organisation.model_validate_json(documents[1])
    behaviour = Behaviour.model_validate_json(documents[2])
    setting = Setting(organisation, behaviour, baseline, 12 * year, warmup_months, seed)
    first = setting.warmup_steps + setting.steps - setting.window
    if not any(is_due(step, scheme.appraisal.interval) for step in range(first, first + setting.window)):
        raise UserError.of(
            "nobody is appraised in that year", found=f"year {year}",
            expected=f"a year with an appraisal, one every {scheme.appraisal.interval * organisation.step_months} months",
        )  # fmt: skip
    kept: list[World] = []

    def walker(world: World, step: int, history: np.ndarray) -> None:
        if len(world.cadres) > MOST_CADRES:
            raise UserError.of(
                "this organisation is too large to be played",
                found=f"{len(world.cadres)} cadres", expected=f"at most {MOST_CADRES}",
            )  # fmt: skip
        walk(world, step, history[: first - step])
        kept.append(copy_of(world))

    _, names = walked_by(setting, scheme, replicate, walker)
    return Prepared(scheme, organisation, names, kept[0], first, setting.window)
