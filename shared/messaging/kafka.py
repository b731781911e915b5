"""The only place that builds Kafka clients, with the settings that matter and a time limit on every stop.

aiokafka's stop() hangs for ever while the broker is down, so a client that fails is given a moment and then left.
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError
from aiokafka.partitioner import murmur2
from aiokafka.protocol.abstract import AbstractType
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import (
    Boolean,
    CompactArray,
    CompactString,
    Int16,
    Int32,
    Schema,
    TaggedFields,
)

from shared.errors import Weather

REQUEST_TIMEOUT_SECONDS = 10.0
STOP_TIMEOUT_SECONDS = 3.0
START_TIMEOUT_SECONDS = 15.0
BATCH_BYTES_MAX = 1_000_000

KAFKA_WEATHER = (KafkaError, OSError, TimeoutError)
"""What a Kafka client raises while the broker is away, busy or changing leaders."""


class KafkaAway(Weather):
    """The broker does not answer."""


def partition_of(key: str, partitions: int) -> int:
    """Find a key's partition as Kafka's own clients do: murmur2."""
    return int(murmur2(key.encode()) & 0x7FFFFFFF) % partitions


async def start_producer(servers: str, *, client_id: str) -> AIOKafkaProducer:
    """Start an idempotent producer that waits for every replica; raises KafkaAway."""
    producer = AIOKafkaProducer(
        bootstrap_servers=servers,
        client_id=client_id,
        acks="all",
        enable_idempotence=True,
        linger_ms=0,
        max_batch_size=BATCH_BYTES_MAX,
        max_request_size=BATCH_BYTES_MAX + 100_000,
        request_timeout_ms=int(REQUEST_TIMEOUT_SECONDS * 1000),
        retry_backoff_ms=50,
        metadata_max_age_ms=30_000,
    )
    return await _started(producer)


async def start_consumer(
    servers: str, *, client_id: str, group: str, session_timeout_seconds: float
) -> AIOKafkaConsumer:
    """Start a group consumer without topics yet, that never decides by itself where to read; raises KafkaAway."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=servers,
        client_id=client_id,
        group_id=group,
        enable_auto_commit=False,
        auto_offset_reset="none",
        session_timeout_ms=int(session_timeout_seconds * 1000),
        heartbeat_interval_ms=int(session_timeout_seconds * 1000 / 5),
        max_partition_fetch_bytes=2_000_000,
        fetch_max_wait_ms=200,
        request_timeout_ms=int(max(REQUEST_TIMEOUT_SECONDS, session_timeout_seconds + 5) * 1000),
        retry_backoff_ms=100,
        metadata_max_age_ms=30_000,
    )
    return await _started(consumer)


async def start_reader(servers: str, *, client_id: str) -> AIOKafkaConsumer:
    """Start a consumer outside any group, to be told its partitions and offsets; raises KafkaAway."""
    reader = AIOKafkaConsumer(
        bootstrap_servers=servers,
        client_id=client_id,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=2_000_000,
        fetch_max_wait_ms=200,
        request_timeout_ms=int(REQUEST_TIMEOUT_SECONDS * 1000),
        metadata_max_age_ms=30_000,
    )
    return await _started(reader)


async def start_admin(servers: str) -> AIOKafkaAdminClient:
    """Start a client that makes and describes topics; close it with `close`; raises KafkaAway."""
    admin = AIOKafkaAdminClient(bootstrap_servers=servers, request_timeout_ms=int(REQUEST_TIMEOUT_SECONDS * 1000))
    try:
        async with asyncio.timeout(START_TIMEOUT_SECONDS):
            await admin.start()
    except KAFKA_WEATHER as error:
        raise KafkaAway(f"Kafka at {servers} does not answer: {error!r}") from error
    return admin


Client = TypeVar("Client", AIOKafkaProducer, AIOKafkaConsumer)


async def _started(client: Client) -> Client:
    try:
        async with asyncio.timeout(START_TIMEOUT_SECONDS):
            await client.start()
    except KAFKA_WEATHER as error:
        await stop(client)
        raise KafkaAway(f"Kafka does not answer: {error!r}") from error
    return client


async def stop(client: AIOKafkaProducer | AIOKafkaConsumer) -> None:
    """Stop a client, or leave it after a moment: with the broker away its own stop never returns."""
    try:
        async with asyncio.timeout(STOP_TIMEOUT_SECONDS):
            await client.stop()
    except KAFKA_WEATHER:
        return


@dataclass(frozen=True, slots=True)
class LogState:
    """What Kafka has of some topics now."""

    topic_ids: Mapping[str, str]
    """Kafka's own id of each topic: another id is another log under the same name."""
    end_offsets: Mapping[TopicPartition, int]
    """Offset that the next record of each partition will get."""


async def log_state(reader: AIOKafkaConsumer, topics: Iterable[str]) -> LogState:
    """Ask Kafka for the ids and ends of these topics; raises KafkaAway."""
    wanted = sorted(topics)
    try:
        async with asyncio.timeout(REQUEST_TIMEOUT_SECONDS):
            described = await _describe(reader._client, wanted)
            partitions = [TopicPartition(topic, part) for topic, (_, parts) in described.items() for part in parts]
            ends = await reader.end_offsets(partitions)
    except KAFKA_WEATHER as error:
        raise KafkaAway(f"Kafka does not tell its logs: {error!r}") from error
    return LogState(topic_ids={topic: found for topic, (found, _) in described.items()}, end_offsets=ends)


async def _describe(client: AIOKafkaClient, topics: list[str]) -> dict[str, tuple[str, list[int]]]:
    await client.force_metadata_update()
    node = client.get_random_node()
    if node is None:
        raise KafkaAway("no broker is known")
    response: Any = await client.send(node, _TopicIdRequest(topics))
    described = {}
    for code, name, topic_id, _internal, partitions, _operations, _tags in response.topics:
        if code != 0:
            raise KafkaAway(f"Kafka cannot describe the topic {name}: error {code}")
        described[name] = (str(topic_id), sorted(partition[1] for partition in partitions))
    return described


class _Uuid(AbstractType[UUID]):
    """Kafka's UUID type, which aiokafka does not have."""

    @classmethod
    def encode(cls, value: UUID) -> bytes:
        return value.bytes

    @classmethod
    def decode(cls, data: Any) -> UUID:
        return UUID(bytes=data.read(16))


class _TopicIdResponseV10(Response):
    """Metadata response 10: the first with topic ids (KIP-516)."""

    API_KEY = 3
    API_VERSION = 10
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "brokers",
            CompactArray(
                ("node_id", Int32),
                ("host", CompactString("utf-8")),
                ("port", Int32),
                ("rack", CompactString("utf-8")),
                ("tags", TaggedFields),
            ),
        ),
        ("cluster_id", CompactString("utf-8")),
        ("controller_id", Int32),
        (
            "topics",
            CompactArray(
                ("error_code", Int16),
                ("topic", CompactString("utf-8")),
                ("topic_id", _Uuid),
                ("is_internal", Boolean),
                (
                    "partitions",
                    CompactArray(
                        ("error_code", Int16),
                        ("partition", Int32),
                        ("leader", Int32),
                        ("leader_epoch", Int32),
                        ("replicas", CompactArray(Int32)),
                        ("isr", CompactArray(Int32)),
                        ("offline_replicas", CompactArray(Int32)),
                        ("tags", TaggedFields),
                    ),
                ),
                ("authorized_operations", Int32),
                ("tags", TaggedFields),
            ),
        ),
        ("cluster_authorized_operations", Int32),
        ("tags", TaggedFields),
    )


class _TopicIdRequestV10(RequestStruct):
    """Metadata request 10, by topic name."""

    API_KEY = 3
    API_VERSION = 10
    FLEXIBLE_VERSION = True
    RESPONSE_TYPE = _TopicIdResponseV10
    SCHEMA = Schema(
        (
            "topics",
            CompactArray(("topic_id", _Uuid), ("topic", CompactString("utf-8")), ("tags", TaggedFields)),
        ),
        ("allow_auto_topic_creation", Boolean),
        ("include_cluster_authorized_operations", Boolean),
        ("include_topic_authorized_operations", Boolean),
        ("tags", TaggedFields),
    )


class _TopicIdRequest(Request[_TopicIdRequestV10]):
    """Ask for topic ids; aiokafka's own metadata request ends at version 5."""

    API_KEY: ClassVar[int] = 3

    def __init__(self, topics: list[str]) -> None:
        self._topics = topics

    def build(self, request_struct_class: type[_TopicIdRequestV10]) -> _TopicIdRequestV10:
        """Fill the request of the version that the broker speaks."""
        topics: list[tuple[UUID, str, dict[int, bytes]]] = [(UUID(int=0), topic, {}) for topic in self._topics]
        return request_struct_class(topics, False, False, False, {})
