"""What an operator can see and repair of one service's backbone, and what readiness stands on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.db import Database
from shared.messaging.outbox_keeper import OutboxKeeper
from shared.messaging.parked_keys import ParkedKeys
from shared.messaging.parking import Parking
from shared.messaging.topics import Topics
from shared.sql import Statement

PENDING_SHOWN_MAX = 100_000

_COUNTS = Statement(
    """
    SELECT (SELECT count(*) FROM outbox_blocked) AS blocked,
      (SELECT count(*) FROM (SELECT FROM outbox_pending LIMIT :shown) AS shown) AS pending,
      COALESCE((SELECT extract(epoch FROM clock_timestamp() - queued_at) FROM outbox_pending
                ORDER BY seq LIMIT 1), 0)::float AS age,
      (SELECT count(*) FROM parked_key
       WHERE cause = 'hole' AND parked_at < clock_timestamp() - make_interval(secs => :hole_seconds)) AS holes
    """
)


@dataclass(frozen=True, slots=True)
class Counts:
    """How much waits in a service's backbone; what is pending is counted up to a bound."""

    blocked: int
    pending: int
    pending_age_seconds: float
    """How long the first of them has been queued."""
    old_holes: int
    """Keys that have waited too long for a missing fact."""


class Operations:
    """An operator's hands on one service's backbone."""

    def __init__(
        self, database: Database, topics: Topics, parkings: Mapping[str, Parking[Any]], *, hole_seconds_max: float
    ) -> None:
        self.parked = ParkedKeys(database, topics, parkings)
        self.outbox = OutboxKeeper(database)
        self._database = database
        self._hole_seconds_max = hole_seconds_max

    async def counts(self) -> Counts:
        """Count what waits."""
        values = {"shown": PENDING_SHOWN_MAX, "hole_seconds": self._hole_seconds_max}
        async with self._database.transaction() as session:
            row = await _COUNTS.one(session, values)
        return Counts(row.blocked, row.pending, row.age, row.holes)
