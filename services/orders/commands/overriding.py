"""Naming a source for one order in spite of what it lacks: told with who did it and why, and planned at once."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.orders.commands.outcomes import Outcomes
from services.orders.commands.planners import open_for_planner
from services.orders.domain.catalogue import SourceUnknown
from services.orders.domain.order import Order
from services.orders.domain.override import Naming, name_source
from services.orders.schemas.weights import NameSource
from services.orders.store import market
from shared.http.tokens import Principal
from shared.types import OrderId


async def override_source(
    session: AsyncSession, order_id: OrderId, body: NameSource, *, principal: Principal, outcomes: Outcomes
) -> Order:
    """Let an order be given to a source that may not be chosen, on a planner's word, and plan it with that source."""
    work = await open_for_planner(session, order_id, principal, outcomes)
    order = work.order(order_id)
    source = next((each for each in (await work.market(order_id)).sources if each.site == body.source), None)
    if source is None:
        raise SourceUnknown(part=order.part, site=body.source).at("source")
    naming = Naming(principal.subject, body.reason)
    decided = name_source(order, source, naming, work.today)
    if decided.facts:
        work.decide(decided)
        await market.name(session, order_id, body.source, naming)
        work.name(order_id, body.source)
        await work.replan()
        await work.settle()
    return work.order(order_id)
