"""What is bought of a supplier without a system in a day of business, and what of it is taken back."""

import asyncio

from jvtrack.client import JVTrack, ProblemError, Purchase, SourceTerms
from shared import clock
from shared.events.purchases import PurchaseDispatched
from shared.types import WorkOrderId
from tests.fixtures.catalogue import Trade
from tests.integration.verify.shop import PART

SUPPLIER, DEPOT = "S-10", "D-05"
_OPENED_SECONDS_MAX = 30.0


async def buy(trade: Trade) -> None:
    """Have a supplier that is the quickest send three consignments, correct one and take one back."""
    planner, given = trade.acting("planner"), clock.now().date()
    terms = SourceTerms(approved=True, approved_on=given, accepted_on=given, lead_time_days=1)
    await planner.orders.put_source(PART, SUPPLIER, terms)
    order = await trade.placed(PART, 5, depot=DEPOT)
    purchase = await _opened(planner, f"{order.order_id}-W1")
    await purchase.placed(purchase="PO-1")
    for number in (1, 2, 3):
        await purchase.dispatched(_sent(purchase.work_order.work_order, number), id=f"sent-{number}")
    await purchase.correct("sent-2", _sent(purchase.work_order.work_order, 2, quantity=2), "Two, not one.")
    await purchase.void("sent-3", "It never left.")


def _sent(work_order: WorkOrderId, number: int, quantity: int = 1) -> PurchaseDispatched:
    return PurchaseDispatched(
        lot=f"P-{number}",
        part=PART,
        work_order=work_order,
        shipment=f"P-{number}",
        depot=DEPOT,
        quantity=quantity,
    )


async def _opened(planner: JVTrack, work_order: WorkOrderId) -> Purchase:
    """Wait until production has opened the work order."""
    async with asyncio.timeout(_OPENED_SECONDS_MAX):
        while True:
            try:
                return await Purchase.of(planner.production, work_order)
            except ProblemError:
                await asyncio.sleep(0.1)
