"""What operators decided about facts that the live side had parked: a rebuild meets them too, and follows."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from shared.db import Database
from shared.events.envelope import Stream
from shared.messaging.consumer_store import Place
from shared.messaging.operation_log import Operation
from shared.messaging.parking import NEVER_CAME, Choice, Parking
from shared.messaging.parking_store import ParkedKey
from shared.messaging.topics import Topics
from shared.sql import Row, Statement
from shared.types import EventId

_NEXT = Statement(
    """
    SELECT k.topic, k.key, k.part, first.event_id, d.event_id = :never_came AS is_skipped, d.reason, d.discarded_by
    FROM rebuilt.parked_key k
    CROSS JOIN LATERAL (
      SELECT e.key_seq, e.event_id FROM rebuilt.parked_event e
      WHERE (e.grp, e.topic, e.key) = (k.grp, k.topic, k.key) ORDER BY e.key_seq, e.record_off LIMIT 1) AS first
    JOIN public.parked_discarded d ON (d.grp, d.topic, d.key) = (k.grp, k.topic, k.key)
      AND ((d.key_seq, d.event_id) = (first.key_seq, first.event_id) AND k.cause <> 'hole'
        OR (d.key_seq, d.event_id) = (first.key_seq - 1, :never_came) AND k.cause = 'hole')
    WHERE k.grp = :grp ORDER BY k.topic, k.key LIMIT 1
    """
)


async def follow(database: Database, topics: Topics, group: str, parking: Parking[Any]) -> None:
    """Discard and skip on the rebuilt side what was discarded and skipped on the live one."""
    while True:
        async with database.transaction() as session:
            decided = await _NEXT.row(session, {"grp": group, "never_came": NEVER_CAME})
            if decided is None:
                return
            key = ParkedKey(group, Stream(decided.topic), decided.key)
            place = Place(group, topics.name(key.stream), decided.part)
            await _repeat(session, key, place, decided=decided, parking=parking)


async def _repeat(session: AsyncSession, key: ParkedKey, place: Place, *, decided: Row, parking: Parking[Any]) -> None:
    choice = Choice(key, EventId(int=decided.event_id.int))
    operation = Operation(decided.discarded_by, decided.reason)
    act = parking.skip if decided.is_skipped else parking.discard
    await act(session, choice, place, operation)
