"""What a relay remembers of Kafka's log, in PostgreSQL and in what stands in for it."""

from shared.events.envelope import Stream, new_event_id
from shared.messaging.log_memory import Loss
from shared.messaging.relay_store import Acknowledged
from tests.faults.contract import houses
from tests.faults.contract.houses import House
from tests.fixtures.toy import raise_counter

MANY = 1_000_000
TOPIC = int(Stream.PRODUCTION)


async def told(place: houses.Place, name: str) -> None:
    """Raise a counter and tell of it."""
    async with place.database.transaction() as session:
        await raise_counter(session, name, 1)


def test_what_a_lost_log_had_is_queued_again_and_its_places_are_forgotten(house: House) -> None:
    async def script(place: houses.Place) -> None:
        relay, ids = await place.relay(), [new_event_id() for _ in range(2)]
        for name in ("first", "second", "third"):
            await told(place, name)
        rows = await relay.pending(10, MANY)
        for row, offset, event_id in zip(rows[:2], (0, 1), ids, strict=True):
            await relay.acknowledge([Acknowledged([row.seq], TOPIC, 0, "id", offset, event_id)])
            await relay.memory.checkpoint(row.seq, keep=10)
        (known,) = await relay.memory.progress()

        below = await relay.memory.checkpoints(known, below=2)
        none = await relay.memory.checkpoints(known, below=0)
        queued = await relay.memory.requeue(TOPIC, after_seq=rows[0].seq)
        await relay.memory.note([Loss(TOPIC, 0, from_offset=1, to_offset=2)])
        await relay.memory.forget({known: below[1]})

        assert [(each.offset, each.event_id, each.good_seq) for each in below] == [
            (1, ids[1], rows[1].seq),
            (0, ids[0], rows[0].seq),
        ]
        assert (none, queued) == ([], 1)
        assert [row.header.key for row in await relay.pending(10, MANY)] == ["second", "third"]
        assert await relay.memory.progress() == []
        assert [each.offset for each in await relay.memory.checkpoints(known, below=9)] == [0]

    house.run(script)
