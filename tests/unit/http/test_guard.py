"""What a route refuses before its own code runs."""

from collections.abc import AsyncIterator
from typing import Annotated

import pytest
from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict

from shared.http.auth import Principal, Role, RuleMissing, allow, public, rule_of
from shared.http.guard import takes
from shared.http.paging import Paging
from tests.unit.http.makers import Issuer, a_client, an_app, slug

Depot = Annotated[Principal, Depends(allow(Role.DEPOT))]
NDJSON = "application/x-ndjson"


class Line(BaseModel):
    model_config = ConfigDict(extra="forbid")

    part: str
    quantity: int


class Order(BaseModel):
    model_config = ConfigDict(extra="forbid")

    lines: list[Line]


class Filter(BaseModel):
    model_config = ConfigDict(extra="forbid")

    site: str | None = None


def a_router() -> APIRouter:
    router = APIRouter(prefix="/v1/orders")

    @router.get("")
    async def orders(principal: Depot, page: Paging, part: str | None = None) -> list[str]:
        return [principal.subject, str(page.limit), str(part)]

    @router.get("/filtered")
    async def filtered(principal: Depot, query: Annotated[Filter, Query()]) -> list[str | None]:
        return [principal.subject, query.site]

    @router.get("/listed")
    async def listed(principal: Depot, part: Annotated[list[str], Query()]) -> list[str]:
        return [principal.subject, *part]

    @router.post("", status_code=201)
    async def place(order: Order, principal: Depot) -> list[str]:
        return [principal.subject, *(line.part for line in order.lines)]

    @router.get("/scoped")
    async def scoped(principal: Annotated[Principal, Depends(allow(Role.DEPOT, scope="orders:write"))]) -> str:
        return principal.subject

    @router.post("/events")
    @takes(NDJSON, body_bytes_max=100)
    async def events(request: Request, principal: Depot) -> Response:
        received = [chunk async for chunk in request.stream()]
        return Response(f"{principal.subject} {sum(map(len, received))}")

    @router.post("/cancel", status_code=202)
    async def cancel(principal: Depot) -> str:
        return principal.subject

    return router


async def in_chunks(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


JSON = {"Content-Type": "application/json"}
GOOD = b'{"lines":[{"part":"HUB","quantity":1}]}'
MALFORMED = b'{"lines":['


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("headers", "body", "status", "problem"),
    [
        (JSON, GOOD, 201, None),
        ({"Content-Type": "Application/JSON; charset=utf-8"}, GOOD, 201, None),
        (JSON, MALFORMED, 400, "body-unreadable"),
        (JSON, b"\xff\xfe", 400, "body-unreadable"),
        (JSON, b"[" * 100_000, 400, "body-unreadable"),
        (JSON, b"1" * 5_000, 400, "body-unreadable"),
        (JSON, b"", 422, "request-invalid"),
        (JSON, b"null", 422, "request-invalid"),
        (JSON, b"[]", 422, "request-invalid"),
        (JSON, b'{"lines":[],"urgent":true}', 422, "request-invalid"),
        (JSON, b" " * 1_048_577, 413, "body-too-large"),
        ({}, GOOD, 415, "media-type-unsupported"),
        ({"Content-Type": "text/plain"}, GOOD, 415, "media-type-unsupported"),
        ({"Content-Type": "application/json+evil"}, GOOD, 415, "media-type-unsupported"),
        ({**JSON, "Content-Encoding": "gzip"}, GOOD, 415, "media-type-unsupported"),
    ],
)
async def test_a_body_is_read_only_as_what_the_door_takes(
    issuer: Issuer, headers: dict[str, str], body: bytes, status: int, problem: str | None
) -> None:
    async with a_client(an_app(issuer, a_router()), **issuer.bearer()) as client:
        answer = await client.post("/v1/orders", content=body, headers=headers)

    assert answer.status_code == status
    assert problem is None or slug(answer) == problem


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("chunks", "status"),
    [((b"x" * 50, b"y" * 50), 200), ((b"x" * 50, b"y" * 51), 413)],
)
async def test_a_body_that_hides_its_length_is_bounded_too(
    issuer: Issuer, chunks: tuple[bytes, ...], status: int
) -> None:
    async with a_client(an_app(issuer, a_router()), **issuer.bearer()) as client:
        answer = await client.post("/v1/orders/events", content=in_chunks(*chunks), headers={"Content-Type": NDJSON})

    assert answer.status_code == status
    assert status == 200 or slug(answer) == "body-too-large"


@pytest.mark.asyncio
async def test_a_body_that_hides_its_length_is_bounded_where_the_framework_reads_it(issuer: Issuer) -> None:
    chunks = [b" " * 65_536] * 17

    async with a_client(an_app(issuer, a_router()), **issuer.bearer()) as client:
        answer = await client.post("/v1/orders", content=in_chunks(*chunks), headers=JSON)

    assert (answer.status_code, slug(answer)) == (413, "body-too-large")
    assert answer.json()["body_bytes_max"] == 1_048_576


@pytest.mark.asyncio
async def test_a_request_without_a_body_needs_no_media_type(issuer: Issuer) -> None:
    async with a_client(an_app(issuer, a_router()), **issuer.bearer()) as client:
        answer = await client.post("/v1/orders/cancel")

    assert answer.status_code == 202


@pytest.mark.asyncio
async def test_a_stranger_learns_nothing_about_the_rest_of_a_request(issuer: Issuer) -> None:
    async with a_client(an_app(issuer, a_router())) as client:
        answers = [
            await client.post("/v1/orders", content=MALFORMED, headers=JSON),
            await client.post("/v1/orders", content=b"x" * 2_000_000, headers={"Content-Type": "text/plain"}),
            await client.get("/v1/orders?what=ever"),
        ]

    assert [slug(answer) for answer in answers] == ["token-missing"] * 3
    assert answers[0].headers["www-authenticate"] == 'Bearer realm="jvtrack"'


@pytest.mark.asyncio
async def test_a_bad_token_is_told_why_in_the_standard_header(issuer: Issuer) -> None:
    async with a_client(an_app(issuer, a_router()), **issuer.bearer(aud="elsewhere")) as client:
        answer = await client.get("/v1/orders")

    assert (answer.status_code, slug(answer)) == (401, "token-invalid")
    assert answer.json()["reason"] == "wrong audience"
    assert 'error="invalid_token", error_description="wrong audience"' in answer.headers["www-authenticate"]


@pytest.mark.asyncio
@pytest.mark.parametrize("role", [role for role in Role if role is not Role.DEPOT])
async def test_a_door_is_closed_to_other_roles(issuer: Issuer, role: Role) -> None:
    async with a_client(an_app(issuer, a_router()), **issuer.bearer(role=role.value)) as client:
        answer = await client.get("/v1/orders")

    assert (answer.status_code, slug(answer)) == (403, "role-forbidden")


@pytest.mark.asyncio
@pytest.mark.parametrize(("scope", "status"), [("orders:write x", 200), ("orders:read", 403), ("", 403)])
async def test_a_token_reaches_only_as_far_as_its_scope(issuer: Issuer, scope: str, status: int) -> None:
    async with a_client(an_app(issuer, a_router()), **issuer.bearer(scope=scope)) as client:
        answer = await client.get("/v1/orders/scoped")

    assert answer.status_code == status
    assert status == 200 or slug(answer) == "scope-forbidden"


@pytest.mark.asyncio
async def test_a_query_is_read_whole_or_refused(issuer: Issuer) -> None:
    async with a_client(an_app(issuer, a_router()), **issuer.bearer()) as client:
        known = await client.get("/v1/orders?part=HUB&limit=7")
        model = await client.get("/v1/orders/filtered?site=D-01")
        unknown = await client.get("/v1/orders?prat=HUB&limit=7")
        many = await client.get("/v1/orders?" + "&".join("part=HUB" for _ in range(60)))

    assert known.json() == ["depot-1", "7", "HUB"]
    assert model.json() == ["depot-1", "D-01"]
    assert unknown.status_code == 422
    assert unknown.json()["errors"] == [{"field": "query prat", "message": "This door knows no such parameter"}]
    assert (many.status_code, slug(many)) == (422, "request-invalid")


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ("?part=HUB&part=BEARING", "query part"),
        ("?part=HUB&part=HUB", "query part"),
        ("?limit=7&part=HUB&limit=8", "query limit"),
        ("/filtered?site=D-01&site=D-02", "query site"),
    ],
)
async def test_what_counts_once_is_not_said_twice(issuer: Issuer, asked: str, field: str) -> None:
    async with a_client(an_app(issuer, a_router()), **issuer.bearer()) as client:
        refused = await client.get(f"/v1/orders{asked}")

    assert (refused.status_code, slug(refused)) == (422, "request-invalid")
    assert refused.json()["errors"] == [{"field": field, "message": "Say it once: only one would count"}]


@pytest.mark.asyncio
async def test_what_is_a_list_is_said_as_often_as_it_has_members(issuer: Issuer) -> None:
    async with a_client(an_app(issuer, a_router()), **issuer.bearer()) as client:
        answer = await client.get("/v1/orders/listed?part=HUB&part=BEARING")

    assert answer.json() == ["depot-1", "HUB", "BEARING"]


@pytest.mark.asyncio
async def test_a_field_is_named_as_its_sender_sees_it(issuer: Issuer) -> None:
    body = {"lines": [{"part": "HUB", "quantity": 1}, {"part": "HUB", "quantity": "many"}]}

    async with a_client(an_app(issuer, a_router()), **issuer.bearer()) as client:
        answer = await client.post("/v1/orders", json=body)
        query = await client.get("/v1/orders?limit=5000")

    assert [error["field"] for error in answer.json()["errors"]] == ["lines[1].quantity"]
    assert [error["field"] for error in query.json()["errors"]] == ["query limit"]


def test_an_app_is_not_built_with_an_open_door(issuer: Issuer) -> None:
    router = APIRouter()

    @router.get("/v1/secrets")
    async def secrets() -> str:
        return "all of them"

    with pytest.raises(RuleMissing, match="/v1/secrets"):
        an_app(issuer, router)


def test_a_door_has_one_rule_and_not_two(issuer: Issuer) -> None:
    router = APIRouter()

    @router.get("/v1/orders")
    @public
    async def orders(principal: Depot) -> str:
        return principal.subject

    with pytest.raises(RuleMissing):
        an_app(issuer, router)


def test_the_rule_of_every_route_can_be_walked(issuer: Issuer) -> None:
    app = an_app(issuer, a_router())

    rules = {route.path: rule_of(route) for route in app.routes}  # type: ignore[arg-type, attr-defined]  # all APIRoute

    assert {path for path, rule in rules.items() if rule is None and path.startswith("/v1")} == set()
    assert rules["/metrics"] is None


@pytest.mark.asyncio
async def test_one_router_can_serve_two_apps(issuer: Issuer) -> None:
    router = a_router()
    apps = [an_app(issuer, router), an_app(issuer, router)]

    for app in apps:
        async with a_client(app, **issuer.bearer()) as client:
            assert (await client.get("/v1/orders")).status_code == 200
