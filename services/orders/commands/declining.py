"""Saying no to what a source has offered: told with who did it and why."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.orders.commands.deciding import open_to_plan
from services.orders.commands.outcomes import Outcomes
from services.orders.domain import offers
from services.orders.domain.asking import Ask
from services.orders.domain.order import Order, OrderUnknown
from services.orders.schemas.offers import DeclineOffer
from services.orders.store import lookups
from services.orders.store.lookups import Sight
from shared.http import rights
from shared.http.tokens import Principal
from shared.types import OrderId


async def decline_offer(
    session: AsyncSession, order_id: OrderId, body: DeclineOffer, *, principal: Principal, outcomes: Outcomes
) -> Order:
    """Ask a work order back that its source has countered, on a planner's word."""
    places = await lookups.places(session, order_id, Sight.of(principal))
    if places is None:
        raise OrderUnknown(order=order_id)
    sites = await lookups.sites(session, [places.ordered_by])
    rights.require_plan(principal, places.ordered_by, sites[places.ordered_by].country)
    work = await open_to_plan(session, [order_id], outcomes)
    asked = offers.decline_offer(work.order(order_id), body.work_order, Ask(principal.subject, body.reason))
    work.decide(asked)
    await work.settle()
    return work.order(order_id)
