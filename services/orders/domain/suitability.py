"""What the sources of an order are asked: one and the same wherever they are weighed for it.

Passed over are who has refused, who makes no reference that it accepts, and who has brought it what a gate holds back.
"""

from collections.abc import Iterable
from datetime import date

from services.orders.domain.order import Order
from services.orders.domain.ranking import Ask, Market
from services.orders.domain.source import Source
from services.orders.domain.sourcing import refusing
from shared.types import SiteId


def ask_for(order: Order, sources: Iterable[Source], quantity: int, day: date) -> Ask:
    """Say what is asked of these sources for an order on a day."""
    return Ask(
        quantity=quantity,
        day=day,
        refused_by=refusing(order.work_orders),
        accepted=order.accepted,
        held_back_from=_held_back_from(order, sources),
    )


def needed_by(order: Order, market: Market, today: date) -> date:
    """Say by when it is worth to share a need out: at once while a platform stands still for it."""
    return today if market.stands_still else order.required_by


def _held_back_from(order: Order, sources: Iterable[Source]) -> frozenset[SiteId]:
    """Name the sources of which something has arrived for the order while a gate may hold it back.

    More of the same would be held back just as well; it is let through with what is there once the gate opens.
    """
    if not order.demand.arrived:
        return frozenset()
    left = order.left
    brought = {work.source for work in order.work_orders if left[work.n] < work.quantity}
    return frozenset(source.site for source in sources if source.holds_back and source.site in brought)
