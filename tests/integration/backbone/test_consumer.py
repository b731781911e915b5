"""A consumer stops where it must, goes back where Kafka has changed under it, and shares its work without a seam."""

import asyncio
from pathlib import Path
from uuid import uuid4

import pytest
from aiokafka.admin import RecordsToDelete

from deploy.postgres.provision import ServiceDatabase
from shared.events.envelope import Stream
from shared.messaging import consumer_store, kafka
from shared.messaging.consumer_store import Place
from shared.messaging.rounds import Rounds
from shared.messaging.topics import Topics
from tests.fixtures.databases import owner_connection
from tests.fixtures.toy import QUICK, Toy, eventually
from tests.fixtures.toy_judge import wrongs
from tests.fixtures.toy_kafka import PARTITIONS, Said, keys_of, place, say, say_in_transactions
from tests.fixtures.toy_process import ToyProcess

BUG = 1000


async def stops(toy: Toy) -> None:
    """Wait until readiness says that a partition has stopped."""

    async def stopped() -> bool:
        return "has stopped" in (await toy.probe("consumers") or "")

    await eventually(stopped)


async def shows_stopped(toy: Toy, partitions: int) -> bool:
    """Tell whether the metrics show so many stopped partitions."""
    return toy.counted("stopped_partitions") == partitions


async def test_a_bug_stops_its_partition_behind_what_was_good_and_nothing_else(
    database: ServiceDatabase, topics: Topics
) -> None:
    before, buggy, behind = keys_of(0, 3, "counter")
    (elsewhere,) = keys_of(1, 1, "counter")
    await say(topics, [*(Said(before, n) for n in range(1, 20)), Said(buggy, 1, by=BUG), Said(behind, 1)])

    async with Toy(database, topics).running() as toy:
        await toy.until_heard(19)
        await stops(toy)
        await say(topics, [Said(elsewhere, 1), Said(before, 20)])
        await toy.until_heard(20)
        await eventually(lambda: shows_stopped(toy, 1))
        probe, hearing = await toy.probe("consumers"), await toy.hearing()

    assert wrongs(hearing, {before: 19, elsewhere: 1}) == []
    assert probe is not None
    assert "ZeroDivisionError" in probe


async def test_a_stopped_partition_goes_on_where_it_stood_once_the_bug_is_mended(
    database: ServiceDatabase, topics: Topics
) -> None:
    buggy, behind = keys_of(0, 2, "counter")
    await say(topics, [Said(buggy, 1), Said(buggy, 2, by=BUG), Said(behind, 1)])
    async with Toy(database, topics).running() as toy:
        await stops(toy)

    mended = Toy(database, topics)
    mended.temper.breaks_at.clear()
    async with mended.running():
        await mended.until_heard(3)
        hearing, probe = await mended.hearing(), await mended.probe("consumers")

    assert wrongs(hearing, {buggy: 2, behind: 1}) == []
    assert probe is None


async def test_a_bug_in_what_waited_for_a_hole_stops_its_partition_alone(
    database: ServiceDatabase, topics: Topics
) -> None:
    (holed,), (elsewhere,) = keys_of(0, 1, "counter"), keys_of(1, 1, "counter")
    async with Toy(database, topics).running() as toy:
        await say(topics, [Said(holed, 1), Said(holed, 3, by=BUG), Said(holed, 2)])
        await stops(toy)
        await say(topics, [Said(elsewhere, 1)])
        await toy.until_heard(3)
        probe, hearing = await toy.probe("consumers"), await toy.hearing()

    assert wrongs(hearing, {holed: 2, elsewhere: 1}) == []
    assert "ZeroDivisionError" in (probe or "")


async def test_more_than_a_few_refusals_within_a_minute_stop_a_partition_instead_of_parking_the_world(
    database: ServiceDatabase, topics: Topics
) -> None:
    settings = QUICK.model_copy(update={"parked_flood_keys": 3})
    names = keys_of(0, 12, "counter")
    await say(topics, [Said(name, 1, by=13) for name in names])

    async with Toy(database, topics, settings=settings).running() as toy:
        await stops(toy)
        parked = await toy.backbone.operations.parked.page(("", "", ""), 100)
        probe = await toy.probe("consumers")

    assert [row.key for row in parked] == sorted(names[:3])
    assert "ParkedFlood" in (probe or "")


async def test_many_holes_are_no_flood_for_they_heal_by_themselves(database: ServiceDatabase, topics: Topics) -> None:
    settings = QUICK.model_copy(update={"parked_flood_keys": 3})
    names = keys_of(0, 12, "counter")

    async with Toy(database, topics, settings=settings).running() as toy:
        await say(topics, [*(Said(name, 2) for name in names), *(Said(name, 1) for name in names)])
        await toy.until_heard(24)
        hearing, probe = await toy.hearing(), await toy.probe("consumers")

    assert wrongs(hearing, dict.fromkeys(names, 2)) == []
    assert probe is None


async def test_a_hole_whose_healer_died_is_healed_by_the_next(
    database: ServiceDatabase, topics: Topics, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def dies_before(*_: object) -> None:
        """Get no further."""

    with monkeypatch.context() as deadly:
        deadly.setattr(Rounds, "_heal", dies_before)
        async with Toy(database, topics).running() as toy:
            await say(topics, [Said("counter", 1), Said("counter", 3), Said("counter", 2)])
            await toy.until_heard(2)
            await asyncio.sleep(0.5)
            deaths = await toy.hearing()

    async with Toy(database, topics).running() as toy:
        await toy.until_heard(3)
        hearing = await toy.hearing()

    assert wrongs(deaths, {"counter": 2}) == []
    assert wrongs(hearing, {"counter": 3}) == []


async def test_who_finds_another_record_where_he_stopped_reads_the_log_from_its_start(
    database: ServiceDatabase, topics: Topics
) -> None:
    names = [name for part in range(PARTITIONS) for name in keys_of(part, 1, "counter")]
    await say(topics, [Said(name, number) for name in names for number in (1, 2, 3)])
    async with Toy(database, topics).running() as toy:
        await toy.until_heard(3 * PARTITIONS)
    owner = await owner_connection(database)
    await owner.execute("UPDATE consumer_offset SET last_event_id = $1", uuid4())
    await owner.execute("TRUNCATE heard, stream_position")
    await owner.close()

    async with Toy(database, topics).running() as toy:
        await toy.until_heard(3 * PARTITIONS)
        hearing = await toy.hearing()

    assert wrongs(hearing, dict.fromkeys(names, 3)) == []


async def test_who_has_not_looked_at_the_log_for_long_proves_it_and_goes_on(
    database: ServiceDatabase, topics: Topics
) -> None:
    always_late = QUICK.model_copy(update={"relay_loss_grace_seconds": 0.0, "consumer_log_check_seconds": 0.1})

    async with Toy(database, topics, settings=always_late).running() as toy:
        for _ in range(5):
            await asyncio.gather(*(toy.tell(f"counter-{n}", 1, 1) for n in range(6)))
            await asyncio.sleep(0.1)
        await toy.until_heard(60)
        hearing, told = await toy.hearing(), await toy.told()

    assert wrongs(hearing, told) == []
    assert toy.counted("duplicates_total") == 0


async def test_offsets_that_kafka_keeps_for_itself_are_stepped_over(database: ServiceDatabase, topics: Topics) -> None:
    (name,) = keys_of(0, 1, "counter")

    async with Toy(database, topics).running() as toy:
        await say(topics, [Said(name, 1)])
        await say_in_transactions(topics, [Said(name, 2), Said(name, 3)])
        await say(topics, [Said(name, 4)])
        await toy.until_heard(4)
        hearing = await toy.hearing()

    assert wrongs(hearing, {name: 4}) == []


async def test_facts_that_kafka_dropped_before_they_were_applied_stop_the_partition(
    database: ServiceDatabase, topics: Topics
) -> None:
    (dropped,), (elsewhere,) = keys_of(0, 1, "counter"), keys_of(1, 1, "counter")
    await say(topics, [Said(dropped, 1), Said(dropped, 2), Said(elsewhere, 1)])
    admin = await kafka.start_admin(topics.servers)
    await admin.delete_records({place(0, topics): RecordsToDelete(1)})
    await admin.close()

    async with Toy(database, topics).running() as toy:
        await stops(toy)
        heard, probe = await toy.until_heard(1), await toy.probe("consumers")

    assert heard == [(elsewhere, 1, 1)]
    assert "dropped 0..0" in (probe or "")


async def test_replicas_that_come_go_and_die_under_load_apply_everything_once_and_in_order(
    database: ServiceDatabase, topics: Topics, tmp_path: Path
) -> None:
    names = [f"counter-{number}" for number in range(12)]
    other = ToyProcess(database, topics, tmp_path)
    async with Toy(database, topics).running() as toy:
        telling = [asyncio.create_task(toy.tell(name, *[1] * 40)) for name in names]
        await other.start()
        await toy.tell("while-there-are-two", *[1] * 10)
        other.kill()
        await toy.tell("when-one-has-died", *[1] * 10)
        await asyncio.gather(*telling)
        told = await toy.told()
        await toy.until_heard(sum(told.values()), seconds=30)
        hearing = await toy.hearing()

    assert wrongs(hearing, told) == []


async def test_a_partition_that_somebody_took_over_is_let_go_and_what_came_with_it_is_applied_at_once(
    database: ServiceDatabase, topics: Topics
) -> None:
    names = [keys_of(part, 1, "counter")[0] for part in range(PARTITIONS)]
    async with Toy(database, topics).running() as toy:
        await say(topics, [Said(name, 1) for name in names])
        await toy.until_heard(PARTITIONS)
        async with toy.database.transaction() as session:
            await consumer_store.acquire(session, Place(toy.group, topics.name(Stream.PRODUCTION), 2), "somebody's")
        await say(topics, [Said(name, 2) for name in names])
        await toy.until_heard(2 * PARTITIONS)
        hearing, fenced = await toy.hearing(), toy.counted("fenced_batches_total")

    assert fenced == 1
    assert wrongs(hearing, dict.fromkeys(names, 2)) == []
