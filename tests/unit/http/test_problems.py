"""Every no is said in one form, with the status that goes with its kind."""

from typing import ClassVar
from uuid import UUID

import asyncpg
import pytest
from fastapi import APIRouter, HTTPException
from sqlalchemy.exc import IntegrityError, OperationalError
from starlette.requests import ClientDisconnect
from structlog.testing import capture_logs

from shared.errors import Kind, Refusal, Weather
from shared.http.auth import public
from shared.http.problems import field_name, of_refusal
from tests.unit.http.makers import Issuer, a_client, an_app, slug


class OrderUnknown(Refusal):
    """There is no such order."""

    kind = Kind.NOT_FOUND


class RequiredByPast(Refusal):
    """An order cannot be required by a day that has passed."""

    kind = Kind.INVALID
    field = "required_by"


class CatalogueBehind(Refusal):
    """The catalogue has not arrived here yet."""

    retry_after_seconds: ClassVar[int | None] = 2


class Busy(Refusal):
    """The door is full."""

    kind = Kind.BUSY


def raising(error: Exception, path: str = "/v1/thing") -> APIRouter:
    router = APIRouter()

    @router.get(path)
    @public
    async def thing() -> None:
        raise error

    return router


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (Kind.CONFLICT, 409),
        (Kind.NOT_FOUND, 404),
        (Kind.FORBIDDEN, 403),
        (Kind.INVALID, 422),
        (Kind.BUSY, 503),
        (Kind.GONE, 410),
        (Kind.UNAUTHENTICATED, 401),
        (Kind.TOO_LARGE, 413),
        (Kind.UNSUPPORTED, 415),
    ],
)
def test_every_kind_of_refusal_has_its_status(kind: Kind, status: int) -> None:
    refusal = type("No", (Refusal,), {"kind": kind, "__doc__": "No."})

    assert of_refusal(refusal()).status == status


def test_no_kind_of_refusal_is_without_a_status() -> None:
    for kind in Kind:
        assert of_refusal(type("No", (Refusal,), {"kind": kind})()).status >= 400


@pytest.mark.asyncio
async def test_a_refusal_that_is_about_a_field_names_it_as_a_body_that_does_not_fit_does(issuer: Issuer) -> None:
    past, elsewhere = RequiredByPast(required_by="2020-01-01"), RequiredByPast().at("lines[1].required_by")

    async with a_client(an_app(issuer, raising(past))) as client:
        answer = (await client.get("/v1/thing")).json()

    assert answer["errors"] == [{"field": "required_by", "message": answer["title"]}]
    assert of_refusal(elsewhere).errors == [{"field": "lines[1].required_by", "message": answer["title"]}]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("error", "named"),
    [
        (OrderUnknown(order="7201YA6327A001-2026"), "path order_id"),
        (CatalogueBehind(part="HUB"), "path part"),
        (CatalogueBehind(part="ROTOR"), None),
        (CatalogueBehind(site="HUB"), None),
        (CatalogueBehind(part="HUB").at("lines[1].part"), "lines[1].part"),
    ],
)
async def test_a_refusal_of_what_the_address_names_says_which_part_of_it(
    issuer: Issuer, error: Refusal, named: str | None
) -> None:
    async with a_client(an_app(issuer, raising(error, "/v1/things/{order_id}/{part}"))) as client:
        answer = (await client.get("/v1/things/7201YA6327A001-2026/HUB")).json()

    assert [each["field"] for each in answer.get("errors", [])] == ([named] if named else [])


@pytest.mark.asyncio
async def test_a_refusal_keeps_its_words_and_its_facts(issuer: Issuer) -> None:
    number = UUID(int=7)
    error = OrderUnknown(order="7201YA6327A001-2026", event_id=number, status="closed")

    async with a_client(an_app(issuer, raising(error))) as client:
        answer = await client.get("/v1/thing", headers={"traceparent": f"00-{'a' * 32}-{'b' * 16}-01"})

    assert slug(answer) == "order-unknown"
    assert answer.json() == {
        "type": "urn:jvtrack:problem:order-unknown",
        "title": "There is no such order.",
        "status": 404,
        "detail": f"order: 7201YA6327A001-2026, event_id: {number}, status: closed",
        "instance": "/v1/thing",
        "trace_id": "a" * 32,
        "order": "7201YA6327A001-2026",
        "event_id": str(number),
    }


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("error", "status", "problem", "retry_after"),
    [
        (CatalogueBehind(part="HUB"), 409, "catalogue-behind", "2"),
        (Busy(), 503, "busy", "1"),
        (Busy(retry_after=9), 503, "busy", "9"),
        (OrderUnknown(), 404, "order-unknown", None),
        (asyncpg.LockNotAvailableError("canceling statement due to lock timeout"), 503, "overloaded", "1"),
        (OperationalError("select", {}, asyncpg.LockNotAvailableError("lock timeout")), 503, "overloaded", "1"),
        (OperationalError("select", {}, asyncpg.CannotConnectNowError("starting")), 503, "database-away", "1"),
        (asyncpg.InternalClientError("cannot switch to state 15"), 503, "database-away", "1"),
        (ConnectionRefusedError(), 503, "database-away", "1"),
        (TimeoutError(), 503, "database-away", "1"),
        (Weather("the committer is closing"), 503, "database-away", "1"),
        (IntegrityError("insert", {}, asyncpg.CheckViolationError("below zero")), 500, "fault", None),
        (KeyError("secret"), 500, "fault", None),
        (ClientDisconnect(), 400, "body-unreadable", None),
        (HTTPException(405), 405, "method-not-allowed", None),
        (HTTPException(429), 429, "too-many-requests", None),
    ],
)
async def test_an_error_is_answered_as_what_it_is(
    issuer: Issuer, error: Exception, status: int, problem: str, retry_after: str | None
) -> None:
    with capture_logs():
        async with a_client(an_app(issuer, raising(error))) as client:
            answer = await client.get("/v1/thing")

    assert (answer.status_code, slug(answer)) == (status, problem)
    assert answer.headers.get("retry-after") == retry_after
    assert "secret" not in answer.text


@pytest.mark.asyncio
async def test_a_fault_is_logged_with_its_cause_and_not_explained(issuer: Issuer) -> None:
    error = ZeroDivisionError("a bug")

    with capture_logs() as lines:
        async with a_client(an_app(issuer, raising(error))) as client:
            answer = await client.get("/v1/thing")

    failed = next(line for line in lines if line["event"] == "request_failed")
    assert failed["exc_info"] is error
    assert "a bug" not in answer.text
    assert answer.json()["trace_id"]


@pytest.mark.asyncio
async def test_an_unknown_route_and_a_wrong_method_are_problems_too(issuer: Issuer) -> None:
    async with a_client(an_app(issuer, raising(OrderUnknown()))) as client:
        unknown = await client.get("/v1/nothing")
        method = await client.delete("/v1/thing")

    assert (unknown.status_code, slug(unknown)) == (404, "route-unknown")
    assert (method.status_code, slug(method)) == (405, "method-not-allowed")
    assert method.headers["allow"] == "GET"


@pytest.mark.parametrize(
    ("place", "name"),
    [
        (("body", "lines", 2, "quantity"), "lines[2].quantity"),
        (("body", 0, "part"), "[0].part"),
        (("body",), "body"),
        ((), "body"),
        (("header", "JVTrack-After"), "header JVTrack-After"),
        (("query", "limit"), "query limit"),
        (("path", "order_id"), "path order_id"),
    ],
)
def test_a_field_has_the_name_that_its_sender_knows(place: tuple[str | int, ...], name: str) -> None:
    assert field_name(place) == name
