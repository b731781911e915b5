"""A fact that Kafka refuses for good holds up its own counter and nothing else, until an operator decides."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from deploy.postgres.provision import ServiceDatabase
from shared.events.envelope import Stream, new_event_id
from shared.messaging.operation_log import Operation
from shared.messaging.outbox_keeper import KeyNotBlocked, StreamUnknown, Stretch
from shared.messaging.parking import EventNotFirst
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
    return [row.waiting for row in await toy.backbone.operations.outbox.blocked(("", ""), 10)] == [count]


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
        (blocked,) = await toy.backbone.operations.outbox.blocked(("", ""), 10)

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

        returned = await toy.backbone.operations.outbox.unblock(TOPIC, KEY, OPERATOR)

        await toy.until_heard(4)
        probe, hearing, told = await toy.probe("outbox"), await toy.hearing(), await toy.told()
        with pytest.raises(KeyNotBlocked):
            await toy.backbone.operations.outbox.unblock(TOPIC, KEY, OPERATOR)

    assert returned == 4
    assert probe is None
    assert wrongs(hearing, told) == []


async def test_a_counter_unblocked_too_early_is_blocked_again(
    database: ServiceDatabase, topics: Topics, owner: asyncpg.Connection
) -> None:
    async with Toy(database, topics).running() as toy:
        await tell_from_the_future(owner, 1)
        await eventually(lambda: is_blocked(toy))

        await toy.backbone.operations.outbox.unblock(TOPIC, KEY, OPERATOR)

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
        (refused,) = await toy.backbone.operations.outbox.blocked(("", ""), 10)
        with pytest.raises(EventNotFirst):
            await toy.backbone.operations.outbox.discard(TOPIC, KEY, new_event_id(), OPERATOR)

        await toy.backbone.operations.outbox.discard(TOPIC, KEY, refused.event_id, OPERATOR)

        heard = await toy.until_heard(2)
        await toy.tell(KEY, 4)
        heard = await toy.until_heard(3)
        parked = await toy.backbone.operations.parked.page(("", "", ""), 10)
        log = await owner.fetch("SELECT actor, action, subject, reason FROM operation_log")

    assert heard == [(KEY, 1, 1), (KEY, 3, 3), (KEY, 4, 4)]
    assert parked == []
    assert [tuple(row) for row in log] == [
        ("olga", "discard-blocked", f"{TOPIC}/{KEY} {refused.event_id}", OPERATOR.reason)
    ]


async def test_facts_told_again_are_dropped_and_counted(database: ServiceDatabase, topics: Topics) -> None:
    async with Toy(database, topics).running() as toy:
        await toy.tell("once", 1, 2, 3)
        await toy.tell("twice", 1, 2, 3)
        await toy.until_heard(6)

        queued = await toy.backbone.operations.outbox.republish(Stretch(TOPIC, 1, 100, "twice"), OPERATOR)

        await eventually(lambda: all_dropped(toy, 3))
        await toy.tell("twice", 4)
        heard = await toy.until_heard(7)

    assert queued == 3
    assert len(heard) == 7
    assert toy.counted("duplicates_total") == 3


async def all_dropped(toy: Toy, count: int) -> bool:
    """Tell whether so many duplicates were counted."""
    return toy.counted("duplicates_total") >= count


@pytest.mark.parametrize(
    ("column", "value"),
    [("headers", '{"time": "yesterday"}'), ("headers", '["no", "object"]'), ("topic", str(int(Stream.ORDERS)))],
)
async def test_a_row_that_can_never_be_sent_blocks_its_key_and_nothing_else(
    database: ServiceDatabase, topics: Topics, owner: asyncpg.Connection, column: str, value: str
) -> None:
    row = {"topic": str(int(Stream.PRODUCTION)), "headers": None, column: value}
    seq = await owner.fetchval(
        "INSERT INTO event_log (event_id, topic, key, key_seq, type, payload, headers) "
        "VALUES (gen_random_uuid(), $1, $2, 1, $3, '{}', $4) RETURNING seq",
        *(int(row["topic"] or 0), KEY, Raised.TYPE, row["headers"]),
    )
    await owner.execute("INSERT INTO outbox_pending VALUES ($1)", seq)

    async with Toy(database, topics).running() as toy:
        await toy.tell("other", 1, 2)
        heard = await toy.until_heard(2)
        await eventually(lambda: is_blocked(toy))
        probe = await toy.probe("outbox")

    assert heard == [("other", 1, 1), ("other", 2, 2)]
    assert "1 blocked key" in (probe or "")


async def test_what_is_queued_again_is_as_old_as_its_queueing(
    database: ServiceDatabase, topics: Topics, owner: asyncpg.Connection
) -> None:
    toy = Toy(database, topics)
    await toy.tell("old", 1, 2, 3)
    await owner.execute("UPDATE event_log SET recorded_at = recorded_at - interval '3 days'")
    await owner.execute("DELETE FROM outbox_pending")

    await toy.backbone.operations.outbox.republish(Stretch(TOPIC, 1, 3), OPERATOR)

    assert await toy.probe("outbox") is None
    assert (await toy.backbone.operations.counts()).pending == 3
    await toy.database.close()


async def test_of_a_compacted_stream_the_newest_fact_of_each_key_is_told_again(
    database: ServiceDatabase, topics: Topics, owner: asyncpg.Connection
) -> None:
    toy = Toy(database, topics)
    for key, number in (("part:A", 1), ("part:A", 2), ("part:B", 1), ("part:A", 3)):
        await owner.execute(
            "INSERT INTO event_log (event_id, topic, key, key_seq, type, payload) "
            "VALUES (gen_random_uuid(), $1, $2, $3, 'any', '{}')",
            *(int(Stream.CATALOGUE), key, number),
        )

    queued = await toy.backbone.operations.outbox.republish(Stretch(Stream.CATALOGUE.topic, 1, 3), OPERATOR)

    rows = await owner.fetch("SELECT key, key_seq FROM outbox_pending JOIN event_log USING (seq) ORDER BY key")
    assert queued == 2
    assert [tuple(row) for row in rows] == [("part:A", 3), ("part:B", 1)]
    await toy.database.close()


async def test_a_refused_fact_of_a_compacted_stream_is_left_out_when_it_is_discarded(
    database: ServiceDatabase, topics: Topics, owner: asyncpg.Connection
) -> None:
    toy = Toy(database, topics)
    seqs = [
        await owner.fetchval(
            "INSERT INTO event_log (event_id, topic, key, key_seq, type, payload) "
            "VALUES (gen_random_uuid(), $1, 'part:A', $2, 'any', '{}') RETURNING seq",
            *(int(Stream.CATALOGUE), number),
        )
        for number in (1, 2)
    ]
    place = (int(Stream.CATALOGUE), "part:A")
    await owner.execute("INSERT INTO outbox_blocked VALUES ($1, $2, $3, 'too large')", *place, seqs[0])
    await owner.executemany("INSERT INTO outbox_held VALUES ($1, $2, $3)", [(seq, *place) for seq in seqs])
    (blocked,) = await toy.backbone.operations.outbox.blocked(("", ""), 10)

    await toy.backbone.operations.outbox.discard(Stream.CATALOGUE.topic, "part:A", blocked.event_id, OPERATOR)

    assert [row["seq"] for row in await owner.fetch("SELECT seq FROM outbox_pending")] == [seqs[1]]
    await toy.database.close()


async def test_only_a_stream_that_there_is_can_be_told_again(database: ServiceDatabase, topics: Topics) -> None:
    toy = Toy(database, topics)

    with pytest.raises(StreamUnknown):
        await toy.backbone.operations.outbox.republish(Stretch("gossip.v1", 1, 3), OPERATOR)

    await toy.database.close()
