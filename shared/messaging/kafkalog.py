"""What the relay knows of Kafka's log, so that it notices when Kafka lost what it had acknowledged.

A power cut of a single broker, a wiped volume or a restored cluster makes the log shorter, or another log under the
same name. Then new facts would reuse offsets that consumers believe they have read; so the relay waits until consumers
have seen the shorter log, and queues the lost facts again, before it publishes anything. It waits first: a leader that
dies while it waits leaves everything as it was for the next one to find.
"""

import asyncio
from collections.abc import Awaitable, Collection, Mapping
from typing import TypeVar
from uuid import UUID

from aiokafka import AIOKafkaConsumer, TopicPartition

from shared import clock
from shared.errors import Weather
from shared.events.envelope import Stream
from shared.messaging import kafka
from shared.messaging.log_memory import Checkpoint, Loss, Progress
from shared.messaging.relay_store import RelaySession
from shared.messaging.settings import BackboneSettings
from shared.messaging.topic_ids import LogState
from shared.messaging.topics import COMPACTED, Topics
from shared.observe.logs import get_log

log = get_log()
T = TypeVar("T")


class LogLost(Weather):
    """Kafka's log is not the one that this leader has published to; a new term begins and sets it right."""


class DatabaseWentBack(Weather):
    """Kafka has facts of this service that its database does not: an older one was restored, and numbers would fork."""


class LogGuard:
    """Compares Kafka's log with what it acknowledged, for one term of leadership."""

    def __init__(self, session: RelaySession, topics: Topics, settings: BackboneSettings) -> None:
        self._session = session
        self._topics = topics
        self._settings = settings
        self._reader: AIOKafkaConsumer | None = None
        self._partitions: dict[int, int] = {}
        self._ids: dict[int, str] = {}
        self._acked: dict[tuple[int, int], int] = {}
        self._outdated: set[int] = set()
        """Compacted streams in which somebody else wrote behind what this leader knows."""
        self._settled_seq: int | None = None
        self._settled_at = 0.0
        self._looked_at = 0.0

    async def start(self, reader: AIOKafkaConsumer, streams: frozenset[Stream]) -> None:
        """Look at the log before anything is published; queue again what it lost."""
        self._reader = reader
        names = {self._topics.name(stream): stream for stream in streams}
        state = await self.alive(kafka.log_state(self._reader, names))
        for topic, stream in names.items():
            self._ids[stream] = state.topic_ids[topic]
            self._partitions[stream] = sum(1 for place in state.end_offsets if place.topic == topic)
        last = await self._refuse_forks(state)
        progress = [known for known in await self._session.memory.progress() if known.topic in self._ids]
        lost = await self._find_lost(progress, state, last)
        self._acked = {(known.topic, known.part): known.offset for known in progress if known not in lost}
        self._find_strays(state)
        if lost:
            await self._recover(lost, state)
        await self.tell_newest_again()
        self._looked_at = clock.monotonic()

    async def _refuse_forks(self, state: LogState) -> Mapping[TopicPartition, UUID]:
        """Publish nothing beside facts that the database has forgotten: what follows would reuse their numbers.

        Gives the facts of ours that Kafka's log ends with.
        """
        assert self._reader is not None, "the guard has started"
        last = await self.alive(kafka.last_ids(self._reader, state.end_offsets, source=self._session.source))
        forgotten = await self._session.memory.unknown(last.values())
        places = [f"{place.topic}/{place.partition}" for place, event_id in last.items() if event_id in forgotten]
        if places:
            raise DatabaseWentBack(f"Kafka has facts that this database does not, at the end of {', '.join(places)}")
        return last

    async def _find_lost(
        self, progress: Collection[Progress], state: LogState, last: Mapping[TopicPartition, UUID]
    ) -> set[Progress]:
        """Find the partitions that no longer have, at its place, the last fact that Kafka acknowledged there."""
        left = {known for known in progress if not self._ends_with(known, state, last)}
        there = [known for known in left if self._reaches(known, state)]
        found = await self._ids_at({self._place(known.topic, known.part): known.offset for known in there})
        same = {known for known in there if self._is_same(known, found[self._place(known.topic, known.part)])}
        return left - same

    def _ends_with(self, known: Progress, state: LogState, last: Mapping[TopicPartition, UUID]) -> bool:
        place = self._place(known.topic, known.part)
        is_end = self._reaches(known, state) and state.end_offsets[place] == known.offset + 1
        return is_end and last.get(place) == known.event_id

    def _reaches(self, known: Progress, state: LogState) -> bool:
        end = state.end_offsets.get(self._place(known.topic, known.part), 0)
        return self._ids[known.topic] == known.topic_id and end > known.offset

    def _is_same(self, known: Progress | Checkpoint, found: object, *, topic: int | None = None) -> bool:
        stream = known.topic if isinstance(known, Progress) else topic
        return found == known.event_id or (found is None and stream in COMPACTED)

    async def _recover(self, lost: set[Progress], state: LogState) -> None:
        log.error("kafka_log_lost", partitions=[f"{Stream(one.topic).topic}/{one.part}" for one in lost])
        await self.alive(asyncio.sleep(self._settings.relay_loss_grace_seconds))
        good = {one: await self._last_good(one, state) for one in lost}
        for topic in {one.topic for one in lost}:
            after = min(point.good_seq if point else 0 for one, point in good.items() if one.topic == topic)
            queued = await self._session.memory.requeue(topic, after_seq=after)
            log.error("facts_queued_again", topic=Stream(topic).topic, after_seq=after, facts=queued)
        # What a leader that was replaced had on the wire may have come meanwhile: it is part of the stretch, too.
        now = await self._state()
        await self._session.memory.note([self._loss(one, point, now) for one, point in good.items()])
        await self._session.memory.forget(good)

    def _loss(self, lost: Progress, good: Checkpoint | None, state: LogState) -> Loss:
        end = state.end_offsets.get(self._place(lost.topic, lost.part), 0)
        return Loss(lost.topic, lost.part, from_offset=0 if good is None else good.offset + 1, to_offset=end)

    async def _last_good(self, lost: Progress, state: LogState) -> Checkpoint | None:
        """Find the newest checkpoint that the log still bears out; below one that it does, it does all."""
        if self._ids[lost.topic] != lost.topic_id:
            return None
        place = self._place(lost.topic, lost.part)
        points = await self._session.memory.checkpoints(lost, below=state.end_offsets.get(place, 0))
        first, beyond = 0, len(points)
        while first < beyond:
            middle = (first + beyond) // 2
            found = await self._ids_at({place: points[middle].offset})
            if self._is_same(points[middle], found[place], topic=lost.topic):
                beyond = middle
            else:
                first = middle + 1
        return points[first] if first < len(points) else None

    async def _ids_at(self, places: dict[TopicPartition, int]) -> dict[TopicPartition, object]:
        assert self._reader is not None, "the guard has started"
        return {**await self.alive(kafka.ids_at(self._reader, places))}

    def _place(self, stream: int, part: int) -> TopicPartition:
        return TopicPartition(self._topics.name(Stream(stream)), part)

    def knows(self, stream: int) -> bool:
        """Tell whether the stream is one that this service tells on."""
        return stream in self._partitions

    def partitions(self, stream: int) -> int:
        """Tell how many partitions the stream's topic has."""
        return self._partitions[stream]

    def topic_id(self, stream: int) -> str:
        """Tell Kafka's own id of the stream's topic."""
        return self._ids[stream]

    def goes_on(self, stream: int, part: int, *, first: int, last: int) -> bool:
        """Tell whether acknowledged offsets lie above those before: if not, the log went back."""
        before = self._acked.get((stream, part), first - 1)
        self._note_stray(stream, before, first)
        self._acked[stream, part] = max(before, last)
        return first > before

    async def look(self) -> None:
        """From time to time, look whether the log is still the one published to; raises LogLost."""
        if clock.monotonic() - self._looked_at < self._settings.relay_log_check_seconds:
            return
        state = await self._state()
        self._looked_at = clock.monotonic()
        for stream, topic_id in self._ids.items():
            if state.topic_ids[self._topics.name(Stream(stream))] != topic_id:
                raise LogLost(f"{Stream(stream).topic} is another topic now")
        for (stream, part), offset in self._acked.items():
            if state.end_offsets.get(self._place(stream, part), 0) <= offset:
                raise LogLost(f"partition {part} of {Stream(stream).topic} ends before offset {offset}")
        self._find_strays(state)
        await self.tell_newest_again()

    def _find_strays(self, state: LogState) -> None:
        """See where a compacted log has grown by what this leader did not write: an older one's facts came late."""
        for (stream, part), offset in self._acked.items():
            end = state.end_offsets[self._place(stream, part)]
            self._note_stray(stream, offset, end)
            self._acked[stream, part] = end - 1 if stream in COMPACTED else offset

    def _note_stray(self, stream: int, before: int, first: int) -> None:
        if first > before + 1 and stream in COMPACTED:
            self._outdated.add(stream)

    async def tell_newest_again(self) -> None:
        """Queue the newest facts of compacted streams again where an older one may stand behind them and be kept."""
        outdated, self._outdated = self._outdated, set()
        if outdated:
            log.warning("newest_told_again", topics=[Stream(stream).topic for stream in sorted(outdated)])
            await self._session.memory.requeue_newest(sorted(outdated))

    async def _state(self) -> LogState:
        assert self._reader is not None, "the guard has started"
        names = [self._topics.name(Stream(stream)) for stream in self._ids]
        return await self.alive(kafka.log_state(self._reader, names))

    async def checkpoint(self) -> None:
        """From time to time, note a point up to which Kafka surely has everything.

        A number seen one interval ago is settled: every transaction that drew a lower one has ended since.
        """
        if clock.monotonic() - self._settled_at < self._settings.relay_checkpoint_seconds:
            return
        settled, self._settled_seq = self._settled_seq, await self._session.memory.highest_seq()
        self._settled_at = clock.monotonic()
        if settled is not None:
            await self._session.memory.checkpoint(settled, keep=self._settings.relay_checkpoints_kept)

    async def alive(self, work: Awaitable[T]) -> T:
        """Wait for work while showing the database that this leader lives; raises when the session has died."""
        task = asyncio.ensure_future(work)
        try:
            while True:
                done, _ = await asyncio.wait({task}, timeout=self._settings.relay_heartbeat_seconds)
                if done:
                    return task.result()
                await self._session.heartbeat()
        finally:
            task.cancel()
