"""Backbones that look right and are wrong, in simulated worlds: the search must find each of them out."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from services.orders.domain import lending
from services.orders.domain.order import Decision
from shared.events.envelope import Stream
from shared.messaging import consumer_store, log_watch, outbox_keeper, owners, positions, relay_store
from shared.messaging.kafkalog import LogGuard
from shared.messaging.log_watch import LogWatch
from shared.messaging.publisher import Publisher
from shared.messaging.relay_store import RelaySession, Row
from shared.sql import DRIVER
from tests.faults.counters import POISON
from tests.faults.simulation.database import MemoryDatabase
from tests.faults.simulation.statements import Answer, save_positions_unguarded
from tests.faults.simulation.store import Transaction
from tests.faults.simulation.world import World

Mutant = Callable[[pytest.MonkeyPatch, World], None]


def as_built(_: pytest.MonkeyPatch, __: World) -> None:
    """Change nothing."""


def without_the_fence(_: pytest.MonkeyPatch, world: World) -> None:
    """Trust the group alone, without the second wall that stands behind the fence."""
    for server in world.servers.values():
        server.meanings[consumer_store._FENCE._sql] = _let_everybody_pass
        server.meanings[positions._SAVE._sql] = save_positions_unguarded


async def _let_everybody_pass(_: Transaction, topics: list[str], parts: list[int], *__: object) -> Answer:
    return [{"topic": topic, "part": part} for topic, part in zip(topics, parts, strict=True)]


def with_offsets_before_effects(patch: pytest.MonkeyPatch, _: World) -> None:
    """Save the offsets in a transaction of their own, before the effects."""
    together = consumer_store.fence

    async def apart(session: AsyncSession, *args: Any) -> None:
        async with MemoryDatabase(session.info[DRIVER].server).transaction() as earlier:
            await together(earlier, *args)

    patch.setattr(consumer_store, "fence", apart)


def with_rows_forgotten_before_the_ack(patch: pytest.MonkeyPatch, _: World) -> None:
    """Forget what is pending as soon as it is read."""
    publish = Publisher.publish

    async def forget_and_publish(self: Publisher, rows: Sequence[Row]) -> None:
        seqs = [row.seq for row in rows]
        await self._session._connection.execute(relay_store._ACKNOWLEDGE, seqs, [], [], [], [], [])
        await publish(self, rows)

    patch.setattr(Publisher, "publish", forget_and_publish)


def with_a_release_that_does_not_lock(_: pytest.MonkeyPatch, world: World) -> None:
    """Release a key without keeping the partition's owner out."""

    async def no_lock(_: Transaction, *__: object) -> Answer:
        return []

    for server in world.servers.values():
        server.meanings[consumer_store._LOCK._sql] = no_lock


def with_a_relay_that_trusts_what_was_acknowledged(patch: pytest.MonkeyPatch, _: World) -> None:
    """Never look whether Kafka still has what it has acknowledged."""

    async def finds_nothing(*_: object) -> set[object]:
        return set()

    async def looks_away(_: LogGuard) -> None:
        return None

    patch.setattr(LogGuard, "_find_lost", finds_nothing)
    patch.setattr(LogGuard, "look", looks_away)


def with_a_consumer_that_never_goes_back(patch: pytest.MonkeyPatch, _: World) -> None:
    """Stay where the log was read last, however short it is by now, and whichever log it is."""

    async def stays(*_: object) -> None:
        return None

    patch.setattr(LogWatch, "_rewind", stays)
    for module in (log_watch, owners):
        patch.setattr(module, "goes_back", lambda *_: None)


def with_facts_that_overtake_a_blocked_one(patch: pytest.MonkeyPatch, _: World) -> None:
    """Let what follows a fact that Kafka refuses go out before it."""

    async def holds_nothing(*_: object) -> None:
        return None

    put_aside = Publisher._put_aside

    async def only_the_refused(self: Publisher, rows: Sequence[Row]) -> list[Row]:
        await put_aside(self, rows)
        return [row for row in rows if f'"by":{POISON}' not in row.payload.decode().replace(" ", "")]

    patch.setattr(RelaySession, "hold", holds_nothing)
    patch.setattr(Publisher, "_put_aside", only_the_refused)


def with_a_discard_that_leaves_a_hole(patch: pytest.MonkeyPatch, _: World) -> None:
    """Give up what Kafka refuses and send nothing in its place."""
    patch.setattr(outbox_keeper, "COMPACTED", frozenset(Stream))


def with_strays_that_nobody_sees(patch: pytest.MonkeyPatch, _: World) -> None:
    """Let an older fact stay behind the newest one, where a leader that was frozen has put it."""
    patch.setattr(LogGuard, "_note_stray", lambda *_: None)


def with_a_lateral_order_that_nobody_withdraws(patch: pytest.MonkeyPatch, _: World) -> None:
    """Orders keeps a lateral order of which the other depot holds nothing."""
    patch.setattr(lending, "keep_or_withdraw", Decision)
