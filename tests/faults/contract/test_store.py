"""PostgreSQL and what stands in for it: transactions, locks, and what the backbone's statements mean."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db import savepoint
from shared.events.envelope import Stream, new_event_id
from shared.messaging import consumer_store, outbox, positions
from shared.messaging.consumer_store import Fenced, Ownership, Place, Step
from shared.messaging.outbox import Told
from shared.messaging.positions import Position, PositionOvertaken
from shared.messaging.relay_store import Acknowledged
from tests.faults.contract import houses
from tests.faults.contract.houses import House
from tests.fixtures.toy import LOCK_COUNTER, Raised, raise_counter

T = TypeVar("T")
GROUP = "t.toy.deciders"
PLACE = Place(GROUP, "t.production.v1", 0)
MANY = 1_000_000


async def alone(place: houses.Place, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
    """Do one thing in a transaction of its own."""
    async with place.database.transaction() as session:
        return await work(session)


async def told(place: houses.Place, name: str) -> int:
    """Raise a counter and tell of it."""
    return await alone(place, lambda session: raise_counter(session, name, 1))


async def version(session: AsyncSession, name: str) -> int:
    return int(await LOCK_COUNTER.value(session, {"key": name}) or 0)


def test_what_is_rolled_back_leaves_nothing_but_a_gap_in_the_numbers(house: House) -> None:
    async def script(place: houses.Place) -> None:
        await told(place, "kept")
        with suppress(ZeroDivisionError):
            async with place.database.transaction() as session:
                await raise_counter(session, "lost", 1)
                raise ZeroDivisionError
        await told(place, "kept")

        rows = await (await place.relay()).pending(10, MANY)
        assert [(row.header.key, row.header.key_seq) for row in rows] == [("kept", 1), ("kept", 2)]
        assert rows[1].seq - rows[0].seq == 2

    house.run(script)


def test_what_is_not_committed_is_seen_by_its_own_transaction_alone(house: House) -> None:
    async def script(place: houses.Place) -> None:
        relay = await place.relay()
        async with place.database.transaction() as session:
            await raise_counter(session, "counter", 1)
            assert await version(session, "counter") == 1
            assert await relay.pending(10, MANY) == []
        assert len(await relay.pending(10, MANY)) == 1

    house.run(script)


def test_a_later_number_may_be_seen_before_an_earlier_one(house: House) -> None:
    async def script(place: houses.Place) -> None:
        relay = await place.relay()
        async with place.database.transaction() as slow:
            await raise_counter(slow, "slow", 1)
            await told(place, "quick")
            assert [row.header.key for row in await relay.pending(10, MANY)] == ["quick"]
        assert [row.header.key for row in await relay.pending(10, MANY)] == ["slow", "quick"]

    house.run(script)


def test_a_locked_row_is_waited_for_and_read_as_it_was_committed_last(house: House) -> None:
    async def script(place: houses.Place) -> None:
        await told(place, "counter")
        async with place.database.transaction() as session:
            await raise_counter(session, "counter", 1)
            waiting = asyncio.ensure_future(told(place, "counter"))
            done, _ = await asyncio.wait({waiting}, timeout=0.3)
            assert not done
        assert await waiting == 3

    house.run(script)


def test_of_two_transactions_that_wait_for_each_other_one_is_told(house: House) -> None:
    async def script(place: houses.Place) -> None:
        await told(place, "left")
        await told(place, "right")
        both = asyncio.Barrier(2)

        async def raise_both(first: str, second: str) -> None:
            async with place.database.transaction() as session:
                await raise_counter(session, first, 1)
                await both.wait()
                await raise_counter(session, second, 1)

        ends = await asyncio.gather(raise_both("left", "right"), raise_both("right", "left"), return_exceptions=True)
        assert [type(end) for end in ends if end is not None] == [asyncpg.DeadlockDetectedError]

    house.run(script)


def test_a_savepoint_takes_back_its_own_block_alone(house: House) -> None:
    async def script(place: houses.Place) -> None:
        async with place.database.transaction() as session:
            await raise_counter(session, "kept", 1)
            with suppress(ZeroDivisionError):
                async with savepoint(session):
                    await raise_counter(session, "lost", 1)
                    raise ZeroDivisionError
        rows = await (await place.relay()).pending(10, MANY)
        assert [row.header.key for row in rows] == ["kept"]

    house.run(script)


def test_after_a_failed_statement_a_transaction_can_only_be_taken_back(house: House) -> None:
    async def script(place: houses.Place) -> None:
        await told(place, "counter")

        async def goes_on(session: AsyncSession) -> int:
            await raise_counter(session, "other", 1)
            with pytest.raises(asyncpg.UniqueViolationError):
                await outbox.tell(session, [Told(Raised(name="counter", by=1), 1)])
            return await version(session, "other")

        with pytest.raises(asyncpg.InFailedSQLTransactionError):
            await alone(place, goes_on)
        rows = await (await place.relay()).pending(10, MANY)
        assert [(row.header.key, row.header.key_seq) for row in rows] == [("counter", 1)]

    house.run(script)


def test_an_interrupted_transaction_lets_its_locks_go(house: House) -> None:
    async def script(place: houses.Place) -> None:
        await told(place, "counter")

        async def hangs() -> None:
            async with place.database.transaction() as session:
                await raise_counter(session, "counter", 1)
                await asyncio.sleep(60)

        hanging = asyncio.ensure_future(hangs())
        await asyncio.sleep(0.3)
        hanging.cancel()
        async with asyncio.timeout(10):
            assert await told(place, "counter") == 2

    house.run(script)


def step(owned: Ownership, next_offset: int) -> Step:
    return Step(PLACE, owned, next_offset, new_event_id())


def test_only_the_last_owner_moves_the_offset_and_only_from_where_it_stands(house: House) -> None:
    async def script(place: houses.Place) -> None:
        stale = await alone(place, lambda session: consumer_store.acquire(session, PLACE, "log"))
        owned = await alone(place, lambda session: consumer_store.acquire(session, PLACE, "log"))
        assert (stale.epoch, owned.epoch, owned.next_offset, owned.last_event_id) == (1, 2, 0, None)

        first = step(owned, 3)
        with pytest.raises(Fenced):
            await alone(place, lambda session: consumer_store.fence(session, GROUP, [step(stale, 3)]))
        await alone(place, lambda session: consumer_store.fence(session, GROUP, [first]))
        with pytest.raises(Fenced):
            await alone(place, lambda session: consumer_store.fence(session, GROUP, [step(owned, 5)]))
        again = await alone(place, lambda session: consumer_store.acquire(session, PLACE, "log"))
        assert again == Ownership(3, 3, "log", first.last_event_id)

        back = await alone(
            place, lambda session: consumer_store.rewind(session, PLACE, again, next_offset=1, topic_id="other")
        )
        assert back == Ownership(3, 1, "other", None)
        with pytest.raises(Fenced):
            await alone(
                place, lambda session: consumer_store.rewind(session, PLACE, owned, next_offset=0, topic_id="other")
            )

    house.run(script)


def test_a_fence_keeps_the_next_owner_and_an_operator_out_until_its_end(house: House) -> None:
    async def script(place: houses.Place) -> None:
        owned = await alone(place, lambda session: consumer_store.acquire(session, PLACE, "log"))
        async with place.database.transaction() as session:
            await consumer_store.fence(session, GROUP, [step(owned, 1)])
            others = {
                asyncio.ensure_future(alone(place, lambda other: consumer_store.lock(other, PLACE))),
                asyncio.ensure_future(alone(place, lambda other: consumer_store.acquire(other, PLACE, "log"))),
            }
            done, _ = await asyncio.wait(others, timeout=0.3)
            assert not done
        await asyncio.gather(*others)

    house.run(script)


def test_positions_only_advance(house: House) -> None:
    async def script(place: houses.Place) -> None:
        one, two = Position(1, new_event_id()), Position(2, new_event_id())
        await alone(place, lambda session: positions.save(session, GROUP, {Stream.PRODUCTION: {"a": two, "b": one}}))
        with pytest.raises(PositionOvertaken):
            await alone(place, lambda session: positions.save(session, GROUP, {Stream.PRODUCTION: {"a": one}}))
        known = await alone(place, lambda session: positions.load(session, GROUP, {Stream.PRODUCTION: ["a", "b", "c"]}))
        assert known[Stream.PRODUCTION].positions == {"a": two, "b": one}
        assert known[Stream.PRODUCTION].parked == {}

    house.run(script)


def test_one_session_leads_until_it_ends(house: House) -> None:
    async def script(place: houses.Place) -> None:
        first, second = await place.relay(), await place.relay()
        assert await first.try_lead()
        assert not await second.try_lead()
        await first.close()
        async with asyncio.timeout(10):
            while not await second.try_lead():
                await asyncio.sleep(0.05)
        await second.heartbeat()
        await second.notify()

    house.run(script)


def test_a_relay_reads_from_the_lowest_row_within_its_bounds_and_forgets_what_is_acknowledged(house: House) -> None:
    async def script(place: houses.Place) -> None:
        relay = await place.relay()
        for name in ("a", "b", "a"):
            await told(place, name)
        rows = await relay.pending(10, MANY)
        size = len(rows[0].payload)
        assert [(row.header.key, row.header.key_seq) for row in rows] == [("a", 1), ("b", 1), ("a", 2)]
        assert [row.seq for row in await relay.pending(2, MANY)] == [rows[0].seq, rows[1].seq]
        assert [row.seq for row in await relay.pending(10, size + 1)] == [rows[0].seq, rows[1].seq]
        assert [row.seq for row in await relay.pending(10, size)] == [rows[0].seq]

        ends = UUID(int=rows[1].header.id.int)
        done = Acknowledged([row.seq for row in rows[:2]], int(Stream.PRODUCTION), 1, "log", 7, ends)
        await relay.acknowledge([done])
        assert [row.seq for row in await relay.pending(10, MANY)] == [rows[2].seq]
        (progress,) = await relay.memory.progress()
        assert (progress.part, progress.topic_id, progress.offset, progress.event_id) == (1, "log", 7, ends)
        assert await relay.memory.highest_seq() == rows[2].seq
        await relay.memory.checkpoint(rows[2].seq, keep=10)

    house.run(script)


def test_a_blocked_keys_rows_are_put_aside(house: House) -> None:
    async def script(place: houses.Place) -> None:
        relay = await place.relay()
        for name in ("a", "b", "a"):
            await told(place, name)
        rows = await relay.pending(10, MANY)
        await relay.block(rows[0], "Kafka will not have it")
        left = await relay.pending(10, MANY)
        assert [(row.header.key, row.blocked) for row in left] == [("b", False), ("a", True)]
        await relay.hold([row.seq for row in left])
        assert [row.header.key for row in await relay.pending(10, MANY)] == ["b"]

    house.run(script)
