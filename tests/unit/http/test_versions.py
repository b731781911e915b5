"""A version token names what was written; a reader may wait for it, for a bounded time."""

import asyncio
from collections.abc import Sequence
from typing import Annotated

import pytest
from fastapi import APIRouter, Depends, Response
from hypothesis import given
from hypothesis import strategies as st

from shared import clock
from shared.http.auth import Principal, Role, allow
from shared.http.versions import (
    After,
    Token,
    TokenMalformed,
    VersionNotYetApplied,
    parse,
    tell_version,
    wait_until_applied,
)
from tests.unit.http.makers import Issuer, a_client, an_app, slug

LOT = Token("production.v1", "lot:F-01:L-2026-0042", 3)


@pytest.mark.parametrize(
    ("text", "token"),
    [
        ("production.v1/lot:F-01:L-2026-0042@3", LOT),
        ("stock.v1/D-01/ROTOR-HUB@17", Token("stock.v1", "D-01/ROTOR-HUB", 17)),
        ("orders.v1/order:a@b@2", Token("orders.v1", "order:a@b", 2)),
        (" stock.v1/D-01/HUB@1 ", Token("stock.v1", "D-01/HUB", 1)),
    ],
)
def test_the_stream_ends_at_the_first_slash_and_the_key_at_the_last_at_sign(text: str, token: Token) -> None:
    assert parse(text) == token
    assert str(token) == text.strip()


KEYS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=40)


@given(KEYS, st.integers(min_value=1, max_value=10**17))
def test_every_key_survives_the_way_through_a_header(key: str, key_seq: int) -> None:
    token = Token("stock.v1", key, key_seq)

    assert parse(str(token)) == token
    assert "," not in str(token)


@pytest.mark.parametrize(
    "text",
    [
        *("", "stock.v1", "stock.v1/", "stock.v1/key", "stock.v1/key@", "stock.v1/key@0", "stock.v1/key@-1"),
        *("stock.v1/key@1.5", "stock.v1/@1", "stock/key@1", "Stock.v1/key@1", "stock.v0/key@1", "stock.v1/a b@1"),
        *("stock.v1/key@99999999999999999999", "/key@1", "stock.v1/key@\u0661", "stock.v1/" + "k" * 601 + "@1"),
    ],
)
def test_what_is_no_token_is_refused(text: str) -> None:
    with pytest.raises(TokenMalformed):
        parse(text)


def a_router() -> APIRouter:
    router = APIRouter()
    depot = Depends(allow(Role.DEPOT))

    @router.get("/v1/stock")
    async def stock(principal: Annotated[Principal, depot], after: After, response: Response) -> list[str]:
        tell_version(response, LOT, Token("stock.v1", "a,b", 1))
        return [principal.subject, *map(str, after)]

    return router


@pytest.mark.asyncio
async def test_a_request_may_name_several_versions_to_wait_for(issuer: Issuer) -> None:
    async with a_client(an_app(issuer, a_router()), **issuer.bearer()) as client:
        none = await client.get("/v1/stock")
        two = await client.get("/v1/stock", headers={"JVTrack-After": f"{LOT}, stock.v1/D-01/HUB@1"})
        echo = await client.get("/v1/stock", headers={"JVTrack-After": none.headers["jvtrack-version"]})

    assert none.json() == ["depot-1"]
    assert two.json() == ["depot-1", str(LOT), "stock.v1/D-01/HUB@1"]
    assert echo.json() == ["depot-1", str(LOT), "stock.v1/a%2Cb@1"]


@pytest.mark.asyncio
@pytest.mark.parametrize("sent", ["x", f"{LOT},", ",".join([str(LOT)] * 17), "production.v1/" + "k" * 5000 + "@1"])
async def test_a_malformed_version_is_a_problem(issuer: Issuer, sent: str) -> None:
    async with a_client(an_app(issuer, a_router()), **issuer.bearer()) as client:
        answer = await client.get("/v1/stock", headers={"JVTrack-After": sent})

    assert (answer.status_code, slug(answer)) == (422, "token-malformed")


class Applied:
    """Applies a version after a number of looks, or when it is told to."""

    def __init__(self, after_looks: int) -> None:
        self.looks = 0
        self.after_looks = after_looks

    async def __call__(self, _tokens: Sequence[Token]) -> bool:
        self.looks += 1
        return self.looks > self.after_looks


@pytest.mark.asyncio
async def test_nobody_waits_for_nothing() -> None:
    applied = Applied(100)

    await wait_until_applied([], applied, timeout_seconds=1, changed=asyncio.Event())

    assert applied.looks == 0


@pytest.mark.asyncio
async def test_a_reader_goes_on_as_soon_as_its_version_is_applied() -> None:
    changed, applied = asyncio.Event(), Applied(1)
    waiter = asyncio.create_task(wait_until_applied([LOT], applied, timeout_seconds=5, changed=changed))
    await asyncio.sleep(0.01)
    changed.set()

    async with asyncio.timeout(0.03):
        await waiter

    assert applied.looks == 2


@pytest.mark.asyncio
async def test_a_version_that_another_replica_applies_is_seen_too() -> None:
    applied = Applied(2)

    await wait_until_applied([LOT], applied, timeout_seconds=5, changed=asyncio.Event())

    assert applied.looks == 3


@pytest.mark.asyncio
async def test_a_reader_waits_no_longer_than_it_may() -> None:
    started = clock.monotonic()

    with pytest.raises(VersionNotYetApplied) as refused:
        await wait_until_applied([LOT], Applied(1000), timeout_seconds=0.12, changed=asyncio.Event())

    assert 0.1 < clock.monotonic() - started < 1
    assert refused.value.facts == {"after": str(LOT)}
    assert refused.value.retry_after_seconds == 1
