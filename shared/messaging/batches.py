"""Batches of one or several partitions in one transaction: fence, sort, handle, settle, remember. All or nothing."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic

from sqlalchemy.ext.asyncio import AsyncSession

from shared import clock
from shared.db import Database, savepoint
from shared.errors import Fault, Refusal
from shared.events.envelope import CloudEvent, ContractBroken, Event, Stream
from shared.messaging import consumer_store, parking_store, positions
from shared.messaging.applying import Item, ParkCause, Parked, Record, Sorted, Sorter, read
from shared.messaging.consumer_store import Ownership, Place, Step
from shared.messaging.handlers import Subscription, W
from shared.messaging.parking_store import Operation, ParkedIn, ParkedKey
from shared.messaging.positions import Known, Position
from shared.messaging.settings import BackboneSettings
from shared.messaging.topics import COMPACTED
from shared.observe import tracing
from shared.observe.logs import get_log
from shared.observe.metrics import BackboneMetrics
from shared.types import EventId

log = get_log()


class ParkedFlood(Fault):
    """So many keys were parked in a short time that the fault is not theirs."""


class ReleaseRefused(Refusal):
    """The parked event still cannot be applied."""


class ForkCannotBeReleased(Refusal):
    """A forked event contradicts one that was applied; discard it, or restore the producer's database."""


class _EventRefused(Exception):  # not an error of the batch: it is tried again without the event
    def __init__(self, event_id: EventId, error: str) -> None:
        super().__init__(error)
        self.event_id = event_id
        self.error = error


@dataclass(frozen=True, slots=True)
class Batch:
    """Records of one partition that come next to its owner."""

    stream: Stream
    place: Place
    owned: Ownership
    records: Sequence[Record]


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of a batch: where its partition stands now, and the keys whose hole it has filled."""

    owned: Ownership
    healed: Sequence[str]


@dataclass(frozen=True, slots=True)
class _Read:
    """A batch whose records' attributes were read."""

    batch: Batch
    items: Sequence[Item]

    @property
    def step(self) -> Step:
        """Say how far the batch moves its partition."""
        batch, last = self.batch, self.items[-1]
        return Step(batch.place, batch.owned, last.record.offset + 1, last.header.id)


class Applier(Generic[W]):
    """Applies the batches of one subscription."""

    def __init__(
        self,
        database: Database,
        subscription: Subscription[W],
        group: str,
        *,
        settings: BackboneSettings,
        metrics: BackboneMetrics,
    ) -> None:
        self.group = group
        self.kind = subscription.group
        self._database = database
        self._subscription = subscription
        self._settings = settings
        self.metrics = metrics

    async def apply(self, batches: Sequence[Batch]) -> list[Applied]:
        """Apply batches of different partitions, once; raises Fenced, ParkedFlood, passing failures and faults."""
        reads = [_Read(batch, [read(each, batch.place.label()) for each in batch.records]) for batch in batches]
        refused: dict[EventId, str] = {}
        while True:
            try:
                async with self._database.transaction() as session:
                    await consumer_store.fence(session, self.group, [each.step for each in reads])
                    done = await self._decide(session, reads, refused)
            except _EventRefused as error:
                refused[error.event_id] = error.error
                if len(refused) > self._settings.parked_flood_keys:
                    raise ParkedFlood(f"{len(refused)} events of one batch refused; the last: {error.error}") from error
                continue
            for each, mine in zip(reads, done, strict=True):
                self._count(each.batch.stream, mine)
            return [Applied(each.step.after, mine.healed) for each, mine in zip(reads, done, strict=True)]

    async def _decide(
        self, session: AsyncSession, reads: Sequence[_Read], refused: Mapping[EventId, str]
    ) -> list[Sorted]:
        keys: defaultdict[Stream, set[str]] = defaultdict(set)
        for each in reads:
            keys[each.batch.stream].update(item.header.key for item in each.items)
        known = await positions.load(session, self.group, keys)
        done = [self._sorter(each.batch.stream, known[each.batch.stream], refused).sort(each.items) for each in reads]
        await self._handle(session, [event for mine in done for event in mine.events])
        parked_before = frozenset(key for mine in known.values() for key in mine.parked)
        await self._check_flood(session, [one for mine in done for one in mine.parked], parked_before)
        reached: defaultdict[Stream, dict[str, Position]] = defaultdict(dict)
        for each, mine in zip(reads, done, strict=True):
            stream, place = each.batch.stream, each.batch.place
            reached[stream].update(mine.positions)
            await parking_store.park(session, ParkedIn(self.group, stream, place.part), mine.parked)
        await positions.save(session, self.group, reached)
        return done

    def _sorter(self, stream: Stream, known: Known, refused: Mapping[EventId, str]) -> Sorter:
        return Sorter(
            registry=self._subscription.registry,
            known=known.positions,
            parked={key: ParkCause(cause) for key, cause in known.parked.items()},
            refused=refused,
            compacted=stream in COMPACTED,
        )

    async def _handle(self, session: AsyncSession, events: Sequence[CloudEvent[Event]]) -> None:
        if not events:
            return
        registry = self._subscription.registry
        touched = frozenset(touch for event in events for touch in registry.touches(event))
        work = await self._subscription.open_work(session, events, touched)
        for event in events:
            trace = tracing.parse(event.traceparent)
            tracing.current.set(None if trace is None else trace.child())
            try:
                await registry.handle(work, event)
            except (Refusal, ContractBroken) as error:
                raise _EventRefused(event.id, f"{type(error).__name__}: {error}") from error
        await work.settle()
        tracing.current.set(None)

    async def _check_flood(self, session: AsyncSession, parked: Sequence[Parked], known: frozenset[str]) -> None:
        """Stop before the world is parked; holes do not count: they are the sender's, and heal by themselves."""
        causes = [one for one in parked if one.cause not in {None, ParkCause.HOLE}]
        new = {one.item.header.key for one in causes} - known
        if not new:
            return
        lately = await parking_store.parked_lately(session, self.group, self._settings.parked_flood_seconds)
        if lately + len(new) > self._settings.parked_flood_keys:
            raise ParkedFlood(
                f"{lately + len(new)} keys parked within {self._settings.parked_flood_seconds:.0f} s; "
                f"the last: {causes[-1].item.header.key}: {causes[-1].error[:300]}"
            )

    def _count(self, stream: Stream, done: Sorted) -> None:
        labels = (self.group, stream.topic)
        self.metrics.applied_total.labels(*labels).inc(len(done.events))
        self.metrics.duplicates_total.labels(*labels).inc(done.duplicates)
        self.metrics.forks_total.labels(*labels).inc(done.forks)
        self.metrics.holes_total.labels(*labels).inc(done.holes)
        now = clock.now()
        age = self.metrics.event_age_seconds.labels(*labels)
        for event in done.events:
            age.observe((now - event.recorded_at).total_seconds())
        for one in done.parked:
            if one.cause is not None:
                trace = tracing.parse(one.item.header.traceparent)
                log.error(
                    "key_parked",
                    trace_id=None if trace is None else trace.trace_id,
                    group=self.group,
                    topic=stream.topic,
                    key=one.item.header.key,
                    key_seq=one.item.header.key_seq,
                    event_id=str(one.item.header.id),
                    cause=one.cause,
                    error=one.error,
                )

    async def release(self, session: AsyncSession, key: ParkedKey, place: Place) -> int:
        """Apply what waits for a parked key, in order, as far as it goes; tells how many events wait no longer.

        Raises ReleaseRefused if the first one still cannot be applied: then nothing has changed.
        """
        await consumer_store.lock(session, place)
        found = await parking_store.partition(session, key)
        if found is None:
            return 0
        if found[1] is ParkCause.FORK:
            raise ForkCannotBeReleased(key=key.key)
        settled, stop = await self._replay(session, key)
        if stop is not None and not settled:
            raise ReleaseRefused(key=key.key, error=stop.error)
        return settled

    async def discard(self, session: AsyncSession, key: ParkedKey, place: Place, operation: Operation) -> int:
        """Throw the first parked event away, advance past it and apply what waits behind it; tells how many."""
        await consumer_store.lock(session, place)
        for item in await parking_store.waiting(session, key, 1):
            await parking_store.discard(session, key, item, operation)
            position = (await self._known(session, key)).get(key.key)
            if position is None or position.key_seq < item.header.key_seq:
                passed = Position(item.header.key_seq, item.header.id)
                await positions.save(session, self.group, {key.stream: {key.key: passed}})
        settled, _ = await self._replay(session, key)
        return settled

    async def _replay(self, session: AsyncSession, key: ParkedKey) -> tuple[int, Parked | None]:
        """Apply waiting events until one cannot be; tells how many wait no longer, and what the rest now waits for."""
        items = await parking_store.waiting(session, key, self._settings.consumer_batch_max)
        known = Known(positions=await self._known(session, key))
        refused: dict[EventId, str] = {}
        while True:
            done = self._sorter(key.stream, known, refused).sort(items)
            try:
                async with savepoint(session):
                    await self._handle(session, done.events)
                break
            except _EventRefused as error:
                refused[error.event_id] = error.error
        await positions.save(session, self.group, {key.stream: done.positions})
        still = {one.item.header.id for one in done.parked}
        await parking_store.remove(session, key, [item for item in items if item.header.id not in still])
        stop = next((one for one in done.parked if one.cause is not None), None)
        if stop is not None and stop.cause is not None:
            await parking_store.keep(session, key, stop.cause, stop.error)
        return len(items) - len(still), stop

    async def _known(self, session: AsyncSession, key: ParkedKey) -> dict[str, Position]:
        return (await positions.load(session, self.group, {key.stream: [key.key]}))[key.stream].positions
