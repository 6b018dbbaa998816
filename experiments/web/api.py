"""The addresses under /api that the page asks. All are stateless: the query says the whole view (see `experiments.web.views`)."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from experiments.projects.advising import lint
from experiments.report.lang import LANGUAGES
from experiments.runs.live import Kept, picture_of
from experiments.web.answers import answer, refusal
from experiments.web.controls import controls, values_of
from experiments.web.documents import LARGEST_TEXT, MODELS, fits, n_cadres, presets
from experiments.web.reporting import can_report, report_on
from experiments.web.telling import chosen, outcome_table, told_picture, told_runs, told_winners, unit_titles
from experiments.web.views import LETTERS, MONTHS, MOST_SCHEMES, Choice, View, whole
from experiments.web.writing import file_name, scheme_yaml
from sim.errors import UserError
from sim.schemes.advice import Advice, Said, source_title
from sim.schemes.load import Loaded

if TYPE_CHECKING:
    from experiments.web.app import Services

#: Replicates that the page asks for one after the other: first numbers, better ones, settled ones.
STEPS = (4, 16, 48)
MOST_REPLICATES = 100
MOST_PICTURED = 1_000  # replicate that a picture may show

#: Levels of a cadre's year that are told; a tree of all levels is ten times as large.
DEEPEST = 11

Result = TypeVar("Result")


def api_routes() -> list[BaseRoute]:
    """Every address of the page's API."""
    return [
        Route("/api/start", start, methods=["GET"]),
        Route("/api/bureau", bureau, methods=["GET"]),
        Route("/api/schemes", schemes, methods=["GET"]),
        Route("/api/run", run, methods=["GET"]),
        Route("/api/winners", winners, methods=["GET"]),
        Route("/api/picture", picture, methods=["GET"]),
        Route("/api/explain", explain, methods=["GET"]),
        Route("/api/scheme.yaml", download_scheme, methods=["GET"]),
        Route("/api/report", report, methods=["GET"]),
        Route("/api/documents/{kind}", take_document, methods=["POST"]),
    ]


def services_of(request: Request) -> Services:
    """What all parts share."""
    return request.app.state.services


def view_of(request: Request) -> View:
    """The view that the query of a request says."""
    return services_of(request).views.read(request.query_params)


# --- what there is ---------------------------------------------------------------------------------------------------


async def start(request: Request) -> Response:
    """``GET /api/start``: bureaus, schemes, outcomes, controls and limits: what the page needs once."""
    from sim import __version__

    return answer(
        {
            "version": __version__,
            "bureaus": [_bureau_told(name, loaded) for name, loaded in presets("organisations").items()],
            "schemes": [_labels(name, loaded) for name, loaded in presets("schemes").items()],
            "outcomes": outcome_table(),
            "controls": controls(),
            "steps": STEPS,
            "report": can_report(),
            "letters": LETTERS[:MOST_SCHEMES],
            "months": MONTHS,
            "largest_text": LARGEST_TEXT,
        },
        headers={"Cache-Control": "no-cache"},
    )


def _labels(name: str, loaded: Loaded[Any]) -> dict[str, Any]:
    return {"name": name, "title": loaded.document.title or name, "summary": loaded.document.summary}


def _bureau_told(name: str, loaded: Loaded[Any]) -> dict[str, Any]:
    document = loaded.document
    units = len(document.offices) + sum(len(branch.departments) for branch in document.branches)
    return {**_labels(name, loaded), "cadres": n_cadres(document), "units": units, "branches": len(document.branches)}


async def bureau(request: Request) -> Response:
    """``GET /api/bureau?o=``: one bureau with its tasks, and which presets fit it."""
    reference = request.query_params.get("o", "county_bureau")
    loaded = services_of(request).documents.organisation(reference)
    tasks = [
        {"name": name, "title": task.title or name, "kind": task.kind.value, "category": task.category, "value": task.value}
        for name, task in loaded.document.tasks.items()
    ]
    fitting = [name for name, scheme in presets("schemes").items() if fits(scheme.document, loaded.document)]
    return answer({**_bureau_told(reference, loaded), "tasks": tasks, "fitting": fitting, "titles": unit_titles(loaded.document)})


async def schemes(request: Request) -> Response:
    """``GET /api/schemes``: every scheme of the view with its values, their sources, and advice on it."""
    view = view_of(request)
    services = services_of(request)
    with services.pool.place():
        told = await services.pool.do_all(
            [
                ((choice.scheme.model_dump_json(), choice.letter, view.reference), partial(_scheme_told, choice, view))
                for choice in view.choices
            ]
        )
    return answer({"schemes": told})


def _scheme_told(choice: Choice, view: View) -> dict[str, Any]:
    source = choice.source
    indicators = {
        name: {"tasks": one.tasks, "title": name.replace("_", " ").capitalize()}
        for name, one in choice.scheme.plan.indicators.items()
    }
    return {
        "letter": choice.letter,
        "reference": choice.reference,
        "title": choice.title or source.document.title or source.document.name,
        "summary": source.document.summary,
        "own_title": choice.title,
        "changed": [path for path, _ in choice.changes],
        "values": values_of(choice.scheme),
        "before": values_of(source.document),
        "indicators": indicators,
        "sources": {path: _source_told(note) for path, note in source.annotations.items()},
        "advice": [_advice_told(one) for one in lint(choice.loaded, view.organisation)],
    }


def _source_told(annotation: Any) -> dict[str, Any]:
    return {"sources": [source_title(key) for key in annotation.source], "status": annotation.status, "note": annotation.note}


def _advice_told(one: Advice) -> dict[str, Any]:
    parts = ("name", "path", "problem", "found", "hint", "why")
    said = {"template": one.found.template, "parts": one.found.parts} if isinstance(one.found, Said) else None
    return {
        **{part: getattr(one, part) for part in parts},
        "said": said,
        "source": source_title(one.source) if one.source else "",
    }


# --- runs --------------------------------------------------------------------------------------------------------------


async def run(request: Request) -> Response:
    """``GET /api/run?...&n=4``: the schemes of the view in so many replicates, compared with the first."""
    view = view_of(request)
    kept = await _unless_left(request, _runs(request, view, _replicates(request)))
    return answer(told_runs(view, kept))


async def winners(request: Request) -> Response:
    """``GET /api/winners?...&n=16``: every place compared with itself under the first scheme, by group."""
    view = view_of(request)
    services = services_of(request)

    async def told() -> dict[str, Any]:
        kept = await _runs(request, view, _replicates(request))
        with services.pool.place():
            return await services.pool.do(partial(told_winners, view, kept), priority=2)

    return answer(await _unless_left(request, told()))


async def picture(request: Request) -> Response:
    """``GET /api/picture?...&which=B&replicate=0``: one run, everybody month by month."""
    view = view_of(request)
    place = chosen(view, request.query_params.get("which", "A"))
    replicate = whole(request.query_params.get("replicate", "0"), "replicate", 0, MOST_PICTURED)
    services = services_of(request)

    async def told() -> dict[str, Any]:
        with services.pool.place():
            walked = partial(picture_of, services.runs, view.case, view.choices[place].scheme, replicate)
            return told_picture(view, await services.pool.do(walked, priority=1))

    return answer(await _unless_left(request, told()))


async def explain(request: Request) -> Response:
    """``GET /api/explain?...&which=B&cadre=median&replicate=0&lang=en``: one cadre's last appraised year as a tree."""
    view = view_of(request)
    choice = view.choices[chosen(view, request.query_params.get("which", "A"))]
    replicate = whole(request.query_params.get("replicate", "0"), "replicate", 0, MOST_PICTURED)
    cadre = request.query_params.get("cadre", "median")[:12]
    language = request.query_params.get("lang", "en")
    if language not in LANGUAGES:
        raise HTTPException(404)
    services = services_of(request)

    async def told() -> dict[str, Any]:
        with services.slow.place():
            return await services.slow.do(partial(_explained, view, choice, cadre, replicate, language))

    return answer(await _unless_left(request, told()))


def _explained(view: View, choice: Choice, cadre: str, replicate: int, language: str) -> dict[str, Any]:
    from experiments.api.explaining import explain as grow

    case = view.case
    found = grow(
        choice.scheme, case.organisation, cadre=cadre, behaviour=case.behaviour, baseline=case.baseline, months=case.months,
        warmup_months=case.warmup_months, seed=case.seed, replicate=replicate,
    )  # fmt: skip
    return {**found.to_dict(language, depth=DEEPEST), "cadres": n_cadres(case.organisation)}


def _replicates(request: Request) -> int:
    return whole(request.query_params.get("n", str(STEPS[0])), "n", 2, MOST_REPLICATES)


async def _runs(request: Request, view: View, n: int) -> list[list[Kept]]:
    """Runs by scheme and replicate, those that are kept taken from there; few replicates go before many."""
    services = services_of(request)
    runs, case = services.runs, view.case
    found = {
        (place, replicate): runs.known(case, choice.scheme, replicate)
        for place, choice in enumerate(view.choices)
        for replicate in range(n)
    }
    lacking = sorted(((replicate, place) for (place, replicate), kept in found.items() if kept is None))
    if lacking:
        tasks = [
            (runs.key(case, case.schemes[place], replicate), partial(runs.run, case, case.schemes[place], replicate))
            for replicate, place in lacking
        ]
        with services.pool.place():
            made = await services.pool.do_all(tasks, priority=sum(n > step for step in STEPS))
        found |= {(place, replicate): kept for (replicate, place), kept in zip(lacking, made, strict=True)}
    complete: list[list[Kept]] = []
    for place in range(len(view.choices)):
        own = [found[place, replicate] for replicate in range(n)]
        complete.append([kept for kept in own if kept is not None])
    return complete


async def _unless_left(request: Request, work: Coroutine[Any, Any, Result]) -> Result:
    """Work that is given up as soon as its client has left: what nobody waits for is not simulated."""
    doing = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(_has_left(request))
    try:
        await asyncio.wait({doing, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not doing.done():
            doing.cancel()
            raise HTTPException(408)
        return doing.result()
    finally:
        leaving.cancel()
        doing.cancel()


async def _has_left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


# --- files -------------------------------------------------------------------------------------------------------------


async def download_scheme(request: Request) -> Response:
    """``GET /api/scheme.yaml?...&which=B``: a scheme of the view as a file."""
    view = view_of(request)
    choice = view.choices[chosen(view, request.query_params.get("which", "A"))]
    return download(scheme_yaml(choice).encode(), f"{file_name(choice)}.yaml", "application/yaml")


def download(body: bytes, name: str, media_type: str) -> Response:
    """A file to save; its name holds letters, digits, underscores and dots only."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(body, headers=headers, media_type=media_type)


async def report(request: Request) -> Response:
    """``GET /api/report?...&lang=en``: the report on the view as one self-contained file."""
    view = view_of(request)
    language = request.query_params.get("lang", "en")
    if language not in LANGUAGES or not can_report():
        raise HTTPException(404)
    if len(view.choices) < 2:
        raise UserError.of("a report compares two schemes or more", path="s", found=str(len(view.choices)))
    services = services_of(request)
    with services.slow.place():
        body = await _unless_left(request, services.slow.do(partial(report_on, view, language)))
    return download(body, "report.html", "text/html; charset=utf-8")


async def take_document(request: Request) -> Response:
    """``POST /api/documents/organisations`` (or ``schemes``) with YAML text: its key, title and size, or every finding."""
    kind = request.path_params["kind"]
    if kind not in MODELS:
        raise HTTPException(404)
    content = request.headers.get("content-type", "text/plain").partition(";")[0].strip().lower()
    if content not in ("text/plain", "application/yaml", "text/yaml", "application/x-yaml", "application/octet-stream"):
        raise HTTPException(415)
    body = await request.body()
    if len(body) > LARGEST_TEXT:
        return refusal(413)
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError.of("the file is not UTF-8 text", expected="UTF-8") from error
    services = services_of(request)
    with services.slow.place():
        key, loaded = await services.slow.do(partial(services.documents.take, kind, text), key=(kind, text))
    told = _bureau_told(key, loaded) if kind == "organisations" else _labels(key, loaded)
    return answer(told, status=201)
