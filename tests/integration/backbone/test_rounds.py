"""What one fetch brings is applied together as long as that goes well, and apart as soon as it does not."""

import asyncio
from collections.abc import Iterator, Sequence

import pytest

from deploy.postgres.provision import ServiceDatabase
from shared import clock
from shared.messaging.topics import Topics
from tests.fixtures.toy import QUICK, Toy, ToyWork, eventually, run_loops
from tests.fixtures.toy_judge import wrongs
from tests.fixtures.toy_kafka import PARTITIONS, Said, keys_of, say
from tests.fixtures.toy_partition import Gate

SMALL = QUICK.model_copy(update={"consumer_batch_max": 10})
SOON_TIRED = QUICK.model_copy(update={"consumer_retries": 2})
TURNS = 40


def one_of_each(prefix: str) -> list[str]:
    """Name a counter in every partition."""
    return [keys_of(part, 1, prefix)[0] for part in range(PARTITIONS)]


def slow_and_many(toy: Toy) -> Sequence[Said]:
    """Let each batch take a while, and make facts for many of them."""

    async def take_a_while() -> None:
        await asyncio.sleep(0.1)

    toy.temper.before_settling = take_a_while
    return [Said(name, number) for number in range(1, TURNS + 1) for name in one_of_each("counter")]


@pytest.fixture
def never_free(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Let the second fact of the first partition find what it needs locked, until this is undone."""
    settle, name = ToyWork.settle, one_of_each("counter")[0]

    async def stormy(self: ToyWork) -> None:
        if any(key == name and number == 2 for key, number, *_ in self.heard):
            raise TimeoutError("a lock that is never free")
        await settle(self)

    with monkeypatch.context() as weather:
        weather.setattr(ToyWork, "settle", stormy)
        yield weather


async def test_what_cannot_be_applied_for_now_holds_up_its_own_partition_and_readiness_says_so(
    database: ServiceDatabase, topics: Topics, never_free: pytest.MonkeyPatch
) -> None:
    names = one_of_each("counter")

    await say(topics, [Said(name, number) for name in names for number in (1, 2, 3)])
    async with Toy(database, topics, settings=SOON_TIRED).running() as toy:
        await toy.until_heard(3 * PARTITIONS - 2, seconds=40)
        await eventually(lambda: says(toy, "a lock that is never free"), seconds=40)
        never_free.undo()
        await toy.until_heard(3 * PARTITIONS, seconds=40)
        await eventually(lambda: says(toy, None))
        hearing = await toy.hearing()

    assert wrongs(hearing, dict.fromkeys(names, 3)) == []


@pytest.mark.usefixtures("never_free")
async def test_what_could_not_be_applied_is_no_trouble_of_who_has_given_its_partition_away(
    database: ServiceDatabase, topics: Topics
) -> None:
    await say(topics, [Said(name, number) for name in one_of_each("counter") for number in (1, 2)])
    async with Toy(database, topics, settings=SOON_TIRED).running() as toy:
        await eventually(lambda: says(toy, "a lock that is never free"), seconds=40)
        owners = toy.backbone._consumers[0]._owners
        assert owners is not None
        waiting = {place for place, held in owners.held.items() if held.trouble is not None}
        kept = set(owners.held) - waiting

        await owners.on_partitions_revoked(waiting)
        await owners.on_partitions_assigned(kept)

        await eventually(lambda: says(toy, None))
        assert len(waiting) == 1


async def says(toy: Toy, words: str | None) -> bool:
    """Tell whether readiness says this of the consumers; nothing: that all is well."""
    probe = await toy.probe("consumers")
    return probe is None if words is None else words in (probe or "")


async def test_a_consumer_that_is_told_to_stop_ends_its_batch_and_leaves_the_rest_of_its_fetch(
    database: ServiceDatabase, topics: Topics
) -> None:
    toy = Toy(database, topics, settings=SMALL)
    await say(topics, slow_and_many(toy))
    stopping = asyncio.Event()
    consuming = asyncio.create_task(toy.backbone.loops()[1](stopping))
    await toy.until_heard(10)

    stopping.set()
    await asyncio.wait({consuming}, timeout=2)
    ended, heard = consuming.done(), len(await toy.heard())
    await consuming
    await toy.database.close()

    assert ended
    assert heard < TURNS * PARTITIONS


async def test_partitions_that_move_are_let_go_as_soon_as_the_batch_under_way_has_ended(
    database: ServiceDatabase, topics: Topics
) -> None:
    toy = Toy(database, topics, settings=SMALL)
    await say(topics, slow_and_many(toy))
    async with run_loops(toy.backbone.loops()[1]):
        await toy.until_heard(10)
        owners = toy.backbone._consumers[0]._owners
        assert owners is not None
        async with asyncio.timeout(2):
            await owners.on_partitions_revoked(sorted(owners.held))
        heard = len(await toy.heard())
    await toy.database.close()

    assert heard < TURNS * PARTITIONS


async def test_the_lag_is_the_age_of_the_oldest_fact_that_waits_also_where_a_partition_has_stopped(
    database: ServiceDatabase, topics: Topics
) -> None:
    slow, broken, *_ = one_of_each("counter")
    async with Toy(database, topics).running() as toy:
        await say(topics, [Said(slow, 1), Said(broken, 1)])
        await toy.until_heard(2)
        await asyncio.sleep(2.5)
        await say(topics, [Said(broken, 2, by=1000), Said(broken, 3)])
        await eventually(lambda: lags(toy, part=1, events=2))
        gate = Gate()
        toy.temper.before_settling = gate.wait
        await say(topics, [Said(slow, 2)])
        await gate.reached.wait()
        await asyncio.sleep(0.5)
        owners = toy.backbone._consumers[0]._owners
        assert owners is not None
        owners.measure()
        heard_at = lag(toy, "heard_timestamp_seconds", part=0)
        waiting, stopped = lag(toy, "lag_seconds", part=0), lag(toy, "lag_seconds", part=1)
        gate.opened.set()
        await eventually(lambda: lags(toy, part=0, events=0))

    assert 0.4 < waiting < 2.4, "it counts from when the fact was written, not from the last one applied"
    assert stopped > 0.5
    assert 0 <= clock.now().timestamp() - heard_at < 30


async def test_a_batch_that_takes_long_shows_meanwhile_how_late_it_makes_what_waits(
    database: ServiceDatabase, topics: Topics
) -> None:
    toy, free = Toy(database, topics), asyncio.Event()

    async def wait() -> None:
        await free.wait()

    toy.temper.before_settling = wait
    await say(topics, [Said(keys_of(0, 1, "counter")[0], 1)])
    async with toy.running():
        await eventually(lambda: is_late(toy, seconds=1.5))
        free.set()
        await eventually(lambda: lags(toy, part=0, events=0))


async def is_late(toy: Toy, *, seconds: float) -> bool:
    """Tell whether a partition is so far behind."""
    return lag(toy, "lag_events", part=0) == 1 and lag(toy, "lag_seconds", part=0) > seconds


def lag(toy: Toy, metric: str, *, part: int) -> float:
    """Read how far behind a partition is."""
    labels = {"group": toy.group, "topic": "production.v1", "partition": str(part)}
    return toy.registry.get_sample_value(f"jvtrack_{metric}", labels) or 0.0


async def lags(toy: Toy, *, part: int, events: int) -> bool:
    """Tell whether a partition is so many facts behind."""
    return lag(toy, "lag_events", part=part) == events


def batches_of(toy: Toy, monkeypatch: pytest.MonkeyPatch, *, seconds: float) -> list[int]:
    """Let each batch last, and note how many facts each one holds."""
    settle, sizes = ToyWork.settle, list[int]()

    async def noting(self: ToyWork) -> None:
        sizes.append(len(self.heard))
        await asyncio.sleep(seconds)
        await settle(self)

    monkeypatch.setattr(ToyWork, "settle", noting)
    return sizes


async def test_batches_that_last_too_long_are_followed_by_smaller_ones(
    database: ServiceDatabase, topics: Topics, monkeypatch: pytest.MonkeyPatch
) -> None:
    impatient = QUICK.model_copy(
        update={"consumer_batch_max": 32, "consumer_batch_min": 1, "consumer_batch_seconds": 0.1}
    )
    (name, *_) = one_of_each("counter")
    await say(topics, [Said(name, number) for number in range(1, 65)])

    toy = Toy(database, topics, settings=impatient)
    sizes = batches_of(toy, monkeypatch, seconds=0.15)
    async with toy.running():
        await toy.until_heard(64)
        hearing = await toy.hearing()

    assert sizes[:3] == [32, 16, 8]
    assert wrongs(hearing, {name: 64}) == []
