"""The door that explains an order: why this much, why this source, why not earlier."""

from typing import Any

from fastapi import APIRouter

from services.orders.api.desk import Desk, Reader
from services.orders.api.orders import Order
from services.orders.domain.order import OrderUnknown
from services.orders.queries import explanation as queries
from services.orders.schemas.explanations import ExplanationRead

_UNKNOWN: dict[int | str, dict[str, Any]] = {404: {"description": "`order-unknown`: none, or not yours to see."}}


def router(desk: Desk) -> APIRouter:
    """Give the route under `/v1/orders/{order_id}/explanation`."""
    routes = APIRouter(prefix="/v1/orders", tags=["orders"])

    @routes.get("/{order_id}/explanation", responses=_UNKNOWN)
    async def explain_order(*, order_id: Order, reader: Reader) -> ExplanationRead:
        """Say why an order has so much, why from there, and why not earlier: from what is recorded, in plain words.

        Another order that got what was taken from this one is named where it is yours to see and of your own nation.
        How the order stands in its depot's queue is inventory's to explain: `/v1/demands/{order_id}/explanation`.
        """
        async with desk.database.snapshot() as session:
            found = await queries.explanation(session, order_id, reader, limit=desk.settings.explained_max)
        if found is None:
            raise OrderUnknown(order=order_id)
        return found

    return routes
