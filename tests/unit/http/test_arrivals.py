"""A request may wait for versions, for a bounded time: it holds nothing meanwhile, and one look serves all who wait."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, cast

import pytest
from fastapi import APIRouter, Depends, Response
from sqlalchemy.ext.asyncio import AsyncSession

from shared import clock
from shared.http.app import Session
from shared.http.arrivals import StreamNotHeard, VersionNotYetApplied
from shared.http.auth import Principal, Role, allow
from shared.http.versions import Token, tell_version
from shared.messaging.group import Overloaded
from tests.unit.http.makers import Applied, Issuer, a_client, a_principal, an_app, slug

LOT = Token("production.v1", "lot:F-01:L-2026-0042", 3)
HUB = Token("stock.v1", "D-01/HUB", 1)
DEPOT = a_principal()


async def test_a_request_goes_on_as_soon_as_its_versions_are_applied() -> None:
    applied = Applied(HUB)
    waiter = asyncio.create_task(applied.arrivals(pause_seconds_max=5).wait_for([LOT, HUB], DEPOT))
    await asyncio.sleep(0.02)
    assert not waiter.done()

    applied.apply(LOT)

    async with asyncio.timeout(0.1):
        await waiter


async def test_a_version_that_another_replica_applies_is_seen_too() -> None:
    applied = Applied()
    waiter = asyncio.create_task(applied.arrivals(pause_seconds_max=0.01).wait_for([LOT], DEPOT))
    await asyncio.sleep(0.02)

    applied.tokens.add(LOT)

    async with asyncio.timeout(0.1):
        await waiter


async def test_a_request_waits_no_longer_than_it_may() -> None:
    started = clock.monotonic()

    with pytest.raises(VersionNotYetApplied) as refused:
        await Applied().arrivals(seconds_max=0.1).wait_for([LOT], DEPOT)

    assert 0.1 <= clock.monotonic() - started < 1
    assert refused.value.facts == {"after": str(LOT)}
    assert refused.value.retry_after_seconds == 1


async def test_one_look_serves_all_who_wait_and_none_of_them_holds_a_transaction() -> None:
    applied = Applied()
    arrivals = applied.arrivals(pause_seconds_max=5)
    waiters = [asyncio.create_task(arrivals.wait_for([LOT], DEPOT)) for _ in range(200)]
    await asyncio.sleep(0.05)
    async with asyncio.timeout(5):
        while applied.open:  # a look that is under way
            await asyncio.sleep(0.01)
    looks = applied.looks

    applied.apply(LOT)
    await asyncio.gather(*waiters)

    assert looks <= 3
    assert applied.looks <= looks + 2


async def test_nobody_looks_any_more_once_nobody_waits() -> None:
    applied = Applied(LOT)
    arrivals = applied.arrivals(pause_seconds_max=0.01)

    await arrivals.wait_for([LOT], DEPOT)
    await asyncio.sleep(0.05)
    looks = applied.looks
    await asyncio.sleep(0.05)

    assert applied.looks == looks


async def test_what_a_principal_may_not_see_never_arrives_for_it_whether_it_is_applied_or_not() -> None:
    applied = Applied(LOT, sees=lambda principal: principal is not DEPOT)
    arrivals = applied.arrivals(seconds_max=0.1)
    began = clock.monotonic()

    await arrivals.wait_for([LOT], a_principal(Role.FACTORY, sites=["F-01"]))
    with pytest.raises(VersionNotYetApplied):
        await arrivals.wait_for([LOT], DEPOT)

    assert clock.monotonic() - began >= 0.1


async def test_a_version_of_a_stream_that_is_not_heard_here_is_refused_at_once() -> None:
    applied = Applied()

    with pytest.raises(StreamNotHeard):
        await applied.arrivals().wait_for([LOT, Token("orders.v1", "order:X", 1)], DEPOT)

    assert applied.looks == 0


async def test_only_so_many_may_wait() -> None:
    applied = Applied()
    arrivals = applied.arrivals(waiting_max=2, seconds_max=0.1)
    waiters = [asyncio.create_task(arrivals.wait_for([LOT], DEPOT)) for _ in range(2)]
    await asyncio.sleep(0)

    with pytest.raises(Overloaded):
        await arrivals.wait_for([LOT], DEPOT)

    assert [type(each) for each in await asyncio.gather(*waiters, return_exceptions=True)] == [VersionNotYetApplied] * 2
    applied.apply(LOT)
    await arrivals.wait_for([LOT], DEPOT)


async def test_who_waits_is_told_when_the_database_is_away() -> None:
    applied = Applied()
    applied.fails_with = ConnectionError("away")

    with pytest.raises(ConnectionError):
        await applied.arrivals().wait_for([LOT], DEPOT)


def a_router() -> APIRouter:
    router = APIRouter()

    @router.get("/v1/stock")
    async def stock(
        principal: Annotated[Principal, Depends(allow(Role.DEPOT))], _: Session, response: Response
    ) -> list[str]:
        tell_version(response, LOT, Token("stock.v1", "a,b", 1))
        return [principal.subject]

    return router


async def test_every_door_waits_before_it_opens_a_transaction(issuer: Issuer) -> None:
    opened: list[float] = []

    @asynccontextmanager
    async def transaction() -> AsyncIterator[AsyncSession]:
        opened.append(clock.monotonic())
        yield cast(AsyncSession, None)

    applied = Applied(HUB)
    app = an_app(issuer, a_router(), transaction=transaction, arrivals=applied.arrivals(seconds_max=0.1))
    async with a_client(app, **issuer.bearer()) as client:
        late = await client.get("/v1/stock", headers={"JVTrack-After": f"{LOT}, {HUB}"})
        assert opened == []
        applied.apply(LOT)
        told = await client.get("/v1/stock", headers={"JVTrack-After": f"{LOT}, {HUB}"})
        applied.apply(Token("stock.v1", "a,b", 1))
        echo = await client.get("/v1/stock", headers={"JVTrack-After": told.headers["jvtrack-version"]})

    assert (late.status_code, slug(late), late.headers["retry-after"]) == (409, "version-not-yet-applied", "1")
    assert (told.status_code, echo.status_code) == (200, 200)


@pytest.mark.parametrize(
    ("sent", "problem"),
    [
        ("x", "token-malformed"),
        (f"{LOT},", "token-malformed"),
        (",".join([str(LOT)] * 17), "token-malformed"),
        ("production.v1/" + "k" * 5000 + "@1", "token-malformed"),
        ("orders.v1/order:X@1", "stream-not-heard"),
        ("foo.v1/x@1", "stream-not-heard"),
    ],
)
async def test_a_version_that_cannot_be_waited_for_is_a_problem(issuer: Issuer, sent: str, problem: str) -> None:
    async with a_client(an_app(issuer, a_router()), **issuer.bearer()) as client:
        answer = await client.get("/v1/stock", headers={"JVTrack-After": sent})

    assert (answer.status_code, slug(answer)) == (422, problem)
