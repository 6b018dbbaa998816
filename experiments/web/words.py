"""The words of the page in English and Chinese: the catalogue that all fronts share, sent as JSON."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from experiments.web.answers import answer

LANGUAGES = ("en", "zh")


def catalogue(language: str) -> dict[str, str]:
    """All words of a language by key."""
    return {}


async def send_words(request: Request) -> Response:
    """``GET /api/words/{language}``: every word by its key."""
    language = request.path_params["language"]
    if language not in LANGUAGES:
        raise HTTPException(404)
    return answer({"language": language, "words": catalogue(language)}, headers={"Cache-Control": "no-cache"})
