"""The load: a process of its own that posts events over keep-alive connections, and says what it cost.

    python -m bench.smoke.load < order.json

Without a rate each client posts again as soon as it is answered. With one, events are due at fixed times and their
latency counts from then, so that a door that stalls is not measured less often (no coordinated omission). Probes post
one dispatch each and ask inventory for the goods until they are seen, with `JVTrack-After` where the door gave a
version.
"""

import asyncio
import json
import resource
import sys
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import uvloop

from bench.smoke.figures import percentile
from bench.smoke.wire import Wire, request
from bench.smoke.workload import Posting, Workload, from_json
from shared.clock import monotonic

_EVENT = "Content-Type: application/cloudevents+json\r\n"
_PROBES_PER_SECOND = 20
_PROBE_LANES = 8
_SEEN_SECONDS_MAX = 20.0
_ASK_AGAIN_SECONDS = 0.01


@dataclass(slots=True)
class Run:
    """One run of the load and what it has found so far."""

    order: Mapping[str, Any]
    workload: Workload
    number: int = 0
    latencies: list[float] = field(default_factory=list)
    seen: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    unseen: int = 0

    def next(self) -> Posting:
        """Take the next event."""
        posting = self.workload[self.number]
        self.number += 1
        return posting

    async def post(self, wire: Wire, posting: Posting, due: float) -> str:
        """Post an event, and note how long after it was due it was answered."""
        answer = await wire.send(request("POST", "/v1/events", self.order["token"], headers=_EVENT, body=posting.body))
        self.latencies.append(monotonic() - due)
        self.statuses[answer.status] += 1
        return answer.version


async def _closed(run: Run, until: float) -> None:
    async def client() -> None:
        wire = await Wire.open(run.order["production_port"])
        while (now := monotonic()) < until:
            await run.post(wire, run.next(), now)
        wire.close()

    await asyncio.gather(*(client() for _ in range(run.order["clients"])))


async def _paced(run: Run, until: float) -> None:
    due: asyncio.Queue[float | None] = asyncio.Queue()

    async def client() -> None:
        wire = await Wire.open(run.order["production_port"])
        while (moment := await due.get()) is not None:
            await run.post(wire, run.next(), moment)
        wire.close()

    clients = [asyncio.create_task(client()) for _ in range(run.order["clients"])]
    begun, count = monotonic(), 0
    while (now := monotonic()) < until:
        while begun + count / run.order["rate"] <= now:
            due.put_nowait(begun + count / run.order["rate"])
            count += 1
        await asyncio.sleep(0.001)
    for _ in clients:
        due.put_nowait(None)
    await asyncio.gather(*clients)


async def _probe(run: Run, lane: int, until: float) -> None:
    """Dispatch goods at a steady pace, and ask for each until they are seen."""
    door = await Wire.open(run.order["production_port"])
    stock = await Wire.open(run.order["inventory_port"])
    pace = _PROBE_LANES / _PROBES_PER_SECOND
    moment, number = monotonic() + lane / _PROBES_PER_SECOND, 0
    while moment < until:
        await asyncio.sleep(max(0.0, moment - monotonic()))
        door, stock = await door.still_open(), await stock.still_open()
        lot = -(1 + number * _PROBE_LANES + lane)
        finished, posting = run.workload.event(lot, "lot-finished"), run.workload.event(lot, "lot-dispatched")
        await door.send(request("POST", "/v1/events", run.order["token"], headers=_EVENT, body=finished.body))
        begun = monotonic()
        answer = await door.send(request("POST", "/v1/events", run.order["token"], headers=_EVENT, body=posting.body))
        stock = await stock.still_open()
        if await _sees(stock, posting, run.order["reader"], version=answer.version):
            run.seen.append(monotonic() - begun)
        else:
            run.unseen += 1
        moment, number = moment + pace, number + 1
    door.close()
    stock.close()


async def _sees(stock: Wire, posting: Posting, reader: str, *, version: str) -> bool:
    """Ask for goods until they are there: once after their version, or again and again where there is none to name."""
    path = f"/v1/stock?site={posting.depot}&lot={quote(posting.lot, safe='')}"
    after = f"JVTrack-After: {version}\r\n" if version else ""
    given_up = monotonic() + _SEEN_SECONDS_MAX
    while True:
        found = await stock.send(request("GET", path, reader, headers=after))
        if found.status == 200 and posting.lot.encode() in found.body:
            return True
        if version or monotonic() > given_up:
            return False
        await asyncio.sleep(_ASK_AGAIN_SECONDS)


async def _run(order: Mapping[str, Any]) -> dict[str, float]:
    run = Run(order, from_json(order["workload"]))
    begun, cpu = monotonic(), time.process_time()
    until = begun + order["seconds"]
    lanes = _PROBE_LANES if order["probes"] else 0
    probes = [asyncio.create_task(_probe(run, lane, until)) for lane in range(lanes)]
    await (_paced(run, until) if order["rate"] else _closed(run, until))
    seconds = monotonic() - begun
    await asyncio.gather(*probes)
    latencies, seen = sorted(run.latencies), sorted(run.seen)
    if not run.statuses[201]:
        sys.exit(f"no event was accepted, the door answered {dict(run.statuses)}")
    return {
        "events": len(latencies),
        "accepted": run.statuses[201],
        "seconds": seconds,
        "per_second": run.statuses[201] / seconds,
        "p50_ms": percentile(latencies, 0.5) * 1000,
        "p99_ms": percentile(latencies, 0.99) * 1000,
        "max_ms": latencies[-1] * 1000,
        "seen": len(seen),
        "unseen": run.unseen,
        "seen_p50_ms": percentile(seen, 0.5) * 1000,
        "seen_p99_ms": percentile(seen, 0.99) * 1000,
        "load_cpu_seconds": time.process_time() - cpu,
        "load_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


if __name__ == "__main__":
    print(json.dumps(uvloop.run(_run(json.load(sys.stdin)))))
