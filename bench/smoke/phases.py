"""The measurements, each bounded and repeated: doors, relay, consumers, and the whole at a steady pace."""

import asyncio
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from bench.smoke.apart import run_apart
from bench.smoke.stack import Stack, cpu, memory
from bench.smoke.workload import Workload
from shared.clock import monotonic

CLIENTS = 64
NDJSON_LINES = 5_000
NDJSON_BODIES = 4
RELAY_FACTS = 50_000
RELAY_KEYS = 5_000
_NDJSON_SECONDS_MAX = 60.0
# Facts that hearers pass over: what is measured is the road, not what they do with them.
_PRELOAD = """
WITH told AS (
  INSERT INTO event_log (event_id, topic, key, key_seq, type, payload)
  SELECT gen_random_uuid(), 3, lot, n, 'jvtrack.production.lot-inspected.v1',
    convert_to(format('{"lot":"%s","part":"%s","factory":"%s","passed":12,"failed":1,"note":"as drawn, no remarks"}',
                      substr(lot, 5), $4::text, $3::text), 'UTF8')
  FROM generate_series(1, $1::int / $2::int) AS n,
    LATERAL (SELECT 'lot:' || $3 || ':' || $5::text || i FROM generate_series(1, $2) AS i) AS keys (lot)
  ORDER BY n RETURNING seq)
INSERT INTO outbox_pending SELECT seq FROM told
"""


@dataclass(frozen=True, slots=True)
class Bench:
    """A stack with a catalogue, and what is posted to it."""

    stack: Stack
    factories: list[str]
    depots: list[str]
    parts: list[str]
    seconds: float

    def workload(self, run: str) -> Workload:
        """Give a run's own events."""
        return Workload(run, self.factories, self.depots, self.parts)

    async def load(self, run: str, *, rate: float = 0, probes: bool = False) -> dict[str, float]:
        """Run the load generator, and add what every process used per event."""
        ports = self.stack.settings.service_ports
        order = {
            "production_port": ports["production"],
            "inventory_port": ports["inventory"],
            "token": self.stack.token("factory", *self.factories),
            "reader": self.stack.token("planner"),
            "clients": CLIENTS,
            "rate": rate,
            "probes": probes,
            "seconds": self.seconds,
            "workload": {"run": run, "factories": self.factories, "depots": self.depots, "parts": self.parts},
        }
        return await measured_load(order, self.stack.pids())

    async def single(self, run: str) -> dict[str, float]:
        """Post one event at a time from every client."""
        return await self.load(run)

    async def lines(self, run: str) -> dict[str, float]:
        """Post NDJSON, one body after another."""
        workload = self.workload(run)
        token = self.stack.token("factory", *self.factories)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/x-ndjson"}
        bodies = [
            b"\n".join(workload[number].body for number in range(start, start + NDJSON_LINES))
            for start in range(0, NDJSON_LINES * NDJSON_BODIES, NDJSON_LINES)
        ]
        async with httpx.AsyncClient(timeout=_NDJSON_SECONDS_MAX, trust_env=False) as client:
            begun, accepted = monotonic(), 0
            for body in bodies:
                answer = await client.post(f"{self.stack.url('production')}/v1/events", content=body, headers=headers)
                answer.raise_for_status()
                accepted += answer.text.count('"accepted"')
            seconds = monotonic() - begun
        return {"events": len(bodies) * NDJSON_LINES, "per_second": len(bodies) * NDJSON_LINES / seconds}

    async def relay(self, run: str) -> dict[str, float]:
        """Fill production's outbox while it is down, start it, and time the emptying."""
        self.stack.stop("production")
        connection = await self.stack.database("production")
        try:
            await connection.execute(_PRELOAD, RELAY_FACTS, RELAY_KEYS, self.factories[0], self.parts[0], run)
            await connection.execute("ANALYZE event_log")
            self.stack.start("production")
            return await _emptied(connection)
        finally:
            await connection.close()

    async def apply(self, service: str, *, since: int) -> dict[str, float]:
        """Start a service that was down while facts were told, and time how it catches up."""
        offset = await self.stack.published()
        before = cpu(self.stack.pids())
        self.stack.start(service)
        seconds = await self.stack.applied(service, offset)
        used = cpu(self.stack.pids())
        return {
            "events": offset - since,
            "offset": offset,
            "per_second": (offset - since) / seconds,
            "cpu": (used[service] - before.get(service, 0.0)) / (offset - since) * 1e6,
        }


async def _emptied(connection: Any) -> dict[str, float]:
    count = "SELECT count(*) FROM outbox_pending"
    left = full = await connection.fetchval(count)
    begun = monotonic()
    while left:
        await asyncio.sleep(0.02)
        begun = monotonic() if left == full else begun
        left = await connection.fetchval(count)
    return {"events": full, "per_second": full / (monotonic() - begun)}


async def measured_load(order: Mapping[str, Any], pids: Mapping[str, int]) -> dict[str, float]:
    """Run the load generator, and add what every process used per event, and held near the end."""
    return await measured(run_apart("bench.smoke.load", order), pids, order["seconds"])


async def measured(load: Awaitable[dict[str, float]], pids: Mapping[str, int], seconds: float) -> dict[str, float]:
    """Add to what a load of so many seconds has found what every process used per event, and held near the end."""
    before, held = cpu(pids), asyncio.create_task(_memory(seconds * 0.8, pids))
    found = await load
    used = cpu(pids)
    for name in before:
        found[f"cpu {name}"] = (used[name] - before[name]) / found["events"] * 1e6
    found["cpu load generator"] = found["load_cpu_seconds"] / found["events"] * 1e6
    return {**found, **{f"memory {name}": mib for name, mib in (await held).items()}}


async def _memory(seconds: float, pids: Mapping[str, int]) -> Mapping[str, float]:
    await asyncio.sleep(seconds)
    return memory(pids)
