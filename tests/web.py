"""What tests of the page share: a client of the application without a network."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from starlette.testclient import TestClient

from experiments.web.app import Part, create_app
from experiments.web.settings import Settings


@contextmanager
def client_of(settings: Settings | None = None, more: tuple[Part, ...] = (), **kwargs: Any) -> Iterator[TestClient]:
    """A client of the application, asked by the name of this machine."""
    app = create_app(settings or Settings(workers=2), more)
    with TestClient(app, base_url="http://127.0.0.1:8000", raise_server_exceptions=False, **kwargs) as client:
        yield client
