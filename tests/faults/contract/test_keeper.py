"""What an operator does to blocked keys, in PostgreSQL and in what stands in for it."""

import pytest

from shared.events.envelope import new_event_id
from shared.messaging.operation_log import Operation
from shared.messaging.outbox_keeper import KeyNotBlocked, OutboxKeeper
from shared.messaging.parking import EventNotFirst
from shared.messaging.relay_store import DISCARDED_TYPE, RelaySession
from tests.faults.contract import houses
from tests.faults.contract.houses import House
from tests.fixtures.toy import Raised, raise_counter

MANY = 1_000_000
TOPIC, KEY = "production.v1", "counter"
OPERATOR = Operation("olga", "tried")


async def blocked(place: houses.Place) -> RelaySession:
    """Tell of a counter three times, and block it at the first; gives the relay."""
    for _ in range(3):
        async with place.database.transaction() as session:
            await raise_counter(session, KEY, 1)
    relay = await place.relay()
    first, *later = await relay.pending(10, MANY)
    await relay.block(first, "too large")
    await relay.hold([row.seq for row in later])
    return relay


def test_a_blocked_key_is_listed_with_what_waits_behind_it_and_goes_on_when_it_is_unblocked(house: House) -> None:
    async def script(place: houses.Place) -> None:
        relay, keeper = await blocked(place), OutboxKeeper(place.database)

        (row,) = await keeper.blocked(("", ""), 10)
        beyond = await keeper.blocked((TOPIC, KEY), 10)
        held = await relay.pending(10, MANY)
        back = await keeper.unblock(TOPIC, KEY, OPERATOR)

        assert (row.topic, row.key, row.key_seq, row.error, row.waiting) == (TOPIC, KEY, 1, "too large", 3)
        assert (beyond, held, back) == ([], [], 3)
        assert [each.header.key_seq for each in await relay.pending(10, MANY)] == [1, 2, 3]
        assert await keeper.blocked(("", ""), 10) == []
        with pytest.raises(KeyNotBlocked):
            await keeper.unblock(TOPIC, KEY, OPERATOR)

    house.run(script)


def test_a_tombstone_takes_the_place_of_what_is_given_up(house: House) -> None:
    async def script(place: houses.Place) -> None:
        relay, keeper = await blocked(place), OutboxKeeper(place.database)
        (row,) = await keeper.blocked(("", ""), 10)

        with pytest.raises(EventNotFirst):
            await keeper.discard(TOPIC, KEY, new_event_id(), OPERATOR)
        back = await keeper.discard(TOPIC, KEY, row.event_id, OPERATOR)

        sent = [(each.header.key_seq, each.header.type) for each in await relay.pending(10, MANY)]
        assert back == 3
        assert sent == [(1, DISCARDED_TYPE), (2, Raised.TYPE), (3, Raised.TYPE)]

    house.run(script)
