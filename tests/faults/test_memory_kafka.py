"""What a relay asks of Kafka is answered by the one in memory as by the real one."""

from collections.abc import Callable

import pytest
from aiokafka import TopicPartition

from shared.events.envelope import Stream, new_event_id, write_headers
from shared.messaging import kafka
from shared.messaging.topics import TOPIC_CONFIGS, Topics
from tests.fixtures.memory_kafka import MemoryKafka
from tests.fixtures.toy_kafka import PARTITIONS, make_topic
from tests.unit.messaging.makers import a_header

NAME = "contract"


@pytest.fixture(params=["real", "memory"])
def reachable(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Topics]:
    """Give topics on either Kafka."""
    if request.param == "memory":
        MemoryKafka(partitions=PARTITIONS).replace_kafka(monkeypatch)
        return lambda: Topics("nowhere", NAME)
    servers, namespace = request.getfixturevalue("servers"), request.getfixturevalue("namespace")
    return lambda: Topics(servers.kafka, f"{namespace}_{NAME}")


async def test_batches_get_offsets_in_order_and_their_facts_are_found_there(reachable: Callable[[], Topics]) -> None:
    topics = reachable()
    if topics.servers != "nowhere":
        await make_topic(topics)
    name, ids = topics.name(Stream.PRODUCTION), [new_event_id() for _ in range(3)]
    producer = await kafka.start_producer(topics.servers, client_id=NAME)
    reader = await kafka.start_reader(topics.servers, client_id=NAME)

    firsts = []
    for numbers in ((1, 2), (3,)):
        batch = producer.create_batch()
        for number in numbers:
            header = a_header("counter", number, id=ids[number - 1])
            assert batch.append(key=b"counter", value=b"{}", timestamp=0, headers=write_headers(header)) is not None
        firsts.append((await (await producer.send_batch(batch, name, partition=1))).offset)
    state = await kafka.log_state(reader, [name])
    found = await kafka.ids_at(reader, {TopicPartition(name, 1): 2})
    differences = await kafka.config_differences(topics.servers, {name: TOPIC_CONFIGS[Stream.PRODUCTION]})
    await kafka.drop(producer)
    await kafka.stop(reader)

    assert firsts == [0, 2]
    assert state.topic_ids.keys() == {name}
    assert state.end_offsets == {TopicPartition(name, part): 3 if part == 1 else 0 for part in range(PARTITIONS)}
    assert found == {TopicPartition(name, 1): ids[2]}
    assert differences == []
