"""Applies what one fetch brought: as much as a transaction may hold, of several partitions, each under its own fence.

A transaction costs the same whether it holds one record or fifty, so at a moderate pace, when each partition has one or
two, they go together. What fails together is tried again partition by partition, and then record by record, so that a
stale owner, a fault or a flood stops its own partition alone.
"""

import asyncio
import random
from collections.abc import Mapping, Sequence
from typing import Generic

from aiokafka import TopicPartition

from shared import clock
from shared.db import Database, is_away, is_weather
from shared.messaging import parking_store
from shared.messaging.applying import Record
from shared.messaging.batches import Applier, Batch
from shared.messaging.consumer_store import Fenced
from shared.messaging.handlers import W
from shared.messaging.log_watch import LogWatch
from shared.messaging.owners import Owners
from shared.messaging.parking import Parking
from shared.messaging.parking_store import ParkedKey
from shared.messaging.settings import BackboneSettings
from shared.messaging.topics import Topics
from shared.observe.logs import get_log

log = get_log()

GATHERING_TO_WORK = 3.0
"""A consumer that has little to do rests so many times as long as it works: else it would keep a core busy with it."""

Fetched = Mapping[TopicPartition, Sequence[Record]]
Places = set[TopicPartition]


class BatchSize:
    """How many records one transaction takes: what it locks, doors wait for, so one that lasts long is cut shorter.

    Fewer than a minimum take nearly as long, and a consumer on a slow machine would never catch up with them.
    """

    def __init__(self, records_max: int, *, records_min: int, seconds_max: float) -> None:
        self.records = records_max
        self._records_max = records_max
        self._records_min = min(records_min, records_max)
        self._seconds_max = seconds_max

    def learn(self, records: int, seconds: float) -> None:
        """Take less once so many records lasted too long, and more again once as many as may be took half the time."""
        if seconds > self._seconds_max:
            self.records = max(self._records_min, min(records, self.records) // 2)
        elif records >= self.records and seconds < self._seconds_max / 2:
            self.records = min(self.records * 2, self._records_max)


class Rounds(Generic[W]):
    """Applies records to the partitions that one connection serves."""

    def __init__(
        self,
        database: Database,
        topics: Topics,
        owners: Owners,
        watch: LogWatch,
        *,
        applier: Applier[W],
        parking: Parking[W],
        settings: BackboneSettings,
    ) -> None:
        self._database = database
        self._topics = topics
        self._owners = owners
        self._watch = watch
        self._applier = applier
        self._settings = settings
        self._metrics = applier.metrics
        self._parking = parking
        self._size = BatchSize(
            settings.consumer_batch_max,
            records_min=settings.consumer_batch_min,
            seconds_max=settings.consumer_batch_seconds,
        )

    async def serve(self, fetched: Fetched, stopping: asyncio.Event) -> None:
        """Apply records of partitions that are owned; what cannot be applied now is left for another fetch.

        Ends early, between two transactions, when the service stops or the partitions move.
        """
        places = sorted(place for place in fetched if self._owners.owned(place))
        async with self._owners.working(places):
            usable = {place: await self._watch.usable(place, fetched[place]) for place in places}
            left: Fetched = {place: records for place, records in usable.items() if records}
            while left and not stopping.is_set():
                now, left = cut(left, self._size.records)
                begun = clock.monotonic()
                failed = await self._apply(now)
                self._size.learn(sum(map(len, now.values())), clock.monotonic() - begun)
                left = {
                    place: records
                    for place, records in left.items()
                    if place not in failed and self._owners.owned(place) is not None
                }

    async def _apply(self, fetched: Fetched) -> Places:
        """Apply records in one transaction; tells the partitions that did not get so far."""
        error: Exception | None = None
        for attempt in range(1, self._settings.consumer_retries + 1):
            batches = self._batches(fetched)
            if len(batches) < len(fetched):
                return set(fetched) - set(batches) | await self._apply_rest(fetched, set(batches))
            try:
                await self._apply_once(batches)
            except Fenced as fenced:
                return await self._let_go(fetched, fenced)
            except Exception as failed:  # noqa: BLE001  # sorted into passing failures and faults right here
                if not is_weather(failed):
                    return await self._isolate(fetched, failed)
                error = failed
                self._metrics.batch_retries_total.labels(self._applier.group, type(failed).__name__).inc()
                log.warning("batch_retried", group=self._applier.group, attempt=attempt, error=repr(failed))
                await asyncio.sleep(random.uniform(0.5, 1.0) * 0.05 * 2**attempt)  # noqa: S311  # jitter
            else:
                return set()
        assert error is not None, "only a passing failure leads here"
        return await self._outlast(fetched, error)

    async def _outlast(self, fetched: Fetched, error: Exception) -> Places:
        """Try apart what fails together though the database is there; what still fails waits for another fetch."""
        parts = [] if is_away(error) else apart(fetched)
        if parts:
            return await self._apply_apart(parts)
        for place in fetched:
            self._owners.put_off(place, repr(error))
        return set(fetched)

    async def _apply_apart(self, parts: Sequence[Fetched]) -> Places:
        failed: Places = set()
        for part in parts:
            rest = {place: records for place, records in part.items() if place not in failed}
            failed |= await self._apply(rest) if rest else set()
        return failed

    def _batches(self, fetched: Fetched) -> dict[TopicPartition, Batch]:
        """Say what comes next to each partition that is still owned."""
        owned = {place: self._owners.owned(place) for place in fetched}
        return {
            place: Batch(self._topics.stream(place.topic), self._owners.place(place), owner, fetched[place])
            for place, owner in owned.items()
            if owner is not None
        }

    async def _apply_once(self, batches: Mapping[TopicPartition, Batch]) -> None:
        for place, batch in batches.items():
            self._owners.begin(place, batch.records[0].timestamp)
        done = await self._applier.apply(list(batches.values()))
        for place, applied in zip(batches, done, strict=True):
            self._owners.advance(place, applied.owned)
        size = sum(len(batch.records) for batch in batches.values())
        self._metrics.batch_size.labels(f"consumer {self._applier.kind}").observe(size)
        for (place, batch), applied in zip(batches.items(), done, strict=True):
            for key in applied.healed:
                await self._heal(place, ParkedKey(self._applier.group, batch.stream, key))

    async def _let_go(self, fetched: Fetched, error: Fenced) -> Places:
        """Give up the partitions that others own by now, and apply the others again."""
        stale = {place for place in fetched if self._owners.place(place) in error.places}
        for place in stale:
            self._metrics.fenced_batches_total.labels(self._applier.group, self._topics.stream(place.topic).topic).inc()
            self._owners.fenced(place)
        log.warning("batch_fenced", group=self._applier.group, error=str(error))
        return stale | await self._apply_rest(fetched, set(fetched) - stale)

    async def _apply_rest(self, fetched: Fetched, places: Places) -> Places:
        return await self._apply({place: fetched[place] for place in places}) if places else set()

    async def _isolate(self, fetched: Fetched, error: Exception) -> Places:
        """Apply what is good before a fault, and stop its partition at the record that is not."""
        parts = apart(fetched)
        if parts:
            return await self._apply_apart(parts)
        ((place, records),) = fetched.items()
        log.error("batch_fault", group=self._applier.group, offset=records[0].offset, exc_info=error)
        self._owners.stop(place, repr(error))
        return {place}

    async def _heal(self, place: TopicPartition, key: ParkedKey) -> None:
        """Apply what waited for a hole that is now filled; a fault there stops the partition as anywhere else."""
        try:
            settled = 1
            while settled:
                async with self._database.transaction() as session:
                    settled = await self._parking.heal(session, key, self._owners.place(place))
        except Exception as error:  # sorted into passing failures and faults right here
            log.exception("heal_failed", group=key.group, key=key.key)
            if not is_weather(error):
                self._owners.stop(place, repr(error))

    async def heal_filled(self) -> None:
        """Release keys whose hole was filled by a batch that crashed before it could."""
        async with self._database.transaction() as session:
            keys = await parking_store.healable(session, self._applier.group)
        for key, part in keys:
            place = TopicPartition(self._topics.name(key.stream), part)
            if self._owners.owned(place):
                await self._heal(place, key)


def apart(fetched: Fetched) -> list[Fetched]:
    """Divide what failed together: into its partitions, or one partition's records into halves; one is not divided."""
    if len(fetched) > 1:
        return [{place: records} for place, records in fetched.items()]
    ((place, records),) = fetched.items()
    middle = len(records) // 2
    return [{place: records[:middle]}, {place: records[middle:]}] if middle else []


def cut(fetched: Fetched, size: int) -> tuple[Fetched, Fetched]:
    """Divide records into what one transaction takes, an equal share of each partition at least, and the rest."""
    now: dict[TopicPartition, Sequence[Record]] = {}
    rest: dict[TopicPartition, Sequence[Record]] = {}
    for number, place in enumerate(sorted(fetched, key=lambda each: len(fetched[each]))):
        share = max(1, (size - sum(map(len, now.values()))) // (len(fetched) - number))
        now[place] = fetched[place][:share]
        if fetched[place][share:]:
            rest[place] = fetched[place][share:]
    return now, rest


def are_few(served: Fetched, settings: BackboneSettings) -> bool:
    """Tell whether these are fewer records than a transaction takes: whoever is behind has no time to lose."""
    return sum(map(len, served.values())) < settings.consumer_batch_max


def gathering(served: Fetched, seconds: float, settings: BackboneSettings) -> float:
    """Say how long records may come together after these have taken so many seconds: a few cost nearly what many do.

    On a machine that is at leisure that is a few milliseconds; on one that is not, as much as the settings allow.
    """
    longest = settings.consumer_gather_seconds_max
    return min(GATHERING_TO_WORK * seconds, longest) if are_few(served, settings) else 0.0
