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
from shared.messaging import consumer_store, positions, relay_store
from shared.messaging.consumer_store import Fenced
from shared.messaging.publisher import Publisher
from shared.messaging.relay_store import Acknowledged, RelaySession, Row
from shared.messaging.topics import Topics
from tests.fixtures.crash import killed, leaves_wreckage
from tests.fixtures.databases import owner_connection
from tests.fixtures.toy import Toy, eventually, raise_counter, run_loops
from tests.fixtures.toy_judge import first_deliveries, wrongs
from tests.fixtures.toy_kafka import Said, log_of
from tests.fixtures.toy_partition import Gate, Partition

Patch = Callable[[pytest.MonkeyPatch, Toy], None]


@pytest.fixture
async def toy(database: ServiceDatabase, topics: Topics) -> AsyncIterator[Toy]:
    """Give a toy that tells, and whose loops the tests run themselves."""
    made = Toy(database, topics, hears=False)
    yield made
    await made.database.close()


def as_built(_: pytest.MonkeyPatch, __: Toy) -> None:
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


def with_a_cursor_on_seq(patch: pytest.MonkeyPatch, _: Toy) -> None:
    """Read on from the highest number published so far."""
    cursor = 0

    async def after_cursor(self: RelaySession, limit: int, bytes_max: int) -> list[Row]:
        nonlocal cursor
        query = relay_store._PENDING.replace("FROM outbox_pending", f"FROM event_log WHERE seq > {cursor}")
        rows = [self._row(record) for record in await self._connection.fetch(query, limit, bytes_max)]
        cursor = max([cursor, *(row.seq for row in rows)])
        return rows

    patch.setattr(RelaySession, "pending", after_cursor)


def in_order_of_transaction_ids(patch: pytest.MonkeyPatch, _: Toy) -> None:
    """Read what every transaction has settled, in the order in which the transactions began."""

    async def by_transaction(self: RelaySession, limit: int, bytes_max: int) -> list[Row]:
        begun = "(SELECT xmin::text::bigint FROM event_log x WHERE x.seq = e.seq)"
        query = relay_store._PENDING.replace("ORDER BY e.seq", f"ORDER BY {begun}, e.seq")
        return [self._row(record) for record in await self._connection.fetch(query, limit, bytes_max)]

    patch.setattr(RelaySession, "pending", by_transaction)


def from_its_own_last_seq(patch: pytest.MonkeyPatch, _: Toy) -> None:
    """Begin a term at the lowest pending row, and go on from the last row that this leader has read."""
    last: dict[RelaySession, int] = {}

    async def after_my_last(self: RelaySession, limit: int, bytes_max: int) -> list[Row]:
        query = relay_store._PENDING.replace(
            "FROM outbox_pending", f"FROM outbox_pending WHERE seq > {last.get(self, 0)}"
        )
        rows = [self._row(record) for record in await self._connection.fetch(query, limit, bytes_max)]
        last[self] = max([last.get(self, 0), *(row.seq for row in rows)])
        return rows

    patch.setattr(RelaySession, "pending", after_my_last)


@pytest.mark.parametrize(
    ("mutant", "verdict"),
    [
        (as_built, []),
        (with_a_cursor_on_seq, ["slow: lost [1] of 1..2"]),
        (in_order_of_transaction_ids, ["counter: out of order: [2, 1]"]),
        (from_its_own_last_seq, ["slow: out of order: [2, 1]"]),
    ],
)
async def test_a_relay_loses_and_reorders_nothing_only_if_it_reads_what_is_pending_from_the_lowest_up(
    toy: Toy, monkeypatch: pytest.MonkeyPatch, mutant: Patch, verdict: list[str]
) -> None:
    mutant(monkeypatch, toy)
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


def with_workers_that_skip_what_is_locked(patch: pytest.MonkeyPatch, _: Toy) -> None:
    """Let every relay work at once, each on rows that no other holds."""

    async def everybody(_: RelaySession) -> bool:
        return True

    async def unlocked(self: RelaySession, _: int, bytes_max: int) -> list[Row]:
        await self._connection.execute("BEGIN")
        taken = "SELECT seq FROM outbox_pending ORDER BY seq LIMIT $1 FOR UPDATE SKIP LOCKED"
        query = relay_store._PENDING.replace("SELECT seq FROM outbox_pending ORDER BY seq LIMIT $1", taken)
        rows = [self._row(record) for record in await self._connection.fetch(query, 1, bytes_max)]
        if not rows:
            await self._connection.execute("COMMIT")
        return rows

    acknowledge = RelaySession.acknowledge

    async def and_commit(self: RelaySession, done: Sequence[Acknowledged]) -> None:
        await acknowledge(self, done)
        await self._connection.execute("COMMIT")

    patch.setattr(RelaySession, "try_lead", everybody)
    patch.setattr(RelaySession, "pending", unlocked)
    patch.setattr(RelaySession, "acknowledge", and_commit)


@pytest.mark.parametrize(
    ("mutant", "verdict"),
    [(as_built, []), (with_workers_that_skip_what_is_locked, ["counter: out of order: [2, 1]"])],
)
async def test_relays_that_compete_keep_the_order_only_if_one_of_them_leads(
    toy: Toy, monkeypatch: pytest.MonkeyPatch, mutant: Patch, verdict: list[str]
) -> None:
    mutant(monkeypatch, toy)
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
