"""Answers as JSON, and one shape for everything that is refused.

A refusal is ``{"error": {"status", "problem", "findings": [{path, line, problem, found, expected, hint}]}}``; ``findings`` are
there where the user can mend something. Nothing of a fault of ours reaches the client but that there was one.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from sim.errors import Finding, UserError

MOST_FINDINGS = 50
LONGEST_TOLD = 400

#: What a status means, in words of the page.
PROBLEMS = {
    400: "the request cannot be understood",
    403: "this server does not answer requests that other pages make",
    404: "there is nothing at this address",
    405: "this address is not asked in this way",
    408: "the request took too long to come",
    410: "this document is no longer here: send it once more",
    413: "the request is too large",
    414: "the address is too long",
    415: "this kind of content is not taken here",
    421: "this server is not asked by this name",
    429: "too many requests at a time",
    500: "this is a fault of cadresim, not yours",
    503: "all places are taken: please ask again in a moment",
}


class Busy(Exception):
    """All places are taken; the client may come again."""

    def __init__(self, seconds: int = 1) -> None:
        super().__init__("all places are taken")
        self.seconds = seconds


class Gone(Exception):
    """A document that was sent is no longer kept."""


def answer(data: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Data as JSON; what is not a number is null."""
    body = json.dumps(plain(data), ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode("utf-8", "replace")
    return Response(body, status, {"Cache-Control": "no-store", **(headers or {})}, "application/json")


def plain(value: Any) -> Any:
    """Data that JSON can hold: numbers of numpy as Python's, NaN and infinity as null."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, str) or value is None or isinstance(value, bool):
        return value
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    if isinstance(value, Sequence):
        return [plain(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value


def refusal(
    status: int, problem: str = "", findings: Sequence[Finding] = (), headers: Mapping[str, str] | None = None
) -> Response:
    """A refusal in the one shape."""
    told = problem or PROBLEMS.get(status, PROBLEMS[400])
    error = {"status": status, "problem": told, "findings": [_told(finding) for finding in findings[:MOST_FINDINGS]]}
    return answer({"error": error}, status=status, headers=headers)


def _told(finding: Finding) -> dict[str, Any]:
    parts = {part: getattr(finding, part)[:LONGEST_TOLD] for part in ("path", "problem", "found", "expected", "hint")}
    return {**parts, "line": finding.line}


async def refuse_user(request: Request, error: Exception) -> Response:
    """The user's to mend: every finding."""
    assert isinstance(error, UserError)
    findings = sorted(error.findings)
    return refusal(400, findings[0].problem if findings else "", findings)


async def refuse_http(request: Request, error: Exception) -> Response:
    """A status that was raised on the way."""
    assert isinstance(error, HTTPException)
    return refusal(error.status_code, "", headers=error.headers)


async def refuse_busy(request: Request, error: Exception) -> Response:
    """Come again."""
    assert isinstance(error, Busy)
    return refusal(503, headers={"Retry-After": str(error.seconds)})


async def refuse_gone(request: Request, error: Exception) -> Response:
    """Send it again."""
    return refusal(410)


async def refuse_fault(request: Request, error: Exception) -> Response:
    """A fault of ours: told as such, its traceback goes to the server's own log only."""
    return refusal(500)


HANDLERS: dict[Any, Any] = {
    UserError: refuse_user,
    HTTPException: refuse_http,
    Busy: refuse_busy,
    Gone: refuse_gone,
    Exception: refuse_fault,
}
