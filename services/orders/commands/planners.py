"""What stands before everything that a planner says of one order: it is seen, it is theirs to plan, it is locked."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.orders.commands.deciding import Work, open_to_plan
from services.orders.commands.outcomes import Outcomes
from services.orders.domain.order import OrderUnknown
from services.orders.store import lookups
from services.orders.store.lookups import Sight
from shared.http import rights
from shared.http.tokens import Principal
from shared.types import OrderId


async def open_for_planner(session: AsyncSession, order_id: OrderId, principal: Principal, outcomes: Outcomes) -> Work:
    """Lock and load an order to plan it on a person's word.

    Raises OrderUnknown for who may not see it either, and a Refusal for who does not plan for its nation.
    """
    places = await lookups.places(session, order_id, Sight.of(principal))
    if places is None:
        raise OrderUnknown(order=order_id)
    sites = await lookups.sites(session, [places.ordered_by])
    rights.require_plan(principal, places.ordered_by, sites[places.ordered_by].country)
    return await open_to_plan(session, [order_id], outcomes)
