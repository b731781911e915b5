"""Rows as they are after so many events: what production and inventory keep of lots that came and went.

A lot has three events, so that a third of the number are lots. The rows are written by SQL, past the doors: they have
the size, the keys and the indexes of real ones, and do not stand the proof.
"""

from collections.abc import Sequence

import asyncpg

from bench.smoke.stack import Stack
from deploy.local.settings import DECIDING

_STEP = 300_000
"""Events of one statement."""
_NUMBERED = """
CREATE TEMPORARY TABLE grown AS
SELECT uuidv7() AS event_id, each.*, convert_to(
  format('{"lot":"F-01:G%s","part":"%s","factory":"F-01","quantity":%s,"depot":"%s","shipment":"F-01:G%s",'
         '"references":{"work_order":null,"line":"line-1"},"recorded_by":"factory@bench","note":"as drawn"}',
         lot, part, 1 + lot % 9, depot, lot), 'UTF8') AS payload
FROM (SELECT n, (n - 1) / 3 AS lot, (n - 1) % 3 + 1 AS stage,
             ($3::text[])[1 + (n - 1) / 3 % cardinality($3::text[])] AS part,
             ($4::text[])[1 + (n - 1) / 3 % cardinality($4::text[])] AS depot
      FROM generate_series($1::bigint, $2::bigint) AS n) each
"""
_POSITIONS = """
INSERT INTO stream_position (grp, topic, key, key_seq, event_id)
SELECT $1, 3, 'lot:F-01:G' || lot, 3, event_id FROM grown WHERE stage = 1
"""
_ROWS = {
    "production": """
INSERT INTO event_log (event_id, topic, key, key_seq, type, payload, headers)
SELECT event_id, 3, 'lot:F-01:G' || lot, stage, 'jvtrack.production.lot-finished.v1', payload,
       '{"time": "2026-11-20T08:00:00+05:30"}' FROM grown ORDER BY n;
INSERT INTO accepted_event (source, id, body_hash, event_id, type, body, posted_by)
SELECT '/F-01/line-1', 'G' || lot || '-' || stage, sha256(int8send(n)), event_id,
       'jvtrack.factory.lot-finished.v1', payload, 'factory@bench' FROM grown;
INSERT INTO lot (lot_id, version, factory, part, status, facts, started, finished, dispatched)
SELECT 'F-01:G' || lot, 3, 'F-01', part, 'dispatched', 3, 5, 5, 5 FROM grown WHERE stage = 1;
""",
    "inventory": """
INSERT INTO event_log (event_id, topic, key, key_seq, type, payload)
SELECT event_id, 4, 'stored:' || depot || ':' || part || ':' || lot, stage, 'jvtrack.stock.stock-moved.v1', payload
FROM grown ORDER BY n;
INSERT INTO transfer (cause_id, line, part, lot, source_site, source_condition, source_shelf, source_version,
                      target_site, target_condition, target_shelf, target_version, quantity, reason, actor, occurred_at)
SELECT event_id, 1, part, 'F-01:G' || lot, 'F-01', 'A', CASE stage WHEN 2 THEN 'made' ELSE 'produced' END, lot,
       CASE stage WHEN 2 THEN 'F-01' ELSE depot END, 'A', CASE stage WHEN 2 THEN 'produced' ELSE 'in-transit' END, lot,
       5, 'lot', 'production', clock_timestamp() FROM grown WHERE stage > 1;
INSERT INTO balance (site, part, lot, condition, in_transit)
SELECT CASE stage WHEN 2 THEN 'F-01' ELSE depot END, part, 'F-01:G' || lot, 'A', CASE stage WHEN 2 THEN 0 ELSE 5 END
FROM grown WHERE stage > 1;
INSERT INTO shipment (shipment_id, sender, dispatched_on)
SELECT 'F-01:G' || lot, 'F-01', '2026-11-20' FROM grown WHERE stage = 3;
INSERT INTO shipment_line (shipment_id, depot, part, lot, condition, dispatched, received, lost)
SELECT 'F-01:G' || lot, depot, part, 'F-01:G' || lot, 'A', 5, 0, 0 FROM grown WHERE stage = 3;
""",
    "orders": "",
}


async def grow(stack: Stack, had: int, size: int, *, parts: Sequence[str], depots: Sequence[str]) -> None:
    """Add the rows of the events from one number up to another, and leave no vacuum or checkpoint for later."""
    for service, rows in _ROWS.items():
        connection = await stack.database(service)
        group = f"{stack.settings.namespace}.{service}.deciders"
        for first in range(had + 1, size + 1, _STEP):
            await connection.execute(_NUMBERED, first, min(size, first + _STEP - 1), parts, depots)
            if rows:
                await connection.execute(rows)
            if service != "production":
                await connection.execute(_POSITIONS, group)
            await connection.execute("DROP TABLE grown")
        await connection.execute("VACUUM ANALYZE")
        await connection.close()
    administrator = await asyncpg.connect(stack.servers.postgres_dsn)
    await administrator.execute("CHECKPOINT")
    await administrator.close()


async def bytes_stored(stack: Stack) -> int:
    """Tell how much the services' databases take."""
    sizes = []
    for service in DECIDING:
        connection = await stack.database(service)
        sizes.append(int(await connection.fetchval("SELECT pg_database_size(current_database())")))
        await connection.close()
    return sum(sizes)
