"""Kafka as the backbone sees it: partitions that grow and may be compacted, producers, readers, and moving groups.

It stands in for `shared.messaging.kafka`. Groups are harsher than Kafka's: a partition is given to its next owner
without waiting until the one before has ended its batch, so owners are stale more often than in life. A batch may be
refused, its acknowledgement may be lost, and what is on the wire arrives although its producer was dropped. The log may
lose what it had acknowledged: the ends of its partitions, or a whole topic, which is another one from then on.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from aiokafka import TopicPartition
from aiokafka.errors import MessageSizeTooLargeError, NotLeaderForPartitionError, ProducerClosed

from shared.messaging.kafka import KafkaAway
from shared.messaging.topic_ids import LogState
from tests.faults.simulation.consumers import MemoryConsumer, MemoryGroup
from tests.faults.simulation.loop import SimulatedLoop
from tests.faults.simulation.weather import Weather

T = TypeVar("T")
BATCH_RECORDS_MAX = 3


@dataclass(frozen=True, slots=True)
class Message:
    """One record as it stands in the log."""

    offset: int
    key: bytes
    value: bytes
    headers: Sequence[tuple[str, bytes]]
    timestamp: int


class MemoryLog:
    """One Kafka."""

    def __init__(self, loop: SimulatedLoop, weather: Weather, *, partitions: int) -> None:
        self.loop = loop
        self.weather = weather
        self.partitions: dict[TopicPartition, list[Message]] = {}
        self.counts = {
            "refused": 0,
            "unacknowledged": 0,
            "late": 0,
            "ceased": 0,
            "shortened": 0,
            "replaced": 0,
            "poisoned": 0,
            "compacted": 0,
        }
        self.gone: dict[TopicPartition, set[int]] = defaultdict(set)
        """Offsets at which nothing stands any more, for a newer record has the same key."""
        self.refuses: Callable[[bytes], bool] = lambda _: False
        """Whether a record with such a value is refused for good, and with it its batch."""
        self.on_append: Callable[[TopicPartition, Sequence[Message]], None] = lambda *_: None
        self._size = partitions
        self._replaced: dict[str, int] = {}
        self._groups: dict[str, MemoryGroup] = {}
        self._waiting: dict[TopicPartition, list[Callable[[], None]]] = {}

    def make(self, topic: str) -> None:
        """Make a topic."""
        self.partitions.update({TopicPartition(topic, part): [] for part in range(self._size)})

    def shorten(self, keep: Callable[[int], int]) -> None:
        """Lose the end of every partition, as a power cut does; told how long each is, `keep` says what is left."""
        for records in self.partitions.values():
            left = keep(len(records))
            self.counts["shortened"] += left < len(records)
            del records[left:]

    def replace(self, topic: str) -> None:
        """Lose a topic: another one stands under its name from now on."""
        self._replaced[topic] = self._replaced.get(topic, 0) + 1
        self.counts["replaced"] += 1
        self.make(topic)

    def compact(self) -> None:
        """Keep the newest record of every key alone, as a compacted topic does when it comes to it."""
        for place, records in self.partitions.items():
            newest = {record.key: record.offset for record in records}
            before = len(self.gone[place])
            self.gone[place].update(each.offset for each in records if each.offset != newest[each.key])
            self.counts["compacted"] += len(self.gone[place]) - before

    def read(self, place: TopicPartition, start: int) -> list[Message]:
        """Read what a partition still has from an offset on."""
        return [record for record in self.partitions[place][start:] if record.offset not in self.gone[place]]

    async def ask(self, work: Callable[[], T]) -> T:
        """Let the broker do something, and wait for its answer."""
        answer = self.loop.create_future()
        self.loop.outside(self.weather.delay(), self._serve, work, answer)
        result: T = await answer
        return result

    def _serve(self, work: Callable[[], object], answer: "asyncio.Future[Any]") -> None:
        result = work()
        if self.weather.strikes(self.weather.refused):
            self.loop.outside(self.weather.delay(), _fail, answer, KafkaAway("the broker did not answer"))
        else:
            self.loop.outside(self.weather.delay(), _succeed, answer, result)

    def append(self, place: TopicPartition, batch: "_BatchBuilder") -> int:
        """Append records; gives the offset of the first."""
        records = self.partitions[place]
        first = len(records)
        new = [Message(first + number, *fields) for number, fields in enumerate(batch.records)]
        records += new
        self.on_append(place, new)
        for wake in self._waiting.pop(place, []):
            wake()
        return first

    def when_longer(self, places: Iterable[TopicPartition], wake: Callable[[], None]) -> None:
        """Call back once one of these partitions has grown."""
        for place in places:
            self._waiting.setdefault(place, []).append(wake)

    async def start_producer(self, _servers: str, *, client_id: str) -> "MemoryProducer":
        """Stand in for the function of the same name."""
        await self.ask(lambda: client_id)
        return MemoryProducer(self)

    async def start_consumer(
        self, _servers: str, *, client_id: str, group: str, session_timeout_seconds: float, **_: float
    ) -> MemoryConsumer:
        """Stand in for the function of the same name."""
        await self.ask(lambda: client_id)
        joined = self._groups.setdefault(group, MemoryGroup(self.loop, session_timeout_seconds))
        return MemoryConsumer(self, joined)

    async def start_reader(self, _servers: str, *, client_id: str) -> "MemoryReader":
        """Stand in for the function of the same name."""
        await self.ask(lambda: client_id)
        return MemoryReader()

    async def get_ready(self, _client: object, _topics: Iterable[str]) -> None:
        """Stand in for the function of the same name."""
        await asyncio.sleep(self.weather.delay())

    async def stop(self, client: Any) -> None:
        """Stand in for the function of the same name."""
        client.leave()
        await asyncio.sleep(self.weather.delay())

    drop = stop

    async def log_state(self, _reader: object, topics: Iterable[str]) -> LogState:
        """Stand in for the function of the same name."""
        wanted = set(topics)

        def state() -> LogState:
            ends = {place: len(records) for place, records in self.partitions.items() if place.topic in wanted}
            ids = {place.topic: f"id {self._replaced.get(place.topic, 0)} of {place.topic}" for place in ends}
            return LogState(ids, ends)

        return await self.ask(state)

    async def config_differences(self, _servers: str, wanted: Mapping[str, Mapping[str, str]]) -> list[str]:
        """Stand in for the function of the same name."""
        return await self.ask(lambda: [topic for topic in wanted if TopicPartition(topic, 0) not in self.partitions])

    async def begin_offsets(self, _reader: object, places: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        """Stand in for the function of the same name."""
        return await self.ask(lambda: dict.fromkeys(places, 0))

    async def ids_at(self, _reader: object, places: Mapping[TopicPartition, int]) -> dict[TopicPartition, UUID | None]:
        """Stand in for the function of the same name."""

        def ids() -> dict[TopicPartition, UUID | None]:
            found = {place: self.read(place, offset)[:1] for place, offset in places.items()}
            return {
                place: self._id(there[0]) if there and there[0].offset == places[place] else None
                for place, there in found.items()
            }

        return await self.ask(ids) if places else {}

    async def last_ids(
        self, _reader: object, ends: Mapping[TopicPartition, int], *, source: str
    ) -> dict[TopicPartition, UUID]:
        """Stand in for the function of the same name."""

        def ids() -> dict[TopicPartition, UUID]:
            records = {place: self.partitions[place][max(0, end - 1) : end] for place, end in ends.items()}
            last = {place: there[0] for place, there in records.items() if there}
            ours = {place: each for place, each in last.items() if dict(each.headers)["ce_source"] == source.encode()}
            return {place: self._id(each) for place, each in ours.items()}

        return await self.ask(ids)

    def refresh_metadata(self, _client: object) -> None:
        """Stand in for the function of the same name."""

    def check_alive(self, client: MemoryConsumer) -> None:
        """Stand in for the function of the same name."""
        if client.has_ceased:
            raise KafkaAway("this client no longer fetches")

    def _id(self, message: Message) -> UUID:
        return UUID(dict(message.headers)["ce_id"].decode())


STOOD_IN_FOR = (
    *("start_producer", "start_consumer", "start_reader", "get_ready", "stop", "drop", "check_alive"),
    *("log_state", "config_differences", "begin_offsets", "ids_at", "last_ids", "refresh_metadata"),
)


class MemoryReader:
    """A client outside any group."""

    def leave(self) -> None:
        """Go; nobody notices."""


class _BatchBuilder:
    """A batch under way to one partition."""

    def __init__(self) -> None:
        self.records: list[tuple[bytes, bytes, Sequence[tuple[str, bytes]], int]] = []

    def append(self, *, key: bytes, value: bytes, timestamp: int, headers: Sequence[tuple[str, bytes]]) -> bool | None:
        """Add a record; none if the batch is full."""
        if len(self.records) >= BATCH_RECORDS_MAX:
            return None
        self.records.append((key, value, headers, timestamp))
        return True


@dataclass(frozen=True, slots=True)
class _Metadata:
    offset: int


class MemoryProducer:
    """A producer of batches."""

    def __init__(self, log: MemoryLog) -> None:
        self._log = log
        self._is_closed = False
        self._acks: list[asyncio.Future[Any]] = []

    def create_batch(self) -> _BatchBuilder:
        """Begin a batch."""
        return _BatchBuilder()

    async def send_batch(self, batch: _BatchBuilder, topic: str, *, partition: int) -> "asyncio.Future[Any]":
        """Hand a batch over; the producer sends it a moment later, if it lives then and was not dropped."""
        if self._is_closed:
            raise ProducerClosed
        ack = self._log.loop.create_future()
        self._acks = [each for each in self._acks if not each.done()] + [ack]
        self._log.loop.call_later(self._log.weather.delay(), self._send, TopicPartition(topic, partition), batch, ack)
        return ack

    def leave(self) -> None:
        """Send nothing more, and tell who waits."""
        self._is_closed = True
        for ack in self._acks:
            _fail(ack, ProducerClosed())

    def _send(self, place: TopicPartition, batch: _BatchBuilder, ack: "asyncio.Future[Any]") -> None:
        if not self._is_closed:
            self._log.loop.outside(self._log.weather.delay(), self._arrive, place, batch, ack)

    def _arrive(self, place: TopicPartition, batch: _BatchBuilder, ack: "asyncio.Future[Any]") -> None:
        weather, counts = self._log.weather, self._log.counts
        if weather.strikes(weather.refused):
            counts["refused"] += 1
            self._log.loop.outside(weather.delay(), _fail, ack, NotLeaderForPartitionError())
            return
        if any(self._log.refuses(value) for _, value, *_ in batch.records):
            counts["poisoned"] += 1
            self._log.loop.outside(weather.delay(), _fail, ack, MessageSizeTooLargeError())
            return
        counts["late"] += self._is_closed
        offset = self._log.append(place, batch)
        if weather.strikes(weather.lost):
            counts["unacknowledged"] += 1
        else:
            self._log.loop.outside(weather.delay(), _succeed, ack, _Metadata(offset))


def _succeed(answer: "asyncio.Future[Any]", result: object) -> None:
    if not answer.done():
        answer.set_result(result)


def _fail(answer: "asyncio.Future[Any]", error: Exception) -> None:
    if not answer.done():
        answer.set_exception(error)
        answer.exception()  # nobody may be left who asks
