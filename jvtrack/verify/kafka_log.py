"""Copies Kafka's log from offset 0, up to where it ended when the reading began."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from jvtrack.verify.told import read, read_catalogue, read_moved
from jvtrack.verify.workbook import Value, Workbook
from shared.events.catalogue import PartDefined, SiteDefined
from shared.events.envelope import Event, Stream
from shared.events.stock import StockMoved
from shared.messaging import kafka
from shared.messaging.kafka import KafkaAway
from shared.messaging.topics import Topics

_FETCH_MAX = 5000
_FETCH_MS = 500
_SILENCE_SECONDS_MAX = 30.0
_HOLE_MAX = 100_000
_CATALOGUE: Mapping[str, type[Event]] = {PartDefined.TYPE: PartDefined, SiteDefined.TYPE: SiteDefined}


class LogCopy:
    """One reading of every topic of a namespace."""

    def __init__(self, workbook: Workbook, topics: Topics) -> None:
        self._workbook = workbook
        self._streams = {topics.name(stream): stream for stream in Stream}
        self._topics = topics
        self._last: dict[tuple[int, str], int] = {}
        self._missing: dict[tuple[int, str], set[int]] = {}
        self.records = 0

    async def run(self) -> None:
        """Copy every record; raises KafkaAway."""
        async with _reader(self._topics) as reader:
            state = await kafka.log_state(reader, self._streams)
            places = list(state.end_offsets)
            reader.assign(places)
            begins = await reader.beginning_offsets(places)
            self._workbook.add("beginning", [self._extent(place, begins, state.end_offsets) for place in places])
            left = {place: end for place, end in state.end_offsets.items() if end > begins[place]}
            await reader.seek_to_beginning(*places)
            while left:
                for place, messages in (await _fetch(reader)).items():
                    self._copy(place, messages)
                left = {place: end for place, end in left.items() if await reader.position(place) < end}

    def _extent(
        self, place: TopicPartition, begins: Mapping[TopicPartition, int], ends: Mapping[TopicPartition, int]
    ) -> tuple[Value, ...]:
        return (int(self._streams[place.topic]), place.partition, begins[place], ends[place])

    def _copy(self, place: TopicPartition, messages: Iterable[Any]) -> None:
        stream = self._streams[place.topic]
        rows = [row for message in messages for row in self._rows(stream, place.partition, message)]
        self._workbook.add_mixed(rows)

    def _rows(self, stream: Stream, part: int, message: Any) -> Iterator[tuple[str, tuple[Value, ...]]]:
        self.records += 1
        headers = dict(message.headers)
        try:
            key, kind = message.key.decode(), headers["ce_type"].decode()
            key_seq, event_id = int(headers["ce_sequence"]), headers["ce_id"].decode()
        except (AttributeError, KeyError, ValueError) as error:
            yield "alien", (int(stream), part, message.offset, repr(error))
            return
        previous = self._last.get((stream, key), 0)
        payload = message.value or b""
        if self._is_first((stream, key), key_seq, previous):
            yield from _said(kind, key_seq, payload)
        yield (
            "record",
            (int(stream), part, message.offset, key, key_seq, event_id, kind, hash(payload), previous),
        )

    def _is_first(self, key: tuple[int, str], key_seq: int, previous: int) -> bool:
        """Tell whether a fact is read for the first time, be it behind later ones as after a loss of Kafka's log."""
        if key_seq > previous:
            self._last[key] = key_seq
            if 1 < key_seq - previous <= _HOLE_MAX:
                self._missing.setdefault(key, set()).update(range(previous + 1, key_seq))
            return True
        missing = self._missing.get(key, set())
        is_first = key_seq in missing
        missing.discard(key_seq)
        return is_first


def _said(kind: str, key_seq: int, payload: bytes) -> Iterator[tuple[str, tuple[Value, ...]]]:
    """Read what a first delivery adds to the ledger or the catalogue; what no model can read adds nothing."""
    if kind == StockMoved.TYPE:
        moved = read(StockMoved, payload)
        if isinstance(moved, StockMoved):
            yield from (("posting", row) for row in read_moved(key_seq, moved))
    elif kind in _CATALOGUE:
        defined = read(_CATALOGUE[kind], payload)
        if isinstance(defined, PartDefined | SiteDefined):
            yield read_catalogue(key_seq, defined)


@asynccontextmanager
async def _reader(topics: Topics) -> AsyncIterator[AIOKafkaConsumer]:
    reader = await kafka.start_reader(topics.servers, client_id=f"{topics.namespace}-verify")
    try:
        yield reader
    finally:
        await kafka.stop(reader)


async def _fetch(reader: AIOKafkaConsumer) -> Mapping[TopicPartition, list[Any]]:
    try:
        async with asyncio.timeout(_SILENCE_SECONDS_MAX):
            found: Mapping[TopicPartition, list[Any]] = await reader.getmany(
                timeout_ms=_FETCH_MS, max_records=_FETCH_MAX
            )
    except kafka.KAFKA_WEATHER as error:
        raise KafkaAway(f"Kafka stopped answering while its log was read: {error!r}") from error
    return found
