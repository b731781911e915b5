"""The door at which a planner says no to what a source has offered."""

from typing import Any

from fastapi import APIRouter, Response

from services.orders.api.desk import Buyer, Desk, order_token
from services.orders.api.orders import Order
from services.orders.commands import declining
from services.orders.queries import orders as queries
from services.orders.schemas.offers import DeclineOffer
from services.orders.schemas.orders import OrderSummary
from shared.http.app import Session
from shared.http.versions import tell_version, tells_version

_ASKED = "Asked back; the source answers what it gives back. `JVTrack-Version` names the version that asks."
_NOT_DECLINED: dict[int | str, dict[str, Any]] = {
    404: {"description": "`order-unknown`: none, or not yours to see; `work-order-unknown`."},
    403: {"description": "`site-forbidden`."},
    409: {"description": "`nothing-offered`, `order-already-issued`, `order-cancelled`."},
}


def router(desk: Desk) -> APIRouter:
    """Give the route under `/v1/orders/{order_id}/decline-offer`."""
    routes = APIRouter(prefix="/v1/orders", tags=["orders"])

    @routes.post("/{order_id}/decline-offer", status_code=202, response_description=_ASKED, responses=_NOT_DECLINED)
    @tells_version
    async def decline_offer(
        *, order_id: Order, body: DeclineOffer, buyer: Buyer, session: Session, response: Response
    ) -> OrderSummary:
        """Say no to what a source has offered on a work order: less, or another day.

        What it offers is taken as it is told unless somebody says no. Then the work order is asked back whole; what the
        source gives back is sourced elsewhere, and it is not asked again for this order. Who said no, and why, stand in
        the order's history. Saying it again changes nothing.
        """
        order = await declining.decline_offer(session, order_id, body, principal=buyer, outcomes=desk.outcomes)
        tell_version(response, order_token(order_id, order.version))
        return (await queries.summaries(session, [order_id]))[order_id]

    return routes
