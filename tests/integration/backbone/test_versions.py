"""While a service is replaced by its next version, a replica that does not know a new fact yet never guesses at it."""

import pytest

from deploy.postgres.provision import ServiceDatabase
from shared.messaging.parking import ReleaseRefused
from shared.messaging.topics import Topics
from tests.fixtures.toy import QUICK, Lowered, Toy, Version, eventually
from tests.fixtures.toy_judge import wrongs
from tests.fixtures.toy_kafka import Said, keys_of, say
from tests.fixtures.toy_operator import parked, parks, release

FLOOD = QUICK.model_copy(update={"parked_flood_keys": 3})


def lowered(name: str, number: int) -> Said:
    """Say that a counter was lowered by one."""
    return Said(name, number, type=Lowered.TYPE)


async def test_a_fact_that_only_the_next_version_knows_keeps_its_key_waiting_until_that_version_takes_over(
    database: ServiceDatabase, topics: Topics
) -> None:
    changed, neighbour = keys_of(0, 2, "counter")
    async with Toy(database, topics).running() as old:
        await say(topics, [Said(changed, 1), lowered(changed, 2), Said(changed, 3), Said(neighbour, 1)])
        await parks(old, 2)
        await old.until_heard(2)
        (row,) = await parked(old)
        with pytest.raises(ReleaseRefused):
            await release(old, changed)

        async with Toy(database, topics, version=Version.NEW).running() as new:
            released = await release(new, changed)
            await say(topics, [Said(changed, 4), Said(neighbour, 2)])
            heard, hearing, waiting = await new.until_heard(6), await new.hearing(), await parked(new)

    assert (row.key, row.cause, row.key_seq, row.waiting) == (changed, "unlisted", 2, 2)
    assert released == 2
    assert heard == sorted([*((changed, n, -1 if n == 2 else 1) for n in (1, 2, 3, 4)), *raised(neighbour, 2)])
    assert wrongs(hearing, {changed: 4, neighbour: 2}) == []
    assert waiting == []


async def test_many_facts_that_only_the_next_version_knows_stop_the_partition_where_that_version_goes_on(
    database: ServiceDatabase, topics: Topics
) -> None:
    names = keys_of(0, 12, "counter")
    async with Toy(database, topics, settings=FLOOD).running() as old:
        await say(topics, [lowered(name, 1) for name in names])
        await eventually(lambda: stops(old))
        before = await parked(old)
        heard_by_old = await old.heard()

    async with Toy(database, topics, version=Version.NEW, settings=FLOOD).running() as new:
        await new.until_heard(len(names) - len(before))
        for row in before:
            await release(new, row.key)
        heard, hearing, probe = await new.heard(), await new.hearing(), await new.probe("consumers")

    assert ([row.cause for row in before], heard_by_old) == (["unlisted"] * 3, [])
    assert heard == sorted((name, 1, -1) for name in names)
    assert wrongs(hearing, dict.fromkeys(names, 1)) == []
    assert probe is None


async def test_a_fact_that_a_version_lists_as_ignored_holds_nothing_up(
    database: ServiceDatabase, topics: Topics
) -> None:
    async with Toy(database, topics, version=Version.FOREWARNED).running() as toy:
        await say(topics, [Said("counter", 1), lowered("counter", 2), Said("counter", 3)])
        heard = await toy.until_heard(2)
        waiting = await parked(toy)

    assert heard == [("counter", 1, 1), ("counter", 3, 1)]
    assert waiting == []


def raised(name: str, times: int) -> list[tuple[str, int, int]]:
    """Give what is heard of a counter that was raised by one, so many times."""
    return [(name, number, 1) for number in range(1, times + 1)]


async def stops(toy: Toy) -> bool:
    """Tell whether readiness says that a partition has stopped."""
    return "has stopped" in (await toy.probe("consumers") or "")
