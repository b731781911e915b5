"""Tells whether every copy of every fact is where it should be, so that a broker can be done without for a while."""

from shared.messaging.kafka import KAFKA_WEATHER, KafkaAway, start_admin


async def is_in_sync(servers: str, *, without: int | None = None) -> bool:
    """Tell whether all copies on all brokers, but those on one that is to be left out, have caught up.

    While Kafka does not answer, they have not.
    """
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
