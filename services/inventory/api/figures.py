"""The figures of stock: how many days it lasts, and the stocks behind that."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query

from services.inventory.api.doors import Reader
from services.inventory.queries import figures
from services.inventory.queries.figures import Asked
from services.inventory.queries.seen import seen
from services.inventory.schemas.figures import CoverFigures, CoverFilter, GoodsFilter, StockCover
from shared import clock
from shared.http.app import Session
from shared.http.paging import Paging


def router() -> APIRouter:
    """Give the routes of the figures."""
    routes = APIRouter(prefix="/v1/figures", tags=["figures"])

    @routes.get("")
    async def show_figures(
        *, principal: Reader, session: Session, page: Paging, wanted: Annotated[CoverFilter, Query()]
    ) -> CoverFigures:
        """Show cover, in days, of the stock that may be seen in full, as it stands now.

        Cover = (stock - what expires before it would be issued) / the pace of issues over the period, in UTC. `by`
        shows it apart by part, depot or platform; `/v1/figures/stock` lists the stocks one by one.
        """
        now, groupings = clock.now(), wanted.groupings
        period, sites = wanted.period(now.date()), (await seen(session, principal)).full
        after = page.after_texts(len(groupings)) if groupings else None
        rows = await figures.covers(session, wanted, Asked(period, now.date(), sites, after, page.one_more))
        return CoverFigures(
            as_of=now,
            first=period.first,
            last=period.last,
            rows=list(page.cut(rows, lambda row: figures.place(row, groupings))),
        )

    @routes.get("/stock")
    async def list_covered_stock(
        *, principal: Reader, session: Session, page: Paging, wanted: Annotated[GoodsFilter, Query()]
    ) -> Sequence[StockCover]:
        """List each part at each depot: what may be issued, what of it expires, the pace of issues, and the cover."""
        today = clock.now().date()
        sites = (await seen(session, principal)).full
        asked = Asked(wanted.period(today), today, sites, page.after_texts(2), page.one_more)
        return page.cut(await figures.stocks(session, wanted, asked), lambda row: [row.site, row.part])

    return routes
