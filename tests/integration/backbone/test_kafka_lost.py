"""Kafka loses what it had acknowledged, or goes away: what was told is told again, and heard once all the same."""

import asyncio

from deploy.postgres.provision import ServiceDatabase
from shared.messaging.topics import Topics
from tests.fixtures.databases import Provisioner
from tests.fixtures.toy import QUICK, Toy, eventually, raise_counter
from tests.fixtures.toy_judge import Fact, wrongs
from tests.fixtures.toy_kafka import forget_after_a_week, log_of, lose_topic

COUNTERS = [f"counter-{number}" for number in range(6)]


async def tell_all(toy: Toy, *steps: int) -> None:
    """Raise every counter by each of the steps."""
    await asyncio.gather(*(toy.tell(name, *steps) for name in COUNTERS))


async def test_a_topic_that_was_deleted_and_made_anew_gets_every_fact_again(
    database: ServiceDatabase, topics: Topics, provisioner: Provisioner
) -> None:
    async with Toy(database, topics).running() as toy:
        await tell_all(toy, 1, 2, 3, 4, 5)
        await toy.until_heard(30)

        await lose_topic(topics)
        await tell_all(toy, 6, 7)

        await toy.until_heard(42)
        await eventually(lambda: has_all(topics, 42))
        await tell_all(toy, 8)
        await toy.until_heard(48)
        hearing, told = await toy.hearing(), await toy.told()
        late_hearing = await hear_late(await asyncio.to_thread(provisioner.toy), topics, 48)

    assert wrongs(hearing, told) == []
    assert wrongs(late_hearing, told) == []


async def test_a_log_that_outgrows_at_one_stroke_what_it_lost_is_noticed_all_the_same(
    database: ServiceDatabase, topics: Topics, provisioner: Provisioner
) -> None:
    looks_rarely = QUICK.model_copy(update={"relay_log_check_seconds": 600.0})
    async with Toy(database, topics, settings=looks_rarely).running() as toy:
        await tell_all(toy, 1, 2)
        await toy.until_heard(12)

        await lose_topic(topics)
        async with toy.database.transaction() as session:
            for name in COUNTERS:
                for _ in range(10):
                    await raise_counter(session, name, 1)

        await toy.until_heard(72)
        await eventually(lambda: has_all(topics, 72))
        hearing, told = await toy.hearing(), await toy.told()
        late_hearing = await hear_late(await asyncio.to_thread(provisioner.toy), topics, 72)

    assert wrongs(hearing, told) == []
    assert wrongs(late_hearing, told) == []


async def has_all(topics: Topics, count: int) -> bool:
    """Tell whether Kafka has so many facts."""
    return len(set(await log_of(topics))) >= count


async def hear_late(database: ServiceDatabase, topics: Topics, count: int) -> list[Fact]:
    """Hear, in a service that was not there before, all that Kafka has."""
    async with Toy(database, topics, name="late").running() as late:
        await late.until_heard(count)
        return await late.hearing()


async def test_a_topic_that_would_forget_facts_turns_readiness_red_and_is_published_to_all_the_same(
    database: ServiceDatabase, topics: Topics
) -> None:
    await forget_after_a_week(topics)

    async with Toy(database, topics).running() as toy:
        await toy.tell("counter", 1, 2)
        heard, probe = await toy.until_heard(2), await toy.probe("outbox")

    assert len(heard) == 2
    assert "retention.ms=604800000, not -1" in (probe or "")
