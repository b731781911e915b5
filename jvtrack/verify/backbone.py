"""What every service's backbone says: how far its consumers came, what it has told, and what is still to be sent."""

from collections.abc import AsyncIterator

import asyncpg

from jvtrack.verify.reading import Read, look_up, microseconds
from jvtrack.verify.told import Told, read_told
from jvtrack.verify.workbook import Workbook
from shared.events.envelope import STREAM_OF_TOPIC

_REACHED = "SELECT grp, topic, part, next_off FROM consumer_offset"
_PARKED = """
SELECT k.grp, k.topic, k.key, k.cause, k.error,
  (SELECT count(*) FROM parked_event e WHERE (e.grp, e.topic, e.key) = (k.grp, k.topic, k.key)) AS waiting
FROM parked_key k
"""
_THROWN = "SELECT grp, topic, key, key_seq FROM parked_discarded"
_POSITIONS = Read(
    "position",
    """
    SELECT grp, topic, key, key_seq, event_id::text FROM stream_position
    WHERE (grp, topic, key) > ($1, $2, $3) ORDER BY grp, topic, key LIMIT $4
    """,
    ("", 0, ""),
)
# From the last fact down: of a key whose later fact was seen, the earlier ones have committed and will be seen, too.
_LOG = Read(
    "fact",
    f"""
    SELECT seq, event_id::text, topic, key, key_seq, type, payload, {microseconds("recorded_at")} FROM event_log
    WHERE seq < $1 ORDER BY seq DESC LIMIT $2
    """,  # noqa: S608  # our own columns
    (2**63 - 1,),
    page=1000,
)
_WAITING = "SELECT seq, 'pending' FROM outbox_pending UNION ALL SELECT seq, 'blocked' FROM outbox_held"
_LOST = "SELECT topic, part, from_off, to_off FROM relay_loss"
_DISCARDED = "SELECT seq FROM outbox_discarded"
_EXISTING = "SELECT event_id::text FROM event_log WHERE event_id = ANY($1::text[]::uuid[])"


async def copy_positions(connection: asyncpg.Connection, workbook: Workbook, service: str) -> None:
    """Copy how far each group came. Offsets first: what lies before them was applied or parked by then."""
    streams = {topic: int(stream) for topic, stream in STREAM_OF_TOPIC.items()}
    rows = await connection.fetch(_REACHED)
    named = [(row["topic"].partition(".")[2], row) for row in rows]
    workbook.add(
        "reached",
        [(service, row["grp"], streams.get(topic), row["part"], row["next_off"]) for topic, row in named],
    )
    workbook.add("parked", [(service, *row) for row in await connection.fetch(_PARKED)])
    workbook.add("thrown", [(service, *row) for row in await connection.fetch(_THROWN)])
    await _POSITIONS.copy(connection, workbook, service=service)


async def copy_log(connection: asyncpg.Connection, workbook: Workbook, service: str) -> int:
    """Copy what a service has told, and what of it Kafka has not acknowledged yet; tells how many facts."""
    count = 0
    async for told in _log_pages(connection):
        workbook.add("fact", [(service, *one.row()) for one in told])
        workbook.add_mixed(row for one in told for row in read_told(one))
        count += len(told)
    workbook.add("waiting", [(service, *row) for row in await connection.fetch(_WAITING)])
    workbook.add("discarded", [(service, *row) for row in await connection.fetch(_DISCARDED)])
    workbook.add("loss", [tuple(row) for row in await connection.fetch(_LOST)])
    return count


async def _log_pages(connection: asyncpg.Connection) -> AsyncIterator[list[Told]]:
    async for found in _LOG.pages(connection):
        yield [Told(*row) for row in found]


async def copy_late(connection: asyncpg.Connection, workbook: Workbook, unknown: list[str]) -> None:
    """Look up facts that Kafka has and the log had not when it was read: they may have been told since."""
    workbook.add("late", [tuple(row) async for row in look_up(connection, _EXISTING, unknown)])
