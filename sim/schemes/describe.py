"""A scheme in plain words, and the difference between two schemes in words.

The description follows the closed loop and tells only what is switched on; what is off is listed once at the end.
Every element has one sentence in `SENTENCES`; a test changes each element and looks for it in the description.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from sim.schemes.fit import select_tasks, unappraised_tasks
from sim.schemes.organisation import Organisation
from sim.schemes.scheme import Fractions, Indicator, Ranking, Scheme, ScoringRule
from sim.schemes.words import dotted, element_paths, field_at, number, unit_of

LABELS = ("name", "title", "summary")

HEADINGS = {
    "plan": "1 Plan: what counts, how much, against which target",
    "process": "2 Process: between the plan and the appraisal",
    "appraisal": "3 Appraisal: how performance is measured, rated and ranked",
    "communication": "4 Communication: what people are told and asked",
    "application": "5 Application: what results lead to",
    "superior": "From the superior authority",
}

# One sentence an element. {share} 40 %, {n} the number, {wage} a sum in monthly wages, {pays} what ten points bring.
SENTENCES: dict[str, str] = {
    "plan.points": "A cadre who meets every standard has {n} points.",
    "plan.result.performance": "The indicators make {share} of a cadre's result.",
    "plan.result.ability": "Rated ability makes {share} of it.",
    "plan.result.attitude": "Rated attitude makes {share} of it.",
    "plan.result.others": "The evaluation by others (360 degrees) makes {share} of it.",
    "plan.targets.difficulty": "The target is {share} of what a normal month achieves.",
    "plan.targets.top_up": "Every level downwards adds {share} to the target it was given.",
    "plan.targets.ratchet_up": "{share} of what exceeds a target is built into the next one.",
    "plan.targets.ratchet_down": "A shortfall lowers the next target by {share} of it.",
    "plan.targets.ratchet_on": "What moves the next target is the result of {choice}.",
    "plan.targets.bargaining": "Units that report upwards can bargain slack into their targets (strength {share}).",
    "plan.participation": "Cadres take part in making the plan (strength {share}).",
    "plan.job_coefficients": "Job coefficients even out {share} of unequal workloads.",
    "plan.strategy_map": "A strategy map shows how one perspective supports the next (strength {share}).",
    "plan.mission": "The mission behind the indicators is made explicit (strength {share}).",
    "process.tracking_interval": "Key tasks are tracked {every}.",
    "process.deadlines": "Deadlines are worked out backwards and hang on the wall (strength {share}).",
    "process.coaching": "Superiors counsel and coach (strength {share}).",
    "process.early_warning": "The information system warns early (strength {share}).",
    "process.captured": "The information system measures {share} of the results by itself.",
    "process.automation": "The information system does {share} of the paperwork of appraisal.",
    "process.interim_results": "Interim results are published (strength {share}).",
    "process.project_teams": "Project teams work across departments, led by bureau leaders (strength {share}).",
    "process.clear_posts": "Posts and duties are clear (strength {share}).",
    "appraisal.interval": "People are appraised {every}.",
    "appraisal.appraisers.superior": "The direct superior makes {share} of the rating.",
    "appraisal.appraisers.peers": "Colleagues and parallel departments make {share} of the rating.",
    "appraisal.appraisers.grass_roots": "Grass-roots units and subordinates make {share} of the rating.",
    "appraisal.appraisers.taxpayers": "Taxpayers make {share} of the rating.",
    "appraisal.appraisers.self_rating": "One's own view makes {share} of the rating.",
    "appraisal.appraisers.professional": "A professional appraisal team makes {share} of the rating.",
    "appraisal.raters": "{n} independent raters of each kind rate everybody.",
    "appraisal.training": "Appraisers are trained (strength {share}).",
    "appraisal.supervision": "The appraisers are supervised (strength {share}).",
    "appraisal.electronic": "Electronic appraisal stands beside the manual one (strength {share}).",
    "appraisal.external": "People from outside the bureau make {share} of the appraisal.",
    "appraisal.on_site": "On-site inspection stands beside data (strength {share}).",
    "appraisal.in_process": "Appraisal during the year stands beside the year-end one (strength {share}).",
    "appraisal.audit_rate": "In any month {share} of the cadres have their reports audited.",
    "appraisal.audit_penalty": "A month's normal work found falsified costs {wage}.",
    "appraisal.re_marking": "Results just below a bright line are marked a second time by somebody else (strength {share}).",
    "communication.study": "The scheme is studied and publicised (strength {share}).",
    "communication.interviews_per_year": "One-to-one interviews with everybody: {n} a year.",
    "communication.explanation": "Reasons are given with the result (strength {share}).",
    "communication.publish_scores": "Everybody is told the own result (openness {share}).",
    "communication.publish_ranks": "Everybody's rank is published (openness {share}).",
    "communication.appeal": "A result can be appealed and corrected (strength {share}).",
    "communication.feedback": "There is regular, informing feedback (strength {share}).",
    "communication.culture": "A performance culture makes sense of appraisal (strength {share}).",
    "application.applied": "{share} of what is promised is really applied.",
    "application.unit_weight": "The department's result makes {share} of a cadre's result.",
    "application.explicit.bonus_per_point": "Ten points more bring a bonus of {pays} a month.",
    "application.explicit.unit_bonus_per_point": "Ten points more of the department's mean bring everybody in it {pays} a month.",
    "application.explicit.top_prize": "The best grade pays {wage} a month over the second.",
    "application.explicit.second_prize": "The second grade pays {wage} a month over the ordinary one.",
    "application.explicit.bottom_cut": "The worst grade loses {wage} a month.",
    "application.explicit.promotion": "Promotion follows results to {share}, seniority for the rest.",
    "application.explicit.promotion_rule": "The merit part of promotion goes {choice}.",
    "application.explicit.ability_on_promotion": "Ability in the new post is {choice}.",
    "application.explicit.post_value": "A post won by one more unit of believed ability is worth {wage} a month.",
    "application.implicit.recognition": "Good results are honoured and recognised (strength {share}).",
    "application.implicit.growth": "Training and development are tied to results (strength {share}).",
    "application.implicit.meaning": "The public-service meaning of the work is made visible (strength {share}).",
    "application.implicit.autonomy": "People have a say over how the work is done (strength {share}).",
    "application.implicit.care": "People are cared for: recovery, support, counselling (strength {share}).",
    "application.sanctions.rectification": "First bottom result: a rectification report, felt like a loss of {wage} a month.",
    "application.sanctions.interview": "Next rung: an admonishing interview, felt like a loss of {wage} a month.",
    "application.sanctions.honours": "Next rung: no eligibility for honours, felt like a loss of {wage} a month.",
    "application.sanctions.transfer": "Next rung: transfer out of post, felt like a loss of {wage} a month.",
    "application.sanctions.adjustment": "Last rung: adjustment of position, felt like a loss of {wage} a month.",
    "application.sanctions.dismissal_share": "At each appraisal the lowest {share} of every peer group are dismissed.",
    "superior.rank_demanded": "Among its peer bureaus the bureau must stand no lower than rank {n}.",
    "superior.pressure": "While it stands lower, ten points more are worth {pays} a month to it.",
    "superior.pass_through": "{share} of what the superior deducts is passed to those jointly responsible.",
}

# Elements that say something even where they are at their neutral value.
ALWAYS = ("plan.points", "appraisal.interval", "plan.result.performance", "appraisal.appraisers.superior", "application.applied")

# Elements told by a paragraph of their own.
TOLD_ELSEWHERE = ("plan.indicators", "appraisal.grades", "appraisal.joint_responsibility", "appraisal.joint_scope")

_CHOICES = {
    "own": "oneself",
    "group": "the group",
    "result": "by results",
    "seniority": "by seniority",
    "random": "by lot",
    "worst": "to the worst",
    "kept": "kept",
    "redrawn": "drawn anew",
}


@dataclass(frozen=True)
class Difference:
    """One element in which two schemes differ."""

    path: str
    title: str
    meaning: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.title}: {self.before} -> {self.after}"


def describe(scheme: Scheme, organisation: Organisation | None = None) -> str:
    """The scheme in plain words, link by link; with an organisation the indicators name their tasks."""
    blocks = [_head(scheme)]
    for section, heading in HEADINGS.items():
        told = list(_section(scheme, section, organisation))
        blocks.append("\n".join([heading, *(f"  - {sentence}" for sentence in told or ["Nothing."])]))
    off = _switched_off(scheme)
    if off:
        blocks.append("Switched off: " + "; ".join(off) + ".")
    return "\n\n".join(blocks) + "\n"


def difference(a: Scheme, b: Scheme) -> list[Difference]:
    """Elements in which `b` differs from `a`, in the order of the closed loop; labels do not count."""
    found = []
    for path in element_paths(Scheme):
        if path == ("plan", "indicators"):
            found += list(_indicator_differences(a, b))
        elif path[0] not in LABELS and _value(a, path) != _value(b, path):
            found.append(_difference(path, _title(path), _value(a, path), _value(b, path)))
    return found


def difference_in_words(a: Scheme, b: Scheme) -> str:
    """The difference between two schemes as lines of text."""
    found = difference(a, b)
    if not found:
        return f"{_called(a)} and {_called(b)} differ in nothing.\n"
    lines = [f"From {_called(a)} to {_called(b)}:"]
    section = ""
    for one in found:
        if one.path.partition(".")[0] != section:
            section = one.path.partition(".")[0]
            lines += ["", HEADINGS[section]]
        lines.append(f"  - {one}")
    return "\n".join(lines) + "\n"


def _head(scheme: Scheme) -> str:
    title = f"{scheme.title} ({scheme.name})" if scheme.title else scheme.name
    return "\n".join(part for part in (title, scheme.summary) if part)


def _called(scheme: Scheme) -> str:
    return scheme.title or scheme.name


def _section(scheme: Scheme, section: str, organisation: Organisation | None) -> Iterator[str]:
    """The sentences of one link."""
    own: dict[str, Callable[[], Iterator[str]]] = {
        "plan.indicators": lambda: _indicators(scheme, organisation),
        "appraisal.grades.ranking": lambda: _grades(scheme),
        "appraisal.joint_responsibility": lambda: _joint_responsibility(scheme),
    }
    for path in element_paths(Scheme):
        name = dotted(path)
        if path[0] != section:
            continue
        if name in own:
            yield from own[name]()
        elif name in SENTENCES and _is_told(scheme, path):
            yield SENTENCES[name].format_map(_phrases(_value(scheme, path)))


def _is_told(scheme: Scheme, path: tuple[str, ...]) -> bool:
    name, value = dotted(path), _value(scheme, path)
    if name in ALWAYS:
        return value != 0
    return value != _neutral(path)


def _indicators(scheme: Scheme, organisation: Organisation | None) -> Iterator[str]:
    if not scheme.plan.indicators:
        yield "Nothing is counted: there are no indicators."
    for name, indicator in scheme.plan.indicators.items():
        yield _indicator(name, indicator, scheme.plan.points, organisation)
    if organisation is not None:
        uncounted = [_task_title(task, organisation) for task in unappraised_tasks(scheme, organisation)]
        if uncounted:
            yield f"No indicator points at {', '.join(uncounted)}: work that nobody counts."


def _indicator(name: str, indicator: Indicator, points: float, organisation: Organisation | None) -> str:
    tasks, whose = _tasks(indicator, organisation), _WHOSE[indicator.unit.value]
    return f"{_readable(name)}: {_points(indicator.weight, points)} points for {tasks}, {whose}. {_rule(indicator, points)}"


def _indicator_alone(indicator: Indicator, points: float) -> str:
    return f"{_points(indicator.weight, points)} points for {_tasks(indicator, None)}. {_rule(indicator, points)}"


def _rule(indicator: Indicator, points: float) -> str:
    """How attainment becomes points, in sentences."""
    whole = indicator.weight * points
    parts = [_scoring(indicator, whole)]
    if indicator.above > 0 and indicator.scoring is not ScoringRule.THRESHOLD:
        gained = _points(indicator.above * 0.1, whole)
        parts.append(f"Every 10 % beyond the standard earn {gained} more, up to {_share(indicator.cap)} of the standard.")
    if indicator.notch > 0:
        parts.append(f"{_points(indicator.notch, whole)} of them depend on reaching the standard at all.")
    if indicator.floor != 0:
        parts.append(f"Below {_share(indicator.floor)} of the standard nothing more is lost.")
    if indicator.scoring is ScoringRule.MEDAL:
        medal = _points(indicator.medal_points, whole)
        parts.append(f"The best {_share(indicator.medal_share)} of the sequence win a medal of {medal} points.")
    if indicator.quantified > 0:
        parts.append(f"{_share(indicator.quantified)} of what cannot be counted is made countable.")
    return " ".join(parts)


def _points(share: float, whole: float) -> str:
    return number(round(share * whole, 4))


_WHOSE = {
    "cadre": "of each cadre",
    "department": "of the department as a whole",
    "branch": "of the branch as a whole",
    "bureau": "of the whole bureau",
}


def _scoring(indicator: Indicator, whole: float) -> str:
    per_tenth = _points(indicator.below * 0.1, whole)
    if indicator.scoring is ScoringRule.DEDUCTION:
        return f"Points are deducted: every 10 % below the standard cost {per_tenth}."
    if indicator.scoring is ScoringRule.MILESTONES:
        return f"Points come in {indicator.steps} equal steps up to the standard."
    if indicator.scoring is ScoringRule.THRESHOLD:
        return "All of them for reaching the standard, none below it."
    return f"Points are earned: every 10 % of the standard bring {per_tenth}."


def _tasks(indicator: Indicator, organisation: Organisation | None) -> str:
    if organisation is not None:
        return ", ".join(_task_title(task, organisation) for task in select_tasks(indicator.tasks, organisation))
    entries = [indicator.tasks] if isinstance(indicator.tasks, str) else indicator.tasks
    return ", ".join(_selector(entry) for entry in entries)


def _selector(entry: str) -> str:
    kind, _, name = entry.partition(":")
    if name:
        return f"the tasks of the {kind} {name}"
    return {"all": "all tasks", "key": "the key tasks", "general": "the general tasks"}.get(entry, f"the task {entry}")


def _task_title(task: str, organisation: Organisation) -> str:
    return organisation.tasks[task].title or task.replace("_", " ")


def _grades(scheme: Scheme) -> Iterator[str]:
    grades = scheme.appraisal.grades
    group = grades.peer_group.value
    if grades.ranking is Ranking.FORCED:
        named = (("best", grades.top_share), ("second", grades.second_share), ("worst", grades.bottom_share))
        shares = ", ".join(f"{_share(share)} {grade}" for grade, share in named if share > 0)
        yield f"Grades have fixed shares inside each {group}: {shares or 'everybody the ordinary one'}."
    elif grades.ranking is Ranking.FREE:
        best, second, worst = (_share(g) for g in (grades.top_threshold, grades.second_threshold, grades.bottom_threshold))
        yield f"Grades go by the score: best from {best} of all points, second from {second}, worst below {worst}."
        yield f"People are compared inside each {group}."
    else:
        yield f"There are no grades; people are compared inside each {group}."
    if grades.ranking is not Ranking.NONE:
        yield f"Ties are settled by {grades.ties.value}."
    if grades.fractions is Fractions.LOT:
        yield "A lot decides over fractions of a seat."
    if grades.floor > 0:
        yield f"Whoever reaches {_share(grades.floor)} of all points is spared the bottom sanctions (the floor)."


def _joint_responsibility(scheme: Scheme) -> Iterator[str]:
    if scheme.appraisal.joint_responsibility > 0:
        share, scope = _share(scheme.appraisal.joint_responsibility), scheme.appraisal.joint_scope.value
        yield f"Joint responsibility: {share} of added and deducted points fall on everybody in the {scope}."


def _switched_off(scheme: Scheme) -> list[str]:
    """Names of elements that are at a neutral value which means 'off'."""
    off = []
    for path in element_paths(Scheme):
        name = dotted(path)
        is_element = name in SENTENCES or name in ("appraisal.joint_responsibility", "appraisal.grades.floor")
        if is_element and name not in ALWAYS and _neutral(path) == 0 and _value(scheme, path) == 0:
            off.append(_title(path).lower())
    return off


def _difference(path: tuple[str, ...], title: str, before: Any, after: Any) -> Difference:
    meaning = str(getattr(field_at(Scheme, path), "description", "") or "")
    return Difference(dotted(path), title, meaning, _in_words(path, before), _in_words(path, after))


def _indicator_differences(a: Scheme, b: Scheme) -> Iterator[Difference]:
    before, after = a.plan.indicators, b.plan.indicators
    for name in dict.fromkeys([*before, *after]):
        old, new = before.get(name), after.get(name)
        if old is not None and new is not None:
            yield from _field_differences(name, old, new)
            continue
        told_old = _indicator_alone(old, a.plan.points) if old is not None else "none"
        told_new = _indicator_alone(new, b.plan.points) if new is not None else "none"
        title = f"Indicator {_readable(name)}"
        yield Difference(f"plan.indicators.{name}", title, "One thing appraised.", told_old, told_new)


def _field_differences(name: str, before: Indicator, after: Indicator) -> Iterator[Difference]:
    for key in Indicator.model_fields:
        old, new = getattr(before, key), getattr(after, key)
        if old != new:
            title = f"Indicator {_readable(name)}, {key.replace('_', ' ')}"
            yield _difference(("plan", "indicators", name, key), title, old, new)


def _title(path: tuple[str, ...]) -> str:
    """Short name of an element: 'Grades, top share', 'Coaching'."""
    key = path[-1].replace("_", " ")
    above = path[-2] if len(path) > 2 else ""
    named_alone = above in ("explicit", "implicit", "")
    return _readable(key) if named_alone else f"{_readable(above)}, {key}"


def _in_words(path: tuple[str, ...], value: Any) -> str:
    unit = unit_of(Scheme, path)
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    if isinstance(value, str):
        return value
    if value == 0 and _neutral(path) == 0 and unit != "attainment":
        return "off"
    if unit.startswith("monthly wages"):
        return _wages(value) + unit.removeprefix("monthly wages")
    return {
        "share": _share(value),
        "attainment": f"{_share(value)} of the standard",
        "per weight": f"{number(value)} times the weight",
        "-": number(value),
    }.get(unit, f"{number(value)} {unit}".strip())


def _neutral(path: tuple[str, ...]) -> Any:
    field = field_at(Scheme, path)
    default = getattr(field, "default", None)
    return default if isinstance(default, int | float | str) else None


def _value(scheme: Scheme, path: tuple[str, ...]) -> Any:
    here: Any = scheme
    for step in path:
        here = getattr(here, step)
    return here


def _phrases(value: Any) -> dict[str, str]:
    """The ways a sentence may say a value."""
    if isinstance(value, Enum):
        return {"choice": _CHOICES.get(str(value.value), str(value.value))}
    return {
        "n": number(value),
        "share": _share(value),
        "wage": _wages(value),
        "pays": _wages(10 * value),
        "every": "every month" if value == 1 else "once a year" if value == 12 else f"every {number(value)} months",
    }


def _share(value: float) -> str:
    return f"{number(round(100 * value, 6))} %"


def _wages(value: float) -> str:
    return f"{_share(value)} of a monthly wage" if value < 2 else f"{number(round(value, 6))} monthly wages"


def _readable(name: str) -> str:
    return (name[:1].upper() + name[1:]).replace("_", " ")
