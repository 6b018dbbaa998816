"""A scheme in plain words, and the difference between two schemes in words.

The description follows the closed loop and tells only what is switched on; what is off is listed once at the end.
Every element has one sentence in `SENTENCES`; a test changes each element and looks for it in the description. English stands
here; other languages translate it under the keys of `ENGLISH` (`sim/lang`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from sim.lang import Words, of_one
from sim.lang import words as words_of
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
    "application.explicit.at_risk": "{share} of the wage is not fixed: what the result pays stands in its place.",
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
    "superior.pass_through": "{share} of what the superior deducts is passed down to everybody's score.",
}

# Elements that say something even where they are at their neutral value.
ALWAYS = ("plan.points", "appraisal.interval", "plan.result.performance", "appraisal.appraisers.superior", "application.applied")

# Elements told by a paragraph of their own.
TOLD_ELSEWHERE = ("plan.indicators", "appraisal.grades", "appraisal.joint_responsibility", "appraisal.joint_scope")

CHOICES = {
    "own": "oneself",
    "group": "the group",
    "result": "by results",
    "seniority": "by seniority",
    "random": "by lot",
    "worst": "to the worst",
    "kept": "kept",
    "redrawn": "drawn anew",
}


#: Everything else that descriptions and differences say.
OWN = {
    "nothing": "Nothing.",
    "off": "off",
    "none": "none",
    "switched_off": "Switched off: {items}.",
    "no_indicators": "Nothing is counted: there are no indicators.",
    "uncounted": "No indicator points at {tasks}: work that nobody counts.",
    "indicator": "{name}: {points} points for {tasks}, {whose}. {rule}",
    "indicator_alone": "{points} points for {tasks}. {rule}",
    "indicator_title": "Indicator {name}",
    "indicator_key": "Indicator {name}, {key}",
    "indicator_meaning": "One thing appraised.",
    "whose.cadre": "of each cadre",
    "whose.department": "of the department as a whole",
    "whose.branch": "of the branch as a whole",
    "whose.bureau": "of the whole bureau",
    "rule.deduction": "Points are deducted: every 10 % below the standard cost {points}.",
    "rule.milestones": "Points come in {steps} equal steps up to the standard.",
    "rule.threshold": "All of them for reaching the standard, none below it.",
    "rule.scoring": "Points are earned: every 10 % of the standard bring {points}.",
    "rule.above": "Every 10 % beyond the standard earn {points} more, up to {cap} of the standard.",
    "rule.notch": "{points} of them depend on reaching the standard at all.",
    "rule.floor": "Below {share} of the standard nothing more is lost.",
    "rule.medal": "The best {share} of the sequence win a medal of {points} points.",
    "rule.quantified": "{share} of what cannot be counted is made countable.",
    "tasks.all": "all tasks",
    "tasks.key": "the key tasks",
    "tasks.general": "the general tasks",
    "tasks.one": "the task {name}",
    "tasks.of": "the tasks of the {kind} {name}",
    "group.cadre": "cadre",
    "group.department": "department",
    "group.branch": "branch",
    "group.sequence": "sequence",
    "group.bureau": "bureau",
    "grades.best": "{share} best",
    "grades.second": "{share} second",
    "grades.worst": "{share} worst",
    "grades.forced": "Grades have fixed shares inside each {group}: {shares}.",
    "grades.ordinary": "everybody the ordinary one",
    "grades.free": "Grades go by the score: best from {best} of all points, second from {second}, worst below {worst}.",
    "grades.compared": "People are compared inside each {group}.",
    "grades.without": "There are no grades; people are compared inside each {group}.",
    "grades.ties": "Ties are settled by {ties}.",
    "ties.lot": "lot",
    "ties.seniority": "seniority",
    "grades.fractions": "A lot decides over fractions of a seat.",
    "grades.floor": "Whoever reaches {share} of all points is spared the bottom sanctions (the floor).",
    "joint": "Joint responsibility: {share} of added and deducted points fall on everybody in the {group}.",
    "share": "{n} %",
    "wage_share": "{n} % of a monthly wage",
    "wages": "{n} monthly wages",
    "every_month": "every month",
    "every_year": "once a year",
    "every_months": "every {n} months",
    "of_standard": "{share} of the standard",
    "times_weight": "{n} times the weight",
    "with_unit": "{n} {unit}",
    "head": "{title} ({name})",
    "comma": ", ",
    "semicolon": "; ",
    "space": " ",
    "not_there": "not there",
    "same": "{a} and {b} differ in nothing.",
    "from_to": "From {a} to {b}:",
    "change": "{title}: {before} -> {after}",
}

#: All of it by the keys that other languages translate.
ENGLISH: dict[str, str] = {
    **{f"describe.heading.{key}": text for key, text in HEADINGS.items()},
    **{f"describe.sentence.{key}": text for key, text in SENTENCES.items()},
    **{f"describe.choice.{key}": text for key, text in CHOICES.items()},
    **{f"describe.{key}": text for key, text in OWN.items()},
}


@dataclass(frozen=True)
class Told:
    """A scheme in words: its links with their sentences, and the elements that are switched off."""

    links: tuple[tuple[str, tuple[str, ...]], ...]
    off: tuple[str, ...]


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


def describe(scheme: Scheme, organisation: Organisation | None = None, language: str = "en") -> str:
    """The scheme in plain words, link by link; with an organisation the indicators name their tasks."""
    found, say = told(scheme, organisation, language), _Says(words_of(language))
    blocks = [_head(scheme, say)]
    for heading, sentences in found.links:
        blocks.append("\n".join([heading, *(f"  - {sentence}" for sentence in sentences)]))
    if found.off:
        blocks.append(say("switched_off", items=say("semicolon").join(found.off)))
    return "\n\n".join(blocks) + "\n"


def told(scheme: Scheme, organisation: Organisation | None = None, language: str = "en") -> Told:
    """The same as headings and sentences, for those who set them in their own way."""
    say = _Says(words_of(language))
    links = []
    for section in HEADINGS:
        sentences = tuple(_section(scheme, section, organisation, say)) or (say("nothing"),)
        links.append((say(f"heading.{section}"), sentences))
    return Told(tuple(links), tuple(_switched_off(scheme, say)))


def difference(a: Scheme, b: Scheme, language: str = "en") -> list[Difference]:
    """Elements in which `b` differs from `a`, in the order of the closed loop; labels do not count."""
    say = _Says(words_of(language))
    found = []
    for path in element_paths(Scheme):
        if path == ("plan", "indicators"):
            found += list(_indicator_differences(a, b, say))
        elif path[0] not in LABELS and _value(a, path) != _value(b, path):
            found.append(_difference(path, _title(path, say), _value(a, path), _value(b, path), say))
    return found


def difference_in_words(a: Scheme, b: Scheme, language: str = "en") -> str:
    """The difference between two schemes as lines of text."""
    say = _Says(words_of(language))
    changes = [
        (say(f"heading.{one.path.partition('.')[0]}"), one.title, one.before, one.after) for one in difference(a, b, language)
    ]
    return changes_in_words(_called(a), _called(b), changes, language)


def changes_in_words(a: str, b: str, changes: Iterable[tuple[str, str, str | None, str | None]], language: str = "en") -> str:
    """From one document to another: changes (heading, what, before, after) as lines of text below their headings.

    A side that is None is not there.
    """
    say = _Says(words_of(language))
    called = {"a": say.words.document(a), "b": say.words.document(b)}
    lines, last = [], None
    for heading, what, *sides in changes:
        if heading != last:
            lines += ["", heading] if heading else [""]
            last = heading
        before, after = (say("not_there") if side is None else side for side in sides)
        lines.append("  - " + say("change", title=what, before=before, after=after))
    told = [say("from_to", **called), *lines] if lines else [say("same", **called)]
    return "\n".join(told) + "\n"


@dataclass(frozen=True)
class _Says:
    """The texts of this module in one language."""

    words: Words

    def __call__(self, key: str, /, **parts: object) -> str:
        """A text with its places filled."""
        return self.words.of(f"describe.{key}", ENGLISH[f"describe.{key}"], **parts)

    def share(self, value: float) -> str:
        """'40 %'."""
        return self("share", n=number(round(100 * value, 6)))

    def wages(self, value: float) -> str:
        """'30 % of a monthly wage', '2.5 monthly wages'."""
        if value < 2:
            return self("wage_share", n=number(round(100 * value, 6)))
        return self("wages", n=number(round(value, 6)))

    def listed(self, parts: Iterable[str]) -> str:
        """Parts with commas between them."""
        return self("comma").join(parts)


def _head(scheme: Scheme, say: _Says) -> str:
    title = say.words.document(scheme.title)
    head = say("head", title=title, name=scheme.name) if title else scheme.name
    return "\n".join(part for part in (head, say.words.document(scheme.summary)) if part)


def _called(scheme: Scheme) -> str:
    return scheme.title or scheme.name


def _section(scheme: Scheme, section: str, organisation: Organisation | None, say: _Says) -> Iterator[str]:
    """The sentences of one link."""
    own: dict[str, Callable[[], Iterator[str]]] = {
        "plan.indicators": lambda: _indicators(scheme, organisation, say),
        "appraisal.grades.ranking": lambda: _grades(scheme, say),
        "appraisal.joint_responsibility": lambda: _joint_responsibility(scheme, say),
    }
    for path in element_paths(Scheme):
        name = dotted(path)
        if path[0] != section:
            continue
        if name in own:
            yield from own[name]()
        elif name in SENTENCES and _is_told(scheme, path):
            yield say(f"sentence.{name}", **_phrases(_value(scheme, path), say))


def _is_told(scheme: Scheme, path: tuple[str, ...]) -> bool:
    name, value = dotted(path), _value(scheme, path)
    if name in ALWAYS:
        return value != 0
    return value != _neutral(path)


def _indicators(scheme: Scheme, organisation: Organisation | None, say: _Says) -> Iterator[str]:
    if not scheme.plan.indicators:
        yield say("no_indicators")
    for name, indicator in scheme.plan.indicators.items():
        yield _indicator(name, indicator, scheme.plan.points, organisation, say)
    if organisation is not None:
        uncounted = [_task_title(task, organisation, say) for task in unappraised_tasks(scheme, organisation)]
        if uncounted:
            yield say("uncounted", tasks=say.listed(uncounted))


def _indicator(name: str, indicator: Indicator, points: float, organisation: Organisation | None, say: _Says) -> str:
    return say(
        "indicator",
        name=_named(name, say),
        points=_points(indicator.weight, points),
        tasks=_tasks(indicator, organisation, say),
        whose=say(f"whose.{indicator.unit.value}"),
        rule=_rule(indicator, points, say),
    )


def _indicator_alone(indicator: Indicator, points: float, say: _Says) -> str:
    parts = {"points": _points(indicator.weight, points), "tasks": _tasks(indicator, None, say)}
    return say("indicator_alone", **parts, rule=_rule(indicator, points, say))


def _rule(indicator: Indicator, points: float, say: _Says) -> str:
    """How attainment becomes points, in sentences."""
    whole = indicator.weight * points
    parts = [_scoring(indicator, whole, say)]
    if indicator.above > 0 and indicator.scoring is not ScoringRule.THRESHOLD:
        parts.append(say("rule.above", points=_points(indicator.above * 0.1, whole), cap=say.share(indicator.cap)))
    if indicator.notch > 0:
        parts.append(say("rule.notch", points=_points(indicator.notch, whole)))
    if indicator.floor != 0:
        parts.append(say("rule.floor", share=say.share(indicator.floor)))
    if indicator.scoring is ScoringRule.MEDAL:
        medal = _points(indicator.medal_points, whole)
        parts.append(say("rule.medal", share=say.share(indicator.medal_share), points=medal))
    if indicator.quantified > 0:
        parts.append(say("rule.quantified", share=say.share(indicator.quantified)))
    return say("space").join(parts)


def _points(share: float, whole: float) -> str:
    return number(round(share * whole, 4))


def _scoring(indicator: Indicator, whole: float, say: _Says) -> str:
    per_tenth = _points(indicator.below * 0.1, whole)
    if indicator.scoring is ScoringRule.DEDUCTION:
        return say("rule.deduction", points=per_tenth)
    if indicator.scoring is ScoringRule.MILESTONES:
        return say("rule.milestones", steps=indicator.steps)
    if indicator.scoring is ScoringRule.THRESHOLD:
        return say("rule.threshold")
    return say("rule.scoring", points=per_tenth)


def _tasks(indicator: Indicator, organisation: Organisation | None, say: _Says) -> str:
    if organisation is not None:
        return say.listed(_task_title(task, organisation, say) for task in select_tasks(indicator.tasks, organisation))
    entries = [indicator.tasks] if isinstance(indicator.tasks, str) else indicator.tasks
    return say.listed(_selector(entry, say) for entry in entries)


def _selector(entry: str, say: _Says) -> str:
    kind, _, name = entry.partition(":")
    if name:
        return say("tasks.of", kind=say.words.document(kind), name=say.words.document(name))
    return say(f"tasks.{entry}") if entry in ("all", "key", "general") else say("tasks.one", name=say.words.document(entry))


def _task_title(task: str, organisation: Organisation, say: _Says) -> str:
    return say.words.document(organisation.tasks[task].title) or task.replace("_", " ")


def _named(name: str, say: _Says) -> str:
    """Name of an indicator: translated where a ready scheme has it."""
    translated = say.words.document(name)
    return translated if translated != name else _readable(name)


def _grades(scheme: Scheme, say: _Says) -> Iterator[str]:
    grades = scheme.appraisal.grades
    group = say(f"group.{grades.peer_group.value}")
    if grades.ranking is Ranking.FORCED:
        named = (("best", grades.top_share), ("second", grades.second_share), ("worst", grades.bottom_share))
        shares = say.listed(say(f"grades.{grade}", share=say.share(share)) for grade, share in named if share > 0)
        yield say("grades.forced", group=group, shares=shares or say("grades.ordinary"))
    elif grades.ranking is Ranking.FREE:
        best, second, worst = (say.share(g) for g in (grades.top_threshold, grades.second_threshold, grades.bottom_threshold))
        yield say("grades.free", best=best, second=second, worst=worst)
        yield say("grades.compared", group=group)
    else:
        yield say("grades.without", group=group)
    if grades.ranking is not Ranking.NONE:
        yield say("grades.ties", ties=say(f"ties.{grades.ties.value}"))
    if grades.fractions is Fractions.LOT:
        yield say("grades.fractions")
    if grades.floor > 0:
        yield say("grades.floor", share=say.share(grades.floor))


def _joint_responsibility(scheme: Scheme, say: _Says) -> Iterator[str]:
    if scheme.appraisal.joint_responsibility > 0:
        group = say(f"group.{scheme.appraisal.joint_scope.value}")
        yield say("joint", share=say.share(scheme.appraisal.joint_responsibility), group=group)


def _switched_off(scheme: Scheme, say: _Says) -> list[str]:
    """Names of elements that are at a neutral value which means 'off'."""
    off = []
    for path in element_paths(Scheme):
        name = dotted(path)
        is_element = name in SENTENCES or name in ("appraisal.joint_responsibility", "appraisal.grades.floor")
        if is_element and name not in ALWAYS and _neutral(path) == 0 and _value(scheme, path) == 0:
            off.append(_title(path, say).lower())
    return off


def _difference(path: tuple[str, ...], title: str, before: Any, after: Any, say: _Says) -> Difference:
    key = f"indicator.{path[-1]}" if path[:2] == ("plan", "indicators") else f"element.{dotted(path)}"
    meaning = str(getattr(field_at(Scheme, path), "description", "") or "")
    return Difference(
        dotted(path), title, say.words.of(f"{key}.meaning", meaning), _in_words(path, before, say), _in_words(path, after, say)
    )


def _indicator_differences(a: Scheme, b: Scheme, say: _Says) -> Iterator[Difference]:
    before, after = a.plan.indicators, b.plan.indicators
    for name in dict.fromkeys([*before, *after]):
        old, new = before.get(name), after.get(name)
        if old is not None and new is not None:
            yield from _field_differences(name, old, new, say)
            continue
        told_old = _indicator_alone(old, a.plan.points, say) if old is not None else say("none")
        told_new = _indicator_alone(new, b.plan.points, say) if new is not None else say("none")
        title = say("indicator_title", name=_named(name, say))
        yield Difference(f"plan.indicators.{name}", title, say("indicator_meaning"), told_old, told_new)


def _field_differences(name: str, before: Indicator, after: Indicator, say: _Says) -> Iterator[Difference]:
    for key in Indicator.model_fields:
        old, new = getattr(before, key), getattr(after, key)
        if old != new:
            called = say.words.of(f"indicator.{key}.title", key.replace("_", " "))
            title = say("indicator_key", name=_named(name, say), key=called)
            yield _difference(("plan", "indicators", name, key), title, old, new, say)


def _title(path: tuple[str, ...], say: _Says) -> str:
    """Short name of an element: 'Grades, top share', 'Coaching'."""
    key = path[-1].replace("_", " ")
    above = path[-2] if len(path) > 2 else ""
    named_alone = above in ("explicit", "implicit", "")
    english = _readable(key) if named_alone else f"{_readable(above)}, {key}"
    return say.words.of(f"element.{dotted(path)}.title", english)


def _in_words(path: tuple[str, ...], value: Any, say: _Says) -> str:
    unit = unit_of(Scheme, path)
    if isinstance(value, Enum):
        return say.words.of(f"choice.{value.value}", str(value.value))
    if isinstance(value, list):
        return say.listed(say.words.document(str(item)) for item in value)
    if isinstance(value, str):
        return value
    if value == 0 and _neutral(path) == 0 and unit != "attainment":
        return say("off")
    if unit.startswith("monthly wages"):
        each = unit.removeprefix("monthly wages")
        return say.wages(value) + (say.words.of(f"wage_unit.{unit}", each) if each else "")
    english = of_one(unit) if value == 1 else unit
    return {
        "share": say.share(value),
        "attainment": say("of_standard", share=say.share(value)),
        "per weight": say("times_weight", n=number(value)),
        "-": number(value),
    }.get(unit, say("with_unit", n=number(value), unit=say.words.of(f"unit.{unit}", english) if unit else "").strip())


def _neutral(path: tuple[str, ...]) -> Any:
    field = field_at(Scheme, path)
    default = getattr(field, "default", None)
    return default if isinstance(default, int | float | str) else None


def _value(scheme: Scheme, path: tuple[str, ...]) -> Any:
    here: Any = scheme
    for step in path:
        here = getattr(here, step)
    return here


def _phrases(value: Any, say: _Says) -> dict[str, str]:
    """The ways a sentence may say a value."""
    if isinstance(value, Enum):
        return {"choice": say(f"choice.{value.value}")}
    every = "every_month" if value == 1 else "every_year" if value == 12 else "every_months"
    return {
        "n": number(value),
        "share": say.share(value),
        "wage": say.wages(value),
        "pays": say.wages(10 * value),
        "every": say(every, n=number(value)),
    }


def _readable(name: str) -> str:
    return (name[:1].upper() + name[1:]).replace("_", " ")
