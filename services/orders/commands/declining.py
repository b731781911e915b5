"""Saying no to what a source has offered: told with who did it and why."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.orders.commands.outcomes import Outcomes
from services.orders.commands.planners import open_for_planner
from services.orders.domain import offers
from services.orders.domain.asking import Ask
from services.orders.domain.order import Order
from services.orders.schemas.offers import DeclineOffer
from shared.http.tokens import Principal
from shared.types import OrderId


async def decline_offer(
    session: AsyncSession, order_id: OrderId, body: DeclineOffer, *, principal: Principal, outcomes: Outcomes
) -> Order:
    """Ask a work order back that its source has countered, on a planner's word."""
    work = await open_for_planner(session, order_id, principal, outcomes)
    asked = offers.decline_offer(work.order(order_id), body.work_order, Ask(principal.subject, body.reason))
    work.decide(asked)
    await work.settle()
    return work.order(order_id)
