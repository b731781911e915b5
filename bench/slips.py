"""How soon a delay is known: from a factory's event to the promise that slips by it, with many lines open.

`python -m bench.slips [LINES]` runs the whole system on this machine, asks factories to make for so many orders, has
them report delays one by one and a thousand at once, and prints the seconds until each promise that slipped was heard
of by who follows the orders' stream.
"""

import asyncio
import json
import random
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count

from bench.compare.depots import imported, orders_for, stocked
from bench.smoke.__main__ import with_catalogue
from bench.smoke.figures import percentile
from bench.smoke.stack import Stack, on_fresh_stack, until
from deploy.local.settings import DECIDING
from jvtrack.client import JVTrack, Report, SourceTerms
from shared.clock import monotonic, now
from shared.events.factory import FactoryDelayReported

LINES, ALONE, TOGETHER = 10_000, 500, 1_000
PACE_PER_SECOND = 20
_PARTS = 100
_FACTORIES = ("F-01", "F-02", "F-03", "F-04")
_SECONDS_MAX = 600.0


@dataclass(slots=True)
class Heard:
    """When promises were heard of, by order."""

    at: dict[str, float] = field(default_factory=dict)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def listen(self, client: JVTrack) -> None:
        """Follow promises until cancelled."""
        async for told in client.orders.follow(kind="promised"):
            self.at[str(told.order)] = monotonic()
            self.news.set()

    async def all_of(self, orders: Sequence[str]) -> None:
        """Wait until each of these orders was promised anew."""
        async with asyncio.timeout(_SECONDS_MAX):
            while not all(order in self.at for order in orders):
                self.news.clear()
                await self.news.wait()


def main() -> None:
    """Measure, and print a table."""
    lines = int(sys.argv[1]) if len(sys.argv) > 1 else LINES
    on_fresh_stack("slips", lambda stack: _measured(stack, lines))


async def _measured(stack: Stack, lines: int) -> None:
    stack.start(*DECIDING)
    work_orders = await _opened(stack, lines)
    dice = random.Random(1)
    dice.shuffle(work_orders)
    print(f"{lines:,} lines open, one work order each, at {len(_FACTORIES)} factories\n")
    print("| delays | from | p50 s | p99 s | most s |")
    print("| --- | --- | ---: | ---: | ---: |")
    async with _listening(stack) as heard, stack.client("factory", *_FACTORIES) as factories:
        alone, together = work_orders[:ALONE], work_orders[ALONE : ALONE + TOGETHER]
        posted = await _one_by_one(factories, alone)
        await _tell(f"{ALONE}, {PACE_PER_SECOND} a second", "each one's POST", heard, posted)
        posted = await _at_once(factories, together)
        await _tell(f"{TOGETHER:,} at once", "the first one's POST", heard, posted)


async def _opened(stack: Stack, lines: int) -> list[tuple[str, str]]:
    """Have factories asked for so many orders; gives work orders with their factories."""
    bench = await with_catalogue(stack, seconds=1.0)
    parts = await stocked(stack, bench.depots[:1], parts=_PARTS, quantity=1)
    terms = SourceTerms(approved=True, approved_on=now().date(), lead_time_days=30)
    async with stack.client("planner") as planner:
        for number, part in enumerate(parts):
            await planner.orders.put_source(part, _FACTORIES[number % len(_FACTORIES)], terms)
    orders = [json.loads(body) for body in orders_for(count(), parts, bench.depots, orders=lines)]
    async with stack.client("operator") as operator:
        await imported(operator.orders.import_orders, orders)
    connection = await stack.database("production")
    try:
        # What a depot has one of is reserved; the others are asked for.
        await until(connection, "SELECT count(*) >= $1 FROM work_order", lines - _PARTS)
        rows = await connection.fetch("SELECT work_order_id, factory FROM work_order ORDER BY work_order_id")
    finally:
        await connection.close()
    orders_side = await stack.database("orders")
    try:
        await until(orders_side, "SELECT count(*) = 0 FROM work_order WHERE state = 'asked'")
    finally:
        await orders_side.close()
    return [(row["work_order_id"], row["factory"]) for row in rows]


@asynccontextmanager
async def _listening(stack: Stack) -> AsyncIterator[Heard]:
    heard = Heard()
    async with stack.client("operator") as client:
        task = asyncio.create_task(heard.listen(client))
        await asyncio.sleep(1.0)
        try:
            yield heard
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


def _delay(work_order: str, factory: str) -> Report:
    due = now().date() + timedelta(days=60)
    fact = FactoryDelayReported(work_order=work_order, due=due, cause="Castings were rejected.")
    return Report(factory, fact)


async def _one_by_one(factories: JVTrack, work_orders: Sequence[tuple[str, str]]) -> dict[str, float]:
    """Report delays at a steady pace; gives when each was sent, by order."""
    posted, begun, sending = dict[str, float](), monotonic(), list[asyncio.Task[object]]()
    for number, (work_order, factory) in enumerate(work_orders):
        await asyncio.sleep(max(0.0, begun + number / PACE_PER_SECOND - monotonic()))
        posted[work_order.rpartition("-")[0]] = monotonic()
        sending.append(asyncio.create_task(factories.production.post(_delay(work_order, factory))))
    await asyncio.gather(*sending)
    return posted


async def _at_once(factories: JVTrack, work_orders: Sequence[tuple[str, str]]) -> dict[str, float]:
    """Report delays in one body."""
    begun = monotonic()
    async for _ in factories.production.post_many([_delay(*each) for each in work_orders]):
        pass
    return {work_order.rpartition("-")[0]: begun for work_order, _ in work_orders}


async def _tell(what: str, since: str, heard: Heard, posted: dict[str, float]) -> None:
    await heard.all_of(list(posted))
    took = sorted(heard.at[order] - at for order, at in posted.items())
    figures = (percentile(took, 0.5), percentile(took, 0.99), took[-1])
    print(f"| {what} | {since} | {' | '.join(f'{figure:.3f}' for figure in figures)} |")


if __name__ == "__main__":
    main()
