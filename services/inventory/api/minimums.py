"""The doors of protected minimums: what a depot keeps for its own orders."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from services.inventory.api.doors import Doors, Protector, Reader
from services.inventory.commands.protecting import protect
from services.inventory.domain.ledger import StockKey
from services.inventory.queries import minimums as queries
from services.inventory.queries.seen import seen
from services.inventory.schemas.minimums import MinimumFilter, MinimumRead, MinimumTerms
from shared.http.app import Session
from shared.http.paging import Paging
from shared.types import PartId, SiteId

_PUT: dict[int | str, dict[str, Any]] = {
    403: {"description": "`site-forbidden`: the site is not yours to plan for."},
    409: {"description": "`version-stale`; worth another try: `catalogue-behind`."},
    422: {"description": "`site-not-depot`."},
}


def router(doors: Doors) -> APIRouter:
    """Give the routes under `/v1/protected-minimums`."""
    routes = APIRouter(prefix="/v1/protected-minimums", tags=["stock"])

    @routes.get("")
    async def list_minimums(
        *, principal: Reader, session: Session, page: Paging, wanted: Annotated[MinimumFilter, Query()]
    ) -> Sequence[MinimumRead]:
        """List what depots keep for their own orders, by site and part."""
        full = (await seen(session, principal)).full
        rows = await queries.page(session, wanted, full, after=page.after_texts(2), limit=page.one_more)
        return page.cut(rows, lambda row: [row.site, row.part])

    @routes.put("/{site}/{part}", responses=_PUT)
    async def put_minimum(
        *,
        site: Annotated[SiteId, Path(description="The depot.")],
        part: Annotated[PartId, Path(description="The part.")],
        body: MinimumTerms,
        principal: Protector,
        session: Session,
    ) -> MinimumRead:
        """Say how much of a part stays at a depot for its own orders, whatever other depots ask of it.

        What is reserved already stays reserved. Who waited for what is no longer protected is served at once; the same
        again changes nothing. Name the `version` that you saw: a request that was held up on its way then never takes
        back what was said after it.
        """
        stock = StockKey(site, part)
        await protect(session, stock, body, principal=principal, settings=doors.settings)
        found = await queries.find(session, stock)
        assert found is not None, "it has just been set"
        return found

    return routes
