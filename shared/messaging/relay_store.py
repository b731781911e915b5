"""The relay's own session with PostgreSQL: who leads, what is pending, what Kafka has acknowledged.

One dedicated connection, never through a pooler: the lock, the reads and the deletes belong to the same session, so a
leader that lost its lock can no longer delete. Its commits need not wait for the disk (synchronous_commit off): a
forgotten delete only publishes again, and consumers drop what they have.
"""

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from shared.db import CLOSE_TIMEOUT_SECONDS, CONNECT_TIMEOUT_SECONDS
from shared.events.envelope import Header
from shared.messaging.log_memory import LogMemory
from shared.messaging.settings import BackboneSettings
from shared.types import EventId

CHANNEL = "jvtrack_outbox"
DISCARDED_TYPE = "jvtrack.backbone.event-discarded.v1"
COMMAND_TIMEOUT_SECONDS = 5.0
SIGN_OF_LIFE_SECONDS_MAX = 3.0
"""How long the server may take to answer what costs it nothing, before the way to it counts as lost."""

# A client frozen between the parts of one statement leaves the server neither idle nor idle in transaction; only this
# setting ends that, where the server has it (PostgreSQL 17).
_BOUND_TRANSACTIONS = "SELECT set_config(name, $1, false) FROM pg_settings WHERE name = 'transaction_timeout'"
_PENDING = """
SELECT e.seq, e.event_id, e.topic, e.key, e.key_seq, e.type, e.payload, e.headers, e.recorded_at,
       b.key IS NOT NULL AS blocked, d.reason AS discarded, d.discarded_at
FROM (SELECT e.*, sum(octet_length(e.payload)) OVER (ORDER BY p.seq) - octet_length(e.payload) AS bytes_before
      FROM (SELECT seq FROM outbox_pending ORDER BY seq LIMIT $1) p
      JOIN event_log e USING (seq)) e
LEFT JOIN outbox_blocked b ON b.topic = e.topic AND b.key = e.key
LEFT JOIN outbox_discarded d ON d.seq = e.seq
WHERE e.bytes_before < $2
ORDER BY e.seq
"""
_ACKNOWLEDGE = """
WITH gone AS (DELETE FROM outbox_pending WHERE seq = ANY($1::bigint[]))
INSERT INTO relay_progress (topic, part, topic_id, acked_offset, acked_id)
SELECT * FROM unnest($2::smallint[], $3::int[], $4::text[], $5::bigint[], $6::uuid[])
ON CONFLICT (topic, part) DO UPDATE
SET topic_id = excluded.topic_id, acked_offset = excluded.acked_offset, acked_id = excluded.acked_id
"""
_BLOCK = "INSERT INTO outbox_blocked (topic, key, seq, error) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING"
_HOLD = """
WITH held AS (
  SELECT e.seq, e.topic, e.key FROM event_log e
  JOIN (SELECT topic, key FROM outbox_blocked ORDER BY topic, key FOR UPDATE) b USING (topic, key)
  WHERE e.seq = ANY($1::bigint[])),
gone AS (DELETE FROM outbox_pending p USING held WHERE p.seq = held.seq RETURNING p.seq)
INSERT INTO outbox_held (seq, topic, key) SELECT held.seq, held.topic, held.key FROM held JOIN gone USING (seq)
ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One fact that Kafka has not acknowledged yet."""

    seq: int
    topic: int
    payload: bytes
    header: Header
    blocked: bool
    broken: str | None = None
    """Why it cannot be sent, whatever Kafka says."""


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """What Kafka confirmed of one partition: which rows, and the highest offset they got, with the id of its fact."""

    seqs: Sequence[int]
    topic: int
    part: int
    topic_id: str
    offset: int
    event_id: EventId


class RelaySession:
    """The relay's connection; raises asyncpg's and OS errors when the database goes away."""

    def __init__(self, connection: "asyncpg.Connection[asyncpg.Record]", *, source: str) -> None:
        self.memory = LogMemory(connection)
        """What the relay remembers of Kafka's log."""
        self._connection = connection
        self.source = source
        """Whose facts it publishes, as CloudEvents name it."""

    @classmethod
    async def open(cls, dsn: str, *, source: str, settings: BackboneSettings) -> "RelaySession":
        """Connect, with plans that do not trust the planner's idea of a queue and a timeout on silence."""
        patience = f"{int(settings.relay_session_timeout_seconds * 1000)}ms"
        connection = await asyncpg.connect(
            dsn,
            timeout=CONNECT_TIMEOUT_SECONDS,
            command_timeout=COMMAND_TIMEOUT_SECONDS,
            max_cached_statement_lifetime=0,
            server_settings={
                "application_name": f"{source} relay",
                "enable_seqscan": "off",
                "enable_hashjoin": "off",
                "enable_mergejoin": "off",
                "jit": "off",
                "synchronous_commit": "off",
                "idle_session_timeout": patience,
                "idle_in_transaction_session_timeout": patience,
            },
        )
        await connection.fetchval(_BOUND_TRANSACTIONS, f"{int(settings.relay_transaction_seconds_max * 1000)}ms")
        return cls(connection, source=source)

    async def close(self) -> None:
        """Let the lock and the connection go, without waiting for a server that does not answer."""
        try:
            async with asyncio.timeout(CLOSE_TIMEOUT_SECONDS):
                await self._connection.close()
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            self._connection.terminate()

    async def get_ready(self) -> None:
        """Let the server plan what a leader asks first, so that this is done when it leads; nothing is changed."""
        await self.memory.progress()
        await self.memory.unknown([])
        await self.memory.highest_seq()
        await self.pending(0, 0)
        await self.acknowledge([])

    async def try_lead(self) -> bool:
        """Take the service's one relay lock, if nobody holds it."""
        async with asyncio.timeout(SIGN_OF_LIFE_SECONDS_MAX):
            return bool(await self._connection.fetchval("SELECT pg_try_advisory_lock(hashtext('jvtrack.outbox'))"))

    async def listen(self, wake: Callable[[], None]) -> None:
        """Be woken by the other processes of this service."""
        await self._connection.add_listener(CHANNEL, lambda *_: wake())

    async def notify(self) -> None:
        """Wake the leader, which is another process."""
        await self._connection.execute(f"NOTIFY {CHANNEL}")

    async def heartbeat(self) -> None:
        """Show the server that this session lives."""
        async with asyncio.timeout(SIGN_OF_LIFE_SECONDS_MAX):
            await self._connection.execute("SELECT 1")

    async def pending(self, limit: int, bytes_max: int) -> list[Row]:
        """Read the lowest rows that Kafka has not acknowledged, in order, within both bounds but for the first."""
        return [self._row(record) for record in await self._connection.fetch(_PENDING, limit, bytes_max)]

    def _row(self, record: asyncpg.Record) -> Row:
        discarded, broken = record["discarded"], None
        try:
            headers = json.loads(record["headers"]) if record["headers"] else {}
            occurred_at = datetime.fromisoformat(headers["time"]) if "time" in headers else None
            traceparent = headers.get("traceparent")
        except (ValueError, TypeError, AttributeError) as error:
            occurred_at, traceparent, broken = None, None, f"its headers cannot be read: {error!r}"
        # A tombstone is as young as its discard: the fact's own time may be what Kafka refused.
        recorded_at: datetime = record["recorded_at"] if discarded is None else record["discarded_at"]
        return Row(
            seq=record["seq"],
            topic=record["topic"],
            payload=record["payload"] if discarded is None else _tombstone(record["type"], discarded),
            header=Header(
                id=record["event_id"],  # of asyncpg's own kind, which writes itself eight times as fast
                source=self.source,
                type=record["type"] if discarded is None else DISCARDED_TYPE,
                key=record["key"],
                key_seq=record["key_seq"],
                occurred_at=occurred_at or recorded_at,
                recorded_at=recorded_at,
                traceparent=traceparent,
            ),
            blocked=record["blocked"],
            broken=None if discarded is not None else broken,
        )

    async def acknowledge(self, done: Sequence[Acknowledged]) -> None:
        """Forget what Kafka has, and remember how far its log reaches."""
        await self._connection.execute(
            _ACKNOWLEDGE,
            [seq for part in done for seq in part.seqs],
            [part.topic for part in done],
            [part.part for part in done],
            [part.topic_id for part in done],
            [part.offset for part in done],
            [part.event_id for part in done],
        )

    async def block(self, row: Row, error: str) -> None:
        """Take a key that Kafka will not have out of the way of the others."""
        async with self._connection.transaction():
            await self._connection.execute(_BLOCK, row.topic, row.header.key, row.seq, error)
            await self.hold([row.seq])

    async def hold(self, seqs: Sequence[int]) -> None:
        """Put rows of blocked keys aside, unless their key was unblocked meanwhile."""
        await self._connection.execute(_HOLD, list(seqs))


def _tombstone(kind: str, reason: str) -> bytes:
    return json.dumps({"type": kind, "reason": reason}).encode()
