"""Fills rebuilt tables from Kafka's offset 0, through the same batches as the live ones, up to where these stand."""

from collections.abc import Callable, Mapping, Sequence
from typing import Generic

from aiokafka import AIOKafkaConsumer, TopicPartition

from shared.db import Database
from shared.messaging import consumer_store, kafka
from shared.messaging.applying import Record
from shared.messaging.batches import Applier, Batch
from shared.messaging.consumer import record_of
from shared.messaging.consumer_store import Ownership, Place
from shared.messaging.handlers import W
from shared.messaging.kafka import KafkaAway
from shared.messaging.parking import Parking
from shared.messaging.parking_store import ParkedKey
from shared.messaging.rounds import cut
from shared.messaging.topics import Topics

FETCH_MS = 500
BATCH_MAX = 5_000
"""Records applied in one transaction: nobody waits for the single one."""

Offsets = Mapping[TopicPartition, int]


class Filling(Generic[W]):
    """One run's reading of the log, from where the run before has come."""

    def __init__(
        self,
        database: Database,
        topics: Topics,
        *,
        applier: Applier[W],
        parking: Parking[W],
        reader: AIOKafkaConsumer,
        on_applied: Callable[[int], None],
    ) -> None:
        self._database = database
        self._topics = topics
        self._applier = applier
        self._parking = parking
        self._reader = reader
        self._on_applied = on_applied
        self._owned: dict[TopicPartition, Ownership] = {}
        self._reached: dict[TopicPartition, int] = {}

    async def acquire(self, topic_ids: Mapping[TopicPartition, str]) -> bool:
        """Become the owner of every partition; tells whether what was read before is of the same logs."""
        async with self._database.transaction() as session:
            for place, topic_id in sorted(topic_ids.items()):
                self._owned[place] = await consumer_store.acquire(session, self._place(place), topic_id)
        self._reached = {place: owned.next_offset for place, owned in self._owned.items()}
        return all(self._owned[place].topic_id == topic_id for place, topic_id in topic_ids.items())

    def left(self, targets: Offsets) -> int:
        """Tell how many offsets lie between here and there; below 0 where the live side has gone back."""
        left = [target - self._reached[place] for place, target in targets.items()]
        return min(*left, 0) or sum(left)

    async def reach(self, targets: Offsets) -> None:
        """Apply everything up to these offsets; raises KafkaAway, passing failures and faults."""
        waiting = {place for place, target in targets.items() if self._reached[place] < target}
        if waiting:
            self._reader.assign(sorted(waiting))
            for place in waiting:
                self._reader.seek(place, self._reached[place])
        while waiting:
            fetched = await self._fetch()
            usable = {place: self._usable(place, records, targets[place]) for place, records in fetched.items()}
            await self._apply({place: records for place, records in usable.items() if records})
            for place in waiting:
                # The last offsets may hold no record any more: compaction has dropped it.
                self._reached[place] = min(targets[place], await self._reader.position(place))
            waiting = {place for place in waiting if self._reached[place] < targets[place]}

    async def _fetch(self) -> Mapping[TopicPartition, Sequence[Record]]:
        try:
            fetched = await self._reader.getmany(timeout_ms=FETCH_MS, max_records=BATCH_MAX)
        except kafka.KAFKA_WEATHER as error:
            raise KafkaAway(f"Kafka stopped answering while its log was read: {error!r}") from error
        return {place: [record_of(message) for message in messages] for place, messages in fetched.items()}

    def _usable(self, place: TopicPartition, records: Sequence[Record], target: int) -> Sequence[Record]:
        begins = self._owned[place].next_offset
        return [record for record in records if begins <= record.offset < target]

    async def _apply(self, fetched: Mapping[TopicPartition, Sequence[Record]]) -> None:
        while fetched:
            now, fetched = cut(fetched, BATCH_MAX)
            batches = [
                Batch(self._topics.stream(place.topic), self._place(place), self._owned[place], records)
                for place, records in now.items()
            ]
            for place, batch, applied in zip(now, batches, await self._applier.apply(batches), strict=True):
                self._owned[place] = applied.owned
                for key in applied.healed:
                    await self._heal(place, ParkedKey(self._applier.group, batch.stream, key))
            self._on_applied(sum(map(len, now.values())))

    async def _heal(self, place: TopicPartition, key: ParkedKey) -> None:
        settled = 1
        while settled:
            async with self._database.transaction() as session:
                settled = await self._parking.heal(session, key, self._place(place))

    def _place(self, place: TopicPartition) -> Place:
        return Place(self._applier.group, place.topic, place.partition)
