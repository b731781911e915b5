"""A depot receives what is on the road to it, orders two, and issues what it got; JVTRACK_TOKEN is a depot's token."""

import asyncio
import secrets
import sys
from datetime import timedelta

from jvtrack.client import Issue, JVTrack, JVTrackError, NewOrder, Receipt, ReceiptLine, document_number
from shared import clock

SITE, PART = "D-01", "MI17-SWASHPLATE"


async def main() -> None:
    """Receive, order, issue."""
    today = clock.now().date()
    number = document_number("7201YA", today, f"{secrets.randbelow(10_000):04}")
    needed = today + timedelta(days=30)
    async with JVTrack.from_environment(reads_own_writes=True) as jvtrack:
        async for shipment in jvtrack.inventory.shipments(depot=SITE, part=PART, open=True):
            lines = [ReceiptLine(part=PART, lot=line.lot, quantity=line.open) for line in shipment.lines if line.open]
            await jvtrack.inventory.receive(Receipt(site=SITE, shipment=shipment.shipment, lines=lines))
            print(f"{shipment.shipment}: received {sum(line.quantity for line in lines)}")
        wanted = NewOrder(document_number=number, ordered_by=SITE, part=PART, quantity=2, required_by=needed)
        order = await jvtrack.orders.place(wanted, wait_seconds=5)
        print(f"{order.order_id}: {order.reserved} reserved, promised for {order.promised_for}")
        await jvtrack.inventory.issue(Issue(order=order.order_id, quantity=order.reserved))
        print(f"{order.order_id}: {(await jvtrack.orders.get(order.order_id)).issued} issued")


try:
    asyncio.run(main())
except JVTrackError as error:
    sys.exit(str(error))
