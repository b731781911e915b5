"""The figures of demand: fill rate, backorder-days, order-to-receipt, first promises; and the orders behind them."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query

from services.orders.api.desk import Desk, Reader
from services.orders.queries import figures
from services.orders.queries.counting import Counting
from services.orders.schemas.figures import DemandFigures, DemandLine, FiguresFilter, LinesFilter
from services.orders.store.lookups import Sight
from shared import clock
from shared.http.app import Session
from shared.http.paging import Paging


def router(desk: Desk) -> APIRouter:
    """Give the routes of the figures."""
    routes = APIRouter(prefix="/v1/figures", tags=["figures"])

    @routes.get("")
    async def show_figures(*, reader: Reader, page: Paging, wanted: Annotated[FiguresFilter, Query()]) -> DemandFigures:
        """Show fill rate, backorder-days, order-to-receipt and first promises kept, over the orders that may be seen.

        Days are those of UTC. Fill rate counts orders by the day on which they were placed, order-to-receipt by the day
        on which they were issued in full, promises by the day first promised, backorder-days as far as they lie within
        the period. `by` shows them apart by month, part, depot, platform or priority.
        """
        now, groupings = clock.now(), wanted.groupings
        counting = Counting(wanted.period(now.date()), now)
        after = page.after_texts(len(groupings)) if groupings else None
        async with desk.database.snapshot() as session:
            asked = figures.Figures(session, wanted, Sight.of(reader), counting)
            rows = await asked.rows(after=after, limit=page.one_more)
        return DemandFigures(
            as_of=now,
            first=counting.period.first,
            last=counting.period.last,
            rows=list(page.cut(rows, lambda row: figures.place(row, groupings))),
        )

    @routes.get("/orders")
    async def list_counted_orders(
        *, reader: Reader, session: Session, page: Paging, wanted: Annotated[LinesFilter, Query()]
    ) -> Sequence[DemandLine]:
        """List the orders that a figure counts, each with its fulfilment: when it was answered, short and served."""
        now = clock.now()
        counting = Counting(wanted.period(now.date()), now)
        found = await figures.lines(
            session, wanted, Sight.of(reader), counting, after=page.after_text(), limit=page.one_more
        )
        return page.cut(found, lambda line: [line.order_id])

    return routes
