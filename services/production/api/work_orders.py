"""The factory's own view of its work orders, and each change of them as it happens."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from services.production.api.doors import Doors, Reader, WorkOrderUnknown
from services.production.queries import making
from services.production.schemas.filters import WorkOrderFilter
from services.production.schemas.views import WorkOrderRead, WorkOrderSummary
from shared.events.envelope import Stream
from shared.events.progress import WORK_ORDER_FACTS
from shared.http.app import OwnTransaction, Session
from shared.http.paging import Paging
from shared.http.places import told_so_far
from shared.http.rights import Sight, Subject, reach, sight
from shared.http.sse import POSITION_HEADER, POSITION_HEADERS, STREAM_RESPONSES, EventStream, Position, Shape, TailEvent
from shared.http.tokens import Principal
from shared.types import SiteId, WorkOrderId

STREAMED = frozenset(kind.TYPE for kind in WORK_ORDER_FACTS)


def router(doors: Doors) -> APIRouter:
    """Give the routes that show work orders."""
    routes = APIRouter(prefix="/v1/work-orders", tags=["work orders"])
    _lists(routes)
    _streams(routes, doors)
    _shows(routes)
    return routes


def _lists(routes: APIRouter) -> None:
    @routes.get("", responses={200: {"headers": POSITION_HEADERS}})
    async def list_work_orders(
        *,
        response: Response,
        principal: Reader,
        session: Session,
        page: Paging,
        wanted: Annotated[WorkOrderFilter, Query()],
    ) -> Sequence[WorkOrderSummary]:
        """List work orders by their ids; `JVTrack-Position` says where their stream goes on from this answer."""
        position = await told_so_far(session, Stream.PRODUCTION)
        window = making.Window(page.after_text(), page.one_more)
        found = await making.work_orders(session, wanted, reach(principal, Subject.LOT), window)
        if position is not None:
            response.headers[POSITION_HEADER] = str(position)
        return page.cut(found, lambda work_order: [work_order.work_order])


def _streams(routes: APIRouter, doors: Doors) -> None:
    @routes.get("/stream", status_code=200, response_class=EventStream, responses=STREAM_RESPONSES)
    async def stream_work_orders(
        principal: Reader,
        transaction: OwnTransaction,
        position: Position,
        factory: Annotated[SiteId | None, Query(description="Only work orders of this factory.")] = None,
    ) -> Response:
        """Follow every work order opened, changed, hurried, reduced or cancelled, as server-sent events.

        Each event's id is a position: send the last one as `Last-Event-ID` to go on without a gap. What happened is
        the event's type, and its data the work order's quantity and due day as they now are.
        """
        async with transaction() as session:
            nations, suppliers = await making.nations(session), await making.suppliers(session)
        events = await doors.tail.subscribe(position)
        shape = shape_for(principal, nations, factory, suppliers=suppliers)
        return EventStream(events, shape, expires_at=principal.expires_at)


def _shows(routes: APIRouter) -> None:
    @routes.get("/{work_order_id}", responses={404: {"description": "`work-order-unknown`."}})
    async def show_work_order(
        work_order_id: Annotated[WorkOrderId, Path(description="The work order.")],
        principal: Reader,
        session: Session,
        page: Paging,
    ) -> WorkOrderRead:
        """Show a work order with its history: everything that was told about it.

        The history begins with the newest facts; `Link: rel="next"` leads to the older ones.
        """
        found = await making.find_work_order(session, work_order_id, reach(principal, Subject.LOT), page)
        if found is None:
            raise WorkOrderUnknown(work_order=work_order_id)
        return found


def shape_for(
    principal: Principal,
    nations: Mapping[SiteId, str],
    factory: SiteId | None,
    *,
    suppliers: Collection[SiteId] = (),
) -> Shape:
    """Say what a principal gets to see of the stream: all, that something happened, or nothing.

    What a nation's depots buy of a supplier is shown to who sees that nation's, wherever the supplier is.
    """
    buyer = reach(principal, Subject.LOT).nation

    def shape(event: TailEvent) -> bytes | None:
        if event.type not in STREAMED:
            return None
        told = json.loads(event.data)
        place = told["factory"]
        if factory not in {None, place}:
            return None
        if place in suppliers and buyer is not None and nations.get(told["depot"]) == buyer:
            return event.in_full()
        match sight(principal, Subject.LOT, place, nations.get(place, "")):
            case Sight.FULL:
                return event.in_full()
            case Sight.STREAMS:
                return event.in_part(factory=place)
            case _:
                return None

    return shape
