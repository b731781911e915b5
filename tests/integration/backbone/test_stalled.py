"""A consumer that gets nothing, or too much, does not stand still."""

import asyncio
from operator import attrgetter

import pytest

from deploy.postgres.provision import ServiceDatabase
from shared.events.envelope import Stream
from shared.messaging.owners import Owners
from shared.messaging.topic_ids import LogState
from shared.messaging.topics import Topics
from tests.fixtures.databases import owner_connection
from tests.fixtures.toy import QUICK, Toy, eventually
from tests.fixtures.toy_judge import wrongs
from tests.fixtures.toy_kafka import Said, say

PAUSE_SECONDS = 0.5


async def test_a_consumer_that_waits_for_what_never_comes_says_where_and_connects_anew(
    database: ServiceDatabase, topics: Topics, capsys: pytest.CaptureFixture[str]
) -> None:
    impatient, waited = QUICK.model_copy(update={"consumer_step_seconds_max": 2.0}), list[str]()

    async def for_ever_at_first() -> None:
        waited.append("once more")
        if len(waited) == 1:
            await asyncio.Event().wait()

    toy = Toy(database, topics, settings=impatient)
    toy.temper.before_settling = for_ever_at_first
    async with toy.running():
        await say(topics, [Said("counter", number) for number in (1, 2, 3)])
        await toy.until_heard(3, seconds=60)
        hearing = await toy.hearing()

    assert wrongs(hearing, {"counter": 3}) == []
    assert "for_ever_at_first" in capsys.readouterr().out, "the log says where it waited"


async def test_a_consumer_far_behind_takes_a_bounded_number_of_records_at_a_time(
    database: ServiceDatabase, topics: Topics
) -> None:
    bounds = {
        "consumer_fetch_max": 40,
        "consumer_batch_max": 20,
        "consumer_batch_seconds": 5.0,
        "consumer_step_seconds_max": 5.0,
    }
    toy, sizes = Toy(database, topics, settings=QUICK.model_copy(update=bounds)), list[int]()

    async def slowly() -> None:
        sizes.append(1)
        await asyncio.sleep(PAUSE_SECONDS)

    toy.temper.before_settling = slowly
    await say(topics, [Said("counter", number) for number in range(1, 301)])
    async with toy.running():
        await toy.until_heard(300, seconds=60)
        hearing = await toy.hearing()
    failed = toy.registry.get_sample_value("jvtrack_batch_retries_total", {"loop": toy.group, "cause": "Stalled"})

    assert wrongs(hearing, {"counter": 300}) == []
    assert len(sizes) * PAUSE_SECONDS > bounds["consumer_step_seconds_max"], (
        "all of it at once would have taken too long"
    )
    assert failed is None, "none of its steps counts as one that stands still"


async def test_who_is_slow_to_take_over_leaves_alone_what_kafka_has_given_to_another_meanwhile(
    database: ServiceDatabase, topics: Topics
) -> None:
    async with Toy(database, topics).running() as toy:
        owners = await after_a_fact(toy, topics)
        mine, given_away = sorted(owners.held)[:2]
        state = LogState(
            {topics.name(Stream.PRODUCTION): owners.held[mine].owned.topic_id}, dict.fromkeys(owners.held, 9)
        )
        before = {place: owners.held[place].owned.epoch for place in (mine, given_away)}
        await owners.on_partitions_assigned(set(owners.held) - {given_away})
        for place in (mine, given_away):
            await owners.take_over(place, state)
        after = await epochs(database, given_away.partition, mine.partition)

    assert after == {given_away.partition: before[given_away], mine.partition: before[mine] + 1}


async def after_a_fact(toy: Toy, topics: Topics) -> Owners:
    """Let a toy hear a first fact, and give what it knows of its partitions."""
    await say(topics, [Said("counter", 1)])
    await toy.until_heard(1)
    owners = toy.backbone._consumers[0]._owners
    assert owners is not None
    return owners


async def epochs(database: ServiceDatabase, *parts: int) -> dict[int, int]:
    """Read how often each partition was taken over."""
    owner = await owner_connection(database)
    rows = await owner.fetch("SELECT part, epoch FROM consumer_offset WHERE part = ANY($1)", list(parts))
    await owner.close()
    return {row["part"]: row["epoch"] for row in rows}


@pytest.mark.parametrize(
    "task", ["_fetcher._fetch_task", "_client._sync_task", "_coordinator._coordination_task"], ids=lambda task: task
)
async def test_a_consumer_whose_client_has_ceased_to_do_its_part_connects_anew(
    database: ServiceDatabase, topics: Topics, task: str
) -> None:
    async with Toy(database, topics).running() as toy:
        owners = await after_a_fact(toy, topics)
        attrgetter(task)(owners._client).cancel()
        await asyncio.sleep(1.0)  # what it had asked for already has come by then
        await say(topics, [Said("counter", 2)])
        await toy.until_heard(2, seconds=40)
        hearing, now = await toy.hearing(), toy.backbone._consumers[0]._owners

    assert wrongs(hearing, {"counter": 2}) == []
    assert now is not owners, "it goes on over another connection"


async def test_a_consumer_that_has_lost_its_group_takes_nothing_over_and_connects_anew(
    database: ServiceDatabase, topics: Topics
) -> None:
    impatient = QUICK.model_copy(update={"consumer_step_seconds_max": 2.0})
    async with Toy(database, topics, settings=impatient).running() as toy:
        owners = await after_a_fact(toy, topics)
        coordinator, one = owners._client._coordinator, next(iter(owners.held))
        await coordinator._coordinator_lookup_lock.acquire()  # nobody says any more who coordinates
        coordinator.coordinator_dead()
        owners.let_go(one)
        owners._tried_at = 0.0
        missing = owners.missing()
        await say(topics, [Said("counter", 2)])
        await eventually(lambda: is_another(toy, owners), seconds=20)
        await toy.until_heard(2, seconds=40)

    assert missing == set()


async def is_another(toy: Toy, owners: Owners) -> bool:
    """Tell whether a toy hears over another connection than it did."""
    return toy.backbone._consumers[0]._owners not in (None, owners)
