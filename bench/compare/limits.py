"""The machine itself: rows that PostgreSQL takes with nothing around them, records of Kafka, what a waking costs."""

import asyncio
import re
from pathlib import Path

from bench.smoke.apart import run_apart
from bench.smoke.stack import Stack
from deploy.local.jars import kafka_jars
from deploy.local.java import java
from deploy.local.places import KAFKA_JARS
from deploy.local.postgres import binaries

RECORD_BYTES = 500
RECORDS = 500_000
_CLIENTS = 16
_TABLES = """
DROP TABLE IF EXISTS limit_log;
CREATE TABLE limit_log (seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id uuid, key text, payload bytea);
"""
_INSERT = """
INSERT INTO limit_log (id, key, payload)
SELECT gen_random_uuid(), 'lot:F-01:' || n, decode(repeat('7b', {bytes}), 'hex') FROM generate_series(1, {rows}) AS n;
"""


async def postgres_rows(stack: Stack, rows: int, seconds: int) -> float:
    """Insert rows of an event's size, so many in a transaction, from several clients; rows a second."""
    script = Path(stack.settings.directory) / f"limit-{rows}.sql"
    script.write_text(_INSERT.format(bytes=RECORD_BYTES, rows=rows))
    dsn = stack.servers.postgres_dsn
    await _run(str(binaries() / "psql"), dsn, "-q", "-c", _TABLES)
    load = ("-n", "-f", str(script), "-c", str(_CLIENTS), "-j", "2", "-T", str(seconds))
    said = await _run(str(binaries() / "pgbench"), *load, dsn)
    found = re.search(r"tps = ([0-9.]+)", said)
    assert found is not None, said
    return float(found[1]) * rows


async def kafka_records(stack: Stack, run: int) -> float:
    """Run Kafka's own producer test, durable and idempotent; records a second."""
    topic = f"limit{run}"
    await stack.make_topic(topic)
    properties = (f"bootstrap.servers={stack.servers.kafka}", "acks=all", "enable.idempotence=true", "linger.ms=5")
    sizes = ("--num-records", str(RECORDS), "--record-size", str(RECORD_BYTES), "--throughput", "-1")
    tool = ("org.apache.kafka.tools.ProducerPerformance", "--topic", topic, *sizes)
    classpath = f"{kafka_jars(KAFKA_JARS)}/*"
    said = await _run(java(), "-Xmx256m", "-cp", classpath, *tool, "--producer-props", *properties)
    found = re.findall(r"([0-9.]+) records/sec", said)
    assert found, said
    return float(found[-1])


async def waking_us() -> float:
    """Let a process with nothing but an event loop sleep and wake; microseconds of CPU each time."""
    found = await run_apart("bench.smoke.waking", {})
    return found["us"]


async def _run(*command: str) -> str:
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"{command[0]} ended with {process.returncode}: {said.decode()[-500:]}")
    return said.decode()
