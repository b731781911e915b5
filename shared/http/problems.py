"""How the door says no: RFC 9457 problem details, and the only place that knows statuses.

A refusal keeps its slug, title and facts, and names the field that it is about; a body that does not fit its form
lists every field; a database that is away asks to try again; anything else is a fault of ours, which the answer does
not explain and the log does.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from shared.db import DATABASE_ERRORS, is_exhausted, is_weather
from shared.errors import Kind, Refusal, Weather
from shared.http.wording import worded
from shared.messaging.group import Overloaded
from shared.observe import tracing
from shared.observe.logs import get_log

MEDIA_TYPE = "application/problem+json"
ERRORS_MAX = 100
_PARAMETER_PLACES = ("query", "header", "path", "cookie")
_STATUSES = {
    Kind.CONFLICT: 409,
    Kind.NOT_FOUND: 404,
    Kind.FORBIDDEN: 403,
    Kind.UNREADABLE: 400,
    Kind.INVALID: 422,
    Kind.BUSY: 503,
    Kind.GONE: 410,
    Kind.UNAUTHENTICATED: 401,
    Kind.TOO_LARGE: 413,
    Kind.LATE: 408,
    Kind.UNSUPPORTED: 415,
}
_HTTP_SLUGS = {400: "body-unreadable", 404: "route-unknown", 405: "method-not-allowed"}
WEATHER = (*DATABASE_ERRORS, Weather)
"""What a database that is away may raise; `is_weather` tells it from a fault."""

log = get_log()


class DatabaseAway(Refusal):
    """The database cannot be reached just now; try again."""

    kind = Kind.BUSY


@dataclass(frozen=True, slots=True)
class Problem:
    """A no as every door says it, also in a line of a streamed answer."""

    slug: str
    title: str
    status: int
    detail: str = ""
    errors: Sequence[Mapping[str, str]] = ()
    facts: Mapping[str, object] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def members(self) -> dict[str, object]:
        """List what RFC 9457 asks for, then the facts."""
        members: dict[str, object] = {
            "type": f"urn:jvtrack:problem:{self.slug}",
            "title": self.title,
            "status": self.status,
        }
        if self.detail:
            members["detail"] = self.detail
        if self.errors:
            members["errors"] = list(self.errors)
        return {**self.facts, **members}

    def answer(self, request: Request) -> Response:
        """Answer a request with this problem."""
        trace = tracing.current.get()
        content = self.body(request.url.path, trace_id=None if trace is None else trace.trace_id)
        return Response(content, self.status, headers=dict(self.headers), media_type=MEDIA_TYPE)

    def body(self, instance: str, *, trace_id: str | None = None) -> bytes:
        """Write the problem of a request to this path."""
        members = {**self.members(), "instance": instance}
        if trace_id is not None:
            members["trace_id"] = trace_id
        return json.dumps(members, default=str, separators=(",", ":")).encode()


def of_refusal(refusal: Refusal) -> Problem:
    """Say a refusal of the business."""
    return Problem(
        slug=refusal.slug(),
        title=refusal.title(),
        status=_STATUSES[refusal.kind],
        detail=refusal.detail(),
        errors=[] if refusal.about is None else [{"field": refusal.about, "message": refusal.title()}],
        facts=refusal.facts,
        headers=_headers(refusal),
    )


def of_weather(error: Exception) -> Refusal:
    """Say a passing failure: too much is asked of us at the moment, or the database is away."""
    return Overloaded() if is_exhausted(error) else DatabaseAway()


def field_name(place: Sequence[str | int]) -> str:
    """Name a field as its sender sees it: `lines[2].quantity`, `header JVTrack-After`, `query limit`."""
    if place and place[0] in _PARAMETER_PLACES:
        return " ".join(str(step) for step in place)
    steps = place[1:] if place and place[0] == "body" else place
    path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
    return path.lstrip(".") or "body"


def install(app: FastAPI) -> None:
    """Make problems of everything that a route of this app can raise."""
    app.add_exception_handler(Refusal, _answer_refusal)
    app.add_exception_handler(RequestValidationError, _answer_invalid)
    app.add_exception_handler(HTTPException, _answer_http)
    app.add_exception_handler(ClientDisconnect, _answer_nobody)
    for weather in WEATHER:
        app.add_exception_handler(weather, _answer_weather)
    app.add_exception_handler(Exception, _answer_fault)


def _headers(refusal: Refusal) -> dict[str, str]:
    headers: dict[str, str] = {}
    if refusal.retry_after is not None:
        headers["Retry-After"] = str(refusal.retry_after)
    if refusal.kind is Kind.LATE:
        headers["Connection"] = "close"  # what is still to come of the body is not waited for
    if refusal.kind is Kind.UNAUTHENTICATED:
        reason = refusal.facts.get("reason")
        error = "" if reason is None else f', error="invalid_token", error_description="{reason}"'
        headers["WWW-Authenticate"] = f'Bearer realm="jvtrack"{error}'
    return headers


def _of_errors(errors: Sequence[tuple[Sequence[str | int], str]]) -> Problem:
    told = [{"field": field_name(place), "message": message} for place, message in errors[:ERRORS_MAX]]
    return Problem("request-invalid", "The request does not fit its form.", 422, errors=told)


async def _answer_refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    if error.about is None:
        error.about = _named_in(request.path_params, error.facts)
    return of_refusal(error).answer(request)


def _named_in(path: Mapping[str, object], facts: Mapping[str, object]) -> str | None:
    """Name the parameter of the path whose value a refusal tells; none where it is about something else."""
    told = {(name, str(value)) for name, value in facts.items()}
    named = (name for name, value in path.items() if (name.removesuffix("_id"), str(value)) in told)
    return next((f"path {name}" for name in named), None)


async def _answer_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    errors: Sequence[Any] = error.errors()
    if errors and errors[0]["type"] == "json_invalid":
        detail = f"{errors[0]['ctx']['error']} at character {errors[0]['loc'][-1]}"
        return _unreadable(detail).answer(request)
    return _of_errors([(_as_sent(each, error.body), worded(each)) for each in errors]).answer(request)


def _as_sent(error: Mapping[str, Any], body: object) -> Sequence[str | int]:
    """Give the place of an error in what was sent: the word that chose one of several forms is no step of it."""
    place: Sequence[str | int] = error["loc"]
    if place[:1] != ("body",):
        return place
    steps, at = list(place[:1]), body
    for step in place[1:]:
        if isinstance(at, dict) and step not in at and step in at.values():
            continue
        steps.append(step)
        at = _within(at, step)
    return steps


def _within(at: object, step: str | int) -> object:
    if isinstance(at, dict):
        return at.get(step)
    return at[step] if isinstance(at, list) and isinstance(step, int) and step < len(at) else None


async def _answer_http(request: Request, error: Exception) -> Response:
    """Answer what the framework says itself, and a refusal that it met while it read the body."""
    assert isinstance(error, HTTPException)
    if isinstance(error.__cause__, Refusal):
        return of_refusal(error.__cause__).answer(request)
    if error.status_code == 400:
        return _unreadable("").answer(request)
    slug = _HTTP_SLUGS.get(error.status_code) or re.sub(r"[^a-z]+", "-", error.detail.lower())
    problem = Problem(slug, f"{error.detail}.", error.status_code, headers=error.headers or {})
    return problem.answer(request)


async def _answer_nobody(request: Request, _error: Exception) -> Response:
    """End a request whose sender went away before its body was whole."""
    return _unreadable("the sender went away").answer(request)


async def _answer_weather(request: Request, error: Exception) -> Response:
    if not (isinstance(error, Weather) or is_weather(error)):
        raise error
    refusal = of_weather(error)
    log.warning(refusal.slug().replace("-", "_"), path=request.url.path, error=type(error).__name__)
    return of_refusal(refusal).answer(request)


async def _answer_fault(request: Request, error: Exception) -> Response:
    log.error("request_failed", method=request.method, path=request.url.path, exc_info=error)
    return Problem("fault", "Something is broken here; it has been logged.", 500).answer(request)


def _unreadable(detail: str) -> Problem:
    return Problem("body-unreadable", "The body cannot be read as what it says it is.", 400, detail)
