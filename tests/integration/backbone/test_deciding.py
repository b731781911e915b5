"""An operator decides on what was seen, and what becomes of a parked key is counted and written down."""

from uuid import UUID

import pytest

from deploy.postgres.provision import ServiceDatabase
from shared.events.envelope import new_event_id
from shared.messaging.parked_keys import Name
from shared.messaging.parking import (
    EventNotFirst,
    HoleCannotBeDiscarded,
    NothingIsMissing,
    TooMuchIsMissing,
)
from shared.messaging.topics import Topics
from shared.types import EventId
from tests.fixtures.databases import owner_connection
from tests.fixtures.toy import Toy, eventually
from tests.fixtures.toy_kafka import Said, keys_of, say
from tests.fixtures.toy_operator import (
    OPERATOR,
    TOPIC,
    discard,
    first,
    is_parked_for,
    log_of_operations,
    parked,
    parks,
    release,
    skip,
)


async def test_a_discard_that_is_sent_twice_throws_one_event_away(database: ServiceDatabase, topics: Topics) -> None:
    async with Toy(database, topics).running() as toy:
        await toy.tell("counter", 13, 1, 13, 2)
        await parks(toy, 4)
        name, seen = Name(toy.group, TOPIC, "counter"), await first(toy, "counter")
        await toy.backbone.operations.parked.discard(name, seen, OPERATOR)
        with pytest.raises(EventNotFirst):
            await toy.backbone.operations.parked.discard(name, seen, OPERATOR)
        (row,) = await parked(toy)

    assert (row.key_seq, row.waiting) == (3, 2)


async def test_a_key_with_a_hole_is_not_discarded_but_what_it_lacks_can_be_skipped(
    database: ServiceDatabase, topics: Topics
) -> None:
    async with Toy(database, topics).running() as toy:
        await say(topics, [Said("counter", 1), Said("counter", 4), Said("counter", 5)])
        await parks(toy, 2)
        with pytest.raises(HoleCannotBeDiscarded):
            await discard(toy, "counter")
        skipped = await skip(toy, "counter")
        await say(topics, [Said("counter", 2), Said("counter", 6)])
        heard = await toy.until_heard(4)
        rows = await parked(toy)
    owner = await owner_connection(database)
    given_up = [row["key_seq"] for row in await owner.fetch("SELECT key_seq FROM parked_discarded ORDER BY key_seq")]
    await owner.close()

    assert skipped == 2
    assert [number for _, number, _ in heard] == [1, 4, 5, 6]
    assert given_up == [2, 3]
    assert rows == []


async def test_nothing_is_skipped_that_is_not_missing_and_never_very_much(
    database: ServiceDatabase, topics: Topics
) -> None:
    async with Toy(database, topics).running() as toy:
        await say(topics, [Said("unlucky", 1, by=13), Said("far", 5000)])
        await parks(toy, 2)
        with pytest.raises(NothingIsMissing):
            await skip(toy, "unlucky")
        with pytest.raises(TooMuchIsMissing):
            await skip(toy, "far")
        rows = await parked(toy)

    assert {row.key: row.cause for row in rows} == {"unlucky": "refused", "far": "hole"}


async def test_a_fact_that_is_refused_once_its_hole_is_filled_waits_under_its_own_cause(
    database: ServiceDatabase, topics: Topics
) -> None:
    async with Toy(database, topics).running() as toy:
        await say(topics, [Said("counter", 1), Said("counter", 3, by=13), Said("counter", 2)])
        await toy.until_heard(2)
        await eventually(lambda: is_parked_for(toy, "refused"))
        (row,) = await parked(toy)

    assert "Unlucky" in row.error


async def test_a_fork_beside_the_filler_of_a_hole_parks_its_key_and_stops_nothing(
    database: ServiceDatabase, topics: Topics
) -> None:
    name, other = keys_of(0, 2, "counter")
    await say(topics, [Said(name, 1), Said(name, 3), Said(name, 2), Said(name, 2, by=7), Said(other, 1)])

    async with Toy(database, topics).running() as toy:
        await toy.until_heard(3)
        await eventually(lambda: is_parked_for(toy, "fork"))
        probe, heard = await toy.probe("consumers"), await toy.heard()

    assert probe is None
    assert (other, 1, 1) in heard


async def test_an_earlier_number_told_anew_long_after_is_a_fork_too(database: ServiceDatabase, topics: Topics) -> None:
    long_ago = [uuid7_of(minutes_ago=30), uuid7_of(minutes_ago=20), uuid7_of(minutes_ago=10)]
    async with Toy(database, topics).running() as toy:
        await say(topics, [Said("counter", number, id=each) for number, each in enumerate(long_ago, start=1)])
        await toy.until_heard(3)
        await say(topics, [Said("counter", 2, by=7), Said("counter", 1, id=long_ago[0]), Said("other", 1)])
        await toy.until_heard(4)
        await eventually(lambda: is_parked_for(toy, "fork"))
        await eventually(lambda: dropped_one(toy))
        (row,) = await parked(toy)

    assert row.key_seq == 2


async def dropped_one(toy: Toy) -> bool:
    """Tell whether the toy has dropped one fact that it had heard already."""
    return toy.counted("duplicates_total") == 1


def uuid7_of(*, minutes_ago: int) -> EventId:
    """Draw an id as a producer did some time ago (RFC 9562: the first 48 bits are its milliseconds)."""
    now = new_event_id().int
    return UUID(int=now - (minutes_ago * 60_000 << 80))


async def test_a_release_that_comes_to_a_fork_has_applied_what_it_could_and_is_written_down(
    database: ServiceDatabase, topics: Topics
) -> None:
    async with Toy(database, topics).running() as toy:
        await say(topics, [Said("counter", 1, by=13), Said("counter", 1, by=7), Said("counter", 2)])
        await parks(toy, 3)
        toy.temper.refuses.clear()
        applied = await release(toy, "counter")
        heard = await toy.heard()
        (row,) = await parked(toy)

    assert (applied, len(heard), row.cause) == (1, 1, "fork")
    assert await log_of_operations(database) == [("release", f"{toy.group} {TOPIC}/counter")]


async def test_what_is_healed_or_released_is_counted_like_everything_that_is_applied(
    database: ServiceDatabase, topics: Topics
) -> None:
    async with Toy(database, topics).running() as toy:
        await say(topics, [Said("counter", 1), Said("counter", 4), Said("counter", 3), Said("counter", 2)])
        await say(topics, [Said("unlucky", 1, by=13)])
        await toy.until_heard(4)
        await parks(toy, 1)
        toy.temper.refuses.clear()
        await release(toy, "unlucky")
        applied, ages = toy.counted("applied_total"), toy.counted("event_age_seconds_count")

    assert applied == ages == 5
