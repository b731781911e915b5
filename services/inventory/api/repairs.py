"""Setting the books right: closing shipments, reversing slips, resolving discrepancies."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response

from services.inventory.api.doors import DONE, POSTED, Doors, Repairer
from services.inventory.commands.repairing import CloseShipment, ResolveDiscrepancy, ReverseMovement
from services.inventory.schemas.requests import Grounds
from shared.types import ShipmentId


def router(doors: Doors) -> APIRouter:
    """Give the routes that set the books right."""
    routes = APIRouter(tags=["repairs"])

    @routes.post("/v1/shipments/{shipment}/close", response_class=Response, responses=DONE)
    async def close_shipment(
        shipment: Annotated[ShipmentId, Path(description="The shipment.")], body: Grounds, asking: Repairer
    ) -> Response:
        """Expect nothing more of a shipment: what is still on the road is lost, as a discrepancy.

        A depot gives up what was on its way to it, an operator what was on its way to the nation's sites, and from
        them to suppliers that have nobody here. Closed it is when nothing is on the road any more.
        """
        command = CloseShipment(body, asking.principal, asking.claim(body), shipment=shipment)
        return await doors.move(command)

    @routes.post("/v1/movements/{movement}/reverse", status_code=201, response_class=Response, responses=POSTED)
    async def reverse_movement(
        movement: Annotated[UUID, Path(description="The movement, as its answer named it.")],
        body: Grounds,
        asking: Repairer,
    ) -> Response:
        """Undo what a depot booked, by compensating transfers that name the original."""
        command = ReverseMovement(body, asking.principal, asking.claim(body), movement=movement)
        return await doors.move(command)

    @routes.post("/v1/discrepancies/{discrepancy}/resolve", response_class=Response, responses=DONE)
    async def resolve_discrepancy(
        discrepancy: Annotated[UUID, Path(description="The discrepancy.")], body: Grounds, asking: Repairer
    ) -> Response:
        """Accept what cannot be explained, with a reason; suspense is even again."""
        command = ResolveDiscrepancy(body, asking.principal, asking.claim(body), discrepancy=discrepancy)
        return await doors.move(command)

    return routes
