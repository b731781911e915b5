"""What is asked of an order that was placed: less of it, on another day, or none."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.orders.commands.deciding import Work, open_to_ask
from services.orders.commands.outcomes import Outcomes
from services.orders.domain.order import Order, OrderUnknown
from services.orders.schemas.orders import CancelOrder, ChangeOrder, DeclineOrder
from services.orders.store import lookups
from services.orders.store.lookups import Places, Sight
from shared import clock
from shared.http import rights
from shared.http.tokens import Principal
from shared.types import OrderId


async def cancel_order(
    session: AsyncSession, order_id: OrderId, body: CancelOrder, *, principal: Principal, outcomes: Outcomes
) -> Order:
    """Ask inventory to release what the order still holds."""
    work = await _open(session, order_id, principal=principal, outcomes=outcomes)
    order = work.decide(work.order(order_id).ask_to_cancel(body.reason))
    await work.settle()
    return order


async def decline_order(
    session: AsyncSession, order_id: OrderId, body: DeclineOrder, *, principal: Principal, outcomes: Outcomes
) -> Order:
    """Say no to an order that another depot has placed; inventory releases what it holds."""
    filling = (await _places(session, order_id, principal)).site
    sites = await lookups.sites(session, [filling])
    rights.require_plan(principal, filling, sites[filling].country)
    work = await open_to_ask(session, order_id, outcomes)
    order = work.decide(work.order(order_id).decline(body.reason))
    await work.settle()
    return order


async def change_order(
    session: AsyncSession, order_id: OrderId, body: ChangeOrder, *, principal: Principal, outcomes: Outcomes
) -> Order:
    """Ask inventory to want less, or tell it of another day of need."""
    work = await _open(session, order_id, principal=principal, outcomes=outcomes)
    order = work.order(order_id)
    if body.required_by is not None:
        order = work.decide(order.reschedule(body.required_by, clock.now().date()))
    if body.quantity is not None:
        order = work.decide(order.ask_to_reduce(body.quantity))
    await work.settle()
    return order


async def _open(session: AsyncSession, order_id: OrderId, *, principal: Principal, outcomes: Outcomes) -> Work:
    depot = (await _places(session, order_id, principal)).ordered_by
    sites = await lookups.sites(session, [depot])
    rights.require_write(principal, depot, sites[depot].country)
    return await open_to_ask(session, order_id, outcomes)


async def _places(session: AsyncSession, order_id: OrderId, principal: Principal) -> Places:
    found = await lookups.places(session, order_id, Sight.of(principal))
    if found is None:
        raise OrderUnknown(order=order_id)
    return found
