"""The doors of what has slipped: who is late, who would be sooner, and sourcing a need anew."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from services.orders.api.desk import Buyer, Desk, PlanReader, order_token
from services.orders.api.orders import Order
from services.orders.commands import resourcing
from services.orders.queries import orders as order_queries
from services.orders.queries import resourcing as queries
from services.orders.schemas.orders import OrderSummary
from services.orders.schemas.resourcing import ResourceOrder, SlipFilter, SlipRead
from shared import clock
from shared.http.app import Session
from shared.http.paging import Paging
from shared.http.versions import tell_version, tells_version

_ASKED = "Asked back; sourced anew once the source has answered. `JVTrack-Version` names the version that says so."
_NOT_ASKED: dict[int | str, dict[str, Any]] = {
    404: {"description": "`order-unknown`: none, or not yours to see."},
    403: {"description": "`site-forbidden`."},
    409: {"description": "`nothing-sooner`, `asked-back-already`, `order-already-issued`, `order-cancelled`."},
}


def router(desk: Desk) -> APIRouter:
    """Give the routes under `/v1/slips`, and the one that sources an order anew."""
    routes = APIRouter(tags=["orders"])

    @routes.get("/v1/slips")
    async def list_slips(
        *, reader: PlanReader, session: Session, page: Paging, wanted: Annotated[SlipFilter, Query()]
    ) -> Sequence[SlipRead]:
        """List the orders of one's nation that wait for a source that has slipped, and who would be sooner.

        A source has slipped when it says so, or when the promised day has passed without a word. Where the nation's
        weights say `resourcing: automatic`, what others would bring so much sooner as stated is sourced anew by itself.
        """
        today, last = clock.now().date(), page.after_text()
        found = await queries.slip_page(session, wanted, reader.nation, today=today, after=last, limit=page.one_more)
        return page.cut(found, lambda slip: [slip.order_id])

    @routes.post("/v1/orders/{order_id}/resource", status_code=202, response_description=_ASKED, responses=_NOT_ASKED)
    @tells_version
    async def resource_order(
        *, order_id: Order, body: ResourceOrder, buyer: Buyer, session: Session, response: Response
    ) -> OrderSummary:
        """Source an order anew whose source has slipped: what another would bring sooner is asked back.

        What is not begun is given back, and then sourced by the ranking as it is that day, not from who has slipped;
        the rest is kept. Of several work orders that have slipped, it is the one by which most days are gained.
        """
        order = await resourcing.resource_order(session, order_id, body, principal=buyer, outcomes=desk.outcomes)
        tell_version(response, order_token(order_id, order.version))
        return (await order_queries.summaries(session, [order_id]))[order_id]

    return routes
