"""The figures of making: yield and scrap, and the lots behind them."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query

from services.production.api.doors import Reader
from services.production.queries import figures
from services.production.schemas.figures import LotsFilter, LotYield, YieldFigures, YieldFilter
from shared import clock
from shared.http.app import Session
from shared.http.paging import Paging
from shared.http.rights import Subject, reach


def router() -> APIRouter:
    """Give the routes of the figures."""
    routes = APIRouter(prefix="/v1/figures", tags=["figures"])

    @routes.get("")
    async def show_figures(
        *, principal: Reader, session: Session, page: Paging, wanted: Annotated[YieldFilter, Query()]
    ) -> YieldFigures:
        """Show yield = good / (good + scrapped) and scrap, over the factories' lots that may be seen.

        A lot counts in the period in which it was first heard of, in UTC, with all that became of it since. `by` shows
        it apart by month, part, factory or platform.
        """
        now, groupings = clock.now(), wanted.groupings
        period = wanted.period(now.date())
        after = page.after_texts(len(groupings)) if groupings else None
        rows = await figures.yields(
            session, wanted, reach(principal, Subject.LOT), period, after=after, limit=page.one_more
        )
        return YieldFigures(
            as_of=now,
            first=period.first,
            last=period.last,
            rows=list(page.cut(rows, lambda row: figures.place(row, groupings))),
        )

    @routes.get("/lots")
    async def list_counted_lots(
        *, principal: Reader, session: Session, page: Paging, wanted: Annotated[LotsFilter, Query()]
    ) -> Sequence[LotYield]:
        """List the lots that a yield is counted from, each with what became of it."""
        period, after = wanted.period(clock.now().date()), page.after_text()
        found = await figures.lots(
            session, wanted, reach(principal, Subject.LOT), period, after=after, limit=page.one_more
        )
        return page.cut(found, lambda lot: [lot.lot])

    return routes
