"""The door that says for whom a lot is held: whom it concerns if the lot is rejected."""

from typing import Annotated

from fastapi import APIRouter, Path

from services.inventory.api.doors import Reader
from services.inventory.queries import lots as queries
from services.inventory.queries.seen import seen
from services.inventory.schemas.lots import LotHolders
from shared.http.app import Session
from shared.types import LotId


def router() -> APIRouter:
    """Give the route under `/v1/lots`."""
    routes = APIRouter(prefix="/v1/lots", tags=["stock"])

    @routes.get("/{lot}/holders")
    async def show_holders(
        *,
        lot: Annotated[LotId, Path(description="The lot, with the site that numbered it: `F-01:L-2026-0042`.")],
        principal: Reader,
        session: Session,
    ) -> LotHolders:
        """Say what of a lot is on its way, and for which orders it is held.

        What would become of promises if it were rejected is orders' to say: hand the answer over to `/v1/what-if`.
        """
        return await queries.holders(session, lot, (await seen(session, principal)).full)

    return routes
