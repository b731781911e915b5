"""When orders are foreseen whose sources are silent beyond the day that they have told."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.orders.domain.foresight import Last, foreseen, last_to_come, silent
from services.orders.store import market
from services.orders.store import orders as store
from shared.types import OrderId


async def of_silent(session: AsyncSession, order_ids: Collection[OrderId], today: date) -> dict[OrderId, Last]:
    """Tell what comes last of each of these orders, and when all of it is foreseen, in a handful of queries."""
    if not order_ids:
        return {}
    orders = await store.find_all(session, order_ids)
    markets = await market.markets(session, orders, today)
    found = {}
    for order_id, order in orders.items():
        silence = silent(order, markets[order_id], today)
        last = last_to_come(order, silence)
        if last is not None:
            found[order_id] = replace(last, on=foreseen(order, silence, today))
    return found
