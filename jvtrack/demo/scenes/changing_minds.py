"""An order is cancelled at the very moment in which its goods are handed out: now this wins, now that, never both."""

import asyncio
from collections.abc import Sequence

from jvtrack.client import Order, ProblemError
from jvtrack.demo.company import Company
from jvtrack.demo.depot import Depot
from jvtrack.demo.findings import Finding, seen
from shared.types import PartId

DEPOT = "D-03"
_RACES = 10
_MORE_ROUNDS_MAX = 5
# Mostly a few hundredths of a second, sometimes nearly all of it.
_HEAD_START_SECONDS_MAX = 1.0


async def play(company: Company) -> Sequence[Finding]:
    """Race cancels against issues, and again until each has won once, for a bounded number of rounds."""
    depot = company.depots[DEPOT]
    parts = [part for part, available in (await depot.available()).items() if available > 1][:_RACES]
    ended: list[Order] = []
    for _ in range(1 + _MORE_ROUNDS_MAX):
        ended += await asyncio.gather(*(_race(depot, part, company.dice.random()) for part in parts))
        issued = sum(order.issued > 0 for order in ended)
        if 0 < issued < len(ended):
            break
    exact = all(order.issued + order.cancelled == order.quantity and order.adds_up for order in ended)
    return [
        Finding(
            f"{len(ended)} cancels racing an issue",
            f"{issued} were issued, {len(ended) - issued} cancelled, {'none both' if exact else 'some BOTH'}",
            holds=exact and 0 < issued < len(ended),
        )
    ]


async def _race(depot: Depot, part: PartId, luck: float) -> Order:
    order = await depot.order(part, 1)
    # A cancel travels through Kafka: it is given a head start that may be just enough or not.
    await asyncio.gather(_try_to_issue(depot, order, luck**3 * _HEAD_START_SECONDS_MAX), _try_to_cancel(depot, order))

    async def look() -> Order | None:
        now = await depot.jvtrack.orders.get(order.order_id)
        return now if now.issued + now.cancelled == now.quantity else None

    return await seen(f"the end of order {order.order_id}", look)


async def _try_to_issue(depot: Depot, order: Order, delay_seconds: float) -> None:
    await asyncio.sleep(delay_seconds)
    try:
        await depot.issue(order.order_id, order.quantity)
    except ProblemError as problem:
        if problem.slug != "not-reserved":
            raise


async def _try_to_cancel(depot: Depot, order: Order) -> None:
    try:
        await depot.jvtrack.orders.cancel(order.order_id, "No longer needed.")
    except ProblemError as problem:
        if problem.slug != "order-already-issued":
            raise
