"""Goods that come and go: receipts, issues, returns, sendings."""

from fastapi import APIRouter, Response

from services.inventory.api.doors import POSTED, Doors, Keeper
from services.inventory.commands.depot import IssueGoods, Receive, TakeBack
from services.inventory.commands.keeping import Send
from services.inventory.schemas.requests import Issue, Receipt, Return, Sending


def router(doors: Doors) -> APIRouter:
    """Give the routes by which goods come and go."""
    routes = APIRouter(tags=["movements"])

    @routes.post("/v1/receipts", status_code=201, response_class=Response, responses=POSTED)
    async def receive_goods(body: Receipt, asking: Keeper) -> Response:
        """Receive goods: in full, short, over, damaged or without a known shipment.

        What the shipment does not explain comes out of suspense, as a discrepancy; what is short stays on the road.
        Free stock goes at once to the orders that wait for it.
        """
        return await doors.move(Receive(body, asking.principal, asking.claim(body)))

    @routes.post("/v1/issues", status_code=201, response_class=Response, responses=POSTED)
    async def issue_goods(body: Issue, asking: Keeper) -> Response:
        """Issue against an order what is reserved for it, first expired first."""
        return await doors.move(IssueGoods(body, asking.principal, asking.claim(body)))

    @routes.post("/v1/returns", status_code=201, response_class=Response, responses=POSTED)
    async def return_goods(body: Return, asking: Keeper) -> Response:
        """Take issued goods back."""
        return await doors.move(TakeBack(body, asking.principal, asking.claim(body)))

    @routes.post("/v1/transfers", status_code=201, response_class=Response, responses=POSTED)
    async def send_goods(body: Sending, asking: Keeper) -> Response:
        """Send goods to another depot of the nation, as a line of a shipment.

        With an `order`, what is held for that lateral order is sent to the depot that waits for it, and arrives for the
        order that it supplies.
        """
        return await doors.move(Send(body, asking.principal, asking.claim(body)))

    return routes
