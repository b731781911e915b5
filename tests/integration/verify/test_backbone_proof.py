"""The proof sees what the backbone promises, and names what breaks it: I2, I3 and I4 on a toy that counts and hears."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from deploy.postgres.provision import ServiceDatabase
from jvtrack.verify.proof import verify
from jvtrack.verify.report import Report
from jvtrack.verify.sources import Sources
from shared import clock
from shared.db import is_weather
from shared.events.envelope import Header, Stream, new_event_id, write_headers
from shared.messaging import kafka
from shared.messaging.topics import Topics
from tests.fixtures.databases import Provisioner, owner_connection
from tests.fixtures.toy import QUICK, Raised, Toy, eventually, raise_counter
from tests.fixtures.toy_kafka import lose_topic
from tests.integration.verify.books import offences

KEYS, FACTS = 10, 50


@pytest.fixture
def toy_database(provisioner: Provisioner) -> ServiceDatabase:
    return provisioner.toy()


async def _raise(toy: Toy, name: str, *steps: int) -> None:
    for by in steps:
        while not await _raised(toy, name, by):
            await asyncio.sleep(0.1)


async def _raised(toy: Toy, name: str, by: int) -> bool:
    """Raise a counter unless the weather forbids: the server ends a transaction in which a machine paused for long."""
    try:
        async with toy.database.transaction() as session:
            await raise_counter(session, name, by)
    except Exception as error:
        if not is_weather(error):
            raise
        return False
    return True


@asynccontextmanager
async def _counted(database: ServiceDatabase, topics: Topics) -> AsyncIterator[Toy]:
    """Run a toy until it has heard everything that it told."""
    async with Toy(database, topics).running() as toy:
        await asyncio.gather(*(_raise(toy, f"key-{number}", 1, 2, 3, 4, 5) for number in range(KEYS)))
        await toy.until_heard(FACTS)
        yield toy


async def _prove(database: ServiceDatabase, topics: Topics) -> Report:
    return await verify(Sources(topics, {"toy": database.owner}))


async def _break(database: ServiceDatabase, statement: str) -> None:
    connection = await owner_connection(database)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def test_a_quiet_system_holds(toy_database: ServiceDatabase, own_topics: Topics) -> None:
    async with _counted(toy_database, own_topics):
        report = await _prove(toy_database, own_topics)

    counted = {result.name: result.checked for result in report.results}
    assert report.violated() == []
    assert report.facts == FACTS
    assert (counted["I2"], counted["I3"], counted["I4"]) == (FACTS, report.records, FACTS)


async def test_a_system_under_load_holds_at_every_cut(toy_database: ServiceDatabase, own_topics: Topics) -> None:
    async with Toy(toy_database, own_topics).running() as toy:
        writers = [asyncio.create_task(_raise(toy, f"busy-{number % 7}", *[1] * 60)) for number in range(14)]
        reports = [await _prove(toy_database, own_topics) for _ in range(5)]
        await asyncio.gather(*writers)
        await toy.until_heard(14 * 60)
        last = await _prove(toy_database, own_topics)

    assert [report.violated() for report in reports] == [[]] * 5
    assert sum(result.in_flight for report in reports for result in report.results) > 0
    assert (last.violated(), last.facts) == ([], 14 * 60)


async def test_what_kafka_has_not_acknowledged_is_in_flight(toy_database: ServiceDatabase, own_topics: Topics) -> None:
    toy = Toy(toy_database, own_topics)
    await _raise(toy, "waiting", 1, 2, 3)
    await toy.database.close()

    report = await _prove(toy_database, own_topics)

    assert report.violated() == []
    assert next(result.in_flight for result in report.results if result.name == "I2") == 3


async def test_a_parked_key_waits_for_an_operator_and_breaks_nothing(
    toy_database: ServiceDatabase, own_topics: Topics
) -> None:
    async with _counted(toy_database, own_topics) as toy:
        await _raise(toy, "key-1", 13, 1)
        await _raise(toy, "key-2", 7)
        await toy.until_heard(FACTS + 1)
        report = await _until_parked(toy_database, own_topics)

    applied = next(result for result in report.results if result.name == "I4")
    assert report.violated() == []
    assert applied.waiting == 2
    assert "key-1 waits for an operator with 2 facts (refused" in "".join(applied.notes)


async def _until_parked(database: ServiceDatabase, topics: Topics) -> Report:
    async with asyncio.timeout(20):
        while True:
            report = await _prove(database, topics)
            if next(result.waiting for result in report.results if result.name == "I4") == 2:
                return report


@pytest.mark.parametrize(
    ("broken", "named", "said"),
    [
        pytest.param(
            "DELETE FROM event_log WHERE key = 'key-3' AND key_seq = 4",
            ["I2", "I3"],
            "key-3@4",
            id="a fact that Kafka has is gone from the log",
        ),
        pytest.param(
            "UPDATE event_log SET payload = '{}' WHERE key = 'key-3' AND key_seq = 4",
            ["I2"],
            "key-3@4 is not in Kafka as it was told",
            id="a fact was rewritten",
        ),
        pytest.param(
            "INSERT INTO event_log (event_id, topic, key, key_seq, type, payload) "
            "VALUES (gen_random_uuid(), 3, 'key-3', 6, 'jvtrack.toy.raised.v1', '{}')",
            ["I2"],
            "key-3@6",
            id="a fact was never queued",
        ),
        pytest.param(
            "DELETE FROM stream_position WHERE key = 'key-3'",
            ["I4"],
            "read past key-3@1 and is at @0",
            id="a position was forgotten",
        ),
        pytest.param(
            "UPDATE stream_position SET key_seq = 4 WHERE key = 'key-3'",
            ["I4"],
            "applied key-3@4 as",
            id="a position went back",
        ),
        pytest.param(
            "UPDATE stream_position SET key_seq = 9 WHERE key = 'key-3'",
            ["I4"],
            "is at key-3@9, and only 5 facts of it were told",
            id="a position is ahead of its history",
        ),
    ],
)
async def test_what_was_broken_on_purpose_is_named(
    toy_database: ServiceDatabase, own_topics: Topics, broken: str, named: list[str], said: str
) -> None:
    async with _counted(toy_database, own_topics):
        pass
    await _break(toy_database, broken)

    report = await _prove(toy_database, own_topics)

    assert report.violated() == named
    assert said in offences(report, named[0])


async def test_facts_that_kafka_lost_and_was_told_again_behind_later_ones_break_nothing_and_are_named(
    toy_database: ServiceDatabase, own_topics: Topics
) -> None:
    # A leader that begins anew looks too: this one is given the time to lead throughout.
    looks_rarely = QUICK.model_copy(update={"relay_log_check_seconds": 600.0, "relay_session_timeout_seconds": 60.0})
    async with Toy(toy_database, own_topics, settings=looks_rarely).running() as toy:
        await asyncio.gather(*(toy.tell(f"key-{number}", 1, 2) for number in range(KEYS)))
        await toy.until_heard(2 * KEYS)
        await lose_topic(own_topics)
        async with toy.database.transaction() as session:
            for number in range(KEYS):
                await raise_counter(session, f"key-{number}", 3)
        await toy.until_heard(3 * KEYS)
        await eventually(lambda: _is_drained(toy))
        report = await _prove(toy_database, own_topics)

    ordered = next(result for result in report.results if result.name == "I3")
    assert report.violated() == []
    assert "Kafka had lost" in "".join(ordered.notes)


async def _is_drained(toy: Toy) -> bool:
    return (await toy.backbone.operations.counts()).pending == 0


@pytest.mark.parametrize(
    ("key_seq", "named", "said"),
    [
        pytest.param(9, ["I2", "I3"], "key-4@9 came after @5", id="a hole"),
        pytest.param(3, ["I2", "I3"], "key-4@3 is 2 different facts", id="a fork"),
    ],
)
async def test_a_record_that_nobody_told_is_named(
    toy_database: ServiceDatabase, own_topics: Topics, key_seq: int, named: list[str], said: str
) -> None:
    async with _counted(toy_database, own_topics):
        pass
    await _publish(own_topics, "key-4", key_seq)

    report = await _prove(toy_database, own_topics)

    assert report.violated() == named
    assert said in offences(report, "I3")
    assert f"key-4@{key_seq}" in offences(report, "I2")


async def _publish(topics: Topics, key: str, key_seq: int) -> None:
    now = clock.now()
    header = Header(
        id=new_event_id(),
        source="elsewhere",
        type=Raised.TYPE,
        key=key,
        key_seq=key_seq,
        occurred_at=now,
        recorded_at=now,
        traceparent=None,
    )
    producer = await kafka.start_producer(topics.servers, client_id="forger")
    payload = Raised(name=key, by=1).model_dump_json().encode()
    await producer.send_and_wait(
        topics.name(Stream.PRODUCTION), payload, key=key.encode(), headers=write_headers(header)
    )
    await kafka.stop(producer)
