"""The only place that builds Kafka clients, with the settings that matter and a time limit on every stop.

aiokafka's stop() hangs for ever while the broker is down, so a client is given a moment and then taken apart: left as
it is, its tasks would go on publishing, and keep its place in the group, once the broker is back.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar
from uuid import UUID

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError
from aiokafka.protocol.api import Request

from shared.errors import Weather
from shared.messaging.taking_apart import take_apart
from shared.messaging.topic_ids import LogState, TopicIdRequest

REQUEST_TIMEOUT_SECONDS = 10.0
STOP_TIMEOUT_SECONDS = 3.0
START_TIMEOUT_SECONDS = 15.0
READY_TIMEOUT_SECONDS = 2.0
BATCH_BYTES_MAX = 1_000_000
FETCH_BYTES_MAX = 4_000_000
"""What one broker may answer one client at a time."""
PARTITION_FETCH_BYTES_MAX = 400_000
"""What a client holds of one partition until it is applied; a larger record comes alone."""
_FETCHING: Mapping[str, Any] = {
    "enable_auto_commit": False,
    "max_partition_fetch_bytes": PARTITION_FETCH_BYTES_MAX,
    "fetch_max_bytes": FETCH_BYTES_MAX,
    "fetch_max_wait_ms": 200,
    "metadata_max_age_ms": 30_000,
}

KAFKA_WEATHER = (KafkaError, OSError, TimeoutError)
"""What a Kafka client raises while the broker is away, busy or changing leaders."""


class KafkaAway(Weather):
    """The broker does not answer."""


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
    return await _started(producer, stop)


async def start_consumer(
    servers: str, *, client_id: str, group: str, session_timeout_seconds: float, rebalance_timeout_seconds: float
) -> AIOKafkaConsumer:
    """Start a group consumer without topics yet, that never decides by itself where to read; raises KafkaAway."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=servers,
        client_id=client_id,
        group_id=group,
        auto_offset_reset="none",
        session_timeout_ms=int(session_timeout_seconds * 1000),
        rebalance_timeout_ms=int(rebalance_timeout_seconds * 1000),
        heartbeat_interval_ms=int(session_timeout_seconds * 1000 / 5),
        # Kafka holds the answer to a join back for as long as a rebalance may last.
        request_timeout_ms=int(max(REQUEST_TIMEOUT_SECONDS, rebalance_timeout_seconds + 5) * 1000),
        retry_backoff_ms=100,
        **_FETCHING,
    )
    return await _started(consumer, stop)


async def start_reader(servers: str, *, client_id: str) -> AIOKafkaConsumer:
    """Start a consumer outside any group, to be told its partitions and offsets; raises KafkaAway."""
    reader = AIOKafkaConsumer(
        bootstrap_servers=servers,
        client_id=client_id,
        auto_offset_reset="earliest",
        request_timeout_ms=int(REQUEST_TIMEOUT_SECONDS * 1000),
        **_FETCHING,
    )
    return await _started(reader, stop)


async def start_admin(servers: str) -> AIOKafkaAdminClient:
    """Start a client that makes and describes topics; close it with `close`; raises KafkaAway."""
    admin = AIOKafkaAdminClient(bootstrap_servers=servers, request_timeout_ms=int(REQUEST_TIMEOUT_SECONDS * 1000))
    return await _started(admin, AIOKafkaAdminClient.close)


Client = TypeVar("Client", AIOKafkaProducer, AIOKafkaConsumer, AIOKafkaAdminClient)


async def _started(client: Client, close: Callable[[Client], Awaitable[None]]) -> Client:
    try:
        async with asyncio.timeout(START_TIMEOUT_SECONDS):
            await client.start()
    except BaseException as error:
        await close(client)
        if isinstance(error, KAFKA_WEATHER):
            raise KafkaAway(f"Kafka does not answer: {error!r}") from error
        raise
    return client


async def get_ready(client: AIOKafkaProducer | AIOKafkaConsumer, topics: Iterable[str]) -> None:
    """Learn who leads these topics and connect to every broker, so that the first requests wait for neither.

    What cannot be had within a moment is had when it is wanted: a broker that is away keeps a client from the others.
    """
    inner = client.client if isinstance(client, AIOKafkaProducer) else client._client
    with suppress(*KAFKA_WEATHER):
        async with asyncio.timeout(READY_TIMEOUT_SECONDS):
            await inner.set_topics(topics)
            for broker in inner.cluster.brokers():
                await inner.ready(broker.nodeId)


async def stop(client: AIOKafkaProducer | AIOKafkaConsumer) -> None:
    """Stop a client, or take it apart after a moment: with the broker away its own stop may never return.

    It runs as a task of its own: it may also end with the cancellation of a task of aiokafka's, which is not ours.
    """
    ending = asyncio.ensure_future(client.stop())
    try:
        await asyncio.wait({ending}, timeout=STOP_TIMEOUT_SECONDS)
    finally:
        if not ending.done() or ending.cancelled() or ending.exception() is not None:
            await take_apart(client, ending)


async def drop(client: AIOKafkaProducer | AIOKafkaConsumer) -> None:
    """Take a client apart at once: a producer sends nothing more of what it has, as its own stop() would."""
    client._closed = True
    await take_apart(client)


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
    response, _ = await asyncio.gather(_ask_any(client, TopicIdRequest(topics)), client.force_metadata_update())
    described = {}
    for code, name, topic_id, _internal, partitions, _operations, _tags in response.topics:
        if code != 0:
            raise KafkaAway(f"Kafka cannot describe the topic {name}: error {code}")
        described[name] = (str(topic_id), sorted(partition[1] for partition in partitions))
    return described


async def _ask_any(client: AIOKafkaClient, request: Request) -> Any:
    """Ask brokers in any order until one answers: a cluster knows those, too, that are just away."""
    nodes = [broker.nodeId for broker in client.cluster.brokers()]
    random.shuffle(nodes)
    failed: Exception = KafkaAway("no broker is known")
    for node in nodes:
        try:
            return await client.send(node, request)
        except KAFKA_WEATHER as error:
            failed = error
    raise failed


async def config_differences(servers: str, wanted: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Say where topics are configured otherwise than they must be; raises KafkaAway."""
    admin = await start_admin(servers)
    try:
        async with asyncio.timeout(REQUEST_TIMEOUT_SECONDS):
            resources = [ConfigResource(ConfigResourceType.TOPIC, name, configs) for name, configs in wanted.items()]
            return [
                f"{name} has {entry[0]}={entry[1]}, not {wanted[name][entry[0]]}"
                for answer in await admin.describe_configs(resources)
                for _code, _reason, _type, name, entries in answer.resources
                for entry in entries
                if entry[1] != wanted[name][entry[0]]
            ]
    except KAFKA_WEATHER as error:
        raise KafkaAway(f"Kafka does not tell how its topics are configured: {error!r}") from error
    finally:
        await admin.close()


async def begin_offsets(reader: AIOKafkaConsumer, places: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
    """Tell where the logs of partitions begin now; raises KafkaAway."""
    try:
        async with asyncio.timeout(REQUEST_TIMEOUT_SECONDS):
            return {**await reader.beginning_offsets(list(places))}
    except KAFKA_WEATHER as error:
        raise KafkaAway(f"Kafka does not tell its logs: {error!r}") from error


def check_alive(client: AIOKafkaConsumer) -> None:
    """Raise KafkaAway if one of a client's own tasks has ended: aiokafka does not say so, and goes on without for ever.

    They end when a connection was closed while a request was written to it (uvloop raises what aiokafka 0.14 does not
    expect), or when requests were cancelled in an unlucky moment.
    """
    tasks = {
        "fetches": client._fetcher._fetch_task,
        "learns who leads": client._client._sync_task,
        "keeps its place in its group": getattr(client._coordinator, "_coordination_task", None),
    }
    for does, task in tasks.items():
        if task is not None and task.done():
            raise KafkaAway(f"this client no longer {does}")


def is_in_touch(client: AIOKafkaConsumer) -> bool:
    """Tell whether a member of a group knows who coordinates it, and was not silent for longer than a session."""
    return client._coordinator.coordinator_id is not None


def refresh_metadata(client: AIOKafkaConsumer) -> None:
    """Let a client notice soon, not after half a minute, that a topic is back or has grown."""
    client._client.force_metadata_update()


async def ids_at(reader: AIOKafkaConsumer, places: Mapping[TopicPartition, int]) -> dict[TopicPartition, UUID | None]:
    """Tell the event id of the record at one offset of each partition, none if there is no such; raises KafkaAway."""
    found: dict[TopicPartition, UUID | None] = {}
    if not places:
        return found
    async with _reading(reader, places):
        while len(found) < len(places):
            for place, messages in (await reader.getmany(timeout_ms=500)).items():
                first = messages[0]
                found.setdefault(place, _id_of(first.headers) if first.offset == places[place] else None)
    return found


async def last_ids(
    reader: AIOKafkaConsumer, ends: Mapping[TopicPartition, int], *, source: str
) -> dict[TopicPartition, UUID]:
    """Tell the event id of each log's last record, where that is one of this source's; raises KafkaAway."""
    found: dict[TopicPartition, UUID] = {}
    left = {place: end for place, end in ends.items() if end}
    if not left:  # A reader that is given nothing and let go at once ends its fetching for good (aiokafka 0.14).
        return found
    async with _reading(reader, {place: end - 1 for place, end in left.items()}):
        while left:
            for place, messages in (await reader.getmany(timeout_ms=500)).items():
                before = [each.headers for each in messages if each.offset < ends[place]]
                ours = [_id_of(each) for each in before if dict(each).get("ce_source") == source.encode()]
                found.update((place, each) for each in ours if each is not None)
            left = {place: end for place, end in left.items() if await reader.position(place) < end}
    return found


@asynccontextmanager
async def _reading(reader: AIOKafkaConsumer, places: Mapping[TopicPartition, int]) -> AsyncIterator[None]:
    """Read partitions from these offsets on until the block ends, within a bound; raises KafkaAway."""
    reader.assign(list(places))
    for place, offset in places.items():
        reader.seek(place, offset)
    try:
        async with asyncio.timeout(REQUEST_TIMEOUT_SECONDS):
            yield
    except KAFKA_WEATHER as error:
        raise KafkaAway(f"Kafka does not give its records: {error!r}") from error
    finally:
        reader.unsubscribe()


def _id_of(headers: Sequence[tuple[str, bytes]]) -> UUID | None:
    try:
        return UUID(dict(headers)["ce_id"].decode())
    except (KeyError, ValueError):
        return None
