"""Batches of one or several partitions in one transaction: fence, sort, handle, settle, remember. All or nothing."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from logging import DEBUG
from typing import Generic

from sqlalchemy.ext.asyncio import AsyncSession

from shared import clock
from shared.db import Database
from shared.errors import Fault, Refusal
from shared.events.envelope import CloudEvent, ContractBroken, Event, Stream
from shared.messaging import consumer_store, parking_store, positions
from shared.messaging.applying import Item, ParkCause, Parked, Record, Sorted, Sorter, read
from shared.messaging.consumer_store import Ownership, Place, Step
from shared.messaging.handlers import Registry, Subscription, W
from shared.messaging.parking_store import ParkedIn
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


class EventRefused(Exception):  # not an error of the batch: it is tried again without the event
    """A handler refused one event."""

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
            except EventRefused as error:
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
        parked_before = frozenset(key for mine in known.values() for key in mine.parked)
        done = [self._sort(each, known[each.batch.stream], refused) for each in reads]
        await self.handle(session, [event for mine in done for event in mine.events])
        await self._check_flood(session, [one for mine in done for one in mine.parked], parked_before)
        reached: defaultdict[Stream, dict[str, Position]] = defaultdict(dict)
        for each, mine in zip(reads, done, strict=True):
            stream, place = each.batch.stream, each.batch.place
            reached[stream].update(mine.positions)
            await parking_store.park(session, ParkedIn(self.group, stream, place.part), mine.parked)
        await positions.save(session, self.group, reached)
        return done

    def _sort(self, each: _Read, known: Known, refused: Mapping[EventId, str]) -> Sorted:
        """Sort a batch; another one of its stream may hold facts of the same keys, if partitions were added."""
        done = self.sorter(each.batch.stream, known, refused).sort(each.items)
        known.positions.update(done.positions)
        known.parked.update({one.item.header.key: one.cause for one in done.parked if one.cause is not None})
        return done

    def sorter(self, stream: Stream, known: Known, refused: Mapping[EventId, str]) -> Sorter:
        """Make what sorts records of a stream against what is known of their keys."""
        return Sorter(
            registry=self._subscription.registry,
            known=known.positions,
            parked={key: ParkCause(cause) for key, cause in known.parked.items()},
            refused=refused,
            compacted=stream in COMPACTED,
        )

    async def handle(self, session: AsyncSession, events: Sequence[CloudEvent[Event]]) -> None:
        """Lock and load what events touch, handle them in order, and write the outcome; raises EventRefused."""
        if not events:
            return
        registry = self._subscription.registry
        touched = frozenset(touch for event in events for touch in registry.touches(event))
        work = await self._subscription.open_work(session, events, touched)
        before = tracing.current.get()
        try:
            for event in events:
                trace = tracing.parse(event.traceparent)
                tracing.current.set(None if trace is None else trace.child())
                await _handled(registry, work, event)
        finally:
            tracing.current.set(before)
        await work.settle()

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
        self.count_applied(stream, done.events)
        labels = (self.group, stream.topic)
        self.metrics.duplicates_total.labels(*labels).inc(done.duplicates)
        self.metrics.forks_total.labels(*labels).inc(done.forks)
        self.metrics.holes_total.labels(*labels).inc(done.holes)
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

    def count_applied(self, stream: Stream, events: Sequence[CloudEvent[Event]]) -> None:
        """Count facts whose effects are committed, and how old they were."""
        labels = (self.group, stream.topic)
        self.metrics.applied_total.labels(*labels).inc(len(events))
        now = clock.now()
        age = self.metrics.event_age_seconds.labels(*labels)
        is_told = log.is_enabled_for(DEBUG)
        for event in events:
            age.observe((now - event.recorded_at).total_seconds())
            if is_told:
                log.debug("fact_applied", group=self.group, event_id=event.id, key=event.key, trace=event.traceparent)


async def _handled(registry: Registry[W], work: W, event: CloudEvent[Event]) -> None:
    try:
        await registry.handle(work, event)
    except (Refusal, ContractBroken) as error:
        raise EventRefused(event.id, f"{type(error).__name__}: {error}") from error
