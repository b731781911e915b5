"""The doors of lateral supply: which depots could ship, and who would lose stock if an order got more of it."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.api.doors import Doors, Reader
from services.inventory.commands import pricing
from services.inventory.commands.pricing import OtherNeed, StockPrice
from services.inventory.domain.demand import Demand, OrderUnknown
from services.inventory.queries import laterals as queries
from services.inventory.queries.seen import Seen, seen
from services.inventory.schemas.laterals import PARTS_MAX, AskPrice, LoserRead, SpareRead, StockPriceRead
from services.inventory.store import demands
from shared import clock
from shared.http.app import Session
from shared.http.rights import SiteForbidden
from shared.http.tokens import Principal
from shared.types import OrderId, PartId

Order = Annotated[OrderId, Path(description="The order: its document number and year.")]
Parts = Annotated[
    list[PartId], Query(min_length=1, max_length=PARTS_MAX, description="The parts that are asked about.")
]
_UNKNOWN = "`order-unknown`: none was heard of, or its depot's stock is not yours to see in full."
_PRICED: dict[int | str, dict[str, Any]] = {
    403: {"description": "`site-forbidden`: the depot is not one of your nation."},
    404: {"description": _UNKNOWN},
}


def router(doors: Doors) -> APIRouter:
    """Give the routes of lateral supply."""
    routes = APIRouter(tags=["stock"])

    @routes.get("/v1/spare-stock")
    async def list_spare_stock(*, principal: Reader, session: Session, part: Parts) -> Sequence[SpareRead]:
        """List what depots could ship to another one: free, serviceable, and beyond what they protect.

        A depot hears of others only that there is some. What is listed is nobody's before an order has reserved it.
        """
        return await queries.spare(session, part, await seen(session, principal), clock.now().date())

    @routes.get("/v1/demands/{order_id}/alternatives", responses={404: {"description": _UNKNOWN}})
    async def list_alternatives(*, order_id: Order, principal: Reader, session: Session) -> Sequence[SpareRead]:
        """List the depots that could ship what an order waits for, as it accepts it, the most first."""
        known = await seen(session, principal)
        demand = await _demand(session, order_id, known)
        today = clock.now().date()
        return await queries.spare(
            session,
            [demand.part],
            known,
            today,
            conditions=demand.conditions,
            references=demand.accepted,
            without=demand.site,
        )

    _prices(routes, doors)
    return routes


def _prices(routes: APIRouter, doors: Doors) -> None:
    @routes.post("/v1/demands/{order_id}/price", responses=_PRICED)
    async def price_stock(*, order_id: Order, body: AskPrice, principal: Reader) -> StockPriceRead:
        """Say what an order would get if it were needed otherwise, or if another depot shipped, and who would lose it.

        It is decided as it would be, by the same rules, and undone: nothing is kept, and nobody hears of it. What that
        does to promises and platforms is orders' to say: `/v1/orders/{order_id}/expedite` with `dry_run`.
        """
        async with doors.database.snapshot() as session:
            known = await seen(session, principal)
            demand = await _demand(session, order_id, known)
        if body.depot is None or body.quantity is None:
            found = await pricing.price_of_need(doors.database, order_id, _need(body), doors.settings)
            return await _shown(doors, found, principal)
        if body.depot not in known.full | known.some_none:
            raise SiteForbidden(site=body.depot).at("depot")
        lateral = await pricing.price_of_lateral(
            doors.database, demand, body.depot, body.quantity, settings=doors.settings
        )
        return await _shown(doors, lateral, principal)


def _need(body: AskPrice) -> OtherNeed:
    references = None if body.references is None else [each.matched for each in body.references]
    return OtherNeed(body.priority, body.required_by, references, emergency_use=body.emergency_use)


async def _demand(session: AsyncSession, order_id: OrderId, known: Seen) -> Demand:
    found = next(iter(await demands.find(session, [order_id])), None)
    if found is None or found.site not in known.full:
        raise OrderUnknown(order=order_id)
    return found


async def _shown(doors: Doors, found: StockPrice, principal: Principal) -> StockPriceRead:
    """Name the losers at depots whose stock may be seen in full; the others are counted."""
    async with doors.database.snapshot() as session:
        full = (await seen(session, principal)).full
        places = {demand.order: demand.site for demand in await demands.find(session, list(found.losses))}
    named = [order for order in found.losses if places.get(order) in full]
    others = [quantity for order, quantity in found.losses.items() if order not in named]
    return StockPriceRead(
        gets=found.gets,
        losers=[LoserRead(order_id=order, quantity=found.losses[order]) for order in named],
        unnamed=len(others),
        unnamed_quantity=sum(others),
    )
