"""One rebuild of a projection: fill, look for what differs, cut, compare, swap.

The cut holds the live group where it stands, for less than three seconds: its next batch waits for its own fence. What
is rebuilt comes to the very same offsets meanwhile, so that rows which differ then are wrong on one of the two sides.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Generic

from aiokafka import AIOKafkaConsumer, TopicPartition
from sqlalchemy.ext.asyncio import AsyncSession

from shared import clock
from shared.db import Database, is_weather
from shared.errors import Refusal, Weather
from shared.messaging import kafka
from shared.messaging.batches import Applier
from shared.messaging.handlers import Subscription, W
from shared.messaging.parking import Parking
from shared.messaging.rebuild import decisions, tables
from shared.messaging.rebuild.differences import POSITIONS, Difference, Suspicion, compared
from shared.messaging.rebuild.filling import BATCH_MAX, Filling, Offsets
from shared.messaging.settings import BackboneSettings
from shared.messaging.topics import Topics
from shared.observe.metrics import BackboneMetrics
from shared.sql import Row, Statement

CUT_SECONDS_MAX = 3.0
CUT_TRIES = 20
CUT_PAUSE_SECONDS = 0.5
_LOCK_BRIEFLY = Statement("SET LOCAL lock_timeout = '500ms'")


class NotTakenOver(Refusal):
    """The service has not taken over every partition of this log yet: start it, and rebuild once it is ready."""


class TooBusy(Refusal):
    """The live tables were locked or moved on at every try to compare at one moment: run it again, it goes on."""


class ParkedApart(Refusal):
    """Keys are parked on one side only: release or discard them before the tables are swapped."""


class LiveWentBack(Weather):
    """The live side stands before what was rebuilt: Kafka's log is another one, and the rebuild begins anew."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What an operator asks for."""

    swaps: bool = True
    """Whether wrong tables are replaced, or only compared."""
    anew: bool = False
    """Whether what an interrupted run has filled is thrown away."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a rebuild has found at its cut, and done."""

    differences: Sequence[Difference]
    totals: Sequence[str]
    """Tables of which so many rows differ that only the first are named."""
    is_swapped: bool
    events: int = 0
    """Records applied by this run."""
    seconds: float = 0.0
    """How long this run was filling."""


class Rebuild(Generic[W]):
    """One run for one subscription, over one connection to Kafka."""

    def __init__(
        self,
        database: Database,
        topics: Topics,
        subscription: Subscription[W],
        *,
        service: str,
        settings: BackboneSettings,
        metrics: BackboneMetrics,
        on_progress: Callable[[int, int], None],
    ) -> None:
        self._database = database
        self._topics = topics
        self._names = [topics.name(stream) for stream in subscription.streams]
        self._tables = subscription.tables
        self._group = f"{topics.namespace}.{service}.{subscription.group}"
        self._applier = Applier(database, subscription, self._group, settings=settings, metrics=metrics)
        self._parking = Parking(self._applier, replay_max=settings.consumer_batch_max)
        self._on_progress = on_progress
        self._ids: dict[TopicPartition, str] = {}
        self.applied = 0
        """Records applied so far, by all tries."""
        self._left = 0

    async def run(self, wish: Wish) -> Outcome:
        """Rebuild, going on where an earlier run was interrupted; raises refusals, passing failures and faults."""
        reader = await kafka.start_reader(self._topics.servers, client_id=f"{self._group}-rebuild")
        try:
            filling = await self._begin(reader, wish)
            began = clock.monotonic()
            await self._catch_up(filling)
            seconds = clock.monotonic() - began
            suspicions = await self._suspicions()
            for _ in range(CUT_TRIES):
                await self._catch_up(filling)
                outcome = await self._try_to_cut(filling, suspicions, wish)
                if outcome is not None:
                    return replace(outcome, events=self.applied, seconds=seconds)
                await asyncio.sleep(CUT_PAUSE_SECONDS)
            raise TooBusy(tries=CUT_TRIES)
        finally:
            await kafka.stop(reader)

    async def _begin(self, reader: AIOKafkaConsumer, wish: Wish) -> Filling[W]:
        state = await kafka.log_state(reader, self._names)
        async with self._database.transaction() as session:
            await tables.refuse_unfit(session, self._tables)
            if wish.anew or not await tables.are_there(session, self._tables):
                await tables.make(session, self._tables)
        filling = Filling(
            self._database,
            self._topics,
            applier=self._applier,
            parking=self._parking,
            reader=reader,
            on_applied=self._count,
        )
        self._ids = {place: state.topic_ids[place.topic] for place in state.end_offsets}
        is_same = await filling.acquire(self._ids)
        async with self._database.transaction() as session:
            targets = self._targets(await tables.reached(session, self._group, self._names))
            if not is_same or filling.left(targets) < 0:
                await tables.drop(session)
                self._ids = {}
        if not self._ids:
            raise LiveWentBack("what was rebuilt is of another log than Kafka's is now")
        return filling

    def _targets(self, rows: Sequence[Row]) -> Offsets:
        """Read how far the live side has come; raises NotTakenOver unless it stands in the very logs that are read."""
        live = {TopicPartition(row.topic, row.part): row for row in rows}
        for place, topic_id in self._ids.items():
            if place not in live or live[place].topic_id != topic_id:
                raise NotTakenOver(topic=place.topic, partition=place.partition)
        return {place: row.next_off for place, row in live.items()}

    def _count(self, records: int) -> None:
        self.applied += records
        self._left = max(0, self._left - records)
        self._on_progress(self.applied, self.applied + self._left)

    async def _catch_up(self, filling: Filling[W]) -> None:
        """Fill until so little is left that the live side waits for it only for a moment."""
        self._left = BATCH_MAX + 1
        while self._left > BATCH_MAX:
            async with self._database.transaction() as session:
                targets = self._targets(await tables.reached(session, self._group, self._names))
            self._left = left = filling.left(targets)
            self._on_progress(self.applied, self.applied + left)
            await filling.reach(targets)
            self._left = left
        await decisions.follow(self._database, self._topics, self._group, self._parking)

    async def _suspicions(self) -> list[Suspicion]:
        async with self._database.transaction() as session:
            suspicions = [Suspicion(each) for each in await compared(session, self._tables, self._group)]
        for each in suspicions:
            await each.look(self._database)
        return suspicions

    async def _try_to_cut(self, filling: Filling[W], suspicions: Sequence[Suspicion], wish: Wish) -> Outcome | None:
        """Compare both sides at one moment and swap; none if a lock was not to be had, or the moment grew too long."""
        try:
            async with asyncio.timeout(CUT_SECONDS_MAX), self._database.transaction() as session:
                await _LOCK_BRIEFLY.rows(session)
                await filling.reach(self._targets(await tables.hold(session, self._group, self._names)))
                return await self._settle(session, suspicions, wish)
        except Exception as error:  # sorted right here into what may pass within seconds and the rest
            if not is_weather(error):
                raise
            return None

    async def _settle(self, session: AsyncSession, suspicions: Sequence[Suspicion], wish: Wish) -> Outcome:
        found = [one for each in suspicions for one in await each.confirm(session)]
        totals = [each.table.table for each in suspicions if each.is_total]
        if wish.swaps:
            await self._replace(session, found, totals)
        await tables.drop(session)
        is_wrong = bool(found or totals)
        return Outcome(found, totals, is_swapped=is_wrong and wish.swaps)

    async def _replace(self, session: AsyncSession, found: Sequence[Difference], totals: Sequence[str]) -> None:
        """Put right what is wrong; raises ParkedApart while both sides do not wait for the same facts."""
        if not found and not totals:
            return
        if apart := await tables.parked_apart(session, self._group):
            raise ParkedApart(keys=", ".join(f"{row.key} ({'live' if row.live else 'rebuilt'})" for row in apart))
        if {one.table for one in found} - {POSITIONS} or set(totals) - {POSITIONS}:
            await tables.swap(session, self._tables)
        await tables.mend_positions(session, self._group, [one.key for one in found if one.table == POSITIONS])
