"""A depot receives what is on the road to it, orders two, and issues what it got; JVTRACK_TOKEN is a depot's token."""

import secrets
from datetime import timedelta

from jvtrack.client import Issue, JVTrack, NewOrder, Receipt, ReceiptLine, document_number, run
from shared import clock

SITE, PART, MONTH = "D-01", "MI17-SWASHPLATE", timedelta(days=30)


async def main() -> None:
    """Receive, order, issue."""
    today = clock.now().date()
    number = document_number("7201YA", today, f"{secrets.randbelow(10_000):04}")
    async with JVTrack.from_environment(reads_own_writes=True) as jvtrack:
        async for shipment in jvtrack.inventory.shipments(depot=SITE, part=PART, open=True):
            ours = [line for line in shipment.lines if (line.depot, line.part) == (SITE, PART) and line.open]
            lines = [ReceiptLine(part=PART, lot=line.lot, quantity=line.open) for line in ours]
            await jvtrack.inventory.receive(Receipt(site=SITE, shipment=shipment.shipment, lines=lines))
            print(f"{shipment.shipment}: received {sum(line.open for line in ours)}")
        wanted = NewOrder(document_number=number, ordered_by=SITE, part=PART, quantity=2, required_by=today + MONTH)
        order = await jvtrack.orders.place(wanted, wait_seconds=5)
        print(f"{order.order_id}: {order.reserved} reserved, promised for {order.promised_for}")
        if order.reserved:
            await jvtrack.inventory.issue(Issue(order=order.order_id, quantity=order.reserved))
            print(f"{order.order_id}: {order.reserved} issued")


run(main())
