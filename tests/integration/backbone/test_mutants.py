"""Backbones that look right and are wrong: the judge must find each of them out, or it is no judge."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from copy import copy
from itertools import count
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from deploy.postgres.provision import ServiceDatabase
from shared.messaging import consumer_store, positions
from shared.messaging.consumer_store import Fenced
from shared.messaging.publisher import Publisher
from shared.messaging.relay_store import Row
from shared.messaging.topics import Topics
from tests.fixtures.broken_relays import (
    from_its_own_last_seq,
    in_order_of_transaction_ids,
    with_a_cursor_on_seq,
    with_workers_that_skip_what_is_locked,
)
from tests.fixtures.crash import killed, leaves_wreckage
from tests.fixtures.databases import owner_connection
from tests.fixtures.toy import Toy, eventually, raise_counter, run_loops
from tests.fixtures.toy_judge import first_deliveries, wrongs
from tests.fixtures.toy_kafka import Said, log_of
from tests.fixtures.toy_partition import Gate, Partition

Patch = Callable[[pytest.MonkeyPatch, Toy], None]
RelayPatch = Callable[[pytest.MonkeyPatch], None]


@pytest.fixture
async def toy(database: ServiceDatabase, topics: Topics) -> AsyncIterator[Toy]:
    """Give a toy that tells, and whose loops the tests run themselves."""
    made = Toy(database, topics, hears=False)
    yield made
    await made.database.close()


def as_built(_: pytest.MonkeyPatch, __: Toy) -> None:
    """Change nothing."""


def a_relay_as_built(_: pytest.MonkeyPatch) -> None:
    """Change nothing."""


def without_the_fence(patch: pytest.MonkeyPatch, _: Toy) -> None:
    """Trust Kafka's group alone, without the second wall that stands behind the fence."""

    async def no_fence(*_: object, **__: object) -> None:
        """Let everybody pass."""

    unguarded = copy(positions._SAVE)
    unguarded._sql = unguarded._sql.replace("WHERE p.key_seq < excluded.key_seq", "")
    patch.setattr(consumer_store, "fence", no_fence)
    patch.setattr(positions, "_SAVE", unguarded)


def with_offsets_before_effects(patch: pytest.MonkeyPatch, toy: Toy) -> None:
    """Save the offset in a transaction of its own, before the effects."""
    fence = consumer_store.fence

    async def fence_apart(_: AsyncSession, *args: Any, **options: Any) -> None:
        async with toy.database.transaction() as session:
            await fence(session, *args, **options)

    patch.setattr(consumer_store, "fence", fence_apart)


@pytest.mark.parametrize(("mutant", "verdict"), [(as_built, []), (without_the_fence, ["counter: heard twice [1, 2]"])])
async def test_two_owners_at_once_hear_everything_once_only_behind_the_fence(
    toy: Toy, monkeypatch: pytest.MonkeyPatch, mutant: Patch, verdict: list[str]
) -> None:
    mutant(monkeypatch, toy)
    partition, gate = Partition(toy), Gate()
    partition.add(Said("counter", 1), Said("counter", 2))
    toy.temper.before_settling = gate.wait

    first = asyncio.create_task(partition.catch_up())
    await gate.reached.wait()
    second = asyncio.create_task(partition.catch_up())
    await asyncio.wait({second}, timeout=0.3)
    gate.opened.set()
    ends = await asyncio.gather(first, second, return_exceptions=True)

    assert [end for end in ends if end is not None and not isinstance(end, Fenced)] == []
    assert wrongs(await toy.hearing(), {"counter": 2}) == verdict


@leaves_wreckage
@pytest.mark.parametrize(("mutant", "verdict"), [(as_built, "[]"), (with_offsets_before_effects, "['counter: lost")])
async def test_a_consumer_that_dies_loses_nothing_only_if_its_offset_moves_with_its_effects(
    toy: Toy, monkeypatch: pytest.MonkeyPatch, mutant: Patch, verdict: str
) -> None:
    mutant(monkeypatch, toy)
    partition = Partition(toy)

    for step in count(1):
        partition.add(Said("counter", step))
        if not await killed(partition.apply(await partition.take_over()), at=step):
            break
        await partition.catch_up()

    assert str(wrongs(await toy.hearing(), {"counter": step})).startswith(verdict)


@pytest.mark.parametrize(
    ("mutant", "verdict"),
    [
        (a_relay_as_built, []),
        (with_a_cursor_on_seq, ["slow: lost [1] of 1..2"]),
        (in_order_of_transaction_ids, ["counter: out of order: [2, 1]"]),
        (from_its_own_last_seq, ["slow: out of order: [2, 1]"]),
    ],
)
async def test_a_relay_loses_and_reorders_nothing_only_if_it_reads_what_is_pending_from_the_lowest_up(
    toy: Toy, monkeypatch: pytest.MonkeyPatch, mutant: RelayPatch, verdict: list[str]
) -> None:
    mutant(monkeypatch)
    relay = toy.backbone.loops()[0]

    async with toy.database.transaction() as early:
        await early.execute(text("SELECT pg_current_xact_id()"))
        await toy.tell("counter", 1)
        await raise_counter(early, "counter", 1)
    async with run_loops(relay):
        await eventually(lambda: is_published(toy, 2))
        async with toy.database.transaction() as slow:
            await raise_counter(slow, "slow", 1)
            await toy.tell("quick", 1)
            await eventually(lambda: is_published(toy, 3))
        await toy.tell("slow", 1)
        await eventually(lambda: is_published(toy, 4))
        await asyncio.sleep(0.3)
    async with run_loops(relay):
        await asyncio.sleep(0.5)

    assert wrongs(first_deliveries(await log_of(toy.topics)), await toy.told()) == verdict


@pytest.mark.parametrize(
    ("mutant", "verdict"),
    [(a_relay_as_built, []), (with_workers_that_skip_what_is_locked, ["counter: out of order: [2, 1]"])],
)
async def test_relays_that_compete_keep_the_order_only_if_one_of_them_leads(
    toy: Toy, monkeypatch: pytest.MonkeyPatch, mutant: RelayPatch, verdict: list[str]
) -> None:
    mutant(monkeypatch)
    publish, gate = Publisher.publish, Gate()

    async def first_of_all_slowly(self: Publisher, rows: Sequence[Row]) -> None:
        if not gate.reached.is_set():
            await gate.wait()
        await publish(self, rows)

    monkeypatch.setattr(Publisher, "publish", first_of_all_slowly)
    owner = await owner_connection(toy.service_database)
    await owner.execute(f"GRANT UPDATE ON outbox_pending TO {toy.service_database.relay.username}")
    await owner.close()
    await toy.tell("counter", 1)

    async with run_loops(toy.backbone.loops()[0]):
        await gate.reached.wait()
        await toy.tell("counter", 1)
        other = Toy(toy.service_database, toy.topics)
        async with run_loops(other.backbone.loops()[0]):
            await asyncio.sleep(0.8)
            gate.opened.set()
            await eventually(lambda: is_published(toy, 2))
        await other.database.close()

    assert wrongs(first_deliveries(await log_of(toy.topics)), await toy.told()) == verdict


async def is_published(toy: Toy, count: int) -> bool:
    """Tell whether Kafka has so many facts."""
    return len(await log_of(toy.topics)) >= count
