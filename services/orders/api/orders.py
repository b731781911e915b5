"""The order doors: place, list, show, change, cancel."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response

from services.orders.api.desk import Asker, Buyer, Decliner, Desk, Reader, order_token
from services.orders.commands import changing, overriding
from services.orders.commands.request import Request
from services.orders.domain.order import OrderUnknown
from services.orders.queries import orders as queries
from services.orders.schemas.filters import OrderFilter
from services.orders.schemas.orders import (
    CancelOrder,
    ChangeOrder,
    DeclineOrder,
    OrderRead,
    OrderSummary,
    PlaceOrder,
)
from services.orders.schemas.weights import NameSource
from services.orders.store.lookups import Sight
from shared import clock
from shared.events.envelope import Stream
from shared.http.app import Session
from shared.http.paging import Paging
from shared.http.places import told_so_far
from shared.http.sse import POSITION_HEADER, POSITION_HEADERS
from shared.http.versions import tell_version, tells_version
from shared.observe import tracing
from shared.types import OrderId

Wait = Annotated[
    str | None,
    Query(
        pattern=r"^[0-9]{1,4}(\.[0-9]{1,3})?s?$",
        description="How long to wait for inventory's answer, in seconds: `2s`. Bounded; the order is placed anyway.",
        examples=["2s"],
    ),
]
Order = Annotated[OrderId, Path(description="The order: its document number, year and suffix if it has one.")]
_ASKED = "Asked; inventory decides. `JVTrack-Version` names the version that asks."
_PLACED: dict[int | str, dict[str, Any]] = {
    200: {"model": OrderSummary, "description": "The same order was placed before."},
    403: {
        "description": "`site-forbidden`; `activity-of-another`: the number is another depot's; `urgency-unapproved`; "
        "`platform-of-another`."
    },
    409: {"description": "`document-number-reused`; worth another try: `catalogue-behind`."},
    422: {
        "description": "`document-date-impossible`, `document-date-out-of-reach`, `required-by-past`, "
        "`required-by-far`, `site-not-depot`, `platform-mismatch`, `platform-unregistered`, `reference-unknown`, "
        "`quantity-absurd`."
    },
}
_UNKNOWN: dict[int | str, dict[str, Any]] = {404: {"description": "`order-unknown`: none, or not yours to see."}}
_REFUSED: dict[int | str, dict[str, Any]] = {
    **_UNKNOWN,
    403: {"description": "`site-forbidden`."},
    409: {"description": "`order-already-issued`."},
}
_UNCHANGED: dict[int | str, dict[str, Any]] = {
    **_REFUSED,
    403: {"description": "`site-forbidden`, `activity-of-another`, `urgency-unapproved`."},
    409: {
        "description": "`order-already-issued`, `order-cancelled`, `quantity-raised`, `stock-order-fixed`, "
        "`version-stale`; worth another try: `catalogue-behind`."
    },
    422: {"description": "`required-by-past`, `required-by-far`, `reference-unknown`."},
}
_NOT_DECLINED: dict[int | str, dict[str, Any]] = {
    **_REFUSED,
    409: {"description": "`order-already-issued`, `order-not-declinable`."},
}
_NAMED = "Named, and planned with it. `JVTrack-Version` names the version that says so."
_NOT_NAMED: dict[int | str, dict[str, Any]] = {
    404: {"description": "`order-unknown`: none, or not yours to see; `source-unknown`."},
    403: {"description": "`site-forbidden`."},
    409: {
        "description": "`override-not-needed`, `source-has-refused`, `source-holds-back`, `order-already-issued`, "
        "`order-cancelled`."
    },
}


def router(desk: Desk) -> APIRouter:
    """Give the routes under `/v1/orders`."""
    routes = APIRouter(prefix="/v1/orders", tags=["orders"])
    _placing(routes, desk)
    _reading(routes, desk)
    _changing(routes, desk)
    _ending(routes, desk)
    _naming(routes, desk)
    return routes


def _placing(routes: APIRouter, desk: Desk) -> None:
    @routes.post("", status_code=201, responses=_PLACED)
    @tells_version
    async def place_order(*, body: PlaceOrder, asker: Asker, response: Response, wait: Wait = None) -> OrderSummary:
        """Order a part.

        The document number names the order: the same body again answers 200 with the order as it is, another body 409.
        With `wait`, the answer comes once inventory has said what it could reserve. What one depot asks of another is
        all or nothing: the answer says `partial: false`. An urgency of A or B takes the token of an approver (scope
        `approve-urgency`), whose name is recorded. With `references` it takes only lots that were made as one of them.
        """
        outcome = await desk.placing.submit(
            Request(body, asker, tracing.current.get(), units_max=desk.settings.order_units_max)
        )
        if wait is not None:
            seconds = min(float(wait.removesuffix("s")), desk.settings.wait_seconds_max)
            await desk.outcomes.wait(outcome.order_id, seconds=seconds)
        order = outcome.placed
        if order is None or wait is not None:
            async with desk.database.transaction() as session:
                order = (await queries.summaries(session, [outcome.order_id]))[outcome.order_id]
        response.status_code = 200 if outcome.placed is None else 201
        response.headers["Location"] = f"/v1/orders/{order.order_id}"
        tell_version(response, order_token(order.order_id, order.version))
        return order


def _reading(routes: APIRouter, desk: Desk) -> None:
    @routes.get("", responses={200: {"headers": POSITION_HEADERS}})
    async def list_orders(
        *,
        response: Response,
        reader: Reader,
        session: Session,
        page: Paging,
        wanted: Annotated[OrderFilter, Query()],
    ) -> Sequence[OrderSummary]:
        """List the orders that you may see, by order id; `JVTrack-Position` says where their stream goes on."""
        position = await told_so_far(session, Stream.ORDERS)
        if position is not None:
            response.headers[POSITION_HEADER] = str(position)
        today, last = clock.now().date(), page.after_text()
        sight, limit = Sight.of(reader), page.one_more
        orders = await queries.order_page(session, wanted, sight, after=last, limit=limit, today=today)
        return page.cut(orders, lambda order: [order.order_id])

    @routes.get("/{order_id}", responses=_UNKNOWN)
    @tells_version
    async def show_order(
        *, order_id: Order, reader: Reader, session: Session, page: Paging, response: Response
    ) -> OrderRead:
        """Show an order: what has become of its quantity, its promises, its work orders, its history.

        The history begins with the newest facts; `Link: rel="next"` leads to the older ones.
        """
        order = await queries.order(session, order_id, Sight.of(reader), page, promises_max=desk.settings.promises_max)
        if order is None:
            raise OrderUnknown(order=order_id)
        tell_version(response, order_token(order_id, order.version))
        return order


def _changing(routes: APIRouter, desk: Desk) -> None:
    @routes.patch("/{order_id}", status_code=202, response_description=_ASKED, responses=_UNCHANGED)
    @tells_version
    async def change_order(
        *, order_id: Order, body: ChangeOrder, asker: Asker, session: Session, response: Response
    ) -> OrderSummary:
        """Want less of an order, another day, another urgency or other references; what is issued already stands.

        An urgency of A or B takes the token of an approver (scope `approve-urgency`). To accept more references has
        waiting stock given to it at once; to accept fewer takes back what it holds of others, told as a loss. With the
        `version` that you saw, what somebody else has changed meanwhile is not undone.
        """
        order = await changing.change_order(session, order_id, body, principal=asker, outcomes=desk.outcomes)
        tell_version(response, order_token(order_id, order.version))
        return (await queries.summaries(session, [order_id]))[order_id]


def _ending(routes: APIRouter, desk: Desk) -> None:
    @routes.post("/{order_id}/decline", status_code=202, response_description=_ASKED, responses=_NOT_DECLINED)
    @tells_version
    async def decline_order(
        *, order_id: Order, body: DeclineOrder, planner: Decliner, session: Session, response: Response
    ) -> OrderSummary:
        """Say no to another depot's order that one's own depot was to fill; what is issued already stands.

        It is a cancel asked by the other side: inventory releases what it holds for the order, and nothing more is made
        for it. The filling depot may, and who plans for its nation; asking again changes nothing.
        """
        order = await changing.decline_order(session, order_id, body, principal=planner, outcomes=desk.outcomes)
        tell_version(response, order_token(order_id, order.version))
        return (await queries.summaries(session, [order_id]))[order_id]

    @routes.post("/{order_id}/cancel", status_code=202, response_description=_ASKED, responses=_REFUSED)
    @tells_version
    async def cancel_order(
        *,
        order_id: Order,
        asker: Asker,
        session: Session,
        response: Response,
        body: CancelOrder | None = None,
    ) -> OrderSummary:
        """Cancel what is not yet issued; asking again changes nothing."""
        asked = body or CancelOrder()
        order = await changing.cancel_order(session, order_id, asked, principal=asker, outcomes=desk.outcomes)
        tell_version(response, order_token(order_id, order.version))
        return (await queries.summaries(session, [order_id]))[order_id]


def _naming(routes: APIRouter, desk: Desk) -> None:
    @routes.post("/{order_id}/name-source", status_code=202, response_description=_NAMED, responses=_NOT_NAMED)
    @tells_version
    async def name_source(
        *, order_id: Order, body: NameSource, buyer: Buyer, session: Session, response: Response
    ) -> OrderSummary:
        """Name a source for one order in spite of what it lacks: an approval, an acceptance, so small a lot.

        What is missing of the order is given to it first, unless it has refused the order before. Who named it, why,
        and what was overridden stand in the order's history; the source named last counts, and for this order alone.
        Naming it again changes nothing.
        """
        order = await overriding.override_source(session, order_id, body, principal=buyer, outcomes=desk.outcomes)
        tell_version(response, order_token(order_id, order.version))
        return (await queries.summaries(session, [order_id]))[order_id]
