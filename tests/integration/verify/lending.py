"""Another depot ships for an order, by a lateral order of its own: of the day of business that a proof looks at."""

import asyncio

from jvtrack.client import Sending, ShipFromDepot
from tests.fixtures.catalogue import Trade

_SECONDS_MAX = 30.0


async def lend(trade: Trade) -> None:
    """Let D-02 ship one of the two that an order of D-01 waits for; it is still on the road."""
    part = await trade.stocked(("D-02", 2))
    depot = trade.acting("depot", "D-01")
    order = (await trade.placed(part, 2, depot="D-01")).order_id
    act = ShipFromDepot(depot="D-02", quantity=1, reason="D-02 can spare it.")
    lateral = (await depot.orders.expedite(order, act)).lateral
    assert lateral is not None, "another depot was asked"
    async with asyncio.timeout(_SECONDS_MAX):
        while (await depot.orders.get(lateral)).state != "reserved":  # nothing tells of it
            await asyncio.sleep(0.05)
    sending = Sending(from_site="D-02", to_site="D-01", part=part, quantity=1, order=lateral)
    await trade.acting("depot", "D-02").inventory.send(sending)
