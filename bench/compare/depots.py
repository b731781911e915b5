"""JVTrack alone, as depots see it: orders until their goods are reserved, and questions about a large stock."""

import asyncio
import csv
import json
import random
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import timedelta
from itertools import count
from pathlib import Path

from bench.compare.found import Found, Plan, of_runs
from bench.compare.requests import gets, posts
from bench.smoke.__main__ import DATA, with_catalogue
from bench.smoke.stack import Stack, fresh_stack, until
from deploy.local.settings import DECIDING
from jvtrack.client.door import KEY_HEADER, Call
from shared.clock import monotonic, now

PARTS = 1_000
ORDERS_MAX = 30_000
_SERIAL = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_MEDIA = {"csv": "text/csv", "json": "application/json"}

BALANCES = 1_000_000
LOTS = 10
"""Balances of a part at each depot."""
ANSWERS = 2_000
"""Questions that differ; they are asked over and over."""
_PARTS = """
INSERT INTO part (part_id, version, name, unit_of_issue, quantity_scale, platforms, record, kept_by)
SELECT 'B-' || n, version, name, unit_of_issue, quantity_scale, platforms, record, kept_by
FROM (SELECT * FROM part ORDER BY part_id LIMIT 1) p, generate_series(1, $1::int) AS n
"""
_STOCK = "INSERT INTO stock SELECT site, 'B-' || n, 1 FROM unnest($2::text[]) AS site, generate_series(1, $1::int) AS n"
_BALANCES = """
INSERT INTO balance (site, part, lot, condition, on_hand)
SELECT site, 'B-' || n, 'S-01:L-' || n || '-' || l, 'A', 1 + (n + l) % 90
FROM unnest($2::text[]) AS site, generate_series(1, $1::int) AS n, generate_series(1, $3::int) AS l
"""


def reservations(plan: Plan) -> Found:
    """Place orders at depots until inventory has reserved all: for one hot part, and for a thousand parts."""
    with fresh_stack(plan.home, "reservations") as stack:
        return asyncio.run(_reservations(stack, plan))


def questions(plan: Plan) -> Found:
    """Ask about a stock of a million balances."""
    with fresh_stack(plan.home, "questions") as stack:
        return asyncio.run(_questions(stack, plan))


async def _reservations(stack: Stack, plan: Plan) -> Found:
    stack.start(*DECIDING)
    bench = await with_catalogue(stack, plan.seconds)
    parts = await stocked(stack, bench.depots, parts=PARTS, quantity=100_000_000)
    numbers, found = count(), dict[str, list[dict[str, float]]]()
    for run in range(plan.repetitions):
        for name, some, depots in (("one", parts[:1], bench.depots[:1]), ("many", parts, bench.depots)):
            orders = orders_for(numbers, some, depots)
            found.setdefault(name, []).append(await _reserved(stack, orders, plan.seconds))
            plan.console.print(f"run {run}, {len(some):,} parts: {found[name][-1]['reserved']:,.0f} reserved/s")
    wrongs = await stack.wrongs()
    titles = {"one": "one part at one depot", "many": f"{PARTS:,} parts at {len(bench.depots)} depots"}
    lines = [
        of_runs(f"orders for {titles[name]}, {what}", unit, runs, key, more=more)
        for name, runs in found.items()
        for what, unit, key, more in (
            ("until reserved", "reservations/s", "reserved", True),
            ("accepted at the door", "orders/s", "per_second", True),
            ("at the door, p99", "ms", "p99_ms", False),
        )
    ]
    return Found(
        lines, wrongs or ["After all orders the proof finds nothing oversold, and orders and inventory agree."]
    )


async def imported(post: Callable[[Path], Awaitable[object]], lines: Sequence[object]) -> None:
    """Hand lines over as a JSON file."""
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        file.write(json.dumps(lines).encode())
        file.flush()
        await post(Path(file.name))


async def stocked(stack: Stack, depots: Sequence[str], *, parts: int, quantity: int) -> list[str]:
    """Import activities, parts, and so much of each part at every depot; gives the parts."""
    names = [f"R-{number:04}" for number in range(parts)]
    records = [{"part_id": part, "name": f"Part {part}", "unit_of_issue": "EA", "illustrative": True} for part in names]
    lines = ["site,part,condition,quantity", *(f"{site},{part},A,{quantity}" for site in depots for part in names)]
    async with stack.client("operator") as client:
        inventory = client.inventory.door
        await inventory.send(_file("/v1/catalogue/import", "json", json.dumps({"parts": records}).encode()))
        await inventory.send(_file("/v1/stock/import", "csv", "\n".join(lines).encode()))
    async with stack.client("planner") as client:
        await client.orders.door.send(_file("/v1/activities/import", "csv", (DATA / "activities.csv").read_bytes()))
    connection = await stack.database("orders")
    await until(connection, "SELECT count(*) >= $1 FROM part_copy WHERE part_id LIKE 'R-%'", parts)
    await connection.close()
    return names


def _file(place: str, kind: str, content: bytes) -> Call:
    headers = {"Content-Type": _MEDIA[kind], KEY_HEADER: f"bench-{place}"}
    return Call("POST", place, {}, headers, content, seconds_max=300.0)


def orders_for(
    numbers: Iterator[int],
    parts: Sequence[str],
    depots: Sequence[str],
    *,
    urgencies: str = "C",
    orders: int = ORDERS_MAX,
) -> list[str]:
    """Make orders of depots for parts, in turn, as they are posted."""
    activities = csv.DictReader((DATA / "activities.csv").read_text().splitlines())
    activity = {row["site"]: row["activity"] for row in activities}
    today = now().date()
    bodies = []
    for _ in range(orders):
        number = next(numbers)
        depot = depots[number % len(depots)]
        serial = "".join(_SERIAL[number // 36**place % 36] for place in (3, 2, 1, 0))
        order = {
            "document_number": f"{activity[depot]}{today.year % 10}{today.timetuple().tm_yday:03}{serial}",
            "ordered_by": depot,
            "part": parts[number // len(depots) % len(parts)],
            "quantity": 1 + number % 3,
            "urgency": urgencies[number // len(depots) % len(urgencies)],
            "required_by": (today + timedelta(days=30)).isoformat(),
        }
        bodies.append(json.dumps(order))
    return bodies


async def _reserved(stack: Stack, orders: Sequence[str], seconds: float) -> dict[str, float]:
    """Post orders; the clock stops when inventory has reserved for all that were accepted."""
    connection = await stack.database("inventory")
    try:
        before = await connection.fetchval("SELECT count(*) FROM demand WHERE reserved = quantity")
        begun, port = monotonic(), stack.settings.service_ports["orders"]
        token = stack.token("depot", *{json.loads(order)["ordered_by"] for order in orders})
        found = await posts(port, token, "/v1/orders", bodies=orders, seconds=seconds)
        if found["refused"]:
            raise RuntimeError(f"{found['refused']:.0f} of {found['events']:.0f} orders were refused")
        wanted = before + int(found["accepted"])
        await until(connection, "SELECT count(*) >= $1 FROM demand WHERE reserved = quantity", wanted)
        return {**found, "reserved": found["accepted"] / (monotonic() - begun)}
    finally:
        await connection.close()


async def _questions(stack: Stack, plan: Plan) -> Found:
    stack.start("inventory", "production")
    bench = await with_catalogue(stack, plan.seconds)
    parts = BALANCES // LOTS // len(bench.depots)
    connection = await stack.database("inventory")
    await connection.execute(_PARTS, parts)
    await connection.execute(_STOCK, parts, bench.depots)
    await connection.execute(_BALANCES, parts, bench.depots, LOTS)
    await connection.execute("VACUUM ANALYZE")
    await connection.close()
    dice, port = random.Random(7), stack.settings.service_ports["inventory"]
    goods = [(dice.choice(bench.depots), dice.randint(1, parts), dice.randint(1, LOTS)) for _ in range(ANSWERS)]
    asked = {
        f"a part at a depot, {LOTS} balances": [f"/v1/stock?site={site}&part=B-{n}" for site, n, _ in goods],
        "a lot at a depot": [f"/v1/stock?site={site}&lot=S-01:L-{n}-{lot}" for site, n, lot in goods],
        "a part at all depots, grouped": [f"/v1/stock?part=B-{n}&group=part-site" for _, n, _ in goods],
    }
    runs: dict[str, list[dict[str, float]]] = {what: [] for what in asked}
    for _ in range(plan.repetitions):
        for what, paths in asked.items():
            runs[what].append(await gets(port, stack.token("planner"), paths, seconds=plan.seconds))
            if runs[what][-1]["refused"]:
                raise RuntimeError(f"{runs[what][-1]['refused']:.0f} questions about {what} were refused")
    lines = [
        of_runs(f"{what}, {name}", unit, found, key, more=more)
        for what, found in runs.items()
        for name, unit, key, more in (("answered", "queries/s", "per_second", True), ("p99", "ms", "p99_ms", False))
    ]
    return Found(
        lines, [f"{parts * LOTS * len(bench.depots):,} balances; 64 clients, {ANSWERS:,} different questions."]
    )
