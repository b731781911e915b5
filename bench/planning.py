"""What planning costs with its reading and writing: `python -m bench.planning [LINES ...]`.

The whole system runs on this machine. Depots order parts of which there is none and which nobody makes; then five
hundred sources are approved in one file. Printed are the seconds until every line has been given to a source and its
promise stands, and what the doors take then: a what-if in which all moves, the figures, and how much memory orders has
held at most.
"""

import asyncio
import json
import sys
import tempfile
from collections.abc import Awaitable, Callable
from itertools import count
from pathlib import Path
from statistics import median

from bench.compare.depots import imported, orders_for, stocked
from bench.smoke import machine
from bench.smoke.__main__ import with_catalogue
from bench.smoke.stack import Stack, fresh_stack, until
from deploy.local.settings import DECIDING
from jvtrack.client import SourceStops
from services.orders.settings import OrdersSettings
from shared.clock import monotonic, now

LINES = (1_000, 10_000)
_PARTS = 100
_SOURCES = ("F-01", "F-02", "F-03", "F-04", "S-01")
_RUNS = 3
_OPEN = "SELECT count(*) FROM orders WHERE state = 'open'"
_PLANNED = "SELECT count(*) = 0 FROM orders WHERE state = 'open' OR promised_for IS NULL AND state <> 'reserved'"


def main() -> None:
    """Measure, and print a table."""
    with tempfile.TemporaryDirectory(prefix="jvtrack-planning-") as home:
        for name, fact in machine.facts(Path(home)).items():
            print(f"{name}: {fact}")
        print(f"\n{_PARTS} parts, {len(_SOURCES)} sources of each\n")
        print("| open lines | planned, s | lines a second | what-if, s | figures, s | orders, most MiB |")
        print("| ---: | ---: | ---: | ---: | ---: | ---: |")
        for lines in [int(word) for word in sys.argv[1:]] or LINES:
            with fresh_stack(Path(home) / str(lines), "planning") as stack:
                print(f"| {lines:,} | {' | '.join(asyncio.run(_measured(stack, lines)))} |")


async def _measured(stack: Stack, lines: int) -> list[str]:
    stack.start(*DECIDING)
    await _ordered(stack, lines)
    seconds = await _planned(stack)
    stops = {"all": [SourceStops(site=site, days=90) for site in _SOURCES]}
    async with stack.client("planner") as planner:
        asked = (
            await _median(lambda: planner.orders.what_if(stops))
            if lines <= OrdersSettings().what_if_lines_max
            else None
        )
        figures = await _median(planner.orders.figures.rows)
    most = machine.most_mib(stack.pids()["orders"])
    shown = "-" if asked is None else f"{asked:.2f}"
    return [f"{seconds:.1f}", f"{lines / seconds:,.0f}", shown, f"{figures:.3f}", f"{most:.0f}"]


async def _ordered(stack: Stack, lines: int) -> None:
    """Have so many lines open that nobody may be asked for."""
    bench = await with_catalogue(stack, seconds=1.0)
    parts = await stocked(stack, bench.depots[:1], parts=_PARTS, quantity=1)
    orders = [json.loads(body) for body in orders_for(count(), parts, bench.depots, orders=lines)]
    async with stack.client("operator") as operator:
        await imported(operator.orders.import_orders, orders)
    connection = await stack.database("orders")
    try:
        # What a depot has one of is reserved.
        await until(connection, f"SELECT ({_OPEN}) >= $1", lines - _PARTS)
    finally:
        await connection.close()


async def _planned(stack: Stack) -> float:
    """Approve every source at once; gives the seconds until all lines are sourced and promised."""
    today = str(now().date())
    terms = {"approved": True, "approved_on": today, "accepted_on": today, "capacity_per_week": 50}
    connection = await stack.database("orders")
    try:
        parts = [row["part"] for row in await connection.fetch("SELECT DISTINCT part FROM orders")]
        sources = [
            {"part": part, "site": site, "lead_time_days": 20 + 5 * number, **terms}
            for part in parts
            for number, site in enumerate(_SOURCES)
        ]
        async with stack.client("planner") as planner:
            begun = monotonic()
            await imported(planner.orders.import_sources, sources)
        await until(connection, _PLANNED)
        return monotonic() - begun
    finally:
        await connection.close()


async def _median(call: Callable[[], Awaitable[object]]) -> float:
    """Give the median of the seconds that a call takes."""
    took = list[float]()
    for _ in range(_RUNS):
        begun = monotonic()
        await call()
        took.append(monotonic() - begun)
    return median(took)


if __name__ == "__main__":
    main()
