"""A gate that moves is looked after at once: beside who reserves at that moment, and again if it could not be."""

import asyncio

from services.inventory.commands.work import open_work
from services.inventory.domain import demand
from services.inventory.domain.ledger import StockKey
from services.inventory.store.touches import OrderKey, Touched
from shared import clock
from shared.sql import Statement
from tests.integration.inventory.gates import (
    REOPENED,
    an_inspection,
    made_and_received,
    reserved,
)
from tests.integration.inventory.house import House
from tests.unit.inventory.makers import (
    DEPOT,
    PART,
    an_order,
    an_order_id,
)

SECONDS_MAX = 1.0
RESTS_SECONDS = 0.5
"""After which the tidier has nothing left to look after."""
_END_WAITING = Statement("SELECT count(pg_terminate_backend(pid)) FROM pg_locks WHERE NOT granted")


async def test_a_running_tidier_is_woken_by_the_fact_within_a_second(gated: House) -> None:
    await made_and_received(gated)
    await gated.ear.hear(an_inspection(), an_order(3))
    stopping = asyncio.Event()
    tidying = asyncio.create_task(gated.tidier.run(stopping))
    await until(gated, 3)

    begun = clock.monotonic()
    await gated.ear.hear(an_inspection(REOPENED))
    await until(gated, 0)
    taken = clock.monotonic() - begun
    stopping.set()
    await tidying

    assert taken < SECONDS_MAX


async def test_a_gate_that_could_not_be_looked_after_is_looked_after_again_soon(gated: House) -> None:
    await made_and_received(gated)
    await gated.ear.hear(an_inspection(), an_order(3))
    stopping = asyncio.Event()
    tidying = asyncio.create_task(gated.tidier.run(stopping))
    await until(gated, 3)
    await asyncio.sleep(RESTS_SECONDS)

    async with gated.owner.transaction():
        await gated.owner.execute("SELECT FROM stock WHERE part = $1 FOR UPDATE", PART)
        await gated.ear.hear(an_inspection(REOPENED))
        await broken_off(gated)
    begun = clock.monotonic()
    await until(gated, 0)
    taken = clock.monotonic() - begun
    stopping.set()
    await tidying

    assert taken < SECONDS_MAX + gated.settings.tidy_retry_seconds


async def broken_off(house: House) -> None:
    """End the connection that waits for what the owner has locked."""
    async with asyncio.timeout(20):
        ended = 0
        while not ended:
            await asyncio.sleep(0.01)
            async with house.database.transaction() as session:
                ended = await _END_WAITING.value(session)


async def until(house: House, quantity: int) -> None:
    """Wait until the order holds so much."""
    async with asyncio.timeout(20):
        while await reserved(house) != quantity:
            await asyncio.sleep(0.01)


async def test_a_reservation_decided_while_the_gate_closes_is_found(gated: House) -> None:
    await made_and_received(gated)
    await gated.ear.hear(an_inspection())
    await gated.tidier.move()

    async with gated.database.transaction() as session:
        work = await open_work(session, Touched.of((StockKey(DEPOT, PART), OrderKey(an_order_id()))), gated.settings)
        work.book.demands.hear(demand.hear(an_order(3), arrived=0, lost=0))
        await work.settle()
        await gated.ear.hear(an_inspection(REOPENED))
        moving = asyncio.create_task(gated.tidier.move())
        await asyncio.sleep(0.2)
        waited = not moving.done()
    await moving

    assert waited
    assert await gated.told(f"demand:{an_order_id()}") == ["demand-reserved", "reservation-lost"]
    assert await reserved(gated) == 0
    await gated.balances()
