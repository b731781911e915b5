"""Groups of factory events that meet each other on a real database, each interleaving forced."""

import asyncio
import random
from collections.abc import Sequence

from services.production import handlers
from services.production.commands.posting import FactoryDoor
from services.production.domain.posted import (
    Accepted,
    EventAlreadyVoided,
)
from shared import clock
from shared.db import Database
from shared.events.envelope import CloudEvent, new_event_id
from tests.integration.production.house import PATIENCE_SECONDS, a_lot, a_post, an_order, opened, posted, rows, told
from tests.unit.production.makers import (
    a_finish,
    a_scrap,
    a_sourcing,
    a_start,
    a_void,
)


async def test_the_same_id_in_two_groups_at_once_is_accepted_by_one(database: Database, door: FactoryDoor) -> None:
    lot = a_lot()
    post = a_post(a_start(lot=lot), f"{lot}-1")
    async with database.transaction() as session:
        (first,) = await door.accept(session, [post])
        rival = asyncio.create_task(posted(database, door, a_post(a_start(lot=lot), f"{lot}-1")))
        await asyncio.sleep(PATIENCE_SECONDS)
        assert not rival.done()

    (second,) = await rival

    assert isinstance(first, Accepted)
    assert isinstance(second, Accepted)
    assert (second.event_id, second.is_duplicate) == (first.event_id, True)


async def test_of_two_voids_of_one_event_in_two_groups_at_once_one_is_refused(
    database: Database, door: FactoryDoor
) -> None:
    lot = a_lot()
    await posted(database, door, a_post(a_start(lot=lot), f"{lot}-1"))
    async with database.transaction() as session:
        (first,) = await door.accept(session, [a_post(a_void(f"{lot}-1"), f"{lot}-2")])
        rival = asyncio.create_task(posted(database, door, a_post(a_void(f"{lot}-1"), f"{lot}-3")))
        await asyncio.sleep(PATIENCE_SECONDS)
        assert not rival.done()

    (second,) = await rival

    assert isinstance(first, Accepted)
    assert isinstance(second, EventAlreadyVoided)


async def test_a_lots_fact_and_the_opening_of_its_work_order_at_once_miss_nothing(
    database: Database, door: FactoryDoor
) -> None:
    lot, order = a_lot(), an_order()
    async with database.transaction() as session:
        await door.accept(session, [a_post(a_finish(12, lot=lot, work_order=f"{order}-W1"), f"{lot}-1")])
        opening = asyncio.create_task(opened(database, order, 10))
        await asyncio.sleep(PATIENCE_SECONDS)
        assert not opening.done()

    assert (await opening).quantity == 12


async def test_the_opening_of_a_work_order_and_its_lots_fact_at_once_miss_nothing(
    database: Database, door: FactoryDoor
) -> None:
    lot, order = a_lot(), an_order()
    sourced = a_sourcing(10, order=order, work_order=f"{order}-W1")
    async with database.transaction() as session:
        work = await handlers.open_work_order_work(session, [], frozenset({sourced.work_order}))
        now = clock.now()
        received = CloudEvent(new_event_id(), "/jvtrack/orders", sourced.key, 1, now, now, sourced)
        await handlers.order_sourced(work, received)
        await work.settle()
        posting = asyncio.create_task(
            posted(database, door, a_post(a_finish(12, lot=lot, work_order=sourced.work_order), f"{lot}-1"))
        )
        await asyncio.sleep(PATIENCE_SECONDS)
        assert not posting.done()

    await posting
    assert (await told(database, f"work-order:{sourced.work_order}"))[-1] == (2, "work-order-quantity-changed")


async def test_groups_that_cross_each_other_neither_deadlock_nor_lose_a_number(
    database: Database, door: FactoryDoor
) -> None:
    lots, order = [a_lot() for _ in range(6)], an_order()
    await opened(database, order, 10_000)
    dice = random.Random(7)
    makers = (a_start, a_finish, a_scrap)

    async def sender(name: str) -> int:
        accepted = 0
        for turn in range(8):
            chosen = dice.sample(lots, 4)
            outcomes = await posted(
                database,
                door,
                *(
                    a_post(dice.choice(makers)(1, lot=lot, work_order=f"{order}-W1"), f"{lot}-{name}-{turn}")
                    for lot in chosen
                ),
            )
            accepted += sum(isinstance(outcome, Accepted) for outcome in outcomes)
        return accepted

    counts: Sequence[int] = await asyncio.gather(*(sender(str(n)) for n in range(6)))

    assert sum(counts) == 6 * 8 * 4
    (row,) = await rows(database, "SELECT facts FROM work_order WHERE work_order_id = :id", id=f"{order}-W1")
    assert row.facts == sum(counts)
    for key in (*(f"lot:F-01:{lot}" for lot in lots), f"work-order:{order}-W1"):
        numbers = [number for number, _ in await told(database, key)]
        assert numbers == list(range(1, len(numbers) + 1))
