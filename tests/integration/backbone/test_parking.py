"""What cannot be applied waits with all that follows it, in order, until it can; everything else goes on."""

import json

import pytest

from deploy.postgres.provision import ServiceDatabase
from shared.messaging.parked_keys import KeyNotParked
from shared.messaging.parking import (
    ForkCannotBeReleased,
    ReleaseRefused,
)
from shared.messaging.topics import Topics
from tests.fixtures.databases import owner_connection
from tests.fixtures.toy import Toy, eventually
from tests.fixtures.toy_judge import wrongs
from tests.fixtures.toy_kafka import PARTITIONS, Said, keys_of, say
from tests.fixtures.toy_operator import (
    TOPIC,
    discard,
    parked,
    parks,
    release,
)

POISON = [
    Said("unlisted", 1, type="jvtrack.toy.forgotten.v1"),
    Said("shape", 1, payload=b'{"name": "shape", "by": "many"}'),
    Said("no-json", 1, payload=b"\xff\x00 not json"),
    Said("number-too-low", 0),
    Said("number-too-high", 2**63),
    Said("key-with-\0-in-it", 1),
    Said("key-too-long" * 40, 1),
    Said("foreign", 1, headers=()),
    Said("headers-broken", 1, headers=[("ce_id", b"not an id"), ("nul\0", b"\xff")]),
]


async def shows(toy: Toy, *, keys: int) -> bool:
    """Tell whether the metrics show so many parked keys."""
    return toy.counted("parked_keys") == keys


async def test_a_fact_that_comes_again_is_dropped_and_counted(database: ServiceDatabase, topics: Topics) -> None:
    first, second = Said("counter", 1), Said("counter", 2)
    await say(topics, [first, first, second, first, second, Said("counter", 3)])

    async with Toy(database, topics).running() as toy:
        heard = await toy.until_heard(3)

    assert [number for _, number, _ in heard] == [1, 2, 3]
    assert toy.counted("duplicates_total") == 3
    assert toy.counted("applied_total") == 3


async def test_a_hole_waits_for_what_is_missing_and_heals_by_itself(database: ServiceDatabase, topics: Topics) -> None:
    async with Toy(database, topics).running() as toy:
        await say(topics, [Said("counter", 1), Said("counter", 4), Said("counter", 3), Said("other", 1)])
        await parks(toy, 2)
        (row,) = await parked(toy)
        await say(topics, [Said("counter", 2), Said("counter", 5)])
        await toy.until_heard(6)
        hearing, after = await toy.hearing(), await parked(toy)

    assert (row.key, row.cause, row.waiting, row.key_seq) == ("counter", "hole", 2, 3)
    assert wrongs(hearing, {"counter": 5, "other": 1}) == []
    assert after == []
    assert toy.counted("holes_total") == 1


async def test_a_hole_that_is_filled_by_a_refused_fact_says_so_and_can_be_discarded(
    database: ServiceDatabase, topics: Topics
) -> None:
    async with Toy(database, topics).running() as toy:
        await say(topics, [Said("counter", 1), Said("counter", 3)])
        await parks(toy, 1)
        await say(topics, [Said("counter", 2, by=13)])
        await parks(toy, 2)
        (row,) = await parked(toy)
        released = await discard(toy, "counter")
        heard = await toy.until_heard(2)

    assert (row.cause, row.key_seq) == ("refused", 2)
    assert released == 1
    assert [number for _, number, _ in heard] == [1, 3]


async def test_two_facts_that_claim_one_number_are_a_fork(database: ServiceDatabase, topics: Topics) -> None:
    async with Toy(database, topics).running() as toy:
        await say(topics, [Said("counter", 1), Said("counter", 2), Said("counter", 2, by=7), Said("counter", 3)])
        await say(topics, [Said("other", 1)])
        await parks(toy, 2)
        (row,) = await parked(toy)
        with pytest.raises(ForkCannotBeReleased):
            await release(toy, "counter")
        await discard(toy, "counter")
        heard = await toy.until_heard(4)
        after = await parked(toy)

    assert (row.key, row.cause, row.key_seq, row.waiting) == ("counter", "fork", 2, 2)
    assert heard == [("counter", 1, 1), ("counter", 2, 1), ("counter", 3, 1), ("other", 1, 1)]
    assert after == []
    assert toy.counted("forks_total") == 1


async def test_a_refused_fact_and_what_follows_wait_in_order_while_the_rest_flows_until_the_cause_is_put_right(
    database: ServiceDatabase, topics: Topics
) -> None:
    unlucky, neighbour = keys_of(0, 2, "counter")
    async with Toy(database, topics).running() as toy:
        await toy.tell(unlucky, 1, 13, 2)
        await toy.tell(neighbour, 1, 2)
        await parks(toy, 2)
        await toy.tell(unlucky, 3)
        await toy.tell(neighbour, 3)
        await toy.until_heard(4)
        await parks(toy, 3)
        await eventually(lambda: shows(toy, keys=1))
        (row,) = await parked(toy)
        with pytest.raises(ReleaseRefused):
            await release(toy, unlucky)
        toy.temper.refuses.clear()
        released = await release(toy, unlucky)
        await toy.tell(unlucky, 4)
        await toy.until_heard(8)
        await eventually(lambda: shows(toy, keys=0))
        hearing, after, told = await toy.hearing(), await parked(toy), await toy.told()
        with pytest.raises(KeyNotParked):
            await release(toy, unlucky)

    assert (row.group, row.topic, row.key, row.cause) == (toy.group, TOPIC, unlucky, "refused")
    assert "Unlucky" in row.error
    assert json.loads(row.payload or "") == {"name": unlucky, "by": 13}
    assert released == 3
    assert wrongs(hearing, told) == []
    assert after == []


async def test_a_release_goes_as_far_as_it_can_and_tells_how_far(database: ServiceDatabase, topics: Topics) -> None:
    async with Toy(database, topics).running() as toy:
        toy.temper.refuses = {13, 14}
        await toy.tell("counter", 13, 1, 14, 2)
        await parks(toy, 4)
        toy.temper.refuses = {14}
        released = await release(toy, "counter")
        (row,) = await parked(toy)
        heard = await toy.heard()

    assert released == 2
    assert [number for _, number, _ in heard] == [1, 2]
    assert (row.cause, row.key_seq, row.waiting) == ("refused", 3, 2)


async def test_a_discard_steps_over_one_fact_and_applies_what_waited_behind_it(
    database: ServiceDatabase, topics: Topics
) -> None:
    async with Toy(database, topics).running() as toy:
        await toy.tell("counter", 1, 13, 2, 13, 3)
        await parks(toy, 4)
        first = await discard(toy, "counter")
        (row,) = await parked(toy)
        second = await discard(toy, "counter")
        await toy.tell("counter", 4)
        heard = await toy.until_heard(4)
    owner = await owner_connection(database)
    thrown = await owner.fetch(
        "SELECT key, key_seq, cause, reason, discarded_by FROM parked_discarded ORDER BY key_seq"
    )
    await owner.close()

    assert (first, second) == (1, 1)
    assert [tuple(one) for one in thrown] == [("counter", n, "refused", "tested", "olga") for n in (2, 4)]
    assert (row.cause, row.key_seq, row.waiting) == ("refused", 4, 2)
    assert [quantity for _, _, quantity in heard] == [1, 2, 3, 4]


async def test_records_that_nobody_here_can_read_are_parked_and_hold_nobody_up(
    database: ServiceDatabase, topics: Topics
) -> None:
    async with Toy(database, topics).running() as toy:
        await say(topics, [*POISON, *(Said(f"good-{n}", 1) for n in range(8))])
        await toy.until_heard(8)
        await parks(toy, len(POISON))
        rows = await parked(toy)
        for row in rows:
            with pytest.raises(ReleaseRefused):
                await release(toy, row.key)
            await discard(toy, row.key)
        after, probe = await parked(toy), await toy.probe("consumers")

    causes = {row.key: row.cause for row in rows if not row.key.startswith("unreadable:")}
    assert causes == {"unlisted": "unlisted", "shape": "contract", "no-json": "contract"}
    assert [row.cause for row in rows if row.key not in causes] == ["contract"] * 6
    assert after == []
    assert probe is None


async def test_an_unreadable_record_is_parked_once_however_often_it_is_read(
    database: ServiceDatabase, topics: Topics
) -> None:
    await say(topics, [Said("foreign", 1, headers=())])
    async with Toy(database, topics).running() as toy:
        await parks(toy, 1)

    async with Toy(database, topics).running() as toy:
        await say(topics, [Said(name, 1) for part in range(PARTITIONS) for name in keys_of(part, 1, "good")])
        await toy.until_heard(PARTITIONS)
        rows = await parked(toy)

    assert [row.waiting for row in rows] == [1]
    assert toy.counted("duplicates_total") == 0, "nothing was read from the start again"
