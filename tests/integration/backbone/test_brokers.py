"""A cluster names brokers that are just away: whoever asks it anything asks the others, too."""

import asyncio
import socket

import pytest
from aiokafka.structs import BrokerMetadata

from shared.events.envelope import Stream
from shared.messaging import kafka
from shared.messaging.topics import Topics
from tests.fixtures.toy_kafka import PARTITIONS

_TRIES = 20  # Brokers are asked in any order: by chance, the one that answers is first in one of two.


async def test_the_logs_are_told_although_a_broker_that_the_cluster_names_is_away(
    topics: Topics, monkeypatch: pytest.MonkeyPatch
) -> None:
    topic = topics.name(Stream.PRODUCTION)
    reader = await kafka.start_reader(topics.servers, client_id="brokers")
    cluster = reader._client.cluster
    there = cluster.brokers()
    monkeypatch.setattr(cluster, "brokers", lambda: {*there, BrokerMetadata(99, "127.0.0.1", 1, None)})

    told = [await kafka.log_state(reader, [topic]) for _ in range(_TRIES)]

    await kafka.stop(reader)
    assert {tuple(state.topic_ids) for state in told} == {(topic,)}


async def test_who_waits_to_lead_is_connected_to_every_broker_and_knows_who_leads_its_topics(topics: Topics) -> None:
    topic = topics.name(Stream.PRODUCTION)
    producer = await kafka.start_producer(topics.servers, client_id="brokers")
    client = producer.client

    await kafka.get_ready(producer, [topic])

    connected, known = {node for node, _ in client._conns}, client.cluster.partitions_for_topic(topic)
    await kafka.stop(producer)
    assert connected == {broker.nodeId for broker in client.cluster.brokers()}
    assert known == set(range(PARTITIONS))


async def test_a_broker_that_does_not_answer_keeps_nobody_from_the_others(
    topics: Topics, monkeypatch: pytest.MonkeyPatch
) -> None:
    topic = topics.name(Stream.PRODUCTION)
    producer = await kafka.start_producer(topics.servers, client_id="brokers")
    await producer.partitions_for(topic)
    cluster, there = producer.client.cluster, producer.client.cluster.brokers()
    with socket.create_server(("127.0.0.1", 0)) as nobody_accepts:
        silent = BrokerMetadata(99, "127.0.0.1", nobody_accepts.getsockname()[1], None)
        monkeypatch.setattr(kafka, "READY_TIMEOUT_SECONDS", 0.2)
        monkeypatch.setattr(cluster, "brokers", lambda: [silent, *there])
        monkeypatch.setattr(cluster, "broker_metadata", {each.nodeId: each for each in (silent, *there)}.get)

        await asyncio.wait_for(kafka.get_ready(producer, [topic]), timeout=5)

        sent = await asyncio.wait_for(producer.send_and_wait(topic, b"told"), timeout=5)
    await kafka.stop(producer)
    assert sent.topic == topic


async def test_a_cluster_of_which_nobody_answers_says_so(topics: Topics, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = await kafka.start_reader(topics.servers, client_id="brokers")
    monkeypatch.setattr(reader._client.cluster, "brokers", lambda: {BrokerMetadata(99, "127.0.0.1", 1, None)})

    with pytest.raises(kafka.KafkaAway, match="does not tell its logs"):
        await kafka.log_state(reader, [topics.name(Stream.PRODUCTION)])

    await kafka.stop(reader)
