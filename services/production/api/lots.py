"""The factory's own view of its lots."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Path, Query

from services.production.api.doors import LotUnknown, Reader
from services.production.queries import genealogy, making
from services.production.schemas.filters import LotFilter
from services.production.schemas.genealogy import DownstreamLot
from services.production.schemas.views import LotRead, LotSummary
from shared.http.app import Session
from shared.http.paging import Paging
from shared.http.rights import Subject, reach
from shared.types import LotId, Text


def router() -> APIRouter:
    """Give the routes that show lots."""
    routes = APIRouter(prefix="/v1/lots", tags=["lots"])
    _lists(routes)
    _follows(routes)
    _shows(routes)
    return routes


def _lists(routes: APIRouter) -> None:
    @routes.get("")
    async def list_lots(
        *,
        principal: Reader,
        session: Session,
        page: Paging,
        wanted: Annotated[LotFilter, Query()],
    ) -> Sequence[LotSummary]:
        """List lots by their ids, each as the sum of its facts and with what they contradict."""
        window = making.Window(page.after_text(), page.one_more)
        found = await making.lots(session, wanted, reach(principal, Subject.LOT), window)
        return page.cut(found, lambda lot: [lot.lot])


def _follows(routes: APIRouter) -> None:
    @routes.get("/downstream", responses={409: {"description": "`downstream-too-wide`."}})
    async def follow_downstream(
        principal: Reader,
        session: Session,
        of: Annotated[Text, Query(description="A lot, heat or kit, such as `F-02:L-2026-0310` or `H-88121`.")],
    ) -> list[DownstreamLot]:
        """Follow a lot, heat or kit into every lot that it went into, at first or second hand, and where these went.

        It answers the question of a recall. It is followed through lots that you may not see, which alone are left out.
        What became at depots of what was sent is inventory's to say: `/v1/stock?lot=` and `/v1/movements?lot=`.
        """
        return await genealogy.downstream(session, of, reach(principal, Subject.LOT))


def _shows(routes: APIRouter) -> None:
    @routes.get("/{lot_id}", responses={404: {"description": "`lot-unknown`."}})
    async def show_lot(
        lot_id: Annotated[LotId, Path(description="The lot, such as `F-01:L-2026-0042`.")],
        principal: Reader,
        session: Session,
        page: Paging,
    ) -> LotRead:
        """Show a lot with what went into it, and its history: every fact as posted, told and perhaps voided.

        The history begins with the newest facts; `Link: rel="next"` leads to the older ones.
        """
        found = await making.find_lot(session, lot_id, reach(principal, Subject.LOT), page)
        if found is None:
            raise LotUnknown(lot=lot_id)
        return found
