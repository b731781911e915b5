"""Creates the topics, checks that those already there keep every fact for ever, and deletes them when told to."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import for_code

from deploy.errors import SetupError, nobody_answers
from deploy.kafka.copies import copies_among, in_sync_min
from shared.events.envelope import Stream
from shared.messaging.kafka import KAFKA_WEATHER, KafkaAway, config_differences, start_admin
from shared.messaging.topics import PARTITIONS, TOPIC_CONFIGS, Topics

_IN_SYNC_MIN = "min.insync.replicas"
_ALREADY_EXISTS, _UNKNOWN = 36, 3
_KNOWN_SECONDS_MAX = 15.0
_POLL_SECONDS = 0.05


async def ensure_topics(topics: Topics, *, copies: int | None) -> Sequence[str]:
    """Create the topics that are missing and name them; refuse those that differ from what the services need.

    New ones keep so many copies of a fact, or as many as suit the brokers that there are.
    """
    try:
        admin = await start_admin(topics.servers)
        try:
            created = await _create(admin, topics, copies or copies_among(await _brokers(admin)))
            found = await _found(admin, topics)
        finally:
            await admin.close()
        wanted = {name: {**TOPIC_CONFIGS[topics.stream(name)], **_safe(each)} for name, each in found.items()}
        differences = [*_wrong_partitions(found), *await config_differences(topics.servers, wanted)]
    except (KafkaAway, *KAFKA_WEATHER):
        raise nobody_answers("Kafka", topics.servers, variable="JVTRACK_KAFKA") from None
    if differences:
        raise SetupError(
            f"Topics differ from what the services need: {'; '.join(differences)}; alter them, or take another "
            "JVTRACK_NAMESPACE."
        )
    return created


async def delete_topics(topics: Topics) -> Sequence[str]:
    """Delete the topics that are there, and name them."""
    try:
        admin = await start_admin(topics.servers)
        try:
            answer = await admin.delete_topics([topics.name(stream) for stream in Stream])
        finally:
            await admin.close()
    except (KafkaAway, *KAFKA_WEATHER):
        raise nobody_answers("Kafka", topics.servers, variable="JVTRACK_KAFKA") from None
    codes = dict(answer.topic_error_codes)
    for name, code in codes.items():
        if code not in {0, _UNKNOWN}:
            raise SetupError(f"Kafka did not delete {name}: {for_code(code).__name__}.")
    return [name for name, code in codes.items() if code == 0]


async def _brokers(admin: AIOKafkaAdminClient) -> int:
    return len((await admin.describe_cluster())["brokers"])


async def _create(admin: AIOKafkaAdminClient, topics: Topics, copies: int) -> Sequence[str]:
    safe = {_IN_SYNC_MIN: str(in_sync_min(copies))}
    wanted = [
        NewTopic(topics.name(stream), PARTITIONS, copies, topic_configs={**TOPIC_CONFIGS[stream], **safe})
        for stream in Stream
    ]
    answer = await admin.create_topics(wanted)
    failures = {name: (code, reason) for name, code, reason in answer.topic_errors if code not in {0, _ALREADY_EXISTS}}
    for name, (code, reason) in failures.items():
        raise SetupError(f"Kafka did not create {name}: {reason or for_code(code).__name__}.")
    return [name for name, code, _ in answer.topic_errors if code == 0]


async def _found(admin: AIOKafkaAdminClient, topics: Topics) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """Describe the partitions of every topic, once the brokers know of what the controller has made."""
    names = [topics.name(stream) for stream in Stream]
    async with asyncio.timeout(_KNOWN_SECONDS_MAX):
        while True:
            described = {each["topic"]: each["partitions"] for each in await admin.describe_topics(names)}
            if all(described.get(name) for name in names):
                return described
            await asyncio.sleep(_POLL_SECONDS)


def _wrong_partitions(found: Mapping[str, Sequence[Mapping[str, Any]]]) -> Iterator[str]:
    for name, partitions in found.items():
        if len(partitions) != PARTITIONS:
            yield f"{name} has {len(partitions)} partitions, not {PARTITIONS}"


def _safe(partitions: Sequence[Mapping[str, Any]]) -> Mapping[str, str]:
    copies = min(len(partition["replicas"]) for partition in partitions)
    return {_IN_SYNC_MIN: str(in_sync_min(copies))}
