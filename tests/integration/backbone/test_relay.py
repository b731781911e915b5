"""Whatever happens to the one who publishes, Kafka hears every fact, and each counter's facts in order."""

import asyncio
import random
from contextlib import suppress
from pathlib import Path

from sqlalchemy import text

from deploy.postgres.provision import ServiceDatabase
from shared.events.envelope import Stream
from shared.messaging.backbone import Loop
from shared.messaging.relay import Outbox, Relay
from shared.messaging.relay_store import COMMAND_TIMEOUT_SECONDS, RelaySession
from shared.messaging.topics import Topics
from tests.fixtures.crash import killed, leaves_wreckage
from tests.fixtures.silence import way_to
from tests.fixtures.toy import QUICK, Restated, Toy, eventually, raise_counter, run_loops
from tests.fixtures.toy_judge import Fact, first_deliveries, wrongs
from tests.fixtures.toy_kafka import Said, log_of, make_topic, say
from tests.fixtures.toy_process import ToyProcess

STEPS = range(3, 46)  # The first two only open a socket.
WRITERS, HOT_COUNTERS, WRITING_SECONDS = 6, 8, 4.0


def a_relay(toy: Toy, database: ServiceDatabase, stream: Stream = Stream.PRODUCTION) -> Relay:
    """Make one more relay for the toy's outbox, as another replica has."""
    outbox = Outbox(database.relay.render_as_string(hide_password=False), "/jvtrack/toy", frozenset({stream}))
    return Relay(outbox, toy.topics, settings=QUICK, metrics=toy.metrics)


async def is_drained(toy: Toy) -> bool:
    """Tell whether Kafka has acknowledged everything."""
    return (await toy.backbone.operations.counts()).pending == 0


@leaves_wreckage
async def test_a_relay_killed_at_any_step_loses_nothing_and_keeps_the_order(
    database: ServiceDatabase, topics: Topics
) -> None:
    toy = Toy(database, topics, hears=False)
    relay, drained_before_death = a_relay(toy, database), []

    for step in STEPS:
        for name in ("left", "right", "left"):
            await toy.tell(name, 1)
        assert await killed(relay.run(asyncio.Event()), at=step)
        drained_before_death.append(await is_drained(toy))
    async with run_loops(relay.run):
        await eventually(lambda: is_drained(toy))
    told, log = await toy.told(), await log_of(topics)
    await toy.database.close()

    assert not drained_before_death[0], "the first died before anything was published"
    assert drained_before_death[-1], "the last died after everything was done"
    assert told == {"left": 2 * len(STEPS), "right": len(STEPS)}
    assert wrongs(first_deliveries(log), told) == []


async def test_a_follower_wakes_the_leader_for_what_was_told_beside_it(
    database: ServiceDatabase, topics: Topics
) -> None:
    drowsy = QUICK.model_copy(update={"relay_poll_seconds": 30.0, "relay_session_timeout_seconds": 60.0})
    leader, follower = (Toy(database, topics, hears=False, settings=drowsy) for _ in range(2))

    async with leader.running():
        await eventually(lambda: leads(leader))
        async with follower.running():
            await follower.tell("counter", 1)
            await eventually(lambda: is_drained(follower), seconds=2)
            assert not await leads(follower)


async def leads(toy: Toy) -> bool:
    """Tell whether the toy's relay is the one that publishes."""
    return toy.registry.get_sample_value("jvtrack_relay_leader") == 1


async def test_a_relay_reads_no_more_bytes_at_a_time_than_it_may_but_always_one_row(
    database: ServiceDatabase, topics: Topics
) -> None:
    toy = Toy(database, topics, hears=False)
    await toy.tell("counter", 1, 2, 3)
    session = await RelaySession.open(
        database.relay.render_as_string(hide_password=False), source="/jvtrack/toy", settings=QUICK
    )

    payload = len((await session.pending(1, 1))[0].payload)
    sizes = [len(await session.pending(10, bytes_max)) for bytes_max in (1, payload + 1, 100 * payload)]
    await session.close()
    await toy.database.close()

    assert sizes == [1, 2, 3]


async def test_an_older_fact_that_comes_late_does_not_stay_the_last_one_of_a_compacted_topic(
    database: ServiceDatabase, topics: Topics
) -> None:
    await make_topic(topics, Stream.CATALOGUE)
    toy = Toy(database, topics, hears=False)
    late = Said("part", 1, type=Restated.TYPE)

    async with run_loops(a_relay(toy, database, Stream.CATALOGUE).run):
        async with toy.database.transaction() as session:
            for _ in range(2):
                await raise_counter(session, "part", 1, Restated)
        await eventually(lambda: is_drained(toy))
        await say(topics, [late], Stream.CATALOGUE)
        await eventually(lambda: ends_with(topics, ("part", 2)))
    log = await log_of(topics, Stream.CATALOGUE)
    await toy.database.close()

    assert log == [("part", 1), ("part", 2), ("part", 1), ("part", 2)]


async def ends_with(topics: Topics, fact: Fact) -> bool:
    """Tell whether the fact stands last, behind one that came late."""
    log = await log_of(topics, Stream.CATALOGUE)
    return len(log) > 2 and log[-1] == fact


@leaves_wreckage
async def test_competing_and_dying_relays_lose_and_reorder_nothing_of_what_hasty_and_slow_writers_tell(
    database: ServiceDatabase, topics: Topics
) -> None:
    toy, chance = Toy(database, topics, hears=False), random.Random(4)

    async with run_loops(*(dying(a_relay(toy, database), chance) for _ in range(3))):
        await asyncio.gather(*(write(toy, chance) for _ in range(WRITERS)))
        await eventually(lambda: is_drained(toy))
    told, log = await toy.told(), await log_of(topics)
    await toy.database.close()

    assert sum(told.values()) > 100
    assert wrongs(first_deliveries(log), told) == []


def dying(relay: Relay, chance: random.Random) -> Loop:
    """Give a relay's loop that dies again and again, and begins anew."""

    async def run(stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            await killed(relay.run(stopping), at=chance.randrange(20, 120))

    return run


class TakenBack(Exception):
    """A writer's change of mind."""


async def write(toy: Toy, chance: random.Random) -> None:
    """Tell facts of hot counters for a while; some transactions begin long before they tell, some take it all back."""
    loop = asyncio.get_running_loop()
    until = loop.time() + WRITING_SECONDS
    while loop.time() < until:
        with suppress(TakenBack):
            async with toy.database.transaction() as session:
                if chance.random() < 0.3:
                    await session.execute(text("SELECT pg_current_xact_id()"))
                    await asyncio.sleep(chance.random() * 0.05)
                for counter in sorted(chance.sample(range(HOT_COUNTERS), chance.randrange(1, 3))):
                    await raise_counter(session, f"hot-{counter}", 1)
                if chance.random() < 0.1:
                    raise TakenBack


async def test_a_frozen_leader_is_replaced_within_two_seconds_and_changes_nothing_when_it_wakes(
    database: ServiceDatabase, topics: Topics, tmp_path: Path
) -> None:
    toy, leader = Toy(database, topics, hears=False), ToyProcess(database, topics, tmp_path, hears=False)
    await leader.start()
    loop = asyncio.get_running_loop()
    await toy.tell("counter", *[1] * 20)
    await eventually(lambda: is_drained(toy))

    async with toy.running():
        telling = asyncio.create_task(toy.tell("counter", *[1] * 60))
        await asyncio.sleep(0.1)
        frozen_at = loop.time()
        leader.freeze()
        await toy.tell("witness", 1)
        await eventually(lambda: has_been_heard(topics, "witness"))
        replaced_after = loop.time() - frozen_at
        await telling
        leader.thaw()
        await toy.tell("counter", *[1] * 20)
        await asyncio.sleep(1)
        await eventually(lambda: is_drained(toy))
        told, log = await toy.told(), await log_of(topics)
    leader.kill()

    assert replaced_after < 2.5, "of which the witness's own way takes a part"
    assert wrongs(first_deliveries(log), told) == []


async def has_been_heard(topics: Topics, name: str) -> bool:
    """Tell whether Kafka has a fact of a counter."""
    return any(key == name for key, _ in await log_of(topics))


async def test_a_leader_notices_soon_that_the_way_to_its_database_is_lost(
    database: ServiceDatabase, topics: Topics
) -> None:
    async with way_to(database) as (behind, way):
        toy = Toy(behind, topics, hears=False)
        async with toy.running():
            await toy.tell("counter", 1)
            await eventually(lambda: leads(toy))
            way.fall_silent()
            try:
                await eventually(lambda: follows(toy), seconds=COMMAND_TIMEOUT_SECONDS + 2)
            finally:
                way.speak()
            await eventually(lambda: leads(toy))


async def follows(toy: Toy) -> bool:
    """Tell whether the toy's relay does not publish."""
    return not await leads(toy)
