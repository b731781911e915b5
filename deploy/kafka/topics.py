"""Creates the topics, checks that those already there keep every fact for ever, and deletes them when told to."""

import asyncio
from collections.abc import Sequence

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import for_code

from deploy.errors import SetupError, nobody_answers
from shared.events.envelope import Stream
from shared.messaging.kafka import KAFKA_WEATHER, KafkaAway, config_differences, start_admin
from shared.messaging.topics import PARTITIONS, TOPIC_CONFIGS, Topics

_ALREADY_EXISTS, _UNKNOWN = 36, 3
_KNOWN_SECONDS_MAX = 15.0
_POLL_SECONDS = 0.05


async def ensure_topics(topics: Topics, *, replicas: int) -> Sequence[str]:
    """Create the topics that are missing and name them; refuse those that differ from what the services need."""
    try:
        admin = await start_admin(topics.servers)
        try:
            created = await _create(admin, topics, replicas)
            differences = list(await _wrong_partitions(admin, topics))
        finally:
            await admin.close()
        wanted = {topics.name(stream): TOPIC_CONFIGS[stream] for stream in Stream}
        differences += await config_differences(topics.servers, wanted)
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


async def _create(admin: AIOKafkaAdminClient, topics: Topics, replicas: int) -> Sequence[str]:
    wanted = [
        NewTopic(topics.name(stream), PARTITIONS, replicas, topic_configs=TOPIC_CONFIGS[stream]) for stream in Stream
    ]
    answer = await admin.create_topics(wanted)
    failures = {name: (code, reason) for name, code, reason in answer.topic_errors if code not in {0, _ALREADY_EXISTS}}
    for name, (code, reason) in failures.items():
        raise SetupError(f"Kafka did not create {name}: {reason or for_code(code).__name__}.")
    return [name for name, code, _ in answer.topic_errors if code == 0]


async def _wrong_partitions(admin: AIOKafkaAdminClient, topics: Topics) -> Sequence[str]:
    # The controller has the topics before the brokers know of them.
    async with asyncio.timeout(_KNOWN_SECONDS_MAX):
        while not all(counts := await _partitions(admin, topics)):  # noqa: ASYNC110 - Kafka tells nobody.
            await asyncio.sleep(_POLL_SECONDS)
    names = [topics.name(stream) for stream in Stream]
    return [
        f"{name} has {count} partitions, not {PARTITIONS}"
        for name, count in zip(names, counts, strict=True)
        if count != PARTITIONS
    ]


async def _partitions(admin: AIOKafkaAdminClient, topics: Topics) -> Sequence[int]:
    names = [topics.name(stream) for stream in Stream]
    counts = {found["topic"]: len(found["partitions"]) for found in await admin.describe_topics(names)}
    return [counts.get(name, 0) for name in names]
