"""The door that explains how an order stands in its queue at the depot that fills it."""

from typing import Annotated, Any

from fastapi import APIRouter, Path

from services.inventory.api.doors import Doors, Reader
from services.inventory.domain.demand import OrderUnknown
from services.inventory.domain.explaining import standing
from services.inventory.queries import explanation as queries
from services.inventory.queries.seen import seen
from services.inventory.schemas.explanations import DemandExplained
from services.inventory.store import demands
from shared import clock
from shared.types import OrderId

_UNKNOWN: dict[int | str, dict[str, Any]] = {
    404: {"description": "`order-unknown`: none was heard of, or the depot's stock is not yours to see in full."}
}


def router(doors: Doors) -> APIRouter:
    """Give the route under `/v1/demands`."""
    routes = APIRouter(prefix="/v1/demands", tags=["stock"])

    @routes.get("/{order_id}/explanation", responses=_UNKNOWN)
    async def explain_demand(
        *,
        order_id: Annotated[OrderId, Path(description="The order: its document number and year.")],
        principal: Reader,
    ) -> DemandExplained:
        """Say when an order's turn comes, what is free and why it does not get that, and what is on its way.

        Of those that wait before it the depot's own are named, so many as the settings say; other depots' are counted.
        Why it was sourced as it was, and what is promised, is orders' to explain: `/v1/orders/{order_id}/explanation`.
        """
        now = clock.now()
        async with doors.database.snapshot() as session:
            found = next(iter(await demands.find(session, [order_id])), None)
            if found is None or found.site not in (await seen(session, principal)).full:
                raise OrderUnknown(order=order_id)
            around = await queries.surroundings(session, found, now.date(), limit=doors.settings.explained_max)
        return DemandExplained.of(found, standing(found, around), now)

    return routes
