"""JVTrack alone, as it grows: what an event costs each step of the road at 10,000 stored events, and at ever more."""

import asyncio
import random
import shutil
from collections.abc import Mapping, Sequence
from statistics import median

from bench.compare.catching_up import catch_up
from bench.compare.found import Curve, Found, Line, Plan, of_runs
from bench.compare.our_relay import OurRelay
from bench.compare.relay_course import saturated
from bench.compare.requests import gets
from bench.compare.stored import bytes_stored, grow
from bench.smoke.__main__ import with_catalogue
from bench.smoke.phases import Bench
from bench.smoke.stack import POSTGRES, Stack, cpu, fresh_stack
from bench.smoke.yardstick import piece_ms
from deploy.local.settings import DECIDING
from shared.events.envelope import Stream

RELAYED = 20_000
"""Facts that wait for the relay at each size."""
ASKED = 2_000
DISK_SPARE_BYTES = 10 * 2**30
_STEPS = ("door", "relay", "apply", "query")
_CURVES: Mapping[str, tuple[str, str]] = {
    "door": ("door and relay: CPU of production and PostgreSQL", "us"),
    "door production": ("door and relay: CPU of production alone", "us"),
    "door wal": ("door and relay: PostgreSQL's log", "bytes"),
    "relay": ("relay of waiting facts: time", "us"),
    "apply": ("apply: CPU of inventory and PostgreSQL", "us"),
    "query": ("stock query: CPU of inventory and PostgreSQL", "us"),
    "yardstick": ("the yardstick, which no stored event can slow down", "ms"),
}
_WAL = "SELECT pg_current_wal_lsn() - '0/0'::pg_lsn"
"""How many bytes PostgreSQL has written to its log so far."""


def growth(plan: Plan) -> Found:
    """Measure the same at every power of ten of stored events, on one stack that grows."""
    with fresh_stack(plan.home, "growth") as stack:
        return asyncio.run(_grow(stack, plan))


async def _grow(stack: Stack, plan: Plan) -> Found:
    stack.start(*DECIDING)
    bench = await with_catalogue(stack, plan.seconds)
    await bench.single("WARM")
    await stack.caught_up()
    found: dict[int, list[dict[str, float]]] = {}
    notes, had, size = [], 0, 10_000
    while size <= plan.rows_max:
        free = shutil.disk_usage(plan.home).free - DISK_SPARE_BYTES
        if had and (await bytes_stored(stack)) / had * (size - had) > free:
            notes.append(f"{size:,} stored events are not measured: the disk has no room for them.")
            break
        stack.stop(*DECIDING)
        await grow(stack, had, size, parts=bench.parts, depots=bench.depots)
        found[size] = [await _course(bench, size, f"G{size}.{run}") for run in range(plan.repetitions)]
        plan.console.print(f"{size:,}: " + ", ".join(f"{name} {value:,.1f}" for name, value in found[size][-1].items()))
        had, size = size, size * 10
    per_event = await bytes_stored(stack) / had
    notes.append(f"A stored event takes {per_event:,.0f} bytes in the three databases, with indexes.")
    return Found(_lines(found), notes, _curves(found))


async def _course(bench: Bench, size: int, run: str) -> dict[str, float]:
    """Run each step of the road once, alone."""
    stack = bench.stack
    stack.start("production")
    written = await stack.number("production", _WAL)
    door = await bench.single(f"{run}D")
    written = await stack.number("production", _WAL) - written
    apply = await catch_up(stack, "inventory", Stream.PRODUCTION)
    port, token = stack.settings.service_ports["inventory"], stack.token("planner")
    before = _cpu(stack)
    query = await gets(port, token, _questions(bench, size), seconds=bench.seconds)
    query_cpu = _cpu(stack) - before
    stack.stop("production", "inventory")
    relay = OurRelay(stack)
    relayed = await saturated(relay.road, f"{run}R", RELAYED, relay.go_on)
    stack.start("inventory", "orders")
    await stack.caught_up()
    stack.stop("inventory", "orders")
    return {
        "door": door["cpu production"] + door[f"cpu {POSTGRES}"],
        "door production": door["cpu production"],
        "door wal": written / door["accepted"],
        "relay": 1e6 / relayed["per_second"],
        "apply": apply["cpu"],
        "query": query_cpu / query["events"] * 1e6,
        "yardstick": piece_ms(),
        "door per_second": door["per_second"],
        "relay per_second": relayed["per_second"],
        "apply per_second": apply["per_second"],
        "query per_second": query["per_second"],
        "query p99_ms": query["p99_ms"],
    }


def _cpu(stack: Stack) -> float:
    used = cpu(stack.pids())
    return used["inventory"] + used[POSTGRES]


def _questions(bench: Bench, size: int) -> list[str]:
    dice = random.Random(size)
    lots = [dice.randrange(size // 3) for _ in range(ASKED)]
    return [f"/v1/stock?site={bench.depots[lot % len(bench.depots)]}&lot=F-01:G{lot}" for lot in lots]


def _lines(found: Mapping[int, Sequence[Mapping[str, float]]]) -> list[Line]:
    return [
        of_runs(
            f"{step} at {size:,} stored events",
            f"{'queries' if step == 'query' else 'events'}/s",
            runs,
            f"{step} per_second",
        )
        for step in _STEPS
        for size, runs in found.items()
    ]


def _curves(found: Mapping[int, Sequence[Mapping[str, float]]]) -> list[Curve]:
    return [
        Curve(title, unit, {size: median(run[step] for run in runs) for size, runs in found.items()})
        for step, (title, unit) in _CURVES.items()
    ]
