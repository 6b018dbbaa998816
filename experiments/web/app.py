"""The application: a door, the static page, and an API without sessions.

`create_app(settings)` is the page; `create_app(settings, more=[...])` mounts further parts (the workshop's rooms) on the
same server: each gets the `Services` and gives its routes.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from experiments.runs.live import LiveRuns
from experiments.runs.runner import check_workers
from experiments.web.answers import HANDLERS, answer
from experiments.web.api import api_routes
from experiments.web.documents import Documents
from experiments.web.files import StaticPages
from experiments.web.guard import Guard
from experiments.web.pool import Pool
from experiments.web.settings import Settings
from experiments.web.views import Views
from experiments.web.words import send_words


@dataclass(frozen=True)
class Services:
    """What every part of the application shares."""

    settings: Settings
    pages: StaticPages
    pool: Pool  # simulates
    slow: Pool  # reads what was sent, tells a year, writes reports: one after the other, so that nobody's numbers wait for it
    documents: Documents
    views: Views
    runs: LiveRuns
    around: list[Callable[[], AbstractAsyncContextManager[None]]] = field(default_factory=list)  # what parts begin and end


#: A further part of the application: its routes; what it begins and ends with the server it adds to `Services.around`.
Part = Callable[[Services], Sequence[BaseRoute]]


def create_app(settings: Settings | None = None, more: Sequence[Part] = ()) -> Starlette:
    """The whole application; `more` are further parts that are mounted beside the page."""
    settings = settings or Settings()
    documents = Documents(settings.documents_bytes)
    services = Services(
        settings=settings,
        pages=StaticPages(),
        pool=Pool(check_workers(settings.workers), settings.most_waiting),
        slow=Pool(1, settings.most_slow),
        documents=documents,
        views=Views(documents),
        runs=LiveRuns(settings.worlds_bytes, settings.records_bytes),
    )

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        try:
            async with AsyncExitStack() as stack:
                for begun in services.around:
                    await stack.enter_async_context(begun())
                yield
        finally:
            services.pool.close()
            services.slow.close()

    app = Starlette(
        routes=[*page_routes(services), *(route for part in more for route in part(services))],
        middleware=[Middleware(Guard, settings=settings)],
        exception_handlers=HANDLERS,
        lifespan=lifespan,
    )
    app.state.services = services
    return app


def page_routes(services: Services) -> list[BaseRoute]:
    """Addresses of the page itself."""
    return [
        *services.pages.routes(),
        *api_routes(),
        Route("/api/health", health, methods=["GET"]),
        Route("/api/words/{language}", send_words, methods=["GET"]),
    ]


async def health(request: Request) -> Response:
    """``GET /api/health``: whether the server answers, and how much it has in hand."""
    services: Services = request.app.state.services
    return answer({"ok": True, "in_hand": services.pool.in_hand})
