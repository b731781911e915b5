"""Decides whether `event_log` is partitioned by seq: the same rows in one table, and in partitions of a million.

python -m bench.compare.partitions --rows 10000000
"""

import argparse
import asyncio
import shutil
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from statistics import median
from typing import Any

import asyncpg
from rich.console import Console
from rich.markdown import Markdown
from sqlalchemy import make_url

from bench.compare.found import Found, Line, Phase, Plan, of_contenders
from bench.compare.report import section
from deploy.local.places import HOME
from deploy.local.servers import Servers
from shared.clock import monotonic

PARTITION_ROWS = 1_000_000
ROWS = 1_000_000
"""Rows of the benchmark's phase."""
_PLAIN, _PARTED = "one table", "partitions"
_STEP = 250_000
_GROUP, _BATCH, _LOOKUPS, _MEASURED = 100, 2_000, 2_000, 100_000
_TABLE = """
CREATE TABLE event_log (
  seq bigint GENERATED ALWAYS AS IDENTITY, event_id uuid NOT NULL, topic smallint NOT NULL, key text NOT NULL,
  key_seq bigint NOT NULL, type text NOT NULL, payload bytea NOT NULL, headers jsonb,
  recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(), PRIMARY KEY (seq){unique}) {partition};
CREATE INDEX event_log_event_id ON event_log (event_id);
CREATE TABLE outbox_pending (seq bigint PRIMARY KEY)
"""
_SHAPES = {
    _PLAIN: _TABLE.format(unique=", UNIQUE (topic, key, key_seq)", partition=""),
    # A unique index of a partitioned table must hold the column that parts it: the rule is left to the writer.
    _PARTED: _TABLE.format(unique="", partition="PARTITION BY RANGE (seq)")
    + "; CREATE INDEX event_log_key ON event_log (topic, key, key_seq)",
}
_FILL = """
INSERT INTO event_log (event_id, topic, key, key_seq, type, payload, headers)
SELECT uuidv7(), 3, 'lot:F-01:G' || n / 3, 1 + n % 3, 'jvtrack.production.lot-finished.v1',
       convert_to(rpad('{"lot":"F-01:G' || n / 3 || '"', 250, 'x'), 'UTF8'), '{"time": "2026-11-20T08:00:00+05:30"}'
FROM generate_series($1::bigint, $2::bigint) AS n
"""
_TELL = f"""
WITH told AS ({_FILL} RETURNING seq) INSERT INTO outbox_pending SELECT seq FROM told
"""  # noqa: S608  # the statement above, none of it from outside
_PENDING = """
SELECT e.* FROM (SELECT seq FROM outbox_pending ORDER BY seq LIMIT $1) p JOIN event_log e USING (seq) ORDER BY e.seq
"""
Readings = Mapping[str, defaultdict[str, list[float]]]
"""By shape and by what was measured."""

_BY_ID = "SELECT key, key_seq FROM event_log WHERE event_id = $1"
_BY_KEY = "SELECT seq FROM event_log WHERE topic = 3 AND key = $1 ORDER BY key_seq"


def partitioned(plan: Plan) -> Found:
    """Measure both shapes with few enough rows that the whole benchmark stays within an hour."""
    return both_shapes(replace(plan, rows_max=min(plan.rows_max, ROWS)))


def both_shapes(plan: Plan) -> Found:
    """Measure writing, relaying, looking up and vacuuming in both shapes, with as many rows as are wanted."""
    folder = plan.home / "partitions"
    shutil.rmtree(folder, ignore_errors=True)
    with Servers.start(folder) as servers:
        found = asyncio.run(_measure(servers, plan))
    shutil.rmtree(folder, ignore_errors=True)
    return Found(_lines(found), [f"{plan.rows_max:,} rows of event_log, partitions of {PARTITION_ROWS:,}."])


async def _measure(servers: Servers, plan: Plan) -> Readings:
    """Fill a database of each shape, and measure in both by turns."""
    readings: Readings = {shape: defaultdict(list) for shape in _SHAPES}
    async with AsyncExitStack() as opened:
        databases = {shape: await opened.enter_async_context(_database(servers, shape)) for shape in _SHAPES}
        await _fill(databases, plan.rows_max, readings)
        for run in range(plan.repetitions):
            for shape, database in databases.items():
                for name, value in (await _course(database, plan.rows_max, run)).items():
                    readings[shape][name].append(value)
        for shape, database in databases.items():
            newest = "event_log" if shape == _PLAIN else f"event_log_{plan.rows_max // PARTITION_ROWS}"
            readings[shape]["vacuum_again"] = [await _seconds(database, f"VACUUM (FREEZE, ANALYZE) {newest}")]
            each = ", ".join(f"{name} {median(values):,.1f}" for name, values in readings[shape].items())
            plan.console.print(f"{shape}: {each}")
    return readings


async def _fill(databases: Mapping[str, "asyncpg.Connection[Any]"], rows: int, readings: Readings) -> None:
    for number in range(rows // PARTITION_ROWS + 2):
        await databases[_PARTED].execute(
            f"CREATE TABLE event_log_{number} PARTITION OF event_log"
            f" FOR VALUES FROM ({number * PARTITION_ROWS}) TO ({(number + 1) * PARTITION_ROWS})"
        )
    for first in range(1, rows + 1, _STEP):
        last = min(first + _STEP - 1, rows)
        for shape, database in databases.items():
            begun = monotonic()
            await database.execute(_FILL, first, last)
            readings[shape]["filled"].append((last - first + 1) / (monotonic() - begun))
    for shape, database in databases.items():
        readings[shape]["vacuum_seconds"] = [await _seconds(database, "VACUUM (FREEZE, ANALYZE) event_log")]
        size = await database.fetchval("SELECT pg_database_size(current_database())")
        readings[shape]["bytes"] = [size / rows]
        await database.execute("CHECKPOINT")


@asynccontextmanager
async def _database(servers: Servers, shape: str) -> AsyncIterator["asyncpg.Connection[Any]"]:
    name = shape.replace(" ", "_")
    administrator = await asyncpg.connect(servers.postgres_dsn)
    await administrator.execute(f'CREATE DATABASE "{name}"')
    address = make_url(servers.postgres_dsn).set(database=name).render_as_string(hide_password=False)
    connection = await asyncpg.connect(address, command_timeout=3600)
    try:
        await connection.execute(_SHAPES[shape])
        yield connection
    finally:
        await connection.close()
        await administrator.execute(f'DROP DATABASE "{name}"')
        await administrator.close()


async def _course(connection: "asyncpg.Connection[Any]", rows: int, run: int) -> dict[str, float]:
    """Write as doors do, relay what was written, and look facts up by id and by key."""
    first, begun = rows + 1 + run * _MEASURED, monotonic()
    for start in range(first, first + _MEASURED, _GROUP):
        await connection.execute(_TELL, start, start + _GROUP - 1)
    written = monotonic() - begun
    begun = monotonic()
    await connection.execute("SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off")
    await connection.execute("SET synchronous_commit = off")
    while pending := await connection.fetch(_PENDING, _BATCH):
        await connection.execute("DELETE FROM outbox_pending WHERE seq = ANY($1)", [row["seq"] for row in pending])
    relayed = monotonic() - begun
    await connection.execute("RESET ALL")
    some = "SELECT event_id, key FROM event_log WHERE seq = ANY($1::bigint[])"
    facts = await connection.fetch(some, [1 + n * 7_919_993 % rows for n in range(_LOOKUPS)])
    by_id = await _each(connection, _BY_ID, [fact["event_id"] for fact in facts])
    by_key = await _each(connection, _BY_KEY, [fact["key"] for fact in facts])
    return {"written": _MEASURED / written, "relayed": _MEASURED / relayed, "by_id": by_id, "by_key": by_key}


async def _each(connection: "asyncpg.Connection[Any]", query: str, values: Sequence[object]) -> float:
    """Tell how many microseconds a query takes."""
    prepared, begun = await connection.prepare(query), monotonic()
    for value in values:
        await prepared.fetch(value)
    return (monotonic() - begun) / len(values) * 1e6


async def _seconds(connection: "asyncpg.Connection[Any]", statement: str) -> float:
    begun = monotonic()
    await connection.execute(statement)
    return monotonic() - begun


def _lines(found: Readings) -> list[Line]:
    wanted = (
        ("filled", f"filled, {_STEP:,} rows a statement", "rows/s", True),
        ("written", f"written, {_GROUP} rows a transaction", "rows/s", True),
        ("relayed", f"read and forgotten as the relay does, {_BATCH:,} at a time", "rows/s", True),
        ("by_id", "found by event id", "us", False),
        ("by_key", "history of a key", "us", False),
        ("bytes", "kept for a row, with its indexes", "bytes", False),
        ("vacuum_seconds", "first VACUUM FREEZE of all", "s", False),
        ("vacuum_again", "VACUUM FREEZE of what was written since", "s", False),
    )
    return [
        of_contenders(title, unit, {shape: each[name] for shape, each in found.items()}, more=more)
        for name, title, unit, more in wanted
    ]


def main() -> None:
    """Measure alone, and print."""
    parser = argparse.ArgumentParser(description="Measure event_log as one table and in partitions.")
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--repetitions", type=int, default=3)
    options, console = parser.parse_args(), Console()
    plan = Plan(HOME / "bench" / "stacks" / "alone", options.repetitions, 0.0, options.rows, console)
    console.print(Markdown("\n".join(section(Phase("partitions", "event_log by seq", both_shapes), both_shapes(plan)))))


if __name__ == "__main__":
    main()
