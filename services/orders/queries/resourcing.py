"""Orders that are late because a source has slipped, and who would be sooner."""

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.orders.domain.order import Order
from services.orders.domain.ranking import Market
from services.orders.domain.resourcing import proposals
from services.orders.schemas.resourcing import ProposalRead, SlipFilter, SlipRead
from services.orders.store import market, slips
from services.orders.store import orders as store
from shared.types import Nation, OrderId


async def slip_page(
    session: AsyncSession, wanted: SlipFilter, nation: Nation, *, today: date, after: OrderId | None, limit: int
) -> list[SlipRead]:
    """Show a nation's next orders that wait for what has slipped, by order id."""
    late = await slips.of_nation(
        session, nation, part=wanted.part, source=wanted.source, today=today, after=after or "", limit=limit
    )
    orders = await store.find_all(session, late)
    markets = await market.markets(session, orders, today)
    return [_slip(order, markets[order_id], today) for order_id, order in orders.items()]


def _slip(order: Order, found: Market, today: date) -> SlipRead:
    return SlipRead(
        order_id=order.order_id,
        ordered_by=order.ordered_by,
        part=order.part,
        priority=order.priority,
        required_by=order.required_by,
        promised_for=order.promise.promised_for if order.promise else None,
        proposals=[ProposalRead.of(order, each) for each in proposals(order, found, today)],
    )
