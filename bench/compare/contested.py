"""JVTrack alone, where there is too little: orders of every urgency for a hundred hot parts, and pre-emption."""

import asyncio
from collections.abc import Sequence
from itertools import count

import asyncpg

from bench.compare.depots import orders_for, stocked
from bench.compare.found import Found, Plan, of_runs
from bench.compare.requests import posts
from bench.smoke.__main__ import with_catalogue
from bench.smoke.stack import Stack, fresh_stack, until
from deploy.local.settings import DECIDING
from shared.clock import monotonic

PARTS = 100
QUANTITY = 4
"""How much there is of a part at a depot: far less than is asked for."""
_DECISIONS = """
SELECT count(*) AS decided, count(*) FILTER (WHERE type = 'jvtrack.stock.reservation-lost.v1') AS lost
FROM event_log WHERE topic = 4 AND key LIKE 'demand:%'
"""
_DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
_HELD_TWICE = """
SELECT count(*) FROM balance b WHERE b.reserved <> (
  SELECT coalesce(sum(r.quantity), 0) FROM reservation r
  WHERE (r.site, r.part, r.lot, r.condition) = (b.site, b.part, b.lot, b.condition))
"""


def contested(plan: Plan) -> Found:
    """Place orders of every urgency for parts of which there is too little, until inventory has decided on all."""
    with fresh_stack(plan.home, "contested") as stack:
        return asyncio.run(_contested(stack, plan))


async def _contested(stack: Stack, plan: Plan) -> Found:
    stack.start(*DECIDING)
    bench = await with_catalogue(stack, plan.seconds)
    parts = await stocked(stack, bench.depots, parts=PARTS, quantity=QUANTITY)
    numbers, runs = count(), list[dict[str, float]]()
    connection = await stack.database("inventory")
    try:
        for run in range(plan.repetitions):
            orders = orders_for(numbers, parts, bench.depots, urgencies="CCCBCCA")
            runs.append(await _decided(stack, connection, orders, bench.depots, seconds=plan.seconds))
            plan.console.print(f"run {run}: {runs[-1]['decisions']:,.0f} decisions/s, {runs[-1]['lost']:,.0f} lost")
        deadlocks = await connection.fetchval(_DEADLOCKS)
        held_twice = await connection.fetchval(_HELD_TWICE)
    finally:
        await connection.close()
    wrongs = await stack.wrongs()
    lines = [
        of_runs(f"{what}, {PARTS} hot parts at {len(bench.depots)} depots", unit, runs, key, more=more)
        for what, unit, key, more in (
            ("decisions of allocation told", "facts/s", "decisions", True),
            ("orders decided", "orders/s", "orders", True),
            ("reservations pre-empted", "in a run", "lost", True),
            ("orders at the door, p99", "ms", "p99_ms", False),
        )
    ]
    notes = [f"64 clients; {deadlocks} deadlocks, {held_twice} balances that reservations do not make up."]
    return Found(lines, wrongs or [*notes, "The proof finds nothing oversold, nobody passed over (I9), nothing lost."])


async def _decided(
    stack: Stack, connection: asyncpg.Connection, orders: Sequence[str], depots: Sequence[str], *, seconds: float
) -> dict[str, float]:
    """Post orders; the clock stops when inventory has decided on all that were accepted."""
    decided, lost = await _decisions(connection)
    known, begun = await connection.fetchval("SELECT count(*) FROM demand"), monotonic()
    port, token = stack.settings.service_ports["orders"], stack.token("depot", *depots)
    found = await posts(port, token, "/v1/orders", bodies=orders, seconds=seconds)
    if found["refused"]:
        raise RuntimeError(f"{found['refused']:.0f} of {found['events']:.0f} orders were refused")
    await until(connection, "SELECT count(*) >= $1 FROM demand", known + int(found["accepted"]))
    took = monotonic() - begun
    decided_now, lost_now = await _decisions(connection)
    told = {"decisions": (decided_now - decided) / took, "lost": lost_now - lost}
    return {**found, **told, "orders": found["accepted"] / took}


async def _decisions(connection: asyncpg.Connection) -> tuple[int, int]:
    """Count the facts told of demands, and the reservations lost among them."""
    row = await connection.fetchrow(_DECISIONS)
    assert row is not None, "an aggregate has one row"
    return row["decided"], row["lost"]
