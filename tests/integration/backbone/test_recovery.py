"""A leader that finds Kafka's log changed tells again what was lost, from the last point known good."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import asyncpg
import pytest
from aiokafka import TopicPartition

from deploy.postgres.provision import ServiceDatabase
from shared.clock import now
from shared.events.envelope import Header, Stream, new_event_id
from shared.messaging import kafka
from shared.messaging.relay_store import RelaySession, Row
from shared.messaging.topics import Topics, partition_of
from tests.fixtures.crash import Freezable, leaves_wreckage
from tests.fixtures.databases import owner_connection
from tests.fixtures.toy import QUICK, Toy, eventually, run_loops
from tests.fixtures.toy_judge import first_deliveries, wrongs
from tests.fixtures.toy_kafka import PARTITIONS, Said, log_of, say

EARLY, LATE = 5, 3


@pytest.fixture
async def owner(database: ServiceDatabase) -> AsyncIterator[asyncpg.Connection]:
    """Connect as the database's owner, who may write what the service may not."""
    connection = await owner_connection(database)
    yield connection
    await connection.close()


@pytest.fixture
async def toy(database: ServiceDatabase, topics: Topics, owner: asyncpg.Connection) -> AsyncIterator[Toy]:
    """Give a toy that has told early and late facts, the early ones before a checkpoint."""
    made = Toy(database, topics, hears=False)
    async with run_loops(*made.backbone.loops()):
        await made.tell("counter", *[1] * EARLY)
        await eventually(lambda: is_good_up_to(owner, EARLY))
        await made.tell("counter", *[1] * LATE)
        await eventually(lambda: is_published(made, EARLY + LATE))
    yield made
    await made.database.close()


async def is_good_up_to(owner: asyncpg.Connection, seq: int) -> bool:
    """Tell whether a checkpoint says that Kafka has everything up to a number."""
    return (await owner.fetchval("SELECT max(good_seq) FROM relay_checkpoint") or 0) >= seq


async def is_published(toy: Toy, count: int) -> bool:
    """Tell whether Kafka has so many records."""
    return len(await log_of(toy.topics)) >= count


async def forget_the_end(owner: asyncpg.Connection) -> None:
    """Make it so that another fact stands where the last acknowledged one was, as in a log that was cut and grew."""
    await owner.execute("UPDATE relay_progress SET acked_id = $1", uuid4())
    await owner.execute("UPDATE relay_checkpoint SET acked_id = $1 WHERE acked_offset >= $2", uuid4(), EARLY)


async def test_what_may_be_lost_is_told_again_from_the_last_checkpoint_that_the_log_bears_out(
    toy: Toy, owner: asyncpg.Connection
) -> None:
    await forget_the_end(owner)

    async with run_loops(*toy.backbone.loops()):
        await eventually(lambda: is_published(toy, EARLY + 2 * LATE))
        await toy.tell("counter", 1)
        await eventually(lambda: is_published(toy, EARLY + 2 * LATE + 1))
    log = await log_of(toy.topics)

    assert [number for _, number in log] == [*range(1, 9), 6, 7, 8, 9]
    assert wrongs(first_deliveries(log), await toy.told()) == []


async def test_without_a_checkpoint_that_holds_everything_is_told_again(toy: Toy, owner: asyncpg.Connection) -> None:
    await forget_the_end(owner)
    await owner.execute("UPDATE relay_checkpoint SET acked_id = $1", uuid4())

    async with run_loops(*toy.backbone.loops()):
        await eventually(lambda: is_published(toy, 2 * (EARLY + LATE)))
    log = await log_of(toy.topics)

    assert [number for _, number in log] == [*range(1, 9), *range(1, 9)]


async def test_a_leader_that_dies_before_its_hearers_could_look_leaves_the_recovery_to_the_next(
    toy: Toy, owner: asyncpg.Connection
) -> None:
    await forget_the_end(owner)
    doomed = asyncio.create_task(toy.backbone.loops()[0](asyncio.Event()))
    await asyncio.sleep(QUICK.relay_loss_grace_seconds / 2)
    doomed.cancel()
    await asyncio.wait({doomed})
    log_before = len(await log_of(toy.topics))
    begun = asyncio.get_running_loop().time()

    async with run_loops(*toy.backbone.loops()):
        await toy.tell("counter", 1)
        await eventually(lambda: is_published(toy, EARLY + 2 * LATE + 1))
    waited = asyncio.get_running_loop().time() - begun

    assert log_before == EARLY + LATE
    assert waited > QUICK.relay_loss_grace_seconds, "nothing new is published before hearers had their time"


@leaves_wreckage
@pytest.mark.parametrize("step", [2, 3], ids=["within a statement", "between statements"])
async def test_a_leader_frozen_in_the_middle_of_a_transaction_loses_its_lock_too(
    database: ServiceDatabase, owner: asyncpg.Connection, step: int
) -> None:
    dsn = database.relay.render_as_string(hide_password=False)
    leader = await RelaySession.open(dsn, source="/jvtrack/toy", settings=QUICK)
    follower = await RelaySession.open(dsn, source="/jvtrack/toy", settings=QUICK)
    assert await leader.try_lead()
    blocking = Freezable(leader.block(a_row(), "Kafka will not have it"))
    frozen_at = asyncio.get_running_loop().time()

    await blocking.run_until_frozen(at=step)
    await eventually(follower.try_lead)
    replaced_after = asyncio.get_running_loop().time() - frozen_at
    with pytest.raises((asyncpg.InterfaceError, asyncpg.InternalClientError, asyncpg.PostgresError)):
        await blocking.thaw()
    held = await follower.pending(10, 10**6), await owner.fetch("SELECT * FROM outbox_blocked")
    await follower.close()

    assert held == ([], []), "what it had begun is undone"
    assert replaced_after < 1 + QUICK.relay_transaction_seconds_max


def a_row() -> Row:
    """Make a row of the outbox."""
    header = Header(
        id=new_event_id(),
        source="/jvtrack/toy",
        type="jvtrack.toy.raised.v1",
        key="counter",
        key_seq=1,
        occurred_at=now(),
        recorded_at=now(),
        traceparent=None,
    )
    return Row(seq=1, topic=int(Stream.PRODUCTION), payload=b"{}", header=header, blocked=False)


async def test_a_database_that_was_restored_to_an_earlier_moment_publishes_nothing_beside_what_it_has_forgotten(
    toy: Toy, owner: asyncpg.Connection
) -> None:
    await owner.execute("DELETE FROM event_log WHERE key_seq > $1", EARLY)
    await owner.execute("UPDATE counter SET version = $1", EARLY)
    before = await log_of(toy.topics)

    again = Toy(toy.service_database, toy.topics, hears=False)
    async with again.running():
        await again.tell("counter", 1)
        await eventually(lambda: is_restored(again))

    assert await log_of(toy.topics) == before


async def is_restored(toy: Toy) -> bool:
    """Tell whether readiness says that the database went back."""
    return "it was restored to an earlier moment" in (await toy.probe("outbox") or "")


async def test_who_has_looked_at_logs_that_were_empty_can_look_again(topics: Topics) -> None:
    reader, name = await kafka.start_reader(topics.servers, client_id="toy"), topics.name(Stream.PRODUCTION)
    try:
        empty = await kafka.log_state(reader, [name])
        found = await kafka.last_ids(reader, empty.end_offsets, source="/jvtrack/toy")
        await asyncio.sleep(0.1)  # what the reader does beside us notices
        said = Said("counter", 1)
        await say(topics, [said])
        place = TopicPartition(name, partition_of("counter", PARTITIONS))
        there = await kafka.ids_at(reader, {place: 0})
    finally:
        await kafka.stop(reader)

    assert (found, there) == ({}, {place: said.id})
