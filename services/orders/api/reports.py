"""The reports on orders: who waits too long, and who uses urgent needs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query

from services.orders.api.desk import Desk, Reader
from services.orders.domain.waiting import Limit, limits
from services.orders.queries import reports as queries
from services.orders.queries.reports import Place
from services.orders.schemas.reports import AgeReport, LimitRead, UrgencyFilter, UrgencyUse, WaitingFilter
from services.orders.store.lookups import Sight
from shared import clock
from shared.http.app import Session
from shared.http.paging import CursorMalformed, Page, Paging


def router(desk: Desk) -> APIRouter:
    """Give the routes of the reports; they come before the route of one order, whose name they would be."""
    routes = APIRouter(prefix="/v1/orders", tags=["orders"])

    @routes.get("/waiting")
    async def report_waiting(*, reader: Reader, page: Paging, wanted: Annotated[WaitingFilter, Query()]) -> AgeReport:
        """Report open demand by how long it waits, by band and depot, and list the orders that wait too long.

        An order waits until it is issued in full, what is held for it included. How long each band may wait can be set
        (`JVTRACK_ORDERS_WAITING_DAYS_MAX`); what holds where nothing is set is illustrative.
        """
        now, sight, after = clock.now(), Sight.of(reader), _after(page)
        bounds = limits(desk.settings.waiting_days_max, now)
        async with desk.database.snapshot() as session:
            lines = await queries.beyond(session, wanted, sight, bounds, now=now, after=after, limit=page.one_more)
            groups = await queries.waiting(session, wanted, sight, bounds, now=now)
        return AgeReport(
            as_of=now,
            limits=[_limit(each) for each in bounds],
            waiting=groups,
            beyond=list(page.cut(lines, lambda line: [line.placed_at.isoformat(), line.order_id])),
        )

    @routes.get("/urgency")
    async def report_urgency(
        *, reader: Reader, session: Session, page: Paging, wanted: Annotated[UrgencyFilter, Query()]
    ) -> Sequence[UrgencyUse]:
        """Report who has approved urgent needs (A and B), for which depot, how often and for how much, by month.

        Orders count by the urgency that they have now, and by the month in which they were placed.
        """
        sight, last = Sight.of(reader), page.after_texts(4)
        found = await queries.urgency(session, wanted, sight, after=last, limit=page.one_more)
        return page.cut(found, UrgencyUse.place)

    return routes


def _after(page: Page) -> Place | None:
    last = page.after_texts(2)
    if last is None:
        return None
    try:
        placed_at = datetime.fromisoformat(last[0])
    except ValueError:
        raise CursorMalformed from None
    if placed_at.tzinfo is None:
        raise CursorMalformed
    return Place(placed_at, last[1])


def _limit(limit: Limit) -> LimitRead:
    return LimitRead(band=limit.band, priorities=f"{limit.first:02}-{limit.last:02}", days=limit.days)
