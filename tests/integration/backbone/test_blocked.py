"""A fact that Kafka refuses for good holds up its own counter and nothing else, until an operator decides."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from deploy.postgres.provision import ServiceDatabase
from shared.events.envelope import Stream, new_event_id
from shared.messaging.operations import KeyNotBlocked
from shared.messaging.parking_store import Operation
from shared.messaging.topics import Topics
from tests.fixtures.databases import owner_connection
from tests.fixtures.toy import Raised, Toy, eventually
from tests.fixtures.toy_judge import wrongs

OPERATOR = Operation("olga", "a clock ran ahead")
TOPIC = Stream.PRODUCTION.topic
KEY = "from-the-future"


@pytest.fixture
async def owner(database: ServiceDatabase) -> AsyncIterator[asyncpg.Connection]:
    """Connect as the database's owner, who may write what the service may not."""
    connection = await owner_connection(database)
    yield connection
    await connection.close()


async def tell_from_the_future(owner: asyncpg.Connection, number: int) -> int:
    """Put a fact into the outbox that Kafka refuses: it was recorded two hours from now; gives its place."""
    seq: int = await owner.fetchval(
        """
        INSERT INTO event_log (event_id, topic, key, key_seq, type, payload, recorded_at)
        VALUES ($1, $2, $3, $4, $5, $6, clock_timestamp() + interval '2 hours') RETURNING seq
        """,
        *(new_event_id(), int(Stream.PRODUCTION), KEY, number, Raised.TYPE),
        Raised(name=KEY, by=number).model_dump_json().encode(),
    )
    await owner.execute(
        "INSERT INTO counter VALUES ($1, $2, 0) ON CONFLICT (key) DO UPDATE SET version = $2", KEY, number
    )
    await owner.execute("INSERT INTO outbox_pending VALUES ($1)", seq)
    return seq


async def is_blocked(toy: Toy) -> bool:
    """Tell whether the relay has put the counter aside."""
    return (await toy.backbone.operations.counts()).blocked == 1


async def all_wait(toy: Toy, count: int) -> bool:
    """Tell whether so many facts wait behind the blocked one, itself included."""
    return [row.waiting for row in await toy.backbone.operations.blocked(("", ""), 10)] == [count]


async def test_a_fact_that_kafka_refuses_blocks_only_its_counter_and_turns_readiness_red(
    database: ServiceDatabase, topics: Topics, owner: asyncpg.Connection
) -> None:
    async with Toy(database, topics).running() as toy:
        await toy.tell("before", 1)
        await toy.tell(KEY, 1)
        await tell_from_the_future(owner, 2)
        await asyncio.gather(toy.tell(KEY, 3, 4), *(toy.tell(f"other-{n}", 1, 2) for n in range(8)))
        await eventually(lambda: is_blocked(toy))
        heard = await toy.until_heard(18)
        await toy.tell("after", 1)
        await toy.until_heard(19)
        probe = await toy.probe("outbox")
        (blocked,) = await toy.backbone.operations.blocked(("", ""), 10)

    assert [(name, number) for name, number, _ in heard if name == KEY] == [(KEY, 1)]
    assert probe is not None
    assert "1 blocked key" in probe
    assert (blocked.topic, blocked.key, blocked.key_seq, blocked.waiting) == (TOPIC, KEY, 2, 3)
    assert "InvalidTimestamp" in blocked.error


async def test_an_unblocked_counter_goes_on_in_order_once_kafka_will_have_it(
    database: ServiceDatabase, topics: Topics, owner: asyncpg.Connection
) -> None:
    async with Toy(database, topics).running() as toy:
        seq = await tell_from_the_future(owner, 1)
        await toy.tell(KEY, 2, 3)
        await eventually(lambda: is_blocked(toy))
        await toy.tell(KEY, 4)
        await eventually(lambda: all_wait(toy, 4))
        await owner.execute("UPDATE event_log SET recorded_at = clock_timestamp() WHERE seq = $1", seq)

        returned = await toy.backbone.operations.unblock(TOPIC, KEY, OPERATOR)

        await toy.until_heard(4)
        probe, hearing, told = await toy.probe("outbox"), await toy.hearing(), await toy.told()
        with pytest.raises(KeyNotBlocked):
            await toy.backbone.operations.unblock(TOPIC, KEY, OPERATOR)

    assert returned == 4
    assert probe is None
    assert wrongs(hearing, told) == []


async def test_a_counter_unblocked_too_early_is_blocked_again(
    database: ServiceDatabase, topics: Topics, owner: asyncpg.Connection
) -> None:
    async with Toy(database, topics).running() as toy:
        await tell_from_the_future(owner, 1)
        await eventually(lambda: is_blocked(toy))

        await toy.backbone.operations.unblock(TOPIC, KEY, OPERATOR)

        await eventually(lambda: is_blocked(toy))
        await toy.tell("other", 1)
        assert await toy.until_heard(1) == [("other", 1, 1)]


async def test_a_discarded_fact_becomes_a_tombstone_that_its_hearers_step_over(
    database: ServiceDatabase, topics: Topics, owner: asyncpg.Connection
) -> None:
    async with Toy(database, topics).running() as toy:
        await toy.tell(KEY, 1)
        await tell_from_the_future(owner, 2)
        await toy.tell(KEY, 3)
        await eventually(lambda: is_blocked(toy))

        await toy.backbone.operations.unblock(TOPIC, KEY, OPERATOR, discard=True)

        heard = await toy.until_heard(2)
        await toy.tell(KEY, 4)
        heard = await toy.until_heard(3)
        parked = await toy.backbone.operations.parked(("", "", ""), 10)
        log = await owner.fetch("SELECT actor, action, subject, reason FROM operation_log")

    assert heard == [(KEY, 1, 1), (KEY, 3, 3), (KEY, 4, 4)]
    assert parked == []
    assert [tuple(row) for row in log] == [("olga", "discard-blocked", f"{TOPIC}/{KEY}", "a clock ran ahead")]


async def test_facts_told_again_are_dropped_and_counted(database: ServiceDatabase, topics: Topics) -> None:
    async with Toy(database, topics).running() as toy:
        await toy.tell("once", 1, 2, 3)
        await toy.tell("twice", 1, 2, 3)
        await toy.until_heard(6)

        queued = await toy.backbone.operations.republish(TOPIC, first=1, last=100, key="twice", operation=OPERATOR)

        await eventually(lambda: all_dropped(toy, 3))
        await toy.tell("twice", 4)
        heard = await toy.until_heard(7)

    assert queued == 3
    assert len(heard) == 7
    assert toy.counted("duplicates_total") == 3


async def all_dropped(toy: Toy, count: int) -> bool:
    """Tell whether so many duplicates were counted."""
    return toy.counted("duplicates_total") >= count
