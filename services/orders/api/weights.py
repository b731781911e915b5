"""The doors of sourcing weights: how one's nation weighs sources, from which day on."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Path

from services.orders.api.desk import Desk, Planning, PlanReader
from services.orders.commands import sourcing
from services.orders.queries import sources as queries
from services.orders.schemas.weights import WeightsRead, WeightTerms
from shared.http.app import Session
from shared.http.paging import Paging
from shared.types import Day

_PUT: dict[int | str, dict[str, Any]] = {422: {"description": "`weights-in-past`."}}
ValidFrom = Annotated[Day, Path(description="First day on which they hold, today or later.")]


def router(desk: Desk) -> APIRouter:
    """Give the routes under `/v1/sourcing-weights`."""
    routes = APIRouter(prefix="/v1/sourcing-weights", tags=["sources"])

    @routes.get("")
    async def list_weights(*, reader: PlanReader, session: Session, page: Paging) -> Sequence[WeightsRead]:
        """List the weights of one's nation by the days from which they hold.

        Where none holds yet, a day weighs 1 and nothing else weighs: the earliest source is asked, of equal days the
        cheapest, of equal prices the one that imports least.
        """
        found = await queries.weights_page(session, reader.nation, after=page.after_day(), limit=page.one_more)
        return page.cut(found, lambda weights: [weights.valid_from.isoformat()])

    @routes.put("/{valid_from}", responses=_PUT)
    async def put_weights(*, valid_from: ValidFrom, terms: WeightTerms, planner: Planning) -> WeightsRead:
        """Say how one's nation weighs sources from a day on; what was decided before stands."""
        async with desk.database.transaction() as session:
            await sourcing.put_weights(session, valid_from, terms, planner)
            return await queries.weights(session, planner.nation, valid_from)

    return routes
