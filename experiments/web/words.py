"""The words of the page in English and Chinese: the catalogue that all fronts share, sent as JSON."""

from __future__ import annotations

from functools import lru_cache

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from experiments.report.lang import LANGUAGES, words
from experiments.web.answers import answer
from sim.lang import COUNTED_NOUNS


@lru_cache(maxsize=2)
def catalogue(language: str) -> dict[str, dict[str, str]]:
    """All texts of a language by key, what titles of ready documents are called in it, and nouns that change behind a one."""
    said = words(language)
    return {"texts": dict(said.texts), "documents": dict(said.documents), "singulars": COUNTED_NOUNS if language == "en" else {}}


async def send_words(request: Request) -> Response:
    """``GET /api/words/{language}``: every text by its key."""
    language = request.path_params["language"]
    if language not in LANGUAGES:
        raise HTTPException(404)
    return answer({"language": language, "languages": LANGUAGES, **catalogue(language)}, headers={"Cache-Control": "no-cache"})
