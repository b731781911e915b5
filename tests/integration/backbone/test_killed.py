"""Whatever an operator, a healer or a leader has begun is done as a whole or not at all, wherever its process dies."""

from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from itertools import count
from typing import Any

import pytest

from deploy.postgres.provision import ServiceDatabase
from shared.errors import Refusal
from shared.events.envelope import Stream
from shared.messaging.log_memory import LogMemory
from shared.messaging.parked_keys import Name
from shared.messaging.relay_store import RelaySession
from shared.messaging.topics import Topics
from tests.fixtures.crash import killed, leaves_wreckage
from tests.fixtures.databases import owner_connection
from tests.fixtures.toy import QUICK, Toy
from tests.fixtures.toy_kafka import Said
from tests.fixtures.toy_operator import OPERATOR, TOPIC
from tests.fixtures.toy_partition import Partition

KEY = "counter"
Deed = Callable[[Toy, Partition], Coroutine[Any, Any, object]]
Sets = Callable[[Partition], Awaitable[None]]


@pytest.fixture
async def partition(database: ServiceDatabase) -> AsyncIterator[Partition]:
    """Give a partition with nothing in it."""
    toy = Toy(database, Topics("nowhere", "test"))
    yield Partition(toy)
    await toy.database.close()


def name(toy: Toy) -> Name:
    return Name(toy.group, TOPIC, KEY)


async def release(toy: Toy, _: Partition) -> None:
    await toy.backbone.operations.parked.release(name(toy), OPERATOR)


async def discard(toy: Toy, partition: Partition) -> None:
    await toy.backbone.operations.parked.discard(name(toy), partition.said[1].id, OPERATOR)


async def skip(toy: Toy, partition: Partition) -> None:
    await toy.backbone.operations.parked.skip(name(toy), partition.said[1].id, OPERATOR)


async def heal(toy: Toy, partition: Partition) -> None:
    async with toy.database.transaction() as session:
        await partition.parking.heal(session, partition.key(KEY), partition.place)


async def refused_no_more(partition: Partition) -> None:
    partition.add(Said(KEY, 1), Said(KEY, 2, by=13), Said(KEY, 3))
    await partition.catch_up()
    partition.toy.temper.refuses.clear()


async def refused(partition: Partition) -> None:
    partition.add(Said(KEY, 1), Said(KEY, 2, by=13), Said(KEY, 3))
    await partition.catch_up()


async def with_a_hole(partition: Partition) -> None:
    partition.add(Said(KEY, 1), Said(KEY, 3), Said(KEY, 4))
    await partition.catch_up()


async def with_a_filled_hole(partition: Partition) -> None:
    await with_a_hole(partition)
    partition.add(Said(KEY, 2))
    await partition.catch_up()


@leaves_wreckage
@pytest.mark.parametrize(
    ("sets", "deed", "numbers"),
    [
        pytest.param(refused_no_more, release, [1, 2, 3], id="release"),
        pytest.param(refused, discard, [1, 3], id="discard"),
        pytest.param(with_a_hole, skip, [1, 3, 4], id="skip"),
        pytest.param(with_a_filled_hole, heal, [1, 2, 3, 4], id="heal"),
    ],
)
async def test_what_becomes_of_a_parked_key_is_done_whole_or_not_at_all(
    partition: Partition, sets: Sets, deed: Deed, numbers: list[int]
) -> None:
    await sets(partition)
    toy, before = partition.toy, await partition.state()
    done, outcomes = None, set()

    for step in count(1):
        try:
            died = await killed(deed(toy, partition), at=step)
        except Refusal:
            break
        after = await partition.state()
        outcomes.add(after)
        done = after if after != before else done
        if not died or done is not None:
            break

    assert done is not None
    assert outcomes <= {before, done}
    assert before in outcomes, "the first to die had done nothing"
    assert [number for _, number in await toy.hearing()] == numbers


@leaves_wreckage
async def test_a_group_killed_at_any_step_is_decided_whole_or_not_at_all(partition: Partition) -> None:
    toy, raised = partition.toy, 0
    await toy.told()

    for step in count(1):
        died = await killed(toy.tell_together("left", "right"), at=step)
        told = await toy.told()
        assert told.get("left", 0) == told.get("right", 0)
        raised = told.get("left", 0)
        if not died:
            break

    counts = await toy.backbone.operations.counts()
    assert counts.pending == 2 * raised


@leaves_wreckage
async def test_a_leader_killed_at_any_step_of_a_recovery_leaves_it_to_be_done_again(
    database: ServiceDatabase, partition: Partition
) -> None:
    await partition.toy.tell(KEY, *[1] * 5)
    owner = await owner_connection(database)
    await owner.execute("DELETE FROM outbox_pending")
    dsn = database.relay.render_as_string(hide_password=False)

    for step in count(1):
        session = await RelaySession.open(dsn, source="/jvtrack/toy", settings=QUICK)
        died = await killed(recover(session.memory), at=step)
        session._connection.terminate()
        if not died:
            break
    queued = [row["seq"] for row in await owner.fetch("SELECT seq FROM outbox_pending ORDER BY seq")]
    await owner.close()

    assert queued == [3, 4, 5]


async def recover(memory: LogMemory) -> None:
    """Queue again what a log has lost, and the newest of every key."""
    await memory.requeue(int(Stream.PRODUCTION), after_seq=2)
    await memory.requeue_newest([int(Stream.PRODUCTION)])
