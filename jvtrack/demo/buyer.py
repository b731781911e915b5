"""Who buys from suppliers that have no system, and tells in their name what becomes of it."""

from dataclasses import dataclass
from datetime import date

from jvtrack.client import JVTrack, Order, ProblemError, Purchase
from jvtrack.demo.findings import seen
from jvtrack.demo.papers import Papers
from shared.events.production import Reference
from shared.events.purchases import PurchaseDispatched
from shared.types import LotId, ShipmentId, SiteId, WorkOrderId


@dataclass(frozen=True, slots=True)
class Sent:
    """What has left a supplier, as depots know it."""

    lot: LotId
    shipment: ShipmentId


@dataclass(frozen=True, slots=True)
class Buyer:
    """Procurement and its token."""

    jvtrack: JVTrack
    papers: Papers

    async def work_order(self, order: Order, source: SiteId, *, number: int = 1) -> WorkOrderId:
        """Wait until a source is asked so many times for an order, and knows of it; gives the work order."""

        async def look() -> WorkOrderId | None:
            now = await self.jvtrack.orders.get(order.order_id)
            asked = [each.work_order for each in now.work_orders if each.source == source][number - 1 :]
            return asked[0] if asked and await self._is_known(asked[0]) else None

        return await seen(f"order {order.order_id} given to {source}", look)

    async def buy(self, order: Order, source: SiteId, *, due: date | None = None, number: int = 1) -> Purchase:
        """Place with a supplier what it is asked for an order, for the first time or again; it may name a day."""
        work_order = await self.work_order(order, source, number=number)
        purchase = await Purchase.of(self.jvtrack.production, work_order)
        await purchase.placed(purchase=self.papers.purchase(source), due=due)
        return purchase

    async def send(self, purchase: Purchase, reference: Reference) -> Sent:
        """Say that a supplier has sent all of a purchase, in one lot."""
        asked, source = purchase.work_order, purchase.work_order.factory
        lot, shipment = self.papers.lot(source), self.papers.shipment(source)
        await purchase.dispatched(
            PurchaseDispatched(
                work_order=asked.work_order,
                part=asked.part,
                lot=lot,
                shipment=shipment,
                depot=asked.depot,
                quantity=asked.quantity,
                reference=reference,
                certificate=f"COC-{lot}",
            )
        )
        return Sent(f"{source}:{lot}", f"{source}:{shipment}")

    async def _is_known(self, work_order: WorkOrderId) -> bool:
        try:
            await self.jvtrack.production.work_order(work_order)
        except ProblemError as problem:
            if problem.slug != "work-order-unknown":
                raise
            return False
        return True
