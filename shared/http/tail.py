"""A topic's newest facts for any number of readers: a replica that has any reads all partitions, outside any group.

The tail keeps a bounded number of facts. A reader walks them at its own pace, without a buffer of its own; one that
falls behind what is kept must query the state anew and start from there. While nobody follows it, Kafka is not asked:
it would cost as much as publishing does.
"""

import asyncio
import math
from collections import deque
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition

from shared.errors import Kind, Refusal, Weather
from shared.events.envelope import Stream
from shared.http.places import ANY_LOG, Place, PositionGone, PositionMalformed, Vector
from shared.http.sse import TailEvent
from shared.messaging import kafka
from shared.messaging.settings import BackboneSettings
from shared.messaging.signals import Signal, any_of
from shared.messaging.topics import Topics
from shared.observe.logs import get_log

log = get_log()

POLL_MILLISECONDS = 200
TAKEN_MAX = 500
"""How many records are taken at a time, so that a tail that catches up does not hold the doors up."""
RETRY_SECONDS = 1.0
_SAID = ("ce_type", "ce_id", "ce_recordedtime")
CONNECT_SECONDS_MAX = 5.0
"""How long the first reader waits until the stream is connected to Kafka."""
REACH_SECONDS_MAX = 2.0
"""How long a reader that comes from another replica waits until this one has come as far."""


class _Kept(NamedTuple):
    """One record of the tail, as Kafka gave it: it is read only if somebody follows the stream."""

    part: int
    offset: int
    headers: Sequence[tuple[str, bytes]]
    value: bytes | None

    @property
    def size(self) -> int:
        """Tell how many bytes of data are kept with it."""
        return len(self.value or b"")

    def at(self, position: Place) -> TailEvent:
        """Read it as a fact, for a reader who stands there after it."""
        said = dict(self.headers)
        kind, event_id, recorded_at = ((said.get(name) or b"").decode() for name in _SAID)
        version = int(said.get("ce_sequence") or 0)
        return TailEvent(position, kind, self.value or b"", version=version, event_id=event_id, recorded_at=recorded_at)


class LogWentBack(Weather):
    """Kafka's log was shortened or replaced: the positions of readers mean nothing any more."""


class StreamStarting(Refusal):
    """The stream is not connected to Kafka yet; try again in a moment."""

    kind = Kind.BUSY
    retry_after_seconds = 1


class StreamTail:
    """The tail of one stream; `run` fills it, `subscribe` reads it."""

    def __init__(self, topics: Topics, stream: Stream, settings: BackboneSettings) -> None:
        self._topics = topics
        self._topic = topics.name(stream)
        self._stream = stream.topic
        self._log = ""
        self._kept: deque[_Kept] = deque()
        self._events_max = settings.tail_events_max
        self._bytes_max = settings.tail_bytes_max
        self._bytes = 0
        self._dropped = 0
        self._first: list[int] = []
        self._next: list[int] = []
        self._ends: list[int] = []
        self._signal = Signal()
        self._term = 0
        self._idle_seconds = settings.tail_idle_seconds
        self._asked = asyncio.Event()
        self._readers = 0
        self._left_at = -math.inf

    def _place(self, offsets: Sequence[int]) -> Place:
        return Place(self._stream, self._log, tuple(offsets))

    async def run(self, stopping: asyncio.Event) -> None:
        """Follow Kafka while anybody follows the stream, until the service stops; begin again after every failure."""
        while not stopping.is_set():
            if self._is_idle():
                self._asked.clear()
                await any_of(self._asked.wait(), stopping.wait())
                continue
            try:
                await self._follow(stopping)
            except (*kafka.KAFKA_WEATHER, Weather) as error:
                log.warning("tail_failed", topic=self._topic, error=repr(error))
                await asyncio.sleep(RETRY_SECONDS)
        self._end_term()

    def _is_idle(self) -> bool:
        return not self._readers and asyncio.get_running_loop().time() - self._left_at > self._idle_seconds

    @contextmanager
    def _reader(self) -> Iterator[None]:
        """Keep the stream connected as long as the block lasts, and for a while after it."""
        self._readers += 1
        self._asked.set()
        try:
            yield
        finally:
            self._readers -= 1
            self._left_at = asyncio.get_running_loop().time()

    async def _follow(self, stopping: asyncio.Event) -> None:
        reader = await kafka.start_reader(self._topics.servers, client_id=f"{self._topics.namespace}-tail")
        try:
            await self._begin(reader)
            while not (stopping.is_set() or self._is_idle()):
                kafka.check_alive(reader)
                fetched = await reader.getmany(timeout_ms=POLL_MILLISECONDS, max_records=TAKEN_MAX)
                for place, messages in fetched.items():
                    for message in messages:
                        self._keep(_Kept(place.partition, message.offset, message.headers, message.value))
                if fetched:
                    self._signal.set()
            self._end_term()
        finally:
            await kafka.stop(reader)

    async def _begin(self, reader: AIOKafkaConsumer) -> None:
        state = await kafka.log_state(reader, [self._topic])
        places = sorted(state.end_offsets)
        reader.assign(places)
        begins = await reader.beginning_offsets(places)
        each = self._events_max // len(places)
        starts = {place: max(begins[place], state.end_offsets[place] - each) for place in places}
        for place, offset in starts.items():
            reader.seek(place, offset)
        self._end_term()
        self._log = state.topic_ids[self._topic]
        self._first = [starts[TopicPartition(self._topic, place.partition)] for place in places]
        self._next = list(self._first)
        self._ends = [state.end_offsets[place] for place in places]
        log.info("tail_connected", topic=self._topic)

    def _end_term(self) -> None:
        """Forget everything; who reads now comes back with its position."""
        self._term += 1
        self._next = []
        self._kept.clear()
        self._bytes = 0
        self._dropped = 0
        self._signal.set()

    def _keep(self, kept: _Kept) -> None:
        if kept.offset < self._next[kept.part]:
            raise LogWentBack(f"{self._topic}/{kept.part} went back to offset {kept.offset}")
        self._next[kept.part] = kept.offset + 1
        self._kept.append(kept)
        self._bytes += kept.size
        while len(self._kept) > self._events_max or self._bytes > self._bytes_max:
            gone = self._kept.popleft()
            self._bytes -= gone.size
            self._first[gone.part] = gone.offset + 1
            self._dropped += 1

    async def subscribe(self, after: Place | None) -> AsyncGenerator[TailEvent, None]:
        """Follow the stream from a position, or from now; refuses with PositionMalformed or PositionGone."""
        if after is not None and after.stream != self._stream:
            raise PositionMalformed(position=after, stream=self._stream)
        with self._reader():
            await self._connected()
            start = self._now() if after is None else self._start(after)
            await self._reach(start)
        if any(want < first for want, first in zip(start, self._first, strict=True)):
            raise PositionGone(position=self._place(start))
        unread = (index for index, kept in enumerate(self._kept) if kept.offset >= start[kept.part])
        return self._read(start, self._term, self._dropped + next(unread, len(self._kept)))

    async def _connected(self) -> None:
        try:
            async with asyncio.timeout(CONNECT_SECONDS_MAX):
                while not self._next:
                    await self._signal.wait()
        except TimeoutError:
            raise StreamStarting from None

    def _now(self) -> Vector:
        """Tell where the log ends, whether it was read that far or not."""
        return tuple(map(max, self._next, self._ends))

    def _start(self, after: Place) -> Vector:
        if after.log == ANY_LOG:
            return (0,) * len(self._next)
        if after.log != self._log:
            raise PositionGone(position=after)
        return after.over(len(self._next))

    async def _reach(self, start: Vector) -> None:
        """Wait for what another replica has heard already; refuse a place that this stream does not reach."""
        term = self._term
        try:
            async with asyncio.timeout(REACH_SECONDS_MAX):
                while term == self._term and any(want > have for want, have in zip(start, self._now(), strict=True)):
                    await self._signal.wait()
        except TimeoutError:
            raise PositionGone(position=self._place(start)) from None
        if term != self._term:
            raise StreamStarting

    async def _read(self, start: Vector, term: int, cursor: int) -> AsyncGenerator[TailEvent, None]:
        position = list(start)
        with self._reader():
            while term == self._term:
                if cursor < self._dropped:
                    raise PositionGone(position=self._place(position))
                index = cursor - self._dropped
                if index >= len(self._kept):
                    await self._signal.wait()
                    continue
                kept = self._kept[index]
                cursor += 1
                if kept.offset >= position[kept.part]:
                    position[kept.part] = kept.offset + 1
                    yield kept.at(self._place(position))
