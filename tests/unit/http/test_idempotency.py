"""A request is known again by its key, and told apart by its body."""

from dataclasses import replace
from typing import Annotated

import pytest
from fastapi import APIRouter, Depends

from shared.http.auth import Principal, Role, allow
from shared.http.idempotency import IdempotencyKey, claim
from tests.unit.http.makers import Issuer, a_client, a_principal, an_app, slug

DEPOT = a_principal()


def a_router() -> APIRouter:
    router = APIRouter()

    @router.post("/v1/receipts")
    async def receive(principal: Annotated[Principal, Depends(allow(Role.DEPOT))], key: IdempotencyKey) -> list[str]:
        return [principal.subject, key]

    return router


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("headers", "status", "problem"),
    [
        ({}, 422, "idempotency-key-missing"),
        ({"Idempotency-Key": ""}, 422, "idempotency-key-malformed"),
        ({"Idempotency-Key": "x" * 129}, 422, "idempotency-key-malformed"),
        ({"Idempotency-Key": "caf\xe9"}, 422, "idempotency-key-malformed"),
        ({"Idempotency-Key": "a\tb"}, 422, "idempotency-key-malformed"),
        ({"Idempotency-Key": "x" * 128}, 200, None),
    ],
)
async def test_a_post_without_a_number_of_its_own_needs_a_key(
    issuer: Issuer, headers: dict[str, str], status: int, problem: str | None
) -> None:
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]

    async with a_client(an_app(issuer, a_router()), **issuer.bearer()) as client:
        answer = await client.post("/v1/receipts", headers=raw)

    assert answer.status_code == status
    assert problem is None or slug(answer) == problem


def test_another_layout_of_the_same_body_is_the_same_request() -> None:
    first = claim(DEPOT, "POST /v1/receipts", "k", b'{"a": 1, "b": [2]}')
    second = claim(DEPOT, "POST /v1/receipts", "k", b'{"b":[2],\n"a":1}')

    assert first == second


@pytest.mark.parametrize(
    ("principal", "route", "body"),
    [
        pytest.param(replace(DEPOT, subject="someone else"), "POST /v1/a", b"{}", id="another sender"),
        pytest.param(replace(DEPOT, sites=frozenset({"D-02"})), "POST /v1/a", b"{}", id="another site"),
        pytest.param(replace(DEPOT, role=Role.OPERATOR), "POST /v1/a", b"{}", id="another role"),
        pytest.param(replace(DEPOT, nation="RUS"), "POST /v1/a", b"{}", id="another nation"),
        pytest.param(DEPOT, "POST /v1/b", b"{}", id="another route"),
        pytest.param(DEPOT, "POST /v1/a", b'{"a":1}', id="another body"),
    ],
)
def test_what_another_sender_asks_or_under_other_rights_is_another_request(
    principal: Principal, route: str, body: bytes
) -> None:
    known = claim(DEPOT, "POST /v1/a", "k", b"{}")

    assert claim(principal, route, "k", body).request_hash != known.request_hash


def test_a_body_that_is_no_json_is_compared_as_it_is() -> None:
    assert claim(DEPOT, "r", "k", b"a,b\n1,2") != claim(DEPOT, "r", "k", b"a,b\n1,3")
