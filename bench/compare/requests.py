"""Requests of any kind at one door, from clients that ask again as soon as they are answered; a process of its own.

python -m bench.compare.requests < order.json
"""

import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import uvloop

from bench.smoke.apart import run_apart
from bench.smoke.figures import percentile
from bench.smoke.wire import Wire, request
from shared.clock import monotonic

CLIENTS = 64
_HERE = "bench.compare.requests"
_JSON = "Content-Type: application/json\r\n"


async def gets(port: int, token: str, paths: Sequence[str], *, seconds: float) -> dict[str, float]:
    """Read these paths over and over for a while; gives requests a second and their latencies."""
    return await run_apart(_HERE, {"port": port, "token": token, "paths": list(paths), "seconds": seconds})


async def posts(port: int, token: str, path: str, *, bodies: Sequence[str], seconds: float) -> dict[str, float]:
    """Post these bodies, each once, for a while or until there are no more."""
    return await run_apart(
        _HERE, {"port": port, "token": token, "paths": [path], "bodies": list(bodies), "seconds": seconds}
    )


async def _run(order: Mapping[str, Any]) -> dict[str, float]:
    latencies: list[float] = []
    statuses: Counter[int] = Counter()
    wanted = iter(_requests(order))
    cpu, begun = time.process_time(), monotonic()
    until = begun + order["seconds"]

    async def client() -> None:
        wire = await Wire.open(order["port"])
        while (now := monotonic()) < until and (each := next(wanted, None)) is not None:
            answer = await wire.send(each)
            latencies.append(monotonic() - now)
            statuses[answer.status] += 1
            if 400 <= answer.status < 500:
                raise RuntimeError(f"a request was refused with {answer.status}: {answer.body.decode()[:500]}")
        wire.close()

    await asyncio.gather(*(client() for _ in range(CLIENTS)))
    seconds, ordered = monotonic() - begun, sorted(latencies)
    good = sum(count for status, count in statuses.items() if 200 <= status < 300)
    return {
        "events": len(ordered),
        "accepted": good,
        "refused": len(ordered) - good,
        "per_second": good / seconds,
        "p50_ms": percentile(ordered, 0.5) * 1000,
        "p99_ms": percentile(ordered, 0.99) * 1000,
        "load_cpu_seconds": time.process_time() - cpu,
    }


def _requests(order: Mapping[str, Any]) -> Any:
    token, paths = order["token"], order["paths"]
    if "bodies" in order:
        return (request("POST", paths[0], token, headers=_JSON, body=body.encode()) for body in order["bodies"])
    ready = [request("GET", path, token) for path in paths]
    return (ready[number % len(ready)] for number in range(sys.maxsize))


if __name__ == "__main__":
    print(json.dumps(uvloop.run(_run(json.load(sys.stdin)))))
