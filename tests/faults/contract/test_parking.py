"""What the statements on parked keys mean, in PostgreSQL and in what stands in for it."""

import asyncio

import asyncpg
import pytest

from shared.events.envelope import Stream
from shared.messaging import parking_store, positions
from shared.messaging.applying import ParkCause, Parked, read
from shared.messaging.operation_log import Operation, note
from shared.messaging.parking_store import ParkedIn, ParkedKey
from shared.messaging.positions import Position
from tests.faults.contract.houses import House, Place
from tests.faults.contract.test_store import GROUP, alone
from tests.fixtures.toy import KEEP, LOCK_KEPT
from tests.fixtures.toy_kafka import Said

KEY = ParkedKey(GROUP, Stream.PRODUCTION, "counter")
HERE = ParkedIn(GROUP, Stream.PRODUCTION, 3)
OPERATOR = Operation("olga", "tried")


def a_parked(number: int, cause: ParkCause | None = None) -> Parked:
    """Make an event that waits, or the first of its key to wait."""
    return Parked(read(Said("counter", number).record(number), "here"), cause, "because")


def test_events_wait_in_order_behind_the_first_of_their_key_until_the_last_is_removed(house: House) -> None:
    async def script(place: Place) -> None:
        first, second = a_parked(2, ParkCause.REFUSED), a_parked(3)
        await alone(place, lambda session: parking_store.park(session, HERE, [second, first]))
        await alone(place, lambda session: parking_store.park(session, HERE, [second]))
        assert await alone(place, lambda session: parking_store.partition(session, KEY)) == (3, ParkCause.REFUSED)
        waiting = await alone(place, lambda session: parking_store.waiting(session, KEY, 10))
        assert [(item.header, item.record) for item in waiting] == [
            (each.item.header, each.item.record) for each in (first, second)
        ]
        assert len(await alone(place, lambda session: parking_store.waiting(session, KEY, 1))) == 1
        assert await alone(place, lambda session: parking_store.parked_lately(session, GROUP, 60)) == 1

        await alone(place, lambda session: parking_store.remove(session, KEY, waiting[:1]))
        assert await alone(place, lambda session: parking_store.partition(session, KEY)) is not None
        await alone(place, lambda session: parking_store.remove(session, KEY, waiting[1:]))
        assert await alone(place, lambda session: parking_store.partition(session, KEY)) is None

    house.run(script)


def test_nothing_waits_behind_a_key_that_is_not_parked(house: House) -> None:
    async def script(place: Place) -> None:
        with pytest.raises(asyncpg.ForeignKeyViolationError):
            await alone(place, lambda session: parking_store.park(session, HERE, [a_parked(3)]))

    house.run(script)


def test_what_is_parked_while_its_key_is_removed_goes_with_it(house: House) -> None:
    async def script(place: Place) -> None:
        first = a_parked(2, ParkCause.REFUSED)
        await alone(place, lambda session: parking_store.park(session, HERE, [first]))
        async with place.database.transaction() as session:
            await parking_store.park(session, HERE, [a_parked(3)])
            removing = asyncio.ensure_future(alone(place, lambda other: parking_store.remove(other, KEY, [first.item])))
            done, _ = await asyncio.wait({removing}, timeout=0.3)
            assert not done
        await removing
        assert await alone(place, lambda session: parking_store.waiting(session, KEY, 10)) == []
        assert await alone(place, lambda session: parking_store.partition(session, KEY)) is None

    house.run(script)


def test_a_key_can_be_healed_once_what_was_missing_is_applied(house: House) -> None:
    async def script(place: Place) -> None:
        waits = a_parked(3, ParkCause.HOLE)
        await alone(place, lambda session: parking_store.park(session, HERE, [waits]))
        assert await alone(place, lambda session: parking_store.parked_lately(session, GROUP, 60)) == 0
        assert await alone(place, lambda session: parking_store.healable(session, GROUP)) == []
        filled = {Stream.PRODUCTION: {"counter": Position(2, waits.item.header.id)}}
        await alone(place, lambda session: positions.save(session, GROUP, filled))
        assert await alone(place, lambda session: parking_store.healable(session, GROUP)) == [(KEY, 3)]
        known = await alone(place, lambda session: positions.load(session, GROUP, {Stream.PRODUCTION: ["counter"]}))
        assert known[Stream.PRODUCTION].parked == {"counter": ParkCause.HOLE}

        await alone(place, lambda session: parking_store.keep(session, KEY, ParkCause.REFUSED, "not that either"))
        assert await alone(place, lambda session: parking_store.partition(session, KEY)) == (3, ParkCause.REFUSED)
        assert await alone(place, lambda session: parking_store.healable(session, GROUP)) == []

    house.run(script)


def test_what_is_discarded_is_written_down_once(house: House) -> None:
    async def script(place: Place) -> None:
        first = a_parked(2, ParkCause.REFUSED)
        facts = [(2, first.item.header.id)]
        await alone(place, lambda session: parking_store.park(session, HERE, [first]))
        for _ in range(2):
            await alone(place, lambda session: parking_store.discard(session, KEY, facts, OPERATOR))
        await alone(place, lambda session: note(session, "discard", "counter", OPERATOR))

    house.run(script)


def test_what_a_service_does_not_keep_is_not_changed(house: House) -> None:
    async def script(place: Place) -> None:
        name = {"name": "nobody"}
        assert await alone(place, lambda session: KEEP.run(session, {**name, "state": b"."})) == 0
        assert await alone(place, lambda session: LOCK_KEPT.row(session, name)) is None

    house.run(script)
