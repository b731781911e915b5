"""A cluster names brokers that are just away: whoever asks it anything asks the others, too."""

import pytest
from aiokafka.structs import BrokerMetadata

from shared.events.envelope import Stream
from shared.messaging import kafka
from shared.messaging.topics import Topics

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


async def test_a_cluster_of_which_nobody_answers_says_so(topics: Topics, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = await kafka.start_reader(topics.servers, client_id="brokers")
    monkeypatch.setattr(reader._client.cluster, "brokers", lambda: {BrokerMetadata(99, "127.0.0.1", 1, None)})

    with pytest.raises(kafka.KafkaAway, match="does not tell its logs"):
        await kafka.log_state(reader, [topics.name(Stream.PRODUCTION)])

    await kafka.stop(reader)
