"""The doors of exports: whose a joint venture is, what its partners approve, and what left it without that."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi import Path as InPath

from services.orders.api.desk import Buyer, Desk, Planning, PlanReader
from services.orders.api.sources import Part
from services.orders.commands import exporting
from services.orders.queries import exports as queries
from services.orders.schemas.exports import (
    ExportApprovalRead,
    ExportEnd,
    ExportFilter,
    ExportTerms,
    UnapprovedExportRead,
    VentureRead,
    VentureTerms,
)
from services.orders.store.exports import Path
from shared.http.app import Session
from shared.http.paging import CursorMalformed, Page, Paging
from shared.types import Nation, SiteId

Site = Annotated[SiteId, InPath(description="The factory of the joint venture.")]
Country = Annotated[Nation, InPath(description="The nation that it goes to.")]
_PUT_VENTURE: dict[int | str, dict[str, Any]] = {
    403: {"description": "`site-forbidden`: it stands in another nation."},
    409: {"description": "Worth another try: `catalogue-behind`."},
    422: {"description": "`not-factory`, `partner-missing`."},
}
_PUT: dict[int | str, dict[str, Any]] = {
    403: {"description": "`approval-of-another`: your nation is no partner."},
    409: {"description": "`partners-unstated`; worth another try: `catalogue-behind`."},
    422: {"description": "`not-export`, `approval-in-future`."},
}
_END: dict[int | str, dict[str, Any]] = {
    404: {"description": "`export-approval-unknown`."},
    422: {"description": "`end-before-approval`."},
}


def router(desk: Desk) -> APIRouter:
    """Give the routes of joint ventures and exports."""
    routes = APIRouter(tags=["exports"])
    _ventures(routes, desk)
    _approvals(routes, desk)

    @routes.get("/v1/unapproved-exports")
    async def list_unapproved(*, reader: PlanReader, session: Session, page: Paging) -> Sequence[UnapprovedExportRead]:
        """List what left one's joint ventures for another nation without the approval of both partners.

        What a factory has dispatched is a fact and never refused; whose approval was missing that day stands here.
        """
        found = await queries.unapproved_page(session, reader.nation, after=_after(page), limit=page.one_more)
        return page.cut(found, lambda each: [each.event_id])

    return routes


def _ventures(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/v1/joint-ventures")
    async def list_ventures(*, reader: PlanReader, session: Session, page: Paging) -> Sequence[VentureRead]:  # noqa: ARG001  # who may come in
        """List whose joint ventures are, by factory."""
        found = await queries.venture_page(session, after=page.after_text(), limit=page.one_more)
        return page.cut(found, lambda venture: [venture.site])

    @routes.put("/v1/joint-ventures/{site}", responses=_PUT_VENTURE)
    async def put_venture(*, site: Site, terms: VentureTerms, planner: Planning) -> VentureRead:
        """Say which two nations' partners own a joint venture: who plans for the nation where its factory stands does.

        To any other nation its parts go with the approval of both alone. As long as nobody has said who the partners
        are, they go to no other nation than the factory's own. Open orders of the parts that it is a source of are
        planned again.
        """
        async with desk.database.transaction() as session:
            await exporting.put_venture(session, site, terms, planner)
            venture = await queries.venture(session, site)
        desk.planner.wake()
        return venture


def _approvals(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/v1/export-approvals")
    async def list_approvals(
        *, reader: PlanReader, session: Session, page: Paging, wanted: Annotated[ExportFilter, Query()]
    ) -> Sequence[ExportApprovalRead]:
        """List the approvals of exports from one's joint ventures, or to one's nation."""
        last = page.after_texts(4)
        found = await queries.approval_page(session, wanted, reader.nation, after=last, limit=page.one_more)
        return page.cut(found, ExportApprovalRead.place)

    @routes.put("/v1/export-approvals/{site}/{part}/{country}", responses=_PUT)
    async def approve_export(
        *, site: Site, part: Part, country: Country, terms: ExportTerms, buyer: Buyer
    ) -> ExportApprovalRead:
        """Approve for one's nation that a joint venture's part goes to another nation; the other partner must, too.

        Once both have, open orders of that nation are planned with the factory. Said again, it takes the place of what
        was said before.
        """
        path = Path(site, part, country)
        async with desk.database.transaction() as session:
            await exporting.approve_export(session, path, terms, buyer)
            approval = await queries.approval(session, path, buyer.nation)
        desk.planner.wake()
        return approval

    @routes.post("/v1/export-approvals/{site}/{part}/{country}/end", responses=_END)
    async def end_export(
        *, site: Site, part: Part, country: Country, body: ExportEnd, buyer: Buyer, session: Session
    ) -> ExportApprovalRead:
        """End one's nation's approval of an export; what was asked of the factory until then stands."""
        path = Path(site, part, country)
        await exporting.end_export(session, path, body, buyer)
        return await queries.approval(session, path, buyer.nation)


def _after(page: Page) -> str | None:
    last = page.after_text()
    try:
        return None if last is None else str(UUID(last))
    except ValueError:
        raise CursorMalformed from None
