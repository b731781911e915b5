"""Waits until every copy of every fact is where it should be, so that a broker can be done without for a while."""

import asyncio

from shared.clock import monotonic
from shared.messaging.kafka import KAFKA_WEATHER, KafkaAway, start_admin

_POLL_SECONDS = 0.5


async def wait_until_in_sync(servers: str, *, seconds_max: float, without: int | None = None) -> bool:
    """Wait until all copies on all brokers, but those on one that is to be left out, have caught up.

    False when they have not in time, or Kafka has not answered.
    """
    deadline = monotonic() + seconds_max
    while not await _is_in_sync(servers, without):
        if monotonic() > deadline:
            return False
        await asyncio.sleep(_POLL_SECONDS)
    return True


async def _is_in_sync(servers: str, without: int | None) -> bool:
    try:
        admin = await start_admin(servers)
        try:
            topics = await admin.describe_topics()
        finally:
            await admin.close()
    except (KafkaAway, *KAFKA_WEATHER):
        return False
    partitions = [partition for topic in topics for partition in topic["partitions"]]
    return all({*partition["replicas"]} - {without} <= {*partition["isr"]} for partition in partitions)
