"""Whether the log that a consumer reads is still the one it has applied.

Kafka may lose what it had acknowledged. The relay then tells the lost facts again, after a grace in which consumers
look at the log and go back; one that has not looked for that long, or that comes back after an absence, first proves
that the record it applied last still stands at its place.
"""

from collections.abc import Iterable, Sequence

from aiokafka import AIOKafkaConsumer, TopicPartition

from shared import clock
from shared.db import Database
from shared.messaging import consumer_store, kafka
from shared.messaging.applying import Record, read
from shared.messaging.consumer_store import Fenced
from shared.messaging.owners import Held, Owners, goes_back
from shared.messaging.topics import COMPACTED, Topics
from shared.observe.logs import get_log

log = get_log()


class LogWatch:
    """Looks after the log under the partitions that one connection serves."""

    def __init__(
        self, database: Database, topics: Topics, owners: Owners, *, client: AIOKafkaConsumer, reader: AIOKafkaConsumer
    ) -> None:
        self._database = database
        self._topics = topics
        self._owners = owners
        self._client = client
        self._reader = reader
        self._looked_at: float | None = None

    async def take_over(self, streams: Iterable[str]) -> None:
        """Take over what is assigned and not owned yet, from where the log and the database agree."""
        missing = self._owners.missing()
        if missing:
            state = await kafka.log_state(self._reader, streams)
            for place in sorted(missing):
                await self._owners.take_over(place, state)

    async def look(self, streams: Iterable[str], *, grace_seconds: float) -> None:
        """Look whether the log was shortened or replaced under what this process owns; go back if so."""
        kafka.refresh_metadata(self._client)
        state = await kafka.log_state(self._reader, streams)
        self._owners.ends = dict(state.end_offsets)
        now = clock.monotonic()
        is_late = self._looked_at is not None and now - self._looked_at > grace_seconds
        self._looked_at = now
        for place, held in list(self._owners.held.items()):
            back = goes_back(held.owned, place, state)
            if back is not None:
                await self._go_back(place, back, state.topic_ids[place.topic])
            elif is_late:
                # Meanwhile the log may have been cut and have grown again beyond where this partition stands.
                self._owners.own(place, held.owned)

    async def out_of_range(self, streams: Iterable[str], *, grace_seconds: float) -> None:
        """Go back to a log that was shortened, and stop where Kafka has dropped what was not applied yet."""
        await self.look(streams, grace_seconds=grace_seconds)
        begins = await kafka.begin_offsets(self._reader, self._owners.held)
        for place, begin in begins.items():
            held = self._owners.held.get(place)
            if held is None:
                continue
            if held.owned.next_offset < begin:
                self._owners.stop(place, f"Kafka dropped {held.owned.next_offset}..{begin - 1} before it was applied")
                continue
            held.is_proven = held.is_proven or held.owned.next_offset == begin
            self._owners.fetch_again(place)

    async def usable(self, place: TopicPartition, records: Sequence[Record]) -> list[Record]:
        """Keep the records that continue where the partition stands; none if they were fetched from elsewhere.

        Called while `Owners.working` holds the partition.
        """
        held = self._owners.held.get(place)
        if held is None or not records:
            return []
        begins = held.owned.next_offset - (0 if held.is_proven else 1)
        fresh = [record for record in records if record.offset >= begins]
        if not fresh or not self._continues(place, held, fresh[0].offset, begins):
            return []
        if held.is_proven:
            return fresh
        if fresh[0].offset == begins and self._id(place, fresh[0]) != held.owned.last_event_id:
            await self._rewind(place, 0, held.owned.topic_id)
            return []
        held.is_proven = True
        return [record for record in fresh if record.offset > begins]

    def _continues(self, place: TopicPartition, held: Held, starts: int, begins: int) -> bool:
        """Tell whether records begin where they must; a hole in the offsets is believed when it is seen twice."""
        if starts in {begins, held.gap} or self._topics.stream(place.topic) in COMPACTED:
            held.gap = None
            return True
        held.gap = starts
        self._owners.fetch_again(place)
        return False

    def _id(self, place: TopicPartition, record: Record) -> object:
        return read(record, self._owners.place(place).label()).header.id

    async def _go_back(self, place: TopicPartition, offset: int, topic_id: str) -> None:
        async with self._owners.working([place]):
            await self._rewind(place, offset, topic_id)

    async def _rewind(self, place: TopicPartition, offset: int, topic_id: str) -> None:
        owned = self._owners.owned(place)
        if owned is None:
            return
        log.error("kafka_log_lost", topic=place.topic, part=place.partition, at=owned.next_offset, back_to=offset)
        try:
            async with self._database.transaction() as session:
                back = await consumer_store.rewind(
                    session, self._owners.place(place), owned, next_offset=offset, topic_id=topic_id
                )
        except Fenced:
            self._owners.let_go(place)
            return
        # Kafka may have given the partition away meanwhile; owned again, it would never be taken over anew.
        if self._owners.owned(place) is owned:
            self._owners.own(place, back)
