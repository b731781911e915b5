"""What has left its source and not arrived: whatever happens to the source, it is on its way."""

from collections.abc import Mapping

from services.orders.domain.order import Order
from shared.types import WorkOrderId

Sent = Mapping[WorkOrderId, int]
"""How much of work orders has been dispatched in all."""
Road = Mapping[int, int]
"""How much of each of an order's work orders is on the road; of those of which nothing is, none is named."""


def on_road(order: Order, sent: Sent) -> dict[int, int]:
    """Reckon what is on the road: what was dispatched and has not come to an end, of what is left of each."""
    left = order.left
    out = sum(sent.get(work.name(order.order_id), 0) for work in order.work_orders) - order.supplied
    road: dict[int, int] = {}
    for work in sorted(order.work_orders, key=lambda work: (work.due, work.n)):
        there = min(out, left[work.n], sent.get(work.name(order.order_id), 0))
        if there > 0:
            road[work.n] = there
            out -= there
    return road
