"""A batch is applied as a whole or not at all, by its one owner, and never beside a release of the same partition."""

import asyncio
from collections.abc import AsyncIterator
from itertools import count

import pytest

from deploy.postgres.provision import ServiceDatabase
from shared.messaging import consumer_store
from shared.messaging.consumer_store import Fenced
from shared.messaging.positions import PositionOvertaken
from shared.messaging.topics import Topics
from tests.fixtures.crash import killed, leaves_wreckage
from tests.fixtures.toy import Toy
from tests.fixtures.toy_judge import wrongs
from tests.fixtures.toy_kafka import Said
from tests.fixtures.toy_partition import Gate, Partition


@pytest.fixture
async def partition(database: ServiceDatabase) -> AsyncIterator[Partition]:
    """Give a partition with nothing in it."""
    toy = Toy(database, Topics("nowhere", "test"))
    yield Partition(toy)
    await toy.database.close()


@leaves_wreckage
async def test_a_batch_killed_at_any_step_is_applied_whole_or_not_at_all(partition: Partition) -> None:
    outcomes: list[bool] = []

    for step in count(1):
        number = len(outcomes) + 1
        partition.add(Said("left", number), Said("right", number), Said(f"unlucky-{number}", 1, by=13))
        before, owned = await partition.state(), await partition.take_over()
        died = await killed(partition.apply(owned), at=step)
        after = await partition.state()
        outcomes.append(after != before)
        assert after in {before, (before[0] + 3, before[1] + 2, before[2] + 2, before[3] + 1)}
        await partition.catch_up()
        if not died:
            break

    told = {"left": len(outcomes), "right": len(outcomes)}
    assert wrongs(await partition.toy.hearing(), told) == []
    assert len(outcomes) > 8
    assert not outcomes[0]
    assert outcomes[-1]


@leaves_wreckage
async def test_batches_of_two_partitions_killed_at_any_step_are_both_applied_or_neither(partition: Partition) -> None:
    other = Partition(partition.toy, 1)
    outcomes: list[bool] = []

    for step in count(1):
        number = len(outcomes) + 1
        partition.add(Said("here", number), Said(f"unlucky-{number}", 1, by=13))
        other.add(Said("there", number), Said("everywhere", number))
        before = await partition.state()
        batches = [partition.batch(await partition.take_over()), other.batch(await other.take_over())]
        died = await killed(partition.applier.apply(batches), at=step)
        after = await partition.state()
        outcomes.append(after != before)
        assert after in {before, (before[0] + 4, before[1] + 3, before[2] + 3, before[3] + 1)}
        await partition.catch_up()
        await other.catch_up()
        if not died:
            break

    told = dict.fromkeys(("here", "there", "everywhere"), len(outcomes))
    assert wrongs(await partition.toy.hearing(), told) == []
    assert not outcomes[0]
    assert outcomes[-1]


async def test_of_two_partitions_the_one_that_was_taken_over_is_named_and_neither_is_changed(
    partition: Partition,
) -> None:
    other = Partition(partition.toy, 1)
    partition.add(Said("here", 1))
    other.add(Said("there", 1))
    mine, stale = await partition.take_over(), await other.take_over()
    await other.take_over()
    before = await partition.state()

    with pytest.raises(Fenced) as refused:
        await partition.applier.apply([partition.batch(mine), other.batch(stale)])

    assert refused.value.places == {other.place}
    assert await partition.state() == before


async def test_an_owner_that_was_replaced_changes_nothing(partition: Partition) -> None:
    partition.add(Said("counter", 1), Said("counter", 2))
    stale = await partition.take_over()
    await partition.catch_up()
    before = await partition.state()

    with pytest.raises(Fenced):
        await partition.apply(stale)

    assert await partition.state() == before


async def test_an_owner_that_does_not_know_where_it_stands_changes_nothing(partition: Partition) -> None:
    partition.add(Said("counter", 1), Said("counter", 2), Said("counter", 3))
    owned = await partition.take_over()
    await partition.apply(owned, partition.records[:2])
    before = await partition.state()

    with pytest.raises(Fenced):
        await partition.apply(owned, partition.records[2:])

    assert await partition.state() == before


async def release_beside_a_batch(partition: Partition) -> list[str]:
    """Let a batch come while a release of the same counter is half done; tells what went wrong."""
    toy, gate = partition.toy, Gate()
    partition.add(Said("counter", 1, by=13), Said("counter", 2))
    await partition.catch_up()
    toy.temper.refuses.clear()
    toy.temper.before_settling = gate.wait

    releasing = asyncio.create_task(partition.release("counter"))
    await gate.reached.wait()
    partition.add(Said("counter", 3))
    applying = asyncio.create_task(partition.catch_up())
    await asyncio.wait({applying}, timeout=0.3)
    gate.opened.set()
    await asyncio.gather(releasing, applying)
    return wrongs(await toy.hearing(), {"counter": 3})


async def test_a_batch_waits_for_a_release_and_then_goes_on_in_order(partition: Partition) -> None:
    assert await release_beside_a_batch(partition) == []


async def test_a_release_that_did_not_lock_its_partition_would_be_found_out(
    partition: Partition, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def no_lock(*_: object) -> None:
        """Keep nobody out."""

    monkeypatch.setattr(consumer_store, "lock", no_lock)

    assert await release_beside_a_batch(partition) == ["counter: lost [3] of 1..3"]


async def test_facts_of_one_key_that_lie_in_two_partitions_are_applied_once_and_its_position_never_goes_back(
    partition: Partition,
) -> None:
    other = Partition(partition.toy, 1)
    facts = [Said("same", number) for number in range(1, 6)]
    partition.add(*facts)
    other.add(*facts[:2])

    batches = [partition.batch(await partition.take_over()), other.batch(await other.take_over())]
    await partition.applier.apply(batches)

    assert wrongs(await partition.toy.hearing(), {"same": 5}) == []
    assert (await partition.state())[2] == 5


async def test_who_advances_a_key_that_another_partition_has_advanced_meanwhile_takes_everything_back(
    partition: Partition,
) -> None:
    other, gate = Partition(partition.toy, 1), Gate()
    facts = [Said("same", number) for number in range(1, 4)]
    partition.add(*facts)
    other.add(*facts)
    partition.toy.temper.before_settling = gate.wait

    slow = asyncio.create_task(partition.catch_up())
    await gate.reached.wait()
    partition.toy.temper.before_settling = at_once
    await other.catch_up()
    gate.opened.set()
    with pytest.raises(PositionOvertaken):
        await slow

    assert wrongs(await partition.toy.hearing(), {"same": 3}) == []


async def at_once() -> None:
    """Hold nobody up."""
